//! Where on a page a finding is seen.

use super::messages::{DRAWN, Message};
use super::participants::Participant;
use crate::scene::{Finding, RELAY};
use scenario::plan::{Plan, around_called, text_called};
use timeline::{StepId, Surface};

/// The record that carried it, the line that the relay printed, or the step that sent it.
pub(super) fn of(
    finding: &Finding,
    plan: &Plan,
    messages: &[Message],
    participants: &[Participant],
) -> Option<String> {
    let sent = sent(plan, finding);
    let here = match finding.surface {
        Surface::Wire => record(finding, messages),
        Surface::Output => sent.and_then(|(_, text)| line(text, participants)),
        Surface::Arguments | Surface::Files | Surface::Memory | Surface::Others => None,
    };
    here.or_else(|| sent.map(|(step, _)| format!("#s{}", step.0)))
}

fn record(finding: &Finding, messages: &[Message]) -> Option<String> {
    let (file, at) = &finding.place;
    let mut drawn = messages.iter().take(DRAWN);
    let message = drawn.find(|message| {
        let (there, from) = &message.record.place;
        there == file && (*from..from + message.record.len).contains(at)
    })?;
    Some(format!("#m{}", message.number))
}

/// The first line that holds the text as it is; all lines of the relay where it is written
/// otherwise.
fn line(text: &str, participants: &[Participant]) -> Option<String> {
    let relay = participants.iter().find(|one| one.who == RELAY)?;
    let mut marked = relay.lines.iter().filter(|line| line.anchor.is_some());
    let line = marked.find(|line| {
        [&*line.before, &*line.found, &*line.after]
            .concat()
            .contains(text)
    });
    let anchor = line.and_then(|line| line.anchor.clone());
    Some(format!(
        "#{}",
        anchor.unwrap_or_else(|| "participant-relay".to_owned())
    ))
}

/// The text that was found, and the step that sent it.
fn sent<'p>(plan: &'p Plan, finding: &Finding) -> Option<(&'p StepId, &'p str)> {
    let mut canaries = plan.audit.canaries.iter();
    if let Some(canary) = canaries.find(|canary| canary.called() == finding.what) {
        return Some((&canary.step, &canary.text));
    }
    let mut steps = plan.all_steps();
    let is_called = |id: &StepId| [text_called(id), around_called(id)].contains(&finding.what);
    let step = steps.find(|step| is_called(&step.id))?;
    Some((&step.id, &step.sent.as_ref()?.text))
}
