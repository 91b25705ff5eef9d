//! What the page may ask for. It is less than what a play can be asked: a page names no file
//! of this machine.

use serde::{Deserialize, Serialize};

/// Characters of a typed line, at most.
const LONGEST: usize = 4000;

/// One command, as the play understands it. Whether it can be done is for the play to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Command {
    /// The next step begins.
    Step,
    /// The step before is done again.
    Repeat,
    /// A client types a line.
    Type {
        /// Which.
        client: String,
        /// Without its line break.
        line: String,
    },
    /// A client's program is killed.
    Kill {
        /// Which.
        client: String,
    },
    /// A client's connection is reset.
    Disconnect {
        /// Which.
        client: String,
    },
    /// No further step begins.
    Stop,
    /// The stage is closed: nobody is watching any more.
    Close,
}

/// Why something is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandError {
    /// It is none of them.
    #[error("this request is not allowed")]
    Unknown,
    /// It could type more than one line.
    #[error("one line at a time, without control characters")]
    Control,
    /// A client should not have to read that much.
    #[error("the line is too long")]
    TooLong,
}

impl Command {
    /// # Errors
    ///
    /// When it is none, or more than one line.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, CommandError> {
        let command: Self = serde_json::from_slice(body).map_err(|_| CommandError::Unknown)?;
        match &command {
            Self::Type { line, .. } if line.chars().any(char::is_control) => {
                Err(CommandError::Control)
            }
            Self::Type { line, .. } if line.chars().count() > LONGEST => Err(CommandError::TooLong),
            _ => Ok(command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, LONGEST};

    #[test]
    fn only_what_is_known_can_be_asked() {
        assert_eq!(Command::parse(br#"{"ask":"step"}"#), Ok(Command::Step));
        let typed = Command::parse(br#"{"ask":"type","client":"bob","line":"/say hi"}"#).unwrap();
        let text = serde_json::to_string(&typed).unwrap();
        assert_eq!(text, r#"{"ask":"type","client":"bob","line":"/say hi"}"#);
        for wrong in [
            "",
            "step",
            r#"{"ask":"open","address":"http://evil"}"#,
            r#"{"ask":"send-file","client":"bob","to":"alice","path":"/etc/passwd"}"#,
            r#"{"ask":"kill"}"#,
            r#"{"ask":"kill","client":"bob","signal":9}"#,
        ] {
            assert!(Command::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_is_one_line() {
        let typed = |line: &str| {
            let body = serde_json::json!({ "ask": "type", "client": "bob", "line": line });
            Command::parse(body.to_string().as_bytes())
        };
        assert!(typed("a\nb").is_err() && typed("\u{1b}[2J").is_err());
        assert!(typed(&"x".repeat(LONGEST)).is_ok());
        assert!(typed(&"x".repeat(LONGEST + 1)).is_err());
    }
}
