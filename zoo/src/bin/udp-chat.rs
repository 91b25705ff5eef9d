//! A minimal chat over UDP: each datagram is a text, and none is sent twice or
//! again. `udp-chat relay NAME` prints its port; `udp-chat client PORT NAME` says what it reads.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::thread;

/// No datagram is longer.
const LONGEST: usize = 65_536;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments.as_slice() {
        ["relay", name] => relay(name),
        ["client", port, name] => client(port, name),
        _ => Err(io::Error::other("udp-chat relay NAME | client PORT NAME")),
    };
    if let Err(error) = ended {
        show(&format!("failed {error}"));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn relay(own_name: &str) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    show(&format!("{own_name}: bound to {}", socket.local_addr()?));
    let mut members: BTreeMap<SocketAddr, String> = BTreeMap::new();
    loop {
        let (text, from) = receive(&socket)?;
        let name = members.get(&from).cloned();
        let others = match (text.split_once(' '), name) {
            (Some(("HELLO", name)), _) => {
                members.insert(from, name.to_owned());
                socket.send_to(format!("WELCOME {own_name}").as_bytes(), from)?;
                format!("JOINED {name}")
            }
            (Some(("SAY", text)), Some(name)) => format!("FROM {name} {text}"),
            (_, Some(name)) => {
                members.remove(&from);
                format!("LEFT {name}")
            }
            (_, None) => continue,
        };
        for member in members.keys().filter(|member| **member != from) {
            socket.send_to(others.as_bytes(), member)?;
        }
    }
}

fn client(port: &str, name: &str) -> io::Result<()> {
    let port: u16 = port.parse().map_err(io::Error::other)?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect((Ipv4Addr::LOCALHOST, port))?;
    socket.send(format!("HELLO {name}").as_bytes())?;
    let (heard, own_name) = (socket.try_clone()?, name.to_owned());
    // It ends with the program.
    thread::spawn(move || show_what_comes(&heard, &own_name));
    for line in io::stdin().lock().lines() {
        match line?.as_str() {
            "/quit" => break,
            text => socket.send(format!("SAY {text}").as_bytes())?,
        };
    }
    socket.send(b"BYE").map(drop)
}

fn show_what_comes(socket: &UdpSocket, name: &str) {
    while let Ok((text, _)) = receive(socket) {
        match text.split_once(' ') {
            Some(("WELCOME", relay)) => show(&format!("ready {name} with {relay}")),
            Some(("JOINED", who)) => show(&format!("joined {who}")),
            Some(("LEFT", who)) => show(&format!("left {who}")),
            Some(("FROM", text)) => show(&format!("message {text}")),
            _ => {}
        }
    }
}

fn receive(socket: &UdpSocket) -> io::Result<(String, SocketAddr)> {
    let mut room = vec![0; LONGEST];
    let (length, from) = socket.recv_from(&mut room)?;
    let text = room.get(..length).unwrap_or_default();
    Ok((String::from_utf8_lossy(text).into_owned(), from))
}

/// Who does not read on does not need to.
fn show(line: &str) {
    let mut out = io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
