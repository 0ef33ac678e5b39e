//! What a command writes: words for people, and forms that programs read.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};

use crate::domain::safe::safe;

/// Prints text for people, and lines for programs: whatever they contain, they can
/// act on no terminal.
pub(super) fn print(text: &str) -> Result<()> {
    exact(&harmless(text))
}

/// A text with its lines and their cells as they are, and each of these safe; a line may end with NUL, which no
/// stored text has.
pub(super) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for piece in text.split_inclusive(['\n', '\t', '\0']) {
        let end = piece.len() - usize::from(piece.ends_with(['\n', '\t', '\0']));
        let (cell, end) = piece.split_at_checked(end).unwrap_or((piece, ""));
        harmless.push_str(&safe(cell));
        harmless.push_str(end);
    }
    harmless
}

/// Tells something beside the answer; who does not listen misses it.
pub(super) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{}", safe(text));
}

/// Prints a form that programs read byte for byte; a reader that has gone away is the end, not an
/// error.
pub(super) fn exact(text: &str) -> Result<()> {
    written(text, &mut io::stdout().lock())
}

/// As [`exact`], to any output.
pub(super) fn written(text: &str, out: &mut impl io::Write) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to the standard output"),
    }
}
