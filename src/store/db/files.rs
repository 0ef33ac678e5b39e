//! The files that the store opens by itself, and not through `SQLite`.
//!
//! The locks of POSIX belong to the process: closing any descriptor of a file drops all that the
//! process holds on it. `SQLite` knows that and keeps descriptors open for it; a file that is opened
//! and closed beside it takes its locks away, and the next program that closes the book deletes the
//! log from under this one. So nothing here may be given a file that a connection of this process
//! has, which are the book, its `-wal`, `-shm` and `-journal`; and no other module of the store opens
//! files (tests/suite/house.rs).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::{Builder, TempDir, TempPath};

use crate::regular::open_itself;

/// Makes an empty file for its owner only, and closes it before a connection opens it.
pub(in crate::store) fn temporary(
    folder: &Path,
    prefix: &str,
    suffix: &str,
) -> io::Result<TempPath> {
    let file = Builder::new()
        .prefix(prefix)
        .suffix(suffix)
        .tempfile_in(folder)?;
    Ok(file.into_temp_path())
}

/// Writes a text as a file that is whole and on the disk before it has its name, in the place of one
/// that has it.
pub(in crate::store) fn replace(path: &Path, prefix: &str, text: &str) -> io::Result<()> {
    let mut file = Builder::new().prefix(prefix).tempfile_in(folder_of(path))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync(folder_of(path))
}

/// Makes an empty folder for its owner only, which is deleted with all that is in it at the end.
pub(in crate::store) fn temporary_folder(folder: &Path, prefix: &str) -> io::Result<TempDir> {
    Builder::new().prefix(prefix).tempdir_in(folder)
}

/// Writes a text as a new file that is whole and on the disk before it has its name. The name of a
/// file that is there is not taken.
pub(in crate::store) fn put_new(path: &Path, prefix: &str, text: &str) -> io::Result<()> {
    let mut file = Builder::new().prefix(prefix).tempfile_in(folder_of(path))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// The text of a file.
pub(in crate::store) fn text(path: &Path) -> io::Result<String> {
    io::read_to_string(open_itself(path)?)
}

/// Locks a folder until what is given is dropped; none where another program has locked it. Where
/// there can be no lock nothing is locked.
pub(in crate::store) fn lock(folder: &Path) -> io::Result<Option<File>> {
    let folder = File::open(folder)?;
    match folder.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

/// The SHA-256 of a file, in hexadecimal digits.
pub(in crate::store) fn sum(path: &Path) -> io::Result<String> {
    let mut file = open_itself(path)?;
    let mut hash = Sha256::new();
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        hash.update(bytes.get(..read).unwrap_or_default());
    }
    let mut digits = String::new();
    for byte in hash.finalize() {
        let _ = std::fmt::Write::write_fmt(&mut digits, format_args!("{byte:02x}"));
    }
    Ok(digits)
}

/// Makes a file that was not there, for its owner only.
pub(in crate::store) fn make(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Copies a file, for its owner only.
pub(in crate::store) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = open_itself(from)?;
    let mut file = make(to)?;
    io::copy(&mut from, &mut file)?;
    file.sync_all()
}

/// Has what was written to a file, or the names in a folder, outlive a power loss.
pub(in crate::store) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The folder that a file is in.
pub(in crate::store) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) => Path::new("."),
        None => Path::new("/"),
    }
}

/// The path of a file that `SQLite` keeps beside a database.
pub(in crate::store) fn with_suffix(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
