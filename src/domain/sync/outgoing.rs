//! What goes out of a contact: the contact as the other side is to have it, and the card that says so.

use super::merge::set;
use super::person::{Number, Person};
use super::row::{ConflictKey, Conflicts, FieldValue, Row};
use super::rules::{Rule, holds};
use super::said::{OurLine, SaidCard, SaidDetail, SaidNumber, same_label, same_text};
use crate::domain::detail::{Detail, DetailId};

/// The contact as it goes out: a field in conflict goes as the other side has it, until a person decides.
#[must_use]
pub fn outgoing<C>(person: &Person, row: &Row<C>) -> Person {
    let mut out = person.clone();
    if row.conflicts.is_empty() {
        return out;
    }
    for (key, conflict) in row.conflicts.iter().filter(|(_, one)| !one.closed) {
        take(&mut out, key, &conflict.theirs);
    }
    if holds(Rule::SameIsOne) {
        out.join_same(&row.agreed);
    }
    out
}

/// Makes a contact say what is said of a field.
pub fn take(person: &mut Person, key: &ConflictKey, value: &FieldValue) {
    match (key, value) {
        (ConflictKey::Field(name), FieldValue::Text(text)) => set(person, name, text.clone()),
        (ConflictKey::NumberLabel(number), FieldValue::Text(label)) => {
            if let Some(number) = person.numbers.get_mut(number) {
                number.label.clone_from(label);
            }
        }
        (ConflictKey::DetailLabel(id), FieldValue::Text(label)) => {
            if let Some(detail) = person.details.get_mut(id) {
                detail.label.clone_from(label);
            }
        }
        (ConflictKey::DetailValue(id), FieldValue::Value(value)) => {
            if let Some(detail) = person.details.get_mut(id) {
                detail.value = value.clone();
            }
        }
        _ => {}
    }
}

/// Whether a decision is still to be made: neither side has come to the other's value.
#[must_use]
pub fn is_open(person: &Person, key: &ConflictKey, theirs: &FieldValue) -> bool {
    match (key, theirs) {
        (ConflictKey::Field(name), FieldValue::Text(text)) => {
            person.fields.get(name) != text.as_ref()
        }
        (ConflictKey::NumberLabel(number), FieldValue::Text(label)) => {
            let number = person.numbers.get(number);
            number.is_some_and(|number| number.label != *label)
        }
        (ConflictKey::DetailLabel(id), FieldValue::Text(label)) => {
            let detail = person.details.get(id);
            detail.is_some_and(|detail| detail.label != *label)
        }
        (ConflictKey::DetailValue(id), FieldValue::Value(value)) => {
            let detail = person.details.get(id);
            detail.is_some_and(|detail| detail.value != *value)
        }
        _ => false,
    }
}

/// Closes the conflicts that are decided.
pub(super) fn close_decided(conflicts: &mut Conflicts, person: &Person) {
    for (key, conflict) in conflicts {
        conflict.closed |= !is_open(person, key, &conflict.theirs);
    }
}

/// How a number goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberOut {
    /// Whether with a `TEL`.
    pub tel: bool,
    /// What a line of ours says.
    pub line: OurLine,
}

/// How a number goes out, or none where it does not. `there` is what the card that is there says of it, none for a new
/// card; `was` is the number when both agreed.
///
/// Every number in use goes as a `TEL`. A historic one has its `TEL` where the card has it, and a line of ours,
/// only if the card already has either, or is new: so what was taken out elsewhere is not brought back there.
/// A line of ours says a flag where it is set, where it was when both agreed, or where the card says it already: one
/// that knows nothing of a flag must not say that it is not set.
#[must_use]
pub fn number_out(
    number: &Number,
    there: Option<&SaidNumber>,
    was: Option<&Number>,
) -> Option<NumberOut> {
    let has_tel = there.is_some_and(|there| there.tel);
    let line = there.map(|there| there.line).unwrap_or_default();
    let is_unknown = there.is_some() && !has_tel && line == OurLine::default();
    if number.historic && is_unknown && holds(Rule::HistoricStaysHere) {
        return None;
    }
    let say = |is: bool, line: Option<bool>, was: Option<bool>| {
        (is || line.is_some() || was == Some(true)).then_some(is)
    };
    let mut out = OurLine {
        historic: say(number.historic, line.historic, was.map(|was| was.historic)),
        accurate: say(number.accurate, line.accurate, was.map(|was| was.accurate)),
    };
    if !holds(Rule::LineSaysSetFlags) {
        let says = number.historic || number.accurate || line != OurLine::default();
        out = OurLine {
            historic: says.then_some(number.historic),
            accurate: says.then_some(number.accurate),
        };
    }
    Some(NumberOut {
        tel: !number.historic || has_tel,
        line: out,
    })
}

/// The card that says what a contact says, over the card that is there.
#[must_use]
pub fn card_out(
    person: &Person,
    uid: &str,
    base: Option<&SaidCard>,
    agreed: Option<&Person>,
) -> SaidCard {
    let mut out = SaidCard {
        uid: base
            .and_then(|base| base.uid.clone())
            .or_else(|| Some(uid.to_owned())),
        fields: person.fields.clone(),
        primary: person.primary.clone(),
        tags: person.tags.clone(),
        ..SaidCard::default()
    };
    for (key, number) in &person.numbers {
        let blank = SaidNumber::default();
        let there = base.map(|base| base.numbers.get(key).unwrap_or(&blank));
        let was = agreed.and_then(|agreed| agreed.numbers.get(key));
        if let Some(NumberOut { tel, line }) = number_out(number, there, was) {
            let said = SaidNumber {
                tel,
                label: number.label.clone(),
                line,
            };
            out.numbers.insert(key.clone(), said);
        }
    }
    for (id, detail) in &person.details {
        let mut detail = detail.clone();
        detail.preferred = person.preferred.get(&detail.kind) == Some(id);
        let id_out = detail_id_out(*id, person, base, agreed, &out.details);
        out.details.push(SaidDetail::new(detail, id_out));
    }
    out
}

/// The id that a card gives a detail: the one that it has stays, whoever gave it, and no two have one.
fn detail_id_out(
    id: DetailId,
    person: &Person,
    base: Option<&SaidCard>,
    agreed: Option<&Person>,
    given: &[SaidDetail],
) -> Option<DetailId> {
    let is_free = |id: &DetailId| !given.iter().any(|other| other.id == Some(*id));
    let detail = person.details.get(&id)?;
    let was = agreed.and_then(|agreed| agreed.details.get(&id));
    let is_unknown = agreed.is_none_or(|agreed| agreed.detail_like(&detail.identity()).is_none());
    let was = was
        .map(Detail::identity)
        .or_else(|| is_unknown.then(|| detail.identity()));
    let there = was.and_then(|was| base?.detail(&was)?.id).filter(is_free);
    there.or_else(|| Some(id).filter(is_free))
}

/// Whether all that a card was to say is said there: of what it changed over `base`. What only lines of ours
/// say counts only where nothing else was changed, since such lines may have been dropped.
pub(super) fn shows(base: &SaidCard, body: &SaidCard, now: &SaidCard) -> bool {
    let mut seen = Seen::default();
    for name in base.fields.keys().chain(body.fields.keys()) {
        let (was, is) = (base.fields.get(name), body.fields.get(name));
        if was != is && !super::said::is_only_ours(name) {
            seen.note(now.fields.get(name) == is);
        }
    }
    for (key, tel) in body.tels() {
        let label = tel.label.as_deref();
        let is_changed = base
            .tel(key)
            .is_none_or(|was| !same_label(was.label.as_deref(), label));
        if is_changed {
            let there = now.tel(key);
            seen.note(there.is_some_and(|is| same_label(is.label.as_deref(), label)));
        }
    }
    for (key, _) in base.tels() {
        if !body.has_tel(key) {
            seen.note(!now.has_tel(key));
        }
    }
    for said in &body.details {
        let label = said.detail.label.as_deref();
        let reads_same = |other: &SaidDetail| same_label(other.detail.label.as_deref(), label);
        if base
            .detail(&said.identity)
            .is_none_or(|was| !reads_same(was))
        {
            seen.note(now.detail(&said.identity).is_some_and(reads_same));
        }
    }
    for said in &base.details {
        if body.detail(&said.identity).is_none() {
            seen.note(now.detail(&said.identity).is_none());
        }
    }
    for kind in crate::domain::detail::DetailKind::ALL {
        let of = |card: &SaidCard| card.preferred(kind).map(|said| said.identity.clone());
        if of(body) != of(base) {
            seen.note(of(body) == of(now));
        }
    }
    for tag in body.tags.symmetric_difference(&base.tags) {
        seen.note(body.tags.contains(tag) == now.tags.contains(tag));
    }
    if body.primary != base.primary && !seen.any {
        seen.note(body.primary == now.primary);
    }
    if !seen.any {
        for key in body.numbers.keys() {
            if base.line(key) != body.line(key) {
                seen.note(now.line(key) == body.line(key));
            }
        }
    }
    if holds(Rule::AllProves) {
        seen.any && seen.all
    } else {
        seen.one
    }
}

/// What of a change is to be seen.
struct Seen {
    any: bool,
    one: bool,
    all: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            any: false,
            one: false,
            all: true,
        }
    }
}

impl Seen {
    fn note(&mut self, is_seen: bool) {
        self.any = true;
        self.one |= is_seen;
        self.all &= is_seen;
    }
}

/// Whether a card says nothing beyond what was sent, so that nobody else added or changed anything.
pub(super) fn says_no_more(now: &SaidCard, body: &SaidCard) -> bool {
    let text = |said: &SaidCard, name: &str| said.fields.get(name).cloned();
    let same =
        |name: &&'static str| same_text(text(now, name).as_deref(), text(body, name).as_deref());
    now.fields.keys().all(same)
        && now.tels().all(|(key, tel)| {
            body.tel(key)
                .is_some_and(|sent| same_label(sent.label.as_deref(), tel.label.as_deref()))
        })
        && now.details.iter().all(|said| {
            body.detail(&said.identity).is_some_and(|sent| {
                same_label(sent.detail.label.as_deref(), said.detail.label.as_deref())
            })
        })
}

/// Whether a card that was to be made is what is there now.
pub(super) fn is_in(body: &SaidCard, now: &SaidCard) -> bool {
    let mut fields = now.fields.keys();
    has_all(body, now)
        && fields.all(|name| body.fields.contains_key(name) || super::said::is_only_ours(name))
}

/// Whether all that a card says is on the one that is there now.
pub(super) fn has_all(body: &SaidCard, now: &SaidCard) -> bool {
    let fields = body.fields.iter();
    let mut fields = fields.filter(|(name, _)| !super::said::is_only_ours(name));
    fields.all(|(name, text)| now.fields.get(name) == Some(text))
        && body.tels().all(|(key, tel)| {
            now.tel(key)
                .is_some_and(|is| same_label(is.label.as_deref(), tel.label.as_deref()))
        })
        && body.details.iter().all(|said| {
            now.detail(&said.identity).is_some_and(|is| {
                same_label(is.detail.label.as_deref(), said.detail.label.as_deref())
            })
        })
}
