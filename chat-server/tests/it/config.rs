use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};
use rustix::process::Signal;

use crate::program::Program;

/// What the relay says of a file with this text, and of these arguments.
fn checked(text: &str, more: &[&str]) -> Assert {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut command = Command::cargo_bin("chat-server").unwrap();
    command
        .arg("--config")
        .arg(file.path())
        .arg("--check-config");
    command
        .args(more)
        .timeout(std::time::Duration::from_secs(20));
    command.assert()
}

#[test]
fn a_slip_in_the_file_is_shown_at_its_place_with_a_way_out() {
    let slips = [
        ("tls = yes\n", "tls = yes"),
        ("lisen = \"127.0.0.1:0\"\n", "listen"),
        ("colour = true\n", "there is no option `colour`"),
        ("config = \"other.toml\"\n", "there is no option `config`"),
        (
            "keepalive = \"20\"\n",
            "a time is a whole number and a unit",
        ),
        (
            "keepalive = 20\n",
            "`keepalive` is a text, in quotes, and this is a number",
        ),
        (
            "name = true\n",
            "`name` is a text, in quotes, and this is true or false",
        ),
        (
            "log-level = [\"info\"]\n",
            "`log-level` is a text, in quotes, and this is a list",
        ),
        (
            "max-connections = \"9\"\n",
            "a whole number, without quotes, and this is a text",
        ),
        (
            "max-connections = 9.0\n",
            "without quotes, and this is a number",
        ),
        (
            "tls = \"true\"\n",
            "`tls` is true or false, without quotes, and this is a text",
        ),
        (
            "no-mail = 1\n",
            "`no-mail` is true or false, without quotes, and this is a number",
        ),
        ("data = \"\"\n", "`data` is empty"),
        ("max-connections = 0\n", "max-connections"),
        (
            "data = [\"a\", \"b\"]\n",
            "`data` is a text, in quotes, and this is a list",
        ),
        ("[relay]\ntls = true\n", "there is no option `relay`"),
    ];
    for (text, said) in slips {
        let place = contains("-->").and(contains(":1:"));
        let checked = checked(text, &[]).code(2).stdout(is_empty());
        checked.stderr(contains(said).and(place).and(contains("panicked").not()));
    }
    // All of them at once.
    let both = "lisen = \"127.0.0.1:0\"\nkeepalive = \"20\"\n";
    checked(both, &[]).stderr(contains("lisen").and(contains("whole number")));
}

#[test]
fn every_option_may_be_in_the_file() {
    let mut command = Command::cargo_bin("chat-server").unwrap();
    let help = command.arg("--help").output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let (_, options) = help.split_once("Options:").unwrap();
    let names = options.lines().filter_map(|line| {
        let line = line
            .trim_start()
            .trim_start_matches("-h, ")
            .trim_start_matches("-V, ");
        let name = line.strip_prefix("--")?;
        name.split([' ', '[', '=']).next()
    });
    let names = names.filter(|name| !["config", "check-config", "help", "version"].contains(name));
    let text: String = names.map(|name| format!("{name} = []\n")).collect();
    let keys = text.lines().count();
    assert!(keys >= 11, "{text}");
    let checked = checked(&text, &[]).code(2);
    // None takes a list.
    let said = String::from_utf8(checked.get_output().stderr.clone()).unwrap();
    assert_eq!(said.matches("and this is a list").count(), keys, "{said}");
    assert!(!said.contains("there is no option"), "{said}");
}

#[test]
fn the_command_line_counts_for_more_than_the_file() {
    let open = "listen = \"0.0.0.0:0\"\ntls = true\n";
    checked(open, &[])
        .code(0)
        .stdout("the configuration is valid\n");
    checked(open, &["--tls=false"])
        .code(2)
        .stderr(contains("needs TLS"));
    checked(open, &["--tls=false", "--listen", "127.0.0.1:0"]).code(0);
    checked("metrics = \"0.0.0.0:9464\"\n", &[])
        .code(2)
        .stderr(contains("metrics"));
}

#[test]
fn a_relay_is_started_as_its_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (
        folder.path().join("config.toml"),
        folder.path().join("data"),
    );
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"{}\"\nno-mail = true\n",
        data.display()
    );
    std::fs::write(&file, text).unwrap();
    let program = Program::start(&["--config", file.to_str().unwrap()]);
    assert_eq!(program.end(Signal::TERM).code, Some(0));
    assert!(data.join("relay.key").is_file() && !data.join("mail.redb").exists());
}

#[test]
fn the_example_is_valid_and_a_file_that_is_not_there_is_named() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/config.toml");
    let text = std::fs::read_to_string(example).unwrap();
    checked(&text, &[]).code(0);
    checked(&with_what_is_only_shown(&text), &[]).code(0);
    let mut command = Command::cargo_bin("chat-server").unwrap();
    let missing = command.args(["--config", "/nowhere/x.toml"]).assert();
    missing
        .code(2)
        .stderr(contains("cannot read /nowhere/x.toml"));
}

/// The example with all options that it has in comments.
fn with_what_is_only_shown(text: &str) -> String {
    let shown = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(option) if option.contains(" = ") => format!("{option}\n"),
        Some(_) | None => format!("{line}\n"),
    });
    shown.collect()
}

#[test]
fn the_service_may_write_wherever_the_example_has_the_relay_write() {
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging");
    let read = |name: &str| std::fs::read_to_string(packaging.join(name)).unwrap();
    let (unit, example) = (read("chat-server.service"), read("config.toml"));
    assert!(unit.contains("\nProtectSystem=strict\n"));
    let of_unit = |key: &str, root: &str| {
        let mut lines = unit.lines();
        let name = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        format!("{root}/{}", name.unwrap_or_else(|| panic!("no {key}")))
    };
    let writable = [
        of_unit("StateDirectory", "/var/lib"),
        of_unit("LogsDirectory", "/var/log"),
    ];
    let shown = with_what_is_only_shown(&example);
    let of_example = shown.lines().filter_map(|line| line.split_once(" = "));
    let paths = of_example.filter_map(|(key, value)| {
        let path = value.trim_matches('"');
        path.starts_with('/').then(|| (key, Path::new(path)))
    });
    let paths: Vec<_> = paths.collect();
    assert_eq!(
        paths.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
        ["data", "log-file"]
    );
    for (key, path) in paths {
        let is_writable = writable.iter().any(|folder| path.starts_with(folder));
        assert!(is_writable, "{key} = {}: {writable:?}", path.display());
    }
}
