//! A thread that writes what is large: whoever records it goes on meanwhile, and so does what he
//! is recording.

use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use rustix::io::{Errno, pwritev};

/// Pieces that wait to be written; who has more has to wait.
const WAITING: usize = 32;

/// Bytes and their place in a file.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) file: Arc<File>,
    pub(super) at: u64,
    pub(super) bytes: Vec<Bytes>,
}

/// Writes pieces one after another. Those that it was given are written when this is dropped.
#[derive(Debug)]
pub(super) struct Clerk {
    pieces: Option<SyncSender<Piece>>,
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

/// What it has and has not done.
#[derive(Debug, Default)]
struct Desk {
    pile: Mutex<Pile>,
    is_empty: Condvar,
}

#[derive(Debug, Default)]
struct Pile {
    unwritten: usize,
    /// The first that went wrong. Something is missing in a file from then on.
    error: Option<io::Error>,
    /// Nobody writes any more.
    is_over: bool,
}

impl Clerk {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system has none to give.
    pub(super) fn start() -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let (pieces, inbox) = sync_channel(WAITING);
        let theirs = Arc::clone(&desk);
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .spawn(move || work(&inbox, &theirs))?;
        Ok(Self {
            pieces: Some(pieces),
            desk,
            thread: Some(thread),
        })
    }

    /// Hands a piece over; waits where many are unwritten.
    ///
    /// # Errors
    ///
    /// What went wrong with one that was handed over before.
    pub(super) fn write(&self, piece: Piece) -> io::Result<()> {
        let mut pile = self.desk.pile();
        pile.so_far()?;
        pile.unwritten += 1;
        drop(pile);
        let handed = self.pieces.as_ref().map(|pieces| pieces.send(piece));
        match handed {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => self.desk.pile().so_far(),
        }
    }

    /// Waits until all that was handed over is written.
    ///
    /// # Errors
    ///
    /// What went wrong first.
    pub(super) fn wait(&self) -> io::Result<()> {
        let pile = self.desk.pile();
        let is_awaited = |pile: &mut Pile| pile.unwritten > 0 && !pile.is_over;
        let written = self.desk.is_empty.wait_while(pile, is_awaited);
        written.unwrap_or_else(PoisonError::into_inner).so_far()
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.pieces = None;
        // It ends when everything is written; it cannot panic.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Desk {
    fn pile(&self) -> MutexGuard<'_, Pile> {
        self.pile.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pile {
    /// What went wrong first, if anything did.
    fn so_far(&self) -> io::Result<()> {
        match &self.error {
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
            None if self.is_over => Err(io::Error::other("the thread that writes is gone")),
            None => Ok(()),
        }
    }
}

/// Whatever ends the thread, nobody waits for it any more.
struct Shift<'d>(&'d Desk);

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        self.0.pile().is_over = true;
        self.0.is_empty.notify_all();
    }
}

fn work(inbox: &Receiver<Piece>, desk: &Desk) {
    let _shift = Shift(desk);
    while let Ok(piece) = inbox.recv() {
        let written = write_all_at(&piece.file, piece.at, &piece.bytes);
        // Its bytes are given back before anybody is told.
        drop(piece);
        let mut pile = desk.pile();
        pile.unwritten -= 1;
        if let Err(error) = written {
            pile.error.get_or_insert(error);
        }
        if pile.unwritten == 0 {
            desk.is_empty.notify_all();
        }
    }
}

/// Writes bytes one behind the other, from this place on.
///
/// # Errors
///
/// What the system says.
pub(super) fn write_all_at(file: &File, mut at: u64, bytes: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = bytes.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut rest = slices.as_mut_slice();
    // Nothing is left of what is empty, and nothing could be written of it.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match pwritev(file, rest, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                at += written as u64;
                IoSlice::advance_slices(&mut rest, written);
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use bytes::Bytes;

    use super::{Clerk, Piece};

    fn piece(file: &Arc<File>, at: u64, bytes: &'static [u8]) -> Piece {
        Piece {
            file: Arc::clone(file),
            at,
            bytes: bytes.chunks(2).map(Bytes::from_static).collect(),
        }
    }

    #[test]
    fn pieces_stand_in_their_places_when_they_were_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let file = Arc::new(File::create(&path).unwrap());
        let clerk = Clerk::start().unwrap();
        for round in 0..100 {
            clerk.write(piece(&file, round * 6 + 3, b"def")).unwrap();
            clerk.write(piece(&file, round * 6, b"abc")).unwrap();
        }
        clerk.wait().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"abcdef".repeat(100));
        clerk.write(piece(&file, 600, b"!")).unwrap();
        drop(clerk);
        assert_eq!(std::fs::read(&path).unwrap().last(), Some(&b'!'));
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        File::create(&path).unwrap();
        // Open for reading alone.
        let file = Arc::new(File::open(&path).unwrap());
        let clerk = Clerk::start().unwrap();
        clerk.write(piece(&file, 0, b"abc")).unwrap();
        assert!(clerk.wait().is_err());
        assert!(clerk.wait().is_err(), "it is still missing");
        assert!(clerk.write(piece(&file, 3, b"def")).is_err());
    }
}
