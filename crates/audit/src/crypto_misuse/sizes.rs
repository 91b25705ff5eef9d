//! Sizes of frames: where an implementation says to what it pads, each must be one of these.

use super::{Examined, Found};
use crate::Transformation;
use scenario::plan::Plan;
use timeline::{Direction, Event, Kind};

/// Every frame that has a rule; `None` where no adapter has one.
pub(super) fn examine(plan: &Plan, events: &[Event]) -> Option<Examined> {
    let adapters = std::iter::once(&plan.adapter).chain(plan.others.values());
    adapters
        .map(|adapter| &adapter.wire.sizes)
        .find(|sizes| !sizes.is_empty())?;
    let lacking = "no frame was sent for which the adapter declares sizes";
    let mut examined = Examined::new(Transformation::Size, lacking);
    for event in events {
        let Kind::Frame {
            link,
            direction,
            at,
            r#type: kind,
            body,
            ..
        } = &event.kind
        else {
            continue;
        };
        let mut rules = plan.adapter_of(link).wire.sizes.iter();
        let Some(rule) = rules.find(|rule| rule.frame == *kind) else {
            continue;
        };
        examined.compared += 1;
        if !rule.fits(*body) {
            let way = match direction {
                Direction::Up => "up",
                Direction::Down => "down",
            };
            examined.found(Found {
                place: format!("wire/{link}.{way}"),
                what: format!("a {kind} of {body} bytes"),
                transformation: Transformation::Size,
                at: *at,
            });
        }
    }
    Some(examined)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::examine;
    use scenario::adapter;
    use scenario::plan::{self, Plan};
    use timeline::{Direction, Event, Kind};

    fn planned() -> Plan {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let scenarios = root.join("scenarios");
        let text = "title = \"t\"\nclients = [\"alice\", \"bob\"]\n\
            [[steps]]\nsay = { from = \"alice\", text = \"nobody else may hear of {canary}\" }\n";
        let cells = scenario::parse(text, "t", Path::new("t.toml"), &scenarios).unwrap();
        let adapter = adapter::load(&root.join("adapters/reference.toml")).unwrap();
        plan::build(&cells[0], &adapter, 7, &scenarios).unwrap()
    }

    /// Frames of alice, each with its body.
    fn frames(all: &[(&str, u64)]) -> Vec<Event> {
        let frames = all.iter().enumerate();
        let frames = frames.map(|(n, (kind, body))| Event {
            n: n as u64,
            t: n as u64,
            kind: Kind::Frame {
                link: "alice".to_owned(),
                direction: Direction::Up,
                at: 4096 * n as u64,
                len: body + 100,
                r#type: (*kind).to_owned(),
                fields: BTreeMap::new(),
                body: *body,
                open: 0,
            },
        });
        frames.collect()
    }

    /// How many were compared, and what was found where.
    fn examined(plan: &Plan, all: &[(&str, u64)]) -> (u64, Vec<String>) {
        let examined = examine(plan, &frames(all)).unwrap();
        let found = examined.found.into_iter();
        let findings = found.map(|one| format!("{} in {} at {}", one.what, one.place, one.at));
        (examined.compared, findings.collect())
    }

    #[test]
    fn padded_frames_fit_and_what_carries_no_text_is_not_compared() {
        let plan = planned();
        let all = [
            ("hello", 3),
            ("send", 1281),
            ("send", 1287),
            ("chunk", 65_552),
        ];
        assert_eq!(examined(&plan, &all), (3, Vec::new()));
    }

    #[test]
    fn a_frame_as_long_as_its_text_is_found() {
        let all = [("send", 1281), ("send", 1100), ("chunk", 3016)];
        let findings = [
            "a send of 1100 bytes in wire/alice.up at 4096",
            "a chunk of 3016 bytes in wire/alice.up at 8192",
        ];
        assert_eq!(
            examined(&planned(), &all),
            (3, findings.map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn without_a_rule_nothing_is_examined() {
        let mut plan = planned();
        plan.adapter.wire.sizes.clear();
        assert!(examine(&plan, &frames(&[("send", 1100)])).is_none());
    }
}
