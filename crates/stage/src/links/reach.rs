//! Where the relay is reached. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use crate::isolation::netlink::Listening;

/// The addresses at which the relay takes clients, in the order in which they are tried; none
/// while nobody is there.
pub(crate) type Reached = Arc<[SocketAddr]>;

/// Where those who listen on a port are reached: at the usual address first.
pub(crate) fn at(port: u16, listening: &[Listening]) -> Reached {
    let here = listening.iter().filter(|one| one.port == port);
    let mut found: Vec<SocketAddr> = here
        .flat_map(|one| dialled(one.address))
        .map(|address| SocketAddr::new(address, port))
        .collect();
    found.sort_by_key(|address| (address.ip() != Ipv4Addr::LOCALHOST, *address));
    found.dedup();
    found.into()
}

/// Who takes clients at all addresses of a family takes them at its loopback address; over IPv6
/// usually those of IPv4 as well.
fn dialled(listens: IpAddr) -> Vec<IpAddr> {
    match listens {
        IpAddr::V4(address) if address.is_unspecified() => vec![Ipv4Addr::LOCALHOST.into()],
        IpAddr::V6(address) if address.is_unspecified() => {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        }
        other => vec![other],
    }
}

/// Where else than at the usual address the relay is reached, in words.
pub(crate) fn elsewhere(reached: &Reached) -> Option<String> {
    let first = reached.first()?;
    (first.ip() != Ipv4Addr::LOCALHOST).then(|| {
        format!("the relay listens on {first} alone: its clients are connected to it there")
    })
}

/// Sockets that listen, in words.
pub(crate) fn in_words(listening: &[Listening]) -> String {
    let places = listening
        .iter()
        .map(|one| SocketAddr::new(one.address, one.port).to_string());
    places.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{at, elsewhere, in_words};
    use crate::isolation::netlink::Listening;

    fn listening(address: &str, port: u16) -> Listening {
        Listening {
            address: address.parse().unwrap(),
            port,
            inode: 1,
        }
    }

    fn reached(addresses: &[&str]) -> Vec<String> {
        let all: Vec<_> = addresses.iter().map(|one| listening(one, 7)).collect();
        at(7, &all).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_relay_is_dialled_where_it_listens() {
        assert_eq!(reached(&["127.0.0.1"]), ["127.0.0.1:7"]);
        assert_eq!(reached(&["0.0.0.0"]), ["127.0.0.1:7"]);
        assert_eq!(reached(&["::1"]), ["[::1]:7"]);
        assert_eq!(reached(&["127.0.0.53"]), ["127.0.0.53:7"]);
        assert_eq!(reached(&["::"]), ["127.0.0.1:7", "[::1]:7"]);
        assert_eq!(reached(&["::1", "127.0.0.1"]), ["127.0.0.1:7", "[::1]:7"]);
        assert_eq!(reached(&["0.0.0.0", "::"]), ["127.0.0.1:7", "[::1]:7"]);
    }

    #[test]
    fn another_port_is_no_place_to_reach_it() {
        assert!(at(7, &[listening("127.0.0.1", 8)]).is_empty());
        assert_eq!(in_words(&[listening("::1", 8)]), "[::1]:8");
    }

    #[test]
    fn that_it_listens_elsewhere_is_said_and_the_usual_address_is_not() {
        let at = |address| at(7, &[listening(address, 7)]);
        assert_eq!(elsewhere(&at("0.0.0.0")), None);
        assert!(elsewhere(&at("::1")).unwrap().contains("[::1]:7"));
    }
}
