//! Packages of stand-ins for the programs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, Read as _};

use flate2::read::GzDecoder;

use super::all;
use super::package::{Built, Release};

const LINUX: &str = "x86_64-unknown-linux-gnu";

fn made(target: &str, time: u64) -> BTreeMap<String, Vec<u8>> {
    let release = Release {
        version: "1.2.3",
        target,
        time,
        maintainer: "Ada <ada@example.org>",
    };
    let built = |name: &str| {
        Ok::<_, Infallible>(Built {
            program: format!("{name}\0GLIBC_2.34").into_bytes(),
            notices: "notices".to_owned(),
        })
    };
    let failed = |error: io::Error| panic!("{error}");
    all(release, built, failed).unwrap().into_iter().collect()
}

/// A line for each file of a packed archive: mode, owner, time, path.
fn listing(packed: &[u8]) -> Vec<String> {
    let mut tar = tar::Archive::new(GzDecoder::new(packed));
    let entries = tar.entries().unwrap().map(|entry| {
        let entry = entry.unwrap();
        let header = entry.header();
        format!(
            "{:o} {}:{} {} {}",
            header.mode().unwrap(),
            header.username().unwrap().unwrap(),
            header.gid().unwrap(),
            header.mtime().unwrap(),
            entry.path().unwrap().display()
        )
    });
    entries.collect()
}

/// The text of a file in a packed archive.
fn text(packed: &[u8], path: &str) -> String {
    String::from_utf8(bytes(packed, path)).unwrap()
}

/// A file in a packed archive.
fn bytes(packed: &[u8], path: &str) -> Vec<u8> {
    let mut tar = tar::Archive::new(GzDecoder::new(packed));
    let mut entries = tar.entries().unwrap().map(Result::unwrap);
    let mut found = entries
        .find(|entry| entry.path().unwrap().to_str() == Some(path))
        .unwrap_or_else(|| panic!("no {path}"));
    let mut bytes = Vec::new();
    found.read_to_end(&mut bytes).unwrap();
    bytes
}

/// A member of a Debian package.
fn member<'a>(deb: &'a [u8], wanted: &str) -> &'a [u8] {
    let mut rest = deb.strip_prefix(b"!<arch>\n").unwrap();
    loop {
        let header = std::str::from_utf8(&rest[..60]).unwrap();
        let size: usize = header[48..58].trim().parse().unwrap();
        if header[..16].trim() == wanted {
            return &rest[60..60 + size];
        }
        rest = &rest[60 + size + size % 2..];
    }
}

#[test]
fn an_archive_has_all_that_its_reader_needs_owned_by_root_and_of_one_time() {
    let made = made(LINUX, 42);
    let archive = &made["chat-client-1.2.3-x86_64-unknown-linux-gnu.tar.gz"];
    let lines = listing(archive);
    let prefix = "chat-client-1.2.3-x86_64-unknown-linux-gnu";
    for (mode, path) in [
        ("755", "bin/"),
        ("755", "bin/chat-client"),
        ("644", "share/bash-completion/completions/chat-client"),
        ("644", "share/doc/chat-client/LICENSE-APACHE"),
        ("644", "share/doc/chat-client/LICENSE-MIT"),
        ("644", "share/doc/chat-client/README.md"),
        ("644", "share/doc/chat-client/THIRD-PARTY-NOTICES"),
        ("644", "share/fish/vendor_completions.d/chat-client.fish"),
        ("644", "share/man/man1/chat-client-chat.1.gz"),
        ("644", "share/man/man1/chat-client-export.1.gz"),
        ("644", "share/man/man1/chat-client-keygen.1.gz"),
        ("644", "share/man/man1/chat-client.1.gz"),
        ("644", "share/zsh/vendor-completions/_chat-client"),
    ] {
        let line = format!("{mode} root:0 42 {prefix}/{path}");
        assert!(lines.contains(&line), "no {line}: {lines:#?}");
    }
    assert!(
        lines.iter().all(|line| line.contains(" root:0 42 ")),
        "{lines:#?}"
    );
}

#[test]
fn the_same_programs_of_the_same_time_are_the_same_bytes() {
    assert_eq!(made(LINUX, 42), made(LINUX, 42));
    assert_ne!(made(LINUX, 42), made(LINUX, 43));
}

#[test]
fn a_debian_package_has_its_service_and_keeps_a_configuration_that_was_changed() {
    let made = made(LINUX, 42);
    let deb = &made["chat-server_1.2.3_amd64.deb"];
    assert_eq!(member(deb, "debian-binary"), b"2.0\n");
    let told = member(deb, "control.tar.gz");
    let control = text(told, "./control");
    assert!(control.contains("Package: chat-server\nVersion: 1.2.3\nArchitecture: amd64\n"));
    assert!(
        control.contains("\nDepends: libc6 (>= 2.34)\n"),
        "{control}"
    );
    assert!(
        control.contains("\nMaintainer: Ada <ada@example.org>\n"),
        "{control}"
    );
    let configuration = "/etc/chat-server/config.toml\n";
    assert_eq!(text(told, "./conffiles"), configuration);
    let files = member(deb, "data.tar.gz");
    let unit = text(files, "./usr/lib/systemd/system/chat-server.service");
    // What the service starts and reads is what the package brings.
    assert!(unit.contains("ExecStart=/usr/bin/chat-server --config /etc/chat-server/config.toml"));
    assert_eq!(
        text(files, "./usr/bin/chat-server"),
        "chat-server\0GLIBC_2.34"
    );
    text(files, "./etc/chat-server/config.toml");
    let (_, page) = unit.split_once("Documentation=man:").unwrap();
    let (page, _) = page.split_once("(1)\n").unwrap();
    bytes(files, &format!("./usr/share/man/man1/{page}.1.gz"));
}

#[test]
fn a_manual_page_has_options_and_examples() {
    let made = made(LINUX, 42);
    let archive = &made["chat-client-1.2.3-x86_64-unknown-linux-gnu.tar.gz"];
    let path = "chat-client-1.2.3-x86_64-unknown-linux-gnu/share/man/man1/chat-client-chat.1.gz";
    let mut tar = tar::Archive::new(GzDecoder::new(&archive[..]));
    let mut entries = tar.entries().unwrap().map(Result::unwrap);
    let page = entries.find(|entry| entry.path().unwrap().to_str() == Some(path));
    let mut text = String::new();
    GzDecoder::new(page.unwrap())
        .read_to_string(&mut text)
        .unwrap();
    for part in [".TH chat-client-chat 1", "relay", "Examples:"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_digests_name_every_other_file() {
    let made = made(LINUX, 42);
    let digests = String::from_utf8(made["SHA256SUMS"].clone()).unwrap();
    let named: Vec<&str> = digests.lines().map(|line| &line[66..]).collect();
    let others: Vec<&String> = made.keys().filter(|name| *name != "SHA256SUMS").collect();
    assert_eq!(named.len(), 4);
    assert!(
        others.iter().all(|name| named.contains(&name.as_str())),
        "{named:?}"
    );
}

#[test]
fn other_systems_get_archives_and_no_debian_package() {
    let made = made("aarch64-apple-darwin", 42);
    let debs = made.keys().filter(|name| name.ends_with(".deb"));
    assert_eq!((made.len(), debs.count()), (3, 0));
}
