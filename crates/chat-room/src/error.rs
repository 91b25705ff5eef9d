//! What is wrong with an entry.

/// Why an entry is not taken into a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says it")]
pub enum InvalidEntry {
    #[error("the list does not begin with the creation of a room, or a room is created twice")]
    NoCreation,
    #[error("its key cannot be used")]
    Key,
    #[error("its author's key is not the one that the entry names")]
    WrongAuthor,
    #[error("it stands behind an entry that is not there")]
    UnknownParent,
    #[error("the entries that it stands behind are none, unsorted, or behind each other")]
    Parents,
    #[error("its author is not a member")]
    NotAMember,
    #[error("its signature is not its author's")]
    Signature,
    #[error("only the creator removes others, and only members")]
    MayNotRemove,
    #[error("somebody of this name or key is a member")]
    AlreadyAMember,
    #[error("who was removed comes back only through the creator")]
    WasRemoved,
    #[error("the room has as many members as it can")]
    TooManyMembers,
    #[error("the list is full")]
    Full,
}
