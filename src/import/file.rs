//! A file that is imported: its form, by its name and by what it begins with, and its contacts.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::import::Bytes;
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::charset::Charset;
use crate::exchange::{ContactReader, abook, book, csv, ldif, vcard};

/// A file that is imported.
pub struct File<'a> {
    /// What the history and the reports call it.
    pub(super) name: String,
    pub(super) contacts: Box<dyn ContactReader + 'a>,
    form: Form,
    pub(super) bytes: Bytes,
    pub(super) read: Arc<AtomicU64>,
}

impl<'a> File<'a> {
    /// Opens a stream by what its name ends in, or else by what it begins with: vCards, a table, or a
    /// book that callbook wrote. `maps` says what columns of a table hold.
    ///
    /// # Errors
    /// Invalid, where the stream cannot be read, or is a table of something else.
    pub fn open(source: impl BufRead + 'a, name: &str, maps: &[String]) -> Result<Self, Refusal> {
        let file = Self::counted(source, name, maps, None, Arc::default())?;
        if !file.has_columns() && !maps.is_empty() {
            return Err(no_columns(name));
        }
        Ok(file)
    }

    /// As [`File::open`]; `charset` is that of text which is not UTF-8 and names none, and the bytes that
    /// are read are added to `read`.
    pub(super) fn counted(
        mut source: impl BufRead + 'a,
        name: &str,
        maps: &[String],
        charset: Option<Charset>,
        read: Arc<AtomicU64>,
    ) -> Result<Self, Refusal> {
        let start = source
            .fill_buf()
            .map_err(|error| unreadable(name, &error))?;
        let form = Form::of(name, start);
        let source = Counted {
            source,
            read: Arc::clone(&read),
        };
        let (contacts, bytes): (Box<dyn ContactReader + 'a>, _) = match form {
            Form::Cards => {
                let cards = vcard::CardReader::with(source, vcard::ReadOptions { charset });
                (Box::new(cards), Bytes::Whole)
            }
            Form::Book => (Box::new(book::BookLines::new(source)), Bytes::Beside),
            Form::Directory => (Box::new(ldif::Entries::new(source)), Bytes::Beside),
            Form::Table => {
                let rows =
                    csv::open(source, maps, charset).map_err(|refusal| named(name, refusal))?;
                (Box::new(rows), Bytes::Beside)
            }
            Form::Abook => {
                let rows = csv::open(abook::table(source), maps, charset);
                let rows = rows.map_err(|refusal| named(name, refusal))?;
                (Box::new(rows), Bytes::Beside)
            }
            Form::Unread(why) => return Err(named(name, Refusal::new(Kind::Invalid, why))),
        };
        Ok(Self {
            name: name.to_owned(),
            contacts,
            form,
            bytes,
            read,
        })
    }

    /// Whether `--map` can say what its columns hold.
    pub(super) const fn has_columns(&self) -> bool {
        matches!(self.form, Form::Table | Form::Abook)
    }
}

/// Counts the bytes that are read.
struct Counted<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(bytes)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        self.source.consume(count);
    }
}

/// The forms of files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Cards,
    Book,
    Table,
    Directory,
    /// abook's own file, which is read as a table.
    Abook,
    /// What is not read, and the way out.
    Unread(&'static str),
}

impl Form {
    fn of(name: &str, start: &[u8]) -> Self {
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xD0\xCF\x11\xE0") {
            return Self::Unread(SPREADSHEET);
        }
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        if matches!(ending.as_deref(), Some("vcf" | "vcard")) {
            return Self::Cards;
        }
        if is_binary(start) {
            return Self::Unread(BINARY);
        }
        match ending.as_deref() {
            Some("csv" | "tsv") => return Self::Table,
            Some("json" | "jsonl" | "ndjson") => return Self::Book,
            Some("ldif" | "ldi") => return Self::Directory,
            _ => {}
        }
        // Of UTF-16 the letters are enough to see what it is.
        let letters = start.iter().copied().filter(|byte| *byte != 0);
        let start: Vec<u8> = letters.collect();
        let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
        let mark = marks.iter().find_map(|mark| start.strip_prefix(*mark));
        let start = mark.unwrap_or(&start).trim_ascii_start();
        let lines = || start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let begins = |line: &[u8], with: &[u8]| {
            let beginning = line.get(..with.len());
            beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(with))
        };
        let entry = lines().find(|line| !line.is_empty() && !line.starts_with(b"#"));
        let entry = entry.unwrap_or_default();
        let columns = |line: &[u8]| line.iter().any(|byte| b",;\t".contains(byte));
        if lines().any(|line| begins(line, b"BEGIN:VCARD")) {
            Self::Cards
        } else if start.starts_with(b"{") {
            Self::Book
        } else if abook::is_abook(lines()) {
            Self::Abook
        } else if lines().any(|line| begins(line, b"alias ") && line.contains(&b'@')) {
            Self::Unread(ALIASES)
        } else if begins(entry, b"dn:") || begins(entry, b"version: 1") {
            Self::Directory
        } else if lines().any(columns) {
            Self::Table
        } else {
            Self::Cards
        }
    }
}

/// Whether a file that begins so is no text: a picture, a program. Text has next to no control characters; of
/// UTF-16, every other byte of most texts is zero.
fn is_binary(start: &[u8]) -> bool {
    let holds = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
    if holds(b"BEGIN:VCARD") {
        return false;
    }
    let zeros = |first: usize| {
        start
            .iter()
            .skip(first)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let is_wide = even.max(odd) * 4 > start.len() && even.min(odd) * 10 < even.max(odd);
    let is_control = |byte: &&u8| **byte < 0x20 && !b"\t\n\r\x0b\x0c\x1b".contains(byte);
    let controls = start.iter().filter(is_control).count();
    !is_wide && controls * 20 > start.len()
}

/// Why a picture or a program is not read.
const BINARY: &str = "is not a text file; vCards, tables (CSV, TSV), LDIF, the file of abook and the JSON of \
    callbook are read";

/// Why aliases of mutt are not read.
const ALIASES: &str = "is a file of mutt aliases; vCards, tables (CSV, TSV), LDIF, the file of abook and \
    the JSON of callbook are read: abook --convert --informat mutt --outformat vcard makes vCards of it";

/// Why a spreadsheet is not read.
const SPREADSHEET: &str = "is a spreadsheet or another packed file; save the sheet as CSV, or unpack it, \
    and import that";

pub(super) fn no_columns(name: &str) -> Refusal {
    let detail = format!("{name} has no columns; --map works with CSV files only");
    Refusal::new(Kind::Invalid, detail)
}

pub(super) fn unreadable(name: &str, error: impl std::fmt::Display) -> Refusal {
    let detail = format!("cannot read {name} to its end: {error}; nothing was imported");
    Refusal::new(Kind::Invalid, detail)
}

/// A refusal that says which file it is about.
fn named(name: &str, mut refusal: Refusal) -> Refusal {
    for fault in &mut refusal.faults {
        fault.detail = format!("{name} {}", fault.detail);
    }
    refusal
}
