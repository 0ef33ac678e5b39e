//! The database: one `SQLite` file, and the only place that knows it is one.
//!
//! A [`Store`] answers in domain types. Every write is one transaction that holds the rows, the
//! rules of the Phone resource and the operation that can take it back; what is refused has written
//! nothing. Opening counts nothing and checks nothing that grows with the book.

mod base;
mod cache;
mod care;
mod change;
mod db;
mod query;
mod undo;
mod write;

pub use base::Store;
pub use care::compact::{PrunedHistory, Sizes};
pub use care::doctor::Finding;
pub use change::remote_cards::RemoteBook;
pub use change::remote_contacts::Going;
pub use db::backups::backups_around;
pub use db::held::is_of_book;
pub use db::options::{FileSystem, Options};
pub use db::pace::Watch;
pub use db::sync_lock;

pub mod backup {
    //! Backups of a book, and putting one in its place.

    pub use crate::store::care::backup::{
        BackupRule, DroppedBackups, backups_with_owners, newest_sound, owner, prune,
    };
    pub use crate::store::care::put_back::{Force, restore};
    pub use crate::store::db::backups::{Backup, backups, folder};
    pub use crate::store::db::owner::BackupOwner;
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
