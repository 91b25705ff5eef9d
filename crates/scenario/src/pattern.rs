//! Regular expressions of files.

use regex::Regex;
use toml_language::{Code, Place, Problem};

/// The regular expression, or what is wrong with the one that is at this place.
pub(crate) fn compile(place: &Place<'_>, pattern: &str, code: Code) -> Result<Regex, Box<Problem>> {
    Regex::new(pattern).map_err(|error| {
        let message = error.to_string();
        // The lines before it draw the place, which is shown in the file.
        let last = message.lines().last().unwrap_or_default();
        let why = last.strip_prefix("error: ").unwrap_or(last);
        let problem = Problem::new(code, &place.span, "this is not a valid regular expression")
            .label(why)
            .help("single quotes keep backslashes as they are: '\\d+'");
        Box::new(problem)
    })
}
