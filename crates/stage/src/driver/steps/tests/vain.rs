//! Tests of steps: nothing is waited for that cannot come any more.

use std::time::Duration;

use crate::driver::RELAY;
use crate::driver::testing::{Cue, Happenings, Played, Staged, chatting, planned, play};
use timeline::{Direction, Ended, LinkEnd, StepResult};

/// alice says something to bob; each has ten seconds.
const TALK: &str = "title = \"a talk\"\nclients = [\"alice\", \"bob\"]\n\
    [[steps]]\nsay = { from = \"alice\", text = \"good morning\" }\n";

/// A play in which this happens when alice is typed her text.
fn played(mut said: impl FnMut(&mut Happenings) + Send + 'static) -> Played {
    let plan = planned(TALK);
    let behaviour = Box::new(move |cue: Cue<'_>, all: &mut Happenings| match cue {
        Cue::Typed("alice", "/say good morning") => said(all),
        cue => chatting(cue, all),
    });
    play(&plan, Staged::default(), behaviour)
}

fn is_missing(played: &Played) -> bool {
    matches!(played.steps()[..], [("1", StepResult::Missing(_))])
}

#[test]
fn what_only_a_relay_could_bring_that_is_dead_is_waited_for_a_second_longer() {
    let dead = played(|all| {
        all.passes("alice", Direction::Up, "message");
        all.exits(RELAY, Ended::Exit(1));
    });
    assert!(is_missing(&dead));
    let second = Duration::from_secs(1);
    assert!(
        dead.took >= second && dead.took < 4 * second,
        "{:?}",
        dead.took
    );
    // What it has sent before is still shown.
    let shown = played(|all| {
        chatting(Cue::Typed("alice", "/say good morning"), all);
        all.exits(RELAY, Ended::Exit(1));
    });
    assert_eq!(shown.steps(), [("1", &StepResult::Held)]);
}

#[test]
fn who_ended_before_it_had_sent_anything_is_not_waited_for() {
    let ended = |has_sent: bool| {
        played(move |all| {
            if has_sent {
                all.passes("alice", Direction::Up, "message");
            }
            all.disconnects("alice", LinkEnd::Fin);
            all.exits("alice", Ended::Exit(1));
        })
    };
    let silent = ended(false);
    assert!(is_missing(&silent));
    assert!(silent.took < Duration::from_secs(4), "{:?}", silent.took);
    // The relay may have the text, and take its time.
    let heard = ended(true);
    assert!(is_missing(&heard));
    assert!(heard.took >= Duration::from_secs(10), "{:?}", heard.took);
}
