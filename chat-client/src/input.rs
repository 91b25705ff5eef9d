//! What the user types, line by line.

use std::io::{self, BufRead, ErrorKind, IsTerminal as _};

use tokio::sync::mpsc;

use crate::locale::sentences as say;
use crate::session::Refusal;

/// A line with the longest text, every byte of it escaped, fits in.
const MAX_LINE: usize = 512 * 1024;

/// Lines that wait while the session is busy.
pub(crate) const WAITING: usize = 16;

/// The longest line, without its end, that a terminal passes on (`N_TTY_BUF_SIZE` of Linux; macOS
/// passes on less). What is typed beyond it is dropped without a word.
const TERMINAL_LINE: usize = 4095;

/// Where lines come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A person types, and Enter ends a line.
    Terminal,
    /// A pipe or a file: its end ends the last line.
    Stream,
}

/// What came from standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A line, without its end.
    Line(String),
    /// A line that cannot be read.
    Bad(Refusal),
    /// There is no more.
    End,
}

/// Reads standard input on a thread of its own, which nothing waits for: a read that blocks
/// does not hold up the end of the program.
pub(crate) fn read_stdin() -> io::Result<mpsc::Receiver<Input>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    std::thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(move || {
            let mut stdin = io::stdin().lock();
            let source = if stdin.is_terminal() {
                Source::Terminal
            } else {
                Source::Stream
            };
            loop {
                let input = read_line(&mut stdin, source);
                let last = input == Input::End;
                if sender.blocking_send(input).is_err() || last {
                    return;
                }
            }
        })?;
    Ok(receiver)
}

/// The next line. Of one that is too long the rest is skipped, so that the next line is one
/// again. An error of standard input is its end.
fn read_line(reader: &mut impl BufRead, source: Source) -> Input {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => &[],
        };
        if available.is_empty() {
            if line.is_empty() && !too_long {
                return Input::End;
            }
            if source == Source::Terminal {
                return Input::Bad(Refusal::new("unfinished", say::line_unfinished()));
            }
            return finish(line, too_long);
        }
        let mut parts = available.splitn(2, |byte| *byte == b'\n');
        let part = parts.next().unwrap_or_default();
        let ended = parts.next().is_some();
        let used = part.len() + usize::from(ended);
        if line.len() + part.len() > MAX_LINE {
            too_long = true;
            line.clear();
        }
        if !too_long {
            line.extend_from_slice(part);
        }
        reader.consume(used);
        if ended && source == Source::Terminal && line.len() >= TERMINAL_LINE {
            let why = say::line_cut_short(TERMINAL_LINE);
            return Input::Bad(Refusal::new("too-long", why));
        }
        if ended {
            return finish(line, too_long);
        }
    }
}

fn finish(mut line: Vec<u8>, too_long: bool) -> Input {
    if too_long {
        let why = say::line_too_long(MAX_LINE);
        return Input::Bad(Refusal::new("too-long", why));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    match String::from_utf8(line) {
        Ok(line) => Input::Line(line),
        Err(_) => Input::Bad(Refusal::new("encoding", say::line_not_utf8())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, MAX_LINE, Source, TERMINAL_LINE, read_line};

    fn lines(bytes: &[u8]) -> Vec<Input> {
        lines_from(bytes, Source::Stream)
    }

    fn lines_from(bytes: &[u8], source: Source) -> Vec<Input> {
        let mut reader = std::io::BufReader::with_capacity(7, bytes);
        let mut lines = Vec::new();
        loop {
            let input = read_line(&mut reader, source);
            let last = input == Input::End;
            lines.push(input);
            if last {
                return lines;
            }
        }
    }

    fn codes(inputs: &[Input]) -> Vec<&str> {
        let codes = inputs.iter().map(|input| match input {
            Input::Bad(refusal) => refusal.code.as_str(),
            Input::Line(text) => text.as_str(),
            Input::End => "end",
        });
        codes.collect()
    }

    #[test]
    fn a_line_that_enter_has_not_ended_is_never_sent_from_a_terminal() {
        let typed = lines_from(b"hello\nhalf typed", Source::Terminal);
        assert_eq!(codes(&typed), ["hello", "unfinished", "end"]);
        let piped = lines(b"hello\nhalf typed");
        assert_eq!(codes(&piped), ["hello", "half typed", "end"]);
    }

    #[test]
    fn a_line_that_a_terminal_may_have_cut_is_not_sent() {
        let whole = "x".repeat(TERMINAL_LINE - 1);
        let bytes = format!("{whole}\n{whole}y\n");
        let typed = lines_from(bytes.as_bytes(), Source::Terminal);
        assert_eq!(codes(&typed), [whole.as_str(), "too-long", "end"]);
    }

    fn line(text: &str) -> Input {
        Input::Line(text.to_owned())
    }

    #[test]
    fn lines_end_with_either_ending_or_none() {
        let read = lines(b"one\ntwo and more\r\n\nlast");
        let expected = [
            line("one"),
            line("two and more"),
            line(""),
            line("last"),
            Input::End,
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn after_a_line_that_is_too_long_the_next_one_is_read_from_its_beginning() {
        let mut bytes = vec![b'x'; MAX_LINE + 1];
        bytes.extend_from_slice(b"\nnext\n");
        let read = lines(&bytes);
        assert!(matches!(&read[0], Input::Bad(refusal) if refusal.code == "too-long"));
        assert_eq!(read[1..], [line("next"), Input::End]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_and_the_next_line_is_read() {
        let read = lines(b"\xff\xfe\nnext\n");
        assert!(matches!(&read[0], Input::Bad(refusal) if refusal.code == "encoding"));
        assert_eq!(read[1..], [line("next"), Input::End]);
    }
}
