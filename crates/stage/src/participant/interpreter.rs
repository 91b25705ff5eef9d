//! Why the system does not start a file that is there: what its first line asks for is not.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};

/// Bytes of a first line that the system reads.
const FIRST_LINE: u64 = 256;

/// What a file begins with: all that the system reads of a first line. Nobody waits for a pipe that
/// has taken its place.
pub(crate) fn first_bytes(program: &Path) -> Option<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(open(program, flags, Mode::empty()).ok()?);
    let mut first = Vec::new();
    let is_file = file.metadata().ok()?.is_file();
    is_file.then(|| file.take(FIRST_LINE).read_to_end(&mut first).ok())??;
    Some(first)
}

/// Why a program cannot be started, where its first bytes say so.
pub(crate) fn why_not(program: &Path) -> Option<String> {
    let first = first_bytes(program)?;
    let shown = program.display();
    if first.starts_with(b"\x7fELF") || first.starts_with(b"MZ") || first.is_empty() {
        return None;
    }
    let Some(line) = first.strip_prefix(b"#!") else {
        let is_text = first
            .iter()
            .all(|byte| !byte.is_ascii_control() || b"\t\n\r".contains(byte));
        return is_text.then(|| {
            format!(
                "{shown} has no `#!` line, so the system does not know what runs it: add one, such as `#!/usr/bin/env python3`"
            )
        });
    };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.ends_with(b"\r") {
        return Some(format!(
            "the first line of {shown} has a Windows line ending, so the system looks for an interpreter whose name ends with a carriage return: save it with Unix line endings"
        ));
    }
    let line = String::from_utf8_lossy(line);
    let interpreter = line.split_whitespace().next()?;
    (!Path::new(interpreter).is_file())
        .then(|| format!("{shown} names {interpreter} in its first line, which does not exist"))
}

#[cfg(test)]
mod tests {
    use super::{first_bytes, why_not};

    #[test]
    fn nobody_waits_for_a_pipe_in_place_of_a_program() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("program");
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(first_bytes(&pipe), None);
    }

    #[test]
    fn what_the_first_line_asks_for_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let why = |content: &[u8]| {
            let path = dir.path().join("program");
            std::fs::write(&path, content).unwrap();
            why_not(&path).unwrap_or_default()
        };
        assert_eq!(why(b"#!/bin/sh\nexit 0\n"), "");
        assert_eq!(why(b"\x7fELF\x02\x01\x01\0"), "");
        assert!(why(b"#!/bin/sh\r\nexit 0\r\n").contains("a Windows line ending"));
        assert!(why(b"#! /no/such/python -u\n").contains("/no/such/python"));
        assert!(why(b"print(1)\n").contains("has no `#!` line"));
        assert_eq!(why_not(&dir.path().join("none")), None);
    }
}
