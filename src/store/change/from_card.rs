//! What an edit takes from the contact's card: which email, address or link is preferred once the preferred one is
//! deleted, so that the lines of the others stay as they are; and whether the parts of a name are more than a guess.

use rusqlite::OptionalExtension as _;

use crate::domain::contact::{Contact, ContactAttributes, ContactKind, DetailKind};
use crate::domain::fields::{CONTACT, Use, texts};
use crate::domain::naming::NameParts;
use crate::exchange::vcard;

use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

impl Writer<'_> {
    /// Has the next detail of a kind preferred where the preferred one was deleted and no other one was chosen.
    pub(super) fn prefer_next(&self, before: &Contact, after: &mut Contact) -> Answer<()> {
        for kind in DetailKind::ALL {
            let Some(was) = before.details_of(kind).find(|own| own.preferred) else {
                continue;
            };
            let is_left = { after.details_of(kind) }.any(|own| own.preferred || own.id == was.id);
            if is_left {
                continue;
            }
            let Some(card) = self.card_of_lines(before)? else {
                return Ok(());
            };
            let next = vcard::preferred_on(&card, kind, &after.details);
            let next = { after.details.iter_mut() }.find(|own| Some(own.id) == next);
            if let Some(next) = next {
                next.preferred = true;
            }
        }
        Ok(())
    }

    /// Guesses the parts of a name again when the name changes, if they were only guessed before: the card has none,
    /// they match a guess from the old name, and no others were sent.
    pub(super) fn guess_parts(&self, before: &Contact, sent: &mut ContactAttributes) -> Answer<()> {
        let name = sent.name.clone().flatten();
        let name = name.filter(|name| *name != before.name && !name.trim().is_empty());
        let (Some(name), ContactKind::Person) = (name, before.kind) else {
            return Ok(());
        };
        let parts = || texts(&CONTACT).filter(|text| text.field.is(Use::Part));
        let says_others = parts().any(|part| {
            let said = part.sent_mut(sent).as_ref();
            said.is_some_and(|said| said.as_deref() != part.of(before))
        });
        if says_others || NameParts::of(before) != NameParts::split(&before.name) {
            return Ok(());
        }
        let card = record::card_of(self.connection(), before)?;
        if card.is_none_or(|card| vcard::says_parts(&card)) {
            return Ok(());
        }
        let mut guessed = Contact::default();
        NameParts::split(&name).put(&mut guessed);
        for part in parts() {
            *part.sent_mut(sent) = Some(part.of(&guessed).map(str::to_owned));
        }
        Ok(())
    }

    /// The card that has the contact's lines: its own, or the one on a remote.
    fn card_of_lines(&self, contact: &Contact) -> Answer<Option<Vec<u8>>> {
        if let Some(own) = record::card_of(self.connection(), contact)? {
            return Ok(Some(own));
        }
        let mut there = self.connection().prepare_cached(
            "SELECT b.bytes FROM remote_card r JOIN card b ON b.id = r.base
             WHERE r.contact = ?1 AND length(b.bytes) > 0 ORDER BY r.id LIMIT 1",
        )?;
        let there = there.query_row([contact.id.0.as_bytes()], |row| row.get(0));
        Ok(there.optional()?)
    }
}
