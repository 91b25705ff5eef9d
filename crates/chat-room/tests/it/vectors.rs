//! The published list, read as another implementation would.

use std::path::{Path, PathBuf};

use chat_crypto::Identity;
use chat_identity::{PublicIdentity, Statement};
use chat_protocol::{Blob, Digest, Nonce, RoomAct, RoomEntry};
use chat_room::List;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::people::{NAMES, add, fingerprint, identity, key, members, name, remove};

/// `docs/protocol/vectors/room.json`.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Vector {
    people: Vec<Person>,
    steps: Vec<Step>,
    /// None of these is taken into the list of all steps.
    refused: Vec<Refused>,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Person {
    name: String,
    key: Blob,
}

/// An entry, and what there is once it was taken.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Step {
    says: String,
    entry: RoomEntry,
    statement: Blob,
    digest: Digest,
    members: Vec<String>,
    list: Digest,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Refused {
    why: String,
    entry: RoomEntry,
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol/vectors/room.json")
}

fn vector() -> Vector {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

/// What the file is made of.
struct Making {
    rng: StdRng,
    list: Option<List>,
    steps: Vec<Step>,
}

impl Making {
    fn sign(&mut self, by: &Identity, parents: &[Digest], act: RoomAct) -> RoomEntry {
        by.sign_room_entry(&mut self.rng, parents, act)
    }

    fn step(&mut self, says: &str, by: usize, parents: &[usize], act: RoomAct) {
        let mut parents: Vec<Digest> = parents
            .iter()
            .map(|step| self.steps[*step].digest)
            .collect();
        parents.sort();
        let entry = self.sign(identity(by), &parents, act);
        match &mut self.list {
            Some(list) => assert!(list.take(&entry).unwrap()),
            None => self.list = Some(List::read(std::slice::from_ref(&entry)).unwrap()),
        }
        let statement = Statement::room_entry(&entry.by, &entry.parents, &entry.act);
        let list = self.list.as_ref().unwrap();
        self.steps.push(Step {
            says: says.to_owned(),
            digest: Digest(Sha256::digest(statement.as_bytes()).into()),
            statement: Blob(statement.as_bytes().to_vec()),
            entry,
            members: members(list).into_iter().map(str::to_owned).collect(),
            list: list.digest(),
        });
    }
}

fn made() -> Vector {
    let mut making = Making {
        rng: StdRng::seed_from_u64(1),
        list: None,
        steps: Vec::new(),
    };
    let create = RoomAct::Create {
        room: "plans".parse().unwrap(),
        name: name(0),
        key: key(0),
        nonce: Nonce([7; 32]),
    };
    making.step("alice creates the room", 0, &[], create);
    making.step("alice adds bob", 0, &[0], add(1));
    making.step("bob adds carol", 1, &[1], add(2));
    making.step("alice removes bob", 0, &[2], remove(1));
    making.step(
        "bob adds dave, not knowing of step 3: it does not count",
        1,
        &[2],
        add(3),
    );
    making.step("carol adds erin, knowing of both", 2, &[3, 4], add(4));
    making.step("erin leaves", 4, &[5], RoomAct::Leave);
    making.step("alice adds bob again", 0, &[6], add(1));
    let last = making.steps[7].digest;
    let removed = making.steps[3].digest;
    let why = |why: &str, entry| Refused {
        why: why.to_owned(),
        entry,
    };
    let mut forged = making.sign(identity(4), &[last], add(3));
    forged.by = fingerprint(0);
    let refused = vec![
        why(
            "bob writes behind his removal",
            making.sign(identity(1), &[removed], add(3)),
        ),
        why(
            "dave was never a member that counts",
            making.sign(identity(3), &[last], add(4)),
        ),
        why(
            "carol is not the creator",
            making.sign(identity(2), &[last], remove(1)),
        ),
        why("bob is a member", making.sign(identity(0), &[last], add(1))),
        why(
            "nobody knows what it stands behind",
            making.sign(identity(0), &[Digest([9; 32])], add(3)),
        ),
        why("erin signs for alice", forged),
    ];
    let person = |who: usize| Person {
        name: NAMES[who].to_owned(),
        key: key(who),
    };
    Vector {
        people: (0..NAMES.len()).map(person).collect(),
        steps: making.steps,
        refused,
    }
}

#[test]
fn the_published_list_is_what_this_implementation_writes() {
    let made = made();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap();
        std::fs::write(path(), text + "\n").unwrap();
    }
    assert_eq!(made, vector());
}

/// Number of parts, then each behind its length, as the page says.
fn pae(parts: &[&[u8]]) -> Vec<u8> {
    let number = |number: usize| (number as u64).to_le_bytes().to_vec();
    let mut bytes = number(parts.len());
    for part in parts {
        bytes.extend(number(part.len()));
        bytes.extend_from_slice(part);
    }
    bytes
}

#[test]
fn the_published_statements_are_what_the_page_says() {
    for step in vector().steps {
        let entry = serde_json::to_value(&step.entry).unwrap();
        let bytes = |field: &str| {
            let value = entry[field].clone();
            serde_json::from_value::<Blob>(value).unwrap().0
        };
        let text = |field: &str| entry[field].as_str().unwrap().as_bytes().to_vec();
        let parents = entry["parents"].as_array().unwrap().iter();
        let parents = parents.flat_map(|parent| {
            let parent = serde_json::from_value::<Blob>(parent.clone());
            parent.unwrap().0
        });
        let mut parts = vec![
            b"chat/2 room entry".to_vec(),
            bytes("by"),
            parents.collect(),
        ];
        parts.push(text("act"));
        match entry["act"].as_str().unwrap() {
            "create" => parts.extend([text("room"), text("name"), bytes("key"), bytes("nonce")]),
            "add" => parts.extend([text("name"), bytes("key")]),
            "remove" => parts.push(bytes("who")),
            _ => {}
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        assert_eq!(pae(&parts), step.statement.0);
        assert_eq!(step.digest.0, *Sha256::digest(&step.statement.0));
    }
}

#[test]
fn the_published_entries_are_signed_by_those_who_wrote_them() {
    let vector = vector();
    let people = vector.people.iter();
    let people: Vec<_> = people
        .map(|person| PublicIdentity::from_spki(&person.key.0).unwrap())
        .collect();
    for step in vector.steps {
        let author = people.iter().find(|one| one.fingerprint() == step.entry.by);
        let statement = Statement::room_entry(&step.entry.by, &step.entry.parents, &step.entry.act);
        let signature = &step.entry.signature.0;
        author.unwrap().verify(&statement, signature).unwrap();
    }
}

#[test]
fn what_the_page_says_is_refused_is_refused() {
    let vector = vector();
    let entries: Vec<_> = vector.steps.into_iter().map(|step| step.entry).collect();
    let list = List::read(&entries).unwrap();
    for Refused { why, entry } in vector.refused {
        let before = list.digest();
        let mut list = list.clone();
        assert!(list.take(&entry).is_err(), "{why}");
        assert_eq!(list.digest(), before, "{why}");
    }
}
