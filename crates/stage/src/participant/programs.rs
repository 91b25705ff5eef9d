//! Where the programs of an adapter lie.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::ProgramNotFound;
use crate::participant::interpreter;
use crate::participant::spawn::{Command, find_program};
use scenario::adapter::{Adapter, Copy, Program, Template, Typed};
use timeline::EventKind;

/// Where a clean environment searches for programs.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A program that starts in this directory, which is its home, in a clean environment.
pub(crate) fn in_home(program: impl Into<PathBuf>, home: &Path) -> Command {
    let shown = home.display().to_string();
    Command::new(program)
        .directory(home)
        .variable("PATH", PATH)
        .variable("HOME", &shown)
        .variable("TMPDIR", format!("{shown}/tmp"))
        .variable("LANG", "C.UTF-8")
        .variable("PYTHONUNBUFFERED", "1")
}

/// A path as it is, a bare name on `PATH`.
pub fn on_path(program: &Path) -> Option<PathBuf> {
    find_program(program, PATH)
}

/// A path, from the directory of the adapter; where there is none, a name on `PATH`.
///
/// # Errors
///
/// [`ProgramNotFound::Nowhere`].
pub(crate) fn find(adapter: &Adapter, path: &Path) -> Result<PathBuf, ProgramNotFound> {
    // Programs run elsewhere: what is relative now would mean something else there.
    let beside = adapter.path.parent().map(|dir| dir.join(path));
    beside
        .and_then(|beside| std::path::absolute(beside).ok())
        .filter(|beside| beside.is_file())
        .or_else(|| find_program(path, PATH))
        .ok_or_else(|| ProgramNotFound::Nowhere {
            path: path.to_owned(),
            on: PATH,
        })
}

/// What keeps an adapter without mistakes from being played, or what it does from being seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The keys of the adapter file that lead to it, the outermost first.
    pub at: Vec<String>,
    /// A sentence.
    pub why: String,
}

impl Warning {
    /// At these keys.
    pub fn new(at: &[&str], why: String) -> Self {
        let at = at.iter().map(|key| (*key).to_owned()).collect();
        Self { at, why }
    }
}

/// Everything of that kind.
pub fn lint(adapter: &Adapter) -> Vec<Warning> {
    let relay = adapter.relay.copy.iter().map(|copy| ("relay", copy));
    let client = adapter.client.copy.iter().map(|copy| ("client", copy));
    let missing = relay.chain(client).filter_map(not_there);
    let programs = not_started(adapter).into_iter();
    programs.chain(missing).chain(unseen(adapter)).collect()
}

fn not_there((whose, copy): (&str, &Copy)) -> Option<Warning> {
    let from = (!copy.from.exists()).then_some(copy.from.display())?;
    let why = format!(
        "`copy` takes {from}, which does not exist; paths are relative to the adapter file"
    );
    Some(Warning::new(&[whose, "copy"], why))
}

/// What is typed, and no event would show.
fn unseen(adapter: &Adapter) -> impl Iterator<Item = Warning> {
    let shown_by = [
        (Typed::Say, EventKind::Message),
        (Typed::Msg, EventKind::Private),
        (Typed::File, EventKind::FileReceived),
    ];
    let client = &adapter.client;
    let lacks = |(verb, event): &(Typed, EventKind)| {
        client.r#type.lines(*verb).is_some() && !client.events.contains_key(event)
    };
    shown_by.into_iter().filter(lacks).map(|(verb, event)| {
        let why = format!(
            "it types `{}`, but has no pattern for the event `{}` that shows it: scenarios that \
             need it are UNSUPPORTED",
            verb.word(),
            event.word()
        );
        Warning::new(&["client", "type", verb.word()], why)
    })
}

/// Programs that the workspace does not build, and that cannot be started.
fn not_started(adapter: &Adapter) -> Vec<Warning> {
    let named = adapter.programs.iter();
    let paths = named.filter_map(|(name, program)| match program {
        Program::Path(path) => Some((name, path)),
        Program::Cargo(_) => None,
    });
    paths
        .filter_map(|(name, path)| {
            let why = match find(adapter, Path::new(path)) {
                Err(why) => why.to_string(),
                Ok(found) if starts(adapter, name) && !may_run(&found) => format!(
                    "{} may not be executed: `chmod +x` it, or start what runs it and give it \
                     this path",
                    found.display()
                ),
                Ok(found) if starts(adapter, name) => interpreter::why_not(&found)?,
                Ok(_) => return None,
            };
            let why = format!("the program `{name}` cannot be started: {why}");
            Some(Warning::new(&["programs", name], why))
        })
        .collect()
}

/// Whether it is what a command line begins with, and not an argument of another program.
fn starts(adapter: &Adapter, name: &str) -> bool {
    let (relay, client) = (&adapter.relay.run, &adapter.client.run);
    let lines = [relay, client].into_iter().chain(&adapter.client.prepare);
    let mut first = lines.filter_map(|line: &Vec<Template>| line.first());
    first.any(|word| word.0 == format!("{{{name}}}"))
}

fn may_run(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{Warning, lint};
    use scenario::adapter::{self, Adapter, Program};
    use timeline::EventKind;

    fn in_lines(adapter: &Adapter) -> String {
        let line = |one: &Warning| format!("{}: {}\n", one.at.join("."), one.why);
        lint(adapter).iter().map(line).collect()
    }

    #[test]
    fn what_is_not_there_or_may_not_run_is_wrong() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut adapter = adapter::load(&workspace.join("zoo/adapters/plain.toml")).unwrap();
        assert_eq!(lint(&adapter), []);
        let dir = tempfile::tempdir().unwrap();
        adapter.path = dir.path().join("mine.toml");
        let path = |name: &str| Program::Path(name.to_owned());
        adapter.programs.insert("client".to_owned(), path("./chat"));
        // It is on the path, and it is nothing that is started by itself.
        adapter.programs.insert("shell".to_owned(), path("sh"));
        let problems = in_lines(&adapter);
        assert!(
            problems.starts_with(
                "programs.client: the program `client` cannot be started: no ./chat beside it"
            ),
            "{problems}"
        );
        let chat = dir.path().join("chat");
        fs::write(&chat, "#!/bin/sh\n").unwrap();
        let problems = in_lines(&adapter);
        assert!(
            problems.contains("chat may not be executed: `chmod +x`"),
            "{problems}"
        );
        adapter.programs.insert("script".to_owned(), path("chat"));
        assert_eq!(lint(&adapter).len(), 1, "an argument is only read");
        fs::set_permissions(&chat, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(lint(&adapter), []);
        fs::write(&chat, "#!/bin/sh\r\n").unwrap();
        let problems = in_lines(&adapter);
        assert!(
            problems.contains("save it with Unix line endings"),
            "{problems}"
        );
    }

    #[test]
    fn what_is_to_be_copied_and_what_shows_the_texts_must_be_there() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut adapter = adapter::load(&workspace.join("adapters/reference.toml")).unwrap();
        assert_eq!(lint(&adapter), []);
        adapter.client.copy[0].from = "/nowhere/keys".into();
        adapter.client.events.remove(&EventKind::Private);
        let problems = in_lines(&adapter);
        let lines: Vec<&str> = problems.lines().collect();
        assert_eq!(lines.len(), 2, "{problems}");
        assert!(lines[0].starts_with("client.copy: `copy` takes /nowhere/keys, which does not"));
        assert!(lines[1].starts_with("client.type.msg: it types `msg`, but has no pattern for"));
    }
}
