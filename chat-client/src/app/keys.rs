//! Encryption keys that are made, and stored, while the client chats: on a thread of their own, for it takes a second.

use std::path::PathBuf;

use chat_crypto::Identity;
use tokio::task::JoinSet;

use crate::clock::unix_now;
use crate::exit_code::Failure;
use crate::home;
use crate::pass_phrase::{PassPhrase, failure};

/// The key store of a home that is in use.
#[derive(Clone)]
pub(super) struct KeyStore {
    pub(super) folder: PathBuf,
    pub(super) pass_phrase: Option<PassPhrase>,
}

/// Where it is worked on.
pub(super) struct Keys {
    store: KeyStore,
    running: JoinSet<Result<Identity, Failure>>,
}

impl KeyStore {
    /// Changes the keys as they are stored. They are on the disk when this returns.
    pub(super) fn change(&self, how: impl FnOnce(&mut Identity)) -> Result<Identity, Failure> {
        let store = home::read_key_store(&self.folder)?;
        let pass_phrase = self.pass_phrase.as_deref().map(String::as_str);
        let mut identity =
            Identity::from_store(&store, pass_phrase).map_err(|error| failure(&error))?;
        how(&mut identity);
        let text = identity.to_store(&mut rand::rng(), pass_phrase) + "\n";
        home::replace_key_store(&self.folder, &text)?;
        Ok(identity)
    }

    /// After so many messages for the newest key.
    fn renew(&self, messages: u64) -> Result<Identity, Failure> {
        self.change(|identity| {
            let now = unix_now();
            if identity.is_due(messages, now) {
                identity.renew(&mut rand::rng(), now);
            }
            identity.forget_expired(now);
        })
    }
}

impl Keys {
    pub(super) fn new(store: KeyStore) -> Self {
        Self {
            store,
            running: JoinSet::new(),
        }
    }

    pub(super) fn renew(&mut self, messages: u64) {
        let store = self.store.clone();
        self.running.spawn_blocking(move || store.renew(messages));
    }

    /// The next result; none comes where nothing was begun. Safe to be cancelled.
    pub(super) async fn next(&mut self) -> Result<Identity, Failure> {
        loop {
            match self.running.join_next().await {
                Some(Ok(changed)) => return changed,
                // It panicked, which was told; the keys stay as they are.
                Some(Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }
}
