//! What to do with snapshots that differ.

/// What to do with a snapshot that is new or differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Write the stored one.
    Accept,
    /// Write nothing.
    Check,
    /// Write `.snap.new` beside it, for `cargo insta review`.
    Pending,
}

impl Update {
    /// From `--accept` and the environment: `CI` and `INSTA_UPDATE`. In CI nothing is ever
    /// written, whatever else is said.
    pub fn from_environment(accept: bool, env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let ci = set("CI").is_some_and(|value| value != "0" && value != "false");
        if ci || set("TF_BUILD").is_some() {
            return Self::Check;
        }
        if accept {
            return Self::Accept;
        }
        match set("INSTA_UPDATE").as_deref() {
            Some("always" | "force") => Self::Accept,
            Some("no") => Self::Check,
            Some(_) | None => Self::Pending,
        }
    }
}
