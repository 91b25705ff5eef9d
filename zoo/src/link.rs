//! Records over TCP: sealed with the key of the link, or in the clear where a fault says so.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use chat_protocol::{Deframer, Frame};

use crate::frame::Record;
use crate::seal::Key;

/// One record as the link carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parcel {
    Clear(Vec<u8>),
    Sealed(Vec<u8>),
    /// Sealed, and cut into many small records.
    Cut(Vec<u8>),
    /// Sealed, in a frame of `docs/protocol.md`, which names its type.
    Framed(&'static str, Vec<u8>),
}

/// Bytes of a small record.
const SMALL: usize = 48;

/// The longest ciphertext, over all records that it is split into.
const LONGEST: usize = 4 * 1024 * 1024;

/// Writes one parcel in one piece.
///
/// # Errors
///
/// Those of the writer.
pub(crate) async fn write(
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
        Parcel::Framed(kind, bytes) => framed(kind, key.seal(bytes)?),
    };
    writer.write_all(&bytes).await
}

fn record(kind: Record, body: &[u8]) -> Vec<u8> {
    [&kind.header(body.len())[..], body].concat()
}

/// In a frame. Its first byte is zero, which no record begins with.
pub(crate) fn framed(kind: &str, body: Vec<u8>) -> Vec<u8> {
    let header = format!("{{\"t\":\"{kind}\"}}").into_bytes().into();
    let body = body.into();
    Frame { header, body }.to_bytes().to_vec()
}

/// The body of a frame whose first bytes were read.
async fn read_frame(reader: &mut (impl AsyncRead + Unpin), first: [u8; 5]) -> io::Result<Vec<u8>> {
    let [a, b, c, d, _] = first;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(io::Error::other("a frame is too long"));
    }
    let mut rest = vec![0; length.saturating_sub(1)];
    reader.read_exact(&mut rest).await?;
    let mut deframer = Deframer::new(LONGEST);
    deframer.push(&first);
    deframer.push(&rest);
    let frame = deframer.next_frame().map_err(io::Error::other)?;
    let frame = frame.ok_or_else(|| io::Error::other("this is no frame"))?;
    Ok(frame.body.to_vec())
}

/// The next parcel, opened; `None` at the end.
///
/// # Errors
///
/// Those of the reader; also anything that is not a record, or was not sealed with this key.
pub(crate) async fn read(
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
        if header.starts_with(&[0]) {
            return opened(key, &read_frame(reader, header).await?);
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
            return opened(key, &sealed);
        }
    }
}

fn opened(key: &Key, sealed: &[u8]) -> io::Result<Option<Parcel>> {
    let opened = key.open(sealed);
    let opened = opened.ok_or_else(|| io::Error::other("sealed with another key"))?;
    Ok(Some(Parcel::Sealed(opened)))
}

#[cfg(test)]
mod tests {
    use super::{Key, Parcel, read, write};

    #[tokio::test]
    async fn what_is_sealed_arrives_however_it_is_cut_and_framed() {
        let key = Key::new([7; 32]);
        let said = |length: usize| vec![b'x'; length];
        let parcels = [
            Parcel::Framed("send", said(3000)),
            Parcel::Sealed(said(3)),
            Parcel::Framed("bye", Vec::new()),
            Parcel::Cut(said(500)),
        ];
        let mut link = Vec::new();
        for parcel in &parcels {
            write(&mut link, &key, parcel).await.unwrap();
        }
        let mut link = link.as_slice();
        for length in [3000, 3, 0, 500] {
            let next = read(&mut link, &key).await.unwrap();
            assert_eq!(next, Some(Parcel::Sealed(said(length))));
        }
        assert_eq!(read(&mut link, &key).await.unwrap(), None);
        for broken in [
            &[0, 255, 0, 0, 9][..],
            &[0, 0, 0, 0, 9],
            &[0, 0, 0, 9, 0, 1],
        ] {
            assert!(read(&mut &*broken, &key).await.is_err(), "{broken:?}");
        }
    }
}
