//! Rows to contacts.

use std::collections::HashMap;
use std::io::{BufRead, Chain, Cursor, Read as _};

use crate::domain::contact::{ContactAttributes, Detail, DetailKind};
use crate::domain::import::{Incoming, Place, Reject};
use crate::domain::phone::{PhoneAttributes, usual_label};
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::vcard;
use crate::exchange::{Contacts, Read};

use super::column::{Column, Part, Text, columns_named};
use super::write::tags_of;
use super::{BETWEEN, TRIGGERS};

/// The longest header that is looked at, in bytes: 1 MiB.
const HEADER_LIMIT: u64 = 1024 * 1024;

/// The characters of Windows 1252 from 0x80 to 0x9F; what is not UTF-8 is nearly always that.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The contacts of a table.
#[derive(Debug)]
pub struct Rows<R: BufRead> {
    reader: csv::Reader<Chain<Cursor<Vec<u8>>, R>>,
    headers: Vec<String>,
    columns: Vec<Column>,
    /// Whether the table is our own, which says everything as it is.
    own: bool,
    guarded: bool,
    /// The rows that were read.
    count: usize,
    failure: Option<String>,
}

/// The contacts of a table whose columns are known by their headers, or by `maps`:
/// `Telefono=phone:work`.
///
/// # Errors
/// Invalid, where no column is a name, a number or an email, where a map names no column or no
/// field, or where the text is UTF-16.
pub fn open<R: BufRead>(mut source: R, maps: &[String]) -> Result<Rows<R>, Refusal> {
    let invalid = |detail: String| Refusal::new(Kind::Invalid, detail);
    let mut first = Vec::new();
    std::io::Read::take(&mut source, HEADER_LIMIT)
        .read_until(b'\n', &mut first)
        .map_err(|error| invalid(format!("cannot be read: {error}")))?;
    if first.starts_with(b"\xFE\xFF") || first.starts_with(b"\xFF\xFE") || first.contains(&0) {
        return Err(invalid(
            "is a table in UTF-16; save it as CSV in UTF-8".to_owned(),
        ));
    }
    let mark = b"\xEF\xBB\xBF";
    let first = first
        .strip_prefix(mark)
        .map_or(first.clone(), <[u8]>::to_vec);
    let delimiter = [b',', b';', b'\t', b'|']
        .into_iter()
        .rev()
        .max_by_key(|sign| first.split(|byte| byte == sign).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Cursor::new(first).chain(source));
    let mut header = csv::ByteRecord::new();
    reader
        .read_byte_record(&mut header)
        .map_err(|error| invalid(format!("cannot be read: {error}")))?;
    let headers: Vec<String> = header
        .iter()
        .map(|cell| text(cell).trim().to_owned())
        .collect();
    let columns = columns_named(&headers, maps)?;
    let useful = |column: &Column| match column {
        Column::Text(text) => !matches!(text, Text::Source | Text::Uid | Text::Note | Text::Tags),
        Column::Phone(_, part) => matches!(part, Part::Value(_)),
        Column::Detail(_, kind, _) => *kind == DetailKind::Email,
        Column::Other | Column::Guarded => false,
    };
    if !columns.iter().any(useful) {
        return Err(invalid(format!(
            "is not a table of contacts: none of its columns ({}) is known as a name, a number or an \
             email; say which one is with --map COLUMN=FIELD",
            headers.join(", ")
        )));
    }
    let has = |text| columns.contains(&Column::Text(text));
    Ok(Rows {
        own: has(Text::Favourite) && has(Text::Source) && has(Text::Uid),
        guarded: columns.contains(&Column::Guarded),
        reader,
        headers,
        columns,
        count: 0,
        failure: None,
    })
}

/// A cell as text: UTF-8, or else what Windows writes.
fn text(cell: &[u8]) -> String {
    std::str::from_utf8(cell).map_or_else(
        |_| {
            let sign = |byte: &u8| match byte {
                0x80..=0x9F => WINDOWS.get(usize::from(byte - 0x80)).copied(),
                byte => Some(char::from(*byte)),
            };
            cell.iter().filter_map(sign).collect()
        },
        str::to_owned,
    )
}

impl<R: BufRead> Contacts for Rows<R> {
    fn source(&self) -> &'static str {
        "csv"
    }

    fn failure(&self) -> Option<String> {
        self.failure.clone()
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        loop {
            let mut record = csv::ByteRecord::new();
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    if self.failure.is_none() {
                        self.failure = Some(error.to_string());
                    }
                    return None;
                }
            }
            let cells: Vec<String> = record.iter().map(|cell| self.cell(cell)).collect();
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            self.count += 1;
            let line = record.position().map_or(0, csv::Position::line);
            let place = Place {
                card: self.count,
                line: usize::try_from(line).unwrap_or(usize::MAX),
            };
            return Some(self.contact(&cells, place).ok_or_else(|| Reject {
                place,
                name: None,
                reason: "has no name, no number and no email".to_owned(),
                card: written(&record),
            }));
        }
    }
}

/// A row as it was, to be looked at.
fn written(record: &csv::ByteRecord) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Memory takes all that is written.
    let _ = writer.write_byte_record(record);
    writer.into_inner().unwrap_or_default()
}

/// The cells of each group of columns, in the order of the columns.
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
    /// The cells of a group, which are made where there are none.
    fn of(&mut self, group: &'a str, new: impl FnOnce() -> T) -> Option<&mut T> {
        let place = *self.places.entry(group).or_insert_with(|| {
            self.cells.push(new());
            self.cells.len() - 1
        });
        self.cells.get_mut(place)
    }
}

/// The cells of one phone.
#[derive(Default)]
struct PhoneCells {
    values: Vec<(String, Option<String>)>,
    sent: PhoneAttributes,
    label: Option<String>,
}

/// The cells of one detail.
struct DetailCells {
    kind: DetailKind,
    value: Option<String>,
    label: Option<String>,
    lines: Vec<(u8, String)>,
}

impl<R: BufRead> Rows<R> {
    fn cell(&self, cell: &[u8]) -> String {
        let text = text(cell);
        match text.strip_prefix('\'') {
            Some(bare) if self.guarded => bare.to_owned(),
            _ => text,
        }
    }

    fn contact(&self, cells: &[String], place: Place) -> Option<Incoming> {
        let mut texts: Vec<(Text, &str)> = Vec::new();
        let mut phones: Groups<'_, PhoneCells> = Groups::default();
        let mut details: Groups<'_, DetailCells> = Groups::default();
        let mut beside: Vec<(&str, &str)> = Vec::new();
        for ((column, header), cell) in self.columns.iter().zip(&self.headers).zip(cells) {
            let value = if self.own { cell.as_str() } else { cell.trim() };
            if value.is_empty() {
                continue;
            }
            match column {
                Column::Text(text) => {
                    texts.push((*text, value));
                    if matches!(text, Text::Prefix | Text::Middle | Text::Suffix) {
                        beside.push((header, value));
                    }
                }
                Column::Phone(group, part) => self.phone(group, part, value, &mut phones),
                Column::Detail(group, kind, part) => {
                    self.detail((group, *kind), part, value, &mut details);
                }
                Column::Other => beside.push((header, value)),
                Column::Guarded => {}
            }
        }
        // What stands beyond the headers has no name, and is kept all the same.
        let beyond = cells.iter().skip(self.headers.len());
        beside.extend(
            beyond
                .filter(|cell| !cell.is_empty())
                .map(|cell| ("", cell.as_str())),
        );

        let phones = phones.cells.into_iter();
        let phones: Vec<PhoneAttributes> = phones.flat_map(PhoneCells::phones).collect();
        let details: Vec<Detail> = details
            .cells
            .into_iter()
            .filter_map(|cells| self.read(cells))
            .collect();
        let contact = self.names(&texts, details);
        let email = contact.details.iter().flatten();
        let somebody = contact.names().next().is_some() || !phones.is_empty() || { email }
            .any(|detail| detail.kind == DetailKind::Email);
        somebody.then(|| Incoming {
            place,
            contact,
            phones,
            card: vcard::beside(&beside),
        })
    }

    fn phone<'a>(
        &self,
        group: &'a str,
        part: &Part,
        value: &str,
        phones: &mut Groups<'a, PhoneCells>,
    ) {
        let Some(phone) = phones.of(group, PhoneCells::default) else {
            return;
        };
        match part {
            Part::Value(label) if self.own => phone.values.push((value.to_owned(), label.clone())),
            Part::Value(label) => {
                let values = value.split(BETWEEN).map(str::trim);
                let values = values.filter(|value| !value.is_empty());
                phone
                    .values
                    .extend(values.map(|value| (value.to_owned(), label.clone())));
            }
            Part::Label if self.own => phone.label = Some(value.to_owned()),
            Part::Label => {
                // Google's mark for the preferred one.
                let preferred = value.strip_prefix("* ");
                phone.sent.primary = preferred.map(|_| true);
                phone.label = Some(usual_label(preferred.unwrap_or(value)));
            }
            Part::Primary => phone.sent.primary = flag(value),
            Part::Historic => phone.sent.historic = flag(value),
            Part::Accurate => phone.sent.valid_values = flag(value),
            Part::Source => phone.sent.source = Some(value.to_owned()),
            Part::Kind | Part::Line(_) => {}
        }
    }

    fn detail<'a>(
        &self,
        (group, kind): (&'a str, DetailKind),
        part: &Part,
        value: &str,
        details: &mut Groups<'a, DetailCells>,
    ) {
        let new = || DetailCells {
            kind,
            value: None,
            label: None,
            lines: Vec::new(),
        };
        let Some(detail) = details.of(group, new) else {
            return;
        };
        match part {
            Part::Value(label) => {
                detail.value = Some(value.to_owned());
                if label.is_some() {
                    detail.label.clone_from(label);
                }
            }
            Part::Label if self.own => detail.label = Some(value.to_owned()),
            Part::Label => {
                let label = value.strip_prefix("* ").unwrap_or(value);
                detail.label = Some(label.to_lowercase());
            }
            Part::Kind => {
                let kinds = DetailKind::ALL.into_iter();
                detail.kind = { kinds }.find(|kind| kind.word() == value).unwrap_or(kind);
            }
            Part::Line(line) => {
                // The label of an address in parts is what its columns begin with.
                detail.label = group.strip_prefix("address ").map(str::to_owned);
                detail.lines.push((*line, value.to_owned()));
            }
            Part::Primary | Part::Historic | Part::Accurate | Part::Source => {}
        }
    }

    fn read(&self, cells: DetailCells) -> Option<Detail> {
        let DetailCells {
            kind,
            value,
            label,
            mut lines,
            ..
        } = cells;
        lines.sort_by_key(|(line, _)| *line);
        let parts = lines.into_iter().map(|(_, part)| part);
        let value = value.or_else(|| {
            let parts: Vec<String> = parts.collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        })?;
        // Outlook's way to say that there is no such day.
        if !self.own && value.starts_with("0/0/") {
            return None;
        }
        let value = if self.own {
            value
        } else {
            let lines: Vec<&str> = value.lines().map(str::trim).collect();
            lines.join(", ")
        };
        Some(Detail { kind, label, value })
    }

    fn names(&self, texts: &[(Text, &str)], details: Vec<Detail>) -> ContactAttributes {
        let get = |text: Text| {
            let found = texts.iter().find(|(own, _)| *own == text);
            found.map(|(_, value)| (*value).to_owned())
        };
        // Our own table says also what is blank.
        let sent = |text: Text| match get(text) {
            None if !self.own => None,
            value => Some(value),
        };
        let name = get(Text::Name).or_else(|| {
            let parts = [
                Text::Prefix,
                Text::Given,
                Text::Middle,
                Text::Family,
                Text::Suffix,
            ];
            let parts: Vec<String> = parts.into_iter().filter_map(get).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        });
        let organisation = [Text::Organisation, Text::Department]
            .into_iter()
            .filter_map(get);
        let organisation: Vec<String> = organisation.collect();
        let tags = get(Text::Tags).map(|tags| {
            let between: &[&str] = if self.own {
                &[]
            } else if tags.contains(BETWEEN) {
                &[BETWEEN]
            } else {
                &[";", ","]
            };
            let mut all = if self.own { tags_of(&tags) } else { vec![tags] };
            for sign in between {
                all = all
                    .iter()
                    .flat_map(|tags| tags.split(sign))
                    .map(str::to_owned)
                    .collect();
            }
            // Google's own groups say nothing of the person.
            let all = all.into_iter().map(|tag| tag.trim().to_owned());
            all.filter(|tag| !tag.is_empty() && (self.own || !tag.starts_with("* ")))
                .collect::<Vec<_>>()
        });
        ContactAttributes {
            name: name.map(Some),
            given_name: sent(Text::Given),
            family_name: sent(Text::Family),
            nickname: sent(Text::Nickname),
            organisation: (!organisation.is_empty()).then(|| Some(organisation.join(", "))),
            title: sent(Text::Title),
            note: sent(Text::Note),
            tags: tags.filter(|tags| !tags.is_empty()),
            favourite: get(Text::Favourite).as_deref().and_then(flag),
            details: (!details.is_empty()).then_some(details),
            uid: sent(Text::Uid),
            source: get(Text::Source),
            ..ContactAttributes::default()
        }
    }
}

impl PhoneCells {
    /// The phones: one cell may hold several under one label.
    fn phones(self) -> impl Iterator<Item = PhoneAttributes> {
        let Self {
            values,
            mut sent,
            label,
            ..
        } = self;
        values.into_iter().map(move |(number, of_header)| {
            let phone = PhoneAttributes {
                number: Some(number),
                location: label.clone().or(of_header).map(Some),
                ..sent.clone()
            };
            // Only one can be the preferred one.
            sent.primary = None;
            phone
        })
    }
}

/// Yes or no, as programs write it.
fn flag(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" | "x" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a guarded table has to guard this cell.
pub(super) fn needs_guard(cell: &str) -> bool {
    (cell.starts_with(TRIGGERS) || cell.starts_with('\'')) && !super::is_plain_number(cell)
}
