//! The contacts within one transaction of a sync: which one a card is about, and what is written of it.

use std::collections::HashSet;

use rusqlite::{Row, params};
use uuid::Uuid;

use crate::domain::called::Called;
use crate::domain::contact::{Contact, ContactId};
use crate::domain::edit::ContactWithCard;
use crate::domain::full_contact::FullContact;
use crate::domain::ids::CardId;
use crate::domain::intake;
use crate::domain::linked::SoughtCard;
use crate::domain::listing::ListQuery;
use crate::domain::naming::given_keys;
use crate::domain::operation::{RecordKey, SyncRun};
use crate::domain::phone::Phone;
use crate::domain::refusal::Refusal;
use crate::domain::title;

use crate::store::base::Store;
use crate::store::db::failure::{Answer, Trying};
use crate::store::db::record;
use crate::store::undo::restore::past;
use crate::store::write::log::{self, StepKind};
use crate::store::write::writer::Writer;

use super::remote_cards::RemoteBook;

/// How many contacts of one number or name are looked at.
const ASKED: i64 = 33;

/// The contacts that steps of the log touched.
pub struct TouchedContacts {
    /// They, and those with a card that waits, in the order of their change.
    pub contacts: Vec<ContactId>,
    /// Those of them that a step touched which is of no sync.
    pub by_person: HashSet<ContactId>,
    /// The newest step.
    pub newest: i64,
}

/// The contacts that go to a remote, where not all do.
#[derive(Clone, Debug, Default)]
pub struct Going {
    /// They, with those that went when they were last in the book.
    pub go: HashSet<ContactId>,
    /// Those that were deleted here and are known as they were then, whether they went or not.
    deleted: HashSet<ContactId>,
}

impl Store {
    /// The contacts that a filter finds, and of those that were deleted here and have a card of a remote, whom it
    /// found when they were last in the book.
    ///
    /// # Errors
    /// If the database cannot be read, or who was deleted not be looked at.
    pub fn going(&self, remote: i64, query: &ListQuery) -> Result<Going, Refusal> {
        let mut going = Going {
            go: self.ids(query, 0, usize::MAX)?.into_iter().collect(),
            deleted: HashSet::new(),
        };
        #[allow(
            clippy::redundant_closure_for_method_calls,
            reason = "the method is not general enough over the lifetimes of the book"
        )]
        let dead = self.read_remote(remote, |book| book.deleted())?;
        if dead.is_empty() {
            return Ok(going);
        }
        let (now, author, home) = self.start_writing()?;
        let look = || -> Answer<()> {
            // They are put back where nobody sees it, and this is rolled back.
            let transaction = self.begin()?;
            let mut writer = Writer::new(&transaction, now, home, author, &self.overseer)?;
            for id in dead {
                if !writer.is_there(RecordKey::Contact(id))?
                    && writer.bring_back(id).is_ok_and(|back| back)
                {
                    going.deleted.insert(id);
                }
            }
            let found = self.found_apart(&transaction, query)?;
            going
                .go
                .extend(found.into_iter().filter(|id| going.deleted.contains(id)));
            Ok(())
        };
        look().map_err(|failure| failure.refusal(&self.path, Trying::Read))?;
        Ok(going)
    }
}

impl Store {
    /// Holds back the deletion of contacts that did not go to a remote when they were deleted, by the filter of its last
    /// sync. Once they are deleted for good, this can no longer be found out.
    ///
    /// # Errors
    /// If the database cannot be read or written.
    pub(in crate::store) fn hold_deleted(&mut self) -> Result<(), Refusal> {
        for remote in self.remotes()? {
            let Some(only) = remote.only() else {
                continue;
            };
            let query = ListQuery {
                text: only,
                fields: self.own_fields()?,
                ..ListQuery::default()
            };
            // With a filter that finds nothing any more the next sync ends before it deletes anything.
            let Ok(going) = self.going(remote.id, &query) else {
                continue;
            };
            let run = SyncRun {
                remote: remote.name,
                id: Uuid::nil(),
            };
            self.write_remote(remote.id, &run, "", |book| book.hold(Some(&going)))?;
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Brings a contact back as it was when it was deleted last; says whether that is known.
    fn bring_back(&mut self, id: ContactId) -> Answer<bool> {
        let step: Option<i64> = self
            .connection()
            .prepare_cached(
                "SELECT max(point) FROM operation WHERE key = ?1 AND entity = 'contact' AND kind = 'delete'",
            )?
            .query_row([id.0.as_bytes()], |row| row.get(0))?;
        let Some(step) = step else { return Ok(false) };
        self.restore_contact(id, step - 1)?;
        self.settle_all()?;
        Ok(true)
    }
}

impl RemoteBook<'_, '_> {
    /// A contact, if it is there.
    pub fn contact(&mut self, id: ContactId) -> Result<Option<FullContact>, Refusal> {
        let found = || -> Answer<_> {
            if !self.writer.is_there(RecordKey::Contact(id))? {
                return Ok(None);
            }
            Ok(Some(record::full_contact(self.writer.connection(), id)?))
        };
        self.answered(found())
    }

    /// The contacts that were deleted here and have a card there.
    fn deleted(&mut self) -> Result<Vec<ContactId>, Refusal> {
        let deleted = || -> Answer<Vec<ContactId>> {
            let mut deleted = self.writer.connection().prepare_cached(
                "SELECT contact FROM remote_card INDEXED BY remote_card_todo
                 WHERE remote = ?1 AND NOT looked AND contact IS NOT NULL AND etag IS NOT NULL
                    AND contact NOT IN (SELECT id FROM contact)",
            )?;
            let deleted =
                deleted.query_map([self.remote], |row| Ok(ContactId(record::uuid(row, 0)?)))?;
            Ok(deleted.collect::<rusqlite::Result<_>>()?)
        };
        self.answered(deleted())
    }

    /// A contact with the card that it came from, if it is there.
    pub fn contact_and_card(&mut self, id: ContactId) -> Result<Option<ContactWithCard>, Refusal> {
        let Some(full) = self.contact(id)? else {
            return Ok(None);
        };
        let card = record::card_of(self.writer.connection(), &full.contact);
        let card = self.answered(card)?;
        Ok(Some(ContactWithCard { full, card }))
    }

    /// The card that a contact came from, where it is another than the one that it has there.
    pub fn own_card_beside_there(&mut self, id: ContactId) -> Result<Option<Vec<u8>>, Refusal> {
        let own: Option<i64> = self.maybe(
            "SELECT card FROM contact WHERE id = ?1 AND card IS NOT NULL AND card IS NOT
                (SELECT base FROM remote_card WHERE remote = ?2 AND contact = ?1 AND etag IS NOT NULL)",
            params![id.0.as_bytes(), self.remote],
        )?;
        let card = own.map(|own| record::card(self.writer.connection(), CardId(own)));
        self.answered(card.transpose())
    }

    /// The contacts that steps after one touched, and those with a card that waits, in the order of their
    /// change; and the newest step. All contacts, where none was looked at yet.
    pub fn touched(&mut self, since: i64) -> Result<TouchedContacts, Refusal> {
        let newest = self.one("SELECT coalesce(max(id), 0) FROM undo_point", params![])?;
        let touched = || -> Answer<_> {
            let connection = self.writer.connection();
            let sql = if since == 0 {
                "SELECT id FROM contact ORDER BY updated_in_db_at"
            } else {
                "SELECT contact FROM operation WHERE point > ?1"
            };
            let mut changed = connection.prepare_cached(sql)?;
            let values: &[&dyn rusqlite::ToSql] = if since == 0 { &[] } else { &[&since] };
            let id = |row: &Row<'_>| Ok(ContactId(record::uuid(row, 0)?));
            let mut ids = changed
                .query_map(values, id)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut waiting = connection.prepare_cached(
                "SELECT contact FROM remote_card INDEXED BY remote_card_todo
                 WHERE remote = ?1 AND contact IS NOT NULL
                    AND (intent IS NOT NULL OR refused IS NOT NULL OR etag IS NULL OR NOT looked)",
            )?;
            ids.extend(
                waiting
                    .query_map([self.remote], id)?
                    .collect::<rusqlite::Result<Vec<_>>>()?,
            );
            let mut known = HashSet::new();
            ids.retain(|id| known.insert(*id));
            let mut by_person = connection.prepare_cached(
                "SELECT o.contact FROM operation o JOIN undo_point p ON p.id = o.point
                 WHERE o.point > ?1 AND p.remote IS NULL",
            )?;
            let by_person = by_person.query_map([since], id)?;
            Ok((ids, by_person.collect::<rusqlite::Result<_>>()?))
        };
        let (contacts, by_person) = self.answered(touched())?;
        Ok(TouchedContacts {
            contacts,
            by_person,
            newest,
        })
    }

    /// Writes what of a contact is otherwise, and gives it back with its primary number settled.
    pub fn put_contact(
        &mut self,
        before: &FullContact,
        after: FullContact,
    ) -> Result<FullContact, Refusal> {
        let put = put_full(self.writer, before, after);
        self.answered(put)
    }

    /// Has the contacts that were changed in this transaction be again what they were before it, in a step of a run
    /// of its own: where that is taken back, they are what was changed.
    pub fn put_back(&mut self, remote: &str) -> Result<(), Refusal> {
        let put = |writer: &mut Writer<'_>| -> Answer<()> {
            let changed = writer.changed();
            if changed.is_empty() {
                return Ok(());
            }
            writer.end_step(&title::written_over(remote))?;
            let before = log::newest(writer.connection())? - 1;
            writer.set_step(StepKind::Sync(SyncRun {
                remote: remote.to_owned(),
                id: Uuid::now_v7(),
            }));
            for id in changed {
                // Who was made in it stays.
                if past(writer.connection(), id, None, before)?.is_some() {
                    writer.restore_contact(id, before)?;
                }
            }
            writer.settle_all()
        };
        let put = put(self.writer);
        self.answered(put)
    }

    /// Gives a contact another card of its own.
    pub fn put_own_card(&mut self, full: FullContact, card: &[u8]) -> Result<(), Refusal> {
        let put = |writer: &mut Writer<'_>| -> Answer<()> {
            let mut after = full.contact.clone();
            after.card = Some(writer.keep_card(card)?);
            after.updated_at = writer.context().now;
            writer.update_contact(full.contact, after).map(drop)
        };
        let put = put(self.writer);
        self.answered(put)
    }

    /// Makes a contact with its numbers, with the card that it came as.
    pub fn make_contact(
        &mut self,
        mut full: FullContact,
        card: &[u8],
    ) -> Result<FullContact, Refusal> {
        let id = full.contact.id;
        let make = |writer: &mut Writer<'_>| -> Answer<FullContact> {
            full.contact.card = Some(writer.keep_card(card)?);
            writer.insert_full(full)?;
            record::full_contact(writer.connection(), id)
        };
        let done = make(self.writer);
        self.answered(done)
    }

    /// Deletes a contact, to the bin.
    pub fn delete_contact(&mut self, id: ContactId) -> Result<(), Refusal> {
        let delete = |writer: &mut Writer<'_>| -> Answer<()> {
            match record::find_contact(writer.connection(), id)? {
                Some(contact) => writer.delete_contact(contact),
                None => Ok(()),
            }
        };
        let deleted = delete(self.writer);
        self.answered(deleted)
    }

    /// Brings a contact back from the bin, if it is still there.
    pub fn bring_back(&mut self, id: ContactId) -> Result<Option<FullContact>, Refusal> {
        let back = |writer: &mut Writer<'_>| -> Answer<Option<FullContact>> {
            if !writer.bring_back(id)? {
                return Ok(None);
            }
            Ok(Some(record::full_contact(writer.connection(), id)?))
        };
        let back = back(self.writer);
        self.answered(back)
    }

    /// The contact that a card is about, if it has no card of this remote yet: by its `UID`, by the name of its
    /// file, or by its name and a number or an email.
    pub fn known(&mut self, card: &SoughtCard) -> Result<Option<ContactId>, Refusal> {
        let known = self.find(card);
        self.answered(known)
    }

    fn find(&self, card: &SoughtCard) -> Answer<Option<ContactId>> {
        let mut alike = match &card.uid {
            Some(uid) => self.with_uid(uid)?,
            None => Vec::new(),
        };
        // A file is called as we call it, or as anybody does: `1.vcf` is not the contact with the `UID` 1.
        if let Ok(id) = Uuid::parse_str(&card.file)
            && self.writer.is_there(RecordKey::Contact(ContactId(id)))?
        {
            alike.push(ContactId(id));
        }
        for id in alike {
            if self.is_free(id)? {
                return Ok(Some(id));
            }
        }
        let called = Called::of(&card.contact);
        let mut seen = HashSet::new();
        for number in &card.numbers {
            for id in self.ids(
                "SELECT contact FROM phone WHERE identity = ?1 LIMIT ?2",
                number,
            )? {
                if seen.insert(id) && self.is_called(id, &called)?.is_some() && self.is_free(id)? {
                    return Ok(Some(id));
                }
            }
        }
        for key in given_keys(&card.contact.name) {
            for id in self.ids("SELECT id FROM contact WHERE given_key = ?1 LIMIT ?2", &key)? {
                if seen.insert(id)
                    && let Some(known) = self.is_called(id, &called)?
                    && intake::share_an_email(&card.contact, &known)
                    && self.is_free(id)?
                {
                    return Ok(Some(id));
                }
            }
        }
        Ok(None)
    }

    /// A contact, if it has this name.
    fn is_called(&self, id: ContactId, called: &Called) -> Answer<Option<Contact>> {
        let contact = record::find_contact(self.writer.connection(), id)?;
        Ok(contact.filter(|contact| called.is(&Called::of(contact))))
    }

    /// Whether a contact has no card of this remote.
    fn is_free(&self, id: ContactId) -> Answer<bool> {
        let linked = self
            .writer
            .connection()
            .prepare_cached(
                "SELECT 1 FROM remote_card WHERE remote = ?1 AND contact = ?2 AND etag IS NOT NULL",
            )?
            .exists(params![self.remote, id.0.as_bytes()])?;
        Ok(!linked)
    }

    /// Whether a contact has this `UID`.
    pub fn has_uid(&mut self, uid: &str) -> Result<bool, Refusal> {
        let found = self.with_uid(uid);
        Ok(!self.answered(found)?.is_empty())
    }

    /// The contacts with a `UID`, one that was made here under its id.
    fn with_uid(&self, uid: &str) -> Answer<Vec<ContactId>> {
        let mut found = self.ids("SELECT id FROM contact WHERE uid = ?1 LIMIT ?2", uid)?;
        let bare = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
        if let Ok(id) = Uuid::parse_str(bare) {
            found.extend(self.ids(
                "SELECT id FROM contact WHERE uid = ?1 LIMIT ?2",
                &format!("urn:uuid:{bare}"),
            )?);
            if self.writer.is_there(RecordKey::Contact(ContactId(id)))? {
                found.push(ContactId(id));
            }
        }
        Ok(found)
    }

    fn ids(&self, sql: &str, of: &str) -> Answer<Vec<ContactId>> {
        let mut ids = self.writer.connection().prepare_cached(sql)?;
        let ids = ids.query_map(params![of, ASKED], |row| {
            Ok(ContactId(record::uuid(row, 0)?))
        })?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Holds back the deletions of those that do not go out: all linked contacts but those that do. Of who was thrown
    /// away for good it stays as it was.
    pub fn hold(&mut self, going: Option<&Going>) -> Result<(), Refusal> {
        let Some(going) = going else {
            // All go; those whose contact is gone go with the next deletions.
            return self.execute(
                "UPDATE remote_card INDEXED BY remote_card_todo SET held = 0 WHERE remote = ?1 AND held
                    AND contact IN (SELECT id FROM contact)",
                params![self.remote],
            );
        };
        let hold = || -> Answer<()> {
            let connection = self.writer.connection();
            let mut linked = connection.prepare_cached(
                "SELECT r.contact, r.held, EXISTS (SELECT 1 FROM contact c WHERE c.id = r.contact)
                 FROM remote_card r WHERE r.remote = ?1 AND r.contact IS NOT NULL",
            )?;
            let linked = linked.query_map([self.remote], |row| {
                let id = ContactId(record::uuid(row, 0)?);
                Ok((id, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?))
            })?;
            for linked in linked.collect::<rusqlite::Result<Vec<_>>>()? {
                let (id, held, is_here) = linked;
                let is_held = !going.go.contains(&id);
                if is_held != held && (is_here || going.deleted.contains(&id)) {
                    connection
                        .prepare_cached(
                            "UPDATE remote_card SET held = ?3 WHERE remote = ?1 AND contact = ?2",
                        )?
                        .execute(params![self.remote, id.0.as_bytes(), is_held])?;
                }
            }
            Ok(())
        };
        self.answered(hold())
    }
}

/// Writes what of a contact is otherwise, and gives it back with its primary number settled.
pub(super) fn put_full(
    writer: &mut Writer<'_>,
    before: &FullContact,
    mut after: FullContact,
) -> Answer<FullContact> {
    let id = after.contact.id;
    if before.contact != after.contact {
        after.contact.updated_at = writer.context().now;
        writer.update_contact(before.contact.clone(), after.contact)?;
    }
    let same =
        |phone: &Phone, all: &[Phone]| all.iter().find(|other| other.id == phone.id).cloned();
    for phone in &before.phones {
        if same(phone, &after.phones).is_none() {
            writer.delete_phone(phone.clone())?;
        }
    }
    for phone in after.phones {
        match same(&phone, &before.phones) {
            None => writer.insert_phone(phone)?,
            Some(was) if was != phone => writer.touch_phone(was, phone)?,
            Some(_) => {}
        }
    }
    writer.settle_all()?;
    record::full_contact(writer.connection(), id)
}
