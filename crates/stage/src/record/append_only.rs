//! A file of bytes that is written in large segments: a play should not cost what a system call
//! for each chunk costs.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::background::{BackgroundWriter, Segment, write_all_at};

/// So much is gathered before it is written.
const SEGMENT: usize = 256 * 1024;

/// Shorter ones are copied together: each would hold the whole buffer that it was read into.
const SHORT: usize = 16 * 1024;

/// A file that grows.
#[derive(Debug)]
pub(super) struct AppendOnlyFile {
    file: Arc<File>,
    /// Gathered, in order, before what is short.
    segments: Vec<Bytes>,
    short: BytesMut,
    gathered: usize,
    /// Bytes that were appended.
    pub(super) length: u64,
    /// Something was left out: nothing more is appended.
    pub(super) capped: bool,
}

impl AppendOnlyFile {
    /// An empty file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Arc::new(File::create(path)?),
            segments: Vec::new(),
            short: BytesMut::new(),
            gathered: 0,
            length: 0,
            capped: false,
        })
    }

    /// Appends. What is large is left to a background writer, which begins with the first of it.
    ///
    /// # Errors
    ///
    /// What the system says; also of what was left to it before.
    pub(super) fn append(
        &mut self,
        bytes: &Bytes,
        background: &mut Option<BackgroundWriter>,
    ) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.gathered += bytes.len();
        if bytes.len() < SHORT {
            self.short.extend_from_slice(bytes);
        } else {
            self.settle();
            self.segments.push(bytes.clone());
        }
        if self.gathered < SEGMENT {
            return Ok(());
        }
        let segment = self.take();
        if background.is_none() {
            *background = Some(BackgroundWriter::start()?);
        }
        background
            .as_ref()
            .map_or(Ok(()), |background| background.write(segment))
    }

    /// Everything reaches the file but what the background writer has.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let segment = self.take();
        write_all_at(&segment.file, segment.at, &segment.bytes)
    }

    /// What was gathered.
    fn take(&mut self) -> Segment {
        self.settle();
        let gathered = std::mem::take(&mut self.gathered) as u64;
        Segment {
            file: Arc::clone(&self.file),
            at: self.length - gathered,
            bytes: std::mem::take(&mut self.segments),
        }
    }

    fn settle(&mut self) {
        if !self.short.is_empty() {
            self.segments.push(self.short.split().freeze());
        }
    }
}

impl Drop for AppendOnlyFile {
    /// A play that was given up keeps what it saw.
    fn drop(&mut self) {
        drop(self.flush());
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{AppendOnlyFile, BackgroundWriter, SEGMENT, SHORT};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_appended_stands_in_the_file_in_order(
            lengths in prop::collection::vec(0..SHORT * 3, 0..60),
            flushed in 0..60_usize,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("kept");
            let mut kept = AppendOnlyFile::create(&path).unwrap();
            let mut background = None;
            let mut wanted = Vec::new();
            for (number, length) in lengths.iter().enumerate() {
                let bytes = vec![u8::try_from(number).unwrap(); *length];
                wanted.extend_from_slice(&bytes);
                kept.append(&Bytes::from(bytes), &mut background).unwrap();
                prop_assert!(kept.gathered < SEGMENT);
                if number == flushed {
                    kept.flush().unwrap();
                    background.iter().try_for_each(BackgroundWriter::wait).unwrap();
                    prop_assert_eq!(&std::fs::read(&path).unwrap(), &wanted);
                }
            }
            prop_assert_eq!(kept.length, wanted.len() as u64);
            drop((kept, background));
            prop_assert_eq!(std::fs::read(&path).unwrap(), wanted);
        }
    }
}
