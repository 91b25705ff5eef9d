//! Tests of steps: typing.

use std::time::Duration;

use crate::driver::testing::{ADAPTER, Cue, Staged, chat, chatting, planned, planned_for, play};
use timeline::{Ended, Kind, StepResult};

const TALK: &str = r#"
title = "a talk"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "good morning" }
[[steps]]
say = { from = "bob", text = "good night" }
"#;

#[test]
fn a_step_holds_when_all_that_it_expects_has_come() {
    let plan = planned(TALK);
    let played = play(&plan, Staged::default(), chat());
    let steps = played.steps();
    assert_eq!(steps, [("1", &StepResult::Held), ("2", &StepResult::Held)]);
    assert_eq!(played.typed_to("alice")[0], "/say good morning");
    let second = played.position(|kind| matches!(kind, Kind::StepBegan { step } if step.0 == "2"));
    let shown = played.position(
        |kind| matches!(kind, Kind::Line { who, text, .. } if who == "bob" && text.starts_with("message alice")),
    );
    assert!(
        shown < second,
        "the next step begins when this one has ended"
    );
}

#[test]
fn what_does_not_come_is_missing_after_its_time_and_no_step_follows() {
    let plan = planned(TALK);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            chatting(cue, all);
            if matches!(cue, Cue::Typed("alice", _)) {
                all.forget_what_is_printed("bob");
            }
        }),
    );
    let steps = played.steps();
    let [("1", StepResult::Missing(missing))] = &steps[..] else {
        panic!("{steps:?}");
    };
    assert!(missing.iter().all(|id| id.0.contains("bob")), "{missing:?}");
    assert!(played.took >= Duration::from_secs(10), "{:?}", played.took);
}

#[test]
fn nothing_is_waited_for_from_who_has_ended() {
    let plan = planned(TALK);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            chatting(cue, all);
            if matches!(cue, Cue::Typed("alice", _)) {
                all.forget_what_is_printed("bob");
                all.exits("bob", Ended::Signal(11));
            }
        }),
    );
    assert!(matches!(
        played.steps()[..],
        [("1", StepResult::Missing(_))]
    ));
    assert!(played.took < Duration::from_secs(5), "{:?}", played.took);
}

#[test]
fn a_whole_play_that_takes_too_long_is_reported_once_with_what_was_awaited() {
    let plan = planned(TALK);
    let staged = Staged {
        limit: Some(Duration::from_secs(4)),
        ..Staged::default()
    };
    let played = play(
        &plan,
        staged,
        Box::new(|cue, all| {
            chatting(cue, all);
            if matches!(cue, Cue::Typed("alice", _)) {
                all.forget_what_is_printed("bob");
            }
        }),
    );
    let kinds = played.kinds();
    let overdue: Vec<&String> = kinds
        .iter()
        .filter_map(|kind| match kind {
            Kind::Overdue { awaited, .. } => Some(awaited),
            _ => None,
        })
        .collect();
    assert_eq!(overdue.len(), 1);
    assert!(overdue[0].starts_with("at step 1"), "{overdue:?}");
    assert!(overdue[0].contains("bob"), "{overdue:?}");
}

#[test]
fn a_line_waits_for_the_value_that_another_one_shows() {
    // The relay makes up a room, and clients get it when they start.
    let with = "[relay.captures]\nroom = { line = '^room (\\S+)$' }\n[client]\n";
    let adapter = ADAPTER
        .replace("[client]\n", with)
        .replace(r#""client", "{port}""#, r#""client", "{port}", "{room}""#);
    let plan = planned_for(&adapter, TALK);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            chatting(cue, all);
            if cue == Cue::Started(crate::driver::RELAY) {
                all.prints(crate::driver::RELAY, "room 101\nroom 102\n");
            }
        }),
    );
    let argv = played.kinds().into_iter().find_map(|kind| match kind {
        Kind::Started { who, argv, .. } if who == "alice" => argv.last().cloned(),
        _ => None,
    });
    assert_eq!(argv.as_deref(), Some("101"), "the first one that was shown");
    assert_eq!(played.notes()[0], "relay has shown its `room`: 101");
}

#[test]
fn a_file_has_come_when_the_same_bytes_lie_in_downloads() {
    let plan = planned(
        r#"
title = "a file"
clients = ["alice", "bob"]
[[steps]]
file = { from = "alice", to = "bob", size = 2000 }
"#,
    );
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            if let Cue::Typed("alice", line) = cue
                && let Some(path) = line.strip_prefix("/file bob ")
            {
                let downloads = all.homes["bob"].join("downloads");
                std::fs::create_dir_all(&downloads).unwrap();
                let name = std::path::Path::new(path).file_name().unwrap();
                std::fs::copy(path, downloads.join(name)).unwrap();
                all.prints("alice", "sent bob\n");
                let name = name.to_str().unwrap();
                all.prints("bob", &format!("file-received alice {name}\n"));
            }
            chatting(cue, all);
        }),
    );
    assert_eq!(played.steps(), [("1", &StepResult::Held)]);
    let sums: Vec<&String> = played
        .kinds()
        .into_iter()
        .filter_map(|kind| match kind {
            Kind::Outbox { sha256, .. } | Kind::Received { sha256, .. } => Some(sha256),
            _ => None,
        })
        .collect();
    assert_eq!(sums.len(), 2);
    assert_eq!(sums[0], sums[1]);
}

#[test]
fn what_its_sender_makes_of_a_file_in_its_outbox_changes_nothing_that_is_expected() {
    let plan = planned(
        r#"
title = "a file"
clients = ["alice", "bob"]
[[steps]]
within = "1s"
file = { from = "alice", to = "bob", size = 2000, as = "plan" }
"#,
    );
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            if let Cue::Typed("alice", line) = cue
                && let Some(path) = line.strip_prefix("/file bob ")
            {
                std::fs::remove_file(path).unwrap();
                std::fs::write(path, [7; 2000]).unwrap();
                let downloads = all.homes["bob"].join("downloads");
                std::fs::copy(path, downloads.join("plan")).unwrap();
                all.prints("alice", "sent bob\n");
                all.prints("bob", "file-received alice plan\n");
            }
            chatting(cue, all);
        }),
    );
    let [(_, StepResult::Missing(missing))] = &played.steps()[..] else {
        panic!("{:?}", played.steps());
    };
    assert_eq!(missing.len(), 1, "the file alone");
}

#[test]
fn a_file_that_is_written_in_place_or_said_too_early_to_have_come_is_recorded_as_such() {
    let plan = planned(
        r#"
title = "a file"
clients = ["alice", "bob"]
[[steps]]
file = { from = "alice", to = "bob", size = 2000, as = "plan" }
"#,
    );
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            if let Cue::Typed("alice", line) = cue
                && line.starts_with("/file bob ")
            {
                let downloads = all.homes["bob"].join("downloads");
                std::fs::create_dir_all(&downloads).unwrap();
                std::fs::write(downloads.join("plan"), "its beginning").unwrap();
                all.prints("bob", "message alice it comes\n");
                all.prints("bob", "file-received alice plan\n");
            }
            chatting(cue, all);
        }),
    );
    let lacking = played.kinds().into_iter().filter_map(|kind| match kind {
        Kind::Lacking {
            who,
            from,
            name,
            part,
        } => Some((who.as_str(), from.as_str(), name.as_str(), *part)),
        _ => None,
    });
    let lacking: Vec<_> = lacking.collect();
    assert_eq!(lacking, [("bob", "alice", "plan", None)]);
    let in_place = played.kinds().into_iter().any(|kind| {
        let Kind::Downloads { who, files, .. } = kind else {
            return false;
        };
        let mut files = files.iter();
        who == "bob" && files.any(|file| file.name == "plan" && file.in_place)
    });
    assert!(in_place, "{:#?}", played.kinds());
}

/// The adapter with another way to say something to everyone.
fn saying(lines: &str) -> String {
    ADAPTER.replace(r#"say = "/say {text}""#, lines)
}

#[test]
fn a_verb_may_be_a_dialogue_in_which_each_line_waits_for_its_question() {
    let adapter = saying(
        r#"say = ["s", { await = 'Text: $', type = "/say {text}" }, { await = 'sent', pause = "1s", type = "" }]"#,
    );
    let plan = planned_for(&adapter, TALK);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Typed(client, "s") => all.prints(client, "Text: "),
            cue => chatting(cue, all),
        }),
    );
    assert_eq!(
        played.steps(),
        [("1", &StepResult::Held), ("2", &StepResult::Held)]
    );
    assert_eq!(
        played.typed_to("alice")[..3],
        ["s", "/say good morning", ""]
    );
    // Each pauses after the text and after the fence.
    assert_eq!(played.took, Duration::from_secs(4));
}

#[test]
fn a_question_of_a_verb_that_does_not_come_is_named_with_what_was_seen() {
    let adapter = saying(r#"say = ["s", { await = 'Text: $', type = "/say {text}" }]"#);
    let plan = planned_for(&adapter, TALK);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| match cue {
            Cue::Typed(client, "s") => all.prints(client, "no such command\n"),
            cue => chatting(cue, all),
        }),
    );
    let [("1", StepResult::Impossible(why))] = &played.steps()[..] else {
        panic!("{:?}", played.steps());
    };
    assert!(why.contains("alice does not show /Text: $/"), "{why}");
    assert!(why.contains("no such command"), "{why}");
}

#[test]
fn lines_are_typed_as_fast_as_a_program_reads_them() {
    let adapter = saying(r#"say = ["/say {text}", "1", "2"]"#)
        .replace("[client]\n", "[client]\nlines_per_second = 2\n");
    let plan = planned_for(&adapter, TALK);
    let played = play(&plan, Staged::default(), chat());
    assert_eq!(
        played.steps(),
        [("1", &StepResult::Held), ("2", &StepResult::Held)]
    );
    // Two pauses of half a second for each; and alice's last words wait for her turn.
    assert!(played.took >= Duration::from_secs(2), "{:?}", played.took);
}

#[test]
fn who_is_offered_a_file_consents_to_it() {
    let adapter = ADAPTER.replace(
        "[client.type]\n",
        "[client.type]\naccept = [{ await = 'Take \\S+ of \\S+\\? $', type = \"/yes {from}\" }]\n",
    );
    let plan = planned_for(
        &adapter,
        r#"
title = "a file"
clients = ["alice", "bob"]
[[steps]]
file = { from = "alice", to = "bob", size = 2000 }
"#,
    );
    let mut path = String::new();
    let played = play(
        &plan,
        Staged::default(),
        Box::new(move |cue, all| {
            if let Cue::Typed("alice", line) = cue
                && let Some(sent) = line.strip_prefix("/file bob ")
            {
                sent.clone_into(&mut path);
                all.prints("bob", "Take it of alice? ");
            }
            if cue.is_typed("bob", "/yes alice") {
                let downloads = all.homes["bob"].join("downloads");
                std::fs::create_dir_all(&downloads).unwrap();
                let name = std::path::Path::new(&path).file_name().unwrap();
                std::fs::copy(&path, downloads.join(name)).unwrap();
                let name = name.to_str().unwrap();
                all.prints("alice", "sent bob\n");
                all.prints("bob", &format!("file-received alice {name}\n"));
            }
            chatting(cue, all);
        }),
    );
    assert_eq!(played.steps(), [("1", &StepResult::Held)]);
    assert_eq!(played.typed_to("bob")[0], "/yes alice");
}

#[test]
fn a_line_that_does_not_end_counts_when_it_is_awaited_and_stands_still() {
    let plan = planned(TALK);
    let played = play(
        &plan,
        Staged::default(),
        Box::new(|cue, all| {
            if let Cue::Typed("alice", line) = cue
                && let Some(text) = line.strip_prefix("/say ")
            {
                all.prints("alice", "sent all\n");
                all.prints("bob", &format!("\nmessage alice {text}"));
                return;
            }
            chatting(cue, all);
        }),
    );
    assert_eq!(
        played.steps(),
        [("1", &StepResult::Held), ("2", &StepResult::Held)]
    );
    assert!(played.took < Duration::from_secs(1), "{:?}", played.took);
}
