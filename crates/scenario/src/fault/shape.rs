//! The tables of `fault` and `heal`, described.

use toml_language::shape::{Key, Kind, Table, Word, may, must, word};

const CLIENT: Key = must(
    "client",
    Kind::Text,
    "the client whose link it is; `all` for every link",
);

/// The most bytes, frames and times that a fault can be about.
const MANY: i64 = 1_000_000;

/// `fault`.
pub(in super::super) static FAULT: Table = Table {
    name: "fault",
    doc: "Expects nothing by itself. It is in force from this step on, until it has done what it does, or until `heal`.",
    keys: &[
        CLIENT,
        must("kind", Kind::Word(KINDS), "what is done to the link"),
        may(
            "direction",
            Kind::Word(WAYS),
            "which way the bytes go that it meets; `both` when left out",
        ),
        may(
            "frame",
            Kind::Text,
            "only frames of this type count, as the protocol calls them",
        ),
        may(
            "after_frames",
            Kind::Integer(1, MANY),
            "so many frames pass first; it begins at once when left out",
        ),
        may(
            "times",
            Kind::Integer(1, MANY),
            "how many frames it meets, one after another; 1 when left out",
        ),
        may(
            "by",
            Kind::Duration,
            "of `delay`: how much later everything passes",
        ),
        may(
            "up_to",
            Kind::Duration,
            "of `jitter`: how much later at the most",
        ),
        may(
            "bytes_per_second",
            Kind::Integer(1, 1_000_000_000),
            "of `rate`: how fast",
        ),
        may(
            "bytes",
            Kind::Integer(1, MANY),
            "of `slice`: the size of a piece; of `truncate`: how many are lost, 1 when left out",
        ),
        may(
            "after_bytes",
            Kind::Integer(1, MANY),
            "of `cut`: how many pass first; none when left out",
        ),
        may(
            "byte",
            Kind::Integer(0, MANY),
            "of `corrupt`: which one, from 0, of the frame's body (of what comes next, where no frame is named); the seed chooses when left out",
        ),
        may(
            "frames",
            Kind::Integer(2, 1000),
            "of `hold`: how many gather",
        ),
    ],
    one_of: &[],
    one_is: "",
};

/// `heal`.
pub(in super::super) static HEAL: Table = Table {
    name: "heal",
    doc: "Every fault of the link is over: what was held back passes, and so does everything after it.",
    keys: &[CLIENT],
    one_of: &[],
    one_is: "",
};

const WAYS: &[Word] = &[
    word("up", "to the relay"),
    word("down", "to the client"),
    word("both", "both ways, each on its own"),
];

const KINDS: &[Word] = &[
    word("delay", "everything passes later, `by` so much"),
    word(
        "jitter",
        "everything passes later, each time by another length of time `up_to` this, in order",
    ),
    word("rate", "everything passes at so many `bytes_per_second`"),
    word("slice", "everything passes in pieces of so many `bytes`"),
    word(
        "cut",
        "closed in order, `after_bytes`, wherever that is in a frame",
    ),
    word(
        "half-open",
        "the receiving side is told that the other one has ended; that one is told nothing",
    ),
    word(
        "blackhole",
        "nothing passes and nothing is closed; what was sent passes after `heal`",
    ),
    word("reset", "reset towards both sides"),
    word("corrupt", "all bits of one `byte` are flipped"),
    word("drop", "a frame does not pass"),
    word("duplicate", "a frame passes twice, one behind the other"),
    word("reorder", "a frame passes behind the one that follows it"),
    word("hold", "`frames` gather, and pass all at once"),
    word(
        "replay",
        "a frame passes, and once more behind the next one that counts",
    ),
    word(
        "truncate",
        "a frame's body lacks its last `bytes`; its length says so, and the next frame is whole",
    ),
    word(
        "splice",
        "a frame's body begins as its own and ends as that of the last one that counts before it",
    ),
];
