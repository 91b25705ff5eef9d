//! What a person may ask of a play that is being shown.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One wish of whoever holds a demo: a key of the terminal, a button of the browser. As JSON
/// it is one object on one line: `{"ask":"next"}`, `{"ask":"type","client":"bob","line":"/say hi"}`.
///
/// What the scenario does not say is [`ControlCommand::is_unscripted`]: the timeline records it, and the
/// play is not taken for the scenario any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ControlCommand {
    /// The next beat: the line of the coming step is shown before it is typed; asked again,
    /// the step begins. A step that types nothing begins at once.
    Next,
    /// The coming step begins, without being shown before.
    Step,
    /// A play that goes on by itself waits, once the step that goes on has ended.
    Pause,
    /// It goes on by itself again.
    Resume,
    /// The step before is done again, once the one that goes on has ended.
    Repeat,
    /// A client types this line.
    Type {
        /// Who.
        client: String,
        /// Without its line break.
        line: String,
    },
    /// A client sends this file, as its implementation does it.
    SendFile {
        /// Who.
        client: String,
        /// To which client.
        to: String,
        /// A file of this machine; it is copied.
        path: PathBuf,
    },
    /// The program of a client is killed.
    Kill {
        /// Who.
        client: String,
    },
    /// The connection of a client is reset; its program runs on.
    Disconnect {
        /// Who.
        client: String,
    },
    /// No further step begins: the play is searched and judged as far as it came.
    Stop,
}

impl ControlCommand {
    /// The scenario does not say it.
    pub fn is_unscripted(&self) -> bool {
        !matches!(self, Self::Next | Self::Step | Self::Pause | Self::Resume)
    }

    /// What was done, for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Next | Self::Step => "the next step began".to_owned(),
            Self::Pause => "the play was paused".to_owned(),
            Self::Resume => "the play continued by itself".to_owned(),
            Self::Repeat => "a step was repeated".to_owned(),
            Self::Type { client, line } => format!("{client} typed {line:?} by hand"),
            Self::SendFile { client, to, path } => {
                format!("{client} sent {to} the file {} by hand", path.display())
            }
            Self::Kill { client } => format!("{client} was killed by hand"),
            Self::Disconnect { client } => format!("{client} was disconnected by hand"),
            Self::Stop => "the play was stopped by hand".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ControlCommand;

    #[test]
    fn a_wish_is_one_line_of_json_and_an_unknown_one_is_refused() {
        let wish = ControlCommand::Type {
            client: "bob".to_owned(),
            line: "/say \"hi\"\n".to_owned(),
        };
        let line = serde_json::to_string(&wish).unwrap();
        assert_eq!(
            line,
            r#"{"ask":"type","client":"bob","line":"/say \"hi\"\n"}"#
        );
        assert_eq!(serde_json::from_str::<ControlCommand>(&line).unwrap(), wish);
        assert_eq!(
            serde_json::from_str::<ControlCommand>(r#"{"ask":"next"}"#).unwrap(),
            ControlCommand::Next
        );
        assert!(serde_json::from_str::<ControlCommand>(r#"{"ask":"fly"}"#).is_err());
        assert!(
            serde_json::from_str::<ControlCommand>(r#"{"ask":"kill","client":"bob","x":1}"#)
                .is_err()
        );
    }
}
