//! What the user types, line by line.

use std::io::{self, BufRead, ErrorKind};

use tokio::sync::mpsc;

use crate::session::Refusal;

/// A line with the longest text, every byte of it escaped, fits in.
const MAX_LINE: usize = 512 * 1024;

/// Lines that wait while the session is busy.
const WAITING: usize = 16;

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
            loop {
                let input = read_line(&mut stdin);
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
fn read_line(reader: &mut impl BufRead) -> Input {
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
        if ended {
            return finish(line, too_long);
        }
    }
}

fn finish(mut line: Vec<u8>, too_long: bool) -> Input {
    if too_long {
        let why = format!("a line has at most {MAX_LINE} bytes: send a file");
        return Input::Bad(Refusal::new("too-long", why));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    match String::from_utf8(line) {
        Ok(line) => Input::Line(line),
        Err(_) => Input::Bad(Refusal::new("encoding", "the line is not UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, MAX_LINE, read_line};

    fn lines(bytes: &[u8]) -> Vec<Input> {
        let mut reader = std::io::BufReader::with_capacity(7, bytes);
        let mut lines = Vec::new();
        loop {
            let input = read_line(&mut reader);
            let last = input == Input::End;
            lines.push(input);
            if last {
                return lines;
            }
        }
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
