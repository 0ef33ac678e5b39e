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
    /// Whether no whole answer came, or one that asks to wait: another try may do.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        matches!(
            self.kind,
            Kind::Unreachable | Kind::Unknown | Kind::Later(_)
        )
    }

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

/// What to do where a certificate is not trusted.
const FOREIGN: &str = "; another server may have answered, such as that of a wireless network. If this is your server, \
                       ca_file names the certificate of its authority";

/// What the library says where a server shows the certificate of an authority as its own.
const AUTHORITY: &str = "CaUsedAsEndEntity";

/// What it says of a certificate whose time is over, or has not come.
const OUT_OF_TIME: [&str; 2] = ["certificate expired", "certificate not valid yet"];

/// What it says where something else than TLS is spoken.
const NO_TLS: &str = "InvalidContentType";

/// What it says where the certificate is that of another host.
const OF_ANOTHER: &str = "not valid for name";

/// Why a connection over TLS could not be made, and what to do about it.
pub(super) fn not_trusted(error: &str) -> String {
    if error.contains(NO_TLS) {
        return "it does not speak https at this port; check the port, which may be that of http"
            .to_owned();
    }
    if error.contains(OF_ANOTHER) {
        return format!(
            "{error}; give the address with the name that is in the certificate, or have who runs the server add this one"
        );
    }
    if OUT_OF_TIME.iter().any(|words| error.contains(words)) {
        return format!(
            "{error}; set the clock of this computer if it is wrong, and otherwise tell who runs the server"
        );
    }
    if error.contains(AUTHORITY) {
        return "its certificate is marked as that of an authority (CA:TRUE), which no server may show as its own; \
                make it one without that mark, and have ca_file name what it is signed by"
            .to_owned();
    }
    format!("{error}{FOREIGN}")
}

#[cfg(test)]
mod tests {
    use super::not_trusted;

    #[test]
    fn each_trouble_of_a_certificate_has_its_own_way_out() {
        for (error, words) in [
            ("invalid peer certificate: UnknownIssuer", "ca_file names"),
            (
                "received corrupt message of type InvalidContentType",
                "does not speak https at this port",
            ),
            (
                "invalid peer certificate: certificate not valid for name \"127.0.0.1\"; certificate is only valid for \
                 DnsName(\"dav.example.org\")",
                "the name that is in the certificate",
            ),
            (
                "invalid peer certificate: certificate expired",
                "set the clock",
            ),
        ] {
            let told = not_trusted(error);
            assert!(told.contains(words), "{told}");
            assert_eq!(
                told.contains("ca_file"),
                words.contains("ca_file"),
                "{told}"
            );
        }
    }
}
