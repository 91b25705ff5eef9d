//! Starting processes with `posix_spawn`: fast whatever the size of the harness, with a
//! session of its own for each, and without `unsafe`.
//!
//! `std` starts a process as fast only when it needs no session; with `pre_exec` it forks,
//! which copies the page tables of the harness.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::SigSet;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions, pidfd_open, waitid};

use crate::error::EngineError;
use crate::isolation::closed::paths_in;
use timeline::Ended;

/// `POSIX_SPAWN_SETSID` of glibc (2.26 and later) and musl; nix has no name for it.
pub const SETSID: PosixSpawnFlags = PosixSpawnFlags::from_bits_retain(0x80);

/// What to start.
#[derive(Clone, Debug)]
pub struct Command {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    directory: Option<PathBuf>,
}

impl Command {
    /// A program by its path, with an empty environment.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: None,
        }
    }

    /// One more argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// One more variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Where it starts. Takes effect on threads whose working directory is their own.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// The paths that it names: its program, and those in its arguments and its environment.
    pub(crate) fn names(&self) -> BTreeSet<PathBuf> {
        let values = self.environment.iter().map(|(_, value)| value);
        let words = self.arguments.iter().chain(values);
        let named = words.flat_map(|word| {
            // Whole as well: a path may have blanks and other separators in it.
            let value = word.split_once('=').map_or("", |(_, value)| value);
            let whole = [word.as_str(), value]
                .into_iter()
                .filter(|text| text.starts_with('/'));
            whole.map(PathBuf::from).chain(paths_in(word))
        });
        std::iter::once(self.program.clone()).chain(named).collect()
    }

    /// The command line, program first.
    pub fn line(&self) -> Vec<String> {
        let program = self.program.display().to_string();
        std::iter::once(program)
            .chain(self.arguments.iter().cloned())
            .collect()
    }
}

/// A started process: its pipes, and a handle that never means another process.
#[derive(Debug)]
pub struct Child {
    /// As the harness sees it.
    pub pid: i32,
    /// Readable when it has ended.
    pub pidfd: OwnedFd,
    /// Our end.
    pub stdin: OwnedFd,
    /// Our end.
    pub stdout: OwnedFd,
    /// Our end.
    pub stderr: OwnedFd,
}

/// Starts a process in the namespaces of the calling thread, in a session of its own, with
/// pipes for its three streams and nothing else of ours.
///
/// # Errors
///
/// [`EngineError::System`] when there is no such program, or no process to be had.
pub fn spawn(command: &Command) -> Result<Child, EngineError> {
    let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(EngineError::system("make a pipe"));
    let (their_stdin, stdin) = pipe()?;
    let (stdout, their_stdout) = pipe()?;
    let (stderr, their_stderr) = pipe()?;
    let (pid, pidfd) = start(command, |actions| {
        for (theirs, number) in [(&their_stdin, 0), (&their_stdout, 1), (&their_stderr, 2)] {
            actions.add_dup2(theirs.as_raw_fd(), number)?;
        }
        Ok(())
    })?;
    Ok(Child {
        pid,
        pidfd,
        stdin,
        stdout,
        stderr,
    })
}

/// Starts a process with the streams that `streams` opens: its pid, and its handle.
pub(crate) fn start(
    command: &Command,
    streams: impl FnOnce(&mut PosixSpawnFileActions) -> nix::Result<()>,
) -> Result<(i32, OwnedFd), EngineError> {
    if let Some(directory) = &command.directory {
        rustix::process::chdir(directory)
            .map_err(EngineError::system("enter a scratch directory"))?;
    }
    let mut actions =
        PosixSpawnFileActions::init().map_err(EngineError::system("start a process"))?;
    streams(&mut actions).map_err(EngineError::system("start a process"))?;
    for number in inherited() {
        actions
            .add_close(*number)
            .map_err(EngineError::system("start a process"))?;
    }
    let program = c_string(command.program.as_os_str().as_bytes())?;
    let mut arguments = Vec::with_capacity(command.arguments.len() + 1);
    arguments.push(program.clone());
    for argument in &command.arguments {
        arguments.push(c_string(argument.as_bytes())?);
    }
    let environment = command
        .environment
        .iter()
        .map(|(name, value)| c_string(format!("{name}={value}").as_bytes()))
        .collect::<Result<Vec<_>, _>>()?;
    let attributes = attributes()?;
    // Registered before anybody else can look: a child that is not ours yet would pass for
    // something that a participant left behind.
    let mut ours = registry();
    let pid = posix_spawn(
        program.as_c_str(),
        &actions,
        &attributes,
        &arguments,
        &environment,
    )
    .map_err(EngineError::system("start a process"))?
    .as_raw();
    ours.insert(pid);
    drop(ours);
    Ok((pid, pidfd(pid)?))
}

/// The children that the harness itself has started and not yet reaped. What else shows up
/// as a child was adopted.
static OURS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Locks the children of the harness.
pub(crate) fn registry() -> MutexGuard<'static, BTreeSet<i32>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Files that the harness itself inherited open, from cargo for example. Everything that it
/// opens is closed at exec; these are not, so each child closes them.
fn inherited() -> &'static [RawFd] {
    static INHERITED: OnceLock<Vec<RawFd>> = OnceLock::new();
    INHERITED.get_or_init(|| {
        let numbers = std::fs::read_dir("/proc/self/fdinfo")
            .into_iter()
            .flatten()
            .flatten();
        numbers
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|number| *number > 2 && !closes_at_exec(*number))
            .collect()
    })
}

fn closes_at_exec(number: RawFd) -> bool {
    const O_CLOEXEC: u32 = 0o2_000_000;
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_none_or(|flags| flags & O_CLOEXEC != 0)
}

/// A session of its own, no signal blocked, and none ignored: Rust's runtime ignores SIGPIPE,
/// `nohup` SIGHUP, and children would inherit that. To ask for all is also quicker than for
/// one: the C library looks up what it was not asked for.
fn attributes() -> Result<PosixSpawnAttr, EngineError> {
    let set = || -> nix::Result<PosixSpawnAttr> {
        let mut attributes = PosixSpawnAttr::init()?;
        attributes.set_sigdefault(&SigSet::all())?;
        attributes.set_sigmask(&SigSet::empty())?;
        attributes.set_flags(
            SETSID
                | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF
                | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK,
        )?;
        Ok(attributes)
    };
    set().map_err(EngineError::system("start a process"))
}

fn c_string(bytes: &[u8]) -> Result<CString, EngineError> {
    CString::new(bytes).map_err(|_| EngineError::System {
        what: "start a process",
        error: io::Error::new(io::ErrorKind::InvalidInput, "an argument holds a NUL byte"),
    })
}

fn pidfd(pid: i32) -> Result<OwnedFd, EngineError> {
    let pid = Pid::from_raw(pid).ok_or(EngineError::Fault("a process has the id 0"))?;
    pidfd_open(pid, PidfdFlags::NONBLOCK).map_err(EngineError::system("watch a process"))
}

/// How a child has ended; `None` while it runs. It keeps its number until it is reaped.
///
/// # Errors
///
/// [`EngineError::System`] when it is not our child.
pub(crate) fn how_ended(pidfd: &OwnedFd) -> Result<Option<Ended>, EngineError> {
    status(pidfd, WaitIdOptions::NOWAIT)
}

/// Takes the status of an ended child; `None` while it runs.
///
/// # Errors
///
/// [`EngineError::System`] when it is not our child.
pub fn reap(pid: i32, pidfd: &OwnedFd) -> Result<Option<Ended>, EngineError> {
    let mut ours = registry();
    let status = status(pidfd, WaitIdOptions::empty())?;
    if status.is_some() {
        ours.remove(&pid);
    }
    drop(ours);
    Ok(status)
}

fn status(pidfd: &OwnedFd, how: WaitIdOptions) -> Result<Option<Ended>, EngineError> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | how;
    let status = waitid(WaitId::PidFd(pidfd.as_fd()), options)
        .map_err(EngineError::system("wait for a process"))?;
    Ok(status.map(|status| match status.exit_status() {
        Some(code) => Ended::Exit(code),
        None => Ended::Signal(status.terminating_signal().unwrap_or_default()),
    }))
}

/// Waits for a child on a thread that may block.
///
/// # Errors
///
/// As [`reap`].
pub fn wait_blocking(pid: i32, pidfd: &OwnedFd) -> Result<Ended, EngineError> {
    loop {
        match poll(&mut [PollFd::new(pidfd, PollFlags::IN)], None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(EngineError::system("wait for a process")(error)),
        }
        if let Some(ended) = reap(pid, pidfd)? {
            return Ok(ended);
        }
    }
}

/// Finds a program: a path as it is, a bare name on `PATH`.
pub(crate) fn find_program(name: &Path, path_variable: &str) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.is_file().then(|| name.to_owned());
    }
    std::env::split_paths(path_variable)
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use std::path::Path;

    use super::{Command, spawn, wait_blocking};
    use timeline::Ended;

    #[test]
    fn a_path_is_named_whole_whatever_stands_in_it() {
        let command = Command::new("/bin/python3")
            .argument("/home/u/My Projects (1)/relay.py")
            .argument("--data=/srv/a, b")
            .variable("MODULES", "/opt/a:/opt/b");
        let names = command.names();
        for one in [
            "/bin/python3",
            "/home/u/My Projects (1)/relay.py",
            "/srv/a, b",
            "/opt/a",
            "/opt/b",
        ] {
            assert!(names.contains(Path::new(one)), "{one} in {names:?}");
        }
    }

    /// Runs a shell to its end: how it ended, and what it printed.
    fn shell(script: &str, input: &str) -> (Ended, String) {
        let command = Command::new("/bin/sh")
            .argument("-c")
            .argument(script)
            .variable("PATH", "/bin:/usr/bin");
        let child = spawn(&command).unwrap();
        std::fs::File::from(child.stdin)
            .write_all(input.as_bytes())
            .unwrap();
        let mut output = String::new();
        std::fs::File::from(child.stdout)
            .read_to_string(&mut output)
            .unwrap();
        (wait_blocking(child.pid, &child.pidfd).unwrap(), output)
    }

    #[test]
    fn a_child_has_its_streams_and_its_status() {
        assert_eq!(
            shell("cat; exit 7", "typed"),
            (Ended::Exit(7), "typed".to_owned())
        );
        assert_eq!(shell("kill -9 $$", "").0, Ended::Signal(9));
    }

    #[test]
    fn a_child_leads_a_session_and_inherits_no_environment_and_no_files() {
        let (_, output) = shell(
            "set -- $(cat /proc/self/stat); [ \"$6\" ] && ls /proc/self/fd | wc -l; env | grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD='",
            "",
        );
        // Three streams, and the directory that ls itself reads.
        assert_eq!(output, "4\nPATH=/bin:/usr/bin\n");
        let (_, output) = shell("cut -d' ' -f1,6 /proc/$$/stat", "");
        let (pid, session) = output.trim().split_once(' ').unwrap();
        assert_eq!(pid, session, "the shell leads its own session");
    }

    #[test]
    fn a_broken_pipe_ends_a_child_as_usual() {
        let (ended, _) = shell(
            "(sh -c 'kill -PIPE $$'; echo $?) ; trap '' TERM; kill -PIPE $$",
            "",
        );
        assert_eq!(ended, Ended::Signal(13));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let error = spawn(&Command::new("/no/such/program")).unwrap_err();
        assert!(error.to_string().contains("start a process"), "{error}");
    }
}
