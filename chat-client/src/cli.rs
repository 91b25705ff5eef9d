//! The command line: what can be typed, and nothing that does it.

use std::path::PathBuf;

use chat_protocol::RelayKey;
use clap::{Args, Parser, Subcommand};

use crate::pass_phrase::PassPhraseOptions;

const EXIT_CODES: &str = "Exit codes:
  0  left (/quit, end of input, interrupt)
  1  another fault
  2  wrong usage
  3  the relay is gone, after the login
  4  the relay refused the login, or is another one
  5  no relay there; key store missing, unreadable or its passphrase wrong; home not usable";

const EXAMPLES: &str = "Examples:
  chat-client keygen
  chat-client chat alice --relay 127.0.0.1:5000
  chat-client export --to keys";

/// End-to-end encrypted chat through a relay that can read none of it
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Keygen(Keygen),
    Export(Export),
    Chat(Chat),
}

const KEYGEN_HELP: &str = "Examples:
  chat-client keygen
  chat-client keygen --home demo/alice --no-pass-phrase

The home is --home, $CHAT_HOME, $XDG_DATA_HOME/e2e-chat or ~/.local/share/e2e-chat.";

/// Make an identity: the keys that others will know you by
///
/// Writes the key store, identity.keys, into the home and prints the fingerprint. A pass
/// phrase protects it; it is typed twice, or read from a file, and never an argument.
#[derive(Args, Debug)]
#[command(after_help = KEYGEN_HELP)]
pub struct Keygen {
    /// Folder of keys, contacts and downloads
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pass_phrase: PassPhraseOptions,
    /// Replace the identity that is there: those who know it will be warned of you
    #[arg(long)]
    pub(crate) force: bool,
}

const EXPORT_HELP: &str = "Examples:
  chat-client export --to keys
  openssl pkey -in keys/identity-public.pem -pubin -text";

/// Write the keys as PEM, for other programs
///
/// identity-private.pem and encryption-private.pem are PKCS#8 in clear, readable for you
/// alone; identity-public.pem and encryption-public.pem are SPKI. Files that exist stay.
#[derive(Args, Debug)]
#[command(after_help = EXPORT_HELP)]
pub struct Export {
    /// Folder of keys, contacts and downloads
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Folder for the four files
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) to: PathBuf,
    #[command(flatten)]
    pub(crate) pass_phrase: PassPhraseOptions,
}

const CHAT_HELP: &str = "Examples:
  chat-client chat alice --relay 127.0.0.1:5000
  printf 'hello\\n/quit\\n' | chat-client chat bob --relay 127.0.0.1:5000 --plain";

/// Chat
///
/// What you type goes to everyone who is here; /help lists the commands. Files from others
/// are saved by themselves. On a terminal, conversations are windows of a screen; with --plain
/// one line is one event, for programs.
#[derive(Args, Debug)]
#[command(after_help = CHAT_HELP, after_long_help = format!("{CHAT_HELP}\n\n{EXIT_CODES}"))]
pub struct Chat {
    /// Your name: a-z, 0-9, _ and -, at most 32
    pub(crate) name: String,
    /// Where the relay listens
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) relay: String,
    /// What the relay calls itself: the login is good for this one only
    #[arg(long, value_name = "NAME", default_value = "relay")]
    pub(crate) relay_name: String,
    /// The relay's key, 64 hexadecimal digits, as its log shows it: no other relay will do. Without it,
    /// the first relay at this address will do, and from then on no other
    #[arg(long, value_name = "KEY")]
    pub(crate) relay_key: Option<RelayKey>,
    /// Folder of keys, contacts and downloads
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// For programs: one event a line, escaped reversibly, and so is what is typed
    #[arg(long)]
    pub(crate) plain: bool,
    /// For programs: as --plain, but each line of output is an object of JSON
    #[arg(long, conflicts_with = "plain")]
    pub(crate) json: bool,
    /// For people, without a screen: one line below the other, as on a terminal that can do no more
    #[arg(long, conflicts_with_all = ["plain", "json"])]
    pub(crate) lines: bool,
    /// On a screen, ring the bell for private texts, files and texts with your name in them
    #[arg(long)]
    pub(crate) bell: bool,
    /// Connect again by yourself when the relay is gone, and send again what nobody answered for
    #[arg(long)]
    pub(crate) reconnect: bool,
    /// Keep no history of what was said
    #[arg(long)]
    pub(crate) no_history: bool,
    /// Where files from others go [default: downloads in the home]
    #[arg(long, value_name = "DIR")]
    pub(crate) downloads: Option<PathBuf>,
    /// Allow plain TCP to another machine, which shows it names, times and sizes
    #[arg(long)]
    pub(crate) insecure_transport: bool,
    #[command(flatten)]
    pub(crate) pass_phrase: PassPhraseOptions,
}
