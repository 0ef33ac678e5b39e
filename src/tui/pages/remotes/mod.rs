//! The remotes: the address books elsewhere that the book is kept the same with, how each is, and what is to
//! be done about it.

mod about;
mod page;

pub(crate) use page::RemotesPage;
pub(in crate::tui::pages) use page::sync_all;
