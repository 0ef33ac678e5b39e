//! Setting the home country in the configuration, which a person may have written: all of its text stays.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::domain::number::Region;
use crate::regular;

/// The value for no country: national numbers stay as typed.
pub(super) const NO_COUNTRY: &str = "none";

/// The value of `home` for a country, or for none.
#[must_use]
pub fn home_value(home: Option<Region>) -> String {
    home.map_or_else(|| NO_COUNTRY.to_owned(), |home| home.code().to_owned())
}

/// Adds the home country to a file, whose text `is_right` has to find in order then. At its end, or where that is
/// within a table, at its beginning.
pub(super) fn add(
    file: &Path,
    home: Option<Region>,
    is_right: impl Fn(&[u8]) -> bool,
) -> Result<()> {
    let line = format!("home = \"{}\"\n", home_value(home));
    // A link leads to where a person keeps the file.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let old = match regular::read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        old => old?,
    };
    let end = match old.last() {
        None | Some(b'\n') => "",
        Some(_) => "\n",
    };
    let mark = b"\xef\xbb\xbf";
    let (mark, rest) = match old.strip_prefix(mark) {
        Some(rest) => (&mark[..], rest),
        None => (&b""[..], &old[..]),
    };
    let new = [
        [&old, end.as_bytes(), line.as_bytes()].concat(),
        [mark, line.as_bytes(), rest].concat(),
    ];
    let Some(new) = new.into_iter().find(|new| is_right(new)) else {
        bail!("it already has a line about home; set it there");
    };
    let folder = file.parent().context("it has no folder")?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    // Another file in its place: a program that reads meanwhile sees the old one or the new one.
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(&new)?;
    if let Ok(there) = fs::metadata(&file) {
        written.as_file().set_permissions(there.permissions())?;
    }
    written.as_file().sync_all()?;
    written.persist(&file)?;
    Ok(())
}
