//! Why a line cannot be explained, in words.

/// Why nothing that was done can have made a client show a line. One check for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Nobody had sent the text.
    Forged,
    /// Somebody else had sent the text.
    OtherSender,
    /// It was sent to one alone and shown as public, or the other way round.
    OtherAudience,
    /// It was sent once and shown again.
    Again,
    /// The client's own text.
    Own,
    /// An answer to a text or file that was never sent, or a second answer.
    Receipt,
    /// Nobody had sent the file.
    File,
    /// Nobody had come.
    Joined,
    /// Nobody had gone.
    Left,
    /// Nothing had ended the connection.
    Disconnected,
    /// Nothing had been tampered with.
    Rejected,
    /// Nobody had come with another key.
    KeyChanged,
}

impl Reason {
    /// The claim that does not hold.
    pub(super) fn claim(self) -> &'static str {
        match self {
            Self::Forged => "nobody shows a text that nobody sent",
            Self::OtherSender => "every text is shown under its sender's name",
            Self::OtherAudience => "a private text is shown as private, a public one as public",
            Self::Again => "no text is shown more often than it was sent",
            Self::Own => "nobody shows its own text as received",
            Self::Receipt => "every text is confirmed once",
            Self::File => "nobody reports a file that nobody sent",
            Self::Joined => "nobody sees a join that did not happen",
            Self::Left => "nobody sees a departure that did not happen",
            Self::Disconnected => "nobody loses the relay without a cause",
            Self::Rejected => "nobody refuses a message that nothing has changed",
            Self::KeyChanged => "nobody sees a new key unless there is one",
        }
    }

    /// What was not done.
    pub(super) fn lacking(self) -> &'static str {
        match self {
            Self::Forged => "no step had sent this text",
            Self::OtherSender => "somebody else had sent this text",
            Self::OtherAudience => "the step had sent it differently",
            Self::Again => "this text had already been shown as often as it was sent",
            Self::Own => {
                "it had sent this text itself; if its program shows people their own texts like \
                 this, set `repeats_own = true` in `[client]`"
            }
            Self::Receipt => "everything that it had sent had already been confirmed",
            Self::File => "no step had sent such a file, or it had already been shown",
            Self::Joined => "nobody with this name had joined, or it had already been shown",
            Self::Left => "nobody with this name had left, or it had already been shown",
            Self::Disconnected => "nothing had ended its connection",
            Self::Rejected => "no fault had changed anything",
            Self::KeyChanged => "everybody had joined with the same key as before",
        }
    }
}
