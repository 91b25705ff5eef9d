//! What clients show that nobody did.

use std::io;

use super::screen::{Line, show};
use crate::fault::ClientFault;

/// What a fault shows behind a message.
pub(super) fn after_message(fault: ClientFault, from: &str, text: &str) -> io::Result<()> {
    match fault {
        ClientFault::Announces => {
            show(&Line::Joined { who: "mallory" })?;
            show(&Line::Left {
                who: "carol",
                reason: "quit",
            })
        }
        ClientFault::Appends => show(&Line::Message {
            from,
            text: &format!("{text} "),
        }),
        ClientFault::Invents => show(&Line::Message {
            from,
            text: "nobody has ever said this",
        }),
        ClientFault::Renames => show(&Line::Message {
            from: "carol",
            text,
        }),
        _ => Ok(()),
    }
}
