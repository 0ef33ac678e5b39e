//! Many contacts changed in one step.

use rusqlite::Connection;

use crate::domain::bulk::{BulkEdit, BulkPlan, Planned};
use crate::domain::contact::ContactId;
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::phone::{Context, Phone, PhoneId};
use crate::domain::timestamp::Timestamp;

use crate::store::cache::condition::MatchingPhones;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

/// Whether the plan lists every change. What was previewed is not listed a second time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum PlanLines {
    Listed,
    Counted,
}

/// After how many contacts the log is written, so that a million are not held in memory.
const LOGGED: usize = 1_000;

impl Writer<'_> {
    /// Changes contacts; the plan lists them in the order in which they are `shown`.
    pub(in crate::store) fn change(
        &mut self,
        edit: &BulkEdit,
        shown: &[ContactId],
        lines: PlanLines,
    ) -> Answer<(BulkPlan, String)> {
        // In the order in which they were made they lie in the file: each page is read once.
        let mut ids = shown.to_vec();
        ids.sort_unstable();
        let Context { now, home, .. } = self.context();
        let work = Work::new(self.connection(), edit, now, home)?;
        let mut pace = self.pace();
        let mut plan = BulkPlan::default();
        let mut name = None;
        for (done, id) in ids.iter().enumerate() {
            pace.tell(done, ids.len())?;
            let before = record::full_contact(self.connection(), *id)?;
            let planned = work.on(&before)?;
            if let Some(trail) = self.trail() {
                trail.read(&before);
            }
            if plan.tally.add(&before, &planned) {
                name = Some(before.contact.name.clone());
            }
            if lines == PlanLines::Listed {
                plan.add(&before, &planned);
            }
            self.put_planned(before, planned)?;
            if (done + 1).is_multiple_of(LOGGED) {
                self.log_settled(&edit.title(plan.tally.changed, None))?;
            }
        }
        plan.sort(shown);
        let title = edit.title(plan.tally.changed, name.as_deref());
        Ok((plan, title))
    }

    /// Writes what becomes of a contact; who is primary is settled as for every write.
    fn put_planned(&mut self, before: FullContact, planned: Planned) -> Answer<()> {
        let Planned { after, claim, .. } = planned;
        if planned.is_deleted {
            return self.delete_contact(before.contact);
        }
        if after.contact != before.contact {
            self.update_contact(before.contact, after.contact)?;
        }
        for (before, after) in before.phones.into_iter().zip(after.phones) {
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

/// What a bulk edit does with each contact.
struct Work<'a> {
    edit: &'a BulkEdit,
    now: Timestamp,
    meant: Option<MatchingPhones<'a>>,
}

impl<'a> Work<'a> {
    fn new(
        connection: &'a Connection,
        edit: &'a BulkEdit,
        now: Timestamp,
        home: Option<Region>,
    ) -> Answer<Self> {
        Ok(Self {
            edit,
            now,
            meant: MatchingPhones::by(connection, &edit.only, home)?,
        })
    }

    /// What becomes of a contact.
    fn on(&self, before: &FullContact) -> Answer<Planned> {
        let of = |phones: &[Phone]| phones.iter().map(|phone| phone.id).collect();
        let only: Vec<PhoneId> = match &self.meant {
            Some(meant) => of(&meant.of(before.contact.id)?),
            None => of(&before.phones),
        };
        Ok(Planned::of(&self.edit.changes, before, &only, self.now))
    }
}
