//! Files that clients send, and those that they have received.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Participants;
use crate::EngineError;
use crate::foreign::Ground;
use crate::participant::downloads::{Downloads, Lacking, Scan, Wanted};
use crate::participant::kept::{Files, Kept};
use crate::participant::scratch::PREPARED;
use crate::record::Writer;
use scenario::plan::{Expectation, Pattern, PlannedFile};
use timeline::{EventKind, Kind, Seen};

impl Participants<'_> {
    /// Makes the files that are to be sent; one that was sent before makes way.
    pub(in crate::driver) fn fill_outboxes(
        &mut self,
        files: &[PlannedFile],
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        self.scratch.has_room_for(files)?;
        for file in files {
            let who = file.client.clone();
            self.scratch.prepare(&who)?;
            match self.scratch.put(file)? {
                Ok(None) => {}
                Ok(Some(digested)) => {
                    let key = (who.clone(), file.name.clone());
                    self.outbox.insert(key, digested.clone());
                    record.append(Kind::Outbox {
                        who,
                        name: file.name.clone(),
                        size: digested.size,
                        sha256: digested.sha256,
                    })?;
                }
                Err(why) => {
                    let text = format!("{who} has nothing to send: {why}");
                    record.append(Kind::Note { text })?;
                }
            }
        }
        Ok(())
    }

    /// Files are awaited from now on: those that are there already are not those. The directory is
    /// made where a client is there and it is not, for what is written in it must be seen from the
    /// first byte on.
    pub(in crate::driver) fn await_files<'e>(
        &mut self,
        expected: impl IntoIterator<Item = &'e Expectation>,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        for (who, _) in self.wanted(expected) {
            let was_started = self.was_started(&who);
            let begin = move |known: &mut Downloads, ground: &Ground, directory: &Path| {
                if was_started && !ground.has(directory) {
                    // Where it cannot be made, nothing is watched, as where it is not there.
                    ground.make_directory(directory).ok();
                }
                let lacks = known.begin(ground, directory);
                if was_started {
                    known.may_be_written();
                }
                lacks
            };
            let lacks = self.in_downloads(&who, record, begin)?.flatten();
            if let Some(why) = lacks.filter(|_| !self.has_noted_watches) {
                self.has_noted_watches = true;
                let text = format!(
                    "this machine has no room to watch downloads ({}), so they are checked every \
                     20 ms; raise fs.inotify.max_user_instances",
                    why.into_io()
                );
                record.append(Kind::Note { text })?;
            }
        }
        Ok(())
    }

    /// Digests files that have come or changed in downloads where one is awaited. What lacks is
    /// recorded where it is there in part, or its client has just said of a file that it has come.
    pub(in crate::driver) fn poll_files(
        &mut self,
        expected: &[Expectation],
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let claiming = self.take_claiming(record);
        for (who, wanted) in self.wanted(expected) {
            let scan = move |known: &mut Downloads, ground: &Ground, directory: &Path| {
                known.scan(ground, directory, &wanted)
            };
            let scan = self.in_downloads(&who, record, scan)?;
            let Scan { arrived, lacking } = scan.unwrap_or_default();
            for one in arrived {
                record.append(Kind::Received {
                    who: who.clone(),
                    name: one.path.display().to_string(),
                    size: one.digested.size,
                    sha256: one.digested.sha256,
                })?;
            }
            let claims = claiming.contains(&who);
            for Lacking { from, name, part } in lacking {
                if claims || part.is_some() {
                    let who = who.clone();
                    record.append(Kind::Lacking {
                        who,
                        from,
                        name,
                        part,
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Who has said of a file that it has come since this was last asked.
    fn take_claiming(&mut self, record: &Writer) -> BTreeSet<String> {
        let events = record.events();
        let new = events.get(self.polled..).unwrap_or_default();
        self.polled = events.len();
        let claiming = new.iter().filter_map(|event| match &event.kind {
            Kind::Line {
                who,
                seen: Some(Seen { event, .. }),
                ..
            } if *event == EventKind::FileReceived => Some(who.clone()),
            _ => None,
        });
        claiming.collect()
    }

    /// Lists what is in a client's downloads; nothing where it has none, or was never started.
    pub(in crate::driver) fn list_downloads(
        &mut self,
        who: &str,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        if !self.was_started(who) {
            return Ok(());
        }
        let sent = self.outbox.values();
        let files = Files {
            sizes: sent.clone().map(|digested| digested.size).collect(),
            bytes: sent.map(|digested| digested.size).sum(),
            own: self.own_files(who),
        };
        let list = move |known: &mut Downloads, ground: &Ground, directory: &Path| {
            Kept::list(known, ground, directory, &files)
        };
        let Kept { files, incomplete } = match self.in_downloads(who, record, list)? {
            Some(kept) => kept,
            // What could not be read may hold anything.
            None if self.of_name(who).hides_downloads => Kept {
                files: Vec::new(),
                incomplete: Some("the directory could not be read".to_owned()),
            },
            None => return Ok(()),
        };
        let who = who.to_owned();
        record.append(Kind::Downloads {
            who,
            files,
            incomplete,
        })
    }

    /// What is not of a client's own making, or the adapter names itself, in its directory.
    fn own_files(&self, who: &str) -> Vec<PathBuf> {
        let spec = &self.plan.adapter_of(who).client;
        let copied = spec.copy.iter().map(|copy| copy.to.clone());
        let keys = spec.keys.iter().map(|key| key.file.clone());
        let made = PREPARED.into_iter().map(PathBuf::from);
        made.chain(copied).chain(keys).collect()
    }

    /// Removes the files that a client has received: those of the next round are others.
    pub(in crate::driver) fn take_away_received(
        &mut self,
        who: &str,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let clear = |known: &mut Downloads, ground: &Ground, directory: &Path| {
            known.clear(ground, directory);
        };
        self.in_downloads(who, record, clear).map(drop)
    }

    /// The files that each client is to receive.
    fn wanted<'e>(
        &self,
        expected: impl IntoIterator<Item = &'e Expectation>,
    ) -> BTreeMap<String, Vec<Wanted>> {
        let mut wanted: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
        for expectation in expected {
            let Pattern::SameFile { from, name } = &expectation.pattern else {
                continue;
            };
            let sent = self.outbox.get(&(from.clone(), name.clone()));
            let own = wanted.entry(expectation.client.clone()).or_default();
            own.extend(sent.map(|digested| Wanted {
                from: from.clone(),
                name: name.clone(),
                digested: digested.clone(),
            }));
        }
        wanted
    }

    /// Does something with what is known of a client's downloads; `None` where there are none, or
    /// they cannot be reached, which is noted once.
    fn in_downloads<T: Send + 'static>(
        &mut self,
        who: &str,
        record: &mut Writer,
        job: impl FnOnce(&mut Downloads, &Ground, &Path) -> T + Send + 'static,
    ) -> Result<Option<T>, EngineError> {
        let Some(directory) = self.downloads(who) else {
            return Ok(None);
        };
        let one = self.of_name(who);
        if one.hides_downloads {
            return Ok(None);
        }
        let mut known = std::mem::take(&mut one.downloads);
        let done = self.scratch.within(who, move |ground| {
            let done = job(&mut known, &ground, &directory);
            Ok((done, known))
        });
        match done {
            Ok((done, known)) => {
                self.of_name(who).downloads = known;
                Ok(Some(done))
            }
            Err(why) => {
                self.of_name(who).hides_downloads = true;
                let text = format!("the directory where {who} puts files {why}");
                record.append(Kind::Note { text }).map(|()| None)
            }
        }
    }
}
