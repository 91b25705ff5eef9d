//! Letters on a disk that loses power: of what was not synced, some is there afterwards, and some is not.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use redb::StorageBackend;

use super::super::{Key, Kind, Label, Letter};
use super::{labels, prepare, read, write};

/// In memory.
#[derive(Clone, Debug, Default)]
struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// As programs see it.
    bytes: Vec<u8>,
    /// As it was when it was last synced.
    synced: Vec<u8>,
    /// What was done since, in its order.
    since: Vec<Change>,
    /// After so many more changes nothing works any more.
    left: Option<u32>,
}

#[derive(Clone, Debug)]
enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Write(offset, data) => {
                let end = offset + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(data);
            }
        }
    }
}

impl State {
    fn change(&mut self, change: Change) -> io::Result<()> {
        self.work()?;
        change.apply(&mut self.bytes);
        self.since.push(change);
        Ok(())
    }

    fn work(&mut self) -> io::Result<()> {
        if let Some(left) = &mut self.left {
            *left = left
                .checked_sub(1)
                .ok_or(io::Error::from(io::ErrorKind::StorageFull))?;
        }
        Ok(())
    }
}

impl Disk {
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    /// The disk after a loss of power.
    fn after_a_crash(&self, luck: &mut StdRng) -> Self {
        let bytes = self.with(|state| {
            let mut bytes = state.synced.clone();
            for change in &state.since {
                // A write that is cut short ends at a sector.
                match change {
                    _ if luck.random_range(0..3) == 0 => {}
                    Change::Write(offset, data) if luck.random_range(0..4) == 0 => {
                        let sectors = luck.random_range(0..=data.len() / 512);
                        let written = data[..sectors * 512].to_vec();
                        Change::Write(*offset, written).apply(&mut bytes);
                    }
                    change => change.apply(&mut bytes),
                }
            }
            bytes
        });
        let state = State {
            synced: bytes.clone(),
            bytes,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|state| state.bytes.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with(|state| {
            let found = state.bytes.get(offset..offset + out.len());
            out.copy_from_slice(found.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof))?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let length = usize::try_from(len).unwrap();
        self.with(|state| state.change(Change::Length(length)))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|state| {
            state.work()?;
            state.synced = state.bytes.clone();
            state.since.clear();
            Ok(())
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.with(|state| state.change(Change::Write(offset, data.to_vec())))
    }
}

type Letters = BTreeMap<u64, Vec<u8>>;

fn key(number: u64) -> Key {
    Key {
        to: "bob".parse().unwrap(),
        number,
    }
}

fn letter(number: u64, luck: &mut StdRng) -> Letter {
    let bytes = luck.random_range(0..20_000);
    Letter {
        label: Label {
            key: key(number),
            from: "alice".parse().unwrap(),
            kind: Kind::Envelope,
            day: 1,
            bytes,
        },
        envelope: Bytes::from(vec![luck.random(); bytes]),
    }
}

/// What is on a disk, by the store's own word.
fn found(disk: Disk) -> Letters {
    let database = prepare(disk).unwrap();
    let letters = read(&database, &key(0), usize::MAX).unwrap();
    assert_eq!(labels(&database).unwrap().len(), letters.len());
    let found = letters.into_iter();
    found
        .map(|letter| (letter.label.key.number, letter.envelope.to_vec()))
        .collect()
}

/// Writes at random until the disk fails, and loses power. What must be there afterwards: all before the last
/// commit, and that one as a whole or not at all.
fn crash(disk: &Disk, mut before: Letters, luck: &mut StdRng) -> Letters {
    let database = prepare(disk.clone()).unwrap();
    let left = luck.random_range(0..200);
    disk.with(|state| state.left = Some(left));
    let mut last = before.keys().next_back().copied().unwrap_or(0);
    let (after, done) = loop {
        let put: Vec<Letter> = (0..luck.random_range(0..4))
            .map(|n| letter(last + 1 + n, luck))
            .collect();
        last += put.len() as u64;
        let gone = luck.random_range(0..3);
        let remove: Vec<Key> = before
            .keys()
            .take(gone)
            .map(|number| key(*number))
            .collect();
        let mut after = before.clone();
        after.extend(
            put.iter()
                .map(|letter| (letter.label.key.number, letter.envelope.to_vec())),
        );
        for key in &remove {
            after.remove(&key.number);
        }
        let done = write(&database, &put, &remove);
        // A crash between two commits.
        if done.is_err() || luck.random_range(0..8) == 0 {
            break (after, done);
        }
        before = after;
    };
    let crashed = disk.after_a_crash(luck);
    drop(database);
    let found = found(crashed.clone());
    if done.is_ok() {
        assert!(found == after, "what was committed is not there");
    } else {
        assert!(found == after || found == before, "half a commit is there");
    }
    disk.with(|state| *state = std::mem::take(&mut *crashed.0.lock().unwrap()));
    found
}

#[test]
fn a_loss_of_power_loses_nothing_that_was_committed_and_leaves_no_half_of_a_commit() {
    for seed in 0..12 {
        let mut luck = StdRng::seed_from_u64(seed);
        let disk = Disk::default();
        let mut letters = found(disk.clone());
        disk.sync_data().unwrap();
        for _ in 0..6 {
            letters = crash(&disk, letters, &mut luck);
        }
    }
}
