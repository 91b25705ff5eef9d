//! A thread that writes large segments in the background: the driver goes on meanwhile, and so
//! does what it records.

use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use rustix::io::{Errno, pwritev};

/// Segments that wait to be written; who has more has to wait.
const WAITING: usize = 32;

/// Bytes and their place in a file.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) file: Arc<File>,
    pub(super) at: u64,
    pub(super) bytes: Vec<Bytes>,
}

/// Writes segments one after another. Those that it was given are written when this is dropped.
#[derive(Debug)]
pub(super) struct BackgroundWriter {
    segments: Option<SyncSender<Segment>>,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

/// What it has and has not done.
#[derive(Debug, Default)]
struct State {
    pending: Mutex<Pending>,
    is_empty: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    unwritten: usize,
    /// The first that went wrong. Something is missing in a file from then on.
    error: Option<io::Error>,
    /// Nobody writes any more.
    is_over: bool,
}

impl BackgroundWriter {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system has none to give.
    pub(super) fn start() -> io::Result<Self> {
        let state = Arc::new(State::default());
        let (segments, inbox) = sync_channel(WAITING);
        let theirs = Arc::clone(&state);
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || work(&inbox, &theirs))?;
        Ok(Self {
            segments: Some(segments),
            state,
            thread: Some(thread),
        })
    }

    /// Hands a segment over; waits where many are unwritten.
    ///
    /// # Errors
    ///
    /// What went wrong with one that was handed over before.
    pub(super) fn write(&self, segment: Segment) -> io::Result<()> {
        let mut pending = self.state.pending();
        pending.so_far()?;
        pending.unwritten += 1;
        drop(pending);
        let handed = self
            .segments
            .as_ref()
            .map(|segments| segments.send(segment));
        match handed {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => self.state.pending().so_far(),
        }
    }

    /// Waits until all that was handed over is written.
    ///
    /// # Errors
    ///
    /// What went wrong first.
    pub(super) fn wait(&self) -> io::Result<()> {
        let pending = self.state.pending();
        let is_awaited = |pending: &mut Pending| pending.unwritten > 0 && !pending.is_over;
        let written = self.state.is_empty.wait_while(pending, is_awaited);
        written.unwrap_or_else(PoisonError::into_inner).so_far()
    }
}

impl Drop for BackgroundWriter {
    fn drop(&mut self) {
        self.segments = None;
        // It ends when everything is written; it cannot panic.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl State {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
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
struct Guard<'d>(&'d State);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.pending().is_over = true;
        self.0.is_empty.notify_all();
    }
}

fn work(inbox: &Receiver<Segment>, state: &State) {
    let _guard = Guard(state);
    while let Ok(segment) = inbox.recv() {
        let written = write_all_at(&segment.file, segment.at, &segment.bytes);
        // Its bytes are given back before anybody is told.
        drop(segment);
        let mut pending = state.pending();
        pending.unwritten -= 1;
        if let Err(error) = written {
            pending.error.get_or_insert(error);
        }
        if pending.unwritten == 0 {
            state.is_empty.notify_all();
        }
    }
}

/// Writes bytes one behind the other, from this place on.
///
/// # Errors
///
/// What the system says.
pub(super) fn write_all_at(file: &File, mut at: u64, bytes: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = bytes.iter().map(|segment| IoSlice::new(segment)).collect();
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

    use super::{BackgroundWriter, Segment};

    fn segment(file: &Arc<File>, at: u64, bytes: &'static [u8]) -> Segment {
        Segment {
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
        let background = BackgroundWriter::start().unwrap();
        for round in 0..100 {
            background
                .write(segment(&file, round * 6 + 3, b"def"))
                .unwrap();
            background.write(segment(&file, round * 6, b"abc")).unwrap();
        }
        background.wait().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"abcdef".repeat(100));
        background.write(segment(&file, 600, b"!")).unwrap();
        drop(background);
        assert_eq!(std::fs::read(&path).unwrap().last(), Some(&b'!'));
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        File::create(&path).unwrap();
        // Open for reading alone.
        let file = Arc::new(File::open(&path).unwrap());
        let background = BackgroundWriter::start().unwrap();
        background.write(segment(&file, 0, b"abc")).unwrap();
        assert!(background.wait().is_err());
        assert!(background.wait().is_err(), "it is still missing");
        assert!(background.write(segment(&file, 3, b"def")).is_err());
    }
}
