//! What a person reads in a terminal or in the log of a CI job.

mod screen;
mod story;

use std::path::Path;

use anstyle::{AnsiColor, Style};

pub use self::screen::{Detail, Screen};
pub use self::story::failure;
use super::asked::{Asked, repeat};
use super::not_played;
use super::result::{PlayReport, RunReport};
use super::words::{Badge, brief, sum, tries_in_words};
use judge::PlayVerdict;
use timeline::{seconds, visible};

const PASS: Style = AnsiColor::Blue.on_default().bold();
const FAIL: Style = AnsiColor::Magenta.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
const PLAINTEXT: Style = AnsiColor::Magenta.on_default().bold().invert();
const FAINT: Style = Style::new().dimmed();

/// Plays that did not pass that get a row at the end of a run.
const LISTED: usize = 8;

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
        _ => {
            let limit = play.verdicts.limit().map(|limit| format!("  {limit}"));
            limit.unwrap_or_default()
        }
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

/// A whole run but its sum: a line for each play, the story of each that did not pass, and
/// what is left. `dir` is the directory of the run.
pub fn report(run: &RunReport, dir: &Path, asked: &Asked, screen: Screen) -> String {
    let lines = run.plays.iter().map(|play| play_line(play) + "\n");
    let lines = match screen.detail {
        Detail::Quiet => String::new(),
        Detail::Usual | Detail::Full => lines.collect(),
    };
    lines + &red(run, dir, asked, screen)
}

/// What needs a reader in a run: the story of each play that did not pass, why nothing could be
/// played where that is so, and what is left.
pub fn red(run: &RunReport, dir: &Path, asked: &Asked, screen: Screen) -> String {
    let plays = run.plays.iter().filter(|play| play.is_red());
    let stories = plays.map(|play| story(play, dir, asked, screen));
    let left = run.left.iter().map(|line| visible(line) + "\n");
    stories
        .chain(not_played::reasons(run))
        .chain(left)
        .collect()
}

/// As [`failure`], with the line that plays it again, and its page.
pub(super) fn story(play: &PlayReport, dir: &Path, asked: &Asked, screen: Screen) -> String {
    failure(play, dir, &repeat(play, asked), screen) + &page_link(play, dir)
}

/// The page of a play, opened at the first thing that did not hold.
pub fn page_link(play: &PlayReport, run: &Path) -> String {
    let step = play.red().find_map(|check| check.step.as_ref());
    let anchor = step.map_or_else(|| "end".to_owned(), |step| format!("s{}", step.0));
    let page = run.join(&play.dir).join("report.html");
    format!("   see it        {}#{anchor}\n", page.display())
}

/// The end of a run: of several plays those that did not pass, what was searched, and the sum,
/// which is the last line.
pub fn closing(run: &RunReport, screen: Screen) -> String {
    let mut lines = listed(run, screen);
    if screen.detail != Detail::Quiet {
        lines.extend(figures(run, screen));
    }
    if !run.left.is_empty() {
        let (count, are) = match run.left.len() {
            1 => ("one thing".to_owned(), "is"),
            more => (format!("{more} things"), "are"),
        };
        lines.push(format!(
            "{FAIL}red{FAIL:#}: {count} {are} left over; see above and result.json"
        ));
    }
    lines.push(sum(run));
    lines.join("\n")
}

/// The reason of each play that did not pass, where there are several: their stories are longer
/// than a screen.
fn listed(run: &RunReport, screen: Screen) -> Vec<String> {
    let red: Vec<&PlayReport> = run.plays.iter().filter(|play| play.is_red()).collect();
    if red.len() < 2 {
        return Vec::new();
    }
    let row = |play: &&PlayReport| {
        let badge = Badge::of(&play.verdicts.play);
        let style = style(badge);
        let front = format!("{style}{badge}{style:#}  {}  ", visible(&play.scenario));
        let row = screen.hanging(&front, &brief(&play.reason().unwrap_or_default()), 1);
        row.trim_end().to_owned()
    };
    let mut rows: Vec<String> = red.iter().take(LISTED).map(row).collect();
    if red.len() > LISTED {
        rows.push(format!("and {} more", red.len() - LISTED));
    }
    rows
}

/// How long it took, and what was searched.
fn figures(run: &RunReport, screen: Screen) -> Vec<String> {
    let searches = run.searches();
    let levels: std::collections::BTreeSet<&str> = run
        .plays
        .iter()
        .map(|play| play.level.as_str())
        .filter(|level| !level.is_empty())
        .collect();
    let levels: Vec<&str> = levels.into_iter().collect();
    let plays = match run.plays.len() {
        1 => "1 play".to_owned(),
        many => format!("{many} plays"),
    };
    let mut lines = vec![format!(
        "{FAINT}{plays} in {}, isolation level {}{FAINT:#}",
        seconds(run.elapsed),
        levels.join(" and "),
    )];
    if screen.detail == Detail::Full {
        lines.extend(searches.by_surface().iter().map(|line| visible(line)));
        lines.push(searches.sentence());
        lines.extend(searches.traces().map(|traces| visible(&traces)));
    } else {
        lines.push(searches.line());
    }
    lines
}
