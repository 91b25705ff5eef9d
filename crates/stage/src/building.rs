//! Building programs from their sources, where plays are played: the commands are somebody else's,
//! and so is what they run.
//!
//! ```text
//! sources ── copied, digested ──► DIR/.new-…/work ── commands ──► DIR/DIGEST
//! ```

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Mode, Timespec, Timestamps, UTIME_NOW, renameat, utimensat};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::driver::QUEUE;
use crate::driver::host::Host as _;
use crate::driver::machine::Machine;
use crate::error::EngineError;
use crate::foreign::{ForeignError, Found, Ground};
use crate::isolation::closed::Reports;
use crate::isolation::stage_thread::Side;
use crate::participant::opener::{Heard, Helper, HelperError};
use crate::participant::programs;
use scenario::adapter::{Adapter, BuildSpec, Limits, Program};
use timeline::{Ended, Level, visible};

/// Files and directories of the sources, at most.
const ENTRIES: usize = 10_000;

/// Bytes of all of them together.
const BYTES: u64 = 256 << 20;

/// Where the commands run, and where they may put what is temporary.
const WORK: &str = "work";
const TEMPORARY: &str = "tmp";

/// How much of a line of theirs is shown.
const LINE: usize = 300;

/// Where something is built.
#[derive(Clone, Debug)]
pub struct BuildPlace {
    /// How strongly it is isolated.
    pub level: Level,
    /// The program that is pid 1 there.
    pub stage_init: PathBuf,
    /// What nobody sees.
    pub reports: Reports,
    /// Where what was built is kept.
    pub dir: PathBuf,
    /// Ends it early.
    pub cancel: CancellationToken,
}

/// Why something does not build. It is no fault of the harness.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// What is to be built cannot be copied.
    #[error("{} {why}", path.display())]
    Sources {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// There is too much of it.
    #[error("its sources are more than {ENTRIES} files or {} MiB", BYTES >> 20)]
    TooLarge,
    /// Where it was built there is something else.
    #[error("the directory in which it is built was moved or replaced")]
    Moved,
    /// A command failed.
    #[error("`{command}` {why}")]
    Command {
        /// As it was run.
        command: String,
        /// How it ended, and what it said.
        why: String,
    },
}

/// Builds what an adapter says, unless it was built before. The answer is where it lies.
///
/// # Errors
///
/// [`EngineError`] for faults of the machine and of the adapter. That it does not build is data.
pub async fn build(
    adapter: &Adapter,
    spec: &BuildSpec,
    place: &BuildPlace,
) -> Result<Result<PathBuf, BuildError>, EngineError> {
    let (home, sources) = (new_home(&place.dir)?, sources(adapter, spec));
    let work = home.path().join(WORK);
    let copying = (sources, work.clone());
    let copied = tokio::task::spawn_blocking(move || copy(&copying.0, &copying.1)).await;
    let mut digest = match copied.map_err(|error| EngineError::task("copying panicked", error))? {
        Ok(digest) => digest,
        Err(Failed::Ours(error)) => return Err(error),
        Err(Failed::Theirs(error)) => return Ok(Err(error)),
    };
    // The same wherever it is built.
    digest_commands(&mut digest, &commands(adapter, spec, Path::new(WORK))?);
    let name = timeline::hex(&digest.finalize(), "");
    let built = place.dir.join(name.get(..32).unwrap_or(&name));
    if !built.is_dir() {
        let commands = commands(adapter, spec, &work)?;
        if let Err(why) = run(&home, commands, spec.within, place).await? {
            return Ok(Err(why));
        }
        if let Err(why) = keep(&work, &built)? {
            return Ok(Err(why));
        }
    }
    // Who removes what is old asks when it was used last.
    let now = Timestamps {
        last_access: NOW,
        last_modification: NOW,
    };
    utimensat(CWD, &built, &now, AtFlags::SYMLINK_NOFOLLOW).ok();
    Ok(Ok(built))
}

const NOW: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: UTIME_NOW,
};

/// What is run decides what is built, and so does which program that is: another version of a
/// compiler has another size, or is another file.
fn digest_commands(digest: &mut Sha256, commands: &[Vec<String>]) {
    for line in commands {
        digest.update(line.len().to_be_bytes());
        for (place, word) in line.iter().enumerate() {
            digest.update(word.len().to_be_bytes());
            digest.update(word);
            let named = Path::new(word);
            let program = (place == 0).then(|| programs::on_path(named)).flatten();
            let file = program.or_else(|| named.is_absolute().then(|| named.to_owned()));
            if let Some(metadata) = file.and_then(|file| file.metadata().ok()) {
                let changed = [metadata.mtime(), metadata.mtime_nsec()];
                digest.update(metadata.len().to_be_bytes());
                digest.update(metadata.ino().to_be_bytes());
                digest.update(changed.map(i64::to_be_bytes).concat());
            }
        }
    }
}

/// Where the sources lie. A setting is a path from the directory of the adapter, as programs are.
fn sources(adapter: &Adapter, spec: &BuildSpec) -> PathBuf {
    let said = adapter.settings.get(&spec.setting);
    let beside = adapter.path.parent().unwrap_or(Path::new(""));
    beside.join(said.map_or("", String::as_str))
}

/// A directory in which one build has all that it may write.
fn new_home(dir: &Path) -> Result<TempDir, EngineError> {
    std::fs::create_dir_all(dir).map_err(EngineError::file("make", dir))?;
    let home = tempfile::Builder::new().prefix(".new-").tempdir_in(dir);
    let home = home.map_err(EngineError::file("make a directory in", dir))?;
    for name in [WORK, TEMPORARY] {
        let path = home.path().join(name);
        std::fs::create_dir(&path).map_err(EngineError::file("make", path))?;
    }
    Ok(home)
}

/// Whose fault it is that something cannot be copied.
enum Failed {
    Ours(EngineError),
    Theirs(BuildError),
}

impl Failed {
    fn at(path: &Path) -> impl FnOnce(ForeignError) -> Self {
        let path = path.to_owned();
        |why| {
            if why.is_of_machine() {
                return Self::Ours(EngineError::file("copy", path)(why.into_io()));
            }
            let why = why.to_string();
            Self::Theirs(BuildError::Sources { path, why })
        }
    }
}

/// Copies files, directories and links; the digest is of names and contents.
fn copy(from: &Path, to: &Path) -> Result<Sha256, Failed> {
    let mut digest = Sha256::new();
    let source = Ground::open(from).map_err(Failed::at(from))?;
    let target = Ground::open(to).map_err(Failed::at(to))?;
    let listing = source.list(Path::new(""));
    if listing.found.len() > ENTRIES {
        return Err(Failed::Theirs(BuildError::TooLarge));
    }
    if let Some(why) = listing.unread.first() {
        let (path, why) = (from.to_owned(), format!("cannot be read: {why}"));
        return Err(Failed::Theirs(BuildError::Sources { path, why }));
    }
    let mut left = BYTES;
    for found in &listing.found {
        let path = found.path();
        let name = path.as_os_str().as_encoded_bytes();
        digest.update(name.len().to_be_bytes());
        digest.update(name);
        match found {
            Found::Directory(_) => target.make_directory(path).map_err(Failed::at(path))?,
            Found::Link(_, said) => {
                let said_bytes = said.as_os_str().as_encoded_bytes();
                digest.update(said_bytes.len().to_be_bytes());
                digest.update(said_bytes);
                let linked = symlink(said, to.join(path)).map_err(ForeignError::from);
                linked.map_err(Failed::at(path))?;
            }
            Found::File(_) => {
                let file = source.file(path).map_err(Failed::at(path))?;
                let metadata = file.metadata();
                let (size, bits) = (metadata.len(), metadata.permissions().mode());
                let rest = left.checked_sub(size);
                left = rest.ok_or(Failed::Theirs(BuildError::TooLarge))?;
                let mode = Mode::from_raw_mode(bits & 0o100 | 0o600 | bits & 0o055);
                let content = file.beginning(size).map_err(Failed::at(path))?;
                digest.update([u8::from(bits & 0o100 != 0)]);
                digest.update(content.len().to_be_bytes());
                digest.update(&content);
                let put = target.put(path, &mut content.as_slice(), mode);
                put.map_err(Failed::at(path))?;
            }
            // A pipe or a socket is no source.
            Found::Other(_) => {}
        }
    }
    Ok(digest)
}

/// The command lines with the values that are known before any play.
fn commands(
    adapter: &Adapter,
    spec: &BuildSpec,
    work: &Path,
) -> Result<Vec<Vec<String>>, EngineError> {
    let mut values: BTreeMap<String, String> = adapter.settings.clone();
    values.insert(spec.setting.clone(), work.display().to_string());
    for (name, program) in &adapter.programs {
        // What the workspace builds needs no building.
        if let Program::Path(path) = program
            && let Ok(found) = programs::find(adapter, Path::new(path))
        {
            values.insert(name.clone(), found.display().to_string());
        }
    }
    let fill = |line: &Vec<scenario::adapter::Template>| {
        let words = line.iter().map(|word| word.fill(&values));
        words.collect::<Result<Vec<String>, _>>()
    };
    let lines = spec.run.iter().map(fill).collect::<Result<_, _>>();
    lines.map_err(|why| EngineError::Template {
        adapter: adapter.name.clone(),
        why,
    })
}

/// Runs the commands, one after another, isolated as participants are. What they have started is
/// gone afterwards.
async fn run(
    home: &TempDir,
    commands: Vec<Vec<String>>,
    within: Duration,
    place: &BuildPlace,
) -> Result<Result<(), BuildError>, EngineError> {
    let (sender, _inputs) = mpsc::channel(QUEUE);
    let machine = Machine::start(
        place.level,
        place.stage_init.clone(),
        &place.reports,
        false,
        sender,
    )
    .await?;
    let deadline = Instant::now() + within;
    let mut done = Ok(Ok(()));
    for line in commands {
        let left = deadline.saturating_duration_since(Instant::now());
        done = command(
            home.path(),
            &line,
            (left, within),
            (&machine, &place.cancel),
        )
        .await;
        if !matches!(done, Ok(Ok(()))) {
            break;
        }
    }
    Box::new(machine).stop(false).await?;
    done
}

async fn command(
    home: &Path,
    line: &[String],
    (left, within): (Duration, Duration),
    (machine, cancel): (&Machine, &CancellationToken),
) -> Result<Result<(), BuildError>, EngineError> {
    let failed = |why: String| {
        let command = visible(&line.join(" "));
        Ok(Err(BuildError::Command { command, why }))
    };
    let Some((program, arguments)) = line.split_first() else {
        return Ok(Ok(()));
    };
    let Some(program) = programs::on_path(Path::new(program)) else {
        return failed(format!(
            "is not there: no {} on this machine",
            visible(program)
        ));
    };
    let mut command = programs::in_home(program, home)
        .directory(home.join(WORK))
        .variable("TERM", "dumb");
    for word in arguments {
        command = command.argument(word);
    }
    let started = machine
        .start_helper(Side::Clients, home.to_owned(), command)
        .await;
    let child = match started {
        Ok(child) => child,
        Err(error) if error.is_scarcity() => return Err(error),
        Err(EngineError::System { error, .. }) => {
            return failed(format!("cannot be started: {error}"));
        }
        Err(other) => return Err(other),
    };
    let limits = Limits {
        cpu: within.max(Limits::default().cpu),
        ..Limits::default()
    };
    let helper = Helper::attach(child, "build", limits, (Heard::Everything, ""))?;
    match helper.printed(left, cancel).await {
        Ok((Ended::Exit(0), _)) => Ok(Ok(())),
        Ok((how, printed)) => match first_error(&String::from_utf8_lossy(&printed)) {
            Some(said) => failed(format!("{how}: {said}")),
            None => failed(format!("{how} and printed nothing")),
        },
        Err(HelperError::Cancelled) => Err(EngineError::Interrupted),
        Err(HelperError::Overdue { .. }) => failed(format!("has not ended within {within:?}")),
        Err(why) => failed(why.to_string()),
    }
}

/// The first line that speaks of an error; where none does, the last one.
fn first_error(printed: &str) -> Option<String> {
    let lines = || printed.lines().filter(|line| !line.trim().is_empty());
    let error = lines().find(|line| line.to_ascii_lowercase().contains("error"));
    let line = error.or_else(|| lines().next_back())?;
    let brief: String = line.trim().chars().take(LINE).collect();
    Some(visible(&brief))
}

/// Moves what was built to its place. Somebody else may have built the same meanwhile.
fn keep(work: &Path, built: &Path) -> Result<Result<(), BuildError>, EngineError> {
    // In the place of a link, plays would be shown what it leads to.
    if !work.symlink_metadata().is_ok_and(|entry| entry.is_dir()) {
        return Ok(Err(BuildError::Moved));
    }
    let moved = renameat(CWD, work, CWD, built);
    match moved {
        Err(_) if built.is_dir() => Ok(Ok(())),
        moved => moved
            .map(Ok)
            .map_err(|error| EngineError::file("make", built)(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::{BuildError, copy, digest_commands, first_error, keep};

    #[test]
    fn what_a_build_puts_in_the_place_of_its_directory_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let kept = || keep(&at("work"), &at("built")).unwrap();
        assert!(matches!(kept(), Err(BuildError::Moved)), "it is gone");
        symlink("/etc", at("work")).unwrap();
        assert!(matches!(kept(), Err(BuildError::Moved)), "a link");
        assert!(!at("built").exists());
        fs::remove_file(at("work")).unwrap();
        fs::create_dir(at("work")).unwrap();
        assert!(kept().is_ok() && at("built").is_dir());
    }

    #[test]
    fn what_is_built_is_known_by_what_is_run_and_by_the_compiler_that_runs() {
        let dir = tempfile::tempdir().unwrap();
        let compiler = dir.path().join("cc");
        fs::write(&compiler, "version 1").unwrap();
        let path = compiler.display().to_string();
        let digest = |words: &[&str]| {
            let mut digest = sha2::Sha256::new();
            let line = words.iter().map(|word| (*word).to_owned()).collect();
            digest_commands(&mut digest, &[line]);
            digest.finalize().to_vec()
        };
        let first = digest(&[&path, "-O2"]);
        assert_eq!(digest(&[&path, "-O2"]), first);
        assert_ne!(digest(&[&path, "-O0"]), first);
        assert_ne!(digest(&[&path, "-", "O2"]), first);
        fs::write(&compiler, "version 2.0").unwrap();
        assert_ne!(digest(&[&path, "-O2"]), first, "another compiler");
    }

    #[test]
    fn the_first_error_of_a_compiler_is_said_and_else_its_last_word() {
        let gcc = "chat.c: In function 'main':\nchat.c:3:5: error: expected ';'\n    3 | x\nchat.c:9:1: error: more\n";
        assert_eq!(first_error(gcc).unwrap(), "chat.c:3:5: error: expected ';'");
        assert_eq!(first_error("one\n\ntwo \n").unwrap(), "two");
        assert_eq!(first_error(" \n"), None);
        assert!(
            first_error("\u{1b}[31merror\u{1b}[0m")
                .unwrap()
                .contains("error")
        );
    }

    #[test]
    fn sources_are_copied_as_they_are_and_their_digest_is_of_what_they_hold() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("from/lib")).unwrap();
        fs::write(at("from/lib/a.c"), "int a;").unwrap();
        symlink("lib/a.c", at("from/link")).unwrap();
        symlink("/etc/passwd", at("from/out")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("from/pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        let copied = |to: &str| {
            fs::create_dir(at(to)).unwrap();
            let digest = copy(&at("from"), &at(to));
            digest.ok().unwrap().finalize().to_vec()
        };
        let first = copied("one");
        assert_eq!(fs::read_to_string(at("one/lib/a.c")).unwrap(), "int a;");
        let out = fs::symlink_metadata(at("one/out")).unwrap();
        assert!(
            out.is_symlink(),
            "a link stays one, and nothing is read through it"
        );
        assert!(!at("one/pipe").exists());
        assert_eq!(copied("two"), first);
        fs::write(at("from/lib/a.c"), "int b;").unwrap();
        assert_ne!(copied("three"), first);
        assert!(copy(&at("nowhere"), &at("one")).is_err());
    }
}
