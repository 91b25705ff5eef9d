//! Who comes and goes, and what happens to the relay.

use timeline::EventKind;

use super::{Derive, Expect};
use crate::adapter::ClientReady;
use crate::plan::expectation::{Mode, Pattern};
use crate::{Join, LeaveHow, RelayAction};

impl Derive<'_> {
    /// `once` says whether nobody else joins with this login; `again`, whether somebody will.
    pub(in crate::plan) fn join(&mut self, client: &str, outcome: Join, once: bool, again: bool) {
        let who = [("who", self.login(client))];
        match outcome {
            Join::Ready => {
                self.ready(client);
                for other in self.others(client) {
                    let sentence = format!("{other} sees that {client} has joined");
                    let one = Expect::of(&other, "joined", sentence).mode(at_most_once(once));
                    self.event(one.about(Some(client)), EventKind::Joined, &who);
                }
            }
            Join::Refused => {
                let sentence = format!("{client} reports a refusal");
                self.event(
                    Expect::of(client, "refused", sentence),
                    EventKind::Refused,
                    &[],
                );
                self.exits(client);
                let others = self.others(client);
                for other in others.iter().filter(|_| !again) {
                    let sentence = format!("{other} never sees that {client} has joined");
                    // The one who was refused will say nothing: any other closes it.
                    let about = others.iter().find(|one| *one != other).map(String::as_str);
                    let one = Expect::of(other, "never-joined", sentence).mode(Mode::Never);
                    self.event(one.about(about), EventKind::Joined, &who);
                }
            }
        }
    }

    fn ready(&mut self, client: &str) {
        let event = match self.adapter_of(client).client.ready {
            ClientReady::Joined if self.others(client).is_empty() => return,
            ClientReady::Joined => EventKind::Joined,
            ClientReady::Event => EventKind::Ready,
            // The stage waits for that, and no line shows it.
            ClientReady::AfterDialogue | ClientReady::Connected => return,
        };
        let ready = format!("{client} is ready");
        self.event(Expect::of(client, "ready", ready), event, &[]);
    }

    /// `once` says whether nobody else leaves with this login.
    pub(in crate::plan) fn leave(&mut self, client: &str, how: LeaveHow, once: bool) {
        let who = [("who", self.login(client))];
        for other in self.others(client) {
            let sentence = format!("{other} sees that {client} has left");
            let one = Expect::of(&other, "left", sentence).mode(at_most_once(once));
            self.event(one, EventKind::Left, &who);
        }
        match how {
            LeaveHow::Eof | LeaveHow::Kill | LeaveHow::Quit => self.exits(client),
            LeaveHow::Reset => self.disconnects(client),
            LeaveHow::Vanish => {}
        }
    }

    pub(in crate::plan) fn relay(&mut self, action: RelayAction) {
        match action {
            RelayAction::Kill | RelayAction::Restart | RelayAction::Stop => {
                for client in self.connected.clone() {
                    self.disconnects(&client);
                }
            }
            RelayAction::Freeze | RelayAction::Start | RelayAction::Thaw => {}
        }
    }

    fn disconnects(&mut self, client: &str) {
        let sentence = format!("{client} reports that the relay is gone");
        let one = Expect::of(client, "disconnected", sentence);
        self.event(one, EventKind::Disconnected, &[]);
        self.after_disconnecting(client);
    }

    /// Some programs end when they have lost the relay.
    pub(in crate::plan) fn after_disconnecting(&mut self, client: &str) {
        if self.adapter_of(client).client.exits_when_relay_gone {
            self.exits(client);
        }
    }

    fn exits(&mut self, client: &str) {
        let sentence = format!("the program of {client} ends");
        self.add(Expect::of(client, "exits", sentence), Pattern::Exits);
    }
}

/// Where others with this login do the same, the second time is no surprise.
fn at_most_once(once: bool) -> Mode {
    if once { Mode::Once } else { Mode::Eventually }
}
