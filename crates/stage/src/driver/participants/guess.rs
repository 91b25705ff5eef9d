//! Why nothing may have come from a program that still runs. A guess, from what is seen.

use std::time::Duration;

use super::{Participants, last_lines};
use crate::participant::usage;
use timeline::{Event, Kind, Stream};

/// What is seen of a silent program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Facts {
    /// It runs on a terminal.
    on_terminal: bool,
    /// It has printed something on standard output.
    has_printed: bool,
    /// What is behind its last line break.
    unfinished: String,
    /// A line of it with bytes that are no text.
    not_text: Option<String>,
    /// The last question to its terminal that was not answered.
    unanswered: Option<String>,
    /// A row that ends with a letter at the edge of its terminal.
    at_the_edge: Option<String>,
    /// It has shown something that its adapter recognises: its first dialogue is over, and a
    /// program that reads its input is one that works.
    is_ready: bool,
    /// It is blocked in reading its standard input.
    reads_input: bool,
    /// Bytes that were typed and that it has not read.
    unread: u64,
}

/// What is in a line for bytes that are not UTF-8.
const NO_CHARACTER: char = char::REPLACEMENT_CHARACTER;

impl Facts {
    /// In words; nothing where there is nothing to say.
    fn guess(&self) -> Option<String> {
        if !self.on_terminal && asks_a_terminal(&self.unfinished) {
            return Some(
                "it queries its terminal, for example for the cursor position, and waits for the answer, but it has no terminal: set `terminal = true` in the adapter"
                    .to_owned(),
            );
        }
        if let Some(line) = &self.not_text {
            return Some(format!(
                "it has printed bytes that are not UTF-8, shown as U+FFFD in {line:?}: make it write UTF-8 (its environment has LANG=C.UTF-8), or let the pattern match any character there"
            ));
        }
        if let Some(row) = &self.at_the_edge {
            return Some(format!(
                "a row reaches the edge of its terminal and may be cut there: {row:?}; give it more \
                 columns: `terminal = {{ columns = 400 }}`"
            ));
        }
        if let Some(question) = self.unanswered.as_ref().filter(|_| !self.is_ready) {
            return Some(format!(
                "it has asked its terminal {question}, which the harness does not answer: perhaps it \
                 waits for that"
            ));
        }
        if let Some(why) = does_not_read(self.unread) {
            return Some(why);
        }
        if !self.unfinished.is_empty() {
            return Some(format!(
                "it has printed {:?} without a line break: if that is a question, answer it in \
                 the adapter's `dialogue`; if it is a prompt, name it under `prompt`",
                self.unfinished
            ));
        }
        if self.reads_input && !self.is_ready {
            return Some(
                "it waits for input: if it has asked a question, add it to the adapter's `dialogue`; if it expects a different Enter, set `enter`"
                    .to_owned(),
            );
        }
        if !self.has_printed && !self.on_terminal {
            return Some(
                "it has written nothing to its pipe: many programs buffer their output; flush each line, run it with `stdbuf -oL`, or set `terminal = true`"
                    .to_owned(),
            );
        }
        None
    }
}

/// What was typed is there, in words.
fn does_not_read(unread: u64) -> Option<String> {
    (unread > 0).then(|| {
        format!(
            "it has not read what was typed: at least {unread} bytes of its input wait to be read"
        )
    })
}

/// Whether a row may go on behind the edge. A line that was wrapped is longer, and a frame does not
/// end with a letter.
fn is_at_the_edge(row: &str, columns: usize) -> bool {
    row.chars().count() == columns && row.chars().next_back().is_some_and(char::is_alphanumeric)
}

/// Whether one that was to be ready in a time has used most of it, in words.
fn computes(cpu: Duration, within: Duration) -> Option<String> {
    (cpu * 2 >= within && !cpu.is_zero()).then(|| {
        format!(
            "it is busy: it has used {:.1} s of CPU; allow more time with `ready_within` in the adapter",
            cpu.as_secs_f64()
        )
    })
}

/// Ends in a request for a report about the terminal: `ESC [ … n` or `ESC [ … c`.
fn asks_a_terminal(unfinished: &str) -> bool {
    let Some((_, query)) = unfinished.rsplit_once("\u{1b}[") else {
        return false;
    };
    let parameters = query.trim_end_matches(['n', 'c']);
    parameters.len() + 1 == query.len()
        && parameters
            .chars()
            .all(|c| c.is_ascii_digit() || "?>=;".contains(c))
}

impl Participants<'_> {
    /// What may keep a participant that still runs from showing anything.
    pub(in crate::driver) fn why_silent(
        &self,
        who: &str,
        reads_input: bool,
        events: &[Event],
    ) -> Option<String> {
        let one = self.all.get(who).filter(|one| one.is_running())?;
        let has_printed = events.iter().any(|event| {
            matches!(&event.kind, Kind::Output { who: whose, stream: Stream::Stdout, .. } if whose == who)
        });
        let is_ready = events.iter().any(|event| {
            matches!(&event.kind, Kind::Line { who: whose, seen: Some(_), .. } if whose == who)
        });
        let not_text = events.iter().rev().find_map(|event| match &event.kind {
            Kind::Line {
                who: whose, text, ..
            } if whose == who => text.contains(NO_CHARACTER).then(|| text.clone()),
            _ => None,
        });
        let terminal = self.io_settings_of(who).terminal;
        let columns = terminal.map(|terminal| usize::from(terminal.columns.get()));
        let at_the_edge = events.iter().rev().find_map(|event| match &event.kind {
            Kind::Line {
                who: whose, text, ..
            } if whose == who => is_at_the_edge(text, columns?).then(|| text.clone()),
            _ => None,
        });
        let facts = Facts {
            unanswered: one.unanswered().map(str::to_owned),
            at_the_edge,
            on_terminal: terminal.is_some(),
            has_printed,
            is_ready,
            not_text,
            unfinished: one.echo_filter.begun(&one.partial()),
            reads_input,
            unread: one.unread(),
        };
        facts.guess()
    }

    /// Why a participant that still runs may not have done what was typed.
    pub(in crate::driver) fn why_idle(&self, who: &str) -> Option<String> {
        let one = self.all.get(who).filter(|one| one.is_running())?;
        does_not_read(one.unread())
    }

    /// Why a participant did not get ready: what was awaited and what was seen instead.
    pub(in crate::driver) fn why_not_ready(
        &self,
        who: &str,
        (awaited, within): (&str, Duration),
        reads_input: bool,
        events: &[Event],
    ) -> String {
        let cpu = self.pid(who).map(|pid| usage::of_trees(&[pid]).cpu);
        let computes = cpu.and_then(|cpu| computes(cpu, within));
        let seen = match self.ended(who) {
            Some(how) => format!("it {how}"),
            None => format!("it is still running after {within:?}"),
        };
        let last = self.last_lines(who, events);
        let guess = computes.or_else(|| self.why_silent(who, reads_input, events));
        let guess = guess.map(|guess| format!("; {guess}")).unwrap_or_default();
        format!("awaited: {awaited}; seen: {seen}; {last}{guess}")
    }

    /// The last that one has shown, in words.
    pub(in crate::driver) fn last_lines(&self, who: &str, events: &[Event]) -> String {
        let lines = events.iter().rev().filter_map(|event| match &event.kind {
            Kind::Line {
                who: whose, text, ..
            } if whose == who => Some(text.as_str()),
            _ => None,
        });
        let mut last: Vec<&str> = lines.take(last_lines::READ).collect();
        last.reverse();
        let unfinished = self.unfinished(who);
        last.extend(unfinished.as_deref());
        last_lines::in_words(&last)
    }

    /// A line that it has begun and not ended: mostly a prompt.
    fn unfinished(&self, who: &str) -> Option<String> {
        let partial = self.all.get(who)?.partial();
        (!partial.trim().is_empty()).then_some(partial)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Facts, computes, is_at_the_edge};

    fn guess(facts: &Facts) -> String {
        facts.guess().unwrap_or_default()
    }

    #[test]
    fn a_question_comes_first() {
        let facts = Facts {
            unfinished: "Name: ".to_owned(),
            reads_input: true,
            ..Facts::default()
        };
        assert!(guess(&facts).contains("\"Name: \" without a line break"));
    }

    #[test]
    fn who_does_not_read_what_was_typed_is_said_to() {
        let facts = Facts {
            on_terminal: true,
            is_ready: true,
            unread: 4095,
            ..Facts::default()
        };
        assert!(guess(&facts).contains("4095 bytes of its input wait"));
    }

    #[test]
    fn who_asks_a_terminal_needs_one() {
        let asking = |unfinished: &str, on_terminal| {
            let facts = Facts {
                on_terminal,
                unfinished: unfinished.to_owned(),
                ..Facts::default()
            };
            guess(&facts).contains("terminal = true")
        };
        assert!(asking("\u{1b}[6n", false));
        assert!(asking("hello \u{1b}[?1;2c", false));
        assert!(!asking("\u{1b}[6n", true));
        for text in ["\u{1b}[31m", "Name: ", "\u{1b}[6n>", "\u{1b}[nn"] {
            assert!(!asking(text, false), "{text:?}");
        }
    }

    #[test]
    fn who_computes_instead_of_getting_ready_is_said_to() {
        let ten = Duration::from_secs(10);
        let why = computes(Duration::from_millis(9_840), ten).unwrap();
        assert!(why.contains("9.8 s of CPU"), "{why}");
        assert!(why.contains("`ready_within`"), "{why}");
        assert_eq!(computes(Duration::from_millis(1_200), ten), None);
    }

    #[test]
    fn a_row_that_may_be_cut_at_the_edge_wants_more_columns() {
        assert!(is_at_the_edge("bob: hello", 10));
        assert!(!is_at_the_edge("bob: hello you", 10), "it was wrapped");
        assert!(!is_at_the_edge("│bob: hi │", 10));
        let facts = Facts {
            on_terminal: true,
            at_the_edge: Some("bob: hello".to_owned()),
            ..Facts::default()
        };
        assert!(guess(&facts).contains("give it more columns"));
    }

    #[test]
    fn a_question_to_the_terminal_without_an_answer_is_named_before_the_program_is_ready() {
        let facts = Facts {
            on_terminal: true,
            unanswered: Some("ESC[?996n".to_owned()),
            ..Facts::default()
        };
        assert!(guess(&facts).contains("ESC[?996n"));
        let ready = Facts {
            is_ready: true,
            ..facts
        };
        assert_eq!(ready.guess(), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let facts = Facts {
            not_text: Some("bob: r\u{fffd}gime".to_owned()),
            ..Facts::default()
        };
        let guess = guess(&facts);
        assert!(
            guess.contains("not UTF-8") && guess.contains("bob: r"),
            "{guess}"
        );
    }

    #[test]
    fn who_reads_waits_for_input() {
        let facts = Facts {
            reads_input: true,
            ..Facts::default()
        };
        assert!(guess(&facts).starts_with("it waits for input"));
        let is_ready = Facts {
            is_ready: true,
            has_printed: true,
            ..facts
        };
        assert_eq!(
            is_ready.guess(),
            None,
            "it is what a program does that works"
        );
    }

    #[test]
    fn nothing_in_a_pipe_may_lie_in_a_buffer_and_on_a_terminal_it_does_not() {
        let silent = Facts::default();
        assert!(guess(&silent).contains("stdbuf -oL"));
        let on_terminal = Facts {
            on_terminal: true,
            ..silent.clone()
        };
        assert_eq!(on_terminal.guess(), None);
        let has_printed = Facts {
            has_printed: true,
            ..silent
        };
        assert_eq!(has_printed.guess(), None);
    }
}
