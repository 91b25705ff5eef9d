//! Rules about the documentation as a whole.

use super::Breach;
use super::tree::Source;

/// Commands that no page mentions as they are typed.
pub(super) fn unmentioned(commands: &[String], sources: &[Source]) -> Vec<Breach> {
    let is_page = |source: &&Source| source.path.ends_with(".md");
    let missing = |command: &&String| {
        let typed = format!("cargo xtask {command}");
        !sources
            .iter()
            .filter(is_page)
            .any(|page| page.text.contains(&typed))
    };
    let breach = |command| Breach::of("docs/", format!("no page mentions `cargo xtask {command}`"));
    commands.iter().filter(missing).map(breach).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_a_page_is_found() {
        let page = Source {
            path: "docs/tour.md".to_owned(),
            text: "Type `cargo xtask demo`.".to_owned(),
        };
        let commands = ["demo".to_owned(), "fly".to_owned()];
        let breaches = unmentioned(&commands, &[page]);
        assert_eq!(
            breaches,
            [Breach::of("docs/", "no page mentions `cargo xtask fly`")]
        );
    }
}
