//! The scenario language, described.

use super::fault::{FAULT, HEAL};
use timeline::EventKind;
use toml_language::shape::{Key, Kind, Table, Word, may, must, word};

/// The whole file.
pub(crate) static SCENARIO: Table = Table {
    name: "scenario",
    doc: "One scenario: clients of one relay, and steps that they take in order.",
    keys: &[
        must("title", Kind::Text, "one line"),
        may(
            "lesson",
            Kind::Text,
            "what a class takes home; shown at the end of a demo",
        ),
        may("about", Kind::Text, "why the scenario exists"),
        may(
            "cites",
            Kind::Array(&Kind::Text, 0),
            "what it is founded on: pages, papers, promises",
        ),
        may(
            "tags",
            Kind::Array(&Kind::Text, 0),
            "words to choose scenarios by, with `--tag`",
        ),
        may(
            "needs",
            Kind::Array(&Kind::Word(NEEDS), 0),
            "what it cannot be played without; where that lacks, the scenario is UNSUPPORTED or SKIP",
        ),
        may(
            "xfail",
            Kind::Text,
            "why it must fail as yet; if it passes all the same, that is a failure",
        ),
        may(
            "matrix",
            Kind::Map(&VALUES),
            "axes by name, each with its values: the file is played once for each combination, \
             with `{matrix:NAME}` standing for the value",
        ),
        may(
            "keys",
            Kind::Word(KEYS),
            "where the clients' keys come from; `pool` when left out",
        ),
        may(
            "keepalive",
            Kind::Duration,
            "the relay's keep-alive, where it is not the adapter's",
        ),
        may(
            "background",
            Kind::Array(&Kind::Text, 0),
            "frame types whose number depends on timing here; left out of the protocol record, \
             with those of the adapter",
        ),
        may(
            "load",
            Kind::Table(&LOAD),
            "how `cargo xtask load` plays it, where the command line does not say",
        ),
        must(
            "clients",
            CLIENTS,
            "who takes part, in the order of starting",
        ),
        must(
            "steps",
            Kind::Array(&Kind::Table(&STEP), 1),
            "what happens, in order",
        ),
    ],
    one_of: &[],
    one_is: "",
};

const VALUES: Kind = Kind::Array(
    &Kind::Either(&[Kind::Text, Kind::Integer(i64::MIN, i64::MAX), Kind::Bool]),
    1,
);

const NEEDS: &[Word] = &[
    word("file", "of the implementation: files"),
    word(
        "multiline-text",
        "of the implementation: texts with line breaks",
    ),
    word("msg", "of the implementation: texts for one"),
    word("namespaces", "of the machine: that level of isolation"),
    word(
        "receipts",
        "of the implementation: the sender is told that a text was accepted",
    ),
    word("say", "of the implementation: texts for everyone"),
];

const KEYS: &[Word] = &[
    word(
        "fresh",
        "made by the implementation, for scenarios that are about it",
    ),
    word("pool", "ready-made ones"),
];

const CLIENTS: Kind = Kind::Either(&[
    Kind::Array(&Kind::Either(&[Kind::Text, Kind::Table(&CLIENT)]), 1),
    Kind::Table(&CROWD),
]);

pub(crate) static CLIENT: Table = Table {
    name: "client",
    doc: "One client that is not what it seems.",
    keys: &[
        must(
            "name",
            Kind::Text,
            "its name in this file: 1 to 32 of a-z 0-9 _ -",
        ),
        may(
            "as",
            Kind::Text,
            "the name that it logs in with, where it is another one",
        ),
        may(
            "keys_of",
            Kind::Text,
            "the client whose keys it uses, where they are not its own",
        ),
        may(
            "adapter",
            Kind::Text,
            "the implementation that it is, where it is not that of the run: the name of an \
             adapter, or a path below `scenarios/`",
        ),
    ],
    one_of: &[],
    one_is: "",
};

pub(crate) static LOAD: Table = Table {
    name: "load",
    doc: "The same steps by many groups of clients at one relay, round after round.",
    keys: &[
        may(
            "clients",
            Kind::Integer(1, 1000),
            "how many clients, in whole groups of as many as the scenario has; 50 when left out",
        ),
        may(
            "for",
            Kind::Duration,
            "how long rounds begin; `10s` when left out",
        ),
        may(
            "say",
            Kind::Word(HEARING),
            "who hears what is said to all; `group` when left out",
        ),
    ],
    one_of: &[],
    one_is: "",
};

const HEARING: &[Word] = &[
    word(
        "everyone",
        "everyone at the relay: the traffic grows with the square of the clients",
    ),
    word(
        "group",
        "the sender's own group: it is sent to each of them alone",
    ),
];

pub(crate) static CROWD: Table = Table {
    name: "crowd",
    doc: "Many clients that differ by a number.",
    keys: &[
        must("count", Kind::Integer(1, 1000), "how many"),
        must(
            "name",
            Kind::Text,
            "their names, with `{n}` where the number belongs",
        ),
    ],
    one_of: &[],
    one_is: "",
};

/// The verbs, in the order of the reference page.
pub(crate) const VERBS: &[&str] = &[
    "say", "msg", "file", "join", "leave", "relay", "fault", "heal", "type", "expect", "never",
    "all", "repeat", "beat",
];

/// One step.
pub(crate) static STEP: Table = Table {
    name: "step",
    doc: "One step: exactly one verb, and what is common to all.",
    keys: &[
        may("note", Kind::Text, "for the audience"),
        may(
            "within",
            Kind::Duration,
            "the deadline of what the step expects; `10s` when left out",
        ),
        may("say", Kind::Table(&SAY), "a text for everyone"),
        may("msg", Kind::Table(&MSG), "a text for one"),
        may("file", Kind::Table(&FILE), "a file for one"),
        may(
            "join",
            Kind::Table(&JOIN),
            "a client starts now; one that is first named here starts late",
        ),
        may("leave", Kind::Table(&LEAVE), "a client goes"),
        may("relay", Kind::Word(RELAY), "something happens to the relay"),
        may("fault", Kind::Table(&FAULT), "something happens to a link"),
        may("heal", Kind::Table(&HEAL), "the faults of a link are over"),
        may("type", Kind::Table(&TYPE), "a line typed as it is"),
        may(
            "expect",
            Kind::Table(&EXPECT),
            "something must be seen before the deadline",
        ),
        may("never", Kind::Table(&NEVER), "something must not be seen"),
        may("all", Kind::Table(&ALL), "several steps at once"),
        may(
            "repeat",
            Kind::Table(&REPEAT),
            "the same steps again and again",
        ),
        may(
            "beat",
            Kind::Table(&BEAT),
            "a pause for the eye in a demo, skipped elsewhere",
        ),
    ],
    one_of: VERBS,
    one_is: "verb",
};

const OUTCOME: &[Word] = &[
    word("delivered", "shown to those it is for (when left out)"),
    word(
        "refused",
        "the sender's own program says no, and nobody sees anything",
    ),
    word("undelivered", "the sender is told that it did not arrive"),
];

const FILE_OUTCOME: &[Word] = &[
    word("delivered", "the recipient has it, whole (when left out)"),
    word(
        "offered",
        "it is on its way, as the recipient is told: for what happens to it meanwhile",
    ),
    word(
        "refused",
        "the sender's own program says no, and nobody gets anything",
    ),
    word("undelivered", "the sender is told that it failed"),
];

const FROM: Key = must("from", Kind::Text, "the client that sends");
const TEXT: Key = must("text", Kind::Text, "what it says; may hold placeholders");
const OUTCOME_KEY: Key = may("outcome", Kind::Word(OUTCOME), "what must become of it");

static SAY: Table = Table {
    name: "say",
    doc: "Every connected client shows it exactly once, from the right sender.",
    keys: &[FROM, TEXT, OUTCOME_KEY],
    one_of: &[],
    one_is: "",
};

static MSG: Table = Table {
    name: "msg",
    doc: "The recipient shows it exactly once; no other client ever does.",
    keys: &[
        FROM,
        must(
            "to",
            Kind::Text,
            "the client it is for; with another outcome, any name",
        ),
        TEXT,
        OUTCOME_KEY,
    ],
    one_of: &[],
    one_is: "",
};

static FILE: Table = Table {
    name: "file",
    doc: "The recipient's file has the same SHA-256; both sides say so.",
    keys: &[
        FROM,
        must(
            "to",
            Kind::Text,
            "the client it is for; with another outcome, any name",
        ),
        may(
            "path",
            Kind::Text,
            "a file below `scenarios/`, usually in `fixtures/`",
        ),
        may(
            "size",
            Kind::Either(&[Kind::Size, Kind::Integer(0, 256 * 1024 * 1024)]),
            "the size of a file that is made for the play, full of canaries",
        ),
        may("as", Kind::Text, "its name in the sender's outbox"),
        may(
            "outcome",
            Kind::Word(FILE_OUTCOME),
            "what must become of it",
        ),
    ],
    one_of: &["path", "size"],
    one_is: "source",
};

static JOIN: Table = Table {
    name: "join",
    doc: "It gets ready; the others are told.",
    keys: &[
        must("client", Kind::Text, "the client that starts"),
        may("outcome", Kind::Word(JOINS), "what must become of it"),
    ],
    one_of: &[],
    one_is: "",
};

const JOINS: &[Word] = &[
    word("ready", "it gets ready (when left out)"),
    word(
        "refused",
        "the relay says no: the client says so and ends, the others see nothing",
    ),
];

static LEAVE: Table = Table {
    name: "leave",
    doc: "The others are told; the relay goes on; no process remains.",
    keys: &[
        must("client", Kind::Text, "the client that goes"),
        must("how", Kind::Word(HOW), "how it goes"),
    ],
    one_of: &[],
    one_is: "",
};

const HOW: &[Word] = &[
    word("quit", "as its users quit"),
    word("eof", "its input ends"),
    word("kill", "its process is killed"),
    word("reset", "its connection is reset"),
    word("vanish", "its network is gone, and nobody is told"),
];

const RELAY: &[Word] = &[
    word("stop", "asked to stop, as the adapter says"),
    word("kill", "its process is killed"),
    word("start", "started again after `stop` or `kill`"),
    word("restart", "stopped, then started"),
    word("freeze", "stopped in its tracks"),
    word("thaw", "goes on after `freeze`"),
];

static TYPE: Table = Table {
    name: "type",
    doc: "Expects nothing by itself.",
    keys: &[
        must("client", Kind::Text, "the client that it is typed into"),
        must("line", Kind::Text, "the line; may hold placeholders"),
    ],
    one_of: &[],
    one_is: "",
};

const SEEN: &[&str] = &["event", "line", "pattern", "contains"];

const CLIENT_KEY: Key = must("client", Kind::Text, "the client whose output it is about");
const EVENT: Key = may(
    "event",
    Kind::Word(EVENTS),
    "an event, with any of its captures as further keys",
);
const LINE: Key = may("line", Kind::Text, "a whole line as it is printed");
const PATTERN: Key = may(
    "pattern",
    Kind::Text,
    "a regular expression that a line matches",
);
const CONTAINS: Key = may("contains", Kind::Text, "a text that a line holds");
const CAPTURE_FROM: Key = may("from", Kind::Text, "capture: who sent it");
const CAPTURE_NAME: Key = may("name", Kind::Text, "capture: of a file or of the client");
const CAPTURE_REASON: Key = may("reason", Kind::Text, "capture: why");
const CAPTURE_SHA256: Key = may("sha256", Kind::Text, "capture: the digest of a file");
const CAPTURE_SIZE: Key = may(
    "size",
    Kind::Text,
    "capture: the bytes of a file, in digits",
);
const CAPTURE_TEXT: Key = may(
    "text",
    Kind::Text,
    "capture: what it says; may hold placeholders",
);
const CAPTURE_TO: Key = may(
    "to",
    Kind::Text,
    "capture: who it was for; `all` for everyone",
);
const CAPTURE_WHO: Key = may("who", Kind::Text, "capture: whom it is about");
const CAPTURE_WITH: Key = may("with", Kind::Text, "capture: the other side of a transfer");

static EXPECT: Table = Table {
    name: "expect",
    doc: "It comes before the deadline, or has come since the last step that did something began.",
    keys: &[
        CLIENT_KEY,
        EVENT,
        LINE,
        PATTERN,
        CONTAINS,
        may(
            "within",
            Kind::Duration,
            "the deadline; the same as `within` of the step",
        ),
        CAPTURE_FROM,
        CAPTURE_NAME,
        CAPTURE_REASON,
        CAPTURE_SHA256,
        CAPTURE_SIZE,
        CAPTURE_TEXT,
        CAPTURE_TO,
        CAPTURE_WHO,
        CAPTURE_WITH,
    ],
    one_of: SEEN,
    one_is: "",
};

static NEVER: Table = Table {
    name: "never",
    doc: "It does not come, from this step to the end of the play.",
    keys: &[
        CLIENT_KEY,
        EVENT,
        LINE,
        PATTERN,
        CONTAINS,
        CAPTURE_FROM,
        CAPTURE_NAME,
        CAPTURE_REASON,
        CAPTURE_SHA256,
        CAPTURE_SIZE,
        CAPTURE_TEXT,
        CAPTURE_TO,
        CAPTURE_WHO,
        CAPTURE_WITH,
    ],
    one_of: SEEN,
    one_is: "",
};

static ALL: Table = Table {
    name: "all",
    doc: "The actions are done back to back; what comes of them is compared as a set.",
    keys: &[must(
        "steps",
        Kind::Array(&Kind::Table(&STEP), 1),
        "the steps; none of them `all` or `beat`",
    )],
    one_of: &[],
    one_is: "",
};

static REPEAT: Table = Table {
    name: "repeat",
    doc: "Each turn expects its own; `{n}` in texts counts the turns from 1.",
    keys: &[
        must("times", Kind::Integer(1, 10_000), "how often"),
        must(
            "steps",
            Kind::Array(&Kind::Table(&STEP), 1),
            "the steps of one turn",
        ),
    ],
    one_of: &[],
    one_is: "",
};

static BEAT: Table = Table {
    name: "beat",
    doc: "Expects nothing.",
    keys: &[must("seconds", Kind::Seconds(60), "how long, at most 60")],
    one_of: &[],
    one_is: "",
};

/// Every event, in the order of the reference page.
pub(crate) const EVENTS: &[Word] = &[
    word("ready", "the client is logged in"),
    word("joined", "somebody came"),
    word("left", "somebody went"),
    word("message", "a text for everyone"),
    word("private", "a text for this client alone"),
    word("sent", "its own text was accepted"),
    word("undelivered", "its own text did not arrive"),
    word("file_received", "a file has come, whole and verified"),
    word("file_delivered", "its own file has come to the other side"),
    word("file_failed", "a transfer, either way, came to nothing"),
    word("file_offered", "a file is on its way to this client"),
    word(
        "refused",
        "the program or the relay says no to what it was asked",
    ),
    word("rejected", "something that arrived was not accepted"),
    word("key_changed", "somebody has another identity than before"),
    word("disconnected", "the connection to the relay is gone"),
    word("reconnected", "the connection to the relay is back"),
];

/// Whether a key of `expect` is a capture.
pub(crate) fn is_capture(key: &str) -> bool {
    NEVER
        .key(key)
        .is_some_and(|key| key.doc.starts_with("capture"))
}

/// What an event is, in words: `somebody came`.
pub(crate) fn meaning(event: EventKind) -> &'static str {
    let described = EVENTS.iter().find(|word| word.word == event.word());
    described.map_or("", |word| word.doc)
}
