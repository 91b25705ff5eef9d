//! What the search of each surface shows, and which surfaces it says nothing about.

use super::found::Found;
use super::further_plays::{self, FurtherPlays};
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use super::whole::whole;
use scenario::plan::AuditPlan;
use timeline::{Event, Kind, Surface};

/// Surfaces of the relay that were given something to find and have no control.
pub(super) fn uncovered(audit: &AuditPlan, is_planted: bool) -> Vec<Surface> {
    let surfaces = Surface::without_control(&audit.controls);
    surfaces.into_iter().filter(|_| is_planted).collect()
}

/// Surfaces that the machine does not let be searched.
pub(super) fn refused(events: &[Event]) -> Vec<Surface> {
    let refused = events.iter().filter_map(|event| match event.kind {
        Kind::Searched {
            surface,
            is_refused: true,
            ..
        } => Some(surface),
        _ => None,
    });
    refused.collect()
}

/// Something was sent that can be searched for.
pub(super) fn is_planted(audit: &AuditPlan) -> bool {
    !audit.canaries.is_empty() || !audit.texts.is_empty()
}

/// One check for each surface with a control or a finding. What a search left out because of its
/// size may have been compared with other plays instead, which reads on.
pub(super) fn checks(view: &View<'_>, further: Option<&FurtherPlays>) -> Vec<Check> {
    let is_compared = |surface| further.is_some_and(|one| further_plays::is_whole(one, surface));
    let checks = Surface::ALL.into_iter();
    let checks = checks.filter_map(|surface| of_surface(view, surface, is_compared(surface)));
    checks.collect()
}

/// The same for a load, which plants thousands of strings: a sample of them is searched for in what
/// is encoded more than once, and its report says so.
pub(super) fn checks_of_load(view: &View<'_>) -> Vec<Check> {
    let checks = Surface::ALL.into_iter();
    let checks = checks.filter_map(|surface| of_surface(view, surface, true));
    checks.collect()
}

fn of_surface(view: &View<'_>, surface: Surface, may_be_partial: bool) -> Option<Check> {
    let name = format!("no canary on {}", surface.in_words());
    let kind = CheckKind::Audit(surface);
    let found = Found::on(view, surface);
    if let Some(got) = found.sentence() {
        let evidence = Evidence {
            expected: "not seen".to_owned(),
            got,
            ..Evidence::default()
        };
        return Some(Check {
            line: found.line(),
            ..whole(kind, &name, found.verdict(), evidence)
        });
    }
    let audit = &view.plan.audit;
    let declared = audit.controls.contains_key(&surface);
    let has_controls = !audit.controls.is_empty();
    let why = match shortcoming(view, surface, may_be_partial) {
        _ if !declared && (has_controls || surface == Surface::Others) => return None,
        _ if !declared && !is_planted(audit) => return None,
        // That some surface has none is part of the verdict; where none has one, nothing at all is
        // shown.
        _ if !declared => Some(
            "the adapter declares no control on any surface: the search could not have found anything; \
             add a table `[controls]`"
                .to_owned(),
        ),
        // Nothing was sent that was not for all.
        None if surface == Surface::Others => return None,
        None => Some("it was not searched".to_owned()),
        Some(why) => why,
    };
    let verdict = if why.is_some() {
        Verdict::CannotTell
    } else {
        Verdict::Pass
    };
    let evidence = why.map(|got| Evidence {
        expected: "a complete search that finds the control".to_owned(),
        got,
        ..Evidence::default()
    });
    Some(whole(kind, &name, verdict, evidence.unwrap_or_default()))
}

/// Why the search of a surface shows nothing, where that is so; `None` when it was not searched.
fn shortcoming(view: &View<'_>, surface: Surface, may_be_partial: bool) -> Option<Option<String>> {
    view.events.iter().find_map(|event| match &event.kind {
        Kind::Searched {
            surface: there,
            bytes,
            samples,
            found,
            control,
            incomplete,
            left_out,
            ..
        } if *there == surface => {
            let none = (*control != Some(true)).then(|| {
                format!("the control was not found in {bytes} bytes: the search could not have found anything")
            });
            // Each scan of memory is a search of its own.
            let blind = (surface == Surface::Memory && found < samples)
                .then(|| format!("the control was found in {found} of {samples} scans only"));
            let left_out = left_out.as_ref().filter(|_| !may_be_partial).map(|what| {
                format!("the search for text that is compressed, encoded more than once, split over lines or weakly encrypted was not complete: {what}")
            });
            Some(incomplete.clone().or(none).or(blind).or(left_out))
        }
        _ => None,
    })
}
