//! Contacts to rows.

use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::edit::Whole;
use crate::domain::phone::Phone;
use crate::exchange::vcard;

use super::read::needs_guard;
use super::{BETWEEN, GUARDED};

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
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
    form: Form,
    guard: Guard,
    phones: usize,
    details: Vec<(DetailKind, usize)>,
    beside: Vec<String>,
}

impl Table {
    /// A table that has seen nobody.
    #[must_use]
    pub const fn new(form: Form, guard: Guard) -> Self {
        Self {
            form,
            guard,
            phones: 0,
            details: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Makes room for a contact.
    pub fn see(&mut self, whole: &Whole) {
        self.phones = self.phones.max(whole.phones.len());
        for kind in DetailKind::ALL {
            let count = of(whole, kind).count();
            match self.details.iter_mut().find(|(own, _)| *own == kind) {
                Some((_, most)) => *most = count.max(*most),
                None => self.details.push((kind, count)),
            }
        }
        for (header, _) in beside(whole) {
            if !self.beside.contains(&header) {
                self.beside.push(header);
            }
        }
    }

    fn most(&self, kind: DetailKind) -> usize {
        let found = self.details.iter().find(|(own, _)| *own == kind);
        found.map_or(0, |(_, most)| *most)
    }

    /// The header, line end included.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let mut cells: Vec<String> = match self.form {
            Form::Plain => PLAIN,
            Form::Google => GOOGLE,
        }
        .iter()
        .map(|header| (*header).to_owned())
        .collect();
        match self.form {
            Form::Plain => {
                for number in 1..=self.phones {
                    let parts = [
                        "number", "label", "primary", "historic", "accurate", "source",
                    ];
                    cells.extend(parts.map(|part| format!("phone {number} {part}")));
                }
                let details: usize = self.details.iter().map(|(_, most)| most).sum();
                for number in 1..=details {
                    let parts = ["kind", "label", "value"];
                    cells.extend(parts.map(|part| format!("detail {number} {part}")));
                }
            }
            Form::Google => {
                for number in 1..=self.phones {
                    let parts = ["Label", "Value"];
                    cells.extend(parts.map(|part| format!("Phone {number} - {part}")));
                }
                for (kind, name, value) in GROUPS {
                    for number in 1..=self.most(*kind) {
                        cells.push(format!("{name} {number} - Label"));
                        cells.push(format!("{name} {number} - {value}"));
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
    pub fn row(&self, whole: &Whole) -> Option<Vec<u8>> {
        let there = |kind: &DetailKind| of(whole, *kind).count() <= self.most(*kind);
        let beside = beside(whole);
        if whole.phones.len() > self.phones
            || !DetailKind::ALL.iter().all(there)
            || !beside
                .iter()
                .all(|(header, _)| self.beside.contains(header))
        {
            return None;
        }
        let mut cells = match self.form {
            Form::Plain => self.plain(whole),
            Form::Google => self.google(whole),
        };
        for header in &self.beside {
            let cell = beside.iter().find(|(own, _)| own == header);
            cells.push(cell.map(|(_, cell)| cell.clone()).unwrap_or_default());
        }
        if self.guard == Guard::Safe {
            cells.push(String::new());
        }
        Some(self.line(&cells))
    }

    fn plain(&self, whole: &Whole) -> Vec<String> {
        let contact = &whole.contact;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let flag = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
        let mut cells = vec![
            contact.name.clone(),
            text(&contact.given_name),
            text(&contact.family_name),
            text(&contact.nickname),
            text(&contact.organisation),
            text(&contact.title),
            text(&contact.note),
            tags_cell(&contact.tags),
            flag(contact.favourite),
            contact.source.clone(),
            contact.uid.clone().unwrap_or_else(|| contact.own_uid()),
        ];
        for index in 0..self.phones {
            match whole.phones.get(index) {
                Some(phone) => cells.extend([
                    spelling(phone),
                    text(&phone.location),
                    flag(phone.primary),
                    flag(phone.historic),
                    flag(phone.valid_values),
                    phone.source.clone(),
                ]),
                None => cells.extend(std::iter::repeat_n(String::new(), 6)),
            }
        }
        let details: usize = self.details.iter().map(|(_, most)| most).sum();
        for index in 0..details {
            match contact.details.get(index) {
                Some(detail) => cells.extend([
                    detail.kind.word().to_owned(),
                    text(&detail.label),
                    detail.value.clone(),
                ]),
                None => cells.extend(std::iter::repeat_n(String::new(), 3)),
            }
        }
        cells
    }

    fn google(&self, whole: &Whole) -> Vec<String> {
        let contact = &whole.contact;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (given, family) = google_name(contact);
        let birthday = of(whole, DetailKind::Birthday).next();
        let mut cells = vec![
            given,
            family,
            text(&contact.nickname),
            text(&contact.organisation),
            text(&contact.title),
            birthday.map(|day| day.value.clone()).unwrap_or_default(),
            text(&contact.note),
            contact.tags.join(BETWEEN),
        ];
        for index in 0..self.phones {
            cells.extend(match whole.phones.get(index) {
                Some(phone) => [google_label(phone), spelling(phone)],
                None => [String::new(), String::new()],
            });
        }
        for (kind, _, _) in GROUPS {
            let mut details = of(whole, *kind);
            for _ in 0..self.most(*kind) {
                cells.extend(match details.next() {
                    Some(detail) => [text(&detail.label), detail.value.clone()],
                    None => [String::new(), String::new()],
                });
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

/// The tags of such a cell.
pub(super) fn tags_of(cell: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for line in cell.split('\n') {
        match (line.strip_prefix(' '), tags.last_mut()) {
            (Some(further), Some(tag)) => {
                tag.push('\n');
                tag.push_str(further);
            }
            _ => tags.push(line.to_owned()),
        }
    }
    tags
}

const PLAIN: &[&str] = &[
    "name",
    "given name",
    "family name",
    "nickname",
    "company",
    "job title",
    "note",
    "tags",
    "favourite",
    "source",
    "uid",
];

const GOOGLE: &[&str] = &[
    "First Name",
    "Last Name",
    "Nickname",
    "Organization Name",
    "Organization Title",
    "Birthday",
    "Notes",
    "Labels",
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

fn of(whole: &Whole, kind: DetailKind) -> impl Iterator<Item = &Detail> {
    let details = whole.contact.details.iter();
    details.filter(move |detail| detail.kind == kind)
}

/// The cells that stood in columns which nothing is known of.
fn beside(whole: &Whole) -> Vec<(String, String)> {
    let card = whole.card.as_deref();
    let beside = card.map(vcard::columns).unwrap_or_default();
    // What stood beyond the headers has no column to stand in.
    beside
        .into_iter()
        .filter(|(header, _)| !header.is_empty())
        .collect()
}

/// The number in a spelling that every reader takes for the same.
fn spelling(phone: &Phone) -> String {
    let bare = phone.typed.starts_with('+') && !phone.typed.contains(char::is_control);
    if phone.is_normalised() && !bare {
        return phone.shown();
    }
    phone.typed.clone()
}

/// The name in Google's two parts, which are shown one after the other.
fn google_name(contact: &Contact) -> (String, String) {
    match (&contact.given_name, &contact.family_name) {
        (Some(given), Some(family)) if contact.name == format!("{given} {family}") => {
            (given.clone(), family.clone())
        }
        _ => (contact.name.clone(), String::new()),
    }
}

/// A label in Google's words. A number that is no longer used says so there.
fn google_label(phone: &Phone) -> String {
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
    } else {
        label.to_owned()
    }
}
