//! How connections begin.

use std::io::{self, Read as _, Write as _};

use super::ends::{self, Ends, accept, await_reset, read_all, read_once};

/// So many connect one after another.
const MANY: u8 = 20;

pub(super) fn nobody_listens(ends: &Ends) -> io::Result<String> {
    ends.connect().map(|_| "connected".to_owned())
}

pub(super) fn nobody_listens_any_more(ends: &Ends) -> io::Result<String> {
    drop(ends.listen()?);
    let client = ends.connect()?;
    Ok(format!("connected, then {}", read_once(&client)))
}

pub(super) fn nobody_accepts(ends: &Ends) -> io::Result<String> {
    let _listener = ends.listen()?;
    let sent = ends.connect()?.write(b"hello")?;
    Ok(format!("connected, {sent} bytes taken"))
}

pub(super) fn queue_is_full(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    rustix::net::listen(&listener, 0)?;
    let _first = ends.connect()?;
    let at_once = ends.connects_at_once()?;
    Ok(if at_once { "connected" } else { "made to wait" }.to_owned())
}

pub(super) fn closed_before_accept(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    drop(ends.connect()?);
    Ok(read_all(&accept(&listener)?))
}

pub(super) fn spoken_and_closed_before_accept(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    ends.connect()?.write_all(b"hello")?;
    Ok(read_all(&accept(&listener)?))
}

pub(super) fn reset_before_accept(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    ends::reset(ends.connect()?)?;
    let relay = accept(&listener)?;
    await_reset(&relay)?;
    Ok(read_all(&relay))
}

pub(super) fn never_accepted(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    let client = ends.connect()?;
    drop(listener);
    Ok(read_all(&client))
}

pub(super) fn relay_speaks_first(ends: &Ends) -> io::Result<String> {
    let (client, mut relay) = ends.pair()?;
    relay.write_all(b"welcome")?;
    Ok(read_once(&client))
}

pub(super) fn two_at_once(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    let (mut one, mut two) = (ends.connect()?, ends.connect()?);
    let (first, second) = (accept(&listener)?, accept(&listener)?);
    two.write_all(b"second")?;
    one.write_all(b"the first")?;
    Ok(format!("{} and {}", read_once(&first), read_once(&second)))
}

pub(super) fn many_in_order(ends: &Ends) -> io::Result<String> {
    let listener = ends.listen()?;
    let mut clients = Vec::new();
    for number in 0..MANY {
        let mut client = ends.connect()?;
        client.write_all(&[number])?;
        clients.push(client);
    }
    let mut seen = Vec::new();
    for _ in 0..MANY {
        let mut number = [0];
        accept(&listener)?.read_exact(&mut number)?;
        seen.extend(number);
    }
    let order = if seen.is_sorted() {
        "in order"
    } else {
        "in another order"
    };
    Ok(format!("{} of them, {order}", seen.len()))
}

pub(super) fn where_the_client_is(ends: &Ends) -> io::Result<String> {
    let (_client, relay) = ends.pair()?;
    Ok(relay.peer_addr()?.ip().to_string())
}

pub(super) fn where_the_relay_is(ends: &Ends) -> io::Result<String> {
    let (client, relay) = ends.pair()?;
    let is_its_own = client.peer_addr()? == relay.local_addr()?;
    Ok(if is_its_own {
        "the relay's port"
    } else {
        "another port"
    }
    .to_owned())
}
