//! One block for one cause: failures that say the same of other participants, texts or times.

use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};

use judge::{Check, CheckKind};

/// The first failure of each cause, and how many more are like it. The order stays.
pub(super) fn by_cause<'a>(red: impl Iterator<Item = &'a Check>) -> Vec<(&'a Check, usize)> {
    let mut causes: Vec<(Cause, &Check, usize)> = Vec::new();
    for check in red {
        let cause = Cause::of(check);
        match causes.iter_mut().find(|(known, _, _)| *known == cause) {
            Some((_, _, more)) => *more += 1,
            None => causes.push((cause, check, 0)),
        }
    }
    let causes = causes.into_iter();
    causes.map(|(_, check, more)| (check, more)).collect()
}

/// What a failure says, without the names, texts and numbers that it says it of.
#[derive(PartialEq, Eq)]
struct Cause {
    kind: Discriminant<CheckKind>,
    words: String,
}

impl Cause {
    fn of(check: &Check) -> Self {
        let named: BTreeSet<&str> = words(&check.name).collect();
        let got = unquoted(&check.evidence.got);
        let words = words(&got).filter(|word| !named.contains(word));
        let words = words.filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
        Self {
            kind: discriminant(&check.kind),
            words: words.collect::<Vec<_>>().join(" "),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// A sentence without what is in it between quotes.
fn unquoted(text: &str) -> String {
    let mut parts = String::new();
    let mut is_inside = false;
    let mut is_escaped = false;
    for c in text.chars() {
        match c {
            '"' if !is_escaped => is_inside = !is_inside,
            c if !is_inside => parts.push(c),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    parts
}

#[cfg(test)]
mod tests {
    use judge::{Check, CheckKind, Evidence, Verdict};

    use super::{by_cause, unquoted};

    fn check(name: &str, got: &str) -> Check {
        Check {
            kind: CheckKind::Ending(name.to_owned()),
            name: name.to_owned(),
            step: None,
            line: None,
            verdict: Verdict::Fail,
            evidence: Evidence {
                got: got.to_owned(),
                ..Evidence::default()
            },
        }
    }

    #[test]
    fn failures_that_differ_in_names_texts_and_times_alone_are_one_cause() {
        let red = [
            check(
                "bob shows it",
                r#"no line from bob for 9.8 s; its last: "a \" b""#,
            ),
            check(
                "carol shows it",
                r#"no line from carol for 1 s; its last: "c""#,
            ),
            check("dave shows it", "dave printed nothing; its process ended"),
        ];
        let causes = by_cause(red.iter());
        let causes: Vec<(&str, usize)> = causes
            .iter()
            .map(|(check, more)| (check.name.as_str(), *more))
            .collect();
        assert_eq!(causes, [("bob shows it", 1), ("dave shows it", 0)]);
    }

    #[test]
    fn what_stands_in_quotes_does_not_count() {
        assert_eq!(unquoted(r#"a "b" c"#), "a  c");
        assert_eq!(unquoted(r#"a "b\"c" d"#), "a  d");
        assert_eq!(unquoted(r#"a "b\\" c"#), "a  c");
    }
}
