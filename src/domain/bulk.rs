//! Changing many contacts at once: what is to be changed, and what that makes of each contact.
//!
//! One function, [`Planned::of`], says what becomes of a contact. The preview shows what it says and
//! the write stores it, so that they cannot differ.
//!
//! What is to be changed is written as the filter is: `label:mobile tag:garage is:historic` sets
//! what the filter `label:mobile tag:garage is:historic` would find.

use std::collections::HashMap;

use serde::Serialize;

use super::change_line::{ChangeLine, Signs};
use super::contact::{Contact, ContactId};
use super::full_contact::FullContact;
use super::listing::{ListQuery, Selection};
use super::number::{self, Region, Verdict};
use super::operation::{Operation, RecordKey};
use super::phone::{MANUAL, Phone, PhoneId};
use super::primary::heir;
use super::query::{Condition, countries, tokens};
use super::tag::is_same_tag;
use super::timestamp::Timestamp;
use super::words::count;

/// One thing to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Numbers in national spelling are of this country.
    Country(Region),
    /// Numbers, or only those with a certain label, get another label or none.
    Label {
        /// The label that is replaced; none for any.
        from: Option<String>,
        /// The label instead of it.
        to: Option<String>,
    },
    /// Contacts get a tag.
    Tag(String),
    /// Contacts lose a tag.
    Untag(String),
    /// Contacts that have a tag have another one in its place.
    RenameTag {
        /// The tag that goes.
        from: String,
        /// The tag in its place.
        to: String,
    },
    /// Numbers came from here.
    Source(String),
    /// Numbers are no longer used, or are used again.
    Historic(bool),
    /// Numbers are accurate, or not confirmed.
    Accurate(bool),
    /// Contacts are kept at hand, or no longer.
    Favourite(bool),
    /// Contacts are confirmed: all their numbers are accurate (Phone resource, 4).
    Confirm,
    /// Contacts with a number in use from a source are confirmed, and the first such number becomes
    /// primary (Phone resource, 4).
    ConfirmFrom(String),
    /// Contacts are deleted with their numbers.
    Delete,
}

/// What can be written where a change is asked for.
pub(crate) const GRAMMAR: &str = "country:it, label:mobile, label:cell=mobile, -label:cell, tag:garage, -tag:garage, tag:garage=workshop, source:google, is:historic, is:confirmed, is:favourite, -is:historic, confirm, confirm:google, delete";

impl Change {
    /// Reads what is to be changed.
    ///
    /// # Errors
    /// A sentence that names the word that cannot be read, and what can be written.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        let mut changes = Vec::new();
        for token in tokens(text) {
            let (taken, word) = token
                .strip_prefix('-')
                .map_or((false, token), |word| (true, word));
            changes.push(Self::one(taken, word).map_err(|why| format!("{token} {why}"))?);
        }
        if changes.is_empty() {
            return Err(format!("no changes given; expected {GRAMMAR}"));
        }
        Ok(changes)
    }

    fn one(taken: bool, word: &str) -> Result<Self, String> {
        let unknown = || format!("is not a change; expected {GRAMMAR}");
        let (field, value) = word.split_once(':').unwrap_or((word, ""));
        let text = |value: &str| value.trim_matches('"').trim().to_owned();
        let value = text(value);
        let some = |text: String| (!text.is_empty()).then_some(text);
        let needed = || some(value.clone()).ok_or_else(|| "has no value".to_owned());
        Ok(match (field.to_lowercase().as_str(), taken) {
            ("country", false) => match countries(&value.to_lowercase()).as_slice() {
                [only] => Self::Country(*only),
                [] => return Err("is not a country".to_owned()),
                _ => return Err("names several countries; write its code of two letters".into()),
            },
            ("label", false) => match value.split_once('=') {
                Some((from, to)) => Self::Label {
                    from: some(text(from)),
                    to: some(text(to)),
                },
                None => Self::Label {
                    from: None,
                    to: Some(needed()?),
                },
            },
            ("label", true) => Self::Label {
                from: some(value),
                to: None,
            },
            ("tag", false) => match value.split_once('=') {
                Some((from, to)) => match (some(text(from)), some(text(to))) {
                    (Some(from), Some(to)) => Self::RenameTag { from, to },
                    _ => return Err("has to name two tags, such as tag:garage=workshop".into()),
                },
                None => Self::Tag(needed()?),
            },
            ("tag", true) => Self::Untag(needed()?),
            ("source", false) => Self::Source(needed()?),
            ("is", _) => match value.as_str() {
                "historic" => Self::Historic(!taken),
                "confirmed" | "accurate" => Self::Accurate(!taken),
                "unconfirmed" => Self::Accurate(taken),
                "favourite" => Self::Favourite(!taken),
                _ => return Err(unknown()),
            },
            ("confirm", false) => some(value).map_or(Self::Confirm, Self::ConfirmFrom),
            ("delete", false) if value.is_empty() => Self::Delete,
            _ => return Err(unknown()),
        })
    }

    /// The change as it is written.
    #[must_use]
    pub fn words(&self) -> String {
        let minus = |on: bool| if on { "" } else { "-" };
        match self {
            Self::Country(region) => format!("country:{}", region.code().to_lowercase()),
            Self::Label { from, to } => match (from, to) {
                (None, Some(to)) => format!("label:{to}"),
                (from, None) => format!("-label:{}", from.as_deref().unwrap_or_default()),
                (Some(from), Some(to)) => format!("label:{from}={to}"),
            },
            Self::Tag(tag) => format!("tag:{tag}"),
            Self::Untag(tag) => format!("-tag:{tag}"),
            Self::RenameTag { from, to } => format!("tag:{from}={to}"),
            Self::Source(source) => format!("source:{source}"),
            Self::Historic(on) => format!("{}is:historic", minus(*on)),
            Self::Accurate(on) => format!("{}is:confirmed", minus(*on)),
            Self::Favourite(on) => format!("{}is:favourite", minus(*on)),
            Self::Confirm => "confirm".to_owned(),
            Self::ConfirmFrom(source) => format!("confirm:{source}"),
            Self::Delete => "delete".to_owned(),
        }
    }
}

/// What is to be changed, of which contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkEdit {
    /// The contacts.
    pub selection: Selection,
    /// Which of their numbers: those of which all of this holds.
    pub only: Vec<Condition>,
    /// The changes, done in this order.
    pub changes: Vec<Change>,
}

impl BulkEdit {
    /// Changes all that a selection shows: of each contact the numbers that its conditions are about.
    #[must_use]
    pub fn new(selection: Selection, changes: Vec<Change>) -> Self {
        let only = match &selection {
            Selection::Shown(query) => query.query().conditions,
            Selection::Marked(_) | Selection::MarkedInList(..) => Vec::new(),
        };
        Self {
            selection,
            only,
            changes,
        }
    }

    /// Confirms all who need attention and have a number in use from a source (Phone resource, 4).
    #[must_use]
    pub fn confirm_source(source: &str) -> Self {
        let waiting = ListQuery {
            attention: true,
            ..ListQuery::default()
        };
        let change = Change::ConfirmFrom(source.to_owned());
        Self::new(Selection::Shown(waiting), vec![change])
    }

    /// The words for the step that changes one contact of this name, or so many.
    #[must_use]
    pub fn title(&self, contacts: usize, only: Option<&str>) -> String {
        let subject = match only {
            Some(name) if contacts == 1 => name.to_owned(),
            _ => count(contacts, "contact"),
        };
        match self.changes.as_slice() {
            [Change::Confirm] => format!("Confirmed {subject}"),
            [Change::ConfirmFrom(source)] => format!("Confirmed {subject} from {source}"),
            [Change::Delete] => format!("Deleted {subject}"),
            [Change::RenameTag { from, to }] => format!("Renamed tag {from} to {to}: {subject}"),
            changes => {
                let words: Vec<String> = changes.iter().map(Change::words).collect();
                format!("Changed {subject}: {}", words.join(" "))
            }
        }
    }
}

/// A change of one thing of a contact, as the preview shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// The contact.
    pub contact: ContactId,
    /// Its name.
    pub name: String,
    /// The number, as people read it before the change; none where it is about the contact.
    pub number: Option<String>,
    /// What changes.
    pub change: ChangeLine,
}

impl PlanLine {
    /// A line about a contact, or about one of its numbers.
    pub(super) fn new(contact: &Contact, number: Option<&Phone>, change: ChangeLine) -> Self {
        Self {
            contact: contact.id,
            name: contact.name.clone(),
            number: number.map(Phone::shown),
            change,
        }
    }

    /// What changes of a record, line by line: of a contact, or of one of its numbers.
    pub(super) fn between<T: PartialEq + Serialize>(
        contact: &Contact,
        number: Option<&Phone>,
        before: &T,
        after: &T,
    ) -> Vec<Self> {
        let key = number.map_or(RecordKey::Contact(contact.id), |phone| {
            RecordKey::Phone(phone.id)
        });
        let change = (before != after).then(|| Operation::between(key, before, after));
        let Some(operation) = change.flatten() else {
            return Vec::new();
        };
        let changes = ChangeLine::all(&operation).into_iter();
        changes
            .map(|change| Self::new(contact, number, change))
            .collect()
    }

    /// The change in words; of a number with the number.
    #[must_use]
    pub fn words(&self, signs: &Signs) -> String {
        self.change.about(self.number.as_deref(), signs)
    }
}

/// Somebody, or a number, that is left as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The contact.
    pub contact: ContactId,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// What a change of many contacts does, before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkPlan {
    /// Every change.
    pub lines: Vec<PlanLine>,
    /// What is left as it is, and why.
    pub skipped: Vec<Skipped>,
    /// What it comes to.
    pub tally: Tally,
    /// The contact that others are merged into, where it is one.
    pub kept: Option<ContactId>,
}

/// What a change of many contacts comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many contacts change.
    pub changed: usize,
    /// How many are as they are to be already.
    pub same: usize,
    /// How many contacts and numbers are left as they are.
    pub skipped: usize,
    /// How many groups of contacts become one contact each, or how many steps are undone.
    pub groups: usize,
}

impl BulkPlan {
    /// Adds what becomes of a contact, line by line.
    pub fn add(&mut self, before: &FullContact, planned: &Planned) {
        self.lines.extend(planned.lines(before));
        self.skipped
            .extend(planned.skipped.iter().map(|why| Skipped {
                contact: before.contact.id,
                name: before.contact.name.clone(),
                why: why.clone(),
            }));
    }

    /// Puts the contacts into an order.
    pub fn sort(&mut self, order: &[ContactId]) {
        let places = order.iter().enumerate().map(|(place, id)| (*id, place));
        let places: HashMap<ContactId, usize> = places.collect();
        self.lines.sort_by_key(|line| places.get(&line.contact));
        self.skipped.sort_by_key(|one| places.get(&one.contact));
    }
}

impl Tally {
    /// Counts what becomes of a contact; says whether anything does.
    pub fn add(&mut self, before: &FullContact, planned: &Planned) -> bool {
        let is_same = !planned.is_deleted && planned.after == *before;
        self.skipped += planned.skipped.len();
        self.changed += usize::from(!is_same);
        self.same += usize::from(is_same && planned.skipped.is_empty());
        !is_same
    }
}

/// What becomes of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The contact, its phones in the order that they were given in.
    pub after: FullContact,
    /// Whether it is deleted.
    pub is_deleted: bool,
    /// The phone that becomes primary, whichever is now.
    pub claim: Option<PhoneId>,
    /// Why something of it is left as it is.
    pub skipped: Vec<String>,
}

impl Planned {
    /// What the changes make of a contact with these phones, of which those in `only` are meant.
    #[must_use]
    pub fn of(changes: &[Change], before: &FullContact, only: &[PhoneId], now: Timestamp) -> Self {
        let mut planned = Self {
            after: before.clone(),
            is_deleted: false,
            claim: None,
            skipped: Vec::new(),
        };
        for change in changes {
            planned.apply(change, only);
        }
        if planned.after.contact != before.contact {
            planned.after.contact.updated_at = now;
        }
        for (before, after) in before.phones.iter().zip(&mut planned.after.phones) {
            if before != after {
                after.updated_at = now;
            }
        }
        planned.settle();
        planned
    }

    fn apply(&mut self, change: &Change, only: &[PhoneId]) {
        let meant = self
            .after
            .phones
            .iter_mut()
            .filter(|phone| only.contains(&phone.id));
        match change {
            Change::Country(region) => self.move_to(*region, only),
            Change::Label { from, to } => {
                for phone in meant {
                    let label = phone.location.as_deref().map(str::to_lowercase);
                    if from.is_none() || label == from.as_deref().map(str::to_lowercase) {
                        phone.location.clone_from(to);
                    }
                }
            }
            Change::Source(source) => meant.for_each(|phone| phone.source.clone_from(source)),
            Change::Historic(historic) => meant.for_each(|phone| {
                phone.historic = *historic;
                phone.primary &= !historic;
            }),
            Change::Accurate(accurate) => meant.for_each(|phone| phone.valid_values = *accurate),
            Change::Confirm => self.confirm(),
            Change::ConfirmFrom(source) => {
                let from = |phone: &&Phone| !phone.historic && phone.source == *source;
                match self.after.phones.iter().find(from).map(|phone| phone.id) {
                    Some(first) => {
                        self.claim = Some(first);
                        self.confirm();
                    }
                    None => self
                        .skipped
                        .push(format!("has no number in use from {source}")),
                }
            }
            Change::Delete => self.is_deleted = true,
            Change::Tag(_) | Change::Untag(_) | Change::RenameTag { .. } | Change::Favourite(_) => {
                revise_contact(&mut self.after.contact, change);
            }
        }
    }

    fn confirm(&mut self) {
        for phone in &mut self.after.phones {
            phone.valid_values = true;
        }
    }

    /// Reads the numbers in national spelling as those of a country. What a person changed so came
    /// from that person (Phone resource, 4).
    fn move_to(&mut self, region: Region, only: &[PhoneId]) {
        let code = region.calling_code().to_string();
        for at in 0..self.after.phones.len() {
            let Some(phone) = self
                .after
                .phones
                .get(at)
                .filter(|phone| only.contains(&phone.id))
            else {
                continue;
            };
            let national = number::parse(&phone.typed, None, None);
            if !matches!(national, Err(Verdict::NoCountry)) {
                continue;
            }
            let read = number::canonical(&phone.typed, Some(&code), None);
            if !read.identity.starts_with('+') {
                let why = match number::parse(&phone.typed, Some(&code), None) {
                    Ok(reading) => reading.verdict,
                    Err(verdict) => verdict,
                };
                self.skipped
                    .push(format!("{}: {}", phone.typed, why.reason(Some(region))));
                continue;
            }
            if read.identity == phone.identity {
                continue;
            }
            let twin = self
                .after
                .phones
                .iter()
                .find(|other| other.identity == read.identity);
            if let Some(twin) = twin {
                let why = format!("{}: already listed as {}", phone.typed, twin.shown());
                self.skipped.push(why);
                continue;
            }
            if let Some(phone) = self.after.phones.get_mut(at) {
                phone.country_code = read.country_code;
                phone.number = read.number;
                phone.identity = read.identity;
                MANUAL.clone_into(&mut phone.source);
            }
        }
    }

    /// Settles who is primary, as the store will.
    fn settle(&mut self) {
        let mut wished = self.after.phones.clone();
        for phone in &mut wished {
            phone.primary |= Some(phone.id) == self.claim;
        }
        let heir = heir(&wished, self.claim);
        for phone in &mut self.after.phones {
            phone.primary = Some(phone.id) == heir;
        }
    }

    /// The changes one by one; none where nothing changes.
    #[must_use]
    pub fn lines(
        &self,
        FullContact {
            contact: before,
            phones,
        }: &FullContact,
    ) -> Vec<PlanLine> {
        if self.is_deleted {
            let with = match phones.len() {
                0 => "without a number".to_owned(),
                numbers => format!("with {}", count(numbers, "number")),
            };
            let words = format!("deleted, {with}");
            let change = ChangeLine::said("contact", &with, "deleted", words);
            return vec![PlanLine::new(before, None, change)];
        }
        let mut lines = PlanLine::between(before, None, before, &self.after.contact);
        for (was, is) in phones.iter().zip(&self.after.phones) {
            lines.extend(PlanLine::between(before, Some(was), was, is));
        }
        lines
    }
}

/// Puts a tag in the place of another one; where it is there already, that one goes.
fn rename_tag(tags: &mut Vec<String>, from: &str, to: &str) {
    let mut kept = Vec::with_capacity(tags.len());
    for tag in std::mem::take(tags) {
        let is_renamed = is_same_tag(&tag, from);
        let tag = if is_renamed { to.to_owned() } else { tag };
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    *tags = kept;
}

/// Changes what is the contact's own.
fn revise_contact(contact: &mut Contact, change: &Change) {
    match change {
        Change::Tag(tag) if !contact.tags.contains(tag) => contact.tags.push(tag.clone()),
        Change::Untag(tag) => {
            contact.tags.retain(|known| !is_same_tag(known, tag));
        }
        Change::RenameTag { from, to } => rename_tag(&mut contact.tags, from, to),
        Change::Favourite(favourite) => contact.favourite = *favourite,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn a_change_is_written_as_the_filter_is() {
        let text = "label:cell=mobile tag:\"old friends\" -is:historic country:it -label:fax \
                    tag:\"old friends=new ones\"";
        let words: Vec<String> = Change::read(text)
            .unwrap()
            .iter()
            .map(Change::words)
            .collect();
        assert_eq!(
            words,
            [
                "label:cell=mobile",
                "tag:old friends",
                "-is:historic",
                "country:it",
                "-label:fax",
                "tag:old friends=new ones"
            ]
        );
    }

    #[test]
    fn what_is_no_change_is_named_with_those_that_there_are() {
        for (text, why) in [
            ("is:blue", "is:blue is not a change; expected country:it"),
            ("country:atlantis", "country:atlantis is not a country"),
            ("country:1", "names several countries"),
            ("tag:", "tag: has no value"),
            ("tag:=x", "tag:=x has to name two tags"),
            ("", "no changes given"),
            ("-delete", "-delete is not a change"),
        ] {
            let told = Change::read(text).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }
}
