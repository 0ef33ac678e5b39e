//! Contacts as rows: what Google and Outlook export, what any other program may, and a plain form of
//! our own that holds all that callbook knows of a contact.
//!
//! The columns are known by their headers, in the spellings that programs have, or by what a person
//! says of them. A column that nothing is known of is not dropped: its cells stay with the contact
//! and stand in the same column when it goes out again.

mod column;
mod read;
mod write;

pub use column::{Column, Part, Text, columns_named};
pub use read::{Rows, open};
pub use write::{Form, Guard, Table};

/// Stands between the values of one cell, as in Google's exports.
const BETWEEN: &str = " ::: ";

/// The header of a column that says that cells are guarded against spreadsheets.
const GUARDED: &str = "callbook guarded";

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
