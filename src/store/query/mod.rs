//! What is asked of a book: lists, pages, searches.

mod dates;
mod list;
pub(in crate::store) mod lookup;
pub(in crate::store) mod page;
pub(in crate::store) mod search;
pub(in crate::store) mod values;
