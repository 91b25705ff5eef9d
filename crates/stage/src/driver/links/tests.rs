//! What is stored of links, and what the timeline tells of them.

use std::net::Ipv4Addr;

use bytes::Bytes;
use tempfile::TempDir;

use super::{Links, is_linked, was_cut_off};
use crate::driver::testing::{ADAPTER, planned_for};
use crate::links::reach::Reached;
use crate::links::tap::{Fate, LinkState, Tap};
use crate::record::Writer;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind, Limit, LinkEnd};

const TWO: &str = r#"
title = "two"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "good morning" }
"#;

fn plan(framing: &str) -> Plan {
    let adapter = format!("{ADAPTER}\n[wire]\nframing = \"{framing}\"\n");
    planned_for(&adapter, TWO)
}

fn record() -> (TempDir, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::create(dir.path(), None).unwrap();
    (dir, writer)
}

fn wire(links: &mut Links<'_>, direction: Direction, bytes: &[u8], record: &mut Writer) {
    let bytes = Bytes::copy_from_slice(bytes);
    links
        .wire("alice".to_owned(), direction, &bytes, record)
        .unwrap();
}

fn kinds(record: &Writer) -> Vec<&Kind> {
    record.events().iter().map(|event| &event.kind).collect()
}

#[test]
fn each_direction_is_stored_in_a_file_of_its_own_byte_for_byte() {
    let plan = plan("none");
    let (dir, mut record) = record();
    let mut links = Links::of(&plan);
    links.opened("alice".to_owned(), &mut record).unwrap();
    wire(&mut links, Direction::Up, b"one", &mut record);
    wire(&mut links, Direction::Down, b"other", &mut record);
    wire(&mut links, Direction::Up, b"two", &mut record);
    let places: Vec<(Direction, u64, u64)> = kinds(&record)
        .into_iter()
        .filter_map(|kind| match kind {
            Kind::Wire {
                direction, at, len, ..
            } => Some((*direction, *at, *len)),
            _ => None,
        })
        .collect();
    let (up, down) = (Direction::Up, Direction::Down);
    assert_eq!(places, [(up, 0, 3), (down, 0, 5), (up, 3, 3)]);
    record.flush().unwrap();
    let stored = |name: &str| std::fs::read(dir.path().join("wire").join(name)).unwrap();
    assert_eq!(stored("alice.up"), b"onetwo");
    assert_eq!(stored("alice.down"), b"other");
}

#[test]
fn what_a_fault_did_lies_behind_what_earlier_connections_have_stored() {
    let plan = plan("none");
    let (_dir, mut record) = record();
    let mut links = Links::of(&plan);
    let fate = |at| Fate {
        fault: "drop",
        frame: None,
        at,
        len: 2,
        did: "dropped".to_owned(),
    };
    links.opened("alice".to_owned(), &mut record).unwrap();
    wire(&mut links, Direction::Up, b"12345", &mut record);
    links.opened("alice".to_owned(), &mut record).unwrap();
    wire(&mut links, Direction::Up, b"678", &mut record);
    for direction in [Direction::Up, Direction::Down] {
        links
            .fault("alice".to_owned(), direction, fate(1), &mut record)
            .unwrap();
    }
    let places: Vec<u64> = kinds(&record)
        .into_iter()
        .filter_map(|kind| match kind {
            Kind::Fault { at, .. } => Some(*at),
            _ => None,
        })
        .collect();
    assert_eq!(places, [6, 1]);
}

#[test]
fn bytes_that_are_no_frame_are_reported_once_for_each_connection() {
    let plan = plan("chat");
    let (_dir, mut record) = record();
    let mut links = Links::of(&plan);
    let bad = |record: &Writer| {
        let is_bad = |kind: &&Kind| matches!(kind, Kind::BadFrame { .. });
        kinds(record).into_iter().filter(is_bad).count()
    };
    for connection in 1..=2 {
        links.opened("alice".to_owned(), &mut record).unwrap();
        for _ in 0..3 {
            wire(&mut links, Direction::Up, &[0xff; 16], &mut record);
        }
        assert_eq!(bad(&record), connection);
    }
}

#[test]
fn the_relay_sees_each_client_come_from_an_address_of_its_own() {
    let plan = plan("none");
    let links = Links::of(&plan);
    assert_eq!(links.source("alice"), Ipv4Addr::new(127, 0, 1, 1));
    assert_eq!(links.source("bob"), Ipv4Addr::new(127, 0, 1, 2));
}

#[tokio::test]
async fn a_link_is_reported_what_happens_to_its_own_client_alone() {
    let plan = plan("none");
    let mut links = Links::of(&plan);
    assert_eq!(links.port("alice"), None);
    let (tap, alice) = Tap::detached(5001);
    assert_eq!(links.add("alice", tap), 5001);
    let (tap, bob) = Tap::detached(5002);
    links.add("bob", tap);
    links.set("bob", LinkState::Vanished);
    links.set("nobody", LinkState::Reset);
    assert_eq!(alice.borrow().state, LinkState::Pass);
    assert_eq!(bob.borrow().state, LinkState::Vanished);
    let relay = links.relay();
    let at: Reached = ["127.0.0.1:4000".parse().unwrap()].into();
    links.relay_is_at(at.clone()).unwrap();
    assert_eq!(*relay.borrow(), at);
    assert_eq!(links.relay_has_ended(), Some(at));
    assert_eq!(links.relay_has_ended(), None, "once");
    links.relay_is_gone();
    assert!(relay.borrow().is_empty());
}

fn events(kinds: &[Kind]) -> Vec<Event> {
    let numbered = (0..).zip(kinds.iter().cloned());
    numbered.map(|(n, kind)| Event { n, t: n, kind }).collect()
}

fn opened(link: &str) -> Kind {
    Kind::LinkOpened {
        link: link.to_owned(),
    }
}

fn closed(direction: Direction, how: LinkEnd) -> Kind {
    Kind::LinkClosed {
        link: "alice".to_owned(),
        direction,
        how,
    }
}

#[test]
fn a_client_is_linked_from_its_opening_to_the_first_end() {
    let all = [
        opened("bob"),
        opened("alice"),
        closed(Direction::Up, LinkEnd::Fin),
        opened("alice"),
    ];
    let linked = (0..=4).map(|so_far| is_linked("alice", &events(&all[..so_far])));
    let linked: Vec<bool> = linked.collect();
    assert_eq!(linked, [false, false, true, false, true]);
}

#[test]
fn who_ended_its_latest_connection_first_was_not_cut_off() {
    let (up, down) = (Direction::Up, Direction::Down);
    let cut_off = |ends: &[Kind]| {
        let first = [opened("alice"), closed(down, LinkEnd::Fin), opened("alice")];
        was_cut_off("alice", &events(&[&first, ends].concat()))
    };
    assert!(!cut_off(&[]), "an earlier connection does not count");
    assert!(!cut_off(&[
        closed(up, LinkEnd::Fin),
        closed(down, LinkEnd::Fin)
    ]));
    assert!(cut_off(&[
        closed(down, LinkEnd::Fin),
        closed(up, LinkEnd::Fin)
    ]));
    assert!(cut_off(&[closed(up, LinkEnd::Reset)]), "nobody knows");
}

#[test]
fn who_sends_more_than_it_may_is_ended_and_not_the_other_side() {
    let mut plan = plan("none");
    plan.adapter.client.limits.wire = 4;
    plan.adapter.relay.limits.wire = 10;
    let (_dir, mut record) = record();
    let mut links = Links::of(&plan);
    links.opened("alice".to_owned(), &mut record).unwrap();
    wire(&mut links, Direction::Down, b"ten bytes.", &mut record);
    assert_eq!(record.take_over(), None);
    wire(&mut links, Direction::Up, b"12345", &mut record);
    assert_eq!(record.take_over(), Some(("alice".to_owned(), Limit::Wire)));
    wire(&mut links, Direction::Down, b"!", &mut record);
    assert_eq!(record.take_over(), Some(("relay".to_owned(), Limit::Wire)));
    wire(&mut links, Direction::Up, b"12345", &mut record);
    assert_eq!(record.take_over(), None, "once");
}
