use bytes::{Bytes, BytesMut};
use chat_protocol::ToRelay;
use sha2::{Digest as _, Sha256};

use crate::hall::{Hall, gone, untouched};

fn content(size: usize) -> Vec<u8> {
    (0..size)
        .map(|n| u8::try_from(n.wrapping_mul(31) % 251).unwrap())
        .collect()
}

/// Alice has a file of this size, and bob is here.
fn hall(size: usize) -> Hall {
    let mut hall = Hall::with(&["alice", "bob"]);
    let files = &mut hall.person("alice").disk.files;
    files.insert("docs/plan.pdf".to_owned(), content(size));
    hall
}

fn send(hall: &mut Hall) -> Vec<String> {
    hall.types("alice", "/file bob docs/plan.pdf");
    hall.lines("alice")
}

#[test]
fn a_file_of_any_size_arrives_whole_and_both_sides_say_so() {
    for size in [0, 1, 255, 65_536, 65_537, 3_000_000] {
        let mut hall = hall(size);
        let told = send(&mut hall);
        let digest: String = Sha256::digest(content(size))
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            told,
            [format!("file-delivered bob {size} {digest} plan.pdf")]
        );
        assert_eq!(
            hall.lines("bob"),
            [
                format!("file-offered alice {size} plan.pdf"),
                format!("file-received alice {size} {digest} plan.pdf")
            ]
        );
        assert_eq!(hall.person("bob").disk.saved["plan.pdf"], content(size));
        assert!(hall.person("alice").disk.is_closed() && hall.person("bob").disk.is_closed());
    }
}

/// What the recipient of a file of so many bytes shows when it comes to nothing.
fn offered_then(size: usize, end: &str) -> [String; 2] {
    [
        format!("file-offered alice {size} plan.pdf"),
        end.to_owned(),
    ]
}

#[test]
fn a_second_file_of_the_same_name_gets_a_number() {
    let mut hall = hall(10);
    send(&mut hall);
    send(&mut hall);
    let saved: Vec<_> = hall.person("bob").disk.saved.keys().cloned().collect();
    assert_eq!(saved, ["plan (1).pdf", "plan.pdf"]);
}

#[test]
fn the_sender_never_goes_beyond_its_credit() {
    let mut hall = hall(2_000_000);
    hall.tamper(|_, message, body| match message {
        ToRelay::Credit { until, .. } if until > 8 => Vec::new(),
        message => untouched(message, body),
    });
    assert!(send(&mut hall).is_empty());
    let partial = hall
        .person("bob")
        .disk
        .partial
        .values()
        .next()
        .unwrap()
        .1
        .len();
    assert_eq!(partial, 8 * 65_536);
}

#[test]
fn a_changed_lost_or_repeated_chunk_ends_the_file_on_both_sides() {
    type Fate = fn(ToRelay, Bytes) -> Vec<(ToRelay, Bytes)>;
    let fates: [Fate; 3] = [
        |message, body| {
            let mut body = BytesMut::from(&*body);
            body[100] ^= 1;
            vec![(message, body.freeze())]
        },
        |_, _| Vec::new(),
        |message, body| vec![(message.clone(), body.clone()), (message, body)],
    ];
    for fate in fates {
        let mut hall = hall(300_000);
        hall.tamper(move |_, message, body| match message {
            ToRelay::Chunk { index: 2, .. } => fate(message, body),
            message => untouched(message, body),
        });
        assert_eq!(send(&mut hall), ["file-failed bob corrupt plan.pdf"]);
        assert_eq!(
            hall.lines("bob"),
            offered_then(300_000, "file-failed alice corrupt plan.pdf")
        );
        assert!(hall.person("bob").disk.saved.is_empty());
        assert!(hall.person("alice").disk.is_closed() && hall.person("bob").disk.is_closed());
    }
}

#[test]
fn what_comes_behind_the_last_chunk_changes_nothing() {
    let mut hall = hall(300_000);
    hall.tamper(|_, message, body| match message {
        ToRelay::Chunk { index: 4, .. } => vec![(message.clone(), body.clone()), (message, body)],
        message => untouched(message, body),
    });
    let sent = send(&mut hall);
    assert!(
        sent[0].starts_with("file-delivered bob 300000 "),
        "{sent:?}"
    );
    let got = hall.lines("bob");
    assert!(got[1].starts_with("file-received alice 300000 "), "{got:?}");
    assert_eq!((sent.len(), got.len()), (1, 2));
    assert!(hall.person("bob").disk.is_closed());
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_given_up() {
    for size in [300_000, 200_000] {
        let mut hall = hall(300_000);
        hall.tamper(|_, message, body| match message {
            ToRelay::Credit { .. } => Vec::new(),
            message => untouched(message, body),
        });
        send(&mut hall);
        let mut other = content(size);
        other[150_000] ^= 1;
        let files = &mut hall.person("alice").disk.files;
        files.insert("docs/plan.pdf".to_owned(), other);
        let transfer = hall
            .person("bob")
            .disk
            .partial
            .keys()
            .next()
            .unwrap()
            .clone();
        let credit = chat_protocol::ToClient::Credit {
            from: crate::hall::name("bob"),
            file: transfer.file,
            until: 8,
        };
        hall.relay_says("alice", credit, Bytes::new());
        assert_eq!(hall.lines("alice"), ["file-failed bob source plan.pdf"]);
        assert_eq!(
            hall.lines("bob"),
            offered_then(300_000, "file-failed alice source plan.pdf")
        );
        assert!(hall.person("bob").disk.saved.is_empty());
    }
}

#[test]
fn when_either_side_goes_nothing_is_left_behind() {
    for leaver in ["alice", "bob"] {
        let mut hall = hall(2_000_000);
        hall.tamper(|_, message, body| match message {
            ToRelay::Credit { until, .. } if until > 8 => Vec::new(),
            message => untouched(message, body),
        });
        send(&mut hall);
        let other = if leaver == "alice" { "bob" } else { "alice" };
        hall.forget(other);
        hall.drop(leaver);
        let expected = [
            format!("left {leaver} dropped"),
            format!("file-failed {leaver} gone plan.pdf"),
        ];
        assert_eq!(hall.lines(other), expected);
        assert!(hall.person(other).disk.is_closed());
    }
}

#[test]
fn a_cancel_ends_a_file_once() {
    let mut hall = hall(2_000_000);
    hall.tamper(|_, message, body| match message {
        ToRelay::Credit { .. } => Vec::new(),
        message => untouched(message, body),
    });
    send(&mut hall);
    let transfer = hall
        .person("bob")
        .disk
        .partial
        .keys()
        .next()
        .unwrap()
        .clone();
    for _ in 0..2 {
        hall.relay_says("alice", gone("bob", &transfer), Bytes::new());
        hall.relay_says("bob", gone("alice", &transfer), Bytes::new());
        // Somebody else's word counts for nothing.
        hall.relay_says("bob", gone("carol", &transfer), Bytes::new());
    }
    assert_eq!(hall.lines("alice"), ["file-failed bob gone plan.pdf"]);
    assert_eq!(
        hall.lines("bob"),
        offered_then(2_000_000, "file-failed alice gone plan.pdf")
    );
}

#[test]
fn who_asks_for_a_file_that_was_given_up_hears_of_it() {
    let mut hall = hall(2_000_000);
    hall.tamper(|_, message, body| match message {
        ToRelay::Credit { .. } => Vec::new(),
        message => untouched(message, body),
    });
    send(&mut hall);
    let mut transfers = hall.person("bob").disk.partial.keys();
    let transfer = transfers.next().cloned().unwrap();
    // What alice has said of it is lost.
    hall.relay_says("alice", gone("bob", &transfer), Bytes::new());
    let credit = chat_protocol::ToClient::Credit {
        from: crate::hall::name("bob"),
        file: transfer.file,
        until: 8,
    };
    hall.relay_says("alice", credit, Bytes::new());
    assert_eq!(
        hall.lines("bob"),
        offered_then(2_000_000, "file-failed alice source plan.pdf")
    );
}

#[test]
fn a_full_disk_is_told_to_both() {
    let mut hall = hall(300_000);
    hall.person("bob").disk.full = true;
    assert_eq!(send(&mut hall), ["file-failed bob storage plan.pdf"]);
    assert_eq!(
        hall.lines("bob"),
        offered_then(300_000, "file-failed alice storage plan.pdf")
    );
}

#[test]
fn files_beyond_what_a_recipient_takes_at_once_wait_their_turn() {
    let mut hall = hall(100_000);
    for _ in 0..10 {
        let session = &mut hall.person("alice").session;
        session.on_line("/file bob docs/plan.pdf", crate::hall::NOW);
    }
    hall.settle();
    assert_eq!(hall.person("bob").disk.saved.len(), 10);
    let lines = hall.lines("alice");
    let waiting = lines
        .iter()
        .filter(|line| *line == "file-waiting bob plan.pdf");
    assert_eq!((waiting.count(), lines.len()), (6, 16));
}

#[test]
fn a_file_that_does_not_come_further_is_given_up_and_lets_the_next_one_go() {
    let mut hall = hall(300_000);
    // The relay swallows the end of four files, and what the two say of them: each side finds out by itself.
    let mut lost = 0;
    hall.tamper(move |_, message, body| match message {
        ToRelay::Chunk { index: 3.., .. } if lost < 8 => {
            lost += 1;
            Vec::new()
        }
        ToRelay::Cancel { .. } => Vec::new(),
        message => untouched(message, body),
    });
    for _ in 0..5 {
        let session = &mut hall.person("alice").session;
        session.on_line("/file bob docs/plan.pdf", crate::hall::NOW);
    }
    hall.settle();
    hall.forget("alice");
    hall.forget("bob");
    let mut tick = |now| {
        for who in ["alice", "bob"] {
            let session = &mut hall.person(who).session;
            assert!(session.has_transfers() || now > 180);
            session.on_tick(now);
        }
        hall.settle();
        (hall.lines("alice"), hall.lines("bob"))
    };
    assert_eq!(tick(0), (Vec::new(), Vec::new()));
    assert_eq!(tick(179), (Vec::new(), Vec::new()));
    let (alices, bobs) = tick(180);
    let failed = |lines: &[String], with: &str| {
        let line = format!("file-failed {with} stalled plan.pdf");
        lines.iter().filter(|other| **other == line).count()
    };
    assert_eq!((failed(&alices, "bob"), failed(&bobs, "alice")), (4, 4));
    assert!(
        alices.last().unwrap().starts_with("file-delivered bob "),
        "the fifth"
    );
    assert!(hall.person("alice").disk.is_closed() && hall.person("bob").disk.is_closed());
}

#[test]
fn a_file_that_cannot_be_opened_is_refused() {
    let mut hall = hall(1);
    let told = hall.types("alice", "/file bob elsewhere");
    assert_eq!(told, ["refused not-found elsewhere"]);
}

#[test]
fn the_end_of_the_input_waits_for_the_receipt() {
    let mut hall = hall(300_000);
    let session = &mut hall.person("alice").session;
    session.on_line("/file bob docs/plan.pdf", crate::hall::NOW);
    session.on_end_of_input();
    hall.settle();
    assert!(hall.lines("alice")[0].starts_with("file-delivered bob "));
    assert!(hall.person("alice").ending.is_some());
}
