//! A file of bytes that is written in large pieces: a play should not cost what a system call
//! for each chunk costs.

use std::fs::File;
use std::io::{self, IoSlice, Write as _};
use std::path::Path;

use bytes::{Bytes, BytesMut};

/// So much is gathered before it is written.
const PIECE: usize = 512 * 1024;

/// Shorter ones are copied together: each would hold the whole buffer that it was read into.
const SHORT: usize = 16 * 1024;

/// A file that grows.
#[derive(Debug)]
pub(super) struct Kept {
    file: File,
    /// Gathered, in order, before what is short.
    pieces: Vec<Bytes>,
    short: BytesMut,
    gathered: usize,
    /// Bytes that were appended.
    pub(super) length: u64,
    /// Something was left out: nothing more is appended.
    pub(super) capped: bool,
}

impl Kept {
    /// An empty file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::create(path)?,
            pieces: Vec::new(),
            short: BytesMut::new(),
            gathered: 0,
            length: 0,
            capped: false,
        })
    }

    /// Appends.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn append(&mut self, bytes: &Bytes) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.gathered += bytes.len();
        if bytes.len() < SHORT {
            self.short.extend_from_slice(bytes);
        } else {
            self.settle();
            self.pieces.push(bytes.clone());
        }
        if self.gathered < PIECE {
            return Ok(());
        }
        self.flush()
    }

    /// Everything reaches the file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.settle();
        self.gathered = 0;
        let pieces = std::mem::take(&mut self.pieces);
        let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            match self.file.write_vectored(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut rest, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn settle(&mut self) {
        if !self.short.is_empty() {
            self.pieces.push(self.short.split().freeze());
        }
    }
}

impl Drop for Kept {
    /// A play that was given up keeps what it saw.
    fn drop(&mut self) {
        drop(self.flush());
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{Kept, PIECE, SHORT};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_appended_stands_in_the_file_in_order(
            lengths in prop::collection::vec(0..SHORT * 3, 0..60),
            flushed in 0..60_usize,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("kept");
            let mut kept = Kept::create(&path).unwrap();
            let mut wanted = Vec::new();
            for (number, length) in lengths.iter().enumerate() {
                let bytes = vec![u8::try_from(number).unwrap(); *length];
                wanted.extend_from_slice(&bytes);
                kept.append(&Bytes::from(bytes)).unwrap();
                prop_assert!(wanted.len() - std::fs::read(&path).unwrap().len() < PIECE);
                if number == flushed {
                    kept.flush().unwrap();
                    prop_assert_eq!(&std::fs::read(&path).unwrap(), &wanted);
                }
            }
            prop_assert_eq!(kept.length, wanted.len() as u64);
            drop(kept);
            prop_assert_eq!(std::fs::read(&path).unwrap(), wanted);
        }
    }
}
