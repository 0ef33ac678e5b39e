//! Keeping the book and an address book elsewhere the same, in both directions.
//!
//! Pure: no SQL, no network, no clock. [`run`](run::run) asks a [`Remote`](remote::Remote) and writes in a
//! [`Book`](part::Book), both of which the simulation in its tests has in memory, with kills, lost answers and
//! servers of every kind.
//!
//! Four records are kept of a card that is linked to a contact: the card as it was last read there (`base`), the
//! card as it is there now, the contact as it was when both sides agreed (`agreed`), and the contact as it is.
//! Theirs is what changed from `base` to now, ours what changed from `agreed` to the contact. Theirs is applied
//! to the contact and to `agreed` alike, and what then still differs between those two is what goes out. So
//! their words are never compared with ours: servers write cards in their own way, and many drop the lines that
//! they do not know.

pub mod guard;
pub mod kept;
pub mod outgoing;
pub mod part;
pub mod person;
pub mod plan;
pub mod reading;
pub mod records;
pub mod remote;
pub mod report;
pub mod row;
pub mod run;
pub mod said;

mod arrive;
mod asks;
mod details;
mod join;
mod merge;
mod moving;
mod rules;
mod send;
mod take;

#[cfg(test)]
mod simulation;

pub use join::taken_as;
pub use person::{Number, Person};
