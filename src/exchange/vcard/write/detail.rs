//! Emails, addresses, days, links and chats as lines of a card.

use std::collections::HashSet;

use crate::domain::address::Address;
use crate::domain::contact::{Detail, DetailKind, DetailValue};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY, DetailId};
use crate::domain::fold::fold;
use crate::domain::own_fields::OwnFields;

use super::super::contact::{self, DETAIL_ID, OWN_DETAIL};
use super::super::draft::CardDraft;
use super::super::label;
use super::super::line::{Line, LineForm, Version, escape};
use super::super::param::{is as is_param, param, type_param, without_types};
use super::super::place::{self, PLACE};
use super::super::profile;
use super::super::property::{self, Property};
use super::super::value::ValueShape;
use super::list;

/// What makes two details the same.
type Identity = (&'static str, String);

/// Whether a detail is what became of one that a card says.
type Follows<'f> = &'f dyn Fn(&Detail, &Detail) -> bool;

/// Writes the details that the card does not have, and leaves out those that the contact does not. In a card that
/// is the same contact's elsewhere, each line that is written gives the id of its detail; `agreed` is what its
/// details were when both were the same.
pub(super) fn write(draft: &mut CardDraft<'_>, details: &[Detail], agreed: Option<&[Detail]>) {
    let mut missing: Vec<&Detail> = details.iter().collect();
    // Of each line that says a detail as the contact has it, what makes that the same as another.
    let mut said_first: Vec<(usize, Identity)> = Vec::new();
    let mut surplus: Vec<(usize, Detail)> = Vec::new();
    let mut given: HashSet<DetailId> = HashSet::new();
    for (at, property) in draft.lines() {
        let read = contact::details(property, &draft.properties);
        let Some(first) = read.first() else {
            continue;
        };
        let mut left = missing.clone();
        let as_link = profile::as_link(property, &draft.properties);
        let all_there = read.iter().all(|read| {
            let says_same = |detail: &&Detail| {
                let mut said = [Some(read), as_link.as_ref()].into_iter().flatten();
                said.any(|said| is_said(detail, said))
            };
            let there = left.iter().position(says_same);
            there.map(|there| left.remove(there)).is_some()
        });
        given.extend(contact::id_of(property));
        if all_there {
            missing = left;
            said_first.extend(read.iter().map(|read| (at, read.identity())));
        } else {
            surplus.push((at, first.clone()));
        }
    }
    // What was changed stays in its place, with the other parameters of its line.
    let mut successors: Vec<Option<&Detail>> = vec![None; surplus.len()];
    let of_label = |new: &Detail, said: &Detail| new.kind == said.kind && new.label == said.label;
    let of_kind = |new: &Detail, said: &Detail| new.kind == said.kind;
    let of_agreed =
        |new: &Detail, said: &Detail| agreed.is_some_and(|agreed| is_changed(new, said, agreed));
    let follows: &[Follows<'_>] = match agreed {
        None => &[&of_label, &of_kind],
        Some(_) => &[&of_agreed],
    };
    for follows in follows {
        for (successor, (_, said)) in successors.iter_mut().zip(&surplus) {
            if successor.is_none() {
                let new = missing.iter().position(|new| follows(new, said));
                *successor = new.map(|new| missing.remove(new));
            }
        }
    }
    let new_ones = surplus.iter().zip(successors.iter().copied());
    said_first.extend(new_ones.filter_map(|((at, _), new)| Some((*at, new?.identity()))));
    for ((at, said), new) in surplus.into_iter().zip(successors) {
        // Elsewhere what a line above it says already, as one with a second label does, is no detail more and stays.
        let identity = said.identity();
        let is_above = |(first, own): &(usize, Identity)| *first < at && *own == identity;
        if agreed.is_some() && new.is_none() && said_first.iter().any(is_above) {
            continue;
        }
        if new.is_none_or(|new| new.value != said.value) {
            for stale in beside_address(draft, at, &said) {
                draft.replace(stale, Vec::new());
            }
        }
        let lines = new.map(|detail| {
            let lines = changed(draft, at, detail);
            match agreed {
                Some(_) if said.id.is_none() => identified(lines, detail.id, &mut given),
                Some(_) => identified(lines, said.id, &mut HashSet::new()),
                None => lines,
            }
        });
        draft.replace(at, lines.unwrap_or_default());
    }
    for detail in missing {
        let mut lines = lines(draft, detail);
        if agreed.is_some() {
            lines = identified(lines, detail.id, &mut given);
        }
        for line in lines {
            draft.add(line);
        }
    }
}

/// The lines that say an address once more, which is no longer what the line at a place says: as it is written on an
/// envelope, and where it is.
fn beside_address(draft: &CardDraft<'_>, at: usize, said: &Detail) -> Vec<usize> {
    let (Some(address), Some(own)) = (said.address(), draft.property(at)) else {
        return Vec::new();
    };
    let parts = [&address.street, &address.po_box, &address.locality];
    let part = parts.into_iter().find(|part| !part.is_empty());
    let part = part.map(|part| fold(part)).unwrap_or_default();
    let is_beside = |other: &Property| {
        let in_group = own.group.is_some() && other.group == own.group;
        match other.name.as_str() {
            PLACE => in_group,
            "LABEL" => {
                let alike = own.group.is_none() && other.group.is_none();
                (in_group || alike && own.kinds() == other.kinds())
                    && fold(&other.text()).contains(&part)
            }
            _ => false,
        }
    };
    let beside = draft.lines().filter(|(_, other)| is_beside(other));
    beside.map(|(at, _)| at).collect()
}

/// Whether a detail is what became of one that a card says: the card gives its id, or it said the same when both
/// agreed.
fn is_changed(detail: &Detail, said: &Detail, agreed: &[Detail]) -> bool {
    let said_so = |was: &Detail| was.id == detail.id && was.identity() == said.identity();
    detail.kind == said.kind
        && (said.id == detail.id && !said.id.is_none() || agreed.iter().any(said_so))
}

/// The lines of a detail with its id on the first of them, unless another line has that already.
fn identified(mut lines: Vec<Line>, id: DetailId, given: &mut HashSet<DetailId>) -> Vec<Line> {
    if let Some(first) = lines.first_mut() {
        let has_one = first.params.iter().any(|own| is_param(own, DETAIL_ID));
        if !has_one && !id.is_none() && given.insert(id) {
            first.params.push(param(DETAIL_ID, &id.to_string()));
        }
    }
    lines
}

/// Whether a detail is what a card says, whichever is preferred. The lines of a part of an address were commas once:
/// books have it so.
pub(super) fn is_said(own: &Detail, said: &Detail) -> bool {
    own.says_but_for_preferred(said)
        || said.address().is_some_and(|address| {
            let value = address.on_lines_of_one().into();
            let once = Detail {
                value,
                ..said.clone()
            };
            own.says_but_for_preferred(&once)
        })
}

/// The card with the details of each kind in this order; none where they are in it, whatever stands between them.
pub(super) fn in_order(card: &[u8], details: &[Detail], fields: &OwnFields) -> Option<Vec<u8>> {
    let is_several = |kind: &DetailKind| details.iter().filter(|own| own.kind == *kind).count() > 1;
    let several: Vec<DetailKind> = DetailKind::ALL.into_iter().filter(is_several).collect();
    if several.is_empty() {
        return None;
    }
    let mut draft = CardDraft::new(card, Version::V30).with(fields);
    let mut moves: Vec<(usize, usize)> = Vec::new();
    for kind in several {
        let mut left: Vec<Option<&Detail>> = details.iter().map(Some).collect();
        let lines = draft.lines().filter_map(|(at, property)| {
            // The first line of its property says more than the others.
            if fields.label_of_further(&property.name).is_some() {
                return None;
            }
            let read = contact::details(property, &draft.properties);
            let said = read.first().filter(|said| said.kind == kind)?;
            let says_it = |own: &Detail| is_said(own, said);
            let place = left.iter().position(|own| own.is_some_and(says_it));
            if let Some(own) = place.and_then(|place| left.get_mut(place)) {
                *own = None;
            }
            Some(place.map(|place| (place, at)))
        });
        // Where the card has a detail that the contact lacks, the order is left as it is.
        let Some(now) = lines.collect::<Option<Vec<(usize, usize)>>>() else {
            continue;
        };
        let mut wanted = now.clone();
        wanted.sort_unstable();
        let pairs = now.into_iter().zip(wanted);
        let pairs = pairs.map(|((_, at), (_, from))| (at, from));
        moves.extend(pairs.filter(|(at, from)| at != from));
    }
    if moves.is_empty() {
        return None;
    }
    for (at, from) in moves {
        draft.put_there(at, from);
    }
    Some(draft.finish())
}

/// The lines of a detail that takes the place of another one: the line before with another value, where a reader
/// finds the detail in it; so its group, its label and its other parameters stay.
fn changed(draft: &mut CardDraft<'_>, at: usize, detail: &Detail) -> Vec<Line> {
    let before = draft.head(at);
    let (version, fields) = (draft.version(), draft.fields());
    let group = before
        .group
        .clone()
        .filter(|group| !draft.is_shared(group, at));
    let label_at = group.as_deref().and_then(|group| draft.label_of(group));
    let said = draft
        .property(at)
        .and_then(|property| contact::detail(property, &draft.properties));
    let network = draft.property(at).zip(said.as_ref());
    let network =
        network.and_then(|(property, said)| profile::on_network(property, &before, said, detail));
    if let Some(line) = network
        && reads_as(version, fields, &[&line], detail)
    {
        return vec![line];
    }
    let same = same_property(draft, at, detail);
    let others = plain(version, fields, detail);
    for plain in same.into_iter().chain(others) {
        if !plain.name.eq_ignore_ascii_case(&before.name) {
            continue;
        }
        let mut line = Line {
            value: plain.value.clone(),
            ..before.clone()
        };
        // How the value is written is said by the new line.
        let is_form = |param: &String| FORMS.iter().any(|name| is_param(param, name));
        line.params.retain(|param| !is_form(param));
        // What says an address once more says the one before.
        if detail.kind == DetailKind::Address
            && said.as_ref().is_none_or(|said| said.value != detail.value)
        {
            let beside = ["LABEL", PLACE];
            line.params
                .retain(|param| !beside.iter().any(|name| is_param(param, name)));
        }
        line.params
            .extend(plain.params.iter().filter(|param| is_form(param)).cloned());
        let is_apples = line.name.to_ascii_uppercase().starts_with(APPLES);
        let named = |group: &str, text: &str| {
            let text = if is_apples {
                label::of_apple(text)
            } else {
                text.into()
            };
            Line::text("X-ABLabel", &text).grouped(group)
        };
        let there = before.group.as_deref().and_then(|group| {
            let at = draft.label_of(group)?;
            Some(named(group, &draft.property(at)?.text()))
        });
        let read: Vec<&Line> = [&line].into_iter().chain(&there).collect();
        if reads_as(version, fields, &read, detail) {
            return vec![line];
        }
        // Another usual label, or none: in the place of the type before, and of the one that the group has.
        let was = said.as_ref().and_then(|said| said.label.as_deref());
        let is_label = |kind: &str| {
            let kind = kind.strip_prefix("x-").unwrap_or(kind);
            was.is_some_and(|was| kind.eq_ignore_ascii_case(was))
        };
        let kept = without_types(&line.params, is_label);
        let has_type = kept != line.params;
        let of_label = detail.label.as_deref();
        let of_label = of_label.map(|label| type_param(version, label));
        let relabelled = Line {
            params: kept.iter().cloned().chain(of_label).collect(),
            ..line.clone()
        };
        let is_of_others = group.is_none() && there.is_some();
        let takes_type = !is_apples || has_type || detail.label.is_none();
        if !is_of_others && takes_type && reads_as(version, fields, &[&relabelled], detail) {
            if let Some(label_at) = label_at {
                draft.replace(label_at, Vec::new());
            }
            return vec![relabelled];
        }
        // One of the person's own: in the place of the one before, or in a group for it.
        let Some(own) = detail.label.as_deref() else {
            continue;
        };
        let own_group = match &group {
            Some(group) => group.clone(),
            None if before.group.is_none() => draft.group(),
            None => continue,
        };
        let named = named(&own_group, own);
        // Programs that do not read it would go on with the type.
        let untyped = Line {
            params: kept,
            ..line.clone()
        };
        for line in [untyped, line] {
            let line = line.grouped(&own_group);
            if !reads_as(version, fields, &[&line, &named], detail) {
                continue;
            }
            return match label_at {
                Some(label_at) => {
                    draft.replace(label_at, vec![named]);
                    vec![line]
                }
                None => vec![line, named],
            };
        }
    }
    lines(draft, detail)
}

/// Parameters that say how a value is written, or say it once more.
const FORMS: [&str; 4] = ["VALUE", "X-APPLE-OMIT-YEAR", "X-USER", "USERNAME"];

/// The property of a line with the value of a detail in the place of its own, and the parameters that say how it is
/// written.
fn same_property(draft: &CardDraft<'_>, at: usize, detail: &Detail) -> Option<Line> {
    let before = draft.head(at);
    let property = draft.property(at)?;
    let said = contact::detail(property, &draft.properties)?;
    let value = detail.text();
    match (detail.kind, said.address(), detail.address()) {
        (DetailKind::Address, Some(was), Some(is)) => {
            return Some(Line::of(&before.name, address_over(draft, at, was, is)));
        }
        (DetailKind::Other, ..) if property.name == PLACE => {
            return Some(other(PLACE, draft.version(), &value));
        }
        (DetailKind::Date, ..) => return Some(day(&before.name, draft.version(), &value)),
        _ => {}
    }
    let text = property.text();
    let of_page = profile::is_profile(property) && text.contains("://");
    let value = if of_page && said.kind == DetailKind::Chat {
        profile::page_of(&text, &said.text(), detail)
    } else {
        // `mailto:`, or the scheme of a chat network.
        let before = text.strip_suffix(&*said.text()).unwrap_or_default();
        format!("{before}{value}")
    };
    let written = list::rewritten(&draft.value_at(at), &text, &value);
    let mut line = Line::of(&before.name, written.unwrap_or_else(|| escape(&value)));
    // A relation names a contact by its identifier, or is just the name of a person.
    let is_related = property.name == RELATED;
    if is_related && !value.starts_with("urn:") {
        line = line.with("VALUE=text");
    }
    for param in before.params {
        let names_user = ["X-USER", "USERNAME"].into_iter();
        let name = { names_user }.find(|name| is_param(&param, name));
        match (name, detail.text()) {
            (Some(_), handle) if handle.contains("://") => {}
            (Some(_), handle) => {
                let own = param.split_once('=').map_or("X-USER", |(own, _)| own);
                line = line.with(self::param(own, &handle));
            }
            (None, _) if is_param(&param, "VALUE") && !is_related => line = line.with(param),
            (None, _) => {}
        }
    }
    Some(line)
}

/// The value of an ADR with the parts changed that say something else; all others are as the card has them, with
/// what is lost where they are read, such as the end of a line.
fn address_over(draft: &CardDraft<'_>, at: usize, was: &Address, is: &Address) -> String {
    let mut parts = draft.components_at(at);
    let mut lists = draft
        .property(at)
        .map(|property| property.components.clone())
        .unwrap_or_default();
    if parts.len() == 1 {
        // All of it in one text is read as the street.
        let street = parts.remove(0);
        parts = vec![String::new(), String::new(), street];
        lists.splice(0..0, [Vec::new(), Vec::new()]);
    }
    let (was, is) = (was.card_parts(), is.card_parts());
    if was.last() != is.last() {
        // What follows the country was read as part of it.
        parts.truncate(is.len());
    }
    parts.resize(parts.len().max(is.len()), String::new());
    for (place, (part, (was, is))) in parts.iter_mut().zip(was.into_iter().zip(is)).enumerate() {
        if was != is {
            let list = lists.get(place).map_or(&[][..], Vec::as_slice);
            *part = list::again(list, is, list::Between::Comma).join(",");
        }
    }
    parts.join(";")
}

/// The lines of a detail: those that every program knows where they say the same, else ours.
fn lines(draft: &mut CardDraft<'_>, detail: &Detail) -> Vec<Line> {
    let plain = plain(draft.version(), draft.fields(), detail);
    labelled(draft, detail, plain)
}

/// One of these lines with the label that the detail has, or ours where none of them says the same.
fn labelled(draft: &mut CardDraft<'_>, detail: &Detail, plain: Vec<Line>) -> Vec<Line> {
    let (version, fields) = (draft.version(), draft.fields());
    let Some(label) = detail.label.as_deref() else {
        let own = || own(detail);
        let plain = plain
            .into_iter()
            .find(|line| reads_as(version, fields, &[line], detail));
        return vec![plain.unwrap_or_else(own)];
    };
    for line in &plain {
        // Of these, phones read only the label of a group.
        let is_in_group = line.name.starts_with(APPLES);
        let typed = (!is_in_group).then(|| line.clone().with(type_param(version, label)));
        for line in [line].into_iter().chain(&typed) {
            if reads_as(version, fields, &[line], detail) {
                return vec![line.clone()];
            }
        }
    }
    let group = draft.group();
    let named = Line::text("X-ABLabel", label).grouped(&group);
    let apples = Line::text("X-ABLabel", &label::of_apple(label)).grouped(&group);
    for line in plain {
        let label = if line.name.starts_with(APPLES) {
            &apples
        } else {
            &named
        };
        let line = line.grouped(&group);
        if reads_as(version, fields, &[&line, label], detail) {
            return vec![line, label.clone()];
        }
    }
    vec![own(detail).grouped(&group), named]
}

/// The property of a relation in version 4.0.
const RELATED: &str = "RELATED";

/// What the names of properties that Apple came up with begin with.
const APPLES: &str = "X-AB";

/// The line that says exactly what is stored, to us alone.
fn own(detail: &Detail) -> Line {
    let kind = param("KIND", detail.kind.word());
    match &detail.value {
        DetailValue::Text(text) => Line::text(OWN_DETAIL, text).with(kind),
        parts => {
            let json = serde_json::to_string(parts).unwrap_or_default();
            Line::text(OWN_DETAIL, &json).with(kind).with("AS=json")
        }
    }
}

/// Whether a reader finds this very detail in the lines.
fn reads_as(version: Version, fields: &OwnFields, lines: &[&Line], detail: &Detail) -> bool {
    let mut card = format!("BEGIN:VCARD\r\nVERSION:{}\r\n", version.number()).into_bytes();
    let form = LineForm {
        version,
        end: "\r\n",
    };
    let name = lines.first().map_or("", |line| &line.name);
    let name = name.to_ascii_uppercase();
    // Only a further line of these is a detail.
    let is_further = detail.kind == DetailKind::Other && fields.label_of_further(&name).is_some();
    if is_further {
        Line::of(&name, "x".to_owned()).write(form, &mut card);
    }
    for line in lines {
        line.write(form, &mut card);
    }
    card.extend_from_slice(b"END:VCARD\r\n");
    let properties = property::properties_with(&card, fields);
    let line = properties.get(usize::from(is_further));
    let read = line.map(|line| contact::details(line, &properties));
    read.is_some_and(|read| match read.as_slice() {
        [read] => read.says_but_for_preferred(detail),
        _ => false,
    })
}

/// The lines that other programs know for a detail, without a label; the best first.
fn plain(version: Version, fields: &OwnFields, detail: &Detail) -> Vec<Line> {
    let value = detail.text();
    let value = &*value;
    let label = detail.label.as_deref().unwrap_or_default();
    let text = |name: &str| Line::text(name, value);
    match detail.kind {
        DetailKind::Email => vec![text("EMAIL")],
        DetailKind::Address => {
            let parts = detail.address().map(Address::card_parts);
            // One that is a text has all of it as its street.
            let parts = parts.unwrap_or(["", "", value, "", "", "", ""]);
            vec![Line::of("ADR", parts.map(escape).join(";"))]
        }
        DetailKind::Date => {
            let own = match (label, version) {
                (BIRTHDAY, _) => Some("BDAY"),
                (ANNIVERSARY, Version::V40) => Some("ANNIVERSARY"),
                (ANNIVERSARY, Version::V21 | Version::V30) => Some("X-ANNIVERSARY"),
                _ => None,
            };
            // Without its year, only phones read it in 3.0, and only by this name.
            let is_apples =
                label == ANNIVERSARY && version != Version::V40 && value.starts_with("--");
            let own = own.filter(|_| !is_apples);
            let names = own.into_iter().chain(["X-ABDATE"]);
            names.map(|name| day(name, version, value)).collect()
        }
        DetailKind::Link => vec![text("URL")],
        DetailKind::Chat => {
            if label.is_empty() {
                return vec![text("IMPP")];
            }
            let line = Line::of("IMPP", profile::address_on(label, value));
            vec![line.clone(), line.with(param("X-SERVICE-TYPE", label))]
        }
        DetailKind::Relation if version == Version::V40 => {
            let is_uri = value.starts_with("urn:");
            let related = if is_uri {
                text(RELATED)
            } else {
                text(RELATED).with("VALUE=text")
            };
            vec![related, text("X-ABRELATEDNAMES")]
        }
        DetailKind::Relation => vec![text("X-ABRELATEDNAMES")],
        DetailKind::Other => {
            let own = fields.property_of(label);
            own.map(|name| other(name, version, value))
                .into_iter()
                .collect()
        }
    }
}

/// A line of a detail that is called by its property: a place as the version has it, and between the components of a
/// value that has some the semicolon stays.
fn other(name: &str, version: Version, value: &str) -> Line {
    if name == PLACE
        && let Some(place) = place::written(value, version)
    {
        return Line::of(name, place);
    }
    if ValueShape::of(name) != ValueShape::Components {
        return Line::text(name, value);
    }
    let components: Vec<String> = value.split(';').map(escape).collect();
    Line::of(name, components.join(";"))
}

/// A day: in the basic form that 4.0 has (RFC 6350, 4.3.1), as Apple writes one without a year in
/// 3.0, and as a text where it is none.
fn day(name: &str, version: Version, value: &str) -> Line {
    let digits = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    match (version, value.strip_prefix("--")) {
        (Version::V40, _) if digits && !value.is_empty() => {
            let (start, rest) = match value.strip_prefix("--") {
                Some(rest) => ("--", rest),
                None => ("", value),
            };
            // Of a year and a month the hyphen stays.
            let is_day = rest.len() != "1980-02".len();
            let rest = if is_day {
                rest.replace('-', "")
            } else {
                rest.to_owned()
            };
            Line::of(name, format!("{start}{rest}"))
        }
        (Version::V40, _) => Line::text(name, value).with("VALUE=text"),
        // What is no day of the calendar is refused as one.
        (Version::V30, None) if !digits => Line::text(name, value).with("VALUE=text"),
        (_, Some(rest)) => {
            let line = Line::text(name, &format!("1604-{rest}"));
            line.with("X-APPLE-OMIT-YEAR=1604")
        }
        _ => Line::text(name, value),
    }
}
