//! Every kind of problem, with a paragraph of explanation.

use toml_language::Code;
use toml_language::ShapeCodes;

const fn code(id: &'static str, paragraph: &'static str) -> Code {
    Code { id, paragraph }
}

/// Constants of these names, and the list `ALL` of them, so that none can be missing there.
macro_rules! codes {
    ($($name:ident: $id:literal, $paragraph:literal;)*) => {
        $(pub(crate) const $name: Code = code($id, $paragraph);)*

        pub(super) const ALL: &[Code] = &[$($name),*];
    };
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

    codes! {
        BAD_NAME: "S0120",
            "A client's name is 1 to 32 characters of a-z, 0-9, `_` and `-`, and begins with a letter or digit. `relay`, `all` and `harness` are taken. It names files and columns on the screen; if a client must log in with a different name, use `as`.";
        DUPLICATE_CLIENT: "S0121",
            "Two clients have the same name, so a step could mean either. To let two clients log in with the same name, give them different names and the second one `as`.";
        UNKNOWN_CLIENT: "S0122",
            "A step names a client that is not in `clients`. Fix the spelling, or add the client.";
        NOT_YET: "S0123",
            "A step needs a client that has not started: it is first named by a `join`, which makes it start late, and that `join` comes later or was refused.";
        HAS_LEFT: "S0124",
            "A step needs a client that is no longer connected: it has left, or its relay is gone. Add a `join` before this step.";
        ALREADY_HERE: "S0125",
            "A client that is running cannot start again. Let it `leave` first; to try a second login under the same name, add another client with `as`.";
        RELAY_STATE: "S0126",
            "The action does not fit the state of the relay: it cannot start while it is running, stop while it is stopped, or thaw unless it is frozen.";
        FROZEN: "S0127",
            "A step needs a response from the relay while the relay is frozen, so its deadline would pass. Thaw the relay first, or do both in one `all`.";
        NO_FIXTURE: "S0128",
            "The file to send does not exist. Paths are relative to the `scenarios` directory. Only a step with `outcome = \"refused\"` may send a missing file.";
        MATRIX: "S0143",
            "A matrix plays one file once for each combination of its values: `[matrix]`, then `size = [\"1B\", \"64KiB\"]`, and `{matrix:size}` where the value belongs. Each axis must be used, its values must differ, and there are at most 256 combinations.";
        PLACEHOLDER: "S0129",
            "Braces in texts hold placeholders: `{canary}` plants a fresh random string, `{canary:vault}` a named one, `{n}` is the iteration of a `repeat`, `{fill:1000}` stands for this many bytes of harmless text. Write `{{` and `}}` for literal braces.";
        TOO_LONG: "S0130",
            "A text exceeds the maximum length of a message, 64 KiB, counted after its placeholders are filled in. To try longer ones, up to 1 MiB, use `outcome = \"refused\"`.";
        NO_CAPTURE: "S0131",
            "An event has only the captures that its kind can have: `joined` has `who`, `message` has `from` and `text`. A capture needs an `event` beside it. The reference page lists them all.";
        FRESH_CANARY: "S0132",
            "`{canary}` makes a new random string each time, so an expectation with one can never be met. Name the canary in the step that sends it and in the one that expects it: `{canary:vault}`.";
        COUNT_OUTSIDE: "S0133",
            "`{n}` is the iteration of a `repeat` and has no meaning outside one.";
        BAD_PATTERN: "S0134",
            "A regular expression does not parse. Write it in single quotes, so that backslashes need no doubling. Look-around and back-references are not supported.";
        NESTED: "S0135",
            "Some verbs do not work inside others: an `all` may contain neither another `all` nor a `beat`.";
        TWO_DEADLINES: "S0136",
            "The step and its `expect` both have a deadline (`within`), so it is not clear which one applies. Keep one of them.";
        BAD_PATH: "S0137",
            "A path must stay in its directory: that of a fixture in `scenarios`, the name that a file is sent under in the sender's outbox. A path that is absolute or leads out would reach other files of this machine.";
        SAME_OUTBOX_NAME: "S0138",
            "One client sends two different files under one name, so the second would replace the first. Give one of them another name with `as`.";
        TOO_MANY_STEPS: "S0139",
            "With its repeats expanded, the scenario has more than 20 000 steps.";
        TO_ITSELF: "S0140",
            "A client sends something to itself. That needs `outcome = \"refused\"` or `\"undelivered\"`.";
        UNPLANTED: "S0141",
            "An expectation looks for a named canary that no step has sent before it. Fix the name, or plant it.";
        EMPTY: "S0142",
            "A text is empty where it must not be. You can send an empty text with `outcome = \"refused\"`; an expectation of an empty text would match every line.";
        FAULT: "S0144",
            "The parameters of a `fault` do not fit its kind: `delay` needs `by`, `jitter` `up_to`, `rate` `bytes_per_second`, `slice` `bytes`, `hold` `frames`. A parameter of another kind would do nothing. `times` counts single frames: those of `drop`, `duplicate`, `reorder`, `replay`, `truncate` and `splice`, and of a `corrupt` that says which frames count.";
        EARLY_CANARY: "S0145",
            "A canary begins within the first 16 bytes of a text. Allocators overwrite the first 16 bytes of freed memory with their own bookkeeping, so the audit could miss it in the relay's memory. Put some text before it: `the vault code is {canary}`.";
        ROOM: "S0146",
            "`room` lacks something, or has something that would do nothing: `invite` and `remove` need `who`, `say` needs `text`, `create` and `leave` need neither.";
    }
}

/// What an adapter means.
pub(crate) mod adapter {
    use super::{Code, code};

    codes! {
        PLACEHOLDER: "A0220",
            "Braces in command lines, variables and paths hold placeholders. Known everywhere: `{work}`, `{control}` and each program of `[programs]`. For the relay also `{keepalive}`; for clients `{port}` and `{name}`; in `[client.type]` also `{to}`, `{text}` and `{path}`. Clients know each value of `captures` as well, and so does the relay's dialogue. Double a brace to write it literally.";
        BAD_PATTERN: "A0221",
            "A regular expression does not parse. Write it in single quotes, so that backslashes need no doubling. It is matched against whole lines. Look-around and back-references are not supported.";
        NO_CAPTURE: "A0222",
            "A named group of a pattern is not a capture of its event. Named groups are the captures that scenarios can ask for; use `(?:…)` for any other group.";
        BAD_PROGRAM: "A0224",
            "The name of a program is used as a placeholder. It consists of a-z, 0-9, `_` and `-`, and must differ from the built-in placeholders.";
        NO_TEXT: "A0226",
            "The line for a verb must contain its placeholders: `{text}` for `say` and `msg`, `{path}` for `file`, `{to}` for `msg` and `file`. Without them every text would be the same.";
        DIALOGUE: "A0227",
            "Each question of a program has one `await` with its `type`, or several of them in `any`. The last one must not be optional, because it marks the end of the dialogue. A program that is ready after its dialogue needs one. Only a client types a passphrase, and its text may contain only the client's name and settings.";
        CAPTURE: "A0228",
            "A captured value is what one group of a regular expression matches, in a line or in a file. Its name is a placeholder: it must differ from the names of programs, and the relay and the clients must use different names.";
        READY: "A0229",
            "A client is ready when it shows its event `ready` or, with `ready = \"after-dialogue\"`, at the end of its dialogue. Give exactly one of the two.";
        BUILD: "A0232",
            "`[build]` copies the directory in a setting and runs its commands in the copy; during plays the setting is the path of the copy. So `setting` must be the name of an entry in `[settings]`.";
        OUTSIDE: "A0240",
            "Participants write only in their own directory, and nothing else of theirs is read: files of `copy`, `keys` and `captures` and the `downloads` are there. Write a path from that directory, such as `home/identity.keys`; where the key is a template, it may also begin with `{work}/`.";
        SHORT_CONTROL: "A0230",
            "A control is a text that the search must find on a surface, to show that it could have found a canary there. A text of less than 6 bytes could occur by chance, so it is not allowed. `{control}` is a random word that the relay can be given as its name.";
        NO_PORT: "A0231",
            "A relay that becomes ready with a line must print its port in it: `listening on \\S+:(?<port>\\d+)`. The harness connects clients to that port, once the relay listens on it. A relay with a hard-coded port needs no line: `ready = { listens = 7411 }` waits until it listens.";
    }
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
