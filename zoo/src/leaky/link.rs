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
}

/// Writes one record in one piece.
///
/// # Errors
///
/// Those of the writer.
pub(super) async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    key: &Key,
    parcel: &Parcel,
) -> io::Result<()> {
    let (record, body) = match parcel {
        Parcel::Clear(bytes) => (Record::Clear, bytes.clone()),
        Parcel::Sealed(bytes) => (Record::Sealed, key.seal(bytes)?),
    };
    let mut bytes = record.header(body.len()).to_vec();
    bytes.extend(body);
    writer.write_all(&bytes).await
}

/// The next record, opened; `None` at the end.
///
/// # Errors
///
/// Those of the reader; also what is no record, or was not sealed with this key.
pub(super) async fn read(
    reader: &mut (impl AsyncRead + Unpin),
    key: &Key,
) -> io::Result<Option<Parcel>> {
    let mut header = [0; 5];
    match reader.read_exact(&mut header).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => drop(other?),
    }
    let (record, length) = Record::read(header)?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    Ok(Some(match record {
        Record::Clear => Parcel::Clear(body),
        Record::Sealed => {
            let opened = key.open(&body);
            Parcel::Sealed(opened.ok_or_else(|| io::Error::other("sealed with another key"))?)
        }
    }))
}
