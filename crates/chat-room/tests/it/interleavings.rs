//! Members who change a room whenever they like, and hear of each other's changes in any order.

use chat_protocol::{RoomAct, RoomEntry};
use chat_room::List;
use proptest::prelude::*;

use crate::people::{NAMES, add, creation, entries, fingerprint, members, next, remove};

/// Somebody does something, and then hears of what somebody else has.
#[derive(Clone, Debug)]
struct Step {
    who: usize,
    act: RoomAct,
    hears: Option<usize>,
}

fn step() -> impl Strategy<Value = Step> {
    let someone = 0..NAMES.len();
    let act = (0..4_u8, 1..NAMES.len()).prop_map(|(kind, whom)| match kind {
        0 | 1 => add(whom),
        2 => remove(whom),
        _ => RoomAct::Leave,
    });
    (someone.clone(), act, prop::option::of(someone)).prop_map(|(who, act, hears)| Step {
        who,
        act,
        hears,
    })
}

/// What everybody has after these steps, and every entry that was written.
fn play(steps: &[Step]) -> (Vec<List>, Vec<RoomEntry>) {
    let start = List::read(&[creation(0)]).unwrap();
    let mut all = entries(&start);
    let mut lists = vec![start; NAMES.len()];
    for Step { who, act, hears } in steps {
        if let Some(other) = hears {
            let heard = entries(&lists[*other]);
            lists[*who].merge(&heard).unwrap();
        }
        let list = &mut lists[*who];
        // The creator stays, so that there is somebody who may remove.
        let stays = *who == 0 && *act == RoomAct::Leave;
        if list.member(&fingerprint(*who)).is_none() || stays {
            continue;
        }
        let entry = next(list, *who, act.clone());
        if list.take(&entry).is_ok() {
            all.push(entry);
        }
    }
    (lists, all)
}

/// The same entries in another order, each behind its parents.
fn reordered(entries: &[RoomEntry], order: &[usize]) -> List {
    let mut list = List::read(&entries[..1]).unwrap();
    let mut rest: Vec<&RoomEntry> = entries[1..].iter().collect();
    let mut order = order.iter().cycle();
    while !rest.is_empty() {
        let first = order.next().unwrap() % rest.len();
        let places = (0..rest.len()).map(|place| (first + place) % rest.len());
        let fits = |place: &usize| list.clone().take(rest[*place]).is_ok();
        let place = places.into_iter().find(fits).expect("some entry fits");
        list.take(rest.remove(place)).unwrap();
    }
    list
}

/// Whether somebody may be a member by the simplest reading of the rules: whoever was ever removed needs an addition
/// by the creator that knew of each removal.
fn may_be_in(list: &List, who: usize) -> bool {
    let all = entries(list);
    let knows = |later: &RoomEntry, earlier: &RoomEntry| {
        // All that leads to the later one, in a list of its own.
        let mut past = vec![later.clone()];
        let mut at = 0;
        while let Some(entry) = past.get(at).cloned() {
            let parents = all.iter().filter(|one| is_parent(one, &entry));
            past.extend(parents.cloned());
            at += 1;
        }
        past.contains(earlier)
    };
    let removals: Vec<_> = all.iter().filter(|e| e.act == remove(who)).collect();
    let returns = |entry: &&RoomEntry| entry.by == fingerprint(0) && entry.act == add(who);
    let saves = |entry: &RoomEntry| removals.iter().all(|removal| knows(entry, removal));
    removals.is_empty() || all.iter().filter(returns).any(saves)
}

fn is_parent(one: &RoomEntry, of: &RoomEntry) -> bool {
    use chat_identity::Statement;
    use sha2::{Digest as _, Sha256};
    let statement = Statement::room_entry(&one.by, &one.parents, &one.act);
    let digest: [u8; 32] = Sha256::digest(statement.as_bytes()).into();
    of.parents.iter().any(|parent| parent.0 == digest)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_order_everybody_ends_with_the_same_members(
        steps in prop::collection::vec(step(), 1..16),
        order in prop::collection::vec(0..100_usize, 1..16),
    ) {
        let (lists, all) = play(&steps);
        let one = reordered(&all, &[0]);
        let other = reordered(&all, &order);
        // Names, keys and by whom they were added.
        prop_assert_eq!(one.members(), other.members());
        prop_assert_eq!(one.digest(), other.digest());
        for mut list in lists {
            list.merge(&entries(&one)).unwrap();
            prop_assert_eq!(list.members(), one.members());
            prop_assert_eq!(list.digest(), one.digest());
        }
        for (who, name) in NAMES.iter().enumerate() {
            let is_in = members(&one).contains(name);
            prop_assert!(!is_in || may_be_in(&one, who), "{} is in", name);
        }
    }

    #[test]
    fn whoever_is_not_in_it_changes_nothing_whatever_is_known(
        steps in prop::collection::vec(step(), 1..12),
        act in 1..NAMES.len(),
        leaves: bool,
    ) {
        let (_, all) = play(&steps);
        let list = reordered(&all, &[0]);
        for who in 1..NAMES.len() {
            if list.member(&fingerprint(who)).is_some() {
                continue;
            }
            // Behind the latest entries, and behind each earlier one.
            let before = members(&list);
            for known in 1..=all.len() {
                let mut past = List::read(&all[..1]).unwrap();
                for entry in &all[1..known] {
                    past.take(entry).unwrap();
                }
                let mut list = list.clone();
                let act = if leaves { RoomAct::Leave } else { add(act) };
                let entry = next(&past, who, act);
                drop(list.take(&entry));
                prop_assert_eq!(members(&list), before.clone());
            }
        }
    }
}
