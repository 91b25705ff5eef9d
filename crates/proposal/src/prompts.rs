//! What programs ask people.

use crate::launch::{Because, Launch, Question};
use crate::meaning::Meaning;
use crate::search::{all, any};
use crate::sources::SourceFile;

/// Texts in quotes, in the order of the source, without comments and without a line break at their end.
fn literals(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with(['#', '*']) && !line.starts_with("//") && !line.starts_with("/*")
    });
    let found = lines.flat_map(|line| all(r#""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'"#, line));
    let texts = found.filter_map(|found| Some(found.get(1).or(found.get(2))?.as_str().to_owned()));
    texts
        .map(|text| text.trim_end_matches("\\n").to_owned())
        .collect()
}

/// Questions of a client and of its relay, for what the command line does not tell.
pub(crate) fn questions(client: &SourceFile, relay: &SourceFile, launch: &Launch) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    let sources = if client.path == relay.path {
        vec![client]
    } else {
        vec![client, relay]
    };
    for source in sources {
        for text in literals(&source.text) {
            let Some(answer) = asked(&text) else {
                continue;
            };
            let is_known =
                launch.is_given(answer) || questions.iter().any(|one| one.answer == answer);
            if is_known || any(r"[%{$\\]|(?i)usage", &text) {
                continue;
            }
            let awaited = format!(r"{}\s*$", regex::escape(text.trim_end()));
            let why = format!("{} asks this.", source.path);
            questions.push(Question {
                awaited,
                answer,
                why,
            });
        }
    }
    questions
}

fn asked(text: &str) -> Option<Meaning> {
    let bare = text.trim_end();
    let is_question =
        bare.ends_with([':', '?', '>']) || any(r"(?i)\b(?:enter|type|choose|what is)\b", bare);
    let is_short = (4..=200).contains(&bare.len()) && bare.split_whitespace().count() <= 8;
    let has_words = bare.contains(char::is_alphabetic);
    // `hello name:` names somebody, and `name: text` is a pattern.
    (is_question && is_short && has_words)
        .then(|| Meaning::of(bare))
        .flatten()
}

/// What stands before each line that is typed.
pub(crate) fn prompt(client: &SourceFile) -> Option<Because<String>> {
    let calls = all(
        r#"(?:input|prompt|setPrompt|readline)\(\s*["']([^"'\w]{1,4} )["']"#,
        &client.text,
    );
    let text = calls.first()?.get(1)?.as_str();
    Some(Because::new(
        regex::escape(text),
        format!("{} shows it before what is typed.", client.path),
    ))
}
