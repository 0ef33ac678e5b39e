//! How a database is opened.

use crate::domain::naming::SortPrefixes;
use crate::domain::number::Region;
use crate::domain::operation::Actor;
use crate::domain::timestamp::Timestamp;

/// How a database is opened.
pub struct Options {
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// Where family names with a word such as "van" before them stand in the list; none: where they do.
    pub sort_prefixes: Option<SortPrefixes>,
    /// What writes through this store: screens, a command or an import.
    pub actor: Actor,
    /// The time; the system's, but in tests.
    pub clock: Box<dyn Fn() -> Timestamp + Send>,
    /// The kind of file system that the book is on, where that is known; else the system is asked.
    pub file_system: Option<FileSystem>,
}

/// A kind of file system, by how commits are kept safe on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// Programs on it share memory: commits go to a write-ahead log.
    Local,
    /// Programs on several machines do not: commits go through a rollback journal.
    Network,
}
