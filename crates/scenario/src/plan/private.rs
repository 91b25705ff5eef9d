//! Who must not receive what.

use std::collections::BTreeSet;

use super::action::{Action, PlannedStep};
use super::canary::Canary;
use super::model::Plan;

impl Plan {
    /// Names of canaries that were sent to others alone, in texts and in files. What was
    /// planted in a line that is typed verbatim may be for everyone.
    pub fn hidden_from(&self, client: &str) -> BTreeSet<&str> {
        let canaries = self.audit.canaries.iter();
        canaries
            .filter(|canary| self.is_hidden_from(canary, client))
            .map(|canary| canary.name.as_str())
            .collect()
    }

    fn is_hidden_from(&self, canary: &Canary, client: &str) -> bool {
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
            Action::Type { line, .. } => {
                let mut lines = line.lines().into_iter();
                lines.any(|line| line.contains(&canary.text))
            }
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
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{adapter, plan};

    /// What each client must not receive, in the order of the plan.
    fn hidden(steps: &str) -> Vec<(String, Vec<String>)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let scenarios = root.join("scenarios");
        let text = format!("title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n{steps}");
        let cells = crate::parse(&text, "t", Path::new("t.toml"), &scenarios).unwrap();
        let adapter = adapter::load(&root.join("adapters/reference.toml")).unwrap();
        let plan = plan::build(&cells[0], &adapter, 7, &scenarios).unwrap();
        let names = plan.clients.iter().map(|client| client.name.clone());
        names
            .map(|name| {
                let names = plan.hidden_from(&name).into_iter().map(str::to_owned);
                (name.clone(), names.collect())
            })
            .collect()
    }

    /// As [`kept`], where it is kept from these.
    fn from(who: &[&str], canary: &str) -> Vec<(String, Vec<String>)> {
        let names = |name: &&str| who.contains(name).then(|| canary.to_owned());
        let all = ["alice", "bob", "carol"];
        all.map(|name| (name.to_owned(), names(&name).into_iter().collect()))
            .to_vec()
    }

    const SECRET: &str = "the code of the vault is {canary:vault}";

    fn msg(to: &str) -> String {
        format!("[[steps]]\nmsg = {{ from = \"alice\", to = \"{to}\", text = \"{SECRET}\" }}\n")
    }

    #[test]
    fn a_private_message_is_hidden_from_who_is_neither_sender_nor_recipient() {
        assert_eq!(hidden(&msg("bob")), from(&["carol"], "vault"));
        assert_eq!(hidden(&(msg("bob") + &msg("carol"))), from(&[], "vault"));
    }

    #[test]
    fn what_is_said_to_all_as_well_is_hidden_from_nobody() {
        let say = format!("[[steps]]\nsay = {{ from = \"carol\", text = \"{SECRET}\" }}\n");
        assert_eq!(hidden(&say), from(&[], "vault"));
        assert_eq!(hidden(&(msg("bob") + &say)), from(&[], "vault"));
        let typed =
            format!("[[steps]]\ntype = {{ client = \"alice\", line = \"/say {SECRET}\" }}\n");
        assert_eq!(hidden(&(msg("bob") + &typed)), from(&[], "vault"));
    }

    #[test]
    fn a_made_file_is_hidden_from_who_is_neither_sender_nor_recipient() {
        let file = "[[steps]]\nfile = { from = \"bob\", to = \"carol\", size = 4096 }\n";
        let hidden = hidden(file);
        assert_eq!(hidden[0].1.len(), 1, "{hidden:?}");
        assert!(
            hidden[1].1.is_empty() && hidden[2].1.is_empty(),
            "{hidden:?}"
        );
    }
}
