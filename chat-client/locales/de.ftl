# Was der Client Menschen sagt, auf Deutsch: mit „du“, kurz, ohne englische Wörter, für die es gebräuchliche deutsche
# gibt. Befehle heißen in jeder Sprache gleich. Namen und Variablen der Sätze: siehe en.ftl.

## Wer da ist

you_are = du bist { $me }; { $here }.
nobody_here = sonst ist niemand da
here = da: { $names }
new_here = { $name } (zum ersten Mal)
known_relay = Dieses Relay war vorher unter { $address }: prüfe die Adresse, /relay zeigt den Schlüssel.
ready_help = /help zeigt alle Befehle
joined = { $name } ist da
joined_first = { $name } ist da, zum ersten Mal: /verify { $name } zeigt, wer das ist
left = { $name } ist gegangen ({ $reason })
contact = { $name } ({ $state })
contacts = { $count } da
many_strangers = viele Leute, die du noch nie gesehen hast, kommen und gehen: von jetzt an werden sie nur gezählt. /who zeigt, wer da ist; was du an alle schreibst, geht auch an sie
strangers = { $came } davon sind gekommen und { $went } gegangen

## Texte

untrusted = Identität geändert, nicht vertrauenswürdig
private = privat
past_to = an { $name }
past_in = in { $room }
pasts = { $count ->
    [one] { $count } Text
   *[other] { $count } Texte
}
missing = fehlende Nachrichten von { $from }: { $count }
late = { $from } hat das früher geschrieben, es kommt verspätet an:
anew = { $from } weiß nicht mehr, welche Nachrichten schon an dich gingen, oder jemand spielt alte erneut ein:
forked = das widerspricht dem, was { $from } vorher geschrieben hat; vielleicht haben andere etwas anderes bekommen:
rejected = eine Nachricht von { $from } wurde abgewiesen: { $code }
nobody_has_it = niemand hat den Text bekommen
delivered = ({ $to } hat den Text)
unconfirmed = { $to } hat deine letzten Texte nicht bestätigt: { $count }
undelivered = nicht zugestellt an { $to }: { $reason }

## Dateien

file_asks = { $from } bietet { $name } an ({ $size } Bytes): /accept { $number } oder /refuse { $number }
file_asked = { $to } wird gefragt, ob { $name } ankommen soll; /cancel { $number } zieht das Angebot zurück
file_checking = { $to } liest, was von { $name } schon da ist; /cancel { $number } bricht ab
file_answered = { $name } ({ $with }): { $answer }
file_to = { $number }: { $name } an { $with } ({ $state }, { $size } Bytes)
file_from = { $number }: { $name } von { $with } ({ $state }, { $size } Bytes)
file_unread = { $number }: { $name } an { $with } ({ $state })
files = { $count ->
    [one] { $count } Datei
   *[other] { $count } Dateien
}
file_offered = { $from } schickt { $name } ({ $size } Bytes)
file_waiting = { $name } wartet: andere Dateien sind noch unterwegs an { $to }
file_received = { $from } hat { $name } geschickt ({ $size } Bytes), gespeichert
file_delivered = { $to } hat { $name } ({ $size } Bytes)
file_failed = Übertragung von { $name } ({ $with }) fehlgeschlagen: { $reason }

## Identitäten

key_changed = DIE IDENTITÄT VON { $name } HAT SICH GEÄNDERT. Vielleicht ist es jemand anderes. An { $name } geht nichts mehr, bis du mit /verify { $name } die Nummern verglichen und /trust { $name } NUMMER eingegeben hast
trusted = der neuen Identität von { $name } wird vertraut
blocked = { $name } ist blockiert: von { $name } wird nichts mehr gezeigt, an { $name } nichts mehr geschickt
unblocked = { $name } ist nicht mehr blockiert
forgot = { $name } ist vergessen
verified = { $name } ist verifiziert
safety = Sicherheitsnummer mit { $name } ({ $state }): { $number }
safety_compare = wenn ihr beide dieselbe Nummer seht: /verify { $name } yes. Wenn nicht, steht jemand zwischen euch

## Räume

room_created = { $room } gehört dir: /room invite { $room } NAME nimmt Leute auf, und nur du kannst sie entfernen
room_added = { $name } ist jetzt in { $room }, aufgenommen von { $by }: /room list { $room } zeigt die Mitglieder
room_removed = { $name } wurde aus { $room } entfernt
room_left = { $name } hat { $room } verlassen
room_differs = { $from } hat das für eine andere Mitgliederliste von { $room } geschrieben als deine: vielleicht hat es noch jemand bekommen, oder jemand in { $room } nicht
room_listed = { $members ->
    [one] { $room }: { $members } Mitglied
   *[other] { $room }: { $members } Mitglieder
}
room_lobby = #lobby: offen, alle, die da sind ({ $members })
rooms = { $count ->
    [one] { $count } Raum mit Mitgliedern
   *[other] { $count } Räume mit Mitgliedern
}
room_creator = { $name } (hat ihn angelegt)

## Das Relay

relay = das Relay unter { $address } hat den Schlüssel { $key }: vergleiche ihn mit dem in seinem Protokoll
disconnected = das Relay ist weg: { $reason }

## Wörter von Relay und Sitzung

word = { $word ->
    [accepted] angenommen
    [asked] wartet auf Antwort
    [bad-signature] falsche Signatur
    [blocked] blockiert
    [busy] überlastet
    [cancelled] abgebrochen
    [cannot-open] nicht zu entschlüsseln
    [changed] geändert
    [checking] wird geprüft
    [closed] Verbindung beendet
    [content] unbekannter Inhalt
    [corrupt] beschädigt
    [disconnected] Verbindung getrennt
    [dropped] Verbindung verloren
    [expired] abgelaufen
    [first-use] nicht verifiziert
    [full] voll
    [gone] nicht mehr da
    [internal] interner Fehler
    [invalid] ungültig
    [key-changed] Identität geändert
    [malformed] fehlerhaft
    [misbehaved] Protokoll verletzt
    [not-a-member] kein Mitglied
    [not-for-me] für jemand anderen
    [offered] angeboten
    [queued] in der Warteschlange
    [quit] abgemeldet
    [reading] wird gelesen
    [receiving] kommt an
    [reflected] eigene Nachricht
    [refused] abgelehnt
    [repeated-file] Datei wiederholt
    [replaced] anderswo angemeldet
    [reset] Verbindung abgebrochen
    [reused] Nummer doppelt vergeben
    [saving] wird gespeichert
    [sending] wird gesendet
    [shutting-down] wird beendet
    [silent] keine Antwort
    [slow] zu langsam
    [source] vom Absender abgebrochen
    [stalled] kein Fortschritt
    [storage] nicht gespeichert
    [too-many-sessions] zu viele Schlüsselsitzungen
    [unknown-key] unbekannter Schlüssel
    [unknown-name] unbekannter Name
    [unknown-room] unbekannter Raum
    [verified] verifiziert
    [wrong-sender] falscher Absender
   *[other] { $word }
}
meaning = { $word ->
    [expired] abgelaufen: niemand hat den Text rechtzeitig abgeholt
    [full] voll: das Relay hat keinen Platz für weitere Nachrichten von dir
    [refused] abgelehnt: der Text lässt sich dort nicht öffnen
   *[other] { word }
}

## Das Fenster: was auf der Seite steht

page_skip = Zum Nachrichtenfeld
page_chat = Chat
page_leave = Verlassen
page_conversations = Unterhaltungen
page_new_room = Neuer Raum
page_room_name = Name
page_create = Anlegen
page_older = Ältere Nachrichten zeigen
page_messages = Nachrichten
page_files_listed = Dateien, die warten oder unterwegs sind
page_files_moving = Dateien unterwegs
page_send = Senden
page_attach = Datei…
page_keys = Eingabe sendet, Umschalt+Eingabe: neue Zeile. Alt+1 bis 9, Alt+↑ und Alt+↓: Unterhaltungen
page_side = Leute und Dateien
page_in_this_room = In diesem Raum
page_add_somebody = Jemanden aufnehmen
page_add = Aufnehmen
page_received = Empfangene Dateien
page_compare_how = Vergleicht diese Sicherheitsnummer persönlich oder am Telefon:
page_compare_same = Seht ihr beide dieselbe Nummer?
page_same = Ja, dieselbe
page_different = Nein, eine andere
page_later = Später
page_cancel = Abbrechen
page_no_answer = Das Programm antwortet nicht. Läuft es noch?
page_lost = Das Programm antwortet nicht. Läuft es noch? Sobald es antwortet, geht es auf dieser Seite weiter.
page_unread = ungelesen
page_flagged = Identität geändert, nicht vertrauenswürdig
page_to_you_alone = nur an dich
page_warning = Warnung:
page_new = neu
page_state_verified = verifiziert
page_state_first_use = nicht verifiziert
page_state_changed = Identität geändert
page_state_invalid = Schlüssel unbrauchbar
page_state_blocked = blockiert
page_nobody_here = Sonst ist niemand da. Was du schreibst, lesen nur die, die da sind.
page_everybody_reads = Alle, die da sind, lesen, was du schreibst.
page_not_in_room = Du bist nicht in diesem Raum.
page_alone_in_room = Außer dir ist noch niemand in diesem Raum: nimm jemanden auf.
page_members_read = { $number } Mitglieder lesen, was du schreibst, und sonst niemand.
page_is_away = { $name } ist nicht da. Was du schreibst, wartet beim Relay, wenn es Nachrichten aufhebt.
page_for_one = Nur für { $name }: { $state }
page_verify = Verifizieren…
page_verify_how = Sicherheitsnummer mit { $name } vergleichen
page_unblock = Blockierung aufheben
page_block = Blockieren…
page_block_title = { $name } blockieren?
page_block_text = Von { $name } wird nichts mehr gezeigt, an { $name } nichts mehr geschickt. { $name } erfährt davon nichts.
page_block_yes = Blockieren
page_leave_room = Raum verlassen…
page_leave_room_title = { $room } verlassen?
page_leave_room_text = Du liest nichts mehr daraus, bis dich jemand darin wieder aufnimmt.
page_leave_room_yes = Raum verlassen
page_close = Schließen
page_close_how = Sie kommt wieder, wenn jemand schreibt
page_message_to_everyone = Nachricht an alle
page_message_to = Nachricht an { $name }
page_everyone = alle
page_people_here = Da sind: { $number }
page_creator = { $name } (hat ihn angelegt)
page_remove = Entfernen…
page_remove_who = { $name } aus dem Raum entfernen
page_remove_title = { $name } entfernen?
page_remove_text = { $name } liest nichts mehr aus { $room }.
page_remove_yes = Entfernen
page_accept = Annehmen
page_refuse = Ablehnen
page_size = { $name } ({ $size } Bytes)
page_file_offers = { $name } bietet { $file } an
page_file_to = { $file } an { $name }: { $state }
page_file_from = { $file } von { $name }: { $state }
page_file_offered = angeboten
page_file_asked = wartet auf Antwort
page_file_checking = wird verglichen
page_file_reading = wird gelesen
page_file_queued = wartet auf andere Dateien
page_file_receiving = ist unterwegs
page_file_saving = wird gespeichert
page_file_sending = ist unterwegs
page_received_from = { $size } Bytes von { $name }, { $time }
page_bad_room = Der Name eines Raums besteht aus a-z, 0-9, _ und -, höchstens 32 Zeichen.
page_compare_title = Ist { $name } wirklich { $name }?
page_compare_changed = Die Identität von { $name } hat sich geändert: vielleicht ist es jemand anderes. An { $name } geht nichts mehr, bis du ihr vertraust.
page_same_trust = Ja, dieselbe: vertrauen
page_leave_title = Den Chat verlassen?
page_leave_text = Das Programm endet, und mit ihm diese Seite.
page_one_person = Eine Datei geht an eine Person: öffne zuerst die Unterhaltung mit ihr.
page_notifications_off = Benachrichtigungen: aus
page_notifications_on = Benachrichtigungen: an
page_notifications_no = Der Browser erlaubt dieser Seite keine Benachrichtigungen.
page_notification = Chat: etwas Neues für { $name }
page_relay_connecting = verbindet…
page_relay_connected = verbunden
page_relay_gone = nicht verbunden ({ $reason }), versucht es wieder…
page_relay_ended = beendet
page_relay_lost = kein Programm
page_no_room = zu viele Unterhaltungen haben Ungelesenes: lies oder schließe einige
page_choose_file = wähle die Datei mit dem Knopf, oder zieh sie auf die Unterhaltung
page_nothing_sent = nichts wurde gesendet: siehe die letzte Zeile
page_other_number = inzwischen steht da eine andere Nummer: vergleiche diese
page_too_much = zu viel wartet darauf, gesendet zu werden: versuch es wieder, wenn das Relay da ist
page_bad_home = der Name des Home-Ordners dieses Clients ist kein Text
page_file_unsent = die Datei kann nicht gesendet werden: { $reason }
page_file_broken = der Browser hat die Datei nicht ganz geschickt
page_file_large = aus dem Browser hat eine Datei höchstens { $number } MiB: nichts wurde gesendet. Im Terminal schickt /file größere
page_ended_left = Du hast den Chat verlassen, und das Programm ist beendet.
page_ended_gone = Das Relay ist weg, und das Programm ist beendet.
page_ended = Das Programm ist beendet. { $reason }
page_mark_nobody = niemand war da
page_mark_open = unterwegs
page_mark_sent_all = angekommen bei { $number }, sagt das Relay
page_mark_sent = angekommen, sagt das Relay
page_mark_delivered_all = bestätigt von { $number } von { $of }
page_mark_delivered = vom Empfänger bestätigt
page_mark_lost = nicht zugestellt: { $reason }
