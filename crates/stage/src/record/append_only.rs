//! A file of bytes that grows, and that has a cap.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use bytes::Bytes;

/// So much is gathered before it is written; what is longer is not copied.
const BUFFER: usize = 16 * 1024;

/// A file that grows. What was appended and not flushed reaches it when this is dropped: a play
/// that was given up keeps what it saw.
#[derive(Debug)]
pub(super) struct AppendOnlyFile {
    file: BufWriter<File>,
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
            file: BufWriter::with_capacity(BUFFER, File::create(path)?),
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
        self.file.write_all(bytes)
    }

    /// Everything reaches the file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::{AppendOnlyFile, BUFFER};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_appended_stands_in_the_file_in_order(
            lengths in prop::collection::vec(0..BUFFER * 3, 0..60),
            flushed in 0..60_usize,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("file");
            let mut file = AppendOnlyFile::create(&path).unwrap();
            let mut wanted = Vec::new();
            for (number, length) in lengths.iter().enumerate() {
                let bytes = vec![u8::try_from(number).unwrap(); *length];
                wanted.extend_from_slice(&bytes);
                file.append(&Bytes::from(bytes)).unwrap();
                if number == flushed {
                    file.flush().unwrap();
                    prop_assert_eq!(&std::fs::read(&path).unwrap(), &wanted);
                }
            }
            prop_assert_eq!(file.length, wanted.len() as u64);
            drop(file);
            prop_assert_eq!(std::fs::read(&path).unwrap(), wanted);
        }
    }
}
