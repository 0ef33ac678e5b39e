//! A database that cannot be opened because it is damaged, and what can be put in its place.

use std::path::PathBuf;

use super::timestamp::Timestamp;

/// What is wrong with the database, and what was found to put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What is wrong, in words that end in what becomes of the file: it is left as it is.
    pub why: String,
    /// What was found among the backups; none while they are looked through.
    pub found: Option<FoundBackup>,
}

/// What was found among the backups of a damaged database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundBackup {
    /// The newest that is sound.
    pub sound: Option<Sound>,
    /// How many newer ones are damaged too, or all where none is sound.
    pub passed_over: usize,
}

/// A backup that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made.
    pub at: Timestamp,
    /// How many bytes it has.
    pub bytes: u64,
}
