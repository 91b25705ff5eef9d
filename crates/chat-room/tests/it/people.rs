//! People with the public test keys, and what they write.

use std::path::Path;
use std::sync::LazyLock;

use chat_crypto::Identity;
use chat_protocol::{Blob, Digest, Fingerprint, Name, Nonce, RoomAct, RoomEntry};
use chat_room::List;

/// In the order of their keys.
pub(crate) const NAMES: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];

static PEOPLE: LazyLock<Vec<Identity>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/fixtures/keys");
    let read = |number: usize| {
        let store = std::fs::read_to_string(folder.join(format!("{number:02}.keys"))).unwrap();
        Identity::from_store(&store, None).unwrap()
    };
    (0..NAMES.len()).map(read).collect()
});

pub(crate) fn identity(who: usize) -> &'static Identity {
    &PEOPLE[who]
}

pub(crate) fn fingerprint(who: usize) -> Fingerprint {
    identity(who).public().fingerprint()
}

pub(crate) fn name(who: usize) -> Name {
    NAMES[who].parse().unwrap()
}

pub(crate) fn key(who: usize) -> Blob {
    Blob(identity(who).public().spki().to_vec())
}

pub(crate) fn add(who: usize) -> RoomAct {
    RoomAct::Add {
        name: name(who),
        key: key(who),
    }
}

pub(crate) fn remove(who: usize) -> RoomAct {
    RoomAct::Remove {
        who: fingerprint(who),
    }
}

pub(crate) fn signed(by: usize, parents: &[Digest], act: RoomAct) -> RoomEntry {
    identity(by).sign_room_entry(&mut rand::rng(), parents, act)
}

/// Somebody writes behind all that is in this list.
pub(crate) fn next(list: &List, by: usize, act: RoomAct) -> RoomEntry {
    signed(by, &list.parents(), act)
}

pub(crate) fn creation(by: usize) -> RoomEntry {
    let act = RoomAct::Create {
        room: "plans".parse().unwrap(),
        name: name(by),
        key: key(by),
        nonce: Nonce([7; 32]),
    };
    signed(by, &[], act)
}

/// A room of alice's, with these entries behind each other.
pub(crate) fn room(entries: &[(usize, RoomAct)]) -> List {
    let mut list = List::read(&[creation(0)]).unwrap();
    for (by, act) in entries {
        let entry = next(&list, *by, act.clone());
        assert!(list.take(&entry).unwrap());
    }
    list
}

pub(crate) fn members(list: &List) -> Vec<&str> {
    let members = list.members().into_iter();
    members.map(|member| member.name.as_str()).collect()
}

pub(crate) fn entries(list: &List) -> Vec<RoomEntry> {
    list.entries().cloned().collect()
}
