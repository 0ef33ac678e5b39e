//! Changes of several records: rehearsed, and performed as they were rehearsed.

use crate::domain::bulk::BulkPlan;
use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::full_contact::FullContact;
use crate::domain::import::CardFormat;
use crate::domain::operation::Overwriting;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Rehearsal, Seen, Task, lines_between};

use crate::store::base::{CACHE, MUCH_CACHE, Store};
use crate::store::care::backup::BackupRule;
use crate::store::change::bulk::PlanLines;
use crate::store::change::merge;
use crate::store::db::failure::{Answer, Trying};
use crate::store::db::record;
use crate::store::write::log;
use crate::store::write::trail::{BOOK, Trail};
use crate::store::write::writer::Writer;

/// From so many contacts on, a backup is made first; what is fewer, undo is for.
const MANY: usize = 100;

impl Store {
    /// What a change would do: it is done, described, and rolled back.
    ///
    /// # Errors
    /// As [`Store::perform`].
    pub fn rehearse(
        &mut self,
        task: &Task,
        format: &dyn CardFormat,
    ) -> Result<Rehearsal<BulkPlan>, Refusal> {
        self.rehearsed(|writer| self.run(writer, task, format, PlanLines::Listed))
    }

    /// Does a change, in one step, where it is still what was seen of it. A rehearsal that was seen is
    /// not listed line by line again.
    ///
    /// # Errors
    /// Not found where one of the contacts is gone; outdated where it is not any more what was seen; where
    /// the database cannot be written, or the watch stops it. Then nothing was written.
    pub fn perform(
        &mut self,
        task: &Task,
        seen: Seen,
        format: &dyn CardFormat,
    ) -> Result<Done<BulkPlan>, Refusal> {
        let lines = match seen {
            Seen::Rehearsal(_) => PlanLines::Counted,
            Seen::Nothing | Seen::Contacts(_) => PlanLines::Listed,
        };
        let backup = (self.touches(task)? >= MANY).then_some(BackupRule::Changed);
        self.performed(backup, seen, |writer| self.run(writer, task, format, lines))
    }

    /// Does something, where it is still what was seen of it, after a backup by this rule.
    pub(in crate::store) fn performed<T>(
        &self,
        backup: Option<BackupRule>,
        seen: Seen,
        work: impl FnOnce(&mut Writer<'_>) -> Answer<(T, String)>,
    ) -> Result<Done<T>, Refusal> {
        if let Some(rule) = backup {
            self.back_up_by(rule)?;
        }
        let done = self.write_much(seen, work);
        done.map_err(|refusal| match refusal.kind {
            Kind::NotFound if seen != Seen::Nothing => seen.outdated(BOOK),
            _ => refusal,
        })
    }

    /// How many contacts a change is about, or how many groups.
    fn touches(&self, task: &Task) -> Result<usize, Refusal> {
        self.snapshot(|connection| {
            Ok(match task {
                Task::Bulk(edit) => self.selected(connection, &edit.selection)?.len(),
                Task::Merge(merges) => merges.len(),
                Task::MergeSure => merge::sure(connection)?.len(),
                // Each of these steps can be redone.
                Task::Undo(_) | Task::UndoBackTo(_) => 0,
            })
        })
    }

    /// The one way in which a change is done, to be taken back or not.
    fn run(
        &self,
        writer: &mut Writer<'_>,
        task: &Task,
        format: &dyn CardFormat,
        lines: PlanLines,
    ) -> Answer<(BulkPlan, String)> {
        match task {
            Task::Bulk(edit) => {
                let shown = self.selected(writer.connection(), &edit.selection)?;
                writer.change(edit, &shown, lines)
            }
            Task::Merge(merges) => writer.merge_all(merges, format, lines),
            Task::MergeSure => {
                let merges = merge::sure_merges(writer.connection())?;
                writer.merge_all(&merges, format, lines)
            }
            Task::Undo(step) => {
                let touched = log::touched_with(writer.connection(), *step)?;
                writer.plan_undo(touched, lines, |writer| {
                    writer.undo_one(*step, Overwriting::Refused).map(|_| 1)
                })
            }
            Task::UndoBackTo(step) => {
                let touched = log::touched_since(writer.connection(), *step)?;
                writer.plan_undo(touched, lines, |writer| {
                    writer.back_to(*step).map(|steps| steps.len())
                })
            }
        }
    }

    /// Does all that a write would do, and rolls it back: its result is kept, and the fingerprint of
    /// what it wrote.
    pub(in crate::store) fn rehearsed<T>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Answer<(T, String)>,
    ) -> Result<Rehearsal<T>, Refusal> {
        let (now, author, home) = self.start_writing()?;
        self.cache(MUCH_CACHE)?;
        let rehearsed = || -> Answer<Rehearsal<T>> {
            let transaction = self.begin()?;
            let mut writer = Writer::new(&transaction, now, home, author, &self.overseer)?;
            writer.follow();
            let (plan, title) = work(&mut writer)?;
            let trail = writer.finish(&title)?.trail;
            Ok(Rehearsal {
                plan,
                fingerprint: trail.map(Trail::fingerprint).unwrap_or_default(),
            })
        };
        let rehearsed = rehearsed();
        let _ = self.cache(CACHE);
        rehearsed.map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }
}

impl Writer<'_> {
    /// Undoes steps that touched these contacts, with what it comes to for each; `undo` gives how many it was.
    fn plan_undo(
        &mut self,
        touched: Vec<ContactId>,
        lines: PlanLines,
        undo: impl FnOnce(&mut Self) -> Answer<usize>,
    ) -> Answer<(BulkPlan, String)> {
        let mut before = Vec::with_capacity(touched.len());
        for contact in touched {
            before.push((contact, self.full(contact)?));
        }
        let mut plan = BulkPlan::default();
        plan.tally.groups = undo(self)?;
        for (contact, before) in before {
            let told = lines_between(before.as_ref(), self.full(contact)?.as_ref());
            plan.tally.changed += usize::from(!told.is_empty());
            if lines == PlanLines::Listed {
                plan.lines.extend(told);
            }
        }
        Ok((plan, String::new()))
    }

    /// A contact with its phones, if it is there.
    fn full(&self, id: ContactId) -> Answer<Option<FullContact>> {
        match record::find_contact(self.connection(), id)? {
            Some(_) => record::full_contact(self.connection(), id).map(Some),
            None => Ok(None),
        }
    }
}
