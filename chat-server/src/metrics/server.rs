//! The page over HTTP, for a program of this machine. One request a connection; nothing matters in it but its first line
//! and the host that it is for.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::warn;

use crate::context::Context;
use crate::limits::{ACCEPT_PAUSE, MAX_SCRAPE, MAX_SCRAPES, SCRAPE_DEADLINE};

/// Answers until the future is dropped.
pub(crate) async fn serve(listener: TcpListener, relay: &Arc<Context>) {
    let turns = Arc::new(Semaphore::new(MAX_SCRAPES));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!(%error, "cannot accept a connection for metrics");
                let closing = relay.closing.cancelled();
                timeout(ACCEPT_PAUSE, closing).await.ok();
                continue;
            }
        };
        // The others are closed.
        if let Ok(turn) = Arc::clone(&turns).try_acquire_owned() {
            let relay = Arc::clone(relay);
            tokio::spawn(async move {
                timeout(SCRAPE_DEADLINE, answer(stream, &relay)).await.ok();
                drop(turn);
            });
        }
    }
}

async fn answer(mut stream: TcpStream, relay: &Context) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if request.len() > MAX_SCRAPE || stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let port = stream.local_addr()?.port();
    let (status, page) = if !is_for_this_machine(&request, port) {
        let only = format!(
            "only http://127.0.0.1:{port}/metrics, http://localhost:{port}/metrics and the like are here\n"
        );
        ("421 Misdirected Request", only)
    } else if request.starts_with(b"GET /metrics ") {
        ("200 OK", super::render(relay))
    } else {
        ("404 Not Found", "only GET /metrics is here\n".to_owned())
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(page.as_bytes()).await?;
    stream.shutdown().await
}

/// Whether the request names this machine, once. A page of the web that has its own name lead here (DNS rebinding)
/// makes its visitors' browsers ask, and they send that name.
fn is_for_this_machine(request: &[u8], port: u16) -> bool {
    let head = String::from_utf8_lossy(request);
    let mut hosts = head
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, host) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| host.trim())
        });
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_here(host, port),
        _ => false,
    }
}

/// Browsers and curl leave out port 80.
fn is_here(host: &str, port: u16) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback() && address.port() == port;
    }
    let (name, named) = match host.rsplit_once(':') {
        Some((name, digits)) => (name, digits.parse().ok()),
        None => (host, Some(80)),
    };
    let address = name.parse::<Ipv4Addr>();
    let is_loopback = name.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.is_loopback());
    is_loopback && named == Some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_addresses_of_this_machine_with_the_right_port_are_here() {
        for host in [
            "127.0.0.1:9464",
            "127.9.9.9:9464",
            "[::1]:9464",
            "LocalHost:9464",
        ] {
            assert!(is_here(host, 9464), "{host}");
        }
        for host in [
            "",
            ":9464",
            "9464",
            "127.0.0.1",
            "localhost",
            "127.0.0.1:9465",
            "evil.example:9464",
            "127.0.0.1.evil.example:9464",
            "localhost.evil.example:9464",
            "192.0.2.1:9464",
            "[2001:db8::1]:9464",
            "127.0.0.1:9464:9464",
            "a@127.0.0.1:9464",
        ] {
            assert!(!is_here(host, 9464), "{host}");
        }
        assert!(is_here("localhost", 80) && is_here("127.0.0.1", 80));
    }

    #[test]
    fn a_request_names_its_host_exactly_once() {
        let is_ours = |head: &str| is_for_this_machine(head.as_bytes(), 9464);
        assert!(is_ours(
            "GET /metrics HTTP/1.1\r\nhOsT:127.0.0.1:9464\r\n\r\n"
        ));
        for head in [
            "GET /metrics HTTP/1.0\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nX: y\r\n\r\nHost: 127.0.0.1:9464\r\n",
            "GET /metrics HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:9464\r\n\r\n",
        ] {
            assert!(!is_ours(head), "{head}");
        }
    }
}
