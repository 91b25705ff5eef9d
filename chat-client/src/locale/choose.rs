//! Which language somebody reads.

use super::Locale;

impl Locale {
    /// The one that was asked for, else the one of the surroundings: the first of `LC_ALL`, `LC_MESSAGES` and `LANG`
    /// that is set and not empty (POSIX). Where that is none of ours, English.
    pub fn choose(asked: Option<Self>, variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let surroundings = || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        asked
            .or_else(|| Self::named(&surroundings()?))
            .unwrap_or_default()
    }

    /// `de_DE.UTF-8@euro` is German.
    fn named(value: &str) -> Option<Self> {
        let language = value.split(['_', '-', '.', '@']).next()?;
        match language.to_ascii_lowercase().as_str() {
            "de" => Some(Self::German),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}
