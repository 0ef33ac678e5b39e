//! An import from end to end: contacts out of a file of any form into the store, in one step.

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::domain::edit::Done;
use crate::domain::import::{
    Aside, Bytes, Cards, Choices, Fate, ImportPlan, ImportReport, Incoming, Intake, PlanRow,
    Progress, Reject,
};
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::{Contacts, book, csv, vcard};
use crate::store::Store;

mod rejects;
mod stream;

use rejects::Rejects;
pub use rejects::keep;
use stream::STOPPED;
pub use stream::Stream;

/// How many bytes of a file are asked for at once.
pub const AT_ONCE: usize = 128 * 1024;

/// How often who watches is told.
const TELL: Duration = Duration::from_millis(100);

/// Told how far an import is, and says whether it goes on.
pub type Watch<'a> = Box<dyn FnMut(Progress) -> ControlFlow<()> + 'a>;

/// A file that is imported.
pub struct File<'a> {
    /// What the history calls it.
    name: String,
    contacts: Box<dyn Contacts + 'a>,
    bytes: Bytes,
    read: Arc<AtomicU64>,
    of: Option<u64>,
    watch: Watch<'a>,
    /// Where what cannot be imported is kept, if it is.
    rejects: Option<io::Result<PathBuf>>,
}

impl<'a> File<'a> {
    /// Opens a stream by what its name ends in, or else by what it begins with: vCards, a table, or a
    /// book that callbook wrote. `maps` says what columns of a table hold.
    ///
    /// # Errors
    /// Invalid, where the stream cannot be read, or is a table of something else.
    pub fn open(
        mut source: impl BufRead + 'a,
        name: &str,
        maps: &[String],
    ) -> Result<Self, Refusal> {
        let start = source
            .fill_buf()
            .map_err(|error| unreadable(name, &error))?;
        let form = Form::of(name, start);
        let read = Arc::new(AtomicU64::new(0));
        let source = Counted {
            source,
            read: Arc::clone(&read),
        };
        if form != Form::Table && !maps.is_empty() {
            let detail = format!("{name} has no columns; --map is for CSV files");
            return Err(Refusal::new(Kind::Invalid, detail));
        }
        let (contacts, bytes): (Box<dyn Contacts + 'a>, _) = match form {
            Form::Cards => (Box::new(vcard::read(source)), Bytes::Whole),
            Form::Book => (Box::new(book::Lines::new(source)), Bytes::Beside),
            Form::Table => {
                let rows = csv::open(source, maps).map_err(|refusal| named(name, refusal))?;
                (Box::new(rows), Bytes::Beside)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            contacts,
            bytes,
            read,
            of: None,
            watch: Box::new(|_| ControlFlow::Continue(())),
            rejects: None,
        })
    }

    /// The file with a folder in which what cannot be imported is kept, or why there is none. Where it
    /// cannot be kept, the report says so.
    #[must_use]
    pub fn keeping(self, folder: io::Result<PathBuf>) -> Self {
        Self {
            rejects: Some(folder),
            ..self
        }
    }

    /// The file with somebody who watches it go in; `of` is its length in bytes, where that is known.
    #[must_use]
    pub fn watched(self, of: Option<u64>, watch: Watch<'a>) -> Self {
        Self { of, watch, ..self }
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
}

impl Form {
    fn of(name: &str, start: &[u8]) -> Self {
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("vcf" | "vcard") => return Self::Cards,
            Some("csv" | "tsv") => return Self::Table,
            Some("json" | "jsonl" | "ndjson") => return Self::Book,
            _ => {}
        }
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        let start = start.trim_ascii_start();
        let line = start
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let columns = line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t'));
        if start.starts_with(b"{") {
            Self::Book
        } else if columns && !line.contains(&b':') {
            Self::Table
        } else {
            Self::Cards
        }
    }
}

fn stopped(name: &str) -> Refusal {
    let detail = format!("stopped; nothing of {name} was imported");
    Refusal::new(Kind::Invalid, detail)
}

fn unreadable(name: &str, error: impl std::fmt::Display) -> Refusal {
    if error.to_string() == STOPPED {
        return stopped(name);
    }
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

/// Imports a file.
///
/// # Errors
/// Where the file is of no form that is known, where it cannot be read to its end, or where the
/// database cannot be written; then nothing was. What cannot be taken in is in the report.
pub fn all(store: &mut Store, file: File<'_>) -> Result<Done<ImportReport>, Refusal> {
    chosen(store, file, &Choices::new())
}

/// Imports a file, with those contacts that a person chose in another way than planned as chosen.
///
/// # Errors
/// As [`all`].
pub fn chosen(
    store: &mut Store,
    file: File<'_>,
    choices: &Choices,
) -> Result<Done<ImportReport>, Refusal> {
    let (mut reading, bytes, source) = Reading::of(file);
    let title = format!("Imported {}", reading.name);
    let intake = intake(source, choices, bytes);
    let imported = store.import(&mut reading, &intake, &title);
    let Reading {
        contacts,
        aside,
        rejects,
        ..
    } = reading;
    let mut done = match imported {
        Ok(done) => done,
        Err(refusal) => {
            if let Some(rejects) = rejects {
                rejects.discard();
            }
            return Err(refusal);
        }
    };
    done.value.notices.extend(contacts.notices());
    done.value.rejects = aside.rejects;
    done.value.rejects_untold = aside.untold;
    done.value.kept = rejects.map(Rejects::finish).unwrap_or_default();
    Ok(done)
}

/// What an import would do; nothing is written.
///
/// # Errors
/// As [`all`].
pub fn plan(store: &mut Store, file: File<'_>) -> Result<ImportPlan, Refusal> {
    let choices = Choices::new();
    let (mut reading, bytes, source) = Reading::of(File {
        rejects: None,
        ..file
    });
    let mut plan = store.plan_import(&mut reading, &intake(source, &choices, bytes))?;
    plan.rows
        .extend(reading.aside.rejects.into_iter().map(|reject| PlanRow {
            place: reject.place,
            name: reject.name.unwrap_or_default(),
            fate: Fate::Unreadable(reject.reason),
            numbers: Vec::new(),
            changes: Vec::new(),
        }));
    plan.rows.sort_by_key(|row| row.place.line);
    plan.notices.extend(reading.contacts.notices());
    plan.unreadable_untold = reading.aside.untold;
    Ok(plan)
}

const fn intake<'c>(source: &'c str, choices: &'c Choices, bytes: Bytes) -> Intake<'c> {
    Intake {
        source,
        choices,
        bytes,
        format: &vcard::Format,
    }
}

/// The contacts that could be read, with those that could not set aside. It ends in a refusal where
/// the file cannot be read to its end, is not what it was taken for, or is stopped.
struct Reading<'a> {
    name: String,
    contacts: Box<dyn Contacts + 'a>,
    bytes: Arc<AtomicU64>,
    of: Option<u64>,
    watch: Watch<'a>,
    aside: Aside,
    rejects: Option<Rejects>,
    read: usize,
    began: Instant,
    told: Instant,
    ended: bool,
}

impl<'a> Reading<'a> {
    fn of(file: File<'a>) -> (Self, Bytes, &'static str) {
        let File {
            name,
            contacts,
            bytes,
            read,
            of,
            watch,
            rejects,
        } = file;
        let source = contacts.source();
        let began = Instant::now();
        let reading = Self {
            rejects: rejects.map(|folder| Rejects::new(folder, name.clone())),
            name,
            contacts,
            bytes: read,
            of,
            watch,
            aside: Aside::default(),
            read: 0,
            began,
            told: began,
            ended: false,
        };
        (reading, bytes, source)
    }

    /// Whether the stream was read to its end, and was what it was taken for.
    fn whole(&self) -> Result<(), Refusal> {
        if let Some(error) = self.contacts.failure() {
            return Err(unreadable(&self.name, error));
        }
        match self.aside.rejects.as_slice() {
            [only] if self.read == 0 && only.reason.starts_with("is not a") => Err(Refusal::new(
                Kind::Invalid,
                format!("{} {}", self.name, only.reason),
            )),
            _ => Ok(()),
        }
    }

    /// Tells who watches, from time to time; a refusal where that one stops it.
    fn tell(&mut self) -> Result<(), Refusal> {
        // A look at the clock for every contact would be a tenth of the work.
        let seen = self.read + self.aside.len();
        if !seen.is_multiple_of(16) || self.told.elapsed() < TELL {
            return Ok(());
        }
        self.told = Instant::now();
        let progress = Progress {
            contacts: self.read,
            bytes: self.bytes.load(Ordering::Relaxed),
            of: self.of,
            elapsed: self.began.elapsed(),
        };
        match (self.watch)(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(stopped(&self.name)),
        }
    }
}

impl Iterator for Reading<'_> {
    type Item = Result<Incoming, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            if let Err(stopped) = self.tell() {
                self.ended = true;
                return Some(Err(stopped));
            }
            match self.contacts.next() {
                Some(Ok(contact)) => {
                    self.read += 1;
                    return Some(Ok(contact));
                }
                Some(Err(reject)) => self.set_aside(reject),
                None => {
                    self.ended = true;
                    return self.whole().err().map(Err);
                }
            }
        }
        None
    }
}

impl Cards for Reading<'_> {
    fn set_aside(&mut self, reject: Reject) {
        if let Some(rejects) = &mut self.rejects {
            rejects.put(&reject);
        }
        self.aside.put(reject);
    }
}
