//! How connections end. The first of two ends it.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::thread;

use super::ends::{
    self, Ends, await_bytes, await_reset, end, fill, in_words, read_all, read_once, texts,
};

pub(super) fn closed((one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    drop(one);
    Ok(format!("{}, {}", read_once(&other), texts(&other)?))
}

pub(super) fn closed_with_unread((one, mut other): (TcpStream, TcpStream)) -> io::Result<String> {
    other.write_all(b"unread")?;
    await_bytes(&one, 6)?;
    drop(one);
    await_reset(&other)?;
    Ok(format!("{}, {}", read_all(&other), texts(&other)?))
}

pub(super) fn reset((one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    ends::reset(one)?;
    await_reset(&other)?;
    Ok(format!("{}, {}", read_all(&other), texts(&other)?))
}

pub(super) fn reset_after_last_words(
    (mut one, other): (TcpStream, TcpStream),
) -> io::Result<String> {
    one.write_all(b"bye")?;
    ends::reset(one)?;
    await_reset(&other)?;
    Ok(read_all(&other))
}

pub(super) fn last_words_read_late((mut one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    one.write_all(b"bye")?;
    ends::reset(one)?;
    await_reset(&other)?;
    Ok(format!("{}, {}", texts(&other)?, read_all(&other)))
}

pub(super) fn half_closed((mut one, mut other): (TcpStream, TcpStream)) -> io::Result<String> {
    one.write_all(b"question")?;
    end(&one)?;
    let asked = read_all(&other);
    other.write_all(b"answer")?;
    drop(other);
    Ok(format!("{asked}; {}", read_all(&one)))
}

pub(super) fn both_end((one, other): (TcpStream, TcpStream)) -> io::Result<String> {
    end(&one)?;
    end(&other)?;
    Ok(format!("{}, {}", read_once(&one), read_once(&other)))
}

pub(super) fn closed_with_much_under_way(
    (mut one, other): (TcpStream, TcpStream),
) -> io::Result<String> {
    let sending = thread::spawn(move || one.write_all(&[7; 4 * 1024 * 1024]));
    let received = read_all(&other);
    sending.join().map_err(|_| io::ErrorKind::Other)??;
    Ok(received)
}

pub(super) fn reset_while_the_other_waits_to_write(
    (one, other): (TcpStream, TcpStream),
) -> io::Result<String> {
    fill(&other)?;
    ends::reset(one)?;
    await_reset(&other)?;
    let error = (&other).write(b"text").err();
    Ok(error.map_or_else(|| "taken".to_owned(), |error| in_words(&error)))
}

pub(super) fn started_again_after_it_closed(ends: &Ends) -> io::Result<String> {
    let (client, relay) = ends.pair()?;
    drop(relay);
    read_once(&client);
    drop(client);
    ends.bind_anew().map(|()| "bound".to_owned())
}

pub(super) fn started_again_with_reuse(ends: &Ends) -> io::Result<String> {
    let (client, relay) = ends.pair()?;
    drop(relay);
    read_once(&client);
    drop(client);
    ends.listen().map(|_| "bound".to_owned())
}

pub(super) fn started_again_after_a_reset(ends: &Ends) -> io::Result<String> {
    let (client, relay) = ends.pair()?;
    ends::reset(relay)?;
    await_reset(&client)?;
    ends.bind_anew().map(|()| "bound".to_owned())
}
