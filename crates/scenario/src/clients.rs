//! Who takes part: `clients`, in its two forms.

use toml_language::shape::{Table, ValueKind, may, must};
use toml_language::{Node, Place, Problem};

use super::check::Checker;
use super::codes::scenario as code;
use super::model::Client;
use crate::name::bad_name;

/// A list of names and of tables, or one table for many.
pub(crate) const CLIENTS: ValueKind = ValueKind::Either(&[
    ValueKind::Array(
        &ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&CLIENT)]),
        1,
    ),
    ValueKind::Table(&NUMBERED),
]);

/// One client with more than a name.
pub(crate) static CLIENT: Table = Table::new(
    "client",
    "One client with more than a name.",
    &[
        must(
            "name",
            ValueKind::Text,
            "its name in this file: 1 to 32 of a-z 0-9 _ -",
        ),
        may(
            "as",
            ValueKind::Text,
            "the name it logs in with, if different",
        ),
        may(
            "keys_of",
            ValueKind::Text,
            "the client whose keys it uses (default: its own)",
        ),
        may(
            "adapter",
            ValueKind::Text,
            "its implementation, if it is not that of the run: the name of an adapter, or a path \
             in `scenarios/`",
        ),
    ],
);

/// Many clients in one table.
pub(crate) static NUMBERED: Table = Table::new(
    "numbered-clients",
    "Many clients, distinguished by a number.",
    &[
        must("count", ValueKind::Integer(1, 1000), "how many"),
        must(
            "name",
            ValueKind::Text,
            "their names, with `{n}` for the number",
        ),
    ],
);

/// Reads `clients`, in one of its two forms.
pub(super) fn read(file: &Node<'_, '_>, checker: &mut Checker<'_>) -> Vec<Client> {
    let mut clients = Vec::new();
    if let Some(numbered) = file.node("clients") {
        read_numbered(&numbered, checker, &mut clients);
    }
    for item in file.items("clients") {
        if let Some(name) = toml_language::place(item) {
            add(&name, None, checker, &mut clients);
        } else if let Some(node) = toml_language::node(item)
            && let Some(name) = node.text("name")
        {
            add(&name, Some(&node), checker, &mut clients);
        }
    }
    // Only now are all names known.
    for item in file.items("clients") {
        if let Some(owner) = toml_language::node(item).and_then(|node| node.text("keys_of")) {
            checker.known(&owner);
        }
    }
    clients
}

fn read_numbered(numbered: &Node<'_, '_>, checker: &mut Checker<'_>, clients: &mut Vec<Client>) {
    let (Some(count), Some(pattern)) = (numbered.integer("count"), numbered.text("name")) else {
        return;
    };
    if count > 1 && !pattern.text.contains("{n}") {
        let problem = Problem::new(
            code::BAD_NAME,
            &pattern.span,
            "these names are all the same",
        );
        checker.report(problem.help("use `{n}` for the number: \"user{n}\""));
        return;
    }
    // The walk has reported a count out of range; a huge one is not worth a list.
    for n in 1..=count.min(1000) {
        let name = pattern.text.replace("{n}", &n.to_string());
        let place = Place {
            text: &name,
            span: pattern.span.clone(),
        };
        if !good_name(&place, checker) {
            return;
        }
        checker.names.insert(name.clone(), pattern.span.clone());
        checker.logins.insert(name.clone());
        clients.push(Client {
            login: name.clone(),
            key_of: name.clone(),
            name,
            late: false,
            adapter: None,
        });
    }
}

fn add(
    name: &Place<'_>,
    more: Option<&Node<'_, '_>>,
    checker: &mut Checker<'_>,
    clients: &mut Vec<Client>,
) {
    good_name(name, checker);
    if let Some(before) = checker.names.get(name.text) {
        let title = format!("two clients are named `{}`", name.text);
        let problem = Problem::new(code::DUPLICATE_CLIENT, &name.span, title);
        let problem = problem
            .label("the second one")
            .context(before, "the first one");
        let help = "to let two log in with one name: `{ name = \"other\", as = \"…\" }`";
        checker.report(problem.help(help));
        return;
    }
    let login = more.and_then(|node| node.text("as"));
    if let Some(login) = login
        .as_ref()
        .filter(|login| login.text.is_empty() || login.text.contains(char::is_control))
    {
        let title = "this is not a valid login name";
        checker.report(
            Problem::new(code::BAD_NAME, &login.span, title)
                .help("it is empty or contains control characters"),
        );
    }
    let login = login.map_or(name.text, |login| login.text).to_owned();
    let owner = more.and_then(|node| node.text("keys_of"));
    checker
        .names
        .insert(name.text.to_owned(), name.span.clone());
    checker.logins.insert(login.clone());
    clients.push(Client {
        name: name.text.to_owned(),
        login,
        key_of: owner.map_or(name.text, |owner| owner.text).to_owned(),
        late: false,
        adapter: more.and_then(|node| node.owned("adapter")),
    });
}

fn good_name(name: &Place<'_>, checker: &mut Checker<'_>) -> bool {
    let Some(why) = bad_name(name.text) else {
        return true;
    };
    let title = format!("`{}` is not a valid client name", name.text);
    checker.report(Problem::new(code::BAD_NAME, &name.span, title).label(why));
    false
}
