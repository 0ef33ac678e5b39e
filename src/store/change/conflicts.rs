//! Fields that a contact and its card elsewhere say differently: what is to be decided, and decisions.

use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::linked::LinkedConflict;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{ConflictEntry, Decision};
use crate::domain::sync::kept::{both, field_words, joins, ours, value_words};
use crate::domain::sync::outgoing::take;
use crate::domain::sync::row::{Conflict, FieldValue};
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::base::Store;
use crate::store::change::remote_cards::RemoteBook;
use crate::store::change::remote_contacts::put_full;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::decided::{CONFLICT, OF_CARDS, StoredConflict, conflict};
use crate::store::write::writer::Writer;

/// Where it is remembered of a remote when the cards in conflict were changed there, by their rows.
const THEIRS_AT: &str = "theirs_at";

/// The conflicts that are to be decided, with what [`found`] reads.
fn open_ones() -> String {
    format!(
        "SELECT {CONFLICT}, r.name, f.at FROM {OF_CARDS} JOIN remote r ON r.id = c.remote
         WHERE NOT f.closed"
    )
}

struct Found {
    stored: StoredConflict,
    remote: String,
    at: Timestamp,
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        stored: conflict(row)?,
        remote: row.get(7)?,
        at: Timestamp::from_micros(row.get(8)?),
    })
}

/// A conflict as it is addressed: its card, what it is about, and the field.
fn address(StoredConflict { card, kept, .. }: &StoredConflict) -> String {
    format!("{card}:{}:{}", kept.field, kept.key)
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
            let sql = "SELECT count(*) FROM remote_conflict WHERE NOT closed";
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
            let sql = format!("{} ORDER BY f.at, f.remote_card, f.field", open_ones());
            let mut all = connection.prepare(&sql)?;
            let all = all
                .query_map([], found)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut entries = Vec::new();
            for Found { stored, remote, at } in all {
                let Some((person, key, said)) = stored.about(connection)? else {
                    continue;
                };
                let name = record::get_contact(connection, stored.contact)?.name;
                let (mine, theirs) = both(&person, &key, &said.theirs);
                entries.push(ConflictEntry {
                    id: address(&stored),
                    ours_at: changed_at(connection, stored.contact)?,
                    theirs_at: theirs_at(connection, stored.card)?,
                    remote,
                    contact: stored.contact,
                    name,
                    field: field_words(&person, &key),
                    ours: mine,
                    theirs,
                    was: said
                        .was
                        .map_or_else(String::new, |was| value_words(&key, &was)),
                    joins: joins(&key),
                    at,
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
    let sql = format!(
        "{} AND f.remote_card = ?1 AND f.field = ?2 AND f.key = ?3",
        open_ones()
    );
    let one = connection
        .query_row(&sql, params![card, field, key], found)
        .optional()?
        .ok_or_else(gone)?;
    let said = one.stored.about(connection)?;
    let said = said.map(|(person, key, Conflict { theirs, .. })| both(&person, &key, &theirs));
    if said.is_none_or(|(ours, theirs)| ours != seen.ours || theirs != seen.theirs) {
        let why = format!(
            "{} of {} has changed since; nothing was decided",
            seen.field, seen.name
        );
        return Err(Refusal::new(Kind::Conflict, why).into());
    }
    Ok(one)
}

/// Decides one field, and says what was done.
fn decide(writer: &mut Writer<'_>, one: &Found, decision: Decision) -> Answer<String> {
    let step = writer.begun("")?;
    one.stored.close(writer.connection(), step)?;
    let Some((mut person, about, said)) = one.stored.about(writer.connection())? else {
        return Ok(String::new());
    };
    let field = field_words(&person, &about);
    if decision == Decision::Both && !joins(&about) {
        let why = format!("{field} cannot hold both values");
        return Err(Refusal::new(Kind::Invalid, why).into());
    }
    let before = record::full_contact(writer.connection(), one.stored.contact)?;
    let name = &before.contact.name;
    let title = match decision {
        Decision::Mine => format!("Kept the {field} of {name} as it is here"),
        Decision::Theirs => {
            take(&mut person, &about, &said.theirs);
            format!("Took the {field} of {name} from {}", one.remote)
        }
        Decision::Both => {
            let both = [ours(&person, &about), value_words(&about, &said.theirs)];
            let both: Vec<String> = both.into_iter().filter(|text| !text.is_empty()).collect();
            take(
                &mut person,
                &about,
                &FieldValue::Text(Some(both.join(" / "))),
            );
            format!("Kept both texts of the {field} of {name}")
        }
    };
    if decision != Decision::Mine {
        let after = person.put_into(&before, &before, || writer.context());
        put_full(writer, &before, after)?;
    }
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
        let sql =
            format!("SELECT key, field, closed FROM remote_conflict WHERE remote_card = {of_card}");
        let mut there = connection.prepare_cached(&sql)?;
        let there = there.query_map(params![self.remote, place], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let there: Vec<(String, String, bool)> = there.collect::<rusqlite::Result<_>>()?;
        let is_known = |conflict: &LinkedConflict| {
            let mut there = there.iter();
            there.any(|(key, field, closed)| {
                conflict.key == *key && conflict.field == *field && conflict.closed >= *closed
            })
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
        for (key, field, _) in there {
            let stays = |conflict: &LinkedConflict| conflict.key == key && conflict.field == field;
            if !conflicts.iter().any(stays) {
                let sql = format!(
                    "DELETE FROM remote_conflict WHERE remote_card = {of_card} AND key = ?3 AND field = ?4"
                );
                connection.execute(&sql, params![self.remote, place, key, field])?;
            }
        }
        let sql = format!(
            "INSERT INTO remote_conflict (remote_card, key, field, was, theirs, closed, at)
             VALUES ({of_card}, ?3, ?4, ?5, ?6, ?7, ?8)
             -- One that was decided, and is in conflict anew, is another one.
             ON CONFLICT DO UPDATE SET theirs = excluded.theirs, closed = excluded.closed,
                was = iif(closed > excluded.closed, excluded.was, was),
                at = iif(closed > excluded.closed, excluded.at, at),
                step = iif(closed > excluded.closed OR theirs IS NOT excluded.theirs, NULL, step)"
        );
        for LinkedConflict {
            key,
            field,
            was,
            theirs,
            closed,
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
                closed,
                at
            ])?;
        }
        Ok(())
    }
}
