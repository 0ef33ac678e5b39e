//! A row to a contact.

use std::collections::{HashMap, HashSet};

use crate::domain::contact::{ContactAttributes, ContactKind, Detail, DetailKind};
use crate::domain::day::{calendar_day, is_part_of_day};
use crate::domain::fields::{self, CONTACT};
use crate::domain::fold::fold;
use crate::domain::import::{CardPlace, Incoming};
use crate::domain::intake::{ParsedCard, ReadNote};
use crate::domain::naming::NameParts;
use crate::domain::notice::NoticeKind;
use crate::domain::number::Region;
use crate::domain::phone::{PhoneAttributes, usual_label};
use crate::exchange::vcard::CompanionCard;

use super::cells::{ColumnNotes, EXAMPLE, is_no_number, may_be_number, seems_several};
use super::column::{Column, ColumnPart, DetailColumn, Heading, Sure, Text};
use super::detail::{DetailCells, emails, is_no_day};
use super::headings::is_counted;
use super::more::{self, CellsSaid};
use super::own::{BETWEEN, CHILD, TableOrigin, tags_of};
use super::phone::{PhoneCells, choose_primary, leave_told_again, numbers};

/// Labels that Google offers for what is no number.
const GOOGLE_LABELS: [&str; 22] = [
    "Home",
    "Work",
    "Other",
    "Profile",
    "Blog",
    "Home Page",
    "Spouse",
    "Child",
    "Mother",
    "Father",
    "Parent",
    "Brother",
    "Sister",
    "Friend",
    "Relative",
    "Manager",
    "Assistant",
    "Reference",
    "Partner",
    "Domestic Partner",
    "Skype",
    "Jabber",
];

/// A row that is read.
#[derive(Debug)]
pub(super) struct TableRow<'a> {
    kind: TableOrigin,
    home: Option<Region>,
    texts: Vec<(Text, &'a str)>,
    phones: Groups<'a, PhoneCells>,
    details: Groups<'a, DetailCells>,
    /// The number of the column for the primary phone.
    primary: Option<&'a str>,
    /// The calling code that the row names for its national numbers.
    calling_code: Option<String>,
    beside: Vec<(&'a str, &'a str)>,
    /// What the other cells cannot say, and what they do.
    more: Option<(&'a str, CellsSaid)>,
    /// What has to be said of single cells.
    notes: Vec<ReadNote>,
}

/// The cells of each group of columns, in the order of the columns.
#[derive(Debug)]
struct Groups<'a, T> {
    cells: Vec<T>,
    places: HashMap<&'a str, usize>,
}

impl<T> Default for Groups<'_, T> {
    fn default() -> Self {
        Self {
            cells: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<'a, T> Groups<'a, T> {
    /// The cells of a group, created if missing.
    fn of(&mut self, group: &'a str, new: impl FnOnce() -> T) -> Option<&mut T> {
        let place = *self.places.entry(group).or_insert_with(|| {
            self.cells.push(new());
            self.cells.len() - 1
        });
        self.cells.get_mut(place)
    }

    /// The cells of counted columns, and those of others.
    fn parted(self) -> (Vec<T>, Vec<T>) {
        let counted: HashSet<usize> = { self.places.into_iter() }
            .filter(|(group, _)| is_counted(group))
            .map(|(_, place)| place)
            .collect();
        let cells = self.cells.into_iter().enumerate();
        let (counted, others): (Vec<_>, Vec<_>) =
            cells.partition(|(place, _)| counted.contains(place));
        let bare = |cells: Vec<(usize, T)>| cells.into_iter().map(|(_, cell)| cell).collect();
        (bare(counted), bare(others))
    }
}

impl<'a> TableRow<'a> {
    /// Reads the cells, and notes what they lack.
    pub(super) fn of(
        kind: TableOrigin,
        home: Option<Region>,
        headings: &'a [Heading],
        cells: &'a [String],
        told: &mut ColumnNotes,
    ) -> Self {
        let mut row = Self {
            kind,
            home,
            texts: Vec::new(),
            phones: Groups::default(),
            details: Groups::default(),
            primary: None,
            calling_code: None,
            beside: Vec::new(),
            more: None,
            notes: Vec::new(),
        };
        for (at, (heading, cell)) in headings.iter().zip(cells).enumerate() {
            let value = match kind {
                TableOrigin::Own => cell.as_str(),
                TableOrigin::Foreign => cell.trim(),
            };
            if value.is_empty() {
                continue;
            }
            if kind == TableOrigin::Foreign && heading.is_of_numbers() && says_none(value) {
                row.notes.push(note(NoticeKind::NoNumber, value));
                row.beside.push((&heading.name, value));
                if value.split(BETWEEN).all(is_no_number) {
                    continue;
                }
            }
            if row.put(heading, value) {
                if kind == TableOrigin::Foreign && heading.is_of_days() {
                    let kept = value
                        .split(BETWEEN)
                        .filter(|day| !is_no_day(day) && !is_part_of_day(day));
                    let kept = kept.filter(|day| calendar_day(day, heading.days).is_none());
                    row.notes
                        .extend(kept.map(|day| note(NoticeKind::DayTextKept, day)));
                }
                if matches!(heading.column, Column::Phone(_, ColumnPart::Value(_)))
                    && kind == TableOrigin::Foreign
                    && seems_several(value)
                    && numbers(value, home).nth(1).is_none()
                {
                    row.notes.push(note(NoticeKind::NumberTextKept, value));
                }
                if heading.by_cells {
                    told.by_cells(at, value);
                }
            } else {
                row.beside.push((&heading.name, value));
                told.unread(at, value);
            }
        }
        if let Some(more) = row.more.as_ref().map(|(more, _)| *more) {
            row.more = Some((more, CellsSaid::of(headings, cells)));
        }
        // Cells beyond the headers have no name, and are kept too.
        for (at, cell) in cells.iter().enumerate().skip(headings.len()) {
            if !cell.trim().is_empty() {
                row.beside.push(("", cell));
                told.unread(at, cell);
            }
        }
        row
    }

    /// Puts a cell in its place; says whether there is one.
    fn put(&mut self, heading: &'a Heading, value: &'a str) -> bool {
        let by_cell = heading.sure == Sure::ByCell;
        match &heading.column {
            Column::Text(Text::CallingCode) => {
                self.calling_code = calling_code(value);
                self.calling_code.is_some()
            }
            Column::Text(text) => {
                // A second column for the same is kept beside.
                let other = self.texts.iter().any(|(own, _)| own == text);
                let foreign = self.kind == TableOrigin::Foreign;
                if other || foreign && *text == Text::Source {
                    return false;
                }
                self.texts.push((*text, value));
                true
            }
            Column::Phone(_, ColumnPart::Value(_) | ColumnPart::PrimaryValue)
                if by_cell && !may_be_number(value) =>
            {
                false
            }
            Column::Phone(_, ColumnPart::PrimaryValue) => {
                self.primary = Some(value);
                true
            }
            Column::Phone(group, part) => {
                self.phone(group, part, value);
                true
            }
            Column::Detail(_, DetailColumn::Email, ColumnPart::Value(_))
                if by_cell && !value.contains('@') =>
            {
                false
            }
            // How many children there are is no name of one.
            Column::Detail(_, DetailColumn::Relation, ColumnPart::Value(label))
                if label.as_deref() == Some(CHILD) && !value.contains(char::is_alphabetic) =>
            {
                false
            }
            Column::Detail(group, kind, part) => {
                self.detail((group, *kind), heading, part, value);
                true
            }
            Column::Other => false,
            Column::Guarded | Column::ToldAgain => true,
            Column::OfEmail => value == "SMTP" || self.is_told(value),
            Column::More => {
                self.more = Some((value, CellsSaid::default()));
                true
            }
        }
    }

    /// Whether a text is no more than the name and an email: `Ann Lee (ann@example.org)`.
    fn is_told(&self, text: &str) -> bool {
        let names: Vec<String> = self.texts.iter().map(|(_, name)| fold(name)).collect();
        let names: HashSet<&str> = { names.iter() }.flat_map(|name| name.split(' ')).collect();
        let folded = fold(text);
        let mut words = folded.split([' ', '(', ')', ',', '<', '>']);
        words.all(|word| word.is_empty() || word.contains('@') || names.contains(word))
    }

    fn phone(&mut self, group: &'a str, part: &ColumnPart, value: &str) {
        let (kind, home) = (self.kind, self.home);
        let Some(phone) = self.phones.of(group, PhoneCells::default) else {
            return;
        };
        match part {
            ColumnPart::Value(label) if kind == TableOrigin::Own => {
                phone.values.push((value.to_owned(), label.clone()));
            }
            ColumnPart::Value(label) => {
                let numbers = numbers(value, home).map(|number| (number, label.clone()));
                phone.values.extend(numbers);
            }
            ColumnPart::Label if kind == TableOrigin::Own => phone.label = Some(value.to_owned()),
            ColumnPart::Label => {
                let (preferred, label) = label_of_google(value);
                phone.sent.primary = preferred.then_some(true);
                let in_use = label.strip_prefix("historic");
                let in_use = in_use.filter(|rest| rest.is_empty() || rest.starts_with(' '));
                phone.sent.historic = in_use.map(|_| true);
                let label = in_use.unwrap_or(label).trim();
                phone.label = (!label.is_empty()).then(|| usual_label(label));
            }
            ColumnPart::Primary => phone.sent.primary = flag(value),
            ColumnPart::Historic => phone.sent.historic = flag(value),
            ColumnPart::Accurate => phone.sent.valid_values = flag(value),
            ColumnPart::Source => phone.sent.source = Some(value.to_owned()),
            ColumnPart::PrimaryValue
            | ColumnPart::Preferred
            | ColumnPart::DetailKind
            | ColumnPart::Line(_) => {}
        }
    }

    fn detail(
        &mut self,
        (group, column): (&'a str, DetailColumn),
        heading: &Heading,
        part: &ColumnPart,
        value: &str,
    ) {
        let own = self.kind == TableOrigin::Own;
        let new = || DetailCells {
            column,
            own_kind: None,
            values: Vec::new(),
            label: None,
            preferred: false,
            lines: Vec::new(),
            header: String::new(),
        };
        let Some(detail) = self.details.of(group, new) else {
            return;
        };
        match part {
            ColumnPart::Value(label) => {
                heading.name.clone_into(&mut detail.header);
                if own {
                    detail.values.push(value.to_owned());
                } else if column == DetailColumn::Email {
                    detail.values.extend(emails(value));
                } else if label.as_deref() == Some(CHILD) {
                    let names = value.split([',', ';', '\n']).map(str::trim);
                    let names = names.filter(|name| !name.is_empty());
                    detail.values.extend(names.map(str::to_owned));
                } else {
                    let days = heading.is_of_days();
                    let values = value.split(BETWEEN).map(|value| {
                        let day = days.then(|| calendar_day(value, heading.days));
                        day.flatten().unwrap_or_else(|| value.trim().to_owned())
                    });
                    detail.values.extend(values);
                }
                if label.is_some() {
                    detail.label.clone_from(label);
                }
            }
            ColumnPart::Label if own => detail.label = Some(value.to_owned()),
            ColumnPart::Label => {
                let (preferred, label) = label_of_google(value);
                detail.preferred = preferred;
                let day = column == DetailColumn::Event;
                if day && label.eq_ignore_ascii_case("birthday") {
                    detail.column = DetailColumn::Birthday;
                } else if !(label.is_empty() || day && label.eq_ignore_ascii_case("anniversary")) {
                    detail.label = Some(usual_detail_label(label));
                }
            }
            ColumnPart::DetailKind => {
                detail.own_kind = DetailKind::named(value);
                // Tables of older versions have a kind of its own for each of two dates.
                let mut columns = DetailColumn::ALL.into_iter();
                let found = columns.find(|(_, word)| *word == value);
                detail.column = found.map_or(column, |(found, _)| found);
            }
            ColumnPart::Line(line) => {
                // The label of an address in parts is what its columns begin with.
                let place = group.strip_prefix("address ").unwrap_or_default();
                if matches!(place, "home" | "work" | "other") {
                    detail.label = Some(place.to_owned());
                }
                detail.lines.push((*line, value.to_owned()));
            }
            ColumnPart::Preferred => detail.preferred = flag(value).unwrap_or_default(),
            ColumnPart::Primary
            | ColumnPart::PrimaryValue
            | ColumnPart::Historic
            | ColumnPart::Accurate
            | ColumnPart::Source => {}
        }
    }

    /// The contact; none if the row has no name.
    pub(super) fn contact(self, place: CardPlace) -> Option<Incoming> {
        let Self {
            kind,
            home,
            texts,
            phones,
            details,
            primary,
            calling_code,
            beside: columns,
            more,
            notes,
        } = self;
        let mut beside = CompanionCard::default();
        let (counted, others) = phones.parted();
        let phones_of = |cells: Vec<PhoneCells>| cells.into_iter().flat_map(PhoneCells::phones);
        let mut exact: Vec<PhoneAttributes> = phones_of(counted).collect();
        let mut phones: Vec<PhoneAttributes> = phones_of(others).collect();
        if kind == TableOrigin::Foreign {
            leave_told_again(&mut phones, &exact, home);
        }
        phones.append(&mut exact);
        if kind == TableOrigin::Foreign {
            choose_primary(&mut phones, primary, home);
        }
        for phone in &mut phones {
            phone.country_code = calling_code.clone().map(Some);
        }
        let (counted, others) = details.parted();
        let mut details_of = |cells: Vec<DetailCells>| -> Vec<Detail> {
            let details = cells.into_iter();
            details
                .flat_map(|cells| cells.read(kind, &mut beside))
                .collect()
        };
        let (mut exact, mut read) = (details_of(counted), details_of(others));
        // What another program has no word for is said once more in the counted columns of its table.
        let value = |detail: &Detail| (detail.kind, fold(&detail.text()));
        let told: HashSet<_> = exact.iter().map(value).collect();
        read.retain(|detail| !told.contains(&value(detail)));
        read.append(&mut exact);
        let mut preferred = HashSet::new();
        for detail in read.iter_mut().filter(|detail| detail.preferred) {
            detail.preferred = preferred.insert(detail.kind);
        }
        let contact = names(kind, &texts, read);
        let email = contact.details.iter().flatten();
        let somebody = contact.names().next().is_some() || !phones.is_empty() || { email }
            .any(|detail| detail.kind == DetailKind::Email);
        for (header, cell) in columns {
            beside.column(header, cell);
        }
        let mut said = ParsedCard {
            contact,
            phones,
            notes,
            ..ParsedCard::default()
        };
        if let Some((more, cells)) = more {
            more::put(more, cells, &mut said);
        }
        somebody.then(|| Incoming {
            place,
            said,
            card: beside.finish(),
        })
    }
}

/// The calling code of a cell: `39`, `+39`, `0039`, `IT`, `Italy`.
fn calling_code(cell: &str) -> Option<String> {
    let code = cell.trim_start_matches('+');
    let code = code.strip_prefix("00").unwrap_or(code);
    let region = match code.parse() {
        Ok(code) => Region::of_calling_code(code),
        Err(_) => Region::called(code),
    };
    region.map(|region| region.calling_code().to_string())
}

/// What has to be said of a cell.
fn note(kind: NoticeKind, cell: &str) -> ReadNote {
    let example = cell.chars().take(EXAMPLE).collect();
    ReadNote { kind, example }
}

/// Whether one of the values in a phone cell says "no number".
fn says_none(cell: &str) -> bool {
    cell.split(BETWEEN).any(is_no_number)
}

/// Whether Google marks a label's number or address as the preferred one, and the label.
fn label_of_google(cell: &str) -> (bool, &str) {
    let cell = cell.trim();
    match cell.strip_prefix('*') {
        Some("") => (true, ""),
        Some(rest) if rest.starts_with(' ') => (true, rest.trim()),
        _ => (false, cell),
    }
}

/// A label in our words where Google has the same one, else as it is.
fn usual_detail_label(label: &str) -> String {
    if GOOGLE_LABELS.contains(&label) {
        label.to_lowercase()
    } else {
        label.to_owned()
    }
}

fn names(kind: TableOrigin, texts: &[(Text, &str)], details: Vec<Detail>) -> ContactAttributes {
    let find = |text: Text| {
        let found = texts.iter().find(|(own, _)| *own == text);
        found.map(|(_, value)| *value)
    };
    let get = |text: Text| find(text).map(str::to_owned);
    // Our own table says also what is blank.
    let sent = |value: Option<String>| match value {
        None if kind == TableOrigin::Foreign => None,
        value => Some(value),
    };
    let mut shown = find(Text::Name);
    let mut family = find(Text::Family);
    if let (Some(name), Some(given), None) = (shown, find(Text::Given), family) {
        // `Name;Vorname` is the family name first.
        if kind == TableOrigin::Foreign && !fold(name).contains(&fold(given)) {
            (shown, family) = (None, Some(name));
        }
    }
    let mut parts = NameParts {
        prefix: get(Text::Prefix),
        given: get(Text::Given),
        additional: get(Text::Middle),
        family: family.map(str::to_owned),
        suffix: get(Text::Suffix),
    };
    let own = |name: &str| {
        let mut texts = texts.iter();
        let found = texts.find(|(text, _)| matches!(text, Text::Own(field) if field.name == name));
        found.map(|(_, value)| *value)
    };
    shown = own("name").or(shown);
    let is_whole = own("name").is_some_and(|name| name == parts.spoken());
    if is_whole {
        // It has no parts: the other program has to show something.
        parts = NameParts::default();
    }
    let name = shown.map_or_else(|| parts.spoken(), str::to_owned);
    let department = find(Text::Department).map(|cell| cell.lines().collect::<Vec<_>>().join(", "));
    let (tags, starred) = find(Text::Tags).map_or_else(Default::default, |cell| tags(kind, cell));
    let tags = own("tags").map_or(tags, own_tags);
    let mut said = ContactAttributes {
        name: (!name.is_empty()).then_some(Some(name)),
        prefix: sent(parts.prefix),
        given_name: if is_whole {
            Some(None)
        } else {
            sent(parts.given)
        },
        additional_name: sent(parts.additional),
        family_name: if is_whole {
            Some(None)
        } else {
            sent(parts.family)
        },
        suffix: sent(parts.suffix),
        kind: find(Text::ContactKind).and_then(ContactKind::named),
        nickname: sent(get(Text::Nickname)),
        organisation: sent(get(Text::Organisation)),
        department: sent(department),
        title: sent(get(Text::Title)),
        role: sent(get(Text::Role)),
        note: sent(get(Text::Note)),
        tags: (!tags.is_empty()).then_some(tags),
        favourite: find(Text::Favourite).and_then(flag).or(starred),
        details: (!details.is_empty()).then_some(details),
        uid: sent(get(Text::Uid)),
        source: get(Text::Source),
        ..ContactAttributes::default()
    };
    for text in fields::texts(&CONTACT) {
        if let Some(value) = get(Text::Own(text.field)) {
            *text.sent_mut(&mut said) = Some(Some(value));
        }
    }
    if kind == TableOrigin::Foreign && said.kind.is_none() && said.is_company_alone() {
        said.kind = Some(ContactKind::Company);
    }
    said
}

/// The tags of a cell of ours.
fn own_tags(cell: &str) -> Vec<String> {
    let tags = tags_of(cell).into_iter().map(|tag| tag.trim().to_owned());
    tags.filter(|tag| !tag.is_empty()).collect()
}

/// The tags of a cell, and whether it is among the favourites.
fn tags(kind: TableOrigin, cell: &str) -> (Vec<String>, Option<bool>) {
    if kind == TableOrigin::Own {
        return (own_tags(cell), None);
    }
    let all: Vec<&str> = if cell.contains(BETWEEN) {
        cell.split(BETWEEN).collect()
    } else {
        cell.split([';', ',']).collect()
    };
    let mut starred = None;
    let mut tags = Vec::new();
    for tag in all {
        // Google's own groups: all contacts, and those with a star.
        let (google, name) = label_of_google(tag);
        let plain = fold(name).replace(' ', "");
        match (google, plain.as_str()) {
            (true, "mycontacts") | (_, "") => {}
            (true, "starred") => starred = Some(true),
            _ => tags.push(name.to_owned()),
        }
    }
    (tags, starred)
}

/// Yes or no, as programs write it.
fn flag(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" | "x" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}
