//! The adapter language, described.

use super::key_file::KEY_FILE;
use super::limits::LIMITS;
use super::size::SIZE;
use toml_language::shape::{Kind, Table, Word, may, must, word};

const ARGUMENTS: Kind = Kind::Array(&Kind::Text, 1);
const VARIABLES: Kind = Kind::Map(&Kind::Text);
const COPIES: Kind = Kind::Array(&Kind::Table(&COPY), 0);
const KEYS: Kind = Kind::Array(&Kind::Table(&KEY_FILE), 0);

/// The whole file.
pub(super) static ADAPTER: Table = Table {
    name: "adapter",
    doc: "How to start and drive one implementation.",
    keys: &[
        must("about", Kind::Text, "one line"),
        must(
            "programs",
            Kind::Map(&Kind::Table(&PROGRAM)),
            "its programs, by the names that templates use",
        ),
        may(
            "settings",
            VARIABLES,
            "values that templates use by name, and that `--set NAME=VALUE` changes for a run",
        ),
        must("relay", Kind::Table(&RELAY), "how to handle the relay"),
        must("client", Kind::Table(&CLIENT), "how to handle a client"),
        may(
            "wire",
            Kind::Table(&WIRE),
            "what can be decoded of its traffic",
        ),
        may(
            "controls",
            Kind::Table(&CONTROLS),
            "for each surface, a text that a search must find there",
        ),
        may(
            "cannot",
            Kind::Array(&Kind::Word(CAPABILITIES), 0),
            "what it cannot do",
        ),
    ],
    one_of: &[],
    one_is: "",
};

static PROGRAM: Table = Table {
    name: "program",
    doc: "Where a program comes from.",
    keys: &[
        may(
            "cargo",
            Kind::Text,
            "a binary of this workspace, by its name",
        ),
        may(
            "path",
            Kind::Text,
            "a file, relative to the adapter file, or a name to be found on PATH",
        ),
    ],
    one_of: &["cargo", "path"],
    one_is: "origin",
};

static RELAY: Table = Table {
    name: "relay",
    doc: "How to start and stop the relay.",
    keys: &[
        must(
            "run",
            ARGUMENTS,
            "its command line, one item for each argument",
        ),
        may("env", VARIABLES, "added to a clean environment"),
        may(
            "copy",
            COPIES,
            "files to put into its scratch directory before it starts",
        ),
        must(
            "ready",
            Kind::Table(&READY),
            "how to see that it can serve; nobody ever connects to find out",
        ),
        may("limits", Kind::Table(&LIMITS), "what it may use"),
        may(
            "terminal",
            TERMINALS,
            "it runs on a pseudo-terminal instead of pipes",
        ),
        may(
            "prompt",
            Kind::Text,
            "a regular expression; what stands so at the beginning of its lines is no part of them",
        ),
        may(
            "dialogue",
            Kind::Array(&Kind::Table(&ITEM), 0),
            "what it asks before it is ready, in order, and the answers",
        ),
        may(
            "captures",
            Kind::Map(&Kind::Table(&CAPTURE)),
            "values that others need of it, by the names that templates use",
        ),
        may(
            "stop",
            Kind::Word(STOPS),
            "how it stops in order; `term` when left out",
        ),
        may(
            "memory",
            Kind::Word(MEMORIES),
            "how its memory is read; `running` when left out",
        ),
        must(
            "keepalive",
            Kind::Duration,
            "how long its links may be silent, where a scenario does not say",
        ),
        may(
            "keys",
            KEYS,
            "files with private keys of its own, which it may hold",
        ),
    ],
    one_of: &[],
    one_is: "",
};

static READY: Table = Table {
    name: "ready",
    doc: "When the relay can serve.",
    keys: &[
        may(
            "line",
            Kind::Text,
            "a regular expression; its group `port`, where there is one, is the port",
        ),
        may(
            "listens",
            Kind::Integer(1, 65_535),
            "the port it listens on, when that is fixed in its code",
        ),
        may(
            "after_dialogue",
            Kind::Integer(1, 65_535),
            "its port, when the end of the dialogue is the sign",
        ),
    ],
    one_of: &["line", "listens", "after_dialogue"],
    one_is: "sign",
};

const STOPS: &[Word] = &[
    word("eof", "end of its input"),
    word("int", "SIGINT"),
    word("term", "SIGTERM"),
];

const MEMORIES: &[Word] = &[
    word("off", "not at all"),
    word("running", "while it runs"),
    word(
        "stop",
        "while it runs, and once while it stands still, before it is asked to stop",
    ),
];

static CLIENT: Table = Table {
    name: "client",
    doc: "How to start and drive a client.",
    keys: &[
        must(
            "run",
            ARGUMENTS,
            "its command line, one item for each argument",
        ),
        may("env", VARIABLES, "added to a clean environment"),
        may(
            "copy",
            COPIES,
            "files to put into its scratch directory before it starts",
        ),
        may(
            "prepare",
            Kind::Array(&ARGUMENTS, 0),
            "commands that are run instead of copying from pools, in scenarios about making keys",
        ),
        may(
            "terminal",
            TERMINALS,
            "it runs on a pseudo-terminal instead of pipes",
        ),
        may(
            "prompt",
            Kind::Text,
            "a regular expression; what stands so at the beginning of its lines is no part of them",
        ),
        may(
            "dialogue",
            Kind::Array(&Kind::Table(&ITEM), 0),
            "what it asks before it is ready, in order, and the answers",
        ),
        may(
            "captures",
            Kind::Map(&Kind::Table(&CAPTURE)),
            "values that others need of it, by the names that templates use",
        ),
        may("downloads", Kind::Text, "where received files appear"),
        may(
            "escapes",
            Kind::Word(ESCAPES),
            "how text is written in its lines, both ways; `raw` when left out",
        ),
        may(
            "ready",
            Kind::Word(SIGNS),
            "how to see that it can be driven; `event` when left out",
        ),
        may(
            "exits_when_relay_gone",
            Kind::Bool,
            "it ends by itself when its relay is gone; `false` when left out",
        ),
        may(
            "port",
            Kind::Integer(1, 65_535),
            "the port it connects to, when that is fixed in its code: needs the level `namespaces`",
        ),
        may("limits", Kind::Table(&LIMITS), "what it may use"),
        may(
            "keys",
            KEYS,
            "files with its private keys, which are looked for on every surface",
        ),
        may(
            "open_keys",
            ARGUMENTS,
            "a command that opens its store when it has ended, and prints the keys of messages and sessions there",
        ),
        must("type", Kind::Table(&TYPE), "what to type for each verb"),
        must(
            "events",
            Kind::Table(&EVENTS),
            "which line means which event",
        ),
    ],
    one_of: &[],
    one_is: "",
};

static ITEM: Table = Table {
    name: "dialogue",
    doc: "One thing that a program asks before it is ready.",
    keys: &[
        may("await", Kind::Text, AWAIT),
        may("type", Kind::Text, TYPED),
        may("secret", Kind::Bool, SECRET),
        may("pass_phrase", Kind::Bool, PASS_PHRASE),
        may(
            "any",
            Kind::Array(&Kind::Table(&BRANCH), 1),
            "several things that it may ask: the first that it does counts",
        ),
        may(
            "optional",
            Kind::Bool,
            "it may go on to what follows without having asked; `false` when left out",
        ),
        may(
            "only",
            Kind::Word(ONLY),
            "which clients it asks; each of them when left out",
        ),
    ],
    one_of: &["await", "any"],
    one_is: "question",
};

static BRANCH: Table = Table {
    name: "alternative",
    doc: "One of several things that it may ask.",
    keys: &[
        must("await", Kind::Text, AWAIT),
        may("type", Kind::Text, TYPED),
        may("secret", Kind::Bool, SECRET),
        may("pass_phrase", Kind::Bool, PASS_PHRASE),
    ],
    one_of: &[],
    one_is: "",
};

const AWAIT: &str =
    "a regular expression that is found anywhere in a line, also in one without a line break";
const TYPED: &str = "what is typed then; when left out, it is only awaited";
const SECRET: &str = "records tell the template and not what was typed; `false` when left out";
const PASS_PHRASE: &str = "it opens the client's keys: a secret that the relay must not see, and that the audit looks for; may hold `{name}` and settings";

const ONLY: &[Word] = &[
    word("first", "the client of a play that was started first"),
    word("later", "all other clients"),
];

static CAPTURE: Table = Table {
    name: "capture",
    doc: "A value that one participant shows and others need.",
    keys: &[
        may(
            "line",
            Kind::Text,
            "a regular expression with one group, found anywhere in a line that it shows",
        ),
        may("file", Kind::Text, "a file that it writes"),
        may(
            "pattern",
            Kind::Text,
            "with `file`: a regular expression with one group; the whole file when left out",
        ),
    ],
    one_of: &["line", "file"],
    one_is: "origin",
};

const TERMINALS: Kind = Kind::Either(&[Kind::Bool, Kind::Table(&TERMINAL)]);

static TERMINAL: Table = Table {
    name: "terminal",
    doc: "The terminal that it runs on.",
    keys: &[
        may(
            "columns",
            Kind::Integer(20, 1_000),
            "characters in a row; 200 when left out",
        ),
        may(
            "rows",
            Kind::Integer(5, 500),
            "rows of the screen; 50 when left out",
        ),
        may(
            "enter",
            Kind::Word(ENTERS),
            "what Enter sends; `cr` when left out",
        ),
    ],
    one_of: &[],
    one_is: "",
};

const ENTERS: &[Word] = &[
    word("cr", "a carriage return, as the key does"),
    word("lf", "a line feed"),
];

static COPY: Table = Table {
    name: "copy",
    doc: "A file for a scratch directory.",
    keys: &[
        must(
            "from",
            Kind::Text,
            "a file, relative to the adapter file; with `pool`, a directory",
        ),
        may(
            "pool",
            Kind::Bool,
            "the nth client gets the nth file of the directory",
        ),
        must(
            "to",
            Kind::Text,
            "where it goes, below the scratch directory",
        ),
    ],
    one_of: &[],
    one_is: "",
};

const ESCAPES: &[Word] = &[
    word(
        "raw",
        "as it stands; a text with a line break cannot be typed",
    ),
    word("backslash", "`\\\\`, `\\n`, `\\r`, `\\t` and `\\u{1b}`"),
];

const SIGNS: &[Word] = &[
    word("event", "it shows its event `ready`"),
    word(
        "after-dialogue",
        "the last thing that its dialogue awaits has come",
    ),
];

static TYPE: Table = Table {
    name: "type",
    doc: "What to type for each verb; one that is left out cannot be done.",
    keys: &[
        may("say", Kind::Text, "with `{text}`"),
        may("msg", Kind::Text, "with `{to}` and `{text}`"),
        may("file", Kind::Text, "with `{to}` and `{path}`"),
        may("quit", Kind::Text, "as its users quit"),
    ],
    one_of: &[],
    one_is: "",
};

const EVENT: &str = "a regular expression over a whole line; named groups are captures";

/// One key for each event.
pub(super) static EVENTS: Table = Table {
    name: "events",
    doc: "Regular expressions over whole lines of standard output.",
    keys: &[
        may("ready", Kind::Text, EVENT),
        may("joined", Kind::Text, EVENT),
        may("left", Kind::Text, EVENT),
        may("message", Kind::Text, EVENT),
        may("private", Kind::Text, EVENT),
        may("sent", Kind::Text, EVENT),
        may("undelivered", Kind::Text, EVENT),
        may("file_received", Kind::Text, EVENT),
        may("file_delivered", Kind::Text, EVENT),
        may("file_failed", Kind::Text, EVENT),
        may("file_offered", Kind::Text, EVENT),
        may("refused", Kind::Text, EVENT),
        may("rejected", Kind::Text, EVENT),
        may("key_changed", Kind::Text, EVENT),
        may("disconnected", Kind::Text, EVENT),
        may("reconnected", Kind::Text, EVENT),
    ],
    one_of: &[],
    one_is: "",
};

static WIRE: Table = Table {
    name: "wire",
    doc: "What can be decoded of the traffic.",
    keys: &[
        may(
            "framing",
            Kind::Word(FRAMINGS),
            "how frames are cut; `none` when left out",
        ),
        may(
            "background",
            Kind::Array(&Kind::Text, 0),
            "frame types that come and go with timing, left out of protocol records",
        ),
        may(
            "jitter",
            Kind::Integer(0, 65_535),
            "bytes by which the sizes of two texts of one length may differ; 0 when left out",
        ),
        may(
            "sizes",
            Kind::Array(&Kind::Table(&SIZE), 0),
            "the sizes that bodies of frames may have: each frame is checked",
        ),
    ],
    one_of: &[],
    one_is: "",
};

const FRAMINGS: &[Word] = &[
    word("chat", "as the reference implementation does"),
    word("none", "unknown: there is no protocol record"),
];

static CONTROLS: Table = Table {
    name: "controls",
    doc: "A search that finds nothing proves nothing, unless it finds what must be there.",
    keys: &[
        may(
            "arguments",
            Kind::Text,
            "in the relay's command line and environment",
        ),
        may(
            "files",
            Kind::Text,
            "in the files below the relay's scratch directory",
        ),
        may(
            "memory",
            Kind::Text,
            "in the relay's memory, from when it is ready until it ends",
        ),
        may(
            "others",
            Kind::Text,
            "in what a client prints; a canary that it was to receive counts as well",
        ),
        may("output", Kind::Text, "in what the relay prints"),
        may("wire", Kind::Text, "in the traffic of the links"),
    ],
    one_of: &[],
    one_is: "",
};

const CAPABILITIES: &[Word] = &[
    word("file", "send files"),
    word("msg", "send a text to one"),
    word("multiline-text", "send a text with line breaks"),
    word("receipts", "tell the sender that a text was accepted"),
    word("say", "send a text to everyone"),
];
