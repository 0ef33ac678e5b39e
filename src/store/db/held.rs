//! Whether the files that a connection has open are still those at their names.
//!
//! Deleting the log of an open book, or putting another file in the book's place, leaves the programs
//! that have it open with files that no other program finds: `SQLite` would go on writing to them
//! without an error, and all of it would be gone with the last descriptor.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::regular::NOT_REGULAR;

use crate::store::db::failure::{self, Answer};
use crate::store::db::files::{folder_of, with_suffix};

/// A file, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// The file that a path leads to.
    pub(in crate::store) fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|file| Self {
            device: file.dev(),
            inode: file.ino(),
        })
    }
}

/// What `SQLite` appends to the name of a book for the files that it keeps beside it.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Refuses to open a book beside which `SQLite` would find a pipe to wait for, or a link to follow.
pub(in crate::store) fn refuse_irregular_beside(book: &Path) -> Answer<()> {
    let is_irregular =
        |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|there| !there.is_file());
    match BESIDE
        .map(|suffix| with_suffix(book, suffix))
        .into_iter()
        .find(is_irregular)
    {
        None => Ok(()),
        Some(path) => {
            let name = path.file_name().unwrap_or_default();
            let why = format!(
                "{} beside it is {NOT_REGULAR}; move it away, and start again",
                name.display()
            );
            Err(failure::refused(book, &why))
        }
    }
}

/// Whether a path leads to a book, or to a file that `SQLite` keeps beside it, under whatever name.
/// Such a file must not be opened in a process that has the book open (see `store::db::files`).
#[must_use]
pub fn is_of_book(file: &Path, book: &Path) -> bool {
    let beside = BESIDE.map(|suffix| with_suffix(book, suffix));
    // A file that is not there yet would be taken for the one that SQLite keeps under that name.
    let named = beside.iter().any(|path| {
        let folders = (Identity::of(folder_of(file)), Identity::of(folder_of(path)));
        file.file_name() == path.file_name()
            && matches!(folders, (Ok(folder), Ok(of_book)) if folder == of_book)
    });
    let Ok(file) = Identity::of(file) else {
        return named;
    };
    let is_one = std::iter::once(book)
        .chain(beside.iter().map(PathBuf::as_path))
        .any(|path| Identity::of(path).is_ok_and(|known| known == file));
    named || is_one
}

/// A path with its links resolved, as far as it is there.
pub(in crate::store) fn settled(path: &Path) -> PathBuf {
    if let Ok(settled) = fs::canonicalize(path) {
        return settled;
    }
    match (path.parent(), path.file_name()) {
        (Some(_), Some(name)) => settled(folder_of(path)).join(name),
        _ => path.to_owned(),
    }
}

/// The files that a connection has open.
#[derive(Debug)]
pub(in crate::store) struct Held(Vec<(PathBuf, Identity)>);

impl Held {
    /// Those of a connection that has just been opened, and has read.
    pub(in crate::store) fn of(connection: &Connection, path: &Path) -> Answer<Self> {
        let journal: String =
            connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let mut paths = vec![path.to_owned()];
        if journal == "wal" {
            // A journal is opened by its name for each transaction, and cannot be lost before.
            paths.extend(["-wal", "-shm"].map(|suffix| with_suffix(path, suffix)));
        }
        let there = |path: PathBuf| Some((Identity::of(&path).ok()?, path));
        let held = paths.into_iter().filter_map(there);
        Ok(Self(
            held.map(|(identity, path)| (path, identity)).collect(),
        ))
    }

    /// The first file that is not at its name any more.
    pub(in crate::store) fn lost(&self) -> Option<&Path> {
        let lost = |path: &Path, held| match Identity::of(path) {
            Ok(there) => there != held,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        let mut held = self.0.iter();
        held.find_map(|(path, held)| lost(path, *held).then_some(path.as_path()))
    }

    /// Takes the log that belongs to a book that was replaced from beside the file in its place, whose
    /// log it would be taken for. It is deleted where its contents are kept elsewhere, and else renamed.
    pub(in crate::store) fn take_log_away(&self, is_kept: LogKept) {
        let mut held = self.0.iter();
        let replaced = |(path, held): &(PathBuf, Identity)| {
            Identity::of(path).is_ok_and(|there| there != *held)
        };
        if !held.next().is_some_and(replaced) {
            return;
        }
        for (path, held) in held {
            if Identity::of(path).is_ok_and(|there| there == *held) {
                let _ = match is_kept {
                    LogKept::Elsewhere => fs::remove_file(path),
                    LogKept::Nowhere => fs::rename(path, with_suffix(path, "-of-replaced")),
                };
            }
        }
    }
}

/// Whether what a connection saw of a lost book was backed up.
#[derive(Clone, Copy)]
pub(in crate::store) enum LogKept {
    Elsewhere,
    Nowhere,
}
