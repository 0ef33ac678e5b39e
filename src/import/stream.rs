//! The bytes of a file or of a pipe, read so that a stop is heard meanwhile: a pipe may give nothing
//! for as long as it likes.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::domain::progress::{STOPPED, Stop};
use crate::store::is_of_book;

/// How long a pipe is waited for before it is asked again whether to stop: 20 ms.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// A stream that ends in an error once it is stopped.
#[derive(Debug)]
pub struct Stream {
    /// The file; none for standard input.
    file: Option<File>,
    stop: Stop,
}

impl Stream {
    /// Opens a file, which may be a named pipe without a writer yet. Gives its length in bytes,
    /// where it has one.
    ///
    /// # Errors
    /// If the file cannot be opened, is a folder, or is the book at `book`.
    pub fn open(path: &Path, book: &Path, stop: Stop) -> io::Result<(Self, Option<u64>)> {
        if is_of_book(path, book) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is the book itself; name a file to import into it",
            ));
        }
        // Without that, to open a pipe waits for who writes to it.
        let file = fs::OpenOptions::new()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
            .open(path)?;
        let known = file.metadata().ok();
        if known.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a folder; name a file in it",
            ));
        }
        let length = known.filter(fs::Metadata::is_file).map(|known| known.len());
        let file = Some(file);
        Ok((Self { file, stop }, length))
    }

    /// Standard input.
    #[must_use]
    pub(crate) const fn standard_input(stop: Stop) -> Self {
        Self { file: None, stop }
    }

    /// A terminal that was opened.
    #[must_use]
    pub(crate) const fn of_terminal(terminal: File, stop: Stop) -> Self {
        Self {
            file: Some(terminal),
            stop,
        }
    }

    fn source(&self) -> BorrowedFd<'_> {
        match &self.file {
            Some(file) => file.as_fd(),
            None => rustix::stdio::stdin(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let source = self.source();
        loop {
            if self.stop.is_asked() {
                return Err(io::Error::other(STOPPED));
            }
            let mut watched = [PollFd::new(&source, PollFlags::IN)];
            match poll(&mut watched, Some(&WAIT)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            match rustix::io::read(source, &mut *bytes) {
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                read => return Ok(read?),
            }
        }
    }
}
