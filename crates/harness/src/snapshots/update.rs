//! What to do with snapshots that differ.

/// What to do with a snapshot that is new or differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// Write the stored one.
    Accept,
    /// Write nothing.
    Check,
    /// Write nothing, and compare with nothing where none is stored: for an audience.
    IfStored,
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

#[cfg(test)]
mod tests {
    use super::Update;

    fn with(accept: bool, variables: &[(&str, &str)]) -> Update {
        Update::from_environment(accept, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn in_ci_nothing_is_ever_written() {
        for ci in ["true", "1", "yes"] {
            assert_eq!(
                with(true, &[("CI", ci), ("INSTA_UPDATE", "always")]),
                Update::Check
            );
        }
        assert_eq!(with(true, &[("TF_BUILD", "True")]), Update::Check);
    }

    #[test]
    fn elsewhere_a_difference_waits_for_a_decision() {
        assert_eq!(with(false, &[]), Update::Pending);
        assert_eq!(with(false, &[("CI", "false")]), Update::Pending);
        assert_eq!(with(false, &[("CI", "")]), Update::Pending);
        assert_eq!(with(true, &[]), Update::Accept);
        assert_eq!(with(false, &[("INSTA_UPDATE", "always")]), Update::Accept);
        assert_eq!(with(false, &[("INSTA_UPDATE", "no")]), Update::Check);
    }
}
