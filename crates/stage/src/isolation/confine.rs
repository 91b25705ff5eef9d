//! Files: what participants may write, by Landlock.
//!
//! Landlock restricts a thread and what it starts, without privilege and for good. Each
//! participant is started by a thread of its own, restricted to that participant's directory
//! alone: what others in the play keep is as far away as the rest of the machine. Landlock
//! says nothing here of *reading*: a participant can read what the user can. Nor does it say
//! anything of sockets that are files, which [`crate::isolation::sockets`] hides.

use std::path::Path;
use std::sync::OnceLock;

use landlock::{
    ABI, Access as _, AccessFs, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope,
};

use crate::EngineError;

/// The interface that is asked for: scopes came with it (Linux 6.12). An older kernel gives
/// what it has.
const WANTED: ABI = ABI::V6;

/// Devices that every program may write to. A terminal of its own is in `/dev/pts`.
const DEVICES: [&str; 6] = [
    "/dev/full",
    "/dev/null",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/tty",
    "/dev/zero",
];

/// From now on the calling thread, and all that it starts, writes only in its own directories and to
/// harmless devices alone, and signals and abstract sockets reach nobody outside. False
/// where the kernel has no Landlock: then nothing is restricted.
///
/// # Errors
///
/// [`EngineError::System`] when a rule is refused.
pub(crate) fn to_own(directories: &[&Path]) -> Result<bool, EngineError> {
    if !is_available() {
        return Ok(false);
    }
    restrict(directories).map_err(|error| EngineError::System {
        what: "restrict what participants write",
        error: std::io::Error::other(error.to_string()),
    })?;
    Ok(true)
}

/// Whether the kernel has Landlock and lets us use it.
pub fn is_available() -> bool {
    static IS_AVAILABLE: OnceLock<bool> = OnceLock::new();
    *IS_AVAILABLE.get_or_init(|| {
        let ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_write(ABI::V1))
            .and_then(Ruleset::create);
        ruleset.is_ok()
    })
}

fn restrict(directories: &[&Path]) -> Result<(), RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(writing())?
        .scope(Scope::from_all(WANTED))?
        .create()?;
    let own: Vec<Rule> = directories.iter().filter_map(|it| rule(it)).collect();
    for (open, access) in devices().iter().chain(&own) {
        rules = rules.add_rule(PathBeneath::new(open, *access))?;
    }
    rules.restrict_self().map(drop)
}

/// The devices, opened once.
fn devices() -> &'static [Rule] {
    static DEVICES_OPEN: OnceLock<Vec<Rule>> = OnceLock::new();
    DEVICES_OPEN.get_or_init(|| {
        DEVICES
            .iter()
            .filter_map(|it| rule(Path::new(it)))
            .collect()
    })
}

/// A place, and what may be done there.
type Rule = (PathFd, BitFlags<AccessFs>);

/// What is not there needs no rule.
fn rule(place: &Path) -> Option<Rule> {
    let access = if place.is_dir() {
        writing()
    } else {
        writing() & AccessFs::from_file(WANTED)
    };
    Some((PathFd::new(place).ok()?, access))
}

/// Everything that changes files. Device controls stay allowed: terminals need them.
fn writing() -> BitFlags<AccessFs> {
    AccessFs::from_write(WANTED) & !AccessFs::IoctlDev
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::path::Path;

    use testing::{Feature, can_show};

    use super::{is_available, to_own};
    use crate::participant::spawn::{Command, spawn, wait_blocking};

    /// What a shell prints that was started by a thread restricted to a directory.
    fn confined(scratch: &Path, script: &str) -> String {
        let scratch = scratch.to_owned();
        let command = Command::new("/bin/sh")
            .argument("-c")
            .argument(script)
            .variable("PATH", "/bin:/usr/bin");
        let shell = std::thread::spawn(move || {
            assert!(to_own(&[&scratch]).unwrap());
            let child = spawn(&command).unwrap();
            let mut output = String::new();
            std::fs::File::from(child.stdout)
                .read_to_string(&mut output)
                .unwrap();
            wait_blocking(child.pid, &child.pidfd).unwrap();
            output
        });
        shell.join().unwrap()
    }

    #[test]
    fn a_participant_writes_in_its_scratch_directory_alone() {
        if !can_show(Feature::Landlock, is_available()) {
            return;
        }
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("old"), "old").unwrap();
        let script = format!(
            "cd {}; echo a > in && echo wrote; echo b 2>&1 > {out}/new || echo refused; \
             echo c 2>&1 >> {out}/old || echo refused; rm {out}/old 2>&1 || echo refused; \
             mv in {out}/in 2>&1 || echo refused; echo d > /dev/null && echo nothing",
            inside.path().display(),
            out = outside.path().display()
        );
        let output = confined(inside.path(), &script);
        let words: Vec<&str> = output
            .lines()
            .filter(|line| !line.contains("ermission denied") && !line.contains("cannot"))
            .collect();
        let refused = "refused";
        assert_eq!(
            words,
            ["wrote", refused, refused, refused, refused, "nothing"],
            "{output}"
        );
        let old = std::fs::read_to_string(outside.path().join("old")).unwrap();
        assert_eq!(old, "old");
    }

    #[test]
    fn a_participant_sees_nothing_through_another_process() {
        if !can_show(Feature::Landlock, is_available()) {
            return;
        }
        let scratch = tempfile::tempdir().unwrap();
        let script = format!(
            "ls /proc/{}/root/ 2>&1 && echo seen; ls /proc/self/root/ > /dev/null && echo own",
            std::process::id()
        );
        let output = confined(scratch.path(), &script);
        assert!(
            output.ends_with("own\n") && !output.contains("seen"),
            "{output}"
        );
    }

    #[test]
    fn a_participant_signals_nobody_outside() {
        if !can_show(Feature::Landlock, is_available()) {
            return;
        }
        let scratch = tempfile::tempdir().unwrap();
        let script = format!(
            "kill -0 {} 2>&1 && echo reached; sleep 9 & kill $! && echo own",
            std::process::id()
        );
        let output = confined(scratch.path(), &script);
        assert!(
            output.ends_with("own\n") && !output.contains("reached"),
            "{output}"
        );
    }
}
