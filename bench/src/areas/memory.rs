//! Looking at the memory of a large relay, beside the call that copies it.

use std::fs::File;
use std::io::{IoSliceMut, Write as _};
use std::time::{Duration, Instant};

use audit::Searcher;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;
use rustix::process::{Signal, kill_process};
use stage::bare::BareMemory;
use stage::spawn::{Child, Command, spawn, wait_blocking};

use crate::error::BenchError;
use crate::tools;
use comparison::{Row, median};

/// What the relay holds, in bytes.
const HELD: usize = 200_000_000;

/// How long it may stand still.
const STILL: Duration = Duration::from_millis(150);

/// Bytes of one call: more does not fit into the processor's cache.
const BLOCK: usize = 1024 * 1024;

/// Measures both in turns.
///
/// # Errors
///
/// When the system lets no process be read.
pub(crate) fn measure(rounds: u32, searcher: &Searcher) -> Result<Vec<Row>, BenchError> {
    let relay = Large::start()?;
    let mut memory = BareMemory::default();
    let mut buffer = vec![0; BLOCK];
    let (mut still, mut whole, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let began = Instant::now();
        let copied = memory.copy(relay.child.pid).map_err(BenchError::Memory)?;
        let stood = began.elapsed();
        let began = Instant::now();
        let searched = memory.search(relay.child.pid, searcher);
        let took = began.elapsed();
        let searched = searched.map_err(BenchError::Memory)?;
        // What is still in the pipe is not yet in memory.
        let least = copied.min(usize::try_from(searched.bytes).unwrap_or(0));
        if least + BLOCK < HELD || !searched.findings.is_empty() {
            let text = format!("{copied} bytes were copied; {searched:?}");
            return Err(BenchError::Unexpected(text));
        }
        let began = Instant::now();
        relay
            .read(&mut buffer)
            .map_err(BenchError::system("read the memory of `tail`"))?;
        // The first round makes room.
        if round > 0 {
            still.push(stood);
            whole.push(took);
            bare.push(began.elapsed());
        }
    }
    let row = |row, ours: Duration, reference, theirs: Duration, goal| Row {
        bench: "audit",
        row,
        ours: ours.into(),
        reference,
        theirs: theirs.into(),
        goal,
    };
    Ok(vec![
        row(
            "200 MB of memory, process stopped",
            median(still),
            "0.15 s",
            STILL,
            1.0,
        ),
        row(
            "200 MB of memory, read and searched",
            median(whole),
            "vm_readv",
            median(bare),
            1.0 / 0.6,
        ),
    ])
}

/// `tail`, which holds what it is to print until its input ends.
struct Large {
    child: Child,
    /// First byte and length of what it has allocated.
    heap: (usize, usize),
}

impl Large {
    fn start() -> Result<Self, BenchError> {
        let missing = |what: &str| BenchError::Tool(what.to_owned());
        let failed = BenchError::system("fill the memory of `tail`");
        let tail = tools::find("tail").ok_or_else(|| missing("tail is not installed"))?;
        let command = Command::new(tail).argument("-c").argument(HELD.to_string());
        let child = spawn(&command)?;
        let mut input = File::from(child.stdin.try_clone().map_err(&failed)?);
        let mut state = 1_u64;
        for _ in 0..HELD / BLOCK + 1 {
            input.write_all(&noise(&mut state)).map_err(&failed)?;
        }
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", child.pid));
        let maps = maps.map_err(&failed)?;
        let heap = maps
            .lines()
            .find_map(heap)
            .ok_or_else(|| missing("`tail` has no heap"))?;
        Ok(Self { child, heap })
    }

    /// Copies its heap with nothing but the call.
    fn read(&self, buffer: &mut [u8]) -> nix::Result<()> {
        let (start, length) = self.heap;
        let pid = Pid::from_raw(self.child.pid);
        let mut done = 0;
        while done < length {
            let len = buffer.len().min(length - done);
            let base = start + done;
            let room = buffer.get_mut(..len).unwrap_or_default();
            let read = process_vm_readv(
                pid,
                &mut [IoSliceMut::new(room)],
                &[RemoteIoVec { base, len }],
            )?;
            done += read.max(1);
        }
        Ok(())
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.pid) {
            // It has not ended: nobody has waited for it.
            kill_process(pid, Signal::KILL).ok();
            wait_blocking(self.child.pid, &self.child.pidfd).ok();
        }
    }
}

/// `55d0…-55e0… rw-p 00000000 00:00 0    [heap]`: where it begins, and how long it is.
fn heap(line: &str) -> Option<(usize, usize)> {
    let (start, rest) = line.strip_suffix("[heap]")?.split_once('-')?;
    let (end, _) = rest.split_once(' ')?;
    let address = |hex| usize::from_str_radix(hex, 16).ok();
    Some((address(start)?, address(end)? - address(start)?))
}

/// One block that looks like nothing.
fn noise(state: &mut u64) -> Vec<u8> {
    let words = (0..BLOCK / 8).map(|_| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    });
    words.flat_map(u64::to_le_bytes).collect()
}
