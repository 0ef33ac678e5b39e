//! The list of contacts with the contact that the cursor is on; and with the numbers that need attention,
//! while those are fixed. It is at the bottom of the stack, and never closes.

pub(crate) mod as_text;
mod detail;
mod detail_keys;
mod detail_rows;
mod detail_view;
mod fix;
mod fix_view;
mod list;
mod list_view;
mod marks;
mod page;
mod pages;
mod picker;
mod remote_rows;
mod state;

pub use picker::{PickKind, Picker};
pub use state::{Contacts, Focus};
