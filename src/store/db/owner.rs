//! Whose a backup is.
//!
//! Every book has an id, which its backups carry. A damaged book cannot be asked for it, so that the
//! file `book-id` in the folder of its backups has it too. Books and backups of older schemas have no
//! id, and books whose names differ only in their ending had one folder for all of them.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use crate::domain::words::count;

use crate::store::db::backups::{UNFINISHED, backups, folder, shared_folder};
use crate::store::db::connect;
use crate::store::db::failure::Answer;
use crate::store::db::files;
use crate::store::db::paths;
use crate::store::db::record;

/// The file that has a book's id, in the folder of its backups.
const ID: &str = "book-id";

/// Whose a backup is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupOwner {
    /// It is of this book.
    This,
    /// It is of another book.
    Another,
    /// That is not known; what it holds, in words.
    Unknown(String),
}

/// The book at a place, as far as it can tell which backups are its own.
pub(in crate::store) struct Claimant {
    database: PathBuf,
    /// Its id; none of a book of an older schema.
    id: Option<Uuid>,
    /// The book; none where it is not there or cannot be read.
    reader: Option<Connection>,
}

impl Claimant {
    /// The book at a place.
    pub(in crate::store) fn at(database: &Path) -> Self {
        let database = paths::resolved(database);
        let reader = connect::reading_book(&database).ok().filter(is_readable);
        let id = match &reader {
            Some(reader) => id_of(reader),
            None => kept_id(&database),
        };
        Self {
            database,
            id,
            reader,
        }
    }

    /// The book's id.
    pub(in crate::store) const fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// The book, where it can be read.
    pub(in crate::store) const fn reader(&self) -> Option<&Connection> {
        self.reader.as_ref()
    }

    /// Whose a backup is.
    pub(in crate::store) fn owner(&self, backup: &Path) -> BackupOwner {
        // One that is no file may wait for ever.
        let is_file = fs::metadata(backup).is_ok_and(|file| file.is_file());
        let Some(inside) = is_file.then(|| connect::unchanging(backup).ok()).flatten() else {
            return self.owner_by_place(backup, None);
        };
        match (id_of(&inside), self.id, &self.reader) {
            (Some(its), Some(mine), _) if its == mine => BackupOwner::This,
            (Some(_), Some(_), _) => BackupOwner::Another,
            (_, _, Some(reader)) if shares_contacts(reader, &inside).unwrap_or(false) => {
                BackupOwner::This
            }
            (_, _, Some(_)) if self.others().any(|other| other.claims(&inside)) => {
                BackupOwner::Another
            }
            (_, _, Some(_)) => BackupOwner::Unknown(held(&inside)),
            (_, _, None) => self.owner_by_place(backup, Some(&inside)),
        }
    }

    /// Whose a backup is, by the folder that it is in.
    fn owner_by_place(&self, backup: &Path, inside: Option<&Connection>) -> BackupOwner {
        let is_in = |folder: PathBuf| {
            let place = fs::canonicalize(files::folder_of(backup));
            place.is_ok_and(|place| fs::canonicalize(folder).is_ok_and(|folder| folder == place))
        };
        let own = folder(&self.database);
        let shared = shared_folder(&self.database);
        if own != shared && is_in(own) {
            return BackupOwner::This;
        }
        if is_in(shared) && self.others().next().is_none() {
            return BackupOwner::This;
        }
        // Where there is nothing of a book, any backup may be put.
        let there = self.database.symlink_metadata();
        if self.id.is_none() && !there.is_ok_and(|there| there.len() > 0) {
            return BackupOwner::This;
        }
        match inside {
            Some(inside) if self.others().any(|other| other.claims(inside)) => BackupOwner::Another,
            Some(inside) => BackupOwner::Unknown(held(inside)),
            None => BackupOwner::Unknown("it cannot be read".to_owned()),
        }
    }

    /// The other books that have the same folder of old.
    fn others(&self) -> impl Iterator<Item = Self> {
        let shared = shared_folder(&self.database);
        let database = self.database.clone();
        let entries = fs::read_dir(files::folder_of(&database));
        let paths = entries.into_iter().flatten().flatten();
        paths
            .map(|entry| entry.path())
            .filter(move |path| {
                let put_aside = path
                    .extension()
                    .is_some_and(|ending| ending.as_encoded_bytes().starts_with(b"damaged"));
                *path != database && shared_folder(path) == shared && !put_aside
            })
            .map(|path| Self::at(&path))
            .filter(|other| other.reader.is_some())
    }

    /// Whether a backup is this book's, which can be read.
    fn claims(&self, inside: &Connection) -> bool {
        match (id_of(inside), self.id, &self.reader) {
            (Some(its), Some(mine), _) => its == mine,
            (_, _, Some(reader)) => shares_contacts(reader, inside).unwrap_or(false),
            (_, _, None) => false,
        }
    }
}

/// Whether there was a book at a place, by the backups that are left of it.
pub(in crate::store) fn was_a_book(database: &Path) -> bool {
    let backups = backups(database).unwrap_or_default();
    let shared = shared_folder(database);
    let own = folder(database) != shared
        && backups
            .iter()
            .any(|backup| backup.path.parent() != Some(&shared));
    // In a folder that several books share they may be another's.
    own || !backups.is_empty() && {
        let claimant = Claimant {
            database: paths::resolved(database),
            id: None,
            reader: None,
        };
        claimant.others().next().is_none()
    }
}

/// Has the folder of a book's backups, where there is one, tell the book's id.
pub(in crate::store) fn keep_id(connection: &Connection, database: &Path) {
    let Some(id) = id_of(connection) else {
        return;
    };
    let folder = folder(database);
    if folder.is_dir() && kept_id(database) != Some(id) {
        // Without it a damaged book's backups are known by their folder.
        let _ = files::replace(&folder.join(ID), UNFINISHED, &format!("{id}\n"));
    }
}

/// The id in the folder of a book's backups.
fn kept_id(database: &Path) -> Option<Uuid> {
    let text = files::text(&folder(database).join(ID)).ok()?;
    Uuid::parse_str(text.trim()).ok()
}

/// The id of a book; none of one of an older schema.
pub(in crate::store) fn id_of(connection: &Connection) -> Option<Uuid> {
    let id = connection.query_row("SELECT uuid FROM book", [], |row| record::uuid(row, 0));
    id.ok()
}

fn is_readable(connection: &Connection) -> bool {
    let read = connection.query_row("SELECT max(id) FROM undo_point", [], |_| Ok(()));
    read.is_ok()
        && connection
            .query_row("SELECT name FROM contact LIMIT 1", [], |_| Ok(()))
            .optional()
            .is_ok()
}

/// Whether a contact of a backup is, or once was, in a book.
fn shares_contacts(book: &Connection, backup: &Connection) -> Answer<bool> {
    let mut theirs =
        backup.prepare("SELECT id FROM contact UNION SELECT contact FROM operation")?;
    let mut mine = book.prepare(
        "SELECT EXISTS (SELECT 1 FROM contact WHERE id = ?1)
            OR EXISTS (SELECT 1 FROM operation WHERE contact = ?1)",
    )?;
    let mut theirs = theirs.query([])?;
    while let Some(row) = theirs.next()? {
        if mine.query_row([row.get::<_, Vec<u8>>(0)?], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a backup holds, in words: `4 contacts (Ada Lovelace, Marco Bianchi, Martin Ødegård, …)`.
fn held(backup: &Connection) -> String {
    let read = || -> rusqlite::Result<String> {
        let all: i64 = backup.query_row("SELECT count(*) FROM contact", [], |row| row.get(0))?;
        let all = usize::try_from(all).unwrap_or_default();
        let mut names = backup.prepare("SELECT name FROM contact ORDER BY name LIMIT 3")?;
        let names = names.query_map([], |row| row.get(0))?;
        let names = names.collect::<rusqlite::Result<Vec<String>>>()?;
        let mut words = count(all, "contact");
        if !names.is_empty() {
            let more = if all > names.len() { ", …" } else { "" };
            words = format!("{words} ({}{more})", names.join(", "));
        }
        Ok(words)
    };
    read().unwrap_or_else(|_| "it cannot be read".to_owned())
}
