//! What faults do to bytes, without a socket.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use tokio::time::Instant;

use super::core::{Act, Core, Outcome, Shared};
use super::effect::{Effect, End};
use scenario::adapter::Framing;
use scenario::{Fault, FaultKind, Way, When};

fn frame(kind: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{\"t\":\"{kind}\"}}");
    let header_length = u16::try_from(header.len()).unwrap();
    let length = u32::try_from(2 + header.len() + body.len()).unwrap();
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(header_length.to_be_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn fault(kind: FaultKind, when: When) -> Shared {
    let fault = Fault {
        way: Way::Down,
        kind,
        when,
    };
    Arc::new(Mutex::new(Effect::new(fault, 7)))
}

fn once() -> When {
    When {
        frame: None,
        after_frames: 0,
        times: 1,
    }
}

fn of(frame: &str) -> When {
    When {
        frame: Some(frame.to_owned()),
        ..once()
    }
}

fn passed(outcome: &Outcome) -> Vec<u8> {
    let acts = outcome.acts.iter();
    acts.flat_map(|act| match act {
        Act::Pass(bytes, _) => bytes.to_vec(),
        Act::End(_) => Vec::new(),
    })
    .collect()
}

fn ends(outcome: &Outcome) -> Vec<End> {
    let acts = outcome.acts.iter();
    acts.filter_map(|act| match act {
        Act::End(end) => Some(*end),
        Act::Pass(..) => None,
    })
    .collect()
}

/// What comes out of a fault in force from the beginning, when these bytes go in.
fn through(fault: &Shared, sent: &[u8]) -> Outcome {
    let now = Instant::now();
    let mut core = Core::new(Framing::Chat);
    let mut all = core.update(now, std::slice::from_ref(fault));
    for outcome in [
        core.push(now, Bytes::copy_from_slice(sent)),
        core.finish(now),
    ] {
        all.acts.extend(outcome.acts);
        all.fates.extend(outcome.fates);
    }
    all
}

/// What comes out of a frame fault, of `one` to `four`.
fn frames(kind: FaultKind, when: When) -> Vec<u8> {
    let sent = ["one", "two", "three", "four"].map(|body| frame("deliver", body.as_bytes()));
    passed(&through(&fault(kind, when), &sent.concat()))
}

fn bodies(bodies: &[&str]) -> Vec<u8> {
    let frames = bodies.iter().map(|body| frame("deliver", body.as_bytes()));
    frames.collect::<Vec<_>>().concat()
}

#[test]
fn a_dropped_frame_leaves_the_others_whole() {
    let when = When {
        after_frames: 1,
        ..of("deliver")
    };
    assert_eq!(
        frames(FaultKind::Drop, when),
        bodies(&["one", "three", "four"])
    );
}

#[test]
fn times_counts_the_frames_that_are_met() {
    let when = When { times: 3, ..once() };
    assert_eq!(frames(FaultKind::Drop, when), bodies(&["four"]));
}

#[test]
fn only_frames_of_the_named_type_count() {
    let sent = [
        frame("ping", b""),
        frame("deliver", b"x"),
        frame("ping", b""),
    ];
    let outcome = through(&fault(FaultKind::Drop, of("deliver")), &sent.concat());
    assert_eq!(passed(&outcome), frame("ping", b"").repeat(2));
    let fate = &outcome.fates[0];
    assert_eq!(fate.frame.as_deref(), Some("deliver"));
    assert_eq!(fate.at, sent[0].len() as u64);
    assert_eq!(fate.len, sent[1].len() as u64);
}

#[test]
fn duplicated_reordered_held_and_replayed_frames_are_whole() {
    let all = ["one", "two", "three", "four"];
    assert_eq!(
        frames(FaultKind::Duplicate, once()),
        bodies(&["one", "one", "two", "three", "four"])
    );
    assert_eq!(
        frames(FaultKind::Reorder, once()),
        bodies(&["two", "one", "three", "four"])
    );
    assert_eq!(
        frames(FaultKind::Replay, once()),
        bodies(&["one", "two", "one", "three", "four"])
    );
    assert_eq!(frames(FaultKind::Hold { frames: 3 }, once()), bodies(&all));
}

#[test]
fn held_frames_pass_only_when_all_have_gathered() {
    let now = Instant::now();
    let held = fault(FaultKind::Hold { frames: 2 }, once());
    let mut core = Core::new(Framing::Chat);
    core.update(now, std::slice::from_ref(&held));
    let first = core.push(now, frame("deliver", b"one").into());
    assert!(first.acts.is_empty());
    let second = core.push(now, frame("deliver", b"two").into());
    assert_eq!(passed(&second), bodies(&["one", "two"]));
    assert!(core.is_idle(), "it has done what it does");
}

#[test]
fn truncated_and_spliced_frames_have_lengths_that_fit() {
    assert_eq!(
        frames(FaultKind::Truncate { bytes: 2 }, once()),
        bodies(&["o", "two", "three", "four"])
    );
    assert_eq!(
        frames(FaultKind::Splice, once()),
        bodies(&["one", "tne", "three", "four"])
    );
}

#[test]
fn a_corrupted_frame_differs_in_one_byte_of_its_body() {
    let sent = bodies(&["one"]);
    for byte in [Some(1), None] {
        let outcome = through(&fault(FaultKind::Corrupt { byte }, of("deliver")), &sent);
        let got = passed(&outcome);
        let differs = |n: &usize| got[*n] != sent[*n];
        let different: Vec<usize> = (0..sent.len()).filter(differs).collect();
        assert_eq!(different.len(), 1);
        assert!(different[0] >= sent.len() - 3, "in the body");
        assert!(byte.is_none() || different[0] == sent.len() - 2);
    }
}

#[test]
fn a_corrupted_stream_needs_no_frames() {
    let corrupt = fault(FaultKind::Corrupt { byte: Some(2) }, once());
    let now = Instant::now();
    let mut core = Core::new(Framing::None);
    core.update(now, std::slice::from_ref(&corrupt));
    assert_eq!(passed(&core.push(now, Bytes::from_static(b"ab"))), b"ab");
    let flipped = [!b'c', b'd'];
    assert_eq!(passed(&core.push(now, Bytes::from_static(b"cd"))), flipped);
    assert_eq!(passed(&core.push(now, Bytes::from_static(b"ef"))), b"ef");
}

#[test]
fn a_cut_passes_what_it_is_reported_and_ends() {
    let outcome = through(
        &fault(FaultKind::Cut { after_bytes: 5 }, once()),
        b"0123456789",
    );
    assert_eq!(passed(&outcome), b"01234");
    assert_eq!(ends(&outcome), [End::Cut]);
}

#[test]
fn what_waits_for_nothing_happens_at_once_and_only_once() {
    let reset = fault(FaultKind::Reset, once());
    let now = Instant::now();
    let first = Core::new(Framing::Chat).update(now, std::slice::from_ref(&reset));
    assert_eq!(ends(&first), [End::Reset]);
    // The next connection of the same link.
    let second = Core::new(Framing::Chat).update(now, &[reset]);
    assert_eq!(ends(&second), []);
}

#[test]
fn a_late_byte_is_late_by_what_it_was_reported_and_in_order() {
    let now = Instant::now();
    let by = Duration::from_millis(300);
    let due = |outcome: &Outcome| match outcome.acts[0] {
        Act::Pass(_, due) => due,
        Act::End(_) => panic!("nothing ends"),
    };
    let delay = fault(FaultKind::Delay { by }, once());
    let mut core = Core::new(Framing::None);
    core.update(now, &[delay]);
    assert_eq!(due(&core.push(now, Bytes::from_static(b"x"))), now + by);
    let jitter = fault(FaultKind::Jitter { up_to: by }, once());
    let mut core = Core::new(Framing::None);
    core.update(now, &[jitter]);
    let mut last = now;
    for _ in 0..50 {
        let next = due(&core.push(now, Bytes::from_static(b"x")));
        assert!(next >= last && next <= now + by);
        last = next;
    }
}

#[test]
fn a_rate_bounds_what_passes_in_a_second() {
    let now = Instant::now();
    let slow = fault(
        FaultKind::Rate {
            bytes_per_second: 1000,
        },
        once(),
    );
    let mut core = Core::new(Framing::None);
    core.update(now, &[slow]);
    let outcome = core.push(now, Bytes::from(vec![0; 2000]));
    let last = outcome.acts.iter().map(|act| match act {
        Act::Pass(_, due) => *due,
        Act::End(_) => now,
    });
    assert_eq!(last.max(), Some(now + Duration::from_secs(2)));
    assert!(outcome.acts.len() >= 20, "not all at the end");
}

#[test]
fn a_blackhole_gives_back_what_was_sent() {
    let now = Instant::now();
    let hole = fault(FaultKind::Blackhole, once());
    let mut core = Core::new(Framing::Chat);
    core.update(now, &[hole]);
    assert!(core.is_stalled());
    assert!(core.push(now, Bytes::from_static(b"abc")).acts.is_empty());
    assert_eq!(passed(&core.update(now, &[])), b"abc");
    assert!(!core.is_stalled() && core.is_idle());
}

#[test]
fn a_fault_that_begins_within_a_frame_meets_the_next_one() {
    let now = Instant::now();
    let sent = bodies(&["one", "two"]);
    for begins in 1..bodies(&["one"]).len() {
        let (before, after) = sent.split_at(begins);
        let mut core = Core::new(Framing::Chat);
        core.pass(before);
        core.update(now, &[fault(FaultKind::Drop, once())]);
        let mut got = before.to_vec();
        got.extend(passed(&core.push(now, Bytes::copy_from_slice(after))));
        assert_eq!(got, bodies(&["one"]), "begun after {begins} bytes");
    }
}

proptest! {
    #[test]
    fn faults_that_lose_nothing_change_nothing(
        sent in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..8),
        cuts in prop::collection::vec(1..200usize, 1..20),
        kind in prop_oneof![
            Just(FaultKind::Delay { by: Duration::from_millis(3) }),
            Just(FaultKind::Jitter { up_to: Duration::from_millis(3) }),
            Just(FaultKind::Rate { bytes_per_second: 5000 }),
            Just(FaultKind::Slice { bytes: 7 }),
            Just(FaultKind::Hold { frames: 3 }),
        ],
        after_frames in 0..4u32,
    ) {
        let sent: Vec<u8> = sent.iter().flat_map(|body| frame("deliver", body)).collect();
        let now = Instant::now();
        let mut core = Core::new(Framing::Chat);
        let when = When { after_frames, ..once() };
        core.update(now, &[fault(kind, when)]);
        let (mut rest, mut got) = (sent.as_slice(), Vec::new());
        for size in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (chunk, more) = rest.split_at(rest.len().min(*size));
            got.extend(passed(&core.push(now, Bytes::copy_from_slice(chunk))));
            rest = more;
        }
        got.extend(passed(&core.finish(now)));
        prop_assert_eq!(got, sent);
    }

    #[test]
    fn no_bytes_and_no_fault_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        kind in prop_oneof![
            Just(FaultKind::Corrupt { byte: None }),
            Just(FaultKind::Splice),
            Just(FaultKind::Truncate { bytes: 50 }),
            Just(FaultKind::Reorder),
        ],
    ) {
        let when = When { times: 100, ..of("?") };
        through(&fault(kind, when), &bytes);
    }
}
