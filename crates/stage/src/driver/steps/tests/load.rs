//! Tests of a load: its rounds.

use std::time::Duration;

use timeline::StepResult;

use crate::driver::testing::{chatting, load_of, play_load};

#[test]
fn a_group_that_comes_late_plays_one_round_all_the_same() {
    let mut load = load_of(
        "title = \"a talk\"\nclients = [\"alice\", \"bob\"]\n\
         [[steps]]\nsay = { from = \"alice\", text = \"good morning to all of you, {canary}\" }\n",
    );
    load.shape.length = Duration::ZERO;
    load.round(1, 1).unwrap();
    let played = play_load(&load, Box::new(chatting));
    assert_eq!(played.steps(), [("1.1.1", &StepResult::Held)]);
}
