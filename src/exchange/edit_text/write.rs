//! Writing the text of a contact.

use std::fmt::Write as _;

use toml_edit::Value;

use super::place::{ID, NUMBER};
use super::read::phone_key;
use crate::domain::address::PARTS;
use crate::domain::contact::Contact;
use crate::domain::detail::{Detail, DetailId, DetailKind, DetailValue};
use crate::domain::fields::{CONTACT, PHONE, Place};
use crate::domain::full_contact::FullContact;
use crate::domain::number::{self, Region};
use crate::domain::phone::Phone;
use crate::domain::safe::safe;

/// The text of a contact.
pub(super) fn text(
    full: &FullContact,
    home: Option<Region>,
    related: &[(DetailId, String)],
) -> String {
    let contact = &full.contact;
    let mut text = format!(
        "# {}: save and leave the editor to change the contact.\n\
         # An unchanged or an empty text changes nothing. What is taken out here is taken out of the contact.\n\
         # Add in one line:  email = \"ada@example.org\"  email = [\"first@example.org\", \"second@example.org\"]\n\
         # or with a label:  email = [{{ value = \"ada@example.org\", label = \"work\", preferred = true }}]\n\
         # A number:         number = [\"+44 20 7946 0018\"]  or a block [[number]] as below, at the end\n\
         # Leave each id with its line: it says which one is edited.\n\n",
        safe(&contact.name)
    );
    for field in CONTACT.iter().filter(|field| field.is_typed()) {
        let value = match (&field.place, field.name) {
            (_, "details") => continue,
            (_, "tags") => contact.tags.iter().map(String::as_str).collect(),
            (Place::Flag(flag), _) => Value::from(*(flag.of)(contact)),
            _ => Value::from(field.text(contact).into_owned()),
        };
        let help = field.help.map(|help| format!("  # {help}"));
        // A comment fits behind one line only.
        let help = help.filter(|_| !value.to_string().contains('\n'));
        let _ = writeln!(
            text,
            "{} = {value}{}",
            field.key('_'),
            help.unwrap_or_default()
        );
    }
    text.push('\n');
    // Blocks come last: what follows one belongs to it.
    let (blocks, lists): (Vec<_>, Vec<_>) = DetailKind::ALL
        .into_iter()
        .partition(|kind| *kind == DetailKind::Address && has(contact, *kind));
    for kind in lists {
        list(contact, kind, related, &mut text);
    }
    if full.phones.is_empty() {
        let _ = writeln!(text, "{NUMBER} = []");
    }
    for phone in &full.phones {
        number_block(phone, home, &mut text);
    }
    for kind in blocks {
        for detail in contact.details_of(kind) {
            address_block(detail, &mut text);
        }
    }
    text
}

fn has(contact: &Contact, kind: DetailKind) -> bool {
    contact.details_of(kind).next().is_some()
}

/// The details of a kind, one a line.
fn list(contact: &Contact, kind: DetailKind, related: &[(DetailId, String)], text: &mut String) {
    let _ = write!(text, "{} = [", kind.word());
    for detail in contact.details_of(kind) {
        let _ = write!(text, "\n  {{ value = {}", Value::from(&*detail.text()));
        if let Some(label) = &detail.label {
            let _ = write!(text, ", label = {}", Value::from(label));
        }
        if detail.preferred {
            text.push_str(", preferred = true");
        }
        let _ = write!(text, ", {ID} = \"{}\" }},", detail.id);
        if let Some((_, name)) = related.iter().find(|(id, _)| *id == detail.id) {
            let _ = write!(text, "  # {}", safe(name).replace('\n', " "));
        }
    }
    text.push_str(if has(contact, kind) { "\n]\n" } else { "]\n" });
}

/// An address, a part a line.
fn address_block(detail: &Detail, text: &mut String) {
    let _ = writeln!(text, "\n[[{}]]", detail.kind.word());
    let label = detail.label.as_deref().unwrap_or_default();
    let _ = writeln!(text, "label = {}", Value::from(label));
    if let DetailValue::Address(address) = &detail.value {
        for part in &PARTS {
            let value = Value::from((part.of)(address));
            let _ = writeln!(text, "{} = {value}", part.name);
        }
    } else {
        let _ = writeln!(text, "value = {}", Value::from(&*detail.text()));
    }
    let _ = writeln!(
        text,
        "preferred = {}\n{ID} = \"{}\"",
        detail.preferred, detail.id
    );
}

/// A number, a field a line.
fn number_block(phone: &Phone, home: Option<Region>, text: &mut String) {
    let _ = writeln!(text, "\n[[{NUMBER}]]");
    for field in PHONE.iter().filter(|field| field.is_typed()) {
        let value = match (&field.place, field.name) {
            (_, "number") => Value::from(phone.shown()),
            (_, "country_code") => Value::from(country(phone, home)),
            (Place::Flag(flag), _) => Value::from(*(flag.of)(phone)),
            _ => Value::from(field.text(phone).into_owned()),
        };
        let _ = writeln!(text, "{} = {value}", phone_key(field));
    }
    let _ = writeln!(text, "{ID} = \"{}\"", phone.id);
}

/// The country of a number by its code of two letters, or else the calling code.
fn country(phone: &Phone, home: Option<Region>) -> String {
    let code = phone.country_code.as_deref();
    let reading = number::parse(&phone.number, code, home).ok();
    let reading = reading.filter(|_| phone.is_normalised());
    match reading.and_then(|reading| reading.region) {
        Some(region) => region.code().to_owned(),
        None => code.unwrap_or_default().to_owned(),
    }
}
