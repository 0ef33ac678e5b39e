//! The database: one `SQLite` file, and the only place that knows it is one.
//!
//! A [`Store`] answers in domain types. Every write is one transaction that holds the rows, the
//! rules of the Phone resource and the operation that can take it back; what is refused has written
//! nothing. Opening counts nothing and checks nothing that grows with the book.

mod contacts;
mod failure;
mod import;
mod journal;
mod list;
mod phones;
mod record;
mod schema;
mod write;

use std::cell::Cell;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use crate::domain::edit::Done;
use crate::domain::number::Region;
use crate::domain::operation::{Actor, UndoPoint};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;

use failure::storing;
use write::{StepKind, Writer};

/// How a database is opened.
pub struct Options {
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// Who writes through this store.
    pub actor: Actor,
    /// The time; the system's, but in tests.
    pub clock: Box<dyn Fn() -> Timestamp + Send>,
}

/// An open database.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    read_only: Option<String>,
    options: Options,
    /// Marks the steps of this store, so that undo takes back one's own first.
    session: Uuid,
    /// The newest step that was there when this store was opened.
    horizon: i64,
    data_version: Cell<i64>,
}

impl Store {
    /// Opens the database at `path`, and makes it, with its folder, where there is none. A file that
    /// cannot be written is opened for reading.
    ///
    /// # Errors
    /// Where the file is not ours, is empty, is newer than this program, or cannot be read.
    pub fn open(path: &Path, options: Options) -> Result<Self, Refusal> {
        let schema::Opened {
            connection,
            path,
            read_only,
        } = schema::open(path)?;
        let horizon = connection
            .query_row("SELECT coalesce(max(id), 0) FROM undo_point", [], |row| {
                row.get(0)
            })
            .map_err(|error| failure::opening(&path, &error))?;
        let store = Self {
            connection,
            path,
            read_only,
            options,
            session: Uuid::now_v7(),
            horizon,
            data_version: Cell::new(0),
        };
        store.changed_elsewhere()?;
        Ok(store)
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why nothing can be written, if so.
    #[must_use]
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Whether another program has written since this was asked last.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn changed_elsewhere(&self) -> Result<bool, Refusal> {
        let version = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(|error| storing(&error))?;
        Ok(self.data_version.replace(version) != version)
    }

    /// Writes in one transaction that begins with the lock, so that what is read in it still holds
    /// when it is written. `work` gives its result and the words for the step.
    fn write<T>(
        &mut self,
        kind: StepKind,
        work: impl FnOnce(&mut Writer<'_>) -> Result<(T, String), Refusal>,
    ) -> Result<Done<T>, Refusal> {
        if let Some(reason) = &self.read_only {
            return Err(Refusal::new(Kind::Storage, reason.clone()));
        }
        let now = (self.options.clock)();
        let (actor, session, home) = (self.options.actor, self.session, self.options.home);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| storing(&error))?;
        let mut writer = Writer::new(&transaction, now, home)?;
        let (value, title) = work(&mut writer)?;
        let point: Option<UndoPoint> = writer.finish(kind, actor, session, title)?;
        transaction.commit().map_err(|error| storing(&error))?;
        Ok(Done { value, point })
    }
}
