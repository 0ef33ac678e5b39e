//! Phones as lines of a card: TEL, its label, and the line that says what only callbook knows.

use std::collections::{HashMap, HashSet};

use crate::domain::intake::primary_of;
use crate::domain::number;
use crate::domain::phone::Phone;

use super::super::draft::CardDraft;
use super::super::label::{NO_LABEL, is_reworded, one_line};
use super::super::line::{Line, escape};
use super::super::param::{is, param, preference, type_param, without_types};
use super::super::phone::{self, MORE, More};
use super::super::property::Property;
use super::stored::StoredContact;

/// Which of the lines with one number it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The one that says all of it.
    First,
    /// One that says the same number again.
    Again,
}

/// How the primary phone is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::exchange::vcard) enum Primary {
    /// As the card does, where a reader finds the right one.
    AsRead,
    /// By a preference of its own line.
    Said,
}

/// The phones of a contact, to be written over what a card says of them.
pub(in crate::exchange::vcard) struct Tel<'a> {
    stored: &'a StoredContact<'a>,
    /// The phones as a reader finds them on the card.
    read: &'a [Phone],
    /// The same by what was typed, and by the number.
    read_by: By<'a>,
}

/// Places of phones; the first of several is it. A contact may have thousands.
struct By<'a> {
    typed: HashMap<&'a str, usize>,
    identity: HashMap<&'a str, usize>,
}

impl<'a> By<'a> {
    fn of(phones: &'a [Phone]) -> Self {
        let (mut typed, mut identity) = (HashMap::new(), HashMap::new());
        for (at, phone) in phones.iter().enumerate() {
            typed.entry(phone.typed.as_str()).or_insert(at);
            identity.entry(phone.identity.as_str()).or_insert(at);
        }
        Self { typed, identity }
    }
}

/// A TEL of the card.
struct Tell {
    at: usize,
    /// The number as a reader finds it.
    number: String,
    /// Which of the stored phones it is.
    phone: Option<usize>,
}

/// A TEL as it is written.
pub(in crate::exchange::vcard) struct WrittenTel {
    /// Which of the stored phones it is.
    pub(in crate::exchange::vcard) index: usize,
    /// The number as a reader finds it.
    pub(in crate::exchange::vcard) number: String,
    /// Where it stood on the card.
    pub(in crate::exchange::vcard) at: Option<usize>,
    /// Whether another one before it has the same number.
    turn: Turn,
}

impl<'a> Tel<'a> {
    pub(in crate::exchange::vcard) fn new(
        stored: &'a StoredContact<'a>,
        read: &'a [Phone],
    ) -> Self {
        let read_by = By::of(read);
        Self {
            stored,
            read,
            read_by,
        }
    }

    /// Writes the phones and what only callbook knows of them.
    pub(in crate::exchange::vcard) fn write(&self, draft: &mut CardDraft<'_>, primary: Primary) {
        let written = self.write_lines(draft, primary);
        self.mark(draft, &written);
    }

    /// Writes a TEL with its label for each of the phones; gives them as they are written.
    pub(in crate::exchange::vcard) fn write_lines(
        &self,
        draft: &mut CardDraft<'_>,
        primary: Primary,
    ) -> Vec<WrittenTel> {
        let tells = self.tells(draft);
        let primary = if self.primary_moved() {
            Primary::Said
        } else {
            primary
        };
        // Of several that are preferred the marks stay where the first of them is the primary one.
        let primary = if self.leads(draft, &tells) {
            Primary::AsRead
        } else {
            primary
        };
        let mut written: Vec<WrittenTel> = Vec::new();
        let mut known = HashSet::new();
        for tell in &tells {
            let phone = tell
                .phone
                .and_then(|index| Some((index, self.stored.full.phones.get(index)?)));
            let Some((index, phone)) = phone else {
                draft.replace(tell.at, Vec::new());
                continue;
            };
            let turn = if known.insert(index) {
                Turn::First
            } else {
                Turn::Again
            };
            let number = self.rewrite(draft, tell, phone, turn, primary);
            written.push(WrittenTel {
                index,
                number,
                at: Some(tell.at),
                turn,
            });
        }
        for index in self.in_order() {
            let new = !known.contains(&index);
            if let Some(phone) = self.stored.full.phones.get(index).filter(|_| new) {
                let number = add(draft, phone, primary);
                written.push(WrittenTel {
                    index,
                    number,
                    at: None,
                    turn: Turn::First,
                });
            }
        }
        written
    }

    /// The stored phones as they came: ids rise with time.
    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.stored.full.phones.len()).collect();
        order.sort_by_key(|index| self.stored.full.phones.get(*index).map(|phone| phone.id));
        order
    }

    /// The TELs of the card, each with its phone: the one that was typed so, or that has the same
    /// number; and a number that was changed is the one that is left over, in their order.
    fn tells(&self, draft: &CardDraft<'_>) -> Vec<Tell> {
        let phones = By::of(&self.stored.full.phones);
        let more = More::of(&draft.properties);
        let mut tells: Vec<Tell> = draft
            .lines()
            .filter_map(|(at, property)| {
                let read = phone::phone(property, &draft.properties, &more)?;
                let number = read.number?;
                let typed = number.trim();
                let phone = phones.typed.get(typed).copied().or_else(|| {
                    let hint = read.country_code.flatten();
                    let read = number::canonical(typed, hint.as_deref(), self.stored.home);
                    phones.identity.get(read.identity.as_str()).copied()
                });
                Some(Tell { at, number, phone })
            })
            .collect();
        let found: HashSet<usize> = tells.iter().filter_map(|tell| tell.phone).collect();
        let left: Vec<usize> = self
            .in_order()
            .into_iter()
            .filter(|index| !found.contains(index))
            .collect();
        let free = tells.iter_mut().filter(|tell| tell.phone.is_none());
        for (tell, index) in free.zip(left) {
            tell.phone = Some(index);
        }
        tells
    }

    /// Whether the one that the lines prefer, of several the first, is the primary phone.
    fn leads(&self, draft: &CardDraft<'_>, tells: &[Tell]) -> bool {
        let ranked = tells.iter().filter_map(|tell| {
            let phone = self.stored.full.phones.get(tell.phone?)?;
            let rank = draft.property(tell.at)?.preference()?;
            (!phone.historic).then_some((rank, phone.primary))
        });
        let first = ranked.min_by_key(|(rank, _)| *rank);
        first.is_some_and(|(_, is_primary)| is_primary)
    }

    fn primary_moved(&self) -> bool {
        primary_of(&self.stored.full.phones) != primary_of(self.read)
    }

    /// Rewrites a TEL that differs; returns the number as a reader finds it.
    fn rewrite(
        &self,
        draft: &mut CardDraft<'_>,
        tell: &Tell,
        phone: &Phone,
        turn: Turn,
        primary: Primary,
    ) -> String {
        let kept = self.read_by.typed.get(tell.number.trim());
        let read = kept.or_else(|| self.read_by.identity.get(phone.identity.as_str()));
        let read = read.and_then(|at| self.read.get(*at));
        let renumbered = !self.reads_as(tell.number.trim(), phone, turn);
        let relabelled =
            turn == Turn::First && read.is_none_or(|read| read.location != phone.location);
        let property = draft.property(tell.at);
        let rank = property.and_then(Property::preference);
        let prefers = phone.primary && turn == Turn::First;
        let has_primary = || self.stored.full.phones.iter().any(|phone| phone.primary);
        let is_marked_wrong = || match rank {
            // One that is said to come after the primary one keeps its mark.
            Some(2..) if !prefers => !has_primary(),
            rank => (rank == Some(1)) != prefers,
        };
        let repreferred = primary == Primary::Said && is_marked_wrong();
        if !(renumbered || relabelled || repreferred) {
            return tell.number.clone();
        }
        let version = draft.version();
        let mut line = draft.head(tell.at);
        let mut number = tell.number.clone();
        line.value = match property {
            Some(property) if !renumbered => {
                let text = property.text();
                // An address of the web is written as it is (RFC 3986).
                if is_uri(&text) { text } else { escape(&text) }
            }
            _ => {
                number = spelling(phone);
                line.params.retain(|param| !is(param, "VALUE"));
                escape(&number)
            }
        };
        if repreferred {
            line.params = without_types(&line.params, |kind| kind == "pref");
            line.params.retain(|param| !is(param, "PREF"));
            if phone.primary {
                line.params.push(preference(version).to_owned());
            }
        }
        let mut lines = vec![line];
        if relabelled {
            let line = lines.remove(0);
            lines = labelled(draft, Some(tell.at), line, phone.location.as_deref());
        }
        draft.replace(tell.at, lines);
        number
    }

    /// Whether a reader takes a number for that of a phone; where it is said again, another line has
    /// it as it is stored.
    fn reads_as(&self, typed: &str, phone: &Phone, turn: Turn) -> bool {
        let read = || number::canonical(typed, None, self.stored.home);
        typed == phone.typed
            || read().number == phone.number
            || turn == Turn::Again && read().identity == phone.identity
    }

    /// Writes what only callbook knows of the numbers, where a reader would take it for something
    /// else.
    fn mark(&self, draft: &mut CardDraft<'_>, written: &[WrittenTel]) {
        let there = lines_of_ours(draft);
        let places = More::of(there.iter().map(|(_, property)| property));
        let mut used = HashSet::new();
        for (place, tel) in written.iter().enumerate() {
            let Some(phone) = self.stored.full.phones.get(tel.index) else {
                continue;
            };
            let more = places.about(&tel.number).and_then(|at| there.get(at));
            let property = tel.at.and_then(|at| draft.property(at));
            let trusted = place == 0 && !phone.is_impossible(self.stored.home);
            let bare = Known::of(property, &tel.number, None, self.stored, trusted);
            let now = Known::of(property, &tel.number, more, self.stored, trusted);
            let wanted = Known::stored(phone, self.stored);
            let right = |known: &Known| {
                // The same number again has only to agree that it is historic (Phone resource, 4).
                *known == wanted || tel.turn == Turn::Again && known.historic == wanted.historic
            };
            if let Some((at, _)) = more
                && right(&now)
                && !right(&bare)
            {
                used.insert(*at);
            } else if !right(&bare) {
                let line = wanted.line(&tel.number);
                match more.filter(|(at, _)| !used.contains(at)) {
                    None => draft.add(line),
                    Some((at, _)) => {
                        used.insert(*at);
                        draft.replace(*at, vec![line]);
                    }
                }
            }
        }
        for (at, _) in there.iter().filter(|(at, _)| !used.contains(at)) {
            draft.replace(*at, Vec::new());
        }
    }
}

/// What is known of a number beside TEL.
#[derive(PartialEq, Eq)]
struct Known {
    accurate: bool,
    historic: bool,
    source: String,
    /// The calling code of what is no possible number.
    country: Option<String>,
    /// The label, where it is read as another one from TEL alone.
    label: Option<String>,
}

impl Known {
    /// What a reader finds; the first number of a card is `trusted` where it is possible.
    fn of(
        tel: Option<&Property>,
        number: &str,
        more: Option<&(usize, Property)>,
        stored: &StoredContact<'_>,
        trusted: bool,
    ) -> Self {
        let more = more.map(|(_, more)| more);
        let flag = |name: &str| {
            let flag = more.and_then(|more| more.flag(name));
            flag.or_else(|| tel?.flag(&format!("X-CALLBOOK-{name}")))
        };
        let source = more.and_then(|more| one_line(&more.text()));
        let source = source.or_else(|| one_line(tel?.param("X-CALLBOOK-SOURCE")?));
        let hint = more.and_then(|more| more.param("COUNTRY"));
        Self {
            accurate: flag("ACCURATE").unwrap_or(trusted),
            historic: flag("HISTORIC").unwrap_or_default(),
            source: source.unwrap_or_else(|| stored.source.to_owned()),
            country: Self::country(number, hint, stored),
            label: more
                .and_then(phone::label_in)
                .filter(|label| is_reworded(label)),
        }
    }

    fn stored(phone: &Phone, stored: &StoredContact<'_>) -> Self {
        let code = phone
            .country_code
            .as_deref()
            .filter(|_| !phone.is_normalised());
        Self {
            accurate: phone.valid_values,
            historic: phone.historic,
            source: phone.source.clone(),
            country: match code {
                Some(code) => Some(code.to_owned()),
                None => Self::country(&phone.typed, None, stored),
            },
            label: reworded(phone),
        }
    }

    fn country(number: &str, hint: Option<&str>, stored: &StoredContact<'_>) -> Option<String> {
        let read = number::canonical(number.trim(), hint, stored.home);
        // A possible number says its country itself.
        read.country_code
            .filter(|_| !read.identity.starts_with('+'))
    }

    fn line(&self, number: &str) -> Line {
        let flag = |flag: bool| if flag { "TRUE" } else { "FALSE" };
        let mut line = Line::text(MORE, &self.source)
            .with(param("NUMBER", number))
            .with(param("ACCURATE", flag(self.accurate)));
        if self.historic {
            line = line.with(param("HISTORIC", flag(true)));
        }
        let texts = [("COUNTRY", &self.country), ("LABEL", &self.label)];
        for (name, text) in texts {
            if let Some(text) = text {
                line = line.with(param(name, text));
            }
        }
        line
    }
}

/// The label of a phone, where it is read as another one from TEL alone.
pub(in crate::exchange::vcard) fn reworded(phone: &Phone) -> Option<String> {
    let label = phone.location.clone();
    label.filter(|label| is_reworded(label))
}

/// Adds a TEL; gives the number as a reader finds it.
fn add(draft: &mut CardDraft<'_>, phone: &Phone, primary: Primary) -> String {
    let number = spelling(phone);
    let mut line = Line::text("TEL", &number);
    if primary == Primary::Said && phone.primary {
        line.params.push(preference(draft.version()).to_owned());
    }
    for line in labelled(draft, None, line, phone.location.as_deref()) {
        draft.add(line);
    }
    number
}

/// A number for every reader, wherever: in international spelling, or else as it was typed.
pub(in crate::exchange::vcard) fn spelling(phone: &Phone) -> String {
    if !phone.is_normalised() {
        return phone.number.clone();
    }
    let same = |typed: &String| {
        typed.starts_with('+')
            && !typed.contains(char::is_control)
            && number::canonical(typed, None, None).identity == phone.identity
    };
    let spellings = [phone.typed.clone(), phone.shown()];
    spellings
        .into_iter()
        .find(same)
        .unwrap_or_else(|| phone.number.clone())
}

/// Whether a number is written as an address (RFC 3966).
fn is_uri(text: &str) -> bool {
    let scheme = text.get(..4);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"))
        && !text.contains(char::is_whitespace)
}

/// The line with another label: a type that every program knows, or else one of the user's. `at` is its
/// place on the card; it leaves a group whose label is that of other lines too.
fn labelled(
    draft: &mut CardDraft<'_>,
    at: Option<usize>,
    mut line: Line,
    label: Option<&str>,
) -> Vec<Line> {
    let version = draft.version();
    line.params = without_types(&line.params, |kind| !NO_LABEL.contains(&kind));
    if let (Some(at), Some(group)) = (at, line.group.clone())
        && let Some(label) = draft.label_of(&group)
    {
        if draft.is_shared(&group, at) {
            line.group = None;
        } else {
            draft.replace(label, Vec::new());
        }
    }
    let Some(label) = label else {
        return vec![line];
    };
    let kind = match label {
        "mobile" => Some("cell"),
        "home" | "work" | "fax" | "pager" => Some(label),
        _ => None,
    };
    if let Some(kind) = kind {
        return vec![line.with(type_param(version, kind))];
    }
    let own = line.group.take();
    let own = own.filter(|group| at.is_none_or(|at| !draft.is_shared(group, at)));
    let group = own.unwrap_or_else(|| draft.group());
    let text = match label {
        "main" => "_$!<Main>!$_",
        "other" => "_$!<Other>!$_",
        own => own,
    };
    let named = Line::text("X-ABLabel", text).grouped(&group);
    vec![line.grouped(&group), named]
}

/// The lines of a card that are our own and say something of its numbers, by their places.
pub(in crate::exchange::vcard) fn lines_of_ours(draft: &CardDraft<'_>) -> Vec<(usize, Property)> {
    let lines = draft.lines();
    let ours = lines.filter(|(_, property)| property.name == MORE);
    ours.map(|(at, property)| (at, property.clone())).collect()
}
