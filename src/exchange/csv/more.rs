//! What the columns for another program cannot say of a contact: a column of ours says it beside them. It holds for
//! as long as the other cells of the row say what they said when it was written, so that nothing is taken back that
//! was changed in them since.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domain::contact::{Contact, ContactAttributes, Detail};
use crate::domain::detail::DetailId;
use crate::domain::fields::{CONTACT, Use, texts};
use crate::domain::full_contact::FullContact;
use crate::domain::intake::{CardRecords, ParsedCard};
use crate::domain::phone::{Context, Phone, PhoneAttributes};
use crate::domain::timestamp::Timestamp;

use super::column::{Column, Heading};

/// What the other cells of a row say, in few letters.
#[derive(Debug, Default)]
pub(super) struct CellsSaid(Sha256);

impl CellsSaid {
    /// That of the cells of a row that are not ours.
    pub(super) fn of(headings: &[Heading], cells: &[String]) -> Self {
        let mut said = Self::default();
        let cells = headings.iter().zip(cells);
        let cells = cells.map(|(heading, cell)| (heading, cell.trim()));
        let cells =
            cells.filter(|(heading, cell)| heading.column != Column::More && !cell.is_empty());
        for text in cells.flat_map(|(heading, cell)| [heading.name.as_str(), cell]) {
            said.0.update((text.len() as u64).to_le_bytes());
            said.0.update(text);
        }
        said
    }

    fn word(self) -> String {
        let hash = self.0.finalize();
        data_encoding::HEXLOWER.encode(hash.get(..8).unwrap_or_default())
    }
}

/// The cell for what is read otherwise, or not at all, from the other cells; none where they say it all.
pub(super) fn cell(full: &FullContact, read: ParsedCard, cells: CellsSaid) -> Option<String> {
    let mut ids = 0;
    let context = || {
        // Which number is primary follows from their ids too.
        ids += 1;
        Context {
            now: Timestamp::default(),
            home: None,
            fresh_id: Uuid::from_u128(ids),
        }
    };
    let read = CardRecords::of(read, "csv", context).ok()?.settled();
    let read = read.records;
    let mut more = Map::new();
    let (of_contact, order) = more_of(&full.contact, &read.contact);
    if !of_contact.is_empty() {
        more.insert("contact".to_owned(), Value::Object(of_contact));
    }
    if let Some(order) = order {
        more.insert("order".to_owned(), json!(order));
    }
    if told(&full.phones) != told(&read.phones) {
        let phones = full.phones.iter().map(|phone| {
            json!({
                "number": phone.typed,
                "country_code": phone.country_code,
                "location": phone.location,
                "primary": phone.primary,
                "historic": phone.historic,
                "valid_values": phone.valid_values,
            })
        });
        more.insert("phones".to_owned(), phones.collect());
    }
    if more.is_empty() {
        return None;
    }
    more.insert("cells".to_owned(), json!(cells.word()));
    Some(Value::Object(more).to_string())
}

/// What is told of numbers, in the columns for another program or beside them.
fn told(phones: &[Phone]) -> Vec<(&str, Option<&str>, [bool; 3])> {
    let phones = phones.iter().map(|phone| {
        let label = phone.location.as_deref();
        let flags = [phone.primary, phone.historic, phone.valid_values];
        (&*phone.identity, label, flags)
    });
    let mut phones: Vec<_> = phones.collect();
    phones.sort_unstable();
    phones
}

/// The attributes of a contact that are read otherwise; and the order of its details, where nothing else of them is.
fn more_of(contact: &Contact, read: &Contact) -> (Map<String, Value>, Option<Vec<usize>>) {
    let mut more = Map::new();
    for text in texts(&CONTACT).filter(|text| !text.field.is(Use::Key)) {
        if text.of(contact) != text.of(read) {
            more.insert(text.field.name.to_owned(), json!(text.of(contact)));
        }
    }
    if !more.is_empty() || contact.name != read.name {
        // Without it, parts make a name.
        more.insert("name".to_owned(), json!(contact.name));
    }
    let mut put = |name: &str, differs: bool, value: Value| {
        if differs {
            more.insert(name.to_owned(), value);
        }
    };
    put(
        "kind",
        contact.kind != read.kind,
        json!(contact.kind.word()),
    );
    put("tags", contact.tags != read.tags, json!(contact.tags));
    put(
        "favourite",
        contact.favourite != read.favourite,
        json!(contact.favourite),
    );
    let order = order_of(&contact.details, &read.details);
    if order.is_none() {
        let details = contact.details.iter().cloned().map(|mut detail| {
            detail.id = DetailId::default();
            json!(detail)
        });
        put("details", true, details.collect());
    }
    let is_sorted = order.as_ref().is_none_or(|order| order.is_sorted());
    (more, order.filter(|_| !is_sorted))
}

/// Where each detail is among those that were read; none where they are not the same ones.
fn order_of(details: &[Detail], read: &[Detail]) -> Option<Vec<usize>> {
    let mut left: Vec<Option<&Detail>> = read.iter().map(Some).collect();
    let order = details.iter().map(|detail| {
        let mut places = left.iter();
        let at = places.position(|other| other.is_some_and(|other| other.says(detail)))?;
        *left.get_mut(at)? = None;
        Some(at)
    });
    let order: Option<Vec<usize>> = order.collect();
    order.filter(|order| order.len() == read.len())
}

/// Puts what such a cell says into what the other cells of its row say.
pub(super) fn put(cell: &str, cells: CellsSaid, said: &mut ParsedCard) {
    let Ok(Value::Object(mut more)) = serde_json::from_str(cell) else {
        return;
    };
    if more.get("cells") != Some(&json!(cells.word())) {
        return;
    }
    let details = said.contact.details.take().unwrap_or_default();
    said.contact.details = Some(match more.remove("order") {
        Some(order) => in_order(details, &order),
        None => details,
    });
    if let Some(Value::Object(contact)) = more.remove("contact") {
        let (sent, faults) = ContactAttributes::read(contact);
        if faults.is_empty() {
            put_contact(&mut said.contact, sent);
        }
    }
    if let Some(Value::Array(phones)) = more.remove("phones") {
        let phones = phones.into_iter().map(|phone| match phone {
            Value::Object(phone) => {
                let (sent, faults) = PhoneAttributes::read(phone);
                faults.is_empty().then_some(sent)
            }
            _ => None,
        });
        if let Some(phones) = phones.collect() {
            said.phones = phones;
        }
    }
}

fn in_order(details: Vec<Detail>, order: &Value) -> Vec<Detail> {
    let order: Vec<usize> = serde_json::from_value(order.clone()).unwrap_or_default();
    let all = order.iter().map(|at| details.get(*at).cloned());
    let all: Option<Vec<Detail>> = all.collect();
    let mut places = order.clone();
    places.sort_unstable();
    places.dedup();
    all.filter(|all| all.len() == details.len() && places.len() == all.len())
        .unwrap_or(details)
}

fn put_contact(contact: &mut ContactAttributes, mut sent: ContactAttributes) {
    for text in texts(&CONTACT).filter(|text| !text.field.is(Use::Key)) {
        if let Some(sent) = text.sent_mut(&mut sent).take() {
            *text.sent_mut(contact) = Some(sent);
        }
    }
    contact.name = sent.name.or(contact.name.take());
    contact.kind = sent.kind.or(contact.kind);
    contact.tags = sent.tags.or(contact.tags.take());
    contact.favourite = sent.favourite.or(contact.favourite);
    contact.details = sent.details.or(contact.details.take());
}
