//! Members of groups that are deleted for good, on the cards of the groups.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use serde_json::Value;

use crate::domain::import::CardFormat;
use crate::domain::member::{known_by, plain};

use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

/// Groups of an import that was undone and can no longer be redone.
const UNDONE: &str = "FROM group_card WHERE step IN (
        SELECT id FROM undo_point WHERE undone = 1 AND emptied = 1)";

impl Writer<'_> {
    /// Removes members from the cards of groups where what identifies them was deleted for good and is of
    /// nothing that stays. The rest of each card stays as it is.
    pub(super) fn take_members_off_groups(&self, format: &dyn CardFormat) -> Answer<()> {
        let connection = self.connection();
        connection.execute_batch(&format!(
            "UPDATE card SET bytes = x'' WHERE id IN (SELECT card {UNDONE})
                AND id NOT IN (SELECT card FROM group_card WHERE id NOT IN (SELECT id {UNDONE}));
             DELETE {UNDONE};"
        ))?;
        let groups = connection
            .prepare("SELECT id, card, members FROM group_card")?
            .query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, record::json(row, 2)?))
            })?
            .collect::<rusqlite::Result<Vec<(i64, i64, Vec<String>)>>>()?;
        let members = groups.iter().flat_map(|(_, _, members)| members);
        let named: HashSet<String> = members.flat_map(|member| known_by(member)).collect();
        let gone = gone(connection, &named)?;
        if gone.is_empty() {
            return Ok(());
        }
        let there = there(connection, &named)?;
        let is_gone = |member: &str| {
            let known = known_by(member);
            known.iter().any(|one| gone.contains(one))
                && !known.iter().any(|one| there.contains(one))
        };
        let mut card_of = connection.prepare("SELECT bytes FROM card WHERE id = ?1")?;
        let mut put_card = connection.prepare("UPDATE card SET bytes = ?2 WHERE id = ?1")?;
        let mut put = connection.prepare("UPDATE group_card SET members = ?2 WHERE id = ?1")?;
        for (id, card, mut members) in groups {
            let before = members.len();
            members.retain(|member| !is_gone(member));
            if members.len() == before {
                continue;
            }
            put.execute(params![id, Value::from(members).to_string()])?;
            let bytes: Vec<u8> = card_of.query_row([card], |row| row.get(0))?;
            if let Some(bytes) = format.without_members(&bytes, &is_gone) {
                put_card.execute(params![card, bytes])?;
            }
        }
        Ok(())
    }
}

/// Which of these names ever was one of a record that is deleted for good.
fn gone(connection: &Connection, named: &HashSet<String>) -> Answer<HashSet<String>> {
    let mut gone = HashSet::new();
    if named.is_empty() {
        return Ok(gone);
    }
    let mut fields = connection.prepare(
        "SELECT o.fields FROM part JOIN operation o USING (point, seq) WHERE o.fields IS NOT NULL",
    )?;
    let mut rows = fields.query([])?;
    while let Some(row) = rows.next()? {
        names(&record::json(row, 0)?, "", &mut |name| {
            keep(name, named, &mut gone);
        });
    }
    Ok(gone)
}

/// What of these names is one of a record that is there.
fn there(connection: &Connection, named: &HashSet<String>) -> Answer<HashSet<String>> {
    let mut there = HashSet::new();
    let mut contacts = connection.prepare("SELECT id, name, uid, details FROM contact")?;
    let mut rows = contacts.query([])?;
    while let Some(row) = rows.next()? {
        keep(&record::uuid(row, 0)?.to_string(), named, &mut there);
        keep(&row.get::<_, String>(1)?, named, &mut there);
        if let Some(uid) = row.get::<_, Option<String>>(2)? {
            keep(&uid, named, &mut there);
        }
        names(&record::json(row, 3)?, "", &mut |name| {
            keep(name, named, &mut there);
        });
    }
    let mut numbers = connection.prepare("SELECT identity FROM phone")?;
    let mut rows = numbers.query([])?;
    while let Some(row) = rows.next()? {
        keep(&row.get::<_, String>(0)?, named, &mut there);
    }
    Ok(there)
}

fn keep(name: &str, named: &HashSet<String>, kept: &mut HashSet<String>) {
    let name = plain(name);
    if named.contains(&name) {
        kept.insert(name);
    }
}

/// Hands over what a record is known by, of its fields as the log has them: those of the record, or a
/// list of changes.
fn names(fields: &Value, field: &str, each: &mut dyn FnMut(&str)) {
    match fields {
        Value::String(text) if matches!(field, "id" | "identity" | "name" | "uid" | "value") => {
            each(text);
        }
        Value::Array(all) => all.iter().for_each(|one| names(one, field, each)),
        Value::Object(object) => {
            // Of a change it is the name in it.
            let changed = object.get("field").and_then(Value::as_str);
            for (key, value) in object {
                names(value, changed.unwrap_or(key), each);
            }
        }
        _ => {}
    }
}
