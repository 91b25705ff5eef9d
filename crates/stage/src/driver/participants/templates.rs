//! What adapters say of participants, filled with values: commands, environments, lines, paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Participants;
use crate::EngineError;
use crate::driver::RELAY;
use crate::error::ProgramNotFound;
use crate::isolation::stage_thread::Side;
use crate::participant::programs;
use crate::participant::spawn::Command;
use scenario::adapter::{Adapter, IoSettings, Program, Template, Terminal, Typed, TypedLines};
use scenario::plan::Unsupported;

/// What our terminals understand, as programs call it.
const TERMINAL: &str = "xterm-256color";

/// Why a client cannot be made to send a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::driver) enum SendFileError {
    #[error("the name of the file is not text")]
    NameIsNoText,
    #[error("{client} cannot type such a name")]
    NameCannotBeTyped { client: String },
    /// The implementation has no way to send one.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
}

impl<'p> Participants<'p> {
    /// How one talks with a participant.
    pub(in crate::driver) fn io_settings_of(&self, who: &str) -> &'p IoSettings {
        let plan = self.plan;
        if who == RELAY {
            &plan.adapter.relay.io
        } else {
            &plan.adapter_of(who).client.io
        }
    }

    /// Where a client lives.
    pub(in crate::driver) fn side_of(&self, who: &str) -> Side {
        let place = self.plan.clients.iter().position(|one| one.name == who);
        match (self.plan.adapter_of(who).client.port, place) {
            (Some(_), Some(place)) => Side::Alone(place),
            _ => Side::Clients,
        }
    }

    pub(in crate::driver) fn command(
        &self,
        who: &str,
        (run, env): (&[Template], &BTreeMap<String, Template>),
        values: &BTreeMap<String, String>,
        terminal: Option<&Terminal>,
    ) -> Result<Command, EngineError> {
        let fill = |template: &Template| self.filled(who, template, values);
        let mut words = run.iter().map(fill);
        let program = words
            .next()
            .unwrap_or(Err(EngineError::Fault("an empty command")))?;
        let work = self.scratch.of(who);
        let mut command = programs::in_home(program, &work)
            .variable("TERM", terminal.map_or("dumb", |_| TERMINAL));
        for word in words {
            command = command.argument(word?);
        }
        for (name, value) in env {
            command = command.variable(name, fill(value)?);
        }
        Ok(command)
    }

    /// What every template of a participant may use.
    pub(in crate::driver) fn values(
        &self,
        who: &str,
    ) -> Result<BTreeMap<String, String>, EngineError> {
        let mut values = BTreeMap::new();
        let adapter = self.plan.adapter_of(who);
        for (name, program) in &adapter.programs {
            let path = self.program(adapter, name, program)?;
            values.insert(name.clone(), path.display().to_string());
        }
        values.extend(adapter.settings.clone());
        values.insert("control".to_owned(), self.plan.control.clone());
        values.insert(
            "work".to_owned(),
            self.scratch.of(who).display().to_string(),
        );
        Ok(values)
    }

    fn program(
        &self,
        adapter: &Adapter,
        name: &str,
        program: &Program,
    ) -> Result<PathBuf, EngineError> {
        let missing = |why: ProgramNotFound| EngineError::NoProgram {
            name: name.to_owned(),
            adapter: adapter.name.clone(),
            why,
        };
        match program {
            Program::Cargo(binary) => self.binaries.get(binary).cloned().ok_or_else(|| {
                missing(ProgramNotFound::NotBuilt {
                    binary: binary.clone(),
                })
            }),
            Program::Path(path) => programs::find(adapter, Path::new(path)).map_err(missing),
        }
    }

    /// A template with its values.
    pub(in crate::driver) fn filled(
        &self,
        who: &str,
        template: &Template,
        values: &BTreeMap<String, String>,
    ) -> Result<String, EngineError> {
        template.fill(values).map_err(|why| EngineError::Template {
            adapter: self.plan.adapter_of(who).name.clone(),
            why,
        })
    }

    /// What a client types to quit, with its name; what is captured stands as a placeholder.
    pub(in crate::driver) fn quit(&self, who: &str) -> Option<TypedLines<String>> {
        let adapter = self.plan.adapter_of(who);
        let client = self.plan.clients.iter().find(|one| one.name == who)?;
        let mut values = self.values(who).ok()?;
        values.insert("name".to_owned(), client.login.clone());
        values.extend(adapter.captured_later());
        let quit = adapter.client.r#type.lines(Typed::Quit)?;
        quit.try_map(|line| line.fill(&values)).ok()
    }

    /// Where a client puts files that it has received, from its own directory.
    pub(in crate::driver) fn downloads(&self, who: &str) -> Option<PathBuf> {
        let template = self.plan.adapter_of(who).client.downloads.as_ref()?;
        let path = template.fill(&self.values(who).ok()?).ok()?;
        self.scratch.beneath(who, &path).ok()
    }

    /// The name in the outbox, and what a client types to send a file to another.
    pub(in crate::driver) fn line_that_sends(
        &self,
        client: &str,
        to: &str,
        path: &Path,
    ) -> Result<(String, TypedLines<String>), SendFileError> {
        let adapter = self.plan.adapter_of(client);
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or(SendFileError::NameIsNoText)?;
        let escaped = adapter.client.escapes.escape(name);
        let escaped = escaped.filter(|name| !name.contains(char::is_control));
        let escaped = escaped.ok_or_else(|| SendFileError::NameCannotBeTyped {
            client: client.to_owned(),
        })?;
        let path = format!("{{outbox}}/{escaped}");
        let values = [("to", self.plan.login(to)), ("path", path.as_str())];
        let line = scenario::plan::line(adapter, Typed::File, self.plan.login(client), &values)?;
        let shown = line.map(|line| self.with_shown(line));
        Ok((name.to_owned(), shown))
    }
}
