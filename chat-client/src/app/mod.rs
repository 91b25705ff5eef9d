//! The event loop: everything that the session does not do itself.

mod keys;
mod manner;
mod patience;
mod reconnect;
mod typed;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chat_crypto::Identity;
use chat_protocol::{InvalidName, Name};
use crash_test::{Point, reach};
use rand::rngs::StdRng;
use tokio::time::timeout_at;

use self::keys::{KeyStore, Keys};
use self::manner::{Kind, Manner};
use self::patience::{PATIENCE, Patience};
use self::reconnect::{Backoff, Reconnected};
use self::typed::Typed;
use crate::cli::{Chat, Membership};
use crate::clock::unix_now;
use crate::escape::escape;
use crate::exit_code::{Exit, Failure};
use crate::face::{Face, Lines};
use crate::files::Files;
use crate::home::{self, History, Home, Journal};
use crate::input::{Input, read_stdin};
use crate::keepalive::{Keepalive, Silence};
use crate::locale::{Locale, Sentence, sentences as say};
use crate::output::{Desk, Output};
use crate::relays::{Transport, Wanted, WrongRelay};
use crate::screen::{self, Screen};
use crate::session::{Effect, Ending, FileReport, Line, Refusal, Session, Setup};
use crate::signals::Signals;
use crate::transport::{Traffic, Wire};
#[cfg(feature = "window")]
use crate::window::{Around, ChatPage};

/// How long the relay may take for a login. It may have to ask whether another connection of
/// the same name is still alive.
const LOGIN: Duration = Duration::from_secs(15);

/// How long a terminal may take to be given back.
const CLOSING: Duration = Duration::from_secs(2);

/// How often to look for files that do not come further.
const TICK: Duration = Duration::from_secs(10);

/// `chat`: on a terminal, or for a program.
pub(crate) fn chat(options: &Chat, locale: Locale) -> Result<Exit, Failure> {
    let manner = Manner {
        locale,
        kind: Kind::of(options),
        reconnects: options.reconnect,
    };
    run(&options.membership, &manner)
}

/// `window`: in a browser.
#[cfg(feature = "window")]
pub(crate) fn window(options: &crate::cli::Window, locale: Locale) -> Result<Exit, Failure> {
    let manner = Manner {
        locale,
        kind: Kind::Page,
        reconnects: true,
    };
    run(&options.membership, &manner)
}

/// From the key store to the farewell.
fn run(options: &Membership, manner: &Manner) -> Result<Exit, Failure> {
    let fault = |error: std::io::Error| {
        Failure::new(Exit::Fault, say::cannot_start(Sentence::from(&error)))
    };
    let me = own_name(options, manner.kind)?;
    if options.tls && !cfg!(feature = "tls") {
        let error = say::built_without_tls();
        return Err(Failure::new(Exit::Usage, error).hint(say::hint_needs_tls()));
    }
    let folder = home::locate(options.home.as_deref())?;
    let store = home::read_key_store(&folder)?;
    let home = Home::open(&folder)?;
    let (mut identity, pass_phrase) = options.pass_phrase.unlock(&store, manner.locale)?;
    drop(store);
    let keys = KeyStore {
        folder,
        pass_phrase,
    };
    let now = unix_now();
    // A relay lets nobody in without one. Any other change can wait until we are there.
    if !identity.validity(now).contains(now) {
        identity = keys.change(|identity| identity.renew(&mut rand::rng(), now))?;
    }
    let downloads = options
        .downloads
        .clone()
        .unwrap_or_else(|| home.downloads());
    let start = new_session(options, manner, me, home, identity)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(fault)?;
    let done = runtime.block_on(async {
        let wire = Wire::connect(&options.relay, options.tls).await?;
        let app =
            App::new(options, manner, start, wire, downloads, Keys::new(keys)).map_err(fault)?;
        Box::pin(app.run()).await
    });
    // Threads that still read or write are not waited for.
    runtime.shutdown_background();
    match done {
        // Nothing can be said on such a terminal: the exit code has to do.
        Err(failure) if screen::is_stuck() => Ok(failure.exit),
        done => done,
    }
}

/// The name that was typed. A bad one is told to programs on standard output too, like every
/// other no.
fn own_name(options: &Membership, kind: Kind) -> Result<Name, Failure> {
    options.name.parse().map_err(|error: InvalidName| {
        let text = say::invalid_own_name(escape(&options.name), Sentence::from(&error));
        if let Some(mut face) = kind.of_a_program() {
            let refused = Line::Refused(Refusal::new("bad-name", text.clone()));
            // The exit code says it as well, where nobody reads.
            face.show(&refused).ok();
        }
        Failure::new(Exit::Usage, text)
    })
}

/// What the session begins with, and the journal that it goes on writing.
struct Start {
    me: Name,
    /// But for the connection.
    setup: Setup,
    journal: Journal,
    history: Option<History>,
    blocked: BTreeSet<Name>,
}

fn new_session(
    options: &Membership,
    manner: &Manner,
    me: Name,
    home: Home,
    identity: Identity,
) -> Result<Start, Failure> {
    let now = unix_now();
    let rng: StdRng = rand::make_rng();
    let relays = home.read_contacts()?;
    let blocked = relays.blocked();
    let history = if options.no_history {
        None
    } else {
        Some(History::open(&home, identity.history_key())?)
    };
    let (journal, account) = Journal::open(home, now)?;
    let setup = Setup {
        me: me.clone(),
        relay: Wanted {
            address: options.relay.clone(),
            name: options.relay_name.clone(),
            key: options.relay_key,
        },
        transport: Transport::Plain,
        identity,
        relays,
        account,
        typing: manner.kind.typing(),
        choices: options.choices(),
        reconnects: manner.reconnects,
        rng,
    };
    Ok(Start {
        me,
        setup,
        journal,
        history,
        blocked,
    })
}

/// Everything with an outside.
struct App {
    relay: String,
    tls: bool,
    reconnects: bool,
    backoff: Backoff,
    /// The first login is done: the relay is there, and lets us in.
    was_ready: bool,
    /// The last connection that was ready is gone, and no other one is ready yet.
    is_alone: bool,
    /// How often in a row somebody else had the name.
    taken: u32,
    /// When the connection has held for so long that the next attempt need not wait.
    proven: Instant,
    session: Session,
    wire: Wire,
    output: Output,
    files: Files,
    keys: Keys,
    signals: Signals,
    input: Typed,
    input_ended: bool,
    /// Where there is one; the terminal is given back when this goes.
    screen: Option<OpenScreen>,
    /// Where there is one; it is told how the client ended.
    #[cfg(feature = "window")]
    page: Option<ChatPage>,
    keepalive: Keepalive,
    patience: Patience,
    started: Instant,
    /// When to look for files that do not come further.
    tick: Instant,
}

/// The terminal, as long as it shows a screen.
struct OpenScreen(Screen);

impl Drop for OpenScreen {
    fn drop(&mut self) {
        self.0.close(CLOSING);
    }
}

/// Something that happened.
enum Event {
    Interrupted,
    Wire(Traffic),
    Input(Input),
    File(FileReport),
    Keys(Result<Box<Identity>, Failure>),
    Confirmed(Result<(), Failure>),
    Nothing,
}

impl App {
    fn new(
        options: &Membership,
        manner: &Manner,
        start: Start,
        wire: Wire,
        downloads: PathBuf,
        keys: Keys,
    ) -> std::io::Result<Self> {
        let now = Instant::now();
        let signals = Signals::new()?;
        #[cfg(feature = "window")]
        let mut page = None;
        let (input, face, screen) = match manner.kind {
            Kind::Plain => (read_stdin()?, Face::Plain, None),
            Kind::Json => (read_stdin()?, Face::Json, None),
            Kind::Lines => (read_stdin()?, Face::Lines(Lines::new(manner.locale)), None),
            Kind::Screen { has_bell } => {
                let screen = OpenScreen(Screen::open(start.me.clone(), has_bell, manner.locale)?);
                screen.0.choose(options.choices());
                let input = screen.0.read_keys(signals.keys())?;
                (input, Face::Screen(screen.0.clone()), Some(screen))
            }
            #[cfg(feature = "window")]
            Kind::Page => {
                let outside = Around {
                    me: start.me.clone(),
                    locale: manner.locale,
                    blocked: start.blocked.clone(),
                    outgoing: start.journal.home().outgoing(),
                    downloads: downloads.clone(),
                    leaves: signals.keys(),
                };
                let (opened, input) = ChatPage::open(outside)?;
                page = Some(opened.clone());
                (input, Face::Page(opened), None)
            }
        };
        let desk = Desk {
            journal: start.journal,
            history: start.history,
            blocked: start.blocked,
            face,
        };
        let setup = Setup {
            transport: wire.transport,
            ..start.setup
        };
        Ok(Self {
            relay: options.relay.clone(),
            tls: options.tls,
            reconnects: manner.reconnects,
            backoff: Backoff::default(),
            was_ready: false,
            is_alone: false,
            taken: 0,
            proven: now + reconnect::HOLDS,
            session: Session::new(setup, unix_now()),
            wire,
            output: Output::start(desk)?,
            files: Files::new(downloads),
            keys,
            signals,
            input: Typed::new(input),
            screen,
            #[cfg(feature = "window")]
            page,
            input_ended: false,
            keepalive: Keepalive::new(now),
            patience: Patience {
                until: Some(now + LOGIN),
                steps: 0,
            },
            started: now,
            tick: now + TICK,
        })
    }

    async fn run(self) -> Result<Exit, Failure> {
        #[cfg(feature = "window")]
        let page = self.page.clone();
        let done = Box::pin(self.live()).await;
        #[cfg(feature = "window")]
        if let Some(page) = page {
            page.end(&done).await;
        }
        done
    }

    /// One connection after the other.
    async fn live(mut self) -> Result<Exit, Failure> {
        loop {
            let ending = self.converse().await?;
            if !self.comes_back(&ending) {
                return self.finish(ending).await;
            }
            match self.reconnect().await? {
                Reconnected::Yes => {}
                Reconnected::Left => return self.finish(Ending::Left).await,
                Reconnected::Never(failure) => {
                    self.conclude().await?;
                    return Err(failure);
                }
            }
        }
    }

    /// One connection, to its end.
    async fn converse(&mut self) -> Result<Ending, Failure> {
        loop {
            if let Some(ending) = self.carry_out() {
                return Ok(ending);
            }
            let event = match self.deadline() {
                Some(deadline) => timeout_at(deadline.into(), self.next_event())
                    .await
                    .unwrap_or(Event::Nothing),
                None => self.next_event().await,
            };
            self.take(event)?;
            if !self.wire.is_busy() {
                self.session.work();
            }
            self.look_at_the_clock()?;
        }
    }

    async fn next_event(&mut self) -> Event {
        // Whoever cannot be shown anything is sent nothing more: the relay holds it, and answers for it.
        let hears = !self.output.is_full();
        if !hears {
            self.keepalive.heard(Instant::now());
        }
        let idle = !self.wire.is_busy();
        let listens = self.session.takes_lines() && !self.input_ended && idle && hears;
        let works = self.session.has_work() && idle;
        let awaits_relay = self.is_alone && !self.session.is_leaving();
        let typed = async {
            if listens {
                return Event::Input(self.input.next().await);
            }
            let quits = |line: &str| self.session.quits(line);
            self.input.goodbye_first(quits).await;
            Event::Interrupted
        };
        tokio::select! {
            () = self.signals.next() => Event::Interrupted,
            traffic = self.wire.traffic(hears) => Event::Wire(traffic),
            confirmed = self.output.confirmation() => Event::Confirmed(confirmed),
            report = self.files.next_report() => Event::File(report),
            changed = self.keys.next() => Event::Keys(changed.map(Box::new)),
            event = typed, if listens || awaits_relay => event,
            () = std::future::ready(()), if works => Event::Nothing,
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Failure> {
        let now = unix_now();
        match event {
            Event::Interrupted if self.session.is_leaving() => self.session.leave_at_once(),
            Event::Interrupted => self.session.leave(),
            Event::Confirmed(confirmed) => {
                confirmed?;
                self.session.on_confirmed();
            }
            Event::Wire(Traffic::Came) => self.take_frames(now),
            Event::Wire(Traffic::Gone(reason)) => self.session.on_disconnect(reason),
            Event::Wire(Traffic::Went) => reach(Point::ClientSent),
            Event::Nothing => {}
            Event::Input(Input::Line(line)) => self.session.on_line(&line, now),
            Event::Input(Input::Bad(refusal)) => self.session.on_bad_line(refusal),
            Event::Input(Input::End) => {
                self.input_ended = true;
                self.patience.wait(PATIENCE, self.session.steps());
                self.session.on_end_of_input();
            }
            Event::File(report) => self.session.on_file(report, now),
            Event::Keys(Ok(identity)) => self.session.on_keys(*identity, now),
            Event::Keys(Err(failure)) => self.session.on_no_keys(failure.error),
        }
        Ok(())
    }

    fn take_frames(&mut self, now: u64) {
        self.keepalive.heard(Instant::now());
        loop {
            match self.wire.next_frame() {
                Ok(Some(frame)) => self.session.on_frame(&frame, now),
                Ok(None) => return,
                Err(_) => return self.session.on_disconnect("misbehaved"),
            }
            if self.session.is_logged_in() {
                self.wire.raise_limit();
                self.keepalive.set_interval(self.session.keepalive_ms());
            }
        }
    }

    /// Does what the session asks for, until it asks for nothing more.
    fn carry_out(&mut self) -> Option<Ending> {
        loop {
            self.session.end_batch();
            let effects = self.session.take_effects();
            if effects.is_empty() {
                if self.wire.is_busy() {
                    return None;
                }
                let report = self.files.read_next()?;
                self.session.on_file(report, unix_now());
                continue;
            }
            for effect in effects {
                if let Effect::End(ending) = effect {
                    return Some(ending);
                }
                self.carry_out_one(effect);
            }
        }
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Send(frame) => self.wire.send(&frame),
            Effect::File(job) => {
                if let Some(report) = self.files.start(job) {
                    self.session.on_file(report, unix_now());
                }
            }
            Effect::RenewKeys { messages } => self.keys.renew(messages),
            Effect::Show(_)
            | Effect::Record(_)
            | Effect::SaveContacts(_)
            | Effect::Remember(_)
            | Effect::Recall(_)
            | Effect::Confirm
            | Effect::Progress(_) => self.output.push(effect),
            Effect::End(_) => {}
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let patience = self.patience.until;
        let tick = self.session.has_transfers().then_some(self.tick);
        let deadlines = self.keepalive.deadline().into_iter();
        deadlines.chain(patience).chain(tick).min()
    }

    fn look_at_the_clock(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        match self.keepalive.check(now) {
            Silence::Wait => {}
            Silence::Ask => self.session.ping(),
            Silence::GiveUp => self.session.on_disconnect("silent"),
        }
        if now >= self.tick {
            self.tick = now + TICK;
            self.session.on_tick(self.started.elapsed().as_secs());
        }
        if self.session.is_ready() {
            self.was_ready = true;
            self.is_alone = false;
            self.taken = 0;
            if now >= self.proven {
                self.backoff.reset();
            }
        }
        if self.session.is_leaving() && self.patience.until.is_none() {
            self.patience.wait(PATIENCE, self.session.steps());
        } else if self.session.is_ready() && !self.input_ended && !self.session.is_leaving() {
            self.patience.until = None;
        }
        let (steps, busy) = (self.session.steps(), self.session.is_preparing());
        if self.patience.is_over(now, steps, busy) {
            if !self.session.is_ready() && self.reconnects && self.was_ready {
                self.session.on_disconnect("silent");
                return Ok(());
            }
            if !self.session.is_ready() {
                let error = say::no_login_answer(self.relay.as_str());
                return Err(Failure::environment(error).hint(say::hint_no_login_answer()));
            }
            self.session.leave_at_once();
        }
        Ok(())
    }

    /// Tells what was not sent, stores and shows the rest, and gives the terminal back. What is left is the connection.
    async fn conclude(mut self) -> Result<Wire, Failure> {
        if self.is_alone {
            for line in self.input.rest() {
                self.session.on_unsent_line(&line);
            }
        }
        self.session.conclude();
        for effect in self.session.take_effects() {
            self.carry_out_one(effect);
        }
        let has_screen = self.screen.is_some();
        tokio::select! {
            finished = self.output.finish() => finished?,
            // Whoever sits in front of a terminal that takes nothing need not wait.
            () = self.signals.next(), if has_screen => {}
        }
        drop(self.screen);
        Ok(self.wire)
    }

    async fn finish(self, ending: Ending) -> Result<Exit, Failure> {
        let relay = self.relay.clone();
        let wire = self.conclude().await?;
        match ending {
            Ending::Left => {
                wire.farewell().await;
                Ok(Exit::Quit)
            }
            Ending::Gone(_) => Ok(Exit::RelayGone),
            Ending::LoginRefused(refusal) => {
                let error = say::login_refused(refusal.text.escaped(), refusal.code);
                Err(Failure::new(Exit::LoginRefused, error))
            }
            Ending::WrongRelay(wrong) => {
                let error = match &wrong {
                    // Says where.
                    WrongRelay::Changed { .. } => wrong.what(),
                    _ => say::another_relay(relay, wrong.what()),
                };
                Err(Failure::new(Exit::LoginRefused, error).hint(wrong.hint()))
            }
            Ending::NoLogin(reason) => {
                let error = say::gone_before_login(relay, say::word(reason));
                Err(Failure::environment(error).hint(say::hint_gone_before_login()))
            }
        }
    }
}
