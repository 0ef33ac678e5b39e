//! Lines out of a byte source, whatever its encoding and line ends are.
//!
//! A UTF-16 file (Windows writes them) is turned into UTF-8 as it streams; the byte order mark of
//! either encoding belongs to the file and not to its first card, and is dropped. All else passes
//! through untouched, invalid UTF-8 included: what a byte means is for `content` to decide, which
//! knows its line.

use std::io::{self, BufRead, ErrorKind};

/// A line with its line end: LF, CR LF or CR.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SourceLine {
    /// Which line of the file, from 1.
    pub(crate) number: usize,
    /// Its bytes, at most as many as were asked for.
    pub(crate) bytes: Vec<u8>,
    /// Whether there were more.
    pub(crate) cut: bool,
}

/// How the source's bytes are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// As they are.
    Bytes,
    /// Pairs, the higher byte first.
    Utf16Be,
    /// Pairs, the lower byte first.
    Utf16Le,
}

/// The lines of a source.
#[derive(Debug)]
pub(crate) struct SourceLines<R> {
    source: R,
    /// Known once the first bytes were seen.
    encoding: Option<Encoding>,
    /// Bytes that were taken from the source and not yet given, from `taken` on.
    ready: Vec<u8>,
    taken: usize,
    /// The first half of a UTF-16 pair, or the first pair of two that make one character.
    half: Option<u8>,
    high: Option<u16>,
    /// How many lines were given.
    number: usize,
}

impl<R: BufRead> SourceLines<R> {
    /// The lines of `source`.
    pub(crate) const fn new(source: R) -> Self {
        Self {
            source,
            encoding: None,
            ready: Vec::new(),
            taken: 0,
            half: None,
            high: None,
            number: 0,
        }
    }

    /// How many lines were given so far.
    pub(crate) const fn given(&self) -> usize {
        self.number
    }

    /// What is at hand beyond the lines that were given; empty where that is nothing, or cannot be read.
    pub(super) fn ahead(&mut self) -> &[u8] {
        self.chunk().unwrap_or_default()
    }

    /// The next line; of a longer one the first `limit` bytes. `None` at the end.
    pub(crate) fn next(&mut self, limit: usize) -> io::Result<Option<SourceLine>> {
        let mut line = SourceLine {
            number: self.number + 1,
            bytes: Vec::new(),
            cut: false,
        };
        let mut empty = true;
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                self.number += usize::from(!empty);
                return Ok((!empty).then_some(line));
            }
            empty = false;
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let length = end.map_or(chunk.len(), |end| end + 1);
            let (part, _) = chunk.split_at(length);
            let last = part.last().copied();
            line.take(part, limit);
            self.consume(length);
            if end.is_some() {
                if last == Some(b'\r') && self.chunk()?.first() == Some(&b'\n') {
                    line.take(b"\n", limit);
                    self.consume(1);
                }
                self.number += 1;
                return Ok(Some(line));
            }
        }
    }

    /// What can be given next, in UTF-8 or as the file has it; empty at the end.
    fn chunk(&mut self) -> io::Result<&[u8]> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.detect()?,
        };
        if self.taken >= self.ready.len() {
            self.ready.clear();
            self.taken = 0;
            match encoding {
                Encoding::Bytes => return fill(&mut self.source),
                Encoding::Utf16Be => self.transcode(u16::from_be_bytes)?,
                Encoding::Utf16Le => self.transcode(u16::from_le_bytes)?,
            }
        }
        Ok(self.ready.get(self.taken..).unwrap_or_default())
    }

    /// Takes so many bytes of what [`Self::chunk`] gave.
    fn consume(&mut self, length: usize) {
        if self.taken < self.ready.len() {
            self.taken += length;
        } else {
            self.source.consume(length);
        }
    }

    /// Looks at the first bytes: a byte order mark, or the zero beside the B of BEGIN.
    fn detect(&mut self) -> io::Result<Encoding> {
        let mut first = Vec::with_capacity(3);
        while first.len() < 3 {
            let chunk = fill(&mut self.source)?;
            let part: Vec<u8> = chunk.iter().take(3 - first.len()).copied().collect();
            if part.is_empty() {
                break;
            }
            self.source.consume(part.len());
            first.extend(part);
        }
        let (encoding, mark) = match first.as_slice() {
            [0xEF, 0xBB, 0xBF] => (Encoding::Bytes, 3),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
            [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
            [0, letter, ..] if letter.is_ascii_graphic() => (Encoding::Utf16Be, 0),
            [letter, 0, ..] if letter.is_ascii_graphic() => (Encoding::Utf16Le, 0),
            _ => (Encoding::Bytes, 0),
        };
        first.drain(..mark);
        match encoding {
            Encoding::Bytes => self.ready = first,
            Encoding::Utf16Be => self.widen(&first, u16::from_be_bytes),
            Encoding::Utf16Le => self.widen(&first, u16::from_le_bytes),
        }
        self.encoding = Some(encoding);
        Ok(encoding)
    }

    /// Reads on in UTF-16 until there is something to give, or nothing more to read.
    fn transcode(&mut self, pair: fn([u8; 2]) -> u16) -> io::Result<()> {
        while self.ready.is_empty() {
            let chunk = fill(&mut self.source)?.to_vec();
            if chunk.is_empty() {
                // Half a character at the end is as wrong as one in the middle.
                if self.half.take().is_some() | self.high.take().is_some() {
                    self.put(char::REPLACEMENT_CHARACTER);
                }
                break;
            }
            self.source.consume(chunk.len());
            self.widen(&chunk, pair);
        }
        Ok(())
    }

    /// Turns UTF-16 bytes into UTF-8; what is no character becomes U+FFFD.
    fn widen(&mut self, bytes: &[u8], pair: fn([u8; 2]) -> u16) {
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = pair([first, byte]);
            let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
            if matches!(units.as_slice(), [0xD800..=0xDBFF]) {
                self.high = Some(unit);
                continue;
            }
            for character in char::decode_utf16(units) {
                self.put(character.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }

    fn put(&mut self, character: char) {
        let mut buffer = [0; 4];
        self.ready
            .extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }
}

impl SourceLine {
    fn take(&mut self, part: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.bytes.len());
        self.cut |= part.len() > room;
        self.bytes
            .extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
    }
}

/// What the source has at hand; a signal that interrupts the reading is no error.
fn fill<R: BufRead>(source: &mut R) -> io::Result<&[u8]> {
    loop {
        match source.fill_buf() {
            // Asked again below, as a borrow cannot leave a loop that goes on.
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    source.fill_buf()
}
