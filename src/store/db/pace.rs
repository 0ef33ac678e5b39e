//! Long work reports its progress, and goes on only if it may.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::domain::progress::{Progress, Stop};

use crate::store::db::failure::Answer;

/// The receiver of the progress of long work.
pub type Watch = Box<dyn FnMut(Progress) + Send>;

/// How often it is reported.
const TELL: Duration = Duration::from_millis(100);

/// How long a lock is waited for between two looks at whether to stop.
pub(in crate::store) const LOOK: Duration = Duration::from_millis(50);

/// The clock is looked at once in so many steps: each time would be a tenth of an import.
const STEPS: usize = 16;

/// After how many steps of its machine `SQLite` asks whether to go on: less than a millisecond.
const ASK: i32 = 10_000;

/// Has a connection's statements end where they are asked to stop.
pub(in crate::store) fn stop_by(connection: &mut Connection, stop: &Stop) -> Answer<()> {
    let stop = stop.clone();
    connection.progress_handler(ASK, Some(move || stop.is_heard()))?;
    Ok(())
}

/// The overseer of long work: receives its progress, and may stop it.
#[derive(Default)]
pub(in crate::store) struct Overseer {
    pub(in crate::store) watch: RefCell<Option<Watch>>,
    pub(in crate::store) stop: Stop,
}

impl Overseer {
    /// Begins a piece of long work.
    pub(in crate::store) fn begin(&self) -> Pace<'_> {
        let began = Instant::now();
        Pace {
            overseer: self,
            began,
            told: began,
            steps: 0,
        }
    }
}

/// One piece of long work.
pub(in crate::store) struct Pace<'s> {
    overseer: &'s Overseer,
    began: Instant,
    told: Instant,
    steps: usize,
}

impl Pace<'_> {
    /// Tells that so many contacts of so many are done; a refusal where the work is to stop.
    pub(in crate::store) fn tell(&mut self, contacts: usize, of: usize) -> Answer<()> {
        self.tell_of(contacts, || (contacts as u64, Some(of as u64)))
    }

    /// The same for work that is measured otherwise: how much is done, and of how much.
    pub(in crate::store) fn tell_of(
        &mut self,
        contacts: usize,
        measure: impl FnOnce() -> (u64, Option<u64>),
    ) -> Answer<()> {
        self.steps += 1;
        if !self.steps.is_multiple_of(STEPS) {
            return Ok(());
        }
        self.overseer.stop.go_on()?;
        if self.told.elapsed() < TELL {
            return Ok(());
        }
        self.told = Instant::now();
        if let Some(watch) = self.overseer.watch.borrow_mut().as_mut() {
            let (done, of) = measure();
            watch(Progress {
                contacts,
                done,
                of,
                elapsed: self.began.elapsed(),
            });
        }
        Ok(())
    }
}
