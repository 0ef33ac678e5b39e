//! Where family names with a word such as "van" before them stand in the list: whoever opens a book says it, and the
//! keys that the list is sorted by follow. They tell by themselves how they were made, so that nothing else of it is
//! stored.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};

use crate::domain::naming::{PREFIX_LAST, SortPrefixes, prefix_keys};

/// The function by which a connection knows it.
const FUNCTION: &str = "prefixes_last";

/// Has a connection know it.
pub(in crate::store) fn add_function(
    connection: &Connection,
    prefixes: SortPrefixes,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let is_last = prefixes == SortPrefixes::Last;
    connection.create_scalar_function(FUNCTION, 0, flags, move |_| Ok(is_last))
}

/// What a connection knows.
pub(in crate::store) fn prefixes(connection: &Connection) -> rusqlite::Result<SortPrefixes> {
    let sql = format!("SELECT {FUNCTION}()");
    let mut asked = connection.prepare_cached(&sql)?;
    let is_last: bool = asked.query_row([], |row| row.get(0))?;
    Ok(if is_last {
        SortPrefixes::Last
    } else {
        SortPrefixes::First
    })
}

/// Whether the book's keys were made for the other order. Names that stand under their prefixes are found by the
/// index; whether any stands elsewhere is asked only where there are none.
pub(in crate::store) fn is_otherwise(
    connection: &Connection,
    prefixes: SortPrefixes,
) -> rusqlite::Result<bool> {
    let mut under = connection.prepare(
        "SELECT EXISTS (SELECT 1 FROM contact INDEXED BY contact_by_name
            WHERE family_key >= ?1 AND family_key < ?2 AND kind = 'person' AND sort_as IS NULL
                AND phonetic_family_name IS NULL AND family_name IS NOT NULL)",
    )?;
    let mut any_first = false;
    for start in prefix_keys() {
        let end = format!("{start}\u{10FFFF}");
        any_first = any_first || under.query_row(params![start, end], |row| row.get(0))?;
    }
    if any_first || prefixes == SortPrefixes::Last {
        return Ok(any_first && prefixes == SortPrefixes::Last);
    }
    let last = "SELECT EXISTS (SELECT 1 FROM contact INDEXED BY contact_by_name
        WHERE instr(family_key, ?1))";
    connection.query_row(last, [PREFIX_LAST.to_string()], |row| row.get(0))
}
