//! What each participant may make of the record. Whatever they print, send, connect or put down
//! becomes events, which the harness holds in memory: so each has a budget for its own, and when it is
//! spent, nothing more of it is recorded.

use std::collections::BTreeMap;

use timeline::{Direction, Event, Kind};

/// The relay among participants.
const RELAY: &str = "relay";

/// What may be recorded besides of each client for each line that the harness types: what follows
/// from that it has asked for.
const FOR_A_LINE: u64 = 4 * 1024;

/// Who makes more than so many bytes of one that it was given makes them itself.
const AMPLIFIES: u64 = 8;

/// The budgets of all participants, by name. Who has none is not limited.
#[derive(Debug, Default)]
pub(super) struct Budgets(BTreeMap<String, Budget>);

#[derive(Debug)]
struct Budget {
    left: u64,
    /// Of how many clients it hears.
    clients: u64,
    is_spent: bool,
}

/// What came of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent<'k> {
    /// It may be recorded.
    Within,
    /// It is the first of this participant that is not.
    First(&'k str),
    /// Others of it were not recorded before.
    Over,
}

impl Budgets {
    /// A participant may make so many bytes of the record, for each of the clients of which it hears.
    pub(super) fn allow(&mut self, who: &str, bytes: u64, clients: u64) {
        let budget = Budget {
            left: bytes.saturating_mul(clients),
            clients,
            is_spent: false,
        };
        self.0.insert(who.to_owned(), budget);
    }

    /// Pays for an event.
    pub(super) fn pay<'k>(&mut self, kind: &'k Kind) -> Spent<'k> {
        match kind {
            Kind::Typed { .. } => self.give(FOR_A_LINE),
            Kind::Outbox { size, .. } => self.give(*size),
            _ => {}
        }
        let Some((who, cost)) = cost(kind) else {
            return Spent::Within;
        };
        let Some(budget) = self.0.get_mut(who) else {
            return Spent::Within;
        };
        match budget.left.checked_sub(cost) {
            _ if budget.is_spent => Spent::Over,
            Some(left) => {
                budget.left = left;
                Spent::Within
            }
            None => {
                budget.is_spent = true;
                Spent::First(who)
            }
        }
    }

    /// The harness asks for something that leads to so many bytes more of each client.
    fn give(&mut self, bytes: u64) {
        for budget in self.0.values_mut() {
            let more = bytes.saturating_mul(budget.clients);
            budget.left = budget.left.saturating_add(more);
        }
    }
}

/// Who has made an event, and about how many bytes of memory it takes; nothing for those of which
/// there are few, or which are the harness's own.
fn cost(kind: &Kind) -> Option<(&str, u64)> {
    let (who, text) = match kind {
        Kind::Line { who, text, .. } => (who.as_str(), text.len()),
        Kind::Lacking { who, name, .. } => (who.as_str(), name.len()),
        Kind::Output { who, .. } | Kind::Received { who, .. } => (who.as_str(), 0),
        Kind::LinkOpened { link } => (link.as_str(), 0),
        Kind::Wire {
            link, direction, ..
        }
        | Kind::LinkClosed {
            link, direction, ..
        }
        | Kind::BadFrame {
            link, direction, ..
        }
        | Kind::Fault {
            link, direction, ..
        } => (sender(link, *direction), 0),
        Kind::Frame {
            link,
            direction,
            fields,
            ..
        } => {
            let each = |(name, value): (&String, &String)| {
                size_of::<[String; 2]>() + name.len() + value.len()
            };
            (sender(link, *direction), fields.iter().map(each).sum())
        }
        _ => return None,
    };
    let bytes = size_of::<Event>() + who.len() + text;
    Some((who, bytes as u64))
}

fn sender(link: &str, direction: Direction) -> &str {
    match direction {
        Direction::Down => RELAY,
        Direction::Up => link,
    }
}

/// Who has spent the budget of a participant: itself, or the one who has sent it what it shows.
/// A client shows what the relay sends it, and a relay passes on what a client sends to all.
pub(super) fn who_spent<'e>(over: &'e str, events: &'e [Event]) -> &'e str {
    let sums = Sums::of(events);
    let of = |who: &str| sums.0.get(who).copied().unwrap_or_default();
    let made = of(over);
    if over != RELAY && made.printed > AMPLIFIES * (made.received + made.typed) {
        return over;
    }
    let relay = of(RELAY);
    let (clients, sent) = sums.clients();
    let Some((client, _)) = sent else {
        return over;
    };
    if relay.printed + relay.sent > AMPLIFIES * relay.received * clients {
        return RELAY;
    }
    client
}

/// How many bytes each has printed, sent and received, and was typed.
#[derive(Debug, Default)]
struct Sums<'e>(BTreeMap<&'e str, Sum>);

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    printed: u64,
    typed: u64,
    sent: u64,
    received: u64,
}

impl<'e> Sums<'e> {
    fn of(events: &'e [Event]) -> Self {
        let mut sums = Self::default();
        for event in events {
            match &event.kind {
                Kind::Output { who, len, .. } => sums.at(who).printed += len,
                Kind::Typed { who, line } => sums.at(who).typed += line.len() as u64,
                // A connection says something even when it carries nothing.
                Kind::LinkOpened { link } => sums.carried(link, Direction::Up, 64),
                Kind::Wire {
                    link,
                    direction,
                    len,
                    ..
                } => sums.carried(link, *direction, *len),
                _ => {}
            }
        }
        sums
    }

    fn at(&mut self, who: &'e str) -> &mut Sum {
        self.0.entry(who).or_default()
    }

    fn carried(&mut self, link: &'e str, direction: Direction, len: u64) {
        let (from, to) = match direction {
            Direction::Down => (RELAY, link),
            Direction::Up => (link, RELAY),
        };
        self.at(from).sent += len;
        self.at(to).received += len;
    }

    /// How many clients there are, and who of them has sent most.
    fn clients(&self) -> (u64, Option<(&'e str, u64)>) {
        let clients = self.0.iter().filter(|(who, _)| **who != RELAY);
        let most = clients.clone().max_by_key(|(_, sum)| sum.sent);
        (
            clients.count() as u64,
            most.map(|(who, sum)| (*who, sum.sent)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Budgets, Spent, who_spent};
    use timeline::{Direction, Event, Kind, Stream};

    fn line(who: &str) -> Kind {
        Kind::Line {
            who: who.to_owned(),
            stream: Stream::Stdout,
            text: String::new(),
            seen: None,
            unfinished: false,
        }
    }

    fn output(who: &str, len: u64) -> Kind {
        Kind::Output {
            who: who.to_owned(),
            stream: Stream::Stdout,
            at: 0,
            len,
        }
    }

    fn wire(link: &str, direction: Direction, len: u64) -> Kind {
        Kind::Wire {
            link: link.to_owned(),
            direction,
            at: 0,
            len,
        }
    }

    #[test]
    fn even_an_empty_line_costs_and_what_is_typed_gives_more() {
        let mut budgets = Budgets::default();
        budgets.allow("bob", 1000, 1);
        let lines = |budgets: &mut Budgets| {
            (0..1000)
                .take_while(|_| budgets.pay(&line("bob")) == Spent::Within)
                .count()
        };
        let few = lines(&mut budgets);
        assert!((1..=1000 / size_of::<Event>()).contains(&few), "{few}");
        assert_eq!(budgets.pay(&line("bob")), Spent::Over);
        assert_eq!(budgets.pay(&line("alice")), Spent::Within, "she has none");
        budgets.allow("bob", 1000, 1);
        let (who, line) = ("alice".to_owned(), "hello".to_owned());
        assert_eq!(budgets.pay(&Kind::Typed { who, line }), Spent::Within);
        assert!(lines(&mut budgets) > few);
    }

    #[test]
    fn each_pays_for_what_it_sends_on_a_link() {
        let mut budgets = Budgets::default();
        budgets.allow("alice", 0, 1);
        let (up, down) = (Direction::Up, Direction::Down);
        assert_eq!(budgets.pay(&wire("alice", down, 1)), Spent::Within);
        assert_eq!(budgets.pay(&wire("alice", up, 1)), Spent::First("alice"));
        budgets.allow("relay", 0, 3);
        assert_eq!(budgets.pay(&wire("alice", down, 1)), Spent::First("relay"));
    }

    #[test]
    fn who_has_sent_what_others_show_has_spent_their_budget() {
        let spent = |over: &str, kinds: Vec<Kind>| {
            let events: Vec<Event> = kinds
                .into_iter()
                .map(|kind| Event { n: 0, t: 0, kind })
                .collect();
            who_spent(over, &events).to_owned()
        };
        let (up, down) = (Direction::Up, Direction::Down);
        let by_itself = vec![
            output("bob", 100_000),
            wire("bob", down, 100),
            wire("bob", up, 90),
        ];
        assert_eq!(spent("bob", by_itself), "bob");
        let by_relay = vec![
            output("bob", 100_000),
            wire("bob", down, 50_000),
            wire("alice", up, 100),
        ];
        assert_eq!(spent("bob", by_relay.clone()), "relay");
        assert_eq!(spent("relay", by_relay), "relay");
        let by_alice = vec![
            wire("alice", up, 40_000),
            wire("bob", down, 50_000),
            output("bob", 100_000),
            output("alice", 10),
        ];
        assert_eq!(spent("bob", by_alice.clone()), "alice");
        assert_eq!(spent("relay", by_alice), "alice");
    }
}
