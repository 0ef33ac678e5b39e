//! The content lines of one card's bytes: unfolded, and in parts.
//!
//! Each point is a card that some program writes:
//!
//! - lines that end in CR alone, and 2.1's folding, which keeps the white space that it folds at;
//! - quoted-printable over several lines, also where a line of it looks folded;
//! - base64 whose further lines do not begin with white space;
//! - the card of an AGENT within the card, on lines of its own or folded: it is one line here, with the
//!   line ends of its card.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::exchange::charset::ends_cut;

use super::frame::{CardEdge, Depth, is_begin};
use super::quoted_printable::octets;

/// How far into a line its head is looked for, in bytes. Without it a card of `=` lines, made for
/// the purpose, would be searched from its start for every line.
const HEAD_LIMIT: usize = 4 * 1024;

/// How much white space at the end of a line may hide the `=` that it ends in, in bytes. Without it
/// a card of folded spaces would be searched from its end to its start for every line.
const TAIL_LIMIT: usize = 64;

/// A content line of a card.
#[derive(Debug)]
pub(super) struct Unfolded<'a> {
    /// The line in one piece; of a card within the card, all lines of that one.
    pub(super) text: Cow<'a, [u8]>,
    /// Its place in the card, with its line ends and folding.
    pub(super) place: Range<usize>,
    /// Whether the value is no text: a photograph and the like, or a card.
    pub(super) binary: bool,
}

/// Properties that hold no text, as base64 or as an address.
const BINARY: [&[u8]; 4] = [b"PHOTO", b"LOGO", b"SOUND", b"KEY"];

/// What of a card is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Every line whole.
    All,
    /// Lines of text whole; of photographs, and of cards within the card, how they begin.
    Text,
}

/// The content lines of a card, without its BEGIN and END.
pub(super) struct ContentLines<'a> {
    card: &'a [u8],
    keep: Keep,
    /// What ends a line.
    ending: u8,
    folding: Folding,
    at: usize,
    depth: Depth,
    /// A line that was looked at and belongs to no content line before it.
    ahead: Option<Physical<'a>>,
    end: Option<usize>,
}

/// A line as it is in the card.
struct Physical<'a> {
    /// Its bytes without the line end.
    line: &'a [u8],
    place: Range<usize>,
    /// Whether it is one of a card within the card.
    inner: bool,
    /// Whether it is `AGENT:BEGIN:VCARD`.
    opens: bool,
}

impl Physical<'_> {
    fn is_folded(&self) -> bool {
        self.line.starts_with(b" ") || self.line.starts_with(b"\t")
    }
}

impl<'a> ContentLines<'a> {
    pub(super) fn new(card: &'a [u8], keep: Keep) -> Self {
        // A CR among line feeds is a slip in a value and no line end.
        let ending = match memchr(b'\n', card) {
            Some(_) => b'\n',
            None => b'\r',
        };
        let lines = card.split(|byte| *byte == ending);
        let folding = lines.take(FOLDING_LIMIT).find_map(Folding::of_version);
        let mut lines = Self {
            card,
            keep,
            ending,
            folding: folding.unwrap_or(Folding::SpaceDropped),
            at: 0,
            depth: Depth::default(),
            ahead: None,
            end: None,
        };
        let first = lines.cut();
        if is_begin(trim_line_end(card.get(first.clone()).unwrap_or_default())) {
            lines.at = first.end;
        }
        lines
    }

    /// Where the card's END is, or where it would be; known once all lines were given.
    pub(super) fn end(&self) -> usize {
        self.end.unwrap_or(self.card.len())
    }

    /// Where the next line is.
    fn cut(&self) -> Range<usize> {
        let rest = self.card.get(self.at..).unwrap_or_default();
        let length = memchr(self.ending, rest).map_or(rest.len(), |end| end + 1);
        self.at..self.at + length
    }

    /// The next line of the card; none from its END on.
    fn physical(&mut self) -> Option<Physical<'a>> {
        if let Some(ahead) = self.ahead.take() {
            return Some(ahead);
        }
        let place = self.cut();
        if self.end.is_some() || place.is_empty() {
            return None;
        }
        self.at = place.end;
        let line = trim_line_end(self.card.get(place.clone()).unwrap_or_default());
        let was_inner = self.depth.is_inner();
        if self.depth.after(line) == CardEdge::Ended {
            self.end = Some(place.start);
            return None;
        }
        let opened = !was_inner && self.depth.is_inner();
        let begins = is_begin(line);
        Some(Physical {
            line,
            place,
            inner: was_inner || opened && begins,
            opens: opened && !begins,
        })
    }
}

/// In how many lines of a card its version is looked for.
const FOLDING_LIMIT: usize = 1_000;

impl<'a> Iterator for ContentLines<'a> {
    type Item = Unfolded<'a>;

    fn next(&mut self) -> Option<Unfolded<'a>> {
        let first = loop {
            // What `\r\r\n` leaves, and 2.1's mark for the end of base64.
            let line = self.physical()?;
            if !line.line.is_empty() {
                break line;
            }
        };
        let mut line = Line::new(first, self.keep);
        while let Some(more) = self.physical() {
            if !line.takes(&more, self.folding) {
                self.ahead = Some(more);
                break;
            }
        }
        Some(line.finish())
    }
}

/// What a content line holds, as far as it matters for where it goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    QuotedPrintable,
    Base64,
    /// The card of an AGENT, on lines of its own.
    Card,
    /// The same, folded.
    FoldedCard,
}

/// A content line while it is put together.
struct Line<'a> {
    text: Cow<'a, [u8]>,
    place: Range<usize>,
    keep: Keep,
    holds: Holds,
    /// Whether the head is whole, so that what it says of the value is known.
    has_head: bool,
    /// Whether a blank line came after it, which ends base64.
    ended: bool,
    /// Where quoted-printable goes on with white space, and on how many lines it goes on at all.
    spaced: Vec<usize>,
    broken: usize,
}

impl<'a> Line<'a> {
    fn new(first: Physical<'a>, keep: Keep) -> Self {
        let mut line = Self {
            text: Cow::Borrowed(first.line),
            place: first.place,
            keep,
            holds: Holds::Text,
            has_head: false,
            ended: false,
            spaced: Vec::new(),
            broken: 0,
        };
        if first.inner || first.opens {
            line.holds = Holds::Card;
            line.has_head = true;
        }
        line.look();
        line
    }

    /// Finds out what it holds, once the head is whole.
    fn look(&mut self) {
        if self.has_head {
            return;
        }
        let start = self.text.get(..HEAD_LIMIT).unwrap_or(&self.text);
        let Some((head, _)) = split(start) else {
            return;
        };
        self.has_head = true;
        let mut name = head.split(|byte| *byte == b';').next().unwrap_or_default();
        if let Some(dot) = memrchr(b'.', name) {
            name = name.get(dot + 1..).unwrap_or_default();
        }
        if BINARY.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            self.holds = Holds::Base64;
            return;
        }
        for param in params(head) {
            let encoding = match memchr(b'=', param) {
                None => param,
                Some(sign) if is_word(param.get(..sign), b"ENCODING") => {
                    param.get(sign + 1..).unwrap_or_default()
                }
                Some(_) => continue,
            };
            if is_word(Some(encoding), b"QUOTED-PRINTABLE") {
                self.holds = Holds::QuotedPrintable;
            } else if is_word(Some(encoding), b"BASE64") || is_word(Some(encoding), b"B") {
                self.holds = Holds::Base64;
            }
        }
    }

    /// Takes the next line of the card where that goes on with this one.
    fn takes(&mut self, more: &Physical<'_>, folding: Folding) -> bool {
        let line = more.line;
        if more.inner {
            let folded =
                self.holds == Holds::Card && more.is_folded() && !self.text.contains(&b'\n');
            self.holds = if folded {
                Holds::FoldedCard
            } else {
                Holds::Card
            };
            self.has_head = true;
        }
        match self.holds {
            _ if more.inner || self.holds == Holds::FoldedCard && more.is_folded() => {
                let from = usize::from(self.holds == Holds::FoldedCard);
                if self.keep == Keep::All {
                    self.text.to_mut().push(b'\n');
                    self.append(line.get(from..).unwrap_or_default());
                }
            }
            Holds::QuotedPrintable if is_softly_broken(&self.text) => {
                let length = self.text.trim_ascii_end().len().saturating_sub(1);
                self.text.to_mut().truncate(length);
                self.broken += 1;
                if more.is_folded() {
                    self.spaced.push(length);
                }
                self.append(line);
            }
            _ if line.is_empty() => {
                // What comes after it may still go on with this line.
                self.ended = true;
                return true;
            }
            Holds::Base64 if more.is_folded() => self.append_binary(line),
            Holds::Base64 if !self.ended && line.iter().all(|byte| is_base64(*byte)) => {
                self.append_binary(line);
            }
            _ if more.is_folded() => {
                let from = usize::from(folding == Folding::SpaceDropped);
                self.append(line.get(from..).unwrap_or_default());
            }
            _ => return false,
        }
        self.place.end = more.place.end;
        self.look();
        true
    }

    fn append(&mut self, more: &[u8]) {
        self.text.to_mut().extend_from_slice(more);
    }

    fn append_binary(&mut self, more: &[u8]) {
        if self.keep == Keep::All {
            self.append(more);
        }
    }

    fn finish(mut self) -> Unfolded<'a> {
        self.unspace();
        Unfolded {
            text: self.text,
            place: self.place,
            binary: !matches!(self.holds, Holds::Text | Holds::QuotedPrintable),
        }
    }

    /// Takes out the white space that quoted-printable was folded with beside its own line breaks: where
    /// it is on every line, and would part a character.
    fn unspace(&mut self) {
        if self.spaced.is_empty() || self.spaced.len() < self.broken {
            return;
        }
        let parts_a_character = self.spaced.iter().any(|at| {
            let start = at.saturating_sub(4 * 3);
            ends_cut(&octets(self.text.get(start..*at).unwrap_or_default()))
        });
        if parts_a_character {
            let text = self.text.to_mut();
            for at in self.spaced.iter().rev() {
                text.remove(*at);
            }
        }
    }
}

/// Whether a text is this word, in any case and in quotes or not.
fn is_word(text: Option<&[u8]>, word: &[u8]) -> bool {
    let text = text.unwrap_or_default().trim_ascii();
    let bare = text
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""));
    bare.unwrap_or(text).eq_ignore_ascii_case(word)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
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

/// Whether a line of quoted-printable ends in the `=` that says that it goes on.
fn is_softly_broken(line: &[u8]) -> bool {
    let tail = line.len().saturating_sub(TAIL_LIMIT);
    let tail = line.get(tail..).unwrap_or(line);
    tail.trim_ascii_end().ends_with(b"=")
}

/// The parameters of a head, as they are written: parted at semicolons that stand in no quotes.
pub(super) fn params(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let parts = head.split(move |byte| {
        quoted ^= *byte == b'"';
        *byte == b';' && !quoted
    });
    parts.skip(1)
}

/// The head and the value of a content line: before and after the first colon that is in no
/// quotes, or the first at all where the quotes do not close.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = memchr(b':', line)?;
    let mut colon = first;
    if memchr(b'"', line.get(..first)?).is_some() {
        let mut quoted = false;
        let outside = line.iter().position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b':' && !quoted
        });
        colon = outside.unwrap_or(first);
    }
    let (head, value) = line.split_at_checked(colon)?;
    Some((head, value.get(1..).unwrap_or_default()))
}
