//! Many clients at one relay: what goes wrong among them is found, and told as what it is.

use serde_json::Value;

use crate::runs::Runs;

/// Six plain clients in pairs at a relay of the zoo. Nothing there is encrypted, so that the
/// verdict is PLAINTEXT whatever else there is; it is the checks that differ.
fn load(fault: &str) -> (Option<i32>, Value, String) {
    let output = Runs::new()
        .xtask(&["load", "pairs", "--clients", "6", "--for", "300ms"])
        .args(["--json", "--adapter", "zoo/adapters/plain.toml"])
        .args(["--set", &format!("relay_fault={fault}")])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    let figures = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    (output.status.code(), figures, err)
}

/// Names of the checks that failed.
fn failed(err: &str) -> Vec<&str> {
    err.lines()
        .filter_map(|line| line.trim().strip_prefix("FAIL  "))
        .collect()
}

#[test]
fn a_load_repeats_the_steps_in_rounds_and_measures_them() {
    let (code, figures, err) = load("none");
    assert_eq!(code, Some(3), "{err}");
    assert_eq!(failed(&err), [""; 0], "{err}");
    let of = |name: &str| figures["figures"][name].as_u64().unwrap();
    assert_eq!((of("groups"), of("failed")), (3, 0));
    assert!(of("rounds") >= 3, "{figures}");
    assert_eq!(of("steps"), 3 * of("rounds"));
    assert_eq!(of("messages"), 2 * of("rounds"));
    assert_eq!(of("files"), of("rounds"));
    assert_eq!(of("planted"), 3 * of("rounds"));
    let took = &figures["figures"]["message_latency"];
    assert_eq!(took["samples"].as_u64(), Some(of("messages")));
    let percentile = |name: &str| took[name].as_u64().unwrap();
    assert!(percentile("min") > 0);
    assert!(percentile("p50") <= percentile("p99") && percentile("p99") <= percentile("max"));
}

#[test]
fn one_message_lost_among_many_is_found() {
    let (_, figures, err) = load("drops");
    let lost = failed(&err);
    assert!(lost.iter().any(|name| name.starts_with("step 1 ")), "{err}");
    assert!(figures["figures"]["failed"].as_u64() > Some(0));
    // The other groups have gone on.
    assert!(figures["figures"]["messages"].as_u64() > Some(0));
    assert!(
        !lost.iter().any(|name| name.starts_with("nobody shows")),
        "{err}"
    );
}

#[test]
fn messages_that_come_twice_among_many_are_found() {
    let (_, _, err) = load("doubles");
    assert!(
        failed(&err).iter().any(|name| name.starts_with("step 1 ")),
        "{err}"
    );
    assert!(err.contains("showed it 2 times"), "{err}");
}

#[test]
fn messages_shown_to_other_groups_are_found() {
    let (_, _, err) = load("gossips");
    let stray = "nobody shows what is not meant for them";
    assert!(failed(&err).contains(&stray), "{err}");
}
