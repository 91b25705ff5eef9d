//! How strongly this machine can isolate a play.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::error::EngineError;
use crate::isolation::namespace;
use crate::participant::spawn::{self, Command};
use timeline::Level;

/// What the probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The strongest level that works here.
    pub level: Level,
    /// Why it is not a stronger one.
    pub why_not_more: Option<String>,
    /// How to raise it, where we know.
    pub remedy: Option<String>,
    /// Why participants reach sockets that are files; `None` where they are hidden.
    pub why_sockets: Option<String>,
    /// Why participants see the processes of the machine in `/proc`; `None` where they do not.
    pub why_proc: Option<String>,
}

/// Finds the strongest level, in a child process that is thrown away. 2 to 3 ms.
///
/// # Errors
///
/// [`EngineError`] when `stage-init` itself cannot be run.
pub fn probe(stage_init: &Path) -> Result<Probe, EngineError> {
    let answer = ask(stage_init)?;
    let mut lines = answer.lines();
    if lines.next() == Some("ok") {
        let mut why = || {
            lines
                .next()
                .map(str::to_owned)
                .filter(|why| !why.is_empty())
        };
        return Ok(Probe {
            level: Level::Namespaces,
            why_not_more: None,
            remedy: None,
            why_sockets: why(),
            why_proc: why(),
        });
    }
    let needs_more = || Some("it needs the level namespaces".to_owned());
    Ok(Probe {
        level: Level::Reaper,
        why_not_more: Some(answer),
        remedy: remedy(),
        why_sockets: needs_more(),
        why_proc: needs_more(),
    })
}

fn ask(stage_init: &Path) -> Result<String, EngineError> {
    let command = Command::new(stage_init).argument("probe");
    let child = spawn::spawn(&command)?;
    let mut answer = String::new();
    fs::File::from(child.stdout)
        .read_to_string(&mut answer)
        .map_err(EngineError::system("read the probe's answer"))?;
    spawn::wait_blocking(child.pid, &child.pidfd)?;
    Ok(answer.trim().to_owned())
}

fn remedy() -> Option<String> {
    let restricted = |name: &str| {
        fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/")))
            .is_ok_and(|value| value.trim() == "1")
    };
    let apparmor = "kernel.apparmor_restrict_unprivileged_userns";
    if restricted(apparmor) {
        return Some(format!("sudo sysctl -w {apparmor}=0"));
    }
    let maximum = fs::read_to_string("/proc/sys/user/max_user_namespaces");
    if maximum.is_ok_and(|value| value.trim() == "0") {
        return Some("sudo sysctl -w user.max_user_namespaces=10000".to_owned());
    }
    Some("in a container: allow unshare and mount, or add CAP_SYS_ADMIN".to_owned())
}

/// Puts the whole process on a level. Called in `main`, before any thread exists.
///
/// # Errors
///
/// [`EngineError`] when the level cannot be reached; [`probe`] tells before.
pub fn enter(level: Level) -> Result<(), EngineError> {
    if level == Level::Namespaces {
        namespace::enter_user().map_err(|e| EngineError::System {
            what: e.step,
            error: e.error,
        })?;
    }
    if level >= Level::Reaper {
        nix::sys::prctl::set_child_subreaper(true)
            .map_err(EngineError::system("adopt what participants leave behind"))?;
    }
    Ok(())
}
