//! What the audit searched, and what it found.

use crate::result::PlayReport;
use crate::scene::Finding;
use crate::searches::{Searched, grouped};
use scenario::plan::Plan;
use timeline::{Event, Kind, visible};

/// Findings that are listed one by one.
const LISTED: usize = 40;

/// The table.
pub(super) struct Evidence<'a> {
    pub(super) sentence: String,
    /// What was compared to detect crypto misuse.
    pub(super) traces: Option<String>,
    /// What was lacking for others.
    pub(super) lacking: Vec<String>,
    pub(super) surfaces: Vec<Surface<'a>>,
    pub(super) secrets: Vec<String>,
    pub(super) findings: Vec<Found>,
    pub(super) more: usize,
    /// Steps that the audit cannot judge, with the reason.
    pub(super) blind: Vec<String>,
}

/// A finding, and where on the page it is seen.
pub(super) struct Found {
    pub(super) words: String,
    pub(super) link: Option<String>,
}

/// One surface.
pub(super) struct Surface<'a> {
    pub(super) of: &'a Searched,
    pub(super) class: &'static str,
    pub(super) result: &'static str,
    pub(super) incomplete: Option<String>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(
        plan: &Plan,
        events: &[Event],
        findings: &[Finding],
        report: &'a PlayReport,
        place: impl Fn(&Finding) -> Option<String>,
    ) -> Self {
        let surfaces = report.searches.surfaces.iter();
        let surfaces = surfaces.map(|of| Surface::of(of, events, findings));
        let more = findings.len().saturating_sub(LISTED);
        let listed = findings.iter().take(LISTED);
        let blind = plan.audit.cannot_judge();
        let lacking = report.searches.traces.iter();
        let lacking = lacking.filter_map(|one| {
            let lacking = one.lacking.as_ref()?;
            Some(visible(&format!("{}: {lacking}", one.detector)))
        });
        Self {
            sentence: report.searches.sentence(),
            traces: report.searches.traces().map(|traces| visible(&traces)),
            lacking: lacking.collect(),
            surfaces: surfaces.collect(),
            secrets: secrets(plan),
            findings: listed
                .map(|finding| Found {
                    words: finding.words.clone(),
                    link: place(finding),
                })
                .collect(),
            more,
            blind: blind.iter().map(|why| visible(why)).collect(),
        }
    }
}

impl<'a> Surface<'a> {
    fn of(of: &'a Searched, events: &[Event], findings: &[Finding]) -> Self {
        let is_seen = findings.iter().any(|finding| finding.surface == of.surface);
        let incomplete = events.iter().find_map(|event| match &event.kind {
            Kind::Searched {
                surface,
                incomplete: Some(why),
                ..
            } if *surface == of.surface => Some(visible(why)),
            _ => None,
        });
        let (class, result) = match (is_seen, of.control_found, &incomplete) {
            (true, ..) => ("plaintext", "■ SEEN"),
            (false, Some(true), None) => ("pass", "✔ not seen"),
            (false, ..) => ("unsure", "▲ cannot tell"),
        };
        Self {
            of,
            class,
            result,
            incomplete,
        }
    }

    pub(super) fn control(&self) -> String {
        match self.of.control_found {
            Some(true) => format!("found {} ×", grouped(self.of.found)),
            Some(false) => "NOT found".to_owned(),
            None => "none declared".to_owned(),
        }
    }
}

/// What was searched for, one by one.
fn secrets(plan: &Plan) -> Vec<String> {
    let secrets = plan.audit.canaries.iter();
    let secrets = secrets.map(|canary| {
        visible(&format!(
            "canary {} of step {}: {}",
            canary.name, canary.step.0, canary.text
        ))
    });
    let texts = plan.audit.texts.iter();
    let texts = texts.map(|text| format!("the text of step {}", text.step.0));
    let files = plan.audit.files.iter();
    let files = files.map(|(client, name)| visible(&format!("the file {name} of {client}")));
    let phrases = plan.audit.pass_phrases.iter();
    let phrases = phrases.filter(|one| one.too_common().is_none());
    let phrases = phrases.map(|one| format!("the {}", one.name()));
    secrets.chain(texts).chain(phrases).chain(files).collect()
}
