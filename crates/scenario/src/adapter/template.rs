//! Texts with placeholders that are filled in for a participant.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml_language::braces::{Token, scan};

/// A text with `{placeholders}`, filled in when its values are known. Known to all:
/// `{work}` (the participant's scratch directory), `{control}`, and every program by its
/// name in `[programs]`. For the relay also `{keepalive}`; for clients `{port}` (their link
/// to the relay), `{name}` (login name); in `[client.type]` also `{to}`, `{text}`, `{path}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(pub String);

/// A template holds a placeholder that nobody has a value for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{template}` contains the unknown placeholder `{placeholder}`")]
pub struct UnknownPlaceholder {
    /// The whole template.
    pub template: String,
    /// With its braces, or the single stray brace.
    pub placeholder: String,
}

impl Template {
    /// The text with every placeholder replaced. Values are taken as they are: braces in them
    /// mean nothing.
    ///
    /// # Errors
    /// When a placeholder has no value, or a brace has no partner.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<String, UnknownPlaceholder> {
        let mut filled = String::new();
        for (span, token) in scan(&self.0) {
            let value = match token {
                Token::Plain(text) => Some(text),
                Token::Placeholder(name) => values.get(name).map(String::as_str),
                Token::Stray => None,
            };
            filled.push_str(value.ok_or_else(|| UnknownPlaceholder {
                template: self.0.clone(),
                placeholder: self.0.get(span).unwrap_or_default().to_owned(),
            })?);
        }
        Ok(filled)
    }

    /// What its placeholders stand for in a text that it may have been filled in to; `None`
    /// where that cannot be. One in the middle stands for as little as it can.
    pub fn values(&self, text: &str) -> Option<BTreeMap<String, String>> {
        let (mut rest, mut open, mut values) = (text, None, BTreeMap::new());
        for (_, token) in scan(&self.0) {
            match (token, open.take()) {
                (Token::Plain(plain), None) => rest = rest.strip_prefix(plain)?,
                (Token::Plain(plain), Some(name)) => {
                    let (value, behind) = rest.split_once(plain)?;
                    values.insert(name, value.to_owned());
                    rest = behind;
                }
                (Token::Placeholder(name), None) => open = Some(name.to_owned()),
                (Token::Placeholder(_), Some(_)) | (Token::Stray, _) => return None,
            }
        }
        match open {
            Some(name) => drop(values.insert(name, rest.to_owned())),
            None if !rest.is_empty() => return None,
            None => {}
        }
        Some(values)
    }

    /// How much of it is no placeholder.
    pub fn literal(&self) -> usize {
        let tokens = scan(&self.0);
        let plain = tokens.iter().map(|(_, token)| match token {
            Token::Plain(text) => text.len(),
            Token::Placeholder(_) | Token::Stray => 0,
        });
        plain.sum()
    }

    /// The names of its placeholders.
    pub fn names(&self) -> Vec<String> {
        let tokens = scan(&self.0);
        let names = tokens.iter().filter_map(|(_, token)| match token {
            Token::Placeholder(name) => Some((*name).to_owned()),
            Token::Plain(_) | Token::Stray => None,
        });
        names.collect()
    }

    /// Whether it holds this placeholder.
    pub fn holds(&self, name: &str) -> bool {
        scan(&self.0)
            .iter()
            .any(|(_, token)| *token == Token::Placeholder(name))
    }
}
