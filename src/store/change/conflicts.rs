//! Fields that a contact and its card elsewhere say differently: what is to be decided, and decisions.

use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::linked::LinkedConflict;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{ConflictEntry, Decision};
use crate::domain::sync::kept::{field_words, joins, ours, read_conflict, value_words};
use crate::domain::sync::outgoing::{is_open, take};
use crate::domain::sync::person::Person;
use crate::domain::sync::row::{Conflict, ConflictKey, FieldValue};
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::base::Store;
use crate::store::change::remote_cards::RemoteBook;
use crate::store::change::remote_contacts::put_full;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

/// The columns of a conflict with whom it is about, in the order of [`found`].
const COLUMNS: &str = "r.name, c.contact, f.key, f.field, f.was, f.theirs, f.at, f.remote_card
    FROM remote_conflict f JOIN remote_card c ON c.id = f.remote_card JOIN remote r ON r.id = c.remote";

/// Where it is remembered of a remote when the cards in conflict were changed there, by their rows.
const THEIRS_AT: &str = "theirs_at";

struct Found {
    remote: String,
    contact: ContactId,
    kept: LinkedConflict,
    at: Timestamp,
    card: i64,
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        remote: row.get(0)?,
        contact: ContactId(record::uuid(row, 1)?),
        kept: LinkedConflict {
            key: row.get(2)?,
            field: row.get(3)?,
            was: row.get(4)?,
            theirs: row.get(5)?,
        },
        at: Timestamp::from_micros(row.get(6)?),
        card: row.get(7)?,
    })
}

/// A conflict as it is addressed: its card, what it is about, and the field.
fn address(found: &Found) -> String {
    format!("{}:{}:{}", found.card, found.kept.field, found.kept.key)
}

/// What a conflict is about, if it can be read and its contact is there.
fn about(
    connection: &Connection,
    found: &Found,
) -> Answer<Option<(Person, ConflictKey, Conflict)>> {
    let Some(contact) = record::find_contact(connection, found.contact)? else {
        return Ok(None);
    };
    let phones = record::phones_of(connection, found.contact)?;
    let person = Person::of(&crate::domain::full_contact::FullContact { contact, phones });
    Ok(read_conflict(&found.kept).map(|(key, conflict)| (person, key, conflict)))
}

/// When a person last changed a contact, as far as the history says so.
fn changed_at(connection: &Connection, id: ContactId) -> Answer<Option<Timestamp>> {
    let at: Option<i64> = connection
        .prepare_cached(
            "SELECT max(p.at) FROM operation o JOIN undo_point p ON p.id = o.point
             WHERE o.contact = ?1 AND p.remote IS NULL",
        )?
        .query_row([id.0.as_bytes()], |row| row.get(0))?;
    Ok(at.map(Timestamp::from_micros))
}

/// When the card there was changed that is in conflict, as far as it said so.
fn theirs_at(connection: &Connection, card: i64) -> Answer<Option<Timestamp>> {
    let at: Option<i64> = connection
        .prepare_cached(&format!(
            "SELECT r.traits ->> ('$.{THEIRS_AT}.\"' || l.id || '\"') FROM remote_card l
             JOIN remote r ON r.id = l.remote WHERE l.id = ?1"
        ))?
        .query_row([card], |row| row.get(0))?;
    Ok(at.map(Timestamp::from_micros))
}

impl Store {
    /// How many fields are in conflict, of all remotes.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_conflicts(&self) -> Result<usize, Refusal> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM remote_conflict";
            let fields: i64 = connection.query_row(sql, [], |row| row.get(0))?;
            Ok(usize::try_from(fields).unwrap_or_default())
        })
    }

    /// The fields in conflict, by name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn conflicts(&self) -> Result<Vec<ConflictEntry>, Refusal> {
        self.snapshot(|connection| {
            let sql = format!("SELECT {COLUMNS} ORDER BY f.at, f.remote_card, f.field");
            let mut all = connection.prepare(&sql)?;
            let all = all
                .query_map([], found)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut entries = Vec::new();
            for one in all {
                let Some((person, key, Conflict { was, theirs })) = about(connection, &one)? else {
                    continue;
                };
                if !is_open(&person, &key, &theirs) {
                    // Its number or detail is gone, or says the same meanwhile; the next sync closes it.
                    continue;
                }
                let name = record::get_contact(connection, one.contact)?.name;
                entries.push(ConflictEntry {
                    id: address(&one),
                    ours_at: changed_at(connection, one.contact)?,
                    theirs_at: theirs_at(connection, one.card)?,
                    remote: one.remote,
                    contact: one.contact,
                    name,
                    field: field_words(&person, &key),
                    ours: ours(&person, &key),
                    theirs: value_words(&key, &theirs),
                    was: was.map_or_else(String::new, |was| value_words(&key, &was)),
                    joins: joins(&key),
                    at: one.at,
                });
            }
            Ok(entries)
        })
    }

    /// Decides fields in conflict as they were seen, all or none of them, in one step: what the contact says goes there
    /// with the next sync, or what is there is taken.
    ///
    /// # Errors
    /// Not found where one is decided already, a conflict where either side says something else than was seen, invalid
    /// where it cannot hold both; if the database cannot be written.
    pub fn decide(&mut self, decided: &[(ConflictEntry, Decision)]) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            // All of them are looked at before any is decided: two may be about one field.
            let mut found = Vec::new();
            for (seen, decision) in decided {
                let one = as_seen(writer.connection(), seen)?;
                found.push((one, *decision));
            }
            let mut titles = Vec::new();
            for (one, decision) in found {
                titles.push(decide(writer, &one, decision)?);
            }
            titles.retain(|title| !title.is_empty());
            let title = match titles.len() {
                0 | 1 => titles.pop().unwrap_or_default(),
                many => format!("Decided {}", count(many, "field")),
            };
            Ok(((), title))
        })
    }
}

/// A conflict that is still as it was seen.
fn as_seen(connection: &Connection, seen: &ConflictEntry) -> Answer<Found> {
    let id = seen.id.as_str();
    let gone = || Refusal::not_found("conflict", id);
    let (card, rest) = id.split_once(':').ok_or_else(gone)?;
    let (field, key) = rest.split_once(':').ok_or_else(gone)?;
    let sql = format!("SELECT {COLUMNS} WHERE f.remote_card = ?1 AND f.field = ?2 AND f.key = ?3");
    let one = connection
        .query_row(&sql, params![card, field, key], found)
        .optional()?
        .ok_or_else(gone)?;
    let said = about(connection, &one)?;
    let said = said.map(|(person, key, Conflict { theirs, .. })| {
        (ours(&person, &key), value_words(&key, &theirs))
    });
    if said.is_none_or(|(ours, theirs)| ours != seen.ours || theirs != seen.theirs) {
        let why = format!(
            "{} of {} has changed since; nothing was decided",
            seen.field, seen.name
        );
        return Err(Refusal::new(Kind::Conflict, why).into());
    }
    Ok(one)
}

/// Decides one field. Gives what was done to the contact; blank where that stays as it is.
fn decide(writer: &mut Writer<'_>, one: &Found, decision: Decision) -> Answer<String> {
    let kept = &one.kept;
    writer.connection().execute(
        "DELETE FROM remote_conflict WHERE remote_card = ?1 AND field = ?2 AND key = ?3",
        params![one.card, kept.field, kept.key],
    )?;
    let Some((mut person, about, Conflict { theirs, .. })) = about(writer.connection(), one)?
    else {
        return Ok(String::new());
    };
    if decision == Decision::Both && !joins(&about) {
        let why = format!("{} cannot hold both values", field_words(&person, &about));
        return Err(Refusal::new(Kind::Invalid, why).into());
    }
    let before = record::full_contact(writer.connection(), one.contact)?;
    let title = match decision {
        Decision::Mine => String::new(),
        Decision::Theirs => {
            take(&mut person, &about, &theirs);
            format!(
                "Took the {} of {} from {}",
                field_words(&person, &about),
                before.contact.name,
                one.remote
            )
        }
        Decision::Both => {
            let both = format!(
                "{} / {}",
                ours(&person, &about),
                value_words(&about, &theirs)
            );
            take(&mut person, &about, &FieldValue::Text(Some(both)));
            format!(
                "Kept both texts of the {} of {}",
                field_words(&person, &about),
                before.contact.name
            )
        }
    };
    if decision != Decision::Mine {
        let after = person.put_into(&before, &before, || writer.context());
        put_full(writer, &before, after)?;
    }
    // The next sync looks at it.
    writer.connection().execute(
        "UPDATE remote_card SET sent = 0, looked = 0 WHERE id = ?1",
        [one.card],
    )?;
    Ok(title)
}

impl RemoteBook<'_, '_> {
    /// Keeps the fields in conflict of a card, and when it was changed where they are new.
    pub(super) fn put_conflicts(
        &self,
        place: &[u8],
        conflicts: &[LinkedConflict],
        changed_at: Option<Timestamp>,
    ) -> Answer<()> {
        let connection = self.writer.connection();
        let of_card = "(SELECT id FROM remote_card WHERE remote = ?1 AND place = ?2)";
        let sql = format!("SELECT key, field FROM remote_conflict WHERE remote_card = {of_card}");
        let mut there = connection.prepare_cached(&sql)?;
        let there = there.query_map(params![self.remote, place], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let there: Vec<(String, String)> = there.collect::<rusqlite::Result<_>>()?;
        let is_known = |conflict: &LinkedConflict| {
            let mut there = there.iter();
            there.any(|(key, field)| conflict.key == *key && conflict.field == *field)
        };
        if !conflicts.iter().all(is_known) {
            // The card is sent from here soon, and then says when that was.
            connection
                .prepare_cached(&format!(
                    "UPDATE remote SET traits = json_patch(traits, json_object('{THEIRS_AT}',
                        json_object(CAST({of_card} AS TEXT), ?3))) WHERE id = ?1"
                ))?
                .execute(params![
                    self.remote,
                    place,
                    changed_at.map(Timestamp::micros)
                ])?;
        }
        for (key, field) in there {
            let stays = |conflict: &LinkedConflict| conflict.key == key && conflict.field == field;
            if !conflicts.iter().any(stays) {
                let sql = format!(
                    "DELETE FROM remote_conflict WHERE remote_card = {of_card} AND key = ?3 AND field = ?4"
                );
                connection.execute(&sql, params![self.remote, place, key, field])?;
            }
        }
        let sql = format!(
            "INSERT INTO remote_conflict (remote_card, key, field, was, theirs, at)
             VALUES ({of_card}, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET theirs = excluded.theirs"
        );
        for LinkedConflict {
            key,
            field,
            was,
            theirs,
        } in conflicts
        {
            let at = self.writer.context().now.micros();
            connection.prepare_cached(&sql)?.execute(params![
                self.remote,
                place,
                key,
                field,
                was,
                theirs,
                at
            ])?;
        }
        Ok(())
    }
}
