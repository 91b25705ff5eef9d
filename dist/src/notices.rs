//! The licences of what a program links. Each of them asks that its text, with the names in it, goes with every copy.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::linked::Linked;

/// How files begin that hold licences, in capitals.
const NAMES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];

/// How deep below the folder of a crate: some bring the code of others with it.
const DEPTH: usize = 3;

/// The notices of a program: a list of the crates, and each text once with those that it is for.
///
/// # Errors
///
/// A file that cannot be read, and a crate that has no licence's text.
pub(crate) fn of(program: &str, crates: &[Linked], apache: &str) -> io::Result<String> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut list = String::new();
    let standard = "the standard library of Rust";
    let apache_too = |texts: &mut BTreeMap<String, Vec<String>>, name: &str| {
        texts.entry(tidy(apache)).or_default().push(name.to_owned());
    };
    apache_too(&mut texts, standard);
    for linked in crates {
        let Linked {
            name,
            version,
            licence,
            authors,
            folder,
        } = linked;
        let name = format!("{name} {version}");
        let by = if authors.is_empty() {
            String::new()
        } else {
            format!(", by {}", authors.join(", "))
        };
        // Writing to a text cannot fail.
        writeln!(list, "- {name}: {licence}{by}").ok();
        let mut found = Vec::new();
        collect(folder, DEPTH, &mut found)?;
        if found.is_empty() && licence.contains("Apache-2.0") {
            apache_too(&mut texts, &name);
        } else if found.is_empty() {
            let missing = format!(
                "{name} ({licence}) has no file with its licence in {}",
                folder.display()
            );
            return Err(io::Error::other(missing));
        }
        found.sort();
        found.dedup();
        for text in found {
            texts.entry(text).or_default().push(name.clone());
        }
    }
    let mut notices = format!(
        "{program} contains the crates below and {standard} (MIT OR Apache-2.0, by the Rust Project Developers).\n\
         Their licences follow, each once.\n\n{list}"
    );
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|one, other| one.1.cmp(&other.1));
    for (text, names) in texts {
        let line = "-".repeat(78);
        write!(notices, "\n{line}\n{}:\n\n{text}\n", names.join(", ")).ok();
    }
    Ok(notices)
}

/// The texts of all licences in a folder and below it.
fn collect(folder: &Path, depth: usize, found: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        let name = entry.file_name().to_string_lossy().to_uppercase();
        let is_licence =
            NAMES.iter().any(|start| name.starts_with(start)) && !name.ends_with(".RS");
        if kind.is_dir() && depth > 0 {
            collect(&path, if is_licence { DEPTH } else { depth - 1 }, found)?;
        } else if kind.is_file() && (is_licence || is_below_licences(folder)) {
            let bytes = std::fs::read(&path)?;
            found.push(tidy(&String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(())
}

/// As the REUSE project has them: one file for each licence.
fn is_below_licences(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.eq_ignore_ascii_case("licenses") || name.eq_ignore_ascii_case("licences")
}

/// Without blanks at the ends of lines and of the text: the same licence differs in nothing else.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate with these files.
    fn linked(root: &Path, name: &str, licence: &str, files: &[(&str, &str)]) -> Linked {
        let folder = root.join(name);
        std::fs::create_dir(&folder).unwrap();
        for (path, text) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Linked {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            licence: licence.to_owned(),
            authors: vec!["Ada".to_owned()],
            folder,
        }
    }

    #[test]
    fn each_text_is_there_once_with_the_crates_that_it_is_for() {
        let root = tempfile::tempdir().unwrap();
        let crates = [
            linked(
                root.path(),
                "one",
                "MIT",
                &[("LICENSE-MIT", "(c) One\r\nMIT\n"), ("src/lib.rs", "code")],
            ),
            linked(
                root.path(),
                "two",
                "MIT",
                &[("license.md", "(c) One \nMIT\n\n"), ("NOTICE", "thanks")],
            ),
            linked(
                root.path(),
                "ring",
                "ISC",
                &[("LICENSE", "ISC"), ("third_party/fiat/LICENSE", "fiat")],
            ),
            linked(
                root.path(),
                "reuse",
                "Zlib",
                &[("LICENSES/Zlib.txt", "zlib")],
            ),
            linked(root.path(), "bare", "MIT OR Apache-2.0", &[]),
        ];
        let notices = of("chat", &crates, "Apache").unwrap();
        assert_eq!(notices.matches("(c) One").count(), 1);
        assert!(
            notices.contains("\none 1.2.3, two 1.2.3:\n\n(c) One\nMIT\n"),
            "{notices}"
        );
        for text in [
            "thanks",
            "ISC",
            "fiat",
            "zlib",
            "- two 1.2.3: MIT, by Ada\n",
        ] {
            assert!(notices.contains(text), "{text}: {notices}");
        }
        assert!(
            notices.contains("the standard library of Rust, bare 1.2.3:\n\nApache"),
            "{notices}"
        );
        assert!(!notices.contains("code"));
    }

    #[test]
    fn a_crate_without_its_licence_is_an_error_that_names_it() {
        let root = tempfile::tempdir().unwrap();
        let crates = [linked(root.path(), "bare", "MIT", &[])];
        let error = of("chat", &crates, "Apache").unwrap_err().to_string();
        assert!(
            error.contains("bare 1.2.3 (MIT) has no file with its licence"),
            "{error}"
        );
    }
}
