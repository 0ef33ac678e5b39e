//! Which contact a card is about.
//!
//! The same card again is known by its own content, whatever became of the contact; any other by its
//! `UID`, then by its name and a number, or without a number by its name and an email. However many
//! contacts share a name or a number, only a few are looked at.

use std::cmp::Reverse;

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::domain::called::{Called, SameName, other_spellings};
use crate::domain::contact::{Contact, ContactId};
use crate::domain::content::ContentHash;
use crate::domain::full_contact::FullContact;
use crate::domain::import::KnownBy;
use crate::domain::intake;
use crate::domain::naming::given_keys;
use crate::domain::notice::NoticeKind;
use crate::domain::operation::RecordKey;
use crate::domain::phone::Phone;
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::{Answer, Failure};
use crate::store::db::record::{self, CONTACT};
use crate::store::write::writer::Writer;

use super::crowds::{Crowd, FEW};
use super::run::Run;
use super::spoken_for::UidHolder;

/// How many are asked for: one more shows that there are too many.
const ASKED: i64 = 33;

/// The keys that a contact of this name is sorted under, in every way to write the name.
fn keys_of(contact: &Contact) -> Vec<String> {
    let mut keys: Vec<String> = given_keys(&contact.name).into();
    keys.extend(
        other_spellings(contact)
            .iter()
            .flat_map(|name| given_keys(name)),
    );
    keys.sort_unstable();
    keys.dedup();
    keys
}

impl Writer<'_> {
    /// The contact that a card with this content became, or was found to be about, if it is there.
    pub(super) fn imported_as(&self, hash: ContentHash) -> Answer<Option<ContactId>> {
        let found = self
            .connection()
            .prepare_cached(
                "SELECT i.contact FROM imported i CROSS JOIN contact c ON c.id = i.contact
                 LEFT JOIN undo_point p ON p.id = i.step
                 WHERE i.hash = ?1 AND coalesce(p.undone, 0) = 0 ORDER BY i.contact LIMIT 1",
            )?
            .query_row([hash.0], |row| record::uuid(row, 0))
            .optional()?;
        Ok(found.map(ContactId))
    }

    /// Notes what a card became; `step` is the step that did something with it.
    pub(super) fn note_imported(
        &self,
        hash: ContentHash,
        contact: ContactId,
        step: Option<i64>,
    ) -> Answer<()> {
        self.connection()
            .prepare_cached(
                "INSERT OR REPLACE INTO imported (hash, contact, step) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![hash.0, contact.0.as_bytes(), step])?;
        Ok(())
    }

    /// Has a contact known by the cards of another one that was merged into it.
    pub(in crate::store) fn know_as(&self, other: ContactId, kept: ContactId) -> Answer<()> {
        self.connection()
            .prepare_cached(
                "INSERT OR IGNORE INTO imported (hash, contact)
                 SELECT hash, ?2 FROM imported WHERE contact = ?1",
            )?
            .execute(params![other.0.as_bytes(), kept.0.as_bytes()])?;
        Ok(())
    }

    /// The contact that a card is about, if it is there; `chosen` is the id that the card gives.
    pub(super) fn known(
        &self,
        taken: &FullContact,
        chosen: Option<ContactId>,
        run: &mut Run<'_>,
    ) -> Answer<Option<(ContactId, KnownBy)>> {
        let contact = &taken.contact;
        if let Some(id) = chosen
            && self.is_there(RecordKey::Contact(id))?
        {
            return Ok(Some((id, KnownBy::Uid)));
        }
        if let Some(uid) = &contact.uid
            && let Some(id) = self.known_by_uid(uid, taken, run)?
        {
            return Ok(Some((id, KnownBy::Uid)));
        }
        if contact.namesake {
            // Known to be another than those of the same name.
            return Ok(None);
        }
        let called = Called::of(contact);
        let mut by = KnownBy::Words;
        if !taken.phones.is_empty() {
            by = KnownBy::Number;
            match self.known_by_number(taken, &called, chosen, run)? {
                Looked::Found(id) => return Ok(Some((id, by))),
                Looked::Nobody => {
                    let id = self.known_by_former(taken, &called, run)?;
                    return Ok(id.map(|id| (id, by)));
                }
                Looked::TooMany => {}
            }
        }
        let is_about = |id: &ContactId, run: &Run<'_>| {
            let another = chosen.is_some() && run.spoken_for.has(*id);
            Ok::<_, Failure>(!another && self.is_about(taken, &called, *id)?)
        };
        for key in keys_of(contact) {
            for id in self.of_name(key, taken, run)? {
                if is_about(&id, run)? {
                    return Ok(Some((id, by)));
                }
            }
        }
        // Under the shown name, one with a title before it is elsewhere.
        for id in self.of_parts(contact)? {
            if is_about(&id, run)? {
                return Ok(Some((id, by)));
            }
        }
        Ok(None)
    }

    /// The first contacts with the parts of a name, whatever title they are shown with.
    fn of_parts(&self, contact: &Contact) -> Answer<Vec<ContactId>> {
        let Some((first, end)) = contact.keys_of_parts() else {
            return Ok(Vec::new());
        };
        let mut few = self.connection().prepare_cached(
            "SELECT id FROM contact INDEXED BY contact_by_name
             WHERE family_key >= ?1 AND family_key < ?2 ORDER BY family_key, id LIMIT ?3",
        )?;
        let few = few.query_map(params![first, end, ASKED], |row| record::uuid(row, 0))?;
        let few = few.map(|id| id.map(ContactId));
        Ok(few.collect::<rusqlite::Result<_>>()?)
    }

    /// The contact with a `UID`. Where a collection has it on cards of two names, it is of two contacts,
    /// and the second is a new one until it has the `UID` itself.
    fn known_by_uid(
        &self,
        uid: &str,
        taken: &FullContact,
        run: &mut Run<'_>,
    ) -> Answer<Option<ContactId>> {
        let holders = self.holders(uid)?;
        let called = Called::of(&taken.contact);
        let is_called = |holder: &&UidHolder| called.is(&Called::new(&holder.name, None, None));
        if let Some(same) = holders.iter().find(is_called) {
            return Ok(Some(same.id));
        }
        let name = &taken.contact.name;
        let free = holders.iter();
        let free: Vec<&UidHolder> = free
            .filter(|holder| !run.spoken_for.is_another(holder, name))
            .collect();
        if let [first, others @ ..] = &*free {
            if !others.is_empty() {
                for holder in &free {
                    if self.has_any(holder.id, &taken.phones)? {
                        return Ok(Some(holder.id));
                    }
                }
            }
            return Ok(Some(first.id));
        }
        if let Some(other) = holders.first() {
            let both = || format!("{} and {name}", other.name);
            run.notices.add(NoticeKind::SharedUid, uid, both);
        }
        Ok(None)
    }

    /// The first contacts with a `UID`; one that was made here goes out under its id.
    fn holders(&self, uid: &str) -> Answer<Vec<UidHolder>> {
        let holder = |row: &rusqlite::Row<'_>| {
            Ok(UidHolder {
                id: ContactId(record::uuid(row, 0)?),
                name: row.get(1)?,
                written: Timestamp::from_micros(row.get(2)?),
            })
        };
        let mut with_uid = self.connection().prepare_cached(
            "SELECT id, name, updated_in_db_at FROM contact WHERE uid = ?1 LIMIT ?2",
        )?;
        let found = with_uid.query_map(params![uid, ASKED], holder)?;
        let mut holders = found.collect::<rusqlite::Result<Vec<_>>>()?;
        let own = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
        if let Ok(id) = Uuid::parse_str(own) {
            let own = self
                .connection()
                .prepare_cached("SELECT id, name, updated_in_db_at FROM contact WHERE id = ?1")?
                .query_row([id.as_bytes()], holder)
                .optional()?;
            holders.extend(own);
        }
        Ok(holders)
    }

    /// From the number to its contact: many people may share a name, hardly any a number.
    fn known_by_number(
        &self,
        taken: &FullContact,
        called: &Called,
        chosen: Option<ContactId>,
        run: &Run<'_>,
    ) -> Answer<Looked> {
        let mut holders = self.connection().prepare_cached(
            "SELECT c.id, c.name, c.given_name, c.family_name, c.uid IS NULL, c.prefix, c.suffix
             FROM (SELECT contact FROM phone INDEXED BY phone_identity WHERE identity = ?1 LIMIT ?2) p
             CROSS JOIN contact c ON c.id = p.contact",
        )?;
        let mut looked = Looked::Nobody;
        for phone in &taken.phones {
            let mut rows = holders.query(params![phone.identity, ASKED])?;
            let (mut first, mut count) = (None, 0);
            while let Some(row) = rows.next()? {
                count += 1;
                let id = ContactId(record::uuid(row, 0)?);
                let free = taken.contact.uid.is_none() || row.get(4)?;
                let another = chosen.is_some() && run.spoken_for.has(id);
                if another {
                    continue;
                }
                let part = |at| row.get::<_, Option<String>>(at);
                let (given, family) = (part(2)?, part(3)?);
                let name = record::text(row, 1)?;
                let holder = Called::new(name, given.as_deref(), family.as_deref())
                    .titled(part(5)?.as_deref(), part(6)?.as_deref());
                // One who is called the very same goes before one who has another title.
                if let Some(same) = called.same(&holder)
                    && (free || self.is_same_elsewhere(taken, same, id, run)?)
                {
                    first = first.max(Some((same, Reverse(id))));
                }
            }
            if let Some((_, Reverse(first))) = first {
                return Ok(Looked::Found(first));
            }
            if count > FEW {
                looked = Looked::TooMany;
            }
        }
        Ok(looked)
    }

    /// Whether a card with a `UID` of its own is about a contact with another one, whose name and number it has: it
    /// has an email of it too, and no card of its collection was about that contact. Programs give a card a new `UID`
    /// with each export; within one collection, another `UID` is another contact.
    fn is_same_elsewhere(
        &self,
        taken: &FullContact,
        same: SameName,
        id: ContactId,
        run: &Run<'_>,
    ) -> Answer<bool> {
        if same != SameName::Whole || run.intake.run.is_some() || run.spoken_for.has(id) {
            return Ok(false);
        }
        let Some(known) = record::find_contact(self.connection(), id)? else {
            return Ok(false);
        };
        let was_there = run.spoken_for.was_there(known.updated_in_db_at);
        Ok(was_there && intake::share_an_email(&taken.contact, &known))
    }

    /// The contact with the name of a card that had one of its numbers.
    fn known_by_former(
        &self,
        taken: &FullContact,
        called: &Called,
        run: &mut Run<'_>,
    ) -> Answer<Option<ContactId>> {
        for phone in &taken.phones {
            for id in run.former(self)?.holders(phone) {
                if let Some(known) = record::find_contact(self.connection(), *id)?
                    && (taken.contact.uid.is_none() || known.uid.is_none())
                    && called.is(&Called::of(&known))
                {
                    return Ok(Some(*id));
                }
            }
        }
        Ok(None)
    }

    /// Contacts under a key of a name that a card may be about.
    fn of_name(
        &self,
        key: String,
        taken: &FullContact,
        run: &mut Run<'_>,
    ) -> Answer<Vec<ContactId>> {
        if let Some(crowd) = run.crowds.0.get(&key) {
            return Ok(crowd.candidates(taken));
        }
        let mut few = self.connection().prepare_cached(
            "SELECT id FROM contact INDEXED BY contact_by_given WHERE given_key = ?1
             ORDER BY id LIMIT ?2",
        )?;
        let few = few.query_map(params![key, ASKED], |row| record::uuid(row, 0))?;
        let few = few.map(|id| id.map(ContactId));
        let few = few.collect::<rusqlite::Result<Vec<_>>>()?;
        if few.len() <= FEW {
            return Ok(few);
        }
        let crowd = self.crowd(&key)?;
        let candidates = crowd.candidates(taken);
        run.crowds.0.insert(key, crowd);
        Ok(candidates)
    }

    /// All contacts under a key of a name.
    fn crowd(&self, key: &str) -> Answer<Crowd> {
        let mut contacts = self.connection().prepare_cached(&format!(
            "SELECT {} FROM contact INDEXED BY contact_by_given WHERE given_key = ?1
             ORDER BY id",
            *CONTACT
        ))?;
        let mut numbers = self
            .connection()
            .prepare_cached("SELECT identity FROM phone WHERE contact = ?1")?;
        let mut crowd = Crowd::default();
        for contact in contacts.query_map([key], record::contact)? {
            let contact = contact?;
            let numbers =
                numbers.query_map([contact.id.0.as_bytes()], |row| row.get::<_, String>(0))?;
            let numbers = numbers.collect::<rusqlite::Result<Vec<_>>>()?;
            crowd.add(&contact, numbers.iter().map(String::as_str));
        }
        Ok(crowd)
    }

    /// Whether a card is about a contact with nearly its name: with one of its numbers, or, where it has
    /// none, with an email of it or nothing new.
    fn is_about(&self, taken: &FullContact, called: &Called, id: ContactId) -> Answer<bool> {
        let Some(known) = record::find_contact(self.connection(), id)? else {
            return Ok(false);
        };
        let free = taken.contact.uid.is_none() || known.uid.is_none();
        if !free || !called.is(&Called::of(&known)) {
            return Ok(false);
        }
        if taken.phones.is_empty() {
            return Ok(intake::is_about(&taken.contact, &known));
        }
        self.has_any(id, &taken.phones)
    }

    /// Whether a contact has one of these numbers.
    fn has_any(&self, id: ContactId, phones: &[Phone]) -> Answer<bool> {
        let mut has = self
            .connection()
            .prepare_cached("SELECT 1 FROM phone WHERE contact = ?1 AND identity = ?2")?;
        for phone in phones {
            if has.exists(params![id.0.as_bytes(), phone.identity])? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What a look at those who have a number came to.
enum Looked {
    Found(ContactId),
    Nobody,
    /// Too many have it to look at each.
    TooMany,
}
