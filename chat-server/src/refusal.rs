//! What a client is told when something is not done.

use bytes::Bytes;
use chat_protocol::{ErrorCode, Frame, InvalidFrame, InvalidMessage, ToClient};

use crate::limits::MAX_ERROR_TEXT;

/// An error for a client: a code for its program and a text for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    text: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }

    pub(crate) fn out_of_order(text: &str) -> Self {
        Self::new(ErrorCode::OutOfOrder, text)
    }

    pub(crate) fn already_online(name: &chat_protocol::Name) -> Self {
        let text = format!("{name} is already connected: leave there first, or use another name");
        Self::new(ErrorCode::AlreadyOnline, text)
    }

    pub(crate) fn crowded() -> Self {
        let text = "others want to connect, and this login took longer: try again";
        Self::new(ErrorCode::Full, text)
    }

    pub(crate) fn shutting_down() -> Self {
        Self::new(
            ErrorCode::ShuttingDown,
            "the relay is shutting down: try again later",
        )
    }

    /// The frame, its text cut to a length that fits into a header however it is escaped.
    pub(crate) fn frame(&self) -> Frame {
        ToClient::Error {
            code: self.code,
            text: self.text.chars().take(MAX_ERROR_TEXT).collect(),
        }
        .frame(Bytes::new())
    }
}

impl From<InvalidMessage> for Refusal {
    fn from(error: InvalidMessage) -> Self {
        let code = match &error {
            InvalidMessage::Malformed(_) => ErrorCode::Malformed,
            InvalidMessage::UnknownType(_) => ErrorCode::UnknownType,
        };
        Self::new(code, error.to_string())
    }
}

impl From<InvalidFrame> for Refusal {
    fn from(error: InvalidFrame) -> Self {
        let code = match &error {
            // A handshake of TLS begins like a frame of this length.
            InvalidFrame::TooLarge { length, .. } if length >> 16 == 0x1603 => {
                let text =
                    "this is TLS, and the relay speaks plain TCP: it was started without --tls";
                return Self::new(ErrorCode::Malformed, text);
            }
            InvalidFrame::TooLarge { .. } => ErrorCode::TooLarge,
            InvalidFrame::NoHeader { .. } => ErrorCode::Malformed,
        };
        Self::new(code, error.to_string())
    }
}
