//! The page of a load: what was checked and measured over all rounds of all groups.

use askama::Template;

use super::evidence::Evidence;
use super::steps::{self, Red};
use super::{STYLE, policy};
use crate::asked::{Asked, repeat};
use crate::load::{LoadReport, figures, left_out};
use crate::provenance::Provenance;
use crate::scene::findings;
use crate::words::Badge;
use judge::Check;
use scenario::plan::Plan;
use timeline::{Event, visible};

/// Participants of which it says what they used.
const USED: usize = 40;

#[derive(Template)]
#[template(path = "load.html")]
struct LoadPage<'a> {
    style: &'static str,
    policy: String,
    verdict: Badge,
    scenario: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    repeat: String,
    left_out: Vec<String>,
    figures: Vec<(&'static str, String)>,
    evidence: Evidence<'a>,
    red: Vec<Red>,
    held: Vec<String>,
    used: Vec<String>,
    more_used: usize,
}

/// The page of a load.
///
/// # Errors
///
/// As [`super::play`].
pub fn load(
    plan: &Plan,
    events: &[Event],
    report: &LoadReport,
    (asked, provenance): (&Asked, &Provenance),
) -> Result<String, askama::Error> {
    let play = &report.play;
    let checks: Vec<&Check> = play.verdicts.checks.iter().collect();
    // Who has used the most is of interest.
    let mut used: Vec<_> = play.used.iter().collect();
    used.sort_by_key(|used| std::cmp::Reverse(used.cpu_ms));
    let page = LoadPage {
        style: STYLE,
        policy: policy::of(&[STYLE], &[]),
        verdict: Badge::of(&play.verdicts.play),
        scenario: visible(&play.scenario),
        title: visible(&plan.scenario.title),
        facts: super::facts(play, Some(provenance)),
        repeat: visible(&repeat(play, asked)),
        left_out: left_out(report).iter().map(|line| visible(line)).collect(),
        figures: figures(report),
        evidence: Evidence::of(plan, events, &findings(events), play, |_| None),
        red: steps::red(&checks, None),
        held: steps::held(&checks),
        more_used: used.len().saturating_sub(USED),
        used: used
            .into_iter()
            .take(USED)
            .map(|used| visible(&used.sentence()))
            .collect(),
    };
    page.render()
}
