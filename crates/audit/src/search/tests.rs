//! What one pass over a place finds, and where.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::{KnownKey, Searcher};
use crate::Transformation;
use scenario::plan::{AuditPlan, Canary, WireText};
use timeline::{Kind, StepId, Surface};

const CANARY: &str = "QXZVKW-amber-falcon-0417";

fn plan() -> AuditPlan {
    AuditPlan {
        canaries: vec![Canary {
            name: "vault".to_owned(),
            text: CANARY.to_owned(),
            step: StepId("1".to_owned()),
        }],
        texts: vec![WireText {
            step: StepId("2".to_owned()),
            text: "no canary, but long enough".to_owned(),
        }],
        controls: [Surface::Wire, Surface::Arguments]
            .map(|surface| (surface, "relay-control".to_owned()))
            .into(),
        ..AuditPlan::default()
    }
}

/// What is found in these bytes, in words.
fn found(bytes: &[u8]) -> Vec<String> {
    let searched = Searcher::new(&plan(), &[], &[])
        .search(Surface::Output, "log", bytes)
        .unwrap();
    assert_eq!(searched.bytes, bytes.len() as u64);
    let words = searched.findings.into_iter().map(|finding| match finding {
        Kind::Finding {
            what,
            transformation,
            at,
            ..
        } => format!("{what}, {transformation} at {at}"),
        other => panic!("{other:?}"),
    });
    words.collect()
}

fn utf16(little: bool) -> Vec<u8> {
    let units = CANARY.encode_utf16();
    units
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

#[test]
fn every_transformation_is_found() {
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let reversed: String = CANARY.chars().rev().collect();
    let cases: [(&str, Vec<u8>); 6] = [
        ("as-is", CANARY.into()),
        ("hex", hex.clone().into()),
        ("hex", hex.to_uppercase().into()),
        ("reversed", reversed.into()),
        ("utf-16", utf16(true)),
        ("utf-16", utf16(false)),
    ];
    for (name, bytes) in cases {
        let text = [b"log: ", &bytes[..], b" end"].concat();
        assert_eq!(
            found(&text),
            [format!("canary vault, {name} at 5")],
            "{name}"
        );
    }
}

#[test]
fn base64_is_found_at_every_alignment_and_in_both_alphabets() {
    for before in 0..6 {
        for behind in 0..3 {
            // 0xfb and 0xff make the two alphabets differ around the canary.
            let text = [&vec![0xfb; before], CANARY.as_bytes(), &vec![0xff; behind]].concat();
            for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                assert!(
                    !found(encoded.as_bytes()).is_empty(),
                    "{before} {behind} {encoded}"
                );
            }
        }
    }
}

#[test]
fn both_alphabets_of_base64_are_known() {
    let text = "why??? because??? who knows???";
    let mut plan = plan();
    plan.texts[0].text = text.to_owned();
    let searcher = Searcher::new(&plan, &[], &[]);
    let (standard, url) = (STANDARD.encode(text), URL_SAFE.encode(text));
    assert_ne!(standard, url);
    for (encoded, name) in [(standard, "base64"), (url, "base64url")] {
        let found = searcher
            .search(Surface::Output, "x", encoded.as_bytes())
            .unwrap()
            .findings;
        let named = |one: &Kind| matches!(one, Kind::Finding { transformation, .. } if transformation == name);
        assert!(found.iter().any(named), "{name}: {found:?}");
    }
}

#[test]
fn a_near_miss_is_none() {
    assert_eq!(found(&CANARY.as_bytes()[..11]), Vec::<String>::new());
    assert_eq!(
        found(CANARY.replace("amber", "bored").as_bytes()),
        Vec::<String>::new()
    );
    assert_eq!(found(b""), Vec::<String>::new());
}

#[test]
fn a_text_without_a_canary_is_found_as_it_stands() {
    assert_eq!(
        found(b"no canary, but long enough"),
        ["text of step 2, as-is at 0"]
    );
}

#[test]
fn of_a_file_any_part_is_found() {
    let content: Vec<u8> = (0..20_000u32).flat_map(|n| n.to_be_bytes()).collect();
    let files = [("plan.pdf".to_owned(), content.clone())];
    let searcher = Searcher::new(&plan(), &files, &[]);
    let part = &content[8000..16_000];
    let searched = searcher.search(Surface::Files, "blob", part).unwrap();
    assert!(!searched.findings.is_empty());
    let other: Vec<u8> = (500_000..502_000u32)
        .flat_map(|n| n.to_be_bytes())
        .collect();
    assert!(
        searcher
            .search(Surface::Files, "blob", &other[..])
            .unwrap()
            .findings
            .is_empty()
    );
}

#[test]
fn a_key_is_found_in_every_encoding_for_what_it_is() {
    let piece = |byte: u8| (byte..byte + 24).collect::<Vec<u8>>();
    let keys = [
        (Transformation::PrivateKey, "the private key of alice", 40),
        (Transformation::MessageKey, "the message key 1f3a9c07", 120),
    ];
    let keys = keys.map(|(detector, name, byte)| KnownKey {
        name: name.to_owned(),
        piece: piece(byte),
        detector,
    });
    let searcher = Searcher::new(&plan(), &[], &keys);
    let found = |bytes: &[u8]| {
        let found = searcher.search_bytes(Surface::Output, "log", bytes, None);
        let words = found.findings.into_iter().map(|one| match one {
            Kind::Finding {
                what,
                transformation,
                ..
            } => format!("{what}: {transformation}"),
            other => panic!("{other:?}"),
        });
        words.collect::<Vec<String>>()
    };
    let known = "the message key 1f3a9c07: message-key";
    assert_eq!(found(&piece(120)), [known]);
    let hex: String = piece(120).iter().map(|it| format!("{it:02x}")).collect();
    let known = "the message key 1f3a9c07: hex of message-key";
    assert_eq!(found(hex.as_bytes()), [known]);
    let known = "the private key of alice: private-key";
    assert_eq!(found(&piece(40)), [known]);
    assert!(found(&piece(80)).is_empty());
    assert_eq!(format!("{:?}", keys[1]), "the message key 1f3a9c07");
}

#[test]
fn a_name_of_a_file_is_found_when_it_is_long() {
    let files = ["list-of-dismissals.txt", "plan.pdf"];
    let files = files.map(|name| (name.to_owned(), Vec::new()));
    let searcher = Searcher::new(&plan(), &files, &[]);
    let log = b"stored plan.pdf and list-of-dismissals.txt for bob";
    let searched = searcher.search(Surface::Output, "log", &log[..]).unwrap();
    let named = |one: &Kind| match one {
        Kind::Finding { what, at, .. } => (what.clone(), *at),
        other => panic!("{other:?}"),
    };
    let found: Vec<_> = searched.findings.iter().map(named).collect();
    let only = ("name of the file list-of-dismissals.txt".to_owned(), 20);
    assert_eq!(found, [only]);
}

#[test]
fn the_control_counts_on_its_surface_only() {
    let searcher = Searcher::new(&plan(), &[], &[]);
    let control = |surface, bytes: &[u8]| searcher.search(surface, "x", bytes).unwrap().control;
    for surface in [Surface::Wire, Surface::Arguments] {
        assert_eq!(control(surface, b"hello relay-control"), Some(true));
    }
    assert_eq!(
        control(Surface::Wire, &b"hello relay-control"[..18]),
        Some(false)
    );
    assert_eq!(control(Surface::Wire, b""), Some(false));
    assert_eq!(control(Surface::Files, b"relay-control"), None);
}

#[test]
fn what_has_too_few_different_bytes_is_not_searched_for_and_named() {
    let mut plan = plan();
    plan.texts[0].text = "ha".repeat(40);
    let files = [("genome.txt".to_owned(), b"ACGT".repeat(100))];
    let searcher = Searcher::new(&plan, &files, &[]);
    assert_eq!(
        searcher.too_uniform(),
        ["text of step 2", "file genome.txt"]
    );
    assert!(
        Searcher::new(&self::plan(), &[], &[])
            .too_uniform()
            .is_empty()
    );
}

#[test]
fn a_search_that_is_not_wanted_any_more_ends_whatever_there_is_to_read() {
    use crate::Allowance;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let stop = || ASKED.fetch_add(1, Ordering::Relaxed) > 20;
    let searcher = Searcher::new(&plan(), &[], &[]).until(stop);
    let mut allowance = Allowance::of(Surface::Files);
    let endless = std::io::repeat(b'x');
    let stopped = searcher.search_nested(Surface::Files, "zeros", endless, &mut allowance);
    assert_eq!(stopped.unwrap_err().to_string(), "the search was stopped");
    let bytes = vec![b'x'; 1 << 20];
    let nested = searcher.search_bytes(Surface::Files, "x", &bytes, Some(&mut allowance));
    assert_eq!(nested.nested, 0, "nothing is unpacked any more");
}

#[test]
fn words_around_a_canary_give_a_text_away_where_it_was_cut_out() {
    let mut plan = plan();
    let words = "the code of the old vault is";
    plan.around = vec![WireText {
        step: StepId("1".to_owned()),
        text: words.to_owned(),
    }];
    let searcher = Searcher::new(&plan, &[], &[]);
    let found = |bytes: &[u8]| -> Vec<(String, String)> {
        let found = searcher.search_bytes(Surface::Output, "log", bytes, None);
        let found = found.findings.into_iter().map(|finding| match finding {
            Kind::Finding {
                what,
                transformation,
                ..
            } => (what, transformation),
            other => panic!("{other:?}"),
        });
        found.collect()
    };
    let around = |how: &str| {
        let what = "words around a canary of step 1".to_owned();
        vec![(what, how.to_owned())]
    };
    let hex: String = words.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        found(format!("got: {words} ***").as_bytes()),
        around("as-is")
    );
    assert_eq!(found(hex.as_bytes()), around("hex"));
    assert_eq!(found(b"the code of the old"), []);
    let both = found(format!("{words} {CANARY}").as_bytes());
    let canary = ("canary vault".to_owned(), "as-is".to_owned());
    assert_eq!(both, [canary], "the canary says it all");
}
