//! A relay that is gone, and comes back.

use std::time::{Duration, Instant};

use rand::RngExt as _;
use tokio::time::timeout_at;

use super::patience::Patience;
use super::{App, LOGIN};
use crate::clock::unix_now;
use crate::exit_code::Failure;
use crate::keepalive::Keepalive;
use crate::session::Ending;
use crate::transport::Wire;

/// How long to wait after the first connection that is lost, at the most.
const FIRST: Duration = Duration::from_millis(200);

/// How long to wait at the most, however often it was tried.
const LONGEST: Duration = Duration::from_secs(30);

/// How long a connection has to hold before the waits begin anew: a relay that accepts and drops is left
/// alone for longer and longer.
pub(super) const HOLDS: Duration = Duration::from_secs(30);

/// How often in a row the relay may say that somebody else has the name now.
const MAX_TAKEN: u32 = 3;

/// What came of the wait for a relay.
pub(super) enum Reconnected {
    /// It is back.
    Yes,
    /// The user has left.
    Left,
    /// There is one to which no connection is possible.
    Never(Failure),
}

/// Waits that grow, and that differ from client to client: not all of them come back at once.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// How long to wait before the next try; `luck` is a random number from 0 to 1.
    fn next(&mut self, luck: f64) -> Duration {
        let longest = FIRST * 2_u32.saturating_pow(self.tries.min(10));
        self.tries += 1;
        longest
            .min(LONGEST)
            .mul_f64(luck.clamp(0.0, 1.0).midpoint(1.0))
    }

    /// It has worked.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
    }
}

impl App {
    /// Whether to try again after this: only where the user wants it, and another try may go better.
    pub(super) fn comes_back(&mut self, ending: &Ending) -> bool {
        let may_help = match ending {
            Ending::Gone(reason) | Ending::NoLogin(reason) => {
                !matches!(reason.as_str(), "replaced" | "misbehaved")
            }
            Ending::LoginRefused(refusal) => match refusal.code.as_str() {
                // The relay has asked whoever is there, who may be what is left of our last connection.
                "already-online" => {
                    self.taken += 1;
                    self.taken < MAX_TAKEN
                }
                code => matches!(
                    code,
                    "busy" | "full" | "internal" | "shutting-down" | "too-slow"
                ),
            },
            Ending::Left | Ending::WrongRelay(_) => false,
        };
        let stays = !self.session.is_leaving() && !self.input_ended;
        self.reconnects && self.was_ready && stays && may_help
    }

    /// Connects again, however long it takes, unless that cannot help or the user does not want to wait.
    pub(super) async fn reconnect(&mut self) -> Result<Reconnected, Failure> {
        self.is_alone = true;
        loop {
            let until = Instant::now() + self.backoff.next(rand::rng().random());
            if !self.wait_until(until).await? {
                return Ok(Reconnected::Left);
            }
            let connecting = Wire::connect(&self.relay, self.tls);
            let wire = tokio::select! {
                () = self.signals.next() => return Ok(Reconnected::Left),
                () = self.input.goodbye(|line| self.session.quits(line)) => return Ok(Reconnected::Left),
                wire = connecting => wire,
            };
            match wire {
                Ok(wire) => {
                    self.begin_anew(wire);
                    return Ok(Reconnected::Yes);
                }
                Err(unconnected) if unconnected.lasts => {
                    return Ok(Reconnected::Never(unconnected.failure));
                }
                Err(_) => {}
            }
        }
    }

    fn begin_anew(&mut self, wire: Wire) {
        let now = Instant::now();
        self.wire = wire;
        self.proven = now + HOLDS;
        self.keepalive = Keepalive::new(now);
        self.patience = Patience {
            until: Some(now + LOGIN),
            steps: self.session.steps(),
        };
        self.session.reconnect(self.wire.transport, unix_now());
    }

    /// Goes on storing and showing until then. `false` when the user leaves.
    async fn wait_until(&mut self, until: Instant) -> Result<bool, Failure> {
        loop {
            let happens = async {
                tokio::select! {
                    () = self.signals.next() => None,
                    () = self.input.goodbye(|line| self.session.quits(line)) => None,
                    confirmed = self.output.confirmation() => Some(confirmed),
                }
            };
            match timeout_at(until.into(), happens).await {
                Ok(None) => return Ok(false),
                Ok(Some(confirmed)) => {
                    confirmed?;
                    self.session.on_confirmed();
                }
                Err(_) => return Ok(true),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_half_a_minute_and_begin_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<Duration> = (0..12).map(|_| backoff.next(1.0)).collect();
        assert_eq!(waits[..3], [FIRST, FIRST * 2, FIRST * 4]);
        assert_eq!(waits[11], LONGEST);
        assert_eq!(backoff.next(0.0), LONGEST / 2, "by luck it is shorter");
        backoff.reset();
        assert_eq!(backoff.next(1.0), FIRST);
    }
}
