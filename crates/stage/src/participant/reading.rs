//! What a participant shows: lines of a stream, or lines of a screen, without the prompts and
//! without what we typed ourselves.

use std::collections::VecDeque;
use std::sync::Arc;

use regex::Regex;

use crate::participant::lines::Lines;
use crate::participant::screen::Screen;
use matching::compiled;
use scenario::adapter::Terminal;

/// Typed lines whose echo may still come.
const MAX_ECHOES: usize = 64;

/// One stream of output.
#[derive(Debug)]
pub(crate) enum Reading {
    /// Through a pipe.
    Stream(Lines),
    /// On a terminal.
    Screen(Box<Screen>),
}

impl Default for Reading {
    fn default() -> Self {
        Self::Stream(Lines::default())
    }
}

impl Reading {
    /// What is shown on an empty terminal.
    pub(crate) fn screen(terminal: &Terminal) -> Self {
        Self::Screen(Box::new(Screen::new(terminal.columns, terminal.rows)))
    }

    /// The lines that these bytes complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        match self {
            Self::Stream(lines) => lines.push(bytes),
            Self::Screen(screen) => screen.push(bytes),
        }
    }

    /// What is left when the stream has ended.
    pub(crate) fn finish(&mut self) -> Option<String> {
        match self {
            Self::Stream(lines) => lines.finish(),
            Self::Screen(screen) => screen.finish(),
        }
    }

    /// The line that is not complete yet, up to the cursor; empty when there is none.
    pub(crate) fn partial(&self) -> String {
        match self {
            Self::Stream(lines) => lines.partial(),
            Self::Screen(screen) => screen.partial(),
        }
    }

    /// The same with what is behind the cursor, where something does.
    pub(crate) fn cursor_line(&self) -> Option<String> {
        match self {
            Self::Stream(_) => None,
            Self::Screen(screen) => Some(screen.cursor_line()),
        }
    }

    /// Takes the first so many bytes of the line that is not complete yet, as a line.
    pub(crate) fn cut(&mut self, length: usize) -> String {
        match self {
            Self::Stream(lines) => lines.cut(length),
            Self::Screen(screen) => screen.cut(length),
        }
    }

    /// Lines that count once nothing changes any more and the program waits.
    pub(crate) fn stands_still(&mut self) -> Vec<String> {
        match self {
            Self::Stream(_) => Vec::new(),
            Self::Screen(screen) => screen.stands_still(),
        }
    }

    /// What may be a line although it has not ended.
    pub(crate) fn unfinished(&self) -> String {
        self.cursor_line().unwrap_or_else(|| self.partial())
    }

    /// Takes it as a line.
    pub(crate) fn take_unfinished(&mut self) -> Option<String> {
        match self {
            Self::Stream(lines) => Some(lines.cut(usize::MAX)),
            Self::Screen(screen) => screen.take_cursor_line(),
        }
    }

    /// Whether anything may count when it stands still.
    pub(crate) fn may_settle(&self) -> bool {
        match self {
            Self::Stream(lines) => !lines.partial().is_empty(),
            Self::Screen(_) => true,
        }
    }

    /// The last question to its terminal that was not answered.
    pub(crate) fn unanswered(&self) -> Option<&str> {
        match self {
            Self::Stream(_) => None,
            Self::Screen(screen) => screen.unanswered(),
        }
    }

    /// Answers to questions that the program has asked its terminal.
    pub(crate) fn take_answers(&mut self) -> Vec<u8> {
        match self {
            Self::Stream(_) => Vec::new(),
            Self::Screen(screen) => screen.take_answers(),
        }
    }
}

/// What is in a line and is not said by the program.
#[derive(Debug, Default)]
pub(crate) struct EchoFilter {
    prompt: Option<Arc<Regex>>,
    typed: VecDeque<String>,
}

impl EchoFilter {
    /// With the adapter's prompt. It was checked when the adapter was read.
    pub(crate) fn new(prompt: Option<&str>) -> Self {
        let prompt = prompt.and_then(|prompt| compiled(&format!("^(?:{prompt})")));
        Self {
            prompt,
            typed: VecDeque::new(),
        }
    }

    /// A line was typed where it may be shown.
    pub(crate) fn typed(&mut self, line: &str) {
        if self.typed.len() == MAX_ECHOES {
            self.typed.pop_front();
        }
        self.typed.push_back(line.to_owned());
    }

    /// What a line says; `None` when it is but a prompt, or the echo of what was typed.
    pub(crate) fn said(&mut self, line: String) -> Option<String> {
        let said = self.without_prompts(&line);
        let is_prompt = said.is_empty() && !line.is_empty();
        let echoed = said.trim();
        if let Some(at) = self.typed.iter().position(|typed| typed.trim() == echoed) {
            self.typed.drain(..=at);
            return None;
        }
        match (is_prompt, said.len() == line.len()) {
            (true, _) => None,
            (false, true) => Some(line),
            (false, false) => Some(said.to_owned()),
        }
    }

    /// What is in a line that has not ended, without prompts; nothing where it is blank. Of a
    /// prompt that ends in a blank, that may not be seen yet.
    pub(crate) fn begun(&self, line: &str) -> String {
        let with_blank = format!("{} ", line.trim_end());
        let rest = self.without_prompts(&with_blank);
        let before = with_blank.len() - rest.len();
        let rest = line.get(before..).unwrap_or_default();
        if rest.trim().is_empty() {
            return String::new();
        }
        rest.to_owned()
    }

    fn without_prompts<'l>(&self, line: &'l str) -> &'l str {
        let mut rest = line;
        while let Some(found) = self.prompt.as_ref().and_then(|prompt| prompt.find(rest)) {
            if found.is_empty() {
                break;
            }
            rest = rest.get(found.end()..).unwrap_or_default();
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::EchoFilter;

    #[test]
    fn prompts_are_no_part_of_a_line_however_many_stand_before_it() {
        let mut filter = EchoFilter::new(Some("(?:Enter message|To): "));
        let said = |filter: &mut EchoFilter, line: &str| filter.said(line.to_owned());
        assert_eq!(
            said(&mut filter, "Enter message: To: Received: hello"),
            Some("Received: hello".to_owned())
        );
        assert_eq!(said(&mut filter, "Enter message: "), None);
        assert_eq!(said(&mut filter, ""), Some(String::new()));
        assert_eq!(
            said(&mut filter, "he said Enter message: x"),
            Some("he said Enter message: x".to_owned())
        );
    }

    #[test]
    fn what_stands_behind_a_prompt_was_begun() {
        let filter = EchoFilter::new(Some(">> "));
        assert_eq!(filter.begun(">>"), "");
        assert_eq!(filter.begun(">> >> "), "");
        assert_eq!(
            filter.begun(">> Name: "),
            "Name: ",
            "it is shown as it stands"
        );
        assert_eq!(EchoFilter::new(None).begun(">> "), ">> ");
        assert_eq!(EchoFilter::new(None).begun("   "), "");
    }

    #[test]
    fn a_prompt_that_matches_nothing_at_all_does_no_harm() {
        let mut filter = EchoFilter::new(Some("x*"));
        assert_eq!(filter.said("yes".to_owned()), Some("yes".to_owned()));
    }

    #[test]
    fn an_echo_is_left_out_once_and_a_repetition_is_shown() {
        let mut filter = EchoFilter::new(Some("> "));
        filter.typed("hello");
        assert_eq!(
            filter.said("alice: hello".to_owned()).as_deref(),
            Some("alice: hello")
        );
        assert_eq!(filter.said("> hello".to_owned()), None);
        assert_eq!(filter.said("hello".to_owned()).as_deref(), Some("hello"));
    }
}
