//! From scenario, adapter and seed to a plan.

use std::collections::BTreeMap;
use std::path::Path;

use rand::Rng as _;
use timeline::Surface;

use super::audit::AuditPlan;
use super::builder::Builder;
use super::canary::{Planter, control, stream};
use super::conflicts::resolve_conflicts;
use super::fence::fences;
use super::implementations::Implementations;
use super::model::{Closing, Plan, PlannedClient, ScenarioRef};
use super::pass_phrases::pass_phrases;
use super::unsupported::Unsupported;
use crate::adapter::Adapter;
use crate::{Need, RelayDoes, Scenario};

/// The version of [`Plan`].
const VERSION: u32 = 1;

/// Decides everything that a play will do. The same arguments give the same plan. `root` is
/// the directory `scenarios/`, in which fixtures lie.
///
/// # Errors
/// When the implementation has no way to do something that the scenario asks for.
pub fn build<'a>(
    scenario: &'a Scenario,
    implementations: impl Into<Implementations<'a>>,
    seed: u64,
    root: &'a Path,
) -> Result<Plan, Unsupported> {
    build_with(
        scenario,
        implementations,
        (seed, OtherWords::default()),
        root,
    )
}

/// Which words of a plan are others than those that [`build`] draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OtherWords {
    /// What is planted in texts and files.
    pub texts: bool,
    /// What the relay must see.
    pub control: bool,
}

/// As [`build`], and the same in everything but these words: they are as long, and others.
///
/// # Errors
/// As [`build`].
pub fn build_with<'a>(
    scenario: &'a Scenario,
    implementations: impl Into<Implementations<'a>>,
    (seed, other): (u64, OtherWords),
    root: &'a Path,
) -> Result<Plan, Unsupported> {
    let implementations = &implementations.into();
    let words = |other, of| match other {
        true => stream(seed, &["other words", of]).next_u64(),
        false => seed,
    };
    let (words, control_words) = (words(other.texts, "texts"), words(other.control, "control"));
    implementations.must_be_able(&scenario.needs)?;
    if scenario.keepalive.is_some() && !implementations.main.relay.hears("keepalive") {
        let adapter = implementations.main.name.clone();
        return Err(Unsupported::NoKeepalive { adapter });
    }
    if scenario.does != RelayDoes::Nothing && !implementations.main.relay.hears("does") {
        return Err(Unsupported::HonestRelay {
            adapter: implementations.main.name.clone(),
            does: scenario.does,
        });
    }
    let mut builder = Builder::new(scenario, implementations, seed, root)?;
    builder.planter = Planter::new(words, &scenario.id);
    builder.seeds = stream(words, &["files", &scenario.id]);
    let opening = builder.opening();
    let mut steps = builder.all_steps("")?;
    resolve_conflicts(&mut steps);
    let control = control(control_words, &scenario.id);
    let mut adapter = implementations.main.clone();
    adapter
        .wire
        .background
        .extend(scenario.background.iter().cloned());
    let mut plan = Plan {
        version: VERSION,
        scenario: reference(scenario),
        adapter,
        others: others(implementations, scenario),
        seed,
        control,
        keepalive: builder.keepalive(),
        does: scenario.does,
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
        namespaces: namespaces(scenario, implementations),
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
fn namespaces(scenario: &Scenario, implementations: &Implementations<'_>) -> Option<String> {
    if scenario.needs.contains(&Need::Namespaces) {
        return Some("the scenario says that it needs them".to_owned());
    }
    let mut everybody =
        std::iter::once(implementations.main).chain(implementations.others.values().copied());
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
fn others(implementations: &Implementations<'_>, scenario: &Scenario) -> BTreeMap<String, Adapter> {
    let names = scenario
        .clients
        .iter()
        .filter_map(|client| client.adapter.as_ref());
    names
        .filter_map(|name| Some((name.clone(), (*implementations.others.get(name)?).clone())))
        .collect()
}

fn controls(adapter: &Adapter, control: &str) -> BTreeMap<Surface, String> {
    let values = BTreeMap::from([("control".to_owned(), control.to_owned())]);
    let filled = adapter.controls.iter();
    filled
        .filter_map(|(surface, text)| Some((*surface, text.fill(&values).ok()?)))
        .collect()
}
