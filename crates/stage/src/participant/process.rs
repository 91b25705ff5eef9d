//! One running program: its output flows to the driver, its input is typed, its end is reported.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Signal, pidfd_send_signal};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt as _, Interest};
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::EngineError;
use crate::buffers::{Buffers, OF_OUTPUTS};
use crate::input::{Input, Instance};
use crate::participant::handle::ProcessHandle;
use crate::participant::spawn::{Child, how_ended, reap};
use crate::participant::terminal::{self, LineTooLong, OnTerminal, TtyMode};
use crate::participant::typing::Typing;
use crate::participant::usage;
use scenario::adapter::Enter;
use timeline::Stream;

/// What ends the input of a program on a terminal: Ctrl-D.
const END_OF_INPUT: &[u8] = b"\x04";

/// How long an ended process' streams may stay open: something that it left behind may hold
/// them.
pub(crate) const HELD_OPEN: Duration = Duration::from_millis(500);

const WHAT: &str = "watch a process";

/// A running program.
#[derive(Debug)]
pub(crate) struct Process {
    /// As the harness sees it.
    pid: i32,
    pidfd: Arc<OwnedFd>,
    typing: Option<Typing>,
    /// Our end of its terminal, where it has one, and what Enter sends there.
    keyboard: Option<(OwnedFd, Enter)>,
    /// Its streams and its end are watched as long as this lives.
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Process {
    /// Attaches to a child that was just started.
    pub(crate) fn attach(
        child: Child,
        instance: &Arc<Instance>,
        inputs: &mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        let input = pipe::Sender::from_owned_fd(child.stdin).map_err(EngineError::system(WHAT))?;
        let mut outputs = Vec::new();
        for (stream, fd) in [
            (Stream::Stdout, child.stdout),
            (Stream::Stderr, child.stderr),
        ] {
            let output = pipe::Receiver::from_owned_fd(fd).map_err(EngineError::system(WHAT))?;
            outputs.push((stream, output));
        }
        Self::follow((child.pid, child.pidfd), input, outputs, instance, inputs)
    }

    /// Attaches to a child that was just started on a terminal.
    pub(crate) fn attach_terminal(
        child: OnTerminal,
        enter: Enter,
        instance: &Arc<Instance>,
        inputs: &mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        let another = || child.terminal.try_clone();
        let (input, output) = another()
            .and_then(|one| Ok((one, another()?)))
            .and_then(|(one, two)| {
                // A terminal is read and written as a pipe is; it was made not to block.
                let input = pipe::Sender::from_owned_fd_unchecked(one)?;
                Ok((input, pipe::Receiver::from_owned_fd_unchecked(two)?))
            })
            .map_err(EngineError::system(WHAT))?;
        let started = (child.pid, child.pidfd);
        let outputs = vec![(Stream::Stdout, output)];
        let mut process = Self::follow(started, input, outputs, instance, inputs)?;
        process.keyboard = Some((child.terminal, enter));
        Ok(process)
    }

    fn follow(
        (pid, pidfd): (i32, OwnedFd),
        input: pipe::Sender,
        outputs: Vec<(Stream, pipe::Receiver)>,
        instance: &Arc<Instance>,
        inputs: &mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        let pidfd = Arc::new(pidfd);
        let ended = watch(Arc::clone(&pidfd)).map_err(EngineError::system(WHAT))?;
        let (typing, writing) = Typing::into(input);
        let ending = tokio::spawn(watch_end(pid, ended, Arc::clone(instance), inputs.clone()));
        let mut tasks = vec![writing, AbortOnDropHandle::new(ending)];
        for (stream, output) in outputs {
            let reading = read_output(output, stream, Arc::clone(instance), inputs.clone());
            tasks.push(AbortOnDropHandle::new(tokio::spawn(reading)));
        }
        Ok(Self {
            pid,
            pidfd,
            typing: Some(typing),
            keyboard: None,
            _tasks: tasks,
        })
    }

    /// How its terminal treats what is typed; `None` where it has none.
    fn tty_mode(&self) -> Option<TtyMode> {
        let (terminal, _) = self.keyboard.as_ref()?;
        Some(TtyMode::of(terminal))
    }
}

impl ProcessHandle for Process {
    fn pid(&self) -> i32 {
        self.pid
    }

    fn keys(&self, line: &str) -> Result<Vec<u8>, LineTooLong> {
        if let Some(objection) = self
            .tty_mode()
            .and_then(|tty_mode| tty_mode.objection(line))
        {
            return Err(objection);
        }
        let enter = match &self.keyboard {
            Some((_, Enter::Cr)) => "\r",
            Some((_, Enter::Lf)) | None => "\n",
        };
        Ok([line, enter].concat().into_bytes())
    }

    fn echoes(&self) -> bool {
        self.tty_mode().is_some_and(|tty_mode| tty_mode.echoes)
    }

    fn send(&self, bytes: Vec<u8>) -> bool {
        self.typing
            .as_ref()
            .is_some_and(|typing| typing.send(bytes))
    }

    fn unread(&self) -> u64 {
        match (&self.keyboard, &self.typing) {
            (Some((ours, _)), _) => terminal::unread(ours),
            (None, Some(typing)) => typing.unread(),
            (None, None) => 0,
        }
    }

    fn end_input(&mut self) {
        if self.keyboard.is_some() {
            // A program that has long stopped reading does not miss the end either.
            self.send(END_OF_INPUT.to_vec());
        } else {
            self.typing = None;
        }
    }

    fn signal(&self, signal: Signal) {
        pidfd_send_signal(&self.pidfd, signal).ok();
    }
}

/// Nothing that the harness started outlives its handle.
impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        // What is left of one that has ended goes now, and not as soon as its end is reported: its
        // last threads are still leaving `/proc` then, and the kernel, to wait for them, goes
        // round.
        reap(self.pid, &self.pidfd).ok();
    }
}

#[expect(
    deprecated,
    reason = "its replacement is unsafe for types that lie about their descriptor; an `OwnedFd` does not"
)]
fn watch(pidfd: Arc<OwnedFd>) -> std::io::Result<AsyncFd<Arc<OwnedFd>>> {
    AsyncFd::with_interest(pidfd, Interest::READABLE)
}

async fn watch_end(
    pid: i32,
    ended: AsyncFd<Arc<OwnedFd>>,
    instance: Arc<Instance>,
    inputs: mpsc::Sender<Input>,
) {
    loop {
        let Ok(mut ready) = ended.readable().await else {
            return;
        };
        // Its numbers are gone with its status.
        let cpu = usage::of_ended(pid);
        match how_ended(ended.get_ref()) {
            Ok(Some(how)) => {
                drop(inputs.send(Input::Exited { instance, how, cpu }).await);
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
    instance: Arc<Instance>,
    inputs: mpsc::Sender<Input>,
) {
    let mut buffers = Buffers::of(&OF_OUTPUTS);
    loop {
        let read = output.read(buffers.room()).await;
        let instance = Arc::clone(&instance);
        let input = match read {
            Ok(0) | Err(_) => Input::OutputEnded { instance, stream },
            Ok(read) => Input::Output {
                instance,
                stream,
                bytes: buffers.take(read),
            },
        };
        let last = matches!(input, Input::OutputEnded { .. });
        if inputs.send(input).await.is_err() || last {
            return;
        }
    }
}
