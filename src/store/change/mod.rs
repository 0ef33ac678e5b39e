//! What changes a book, and what is shown before.

pub(in crate::store) mod bulk;
pub(in crate::store) mod conflicts;
pub(in crate::store) mod contacts;
mod from_card;
pub(in crate::store) mod import;
pub(in crate::store) mod merge;
pub(in crate::store) mod own_fields;
pub(in crate::store) mod phones;
pub(in crate::store) mod rehearse;
pub(in crate::store) mod remote_cards;
pub(in crate::store) mod remote_contacts;
pub(in crate::store) mod remote_groups;
pub(in crate::store) mod remotes;
pub(in crate::store) mod triage;
