//! Who may come in: the one person who has the address.
//!
//! A page anywhere on the web can make a browser ask addresses of this machine, and any
//! program of any user can ask them itself. So the address holds a token that works once and
//! is exchanged for a cookie; no other site's page gets that cookie sent, no other site's
//! request is taken, and a name that somebody has pointed to this machine is not ours. Cookies do
//! not tell ports apart, so the page stands at a path that nobody knows, and the cookie is for that
//! path alone. The port may be another one, for a tunnel may lead here.

use std::hint::black_box;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};

/// What must be known to come in.
#[derive(Debug)]
pub struct SessionGuard {
    host: String,
    cookie: String,
    token: Mutex<Token>,
    pass: String,
    /// Where everything behind the guard stands. Cookies do not tell ports apart: a browser sends one of this path to
    /// another program of this machine only if that program knows the path.
    place: String,
}

/// What the address ends with.
#[derive(Debug)]
struct Token {
    text: String,
    is_used: bool,
}

/// Why somebody stays outside, for those who meant well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardRefusal {
    /// The request is for another host.
    #[error("this page is opened at 127.0.0.1 or localhost; a tunnel may give it another port")]
    Host,
    /// The request comes from another site's page.
    #[error("this program answers only its own page")]
    Origin,
    /// No cookie, or another one.
    #[error("open the address that the program has printed")]
    Pass,
    /// Another token, or one that was used.
    #[error(
        "this address has been opened before, or was never valid: each works once, in one browser"
    )]
    Token,
    /// A browser guesses that somebody is going to open the address.
    #[error("this address is for those who open it")]
    Guess,
}

impl SessionGuard {
    /// With a new token and a new pass. The cookie is called after the page and its port: cookies do not tell ports
    /// apart, so two pages at a time need two names.
    pub fn new(page: &str, address: SocketAddr) -> Self {
        Self {
            host: address.to_string(),
            cookie: format!("{page}-{}", address.port()),
            token: Mutex::new(Token::new()),
            pass: secret(),
            place: format!("/{}/", secret()),
        }
    }

    /// The path of the page, which nobody can guess: `/SECRET/`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What to open.
    pub fn address(&self) -> String {
        format!(
            "http://{}{}open/{}",
            self.host,
            self.place,
            self.token().text
        )
    }

    /// Another address, for another browser; the one before it ends, used or not. What is open stays open.
    pub fn another_address(&self) -> String {
        *self.token() = Token::new();
        self.address()
    }

    fn token(&self) -> MutexGuard<'_, Token> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the token: once from anybody, and again from the browser that has the cookie. What
    /// to set as a cookie for it.
    ///
    /// # Errors
    ///
    /// [`GuardRefusal::Token`] or [`GuardRefusal::Guess`].
    pub fn exchange(
        &self,
        token: &str,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<String, GuardRefusal> {
        let mut known = self.token();
        if !is_same(token, &known.text) {
            return Err(GuardRefusal::Token);
        }
        if *method != Method::GET || headers.contains_key("sec-purpose") {
            return Err(GuardRefusal::Guess);
        }
        if self.has_pass(headers).is_err() && std::mem::replace(&mut known.is_used, true) {
            return Err(GuardRefusal::Token);
        }
        Ok(format!(
            "{}={}; Path={}; HttpOnly; SameSite=Strict",
            self.cookie, self.pass, self.place
        ))
    }

    /// Whether the request is meant for us, and not made by somebody else's page.
    ///
    /// # Errors
    ///
    /// [`GuardRefusal::Host`] or [`GuardRefusal::Origin`].
    pub fn is_ours(&self, method: &Method, headers: &HeaderMap) -> Result<(), GuardRefusal> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        let Some(host) = host.filter(|host| is_this_machine(host) && hosts.next().is_none()) else {
            return Err(GuardRefusal::Host);
        };
        let own = format!("http://{host}");
        let is_own = match headers.get(ORIGIN) {
            Some(origin) => origin.as_bytes() == own.as_bytes(),
            // Browsers send it with everything that changes something.
            None => *method == Method::GET,
        };
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        let is_foreign = matches!(site, Some(b"cross-site" | b"same-site"));
        let is_linked = headers
            .get("sec-fetch-mode")
            .is_some_and(|mode| mode.as_bytes() == b"navigate");
        // The address may be a link in a mail or a chat.
        if !is_own || is_foreign && !is_linked {
            return Err(GuardRefusal::Origin);
        }
        Ok(())
    }

    /// Whether the token was exchanged for this cookie.
    ///
    /// # Errors
    ///
    /// [`GuardRefusal::Pass`].
    pub fn has_pass(&self, headers: &HeaderMap) -> Result<(), GuardRefusal> {
        let all = headers.get_all(COOKIE).iter();
        let cookies = all.filter_map(|header| header.to_str().ok());
        let mut pairs = cookies
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let is_known = pairs.any(|(key, value)| key == self.cookie && is_same(value, &self.pass));
        is_known.then_some(()).ok_or(GuardRefusal::Pass)
    }
}

impl Token {
    fn new() -> Self {
        Self {
            text: secret(),
            is_used: false,
        }
    }
}

/// A name that nobody can point elsewhere, at any port.
fn is_this_machine(host: &str) -> bool {
    let loopback = |ip: IpAddr| ip.is_loopback();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost"
        || host.parse().is_ok_and(loopback)
        || host
            .parse()
            .is_ok_and(|host: SocketAddr| loopback(host.ip()))
}

/// 128 bits that nobody can guess.
fn secret() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Takes the same time wherever two texts of one length differ.
fn is_same(given: &str, secret: &str) -> bool {
    let (given, secret) = (given.as_bytes(), secret.as_bytes());
    let differing = given
        .iter()
        .zip(secret)
        .fold(0, |differing, (a, b)| black_box(differing | (a ^ b)));
    given.len() == secret.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn guard() -> SessionGuard {
        SessionGuard::new("stage", "127.0.0.1:4711".parse().unwrap())
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            let name: axum::http::HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn token(guard: &SessionGuard) -> String {
        guard.token().text.clone()
    }

    const HERE: (&str, &str) = ("host", "127.0.0.1:4711");

    fn exchange(guard: &SessionGuard, token: &str) -> Result<String, GuardRefusal> {
        guard.exchange(token, &Method::GET, &headers(&[HERE]))
    }

    #[test]
    fn a_token_works_once_and_again_for_the_browser_that_has_the_cookie() {
        let guard = guard();
        assert_eq!(exchange(&guard, "0"), Err(GuardRefusal::Token));
        let cookie = exchange(&guard, &token(&guard)).unwrap();
        let end = format!("; Path={}; HttpOnly; SameSite=Strict", guard.place());
        assert!(cookie.ends_with(&end) && end.len() > 60, "{cookie}");
        assert_eq!(exchange(&guard, &token(&guard)), Err(GuardRefusal::Token));
        let pair = cookie.split(';').next().unwrap();
        let known = headers(&[HERE, ("cookie", &format!("a=b; {pair}"))]);
        assert_eq!(guard.has_pass(&known), Ok(()));
        let again = guard.exchange(&token(&guard), &Method::GET, &known);
        assert_eq!(again, Ok(cookie));
        let wrong = guard.exchange("0", &Method::GET, &known);
        assert_eq!(wrong, Err(GuardRefusal::Token));
    }

    #[test]
    fn another_address_works_once_and_ends_the_one_before() {
        let guard = guard();
        let first = token(&guard);
        let cookie = exchange(&guard, &first).unwrap();
        let address = guard.another_address();
        let second = token(&guard);
        assert!(address.ends_with(&second) && second != first);
        assert_eq!(exchange(&guard, &second), Ok(cookie), "the same page");
        assert_eq!(exchange(&guard, &second), Err(GuardRefusal::Token));
        guard.another_address();
        let third = token(&guard);
        guard.another_address();
        for ended in [first, second, third] {
            assert_eq!(exchange(&guard, &ended), Err(GuardRefusal::Token));
        }
    }

    #[test]
    fn who_only_guesses_that_an_address_will_be_opened_does_not_use_it_up() {
        let guard = guard();
        for purpose in ["prefetch", "prefetch;prerender"] {
            let asked = headers(&[HERE, ("sec-purpose", purpose)]);
            let guessed = guard.exchange(&token(&guard), &Method::GET, &asked);
            assert_eq!(guessed, Err(GuardRefusal::Guess));
        }
        let head = guard.exchange(&token(&guard), &Method::HEAD, &headers(&[HERE]));
        assert_eq!(head, Err(GuardRefusal::Guess));
        assert!(exchange(&guard, &token(&guard)).is_ok());
    }

    #[test]
    fn a_wrong_token_does_not_use_up_the_right_one() {
        let guard = guard();
        let wrong = token(&guard).replace(|c: char| c.is_ascii_digit(), "x");
        assert_eq!(exchange(&guard, &wrong), Err(GuardRefusal::Token));
        assert_eq!(exchange(&guard, ""), Err(GuardRefusal::Token));
        assert!(exchange(&guard, &token(&guard)).is_ok());
    }

    #[test]
    fn without_the_cookie_nobody_comes_in() {
        let guard = guard();
        let token = token(&guard);
        for cookie in [
            "",
            "stage-4711=",
            "stage-4711",
            &format!("stage-4711={token}"),
        ] {
            assert_eq!(
                guard.has_pass(&headers(&[("cookie", cookie)])),
                Err(GuardRefusal::Pass)
            );
        }
        let other_port = format!("stage-1={}", guard.pass);
        assert_eq!(
            guard.has_pass(&headers(&[("cookie", &other_port)])),
            Err(GuardRefusal::Pass)
        );
    }

    #[test]
    fn another_port_of_this_machine_leads_here() {
        let guard = guard();
        for host in ["localhost:9017", "127.0.0.1", "127.0.0.1:4712", "[::1]:80"] {
            let own = format!("http://{host}");
            let asked = headers(&[("host", host), ("origin", &own)]);
            assert_eq!(guard.is_ours(&Method::POST, &asked), Ok(()), "{host}");
            let other = headers(&[("host", host), ("origin", "http://127.0.0.1:4711")]);
            let refused = guard.is_ours(&Method::POST, &other);
            assert_eq!(refused, Err(GuardRefusal::Origin), "{host}");
        }
    }

    #[test]
    fn another_host_is_not_ours() {
        let guard = guard();
        for host in [
            "localhost.evil.example:4711",
            "127.0.0.1.evil.example",
            "evil.example:4711",
            "192.0.2.1:4711",
            "",
        ] {
            let asked = headers(&[("host", host)]);
            assert_eq!(
                guard.is_ours(&Method::GET, &asked),
                Err(GuardRefusal::Host),
                "{host}"
            );
        }
        assert_eq!(
            guard.is_ours(&Method::GET, &headers(&[])),
            Err(GuardRefusal::Host)
        );
        let mut two = headers(&[HERE]);
        two.append(HOST, HeaderValue::from_static("evil.example"));
        assert_eq!(guard.is_ours(&Method::GET, &two), Err(GuardRefusal::Host));
        assert_eq!(guard.is_ours(&Method::GET, &headers(&[HERE])), Ok(()));
    }

    #[test]
    fn another_page_is_not_ours() {
        let guard = guard();
        for origin in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:4711",
            "http://127.0.0.1:4712",
        ] {
            let asked = headers(&[HERE, ("origin", origin)]);
            for method in [Method::GET, Method::POST] {
                assert_eq!(
                    guard.is_ours(&method, &asked),
                    Err(GuardRefusal::Origin),
                    "{origin}"
                );
            }
        }
        assert_eq!(
            guard.is_ours(&Method::POST, &headers(&[HERE])),
            Err(GuardRefusal::Origin)
        );
        let embedded = headers(&[
            HERE,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
        ]);
        assert_eq!(
            guard.is_ours(&Method::GET, &embedded),
            Err(GuardRefusal::Origin)
        );
        let own = headers(&[
            HERE,
            ("origin", "http://127.0.0.1:4711"),
            ("sec-fetch-site", "same-origin"),
        ]);
        assert_eq!(guard.is_ours(&Method::POST, &own), Ok(()));
    }
}
