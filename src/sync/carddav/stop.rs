//! Why a request, and the run that it belongs to, cannot go on.

use std::fmt;
use std::time::Duration;

use crate::domain::safe::safe;

/// Why a run ends early. None of them says that a card is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// What a person is told. It may hold words of the server's.
    pub why: String,
}

/// The kinds of trouble that need different things done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nothing was sent: no network, no such host, connection refused, a certificate that is not trusted.
    Unreachable,
    /// Something was sent and no whole answer came, or one that says nothing of what was done.
    Unknown,
    /// The server asks to wait, and may say how long.
    Later(Option<Duration>),
    /// The name, password or token was refused. Another try could lock the account.
    SignIn,
    /// The password or token could not be had.
    NoSecret,
    /// The address book may not be read or written.
    Forbidden,
    /// The address book is not there.
    Gone,
    /// The server hands over to this address, which is on another host and gets no password unasked.
    Elsewhere(String),
    /// The answer is a web page.
    Page,
    /// The answer is not one that callbook understands.
    Odd,
}

impl Stop {
    /// Says why, with whatever a server wrote in it made harmless.
    pub(crate) fn new(kind: Kind, status: Option<u16>, why: &str) -> Self {
        let why = safe(why).into_owned();
        Self { kind, status, why }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.why)
    }
}

impl std::error::Error for Stop {}
