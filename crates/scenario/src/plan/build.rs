//! From scenario, adapter and seed to a plan.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rand::Rng as _;

use super::canary::{Planter, control, stream};
use super::cast::Cast;
use super::derive::Derive;
use super::fence::fences;
use super::model::{
    Action, AuditPlan, Canary, Closing, Expectation, Mode, Pattern, Plan, PlannedClient,
    PlannedFile, PlannedStep, ScenarioRef,
};
use super::pass_phrases::pass_phrases;
use super::reconcile::reconcile;
use super::tally::Tally;
use super::words;
use crate::adapter::{Adapter, Template};
use crate::world::World;
use crate::{Capability, Need, Piece, Scenario, Step, Text, Verb, What};
use timeline::{EventKind, StepId};

/// How long is waited for what a step expects, where the step does not say.
const WITHIN: Duration = Duration::from_secs(10);

/// The version of [`Plan`].
const VERSION: u32 = 1;

/// The implementation cannot do what the scenario asks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// Decides everything that a play will do. The same arguments give the same plan. `root` is
/// the directory `scenarios/`, in which fixtures lie.
///
/// # Errors
/// When the implementation has no way to do something that the scenario asks for.
pub fn build<'a>(
    scenario: &'a Scenario,
    cast: impl Into<Cast<'a>>,
    seed: u64,
    root: &'a Path,
) -> Result<Plan, Unsupported> {
    build_with(scenario, &cast.into(), (seed, seed), root)
}

/// As [`build`], and the same in everything but what is planted in texts and files: that is as
/// long, and other words.
///
/// # Errors
/// As [`build`].
pub fn build_twin<'a>(
    scenario: &'a Scenario,
    cast: impl Into<Cast<'a>>,
    seed: u64,
    root: &'a Path,
) -> Result<Plan, Unsupported> {
    let words = stream(seed, &["twin"]).next_u64();
    build_with(scenario, &cast.into(), (seed, words), root)
}

/// `words` decides what is planted, the seed everything else.
fn build_with<'a>(
    scenario: &'a Scenario,
    cast: &Cast<'a>,
    (seed, words): (u64, u64),
    root: &'a Path,
) -> Result<Plan, Unsupported> {
    cast.must_be_able(&scenario.needs)?;
    let mut builder = Builder::new(scenario, cast, seed, root)?;
    builder.planter = Planter::new(words, &scenario.id);
    builder.seeds = stream(words, &["files", &scenario.id]);
    let opening = builder.opening();
    let mut steps = builder.all_steps("")?;
    reconcile(&mut steps);
    let control = control(seed, &scenario.id);
    let mut adapter = cast.main.clone();
    adapter
        .wire
        .background
        .extend(scenario.background.iter().cloned());
    let keepalive = scenario.keepalive.unwrap_or(adapter.relay.keepalive);
    let mut plan = Plan {
        version: VERSION,
        scenario: reference(scenario),
        adapter,
        others: others(cast, scenario),
        seed,
        control,
        keepalive,
        keys: scenario.keys,
        clients: planned_clients(scenario),
        opening,
        files: builder.files,
        steps,
        closing: Closing::default(),
        audit: AuditPlan {
            canaries: builder.planter.planted,
            ..builder.audit
        },
        namespaces: namespaces(scenario, cast),
    };
    let connected: Vec<String> = builder.world.connected().map(str::to_owned).collect();
    let expectations = plan
        .all_steps()
        .flat_map(|step| &step.expects)
        .chain(&plan.opening);
    plan.closing.fences = fences(expectations, &connected, &plan.fence_prefix(), &plan);
    plan.audit.controls = controls(&plan.adapter, &plan.control);
    plan.audit.pass_phrases = pass_phrases(&plan);
    Ok(plan)
}

fn reference(scenario: &Scenario) -> ScenarioRef {
    ScenarioRef {
        id: scenario.id.clone(),
        path: scenario.path.clone(),
        title: scenario.title.clone(),
        lesson: scenario.lesson.clone(),
        tags: scenario.tags.clone(),
        xfail: scenario.xfail.clone(),
    }
}

/// Why there is no other way to play it than in networks of its own.
fn namespaces(scenario: &Scenario, cast: &Cast<'_>) -> Option<String> {
    if scenario.needs.contains(&Need::Namespaces) {
        return Some("the scenario says that it needs them".to_owned());
    }
    let mut everybody = std::iter::once(cast.main).chain(cast.others.values().copied());
    everybody.find_map(|adapter| {
        let (port, name) = (adapter.client.port?, &adapter.name);
        Some(format!(
            "clients of `{name}` connect to port {port}, which is fixed in their code"
        ))
    })
}

fn planned_clients(scenario: &Scenario) -> Vec<PlannedClient> {
    let index = |name: &str| {
        scenario
            .clients
            .iter()
            .position(|client| client.name == name)
    };
    let planned = scenario
        .clients
        .iter()
        .enumerate()
        .map(|(n, client)| PlannedClient {
            name: client.name.clone(),
            login: client.login.clone(),
            pool_index: index(&client.key_of).unwrap_or(n),
            late: client.late,
            adapter: client.adapter.clone(),
        });
    planned.collect()
}

/// The other implementations that are really played.
fn others(cast: &Cast<'_>, scenario: &Scenario) -> BTreeMap<String, Adapter> {
    let names = scenario
        .clients
        .iter()
        .filter_map(|client| client.adapter.as_ref());
    names
        .filter_map(|name| Some((name.clone(), (*cast.others.get(name)?).clone())))
        .collect()
}

fn controls(adapter: &Adapter, control: &str) -> BTreeMap<timeline::Surface, String> {
    let values = BTreeMap::from([("control".to_owned(), control.to_owned())]);
    let filled = adapter.controls.iter();
    filled
        .filter_map(|(surface, text)| Some((*surface, text.fill(&values).ok()?)))
        .collect()
}

/// What is known while the steps are planned, one after another.
pub(super) struct Builder<'a> {
    pub(super) scenario: &'a Scenario,
    /// Of the relay and of most clients.
    pub(super) main: &'a Adapter,
    /// Of clients that are another implementation, by their name.
    others: BTreeMap<String, &'a Adapter>,
    pub(super) root: &'a Path,
    pub(super) world: World,
    pub(super) planter: Planter,
    pub(super) seed: u64,
    pub(super) seeds: rand::rngs::StdRng,
    pub(super) files: Vec<PlannedFile>,
    pub(super) audit: AuditPlan,
    pub(super) logins: BTreeMap<String, String>,
    pub(super) tally: Tally,
    /// Who stays connected throughout the `all` that is around.
    group: Option<Vec<String>>,
}

/// Where a step stands among others.
#[derive(Clone, Copy)]
struct Inside {
    turn: Option<u32>,
    within: Option<Duration>,
}

/// One step on its way into the plan.
#[derive(Clone, Copy)]
pub(super) struct Here<'s> {
    pub(super) id: &'s StepId,
    pub(super) step: &'s Step,
    /// The turn of the innermost `repeat`.
    pub(super) turn: Option<u32>,
    /// Its deadline, or that of the step around it.
    pub(super) within: Option<Duration>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        scenario: &'a Scenario,
        cast: &Cast<'a>,
        seed: u64,
        root: &'a Path,
    ) -> Result<Self, Unsupported> {
        let clients = scenario.clients.iter();
        let logins: BTreeMap<String, String> = clients
            .clone()
            .map(|client| (client.name.clone(), client.login.clone()))
            .collect();
        Ok(Self {
            scenario,
            main: cast.main,
            others: cast.of_clients(scenario)?,
            root,
            world: World::new(clients.map(|client| (client.name.as_str(), client.late))),
            planter: Planter::new(seed, &scenario.id),
            seed,
            seeds: stream(seed, &["files", &scenario.id]),
            files: Vec::new(),
            audit: AuditPlan::default(),
            tally: Tally::new(scenario, &logins),
            logins,
            group: None,
        })
    }

    /// How a client is driven; the relay by the main adapter.
    pub(super) fn adapter_of(&self, who: &str) -> &'a Adapter {
        self.others.get(who).copied().unwrap_or(self.main)
    }

    /// Each early client is told of those who start after it.
    pub(super) fn opening(&self) -> Vec<Expectation> {
        let id = StepId("opening".to_owned());
        let mut all = Vec::new();
        let early: Vec<&str> = self.world.connected().collect();
        for (n, client) in early.iter().enumerate() {
            let before = early
                .iter()
                .take(n)
                .map(|name| (*name).to_owned())
                .collect();
            let once = self.tally.joins_once(self.login(client));
            let mut derive = self.derive(&id, before, WITHIN);
            derive.join(client, crate::Join::Ready, once, false);
            all.extend(derive.list.into_iter().filter(|one| one.client != *client));
        }
        for one in &mut all {
            if let Some(about) = &one.about {
                one.id.0 = format!("{}-of-{about}", one.id.0);
            }
        }
        all
    }

    /// Plans every step of the scenario; their ids begin with `parent`.
    pub(super) fn all_steps(&mut self, parent: &str) -> Result<Vec<PlannedStep>, Unsupported> {
        let inside = Inside {
            turn: None,
            within: None,
        };
        let scenario = self.scenario;
        self.steps(&scenario.steps, parent, inside)
    }

    fn steps(
        &mut self,
        steps: &[Step],
        parent: &str,
        inside: Inside,
    ) -> Result<Vec<PlannedStep>, Unsupported> {
        let mut planned = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            self.step(step, format!("{parent}{}", n + 1), inside, &mut planned)?;
        }
        Ok(planned)
    }

    fn step(
        &mut self,
        step: &Step,
        id: String,
        inside: Inside,
        planned: &mut Vec<PlannedStep>,
    ) -> Result<(), Unsupported> {
        let within = step.within.or(inside.within);
        let Verb::Repeat { times, steps } = &step.verb else {
            let id = StepId(id);
            let here = Here {
                id: &id,
                step,
                turn: inside.turn,
                within,
            };
            let one = if let Verb::All(steps) = &step.verb {
                self.all(here, steps)?
            } else {
                let one = self.single(here)?;
                self.world.apply(&step.verb);
                one
            };
            planned.push(one);
            return Ok(());
        };
        let mut n = 0;
        for turn in 1..=*times {
            for inner in steps {
                n += 1;
                let first = planned.len();
                let inside = Inside {
                    turn: Some(turn),
                    within,
                };
                self.step(inner, format!("{id}.{n}"), inside, planned)?;
                // What is said of the repetition is said once, at its first step.
                if let (1, Some(step_one)) = (n, planned.get_mut(first)) {
                    step_one.note = step_one.note.take().or_else(|| step.note.clone());
                }
            }
        }
        Ok(())
    }

    fn all(&mut self, here: Here<'_>, steps: &[Step]) -> Result<PlannedStep, Unsupported> {
        let mut after = self.world.clone();
        after.apply(&here.step.verb);
        let before: Vec<String> = self.world.connected().map(str::to_owned).collect();
        self.group = Some(
            before
                .into_iter()
                .filter(|name| after.is_here(name))
                .collect(),
        );
        let inside = Inside {
            turn: here.turn,
            within: here.within,
        };
        let children = self.steps(steps, &format!("{}.", here.id.0), inside);
        self.group = None;
        let steps = children?;
        Ok(PlannedStep {
            id: here.id.clone(),
            line: here.step.line,
            note: here.step.note.clone(),
            sentence: format!("{} things at once", steps.len()),
            action: Action::All { steps },
            expects: Vec::new(),
            sent: None,
        })
    }

    pub(super) fn planned(
        &self,
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

    /// The situation of a step.
    pub(super) fn situation<'b>(&'b self, here: Here<'b>) -> Derive<'b> {
        let now = || self.world.connected().map(str::to_owned).collect();
        let connected = self.group.clone().unwrap_or_else(now);
        self.derive(here.id, connected, here.within.unwrap_or(WITHIN))
    }

    fn derive<'b>(
        &'b self,
        step: &'b StepId,
        connected: Vec<String>,
        within: Duration,
    ) -> Derive<'b> {
        Derive {
            main: self.main,
            others: &self.others,
            logins: &self.logins,
            connected,
            step,
            within,
            list: Vec::new(),
        }
    }

    /// Fills in a text; what was planted fresh in it, if anything, is among the canaries.
    pub(super) fn fill(&mut self, text: &Text, here: Here<'_>) -> String {
        const FILLING: &str = "so they talked and talked and ";
        let mut filled = String::new();
        for piece in &text.0 {
            match piece {
                Piece::Canary(None) => filled.push_str(&self.planter.fresh(here.id).text),
                Piece::Canary(Some(name)) => filled.push_str(&self.planter.named(name, here.id)),
                Piece::Count => filled.push_str(&here.turn.unwrap_or(1).to_string()),
                Piece::Fill(bytes) => filled.extend(FILLING.chars().cycle().take(*bytes)),
                Piece::Plain(plain) => filled.push_str(plain),
            }
        }
        filled
    }

    pub(super) fn login<'n>(&'n self, client: &'n str) -> &'n str {
        self.logins.get(client).map_or(client, String::as_str)
    }

    /// What to type for a verb.
    pub(super) fn manual(
        &self,
        adapter: &Adapter,
        template: Option<&Template>,
        verb: &str,
        capability: Option<Capability>,
    ) -> Result<Template, Unsupported> {
        let denied = capability.is_some_and(|one| adapter.cannot.contains(&one));
        match template.filter(|_| !denied) {
            Some(template) => Ok(template.clone()),
            None => Err(Unsupported(format!(
                "`{}` has no way to do `{verb}`",
                adapter.name
            ))),
        }
    }

    /// A text as it is typed.
    pub(super) fn escaped(&self, client: &str, text: &str) -> Result<String, Unsupported> {
        let adapter = self.adapter_of(client);
        let lines = text.contains(['\n', '\r']);
        let denied = lines && adapter.cannot.contains(&Capability::MultilineText);
        let escaped = adapter.client.escapes.escape(text).filter(|_| !denied);
        escaped.ok_or_else(|| {
            Unsupported(format!(
                "`{}` cannot type a text with line breaks",
                adapter.name
            ))
        })
    }

    /// An explicit expectation.
    pub(super) fn look(
        &mut self,
        here: Here<'_>,
        want: &crate::Want,
        mode: Mode,
    ) -> Result<PlannedStep, Unsupported> {
        let client = want.client.as_str();
        let pattern = self.wanted(client, &want.what, here)?;
        let (slug, does) = if mode == Mode::Never {
            ("never", "never shows")
        } else {
            ("shows", "shows")
        };
        let sentence = format!("{client} {does} {}", words::pattern(&pattern));
        let mut derive = self.situation(here);
        // What one says is over at its next word; of what else one cannot know.
        let about = match &pattern {
            Pattern::Event {
                event: EventKind::Message | EventKind::Private,
                captures,
            } if mode == Mode::Never => captures.get("from").cloned(),
            _ => None,
        };
        let about = about.and_then(|login| {
            self.logins
                .iter()
                .find(|(_, value)| **value == login)
                .map(|(name, _)| name.clone())
        });
        derive.add(
            client,
            slug,
            pattern,
            mode,
            sentence.clone(),
            about.as_deref(),
        );
        if let (Mode::Eventually, What::Event(EventKind::Disconnected, _)) = (mode, &want.what) {
            derive.after_disconnecting(client);
        }
        let expects = derive.list;
        Ok(self.planned(here, sentence, Action::Look, expects))
    }

    /// Plans what becomes of a message, and what the audit searches for.
    pub(super) fn audit_text(&mut self, here: Here<'_>, text: &str, canaried: bool) {
        if canaried || text.is_empty() {
            return;
        }
        if text.len() >= super::RARE_LENGTH {
            self.audit.texts.push(super::model::WireText {
                step: here.id.clone(),
                text: text.to_owned(),
            });
        } else {
            let why = format!(
                "the text is shorter than {} bytes and holds no canary: it may be seen by chance",
                super::RARE_LENGTH
            );
            self.audit.blind.push((here.id.clone(), why));
        }
    }

    pub(super) fn canary(&mut self, here: Here<'_>) -> Canary {
        self.planter.fresh(here.id)
    }
}
