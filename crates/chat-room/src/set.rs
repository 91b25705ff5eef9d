//! Entries of a list, by their places in it.

use chat_protocol::limits::MAX_ROOM_ENTRIES;

/// A set of places below [`MAX_ROOM_ENTRIES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set(u128);

const _: () = assert!(MAX_ROOM_ENTRIES <= u128::BITS as usize);

impl Set {
    /// Every place below this one.
    pub(crate) fn below(place: usize) -> Self {
        (0..place).fold(Self::default(), Self::with)
    }

    #[must_use]
    pub(crate) fn with(self, place: usize) -> Self {
        Self(self.0 | 1 << place)
    }

    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    /// Ascending.
    pub(crate) fn places(self) -> impl Iterator<Item = usize> {
        (0..MAX_ROOM_ENTRIES).filter(move |place| self.has(*place))
    }
}
