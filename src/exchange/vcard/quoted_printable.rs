//! Quoted-printable values (RFC 2045, 6.7), as octets.

use crate::exchange::charset::{Charset, Within};

/// The bytes of quoted-printable text. Invalid parts are kept.
pub(super) fn octets(value: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(value.len());
    for (octet, _) in Octets(value) {
        octets.push(octet);
    }
    octets
}

/// The same, with a backslash before each separator that is written as `=3B` and the like: it is plain
/// text, unless it is the second byte of a character.
pub(super) fn escaped_octets(value: &[u8], charset: Charset) -> Vec<u8> {
    let mut octets = Vec::with_capacity(value.len());
    let mut at = Within::default();
    for (octet, written) in Octets(value) {
        let text = written == Written::Encoded && at == Within::Start;
        if text && matches!(octet, b';' | b',' | b'\\') {
            octets.push(b'\\');
        }
        octets.push(octet);
        at = charset.after(at, octet);
    }
    octets
}

/// How an octet of quoted-printable is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Plain,
    Encoded,
}

/// The octets of quoted-printable.
struct Octets<'a>(&'a [u8]);

impl Iterator for Octets<'_> {
    type Item = (u8, Written);

    fn next(&mut self) -> Option<(u8, Written)> {
        loop {
            let (&byte, after) = self.0.split_first()?;
            self.0 = after;
            let octet = (byte == b'=').then(|| encoded(after)).flatten();
            let Some(octet) = octet else {
                // Where a CR slipped in, so that it ends no line.
                let byte = if matches!(byte, b'\r' | b'\n') {
                    b' '
                } else {
                    byte
                };
                return Some((byte, Written::Plain));
            };
            self.0 = after.get(2..).unwrap_or_default();
            // A zero is no part of any text, and a line end is one character everywhere else.
            if octet == 0 || octet == b'\r' && self.0.starts_with(b"=0A") {
                continue;
            }
            return Some((octet, Written::Encoded));
        }
    }
}

/// The byte that two hexadecimal digits name.
fn encoded(digits: &[u8]) -> Option<u8> {
    let digits = digits.get(..2)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
