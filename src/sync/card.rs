//! A card of a remote: its bytes with what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::domain::detail::DetailId;
use crate::domain::full_contact::FullContact;
use crate::domain::intake::CardRecords;
use crate::domain::linked::{LinkedCard, LinkedIntent};
use crate::domain::number::{self, Region};
use crate::domain::own_fields::OwnFields;
use crate::domain::phone::Context;
use crate::domain::refusal::Refusal;
use crate::domain::sync::kept::conflicts;
use crate::domain::sync::person::Person;
use crate::domain::sync::reading::{ReadLine, is_affected};
use crate::domain::sync::records::{FAVOURITE, fields_of};
use crate::domain::sync::remote::{Etag, Got, Href};
use crate::domain::sync::row::{Card, Row};
use crate::domain::sync::said::{NO, OurLine, SaidCard, SaidDetail, SaidNumber};
use crate::domain::sync::taken_as;
use crate::domain::timestamp::Timestamp;
use crate::exchange::vcard;

/// Why a card is not read that has no end.
const CUT_OFF: &str =
    "it ends before END:VCARD and may be half written; once it is whole, it is read";

/// What the reader says of a file that is not a vCard, and what is said of a card on a remote instead.
const NO_CARD: &str = "is not a vCard file:";
const NO_CARD_THERE: &str = "what is there is not a vCard:";

/// How cards of a remote are read.
#[derive(Clone, Debug)]
pub struct CardReader {
    /// The source of what a card names none for: `carddav:nextcloud`.
    pub source: String,
    /// The country of national numbers.
    pub home: Option<Region>,
    /// The properties that are the person's own fields.
    pub fields: OwnFields,
}

/// A card with what it says.
#[derive(Clone)]
pub struct RemoteCard(Arc<Parts>);

struct Parts {
    bytes: Vec<u8>,
    said: SaidCard,
    records: FullContact,
}

impl fmt::Debug for RemoteCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.said.fmt(f)
    }
}

impl Card for RemoteCard {
    fn said(&self) -> &SaidCard {
        &self.0.said
    }

    fn is_same_text(&self, other: &Self) -> bool {
        self.0.bytes == other.0.bytes
    }

    fn has_lines_of(&self, other: &Self) -> bool {
        vcard::has_same_lines(&self.0.bytes, &other.0.bytes)
    }

    fn is_older(&self, other: &Self) -> bool {
        let written = (self.changed_at(), other.changed_at());
        matches!(written, (Some(this), Some(other)) if this < other)
    }
}

impl RemoteCard {
    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// When it says that it was changed.
    #[must_use]
    pub fn changed_at(&self) -> Option<Timestamp> {
        let at = self.records().contact.updated_at;
        // A card that does not say is read as if it were from the beginning of time.
        (at != Timestamp::default()).then_some(at)
    }

    /// Its lines that may have been read otherwise when a person was kept with it.
    #[must_use]
    pub fn lines_read_otherwise(&self, kept: &Person, fields: &OwnFields) -> Vec<ReadLine> {
        let there = self.0.said.details.iter().map(|said| &said.detail);
        let mut all = there.chain(kept.details.values());
        if all.any(|detail| is_affected(detail.kind)) {
            vcard::readings(&self.0.bytes, fields)
        } else {
            Vec::new()
        }
    }

    /// The records that it makes.
    #[must_use]
    pub fn records(&self) -> &FullContact {
        &self.0.records
    }
}

impl CardReader {
    /// What a text that is there makes. One that is half written is not taken for all that there is to say.
    #[must_use]
    pub fn got(&self, etag: Etag, bytes: Vec<u8>) -> Got<RemoteCard> {
        if vcard::is_cut_off(&bytes) {
            return Got::Unread(etag, CUT_OFF.to_owned());
        }
        match self.read(bytes.clone()) {
            Ok(card) => Got::Card(etag, card),
            Err(why) => match vcard::only_group(bytes) {
                Some(group) => Got::Group(etag, group),
                None => Got::Unread(etag, why.replacen(NO_CARD, NO_CARD_THERE, 1)),
            },
        }
    }

    /// Reads a card.
    ///
    /// # Errors
    /// Why it cannot be read: no card, several cards, or nobody on it.
    pub fn read(&self, bytes: Vec<u8>) -> Result<RemoteCard, String> {
        let parsed = vcard::only_card(&bytes, &self.fields)?;
        let ids: Vec<DetailId> = parsed
            .contact
            .details
            .iter()
            .flatten()
            .map(|detail| detail.id)
            .collect();
        let said_favourite = parsed.contact.favourite;
        let said_primary = parsed
            .phones
            .iter()
            .any(|phone| phone.primary == Some(true));
        let context = || Context {
            now: Timestamp::default(),
            home: self.home,
            fresh_id: Uuid::now_v7(),
        };
        let taken = CardRecords::of(parsed, &self.source, context);
        let records = taken
            .map_err(|refusal: Refusal| refusal.to_string())?
            .records;
        let mut said = SaidCard {
            uid: records.contact.uid.clone(),
            fields: fields_of(&records.contact),
            tags: records
                .contact
                .tags
                .iter()
                .cloned()
                .collect::<BTreeSet<_>>(),
            ..SaidCard::default()
        };
        if said_favourite == Some(false) {
            said.fields.insert(FAVOURITE, NO.to_owned());
        }
        self.numbers(&bytes, &records, &mut said);
        if said_primary {
            let primary = records.phones.iter().find(|phone| phone.primary);
            said.primary = primary.map(|phone| phone.identity.clone());
        }
        let given = ids
            .into_iter()
            .chain(std::iter::repeat(DetailId::default()));
        for (detail, id) in records.contact.details.iter().zip(given) {
            let said_detail = SaidDetail::new(detail.clone(), (!id.is_none()).then_some(id));
            if said.detail(&said_detail.identity).is_none() {
                said.details.push(said_detail);
            }
        }
        Ok(RemoteCard(Arc::new(Parts {
            bytes,
            said,
            records,
        })))
    }

    /// What it says of its numbers: what other programs read, and what lines of ours say.
    fn numbers(&self, bytes: &[u8], records: &FullContact, said: &mut SaidCard) {
        let mut numbers: BTreeMap<String, SaidNumber> = BTreeMap::new();
        for line in vcard::numbers(bytes) {
            let hint = line.said.country_code.as_ref().and_then(Option::as_deref);
            let Some(text) = line.said.number.as_deref().map(str::trim) else {
                continue;
            };
            let by_line = number::canonical(text, hint, self.home).identity;
            // A national number may have been read with the country of an address.
            let of_records = records.phones.iter().find(|phone| phone.typed == text);
            let identity = of_records.map_or(by_line, |phone| phone.identity.clone());
            if line.has_tel && said.first.is_none() {
                said.first = Some(identity.clone());
            }
            let known = numbers.entry(identity).or_default();
            if line.has_tel && !known.tel || known.label.is_none() {
                known.label = line.said.location.clone().flatten();
            }
            known.tel |= line.has_tel;
            let OurLine { historic, accurate } = &mut known.line;
            *historic = historic.or(line.said.historic);
            *accurate = accurate.or(line.said.valid_values);
        }
        for phone in &records.phones {
            if let Some(number) = numbers.get_mut(&phone.identity) {
                number.label.clone_from(&phone.location);
            }
        }
        said.numbers = numbers;
    }
}

/// A row as it is kept.
pub(super) fn kept(href: &Href, row: &Row<RemoteCard>) -> LinkedCard {
    let as_said = row
        .base
        .as_ref()
        .is_some_and(|base| taken_as(base.said()) == row.agreed);
    LinkedCard {
        href: href.0.clone(),
        etag: row.etag.as_ref().map(|etag| etag.0.clone()),
        contact: row.contact,
        base: row.base.as_ref().map(|base| base.bytes().to_vec()),
        changed_at: row.base.as_ref().and_then(RemoteCard::changed_at),
        agreed: (!as_said).then(|| row.agreed.to_json()),
        intent: row.intent.as_ref().map(|intent| LinkedIntent {
            is_new: intent.over.is_none(),
            body: intent.body.bytes().to_vec(),
            says: intent.says.to_json(),
        }),
        conflicts: conflicts(&row.conflicts),
        strikes: row.strikes,
        sent: row.sent,
        refused: match (&row.unread, &row.refused) {
            (Some(why), _) => Some((why.clone(), None)),
            (None, Some(refused)) => Some((refused.why.clone(), Some(refused.says.to_json()))),
            (None, None) => None,
        },
        held: row.held,
        undone: row.undone,
        twin: row.twin,
    }
}
