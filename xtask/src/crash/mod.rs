//! `crash`: relay and clients are killed again and again, and nothing that was accepted is lost.

mod history;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

use self::history::History;
use self::program::{Ear, Program, Who};
use crate::binaries;
use crate::cli;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::output;
use crate::workspace::Workspace;

const CLIENTS: [Who; 2] = [Who::Alice, Who::Bob];

/// Texts that each client is given before each kill.
const TEXTS: u64 = 8;

/// More than any history has.
const ALL: u64 = 1_000_000;

/// Kills as often as it is asked to; one line, and one for each fault.
pub(crate) fn run(arguments: &cli::Crash, workspace: &Workspace) -> CommandResult {
    let programs = binaries::build_all(workspace)?;
    let fault = |error: io::Error| CommandError::environment(format!("crash: {error}"));
    let missing = |name: &str| CommandError::harness(format!("{name} was not built"));
    let path = |name: &str| programs.get(name).cloned().ok_or_else(|| missing(name));
    let keys = workspace.root().join("scenarios/fixtures/keys");
    let mut cast =
        Cast::new(path("chat-server")?, path("chat-client")?, arguments.seed).map_err(fault)?;
    for (who, file) in CLIENTS.into_iter().zip(["00.keys", "01.keys"]) {
        cast.give_keys(who, &keys.join(file)).map_err(fault)?;
    }
    let kills = cast.play(arguments.kills).map_err(fault)?;
    let mut faults = 0;
    for (from, history) in &cast.histories {
        for fault in history.faults() {
            faults += 1;
            output::result(&format!("of {}: {fault}", from.name()));
        }
    }
    let sum = |count: fn(&History) -> u64| cast.histories.values().map(count).sum::<u64>();
    let kills: Vec<String> = kills
        .iter()
        .map(|(who, count)| format!("{} {count}", who.name()))
        .collect();
    output::result(&format!(
        "{} kills ({}), {} texts typed, {} accepted, {} remembered, {faults} faults",
        arguments.kills,
        kills.join(", "),
        sum(|history| history.typed),
        sum(|history| history.accepted.len() as u64),
        sum(|history| history.remembered.len() as u64),
    ));
    Ok(if faults == 0 { FINE } else { FAILED })
}

/// Everybody, and what they leave on the disk.
struct Cast {
    relay: PathBuf,
    client: PathBuf,
    folder: TempDir,
    ear: Ear,
    running: BTreeMap<Who, Program>,
    /// Where the relay listens.
    address: String,
    /// By sender.
    histories: BTreeMap<Who, History>,
    luck: u64,
}

impl Cast {
    fn new(relay: PathBuf, client: PathBuf, seed: u64) -> io::Result<Self> {
        Ok(Self {
            relay,
            client,
            folder: TempDir::new()?,
            ear: Ear::new(),
            running: BTreeMap::new(),
            address: "127.0.0.1:0".to_owned(),
            histories: CLIENTS.map(|who| (who, History::default())).into(),
            luck: seed,
        })
    }

    fn give_keys(&self, who: Who, keys: &std::path::Path) -> io::Result<()> {
        let home = self.folder.path().join(who.name());
        std::fs::create_dir(&home)?;
        std::fs::copy(keys, home.join("identity.keys")).map(|_| ())
    }

    /// A number less than this one, by the seed (SplitMix64).
    fn draw(&mut self, limit: u64) -> u64 {
        self.luck = self.luck.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.luck;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// Who was killed how often.
    fn play(&mut self, kills: u32) -> io::Result<BTreeMap<Who, u32>> {
        let mut killed = BTreeMap::new();
        self.start(Who::Relay)?;
        for who in CLIENTS {
            self.start(who)?;
        }
        for _ in 0..kills {
            let victim = match self.draw(3) {
                0 => Who::Relay,
                1 => Who::Alice,
                _ => Who::Bob,
            };
            let lines = self.draw(4 * TEXTS);
            self.talk(TEXTS);
            for _ in 0..lines {
                self.hear("the texts of this round")?;
            }
            self.kill(victim)?;
            *killed.entry(victim).or_default() += 1;
        }
        self.finish()?;
        Ok(killed)
    }

    /// Each client writes to the other.
    fn talk(&mut self, texts: u64) {
        for (from, to) in [(Who::Alice, Who::Bob), (Who::Bob, Who::Alice)] {
            let (Some(program), Some(history)) =
                (self.running.get_mut(&from), self.histories.get_mut(&from))
            else {
                continue;
            };
            for _ in 0..texts {
                history.typed += 1;
                let number = history.typed;
                program.types(&format!("@{number} /msg {} text {number}", to.name()));
            }
        }
    }

    /// Ends somebody in the act, and starts it again. Clients end with their relay.
    fn kill(&mut self, victim: Who) -> io::Result<()> {
        let all = [Who::Relay, Who::Alice, Who::Bob];
        let over = if victim == Who::Relay {
            &all[..]
        } else {
            &[victim]
        };
        if let Some(program) = self.running.get_mut(&victim) {
            program.kill();
        }
        let mut left: BTreeSet<Who> = over.iter().copied().collect();
        self.hear_until("the end of those who were killed", |(who, line)| {
            if line.is_none() {
                left.remove(&who);
            }
            left.is_empty()
        })?;
        self.running.retain(|who, _| !over.contains(who));
        for who in over {
            self.start(*who)?;
        }
        Ok(())
    }

    fn start(&mut self, who: Who) -> io::Result<()> {
        let home = self.folder.path().join(who.name());
        let home = home.to_string_lossy();
        let address = self.address.clone();
        let program = match who {
            Who::Relay => {
                let arguments = ["--listen", &address, "--data", &home];
                self.ear.start(who, &self.relay, &arguments)
            }
            Who::Alice | Who::Bob => {
                let arguments = [
                    "chat",
                    who.name(),
                    "--relay",
                    &address,
                    "--home",
                    &home,
                    "--plain",
                ];
                self.ear.start(who, &self.client, &arguments)
            }
        };
        self.running.insert(who, program?);
        let mut found = None;
        self.hear_until("ready", |(of, line)| {
            let line = line.filter(|_| of == who);
            found = line.and_then(|line| line.strip_prefix("ready ").map(str::to_owned));
            found.is_some()
        })?;
        if let (Who::Relay, Some(address)) = (who, found) {
            self.address = address;
        }
        Ok(())
    }

    /// Waits until a last text of both has arrived, and reads what both remember.
    fn finish(&mut self) -> io::Result<()> {
        self.talk(1);
        for (from, to) in [(Who::Alice, Who::Bob), (Who::Bob, Who::Alice)] {
            let last = self.histories.get(&from).map_or(0, |history| history.typed);
            while !self
                .histories
                .get(&from)
                .is_some_and(|history| history.shown.contains(&last))
            {
                self.hear("the last text")?;
            }
            if let Some(program) = self.running.get_mut(&to) {
                program.types(&format!("/history {ALL}"));
            }
            self.hear_until("the history", |(who, line)| {
                who == to && line.is_some_and(|line| line.starts_with("pasts "))
            })?;
        }
        Ok(())
    }

    fn hear_until(
        &mut self,
        awaited: &str,
        mut is_it: impl FnMut((Who, Option<&str>)) -> bool,
    ) -> io::Result<()> {
        loop {
            let (who, line) = self.hear(awaited)?;
            if is_it((who, line.as_deref())) {
                return Ok(());
            }
        }
    }

    /// The next line of anybody, noted.
    fn hear(&mut self, awaited: &str) -> io::Result<(Who, Option<String>)> {
        let (who, line) = self.ear.next(awaited)?;
        if let Some(line) = &line {
            self.note(who, line);
        }
        Ok((who, line))
    }

    fn note(&mut self, who: Who, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |text: &str| text.parse::<u64>().ok();
        let other = if who == Who::Alice {
            Who::Bob
        } else {
            Who::Alice
        };
        match *words.as_slice() {
            ["sent", text, _] => {
                if let (Some(history), Some(text)) = (self.histories.get_mut(&who), number(text)) {
                    history.accepted.insert(text);
                }
            }
            ["private", from, "text", text] if from == other.name() => {
                if let (Some(history), Some(text)) = (self.histories.get_mut(&other), number(text))
                {
                    history.shown.push(text);
                }
            }
            ["past", _, from, _, "text", text] if from == other.name() => {
                if let (Some(history), Some(text)) = (self.histories.get_mut(&other), number(text))
                {
                    history.remembered.push(text);
                }
            }
            _ => {}
        }
    }
}
