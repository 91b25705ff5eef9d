//! Problems of a file, shown with line, caret and a way out.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

/// One kind of problem, with a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `S01xx` for scenarios, `A02xx` for adapters.
    pub id: &'static str,
    /// What it means and what to do, in one paragraph.
    pub paragraph: &'static str,
}

/// Everything that is wrong with one file.
#[derive(Clone, Debug)]
pub struct Problems {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
    /// In the order of the file. Never empty.
    pub list: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind.
    pub code: Code,
    /// One line.
    pub title: String,
    /// Bytes of the file; `None` where the file could not be read.
    pub span: Option<Range<usize>>,
    /// Stands beside the caret.
    pub label: String,
    /// Other places that have to do with it, each with its label.
    pub context: Vec<(Range<usize>, String)>,
    /// Ways out.
    pub help: Vec<Help>,
}

/// A way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Help {
    /// What to write instead.
    Replace {
        /// In words.
        why: String,
        /// Bytes of the file.
        span: Range<usize>,
        /// The new text.
        with: String,
    },
    /// Advice in words.
    Say(String),
}

/// What keeps nobody from using a file, shown at these bytes of it, or alone.
pub fn warning(
    (path, source): (&Path, &str),
    span: Option<Range<usize>>,
    why: &str,
    colour: bool,
) -> String {
    let page = Page::new(&path.to_string_lossy(), source);
    let title = Level::WARNING.primary_title(why);
    let group = match span {
        None => Group::with_title(title),
        Some(span) => title.element(
            Snippet::source(page.text.as_str())
                .path(page.path.as_str())
                .annotation(AnnotationKind::Primary.span(page.fit(&span))),
        ),
    };
    renderer(colour).render(&[group])
}

fn renderer(colour: bool) -> Renderer {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.decor_style(DecorStyle::Ascii)
}

impl Problem {
    /// A problem at a place of the file.
    pub fn new(code: Code, span: &Range<usize>, title: impl Into<String>) -> Self {
        Self {
            code,
            title: title.into(),
            span: Some(span.clone()),
            label: String::new(),
            context: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says more beside the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points to another place that has to do with it.
    pub fn context(mut self, span: &Range<usize>, label: impl Into<String>) -> Self {
        self.context.push((span.clone(), label.into()));
        self
    }

    /// Adds advice in words.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(Help::Say(help.into()));
        self
    }

    /// Suggests what to write instead.
    pub fn replace(
        mut self,
        why: impl Into<String>,
        span: &Range<usize>,
        with: impl Into<String>,
    ) -> Self {
        self.help.push(Help::Replace {
            why: why.into(),
            span: span.clone(),
            with: with.into(),
        });
        self
    }
}

impl Problems {
    /// Puts them into the order of the file, each once.
    pub fn new(path: &Path, source: &str, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| {
            problem
                .span
                .as_ref()
                .map_or((0, 0), |span| (span.start, span.end))
        });
        list.dedup();
        Self {
            path: path.to_owned(),
            source: source.to_owned(),
            list,
        }
    }

    /// A file that cannot be read.
    pub fn unreadable(path: &Path, code: Code, error: &std::io::Error) -> Self {
        let problem = Problem {
            span: None,
            ..Problem::new(
                code,
                &(0..0),
                format!("cannot read {}: {error}", path.display()),
            )
        };
        Self::new(path, "", vec![problem])
    }

    /// All problems, as a compiler shows them, with one empty line between two.
    pub fn render(&self, colour: bool) -> String {
        let renderer = renderer(colour);
        let page = Page::new(&self.path.to_string_lossy(), &self.source);
        let shown: Vec<String> = self
            .list
            .iter()
            .map(|problem| renderer.render(&page.report(problem)))
            .collect();
        let mut text = shown.join("\n\n");
        text.push('\n');
        text
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.list.first().map_or("none", |problem| &problem.title);
        write!(
            f,
            "{} has {} problem(s), the first: {first}",
            self.path.display(),
            self.list.len()
        )
    }
}

impl std::error::Error for Problems {}

/// A source that can be shown: annotations never leave it.
struct Page {
    path: String,
    text: String,
}

impl Page {
    fn new(path: &str, text: &str) -> Self {
        // One character for one, so that offsets stay: a terminal must not be commanded by
        // the file that it shows.
        let tame = |c: char| {
            if c.is_ascii_control() && !matches!(c, '\n' | '\t') {
                ' '
            } else {
                c
            }
        };
        Self {
            path: path.to_owned(),
            text: text.chars().map(tame).collect(),
        }
    }

    fn report<'a>(&'a self, problem: &'a Problem) -> Vec<Group<'a>> {
        let title = Level::ERROR
            .primary_title(problem.title.as_str())
            .id(problem.code.id);
        let mut first = match &problem.span {
            None => Group::with_title(title),
            Some(span) => title.element(self.snippet(problem, span)),
        };
        let mut patches = Vec::new();
        for help in &problem.help {
            match help {
                Help::Say(text) => first = first.element(Level::HELP.message(text.as_str())),
                Help::Replace { why, span, with } => patches.push(
                    Level::HELP.secondary_title(why.as_str()).element(
                        Snippet::source(self.text.as_str())
                            .path(self.path.as_str())
                            .patch(Patch::new(self.fit(span), with.as_str())),
                    ),
                ),
            }
        }
        std::iter::once(first).chain(patches).collect()
    }

    fn snippet<'a>(
        &'a self,
        problem: &'a Problem,
        span: &Range<usize>,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let context = problem.context.iter().map(|(span, label)| {
            AnnotationKind::Context
                .span(self.fit(span))
                .label(label.as_str())
        });
        let label = Some(problem.label.as_str()).filter(|label| !label.is_empty());
        Snippet::source(self.text.as_str())
            .path(self.path.as_str())
            .annotation(AnnotationKind::Primary.span(self.fit(span)).label(label))
            .annotations(context)
    }

    /// The span within the text, on the boundaries of characters and within one line: a
    /// caret under a whole table says nothing.
    fn fit(&self, span: &Range<usize>) -> Range<usize> {
        let floor = |at: usize| {
            let mut at = at.min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(span.start);
        let end = floor(span.end.max(span.start)).max(start);
        let line = self.text.get(start..end).and_then(|part| part.find('\n'));
        start..line.map_or(end, |length| start + length)
    }
}
