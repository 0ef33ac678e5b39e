//! What is done beside the store's thread, on threads and connections of their own; and how all of
//! them are had to close the book.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::domain::operation::Actor;
use crate::domain::progress::Stop;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;
use crate::store::backup::BackupRule;
use crate::store::{Options, Store};
use crate::tui::protocol::{Msg, Reply, Ticket};

use super::event::Event;

/// How many bytes of a book are backed up in no time.
const LARGE: u64 = 8 * 1024 * 1024;

/// How long the screens are open before the backup of the day is made.
const BEFORE_SMALL: Duration = Duration::from_secs(1);
const BEFORE_LARGE: Duration = Duration::from_secs(30);

/// What every thread that has the book open holds until it has closed it.
#[derive(Clone)]
pub(super) struct Open {
    /// The end of all of them includes this one's.
    _held: Sender<Infallible>,
    close: Arc<AtomicBool>,
}

impl Open {
    /// Something to give to threads, and what is disconnected when all of them have closed the book.
    pub(super) fn new() -> (Self, Receiver<Infallible>) {
        let (held, closed) = channel();
        let close = Arc::default();
        (Self { _held: held, close }, closed)
    }

    /// Has nothing more begun.
    pub(super) fn close(&self) {
        self.close.store(true, Ordering::SeqCst);
    }

    /// Whether nothing more is to be begun.
    pub(super) fn is_to_close(&self) -> bool {
        self.close.load(Ordering::SeqCst)
    }
}

/// A thread that works for that of the store, and is stopped when that ends.
pub(super) struct Worker<T> {
    pub(super) work: Sender<T>,
    stop: Stop,
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.stop.ask();
    }
}

/// Makes the backup of the day, on a thread and a connection of its own. Of a large book that takes
/// seconds: it is made once the screens have been open for a while, so that who only looks something
/// up does not pay for it.
pub(super) fn back_up(path: &Path, open: &Open) -> Worker<Infallible> {
    let (path, open) = (path.to_owned(), open.clone());
    let (work, ended) = channel::<Infallible>();
    let stop = Stop::default();
    let stopped = stop.clone();
    thread::spawn(move || {
        let large = fs::metadata(&path).is_ok_and(|file| file.len() > LARGE);
        let before = if large { BEFORE_LARGE } else { BEFORE_SMALL };
        if ended.recv_timeout(before) == Err(RecvTimeoutError::Timeout) {
            // A failure is reported where it matters: before a large change.
            let _ =
                open_another(&path, &stopped).and_then(|store| store.back_up_by(BackupRule::Daily));
        }
        drop(open);
    });
    Worker { work, stop }
}

/// Opens another connection than the first, which is stopped where the thread of the store ends.
fn open_another(path: &Path, stop: &Stop) -> Result<Store, Refusal> {
    let mut store = Store::open(path, options())?;
    store.set_stop(stop.clone())?;
    Ok(store)
}

/// Counts why contacts wait on a thread and a connection of its own: it reads all numbers. Questions that
/// wait are answered with one count.
pub(super) fn count(path: &Path, open: &Open, replies: &Sender<Event>) -> Worker<Ticket> {
    let (work, asked) = channel::<Ticket>();
    let (replies, path, open) = (replies.clone(), path.to_owned(), open.clone());
    let stop = Stop::default();
    let stopped = stop.clone();
    thread::spawn(move || {
        let mut store = None;
        while let Ok(first) = asked.recv() {
            let tickets: Vec<Ticket> = std::iter::once(first).chain(asked.try_iter()).collect();
            let opened = store
                .take()
                .map_or_else(|| open_another(&path, &stopped), Ok);
            let counted = opened.and_then(|opened| {
                let worklist = opened.worklist();
                store = Some(opened);
                worklist
            });
            let reply = counted.map_or_else(Reply::Refused, Reply::Worklist);
            let mut told = tickets.into_iter().map(|ticket| {
                let msg = Msg::Store(ticket, reply.clone());
                replies.send(Event::Msg(msg))
            });
            if told.any(|told| told.is_err()) {
                break;
            }
        }
        drop(store);
        drop(open);
    });
    Worker { work, stop }
}

/// How another connection than the first is opened.
pub(super) fn options() -> Options {
    Options {
        home: None,
        actor: Actor::Screens,
        clock: Box::new(|| Timestamp::from_utc(chrono::Utc::now())),
        file_system: None,
        sort_prefixes: None,
    }
}
