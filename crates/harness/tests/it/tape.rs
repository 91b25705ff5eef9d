//! A timeline in the making.

use std::collections::BTreeMap;

use scenario::plan::Plan;
use timeline::{Event, EventKind, Kind, Seen, StepId, StepResult, Stream, Surface};

use crate::verdicts::TEXT;

/// A timeline in the making.
pub(crate) struct Tape(pub(crate) Vec<Event>);

impl Tape {
    pub(crate) fn new() -> Self {
        let mut tape = Self(Vec::new());
        tape.add(Kind::Began {
            version: 1,
            level: "none".to_owned(),
        });
        tape
    }

    pub(crate) fn add(&mut self, kind: Kind) -> &mut Self {
        let n = self.0.len() as u64;
        self.0.push(Event {
            n,
            t: n * 1_000_000,
            kind,
        });
        self
    }

    pub(crate) fn shows(
        &mut self,
        who: &str,
        event: EventKind,
        captures: &[(&str, &str)],
    ) -> &mut Self {
        let text: Vec<&str> = captures.iter().map(|(_, value)| *value).collect();
        let captures: BTreeMap<String, String> = captures
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.add(Kind::Line {
            who: who.to_owned(),
            stream: Stream::Stdout,
            text: format!("{} {}", event.word(), text.join(" ")),
            seen: Some(Seen { event, captures }),
        })
    }

    pub(crate) fn step(&mut self, result: StepResult) -> &mut Self {
        self.add(Kind::StepEnded {
            step: StepId("1".to_owned()),
            result,
        })
    }

    pub(crate) fn begin(&mut self) -> &mut Self {
        self.add(Kind::StepBegan {
            step: StepId("1".to_owned()),
        })
    }

    pub(crate) fn delivered(&mut self) -> &mut Self {
        self.shows(
            "bob",
            EventKind::Private,
            &[("from", "alice"), ("text", TEXT)],
        )
    }

    /// The fence of alice at both others, and searches that found their control.
    pub(crate) fn close(&mut self, plan: &Plan) -> &mut Self {
        self.add(Kind::Closing);
        let fence = format!("{}-alice", plan.fence_prefix());
        for who in ["bob", "carol"] {
            self.shows(
                who,
                EventKind::Message,
                &[("from", "alice"), ("text", &fence)],
            );
        }
        self.add(Kind::Stopping).searched(Some(true), None)
    }

    pub(crate) fn searched(
        &mut self,
        control: Option<bool>,
        incomplete: Option<&str>,
    ) -> &mut Self {
        for surface in Surface::ALL {
            self.add(Kind::Searched {
                surface,
                bytes: 1,
                places: 1,
                samples: 1,
                found: control.map_or(0, u64::from),
                control,
                incomplete: incomplete.map(str::to_owned),
                strings: 3,
                below: 1,
                left_out: None,
            });
        }
        self
    }
}
