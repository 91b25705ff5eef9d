//! How often one address may do what costs the relay something that lasts. Pure: the time is
//! passed in.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::MAX_ADDRESSES;

/// So many at once, and one more each time that `every` has passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) burst: u32,
    pub(crate) every: Duration,
}

/// What each address has used up.
#[derive(Debug)]
pub(crate) struct Rates {
    rate: Rate,
    /// When the address will have all of its burst again; those that have it are left out.
    full_at: BTreeMap<IpAddr, Instant>,
}

impl Rates {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            full_at: BTreeMap::new(),
        }
    }

    /// Takes one, if there is one. Where too many addresses are known, those go that have used up least: an
    /// attacker with very many is not held up here.
    pub(crate) fn take(&mut self, address: IpAddr, now: Instant) -> bool {
        let address = network(address);
        let full_at = self.full_at.get(&address).copied().unwrap_or(now).max(now);
        let after = full_at + self.rate.every;
        if after.saturating_duration_since(now) > self.rate.every * self.rate.burst {
            return false;
        }
        if self.full_at.len() >= MAX_ADDRESSES {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        if self.full_at.len() >= MAX_ADDRESSES
            && let Some(least) = self.full_at.iter().min_by_key(|(_, at)| **at)
        {
            let least = *least.0;
            self.full_at.remove(&least);
        }
        self.full_at.insert(address, after);
        true
    }
}

/// Whoever has an address of version 6 has all of its network.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{MAX_PEOPLE, NEW_NAMES, UNUSED_NAME_DAYS};

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_burst_and_then_one_at_a_time() {
        let every = Duration::from_secs(10);
        let mut rates = Rates::new(Rate { burst: 3, every });
        let now = Instant::now();
        let one = address("127.0.0.1");
        let took: Vec<bool> = (0..4).map(|_| rates.take(one, now)).collect();
        assert_eq!(took, [true, true, true, false]);
        assert!(rates.take(address("127.0.0.2"), now), "another address");
        assert!(rates.take(one, now + every));
        assert!(!rates.take(one, now + every));
        let later = now + every * 100;
        let took = (0..9).filter(|_| rates.take(one, later)).count();
        assert_eq!(took, 3, "no more than the burst is saved up");
    }

    #[test]
    fn a_network_of_version_6_is_one_address() {
        let every = Duration::from_secs(10);
        let mut rates = Rates::new(Rate { burst: 1, every });
        let now = Instant::now();
        assert!(rates.take(address("2001:db8::1"), now));
        assert!(!rates.take(address("2001:db8::ffff:1"), now));
        assert!(rates.take(address("2001:db8:0:1::1"), now));
    }

    #[test]
    fn an_address_can_never_fill_the_directory() {
        let unused = Duration::from_secs(u64::from(UNUSED_NAME_DAYS) * 24 * 60 * 60);
        let names = u128::from(NEW_NAMES.burst) + unused.as_nanos() / NEW_NAMES.every.as_nanos();
        assert!(names < MAX_PEOPLE as u128, "{names}");
    }

    #[test]
    fn addresses_are_not_remembered_for_ever() {
        let every = Duration::from_secs(1);
        let mut rates = Rates::new(Rate { burst: 9, every });
        let now = Instant::now();
        for number in 0..2 * u32::try_from(MAX_ADDRESSES).unwrap() {
            assert!(rates.take(IpAddr::from(number.to_be_bytes()), now));
        }
        assert_eq!(rates.full_at.len(), MAX_ADDRESSES);
    }
}
