//! The page over HTTP, for a program of this machine. One request a connection; whatever is in it beside its first line
//! does not matter.

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
    let (status, page) = if request.starts_with(b"GET /metrics ") {
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
