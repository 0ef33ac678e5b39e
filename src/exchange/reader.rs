//! What every reader of files gives: contacts, one by one, and what is to be said of them.

use crate::domain::import::{GroupCard, Incoming, Reject};
use crate::domain::notice::Notice;
use crate::domain::number::Region;
use crate::domain::own_fields::OwnFields;
use crate::domain::tables::ColumnRead;

/// A contact read from a file, or why it could not be read.
pub type Read = Result<Incoming, Reject>;

/// The contacts of a file, whatever its form.
pub trait ContactReader: Iterator<Item = Read> {
    /// The source of phones that say none.
    fn source(&self) -> &'static str;

    /// Why the file could not be read to its end, if so.
    fn failure(&self) -> Option<String>;

    /// Sets the country in which national numbers are read, before the first contact is.
    fn set_home(&mut self, _home: Option<Region>) {}

    /// Sets the properties of cards that are the person's own fields, before the first contact is read.
    fn set_fields(&mut self, _fields: &OwnFields) {}

    /// What was not understood and what was assumed in what was read so far; complete once the last
    /// contact was given.
    fn notices(&self) -> Vec<Notice> {
        Vec::new()
    }

    /// The columns of a table, and what they were read as.
    fn columns(&self) -> Vec<ColumnRead> {
        Vec::new()
    }

    /// The groups that were read so far, which are no contacts; complete once the last contact was
    /// given.
    fn groups(&mut self) -> Vec<GroupCard> {
        Vec::new()
    }
}
