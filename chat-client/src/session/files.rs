//! Files of both directions: their numbers, the list of them, and the end of one that the user does not want any more.

use chat_protocol::{CancelReason, FileId, Name};

use super::{FileState, Line, Refusal, Session, Transfer, Which};
use crate::locale::{Sentence, sentences as say};

/// Where a file is found again.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// It is offered to us.
    Offered(Transfer),
    /// It comes to us.
    Receiving(Transfer),
    /// All of it is here, and it gets its name.
    Saving,
    /// It is being read for its digest.
    Opening(u64),
    /// It waits for others to the same person.
    Waiting(u64),
    /// It is offered to somebody, or on its way there.
    Sending(FileId),
}

impl Session {
    /// A number for another file.
    pub(super) fn number_file(&mut self) -> u64 {
        self.last_file += 1;
        self.last_file
    }

    /// All files that wait or are on their way, by their numbers.
    fn files(&self) -> Vec<(FileState, Place)> {
        let offers = self.offers.all().map(|(transfer, offer)| {
            let state = FileState {
                number: offer.receiving.number,
                outgoing: false,
                with: transfer.from.clone(),
                state: "offered",
                size: Some(offer.receiving.size),
                name: offer.receiving.name.as_str().to_owned(),
            };
            (state, Place::Offered(transfer.clone()))
        });
        let incoming = offers.chain(self.receivings.list());
        let mut files: Vec<_> = incoming.chain(self.sendings.list()).collect();
        files.sort_by_key(|(file, _)| file.number);
        files
    }

    pub(super) fn list_files(&mut self) {
        let files = self.files();
        let count = files.len();
        for (file, _) in files {
            self.show(Line::File(file));
        }
        self.show(Line::Files { count });
    }

    /// The user gives up a file.
    pub(super) fn cancel_file(&mut self, which: &Which) -> Result<(), Refusal> {
        let mut files = self.files();
        files.retain(|(file, _)| match which {
            Which::Only => true,
            Which::With(name) => file.with == *name,
            Which::Number(number) => file.number == *number,
        });
        match files.as_slice() {
            [] => Err(self.no_such_file(which, say::no_file())),
            [(file, place)] => self.cancel_at(file, place),
            _ => Err(Refusal::new("several", say::several_files())),
        }
    }

    fn cancel_at(&mut self, file: &FileState, place: &Place) -> Result<(), Refusal> {
        match place {
            Place::Offered(transfer) => {
                self.refuse_offer(transfer, "cancelled");
                return Ok(());
            }
            Place::Receiving(transfer) => self.stop_receiving(transfer, CancelReason::Refused),
            Place::Saving => {
                let why = say::already_here(file.name.as_str());
                return Err(Refusal::new("too-late", why));
            }
            Place::Opening(source) => self.stop_opening(*source),
            Place::Waiting(source) => self.stop_waiting(*source),
            Place::Sending(id) => self.stop_sending(*id, CancelReason::Source),
        }
        self.answered(file.number, &file.with, "cancelled", &file.name);
        Ok(())
    }

    /// A sentence for somebody who means a file that is not there.
    pub(super) fn no_such_file(&self, which: &Which, none: Sentence) -> Refusal {
        let why = match which {
            Which::Only => say::no_such_file(none),
            Which::With(name) => say::no_file_with(none, name),
            Which::Number(number) if (1..=self.last_file).contains(number) => {
                say::file_is_over(*number)
            }
            Which::Number(number) => say::no_file_of_number(*number),
        };
        Refusal::new("no-file", why)
    }

    pub(super) fn answered(&mut self, number: u64, with: &Name, answer: &'static str, name: &str) {
        self.show(Line::FileAnswered {
            number,
            with: with.clone(),
            answer,
            name: name.to_owned(),
        });
    }
}
