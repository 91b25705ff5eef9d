//! What clients received of messages that were for others.

use std::collections::BTreeSet;

use super::Scans;
use super::crypto_misuse::KeyPiece;
use super::surfaces::{Lies, MOST_OF_FILES, Place};
use crate::driver::links::wire_file;
use crate::driver::participants::Participants;
use crate::record::Writer;
use audit::Searcher;
use scenario::plan::{PassPhrase, around_called};
use timeline::{Direction, Kind, Stream, Surface};

impl Scans<'_> {
    /// Searches what each client printed and received for what was sent to others alone, and for
    /// keys and passphrases of others.
    /// On its link it was searched for already. That of the recipients is searched as well:
    /// there it must be found, which shows that it would have been elsewhere.
    pub(super) fn search_others(
        &mut self,
        searcher: &Searcher,
        participants: &Participants<'_>,
        record: &Writer,
    ) {
        let plan = self.plan;
        let around = plan.audit.around.iter();
        let around: BTreeSet<String> = around.map(|one| around_called(&one.step)).collect();
        let is_around =
            |finding: &Kind| matches!(finding, Kind::Finding { what, .. } if around.contains(what));
        let mut allowance = self.allowance(Surface::Others);
        let mut strings = BTreeSet::new();
        let mut left = MOST_OF_FILES;
        for client in &plan.clients {
            let who = client.name.as_str();
            let secret = self.hidden_from(who);
            let is_secret = |finding: &Kind| matches!(finding, Kind::Finding { what, .. } if secret.contains(what));
            let link = wire_file(who, Direction::Down);
            let mut on_link = self.counters(Surface::Wire).findings(&link);
            on_link.retain(is_secret);
            let (places, unread) = received(who, participants, record);
            let counters = self.counters(Surface::Others);
            counters.samples = 1;
            unread.into_iter().for_each(|why| counters.miss(why));
            for finding in on_link {
                counters.find_on(Surface::Others, finding);
            }
            for place in places {
                let name = &place.name;
                if left == 0 {
                    counters.miss("clients have received too much to be searched".to_owned());
                    break;
                }
                let searched = place.open(&participants.scratch).and_then(|file| {
                    searcher.search_nested(Surface::Others, name, file, &mut allowance)
                });
                match searched {
                    Ok(mut searched) => {
                        left = left.saturating_sub(searched.bytes);
                        // What it was to receive is found by the same search.
                        let has_own = searched
                            .findings
                            .iter()
                            .any(|one| !is_secret(one) && !is_around(one));
                        searched.control = searched.control.map(|found| found || has_own);
                        searched.findings.retain(is_secret);
                        counters.add(name, searched, None);
                    }
                    Err(error) => counters.miss(format!("{name}: {error}")),
                }
            }
            strings.extend(secret);
        }
        self.counters(Surface::Others).strings = strings.len() as u64;
        let mut clients = plan.clients.iter();
        let has_messages = clients.any(|client| !plan.hidden_from(&client.name).is_empty());
        // Nobody was to receive anything, so there is no claim that nobody shows a key.
        if !has_messages && self.counters(Surface::Others).is_mute() {
            self.counters.remove(&Surface::Others);
        }
        self.give_back(Surface::Others, allowance);
    }

    /// What a client must not receive, as findings call it.
    fn hidden_from(&self, who: &str) -> BTreeSet<String> {
        let is_of_others = |owners: &[String]| !owners.iter().any(|owner| owner == who);
        let texts = self.plan.hidden_from(who).into_iter();
        let keys = self.keys.iter();
        let keys = keys.filter(|key| is_of_others(&key.owners));
        let phrases = self.plan.audit.pass_phrases.iter();
        let phrases = phrases.filter(|one| is_of_others(&one.owners) && one.too_common().is_none());
        texts
            .map(|name| format!("canary {name}"))
            .chain(keys.map(KeyPiece::name))
            .chain(phrases.map(PassPhrase::name))
            .collect()
    }
}

/// What a client has printed, and the files that it has received.
fn received(
    who: &str,
    participants: &Participants<'_>,
    record: &Writer,
) -> (Vec<Place>, Vec<String>) {
    let printed = [Stream::Stdout, Stream::Stderr].map(|stream| stream.file_of(who));
    let is_stored = |name: &&String| record.files().any(|(stored, _)| stored == *name);
    let printed = printed.iter().filter(is_stored);
    let mut places: Vec<Place> = printed.map(|name| Place::in_record(name, record)).collect();
    let mut unread_of = Vec::new();
    if let Some(downloads) = participants.downloads(who) {
        let listing = participants.scratch.ground(who).list(&downloads);
        let unread = listing.unread.iter();
        unread_of.extend(unread.map(|why| format!("received by {who}: {why}")));
        places.extend(listing.files().into_iter().map(|path| Place {
            name: format!("{}, received by {who}", path.display()),
            lies: Lies::With(who.to_owned(), downloads.join(path)),
        }));
    }
    (places, unread_of)
}
