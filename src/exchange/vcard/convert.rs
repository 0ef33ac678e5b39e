//! A card in another version, line by line: names, values and order stay, and what the version says
//! otherwise is said so. What callbook does not understand is carried over too.

mod binary;
mod day;
mod envelope;

use super::content::split;
use super::draft::CardDraft;
use super::head::custom_type;
use super::label::of_detail;
use super::line::{Line, LineForm, Version, escape};
use super::param::{is, is_binary, param, preference, without_types};
use super::phone::number;
use super::place;
use super::property::Property;
use super::value::{ValueShape, unescaped};

/// The card in this version; unchanged if it has that and all that it requires. `name` is that
/// of the contact.
pub(super) fn convert(card: &[u8], version: Version, name: &str) -> Vec<u8> {
    let mut draft = CardDraft::new(card, Version::V30);
    if draft.version() == version && draft.names_version() {
        require(&mut draft, name);
        return draft.finish();
    }
    let form = LineForm {
        version,
        end: "\r\n",
    };
    let mut out = Vec::with_capacity(card.len());
    Line::of("BEGIN", "VCARD".to_owned()).write(form, &mut out);
    Line::of("VERSION", version.number().to_owned()).write(form, &mut out);
    let mut lines: Vec<Line> = (0..draft.len())
        .filter_map(|at| line(&draft, at, version))
        .collect();
    sort_as(&mut lines, version);
    for line in lines {
        line.write(form, &mut out);
    }
    Line::of("END", "VCARD".to_owned()).write(form, &mut out);
    let mut draft = CardDraft::new(&out, version);
    require(&mut draft, name);
    draft.finish()
}

/// Adds what the version of a card requires and the card does not have, and brings lines that are
/// written as in another version into its own.
pub(super) fn require(draft: &mut CardDraft<'_>, name: &str) {
    let version = draft.version();
    for at in draft.foreign() {
        let line = line(draft, at, version);
        draft.replace(at, line.into_iter().collect());
    }
    let has_name = draft.gives("N");
    if !draft.gives("FN") && (version != Version::V21 || !has_name) && !name.trim().is_empty() {
        draft.put("FN", Some(escape(name)));
    }
    if version != Version::V30 && (version == Version::V40 || has_name || draft.gives("FN")) {
        pad(draft);
        return;
    }
    if draft.has("N") || has_name {
        pad(draft);
    } else {
        // Which has to be there (RFC 2426, 3.1.2).
        draft.add(Line::of("N", ";;;;".to_owned()));
    }
}

/// Gives N its five parts (RFC 2426, 3.1.2; RFC 6350, 6.2.2).
fn pad(draft: &mut CardDraft<'_>) {
    let mut parts = draft.components("N");
    if parts.is_empty() || parts.len() >= 5 || draft.version() == Version::V21 {
        return;
    }
    parts.resize(5, String::new());
    draft.put("N", Some(parts.join(";")));
}

/// A line of the card as the version has it; none for what frames the card.
pub(super) fn line(draft: &CardDraft<'_>, at: usize, version: Version) -> Option<Line> {
    let mut line = draft.head(at);
    // What frames a card frames only the new one.
    let frame = ["", "BEGIN", "END", "VERSION"];
    // Joined files have a byte order mark before a BEGIN that is not their first.
    let name = line.name.strip_prefix('\u{feff}').unwrap_or(&line.name);
    if frame.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return None;
    }
    let name = name.to_ascii_uppercase();
    if name == "PROFILE" && version == Version::V40 || name == "X-CALLBOOK-CHARSET" {
        return None;
    }
    types(&mut line);
    let value = split(draft.text(at))
        .map(|(_, value)| value)
        .unwrap_or_default();
    if name == "AGENT" {
        line.value = agent(value, version);
        return Some(line);
    }
    if line.params.iter().any(|param| is_binary(param)) {
        let plain = value.iter().filter(|byte| byte.is_ascii_graphic());
        line.value = plain.map(|byte| char::from(*byte)).collect();
        binary::embed(&mut line, version);
    } else {
        line.value = value_of(draft, at, &name);
        if version != Version::V40 {
            binary::extract(&mut line);
        }
    }
    prefer(&mut line, version);
    if version == draft.version() {
        return Some(line);
    }
    match draft.property(at) {
        Some(property) => otherwise(draft, property, line, version),
        None => Some(line),
    }
}

/// A line that the version has in another property or form, as that.
fn otherwise(
    draft: &CardDraft<'_>,
    property: &Property,
    mut line: Line,
    version: Version,
) -> Option<Line> {
    let four = version == Version::V40;
    let text = property.text();
    let word = text.trim().to_ascii_lowercase();
    let renamed = |name: &str, line: Line| Line {
        name: name.to_owned(),
        ..line
    };
    match property.name.as_str() {
        "TEL" if version == Version::V30 && word.starts_with("tel:") => {
            line.params.retain(|param| !is(param, "VALUE"));
            line.value = escape(&number(&text));
        }
        "GEO" => geo(&mut line, &text, version),
        // An address of the web is no text: nothing in it is escaped (RFC 6350, 4.2).
        "URL" if four && !text.contains(char::is_whitespace) => line.value.clone_from(&text),
        "ADR" if four && !line.params.iter().any(|own| is(own, "LABEL")) => {
            if let Some(label) = envelope::label_of(draft, property) {
                line.params.push(label);
            }
        }
        "LABEL" if four && envelope::is_of_address(draft, property) => return None,
        "KIND" if !four => {
            return match word.as_str() {
                "org" => Some(Line::of("X-ABShowAs", "COMPANY".to_owned())),
                "individual" => None,
                "group" => Some(renamed("X-ADDRESSBOOKSERVER-KIND", line)),
                _ => Some(line),
            };
        }
        "X-ABSHOWAS" if four && word == "company" => {
            return (!draft.has("KIND")).then(|| Line::of("KIND", "org".to_owned()));
        }
        "MEMBER" if !four => return Some(renamed("X-ADDRESSBOOKSERVER-MEMBER", line)),
        "X-ADDRESSBOOKSERVER-MEMBER" if four => return Some(renamed("MEMBER", line)),
        "X-ADDRESSBOOKSERVER-KIND" if four => return Some(renamed("KIND", line)),
        "BDAY" => day::write(&mut line, property, version),
        "ANNIVERSARY" if !four => {
            "X-ANNIVERSARY".clone_into(&mut line.name);
            day::write(&mut line, property, version);
        }
        name if four && is_anniversary(property, &draft.properties) => {
            let first = draft
                .properties
                .iter()
                .find(|other| is_anniversary(other, &draft.properties));
            if draft.has("ANNIVERSARY") || first != Some(property) {
                return Some(line);
            }
            "ANNIVERSARY".clone_into(&mut line.name);
            if name == "X-ABDATE" {
                line.group = None;
                line.params.clear();
            }
            day::write(&mut line, property, version);
        }
        "X-ABLABEL" if four => {
            // The label of an anniversary that is said by its name from now on.
            let group = property.group.as_deref();
            let mut others = draft.properties.iter().filter(|other| {
                other.group.as_deref() == group && group.is_some() && other.name != "X-ABLABEL"
            });
            let others: Vec<&Property> = others.by_ref().collect();
            let named = |other: &&Property| is_anniversary(other, &draft.properties);
            if !others.is_empty() && !draft.has("ANNIVERSARY") && others.iter().all(named) {
                return None;
            }
        }
        "REV" | "CREATED" => day::instant(&mut line, version),
        _ => {}
    }
    Some(line)
}

/// Whether a property of 3.0 says an anniversary, which 4.0 has a name for.
fn is_anniversary(property: &Property, all: &[Property]) -> bool {
    match property.name.as_str() {
        "X-ANNIVERSARY" | "X-MS-ANNIVERSARY" | "X-EVOLUTION-ANNIVERSARY" => true,
        "X-ABDATE" => of_detail(property, all).is_some_and(|label| label == "anniversary"),
        _ => false,
    }
}

/// A place as the version has it.
fn geo(line: &mut Line, text: &str, version: Version) {
    if let Some(value) = place::written(text, version) {
        line.params.retain(|param| !is(param, "VALUE"));
        line.value = value;
    }
}

/// What a name is sorted by: a property in 3.0 (RFC 2426, 3.6.5), and a parameter of N in 4.0 (RFC
/// 6350, 5.9).
fn sort_as(lines: &mut Vec<Line>, version: Version) {
    let named = |line: &Line, name: &str| line.name.eq_ignore_ascii_case(name);
    let Some(name) = lines.iter().position(|line| named(line, "N")) else {
        return;
    };
    if version == Version::V40 {
        let string = lines.iter().position(|line| named(line, "SORT-STRING"));
        if let Some(at) = string.filter(|at| *at != name) {
            let string = lines.remove(at).value.replace('\\', "").replace(", ", ",");
            let name = lines.iter_mut().find(|line| named(line, "N"));
            if let Some(name) = name
                && !name.params.iter().any(|param| is(param, "SORT-AS"))
            {
                name.params.push(param("SORT-AS", &string));
            }
        }
        return;
    }
    let Some(line) = lines.get_mut(name) else {
        return;
    };
    let at = line.params.iter().position(|param| is(param, "SORT-AS"));
    if let Some(at) = at {
        let param = line.params.remove(at);
        let (_, value) = param.split_once('=').unwrap_or_default();
        let value = value.trim_matches('"').replace(',', ", ");
        if !lines.iter().any(|line| named(line, "SORT-STRING")) {
            lines.push(Line::text("SORT-STRING", &value));
        }
    }
}

/// Types by their name, each list without quotes: those of 2.1 stand alone.
fn types(line: &mut Line) {
    line.name = line.name.trim().to_owned();
    let old = std::mem::take(&mut line.params);
    for own in old {
        // A slip of the pen that makes others refuse the whole file: `; TYPE = home`, `;=`.
        let own = match own.split_once('=') {
            Some((name, value)) => format!("{}={}", name.trim(), value.trim()),
            None => own.trim().to_owned(),
        };
        if own.is_empty() || own.starts_with('=') {
            continue;
        }
        if let Some(label) = custom_type(&own) {
            line.params.push(param("TYPE", &label));
            continue;
        }
        if is_binary(&own) {
            line.params.push("ENCODING=b".to_owned());
            continue;
        }
        let Some((name, value)) = own.split_once('=') else {
            line.params.push(format!("TYPE={}", own.trim()));
            continue;
        };
        if !name.trim().eq_ignore_ascii_case("TYPE") || !value.contains('"') {
            line.params.push(own);
            continue;
        }
        let plain = value.replace('"', "");
        if plain.contains([':', ';']) {
            let kinds = plain.split(',').map(|kind| param("TYPE", kind.trim()));
            line.params.extend(kinds);
        } else {
            line.params.push(format!("TYPE={}", plain.trim()));
        }
    }
}

/// A value with the escapes that 3.0 and 4.0 have.
fn value_of(draft: &CardDraft<'_>, at: usize, name: &str) -> String {
    let (written, encoded) = draft.decoded(at);
    if draft.version() != Version::V21 && !encoded {
        return written;
    }
    let Some(property) = draft.property(at) else {
        return written;
    };
    match ValueShape::of(name) {
        ValueShape::List => return property.escaped().join(","),
        ValueShape::Lists | ValueShape::Components => return property.escaped().join(";"),
        ValueShape::Text => {}
    }
    // A comma is a plain sign in 2.1. What has parts that callbook does not know keeps them, and an
    // address of the web is no text.
    let plain = [
        "FN", "NOTE", "TITLE", "ROLE", "EMAIL", "LABEL", "MAILER", "TEL",
    ];
    let text = property.text();
    let uri = name == "TEL" && text.trim().to_ascii_lowercase().starts_with("tel:");
    if plain.contains(&name) && !uri {
        escape(&text)
    } else {
        written.replace('\r', "").replace('\n', "\\n")
    }
}

/// A preference as the version says it.
fn prefer(line: &mut Line, version: Version) {
    let first = line.params.iter().any(|param| {
        is(param, "PREF")
            && param
                .split_once('=')
                .is_some_and(|(_, rank)| rank.trim() == "1")
    });
    let typed = without_types(&line.params, |kind| kind == "pref");
    let preferred = first || typed != line.params;
    if !preferred {
        return;
    }
    line.params = typed;
    line.params.retain(|param| !is(param, "PREF"));
    line.params.push(preference(version).to_owned());
}

/// Whether the card has a line that says the same, in whatever group.
pub(super) fn says(draft: &CardDraft<'_>, line: &Line) -> bool {
    (0..draft.len()).any(|at| {
        let own = self::line(draft, at, draft.version());
        own.is_some_and(|own| in_any_group(own) == in_any_group(line.clone()))
    })
}

/// A line without its group, its parameters in one order and case.
fn in_any_group(mut line: Line) -> Line {
    line.group = None;
    for own in &mut line.params {
        if is(own, "TYPE") || is(own, "ENCODING") || is(own, "VALUE") {
            own.make_ascii_uppercase();
        }
    }
    line.params.sort_unstable();
    line
}

/// The card of an agent in the version of the card around it, as a text (RFC 2426, 3.5.4); 4.0 has no
/// such property, and keeps it so too.
fn agent(value: &[u8], version: Version) -> String {
    let value = value.trim_ascii();
    let is_card = value
        .get(..BEGIN.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(BEGIN));
    let mut lines = value.split(|byte| *byte == b'\n');
    let one = lines.clone().nth(1).is_none();
    if one && !is_card {
        // An address.
        return String::from_utf8_lossy(value).into_owned();
    }
    let card = if one {
        unescaped(&String::from_utf8_lossy(value)).into_bytes()
    } else {
        let lines = lines.by_ref().map(<[u8]>::trim_ascii_end);
        lines.collect::<Vec<_>>().join(&b"\r\n"[..])
    };
    // A card in a card in a card: each level takes room on the stack.
    let depth = card.windows(BEGIN.len());
    let depth = depth
        .filter(|text| text.eq_ignore_ascii_case(BEGIN))
        .count();
    let card = if depth > DEEP {
        card
    } else {
        convert(&card, version, "")
    };
    let card = String::from_utf8_lossy(&card).replace("\r\n", "\n");
    escape(&format!("{}\n", card.trim_end()))
}

const BEGIN: &[u8] = b"BEGIN:VCARD";

/// How many cards within one another are converted.
const DEEP: usize = 8;
