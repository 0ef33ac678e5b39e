//! What a row of a table says in parts that a contact keeps as one text, or that callbook does not
//! know: a card beside the contact holds it, and it goes out again from there.

use crate::domain::contact::{Detail, DetailKind};

use super::contact::{self, address_text};
use super::draft::CardDraft;
use super::label::one_line;
use super::line::{Line, Version, escape};
use super::param::param;
use super::property::{self, COLUMN, Property};
use super::write::detail;

/// The card that goes with a contact of a table.
///
/// A contact has an address, a company and a name as one text each. A vCard has them in parts, so the
/// parts that a table has are written to this card; when the contact is exported, the lines whose
/// text is still that of the contact go out as they are.
///
/// ```
/// use callbook::exchange::vcard::CompanionCard;
///
/// let mut beside = CompanionCard::default();
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
pub struct CompanionCard {
    draft: CardDraft<'static>,
}

impl Default for CompanionCard {
    fn default() -> Self {
        Self {
            draft: CardDraft::new(b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", Version::V30),
        }
    }
}

impl CompanionCard {
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

    /// Keeps a photo, a JPEG.
    pub fn photo(&mut self, bytes: &[u8]) {
        let line = Line::of("PHOTO", base64(bytes));
        self.draft.add(line.with("ENCODING=b;TYPE=JPEG"));
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

/// The card of a group of contacts, whose members are named by their `UID`s.
#[must_use]
pub fn group(name: &str, members: &[String]) -> Vec<u8> {
    let mut group = CompanionCard::default();
    group.draft.add(Line::text("FN", name));
    group
        .draft
        .add(Line::of("N", format!("{};;;;", escape(name))));
    group
        .draft
        .add(Line::of("X-ADDRESSBOOKSERVER-KIND", "group".to_owned()));
    for member in members {
        group.draft.add(Line::text(
            "X-ADDRESSBOOKSERVER-MEMBER",
            &format!("urn:uuid:{member}"),
        ));
    }
    group.finish()
}

/// Bytes as base64 (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| three.get(at).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let sign = SIGNS.get((bits >> shift & 63) as usize).copied();
            let sign = sign.filter(|_| at <= three.len()).unwrap_or(b'=');
            text.push(char::from(sign));
        }
    }
    text
}

/// What a card says in parts that a contact has as one text, and what else of a table it keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The additional names.
    pub additional: String,
    /// What is before the name.
    pub prefix: String,
    /// What is after the name.
    pub suffix: String,
    /// The company and its departments, with the text that a contact has for them.
    pub organisation: Option<(String, Vec<String>)>,
    /// The addresses that have more than one part, each with its seven parts (RFC 6350, 6.3.1).
    pub addresses: Vec<(Detail, [String; 7])>,
    /// Cells of columns that nothing is known of, each with its header.
    pub columns: Vec<(String, String)>,
}

impl Parts {
    /// What a card says in parts.
    #[must_use]
    pub fn of(card: &[u8]) -> Self {
        let properties = property::properties(card);
        let mut parts = Self::default();
        let text = |property: &Property, at: usize| {
            let part = property.components.get(at).map(|part| part.join(", "));
            part.and_then(|part| one_line(&part)).unwrap_or_default()
        };
        for property in &properties {
            match property.name.as_str() {
                "N" => {
                    parts.additional = text(property, 2);
                    parts.prefix = text(property, 3);
                    parts.suffix = text(property, 4);
                }
                "ORG" if parts.organisation.is_none() => {
                    let all = 0..property.components.len();
                    let all: Vec<String> = all.map(|at| text(property, at)).collect();
                    let known: Vec<&str> = all.iter().map(String::as_str).collect();
                    let known: Vec<&str> = { known.into_iter() }
                        .filter(|part| !part.is_empty())
                        .collect();
                    parts.organisation = Some((known.join(", "), all.clone()));
                }
                "ADR" => {
                    let address: [String; 7] = std::array::from_fn(|at| text(property, at));
                    let several = address.iter().filter(|part| !part.is_empty()).count() > 1;
                    let detail = contact::detail(property, &properties).filter(|_| several);
                    parts
                        .addresses
                        .extend(detail.map(|detail| (detail, address)));
                }
                COLUMN => {
                    let header = property.param("NAME").unwrap_or_default().to_owned();
                    parts.columns.push((header, property.text()));
                }
                _ => {}
            }
        }
        parts
    }
}
