//! A few requests to the kernel over netlink, in the network namespace of the calling thread.
//!
//! None needs a privilege beyond that namespace, and none is worth a crate.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send,
    socket_with,
};

/// From `linux/netlink.h` and `linux/rtnetlink.h`.
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLM_F_DUMP: u16 = 0x300;
const RTM_NEWLINK: u16 = 16;
const IFF_UP: u32 = 1;
const RTM_NEWROUTE: u16 = 24;
const RTM_DELROUTE: u16 = 25;
const NLM_F_REPLACE: u16 = 0x100;
const NLM_F_CREATE: u16 = 0x400;
const RTA_DST: u16 = 1;
const RT_TABLE_LOCAL: u8 = 255;
const RT_SCOPE_UNIVERSE: u8 = 0;
const RTPROT_STATIC: u8 = 4;
const RTN_BLACKHOLE: u8 = 6;
const ESRCH: i32 = 3;
/// From `linux/sock_diag.h` and `linux/inet_diag.h`.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const TCP_LISTEN_MASK: u32 = 1 << 10;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// Bytes in front of every netlink message.
const HEADER: usize = 16;

/// Brings the loopback interface up: index 1 in every namespace.
pub(crate) fn loopback_up() -> io::Result<()> {
    let mut body = Vec::with_capacity(16);
    body.extend([0, 0]); // any family, padding
    body.extend(0u16.to_ne_bytes()); // any type
    body.extend(1i32.to_ne_bytes());
    body.extend(IFF_UP.to_ne_bytes());
    body.extend(IFF_UP.to_ne_bytes()); // change only this flag
    acknowledged(RTM_NEWLINK, 0, &body)
}

/// Where segments to an address of the loopback network go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Nowhere, without a word.
    Blackhole,
    /// To whoever has it.
    Normal,
}

/// Sets the route to one address. It overrules the network's own, which covers 127.0.0.0/8.
pub(crate) fn set_route(address: Ipv4Addr, route: Route) -> io::Result<()> {
    let mut body = vec![AF_INET, 32, 0, 0]; // one whole address, from anywhere
    body.extend([
        RT_TABLE_LOCAL,
        RTPROT_STATIC,
        RT_SCOPE_UNIVERSE,
        RTN_BLACKHOLE,
    ]);
    body.extend(0u32.to_ne_bytes()); // no flags
    body.extend(8u16.to_ne_bytes()); // an attribute: its length, its type, the address
    body.extend(RTA_DST.to_ne_bytes());
    body.extend(address.octets());
    match route {
        Route::Blackhole => acknowledged(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &body),
        Route::Normal => match acknowledged(RTM_DELROUTE, 0, &body) {
            Err(error) if error.raw_os_error() == Some(ESRCH) => Ok(()), // there was none
            other => other,
        },
    }
}

/// Asks for something and waits until it is done.
fn acknowledged(kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
    let socket = open(None)?;
    request(&socket, kind, NLM_F_REQUEST | NLM_F_ACK | flags, body)?;
    let mut answer = [0; 4096];
    let length = recv(&socket, answer.as_mut_slice(), RecvFlags::empty())?.0;
    let answer = answer.get(..length).unwrap_or_default();
    match (word16(answer, 4), word32(answer, HEADER)) {
        (Some(NLMSG_ERROR), Some(0)) => Ok(()),
        (Some(NLMSG_ERROR), Some(error)) => Err(io::Error::from_raw_os_error(
            error.cast_signed().wrapping_neg(),
        )),
        _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}

/// A TCP socket that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listening {
    /// Its address: unspecified where it takes those of all.
    pub(crate) address: IpAddr,
    /// Its port.
    pub(crate) port: u16,
    /// Its inode, as in `/proc/PID/fd`.
    pub(crate) inode: u32,
}

/// Every listening TCP socket of the namespace, over IPv4 and IPv6.
///
/// Not from `/proc/net/tcp`: that walks the kernel's whole hash table, milliseconds a call.
pub(crate) fn listening() -> io::Result<Vec<Listening>> {
    let mut found = sockets(AF_INET, TCP_LISTEN_MASK, as_listening)?;
    found.extend(sockets(AF_INET6, TCP_LISTEN_MASK, as_listening)?);
    Ok(found)
}

/// The bytes that sockets of the namespace have sent to an address, and that nobody there has
/// acknowledged: they are sent again and again.
pub(crate) fn unacknowledged(address: Ipv4Addr) -> io::Result<u64> {
    let to_it = |message: &[u8]| {
        let peer = message.get(24..28)? == address.octets().as_slice();
        peer.then(|| word32(message, 60).map(u64::from))?
    };
    Ok(sockets(AF_INET, !TCP_LISTEN_MASK, to_it)?.iter().sum())
}

/// What `read` makes of every TCP socket of a family that is in one of these states. It gets
/// an `inet_diag_msg`.
fn sockets<T>(family: u8, states: u32, read: impl Fn(&[u8]) -> Option<T>) -> io::Result<Vec<T>> {
    let socket = open(Some(netlink::SOCK_DIAG))?;
    let mut body = vec![family, IPPROTO_TCP, 0, 0];
    body.extend(states.to_ne_bytes());
    body.resize(56, 0); // no socket in particular
    let flags = NLM_F_REQUEST | NLM_F_DUMP;
    request(&socket, SOCK_DIAG_BY_FAMILY, flags, &body)?;
    let mut found = Vec::new();
    while !read_dump(&socket, &mut found, &read)? {}
    Ok(found)
}

/// Its first field after four small ones is the source port in network order, then come the
/// destination's port and both addresses; the inode is its last one.
fn as_listening(message: &[u8]) -> Option<Listening> {
    let port = message.get(4..6)?.iter();
    let address = match *message.first()? {
        AF_INET6 => Ipv6Addr::from(*message.get(8..24)?.first_chunk::<16>()?).to_canonical(),
        _ => Ipv4Addr::from(*message.get(8..12)?.first_chunk::<4>()?).into(),
    };
    Some(Listening {
        address,
        port: port.fold(0, |sum, byte| sum << 8 | u16::from(*byte)),
        inode: word32(message, 68)?,
    })
}

/// Reads one datagram of a dump; true when it was the last one.
fn read_dump<T>(
    socket: &OwnedFd,
    found: &mut Vec<T>,
    read: &impl Fn(&[u8]) -> Option<T>,
) -> io::Result<bool> {
    let mut answer = vec![0; 32 * 1024];
    let length = recv(socket, answer.as_mut_slice(), RecvFlags::empty())?.0;
    let mut rest = answer.get(..length).unwrap_or_default();
    while let (Some(length), Some(kind)) = (word32(rest, 0), word16(rest, 4)) {
        match kind {
            NLMSG_DONE => return Ok(true),
            NLMSG_ERROR => return Err(io::Error::from(io::ErrorKind::InvalidData)),
            _ => {}
        }
        let message = rest.get(HEADER..length as usize);
        found.extend(message.and_then(read));
        let step = (length as usize).next_multiple_of(4).max(HEADER);
        rest = rest.get(step..).unwrap_or_default();
    }
    Ok(length == 0)
}

/// Without a protocol: number 0, which is NETLINK_ROUTE.
fn open(protocol: Option<Protocol>) -> io::Result<OwnedFd> {
    Ok(socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        protocol,
    )?)
}

fn request(socket: impl AsFd, kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(HEADER + body.len()).map_err(io::Error::other)?;
    let mut message = Vec::with_capacity(HEADER + body.len());
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend([0; 8]); // sequence and port: the kernel fills in what it needs
    message.extend(body);
    send(socket, &message, SendFlags::empty())?;
    Ok(())
}

fn word16(bytes: &[u8], at: usize) -> Option<u16> {
    let word = bytes.get(at..at + 2)?.first_chunk()?;
    Some(u16::from_ne_bytes(*word))
}

fn word32(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at + 4)?.first_chunk()?;
    Some(u32::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::listening;

    #[test]
    fn the_kernel_tells_who_listens_without_a_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let all = listening().unwrap();
        let ours = all.iter().find(|socket| socket.port == port).unwrap();
        assert!(ours.inode > 0);
        assert_eq!(ours.address, std::net::Ipv4Addr::LOCALHOST);
        // Not by closing it: whatever is started meanwhile has a copy until it is another program.
        rustix::net::shutdown(&listener, rustix::net::Shutdown::Read).unwrap();
        // By its inode: somebody else may get the port at once.
        let gone = |socket: &super::Listening| socket.inode != ours.inode;
        assert!(listening().unwrap().iter().all(gone));
    }

    #[test]
    fn listeners_over_ipv6_count_too() {
        let Ok(listener) = TcpListener::bind("[::1]:0") else {
            return; // no IPv6 on this machine
        };
        let port = listener.local_addr().unwrap().port();
        let all = listening().unwrap();
        let ours = all.iter().find(|socket| socket.port == port).unwrap();
        assert_eq!(ours.address, std::net::Ipv6Addr::LOCALHOST);
    }
}
