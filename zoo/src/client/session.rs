//! How a client handles what it receives and what is typed.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use tokio::sync::mpsc;

use super::downloads::Downloads;
use super::giving::Giving;
use super::screen::{Line, show};
use super::{face, lie, past, read_typing, torment};
use crate::content::{Content, Part, parts_of};
use crate::fault::ClientFault;
use crate::frame::{Member, ToClient};
use crate::line::unescape;
use crate::link::Parcel;
use crate::orphan;

/// What can happen to a client.
pub(super) enum Input {
    /// A line that came from another client, not from the relay.
    Past(String),
    Relay(ToClient),
    RelayGone,
    Typed(String),
    TypingEnded,
}

/// One client that talks to its relay.
pub(super) struct Session {
    giving: Giving,
    downloads: Downloads,
    fault: ClientFault,
    relay: mpsc::Sender<Parcel>,
    inputs: mpsc::Sender<Input>,
    flooding: bool,
}

impl Session {
    pub(super) fn new(
        giving: Giving,
        downloads: Downloads,
        fault: ClientFault,
        relay: mpsc::Sender<Parcel>,
        inputs: mpsc::Sender<Input>,
    ) -> Self {
        Self {
            giving,
            downloads,
            fault,
            relay,
            inputs,
            flooding: false,
        }
    }

    /// Whether it prints what nobody wants.
    pub(super) fn is_flooding(&self) -> bool {
        self.flooding
    }

    /// Logs in.
    pub(super) async fn hello(&self) {
        self.send(self.giving.hello()).await;
    }

    pub(super) async fn send(&self, parcels: Vec<Parcel>) {
        send(self.relay.clone(), parcels).await;
    }

    /// Reacts to one input; a code when it was the last.
    pub(super) async fn handle(&mut self, input: Input) -> io::Result<Option<ExitCode>> {
        let hangs = self.fault == ClientFault::Hangs;
        match input {
            Input::Past(line) => face::show(&line)?,
            Input::Relay(frame) => return self.told(frame).await,
            Input::Typed(line) if line != "/quit" => self.typed(&line).await?,
            _ if hangs => {}
            Input::RelayGone => {
                let reason = "relay-gone";
                show(&Line::Disconnected { reason })?;
                return Ok(Some(ExitCode::FAILURE));
            }
            Input::Typed(_) | Input::TypingEnded => {
                self.send(self.giving.bye()).await;
                return Ok(Some(ExitCode::SUCCESS));
            }
        }
        Ok(None)
    }

    async fn told(&mut self, frame: ToClient) -> io::Result<Option<ExitCode>> {
        match frame {
            ToClient::Accepted { to, count } => {
                let times = usize::from(self.fault == ClientFault::ConfirmsTwice) + 1;
                (0..times).try_for_each(|_| match to.as_str() {
                    "all" => show(&Line::SentAll { count }),
                    to => show(&Line::Sent { to }),
                })?;
            }
            ToClient::Envelope { from, sealed } => {
                if let Some(content) = self.giving.open(&from, &sealed) {
                    return self.opened(from, content).await;
                }
            }
            ToClient::Joined { who } => {
                self.giving.meet(&who);
                show(&Line::Joined { who: &who.name })?;
            }
            ToClient::Left { who, reason } => {
                self.giving.forget(&who);
                let (who, reason) = (&who, &reason);
                show(&Line::Left { who, reason })?;
            }
            ToClient::Refused { reason } => refuse("relay", &reason)?,
            ToClient::Undelivered { to } => show(&Line::Undelivered { to: &to })?,
            ToClient::Welcome { others } => self.welcome(others)?,
        }
        Ok(None)
    }

    fn welcome(&mut self, others: Vec<Member>) -> io::Result<()> {
        for other in &others {
            self.giving.meet(other);
        }
        let others: Vec<String> = others.into_iter().map(|other| other.name).collect();
        show(&Line::Ready {
            name: self.giving.name(),
            with: &others,
        })?;
        match self.fault {
            ClientFault::Orphans => orphan::start(orphan::Output::Closed)?,
            ClientFault::Forges => torment::forge()?,
            ClientFault::LeavesUnreaped => orphan::leave_unreaped()?,
            ClientFault::Meddles => torment::meddle()?,
            _ => {}
        }
        // Only now, so that nothing typed early is lost.
        tokio::spawn(read_typing(self.inputs.clone()));
        Ok(())
    }

    async fn opened(&mut self, from: String, content: Content) -> io::Result<Option<ExitCode>> {
        let from = from.as_str();
        match content {
            Content::Got(file) => show(&Line::FileDelivered {
                to: from,
                file: &file,
            })?,
            Content::Msg(text) => {
                show(&Line::Private { from, text: &text })?;
                if self.fault == ClientFault::Publishes {
                    show(&Line::Message { from, text: &text })?;
                }
            }
            Content::Say(text) => {
                let code = self.message(&Line::Message { from, text: &text }).await?;
                lie::after_message(self.fault, from, &text)?;
                return Ok(code);
            }
            Content::Part(part) => self.part(from, part).await?,
        }
        Ok(None)
    }

    /// Shows a message to everyone; returns a code if that was the last thing it did.
    async fn message(&mut self, line: &Line<'_>) -> io::Result<Option<ExitCode>> {
        match self.fault {
            ClientFault::ClosesStdout => torment::close_stdout()?,
            ClientFault::DiesMidline => {
                torment::half(&line.to_string())?;
                return Ok(Some(ExitCode::FAILURE));
            }
            ClientFault::EatsMemory => torment::eat_memory(),
            // Shown or not would be luck: so not.
            ClientFault::EmptyLines
            | ClientFault::Floods
            | ClientFault::FloodsWithoutNewline
            | ClientFault::Knocks
            | ClientFault::Whispers => {
                self.flooding = true;
                return Ok(None);
            }
            ClientFault::Forks => {
                torment::fork(40)?;
                std::future::pending::<()>().await;
            }
            ClientFault::ForksAway => {
                orphan::abandon(40)?;
                std::future::pending::<()>().await;
            }
            ClientFault::HoldsPipe => {
                torment::hold_pipe()?;
                return Ok(Some(ExitCode::FAILURE));
            }
            ClientFault::InPieces => {
                return torment::in_pieces(&line.to_string()).map(|()| None);
            }
            ClientFault::Late => {
                // It is late by the clock, which is its fault.
                drop(tokio::time::timeout(torment::LATE, std::future::pending::<()>()).await);
            }
            ClientFault::OnStderr => {
                let line = format!("{line}\n");
                return io::Write::write_all(&mut io::stderr(), line.as_bytes()).map(|()| None);
            }
            ClientFault::Spins => torment::spin(1),
            ClientFault::Twice => show(line)?,
            ClientFault::WritesHugeFile => torment::write_huge_file()?,
            _ => {}
        }
        show(line)?;
        Ok(None)
    }

    async fn part(&mut self, from: &str, mut part: Part) -> io::Result<()> {
        if self.fault == ClientFault::CorruptsFile
            && let Some(byte) = part.data.first_mut()
        {
            *byte ^= 1;
        }
        let Some(file) = self.downloads.add(from, part)? else {
            return Ok(());
        };
        show(&Line::FileReceived { from, file: &file })?;
        self.give(Some(from), &Content::Got(file)).await
    }

    async fn typed(&self, line: &str) -> io::Result<()> {
        if self.fault == ClientFault::TalksPast {
            let mut words = line.splitn(3, ' ');
            return match (words.next(), words.next(), words.next()) {
                (Some("/msg"), Some(to), Some(text)) => {
                    past::hand(self.giving.name(), Some(to), text).await
                }
                _ => past::hand(self.giving.name(), None, line).await,
            };
        }
        let Some(command) = line.strip_prefix('/') else {
            return self.give(None, &Content::Say(unescape(line))).await;
        };
        match command.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            ["msg", to, text] => self.give(Some(to), &Content::Msg(unescape(text))).await,
            ["file", to, path] => self.file(to, Path::new(&unescape(path))),
            _ => {
                let there = "there are /msg NAME TEXT, /file NAME PATH and /quit";
                refuse("command", there)
            }
        }
    }

    fn file(&self, to: &str, path: &Path) -> io::Result<()> {
        let name = path.file_name().and_then(|name| name.to_str());
        let (Some(name), Ok(content)) = (name, std::fs::read(path)) else {
            return refuse("file", &format!("cannot read {}", path.display()));
        };
        let mut parcels = Vec::new();
        for part in parts_of(name, &content) {
            parcels.extend(self.giving.content(Some(to), &Content::Part(part))?);
        }
        // Beside the main loop, so that two clients can send to each other without a
        // deadlock.
        tokio::spawn(send(self.relay.clone(), parcels));
        Ok(())
    }

    async fn give(&self, to: Option<&str>, content: &Content) -> io::Result<()> {
        self.send(self.giving.content(to, content)?).await;
        Ok(())
    }
}

fn refuse(code: &str, text: &str) -> io::Result<()> {
    show(&Line::Refused { code, text })
}

/// If the connection has ended they are lost; the main loop learns of that end.
async fn send(relay: mpsc::Sender<Parcel>, parcels: Vec<Parcel>) {
    for parcel in parcels {
        drop(relay.send(parcel).await);
    }
}
