//! An import from end to end: cards out of a stream into the store, in one step.

use std::io::BufRead;

use crate::domain::edit::Done;
use crate::domain::import::{ImportReport, Incoming, Reject};
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::vcard::Cards;
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
    let mut reading = Reading {
        cards,
        rejects: Vec::new(),
        read: 0,
    };
    // A stream that breaks off must not leave half of itself behind: what it brought is undone.
    let title = format!("Imported {name}");
    let mut done = store.import(&mut reading, "vcard", &title)?;
    if let Some(error) = reading.cards.failure() {
        let error = error.to_string();
        if done.point.is_some() {
            store.undo()?;
        }
        return Err(Refusal::new(
            Kind::Invalid,
            format!("cannot read {name} to its end: {error}; nothing was imported"),
        ));
    }
    let only_junk = reading.read == 0 && reading.rejects.iter().all(|reject| !begins(&reject.card));
    if only_junk {
        return Err(Refusal::new(
            Kind::Invalid,
            format!("{name} is not a vCard file: there is no BEGIN:VCARD in it"),
        ));
    }
    done.value.rejects.append(&mut reading.rejects);
    done.value.rejects.sort_by_key(|reject| reject.place.line);
    Ok(done)
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
