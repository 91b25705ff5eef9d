//! What the page shows, and how that changes with what happens and with what is asked. Nothing in it knows a socket.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::Path;

use chat_protocol::{Name, RoomName};

use super::ask::Ask;
use super::outgoing::{Incoming, LARGEST, Outgoing};
use super::state::{Comparison, Received, RoomMember};
use crate::locale::Locale;
use crate::screen::{ChatView, Submitted, Want, With};
use crate::session::{FileState, Line, Past, Progress, Refusal, RoomLine};

/// Entries of a conversation that a page begins with, and that each wish for older ones adds.
const ENTRIES: usize = 300;

/// Files that have come and are listed.
const MOST_RECEIVED: usize = 200;

/// People of whom it is asked again how far they are trusted when somebody comes: more make that too slow, and then
/// only `/who` asks.
const MOST_ASKED: usize = 200;

/// Lists that are asked for at once: people, files, rooms.
const MOST_LISTS: usize = 3;

/// Somebody in front of a page.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) view: ChatView,
    pub(super) drafts: BTreeMap<With, String>,
    /// How far those who were here are trusted.
    pub(super) people: BTreeMap<Name, &'static str>,
    pub(super) blocked: BTreeSet<Name>,
    pub(super) rooms: BTreeMap<RoomName, Vec<RoomMember>>,
    /// Members of a list that is being told.
    listing: Vec<RoomMember>,
    pub(super) comparison: Option<Comparison>,
    /// Files that wait or are on their way.
    pub(super) files: Vec<FileState>,
    /// Those of a list that is being told.
    listing_files: Vec<FileState>,
    pub(super) received: VecDeque<Received>,
    /// How often something came that is for this person alone, or names it.
    pub(super) rings: u64,
    pub(super) most: usize,
    pub(super) ended: Option<String>,
    pub(super) outgoing: Outgoing,
    asks_who: bool,
    asks_files: bool,
    asks_rooms: bool,
    asks_members: BTreeSet<RoomName>,
}

/// Why a request came to nothing, in words for the person in front of the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmet {
    pub(super) why: String,
    /// What was typed, to be mended.
    pub(super) left: String,
}

impl Unmet {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            left: String::new(),
        }
    }
}

impl Seat {
    pub(super) fn new(
        me: Name,
        locale: Locale,
        blocked: BTreeSet<Name>,
        outgoing: Outgoing,
    ) -> Self {
        Self {
            view: ChatView::of_a_page(me, locale),
            drafts: BTreeMap::new(),
            people: BTreeMap::new(),
            blocked,
            rooms: BTreeMap::new(),
            listing: Vec::new(),
            comparison: None,
            files: Vec::new(),
            listing_files: Vec::new(),
            received: VecDeque::new(),
            rings: 0,
            most: ENTRIES,
            ended: None,
            outgoing,
            asks_who: false,
            asks_files: false,
            asks_rooms: false,
            asks_members: BTreeSet::new(),
        }
    }

    pub(super) fn remember(&mut self, past: Vec<Past>) {
        self.view.remember(past);
    }

    pub(super) fn progress(&mut self, progress: &Progress) {
        self.view.progress(progress);
    }

    /// Something has happened.
    pub(super) fn take(&mut self, line: &Line, at: u64) {
        match line {
            Line::Contact { name, state } => drop(self.people.insert(name.clone(), state)),
            Line::Contacts { .. } => {}
            Line::File(file) => self.listing_files.push(file.clone()),
            Line::Files { .. } => self.files = std::mem::take(&mut self.listing_files),
            Line::Safety {
                name,
                state,
                number,
            } => {
                self.comparison = Some(Comparison {
                    name: name.clone(),
                    state,
                    number: number.clone(),
                });
            }
            Line::Room(
                line @ (RoomLine::Listed { .. } | RoomLine::Count { .. } | RoomLine::Member { .. }),
            ) => self.list(line),
            line => {
                self.follow(line, at);
                self.view.take(line, at);
                self.rings += u64::from(self.view.takes_ring());
            }
        }
    }

    /// What the lists of people, rooms and files make of a line.
    fn follow(&mut self, line: &Line, at: u64) {
        match line {
            Line::Ready { .. } => {
                (self.asks_who, self.asks_rooms) = (true, true);
            }
            Line::Joined { .. }
            | Line::KeyChanged { .. }
            | Line::Trusted { .. }
            | Line::Verified { .. } => self.asks_who = true,
            Line::Blocked { name } => drop(self.blocked.insert(name.clone())),
            Line::Unblocked { name, .. } => {
                self.blocked.remove(name);
                self.asks_who = true;
            }
            Line::Forgot { name } | Line::Left { name, .. } => drop(self.people.remove(name)),
            Line::Disconnected { .. } => {
                self.files.clear();
                self.people.clear();
            }
            Line::Refused(Refusal { tag: Some(tag), .. }) => self.outgoing.is_refused(*tag),
            Line::Room(line) => self.follow_room(line),
            line => self.follow_file(line, at),
        }
    }

    fn follow_file(&mut self, line: &Line, at: u64) {
        self.asks_files |= matches!(
            line,
            Line::FileAsks { .. }
                | Line::FileAsked { .. }
                | Line::FileAnswered { .. }
                | Line::FileOffered { .. }
                | Line::FileWaiting { .. }
                | Line::FileReceived { .. }
                | Line::FileDelivered { .. }
                | Line::FileFailed { .. }
        );
        match line {
            Line::FileReceived {
                from, size, name, ..
            } => {
                self.received.push_back(Received {
                    from: from.clone(),
                    size: *size,
                    name: name.clone(),
                    at,
                });
                if self.received.len() > MOST_RECEIVED {
                    self.received.pop_front();
                }
            }
            Line::FileDelivered { to, name, .. } => self.outgoing.is_over(to, name),
            Line::FileFailed { with, name, .. } | Line::FileAnswered { with, name, .. }
                if self.is_outgoing(line, with, name) =>
            {
                self.outgoing.is_over(with, name);
            }
            _ => {}
        }
    }

    /// Whether the file that is over by this line is one of ours, as far as the last list says.
    fn is_outgoing(&self, line: &Line, with: &Name, name: &str) -> bool {
        let listed = self.files.iter();
        let mut listed = listed.filter(|file| file.with == *with && file.name == name);
        match line {
            Line::FileAnswered { number, answer, .. } => {
                *answer == "cancelled" && listed.any(|file| file.number == *number && file.outgoing)
            }
            _ => {
                let (ours, others): (Vec<_>, Vec<_>) = listed.partition(|file| file.outgoing);
                !ours.is_empty() || others.is_empty()
            }
        }
    }

    fn follow_room(&mut self, line: &RoomLine) {
        match line {
            RoomLine::Created { room } | RoomLine::Added { room, .. } => {
                self.asks_members.insert(room.clone());
            }
            RoomLine::Removed { room, name } | RoomLine::Left { room, name } => {
                if name == self.view.me() {
                    self.rooms.remove(room);
                    self.asks_members.remove(room);
                } else {
                    self.asks_members.insert(room.clone());
                }
            }
            _ => {}
        }
    }

    /// Members come before the line that names their room.
    fn list(&mut self, line: &RoomLine) {
        match line {
            RoomLine::Member { name, creator, .. } => self.listing.push(RoomMember {
                name: name.clone(),
                creator: *creator,
            }),
            RoomLine::Listed {
                room: Some(room), ..
            } => {
                self.view.list_conversation(With::Room(room.clone()));
                let members = std::mem::take(&mut self.listing);
                if members.is_empty() {
                    self.asks_members.insert(room.clone());
                } else {
                    self.rooms.insert(room.clone(), members);
                }
            }
            _ => {}
        }
    }

    /// What the page wants to know of the session, at most so many lines; what is left comes with the next.
    pub(super) fn questions(&mut self, most: usize) -> Vec<String> {
        let mut commands = Vec::new();
        // The person in front of the page comes first.
        let Some(room) = most.checked_sub(super::MOST_LINES + MOST_LISTS) else {
            return commands;
        };
        if std::mem::take(&mut self.asks_who) && self.view.present().len() <= MOST_ASKED {
            commands.push("/who".to_owned());
        }
        if std::mem::take(&mut self.asks_files) {
            commands.push("/files".to_owned());
        }
        if std::mem::take(&mut self.asks_rooms) {
            commands.push("/room list".to_owned());
        }
        let room = room + MOST_LISTS;
        while commands.len() < room
            && let Some(room) = self.asks_members.pop_first()
        {
            commands.push(format!("/room list {room}"));
        }
        let numbered = |command: String| self.view.numbered(&command).1;
        commands.into_iter().map(numbered).collect()
    }

    /// Whether this is one of the files that have come.
    pub(super) fn has_received(&self, name: &str) -> bool {
        self.received.iter().any(|received| received.name == name)
    }

    /// The program ends.
    pub(super) fn end(&mut self, text: String) {
        self.ended = Some(text);
    }

    /// Nothing is sent any more: what has come from the browser goes, also what still comes.
    pub(super) fn close(&mut self) {
        self.outgoing.close();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Somebody asks for something.
    ///
    /// # Errors
    ///
    /// Says why it came to nothing.
    pub(super) fn ask(&mut self, ask: Ask, at: u64) -> Result<Vec<Want>, Unmet> {
        match ask {
            Ask::Show { with } => self.show(with).map(|()| Vec::new()),
            Ask::Close { with } => {
                self.view.close_conversation(&with);
                self.most = ENTRIES;
                Ok(Vec::new())
            }
            Ask::Say { with, line } => self.say(with, line, at),
            Ask::Draft { with, text } => {
                self.keep_draft(with, text);
                Ok(Vec::new())
            }
            Ask::Older => {
                self.most += ENTRIES;
                Ok(Vec::new())
            }
            Ask::Compared { name, number, same } => self.compared(&name, &number, same, at),
            Ask::Later => {
                self.comparison = None;
                Ok(Vec::new())
            }
            Ask::Verify { name } => Ok(self.command(&format!("/verify {name}"))),
            Ask::Block { name } => Ok(self.command(&format!("/block {name}"))),
            Ask::Unblock { name } => Ok(self.command(&format!("/unblock {name}"))),
            Ask::CreateRoom { room } => Ok(self.command(&format!("/room create {room}"))),
            Ask::Invite { room, name } => Ok(self.command(&format!("/room invite {room} {name}"))),
            Ask::Remove { room, name } => Ok(self.command(&format!("/room remove {room} {name}"))),
            Ask::Accept { number } => Ok(self.command(&format!("/accept {number}"))),
            Ask::Refuse { number } => Ok(self.command(&format!("/refuse {number}"))),
            Ask::Cancel { number } => Ok(self.command(&format!("/cancel {number}"))),
            Ask::LeaveRoom { room } => Ok(self.command(&format!("/room leave {room}"))),
            Ask::Leave => Ok(vec![Want::Leave]),
        }
    }

    /// A word of the page that says why something came to nothing.
    pub(super) fn unmet(&self, key: &str) -> Unmet {
        Unmet::new(self.view.locale().page_word(key, &[]))
    }

    /// Why a file from the browser is not sent.
    pub(super) fn unsent(&self, error: &io::Error) -> Unmet {
        let locale = self.view.locale();
        Unmet::new(match error.kind() {
            io::ErrorKind::FileTooLarge => {
                let most = (LARGEST / (1024 * 1024)).to_string();
                locale.page_word("page_file_large", &[("number", &most)])
            }
            _ => locale.page_word("page_file_unsent", &[("reason", &error.to_string())]),
        })
    }

    fn command(&mut self, command: &str) -> Vec<Want> {
        vec![Want::Send(self.view.numbered(command).1)]
    }

    fn show(&mut self, with: With) -> Result<(), Unmet> {
        if *self.view.current_with() != with {
            self.most = ENTRIES;
        }
        if self.view.show_conversation(with) {
            Ok(())
        } else {
            Err(self.unmet("page_no_room"))
        }
    }

    /// A line goes to the conversation that it was typed in, whatever is shown by now.
    fn say(&mut self, with: With, line: String, at: u64) -> Result<Vec<Want>, Unmet> {
        if line.trim_start().starts_with("/file ") {
            return Err(Unmet {
                left: line,
                ..self.unmet("page_choose_file")
            });
        }
        if let Err(unmet) = self.show(with.clone()) {
            return Err(Unmet {
                left: line,
                ..unmet
            });
        }
        let Submitted { wants, left, hint } = self.view.submit(line, at);
        self.keep_draft(with, left.clone());
        match hint {
            None if left.is_empty() => Ok(wants),
            hint => Err(Unmet {
                why: hint.unwrap_or_else(|| self.unmet("page_nothing_sent").why),
                left,
            }),
        }
    }

    /// Sends a file that has come from the browser.
    ///
    /// # Errors
    ///
    /// A line cannot name its path.
    pub(super) fn send_file(&mut self, incoming: Incoming, to: Name) -> Result<Vec<Want>, Unmet> {
        let command = |path: &Path| path.to_str().map(|path| format!("/file {to} {path}"));
        let Some(command) = command(incoming.path()) else {
            return Err(self.unmet("page_bad_home"));
        };
        let (tag, line) = self.view.numbered(&command);
        self.outgoing.keep(incoming, tag, to);
        Ok(vec![Want::Send(line)])
    }

    fn keep_draft(&mut self, with: With, text: String) {
        if text.is_empty() {
            self.drafts.remove(&with);
        } else {
            self.drafts.insert(with, text);
        }
    }

    /// Only the number that was shown can have been compared.
    fn compared(
        &mut self,
        name: &Name,
        number: &str,
        same: bool,
        at: u64,
    ) -> Result<Vec<Want>, Unmet> {
        let shown = self
            .comparison
            .take_if(|shown| shown.name == *name && shown.number == number);
        let Some(shown) = shown else {
            return Err(self.unmet("page_other_number"));
        };
        let trusts = (shown.state == "changed").then_some(shown.number);
        Ok(self.view.compared(name, trusts, same, at))
    }
}
