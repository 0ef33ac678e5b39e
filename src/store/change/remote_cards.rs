//! The cards of a remote within one transaction of a sync: what is kept of each, and the contacts that they are.

use std::path::Path;

use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::contact::{CardId, ContactId};
use crate::domain::linked::{LinkedCard, LinkedConflict, LinkedIntent, ListedCard};
use crate::domain::operation::SyncRun;
use crate::domain::phone::Context;
use crate::domain::refusal::Refusal;
use crate::domain::remotes::SENT_UNDO;

use crate::store::base::Store;
use crate::store::cache::condition::IS_LEFT_OUT;
use crate::store::db::failure::{Answer, Trying};
use crate::store::db::record;
use crate::store::write::log::StepKind;
use crate::store::write::writer::Writer;

use super::remotes::COUNT_UNDONE;

/// A book as a sync with one remote sees it, within one transaction.
pub struct RemoteBook<'w, 'c> {
    pub(super) writer: &'w mut Writer<'c>,
    path: &'w Path,
    pub(super) remote: i64,
    run: Uuid,
}

impl Store {
    /// Reads what a sync with a remote needs, in one state of the book.
    ///
    /// # Errors
    /// What `work` refuses, or that the database cannot be read.
    pub fn read_remote<T>(
        &self,
        remote: i64,
        work: impl FnOnce(&mut RemoteBook<'_, '_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (now, author, home) = self.start_writing()?;
        self.snapshot(|connection| {
            let mut writer = Writer::new(connection, now, home, author, &self.overseer)?;
            let mut book = RemoteBook {
                writer: &mut writer,
                path: &self.path,
                remote,
                run: Uuid::nil(),
            };
            Ok(work(&mut book)?)
        })
    }

    /// Writes a part of the run of a sync, all or nothing, as a step of that run.
    ///
    /// # Errors
    /// What `work` refuses, or that the database cannot be written; then nothing was.
    pub fn write_remote<T>(
        &mut self,
        remote: i64,
        run: &SyncRun,
        title: &str,
        work: impl FnOnce(&mut RemoteBook<'_, '_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let done = self.write(|writer| {
            writer.set_step(StepKind::Sync(run.clone()));
            let mut book = RemoteBook {
                writer,
                path: &self.path,
                remote,
                run: run.id,
            };
            let value = work(&mut book)?;
            Ok((value, title.to_owned()))
        })?;
        Ok(done.value)
    }
}

impl Store {
    /// All cards of a remote, without what they say.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn listed_cards(&self, remote: i64) -> Result<Vec<ListedCard>, Refusal> {
        self.read(|connection| {
            let mut cards = connection.prepare_cached(
                "SELECT href, place, etag IS NOT NULL, contact, refused,
                    EXISTS (SELECT 1 FROM remote_conflict f WHERE f.remote_card = r.id AND NOT f.closed)
                 FROM remote_card r WHERE remote = ?1 ORDER BY id",
            )?;
            let cards = cards.query_map([remote], |row| {
                let is_nobody = row.get_ref(3)? == rusqlite::types::ValueRef::Null;
                let contact = (!is_nobody).then(|| record::uuid(row, 3).map(ContactId));
                Ok(ListedCard {
                    href: row.get(0)?,
                    place: row.get(1)?,
                    is_there: row.get(2)?,
                    contact: contact.transpose()?,
                    refused: row.get(4)?,
                    is_disputed: row.get(5)?,
                })
            })?;
            Ok(cards.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Decides what is to become of the cards that a run linked or made which was taken back.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn decide_undone(&mut self, remote: i64, name: &str, send: bool) -> Result<(), Refusal> {
        let run = SyncRun {
            remote: name.to_owned(),
            id: Uuid::nil(),
        };
        self.write_remote(remote, &run, "", |book| book.decide_undone(send))
    }
}

/// The columns of a card, in the order of [`linked_card`].
const COLUMNS: &str =
    "r.href, r.etag, r.contact, b.bytes, r.agreed, r.intent, i.bytes, r.intent_says, r.strikes,
    r.sent, r.refused, r.held, r.undone, r.twin, r.id
    FROM remote_card r LEFT JOIN card b ON b.id = r.base LEFT JOIN card i ON i.id = r.intent_body";

/// A count of rows.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    let count: i64 = row.get(column)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// A card, unless it was thrown away with the contact in the bin: then nothing of it is known but its place.
fn unless_emptied(card: Option<Vec<u8>>) -> Option<Vec<u8>> {
    card.filter(|bytes| !bytes.is_empty())
}

/// A card without its conflicts, and its row.
fn linked_card(row: &Row<'_>) -> rusqlite::Result<(LinkedCard, i64)> {
    let intent: Option<String> = row.get(5)?;
    let says: Option<String> = row.get(7)?;
    let refused: Option<String> = row.get(10)?;
    let intent = match intent {
        Some(word) => unless_emptied(row.get(6)?).map(|body| LinkedIntent {
            is_new: word == "create",
            body,
            says: says.clone().unwrap_or_default(),
        }),
        None => None,
    };
    let card = LinkedCard {
        href: row.get(0)?,
        etag: row.get(1)?,
        contact: ContactId(record::uuid(row, 2)?),
        base: unless_emptied(row.get(3)?),
        changed_at: None,
        agreed: row.get(4)?,
        intent,
        conflicts: Vec::new(),
        strikes: row.get(8)?,
        sent: row.get(9)?,
        refused: refused.map(|why| (why, says)),
        held: row.get(11)?,
        undone: row.get(12)?,
        twin: row.get(13)?,
    };
    Ok((card, row.get(14)?))
}

impl RemoteBook<'_, '_> {
    /// The run that writes.
    pub(super) const fn run(&self) -> Uuid {
        self.run
    }

    pub(super) fn answered<T>(&self, answer: Answer<T>) -> Result<T, Refusal> {
        answer.map_err(|failure| failure.refusal(self.path, Trying::Write))
    }

    /// The context of the rules, with a new id at each call.
    #[must_use]
    pub fn context(&self) -> Context {
        self.writer.context()
    }

    /// The token, and how many cards were linked before the links were dropped.
    pub fn state(&mut self) -> Result<(Option<String>, usize), Refusal> {
        let state = || -> Answer<_> {
            let state = self.writer.connection().query_row(
                "SELECT token, known FROM remote WHERE id = ?1",
                [self.remote],
                |row| Ok((row.get(0)?, count(row, 1)?)),
            )?;
            Ok(state)
        };
        self.answered(state())
    }

    /// Keeps the token, and how many cards were linked.
    pub fn put_state(&mut self, token: Option<&str>, known: usize) -> Result<(), Refusal> {
        self.execute(
            "UPDATE remote SET token = ?2, known = ?3 WHERE id = ?1",
            params![self.remote, token, i64::try_from(known).unwrap_or(i64::MAX)],
        )
    }

    /// The newest step of the log that was looked at.
    pub fn seen(&mut self) -> Result<i64, Refusal> {
        self.one(
            "SELECT seen FROM remote WHERE id = ?1",
            params![self.remote],
        )
    }

    /// Notes the newest step of the log that was looked at, and of which contacts nothing waits to be sent.
    pub fn put_seen(&mut self, step: i64, nothing_waits: &[ContactId]) -> Result<(), Refusal> {
        self.execute(
            "UPDATE remote SET seen = ?2 WHERE id = ?1 AND seen <> ?2",
            params![self.remote, step],
        )?;
        for contact in nothing_waits {
            self.execute(
                // By the contact: at a first sync all cards of the remote are still to be looked at.
                "UPDATE remote_card SET looked = 1 WHERE contact = ?2 AND +remote = ?1 AND NOT looked
                    AND contact IN (SELECT id FROM contact)",
                params![self.remote, contact.0.as_bytes()],
            )?;
        }
        Ok(())
    }

    /// Has all contacts looked at by the next run.
    pub fn look_at_all(&mut self) -> Result<(), Refusal> {
        self.execute(
            "UPDATE remote SET seen = 0 WHERE id = ?1",
            params![self.remote],
        )
    }

    /// Decides what is to become of the cards of a run that was taken back: the undo is sent there, so that what it
    /// took away is deleted there too; or their links are dropped, and the next run is a first sync again.
    pub fn decide_undone(&mut self, send: bool) -> Result<(), Refusal> {
        if send {
            self.execute(
                "UPDATE remote SET traits = json_set(traits, '$.' || ?2, json((
                    SELECT json_group_array(id) FROM remote_card WHERE remote = ?1 AND undone AND etag IS NOT NULL)))
                 WHERE id = ?1",
                params![self.remote, SENT_UNDO],
            )?;
            return self.execute(
                "UPDATE remote_card SET undone = 0 WHERE remote = ?1 AND undone AND etag IS NOT NULL",
                params![self.remote],
            );
        }
        let undone: i64 = self.one(COUNT_UNDONE, params![self.remote])?;
        self.execute(
            "DELETE FROM remote_conflict WHERE remote_card IN (
                SELECT id FROM remote_card WHERE remote = ?1 AND undone AND etag IS NOT NULL)",
            params![self.remote],
        )?;
        self.execute(
            "DELETE FROM remote_card WHERE remote = ?1 AND undone AND etag IS NOT NULL",
            params![self.remote],
        )?;
        self.execute(
            "UPDATE remote SET known = known + ?2, token = NULL, confirmed = 0, seen = 0 WHERE id = ?1",
            params![self.remote, undone],
        )
    }

    /// What is kept of a card.
    pub fn card(&mut self, place: &[u8]) -> Result<Option<LinkedCard>, Refusal> {
        self.card_by(
            "r.place = ?2 AND r.kind = 'person'",
            params![self.remote, place],
        )
    }

    /// The card of a contact.
    pub fn card_of(&mut self, contact: ContactId) -> Result<Option<LinkedCard>, Refusal> {
        let id = contact.0.as_bytes();
        self.card_by(
            "r.contact = ?2 AND r.kind = 'person'",
            params![self.remote, id],
        )
    }

    fn card_by(
        &self,
        condition: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Option<LinkedCard>, Refusal> {
        let found = || -> Answer<_> {
            let connection = self.writer.connection();
            let sql = format!(
                "SELECT {COLUMNS} WHERE r.remote = ?1 AND {condition} ORDER BY r.etag IS NULL LIMIT 1"
            );
            let found = connection
                .prepare_cached(&sql)?
                .query_row(values, linked_card)
                .optional()?;
            let Some((mut card, id)) = found else {
                return Ok(None);
            };
            let mut conflicts = connection.prepare_cached(
                "SELECT key, field, was, theirs, closed FROM remote_conflict WHERE remote_card = ?1",
            )?;
            let conflicts = conflicts.query_map([id], |row| {
                Ok(LinkedConflict {
                    key: row.get(0)?,
                    field: row.get(1)?,
                    was: row.get(2)?,
                    theirs: row.get(3)?,
                    closed: row.get(4)?,
                })
            })?;
            card.conflicts = conflicts.collect::<rusqlite::Result<_>>()?;
            Ok(Some(card))
        };
        self.answered(found())
    }

    /// Whether a contact has a card there, or had one when it was deleted.
    pub fn belongs(&mut self, contact: ContactId) -> Result<bool, Refusal> {
        self.one(
            "SELECT EXISTS (SELECT 1 FROM remote_card WHERE remote = ?1 AND contact = ?2 AND kind = 'person')
                OR EXISTS (SELECT 1 FROM remote_former WHERE remote = ?1 AND contact = ?2)",
            params![self.remote, contact.0.as_bytes()],
        )
    }

    /// Keeps a card.
    pub fn put_card(&mut self, place: &[u8], card: &LinkedCard) -> Result<(), Refusal> {
        let put = self.put(place, card);
        self.answered(put)
    }

    fn put(&self, place: &[u8], card: &LinkedCard) -> Answer<()> {
        let connection = self.writer.connection();
        let there = connection
            .prepare_cached(
                "SELECT base, intent_body, id FROM remote_card WHERE remote = ?1 AND place = ?2",
            )?
            .query_row(params![self.remote, place], |row| {
                Ok((row.get(0)?, row.get(1)?, Some(row.get::<_, i64>(2)?)))
            })
            .optional()?;
        let is_new = there.is_none();
        let (base, body, _) = there.unwrap_or_default();
        let base = self.keep(base, card.base.as_deref())?;
        let intent = card.intent.as_ref();
        let body = self.keep(body, intent.map(|intent| &*intent.body))?;
        let word = intent.map(|intent| if intent.is_new { "create" } else { "update" });
        let refused = card.refused.as_ref();
        let says = intent
            .map(|intent| &intent.says)
            .or_else(|| refused.and_then(|(_, says)| says.as_ref()));
        connection
            .prepare_cached(
                "INSERT INTO remote_card (remote, href, place, etag, kind, contact, base, agreed, intent,
                    intent_body, intent_says, strikes, sent, refused, held, undone, twin, run)
                 VALUES (?1, ?2, ?3, ?4, 'person', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
                 ON CONFLICT (remote, place) DO UPDATE SET href = excluded.href, etag = excluded.etag,
                    kind = excluded.kind, contact = excluded.contact, base = excluded.base,
                    agreed = excluded.agreed, intent = excluded.intent, intent_body = excluded.intent_body,
                    intent_says = excluded.intent_says, strikes = excluded.strikes, sent = excluded.sent,
                    refused = excluded.refused, held = excluded.held, undone = excluded.undone,
                    twin = excluded.twin, looked = 0",
            )?
            .execute(params![
                self.remote,
                card.href,
                place,
                card.etag,
                card.contact.0.as_bytes(),
                base,
                card.agreed,
                word,
                body,
                says,
                card.strikes,
                card.sent,
                refused.map(|(why, _)| why),
                card.held,
                card.undone,
                card.twin,
                self.run.as_bytes(),
            ])?;
        if is_new {
            connection
                .prepare_cached("DELETE FROM remote_former WHERE remote = ?1 AND contact = ?2")?
                .execute(params![self.remote, card.contact.0.as_bytes()])?;
        }
        self.put_conflicts(place, &card.conflicts, card.changed_at)
    }

    /// Keeps the text of a card, in the place of the one that is there; none drops it later.
    pub(super) fn keep(&self, there: Option<i64>, bytes: Option<&[u8]>) -> Answer<Option<i64>> {
        match (there, bytes) {
            (_, None) => Ok(None),
            (Some(id), Some(bytes)) => {
                self.writer
                    .connection()
                    .prepare_cached("UPDATE card SET bytes = ?2 WHERE id = ?1 AND bytes <> ?2")?
                    .execute(params![id, bytes])?;
                Ok(Some(id))
            }
            (None, Some(bytes)) => {
                let CardId(id) = self.writer.keep_card(bytes)?;
                Ok(Some(id))
            }
        }
    }

    /// Notes a card that cannot be read, with the reason.
    pub fn put_unread(
        &mut self,
        href: &str,
        place: &[u8],
        etag: &str,
        why: &str,
    ) -> Result<(), Refusal> {
        self.execute(
            "INSERT INTO remote_card (remote, href, place, etag, kind, refused, run)
             VALUES (?1, ?2, ?3, ?4, 'unread', ?5, ?6)
             ON CONFLICT (remote, place) DO UPDATE SET etag = excluded.etag, refused = excluded.refused",
            params![self.remote, href, place, etag, why, self.run.as_bytes()],
        )
    }

    /// Has a card be at another address, where none is.
    pub fn move_card(&mut self, place: &[u8], href: &str, there: &[u8]) -> Result<(), Refusal> {
        self.execute(
            "UPDATE remote_card SET href = ?3, place = ?4, looked = 0 WHERE remote = ?1 AND place = ?2",
            params![self.remote, place, href, there],
        )
    }

    /// Forgets a card. That a contact had it which was deleted is kept: should it come back, it goes there again.
    pub fn drop_card(&mut self, place: &[u8]) -> Result<(), Refusal> {
        let values = params![self.remote, place];
        self.execute(
            "INSERT OR IGNORE INTO remote_former
             SELECT remote, contact FROM remote_card WHERE remote = ?1 AND place = ?2 AND etag IS NOT NULL
                AND contact IS NOT NULL AND contact NOT IN (SELECT id FROM contact)",
            values,
        )?;
        self.execute(
            "DELETE FROM remote_conflict WHERE remote_card IN (
                SELECT id FROM remote_card WHERE remote = ?1 AND place = ?2)",
            values,
        )?;
        self.execute(
            "DELETE FROM remote_card WHERE remote = ?1 AND place = ?2",
            values,
        )
    }

    /// The version of a card that is known to be there.
    pub fn etag(&mut self, place: &[u8]) -> Result<Option<String>, Refusal> {
        let found: Option<Option<String>> = self.maybe(
            "SELECT etag FROM remote_card WHERE remote = ?1 AND place = ?2",
            params![self.remote, place],
        )?;
        Ok(found.flatten())
    }

    /// The addresses of the cards that are known to be there.
    pub fn linked(&mut self) -> Result<Vec<String>, Refusal> {
        self.hrefs("", "etag IS NOT NULL")
    }

    /// How many cards are known to be there.
    pub fn count_linked(&mut self) -> Result<usize, Refusal> {
        let linked: i64 = self.one(
            "SELECT count(*) FROM remote_card WHERE remote = ?1 AND etag IS NOT NULL",
            params![self.remote],
        )?;
        Ok(usize::try_from(linked).unwrap_or_default())
    }

    /// The addresses of the cards that could not be read, but for those that a person left as they are.
    pub fn unread(&mut self) -> Result<Vec<String>, Refusal> {
        let unread = format!(
            "refused IS NOT NULL AND intent_says IS NULL AND kind IS NOT 'group' AND NOT {IS_LEFT_OUT}"
        );
        self.hrefs("INDEXED BY remote_card_todo", &unread)
    }

    /// The addresses of the cards with something under way.
    pub fn open(&mut self) -> Result<Vec<String>, Refusal> {
        self.hrefs("INDEXED BY remote_card_todo", "intent IS NOT NULL")
    }

    /// The addresses of the cards whose contact was deleted here.
    pub fn orphans(&mut self) -> Result<Vec<String>, Refusal> {
        // Whoever deletes a contact has its card looked at, and that stays so.
        self.hrefs(
            "INDEXED BY remote_card_todo",
            "NOT looked AND contact IS NOT NULL AND contact NOT IN (SELECT id FROM contact)",
        )
    }

    fn hrefs(&self, index: &str, condition: &str) -> Result<Vec<String>, Refusal> {
        let hrefs = || -> Answer<_> {
            let sql = format!(
                "SELECT href FROM remote_card {index} WHERE remote = ?1 AND {condition} ORDER BY id"
            );
            let mut hrefs = self.writer.connection().prepare_cached(&sql)?;
            let hrefs = hrefs.query_map([self.remote], |row| row.get(0))?;
            Ok(hrefs.collect::<rusqlite::Result<_>>()?)
        };
        self.answered(hrefs())
    }

    /// What was agreed of a contact with other remotes, and what is under way there: the JSON of each, or the card
    /// that says it.
    pub fn elsewhere(&mut self, id: ContactId) -> Result<Vec<LinkedCard>, Refusal> {
        let cards = || -> Answer<_> {
            let sql = format!("SELECT {COLUMNS} WHERE r.remote <> ?1 AND r.contact = ?2");
            let mut cards = self.writer.connection().prepare_cached(&sql)?;
            let cards = cards.query_map(params![self.remote, id.0.as_bytes()], linked_card)?;
            let cards = cards.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(cards.into_iter().map(|(card, _)| card).collect())
        };
        self.answered(cards())
    }

    /// Whether a contact is the twin of another one.
    pub fn is_twin(&mut self, id: ContactId) -> Result<bool, Refusal> {
        let found: Option<i64> = self.maybe(
            "SELECT 1 FROM remote_card WHERE contact = ?1 AND twin LIMIT 1",
            params![id.0.as_bytes()],
        )?;
        Ok(found.is_some())
    }

    pub(super) fn execute(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<(), Refusal> {
        let execute = || -> Answer<()> {
            self.writer
                .connection()
                .prepare_cached(sql)?
                .execute(values)?;
            Ok(())
        };
        self.answered(execute())
    }

    pub(super) fn one<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<T, Refusal> {
        let one = || -> Answer<T> {
            let mut one = self.writer.connection().prepare_cached(sql)?;
            Ok(one.query_row(values, |row| row.get(0))?)
        };
        self.answered(one())
    }

    pub(super) fn maybe<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Option<T>, Refusal> {
        let maybe = || -> Answer<Option<T>> {
            let mut maybe = self.writer.connection().prepare_cached(sql)?;
            Ok(maybe.query_row(values, |row| row.get(0)).optional()?)
        };
        self.answered(maybe())
    }
}
