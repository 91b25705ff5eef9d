//! What a step does, and how a verb becomes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use timeline::{EventKind, StepId};

use super::builder::{Builder, Here};
use super::derive::{Expect, Message};
use super::expectation::{Expectation, Mode, Pattern};
use super::outcome::{Thing, must_be_shown};
use super::unsupported::Unsupported;
use super::{audit, fault, words};
use crate::adapter::{Typed, TypedLines};
use crate::{
    Fault, InRoom, Join, Keys, LeaveHow, Links, Outcome, Piece, RelayAction, Step, Text, Verb,
    Want, What,
};

/// How long a silent link is noticed late, in keep-alives.
const SILENT_KEEPALIVES: u32 = 3;

/// How long each preparation of a client may take, such as making a key.
pub const PREPARE: Duration = Duration::from_secs(60);

/// One step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Unique in the plan.
    pub id: StepId,
    /// Line of the scenario file.
    pub line: usize,
    /// For the audience.
    pub note: Option<String>,
    /// What happens, in words: `alice sends bob a private message`.
    pub sentence: String,
    /// What to do.
    pub action: Action,
    /// What must come of it. An `all` has none of its own; its steps have.
    pub expects: Vec<Expectation>,
    /// What it sends, for the audit, the order check and the demo.
    pub sent: Option<Sent>,
}

/// A text or file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Participant.
    pub from: String,
    /// Participant, or `None` for everyone.
    pub to: Option<String>,
    /// What it says, in full; of a file, its name.
    pub text: String,
}

/// What a step does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "as in Verb")]
pub enum Action {
    All {
        steps: Vec<PlannedStep>,
    },
    Beat {
        length: Duration,
    },
    /// The links of these clients get a fault.
    Fault {
        clients: Vec<String>,
        fault: Fault,
        /// Everything random in it comes from here.
        seed: u64,
    },
    /// All faults of their links are over.
    Heal {
        clients: Vec<String>,
    },
    Join {
        client: String,
    },
    Leave {
        client: String,
        how: LeaveHow,
    },
    /// Only expectations.
    #[serde(alias = "look")] // as plans of older runs have it
    Expect,
    Relay {
        action: RelayAction,
    },
    /// Whole lines, escaped as the adapter wants it, without their line breaks. `{outbox}` in
    /// them is the client's outbox, known only to the stage.
    Type {
        client: String,
        line: TypedLines<String>,
        /// What another one answers to that, such as consent to a file.
        #[serde(default)]
        answer: Option<Answer>,
    },
}

/// What another client types in the same step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who.
    pub client: String,
    /// What.
    pub line: TypedLines<String>,
}

/// A step on its way into the plan.
pub(super) enum Planned<'s> {
    /// The step.
    One(Box<PlannedStep>),
    /// Steps in it, at once.
    All(&'s [Step]),
    /// Steps in it, so often.
    Repeat(u32, &'s [Step]),
}

/// Any verb.
pub(super) fn of<'s>(
    builder: &mut Builder<'_>,
    here: Here<'s>,
) -> Result<Planned<'s>, Unsupported> {
    let step = match &here.step.verb {
        Verb::All(steps) => return Ok(Planned::All(steps)),
        Verb::Repeat { times, steps } => return Ok(Planned::Repeat(*times, steps)),
        Verb::Say {
            from,
            text,
            outcome,
        } => message(builder, here, (from, None), text, *outcome)?,
        Verb::Msg {
            from,
            to,
            text,
            outcome,
        } => message(builder, here, (from, Some(to)), text, *outcome)?,
        Verb::Send { from, to, text } => {
            let to = builder.has_private(from, to).then_some(to);
            message(builder, here, (from, to), text, Outcome::Delivered)?
        }
        Verb::File {
            from,
            to,
            source,
            name,
            outcome,
        } => {
            builder.must_have(from, Typed::File, "file")?;
            let audience = [builder.adapter_of(to)];
            must_be_shown(*outcome, Thing::File, builder.adapter_of(from), &audience)?;
            let (name, size) = builder.outbox(here, from, source, name);
            file(builder, here, (from, to), (&name, size), *outcome)?
        }
        Verb::Fault { links, fault } => fault_of(builder, here, links, fault)?,
        Verb::Heal { links } => {
            let sentence = format!("the faults of {} are over", fault::whose(links));
            let clients = builder.clients_of(links);
            planned(here, sentence, Action::Heal { clients }, Vec::new())
        }
        Verb::Join { client, outcome } => join(builder, here, client, *outcome)?,
        Verb::Leave { client, how } => leave(builder, here, client, *how)?,
        Verb::Relay(action) => {
            let mut derive = builder.situation(here);
            derive.relay(*action);
            let act = Action::Relay { action: *action };
            planned(here, words::relay(*action).to_owned(), act, derive.list)
        }
        Verb::Room { client, room, act } => in_room(builder, here, (client, room), act)?,
        Verb::Type { client, line } => {
            let line = builder.fill(line, here);
            let sentence = format!("{client} types {}", words::quoted(&line));
            let client = client.clone();
            planned(
                here,
                sentence,
                types(client, TypedLines::One(line)),
                Vec::new(),
            )
        }
        Verb::Expect(want) => expect(builder, here, want, Mode::Eventually)?,
        Verb::Never(want) => expect(builder, here, want, Mode::Never)?,
        Verb::Beat(length) => {
            let action = Action::Beat { length: *length };
            planned(
                here,
                "a pause for the audience".to_owned(),
                action,
                Vec::new(),
            )
        }
    };
    Ok(Planned::One(Box::new(step)))
}

fn types(client: String, line: TypedLines<String>) -> Action {
    Action::Type {
        client,
        line,
        answer: None,
    }
}

/// A step without anything that is sent.
pub(super) fn planned(
    here: Here<'_>,
    sentence: String,
    action: Action,
    expects: Vec<Expectation>,
) -> PlannedStep {
    PlannedStep {
        id: here.id.clone(),
        line: here.step.line,
        note: here.step.note.clone(),
        sentence,
        action,
        expects,
        sent: None,
    }
}

fn message(
    builder: &mut Builder<'_>,
    here: Here<'_>,
    (from, to): (&str, Option<&String>),
    text: &Text,
    outcome: Outcome,
) -> Result<PlannedStep, Unsupported> {
    let canaried = text.0.iter().any(|piece| matches!(piece, Piece::Canary(_)));
    let text = builder.fill(text, here);
    if canaried {
        let planted = &builder.planter.planted;
        builder.audit.canaried(here.id, &text, planted);
    } else {
        builder.audit.text(here.id, &text);
    }
    let (verb, thing) = match to {
        None => (Typed::Say, Thing::Public),
        Some(_) => (Typed::Msg, Thing::Private),
    };
    builder.must_have(from, verb, verb.word())?;
    let audience = match to {
        Some(to) => vec![to.clone()],
        None => builder.situation(here).others(from),
    };
    let audience: Vec<_> = audience.iter().map(|one| builder.adapter_of(one)).collect();
    must_be_shown(outcome, thing, builder.adapter_of(from), &audience)?;
    let escaped = builder.escaped(from, &text)?;
    let to_login = to.map(|to| ("to", builder.login(to)));
    let values: Vec<_> = to_login
        .into_iter()
        .chain([("text", escaped.as_str())])
        .collect();
    let line = builder.typed(from, verb, &values)?;
    let mut derive = builder.situation(here);
    derive.message(
        Message {
            from,
            to: to.map(String::as_str),
            text: &text,
            rare: canaried || text.len() >= audit::RARE_LENGTH,
        },
        outcome,
    );
    let sentence = words::message(from, to.map(String::as_str), &text, outcome);
    let action = types(from.to_owned(), line);
    Ok(PlannedStep {
        sent: Some(Sent {
            from: from.to_owned(),
            to: to.cloned(),
            text,
        }),
        ..planned(here, sentence, action, derive.list)
    })
}

/// What a client types in a room. Who must show what is for the scenario to say.
fn in_room(
    builder: &mut Builder<'_>,
    here: Here<'_>,
    (client, room): (&str, &str),
    act: &InRoom,
) -> Result<PlannedStep, Unsupported> {
    let (verb, key, value) = match act {
        InRoom::Create => (Typed::RoomCreate, "who", String::new()),
        InRoom::Leave => (Typed::RoomLeave, "who", String::new()),
        InRoom::Invite { who } => (Typed::RoomInvite, "who", builder.login(who).to_owned()),
        InRoom::Remove { who } => (Typed::RoomRemove, "who", builder.login(who).to_owned()),
        InRoom::Say { text } => {
            let text = builder.fill(text, here);
            (Typed::RoomSay, "text", text)
        }
    };
    builder.must_have(client, verb, verb.word())?;
    let escaped = builder.escaped(client, &value)?;
    let line = builder.typed(client, verb, &[("room", room), (key, &escaped)])?;
    let sentence = words::in_room(client, room, verb, &value);
    let action = types(client.to_owned(), line);
    Ok(planned(here, sentence, action, Vec::new()))
}

fn file(
    builder: &Builder<'_>,
    here: Here<'_>,
    (from, to): (&str, &str),
    (name, size): (&str, u64),
    outcome: Outcome,
) -> Result<PlannedStep, Unsupported> {
    let path = format!("{{outbox}}/{}", builder.escaped(from, name)?);
    let values = [("to", builder.login(to)), ("path", &path)];
    let line = builder.typed(from, Typed::File, &values)?;
    let mut derive = builder.situation(here);
    if here.within.is_none() {
        // A megabyte a second is slow even for a slow program on a busy machine.
        derive.within += Duration::from_secs(size / (1024 * 1024));
    }
    derive.file(from, to, name, outcome);
    let offer = [("from", builder.login(from)), ("file", name)];
    let can_consent = builder
        .adapter_of(to)
        .client
        .r#type
        .lines(Typed::Accept)
        .is_some();
    let answer = if can_consent && outcome == Outcome::Delivered {
        Some(Answer {
            client: to.to_owned(),
            line: builder.typed(to, Typed::Accept, &offer)?,
        })
    } else {
        None
    };
    let action = Action::Type {
        client: from.to_owned(),
        line,
        answer,
    };
    Ok(PlannedStep {
        sent: Some(Sent {
            from: from.to_owned(),
            to: Some(to.to_owned()),
            text: name.to_owned(),
        }),
        ..planned(
            here,
            words::file(from, to, name, outcome),
            action,
            derive.list,
        )
    })
}

fn fault_of(
    builder: &Builder<'_>,
    here: Here<'_>,
    links: &Links,
    fault: &Fault,
) -> Result<PlannedStep, Unsupported> {
    let clients = builder.clients_of(links);
    for client in clients.iter().filter(|_| fault.needs_frames()) {
        let adapter = builder.adapter_of(client);
        if !adapter.wire.has_frames() {
            let adapter = adapter.name.clone();
            return Err(Unsupported::NoFrames { adapter });
        }
    }
    for client in clients.iter().filter(|_| fault.kind.needs_stream()) {
        Unsupported::unless_streams(builder.adapter_of(client), fault.kind.word())?;
    }
    let action = Action::Fault {
        clients,
        fault: fault.clone(),
        seed: builder.seed_of("fault", here.id),
    };
    Ok(planned(
        here,
        fault::sentence(links, fault),
        action,
        Vec::new(),
    ))
}

fn join(
    builder: &mut Builder<'_>,
    here: Here<'_>,
    client: &str,
    outcome: Join,
) -> Result<PlannedStep, Unsupported> {
    let login = builder.login(client).to_owned();
    match outcome {
        Join::Ready => builder.counters.joined(&login),
        Join::Refused => {
            let adapter = builder.adapter_of(client);
            must_be_shown(Outcome::Refused, Thing::Public, adapter, &[])?;
        }
    }
    let once = builder.counters.joins_once(&login);
    let again = builder.counters.joins_later(&login);
    let spec = &builder.adapter_of(client).client;
    let preparations = match builder.scenario.keys {
        Keys::Pool => 0,
        Keys::Fresh => u32::try_from(spec.prepare.len()).unwrap_or(u32::MAX),
    };
    let mut derive = builder.situation(here);
    if here.within.is_none() {
        // Its keys are made first.
        derive.within = derive.within.max(spec.ready_within) + PREPARE * preparations;
    }
    derive.join(client, outcome, once, again);
    let action = Action::Join {
        client: client.to_owned(),
    };
    Ok(planned(
        here,
        words::join(client, &login, outcome),
        action,
        derive.list,
    ))
}

fn leave(
    builder: &Builder<'_>,
    here: Here<'_>,
    client: &str,
    how: LeaveHow,
) -> Result<PlannedStep, Unsupported> {
    if how == LeaveHow::Quit {
        builder.must_have(client, Typed::Quit, "leave by quit")?;
    }
    if how == LeaveHow::Reset {
        Unsupported::unless_streams(builder.adapter_of(client), "leave by reset")?;
    }
    let once = builder.counters.leaves_once(builder.login(client));
    let mut derive = builder.situation(here);
    if how == LeaveHow::Vanish && here.step.within.is_none() {
        derive.within += builder.keepalive() * SILENT_KEEPALIVES;
    }
    derive.leave(client, how, once);
    let action = Action::Leave {
        client: client.to_owned(),
        how,
    };
    Ok(planned(
        here,
        words::leave(client, how),
        action,
        derive.list,
    ))
}

/// An explicit expectation.
fn expect(
    builder: &mut Builder<'_>,
    here: Here<'_>,
    want: &Want,
    mode: Mode,
) -> Result<PlannedStep, Unsupported> {
    let client = want.client.as_str();
    let pattern = builder.wanted(client, &want.what, here)?;
    let (slug, does) = if mode == Mode::Never {
        ("never", "never shows")
    } else {
        ("shows", "shows")
    };
    let sentence = format!("{client} {does} {}", words::pattern(&pattern));
    // What one says is over at its next word; of what else one cannot know.
    let about = match &pattern {
        Pattern::Event {
            event: EventKind::Message | EventKind::Private,
            captures,
        } if mode == Mode::Never => captures
            .get("from")
            .and_then(|from| builder.client_with_login(from)),
        _ => None,
    };
    let mut derive = builder.situation(here);
    let one = Expect::of(client, slug, sentence.clone());
    derive.add(one.mode(mode).about(about), pattern);
    if let (Mode::Eventually, What::Event(EventKind::Disconnected, _)) = (mode, &want.what) {
        derive.after_disconnecting(client);
    }
    Ok(planned(here, sentence, Action::Expect, derive.list))
}
