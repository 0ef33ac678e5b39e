//! LDIF (RFC 2849): what Thunderbird, Evolution and directories write of people.
//!
//! The attributes are those of inetOrgPerson (RFC 2798) and of Mozilla's and Evolution's schemas. What is
//! not read stays with the contact, under the name of its attribute. A value that is at an address
//! (`jpegPhoto:< file:///…`) is never fetched; the address is kept. Groups of names become tags.

mod attribute;

use std::io::BufRead;

use crate::domain::address::Address;
use crate::domain::contact::{ContactKind, Detail, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::import::{CardPlace, Extent, GroupCard, Incoming, Reject, RejectScope};
use crate::domain::intake::ParsedCard;
use crate::domain::notice::{LooksLike, Notice, NoticeKind};
use crate::domain::number::{Region, several};
use crate::domain::phone::PhoneAttributes;

use super::csv::{is_no_number, looks_like};
use super::reader::{ContactReader, Read};
use super::source::SourceLines;
use super::vcard::{CompanionCard, group};

use attribute::{Attribute, AttributeField, AttributePart};

/// The longest entry that is read, in bytes: 64 MiB.
const ENTRY_LIMIT: usize = 64 * 1024 * 1024;

/// The longest example of a value in a notice, in characters.
const EXAMPLE: usize = 40;

/// Classes of entries that are groups of others.
const GROUPS: [&str; 4] = [
    "groupofnames",
    "groupofuniquenames",
    "mozillaablist",
    "group",
];

/// Attributes that say what an entry is, and nothing of a person.
const STRUCTURE: [&str; 16] = [
    "dn",
    "version",
    "objectclass",
    "changetype",
    "control",
    "structuralobjectclass",
    "entryuuid",
    "entrycsn",
    "entrydn",
    "creatorsname",
    "modifiersname",
    "createtimestamp",
    "modifytimestamp",
    "subschemasubentry",
    "hassubordinates",
    "contextcsn",
];

/// The entries of a source.
#[derive(Debug)]
pub(crate) struct Entries<R> {
    lines: SourceLines<R>,
    home: Option<Region>,
    count: usize,
    groups: Vec<GroupCard>,
    /// Attributes that were not read, with how many values they had, of which looked like numbers and
    /// like emails, and one of them.
    unread: Vec<Unread>,
    /// Entries that are no contacts.
    others: (usize, String),
    failure: Option<String>,
}

#[derive(Debug)]
struct Unread {
    name: String,
    values: usize,
    numbers: usize,
    emails: usize,
    example: String,
}

/// An entry: its lines, unfolded.
#[derive(Debug, Default)]
struct Entry {
    line: usize,
    attributes: Vec<Attribute>,
    raw: Vec<u8>,
    cut: bool,
}

impl<R: BufRead> Entries<R> {
    /// The entries of `source`.
    pub(crate) const fn new(source: R) -> Self {
        Self {
            lines: SourceLines::new(source),
            home: None,
            count: 0,
            groups: Vec::new(),
            unread: Vec::new(),
            others: (0, String::new()),
            failure: None,
        }
    }

    /// The next entry; none at the end.
    fn entry(&mut self) -> std::io::Result<Option<Entry>> {
        let mut entry = Entry::default();
        let mut logical: Vec<u8> = Vec::new();
        while let Some(line) = self.lines.next(ENTRY_LIMIT)? {
            let text = line.bytes.strip_suffix(b"\n").unwrap_or(&line.bytes);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.is_empty() {
                entry.take(&mut logical);
                if entry.attributes.is_empty() {
                    continue;
                }
                return Ok(Some(entry));
            }
            if entry.raw.is_empty() {
                entry.line = line.number;
            }
            entry.cut |= line.cut || entry.raw.len() + line.bytes.len() > ENTRY_LIMIT;
            if !entry.cut {
                entry.raw.extend_from_slice(&line.bytes);
                if let Some(more) = text.strip_prefix(b" ") {
                    // A line that was folded goes on, be it a comment.
                    logical.extend_from_slice(more);
                } else {
                    entry.take(&mut logical);
                    logical.extend_from_slice(text);
                }
            }
        }
        entry.take(&mut logical);
        Ok((!entry.attributes.is_empty()).then_some(entry))
    }

    /// What an entry is; none where it is neither a contact nor wrong.
    fn read(&mut self, entry: Entry) -> Option<Read> {
        let place = CardPlace {
            card: self.count,
            line: entry.line,
        };
        let reject = |reason: &str, card: Vec<u8>| {
            Some(Err(Reject {
                place,
                scope: RejectScope::Card,
                name: None,
                reason: reason.to_owned(),
                card,
            }))
        };
        if entry.cut {
            return reject("is longer than 64 MiB", entry.raw);
        }
        let change = entry.all("changetype").next().map(str::to_lowercase);
        if change.is_some_and(|change| change != "add") {
            return reject("is a change of an entry, not an entry", entry.raw);
        }
        let is = |class: &str| {
            let mut classes = entry.all("objectclass");
            classes.any(|own| own.eq_ignore_ascii_case(class))
        };
        if GROUPS.into_iter().any(is) {
            self.groups.extend(entry.group(place));
            return None;
        }
        let mut person = Person::new(self.home);
        for attribute in &entry.attributes {
            if !person.put(attribute) {
                self.unread(attribute);
                person.keep(attribute);
            }
        }
        let uid = entry.all("entryuuid").next().map(str::to_owned);
        let uid = uid.or_else(|| entry.all("dn").next().map(plain_dn));
        if let Some(incoming) = person.contact(place, uid) {
            return Some(Ok(incoming));
        }
        let container = [
            "organizationalunit",
            "organization",
            "dcobject",
            "domain",
            "container",
        ];
        if container.into_iter().any(is) {
            let (number, example) = &mut self.others;
            if *number == 0 {
                let dn = entry.all("dn").next().unwrap_or_default();
                dn.clone_into(example);
            }
            *number += 1;
            return None;
        }
        reject("has no name, no number and no email", entry.raw)
    }

    fn unread(&mut self, attribute: &Attribute) {
        let known = self
            .unread
            .iter_mut()
            .find(|own| own.name == attribute.name);
        let value = attribute.text();
        let looks = looks_like(&value);
        let numbers = usize::from(looks == LooksLike::Numbers);
        let emails = usize::from(looks == LooksLike::Emails);
        if let Some(known) = known {
            known.values += 1;
            known.numbers += numbers;
            known.emails += emails;
        } else if self.unread.len() < 1_000 {
            self.unread.push(Unread {
                name: attribute.name.clone(),
                values: 1,
                numbers,
                emails,
                example: value.chars().take(EXAMPLE).collect(),
            });
        }
    }
}

impl Entry {
    /// Ends a line that was put together of its parts.
    fn take(&mut self, logical: &mut Vec<u8>) {
        let line = std::mem::take(logical);
        self.attributes.extend(Attribute::of(&line));
    }

    /// The values of an attribute, by its name in lower case.
    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.attributes.iter();
        let values = values.filter(move |own| own.name == name);
        values.filter_map(|own| std::str::from_utf8(&own.value).ok())
    }

    /// The group that the entry is.
    fn group(&self, place: CardPlace) -> Option<GroupCard> {
        let name = self
            .all("cn")
            .next()
            .or_else(|| self.all("displayname").next())?;
        let members = self.all("member").chain(self.all("uniquemember"));
        let members: Vec<String> = members.map(plain_dn).collect();
        Some(GroupCard {
            place,
            name: name.to_owned(),
            extent: Extent::Whole,
            card: group(name, &members),
            members,
        })
    }
}

/// A distinguished name without what makes no difference: spaces around its parts, and case.
fn plain_dn(name: &str) -> String {
    let parts: Vec<&str> = name.split(',').map(str::trim).collect();
    parts.join(",").to_lowercase()
}

/// A person while the attributes of an entry are read.
#[derive(Debug)]
struct Person {
    home: Option<Region>,
    said: ParsedCard,
    details: Vec<Detail>,
    display: Option<String>,
    organisation: [Option<String>; 2],
    addresses: [[String; 7]; 2],
    /// Year, month and day of the birthday.
    birthday: [Option<String>; 3],
    tags: Vec<String>,
    beside: CompanionCard,
}

impl Person {
    fn new(home: Option<Region>) -> Self {
        Self {
            home,
            said: ParsedCard::default(),
            details: Vec::new(),
            display: None,
            organisation: [None, None],
            addresses: Default::default(),
            birthday: Default::default(),
            tags: Vec::new(),
            beside: CompanionCard::default(),
        }
    }

    /// Keeps a value that is not read.
    fn keep(&mut self, attribute: &Attribute) {
        self.beside.column(&attribute.name, &attribute.text());
    }

    /// Puts a value in its place; says whether there is one.
    fn put(&mut self, attribute: &Attribute) -> bool {
        if STRUCTURE.contains(&attribute.name.as_str()) {
            return true;
        }
        let value = attribute.text();
        let value = value.trim();
        if value.is_empty() {
            return true;
        }
        let field = attribute::field(&attribute.name).filter(|_| attribute.is_here());
        let Some(field) = field else {
            return false;
        };
        match field {
            AttributeField::Phone(label) => self.numbers(label, value),
            AttributeField::Email => self.detail(DetailKind::Email, None, value),
            AttributeField::Link(label) => {
                // labeledURI has a label after its address.
                let (link, of_value) = value.split_once(' ').unwrap_or((value, ""));
                let of_value = Some(of_value.trim()).filter(|label| !label.is_empty());
                self.detail(DetailKind::Link, of_value.or(label), link)
            }
            AttributeField::Chat(network) => self.detail(DetailKind::Chat, Some(network), value),
            AttributeField::Relation(label) => {
                self.detail(DetailKind::Relation, Some(label), value)
            }
            AttributeField::Anniversary => self.detail(DetailKind::Date, Some(ANNIVERSARY), value),
            AttributeField::WholeAddress(label) => {
                let lines: Vec<&str> = value.split(['$', '\n']).map(str::trim).collect();
                self.detail(DetailKind::Address, Some(label), &lines.join(", "))
            }
            AttributeField::Photo => {
                self.beside.photo(&attribute.value);
                true
            }
            AttributeField::Address(whose, line) => {
                let part = self
                    .addresses
                    .get_mut(whose)
                    .and_then(|address| address.get_mut(line));
                if let Some(part) = part {
                    // A directory may have several streets.
                    if !part.is_empty() {
                        part.push_str(", ");
                    }
                    part.push_str(&value.replace('$', ", "));
                }
                true
            }
            AttributeField::Birthday(part) => match self.birthday.get_mut(part) {
                Some(place @ None) => {
                    *place = Some(value.to_owned());
                    true
                }
                _ => false,
            },
            AttributeField::Tag => {
                let tags = value.split(',').map(|tag| tag.trim().to_owned());
                self.tags.extend(tags.filter(|tag| !tag.is_empty()));
                true
            }
            AttributeField::Text(part) => self.text(part, value),
        }
    }

    /// Adds the numbers of a value. One such as `n/a` is no number; its text is kept with the entry.
    fn numbers(&mut self, label: &str, value: &str) -> bool {
        if is_no_number(value) {
            return false;
        }
        let numbers = several(value, self.home).into_iter();
        let numbers = numbers.map(|number| PhoneAttributes {
            number: Some(number.to_owned()),
            location: Some(Some(label.to_owned())),
            ..PhoneAttributes::default()
        });
        self.said.phones.extend(numbers);
        true
    }

    /// Adds a detail, which always has a place.
    fn detail(&mut self, kind: DetailKind, label: Option<&str>, value: &str) -> bool {
        let label = label.map(str::to_owned);
        self.details.push(Detail::read(kind, label, value));
        true
    }

    /// Puts a text in its place; a second one for the same is kept beside.
    fn text(&mut self, part: AttributePart, value: &str) -> bool {
        if part == AttributePart::Note {
            let note = self
                .said
                .contact
                .note
                .get_or_insert_default()
                .get_or_insert_default();
            if !note.is_empty() {
                note.push_str("\n\n");
            }
            note.push_str(value);
            return true;
        }
        let value = value.to_owned();
        let contact = &mut self.said.contact;
        let place = match part {
            AttributePart::Display => &mut self.display,
            AttributePart::Name => contact.name.get_or_insert_default(),
            AttributePart::Given => contact.given_name.get_or_insert_default(),
            AttributePart::Family => contact.family_name.get_or_insert_default(),
            AttributePart::Nickname => contact.nickname.get_or_insert_default(),
            AttributePart::Title => contact.title.get_or_insert_default(),
            AttributePart::Company | AttributePart::Department => {
                let at = usize::from(part == AttributePart::Department);
                let Some(place) = self.organisation.get_mut(at) else {
                    return false;
                };
                place
            }
            AttributePart::Note => return false,
        };
        let free = place.is_none();
        if free {
            *place = Some(value);
        } else if *place == Some(value) {
            return true;
        }
        free
    }

    /// The contact; none if the entry has no name.
    fn contact(self, place: CardPlace, uid: Option<String>) -> Option<Incoming> {
        let Self {
            mut said,
            mut details,
            display,
            organisation: [company, department],
            addresses,
            birthday,
            tags,
            beside,
            ..
        } = self;
        if let Some(display) = display {
            said.contact.name = Some(Some(display));
        }
        said.contact.organisation = company.map(Some);
        said.contact.department = department.map(Some);
        if said.contact.is_company_alone() {
            said.contact.kind = Some(ContactKind::Company);
        }
        for (label, parts) in ["work", "home"].into_iter().zip(addresses) {
            let address = Address::of_card(parts);
            if !address.is_blank() {
                details.push(Detail::new(
                    DetailKind::Address,
                    Some(label.to_owned()),
                    address,
                ));
            }
        }
        let birthday = day(&birthday);
        details.extend(
            birthday.map(|day| Detail::read(DetailKind::Date, Some(BIRTHDAY.to_owned()), &day)),
        );
        let email = details
            .iter()
            .any(|detail| detail.kind == DetailKind::Email);
        let named = [
            &said.contact.name,
            &said.contact.given_name,
            &said.contact.family_name,
            &said.contact.nickname,
        ];
        let named = named
            .into_iter()
            .any(|name| name.as_ref().is_some_and(Option::is_some));
        if !named && said.phones.is_empty() && !email {
            return None;
        }
        said.contact.details = (!details.is_empty()).then_some(details);
        said.contact.tags = (!tags.is_empty()).then_some(tags);
        said.contact.uid = uid.map(Some);
        Some(Incoming {
            place,
            said,
            card: beside.finish(),
        })
    }
}

/// A birthday of its year, month and day.
fn day([year, month, day]: &[Option<String>; 3]) -> Option<String> {
    let two = |text: &str| {
        let number: Option<u32> = text.parse().ok();
        number.map_or_else(|| text.to_owned(), |number| format!("{number:02}"))
    };
    match (year, month, day) {
        (Some(year), Some(month), Some(day)) => Some(format!("{year}-{}-{}", two(month), two(day))),
        (None, Some(month), Some(day)) => Some(format!("--{}-{}", two(month), two(day))),
        (Some(year), Some(month), None) => Some(format!("{year}-{}", two(month))),
        (year, _, day) => year.clone().or_else(|| day.clone()),
    }
}

impl<R: BufRead> ContactReader for Entries<R> {
    fn source(&self) -> &'static str {
        "ldif"
    }

    fn failure(&self) -> Option<String> {
        self.failure.clone()
    }

    fn set_home(&mut self, home: Option<Region>) {
        self.home = home;
    }

    fn notices(&self) -> Vec<Notice> {
        let mut notices: Vec<Notice> = { self.unread.iter() }
            .map(|unread| {
                let looks = if unread.emails * 2 > unread.values {
                    LooksLike::Emails
                } else if unread.numbers * 2 > unread.values {
                    LooksLike::Numbers
                } else {
                    LooksLike::Text
                };
                Notice {
                    subject: unread.name.clone(),
                    number: unread.values,
                    example: unread.example.clone(),
                    kind: NoticeKind::UnreadAttribute(looks),
                }
            })
            .collect();
        notices.sort_by_key(|notice| !notice.is_loud());
        let (number, example) = &self.others;
        if *number > 0 {
            notices.push(Notice {
                subject: String::new(),
                number: *number,
                example: example.clone(),
                kind: NoticeKind::UnreadEntries,
            });
        }
        notices
    }

    fn groups(&mut self) -> Vec<GroupCard> {
        std::mem::take(&mut self.groups)
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        loop {
            match self.entry() {
                Ok(Some(entry)) => {
                    // A line of its own for the version, or a comment, is no entry.
                    if entry.attributes.iter().all(|own| own.name == "version") {
                        continue;
                    }
                    self.count += 1;
                    if let Some(read) = self.read(entry) {
                        return Some(read);
                    }
                }
                Ok(None) => return None,
                Err(error) => {
                    if self.failure.is_none() {
                        self.failure = Some(error.to_string());
                    }
                    return None;
                }
            }
        }
    }
}
