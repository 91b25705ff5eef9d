# What the client says to people, in English. Each sentence has the name and the variables of its function in
# src/locale/sentences.rs. docs/extending.md says how to add one.

## Who is here

you_are = you are { $me }; { $here }.
nobody_here = nobody else is here
here = here: { $names }
new_here = { $name } (for the first time)
known_relay = This relay was at { $address } before: check the address, /relay shows the key.
ready_help = /help lists the commands
joined = { $name } joined
joined_first = { $name } joined, for the first time: /verify { $name } shows who it is
left = { $name } left ({ $reason })
contact = { $name } ({ $state })
contacts = { $count } here
many_strangers = many people whom you have never seen are coming and going: from now on they are only counted. /who lists who is here, and what you say to everyone goes to them as well
strangers = { $came } of them joined and { $went } left

## Texts

untrusted = identity changed, not trusted
private = private
past_to = to { $name }
past_in = in { $room }
pasts = { $count ->
    [one] { $count } text
   *[other] { $count } texts
}
missing = missing messages from { $from }: { $count }
late = { $from } wrote this earlier; it arrived late:
anew = { $from } has lost count of earlier messages to you, or somebody replays old ones:
forked = this contradicts what { $from } wrote before; others may have been told something else:
rejected = a message from { $from } was rejected: { $code }
nobody_has_it = nobody has it
delivered = ({ $to } has it)
unconfirmed = { $to } has not confirmed your last texts: { $count }
undelivered = not delivered to { $to }: { $reason }

## Files

file_asks = { $from } offers { $name } ({ $size } bytes): /accept { $number } or /refuse { $number }
file_asked = { $to } is asked whether to accept { $name }; /cancel { $number } withdraws it
file_checking = { $to } is reading what is there already of { $name }; /cancel { $number } gives it up
file_answered = { $name } with { $with }: { $answer }
file_to = { $number }: { $name } to { $with } ({ $state }, { $size } bytes)
file_from = { $number }: { $name } from { $with } ({ $state }, { $size } bytes)
file_unread = { $number }: { $name } to { $with } ({ $state })
files = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
file_offered = { $from } sends { $name } ({ $size } bytes)
file_waiting = { $name } waits: other files are on their way to { $to }
file_received = { $from } sent { $name } ({ $size } bytes), saved
file_delivered = { $to } has { $name } ({ $size } bytes)
file_failed = file { $name } with { $with } failed: { $reason }

## Identities

key_changed = THE IDENTITY OF { $name } HAS CHANGED. It may be another person. Nothing is sent to { $name } until you compare numbers with /verify { $name } and type /trust { $name } NUMBER
trusted = the new identity of { $name } is trusted
blocked = { $name } is blocked: nothing is shown from { $name } or sent to { $name }
unblocked = { $name } is no longer blocked
forgot = { $name } is forgotten
verified = { $name } is verified
safety = safety number with { $name } ({ $state }): { $number }
safety_compare = if you both see the same number: /verify { $name } yes. If not, somebody is between you

## Rooms

room_created = { $room } is yours: /room invite { $room } NAME adds people, and only you can remove them
room_added = { $name } is in { $room } now, added by { $by }: /room list { $room } shows who is
room_removed = { $name } was removed from { $room }
room_left = { $name } left { $room }
room_differs = { $from } wrote this for another list of members of { $room } than yours: somebody else may have it, or somebody in { $room } may not
room_listed = { $members ->
    [one] { $room }: { $members } member
   *[other] { $room }: { $members } members
}
room_lobby = #lobby: open, everyone who is here ({ $members })
rooms = { $count ->
    [one] { $count } room with members
   *[other] { $count } rooms with members
}
room_creator = { $name } (created it)

## The relay

relay = the relay at { $address } has the key { $key }: compare it with its log
disconnected = the relay is gone: { $reason }

## The screen

connecting = connecting
connected = connected
not_connected = NOT CONNECTED ({ $reason })
count_here = { $count } here: { $names }
further = Page Down: further
unread = unread: { $windows }
more_files = { $count ->
    [one] and { $count } more file
   *[other] and { $count } more files
}
everyone = everyone
to_you_alone = to you alone
new_mark = new
# Day of the week from 1 (Monday), day of the month, month, year.
day = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}, { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
question_verify = Does { $name } have the same number? yes or no: yes marks the identity as verified
question_trust = Does { $name } have the same number? yes or no: yes trusts the new identity
question_prompt = yes or no
question_again = yes or no? Esc cancels
# Letters and words that answer a question; those of English count in every language.
answers_yes = y yes
answers_no = n no
numbers_differ = The numbers differ: somebody is between you and { $name }, or one of you looked at a different number. Write nothing secret to { $name }, and tell { $name } in another way
nobody_was_here = nobody was here
some_of = { $count } of { $members }
unanswered = unanswered texts: { $count }
paste_too_long = a text has at most { $limit } bytes: nothing was pasted; send a file
no_such_window = there is no window with this number
too_many_windows = too many windows have something unread: read or /close some
nobody_to_write_to = { $name } is not somebody you can write to
too_much_waits = too much is waiting to be sent: press Enter again later
bar_to = { $name } to { $to }
bar_from = { $name } from { $from }
one_writes = { $name } is writing
some_write = { $names } are writing
many_write = { $names } and others are writing
typing_is_off = typing indicators are off: start the client with --typing on
read_marks_are_off = read marks are off: start the client with --read-marks on
help_window = /window NAME, /window #ROOM, /window NUMBER, /window everyone: shows a conversation; so do Alt+number, Ctrl-N, Ctrl-P and /msg NAME
help_close = /close: closes the conversation that is shown; it stays in the history
help_keys = keys: Tab completes, Up and Down recall earlier lines, Page Up and Page Down scroll, Ctrl-L redraws, Ctrl-Z stops, Ctrl-C leaves
help_signs = signs after your texts: … on its way, ✓ the relay says that it arrived, ✓✓ the recipient confirms it, ◉ the recipient has read it, ✗ it did not arrive

## Commands

help_of = { $usage }: { $purpose }
usage = usage: { $how }
usage_of = { $command ->
    [say] /say TEXT
    [msg] /msg NAME TEXT
    [file] /file NAME PATH
    [accept] /accept [NAME or NUMBER]
    [refuse] /refuse [NAME or NUMBER]
    [cancel] /cancel [NAME or NUMBER]
    [read] /read [NAME or #ROOM]
    [typing] /typing NAME
    [room] /room create|invite|remove|leave|say|list [ROOM] [NAME or TEXT]
    [verify] /verify NAME [yes]
    [trust] /trust NAME NUMBER
    [forget] /forget NAME
    [block] /block NAME
    [unblock] /unblock NAME
    [history] /history [NAME] [COUNT]
    [search] /search TEXT
    [help] /help [COMMAND]
   *[other] /{ $command }
}
purpose_of = { $command ->
    [say] sends a text to everyone who is here; plain text does the same: hello. Type two slashes to begin a text with one
    [msg] sends a text to one person
    [file] offers a file to one person; once that person accepts it, it goes into the download folder there
    [accept] takes a file that somebody offers: the only one that waits, the only one of a person, or the one with a number: /accept 3
    [refuse] does not take a file that somebody offers, and says so to its sender
    [cancel] gives up a file that waits or is on its way, to you or from you, and says so to the other side
    [files] lists the files that wait or are on their way, with their numbers
    [read] with --read-marks on, tells who wrote to everyone, to you alone or in a room that you have read it; on a screen this happens by itself
    [typing] with --typing on, tells somebody that you are writing; on a screen this happens by itself
    [room] a group with a list of members that they sign themselves: /room create ROOM, /room invite ROOM NAME, /room say ROOM TEXT, /room list [ROOM], /room leave ROOM, and /room remove ROOM NAME for whoever created it. #lobby is no such group but everyone who is here: it is open
    [who] lists who is here and how far each identity is trusted
    [relay] shows the relay's key: compare it with the one that its log shows
    [verify] shows the safety number: compare it with that person face to face or by telephone; with yes, marks the identity as verified
    [trust] trusts an identity that has changed, so that you can write again; NUMBER is the whole number that /verify showed
    [forget] forgets the identity of somebody who is away; when that person comes back, it counts as the first contact
    [block] hides everything from a person, accepts no files and sends nothing; that person is not told
    [unblock] ends /block
    [history] shows earlier texts: all of them, or those with one person
    [search] shows earlier texts that contain this text
    [help] explains all commands, or one
    [quit] leaves
   *[other] { $command }
}
room_usage_of = { $verb ->
    [create] /room create ROOM
    [invite] /room invite ROOM NAME
    [remove] /room remove ROOM NAME
    [leave] /room leave ROOM
    [say] /room say ROOM TEXT
    [list] /room list [ROOM]
   *[other] /room { $verb }
}
unknown_command = there is no /{ $command }: { $guess }
did_you_mean = did you mean { $what }?
not_a_command = a command must begin with a slash, and something precedes this one: nothing was sent. To send it as a text, type /say TEXT
nothing_to_send = there is nothing to send
text_too_long = a text has at most { $limit } bytes, this one has { $size }: send a file
line_too_long = a line has at most { $limit } bytes: send a file
line_cut_short = a terminal passes on only { $limit } bytes of a line, and this one may have been longer: it was not sent. Send a file
line_unfinished = the line did not end with Enter, so it was not sent
unsent_line = the relay is gone, so this was not sent: { $text }
line_not_utf8 = the line is not UTF-8
no_history = this client was started with --no-history

## Names and people

invalid_name = "{ $name }" is not a valid name: { $why }
invalid_own_name = { $name } is not a valid name: { $why }
invalid_room_name = "{ $name }" is not a valid name of a room: { $why }
name_empty = a name has at least one character
name_too_long = a name has at most { $limit } characters, this one has { $count }
name_character = a name holds only a-z, 0-9, _ and -, not { $character }
name_start = a name begins with a letter or a digit, not { $character }
that_is_you = that is you
nobody_called = nobody here is called { $name }: { $guess }
who_lists = /who lists who is here
not_here = { $name } is not here
still_here = { $name } is here: you can forget that person after a departure
you_blocked = you have blocked { $name }: use /unblock { $name } first
no_room_for = there is no room for { $name } among the contacts
trust_first = the identity of { $name } has changed: use /trust { $name } first
compare_first = the identity of { $name } has changed: compare it with /verify { $name }, then /trust { $name }
number_not_shown = the safety number with { $name } has not been shown yet, or has changed since: compare the number that /verify { $name } shows
wrong_number = that is not the whole safety number with { $name }, or it is out of date: /verify { $name } shows it
not_changed = the identity of { $name } has not changed
unusable_key = the key of { $name } cannot be used
about = { $what }: { $why }
replaced_key = encryption key { $old } was replaced by { $new }: the relay offers an old one

## Rooms: what is not done

lobby_is_open = #lobby is open: everyone who is here is in it, and the relay says who that is. For a group that you choose, type /room create ROOM
unknown_room = you are in no room called { $room }: /room list shows your rooms
room_exists = you are in a room called { $room } already
too_many_rooms = you are in as many rooms as there can be: /room leave one
not_in_room = { $name } is not in { $room }: /room list { $room } shows who is
no_member_now = { $name } is not in the room any more
room_split = another member's list of { $room } has changes that yours has no place for, so it is not sure who is in it: create another room
member_never_here = nobody was ever here with the identity that { $room } lists as { $name }: that member gets nothing
may_not_remove = only whoever created the room removes others; /room leave ROOM removes yourself
already_a_member = somebody of this name is in the room already
was_removed = whoever created the room has removed this person, and alone can invite it again
room_has_no_place = the room has as many members as it can
room_list_is_full = the list of this room has no place for more changes: create another room

## Files: what is not done

no_file = no file waits or is on its way
no_offer = no file waits for your answer
no_such_file = { $none }: /files lists those that do
no_file_with = { $none } with { $name }: /files lists those that do
file_is_over = file { $number } is over, or has been answered: /files lists those that wait or are on their way
no_file_of_number = there was no file with the number { $number }: /files lists those that wait or are on their way
several_files = several files wait or are on their way: name one by its number, as in /cancel 3; /files lists them
several_offers = several files wait
offer_is_gone = an offer was taken away meanwhile
name_one_offer = { $what }. Name one by its number, as in /accept 3: { $files }
# Straight quotes in every language: no safe file name has one.
one_offer = { $number } "{ $name }" ({ $size } bytes) from { $from }
already_here = all of { $name } is here already: it is being saved
too_many_files = too many files are on their way to you: accept this one later
offered_by_another = { $name } had another identity when this file was offered: { $name } has to offer it again
is_a_folder = { $path } is a folder
is_no_regular_file = { $path } is not a regular file
file_too_large = { $path } has more than { $limit } bytes

## Errors at the start, and when the program cannot go on

error = error: { $what }
hint = hint: { $what }
cannot_start = cannot start: { $why }
writer_ended = the thread that writes has ended
cannot_write_output = cannot write to standard output: { $why }
cannot_write_result = cannot write the result: { $why }
cannot_use = cannot use { $path }: { $why }
hint_path = check the path and its permissions, or choose another place
# What the operating system says; it says it in English.
os_error = { $kind ->
   *[other] { $text }
}

## Passphrase and key store

passphrase_prompt = passphrase:
passphrase_again = once more:
passphrases_differ = the passphrases differ
passphrase_empty = the passphrase is empty
hint_no_passphrase = --no-passphrase stores the keys unencrypted
cannot_ask = cannot ask for the passphrase: { $why }
hint_passphrase_file = --passphrase-file FILE reads it from a file
key_store = key store: { $why }
store_malformed = this is not a key store, or it is damaged: restore it from a copy
store_version = the key store has version { $version }: use the program that wrote it
store_needs_passphrase = the key store is encrypted: give its passphrase
store_wrong_passphrase = the passphrase is wrong, or the key store is damaged
not_a_key_store = { $path } is not a key store
no_key_store = there is no key store at { $path }
hint_keygen = make one: chat-client keygen --home { $path }
key_store_exists = a key store already exists at { $path }
hint_key_store_exists = keep it: people who have pinned it recognise you by it; --force makes a new identity
next_key_not_stored = your next encryption key cannot be stored, the old one stays in use: { $why }
wrote = wrote { $path }
file_exists = { $path } exists
hint_export = move it away, or export to another folder: --to DIR
keys_not_encrypted = the private keys are not encrypted: whoever has these files can impersonate you

## The home

home_unknown = the home folder is unknown
hint_home = name one with --home DIR
home_in_use = another client uses the home { $path }
hint_home_in_use = stop it, or use another home with --home DIR
contacts_damaged = damaged: { $why }
contacts_version = version { $version } is not known: use the program that wrote it
hint_contacts = restore it from a copy; without it, every relay and everybody counts as new again
journal_line = { $path }, line { $line }: { $why }
hint_journal = move the file away; messages of the last week could then appear twice, and unanswered ones are not sent again

## Reaching the relay

no_relay = no relay at { $relay }: { $why }
hint_no_relay = start the relay, or give its address: --relay HOST:PORT
needs_tls = the connection to { $relay } must be encrypted, and this program was built without TLS
built_without_tls = this program was built without TLS, so it cannot run with --tls
hint_needs_tls = build it with TLS: cargo build --release -p chat-client
speaks_no_tls = the relay at { $relay } does not speak TLS
hint_speaks_no_tls = start it with --tls, or leave out --tls here if it is on this machine
no_chat_relay = what listens at { $relay } is not a chat relay: { $why }
hint_no_chat_relay = check --relay
closed_before_tls = the relay at { $relay } closed the connection before it was encrypted
hint_closed_before_tls = it may have too many connections, or be about to stop: try again later, and check --relay
tls_failed = TLS with the relay at { $relay } failed: { $why }
hint_tls_failed = is it a chat relay that was started with --tls?
no_login_answer = the relay at { $relay } does not answer the login
hint_no_login_answer = is it a chat relay?
gone_before_login = the relay at { $relay } was gone before the login: { $reason }
hint_gone_before_login = is it a chat relay, and is it running?
login_refused = the relay refused the login: { $why } ({ $code })
relay_says = { $code ->
   *[other] the relay says: { $text }
}
another_relay = the relay at { $relay } is another one: { $why }
relay_name_differs = it calls itself "{ $is }", not "{ $wanted }"
hint_relay_name_differs = if { $is } is the one you mean, say so: --relay-name NAME
relay_unproven = it does not prove that the key it shows is its own
hint_relay_unproven = somebody passes on what another relay says: check --relay
relay_changed = THE RELAY AT { $address } HAS ANOTHER KEY than before: another relay may listen there, to see who writes to whom or to show you other people under known names. You are not logged in. It was { $was }, and is { $is }
hint_relay_changed = ask whoever runs the relay for its key: its log shows it at the start. If it really is { $is }, log in once with --relay-key { $is }
relay_key_differs = its key is { $is }, and not the one of --relay-key
hint_relay_key_differs = check --relay, and ask whoever runs the relay for its key

## Keys of others that cannot be used

key_malformed = the key is not an RSA public key (SPKI, DER)
key_too_large = the key of { $size } bytes is too large: RSA keys have { $bits } bits
key_size = the key has { $size } bits: RSA keys have { $bits } bits
key_exponent = the key's public exponent is not 65537
key_not_canonical = the key is not in canonical DER
certificate_number = the encryption key has number 0: they count from 1
certificate_early = the encryption key is not valid yet: check both clocks
certificate_expired = the encryption key has expired: its owner makes a new one by logging in
certificate_key = encryption key refused: { $why }
certificate_identity_key = the encryption key is the identity key: they must differ
certificate_signature = the encryption key's certificate is not signed by its owner's identity for this name
seal_to_self = sender and recipient are the same identity
seal_wrong_owner = the encryption key does not belong to the recipient
seal_key_expired = the recipient's encryption key has expired: ask the relay for the new one
seal_session_over = the key session is over after its time or { $limit } messages: start another
seal_too_long = content of { $size } bytes is over the limit of { $limit }: send it as a file

## Words of relay and session

word = { $word }
meaning = { $word ->
    [expired] expired: nobody fetched it in time
    [full] full: the relay has no room for more mail from you
    [refused] refused: it does not open there
   *[other] { word }
}

## The window: what stands on the page

page_skip = Skip to the message box
page_chat = Chat
page_leave = Leave
page_conversations = Conversations
page_new_room = New room
page_room_name = name
page_create = Create
page_older = Show older messages
page_messages = Messages
page_files_listed = Files that wait or are on their way
page_files_moving = Files on their way
page_send = Send
page_attach = File…
page_keys = Enter sends, Shift+Enter: new line. Alt+1 to 9, Alt+↑ and Alt+↓: conversations
page_side = People and files
page_in_this_room = In this room
page_add_somebody = Add somebody
page_add = Add
page_received = Received files
page_compare_how = Compare this safety number face to face or by telephone:
page_compare_same = Do you both see the same number?
page_same = Yes, the same
page_different = No, different
page_later = Later
page_cancel = Cancel
page_no_answer = The program does not answer. Is it still running?
page_lost = The program does not answer. Is it still running? This page goes on as soon as it answers.
page_unread = unread
page_flagged = identity changed, not trusted
page_to_you_alone = to you alone
page_warning = Warning:
page_new = new
page_state_verified = verified
page_state_first_use = not verified
page_state_changed = identity changed
page_state_invalid = key cannot be used
page_state_blocked = blocked
page_nobody_here = Nobody else is here. What you write reaches those who are here.
page_everybody_reads = Everybody who is here reads what you write.
page_not_in_room = You are not in this room.
page_alone_in_room = Nobody else is in this room yet: add somebody.
page_members_read = { $number } members read what you write, and nobody else.
page_is_away = { $name } is not here. What you write waits at the relay, if it keeps mail.
page_for_one = For { $name } alone: { $state }
page_verify = Verify…
page_verify_how = Compare the safety number with { $name }
page_unblock = Unblock
page_block = Block…
page_block_title = Block { $name }?
page_block_text = Nothing from { $name } is shown any more, and nothing is sent to { $name }. { $name } is not told.
page_block_yes = Block
page_leave_room = Leave the room…
page_leave_room_title = Leave { $room }?
page_leave_room_text = You read nothing more of it until somebody in it adds you again.
page_leave_room_yes = Leave the room
page_close = Close
page_close_how = It comes back when somebody writes
page_message_to_everyone = Message to everyone
page_message_to = Message to { $name }
page_everyone = everyone
page_people_here = People here: { $number }
page_creator = { $name } (created it)
page_remove = Remove…
page_remove_who = Remove { $name } from the room
page_remove_title = Remove { $name }?
page_remove_text = { $name } reads nothing more of { $room }.
page_remove_yes = Remove
page_accept = Accept
page_refuse = Refuse
page_size = { $name } ({ $size } bytes)
page_file_offers = { $name } offers { $file }
page_file_to = { $file } to { $name }: { $state }
page_file_from = { $file } from { $name }: { $state }
page_file_offered = offered
page_file_asked = waits for an answer
page_file_checking = is compared
page_file_reading = is read
page_file_queued = waits for other files
page_file_receiving = is on its way
page_file_saving = is saved
page_file_sending = is on its way
page_received_from = { $size } bytes from { $name }, { $time }
page_bad_room = The name of a room has a-z, 0-9, _ and -, at most 32 of them.
page_compare_title = Is { $name } really { $name }?
page_compare_changed = The identity of { $name } has changed: it may be another person. Nothing is sent to { $name } until you trust it.
page_same_trust = Yes, the same: trust it
page_leave_title = Leave the chat?
page_leave_text = The program ends, and this page with it.
page_one_person = A file goes to one person: open the conversation with that person first.
page_notifications_off = Notifications: off
page_notifications_on = Notifications: on
page_notifications_no = The browser does not allow notifications for this page.
page_notification = Chat: something new for { $name }
page_relay_connecting = connecting…
page_relay_connected = connected
page_relay_gone = not connected ({ $reason }), trying again…
page_relay_ended = ended
page_relay_lost = no program
page_no_room = too many conversations have something unread: read or close some
page_choose_file = choose the file with its button, or drop it onto the conversation
page_nothing_sent = nothing was sent: see the last line
page_other_number = another number is shown by now: compare that one
page_too_much = too much is waiting to be sent: try again when the relay is there
page_bad_home = the home of this client has a name that is no text
page_file_unsent = the file cannot be sent: { $reason }
page_file_broken = the browser has not sent the whole file
page_file_large = from the browser, a file has at most { $number } MiB: nothing was sent. On a terminal, /file sends larger ones
page_ended_left = You have left the chat, and the program has ended.
page_ended_gone = The relay is gone, and the program has ended.
page_ended = The program has ended. { $reason }
page_mark_nobody = nobody was here
page_mark_open = on its way
page_mark_sent_all = arrived at { $number }, says the relay
page_mark_sent = arrived, says the relay
page_mark_delivered_all = confirmed by { $number } of { $of }
page_mark_delivered = confirmed by the recipient
page_mark_lost = not delivered: { $reason }
