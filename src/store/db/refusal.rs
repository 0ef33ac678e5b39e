//! What `SQLite` says went wrong, as a refusal that names the file and says what to do.
//!
//! Inside the store a step fails with a [`Failure`]; it becomes a refusal here, where it is known which
//! file it is about and whether something was to be written. No refusal says that nothing was written
//! where that is not known.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY;

use crate::domain::progress::stopped;
use crate::domain::refusal::{Fault, Kind, Refusal};
use crate::store::db::failure::{Answer, Failure, Trying};
use crate::store::db::sound;

impl Failure {
    /// The refusal for the caller.
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
                // The last: the locks of the log could not be had for ten seconds.
                Some(
                    ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::FileLockingProtocolFailed,
                ) => Refusal::new(
                    Kind::Busy,
                    format!("the book is in use by another program{outcome}, try again"),
                ),
                Some(ErrorCode::DiskFull) => {
                    Refusal::new(Kind::Storage, format!("disk full, nothing lost{outcome}"))
                }
                // A disk or a cable that fails for a moment looks like damage, but is not.
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                    if sound::is_sound(path) =>
                {
                    Refusal::new(
                        Kind::Storage,
                        format!(
                            "cannot {verb} {file}: the disk returned wrong data \
                             ({error}){outcome}; read again, the file is sound: try again, and \
                             check the disk"
                        ),
                    )
                }
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Refusal::because(
                    Kind::Damaged,
                    format_args!("cannot {verb} {file}"),
                    format!("damaged ({error}){outcome}; it was not changed"),
                ),
                Some(ErrorCode::SystemIoFailure) => Refusal::new(
                    Kind::Storage,
                    format!(
                        "cannot {verb} {file}: {error}{outcome}; check the disk, and try again"
                    ),
                ),
                Some(ErrorCode::OperationInterrupted) => stopped(),
                _ => Refusal::new(
                    Kind::Storage,
                    format!("cannot {verb} {file}: {error}{outcome}"),
                ),
            },
        }
    }
}

/// Refuses an id that is taken: the table says so itself, which costs nothing where it is not.
pub(in crate::store) fn refuse_taken(inserted: rusqlite::Result<()>) -> Answer<()> {
    let error = inserted.as_ref().err();
    let error = error.and_then(rusqlite::Error::sqlite_error);
    if error.is_some_and(|error| error.extended_code == SQLITE_CONSTRAINT_PRIMARYKEY) {
        return Err(taken().into());
    }
    Ok(inserted?)
}

/// That an id is taken.
pub(in crate::store) fn taken() -> Refusal {
    Refusal {
        kind: Kind::Conflict,
        faults: vec![Fault::of("id", "exists already")],
        stored: None,
        reason: None,
    }
}
