//! Contacts as rows: what Google and Outlook export, what any other program may, and a plain form of
//! our own that holds all that callbook knows of a contact.
//!
//! The columns are known by their headers, in the spellings that programs have, or by what a person
//! says of them. A column that nothing is known of is not dropped: its cells stay with the contact
//! and stand in the same column when it goes out again.

mod cells;
mod column;
mod detail;
mod header;
mod name;
mod phone;
mod read;
mod record;
mod row;
mod text;
mod words;
mod write;

pub(super) use cells::{is_no_number, looks_like};
pub use read::{Rows, open};
pub use write::{Form, Guard, Table};

/// Stands between the values of one cell, as in Google's exports.
const BETWEEN: &str = " ::: ";

/// The header of a column that says that cells are guarded against spreadsheets.
const GUARDED: &str = "callbook guarded";

/// The parts of an address in the order of a vCard (RFC 6350, 6.3.1), with the words that the headers of
/// Google and ours have for them.
const ADDRESS_PARTS: [(u8, &str); 7] = [
    (column::PO_BOX, "po box"),
    (column::EXTENDED, "extended address"),
    (column::STREET, "street"),
    (column::CITY, "city"),
    (column::REGION, "region"),
    (column::ZIP, "postal code"),
    (column::COUNTRY, "country"),
];

/// What the name is sorted by, and whether it is a company's. A table of another program may well mean
/// something else by these words.
const SORT_AS: &str = "sort as";
const KIND: &str = "kind";

/// The columns of our own form that each table has.
const PLAIN: [&str; 17] = [
    "name",
    "prefix",
    "given name",
    "additional name",
    "family name",
    "suffix",
    SORT_AS,
    KIND,
    "nickname",
    "company",
    "department",
    "job title",
    "note",
    "tags",
    "favourite",
    "source",
    "uid",
];

/// What a spreadsheet may take for the beginning of a formula.
///
/// Some skip a line end or a tab before the sign, and some take the full-width signs for the others.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

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
