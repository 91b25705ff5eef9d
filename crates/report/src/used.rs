//! What participants used, as far as it was seen.

use serde::{Deserialize, Serialize};

use timeline::{Event, Kind, Limit};

/// One participant, through all of its starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// A client's name, or `relay`.
    pub who: String,
    /// CPU time in milliseconds, of all its processes together.
    pub cpu_ms: u64,
    /// Peak memory in bytes, of all its processes together.
    pub memory: u64,
    /// The largest number of processes at a time.
    pub processes: u64,
}

impl Used {
    /// By name; of those that have ended.
    pub fn of(events: &[Event]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for event in events {
            let Kind::Used {
                who,
                cpu_ms,
                memory,
                processes,
            } = &event.kind
            else {
                continue;
            };
            match all.iter_mut().find(|used| used.who == *who) {
                Some(used) => {
                    used.cpu_ms += cpu_ms;
                    used.memory = used.memory.max(*memory);
                    used.processes = used.processes.max(*processes);
                }
                None => all.push(Self {
                    who: who.clone(),
                    cpu_ms: *cpu_ms,
                    memory: *memory,
                    processes: *processes,
                }),
            }
        }
        all.sort_by(|a, b| a.who.cmp(&b.who));
        all
    }

    /// `bob 1.042 s of CPU time, 80.5 MiB of memory`.
    pub(super) fn sentence(&self) -> String {
        format!(
            "{} {}, {}",
            self.who,
            Limit::Cpu.amount(self.cpu_ms),
            Limit::Memory.amount(self.memory)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Used;
    use timeline::{Event, Kind};

    #[test]
    fn starts_add_up_and_peaks_do_not() {
        let event = |n: u64, cpu_ms: u64, memory: u64| Event {
            n,
            t: n,
            kind: Kind::Used {
                who: "relay".to_owned(),
                cpu_ms,
                memory,
                processes: 1,
            },
        };
        let used = Used::of(&[event(0, 40, 1 << 20), event(1, 2, 3 << 20)]);
        let sentences: Vec<String> = used.iter().map(Used::sentence).collect();
        assert_eq!(sentences, ["relay 0.042 s of CPU time, 3.0 MiB of memory"]);
    }
}
