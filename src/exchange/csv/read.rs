//! Tables to contacts.

use std::io::BufRead;
use std::iter::repeat;

use crate::domain::import::{CardPlace, Reject, RejectScope};
use crate::domain::notice::{LooksLike, Notice, NoticeKind};
use crate::domain::number::Region;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::tables::ColumnRead;
use crate::exchange::charset::Charset;
use crate::exchange::reader::{ContactReader, Read};

use super::cells::{ColumnNotes, looks_like, name_by_cells, recognise, settle_days};
use super::column::{Column, ColumnPart, DetailColumn, Heading, Sure, Text};
use super::headings::{self, GUESSED};
use super::own::TableOrigin;
use super::record::{CELLS, CsvRecord, RECORD_LIMIT, Records};
use super::row::TableRow;

/// How many lines, and bytes, are looked at to find the header and to know columns by their cells.
const SAMPLE_LINES: usize = 200;
const SAMPLE_BYTES: usize = 1024 * 1024;

/// Among how many records at the beginning the header is.
const PREAMBLE: usize = 30;

/// The contacts of a table.
#[derive(Debug)]
pub struct TableRows<R: BufRead> {
    records: Records<R>,
    headings: Vec<Heading>,
    kind: TableOrigin,
    guarded: bool,
    home: Option<Region>,
    /// The lines before the header.
    preamble: Vec<String>,
    told: ColumnNotes,
    /// A value of each column.
    samples: Vec<Option<String>>,
    /// The rows that were read.
    count: usize,
    failure: Option<String>,
}

/// The contacts of a table whose columns are known by their headers, by `maps`
/// (`Telefono=phone:work`), or by their cells. Text that is not UTF-8 is in `charset`; without one a
/// guess is made, which [`TableRows::notices`] tells.
///
/// The header need not be the first line, and the delimiter is the one that makes most sense of it.
///
/// # Errors
/// Invalid, where no column is a name, a number or an email, or where a map names no column or no
/// field.
pub fn open<R: BufRead>(
    source: R,
    maps: &[String],
    charset: Option<Charset>,
) -> Result<TableRows<R>, Refusal> {
    let invalid = |detail: String| Refusal::new(Kind::Invalid, detail);
    let mut records = Records::new(source, charset);
    records
        .look_ahead(SAMPLE_LINES, SAMPLE_BYTES)
        .map_err(|error| invalid(format!("cannot be read: {error}")))?;
    let stated = records.first().and_then(stated_delimiter);
    if stated.is_some() {
        records.skip(1);
    }
    let delimiters = match stated {
        Some(delimiter) => vec![delimiter],
        None => vec![b'|', b'\t', b';', b','],
    };
    let found = delimiters
        .into_iter()
        .map(|delimiter| Found::in_sample(delimiter, &records.sample(delimiter), maps))
        .max_by_key(|found| {
            // Where the first line is a header, no row after it is one.
            let first = found.before == 0 && found.known > 1;
            (first, found.known, found.headers.len())
        })
        .unwrap_or_default();
    let preamble = records.skip(found.before).into_iter();
    let preamble: Vec<String> = preamble
        .map(|line| text(line.trim_ascii()))
        .filter(|line| !line.is_empty())
        .collect();
    records.set_form(found.delimiter, Some(found.headers.len()));
    let found = if found.is_without_header() {
        found.unnamed()
    } else {
        let header = records.next();
        header.map_err(|error| invalid(format!("cannot be read: {error}")))?;
        found
    };
    let (headings, kind) = headings_of(&found, maps)?;
    Ok(TableRows {
        guarded: headings
            .iter()
            .any(|heading| heading.column == Column::Guarded),
        records,
        headings,
        kind,
        home: None,
        preamble,
        told: ColumnNotes::default(),
        samples: (0..found.headers.len())
            .map(|at| found.sample_of(at))
            .collect(),
        count: 0,
        failure: None,
    })
}

/// What the columns of a table are, and whose table it is.
///
/// # Errors
/// As [`open`].
fn headings_of(found: &Found, maps: &[String]) -> Result<(Vec<Heading>, TableOrigin), Refusal> {
    let mut headings = headings::columns(&found.headers);
    let own = |name: &str| found.headers.iter().any(|header| header == name);
    let kind = if own("favourite") && own("source") && own("uid") {
        TableOrigin::Own
    } else {
        TableOrigin::Foreign
    };
    if kind == TableOrigin::Own {
        // Of our own table nothing has to be guessed: what is not ours stays beside.
        headings::keep_own(&mut headings);
    }
    headings::map(&mut headings, maps)?;
    if kind == TableOrigin::Foreign {
        settle_days(&mut headings, &found.rows);
        recognise(&mut headings, &found.rows);
        if found.headers.iter().all(String::is_empty) {
            name_by_cells(&mut headings, &found.rows);
        }
    }
    if found.headers.is_empty() {
        let detail = "is not a table of contacts: it is empty";
        return Err(Refusal::new(Kind::Invalid, detail));
    }
    if !headings.iter().any(|heading| is_useful(&heading.column)) {
        let detail = format!(
            "is not a table of contacts: none of its columns ({}) is known as a name, a number or an \
             email; say which one is with --map COLUMN=FIELD",
            found.headers.join(", ")
        );
        return Err(Refusal::new(Kind::Invalid, detail));
    }
    Ok((headings, kind))
}

/// The delimiter of a line `sep=;`, which spreadsheets read and others take for a row.
fn stated_delimiter(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii_start();
    let (start, rest) = line.split_at_checked(4)?;
    match rest {
        [delimiter] if start.eq_ignore_ascii_case(b"sep=") => Some(*delimiter),
        _ => None,
    }
}

/// Whether a column identifies the contact of a row.
fn is_useful(column: &Column) -> bool {
    match column {
        Column::Text(text) => !matches!(
            text,
            Text::Source
                | Text::Uid
                | Text::CallingCode
                | Text::Note
                | Text::Tags
                | Text::Favourite
        ),
        Column::Phone(_, part) => matches!(part, ColumnPart::Value(_) | ColumnPart::PrimaryValue),
        Column::Detail(_, kind, _) => *kind == DetailColumn::Email,
        Column::Other | Column::Guarded | Column::More | Column::ToldAgain | Column::OfEmail => {
            false
        }
    }
}

/// The header of a table, as one delimiter finds it.
#[derive(Debug, Default)]
struct Found {
    delimiter: u8,
    /// How many lines are before it.
    before: usize,
    headers: Vec<String>,
    /// How many of them are known.
    known: usize,
    /// The cells of the first rows.
    rows: Vec<Vec<String>>,
}

impl Found {
    fn in_sample(delimiter: u8, sample: &[(usize, CsvRecord)], maps: &[String]) -> Self {
        let mut best = (0, 0);
        for (at, (_, record)) in sample.iter().take(PREAMBLE).enumerate() {
            let known = known(&cells(record), maps);
            // A line in the middle is the header only where it surely is one.
            if known > best.1 && (at == 0 || known > 1) {
                best = (at, known);
            }
            if best == (at, known) && known > 1 {
                break;
            }
        }
        let (at, known) = best;
        let rest = sample.get(at + 1..).unwrap_or_default();
        let header = sample.get(at);
        Self {
            delimiter,
            before: header.map_or(0, |(before, _)| *before),
            headers: header.map_or_else(Vec::new, |(_, record)| cells(record)),
            known,
            rows: rest.iter().map(|(_, record)| cells(record)).collect(),
        }
    }
}

impl Found {
    /// Whether the first line is a row already: nothing in it is a header, and it has a number or an
    /// email. As a header its contact would be lost.
    fn is_without_header(&self) -> bool {
        let is_value = |cell: &String| looks_like(cell) != LooksLike::Text;
        self.known == 0 && self.before == 0 && self.headers.iter().any(is_value)
    }

    /// The first value of a column.
    fn sample_of(&self, column: usize) -> Option<String> {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.find(|cell| !cell.is_empty()).cloned()
    }

    /// The same with the first line as a row, and columns without names.
    fn unnamed(mut self) -> Self {
        let first = std::mem::take(&mut self.headers);
        self.headers = vec![String::new(); first.len()];
        self.rows.insert(0, first);
        self
    }
}

/// The cells of a record as text, trimmed.
fn cells(record: &CsvRecord) -> Vec<String> {
    let cells = record.cells.iter();
    cells.map(|cell| text(cell).trim().to_owned()).collect()
}

/// How many of these are headers that are known, or that a person names; none if none of them identifies
/// the contact of a row.
fn known(headers: &[String], maps: &[String]) -> usize {
    let mapped = |header: &String| {
        let named = maps.iter().filter_map(|map| map.rsplit_once('='));
        { named }.any(|(name, _)| name == header)
    };
    let by_name = headers.iter().filter(|header| mapped(header)).count();
    // The first columns of a header are enough to know it.
    let headings = headings::columns(headers.get(..GUESSED).unwrap_or(headers));
    let sure = headings.iter().filter(|heading| heading.sure == Sure::Yes);
    let useful = by_name > 0 || sure.clone().any(|heading| is_useful(&heading.column));
    let known = sure.filter(|heading| heading.column != Column::Other);
    if useful { known.count() + by_name } else { 0 }
}

/// A cell as text.
fn text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

impl<R: BufRead> TableRows<R> {
    fn cell(&self, cell: &[u8]) -> String {
        let text = text(cell);
        match text.strip_prefix('\'') {
            Some(bare) if self.guarded => bare.to_owned(),
            _ => text,
        }
    }

    fn contact(&mut self, record: CsvRecord, place: CardPlace) -> Read {
        let reject = |reason: String, card: Vec<u8>| Reject {
            place,
            scope: RejectScope::Card,
            name: None,
            reason,
            card,
        };
        if record.cut {
            let reason = format!("is longer than {} MiB", RECORD_LIMIT / 1024 / 1024);
            return Err(reject(reason, record.raw));
        }
        if record.cells.len() > CELLS {
            let reason = format!("has more than {CELLS} cells");
            return Err(reject(reason, record.raw));
        }
        let cells: Vec<String> = record.cells.iter().map(|cell| self.cell(cell)).collect();
        let row = TableRow::of(self.kind, self.home, &self.headings, &cells, &mut self.told);
        row.contact(place).ok_or_else(|| {
            let reason = "has no name, no number and no email".to_owned();
            reject(reason, record.raw)
        })
    }
}

impl<R: BufRead> ContactReader for TableRows<R> {
    fn source(&self) -> &'static str {
        "csv"
    }

    fn failure(&self) -> Option<String> {
        self.failure.clone()
    }

    fn set_home(&mut self, home: Option<Region>) {
        self.home = home;
    }

    fn columns(&self) -> Vec<ColumnRead> {
        let samples = self.samples.iter().cloned().chain(repeat(None));
        let columns = self.headings.iter().zip(samples);
        let columns = columns.map(|(heading, sample)| ColumnRead {
            name: heading.name.clone(),
            read_as: heading.column.field(),
            sample,
        });
        columns.collect()
    }

    fn notices(&self) -> Vec<Notice> {
        let mut notices = self.told.notices(&self.headings);
        notices.extend(self.records.notice());
        notices.extend(self.preamble.first().map(|line| Notice {
            subject: String::new(),
            number: self.preamble.len(),
            example: line.chars().take(40).collect(),
            kind: NoticeKind::UnreadLines,
        }));
        notices
    }
}

impl<R: BufRead> Iterator for TableRows<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        loop {
            let record = match self.records.next() {
                Ok(Some(record)) => record,
                Ok(None) => return None,
                Err(error) => {
                    if self.failure.is_none() {
                        self.failure = Some(error.to_string());
                    }
                    return None;
                }
            };
            let blank = |cell: &Vec<u8>| cell.trim_ascii().is_empty();
            // Of too many cells, not all are read.
            if record.cells.len() <= CELLS && record.cells.iter().all(blank) {
                continue;
            }
            self.count += 1;
            let place = CardPlace {
                card: self.count,
                line: record.line,
            };
            return Some(self.contact(record, place));
        }
    }
}
