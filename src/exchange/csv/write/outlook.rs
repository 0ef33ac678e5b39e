//! Contacts in Outlook's columns. It has a fixed number of them: what does not fit, and what they cannot say,
//! is in counted columns and in columns of ours at the end, which an import here reads and Outlook leaves.

use std::collections::HashMap;

use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::full_contact::FullContact;
use crate::domain::phone::{Phone, is_of_machine};

use super::super::own::{CHILD, tags_cell};
use super::counted::{Laid, Leads, phone_label, spelling};

/// The columns that its tables always have.
pub(super) const HEADERS: [&str; 61] = [
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Suffix",
    "Given Yomi",
    "Surname Yomi",
    "Nickname",
    "Company",
    "Department",
    "Job Title",
    "Business Street",
    "Business City",
    "Business State",
    "Business Postal Code",
    "Business Country/Region",
    "Business Address PO Box",
    "Home Street",
    "Home City",
    "Home State",
    "Home Postal Code",
    "Home Country/Region",
    "Home Address PO Box",
    "Other Street",
    "Other City",
    "Other State",
    "Other Postal Code",
    "Other Country/Region",
    "Other Address PO Box",
    "Assistant's Phone",
    "Business Fax",
    "Business Phone",
    "Business Phone 2",
    "Callback",
    "Car Phone",
    "Company Main Phone",
    "Home Fax",
    "Home Phone",
    "Home Phone 2",
    "ISDN",
    "Mobile Phone",
    "Other Fax",
    "Other Phone",
    "Pager",
    "Primary Phone",
    "Radio Phone",
    "TTY/TDD Phone",
    "Telex",
    "Anniversary",
    "Assistant's Name",
    "Birthday",
    "Categories",
    "Children",
    "E-mail Address",
    "E-mail 2 Address",
    "E-mail 3 Address",
    "IMAddress",
    "Manager's Name",
    "Notes",
    "Spouse",
    "Web Page",
];

/// The columns for numbers, by their label.
const PHONES: [(&str, &[&str]); 16] = [
    ("work", &["Business Phone", "Business Phone 2"]),
    ("home", &["Home Phone", "Home Phone 2"]),
    ("mobile", &["Mobile Phone"]),
    ("work fax", &["Business Fax"]),
    ("home fax", &["Home Fax"]),
    ("fax", &["Other Fax"]),
    ("other", &["Other Phone"]),
    ("main", &["Company Main Phone"]),
    ("pager", &["Pager"]),
    ("assistant", &["Assistant's Phone"]),
    ("callback", &["Callback"]),
    ("car", &["Car Phone"]),
    ("isdn", &["ISDN"]),
    ("radio", &["Radio Phone"]),
    ("telex", &["Telex"]),
    ("textphone", &["TTY/TDD Phone"]),
];

/// The columns for emails.
const EMAILS: [&str; 3] = ["E-mail Address", "E-mail 2 Address", "E-mail 3 Address"];

/// The columns for the parts of an address, by its label, in the order of a vCard. There is none for its
/// second part; the word before the others is the last one.
const ADDRESSES: [(&str, [Option<&str>; 7], &str); 3] = [
    (
        "work",
        [
            Some("Business Address PO Box"),
            None,
            Some("Business Street"),
            Some("Business City"),
            Some("Business State"),
            Some("Business Postal Code"),
            Some("Business Country/Region"),
        ],
        "Business",
    ),
    (
        "home",
        [
            Some("Home Address PO Box"),
            None,
            Some("Home Street"),
            Some("Home City"),
            Some("Home State"),
            Some("Home Postal Code"),
            Some("Home Country/Region"),
        ],
        "Home",
    ),
    (
        OTHER,
        [
            Some("Other Address PO Box"),
            None,
            Some("Other Street"),
            Some("Other City"),
            Some("Other State"),
            Some("Other Postal Code"),
            Some("Other Country/Region"),
        ],
        "Other",
    ),
];

/// The label of what Outlook has under no better one.
const OTHER: &str = "other";

/// The columns for relations, by their label; that for children has several names.
const PEOPLE: [(&str, &str); 3] = [
    ("spouse", "Spouse"),
    ("manager", "Manager's Name"),
    ("assistant", "Assistant's Name"),
];

/// The columns for days, by their label.
const DAYS: [(&str, &str); 2] = [(BIRTHDAY, "Birthday"), (ANNIVERSARY, "Anniversary")];

/// The columns of a contact.
pub(super) fn laid(full: &FullContact) -> Laid<'_> {
    let mut sheet = Sheet::default();
    sheet.name(&full.contact);
    sheet.texts(&full.contact);
    sheet.phones(&full.phones);
    sheet.details(&full.contact);
    let Sheet { cells, mut laid } = sheet;
    let cell = |header: &&str| cells.get(header).cloned().unwrap_or_default();
    laid.fixed = HEADERS.iter().map(cell).collect();
    laid.put_ours(&full.contact);
    laid
}

/// A contact while its cells are filled.
#[derive(Default)]
struct Sheet<'c> {
    cells: HashMap<&'static str, String>,
    laid: Laid<'c>,
}

/// What Outlook's columns hold of a detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// All of it.
    Whole,
    /// Its value, but not its label, or not that it is preferred.
    Value,
    /// Nothing.
    Nothing,
}

impl<'c> Sheet<'c> {
    /// Fills a cell where it is free; says whether it was.
    fn put(&mut self, header: &'static str, cell: &str) -> bool {
        let is_free = !self.cells.contains_key(header);
        if is_free {
            self.cells.insert(header, cell.to_owned());
        }
        is_free
    }

    fn name(&mut self, contact: &Contact) {
        let shown = self.laid.name(contact);
        let name = shown.parts;
        for (header, part) in [
            ("Title", name.prefix),
            ("First Name", name.given),
            ("Middle Name", name.additional),
            ("Last Name", name.family),
            ("Suffix", name.suffix),
            ("Company", shown.company),
        ] {
            self.put(header, &part.unwrap_or_default());
        }
        if shown.is_other {
            self.laid.lacking.push("shown name");
        }
    }

    fn texts(&mut self, contact: &Contact) {
        for (header, text) in [
            ("Given Yomi", &contact.phonetic_given_name),
            ("Surname Yomi", &contact.phonetic_family_name),
            ("Nickname", &contact.nickname),
            ("Department", &contact.department),
            ("Job Title", &contact.title),
            ("Notes", &contact.note),
        ] {
            self.put(header, text.as_deref().unwrap_or_default());
        }
        // Outlook's categories have no such signs, and a reader would take them for what is between two.
        let is_category =
            |tag: &&String| !tag.contains([',', ';', '\n', ':']) && !tag.starts_with('*');
        let categories: Vec<&str> = { contact.tags.iter() }
            .filter(is_category)
            .map(String::as_str)
            .collect();
        self.put("Categories", &categories.join(";"));
        let others = contact.tags.len() - categories.len();
        if others > 0 {
            self.laid.put_own("tags", &tags_cell(&contact.tags));
            let others = std::iter::repeat_n("tag", others);
            self.laid.lacking.extend(others);
        }
        if contact.favourite {
            self.laid.put_own("favourite", "yes");
            self.laid.lacking.push("favourite");
        }
    }

    fn phones(&mut self, phones: &'c [Phone]) {
        let mut left = Vec::new();
        for phone in phones {
            let label = phone.location.as_deref().unwrap_or_default();
            let columns = PHONES.iter().find(|(own, _)| *own == label);
            let columns = columns.map_or(&[][..], |(_, columns)| *columns);
            let number = spelling(phone);
            if phone.primary {
                self.put("Primary Phone", &number);
            }
            // Outlook would call a number that is no longer used.
            let in_use = !phone.historic;
            if !(in_use && columns.iter().any(|column| self.put(column, &number))) {
                left.push(phone);
            }
        }
        for phone in left {
            // Nor does anybody call a machine.
            let is_of_machine = phone.location.as_deref().is_some_and(is_of_machine);
            let may_be_other = !phone.historic && !is_of_machine;
            let is_held = !phone.historic && phone.primary
                || may_be_other && self.put("Other Phone", &spelling(phone));
            if !is_held {
                self.laid.lacking.push("number");
            }
            let label = phone_label(phone, Leads::No);
            self.laid.phones.push((phone, label));
        }
    }

    fn details(&mut self, contact: &'c Contact) {
        // Outlook writes to the first email, and has one address and one link of a kind.
        let (preferred, others): (Vec<&Detail>, Vec<&Detail>) =
            contact.details.iter().partition(|detail| detail.preferred);
        let has_children = self.children(contact);
        for detail in preferred.into_iter().chain(others) {
            let held = match detail.kind {
                DetailKind::Email => self.email(detail),
                DetailKind::Address => self.address(detail),
                DetailKind::Date => self.day(detail),
                DetailKind::Link => self.put_value("Web Page", detail),
                DetailKind::Chat => self.put_value("IMAddress", detail),
                DetailKind::Relation if has_children && is_child(detail) => Held::Whole,
                DetailKind::Relation => self.relation(detail),
                DetailKind::Other => Held::Nothing,
            };
            if held == Held::Nothing {
                self.laid.lacking.push(match detail.kind {
                    DetailKind::Other => "other detail",
                    kind => kind.word(),
                });
            }
            if held != Held::Whole || detail.preferred {
                self.laid.details.push(detail);
            }
        }
    }

    /// A column that has no label.
    fn put_value(&mut self, header: &'static str, detail: &Detail) -> Held {
        match (self.put(header, &detail.text()), &detail.label) {
            (false, _) => Held::Nothing,
            (true, None) => Held::Whole,
            (true, Some(_)) => Held::Value,
        }
    }

    fn email(&mut self, detail: &Detail) -> Held {
        let mut held = EMAILS.iter().map(|header| self.put_value(header, detail));
        let held = held.find(|held| *held != Held::Nothing);
        held.unwrap_or(Held::Nothing)
    }

    fn address(&mut self, detail: &Detail) -> Held {
        let label = detail.label.as_deref();
        let of = |label: &str| ADDRESSES.iter().find(|(own, ..)| *own == label);
        let is_free = |(_, columns, _): &&(&str, [Option<&'static str>; 7], &str)| {
            let mut columns = columns.iter().flatten();
            !columns.any(|column| self.cells.contains_key(column))
        };
        let exact = label.and_then(of).filter(is_free);
        let place = exact.or_else(|| of(OTHER).filter(is_free));
        let (Some((_, columns, word)), Some(address)) = (place, detail.address()) else {
            return Held::Nothing;
        };
        for (column, part) in columns.iter().zip(address.card_parts()) {
            match column {
                Some(column) => drop(self.put(column, part)),
                None if part.is_empty() => {}
                None => {
                    let header = format!("{word} Extended Address");
                    self.laid.beside.push((header, part.to_owned()));
                    self.laid.lacking.push("address line");
                }
            }
        }
        if exact.is_some() {
            Held::Whole
        } else {
            Held::Value
        }
    }

    /// A day that lacks its year is none for Outlook.
    fn day(&mut self, detail: &Detail) -> Held {
        let column = DAYS.iter().find(|(label, _)| detail.is_date(label));
        let is_whole = detail
            .date()
            .is_some_and(|date| date.year.and(date.month).and(date.day).is_some());
        match column {
            Some((_, column)) if is_whole && self.put(column, &detail.text()) => Held::Whole,
            _ => Held::Nothing,
        }
    }

    fn relation(&mut self, detail: &Detail) -> Held {
        let label = detail.label.as_deref();
        let column = PEOPLE.iter().find(|(own, _)| Some(*own) == label);
        match column {
            Some((_, column)) if self.put(column, &detail.text()) => Held::Whole,
            _ => Held::Nothing,
        }
    }

    /// Fills the one column for all children; says whether it holds them.
    fn children(&mut self, contact: &Contact) -> bool {
        let children = contact.details.iter().filter(|detail| is_child(detail));
        let names: Vec<String> = children.map(|child| child.text().into_owned()).collect();
        let has_sign = |name: &String| name.contains([',', ';', '\n']);
        !names.iter().any(has_sign) && self.put("Children", &names.join(", "))
    }
}

fn is_child(detail: &Detail) -> bool {
    detail.kind == DetailKind::Relation && detail.label.as_deref() == Some(CHILD)
}
