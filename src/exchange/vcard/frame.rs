//! Cutting a file into cards.
//!
//! A card goes from its `BEGIN:VCARD` to its `END:VCARD`, line ends included; where the END is
//! missing, to the next BEGIN or the end of the file. Blank lines between cards mean nothing; any
//! other text there is reported, for it may be what is left of a card, unless it is a remark that
//! begins with `#`. A file without a single BEGIN
//! gives one error and not one for each of its lines.
//!
//! Where files were put together without a line break between, an END or a BEGIN is not alone on its
//! line; it counts all the same.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::ops::Range;

use memchr::memmem;

use crate::domain::import::{CardPlace, RejectScope};

use crate::exchange::source::{SourceLine, SourceLines};

/// The largest card that is read, in bytes: 64 MiB, photographs included.
pub const CARD_LIMIT: usize = 64 * 1024 * 1024;

/// How many bytes are kept of a card that is larger, and of text that belongs to no card: 64 KiB.
pub const REJECT_LIMIT: usize = 64 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A whole card.
    Card { place: CardPlace, bytes: Vec<u8> },
    /// What cannot be read as a card, and why.
    Unusable {
        place: CardPlace,
        scope: RejectScope,
        bytes: Vec<u8>,
        reason: String,
    },
}

/// The pieces of a source.
#[derive(Debug)]
pub(super) struct Frames<R> {
    lines: SourceLines<R>,
    /// Lines that were read, or parted from another one, and not yet given.
    ahead: VecDeque<SourceLine>,
    /// How many cards were given.
    cards: usize,
    /// The card that the end of the source cut off: its place and its bytes so far are those of the card
    /// that was given last.
    unfinished: Option<CardPlace>,
    /// The source has ended, or failed.
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: BufRead> Frames<R> {
    pub(super) const fn new(source: R) -> Self {
        Self {
            lines: SourceLines::new(source),
            ahead: VecDeque::new(),
            cards: 0,
            unfinished: None,
            ended: false,
            failure: None,
        }
    }

    pub(super) const fn lines(&self) -> usize {
        self.lines.given()
    }

    /// What of the source is at hand beyond what was given.
    pub(super) fn ahead(&mut self) -> &[u8] {
        self.lines.ahead()
    }

    /// The card that has no END, because the source ends before it.
    pub(super) const fn unfinished(&self) -> Option<CardPlace> {
        self.unfinished
    }

    pub(super) const fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    fn line(&mut self) -> io::Result<Option<SourceLine>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let line = self.lines.next(CARD_LIMIT)?;
        match line {
            Some(line) if !line.cut && holds_frame(&line.bytes) => self.parted(line).map(Some),
            line => Ok(line),
        }
    }

    /// The first piece of a line that an END or a BEGIN shares with something else; what comes after it
    /// is given next.
    fn parted(&mut self, line: SourceLine) -> io::Result<SourceLine> {
        let mut next = None;
        let trimmed = line.bytes.trim_ascii_end();
        // Only the next line decides whether such words end a text.
        if !is_begin(trimmed) && !is(trimmed, b"END") && ends_in_frame(trimmed) {
            next = self.lines.next(CARD_LIMIT)?;
        }
        let after = match &next {
            None => After::Nothing,
            Some(next) if is_begin(outside(&next.bytes)) => After::Begin,
            Some(next) if begins(&next.bytes, b"VERSION:") => After::Version,
            Some(_) => After::Other,
        };
        let mut pieces = pieces(&line.bytes, after).into_iter();
        let number = line.number;
        let piece = |place: Range<usize>| SourceLine {
            number,
            bytes: line.bytes.get(place).unwrap_or_default().to_vec(),
            cut: false,
        };
        let first = pieces.next().map(piece);
        self.ahead.extend(pieces.map(piece));
        self.ahead.extend(next);
        Ok(first.unwrap_or(line))
    }

    /// Takes the line end that `\r\r\n` has beside its first CR.
    fn take_line_end(&mut self, kept: &mut Kept) -> io::Result<()> {
        if !kept.bytes.ends_with(b"\r") {
            return Ok(());
        }
        match self.line()? {
            Some(line) if line.bytes == b"\r\n" => kept.put(&line.bytes, false),
            Some(line) => self.ahead.push_front(line),
            None => {}
        }
        Ok(())
    }

    /// The card that this BEGIN opens.
    fn card(&mut self, begin: &SourceLine) -> Frame {
        self.cards += 1;
        let place = CardPlace {
            card: self.cards,
            line: begin.number,
        };
        let mut kept = Kept::new(CARD_LIMIT);
        let from = if begin.bytes.starts_with(BOM) {
            BOM.len()
        } else {
            0
        };
        kept.put(begin.bytes.get(from..).unwrap_or_default(), begin.cut);
        // A card of vCard 2.1 may hold its AGENT's card (versit 2.1, 2.4.2): that one's END is not
        // this one's.
        let mut depth = Depth::default();
        loop {
            let line = match self.line() {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.unfinished = Some(place);
                    break;
                }
                Err(error) => return self.failed(place, kept.bytes, error),
            };
            let step = depth.after(&line.bytes);
            let ended = kept.bytes.ends_with(b"\n") || kept.bytes.ends_with(b"\r");
            if step != CardEdge::NextBegins && !ended && !kept.cut {
                // The line was parted from the one before it.
                let end = line_end(&kept.bytes);
                kept.put(end.as_bytes(), false);
            }
            match step {
                CardEdge::Within => kept.put(&line.bytes, line.cut),
                CardEdge::Ended => {
                    kept.put(&line.bytes, line.cut);
                    if let Err(error) = self.take_line_end(&mut kept) {
                        return self.failed(place, kept.bytes, error);
                    }
                    break;
                }
                CardEdge::NextBegins => {
                    self.ahead.push_front(line);
                    break;
                }
            }
        }
        if kept.cut {
            kept.bytes.truncate(REJECT_LIMIT);
            kept.bytes.shrink_to_fit();
            let reason = format!(
                "is larger than {} MiB; only its beginning is kept",
                CARD_LIMIT / 1024 / 1024
            );
            return Frame::Unusable {
                place,
                scope: RejectScope::Card,
                bytes: kept.bytes,
                reason,
            };
        }
        Frame::Card {
            place,
            bytes: kept.bytes,
        }
    }

    /// The text between cards that this line begins.
    fn between(&mut self, first: &SourceLine) -> Frame {
        let place = CardPlace {
            card: self.cards + 1,
            line: first.number,
        };
        let mut kept = Kept::new(REJECT_LIMIT);
        kept.put(&first.bytes, first.cut);
        let mut begins = false;
        loop {
            match self.line() {
                Ok(Some(line)) if is_begin(outside(&line.bytes)) => {
                    self.ahead.push_front(line);
                    begins = true;
                    break;
                }
                Ok(Some(line)) => kept.put(&line.bytes, line.cut),
                Ok(None) => break,
                Err(error) => return self.failed(place, kept.bytes, error),
            }
        }
        let (scope, reason) = if self.cards == 0 && !begins {
            let reason = "is not a vCard file: no BEGIN:VCARD in it";
            (RejectScope::File, reason.to_owned())
        } else {
            let reason = "is text that belongs to no card";
            (RejectScope::Card, reason.to_owned())
        };
        self.cards = self.cards.max(usize::from(!begins));
        Frame::Unusable {
            place,
            scope,
            bytes: kept.bytes,
            reason,
        }
    }

    fn failed(&mut self, place: CardPlace, bytes: Vec<u8>, error: io::Error) -> Frame {
        self.ended = true;
        let reason = format!("could not be read to its end: {error}");
        self.failure = Some(error);
        let mut bytes = bytes;
        bytes.truncate(REJECT_LIMIT);
        Frame::Unusable {
            place,
            scope: RejectScope::Card,
            bytes,
            reason,
        }
    }
}

impl<R: BufRead> Iterator for Frames<R> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        while !self.ended {
            match self.line() {
                Ok(Some(line)) => {
                    let text = outside(&line.bytes);
                    if is_begin(text) {
                        return Some(self.card(&line));
                    }
                    // A remark, such as the one before a card that was set aside.
                    if !text.is_empty() && !text.starts_with(b"#") {
                        return Some(self.between(&line));
                    }
                }
                Ok(None) => {
                    self.ended = true;
                    if self.cards == 0 {
                        return Some(Frame::Unusable {
                            place: CardPlace { card: 1, line: 1 },
                            scope: RejectScope::File,
                            bytes: Vec::new(),
                            reason: "is not a vCard file: it is empty".to_owned(),
                        });
                    }
                }
                Err(error) => {
                    let place = CardPlace {
                        card: self.cards + 1,
                        line: self.lines.given() + 1,
                    };
                    return Some(self.failed(place, Vec::new(), error));
                }
            }
        }
        None
    }
}

/// Bytes that are kept up to a limit.
struct Kept {
    bytes: Vec<u8>,
    limit: usize,
    cut: bool,
}

impl Kept {
    const fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            cut: false,
        }
    }

    fn put(&mut self, part: &[u8], cut: bool) {
        let room = self.limit.saturating_sub(self.bytes.len());
        self.cut |= cut || part.len() > room;
        self.bytes
            .extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
    }
}

/// How deep in nested cards a line is.
#[derive(Debug, Default)]
pub(super) struct Depth {
    /// Cards within the first one that are open.
    inner: usize,
    /// The last line was `AGENT:`, so that a BEGIN after it opens a card within this one.
    agent: bool,
    /// The last line was `AGENT:BEGIN:VCARD`. Where the next one is folded, so is all of that card.
    opened: bool,
}

/// What a line does to its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CardEdge {
    /// It is a line of the card, or of a card within it.
    Within,
    /// It is the card's END.
    Ended,
    /// It is the BEGIN of the next card.
    NextBegins,
}

impl Depth {
    /// The line after those seen so far.
    pub(super) fn after(&mut self, line: &[u8]) -> CardEdge {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return CardEdge::Within;
        }
        let agent = std::mem::take(&mut self.agent);
        if std::mem::take(&mut self.opened) && (line.starts_with(b" ") || line.starts_with(b"\t")) {
            self.inner -= 1;
            return CardEdge::Within;
        }
        if is_begin(line) {
            if !agent {
                return CardEdge::NextBegins;
            }
            self.inner += 1;
        } else if is(line, b"END") {
            match self.inner.checked_sub(1) {
                Some(inner) => self.inner = inner,
                None => return CardEdge::Ended,
            }
        } else if let Some(value) = agent_value(line) {
            self.agent = value.is_empty();
            self.opened = is_begin(value);
            self.inner += usize::from(self.opened);
        }
        CardEdge::Within
    }

    /// Whether the last line stood in a card within the card.
    pub(super) const fn is_inner(&self) -> bool {
        self.inner > 0
    }
}

/// A line outside of any card, where spaces before the text mean nothing.
fn outside(line: &[u8]) -> &[u8] {
    line.strip_prefix(BOM).unwrap_or(line).trim_ascii()
}

/// Whether a line is `BEGIN:VCARD`, in any case.
pub(super) fn is_begin(line: &[u8]) -> bool {
    is(line.strip_prefix(BOM).unwrap_or(line), b"BEGIN")
}

/// Whether a line is `NAME:VCARD`. One that begins with a space continues another one.
fn is(line: &[u8], name: &[u8]) -> bool {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    parts
        .next()
        .is_some_and(|start| start.trim_ascii_end().eq_ignore_ascii_case(name))
        && parts
            .next()
            .is_some_and(|value| value.trim_ascii().eq_ignore_ascii_case(b"VCARD"))
}

/// Whether a line may hold an END or a BEGIN beside something else.
fn holds_frame(line: &[u8]) -> bool {
    // Most lines are short, and no BEGIN and no END.
    line.len() > FRAME && memmem::find(line, b"VCARD").is_some() && {
        let trimmed = line.trim_ascii_end();
        trimmed.len() > FRAME && !is_begin(trimmed)
    }
}

/// The length of `END:VCARD`.
const FRAME: usize = 9;

fn begins(line: &[u8], start: &[u8]) -> bool {
    line.get(..start.len())
        .is_some_and(|own| own.eq_ignore_ascii_case(start))
}

fn ends_in_frame(line: &[u8]) -> bool {
    line.ends_with(b"END:VCARD") || line.ends_with(b"BEGIN:VCARD")
}

/// What comes after a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    Begin,
    Version,
    Other,
}

/// The pieces of a line that are each a line of their own: an END at its start, one before a BEGIN or
/// where the card has to end, and a BEGIN after an END or before a VERSION.
fn pieces(line: &[u8], after: After) -> Vec<Range<usize>> {
    let mut cuts = vec![0];
    let whole = line.trim_ascii_end().len();
    let is_text = agent_value(line).is_some() || line.starts_with(b" ") || line.starts_with(b"\t");
    let mut ended = false;
    for at in memmem::find_iter(line, b":VCARD") {
        let start = line.get(..at).unwrap_or_default();
        let end = at + b":VCARD".len();
        let rest = line.get(end..whole).unwrap_or_default().trim_ascii_start();
        let last = rest.is_empty();
        if start.ends_with(b"END") {
            let from = at - 3;
            // A card in a text has its line ends escaped.
            let escaped = start.ends_with(b"\\nEND") || start.ends_with(b"\\NEND");
            let closes = last && matches!(after, After::Nothing | After::Begin);
            let counts =
                from == 0 || !is_text && !escaped && (closes || begins(rest, b"BEGIN:VCARD"));
            if counts {
                cuts.push(from);
                cuts.extend((!last).then_some(end));
                ended = !last;
            }
        } else if start.ends_with(b"BEGIN") && !is_text {
            let from = at - 5;
            if ended || from == 0 {
                cuts.extend((!last).then_some(end));
            } else if last && after == After::Version {
                cuts.push(from);
            }
            ended = false;
        }
    }
    cuts.dedup();
    cuts.push(line.len());
    let starts = cuts.iter().copied();
    let ends = cuts.iter().skip(1).copied();
    let pieces = starts.zip(ends).map(|(from, to)| from..to);
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// The value of an AGENT property.
fn agent_value(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (head, value) = line.split_at_checked(colon)?;
    let name = head.split(|byte| *byte == b';').next()?;
    let name = name.rsplit(|byte| *byte == b'.').next()?;
    name.eq_ignore_ascii_case(b"AGENT")
        .then(|| value.strip_prefix(b":").unwrap_or(value).trim_ascii())
}

/// What the lines of a card end in.
pub(super) fn line_end(card: &[u8]) -> &'static str {
    if card.windows(2).any(|pair| pair == b"\r\n") {
        "\r\n"
    } else if card.contains(&b'\n') {
        "\n"
    } else if card.contains(&b'\r') {
        "\r"
    } else {
        "\r\n"
    }
}
