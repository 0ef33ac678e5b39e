//! Lines to records. A quote that is never closed costs its own row and not the rest of the file.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use crate::domain::attribute_reader::NUMBERS;
use crate::domain::notice::Notice;
use crate::exchange::charset::Charset;
use crate::exchange::source::{SourceLine, SourceLines};

use super::text::Texts;

/// The longest record that is read, in bytes: 8 MiB.
pub(super) const RECORD_LIMIT: usize = 8 * 1024 * 1024;

/// The most cells of a record: as many as our own table has for a contact with the most numbers and details that one
/// can have, and no other table has as many. One more is read, so that it is known to have too many.
pub(super) const CELLS: usize = 8 * NUMBERS;

/// A record: a row of a table.
#[derive(Debug)]
pub(super) struct CsvRecord {
    /// The line that it begins on, from 1.
    pub(super) line: usize,
    /// Its cells, in UTF-8.
    pub(super) cells: Vec<Vec<u8>>,
    /// Its lines, in UTF-8.
    pub(super) raw: Vec<u8>,
    /// Whether it is longer than what is read.
    pub(super) cut: bool,
}

/// The records of a source.
#[derive(Debug)]
pub(super) struct Records<R> {
    lines: SourceLines<R>,
    texts: Texts,
    /// Lines that were read and belong to no record yet.
    ahead: VecDeque<SourceLine>,
    delimiter: u8,
    /// How many cells the header has.
    width: Option<usize>,
}

impl<R: BufRead> Records<R> {
    /// The records of `source`, whose delimiter is not known yet, and whose charset may be given.
    pub(super) const fn new(source: R, charset: Option<Charset>) -> Self {
        Self {
            lines: SourceLines::new(source),
            texts: Texts::new(charset),
            ahead: VecDeque::new(),
            delimiter: b',',
            width: None,
        }
    }

    /// Reads lines ahead, at most so many and so many bytes.
    pub(super) fn look_ahead(&mut self, lines: usize, bytes: usize) -> io::Result<()> {
        let mut held = 0;
        while self.ahead.len() < lines && held < bytes {
            let Some(line) = self.lines.next(RECORD_LIMIT)? else {
                break;
            };
            held += line.bytes.len();
            self.ahead.push_back(line);
        }
        let read = self.ahead.iter().map(|line| line.bytes.as_slice());
        self.texts.learn(read);
        for line in &mut self.ahead {
            line.bytes = self.texts.decode(std::mem::take(&mut line.bytes));
        }
        Ok(())
    }

    /// Leaves out the first lines of those that were read ahead, and gives them.
    pub(super) fn skip(&mut self, lines: usize) -> Vec<Vec<u8>> {
        let skipped = self.ahead.drain(..lines.min(self.ahead.len()));
        skipped.map(|line| line.bytes).collect()
    }

    /// The first line that was read ahead.
    pub(super) fn first(&self) -> Option<&[u8]> {
        self.ahead.front().map(|line| bare(&line.bytes))
    }

    /// Sets the delimiter, and how many cells a row has at best.
    pub(super) const fn set_form(&mut self, delimiter: u8, width: Option<usize>) {
        self.delimiter = delimiter;
        self.width = width;
    }

    /// The records of the lines that were read ahead, as far as they are whole, each with the number of
    /// lines before it.
    pub(super) fn sample(&self, delimiter: u8) -> Vec<(usize, CsvRecord)> {
        let lines = self.ahead.iter().map(|line| SourceLine {
            number: line.number,
            bytes: line.bytes.clone(),
            cut: line.cut,
        });
        let mut records = Records {
            lines: SourceLines::new(io::empty()),
            texts: Texts::new(None),
            ahead: lines.collect(),
            delimiter,
            width: self.width,
        };
        let mut sample = Vec::new();
        loop {
            let before = self.ahead.len() - records.ahead.len();
            match records.next() {
                Ok(Some(record)) => sample.push((before, record)),
                Ok(None) | Err(_) => return sample,
            }
        }
    }

    fn line(&mut self) -> io::Result<Option<SourceLine>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let line = self.lines.next(RECORD_LIMIT)?;
        Ok(line.map(|line| SourceLine {
            bytes: self.texts.decode(line.bytes),
            ..line
        }))
    }

    /// What has to be said of the charset.
    pub(super) fn notice(&self) -> Option<Notice> {
        self.texts.notice()
    }

    /// The next record; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<CsvRecord>> {
        let Some(first) = self.line()? else {
            return Ok(None);
        };
        let mut record = CsvRecord {
            line: first.number,
            cells: Vec::new(),
            raw: first.bytes,
            cut: first.cut,
        };
        if memchr::memchr(b'"', &record.raw).is_none() {
            let cells = bare(&record.raw).split(|byte| *byte == self.delimiter);
            record.cells = cells.take(CELLS + 1).map(<[u8]>::to_vec).collect();
            return Ok(Some(record));
        }
        let mut scan = Scan::new(self.delimiter);
        let mut end = scan.feed(&record.raw);
        let mut more: Vec<SourceLine> = Vec::new();
        let mut held = record.raw.len();
        while end == End::Open && held < RECORD_LIMIT {
            let Some(line) = self.line()? else { break };
            held += line.bytes.len();
            end = scan.feed(&line.bytes);
            more.push(line);
        }
        // Where the row that begins here is whole by itself, and with the lines after it is not, its
        // quote is not closed.
        let lenient = lenient(bare(&record.raw), self.delimiter);
        let misfit = |cells: &[Vec<u8>]| {
            !more.is_empty()
                && self
                    .width
                    .is_some_and(|width| cells.len() != width && lenient.len() == width)
        };
        if end == End::Closed && !misfit(&scan.cells) {
            record.cells = scan.cells;
            record
                .raw
                .extend(more.into_iter().flat_map(|line| line.bytes));
        } else {
            record.cells = lenient;
            for line in more.into_iter().rev() {
                self.ahead.push_front(line);
            }
        }
        Ok(Some(record))
    }
}

/// A line without its end.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The state of a record after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It is whole.
    Closed,
    /// It goes on within quotes.
    Open,
    /// A quote is where none is allowed.
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing of a cell was seen but spaces.
    Start,
    Bare,
    Quoted,
    /// After a quote within quotes: it closes the cell, or is the first of two.
    Quote,
}

/// Reads a record by the rules (RFC 4180), line by line.
#[derive(Debug)]
struct Scan {
    delimiter: u8,
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    state: State,
}

impl Scan {
    const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            cells: Vec::new(),
            cell: Vec::new(),
            state: State::Start,
        }
    }

    fn feed(&mut self, line: &[u8]) -> End {
        let text = bare(line);
        for &byte in text {
            match (self.state, byte) {
                (State::Quoted, b'"') => self.state = State::Quote,
                (State::Quoted, _) => self.cell.push(byte),
                (State::Quote, b'"') => {
                    self.cell.push(b'"');
                    self.state = State::Quoted;
                }
                (_, byte) if byte == self.delimiter => self.end_cell(),
                (State::Quote, b' ' | b'\t') => {}
                (State::Quote, _) => return End::Broken,
                (State::Start, b'"') => {
                    self.cell.clear();
                    self.state = State::Quoted;
                }
                (State::Start, b' ') => self.cell.push(byte),
                (State::Start | State::Bare, _) => {
                    self.cell.push(byte);
                    self.state = State::Bare;
                }
            }
        }
        if self.state == State::Quoted {
            self.cell
                .extend_from_slice(line.get(text.len()..).unwrap_or_default());
            return End::Open;
        }
        self.end_cell();
        End::Closed
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if self.cells.len() <= CELLS {
            self.cells.push(cell);
        }
        self.state = State::Start;
    }
}

/// For how many quotes of a line their end is looked for in vain, which takes to the end of the line for each.
const UNCLOSED: usize = 4_096;

/// The cells of a line whose quotes do not follow the rules: a quoted cell ends at a quote before a
/// delimiter or the end, and where there is none, its quote is left out.
fn lenient(line: &[u8], delimiter: u8) -> Vec<Vec<u8>> {
    let mut cells = Vec::new();
    let mut rest = line;
    let mut unclosed = 0;
    loop {
        let start = rest.trim_ascii_start();
        let closed = start.strip_prefix(b"\"").map(|quoted| {
            let searched = (unclosed < UNCLOSED).then(|| closing(quoted, delimiter));
            (quoted, searched.flatten())
        });
        unclosed += usize::from(matches!(closed, Some((_, None))));
        let (cell, after) = match closed {
            Some((quoted, Some((cell, end)))) => (cell, quoted.get(end..)),
            Some((quoted, None)) => to_delimiter(quoted, delimiter),
            None => to_delimiter(rest, delimiter),
        };
        cells.push(cell);
        if cells.len() > CELLS {
            return cells;
        }
        match after.and_then(<[u8]>::split_first) {
            Some((_, after)) => rest = after,
            None => return cells,
        }
    }
}

/// A cell that ends at the next delimiter, and what comes from there on.
fn to_delimiter(text: &[u8], delimiter: u8) -> (Vec<u8>, Option<&[u8]>) {
    let end = memchr::memchr(delimiter, text).unwrap_or(text.len());
    let (cell, after) = text.split_at(end);
    (cell.to_vec(), Some(after))
}

/// The text of a cell whose opening quote was left out, and where its closing quote ends.
fn closing(quoted: &[u8], delimiter: u8) -> Option<(Vec<u8>, usize)> {
    let mut cell = Vec::new();
    let mut at = 0;
    while let Some(&byte) = quoted.get(at) {
        at += 1;
        if byte != b'"' {
            cell.push(byte);
            continue;
        }
        let after = quoted.get(at..)?;
        if after.first() == Some(&b'"') {
            cell.push(b'"');
            at += 1;
            continue;
        }
        let spaces = after.iter().take_while(|byte| **byte == b' ').count();
        match after.get(spaces) {
            None => return Some((cell, at + spaces)),
            Some(next) if *next == delimiter => return Some((cell, at + spaces)),
            Some(_) => cell.push(b'"'),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{CsvRecord, Records};

    fn rows(text: &str, width: Option<usize>) -> Vec<(usize, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), None);
        records.set_form(b',', width);
        let mut rows = Vec::new();
        while let Some(CsvRecord { line, cells, .. }) = records.next().unwrap() {
            let cells = cells.into_iter();
            let cells = cells.map(|cell| String::from_utf8(cell).unwrap());
            rows.push((line, cells.collect()));
        }
        rows
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows(text, None).into_iter().map(|(_, row)| row).collect()
    }

    #[test]
    fn rows_are_read_by_the_rules() {
        assert_eq!(cells("a,b\r\nc,d"), [["a", "b"], ["c", "d"]]);
        assert_eq!(
            cells("\"a,\"\"b\"\"\",\"\"\n"),
            [["a,\"b\"", ""]],
            "quotes are doubled"
        );
        assert_eq!(
            rows("x,\"one\r\ntwo\n\nthree\"\ny,z\n", None),
            [
                (1, vec!["x".to_owned(), "one\r\ntwo\n\nthree".to_owned()]),
                (5, vec!["y".to_owned(), "z".to_owned()])
            ]
        );
        assert_eq!(cells("a, \"b, c\" ,d\n"), [["a", "b, c", "d"]]);
        assert_eq!(cells("a\rb\r"), [["a"], ["b"]], "old line ends");
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_row() {
        let all = |text: &str| rows(text, Some(2)).into_iter().map(|(_, row)| row.concat());
        for text in [
            "\"Bob,1\nCid,2\nDee,3\n",
            "\"Bob,1\n\"Cid\",2\nDee,3\n",
            "Bob,\"1\nCid,2\nDee,\"3\"\n",
            "\"Bob,1\n\"Cid,2\n\"Dee,3",
            "Bob,\"1\nCid,2\nDee,3\n",
        ] {
            assert_eq!(
                all(text).collect::<Vec<_>>(),
                ["Bob1", "Cid2", "Dee3"],
                "{text}"
            );
        }
    }

    #[test]
    fn quotes_within_a_quoted_cell_are_kept() {
        assert_eq!(cells("\"say \"hi\" now\",x\n"), [["say \"hi\" now", "x"]]);
        assert_eq!(cells("5\" pipe,x\n"), [["5\" pipe", "x"]]);
    }
}
