//! What is asked of a book: lists, pages, searches.

mod dates;
pub(in crate::store) mod in_remotes;
mod list;
pub(in crate::store) mod lookup;
pub(in crate::store) mod page;
pub(in crate::store) mod search;
pub(in crate::store) mod values;
