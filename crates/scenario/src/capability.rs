//! What an implementation may be unable to do.

closed_list! {
    /// Something that an implementation may be unable to do.
    pub enum Capability {
        /// show control characters as they were sent, without letting a terminal act on them
        ControlCharacters,
        /// end when its input ends
        EndOfInput,
        /// send files
        File,
        /// keep private messages for people who are away
        KeepMail,
        /// send texts of more than 400 bytes
        LongTexts,
        /// send private messages
        Msg,
        /// send messages with line breaks
        MultilineText,
        /// notice that bytes were changed on the way
        NoticeChanges,
        /// tell the sender that a message was accepted
        Receipts,
        /// refuse names that break rules
        RefuseBadNames,
        /// refuse to send an empty text
        RefuseEmptyTexts,
        /// refuse a second login under the name of somebody who is there
        RefuseSecondLogins,
        /// keep the name of somebody who is away from being taken
        RefuseTakenNames,
        /// refuse private messages to an unknown name
        RefuseUnknownNames,
        /// refuse private messages to oneself
        RefuseOneself,
        /// offer rooms: groups with a list of members
        Rooms,
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
