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
mod headings;
mod more;
mod own;
mod phone;
mod read;
mod record;
mod row;
mod text;
mod words;
mod write;

pub(super) use cells::{is_no_number, looks_like};
pub use read::{TableRows, open};
pub use write::{Guard, Table, TableForm};
