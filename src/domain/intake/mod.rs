//! What a card or row becomes: the records that it would make, and what it changes in records that are
//! here.

mod revision;
mod taken;

pub use revision::{
    Gone, Missing, Revision, add, is_about, other_birthday, primary_of, revise, share_an_email,
};
pub(super) use revision::{add_details, add_missing};
pub use taken::{Assumed, CardRecords, ParsedCard, ReadNote, same_number};
