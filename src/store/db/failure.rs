//! Why a step within the store failed. It becomes a refusal in `refusal`.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMSIZE};

use crate::domain::refusal::{Kind, Refusal};

/// Why a step within the store failed.
#[derive(Debug)]
pub(in crate::store) enum Failure {
    /// A rule of the domain.
    Refused(Refusal),
    /// The database.
    Sqlite(rusqlite::Error),
    /// An operation of the log that cannot be read, or does not fit the rows.
    Log(String),
}

/// What a step within the store gives.
pub(in crate::store) type Answer<T> = Result<T, Failure>;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// What was tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Trying {
    Open,
    Read,
    Write,
    /// The end of a write failed, and so did the look at what became of it.
    Commit,
    /// To have the log in the book.
    Checkpoint,
}

impl Trying {
    pub(in crate::store) const fn verb(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Write | Self::Commit | Self::Checkpoint => "write",
        }
    }

    /// What became of the data, to end a sentence with.
    pub(in crate::store) const fn outcome(self) -> &'static str {
        match self {
            Self::Open | Self::Read | Self::Checkpoint => "",
            Self::Write => "; nothing was written",
            Self::Commit => "; it may have been written: check before you try again",
        }
    }
}

impl Failure {
    /// Whether the file of the shared memory, which `SQLite` keeps beside a database, could not be made
    /// as large as it has to be.
    pub(in crate::store) fn is_of_shared_memory(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error().is_some_and(|error| {
            matches!(error.extended_code, SQLITE_IOERR_SHMSIZE | SQLITE_IOERR_SHMMAP)
        }))
    }

    /// Whether there was no room on the disk.
    pub(in crate::store) fn is_of_a_full_disk(&self) -> bool {
        matches!(self, Self::Sqlite(error) if is_of_a_full_disk(error))
    }

    /// Whether another program has what is wanted.
    pub(in crate::store) fn is_of_a_lock(&self) -> bool {
        matches!(self, Self::Sqlite(error) if matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        ))
    }
}

/// Whether there was no room on the disk.
pub(in crate::store) fn is_of_a_full_disk(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// A refusal to open a file.
pub(in crate::store) fn refused(path: &Path, why: &str) -> Failure {
    Refusal::because(
        Kind::Storage,
        format_args!("cannot open {}", path.display()),
        why,
    )
    .into()
}

/// A refusal to open a file that is damaged.
pub(in crate::store) fn damaged(path: &Path, why: &str) -> Failure {
    Refusal::because(
        Kind::Damaged,
        format_args!("cannot open {}", path.display()),
        format!("{why}; it was not changed"),
    )
    .into()
}
