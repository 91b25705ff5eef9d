//! Problems that every described language has, with a paragraph of explanation for each.

use super::diagnostic::Code;

/// The codes for problems of shape, one set for each language.
#[derive(Debug)]
pub struct ShapeCodes {
    /// The file is not TOML.
    pub syntax: Code,
    /// A key that the table does not have.
    pub unknown_key: Code,
    /// A key that the table needs is missing.
    pub missing_key: Code,
    /// A value of the wrong type.
    pub wrong_kind: Code,
    /// A word that is not in the list.
    pub unknown_word: Code,
    /// A text that is not a duration.
    pub bad_duration: Code,
    /// A text that is not a size.
    pub bad_size: Code,
    /// A number outside its bounds.
    pub out_of_range: Code,
    /// None of several keys, of which exactly one is needed.
    pub none_of: Code,
    /// More than one of several keys, of which exactly one is allowed.
    pub several_of: Code,
    /// The file cannot be read.
    pub unreadable: Code,
    /// An array with too few items.
    pub too_few: Code,
}

impl ShapeCodes {
    /// The set with these ids, in the order of the fields.
    pub const fn new(ids: [&'static str; 12]) -> Self {
        let [
            syntax,
            unknown_key,
            missing_key,
            wrong_kind,
            unknown_word,
            bad_duration,
            bad_size,
            out_of_range,
            none_of,
            several_of,
            unreadable,
            too_few,
        ] = ids;
        Self {
            syntax: code(syntax, SYNTAX_TEXT),
            unknown_key: code(unknown_key, UNKNOWN_KEY_TEXT),
            missing_key: code(missing_key, MISSING_KEY_TEXT),
            wrong_kind: code(wrong_kind, WRONG_KIND_TEXT),
            unknown_word: code(unknown_word, UNKNOWN_WORD_TEXT),
            bad_duration: code(bad_duration, BAD_DURATION_TEXT),
            bad_size: code(bad_size, BAD_SIZE_TEXT),
            out_of_range: code(out_of_range, OUT_OF_RANGE_TEXT),
            none_of: code(none_of, NONE_OF_TEXT),
            several_of: code(several_of, SEVERAL_OF_TEXT),
            unreadable: code(unreadable, UNREADABLE_TEXT),
            too_few: code(too_few, TOO_FEW_TEXT),
        }
    }

    /// Every code of the set, in the order of the fields.
    pub const fn all(&self) -> [Code; 12] {
        [
            self.syntax,
            self.unknown_key,
            self.missing_key,
            self.wrong_kind,
            self.unknown_word,
            self.bad_duration,
            self.bad_size,
            self.out_of_range,
            self.none_of,
            self.several_of,
            self.unreadable,
            self.too_few,
        ]
    }
}

const fn code(id: &'static str, paragraph: &'static str) -> Code {
    Code { id, paragraph }
}

const SYNTAX_TEXT: &str = "The file is not TOML. TOML wants `key = value` on one line each, texts in double quotes, tables in braces and steps under `[[steps]]`. The caret shows where the parser failed; the mistake may be slightly before it. The meaning of the file is checked once its syntax is correct.";
const UNKNOWN_KEY_TEXT: &str = "The language has no key of this name here. Unknown keys are errors, because a misspelt one would otherwise be a step that silently checks nothing. A similar key is suggested, if there is one; the reference page lists them all.";
const MISSING_KEY_TEXT: &str =
    "A table lacks a required key. Add it; the reference page says what it may contain.";
const WRONG_KIND_TEXT: &str = "A value has the wrong type: a number instead of a string, or a string instead of a table. The message says what is expected.";
const UNKNOWN_WORD_TEXT: &str =
    "This key accepts a fixed set of values, and this is not one of them. The message lists them.";
const BAD_DURATION_TEXT: &str = "A duration is a whole number with its unit, in quotes: `\"400ms\"`, `\"5s\"`, `\"2m\"`. It must be greater than zero and at most an hour.";
const BAD_SIZE_TEXT: &str = "A size is a whole number with its unit, in quotes: `\"1000B\"`, `\"64KiB\"`, `\"8MiB\"`. It is at most 256 MiB.";
const OUT_OF_RANGE_TEXT: &str =
    "A number is out of range. The message gives the smallest and the largest value allowed.";
const NONE_OF_TEXT: &str = "Exactly one of several keys is required, and none is present: a step without a verb does nothing, and an expectation without something to see looks for nothing.";
const SEVERAL_OF_TEXT: &str = "Exactly one of several keys is allowed, and several are present: a step with two verbs would leave their order open. Write a step for each, or use `all` to run them at once.";
const UNREADABLE_TEXT: &str =
    "The file cannot be read. Check its name and permissions; files must be UTF-8.";
const TOO_FEW_TEXT: &str = "An array that needs at least one item is empty: a scenario without clients or steps shows nothing.";
