//! Addresses on a server: reading them, resolving them against the address that answered, comparing them.
//!
//! Servers write one address in several ways: `a+b.vcf` comes back as `a%2Bb.vcf` or `a%2bb.vcf`. So an address is
//! sent as the server wrote it, and compared by its [place], in which every escape is undone.

use std::fmt;
use std::net::IpAddr;

use crate::domain::percent::percent_encoded;
use crate::domain::remotes::is_this_machine;

/// A scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whether it is https.
    pub secure: bool,
    /// The host in lower case; an IPv6 address has its brackets.
    pub host: String,
    /// The port, the usual one where none is named.
    pub port: u16,
}

impl Origin {
    /// Whether it is this very machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_this_machine(&self.host)
    }

    fn usual_port(secure: bool) -> u16 {
        if secure { 443 } else { 80 }
    }

    /// Whether a password for this one may go to the other: the same host and port, and never from https to
    /// http.
    #[must_use]
    pub fn trusts(&self, other: &Self) -> bool {
        let is_upgrade = !self.secure
            && other.secure
            && (self.port, other.port) == (Self::usual_port(false), Self::usual_port(true));
        self.host == other.host
            && (is_upgrade || (self.secure, self.port) == (other.secure, other.port))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(formatter, "{scheme}://{}", self.host)?;
        if self.port == Self::usual_port(self.secure) {
            Ok(())
        } else {
            write!(formatter, ":{}", self.port)
        }
    }
}

/// An address: where it is, and its path with a query, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The host.
    pub origin: Origin,
    /// The path, which begins with a slash.
    pub path: String,
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.path)
    }
}

/// Why a text cannot be used as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Neither https nor http.
    Scheme,
    /// A name or a password before the host.
    Password,
    /// No host, or an invalid one.
    Host,
    /// An invalid port.
    Port,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Scheme => "an address must begin with https://",
            Self::Password => "names and passwords do not belong in an address; use `user`",
            Self::Host => "invalid host; write names that are not ASCII as xn--…",
            Self::Port => "invalid port; expected a number up to 65535",
        })
    }
}

impl std::error::Error for Fault {}

impl Address {
    /// Reads a whole address.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(Fault::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(Fault::Scheme),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(Fault::Password);
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        let port = match port {
            "" => Origin::usual_port(secure),
            port if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                port.parse().map_err(|_| Fault::Port)?
            }
            _ => return Err(Fault::Port),
        };
        let inner = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_host = inner.map_or_else(
            || {
                let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                !host.is_empty() && host.len() <= 253 && host.bytes().all(is_part)
            },
            |inner| matches!(inner.parse(), Ok(IpAddr::V6(_))),
        );
        if !is_host {
            return Err(Fault::Host);
        }
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        let host = host.to_ascii_lowercase();
        Ok(Self {
            origin: Origin { secure, host, port },
            path,
        })
    }

    /// What a reference in an answer from this address names (RFC 3986, 5.2).
    pub fn resolve(&self, reference: &str) -> Result<Self, Fault> {
        let reference = reference.trim();
        let reference = reference.split('#').next().unwrap_or_default();
        if let Some(rest) = reference.strip_prefix("//") {
            let scheme = if self.origin.secure { "https" } else { "http" };
            return Self::read(&format!("{scheme}://{rest}"));
        }
        if has_scheme(reference) {
            return Self::read(reference);
        }
        let own = self.path.split('?').next().unwrap_or_default();
        let path = if reference.is_empty() {
            self.path.clone()
        } else if reference.starts_with('?') {
            format!("{own}{reference}")
        } else {
            let folder = own.rfind('/').map_or("/", |end| &own[..=end]);
            let whole = if reference.starts_with('/') {
                reference.to_owned()
            } else {
                format!("{folder}{reference}")
            };
            let (path, query) = match whole.split_once('?') {
                Some((path, query)) => (path, format!("?{query}")),
                None => (whole.as_str(), String::new()),
            };
            without_dots(path) + &query
        };
        Ok(Self {
            origin: self.origin.clone(),
            path,
        })
    }

    /// What a reference in an answer from an address names, where this one is the address book: a server behind a proxy
    /// may call itself by a name of its own, so of another host only the path counts, and nothing is ever asked there.
    pub fn reference(&self, from: &Self, reference: &str) -> Result<Self, Fault> {
        let mut named = from.resolve(reference)?;
        if named.origin != from.origin {
            named.origin = self.origin.clone();
        }
        Ok(named)
    }

    /// The path as it can stand in a request: what may not is escaped, and escapes stay as they are.
    #[must_use]
    pub fn request_path(&self) -> String {
        percent_encoded(&self.path, |sign| {
            sign.is_ascii_graphic() && !"\"<>\\^`{|}".contains(sign)
        })
    }

    /// The address as a request names it.
    #[must_use]
    pub fn request(&self) -> String {
        format!("{}{}", self.origin, self.request_path())
    }

    /// The place of its path.
    #[must_use]
    pub fn place(&self) -> Vec<u8> {
        place(&self.path)
    }

    /// Whether the other one is in the folder that this one is, or in one of its folders.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        let mut folder = self.place();
        if folder.last() != Some(&b'/') {
            folder.push(b'/');
        }
        let other_place = other.place();
        self.origin.host == other.origin.host
            && self.origin.port == other.origin.port
            && other_place.len() > folder.len()
            && other_place.starts_with(&folder)
    }

    /// Whether both name one resource: a folder with and without the slash at its end is one.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let bare = |address: &Self| {
            let mut place = address.place();
            while place.len() > 1 && place.last() == Some(&b'/') {
                place.pop();
            }
            place
        };
        self.origin.host == other.origin.host
            && self.origin.port == other.origin.port
            && bare(self) == bare(other)
    }

    /// The same address as a folder: with a slash at its end.
    #[must_use]
    pub fn as_folder(&self) -> Self {
        let mut folder = self.clone();
        if !folder.path.ends_with('/') && !folder.path.contains('?') {
            folder.path.push('/');
        }
        folder
    }
}

/// A path with every escape undone.
#[must_use]
pub fn place(path: &str) -> Vec<u8> {
    let mut place = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let hex = |digit: Option<u8>| char::from(digit?).to_digit(16);
        let escaped = (byte == b'%')
            .then(|| Some(hex(ahead.next())? * 16 + hex(ahead.next())?))
            .flatten();
        if let Some(escaped) = escaped.and_then(|escaped| u8::try_from(escaped).ok()) {
            place.push(escaped);
            bytes = ahead;
        } else {
            place.push(byte);
        }
    }
    place
}

/// Whether a reference begins with a scheme, so that it is a whole address.
fn has_scheme(reference: &str) -> bool {
    let before = reference.split(['/', '?']).next().unwrap_or_default();
    before.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// A path without its `.` and `..` (RFC 3986, 5.2.4).
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut is_folder = false;
    for part in path.split('/').skip(1) {
        is_folder = matches!(part, "." | ".." | "");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    // The last part of `a/` is empty, and stays as the slash at the end.
    if is_folder && parts.last().is_none_or(|last| !last.is_empty()) {
        parts.push("");
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_against_the_address_that_answered() {
        let table = [
            ("https://h/a/b/", "c.vcf", "https://h/a/b/c.vcf"),
            ("https://h/a/b", "c.vcf", "https://h/a/c.vcf"),
            ("https://h/a/b/", "/x/y.vcf", "https://h/x/y.vcf"),
            ("https://h/a/b/", "../c.vcf", "https://h/a/c.vcf"),
            ("https://h/a/b/", "../../../c.vcf", "https://h/c.vcf"),
            ("https://h/a/b/", "./", "https://h/a/b/"),
            ("https://h/a/b/", "..", "https://h/a/"),
            ("https://h/a/b/", "", "https://h/a/b/"),
            ("https://h/a/b?x=1", "?y=2", "https://h/a/b?y=2"),
            ("https://h/a/b?x=/1", "c", "https://h/a/c"),
            ("https://h/a/", "//other:8443/b", "https://other:8443/b"),
            ("http://h:80/a/", "//other/b", "http://other/b"),
            ("https://h/a/", "http://h/b", "http://h/b"),
            ("https://h/a/", "HTTPS://H:443/b#c", "https://h/b"),
            ("https://h/a/", "https://h", "https://h/"),
            ("https://h/a/", "https://h?x", "https://h/?x"),
            ("https://h/a/", "/b//c/", "https://h/b//c/"),
            ("https://h/a/", "a%2Fb:c.vcf", "https://h/a/a%2Fb:c.vcf"),
            ("https://h/a/", " /b.vcf\n", "https://h/b.vcf"),
            ("https://[::1]:5232/a/", "b", "https://[::1]:5232/a/b"),
            ("https://h/a/", "/é x.vcf", "https://h/é x.vcf"),
        ];
        for (base, reference, whole) in table {
            let base = Address::read(base).unwrap();
            let resolved = base.resolve(reference).unwrap().to_string();
            assert_eq!(resolved, whole, "{reference} at {base}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        let table = [
            ("cloud.example.org", Fault::Scheme),
            ("ftp://h/", Fault::Scheme),
            ("https://ann:secret@h/", Fault::Password),
            ("https://ann@h/", Fault::Password),
            ("https://", Fault::Host),
            ("https:///a", Fault::Host),
            ("https://münchen.de/", Fault::Host),
            ("https://h h/", Fault::Host),
            ("https://[::1/", Fault::Host),
            ("https://[a.b]/", Fault::Host),
            ("https://h:x/", Fault::Port),
            ("https://h:-1/", Fault::Port),
            ("https://h:99999/", Fault::Port),
        ];
        for (text, fault) in table {
            assert_eq!(Address::read(text), Err(fault), "{text}");
        }
        let base = Address::read("https://h/a/").unwrap();
        assert_eq!(base.resolve("mailto:ann@h"), Err(Fault::Scheme));
        assert_eq!(base.resolve("https://a:b@h/"), Err(Fault::Password));
    }

    #[test]
    fn one_place_is_written_in_many_ways() {
        for same in ["a+b@c.vcf", "a%2Bb@c.vcf", "a%2bb%40c.vcf", "%61+b%40c.vcf"] {
            assert_eq!(place(same), b"a+b@c.vcf", "{same}");
        }
        assert_eq!(place("100%.vcf"), b"100%.vcf");
        assert_eq!(place("%4"), b"%4");
        assert_eq!(place("%é9%41"), "%é9A".as_bytes());
        assert_eq!(place("%E9.vcf"), b"\xE9.vcf");
    }

    #[test]
    fn a_request_has_only_what_may_be_in_one() {
        let address = Address::read("https://h/é x%20+\"{}.vcf").unwrap();
        assert_eq!(address.request(), "https://h/%C3%A9%20x%20+%22%7B%7D.vcf");
    }

    #[test]
    fn a_password_goes_only_where_it_belongs() {
        let origin = |text: &str| Address::read(text).unwrap().origin;
        let ours = origin("https://h/");
        assert!(ours.trusts(&origin("https://H:443/x")));
        assert!(origin("http://h/").trusts(&origin("https://h/")));
        for other in [
            "http://h/",
            "https://h:8443/",
            "https://h.evil/",
            "https://p12-h/",
        ] {
            assert!(!ours.trusts(&origin(other)), "{other}");
        }
        assert!(!origin("http://h:8080/").trusts(&origin("https://h/")));
        assert!(origin("http://127.9.9.9/").is_loopback());
        assert!(origin("http://[::1]:80/").is_loopback());
        assert!(origin("http://LOCALHOST/").is_loopback());
        assert!(!origin("http://localhost.evil.org/").is_loopback());
    }

    #[test]
    fn only_what_is_in_the_book_is_in_it() {
        let address = |text: &str| Address::read(text).unwrap();
        let book = address("https://h/ann/b%6Fok");
        assert!(book.holds(&address("https://h/ann/book/c.vcf")));
        assert!(!book.holds(&address("https://h/ann/book/")));
        assert!(!book.holds(&address("https://h/ann/book2/c.vcf")));
        assert!(!book.holds(&address("https://other/ann/book/c.vcf")));
        assert!(book.is_same(&address("https://h/ann/book/")));
        assert_eq!(book.as_folder().path, "/ann/b%6Fok/");
    }
}
