//! What travels between the relay and its clients.

use bytes::Bytes;
use chat_protocol::{Content, Deframer, Envelope, Frame, Name, RoomEntry, ToClient, ToRelay};
use chat_room::List;

/// More than any frame that is made here has.
const LIMIT: usize = 64 * 1024;

/// Frames are the same however the stream was split, and written again they are the bytes that were read.
pub fn frames(bytes: &[u8]) {
    let Some((at, stream)) = bytes.split_first() else {
        return;
    };
    let whole = cut([stream]);
    let middle = stream.len() * usize::from(*at) / 255;
    let (head, tail) = stream.split_at(middle);
    assert_eq!(cut([head, tail]), whole, "split at {middle}");
    let written: Vec<u8> = whole.0.iter().flat_map(Frame::to_bytes).collect();
    assert!(stream.starts_with(&written));
}

/// All frames, and whether what follows them is no frame.
fn cut<const N: usize>(pieces: [&[u8]; N]) -> (Vec<Frame>, bool) {
    let mut deframer = Deframer::new(LIMIT);
    let mut frames = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(deframer.next_frame(), Err(error), "an error lasts");
                    return (frames, true);
                }
            }
        }
    }
    (frames, false)
}

/// A message that can be read is the same when it is written and read again.
pub fn headers(bytes: &[u8]) {
    let frame = Frame {
        header: Bytes::copy_from_slice(bytes),
        body: Bytes::new(),
    };
    if let Ok(message) = ToRelay::decode(&frame) {
        let again = message.frame(Bytes::new());
        assert_eq!(ToRelay::decode(&again), Ok(message));
    }
    if let Ok(message) = ToClient::decode(&frame) {
        let again = message.frame(Bytes::new());
        assert_eq!(ToClient::decode(&again), Ok(message));
    }
}

/// An envelope that can be cut into its parts is the same bytes when it is put together.
pub fn envelopes(bytes: &[u8]) {
    if let Ok(envelope) = Envelope::decode(Bytes::copy_from_slice(bytes)) {
        assert_eq!(envelope.encode(), bytes);
        envelope.parse_header().ok();
    }
}

/// A content that can be read is the same when it is written and read again, and so is a list of a room's members that
/// keeps the rules.
pub fn contents(bytes: &[u8]) {
    let Ok(content) = Content::decode(bytes) else {
        return;
    };
    if let Content::RoomList { entries, .. } = &content
        && let Ok(list) = List::read(entries)
    {
        let written: Vec<RoomEntry> = list.entries().cloned().collect();
        let again = List::read(&written).expect("its entries were checked");
        assert_eq!(again.digest(), list.digest());
        assert_eq!(again.members(), list.members());
    }
    assert_eq!(Content::decode(&content.encode()), Ok(content));
}

/// A name shows itself as it was written, and nothing in it moves a cursor or leaves a directory.
pub fn names(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(name) = text.parse::<Name>() {
        assert_eq!(name.to_string(), text);
        assert!(text.is_ascii() && !text.contains(['/', '\\', '.', ' ']));
        assert!(!text.chars().any(char::is_control));
    }
}
