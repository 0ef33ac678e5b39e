//! Our own form of a table: its headers, and what its cells are written like.

use crate::domain::fields::{CONTACT, ContactField};

use super::column;

/// What a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableOrigin {
    /// Our own, which says everything as it is.
    Own,
    /// Another program's.
    Foreign,
}

/// Stands between the values of one cell, as in Google's exports.
pub(super) const BETWEEN: &str = " ::: ";

/// The header of a column that says that cells are guarded against spreadsheets.
pub(super) const GUARDED: &str = "callbook guarded";

/// The header of a column that says what the others cannot.
pub(super) const MORE: &str = "callbook more";

/// The header of what Google shows a contact as.
pub(super) const FILE_AS: &str = "File As";

/// The parts of an address in the order of a vCard (RFC 6350, 6.3.1), with the words that the headers of
/// Google and ours have for them.
pub(super) const ADDRESS_PARTS: [(u8, &str); 7] = [
    (column::PO_BOX, "po box"),
    (column::EXTENDED, "extended address"),
    (column::STREET, "street"),
    (column::CITY, "city"),
    (column::REGION, "region"),
    (column::ZIP, "postal code"),
    (column::COUNTRY, "country"),
];

/// The headers of our own table that are not of a phone or a detail: those of the contact's fields. A table
/// of another program may well mean something else by the same words.
pub(super) fn own_headers() -> Vec<&'static str> {
    CONTACT.iter().filter_map(|field| field.csv).collect()
}

/// What the headers of our columns in a table for another program begin with.
pub(super) const OURS: &str = "callbook ";

/// The header of a text that the other program has no column for.
pub(super) fn own_header(field: &ContactField) -> Option<String> {
    field.csv.map(|header| format!("{OURS}{header}"))
}

/// The field under such a header.
pub(super) fn own_field(header: &str) -> Option<&'static ContactField> {
    let header = header.strip_prefix(OURS)?;
    CONTACT.iter().find(|field| field.csv == Some(header))
}

/// The label of children, who have one column together in Outlook's tables.
pub(super) const CHILD: &str = "child";

/// What a spreadsheet may take for the beginning of a formula.
///
/// Some skip a line end or a tab before the sign, and some take the full-width signs for the others.
pub(super) const TRIGGERS: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a cell is no more than a telephone number, which no spreadsheet can be harmed by.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let rest = cell.strip_prefix('+').unwrap_or(cell);
    digits >= 3
        && rest.starts_with(|sign: char| sign.is_ascii_digit() || sign == '(')
        && rest
            .chars()
            .all(|sign| sign.is_ascii_digit() || " ()-./".contains(sign))
}

/// Whether a guarded table has to guard this cell.
pub(super) fn needs_guard(cell: &str) -> bool {
    (cell.starts_with(TRIGGERS) || cell.starts_with('\'')) && !is_plain_number(cell)
}

/// The tags as one cell, each on a line of its own. The further lines of a tag begin with a space,
/// which no tag does.
pub(super) fn tags_cell(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| tag.replace('\n', "\n ")).collect();
    tags.join("\n")
}

/// The tags of such a cell.
pub(super) fn tags_of(cell: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for line in cell.split('\n') {
        match (line.strip_prefix(' '), tags.last_mut()) {
            (Some(further), Some(tag)) => {
                tag.push('\n');
                tag.push_str(further);
            }
            _ => tags.push(line.to_owned()),
        }
    }
    tags
}
