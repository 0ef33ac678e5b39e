//! The order of the list after the setting of where prefixes stand has changed.

use rusqlite::{Connection, params};

use crate::store::db::failure::Answer;
use crate::store::db::record;

/// Writes the keys again that contacts are sorted by under the family name, where they are others now.
pub(in crate::store) fn sort_contacts(connection: &Connection) -> Answer<()> {
    let named = "family_name IS NOT NULL AND kind = 'person'";
    let sql = format!(
        "SELECT {}, family_key FROM contact WHERE {named}",
        *record::CONTACT
    );
    let mut all = connection.prepare(&sql)?;
    let mut put = connection.prepare("UPDATE contact SET family_key = ?2 WHERE id = ?1")?;
    // Read before any of it is written: an update would come by again.
    let contacts = all.query_map([], |row| {
        let contact = record::contact(row)?;
        let key = record::family_key(connection, &contact)?;
        let before: String = row.get("family_key")?;
        Ok((key != before).then_some((contact.id, key)))
    })?;
    let contacts = contacts.collect::<rusqlite::Result<Vec<_>>>()?;
    for (id, key) in contacts.into_iter().flatten() {
        put.execute(params![id.0.as_bytes(), key])?;
    }
    Ok(())
}
