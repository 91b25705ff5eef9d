//! A timeline in the making.

use timeline::{Direction, Event, EventKind, Kind, StepId, StepResult, Stream, Surface};

use crate::TEXT;
use scenario::plan::Plan;

/// A timeline in the making: an event each millisecond.
#[derive(Clone, Debug)]
pub struct TimelineBuilder(pub Vec<Event>);

impl Default for TimelineBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl TimelineBuilder {
    /// Begun, and nothing else.
    pub fn new() -> Self {
        let mut timeline = Self(Vec::new());
        timeline.add(Kind::Began {
            version: 1,
            level: "none".to_owned(),
            scratch: None,
        });
        timeline
    }

    /// A play of [`planned`](crate::planned) in which everything is right.
    pub fn good(plan: &Plan) -> Self {
        let mut timeline = Self::new();
        timeline.begin().delivered();
        timeline.shows("alice", EventKind::Sent, &["bob"]);
        timeline.end().close(plan);
        timeline
    }

    /// Appends an event.
    pub fn add(&mut self, kind: Kind) -> &mut Self {
        let n = self.0.len() as u64;
        self.0.push(Event {
            n,
            t: n * 1_000_000,
            kind,
        });
        self
    }

    /// Puts an event in front of the closing.
    pub fn before_closing(&mut self, kind: Kind) {
        let closing = self.0.iter().position(|event| event.kind == Kind::Closing);
        let rest = self.0.split_off(closing.unwrap());
        self.add(kind);
        for event in rest {
            self.add(event.kind);
        }
    }

    /// Bytes on a link: enough for any text of these plays.
    pub fn carries(&mut self, link: &str, direction: Direction) -> &mut Self {
        self.add(Kind::Wire {
            link: link.to_owned(),
            direction,
            at: 0,
            len: 1000,
        })
    }

    /// A line on standard output that has come over the links. What it shows is nobody's word: the
    /// adapter says so.
    pub fn line(&mut self, who: &str, text: &str) -> &mut Self {
        for sender in ["alice", "bob", "carol"] {
            self.carries(sender, Direction::Up);
        }
        self.carries(who, Direction::Down).prints(who, text)
    }

    /// A line on standard output, and nothing on any link.
    pub fn prints(&mut self, who: &str, text: &str) -> &mut Self {
        self.add(Kind::Line {
            who: who.to_owned(),
            stream: Stream::Stdout,
            text: text.to_owned(),
            seen: None,
            unfinished: false,
        })
    }

    /// The line by which the reference client shows an event with these captures.
    pub fn shows(&mut self, who: &str, event: EventKind, captures: &[&str]) -> &mut Self {
        self.line(who, &format!("{} {}", event.word(), captures.join(" ")))
    }

    /// Step 1 begins.
    pub fn begin(&mut self) -> &mut Self {
        self.add(Kind::StepBegan {
            step: StepId("1".to_owned()),
        })
    }

    /// Step 1 ends. That everything has come is what the stage says: the judge does not ask it.
    pub fn end(&mut self) -> &mut Self {
        self.add(Kind::StepEnded {
            step: StepId("1".to_owned()),
            result: StepResult::Held,
        })
    }

    /// bob shows what alice wrote to him.
    pub fn delivered(&mut self) -> &mut Self {
        self.shows("bob", EventKind::Private, &["alice", TEXT])
    }

    /// The fence of alice, where she has one, at both others, and searches that found their control.
    pub fn close(&mut self, plan: &Plan) -> &mut Self {
        self.add(Kind::Closing);
        let fences = plan.closing.fences.iter();
        for fence in fences.filter(|fence| fence.from == "alice") {
            for who in ["bob", "carol"] {
                self.shows(who, EventKind::Message, &["alice", &fence.text]);
            }
        }
        self.add(Kind::Stopping).searched(Some(true), None)
    }

    /// Every surface was searched.
    pub fn searched(&mut self, control: Option<bool>, incomplete: Option<&str>) -> &mut Self {
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
                nested: 1,
                is_refused: false,
                left_out: None,
            });
        }
        self
    }
}
