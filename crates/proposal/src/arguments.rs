//! Which arguments and variables a program takes: by what it says of itself, by what others say of it, and by how it
//! uses them.

use std::collections::{BTreeMap, BTreeSet};

use crate::launch::{Argument, Because};
use crate::meaning::Meaning;
use crate::search::{all, any, first};
use crate::sources::{Language, SourceFile};

/// As many as anybody types.
const MOST: usize = 8;

/// So many lists of arguments are worth a play.
const MOST_LISTS: usize = 6;

/// All that can be said of the arguments of a program, the most telling first. What is to be done (`serve`) is one of
/// them where a program can do several things.
pub(crate) fn of(
    source: &SourceFile,
    all_sources: &[SourceFile],
    mode: Option<&str>,
) -> Vec<Because<Vec<Argument>>> {
    let of_usages = usages(&source.text).into_iter().filter_map(|usage| {
        let its = after_name(&usage, source.stem(), mode)?;
        Some(Because::new(
            its,
            format!("Its own words: `usage:{usage}`."),
        ))
    });
    let none = Because::new(
        mode.map(|mode| Argument::Word(mode.to_owned()))
            .into_iter()
            .collect(),
        "Nothing says that it takes arguments.",
    );
    let mut known = BTreeSet::new();
    of_usages
        .chain(declared(source))
        .chain(mentioned(source, all_sources, mode))
        .chain(used(source, mode))
        .chain([none])
        .filter(|one| known.insert(one.it.clone()))
        .take(MOST_LISTS)
        .collect()
}

/// What follows `usage:`, one line each; a second line belongs to it where a program can do several things.
fn usages(text: &str) -> Vec<String> {
    let ends = ['"', '\'', '`', '\n', '\\', ';'];
    let lines = all(r"(?i)usage:([^\n]*)", text)
        .into_iter()
        .flat_map(|found| {
            let line = found.get(1).map_or("", |tail| tail.as_str());
            line.split("\\n")
                .map(|part| part.split(ends).next().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        });
    lines.filter(|line| !line.trim().is_empty()).collect()
}

/// What follows the program's name, as arguments. Nothing where the line is about something else.
fn after_name(line: &str, stem: &str, mode: Option<&str>) -> Option<Vec<Argument>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_name = |word: &&str| {
        let bare = word.rsplit('/').next().unwrap_or_default();
        bare == "%s"
            || bare == "$0"
            || bare.contains("argv[0]")
            || bare.contains("__file__")
            || bare.split('.').next() == Some(stem)
    };
    let place = words.iter().take(4).rposition(is_name)?;
    let words = words.get(place + 1..)?;
    let words = match mode {
        None => words,
        Some(mode) => {
            let place = words.iter().position(|word| *word == mode)?;
            words.get(place..)?
        }
    };
    let words = words
        .iter()
        .take_while(|word| !matches!(**word, "|" | "#" | "--" | "&" | "//"))
        .take(MOST);
    arguments(&words.copied().collect::<Vec<_>>(), mode)
}

/// What a line says of the arguments of the program that printed it.
pub(crate) fn of_usage(line: &str) -> Option<Because<Vec<Argument>>> {
    let tail = usages(line).into_iter().next()?;
    let words: Vec<&str> = tail.split_whitespace().collect();
    // The program's name comes first, behind that of what runs it.
    let skipped = words
        .iter()
        .take_while(|word| matches!(**word, "java" | "node" | "python" | "python3" | "perl"))
        .count();
    let its = arguments(words.get(skipped + 1..)?, None)?;
    Some(Because::new(
        its,
        format!("It said so itself: `usage:{tail}`."),
    ))
}

/// What a program of two parts is to do to be the client, where its usage alone says so.
pub(crate) fn mode_besides(source: &SourceFile, serves: Option<&str>) -> Option<String> {
    let lines = usages(&source.text);
    let words = lines
        .iter()
        .filter_map(|line| line.split_whitespace().nth(1));
    let mut modes = words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    modes
        .find(|word| Some(*word) != serves && Meaning::of(word).is_none())
        .map(str::to_owned)
}

/// Each word as an argument. Nothing where one of them means nothing.
fn arguments(words: &[&str], mode: Option<&str>) -> Option<Vec<Argument>> {
    // What is in quotes is one argument.
    let joined = words.join(" ");
    let words = all(r#""[^"]*"|\S+"#, &joined);
    let words = words.iter().filter_map(|found| found.get(0));
    words.map(|word| argument(word.as_str(), mode)).collect()
}

fn argument(word: &str, mode: Option<&str>) -> Option<Argument> {
    if mode == Some(word) {
        return Some(Argument::Word(word.to_owned()));
    }
    let bare = word.trim_matches(|c| "[]<>(){}".contains(c));
    if bare.starts_with('-') {
        return Some(Argument::Word(bare.to_owned()));
    }
    if bare.starts_with('"') {
        return Some(Argument::Given(
            Meaning::of(bare).unwrap_or(Meaning::Secret),
        ));
    }
    Meaning::of(bare).map(Argument::Given)
}

/// Options that are declared to a library of the language.
fn declared(source: &SourceFile) -> Option<Because<Vec<Argument>>> {
    let python = all(r#"add_argument\(\s*["']([\w-]+)["']"#, &source.text);
    let perl = all(r#"["'](\w+)=[is]["']\s*=>"#, &source.text);
    let indexed = all(r#"\w+\(["'](--?\w+)["']\)"#, &source.text);
    let names = python
        .iter()
        .chain(&indexed)
        .filter_map(|found| found.get(1));
    let names = names.map(|name| name.as_str().to_owned());
    let perl = perl.iter().filter_map(|found| found.get(1));
    let names = names.chain(perl.map(|name| format!("--{}", name.as_str())));
    let mut words: Vec<Argument> = Vec::new();
    for name in names {
        let Some(meaning) = Meaning::of(&name) else {
            continue;
        };
        let option = Argument::Word(name.clone());
        if words.contains(&option) {
            continue;
        }
        if words.len() >= 2 * MOST {
            break;
        }
        if name.starts_with('-') {
            words.push(option);
        }
        words.push(Argument::Given(meaning));
    }
    (!words.is_empty()).then(|| Because::new(words, "Its source declares these options."))
}

/// What a README or a comment shows as a command.
fn mentioned<'a>(
    source: &'a SourceFile,
    all_sources: &'a [SourceFile],
    mode: Option<&'a str>,
) -> impl Iterator<Item = Because<Vec<Argument>>> + 'a {
    all_sources.iter().flat_map(move |other| {
        let lines = other.text.lines();
        lines.filter_map(move |line| mention(source, (other, line), mode))
    })
}

/// The command that one line of a file shows.
fn mention(
    source: &SourceFile,
    (other, line): (&SourceFile, &str),
    mode: Option<&str>,
) -> Option<Because<Vec<Argument>>> {
    let is_prose = other.language().is_none();
    let is_comment = line.trim_start().starts_with(['#', '/', '*', '"']);
    if !(is_prose || is_comment) {
        return None;
    }
    let line = line.trim_matches(|c: char| "/*#.`$ ".contains(c));
    let line = if is_prose {
        line
    } else {
        line.trim_matches('"')
    };
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let place = line
        .find(file)
        .or_else(|| line.find(&format!("{} ", source.stem())))?;
    let command = line.get(place..).unwrap_or_default();
    let command = command.split(['`', ';', ',']).next().unwrap_or_default();
    let its = after_name(command, source.stem(), mode).filter(|its| !its.is_empty())?;
    let why = format!("{} shows it: `{}`.", other.path, command.trim());
    Some(Because::new(its, why))
}

/// What a program takes out of its list of arguments.
fn used(source: &SourceFile, mode: Option<&str>) -> Option<Because<Vec<Argument>>> {
    let language = source.language()?;
    let why = "Its source uses its arguments so.";
    let named = named(&source.text, language);
    if let Some(named) = named {
        return Some(Because::new(named, why));
    }
    let mut by_number: BTreeMap<usize, Meaning> = BTreeMap::new();
    let places = r"(?:argv|args|ARGV)\[(\d)\]";
    for line in source.text.lines() {
        for found in all(places, line) {
            let (Some(whole), Some(number)) = (found.get(0), found.get(1)) else {
                continue;
            };
            let number: usize = number.as_str().parse().unwrap_or_default();
            let before = line.get(..whole.start()).unwrap_or_default();
            let Some(meaning) = by_use(before, line) else {
                continue;
            };
            by_number.entry(number).or_insert(meaning);
        }
    }
    let first = language.first_argument() + usize::from(mode.is_some());
    let mut list: Vec<Argument> = mode
        .map(|mode| Argument::Word(mode.to_owned()))
        .into_iter()
        .collect();
    let mut number = first;
    while let Some(meaning) = by_number.get(&number) {
        list.push(Argument::Given(*meaning));
        number += 1;
    }
    (number > first).then(|| Because::new(list, why))
}

/// `host, port = sys.argv[1:]`, `const [port] = process.argv.slice(2)`, `my ($port) = @ARGV`, `my $port = shift`.
fn named(text: &str, language: Language) -> Option<Vec<Argument>> {
    let list = match language {
        Language::Python => first(r"(?m)^\s*([\w, ]+?)\s*=\s*sys\.argv\[1:", text),
        Language::Node => first(r"\[([\w, ]+)\]\s*=\s*process\.argv\.slice\(2", text),
        Language::Perl => first(r"my\s*\(([$\w, ]+)\)\s*=\s*@ARGV", text),
        _ => None,
    };
    let names: Vec<&str> = match list {
        Some(list) => list.split(',').map(str::trim).collect(),
        None if language == Language::Perl => {
            let shifts = all(r"(?m)^my \$(\w+) = shift\b", text);
            shifts
                .iter()
                .filter_map(|found| Some(found.get(1)?.as_str()))
                .collect()
        }
        None => return None,
    };
    let meanings = names
        .iter()
        .map(|name| Meaning::of(name).map(Argument::Given));
    let meanings: Option<Vec<Argument>> = meanings.collect();
    meanings.filter(|all| (1..=MOST).contains(&all.len()))
}

/// By the name that it is given, by what turns it into a number, or by what it is passed to.
fn by_use(before: &str, line: &str) -> Option<Meaning> {
    if any(
        r"(?:int|atoi|parseInt|Number|htons|strtol|\+process\.)\(?$|LocalPort\s*=>\s*\$?$|PeerPort\s*=>\s*\$?$|\+process\.$|Number\(process\.$|int\(sys\.$|parseInt\(process\.$",
        before,
    ) {
        return Some(Meaning::Port);
    }
    // Several names on the left stand for several on the right.
    if let Some((names, values)) = before
        .split_once(" = ")
        .filter(|(names, _)| names.contains(','))
    {
        let place = values.matches("argv[").count();
        let name = names.split(',').nth(place)?;
        return Meaning::of(name);
    }
    let assigned = first(r"[*$]?(\w+)\s*=[^=]*$", before);
    if let Some(meaning) = assigned.and_then(Meaning::of) {
        return Some(meaning);
    }
    if any(
        r"Peer(Addr|Host)|Socket\($|connect\(\($|create_connection\(\($",
        before,
    ) {
        return Some(Meaning::Host);
    }
    any(r"send|write|print|name", line).then_some(Meaning::Name)
}

/// Variables of the environment that a program reads, as far as they mean something.
pub(crate) fn environment(source: &SourceFile) -> Because<Vec<(String, Meaning)>> {
    let pattern = r#"(?:environ(?:\.get)?[\[(]["']|getenv\(["']|process\.env\.|\$ENV\{["']?)([A-Z][A-Z_0-9]*)"#;
    let mut variables: Vec<(String, Meaning)> = Vec::new();
    for found in all(pattern, &source.text) {
        if variables.len() == MOST {
            break;
        }
        let name = found.get(1).map_or("", |name| name.as_str());
        if let Some(meaning) = Meaning::of(name)
            && !variables.iter().any(|(known, _)| known == name)
        {
            variables.push((name.to_owned(), meaning));
        }
    }
    Because::new(variables, "Its source reads these variables.")
}
