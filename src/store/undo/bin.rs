//! The bin: what was deleted, as the log keeps it, until it is emptied.

mod members;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::import::CardFormat;
use crate::domain::operation::{BinEntry, Operation, Record, RecordKey, UndoPoint};
use crate::domain::phone::Phone;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::title;
use crate::domain::words::count;

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::log::{self, STEP};
use crate::store::write::writer::Writer;

/// Deletions that were not undone, of rows that do not exist now. The numbers of a contact that was
/// deleted are part of that.
pub(in crate::store) const BINNED: &str = "FROM operation o JOIN undo_point p ON p.id = o.point
     WHERE o.kind = 'delete' AND p.kind = 'change' AND p.undone = 0 AND NOT p.emptied
     AND CASE o.entity
         WHEN 'contact' THEN NOT EXISTS (SELECT 1 FROM contact WHERE id = o.key)
         ELSE NOT EXISTS (SELECT 1 FROM phone WHERE id = o.key)
             AND EXISTS (SELECT 1 FROM contact WHERE id = o.contact) END";

/// How long readers of other programs are waited for before the log is cut.
const LOG: Duration = Duration::from_millis(500);

impl Store {
    /// What is in the bin, what was deleted last first; the first so many.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn bin(&self, limit: usize) -> Result<Vec<BinEntry>, Refusal> {
        self.snapshot(|connection| {
            let mut binned = connection.prepare_cached(&format!(
                "SELECT o.entity, o.key, o.kind, o.fields, {STEP} {BINNED}
                 ORDER BY o.point DESC, o.seq DESC LIMIT ?1"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = binned.query_map([limit], |row| {
                Ok((log::operation(row)?, log::point(row, 4)?))
            })?;
            let mut seen = BTreeSet::new();
            let mut all = Vec::new();
            for row in rows {
                let (operation, point) = row?;
                if let Operation::Delete(record) = operation
                    && seen.insert(record.key())
                {
                    all.push(told(connection, &record, point)?);
                }
            }
            Ok(all)
        })
    }

    /// Brings back what was deleted, a contact with the numbers that were deleted with it: what it was before
    /// the step that deleted it.
    ///
    /// # Errors
    /// Not found where it is not in the bin; invalid where the contact has the number again.
    pub fn bring_back(&mut self, key: RecordKey) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let (owner, step) = newest(writer.connection(), key)?;
            let before = step - 1;
            let title = match key {
                RecordKey::Phone(id) => {
                    let contact = record::get_contact(writer.connection(), owner)?;
                    let phone = writer.restore_phone(owner, id, before)?;
                    title::phone_back(&phone, &contact.name)
                }
                RecordKey::Contact(_) => {
                    title::contact_back(&writer.restore_contact(owner, before)?)
                }
            };
            Ok(((), title))
        })
    }

    /// How many records [`Store::empty_bin`] would throw away.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn thrown(&self) -> Result<usize, Refusal> {
        self.read(|connection| {
            let sql = format!("SELECT count(*) FROM (SELECT DISTINCT o.key, o.entity {GONE})");
            let count: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
    }

    /// Throws away for good what is in the bin, and what undone additions had made: with its history,
    /// its cards, the words of the steps that name it, and the lines that name it on cards of groups. Those steps cannot be undone or redone any
    /// more. No byte of it stays in the file. Gives the ids of the contacts and numbers.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn empty_bin(&mut self, format: &dyn CardFormat) -> Result<Vec<Uuid>, Refusal> {
        self.hold_deleted()?;
        // What is taken off a page is written over as a rule, but not the pages that become free.
        self.batch("PRAGMA secure_delete = ON")?;
        let done = self.write(|writer| Ok((writer.empty_bin(format)?, String::new())));
        self.batch("PRAGMA secure_delete = FAST")?;
        let thrown = done?.value;
        self.truncate_log();
        Ok(thrown)
    }

    fn batch(&self, sql: &str) -> Result<(), Refusal> {
        self.read(|connection| Ok(connection.execute_batch(sql)?))
    }

    /// Takes the log over into the database, so that no older state of a page is left in it. Where
    /// another program reads, the log is cut when that has ended.
    fn truncate_log(&self) {
        let _ = self.connection.busy_timeout(LOG);
        let _ = self.batch("PRAGMA wal_checkpoint(TRUNCATE)");
        let _ = self
            .connection
            .busy_timeout(crate::store::db::connect::BUSY);
    }
}

/// The contact of what is in the bin under a key, and the step that put it there.
fn newest(connection: &Connection, key: RecordKey) -> Answer<(ContactId, i64)> {
    let newest = format!("SELECT o.contact, o.point {BINNED} AND o.key = ?1 ORDER BY o.point DESC");
    let found = connection
        .query_row(&newest, [key.uuid().as_bytes()], |row| {
            Ok((ContactId(record::uuid(row, 0)?), row.get(1)?))
        })
        .optional()?;
    match found {
        Some(found) => Ok(found),
        None => Err(Refusal::new(Kind::NotFound, not_in_bin(connection, key)?).into()),
    }
}

/// Why something is not in the bin, by the name that a person knows it by.
fn not_in_bin(connection: &Connection, key: RecordKey) -> Answer<String> {
    let name = record::find(connection, key)?.map(|record| match record {
        Record::Contact(contact) => contact.name,
        Record::Phone(phone) => phone.shown(),
    });
    Ok(match name {
        Some(name) => format!("{name} is not in the bin: it is in the book again"),
        None => "this is not in the bin any more".to_owned(),
    })
}

fn told(connection: &Connection, record: &Record, point: UndoPoint) -> Answer<BinEntry> {
    let (name, what) = match record {
        Record::Contact(contact) => {
            let numbers: i64 = connection
                .prepare_cached(
                    "SELECT count(*) FROM operation
                     WHERE point = ?1 AND kind = 'delete' AND entity = 'phone' AND contact = ?2",
                )?
                .query_row(params![point.id, contact.id.0.as_bytes()], |row| row.get(0))?;
            let numbers = usize::try_from(numbers).unwrap_or_default();
            (contact.name.clone(), count(numbers, "number"))
        }
        Record::Phone(phone) => {
            let contact = record::get_contact(connection, phone.contact)?;
            (contact.name, phone.shown())
        }
    };
    Ok(BinEntry {
        key: record.key(),
        name,
        what,
        point,
    })
}

/// Every record that was deleted and is not there now, by whatever step: what is in the bin, and what
/// an undone addition had made. The numbers of a deleted contact are part of that.
const GONE: &str = "FROM operation o WHERE o.kind = 'delete'
     AND CASE o.entity
         WHEN 'contact' THEN NOT EXISTS (SELECT 1 FROM contact WHERE id = o.key)
         ELSE NOT EXISTS (SELECT 1 FROM phone WHERE id = o.key)
             AND EXISTS (SELECT 1 FROM contact WHERE id = o.contact) END";

/// The operations that are about these records.
const PART: &str = "CREATE TEMP TABLE part (point, seq, contact, key, PRIMARY KEY (point, seq))
        WITHOUT ROWID;
     INSERT INTO part SELECT point, seq, contact, key FROM operation
     WHERE key IN (SELECT key FROM thrown)
        OR contact IN (SELECT key FROM thrown WHERE entity = 'contact');
     -- A step that deleted some of it, or made it and was undone, cannot be turned round without it.
     UPDATE undo_point SET emptied = 1 WHERE id IN (
        SELECT coalesce(p.target, p.id) FROM part JOIN operation o USING (point, seq)
        JOIN undo_point p ON p.id = o.point WHERE o.kind = 'delete');";

/// Every card that one of these contacts ever had, unless it is another one's now.
const CARDS: &str = "UPDATE card SET bytes = x'' WHERE id IN (
        SELECT o.fields ->> 'card' FROM part JOIN operation o USING (point, seq)
        WHERE o.kind = 'delete' AND o.entity = 'contact'
        UNION ALL
        SELECT version.value FROM part JOIN operation o USING (point, seq),
            json_each(o.fields) change, json_each(change.value) version
        WHERE o.kind = 'update' AND o.entity = 'contact' AND change.value ->> 'field' = 'card'
            AND version.key IN ('from', 'to')
        UNION ALL
        -- What a remote has of them; to delete it there takes no more than its place.
        SELECT c.id FROM remote_card r JOIN card c ON c.id IN (r.base, r.intent_body)
        WHERE r.contact IN (SELECT key FROM thrown WHERE entity = 'contact'))
     AND id NOT IN (SELECT card FROM contact WHERE card IS NOT NULL)";

/// The cards that a contact has and had.
const CARDS_OF: &str = "SELECT id, bytes FROM card WHERE id IN (
        SELECT card FROM contact WHERE id = ?1
        UNION ALL
        SELECT version.value FROM operation o, json_each(o.fields) change,
            json_each(change.value) version
        WHERE o.contact = ?1 AND o.kind = 'update' AND o.entity = 'contact'
            AND change.value ->> 'field' = 'card' AND version.key IN ('from', 'to'))";

/// How many free pages are written over at once.
const PAGES: i64 = 4_096;

impl Writer<'_> {
    fn empty_bin(&self, format: &dyn CardFormat) -> Answer<Vec<Uuid>> {
        let connection = self.connection();
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE thrown (key, entity, PRIMARY KEY (key, entity)) WITHOUT ROWID;
             INSERT INTO thrown SELECT DISTINCT o.key, o.entity {GONE}; {PART} {CARDS};"
        ))?;
        self.take_numbers_off_cards(format)?;
        self.take_words_off_steps()?;
        self.take_members_off_groups(format)?;
        connection.execute_batch(
            "DELETE FROM imported WHERE contact IN (SELECT key FROM thrown);
             DELETE FROM remote_conflict WHERE remote_card IN (
                SELECT id FROM remote_card WHERE contact IN (SELECT key FROM thrown));
             -- Of a number that is no more.
             DELETE FROM remote_conflict WHERE length(key) > 8 AND key NOT IN (SELECT identity FROM phone);
             DELETE FROM remote_former WHERE contact IN (SELECT key FROM thrown);
             UPDATE remote_card SET agreed = '{}', intent_says = iif(intent_says IS NULL, NULL, '{}')
                WHERE contact IN (SELECT key FROM thrown WHERE entity = 'contact');
             -- The steps that tell a sync of it are gone with it.
             UPDATE remote_card SET looked = 0 WHERE contact IN (SELECT contact FROM part);
             DELETE FROM operation WHERE (point, seq) IN (SELECT point, seq FROM part);
             -- What is left of such a step is nothing that could be undone.
             UPDATE undo_point SET emptied = 1 WHERE id IN (SELECT point FROM part)
                AND NOT EXISTS (SELECT 1 FROM operation WHERE point = undo_point.id);",
        )?;
        let thrown = connection
            .prepare("SELECT key FROM thrown")?
            .query_map([], |row| record::uuid(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
        connection.execute_batch("DROP TABLE part; DROP TABLE thrown")?;
        self.wipe_free_pages()?;
        Ok(thrown)
    }

    /// Removes numbers that are deleted for good from the cards of contacts that stay, also old cards.
    fn take_numbers_off_cards(&self, format: &dyn CardFormat) -> Answer<()> {
        let connection = self.connection();
        let mut deleted = connection.prepare(
            "SELECT o.entity, o.key, o.kind, o.fields, o.contact FROM part
             JOIN operation o USING (point, seq)
             WHERE o.kind = 'delete' AND o.entity = 'phone'
                AND EXISTS (SELECT 1 FROM contact WHERE id = o.contact)
             ORDER BY o.contact",
        )?;
        let mut numbers: BTreeMap<ContactId, Vec<Phone>> = BTreeMap::new();
        let mut rows = deleted.query([])?;
        while let Some(row) = rows.next()? {
            if let Operation::Delete(Record::Phone(phone)) = log::operation(row)? {
                let owner = ContactId(record::uuid(row, 4)?);
                numbers.entry(owner).or_default().push(*phone);
            }
        }
        let mut cards = connection.prepare(CARDS_OF)?;
        let mut put = connection.prepare("UPDATE card SET bytes = ?2 WHERE id = ?1")?;
        for (owner, numbers) in numbers {
            // A number that the contact has again stays on its cards.
            let there = record::phones_of(connection, owner)?;
            let is_there = |phone: &Phone| there.iter().any(|own| own.identity == phone.identity);
            let gone: Vec<Phone> = { numbers }
                .into_iter()
                .filter(|one| !is_there(one))
                .collect();
            let all = cards.query_map([owner.0.as_bytes()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })?;
            for (id, card) in all.collect::<rusqlite::Result<Vec<_>>>()? {
                if let Some(card) = format.without(&card, &gone, self.context().home) {
                    put.execute(params![id, card])?;
                }
            }
        }
        Ok(())
    }

    /// Removes the names and numbers of what is deleted for good from the titles of steps. A step that was
    /// about nothing else loses all of its words, another one only where such a name is among them.
    fn take_words_off_steps(&self) -> Answer<()> {
        let connection = self.connection();
        let mut steps = connection.prepare(
            "SELECT id, title, EXISTS (
                SELECT 1 FROM operation o WHERE o.point = undo_point.id AND NOT EXISTS (
                    SELECT 1 FROM part WHERE part.point = o.point AND part.seq = o.seq))
             FROM undo_point WHERE id IN (SELECT point FROM part)",
        )?;
        let steps = steps.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let steps = steps.collect::<rusqlite::Result<Vec<(i64, String, bool)>>>()?;
        let mut put = connection.prepare("UPDATE undo_point SET title = ?2 WHERE id = ?1")?;
        for (step, words, about_others) in steps {
            if !about_others || self.names_part(step, &words)? {
                put.execute(params![step, title::THROWN])?;
            }
        }
        Ok(())
    }

    /// Whether the title of a step names one of its records that are deleted for good.
    fn names_part(&self, step: i64, words: &str) -> Answer<bool> {
        let mut known = self.connection().prepare_cached(
            "SELECT o.fields FROM operation o WHERE o.fields IS NOT NULL
                AND o.contact IN (SELECT contact FROM part WHERE point = ?1)
                AND o.key IN (SELECT key FROM part WHERE point = ?1)",
        )?;
        let mut rows = known.query([step])?;
        while let Some(row) = rows.next()? {
            let fields: Value = record::json(row, 0)?;
            if title::names(words, &fields) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes over the pages of the file that hold nothing now: what was on them was taken off without
    /// that.
    fn wipe_free_pages(&self) -> Answer<()> {
        let connection = self.connection();
        let pragma = |name: &str| -> rusqlite::Result<i64> {
            connection.pragma_query_value(None, name, |row| row.get(0))
        };
        let page = pragma("page_size")?;
        let mut filled = Vec::new();
        loop {
            let free = pragma("freelist_count")?;
            if free == 0 {
                break;
            }
            // Two pages are more than what fits beside the row itself.
            let bytes = free.clamp(2, PAGES) * page;
            connection.execute("INSERT INTO card (bytes) VALUES (zeroblob(?1))", [bytes])?;
            filled.push(connection.last_insert_rowid());
        }
        for id in filled {
            connection.execute("DELETE FROM card WHERE id = ?1", [id])?;
        }
        Ok(())
    }
}
