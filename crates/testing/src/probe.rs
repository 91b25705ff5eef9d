//! Probes that share no code with the harness: a harness that cannot see a feature must not be
//! the one that excuses its own tests.

use std::process::{Command, Stdio};

use crate::Feature;

/// The system call `landlock_create_ruleset`, asked for the version: positive where there is
/// Landlock. The number is the same on every architecture.
const LANDLOCK: &str = "exit(syscall(444, 0, 0, 1) > 0 ? 0 : 1)";

/// A mount that only a mount namespace of one's own allows, and that ends with it.
const MOUNT: &str = "mount --bind /dev/null /etc/passwd";

/// Whether this machine has a feature; `None` when the program that asks is not there.
pub(crate) fn ask(feature: Feature) -> Option<bool> {
    match feature {
        Feature::Landlock => succeeds("perl", &["-e", LANDLOCK]),
        Feature::Namespaces => unshare(&["--net", "--pid", "--fork", "--mount-proc", "true"]),
        Feature::Mounts => unshare(&["--mount", "sh", "-c", MOUNT]),
    }
}

fn unshare(arguments: &[&str]) -> Option<bool> {
    let user = ["--user", "--map-root-user"];
    succeeds("unshare", &[&user, arguments].concat())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a probe must not be started by what it checks"
)]
fn succeeds(program: &str, arguments: &[&str]) -> Option<bool> {
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    status.ok().map(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::succeeds;

    #[test]
    fn a_probe_that_cannot_be_started_tells_nothing() {
        assert_eq!(succeeds("sh", &["-c", "exit 0"]), Some(true));
        assert_eq!(succeeds("sh", &["-c", "exit 1"]), Some(false));
        assert_eq!(succeeds("no-such-program-anywhere", &[]), None);
    }
}
