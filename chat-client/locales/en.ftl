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
