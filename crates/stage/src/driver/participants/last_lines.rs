//! What a program said last: the lines at its end, and the one that says why.

/// So many of its last lines are read.
pub(super) const READ: usize = 60;

/// So many of them are shown.
const SHOWN: usize = 3;

/// A line that begins with one of these says why a program ends; some are behind the name of what
/// went wrong.
const BEGINNINGS: [&str; 7] = [
    "error",
    "exception",
    "fatal",
    "panic",
    "terminate called",
    "uncaught",
    "unhandled",
];

/// In these words the system says no to a program that is confined.
const REFUSALS: [&str; 6] = [
    "eacces",
    "errno 13",
    "operation not permitted",
    "permission denied",
    "read-only file system",
    "unable to open database file",
];

/// The last lines of a program, the oldest first, in one sentence.
pub(super) fn in_words(lines: &[&str]) -> String {
    let full: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = full
        .get(full.len().saturating_sub(SHOWN)..)
        .unwrap_or_default();
    if last.is_empty() {
        return "it printed nothing".to_owned();
    }
    let before = full.get(..full.len() - last.len()).unwrap_or_default();
    let why = before.iter().find(|line| says_why(line));
    let why = why.filter(|_| !last.iter().any(|line| says_why(line)));
    let why = why.map(|line| format!("it said: {}; ", line.trim()));
    format!(
        "{}its last lines: {}{}",
        why.unwrap_or_default(),
        last.join(" ⏎ "),
        hint(&full)
    )
}

/// Whether a line is the one that a reader wants: `Error: Cannot find module`, `panic: …`,
/// `java.lang.NullPointerException`, `thread 'main' panicked at …`.
fn says_why(line: &str) -> bool {
    let line = line.to_lowercase();
    // What stands further in belongs to a trace.
    if line.starts_with([' ', '\t']) {
        return false;
    }
    let name = line.split([':', ' ', '(']).next().unwrap_or_default();
    BEGINNINGS.iter().any(|one| line.starts_with(one))
        || name.ends_with("error")
        || name.ends_with("exception")
        || line.starts_with("exception in thread")
        || (line.starts_with("thread '") && line.contains(" panicked"))
}

/// What may be behind a refusal.
fn hint(lines: &[&str]) -> &'static str {
    let is_refusal = |line: &&&str| {
        let line = line.to_lowercase();
        REFUSALS.iter().any(|refusal| line.contains(refusal))
    };
    if lines.iter().any(|line| is_refusal(&line)) {
        "; a program may write only in its own directory, not beside its files, and in /dev/shm only at level namespaces: make it write there, and supply what it needs with `copy`"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn the_line_that_says_why_is_shown_wherever_it_stands() {
        let node = [
            "node:internal/modules/cjs/loader:1228",
            "  throw err;",
            "  ^",
            "",
            "Error: Cannot find module 'foo'",
            "Require stack:",
            "- /here/r.js",
            "    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)",
            "    at Module._load (node:internal/modules/cjs/loader:1051:27) {",
            "  code: 'MODULE_NOT_FOUND',",
            "  requireStack: [ '/here/r.js' ]",
            "}",
            "",
            "Node.js v20.20.2",
        ];
        let words = in_words(&node);
        assert!(
            words.starts_with("it said: Error: Cannot find module 'foo'; its last lines: "),
            "{words}"
        );
        assert!(words.ends_with("} ⏎ Node.js v20.20.2"), "{words}");
        let java = [
            "Exception in thread \"main\" java.lang.NullPointerException",
            "\tat Relay.main(Relay.java:1)",
            "\tat Relay.a(Relay.java:2)",
            "\tat Relay.b(Relay.java:3)",
        ];
        assert!(in_words(&java).starts_with("it said: Exception in thread"));
        let go = [
            "panic: runtime error: index out of range",
            "",
            "goroutine 1 [running]:",
            "main.main()",
            "exit status 2",
        ];
        assert!(in_words(&go).starts_with("it said: panic: runtime"));
    }

    #[test]
    fn what_stands_at_the_end_is_said_once() {
        let python = [
            "Traceback (most recent call last):",
            "  File \"relay.py\", line 3, in <module>",
            "    1 / 0",
            "ZeroDivisionError: division by zero",
        ];
        let words = in_words(&python);
        assert!(words.starts_with("its last lines: "), "{words}");
        assert_eq!(
            in_words(&["listening", "", " "]),
            "its last lines: listening"
        );
        assert_eq!(in_words(&[]), "it printed nothing");
    }

    #[test]
    fn who_was_refused_a_file_is_reminded_of_its_bounds() {
        let words = in_words(&["PermissionError: [Errno 13] Permission denied"]);
        assert!(words.contains("only in its own directory"), "{words}");
    }
}
