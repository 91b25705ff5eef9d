//! `new adapter`: an adapter for programs that nobody has described.

use std::fs;
use std::io::{self, BufRead, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

use harness::{Discovery, Probed, Proposed, RunContext, RunDir, Update, Watching};
use proposal::Proposal;
use scenario::adapter;
use timeline::{EventKind, visible};

use super::write;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FAILED;
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{cli, output, probe, staging};

/// Lines that are shown to choose from.
const LINES: usize = 30;

/// Reads and plays what is in a directory, writes the adapter, and tries everything that it says.
pub(super) fn run(arguments: &cli::NewAdapter, workspace: &Workspace) -> CommandResult {
    let dir = &arguments.dir;
    let dir = fs::canonicalize(dir).map_err(|error| CommandError::file(dir, &error))?;
    let beside = dir.join("adapter.toml");
    let path = arguments.out.as_deref().unwrap_or(&beside);
    if path.exists() {
        let text = format!("{} already exists and was not changed", path.display());
        return Err(CommandError::usage(text));
    }
    let asked = cli::Staging {
        adapter: path.display().to_string(),
        settings: Vec::new(),
        seed: None,
        level: arguments.level,
    };
    let unknown = harness::unknown_adapter().map_err(failed)?;
    let who = staging::with_main(workspace, unknown, &[])?;
    let context = staging::context(workspace, &asked, who, Update::Check)?;
    let run = staging::run_dir(workspace.reports())?;
    staging::block_on(async {
        let interrupt = Interrupt::listen(context.cancel.clone())?;
        let watching = Watching {
            submission: &dir,
            dir: &run,
            place: Path::new("watched"),
        };
        let found = harness::propose(&context, watching).await;
        let found = found.map_err(|error| interrupt.command_error(error))?;
        let (proposed, code) = answer(found)?;
        let proposal = complete(proposed)?;
        let text = proposal.to_toml(&dir.display().to_string());
        write(path, &text)?;
        output::result(&format!("wrote {}", output::from_here(path).display()));
        for unknown in proposal.unknown() {
            output::result(&format!("not found out: {unknown}"));
        }
        if let Some(code) = code {
            return Ok(code);
        }
        let probed = tried((path, &text), context, &run, &asked).await;
        let probed = probed.map_err(|error| interrupt.command_error(error))?;
        Ok(probe::tell(&probed, run.path()))
    })
}

async fn tried(
    (path, text): (&Path, &str),
    context: RunContext,
    run: &RunDir,
    asked: &cli::Staging,
) -> Result<Vec<Probed>, stage::EngineError> {
    let adapter = adapter::parse(text, path);
    let adapter = adapter.map_err(|_| stage::EngineError::Fault("a proposal is no adapter"))?;
    let context = RunContext {
        adapter: Arc::new(adapter),
        ..context
    };
    harness::probe(&context, run, &staging::asked(asked)).await
}

/// What there is to write, and how the command ends where it does not work.
fn answer(found: Discovery) -> Result<(Proposed, Option<u8>), CommandError> {
    match found {
        Discovery::Works(proposed) => Ok((*proposed, None)),
        Discovery::DoesNotBuild(why) => {
            Err(CommandError::usage(format!("it does not build: {why}")))
        }
        Discovery::Fails { why, likeliest } => {
            for why in &why {
                output::narrate(&format!("no adapter yet: {}", visible(why)));
            }
            let text = "no adapter that the sources suggest lets two clients talk; docs/adapters.md explains how to write one by hand";
            let proposed = likeliest.ok_or_else(|| CommandError::usage(text.to_owned()))?;
            output::narrate(&format!("{text}, starting from this file"));
            Ok((*proposed, Some(FAILED)))
        }
    }
}

/// On a terminal, somebody says what the lines mean.
fn complete(proposed: Proposed) -> Result<Proposal, CommandError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(proposed.proposal);
    }
    ask(proposed, &mut io::stdin().lock(), output::result)
}

/// Shows what was printed, and asks which line means what.
fn ask(
    proposed: Proposed,
    answers: &mut impl BufRead,
    show: impl Fn(&str),
) -> Result<Proposal, CommandError> {
    let Proposed {
        mut proposal,
        observed,
    } = proposed;
    let lines: Vec<_> = observed.printed.iter().take(LINES).collect();
    if lines.is_empty() {
        return Ok(proposal);
    }
    show("This is what the clients alice and bob printed:");
    for (place, line) in lines.iter().enumerate() {
        let (number, who) = (place + 1, &line.who);
        show(&format!("{number:>3}  {who}: {}", visible(&line.text)));
    }
    for (event, question) in QUESTIONS {
        let enter = proposal.pattern_of(event).map_or_else(
            || "if none does".to_owned(),
            |known| format!("to keep those like {}", visible(known)),
        );
        show(&format!(
            "Which line {question}? Type its number, or press Enter {enter}."
        ));
        let mut typed = String::new();
        let read = answers.read_line(&mut typed);
        read.map_err(|error| CommandError::environment(format!("no answer: {error}")))?;
        let number = typed.trim().parse::<usize>().ok();
        if let Some(line) = number.and_then(|number| lines.get(number.checked_sub(1)?)) {
            match observed.pattern(event, line) {
                Some(pattern) => proposal = proposal.with(event, pattern),
                None => show("That line is too long for a pattern; nothing was changed."),
            }
        }
    }
    Ok(proposal)
}

const QUESTIONS: [(EventKind, &str); 4] = [
    (EventKind::Ready, "shows that a client is ready"),
    (EventKind::Joined, "shows that the other one has joined"),
    (
        EventKind::Message,
        "shows what the other one said to everyone",
    ),
    (EventKind::Left, "shows that somebody has left"),
];

fn failed(error: stage::EngineError) -> CommandError {
    CommandError::environment(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use harness::Proposed;
    use proposal::{Observed, SourceFile, proposals};
    use timeline::{Event, EventKind, Kind, Stream};

    use super::ask;

    #[test]
    fn somebody_points_at_a_line_and_its_pattern_is_written() {
        let source = |path: &str, text: &str| SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let sources = [
            source("server.py", "socket.create_server(('', 5000))"),
            source("client.py", "socket.create_connection(('', 5000))"),
        ];
        let proposal = proposals(&sources).unwrap().remove(0);
        let line = |text: &str| Kind::Line {
            who: "alice".to_owned(),
            stream: Stream::Stdout,
            text: text.to_owned(),
            seen: None,
            unfinished: false,
        };
        let typed = Kind::Typed {
            who: "bob".to_owned(),
            line: "hello to all".to_owned(),
        };
        let kinds = [line("in you are"), typed, line("~ bob ~ hello to all ~")];
        let events = kinds.map(|kind| Event { n: 0, t: 0, kind });
        let observed = Observed::read(&events);
        let shown = RefCell::new(String::new());
        let show = |line: &str| shown.borrow_mut().extend([line, "\n"]);
        let mut answers = "1\n\n2\n9\n".as_bytes();
        let proposal = ask(Proposed { proposal, observed }, &mut answers, show).unwrap();
        assert_eq!(proposal.pattern_of(EventKind::Ready), Some("in you are"));
        let message = r"\~ (?<from>[\w-]+) \~ (?<text>.*) \~";
        assert_eq!(proposal.pattern_of(EventKind::Message), Some(message));
        assert_eq!(proposal.pattern_of(EventKind::Left), None);
        let toml = proposal.to_toml("/somewhere");
        assert!(
            toml.contains("# You chose a line that means this.\nmessage = "),
            "{toml}"
        );
        let shown = shown.into_inner();
        assert!(
            shown.contains("  2  alice: ~ bob ~ hello to all ~"),
            "{shown}"
        );
    }
}
