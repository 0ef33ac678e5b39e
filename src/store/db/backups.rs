//! The backups of a book: where they are, and whether each is as it was made.
//!
//! A backup is a file of its own, `20261124T164500.000042Z.db`, for its owner only, with the SHA-256 of
//! its bytes beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::store::db::connect;
use crate::store::db::failure::{Failure, Trying};
use crate::store::db::files;
use crate::store::db::held::{Identity, settled};
use crate::store::db::paths;
use crate::store::db::sound;

/// How the name of a backup begins that is not whole yet.
pub(in crate::store) const UNFINISHED: &str = ".new-";

/// A copy of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made.
    pub at: Timestamp,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The folder of a book's backups, beside it: `callbook.db.backups`.
#[must_use]
pub fn folder(database: &Path) -> PathBuf {
    files::with_suffix(&paths::target(database), ".backups")
}

/// The folder that books of one name and different endings shared: `callbook.backups`.
pub(in crate::store) fn shared_folder(database: &Path) -> PathBuf {
    paths::target(database).with_extension("backups")
}

/// The backups that may be a book's, the newest first; none where there is no folder of them. The book
/// itself need not be there. [`BackupOwner`](crate::store::backup::BackupOwner) says whose each is.
///
/// # Errors
/// If a folder cannot be read.
pub fn backups(database: &Path) -> Result<Vec<Backup>, Refusal> {
    let (own, shared) = (folder(database), shared_folder(database));
    let mut backups = Vec::new();
    let several = (own != shared).then_some(shared);
    for folder in std::iter::once(own).chain(several) {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(cannot("read", &folder, &error)),
        };
        backups.extend(entries.flatten().filter_map(|entry| {
            let path = entry.path();
            let at = Timestamp::of_file_name(path.file_name()?.to_str()?.strip_suffix(".db")?)?;
            let known = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let bytes = known.len();
            Some(Backup { path, at, bytes })
        }));
    }
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.at));
    Ok(backups)
}

/// The folder of a book's backups that a file is in, or would be once it is made.
#[must_use]
pub fn backups_around(file: &Path, book: &Path) -> Option<PathBuf> {
    let place = settled(file);
    let book = settled(book);
    let folders = [folder(&book), shared_folder(&book)];
    folders.into_iter().find(|folder| {
        let known = Identity::of(folder).ok();
        // Names may differ in their letters only, where a file system takes no notice of them.
        let is_it =
            |part: &Path| part == folder || known.is_some() && Identity::of(part).ok() == known;
        place.ancestors().any(is_it)
    })
}

impl Backup {
    /// Checks that it is as it was made, and a sound database.
    ///
    /// # Errors
    /// If it is not, which is named.
    pub fn verify(&self) -> Result<(), Refusal> {
        let damaged = |why: String| {
            let detail = format!("the backup {} is damaged: {why}", self.path.display());
            Refusal::new(Kind::Storage, detail)
        };
        let told = files::text(&sum_of(&self.path));
        let sum = files::sum(&self.path).map_err(|error| cannot("read", &self.path, &error))?;
        match told {
            Ok(told) if told.split_whitespace().next() == Some(&sum) => {}
            Ok(_) => return Err(damaged("its checksum does not match".into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let detail = format!(
                    "{} is not a backup made by callbook: it has no checksum beside it; callbook backup list \
                     shows the backups",
                    self.path.display()
                );
                return Err(Refusal::new(Kind::Invalid, detail));
            }
            Err(error) => return Err(damaged(format!("its checksum cannot be read: {error}"))),
        }
        let checked = || sound::faults(&connect::unchanging(&self.path)?);
        let unread = |failure: Failure| Refusal {
            kind: Kind::Storage,
            ..failure.refusal(&self.path, Trying::Open)
        };
        match checked().map_err(unread)?.first() {
            None => Ok(()),
            Some(fault) => Err(damaged(fault.to_string())),
        }
    }
}

/// The file with the SHA-256 of a backup.
pub(in crate::store) fn sum_of(path: &Path) -> PathBuf {
    files::with_suffix(path, ".sha256")
}

/// Deletes what a program left an hour ago or more that ended while it made a file: the file, whose
/// name begins like this, or the sum of one that never came to its place.
pub(in crate::store) fn drop_unfinished(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let alone = name
            .strip_suffix(".sha256")
            .is_some_and(|file| Timestamp::of_file_name(file.trim_end_matches(".db")).is_some())
            && !entry.path().with_extension("").exists();
        let changed = entry.metadata().and_then(|known| known.modified());
        let age = changed.ok().and_then(|changed| changed.elapsed().ok());
        if (name.starts_with(prefix) || alone) && age.is_some_and(|age| age.as_secs() > 3_600) {
            // A restore works in a folder of its own.
            let gone = fs::remove_file(entry.path());
            let _ = gone.or_else(|_| fs::remove_dir_all(entry.path()));
        }
    }
}

pub(in crate::store) fn cannot(verb: &str, path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(
        Kind::Storage,
        format!("cannot {verb} {}: {error}", path.display()),
    )
}
