//! One running program: its output flows to the driver, its input is typed, its end is told.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use bytes::BytesMut;
use rustix::process::{Signal, pidfd_send_signal};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::EngineError;
use super::input::{Input, Run};
use super::spawn::{Child, reap};
use super::usage;
use crate::timeline::Stream;

/// Bytes read at once from a stream.
const CHUNK: usize = 16 * 1024;

/// Lines that wait to be taken by a program that does not read.
const TYPED_AHEAD: usize = 1024;

/// A running program.
#[derive(Debug)]
pub(super) struct Process {
    /// As the harness sees it.
    pub(super) pid: i32,
    pidfd: Arc<OwnedFd>,
    typing: Option<mpsc::Sender<Vec<u8>>>,
    /// Its streams and its end are watched as long as this lives.
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Process {
    /// Attaches to a child that was just started.
    pub(super) fn attach(
        child: Child,
        run: &Run,
        inputs: &mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        const WHAT: &str = "watch a process";
        let pidfd = Arc::new(child.pidfd);
        let ended = watch(Arc::clone(&pidfd)).map_err(EngineError::system(WHAT))?;
        let stdin = pipe::Sender::from_owned_fd(child.stdin).map_err(EngineError::system(WHAT))?;
        let (typing, typed) = mpsc::channel(TYPED_AHEAD);
        let mut tasks = vec![
            tokio::spawn(write_input(stdin, typed)),
            tokio::spawn(watch_end(child.pid, ended, run.clone(), inputs.clone())),
        ];
        for (stream, fd) in [
            (Stream::Stdout, child.stdout),
            (Stream::Stderr, child.stderr),
        ] {
            let output = pipe::Receiver::from_owned_fd(fd).map_err(EngineError::system(WHAT))?;
            tasks.push(tokio::spawn(read_output(
                output,
                stream,
                run.clone(),
                inputs.clone(),
            )));
        }
        Ok(Self {
            pid: child.pid,
            pidfd,
            typing: Some(typing),
            _tasks: tasks.into_iter().map(AbortOnDropHandle::new).collect(),
        })
    }

    /// Types a line. False when its input is closed or it has long stopped reading.
    pub(super) fn type_line(&self, line: &str) -> bool {
        let typed = format!("{line}\n").into_bytes();
        self.typing
            .as_ref()
            .is_some_and(|typing| typing.try_send(typed).is_ok())
    }

    /// Ends its input, after what was typed.
    pub(super) fn end_input(&mut self) {
        self.typing = None;
    }

    /// Sends a signal; nothing happens when it has ended.
    pub(super) fn signal(&self, signal: Signal) {
        pidfd_send_signal(&self.pidfd, signal).ok();
    }
}

/// Nothing that the harness started outlives its handle.
impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

#[expect(
    deprecated,
    reason = "its replacement is unsafe for types that lie about their descriptor; an `OwnedFd` does not"
)]
fn watch(pidfd: Arc<OwnedFd>) -> std::io::Result<AsyncFd<Arc<OwnedFd>>> {
    AsyncFd::with_interest(pidfd, Interest::READABLE)
}

async fn write_input(mut stdin: pipe::Sender, mut typed: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = typed.recv().await {
        // A program that has closed its input is seen by what it does not answer.
        if stdin.write_all(&line).await.is_err() {
            return;
        }
    }
}

async fn watch_end(pid: i32, ended: AsyncFd<Arc<OwnedFd>>, run: Run, inputs: mpsc::Sender<Input>) {
    loop {
        let Ok(mut ready) = ended.readable().await else {
            return;
        };
        // Its numbers are gone with its status.
        let cpu = usage::of_ended(pid);
        match reap(pid, ended.get_ref()) {
            Ok(Some(how)) => {
                drop(inputs.send(Input::Exited { run, how, cpu }).await);
                return;
            }
            Ok(None) => ready.clear_ready(),
            Err(_) => return,
        }
    }
}

async fn read_output(
    mut output: pipe::Receiver,
    stream: Stream,
    run: Run,
    inputs: mpsc::Sender<Input>,
) {
    let mut buffer = BytesMut::with_capacity(CHUNK);
    loop {
        buffer.reserve(CHUNK);
        let input = match output.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => Input::OutputEnded {
                run: run.clone(),
                stream,
            },
            Ok(_) => Input::Output {
                run: run.clone(),
                stream,
                bytes: buffer.split().freeze(),
            },
        };
        let last = matches!(input, Input::OutputEnded { .. });
        if inputs.send(input).await.is_err() || last {
            return;
        }
    }
}
