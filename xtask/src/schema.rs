//! `schema`: what is made from the code and kept in the repository.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;
use scenario::adapter;

use crate::cli::{self, Cli};
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{self, FAILED, FINE};
use crate::output::{self, BAD};
use crate::workspace::Workspace;
use crate::{pictures, recording, zoo};

/// Ends every generated part of a page.
const END: &str = "<!-- end of generated part -->";

/// Writes what is out of date, or with `--check` says what is.
pub(crate) fn run(arguments: &cli::Schema) -> CommandResult {
    let workspace = Workspace::here();
    if arguments.pictures {
        pictures::play(&workspace)?;
    }
    let mut stale = 0;
    for (path, text) in generated(&workspace)? {
        if fs::read_to_string(&path).is_ok_and(|stored| stored == text) {
            continue;
        }
        stale += 1;
        let shown = workspace.shown(&path);
        if arguments.check {
            output::narrate(&format!(
                "{BAD}out of date{BAD:#}: {shown}; run `cargo xtask schema`"
            ));
        } else {
            let dir = path.parent().unwrap_or(workspace.root());
            fs::create_dir_all(dir).map_err(|error| CommandError::file(dir, &error))?;
            fs::write(&path, text).map_err(|error| CommandError::file(&path, &error))?;
            output::result(&format!("wrote {shown}"));
        }
    }
    if arguments.pictures {
        return pictures::screenshots(&workspace);
    }
    Ok(if arguments.check && stale > 0 {
        FAILED
    } else {
        FINE
    })
}

/// Every generated file and what it should hold.
fn generated(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>, CommandError> {
    let schemas = workspace.root().join("schemas");
    let mut files = vec![
        (schemas.join("adapter.json"), pretty(&adapter::schema())),
        (
            schemas.join("classroom50.json"),
            pretty(&grading::classroom50_schema()),
        ),
        (
            schemas.join("gradescope.json"),
            pretty(&grading::gradescope_schema()),
        ),
        (
            schemas.join("matrix.json"),
            pretty(&grading::matrix_schema()),
        ),
        (schemas.join("result.json"), pretty(&report::schema())),
        (
            schemas.join("overrides.json"),
            pretty(&grading::overrides_schema()),
        ),
        (schemas.join("rubric.json"), pretty(&grading::schema())),
        (schemas.join("scenario.json"), pretty(&scenario::schema())),
        recording::picture(workspace)?,
    ];
    let parts = [
        ("adapter reference", adapter::reference()),
        ("commands", commands()),
        ("exit codes", exit_codes()),
        ("faults of the zoo", zoo::page()),
        ("rubric reference", grading::reference()),
        ("scenario reference", scenario::reference()),
    ];
    let docs = workspace.root().join("docs");
    let entries = fs::read_dir(&docs).map_err(|error| CommandError::file(&docs, &error))?;
    let mut pages: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    pages.sort();
    for page in pages
        .into_iter()
        .filter(|page| page.extension().is_some_and(|end| end == "md"))
    {
        let text = fs::read_to_string(&page).map_err(|error| CommandError::file(&page, &error))?;
        let filled = parts
            .iter()
            .fold(text.clone(), |page, (name, part)| fill(&page, name, part));
        if filled != text {
            files.push((page, filled));
        }
    }
    Ok(files)
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// Puts `content` between `<!-- generated: NAME -->` and [`END`], wherever a page has both.
fn fill(page: &str, name: &str, content: &str) -> String {
    let begin = format!("<!-- generated: {name} -->");
    let Some((before, rest)) = page.split_once(&begin) else {
        return page.to_owned();
    };
    let Some((_, after)) = rest.split_once(END) else {
        return page.to_owned();
    };
    format!("{before}{begin}\n\n{}\n\n{END}{after}", content.trim_end())
}

/// The help of every command, as Markdown.
fn commands() -> String {
    let mut text = String::new();
    for command in Cli::command().get_subcommands_mut() {
        let name = command.get_name().to_owned();
        let mut command = command
            .clone()
            .bin_name(format!("cargo xtask {name}"))
            .term_width(100);
        let help = command.render_long_help().to_string();
        text.push_str(&format!(
            "### `cargo xtask {name}`\n\n```text\n{}\n```\n\n",
            help.trim_end()
        ));
    }
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn exit_codes() -> String {
    let mut table = "| exit | means |\n|---|---|\n".to_owned();
    for (code, meaning) in exit_code::ALL {
        table.push_str(&format!("| {code} | {meaning} |\n"));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marked_part_of_a_page_is_replaced() {
        let page = format!("a\n<!-- generated: x -->\nold\n{END}\nb\n");
        let filled = fill(&page, "x", "new\n");
        assert_eq!(
            filled,
            format!("a\n<!-- generated: x -->\n\nnew\n\n{END}\nb\n")
        );
        assert_eq!(fill(&filled, "x", "new\n"), filled);
        assert_eq!(fill(&page, "y", "new\n"), page);
    }

    #[test]
    fn every_command_has_its_section() {
        let text = commands();
        for name in ["demo", "test", "check", "tidy", "ci"] {
            assert!(
                text.contains(&format!("### `cargo xtask {name}`")),
                "{text}"
            );
        }
        assert!(!text.lines().any(|line| line.ends_with(' ')));
    }
}
