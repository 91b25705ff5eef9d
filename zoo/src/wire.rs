//! The lines between the plain relay and its clients.
//!
//! A line is a verb and words, each separated by one space. A text is the last word and
//! keeps its spaces; line breaks, backslashes and control characters are escaped as
//! `docs/client-lines.md` says, so that one line is one message.

use std::fmt;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The longest line: a part of a file, or a text of 64 KiB that is all escapes.
const MAX_LINE: u64 = 512 * 1024;

/// Stands for an empty list of names.
const NOBODY: &str = "nobody";

/// The plain bytes in one part of a file.
pub(crate) const PART: usize = 48 * 1024;

/// From a client to the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToRelay {
    Bye,
    Got { from: String, file: FileFacts },
    Hello { name: String },
    Msg { to: String, text: String },
    Part { to: String, part: Part },
    Say { text: String },
}

/// From the relay to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToClient {
    /// To how many.
    Accepted {
        to: String,
        count: usize,
    },
    Delivered {
        to: String,
        file: FileFacts,
    },
    Joined {
        who: String,
    },
    Left {
        who: String,
        reason: String,
    },
    Message {
        from: String,
        text: String,
    },
    Part {
        from: String,
        part: Part,
    },
    Private {
        from: String,
        text: String,
    },
    Refused {
        reason: String,
    },
    Undelivered {
        to: String,
    },
    /// Who else is there; and the relay's name, which it may know.
    Welcome {
        others: Vec<String>,
        relay: String,
    },
}

/// A complete file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileFacts {
    pub(crate) size: usize,
    /// Lower-case hexadecimal.
    pub(crate) sha256: String,
    pub(crate) name: String,
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) file: String,
    pub(crate) last: bool,
    pub(crate) data: Vec<u8>,
}

impl fmt::Display for ToRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bye => f.write_str("bye"),
            Self::Got { from, file } => write!(f, "got {from} {file}"),
            Self::Hello { name } => write!(f, "hello {name}"),
            Self::Msg { to, text } => write!(f, "msg {to} {}", escape(text)),
            Self::Part { to, part } => write!(f, "part {to} {part}"),
            Self::Say { text } => write!(f, "say {}", escape(text)),
        }
    }
}

impl fmt::Display for ToClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { to, count } => write!(f, "accepted {to} {count}"),
            Self::Delivered { to, file } => write!(f, "delivered {to} {file}"),
            Self::Joined { who } => write!(f, "joined {who}"),
            Self::Left { who, reason } => write!(f, "left {who} {}", escape(reason)),
            Self::Message { from, text } => write!(f, "message {from} {}", escape(text)),
            Self::Part { from, part } => write!(f, "part {from} {part}"),
            Self::Private { from, text } => write!(f, "private {from} {}", escape(text)),
            Self::Refused { reason } => write!(f, "refused {}", escape(reason)),
            Self::Undelivered { to } => write!(f, "undelivered {to}"),
            Self::Welcome { others, relay } => {
                write!(f, "welcome {} {}", listed(others), escape(relay))
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.last { "last" } else { "more" };
        let data = STANDARD.encode(&self.data);
        write!(f, "{more} {data} {}", escape(&self.file))
    }
}

impl ToRelay {
    /// What a line says; `None` if it says nothing that the relay knows.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(match verb {
            "bye" => Self::Bye,
            "got" => {
                let (from, file) = rest.split_once(' ')?;
                Self::Got {
                    from: from.to_owned(),
                    file: FileFacts::parse(file)?,
                }
            }
            "hello" => Self::Hello {
                name: rest.to_owned(),
            },
            "msg" => {
                let (to, text) = two(rest)?;
                Self::Msg { to, text }
            }
            "part" => {
                let (to, part) = rest.split_once(' ')?;
                Self::Part {
                    to: to.to_owned(),
                    part: Part::parse(part)?,
                }
            }
            "say" => Self::Say {
                text: unescape(rest),
            },
            _ => return None,
        })
    }
}

impl ToClient {
    /// What a line says; `None` if it says nothing that a client knows.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (verb, rest) = line.split_once(' ')?;
        Some(match verb {
            "accepted" => {
                let (to, count) = rest.split_once(' ')?;
                Self::Accepted {
                    to: to.to_owned(),
                    count: count.parse().ok()?,
                }
            }
            "delivered" => {
                let (to, file) = rest.split_once(' ')?;
                Self::Delivered {
                    to: to.to_owned(),
                    file: FileFacts::parse(file)?,
                }
            }
            "joined" => Self::Joined {
                who: rest.to_owned(),
            },
            "left" => {
                let (who, reason) = two(rest)?;
                Self::Left { who, reason }
            }
            "message" => {
                let (from, text) = two(rest)?;
                Self::Message { from, text }
            }
            "part" => {
                let (from, part) = rest.split_once(' ')?;
                Self::Part {
                    from: from.to_owned(),
                    part: Part::parse(part)?,
                }
            }
            "private" => {
                let (from, text) = two(rest)?;
                Self::Private { from, text }
            }
            "refused" => Self::Refused {
                reason: unescape(rest),
            },
            "undelivered" => Self::Undelivered {
                to: rest.to_owned(),
            },
            "welcome" => {
                let (others, relay) = two(rest)?;
                let others = others.split(',').filter(|other| *other != NOBODY);
                Self::Welcome {
                    others: others.map(str::to_owned).collect(),
                    relay,
                }
            }
            _ => return None,
        })
    }
}

impl fmt::Display for FileFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.size, self.sha256, escape(&self.name))
    }
}

impl FileFacts {
    fn parse(words: &str) -> Option<Self> {
        let mut words = words.splitn(3, ' ');
        Some(Self {
            size: words.next()?.parse().ok()?,
            sha256: words.next()?.to_owned(),
            name: unescape(words.next()?),
        })
    }
}

impl Part {
    fn parse(words: &str) -> Option<Self> {
        let (more, rest) = words.split_once(' ')?;
        let (data, file) = rest.split_once(' ')?;
        Some(Self {
            file: unescape(file),
            last: more == "last",
            data: STANDARD.decode(data).ok()?,
        })
    }
}

/// Names with commas; a word even when there is none.
pub(crate) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        NOBODY.to_owned()
    } else {
        names.join(",")
    }
}

/// A name and a text.
fn two(words: &str) -> Option<(String, String)> {
    let (name, text) = words.split_once(' ')?;
    Some((name.to_owned(), unescape(text)))
}

/// The next line without its line break; `None` at the end.
///
/// # Errors
///
/// Those of the reader; also a line that is too long or no UTF-8.
pub(crate) async fn read_line(
    reader: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut bytes).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() as u64 >= MAX_LINE {
        return Err(io::Error::other("a line is too long"));
    }
    String::from_utf8(bytes).map(Some).map_err(io::Error::other)
}

/// One line from any text.
pub(crate) fn escape(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if c.is_control() => line.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => line.push(c),
        }
    }
    line
}

/// The text of a line; what is no escape stays as it stands.
pub(crate) fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let (c, length) = escaped(after).unwrap_or(('\\', 0));
        text.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The character that follows a backslash, and how many bytes say it.
fn escaped(after: &str) -> Option<(char, usize)> {
    if let Some(digits) = after.strip_prefix("u{") {
        let (digits, _) = digits.split_once('}')?;
        let c = u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)?;
        return Some((c, digits.len() + 3));
    }
    let c = match after.chars().next()? {
        '\\' => '\\',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    };
    Some((c, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_to_the_relay_reads_back() {
        let part = Part {
            file: "a plan.pdf".to_owned(),
            last: true,
            data: vec![0, 255, 10],
        };
        for line in [
            ToRelay::Bye,
            ToRelay::Got {
                from: "bob".to_owned(),
                file: FileFacts {
                    size: 3,
                    sha256: "00ff".to_owned(),
                    name: "a b".to_owned(),
                },
            },
            ToRelay::Hello {
                name: "bob".to_owned(),
            },
            ToRelay::Msg {
                to: "bob".to_owned(),
                text: "a\nb \\ c".to_owned(),
            },
            ToRelay::Part {
                to: "bob".to_owned(),
                part,
            },
            ToRelay::Say {
                text: String::new(),
            },
        ] {
            assert_eq!(ToRelay::parse(&line.to_string()), Some(line));
        }
    }

    #[test]
    fn any_text_becomes_one_line_and_comes_back() {
        for text in [
            "",
            "\\",
            "\\n",
            "a\r\nb\t\u{1b}[31m",
            "ünï ⛵",
            "\\u{zz}",
            "\\x",
        ] {
            let line = escape(text);
            assert!(!line.chars().any(char::is_control), "{line}");
            assert_eq!(unescape(&line), text);
        }
    }

    #[test]
    fn foreign_lines_are_none() {
        for line in ["", "fly", "msg bob", "part bob last ### name", "message"] {
            assert_eq!(ToClient::parse(line), None);
        }
    }
}
