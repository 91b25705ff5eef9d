use std::time::{Duration, Instant};

use chat_client::keepalive::{Keepalive, Silence};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_silent_relay_is_asked_once_and_then_given_up() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(start);
    keepalive.set_interval(1000);
    assert_eq!(keepalive.check(start + SECOND), Silence::Wait);
    assert_eq!(keepalive.check(start + 2 * SECOND), Silence::Ask);
    assert_eq!(keepalive.check(start + 3 * SECOND), Silence::Wait);
    assert_eq!(keepalive.check(start + 4 * SECOND), Silence::GiveUp);
}

#[test]
fn a_sign_of_life_begins_the_wait_anew() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(start);
    keepalive.set_interval(1000);
    assert_eq!(keepalive.check(start + 2 * SECOND), Silence::Ask);
    keepalive.heard(start + 3 * SECOND);
    assert_eq!(keepalive.deadline(), Some(start + 5 * SECOND));
    assert_eq!(keepalive.check(start + 4 * SECOND), Silence::Wait);
    assert_eq!(keepalive.check(start + 5 * SECOND), Silence::Ask);
}

#[test]
fn a_relay_without_pings_is_never_given_up() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(start);
    keepalive.set_interval(0);
    assert_eq!(keepalive.deadline(), None);
    assert_eq!(keepalive.check(start + 1_000_000 * SECOND), Silence::Wait);
}

#[test]
fn a_client_that_was_held_up_itself_asks_before_it_gives_up() {
    let start = Instant::now();
    let mut keepalive = Keepalive::new(start);
    keepalive.set_interval(1000);
    assert_eq!(keepalive.check(start + 60 * SECOND), Silence::Ask);
    assert_eq!(keepalive.check(start + 61 * SECOND), Silence::Wait);
    assert_eq!(keepalive.check(start + 62 * SECOND), Silence::GiveUp);
}
