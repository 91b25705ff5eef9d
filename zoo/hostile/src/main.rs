//! The hostile relay as a program: an honest relay on a port of its own, and what is in front of it.

use std::error::Error;
use std::fs;
use std::io::{Write as _, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chat_crypto::Identity;
use chat_protocol::Name;
use chat_server::{Registry, Settings};
use clap::Parser;
use hostile_relay::{Middle, serve};
use scenario::RelayDoes;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// A relay that does what clients must withstand.
#[derive(Debug, Parser)]
struct Cli {
    /// The relay's name.
    #[arg(long)]
    name: Name,
    /// What it does.
    #[arg(long)]
    does: RelayDoes,
    /// When it strikes, and in which of several ways.
    #[arg(long)]
    seed: u64,
    /// The key of its own member.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Writes its name here, as a relay with a log would.
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// Ping a client after so much silence: `500ms`.
    #[arg(long, value_name = "TIME", value_parser = milliseconds)]
    keepalive: Duration,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix("ms").and_then(|text| text.parse().ok());
    let number = number.ok_or("a number of milliseconds, such as 500ms")?;
    Ok(Duration::from_millis(number))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    fs::write(&cli.log, format!("{} does {:?}\n", cli.name, cli.does))?;
    let identity = Identity::from_store(&fs::read_to_string(&cli.keys)?, None)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let middle = Middle::new(cli.does, cli.seed, identity, now);
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    let (front, back) = (TcpListener::bind(any).await?, TcpListener::bind(any).await?);
    let (address, relay) = (front.local_addr()?, back.local_addr()?);
    let settings = Settings {
        name: cli.name.clone(),
        keepalive: Some(cli.keepalive),
        ..Settings::default()
    };
    let mut terminate = signal(SignalKind::terminate())?;
    writeln!(stdout(), "{} ready {address}", cli.name)?;
    let stop = async move { _ = terminate.recv().await };
    tokio::select! {
        served = serve(front, relay, middle) => served?,
        ended = chat_server::run(back, settings, Registry::in_memory(), stop) => ended?,
    }
    Ok(())
}
