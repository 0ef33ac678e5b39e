//! The places that the book is kept the same with, each as a whole. None of it is in the history: it says what the
//! other side has, and that is not changed by an undo here.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use crate::domain::contact::ContactId;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{
    BroughtBack, BroughtBackEntry, LEFT_OUT, LeftContacts, RemoteCounts, RemoteDetails, RemoteRow,
    RunOutcome, SENT_UNDO,
};
use crate::domain::sync::remote::file_of;
use crate::domain::timestamp::Timestamp;

use crate::store::base::Store;
use crate::store::cache::condition::{IS_LEFT_OUT, WAITING};
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::query::in_remotes;
use crate::store::write::writer::Writer;

/// How many cards of a kind are looked at.
const LOOKED_AT: usize = 20;

/// What becomes of such a card.
const LEFT_AS_IT_IS: &str = "it stays as it is on each side, until the card there changes";

/// The columns of a remote, with what its cards are. What all of them are asked for is read in one pass: after a sync
/// in which nothing changed that is most of the time.
fn columns() -> String {
    format!(
        "r.id, r.name, r.kind, r.book, r.confirmed, r.paused, r.token, r.seen, r.known, r.traits,
    r.synced_at, r.tried_at, r.again_at, r.trouble,
    coalesce(n.linked, 0),
    (SELECT count(*) FROM ({WAITING}) w WHERE w.remote = r.id),
    (SELECT count(*) FROM remote_card c INDEXED BY remote_card_todo
     WHERE c.remote = r.id AND c.refused IS NOT NULL AND c.intent_says IS NOT NULL),
    (SELECT count(*) FROM remote_card c INDEXED BY remote_card_todo
     WHERE c.remote = r.id AND c.refused IS NOT NULL AND c.intent_says IS NULL AND NOT c.{IS_LEFT_OUT}),
    (SELECT count(*) FROM remote_conflict f CROSS JOIN remote_card c ON c.id = f.remote_card
     WHERE c.remote = r.id AND NOT f.closed),
    (SELECT count(*) FROM remote_card c INDEXED BY remote_card_todo
     WHERE c.remote = r.id AND c.undone AND c.etag IS NOT NULL),
    coalesce(n.held, 0),
    (SELECT count(*) FROM remote_card c INDEXED BY remote_card_todo
     WHERE c.remote = r.id AND c.refused IS NOT NULL AND c.{IS_LEFT_OUT})
    FROM remote r LEFT JOIN (
        SELECT c.remote, count(c.contact) AS linked,
            count(CASE WHEN c.held AND EXISTS (SELECT 1 FROM contact WHERE id = c.contact) THEN 1 END) AS held
        FROM remote_card c GROUP BY c.remote) n ON n.remote = r.id"
    )
}

/// Counts the cards of a remote that were linked or made by a run that was taken back.
pub(super) const COUNT_UNDONE: &str = "SELECT count(*) FROM remote_card INDEXED BY remote_card_todo
     WHERE remote = ?1 AND undone AND etag IS NOT NULL";

impl Store {
    /// All remotes that the book knows, by name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn remotes(&self) -> Result<Vec<RemoteRow>, Refusal> {
        self.read(|connection| {
            let mut remotes =
                connection.prepare_cached(&format!("SELECT {} ORDER BY r.name", columns()))?;
            let remotes = remotes.query_map([], row)?;
            Ok(remotes.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The cards of a remote that a person may want to look at.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn remote_details(&self, name: &str) -> Result<RemoteDetails, Refusal> {
        self.snapshot(|connection| {
            let mut details = RemoteDetails {
                name: name.to_owned(),
                ..RemoteDetails::default()
            };
            let Some(there) = find(connection, name)? else {
                return Ok(details);
            };
            let mut waiting = connection.prepare_cached(&format!(
                "SELECT c.name FROM ({WAITING}) w JOIN contact c ON c.id = w.contact
                 WHERE w.remote = ?1 ORDER BY c.name LIMIT {LOOKED_AT}"
            ))?;
            let waiting = waiting.query_map([there.id], |row| row.get(0))?;
            details.waiting = waiting.collect::<rusqlite::Result<_>>()?;
            let mut left = connection.prepare_cached(&format!(
                "SELECT l.intent_says IS NULL,
                    CASE WHEN c.id IS NULL AND l.contact IS NOT NULL
                        THEN 'the deletion of ' || coalesce(
                            (SELECT o.fields ->> 'name' FROM operation o
                             WHERE o.contact = l.contact AND o.entity = 'contact' AND o.kind = 'delete'
                             ORDER BY o.point DESC LIMIT 1), l.href)
                        ELSE c.name END,
                    l.refused, l.href
                 FROM remote_card l INDEXED BY remote_card_todo
                 LEFT JOIN contact c ON c.id = l.contact
                 WHERE l.remote = ?1 AND l.refused IS NOT NULL ORDER BY 2, l.href LIMIT {LOOKED_AT}"
            ))?;
            let mut left = left.query([there.id])?;
            while let Some(row) = left.next()? {
                let (is_unread, why): (bool, String) = (row.get(0)?, row.get(2)?);
                let name = match row.get(1)? {
                    Some(name) => name,
                    None => file_of(&row.get::<_, String>(3)?).to_owned(),
                };
                if let Some(name) = why.strip_prefix(LEFT_OUT) {
                    details.left_out.push((name.to_owned(), LEFT_AS_IT_IS.to_owned()));
                    continue;
                }
                let card = (name, why);
                if is_unread {
                    details.unread.push(card);
                } else {
                    details.refused.push(card);
                }
            }
            details.last_step = connection.query_row(
                "SELECT max(id) FROM undo_point
                 WHERE remote = ?1 AND kind = 'change' AND undone = 0 AND NOT emptied",
                [name],
                |row| row.get(0),
            )?;
            Ok(details)
        })
    }

    /// The contacts that were brought back because a change won over a deletion, the newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn brought_back(&self) -> Result<Vec<BroughtBackEntry>, Refusal> {
        let remotes = self.remotes()?;
        self.snapshot(|connection| {
            let mut entries = Vec::new();
            for remote in &remotes {
                for back in remote.brought_back() {
                    let contact = record::find_contact(connection, back.contact)?;
                    entries.extend(contact.map(|contact| BroughtBackEntry {
                        remote: remote.name.clone(),
                        name: contact.name,
                        back,
                    }));
                }
            }
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.back.at));
            Ok(entries)
        })
    }

    /// Notes that it is right so that a contact was brought back: it is not shown any more.
    ///
    /// # Errors
    /// Not found.
    pub fn keep_brought_back(&self, name: &str, contact: ContactId) -> Result<(), Refusal> {
        self.write_remotes(|writer| {
            let connection = writer.connection();
            let there = find(connection, name)?.ok_or_else(|| unknown(name))?;
            let mut left = there.brought_back();
            left.retain(|back| back.contact != contact);
            remember(connection, name, &json!({ BroughtBack::REMEMBERED: left }))
        })
    }

    /// The remote of this name, where the book knows it as this address book.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn known_remote(
        &self,
        name: &str,
        kind: &str,
        book: &str,
    ) -> Result<Option<RemoteRow>, Refusal> {
        let there = self.read(|connection| find(connection, name))?;
        Ok(there.filter(|there| there.kind == kind && there.book == book))
    }

    /// The remote of this name, which is made where the book does not know it. Where it is another address book than
    /// before, its links and its token are dropped, and the next run is a first sync; how many cards were linked is
    /// kept, so that an empty list is asked about.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn ensure_remote(&self, name: &str, kind: &str, book: &str) -> Result<RemoteRow, Refusal> {
        if let Some(there) = self.known_remote(name, kind, book)? {
            return Ok(there);
        }
        self.write_remotes(|writer| {
            let connection = writer.connection();
            if let Some(there) = find(connection, name)? {
                drop_links(connection, there.id)?;
            }
            connection.execute(
                "INSERT INTO remote (name, kind, book) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, book = excluded.book, traits = '{}'",
                params![name, kind, book],
            )?;
            Ok(find(connection, name)?.ok_or_else(|| unknown(name))?)
        })
    }

    /// Pauses a remote, or lets it go on.
    ///
    /// # Errors
    /// Not found.
    pub fn pause_remote(&self, name: &str, paused: bool) -> Result<(), Refusal> {
        self.write_remotes(|writer| {
            let changed = writer.connection().execute(
                "UPDATE remote SET paused = ?2, again_at = NULL, trouble = iif(?2, trouble, NULL) WHERE name = ?1",
                params![name, paused],
            )?;
            is_there(changed, name)
        })
    }

    /// Whether a remote is paused; one that is not there any more is not.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn is_remote_paused(&self, remote: i64) -> Result<bool, Refusal> {
        self.read(|connection| {
            let mut paused =
                connection.prepare_cached("SELECT paused FROM remote WHERE id = ?1")?;
            let paused = paused.query_row([remote], |row| row.get(0));
            Ok(paused.optional()?.unwrap_or_default())
        })
    }

    /// Forgets a remote with its links. No contact changes. Gives how many cards were linked.
    ///
    /// # Errors
    /// Not found.
    pub fn forget_remote(&self, name: &str) -> Result<u64, Refusal> {
        self.write_remotes(|writer| {
            let connection = writer.connection();
            let there = find(connection, name)?.ok_or_else(|| unknown(name))?;
            drop_links(connection, there.id)?;
            connection.execute("DELETE FROM remote WHERE id = ?1", [there.id])?;
            Ok(there.counts.linked)
        })
    }

    /// Notes how a run ended.
    ///
    /// # Errors
    /// Not found.
    pub fn note_run(&self, name: &str, outcome: &RunOutcome) -> Result<(), Refusal> {
        self.write_remotes(|writer| {
            let changed = writer.connection().execute(
                "UPDATE remote SET tried_at = ?2, synced_at = coalesce(?3, synced_at), again_at = ?4, trouble = ?5,
                    traits = json_patch(traits, ?6)
                 WHERE name = ?1",
                params![
                    name,
                    outcome.tried_at.micros(),
                    outcome.synced_at.map(Timestamp::micros),
                    outcome.again_at.map(Timestamp::micros),
                    outcome.trouble,
                    outcome.remembered.to_string(),
                ],
            )?;
            is_there(changed, name)
        })
    }

    /// Notes that the first sync with a remote was confirmed and done.
    ///
    /// # Errors
    /// Not found.
    pub fn confirm_remote(&self, name: &str) -> Result<(), Refusal> {
        self.write_remotes(|writer| {
            let sql = "UPDATE remote SET confirmed = 1 WHERE name = ?1";
            is_there(writer.connection().execute(sql, [name])?, name)
        })
    }

    /// Those of some contacts of which nothing was changed since a step.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn unchanged_since(&self, left: LeftContacts) -> Result<Vec<ContactId>, Refusal> {
        self.read(|connection| {
            let mut is_changed = connection.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM operation WHERE contact = ?1 AND point > ?2)",
            )?;
            let mut unchanged = Vec::new();
            for contact in left.contacts {
                let values = params![contact.0.as_bytes(), left.since];
                if !is_changed.query_row(values, |row| row.get(0))? {
                    unchanged.push(contact);
                }
            }
            Ok(unchanged)
        })
    }

    /// Remembers the contacts that a person left out of a first sync, as they are now.
    ///
    /// # Errors
    /// Not found.
    pub fn leave_contacts(&self, name: &str, contacts: &[ContactId]) -> Result<(), Refusal> {
        self.write_remotes(|writer| {
            let connection = writer.connection();
            let sql = "SELECT coalesce(max(id), 0) FROM undo_point";
            let left = LeftContacts {
                contacts: contacts.to_vec(),
                since: connection.query_row(sql, [], |row| row.get(0))?,
            };
            remember(connection, name, &json!({ LeftContacts::REMEMBERED: left }))
        })
    }

    /// How many contacts were changed here and stay so, since nothing is sent to a remote.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count_apart(&self, name: &str) -> Result<usize, Refusal> {
        self.snapshot(|connection| in_remotes::count_apart(connection, name))
    }

    /// Notes that the deletions of an undone sync have been sent, or, with `is_chosen_anew`, makes that a choice again.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn end_sent_undo(&self, name: &str, is_chosen_anew: bool) -> Result<(), Refusal> {
        self.write_remotes(|writer| {
            let connection = writer.connection();
            if is_chosen_anew {
                connection.execute(
                    "UPDATE remote_card SET undone = 1 WHERE id IN (
                        SELECT card.value FROM remote r, json_each(r.traits, '$.' || ?2) card WHERE r.name = ?1)
                     AND remote = (SELECT id FROM remote WHERE name = ?1) AND etag IS NOT NULL",
                    params![name, SENT_UNDO],
                )?;
            }
            remember(connection, name, &json!({ SENT_UNDO: null }))
        })
    }

    /// Keeps more of what was learned of a remote, as a patch of what was learned before.
    ///
    /// # Errors
    /// Not found.
    pub fn remember_of_remote(&self, name: &str, patch: &Value) -> Result<(), Refusal> {
        self.write_remotes(|writer| remember(writer.connection(), name, patch))
    }

    /// Writes what is in no step.
    fn write_remotes<T>(&self, work: impl FnOnce(&Writer<'_>) -> Answer<T>) -> Result<T, Refusal> {
        let done = self.write(|writer| Ok((work(writer)?, String::new())));
        done.map(|done| done.value)
    }
}

/// Patches what is remembered of a remote.
fn remember(connection: &Connection, name: &str, patch: &Value) -> Answer<()> {
    let sql = "UPDATE remote SET traits = json_patch(traits, ?2) WHERE name = ?1";
    is_there(
        connection.execute(sql, params![name, patch.to_string()])?,
        name,
    )
}

/// Drops the links with an address book, and what the next run would go on from.
fn drop_links(connection: &Connection, id: i64) -> Answer<()> {
    connection.execute(
        "UPDATE remote SET confirmed = 0, token = NULL, seen = 0, again_at = NULL, trouble = NULL, synced_at = NULL,
            known = max(known, (SELECT count(*) FROM remote_card c WHERE c.remote = ?1 AND c.contact IS NOT NULL))
         WHERE id = ?1",
        [id],
    )?;
    connection.execute(
        "DELETE FROM remote_conflict WHERE remote_card IN (SELECT id FROM remote_card WHERE remote = ?1)",
        [id],
    )?;
    connection.execute("DELETE FROM remote_card WHERE remote = ?1", [id])?;
    connection.execute("DELETE FROM remote_former WHERE remote = ?1", [id])?;
    Ok(())
}

fn find(connection: &Connection, name: &str) -> Answer<Option<RemoteRow>> {
    let sql = format!("SELECT {} WHERE r.name = ?1", columns());
    let mut one = connection.prepare_cached(&sql)?;
    Ok(one.query_row([name], row).optional()?)
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(Kind::NotFound, format!("the book knows no remote {name}"))
}

fn is_there(changed: usize, name: &str) -> Answer<()> {
    if changed == 0 {
        return Err(unknown(name).into());
    }
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<RemoteRow> {
    let time = |at: usize| -> rusqlite::Result<_> {
        Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp::from_micros))
    };
    let count = |at: usize| -> rusqlite::Result<_> {
        Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or_default())
    };
    Ok(RemoteRow {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        book: row.get(3)?,
        confirmed: row.get(4)?,
        paused: row.get(5)?,
        token: row.get(6)?,
        seen: row.get(7)?,
        known: count(8)?,
        traits: row.get(9)?,
        synced_at: time(10)?,
        tried_at: time(11)?,
        again_at: time(12)?,
        trouble: row.get(13)?,
        counts: RemoteCounts {
            linked: count(14)?,
            waiting: count(15)?,
            refused: count(16)?,
            unread: count(17)?,
            conflicts: count(18)?,
            undone: count(19)?,
            held: count(20)?,
            left_out: count(21)?,
        },
    })
}
