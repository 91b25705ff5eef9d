//! What the command line of a program says of itself: manual pages, and completions for shells.

use std::io;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::tree::{Tree, gzipped};

/// A page for the program and one for each of its subcommands, in `share`.
pub(crate) fn manual(mut command: Command) -> io::Result<Tree> {
    command.build();
    let mut pages = Tree::default();
    let name = command.get_name().to_owned();
    let subcommands: Vec<Command> = command.get_subcommands().cloned().collect();
    page(&mut pages, &name, command)?;
    for subcommand in subcommands {
        // `help` is said by `--help`.
        if subcommand.get_name() != "help" {
            let name = format!("{name}-{}", subcommand.get_name());
            page(&mut pages, &name, subcommand)?;
        }
    }
    Ok(pages)
}

fn page(pages: &mut Tree, name: &str, command: Command) -> io::Result<()> {
    let mut text = Vec::new();
    let command = command.display_name(name.to_owned());
    Man::new(command).render(&mut text)?;
    pages.add(format!("share/man/man1/{name}.1.gz"), gzipped(&text)?);
    Ok(())
}

/// Where each shell looks for them, in `share`.
pub(crate) fn completions(command: &Command) -> Tree {
    let mut scripts = Tree::default();
    let name = command.get_name().to_owned();
    for (shell, path) in [
        (
            Shell::Bash,
            format!("share/bash-completion/completions/{name}"),
        ),
        (
            Shell::Fish,
            format!("share/fish/vendor_completions.d/{name}.fish"),
        ),
        (Shell::Zsh, format!("share/zsh/vendor-completions/_{name}")),
    ] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command.clone(), &name, &mut script);
        scripts.add(path, script);
    }
    scripts
}
