//! Taking cards in: all of an import is one transaction and one step.
//!
//! A card is known by its `UID`, or else by its name and one number; then it adds what is new to the
//! contact that is there, so that the same file twice changes nothing.

use rusqlite::{OptionalExtension, params};

use crate::domain::contact::{CardId, Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::fold::fold;
use crate::domain::import::{ImportReport, Incoming, Reject};
use crate::domain::number;
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::domain::refusal::{Kind, Refusal};

use super::Store;
use super::failure::storing;
use super::record;
use super::write::{StepKind, Writer};

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
        self.write(StepKind::Change, |writer| {
            let mut report = ImportReport::default();
            for card in cards {
                writer.take_card(card, source, &mut report)?;
            }
            Ok((report, title.to_owned()))
        })
    }
}

impl Writer<'_> {
    /// Takes one card in, and settles its contact.
    fn take_card(
        &mut self,
        mut card: Incoming,
        source: &str,
        report: &mut ImportReport,
    ) -> Result<(), Refusal> {
        for phone in &mut card.phones {
            phone.source.get_or_insert_with(|| source.to_owned());
        }
        card.contact.source.get_or_insert_with(|| source.to_owned());
        match self.known(&card).map_err(|error| storing(&error))? {
            Some(contact) => {
                let added = self.add_numbers(contact, card.phones, report)?;
                if added {
                    report.changed += 1;
                } else {
                    report.same += 1;
                }
            }
            None => self.take_new(card, report)?,
        }
        self.settle_all()
    }

    fn take_new(&mut self, card: Incoming, report: &mut ImportReport) -> Result<(), Refusal> {
        let Incoming {
            place,
            mut contact,
            phones,
            card: bytes,
        } = card;
        let nameless = [
            &contact.name,
            &contact.given_name,
            &contact.family_name,
            &contact.nickname,
            &contact.organisation,
        ]
        .into_iter()
        .all(|name| name.as_ref().is_none_or(Option::is_none));
        if nameless {
            // Somebody without a name is found by number or address.
            let email = contact
                .details
                .iter()
                .flatten()
                .next()
                .map(|detail| detail.value.clone());
            contact.name = Some(
                phones
                    .first()
                    .and_then(|phone| phone.number.clone())
                    .or(email),
            );
        }
        let mut made = match contact.create(&self.context(), Vec::new()) {
            Ok(made) => made,
            Err(refusal) if refusal.kind == Kind::Invalid => {
                report.rejects.push(Reject {
                    place,
                    name: None,
                    reason: refusal.to_string(),
                    card: bytes,
                });
                return Ok(());
            }
            Err(refusal) => return Err(refusal),
        };
        made.card = Some(self.keep_card(&bytes).map_err(|error| storing(&error))?);
        let made = self.insert_contact(made)?;
        self.add_numbers(made.id, phones, report)?;
        report.new += 1;
        Ok(())
    }

    /// Adds the numbers that a contact does not have; one that it has is merged into the one that is
    /// there (Phone resource, 4). Says whether anything changed.
    fn add_numbers(
        &mut self,
        contact: ContactId,
        sent: Vec<PhoneAttributes>,
        report: &mut ImportReport,
    ) -> Result<bool, Refusal> {
        let mut changed = false;
        for sent in sent {
            let there =
                record::phones_of(self.connection(), contact).map_err(|error| storing(&error))?;
            let phone = match sent.create(contact, there.is_empty(), &self.context(), Vec::new()) {
                Ok(phone) => phone,
                // A blank number is no number.
                Err(refusal) if refusal.kind == Kind::Invalid => continue,
                Err(refusal) => return Err(refusal),
            };
            if let Some(known) = there
                .into_iter()
                .find(|known| known.identity == phone.identity)
            {
                report.numbers_same += 1;
                let merged = merge(&known, &phone);
                if merged != known {
                    changed = true;
                    self.update_phone(known, merged)?;
                }
            } else {
                changed = true;
                report.numbers += 1;
                self.insert_phone(phone)?;
            }
        }
        Ok(changed)
    }

    /// The contact that a card is about, if it is there: by its `UID`, or by its name and a number.
    fn known(&self, card: &Incoming) -> rusqlite::Result<Option<ContactId>> {
        let connection = self.connection();
        if let Some(uid) = card.contact.uid.as_ref().and_then(Option::as_ref) {
            let found = connection
                .prepare_cached("SELECT id FROM contact WHERE uid = ?1 LIMIT 1")?
                .query_row([uid], |row| record::uuid(row, 0))
                .optional()?;
            if found.is_some() {
                return Ok(found.map(ContactId));
            }
        }
        let name = card
            .contact
            .name
            .as_ref()
            .and_then(Option::as_deref)
            .map(fold);
        let mut holders = connection
            .prepare_cached("SELECT c.id, c.name, c.uid FROM phone p JOIN contact c ON c.id = p.contact WHERE p.identity = ?1 LIMIT 50")?;
        for phone in &card.phones {
            let Some(typed) = &phone.number else { continue };
            let hint = phone.country_code.clone().flatten();
            let identity = number::canonical(typed, hint.as_deref(), self.context().home).identity;
            let found = holders.query_map([identity], |row| {
                Ok((
                    ContactId(record::uuid(row, 0)?),
                    row.get::<_, String>(1)?,
                    row.get::<_, Option<String>>(2)?,
                ))
            })?;
            for holder in found {
                let (id, known, uid) = holder?;
                let other_card = uid.is_some()
                    && card
                        .contact
                        .uid
                        .as_ref()
                        .is_some_and(std::option::Option::is_some);
                if !other_card && name.as_ref().is_none_or(|name| *name == fold(&known)) {
                    return Ok(Some(id));
                }
            }
        }
        // Without a number, the same card is known by its bytes.
        if card.phones.is_empty() {
            let found = connection
                .prepare_cached(
                    "SELECT c.id FROM contact c JOIN card k ON k.id = c.card WHERE c.family_key = ?1 AND k.bytes = ?2 LIMIT 1",
                )?
                .query_row(params![self.key_of(card), card.card], |row| record::uuid(row, 0))
                .optional()?;
            return Ok(found.map(ContactId));
        }
        Ok(None)
    }

    /// The sort key that the card's contact would get.
    fn key_of(&self, card: &Incoming) -> String {
        card.contact
            .clone()
            .create(&self.context(), Vec::new())
            .map(|contact: Contact| contact.family_key())
            .unwrap_or_default()
    }

    fn keep_card(&self, bytes: &[u8]) -> rusqlite::Result<CardId> {
        self.connection()
            .prepare_cached("INSERT INTO card (bytes) VALUES (?1)")?
            .execute([bytes])?;
        Ok(CardId(self.connection().last_insert_rowid()))
    }
}

/// The same number twice, made one (Phone resource, 4): primary and accurate if either was, historic
/// only if both were, blanks filled from the other, the older time of making.
fn merge(known: &Phone, other: &Phone) -> Phone {
    let historic = known.historic && other.historic;
    Phone {
        primary: (known.primary || other.primary) && !historic,
        historic,
        valid_values: known.valid_values || other.valid_values,
        location: known.location.clone().or_else(|| other.location.clone()),
        country_code: known
            .country_code
            .clone()
            .or_else(|| other.country_code.clone()),
        created_at: known.created_at.min(other.created_at),
        ..known.clone()
    }
}
