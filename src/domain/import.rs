//! What an import brings, before and after it is written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::contact::{ContactId, Detail};
use super::files::Files;
use super::fingerprint::{ContentHash, Fingerprint};
use super::full_contact::FullContact;
use super::intake::ParsedCard;
use super::not_taken::KeptValue;
use super::notice::Notice;
use super::number::{Region, digits};
use super::operation::{FieldChange, SyncRun};
use super::own_fields::OwnFields;
use super::phone::Phone;
use super::refusal::Refusal;
pub use super::reject::{Aside, CardPlace, Reject, RejectScope};
use super::safe::safe;
use super::tables::TableRead;
use super::tag::is_same_tag;
use super::words::{count, thousands};

/// A card as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its place.
    pub place: CardPlace,
    /// What it says.
    pub said: ParsedCard,
    /// The card, byte for byte; empty where no bytes are kept.
    pub card: Vec<u8>,
}

/// A card that names a group of people (vCard 4.0 `KIND:group`, Apple's `X-ADDRESSBOOKSERVER-KIND:group`):
/// each member gets its name as a tag, and no contact is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCard {
    /// Its place.
    pub place: CardPlace,
    /// The group's name, which becomes the tag.
    pub name: String,
    /// The `UID`s of its members, without `urn:uuid:` before them.
    pub members: Vec<String>,
    /// Whether it names all of them.
    pub extent: Extent,
    /// The card, byte for byte.
    pub card: Vec<u8>,
}

/// Whether the card of a group names all its members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All: who is not named is no member.
    #[default]
    Whole,
    /// Those that an export was about: nothing is said of the others.
    Part,
}

/// What an import reads, in the order in which it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// What follows comes from another file.
    Begins(Origin),
    /// A contact.
    Card(Box<Incoming>),
    /// A group of contacts. It comes after the contacts of its file.
    Group(GroupCard),
    /// A card that cannot be read.
    Unreadable(Reject),
}

/// Where the contacts of a file come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The source of phones that say none.
    pub source: &'static str,
    /// What the bytes of a card are.
    pub bytes: Bytes,
    /// Which collection the file belongs to: a folder of cards is one, as is a file named by itself.
    /// Within a collection a `UID` names one contact; another collection may have a later version.
    pub collection: usize,
}

/// The card of a group that is kept, and who has its tag now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptGroup {
    /// The group's name, which is the tag.
    pub name: String,
    /// Whether all its members are exported.
    pub extent: Extent,
    /// The card, byte for byte.
    pub card: Vec<u8>,
    /// The `UID`s of its members that have the tag no more, or are not exported, without `urn:uuid:` before them.
    pub lost: Vec<String>,
    /// The `UID`s of contacts that have got the tag since, in the same way.
    pub gained: Vec<String>,
}

/// What an import reads, in the order of its files.
pub trait Cards: Iterator<Item = Result<Arrival, Refusal>> {
    /// Takes back a card that cannot be stored.
    fn set_aside(&mut self, reject: Reject);

    /// How much was read, and of how much: bytes, where they are counted.
    fn measure(&self) -> (u64, Option<u64>) {
        (0, None)
    }
}

/// A detail of a card that was not read once, or otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewlyRead {
    /// The detail.
    pub detail: Detail,
    /// What its line was read as before: a name in a social network as the link to its page.
    pub before: Option<Detail>,
}

/// What is known of cards where the format is: the store keeps cards, and does not read them.
pub trait CardFormat {
    /// What a card says.
    fn read(&self, card: &[u8]) -> ParsedCard;

    /// Whether a card is that of a contact as it goes out, in whatever version.
    fn is_written(
        &self,
        written: &[u8],
        contact: &FullContact,
        card: Option<&[u8]>,
        home: Option<Region>,
    ) -> bool;

    /// A card with what callbook does not read of another card of the same contact, or none where
    /// that is nothing new: no such line of either is lost. Without a card, it is the other one.
    fn join(&self, card: Option<&[u8]>, other: &[u8]) -> Option<Vec<u8>>;

    /// A card without these numbers and what it says of them; none where it has none of them.
    fn without(&self, card: &[u8], numbers: &[Phone], home: Option<Region>) -> Option<Vec<u8>>;

    /// A contact as its own card says it beside the cards of groups: without the tags that these say of it, but for
    /// those that its card says too. So the card stays as it came.
    fn beside_groups(&self, whole: &FullContact, of_groups: &[String], card: &[u8]) -> FullContact {
        let own = self.read(card).contact.tags.unwrap_or_default();
        let is_in = |tag: &String, tags: &[String]| tags.iter().any(|own| is_same_tag(own, tag));
        let mut whole = whole.clone();
        let tags = &mut whole.contact.tags;
        tags.retain(|tag| !is_in(tag, of_groups) || is_in(tag, &own));
        whole
    }

    /// The photos and the like that come, go or change between two cards, each by the word for what it is.
    fn attached(&self, before: &[u8], after: &[u8]) -> Vec<FieldChange>;

    /// The card of a group without these members; none where it has none of them.
    fn without_members(&self, card: &[u8], is_gone: &dyn Fn(&str) -> bool) -> Option<Vec<u8>>;

    /// The person's own fields.
    fn own_fields(&self) -> &OwnFields;

    /// What a card says in the person's own fields and in further lines, in what was joined to it too.
    fn own_details(&self, card: &[u8]) -> Vec<NewlyRead>;

    /// The card that takes the place of an older one, with the lines that were joined to that.
    fn renew(&self, older: &[u8], newer: &[u8]) -> Vec<u8>;
}

/// How cards are to be taken in.
#[derive(Clone, Copy)]
pub struct Intake<'a> {
    /// What a person wants of single cards instead of what is planned.
    pub choices: &'a Choices,
    /// The country that national numbers are of, where a person named one; else it is home.
    pub country: Option<Region>,
    /// The format of the cards.
    pub format: &'a dyn CardFormat,
    /// The run of a sync that brings the cards, if one does.
    pub run: Option<&'a SyncRun>,
}

/// What the bytes that come with a contact are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bytes {
    /// The card that says all there is.
    #[default]
    Whole,
    /// What goes with it: the card that the contact once came as, or what has no other place.
    Beside,
}

/// What would become of one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A new contact.
    New,
    /// An existing contact gets what it did not have.
    Change(Match),
    /// An existing contact has all of it.
    Same(Match),
    /// It cannot be taken in, and why.
    Unreadable(String),
}

/// The contact that a card is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The contact.
    pub contact: ContactId,
    /// Its name as it is stored.
    pub name: String,
    /// By what it was known.
    pub by: KnownBy,
}

/// By what a card is known to be about a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// It was imported before, as it is.
    Before,
    /// The card's `UID`.
    Uid,
    /// The name, and a number.
    Number,
    /// The name, and an email or all else that is said.
    Words,
}

impl KnownBy {
    /// The words for it: `known by its UID`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Before => "imported before",
            Self::Uid => "known by its UID",
            Self::Number => "known by its name and a number",
            Self::Words => "known by its name and details",
        }
    }
}

/// The kinds of fates, for counting and for looking at one kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FateKind {
    /// New contacts.
    New,
    /// Changes of contacts that are there.
    Change,
    /// Nothing new.
    Same,
    /// Cards that cannot be taken in.
    Unreadable,
}

impl FateKind {
    /// Every kind, in the order of its key.
    pub const ALL: [Self; 4] = [Self::New, Self::Change, Self::Same, Self::Unreadable];

    /// The sign before a row: `+`, `~`, `=`, `!`.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::New => "+",
            Self::Change => "~",
            Self::Same => "=",
            Self::Unreadable => "!",
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Change => "change",
            Self::Same => "same",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Fate {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> FateKind {
        match self {
            Self::New => FateKind::New,
            Self::Change(_) => FateKind::Change,
            Self::Same(_) => FateKind::Same,
            Self::Unreadable(_) => FateKind::Unreadable,
        }
    }
}

/// What a card would change beside the numbers that it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanChange {
    /// What, in the words of the screens.
    pub what: Cow<'static, str>,
    /// What is stored, if anything.
    pub before: Option<String>,
    /// What it becomes, if anything.
    pub after: Option<String>,
}

/// Which card, whatever its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CardKey {
    /// What it says.
    pub content: ContentHash,
    /// How many cards before it say the same.
    pub copy: usize,
}

/// One card of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// Its place.
    pub place: CardPlace,
    /// Which card it is; none where it cannot be imported.
    pub key: Option<CardKey>,
    /// The part of the rehearsal's fingerprint for what this card writes.
    pub written: Fingerprint,
    /// Whether what becomes of a later card follows from it: that one is about the same contact.
    pub leads: bool,
    /// The name on it; blank where it has no name.
    pub name: String,
    /// What would become of it.
    pub fate: Fate,
    /// Its numbers.
    pub numbers: Vec<PlanNumber>,
    /// What else it would change.
    pub changes: Vec<PlanChange>,
    /// What it says otherwise than the contact has it then.
    pub kept: Vec<KeptValue>,
}

/// A number of a card in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanNumber {
    /// Its label.
    pub label: Option<String>,
    /// The number as the card has it.
    pub said: String,
    /// The number as it is stored, for people to read.
    pub stored: String,
    /// Whether the contact has it already.
    pub there: bool,
}

impl PlanNumber {
    /// Whether what is stored has other digits than the card: a country was put before them.
    #[must_use]
    pub(crate) fn is_read_otherwise(&self) -> bool {
        digits(&self.said) != digits(&self.stored)
    }
}

/// What an import would do, before anything is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// The files.
    pub files: Files,
    /// A row for each card, in the order of the files.
    pub rows: Vec<PlanRow>,
    /// What was not understood, and what was assumed.
    pub notices: Vec<Notice>,
    /// How many more cards cannot be read than `rows` holds: where there are very many, only the first
    /// have a row.
    pub unreadable_untold: usize,
    /// Each file that is a table.
    pub tables: Vec<TableRead>,
}

impl ImportPlan {
    /// How many cards there are of a kind.
    #[must_use]
    pub fn of(&self, kind: FateKind) -> usize {
        let untold = match kind {
            FateKind::Unreadable => self.unreadable_untold,
            FateKind::New | FateKind::Change | FateKind::Same => 0,
        };
        let rows = self.rows.iter();
        rows.filter(|row| row.fate.kind() == kind).count() + untold
    }
}

impl ImportPlan {
    /// The plan for people: a line for each card, and the counts. Safe for a terminal.
    #[must_use]
    pub fn told(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let kind = row.fate.kind();
            let why = match &row.fate {
                Fate::New => String::new(),
                Fate::Change(found) | Fate::Same(found) => {
                    format!("{}: {}", found.by.words(), safe(&found.name))
                }
                Fate::Unreadable(reason) if self.files.len() > 1 => {
                    let (file, _) = self.files.of(row.place.card);
                    format!("{}:{}: {}", safe(file), row.place.line, safe(reason))
                }
                Fate::Unreadable(reason) => safe(reason).into_owned(),
            };
            let _ = writeln!(
                text,
                "{} {:<6} {}\t{}\t{why}",
                kind.sign(),
                row.place.card,
                safe(&row.name),
                count(row.numbers.len(), "number"),
            );
            for change in &row.changes {
                let what = safe(&change.what);
                let sides = [&change.before, &change.after].map(|side| side.as_deref().map(safe));
                let told = match sides {
                    [None, Some(after)] => format!("{what}: {after}"),
                    [Some(before), None] => format!("{what}: {before} is removed"),
                    [Some(before), Some(after)] => format!("{what}: {before} -> {after}"),
                    [None, None] => continue,
                };
                let _ = writeln!(text, "\t\t{told}");
            }
            for kept in &row.kept {
                let _ = writeln!(text, "\t\t{}", kept.told());
            }
            for number in row
                .numbers
                .iter()
                .filter(|number| number.is_read_otherwise())
            {
                let (said, stored) = (safe(&number.said), safe(&number.stored));
                let _ = writeln!(text, "\t\t{said} is stored as {stored}");
            }
        }
        for notice in &self.notices {
            let sign = if notice.is_loud() { "!" } else { " " };
            let _ = writeln!(text, "{sign} {}", safe(&notice.words()));
        }
        if self.unreadable_untold > 0 {
            let more = count(self.unreadable_untold, "more unreadable card");
            let _ = writeln!(text, "! and {more}");
        }
        let counts: Vec<String> = FateKind::ALL
            .into_iter()
            .map(|kind| format!("{} {}", thousands(self.of(kind)), kind.word()))
            .collect();
        let _ = writeln!(text, "{}; nothing was written", counts.join(", "));
        text
    }
}

/// What a person wants of a card instead of what the plan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A contact of its own, though one like it is there.
    New,
    /// Nothing.
    Skip,
}

/// The choices. Each goes with its card, and with no other that has come to its place since.
pub type Choices = BTreeMap<CardKey, Choice>;

/// How files are to be imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// What a person wants of single cards.
    pub choices: Choices,
    /// What a person says of the columns of each table: `Telefono=phone:work`, or `#3=phone:work`.
    pub maps: BTreeMap<PathBuf, Vec<String>>,
    /// The country that national numbers are read with; without it, home.
    pub country: Option<Region>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The files.
    pub files: Files,
    /// Cards that became new contacts.
    pub new: usize,
    /// Cards that added to contacts that were there.
    pub changed: usize,
    /// Cards that held nothing new.
    pub same: usize,
    /// Phone numbers that were written.
    pub numbers: usize,
    /// Cards that were left out because a person said so.
    pub skipped: usize,
    /// Numbers of cards that the contact had already, or that stood twice on one card.
    pub numbers_same: usize,
    /// What could not be taken in.
    pub rejects: Vec<Reject>,
    /// How many more cards could not be read than `rejects` holds: where there are very many, only the
    /// first are listed one by one.
    pub rejects_untold: usize,
    /// What was not understood, and what was assumed.
    pub notices: Vec<Notice>,
    /// Where all of them are kept.
    pub kept: Kept,
}

/// What became of the cards that could not be imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// There were none, or none were to be kept.
    #[default]
    Nothing,
    /// They are in this file.
    In(PathBuf),
    /// They could not be kept: the whole message.
    Failed(String),
}

impl ImportReport {
    /// How many cards there were.
    #[must_use]
    pub const fn cards(&self) -> usize {
        self.new + self.changed + self.same + self.skipped + self.unreadable()
    }

    /// How many cards could not be imported.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.rejects.len() + self.rejects_untold
    }

    /// The report in one sentence: "312 contacts came in with 610 numbers; 2 cards could not be read".
    #[must_use]
    pub(crate) fn summary(&self) -> String {
        let mut parts = Vec::new();
        if self.new > 0 {
            parts.push(count(self.new, "new contact"));
        }
        if self.changed > 0 {
            parts.push(format!("{} changed", count(self.changed, "contact")));
        }
        if parts.is_empty() {
            parts.push("Nothing new".to_owned());
        }
        if self.same > 0 {
            parts.push(format!("{} already here", self.same));
        }
        if self.skipped > 0 {
            parts.push(format!("{} skipped", self.skipped));
        }
        parts.push(count(self.numbers, "number"));
        if self.unreadable() > 0 {
            parts.push(format!(
                "{} could not be read",
                count(self.unreadable(), "card")
            ));
        }
        parts.join(" · ")
    }
}
