//! What a row of a table says in parts that a contact keeps as one text, or that callbook does not
//! know: a card beside the contact holds it, and it goes out again from there.

use crate::domain::contact::{Detail, DetailKind};

use super::contact::address_text;
use super::draft::Draft;
use super::label::one_line;
use super::line::{Line, Version, escape};
use super::param::param;
use super::write::detail;

/// The property that keeps a cell of a table in a column which nothing is known of.
pub(super) const COLUMN: &str = "X-CALLBOOK-COLUMN";

/// The card that goes with a contact of a table.
///
/// A contact has an address, a company and a name as one text each. A vCard has them in parts, so the
/// parts that a table tells apart are written to this card; when the contact goes out, the lines whose
/// text is still that of the contact go out as they are.
///
/// ```
/// use callbook::exchange::vcard::Beside;
///
/// let mut beside = Beside::default();
/// beside.name("Ada King", ["King", "Ada", "", "", ""]);
/// beside.organisation(&["Acme", "Sales"]);
/// let home = beside.address(
///     Some("home"),
///     ["", "", "1 Main St", "Springfield", "IL", "62701", "USA"],
/// );
/// assert_eq!(home.unwrap().value, "1 Main St, Springfield, IL, 62701, USA");
/// let card = String::from_utf8(beside.finish()).unwrap();
/// assert!(card.contains("ADR;TYPE=HOME:;;1 Main St;Springfield;IL;62701;USA"));
/// assert!(card.contains("ORG:Acme;Sales"));
/// ```
#[derive(Debug)]
pub struct Beside {
    draft: Draft<'static>,
}

impl Default for Beside {
    fn default() -> Self {
        Self {
            draft: Draft::new(b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", Version::V30),
        }
    }
}

impl Beside {
    /// Keeps the parts of a name: family, given, additional, prefixes, suffixes (RFC 6350, 6.2.2).
    /// `shown` is the contact's name.
    pub fn name(&mut self, shown: &str, parts: [&str; 5]) {
        self.draft.add(Line::text("FN", shown));
        self.draft.add(Line::of("N", joined(&parts)));
    }

    /// Keeps a company and its departments. Gives the text that the contact has for both.
    pub fn organisation(&mut self, parts: &[&str]) -> String {
        self.draft.add(Line::of("ORG", joined(parts)));
        let parts: Vec<String> = parts.iter().filter_map(|part| one_line(part)).collect();
        parts.join(", ")
    }

    /// Keeps an address in its parts: PO box, extended address, street, locality, region, postal code,
    /// country (RFC 6350, 6.3.1). Gives the detail that the contact has for it, none where all parts
    /// are blank.
    pub fn address(&mut self, label: Option<&str>, parts: [&str; 7]) -> Option<Detail> {
        let detail = Detail {
            kind: DetailKind::Address,
            label: label.map(str::to_owned),
            value: address_text(parts)?,
        };
        for line in detail::address(&mut self.draft, &detail, &parts) {
            self.draft.add(line);
        }
        Some(detail)
    }

    /// Keeps a cell of a column that nothing is known of, with the column's header.
    pub fn column(&mut self, header: &str, cell: &str) {
        let line = Line::text(COLUMN, cell).with(param("NAME", header));
        self.draft.add(line);
    }

    /// The card; empty where it would hold nothing.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        if self.draft.is_unchanged() {
            return Vec::new();
        }
        self.draft.finish()
    }
}

/// The parts of a structured value, as the card writes them.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| escape(part.trim())).collect();
    parts.join(";")
}

/// A card that holds cells of a table which have no other place, each with its column's header; empty
/// where there are none.
#[must_use]
pub fn beside(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut beside = Beside::default();
    for (header, cell) in cells {
        beside.column(header, cell);
    }
    beside.finish()
}
