//! What further plays of the same scenario say, in which other words were used.

use differential::{Dependence, Differences, SurfaceDifferences};
use serde::{Deserialize, Serialize};
use timeline::Surface;

use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;

/// Differences on one surface that are listed one by one.
const LISTED: usize = 4;

/// What came of the plays that were compared with this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FurtherPlays {
    /// What goes with the words.
    pub differences: Differences,
    /// Checks that did not hold in the first of them in which one did not: it was the last.
    pub red: Vec<Check>,
}

/// A check for each surface with a control or a difference, and those that did not hold.
pub(super) fn checks(view: &View<'_>, further: &FurtherPlays) -> Vec<Check> {
    let differences = &further.differences;
    let red = further.red.iter().map(|check| Check {
        name: format!(
            "in play {} of the comparison, {}",
            differences.plays, check.name
        ),
        step: None,
        line: None,
        ..check.clone()
    });
    let nothing = SurfaceDifferences::default();
    let compared = Surface::ALL.into_iter().filter_map(|surface| {
        let there = differences.surfaces.get(&surface).unwrap_or(&nothing);
        let is_declared = view.plan.audit.controls.contains_key(&surface);
        // What clients received is no business of the relay.
        let is_wanted = is_declared && surface != Surface::Others && further.red.is_empty();
        (is_wanted || !there.found.is_empty()).then(|| of_surface(surface, there, differences))
    });
    red.chain(compared).collect()
}

/// Whether all of a surface was compared, by a comparison that can find something, and nothing there
/// goes with the words.
pub(super) fn is_whole(further: &FurtherPlays, surface: Surface) -> bool {
    let there = further.differences.surfaces.get(&surface);
    let is_clean = |there: &SurfaceDifferences| {
        there.control && there.incomplete.is_none() && there.found.is_empty()
    };
    further.red.is_empty() && there.is_some_and(is_clean)
}

fn of_surface(surface: Surface, there: &SurfaceDifferences, all: &Differences) -> Check {
    let plays = all.plays;
    let (verdict, expected, got) = if !there.found.is_empty() && !all.are_certain() {
        let got = format!("the plays ended after {plays}, and the differences may be chance");
        (Verdict::CannotTell, "enough plays to rule out chance", got)
    } else if !there.found.is_empty() {
        let found: Vec<String> = there
            .found
            .iter()
            .map(|one| sentence(surface, one))
            .collect();
        let got = format!(
            "what is there depends on what was said, in all of {plays} plays; where: {}; \
             of {} pieces that were compared, chance would leave {:.0e} of {} differences",
            first_of(&found, there.more),
            there.grams,
            all.by_luck(),
            all.first,
        );
        let is_explained = there.found.iter().any(|one| one.encoding.is_some());
        let verdict = match is_explained {
            true => Verdict::Plaintext,
            false => Verdict::Distinguishable,
        };
        (verdict, "the same, whatever the texts are", got)
    } else if let Some(why) = &there.incomplete {
        (Verdict::CannotTell, "a complete comparison", why.clone())
    } else if !there.control {
        let got = format!(
            "nothing that depends on the control was found in {} bytes of {plays} plays: the comparison could not have found anything",
            there.bytes
        );
        (
            Verdict::CannotTell,
            "a comparison that finds the control",
            got,
        )
    } else {
        (Verdict::Pass, "", String::new())
    };
    Check {
        kind: CheckKind::Differential(surface),
        name: format!(
            "what is on {} does not depend on what was said",
            surface.in_words()
        ),
        step: None,
        line: None,
        verdict,
        evidence: Evidence {
            expected: expected.to_owned(),
            got,
            ..Evidence::default()
        },
    }
}

fn sentence(surface: Surface, one: &Dependence) -> String {
    let encoding = one.encoding.as_ref();
    let encoding = encoding.map_or_else(String::new, |word| format!(", a part of it as `{word}`"));
    match one.at {
        Some(at) => format!(
            "{} bytes in {} from {} on{encoding}: “{}”",
            one.length,
            one.place,
            surface.offset(at),
            one.shown
        ),
        None => format!("{}{encoding}", one.shown),
    }
}

/// The first differences, and how many more there are, beside those that are not here.
fn first_of(found: &[String], others: u64) -> String {
    let listed = found.iter().take(LISTED).cloned();
    let more = found.len().saturating_sub(LISTED) as u64 + others;
    let more = (more > 0).then(|| format!("and {more} more, of which comparison.json has some"));
    listed.chain(more).collect::<Vec<_>>().join("; ")
}
