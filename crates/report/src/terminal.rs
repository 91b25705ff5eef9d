//! What a person reads in a terminal or in the log of a CI job.

use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::alike::by_cause;
use super::asked::{Asked, REFERENCE, on_a_command_line, repeat};
use super::not_played;
use super::result::{PlayReport, RunReport};
use super::words::{Badge, sum, tries_in_words};
use judge::{Check, CheckKind, PlayVerdict};
use timeline::{seconds, visible};

const PASS: Style = AnsiColor::Blue.on_default().bold();
const FAIL: Style = AnsiColor::Magenta.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
const PLAINTEXT: Style = AnsiColor::Magenta.on_default().bold().invert();
const FAINT: Style = Style::new().dimmed();

/// Failed checks that a screen shows; the rest is counted.
const MOST: usize = 5;

/// Participants of which it says what they used.
const USED: usize = 8;

/// The colour of a verdict.
pub(super) fn style(badge: Badge) -> Style {
    match badge.class {
        "pass" => PASS,
        "unsure" => UNSURE,
        "fail" => FAIL,
        "plaintext" => PLAINTEXT,
        _ => FAINT,
    }
}

/// One line for one play.
pub fn play_line(play: &PlayReport) -> String {
    let badge = Badge::of(&play.verdicts.play);
    let style = style(badge);
    let why = match &play.verdicts.play {
        PlayVerdict::Skip(why) | PlayVerdict::Unsupported(why) | PlayVerdict::Xfail(why) => {
            format!("  {}", visible(why))
        }
        _ if play.tries.len() > 1 => format!("  {}", tries_in_words(&play.tries)),
        _ => String::new(),
    };
    let checks = play.verdicts.checks.len();
    format!(
        "{style}{badge:<13}{style:#} {:<36} {FAINT}{checks:>4} checks {:>8}{FAINT:#}{why}",
        play.scenario,
        seconds(play.elapsed)
    )
}

/// One line for a play that has waited for long.
pub fn slow(scenario: &str, status: &str) -> String {
    format!(
        "{UNSURE}◷ SLOW{UNSURE:#}        {scenario} waits {}",
        visible(status)
    )
}

/// One line for a play, because somebody asked what it waits for.
pub fn now(scenario: &str, status: &str) -> String {
    format!(
        "{FAINT}◷ NOW{FAINT:#}         {scenario} waits {}",
        visible(status)
    )
}

/// The whole story of a play that did not pass: what was expected and came instead, the
/// first difference, what happened just before, one line to repeat it, one place to look.
/// `run` is the directory of the run.
pub fn failure(play: &PlayReport, run: &Path, repeat_command: &str) -> String {
    let badge = Badge::of(&play.verdicts.play);
    let style = style(badge);
    let mut text = format!(
        "────────────\n {style}{badge}{style:#}  {}   {}\n",
        play.scenario,
        play.path.display()
    );
    if play.tries.len() > 1 {
        text.push_str(&format!(
            "   {}; try {} is told here\n",
            tries_in_words(&play.tries),
            play.try_number
        ));
    }
    let causes = by_cause(play.red());
    for (check, more) in causes.iter().take(MOST) {
        text.push_str(&evidence(play, check));
        if *more > 0 {
            text.push_str(&format!("   {:<13} and {more} more like it\n", ""));
        }
    }
    let rest = causes.iter().skip(MOST).map(|(_, more)| more + 1);
    let rest: usize = rest.sum();
    if rest > 0 {
        text.push_str(&format!("   and {rest} more, all in result.json\n"));
    }
    let file = play
        .red()
        .find_map(|check| check.evidence.look_at.as_deref());
    let file = run.join(&play.dir).join(file.unwrap_or("timeline.jsonl"));
    if !play.used.is_empty() {
        let mut used: Vec<String> = play
            .used
            .iter()
            .take(USED)
            .map(|used| visible(&used.sentence()))
            .collect();
        if play.used.len() > USED {
            used.push(format!("and {} more", play.used.len() - USED));
        }
        text.push_str(&format!("   used          {}\n", used.join("; ")));
    }
    text.push_str(&format!("   repeat it     {repeat_command}\n"));
    text.push_str(&format!("   look at it    {}\n", file.display()));
    text
}

fn evidence(play: &PlayReport, check: &Check) -> String {
    let badge = Badge::of_check(check.verdict);
    let (style, word) = (style(badge), badge.word);
    let place = match (&check.step, check.line) {
        (Some(step), Some(line)) => {
            format!("   step {}   {}:{line}", step.0, play.path.display())
        }
        _ => String::new(),
    };
    let evidence = &check.evidence;
    let mut text = format!(
        "   {style}{word}{style:#}  {}{place}\n",
        visible(&check.name)
    );
    for (label, what) in [("expected", &evidence.expected), ("got", &evidence.got)] {
        if !what.is_empty() {
            text.push_str(&format!("   {label:<13} {}\n", visible(what)));
        }
    }
    if let Some(difference) = &evidence.difference {
        text.push_str(&format!(
            "                 first difference {}\n",
            visible(difference)
        ));
    }
    for (index, line) in evidence.just_before.iter().enumerate() {
        let label = if index == 0 { "just before" } else { "" };
        text.push_str(&format!("   {label:<13} {}\n", visible(line)));
    }
    text
}

/// A whole run but its sum: a line for each play, the story of each that did not pass, and
/// what is left. `dir` is the directory of the run.
pub fn report(run: &RunReport, dir: &Path, asked: &Asked) -> String {
    let lines = run.plays.iter().map(|play| play_line(play) + "\n");
    lines.collect::<String>() + &red(run, dir, asked)
}

/// What needs a reader in a run: the story of each play that did not pass, why nothing could be
/// played where that is so, and what is left.
pub fn red(run: &RunReport, dir: &Path, asked: &Asked) -> String {
    let plays = run.plays.iter().filter(|play| play.is_red());
    let stories = plays.map(|play| story(play, dir, asked));
    let left = run.left.iter().map(|line| visible(line) + "\n");
    stories
        .chain(not_played::reasons(run))
        .chain(left)
        .collect()
}

/// As [`failure`], with the line that plays it again, and its page.
pub(super) fn story(play: &PlayReport, dir: &Path, asked: &Asked) -> String {
    failure(play, dir, &repeat(play, asked)) + &page_link(play, dir)
}

/// The page of a play, opened at the first thing that did not hold.
pub fn page_link(play: &PlayReport, run: &Path) -> String {
    let step = play.red().find_map(|check| check.step.as_ref());
    let anchor = step.map_or_else(|| "end".to_owned(), |step| format!("s{}", step.0));
    let page = run.join(&play.dir).join("report.html");
    format!("   see it        {}#{anchor}\n", page.display())
}

/// How to store what a play of the reference implementation has shown, where it passed and
/// there was no snapshot to compare it with.
pub fn unstored(play: &PlayReport, asked: &Asked) -> Option<String> {
    let mut checks = play.verdicts.checks.iter();
    let is_compared = checks.any(|check| matches!(check.kind, CheckKind::Snapshot(_)));
    let is_due = play.verdicts.play == PlayVerdict::Pass && asked.adapter == REFERENCE;
    (is_due && !is_compared).then(|| {
        format!(
            "no snapshot is stored yet, which `test` asks for: `cargo xtask test {} --accept` \
             stores one",
            on_a_command_line(&play.scenario, &play.path)
        )
    })
}

/// The end of a run: what was searched on each surface, and the sum, which is the last line.
pub fn closing(run: &RunReport) -> String {
    let searches = run.searches();
    let levels: std::collections::BTreeSet<&str> = run
        .plays
        .iter()
        .map(|play| play.level.as_str())
        .filter(|level| !level.is_empty())
        .collect();
    let levels: Vec<&str> = levels.into_iter().collect();
    let mut lines = vec![format!(
        "{FAINT}{} plays in {}, isolation level {}{FAINT:#}",
        run.plays.len(),
        seconds(run.elapsed),
        levels.join(" and "),
    )];
    lines.extend(searches.by_surface().iter().map(|line| visible(line)));
    lines.push(searches.sentence());
    lines.extend(searches.traces().map(|traces| visible(&traces)));
    if !run.left.is_empty() {
        let (count, are) = match run.left.len() {
            1 => ("one thing".to_owned(), "is"),
            more => (format!("{more} things"), "are"),
        };
        lines.push(format!(
            "{FAIL}red{FAIL:#}: {count} {are} left that must not be; said above, and in result.json"
        ));
    }
    lines.push(sum(run));
    lines.join("\n")
}
