//! The table of what can be wrong with a program's behaviour. What it gives away is another
//! table: `zoo_faults`.

use clap::ValueEnum;

/// What is wrong with a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RelayFault {
    /// Nothing is wrong.
    None,
    /// Aborts when it is told to stop.
    AbortsStopping,
    /// Tells everybody for ever that somebody comes and goes, once three are there.
    Crowds,
    /// Ignores SIGTERM and SIGINT.
    Deaf,
    /// Ends when somebody connects and says nothing for a second.
    DiesOfSilence,
    /// Exits after it has passed on the second message.
    DiesMidway,
    /// Prints one line to standard error and exits before it is ready.
    DiesStarting,
    /// Delivers every message twice.
    Doubles,
    /// Acknowledges the second message and passes it on to nobody.
    Drops,
    /// Acknowledges every message after the second one and passes it on to nobody.
    FallsSilent,
    /// Shows a private message to everyone.
    Gossips,
    /// Writes every text to its log.
    LogsText,
    /// Listens and serves, and never says that it is ready.
    NeverReady,
    /// Passes what is sent to one on to everybody, but for texts.
    SpreadsFiles,
    /// Accepts exactly two connections in its life.
    TwoConnections,
}

/// What is wrong with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientFault {
    /// Nothing is wrong.
    None,
    /// Says of each message that comes that somebody has come, who has not, and that somebody has
    /// gone who is there.
    Announces,
    /// Shows every message again, with a blank behind it.
    Appends,
    /// Closes its standard output at the first message and goes on.
    ClosesStdout,
    /// Says twice of each text that it was accepted.
    ConfirmsTwice,
    /// Asks whether to go on before it is ready, without a line break, and waits.
    AsksFirst,
    /// Asks where the cursor is before it is ready, whether there is a terminal or not.
    AsksCursor,
    /// Changes one byte of a received file before it saves it.
    CorruptsFile,
    /// Ends when it has asked for a name. Only one that asks has this.
    DiesAsking,
    /// Ends in the middle of the line with the first message.
    DiesMidline,
    /// Prints empty lines from the first message on.
    EmptyLines,
    /// Takes memory at the first message until it has half a gigabyte.
    EatsMemory,
    /// Prints megabytes a second from the first message on.
    Floods,
    /// The same without a single line break.
    FloodsWithoutNewline,
    /// Starts forty processes at the first message.
    Forks,
    /// Starts forty processes at the first message that are nobody's children: the one that
    /// started them has ended.
    ForksAway,
    /// Shows a message that nobody has sent, besides each that was.
    Invents,
    /// Keeps everything back that it shows, as in a buffer that never gets full.
    HoldsBack,
    /// Prints verdicts, commands for CI, escapes and bytes that are no text.
    Forges,
    /// Ignores `/quit`, the end of its input and SIGTERM.
    Hangs,
    /// Ends at the first message; a process that it has started keeps its output open.
    HoldsPipe,
    /// Writes every line byte by byte.
    InPieces,
    /// Shows the first message six seconds late.
    Late,
    /// Saves each received file once more, under another name.
    KeepsCopies,
    /// Opens connections from the first message on, and closes none.
    Knocks,
    /// Leaves a child that has ended, and never takes its status.
    LeavesUnreaped,
    /// Tries to write into the directories of all others, and says what came of it.
    Meddles,
    /// Shows messages on standard error.
    OnStderr,
    /// Leaves a process behind: in a session of its own, deaf to SIGTERM, without input or
    /// output.
    Orphans,
    /// Shows private texts as messages to everyone, too.
    Publishes,
    /// Is nobody's client yet: wants a licence agreed to, and a name chosen instead of told.
    /// Only one that asks has this.
    Registers,
    /// Shows every message again, under another name.
    Renames,
    /// Writes a file under its final name from the first part on.
    SavesInPlace,
    /// Does nothing but compute from the first message on.
    Spins,
    /// Asks for a name, and for nothing more, for ever. Only one that asks has this.
    StopsAsking,
    /// Hands every text to the others through a socket that is no connection to the relay, and
    /// the relay nothing.
    TalksPast,
    /// Shows every message twice.
    Twice,
    /// Reads a line before it is ready that nobody told to type.
    WaitsFirst,
    /// Sends tiny records from the first message on, each by itself.
    Whispers,
    /// Writes a file of a hundred megabytes at the first message.
    WritesHugeFile,
}
