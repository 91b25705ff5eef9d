//! The counters as Prometheus reads them: text format 0.0.4.

use std::fmt::{Display, Write as _};
use std::sync::atomic::Ordering;

use super::{ByCode, Metrics};
use crate::context::Context;

struct Page(String);

impl Page {
    fn family(&mut self, (name, kind): (&str, &str), help: &str) {
        self.line(format_args!("# HELP chat_relay_{name} {help}"));
        self.line(format_args!("# TYPE chat_relay_{name} {kind}"));
    }

    fn line(&mut self, line: impl Display) {
        // A string takes everything.
        writeln!(self.0, "{line}").ok();
    }

    fn one(&mut self, family: (&str, &str), help: &str, value: impl Display) {
        self.family(family, help);
        self.line(format_args!("chat_relay_{} {value}", family.0));
    }

    fn both_ways(&mut self, name: &str, help: &str, (received, sent): (u64, u64)) {
        self.family((name, "counter"), help);
        self.line(format_args!(
            "chat_relay_{name}{{direction=\"received\"}} {received}"
        ));
        self.line(format_args!(
            "chat_relay_{name}{{direction=\"sent\"}} {sent}"
        ));
    }

    fn by_code(&mut self, name: &str, help: &str, counts: &ByCode) {
        self.family((name, "counter"), help);
        for (code, count) in counts.get() {
            self.line(format_args!("chat_relay_{name}{{code=\"{code}\"}} {count}"));
        }
    }
}

/// All of it, as it is now.
pub(crate) fn render(relay: &Context) -> String {
    let mut page = Page(String::new());
    let metrics: &Metrics = &relay.metrics;
    let (members, waiting) = relay.seats.taken();
    let help = "Connections that were accepted.";
    page.one(
        ("connections_total", "counter"),
        help,
        metrics.connections.get(),
    );
    let help = "Connections that are logged in now.";
    page.one(("clients", "gauge"), help, members);
    let help = "Connections that are not logged in yet.";
    page.one(("logins_waiting", "gauge"), help, waiting);
    let help = "Logins that were welcomed.";
    page.one(("logins_total", "counter"), help, metrics.logins.get());
    let (received, sent) = (&metrics.received, &metrics.sent);
    let frames = (received.frames.get(), sent.frames.get());
    page.both_ways(
        "messages_total",
        "Messages of the protocol, after the login.",
        frames,
    );
    let bytes = (received.bytes.get(), sent.bytes.get());
    page.both_ways("bytes_total", "Their bytes, before TLS.", bytes);
    let help = "Errors that clients were told, by code.";
    page.by_code("refusals_total", help, &metrics.refusals);
    let help = "Envelopes that came back to their senders, by reason.";
    page.by_code("undelivered_total", help, &metrics.undelivered);
    let queued = relay.events.max_capacity() - relay.events.capacity();
    page.one(
        ("router_queue", "gauge"),
        "Events that wait for the router.",
        queued,
    );
    let help = "Bytes that wait for clients to read them.";
    page.one(("waiting_bytes", "gauge"), help, relay.waiting.bytes());
    let help = "Mailboxes with something in them.";
    page.one(
        ("mailboxes", "gauge"),
        help,
        metrics.mailboxes.load(Ordering::Relaxed),
    );
    let help = "What mailboxes take of the bounds.";
    page.one(
        ("mail_bytes", "gauge"),
        help,
        metrics.mail_bytes.load(Ordering::Relaxed),
    );
    let help = "Writes that were synced to the disk, each of everything that waited.";
    page.family(("syncs_total", "counter"), help);
    let (mail, names) = (metrics.mail_commits.get(), metrics.name_commits.get());
    page.line(format_args!("chat_relay_syncs_total{{of=\"mail\"}} {mail}"));
    page.line(format_args!(
        "chat_relay_syncs_total{{of=\"names\"}} {names}"
    ));
    page.0
}
