//! Taking cards in: all of an import is one transaction and one step.
//!
//! A card is known by its `UID`, or else by its name and one number; then it adds what is new to the
//! contact that is there, so that the same file twice changes nothing. A card that cannot be stored
//! is reported with its reason and its bytes, and the others come in.

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::domain::contact::{CardId, Contact, ContactAttributes, ContactId};
use crate::domain::edit::Done;
use crate::domain::fold::fold;
use crate::domain::import::{
    Choice, Choices, Fate, ImportPlan, ImportReport, Incoming, KnownBy, Match, Place, PlanRow,
    Reject,
};
use crate::domain::operation::Key;
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::domain::refusal::{Fault, Refusal};

use super::Store;
use super::contacts;
use super::failure::{Answer, Failure};
use super::record;
use super::write::Writer;

impl Store {
    /// Writes cards in one step. `source` is what phones without a source of their own get; `title`
    /// is the words for the step.
    ///
    /// # Errors
    /// Where the database cannot be written; then nothing was. What is wrong with one card is in
    /// the report, and the others come in.
    pub fn import(
        &mut self,
        cards: &mut dyn Iterator<Item = Incoming>,
        source: &str,
        title: &str,
    ) -> Result<Done<ImportReport>, Refusal> {
        self.import_chosen(cards, source, title, &Choices::new())
    }

    /// Writes cards in one step, those that a person chose in another way than planned as chosen.
    ///
    /// # Errors
    /// As [`Store::import`].
    pub fn import_chosen(
        &mut self,
        cards: &mut dyn Iterator<Item = Incoming>,
        source: &str,
        title: &str,
        choices: &Choices,
    ) -> Result<Done<ImportReport>, Refusal> {
        self.cache(IMPORT_CACHE)?;
        let done = self.write(|writer| {
            let mut intake = Intake::new(source, choices);
            for card in cards {
                writer.take_card(card, &mut intake)?;
            }
            Ok((intake.report, title.to_owned()))
        });
        // What was written is written, whether or not the memory comes back.
        let _ = self.cache(CACHE);
        done
    }

    /// What an import would do: it is done, told, and given up, so that the plan is what happens.
    ///
    /// # Errors
    /// As [`Store::import`].
    pub fn plan_import(
        &mut self,
        cards: &mut dyn Iterator<Item = Incoming>,
        source: &str,
    ) -> Result<ImportPlan, Refusal> {
        self.cache(IMPORT_CACHE)?;
        let choices = Choices::new();
        let planned = self.rehearse(|writer| {
            let mut intake = Intake::new(source, &choices);
            intake.plan = Some(ImportPlan::default());
            for card in cards {
                writer.take_card(card, &mut intake)?;
            }
            Ok(intake.plan.unwrap_or_default())
        });
        let _ = self.cache(CACHE);
        planned
    }

    /// Sets how many KiB of the database are kept in memory, and gives back what is more.
    fn cache(&self, kibibytes: u32) -> Result<(), Refusal> {
        self.read(|connection| {
            connection.execute_batch(&format!(
                "PRAGMA cache_size = -{kibibytes}; PRAGMA shrink_memory;"
            ))?;
            Ok(())
        })
    }
}

/// The memory that a connection keeps pages in, in KiB; `SQLite`'s own measure.
const CACHE: u32 = 2_000;

/// The same during an import: rows go into every index at random places, and with less memory each
/// page is written and read again many times.
const IMPORT_CACHE: u32 = 48_000;

/// An import while it runs.
struct Intake<'a> {
    source: &'a str,
    choices: &'a Choices,
    report: ImportReport,
    /// The plan, where one is made.
    plan: Option<ImportPlan>,
}

impl<'a> Intake<'a> {
    fn new(source: &'a str, choices: &'a Choices) -> Self {
        Self {
            source,
            choices,
            report: ImportReport::default(),
            plan: None,
        }
    }

    /// Puts a row into the plan, where one is made.
    fn note(&mut self, row: impl FnOnce() -> PlanRow) {
        if let Some(plan) = &mut self.plan {
            plan.rows.push(row());
        }
    }
}

/// A card in the form of the records that it would make.
#[derive(Clone)]
struct Taken {
    contact: Contact,
    /// Its phones, the same number only once.
    phones: Vec<Phone>,
    /// Whether the first of them says nothing about being accurate: then it is, if it becomes the
    /// first of its contact (Phone resource, 4).
    trusting: bool,
    /// How many of its numbers stood there twice.
    twice: usize,
}

impl Taken {
    fn trust_first(&mut self) {
        if let Some(first) = self.phones.first_mut() {
            first.valid_values |= self.trusting;
        }
    }
}

impl Writer<'_> {
    /// Takes one card in, and settles its contact.
    fn take_card(&mut self, card: Incoming, intake: &mut Intake<'_>) -> Answer<()> {
        let choice = intake.choices.get(&card.place.card).copied();
        if choice == Some(Choice::Skip) {
            intake.report.skipped += 1;
            return Ok(());
        }
        let Incoming {
            place,
            contact,
            phones,
            card: bytes,
        } = card;
        let name = contact.names().next().map(str::to_owned);
        let mut taken = match self.read_card(contact, phones, intake.source) {
            Ok(taken) => taken,
            Err(Failure::Refused(refusal)) => {
                intake.note(|| PlanRow {
                    place,
                    name: name.clone().unwrap_or_default(),
                    fate: Fate::Unreadable(refusal.to_string()),
                    numbers: Vec::new(),
                    fills: Vec::new(),
                });
                let reject = reject(place, name, &refusal, bytes);
                intake.report.rejects.push(reject);
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        intake.report.numbers_same += taken.twice;
        if choice == Some(Choice::New) {
            // Its own id and UID are those of the contact that it shall not be.
            taken.contact.id = ContactId(self.context().fresh_id);
            taken.contact.uid = None;
            for phone in &mut taken.phones {
                phone.contact = taken.contact.id;
            }
        } else if let Some((known, by)) = self.known(&taken, &bytes)? {
            let planned = match intake.plan {
                Some(_) => Some((
                    taken.clone(),
                    contacts::find(self.connection(), known)?,
                    record::phones_of(self.connection(), known)?,
                )),
                None => None,
            };
            let changed = self.add(known, taken, &mut intake.report)?;
            if changed {
                intake.report.changed += 1;
            } else {
                intake.report.same += 1;
            }
            if let Some((taken, before, there)) = planned {
                let found = Match {
                    contact: known,
                    name: before.name.clone(),
                    by,
                };
                let mut after = before.clone();
                fill(&mut after, &taken.contact);
                intake.note(|| PlanRow {
                    place,
                    name: taken.contact.name.clone(),
                    fate: if changed {
                        Fate::Change(found)
                    } else {
                        Fate::Same(found)
                    },
                    numbers: numbers(&taken.phones, &there),
                    fills: filled(&before, &after),
                });
            }
            return self.settle_all();
        }
        taken.trust_first();
        intake.note(|| PlanRow {
            place,
            name: taken.contact.name.clone(),
            fate: Fate::New,
            numbers: numbers(&taken.phones, &[]),
            fills: Vec::new(),
        });
        taken.contact.card = Some(self.keep_card(&bytes)?);
        intake.report.numbers += taken.phones.len();
        intake.report.new += 1;
        self.insert_whole(taken.contact, &mut taken.phones)?;
        Ok(())
    }

    /// Makes records of a card; nothing is written yet.
    fn read_card(
        &self,
        mut sent: ContactAttributes,
        phones: Vec<PhoneAttributes>,
        source: &str,
    ) -> Answer<Taken> {
        let contact = sent
            .id
            .unwrap_or_else(|| ContactId(self.context().fresh_id));
        sent.id = Some(contact);
        sent.source.get_or_insert_with(|| source.to_owned());

        let mut made: Vec<Phone> = Vec::with_capacity(phones.len());
        let mut twice = 0;
        let mut trusting = false;
        for mut phone in phones {
            if phone
                .number
                .as_deref()
                .is_none_or(|number| number.trim().is_empty())
            {
                // A property without a number says nothing; the card keeps it.
                continue;
            }
            phone.source.get_or_insert_with(|| source.to_owned());
            phone.id = self
                .free_id(phone.id)?
                .filter(|id| made.iter().all(|known| known.id != *id));
            trusting |= made.is_empty() && phone.valid_values.is_none();
            let phone = phone.create(contact, false, &self.context(), Vec::new())?;
            match made
                .iter_mut()
                .find(|known| known.identity == phone.identity)
            {
                Some(known) => {
                    twice += 1;
                    *known = merge(known, &phone);
                }
                None => made.push(phone),
            }
        }

        if sent.names().next().is_none() {
            // Somebody without a name is found by number or address.
            let number = made.first().map(Phone::shown);
            let details = sent.details.iter().flatten();
            let detail = details.map(|detail| detail.value.clone()).next();
            let Some(name) = number.or(detail) else {
                let why = "has no name, no number and no address";
                return Err(Refusal::invalid(vec![Fault::whole(why)]).into());
            };
            sent.name = Some(Some(name));
            // A number is no given name.
            sent.given_name = Some(None);
        }
        let contact = sent.create(&self.context(), Vec::new())?;
        Ok(Taken {
            contact,
            phones: made,
            trusting,
            twice,
        })
    }

    /// Adds to a contact what it does not have; a number that it has is merged into the one that is
    /// there (Phone resource, 4). Says whether anything changed.
    fn add(&mut self, id: ContactId, mut taken: Taken, report: &mut ImportReport) -> Answer<bool> {
        let before = contacts::find(self.connection(), id)?;
        let mut after = before.clone();
        fill(&mut after, &taken.contact);
        let mut changed = after != before;
        if changed {
            after.updated_at = self.context().now;
            self.update_contact(before, after)?;
        }

        let there = record::phones_of(self.connection(), id)?;
        if there.is_empty() {
            taken.trust_first();
        }
        for mut phone in taken.phones {
            phone.contact = id;
            if let Some(known) = there.iter().find(|known| known.identity == phone.identity) {
                report.numbers_same += 1;
                let merged = merge(known, &phone);
                if merged != *known {
                    changed = true;
                    self.touch_phone(known.clone(), merged)?;
                }
            } else {
                changed = true;
                report.numbers += 1;
                self.insert_phone(phone)?;
            }
        }
        Ok(changed)
    }

    /// The contact that a card is about, if it is there.
    fn known(&self, taken: &Taken, bytes: &[u8]) -> Answer<Option<(ContactId, KnownBy)>> {
        let contact = &taken.contact;
        if self.is_there(Key::Contact(contact.id))? {
            return Ok(Some((contact.id, KnownBy::Uid)));
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
        if taken.phones.is_empty() {
            let found = self.known_by_bytes(contact, bytes)?;
            return Ok(found.map(|id| (id, KnownBy::Bytes)));
        }
        let name = fold(&contact.name);
        let key = contact.given_key();
        let mut namesakes = self.connection().prepare_cached(
            "SELECT c.id, c.name FROM contact c INDEXED BY contact_by_given
             JOIN phone p ON p.contact = c.id AND p.identity = ?2
             WHERE c.given_key = ?1 AND (c.uid IS NULL OR ?3 IS NULL) ORDER BY c.id",
        )?;
        for phone in &taken.phones {
            let found = namesakes.query_map(params![key, phone.identity, contact.uid], |row| {
                Ok((ContactId(record::uuid(row, 0)?), row.get::<_, String>(1)?))
            })?;
            for namesake in found {
                let (id, known) = namesake?;
                if fold(&known) == name {
                    return Ok(Some((id, KnownBy::Number)));
                }
            }
        }
        Ok(None)
    }

    /// Without a number, the same card is known by its bytes.
    fn known_by_bytes(&self, contact: &Contact, bytes: &[u8]) -> Answer<Option<ContactId>> {
        let found = self
            .connection()
            .prepare_cached(
                "SELECT c.id FROM contact c INDEXED BY contact_by_given
                 JOIN card k ON k.id = c.card
                 WHERE c.given_key = ?1 AND k.bytes = ?2 ORDER BY c.id LIMIT 1",
            )?
            .query_row(params![contact.given_key(), bytes], |row| {
                record::uuid(row, 0)
            })
            .optional()?;
        Ok(found.map(ContactId))
    }

    fn keep_card(&self, bytes: &[u8]) -> Answer<CardId> {
        self.connection()
            .prepare_cached("INSERT INTO card (bytes) VALUES (?1)")?
            .execute([bytes])?;
        Ok(CardId(self.connection().last_insert_rowid()))
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

/// The numbers of a card, and which of them are there.
fn numbers(phones: &[Phone], there: &[Phone]) -> Vec<(Option<String>, String, bool)> {
    let known = |phone: &Phone| there.iter().any(|known| known.identity == phone.identity);
    phones
        .iter()
        .map(|phone| (phone.location.clone(), phone.shown(), known(phone)))
        .collect()
}

/// What of a contact was blank and is not any more.
fn filled(before: &Contact, after: &Contact) -> Vec<(&'static str, String)> {
    let pairs = [
        ("nickname", &before.nickname, &after.nickname),
        ("company", &before.organisation, &after.organisation),
        ("title", &before.title, &after.title),
        ("note", &before.note, &after.note),
    ];
    let mut filled: Vec<(&'static str, String)> = pairs
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .filter_map(|(words, _, after)| Some((words, after.clone()?)))
        .collect();
    let new = after.details.iter().skip(before.details.len());
    filled.extend(new.map(|detail| (detail.kind.word(), detail.value.clone())));
    let tags: Vec<&str> = after
        .tags
        .iter()
        .skip(before.tags.len())
        .map(String::as_str)
        .collect();
    if !tags.is_empty() {
        filled.push(("tags", tags.join(", ")));
    }
    filled
}

/// Fills what a contact has blank, and adds the details and tags that it does not have.
fn fill(known: &mut Contact, other: &Contact) {
    let blanks = [
        (&mut known.nickname, &other.nickname),
        (&mut known.organisation, &other.organisation),
        (&mut known.title, &other.title),
        (&mut known.note, &other.note),
        (&mut known.uid, &other.uid),
    ];
    for (place, value) in blanks {
        if place.is_none() {
            place.clone_from(value);
        }
    }
    for detail in &other.details {
        let same = |there: &crate::domain::contact::Detail| {
            there.kind == detail.kind && there.value == detail.value
        };
        if !known.details.iter().any(same) {
            known.details.push(detail.clone());
        }
    }
    for tag in &other.tags {
        if !known.tags.contains(tag) {
            known.tags.push(tag.clone());
        }
    }
}

/// The same number twice, made one (Phone resource, 4): primary and accurate if either was, historic
/// only if both were, blanks filled from the other, the older time of making.
fn merge(known: &Phone, other: &Phone) -> Phone {
    let historic = known.historic && other.historic;
    let blank = |mine: &Option<String>, its: &Option<String>| mine.clone().or_else(|| its.clone());
    Phone {
        primary: (known.primary || other.primary) && !historic,
        historic,
        valid_values: known.valid_values || other.valid_values,
        location: blank(&known.location, &other.location),
        country_code: blank(&known.country_code, &other.country_code),
        created_at: known.created_at.min(other.created_at),
        ..known.clone()
    }
}
