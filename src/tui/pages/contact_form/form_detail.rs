//! An email, an address or another detail as a row of the contact form.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::contact::Detail;
use crate::domain::edit::Profile;

/// An email, an address or another detail of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormDetail {
    /// The detail as its own form gave it.
    pub detail: Detail,
    /// The same as it was read; none for a new one.
    pub stored: Option<Detail>,
    /// The name of the contact that a relation points to by its id.
    #[serde(default)]
    pub related_name: Option<String>,
    /// Whether saving deletes it.
    pub deleted: bool,
}

impl FormDetail {
    /// The row of a detail that is stored.
    pub(super) fn of(detail: &Detail, profile: &Profile) -> Self {
        Self {
            detail: detail.clone(),
            stored: Some(detail.clone()),
            related_name: profile.related_name(detail).map(str::to_owned),
            deleted: false,
        }
    }

    /// Its value as people read it.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match &self.related_name {
            Some(name) => name.into(),
            None => self.detail.shown(),
        }
    }

    /// Whether saving the form changes it.
    pub(super) fn is_dirty(&self) -> bool {
        self.deleted
            || self
                .stored
                .as_ref()
                .is_none_or(|stored| !stored.says(&self.detail))
    }
}
