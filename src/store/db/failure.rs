//! What `SQLite` says went wrong, as a refusal that names the file and says what to do.
//!
//! Inside the store a step fails with a [`Failure`]; it becomes a refusal in one place, where it is
//! known which file it is about and whether something was to be written. No refusal says that
//! nothing was written where that is not known.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMSIZE};

use crate::domain::refusal::{Kind, Refusal};

use crate::store::care::doctor;

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
            Self::Commit => "; whether it was written is not known, look before you repeat it",
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

    /// The refusal for whoever asked.
    pub(in crate::store) fn refusal(self, path: &Path, trying: Trying) -> Refusal {
        let verb = trying.verb();
        let outcome = trying.outcome();
        let file = path.display();
        match self {
            Self::Refused(refusal) => refusal,
            Self::Log(what) => Refusal::new(
                Kind::Storage,
                format!("cannot {verb} {file}: the log is damaged: {what}{outcome}"),
            ),
            Self::Sqlite(error) => match error.sqlite_error_code() {
                // The version says that the tables are there.
                Some(ErrorCode::Unknown)
                    if trying == Trying::Open && error.to_string().contains("no such table") =>
                {
                    Refusal::new(
                        Kind::Damaged,
                        format!("cannot open {file}: damaged ({error}); it is left as it is"),
                    )
                }
                // The last: the locks of the log could not be had for ten seconds.
                Some(
                    ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::FileLockingProtocolFailed,
                ) => Refusal::new(
                    Kind::Busy,
                    format!("the database is in use by another program{outcome}, try again"),
                ),
                Some(ErrorCode::DiskFull) => {
                    Refusal::new(Kind::Storage, format!("disk full, nothing lost{outcome}"))
                }
                // A disk or a cable that fails for a moment looks like damage, and is none.
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                    if doctor::is_sound(path) =>
                {
                    Refusal::new(
                        Kind::Storage,
                        format!(
                            "cannot {verb} {file}: the disk gave something else than what is on it \
                             ({error}){outcome}; looked at again the file is sound: try again, and \
                             look after the disk"
                        ),
                    )
                }
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Refusal::new(
                    Kind::Damaged,
                    format!(
                        "cannot {verb} {file}: damaged ({error}){outcome}; it is left as it is"
                    ),
                ),
                Some(ErrorCode::SystemIoFailure) => Refusal::new(
                    Kind::Storage,
                    format!(
                        "cannot {verb} {file}: {error}{outcome}; look after the disk, and try again"
                    ),
                ),
                Some(ErrorCode::OperationInterrupted) => crate::store::db::pace::stopped(),
                _ => Refusal::new(
                    Kind::Storage,
                    format!("cannot {verb} {file}: {error}{outcome}"),
                ),
            },
        }
    }
}

/// Whether there was no room on the disk.
pub(in crate::store) fn is_of_a_full_disk(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}
