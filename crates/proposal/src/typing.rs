//! What people type, by the commands that sources know.

use crate::launch::Because;
use crate::search::{all, any};
use crate::sources::SourceFile;

/// Words of commands for a private text.
const PRIVATE: &str =
    r#"["'/{^]\\?([/!:.]?)(msg|pm|dm|w|whisper|tell|private|query)(?: |\b\\s|["' ])"#;

/// Words of commands that end a client.
const QUIT: &str = r#"["'/{^]\\?([/!:.])(quit|exit|q|bye|leave|part|disconnect)\b"#;

/// How something is said to one person.
pub(crate) fn msg(sources: &[&SourceFile]) -> Option<Because<String>> {
    for source in sources {
        if let Some(found) = all(PRIVATE, &source.text).first() {
            let (sign, word) = (found.get(1)?.as_str(), found.get(2)?.as_str());
            if !sign.is_empty() {
                let why = format!("{} knows this command.", source.path);
                return Some(Because::new(format!("{sign}{word} {{to}} {{text}}"), why));
            }
        }
        if any(
            r#"(?:startswith|startsWith|\[0\]\s*==+|charAt\(0\)\s*==+|strncmp\(\w+,|\^)\s*\(?["']?@"#,
            &source.text,
        ) {
            let why = format!(
                "{} treats a line that starts with @ as a private message.",
                source.path
            );
            return Some(Because::new("@{to} {text}".to_owned(), why));
        }
    }
    None
}

/// How a client is left.
pub(crate) fn quit(sources: &[&SourceFile]) -> Option<Because<String>> {
    sources.iter().find_map(|source| {
        let found = all(QUIT, &source.text);
        let found = found.first()?;
        let (sign, word) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        let why = format!("{} knows this command.", source.path);
        Some(Because::new(format!("{sign}{word}"), why))
    })
}
