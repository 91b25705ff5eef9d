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

## Der Bildschirm

connecting = verbindet
connected = verbunden
not_connected = NICHT VERBUNDEN ({ $reason })
count_here = { $count } da: { $names }
further = Bild ab: weiter
unread = ungelesen: { $windows }
more_files = { $count ->
    [one] und { $count } weitere Datei
   *[other] und { $count } weitere Dateien
}
everyone = alle
to_you_alone = nur an dich
new_mark = neu
# Wochentag ab 1 (Montag), Tag, Monat, Jahr.
day = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}, { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
question_verify = Sieht { $name } dieselbe Nummer? ja oder nein: ja verifiziert die Identität
question_trust = Sieht { $name } dieselbe Nummer? ja oder nein: ja vertraut der neuen Identität
question_prompt = ja oder nein
question_again = ja oder nein? Esc bricht ab
# Buchstaben und Wörter, die eine Frage beantworten; die englischen gelten auch.
answers_yes = j ja
answers_no = n nein
numbers_differ = Die Nummern sind verschieden: jemand steht zwischen dir und { $name }, oder einer von euch hat auf eine andere Nummer gesehen. Schreib { $name } nichts Geheimes und gib { $name } auf anderem Weg Bescheid
nobody_was_here = niemand war da
some_of = { $count } von { $members }
unanswered = unbeantwortete Texte: { $count }
paste_too_long = ein Text hat höchstens { $limit } Bytes: nichts wurde eingefügt; schick eine Datei
no_such_window = es gibt kein Fenster mit dieser Nummer
too_many_windows = zu viele Fenster haben Ungelesenes: lies einige, oder schließe sie mit /close
nobody_to_write_to = { $name } ist niemand, dem du schreiben kannst
too_much_waits = zu viel ist noch nicht gesendet: drück später noch einmal die Eingabetaste
bar_to = { $name } an { $to }
bar_from = { $name } von { $from }
one_writes = { $name } schreibt
some_write = { $names } schreiben
many_write = { $names } und andere schreiben
typing_is_off = Schreibanzeigen sind aus: starte den Client mit --typing on
read_marks_are_off = Lesebestätigungen sind aus: starte den Client mit --read-marks on
help_window = /window NAME, /window #RAUM, /window NUMMER, /window everyone: zeigt ein Gespräch; ebenso Alt+Ziffer, Strg-N, Strg-P und /msg NAME
help_close = /close: schließt das gezeigte Gespräch; im Verlauf bleibt es
help_keys = Tasten: Tab ergänzt, Pfeil auf und ab holen frühere Zeilen zurück, Bild auf und ab blättern, Strg-L zeichnet neu, Strg-Z hält an, Strg-C verlässt den Chat
help_signs = Zeichen hinter deinen Texten: … unterwegs, ✓ laut Relay angekommen, ✓✓ vom Empfänger bestätigt, ◉ vom Empfänger gelesen, ✗ nicht angekommen

## Befehle

help_of = { $usage }: { $purpose }
usage = Aufruf: { $how }
usage_of = { $command ->
    [say] /say TEXT
    [msg] /msg NAME TEXT
    [file] /file NAME PFAD
    [accept] /accept [NAME oder NUMMER]
    [refuse] /refuse [NAME oder NUMMER]
    [cancel] /cancel [NAME oder NUMMER]
    [read] /read [NAME oder #RAUM]
    [typing] /typing NAME
    [room] /room create|invite|remove|leave|say|list [RAUM] [NAME oder TEXT]
    [verify] /verify NAME [yes]
    [trust] /trust NAME NUMMER
    [forget] /forget NAME
    [block] /block NAME
    [unblock] /unblock NAME
    [history] /history [NAME] [ANZAHL]
    [search] /search TEXT
    [help] /help [BEFEHL]
   *[other] /{ $command }
}
purpose_of = { $command ->
    [say] schickt einen Text an alle, die da sind; ein Text ohne Befehl tut dasselbe: hallo. Soll ein Text mit einem Schrägstrich beginnen, tippe zwei
    [msg] schickt einen Text an eine Person
    [file] bietet einer Person eine Datei an; nimmt sie an, landet die Datei dort im Download-Ordner
    [accept] nimmt eine Datei an, die jemand anbietet: die einzige, die wartet, die einzige von einer Person, oder die mit einer Nummer: /accept 3
    [refuse] nimmt eine angebotene Datei nicht an und sagt es ihrem Absender
    [cancel] gibt eine Datei auf, die wartet oder unterwegs ist, an dich oder von dir, und sagt es der anderen Seite
    [files] zeigt die Dateien, die warten oder unterwegs sind, mit ihren Nummern
    [read] sagt mit --read-marks on denen, die an alle, an dich allein oder in einem Raum geschrieben haben, dass du es gelesen hast; auf einem Bildschirm geschieht das von selbst
    [typing] sagt mit --typing on jemandem, dass du schreibst; auf einem Bildschirm geschieht das von selbst
    [room] eine Gruppe mit einer Mitgliederliste, die ihre Mitglieder selbst signieren: /room create RAUM, /room invite RAUM NAME, /room say RAUM TEXT, /room list [RAUM], /room leave RAUM, und /room remove RAUM NAME für den, der sie angelegt hat. #lobby ist keine solche Gruppe, sondern alle, die da sind: sie ist offen
    [who] zeigt, wer da ist und wie weit jeder Identität vertraut wird
    [relay] zeigt den Schlüssel des Relays: vergleiche ihn mit dem in seinem Protokoll
    [verify] zeigt die Sicherheitsnummer: vergleiche sie mit der Person, von Angesicht zu Angesicht oder am Telefon; mit yes gilt die Identität als verifiziert
    [trust] vertraut einer geänderten Identität, damit du wieder schreiben kannst; NUMMER ist die ganze Nummer, die /verify gezeigt hat
    [forget] vergisst die Identität von jemandem, der weg ist; kommt die Person wieder, gilt das als erster Kontakt
    [block] verbirgt alles von einer Person, nimmt keine Dateien an und schickt ihr nichts; sie erfährt davon nichts
    [unblock] hebt /block auf
    [history] zeigt frühere Texte: alle, oder die mit einer Person
    [search] zeigt frühere Texte, die diesen Text enthalten
    [help] erklärt alle Befehle oder einen
    [quit] verlässt den Chat
   *[other] { $command }
}
room_usage_of = { $verb ->
    [create] /room create RAUM
    [invite] /room invite RAUM NAME
    [remove] /room remove RAUM NAME
    [leave] /room leave RAUM
    [say] /room say RAUM TEXT
    [list] /room list [RAUM]
   *[other] /room { $verb }
}
unknown_command = /{ $command } gibt es nicht: { $guess }
did_you_mean = meinst du { $what }?
not_a_command = ein Befehl muss mit einem Schrägstrich beginnen, und vor diesem steht etwas: nichts wurde gesendet. Als Text schickst du es mit /say TEXT
nothing_to_send = es gibt nichts zu senden
text_too_long = ein Text hat höchstens { $limit } Bytes, dieser hat { $size }: schick eine Datei
line_too_long = eine Zeile hat höchstens { $limit } Bytes: schick eine Datei
line_cut_short = ein Terminal gibt nur { $limit } Bytes einer Zeile weiter, und diese war vielleicht länger: sie wurde nicht gesendet. Schick eine Datei
line_unfinished = die Zeile endete nicht mit der Eingabetaste und wurde deshalb nicht gesendet
unsent_line = das Relay ist weg, deshalb wurde das nicht gesendet: { $text }
line_not_utf8 = die Zeile ist kein UTF-8
no_history = dieser Client wurde mit --no-history gestartet

## Namen und Personen

invalid_name = „{ $name }“ ist kein gültiger Name: { $why }
invalid_own_name = { $name } ist kein gültiger Name: { $why }
invalid_room_name = „{ $name }“ ist kein gültiger Name für einen Raum: { $why }
name_empty = ein Name hat mindestens ein Zeichen
name_too_long = ein Name hat höchstens { $limit } Zeichen, dieser hat { $count }
name_character = ein Name besteht nur aus a-z, 0-9, _ und -, nicht aus { $character }
name_start = ein Name beginnt mit einem Buchstaben oder einer Ziffer, nicht mit { $character }
that_is_you = das bist du
nobody_called = hier heißt niemand { $name }: { $guess }
who_lists = /who zeigt, wer da ist
not_here = { $name } ist nicht da
still_here = { $name } ist da: vergessen kannst du nur, wer gegangen ist
you_blocked = du hast { $name } blockiert: hebe das zuerst mit /unblock { $name } auf
no_room_for = für { $name } ist unter den Kontakten kein Platz
trust_first = die Identität von { $name } hat sich geändert: zuerst /trust { $name }
compare_first = die Identität von { $name } hat sich geändert: vergleiche sie mit /verify { $name }, dann /trust { $name }
number_not_shown = die Sicherheitsnummer mit { $name } wurde noch nicht gezeigt oder hat sich seitdem geändert: vergleiche die Nummer, die /verify { $name } zeigt
wrong_number = das ist nicht die ganze Sicherheitsnummer mit { $name }, oder sie ist überholt: /verify { $name } zeigt sie
not_changed = die Identität von { $name } hat sich nicht geändert
unusable_key = der Schlüssel von { $name } ist nicht zu gebrauchen
about = { $what }: { $why }
replaced_key = Schlüssel { $old } wurde durch { $new } ersetzt: das Relay bietet einen alten an

## Räume: was nicht getan wird

lobby_is_open = #lobby ist offen: alle, die da sind, sind darin, und das Relay sagt, wer das ist. Eine Gruppe, die du selbst bestimmst, legst du mit /room create RAUM an
unknown_room = du bist in keinem Raum namens { $room }: /room list zeigt deine Räume
room_exists = du bist schon in einem Raum namens { $room }
too_many_rooms = du bist in so vielen Räumen, wie es geht: verlasse einen mit /room leave
not_in_room = { $name } ist nicht in { $room }: /room list { $room } zeigt die Mitglieder
no_member_now = { $name } ist nicht mehr im Raum
room_split = die Liste eines anderen Mitglieds von { $room } hat Änderungen, für die in deiner kein Platz ist; es ist also nicht sicher, wer darin ist: lege einen neuen Raum an
member_never_here = mit der Identität, die { $room } als { $name } führt, war noch nie jemand da: dieses Mitglied bekommt nichts
may_not_remove = nur wer den Raum angelegt hat, entfernt andere; /room leave RAUM entfernt dich selbst
already_a_member = jemand mit diesem Namen ist schon im Raum
was_removed = diese Person wurde entfernt; nur wer den Raum angelegt hat, kann sie wieder aufnehmen
room_has_no_place = der Raum hat so viele Mitglieder, wie er haben kann
room_list_is_full = in der Liste dieses Raums ist kein Platz für weitere Änderungen: lege einen neuen Raum an

## Dateien: was nicht getan wird

no_file = keine Datei wartet oder ist unterwegs
no_offer = keine Datei wartet auf deine Antwort
no_such_file = { $none }: /files zeigt alle Dateien
no_file_with = { $none } ({ $name }): /files zeigt alle Dateien
file_is_over = Datei { $number } ist erledigt oder beantwortet: /files zeigt, was wartet oder unterwegs ist
no_file_of_number = eine Datei mit der Nummer { $number } gab es nicht: /files zeigt, was wartet oder unterwegs ist
several_files = mehrere Dateien warten oder sind unterwegs: nenne eine mit ihrer Nummer, etwa /cancel 3; /files zeigt sie
several_offers = mehrere Dateien warten
offer_is_gone = ein Angebot wurde inzwischen zurückgezogen
name_one_offer = { $what }. Nenne eine mit ihrer Nummer, etwa /accept 3: { $files }
# Gerade Anführungszeichen, denn kein sicherer Dateiname hat eines.
one_offer = { $number } "{ $name }" ({ $size } Bytes) von { $from }
already_here = { $name } ist schon ganz da und wird gerade gespeichert
too_many_files = zu viele Dateien sind unterwegs zu dir: nimm diese später an
offered_by_another = { $name } hatte eine andere Identität, als diese Datei angeboten wurde: { $name } muss sie noch einmal anbieten
is_a_folder = { $path } ist ein Ordner
is_no_regular_file = { $path } ist keine gewöhnliche Datei
file_too_large = { $path } hat mehr als { $limit } Bytes

## Fehler am Anfang, und wenn es nicht weitergeht

error = Fehler: { $what }
hint = Hinweis: { $what }
cannot_start = kann nicht starten: { $why }
writer_ended = der Thread, der schreibt, hat sich beendet
cannot_write_output = kann nicht auf die Standardausgabe schreiben: { $why }
cannot_write_result = kann das Ergebnis nicht schreiben: { $why }
cannot_use = { $path } ist nicht zu gebrauchen: { $why }
hint_path = prüfe den Pfad und seine Rechte, oder nimm einen anderen Ort
# Was das Betriebssystem sagt; es sagt es auf Englisch.
os_error = { $kind ->
    [already-exists] gibt es schon
    [connection-refused] Verbindung abgelehnt
    [connection-reset] Verbindung abgebrochen
    [host-unreachable] Rechner nicht erreichbar
    [is-a-directory] ist ein Ordner
    [network-unreachable] Netz nicht erreichbar
    [not-a-directory] ist kein Ordner
    [not-found] nicht gefunden
    [permission-denied] keine Berechtigung
    [read-only] das Dateisystem ist schreibgeschützt
    [storage-full] kein Speicherplatz mehr frei
    [timed-out] keine Antwort in der vorgesehenen Zeit
   *[other] { $text }
}

## Passphrase und Schlüsseldatei

passphrase_prompt = Passphrase:
passphrase_again = noch einmal:
passphrases_differ = die Passphrasen sind verschieden
passphrase_empty = die Passphrase ist leer
hint_no_passphrase = --no-passphrase speichert die Schlüssel unverschlüsselt
cannot_ask = kann nicht nach der Passphrase fragen: { $why }
hint_passphrase_file = --passphrase-file DATEI liest sie aus einer Datei
key_store = Schlüsseldatei: { $why }
store_malformed = das ist keine Schlüsseldatei, oder sie ist beschädigt: stelle sie aus einer Kopie wieder her
store_version = die Schlüsseldatei hat Version { $version }: nimm das Programm, das sie geschrieben hat
store_needs_passphrase = die Schlüsseldatei ist verschlüsselt: gib ihre Passphrase an
store_wrong_passphrase = die Passphrase ist falsch, oder die Schlüsseldatei ist beschädigt
not_a_key_store = { $path } ist keine Schlüsseldatei
no_key_store = es gibt keine Schlüsseldatei unter { $path }
hint_keygen = lege eine an: chat-client keygen --home { $path }
key_store_exists = es gibt schon eine Schlüsseldatei unter { $path }
hint_key_store_exists = behalte sie: wer sie kennt, erkennt dich daran; --force legt eine neue Identität an
next_key_not_stored = dein nächster Schlüssel kann nicht gespeichert werden, der alte bleibt in Gebrauch: { $why }
wrote = { $path } geschrieben
file_exists = { $path } gibt es schon
hint_export = verschiebe die Datei, oder exportiere in einen anderen Ordner: --to ORDNER
keys_not_encrypted = die privaten Schlüssel sind nicht verschlüsselt: wer diese Dateien hat, kann sich für dich ausgeben

## Der Datenordner

home_unknown = der Datenordner ist unbekannt
hint_home = nenne einen mit --home ORDNER
home_in_use = ein anderer Client benutzt den Datenordner { $path }
hint_home_in_use = beende ihn, oder nimm mit --home ORDNER einen anderen
contacts_damaged = beschädigt: { $why }
contacts_version = Version { $version } ist unbekannt: nimm das Programm, das die Datei geschrieben hat
hint_contacts = stelle die Datei aus einer Kopie wieder her; ohne sie gelten jedes Relay und alle Leute wieder als neu
journal_line = { $path }, Zeile { $line }: { $why }
hint_journal = verschiebe die Datei; Nachrichten der letzten Woche können dann doppelt erscheinen, und unbeantwortete werden nicht noch einmal gesendet

## Der Weg zum Relay

no_relay = kein Relay unter { $relay }: { $why }
hint_no_relay = starte das Relay, oder nenne seine Adresse: --relay HOST:PORT
needs_tls = die Verbindung zu { $relay } muss verschlüsselt sein, und dieses Programm wurde ohne TLS gebaut
built_without_tls = dieses Programm wurde ohne TLS gebaut und kann --tls deshalb nicht erfüllen
hint_needs_tls = baue es mit TLS: cargo build --release -p chat-client
speaks_no_tls = das Relay unter { $relay } spricht kein TLS
hint_speaks_no_tls = starte es mit --tls, oder lass --tls hier weg, wenn es auf diesem Rechner läuft
no_chat_relay = was unter { $relay } lauscht, ist kein Chat-Relay: { $why }
hint_no_chat_relay = prüfe --relay
closed_before_tls = das Relay unter { $relay } hat die Verbindung geschlossen, bevor sie verschlüsselt war
hint_closed_before_tls = vielleicht hat es zu viele Verbindungen oder wird gerade beendet: versuche es später noch einmal, und prüfe --relay
tls_failed = TLS mit dem Relay unter { $relay } ist fehlgeschlagen: { $why }
hint_tls_failed = ist es ein Chat-Relay, das mit --tls gestartet wurde?
no_login_answer = das Relay unter { $relay } antwortet nicht auf die Anmeldung
hint_no_login_answer = ist es ein Chat-Relay?
gone_before_login = das Relay unter { $relay } war vor der Anmeldung weg: { $reason }
hint_gone_before_login = ist es ein Chat-Relay, und läuft es?
login_refused = das Relay hat die Anmeldung abgelehnt: { $why } ({ $code })
relay_says = { $code ->
    [already-online] das Relay sagt: unter diesem Namen ist schon jemand verbunden
    [bad-name] das Relay sagt: dieser Name ist nicht erlaubt
    [busy] das Relay sagt: es wartet schon zu viel
    [full] das Relay sagt: zu viele Verbindungen
    [name-taken] das Relay sagt: dieser Name gehört zu einem anderen Schlüssel
    [shutting-down] das Relay sagt: es wird beendet
    [too-slow] das Relay sagt: die Anmeldung hat zu lange gedauert
    [unknown-name] das Relay sagt: niemand hat diesen Namen
   *[other] das Relay sagt: { $text }
}
another_relay = das Relay unter { $relay } ist ein anderes: { $why }
relay_name_differs = es nennt sich „{ $is }“, nicht „{ $wanted }“
hint_relay_name_differs = wenn du { $is } meinst, sag es: --relay-name NAME
relay_unproven = es beweist nicht, dass der gezeigte Schlüssel sein eigener ist
hint_relay_unproven = jemand gibt weiter, was ein anderes Relay sagt: prüfe --relay
relay_changed = DAS RELAY UNTER { $address } HAT EINEN ANDEREN SCHLÜSSEL als vorher: vielleicht lauscht dort ein anderes Relay, um zu sehen, wer wem schreibt, oder um dir andere Leute unter bekannten Namen zu zeigen. Du bist nicht angemeldet. Der Schlüssel war { $was } und ist jetzt { $is }
hint_relay_changed = frage, wer das Relay betreibt, nach seinem Schlüssel: sein Protokoll zeigt ihn am Anfang. Ist es wirklich { $is }, melde dich einmal mit --relay-key { $is } an
relay_key_differs = sein Schlüssel ist { $is }, nicht der von --relay-key
hint_relay_key_differs = prüfe --relay, und frage, wer das Relay betreibt, nach seinem Schlüssel

## Schlüssel anderer, die nicht zu gebrauchen sind

key_malformed = der Schlüssel ist kein öffentlicher RSA-Schlüssel (SPKI, DER)
key_too_large = der Schlüssel mit { $size } Bytes ist zu groß: RSA-Schlüssel haben { $bits } Bits
key_size = der Schlüssel hat { $size } Bits: RSA-Schlüssel haben { $bits } Bits
key_exponent = der öffentliche Exponent des Schlüssels ist nicht 65537
key_not_canonical = der Schlüssel ist kein kanonisches DER
certificate_number = der Schlüssel zum Verschlüsseln hat Nummer 0: gezählt wird ab 1
certificate_early = der Schlüssel zum Verschlüsseln gilt noch nicht: prüft beide eure Uhren
certificate_expired = der Schlüssel zum Verschlüsseln ist abgelaufen: wer ihn hat, bekommt bei der nächsten Anmeldung einen neuen
certificate_key = Schlüssel zum Verschlüsseln abgelehnt: { $why }
certificate_identity_key = der Schlüssel zum Verschlüsseln ist der Identitätsschlüssel: sie müssen verschieden sein
certificate_signature = das Zertifikat des Schlüssels zum Verschlüsseln ist nicht von der Identität dieses Namens signiert
seal_to_self = Absender und Empfänger sind dieselbe Identität
seal_wrong_owner = der Schlüssel zum Verschlüsseln gehört nicht dem Empfänger
seal_key_expired = der Schlüssel des Empfängers ist abgelaufen: frage das Relay nach dem neuen
seal_session_over = die Schlüsselsitzung ist nach ihrer Zeit oder { $limit } Nachrichten vorbei: beginne eine neue
seal_too_long = der Inhalt von { $size } Bytes überschreitet die Grenze von { $limit }: schick ihn als Datei

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
    [shutting-down] planmäßig beendet
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
