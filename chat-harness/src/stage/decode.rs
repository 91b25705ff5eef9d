//! What the tap saw, decoded: the one place of the harness that knows the reference
//! protocol.

use std::collections::BTreeMap;

use chat_protocol::{Deframer, Frame, limits};

use crate::adapter::Framing;

/// Cuts one direction of a link into frames.
#[derive(Debug)]
pub(super) struct Decoder {
    /// `None` when the implementation's framing is not known, or after bytes that are no
    /// frame.
    deframer: Option<Deframer>,
    /// Where the next frame begins in the link's file.
    at: u64,
}

/// A frame, for the timeline.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) at: u64,
    pub(super) len: u64,
    pub(super) r#type: String,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) body: u64,
}

impl Decoder {
    pub(super) fn new(framing: Framing) -> Self {
        let deframer = match framing {
            // What a client may send before its login is the relay's to judge.
            Framing::Chat => Some(Deframer::new(limits::MAX_FRAME)),
            Framing::None => None,
        };
        Self { deframer, at: 0 }
    }

    /// A new connection on the same link: its frames begin afresh, at this offset.
    pub(super) fn restart(&mut self, framing: Framing, at: u64) {
        *self = Self::new(framing);
        self.at = at;
    }

    /// The frames that these bytes complete; or why they are none, once.
    pub(super) fn push(&mut self, bytes: &[u8]) -> (Vec<Decoded>, Option<String>) {
        let Some(deframer) = &mut self.deframer else {
            return (Vec::new(), None);
        };
        deframer.push(bytes);
        let mut frames = Vec::new();
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => {
                    frames.push(decoded(&frame, self.at));
                    self.at += frame.wire_len() as u64;
                }
                Ok(None) => return (frames, None),
                Err(error) => {
                    self.deframer = None;
                    return (frames, Some(error.to_string()));
                }
            }
        }
    }
}

fn decoded(frame: &Frame, at: u64) -> Decoded {
    let mut fields = BTreeMap::new();
    if let Ok(header) = serde_json::from_slice(&frame.header) {
        flatten("", &header, &mut fields);
    }
    Decoded {
        at,
        len: frame.wire_len() as u64,
        r#type: fields.remove("t").unwrap_or_else(|| "?".to_owned()),
        fields,
        body: frame.body.len() as u64,
    }
}

/// `peer.name`, `peer.key` and so on, each as text.
fn flatten(prefix: &str, value: &serde_json::Value, fields: &mut BTreeMap<String, String>) {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let separator = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{separator}{key}"), member, fields);
            }
        }
        Value::String(text) => {
            fields.insert(prefix.to_owned(), text.clone());
        }
        Value::Array(_) | Value::Bool(_) | Value::Null | Value::Number(_) => {
            fields.insert(prefix.to_owned(), value.to_string());
        }
    }
}
