//! What the audit searched, and what it found.

use crate::result::PlayReport;
use crate::searches::{grouped, looked_for};
use scenario::plan::Plan;
use timeline::{Event, Kind, visible};

/// Findings that are told one by one.
const TOLD: usize = 40;

/// The table.
pub(super) struct Evidence {
    pub(super) sentence: String,
    /// What was compared for traces of wrong encryption.
    pub(super) traces: Option<String>,
    /// What was lacking for others.
    pub(super) lacking: Vec<String>,
    pub(super) surfaces: Vec<Surface>,
    pub(super) secrets: Vec<String>,
    pub(super) findings: Vec<String>,
    pub(super) more: usize,
    /// Steps that the audit cannot judge, with the reason.
    pub(super) blind: Vec<String>,
}

/// One surface.
pub(super) struct Surface {
    pub(super) name: String,
    pub(super) bytes: String,
    pub(super) below: String,
    pub(super) left_out: Option<String>,
    pub(super) samples: String,
    pub(super) strings: String,
    pub(super) transformations: u64,
    pub(super) control: String,
    pub(super) class: &'static str,
    pub(super) result: &'static str,
    pub(super) incomplete: Option<String>,
}

impl Evidence {
    pub(super) fn of(
        plan: &Plan,
        events: &[Event],
        findings: &[(timeline::Surface, String)],
        report: &PlayReport,
    ) -> Self {
        let surfaces = events.iter();
        let surfaces = surfaces.filter_map(|event| Surface::of(&event.kind, findings));
        let more = findings.len().saturating_sub(TOLD);
        let told = findings.iter().take(TOLD);
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
            findings: told.map(|(_, words)| words.clone()).collect(),
            more,
            blind: blind.iter().map(|why| visible(why)).collect(),
        }
    }
}

impl Surface {
    /// The row that an event adds; only searches add one.
    fn of(kind: &Kind, findings: &[(timeline::Surface, String)]) -> Option<Self> {
        let Kind::Searched {
            surface,
            bytes,
            samples,
            strings,
            found,
            control,
            incomplete,
            below,
            left_out,
            ..
        } = kind
        else {
            return None;
        };
        let seen = findings.iter().any(|(there, _)| there == surface);
        let (class, result) = match (seen, control, incomplete) {
            (true, ..) => ("plaintext", "■ SEEN"),
            (false, Some(true), None) => ("pass", "✔ not seen"),
            (false, ..) => ("unsure", "▲ cannot tell"),
        };
        Some(Self {
            name: surface.in_words().to_owned(),
            bytes: grouped(*bytes),
            below: grouped(*below),
            left_out: left_out.as_deref().map(visible),
            samples: grouped(*samples),
            strings: grouped(*strings),
            transformations: looked_for(*surface),
            control: match control {
                Some(true) => format!("found {} ×", grouped(*found)),
                Some(false) => "NOT found".to_owned(),
                None => "none declared".to_owned(),
            },
            class,
            result,
            incomplete: incomplete.as_deref().map(visible),
        })
    }
}

/// What was looked for, one by one.
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
