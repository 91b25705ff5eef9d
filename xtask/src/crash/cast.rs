//! The relay and two clients: how they are started, killed and listened to, and what is noted of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};

use crash_test::{Files, History};
use tempfile::TempDir;

use super::luck::Luck;
use super::program::{ABORTED, Ear, Program, Who};

const CLIENTS: [Who; 2] = [Who::Alice, Who::Bob];

/// More than any history has.
const ALL: u64 = 1_000_000;

/// The lines that send files have numbers above those of texts.
const FILES: u64 = 1_000_000;

/// The longest file, in bytes: a few chunks.
const LONGEST_FILE: u64 = 200_000;

/// Where the programs and their keys are.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) relay: PathBuf,
    pub(super) client: PathBuf,
    pub(super) keys: PathBuf,
}

/// Everybody, and what they leave on the disk.
pub(super) struct Cast {
    programs: Programs,
    directory: TempDir,
    ear: Ear,
    running: BTreeMap<Who, Program>,
    /// Who is to die by itself, and where.
    armed: Option<(Who, String)>,
    /// Somebody has died at a point, and not all run again: what others wait for may never come.
    is_interrupted: bool,
    /// Whose end we have caused.
    ended_by_us: BTreeSet<Who>,
    /// What nobody should have printed or done.
    strange: Vec<String>,
    /// Alice has seen him, and can write to him from then on.
    knows_bob: bool,
    /// Where the relay listens.
    address: String,
    /// By sender.
    pub(super) histories: BTreeMap<Who, History>,
    /// From alice to bob.
    pub(super) files: Files,
    /// Files that alice's program has not said the end of, by the number of their line.
    on_their_way: BTreeMap<u64, String>,
    pub(super) luck: Luck,
}

impl Cast {
    /// Nobody runs yet; the homes are new.
    pub(super) fn new(programs: &Programs, luck: Luck) -> io::Result<Self> {
        let directory = TempDir::new()?;
        for (who, keys) in CLIENTS.into_iter().zip(["00.keys", "01.keys"]) {
            let home = directory.path().join(who.name());
            fs::create_dir(&home)?;
            fs::copy(programs.keys.join(keys), home.join("identity.keys"))?;
        }
        fs::create_dir(directory.path().join("sources"))?;
        Ok(Self {
            programs: programs.clone(),
            directory,
            ear: Ear::new(),
            running: BTreeMap::new(),
            armed: None,
            is_interrupted: false,
            ended_by_us: BTreeSet::new(),
            strange: Vec::new(),
            knows_bob: false,
            address: "127.0.0.1:0".to_owned(),
            histories: CLIENTS.map(|who| (who, History::default())).into(),
            files: Files::default(),
            on_their_way: BTreeMap::new(),
            luck,
        })
    }

    /// From its next start on, somebody dies at a point.
    pub(super) fn arm(&mut self, who: Who, at: String) {
        self.armed = Some((who, at));
    }

    /// Whether somebody who was to die by itself has.
    pub(super) fn has_died(&self) -> bool {
        self.armed.is_none()
    }

    /// Starts whoever does not run, and again who dies meanwhile. A client ends with its relay.
    pub(super) fn start_missing(&mut self) -> io::Result<()> {
        let missing = |cast: &Self| {
            let all = [Who::Relay, Who::Alice, Who::Bob];
            all.into_iter().find(|who| !cast.running.contains_key(who))
        };
        while let Some(who) = missing(self) {
            while who == Who::Relay && !self.running.is_empty() {
                self.hear("the end of the clients, whose relay has ended")?;
            }
            self.start(who)?;
        }
        self.is_interrupted = false;
        self.hear_while("alice hears of bob", |cast| !cast.knows_bob)?;
        // Somebody has died of it.
        if missing(self).is_some() {
            return self.start_missing();
        }
        Ok(())
    }

    /// Each client writes to the other.
    pub(super) fn talk(&mut self, texts: u64) {
        for (from, to) in [(Who::Alice, Who::Bob), (Who::Bob, Who::Alice)] {
            self.write(from, to, texts);
        }
    }

    pub(super) fn write(&mut self, from: Who, to: Who, texts: u64) {
        let (Some(program), Some(history)) =
            (self.running.get_mut(&from), self.histories.get_mut(&from))
        else {
            return;
        };
        for _ in 0..texts {
            history.typed += 1;
            let number = history.typed;
            program.types(&format!("@{number} /msg {} text {number}", to.name()));
        }
    }

    /// Alice sends bob a file of any size.
    pub(super) fn send_file(&mut self) -> io::Result<()> {
        let number = FILES + self.files.sent.len() as u64;
        let name = format!("{number}.bin");
        let size = self.luck.draw(LONGEST_FILE);
        let bytes = self.luck.bytes(size);
        let path = self.directory.path().join("sources").join(&name);
        fs::write(&path, &bytes)?;
        self.files.sent.insert(name.clone(), bytes);
        if let Some(alice) = self.running.get_mut(&Who::Alice) {
            self.on_their_way.insert(number, name);
            alice.types(&format!("@{number} /file bob {}", path.display()));
        }
        Ok(())
    }

    /// Ends somebody in the act, and the clients with their relay.
    pub(super) fn kill(&mut self, victim: Who) -> io::Result<()> {
        if let Some(program) = self.running.get_mut(&victim) {
            self.ended_by_us.insert(victim);
            program.kill();
        }
        while self.running.contains_key(&victim) {
            self.hear("the end of who was killed")?;
        }
        Ok(())
    }

    /// Waits until the last text of one of them was shown, unless somebody dies who is to die.
    pub(super) fn hear_last_of(&mut self, from: Who) -> io::Result<()> {
        let is_shown = move |cast: &Self| {
            let history = cast.histories.get(&from);
            history.is_none_or(|history| history.shown.contains(&history.typed))
        };
        self.hear_while("the last text is shown", |cast| !is_shown(cast))
    }

    /// Waits until alice's client reports her last text as accepted, unless the chosen process dies first.
    pub(super) fn hear_accepted(&mut self) -> io::Result<()> {
        let is_accepted = |cast: &Self| {
            let history = cast.histories.get(&Who::Alice);
            history.is_none_or(|history| history.accepted.contains(&history.typed))
        };
        self.hear_while("the last text is accepted", |cast| !is_accepted(cast))
    }

    /// Waits until nothing of a file is on its way, unless somebody dies who is to die.
    pub(super) fn hear_of_files(&mut self) -> io::Result<()> {
        self.hear_while("the end of each file", |cast| !cast.on_their_way.is_empty())
    }

    /// Waits until who was to die has died.
    pub(super) fn hear_death(&mut self) -> io::Result<()> {
        while !self.has_died() {
            self.hear("somebody dies at a point")?;
        }
        Ok(())
    }

    fn hear_while(&mut self, awaited: &str, goes_on: impl Fn(&Self) -> bool) -> io::Result<()> {
        while goes_on(self) && !self.is_interrupted {
            self.hear(awaited)?;
        }
        Ok(())
    }

    /// Waits until a last text of both has arrived, and reads what both remember and what is in bob's directory.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.talk(1);
        for (from, to) in [(Who::Alice, Who::Bob), (Who::Bob, Who::Alice)] {
            self.hear_last_of(from)?;
            if let Some(program) = self.running.get_mut(&to) {
                program.types(&format!("/history {ALL}"));
            }
            self.hear_until("the history", |_, (who, line)| {
                who == to && line.is_some_and(|line| line.starts_with("pasts "))
            })?;
        }
        self.send_file()?;
        self.hear_of_files()?;
        let last = self.files.sent.keys().next_back().cloned();
        let is_there = last.is_some_and(|last| self.files.announced.contains(&last));
        if !is_there {
            self.strange.push("the last file has not come".to_owned());
        }
        if let Some(bob) = self.running.get_mut(&Who::Bob) {
            self.ended_by_us.insert(Who::Bob);
            bob.types("/quit");
        }
        while self.running.contains_key(&Who::Bob) {
            self.hear("the end of bob, who was asked to quit")?;
        }
        self.files.found = read_directory(&self.directory.path().join("bob/downloads"))?;
        Ok(())
    }

    /// Every fault of texts and files.
    pub(super) fn faults(&self) -> Vec<String> {
        let of_texts = self.histories.iter().flat_map(|(from, history)| {
            let faults = history.faults().into_iter();
            faults.map(|fault| format!("of {}: {fault}", from.name()))
        });
        let of_files = self.files.faults().into_iter();
        let of_files = of_files.map(|fault| fault.to_string());
        let strange = self.strange.iter().cloned();
        of_texts.chain(of_files).chain(strange).collect()
    }

    fn start(&mut self, who: Who) -> io::Result<()> {
        let home = self.directory.path().join(who.name());
        let home = home.to_string_lossy();
        let address = self.address.clone();
        let (path, arguments) = match who {
            Who::Relay => {
                let arguments = vec!["--listen", &address, "--data", &home];
                (&self.programs.relay, arguments)
            }
            Who::Alice | Who::Bob => {
                let chat = ["chat", who.name(), "--relay", &address, "--home", &home];
                (
                    &self.programs.client,
                    [&chat[..], &["--accept-files", "always", "--plain"]].concat(),
                )
            }
        };
        let armed = self.armed.as_ref().filter(|(victim, _)| *victim == who);
        let at = armed.map(|(_, at)| at.as_str());
        self.ended_by_us.remove(&who);
        let program = self.ear.start(who, path, &arguments, at)?;
        self.running.insert(who, program);
        let mut found = None;
        self.hear_until("ready", |cast, (of, line)| {
            let line = line.filter(|_| of == who);
            found = line.and_then(|line| line.strip_prefix("ready ").map(str::to_owned));
            found.is_some() || !cast.running.contains_key(&who)
        })?;
        if let (Who::Relay, Some(address)) = (who, &found) {
            self.address.clone_from(address);
        }
        // A client whose relay dies is started again with it.
        while found.is_none() && !self.is_interrupted {
            self.hear(&format!("why {} ended before it was ready", who.name()))?;
        }
        Ok(())
    }

    fn hear_until(
        &mut self,
        awaited: &str,
        mut is_it: impl FnMut(&Self, (Who, Option<&str>)) -> bool,
    ) -> io::Result<()> {
        loop {
            let (who, line) = self.hear(awaited)?;
            if is_it(self, (who, line.as_deref())) {
                return Ok(());
            }
        }
    }

    /// The next line of anybody, noted.
    pub(super) fn hear(&mut self, awaited: &str) -> io::Result<(Who, Option<String>)> {
        let (who, line) = self.ear.next(awaited)?;
        if let Some(line) = &line {
            self.note(who, line);
            return Ok((who, Some(line.clone())));
        }
        if who == Who::Alice {
            self.on_their_way.clear();
        }
        let status = self.running.remove(&who).map(Program::status);
        let status = status.transpose()?;
        if status.is_some_and(|status| status.signal() == Some(ABORTED)) && self.is_armed(who) {
            self.armed = None;
            self.is_interrupted = true;
        } else if let Some(status) = status {
            // A client ends with its relay, whose end may be heard later.
            let has_relay = self.running.contains_key(&Who::Relay);
            let may_have_lost_it =
                !has_relay || self.ended_by_us.contains(&Who::Relay) || self.is_armed(Who::Relay);
            let code = status.code();
            let is_lost = who != Who::Relay && matches!(code, Some(3 | 5)) && may_have_lost_it;
            if !is_lost && !self.ended_by_us.contains(&who) {
                let what = format!("{} ended by itself: {status}", who.name());
                return Err(io::Error::other(what));
            }
        }
        Ok((who, None))
    }

    fn is_armed(&self, who: Who) -> bool {
        let armed = self.armed.as_ref();
        armed.is_some_and(|(victim, _)| *victim == who)
    }

    fn note(&mut self, who: Who, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |text: &str| text.parse::<u64>().ok();
        let other = if who == Who::Alice {
            Who::Bob
        } else {
            Who::Alice
        };
        let (mine, theirs) = (who, other);
        let mut with = |of: Who, text: &str, note: fn(&mut History, u64)| {
            if let (Some(history), Some(text)) = (self.histories.get_mut(&of), number(text)) {
                note(history, text);
            }
        };
        match *words.as_slice() {
            ["joined", "bob"] | ["ready", "alice", "with", "bob"] => self.knows_bob = true,
            ["sent", text, _] => with(mine, text, |history, text| {
                history.accepted.insert(text);
            }),
            ["private", from, "text", text] if from == theirs.name() => {
                with(theirs, text, |history, text| history.shown.push(text));
            }
            ["past", _, from, _, "text", text] if from == theirs.name() => {
                with(theirs, text, |history, text| history.remembered.push(text));
            }
            ["file-received" | "file-delivered", _, _, _, name] => {
                self.files.announced.insert(name.to_owned());
                self.is_over(who, name);
            }
            ["file-failed", _, _, name] => self.is_over(who, name),
            ["refused", line, ..] => {
                if let Some(line) = number(line) {
                    self.on_their_way.remove(&line);
                }
            }
            // What they wrote themselves is in the history as well. A file's offer that was lost with its sender is
            // reported as missing.
            ["past", _, from, _, "text", _] if from == mine.name() => {}
            [
                "private" | "message" | "flagged-private" | "flagged-message" | "past"
                | "flagged-past" | "undelivered" | "rejected" | "late" | "anew" | "forked"
                | "key-changed",
                ..,
            ] => self
                .strange
                .push(format!("{} printed {line:?}", who.name())),
            _ => {}
        }
    }

    fn is_over(&mut self, who: Who, file: &str) {
        if who == Who::Alice {
            self.on_their_way.retain(|_, name| name != file);
        }
    }
}

/// All files of a directory, hidden ones as well; none where there is no directory.
fn read_directory(directory: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries?,
    };
    let read = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        Ok((name, fs::read(entry.path())?))
    };
    entries.map(read).collect()
}

/// Numbers of kills, by whom they hit.
pub(super) fn counts(killed: &[Who]) -> String {
    let who: BTreeSet<Who> = killed.iter().copied().collect();
    let count = |who: &Who| killed.iter().filter(|other| *other == who).count();
    let counts = who
        .iter()
        .map(|who| format!("{} {}", who.name(), count(who)));
    counts.collect::<Vec<_>>().join(", ")
}
