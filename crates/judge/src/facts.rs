//! What is known of an awaited line or file that has not come. Facts only: what they mean is for
//! the reader to say.

use std::ops::Range;
use std::time::Duration;

use super::evidence::brief;
use super::expectations::guess;
use super::view::View;
use scenario::plan::{Expectation, Pattern};
use timeline::{Direction, EventKind, Kind, LinkEnd, seconds, visible};

/// Files in downloads that are listed one by one.
const FILES: usize = 4;

/// Everything that is known, most telling first; `when` is the step, by numbers of events.
pub(super) fn known(view: &View<'_>, one: &Expectation, when: &Range<u64>) -> Vec<String> {
    let facts = [
        refused(view, one, when),
        came_late(view, one, when),
        came_before(view, one, when),
        in_downloads(view, one),
        without_relay(view),
        on_link(view, one, when),
        unsent(view, one, when),
    ];
    facts.into_iter().flatten().collect()
}

/// It came when nobody waited for it any more.
fn came_late(view: &View<'_>, one: &Expectation, when: &Range<u64>) -> Option<String> {
    let matching = view.matching(one);
    let shown = matching.iter().find(|shown| shown.n >= when.end)?;
    let late = shown.t.saturating_sub(time_of(view, when.end));
    let late = seconds(Duration::from_nanos(late));
    Some(format!("{} showed it {late} too late", one.client))
}

/// The same was shown before the step began, where another step awaited it.
fn came_before(view: &View<'_>, one: &Expectation, when: &Range<u64>) -> Option<String> {
    let matching = view.matching(one);
    let shown = matching.iter().rfind(|shown| shown.n < when.start)?;
    let at = seconds(Duration::from_nanos(shown.t));
    Some(format!(
        "{} showed the same at t={at}, before this step: it counted for an earlier one",
        one.client
    ))
}

fn in_downloads(view: &View<'_>, one: &Expectation) -> Option<String> {
    if !matches!(one.pattern, Pattern::SameFile { .. }) {
        return None;
    }
    let files = view.events.iter().filter_map(|event| match &event.kind {
        Kind::Received {
            who, name, size, ..
        } if *who == one.client && event.n < view.stopping => {
            Some(format!("{} ({size} bytes)", visible(name)))
        }
        _ => None,
    });
    let files: Vec<String> = files.collect();
    if files.is_empty() {
        return Some(format!(
            "no complete file was in {}'s downloads",
            one.client
        ));
    }
    let more = files.len().saturating_sub(FILES);
    let more = (more > 0).then(|| format!("{more} more"));
    let listed = files.into_iter().take(FILES).chain(more);
    let listed = listed.collect::<Vec<_>>().join(", ");
    Some(format!("{}'s downloads held {listed}", one.client))
}

/// The relay has ended, and not begun again. A relay that dies closes its links a moment before its
/// end is seen.
fn without_relay(view: &View<'_>) -> Option<String> {
    let before = view.events.iter().rev();
    let before = before.filter(|event| event.n < view.stopping);
    let mut turns = before.filter(|event| match &event.kind {
        Kind::Exited { who, .. } | Kind::Started { who, .. } => who == "relay",
        _ => false,
    });
    let last = turns.next()?;
    let is_end = matches!(last.kind, Kind::Exited { .. });
    let at = seconds(Duration::from_nanos(last.t));
    is_end.then(|| format!("the relay ended at t={at}"))
}

/// The first that was seen of the end of a relay: it closes its links, and then its process is gone.
pub(super) fn first_sign_of_end(view: &View<'_>, exited: u64) -> u64 {
    let before = view.events.iter().rev();
    let before = before.skip_while(|event| event.n >= exited);
    let silent = before.take_while(|event| {
        !matches!(
            &event.kind,
            Kind::LinkOpened { .. }
                | Kind::Wire {
                    direction: Direction::Down,
                    ..
                }
        )
    });
    let closed = silent.filter(|event| match &event.kind {
        Kind::LinkClosed { direction, how, .. } => {
            *direction == Direction::Down || *how == LinkEnd::Reset
        }
        _ => false,
    });
    closed.last().map_or(exited, |event| event.n)
}

/// The client of whose text it is.
fn sender(one: &Expectation) -> Option<&str> {
    let is_text = matches!(
        &one.pattern,
        Pattern::Event {
            event: EventKind::Message | EventKind::Private,
            ..
        }
    );
    let from = one.about.as_deref().filter(|_| is_text)?;
    (from != one.client).then_some(from)
}

/// Whoever should have sent it was refused, in its own words.
fn refused(view: &View<'_>, one: &Expectation, when: &Range<u64>) -> Option<String> {
    let from = sender(one)?;
    let mut lines = view.shown_after(from, when.start);
    let (line, word) = lines.find_map(|shown| {
        let event = shown.seen.filter(|_| shown.n < when.end)?.event;
        let is_no = matches!(event, EventKind::Refused | EventKind::Undelivered);
        is_no.then_some((shown.text, event.word()))
    })?;
    let line = brief(line);
    Some(format!("{from} printed {line:?}, which counts as `{word}`"))
}

/// Whoever should have sent it sent nothing at all.
fn unsent(view: &View<'_>, one: &Expectation, when: &Range<u64>) -> Option<String> {
    let from = sender(one)?;
    let mut sent = view.events.iter().filter(|event| {
        when.contains(&event.n)
            && matches!(&event.kind, Kind::Wire { link, direction: Direction::Up, .. } if link == from)
    });
    if sent.next().is_some() {
        return None;
    }
    let advice = if let Some(why) = guess(view, from, when.clone()) {
        format!(": {why}")
    } else if is_first_on_terminal(view, from, when) {
        ", and this was typed first on its terminal: if its program sets up the terminal after it \
         is ready, input typed before that is discarded; set `settle` in `[client]`"
            .to_owned()
    } else {
        String::new()
    };
    Some(format!("{from} sent the relay nothing meanwhile{advice}"))
}

/// A client has a terminal, and nothing was typed to its program before this step.
fn is_first_on_terminal(view: &View<'_>, who: &str, when: &Range<u64>) -> bool {
    let before = view.events.iter().rev();
    let before = before.skip_while(|event| event.n >= when.start);
    let mut last = before.filter(|event| match &event.kind {
        Kind::Typed { who: one, .. } | Kind::Ready { who: one } => one == who,
        _ => false,
    });
    let is_ready = last
        .next()
        .is_some_and(|event| matches!(event.kind, Kind::Ready { .. }));
    is_ready && view.plan.adapter_of(who).client.io.terminal.is_some()
}

/// What the relay sent on the client's link meanwhile.
fn on_link(view: &View<'_>, one: &Expectation, when: &Range<u64>) -> Option<String> {
    if one.client == "relay" || one.pattern == Pattern::Exits {
        return None;
    }
    let sent = view.events.iter().filter_map(|event| match &event.kind {
        Kind::Wire {
            link,
            direction: Direction::Down,
            len,
            ..
        } if *link == one.client && when.contains(&event.n) => Some(*len),
        _ => None,
    });
    Some(match sent.sum::<u64>() {
        0 => format!("the relay sent {} nothing meanwhile", one.client),
        1 => format!("the relay sent {} 1 byte meanwhile", one.client),
        bytes => format!("the relay sent {} {bytes} bytes meanwhile", one.client),
    })
}

/// When an event happened, in nanoseconds since the play began.
fn time_of(view: &View<'_>, n: u64) -> u64 {
    let at = view.events.partition_point(|event| event.n < n);
    let event = view.events.get(at).or_else(|| view.events.last());
    event.map_or(0, |event| event.t)
}
