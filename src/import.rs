//! An import from end to end: contacts out of a file of any form into the store, in one step.

use std::io::BufRead;

use crate::domain::edit::Done;
use crate::domain::import::{
    Bytes, Choices, Fate, ImportPlan, ImportReport, Incoming, Intake, PlanRow, Reject,
};
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::{Contacts, book, csv, vcard};
use crate::store::Store;

/// A file that is imported.
pub struct File<'a> {
    /// What the history calls it.
    name: String,
    contacts: Box<dyn Contacts + 'a>,
    bytes: Bytes,
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
        })
    }

    const fn intake<'c>(&self, source: &'c str, choices: &'c Choices) -> Intake<'c> {
        Intake {
            source,
            choices,
            bytes: self.bytes,
            format: &vcard::Format,
        }
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

fn unreadable(name: &str, error: impl std::fmt::Display) -> Refusal {
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
    mut file: File<'_>,
    choices: &Choices,
) -> Result<Done<ImportReport>, Refusal> {
    let intake = file.intake(file.contacts.source(), choices);
    let mut reading = Reading::new(file.contacts.as_mut());
    let title = format!("Imported {}", file.name);
    let mut done = store.import(&mut reading, &intake, &title)?;
    if let Err(refusal) = reading.whole(&file.name) {
        // A stream that breaks off must not leave half of itself behind: what it brought is undone.
        if done.point.is_some() {
            store.undo()?;
        }
        return Err(refusal);
    }
    done.value.rejects.append(&mut reading.rejects);
    done.value.rejects.sort_by_key(|reject| reject.place.line);
    Ok(done)
}

/// What an import would do; nothing is written.
///
/// # Errors
/// As [`all`].
pub fn plan(store: &mut Store, mut file: File<'_>) -> Result<ImportPlan, Refusal> {
    let choices = Choices::new();
    let intake = file.intake(file.contacts.source(), &choices);
    let mut reading = Reading::new(file.contacts.as_mut());
    let mut plan = store.plan_import(&mut reading, &intake)?;
    reading.whole(&file.name)?;
    plan.rows
        .extend(reading.rejects.into_iter().map(|reject| PlanRow {
            place: reject.place,
            name: reject.name.unwrap_or_default(),
            fate: Fate::Unreadable(reject.reason),
            numbers: Vec::new(),
            changes: Vec::new(),
        }));
    plan.rows.sort_by_key(|row| row.place.line);
    Ok(plan)
}

/// The contacts that could be read, with those that could not set aside.
struct Reading<'f> {
    contacts: &'f mut dyn Contacts,
    rejects: Vec<Reject>,
    read: usize,
}

impl<'f> Reading<'f> {
    fn new(contacts: &'f mut dyn Contacts) -> Self {
        Self {
            contacts,
            rejects: Vec::new(),
            read: 0,
        }
    }

    /// Whether the stream was read to its end, and was what it was taken for.
    fn whole(&self, name: &str) -> Result<(), Refusal> {
        if let Some(error) = self.contacts.failure() {
            return Err(unreadable(name, error));
        }
        match self.rejects.as_slice() {
            [only] if self.read == 0 && only.reason.starts_with("is not a") => Err(Refusal::new(
                Kind::Invalid,
                format!("{name} {}", only.reason),
            )),
            _ => Ok(()),
        }
    }
}

impl Iterator for Reading<'_> {
    type Item = Incoming;

    fn next(&mut self) -> Option<Incoming> {
        loop {
            match self.contacts.next()? {
                Ok(contact) => {
                    self.read += 1;
                    return Some(contact);
                }
                Err(reject) => self.rejects.push(reject),
            }
        }
    }
}
