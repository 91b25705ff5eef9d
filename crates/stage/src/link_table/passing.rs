//! How bytes pass.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::ends::{TOO_MUCH, await_bytes, await_end, end, fill, read_all, read_once};

/// Bytes that do not fit into the system's buffers for a moment.
const MUCH: usize = 8 * 1024 * 1024;

/// Bytes that differ from place to place.
fn much() -> Vec<u8> {
    (0..=250).cycle().take(MUCH).collect()
}

/// Whether all of it has come as it was.
fn as_it_was(received: &[u8]) -> &'static str {
    if received == much() {
        "as it was"
    } else {
        "changed"
    }
}

pub(super) fn a_text_and_its_answer(
    (mut one, mut other): (TcpStream, TcpStream),
) -> io::Result<String> {
    for _ in 0..100 {
        let mut text = [0; 5];
        one.write_all(b"hello")?;
        other.read_exact(&mut text)?;
        other.write_all(&text)?;
        one.read_exact(&mut text)?;
    }
    Ok("a hundred times".to_owned())
}

pub(super) fn much_one_way((mut one, mut other): (TcpStream, TcpStream)) -> io::Result<String> {
    let sending = thread::spawn(move || one.write_all(&much()));
    let mut received = Vec::new();
    other.read_to_end(&mut received)?;
    sending.join().map_err(|_| io::ErrorKind::Other)??;
    Ok(as_it_was(&received).to_owned())
}

pub(super) fn much_both_ways((one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    let both = |stream: TcpStream| {
        let mut sender = stream.try_clone()?;
        let sending = thread::spawn(move || {
            sender.write_all(&much())?;
            end(&sender)
        });
        let mut received = Vec::new();
        (&stream).read_to_end(&mut received)?;
        sending.join().map_err(|_| io::ErrorKind::Other)??;
        io::Result::Ok(as_it_was(&received))
    };
    let far = thread::spawn(move || both(other));
    let near = both(one)?;
    let far = far.join().map_err(|_| io::ErrorKind::Other)??;
    Ok(format!("{near} and {far}"))
}

pub(super) fn two_writes_before_a_read(
    (mut one, other): (TcpStream, TcpStream),
) -> io::Result<String> {
    one.write_all(b"one")?;
    one.write_all(b"two")?;
    await_bytes(&other, 6)?;
    Ok(format!("one read of {}", read_once(&other)))
}

pub(super) fn a_write_after_each_read(
    (mut one, other): (TcpStream, TcpStream),
) -> io::Result<String> {
    one.write_all(b"one")?;
    let first = read_once(&other);
    one.write_all(b"two")?;
    Ok(format!("{first}, {}", read_once(&other)))
}

pub(super) fn small_writes_held_together(
    (mut one, mut other): (TcpStream, TcpStream),
) -> io::Result<String> {
    one.set_nodelay(false)?;
    let text: Vec<u8> = (0..200).collect();
    for byte in &text {
        one.write_all(&[*byte])?;
    }
    let mut received = vec![0; text.len()];
    other.read_exact(&mut received)?;
    Ok(if received == text {
        "in order"
    } else {
        "changed"
    }
    .to_owned())
}

pub(super) fn a_reader_that_takes_single_bytes(
    (mut one, mut other): (TcpStream, TcpStream),
) -> io::Result<String> {
    one.write_all(b"a text, letter by letter")?;
    end(&one)?;
    let (mut text, mut letter) = (Vec::new(), [0]);
    while other.read(&mut letter)? > 0 {
        text.extend(letter);
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

pub(super) fn a_reader_that_waits((one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    let sent = fill(&one)?;
    drop(one);
    let all = read_all(&other) == format!("{sent} bytes, then end");
    let sender = if sent < TOO_MUCH {
        "made to wait"
    } else {
        "never made to wait"
    };
    Ok(format!(
        "{sender}, {}",
        if all { "all came" } else { "not all came" }
    ))
}

pub(super) fn urgent((mut one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    one.write_all(b"ab")?;
    send(&one, b"!", SendFlags::OOB)?;
    one.write_all(b"cd")?;
    drop(one);
    await_end(&other)?;
    let urgent = recv(&other, [0; 1].as_mut_slice(), RecvFlags::OOB).is_ok();
    let urgent = if urgent { "an urgent byte" } else { "none" };
    Ok(format!("{urgent}, and {}", read_all(&other)))
}
