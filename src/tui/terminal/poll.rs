//! Waiting for the terminal, without reading from it.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

/// Waits until the other end of the terminal is gone; `false` where that cannot be seen. A hang-up does
/// not always come with a signal, and reading from a terminal that is gone never waits: it would spin.
#[must_use]
pub fn wait_for_hang_up() -> bool {
    // A hang-up is reported without being asked for; keys are not, so that this wakes for nothing else.
    poll(PollFlags::empty(), None).is_ok_and(is_hang_up)
}

/// Whether the other end of the terminal is gone.
#[must_use]
pub fn is_gone() -> bool {
    poll(PollFlags::empty(), Some(Duration::ZERO)).is_ok_and(is_hang_up)
}

/// Whether what was polled says that the other end of the terminal is gone.
pub(super) const fn is_hang_up(seen: PollFlags) -> bool {
    let gone = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);
    seen.intersects(gone)
}

/// Waits until the terminal has what is wanted, and gives what it has; without a limit of time, for ever.
pub(super) fn poll(wanted: PollFlags, patience: Option<Duration>) -> io::Result<PollFlags> {
    let input = io::stdin();
    let patience = patience.map(|patience| Timespec {
        tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: patience.subsec_nanos().into(),
    });
    loop {
        let mut watched = [PollFd::new(&input, wanted)];
        match rustix::event::poll(&mut watched, patience.as_ref()) {
            Ok(_) => {
                let seen = watched.iter().map(PollFd::revents);
                return Ok(seen.fold(PollFlags::empty(), PollFlags::union));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
