//! Every kind of problem, with a paragraph of explanation.

use toml_language::Code;
use toml_language::ShapeCodes;

const fn code(id: &'static str, paragraph: &'static str) -> Code {
    Code { id, paragraph }
}

/// Shape of scenarios.
pub(crate) const SCENARIO: ShapeCodes = ShapeCodes::new([
    "S0101", "S0102", "S0103", "S0104", "S0105", "S0106", "S0107", "S0108", "S0109", "S0110",
    "S0111", "S0112",
]);

/// Shape of adapters.
pub(crate) const ADAPTER: ShapeCodes = ShapeCodes::new([
    "A0201", "A0202", "A0203", "A0204", "A0205", "A0206", "A0207", "A0208", "A0209", "A0210",
    "A0211", "A0212",
]);

/// What a scenario means.
pub(crate) mod scenario {
    use super::{Code, code};

    pub(crate) const MATRIX: Code = code(
        "S0143",
        "A matrix plays one file once for each combination of its values: `[matrix]`, then `size = [\"1B\", \"64KiB\"]`, and `{matrix:size}` where the value belongs. Each axis must be used, its values must differ, and there are at most 256 combinations.",
    );
    pub(crate) const BAD_NAME: Code = code(
        "S0120",
        "A client's name is 1 to 32 characters of a-z, 0-9, `_` and `-`, and begins with a letter or digit. `relay`, `all` and `harness` are taken. It names files and lanes on the screen; if a client must log in with another name, say so with `as`.",
    );
    pub(crate) const DUPLICATE_CLIENT: Code = code(
        "S0121",
        "Two clients have one name, so that a step could mean either. To let two clients log in with the same name, give them different names and the second one `as`.",
    );
    pub(crate) const UNKNOWN_CLIENT: Code = code(
        "S0122",
        "A step names a client that is not in `clients`. Mend the spelling, or add the client.",
    );
    pub(crate) const NOT_YET: Code = code(
        "S0123",
        "A step needs a client that has not started: it is first named by a `join`, which makes it start late, and that `join` comes later or was refused.",
    );
    pub(crate) const HAS_LEFT: Code = code(
        "S0124",
        "A step needs a client that is not connected any more: it has left, or the relay it was connected to is gone. Let it `join` again first.",
    );
    pub(crate) const ALREADY_HERE: Code = code(
        "S0125",
        "A client that is running cannot start again. Let it `leave` first; to try a second login under the same name, add another client with `as`.",
    );
    pub(crate) const RELAY_STATE: Code = code(
        "S0126",
        "What is asked of the relay does not fit its state: it cannot start while it runs, stop when it is stopped, or thaw when it is not frozen.",
    );
    pub(crate) const FROZEN: Code = code(
        "S0127",
        "A step needs an answer of the relay while the relay is frozen, so that its deadline would pass. Thaw the relay first, or do both in one `all`.",
    );
    pub(crate) const NO_FIXTURE: Code = code(
        "S0128",
        "The file that a step sends is not there. Paths are relative to the `scenarios` directory. A missing file can only be sent where the step says `outcome = \"refused\"`.",
    );
    pub(crate) const PLACEHOLDER: Code = code(
        "S0129",
        "Braces in texts hold placeholders: `{canary}` plants a fresh random string, `{canary:vault}` a named one, `{n}` counts the turns of a `repeat`, `{fill:1000}` stands for so many bytes of harmless text. A brace that is meant as a brace is written twice: `{{` and `}}`.",
    );
    pub(crate) const TOO_LONG: Code = code(
        "S0130",
        "A text is longer than a message can be, 64 KiB, counted after its placeholders are filled in. Longer ones, up to 1 MiB, can be tried with `outcome = \"refused\"`.",
    );
    pub(crate) const NO_CAPTURE: Code = code(
        "S0131",
        "An event has only the captures that its kind can have: `joined` has `who`, `message` has `from` and `text`. A capture needs an `event` beside it. The reference page lists them all.",
    );
    pub(crate) const FRESH_CANARY: Code = code(
        "S0132",
        "`{canary}` makes a new random string each time, so that an expectation with one can never be seen. Name the canary where it is sent and where it is expected: `{canary:vault}`.",
    );
    pub(crate) const COUNT_OUTSIDE: Code = code(
        "S0133",
        "`{n}` counts the turns of a `repeat` and means nothing outside of one.",
    );
    pub(crate) const BAD_PATTERN: Code = code(
        "S0134",
        "A regular expression does not parse. Write it in single quotes, so that backslashes need no doubling. Look-around and back references are not known.",
    );
    pub(crate) const NESTED: Code = code(
        "S0135",
        "Some verbs make no sense inside of others: an `all` holds neither another `all` nor a `beat`.",
    );
    pub(crate) const TWO_DEADLINES: Code = code(
        "S0136",
        "The deadline is given twice, for the step and inside of its `expect`. Keep one.",
    );
    pub(crate) const BAD_PATH: Code = code(
        "S0137",
        "A path must stay below its directory: fixtures below `scenarios`, names below the sender's outbox are relative. Absolute paths would differ from machine to machine.",
    );
    pub(crate) const SAME_OUTBOX_NAME: Code = code(
        "S0138",
        "One client sends two different files under one name, so that the second would replace the first. Give one of them another name with `as`.",
    );
    pub(crate) const TOO_MANY_STEPS: Code = code(
        "S0139",
        "With its repeats written out the scenario has more than 20 000 steps.",
    );
    pub(crate) const TO_ITSELF: Code = code(
        "S0140",
        "A client sends something to itself. That is only tried with `outcome = \"refused\"` or `\"undelivered\"`.",
    );
    pub(crate) const UNPLANTED: Code = code(
        "S0141",
        "An expectation looks for a named canary that no step has sent before it. Mend the name, or plant it.",
    );
    pub(crate) const EMPTY: Code = code(
        "S0142",
        "A text is empty where it must say something. An empty text can be sent with `outcome = \"refused\"`; an empty one that is looked for would be in every line.",
    );

    pub(crate) const FAULT: Code = code(
        "S0144",
        "What a `fault` is told does not fit its kind: `delay` needs `by`, `jitter` `up_to`, `rate` `bytes_per_second`, `slice` `bytes`, `hold` `frames`. A parameter of another kind would do nothing. `times` counts single frames: those of `drop`, `duplicate`, `reorder`, `replay`, `truncate` and `splice`, and of a `corrupt` that says which frames count.",
    );

    pub(crate) const EARLY_CANARY: Code = code(
        "S0145",
        "A canary stands within the first 16 bytes of a text. Allocators write their own notes over the first 16 bytes of memory that has been freed, so the audit could miss it in the relay's memory. Say something before it: `the vault code is {canary}`.",
    );

    pub(super) const ALL: &[Code] = &[
        BAD_NAME,
        DUPLICATE_CLIENT,
        UNKNOWN_CLIENT,
        NOT_YET,
        HAS_LEFT,
        ALREADY_HERE,
        RELAY_STATE,
        FROZEN,
        NO_FIXTURE,
        MATRIX,
        PLACEHOLDER,
        TOO_LONG,
        NO_CAPTURE,
        FRESH_CANARY,
        COUNT_OUTSIDE,
        BAD_PATTERN,
        NESTED,
        TWO_DEADLINES,
        BAD_PATH,
        SAME_OUTBOX_NAME,
        TOO_MANY_STEPS,
        TO_ITSELF,
        UNPLANTED,
        EMPTY,
        FAULT,
        EARLY_CANARY,
    ];
}

/// What an adapter means.
pub(crate) mod adapter {
    use super::{Code, code};

    pub(crate) const PLACEHOLDER: Code = code(
        "A0220",
        "Braces in command lines, variables and paths hold placeholders. Known everywhere: `{work}`, `{control}` and each program of `[programs]`. For the relay also `{keepalive}`; for clients `{port}` and `{name}`; in `[client.type]` also `{to}`, `{text}` and `{path}`. Clients know each value of `captures` as well, and so does the relay's dialogue. A brace that is meant as a brace is written twice.",
    );
    pub(crate) const BAD_PATTERN: Code = code(
        "A0221",
        "A regular expression does not parse. Write it in single quotes, so that backslashes need no doubling. It is matched against whole lines. Look-around and back references are not known.",
    );
    pub(crate) const NO_CAPTURE: Code = code(
        "A0222",
        "A named group of a pattern is no capture of its event. Groups are the captures that scenarios can ask for; use `(?:…)` for a group that is none.",
    );
    pub(crate) const BAD_PROGRAM: Code = code(
        "A0224",
        "The name of a program is used as a placeholder. It is made of a-z, 0-9, `_` and `-`, and is none of the placeholders that are always there.",
    );
    pub(crate) const NO_TEXT: Code = code(
        "A0226",
        "What is typed for a verb must hold its placeholders: `{text}` for `say` and `msg`, `{path}` for `file`, `{to}` for `msg` and `file`. Without them every text would be the same.",
    );

    pub(crate) const DIALOGUE: Code = code(
        "A0227",
        "Each thing that a program asks has one `await` with its `type`, or several of them in `any`. The last one must be awaited, so that it is known when the dialogue is over. Who gets ready with its dialogue needs one. A pass phrase is typed by a client, and made of nothing but its name and settings.",
    );
    pub(crate) const CAPTURE: Code = code(
        "A0228",
        "A captured value is what one group of a regular expression matches, in a line or in a file. Its name is a placeholder: it is no name of a program, and the relay and the clients have different ones.",
    );
    pub(crate) const READY: Code = code(
        "A0229",
        "A client is ready when it shows its event `ready`, or, with `ready = \"after-dialogue\"`, when its dialogue is over. One of them must be there, and not both.",
    );

    pub(crate) const SHORT_CONTROL: Code = code(
        "A0230",
        "A control is a text that the search must find on a surface, to show that it could have found a canary there. A text of less than 6 bytes is not looked for: it is anybody's. `{control}` is a random word that the relay can be given as its name.",
    );

    pub(super) const ALL: &[Code] = &[
        PLACEHOLDER,
        BAD_PATTERN,
        NO_CAPTURE,
        BAD_PROGRAM,
        NO_TEXT,
        DIALOGUE,
        CAPTURE,
        READY,
        SHORT_CONTROL,
    ];
}

/// Every code, of scenarios first.
pub fn codes() -> impl Iterator<Item = Code> {
    SCENARIO
        .all()
        .into_iter()
        .chain(scenario::ALL.iter().copied())
        .chain(ADAPTER.all())
        .chain(adapter::ALL.iter().copied())
}

/// The page of one code: `S0122`. `None` when there is no such code.
pub fn explain_code(id: &str) -> Option<&'static str> {
    codes()
        .find(|code| code.id.eq_ignore_ascii_case(id))
        .map(|code| code.paragraph)
}
