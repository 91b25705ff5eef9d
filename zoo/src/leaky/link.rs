//! Records over TCP: sealed with the key of the link, or in the clear where a fault says so.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::frame::Record;
use super::seal::Key;

/// One record as the link carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parcel {
    Clear(Vec<u8>),
    Sealed(Vec<u8>),
    /// Sealed, and cut into many small records.
    Cut(Vec<u8>),
}

/// Bytes of a small record.
const SMALL: usize = 48;

/// The longest of what is sealed, over all records that it is cut into.
const LONGEST: usize = 4 * 1024 * 1024;

/// Writes one parcel in one piece.
///
/// # Errors
///
/// Those of the writer.
pub(super) async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    key: &Key,
    parcel: &Parcel,
) -> io::Result<()> {
    let bytes = match parcel {
        Parcel::Clear(bytes) => record(Record::Clear, bytes),
        Parcel::Sealed(bytes) => record(Record::Sealed, &key.seal(bytes)?),
        Parcel::Cut(bytes) => {
            let sealed = key.seal(bytes)?;
            let last = sealed.len().saturating_sub(1) / SMALL;
            let pieces = sealed.chunks(SMALL).enumerate();
            let records = pieces.flat_map(|(n, piece)| {
                let kind = if n == last {
                    Record::Sealed
                } else {
                    Record::Part
                };
                record(kind, piece)
            });
            records.collect()
        }
    };
    writer.write_all(&bytes).await
}

fn record(kind: Record, body: &[u8]) -> Vec<u8> {
    [&kind.header(body.len())[..], body].concat()
}

/// The next parcel, opened; `None` at the end.
///
/// # Errors
///
/// Those of the reader; also what is no record, or was not sealed with this key.
pub(super) async fn read(
    reader: &mut (impl AsyncRead + Unpin),
    key: &Key,
) -> io::Result<Option<Parcel>> {
    let mut sealed = Vec::new();
    loop {
        let mut header = [0; 5];
        match reader.read_exact(&mut header).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => drop(other?),
        }
        let (record, length) = Record::read(header)?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).await?;
        match record {
            Record::Clear => return Ok(Some(Parcel::Clear(body))),
            Record::Part | Record::Sealed => sealed.extend(body),
        }
        if sealed.len() > LONGEST {
            return Err(io::Error::other("what is sealed is too long"));
        }
        if record == Record::Sealed {
            let opened = key.open(&sealed);
            let opened = opened.ok_or_else(|| io::Error::other("sealed with another key"))?;
            return Ok(Some(Parcel::Sealed(opened)));
        }
    }
}
