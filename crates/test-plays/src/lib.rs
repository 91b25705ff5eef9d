//! Plans and timelines for tests. Only tests depend on it.

#![expect(
    clippy::unwrap_used,
    reason = "what does not work here is a failed test"
)]

mod timeline;

use std::path::{Path, PathBuf};

use scenario::adapter::{self, Adapter};
use scenario::plan::{self, Plan};

pub use crate::timeline::TimelineBuilder;

/// What alice writes in [`planned`].
pub const TEXT: &str = "the text of the step";

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The adapter of the reference chat.
pub fn reference() -> Adapter {
    adapter::load(&root().join("adapters/reference.toml")).unwrap()
}

/// The plan of a scenario, with the reference chat.
pub fn plan_of(text: &str) -> Plan {
    plan_with(text, &reference())
}

/// The plan of a scenario with an adapter.
pub fn plan_with(text: &str, adapter: &Adapter) -> Plan {
    let scenarios = root().join("scenarios");
    let parsed = scenario::parse(text, "test", Path::new("test.toml"), &scenarios);
    let cells = parsed.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    plan::build(cells.first().unwrap(), adapter, 7, &scenarios).unwrap()
}

/// alice writes to bob alone; carol is there too.
pub fn planned() -> Plan {
    plan_of(&format!(
        "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\n\
         msg = {{ from = \"alice\", to = \"bob\", text = \"{TEXT}\" }}\n"
    ))
}
