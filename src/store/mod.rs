//! The database: one `SQLite` file, and the only place that knows it is one.
//!
//! A [`Store`] answers in domain types. Every write is one transaction that holds the rows, the
//! rules of the Phone resource and the operation that can take it back; what is refused has written
//! nothing. Opening counts nothing and checks nothing that grows with the book.

mod base;
mod care;
mod change;
mod db;
mod query;
mod undo;
mod write;

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;

pub use base::{FileSystem, Options, Store};
pub use care::backup;
pub use care::compact::{Pruned, Sizes};
pub use care::doctor::Finding;
pub use db::held::{backups_around, is_of_book};
pub use db::pace::Watch;
