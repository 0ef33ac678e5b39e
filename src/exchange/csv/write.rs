//! Contacts to rows.

use crate::domain::address::Address;
use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::edit::ContactWithCard;
use crate::domain::fields::{CONTACT, PHONE};
use crate::domain::naming::NameParts;
use crate::domain::phone::Phone;
use crate::exchange::vcard::kept_columns;

use super::own::{ADDRESS_PARTS, BETWEEN, GUARDED, needs_guard, own_headers};

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
        for (at, detail) in whole.full.contact.details.iter().enumerate() {
            if detail.address().is_some() {
                let length = self.in_parts.len().max(at + 1);
                self.in_parts.resize(length, false);
                if let Some(in_parts) = self.in_parts.get_mut(at) {
                    *in_parts = true;
                }
            }
        }
        for (header, _) in columns(whole) {
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
                    let parts = ["kind", "label", "preferred", "value"];
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
        let columns = columns(whole);
        let known =
            |(header, _): &(String, String)| header.is_empty() || self.beside.contains(header);
        if whole.full.phones.len() > self.phones
            || !DetailKind::ALL.iter().all(there)
            || !columns.iter().all(known)
        {
            return None;
        }
        let mut cells = match self.form {
            TableForm::Plain => self.plain(whole),
            TableForm::Google => self.google(whole),
        };
        for header in &self.beside {
            let cell = columns.iter().find(|(own, _)| own == header);
            cells.push(cell.map(|(_, cell)| cell.clone()).unwrap_or_default());
        }
        if self.guard == Guard::Safe {
            cells.push(String::new());
        }
        Some(self.line(&cells))
    }

    fn plain(&self, whole: &ContactWithCard) -> Vec<String> {
        let contact = &whole.full.contact;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut cells = Vec::new();
        for field in CONTACT.iter().filter(|field| field.csv.is_some()) {
            cells.push(match field.name {
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
            let address = detail.and_then(Detail::address);
            match detail {
                Some(detail) => cells.extend([
                    detail.kind.word().to_owned(),
                    text(&detail.label),
                    if detail.preferred { "yes" } else { "" }.to_owned(),
                    // What its parts say is not said twice.
                    address.map_or_else(|| detail.text().into_owned(), |_| String::new()),
                ]),
                None => cells.extend(std::iter::repeat_n(String::new(), 4)),
            }
            if self.has_parts(index) {
                cells.extend(
                    address
                        .map(Address::card_parts)
                        .unwrap_or_default()
                        .map(str::to_owned),
                );
            }
        }
        cells
    }

    fn google(&self, whole: &ContactWithCard) -> Vec<String> {
        let contact = &whole.full.contact;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let birthday = of(whole, DetailKind::Date).find(|date| date.is_date(BIRTHDAY));
        let star = contact.favourite.then(|| "* starred".to_owned());
        let tags: Vec<String> = contact.tags.iter().cloned().chain(star).collect();
        let mut cells = google_name(contact).to_vec();
        cells.extend([
            text(&contact.phonetic_given_name),
            text(&contact.phonetic_family_name),
            text(&contact.nickname),
            text(&contact.organisation),
            text(&contact.title),
            text(&contact.department),
            birthday
                .map(|day| day.text().into_owned())
                .unwrap_or_default(),
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
                    Some(detail) => [google_detail_label(detail), detail.text().into_owned()],
                    None => [String::new(), String::new()],
                });
                if *kind == DetailKind::Address {
                    let parts = detail.and_then(Detail::address).map(Address::card_parts);
                    let parts = parts.unwrap_or_default();
                    let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
                    cells.extend(GOOGLE_ADDRESS.map(|(at, _)| part(at)));
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

const GOOGLE: [&str; 14] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Name Prefix",
    "Name Suffix",
    "Phonetic First Name",
    "Phonetic Last Name",
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
    (DetailKind::Date, "Event", "Value"),
    (DetailKind::Chat, "IM", "Value"),
    (DetailKind::Relation, "Relation", "Value"),
    (DetailKind::Other, "Custom Field", "Value"),
];

fn of(whole: &ContactWithCard, kind: DetailKind) -> impl Iterator<Item = &Detail> {
    let details = whole.full.contact.details.iter();
    details.filter(move |detail| detail.kind == kind)
}

/// The details that Google has in columns of this kind: the first birthday has one of its own, and
/// others are events.
fn of_google(whole: &ContactWithCard, kind: DetailKind) -> impl Iterator<Item = &Detail> {
    let mut details = of(whole, kind);
    let first = of(whole, DetailKind::Date).find(|date| date.is_date(BIRTHDAY));
    std::iter::from_fn(move || {
        details.find(|detail| first.is_none_or(|first| !std::ptr::eq(*detail, first)))
    })
}

/// The cells of columns that nothing is known of.
fn columns(whole: &ContactWithCard) -> Vec<(String, String)> {
    whole.card.as_deref().map(kept_columns).unwrap_or_default()
}

/// The number in a spelling that every reader takes for the same.
fn spelling(phone: &Phone) -> String {
    let bare = phone.typed.starts_with('+') && !phone.typed.contains(char::is_control);
    if phone.is_normalised() && !bare {
        return phone.shown();
    }
    phone.typed.clone()
}

/// The name in Google's parts (first, middle, last, prefix, suffix), which it shows one after the other. A shown name
/// that only lacks some of them gives all of them; where it is another one altogether, it is the first name.
fn google_name(contact: &Contact) -> [String; 5] {
    let name = NameParts::of(contact);
    let bare = NameParts {
        prefix: None,
        additional: None,
        suffix: None,
        ..name.clone()
    };
    let is_shown = |parts: &NameParts| parts.spoken() == contact.name;
    let name = if is_shown(&name) || is_shown(&bare) {
        name
    } else {
        NameParts {
            given: Some(contact.name.clone()),
            ..NameParts::default()
        }
    };
    [
        name.given,
        name.additional,
        name.family,
        name.prefix,
        name.suffix,
    ]
    .map(Option::unwrap_or_default)
}

/// A label in Google's words. A number that is no longer used says so there, and the primary one has
/// Google's mark where a reader would not take the first for it.
fn google_label(phone: &Phone, index: usize) -> String {
    let label = phone.location.as_deref().unwrap_or_default();
    let is_called = !matches!(label, "fax" | "pager" | "telex" | "isdn");
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
    } else if phone.primary && (index > 0 || !is_called) {
        format!("* {label}")
    } else {
        label.to_owned()
    }
}

/// The label of a detail in Google's words.
fn google_detail_label(detail: &Detail) -> String {
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
