//! People who offer and answer files as no client of ours would.

use bytes::Bytes;
use chat_client::session::AcceptFiles;
use chat_protocol::{FileAnswer, FileOffer, ToClient};

use crate::consent::{Rogue, hall, offer, offered, starts, watched};
use crate::hall::{Hall, fixture, name, peer};

/// Lets time go by for alice, in seconds from any beginning.
fn tick(hall: &mut Hall, now: u64) {
    hall.person("alice").session.on_tick(now);
    hall.settle();
}

/// Alice offers bob a file, and hears of him what is said in his name alone.
fn alice_offers(hall: &mut Hall) -> (FileOffer, Rogue) {
    let seen = watched(hall);
    hall.types("alice", "/file bob plan");
    let real = offered(&seen);
    (real, Rogue::new(("bob", 1), ("alice", 0)))
}

#[test]
fn strangers_who_fill_the_list_of_offers_keep_out_no_file_of_a_verified_contact() {
    let mut hall = hall(AcceptFiles::Contacts);
    hall.types("bob", "/verify alice");
    hall.types("bob", "/verify alice yes");
    let mut stranger = Rogue::new(("mallory", 3), ("bob", 1));
    for number in 0..64 {
        stranger.name = format!("mallory{number}");
        let peer = peer(&stranger.name, &fixture(3));
        hall.relay_says("bob", ToClient::Joined { peer }, Bytes::new());
        for file in 0..4 {
            stranger.offers(&mut hall, &offer(file, "x", b"x"));
        }
    }
    starts(&hall.types("bob", "/files"), "files 256");
    hall.forget("bob");
    hall.types("alice", "/file bob notes");
    starts(&hall.lines("bob"), "file-received alice 5 ");
    // Another stranger has no room.
    hall.types("carol", "/file bob notes");
    starts(&hall.lines("bob"), "file-failed carol refused notes");
}

#[test]
fn files_that_wait_behind_one_that_cannot_be_offered_do_not_wait_for_ever() {
    let mut hall = hall(AcceptFiles::Ask);
    for _ in 0..10 {
        hall.types("alice", "/file bob notes");
    }
    starts(&hall.types("alice", "/files"), "files 10");
    let twin = peer("bob", &fixture(9));
    hall.relay_says("alice", ToClient::Joined { peer: twin }, Bytes::new());
    hall.forget("alice");
    for number in 1..=4 {
        hall.types("bob", &format!("/refuse {number}"));
    }
    let told = hall.lines("alice");
    let refused = |line: &&String| line.starts_with("refused key-changed ");
    assert_eq!(told.iter().filter(refused).count(), 6, "{told:?}");
    assert_eq!(hall.types("alice", "/files"), ["files 0"]);
    assert!(hall.person("alice").disk.is_closed());
}

#[test]
fn a_file_name_forges_no_other_offer_in_the_list_of_those_that_can_be_named() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.join("mallory", crate::hall::Start::new(3));
    let mut mallory = Rogue::new(("mallory", 3), ("bob", 1));
    let forged = "a\" (5 bytes) from alice; 2 \"notes";
    mallory.offers(&mut hall, &offer(1, forged, b"x"));
    mallory.offers(&mut hall, &offer(2, "virus.exe", b"virus"));
    let told = hall.types("bob", "/accept");
    let all = "1 \"a_ (5 bytes) from alice; 2 _notes\" (1 bytes) from mallory; \
               2 \"virus.exe\" (5 bytes) from mallory";
    assert!(told[0].ends_with(all), "{told:?}");
}

#[test]
fn a_recipient_who_says_the_same_again_lets_nobody_wait_longer() {
    let mut hall = hall(AcceptFiles::Ask);
    let (real, mut bob) = alice_offers(&mut hall);
    let credit = |hall: &mut Hall| {
        let (from, file) = (name("bob"), real.file);
        let until = 8;
        let credit = ToClient::Credit { from, file, until };
        hall.relay_says("alice", credit, Bytes::new());
    };
    credit(&mut hall);
    bob.answers(&mut hall, real.file, FileAnswer::Checking {});
    hall.forget("alice");
    let before = hall.person("alice").session.steps();
    for _ in 0..3 {
        credit(&mut hall);
        bob.answers(&mut hall, real.file, FileAnswer::Asked {});
        bob.answers(&mut hall, real.file, FileAnswer::Checking {});
    }
    assert_eq!(hall.person("alice").session.steps(), before);
    assert!(hall.lines("alice").is_empty(), "{:?}", hall.lines("alice"));
}

#[test]
fn a_recipient_who_keeps_saying_that_somebody_is_asked_keeps_no_offer_alive() {
    let mut hall = hall(AcceptFiles::Ask);
    let (real, mut bob) = alice_offers(&mut hall);
    hall.forget("alice");
    for now in (10..3_790).step_by(60) {
        tick(&mut hall, now);
        bob.answers(&mut hall, real.file, FileAnswer::Asked {});
    }
    assert!(hall.lines("alice").is_empty(), "{:?}", hall.lines("alice"));
    tick(&mut hall, 3_790);
    starts(&hall.lines("alice"), "file-failed bob stalled plan");
}
