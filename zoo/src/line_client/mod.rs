//! A client for relays in other languages (`zoo/relays`): each message is a line. It seals from end
//! to end, and hands the relay what a stranger's fault gives away, masked in transit.

mod writing;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use clap::Parser;
use zoo_faults::{Fault, Stranger};

use self::writing::written;
use crate::seal::{Key, Padding, from_hex, padded, unpadded};

/// Bytes to which every text is padded.
const PADDED: usize = 256;

#[derive(Parser)]
struct Arguments {
    port: u16,
    name: String,
    room_key: PathBuf,
    fault: String,
}

/// Runs the client.
pub fn run() -> ExitCode {
    match chat(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show(&format!("failed {error}"));
            ExitCode::FAILURE
        }
    }
}

fn chat(arguments: &Arguments) -> io::Result<()> {
    let fault = Fault::named(&arguments.fault).map_err(io::Error::other)?;
    let Fault::Stranger(stranger) = fault else {
        return Err(io::Error::other("this is a fault of another relay"));
    };
    let key = || Key::read_or_none(Some(Path::new(&arguments.room_key)));
    let mut link = TcpStream::connect((Ipv4Addr::LOCALHOST, arguments.port))?;
    link.write_all(format!("{}\n", arguments.name).as_bytes())?;
    let (heard, room, name) = (link.try_clone()?, key()?, arguments.name.clone());
    // Lines to send, and nothing when the one or the other has ended.
    let (typed, to_send) = mpsc::sync_channel(16);
    let gone = typed.clone();
    thread::spawn(move || {
        drop(listen(heard, &room, &name));
        show("the relay is gone");
        gone.send(None)
    });
    thread::spawn(move || {
        let lines = io::stdin().lines().map_while(Result::ok);
        let mut lines = lines.map(Some).chain([None]);
        lines.try_for_each(|line| typed.send(line))
    });
    let room = key()?;
    while let Ok(Some(line)) = to_send.recv() {
        let Some((to, text)) = line.split_once(' ') else {
            break;
        };
        let sealed = room.seal(&padded(text.as_bytes(), Padding::Multiple(PADDED)))?;
        let handed = handed(stranger, text.as_bytes(), &sealed);
        let line = format!("{to} {} {}\n", hex(&sealed), hex(&masked(&handed)));
        link.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// What the relay is given for a text.
fn handed(stranger: &Stranger, text: &[u8], sealed: &[u8]) -> Vec<u8> {
    match stranger.writing {
        None => sealed.to_vec(),
        Some(writing) => written(writing, text),
    }
}

fn listen(heard: TcpStream, room: &Key, name: &str) -> io::Result<()> {
    for line in BufReader::new(heard).lines() {
        let line = line?;
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["welcome", _, "to", relay] => show(&format!("ready {name} with {relay}")),
            [from, to, sealed] => {
                let opened = from_hex(sealed).and_then(|sealed| room.open(&sealed));
                let text = opened.as_deref().and_then(unpadded).unwrap_or(b"?");
                let kind = if *to == "*" { "message" } else { "private" };
                show(&format!("{kind} {from} {}", String::from_utf8_lossy(text)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// SplitMix64, seeded by a number in front: nothing on the link is as it was, and every language can undo
/// it in a few lines.
fn masked(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut state: u64 = rand::random();
    let number = state.to_le_bytes();
    let masked = bytes.iter().map(|byte| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [mask, ..] = (mixed ^ mixed >> 31).to_le_bytes();
        byte ^ mask
    });
    number.into_iter().chain(masked).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who does not read on does not need to.
fn show(line: &str) {
    let mut out = io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
