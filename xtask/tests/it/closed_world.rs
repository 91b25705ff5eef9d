//! What nobody did, nobody may show: each lie of the zoo is caught by its own claim, on a chat that
//! is otherwise as it should be.

use serde_json::Value;

use crate::zoo::played;

/// Names of the checks that did not pass.
fn red(result: &Value) -> Vec<&str> {
    let checks = result["checks"].as_array().unwrap();
    let red = checks.iter().filter(|check| check["verdict"] != "pass");
    red.filter_map(|check| check["name"].as_str()).collect()
}

/// The only claims that do not hold where somebody has this fault.
fn breaks(fault: &str, faulty: &str, claims: &[&str]) {
    let faulty = format!("faulty={faulty}");
    let (code, result) = played("sealed", "torture", &["--set", fault, "--set", &faulty]);
    assert_eq!(result["verdict"], "fail", "{fault}: {result:#}");
    assert_eq!(red(&result), claims, "{fault}");
    assert_eq!(code, Some(1), "{fault}");
}

#[test]
fn what_a_client_shows_that_nobody_did_is_caught() {
    let forged = "nobody shows a text that nobody sent";
    for (fault, faulty, claims) in [
        ("invents", "bob", &[forged][..]),
        ("appends", "bob", &[forged]),
        (
            "renames",
            "bob",
            &["every text is shown under its sender's name"],
        ),
        (
            "publishes",
            "alice",
            &["a private text is shown as private, a public one as public"],
        ),
        ("confirms-twice", "alice", &["every text is confirmed once"]),
        (
            "announces",
            "bob",
            &[
                "nobody sees a join that did not happen",
                "nobody sees a departure that did not happen",
            ],
        ),
    ] {
        breaks(&format!("client_fault={fault}"), faulty, claims);
    }
}

#[test]
fn clients_that_talk_past_the_relay_are_caught() {
    let (_, result) = played(
        "sealed",
        "torture",
        &[
            "--set",
            "client_fault=talks-past",
            "--set",
            "faulty=everybody",
        ],
    );
    assert_eq!(result["verdict"], "fail", "{result:#}");
    let red = red(&result);
    assert!(red.contains(&"every text arrives over the link"), "{red:?}");
    let checks = result["checks"].to_string();
    assert!(checks.contains("did not come over the link"), "{checks}");
}

#[test]
fn a_relay_that_delivers_nothing_after_the_last_step_is_caught() {
    let (_, result) = played("sealed", "torture", &["--set", "relay_fault=falls-silent"]);
    assert_eq!(result["verdict"], "fail", "{result:#}");
    let red = red(&result);
    let claim = "a message sent after the last step arrives";
    assert!(red.contains(&claim), "{red:?}");
}

#[test]
fn what_downloads_hold_at_the_end_is_compared_as_a_whole() {
    let astray = "only its recipients keep a file";
    let copies = "no file is kept more often than it was sent";
    let partial = "no file has its final name before it is complete";
    let seen = "no canary on what others received";
    let reported = "nobody reports a file that nobody sent";
    for (setting, claims) in [
        ("client_fault=none", &[][..]),
        // Its second copy is written in place.
        ("client_fault=keeps-copies", &[copies, partial]),
        ("client_fault=saves-in-place", &[partial]),
        ("relay_fault=spreads-files", &[reported, astray, seen]),
    ] {
        let (_, result) = played("sealed", "files", &["--set", setting]);
        assert_eq!(red(&result), claims, "{setting}: {result:#}");
    }
}
