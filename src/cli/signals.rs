//! What ^C, SIGTERM and SIGHUP do while a command runs: the work ends by itself, takes back what it did
//! and closes the book, so that no file is left beside it. A second one ends the process at once.

use std::io::{self, Write};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator;

use crate::domain::progress::{STOPPED, STOPPED_MIDWAY, Stop};

/// The owners of the stop flag while no work runs: the command and the signal thread.
const IDLE: usize = 2;

/// How long the work may take to end before the process ends without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long work may take that may end anywhere: it waits for a server.
const BRIEFLY: Duration = Duration::from_secs(1);

/// How long a command may take after its work has ended, to tell what it did: a reader that has
/// stopped reading is not waited for.
const TELLING: Duration = Duration::from_millis(500);

/// How often it is looked whether the work has ended, and a pipe is asked again.
const LOOK: Duration = Duration::from_millis(20);

/// The signals that came to a command.
pub(super) struct Signals {
    stop: Stop,
    came: Arc<AtomicUsize>,
}

impl Signals {
    /// Listens to signals from here on.
    pub(super) fn heard() -> io::Result<Self> {
        let (stop, came) = (Stop::default(), Arc::default());
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register_conditional_default(signal, Arc::clone(&again))?;
            flag::register(signal, Arc::clone(&again))?;
        }
        let mut signals = iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let heard = Self { stop, came };
        let (stop, came) = (heard.stop.clone(), Arc::clone(&heard.came));
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                if let Some(signal) = signals.forever().next() {
                    came.store(
                        usize::try_from(signal).unwrap_or_default(),
                        Ordering::SeqCst,
                    );
                    end(&stop, signal);
                }
            })?;
        Ok(heard)
    }

    /// What asks the work to stop. As long as a copy is held, the work is waited for.
    pub(super) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// The exit status for the signal that came, if one did.
    pub(super) fn status(&self) -> Option<u8> {
        let signal = self.came.load(Ordering::SeqCst);
        u8::try_from(signal + 128).ok().filter(|_| signal > 0)
    }
}

/// Ends the process, once the work has ended that holds a copy of `stop`.
fn end(stop: &Stop, signal: i32) {
    let is_at_work = || stop.holders() > IDLE;
    if is_at_work() {
        stop.ask();
        let began = Instant::now();
        let patience = if stop.is_safe() { BRIEFLY } else { PATIENCE };
        while is_at_work() && began.elapsed() < patience {
            thread::sleep(LOOK);
        }
        if is_at_work() && stop.is_safe() {
            #[cfg(feature = "sync")]
            crate::sync::one::drop_copies();
            let _ = writeln!(io::stderr(), "error: {STOPPED_MIDWAY}");
            process::exit(128 + signal);
        }
        thread::sleep(TELLING);
    }
    process::exit(128 + signal);
}

/// Standard output, while a store is open: to wait for the reader of a pipe ends where the work is to
/// stop.
pub(super) struct Output<'s> {
    stop: &'s Stop,
}

/// How much of a pipe is free at least where it can be written to (POSIX, `PIPE_BUF`): more would be
/// waited for within the write.
const AT_ONCE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

impl<'s> Output<'s> {
    /// Standard output, until `stop` asks to end.
    pub(super) const fn new(stop: &'s Stop) -> Self {
        Self { stop }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let out = rustix::stdio::stdout();
        let wait = Timespec::try_from(LOOK).map_err(io::Error::other)?;
        loop {
            if self.stop.is_asked() {
                return Err(io::Error::other(STOPPED));
            }
            let mut watched = [PollFd::new(&out, PollFlags::OUT)];
            match poll(&mut watched, Some(&wait)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => {
                    let part = bytes.get(..AT_ONCE).unwrap_or(bytes);
                    return Ok(rustix::io::write(out, part)?);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
