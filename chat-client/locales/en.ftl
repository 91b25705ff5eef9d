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
