//! Messages of one sender in their order, at each recipient.

use std::collections::{BTreeMap, VecDeque};

use super::evidence::brief;
use super::verdict::{Check, CheckKind, Evidence, Verdict};
use super::view::View;
use scenario::plan::Pattern;
use timeline::EventKind;

/// Sender, recipient, and whether it is for everyone.
type Path<'a> = (&'a str, &'a str, bool);

/// One check for all paths on which several messages were shown.
pub(super) fn checks(view: &View<'_>) -> Option<Check> {
    let mut sent: BTreeMap<Path<'_>, Vec<&str>> = BTreeMap::new();
    for step in view
        .all_steps()
        .filter(|step| view.step(&step.id).is_some())
    {
        for one in &step.expects {
            let (Pattern::Event { event, captures }, Some(from)) = (&one.pattern, &one.about)
            else {
                continue;
            };
            let public = match event {
                EventKind::Message => true,
                EventKind::Private => false,
                _ => continue,
            };
            if let Some(text) = captures.get("text") {
                sent.entry((from, &one.client, public))
                    .or_default()
                    .push(text);
            }
        }
    }
    sent.retain(|_, texts| texts.len() > 1);
    let paths = sent.len();
    let wrong = sent
        .into_iter()
        .find_map(|(path, texts)| out_of_order(view, path, &texts));
    (paths > 0).then(|| Check {
        kind: CheckKind::Order,
        name: "messages of one sender are shown in the order in which they were sent".to_owned(),
        step: None,
        line: None,
        verdict: if wrong.is_some() {
            Verdict::Fail
        } else {
            Verdict::Pass
        },
        evidence: wrong.unwrap_or_default(),
    })
}

/// Two texts that were shown the wrong way round.
fn out_of_order(view: &View<'_>, (from, to, public): Path<'_>, texts: &[&str]) -> Option<Evidence> {
    let kind = if public {
        EventKind::Message
    } else {
        EventKind::Private
    };
    let shown = view.shown(to).filter_map(|shown| {
        let seen = shown.seen.filter(|seen| seen.event == kind)?;
        Some((shown.n, seen.captures.get("text")?.as_str()))
    });
    // Positions in the order of sending; the same text twice takes the next free place.
    let mut free: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
    for (place, text) in texts.iter().enumerate() {
        free.entry(text).or_default().push_back(place);
    }
    let mut last: Option<(usize, &str)> = None;
    for (n, text) in shown {
        let Some(place) = free.get_mut(text).and_then(VecDeque::pop_front) else {
            continue;
        };
        if let Some((_, before)) = last.filter(|(before, _)| *before > place) {
            return Some(Evidence {
                expected: format!("{to} shows the messages of {from} in their order"),
                got: format!("{:?} was shown after {:?}", brief(text), brief(before)),
                look_at: Some(format!("out/{to}.stdout")),
                event: Some(n),
                ..Evidence::default()
            });
        }
        last = Some((place, text));
    }
    None
}
