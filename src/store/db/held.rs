//! Whether the files that a connection has open are still those at their names.
//!
//! Deleting the log of an open book, or putting another file in the book's place, leaves the programs
//! that have it open with files that no other program finds: `SQLite` would go on writing to them
//! without an error, and all of it would be gone with the last descriptor.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::domain::refusal::{Kind, Refusal};
use crate::regular::NOT_REGULAR;

use crate::store::base::FileSystem;
use crate::store::base::Store;
use crate::store::care::backup;
use crate::store::db::failure::{Answer, Trying};
use crate::store::db::files::{beside, folder_of};
use crate::store::db::journal_mode;
use crate::store::db::schema;

/// How long the end waits for other programs before it leaves them a log that is not empty.
const AT_END: Duration = Duration::from_millis(250);

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
        .map(|suffix| beside(book, suffix))
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
            Err(schema::refused(book, &why))
        }
    }
}

/// Whether a path leads to a book, or to a file that `SQLite` keeps beside it, under whatever name.
/// Such a file must not be opened in a process that has the book open (see `store::db::files`).
#[must_use]
pub fn is_of_book(file: &Path, book: &Path) -> bool {
    let beside = BESIDE.map(|suffix| beside(book, suffix));
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

/// The folder of a book's backups that a file is in, or would be once it is made.
#[must_use]
pub fn backups_around(file: &Path, book: &Path) -> Option<PathBuf> {
    let place = settled(file);
    let book = settled(book);
    let folders = [backup::folder(&book), backup::shared_folder(&book)];
    folders.into_iter().find(|folder| {
        let known = Identity::of(folder).ok();
        // Names may differ in their letters only, where a file system takes no notice of them.
        let is_it =
            |part: &Path| part == folder || known.is_some() && Identity::of(part).ok() == known;
        place.ancestors().any(is_it)
    })
}

/// A path with its links resolved, as far as it is there.
fn settled(path: &Path) -> PathBuf {
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
            paths.extend(["-wal", "-shm"].map(|suffix| beside(path, suffix)));
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
    fn take_log_away(&self, is_kept: Kept) {
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
                    Kept::Elsewhere => fs::remove_file(path),
                    Kept::Nowhere => fs::rename(path, beside(path, "-of-replaced")),
                };
            }
        }
    }
}

/// Whether what a connection saw of a lost book was backed up.
#[derive(Clone, Copy)]
enum Kept {
    Elsewhere,
    Nowhere,
}

impl Store {
    /// Whether a file that this store has open is not at its name any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.held.borrow().lost().is_some()
    }

    /// Refuses to go on where a file that this store has open is not at its name any more. What this
    /// store saw last, which may be nowhere else, is backed up first.
    pub(in crate::store) fn refuse_lost(&self, trying: Trying) -> Answer<()> {
        let Some(lost) = self.held.borrow().lost().map(Path::to_owned) else {
            return Ok(());
        };
        let rescued = self.rescued.get_or_init(|| {
            let at = (self.options.clock)();
            // By this connection, which alone has the files that are lost.
            let made = self
                .snapshot(|connection| Ok(backup::make(connection, &self.path, at, &self.stop)?));
            made.ok().map(|backup| backup.path)
        });
        let rescued = rescued.as_ref().map_or_else(String::new, |backup| {
            format!("; what callbook had is in {}", backup.display())
        });
        let name = lost.file_name().unwrap_or_default();
        let detail = format!(
            "cannot {} {}: {} was deleted or replaced while callbook had it open{}; leave callbook and \
             start it again{rescued}",
            trying.verb(),
            self.path.display(),
            name.display(),
            trying.outcome(),
        );
        Err(Refusal::new(Kind::Storage, detail).into())
    }

    /// Writes what is in the log to the book and empties the log, so that the file of the book alone
    /// has everything. Waits for no other program: `false` where one of them is in the way.
    ///
    /// # Errors
    /// Where the book or its log was deleted or replaced, or cannot be written.
    pub fn checkpoint(&self) -> Result<bool, Refusal> {
        let trying = Trying::Checkpoint;
        let log = fs::metadata(beside(&self.path, "-wal")).map_or(0, |log| log.len());
        self.refuse_lost(trying)
            .and_then(|()| {
                let emptied = log == 0 || self.empty_log(Duration::ZERO)?;
                self.wrote.set(self.wrote.get() && !emptied);
                Ok(emptied)
            })
            .map_err(|failure| failure.refusal(&self.path, trying))
    }

    /// Empties the log, unless another program is in the way for longer than this.
    fn empty_log(&self, patience: Duration) -> Answer<bool> {
        self.connection.busy_timeout(patience)?;
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy = self
            .connection
            .query_row(sql, [], |row| row.get::<_, bool>(0));
        self.connection.busy_timeout(schema::BUSY)?;
        Ok(!busy?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.held.borrow().lost().is_some() {
            // The last connection writes the log to the book and deletes it: this one's log over
            // another's book, or another's log.
            let config = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            let _ = self.connection.set_db_config(config, true);
            let kept = match self.rescued.get() {
                Some(Some(_)) => Kept::Elsewhere,
                _ => Kept::Nowhere,
            };
            self.held.borrow().take_log_away(kept);
        } else if self.wrote.get() {
            let _ = self.empty_log(AT_END);
            if journal_mode::file_system(&self.path, &self.options) == FileSystem::Network {
                // The journal is empty, and deleted by that.
                let sql = "PRAGMA journal_mode = DELETE";
                let _ = self.connection.execute_batch(sql);
            }
        }
    }
}
