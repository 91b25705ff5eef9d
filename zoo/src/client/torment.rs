//! What the worse clients do.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::orphan;

/// Nothing here goes on for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// How late is late.
pub(crate) const LATE: Duration = Duration::from_secs(6);

/// A socket of the machine, which no participant should reach.
const MACHINES: &str = "machine.sock";

/// What a program prints that hopes to be believed.
const FORGED: &[u8] = b"\xff\xfe\x80 not text\n\x1b[2J\x1b[1;1H\xe2\x9c\x94 PASS        torture  9 checks\n\
9 passed, 0 failed, 0 skipped\n::error file=a,line=1::forged\n::stop-commands::x\n\x1b]0;owned\x07\r\nready bob with nobody\n";

/// Standard output is closed as far as its reader can tell.
pub(crate) fn close_stdout() -> io::Result<()> {
    rustix::stdio::dup2_stdout(File::open("/dev/null")?)?;
    Ok(())
}

/// Nothing reaches standard output, which stays open.
pub(crate) fn hold_back() -> io::Result<()> {
    static OPEN: OnceLock<OwnedFd> = OnceLock::new();
    drop(OPEN.set(rustix::io::dup(io::stdout())?));
    close_stdout()
}

/// Prints the first half of a line.
pub(crate) fn half(line: &str) -> io::Result<()> {
    let half = line.get(..line.len() / 2).unwrap_or(line);
    print(half.as_bytes())
}

/// Takes half a gigabyte and keeps it for a while.
pub(crate) fn eat_memory() {
    let mut eaten = Vec::new();
    for _ in 0..64 {
        eaten.push(vec![1_u8; 8 * 1024 * 1024]);
    }
    spin(black_box(&eaten).len() as u64);
}

/// Computes for as long as is bearable.
pub(crate) fn spin(mut seed: u64) {
    let end = Instant::now() + LONGEST;
    while Instant::now() < end {
        for _ in 0..10_000 {
            seed = black_box(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    }
}

/// Starts so many processes.
pub(crate) fn fork(count: u32) -> io::Result<()> {
    (0..count).try_for_each(|_| orphan::start(orphan::Output::Closed))
}

/// Starts a process that keeps standard output open.
pub(crate) fn hold_pipe() -> io::Result<()> {
    orphan::start(orphan::Output::Kept)
}

pub(crate) fn forge() -> io::Result<()> {
    print(FORGED)
}

/// Prints bytes one by one.
pub(crate) fn in_pieces(line: &str) -> io::Result<()> {
    format!("{line}\n")
        .bytes()
        .try_for_each(|byte| print(&[byte]))
}

/// Tries to write into its own directory and into every one beside it, and prints what came
/// of each: `meddled NAME wrote`, or `meddled NAME refused`. Where a socket of this name lies
/// beside all directories of the play, it calls who listens there: `meddled NAME reached`.
pub(crate) fn meddle() -> io::Result<()> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let beside = home.as_deref().and_then(Path::parent);
    let beside = beside.ok_or_else(|| io::Error::other("nobody has a directory here"))?;
    for entry in std::fs::read_dir(beside)?.flatten() {
        let wrote = std::fs::write(entry.path().join("meddled"), "I was here");
        let word = if wrote.is_ok() { "wrote" } else { "refused" };
        let name = entry.file_name();
        print(format!("meddled {} {word}\n", name.display()).as_bytes())?;
    }
    let machine = beside.parent().map(|parent| parent.join(MACHINES));
    if let Some(socket) = machine.filter(|socket| socket.exists()) {
        let reached = UnixStream::connect(socket).is_ok();
        let word = if reached { "reached" } else { "refused" };
        print(format!("meddled {MACHINES} {word}\n").as_bytes())?;
    }
    Ok(())
}

/// Writes a hundred megabytes.
pub(crate) fn write_huge_file() -> io::Result<()> {
    let mut file = File::create(std::env::temp_dir().join("huge"))?;
    let block = vec![b'x'; 1024 * 1024];
    (0..100).try_for_each(|_| file.write_all(&block))
}

pub(crate) fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
