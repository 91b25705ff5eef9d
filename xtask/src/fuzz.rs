//! `fuzz`: bytes that libFuzzer makes, for as long as somebody asks, in a workspace of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use crate::cli;
use crate::command;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::output;
use crate::workspace::Workspace;

/// What libFuzzer prints last that a person wants to see of a fault, in lines.
const LAST_LINES: usize = 30;

/// Fuzzes one target after the other; a line for each.
pub(crate) fn run(arguments: &cli::Fuzz, workspace: &Workspace) -> CommandResult {
    let known = targets(workspace)?;
    let wrong = arguments.targets.iter().find(|name| !known.contains(name));
    if let Some(wrong) = wrong {
        let all = known.join(", ");
        let text = format!("there is no target `{wrong}`; the targets are {all}");
        return Err(CommandError::usage(text));
    }
    if command::find("cargo-fuzz").is_none() {
        return Err(CommandError::environment(
            "cargo-fuzz is not installed: rustup toolchain install nightly && cargo install cargo-fuzz --locked",
        ));
    }
    let chosen = if arguments.targets.is_empty() {
        &known
    } else {
        &arguments.targets
    };
    let mut faults = 0;
    for target in chosen {
        output::narrate(&format!("{target}: {} s", arguments.time.as_secs()));
        let fuzzed = fuzz(target, arguments, workspace)?;
        if let Some(shown) = fuzzed.fault {
            output::narrate(&shown);
            output::result(&format!("{target}  FAULT after {} inputs", fuzzed.inputs));
            faults += 1;
        } else {
            output::result(&format!("{target}  {} inputs, no fault", fuzzed.inputs));
        }
    }
    output::result(&format!("{} targets, {faults} faults", chosen.len()));
    Ok(if faults == 0 { FINE } else { FAILED })
}

/// What came of a target.
struct Fuzzed {
    /// As libFuzzer counts them.
    inputs: String,
    /// What it printed last, where it found a fault.
    fault: Option<String>,
}

/// New inputs go to `target/`: what is worth keeping is copied to the stored corpus by hand.
fn fuzz(
    target: &str,
    arguments: &cli::Fuzz,
    workspace: &Workspace,
) -> Result<Fuzzed, CommandError> {
    let corpus = workspace.root().join("fuzz/corpus").join(target);
    let built = workspace.root().join("target/fuzz");
    let found = built.join("found").join(target);
    fs::create_dir_all(&found).map_err(|error| CommandError::file(&found, &error))?;
    // The proxy of rustup, not the cargo that runs us: it alone knows other toolchains.
    let mut child = command::program("cargo", workspace.root())
        .args(["+nightly", "fuzz", "run", target, "--target-dir"])
        .args([&built, &found, &corpus])
        .args([
            "--",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ])
        .arg(format!("-max_total_time={}", arguments.time.as_secs()))
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| CommandError::environment(format!("cannot start cargo: {error}")))?;
    let printed = child.stderr.take().into_iter();
    let mut last = Vec::new();
    let mut inputs = String::from("0");
    for line in printed.flat_map(|printed| BufReader::new(printed).split(b'\n')) {
        let Ok(line) = line else { break };
        let line = String::from_utf8_lossy(&line).into_owned();
        if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
            number.trim().clone_into(&mut inputs);
        }
        last.push(line);
        if last.len() > LAST_LINES {
            last.remove(0);
        }
    }
    let status = child
        .wait()
        .map_err(|error| CommandError::environment(format!("cargo fuzz: {error}")))?;
    let fault = (!status.success()).then(|| last.join("\n"));
    Ok(Fuzzed { inputs, fault })
}

/// Their names, in order.
fn targets(workspace: &Workspace) -> Result<Vec<String>, CommandError> {
    let directory: PathBuf = workspace.root().join("fuzz/corpus");
    let entries =
        fs::read_dir(&directory).map_err(|error| CommandError::file(&directory, &error))?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}
