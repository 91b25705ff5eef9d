//! Passphrases that clients type: they open their keys, and the relay must not see them.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::PassPhrase;
use super::model::Plan;

/// Of so many clients, as they start: one program handles them all alike.
const CLIENTS: usize = 16;

/// A shorter one could occur by chance.
const SHORTEST: usize = 12;

/// And so may one that repeats itself.
const MIN_DISTINCT: usize = 8;

impl PassPhrase {
    /// What findings call it.
    pub fn name(&self) -> String {
        format!("passphrase of {}", self.owners.join(", "))
    }

    /// Why it is not searched for, where it is not.
    pub fn too_common(&self) -> Option<String> {
        let distinct = self.text.bytes().collect::<BTreeSet<u8>>().len();
        if self.text.len() < SHORTEST {
            return Some(format!("it is shorter than {SHORTEST} bytes"));
        }
        (distinct < MIN_DISTINCT)
            .then(|| format!("it has fewer than {MIN_DISTINCT} different bytes"))
    }
}

/// Those that the adapters of the clients may let them type, each with its owners.
pub(super) fn pass_phrases(plan: &Plan) -> Vec<PassPhrase> {
    let first = plan.clients.iter().position(|client| !client.late);
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (n, client) in plan.clients.iter().enumerate().take(CLIENTS) {
        let adapter = plan.adapter_of(&client.name);
        let mut values = adapter.settings.clone();
        values.insert("name".to_owned(), client.login.clone());
        let asked = adapter.client.io.dialogue.iter();
        let branches = asked
            .filter(|item| item.only.asks(n == first.unwrap_or(0)))
            .flat_map(|item| &item.any)
            .filter(|branch| branch.pass_phrase);
        // The adapter was checked: its templates can be filled.
        let typed = branches.filter_map(|branch| branch.r#type.as_ref()?.fill(&values).ok());
        for text in typed {
            let owners = owners.entry(text).or_default();
            if !owners.contains(&client.name) {
                owners.push(client.name.clone());
            }
        }
    }
    let all = owners.into_iter();
    all.map(|(text, owners)| PassPhrase { owners, text })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::PassPhrase;
    use crate::{adapter, plan};

    /// Name and text of those in a play of three, the last of them late.
    fn planned(dialogue: &str) -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let scenarios = root.join("scenarios");
        let text = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
            [[steps]]\njoin = { client = \"carol\" }\n";
        let cells = crate::parse(text, "t", Path::new("t.toml"), &scenarios).unwrap();
        let reference = root.join("adapters/reference.toml");
        let text = std::fs::read_to_string(&reference).unwrap();
        let text = text.replace(
            "[client]\n",
            &format!("[client]\ndialogue = [{dialogue}]\n"),
        );
        let adapter = adapter::parse(&text, &reference).unwrap();
        let plan = plan::build(&cells[0], &adapter, 7, &scenarios).unwrap();
        let all = plan.audit.pass_phrases.into_iter();
        all.map(|one| (one.name(), one.text)).collect()
    }

    fn words(all: &[(&str, &str)]) -> Vec<(String, String)> {
        let all = all.iter();
        all.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn each_client_has_its_own_and_equal_ones_have_several_owners() {
        let asked = "{ await = 'Pass: $', type = \"the words of {name}\", passphrase = true }";
        let own = ["alice", "bob", "carol"].map(|who| {
            let name = format!("passphrase of {who}");
            (name, format!("the words of {who}"))
        });
        assert_eq!(planned(asked), own);
        let same = "{ await = 'Pass: $', type = \"nobody knows this\", passphrase = true }";
        let all = "passphrase of alice, bob, carol";
        assert_eq!(planned(same), words(&[(all, "nobody knows this")]));
    }

    #[test]
    fn who_is_not_asked_has_none_and_an_answer_is_none_by_itself() {
        let first = "{ await = 'New: $', type = \"chosen by the first\", passphrase = true, \
            only = \"first\" }, { await = 'Room: $', type = \"a room for them all\", secret = true }";
        let alice = [("passphrase of alice", "chosen by the first")];
        assert_eq!(planned(first), words(&alice));
    }

    #[test]
    fn what_may_be_seen_by_chance_is_not_looked_for() {
        let why = |text: &str| {
            let owners = vec!["alice".to_owned()];
            let text = text.to_owned();
            PassPhrase { owners, text }.too_common()
        };
        assert_eq!(why("twelve bytes"), None);
        assert_eq!(why("eleven byte").unwrap(), "it is shorter than 12 bytes");
        let same = "it has fewer than 8 different bytes";
        assert_eq!(why("aaaaaaaaaaaaaaaaaaaaaaaa").unwrap(), same);
    }
}
