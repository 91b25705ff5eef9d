//! The story of a play that did not pass: its cause first, and all of it on a small terminal.

use std::path::Path;

use super::screen::{Detail, Screen};
use super::style;
use crate::alike::by_cause;
use crate::result::PlayReport;
use crate::words::{Badge, tries_in_words};
use judge::{Check, CheckKind, Verdict};
use timeline::visible;

/// Causes that are shown; the rest is counted.
const MOST: usize = 5;

/// Participants of which it says what they used.
const USED: usize = 8;

/// Rows of each part, where not all is shown.
const NAME: usize = 2;
const GOT: usize = 4;
const DIFFERENCE: usize = 2;
const JUST_BEFORE: usize = 4;

/// Other causes of which a row is shown.
const OTHERS: usize = 2;

/// What did not hold and what was seen instead, the first difference, what happened just before,
/// one line to repeat it, one place to look at. `run` is the directory of the run.
pub fn failure(play: &PlayReport, run: &Path, repeat_command: &str, screen: Screen) -> String {
    let badge = Badge::of(&play.verdicts.play);
    let style = style(badge);
    let line = play.red().find_map(|check| check.line);
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    let mut text = format!(
        "────────────\n {style}{badge}{style:#}  {}   {}{line}\n",
        play.scenario,
        play.path.display()
    );
    if play.tries.len() > 1 {
        text.push_str(&format!(
            "   {}; attempt {} is shown here\n",
            tries_in_words(&play.tries),
            play.try_number
        ));
    }
    text.push_str(&causes(play, screen));
    if screen.detail == Detail::Full {
        text.push_str(&used(play, screen));
    }
    text.push_str(&format!("   repeat it     {repeat_command}\n"));
    if screen.detail == Detail::Full {
        let mut files = play.red();
        let file = files.find_map(|check| check.evidence.look_at.as_deref());
        let file = run.join(&play.dir).join(file.unwrap_or("timeline.jsonl"));
        text.push_str(&format!("   look at it    {}\n", file.display()));
    }
    text
}

/// The first cause in full, and as much of the others as there is room for.
fn causes(play: &PlayReport, screen: Screen) -> String {
    let is_full = screen.detail == Detail::Full;
    let causes = by_cause(play.red());
    let shown = if is_full { MOST } else { OTHERS + 1 };
    let mut text = String::new();
    for (nth, (check, more)) in causes.iter().take(shown).enumerate() {
        if nth == 0 || is_full {
            text.push_str(&evidence(play, check, screen));
            if *more > 0 {
                text.push_str(&format!("   {:<13} and {more} more like it\n", ""));
            }
        } else {
            text.push_str(&in_short(check, screen));
        }
    }
    let rest = causes.iter().skip(shown).map(|(_, more)| more + 1);
    let rest: usize = rest.sum();
    if rest > 0 {
        text.push_str(&format!("   and {rest} more, all in result.json\n"));
    }
    text
}

fn evidence(play: &PlayReport, check: &Check, screen: Screen) -> String {
    let badge = Badge::of_check(check.verdict);
    let (style, word) = (style(badge), badge.word);
    let evidence = &check.evidence;
    let is_full = screen.detail == Detail::Full;
    let rows = |usual: usize| if is_full { usize::MAX } else { usual };
    let head = format!("   {style}{word}{style:#}  ");
    // What was found says more than the name of the check: that it must not be there.
    if is_finding(check) {
        return screen.hanging(&head, &visible(&evidence.got), rows(GOT));
    }
    let place = match (&check.step, check.line) {
        (Some(step), Some(line)) if is_full => {
            format!("   step {}   {}:{line}", step.0, play.path.display())
        }
        (Some(step), _) => format!("   step {}", step.0),
        (None, _) => String::new(),
    };
    let name = visible(&check.name) + &place;
    let mut text = screen.hanging(&head, &name, rows(NAME));
    if is_full && !evidence.expected.is_empty() {
        text.push_str(&screen.labelled("expected", &visible(&evidence.expected), usize::MAX));
    }
    let lines = &evidence.just_before;
    if !evidence.got.is_empty() {
        // Where nothing happened just before, there is room.
        let spare = JUST_BEFORE.saturating_sub(lines.len());
        let got = rows(GOT + spare);
        text.push_str(&screen.labelled("got", &visible(&evidence.got), got));
    }
    if let Some(difference) = &evidence.difference {
        let difference = format!("first difference {}", visible(difference));
        text.push_str(&screen.labelled("", &difference, rows(DIFFERENCE)));
    }
    let skipped = lines.len().saturating_sub(rows(JUST_BEFORE));
    for (index, line) in lines.iter().skip(skipped).enumerate() {
        let label = if index == 0 { "just before" } else { "" };
        text.push_str(&screen.labelled(label, &visible(&line.to_string()), rows(1)));
    }
    text
}

/// Another cause in one row.
fn in_short(check: &Check, screen: Screen) -> String {
    let badge = Badge::of_check(check.verdict);
    let (style, word) = (style(badge), badge.word);
    let step = check.step.as_ref();
    let step = step.map_or_else(String::new, |step| format!("step {}: ", step.0));
    let (seen, rows) = if is_finding(check) {
        (check.evidence.got.clone(), 2)
    } else {
        let got = match check.evidence.got.as_str() {
            "" => String::new(),
            got => format!(": {got}"),
        };
        (format!("{step}{}{got}", check.name), 1)
    };
    screen.hanging(
        &format!("   {style}{word}{style:#}  "),
        &visible(&seen),
        rows,
    )
}

fn is_finding(check: &Check) -> bool {
    matches!(check.kind, CheckKind::Audit(_)) && check.verdict == Verdict::Plaintext
}

fn used(play: &PlayReport, screen: Screen) -> String {
    if play.used.is_empty() {
        return String::new();
    }
    let used = play.used.iter().take(USED);
    let mut used: Vec<String> = used.map(|used| visible(&used.sentence())).collect();
    if play.used.len() > USED {
        used.push(format!("and {} more", play.used.len() - USED));
    }
    screen.labelled("used", &used.join("; "), usize::MAX)
}
