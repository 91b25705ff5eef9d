//! Who must not receive what.

use std::collections::BTreeSet;

use super::model::{Action, Canary, Plan, PlannedStep};

impl Plan {
    /// Names of canaries that were sent to others alone, in texts and in files. What was
    /// planted in a line that is typed as it stands may be meant for everyone.
    pub(crate) fn kept_from(&self, client: &str) -> BTreeSet<&str> {
        let canaries = self.audit.canaries.iter();
        canaries
            .filter(|canary| self.is_kept_from(canary, client))
            .map(|canary| canary.name.as_str())
            .collect()
    }

    fn is_kept_from(&self, canary: &Canary, client: &str) -> bool {
        let mut carriers = self.all_steps().filter(|step| self.carries(step, canary));
        let mut is_sent = false;
        let is_for_others = carriers.all(|step| {
            is_sent = true;
            let to = step.sent.as_ref().and_then(|sent| sent.to.as_ref());
            let from = step.sent.as_ref().map(|sent| &sent.from);
            // One person may be there twice.
            to.is_some_and(|to| self.login(to) != self.login(client))
                && from.is_some_and(|from| self.login(from) != self.login(client))
        });
        is_sent && is_for_others
    }

    fn carries(&self, step: &PlannedStep, canary: &Canary) -> bool {
        let is_typed = match &step.action {
            Action::Type { line, .. } => line.contains(&canary.text),
            _ => false,
        };
        let is_in_a_file = step.sent.as_ref().is_some_and(|sent| {
            let mut files = self.files.iter();
            files.any(|file| {
                file.client == sent.from
                    && file.name == sent.text
                    && file
                        .canary
                        .as_ref()
                        .is_some_and(|one| one.name == canary.name)
            })
        });
        let is_in_text = step
            .sent
            .as_ref()
            .is_some_and(|sent| sent.text.contains(&canary.text));
        is_typed || is_in_a_file || is_in_text
    }

    fn login<'a>(&'a self, client: &'a str) -> &'a str {
        let planned = self.clients.iter().find(|one| one.name == client);
        planned.map_or(client, |one| &one.login)
    }
}
