//! The command line: what can be typed, and nothing that does it.

use std::path::PathBuf;

use chat_protocol::RelayKey;
use clap::{Args, Parser, Subcommand};

use crate::locale::Locale;
use crate::pass_phrase::PassPhraseOptions;
use crate::session::{AcceptFiles, Choices, Switch};

const EXIT_CODES: &str = "Exit codes:
  0  left (/quit, end of input, interrupt)
  1  any other error
  2  wrong usage
  3  the relay is gone, after the login
  4  the relay refused the login, or is not the expected one
  5  no relay at the address; key store missing or unreadable, or wrong passphrase; home directory not usable";

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
    /// Language [default: the one of LC_ALL, LC_MESSAGES or LANG]; with --plain and --json, always English
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<Locale>,
}

impl Cli {
    /// The language of what it says. Programs are told everything in English.
    pub(crate) fn locale(&self, variable: impl Fn(&'static str) -> Option<String>) -> Locale {
        match &self.command {
            Command::Chat(chat) if chat.plain || chat.json => Locale::English,
            _ => Locale::choose(self.lang, variable),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Keygen(Keygen),
    Export(Export),
    Chat(Chat),
    #[cfg(feature = "window")]
    Window(Window),
}

const KEYGEN_HELP: &str = "Examples:
  chat-client keygen
  chat-client keygen --home demo/alice --no-passphrase

The home is --home, $CHAT_HOME, $XDG_DATA_HOME/e2e-chat or ~/.local/share/e2e-chat.";

/// Create an identity: the keys by which others will know you
///
/// Writes the key store, identity.keys, into the home and prints the fingerprint. A
/// passphrase protects it: type it twice, or have it read from a file; it is never an argument.
#[derive(Args, Debug)]
#[command(after_help = KEYGEN_HELP)]
pub struct Keygen {
    /// Folder of keys, contacts and downloads
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pass_phrase: PassPhraseOptions,
    /// Replace the existing identity; people who know it will be warned
    #[arg(long)]
    pub(crate) force: bool,
}

const EXPORT_HELP: &str = "Examples:
  chat-client export --to keys
  openssl pkey -in keys/identity-public.pem -pubin -text";

/// Write the keys as PEM, for other programs
///
/// identity-private.pem and encryption-private.pem are unencrypted PKCS#8 that only you
/// can read; identity-public.pem and encryption-public.pem are SPKI. Existing files are kept.
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
/// wait for your /accept. On a terminal, each conversation is a window; with --plain, each line
/// is an event, for programs.
#[derive(Args, Debug)]
#[command(after_help = CHAT_HELP, after_long_help = format!("{CHAT_HELP}\n\n{EXIT_CODES}"))]
pub struct Chat {
    #[command(flatten)]
    pub(crate) membership: Membership,
    /// For programs: one event per line, escaped reversibly, for input as well
    #[arg(long)]
    pub(crate) plain: bool,
    /// For programs: as --plain, but each line of output is a JSON object
    #[arg(long, conflicts_with = "plain")]
    pub(crate) json: bool,
    /// For people, without a full screen: plain lines, one below the other
    #[arg(long, conflicts_with_all = ["plain", "json"])]
    pub(crate) lines: bool,
    /// On a screen, ring the bell for private texts, files and texts with your name in them
    #[arg(long)]
    pub(crate) bell: bool,
    /// Reconnect automatically when the relay is gone, and resend unanswered texts
    #[arg(long)]
    pub(crate) reconnect: bool,
}

#[cfg(feature = "window")]
const WINDOW_HELP: &str = "Examples:
  chat-client window alice --relay 127.0.0.1:5000";

/// Chat in a browser
///
/// Prints an address of this machine. It opens once, in one browser, and shows the chat there: conversations,
/// people, rooms and files. For another browser, press Enter: another address is printed. When the relay is gone, the client connects again by itself. The page is gone when
/// this program ends.
#[cfg(feature = "window")]
#[derive(Args, Debug)]
#[command(after_help = WINDOW_HELP, after_long_help = format!("{WINDOW_HELP}\n\n{EXIT_CODES}"))]
pub struct Window {
    #[command(flatten)]
    pub(crate) membership: Membership,
}

/// Who joins which relay, with which home.
#[derive(Args, Debug)]
pub(crate) struct Membership {
    /// Your name: a-z, 0-9, _ and -, at most 32
    pub(crate) name: String,
    /// Where the relay listens
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) relay: String,
    /// The relay's name; the login is valid only for a relay of this name
    #[arg(long, value_name = "NAME", default_value = "relay")]
    pub(crate) relay_name: String,
    /// The relay's key (64 hexadecimal digits, from its log); no other relay is accepted. Without it,
    /// the first relay at this address is accepted, and from then on no other
    #[arg(long, value_name = "KEY")]
    pub(crate) relay_key: Option<RelayKey>,
    /// Folder of keys, contacts and downloads
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Keep no history of what was said
    #[arg(long)]
    pub(crate) no_history: bool,
    /// Folder for files from others [default: downloads in the home]
    #[arg(long, value_name = "DIR")]
    pub(crate) downloads: Option<PathBuf>,
    /// Whose files to accept without asking: everybody's, those of contacts whose identity is verified, or nobody's
    #[arg(long, value_name = "WHOSE", value_enum, default_value_t)]
    pub(crate) accept_files: AcceptFiles,
    /// Tell people when you are writing to them, and show when they write to you
    #[arg(long, value_name = "CHOICE", value_enum, default_value_t)]
    pub(crate) typing: Switch,
    /// Tell people what you have read, and show what they have read
    #[arg(long, value_name = "CHOICE", value_enum, default_value_t)]
    pub(crate) read_marks: Switch,
    /// Encrypt the connection, on this machine as well; to any other machine it always is
    #[arg(long)]
    pub(crate) tls: bool,
    #[command(flatten)]
    pub(crate) pass_phrase: PassPhraseOptions,
}

impl Membership {
    /// What the user wants others to do and to learn.
    pub(crate) fn choices(&self) -> Choices {
        Choices {
            accept_files: self.accept_files,
            typing: self.typing.into(),
            read_marks: self.read_marks.into(),
        }
    }
}
