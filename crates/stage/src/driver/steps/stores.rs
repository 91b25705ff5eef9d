//! What clients' own stores hold, opened by helpers that adapters name: the harness knows no
//! store and no cipher.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use crate::EngineError;
use crate::driver::scans::Moment;
use crate::driver::scans::crypto_misuse::{CLIENTS, KeyPiece};
use crate::driver::{Play, RELAY};
use crate::participant::opener::{Heard, Helper, HelperError};
use audit::{self, OpenedKey, Transformation};
use scenario::plan::PlannedClient;
use timeline::Kind;

/// How long a helper may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Keys of a client that are searched for: a program treats them all alike.
const KEYS: usize = 64;

/// Why the keys in a client's store are not known, in words that follow `its helper`.
#[derive(Debug, thiserror::Error)]
enum StoreNotOpened {
    /// Its store may change under the helper.
    #[error("was not run: the client has not ended")]
    ClientRuns,
    #[error("cannot be started: {0}")]
    NotStarted(io::Error),
    #[error(transparent)]
    Helper(#[from] HelperError),
}

impl Play<'_> {
    /// Opens the stores of clients that have ended, one after another, and searches for what is
    /// there where it may soon be gone.
    pub(super) async fn open_stores(&mut self) -> Result<(), EngineError> {
        let plan = self.plan;
        if self.control.is_late() {
            let text =
                "keys in the stores of clients: the play took longer than allowed".to_owned();
            return self.record.append(Kind::NotLookedFor { text });
        }
        let mut owners: BTreeMap<OpenedKey, Vec<String>> = BTreeMap::new();
        let with_helper = plan.clients.iter().take(CLIENTS).filter(|client| {
            let spec = &plan.adapter_of(&client.name).client;
            !spec.open_keys.is_empty()
        });
        for client in with_helper {
            let who = client.name.as_str();
            // Who was never started has no store.
            if !self.participants.was_started(who) {
                continue;
            }
            let opened = self.open_store(client).await?;
            let (mut keys, failed) = match opened {
                Ok(keys) => (keys, None),
                Err(why) => (Vec::new(), Some(format!("its helper {why}"))),
            };
            keys.sort();
            keys.dedup();
            self.record.append(Kind::StoreOpened {
                who: who.to_owned(),
                keys: keys.len() as u64,
                failed,
            })?;
            if keys.len() > KEYS {
                let text = format!(
                    "{} of {} keys in the store of {who}",
                    keys.len() - KEYS,
                    keys.len()
                );
                self.record.append(Kind::NotLookedFor { text })?;
            }
            for key in keys.into_iter().take(KEYS) {
                owners.entry(key).or_default().push(who.to_owned());
            }
        }
        self.search_opened(owners).await
    }

    async fn search_opened(
        &mut self,
        owners: BTreeMap<OpenedKey, Vec<String>>,
    ) -> Result<(), EngineError> {
        if owners.is_empty() {
            return Ok(());
        }
        let pieces = owners.into_iter().flat_map(|(key, owners)| {
            let name = key.name();
            let known = move |piece| {
                KeyPiece::new(&name, owners.clone(), piece, Transformation::MessageKey)
            };
            audit::pieces(&key.bytes).into_iter().map(known)
        });
        self.scans.search_for_opened(pieces.collect());
        if self.participants.is_running(RELAY) {
            return self.scan(Moment::Again).await;
        }
        let text = "keys of messages and sessions, in the memory of the relay and in files that it \
            had deleted: it had ended before the stores of the clients were opened";
        let text = text.to_owned();
        self.record.append(Kind::NotLookedFor { text })
    }

    /// The keys in one store.
    async fn open_store(
        &mut self,
        client: &PlannedClient,
    ) -> Result<Result<Vec<OpenedKey>, StoreNotOpened>, EngineError> {
        let who = client.name.as_str();
        if self.participants.is_running(who) {
            return Ok(Err(StoreNotOpened::ClientRuns));
        }
        let spec = &self.plan.adapter_of(who).client;
        let mut values = self.participants.values(who)?;
        values.insert("name".to_owned(), client.login.clone());
        let run = (spec.open_keys.as_slice(), &BTreeMap::new());
        let command = self.participants.command(who, run, &values, None)?;
        let home = self.participants.scratch.of(who);
        let side = self.participants.side_of(who);
        let started = self.host.start_helper(side, home, command).await;
        let child = match started {
            Ok(child) => child,
            Err(EngineError::System { error, .. }) => {
                return Ok(Err(StoreNotOpened::NotStarted(error)));
            }
            Err(other) => return Err(other),
        };
        let phrases = self.plan.audit.pass_phrases.iter();
        let phrases = phrases.filter(|one| one.owners.iter().any(|owner| owner == who));
        let input: String = phrases.map(|one| format!("{}\n", one.text)).collect();
        let helper = Helper::attach(
            child,
            who,
            *self.participants.limits_of(who),
            (Heard::Output, &input),
        )?;
        let mut answer = None;
        self.meanwhile(async { answer = Some(helper.keys(WITHIN).await) }, None)
            .await?;
        let answer = answer.ok_or(EngineError::Fault("a helper was not waited for"))?;
        Ok(answer.map_err(StoreNotOpened::from))
    }
}
