//! The one way in which anything is written.
//!
//! A [`Writer`] lives in one transaction. It puts rows, and when it ends it settles who is primary
//! for each contact that it touched, refreshes what the list needs of them, and logs what each row
//! was before and after: so no write can forget a rule or the log.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::domain::contact::{Contact, ContactId};
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::operation::{Operation, Record, RecordKey, UndoPoint};
use crate::domain::phone::{Context, Phone, PhoneId};
use crate::domain::primary::heir;
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::Answer;
use crate::store::db::pace::{Overseer, Pace};
use crate::store::db::record;
use crate::store::db::refusal::{refuse_taken, taken};
use crate::store::write::decided;
use crate::store::write::log::{self, Author, StepKind};
use crate::store::write::trail::Trail;

/// What became of a row in this transaction.
enum Trace {
    Created(ContactId),
    Changed(Record, Record),
    Deleted(Record),
}

/// What a transaction leaves when it is ready to commit.
pub(in crate::store) struct Settled {
    /// The step, if anything changed.
    pub(in crate::store) point: Option<UndoPoint>,
    /// The last stamp given.
    pub(in crate::store) stamp: i64,
    /// The contacts that were written, with or without their phones; none where they are too many to
    /// be held, or one was deleted, so that its row may be another's.
    pub(in crate::store) contacts: Option<Vec<ContactId>>,
    /// What was read and written, where it was followed.
    pub(in crate::store) trail: Option<Trail>,
}

/// One transaction's writes.
pub(in crate::store) struct Writer<'c> {
    connection: &'c Connection,
    now: Timestamp,
    home: Option<Region>,
    author: Author,
    overseer: &'c Overseer,
    step: StepKind,
    /// The step in the log, once it has begun, and how many operations it has.
    logged: Option<(UndoPoint, i64)>,
    /// The last stamp that was given before this transaction.
    began: i64,
    stamp: i64,
    /// The keys of `traces` in the order of their first writing.
    order: Vec<RecordKey>,
    traces: BTreeMap<RecordKey, Trace>,
    /// The contacts with written phones, and which of those phones is to be primary.
    claims: BTreeMap<ContactId, Option<PhoneId>>,
    gone: BTreeSet<ContactId>,
    /// Whether a contact was deleted here, even if it is restored later.
    deleted: bool,
    /// Contacts made here that the log does not name yet: their `updated_at` is what was sent.
    born: BTreeSet<ContactId>,
    /// What is read and written, to be compared with what was previewed.
    trail: Option<Trail>,
}

impl<'c> Writer<'c> {
    /// Starts writing, within a transaction that has begun.
    pub(in crate::store) fn new(
        connection: &'c Connection,
        now: Timestamp,
        home: Option<Region>,
        author: Author,
        overseer: &'c Overseer,
    ) -> Answer<Self> {
        let stamp = connection
            .prepare_cached("SELECT stamp FROM clock")?
            .query_row([], |row| row.get(0))?;
        Ok(Self {
            connection,
            now,
            home,
            author,
            overseer,
            step: StepKind::Change,
            logged: None,
            began: stamp,
            stamp,
            order: Vec::new(),
            traces: BTreeMap::new(),
            claims: BTreeMap::new(),
            gone: BTreeSet::new(),
            deleted: false,
            born: BTreeSet::new(),
            trail: None,
        })
    }

    /// The context of the rules, with a new id at each call.
    pub(in crate::store) fn context(&self) -> Context {
        Context {
            now: self.now,
            home: self.home,
            fresh_id: Uuid::now_v7(),
        }
    }

    /// Has what is read and written followed from here on.
    pub(in crate::store) fn follow(&mut self) {
        self.trail = Some(Trail::new(self.stamp));
    }

    /// What was followed so far, if it is.
    pub(in crate::store) const fn trail(&mut self) -> Option<&mut Trail> {
        self.trail.as_mut()
    }

    /// The transaction's connection, to read by.
    pub(in crate::store) const fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// What writes.
    pub(in crate::store) const fn author(&self) -> Author {
        self.author
    }

    /// Begins a piece of long work.
    pub(in crate::store) fn pace(&self) -> Pace<'c> {
        self.overseer.begin()
    }

    /// Makes this transaction an undo, a redo or a part of a sync.
    pub(in crate::store) fn set_step(&mut self, step: StepKind) {
        self.step = step;
    }

    /// The last stamp that was given.
    pub(in crate::store) const fn last_stamp(&self) -> Timestamp {
        Timestamp::from_micros(self.stamp)
    }

    /// The step that is being written, if it has begun.
    pub(in crate::store) fn step(&self) -> Option<i64> {
        self.logged.as_ref().map(|(point, _)| point.id)
    }

    /// The step that is being written, which begins with this where it has not: something will be
    /// changed in it.
    pub(in crate::store) fn begun(&mut self, title: &str) -> Answer<i64> {
        if let Some(step) = self.step() {
            return Ok(step);
        }
        self.log(title, &[])?;
        Ok(self.step().unwrap_or_default())
    }

    /// A stamp that is greater than any before, whatever the clock says.
    fn next_stamp(&mut self) -> Timestamp {
        self.stamp = self.now.micros().max(self.stamp + 1);
        Timestamp::from_micros(self.stamp)
    }

    fn trace(&mut self, key: RecordKey, before: Option<Record>, after: Option<Record>) {
        if let Some(trail) = &mut self.trail {
            trail.write(before.as_ref(), after.clone());
        }
        let known = self.traces.remove(&key);
        if known.is_none() {
            self.order.push(key);
        }
        // What the row was before this transaction; none where it was not there.
        let before = match known {
            Some(Trace::Created(_)) => None,
            Some(Trace::Changed(first, _) | Trace::Deleted(first)) => Some(first),
            None => before,
        };
        let trace = match (before, after) {
            (None, None) => return,
            (None, Some(after)) => Trace::Created(after.contact()),
            (Some(before), Some(after)) => Trace::Changed(before, after),
            (Some(before), None) => Trace::Deleted(before),
        };
        self.traces.insert(key, trace);
    }

    /// Inserts a contact.
    pub(in crate::store) fn insert_contact(&mut self, contact: Contact) -> Answer<Contact> {
        let phones = Vec::new();
        self.insert_full(FullContact { contact, phones })
    }

    /// Inserts a contact with its phones, which have different numbers: each row is written once,
    /// already settled. The last of the phones that are to be primary is.
    pub(in crate::store) fn insert_full(&mut self, mut full: FullContact) -> Answer<Contact> {
        let claim = full.phones.iter().rfind(|phone| phone.primary);
        let heir = heir(&full.phones, claim.map(|phone| phone.id));
        full.contact.updated_in_db_at = self.next_stamp();
        for phone in &mut full.phones {
            phone.primary = Some(phone.id) == heir;
            phone.updated_in_db_at = self.next_stamp();
        }
        refuse_taken(record::insert_contact(self.connection, &full))?;
        let FullContact { contact, phones } = full;
        self.gone.remove(&contact.id);
        self.born.insert(contact.id);
        let record = Record::Contact(Box::new(contact.clone()));
        self.trace(RecordKey::Contact(contact.id), None, Some(record));
        for phone in phones {
            // That the contact was made says it of its phones too: they go and come with it.
            refuse_taken(record::insert_phone(self.connection, &phone))?;
            if let Some(trail) = &mut self.trail {
                trail.write(None, Some(Record::Phone(Box::new(phone))));
            }
        }
        Ok(contact)
    }

    /// Puts a contact in the place of what it was.
    pub(in crate::store) fn update_contact(
        &mut self,
        before: Contact,
        mut after: Contact,
    ) -> Answer<Contact> {
        after.updated_in_db_at = self.next_stamp();
        record::update_contact(self.connection, &after)?;
        self.trace(
            RecordKey::Contact(after.id),
            Some(Record::Contact(Box::new(before))),
            Some(Record::Contact(Box::new(after.clone()))),
        );
        Ok(after)
    }

    /// Deletes a contact with its phones.
    pub(in crate::store) fn delete_contact(&mut self, contact: Contact) -> Answer<()> {
        for phone in record::phones_of(self.connection, contact.id)? {
            self.delete_phone(phone)?;
        }
        let key = RecordKey::Contact(contact.id);
        record::delete(self.connection, key)?;
        decided::note_deleted(self.connection, contact.id)?;
        self.gone.insert(contact.id);
        self.deleted = true;
        self.trace(key, Some(Record::Contact(Box::new(contact))), None);
        Ok(())
    }

    /// Inserts a phone. That it is to be primary is settled at the end, when the old one has given
    /// way: the database allows one at a time.
    pub(in crate::store) fn insert_phone(&mut self, mut phone: Phone) -> Answer<()> {
        // The same number comes with the same id; what is wrong is the id.
        if self.is_there(RecordKey::Phone(phone.id))? {
            return Err(taken().into());
        }
        self.refuse_twice(&phone)?;
        self.claim(&mut phone);
        let is_followed = self.trail.is_some() && !self.is_born(phone.contact)?;
        if let Some(trail) = self.trail.as_mut().filter(|_| is_followed) {
            trail.note(phone.contact);
        }
        phone.updated_in_db_at = self.next_stamp();
        record::insert_phone(self.connection, &phone)?;
        let record = Record::Phone(Box::new(phone));
        self.trace(record.key(), None, Some(record));
        Ok(())
    }

    /// Puts a phone in the place of what it was.
    pub(in crate::store) fn update_phone(&mut self, before: Phone, mut after: Phone) -> Answer<()> {
        if before.identity != after.identity {
            self.refuse_twice(&after)?;
        }
        if before.primary {
            // It holds the place already, or gives it up.
            self.claims.entry(after.contact).or_default();
        } else {
            self.claim(&mut after);
        }
        after.updated_in_db_at = self.next_stamp();
        record::update_phone(self.connection, &before, &after)?;
        self.trace(
            RecordKey::Phone(after.id),
            Some(Record::Phone(Box::new(before))),
            Some(Record::Phone(Box::new(after))),
        );
        Ok(())
    }

    /// Puts a phone that a person changed just now.
    pub(in crate::store) fn touch_phone(&mut self, before: Phone, mut after: Phone) -> Answer<()> {
        after.updated_at = self.now;
        self.update_phone(before, after)
    }

    /// Deletes a phone.
    pub(in crate::store) fn delete_phone(&mut self, phone: Phone) -> Answer<()> {
        let key = RecordKey::Phone(phone.id);
        record::delete(self.connection, key)?;
        self.claims.entry(phone.contact).or_default();
        self.trace(key, Some(Record::Phone(Box::new(phone))), None);
        Ok(())
    }

    /// Notes that a phone wants to be primary, and takes the flag off it until the end.
    fn claim(&mut self, phone: &mut Phone) {
        let claim = self.claims.entry(phone.contact).or_default();
        if std::mem::take(&mut phone.primary) {
            *claim = Some(phone.id);
        }
    }

    /// Whether this transaction has written this contact.
    pub(in crate::store) fn has_written(&self, id: ContactId) -> Answer<bool> {
        Ok(self.traces.contains_key(&RecordKey::Contact(id)) || self.is_born(id)?)
    }

    /// Whether this contact was created in this transaction: it is held, or is in the log.
    fn is_born(&self, id: ContactId) -> Answer<bool> {
        if self.born.contains(&id) {
            return Ok(true);
        }
        let Some((point, _)) = &self.logged else {
            return Ok(false);
        };
        let logged = self
            .connection
            .prepare_cached(
                "SELECT 1 FROM operation
                 WHERE contact = ?1 AND point = ?2 AND key = ?1 AND kind = 'create'",
            )?
            .query_row(params![id.0.as_bytes(), point.id], |_| Ok(()))
            .optional()?;
        Ok(logged.is_some())
    }

    /// Whether a record with this key is there.
    pub(in crate::store) fn is_there(&self, key: RecordKey) -> Answer<bool> {
        let sql = match key {
            RecordKey::Phone(_) => "SELECT 1 FROM phone WHERE id = ?1",
            RecordKey::Contact(_) => "SELECT 1 FROM contact WHERE id = ?1",
        };
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([key.uuid().as_bytes()], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// Refuses a number that the contact has already, and names the one that is there.
    fn refuse_twice(&self, phone: &Phone) -> Answer<()> {
        match self.twice(phone.contact, &phone.identity, Some(phone.id))? {
            Some(fault) => Err(Refusal::invalid(vec![fault]).into()),
            None => Ok(()),
        }
    }

    /// The fault of a number that the contact has already, beside one of its phones, if so.
    pub(in crate::store) fn twice(
        &self,
        owner: ContactId,
        identity: &str,
        beside: Option<PhoneId>,
    ) -> Answer<Option<Fault>> {
        // One by one, for a contact may have thousands: an index finds it.
        let sql = format!(
            "SELECT {} FROM phone WHERE contact = ?1 AND identity = ?2 AND id IS NOT ?3",
            *record::PHONE
        );
        let beside = beside.map(|id| id.0);
        let beside = beside.as_ref().map(Uuid::as_bytes);
        let mut same = self.connection.prepare_cached(&sql)?;
        let same = same.query_row(params![owner.0.as_bytes(), identity, beside], record::phone);
        Ok(same.optional()?.map(|other| {
            let label = other.location.iter().map(|label| format!("{label}, "));
            let detail = format!(
                "is already a number of this contact ({}{})",
                label.collect::<String>(),
                other.shown()
            );
            let mut fault = Fault::of("number", detail);
            // For people it begins with a number, not with the name of an attribute.
            fault.of = Some(other.shown());
            fault
        }))
    }

    /// Adds to a refusal that the id is taken, if so: all faults are reported at once.
    pub(in crate::store) fn with_taken_id<T>(
        &self,
        id: Option<RecordKey>,
        made: Result<T, Refusal>,
    ) -> Answer<T> {
        let mut refusal = match made {
            Ok(made) => return Ok(made),
            Err(refusal) => refusal,
        };
        if let Some(id) = id
            && self.is_there(id)?
        {
            refusal.faults.extend(taken().faults);
        }
        Err(refusal.into())
    }

    /// Settles who is primary of a contact's phones, and what the list needs of them.
    fn settle(&mut self, contact: ContactId, claim: Option<PhoneId>) -> Answer<()> {
        let mut phones = record::phones_of(self.connection, contact)?;
        let mut wished = phones.clone();
        for phone in &mut wished {
            phone.primary |= Some(phone.id) == claim;
        }
        let heir = heir(&wished, claim);
        let mut wrong: Vec<&mut Phone> = phones
            .iter_mut()
            .filter(|phone| phone.primary != (Some(phone.id) == heir))
            .collect();
        // The old one gives way before the new one takes the place.
        wrong.sort_by_key(|phone| !phone.primary);
        for phone in wrong {
            let before = phone.clone();
            phone.primary = !before.primary;
            phone.updated_in_db_at = self.next_stamp();
            record::update_phone(self.connection, &before, phone)?;
            self.trace(
                RecordKey::Phone(phone.id),
                Some(Record::Phone(Box::new(before))),
                Some(Record::Phone(Box::new(phone.clone()))),
            );
        }
        let touched = (!self.is_born(contact)?).then_some(self.now);
        record::put_summary(self.connection, contact, &phones, touched)?;
        Ok(())
    }

    /// Has a contact settled at the end, though none of its phones was written.
    pub(in crate::store) fn settle_again(&mut self, contact: ContactId) {
        self.claims.entry(contact).or_default();
    }

    /// Settles the contacts that were touched so far. What is read after it is what will stand.
    pub(in crate::store) fn settle_all(&mut self) -> Answer<()> {
        for (contact, claim) in std::mem::take(&mut self.claims) {
            if !self.gone.contains(&contact) {
                self.settle(contact, claim)?;
            }
        }
        Ok(())
    }

    /// The contacts that were changed in this step.
    pub(in crate::store) fn changed(&self) -> BTreeSet<ContactId> {
        let traces = self.traces.values();
        traces
            .map(|trace| match trace {
                Trace::Created(contact) => *contact,
                Trace::Deleted(record) => record.contact(),
                Trace::Changed(_, after) => after.contact(),
            })
            .collect()
    }

    /// Ends a step and begins another one in the same transaction, so that all of them are written
    /// or none.
    pub(in crate::store) fn end_step(&mut self, title: &str) -> Answer<()> {
        self.settle_all()?;
        let operations = self.operations();
        self.log(title, &operations)?;
        self.logged = None;
        // Where several steps are taken, contacts are not counted.
        self.deleted = true;
        self.step = StepKind::Change;
        Ok(())
    }

    /// Ends the writing: settles, logs, and keeps the clock. No step where nothing changed.
    pub(in crate::store) fn finish(mut self, title: &str) -> Answer<Settled> {
        self.settle_all()?;
        if self.stamp > self.began {
            self.connection
                .prepare_cached("UPDATE clock SET stamp = ?1")?
                .execute([self.stamp])?;
        }
        let operations = self.operations();
        // What was logged before is not held any more.
        let is_first = self.logged.as_ref().is_none_or(|(_, there)| *there == 0);
        let known = is_first && !self.deleted;
        let contacts = known.then(|| {
            let contacts = operations.iter().map(|(_, contact)| *contact);
            contacts.collect::<BTreeSet<_>>().into_iter().collect()
        });
        if !operations.is_empty() || matches!(self.step, StepKind::Undo(_) | StepKind::Redo(_)) {
            self.log(title, &operations)?;
        }
        if let Some((point, _)) = &mut self.logged
            && point.title != title
        {
            // How much it was is known at the end.
            log::rename(self.connection, point, title)?;
        }
        let point = self.logged.map(|(point, _)| point);
        Ok(Settled {
            point,
            stamp: self.stamp,
            contacts,
            trail: self.trail,
        })
    }

    /// Settles and logs all that was written so far, and forgets it. The contacts that were touched
    /// are done with: a row that is changed after that has a second operation in the step.
    pub(in crate::store) fn log_settled(&mut self, title: &str) -> Answer<()> {
        self.settle_all()?;
        let operations = self.operations();
        if operations.is_empty() {
            return Ok(());
        }
        self.log(title, &operations)
    }

    /// Logs the rows that were made so far, and forgets them: an import of a million does not hold
    /// them all. A row that is changed after that has a second operation in the step.
    pub(in crate::store) fn log_created(&mut self, title: &str) -> Answer<()> {
        let mut operations = Vec::new();
        let traces = &mut self.traces;
        self.order.retain(|key| match traces.get(key) {
            Some(Trace::Created(contact)) => {
                operations.push((Operation::Create(*key, None), *contact));
                traces.remove(key);
                false
            }
            _ => true,
        });
        if operations.is_empty() {
            return Ok(());
        }
        self.log(title, &operations)?;
        for (_, contact) in &operations {
            self.born.remove(contact);
        }
        Ok(())
    }

    fn log(&mut self, title: &str, operations: &[(Operation, ContactId)]) -> Answer<()> {
        let (point, there) = if let Some(logged) = self.logged.take() {
            logged
        } else {
            let (author, step, at) = (self.author, self.step.clone(), self.now);
            let point = log::begin(self.connection, author, step, at, title.to_owned())?;
            (point, 0)
        };
        let there = log::add(self.connection, point.id, there, operations)?;
        decided::note_decided(self.connection, point.id, operations)?;
        self.logged = Some((point, there));
        Ok(())
    }

    /// What was done, an operation for each row, in the order of the first writing.
    fn operations(&mut self) -> Vec<(Operation, ContactId)> {
        let mut operations = Vec::with_capacity(self.order.len());
        for key in std::mem::take(&mut self.order) {
            match self.traces.remove(&key) {
                None => {}
                Some(Trace::Created(contact)) => {
                    operations.push((Operation::Create(key, None), contact));
                }
                Some(Trace::Deleted(record)) => {
                    let contact = record.contact();
                    operations.push((Operation::Delete(record), contact));
                }
                Some(Trace::Changed(before, after)) => {
                    let change = match (&before, &after) {
                        (Record::Phone(before), Record::Phone(after)) => {
                            Operation::between(key, before, after)
                        }
                        (Record::Contact(before), Record::Contact(after)) => {
                            Operation::between(key, before, after)
                        }
                        _ => None,
                    };
                    operations.extend(change.map(|change| (change, after.contact())));
                }
            }
        }
        log::put_in_order(&mut operations);
        operations
    }
}
