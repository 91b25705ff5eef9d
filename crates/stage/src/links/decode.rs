//! What the tap saw, decoded: the one place of the harness that knows the reference
//! protocol.

use std::collections::BTreeMap;

use bytes::Bytes;
use chat_protocol::{Deframer, Envelope, Frame, limits};

use scenario::adapter::Framing;

/// So many times as long as a frame's header may be what is recorded of it.
const MOST_OF_HEADER: usize = 4;

/// Cuts one direction of a link into frames.
#[derive(Debug)]
pub(crate) struct Decoder {
    /// `None` when the implementation's framing is not known, or after bytes that are no
    /// frame.
    deframer: Option<Deframer>,
    /// Where the next frame begins in the link's file.
    at: u64,
}

/// A frame, for the timeline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) at: u64,
    pub(crate) len: u64,
    pub(crate) r#type: String,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) body: u64,
    /// Bytes at the front of the body that the relay can read.
    pub(crate) open: u64,
}

impl Decoder {
    pub(crate) fn new(framing: Framing) -> Self {
        let deframer = match framing {
            // What a client may send before its login is the relay's to judge.
            Framing::Chat => Some(Deframer::new(limits::MAX_FRAME)),
            Framing::None => None,
        };
        Self { deframer, at: 0 }
    }

    /// A new connection on the same link: its frames begin afresh, at this offset.
    pub(crate) fn restart(&mut self, framing: Framing, at: u64) {
        *self = Self::new(framing);
        self.at = at;
    }

    /// The frames that these bytes complete; or why they are none, once.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> (Vec<Decoded>, Option<String>) {
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
        let mut room = MOST_OF_HEADER * frame.header.len();
        flatten("", &header, &mut room, &mut fields);
    }
    Decoded {
        at,
        len: frame.wire_len() as u64,
        r#type: fields.remove("t").unwrap_or_else(|| "?".to_owned()),
        fields,
        body: frame.body.len() as u64,
        open: open(&frame.body),
    }
}

/// Of an envelope, its head; of anything else that is passed on, nothing.
fn open(body: &Bytes) -> u64 {
    let envelope = Envelope::decode(body.clone());
    let header = envelope.map(|envelope| envelope.header);
    // Sealed bytes may begin as an envelope does, and hold no JSON then.
    let header = header.ok().filter(|header| {
        serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(header).is_ok()
    });
    header.map_or(0, |header| 2 + header.len() as u64)
}

/// `peer.name`, `peer.key` and so on, each as text, as long as there is room: names of many fields
/// may hold that of one, so that little could become very much.
fn flatten(
    prefix: &str,
    value: &serde_json::Value,
    room: &mut usize,
    fields: &mut BTreeMap<String, String>,
) {
    use serde_json::Value;
    let text = match value {
        Value::Object(members) => {
            for (key, member) in members {
                let length = prefix.len() + key.len();
                if length > *room {
                    return;
                }
                let separator = if prefix.is_empty() { "" } else { "." };
                flatten(&format!("{prefix}{separator}{key}"), member, room, fields);
            }
            return;
        }
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Bool(_) | Value::Null | Value::Number(_) => value.to_string(),
    };
    if let Some(left) = room.checked_sub(prefix.len() + text.len()) {
        *room = left;
        fields.insert(prefix.to_owned(), text);
    }
}

/// A whole frame that the tap has cut out.
#[derive(Clone, Debug)]
pub(crate) struct WholeFrame {
    /// The message's type; `?` where it has none.
    pub(crate) r#type: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Frame(Frame),
    /// A whole datagram, whatever is in it.
    Datagram(Bytes),
}

impl WholeFrame {
    fn new(frame: Frame) -> Self {
        let header: Option<serde_json::Value> = serde_json::from_slice(&frame.header).ok();
        let r#type = header.as_ref().and_then(|header| header.get("t")?.as_str());
        Self {
            r#type: r#type.unwrap_or("?").to_owned(),
            content: Content::Frame(frame),
        }
    }

    /// A datagram, which the system has cut.
    pub(crate) fn of_datagram(bytes: Bytes) -> Self {
        Self {
            r#type: "datagram".to_owned(),
            content: Content::Datagram(bytes),
        }
    }

    pub(crate) fn is_datagram(&self) -> bool {
        matches!(self.content, Content::Datagram(_))
    }

    pub(crate) fn body(&self) -> &Bytes {
        match &self.content {
            Content::Frame(frame) => &frame.body,
            Content::Datagram(bytes) => bytes,
        }
    }

    /// The length of what it carries: its body, or its header where it has none.
    pub(crate) fn carried(&self) -> usize {
        match &self.content {
            Content::Frame(frame) if frame.body.is_empty() => frame.header.len(),
            Content::Frame(_) | Content::Datagram(_) => self.body().len(),
        }
    }

    /// With what it carries changed.
    pub(crate) fn with_flipped(&self, change: impl FnOnce(&Bytes) -> Bytes) -> Self {
        let mut changed = self.clone();
        match &mut changed.content {
            Content::Frame(frame) if frame.body.is_empty() => frame.header = change(&frame.header),
            Content::Frame(frame) => frame.body = change(&frame.body),
            Content::Datagram(bytes) => *bytes = change(bytes),
        }
        changed
    }

    /// With another body, and lengths that fit it.
    pub(crate) fn with_body(&self, body: Bytes) -> Self {
        let mut changed = self.clone();
        match &mut changed.content {
            Content::Frame(frame) => frame.body = body,
            Content::Datagram(bytes) => *bytes = body,
        }
        changed
    }

    /// As it is on the wire.
    pub(crate) fn to_bytes(&self) -> Bytes {
        match &self.content {
            Content::Frame(frame) => frame.to_bytes(),
            Content::Datagram(bytes) => bytes.clone(),
        }
    }
}

/// What a [`Framer`] makes of a stream.
#[derive(Clone, Debug)]
pub(crate) enum Segment {
    /// A whole frame.
    Frame(WholeFrame),
    /// Bytes that are none, or no whole one.
    Raw(Bytes),
}

/// Cuts a stream into whole frames while somebody wants them, and knows where frames begin
/// all the time.
#[derive(Debug)]
pub(crate) struct Framer {
    /// Bytes that are missing of the frame that is passing.
    missing: u64,
    /// Those of its length field that have passed.
    length: Vec<u8>,
    deframer: Deframer,
    /// What came is no frame: nobody knows where the next one begins.
    is_lost: bool,
}

impl Framer {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            missing: 0,
            length: Vec::with_capacity(4),
            deframer: Deframer::new(limits::MAX_FRAME),
            is_lost: framing == Framing::None,
        }
    }

    /// Bytes that pass as they are.
    pub(crate) fn pass(&mut self, mut bytes: &[u8]) {
        while !self.is_lost && !bytes.is_empty() {
            let passed = self.pass_on(bytes);
            bytes = bytes.get(passed..).unwrap_or_default();
            if passed == 0 {
                self.length.extend(bytes.first());
                bytes = bytes.get(1..).unwrap_or_default();
            }
            self.read_length();
        }
    }

    /// How many of the bytes belong to the frame that is passing.
    fn pass_on(&mut self, bytes: &[u8]) -> usize {
        let here = usize::try_from(self.missing).map_or(bytes.len(), |n| n.min(bytes.len()));
        self.missing -= here as u64;
        here
    }

    fn read_length(&mut self) {
        if let Some(length) = self.length.first_chunk::<4>() {
            self.missing = u64::from(u32::from_be_bytes(*length));
            self.length.clear();
        }
    }

    /// The whole frames that these bytes complete. What is left of a frame that began to pass
    /// before passes first.
    pub(crate) fn cut(&mut self, mut bytes: Bytes) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut begun = 0;
        while !self.is_lost && (self.missing > 0 || !self.length.is_empty()) && begun < bytes.len()
        {
            let rest = bytes.slice(begun..);
            let here = self.pass_on(&rest);
            begun += here;
            if here == 0 {
                self.length.extend(rest.first());
                begun += 1;
                self.read_length();
            }
        }
        let before = bytes.split_to(begun);
        if !before.is_empty() {
            segments.push(Segment::Raw(before));
        }
        if self.is_lost || bytes.is_empty() {
            segments.extend((!bytes.is_empty()).then_some(Segment::Raw(bytes)));
            return segments;
        }
        self.deframer.push(&bytes);
        loop {
            match self.deframer.next_frame() {
                Ok(Some(frame)) => segments.push(Segment::Frame(WholeFrame::new(frame))),
                Ok(None) => return segments,
                Err(_) => {
                    self.is_lost = true;
                    segments.extend(self.taken().map(Segment::Raw));
                    return segments;
                }
            }
        }
    }

    /// The part of a frame that was kept until the whole is there: nobody wants frames now.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        let rest = self.taken()?;
        self.pass(&rest);
        Some(rest)
    }

    fn taken(&mut self) -> Option<Bytes> {
        let rest = self.deframer.buffer_mut().split().freeze();
        (!rest.is_empty()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chat_protocol::Frame;

    use super::{MOST_OF_HEADER, decoded};

    #[test]
    fn a_small_header_never_becomes_a_large_event() {
        let members: Vec<String> = (0..1000).map(|n| format!("\"{n}\":{n}")).collect();
        let header = format!("{{\"{}\":{{{}}}}}", "k".repeat(30_000), members.join(","));
        let frame = Frame {
            header: Bytes::from(header.clone()),
            body: Bytes::new(),
        };
        let fields = decoded(&frame, 0).fields;
        let bytes: usize = fields
            .iter()
            .map(|(name, text)| name.len() + text.len())
            .sum();
        assert!(bytes <= MOST_OF_HEADER * header.len(), "{bytes}");
        assert!(fields.len() >= 2, "what there is room for is reported");
    }
}
