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
