//! Which file is the relay, and which one the client.

use crate::arguments;
use crate::launch::{Because, Launch, Port, Proposal};
use crate::meaning::Meaning;
use crate::search::{all, any, first};
use crate::sources::{Language, SourceFile};
use crate::{prompts, typing};

/// As many are worth a play.
const MOST: usize = 6;

/// The port that a relay is given if it accepts one.
const PORT: u16 = 7411;

const LISTENS: &str =
    r"[Ll]isten\s*\(|createServer|create_server|ServerSocket\(|TCPServer|start_server|Listen\s*=>";
const CONNECTS: &str = r"create_connection|\bconnect\s*\(|\bDial\s*\(|createConnection|new Socket\(|open_connection|PeerAddr|PeerPort|PeerHost";

/// Words that select which of its two parts a program plays.
const SERVES: &str =
    r#"["'](--?(?:server|serve|listen|relay|l|s)|serve|server|listen|relay|host)["']"#;
const JOINS: &str = r#"["'](--?(?:client|connect|join|c)|join|client|connect|chat)["']"#;

/// Everything that the sources of a directory suggest, the likeliest first; or why they suggest nothing.
///
/// # Errors
///
/// In words, for whoever wants an adapter.
pub fn proposals(sources: &[SourceFile]) -> Result<Vec<Proposal>, String> {
    let programs: Vec<&SourceFile> = sources
        .iter()
        .filter(|one| one.language().is_some())
        .collect();
    if programs.is_empty() {
        return Err(
            "no file is a program in Python, JavaScript, C, Java, Perl, Go or shell".to_owned(),
        );
    }
    let relay = likeliest(
        &programs,
        LISTENS,
        CONNECTS,
        r"(?i)server|relay|hub|chatd|host",
    );
    let relay = relay.ok_or("no program listens for connections")?;
    let client = likeliest(&programs, CONNECTS, LISTENS, r"(?i)client|chat|join|user");
    let client = client.ok_or("no program connects to another one")?;
    let is_one = relay.path == client.path;
    let mode = |words: &'static str| is_one.then(|| first(words, &relay.text)).flatten();
    let (serves, joins) = (mode(SERVES), mode(JOINS));
    let besides = is_one
        .then(|| arguments::mode_besides(relay, serves))
        .flatten();
    let relays = arguments::of(relay, sources, serves);
    let clients = arguments::of(client, sources, joins.or(besides.as_deref()));
    let mut all = Vec::new();
    // The likeliest of both together come first.
    for sum in 0..relays.len() + clients.len() {
        for (place, of_relay) in relays.iter().enumerate().take(sum + 1) {
            if all.len() == MOST {
                return Ok(all);
            }
            if let Some(of_client) = clients.get(sum - place) {
                let relay = (relay, launch(relay, of_relay));
                let client = (client, launch(client, of_client));
                all.push(proposal(relay, client));
            }
        }
    }
    Ok(all)
}

/// Who does one thing and not the other, or at least is called so.
fn likeliest<'a>(
    programs: &[&'a SourceFile],
    does: &'static str,
    does_not: &'static str,
    name: &'static str,
) -> Option<&'a SourceFile> {
    let able = programs.iter().filter(|one| any(does, &one.text));
    able.copied().max_by_key(|one| {
        let is_pure = !any(does_not, &one.text);
        (
            is_pure,
            any(name, one.stem()),
            std::cmp::Reverse(one.path.len()),
        )
    })
}

fn launch(source: &SourceFile, arguments: &Because<Vec<crate::launch::Argument>>) -> Launch {
    let language = source.language().unwrap_or(Language::Shell);
    let file = format!("{{submission}}/{}", source.path);
    let program = match language {
        Language::C | Language::Go => vec![format!("{{submission}}/{}", binary(source))],
        Language::Java => {
            let words = [
                "{java}",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                "{submission}/classes",
                source.stem(),
            ];
            words.map(str::to_owned).into()
        }
        _ => vec![format!("{{{}}}", language.tool()), file],
    };
    Launch {
        program,
        arguments: arguments.clone(),
        env: arguments::environment(source),
    }
}

/// Never the name of a source or of a directory.
fn binary(source: &SourceFile) -> String {
    format!("{}.out", source.stem())
}

fn build(programs: [&SourceFile; 2]) -> Vec<Vec<String>> {
    let mut commands: Vec<Vec<String>> = Vec::new();
    for source in programs {
        let command: Vec<String> = match source.language() {
            Some(Language::C) => vec![
                "{cc}".to_owned(),
                "-O1".to_owned(),
                "-pthread".to_owned(),
                "-o".to_owned(),
                binary(source),
                source.path.clone(),
            ],
            Some(Language::Java) => vec![
                "{javac}".to_owned(),
                "-d".to_owned(),
                "classes".to_owned(),
                source.path.clone(),
            ],
            Some(Language::Go) => vec![
                "{go}".to_owned(),
                "build".to_owned(),
                "-o".to_owned(),
                binary(source),
                source.path.clone(),
            ],
            _ => continue,
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    // One start of a slow compiler.
    if let [one, other] = commands.as_slice()
        && one.first().is_some_and(|tool| tool == "{javac}")
    {
        let both = one.iter().chain(other.last()).cloned().collect();
        return vec![both];
    }
    commands
}

fn proposal(
    (relay, relay_launch): (&SourceFile, Launch),
    (client, client_launch): (&SourceFile, Launch),
) -> Proposal {
    let both = [client, relay];
    let mut languages: Vec<Language> = both.iter().filter_map(|one| one.language()).collect();
    languages.dedup();
    let names: Vec<&str> = languages.iter().map(|one| one.name()).collect();
    Proposal {
        about: format!(
            "A chat in {}: {} serves, {} joins.",
            names.join(" and "),
            relay.path,
            client.path
        ),
        build: build([relay, client]),
        port: port(relay, client, &relay_launch),
        questions: prompts::questions(client, relay, &client_launch),
        prompt: prompts::prompt(client),
        msg: typing::msg(&both),
        quit: typing::quit(&[client]),
        languages,
        relay: relay_launch,
        client: client_launch,
        terminal: None,
        events: std::collections::BTreeMap::new(),
        ignore: Vec::new(),
        repeats_own: false,
    }
}

/// Where the relay listens: where its command line says, where its source says, or where it says itself.
fn port(relay: &SourceFile, client: &SourceFile, launch: &Launch) -> Port {
    if launch.is_given_port() {
        return Port::Known(Because::new(PORT, "It is given this port."));
    }
    for source in [relay, client] {
        let lines = source
            .text
            .lines()
            .filter(|line| any(r"(?i)port|bind|listen|connect|socket|serve|addr", line));
        let numbers = lines.flat_map(|line| all(r"\b(\d{4,5})\b", line));
        let numbers = numbers.filter_map(|found| found.get(1)?.as_str().parse::<u16>().ok());
        let mut likely = numbers.filter(|number| *number > 1024 && !number.is_power_of_two());
        if let Some(number) = likely.next() {
            return Port::Known(Because::new(number, format!("{} says so.", source.path)));
        }
    }
    let why = "Its source names no port: it must print the port on which it listens.";
    Port::Printed(Because::new(r".*?(?<port>\d{4,5})\D*".to_owned(), why))
}

impl Proposal {
    /// The port that clients connect to by default.
    pub(crate) fn hard_coded(&self) -> Option<u16> {
        let is_given = self.client.is_given_port()
            || self
                .questions
                .iter()
                .any(|one| matches!(one.answer, Meaning::Port | Meaning::Address));
        match &self.port {
            Port::Known(port) if !is_given => Some(port.it),
            _ => None,
        }
    }
}
