//! Whether a database is sound, by `SQLite`'s own check.

use std::fmt;
use std::path::Path;

use rusqlite::Connection;

use crate::store::db::connect::reading;
use crate::store::db::failure::Answer;

/// Something that `SQLite` finds wrong with a file.
pub(in crate::store) struct IntegrityFault(String);

impl IntegrityFault {
    /// Whether it is about an index only, whose rows are all there.
    pub(in crate::store) fn is_of_an_index(&self) -> bool {
        let of = [
            "missing from index",
            "entries in index",
            "non-unique entry in index",
        ];
        of.iter().any(|words| self.0.contains(words))
    }
}

impl fmt::Display for IntegrityFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What `SQLite` finds wrong with a file, the first twenty.
pub(in crate::store) fn faults(connection: &Connection) -> Answer<Vec<IntegrityFault>> {
    let mut check = connection.prepare("PRAGMA integrity_check(20)")?;
    let verdicts = check.query_map([], |row| row.get(0))?;
    let verdicts = verdicts.collect::<rusqlite::Result<Vec<String>>>()?;
    let wrong = verdicts.into_iter().filter(|verdict| verdict != "ok");
    Ok(wrong.map(IntegrityFault).collect())
}

/// Whether a database is sound, checked on a new connection.
pub(in crate::store) fn is_sound(path: &Path) -> bool {
    reading(path)
        .and_then(|connection| faults(&connection))
        .is_ok_and(|faults| faults.is_empty())
}
