//! What a row of a table says that callbook does not know: a card beside the contact holds it, and it goes out
//! again from there.

use data_encoding::BASE64;

use super::draft::CardDraft;
use super::line::{Line, Version, escape};
use super::param::param;
use super::property::{self, COLUMN};

/// The card that goes with a contact of a table.
///
/// ```
/// use callbook::exchange::vcard::CompanionCard;
///
/// let mut beside = CompanionCard::default();
/// beside.column("Shoe size", "43");
/// let card = String::from_utf8(beside.finish()).unwrap();
/// assert!(card.contains("X-CALLBOOK-COLUMN;NAME=Shoe size:43"));
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
    /// Keeps a cell of a column that nothing is known of, with the column's header.
    pub fn column(&mut self, header: &str, cell: &str) {
        let line = Line::text(COLUMN, cell).with(param("NAME", header));
        self.draft.add(line);
    }

    /// Keeps a photo, a JPEG.
    pub fn photo(&mut self, bytes: &[u8]) {
        let line = Line::of("PHOTO", BASE64.encode(bytes));
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

/// The cells of columns that nothing is known of, which a card keeps, each with its header.
#[must_use]
pub fn kept_columns(card: &[u8]) -> Vec<(String, String)> {
    let properties = property::properties(card);
    let columns = properties.iter().filter(|property| property.name == COLUMN);
    let columns = columns.map(|property| {
        let header = property.param("NAME").unwrap_or_default().to_owned();
        (header, property.text())
    });
    columns.collect()
}
