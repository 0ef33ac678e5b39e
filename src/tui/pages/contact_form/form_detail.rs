//! An email, an address or another detail as a row of the contact form.

use serde::{Deserialize, Serialize};

use crate::domain::contact::Detail;

/// An email, an address or another detail of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormDetail {
    /// The detail as its own form gave it.
    pub detail: Detail,
    /// The same as it was read; none for a new one.
    pub stored: Option<Detail>,
    /// Whether saving deletes it.
    pub deleted: bool,
}

impl FormDetail {
    /// Whether saving the form changes it.
    pub(super) fn is_dirty(&self) -> bool {
        self.deleted
            || self
                .stored
                .as_ref()
                .is_none_or(|stored| !stored.says(&self.detail))
    }
}
