//! Names and comments of Rust code, without what is in texts.

/// Something with words in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// Also a keyword.
    Name(&'t str),
    /// From its slashes to the end of the line.
    Comment(&'t str),
}

/// All of them, with the lines from 1. Block comments count as code: nobody here writes any.
pub(super) fn tokens(text: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            tokens.push((line, Token::Comment(head(rest, length))));
            length
        } else if let Some(length) = literal(rest) {
            length
        } else if is_of_name(first) {
            let length = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
            tokens.push((line, Token::Name(head(rest, length))));
            length
        } else {
            first.len_utf8()
        };
        line += head(rest, length).matches('\n').count();
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

fn head(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How long a literal is that begins here; `None` where none does.
fn literal(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c"];
    let prefix = prefix.iter().find(|prefix| {
        let behind = text.strip_prefix(**prefix);
        behind.is_some_and(|behind| behind.trim_start_matches('#').starts_with('"'))
    });
    let prefix = prefix.map_or("", |prefix| prefix);
    let body = text.get(prefix.len()..)?;
    if prefix.contains('r') {
        let hashes = body.len() - body.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let inside = body.get(hashes + 1..)?;
        let length = inside.find(&end)? + end.len();
        return Some(prefix.len() + hashes + 1 + length);
    }
    match body.chars().next()? {
        '"' => Some(prefix.len() + quoted(body, '"')?),
        // A lifetime has no second quote near by.
        '\'' => {
            let length = quoted(body, '\'')?;
            let content = body.get(1..length - 1)?;
            let is_char = content.starts_with('\\') || content.chars().count() == 1;
            is_char.then_some(length)
        }
        _ => None,
    }
}

/// From a quote to the one that closes it, over what is escaped.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Token, tokens};

    #[test]
    fn texts_of_every_kind_hold_no_names() {
        for code in [
            "\"no // \\\" name\"",
            "r#\"no \" name\"#",
            "br\"no name\"",
            "b\"no name\"",
            "'\\''",
            "'n'",
        ] {
            let text = format!("a = {code}; b");
            let names = [(1, Token::Name("a")), (1, Token::Name("b"))];
            assert_eq!(tokens(&text), names, "{code}");
        }
    }

    #[test]
    fn lifetimes_hide_nothing() {
        let text = "fn f<'a>(b: &'a str)\n// c 'd\n";
        let found = tokens(text);
        assert!(found.contains(&(1, Token::Name("b"))));
        assert!(found.contains(&(2, Token::Comment("// c 'd"))));
    }

    #[test]
    fn lines_are_counted_in_texts_that_have_several() {
        let text = "\"a\nb\"\nc // d";
        let found = [(3, Token::Name("c")), (3, Token::Comment("// d"))];
        assert_eq!(tokens(text), found);
    }
}
