//! What the audit found on a surface, as people say it: what was read, who has it, and where.

use super::evidence::brief;
use super::verdict::Verdict;
use super::view::View;
use scenario::plan::{PlannedStep, around_called, text_called};
use timeline::{Kind, StepId, Stream, Surface};

/// Characters of a text that are shown around what was found.
const AROUND: usize = 24;

/// What the audit found without a text: something that is the same where texts are, or different
/// where they are. It need not tell what they are.
const STRUCTURAL: [&str; 6] = [
    "ecb",
    "equal-ciphertexts",
    "keystream-reuse",
    "per-character",
    "size",
    "textbook-rsa",
];

/// Findings of one surface.
pub(super) struct Found<'v, 'a> {
    view: &'v View<'a>,
    surface: Surface,
    all: Vec<One<'a>>,
}

struct One<'a> {
    place: &'a str,
    at: u64,
    what: &'a str,
    transformation: &'a str,
}

impl<'v, 'a> Found<'v, 'a> {
    /// In the order in which they were found.
    pub(super) fn on(view: &'v View<'a>, surface: Surface) -> Self {
        let one = |kind: &'a Kind| match kind {
            Kind::Finding {
                surface: there,
                place,
                at,
                what,
                transformation,
            } if *there == surface => Some(One {
                place,
                at: *at,
                what,
                transformation,
            }),
            _ => None,
        };
        let all = view.events.iter().filter_map(|event| one(&event.kind));
        Self {
            view,
            surface,
            all: all.collect(),
        }
    }

    /// The first of them, and how many more there are; nothing where there is none.
    pub(super) fn sentence(&self) -> Option<String> {
        let first = self.in_words(self.all.first()?);
        Some(match self.all.len() - 1 {
            0 => first,
            1 => format!("{first}; and 1 more finding, in timeline.jsonl"),
            more => format!("{first}; and {more} more findings, in timeline.jsonl"),
        })
    }

    /// What they are worth: plaintext, unless none of them is a text.
    pub(super) fn verdict(&self) -> Verdict {
        let is_structural = |one: &One<'_>| STRUCTURAL.contains(&one.transformation);
        if self.all.iter().all(is_structural) {
            Verdict::Distinguishable
        } else {
            Verdict::Plaintext
        }
    }

    /// The line of the scenario that sent what was found first.
    pub(super) fn line(&self) -> Option<usize> {
        Some(self.sent(self.all.first()?)?.line)
    }

    /// The relay printed: “…the vault code is…”, out/relay.stdout line 12.
    fn in_words(&self, one: &One<'_>) -> String {
        let text = match self.excerpt(one) {
            Some(text) => format!("{text} ({})", one.what),
            None => one.what.to_owned(),
        };
        let how = match one.transformation {
            "as-is" => String::new(),
            other => format!(", as {other}"),
        };
        let who = match self.surface {
            Surface::Arguments => "the relay's command line or environment shows",
            Surface::Files => "the relay kept",
            Surface::Memory => "the relay's memory holds",
            Surface::Others => "somebody received something meant for others",
            Surface::Output => "the relay printed",
            Surface::Wire => "the link carried",
        };
        let place = match self.line_of_output(one) {
            Some(line) => format!("{} line {line}", one.place),
            None => format!("{} {}", one.place, self.surface.offset(one.at)),
        };
        format!("{who}: {text}{how}, {place}")
    }

    /// What stands around it, in the text that was sent.
    fn excerpt(&self, one: &One<'_>) -> Option<String> {
        let text = self.sent(one)?.sent.as_ref()?.text.as_str();
        let needle = self.needle(one).unwrap_or(text);
        let (before, rest) = text.split_once(needle).unwrap_or(("", text));
        let needle = if rest.len() < text.len() { needle } else { "" };
        let front = before.chars().count().saturating_sub(AROUND);
        let before: String = before.chars().skip(front).collect();
        let after: String = rest.chars().take(AROUND).collect();
        let cut = |is_cut| if is_cut { "…" } else { "" };
        let (front, back) = (cut(front > 0), cut(after.len() < rest.len()));
        let shown = brief(&format!("{before}{needle}{after}"));
        Some(format!("“{front}{shown}{back}”"))
    }

    /// The planted string.
    fn needle(&self, one: &One<'_>) -> Option<&'a str> {
        let audit = &self.view.plan.audit;
        let canaries = audit.canaries.iter();
        let mut canaries = canaries.filter(|canary| canary.called() == one.what);
        let around = audit.around.iter();
        let mut around = around.filter(|words| around_called(&words.step) == one.what);
        let canary = canaries.next().map(|canary| canary.text.as_str());
        canary.or_else(|| Some(around.next()?.text.as_str()))
    }

    /// The step that sent it.
    fn sent(&self, one: &One<'_>) -> Option<&'a PlannedStep> {
        let audit = &self.view.plan.audit;
        let canaries = audit.canaries.iter().map(|one| (one.called(), &one.step));
        let texts = audit
            .texts
            .iter()
            .map(|one| (text_called(&one.step), &one.step));
        let around = audit.around.iter();
        let around = around.map(|one| (around_called(&one.step), &one.step));
        let mut all = canaries.chain(texts).chain(around);
        let (_, id): (_, &StepId) = all.find(|(called, _)| called == one.what)?;
        self.view.all_steps().find(|step| step.id == *id)
    }

    /// Of what the relay printed and shows as it is: which line of that stream it is.
    fn line_of_output(&self, one: &One<'_>) -> Option<usize> {
        let needle = self
            .needle(one)
            .filter(|_| self.surface == Surface::Output)?;
        let is_there = |stream: Stream| stream.file_of("relay") == one.place;
        let stream = [Stream::Stdout, Stream::Stderr]
            .into_iter()
            .find(|it| is_there(*it))?;
        let lines = self
            .view
            .events
            .iter()
            .filter_map(|event| match &event.kind {
                Kind::Line {
                    who,
                    stream: there,
                    text,
                    ..
                } if who == "relay" && *there == stream => Some(text),
                _ => None,
            });
        lines
            .into_iter()
            .position(|line| line.contains(needle))
            .map(|at| at + 1)
    }
}
