//! Many contacts changed in one step, and the preview of it.

use rusqlite::Connection;

use crate::domain::bulk::{BulkEdit, BulkPlan, Change, Planned, Tally};
use crate::domain::contact::{Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::listing::Selection;
use crate::domain::number::Region;
use crate::domain::phone::{Context, Phone, PhoneId};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;

use crate::store::base::Store;
use crate::store::cache::condition::Meant;
use crate::store::db::failure::Answer;
use crate::store::db::pace::Pace;
use crate::store::db::record;
use crate::store::write::writer::Writer;

/// From so many contacts on, a backup is made first; what is fewer, undo is for.
pub(in crate::store) const MANY: usize = 100;

/// After how many contacts the log is written, so that a million are not held in memory.
const LOGGED: usize = 1_000;

impl Store {
    /// What a change of many contacts would do. Reads only.
    ///
    /// # Errors
    /// Not found where one of the contacts is gone; where the database cannot be read, or the watch
    /// stops it.
    pub fn plan_bulk(&self, edit: &BulkEdit) -> Result<BulkPlan, Refusal> {
        self.snapshot(|connection| {
            let shown = self.selected(connection, &edit.whom)?;
            let ids = nearby(&shown);
            let mut plan = BulkPlan::default();
            let work = Work::new(connection, edit, &ids, Timestamp::default(), self.home())?;
            work.each(Pace::new(&self.watch), |one| {
                plan.add(&one.contact, &one.phones, &one.planned);
                Ok(())
            })?;
            plan.sort(&shown);
            Ok(plan)
        })
    }

    /// Changes many contacts in one step. `seen` is the fingerprint of the plan that was looked at:
    /// what is written is that plan.
    ///
    /// # Errors
    /// As [`Store::plan_bulk`]; conflict where the plan is another one by now. Then nothing is
    /// written.
    pub fn bulk(&mut self, edit: &BulkEdit, seen: Option<u64>) -> Result<Done<Tally>, Refusal> {
        let ids = self.snapshot(|connection| self.selected(connection, &edit.whom))?;
        let ids = nearby(&ids);
        if ids.len() >= MANY {
            self.back_up_before()?;
        }
        self.write_much(|writer| {
            let Context { now, home, .. } = writer.context();
            let work = Work::new(writer.connection(), edit, &ids, now, home)?;
            let mut tally = Tally::default();
            let mut name = None;
            work.each(Pace::new(writer.watch()), |one| {
                if tally.add(&one.contact, &one.phones, &one.planned) {
                    name = Some(one.contact.name);
                }
                Ok(())
            })?;
            if seen.is_some_and(|seen| seen != tally.fingerprint) {
                let detail = "the book has changed since this was planned; look at it again";
                return Err(Refusal::new(Kind::Conflict, detail).into());
            }
            let title = edit.title(tally.changed, name.as_deref());
            let mut written = 0;
            work.each(Pace::new(writer.watch()), |one| {
                writer.put_planned(one)?;
                written += 1;
                if written % LOGGED == 0 {
                    writer.log_settled(&title)?;
                }
                Ok(())
            })?;
            Ok((tally, title))
        })
    }

    /// Deletes contacts with their phones, in one step.
    ///
    /// # Errors
    /// Not found where one of them is gone; then all of them stay.
    pub fn delete_contacts(&mut self, ids: &[ContactId]) -> Result<Done<Tally>, Refusal> {
        self.bulk(&marked(ids, Change::Delete), None)
    }

    /// Confirms contacts: all their phones become accurate, in one step (Phone resource, 4).
    ///
    /// # Errors
    /// Not found where one of them is gone.
    pub fn confirm_contacts(&mut self, ids: &[ContactId]) -> Result<Done<Tally>, Refusal> {
        self.bulk(&marked(ids, Change::Confirm), None)
    }
}

/// Contacts in the order in which they were made, and so lie in the file: read so, each page is read
/// once.
fn nearby(ids: &[ContactId]) -> Vec<ContactId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids
}

/// A contact as it is, and what becomes of it.
struct One {
    contact: Contact,
    phones: Vec<Phone>,
    planned: Planned,
}

/// The contacts of a bulk edit, one after the other.
struct Work<'a> {
    connection: &'a Connection,
    edit: &'a BulkEdit,
    ids: &'a [ContactId],
    now: Timestamp,
    meant: Option<Meant<'a>>,
}

impl<'a> Work<'a> {
    fn new(
        connection: &'a Connection,
        edit: &'a BulkEdit,
        ids: &'a [ContactId],
        now: Timestamp,
        home: Option<Region>,
    ) -> Answer<Self> {
        Ok(Self {
            connection,
            edit,
            ids,
            now,
            meant: Meant::by(connection, &edit.only, home)?,
        })
    }

    fn each(&self, mut pace: Pace<'_>, mut work: impl FnMut(One) -> Answer<()>) -> Answer<()> {
        for (done, id) in self.ids.iter().enumerate() {
            pace.tell(done, self.ids.len())?;
            let contact = record::get_contact(self.connection, *id)?;
            let phones = record::phones_of(self.connection, *id)?;
            let of = |phones: &[Phone]| phones.iter().map(|phone| phone.id).collect();
            let only: Vec<PhoneId> = match &self.meant {
                Some(meant) => of(&meant.of(*id)?),
                None => of(&phones),
            };
            let changes = &self.edit.changes;
            let planned = Planned::of(changes, &contact, &phones, &only, self.now);
            work(One {
                contact,
                phones,
                planned,
            })?;
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Writes what becomes of a contact; who is primary is settled as for every write.
    fn put_planned(&mut self, one: One) -> Answer<()> {
        let Planned {
            contact,
            phones,
            claim,
            ..
        } = one.planned;
        let Some(contact) = contact else {
            return self.delete_contact(one.contact);
        };
        if contact != one.contact {
            self.update_contact(one.contact, contact)?;
        }
        for (before, after) in one.phones.into_iter().zip(phones) {
            let written = Phone {
                primary: before.primary,
                ..after.clone()
            };
            let claims = claim == Some(before.id) && !before.primary;
            if written != before || claims {
                let primary = (before.primary || claims) && !after.historic;
                self.update_phone(before, Phone { primary, ..after })?;
            }
        }
        Ok(())
    }
}

/// One change of these contacts.
fn marked(ids: &[ContactId], change: Change) -> BulkEdit {
    BulkEdit::new(Selection::Marked(ids.to_vec()), vec![change])
}
