//! `dist`: release builds of the chat, packed by a program of its own.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::binaries;
use crate::cli;
use crate::command;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::output;
use crate::workspace::Workspace;

/// The package that packs, and the program in it.
const PACKAGE: &str = "dist";

/// What is packed.
const PROGRAMS: [&str; 2] = ["chat-client", "chat-server"];

/// Builds both programs as they are released, and packs them.
pub(crate) fn run(arguments: &cli::Dist, workspace: &Workspace) -> CommandResult {
    let root = workspace.root();
    let time = time(root)?;
    let changed = printed(command::program("git", root).args(["status", "--porcelain"]))?;
    if !changed.is_empty() {
        output::warn(
            "there are changes that are in no commit: what is packed here cannot be built again from one",
        );
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let target = target(&printed(command::program(rustc, root).arg("-vV"))?)?;
    let target_dir = root.join("target");
    output::narrate(
        "building chat-client and chat-server as they are released; this takes minutes",
    );
    build(root, &target_dir)?;
    let packer = binaries::build_one(workspace, PACKAGE)?;
    let out = std::path::absolute(&arguments.out);
    let out = out.map_err(|error| CommandError::file(&arguments.out, &error))?;
    let mut pack = command::program(packer, root);
    pack.arg("--programs").arg(target_dir.join("dist"));
    pack.arg("--out").arg(out);
    pack.args(["--target", &target, "--time", &time]);
    // As Debian's own tools are told.
    let variables = ["DEBFULLNAME", "DEBEMAIL"].map(std::env::var);
    if let [Ok(name), Ok(address)] = variables {
        pack.arg("--maintainer").arg(format!("{name} <{address}>"));
    }
    for line in printed(&mut pack)?.lines() {
        output::result(line);
    }
    Ok(FINE)
}

/// With everything that they offer, and without the paths of this machine.
fn build(root: &Path, target_dir: &Path) -> Result<(), CommandError> {
    let mut cargo = command::cargo(root);
    cargo.args(["build", "--profile", "dist", "--locked", "--bins"]);
    cargo.arg("--target-dir").arg(target_dir);
    for program in PROGRAMS {
        cargo.args(["--package", program]);
    }
    let home = std::env::var("CARGO_HOME").ok();
    let home = home.or_else(|| Some(format!("{}/.cargo", std::env::var("HOME").ok()?)));
    let root = root.display().to_string();
    let places = [Some((root, "/chat")), home.map(|home| (home, "/cargo"))];
    let remapped = places.into_iter().flatten();
    let flags: Vec<String> = remapped
        .map(|(from, to)| format!("--remap-path-prefix={from}={to}"))
        .collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let status = cargo.stderr(Stdio::inherit()).status();
    let status =
        status.map_err(|error| CommandError::environment(format!("cannot run cargo: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        let text = "the release does not build; see the compiler's message above";
        Err(CommandError::environment(text))
    }
}

/// Of the commit, so that what is made of it again is the same; or as whoever packs says.
fn time(root: &Path) -> Result<String, CommandError> {
    let time = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(time) => time,
        Err(_) => printed(command::program("git", root).args(["log", "-1", "--format=%ct"]))?,
    };
    let time = time.trim().to_owned();
    if time.parse::<u64>().is_ok() {
        return Ok(time);
    }
    Err(CommandError::usage(format!(
        "SOURCE_DATE_EPOCH is {time:?}; it must be seconds since 1970"
    )))
}

/// What the compiler builds for, from what it says of itself.
fn target(rustc: &str) -> Result<String, CommandError> {
    let mut lines = rustc.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    let host =
        host.ok_or_else(|| CommandError::environment("rustc -vV names no host".to_owned()))?;
    Ok(host.to_owned())
}

/// What a program prints, if it succeeds.
fn printed(command: &mut Command) -> Result<String, CommandError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output();
    let output =
        output.map_err(|error| CommandError::environment(format!("cannot run {name}: {error}")))?;
    if !output.status.success() {
        let text = format!("{name} ended with {}", output.status);
        return Err(CommandError::environment(text));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn the_target_is_the_machine_of_the_compiler() {
        let said = "rustc 1.95.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        assert_eq!(target(said).unwrap(), "x86_64-unknown-linux-gnu");
        assert!(target("gcc").is_err());
    }
}
