//! Where the relay puts what it is handed, and what it does with ciphertext.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::fs::{MemfdFlags, memfd_create};
use zeroize::Zeroize as _;
use zoo_faults::{Fault, Habit, How, Way};

use super::log::print;
use crate::how::written;
use crate::seal::Key;

/// Which text alone is held while it is handled.
const MIDWAY: usize = 2;

/// Everything that was put somewhere and must stay there.
pub(super) struct Spill {
    fault: Fault,
    data: PathBuf,
    /// So many things were handed over.
    handed: usize,
    /// In memory.
    kept: Vec<Vec<u8>>,
    /// Ready to be used.
    ciphers: Vec<Key>,
    /// Open.
    files: Vec<File>,
    children: Vec<Child>,
}

impl Spill {
    pub(super) fn new(fault: Fault, data: PathBuf) -> Self {
        Self {
            fault,
            data,
            handed: 0,
            kept: Vec::new(),
            ciphers: Vec::new(),
            files: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Puts what a client has handed over where the fault says.
    ///
    /// # Errors
    ///
    /// When it cannot be put there.
    pub(super) fn leak(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        let Fault::Leak(_, way, _) = self.fault else {
            return Ok(());
        };
        if bytes.is_empty() {
            return Ok(());
        }
        self.handed += 1;
        match way {
            Way::Log => print(&[&bytes, &b"\n"[..]].concat()),
            Way::Errors => io::stderr().write_all(&[&bytes, &b"\n"[..]].concat()),
            Way::File => self.file()?.write_all(&bytes),
            Way::Pieces => {
                let mut file = self.file()?;
                bytes.chunks(3).try_for_each(|piece| file.write_all(piece))
            }
            Way::Deleted => {
                let mut file = self.file()?;
                fs::remove_file(self.data.join("notes"))?;
                file.write_all(&bytes)?;
                self.files.push(file);
                Ok(())
            }
            Way::Memfd => {
                let mut file = File::from(memfd_create("notes", MemfdFlags::CLOEXEC)?);
                file.write_all(&bytes)?;
                self.files.push(file);
                Ok(())
            }
            Way::Midway if self.handed != MIDWAY => {
                bytes.zeroize();
                Ok(())
            }
            Way::Memory | Way::Wiped | Way::Midway | Way::Farewell => {
                self.kept.push(bytes);
                Ok(())
            }
            Way::Environment => self.child(&[], Some(OsString::from_vec(bytes))),
            Way::Arguments => self.child(&[OsString::from_vec(bytes)], None),
            Way::Panic => {
                // The runtime catches it, and the relay keeps running.
                tokio::spawn(async move {
                    panic!("cannot store {}", String::from_utf8_lossy(&bytes));
                });
                Ok(())
            }
            Way::Wire => Ok(()),
        }
    }

    /// Processes what was handed over, and wipes it if the fault says so.
    pub(super) fn handled(&mut self) {
        if let Fault::Leak(_, Way::Wiped | Way::Midway, _) = self.fault {
            self.kept.zeroize();
        }
    }

    /// Keeps what the relay has read, in memory alone.
    pub(super) fn keep(&mut self, read: Vec<Vec<u8>>) {
        self.kept.extend(read);
    }

    /// Treats ciphertext as the habit says, and returns what the log should say about it.
    ///
    /// # Errors
    ///
    /// When it cannot be put there.
    pub(super) fn sealed(&mut self, sealed: &[u8]) -> io::Result<()> {
        let Fault::Harmless(habit) = self.fault else {
            return Ok(());
        };
        let log = |bytes: &[u8]| print(&[bytes, &b"\n"[..]].concat());
        match habit {
            Habit::RandomLog => log(&std::array::from_fn::<u8, 512, _>(|_| rand::random())),
            Habit::LogsBase64 => log(&written(How::Base64, sealed)),
            Habit::LogsHex => log(&written(How::Hex, sealed)),
            Habit::LogsDecimals => log(&written(How::DecimalList, sealed)),
            Habit::KeepsFiles => self.file()?.write_all(sealed),
            Habit::KeepsGzip => {
                let mut packed = GzEncoder::new(self.file()?, Compression::fast());
                packed.write_all(sealed)?;
                packed.finish().map(drop)
            }
            Habit::KeepsMemory => {
                self.kept.push(sealed.to_vec());
                Ok(())
            }
            Habit::HoldsKeys => {
                let own = Key::new(rand::random());
                log(&written(How::Hex, &rand::random::<[u8; 16]>()))?;
                log(&written(How::Base64, &rand::random::<[u8; 32]>()))?;
                fs::write(self.data.join("store.key"), own.bytes())?;
                self.ciphers.push(own);
                Ok(())
            }
            Habit::TellsChild => self.child(&[], Some(STANDARD.encode(sealed).into())),
            Habit::None
            | Habit::ChattyLog
            | Habit::Headers
            | Habit::BigPadding
            | Habit::KeepAlives
            | Habit::RandomWire
            | Habit::SmallRecords
            | Habit::ExchangesKeys
            | Habit::SealsEach
            | Habit::PadsFrames => Ok(()),
        }
    }

    /// The relay was asked to stop.
    ///
    /// # Errors
    ///
    /// When its last line cannot be printed, or a process that it has started does not end.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if let Fault::Leak(_, Way::Farewell, _) = self.fault {
            print(&self.kept.join(&b'\n'))?;
        }
        for child in &mut self.children {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    fn file(&self) -> io::Result<File> {
        let path = self.data.join("notes");
        File::options().create(true).append(true).open(path)
    }

    /// Starts this program again as a process that does nothing.
    #[expect(
        clippy::disallowed_methods,
        reason = "what a process that it starts can see is what this fault is about"
    )]
    fn child(&mut self, arguments: &[OsString], note: Option<OsString>) -> io::Result<()> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--be-a-child").args(arguments);
        if let Some(note) = note {
            command.env("NOTE", note);
        }
        self.children.push(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
        );
        Ok(())
    }
}
