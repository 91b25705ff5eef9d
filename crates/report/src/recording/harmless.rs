//! What a program wrote, as text that a player can write to a real terminal.
//!
//! Who looks at recordings of programs that others wrote must not have a clipboard changed, a
//! mouse caught or an answer typed into the shell. So of all that terminals obey, only what
//! moves, paints and erases is painting.

use timeline::is_hidden;

/// The longest control sequence that is painting.
const LONGEST: usize = 64;

/// Private modes that change what is shown and nothing else: cursor keys, columns, origin,
/// wrapping, the cursor's shape, the alternate screen, one picture at a time.
const MODES: [&str; 11] = [
    "1", "5", "6", "7", "12", "25", "47", "1047", "1048", "1049", "2026",
];

/// What is left of one stream.
#[derive(Debug, Default)]
pub(super) struct Harmless {
    /// Begin of a character whose end has not come yet.
    half: Vec<u8>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// After an escape, with what stands between it and its end.
    Escape(String),
    /// A control sequence, from behind its bracket.
    Control(String),
    /// A text for the terminal itself, which ends with a bell or an escape and a backslash.
    Text,
}

impl Harmless {
    /// The text of the next bytes. A character that is cut at their end comes with the next;
    /// bytes that are no UTF-8 are replaced.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.half);
        all.extend_from_slice(bytes);
        let whole = all.len() - half_at_the_end(&all);
        let (whole, half) = all.split_at(whole);
        self.half = half.to_vec();
        let mut shown = String::new();
        for c in String::from_utf8_lossy(whole).chars() {
            self.next(c, &mut shown);
        }
        shown
    }

    fn next(&mut self, c: char, shown: &mut String) {
        self.state = match (std::mem::take(&mut self.state), c) {
            (State::Text, '\u{7}' | '\u{18}' | '\u{1a}' | '\u{9c}') => State::Ground,
            (_, '\u{1b}') => State::Escape(String::new()),
            (State::Text, _) => State::Text,
            (_, '\u{18}' | '\u{1a}') => State::Ground,
            (_, '\u{9b}') => State::Control(String::new()),
            (_, '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}') => State::Text,
            (state, c) if c.is_control() => {
                if matches!(c, '\u{8}'..='\r') {
                    shown.push(c);
                }
                state
            }
            (State::Ground, c) => {
                // A screen has no room for an escape, so a sign stands for what is hidden.
                shown.push(if is_hidden(c) { '\u{fffd}' } else { c });
                State::Ground
            }
            (State::Escape(between), c) => escape(between, c, shown),
            (State::Control(between), c) => control(between, c, shown),
        };
    }
}

fn escape(mut between: String, c: char, shown: &mut String) -> State {
    match c {
        '[' if between.is_empty() => return State::Control(String::new()),
        ']' | 'P' | 'X' | '^' | '_' if between.is_empty() => return State::Text,
        ' '..='/' if between.len() < LONGEST => {
            between.push(c);
            return State::Escape(between);
        }
        '0'..='~' if paints_by_escape(&between, c) => {
            shown.push_str(&format!("\u{1b}{between}{c}"));
        }
        _ => {}
    }
    State::Ground
}

fn paints_by_escape(between: &str, end: char) -> bool {
    match between {
        "" => "78DEHMc=>".contains(end),
        // Sets of characters.
        "(" | ")" => "0AB".contains(end),
        _ => false,
    }
}

fn control(mut between: String, c: char, shown: &mut String) -> State {
    match c {
        ' '..='?' if between.len() < LONGEST => {
            between.push(c);
            return State::Control(between);
        }
        '@'..='~' if paints_by_control(&between, c) => {
            shown.push_str(&format!("\u{1b}[{between}{c}"));
        }
        _ => {}
    }
    State::Ground
}

fn paints_by_control(between: &str, end: char) -> bool {
    let is_number = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit() || c == ';' || c == ':')
    };
    match (between.strip_prefix('?'), end) {
        (Some(modes), 'h' | 'l') => modes.split(';').all(|mode| MODES.contains(&mode)),
        (Some(how), 'J' | 'K') => is_number(how),
        (Some(_), _) => false,
        (None, 'h' | 'l') => matches!(between, "4" | "20"),
        (None, end) => is_number(between) && "@ABCDEFGHIJKLMPSTXZ`abdefmrsu".contains(end),
    }
}

/// How many bytes at the end may become a character.
fn half_at_the_end(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last();
    let invalid = last.map_or(&[][..], |chunk| chunk.invalid());
    match std::str::from_utf8(invalid) {
        Err(error) if error.error_len().is_none() => invalid.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Harmless;

    fn shown(parts: &[&[u8]]) -> String {
        let mut harmless = Harmless::default();
        parts.iter().map(|part| harmless.push(part)).collect()
    }

    #[test]
    fn what_paints_is_kept() {
        for painting in [
            "plain\r\n",
            "\u{1b}[1;38:5:208mred\u{1b}[0m",
            "\u{1b}[2J\u{1b}[H\u{1b}[?25l\u{1b}[?1049h\u{1b}[K",
            "\u{1b}7\u{1b}(0lqk\u{1b}(B\u{1b}8",
            "ünï 日本 🦀",
        ] {
            assert_eq!(shown(&[painting.as_bytes()]), painting);
        }
    }

    #[test]
    fn what_would_do_something_to_a_terminal_is_left_out() {
        for (what, written) in [
            ("clipboard", "\u{1b}]52;c;ZXZpbA==\u{7}"),
            ("title", "\u{1b}]0;root@bank\u{1b}\\"),
            ("a text without an end", "\u{1b}]0;"),
            ("where is the cursor", "\u{1b}[6n"),
            ("who are you", "\u{1b}[c\u{1b}Z\u{1b}[>q\u{5}"),
            ("mouse and focus", "\u{1b}[?1000;1006h\u{1b}[?1004h"),
            ("mouse beside what is harmless", "\u{1b}[?25;1003h"),
            ("keyboard", "\u{1b}[>4;2m\u{1b}[>1u\u{1b}[?u"),
            ("window and printer", "\u{1b}[8;1;1t\u{1b}[5i\u{1b}[?5i"),
            ("device control", "\u{1b}P$qm\u{1b}\\"),
            (
                "in one character",
                "\u{9b}6n\u{9d}52;c;ZQ==\u{9c}\u{90}$qm\u{9c}",
            ),
            ("bell", "\u{7}"),
        ] {
            let text = shown(&[written.as_bytes()]);
            assert_eq!(text, "", "{what}");
        }
    }

    #[test]
    fn what_turns_or_hides_text_is_replaced_cell_by_cell() {
        assert_eq!(
            shown(&["gpj.\u{202e}exe\u{200b}".as_bytes()]),
            "gpj.\u{fffd}exe\u{fffd}"
        );
    }

    #[test]
    fn text_goes_on_after_what_is_left_out() {
        assert_eq!(shown(&[b"a\x1b]0;title\x07b\x1b[6nc"]), "abc");
        assert_eq!(shown(&[b"a\x1b[12\x1b[1mb"]), "a\u{1b}[1mb");
    }

    #[test]
    fn a_character_or_a_sequence_that_is_cut_comes_whole() {
        let crab = "🦀".as_bytes();
        for cut in 1..crab.len() {
            let (one, other) = crab.split_at(cut);
            assert_eq!(shown(&[one, other]), "🦀");
        }
        assert_eq!(shown(&[b"\x1b", b"[", b"3", b"1m"]), "\u{1b}[31m");
        assert_eq!(shown(&[b"\x1b]0;ti", b"tle\x1b", b"\\x"]), "x");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(shown(&[b"a\xff\xc3", b"(b"]), "a\u{fffd}\u{fffd}(b");
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_text_is_the_same(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            cut in 0..200usize,
        ) {
            let (one, other) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(shown(&[one, other]), shown(&[&bytes]));
        }
    }
}
