//! Columns that are counted, as Google has them: `Phone 1 - Label`, `Phone 1 - Value`. A table for another
//! program has in them, and in columns of ours, what its other columns cannot say.

use crate::domain::address::Address;
use crate::domain::contact::{Contact, ContactKind, Detail, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::fields::CONTACT;
use crate::domain::naming::NameParts;
use crate::domain::phone::{Phone, is_of_machine};

use super::super::own::own_header;

/// A contact in the columns of a table for another program.
#[derive(Debug, Default)]
pub(super) struct Laid<'c> {
    /// The cells of the columns that such a table always has.
    pub(super) fixed: Vec<String>,
    /// The numbers in counted columns, each with its label there.
    pub(super) phones: Vec<(&'c Phone, String)>,
    /// The details in counted columns.
    pub(super) details: Vec<&'c Detail>,
    /// Cells of further columns, with their headers.
    pub(super) beside: Vec<(String, String)>,
    /// What the other program has no column for.
    pub(super) lacking: Vec<&'static str>,
}

impl<'c> Laid<'c> {
    /// How many details of a kind are in counted columns.
    pub(super) fn count(&self, kind: DetailKind) -> usize {
        self.details_of(kind).count()
    }

    fn details_of(&self, kind: DetailKind) -> impl Iterator<Item = &'c Detail> {
        let details = self.details.iter().copied();
        details.filter(move |detail| detail.kind == kind)
    }

    /// Puts a text of the contact into a column of ours.
    pub(super) fn put_own(&mut self, name: &str, cell: &str) {
        let field = CONTACT.iter().find(|field| field.name == name);
        if let Some(header) = field.and_then(own_header) {
            self.beside.push((header, cell.to_owned()));
        }
    }

    /// The parts of the name that another program shows one after the other, and the name of the company. Where
    /// something else is shown here, a column of ours says what.
    pub(super) fn name(&mut self, contact: &Contact) -> ShownName {
        let mut parts = NameParts::of(contact);
        let mut company = contact.organisation.clone();
        let mut made = parts.spoken();
        if made.is_empty() {
            // The program needs something to show, unless it has a nickname or a company for it.
            let other = contact.nickname.as_ref().or(company.as_ref()).cloned();
            if other.is_none() && contact.kind == ContactKind::Company {
                company = Some(contact.name.clone());
                made.clone_from(&contact.name);
            } else {
                let is_person = contact.kind == ContactKind::Person;
                let is_shown = other.as_ref() == Some(&contact.name);
                parts.given = (is_person && !is_shown).then(|| contact.name.clone());
                made = other.unwrap_or_default();
            }
        }
        let is_other = made != contact.name;
        if is_other {
            self.put_own("name", &contact.name);
        }
        ShownName {
            parts,
            company,
            is_other,
        }
    }

    /// Puts the texts that no other program has a column for into columns of ours.
    pub(super) fn put_ours(&mut self, contact: &Contact) {
        let company = (contact.kind == ContactKind::Company).then(|| contact.kind.word());
        for (name, words, text) in [
            ("role", "role", contact.role.as_deref()),
            ("sort_as", "sorting name", contact.sort_as.as_deref()),
            ("kind", "company mark", company),
        ] {
            if let Some(text) = text {
                self.put_own(name, text);
                self.lacking.push(words);
            }
        }
    }

    /// The cells of the counted columns, in a table with room for so many.
    pub(super) fn cells(&self, phones: usize, most: impl Fn(DetailKind) -> usize) -> Vec<String> {
        let mut cells = Vec::new();
        for index in 0..phones {
            cells.extend(match self.phones.get(index) {
                Some((phone, label)) => [label.clone(), spelling(phone)],
                None => [String::new(), String::new()],
            });
        }
        for (kind, _, _) in GROUPS {
            let mut details = self.details_of(*kind);
            for _ in 0..most(*kind) {
                let detail = details.next();
                cells.extend(match detail {
                    Some(detail) => [detail_label(detail), detail.text().into_owned()],
                    None => [String::new(), String::new()],
                });
                if *kind == DetailKind::Address {
                    let parts = detail.and_then(Detail::address).map(Address::card_parts);
                    let parts = parts.unwrap_or_default();
                    let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
                    cells.extend(ADDRESS.map(|(at, _)| part(at)));
                }
            }
        }
        cells
    }
}

/// What another program shows a contact as.
#[derive(Debug)]
pub(super) struct ShownName {
    pub(super) parts: NameParts,
    pub(super) company: Option<String>,
    /// Whether something else is shown here.
    pub(super) is_other: bool,
}

/// The headers of the counted columns, in a table with room for so many.
pub(super) fn headers(phones: usize, most: impl Fn(DetailKind) -> usize) -> Vec<String> {
    let mut headers = Vec::new();
    for number in 1..=phones {
        let parts = ["Label", "Value"];
        headers.extend(parts.map(|part| format!("Phone {number} - {part}")));
    }
    for (kind, name, value) in GROUPS {
        for number in 1..=most(*kind) {
            headers.push(format!("{name} {number} - Label"));
            headers.push(format!("{name} {number} - {value}"));
            if *kind == DetailKind::Address {
                let parts = ADDRESS.map(|(_, part)| part);
                headers.extend(parts.map(|part| format!("{name} {number} - {part}")));
            }
        }
    }
    headers
}

/// The street among the parts of an address.
const STREET: usize = 2;

/// The counted columns for the parts of an address, in Google's order, each with the place of the part.
const ADDRESS: [(usize, &str); 7] = [
    (STREET, "Street"),
    (3, "City"),
    (0, "PO Box"),
    (4, "Region"),
    (5, "Postal Code"),
    (6, "Country"),
    (1, "Extended Address"),
];

/// The groups of columns for details, with the word for their value.
const GROUPS: &[(DetailKind, &str, &str)] = &[
    (DetailKind::Email, "E-mail", "Value"),
    (DetailKind::Address, "Address", "Formatted"),
    (DetailKind::Link, "Website", "Value"),
    (DetailKind::Date, "Event", "Value"),
    (DetailKind::Chat, "IM", "Value"),
    (DetailKind::Relation, "Relation", "Value"),
    (DetailKind::Other, "Custom Field", "Value"),
];

/// The number in a spelling that every reader takes for the same.
pub(super) fn spelling(phone: &Phone) -> String {
    let bare = phone.typed.starts_with('+') && !phone.typed.contains(char::is_control);
    if phone.is_normalised() && !bare {
        return phone.shown();
    }
    phone.typed.clone()
}

/// Whether a reader takes a number that comes first for the primary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    Yes,
    No,
}

/// A label in Google's words. A number that is no longer used says so there, and the primary one has
/// Google's mark where a reader would not take it for that.
pub(super) fn phone_label(phone: &Phone, leads: Leads) -> String {
    let label = phone.location.as_deref().unwrap_or_default();
    let is_called = !is_of_machine(label);
    let label = match label {
        "mobile" => "Mobile",
        "home" => "Home",
        "work" => "Work",
        "fax" => "Other Fax",
        "work fax" => "Work Fax",
        "home fax" => "Home Fax",
        "pager" => "Pager",
        "main" => "Main",
        "other" => "Other",
        own => own,
    };
    if phone.historic {
        format!("historic {label}").trim_end().to_owned()
    } else if phone.primary && (leads == Leads::No || !is_called) {
        format!("* {label}")
    } else {
        label.to_owned()
    }
}

/// The label of a detail in Google's words.
fn detail_label(detail: &Detail) -> String {
    let label = match (detail.kind, detail.label.as_deref()) {
        (DetailKind::Date, Some(BIRTHDAY)) => "Birthday",
        (DetailKind::Date, Some(ANNIVERSARY)) => "Anniversary",
        // Without a label it would be read as an anniversary.
        (DetailKind::Date, None) => "Other",
        (_, label) => label.unwrap_or_default(),
    };
    if detail.preferred {
        format!("* {label}").trim_end().to_owned()
    } else {
        label.to_owned()
    }
}
