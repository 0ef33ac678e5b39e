//! Adding to the configuration, which a person may have written: all of its text stays, and another program that reads
//! it meanwhile sees the old file or the new one.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::regular;

/// The mark of UTF-8 that some editors write first.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A file and its bytes, none where it is missing. A link leads to where a person keeps the file.
///
/// # Errors
/// If it cannot be read.
pub fn read(file: &Path) -> Result<(PathBuf, Vec<u8>)> {
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let bytes = match regular::read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        bytes => bytes?,
    };
    Ok((file, bytes))
}

/// A file with a line more at its beginning, behind the mark that tells its encoding.
#[must_use]
pub(crate) fn at_beginning(old: &[u8], line: &str) -> Vec<u8> {
    let mark = if old.starts_with(MARK) { MARK } else { b"" };
    let rest = old.get(mark.len()..).unwrap_or_default();
    [mark, line.as_bytes(), rest].concat()
}

/// A file with lines more at its end, where its last line is ended with `end` first.
#[must_use]
pub(crate) fn at_end(old: &[u8], end: &str, lines: &str) -> Vec<u8> {
    let last = match old.last() {
        None | Some(b'\n') => "",
        Some(_) => end,
    };
    [old, last.as_bytes(), lines.as_bytes()].concat()
}

/// Puts another file in the place of one, with its permissions.
///
/// # Errors
/// If it cannot be written.
pub fn replace(file: &Path, bytes: &[u8]) -> Result<()> {
    let folder = file.parent().context("it has no folder")?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(bytes)?;
    if let Ok(there) = fs::metadata(file) {
        written.as_file().set_permissions(there.permissions())?;
    }
    written.as_file().sync_all()?;
    written.persist(file)?;
    Ok(())
}
