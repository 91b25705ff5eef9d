//! Faults of links, in plain words.

use toml_language::units::written;

use super::words::quoted;
use crate::{Fault, FaultKind, Links, Way};

pub(super) fn whose(links: &Links) -> String {
    match links {
        Links::All => "all links".to_owned(),
        Links::One(client) => format!("the link of {client}"),
    }
}

/// `on the link of bob, to the client: from the 4th frame deliver on, …`
pub(super) fn sentence(links: &Links, fault: &Fault) -> String {
    let way = match fault.way {
        Way::Both => "both ways",
        Way::Down => "to the client",
        Way::Up => "to the relay",
    };
    let from = match (&fault.when.frame, fault.when.after_frames) {
        (None, 0) => String::new(),
        (Some(frame), 0) => format!("starting with the next frame {}, ", quoted(frame)),
        (Some(frame), after) => {
            format!("after {after} more frames {}, ", quoted(frame))
        }
        (None, after) => format!("after {after} more frames, "),
    };
    let times = match fault.when.times {
        1 => String::new(),
        times => format!(", {times} times"),
    };
    format!("on {}, {way}: {from}{}{times}", whose(links), what(fault))
}

fn what(fault: &Fault) -> String {
    match &fault.kind {
        FaultKind::Blackhole => "nothing passes and nothing is closed".to_owned(),
        FaultKind::Corrupt { byte: None } => "one byte, chosen by the seed, is flipped".to_owned(),
        FaultKind::Corrupt { byte: Some(byte) } => format!("byte {byte} is flipped"),
        FaultKind::Cut { after_bytes: 0 } => "the connection is closed".to_owned(),
        FaultKind::Cut { after_bytes } => {
            format!("the connection is closed after {after_bytes} more bytes")
        }
        FaultKind::Delay { by } => format!("everything passes {} later", written(*by)),
        FaultKind::Drop => "a frame does not pass".to_owned(),
        FaultKind::Duplicate => "a frame passes twice".to_owned(),
        FaultKind::HalfOpen => "the receiving side sees that the other one has ended".to_owned(),
        FaultKind::Hold { frames } => format!("{frames} frames gather and pass at once"),
        FaultKind::Jitter { up_to } => {
            format!("everything passes up to {} later", written(*up_to))
        }
        FaultKind::Rate { bytes_per_second } => {
            format!("{bytes_per_second} bytes pass in a second")
        }
        FaultKind::Reorder => "a frame passes after the one that follows it".to_owned(),
        FaultKind::Replay => "a frame passes once more, after the next one".to_owned(),
        FaultKind::Reset => "the connection is reset".to_owned(),
        FaultKind::Slice { bytes } => format!("everything passes in pieces of {bytes} bytes"),
        FaultKind::Splice => "a frame gets the end of the one before it".to_owned(),
        FaultKind::Truncate { bytes: 1 } => "a frame lacks its last byte".to_owned(),
        FaultKind::Truncate { bytes } => format!("a frame lacks its last {bytes} bytes"),
    }
}
