//! What the value of a content line says, in the charset and the encoding that it is written in.
//!
//! Bytes that are not UTF-8 come with and without a `CHARSET`; what names none is in the charset that
//! the caller gives for the card, or in the one that its bytes look most like.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use crate::exchange::charset::{Charset, Utf8, ends_cut, utf8};

use super::content::{ContentLines, Keep, split};
use super::head::Head;
use super::quoted_printable::{escaped_octets, octets};

/// The property that names the charset of a card whose lines do not, where its bytes alone would be
/// taken for another one. It is right after BEGIN and is never exported.
pub(super) const CHARSET: &str = "X-CALLBOOK-CHARSET";

/// The charset of what is not UTF-8 and names none, in one card.
#[derive(Debug)]
pub(super) struct AssumedCharset<'a> {
    card: &'a [u8],
    charset: OnceCell<Charset>,
}

impl<'a> AssumedCharset<'a> {
    /// The charset that the card names for itself, or that its bytes look most like.
    pub(super) fn of(card: &'a [u8]) -> Self {
        let charset = OnceCell::new();
        if let Some(named) = named(card) {
            let _ = charset.set(named);
        }
        Self { card, charset }
    }

    /// The charset that was given, or the one of the file around the card.
    pub(super) fn given(card: &'a [u8], charset: Charset) -> Self {
        Self {
            card,
            charset: OnceCell::from(charset),
        }
    }

    /// Whether a guess was needed.
    pub(super) fn is_guessed(&self) -> bool {
        self.charset.get().is_some() && named(self.card).is_none()
    }

    fn get(&self) -> Charset {
        *self
            .charset
            .get_or_init(|| Charset::guessed(nameless(self.card).iter().map(Vec::as_slice)))
    }
}

/// Where the line is that names the charset of a card, and the name.
fn marked(card: &[u8]) -> Option<(Range<usize>, &str)> {
    let from = memchr::memchr2(b'\n', b'\r', card)?;
    let blank = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let rest = card.get(from..)?;
    let from = from + rest.iter().position(|byte| !blank(byte))?;
    let rest = card.get(from..)?;
    if !rest.starts_with(CHARSET.as_bytes()) {
        return None;
    }
    let end = rest.iter().position(blank).unwrap_or(rest.len());
    let name = std::str::from_utf8(rest.get(CHARSET.len() + 1..end)?).ok()?;
    let after = rest.get(end..)?;
    let after = after
        .iter()
        .position(|byte| !blank(byte))
        .unwrap_or(after.len());
    Some((from..from + end + after, name))
}

/// The charset that a card names for all its lines.
fn named(card: &[u8]) -> Option<Charset> {
    Charset::named(marked(card)?.1)
}

/// A card that names the charset of its lines, where its bytes alone would be taken for another one.
pub(super) fn mark(card: Vec<u8>, charset: Charset) -> Vec<u8> {
    if Charset::guessed(nameless(&card).iter().map(Vec::as_slice)) == charset {
        return card;
    }
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let begin = card.iter().position(ends).unwrap_or(card.len());
    let rest = card.get(begin..).unwrap_or_default();
    let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
    let (end, rest) = rest.split_at_checked(end).unwrap_or((b"\r\n", rest));
    let begin = card.get(..begin).unwrap_or_default();
    let line = format!("{CHARSET}:{}", charset.name());
    [begin, end, line.as_bytes(), end, rest].concat()
}

/// The card as it came, without the line of ours that names its charset.
pub(super) fn unmark(mut card: Vec<u8>) -> Vec<u8> {
    if let Some((place, _)) = marked(&card) {
        card.drain(place);
    }
    card
}

/// The texts of a card that are not UTF-8 and name no charset.
pub(super) fn nameless(card: &[u8]) -> Vec<Vec<u8>> {
    if card.is_ascii() && memchr::memchr(b'=', card).is_none() {
        return Vec::new();
    }
    let lines = ContentLines::new(card, Keep::Text);
    let texts = lines.filter_map(|line| {
        let (head, value) = split(&line.text).filter(|_| !line.binary)?;
        let head = Head::of(head)?;
        if head.charset.is_some() {
            return None;
        }
        let octets = if head.quoted_printable {
            octets(value)
        } else {
            value.to_vec()
        };
        (utf8(&octets) == Utf8::Not).then_some(octets)
    });
    texts.collect()
}

/// A value as text, its escapes still in it. What quoted-printable hides from being a separator is
/// escaped.
pub(super) fn text<'v>(head: &Head, value: &'v [u8], assumed: &AssumedCharset<'_>) -> Cow<'v, str> {
    let hidden = head.charset.is_some_and(Charset::hides_in_ascii);
    let named = head.charset.filter(|charset| *charset != Charset::UTF_8);
    if !head.quoted_printable
        && !hidden
        && (named.is_none() || value.is_ascii())
        && let Ok(text) = std::str::from_utf8(value)
    {
        // Where a CR slipped in, so that it ends no line.
        return if text.contains(['\r', '\n']) {
            Cow::Owned(text.replace(['\r', '\n'], " "))
        } else {
            Cow::Borrowed(text)
        };
    }
    let plain = if head.quoted_printable {
        octets(value)
    } else {
        value.to_vec()
    };
    let charset = charset(head, &plain, assumed);
    if head.quoted_printable {
        return Cow::Owned(charset.decode(&escaped_octets(value, charset)));
    }
    Cow::Owned(charset.decode(&plain).replace(['\r', '\n'], " "))
}

/// The charset of a value: as it says, but for what it cannot be.
fn charset(head: &Head, octets: &[u8], assumed: &AssumedCharset<'_>) -> Charset {
    let all = utf8(octets);
    let utf_8_said = head.charset == Some(Charset::UTF_8);
    // Text that was cut in a character is still what it says.
    let may_be = all != Utf8::Not || utf_8_said && ends_cut(octets);
    match head.charset {
        // US-ASCII is what Outlook 2007 names beside text that is not.
        Some(_) if head.says_ascii && all == Utf8::Whole => Charset::UTF_8,
        Some(charset) if !utf_8_said && !head.says_ascii => {
            let damaged = || charset.decode(octets).contains('\u{fffd}');
            if all == Utf8::Whole && !octets.is_ascii() && damaged() {
                Charset::UTF_8
            } else {
                charset
            }
        }
        _ if may_be && !head.says_ascii => Charset::UTF_8,
        _ => assumed.get(),
    }
}

/// How a value is put together (RFC 6350, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueShape {
    /// One text.
    Text,
    /// Texts with commas between.
    List,
    /// Components with semicolons between.
    Components,
    /// Components, each a list.
    Lists,
}

impl ValueShape {
    /// The shape of the values of a property.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "N" | "ADR" => Self::Lists,
            "ORG" | "GENDER" | "CLIENTPIDMAP" => Self::Components,
            "NICKNAME" | "CATEGORIES" => Self::List,
            _ => Self::Text,
        }
    }

    const fn splits_at(self, sign: u8) -> bool {
        match sign {
            b';' => matches!(self, Self::Components | Self::Lists),
            b',' => matches!(self, Self::List | Self::Lists),
            _ => false,
        }
    }

    /// How many parts a value of so many signs may have.
    pub(super) fn parts(self, value: &[u8]) -> usize {
        if self == Self::Text {
            return 1;
        }
        1 + value.iter().filter(|sign| self.splits_at(**sign)).count()
    }

    /// The components of a value, each with its list, without their escapes.
    pub(super) fn split(self, text: &str) -> Vec<Vec<String>> {
        if self == Self::Text {
            return vec![vec![unescaped(text)]];
        }
        let mut components = vec![Vec::new()];
        let mut from = 0;
        let mut escaped = false;
        let put = |components: &mut Vec<Vec<String>>, part: &str| {
            let part = unescaped(part);
            let part = if self == Self::List {
                part.trim().to_owned()
            } else {
                part
            };
            if let Some(last) = components.last_mut() {
                last.push(part);
            }
        };
        for (at, byte) in text.bytes().enumerate() {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if self.splits_at(byte) {
                put(&mut components, text.get(from..at).unwrap_or_default());
                from = at + 1;
                if byte == b';' || self == Self::List {
                    components.push(Vec::new());
                }
            }
        }
        put(&mut components, text.get(from..).unwrap_or_default());
        components
    }
}

/// A text without its escapes (RFC 6350, 3.4).
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        let sign = match (sign, (sign == '\\').then(|| signs.next()).flatten()) {
            ('\\', Some('n' | 'N')) => '\n',
            ('\\', Some('r' | 'R')) => '\r',
            ('\\', Some(escaped)) => escaped,
            (sign, _) => sign,
        };
        plain.push(sign);
    }
    plain
}
