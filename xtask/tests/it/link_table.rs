//! `cargo xtask doctor --links`.

use super::runs::Runs;

#[test]
fn in_the_networks_of_a_play_no_socket_meets_something_else_through_a_tap_without_its_sentence() {
    let output = Runs::new().xtask(&["doctor", "--links"]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.contains(", 0 with an unknown one, at level "),
        "{printed}"
    );
    assert_eq!(output.status.code(), Some(0));
    if printed.contains("level namespaces") {
        insta::assert_snapshot!(printed);
    }
}
