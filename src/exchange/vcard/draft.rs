//! A card that is being changed: its lines, each to be kept, left out or rewritten.

use super::complete::is_old;
use super::contact;
use super::content::{ContentLines, Keep, Unfolded, params, split};
use super::frame::line_end;
use super::head::Head;
use super::line::{Line, LineForm, Version};
use super::param::{self, holds};
use super::property::{self, COLUMN, Property};
use super::quoted_printable::octets;
use super::value::{self, AssumedCharset};
use crate::domain::own_fields::{NO_FIELDS, OwnFields};
use crate::exchange::charset::{Utf8, utf8};

use memchr::memchr;

/// Properties that hold one text over all their lines; of any other the first line is the one.
const JOINED: [&str; 2] = ["NOTE", "CATEGORIES"];

/// Properties that are read, or that are about the card and not about the contact; beside those of
/// details.
pub(super) const READ: [&str; 25] = [
    "CATEGORIES",
    "CREATED",
    "FN",
    "KIND",
    "N",
    "NICKNAME",
    "NOTE",
    "ORG",
    "PRODID",
    "REV",
    "ROLE",
    "SORT-STRING",
    "STARRED",
    "TEL",
    "TITLE",
    "UID",
    "X-ABLABEL",
    "X-ABSHOWAS",
    "X-ANDROID-STARRED",
    "X-FAVORITE",
    "X-FAVOURITE",
    "X-MS-TEL",
    "X-PHONETIC-FIRST-NAME",
    "X-PHONETIC-LAST-NAME",
    "X-STARRED",
];

/// What becomes of a line.
#[derive(Debug)]
enum Fate {
    Kept,
    Written(Vec<Line>),
    /// The line of another place stands here, as it is.
    Of(usize),
}

/// A line of the card.
#[derive(Debug)]
struct Entry<'a> {
    /// The line in one piece, and its place.
    line: Unfolded<'a>,
    /// Its property among those of the draft, where it has one.
    property: Option<usize>,
    fate: Fate,
}

/// A card to be changed.
#[derive(Debug)]
pub(super) struct CardDraft<'a> {
    card: &'a [u8],
    form: LineForm,
    entries: Vec<Entry<'a>>,
    /// The place of its END.
    end: usize,
    added: Vec<Line>,
    /// The properties as they were read.
    pub(super) properties: Vec<Property>,
    /// The properties that are the person's own fields.
    fields: &'a OwnFields,
    groups: usize,
    named_version: bool,
    assumed: AssumedCharset<'a>,
}

impl<'a> CardDraft<'a> {
    /// The card as it is; `version` is the one of a card that names none.
    pub(super) fn new(card: &'a [u8], version: Version) -> Self {
        let mut lines = ContentLines::new(card, Keep::All);
        let assumed = AssumedCharset::of(card);
        let mut properties = Vec::new();
        let mut named = None;
        let entries = lines.by_ref().map(|line| {
            named = named.or_else(|| version_of(&line));
            let property = Property::of(&line, &assumed).map(|property| {
                properties.push(property);
                properties.len() - 1
            });
            Entry {
                line,
                property,
                fate: Fate::Kept,
            }
        });
        let entries = entries.collect();
        let end = line_end(card);
        Self {
            card,
            form: LineForm {
                version: named.unwrap_or_else(|| if is_old(card) { Version::V21 } else { version }),
                end,
            },
            entries,
            end: lines.end(),
            added: Vec::new(),
            properties,
            fields: &NO_FIELDS,
            groups: 0,
            named_version: named.is_some(),
            assumed,
        }
    }

    /// The same with the properties known that are the person's own fields.
    pub(super) fn with(self, fields: &'a OwnFields) -> Self {
        let mut draft = Self { fields, ..self };
        property::mark(&mut draft.properties, fields);
        draft
    }

    /// The properties that are the person's own fields.
    pub(super) const fn fields(&self) -> &'a OwnFields {
        self.fields
    }

    pub(super) const fn version(&self) -> Version {
        self.form.version
    }

    /// The lines with a property, by their places, and that property.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &Property)> {
        self.entries.iter().enumerate().filter_map(|(at, entry)| {
            let property = self.properties.get(entry.property?)?;
            matches!(entry.fate, Fate::Kept).then_some((at, property))
        })
    }

    /// How many lines there are.
    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// A line in one piece, as it came.
    pub(super) fn text(&self, at: usize) -> &[u8] {
        self.entries.get(at).map_or(&[], |entry| &entry.line.text)
    }

    /// Whether a line says what callbook reads.
    pub(super) fn is_read(&self, at: usize) -> bool {
        self.property(at).is_some_and(|property| {
            READ.contains(&property.name.as_str())
                || property.name.starts_with("X-CALLBOOK-") && property.name != COLUMN
                || !contact::details(property, &self.properties).is_empty()
        })
    }

    /// The property of a line, whatever becomes of it.
    pub(super) fn property(&self, at: usize) -> Option<&Property> {
        self.properties.get(self.entries.get(at)?.property?)
    }

    /// The places of the lines with this property that are no details.
    fn named(&self, name: &str) -> Vec<usize> {
        let is_meant = |property: &Property| property.name == name && property.own_field.is_none();
        let named = self.lines().filter(|(_, property)| is_meant(property));
        named.map(|(at, _)| at).collect()
    }

    /// Whether the card has this property.
    pub(super) fn has(&self, name: &str) -> bool {
        self.lines().any(|(_, property)| property.name == name)
    }

    /// Whether the card as it becomes has this property, with something in it.
    pub(super) fn gives(&self, name: &str) -> bool {
        let written = |line: &Line| line.name.eq_ignore_ascii_case(name) && !line.value.is_empty();
        let kept = |(_, property): (usize, &Property)| {
            property.name == name && !property.text().trim().is_empty()
        };
        let replaced = self.entries.iter().any(|entry| match &entry.fate {
            Fate::Kept | Fate::Of(_) => false,
            Fate::Written(lines) => lines.iter().any(written),
        });
        replaced || self.added.iter().any(written) || self.lines().any(kept)
    }

    /// Whether the card names its version.
    pub(super) const fn names_version(&self) -> bool {
        self.named_version
    }

    /// The value of a line as text, its escapes still in it, and whether it was encoded, or in another
    /// charset than UTF-8.
    pub(super) fn decoded(&self, at: usize) -> (String, bool) {
        let Some((head, value)) = split(self.text(at)) else {
            return (String::new(), false);
        };
        let Some(head) = Head::of(head) else {
            return (String::from_utf8_lossy(value).into_owned(), false);
        };
        let text = value::text(&head, value, &self.assumed).into_owned();
        let encoded = head.quoted_printable || head.charset.is_some() || utf8(value) == Utf8::Not;
        (text, encoded)
    }

    /// The kept lines that are not written as the card's version has them: types that stand alone and
    /// encodings of 2.1 in a later one; and in any, text in a charset that the card does not name.
    pub(super) fn foreign(&self) -> Vec<usize> {
        let later = self.version() != Version::V21;
        let foreign = |at: &usize| {
            let Some((head, value)) = split(self.text(*at)) else {
                return false;
            };
            let Some(read) = Head::of(head) else {
                return false;
            };
            let stands_alone = |param: &[u8]| !param.is_empty() && memchr(b'=', param).is_none();
            let alone = params(head).any(stands_alone);
            let encoded = read.quoted_printable || read.charset.is_some();
            let octets = if read.quoted_printable {
                octets(value)
            } else {
                value.to_vec()
            };
            let unnamed = read.charset.is_none() && utf8(&octets) == Utf8::Not;
            later && (alone || encoded) || unnamed || read.name == value::CHARSET
        };
        let entries = self.entries.iter().enumerate();
        let kept = entries.filter(|(_, entry)| matches!(entry.fate, Fate::Kept));
        let text = kept.filter(|(_, entry)| !entry.line.binary);
        text.map(|(at, _)| at).filter(foreign).collect()
    }

    /// The components of a property's value, as the card has them; none where it does not have it.
    pub(super) fn components(&self, name: &str) -> Vec<String> {
        let found = self.lines().find(|(_, property)| property.name == name);
        found
            .map(|(at, _)| self.components_at(at))
            .unwrap_or_default()
    }

    /// The components of the first line of a property that says something as a reader finds them, each with its list.
    pub(super) fn lists(&self, name: &str) -> Vec<Vec<String>> {
        let says = |own: &&Property| own.name == name && !own.text().trim().is_empty();
        let found = self.lines().map(|(_, property)| property).find(says);
        found.map_or_else(Vec::new, |property| property.components.clone())
    }

    /// The components of a line's value with their escapes: as they are written, but where the line was encoded. So
    /// what is put back of them is what it was.
    pub(super) fn components_at(&self, at: usize) -> Vec<String> {
        let (text, encoded) = self.decoded(at);
        if encoded {
            return self.property(at).map(Property::escaped).unwrap_or_default();
        }
        let mut components = vec![String::new()];
        let mut escaped = false;
        for sign in text.chars() {
            if sign == ';' && !escaped {
                components.push(String::new());
                continue;
            }
            escaped = sign == '\\' && !escaped;
            if let Some(last) = components.last_mut() {
                last.push(sign);
            }
        }
        components
    }

    /// The whole value of a line, as [`Self::components_at`].
    pub(super) fn value_at(&self, at: usize) -> String {
        self.components_at(at).join(";")
    }

    /// Gives a property this value, or leaves it out.
    pub(super) fn put(&mut self, name: &str, value: Option<String>) {
        let all = self.named(name);
        let Some(value) = value else {
            for at in all {
                self.replace(at, Vec::new());
            }
            return;
        };
        let says = |at: &&usize| {
            let mut lines = self.lines();
            lines.any(|(line, property)| line == **at && !property.text().trim().is_empty())
        };
        match all.iter().find(says).or(all.first()).copied() {
            None => self.add(Line::of(name, value)),
            Some(first) => {
                let line = Line {
                    value,
                    ..self.head(first)
                };
                self.replace(first, vec![line]);
                if JOINED.contains(&name) {
                    for at in all.into_iter().filter(|at| *at != first) {
                        self.replace(at, Vec::new());
                    }
                }
            }
        }
    }

    /// Whether nothing was added or rewritten.
    pub(super) fn is_unchanged(&self) -> bool {
        let kept = |entry: &Entry<'_>| matches!(entry.fate, Fate::Kept);
        self.added.is_empty() && self.entries.iter().all(kept)
    }

    /// Gives the first line of a property this parameter, or takes it out.
    pub(super) fn set_param(&mut self, name: &str, key: &str, value: Option<&str>) {
        let set = |line: &mut Line| {
            line.params.retain(|own| !param::is(own, key));
            line.params
                .extend(value.map(|value| param::param(key, value)));
        };
        let written = self
            .entries
            .iter_mut()
            .filter_map(|entry| match &mut entry.fate {
                Fate::Kept | Fate::Of(_) => None,
                Fate::Written(lines) => Some(lines),
            });
        let mut written = written.flatten().chain(&mut self.added);
        if let Some(line) = written.find(|line| line.name.eq_ignore_ascii_case(name)) {
            return set(line);
        }
        let first = self.lines().find(|(_, property)| property.name == name);
        let Some((at, _)) = first.filter(|(_, own)| own.param(key) != value) else {
            return;
        };
        let mut line = Line {
            value: self.value_at(at),
            ..self.head(at)
        };
        set(&mut line);
        self.replace(at, vec![line]);
    }

    /// Adds a line at the end of the card.
    pub(super) fn add(&mut self, line: Line) {
        self.added.push(line);
    }

    /// Writes other lines in the place of one.
    pub(super) fn replace(&mut self, at: usize, lines: Vec<Line>) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.fate = Fate::Written(lines);
        }
    }

    /// Writes the line of another place in the place of one, as it is.
    pub(super) fn put_there(&mut self, at: usize, from: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.fate = Fate::Of(from);
        }
    }

    /// A line as it is, but for its value and how that is encoded.
    pub(super) fn head(&self, at: usize) -> Line {
        let head = split(self.text(at)).map_or(&[][..], |(head, _)| head);
        let head = String::from_utf8_lossy(head);
        let mut quoted = false;
        let mut parts = head.split(|sign| {
            quoted ^= sign == '"';
            sign == ';' && !quoted
        });
        let name = parts.next().unwrap_or_default().trim();
        let (group, name) = match name.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_owned()), name),
            None => (None, name),
        };
        let plain = |param: &&str| {
            let param: String = param.chars().filter(|sign| holds(*sign)).collect();
            let param = param.trim();
            let (name, value) = param.split_once('=').unwrap_or(("ENCODING", param));
            let (name, value) = (name.trim(), value.trim());
            let encoding = ["QUOTED-PRINTABLE", "8BIT", "7BIT"];
            let encodes = name.eq_ignore_ascii_case("ENCODING")
                && encoding
                    .iter()
                    .any(|known| value.eq_ignore_ascii_case(known));
            !(encodes || name.eq_ignore_ascii_case("CHARSET"))
        };
        Line {
            group,
            name: name.to_owned(),
            params: parts.filter(plain).map(str::to_owned).collect(),
            value: String::new(),
        }
    }

    /// A group that the card does not have.
    pub(super) fn group(&mut self) -> String {
        loop {
            self.groups += 1;
            let group = format!("item{}", self.groups);
            let taken = |property: &Property| property.group.as_deref() == Some(&group);
            if !self.properties.iter().any(taken) {
                return group;
            }
        }
    }

    /// Whether another line than this one, and than those that say something of it, is in a group.
    pub(super) fn is_shared(&self, group: &str, at: usize) -> bool {
        let group = group.to_ascii_lowercase();
        let mut lines = self.lines();
        lines.any(|(other, property)| {
            let is_about_it = matches!(property.name.as_str(), "X-ABLABEL" | "X-ABADR");
            other != at && property.group.as_deref() == Some(&group) && !is_about_it
        })
    }

    /// The place of the line that labels a group.
    pub(super) fn label_of(&self, group: &str) -> Option<usize> {
        let group = group.to_ascii_lowercase();
        let mut lines = self.lines();
        let label = lines.find(|(_, property)| {
            property.name == "X-ABLABEL" && property.group.as_deref() == Some(&group)
        });
        label.map(|(at, _)| at)
    }

    /// Labels of groups without members.
    fn orphans(&self) -> Vec<usize> {
        let labels = self.named("X-ABLABEL");
        let orphan = |at: &usize| {
            let group = |at: usize| {
                let property = self.entries.get(at)?.property?;
                self.properties.get(property)?.group.as_deref()
            };
            let Some(own) = group(*at) else { return false };
            let mut others = 0;
            let mut gone = 0;
            for (other, entry) in self.entries.iter().enumerate() {
                if other == *at || group(other) != Some(own) {
                    continue;
                }
                others += 1;
                let stays = match &entry.fate {
                    Fate::Kept | Fate::Of(_) => true,
                    Fate::Written(lines) => lines.iter().any(|line| {
                        let group = line.group.as_deref();
                        group.is_some_and(|group| group.eq_ignore_ascii_case(own))
                    }),
                };
                gone += usize::from(!stays);
            }
            others > 0 && others == gone
        };
        labels.into_iter().filter(orphan).collect()
    }

    /// The card as it becomes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        for at in self.orphans() {
            self.replace(at, Vec::new());
        }
        let mut out = Vec::with_capacity(self.card.len());
        let mut from = 0;
        let between = |from: usize, to: usize| self.card.get(from..to).unwrap_or_default();
        for entry in &self.entries {
            if matches!(entry.fate, Fate::Kept) {
                continue;
            }
            out.extend_from_slice(between(from, entry.line.place.start));
            match &entry.fate {
                Fate::Kept => {}
                Fate::Written(lines) => {
                    for line in lines {
                        line.write(self.form, &mut out);
                    }
                }
                Fate::Of(other) => {
                    let place = self.entries.get(*other).map(|other| &other.line.place);
                    let line = place.map(|place| between(place.start, place.end));
                    out.extend_from_slice(line.unwrap_or_default());
                }
            }
            from = entry.line.place.end;
        }
        out.extend_from_slice(between(from, self.end));
        if !self.added.is_empty() && !out.ends_with(b"\n") && !out.ends_with(b"\r") {
            out.extend_from_slice(self.form.end.as_bytes());
        }
        for line in &self.added {
            line.write(self.form, &mut out);
        }
        out.extend_from_slice(between(self.end.max(from), self.card.len()));
        out
    }
}

fn version_of(line: &Unfolded<'_>) -> Option<Version> {
    let (head, value) = split(&line.text)?;
    if !head.eq_ignore_ascii_case(b"VERSION") {
        return None;
    }
    match value.trim_ascii() {
        b"2.1" | b"2.0" | b"1.0" => Some(Version::V21),
        b"3.0" => Some(Version::V30),
        b"4.0" => Some(Version::V40),
        _ => None,
    }
}
