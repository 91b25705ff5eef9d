//! The table of faults in a program's behaviour. What it leaks is another
//! table: `zoo_faults`.

use clap::ValueEnum;

/// What is wrong with a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RelayFault {
    /// Nothing is wrong.
    None,
    /// Aborts when it is told to stop.
    AbortsStopping,
    /// Once three are there, announces endless arrivals and departures to everybody.
    Crowds,
    /// Ignores SIGTERM and SIGINT.
    Deaf,
    /// Exits when somebody connects and says nothing for a second.
    DiesOfSilence,
    /// Exits after it has passed on the second message.
    DiesMidway,
    /// Prints one line to standard error and exits before it is ready.
    DiesStarting,
    /// Delivers every message twice.
    Doubles,
    /// Acknowledges the second message and drops it.
    Drops,
    /// Acknowledges every message after the second one and drops it.
    FallsSilent,
    /// Shows a private message to everyone.
    Gossips,
    /// Writes every text to its log.
    LogsText,
    /// Listens and serves, and never says that it is ready.
    NeverReady,
    /// Passes everything but texts that is sent to one person on to everybody.
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
    /// Closes its standard output at the first message and continues.
    ClosesStdout,
    /// Says twice of each text that it was accepted.
    ConfirmsTwice,
    /// Asks whether to go on before it is ready, without a line break, and waits.
    AsksFirst,
    /// Asks for the cursor position before it is ready, whether or not there is a terminal.
    AsksCursor,
    /// Changes one byte of a received file before it saves it.
    CorruptsFile,
    /// Exits after it has asked for a name. Only for a client that asks.
    DiesAsking,
    /// Ends in the middle of the line with the first message.
    DiesMidline,
    /// Prints empty lines from the first message on.
    EmptyLines,
    /// Allocates half a gigabyte of memory at the first message.
    EatsMemory,
    /// Prints megabytes a second from the first message on.
    Floods,
    /// The same without a single line break.
    FloodsWithoutNewline,
    /// Starts forty processes at the first message.
    Forks,
    /// At the first message, starts forty processes that are nobody's children: the one that
    /// started them has ended.
    ForksAway,
    /// Besides each message, shows one that nobody has sent.
    Invents,
    /// Holds back everything that it prints, as in a buffer that never gets full.
    HoldsBack,
    /// Prints verdicts, CI commands, escapes and bytes that are not text.
    Forges,
    /// Ignores `/quit`, the end of its input and SIGTERM.
    Hangs,
    /// Exits at the first message; a process that it has started keeps its output open.
    HoldsPipe,
    /// Writes every line byte by byte.
    InPieces,
    /// Shows the first message six seconds late.
    Late,
    /// Saves each received file once more, under another name.
    KeepsCopies,
    /// From the first message on, opens connections and closes none.
    Knocks,
    /// Leaves a child that has ended, and never collects its status.
    LeavesUnreaped,
    /// Tries to write into the directories of all others, and reports the result.
    Meddles,
    /// Shows messages on standard error.
    OnStderr,
    /// Leaves a process behind: in a session of its own, ignoring SIGTERM, without input or
    /// output.
    Orphans,
    /// Shows private texts as messages to everyone, too.
    Publishes,
    /// Wants a licence to be accepted, and a name to be chosen from a list.
    /// Only one that asks has this.
    Registers,
    /// Shows every message again, under another name.
    Renames,
    /// Writes a file under its final name from the start.
    SavesInPlace,
    /// Does nothing but compute from the first message on.
    Spins,
    /// Asks for a name, again and again for ever. Only for a client that asks.
    StopsAsking,
    /// Hands every text to the others through a socket that does not lead to the relay, and
    /// the relay nothing.
    TalksPast,
    /// Shows every message twice.
    Twice,
    /// Before it is ready, reads a line that nothing tells anybody to type.
    WaitsFirst,
    /// From the first message on, sends tiny records, each by itself.
    Whispers,
    /// Writes a file of a hundred megabytes at the first message.
    WritesHugeFile,
}
