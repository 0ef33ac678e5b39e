//! An import while it runs, and a card on its way in.

use std::collections::HashMap;

use crate::domain::contact::{Contact, ContactId};
use crate::domain::content::ContentHash;
use crate::domain::import::{
    CardKey, CardPlace, Choice, ImportPlan, ImportReport, Intake, Origin, PlanRow,
};
use crate::domain::intake::{ReadNote, Revision};
use crate::domain::notice::Notices;
use crate::domain::timestamp::Timestamp;
use crate::store::db::failure::Answer;
use crate::store::write::writer::Writer;

use super::crowds::Crowds;
use super::former::Former;
use super::spoken_for::SpokenFor;

/// An import while it runs.
pub(super) struct Run<'a> {
    pub(super) intake: &'a Intake<'a>,
    /// The words for the step.
    pub(super) title: &'a str,
    /// Where the cards come from that are taken in now.
    pub(super) origin: Origin,
    pub(super) report: ImportReport,
    pub(super) notices: Notices,
    /// The plan, where one is made.
    pub(super) plan: Option<ImportPlan>,
    pub(super) spoken_for: SpokenFor,
    pub(super) crowds: Crowds,
    /// The contacts that cards of a plan wrote, with the place of the last such card in it.
    written: HashMap<ContactId, usize>,
    /// The numbers that contacts had before the import, once they are asked for.
    pub(super) former: Option<Former>,
    /// The tags of contacts that the cards of groups say, once they are asked for.
    pub(super) of_groups: Option<HashMap<ContactId, Vec<String>>>,
    /// How many cards have the same content, where a choice was made for one of them.
    pub(super) copies: HashMap<ContentHash, usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(intake: &'a Intake<'a>, title: &'a str, plan: Option<ImportPlan>) -> Self {
        Self {
            intake,
            title,
            origin: Origin::default(),
            report: ImportReport::default(),
            notices: Notices::default(),
            plan,
            spoken_for: SpokenFor::since(Timestamp::default()),
            crowds: Crowds::default(),
            written: HashMap::new(),
            former: None,
            of_groups: None,
            copies: HashMap::new(),
        }
    }

    /// Which card this is, of those that say the same.
    pub(super) fn key(&mut self, content: ContentHash) -> CardKey {
        let mut key = CardKey { content, copy: 0 };
        if self.plan.is_some() || !self.intake.choices.is_empty() {
            let copies = self.copies.entry(content).or_default();
            key.copy = *copies;
            *copies += 1;
        }
        key
    }

    pub(super) fn former(&mut self, writer: &Writer<'_>) -> Answer<&Former> {
        Ok(match &mut self.former {
            Some(former) => former,
            none => none.insert(writer.former()?),
        })
    }

    /// Notes in a plan that the card which came last is about this contact: what becomes of it follows
    /// from the card that wrote the contact before it.
    pub(super) fn follow(&mut self, contact: ContactId) {
        let before = self.written.get(&contact).copied();
        let rows = self.plan.as_mut().map(|plan| &mut plan.rows);
        if let (Some(before), Some(rows)) = (before, rows)
            && before + 1 < rows.len()
            && let Some(row) = rows.get_mut(before)
        {
            row.leads = true;
        }
    }

    /// Notes in a plan that the card which came last writes this contact.
    pub(super) fn wrote(&mut self, contact: ContactId) {
        let rows = self.plan.as_ref().map_or(0, |plan| plan.rows.len());
        if let Some(last) = rows.checked_sub(1) {
            self.written.insert(contact, last);
        }
    }

    /// Says of a card that brings something how it was read.
    pub(super) fn tell(&mut self, coming: &Coming) {
        for ReadNote { kind, example } in &coming.notes {
            self.notices.add(*kind, "", || example.clone());
        }
    }

    /// Puts a row into the plan, where one is made.
    pub(super) fn note(&mut self, row: impl FnOnce() -> PlanRow) {
        if let Some(plan) = &mut self.plan {
            plan.rows.push(row());
        }
    }
}

/// What a card does to the contact that it is about.
pub(super) struct Put {
    pub(super) after: Contact,
    pub(super) revision: Revision,
}

/// A card on its way in.
pub(super) struct Coming {
    pub(super) place: CardPlace,
    pub(super) key: CardKey,
    pub(super) choice: Option<Choice>,
    /// The name on it, if there is one.
    pub(super) name: Option<String>,
    /// The id that it gives.
    pub(super) chosen: Option<ContactId>,
    pub(super) revised_at: Option<Timestamp>,
    pub(super) bytes: Vec<u8>,
    /// What has to be said of how it was read, where it brings something.
    pub(super) notes: Vec<ReadNote>,
}
