//! What a path means: a book, a link that leads to one, or a backup, which is never changed.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::domain::refusal::{Kind, Refusal};

use crate::store::db::failure::Answer;
use crate::store::db::files;

/// How the name of a folder of backups ends.
const BACKUPS: &[u8] = b".backups";

/// Whether a file is a backup: it is in a folder of backups, or has its checksum beside it.
pub(in crate::store) fn is_backup(path: &Path) -> bool {
    let folder = files::folder_of(path).file_name().map(OsStr::as_bytes);
    folder.is_some_and(|name| name.ends_with(BACKUPS))
        || files::with_suffix(path, ".sha256")
            .symlink_metadata()
            .is_ok()
}

pub(in crate::store) fn why_read_only(path: &Path) -> String {
    format!("{} is a backup; use: callbook restore", path.display())
}

/// Refuses to write to a backup.
pub(in crate::store) fn refuse_backup(path: &Path) -> Answer<()> {
    if is_backup(path) {
        return Err(Refusal::new(Kind::Storage, why_read_only(path)).into());
    }
    Ok(())
}

/// The address for a connection of `SQLite` to a file that does not change.
pub(in crate::store) fn unchanging_address(path: &Path) -> PathBuf {
    let escaped = |byte: &u8| match byte {
        b'/' | b'.' | b'-' | b'_' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let name: String = path.as_os_str().as_bytes().iter().map(escaped).collect();
    PathBuf::from(format!("file:{name}?mode=ro&immutable=1"))
}

/// A path with the symbolic links of its folder resolved, where the folder is there, and its own.
pub(in crate::store) fn resolved(path: &Path) -> PathBuf {
    let path = target(path);
    let folder = fs::canonicalize(files::folder_of(&path));
    match (folder, path.file_name()) {
        (Ok(folder), Some(file)) => folder.join(file),
        _ => path,
    }
}

/// The book that a path means: what a symbolic link leads to, so that its log and its backups are
/// beside the book and not beside the link. Where the link leads to nothing, it is the path itself.
pub(in crate::store) fn target(path: &Path) -> PathBuf {
    if path.is_symlink() {
        fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    } else {
        path.to_owned()
    }
}
