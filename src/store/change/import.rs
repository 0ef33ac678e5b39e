//! Taking cards in: all of an import is one transaction and one step.
//!
//! A card is known by its content, by its `UID`, or else by its name and one number. The same card
//! again changes nothing, whatever a person corrected since. A newer card of a contact changes what it says otherwise than the older one, which is
//! kept; any other card adds what the contact does not have. A card that cannot be stored is
//! given back with its reason and its bytes, and the others come in.

use std::hash::Hash;

use crate::domain::contact::{Contact, ContactId, DetailKind};
use crate::domain::content::ContentHash;
use crate::domain::edit::Done;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::fold::fold;
use crate::domain::full_contact::FullContact;
use crate::domain::import::{
    Arrival, Bytes, CardKey, Cards, Choice, Fate, ImportPlan, ImportReport, Incoming, Intake,
    KnownBy, Origin, PlanRow, Reject, RejectScope,
};
use crate::domain::intake::{self, CardRecords, Gone, Missing, ParsedCard, Stays};
use crate::domain::notice::NoticeKind;
use crate::domain::number::Region;
use crate::domain::phone::{Context, PhoneAttributes};
use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::{Rehearsal, Seen};

use crate::store::base::Store;
use crate::store::care::backup::BackupRule;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::query::lookup::with_uid;
use crate::store::write::log::StepKind;
use crate::store::write::writer::Writer;

mod crowds;
mod former;
pub(in crate::store::change) mod group;
mod kept_card;
mod known;
mod planned;
mod run;
mod spoken_for;

use group::tags_of_groups;
use planned::{attached, kept, numbers, numbers_before, planned_row, said};
use run::{Coming, Put, Run};
use spoken_for::SpokenFor;

impl Store {
    /// Writes cards in one step, where that is still what was seen of it; `title` is the words for it.
    ///
    /// # Errors
    /// If the cards end in a refusal, are others than those seen, or the database cannot be written; then
    /// nothing was. What is wrong with one card is in the report, and the others come in.
    pub fn import(
        &mut self,
        cards: &mut dyn Cards,
        intake: &Intake<'_>,
        title: &str,
        seen: Seen,
    ) -> Result<Done<ImportReport>, Refusal> {
        // A run of a sync has made the one that it needs before its first step.
        let backup = intake.run.is_none().then_some(BackupRule::Changed);
        self.performed(backup, seen, |writer| {
            if let Some(run) = intake.run {
                writer.set_step(StepKind::Sync(run.clone()));
            }
            let run = writer.take_all(cards, Run::new(intake, title, None))?;
            Ok((run.report, title.to_owned()))
        })
    }

    /// What an import would do: it is done, described, and rolled back.
    ///
    /// # Errors
    /// As [`Store::import`].
    pub fn rehearse_import(
        &mut self,
        cards: &mut dyn Cards,
        intake: &Intake<'_>,
    ) -> Result<Rehearsal<ImportPlan>, Refusal> {
        self.rehearsed(|writer| {
            let run = Run::new(intake, "", Some(ImportPlan::default()));
            let run = writer.take_all(cards, run)?;
            let mut plan = run.plan.unwrap_or_default();
            plan.notices = run.report.notices;
            Ok((plan, String::new()))
        })
    }
}

/// After how many new contacts the log is written.
const LOGGED: usize = 1_000;

impl Writer<'_> {
    /// Takes in all that comes; what cannot be stored is given back.
    fn take_all<'a>(&mut self, cards: &mut dyn Cards, mut run: Run<'a>) -> Answer<Run<'a>> {
        run.spoken_for = SpokenFor::since(self.last_stamp());
        let (mut logged, mut read) = (0, 0);
        let mut pace = self.pace();
        while let Some(arrival) = cards.next() {
            read += usize::from(matches!(arrival, Ok(Arrival::Card(_))));
            pace.tell_of(read, || cards.measure())?;
            if let Some(reject) = self.take_in(arrival?, &mut run)? {
                cards.set_aside(reject);
            }
            if run.report.new >= logged + LOGGED {
                logged = run.report.new;
                self.log_created(run.title)?;
            }
        }
        run.report.notices = std::mem::take(&mut run.notices).into_vec();
        Ok(run)
    }

    /// Takes in what comes next; gives back what cannot be stored.
    fn take_in(&mut self, arrival: Arrival, run: &mut Run<'_>) -> Answer<Option<Reject>> {
        match arrival {
            Arrival::Begins(origin) => {
                if origin.collection != run.origin.collection {
                    run.spoken_for = SpokenFor::since(self.last_stamp());
                }
                run.origin = origin;
                Ok(None)
            }
            Arrival::Card(card) => self.take_card(*card, run),
            Arrival::Group(group) => {
                self.read_of_file(|| (group.place, ContentHash::of_card(&group.card)));
                self.take_group(&group, run).map(|()| None)
            }
            Arrival::Unreadable(reject) => {
                self.read_of_file(|| (reject.place, reject.reason.clone(), reject.card.clone()));
                Ok(Some(reject))
            }
        }
    }

    /// Notes what was read, where it is compared with what was previewed.
    fn read_of_file<H: Hash>(&mut self, part: impl FnOnce() -> H) {
        if let Some(trail) = self.trail() {
            trail.read_of_file(Fingerprint::of(part()));
        }
    }

    /// Takes one card in, and settles its contact; gives it back where it cannot be stored.
    fn take_card(&mut self, card: Incoming, run: &mut Run<'_>) -> Answer<Option<Reject>> {
        let key = run.key(ContentHash::of(&card, run.origin.bytes));
        let choice = run.intake.choices.get(&key).copied();
        let place = card.place;
        self.read_of_file(|| (place, key.content));
        let reject = self.take_as_chosen(card, (key, choice), run)?;
        if let Some(trail) = self.trail() {
            let written = trail.end_part();
            if choice.is_some() {
                // It is not what was planned, but what the person wants.
                trail.leave_out(written);
            }
            let row = run.plan.as_mut().and_then(|plan| plan.rows.last_mut());
            if let Some(row) = row.filter(|row| row.place == place) {
                row.written = written;
            }
        }
        Ok(reject)
    }

    fn take_as_chosen(
        &mut self,
        card: Incoming,
        (key, choice): (CardKey, Option<Choice>),
        run: &mut Run<'_>,
    ) -> Answer<Option<Reject>> {
        if choice == Some(Choice::Skip) && run.plan.is_none() {
            run.report.skipped += 1;
            return Ok(None);
        }
        let Incoming {
            place,
            mut said,
            card: bytes,
        } = card;
        let coming = Coming {
            place,
            key,
            choice,
            name: said.contact.names().next().map(str::to_owned),
            chosen: said.contact.id,
            revised_at: said.contact.updated_at,
            bytes,
            notes: std::mem::take(&mut said.notes),
        };
        // What is chosen is planned all the same, so that it can be chosen otherwise.
        let before = match choice {
            Some(_) if run.plan.is_none() => None,
            _ => self.imported_as(key.content)?,
        };
        if let Some(known) = before
            && run.plan.is_none()
        {
            // Nothing of it has to be read.
            let has_number = |phone: &&PhoneAttributes| {
                let number = phone.number.as_deref().unwrap_or_default();
                !number.trim().is_empty()
            };
            run.report.same += 1;
            run.report.numbers_same += said.phones.iter().filter(has_number).count();
            run.spoken_for
                .put(known, coming.name.as_deref().unwrap_or_default());
            return Ok(None);
        }
        for phone in &mut said.phones {
            // An id that is taken belongs to another contact.
            phone.id = self.free_id(phone.id)?;
        }
        let fields = run.intake.format.own_fields();
        fields.call(said.contact.details.iter_mut().flatten());
        let country = run.intake.country;
        let context = || self.context_of(country);
        let mut taken = match CardRecords::of(said, run.origin.source, context) {
            Ok(taken) => taken,
            Err(refusal) => return Ok(Some(refused(coming, &refusal))),
        };
        run.report.numbers_same += taken.twice;
        if before.is_none() {
            for assumed in &taken.assumed {
                let subject = assumed.country.map_or("", |country| country.name());
                let example = || assumed.number.clone();
                run.notices.add(assumed.kind, subject, example);
            }
        }
        if choice == Some(Choice::New) {
            if run.plan.is_some() {
                self.take_planned(&coming, taken.clone(), before, run)?;
            }
            // Its own id and UID are those of the contact that it shall not be.
            taken.records.contact.id = ContactId(self.context().fresh_id);
            taken.records.contact.uid = None;
            for phone in &mut taken.records.phones {
                phone.contact = taken.records.contact.id;
            }
            self.insert_new(&coming, taken, run)?;
        } else {
            self.take_planned(&coming, taken, before, run)?;
        }
        Ok(None)
    }

    /// Takes in a card as it is without a choice; one that was chosen otherwise is only planned so.
    fn take_planned(
        &mut self,
        coming: &Coming,
        taken: CardRecords,
        before: Option<ContactId>,
        run: &mut Run<'_>,
    ) -> Answer<()> {
        let known = match before {
            Some(known) => Some((known, KnownBy::Before)),
            None => self.known(&taken.records, coming.chosen, run)?,
        };
        match known {
            Some(known) => self.take_known(coming, taken, known, run),
            None => self.take_new(coming, taken, run),
        }
    }

    /// Imports a card of a new contact.
    fn take_new(&mut self, coming: &Coming, taken: CardRecords, run: &mut Run<'_>) -> Answer<()> {
        run.note(|| PlanRow {
            place: coming.place,
            key: Some(coming.key),
            written: Fingerprint::default(),
            leads: false,
            name: taken.records.contact.name.clone(),
            fate: Fate::New,
            numbers: numbers(&taken.records.phones, &[]),
            changes: said(&taken.records.contact),
            kept: Vec::new(),
        });
        if coming.choice.is_some() {
            return Ok(());
        }
        self.insert_new(coming, taken, run)
    }

    fn insert_new(
        &mut self,
        coming: &Coming,
        mut taken: CardRecords,
        run: &mut Run<'_>,
    ) -> Answer<()> {
        run.tell(coming);
        taken.trust_first();
        if !coming.bytes.is_empty() {
            taken.records.contact.card = Some(self.keep_card(&coming.bytes)?);
        }
        run.report.numbers += taken.records.phones.len();
        run.report.new += 1;
        if coming.chosen.is_some() {
            run.spoken_for
                .put(taken.records.contact.id, &taken.records.contact.name);
        }
        let step = self.begun(run.title)?;
        run.wrote(taken.records.contact.id);
        self.note_imported(coming.key.content, taken.records.contact.id, Some(step))?;
        run.crowds
            .note(&taken.records.contact, &taken.records.phones);
        self.insert_full(taken.records)?;
        Ok(())
    }

    /// Takes in a card that is about a contact.
    fn take_known(
        &mut self,
        coming: &Coming,
        taken: CardRecords,
        (known, by): (ContactId, KnownBy),
        run: &mut Run<'_>,
    ) -> Answer<()> {
        let found = record::full_contact(self.connection(), known)?;
        let numbers = run.plan.is_some().then(|| match by {
            KnownBy::Before => numbers_before(&taken.records.phones, &found.phones),
            _ => numbers(&taken.records.phones, &found.phones),
        });
        let name = taken.records.contact.name.clone();
        let card_name = coming.name.as_deref().unwrap_or(&name);
        if coming.choice.is_none() {
            run.spoken_for.put(known, card_name);
        }
        let said = (by != KnownBy::Before).then(|| taken.said_of_contact());
        let (put, stays) = if by == KnownBy::Before {
            run.report.numbers_same += taken.records.phones.len();
            (None, Vec::new())
        } else {
            self.planned((&found, by), taken, coming, run)?
        };
        let before = &found.contact;
        let after = put.as_ref().map_or(before, |put| &put.after);
        let kept = said.map_or_else(Vec::new, |said| kept(before, after, &said, stays));
        for one in &kept {
            let example = || format!("{} of {}", one.said, after.name);
            run.notices.add(one.why.notice(), &one.what, example);
        }
        let attached = match &put {
            Some(put) if run.plan.is_some() && put.after.card != found.contact.card => {
                let before = record::card_of(self.connection(), &found.contact)?;
                let after = record::card_of(self.connection(), &put.after)?;
                let [before, after] = [before, after].map(Option::unwrap_or_default);
                attached(run.intake.format.attached(&before, &after))
            }
            _ => Vec::new(),
        };
        run.note(|| PlanRow {
            kept,
            ..planned_row(
                coming,
                name.clone(),
                (&found, by),
                put.as_ref(),
                attached,
                numbers,
            )
        });
        run.follow(known);
        if coming.choice.is_some() {
            return Ok(());
        }
        if let Some(trail) = self.trail().filter(|_| by != KnownBy::Before) {
            trail.read_in_part(&found);
        }
        match put {
            None => {
                run.report.same += 1;
                if by != KnownBy::Before {
                    let step = self.step();
                    self.note_imported(coming.key.content, known, step)?;
                }
            }
            Some(put) => {
                run.tell(coming);
                run.report.changed += 1;
                run.report.numbers += put.revision.added.len();
                let step = self.begun(run.title)?;
                self.note_imported(coming.key.content, known, Some(step))?;
                run.wrote(known);
                let added = put.revision.added.iter().chain(&found.phones);
                run.crowds.note(&put.after, added);
                self.put(found, put)?;
            }
        }
        self.settle_all()
    }

    /// A contact as its own card says it beside the cards of groups; none where these say nothing of it.
    fn beside_groups(
        &self,
        found: &FullContact,
        kept: Option<&[u8]>,
        run: &mut Run<'_>,
    ) -> Answer<Option<FullContact>> {
        let all = match &mut run.of_groups {
            Some(all) => all,
            none => none.insert(tags_of_groups(self.connection())?),
        };
        let (Some(tags), Some(kept)) = (all.get(&found.contact.id), kept) else {
            return Ok(None);
        };
        Ok(Some(run.intake.format.beside_groups(found, tags, kept)))
    }

    /// What a card does to the contact that it is about, or none where that is nothing, and what it says otherwise
    /// than before and a person has set or cleared here. The card is kept, so that what callbook does not understand of it comes out again.
    fn planned(
        &self,
        (found, by): (&FullContact, KnownBy),
        mut taken: CardRecords,
        coming: &Coming,
        run: &mut Run<'_>,
    ) -> Answer<(Option<Put>, Vec<Stays>)> {
        let FullContact { contact, phones } = found;
        let format = run.intake.format;
        let Origin {
            source,
            bytes: meaning,
            ..
        } = run.origin;
        let (bytes, revised_at) = (&*coming.bytes, coming.revised_at);
        let kept = record::card_of(self.connection(), contact)?;
        let home = self.context().home;
        let is_written =
            |found: &FullContact| format.is_written(bytes, found, kept.as_deref(), home);
        let is_known = meaning == Bytes::Whole
            && (kept.as_deref() == Some(bytes) || is_written(found) || {
                self.beside_groups(found, kept.as_deref(), run)?
            }
            .is_some_and(|found| is_written(&found)));
        if is_known {
            run.report.numbers_same += taken.records.phones.len();
            return Ok((None, Vec::new()));
        }
        let mut after = contact.clone();
        self.know_relations(contact, &mut taken.records.contact)?;
        // A contact without a UID goes out under its id, and comes back so.
        if taken.records.contact.uid == Some(contact.own_uid()) {
            taken.records.contact.uid.clone_from(&contact.uid);
        }
        let older = kept
            .as_deref()
            .filter(|_| meaning == Bytes::Whole)
            .map(|card| (card, format.read(card)));
        // What is written before the card that is there brings no news, and what is another card
        // says nothing of what this one left out.
        let is_newer = |older: &ParsedCard| {
            let stale = revised_at.is_some() && revised_at < older.contact.updated_at;
            !stale && older.contact.uid == Some(taken.records.contact.uid.clone())
        };
        let revises = by == KnownBy::Uid && !self.has_written(contact.id)?;
        let newer = revises && older.as_ref().is_some_and(|(_, older)| is_newer(older));
        let mut revision = if let Some((card, older)) = older.as_ref().filter(|_| newer) {
            let renewed = format.renew(card, bytes);
            if renewed != *card {
                after.card = Some(self.keep_card(&renewed)?);
            }
            let missing = if revised_at > older.contact.updated_at {
                Missing::Removed
            } else {
                Missing::Unsaid
            };
            let context = || self.context_of(run.intake.country);
            let older = CardRecords::of(older.clone(), source, context)?.settled();
            intake::revise(&mut after, phones, &older, &taken.settled(), missing)
        } else {
            if let Some(card) = format.join(kept.as_deref(), bytes) {
                after.card = Some(self.keep_card(&card)?);
            }
            if phones.is_empty() {
                taken.trust_first();
            }
            let context = || self.context_of(run.intake.country);
            let older = older.map(|(_, older)| CardRecords::of(older, source, context));
            let older = older.and_then(Result::ok);
            let former = run.former(self)?;
            let numbers = taken.records.phones.iter();
            let numbers = numbers.filter(|phone| former.had(contact.id, phone));
            let gone = Gone {
                older: older.as_ref(),
                numbers: numbers.map(|phone| phone.identity.as_str()).collect(),
            };
            intake::add(&mut after, phones, &gone, &taken)
        };
        for phone in &revision.corrected {
            let example = || format!("{} of {}", phone.shown(), contact.name);
            run.notices.add(NoticeKind::StaysCorrected, "", example);
        }
        run.report.numbers_same += revision.same;
        for phone in &revision.historic {
            let example = || format!("{} of {}", phone.shown(), contact.name);
            run.notices.add(NoticeKind::StaysHistoric, "", example);
        }
        let stays = std::mem::take(&mut revision.stays);
        let put = Put { after, revision };
        let changes = put.after != *contact || !put.revision.is_empty();
        Ok((changes.then_some(put), stays))
    }

    /// Takes a relation that a card has by its name for the one that the contact has by its `UID`.
    fn know_relations(&self, contact: &Contact, read: &mut Contact) -> Answer<()> {
        for own in contact.details_of(DetailKind::Relation) {
            let uid = own.text();
            if !uid.starts_with("urn:") {
                continue;
            }
            if let Some(named) = with_uid(self.connection(), &uid)? {
                let name = fold(&named.name);
                let same = read.details.iter_mut().filter(|detail| {
                    detail.kind == DetailKind::Relation
                        && detail.label == own.label
                        && fold(&detail.text()) == name
                });
                same.for_each(|detail| detail.value = own.value.clone());
            }
        }
        Ok(())
    }

    /// Writes what a card does to its contact.
    fn put(&mut self, found: FullContact, put: Put) -> Answer<()> {
        let Put {
            mut after,
            revision,
        } = put;
        if after != found.contact {
            after.updated_at = self.context().now;
            self.update_contact(found.contact, after)?;
        }
        for (before, after) in revision.changed {
            self.touch_phone(before, after)?;
        }
        for phone in revision.added {
            self.insert_phone(phone)?;
        }
        Ok(())
    }

    /// The context of the rules, if a person chose the country of national numbers.
    fn context_of(&self, country: Option<Region>) -> Context {
        let context = self.context();
        Context {
            home: country.or(context.home),
            ..context
        }
    }
}

/// What is given back of a card that cannot be stored.
fn refused(coming: Coming, refusal: &Refusal) -> Reject {
    Reject {
        place: coming.place,
        scope: RejectScope::Card,
        name: coming.name,
        reason: refusal.to_string(),
        card: coming.bytes,
    }
}
