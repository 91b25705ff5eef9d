use std::collections::BTreeMap;
use std::path::Path;

use judge::PlayVerdict as P;
use report::{RunReport, github};

use crate::{NASTY, play, reference};

/// A command as GitHub's runner takes it from a line: name, properties, text.
fn command(line: &str) -> (String, BTreeMap<String, String>, String) {
    assert!(!line.contains(['\r', '\n']), "{line:?}");
    let (head, text) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let plain = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let properties = properties
        .split(',')
        .filter(|property| !property.is_empty())
        .map(|property| {
            let (key, value) = property.split_once('=').unwrap();
            (key.to_owned(), plain(value))
        });
    (name.to_owned(), properties.collect(), plain(text))
}

fn run(plays: usize, verdict: &P) -> RunReport {
    RunReport {
        plays: (0..plays)
            .map(|n| {
                let id = format!("a/of,100%:{n:05}");
                play(&id, std::slice::from_ref(verdict), verdict.clone())
            })
            .collect(),
        ..RunReport::default()
    }
}

#[test]
fn an_annotation_stands_on_the_line_of_the_scenario_and_forges_nothing() {
    let commands = github::annotations(&run(1, &P::Fail));
    assert_eq!(commands.len(), 1);
    let (name, properties, text) = command(&commands[0]);
    assert_eq!(name, "error");
    assert_eq!(properties["file"], "scenarios/a/of,100%:00000.toml");
    assert_eq!(properties["line"], "12");
    assert_eq!(properties["title"], "FAIL a/of,100%:00000");
    assert_eq!(properties.len(), 3);
    assert!(text.contains("]]> & <b>"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
    assert!(NASTY.contains("\r\n::set-env::") && !text.contains("\n::"));
}

#[test]
fn only_ten_plays_are_annotated_and_the_rest_is_counted() {
    assert!(github::annotations(&run(30, &P::Pass)).is_empty());
    let commands = github::annotations(&run(30, &P::CannotTell));
    let names: Vec<String> = commands.iter().map(|line| command(line).0).collect();
    assert_eq!(names[..10], ["error"; 10]);
    assert_eq!(names[10..], ["notice"]);
    assert!(commands[10].contains("20 more"), "{commands:?}");
}

#[test]
fn a_summary_over_its_limit_is_cut_between_rows() {
    let dir = Path::new("reports/x");
    for (plays, verdict) in [(30_000, P::Pass), (2_000, P::Fail)] {
        let text = github::summary(&run(plays, &verdict), dir, &reference(), 1024 * 1024);
        assert!(text.len() <= 1024 * 1024, "{}", text.len());
        assert!(text.len() > 900 * 1024, "{}", text.len());
        let last = text.lines().last().unwrap();
        assert!(last.contains("left out"), "{last}");
        let rows = text.lines().filter(|line| line.starts_with("| "));
        for row in rows {
            // Bars of the text itself are escaped.
            let bars = row.replace("\\|", "").matches('|').count();
            assert_eq!(bars, 5, "{row}");
        }
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
    }
}

#[test]
fn a_summary_tells_what_did_not_pass_first_and_nothing_breaks_out_of_it() {
    let mut both = run(2, &P::Pass);
    both.plays[1] = play("b/```|<script>", &[P::Fail, P::Pass], P::Flaky);
    both.plays[1].verdicts.checks[1].evidence.got = "```\n# forged".to_owned();
    let text = github::summary(&both, Path::new("x"), &reference(), 1024 * 1024);
    assert!(
        text.starts_with("## 1 passed, 1 failed, 0 skipped\n"),
        "{text}"
    );
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}\n{text}"));
    assert!(place("FLAKY") < place("PASS |"), "{text}");
    let parts: Vec<&str> = text.split("````").collect();
    let outside: String = parts.iter().copied().step_by(2).collect();
    let fenced: String = parts.iter().copied().skip(1).step_by(2).collect();
    assert!(fenced.contains("<script>"), "{text}");
    assert!(outside.contains("&lt;script&gt;"), "{text}");
    assert!(!outside.contains("<script>"), "{text}");
    assert!(text.contains("cargo xtask test 'b/"), "{text}");
}
