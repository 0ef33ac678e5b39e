//! One sync of a book at a time, on one machine; and what is not done to a book while it is synced.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::domain::refusal::{Kind, Refusal};
use crate::store::db::files::with_suffix;

/// What the file's name has after that of the book.
const SUFFIX: &str = ".sync";

/// Held while a sync runs; the lock goes with the process, however it ends.
#[derive(Debug)]
pub struct SyncLock {
    // Of a file beside the book, and not of the book: to close it drops no lock of SQLite.
    _held: OwnedFd,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum Locked {
    /// Another callbook syncs this book.
    Elsewhere,
    /// The file of the lock cannot be made.
    Failed(io::Error),
}

impl Locked {
    /// What a person is told where a sync cannot begin.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Elsewhere => {
                let why = "another callbook syncs this book; try again when it is done";
                Refusal::new(Kind::Busy, why)
            }
            Self::Failed(error) => {
                let why = format!("cannot lock the book for the sync: {error}");
                Refusal::new(Kind::Storage, why)
            }
        }
    }
}

impl SyncLock {
    /// Takes the lock of a book: a file beside it.
    ///
    /// # Errors
    /// If another program has it, or it cannot be made.
    pub fn take(book: &Path) -> Result<Self, Locked> {
        let file = crate::regular::lock_file(&with_suffix(book, SUFFIX)).map_err(Locked::Failed)?;
        let held = OwnedFd::from(file);
        match flock(&held, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _held: held }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Locked::Elsewhere),
            Err(error) => Err(Locked::Failed(error.into())),
        }
    }

    /// Keeps syncs out of a book while a sync is taken back or a backup is restored. A running sync would go on with
    /// links that no longer hold, and delete or send what nobody asked for. None if the book was never synced.
    ///
    /// # Errors
    /// Busy if a sync runs; storage if the lock cannot be made.
    pub(in crate::store) fn keep_out(book: &Path) -> Result<Option<Self>, Refusal> {
        if !with_suffix(book, SUFFIX).exists() {
            return Ok(None);
        }
        match Self::take(book) {
            Ok(lock) => Ok(Some(lock)),
            Err(Locked::Elsewhere) => {
                let why = "a sync of this book is running; stop it, or try again when it is done";
                Err(Refusal::new(Kind::Busy, why))
            }
            Err(failed) => Err(failed.refusal()),
        }
    }
}
