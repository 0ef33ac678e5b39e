//! Cutting a file into cards.
//!
//! A card goes from its `BEGIN:VCARD` to its `END:VCARD`, line ends included; where the END is
//! missing, to the next BEGIN or the end of the file. Blank lines between cards mean nothing; any
//! other text there is reported, for it may be what is left of a card, unless it is a remark that
//! begins with `#`. A file without a single BEGIN
//! gives one error and not one for each of its lines.

use std::io::{self, BufRead};

use crate::domain::import::Place;

use super::{CARD_LIMIT, REJECT_LIMIT};
use crate::exchange::source::{Line, Lines};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A whole card.
    Card { place: Place, bytes: Vec<u8> },
    /// What cannot be read as a card, and why.
    Unusable {
        place: Place,
        bytes: Vec<u8>,
        reason: String,
    },
}

/// The pieces of a source.
#[derive(Debug)]
pub(super) struct Frames<R> {
    lines: Lines<R>,
    /// The BEGIN that ended a card without END, or the text before it; read, and not yet given.
    begun: Option<Line>,
    /// How many cards were given.
    cards: usize,
    /// The source has ended, or failed.
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: BufRead> Frames<R> {
    pub(super) const fn new(source: R) -> Self {
        Self {
            lines: Lines::new(source),
            begun: None,
            cards: 0,
            ended: false,
            failure: None,
        }
    }

    pub(super) const fn lines(&self) -> usize {
        self.lines.given()
    }

    pub(super) const fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        match self.begun.take() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(CARD_LIMIT),
        }
    }

    /// The card that this BEGIN opens.
    fn card(&mut self, begin: &Line) -> Frame {
        self.cards += 1;
        let place = Place {
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
                Ok(None) => break,
                Err(error) => return self.failed(place, kept.bytes, error),
            };
            match depth.after(&line.bytes) {
                Step::Within => kept.put(&line.bytes, line.cut),
                Step::Ended => {
                    kept.put(&line.bytes, line.cut);
                    break;
                }
                Step::NextBegins => {
                    self.begun = Some(line);
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
    fn between(&mut self, first: &Line) -> Frame {
        let place = Place {
            card: self.cards + 1,
            line: first.number,
        };
        let mut kept = Kept::new(REJECT_LIMIT);
        kept.put(&first.bytes, first.cut);
        loop {
            match self.line() {
                Ok(Some(line)) if is_begin(outside(&line.bytes)) => {
                    self.begun = Some(line);
                    break;
                }
                Ok(Some(line)) => kept.put(&line.bytes, line.cut),
                Ok(None) => break,
                Err(error) => return self.failed(place, kept.bytes, error),
            }
        }
        let reason = if self.cards == 0 && self.begun.is_none() {
            "is not a vCard file: no BEGIN:VCARD in it".to_owned()
        } else {
            "is text that belongs to no card".to_owned()
        };
        self.cards = self.cards.max(usize::from(self.begun.is_none()));
        Frame::Unusable {
            place,
            bytes: kept.bytes,
            reason,
        }
    }

    fn failed(&mut self, place: Place, bytes: Vec<u8>, error: io::Error) -> Frame {
        self.ended = true;
        let reason = format!("could not be read to its end: {error}");
        self.failure = Some(error);
        let mut bytes = bytes;
        bytes.truncate(REJECT_LIMIT);
        Frame::Unusable {
            place,
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
                    // A remark, as stands before a card that was set aside.
                    if !text.is_empty() && !text.starts_with(b"#") {
                        return Some(self.between(&line));
                    }
                }
                Ok(None) => {
                    self.ended = true;
                    if self.cards == 0 {
                        return Some(Frame::Unusable {
                            place: Place { card: 1, line: 1 },
                            bytes: Vec::new(),
                            reason: "is not a vCard file: it is empty".to_owned(),
                        });
                    }
                }
                Err(error) => {
                    let place = Place {
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

/// How deep in cards within cards a line stands.
#[derive(Debug, Default)]
pub(super) struct Depth {
    /// Cards within the first one that are open.
    inner: usize,
    /// The last line was `AGENT:`, so that a BEGIN after it opens a card within this one.
    agent: bool,
}

/// What a line does to the card that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is a line of the card, or of a card within it.
    Within,
    /// It is the card's END.
    Ended,
    /// It is the BEGIN of the next card.
    NextBegins,
}

impl Depth {
    /// The line after those seen so far.
    pub(super) fn after(&mut self, line: &[u8]) -> Step {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return Step::Within;
        }
        let agent = std::mem::take(&mut self.agent);
        if is_begin(line) {
            if !agent {
                return Step::NextBegins;
            }
            self.inner += 1;
        } else if is(line, b"END") {
            match self.inner.checked_sub(1) {
                Some(inner) => self.inner = inner,
                None => return Step::Ended,
            }
        } else if let Some(value) = agent_value(line) {
            self.agent = value.is_empty();
            self.inner += usize::from(is_begin(value));
        }
        Step::Within
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

/// The value of an AGENT property.
fn agent_value(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (head, value) = line.split_at_checked(colon)?;
    let name = head.split(|byte| *byte == b';').next()?;
    let name = name.rsplit(|byte| *byte == b'.').next()?;
    name.eq_ignore_ascii_case(b"AGENT")
        .then(|| value.strip_prefix(b":").unwrap_or(value).trim_ascii())
}
