//! Contacts that may be one person, why one may think so, and what merging them makes.
//!
//! [`merged`] says what becomes of a group. The screen shows what it says and the store writes it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::iter;

use uuid::Uuid;

use super::bulk::PlanLine;
use super::change_line::ChangeLine;
use super::contact::{Contact, ContactId, Detail, DetailKind};
use super::detail::BIRTHDAY;
use super::fields::{CONTACT, ContactText, Use, label, texts, words};
use super::fold::fold;
use super::full_contact::FullContact;
use super::intake::{add_missing, is_one_company, merge_details, same_number};
use super::member::plain;
use super::number::Region;
use super::phone::{Phone, PhoneId};
use super::primary;

/// Why contacts may be one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They have the same number and the same name.
    NumberAndName(String),
    /// They have the same number under other names: a household, a switchboard, or a slip.
    Number(String),
    /// A person marked them.
    Marked,
    /// They have the same name; what else they share, in words: `the same email`.
    Name(Vec<&'static str>),
}

impl Likeness {
    /// The words for it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NumberAndName(number) => format!("same name, same number {number}"),
            Self::Number(number) => format!("same number {number}, other names"),
            Self::Marked => "choose each value with left and right".to_owned(),
            Self::Name(evidence) if evidence.is_empty() => {
                "same name, nothing else in common".to_owned()
            }
            Self::Name(evidence) => format!("same name, {}", evidence.join(", ")),
        }
    }

    /// The words for it where there is little room: a number says by itself that it is shared.
    #[must_use]
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::NumberAndName(number) => format!("same name, {number}"),
            Self::Number(number) => format!("{number}, other names"),
            Self::Marked | Self::Name(_) => self.words(),
        }
    }

    /// The number that all of them have, where that is why.
    #[must_use]
    pub(crate) fn number(&self) -> Option<&str> {
        match self {
            Self::NumberAndName(number) | Self::Number(number) => Some(number),
            Self::Marked | Self::Name(_) => None,
        }
    }

    /// Whether they are one person as far as one can tell without looking.
    #[must_use]
    pub(crate) const fn is_sure(&self) -> bool {
        matches!(self, Self::NumberAndName(_))
    }
}

/// Contacts that may be one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Why.
    pub likeness: Likeness,
    /// The contacts, the one to keep first.
    pub contacts: Vec<ContactId>,
    /// Their names, in the same order.
    pub names: Vec<String>,
}

/// What a name is known by among others: its folded words, in any order.
#[must_use]
pub fn name_key(name: &str) -> String {
    let folded = fold(name);
    let mut words: Vec<&str> = folded
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// Whether a detail is of some kind.
type IsDetail = fn(&Detail) -> bool;

/// What contacts of one name share beside it.
#[must_use]
pub(crate) fn evidence(people: &[FullContact]) -> Vec<&'static str> {
    let details = |person: &FullContact, is: IsDetail| -> Vec<String> {
        let details = person.contact.details.iter();
        let of = details.filter(|detail| is(detail));
        of.map(|detail| fold(&detail.text())).collect()
    };
    let shared = |of: &dyn Fn(&FullContact) -> Vec<String>| {
        people.iter().enumerate().any(|(at, person)| {
            let mine = of(person);
            let others = people.iter().skip(at + 1);
            others
                .flat_map(of)
                .any(|its| !its.is_empty() && mine.contains(&its))
        })
    };
    let company = |person: &FullContact| -> Vec<String> {
        let company = person.contact.organisation.iter();
        company.map(|company| fold(company)).collect()
    };
    let mut found = Vec::new();
    let kinds: [(&str, IsDetail); 3] = [
        ("same email", |detail| detail.kind == DetailKind::Email),
        ("same birthday", |detail| detail.is_date(BIRTHDAY)),
        ("same address", |detail| detail.kind == DetailKind::Address),
    ];
    for (words, is) in kinds {
        if shared(&|person| details(person, is)) {
            found.push(words);
        }
    }
    if shared(&company) {
        found.push("same company");
    }
    found
}

/// How much is known of a contact: of a group, the one with most is kept.
#[must_use]
pub fn weight(person: &FullContact) -> usize {
    let contact = &person.contact;
    let texts = texts(&CONTACT).filter(|text| text.field.is(Use::About));
    let texts = texts.filter(|text| text.of(contact).is_some());
    texts.count() + contact.details.len() + contact.tags.len() + 2 * person.phones.len()
}

/// Puts the contact of which most is known first, and of several the oldest: it is the one to keep.
pub(crate) fn most_known_first(people: &mut [FullContact]) {
    people.sort_by_key(|one| (Reverse(weight(one)), one.contact.created_at, one.contact.id));
}

/// A field of which one of several values is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeField {
    /// The shown name with the given and the family name.
    Name,
    /// A text that says something beside it, by the field's name.
    About(&'static str),
}

/// The note; both, where none is taken.
pub const NOTE: MergeField = MergeField::About("note");

/// The part of the company, which is taken with it only.
const DEPARTMENT: MergeField = MergeField::About("department");

/// The company.
const COMPANY: MergeField = MergeField::About("organisation");

impl MergeField {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let about = texts(&CONTACT).filter(|text| !is_of_name(text) && !text.field.is(Use::Key));
        iter::once(Self::Name).chain(about.map(|text| Self::About(text.field.name)))
    }

    /// The attribute's name.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::About(name) => name,
        }
    }

    /// The texts of a contact that are taken together, beside the name itself.
    fn texts(self) -> impl Iterator<Item = ContactText> {
        texts(&CONTACT).filter(move |text| match self {
            Self::Name => is_of_name(text),
            Self::About(name) => text.field.name == name,
        })
    }

    /// What a contact has there.
    #[must_use]
    pub fn of(self, contact: &Contact) -> Option<&str> {
        match self {
            Self::Name => Some(&contact.name),
            Self::About(_) => self.texts().next()?.of(contact),
        }
    }
}

/// Whether a text is taken with the shown name: who a person is called is one thing. What else a name has, such as a
/// title or how it is spoken, one contact can have and the other not.
const fn is_of_name(text: &ContactText) -> bool {
    matches!(text.field.name.as_bytes(), b"given_name" | b"family_name")
}

/// How a group is merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The contacts, the one that is kept first.
    pub contacts: Vec<ContactId>,
    /// Whose value is taken of a field; of others that of the first who has one.
    pub picks: BTreeMap<MergeField, ContactId>,
}

/// What the contacts of a group are known by in relations to them, each with its name. Of one contact they are
/// relations to itself.
struct Identifiers(HashMap<String, String>);

impl Identifiers {
    fn of(people: &[FullContact]) -> Self {
        let contacts = people.iter().map(|one| &one.contact);
        let known = contacts.flat_map(|contact| {
            let identifiers = [contact.uid.clone(), Some(contact.id.to_string())];
            let identifiers = identifiers.into_iter().flatten();
            identifiers.map(|known| (plain(&known), contact.name.clone()))
        });
        Self(known.collect())
    }

    /// The name of the contact that a relation is to, where it is one of these.
    fn named_by(&self, detail: &Detail) -> Option<&String> {
        let text = detail.text();
        let is_one = detail.kind == DetailKind::Relation && text.starts_with("urn:uuid:");
        is_one.then(|| self.0.get(&plain(&text))).flatten()
    }
}

/// What a group becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The contact that is kept.
    pub contact: Contact,
    /// Its phones: as it was, where it was there, and as it becomes.
    pub phones: Vec<(Option<Phone>, Phone)>,
}

/// What becomes of a group, the one that is kept first: it gets what the others have (Phone resource,
/// 4, for a number that several have). None without contacts. `fresh` gives ids to the numbers that come in.
#[must_use]
pub fn merged(
    people: &[FullContact],
    picks: &BTreeMap<MergeField, ContactId>,
    home: Option<Region>,
    mut fresh: impl FnMut() -> Uuid,
) -> Option<Merged> {
    let (kept, others) = people.split_first()?;
    let mut contact = kept.contact.clone();
    for field in MergeField::all() {
        match taken(people, picks, field) {
            Some(from) => take_field(&mut contact, field, &from.contact),
            None if field == NOTE => contact.note = notes(people),
            None if field == DEPARTMENT => contact.department = None,
            None => {}
        }
    }
    if contact.given_name.is_none() && contact.family_name.is_none() {
        // Of the same name in its parts.
        let is_it = |one: &&Contact| fold(&one.name) == fold(&contact.name);
        let parted = people.iter().map(|one| &one.contact).filter(is_it);
        let mut parted = parted.filter(|one| one.given_name.is_some() || one.family_name.is_some());
        if let Some(parted) = parted.next() {
            contact.given_name.clone_from(&parted.given_name);
            contact.family_name.clone_from(&parted.family_name);
        }
    }
    for other in others {
        let other = &other.contact;
        add_missing(&mut contact.tags, &other.tags);
        merge_details(&mut contact.details, &other.details);
        contact.favourite |= other.favourite;
        contact.created_at = contact.created_at.min(other.created_at);
        if contact.uid.is_none() {
            contact.uid.clone_from(&other.uid);
        }
    }
    let own = Identifiers::of(people);
    contact
        .details
        .retain(|detail| own.named_by(detail).is_none());
    let mut phones: Vec<(Option<Phone>, Phone)> = kept
        .phones
        .iter()
        .map(|phone| (Some(phone.clone()), phone.clone()))
        .collect();
    let places = phones.iter().enumerate();
    let mut places: HashMap<String, usize> = places
        .map(|(at, (_, phone))| (phone.identity.clone(), at))
        .collect();
    for phone in others.iter().flat_map(|other| &other.phones) {
        let known = places.get(&phone.identity).copied();
        if let Some((_, known)) = known.and_then(|at| phones.get_mut(at)) {
            *known = same_number(known, phone);
            continue;
        }
        let came = Phone {
            id: PhoneId(fresh()),
            contact: contact.id,
            ..phone.clone()
        };
        places.insert(came.identity.clone(), phones.len());
        phones.push((None, came));
    }
    settle(&mut phones, first_number(kept, others, home));
    Some(Merged { contact, phones })
}

/// The number that is primary: that of the contact that is kept. Another one's is taken where the kept one
/// has none, or one that is not possible in its plan and the other's is (Phone resource, 4).
fn first_number<'p>(
    kept: &'p FullContact,
    others: &'p [FullContact],
    home: Option<Region>,
) -> Option<&'p str> {
    let mine = kept.phones.iter().find(|phone| phone.primary);
    let is_sound = |phone: &Phone| !phone.is_impossible(home);
    let its = others.iter().flat_map(|other| &other.phones);
    let its = its.filter(|phone| phone.primary);
    let its = match mine {
        Some(mine) if is_sound(mine) => None,
        Some(_) => its.into_iter().find(|phone| is_sound(phone)),
        None => its.into_iter().next(),
    };
    its.or(mine).map(|phone| phone.identity.as_str())
}

/// Whose value is taken of a field: that of who is picked; else the neatest name, the first other
/// value, and of the notes none alone.
#[must_use]
pub fn taken<'p>(
    people: &'p [FullContact],
    picks: &BTreeMap<MergeField, ContactId>,
    field: MergeField,
) -> Option<&'p FullContact> {
    let picked = picks.get(&field);
    let picked = picked.and_then(|id| people.iter().find(|one| one.contact.id == *id));
    picked.or_else(|| match field {
        NOTE => None,
        MergeField::Name => people
            .iter()
            .rev()
            .max_by_key(|one| neatness(&one.contact.name)),
        DEPARTMENT => {
            let company = taken(people, picks, COMPANY);
            people.iter().find(|one| {
                one.contact.department.is_some()
                    && company.is_none_or(|company| is_one_company(&company.contact, &one.contact))
            })
        }
        MergeField::About(_) => people.iter().find(|one| field.of(&one.contact).is_some()),
    })
}

/// How well a name is written: not in capitals only, and as one says it.
fn neatness(name: &str) -> usize {
    let shouted = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
    2 * usize::from(!shouted) + usize::from(!name.contains(','))
}

/// Leaves one of them primary: the one with this number, where it is in use.
fn settle(phones: &mut [(Option<Phone>, Phone)], first: Option<&str>) {
    for (_, phone) in phones.iter_mut() {
        phone.primary = Some(phone.identity.as_str()) == first && !phone.historic;
    }
    let all: Vec<Phone> = phones.iter().map(|(_, after)| after.clone()).collect();
    let heir = primary::heir(&all, None);
    for (_, phone) in phones {
        phone.primary = Some(phone.id) == heir;
    }
}

fn take_field(contact: &mut Contact, field: MergeField, from: &Contact) {
    if field == MergeField::Name {
        contact.name.clone_from(&from.name);
        contact.kind = from.kind;
    }
    for text in field.texts() {
        *text.of_mut(contact) = text.of(from).map(str::to_owned);
    }
}

/// What a field is called at the beginning of a line, also one that no form has.
fn heading(field: MergeField) -> String {
    let name = field.attribute();
    match label(&CONTACT, name) {
        "" => {
            let words = words(name);
            let mut signs = words.chars();
            let first = signs.next().into_iter().flat_map(char::to_uppercase);
            first.chain(signs).collect()
        }
        label => label.to_owned(),
    }
}

/// All the notes that say something else, one after the other.
fn notes(people: &[FullContact]) -> Option<String> {
    let mut notes: Vec<&str> = Vec::new();
    for note in people.iter().filter_map(|one| one.contact.note.as_deref()) {
        if !notes.iter().any(|known| known.contains(note)) {
            notes.push(note);
        }
    }
    (!notes.is_empty()).then(|| notes.join("\n\n"))
}

impl Merged {
    /// What changes for the contact that is kept, one by one, and who goes.
    #[must_use]
    pub fn lines(&self, people: &[FullContact]) -> Vec<PlanLine> {
        let Some((kept, others)) = people.split_first() else {
            return Vec::new();
        };
        let kept = &kept.contact;
        let goes = |other: &FullContact| {
            let (name, into) = (&other.contact.name, "merged into this one");
            let words = format!("{name} {into}");
            PlanLine::new(kept, None, ChangeLine::said("contact", name, into, words))
        };
        let mut lines: Vec<PlanLine> = others.iter().map(goes).collect();
        // A relation to one of them goes, and is told by the name.
        let own = Identifiers::of(people);
        let relations = kept.details.iter();
        let relations =
            relations.filter_map(|detail| Some((detail.id, own.named_by(detail)?.clone())));
        let named = kept.clone().with_names(&relations.collect::<Vec<_>>());
        lines.extend(PlanLine::between(kept, None, &named, &self.contact));
        let about = MergeField::all().filter(|field| *field != MergeField::Name);
        lines.extend(about.flat_map(|field| self.left_out(field, people)));
        for (before, after) in &self.phones {
            if let Some(before) = before {
                lines.extend(PlanLine::between(kept, Some(before), before, after));
            }
        }
        let came = self.phones.iter().filter(|(before, _)| before.is_none());
        lines.extend(came.map(|(_, phone)| {
            let added = ChangeLine::said("number", "none", "added", "added");
            PlanLine::new(kept, Some(phone), added)
        }));
        lines
    }
}

impl Merged {
    /// What a contact that goes has in a field, and the one that is kept does not get.
    fn left_out(&self, field: MergeField, people: &[FullContact]) -> Vec<PlanLine> {
        let taken = field.of(&self.contact).unwrap_or_default();
        let has = |value: &str| match field {
            NOTE => taken.contains(value),
            _ => taken == value,
        };
        let (kept, others) = match people.split_first() {
            Some((kept, others)) => (&kept.contact, others),
            None => return Vec::new(),
        };
        let mut values: Vec<&str> = Vec::new();
        for value in others.iter().filter_map(|one| field.of(&one.contact)) {
            if !has(value) && !values.contains(&value) {
                values.push(value);
            }
        }
        let line = |value: &str| {
            let words = format!("{} {value} is not kept", heading(field));
            PlanLine::new(
                kept,
                None,
                ChangeLine::said(field.attribute(), value, "none", words),
            )
        };
        values.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::name_key;

    #[test]
    fn a_name_is_the_same_in_any_order_case_and_accent() {
        assert_eq!(name_key("Bianchi, Márco"), name_key("marco  BIANCHI"));
        assert_ne!(name_key("Marco Bianchi"), name_key("Marco Bianco"));
    }
}
