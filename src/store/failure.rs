//! What `SQLite` says went wrong, as a refusal that says what to do.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::domain::refusal::{Kind, Refusal};

/// A failed read or write.
pub(super) fn storing(error: &rusqlite::Error) -> Refusal {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Refusal::new(
            Kind::Busy,
            "another program is writing to the database; nothing was written, try again",
        ),
        Some(ErrorCode::DiskFull) => Refusal::new(
            Kind::Storage,
            "the disk is full; nothing was written and nothing is lost",
        ),
        Some(ErrorCode::ReadOnly) => Refusal::new(
            Kind::Storage,
            "the database cannot be written; nothing was written",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Refusal::new(
            Kind::Storage,
            format!("the database is damaged ({error}); it is left as it is, restore a backup"),
        ),
        _ => Refusal::new(
            Kind::Storage,
            format!("the database failed: {error}; nothing was written"),
        ),
    }
}

/// A file that could not be opened.
pub(super) fn opening(path: &Path, error: &rusqlite::Error) -> Refusal {
    let refusal = storing(error);
    match refusal.kind {
        Kind::Busy => Refusal::new(
            Kind::Busy,
            format!(
                "cannot open {}: another program is writing to it; try again",
                path.display()
            ),
        ),
        kind => Refusal::new(kind, format!("cannot open {}: {error}", path.display())),
    }
}
