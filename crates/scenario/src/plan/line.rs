//! Lines to type.

use std::collections::BTreeMap;

use super::unsupported::Unsupported;
use crate::adapter::{Adapter, Typed, TypedLines};

/// What a client that logs in so types for a verb. `{outbox}` and values that are captured only in
/// the play stay in it.
///
/// # Errors
///
/// When the implementation has no way to do it.
pub fn line(
    adapter: &Adapter,
    verb: Typed,
    login: &str,
    values: &[(&str, &str)],
) -> Result<TypedLines<String>, Unsupported> {
    let template = adapter.client.r#type.lines(verb);
    let template = template.ok_or_else(|| Unsupported::no_way(adapter, verb.word()))?;
    let given = values.iter().copied().chain([("name", login)]);
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let values: BTreeMap<String, String> = given.chain(adapter.captured_later()).collect();
    Ok(template.try_map(|line| line.fill(&values))?)
}

/// A text for all or for one, as it is typed; `None` where the client cannot type it.
pub(super) fn text(
    adapter: &Adapter,
    login: &str,
    to: Option<&str>,
    text: &str,
) -> Option<TypedLines<String>> {
    let text = adapter.client.escapes.escape(text)?;
    match to {
        None => line(adapter, Typed::Say, login, &[("text", &text)]).ok(),
        Some(to) => line(adapter, Typed::Msg, login, &[("text", &text), ("to", to)]).ok(),
    }
}
