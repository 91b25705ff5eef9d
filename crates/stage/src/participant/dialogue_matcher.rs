//! What was heard of a participant while it still asks, and which question that is.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use regex::Regex;

use matching::compiled;
use scenario::adapter::{Branch, Item};
use timeline::Stream;

/// Lines that are remembered; who prints more before it asks is not asked for the first ones.
const MAX_LINES: usize = 10_000;

/// Everything that a program may ask at one place of its dialogue.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    branches: Vec<(Arc<Regex>, &'a Branch)>,
    is_optional: bool,
}

impl<'a> Asked<'a> {
    /// Makes an item ready. Its patterns were checked when the adapter was read.
    pub(crate) fn new(item: &'a Item) -> Self {
        let compiled = item
            .any
            .iter()
            .filter_map(|branch| Some((compiled(&branch.r#await)?, branch)));
        Self {
            branches: compiled.collect(),
            is_optional: item.optional,
        }
    }

    /// In words: `/Name: /`.
    fn in_words(&self) -> String {
        let patterns = self.branches.iter();
        let patterns: Vec<String> = patterns
            .map(|(_, branch)| format!("/{}/", branch.r#await))
            .collect();
        patterns.join(" or ")
    }
}

/// What may be asked next, in words.
pub(crate) fn in_words(questions: &[Asked<'_>]) -> String {
    let next = candidates(questions).map(Asked::in_words);
    next.collect::<Vec<_>>().join(" or ")
}

/// Optional ones, and the first that is not.
fn candidates<'q, 'a>(questions: &'q [Asked<'a>]) -> impl Iterator<Item = &'q Asked<'a>> {
    let optional = questions.iter().take_while(|asked| asked.is_optional);
    let count = optional.count();
    questions.iter().take(count + 1)
}

/// A question that was heard.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    /// How many questions are done with it: those that were passed over, and itself.
    pub(crate) done: usize,
    /// What is asked, and the answer.
    pub(crate) branch: &'a Branch,
    /// Where it is in a line without end: in which stream, and its last byte.
    pub(crate) prompt: Option<(Stream, usize)>,
}

/// Lines that no question was found in yet.
#[derive(Debug, Default)]
pub(crate) struct DialogueMatcher {
    lines: VecDeque<String>,
}

impl DialogueMatcher {
    /// A line was completed.
    pub(crate) fn line(&mut self, line: &str) {
        if self.lines.len() == MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// Finds the first question, in lines first, then in lines without end. What was shown
    /// before it is not read again.
    pub(crate) fn find<'a>(
        &mut self,
        questions: &[Asked<'a>],
        partials: &[(Stream, String)],
    ) -> Option<Question<'a>> {
        while let Some(line) = self.lines.pop_front() {
            if let Some((end, done, branch)) = first(questions, &line) {
                let rest = line.get(end..).unwrap_or_default();
                self.lines.push_front(rest.to_owned());
                return Some(Question {
                    done,
                    branch,
                    prompt: None,
                });
            }
        }
        partials.iter().find_map(|(stream, partial)| {
            let (end, done, branch) = first(questions, partial)?;
            Some(Question {
                done,
                branch,
                prompt: Some((*stream, end)),
            })
        })
    }
}

/// The question that stands first in a line: where it ends, how many are done with it.
fn first<'a>(questions: &[Asked<'a>], line: &str) -> Option<(usize, usize, &'a Branch)> {
    first_up_to(questions, line, line.len()).or_else(|| {
        // Several may have come at once. One that ends its line, as a prompt does, ended it before
        // the next one came.
        let patterns = questions.iter().flat_map(|asked| &asked.branches);
        let starts = patterns.filter_map(|(pattern, _)| pattern.find(line));
        let starts: BTreeSet<usize> = starts.map(|found| found.start()).collect();
        let mut found = starts.iter().map(|end| first_up_to(questions, line, *end));
        found.find_map(|found| found)
    })
}

/// The same, when no more than this was shown of the line.
fn first_up_to<'a>(
    questions: &[Asked<'a>],
    line: &str,
    end: usize,
) -> Option<(usize, usize, &'a Branch)> {
    let line = line.get(..end).unwrap_or_default();
    let mut found: Option<(usize, (usize, usize, &'a Branch))> = None;
    for (index, asked) in candidates(questions).enumerate() {
        for (pattern, branch) in &asked.branches {
            let Some(here) = pattern.find(line) else {
                continue;
            };
            if found
                .as_ref()
                .is_none_or(|(start, _)| here.start() < *start)
            {
                found = Some((here.start(), (here.end(), index + 1, *branch)));
            }
        }
    }
    found.map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::{Asked, DialogueMatcher, in_words};
    use scenario::adapter::{Branch, Item, Only};
    use timeline::Stream;

    fn item(patterns: &[&str], optional: bool) -> Item {
        let any = patterns.iter().map(|pattern| Branch {
            r#await: (*pattern).to_owned(),
            r#type: None,
            secret: false,
            pass_phrase: false,
        });
        Item {
            any: any.collect(),
            optional,
            only: Only::All,
        }
    }

    /// Which of the questions were heard, in order, as `done:pattern@end`.
    fn found(items: &[Item], lines: &[&str], partial: &str) -> Vec<String> {
        let asked: Vec<Asked<'_>> = items.iter().map(Asked::new).collect();
        let mut rest = asked.as_slice();
        let mut matcher = DialogueMatcher::default();
        for line in lines {
            matcher.line(line);
        }
        let mut partial = partial.to_owned();
        let mut all = Vec::new();
        while !rest.is_empty() {
            let partials = [(Stream::Stdout, partial.clone())];
            let Some(question) = matcher.find(rest, &partials) else {
                break;
            };
            let end = question.prompt.map_or(0, |(_, end)| end);
            all.push(format!(
                "{}:{}@{end}",
                question.done, question.branch.r#await
            ));
            partial = partial[end..].to_owned();
            rest = &rest[question.done..];
        }
        all
    }

    #[test]
    fn questions_are_found_in_order_in_lines_and_in_prompts() {
        let items = [item(&["name"], false), item(&["room: $"], false)];
        assert_eq!(
            found(&items, &["hi", "your name"], "room: "),
            ["1:name@0", "1:room: $@6"]
        );
        assert_eq!(
            found(&items, &["room: "], "name? room: "),
            ["1:name@4", "1:room: $@8"]
        );
        assert_eq!(
            found(&items, &["name, then room: "], ""),
            ["1:name@0", "1:room: $@0"]
        );
        assert!(found(&items, &["room: "], "").is_empty());
    }

    #[test]
    fn prompts_that_come_in_one_read_are_heard_one_after_another() {
        let items = [item(&["name: $"], false), item(&["room: $"], false)];
        assert_eq!(
            found(&items, &[], "name: room: "),
            ["1:name: $@6", "1:room: $@6"]
        );
        assert_eq!(
            found(&items, &["name: room: "], ""),
            ["1:name: $@0", "1:room: $@0"]
        );
        assert!(found(&items, &[], "name: of your room").is_empty());
    }

    #[test]
    fn an_optional_question_is_passed_over_when_the_next_one_comes() {
        let items = [item(&["licence"], true), item(&["name"], false)];
        assert_eq!(found(&items, &[], "licence? "), ["1:licence@7"]);
        assert_eq!(found(&items, &[], "name: "), ["2:name@4"]);
        assert_eq!(
            found(&items, &["licence?"], "name: "),
            ["1:licence@0", "1:name@4"]
        );
    }

    #[test]
    fn of_several_alternatives_the_first_that_is_shown_counts() {
        let items = [item(&["register", "log in"], false)];
        assert_eq!(found(&items, &[], "log in or register: "), ["1:log in@6"]);
    }

    #[test]
    fn what_may_come_next_is_named() {
        let items = [
            item(&["licence"], true),
            item(&["name", "login"], false),
            item(&["room"], false),
        ];
        let asked: Vec<Asked<'_>> = items.iter().map(Asked::new).collect();
        assert_eq!(in_words(&asked), "/licence/ or /name/ or /login/");
    }
}
