//! Texts come over the link: whoever shows one has received at least as much since it was sent.

use std::collections::BTreeMap;

use super::evidence::{brief, just_before};
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::{Shown, View};
use scenario::CANARY_LENGTH;
use scenario::plan::{CANARY_BITS, Expectation, Pattern, PlannedStep, Sent};
use timeline::{Direction, EventKind, Kind, Stream};

const NAME: &str = "every text arrives over the link";

/// How much one side had sent on a link, up to and with an event.
type Totals = Vec<(u64, u64)>;

/// What passed the links.
#[derive(Debug, Default)]
struct Traffic<'a> {
    totals: BTreeMap<(&'a str, Direction), Totals>,
    /// From this event on not everything is recorded.
    capped: BTreeMap<&'a str, u64>,
}

impl<'a> Traffic<'a> {
    fn of(view: &View<'a>) -> Self {
        let mut traffic = Self::default();
        for event in view.events {
            match &event.kind {
                Kind::Wire {
                    link,
                    direction,
                    len,
                    ..
                } => {
                    let totals = traffic.totals.entry((link, *direction)).or_default();
                    let before = totals.last().map_or(0, |(_, total)| *total);
                    totals.push((event.n, before.saturating_add(*len)));
                }
                Kind::Capped { who, .. } => {
                    traffic.capped.entry(who).or_insert(event.n);
                }
                _ => {}
            }
        }
        traffic
    }

    /// Bytes between two events; `None` where nobody has counted them.
    fn between(&self, link: &str, direction: Direction, since: u64, until: u64) -> Option<u64> {
        if self.capped.get(link).is_some_and(|n| *n < until) {
            return None;
        }
        let totals = self.totals.get(&(link, direction));
        let upto = |n: u64| {
            let totals = totals.map_or(&[] as &[_], Vec::as_slice);
            let place = totals.partition_point(|(at, _)| *at <= n);
            let last = place.checked_sub(1).and_then(|last| totals.get(last));
            last.map_or(0, |(_, total)| *total)
        };
        Some(upto(until).saturating_sub(upto(since)))
    }
}

/// The check; none where no text that a step had sent was shown.
pub(super) fn check(view: &View<'_>) -> Option<Check> {
    let traffic = Traffic::of(view);
    let mut planted = Planted::of(view);
    let mut lines: BTreeMap<&str, Lines<'_>> = BTreeMap::new();
    let mut compared = false;
    for (step, began) in begun(view) {
        let Some(sent) = &step.sent else {
            continue;
        };
        let least = planted.least(sent);
        for one in step.expects.iter().filter(|one| shows(one, sent)) {
            let lines = lines
                .entry(&one.client)
                .or_insert_with(|| Lines::of(view, &one.client));
            let Some(shown) = lines.first_after(&sent.text, began) else {
                continue;
            };
            compared = true;
            if let Some(evidence) = too_little(view, &traffic, (sent, began), (one, shown), least) {
                return Some(verdict(Verdict::Fail, evidence));
            }
        }
    }
    compared.then(|| verdict(Verdict::Pass, Evidence::default()))
}

fn verdict(verdict: Verdict, evidence: Evidence) -> Check {
    Check {
        kind: CheckKind::Carried,
        name: NAME.to_owned(),
        step: None,
        line: None,
        verdict,
        evidence,
    }
}

/// The steps that have begun, in their order, and where.
fn begun<'a>(view: &View<'a>) -> Vec<(&'a PlannedStep, u64)> {
    let steps = view.all_steps();
    let begun = steps.filter_map(|step| Some((step, view.step(&step.id)?.began)));
    let mut begun: Vec<_> = begun.collect();
    begun.sort_by_key(|(_, began)| *began);
    begun
}

/// Whether it is that a recipient shows the text of its step.
fn shows(one: &Expectation, sent: &Sent) -> bool {
    one.client != sent.from
        && matches!(
            &one.pattern,
            Pattern::Event { event: EventKind::Message | EventKind::Private, captures }
                if captures.get("text") == Some(&sent.text)
        )
}

/// The texts that a client showed, and when.
struct Lines<'a>(BTreeMap<&'a str, Vec<Shown<'a>>>);

impl<'a> Lines<'a> {
    fn of(view: &View<'a>, client: &str) -> Self {
        let mut lines: BTreeMap<&str, Vec<Shown<'_>>> = BTreeMap::new();
        for line in view.shown(client) {
            if let Some(text) = line.seen.and_then(|seen| seen.captures.get("text")) {
                lines.entry(text).or_default().push(line);
            }
        }
        Self(lines)
    }

    fn first_after(&self, text: &str, n: u64) -> Option<Shown<'a>> {
        let lines = self.0.get(text)?;
        lines.iter().find(|line| line.n > n).copied()
    }
}

/// What is random in the texts of a play, and whether it has been sent before.
struct Planted<'a> {
    canaries: BTreeMap<&'a str, bool>,
    prefix: Option<&'a str>,
}

impl<'a> Planted<'a> {
    fn of(view: &View<'a>) -> Self {
        let canaries = view.plan.audit.canaries.iter();
        let canaries: BTreeMap<&str, bool> = canaries
            .map(|canary| (canary.text.as_str(), false))
            .collect();
        let first = canaries.keys().next();
        let prefix = first
            .and_then(|text| text.split_once('-'))
            .map(|(prefix, _)| prefix);
        Self { canaries, prefix }
    }

    /// The fewest bytes that can carry a text to those who have every earlier one: what is
    /// random in it for the first time, for nothing can make that smaller, and at least one byte.
    /// Everything else may be compressed to nothing.
    fn least(&mut self, sent: &Sent) -> u64 {
        let Some(prefix) = self.prefix else {
            return 1;
        };
        let mut bits = 0;
        for (at, _) in sent.text.match_indices(prefix) {
            let canary = sent.text.get(at..at + CANARY_LENGTH);
            if let Some(is_old) = canary.and_then(|canary| self.canaries.get_mut(canary))
                && !*is_old
            {
                *is_old = true;
                bits += CANARY_BITS;
            }
        }
        (bits / 8).max(1)
    }
}

fn too_little(
    view: &View<'_>,
    traffic: &Traffic<'_>,
    (sent, began): (&Sent, u64),
    (one, shown): (&Expectation, Shown<'_>),
    least: u64,
) -> Option<Evidence> {
    let ways = [
        (sent.from.as_str(), Direction::Up, "from"),
        (one.client.as_str(), Direction::Down, "to"),
    ];
    let short = ways.into_iter().find_map(|(link, direction, way)| {
        let carried = traffic.between(link, direction, began, shown.n)?;
        (carried < least).then_some((link, way, carried))
    });
    let (link, way, carried) = short?;
    Some(Evidence {
        expected: format!(
            "the link carries at least {least} bytes {way} {link} between the sending of {:?} and \
             its showing; no compression needs fewer",
            brief(&sent.text)
        ),
        got: format!(
            "{} printed {:?}, which did not come over the link: it had carried {carried} bytes \
             {way} {link} since the text was sent",
            one.client,
            brief(shown.text)
        ),
        just_before: just_before(view, shown.n),
        look_at: view.output_of(&one.client, [Stream::Stdout, Stream::Stderr]),
        event: Some(shown.n),
        ..Evidence::default()
    })
}
