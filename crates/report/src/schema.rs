//! JSON Schema (draft-07) of `result.json`, for whoever reads it with a program.

use serde_json::{Value, json};

use super::json::VERSION;

/// The schema of `result.json`: that of a run, and that of one scenario in it.
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Result",
        "description": "result.json of a run, or of one scenario of a run.",
        "oneOf": [
            { "$ref": "#/definitions/run" },
            { "$ref": "#/definitions/saved_play" },
        ],
        "definitions": {
            "run": run(),
            "play": play(false),
            "saved_play": play(true),
            "tried": tried(),
            "verdict": verdict(),
            "check": check(),
            "evidence": evidence(),
            "happened": happened(),
            "searched": searched(),
        },
    })
}

fn run() -> Value {
    object(
        "The outcome of a run.",
        json!({
            "version": version(),
            "exit_code": {
                "description": "Of the run: 3 plaintext or distinguishable, 1 failed, 4 cannot tell, 0 passed.",
                "enum": [0, 1, 3, 4],
            },
            "seconds": seconds("Wall-clock time."),
            "provenance": provenance(),
            "left": {
                "description": "Leftovers, in sentences. Anything here makes the run fail.",
                "type": "array",
                "items": { "type": "string" },
            },
            "plays": {
                "description": "One for each scenario, by id.",
                "type": "array",
                "items": { "$ref": "#/definitions/play" },
            },
        }),
    )
}

/// A scenario in a run; in a file of its own it has a version.
fn play(alone: bool) -> Value {
    let mut properties = json!({
        "scenario": text("Its id."),
        "path": text("Its file, relative to the root of the workspace if it is inside."),
        "adapter": text("The implementation."),
        "seed": { "description": "With it, the play can be repeated.", "type": "integer", "minimum": 0 },
        "level": text("How strongly it was isolated: none, reaper or namespaces; empty when it was never played."),
        "seconds": seconds("From the first to the last event of the attempt that is reported."),
        "try": { "description": "Which attempt is reported: the first that did not pass, or else the last.", "type": "integer", "minimum": 1 },
        "tries": {
            "description": "The outcome of each attempt.",
            "type": "array",
            "items": { "$ref": "#/definitions/tried" },
        },
        "verdict": { "$ref": "#/definitions/verdict" },
        "checks": {
            "description": "In the order of the plan, then those of the whole play.",
            "type": "array",
            "items": { "$ref": "#/definitions/check" },
        },
        "uncovered": {
            "description": "Surfaces of the relay about which the verdict says nothing: the adapter declares no control there.",
            "type": "array",
            "items": { "type": "string" },
        },
        "refused": {
            "description": "Surfaces that the machine does not let be searched, whatever the relay does.",
            "type": "array",
            "items": { "type": "string" },
        },
        "searched": { "$ref": "#/definitions/searched" },
        "steps": {
            "description": "How long each step took.",
            "type": "array",
            "items": object("One step that has ended.", json!({
                "step": text("Its id."),
                "seconds": seconds("From its start to its end."),
            })),
        },
        "used": {
            "description": "The resources that each participant used, as far as they were measured.",
            "type": "array",
            "items": used(),
        },
        "dir": text("Where its files are, relative to the directory of the run."),
    });
    if let Some(properties) = properties.as_object_mut().filter(|_| alone) {
        properties.insert("version".to_owned(), version());
    }
    object("Everything about one scenario in a run.", properties)
}

fn provenance() -> Value {
    object(
        "When and where a run took place, and at which commit.",
        json!({
            "began": text("In UTC, such as 2026-11-21T07:41:51; empty if unknown."),
            "host": text("The machine's name; empty if unknown."),
            "commit": { "description": "Of the workspace, if it has one.", "type": ["string", "null"] },
        }),
    )
}

fn tried() -> Value {
    object(
        "The outcome of one attempt at a scenario.",
        json!({
            "try": { "description": "From 1.", "type": "integer", "minimum": 1 },
            "verdict": { "$ref": "#/definitions/verdict" },
            "seconds": seconds("From its first to its last event."),
        }),
    )
}

fn verdict() -> Value {
    let with_reason = |word: &str, what: &str| {
        json!({
            "description": what,
            "type": "object",
            "properties": { word: { "description": "The reason.", "type": "string" } },
            "required": [word],
            "additionalProperties": false,
        })
    };
    json!({
        "description": "Of a whole play.",
        "oneOf": [
            { "enum": ["pass", "cannot-tell", "fail", "flaky", "orphan", "distinguishable", "plaintext"] },
            with_reason("xfail", "It failed, as the scenario expects for now."),
            with_reason("skip", "It was not played."),
            with_reason("unsupported", "The implementation declares that it cannot do it."),
        ],
    })
}

fn check() -> Value {
    object(
        "One thing that was checked.",
        json!({
            "kind": {
                "description": "A word, or a word with what it is about.",
                "oneOf": [
                    { "type": "string" },
                    { "type": "object", "minProperties": 1, "maxProperties": 1 },
                ],
            },
            "name": text("In words."),
            "step": { "description": "Which step; null for those of the whole play.", "type": ["string", "null"] },
            "line": { "description": "Line of the scenario's file.", "type": ["integer", "null"], "minimum": 1 },
            "verdict": { "enum": ["pass", "cannot-tell", "fail", "distinguishable", "plaintext"] },
            "evidence": { "$ref": "#/definitions/evidence" },
        }),
    )
}

fn evidence() -> Value {
    object(
        "Why a verdict is what it is; empty for what passed with nothing to say.",
        json!({
            "expected": text("What was expected."),
            "got": text("What was."),
            "difference": { "description": "The first difference, with invisible characters shown.", "type": ["string", "null"] },
            "just_before": {
                "description": "What happened just before, of all participants, oldest first.",
                "type": "array",
                "items": { "$ref": "#/definitions/happened" },
            },
            "look_at": { "description": "A file to look at, in the play's directory.", "type": ["string", "null"] },
            "event": { "description": "Number of the event of the timeline that settled it.", "type": ["integer", "null"], "minimum": 0 },
        }),
    )
}

fn happened() -> Value {
    object(
        "One thing that happened just before.",
        json!({
            "who": text("A client's name, or relay."),
            "did": { "enum": ["printed", "typed", "exited", "link-closed"] },
            "text": text("The line, shortened where it is long, or how it ended."),
            "at_ms": { "description": "Milliseconds since the play began.", "type": "integer", "minimum": 0 },
        }),
    )
}

fn used() -> Value {
    let count = |what: &str| json!({ "description": what, "type": "integer", "minimum": 0 });
    object(
        "What one participant used.",
        json!({
            "who": text("A client's name, or relay."),
            "cpu_ms": count("CPU time in milliseconds, of all its processes together."),
            "memory": count("Peak memory in bytes, of all its processes together."),
            "processes": count("The largest number of processes at a time."),
        }),
    )
}

fn searched() -> Value {
    let count = |what: &str| json!({ "description": what, "type": "integer", "minimum": 0 });
    let surface = object(
        "The search of one surface.",
        json!({
            "surface": text("Which: wire, output, files, …"),
            "bytes": count("Bytes read."),
            "places": count("Files, streams and links that were searched."),
            "samples": count("The number of scans. Data that appears and vanishes between two scans is not detected."),
            "strings": count("Canaries, texts, files, names, passphrases and keys that were searched for here."),
            "transformations": count("Encodings of them that were searched for here."),
            "found": count("In how many scans the control was found."),
            "control_found": {
                "description": "Whether the control was found; null if the adapter declares none.",
                "type": ["boolean", "null"],
            },
            "below": count("Bytes that were also searched for data that is compressed, encoded several times, cut into lines or weakly encrypted."),
            "left_out": {
                "description": "What that search left out; null if nothing.",
                "type": ["string", "null"],
            },
        }),
    );
    let trace = object(
        "What was compared for one of them.",
        json!({
            "detector": text("The word of its detector, as in findings."),
            "compared": count("Pairs of texts, texts or keys that could be compared."),
            "lacking": {
                "description": "What the scenario lacks, when nothing could be compared.",
                "type": ["string", "null"],
            },
        }),
    );
    object(
        "What was searched for plaintext.",
        json!({
            "secrets": count("Planted strings and texts that were searched for."),
            "transformations": count("Encodings of a string that were searched for."),
            "seen": count("Findings."),
            "surfaces": { "description": "Each once.", "type": "array", "items": surface },
            "traces": { "description": "What was compared to detect crypto misuse.", "type": "array", "items": trace },
            "not_looked_for": { "description": "What could not be searched for, each with the reason.", "type": "array", "items": { "type": "string" } },
        }),
    )
}

/// All properties are there, and no other ones.
fn object(what: &str, properties: Value) -> Value {
    let names: Vec<String> = properties
        .as_object()
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default();
    json!({
        "description": what,
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

fn text(what: &str) -> Value {
    json!({ "description": what, "type": "string" })
}

fn seconds(what: &str) -> Value {
    json!({ "description": what, "type": "number", "minimum": 0 })
}

fn version() -> Value {
    json!({ "description": "Of this format.", "const": VERSION })
}
