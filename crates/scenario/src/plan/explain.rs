//! A plan in sentences.

use std::fmt::Write as _;

use super::action::{Action, PlannedStep};
use super::audit::PassPhrase;
use super::expectation::{Expectation, Mode};
use super::model::Plan;
use super::words::quoted;
use crate::RelayDoes;
use timeline::Surface;
use toml_language::units::written;

/// Everything that a play will do, for people: steps, expectations, deadlines, canaries,
/// searches, and what cannot be judged.
pub fn explain(plan: &Plan) -> String {
    let mut page = Page(String::new());
    page.line(&format!("{}: {}", plan.scenario.id, plan.scenario.title));
    page.line(&format!(
        "adapter {}, seed {}",
        plan.adapter.name, plan.seed
    ));
    page.before(plan);
    page.line("\nSteps");
    for step in &plan.steps {
        page.step(step, 0);
    }
    page.after(plan);
    page.audit(plan);
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        writeln!(self.0, "{text}").expect("a string takes every text");
    }

    fn before(&mut self, plan: &Plan) {
        if plan.does != RelayDoes::Nothing {
            self.line(&format!(
                "\nThe relay is hostile: it does {}",
                plan.does.word()
            ));
        }
        self.line("\nBefore step 1");
        for client in &plan.clients {
            let login = if client.login == client.name {
                String::new()
            } else {
                format!(" as {}", client.login)
            };
            let when = if client.late {
                "starts at its join"
            } else {
                "starts and gets ready"
            };
            self.line(&format!("  {}{login} {when}", client.name));
        }
        for one in &plan.opening {
            self.expectation(one, 0);
        }
        for file in &plan.files {
            let origin = match &file.fixture {
                Some(_) => "a copy of a fixture".to_owned(),
                None => format!("made, {} bytes", file.size),
            };
            self.line(&format!(
                "  {} has the file {}: {origin}",
                file.client, file.name
            ));
        }
    }

    fn step(&mut self, step: &PlannedStep, depth: usize) {
        let indent = "  ".repeat(depth + 1);
        self.line(&format!(
            "{indent}{}. {} (line {})",
            step.id.0, step.sentence, step.line
        ));
        if let Some(note) = &step.note {
            self.line(&format!("{indent}   note: {note}"));
        }
        for one in &step.expects {
            self.expectation(one, depth + 1);
        }
        if let Action::All { steps } = &step.action {
            for child in steps {
                self.step(child, depth + 1);
            }
        }
    }

    fn expectation(&mut self, one: &Expectation, depth: usize) {
        let indent = "  ".repeat(depth + 1);
        let when = match one.mode {
            Mode::Eventually | Mode::Once => format!("within {}", written(one.within)),
            Mode::Never => "until a fence".to_owned(),
        };
        self.line(&format!("{indent}- {}, {when}", one.sentence));
    }

    fn after(&mut self, plan: &Plan) {
        self.line("\nAfter the last step");
        let fences = plan.closing.fences.iter();
        let mut fences = fences
            .filter(|fence| !fence.observers.is_empty())
            .peekable();
        if fences.peek().is_none() {
            self.line("  no fence is needed");
        }
        for fence in fences {
            let observers = fence.observers.join(", ");
            self.line(&format!(
                "  {} sends a final message, to be shown by {observers}",
                fence.from
            ));
        }
    }

    fn audit(&mut self, plan: &Plan) {
        let audit = &plan.audit;
        self.line("\nMust not be seen by the relay");
        for canary in &audit.canaries {
            self.line(&format!(
                "  canary {} = {} (step {})",
                canary.name, canary.text, canary.step.0
            ));
        }
        for text in audit.texts.iter().filter(|text| !text.is_too_uniform()) {
            self.line(&format!(
                "  the text {} (step {})",
                quoted(&text.text),
                text.step.0
            ));
        }
        for (client, name) in &audit.files {
            self.line(&format!("  any part of the file {name} of {client}"));
        }
        let looked_for = |one: &&PassPhrase| one.too_common().is_none();
        for one in audit.pass_phrases.iter().filter(looked_for) {
            self.line(&format!("  the {}", one.name()));
        }
        self.line("\nSearched, each with a control that must be found");
        for (surface, control) in &audit.controls {
            self.line(&format!("  {}: {control}", place(*surface)));
        }
        for surface in Surface::ALL {
            if !audit.controls.contains_key(&surface) {
                self.line(&format!(
                    "  {}: no control, so nothing can be concluded",
                    place(surface)
                ));
            }
        }
        self.line(NOT_SEARCHED);
        let blind = audit.cannot_judge();
        if !blind.is_empty() {
            self.line("\nCannot be judged by a search");
            for why in blind {
                self.line(&format!("  {why}"));
            }
        }
    }
}

/// What no surface covers; docs/threat-model.md has the whole list.
const NOT_SEARCHED: &str = "\nNot searched\n  what only the kernel or a device holds: keyrings, queues of messages \
                            and terminals, graphics memory; docs/threat-model.md lists such places";

fn place(surface: Surface) -> &'static str {
    match surface {
        Surface::Arguments => "the relay's arguments and environment",
        Surface::Files => "the relay's files",
        Surface::Memory => "the relay's memory",
        Surface::Others => "what others received of a private message",
        Surface::Output => "what the relay prints",
        Surface::Wire => "the traffic",
    }
}
