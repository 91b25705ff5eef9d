//! The packer itself, with the sources of all that the programs link; and what `dpkg` makes of its packages.

#![expect(
    clippy::unwrap_used,
    reason = "what stands around the tests may fail as loudly as they do"
)]

mod installed;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output};

use flate2::read::GzDecoder;

/// The target that Debian packages are made for here.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Runs a program.
#[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
pub(crate) fn run(program: impl AsRef<std::ffi::OsStr>, with: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(program);
    with(&mut command);
    command.output().unwrap()
}

/// Packs stand-ins for the programs into this folder.
pub(crate) fn pack(out: &Path) -> Output {
    let programs = tempfile::tempdir().unwrap();
    for name in ["chat-client", "chat-server"] {
        std::fs::write(programs.path().join(name), format!("#!/bin/sh\n# {name}\n")).unwrap();
    }
    run(env!("CARGO_BIN_EXE_dist"), |packer| {
        packer.arg("--programs").arg(programs.path());
        packer.arg("--out").arg(out);
        packer.args(["--target", TARGET, "--time", "42"]);
        packer
            .arg("--workspace")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    })
}

/// All files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let read = entries.map(|entry| {
        let name = entry.file_name().into_string().unwrap();
        (name, std::fs::read(entry.path()).unwrap())
    });
    read.collect()
}

#[test]
fn packing_twice_makes_the_same_bytes_with_the_licences_of_all_that_is_linked() {
    let out = tempfile::tempdir().unwrap();
    let (one, other) = (out.path().join("one"), out.path().join("other"));
    for folder in [&one, &other] {
        let packed = pack(folder);
        let said = String::from_utf8_lossy(&packed.stderr);
        assert!(packed.status.success(), "{said}");
    }
    let packages = files(&one);
    assert_eq!(packages.len(), 5, "{:?}", packages.keys());
    assert!(packages == files(&other), "the second time, bytes differ");

    for name in ["chat-client", "chat-server"] {
        let archive = &packages[&format!("{name}-0.1.0-{TARGET}.tar.gz")];
        let mut tar = tar::Archive::new(GzDecoder::new(&archive[..]));
        let mut entries = tar.entries().unwrap().map(Result::unwrap);
        let notices = entries.find(|entry| entry.path().unwrap().ends_with("THIRD-PARTY-NOTICES"));
        let mut text = String::new();
        notices.unwrap().read_to_string(&mut text).unwrap();
        // One of each kind: an Apache licence, one of MIT with a name, and what `ring` brings of others.
        for part in [
            "\n- tokio 1.",
            "\n- ed25519-dalek ",
            "Apache License",
            "Copyright (c) Tokio Contributors",
            "BoringSSL",
        ] {
            assert!(text.contains(part), "{name} has no {part:?}");
        }
        assert!(
            !text.contains("- serde_derive ") && !text.contains("- chat-"),
            "{name} links more than it should"
        );
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let nothing = tempfile::tempdir().unwrap();
    let packed = run(env!("CARGO_BIN_EXE_dist"), |packer| {
        packer.arg("--programs").arg(nothing.path());
        packer.arg("--out").arg(nothing.path().join("out"));
        packer.args(["--target", TARGET, "--time", "42"]);
    });
    let said = String::from_utf8(packed.stderr).unwrap();
    let path = nothing.path().join("chat-client");
    assert_eq!(packed.status.code(), Some(1));
    assert!(
        said.starts_with(&format!("error: {}: ", path.display())),
        "{said}"
    );
}
