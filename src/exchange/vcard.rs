//! Reading and writing vCards: 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350), however many a file holds.
//!
//! The reader streams. It holds one card at a time and gives each as an [`Incoming`] with the card
//! byte for byte, so that what callbook does not understand is kept and can come out again as it
//! was. Text that is not a card, or a card without a name, is a [`Reject`] that says why, and the cards
//! after it are read all the same. It never normalises a number, never decodes a photograph and
//! never fetches an address.
//!
//! ```
//! use callbook::exchange::vcard;
//!
//! let file = "BEGIN:VCARD\nFN:Marta Kowalska\nTEL;TYPE=work:+48 22 555 01 08\nEND:VCARD\n";
//! let cards: Vec<_> = vcard::read(file.as_bytes()).collect();
//! let marta = cards[0].as_ref().unwrap();
//! assert_eq!(marta.said.phones[0].number.as_deref(), Some("+48 22 555 01 08"));
//! ```
//!
//! Reading is five steps, each a module: `source` turns any encoding into lines, `frame` cuts the lines
//! into cards, `content` unfolds the content lines of a card, `head`, `value` and `property` take them
//! apart, and `contact` and `phone` say what the properties mean. Writing goes the other way, over the card that
//! came in: `draft` is a card whose lines can be changed, `write` changes those that say something else
//! than what is stored, `line` and `param` spell them, `convert` brings a card into another version,
//! `join` makes one of two, and `fit` is for those who refuse what is not as they want it.

mod attachment;
mod card;
mod companion;
mod complete;
mod contact;
mod content;
mod convert;
mod draft;
mod fit;
mod frame;
mod group;
mod head;
mod join;
mod label;
mod line;
mod omit;
mod over;
mod param;
mod phone;
mod place;
mod profile;
mod property;
mod quoted_printable;
mod same;
mod value;
mod write;

use std::io::BufRead;

use crate::domain::attribute_reader::MANY;
use crate::domain::contact::{Detail, DetailKind};
use crate::domain::detail::DetailId;
use crate::domain::full_contact::FullContact;
use crate::domain::import::{
    CardFormat, CardPlace, GroupCard, Incoming, NewlyRead, Reject, RejectScope,
};
use crate::domain::intake::ParsedCard;
use crate::domain::naming::NameParts;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::number::Region;
use crate::domain::operation::FieldChange;
use crate::domain::own_fields::OwnFields;
use crate::domain::phone::Phone;
use crate::domain::sync::reading::ReadLine;

use super::charset::{Charset, Utf8, utf8};
use super::reader::ContactReader;
use draft::CardDraft;
use frame::{Frame, Frames};
use property::Property;
use value::AssumedCharset;

pub use attachment::{
    attached, attachments, changed_attachments, holds_otherwise, with_photo, without_attached,
};
pub use companion::{CompanionCard, group, kept_columns};
pub use fit::fit;
pub use frame::{CARD_LIMIT, REJECT_LIMIT};
pub use group::{read_group, write_group};
pub use line::Version;
pub use over::{HistoricTel, NumberLine, Outgoing, Over, numbers, write_over};
pub use write::{SOURCE, small, write};

pub use super::reader::Read;

/// The cards of a source, one by one.
pub const fn read<R: BufRead>(source: R) -> CardReader<R> {
    CardReader::new(source)
}

/// How cards are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The charset of text that is not UTF-8 and names none; without it a guess is made, which
    /// [`ContactReader::notices`] tells.
    pub charset: Option<Charset>,
}

/// The cards of a source, one by one.
///
/// Where the source fails, the last item is a [`Reject`] that says so, with what was read of the
/// card; [`Self::failure`] distinguishes this from the end of the source.
#[derive(Debug)]
pub struct CardReader<R> {
    frames: Frames<R>,
    options: ReadOptions,
    fields: OwnFields,
    /// The charset that text of this source is taken to be in.
    guess: Option<Guess>,
    groups: Vec<GroupCard>,
}

/// A guess at the charset of a source.
#[derive(Debug)]
struct Guess {
    charset: Charset,
    /// How many cards were read so, and the name on the first.
    cards: usize,
    example: String,
}

impl<R: BufRead> CardReader<R> {
    /// The cards of `source`.
    pub const fn new(source: R) -> Self {
        Self::with(source, ReadOptions { charset: None })
    }

    /// The cards of `source`, read in a way that the caller chose.
    pub const fn with(source: R, options: ReadOptions) -> Self {
        Self {
            frames: Frames::new(source),
            options,
            fields: OwnFields::none(),
            guess: None,
            groups: Vec::new(),
        }
    }

    /// How many lines were read so far.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.frames.lines()
    }

    /// A whole card as a contact with its phones; none for a card of a group.
    fn understood(&mut self, place: CardPlace, mut card: Vec<u8>) -> Option<Read> {
        let assumed = AssumedCharset::of(&card);
        let (mut properties, too_much) = property::read(&card, &assumed);
        if assumed.is_guessed() && too_much.is_none() {
            (properties, card) = self.in_charset(card);
        }
        if too_much.is_none() && group::is_group(&properties) {
            self.groups.push(group::card(place, &properties, card));
            return None;
        }
        property::mark(&mut properties, &self.fields);
        Some(understood(place, card, &properties, too_much))
    }

    /// A card whose text is not UTF-8 and names no charset, read in that of its file.
    fn in_charset(&mut self, card: Vec<u8>) -> (Vec<Property>, Vec<u8>) {
        let charset = match (self.options.charset, &self.guess) {
            (Some(charset), _) => charset,
            (None, Some(guess)) => guess.charset,
            (None, None) => {
                let ahead = self.frames.ahead();
                let ahead = ahead.split(|byte| *byte == b'\n');
                let ahead = ahead.filter(|line| utf8(line) == Utf8::Not);
                let texts = value::nameless(&card);
                Charset::guessed(texts.iter().map(Vec::as_slice).chain(ahead))
            }
        };
        let (properties, _) = property::read(&card, &AssumedCharset::given(&card, charset));
        if self.options.charset.is_none() {
            let guess = self.guess.get_or_insert_with(|| Guess {
                charset,
                cards: 0,
                example: contact::name_on(&properties).unwrap_or_default(),
            });
            guess.cards += 1;
        }
        (properties, value::mark(card, charset))
    }
}

impl<R: BufRead> ContactReader for CardReader<R> {
    fn source(&self) -> &'static str {
        SOURCE
    }

    fn set_fields(&mut self, fields: &OwnFields) {
        self.fields.clone_from(fields);
    }

    fn failure(&self) -> Option<String> {
        self.frames.failure().map(ToString::to_string)
    }

    fn notices(&self) -> Vec<Notice> {
        let notice = |guess: &Guess| Notice {
            subject: guess.charset.name().to_owned(),
            number: guess.cards,
            example: guess.example.clone(),
            kind: NoticeKind::GuessedCharset,
        };
        let cut_off = |place: CardPlace| Notice {
            subject: format!("card {} (line {})", place.card, place.line),
            number: 1,
            example: String::new(),
            kind: NoticeKind::CutOff,
        };
        let guessed = self.guess.iter().map(notice);
        guessed
            .chain(self.frames.unfinished().map(cut_off))
            .collect()
    }

    fn groups(&mut self) -> Vec<GroupCard> {
        std::mem::take(&mut self.groups)
    }
}

impl<R: BufRead> Iterator for CardReader<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let read = match self.frames.next()? {
                Frame::Card { place, bytes } => self.understood(place, bytes),
                Frame::Unusable {
                    place,
                    scope,
                    bytes,
                    reason,
                } => Some(Err(Reject {
                    place,
                    scope,
                    name: contact::name_on(&property::properties(&bytes)),
                    reason,
                    card: bytes,
                })),
            };
            if read.is_some() {
                return read;
            }
        }
    }
}

/// The one card that a text is to be, with the person's own `fields` read.
///
/// # Errors
/// Why it is not: it has no card, or several, or one that cannot be read, or a group.
pub fn only_card(text: &[u8], fields: &OwnFields) -> Result<ParsedCard, String> {
    let mut cards = read(text);
    cards.set_fields(fields);
    let first = cards.next();
    let other = cards.next();
    match (first, other) {
        (Some(Ok(card)), None) if cards.groups().is_empty() => Ok(card.said),
        (Some(Err(reject)), _) => Err(reject.reason),
        (Some(Ok(_)), _) => Err("it has several cards".to_owned()),
        (None, _) if cards.groups().is_empty() => Err("it has no card".to_owned()),
        (None, _) => Err("it is a group".to_owned()),
    }
}

/// The one of these details of a kind that a card prefers: of several that it marks the first, as numbers say it.
#[must_use]
pub fn preferred_on(card: &[u8], kind: DetailKind, details: &[Detail]) -> Option<DetailId> {
    write::preferred::preferred_on(card, kind, details)
}

/// Whether a text ends within a card: it may be half written.
#[must_use]
pub fn is_cut_off(text: &[u8]) -> bool {
    let end = b"END:VCARD";
    let written = text.trim_ascii_end();
    let last = written.len().checked_sub(end.len());
    let last = last.and_then(|from| written.get(from..));
    if last.is_some_and(|last| last.eq_ignore_ascii_case(end)) {
        return false;
    }
    let mut cards = read(text);
    while cards.next().is_some() {}
    cards.frames.unfinished().is_some()
}

/// The group whose card a text is.
#[must_use]
pub fn only_group(text: Vec<u8>) -> Option<GroupCard> {
    let place = CardPlace { card: 1, line: 1 };
    read_group(place, text)
}

/// vCards, for a store that keeps them and does not read them.
#[derive(Clone, Debug, Default)]
pub struct Format {
    /// The properties that are the person's own fields.
    pub fields: OwnFields,
}

/// Whether a card says parts of the name of its contact, or that it has none; else they are guessed.
#[must_use]
pub fn says_parts(card: &[u8]) -> bool {
    NameParts::is_sent(&contact::contact(&property::properties(card)))
}

impl CardFormat for Format {
    fn read(&self, card: &[u8]) -> ParsedCard {
        card::said(&join::own(property::properties_with(card, &self.fields)))
    }

    fn is_written(
        &self,
        written: &[u8],
        contact: &FullContact,
        card: Option<&[u8]>,
        home: Option<Region>,
    ) -> bool {
        let version = CardDraft::new(written, Version::V30).version();
        [None, Some(version)].into_iter().any(|version| {
            let card = write(contact, card, version, home, &self.fields);
            card == written || complete(card) == written
        })
    }

    fn join(&self, card: Option<&[u8]>, other: &[u8]) -> Option<Vec<u8>> {
        join::join(card, other, &self.fields)
    }

    fn without(&self, card: &[u8], numbers: &[Phone], home: Option<Region>) -> Option<Vec<u8>> {
        omit::without(card, numbers, home)
    }

    fn attached(&self, before: &[u8], after: &[u8]) -> Vec<FieldChange> {
        changed_attachments(before, after)
    }

    fn without_members(&self, card: &[u8], is_gone: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
        omit::without_members(card, is_gone)
    }

    fn own_fields(&self) -> &OwnFields {
        &self.fields
    }

    fn own_details(&self, card: &[u8]) -> Vec<NewlyRead> {
        let properties = property::properties_with(card, &self.fields);
        let is_own = |line: &&Property| line.own_field.is_some() || profile::is_profile(line);
        let own = properties.iter().filter(is_own);
        let newly = own.filter_map(|line| {
            let before = profile::as_link(line, &properties);
            let detail = contact::detail(line, &properties)?;
            (line.own_field.is_some() || before.is_some()).then_some(NewlyRead { detail, before })
        });
        newly.collect()
    }

    fn renew(&self, older: &[u8], newer: &[u8]) -> Vec<u8> {
        join::renew(older, newer, &self.fields)
    }
}

/// A contact's card with what changed between two versions of its card elsewhere, of the lines that callbook does not
/// read: photos, and what other programs have of their own. None where nothing of it changes, or there is no card
/// `own` and none of these lines. Without `before`, nothing is gone.
#[must_use]
pub fn carry(
    own: Option<&[u8]>,
    before: Option<&[u8]>,
    now: &[u8],
    fields: &OwnFields,
) -> Option<Vec<u8>> {
    join::carry(own, before, now, fields)
}

/// Whether two cards have the same lines, however these are ordered and spelt.
#[must_use]
pub fn has_same_lines(one: &[u8], other: &[u8]) -> bool {
    same::has_same_lines(one, other)
}

/// Whether [`carry`] may have something to do, whatever the contact's own card is.
#[must_use]
pub fn may_carry(before: Option<&[u8]>, now: &[u8], fields: &OwnFields) -> bool {
    join::may_carry(before, now, fields)
}

/// The lines of a card that a book may have read as other details than it does now: fields of the person's own, lines
/// under their own names, and names in social networks.
#[must_use]
pub fn readings(card: &[u8], fields: &OwnFields) -> Vec<ReadLine> {
    let properties = property::properties_with(card, fields);
    let all = property::properties_with(card, &fields.clone().with_further().with_standard(true));
    let lines = properties.iter().zip(&all);
    let lines = lines.filter(|(_, line)| line.own_field.is_some() || profile::is_profile(line));
    lines
        .map(|(line, with_further)| ReadLine {
            now: contact::detail(line, &properties),
            once: contact::detail(with_further, &all)
                .into_iter()
                .chain(profile::as_link(line, &properties))
                .collect(),
        })
        .collect()
}

/// Why a card is not one that is read, if so: there is too much on it.
#[must_use]
pub(crate) fn too_much(card: &[u8]) -> Option<String> {
    // A card that is shorter has no room for as much.
    if card.len() < 4 * MANY {
        return None;
    }
    let (properties, too_much) = property::read(card, &AssumedCharset::of(card));
    too_much.or_else(|| phone::too_much(&properties))
}

/// A card as it goes out, whatever it lacks: other programs refuse a whole file for a card in it that
/// has no END or no VERSION, or that begins on the last line of the one before it.
#[must_use]
pub fn complete(card: Vec<u8>) -> Vec<u8> {
    complete::complete(value::unmark(card))
}

/// A whole card as a contact with its phones.
fn understood(
    place: CardPlace,
    card: Vec<u8>,
    properties: &[Property],
    too_much: Option<String>,
) -> Read {
    let much = too_much.or_else(|| phone::too_much(properties));
    let said = if much.is_some() {
        ParsedCard::default()
    } else {
        card::said(properties)
    };
    let reason = if let Some(much) = much {
        much
    } else if said.phones.is_empty() && !contact::names_somebody(&said.contact) {
        "has no name, no number and no email".to_owned()
    } else if let Some(length) = phone::too_long(&said.phones) {
        // Cut, it would be another number.
        format!("has a number of {length} characters")
    } else {
        return Ok(Incoming { place, said, card });
    };
    Err(Reject {
        place,
        scope: RejectScope::Card,
        name: contact::name_on(properties),
        reason,
        card,
    })
}
