//! An adapter as a file, with the reason of each line above it.

use std::collections::BTreeSet;

use timeline::EventKind;

use crate::launch::{Argument, Because, Launch, Port, Proposal};
use crate::learning::{ANSWER, GREETING};
use crate::meaning::Meaning;

/// So long a client is left alone that says nothing when it is ready.
const SETTLE: &str = "300ms";

/// A port that a relay is given where it says itself which one it has taken.
const ANY: u16 = 0;

/// What no proposal has examined.
const DECLINED: [&str; 12] = [
    "control-characters",
    "end-of-input",
    "keep-mail",
    "long-texts",
    "multiline-text",
    "notice-changes",
    "refuse-bad-names",
    "refuse-empty-texts",
    "refuse-oneself",
    "refuse-second-logins",
    "refuse-taken-names",
    "refuse-unknown-names",
];

impl Proposal {
    /// An adapter that awaits next to nothing, so that the programs can be watched: whatever shows one of the two texts
    /// is a message.
    pub fn to_observe(&self, submission: &str) -> String {
        let mut other = self.clone();
        other.events.clear();
        other.ignore.clear();
        other.msg = None;
        let any = [GREETING, ANSWER].join("|");
        let pattern = format!(r".*?(?<text>(?:{any}), [\w-]+(?: [\w-]+)*).*?");
        other
            .events
            .insert(EventKind::Message, Because::new(pattern, ""));
        other.to_watch(submission)
    }

    /// The adapter for plays in which programs are watched: their memory is not searched.
    pub fn to_watch(&self, submission: &str) -> String {
        self.written(submission, true)
    }

    /// The adapter, for programs in this directory.
    pub fn to_toml(&self, submission: &str) -> String {
        self.written(submission, false)
    }

    fn written(&self, submission: &str, is_observed: bool) -> String {
        let mut out = String::new();
        line(
            &mut out,
            &format!("about = {}\n\n[programs]", quoted(&self.about)),
        );
        for tool in self.tools() {
            line(
                &mut out,
                &format!("{tool} = {{ path = {} }}", quoted(&tool)),
            );
        }
        line(
            &mut out,
            &format!(
                "\n# Where the programs are; `try` and `grade` set it.\n[settings]\nsubmission = {}",
                quoted(submission)
            ),
        );
        if !self.build.is_empty() {
            let commands: Vec<String> = self.build.iter().map(|command| list(command)).collect();
            line(
                &mut out,
                &format!(
                    "\n# They are compiled once, in a copy of the directory.\n[build]\nsetting = \"submission\"\nrun = [{}]",
                    commands.join(", ")
                ),
            );
        }
        self.write_relay(&mut out, is_observed);
        self.write_client(&mut out);
        self.write_typing(&mut out);
        line(&mut out, "\n[client.events]");
        for (event, pattern) in &self.events {
            because(&mut out, &pattern.why);
            line(
                &mut out,
                &format!("{} = {}", event.word(), quoted(&pattern.it)),
            );
        }
        if self.has_control() {
            line(
                &mut out,
                "\n# It is the relay's name.\n[controls]\narguments = \"{control}\"",
            );
        }
        out.replacen(
            "\n\n[programs]",
            &format!(
                "\n# Not tested: remove what the program can do.\ncannot = {}\n\n[programs]",
                list(&DECLINED.map(str::to_owned))
            ),
            1,
        )
    }

    /// Programs that command lines name.
    fn tools(&self) -> BTreeSet<String> {
        let words = self
            .build
            .iter()
            .flatten()
            .chain(&self.relay.program)
            .chain(&self.client.program);
        let names = words.filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
        let mut tools: BTreeSet<String> = names.map(str::to_owned).collect();
        if tools.is_empty() {
            tools.insert("sh".to_owned());
        }
        tools
    }

    fn write_relay(&self, out: &mut String, is_observed: bool) {
        let port = match &self.port {
            Port::Known(port) => port.it,
            Port::Printed(_) => ANY,
        };
        line(out, "\n[relay]");
        launch(out, &self.relay, |meaning| meaning.for_relay(port));
        match &self.port {
            Port::Known(port) => {
                because(out, &port.why);
                line(out, &format!("ready = {{ listens = {} }}", port.it));
            }
            Port::Printed(pattern) => {
                because(out, &pattern.why);
                line(
                    out,
                    &format!("ready = {{ line = {} }}", quoted(&pattern.it)),
                );
            }
        }
        if is_observed {
            line(out, "memory = \"off\"");
        }
        line(out, "keepalive = \"30s\"");
    }

    fn write_client(&self, out: &mut String) {
        line(out, "\n[client]");
        launch(out, &self.client, |meaning| meaning.for_client().to_owned());
        if let Some(port) = self.hard_coded() {
            line(
                out,
                &format!("# It takes no address of the relay.\nport = {port}"),
            );
        }
        if let Some(why) = &self.terminal {
            because(out, why);
            line(out, "terminal = true");
        }
        if let Some(prompt) = &self.prompt {
            because(out, &prompt.why);
            line(out, &format!("prompt = {}", quoted(&prompt.it)));
        }
        if !self.events.contains_key(&EventKind::Ready) {
            line(
                out,
                &format!(
                    "# No line shows that it is ready: it counts as ready a moment after it has connected.\nready = \"connected\"\nsettle = \"{SETTLE}\""
                ),
            );
        }
        if self.repeats_own {
            line(
                out,
                "# bob saw what he had said himself, and so did alice.\nrepeats_own = true",
            );
        }
        if !self.ignore.is_empty() {
            line(
                out,
                &format!(
                    "# They look like somebody's texts, but are not.\nignore = {}",
                    list(&self.ignore)
                ),
            );
        }
        for question in &self.questions {
            line(
                out,
                &format!(
                    "\n# {}\n[[client.dialogue]]\nawait = {}\ntype = {}",
                    question.why,
                    quoted(&question.awaited),
                    quoted(question.answer.for_client())
                ),
            );
        }
    }

    fn write_typing(&self, out: &mut String) {
        line(
            out,
            "\n[client.type]\n# A typed line goes to everyone.\nsay = \"{text}\"",
        );
        for (verb, known) in [("msg", &self.msg), ("quit", &self.quit)] {
            if let Some(known) = known {
                because(out, &known.why);
                line(out, &format!("{verb} = {}", quoted(&known.it)));
            }
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn launch(out: &mut String, launch: &Launch, given: impl Fn(Meaning) -> String) {
    because(out, &launch.arguments.why);
    let arguments = launch.arguments.it.iter().map(|argument| match argument {
        Argument::Word(word) => word.replace('{', "{{").replace('}', "}}"),
        Argument::Given(meaning) => given(*meaning),
    });
    let words: Vec<String> = launch.program.iter().cloned().chain(arguments).collect();
    line(out, &format!("run = {}", list(&words)));
    if !launch.env.it.is_empty() {
        because(out, &launch.env.why);
        let variables = launch
            .env
            .it
            .iter()
            .map(|(name, meaning)| format!("{name} = {}", quoted(&given(*meaning))));
        line(
            out,
            &format!("env = {{ {} }}", variables.collect::<Vec<_>>().join(", ")),
        );
    }
}

/// A comment of one line, whatever it holds.
fn because(out: &mut String, why: &str) {
    if !why.is_empty() {
        line(out, &format!("# {}", timeline::visible(why)));
    }
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

/// A string of TOML: literal where it can be, as patterns are easier to read then.
fn quoted(text: &str) -> String {
    let is_open = !text.contains(timeline::is_hidden);
    if is_open && !text.contains(['\\', '"']) {
        return format!("\"{text}\"");
    }
    if is_open && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if timeline::is_hidden(c) => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
