//! What a card or row is known by when the same file comes again: a hash of all that it says.
//!
//! What a person corrected since, the name and the only number perhaps, must not come back with the
//! same file. So a card is asked for by its own bytes first, before its `UID`, name and numbers.

use sha2::{Digest as _, Sha256};

use super::contact::{ContactAttributes, ContactKind, DetailKind};
use super::detail::{ANNIVERSARY, BIRTHDAY};
use super::fields::{CONTACT, PHONE, texts};
pub use super::fingerprint::ContentHash;
use super::import::{Bytes, Incoming};
use super::phone::PhoneAttributes;

impl ContentHash {
    /// The hash of a card.
    #[must_use]
    pub(crate) fn of_card(card: &[u8]) -> Self {
        Self::finish(Sha256::new_with_prefix(card))
    }

    /// The hash of what was read: of a card its bytes, of a row what its cells mean, so that a column
    /// which is read in another way makes it another row.
    #[must_use]
    pub fn of(incoming: &Incoming, bytes: Bytes) -> Self {
        if bytes == Bytes::Whole && !incoming.card.is_empty() {
            return Self::of_card(&incoming.card);
        }
        let mut said = Said(Sha256::new());
        said.contact(&incoming.said.contact);
        for phone in &incoming.said.phones {
            said.phone(phone);
        }
        said.bytes("card", &incoming.card);
        Self::finish(said.0)
    }

    fn finish(hasher: Sha256) -> Self {
        let mut hash = [0; 16];
        for (place, byte) in hash.iter_mut().zip(hasher.finalize()) {
            *place = byte;
        }
        Self(hash)
    }
}

/// Hashes what was said, each thing under its name. What was not said adds nothing, so that an
/// attribute which a later version knows leaves the hashes of older rows as they are.
struct Said(Sha256);

impl Said {
    fn bytes(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.bytes(name, value.as_bytes());
        }
    }

    fn flag(&mut self, name: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.bytes(name, &[u8::from(value)]);
        }
    }

    fn contact(&mut self, contact: &ContactAttributes) {
        if let Some(id) = contact.id {
            self.bytes("id", id.0.as_bytes());
        }
        self.text("name", contact.name.as_ref().and_then(Option::as_deref));
        for text in texts(&CONTACT) {
            self.text(text.field.name, text.sent(contact));
        }
        // What most are says nothing, as it did when this was no attribute.
        let company = contact.kind.filter(|kind| *kind != ContactKind::default());
        self.text("kind", company.map(ContactKind::word));
        for tag in contact.tags.iter().flatten() {
            self.text("tag", Some(tag));
        }
        self.flag("favourite", contact.favourite);
        for detail in contact.details.iter().flatten() {
            // Rows that were imported when dates had no labels are known by this.
            let (kind, label) = match detail.kind {
                DetailKind::Date if detail.is_date(BIRTHDAY) => (BIRTHDAY, None),
                DetailKind::Date if detail.is_date(ANNIVERSARY) => (ANNIVERSARY, None),
                DetailKind::Date => (ANNIVERSARY, detail.label.as_deref()),
                DetailKind::Relation => ("other", detail.label.as_deref()),
                kind => (kind.word(), detail.label.as_deref()),
            };
            self.text(kind, Some(&detail.text()));
            self.text("label", label);
        }
    }

    fn phone(&mut self, phone: &PhoneAttributes) {
        self.text("number", phone.number.as_deref());
        for text in texts(&PHONE) {
            self.text(text.field.name, text.sent(phone));
        }
        self.text("source", phone.source.as_deref());
        self.flag("primary", phone.primary);
        self.flag("historic", phone.historic);
        self.flag("valid_values", phone.valid_values);
    }
}
