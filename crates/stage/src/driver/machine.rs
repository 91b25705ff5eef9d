//! The machine as a play needs it: processes and taps, in the namespaces of its stage thread.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::EngineError;
use crate::driver::host::{Doing, Host, Launch};
use crate::driver::scans::{ScanJob, Seen};
use crate::input::Input;
use crate::isolation::closed::{Closed, Reports};
use crate::isolation::netlink::Listening;
use crate::isolation::stage_thread::{Side, StageThread};
use crate::isolation::{addresses, confine, sockets};
use crate::links::reach::Reached;
use crate::links::tap::{Link, Tap};
use crate::participant::adopter::Adopter;
use crate::participant::handle::ProcessHandle;
use crate::participant::orphans::{self, Orphan};
use crate::participant::proc;
use crate::participant::process::Process;
use crate::participant::spawn::{Child, Command};
use crate::participant::tree::readable;
use crate::scan::memory::InTheAct;
use audit::Searcher;
use scenario::adapter::Transport;
use timeline::Level;

/// How often the runtime gets a turn while taps end.
const LET_GO: u32 = 100_000;

/// Where a real play runs.
#[derive(Debug)]
pub(crate) struct Machine {
    level: Level,
    stage: Arc<StageThread>,
    inputs: mpsc::Sender<Input>,
}

impl Machine {
    /// Isolates a play; what happens there is sent to `inputs`.
    pub(crate) async fn start(
        level: Level,
        stage_init: PathBuf,
        reports: &Reports,
        has_fixed_addresses: bool,
        inputs: mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        let mut stage = StageThread::start(level, stage_init, Closed::with(reports)).await?;
        stage.has_fixed_addresses = has_fixed_addresses;
        Ok(Self {
            level,
            stage: Arc::new(stage),
            inputs,
        })
    }
}

impl Host for Machine {
    fn shortcomings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !confine::is_available() {
            warnings
                .push("participants can write wherever the user can: no Landlock here".to_owned());
        }
        if self.stage.has_fixed_addresses && !addresses::can_be_fixed() {
            warnings.push(
                "programs are loaded at different addresses in each play: the system does not allow fixing them"
                    .to_owned(),
            );
        }
        if self.level == Level::Namespaces {
            let left = match sockets::hidden() {
                Ok(hidden) => hidden.left.join("; "),
                Err(why) => why.to_string(),
            };
            if !left.is_empty() {
                warnings.push(format!("participants can reach Unix sockets: {left}"));
            }
            if let Some(why) = &self.stage.why_proc {
                warnings.push(format!(
                    "participants see the command lines of the machine's processes in /proc: {why}"
                ));
            }
        }
        warnings
    }

    fn adopter(&self) -> Option<Adopter> {
        let owners = self.stage.owners.clone();
        self.stage.init.map(|init| Adopter { init, owners })
    }

    fn start(&self, launch: Launch) -> Doing<'_, Box<dyn ProcessHandle>> {
        Box::pin(async move {
            let Launch {
                side,
                home,
                command,
                terminal,
                instance,
            } = launch;
            let process = match terminal {
                None => {
                    let child = self.stage.spawn(side, home, command).await?;
                    Process::attach(child, &instance, &self.inputs)?
                }
                Some(terminal) => {
                    let started = self
                        .stage
                        .start_on_terminal(side, home, command, terminal)
                        .await?;
                    Process::attach_terminal(started, terminal.enter, &instance, &self.inputs)?
                }
            };
            Ok(Box::new(process) as Box<dyn ProcessHandle>)
        })
    }

    fn start_helper(&self, side: Side, home: PathBuf, command: Command) -> Doing<'_, Child> {
        Box::pin(self.stage.spawn(side, home, command))
    }

    fn open_link(
        &self,
        side: Side,
        port: Option<u16>,
        link: Link,
        relay: watch::Receiver<Reached>,
    ) -> Doing<'_, Tap> {
        Box::pin(async move {
            let (port, inputs) = (port.unwrap_or(0), self.inputs.clone());
            let stage = Arc::downgrade(&self.stage);
            match link.transport {
                Transport::Tcp => {
                    let listener = self.stage.listen(side, port).await?;
                    Tap::start(link, listener, stage, relay, inputs)
                }
                Transport::Udp => {
                    let socket = self.stage.bind(side, port).await?;
                    Tap::start_for_datagrams(link, socket, stage, relay, inputs)
                }
            }
        })
    }

    fn cut_off(&self, address: Ipv4Addr) -> Doing<'_, bool> {
        Box::pin(self.stage.cut_off(address))
    }

    fn connect_again(&self, address: Ipv4Addr) -> Doing<'_, bool> {
        Box::pin(self.stage.connect_again(address))
    }

    fn unacknowledged(&self, address: Ipv4Addr) -> Doing<'_, u64> {
        Box::pin(self.stage.unacknowledged(address))
    }

    /// In a network of our own every listener is the relay's; elsewhere one of its processes
    /// must hold it.
    fn listening(
        &self,
        transport: Transport,
        relay: Option<Vec<i32>>,
    ) -> Doing<'_, Vec<Listening>> {
        Box::pin(async move {
            let mut listening = self.stage.listening(transport).await?;
            if let Some(relay) = relay.filter(|_| self.stage.init.is_none()) {
                let processes = readable(relay.as_slice());
                let held: BTreeSet<String> = processes.into_iter().flat_map(open_files).collect();
                listening.retain(|one| held.contains(&format!("socket:[{}]", one.inode)));
            }
            Ok(listening)
        })
    }

    fn scan(&self, job: ScanJob) -> Doing<'static, Seen> {
        Box::pin(async {
            let seen = tokio::task::spawn_blocking(|| job.run()).await;
            seen.map_err(|_| EngineError::Fault("the search of the relay panicked"))
        })
    }

    fn who_reads(&self, pids: Vec<i32>) -> Doing<'static, BTreeSet<i32>> {
        // All at once: each may hold up its question for as long as `proc` waits.
        let ask = |pid| (pid, tokio::task::spawn_blocking(move || reads_input(pid)));
        Box::pin(async move {
            let asked: Vec<_> = pids.into_iter().map(ask).collect();
            let mut reading = BTreeSet::new();
            for (pid, reads) in asked {
                if reads.await.is_ok_and(|reads| reads) {
                    reading.insert(pid);
                }
            }
            Ok(reading)
        })
    }

    fn watch(&self, roots: Vec<i32>, searcher: Arc<Searcher>) -> Doing<'static, Option<InTheAct>> {
        // Where it cannot be read, the scans of its memory say why.
        Box::pin(async { Ok(InTheAct::begin(roots, searcher).await.ok()) })
    }

    fn orphans(&self, scratch: PathBuf, grace: Duration) -> Doing<'_, Vec<Orphan>> {
        Box::pin(async move {
            let init = self.stage.init;
            if init.is_none() && self.level < Level::Reaper {
                return Ok(Vec::new());
            }
            if init.is_some_and(|init| orphans::adopted_by(init, Duration::ZERO).is_empty()) {
                return Ok(Vec::new());
            }
            let search = move || match init {
                // They die with pid 1, at the end of the stage thread.
                Some(init) => orphans::adopted_by(init, grace),
                None => orphans::adopted_by_us(Some(&scratch), grace),
            };
            let found = tokio::task::spawn_blocking(search).await;
            found.map_err(|_| EngineError::Fault("the search for orphans panicked"))
        })
    }

    fn stop(self: Box<Self>, has_unreaped: bool) -> Doing<'static, ()> {
        Box::pin(async move {
            let mut stage = self.stage;
            // A tap holds the thread while it makes a socket, and no longer.
            for _ in 0..LET_GO {
                match Arc::try_unwrap(stage) {
                    Ok(stage) => return stage.stop(has_unreaped).await,
                    Err(shared) => stage = shared,
                }
                tokio::task::yield_now().await;
            }
            Err(EngineError::Fault(
                "a tap does not let go of the stage thread",
            ))
        })
    }
}

/// What its descriptors lead to.
fn open_files(pid: i32) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect()
}

/// The number of `read` here.
#[cfg(target_arch = "x86_64")]
const READ: &str = "0";
#[cfg(not(target_arch = "x86_64"))]
const READ: &str = "63";

/// Whether its main thread is blocked in `read` of file 0. `/proc/PID/syscall` begins with
/// the number of the call and its first argument.
fn reads_input(pid: i32) -> bool {
    let call = proc::text(pid, "syscall").unwrap_or_default();
    let mut words = call.split_whitespace();
    words.next() == Some(READ) && words.next() == Some("0x0")
}
