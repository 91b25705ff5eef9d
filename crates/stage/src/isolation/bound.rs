//! Sockets that take datagrams, in the network namespace of the calling thread.
//!
//! From `/proc`: the kernel's module that tells it over netlink is not everywhere.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::isolation::netlink::Listening;

/// Every UDP socket that is bound and not connected: a relay takes datagrams from anybody.
pub(crate) fn for_datagrams() -> io::Result<Vec<Listening>> {
    let mut all = read(&fs::read_to_string("/proc/thread-self/net/udp")?);
    // There may be no IPv6.
    let six = fs::read_to_string("/proc/thread-self/net/udp6").unwrap_or_default();
    all.extend(read(&six));
    Ok(all)
}

fn read(table: &str) -> Vec<Listening> {
    table.lines().skip(1).filter_map(line).collect()
}

/// A number, two addresses with their ports in hexadecimal, and the inode as the tenth column.
fn line(line: &str) -> Option<Listening> {
    let mut columns = line.split_ascii_whitespace();
    let (address, port) = columns.nth(1)?.split_once(':')?;
    let (_, remote) = columns.next()?.split_once(':')?;
    if u16::from_str_radix(remote, 16).ok()? != 0 {
        return None;
    }
    Some(Listening {
        address: address_of(address)?,
        port: u16::from_str_radix(port, 16).ok()?,
        inode: columns.nth(6)?.parse().ok()?,
    })
}

/// Words of four bytes, each as this machine orders them.
fn address_of(text: &str) -> Option<IpAddr> {
    let mut bytes = Vec::new();
    for at in (0..text.len()).step_by(8) {
        let word = u32::from_str_radix(text.get(at..at + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    match bytes.as_slice() {
        &[a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d).into()),
        other => Some(Ipv6Addr::from(<[u8; 16]>::try_from(other).ok()?).to_canonical()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};

    use super::for_datagrams;

    #[test]
    fn a_bound_socket_takes_datagrams_and_a_connected_one_does_not() {
        let bound = UdpSocket::bind("127.0.0.1:0").unwrap();
        let connected = UdpSocket::bind("127.0.0.1:0").unwrap();
        connected.connect(bound.local_addr().unwrap()).unwrap();
        let all = for_datagrams().unwrap();
        let of = |socket: &UdpSocket| {
            let port = socket.local_addr().unwrap().port();
            all.iter().find(|one| one.port == port)
        };
        let ours = of(&bound).unwrap();
        assert_eq!(ours.address, Ipv4Addr::LOCALHOST);
        assert!(ours.inode > 0);
        assert_eq!(of(&connected), None);
    }

    #[test]
    fn those_over_ipv6_count_too() {
        let Ok(bound) = UdpSocket::bind("[::1]:0") else {
            return; // no IPv6 on this machine
        };
        let port = bound.local_addr().unwrap().port();
        let all = for_datagrams().unwrap();
        let ours = all.iter().find(|one| one.port == port).unwrap();
        assert_eq!(ours.address, std::net::Ipv6Addr::LOCALHOST);
    }
}
