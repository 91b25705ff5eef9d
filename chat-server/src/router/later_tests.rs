//! What comes later: letters that come to nothing, and what there was no room for at once.

use bytes::Bytes;
use chat_protocol::{CancelReason, FileId, Name, ReturnReason, ToClient};

use super::testing::Hall;
use super::{ConnectionId, Request};
use crate::clock::today;
use crate::limits::{MAIL_DAYS, MAX_WAITING_BYTES};
use crate::mail::RedbStore;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A relay with mail, and the folder that it lies in.
fn hall() -> (tempfile::TempDir, Hall) {
    let folder = tempfile::tempdir().unwrap();
    let store = RedbStore::open(&folder.path().join("mail.redb")).unwrap();
    (folder, Hall::keeping(store))
}

/// Somebody comes from an address of this machine.
fn comes(hall: &mut Hall, who: &str, day: u32) -> ConnectionId {
    hall.log_in(who, "127.0.0.1", day).unwrap();
    hall.work();
    hall.last()
}

fn sends(hall: &mut Hall, from: ConnectionId, id: u64) {
    let (to, envelope) = (name("bob"), Bytes::from_static(b"sealed"));
    hall.asks(from, Request::Send { id, to, envelope });
    hall.work();
}

fn acknowledges(hall: &mut Hall, by: ConnectionId, seq: u64, refused: &[u64]) {
    let refused = refused.to_vec();
    hall.asks(by, Request::Ack { seq, refused });
    hall.work();
}

fn accepted(id: u64) -> ToClient {
    ToClient::Accepted { id, refused: false }
}

fn returned(seq: u64, reason: ReturnReason) -> ToClient {
    let to = name("bob");
    ToClient::Returned { seq, to, reason }
}

#[test]
fn who_wrote_to_somebody_who_never_came_is_told_and_told_once() {
    let (_folder, mut hall) = hall();
    comes(&mut hall, "bob", today());
    hall.leave();
    // Used on two days: her name is still hers when the letter is over.
    comes(&mut hall, "alice", today() - 1);
    hall.leave();
    let alice = comes(&mut hall, "alice", today());
    sends(&mut hall, alice, 1);
    assert_eq!(hall.hears(alice), [accepted(1)]);
    hall.leave();
    comes(&mut hall, "carol", today() + MAIL_DAYS);
    let alice = comes(&mut hall, "alice", today() + MAIL_DAYS);
    assert_eq!(hall.hears(alice), [returned(1, ReturnReason::Expired)]);
    hall.leave();
    let alice = comes(&mut hall, "alice", today() + MAIL_DAYS);
    let again = [returned(1, ReturnReason::Expired)];
    assert_eq!(hall.hears(alice), again, "she has not acknowledged it");
    acknowledges(&mut hall, alice, 1, &[]);
    hall.leave();
    let alice = comes(&mut hall, "alice", today() + MAIL_DAYS);
    assert_eq!(hall.hears(alice), []);
}

#[test]
fn who_is_here_is_told_at_once_that_a_letter_did_not_open() {
    let (_folder, mut hall) = hall();
    comes(&mut hall, "bob", today());
    hall.leave();
    let alice = comes(&mut hall, "alice", today());
    sends(&mut hall, alice, 1);
    sends(&mut hall, alice, 2);
    let bob = comes(&mut hall, "bob", today());
    assert_eq!(hall.hears(bob).len(), 2);
    acknowledges(&mut hall, bob, 2, &[2]);
    let refused = returned(1, ReturnReason::Refused);
    assert_eq!(hall.hears(alice), [accepted(1), accepted(2), refused]);
    // What comes behind it is not held up.
    acknowledges(&mut hall, alice, 1, &[]);
    sends(&mut hall, alice, 3);
    assert_eq!(hall.hears(bob).len(), 1);
    acknowledges(&mut hall, bob, 3, &[]);
    assert_eq!(hall.hears(alice), [accepted(3)]);
}

#[test]
fn nobody_is_told_of_a_word_that_comes_to_nothing_itself() {
    let (_folder, mut hall) = hall();
    comes(&mut hall, "bob", today());
    hall.leave();
    let alice = comes(&mut hall, "alice", today());
    sends(&mut hall, alice, 1);
    hall.leave();
    comes(&mut hall, "carol", today() + MAIL_DAYS);
    let dave = comes(&mut hall, "dave", today() + 3 * MAIL_DAYS);
    assert_eq!(hall.hears(dave), []);
    assert!(!hall.router.has_mail(&name("alice")));
    assert!(!hall.router.has_mail(&name("bob")));
}

#[test]
fn letters_count_against_what_may_wait_and_come_when_there_is_room() {
    let (_folder, mut hall) = hall();
    comes(&mut hall, "bob", today());
    hall.leave();
    let alice = comes(&mut hall, "alice", today());
    sends(&mut hall, alice, 1);
    let all = hall
        .router
        .waiting
        .account()
        .charge_anyway(MAX_WAITING_BYTES);
    let bob = comes(&mut hall, "bob", today());
    assert_eq!(hall.hears(bob), []);
    drop(all);
    hall.asks(bob, Request::Alive);
    hall.work();
    assert_eq!(hall.hears(bob).len(), 1);
}

#[test]
fn a_word_that_a_file_is_given_up_waits_for_room_and_is_not_lost() {
    let mut hall = Hall::new();
    let alice = comes(&mut hall, "alice", today());
    let bob = comes(&mut hall, "bob", today());
    let all = hall
        .router
        .waiting
        .account()
        .charge_anyway(MAX_WAITING_BYTES);
    let (to, file, reason) = (name("bob"), FileId([7; 16]), CancelReason::Source);
    hall.asks(alice, Request::Cancel { to, file, reason });
    hall.asks(bob, Request::Alive);
    assert_eq!(hall.hears(bob), []);
    drop(all);
    hall.asks(bob, Request::Alive);
    let from = name("alice");
    assert_eq!(hall.hears(bob), [ToClient::Cancel { from, file, reason }]);
}
