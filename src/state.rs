//! What comes back at the next start, for each database: the filter, the order and the contact that
//! were on the screen, and who is used; and what was typed and not saved ([`Drafts`]).
//!
//! It is a convenience in the XDG state folder, never part of the data: a file that is missing or
//! broken is nothing remembered. A draft is more than that: one that cannot be read stays where it is.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domain::listing::Order;
use crate::domain::usage::Usage;
use crate::regular;

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
    /// How much contacts are used.
    pub usage: Usage,
}

/// The views by the path of their database.
pub(crate) type Views = BTreeMap<PathBuf, View>;

/// Where what could not be imported is kept.
///
/// # Errors
/// If there is no home folder.
pub fn rejects() -> io::Result<PathBuf> {
    let folder = folder().ok_or(io::ErrorKind::NotFound)?;
    Ok(folder.join("rejects"))
}

/// Where the plans of imports are written, when a person asks for that.
///
/// # Errors
/// If there is no home folder.
pub(crate) fn plans() -> io::Result<PathBuf> {
    let folder = folder().ok_or(io::ErrorKind::NotFound)?;
    Ok(folder.join("plans"))
}

/// What was remembered of a database.
#[must_use]
pub(crate) fn recall(database: &Path) -> View {
    file().map_or_else(View::default, |file| recall_from(&file, database))
}

/// Remembers what is on the screen of a database.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn remember(database: &Path, view: &View) -> io::Result<()> {
    file().map_or(Ok(()), |file| remember_in(&file, database, view))
}

/// Forgets contacts and numbers that were deleted for good: drafts about
/// them that no program has, how much they were used, and the filter, which may be one of their names.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn forget(database: &Path, ids: &[Uuid]) -> io::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    if let Some(drafts) = Drafts::of(database) {
        drafts.forget_about(ids)?;
    }
    let mut view = recall(database);
    view.filter.clear();
    view.contact = view.contact.filter(|id| !ids.contains(id));
    view.usage.forget(ids);
    remember(database, &view)
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
    regular::read(file).map_or_else(|_| Views::default(), |bytes| views(&bytes))
}

/// The views that a file holds; none of one that is broken.
#[must_use]
pub fn views(bytes: &[u8]) -> Views {
    serde_json::from_slice(bytes).unwrap_or_default()
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

/// The drafts of one database: a file each, readable only by its owner, in the state folder.
///
/// The program that has brought a draft back holds a lock on its file, so that two programs on one database
/// do not both bring it back; a lock ends with its program, however that ends.
#[derive(Debug)]
pub struct Drafts {
    folder: PathBuf,
    database: PathBuf,
    held: Option<(File, PathBuf)>,
}

/// What [`Drafts::claim`] finds.
#[derive(Debug)]
pub(crate) enum Claimed<T> {
    /// Nothing was kept, or another program has it.
    Nothing,
    /// The oldest draft that no program has open.
    Draft(T),
    /// There is one, and it cannot be read; it stays in this file.
    Unreadable(PathBuf),
}

impl Drafts {
    /// The drafts of a database; none where there is no home folder.
    #[must_use]
    pub fn of(database: &Path) -> Option<Self> {
        Some(Self::within(folder()?.join("drafts"), database))
    }

    fn within(folder: PathBuf, database: &Path) -> Self {
        Self {
            folder,
            database: database.to_owned(),
            held: None,
        }
    }

    /// What the names of this database's drafts begin with. It does not tell the database's name.
    fn prefix(&self) -> String {
        let path = key(&self.database);
        let path = std::path::absolute(&path).unwrap_or(path);
        let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
        let first = hash.iter().take(8);
        let number = first.fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        format!("{number:016x}")
    }

    /// The files of this database's drafts, the oldest first.
    fn files(&self) -> Vec<PathBuf> {
        let prefix = self.prefix();
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
            .map(|entry| entry.path())
            .collect();
        // The names end in the time at which they were made.
        files.sort();
        files
    }

    /// Deletes the drafts about one of these records, but not those that a program has.
    fn forget_about(&self, ids: &[Uuid]) -> io::Result<()> {
        let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        for path in self.files() {
            let Ok(mut file) = regular::open(&path) else {
                continue;
            };
            let mut text = Vec::new();
            if file.try_lock().is_err() || file.read_to_end(&mut text).is_err() {
                continue;
            }
            let text = String::from_utf8_lossy(&text);
            if ids.iter().any(|id| text.contains(id)) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Takes the oldest draft that can be read and that no other program has.
    pub(crate) fn claim<T: DeserializeOwned>(
        &mut self,
        is_whole: impl Fn(&T) -> bool,
    ) -> Claimed<T> {
        let mut unreadable = None;
        for path in self.files() {
            let mut file = match regular::open(&path) {
                Ok(file) => file,
                // Another program has saved it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => {
                    unreadable = Some(path);
                    continue;
                }
            };
            if file.try_lock().is_err() || !is_at(&file, &path) {
                continue;
            }
            let mut text = Vec::new();
            let read = file.read_to_end(&mut text).ok();
            let draft = read.and_then(|_| serde_json::from_slice(&text).ok());
            if let Some(draft) = draft.filter(&is_whole) {
                self.held = Some((file, path));
                return Claimed::Draft(draft);
            }
            unreadable = Some(path);
        }
        unreadable.map_or(Claimed::Nothing, Claimed::Unreadable)
    }

    /// Whether a draft was taken that is not saved yet.
    #[must_use]
    pub(crate) const fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Throws away the draft that was taken: it was saved, or left on purpose.
    pub(crate) fn forget(&mut self) {
        if let Some((_file, path)) = self.held.take() {
            let _ = fs::remove_file(path);
        }
    }

    /// Keeps a draft, in the place of the one that was taken or kept before, if any; it is on the disk
    /// when this comes back, and no other program takes it before this one ends.
    ///
    /// # Errors
    /// If it cannot be written; then the one that was taken is still there.
    pub fn keep<T: Serialize>(&mut self, draft: &T) -> io::Result<PathBuf> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let path = if let Some((_, path)) = &self.held {
            path.clone()
        } else {
            let name = format!("{}-{}.json", self.prefix(), Uuid::now_v7());
            self.folder.join(name)
        };
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(draft)?)?;
        file.as_file().sync_all()?;
        // It is locked before it has its name, so that it is never there for another program. Where
        // locks do not work, it is kept nevertheless.
        let _ = file.as_file().try_lock();
        let file = file.persist(&path)?;
        self.held = Some((file, path.clone()));
        File::open(&self.folder)?.sync_all()?;
        Ok(path)
    }
}

/// Whether a file is the one at a path, and not one whose place another has taken.
fn is_at(file: &File, path: &Path) -> bool {
    let id = |known: fs::Metadata| (known.dev(), known.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(there)) => id(file) == id(there),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{Claimed, Drafts, View, recall_from, remember_in};
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

    fn claimed(drafts: &mut Drafts) -> Option<String> {
        let found = drafts.claim(|text: &String| !text.is_empty());
        if let Claimed::Draft(text) = found {
            Some(text)
        } else {
            None
        }
    }

    #[test]
    fn a_draft_comes_back_to_its_book_and_to_one_program_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = |database: &str| Drafts::within(folder.path().join("d"), Path::new(database));
        drafts("/one.db").keep(&"first").unwrap();
        let path = drafts("/one.db").keep(&"second").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert!(!path.to_string_lossy().contains("one"));

        assert_eq!(claimed(&mut drafts("/other.db")), None);
        let (mut mine, mut theirs) = (drafts("/one.db"), drafts("/one.db"));
        assert_eq!(claimed(&mut mine).as_deref(), Some("first"));
        assert_eq!(claimed(&mut theirs).as_deref(), Some("second"));
        assert_eq!(claimed(&mut drafts("/one.db")), None, "each has its own");
        // What ends without saving leaves it to the next.
        drop(mine);
        let mut again = drafts("/one.db");
        assert_eq!(claimed(&mut again).as_deref(), Some("first"));
        again.keep(&"first, longer").unwrap();
        again.keep(&"first, longest").unwrap();
        assert_eq!(
            claimed(&mut drafts("/one.db")),
            None,
            "what is kept while it is typed is nobody else's"
        );
        drop(again);
        let mut again = drafts("/one.db");
        assert_eq!(claimed(&mut again).as_deref(), Some("first, longest"));
        again.forget();
        theirs.forget();
        assert_eq!(claimed(&mut drafts("/one.db")), None);
    }

    #[test]
    fn a_draft_that_cannot_be_read_is_named_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = || Drafts::within(folder.path().join("d"), Path::new("/one.db"));
        let path = drafts().keep(&"").unwrap();
        let mut next = drafts();
        let found = next.claim(|text: &String| !text.is_empty());
        assert!(matches!(found, Claimed::Unreadable(named) if named == path));
        assert!(path.exists() && !next.is_held());
        next.keep(&"a sound one").unwrap();
        drop(next);
        assert_eq!(claimed(&mut drafts()).as_deref(), Some("a sound one"));
    }
}
