//! A contact as it is stored, to be written.

use crate::domain::contact::Contact;
use crate::domain::number::Region;
use crate::domain::phone::Phone;

/// A contact as it is stored, to be written.
pub(super) struct StoredContact<'a> {
    pub(super) contact: &'a Contact,
    pub(super) phones: &'a [Phone],
    /// What a reader takes for the source of what says none.
    pub(super) source: &'a str,
    pub(super) home: Option<Region>,
}
