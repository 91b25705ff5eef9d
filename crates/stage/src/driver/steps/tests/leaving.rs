//! Tests of steps: leaving.

use rustix::process::Signal;

use crate::driver::testing::{Staged, chat, planned, play};
use crate::links::tap::LinkState;
use timeline::{Ended, Kind, StepResult};

/// Two clients; the second one leaves like this.
fn leaving(how: &str) -> String {
    format!(
        "title = \"leaving\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
         leave = {{ client = \"bob\", how = \"{how}\" }}\n"
    )
}

fn end_of_bob(played: &crate::driver::testing::Played) -> Ended {
    let ends = played.kinds().into_iter();
    let mut ends = ends.filter_map(|kind| match kind {
        Kind::Exited { who, how } if who == "bob" => Some(*how),
        _ => None,
    });
    ends.next().unwrap()
}

#[test]
fn each_way_to_leave_ends_a_client_and_the_step_holds() {
    for (how, end) in [
        ("quit", Ended::Exit(0)),
        ("eof", Ended::Exit(0)),
        ("kill", Ended::Signal(9)),
    ] {
        let plan = planned(&leaving(how));
        let played = play(&plan, Staged::default(), chat());
        assert_eq!(played.steps(), [("1", &StepResult::Held)], "{how}");
        assert_eq!(end_of_bob(&played), end, "{how}");
        let typed = played.typed_to("bob");
        assert_eq!(typed.contains(&"/quit"), how == "quit", "{how}");
    }
}

#[test]
fn a_client_whose_network_goes_is_killed_only_when_its_step_is_over() {
    let plan = planned(&leaving("vanish"));
    let played = play(&plan, Staged::default(), chat());
    assert_eq!(played.world.link_state("bob"), LinkState::Reset);
    assert_eq!(played.world.link_state("alice"), LinkState::Pass);
    let signals = played.world.signals();
    assert_eq!(signals[0], ("bob".to_owned(), Signal::KILL));
    assert_eq!(end_of_bob(&played), Ended::Signal(9));
}
