//! What an implementation may be unable to do.

closed_list! {
    /// Something that an implementation may be unable to do.
    pub enum Capability {
        /// send files
        File,
        /// send private messages
        Msg,
        /// send messages with line breaks
        MultilineText,
        /// tell the sender that a message was accepted
        Receipts,
        /// send messages to everyone
        Say,
    }
}

impl Capability {
    /// As it is written in files.
    pub(crate) fn word(self) -> &'static str {
        self.into()
    }
}
