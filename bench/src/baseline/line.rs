//! A line typed, and its echo.

use std::io;
use std::time::{Duration, Instant};

use ::stage::spawn::{Command, spawn};
use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::pipe;

use super::Doing;
use super::process::Running;

/// Types so many lines into a program that repeats them, and finds each in what it prints: how
/// long each took. The program leads a session of its own, as a participant does: the kernel
/// schedules each session as one, which takes longer.
pub(crate) fn lines(count: usize) -> Doing<'static, Vec<Duration>> {
    Box::pin(by_pipe(count))
}

async fn by_pipe(count: usize) -> io::Result<Vec<Duration>> {
    let child = spawn(&Command::new("/bin/cat")).map_err(io::Error::other)?;
    let _running = Running(child.pid, child.pidfd);
    let mut input = pipe::Sender::from_owned_fd(child.stdin)?;
    let mut output = pipe::Receiver::from_owned_fd(child.stdout)?;
    let mut times = Vec::new();
    let mut seen = Vec::with_capacity(64 * 1024);
    for n in 1..=count {
        let line = format!("line {n} of a long talk\n");
        let began = Instant::now();
        input.write_all(line.as_bytes()).await?;
        seen.clear();
        while memmem::find(&seen, line.as_bytes()).is_none() {
            if output.read_buf(&mut seen).await? == 0 {
                return Err(io::Error::other("the echo has ended"));
            }
        }
        times.push(began.elapsed());
    }
    Ok(times)
}
