//! An open book: what a [`Store`] is, and how each read and each write of it begins and ends.

use std::cell::{Cell, OnceCell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};
use uuid::Uuid;

use crate::domain::edit::Done;
use crate::domain::number::Region;
use crate::domain::operation::UndoPoint;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::Seen;
use crate::domain::timestamp::Timestamp;

use crate::store::cache::search::Search;
use crate::store::cache::window::Window;
use crate::store::db::connect::{self, data_version};
use crate::store::db::copy;
use crate::store::db::failure::{self, Answer, Trying};
use crate::store::db::files::with_suffix;
use crate::store::db::held::{Held, LogKept};
use crate::store::db::journal_mode;
use crate::store::db::open;
use crate::store::db::options::{FileSystem, Options};
use crate::store::db::pace::{self, Overseer, Watch};
use crate::store::db::sort_again;
use crate::store::db::sorting;
use crate::store::write::log::Author;
use crate::store::write::writer::{Settled, Writer};

/// An open database.
pub struct Store {
    pub(in crate::store) connection: Connection,
    pub(in crate::store) path: PathBuf,
    pub(in crate::store) held: RefCell<Held>,
    /// Whether anything was written that may be in the log only.
    pub(in crate::store) wrote: Cell<bool>,
    /// The backup of what this store saw when it lost its files, once there is one.
    pub(in crate::store) rescued: OnceCell<Option<PathBuf>>,
    pub(in crate::store) read_only: Option<String>,
    pub(in crate::store) options: Options,
    /// Marks the steps of this store, so that undo leaves alone what another running program does.
    pub(in crate::store) session: Uuid,
    /// The newest step that was there when this store was opened.
    pub(in crate::store) horizon: i64,
    pub(in crate::store) data_version: Cell<i64>,
    /// Whether the book is kept as it is to be (see [`Store::keep_journal`]).
    pub(in crate::store) journaled: Cell<bool>,
    pub(in crate::store) window: Cell<Option<Window>>,
    pub(in crate::store) search: RefCell<Search>,
    pub(in crate::store) overseer: Overseer,
}

/// 1970 and 9999: a clock beyond them is wrong, and a stamp of the year 10000 cannot be written as
/// RFC 3339. The last year is left for stamps to rise in.
pub(in crate::store) const CLOCK: (Timestamp, Timestamp) = (
    Timestamp::from_micros(0),
    Timestamp::from_micros(253_370_764_800_000_000),
);

/// The memory that a connection keeps pages in, in KiB; `SQLite`'s own measure.
pub(in crate::store) const CACHE: u32 = 2_000;

/// The same while many rows are written: they go into every index at random places, and with less
/// memory each page is written and read again many times.
pub(in crate::store) const MUCH_CACHE: u32 = 48_000;

/// How long the end waits for other programs before it leaves them a log that is not empty.
const AT_END: Duration = Duration::from_millis(250);

impl Store {
    /// Opens the database at `path`, and creates it and its folder if they do not exist. A file that
    /// cannot be written is opened for reading.
    ///
    /// # Errors
    /// If the file is not ours, is empty, is newer than this program, or cannot be read.
    pub fn open(path: &Path, options: Options) -> Result<Self, Refusal> {
        let opening = || -> Answer<Self> {
            let open::OpenedFile {
                connection,
                path,
                read_only,
            } = open::open(path, &options)?;
            sorting::add_function(&connection, options.sort_prefixes.unwrap_or_default())?;
            let held = RefCell::new(Held::of(&connection, &path)?);
            let newest = "SELECT coalesce(max(id), 0) FROM undo_point";
            let horizon = connection.query_row(newest, [], |row| row.get(0))?;
            let data_version = Cell::new(data_version(&connection)?);
            let store = Self {
                connection,
                path,
                held,
                wrote: Cell::default(),
                rescued: OnceCell::default(),
                read_only,
                options,
                session: Uuid::now_v7(),
                horizon,
                data_version,
                journaled: Cell::new(false),
                window: Cell::new(None),
                search: RefCell::default(),
                overseer: Overseer::default(),
            };
            store.sort_again()?;
            Ok(store)
        };
        opening().map_err(|failure| failure.refusal(path, Trying::Open))
    }

    /// Brings the order of the list up to date, where the book was sorted otherwise. While another program writes
    /// it stays as it is until the next time.
    fn sort_again(&self) -> Answer<()> {
        let Some(prefixes) = self.options.sort_prefixes else {
            return Ok(());
        };
        if self.read_only.is_some() || !sorting::is_otherwise(&self.connection, prefixes)? {
            return Ok(());
        }
        match self.begin() {
            Ok(transaction) => {
                sort_again::sort_contacts(&transaction)?;
                transaction.commit()?;
                self.wrote.set(true);
                Ok(())
            }
            Err(failure) if failure.is_of_a_lock() => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Has long work tell how far it has come, until this is called again.
    pub(crate) fn set_watch(&mut self, watch: Option<Watch>) {
        self.overseer.watch = RefCell::new(watch);
    }

    /// Has whatever is going on end where `stop` asks it to: a long statement, a backup, the reading of a
    /// file. What it did is taken back, and the refusal is of the kind `Stopped`.
    ///
    /// # Errors
    /// If the database does not take it.
    pub fn set_stop(&mut self, stop: Stop) -> Result<(), Refusal> {
        pace::stop_by(&mut self.connection, &stop)
            .map_err(|failure| failure.refusal(&self.path, Trying::Read))?;
        self.overseer.stop = stop;
        Ok(())
    }

    /// What asks what is going on to end (see [`Store::set_stop`]).
    #[must_use]
    pub const fn stop(&self) -> &Stop {
        &self.overseer.stop
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The country that a number in national spelling belongs to.
    #[must_use]
    pub const fn home(&self) -> Option<Region> {
        self.options.home
    }

    /// From now on, a number in national spelling belongs to this country.
    pub const fn set_home(&mut self, home: Option<Region>) {
        self.options.home = home;
    }

    /// Why nothing can be written, if so: `contacts.db cannot be written: its folder is read-only`.
    #[must_use]
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Whether another program has written since this was asked last.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn changed_elsewhere(&self) -> Result<bool, Refusal> {
        let version = self.read(data_version)?;
        Ok(self.data_version.replace(version) != version)
    }

    /// Reads in one statement.
    pub(in crate::store) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Answer<T>,
    ) -> Result<T, Refusal> {
        work(&self.connection).map_err(|failure| failure.refusal(&self.path, Trying::Read))
    }

    /// Reads in several statements that see the same state.
    pub(in crate::store) fn snapshot<T>(
        &self,
        work: impl FnOnce(&Connection) -> Answer<T>,
    ) -> Result<T, Refusal> {
        self.read(|connection| {
            let transaction = connection.unchecked_transaction()?;
            work(&transaction)
        })
    }

    /// What a write begins with: the time, who writes, and the home country.
    pub(in crate::store) fn start_writing(
        &self,
    ) -> Result<(Timestamp, Author, Option<Region>), Refusal> {
        if let Some(reason) = &self.read_only {
            return Err(Refusal::new(Kind::Storage, reason.clone()));
        }
        let now = (self.options.clock)().clamp(CLOCK.0, CLOCK.1);
        let author = Author {
            actor: self.options.actor,
            session: self.session,
            horizon: self.horizon,
        };
        Ok((now, author, self.options.home))
    }

    /// Has what is written be kept in a log, where it is not yet: to look at a book does not change how
    /// it is kept.
    pub(in crate::store) fn keep_journal(&self) -> Answer<()> {
        if !self.journaled.get() {
            match journal_mode::set(&self.connection, &self.path, &self.options) {
                // Another program reads it; the journal that it has is as safe.
                Err(failure) if failure.is_of_a_lock() => return Ok(()),
                set => set?,
            }
            // The log may have been made just now.
            self.held.replace(Held::of(&self.connection, &self.path)?);
            self.journaled.set(true);
        }
        Ok(())
    }

    /// Begins to write. Another program's write is waited for, but not where it is to stop.
    pub(in crate::store) fn begin(&self) -> Answer<Transaction<'_>> {
        self.refuse_lost(Trying::Write)?;
        let start = Instant::now();
        self.connection.busy_timeout(pace::LOOK)?;
        self.keep_journal()?;
        let begun = loop {
            match Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate) {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && start.elapsed() < connect::BUSY =>
                {
                    if let Err(stopped) = self.stop().go_on() {
                        break Err(stopped.into());
                    }
                }
                begun => break begun.map_err(Into::into),
            }
        };
        self.connection.busy_timeout(connect::BUSY)?;
        begun
    }

    /// Writes in one transaction that begins with the lock, so that what is read in it still holds
    /// when it is written. `work` gives its result and the words for the step.
    pub(in crate::store) fn write<T>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Answer<(T, String)>,
    ) -> Result<Done<T>, Refusal> {
        self.write_as(Seen::Nothing, work)
    }

    /// As [`Store::write`], and commits only what was seen.
    fn write_as<T>(
        &self,
        seen: Seen,
        work: impl FnOnce(&mut Writer<'_>) -> Answer<(T, String)>,
    ) -> Result<Done<T>, Refusal> {
        let (now, author, home) = self.start_writing()?;
        self.window.take();
        let failed = |failure: failure::Failure| failure.refusal(&self.path, Trying::Write);

        let written = || -> Answer<_> {
            let transaction = self.begin()?;
            let mut writer = Writer::new(&transaction, now, home, author, &self.overseer)?;
            if seen != Seen::Nothing {
                writer.follow();
            }
            let (value, title) = work(&mut writer)?;
            let mut settled = writer.finish(&title)?;
            self.stop().go_on()?;
            if let Some(trail) = settled.trail.take() {
                trail.refuse_outdated(seen)?;
            }
            Ok((value, settled, transaction.commit().err()))
        };
        let written = written();
        let full = match &written {
            Err(failure) => failure.is_of_a_full_disk(),
            Ok((_, _, error)) => error.as_ref().is_some_and(failure::is_of_a_full_disk),
        };
        if full {
            // What is in the log already has its place in the database, most of it: that makes room.
            let _ = self
                .connection
                .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        let (value, settled, error) = written.map_err(failed)?;
        let Settled { point, stamp, .. } = &settled;
        self.search.borrow_mut().forget(settled.contacts.as_deref());
        if let Some(error) = error {
            self.look_after(error, point.as_ref(), *stamp)?;
        }
        self.wrote.set(true);
        self.refuse_lost(Trying::Commit).map_err(failed)?;
        Ok(Done {
            value,
            point: settled.point,
        })
    }

    /// Writes many rows in one transaction, with memory for it.
    pub(in crate::store) fn write_much<T>(
        &self,
        seen: Seen,
        work: impl FnOnce(&mut Writer<'_>) -> Answer<(T, String)>,
    ) -> Result<Done<T>, Refusal> {
        self.cache(MUCH_CACHE)?;
        let done = self.write_as(seen, work);
        // What was written is written, whether or not the memory comes back.
        let _ = self.cache(CACHE);
        done
    }

    /// Sets how many KiB of the database are kept in memory, and gives back what is more.
    pub(in crate::store) fn cache(&self, kibibytes: u32) -> Result<(), Refusal> {
        self.read(|connection| {
            connection.execute_batch(&format!(
                "PRAGMA cache_size = -{kibibytes}; PRAGMA shrink_memory;"
            ))?;
            Ok(())
        })
    }

    /// Looks what became of a write whose end failed. An error there is no proof that nothing was
    /// written: the log tells.
    pub(in crate::store) fn look_after(
        &self,
        error: rusqlite::Error,
        point: Option<&UndoPoint>,
        stamp: i64,
    ) -> Result<(), Refusal> {
        let there = || -> rusqlite::Result<bool> {
            match point {
                Some(point) => self
                    .connection
                    .query_row(
                        "SELECT session FROM undo_point WHERE id = ?1",
                        [point.id],
                        |row| row.get::<_, [u8; 16]>(0),
                    )
                    .optional()
                    .map(|session| session.as_ref() == Some(self.session.as_bytes())),
                None => {
                    self.connection
                        .query_row("SELECT stamp >= ?1 FROM clock", [stamp], |row| row.get(0))
                }
            }
        };
        let trying = match there() {
            Ok(true) => return Ok(()),
            Ok(false) => Trying::Write,
            Err(_) => Trying::Commit,
        };
        Err(failure::Failure::from(error).refusal(&self.path, trying))
    }
}

impl Store {
    /// Whether a file that this store has open is not at its name any more.
    #[must_use]
    pub(crate) fn is_lost(&self) -> bool {
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
                .snapshot(|connection| Ok(copy::make(connection, &self.path, at, self.stop())?));
            made.ok().map(|backup| backup.path)
        });
        let rescued = rescued.as_ref().map_or_else(String::new, |backup| {
            format!("; what callbook had is in {}", backup.display())
        });
        let name = lost.file_name().unwrap_or_default();
        let detail = format!(
            "cannot {} {}: {} was deleted or replaced while callbook had it open{}; quit callbook and \
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
    /// If the book or its log was deleted or replaced, or cannot be written.
    pub(crate) fn checkpoint(&self) -> Result<bool, Refusal> {
        let trying = Trying::Checkpoint;
        let log = fs::metadata(with_suffix(&self.path, "-wal")).map_or(0, |log| log.len());
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
        self.connection.busy_timeout(connect::BUSY)?;
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
                Some(Some(_)) => LogKept::Elsewhere,
                _ => LogKept::Nowhere,
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
