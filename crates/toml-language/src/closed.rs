//! Closed lists of words: an enum gives the words and what they mean, in one place.
//!
//! The words come from strum, in the case that the enum names. The documentation of a variant
//! is behind its word in the reference page, so it is a phrase: lower case, no period.

use std::str::FromStr;

use strum::{EnumMessage, VariantArray};

use super::shape::Word;

/// An enum whose variants are the words of a closed list.
pub trait Closed: Copy + EnumMessage + FromStr + Into<&'static str> + VariantArray {}

impl<T: Copy + EnumMessage + FromStr + Into<&'static str> + VariantArray> Closed for T {}

/// Every word, in the order of the variants.
pub fn words<T: Closed>() -> Vec<Word> {
    T::VARIANTS.iter().copied().map(word).collect()
}

/// One word, with what it means.
pub fn word<T: Closed>(variant: T) -> Word {
    Word {
        word: variant.into(),
        doc: meaning(variant),
    }
}

/// What a word means, on one line.
pub fn meaning<T: Closed>(variant: T) -> String {
    let lines = variant.get_documentation().unwrap_or_default();
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

    use super::words;

    #[derive(Clone, Copy, EnumMessage, EnumString, IntoStaticStr, VariantArray)]
    #[strum(serialize_all = "kebab-case")]
    enum Fruit {
        /// round, and
        /// red
        RedApple,
        Pear,
    }

    #[test]
    fn words_have_the_case_of_their_list_and_their_documentation_on_one_line() {
        let words: Vec<_> = words::<Fruit>()
            .into_iter()
            .map(|one| (one.word, one.doc))
            .collect();
        assert_eq!(
            words,
            [
                ("red-apple", "round, and red".to_owned()),
                ("pear", String::new())
            ]
        );
        assert!(matches!("red-apple".parse(), Ok(Fruit::RedApple)));
        assert!("RedApple".parse::<Fruit>().is_err());
    }
}
