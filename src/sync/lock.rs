//! One sync of a book at a time, on one machine.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// Held while a sync runs; the lock goes with the process, however it ends.
#[derive(Debug)]
pub struct SyncLock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum Locked {
    /// Another callbook syncs this book.
    Elsewhere,
    /// The file of the lock cannot be made.
    Failed(io::Error),
}

impl SyncLock {
    /// Takes the lock of a book: a file beside it.
    ///
    /// # Errors
    /// If another program has it, or it cannot be made.
    pub fn take(book: &Path) -> Result<Self, Locked> {
        let mut name = book.as_os_str().to_owned();
        name.push(".sync");
        let file = crate::regular::lock_file(Path::new(&name)).map_err(Locked::Failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Locked::Elsewhere),
            Err(error) => Err(Locked::Failed(error.into())),
        }
    }
}
