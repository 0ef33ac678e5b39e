//! What goes between callbook and a server, written down for a person who looks into a sync that fails.
//!
//! No password, token or cookie is in it: of `Authorization` only the scheme is written, and of an answer's headers
//! only those that are known to hold nothing secret. The texts of cards are in it where they are asked for.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::Local;
use ureq::http::HeaderMap;

use crate::domain::safe::safe;

/// The headers of an answer that are written.
const OF_ANSWERS: [&str; 10] = [
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "dav",
    "etag",
    "location",
    "retry-after",
    "server",
    "www-authenticate",
];

/// Where requests and answers are written.
#[derive(Clone)]
pub struct Trace {
    out: Arc<Mutex<Out>>,
    with_bodies: bool,
}

struct Out {
    to: Box<dyn Write + Send>,
    fault: Option<io::Error>,
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Trace")
    }
}

impl Trace {
    /// Writes to `to`; with the bodies of requests and answers, which hold the cards, where `with_bodies`.
    pub fn new(to: impl Write + Send + 'static, with_bodies: bool) -> Self {
        let out = Out {
            to: Box::new(to),
            fault: None,
        };
        Self {
            out: Arc::new(Mutex::new(out)),
            with_bodies,
        }
    }

    /// Why not all of it could be written, if it could not.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.fault.as_ref().map(ToString::to_string)
    }

    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let written = out
            .to
            .write_all(text.as_bytes())
            .and_then(|()| out.to.flush());
        if let Err(error) = written {
            out.fault.get_or_insert(error);
        }
    }

    /// Says of which remote the requests are that follow.
    pub fn of(&self, remote: &str) {
        let version = env!("CARGO_PKG_VERSION");
        self.write(&format!("# {}, callbook {version}\n", safe(remote)));
    }

    /// A request, before it is sent.
    pub(super) fn request(
        &self,
        (method, address): (&str, &str),
        headers: &[(&'static str, String)],
        authorization: Option<&str>,
        body: &str,
    ) {
        let mut text = format!("{} > {method} {}", clock(), without_query(address));
        // Writing to a string cannot fail.
        let _ = writeln!(text, ", {} bytes", body.len());
        for (name, value) in headers {
            let _ = writeln!(text, "{GAP} > {name}: {}", safe(value));
        }
        if let Some(authorization) = authorization {
            let scheme = authorization.split(' ').next().unwrap_or_default();
            let _ = writeln!(text, "{GAP} > authorization: {} (hidden)", safe(scheme));
        }
        if self.with_bodies {
            for line in body.lines() {
                let _ = writeln!(text, "{GAP} > | {}", safe(line));
            }
        }
        self.write(&text);
    }

    /// The head of an answer.
    pub(super) fn answer(&self, status: u16, headers: &HeaderMap, asked: Instant) {
        let mut text = format!("{} < {status}", clock());
        // Writing to a string cannot fail.
        let _ = writeln!(text, " after {} ms", asked.elapsed().as_millis());
        for name in OF_ANSWERS {
            for value in headers.get_all(name) {
                let value = String::from_utf8_lossy(value.as_bytes());
                let value = if name == "location" {
                    without_query(&value)
                } else {
                    safe(&value).into_owned()
                };
                let _ = writeln!(text, "{GAP} < {name}: {value}");
            }
        }
        self.write(&text);
    }

    /// That there was no answer, and why.
    pub(super) fn failed(&self, why: &str, asked: Instant) {
        let after = asked.elapsed().as_millis();
        let why = safe(why);
        self.write(&format!("{} < none after {after} ms: {why}\n", clock()));
    }

    /// A body that is written as it is read.
    pub(super) fn body(&self, body: impl Read + Send + 'static) -> Traced {
        Traced {
            body: Box::new(body),
            trace: self.clone(),
            read: 0,
            line: Vec::new(),
        }
    }
}

/// As wide as a time.
const GAP: &str = "            ";

fn clock() -> String {
    Local::now().format("%H:%M:%S%.3f").to_string()
}

/// An address without what follows its `?`, which may be a secret.
fn without_query(address: &str) -> String {
    match address.split_once('?') {
        Some((path, _)) => format!("{}?(hidden)", safe(path)),
        None => safe(address).into_owned(),
    }
}

/// The body of an answer, which is written as it is read.
pub(super) struct Traced {
    body: Box<dyn Read + Send>,
    trace: Trace,
    read: u64,
    line: Vec<u8>,
}

impl Read for Traced {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = match self.body.read(buffer) {
            Ok(got) => got,
            Err(error) => {
                let why = safe(&error.to_string()).into_owned();
                self.trace
                    .write(&format!("{} < broken off: {why}\n", clock()));
                return Err(error);
            }
        };
        self.read += got as u64;
        if self.trace.with_bodies {
            self.line.extend(buffer.iter().take(got));
            if let Some(end) = self.line.iter().rposition(|byte| *byte == b'\n') {
                let rest = self.line.split_off(end + 1);
                let lines = std::mem::replace(&mut self.line, rest);
                self.trace.write(&as_lines(&lines));
            }
        }
        Ok(got)
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        let mut text = as_lines(&self.line);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} < {} bytes read", clock(), self.read);
        self.trace.write(&text);
    }
}

fn as_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text
        .lines()
        .map(|line| format!("{GAP} < | {}\n", safe(line)));
    lines.collect()
}
