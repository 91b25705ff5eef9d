//! What an implementation may be unable to do.

closed_list! {
    /// Something that an implementation may be unable to do.
    pub enum Capability {
        /// send files
        File,
        /// send a text to one
        Msg,
        /// send a text with line breaks
        MultilineText,
        /// tell the sender that a text was accepted
        Receipts,
        /// send a text to everyone
        Say,
    }
}

impl Capability {
    /// As it is written in files.
    pub(crate) fn word(self) -> &'static str {
        self.into()
    }
}
