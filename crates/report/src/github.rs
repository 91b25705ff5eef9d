//! What GitHub shows of a run: a summary of the step, and annotations on the lines of
//! scenarios.

use std::path::Path;

use super::asked::Asked;
use super::result::{PlayReport, RunReport};
use super::terminal::{self, Detail, Screen};
use super::words::{Badge, brief, sum, tries_in_words};
use timeline::{seconds, visible};

/// Bytes that all summaries of a step may have.
pub const SUMMARY_LIMIT: usize = 1024 * 1024;

/// Annotations of one kind that a step may have.
const MOST: usize = 10;

/// What is kept free for the sentence that says what was left out.
const LAST_WORDS: usize = 256;

/// Tells GitHub to take nothing for a command any more, until [`resume`] with the same
/// token. Nobody else may know it.
pub fn stop(token: &str) -> String {
    format!("::stop-commands::{token}")
}

/// Commands count again.
pub fn resume(token: &str) -> String {
    format!("::{token}::")
}

/// The run as Markdown of `room` bytes at most: what did not pass and why, the story of each,
/// then the rest, and what was searched. What does not fit is left out as a whole row or story, and counted.
pub fn summary(run: &RunReport, dir: &Path, asked: &Asked, room: usize) -> String {
    let (red, rest): (Vec<&PlayReport>, Vec<&PlayReport>) =
        run.plays.iter().partition(|play| play.is_red());
    let mut page = Page {
        text: String::new(),
        room: room.saturating_sub(LAST_WORDS),
        left_out: 0,
    };
    page.add(format!("## {}\n\n{}\n", sum(run), made_of(run, asked)));
    for line in &run.left {
        page.add(format!("- {}\n", escaped(line)));
    }
    page.table("Not passed", &red);
    for play in &red {
        let story = plain(&terminal::story(play, dir, asked, Screen::default()));
        page.add(format!(
            "\n<details><summary>{}</summary>\n\n{}\n</details>\n",
            html(&play.scenario),
            fenced(&story)
        ));
    }
    page.table("The others", &rest);
    let full = Screen {
        detail: Detail::Full,
        ..Screen::default()
    };
    page.add(format!(
        "\n<details><summary>What was searched</summary>\n\n{}\n</details>\n",
        fenced(&plain(&terminal::closing(run, full)))
    ));
    match page.left_out {
        0 => page.text,
        left_out => format!(
            "{}\n\n{left_out} parts of this summary are left out because GitHub shows at most 1 MiB; result.json has everything.\n",
            page.text
        ),
    }
}

/// A page that grows by whole parts as long as there is room.
struct Page {
    text: String,
    room: usize,
    left_out: usize,
}

impl Page {
    /// True when there was room.
    fn add(&mut self, part: String) -> bool {
        let fits = self.text.len() + part.len() <= self.room;
        if fits {
            self.text.push_str(&part);
        } else {
            self.left_out += 1;
        }
        fits
    }

    fn table(&mut self, title: &str, plays: &[&PlayReport]) {
        if plays.is_empty() {
            return;
        }
        let head = format!(
            "\n### {title}: {}\n\n| verdict | scenario | why | time |\n|---|---|---|---|\n",
            plays.len()
        );
        if !self.add(head) {
            self.left_out += plays.len();
            return;
        }
        for play in plays {
            let badge = Badge::of(&play.verdicts.play);
            self.add(format!(
                "| {badge} | {} | {} | {} |\n",
                escaped(&play.scenario),
                escaped(&brief(&play.note())),
                seconds(play.elapsed)
            ));
        }
    }
}

/// One command for each play that did not pass, on the line of the scenario where it went
/// wrong; ten at most, then one that counts the rest.
pub fn annotations(run: &RunReport) -> Vec<String> {
    let red: Vec<&PlayReport> = run.plays.iter().filter(|play| play.is_red()).collect();
    let mut commands: Vec<String> = red.iter().take(MOST).map(|play| annotation(play)).collect();
    if red.len() > MOST {
        let text = format!(
            "{} more did not pass; the log has them all",
            red.len() - MOST
        );
        commands.push(format!("::notice title=chat::{}", data(&text)));
    }
    commands
}

fn annotation(play: &PlayReport) -> String {
    let line = play.red().find_map(|check| check.line).unwrap_or(1);
    let word = Badge::of(&play.verdicts.play).word;
    let text = play.reason().unwrap_or_else(|| tries_in_words(&play.tries));
    format!(
        "::error file={},line={line},title={}::{}",
        property(&play.path.display().to_string()),
        property(&format!("{word} {}", play.scenario)),
        data(&text)
    )
}

/// With what and of what: `Implementation reference, seed 7, commit 1f2e3d.`
fn made_of(run: &RunReport, asked: &Asked) -> String {
    let mut parts = vec![format!("implementation {}", escaped(&asked.adapter))];
    let seed = run.plays.first().map(|play| play.seed);
    parts.extend(seed.map(|seed| format!("seed {seed}")));
    let commit = run.provenance.commit.as_ref();
    parts.extend(commit.map(|commit| format!("commit {}", escaped(commit))));
    format!("{}.\n", parts.join(", "))
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Without colours.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// A text as it is, in a fence that it cannot close.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// A text as it is, in a line of Markdown.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for c in visible(text).chars() {
        if c.is_ascii_punctuation() {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// A text as it is, in HTML.
fn html(text: &str) -> String {
    visible(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
