//! Cards that nothing names any more.

use rusqlite::Connection;

use crate::domain::refusal::Refusal;

use crate::store::base::Store;
use crate::store::db::failure::{Answer, Trying};

/// Cards that the log names: those of deleted contacts, and those that a contact had or was given.
const LOGGED: &str = "SELECT fields ->> 'card' AS card FROM operation
        WHERE kind = 'delete' AND entity = 'contact'
     UNION ALL
     SELECT version.value FROM operation o, json_each(o.fields) change,
        json_each(change.value) version
        WHERE o.kind = 'update' AND o.entity = 'contact' AND change.value ->> 'field' = 'card'
            AND version.key IN ('from', 'to')";

/// How many free pages are given back at a time: 40 MB.
const GIVEN_BACK: u32 = 10_000;

/// The statement that finds the cards that nothing names: no contact, no step, and no row of another
/// table.
fn orphans(connection: &Connection) -> Answer<String> {
    let mut named = connection.prepare(
        "SELECT format('SELECT \"%w\" AS card FROM \"%w\"', link.\"from\", tables.name)
         FROM sqlite_schema tables, pragma_foreign_key_list(tables.name) link
         WHERE tables.type = 'table' AND link.\"table\" = 'card'",
    )?;
    let named = named.query_map([], |row| row.get::<_, String>(0))?;
    let mut named = named.collect::<rusqlite::Result<Vec<String>>>()?;
    named.push(LOGGED.to_owned());
    Ok(format!(
        "SELECT id FROM card WHERE id NOT IN (
            SELECT card FROM ({}) WHERE card IS NOT NULL)",
        named.join(" UNION ALL ")
    ))
}

impl Store {
    /// Drops the cards that no contact and no step names; gives how many. In a book that can, some of
    /// the room that is free is given back.
    ///
    /// # Errors
    /// If the book cannot be written.
    pub fn drop_orphan_cards(&self) -> Result<usize, Refusal> {
        self.start_writing()?;
        let dropped = || -> Answer<usize> {
            // Looking takes no lock, and mostly there are none.
            let orphans = orphans(&self.connection)?;
            let any: bool =
                self.connection
                    .query_row(&format!("SELECT EXISTS ({orphans})"), [], |row| row.get(0))?;
            let mut dropped = 0;
            if any {
                // That nothing names them is what the statement finds; SQLite would look through all contacts
                // again for each of them.
                self.connection.execute_batch("PRAGMA foreign_keys = OFF")?;
                let deleted = self.delete_cards(&orphans);
                self.connection.execute_batch("PRAGMA foreign_keys = ON")?;
                dropped = deleted?;
            }
            // It gives a row for each page.
            let give_back = format!("PRAGMA incremental_vacuum({GIVEN_BACK})");
            let mut pages = self.connection.prepare(&give_back)?;
            let mut pages = pages.query([])?;
            while pages.next()?.is_some() {}
            Ok(dropped)
        };
        dropped().map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }

    fn delete_cards(&self, found_by: &str) -> Answer<usize> {
        let transaction = self.begin()?;
        let sql = format!("DELETE FROM card WHERE id IN ({found_by})");
        let deleted = transaction.execute(&sql, [])?;
        transaction.commit()?;
        Ok(deleted)
    }
}
