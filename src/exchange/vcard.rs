//! Reading vCards: 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), several in a file.
//!
//! [`Cards`] takes a stream apart into cards, one in memory at a time, and keeps the bytes of each.
//! A card that cannot be read is a [`Reject`] with its place and reason; the others go on.

use std::io::{self, BufRead};

use calcard::vcard::VCard;
use calcard::{Entry, Parser};

use crate::domain::import::{Incoming, Place, Reject};

use super::vcard_fields::incoming;

/// The largest card that is read, in bytes: photos make cards large, and a file without an end must
/// not fill the memory.
const LIMIT: usize = 32 * 1024 * 1024;

/// The cards of a stream.
pub struct Cards<R> {
    lines: R,
    line: usize,
    card: usize,
    /// A line that was read ahead: the `BEGIN` of the next card, where an `END` was missing.
    ahead: Option<Vec<u8>>,
    done: bool,
}

/// A card, or why it is none.
pub type Read = Result<Incoming, Reject>;

impl<R: BufRead> Cards<R> {
    /// Reads cards from a stream.
    pub const fn new(stream: R) -> Self {
        Self {
            lines: stream,
            line: 0,
            card: 0,
            ahead: None,
            done: false,
        }
    }

    /// How many lines have been read.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.line
    }

    fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        let mut limited = io::Read::take(&mut self.lines, LIMIT as u64 + 1);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        // A byte order mark belongs to the file, not to the first card.
        if self.line == 1 && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        Ok(Some(line))
    }

    /// The bytes of the next card with the line that it begins on, or what stands between cards.
    fn next_card(&mut self) -> io::Result<Option<Piece>> {
        let mut junk: Option<(usize, Vec<u8>)> = None;
        loop {
            let Some(line) = self.next_line()? else {
                return Ok(junk.map(|(line, bytes)| Piece::Junk(line, bytes)));
            };
            if is(&line, b"BEGIN:VCARD") {
                if let Some((at, bytes)) = junk {
                    self.ahead = Some(line);
                    return Ok(Some(Piece::Junk(at, bytes)));
                }
                return self.rest_of_card(line).map(Some);
            }
            if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                let at = self.line;
                let kept = &mut junk.get_or_insert_with(|| (at, Vec::new())).1;
                if kept.len() < LIMIT {
                    kept.extend_from_slice(&line);
                }
            }
        }
    }

    fn rest_of_card(&mut self, first: Vec<u8>) -> io::Result<Piece> {
        let begin = self.line;
        let mut bytes = first;
        // A vCard 2.1 may hold another one as its AGENT.
        let mut depth = 1;
        let mut agent = false;
        let mut long = false;
        loop {
            let Some(line) = self.next_line()? else { break };
            if is(&line, b"BEGIN:VCARD") {
                if !agent {
                    // The END is missing: what was read is a card all the same.
                    self.ahead = Some(line);
                    break;
                }
                depth += 1;
            }
            agent = is(&line, b"AGENT:");
            let end = is(&line, b"END:VCARD");
            if bytes.len() + line.len() <= LIMIT {
                bytes.extend_from_slice(&line);
            } else {
                long = true;
            }
            if end {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
        }
        Ok(if long {
            Piece::Long(begin, bytes)
        } else {
            Piece::Card(begin, bytes)
        })
    }

    fn read(&mut self, piece: Piece) -> Read {
        self.card += 1;
        let (line, card, reason) = match piece {
            Piece::Card(line, bytes) => {
                let place = Place {
                    card: self.card,
                    line,
                };
                return match parse(&bytes) {
                    Ok(card) => incoming(&card, place, bytes),
                    Err(reason) => Err(Reject {
                        place,
                        name: None,
                        reason,
                        card: bytes,
                    }),
                };
            }
            Piece::Junk(line, bytes) => (
                line,
                bytes,
                "no vCard: a card begins with BEGIN:VCARD".to_owned(),
            ),
            Piece::Long(line, bytes) => (
                line,
                bytes,
                format!("larger than {} MiB", LIMIT / 1024 / 1024),
            ),
        };
        Err(Reject {
            place: Place {
                card: self.card,
                line,
            },
            name: None,
            reason,
            card,
        })
    }
}

/// What a stream is made of.
enum Piece {
    Card(usize, Vec<u8>),
    Junk(usize, Vec<u8>),
    Long(usize, Vec<u8>),
}

impl<R: BufRead> Iterator for Cards<R> {
    type Item = io::Result<Read>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.next_card() {
            Ok(Some(piece)) => Some(Ok(self.read(piece))),
            Ok(None) => {
                self.done = true;
                None
            }
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

/// Whether a line is this one, in any case and with space at its ends.
fn is(line: &[u8], wanted: &[u8]) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(wanted)
}

/// A card parsed, or why not.
fn parse(bytes: &[u8]) -> Result<VCard, String> {
    // Old programs write Latin-1 without saying so; what is shown should be letters all the same.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_)
            if bytes
                .windows(8)
                .any(|part| part.eq_ignore_ascii_case(b"CHARSET=")) =>
        {
            String::from_utf8_lossy(bytes).into_owned()
        }
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    match Parser::new(&text).entry() {
        Entry::VCard(card) => Ok(card),
        Entry::UnterminatedComponent(_) => {
            // An END that was forgotten is easily put.
            match Parser::new(&format!("{}\r\nEND:VCARD\r\n", text.trim_end())).entry() {
                Entry::VCard(card) => Ok(card),
                _ => Err("cannot be read as a vCard".to_owned()),
            }
        }
        _ => Err("cannot be read as a vCard".to_owned()),
    }
}
