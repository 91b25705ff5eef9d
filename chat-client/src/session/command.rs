//! What a user types.

use chat_protocol::limits::MAX_TEXT;
use chat_protocol::{InvalidName, Name};
use strum::{IntoStaticStr, VariantArray};

use super::Refusal;
use super::past::{SHOWN, Sought};
use super::read::Spot;
use super::room_command::{self, RoomCommand};
use crate::escape::{is_hidden, unescape};
use crate::locale::{Sentence, sentences as say};

/// Something that the user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A text to everyone.
    Say {
        /// The text.
        text: String,
    },
    /// A text to one.
    Msg {
        /// The recipient.
        to: Name,
        /// The text.
        text: String,
    },
    /// A file to one.
    File {
        /// The recipient.
        to: Name,
        /// Where it lies.
        path: String,
    },
    /// Take a file that somebody offers.
    Accept {
        /// Which one.
        file: Which,
    },
    /// Do not take it.
    Refuse {
        /// Which one.
        file: Which,
    },
    /// Give up a file, whoever sends it.
    Cancel {
        /// Which one.
        file: Which,
    },
    /// Tell somebody that the user is writing.
    Typing {
        /// Whom.
        to: Name,
    },
    /// Tell who wrote it that a conversation was read.
    Read {
        /// Which one.
        spot: Spot,
    },
    /// Which files wait or are on their way?
    Files,
    /// Something about a room.
    Room(RoomCommand),
    /// Who is here?
    Who,
    /// Which relay is this?
    Relay,
    /// The safety number with somebody; or the word that it was compared.
    Verify {
        /// Who.
        name: Name,
        /// The numbers were compared and are the same.
        compared: bool,
    },
    /// Trust somebody's changed identity.
    Trust {
        /// Whose.
        name: Name,
        /// The whole safety number with it: so it is the one that was compared.
        number: String,
    },
    /// Forget somebody who is away.
    Forget {
        /// Whom.
        name: Name,
    },
    /// Block somebody, or end that.
    Block {
        /// Whom.
        name: Name,
        /// Whether to block.
        is_blocked: bool,
    },
    /// What was said before.
    History(Sought),
    /// Help, about everything or one command.
    Help {
        /// The command, without its slash.
        topic: Option<Topic>,
    },
    /// Leave.
    Quit,
}

/// Which file is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The only one there is.
    Only,
    /// The only one with this person.
    With(Name),
    /// The one with this number.
    Number(u64),
}

/// The commands, by name.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Topic {
    /// `/say`.
    Say,
    /// `/msg`.
    Msg,
    /// `/file`.
    File,
    /// `/accept`.
    Accept,
    /// `/refuse`.
    Refuse,
    /// `/cancel`.
    Cancel,
    /// `/files`.
    Files,
    /// `/read`.
    Read,
    /// `/typing`.
    Typing,
    /// `/room`.
    Room,
    /// `/who`.
    Who,
    /// `/relay`.
    Relay,
    /// `/verify`.
    Verify,
    /// `/trust`.
    Trust,
    /// `/forget`.
    Forget,
    /// `/block`.
    Block,
    /// `/unblock`.
    Unblock,
    /// `/history`.
    History,
    /// `/search`.
    Search,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
}

impl Topic {
    /// Every command, in the order of the help.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name, without the slash.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How it is typed.
    pub(crate) fn usage(self) -> Sentence {
        say::usage_of(self.name())
    }

    /// What it does, in one sentence.
    pub(crate) fn purpose(self) -> Sentence {
        say::purpose_of(self.name())
    }

    /// Reads the name of a command, with or without its slash.
    fn named(name: &str) -> Result<Self, Refusal> {
        let name = name.strip_prefix('/').unwrap_or(name);
        let found = Self::ALL.iter().copied().find(|topic| topic.name() == name);
        found.ok_or_else(|| {
            let guess = near(name, Self::ALL.iter().map(|topic| topic.name()));
            let guess = guess.map(|guess| say::did_you_mean(format!("/{guess}")));
            let guess = guess.unwrap_or_else(say::ready_help);
            Refusal::new("unknown-command", say::unknown_command(name, guess))
        })
    }
}

/// The candidate that was probably meant.
pub(super) fn near<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let score = |candidate: &&str| strsim::damerau_levenshtein(typed, candidate);
    let best = candidates.into_iter().min_by_key(score)?;
    (score(&best) <= 2 && typed.len() > 1).then_some(best)
}

impl Command {
    /// Reads a line. With `escaped`, texts and paths come with backslash escapes, so that one
    /// line can hold any text.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] says what was wrong and what was probably meant.
    pub fn parse(line: &str, escaped: bool) -> Result<Self, Refusal> {
        let free = |text: &str| {
            if escaped {
                // Only programs type escapes.
                let refuse = |why: String| Refusal::new("escape", Sentence::verbatim(why));
                unescape(text).map_err(|error| refuse(error.to_string()))
            } else {
                Ok(text.to_owned())
            }
        };
        let Some(command) = line.strip_prefix('/') else {
            if seems_a_command(line) {
                return Err(Refusal::new("not-a-command", say::not_a_command()));
            }
            return Self::say(free(line)?);
        };
        if command.starts_with('/') {
            return Self::say(free(command)?);
        }
        let (name, rest) = split(command);
        let topic = Topic::named(name)?;
        let usage = || Refusal::new("usage", say::usage(topic.usage()));
        match topic {
            Topic::Say => Self::say(free(rest)?),
            Topic::Msg => {
                let (to, text) = split_name(rest);
                let to = person(to, usage)?;
                let text = checked(free(text)?)?;
                Ok(Self::Msg { to, text })
            }
            Topic::File => {
                let (to, path) = split_name(rest);
                let (to, path) = (person(to, usage)?, free(path)?);
                if path.is_empty() {
                    return Err(usage());
                }
                Ok(Self::File { to, path })
            }
            Topic::Read => spot(rest).map(|spot| Self::Read { spot }).ok_or_else(usage),
            Topic::Accept | Topic::Refuse | Topic::Cancel => about_file(topic, rest, usage),
            Topic::Room => room_command::parse(rest, free),
            Topic::Verify => {
                let (name, answer) = split_name(rest);
                let name = person(name, usage)?;
                let compared = match answer.trim() {
                    "" => false,
                    "yes" => true,
                    _ => return Err(usage()),
                };
                Ok(Self::Verify { name, compared })
            }
            Topic::Trust => {
                let (name, number) = split_name(rest);
                let (name, number) = (person(name, usage)?, number.trim().to_owned());
                if number.is_empty() {
                    return Err(usage());
                }
                Ok(Self::Trust { name, number })
            }
            Topic::Forget | Topic::Block | Topic::Unblock | Topic::Typing => {
                Ok(about_person(topic, person(rest.trim(), usage)?))
            }
            Topic::History => history(rest).map(Command::History).ok_or_else(usage),
            Topic::Search => {
                let words = checked(free(rest)?)?;
                let words = Some(words.trim().to_owned());
                Ok(Self::History(Sought {
                    words,
                    ..Sought::last(SHOWN)
                }))
            }
            Topic::Help => match rest.trim() {
                "" => Ok(Self::Help { topic: None }),
                name => Topic::named(name).map(|topic| Self::Help { topic: Some(topic) }),
            },
            Topic::Files | Topic::Who | Topic::Relay | Topic::Quit => {
                alone(topic, rest).ok_or_else(usage)
            }
        }
    }

    pub(super) fn say(text: String) -> Result<Self, Refusal> {
        checked(text).map(|text| Self::Say { text })
    }
}

/// Whether a slash comes first of what can be seen. A blank or a key that was hit by accident must
/// not make a private text public.
fn seems_a_command(line: &str) -> bool {
    let is_unseen = |c: char| c.is_whitespace() || is_hidden(c);
    line.trim_start_matches(is_unseen).starts_with('/')
}

/// The first word, and what follows the one space after it.
fn split(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// A name, whatever blanks stand before it, and what follows the one space after it.
pub(super) fn split_name(rest: &str) -> (&str, &str) {
    split(rest.trim_start_matches(' '))
}

pub(super) fn person(name: &str, usage: impl Fn() -> Refusal) -> Result<Name, Refusal> {
    if name.is_empty() {
        return Err(usage());
    }
    name.parse().map_err(|error: InvalidName| {
        let (shown, why) = (name.escape_debug().to_string(), Sentence::from(&error));
        Refusal::new("unknown-name", say::invalid_name(shown, why))
    })
}

/// `[NAME or #ROOM]`.
fn spot(rest: &str) -> Option<Spot> {
    match rest.trim() {
        "" | "#lobby" => Some(Spot::Everyone),
        room if room.starts_with('#') => room.parse().ok().map(Spot::Room),
        name => name.parse().ok().map(Spot::With),
    }
}

/// A command that has nothing behind it.
fn alone(topic: Topic, rest: &str) -> Option<Command> {
    if !rest.trim().is_empty() {
        return None;
    }
    match topic {
        Topic::Files => Some(Command::Files),
        Topic::Who => Some(Command::Who),
        Topic::Relay => Some(Command::Relay),
        Topic::Quit => Some(Command::Quit),
        _ => None,
    }
}

/// A command with nothing but a name.
fn about_person(topic: Topic, name: Name) -> Command {
    match topic {
        Topic::Forget => Command::Forget { name },
        Topic::Typing => Command::Typing { to: name },
        _ => Command::Block {
            name,
            is_blocked: topic == Topic::Block,
        },
    }
}

/// A command about a file that waits or is on its way.
fn about_file(topic: Topic, rest: &str, usage: impl Fn() -> Refusal) -> Result<Command, Refusal> {
    let file = which(rest).ok_or_else(&usage)?;
    match topic {
        Topic::Accept => Ok(Command::Accept { file }),
        Topic::Refuse => Ok(Command::Refuse { file }),
        Topic::Cancel => Ok(Command::Cancel { file }),
        _ => Err(usage()),
    }
}

/// `[NAME or NUMBER]`; a word of digits is a number.
fn which(rest: &str) -> Option<Which> {
    match rest.trim() {
        "" => Some(Which::Only),
        word if word.bytes().all(|byte| byte.is_ascii_digit()) => {
            word.parse().ok().map(Which::Number)
        }
        word => word.parse().ok().map(Which::With),
    }
}

/// `[NAME] [COUNT]`; a single word of digits is a count.
fn history(rest: &str) -> Option<Sought> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let count = |word: &str| word.parse().ok().filter(|count| *count > 0);
    let (with, count) = match words.as_slice() {
        [] => (None, SHOWN),
        [word] => match count(word) {
            Some(count) => (None, count),
            None => (Some(word.parse().ok()?), SHOWN),
        },
        [name, number] => (Some(name.parse().ok()?), count(number)?),
        _ => return None,
    };
    Some(Sought {
        with,
        ..Sought::last(count)
    })
}

/// A text that can be sent.
pub(super) fn checked(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new("empty", say::nothing_to_send()));
    }
    if text.len() > MAX_TEXT {
        let why = say::text_too_long(MAX_TEXT, text.len());
        return Err(Refusal::new("too-long", why));
    }
    Ok(text)
}
