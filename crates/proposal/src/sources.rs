//! What is in a directory, as far as it is text.

use std::path::Path;

use strum::IntoStaticStr;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Below the directory.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A language that programs are written in, by the program that runs or compiles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Language {
    /// `.py`
    Python,
    /// `.js`, `.mjs`, `.cjs`
    Node,
    /// `.c`
    C,
    /// `.java`
    Java,
    /// `.pl`
    Perl,
    /// `.go`
    Go,
    /// `.sh`
    Shell,
}

impl Language {
    /// Of a file, by the end of its name.
    pub fn of(path: &str) -> Option<Self> {
        match Path::new(path).extension()?.to_str()? {
            "py" => Some(Self::Python),
            "js" | "mjs" | "cjs" => Some(Self::Node),
            "c" => Some(Self::C),
            "java" => Some(Self::Java),
            "pl" => Some(Self::Perl),
            "go" => Some(Self::Go),
            "sh" => Some(Self::Shell),
            _ => None,
        }
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "JavaScript",
            Self::C => "C",
            Self::Java => "Java",
            Self::Perl => "Perl",
            Self::Go => "Go",
            Self::Shell => "shell",
        }
    }

    /// What must be on the machine.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Python => "python3",
            Self::Node => "node",
            Self::C => "cc",
            Self::Java => "java",
            Self::Perl => "perl",
            Self::Go => "go",
            Self::Shell => "sh",
        }
    }

    /// The number of the first argument in the list of arguments.
    pub(crate) fn first_argument(self) -> usize {
        match self {
            Self::Java | Self::Perl => 0,
            Self::Node => 2,
            Self::Python | Self::C | Self::Go | Self::Shell => 1,
        }
    }
}

impl SourceFile {
    /// Its language, where it is a program.
    pub fn language(&self) -> Option<Language> {
        Language::of(&self.path)
    }

    /// The file's name without its end.
    pub(crate) fn stem(&self) -> &str {
        let stem = Path::new(&self.path).file_stem();
        stem.and_then(|stem| stem.to_str()).unwrap_or_default()
    }
}
