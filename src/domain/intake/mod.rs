//! What a card or row becomes: the records that it would make, and what it changes in records that are
//! here.

mod details;
mod revision;
mod taken;

pub(super) use details::merge_details;
pub use details::{Missing, Stays, other_birthday};
pub(super) use revision::add_missing;
pub use revision::{
    Gone, Revision, add, is_about, is_one_company, primary_of, revise, share_an_email,
};
pub use taken::{Assumed, CardRecords, ParsedCard, ReadNote, same_number};
