//! Photos on the cards of contacts: out of the card into a file, and from a file onto the card, as they are.

use std::io::Read as _;
use std::path::Path;

use crate::config::shown;
use crate::domain::attachment::{LARGEST_PHOTO, picture_kind};
use crate::domain::contact::{Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::exchange::vcard::{self, attachments, with_photo};
use crate::regular;
use crate::store::Store;

/// The bytes of what the card of a contact holds at a place among its attachments.
pub(super) fn attached(store: &Store, id: ContactId, place: usize) -> Result<Vec<u8>, Refusal> {
    let card = store.contact(id)?.card;
    let card = card.map(|card| store.card(card)).transpose()?;
    let bytes = card.and_then(|card| vcard::attached(&card, place));
    bytes.ok_or_else(|| Refusal::new(Kind::Invalid, "the card holds no such file any more"))
}

/// Makes a picture the photo of a contact.
pub(super) fn put(
    store: &mut Store,
    id: ContactId,
    seen: Timestamp,
    file: &Path,
) -> Result<Done<Contact>, Refusal> {
    let picture = picture(file).map_err(|why| {
        let why = format!("cannot take {}: {why}", shown(file));
        Refusal::new(Kind::Invalid, why)
    })?;
    let full = store.profile(id)?.full;
    let card = match full.contact.card {
        Some(card) => store.card(card)?,
        None => vcard::write(&full, None, None, store.home(), &store.own_fields()?),
    };
    let first = attachments(&card)
        .iter()
        .position(|own| own.kind == "photo");
    let is_same = first.and_then(|at| vcard::attached(&card, at)) == Some(picture.clone());
    let name = &full.contact.name;
    let title = if first.is_some() {
        format!("Changed the photo of {name}")
    } else {
        format!("Added a photo to {name}")
    };
    let card = if is_same {
        card
    } else {
        with_photo(&card, &picture)
    };
    store.put_card(id, seen, &card, title)
}

/// Takes the photo at a place among the attachments off the card of a contact.
pub(super) fn delete(
    store: &mut Store,
    id: ContactId,
    seen: Timestamp,
    place: usize,
) -> Result<Done<Contact>, Refusal> {
    let contact = store.contact(id)?;
    let card = contact.card.map(|card| store.card(card)).transpose()?;
    let card = vcard::without_attached(&card.unwrap_or_default(), place);
    let title = format!("Deleted the photo of {}", contact.name);
    store.put_card(id, seen, &card, title)
}

/// The bytes of a picture.
fn picture(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = LARGEST_PHOTO as u64 + 1;
    let read = regular::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() > LARGEST_PHOTO {
        return Err("larger than 5 MB".to_owned());
    }
    match picture_kind(&bytes) {
        Some(_) => Ok(bytes),
        None => Err("not a JPEG, PNG, GIF or WebP picture".to_owned()),
    }
}
