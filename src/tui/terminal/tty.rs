//! The terminal that a person sits at, also where standard input or output is a file or a pipe.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::{dup2_stdin, dup2_stdout};

/// A terminal, or what was in its place.
pub type TerminalFile = File;

/// The first descriptor that is not one of the three standard ones.
const BEYOND_STANDARD: i32 = 3;

/// Opens the terminal for reading and writing.
///
/// # Errors
/// If the program has no terminal.
pub fn open() -> io::Result<TerminalFile> {
    // One of the standard streams is what can be waited for everywhere: macOS cannot poll /dev/tty.
    let there = standard(&io::stdin());
    let there = there.or_else(|| standard(&io::stderr()));
    match there.or_else(|| standard(&io::stdout())) {
        Some(terminal) => Ok(terminal.into()),
        None => OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open("/dev/tty"),
    }
}

/// A stream, where it is a terminal that can be read and written.
fn standard(stream: &(impl IsTerminal + AsFd)) -> Option<OwnedFd> {
    let flags = fcntl_getfl(stream).ok().filter(|_| stream.is_terminal())?;
    let is_both = flags & OFlags::RWMODE == OFlags::RDWR;
    fcntl_dupfd_cloexec(stream, BEYOND_STANDARD)
        .ok()
        .filter(|_| is_both)
}

/// Makes standard input and output the terminal, so that the screens can run on it. Gives standard output as
/// it was.
///
/// # Errors
/// If there is no terminal.
pub fn take() -> io::Result<TerminalFile> {
    let out = fcntl_dupfd_cloexec(io::stdout(), BEYOND_STANDARD)?;
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        let terminal = open()?;
        dup2_stdin(&terminal)?;
        dup2_stdout(&terminal)?;
    }
    Ok(out.into())
}
