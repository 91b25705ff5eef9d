//! Which bytes of a link belong to which text, without knowing how frames are cut.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use scenario::plan::{Action, Plan, PlannedStep};
use timeline::{Direction, Event, Kind, StepId};

/// Bytes of one direction of every link: what each client sent, by its name.
pub type SentBytes = BTreeMap<String, Vec<u8>>;

/// What a client sent from the typing of a text until its next command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// The client whose link it is.
    pub link: &'a str,
    /// For whom; `None` for everyone.
    pub to: Option<&'a str>,
    /// The step that says it.
    pub step: &'a StepId,
    /// What it says, in full.
    pub text: &'a str,
    /// Where it is in the link's file.
    pub at: usize,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl Span<'_> {
    /// How a finding calls its text.
    pub(crate) fn name(&self) -> String {
        format!("text of step {}", self.step.0)
    }

    /// Where it lies, first byte to one behind the last.
    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.bytes.len()
    }
}

/// Divides what clients sent by the texts that were typed.
///
/// A step waits until its text was shown, so what it sends lies between its typing and the
/// next typing of the same client. Texts that one client sends at the same time share their
/// bytes: each gets all of them.
pub fn spans<'a>(plan: &'a Plan, events: &[Event], sent: &'a SentBytes) -> Vec<Span<'a>> {
    let steps = plan.all_steps().map(|step| (&step.id, step));
    let steps: BTreeMap<&StepId, &PlannedStep> = steps.collect();
    let mut cutting = Cutting::default();
    for event in events {
        match &event.kind {
            Kind::StepBegan { step } => {
                if let Some(step) = steps.get(step) {
                    cutting.begin(step);
                }
            }
            Kind::StepEnded { step, .. } => {
                cutting.open.remove(step);
            }
            Kind::Typed { who, .. } => cutting.typed(who),
            Kind::Wire {
                link,
                direction: Direction::Up,
                at,
                len,
            } => {
                let end = usize::try_from(at + len).unwrap_or(usize::MAX);
                cutting.lengths.insert(link.clone(), end);
            }
            _ => {}
        }
    }
    let files: BTreeSet<(&str, &str)> = plan
        .files
        .iter()
        .map(|file| (file.client.as_str(), file.name.as_str()))
        .collect();
    let is_text = |step: &PlannedStep| {
        let sent = step.sent.as_ref();
        sent.is_some_and(|sent| !files.contains(&(sent.from.as_str(), sent.text.as_str())))
    };
    cutting
        .cuts
        .iter()
        // The text of a step that sends a file is the file's name: what is sent for it is the content.
        .filter(|cut| is_text(cut.step))
        .filter_map(|cut| cut.span(sent))
        .filter(|span| !span.bytes.is_empty())
        .collect()
}

/// A step that was typed, from here to the next one.
struct Cut<'a> {
    step: &'a PlannedStep,
    begin: usize,
    end: Option<usize>,
}

impl<'a> Cut<'a> {
    fn span(&self, sent: &'a SentBytes) -> Option<Span<'a>> {
        let said = self.step.sent.as_ref()?;
        let all = sent.get(&said.from)?;
        let end = self.end.unwrap_or(all.len()).min(all.len());
        Some(Span {
            link: &said.from,
            to: said.to.as_deref(),
            step: &self.step.id,
            text: &said.text,
            at: self.begin,
            bytes: all.get(self.begin..end)?,
        })
    }
}

#[derive(Default)]
struct Cutting<'a> {
    /// Bytes of each link so far.
    lengths: BTreeMap<String, usize>,
    /// Steps that have begun and were not typed yet, by who types.
    waiting: BTreeMap<&'a str, VecDeque<&'a PlannedStep>>,
    /// Steps that have begun and not ended.
    open: BTreeSet<StepId>,
    cuts: Vec<Cut<'a>>,
    /// Those of each client that go on, as places among them.
    going_on: BTreeMap<String, Vec<usize>>,
}

impl<'a> Cutting<'a> {
    fn begin(&mut self, step: &'a PlannedStep) {
        self.open.insert(step.id.clone());
        if let Action::Type { client, .. } = &step.action {
            self.waiting.entry(client).or_default().push_back(step);
        }
    }

    fn typed(&mut self, who: &str) {
        let begin = self.lengths.get(who).copied().unwrap_or(0);
        // What was typed while this step's group goes on goes on as well.
        let going_on = self.going_on.entry(who.to_owned()).or_default();
        going_on.retain(|place| {
            let Some(cut) = self.cuts.get_mut(*place) else {
                return false;
            };
            let goes_on = self.open.contains(&cut.step.id);
            if !goes_on {
                cut.end = Some(begin);
            }
            goes_on
        });
        // Fences and farewells are typed as well, and belong to no step.
        if let Some(step) = self.waiting.get_mut(who).and_then(VecDeque::pop_front) {
            let end = None;
            going_on.push(self.cuts.len());
            self.cuts.push(Cut { step, begin, end });
        }
    }
}
