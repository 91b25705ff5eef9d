//! What a participant may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use timeline::Limit;
use toml_language::Node;
use toml_language::shape::{Table, ValueKind, may};

const MIB: u64 = 1024 * 1024;

/// What one participant, with everything that it starts, may use. Memory is what is really
/// in use: address space says nothing, since some runtimes reserve gigabytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Of all its processes together.
    pub cpu: Duration,
    /// Resident bytes of all its processes together.
    pub memory: u64,
    /// Processes at a time.
    pub processes: u64,
    /// Bytes of the largest file that it may write.
    pub file: u64,
    /// Files that one process may hold open.
    pub open_files: u64,
    /// Bytes that it may print on each of its streams.
    pub output: u64,
    /// Connections that it may have open at a time.
    #[serde(default = "connections")]
    pub connections: u64,
    /// Bytes that it may send over a link.
    #[serde(default = "wire")]
    pub wire: u64,
    /// Bytes of events that may be recorded of it; of a relay, for each client.
    #[serde(default = "record")]
    pub record: u64,
}

fn connections() -> u64 {
    Limits::default().connections
}

fn wire() -> u64 {
    Limits::default().wire
}

fn record() -> u64 {
    Limits::default().record
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(60),
            memory: 1024 * MIB,
            processes: 128,
            file: 512 * MIB,
            open_files: 1024,
            output: 16 * MIB,
            connections: 128,
            wire: 256 * MIB,
            record: 32 * MIB,
        }
    }
}

impl Limits {
    /// How much is allowed: milliseconds, bytes, connections or processes.
    pub fn of(&self, limit: Limit) -> u64 {
        match limit {
            Limit::Connections => self.connections,
            Limit::Cpu => u64::try_from(self.cpu.as_millis()).unwrap_or(u64::MAX),
            Limit::File => self.file,
            Limit::Memory => self.memory,
            Limit::Output => self.output,
            Limit::Processes => self.processes,
            Limit::Record => self.record,
            Limit::Wire => self.wire,
        }
    }

    /// Reads the table of an adapter; what is left out is the default.
    pub(super) fn read(node: Option<&Node<'_, '_>>) -> Self {
        let default = Self::default();
        let number = |key: &str| {
            let number = node.and_then(|node| node.integer(key));
            number.map(u64::from)
        };
        let mib = |key: &str, default: u64| number(key).map_or(default, |number| number * MIB);
        Self {
            cpu: number("cpu_seconds").map_or(default.cpu, Duration::from_secs),
            memory: mib("memory_mib", default.memory),
            processes: number("processes").unwrap_or(default.processes),
            file: mib("file_mib", default.file),
            open_files: number("open_files").unwrap_or(default.open_files),
            output: mib("output_mib", default.output),
            connections: number("connections").unwrap_or(default.connections),
            wire: mib("wire_mib", default.wire),
            record: mib("record_mib", default.record),
        }
    }
}

/// The table, described.
pub(super) static LIMITS: Table = Table::new(
    "limits",
    "Resource limits for it and everything it starts; exceeding one is a failure and ends it.",
    &[
        may(
            "cpu_seconds",
            ValueKind::Integer(1, 86_400),
            "CPU time (default: `60`)",
        ),
        may(
            "memory_mib",
            ValueKind::Integer(1, 1 << 20),
            "resident memory, not address space (default: `1024`)",
        ),
        may(
            "processes",
            ValueKind::Integer(1, 100_000),
            "concurrent processes (default: `128`)",
        ),
        may(
            "file_mib",
            ValueKind::Integer(1, 1 << 20),
            "the largest file it writes (default: `512`)",
        ),
        may(
            "open_files",
            ValueKind::Integer(8, 1 << 20),
            "open files per process; the system refuses more (default: `1024`)",
        ),
        may(
            "output_mib",
            ValueKind::Integer(1, 1024),
            "output per stream (default: `16`)",
        ),
        may(
            "connections",
            ValueKind::Integer(1, 10_000),
            "connections that a client has open at a time (default: `128`)",
        ),
        may(
            "wire_mib",
            ValueKind::Integer(1, 1 << 20),
            "what it sends over one link (default: `256`)",
        ),
        may(
            "record_mib",
            ValueKind::Integer(1, 1 << 20),
            "what is recorded about it: each line, read and connection takes some 300 bytes, more for typed text and sent files; for a relay, per client (default: `32`)",
        ),
    ],
);
