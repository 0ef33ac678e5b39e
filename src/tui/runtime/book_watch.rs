//! Tells when something was written to the files of the book, so that what another program changes is
//! seen without a key. It asks the system for events and sleeps: while nothing is written it costs nothing.
//!
//! It watches the folder and opens none of the files: closing a descriptor of a book would drop the locks
//! that `SQLite` holds on it. Watching a file with kqueue needs such a descriptor, so that where there is no
//! inotify a change is seen at the next key.

use std::path::Path;
use std::sync::mpsc::Sender;

use super::event::Event;

/// Watches the files of a book on its own thread. Where the system cannot, nothing is reported.
#[cfg(target_os = "linux")]
pub(super) fn watch(book: &Path, events: &Sender<Event>) {
    if let Ok(watch) = inotify::BookWatch::of(book) {
        let events = events.clone();
        std::thread::spawn(move || watch.tell(&events));
    }
}

/// There is nothing to watch with.
#[cfg(not(target_os = "linux"))]
pub(super) fn watch(_: &Path, _: &Sender<Event>) {}

#[cfg(target_os = "linux")]
mod inotify {
    use std::ffi::{OsStr, OsString};
    use std::fs;
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;
    use std::sync::mpsc::Sender;
    use std::thread::sleep;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fd::OwnedFd;
    use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
    use rustix::io::Errno;

    use crate::tui::protocol::Msg;
    use crate::tui::runtime::event::Event;

    /// The shortest time from one look at the book to the next.
    const BETWEEN: Duration = Duration::from_millis(200);

    /// The folder of a book, and the names of its files in it.
    pub(super) struct BookWatch {
        folder: OwnedFd,
        names: [OsString; 3],
    }

    impl BookWatch {
        pub(super) fn of(book: &Path) -> io::Result<Self> {
            // The log is beside the file that a link leads to.
            let book = fs::canonicalize(book)?;
            let (Some(folder), Some(name)) = (book.parent(), book.file_name()) else {
                return Err(io::ErrorKind::InvalidFilename.into());
            };
            let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
            let written = WatchFlags::MODIFY
                | WatchFlags::CLOSE_WRITE
                | WatchFlags::CREATE
                | WatchFlags::MOVED_TO
                | WatchFlags::DELETE;
            add_watch(&inotify, folder, written)?;
            let names = ["", "-wal", "-journal"].map(|ending| {
                let mut name = name.to_owned();
                name.push(ending);
                name
            });
            Ok(Self {
                folder: inotify,
                names,
            })
        }

        /// Tells of each burst of writes when it begins, and once more when it is over: the last write of
        /// a commit comes before the commit can be seen. Ends with the loop that listens.
        pub(super) fn tell(&self, events: &Sender<Event>) {
            let mut again = false;
            loop {
                let at_once = Timespec::default();
                let mut folder = [PollFd::new(&self.folder, PollFlags::IN)];
                match poll(&mut folder, again.then_some(&at_once)) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(_) => return,
                }
                let Ok(written) = self.written() else { return };
                let told = written || again;
                again = written;
                if told && events.send(Event::Msg(Msg::BookTouched)).is_err() {
                    return;
                }
                sleep(BETWEEN);
            }
        }

        /// Whether what has happened in the folder since this was asked last is about the book.
        fn written(&self) -> Result<bool, Errno> {
            let mut buffer = [MaybeUninit::uninit(); 4096];
            let mut happened = Reader::new(&self.folder, &mut buffer);
            let mut written = false;
            loop {
                match happened.next() {
                    Ok(event) => {
                        let name = event
                            .file_name()
                            .map(|name| OsStr::from_bytes(name.to_bytes()));
                        // Where more happened than the system keeps, nothing is known of the rest.
                        written |= name.is_none_or(|name| self.names.iter().any(|one| one == name));
                    }
                    Err(Errno::WOULDBLOCK) => return Ok(written),
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
