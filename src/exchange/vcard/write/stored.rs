//! A contact as it is stored, to be written.

use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;

/// A contact as it is stored, to be written.
pub(super) struct StoredContact<'a> {
    pub(super) full: &'a FullContact,
    /// What a reader takes for the source of what says none.
    pub(super) source: &'a str,
    pub(super) home: Option<Region>,
}
