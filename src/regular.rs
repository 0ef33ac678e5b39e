//! Files that the program opens by names of its own: its configuration, its state, drafts, backups.
//!
//! Another program, or a person, may have put something else there. To open a pipe waits for a writer
//! that may never come, and a device can be read without an end: only a regular file is opened.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

/// What is said of anything else.
pub(crate) const NOT_REGULAR: &str = "not a regular file";

/// Opens a file for reading, or the one that a link names.
///
/// # Errors
/// If it cannot be opened, or is not a regular file.
pub fn open(path: &Path) -> io::Result<File> {
    opened(path, OFlags::NONBLOCK)
}

/// Opens a file for reading, and follows no link.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_itself(path: &Path) -> io::Result<File> {
    opened(path, OFlags::NONBLOCK | OFlags::NOFOLLOW)
}

/// Opens a file that is only locked, and makes it where it is not there; follows no link.
///
/// # Errors
/// As [`open`].
pub fn lock_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    if_regular(file)
}

/// Makes a file that nobody else may read, where there is none yet.
///
/// # Errors
/// If it cannot be made, or something is there already.
pub fn new_private(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true).mode(0o600).open(path)
}

/// Reads a file, or the one that a link names.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn opened(path: &Path, flags: OFlags) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    if_regular(file)
}

/// A file that was opened, if it is a regular one.
fn if_regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_REGULAR))
    }
}
