//! What is typed to a program: at once where it reads, and in order where it does not.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::io::ioctl_fionread;
use tokio::io::Interest;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

/// Lines that wait to be taken by a program that does not read.
const AHEAD: usize = 1024;

/// The input of a program. It ends when this is dropped, after what was typed.
#[derive(Debug)]
pub(crate) struct Typing {
    input: Arc<pipe::Sender>,
    /// What does not fit into the pipe.
    waiting: mpsc::Sender<Vec<u8>>,
    /// How much of that there is: as long as there is any, everything has to wait behind it.
    behind: Arc<AtomicUsize>,
}

impl Typing {
    /// Types into a pipe, or a terminal; what waits does so as long as the task lives.
    pub(crate) fn into(input: pipe::Sender) -> (Self, AbortOnDropHandle<()>) {
        let (waiting, typed) = mpsc::channel(AHEAD);
        let typing = Self {
            input: Arc::new(input),
            waiting,
            behind: Arc::default(),
        };
        let (input, behind) = (Arc::clone(&typing.input), Arc::clone(&typing.behind));
        let task = tokio::spawn(catch_up(input, typed, behind));
        (typing, AbortOnDropHandle::new(task))
    }

    /// Types bytes as they are. False when the program has long stopped reading.
    pub(crate) fn send(&self, mut bytes: Vec<u8>) -> bool {
        if self.behind.load(Ordering::Acquire) == 0 {
            match self.input.try_write(&bytes) {
                Ok(written) => drop(bytes.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // A program that has closed its input is seen by what it does not answer.
                Err(_) => return true,
            }
        }
        if bytes.is_empty() {
            return true;
        }
        self.behind.fetch_add(1, Ordering::AcqRel);
        let is_taken = self.waiting.try_send(bytes).is_ok();
        if !is_taken {
            self.behind.fetch_sub(1, Ordering::AcqRel);
        }
        is_taken
    }

    /// Bytes in the pipe, which its program has not read.
    pub(super) fn unread(&self) -> u64 {
        ioctl_fionread(&*self.input).unwrap_or(0)
    }
}

async fn catch_up(
    input: Arc<pipe::Sender>,
    mut typed: mpsc::Receiver<Vec<u8>>,
    behind: Arc<AtomicUsize>,
) {
    while let Some(bytes) = typed.recv().await {
        if write_all(&input, &bytes).await.is_err() {
            return;
        }
        behind.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn write_all(input: &pipe::Sender, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let ready = input.ready(Interest::WRITABLE).await?;
        match input.try_write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            // A terminal that everybody has left takes nothing more, never says so when it is
            // written to, and counts as ready for ever.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && ready.is_write_closed() => {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncReadExt as _;
    use tokio::net::unix::pipe;
    use tokio::time::timeout;

    use super::{AHEAD, Typing, write_all};
    use crate::participant::spawn::{Command, wait_blocking};
    use crate::participant::terminal;
    use scenario::adapter::Terminal;

    #[tokio::test]
    async fn what_does_not_fit_comes_later_and_in_order() {
        let (sender, mut receiver) = pipe::pipe().unwrap();
        let (typing, _task) = Typing::into(sender);
        // A pipe holds 64 KiB.
        let lines: Vec<Vec<u8>> = (0..300_u32)
            .map(|n| format!("{n:>1000}").into_bytes())
            .collect();
        for line in &lines {
            assert!(typing.send(line.clone()));
        }
        drop(typing);
        let mut read = Vec::new();
        receiver.read_to_end(&mut read).await.unwrap();
        assert!(read == lines.concat());
    }

    #[tokio::test]
    async fn who_never_reads_is_noticed() {
        let (sender, _receiver) = pipe::pipe().unwrap();
        let (typing, _task) = Typing::into(sender);
        let taken = (0..2 * AHEAD).take_while(|_| typing.send(vec![b'x'; 1000]));
        let taken = taken.count();
        assert!((AHEAD..2 * AHEAD).contains(&taken), "{taken}");
    }

    #[tokio::test]
    async fn who_has_closed_its_input_is_typed_to_in_vain() {
        let (sender, receiver) = pipe::pipe().unwrap();
        let (typing, _task) = Typing::into(sender);
        drop(receiver);
        assert!(typing.send(b"hello\n".to_vec()));
    }

    #[tokio::test]
    async fn what_a_program_has_not_read_is_counted() {
        let (sender, mut receiver) = pipe::pipe().unwrap();
        let (typing, _task) = Typing::into(sender);
        assert!(typing.send(b"hello\n".to_vec()));
        let written = async {
            while typing.unread() == 0 {
                tokio::task::yield_now().await;
            }
        };
        let written = timeout(Duration::from_secs(60), written).await;
        written.expect("it is in the pipe");
        assert_eq!(typing.unread(), 6);
        receiver.read_exact(&mut [0; 6]).await.unwrap();
        assert_eq!(typing.unread(), 0);
    }

    #[tokio::test]
    async fn nothing_is_typed_for_ever_to_a_raw_terminal_that_nobody_reads_and_all_have_left() {
        let raw = Command::new("/bin/sh")
            .argument("-c")
            .argument("stty raw; echo raw; exec sleep 60")
            .variable("PATH", "/bin:/usr/bin");
        let started = terminal::spawn(&raw, &Terminal::default()).unwrap();
        let ours = || started.terminal.try_clone().unwrap();
        let input = pipe::Sender::from_owned_fd_unchecked(ours()).unwrap();
        let mut output = pipe::Receiver::from_owned_fd_unchecked(ours()).unwrap();
        output.read_exact(&mut [0; 3]).await.unwrap();
        let line = vec![b'x'; 100_000];
        let typing = tokio::spawn(async move { write_all(&input, &line).await });
        // Its queue is full.
        tokio::task::yield_now().await;
        let pid = rustix::process::Pid::from_raw(started.pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        wait_blocking(started.pid, &started.pidfd).unwrap();
        let typed = timeout(Duration::from_secs(10), typing).await;
        assert!(typed.expect("it gives up").unwrap().is_err());
    }
}
