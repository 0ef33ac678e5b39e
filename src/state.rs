//! What comes back at the next start, for each database: the filter, the order and the contact that
//! were on the screen, and who is used.
//!
//! It is a convenience in the XDG state folder, never part of the data: a file that is missing or
//! broken is nothing remembered.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::listing::Order;
use crate::domain::usage::Usage;

/// What was on the screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The text of the filter.
    pub filter: String,
    /// How the list was sorted.
    pub order: Order,
    /// The contact under the cursor.
    pub contact: Option<Uuid>,
    /// Who is used, and how much.
    pub usage: Usage,
}

/// The views by the path of their database.
type Views = BTreeMap<PathBuf, View>;

/// Where what could not be imported is kept.
///
/// # Errors
/// Where there is no home folder.
pub fn rejects() -> io::Result<PathBuf> {
    let folder = folder().ok_or(io::ErrorKind::NotFound)?;
    Ok(folder.join("rejects"))
}

/// Where the plans of imports are written, when a person asks for that.
///
/// # Errors
/// Where there is no home folder.
pub fn plans() -> io::Result<PathBuf> {
    let folder = folder().ok_or(io::ErrorKind::NotFound)?;
    Ok(folder.join("plans"))
}

/// What was remembered of a database.
#[must_use]
pub fn recall(database: &Path) -> View {
    file().map_or_else(View::default, |file| recall_from(&file, database))
}

/// Remembers what is on the screen of a database.
///
/// # Errors
/// Where the file cannot be written.
pub fn remember(database: &Path, view: &View) -> io::Result<()> {
    file().map_or(Ok(()), |file| remember_in(&file, database, view))
}

fn file() -> Option<PathBuf> {
    Some(folder()?.join("state.json"))
}

/// The folder of what comes and goes.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.state_dir()?.join("callbook"))
}

fn read(file: &Path) -> Views {
    fs::read(file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn key(database: &Path) -> PathBuf {
    fs::canonicalize(database).unwrap_or_else(|_| database.to_owned())
}

fn recall_from(file: &Path, database: &Path) -> View {
    read(file).remove(&key(database)).unwrap_or_default()
}

fn remember_in(file: &Path, database: &Path, view: &View) -> io::Result<()> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    let mut views = read(file);
    views.retain(|path, _| path.exists());
    views.insert(key(database), view.clone());
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    // Another file in its place: who reads meanwhile sees the old one or the new one.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&serde_json::to_vec(&views)?)?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{View, recall_from, remember_in};
    use crate::domain::listing::Order;
    use crate::domain::usage::Usage;

    #[test]
    fn each_book_comes_back_as_it_was_left_and_a_broken_file_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/state.json");
        let [one, other] = ["one.db", "other.db"].map(|name| folder.path().join(name));
        std::fs::write(&one, "").unwrap();
        let view = View {
            filter: "mar".to_owned(),
            order: Order::Changed,
            contact: None,
            usage: Usage::default(),
        };
        remember_in(&file, &one, &view).unwrap();
        assert_eq!(recall_from(&file, &one), view);
        assert_eq!(recall_from(&file, &other), View::default());
        std::fs::write(&file, "{").unwrap();
        assert_eq!(recall_from(&file, &one), View::default());
        remember_in(&file, &one, &view).unwrap();
        assert_eq!(recall_from(&file, &one), view);
    }
}
