//! Bytes to frames and back.
//!
//! ```text
//! u32 length  of all that follows, big-endian
//! u16 length  of the hop header, big-endian
//!     hop header (JSON)
//!     body: an envelope, or a sealed chunk of a file, or nothing
//! ```

use bytes::{Buf as _, BufMut, Bytes, BytesMut};

use crate::InvalidFrame;
use crate::limits::MAX_HOP_HEADER;

/// The longest body that is copied out of what was read, in bytes. A body that waits for somebody would keep all that
/// was read with it in memory, and the next read would need memory of its own: that costs more than the copy.
const MAX_COPIED: usize = 1024;

/// One frame: the hop header that the relay reads, and the body that it never opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// JSON, parsed by [`crate::ToRelay::decode`] or [`crate::ToClient::decode`].
    pub header: Bytes,
    /// Opaque.
    pub body: Bytes,
}

impl Frame {
    /// Puts all bytes of the frame but its body: both length fields and the header. The body is
    /// written after it as it is, so that passing on a large one copies nothing.
    ///
    /// # Panics
    ///
    /// When the header is over [`MAX_HOP_HEADER`] or the whole over `u32`: our own messages
    /// are far below both.
    pub fn put_head(&self, out: &mut impl BufMut) {
        assert!(self.header.len() <= MAX_HOP_HEADER, "hop header too long");
        let length = u32::try_from(2 + self.header.len() + self.body.len())
            .expect("a frame is far below 4 GiB");
        let header = u16::try_from(self.header.len()).expect("checked above");
        out.put_u32(length);
        out.put_u16(header);
        out.put_slice(&self.header);
    }

    /// The length of the whole frame on the wire, with both length fields.
    pub fn wire_len(&self) -> usize {
        6 + self.header.len() + self.body.len()
    }

    /// The whole frame in one piece.
    pub fn to_bytes(&self) -> Bytes {
        let mut whole = BytesMut::with_capacity(self.wire_len());
        self.put_head(&mut whole);
        whole.put_slice(&self.body);
        whole.freeze()
    }
}

/// Cuts a stream of bytes into frames, however the stream was split.
///
/// Invariants: it never holds more than one incomplete frame and what was pushed behind
/// it; it never reserves memory for an announced length; after an error it stays in error,
/// since where the next frame begins is not known.
#[derive(Debug)]
pub struct Deframer {
    buffer: BytesMut,
    limit: usize,
    failed: Option<InvalidFrame>,
}

impl Deframer {
    /// A deframer that refuses frames of more than `limit` bytes after the length field.
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            limit,
            failed: None,
        }
    }

    /// Another limit for the frames to come: it rises with the login.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Takes bytes as they arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The buffer to read into directly, which saves a copy over [`Self::push`].
    pub fn buffer_mut(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// How many bytes wait for the rest of their frame.
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The next complete frame, or `None` when more bytes are needed.
    ///
    /// # Errors
    ///
    /// [`InvalidFrame`] as soon as the length fields show it, before the body has arrived.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, InvalidFrame> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.cut()
            .inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn cut(&mut self) -> Result<Option<Frame>, InvalidFrame> {
        let Some(length) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > self.limit {
            let limit = self.limit;
            return Err(InvalidFrame::TooLarge { length, limit });
        }
        if length < 2 {
            return Err(InvalidFrame::NoHeader { length });
        }
        let Some(header) = self.buffer.get(4..6) else {
            return Ok(None);
        };
        let header = header
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        if header == 0 || header > length - 2 || header > MAX_HOP_HEADER {
            return Err(InvalidFrame::NoHeader { length });
        }
        if self.buffer.len() < 4 + length {
            return Ok(None);
        }
        let mut frame = self.buffer.split_to(4 + length).freeze();
        frame.advance(6);
        let header = frame.split_to(header);
        let body = if frame.len() <= MAX_COPIED {
            Bytes::copy_from_slice(&frame)
        } else {
            frame
        };
        Ok(Some(Frame { header, body }))
    }
}
