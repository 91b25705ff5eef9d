//! Files that are sent: where they come from, and their names in an outbox.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use toml_language::suggest::nearest;
use toml_language::{Node, Place, Problem};

use super::Checker;
use crate::codes::scenario as code;
use crate::inside::stays_inside;
use crate::model::{FileSource, Outcome};

impl Checker<'_> {
    /// Where a file comes from and how it is called.
    pub(crate) fn file(
        &mut self,
        node: &Node<'_, '_>,
        outcome: Outcome,
        line: usize,
    ) -> Option<(FileSource, String)> {
        let (source, default) = match (node.text("path"), node.size("size")) {
            (Some(path), _) => {
                let fixture = self.fixture(&path, outcome)?;
                let name = fixture.file_name()?.to_string_lossy().into_owned();
                (FileSource::Fixture(fixture), name)
            }
            (None, Some(size)) => (FileSource::Made(size), format!("made-{line}.bin")),
            (None, None) => return None,
        };
        let name = match node.text("as") {
            None => default,
            Some(name) => {
                if !stays_inside(name.text) {
                    let shown = name.text.escape_debug();
                    let title = format!("`{shown}` is not a file in the sender's outbox");
                    let help = "write a name, such as \"plan.pdf\", or a path that stays there, such as \"inner/../plan.pdf\"";
                    self.say(code::BAD_PATH, &name.span, title, help);
                }
                name.text.to_owned()
            }
        };
        self.no_clash(node, &source, &name);
        Some((source, name))
    }

    /// Two different files of one client need two names.
    fn no_clash(&mut self, node: &Node<'_, '_>, source: &FileSource, name: &str) {
        let Some(from) = node.owned("from") else {
            return;
        };
        let span = if node.has("as") {
            node.key_span("as")
        } else {
            node.span()
        };
        let entry = self.outbox.entry((from, name.to_owned()));
        let (before, place) = entry.or_insert_with(|| (source.clone(), span.clone()));
        if before != source {
            let title = format!("this client already has another file named `{name}`");
            let problem = Problem::new(code::SAME_OUTBOX_NAME, &span, title);
            let problem = problem
                .context(place, "the other file")
                .help("choose another name with `as`");
            self.problems.push(problem);
        }
    }

    fn fixture(&mut self, path: &Place<'_>, outcome: Outcome) -> Option<PathBuf> {
        let relative = Path::new(path.text);
        let is_within = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_within || path.text.is_empty() || path.text.contains('\0') {
            let help =
                "write it relative to the `scenarios` directory, such as \"fixtures/plan.pdf\"";
            let title = format!(
                "`{}` does not stay inside `scenarios`",
                path.text.escape_debug()
            );
            self.say(code::BAD_PATH, &path.span, title, help);
            return None;
        }
        if outcome != Outcome::Refused && !self.root.join(relative).is_file() {
            let there = siblings(&self.root.join(relative));
            let problem = Problem::new(
                code::NO_FIXTURE,
                &path.span,
                format!("there is no file `{}`", path.text),
            );
            let place = self.root.join(relative);
            let place = place.parent().unwrap_or(self.root).display();
            let problem = problem.label(format!("looked for in {place}"));
            let wanted = relative
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let suggestion = nearest(
                &wanted.unwrap_or_default(),
                there.iter().map(String::as_str),
            );
            self.problems.push(match suggestion {
                Some(suggestion) => problem.replace(
                    format!("did you mean `{suggestion}`?"),
                    &path.span,
                    format!("\"{}\"", relative.with_file_name(suggestion).display()),
                ),
                None => problem.help("put the file there, or make one with `size = \"64KiB\"`"),
            });
        }
        Some(relative.to_owned())
    }
}

fn siblings(path: &Path) -> BTreeSet<String> {
    let entries = path
        .parent()
        .and_then(|parent| std::fs::read_dir(parent).ok());
    let names = entries.into_iter().flatten().filter_map(Result::ok);
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
