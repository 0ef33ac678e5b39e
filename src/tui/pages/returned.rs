//! What pages hand to the one under them, as plain values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::domain::contact::{ContactAttributes, DetailKind};
use crate::domain::edit::{ContactEdit, PhoneEdit};
use crate::domain::number::Region;
use crate::domain::phone::PhoneAttributes;
use crate::domain::refusal::Stored;
use crate::domain::timestamp::Timestamp;

/// What is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    /// The country that national numbers are read with; none: home.
    Country(Option<Region>),
    /// The home country; none: no country is assumed.
    Home(Option<Region>),
    /// The field that a column holds, as `--map` has it; the column by its place on the page that asked.
    Column(usize, String),
    /// What kind of detail is added, with the label that it has at first.
    Kind(DetailKind, String),
}

/// What a person says of columns: the field of each, by its place from 0.
pub(crate) type ColumnFields = BTreeMap<usize, String>;

/// What a person says of the columns of tables, each by its path.
pub(crate) type TableFields = BTreeMap<PathBuf, ColumnFields>;

/// What is said where the stored value was chosen for every field.
pub(super) const AS_STORED: &str = "The stored values stay; nothing was written";

/// What was decided: the attributes that are written, over which record.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// The record as it was stored then.
    pub stored: Stored,
    pub(super) mine: Map<String, Value>,
    /// Checked against what is stored, so that a third change opens the dialog again; none: written over
    /// whatever is stored.
    pub stamp: Option<Timestamp>,
}

impl Resolution {
    /// Whether the stored value was chosen for every field, so that there is nothing to write.
    #[must_use]
    pub(crate) fn is_as_stored(&self) -> bool {
        self.mine.is_empty()
    }

    /// Puts it into what is to be saved, with all else that this changes.
    pub(super) fn put(&self, edit: &mut ContactEdit) {
        match &self.stored {
            Stored::Contact(_) if self.is_as_stored() => edit.contact = None,
            Stored::Contact(_) => edit.contact = Some(self.contact()),
            Stored::Phone(stored) => {
                if self.is_as_stored() {
                    let is_it = |row: &PhoneEdit| matches!(row, PhoneEdit::Update(id, _) if *id == stored.id);
                    edit.phones.retain(|row| !is_it(row));
                }
                for row in &mut edit.phones {
                    match row {
                        PhoneEdit::Update(id, sent) if *id == stored.id => *sent = self.phone(),
                        PhoneEdit::Delete(id, seen) if *id == stored.id => *seen = self.stamp,
                        _ => {}
                    }
                }
            }
        }
    }

    /// As attributes of a phone.
    #[must_use]
    pub fn phone(&self) -> PhoneAttributes {
        PhoneAttributes {
            updated_in_db_at: self.stamp,
            overwrite: self.stamp.is_none(),
            ..PhoneAttributes::read(self.mine.clone()).0
        }
    }

    /// As attributes of a contact.
    #[must_use]
    pub fn contact(&self) -> ContactAttributes {
        ContactAttributes {
            updated_in_db_at: self.stamp,
            overwrite: self.stamp.is_none(),
            ..ContactAttributes::read(self.mine.clone()).0
        }
    }
}
