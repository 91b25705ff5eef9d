//! A link that is passed on and not recorded.

use std::io;

use tokio::io::{copy_bidirectional, copy_bidirectional_with_sizes};
use tokio::net::{TcpListener, TcpStream};

use super::Doing;

/// Copies what the next one who connects and a port of this machine send each other, until both
/// have ended: in both directions through a buffer of so many bytes, or of as many as tokio takes.
pub(crate) fn copy(listener: TcpListener, port: u16, buffer: Option<usize>) -> Doing<'static, ()> {
    Box::pin(passed_on(listener, port, buffer))
}

async fn passed_on(listener: TcpListener, port: u16, buffer: Option<usize>) -> io::Result<()> {
    let (mut client, _) = listener.accept().await?;
    let mut relay = TcpStream::connect(("127.0.0.1", port)).await?;
    client.set_nodelay(true)?;
    relay.set_nodelay(true)?;
    match buffer {
        Some(size) => {
            copy_bidirectional_with_sizes(&mut client, &mut relay, size, size).await?;
        }
        None => {
            copy_bidirectional(&mut client, &mut relay).await?;
        }
    }
    Ok(())
}
