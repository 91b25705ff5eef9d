//! `doctor`: what this machine can do, and how to make it do more.

use stage::confine;
use stage::level::{self, Probe};

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{ENVIRONMENT, FINE};
use crate::output::{self, BAD, GOOD};
use crate::workspace::Workspace;
use crate::{binaries, command};

/// One thing that was checked.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    good: bool,
    /// Plays need it; the others are for the gates.
    needed: bool,
    what: String,
    /// How to mend it, where it is not good.
    fix: Option<String>,
}

/// Prints one line for each thing.
pub(crate) fn run() -> CommandResult {
    let workspace = Workspace::here();
    let built = binaries::build_all(&workspace)?;
    let stage_init = built
        .get("stage-init")
        .ok_or_else(|| CommandError::harness("stage-init was not built"))?;
    let probe =
        level::probe(stage_init).map_err(|error| CommandError::environment(error.to_string()))?;

    let mut findings = vec![
        programs(built.len()),
        isolation(&probe),
        files(confine::is_available()),
        sockets(probe.why_sockets.as_deref()),
        processes(probe.why_proc.as_deref()),
    ];
    findings.extend(
        TOOLS
            .iter()
            .map(|tool| tool.finding(command::find(tool.name).is_some())),
    );
    for finding in &findings {
        output::result(&line(finding));
    }
    let broken = findings
        .iter()
        .any(|finding| finding.needed && !finding.good);
    if broken {
        return Ok(ENVIRONMENT);
    }
    output::next("cargo xtask demo three-clients");
    Ok(FINE)
}

fn programs(count: usize) -> Finding {
    Finding {
        good: true,
        needed: true,
        what: format!("our own programs are built ({count})"),
        fix: None,
    }
}

fn isolation(probe: &Probe) -> Finding {
    let why = probe
        .why_not_more
        .as_ref()
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    Finding {
        good: probe.why_not_more.is_none(),
        needed: false,
        what: format!("level {}{why}", probe.level),
        fix: probe.remedy.clone(),
    }
}

fn files(confined: bool) -> Finding {
    Finding {
        good: confined,
        needed: false,
        what: if confined {
            "participants can write only in their own scratch directories and signal nobody else (Landlock); they can read what you can"
                .to_owned()
        } else {
            "participants can write wherever you can: no Landlock".to_owned()
        },
        fix: Some("Linux 5.13 or newer, with `landlock` in /sys/kernel/security/lsm".to_owned()),
    }
}

fn sockets(why_not: Option<&str>) -> Finding {
    Finding {
        good: why_not.is_none(),
        needed: false,
        what: why_not.map_or_else(
            || "participants cannot reach your known Unix sockets (in /run, /tmp, …)".to_owned(),
            |why| format!("participants can reach the Unix sockets that you can reach: {why}"),
        ),
        fix: Some("raise the level; in a container: allow mount".to_owned()),
    }
}

fn processes(why_not: Option<&str>) -> Finding {
    Finding {
        good: why_not.is_none(),
        needed: false,
        what: why_not.map_or_else(
            || "participants see only the processes of their play in /proc".to_owned(),
            |why| {
                format!("participants can read the command lines of all your processes in /proc: {why}")
            },
        ),
        fix: Some(
            "raise the level; in a container: leave /proc uncovered (`--security-opt systempaths=unconfined`)"
                .to_owned(),
        ),
    }
}

/// A program that a gate needs.
pub(crate) struct Tool {
    /// As on `PATH`.
    pub(crate) name: &'static str,
    /// Who needs it.
    pub(crate) used_by: &'static str,
    /// How to get it.
    pub(crate) install: &'static str,
}

/// What the gates and their readers use beyond a plain Rust.
pub(crate) const TOOLS: [Tool; 6] = [
    Tool {
        name: "cargo-deny",
        used_by: "cargo xtask ci",
        install: "cargo install cargo-deny --locked",
    },
    Tool {
        name: "typos",
        used_by: "cargo xtask ci",
        install: "pip install typos, or cargo install typos-cli --locked",
    },
    Tool {
        name: "tmux",
        used_by: "tests of the stage on a terminal",
        install: "apt-get install tmux",
    },
    Tool {
        name: "node",
        used_by: "tests of pages in a browser",
        install: "apt-get install nodejs npm",
    },
    Tool {
        name: "chromium",
        used_by: "tests of pages in a browser",
        install: "apt-get install chromium",
    },
    Tool {
        name: "cargo-insta",
        used_by: "reviewing snapshots, not needed otherwise",
        install: "cargo install cargo-insta --locked",
    },
];

impl Tool {
    fn finding(&self, found: bool) -> Finding {
        Finding {
            good: found,
            needed: false,
            what: format!("{} ({})", self.name, self.used_by),
            fix: Some(self.install.to_owned()),
        }
    }
}

fn line(finding: &Finding) -> String {
    let what = &finding.what;
    if finding.good {
        return format!("{GOOD}✔{GOOD:#} {what}");
    }
    let fix = finding
        .fix
        .as_ref()
        .map(|fix| format!("\n    {fix}"))
        .unwrap_or_default();
    format!("{BAD}✘{BAD:#} {what}{fix}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use timeline::Level;

    #[test]
    fn what_is_missing_comes_with_its_remedy() {
        let probe = Probe {
            level: Level::Reaper,
            why_not_more: Some("unshare: not permitted".to_owned()),
            remedy: Some("sudo sysctl -w x=0".to_owned()),
            why_sockets: None,
            why_proc: None,
        };
        let line = anstream::adapter::strip_str(&line(&isolation(&probe))).to_string();
        assert_eq!(
            line,
            "✘ level reaper: unshare: not permitted\n    sudo sysctl -w x=0"
        );
    }
}
