//! What belongs to a program that people install.

use std::io;

use clap::Command;

use crate::deb::{self, Control};
use crate::pages;
use crate::tree::{Tree, gzipped};

const MIT: &str = include_str!("../../LICENSE-MIT");
pub(crate) const APACHE: &str = include_str!("../../LICENSE-APACHE");
const UNIT: &str = include_str!("../../chat-server/packaging/chat-server.service");
const CONFIGURATION: &str = include_str!("../../chat-server/packaging/config.toml");

/// A program that is packed.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    description: &'static str,
    /// For whoever has unpacked it.
    readme: &'static str,
    command: Command,
    is_service: bool,
}

/// What is made, for whom, and of what time.
#[derive(Clone, Copy)]
pub(crate) struct Release<'a> {
    pub(crate) version: &'a str,
    /// As the compiler calls it.
    pub(crate) target: &'a str,
    /// Seconds since 1970.
    pub(crate) time: u64,
    /// Who answers for the package, as Debian writes it.
    pub(crate) maintainer: &'a str,
}

/// A program, and the licences of what it links.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) program: Vec<u8>,
    pub(crate) notices: String,
}

/// All programs that people install.
pub(crate) fn all() -> [Package; 2] {
    [
        Package {
            name: "chat-client",
            description: "client of an end-to-end encrypted chat, for the terminal",
            readme: include_str!("../texts/chat-client.md"),
            command: chat_client::command(),
            is_service: false,
        },
        Package {
            name: "chat-server",
            description: "relay of an end-to-end encrypted chat, which cannot read it",
            readme: include_str!("../texts/chat-server.md"),
            command: chat_server::command(),
            is_service: true,
        },
    ]
}

impl Package {
    /// A compressed archive whose one directory can be laid over `/usr/local`; with its name.
    pub(crate) fn archive(&self, built: &Built, of: Release<'_>) -> io::Result<(String, Vec<u8>)> {
        let name = format!("{}-{}-{}", self.name, of.version, of.target);
        let mut files = self.files(&built.program)?;
        let texts = [
            ("README.md", self.readme),
            ("LICENSE-MIT", MIT),
            ("LICENSE-APACHE", APACHE),
            ("THIRD-PARTY-NOTICES", &built.notices),
        ];
        for (file, text) in texts {
            files.add(format!("share/doc/{}/{file}", self.name), text);
        }
        if self.is_service {
            for (file, text) in [
                ("chat-server.service", UNIT),
                ("config.toml", CONFIGURATION),
            ] {
                files.add(format!("share/doc/chat-server/{file}"), text);
            }
        }
        let bytes = files.tar_gz(&format!("{name}/"), of.time)?;
        Ok((format!("{name}.tar.gz"), bytes))
    }

    /// A Debian package with its name; nothing for machines that Debian has no name for.
    pub(crate) fn deb(
        &self,
        built: &Built,
        of: Release<'_>,
    ) -> io::Result<Option<(String, Vec<u8>)>> {
        let Some(architecture) = architecture(of.target) else {
            return Ok(None);
        };
        let mut files = self.files(&built.program)?;
        let doc = format!("share/doc/{}", self.name);
        files.add(format!("{doc}/README.md"), self.readme);
        files.add(format!("{doc}/copyright"), copyright());
        files.add(
            format!("{doc}/LICENSE-APACHE.gz"),
            gzipped(APACHE.as_bytes())?,
        );
        files.add(
            format!("{doc}/THIRD-PARTY-NOTICES.gz"),
            gzipped(built.notices.as_bytes())?,
        );
        let mut files = files.under("usr");
        if self.is_service {
            files.add("usr/lib/systemd/system/chat-server.service", UNIT);
            files.add("etc/chat-server/config.toml", CONFIGURATION);
        }
        let control = Control {
            package: self.name,
            version: of.version,
            architecture,
            maintainer: of.maintainer,
            depends: deb::depends(&built.program),
            description: self.description,
            scripts: if self.is_service { &SCRIPTS } else { &[] },
        };
        let bytes = deb::deb(&control, &files, of.time)?;
        let name = format!("{}_{}_{architecture}.deb", self.name, of.version);
        Ok(Some((name, bytes)))
    }

    fn files(&self, program: &[u8]) -> io::Result<Tree> {
        let mut files = Tree::default();
        files.add_program(format!("bin/{}", self.name), program);
        let manual = pages::manual(self.command.clone())?;
        Ok(files.and(manual).and(pages::completions(&self.command)))
    }
}

/// What `dpkg` runs for the service.
const SCRIPTS: [(&str, &str); 3] = [
    ("postinst", include_str!("../texts/chat-server.postinst")),
    ("prerm", include_str!("../texts/chat-server.prerm")),
    ("postrm", include_str!("../texts/chat-server.postrm")),
];

fn copyright() -> String {
    format!(
        "Licensed under MIT or Apache-2.0 (LICENSE-APACHE.gz), at your option. THIRD-PARTY-NOTICES.gz has the licences \
         of everything else in the program.\n\n{MIT}"
    )
}

/// What Debian calls the machine of a target.
fn architecture(target: &str) -> Option<&'static str> {
    match target.strip_suffix("-unknown-linux-gnu")? {
        "x86_64" => Some("amd64"),
        "aarch64" => Some("arm64"),
        _ => None,
    }
}
