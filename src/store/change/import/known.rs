//! Which contact a card is about.
//!
//! The same card again is known by its own content, whatever became of the contact; any other by its
//! `UID`, then by its name and a number, or without a number by its name and an email. However many
//! contacts share a name or a number, only a few are looked at.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::domain::called::{Called, other_spellings};
use crate::domain::contact::{Contact, ContactId};
use crate::domain::content::ContentHash;
use crate::domain::duplicates::name_key;
use crate::domain::fields::{self, Use, texts};
use crate::domain::fold::fold;
use crate::domain::full_contact::FullContact;
use crate::domain::import::KnownBy;
use crate::domain::intake;
use crate::domain::naming::given_keys;
use crate::domain::notice::NoticeKind;
use crate::domain::operation::Key;
use crate::domain::phone::Phone;
use crate::domain::timestamp::Timestamp;

use super::Run;
use crate::store::db::failure::Answer;
use crate::store::db::record::{self, CONTACT};
use crate::store::write::writer::Writer;

/// How many contacts of one name, number or `UID` are looked at one by one.
const FEW: usize = 32;

/// How many are asked for: one more tells that there are more than a few.
const ASKED: i64 = 33;

/// Whom the cards of the present collection were about. A collection gives every contact one `UID` or
/// id, so that a card with another one is about another contact.
#[derive(Default)]
pub(super) struct SpokenFor {
    /// The last stamp that was given before the collection: what was made since is another card's.
    since: Timestamp,
    /// The contacts that were there, and the names on the cards.
    names: HashMap<ContactId, u64>,
}

impl SpokenFor {
    pub(super) fn since(since: Timestamp) -> Self {
        Self {
            since,
            names: HashMap::new(),
        }
    }

    pub(super) fn put(&mut self, id: ContactId, name: &str) {
        self.names.insert(id, hash("name", &name_key(name)));
    }

    fn has(&self, id: ContactId) -> bool {
        self.names.contains_key(&id)
    }

    /// Whether a card with another name was about this contact.
    fn is_another(&self, known: &Holder, name: &str) -> bool {
        match self.names.get(&known.id) {
            Some(other) => *other != hash("name", &name_key(name)),
            None => known.written > self.since && name_key(&known.name) != name_key(name),
        }
    }
}

/// A contact with the same `UID`.
struct Holder {
    id: ContactId,
    name: String,
    written: Timestamp,
}

/// The contacts of names that very many contacts have, by what is said of them. Without it, each of
/// 10,000 contacts called "Unknown" would be compared with all others.
#[derive(Default)]
pub(super) struct Crowds(HashMap<String, Crowd>);

/// The contacts of one name: by a thing that is said of them, and whether they have a `UID`.
#[derive(Default)]
struct Crowd(HashMap<(u64, bool), Vec<ContactId>>);

/// What is said of every contact.
const ANYTHING: u64 = 0;

impl Crowds {
    /// Adds a contact that was written, where its name is one that very many have.
    pub(super) fn note<'p>(
        &mut self,
        contact: &Contact,
        phones: impl IntoIterator<Item = &'p Phone>,
    ) {
        if self.0.is_empty() {
            return;
        }
        if let Some(crowd) = self.0.get_mut(&contact.given_key()) {
            crowd.add(contact, phones.into_iter().map(|phone| &*phone.identity));
        }
    }
}

impl Crowd {
    fn add<'i>(&mut self, contact: &Contact, numbers: impl IntoIterator<Item = &'i str>) {
        let numbers = numbers.into_iter().map(|number| hash("number", number));
        for thing in things(contact).into_iter().chain(numbers).chain([ANYTHING]) {
            let of = self.0.entry((thing, contact.uid.is_some())).or_default();
            // So many of one name with the same thing are duplicates already.
            if of.len() < FEW && !of.contains(&contact.id) {
                of.push(contact.id);
            }
        }
    }

    /// The contacts of which a thing is said; only those without a `UID` for a card that has one.
    fn of(&self, thing: u64, with_uid: bool) -> Vec<ContactId> {
        let having = |uid| self.0.get(&(thing, uid)).into_iter().flatten().copied();
        let mut all: Vec<ContactId> = having(false).collect();
        if !with_uid {
            all.extend(having(true));
        }
        all.sort_unstable();
        all
    }

    /// The contacts that a card may be about: with one of its numbers, or, without a number, with one of
    /// its details.
    fn candidates(&self, taken: &FullContact) -> Vec<ContactId> {
        let with_uid = taken.contact.uid.is_some();
        let numbers = taken.phones.iter();
        let mut wanted: Vec<u64> = numbers
            .map(|phone| hash("number", &phone.identity))
            .collect();
        if wanted.is_empty() {
            wanted = things(&taken.contact);
        }
        if wanted.is_empty() {
            wanted.push(ANYTHING);
        }
        let mut all: Vec<ContactId> = wanted
            .into_iter()
            .flat_map(|thing| self.of(thing, with_uid))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What is said of a contact beside its name and numbers.
fn things(contact: &Contact) -> Vec<u64> {
    let details = contact.details.iter();
    let details = details.map(|detail| hash(detail.kind.word(), &fold(&detail.value)));
    let texts = texts(&fields::CONTACT).filter(|text| text.field.is(Use::About));
    let texts = texts.filter_map(|text| Some(hash(text.field.name, text.of(contact)?)));
    details.chain(texts).collect()
}

fn hash(kind: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, value).hash(&mut hasher);
    hasher.finish()
}

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
            && self.is_there(Key::Contact(id))?
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
        for key in keys_of(contact) {
            for id in self.of_name(key, taken, run)? {
                let another = chosen.is_some() && run.spoken_for.has(id);
                if !another && self.is_about(taken, &called, id)? {
                    return Ok(Some((id, by)));
                }
            }
        }
        Ok(None)
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
        let is_called = |holder: &&Holder| called.is(&Called::new(&holder.name, None, None));
        if let Some(same) = holders.iter().find(is_called) {
            return Ok(Some(same.id));
        }
        let name = &taken.contact.name;
        let free = holders.iter();
        let free: Vec<&Holder> = free
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
    fn holders(&self, uid: &str) -> Answer<Vec<Holder>> {
        let holder = |row: &rusqlite::Row<'_>| {
            Ok(Holder {
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

    /// From the number to whoever has it: a name may be many people's, a number hardly ever.
    fn known_by_number(
        &self,
        taken: &FullContact,
        called: &Called,
        chosen: Option<ContactId>,
        run: &Run<'_>,
    ) -> Answer<Looked> {
        let mut holders = self.connection().prepare_cached(
            "SELECT c.id, c.name, c.given_name, c.family_name, c.uid IS NULL
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
                if !free || another || first.is_some_and(|first| first < id) {
                    continue;
                }
                let (given, family): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
                let name = record::text(row, 1)?;
                if called.is(&Called::new(name, given.as_deref(), family.as_deref())) {
                    first = Some(id);
                }
            }
            if let Some(first) = first {
                return Ok(Looked::Found(first));
            }
            if count > FEW {
                looked = Looked::TooMany;
            }
        }
        Ok(looked)
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
