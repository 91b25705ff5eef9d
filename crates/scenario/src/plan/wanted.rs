//! What an `expect` or a `never` searches for.

use std::collections::BTreeMap;

use super::builder::{Builder, Here};
use super::expectation::Pattern;
use super::unsupported::Unsupported;
use crate::What;

impl Builder<'_> {
    /// What is searched for, with its placeholders filled in.
    pub(super) fn wanted(
        &mut self,
        client: &str,
        what: &What,
        here: Here<'_>,
    ) -> Result<Pattern, Unsupported> {
        Ok(match what {
            What::Contains(text) => Pattern::Contains(self.fill(text, here)),
            What::Line(text) => Pattern::Line(self.fill(text, here)),
            What::Pattern(regex) => Pattern::Matches(regex.clone()),
            What::Event(event, captures) => {
                let adapter = self.adapter_of(client);
                let known = adapter.client.events.get(event);
                let known = known.ok_or_else(|| Unsupported::NoEvent {
                    adapter: adapter.name.clone(),
                    event: *event,
                })?;
                let mut filled = BTreeMap::new();
                for (name, text) in captures {
                    if !known.tell(name) {
                        return Err(Unsupported::NoCapture {
                            adapter: adapter.name.clone(),
                            capture: name.clone(),
                            event: *event,
                        });
                    }
                    let text = self.fill(text, here);
                    let value = if event.names_somebody(name) {
                        self.login(&text).to_owned()
                    } else {
                        text
                    };
                    filled.insert(name.clone(), value);
                }
                Pattern::Event {
                    event: *event,
                    captures: filled,
                }
            }
        })
    }
}
