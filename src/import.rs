//! An import from end to end: contacts out of a file of any form into the store, in one step.

use crate::domain::edit::Done;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::import::{Choices, Fate, ImportPlan, ImportReport, Intake, PlanRow};
use crate::domain::number::Region;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Rehearsal, Seen};
use crate::exchange::vcard;
use crate::store::Store;

mod batch;
mod file;
mod paths;
mod reading;
mod rejects;
mod stream;

pub use batch::Batch;
pub use file::File;
#[cfg(feature = "sync")]
pub(crate) use paths::shell_words;
pub use paths::{expanded, plain, typed};
use reading::BatchReader;
use rejects::Rejects;
pub use rejects::keep;
pub use stream::Stream;

/// What is said of files whose import was refused.
fn of_files(refusal: Refusal, name: &str, seen: Seen) -> Refusal {
    match refusal.kind {
        Kind::Outdated => seen.outdated(&format!("{name} or the book")),
        Kind::Stopped => {
            let detail = format!("stopped; nothing of {name} was imported");
            Refusal::new(Kind::Stopped, detail)
        }
        _ => refusal,
    }
}

/// Imports a file or a batch of them, whatever that does.
///
/// # Errors
/// As [`perform`].
pub fn all<'a>(
    store: &mut Store,
    files: impl Into<Batch<'a>>,
) -> Result<Done<ImportReport>, Refusal> {
    perform(store, files, &Choices::new(), Seen::Nothing)
}

/// Imports a file or a batch of them, with those contacts that a person chose in another way than
/// planned as chosen, where that is still what was seen of it.
///
/// # Errors
/// If the file is of no form that is known, cannot be read to its end, or is not what was seen, or where
/// the database cannot be written; then nothing was. What cannot be taken in is in the report.
pub fn perform<'a>(
    store: &mut Store,
    files: impl Into<Batch<'a>>,
    choices: &Choices,
    seen: Seen,
) -> Result<Done<ImportReport>, Refusal> {
    let files = files.into().into_book(store);
    let country = files.country();
    let format = card_format(store)?;
    let home = country.or(store.home());
    let mut reading = BatchReader::of(files, home, format.fields.clone());
    let title = format!("Imported {}", reading.name());
    let imported = store.import(
        &mut reading,
        &intake(choices, country, &format),
        &title,
        seen,
    );
    let rejects = reading.rejects.take();
    let mut done = match imported {
        Ok(done) => done,
        Err(refusal) => {
            if let Some(rejects) = rejects {
                rejects.discard();
            }
            return Err(of_files(refusal, reading.name(), seen));
        }
    };
    let report = &mut done.value;
    report.notices.append(&mut reading.notices);
    report.rejects = reading.aside.rejects;
    report.rejects_untold = reading.aside.untold;
    report.kept = rejects.map(Rejects::finish).unwrap_or_default();
    report.files = reading.files;
    Ok(done)
}

/// What an import would do; nothing is written.
///
/// # Errors
/// As [`perform`].
pub fn rehearse<'a>(
    store: &mut Store,
    files: impl Into<Batch<'a>>,
    choices: &Choices,
) -> Result<Rehearsal<ImportPlan>, Refusal> {
    let files = files.into().into_book(store);
    let country = files.country();
    let format = card_format(store)?;
    let home = country.or(store.home());
    let mut reading = BatchReader::of(files, home, format.fields.clone());
    reading.rejects = None;
    let rehearsed = store.rehearse_import(&mut reading, &intake(choices, country, &format));
    let refused = |refusal| of_files(refusal, reading.name(), Seen::Nothing);
    let mut rehearsal = rehearsed.map_err(refused)?;
    let plan = &mut rehearsal.plan;
    plan.rows
        .extend(reading.aside.rejects.into_iter().map(|reject| PlanRow {
            place: reject.place,
            key: None,
            written: Fingerprint::default(),
            leads: false,
            name: reject.name.unwrap_or_default(),
            fate: Fate::Unreadable(reject.reason),
            numbers: Vec::new(),
            changes: Vec::new(),
            kept: Vec::new(),
        }));
    plan.rows
        .sort_by_key(|row| (row.place.card, row.place.line));
    plan.notices.append(&mut reading.notices);
    plan.files = reading.files;
    plan.tables = reading.tables;
    plan.unreadable_untold = reading.aside.untold;
    Ok(rehearsal)
}

/// The format of the cards of a book, with the fields that it has of its own.
///
/// # Errors
/// If the database cannot be read.
pub(crate) fn card_format(store: &Store) -> Result<vcard::Format, Refusal> {
    let fields = store.own_fields()?;
    Ok(vcard::Format { fields })
}

const fn intake<'a>(
    choices: &'a Choices,
    country: Option<Region>,
    format: &'a vcard::Format,
) -> Intake<'a> {
    Intake {
        choices,
        country,
        format,
        run: None,
    }
}
