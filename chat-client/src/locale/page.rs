//! The words of the page that shows the chat in a browser. It puts the names and numbers into them itself, so each
//! variable stays in its place.

use super::catalogue;
use super::{Argument, Locale};

/// Each one with its variables.
pub(super) const PAGE: &[(&str, &[&str])] = &[
    ("page_skip", &[]),
    ("page_chat", &[]),
    ("page_leave", &[]),
    ("page_conversations", &[]),
    ("page_new_room", &[]),
    ("page_room_name", &[]),
    ("page_create", &[]),
    ("page_older", &[]),
    ("page_messages", &[]),
    ("page_files_listed", &[]),
    ("page_files_moving", &[]),
    ("page_send", &[]),
    ("page_attach", &[]),
    ("page_keys", &[]),
    ("page_side", &[]),
    ("page_in_this_room", &[]),
    ("page_add_somebody", &[]),
    ("page_add", &[]),
    ("page_received", &[]),
    ("page_compare_how", &[]),
    ("page_compare_same", &[]),
    ("page_same", &[]),
    ("page_different", &[]),
    ("page_later", &[]),
    ("page_cancel", &[]),
    ("page_no_answer", &[]),
    ("page_lost", &[]),
    ("page_unread", &[]),
    ("page_flagged", &[]),
    ("page_to_you_alone", &[]),
    ("page_warning", &[]),
    ("page_new", &[]),
    ("page_state_verified", &[]),
    ("page_state_first_use", &[]),
    ("page_state_changed", &[]),
    ("page_state_invalid", &[]),
    ("page_state_blocked", &[]),
    ("page_nobody_here", &[]),
    ("page_everybody_reads", &[]),
    ("page_not_in_room", &[]),
    ("page_alone_in_room", &[]),
    ("page_members_read", &["number"]),
    ("page_is_away", &["name"]),
    ("page_for_one", &["name", "state"]),
    ("page_verify", &[]),
    ("page_verify_how", &["name"]),
    ("page_unblock", &[]),
    ("page_block", &[]),
    ("page_block_title", &["name"]),
    ("page_block_text", &["name"]),
    ("page_block_yes", &[]),
    ("page_leave_room", &[]),
    ("page_leave_room_title", &["room"]),
    ("page_leave_room_text", &[]),
    ("page_leave_room_yes", &[]),
    ("page_close", &[]),
    ("page_close_how", &[]),
    ("page_message_to_everyone", &[]),
    ("page_message_to", &["name"]),
    ("page_everyone", &[]),
    ("page_people_here", &["number"]),
    ("page_creator", &["name"]),
    ("page_remove", &[]),
    ("page_remove_who", &["name"]),
    ("page_remove_title", &["name"]),
    ("page_remove_text", &["name", "room"]),
    ("page_remove_yes", &[]),
    ("page_accept", &[]),
    ("page_refuse", &[]),
    ("page_size", &["name", "size"]),
    ("page_file_offers", &["name", "file"]),
    ("page_file_to", &["name", "file", "state"]),
    ("page_file_from", &["name", "file", "state"]),
    ("page_file_offered", &[]),
    ("page_file_asked", &[]),
    ("page_file_checking", &[]),
    ("page_file_reading", &[]),
    ("page_file_queued", &[]),
    ("page_file_receiving", &[]),
    ("page_file_saving", &[]),
    ("page_file_sending", &[]),
    ("page_received_from", &["name", "size", "time"]),
    ("page_bad_room", &[]),
    ("page_compare_title", &["name"]),
    ("page_compare_changed", &["name"]),
    ("page_same_trust", &[]),
    ("page_leave_title", &[]),
    ("page_leave_text", &[]),
    ("page_one_person", &[]),
    ("page_notifications_off", &[]),
    ("page_notifications_on", &[]),
    ("page_notifications_no", &[]),
    ("page_notification", &["name"]),
    ("page_relay_connecting", &[]),
    ("page_relay_connected", &[]),
    ("page_relay_gone", &["reason"]),
    ("page_relay_ended", &[]),
    ("page_relay_lost", &[]),
    ("page_no_room", &[]),
    ("page_choose_file", &[]),
    ("page_nothing_sent", &[]),
    ("page_other_number", &[]),
    ("page_too_much", &[]),
    ("page_bad_home", &[]),
    ("page_file_unsent", &["reason"]),
    ("page_file_broken", &[]),
    ("page_file_large", &["number"]),
    ("page_ended_left", &[]),
    ("page_ended_gone", &[]),
    ("page_ended", &["reason"]),
    ("page_mark_nobody", &[]),
    ("page_mark_open", &[]),
    ("page_mark_sent_all", &["number"]),
    ("page_mark_sent", &[]),
    ("page_mark_delivered_all", &["number", "of"]),
    ("page_mark_delivered", &[]),
    ("page_mark_lost", &["reason"]),
];

impl Locale {
    /// All words by name, with `{name}` for a variable.
    pub(crate) fn page(self) -> impl Iterator<Item = (&'static str, String)> {
        PAGE.iter().map(move |(key, variables)| {
            let keep = |name: &&'static str| (*name, Argument::Text(format!("{{{name}}}")));
            let arguments: Vec<_> = variables.iter().map(keep).collect();
            (*key, catalogue::format(self, key, &arguments))
        })
    }

    /// One of them, said by the program.
    pub(crate) fn page_word(self, key: &str, values: &[(&'static str, &str)]) -> String {
        let arguments: Vec<_> = values
            .iter()
            .map(|(name, value)| (*name, Argument::from(*value)))
            .collect();
        catalogue::format(self, key, &arguments)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every name of a word in a source.
    fn named(source: &str) -> BTreeSet<&str> {
        let words = source.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.filter(|word| word.starts_with("page_")).collect()
    }

    #[test]
    fn the_page_says_every_word_that_there_is_and_no_other() {
        let sources = [
            include_str!("../assets/chat.html"),
            include_str!("../assets/chat.js"),
            include_str!("../screen/shown.rs"),
            include_str!("../window/mod.rs"),
            include_str!("../window/outgoing.rs"),
            include_str!("../window/routes.rs"),
            include_str!("../window/seat.rs"),
        ];
        let mut said: BTreeSet<&str> = sources.iter().copied().flat_map(named).collect();
        said.remove("page_word");
        let known: BTreeSet<&str> = PAGE.iter().map(|(key, _)| *key).collect();
        assert_eq!(said, known);
    }

    #[test]
    fn variables_stay_where_the_language_wants_them() {
        let words: Vec<_> = Locale::German.page().collect();
        let title = words.iter().find(|(key, _)| *key == "page_block_title");
        assert_eq!(title.unwrap().1, "{name} blockieren?");
        let said = Locale::English.page_word("page_file_large", &[("number", "7")]);
        assert!(said.contains("at most 7 MiB"), "{said}");
    }
}
