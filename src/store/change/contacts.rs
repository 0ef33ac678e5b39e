//! Contacts: create, get, change, delete, confirm, and the forms' saving of a contact with its
//! phones in one step.

use uuid::Uuid;

use crate::domain::contact::{CardId, Contact, ContactAttributes, ContactId};
use crate::domain::edit::{ContactEdit, Done, PhoneEdit, Profile};
use crate::domain::operation::RecordKey;
use crate::domain::phone::Phone;
use crate::domain::refusal::{Fault, Kind, Refusal, Stored};
use crate::domain::timestamp::Timestamp;
use crate::domain::title;
use crate::domain::words::beginning;

use crate::store::base::Store;
use crate::store::change::triage;
use crate::store::db::failure::{Answer, Failure};
use crate::store::db::record;
use crate::store::query::in_remotes;
use crate::store::undo::journal;
use crate::store::write::writer::Writer;

/// How many entries of its history a profile carries.
const HISTORY: usize = 12;

/// How many characters of what was typed a fault calls a phone by.
const MOST_CALLED: usize = 40;

impl Store {
    /// Makes a contact. `faults` are the faults of form that reading the document found.
    ///
    /// # Errors
    /// Invalid with every fault; conflict where the id is taken.
    pub fn create_contact(
        &mut self,
        sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Contact>, Refusal> {
        self.write(|writer| {
            let mut sent = sent;
            writer.call_fields(sent.details.iter_mut().flatten())?;
            let id = sent.id.map(RecordKey::Contact);
            let made = sent.create(&writer.context(), faults);
            let contact = writer.with_taken_id(id, made)?;
            let contact = writer.insert_contact(contact)?;
            let title = title::contact_added(&contact);
            Ok((contact, title))
        })
    }

    /// The contact with this id.
    ///
    /// # Errors
    /// Not found.
    pub fn contact(&self, id: ContactId) -> Result<Contact, Refusal> {
        self.read(|connection| record::get_contact(connection, id))
    }

    /// Changes a contact: only what was sent.
    ///
    /// # Errors
    /// Not found; invalid with every fault; conflict if it has changed since its stamp.
    pub fn update_contact(
        &mut self,
        id: ContactId,
        sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Contact>, Refusal> {
        self.write(|writer| {
            let before = record::get_contact(writer.connection(), id)?;
            let after = writer.revised(&before, sent, faults)?;
            let title = title::contact_changed(&before, &after);
            Ok((writer.revise_contact(before, after)?, title))
        })
    }

    /// Deletes a contact with its phones; where a stamp is sent, only if it is the stored one.
    ///
    /// # Errors
    /// Not found; conflict.
    pub fn delete_contact(
        &mut self,
        id: ContactId,
        stamp: Option<Timestamp>,
    ) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let contact = record::get_contact(writer.connection(), id)?;
            if stamp.is_some_and(|stamp| stamp != contact.updated_in_db_at) {
                return Err(Refusal::stale(Stored::Contact(Box::new(contact))).into());
            }
            let title = title::contacts("Deleted", std::slice::from_ref(&contact.name));
            writer.delete_contact(contact)?;
            Ok(((), title))
        })
    }

    /// Saves what a form holds, a contact and its phones, in one step.
    ///
    /// # Errors
    /// As the single writes, with the faults of all rows at once; a fault of a phone says of which one
    /// it is. A conflict is reported if nothing else is wrong.
    pub fn save_contact(&mut self, edit: ContactEdit) -> Result<Done<ContactId>, Refusal> {
        self.write(|writer| writer.save(edit))
    }

    /// A contact with its phones and the newest of its history.
    ///
    /// # Errors
    /// Not found.
    pub fn profile(&self, id: ContactId) -> Result<Profile, Refusal> {
        self.snapshot(|connection| {
            let full = record::full_contact(connection, id)?;
            Ok(Profile {
                others: triage::others(connection, &full.phones)?,
                attachments: Vec::new(),
                related: Vec::new(),
                remotes: in_remotes::of_contact(connection, &full)?,
                history: journal::history(connection, id, &full.phones, HISTORY)?,
                full,
            })
        })
    }

    /// Gives a contact another card, where it has not changed since; `title` says what that does.
    ///
    /// # Errors
    /// Not found; conflict.
    pub fn put_card(
        &mut self,
        id: ContactId,
        seen: Timestamp,
        card: &[u8],
        title: String,
    ) -> Result<Done<Contact>, Refusal> {
        self.write(|writer| {
            let before = record::get_contact(writer.connection(), id)?;
            let is_same = match before.card {
                Some(own) => record::card(writer.connection(), own)? == card,
                None => false,
            };
            if is_same {
                return Ok((before, title));
            }
            let sent = ContactAttributes {
                card: Some(writer.keep_card(card)?),
                updated_in_db_at: Some(seen),
                ..ContactAttributes::default()
            };
            let after = sent.revise(&before, &writer.context(), Vec::new())?;
            Ok((writer.update_contact(before, after)?, title))
        })
    }

    /// The card that a contact came from, byte for byte.
    ///
    /// # Errors
    /// Not found.
    pub fn card(&self, id: CardId) -> Result<Vec<u8>, Refusal> {
        self.read(|connection| record::card(connection, id))
    }
}

impl Writer<'_> {
    fn save(&mut self, edit: ContactEdit) -> Answer<(ContactId, String)> {
        let ContactEdit {
            id,
            contact,
            phones,
        } = edit;
        let mut faults = Faults::default();
        let only_phones = id.is_some() && contact.is_none();
        let saved = if let Some(id) = id {
            // Without the contact there is nothing that a fault could be about.
            let before = record::get_contact(self.connection(), id)?;
            faults.take(self.save_own(before, contact), None)?
        } else {
            let mut contact = contact.unwrap_or_default();
            self.call_fields(contact.details.iter_mut().flatten())?;
            let made = contact
                .create(&self.context(), Vec::new())
                .map_err(Failure::from)
                .and_then(|contact| self.insert_contact(contact));
            let made = made.map(|contact| (title::contact_added(&contact), contact));
            faults.take(made, None)?
        };

        // What is deleted gives way first: its number may come again in another row.
        let several = phones.len() > 1;
        let replaces = is_replacement(&phones);
        let (deleted, kept): (Vec<_>, Vec<_>) = phones
            .into_iter()
            .partition(|phone| matches!(phone, PhoneEdit::Delete(_, _)));
        let mut title = None;
        let mut shown = Vec::new();
        for phone in deleted.into_iter().chain(kept) {
            let called = self.called(&phone)?;
            let written = match &saved {
                Some((_, contact)) => self.save_phone(contact, phone),
                // The contact could not be made; its phones are looked at all the same.
                None => self.look_at(phone).map(|()| SavedPhone::default()),
            };
            if let Some(saved) = faults.take(written, Some(&called))? {
                title = Some(saved.title);
                shown.push(saved.shown);
            }
        }
        faults.finish()?;
        let Some((words, contact)) = saved else {
            return Err(Refusal::not_found("contact", "of this form").into());
        };
        // The title of one number says what became of it.
        let title = match shown.as_slice() {
            [old, new] if replaces => Some(title::phone_replaced(old, new, &contact.name)),
            _ => title.filter(|_| !several),
        };
        let words = title.filter(|_| only_phones).unwrap_or(words);
        Ok((contact.id, words))
    }

    /// Changes the contact's own attributes, if any were sent.
    fn save_own(
        &mut self,
        before: Contact,
        sent: Option<ContactAttributes>,
    ) -> Answer<(String, Contact)> {
        let Some(sent) = sent else {
            return Ok((title::contact_changed(&before, &before), before));
        };
        let after = self.revised(&before, sent, Vec::new())?;
        let title = title::contact_changed(&before, &after);
        Ok((title, self.revise_contact(before, after)?))
    }

    /// A contact with what was sent.
    fn revised(
        &self,
        before: &Contact,
        mut sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Answer<Contact> {
        self.call_fields(sent.details.iter_mut().flatten())?;
        self.guess_parts(before, &mut sent)?;
        let mut after = sent.revise(before, &self.context(), faults)?;
        self.prefer_next(before, &mut after)?;
        Ok(after)
    }

    /// Puts a contact in the place of what it was; where it is the same, nothing is written.
    fn revise_contact(&mut self, before: Contact, after: Contact) -> Answer<Contact> {
        if before == after {
            return Ok(after);
        }
        self.update_contact(before, after)
    }

    /// What a person calls the phone of a row: the number as it was typed, or else as it is stored.
    fn called(&self, phone: &PhoneEdit) -> Answer<String> {
        let (id, sent) = match phone {
            PhoneEdit::Create(sent) => (None, Some(sent)),
            PhoneEdit::Update(id, sent) => (Some(*id), Some(sent)),
            PhoneEdit::Delete(id, _) => (Some(*id), None),
        };
        let typed = sent.and_then(|sent| sent.number.as_deref());
        let typed = typed.map(str::trim).filter(|typed| !typed.is_empty());
        if let Some(typed) = typed {
            return Ok(beginning(typed, MOST_CALLED).into_owned());
        }
        let stored = match id {
            Some(id) => record::find_phone(self.connection(), id)?,
            None => None,
        };
        Ok(stored.map_or_else(|| "a new number".to_owned(), |phone| phone.shown()))
    }

    /// Does one row of a form, and gives the words for it.
    fn save_phone(&mut self, contact: &Contact, phone: PhoneEdit) -> Answer<SavedPhone> {
        let saved = |title, phone: &Phone| SavedPhone {
            title,
            shown: phone.shown(),
        };
        match phone {
            PhoneEdit::Create(sent) => {
                let phone = self.create_phone(contact.id, sent, Vec::new())?;
                Ok(saved(title::phone_added(&phone, &contact.name), &phone))
            }
            PhoneEdit::Update(id, sent) => {
                self.owned(id, contact.id)?;
                let (before, after) = self.revise_phone(id, sent, Vec::new())?;
                let title = title::phone_changed(&before, &after, &contact.name);
                Ok(saved(title, &after))
            }
            PhoneEdit::Delete(id, stamp) => {
                self.owned(id, contact.id)?;
                let phone = self.remove_phone(id, stamp)?;
                Ok(saved(title::phone_deleted(&phone, &contact.name), &phone))
            }
        }
    }

    /// Finds what is wrong with a new phone of a contact that could not be made.
    fn look_at(&self, phone: PhoneEdit) -> Answer<()> {
        if let PhoneEdit::Create(sent) = phone {
            sent.create(ContactId(Uuid::nil()), true, &self.context(), Vec::new())?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a form, and the first refusal of another kind.
#[derive(Default)]
struct Faults {
    invalid: Vec<Fault>,
    other: Option<Refusal>,
}

impl Faults {
    /// Keeps the refusal of a part of the form, with what the phone is called where it is of one. What the
    /// database says ends the whole.
    fn take<T>(&mut self, part: Answer<T>, of: Option<&str>) -> Answer<Option<T>> {
        let mut refusal = match part {
            Ok(part) => return Ok(Some(part)),
            Err(Failure::Refused(refusal)) => refusal,
            Err(failure) => return Err(failure),
        };
        if refusal.kind != Kind::Invalid {
            self.other.get_or_insert(refusal);
            return Ok(None);
        }
        for fault in &mut refusal.faults {
            fault.of = of.map(str::to_owned);
        }
        self.invalid.append(&mut refusal.faults);
        Ok(None)
    }

    fn finish(self) -> Answer<()> {
        match self.other {
            _ if !self.invalid.is_empty() => Err(Refusal::invalid(self.invalid).into()),
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }
}

/// What was done to one phone of a form.
#[derive(Default)]
struct SavedPhone {
    /// The words for it.
    title: String,
    /// The number, as a person reads it.
    shown: String,
}

/// Whether one phone takes the place of another, which becomes historic.
fn is_replacement(phones: &[PhoneEdit]) -> bool {
    matches!(
        phones,
        [PhoneEdit::Update(_, old), PhoneEdit::Create(_)]
            if old.historic == Some(true) && old.number.is_none()
    )
}
