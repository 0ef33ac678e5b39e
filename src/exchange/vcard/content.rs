//! Clean content lines of one card's bytes, for calcard to parse.
//!
//! calcard reads UTF-8 text and knows three versions, parameters, escapes and structured values.
//! What it does not know, or would lose, is settled here first; each point is a card that some
//! program writes:
//!
//! - lines that end in CR alone, and 2.1's folding, which keeps the white space that it folds at;
//! - quoted-printable over several lines, also where a line of it looks folded;
//! - bytes that are not UTF-8, with or without CHARSET: calcard decodes a charset only beside
//!   quoted-printable, and takes ISO 8859-1 where none is named though most writers mean UTF-8. So
//!   every such value is handed on as quoted-printable with the charset that it is in;
//! - the card of an AGENT within the card, at whose END calcard would stop;
//! - `TYPE="work,iphone"`: calcard drops the types that it does not know from a quoted list;
//! - values that are not text: calcard reads a birthday as a date and forgets how it was written.
//!   `VALUE=text` keeps it, and a `tel:` URI is known by its scheme.
//!
//! Photographs and everything else in base64 are left out: they stay in the card's bytes.

use std::ops::Range;

use super::frame::{Depth, Step, is_begin};

/// How far into a line its head is looked for, in bytes. Without it a card of `=` lines, made for
/// the purpose, would be searched from its start for every line.
const HEAD_LIMIT: usize = 4 * 1024;

/// How much white space at the end of a line may hide the `=` that it ends in, in bytes. Without it
/// a card of folded spaces would be searched from its end to its start for every line.
const TAIL_LIMIT: usize = 64;

/// One card with one content line to each line, in UTF-8, that calcard can read without loss.
pub(super) fn clean(card: &[u8]) -> String {
    let mut text = String::from("BEGIN:VCARD\r\n");
    for line in content_lines(card).lines {
        text.extend(line.clean());
    }
    text.push_str("END:VCARD\r\n");
    text
}

/// A content line of a card.
pub(super) struct Unfolded {
    /// The line in one piece.
    pub(super) text: Vec<u8>,
    /// Where it stands in the card, its line ends and foldings among it.
    pub(super) place: Range<usize>,
}

impl Unfolded {
    /// The line as one that calcard is to see, or none.
    fn clean(&self) -> Option<String> {
        let mut text = String::new();
        ContentLine::new(&self.text)?.write(&mut text);
        Some(text)
    }

    /// A card with this line alone, for calcard.
    pub(super) fn alone(&self) -> Option<String> {
        Some(format!("BEGIN:VCARD\r\n{}END:VCARD\r\n", self.clean()?))
    }
}

/// The content lines of a card.
pub(super) struct ContentLines {
    /// The lines, without those of cards within it; its BEGIN and END are none.
    pub(super) lines: Vec<Unfolded>,
    /// Where its END stands, or where it would.
    pub(super) end: usize,
}

/// The lines of a card, unfolded.
pub(super) fn content_lines(card: &[u8]) -> ContentLines {
    // A CR among line feeds is a slip in a value and no line end.
    let end = if card.contains(&b'\n') { b'\n' } else { b'\r' };
    let physical: Vec<&[u8]> = card.split_inclusive(|byte| *byte == end).collect();
    let folding = physical
        .iter()
        .find_map(|line| Folding::of_version(line))
        .unwrap_or(Folding::SpaceDropped);
    let mut lines: Vec<Unfolded> = Vec::new();
    let mut depth = Depth::default();
    let mut at = 0;
    for (index, raw) in physical.into_iter().enumerate() {
        let place = at..at + raw.len();
        at = place.end;
        let line = trim_line_end(raw);
        if index == 0 && is_begin(line) {
            continue;
        }
        let was_inner = depth.is_inner();
        if depth.after(line) == Step::Ended {
            return ContentLines {
                lines,
                end: place.start,
            };
        }
        if was_inner || depth.is_inner() {
            continue;
        }
        match lines.last_mut() {
            Some(last) if is_softly_broken(&last.text) => {
                let text = &mut last.text;
                text.truncate(text.trim_ascii_end().len().saturating_sub(1));
                text.extend_from_slice(line);
                last.place.end = place.end;
            }
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                let from = usize::from(folding == Folding::SpaceDropped);
                let more = line.get(from..).unwrap_or_default();
                last.text.extend_from_slice(more);
                last.place.end = place.end;
            }
            // What `\r\r\n` leaves, and 2.1's mark for the end of base64.
            _ if line.is_empty() => {}
            _ => lines.push(Unfolded {
                text: line.to_vec(),
                place,
            }),
        }
    }
    ContentLines { lines, end: at }
}

/// What becomes of the white space at which a line was folded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    /// It was there before (versit 2.1, 2.1.3).
    SpaceKept,
    /// It came with the folding (RFC 6350, 3.2).
    SpaceDropped,
}

impl Folding {
    fn of_version(line: &[u8]) -> Option<Self> {
        let (name, version) = line.split_at_checked(8)?;
        name.eq_ignore_ascii_case(b"VERSION:")
            .then(|| match version.trim_ascii() {
                b"2.1" | b"2.0" | b"1.0" => Self::SpaceKept,
                _ => Self::SpaceDropped,
            })
    }
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let end = line
        .iter()
        .rposition(|byte| *byte != b'\r')
        .map_or(0, |last| last + 1);
    line.get(..end).unwrap_or_default()
}

/// Whether a line ends in the `=` of quoted-printable that goes on.
fn is_softly_broken(line: &[u8]) -> bool {
    let tail = line.len().saturating_sub(TAIL_LIMIT);
    let tail = line.get(tail..).unwrap_or(line);
    if !tail.trim_ascii_end().ends_with(b"=") {
        return false;
    }
    let start = line.get(..HEAD_LIMIT).unwrap_or(line);
    split(start).is_some_and(|(head, _)| {
        head.to_ascii_uppercase()
            .windows(16)
            .any(|part| part == b"QUOTED-PRINTABLE")
    })
}

/// The head and the value of a content line: before and after the first colon that stands in no
/// quotes, or the first at all where the quotes do not close.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut quoted = false;
    let colon = line
        .iter()
        .position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b':' && !quoted
        })
        .or_else(|| line.iter().position(|byte| *byte == b':'))?;
    let (head, value) = line.split_at_checked(colon)?;
    Some((head, value.get(1..).unwrap_or_default()))
}

/// A content line in parts, its parameters sorted into those for calcard and those settled here.
struct ContentLine<'a> {
    /// The group, if any, and the property's name.
    name: String,
    /// The parameters that are handed on.
    params: Vec<String>,
    charset: Option<String>,
    quoted_printable: bool,
    value: &'a [u8],
}

impl<'a> ContentLine<'a> {
    /// The line as one that calcard is to see, or none.
    fn new(line: &'a [u8]) -> Option<Self> {
        let (head, value) = split(line)?;
        let head = String::from_utf8_lossy(head);
        let unclosed = head.matches('"').count() % 2 == 1;
        let head = if unclosed {
            head.replace('"', "")
        } else {
            head.into_owned()
        };
        let mut quoted = false;
        let mut parts = head.split(|sign| {
            quoted ^= sign == '"';
            sign == ';' && !quoted
        });
        let name = parts.next().map(str::trim)?;
        // Other signs are no property's name, and calcard would read quotes and backslashes in it.
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./".contains(sign);
        let property = name.rsplit('.').next()?;
        let structural = ["BEGIN", "END", "VERSION"]
            .iter()
            .any(|word| property.eq_ignore_ascii_case(word));
        if property.is_empty() || structural || !name.chars().all(plain) {
            return None;
        }
        let mut read = Self {
            name: name.to_owned(),
            params: Vec::new(),
            charset: None,
            quoted_printable: false,
            value,
        };
        for part in parts {
            // A backslash is plain text in a parameter (RFC 6350, 3.3); calcard takes it for an escape,
            // and before a colon that would swallow the value.
            let part: String = part
                .chars()
                .filter(|sign| !sign.is_control() && *sign != '\\')
                .collect();
            read.parameter(part.trim())?;
        }
        Some(read)
    }

    /// Sorts one parameter in; none where the value is base64.
    fn parameter(&mut self, written: &str) -> Option<()> {
        let (name, value) = match written.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_uppercase(), value.trim()),
            None => (String::new(), written),
        };
        let plain = value.trim_matches('"').to_ascii_uppercase();
        match name.as_str() {
            "" | "ENCODING" if matches!(plain.as_str(), "B" | "BASE64") => return None,
            "" | "ENCODING" if plain == "QUOTED-PRINTABLE" => self.quoted_printable = true,
            "" if matches!(plain.as_str(), "" | "7BIT" | "8BIT") => {}
            "ENCODING" | "VALUE" => {}
            "CHARSET" => self.charset = Some(plain),
            "TYPE" => self
                .params
                .push(format!("TYPE={}", value.replace(['"', '\\'], ""))),
            _ => self.params.push(written.to_owned()),
        }
        Some(())
    }

    /// Writes the line for calcard.
    fn write(&self, text: &mut String) {
        text.push_str(&self.name);
        for param in &self.params {
            text.push(';');
            text.push_str(param);
        }
        text.push_str(";VALUE=text");
        let foreign = self
            .charset
            .as_deref()
            .is_some_and(|charset| !matches!(charset, "UTF-8" | "UTF8") && !self.value.is_ascii());
        match std::str::from_utf8(self.value) {
            Ok(value) if !self.quoted_printable && !foreign => {
                text.push(':');
                // Where a CR slipped in, so that it cannot end the line.
                text.extend(value.chars().map(|sign| match sign {
                    '\r' | '\n' => ' ',
                    other => other,
                }));
            }
            _ => self.write_encoded(text),
        }
        text.push_str("\r\n");
    }

    /// Writes the value as quoted-printable on one line, with the charset that it is in.
    fn write_encoded(&self, text: &mut String) {
        let (encoded, octets) = encode(self.value, self.quoted_printable);
        let charset = match self.charset.as_deref() {
            // calcard knows 8859-1 by the letter; what says so has quotes and dashes of 1252 in it.
            Some("ISO-8859-1" | "ISO8859-1" | "LATIN1" | "US-ASCII" | "ASCII") => "windows-1252",
            Some(charset) if !matches!(charset, "UTF-8" | "UTF8") => charset,
            _ => "utf-8",
        };
        let charset = match charset {
            "utf-8" if std::str::from_utf8(&octets).is_err() => "windows-1252",
            // US-ASCII is what Outlook 2007 names beside text that is not.
            "windows-1252"
                if matches!(self.charset.as_deref(), Some("US-ASCII" | "ASCII"))
                    && std::str::from_utf8(&octets).is_ok() =>
            {
                "utf-8"
            }
            other => other,
        };
        text.push_str(";ENCODING=QUOTED-PRINTABLE;CHARSET=");
        text.extend(charset.chars().filter(char::is_ascii_graphic));
        text.push(':');
        text.push_str(&encoded);
    }
}

/// A value as quoted-printable that is right and on one line, and the bytes that it stands for. What
/// is wrong in `value` stands for itself.
fn encode(value: &[u8], already: bool) -> (String, Vec<u8>) {
    let mut encoded = String::with_capacity(value.len());
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let octet = match (already && byte == b'=').then(|| escaped(after)).flatten() {
            Some(octet) => {
                rest = after.get(2..).unwrap_or_default();
                // A zero is no part of any text, and a line end is one character everywhere else.
                if octet == 0 || (octet == b'\r' && rest.starts_with(b"=0A")) {
                    continue;
                }
                push_escaped(&mut encoded, octet);
                octet
            }
            None if matches!(byte, b'=' | 0..=8 | 10..=31 | 127..) => {
                push_escaped(&mut encoded, byte);
                byte
            }
            None => {
                encoded.push(char::from(byte));
                byte
            }
        };
        octets.push(octet);
    }
    // A decoder of quoted-printable drops white space at the end of a line.
    (encoded.trim_end().to_owned(), octets)
}

/// Writes a byte as `=` and two hexadecimal digits.
fn push_escaped(text: &mut String, octet: u8) {
    text.push('=');
    for digit in [octet >> 4, octet & 15] {
        text.extend(char::from_digit(u32::from(digit), 16).map(|digit| digit.to_ascii_uppercase()));
    }
}

/// The byte that two hexadecimal digits name.
fn escaped(digits: &[u8]) -> Option<u8> {
    let digits = digits.get(..2)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
