//! Who may be connected. Places are for those who log in: where all are taken, whoever has waited
//! longest with its login gives way, at the address that has most of those.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::rates::network;
use crate::router::ConnectionId;

/// All places of the relay.
#[derive(Clone, Debug)]
pub(crate) struct Seats(Arc<Mutex<Plan>>);

#[derive(Debug)]
struct Plan {
    max: usize,
    /// Those who have logged in.
    members: usize,
    /// Those who have not yet, in the order in which they came.
    waiting: BTreeMap<ConnectionId, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    network: IpAddr,
    gives_way: CancellationToken,
}

/// A place, free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    id: ConnectionId,
    is_member: bool,
    /// Cancelled when the connection has to give way. Never after its login.
    pub(crate) gives_way: CancellationToken,
}

impl Seats {
    pub(crate) fn new(max: usize) -> Self {
        Self(Arc::new(Mutex::new(Plan {
            max,
            members: 0,
            waiting: BTreeMap::new(),
        })))
    }

    /// A place for somebody from this address; `None` where all belong to those who have logged in.
    pub(crate) fn take(&self, id: ConnectionId, address: IpAddr) -> Option<Seat> {
        let mut plan = self.plan();
        if plan.members + plan.waiting.len() >= plan.max {
            let last = plan.least_welcome()?;
            let waiting = plan.waiting.remove(&last)?;
            waiting.gives_way.cancel();
        }
        let gives_way = CancellationToken::new();
        let waiting = Waiting {
            network: network(address),
            gives_way: gives_way.clone(),
        };
        plan.waiting.insert(id, waiting);
        drop(plan);
        Some(Seat {
            seats: self.clone(),
            id,
            is_member: false,
            gives_way,
        })
    }

    /// How many have logged in, and how many have not yet.
    pub(crate) fn taken(&self) -> (usize, usize) {
        let plan = self.plan();
        (plan.members, plan.waiting.len())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        // Whoever panicked has left the numbers as they were, or as they should be.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    /// Who has waited longest, of the network that has most who wait.
    fn least_welcome(&self) -> Option<ConnectionId> {
        let mut networks: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for waiting in self.waiting.values() {
            *networks.entry(waiting.network).or_default() += 1;
        }
        let most = networks.into_iter().max_by_key(|(_, count)| *count)?.0;
        let mut waiting = self.waiting.iter();
        waiting.find_map(|(id, waiting)| (waiting.network == most).then_some(*id))
    }
}

impl Seat {
    /// The login is done: nobody takes this place any more. `false` where it is lost already.
    pub(crate) fn keep(&mut self) -> bool {
        let mut plan = self.seats.plan();
        self.is_member = plan.waiting.remove(&self.id).is_some();
        plan.members += usize::from(self.is_member);
        self.is_member
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut plan = self.seats.plan();
        plan.members -= usize::from(self.is_member);
        plan.waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(seats: &Seats, id: u64, address: &str) -> Option<Seat> {
        seats.take(ConnectionId(id), address.parse().unwrap())
    }

    fn lost(seats: &[&Seat]) -> Vec<u64> {
        let lost = seats.iter().filter(|seat| seat.gives_way.is_cancelled());
        lost.map(|seat| seat.id.0).collect()
    }

    #[test]
    fn whoever_has_waited_longest_at_the_busiest_address_gives_way() {
        let seats = Seats::new(4);
        let honest = take(&seats, 1, "127.0.0.9").unwrap();
        let silent = [2, 3, 4].map(|id| take(&seats, id, "127.0.0.1").unwrap());
        let [one, two, three] = &silent;
        let newcomer = take(&seats, 5, "127.0.0.8").unwrap();
        assert_eq!(lost(&[&honest, one, two, three, &newcomer]), [2]);
        let _next = take(&seats, 6, "127.0.0.7").unwrap();
        assert_eq!(lost(&[&honest, one, two, three, &newcomer]), [2, 3]);
    }

    #[test]
    fn those_who_have_logged_in_stay_and_a_full_relay_refuses() {
        let seats = Seats::new(2);
        let mut alice = take(&seats, 1, "127.0.0.1").unwrap();
        assert!(alice.keep());
        let mut late = take(&seats, 2, "127.0.0.1").unwrap();
        let mut bob = take(&seats, 3, "127.0.0.1").unwrap();
        assert!(!late.keep(), "it had to give way");
        assert!(bob.keep());
        assert!(take(&seats, 4, "127.0.0.1").is_none());
        drop(late);
        assert!(
            take(&seats, 5, "127.0.0.1").is_none(),
            "its place was not free"
        );
        drop(bob);
        assert!(take(&seats, 6, "127.0.0.1").is_some());
    }
}
