//! Every kind of problem, with a paragraph of explanation.

use super::diagnostic::Code;

/// The codes for problems of shape, one set for each language.
#[derive(Debug)]
pub(crate) struct ShapeCodes {
    pub(crate) syntax: Code,
    pub(crate) unknown_key: Code,
    pub(crate) missing_key: Code,
    pub(crate) wrong_kind: Code,
    pub(crate) unknown_word: Code,
    pub(crate) bad_duration: Code,
    pub(crate) bad_size: Code,
    pub(crate) out_of_range: Code,
    pub(crate) none_of: Code,
    pub(crate) several_of: Code,
    pub(crate) unreadable: Code,
    pub(crate) too_few: Code,
}

const fn code(id: &'static str, paragraph: &'static str) -> Code {
    Code { id, paragraph }
}

const SYNTAX_TEXT: &str = "The file is not TOML. TOML wants `key = value` on one line each, texts in double quotes, tables in braces and steps under `[[steps]]`. The caret stands where the reader got lost; the slip may be a little before it. What depends on the meaning is checked once the syntax is right.";
const UNKNOWN_KEY_TEXT: &str = "A key stands where the language knows none of this name. Unknown keys are errors, because a misspelt one would otherwise be a step that silently checks nothing. If a key is near, it is suggested; the reference page lists all of them.";
const MISSING_KEY_TEXT: &str = "A table lacks a key without which it means nothing. Add it; the reference page says what it may hold.";
const WRONG_KIND_TEXT: &str = "A value is of another type than its key wants: a number instead of a text, a text instead of a table. The message says what belongs there.";
const UNKNOWN_WORD_TEXT: &str =
    "This key takes one of a few words, and the value is none of them. The message lists them.";
const BAD_DURATION_TEXT: &str = "A duration is a whole number with its unit, in quotes: `\"400ms\"`, `\"5s\"`, `\"2m\"`. It is more than nothing and at most an hour.";
const BAD_SIZE_TEXT: &str = "A size is a whole number with its unit, in quotes: `\"1000B\"`, `\"64KiB\"`, `\"8MiB\"`. It is at most 256 MiB.";
const OUT_OF_RANGE_TEXT: &str =
    "A number is outside of what makes sense here. The message gives the bounds.";
const NONE_OF_TEXT: &str = "Of several keys exactly one must be there, and none is: a step without a verb does nothing, an expectation without a thing to be seen looks for nothing.";
const SEVERAL_OF_TEXT: &str = "Of several keys exactly one must be there, and there are more: a step with two verbs would leave open which comes first. Write a step for each; for both at once use `all`.";
const UNREADABLE_TEXT: &str =
    "The file cannot be read. Check its name and your rights to it; scenario files are UTF-8.";
const TOO_FEW_TEXT: &str = "An array that must hold something is empty: a scenario without clients or steps shows nothing.";

/// Of scenarios.
pub(crate) const SCENARIO: ShapeCodes = ShapeCodes {
    syntax: code("S0101", SYNTAX_TEXT),
    unknown_key: code("S0102", UNKNOWN_KEY_TEXT),
    missing_key: code("S0103", MISSING_KEY_TEXT),
    wrong_kind: code("S0104", WRONG_KIND_TEXT),
    unknown_word: code("S0105", UNKNOWN_WORD_TEXT),
    bad_duration: code("S0106", BAD_DURATION_TEXT),
    bad_size: code("S0107", BAD_SIZE_TEXT),
    out_of_range: code("S0108", OUT_OF_RANGE_TEXT),
    none_of: code("S0109", NONE_OF_TEXT),
    several_of: code("S0110", SEVERAL_OF_TEXT),
    unreadable: code("S0111", UNREADABLE_TEXT),
    too_few: code("S0112", TOO_FEW_TEXT),
};

/// Of adapters.
pub(crate) const ADAPTER: ShapeCodes = ShapeCodes {
    syntax: code("A0201", SYNTAX_TEXT),
    unknown_key: code("A0202", UNKNOWN_KEY_TEXT),
    missing_key: code("A0203", MISSING_KEY_TEXT),
    wrong_kind: code("A0204", WRONG_KIND_TEXT),
    unknown_word: code("A0205", UNKNOWN_WORD_TEXT),
    bad_duration: code("A0206", BAD_DURATION_TEXT),
    bad_size: code("A0207", BAD_SIZE_TEXT),
    out_of_range: code("A0208", OUT_OF_RANGE_TEXT),
    none_of: code("A0209", NONE_OF_TEXT),
    several_of: code("A0210", SEVERAL_OF_TEXT),
    unreadable: code("A0211", UNREADABLE_TEXT),
    too_few: code("A0212", TOO_FEW_TEXT),
};

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
    let of_shape = |codes: &ShapeCodes| {
        [
            codes.syntax,
            codes.unknown_key,
            codes.missing_key,
            codes.wrong_kind,
            codes.unknown_word,
            codes.bad_duration,
            codes.bad_size,
            codes.out_of_range,
            codes.none_of,
            codes.several_of,
            codes.unreadable,
            codes.too_few,
        ]
    };
    of_shape(&SCENARIO)
        .into_iter()
        .chain(scenario::ALL.iter().copied())
        .chain(of_shape(&ADAPTER))
        .chain(adapter::ALL.iter().copied())
}

/// The page of one code: `S0122`. `None` when there is no such code.
pub fn explain_code(id: &str) -> Option<&'static str> {
    codes()
        .find(|code| code.id.eq_ignore_ascii_case(id))
        .map(|code| code.paragraph)
}
