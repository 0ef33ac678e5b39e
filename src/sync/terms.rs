//! What a run may read and write of a remote: as it is set, and as a person says beforehand.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::domain::contact::ContactId;
use crate::domain::sync::plan::LeftOut;
use crate::exchange::vcard::HistoricTel;

use super::card::CardReader;

/// What a run may send, and how.
#[derive(Clone, Debug, Default)]
pub struct Sending {
    /// Whether contacts that have no card there yet go there.
    pub new: bool,
    /// The only contacts that go there; none if all of them do.
    pub only: Option<HashSet<ContactId>>,
    /// Whether a number that was taken out there is deleted here.
    pub bins_removed: bool,
    /// How a historic number is written.
    pub historic: HistoricTel,
}

/// What is read and written of a remote, and how.
pub struct Terms<'s> {
    /// How cards are read.
    pub reader: CardReader,
    /// What may be sent.
    pub sending: Sending,
    /// What makes two addresses the same.
    pub place: fn(&str) -> Vec<u8>,
    /// Where a new card goes, by the name of its file.
    pub new_place: Box<dyn Fn(&str) -> String + 's>,
    /// The names of the remote's groups, once they were read: each contact with a tag is compared with them.
    pub groups: RefCell<Option<Vec<String>>>,
    /// The addresses of cards that a person says are of somebody else than they seem to be.
    pub apart: &'s [String],
    /// What a person leaves as it is.
    pub left_out: &'s LeftOut,
}
