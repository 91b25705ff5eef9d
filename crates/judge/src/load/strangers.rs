//! Nobody shows what is not for them: one check over everything that all clients
//! showed, in place of a *never* for each message and client.

use std::collections::{BTreeMap, BTreeSet};

use super::all;
use crate::evidence::{brief, just_before};
use crate::verdict::{Check, CheckKind, Evidence, Verdict};
use crate::view::{Shown, View};
use scenario::CANARY_LENGTH;
use scenario::plan::{Pattern, PlannedStep, Round, Sent};

const NAME: &str = "nobody shows what is not meant for them";

/// Who may show a text.
#[derive(Debug)]
enum Audience<'a> {
    /// It was said to all who are there.
    Everyone,
    /// Those it was for, and who sent it.
    These(BTreeSet<&'a str>),
}

impl<'a> Audience<'a> {
    fn of(step: &'a PlannedStep, sent: &'a Sent) -> Self {
        match sent.to {
            None => Self::Everyone,
            Some(_) => Self::These(recipients(step).chain([sent.from.as_str()]).collect()),
        }
    }

    fn has(&self, who: &str) -> bool {
        match self {
            Self::Everyone => true,
            Self::These(names) => names.contains(who),
        }
    }

    /// Who may show a text that was sent to both.
    fn add(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::These(names), Self::These(more)) => names.extend(more),
            (Self::Everyone, _) | (Self::These(_), Self::Everyone) => *self = Self::Everyone,
        }
    }
}

/// Who may show each text.
type Audiences<'a> = BTreeMap<&'a str, Audience<'a>>;

fn add<'a>(audiences: &mut Audiences<'a>, text: &'a str, audience: &Audience<'a>) {
    let nobody = || Audience::These(BTreeSet::new());
    audiences.entry(text).or_insert_with(nobody).add(audience);
}

/// The check.
pub(super) fn check(view: &View<'_>, rounds: &[Round]) -> Check {
    let (verdict, evidence) = match (astray(view, rounds), unclosed(view)) {
        (Some(evidence), _) => (Verdict::Fail, evidence),
        (None, Some(evidence)) => (Verdict::CannotTell, evidence),
        (None, None) => (Verdict::Pass, Evidence::default()),
    };
    Check {
        kind: CheckKind::Strangers,
        name: NAME.to_owned(),
        step: None,
        line: None,
        verdict,
        evidence,
    }
}

fn astray(view: &View<'_>, rounds: &[Round]) -> Option<Evidence> {
    let mut texts = Audiences::new();
    let mut canaries = Audiences::new();
    for round in rounds {
        collect(view, round, &mut texts, &mut canaries);
    }
    let prefix = canaries.keys().next().and_then(|one| one.split('-').next());
    for client in &view.plan.clients {
        for line in view.shown(&client.name) {
            let said = line.seen.and_then(|seen| seen.captures.get("text"));
            let by_text = said.and_then(|text| texts.get(text.as_str()));
            let in_line = prefix.and_then(|prefix| find(line.text, prefix, &canaries));
            let mut allowed = by_text.into_iter().chain(in_line);
            if allowed.any(|audience| !audience.has(&client.name)) {
                return Some(evidence(view, &client.name, line));
            }
        }
    }
    None
}

/// Adds the texts of a round, and the canaries in them, with those who may show each.
fn collect<'a>(
    view: &View<'_>,
    round: &'a Round,
    texts: &mut Audiences<'a>,
    canaries: &mut Audiences<'a>,
) {
    let reached = all(&round.steps).into_iter();
    for step in reached.filter(|step| view.step(&step.id).is_some()) {
        let Some(sent) = &step.sent else {
            continue;
        };
        let audience = Audience::of(step, sent);
        let planted = round.audit.canaries.iter();
        for canary in planted.filter(|canary| sent.text.contains(&canary.text)) {
            add(canaries, &canary.text, &audience);
        }
        add(texts, &sent.text, &audience);
    }
}

/// Everyone who is to show the text of a step; of a file, who is to have it.
fn recipients(step: &PlannedStep) -> impl Iterator<Item = &str> {
    let showing = step.expects.iter().filter(|one| match &one.pattern {
        Pattern::Event { captures, .. } => captures.contains_key("text"),
        Pattern::SameFile { .. } => true,
        _ => false,
    });
    showing.map(|one| one.client.as_str())
}

fn find<'m, 'a>(line: &str, prefix: &str, canaries: &'m Audiences<'a>) -> Option<&'m Audience<'a>> {
    let mut places = line.match_indices(prefix);
    places.find_map(|(at, _)| canaries.get(line.get(at..at + CANARY_LENGTH)?))
}

fn evidence(view: &View<'_>, who: &str, line: Shown<'_>) -> Evidence {
    Evidence {
        expected: NAME.to_owned(),
        got: format!("{who} printed {:?}", brief(line.text)),
        just_before: just_before(view, line.n),
        look_at: Some(format!("out/{who}.stdout")),
        event: Some(line.n),
        ..Evidence::default()
    }
}

/// A last word that was not shown: what came before it may still be on its way.
fn unclosed(view: &View<'_>) -> Option<Evidence> {
    let missing = view.plan.closing.fences.iter().find_map(|fence| {
        let mut observers = fence.observers.iter();
        let without = observers.find(|who| {
            let mut lines = view.shown(who);
            !lines.any(|line| line.text.contains(&fence.text))
        })?;
        Some((without, fence))
    });
    let got = match missing {
        Some((who, fence)) => format!("{who} did not show the final message of {}", fence.from),
        None if view.plan.closing.fences.is_empty() => "nobody can send a final message".to_owned(),
        None => return None,
    };
    Some(Evidence {
        expected: "everyone shows the final message of each other member of the group".to_owned(),
        got,
        ..Evidence::default()
    })
}
