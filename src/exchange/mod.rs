//! Bytes to domain types and back. No SQL, no screen, and no files either: a reader is handed an
//! open source and says what it found, a writer gives bytes.

pub mod book;
pub mod csv;
pub mod jsonapi;
pub mod vcard;

use crate::domain::import::{Incoming, Reject};

/// A contact out of a file, or why there is none.
pub type Read = Result<Incoming, Reject>;

/// The contacts of a file, whatever its form.
pub trait Contacts: Iterator<Item = Read> {
    /// The source of phones that say none.
    fn source(&self) -> &'static str;

    /// Why the file could not be read to its end, if so.
    fn failure(&self) -> Option<String>;
}
