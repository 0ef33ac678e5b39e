//! A contact as it is stored, to be written.

use crate::domain::contact::Contact;
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::own_fields::OwnFields;

/// A contact as it is stored, to be written.
pub(in crate::exchange::vcard) struct StoredContact<'a> {
    pub(in crate::exchange::vcard) full: &'a FullContact,
    /// What a reader takes for the source of what says none.
    pub(in crate::exchange::vcard) source: &'a str,
    pub(in crate::exchange::vcard) home: Option<Region>,
    pub(in crate::exchange::vcard) fields: &'a OwnFields,
    pub(in crate::exchange::vcard) goal: Goal<'a>,
}

/// What a card is written for.
#[derive(Clone, Copy)]
pub(in crate::exchange::vcard) enum Goal<'a> {
    /// A file: all that is known of the contact, wherever it is read.
    File,
    /// The same contact elsewhere, with what both agreed on if they did: what nobody said is not said.
    Remote(Option<&'a Contact>),
}

impl Goal<'_> {
    pub(in crate::exchange::vcard) const fn is_file(self) -> bool {
        matches!(self, Self::File)
    }
}
