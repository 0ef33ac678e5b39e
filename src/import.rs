//! An import from end to end: cards out of a stream into the store, in one step.

use std::io::BufRead;

use crate::domain::edit::Done;
use crate::domain::import::{
    Choices, Fate, ImportPlan, ImportReport, Incoming, Intake, PlanRow, Reject,
};
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::vcard::{self, Cards};
use crate::store::Store;

/// Imports the cards of a stream; `name` is what the history calls it.
///
/// # Errors
/// Where nothing in the stream is a vCard, where it cannot be read to its end, or where the database
/// cannot be written; then nothing was. Cards that cannot be read are in the report.
pub fn cards<R: BufRead>(
    store: &mut Store,
    cards: Cards<R>,
    name: &str,
) -> Result<Done<ImportReport>, Refusal> {
    chosen(store, cards, name, &Choices::new())
}

/// Imports the cards of a stream, those that a person chose in another way than planned as chosen.
///
/// # Errors
/// As [`cards`].
pub fn chosen<R: BufRead>(
    store: &mut Store,
    cards: Cards<R>,
    name: &str,
    choices: &Choices,
) -> Result<Done<ImportReport>, Refusal> {
    let mut reading = Reading::new(cards);
    let title = format!("Imported {name}");
    let mut done = store.import(&mut reading, &intake(choices), &title)?;
    if let Err(refusal) = reading.whole(name) {
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
/// As [`cards`].
pub fn plan<R: BufRead>(
    store: &mut Store,
    cards: Cards<R>,
    name: &str,
) -> Result<ImportPlan, Refusal> {
    let mut reading = Reading::new(cards);
    let mut plan = store.plan_import(&mut reading, &intake(&Choices::new()))?;
    reading.whole(name)?;
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

const fn intake(choices: &Choices) -> Intake<'_> {
    Intake {
        source: vcard::SOURCE,
        choices,
        format: &vcard::Format,
    }
}

fn begins(card: &[u8]) -> bool {
    card.get(..11)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCARD"))
}

/// The cards that could be read, with those that could not set aside.
struct Reading<R> {
    cards: Cards<R>,
    rejects: Vec<Reject>,
    read: usize,
}

impl<R: BufRead> Reading<R> {
    const fn new(cards: Cards<R>) -> Self {
        Self {
            cards,
            rejects: Vec::new(),
            read: 0,
        }
    }

    /// Whether the stream was read to its end, and was one of cards.
    fn whole(&self, name: &str) -> Result<(), Refusal> {
        if let Some(error) = self.cards.failure() {
            return Err(Refusal::new(
                Kind::Invalid,
                format!("cannot read {name} to its end: {error}; nothing was imported"),
            ));
        }
        if self.read == 0 && self.rejects.iter().all(|reject| !begins(&reject.card)) {
            return Err(Refusal::new(
                Kind::Invalid,
                format!("{name} is not a vCard file: there is no BEGIN:VCARD in it"),
            ));
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Reading<R> {
    type Item = Incoming;

    fn next(&mut self) -> Option<Incoming> {
        loop {
            match self.cards.next()? {
                Ok(card) => {
                    self.read += 1;
                    return Some(card);
                }
                Err(reject) => self.rejects.push(reject),
            }
        }
    }
}
