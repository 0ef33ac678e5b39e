//! Contacts to rows.

mod counted;
mod google;
mod outlook;

use crate::domain::address::Address;
use crate::domain::contact::{Detail, DetailKind};
use crate::domain::edit::ContactWithCard;
use crate::domain::fields::{CONTACT, PHONE};
use crate::domain::import::CardPlace;
use crate::exchange::vcard::kept_columns;

use super::cells::ColumnNotes;
use super::column::Heading;
use super::headings;
use super::more::{self, CellsSaid};
use super::own::{ADDRESS_PARTS, GUARDED, MORE, TableOrigin, needs_guard, own_headers, tags_cell};
use super::row::TableRow;
use counted::{Laid, spelling};

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableForm {
    /// All that callbook knows, and that it reads again with nothing lost.
    Plain,
    /// What Google's contacts import.
    Google,
    /// What Outlook imports.
    Outlook,
}

impl TableForm {
    /// The program that it is for, where that is not this one.
    #[must_use]
    pub const fn program(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Google => Some("Google"),
            Self::Outlook => Some("Outlook"),
        }
    }

    /// A contact in the columns of another program.
    fn laid(self, whole: &ContactWithCard) -> Option<Laid<'_>> {
        let mut laid = match self {
            Self::Plain => return None,
            Self::Google => google::laid(&whole.full),
            Self::Outlook => outlook::laid(&whole.full),
        };
        laid.beside.extend(kept(whole));
        Some(laid)
    }
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
    /// How many values of each kind the other program has no column for.
    lacking: Vec<(&'static str, usize)>,
    /// What the columns of a table for another program hold when they are read again.
    headings: Vec<Heading>,
    /// Whether a contact has what they cannot say.
    says_more: bool,
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
            lacking: Vec::new(),
            headings: Vec::new(),
            says_more: false,
        }
    }

    /// Makes room for a contact.
    pub fn see(&mut self, whole: &ContactWithCard) {
        if let Some(laid) = self.form.laid(whole) {
            self.make_room(laid.phones.len(), |kind| laid.count(kind), &laid.beside);
            let cells = self.cells(&laid);
            let headers = self.headers();
            if headers.len() != self.headings.len() {
                self.headings = headings::columns(&headers);
            }
            self.says_more = self.says_more || self.more(whole, &cells).is_some();
            for what in laid.lacking {
                match self.lacking.iter_mut().find(|(own, _)| *own == what) {
                    Some((_, count)) => *count += 1,
                    None => self.lacking.push((what, 1)),
                }
            }
            return;
        }
        let count = |kind| whole.full.contact.details_of(kind).count();
        self.make_room(whole.full.phones.len(), count, &kept(whole));
        for (at, detail) in whole.full.contact.details.iter().enumerate() {
            if detail.address().is_some() {
                let length = self.in_parts.len().max(at + 1);
                self.in_parts.resize(length, false);
                if let Some(in_parts) = self.in_parts.get_mut(at) {
                    *in_parts = true;
                }
            }
        }
    }

    fn make_room(
        &mut self,
        phones: usize,
        details: impl Fn(DetailKind) -> usize,
        beside: &[(String, String)],
    ) {
        self.phones = self.phones.max(phones);
        for kind in DetailKind::ALL {
            let count = details(kind);
            match self.details.iter_mut().find(|(own, _)| *own == kind) {
                Some((_, most)) => *most = count.max(*most),
                None => self.details.push((kind, count)),
            }
        }
        for (header, _) in beside {
            if !header.is_empty() && !self.beside.contains(header) {
                self.beside.push(header.clone());
            }
        }
    }

    /// How many values of each kind are only in columns that the other program does not know, each with the word
    /// for it.
    #[must_use]
    pub fn lacking(&self) -> &[(&'static str, usize)] {
        &self.lacking
    }

    /// Whether the detail at this place may be an address in parts.
    fn has_parts(&self, at: usize) -> bool {
        self.in_parts.get(at).copied().unwrap_or_default()
    }

    fn most(&self, kind: DetailKind) -> usize {
        let found = self.details.iter().find(|(own, _)| *own == kind);
        found.map_or(0, |(_, most)| *most)
    }

    /// What the cells of a contact cannot say.
    fn more(&self, whole: &ContactWithCard, cells: &[String]) -> Option<String> {
        let mut told = ColumnNotes::default();
        let row = TableRow::of(TableOrigin::Foreign, None, &self.headings, cells, &mut told);
        let read = row.contact(CardPlace { card: 0, line: 0 })?;
        more::cell(&whole.full, read.said, CellsSaid::of(&self.headings, cells))
    }

    /// The cells of a contact in the columns of another program and those beside them.
    fn cells(&self, laid: &Laid<'_>) -> Vec<String> {
        let counted = laid.cells(self.phones, |kind| self.most(kind));
        let mut cells = [laid.fixed.clone(), counted].concat();
        self.put_beside(&mut cells, &laid.beside);
        cells
    }

    fn put_beside(&self, cells: &mut Vec<String>, beside: &[(String, String)]) {
        for header in &self.beside {
            let cell = beside.iter().find(|(own, _)| own == header);
            cells.push(cell.map(|(_, cell)| cell.clone()).unwrap_or_default());
        }
    }

    /// The header, line end included.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        let mut cells = self.headers();
        if self.says_more {
            cells.push(MORE.to_owned());
        }
        if self.guard == Guard::Safe {
            cells.push(GUARDED.to_owned());
        }
        self.line(&cells)
    }

    /// The headers of all but the columns for what others cannot say, and for whether they are guarded.
    fn headers(&self) -> Vec<String> {
        let most = |kind| self.most(kind);
        let mut cells = match self.form {
            TableForm::Plain => self.plain_header(),
            TableForm::Google => [
                google::HEADERS.map(str::to_owned).to_vec(),
                counted::headers(self.phones, most),
            ]
            .concat(),
            TableForm::Outlook => [
                outlook::HEADERS.map(str::to_owned).to_vec(),
                counted::headers(self.phones, most),
            ]
            .concat(),
        };
        cells.extend(self.beside.iter().cloned());
        cells
    }

    fn plain_header(&self) -> Vec<String> {
        let mut cells: Vec<String> = own_headers().into_iter().map(str::to_owned).collect();
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
        cells
    }

    /// The row of a contact, line end included; none where it was not seen, and has more than the
    /// table has room for.
    #[must_use]
    pub fn row(&self, whole: &ContactWithCard) -> Option<Vec<u8>> {
        let is_known =
            |(header, _): &(String, String)| header.is_empty() || self.beside.contains(header);
        let mut cells = if let Some(laid) = self.form.laid(whole) {
            let has_room = self.has_room(laid.phones.len(), |kind| laid.count(kind));
            if !has_room || !laid.beside.iter().all(is_known) {
                return None;
            }
            let mut cells = self.cells(&laid);
            let more = self.more(whole, &cells);
            if self.says_more {
                cells.push(more.unwrap_or_default());
            } else if more.is_some() {
                return None;
            }
            cells
        } else {
            let count = |kind| whole.full.contact.details_of(kind).count();
            let beside = kept(whole);
            if !self.has_room(whole.full.phones.len(), count) || !beside.iter().all(is_known) {
                return None;
            }
            let mut cells = self.plain(whole);
            self.put_beside(&mut cells, &beside);
            cells
        };
        if self.guard == Guard::Safe {
            cells.push(String::new());
        }
        Some(self.line(&cells))
    }

    fn has_room(&self, phones: usize, details: impl Fn(DetailKind) -> usize) -> bool {
        let mut kinds = DetailKind::ALL.into_iter();
        phones <= self.phones && kinds.all(|kind| details(kind) <= self.most(kind))
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

/// The cells of columns that nothing is known of.
fn kept(whole: &ContactWithCard) -> Vec<(String, String)> {
    whole.card.as_deref().map(kept_columns).unwrap_or_default()
}
