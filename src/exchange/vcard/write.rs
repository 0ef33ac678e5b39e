//! Writing a contact as a card.
//!
//! A contact that came as a card goes out as that card: what the card says is compared with what is
//! stored, and only the lines that differ are rewritten. All others stay byte for
//! byte, in their order and with their folding, understood or not; so an unedited card is exactly the
//! one that came in. A contact without a card is written in the same way, into one that is empty.

pub(super) mod detail;
mod list;
pub(super) mod preferred;
pub(super) mod stored;
pub(super) mod tel;

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::contact::{Contact, ContactKind, Detail, DetailKind};
use crate::domain::fields::{CONTACT, texts};
use crate::domain::full_contact::FullContact;
use crate::domain::intake::{CardRecords, ParsedCard, primary_of};
use crate::domain::naming::NameParts;
use crate::domain::number::Region;
use crate::domain::own_fields::{NO_FIELDS, OwnFields};
use crate::domain::phone::{Context, Phone};
use crate::domain::timestamp::Timestamp;

use super::card::said;
use super::contact::{MY_CONTACTS, STARRED, WHOLE, categories, is_company, is_number_or_address};
use super::content::split;
use super::convert;
use super::draft::CardDraft;
use super::label::FAVOURITE;
use super::line::{Line, Version, escape};
use super::param::holds;
use super::property;

use stored::{Goal, StoredContact};

/// The source of what comes out of a card that names none.
pub const SOURCE: &str = "vcard";

/// A card of the names of a contact, its company, its numbers in use and its emails, to be taken along by a
/// scan: a code with all that is known would be too large to be read from a screen.
#[must_use]
pub fn small(full: &FullContact, home: Option<Region>) -> String {
    let contact = Contact {
        details: { full.contact.details.iter() }
            .filter(|detail| detail.kind == DetailKind::Email)
            .cloned()
            .collect(),
        note: None,
        tags: Vec::new(),
        uid: None,
        card: None,
        favourite: false,
        ..full.contact.clone()
    };
    let phones = full.phones.iter().filter(|phone| !phone.historic);
    let few = FullContact {
        contact,
        phones: phones.cloned().collect(),
    };
    let written = write(&few, None, Some(Version::V30), home, &NO_FIELDS);
    let mut draft = CardDraft::new(&written, Version::V30);
    let few = ["BEGIN", "VERSION", "FN", "N", "ORG", "TEL", "EMAIL", "END"];
    let rest = draft
        .lines()
        .filter(|(_, line)| !few.contains(&line.name.as_str()));
    let rest: Vec<usize> = rest.map(|(at, _)| at).collect();
    for at in rest {
        draft.replace(at, Vec::new());
    }
    // The labels of groups are left out, and so is what names them.
    let grouped = draft.lines().filter(|(_, line)| line.group.is_some());
    let grouped: Vec<usize> = grouped.map(|(at, _)| at).collect();
    for at in grouped {
        let value = split(draft.text(at)).map_or(&[][..], |(_, value)| value);
        let line = Line {
            group: None,
            value: String::from_utf8_lossy(value).into_owned(),
            ..draft.head(at)
        };
        draft.replace(at, vec![line]);
    }
    String::from_utf8_lossy(&draft.finish()).into_owned()
}

/// The card of a contact. `card` is the one that it came as, which keeps its version unless another
/// one is asked for; what has none is written in 3.0, which most programs read. Details that are the person's own
/// `fields` are written as their properties.
#[must_use]
pub fn write(
    full: &FullContact,
    card: Option<&[u8]>,
    version: Option<Version>,
    home: Option<Region>,
    fields: &OwnFields,
) -> Vec<u8> {
    let FullContact { contact, phones } = full;
    let stored = StoredContact {
        full,
        source: source(contact, card),
        home,
        fields,
        goal: Goal::File,
    };
    let card = match (card, version) {
        (Some(card), None) => card.to_vec(),
        (Some(card), Some(version)) => convert::convert(card, version, &contact.name),
        (None, version) => stored.fresh(version.unwrap_or(Version::V30)),
    };
    let written = stored.written(&card, tel::Primary::AsRead);
    if written == card {
        let says_company = is_company(&property::properties(&card));
        let read = if says_company {
            ContactKind::Company
        } else {
            ContactKind::Person
        };
        return of_kind(written, read, contact.kind);
    }
    let read = stored.read(&written);
    let (primary, read_kind) = match &read {
        Some(read) => (primary_of(&read.phones), read.contact.kind),
        None => (None, ContactKind::default()),
    };
    let written = if primary == primary_of(phones) {
        written
    } else {
        // A card names no primary, and who it would be has changed with the rest.
        stored.written(&card, tel::Primary::Said)
    };
    of_kind(written, read_kind, contact.kind)
}

/// A card that says which kind its contact is of, where a reader takes it for another.
pub(super) fn of_kind(card: Vec<u8>, read: ContactKind, stored: ContactKind) -> Vec<u8> {
    if read == stored {
        return card;
    }
    let mut draft = CardDraft::new(&card, Version::V30);
    kind(&mut draft, stored);
    draft.finish()
}

/// A card that came in as one has the source of that import, which need not be said.
fn source<'a>(contact: &'a Contact, card: Option<&[u8]>) -> &'a str {
    let came = contact.source == SOURCE || contact.source.starts_with("carddav:");
    if card.is_some() && came {
        &contact.source
    } else {
        SOURCE
    }
}

impl StoredContact<'_> {
    /// The records that a card makes, or none where it makes none.
    pub(super) fn read(&self, card: &[u8]) -> Option<FullContact> {
        self.taken(said(&property::properties_with(card, self.fields)))
    }

    pub(super) fn taken(&self, said: ParsedCard) -> Option<FullContact> {
        let mut ids = 0;
        let context = || {
            ids += 1;
            Context {
                now: self.full.contact.created_at,
                home: self.home,
                fresh_id: Uuid::from_u128(ids),
            }
        };
        let taken = CardRecords::of(said, self.source, context).ok()?;
        Some(taken.settled().records)
    }

    /// Whether these records are the contact as it is stored, but for what no card says.
    fn is_said_by(&self, read: &FullContact) -> bool {
        let stored = &self.full.contact;
        let contact = Contact {
            id: stored.id,
            card: stored.card,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            updated_in_db_at: stored.updated_in_db_at,
            namesake: stored.namesake,
            details: stored.details.clone(),
            ..read.contact.clone()
        };
        // A reader gives the same number only once.
        let phones = read.phones.iter();
        let phones: HashMap<&str, &Phone> = phones
            .map(|phone| (phone.identity.as_str(), phone))
            .collect();
        let same = |phone: &Phone| {
            phones.get(phone.identity.as_str()).is_some_and(|said| {
                let stored = Phone {
                    id: said.id,
                    contact: said.contact,
                    typed: said.typed.clone(),
                    created_at: said.created_at,
                    updated_at: said.updated_at,
                    updated_in_db_at: said.updated_in_db_at,
                    shared: said.shared,
                    ..phone.clone()
                };
                stored == **said
            })
        };
        contact == *stored
            && self.says_details(&read.contact.details)
            && read.phones.len() == self.full.phones.len()
            && self.full.phones.iter().all(same)
    }

    /// Whether these are the details that are stored.
    fn says_details(&self, read: &[Detail]) -> bool {
        let stored = &self.full.contact.details;
        let mut pairs = stored.iter().zip(read);
        let says = |(own, said): (&Detail, &Detail)| {
            own.preferred == said.preferred && detail::is_said(own, said)
        };
        stored.len() == read.len() && pairs.all(says)
    }

    /// What a card says that says nothing.
    pub(super) fn blank(&self) -> Contact {
        Contact {
            source: self.source.to_owned(),
            ..Contact::default()
        }
    }

    /// A card with nothing on it but its version and times.
    pub(super) fn fresh(&self, version: Version) -> Vec<u8> {
        let number = version.number();
        let mut draft = CardDraft::new(b"BEGIN:VCARD\r\nEND:VCARD\r\n", version);
        draft.add(Line::of("VERSION", number.to_owned()));
        let uid = self.full.contact.uid.clone();
        let uid = uid.unwrap_or_else(|| self.full.contact.own_uid());
        draft.add(Line::text("UID", &uid));
        let (made, changed) = (self.full.contact.created_at, self.full.contact.updated_at);
        draft.add(match version {
            Version::V40 => Line::of("CREATED", basic(made)),
            Version::V21 | Version::V30 => Line::of("X-CALLBOOK-CREATED", extended(made)),
        });
        draft.add(match version {
            Version::V40 => Line::of("REV", basic(changed)),
            Version::V21 | Version::V30 => Line::of("REV", extended(changed)),
        });
        draft.finish()
    }

    /// The card with the lines changed that say something else than what is stored.
    fn written(&self, card: &[u8], primary: tel::Primary) -> Vec<u8> {
        let mut draft = CardDraft::new(card, Version::V30).with(self.fields);
        let read = self.taken(said(&draft.properties));
        let says_it = read.as_ref().is_some_and(|read| self.is_said_by(read));
        if primary == tel::Primary::AsRead && says_it {
            return card.to_vec();
        }
        let blank = self.blank();
        let said = read.as_ref().map_or(&blank, |read| &read.contact);
        self.words(&mut draft, said);
        let read_phones = read.as_ref().map_or(&[][..], |read| &read.phones);
        tel::Tel::new(self, read_phones).write(&mut draft, primary);
        convert::require(&mut draft, &self.full.contact.name);
        self.preferring(draft.finish(), said)
    }

    /// Writes all but the numbers, where the card says something else.
    pub(super) fn words(&self, draft: &mut CardDraft<'_>, said: &Contact) {
        let stored = &self.full.contact;
        name(draft, said, stored);
        for text in texts(&CONTACT) {
            let (said, stored) = (text.of(said), text.of(stored));
            if let Some(property) = text.field.card.filter(|_| said != stored) {
                let value = stored.map(|text| list::over(draft, property, text));
                draft.put(property, value);
            }
        }
        // A contact without a UID goes out under its id, but not where it came without one. Elsewhere it is what
        // it is there.
        let own = said.uid.clone().filter(|uid| *uid == stored.own_uid());
        let uid = stored.uid.clone().or(own);
        if said.uid != uid && self.goal.is_file() {
            draft.put("UID", uid.map(|uid| escape(&uid)));
        }
        self.tags(draft, said);
        if said.source != stored.source && self.goal.is_file() {
            let source = (stored.source != self.source).then(|| escape(&stored.source));
            draft.put("X-CALLBOOK-SOURCE", source);
        }
        organisation(draft, said, stored);
        let agreed = match self.goal {
            Goal::File => None,
            Goal::Remote(agreed) => Some(agreed.map_or(&[][..], |agreed| &agreed.details)),
        };
        detail::write(draft, &stored.details, agreed);
    }

    /// A card that was written over one that said this, with its details in their order and the marks of the
    /// preferred ones.
    pub(super) fn preferring(&self, written: Vec<u8>, said: &Contact) -> Vec<u8> {
        let stored = &self.full.contact.details;
        // Elsewhere the order is what it is there.
        if self.goal.is_file()
            && let Some(in_order) = detail::in_order(&written, stored, self.fields)
        {
            return preferred::prefer(&in_order, stored);
        }
        // A line that was changed keeps its mark, and a new one has none.
        if preferred::prefer_the_same(&said.details, stored) {
            return written;
        }
        preferred::prefer(&written, stored)
    }

    /// Writes tags, and whether the contact is a favourite, where the card says something else. On a card
    /// of Google's that is a category among others.
    fn tags(&self, draft: &mut CardDraft<'_>, said: &Contact) {
        let stored = &self.full.contact;
        let (tags, favourite) = (said.tags != stored.tags, said.favourite != stored.favourite);
        let own: Vec<String> = categories(&draft.properties).collect();
        let google = own.iter().any(|own| own == STARRED || own == MY_CONTACTS);
        if tags || favourite && google {
            let kept = own.iter().any(|own| own == MY_CONTACTS);
            let special = [(MY_CONTACTS, kept), (STARRED, google && stored.favourite)];
            let special = special.into_iter().filter(|(_, there)| *there);
            let all = special.map(|(own, _)| own);
            let all: Vec<String> = all
                .chain(stored.tags.iter().map(String::as_str))
                .map(escape)
                .collect();
            draft.put("CATEGORIES", (!all.is_empty()).then(|| all.join(",")));
        }
        let there = FAVOURITE.into_iter().find(|name| draft.has(name));
        // A line that is missing says nothing: where it was dropped, that it is none has to be said.
        let agreed = matches!(self.goal, Goal::Remote(Some(agreed)) if agreed.favourite);
        let unsaid = agreed && !stored.favourite && there.is_none();
        if favourite && (!google || there.is_some()) || unsaid && !google {
            let value = if stored.favourite { "1" } else { "0" };
            draft.put(
                there.unwrap_or("X-CALLBOOK-FAVOURITE"),
                (stored.favourite || there.is_some() || unsaid).then(|| value.to_owned()),
            );
        }
    }
}

/// Writes FN and N where they say something else.
fn name(draft: &mut CardDraft<'_>, said: &Contact, stored: &Contact) {
    if said.name != stored.name {
        draft.put("FN", Some(escape(&stored.name)));
    }
    let of_card = |contact: &Contact| {
        // Family, given, additional, prefixes, suffixes (RFC 6350, 6.2.2).
        [
            contact.family_name.clone(),
            contact.given_name.clone(),
            contact.additional_name.clone(),
            contact.prefix.clone(),
            contact.suffix.clone(),
        ]
    };
    let (was, is) = (of_card(said), of_card(stored));
    let fresh = said.name.is_empty();
    if fresh || was != is {
        let mut parts = draft.components("N");
        let lists = draft.lists("N");
        // Where the card has no parts, a reader takes them from the name: with one of them, all have to be said.
        let mut said_parts = lists.iter().flatten();
        let guessed = said_parts.all(|part| part.trim().is_empty());
        parts.resize(parts.len().max(is.len()), String::new());
        for (at, (part, (was, is))) in parts.iter_mut().zip(was.iter().zip(&is)).enumerate() {
            if guessed || was != is {
                let list = lists.get(at).map_or(&[][..], Vec::as_slice);
                let is = is.as_deref().unwrap_or_default();
                *part = list::again(list, is, list::Between::Space).join(",");
            }
        }
        draft.put("N", Some(parts.join(";")));
        let whole = is.iter().all(Option::is_none)
            && stored.kind == ContactKind::Person
            && !is_number_or_address(&stored.name)
            && NameParts::split(&stored.name) != NameParts::default();
        draft.put(WHOLE, whole.then(|| "1".to_owned()));
    }
    if said.sort_as != stored.sort_as {
        sort_as(draft, stored.sort_as.as_deref());
    }
}

/// Writes the company and its department, the first and the further parts of ORG (RFC 6350, 6.6.4).
fn organisation(draft: &mut CardDraft<'_>, said: &Contact, stored: &Contact) {
    let same_department = said.department == stored.department;
    if same_department && said.organisation == stored.organisation {
        return;
    }
    let part = |text: &Option<String>| text.as_deref().map(escape).unwrap_or_default();
    let company = part(&stored.organisation);
    let mut parts = draft.components("ORG");
    if same_department && !parts.is_empty() {
        if let Some(first) = parts.first_mut() {
            *first = company;
        }
    } else {
        let units: Vec<String> = draft
            .lists("ORG")
            .iter()
            .skip(1)
            .flatten()
            .cloned()
            .collect();
        let department = stored.department.as_deref().unwrap_or_default();
        parts = vec![company];
        parts.extend(list::again(&units, department, list::Between::Comma));
    }
    let is_there = parts.iter().any(|part| !part.is_empty());
    draft.put("ORG", is_there.then(|| parts.join(";")));
}

/// Writes what the name is sorted by.
fn sort_as(draft: &mut CardDraft<'_>, text: Option<&str>) {
    let parts = |text: &str| text.replace(", ", ",");
    let fits = |text: &&str| {
        parts(text).replace(',', ", ") == *text && text.chars().all(holds) && *text == text.trim()
    };
    let four = draft.version() == Version::V40 && !draft.has("SORT-STRING") && draft.gives("N");
    let of_name = text.filter(fits).filter(|_| four);
    draft.set_param("N", "SORT-AS", of_name.map(parts).as_deref());
    draft.set_param("ORG", "SORT-AS", None);
    let string = text.filter(|_| of_name.is_none());
    draft.put("SORT-STRING", string.map(escape));
}

/// Writes whether the contact is a person or a company.
fn kind(draft: &mut CardDraft<'_>, kind: ContactKind) {
    let four = draft.version() == Version::V40 || draft.has("KIND");
    let (name, value) = match (kind, four) {
        (ContactKind::Company, true) => ("KIND", "org"),
        (ContactKind::Company, false) => ("X-ABShowAs", "COMPANY"),
        (ContactKind::Person, true) => ("KIND", "individual"),
        (ContactKind::Person, false) => ("X-ABShowAs", "PERSON"),
    };
    draft.put("KIND", None);
    draft.put("X-ABSHOWAS", None);
    draft.add(Line::of(name, value.to_owned()));
}

/// An instant in the extended form that 3.0 has, to the second.
pub(super) fn extended(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An instant in the basic form that 4.0 has (RFC 6350, 4.3.5).
pub(super) fn basic(at: Timestamp) -> String {
    at.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
}
