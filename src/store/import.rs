//! Taking cards in: all of an import is one transaction and one step.
//!
//! A card is known by its `UID`, or else by its name and one number. The same card again changes
//! nothing. A newer card of a contact changes what it says otherwise than the older one, which is
//! kept; any other card adds what the contact does not have. A card that cannot be stored is
//! given back with its reason and its bytes, and the others come in.

use std::collections::HashSet;

use rusqlite::blob::ZeroBlob;
use rusqlite::{MAIN_DB, OptionalExtension, params};
use uuid::Uuid;

use crate::domain::contact::{CardId, Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::fold::fold;
use crate::domain::import::{
    Arrival, Bytes, Cards, Change, Choice, Fate, ImportPlan, ImportReport, Incoming, Intake,
    KnownBy, Match, Origin, Place, PlanRow, Reject,
};
use crate::domain::intake::{self, Missing, Revision, Said, Taken};
use crate::domain::naming::given_keys;
use crate::domain::operation::Key;
use crate::domain::phone::Phone;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;

use super::contacts;
use super::failure::Answer;
use super::record::{self, CONTACT};
use super::write::Writer;
use super::{CACHE, MUCH_CACHE, Store};

impl Store {
    /// Writes cards in one step; `title` is the words for it.
    ///
    /// # Errors
    /// Where the cards end in a refusal, or the database cannot be written; then nothing was. What is wrong with one card is in
    /// the report, and the others come in.
    pub fn import(
        &mut self,
        cards: &mut dyn Cards,
        intake: &Intake<'_>,
        title: &str,
    ) -> Result<Done<ImportReport>, Refusal> {
        self.back_up_before()?;
        self.write_much(|writer| {
            let mut run = Run::new(intake);
            let mut logged = 0;
            while let Some(arrival) = cards.next() {
                if let Some(reject) = writer.take_in(arrival?, &mut run)? {
                    cards.set_aside(reject);
                }
                if run.report.new >= logged + LOGGED {
                    logged = run.report.new;
                    writer.log_created(title)?;
                }
            }
            Ok((run.report, title.to_owned()))
        })
    }

    /// What an import would do: it is done, told, and given up, so that the plan is what happens.
    ///
    /// # Errors
    /// As [`Store::import`].
    pub fn plan_import(
        &mut self,
        cards: &mut dyn Cards,
        intake: &Intake<'_>,
    ) -> Result<ImportPlan, Refusal> {
        self.cache(MUCH_CACHE)?;
        let planned = self.rehearse(|writer| {
            let mut run = Run::new(intake);
            run.plan = Some(ImportPlan::default());
            for arrival in cards {
                // Its row is in the plan.
                drop(writer.take_in(arrival?, &mut run)?);
            }
            Ok(run.plan.unwrap_or_default())
        });
        let _ = self.cache(CACHE);
        planned
    }
}

/// After how many new contacts the log is written.
const LOGGED: usize = 1_000;

/// From so many bytes on a card is written in parts: in one, `SQLite` holds it twice more.
const LARGE: usize = 1024 * 1024;

/// An import while it runs.
struct Run<'a> {
    intake: &'a Intake<'a>,
    /// Where the cards come from that are taken in now.
    origin: Origin,
    report: ImportReport,
    /// The plan, where one is made.
    plan: Option<ImportPlan>,
    /// Whom the cards that give an id were about. A file that gives ids gives everybody one, so that
    /// a card with another id is about somebody else, of the same name and number though they be.
    spoken_for: HashSet<ContactId>,
}

impl<'a> Run<'a> {
    fn new(intake: &'a Intake<'a>) -> Self {
        Self {
            intake,
            origin: Origin::default(),
            report: ImportReport::default(),
            plan: None,
            spoken_for: HashSet::new(),
        }
    }

    /// Goes on with another file.
    fn begin(&mut self, origin: Origin) {
        if origin.collection != self.origin.collection {
            self.spoken_for.clear();
        }
        self.origin = origin;
    }

    /// Puts a row into the plan, where one is made.
    fn note(&mut self, row: impl FnOnce() -> PlanRow) {
        if let Some(plan) = &mut self.plan {
            plan.rows.push(row());
        }
    }
}

/// The contact that a card is about, as it stands.
struct Found {
    contact: Contact,
    phones: Vec<Phone>,
    by: KnownBy,
}

/// What a card does to the contact that it is about.
struct Put {
    after: Contact,
    revision: Revision,
}

impl Writer<'_> {
    /// Takes in what comes next; gives back what cannot be stored.
    fn take_in(&mut self, arrival: Arrival, run: &mut Run<'_>) -> Answer<Option<Reject>> {
        match arrival {
            Arrival::Begins(origin) => {
                run.begin(origin);
                Ok(None)
            }
            Arrival::Card(card) => self.take_card(*card, run),
        }
    }

    /// Takes one card in, and settles its contact; gives it back where it cannot be stored.
    fn take_card(&mut self, card: Incoming, run: &mut Run<'_>) -> Answer<Option<Reject>> {
        let choice = run.intake.choices.get(&card.place.card).copied();
        if choice == Some(Choice::Skip) {
            run.report.skipped += 1;
            return Ok(None);
        }
        let Incoming {
            place,
            contact,
            mut phones,
            card: bytes,
        } = card;
        let name = contact.names().next().map(str::to_owned);
        let (chosen, revised_at) = (contact.id, contact.updated_at);
        for phone in &mut phones {
            // An id that is taken is somebody else's.
            phone.id = self.free_id(phone.id)?;
        }
        let said = Said { contact, phones };
        let mut taken = match Taken::of(said, run.origin.source, || self.context()) {
            Ok(taken) => taken,
            Err(refusal) => {
                run.note(|| PlanRow {
                    place,
                    name: name.clone().unwrap_or_default(),
                    fate: Fate::Unreadable(refusal.to_string()),
                    numbers: Vec::new(),
                    changes: Vec::new(),
                });
                return Ok(Some(reject(place, name, &refusal, bytes)));
            }
        };
        run.report.numbers_same += taken.twice;
        if choice == Some(Choice::New) {
            // Its own id and UID are those of the contact that it shall not be.
            taken.contact.id = ContactId(self.context().fresh_id);
            taken.contact.uid = None;
            for phone in &mut taken.phones {
                phone.contact = taken.contact.id;
            }
        } else if let Some((known, by)) = self.known(&taken, chosen, &run.spoken_for)? {
            run.spoken_for.extend(chosen.map(|_| known));
            let found = Found {
                contact: contacts::find(self.connection(), known)?,
                phones: record::phones_of(self.connection(), known)?,
                by,
            };
            let numbers = run
                .plan
                .is_some()
                .then(|| numbers(&taken.phones, &found.phones));
            let name = taken.contact.name.clone();
            let put = self.planned(&found, taken, revised_at, &bytes, run)?;
            run.note(|| planned_row(place, name, &found, put.as_ref(), numbers));
            match put {
                None => run.report.same += 1,
                Some(put) => {
                    run.report.changed += 1;
                    run.report.numbers += put.revision.added.len();
                    self.put(found, put)?;
                }
            }
            self.settle_all()?;
            return Ok(None);
        }
        taken.trust_first();
        run.note(|| PlanRow {
            place,
            name: taken.contact.name.clone(),
            fate: Fate::New,
            numbers: numbers(&taken.phones, &[]),
            changes: Vec::new(),
        });
        if !bytes.is_empty() {
            taken.contact.card = Some(self.keep_card(&bytes)?);
        }
        run.report.numbers += taken.phones.len();
        run.report.new += 1;
        run.spoken_for.extend(chosen.map(|_| taken.contact.id));
        self.insert_whole(taken.contact, &mut taken.phones)?;
        Ok(None)
    }

    /// What a card does to the contact that it is about, or none where that is nothing. The card is
    /// kept, so that what callbook does not understand of it comes out again.
    fn planned(
        &self,
        found: &Found,
        mut taken: Taken,
        revised_at: Option<Timestamp>,
        bytes: &[u8],
        run: &mut Run<'_>,
    ) -> Answer<Option<Put>> {
        let Found {
            contact,
            phones,
            by,
        } = found;
        let format = run.intake.format;
        let Origin {
            source,
            bytes: meaning,
            ..
        } = run.origin;
        let kept = match contact.card {
            Some(id) => Some(contacts::card(self.connection(), id)?),
            None => None,
        };
        let as_it_stands = || format.write(contact, phones, kept.as_deref(), self.context().home);
        if meaning == Bytes::Whole && (kept.as_deref() == Some(bytes) || as_it_stands() == bytes) {
            run.report.numbers_same += taken.phones.len();
            return Ok(None);
        }
        let mut after = contact.clone();
        // A contact without a UID goes out under its id, and comes back so.
        if taken.contact.uid == Some(contact.own_uid()) {
            taken.contact.uid.clone_from(&contact.uid);
        }
        let written = self.has_written(contact.id)?;
        let older = kept
            .as_deref()
            .filter(|_| meaning == Bytes::Whole && *by == KnownBy::Uid)
            .filter(|_| !written)
            .map(|card| (card, format.read(card)));
        // What is written before the card that is there brings no news, and what is another card
        // says nothing of what this one left out.
        let newer = |(_, older): &(&[u8], Said)| {
            let stale = revised_at.is_some() && revised_at < older.contact.updated_at;
            !stale && older.contact.uid == Some(taken.contact.uid.clone())
        };
        let revision = if let Some((card, older)) = older.filter(newer) {
            let renewed = format.renew(card, bytes);
            if renewed != card {
                after.card = Some(self.keep_card(&renewed)?);
            }
            let missing = if revised_at > older.contact.updated_at {
                Missing::Removed
            } else {
                Missing::Unsaid
            };
            let older = Taken::of(older, source, || self.context())?.settled();
            intake::revise(&mut after, phones, &older, &taken.settled(), missing)
        } else {
            if let Some(card) = format.join(kept.as_deref(), bytes) {
                after.card = Some(self.keep_card(&card)?);
            }
            if phones.is_empty() {
                taken.trust_first();
            }
            intake::add(&mut after, phones, &taken)
        };
        run.report.numbers_same += revision.same;
        let put = Put { after, revision };
        Ok((put.after != *contact || !put.revision.is_empty()).then_some(put))
    }

    /// Writes what a card does to its contact.
    fn put(&mut self, found: Found, put: Put) -> Answer<()> {
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

    /// The contact that a card is about, if it is there; `chosen` is the id that the card gives, and
    /// `spoken_for` whom other cards with ids were about.
    fn known(
        &self,
        taken: &Taken,
        chosen: Option<ContactId>,
        spoken_for: &HashSet<ContactId>,
    ) -> Answer<Option<(ContactId, KnownBy)>> {
        let contact = &taken.contact;
        if let Some(id) = chosen
            && self.is_there(Key::Contact(id))?
        {
            return Ok(Some((id, KnownBy::Uid)));
        }
        if let Some(uid) = &contact.uid {
            let found = self
                .connection()
                .prepare_cached("SELECT id FROM contact WHERE uid = ?1 ORDER BY id LIMIT 1")?
                .query_row([uid], |row| record::uuid(row, 0))
                .optional()?;
            if found.is_some() {
                return Ok(found.map(|id| (ContactId(id), KnownBy::Uid)));
            }
            // A contact that was made here goes out under its id.
            let own = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
            if let Ok(id) = Uuid::parse_str(own)
                && self.is_there(Key::Contact(ContactId(id)))?
            {
                return Ok(Some((ContactId(id), KnownBy::Uid)));
            }
        }
        if contact.namesake {
            // Known to be another than those of the same name.
            return Ok(None);
        }
        let another = |id: &ContactId| chosen.is_some() && spoken_for.contains(id);
        if taken.phones.is_empty() {
            let found = self.known_by_words(contact, another)?;
            return Ok(found.map(|id| (id, KnownBy::Words)));
        }
        let name = fold(&contact.name);
        let [key, other_key] = given_keys(&contact.name);
        // From the number to whoever has it: a name may be many people's. Sorting costs more than all
        // of that, and there is hardly ever a second one.
        let mut namesakes = self.connection().prepare_cached(
            "SELECT c.id, c.name FROM phone p INDEXED BY phone_identity
             CROSS JOIN contact c ON c.id = p.contact
             WHERE p.identity = ?2 AND c.given_key IN (?1, ?4) AND (c.uid IS NULL OR ?3 IS NULL)",
        )?;
        for phone in &taken.phones {
            let asked = params![key, phone.identity, contact.uid, other_key];
            let found = namesakes.query_map(asked, |row| {
                Ok((ContactId(record::uuid(row, 0)?), row.get::<_, String>(1)?))
            })?;
            let mut first = None;
            for namesake in found {
                let (id, known) = namesake?;
                if fold(&known) == name && !another(&id) && first.is_none_or(|first| id < first) {
                    first = Some(id);
                }
            }
            if first.is_some() {
                return Ok(first.map(|id| (id, KnownBy::Number)));
            }
        }
        Ok(None)
    }

    /// Without a number, somebody is known by the name and an email, or where nothing is new.
    fn known_by_words(
        &self,
        contact: &Contact,
        another: impl Fn(&ContactId) -> bool,
    ) -> Answer<Option<ContactId>> {
        let sql = format!(
            "SELECT {CONTACT} FROM contact INDEXED BY contact_by_given
             WHERE given_key IN (?1, ?3) AND (uid IS NULL OR ?2 IS NULL) ORDER BY id"
        );
        let [key, other_key] = given_keys(&contact.name);
        let mut namesakes = self.connection().prepare_cached(&sql)?;
        let namesakes =
            namesakes.query_map(params![key, contact.uid, other_key], record::contact)?;
        for namesake in namesakes {
            let namesake = namesake?;
            if fold(&namesake.name) == fold(&contact.name)
                && !another(&namesake.id)
                && intake::is_about(contact, &namesake)
            {
                return Ok(Some(namesake.id));
            }
        }
        Ok(None)
    }

    pub(super) fn keep_card(&self, bytes: &[u8]) -> Answer<CardId> {
        let connection = self.connection();
        if bytes.len() < LARGE {
            connection
                .prepare_cached("INSERT INTO card (bytes) VALUES (?1)")?
                .execute([bytes])?;
            return Ok(CardId(connection.last_insert_rowid()));
        }
        connection
            .prepare_cached("INSERT INTO card (bytes) VALUES (?1)")?
            .execute([ZeroBlob(bytes.len() as u64)])?;
        let id = connection.last_insert_rowid();
        let mut place = connection.blob_open(MAIN_DB, "card", "bytes", id, false)?;
        for (at, part) in bytes.chunks(LARGE).enumerate() {
            place.write_all_at(part, at * LARGE)?;
        }
        place.close()?;
        Ok(CardId(id))
    }
}

fn reject(place: Place, name: Option<String>, refusal: &Refusal, card: Vec<u8>) -> Reject {
    Reject {
        place,
        name,
        reason: refusal.to_string(),
        card,
    }
}

/// The row of a card that is about a contact which is there.
fn planned_row(
    place: Place,
    name: String,
    found: &Found,
    put: Option<&Put>,
    numbers: Option<Vec<(Option<String>, String, bool)>>,
) -> PlanRow {
    let known = Match {
        contact: found.contact.id,
        name: found.contact.name.clone(),
        by: found.by,
    };
    let (fate, changes) = match put {
        None => (Fate::Same(known), Vec::new()),
        Some(put) => (Fate::Change(known), changes(&found.contact, put)),
    };
    PlanRow {
        place,
        name,
        fate,
        numbers: numbers.unwrap_or_default(),
        changes,
    }
}

/// The numbers of a card, and which of them are there.
fn numbers(phones: &[Phone], there: &[Phone]) -> Vec<(Option<String>, String, bool)> {
    let there: HashSet<&str> = there.iter().map(|phone| phone.identity.as_str()).collect();
    let known = |phone: &Phone| there.contains(phone.identity.as_str());
    phones
        .iter()
        .map(|phone| (phone.location.clone(), phone.shown(), known(phone)))
        .collect()
}

/// What changes in a contact beside the numbers that come in.
fn changes(before: &Contact, put: &Put) -> Vec<Change> {
    let after = &put.after;
    let list = |tags: &[String]| (!tags.is_empty()).then(|| tags.join(", "));
    let text = |text: &Option<String>| text.clone();
    let texts = [
        ("name", Some(before.name.clone()), Some(after.name.clone())),
        ("sorted as", text(&before.sort_as), text(&after.sort_as)),
        ("nickname", text(&before.nickname), text(&after.nickname)),
        (
            "company",
            text(&before.organisation),
            text(&after.organisation),
        ),
        ("title", text(&before.title), text(&after.title)),
        ("note", text(&before.note), text(&after.note)),
        ("tags", list(&before.tags), list(&after.tags)),
    ];
    let mut changes: Vec<Change> = texts
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| Change {
            what,
            before,
            after,
        })
        .collect();
    let gone = before.details.iter();
    let gone = gone.filter(|detail| !after.details.contains(detail));
    let new = after.details.iter();
    let new = new.filter(|detail| !before.details.contains(detail));
    let details = gone
        .map(|detail| (detail, false))
        .chain(new.map(|detail| (detail, true)));
    changes.extend(details.map(|(detail, new)| {
        let value = Some(detail.value.clone());
        Change {
            what: detail.kind.word(),
            before: value.clone().filter(|_| !new),
            after: value.filter(|_| new),
        }
    }));
    for (before, after) in &put.revision.changed {
        let becomes = match (before.historic, after.historic, &after.location) {
            (false, true, _) => "historic".to_owned(),
            (true, false, _) => "in use again".to_owned(),
            (_, _, Some(label)) if after.location != before.location => label.clone(),
            (_, _, None) if before.location.is_some() => "no label".to_owned(),
            _ if after.primary && !before.primary => "primary".to_owned(),
            _ => "other flags".to_owned(),
        };
        changes.push(Change {
            what: "number",
            before: Some(after.shown()),
            after: Some(becomes),
        });
    }
    if changes.is_empty() && put.revision.added.is_empty() {
        changes.push(Change {
            what: "card",
            before: None,
            after: Some("other lines, kept as they are".to_owned()),
        });
    }
    changes
}
