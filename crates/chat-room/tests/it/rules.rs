use chat_protocol::limits::{MAX_ROOM_ENTRIES, MAX_ROOM_ENTRIES_OF_OTHERS};
use chat_protocol::{Blob, Digest, RoomAct, RoomEntry};
use chat_room::{InvalidEntry, List};

use crate::people::{
    add, creation, entries, fingerprint, key, members, name, next, remove, room, signed,
};

/// What a list says to somebody's next entry.
fn refusal(list: &List, by: usize, act: RoomAct) -> InvalidEntry {
    let (before, entry) = (list.digest(), next(list, by, act));
    let mut list = list.clone();
    let refusal = list.take(&entry).unwrap_err();
    assert_eq!(list.digest(), before);
    refusal
}

#[test]
fn any_member_adds_only_the_creator_removes_and_anybody_leaves() {
    let mut list = room(&[(0, add(1)), (1, add(2)), (2, add(3))]);
    assert_eq!(members(&list), ["alice", "bob", "carol", "dave"]);
    assert_eq!(
        list.member(&fingerprint(2)).unwrap().added_by,
        fingerprint(1)
    );
    assert_eq!(refusal(&list, 1, remove(2)), InvalidEntry::MayNotRemove);
    assert_eq!(refusal(&list, 1, remove(0)), InvalidEntry::MayNotRemove);
    assert_eq!(refusal(&list, 0, remove(0)), InvalidEntry::MayNotRemove);
    assert_eq!(refusal(&list, 0, remove(4)), InvalidEntry::MayNotRemove);
    assert_eq!(refusal(&list, 0, add(1)), InvalidEntry::AlreadyAMember);
    for (by, act) in [(0, remove(1)), (2, RoomAct::Leave)] {
        let entry = next(&list, by, act);
        list.take(&entry).unwrap();
    }
    assert_eq!(members(&list), ["alice", "dave"]);
    assert_eq!(refusal(&list, 3, add(1)), InvalidEntry::WasRemoved);
    for (by, act) in [(3, add(2)), (0, add(1))] {
        let entry = next(&list, by, act);
        list.take(&entry).unwrap();
    }
    assert_eq!(members(&list), ["alice", "bob", "carol", "dave"]);
}

#[test]
fn nobody_but_a_member_writes() {
    let list = room(&[
        (0, add(1)),
        (0, remove(1)),
        (0, add(2)),
        (2, RoomAct::Leave),
    ]);
    for outsider in [1, 2, 3] {
        let refusal = refusal(&list, outsider, add(4));
        assert_eq!(refusal, InvalidEntry::NotAMember);
    }
    // Nor in the name of one.
    let mut forged = next(&list, 3, add(4));
    forged.by = fingerprint(0);
    let mut list = list;
    assert_eq!(list.take(&forged), Err(InvalidEntry::Signature));
}

#[test]
fn every_changed_bit_is_noticed() {
    let list = room(&[(0, add(1))]);
    let good = next(&list, 1, add(2));
    let text = serde_json::to_string(&good).unwrap();
    let refused = |entry: &RoomEntry| list.clone().take(entry).is_err();
    for (at, byte) in text.bytes().enumerate() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if byte == b'A' { b'B' } else { b'A' };
        let read = String::from_utf8(changed).ok();
        let read = read.and_then(|text| serde_json::from_str::<RoomEntry>(&text).ok());
        if let Some(read) = read.filter(|read| *read != good) {
            assert!(refused(&read), "at {at}");
        }
    }
}

#[test]
fn a_removal_wins_over_all_that_was_done_without_knowing_of_it() {
    let start = room(&[(0, add(1))]);
    // Bob adds carol, and carol adds dave, while alice removes bob.
    let mut of_bob = start.clone();
    for (by, act) in [(1, add(2)), (2, add(3))] {
        let entry = next(&of_bob, by, act);
        of_bob.take(&entry).unwrap();
    }
    assert_eq!(members(&of_bob), ["alice", "bob", "carol", "dave"]);
    let removal = next(&start, 0, remove(1));
    of_bob.take(&removal).unwrap();
    assert_eq!(members(&of_bob), ["alice"]);
    // What bob did before that alice knew of stays.
    let list = room(&[(0, add(1)), (1, add(2)), (0, remove(1))]);
    assert_eq!(members(&list), ["alice", "carol"]);
}

#[test]
fn whoever_was_removed_cannot_act_in_the_past() {
    let start = room(&[(0, add(1)), (0, add(2))]);
    let mut list = start.clone();
    let removal = next(&list, 0, remove(1));
    list.take(&removal).unwrap();
    // As if he had written it before; and dave goes on from there.
    let late = next(&start, 1, add(3));
    assert_eq!(list.take(&late), Ok(true));
    let sybil = signed(3, &late_parents(&start, &late), add(4));
    assert_eq!(list.take(&sybil), Ok(true));
    assert_eq!(members(&list), ["alice", "carol"]);
    // Whoever writes behind both does not save them.
    let by_carol = next(&list, 2, add(4));
    assert_eq!(list.take(&by_carol), Ok(true));
    assert_eq!(members(&list), ["alice", "carol", "erin"]);
    assert_eq!(
        list.member(&fingerprint(4)).unwrap().added_by,
        fingerprint(2)
    );
}

#[test]
fn a_departure_undoes_nothing_but_itself() {
    // Bob has added carol, and carol dave. He leaves as of a time when he had added nobody.
    let start = room(&[(0, add(1))]);
    let departure = next(&start, 1, RoomAct::Leave);
    let mut list = start.clone();
    for (by, act) in [(1, add(2)), (2, add(3))] {
        let entry = next(&list, by, act);
        list.take(&entry).unwrap();
    }
    let mut left = list.clone();
    left.take(&departure).unwrap();
    assert_eq!(members(&left), ["alice", "carol", "dave"]);
    // Nor after the creator has removed him, knowing of both.
    let removal = next(&list, 0, remove(1));
    list.take(&removal).unwrap();
    list.take(&departure).unwrap();
    assert_eq!(members(&list), ["alice", "carol", "dave"]);
}

#[test]
fn whoever_is_out_is_told_what_led_to_that_and_nothing_later() {
    let list = room(&[(0, add(1)), (0, add(2)), (0, remove(1)), (2, add(3))]);
    let of_bob = List::read(&list.entries_for(&fingerprint(1))).unwrap();
    assert_eq!(members(&of_bob), ["alice", "carol"]);
    let all = list.entries_for(&fingerprint(3));
    assert_eq!(List::digest_of(&all), list.digest());
}

#[test]
fn an_author_stands_behind_all_that_he_sees() {
    // Many write at the same time; the next entry knows of all of them.
    let start = room(&[(0, add(1)), (0, add(2))]);
    let mut list = start.clone();
    for number in 0..12 {
        let name = format!("twin{number}").parse().unwrap();
        let entry = next(&start, 1, RoomAct::Add { name, key: key(3) });
        list.take(&entry).unwrap();
    }
    assert_eq!(list.parents().len(), 12);
    let removal = next(&list, 0, remove(3));
    list.take(&removal).unwrap();
    assert_eq!(members(&list), ["alice", "bob", "carol"]);
    assert_eq!(list.parents().len(), 1);
}

/// Behind this entry alone.
fn late_parents(start: &List, late: &RoomEntry) -> Vec<Digest> {
    let mut list = start.clone();
    list.take(late).unwrap();
    list.parents()
}

#[test]
fn entries_are_read_in_their_order_and_in_their_room_only() {
    let list = room(&[(0, add(1)), (1, add(2))]);
    let all = entries(&list);
    let digest = |entries: &[RoomEntry]| List::read(entries).map(|list| list.digest());
    assert_eq!(digest(&all), Ok(list.digest()));
    assert_eq!(digest(&[]), Err(InvalidEntry::NoCreation));
    assert_eq!(digest(&all[1..]), Err(InvalidEntry::NoCreation));
    let reordered = [all[0].clone(), all[2].clone(), all[1].clone()];
    assert_eq!(digest(&reordered), Err(InvalidEntry::UnknownParent));
    // A second creation is another room.
    let other = List::read(&[creation(1)]).unwrap();
    assert_eq!(list.clone().take(&creation(1)), Err(InvalidEntry::Parents));
    assert_eq!(
        other.clone().take(&all[1]),
        Err(InvalidEntry::UnknownParent)
    );
    assert_ne!(other.room(), list.room());
    // The same once more changes nothing.
    assert_eq!(list.clone().merge(&all), Ok(false));
}

#[test]
fn parents_have_one_spelling() {
    let mut list = room(&[(0, add(1)), (0, add(2))]);
    let (one, other) = (next(&list, 1, add(3)), next(&list, 2, add(4)));
    let old = list.parents();
    list.merge(&[one, other]).unwrap();
    let heads = list.parents();
    assert_eq!(heads.len(), 2);
    let swapped = vec![heads[1], heads[0]];
    let behind_each_other = {
        let mut parents = vec![old[0], heads[0]];
        parents.sort();
        parents
    };
    for parents in [Vec::new(), swapped, behind_each_other, vec![heads[0]; 2]] {
        let entry = signed(0, &parents, remove(3));
        assert_eq!(list.clone().take(&entry), Err(InvalidEntry::Parents));
    }
    let entry = signed(0, &heads, remove(3));
    assert_eq!(list.take(&entry), Ok(true));
}

#[test]
fn keys_are_held_to_the_policy_and_names_are_not_taken_twice() {
    let list = room(&[(0, add(1))]);
    let with = |key: Blob| RoomAct::Add { name: name(2), key };
    assert_eq!(
        refusal(&list, 0, with(Blob(vec![0; 10]))),
        InvalidEntry::Key
    );
    let namesake = RoomAct::Add {
        name: name(1),
        key: key(2),
    };
    assert_eq!(refusal(&list, 0, namesake), InvalidEntry::AlreadyAMember);
    let creation = RoomEntry {
        by: fingerprint(1),
        ..creation(0)
    };
    let read = List::read(&[creation]).map(drop);
    assert_eq!(read, Err(InvalidEntry::WrongAuthor));
}

#[test]
fn others_cannot_fill_a_list_before_its_creator() {
    let mut list = room(&[(0, add(1)), (0, add(2))]);
    // Bob goes, and carol asks him back.
    for number in 0..MAX_ROOM_ENTRIES_OF_OTHERS {
        let (by, act) = match number % 2 {
            0 => (1, RoomAct::Leave),
            _ => (2, add(1)),
        };
        let entry = next(&list, by, act);
        list.take(&entry).unwrap();
    }
    assert_eq!(refusal(&list, 2, RoomAct::Leave), InvalidEntry::Full);
    let mut is_there = true;
    for _ in list.entries().count()..MAX_ROOM_ENTRIES {
        let act = if is_there { remove(2) } else { add(2) };
        let entry = next(&list, 0, act);
        list.take(&entry).unwrap();
        is_there = !is_there;
    }
    let act = if is_there { remove(2) } else { add(2) };
    assert_eq!(refusal(&list, 0, act), InvalidEntry::Full);
    let json = serde_json::to_string(&entries(&list)).unwrap();
    assert!(json.len() < 200 * 1024, "{} bytes", json.len());
}
