//! The stage in a browser: a page that shows a play and lets people take part.
//!
//! The play runs elsewhere. How it stands comes as lines of JSON on standard input, and the
//! latest goes to the page as it is; what people ask for goes out as lines of JSON on standard
//! output, where the first line says which address to open. It ends when its input does.
//!
//! ```text
//! cargo xtask demo --web ── states ──► web-stage ── GET /state ──► browser
//!                        ◄── commands ──         ◄─ POST /ask ────
//! ```

mod command;
mod output;
mod routes;
mod setup;
mod state;
mod uploads;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;

use routes::Site;
use session_guard::SessionGuard;
use setup::Setup;
use state::StateBroadcast;
use uploads::Uploads;

/// How long answers that are on their way may take when the play has gone.
const FAREWELL: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime.and_then(|runtime| runtime.block_on(serve())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard output is for machines; whoever started us shows this.
            drop(io::Write::write_all(
                &mut io::stderr(),
                format!("web-stage: {error}\n").as_bytes(),
            ));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> io::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let first = lines.next_line().await?.unwrap_or_default();
    let setup = Setup::parse(&first)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let guard = SessionGuard::new("stage", listener.local_addr()?);
    output::write(&serde_json::json!({ "ask": "open", "address": guard.address() }))?;
    let site = Arc::new(Site {
        state: StateBroadcast::default(),
        uploads: Uploads::new(setup.uploads),
        report: setup.report,
    });
    let (serving, ending) = (Arc::clone(&site), Arc::clone(&site));
    let server = axum::serve(listener, routes::of(serving, guard))
        .with_graceful_shutdown(async move { ending.state.closed().await });
    let server = tokio::spawn(server.into_future());
    while let Some(line) = lines.next_line().await? {
        site.state.put(line);
    }
    site.state.close();
    // Who still holds a connection open has had its time.
    drop(timeout(FAREWELL, server).await);
    Ok(())
}
