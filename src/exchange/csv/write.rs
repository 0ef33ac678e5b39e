//! Contacts to rows.

use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::edit::ContactWithCard;
use crate::domain::fields::{CONTACT, PHONE};
use crate::domain::phone::Phone;
use crate::exchange::vcard::Parts;

use super::name::NameParts;
use super::own::{ADDRESS_PARTS, BETWEEN, GUARDED, OF_CARD, needs_guard, own_headers};

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableForm {
    /// All that callbook knows, and that it reads again with nothing lost.
    Plain,
    /// What Google's contacts import.
    Google,
}

/// Whether cells are guarded against spreadsheets, which take some for formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// They are exact.
    Exact,
    /// What may be taken for a formula has a `'` before it.
    Safe,
}

/// A table while it is written. It has to have seen all contacts before the first row, since they
/// decide how many columns there are.
#[derive(Debug)]
pub struct Table {
    form: TableForm,
    guard: Guard,
    phones: usize,
    details: Vec<(DetailKind, usize)>,
    /// Which details are addresses that have parts, by their place.
    in_parts: Vec<bool>,
    beside: Vec<String>,
}

impl Table {
    /// A table that has seen no contacts.
    #[must_use]
    pub const fn new(form: TableForm, guard: Guard) -> Self {
        Self {
            form,
            guard,
            phones: 0,
            details: Vec::new(),
            in_parts: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Makes room for a contact.
    pub fn see(&mut self, whole: &ContactWithCard) {
        self.phones = self.phones.max(whole.full.phones.len());
        for kind in DetailKind::ALL {
            let count = match self.form {
                TableForm::Plain => of(whole, kind).count(),
                TableForm::Google => of_google(whole, kind).count(),
            };
            match self.details.iter_mut().find(|(own, _)| *own == kind) {
                Some((_, most)) => *most = count.max(*most),
                None => self.details.push((kind, count)),
            }
        }
        let parts = parts(whole);
        for (at, detail) in whole.full.contact.details.iter().enumerate() {
            if address(&parts, detail).is_some() {
                let length = self.in_parts.len().max(at + 1);
                self.in_parts.resize(length, false);
                if let Some(in_parts) = self.in_parts.get_mut(at) {
                    *in_parts = true;
                }
            }
        }
        for (header, _) in parts.columns {
            if !header.is_empty() && !self.beside.contains(&header) {
                self.beside.push(header);
            }
        }
    }

    /// Whether the detail at this place may be an address in parts.
    fn has_parts(&self, at: usize) -> bool {
        self.in_parts.get(at).copied().unwrap_or_default()
    }

    fn most(&self, kind: DetailKind) -> usize {
        let found = self.details.iter().find(|(own, _)| *own == kind);
        found.map_or(0, |(_, most)| *most)
    }

    /// The header, line end included.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let headers = match self.form {
            TableForm::Plain => own_headers(),
            TableForm::Google => GOOGLE.to_vec(),
        };
        let mut cells: Vec<String> = headers.into_iter().map(str::to_owned).collect();
        match self.form {
            TableForm::Plain => {
                for number in 1..=self.phones {
                    let parts = PHONE.iter().filter_map(|field| field.csv);
                    cells.extend(parts.map(|part| format!("phone {number} {part}")));
                }
                let details: usize = self.details.iter().map(|(_, most)| most).sum();
                for number in 1..=details {
                    let parts = ["kind", "label", "value"];
                    cells.extend(parts.map(|part| format!("detail {number} {part}")));
                    if self.has_parts(number - 1) {
                        let parts = ADDRESS_PARTS.map(|(_, part)| part);
                        cells.extend(parts.map(|part| format!("detail {number} {part}")));
                    }
                }
            }
            TableForm::Google => {
                for number in 1..=self.phones {
                    let parts = ["Label", "Value"];
                    cells.extend(parts.map(|part| format!("Phone {number} - {part}")));
                }
                for (kind, name, value) in GROUPS {
                    for number in 1..=self.most(*kind) {
                        cells.push(format!("{name} {number} - Label"));
                        cells.push(format!("{name} {number} - {value}"));
                        if *kind == DetailKind::Address {
                            let parts = GOOGLE_ADDRESS.map(|(_, part)| part);
                            cells.extend(parts.map(|part| format!("{name} {number} - {part}")));
                        }
                    }
                }
            }
        }
        cells.extend(self.beside.iter().cloned());
        if self.guard == Guard::Safe {
            cells.push(GUARDED.to_owned());
        }
        self.line(&cells)
    }

    /// The row of a contact, line end included; none where it was not seen, and has more than the
    /// table has room for.
    #[must_use]
    pub fn row(&self, whole: &ContactWithCard) -> Option<Vec<u8>> {
        let there = |kind: &DetailKind| match self.form {
            TableForm::Plain => of(whole, *kind).count() <= self.most(*kind),
            TableForm::Google => of_google(whole, *kind).count() <= self.most(*kind),
        };
        let parts = parts(whole);
        let known =
            |(header, _): &(String, String)| header.is_empty() || self.beside.contains(header);
        if whole.full.phones.len() > self.phones
            || !DetailKind::ALL.iter().all(there)
            || !parts.columns.iter().all(known)
        {
            return None;
        }
        let mut cells = match self.form {
            TableForm::Plain => self.plain(whole, &parts),
            TableForm::Google => self.google(whole, &parts),
        };
        for header in &self.beside {
            let cell = parts.columns.iter().find(|(own, _)| own == header);
            cells.push(cell.map(|(_, cell)| cell.clone()).unwrap_or_default());
        }
        if self.guard == Guard::Safe {
            cells.push(String::new());
        }
        Some(self.line(&cells))
    }

    fn plain(&self, whole: &ContactWithCard, parts: &Parts) -> Vec<String> {
        let contact = &whole.full.contact;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (company, department) = organisation(contact, parts, "\n");
        let mut cells = Vec::new();
        for field in CONTACT.iter().filter(|field| field.csv.is_some()) {
            let of_card = OF_CARD.iter().filter(|(before, _)| *before == field.name);
            cells.extend(of_card.map(|(_, header)| match *header {
                "prefix" => parts.prefix.clone(),
                "additional name" => parts.additional.clone(),
                "suffix" => parts.suffix.clone(),
                _ => department.clone(),
            }));
            cells.push(match field.name {
                "organisation" => company.clone(),
                "tags" => tags_cell(&contact.tags),
                "uid" => contact.uid.clone().unwrap_or_else(|| contact.own_uid()),
                _ => field.text(contact).into_owned(),
            });
        }
        for index in 0..self.phones {
            let phone = whole.full.phones.get(index);
            let fields = PHONE.iter().filter(|field| field.csv.is_some());
            cells.extend(fields.map(|field| match (phone, field.name) {
                (Some(phone), "number") => spelling(phone),
                (Some(phone), _) => field.text(phone).into_owned(),
                (None, _) => String::new(),
            }));
        }
        let details: usize = self.details.iter().map(|(_, most)| most).sum();
        for index in 0..details {
            let detail = contact.details.get(index);
            let in_parts = detail.and_then(|detail| address(parts, detail));
            match detail {
                Some(detail) => cells.extend([
                    detail.kind.word().to_owned(),
                    text(&detail.label),
                    // What its parts say is not said twice.
                    in_parts.map_or_else(|| detail.value.clone(), |_| String::new()),
                ]),
                None => cells.extend(std::iter::repeat_n(String::new(), 3)),
            }
            if self.has_parts(index) {
                cells.extend(in_parts.cloned().unwrap_or_default());
            }
        }
        cells
    }

    fn google(&self, whole: &ContactWithCard, parts: &Parts) -> Vec<String> {
        let contact = &whole.full.contact;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (company, department) = organisation(contact, parts, ", ");
        let birthday = of(whole, DetailKind::Birthday).next();
        let star = contact.favourite.then(|| "* starred".to_owned());
        let tags: Vec<String> = contact.tags.iter().cloned().chain(star).collect();
        let mut cells = google_name(contact, parts).to_vec();
        cells.extend([
            text(&contact.nickname),
            company,
            text(&contact.title),
            department,
            birthday.map(|day| day.value.clone()).unwrap_or_default(),
            text(&contact.note),
            tags.join(BETWEEN),
        ]);
        for index in 0..self.phones {
            cells.extend(match whole.full.phones.get(index) {
                Some(phone) => [google_label(phone, index), spelling(phone)],
                None => [String::new(), String::new()],
            });
        }
        for (kind, _, _) in GROUPS {
            let mut details = of_google(whole, *kind);
            for _ in 0..self.most(*kind) {
                let detail = details.next();
                cells.extend(match detail {
                    Some(detail) => [google_detail_label(detail), detail.value.clone()],
                    None => [String::new(), String::new()],
                });
                if *kind == DetailKind::Address {
                    let whole = detail.map(|detail| detail.value.as_str());
                    let parts = detail.and_then(|detail| address(parts, detail));
                    cells.extend(GOOGLE_ADDRESS.map(|(at, _)| match parts {
                        Some(parts) => parts.get(at).cloned().unwrap_or_default(),
                        // Google shows nothing of an address but its parts.
                        None if at == STREET => whole.unwrap_or_default().to_owned(),
                        None => String::new(),
                    }));
                }
            }
        }
        cells
    }

    fn line(&self, cells: &[String]) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let guarded = |cell: &String| {
            if self.guard == Guard::Safe && needs_guard(cell) {
                format!("'{cell}")
            } else {
                cell.clone()
            }
        };
        // Memory takes all that is written.
        let _ = writer.write_record(cells.iter().map(guarded));
        writer.into_inner().unwrap_or_default()
    }
}

/// The tags as one cell, each on a line of its own. The further lines of a tag begin with a space,
/// which no tag does.
fn tags_cell(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| tag.replace('\n', "\n ")).collect();
    tags.join("\n")
}

const GOOGLE: [&str; 12] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Name Prefix",
    "Name Suffix",
    "Nickname",
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Labels",
];

/// The street among the parts of an address.
const STREET: usize = 2;

/// Google's columns for the parts of an address, in its order, each with the place of the part.
const GOOGLE_ADDRESS: [(usize, &str); 7] = [
    (STREET, "Street"),
    (3, "City"),
    (0, "PO Box"),
    (4, "Region"),
    (5, "Postal Code"),
    (6, "Country"),
    (1, "Extended Address"),
];

/// The groups of columns that Google has for details, with the word for their value.
const GROUPS: &[(DetailKind, &str, &str)] = &[
    (DetailKind::Email, "E-mail", "Value"),
    (DetailKind::Address, "Address", "Formatted"),
    (DetailKind::Link, "Website", "Value"),
    (DetailKind::Anniversary, "Event", "Value"),
    (DetailKind::Chat, "IM", "Value"),
    (DetailKind::Other, "Relation", "Value"),
];

fn of(whole: &ContactWithCard, kind: DetailKind) -> impl Iterator<Item = &Detail> {
    let details = whole.full.contact.details.iter();
    details.filter(move |detail| detail.kind == kind)
}

/// The details that Google has in columns of this kind: the first birthday has one of its own, and
/// others are events.
fn of_google(whole: &ContactWithCard, kind: DetailKind) -> impl Iterator<Item = &Detail> {
    let birthdays = of(whole, DetailKind::Birthday).skip(1);
    let birthdays = birthdays.filter(move |_| kind == DetailKind::Anniversary);
    of(whole, kind).chain(birthdays)
}

/// What the card of a contact says in parts.
fn parts(whole: &ContactWithCard) -> Parts {
    whole.card.as_deref().map(Parts::of).unwrap_or_default()
}

/// The parts of an address that has some.
fn address<'p>(parts: &'p Parts, detail: &Detail) -> Option<&'p [String; 7]> {
    let mut addresses = parts.addresses.iter();
    addresses
        .find(|(own, _)| own == detail)
        .map(|(_, parts)| parts)
}

/// The company and its departments, where the card still says what the contact does; else both in one.
fn organisation(contact: &Contact, parts: &Parts, between: &str) -> (String, String) {
    let whole = contact.organisation.as_deref().unwrap_or_default();
    match &parts.organisation {
        Some((text, parts)) if text == whole => match parts.split_first() {
            Some((company, departments)) => (company.clone(), departments.join(between)),
            None => (whole.to_owned(), String::new()),
        },
        _ => (whole.to_owned(), String::new()),
    }
}

/// The number in a spelling that every reader takes for the same.
fn spelling(phone: &Phone) -> String {
    let bare = phone.typed.starts_with('+') && !phone.typed.contains(char::is_control);
    if phone.is_normalised() && !bare {
        return phone.shown();
    }
    phone.typed.clone()
}

/// The name in Google's parts (first, middle, last, prefix, suffix), which are shown one after the other:
/// where that gives another name than the contact's, the whole name is the first.
fn google_name(contact: &Contact, parts: &Parts) -> [String; 5] {
    let name = NameParts {
        prefix: &parts.prefix,
        given: contact.given_name.as_deref().unwrap_or_default(),
        middle: &parts.additional,
        family: contact.family_name.as_deref().unwrap_or_default(),
        suffix: &parts.suffix,
    };
    let bare = NameParts {
        prefix: "",
        middle: "",
        suffix: "",
        ..name
    };
    let whole = NameParts {
        given: &contact.name,
        ..NameParts::default()
    };
    let said = [name, bare];
    let found = said.into_iter().find(|name| name.spoken() == contact.name);
    let name = found.unwrap_or(whole);
    [
        name.given,
        name.middle,
        name.family,
        name.prefix,
        name.suffix,
    ]
    .map(str::to_owned)
}

/// A label in Google's words. A number that is no longer used says so there, and the primary one has
/// Google's mark where it is not the first.
fn google_label(phone: &Phone, index: usize) -> String {
    let label = phone.location.as_deref().unwrap_or_default();
    let label = match label {
        "mobile" => "Mobile",
        "home" => "Home",
        "work" => "Work",
        "fax" => "Work Fax",
        "pager" => "Pager",
        "main" => "Main",
        "other" => "Other",
        own => own,
    };
    if phone.historic {
        format!("historic {label}").trim_end().to_owned()
    } else if phone.primary && index > 0 {
        format!("* {label}")
    } else {
        label.to_owned()
    }
}

/// The label of a detail in Google's words.
fn google_detail_label(detail: &Detail) -> String {
    match (detail.kind, detail.label.as_deref()) {
        (DetailKind::Birthday, _) => "Birthday".to_owned(),
        (DetailKind::Anniversary, None) => "Anniversary".to_owned(),
        (_, label) => label.unwrap_or_default().to_owned(),
    }
}
