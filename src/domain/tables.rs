//! The tables of an import: what each of their columns was read as, and what a column can hold.

use std::path::PathBuf;

/// The fields that a person may say a column holds; a phone and an email may have any label.
#[rustfmt::skip]
pub(crate) const COLUMN_FIELDS: [&str; 22] = [
    "name", "given name", "family name", "nickname", "company", "department", "title", "note", "tags",
    "phone", "phone:mobile", "phone:home", "phone:work", "phone:fax",
    "email", "email:home", "email:work", "address", "birthday", "anniversary", "website", "other",
];

/// A field that a person says a column holds, as it is written in the list; none where it is unknown.
#[must_use]
pub(crate) fn column_field(said: &str) -> Option<String> {
    let said = said.trim();
    let folded = said.to_lowercase();
    if COLUMN_FIELDS.contains(&folded.as_str()) {
        return Some(folded);
    }
    let (field, label) = said.split_once(':')?;
    let (field, label) = (field.trim().to_lowercase(), label.trim());
    let is_labelled = ["phone", "email"].contains(&field.as_str()) && !label.is_empty();
    is_labelled.then(|| format!("{field}:{label}"))
}

/// The fields that a column can hold, for a person.
#[must_use]
pub(crate) fn fields_known() -> String {
    let fields = COLUMN_FIELDS.iter().filter(|field| !field.contains(':'));
    let fields = fields.map(|field| match *field {
        "phone" => "phone, phone:LABEL",
        "email" => "email, email:LABEL",
        field => field,
    });
    let fields: Vec<&str> = fields.collect();
    format!("expected one of {}", fields.join(", "))
}

/// A table, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRead {
    /// Where it is; blank where it was not opened by a path.
    pub path: PathBuf,
    /// What it is called.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnRead>,
}

/// A column of a table, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRead {
    /// Its header; blank where it has none.
    pub name: String,
    /// The field that it was read as: `phone:work`.
    pub read_as: String,
    /// The first of its values.
    pub sample: Option<String>,
}

impl ColumnRead {
    /// What it is called; one without a header by its place from 0.
    #[must_use]
    pub fn shown(&self, place: usize) -> String {
        if self.name.is_empty() {
            format!("#{}", place + 1)
        } else {
            self.name.clone()
        }
    }
}
