//! What is on a small terminal when a run has failed: the last 24 rows of 80 columns.

use insta::{assert_snapshot, with_settings};

use crate::runs::Runs;

const COLUMNS: usize = 80;
const ROWS: usize = 24;

/// The rows that a terminal shows of what a run printed, the prompt of the shell below them.
fn last_screen(printed: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for line in printed.lines() {
        let line: Vec<char> = line.chars().collect();
        if line.is_empty() {
            rows.push(String::new());
        }
        rows.extend(line.chunks(COLUMNS).map(|row| row.iter().collect()));
    }
    rows.split_off(rows.len().saturating_sub(ROWS - 1))
}

/// Plays a tour in which something is wrong.
fn screen_of(name: &str, arguments: &[&str]) {
    let runs = Runs::new();
    let output = runs
        .xtask(&["test", "zoo/scenarios/tour.toml", "--seed", "7"])
        .args(arguments)
        .env("COLUMNS", COLUMNS.to_string())
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let rows = last_screen(&(err + &out));
    let screen = rows.join("\n");
    // The whole story is on it, with a way to repeat it and to look at it.
    let begin = rows.iter().position(|row| row.starts_with("────"));
    let begin = begin.unwrap_or_else(|| panic!("it is longer than a screen:\n{screen}"));
    let story = rows[begin..].join("\n");
    for part in [
        "repeat it     cargo xtask test",
        "see it  ",
        " failed, 0 skipped",
    ] {
        assert!(story.contains(part), "{part}\n{story}");
    }
    with_settings!({
        description => format!("the last screen of a run: {name}"),
        omit_expression => true,
        filters => vec![
            // Who of several comes first is luck.
            (r"\b(alice|bob|carol)\b", "[client]"),
            (r"(?m)^ +(just before)? *[\[\]\w]+│.*$", "   $1 [what somebody did]"),
            (r"(?s)see it .*?\nfiles:", "see it        [page]\nfiles:"),
            // What can be seen of one that ends at once is luck, too.
            (r"(?m)^   (CANNOT TELL|and \d+ more,) .*\n", ""),
            (r"(?m)(^   FAIL  step \d: .*\n)+", "   FAIL  [what followed]\n"),
            (r"\d surfaces", "[n] surfaces"),
            (r"control not on \d", "control not on [n]"),
            (r"(?s)ORPHAN /.*?; killed", "ORPHAN [command]; killed"),
            (r"(files|page): +.*", "$1: [path]"),
            (r"\d+\.\d+ (s|MiB)", "[n] $1"),
            (r"\d[\d ]* bytes", "[n] bytes"),
            (r"address 0x[0-9a-f]+", "address [n]"),
            (r"\d+ findings", "[n] findings"),
            (r"\d+ more finding", "[n] more finding"),
            (r"level \w+", "level [level]"),
        ],
    }, {
        assert_snapshot!(name, story);
    });
}

macro_rules! screens {
    ($($test:ident: $arguments:expr;)*) => {
        $(#[test] fn $test() { screen_of(stringify!($test), $arguments); })*
    };
}

const SEALED: &str = "zoo/adapters/sealed.toml";
const PLAIN: &str = "zoo/adapters/plain.toml";

screens! {
    a_text_is_lost: &["--adapter", SEALED, "--set", "relay_fault=drops"];
    a_text_is_shown_twice: &["--adapter", SEALED, "--set", "client_fault=twice"];
    a_relay_dies: &["--adapter", SEALED, "--set", "relay_fault=dies-midway"];
    a_relay_does_not_start: &["--adapter", SEALED, "--set", "relay_fault=dies-starting"];
    a_file_is_another: &["--adapter", SEALED, "--set", "client_fault=corrupts-file", "--set", "faulty=carol"];
    nothing_is_encrypted: &["--adapter", PLAIN];
    a_process_is_left_behind: &["--adapter", SEALED, "--set", "client_fault=orphans"];
    the_time_is_over: &["--adapter", "zoo/adapters/relay-never-ready.toml", "--timeout", "300ms"];
}
