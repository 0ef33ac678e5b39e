//! A card in another version, line by line: names, values and order stay, and what the version says
//! otherwise is said so. What callbook does not understand is carried over too.

use super::content::split;
use super::draft::Draft;
use super::line::{Form, Line, Version, escape};
use super::param::{is, is_binary, preference, without_types};
use super::phone::number;

/// The card in this version; the very same where it has it.
pub(super) fn convert(card: &[u8], version: Version) -> Vec<u8> {
    let draft = Draft::new(card, Version::V30);
    if draft.version() == version {
        return card.to_vec();
    }
    let form = Form {
        version,
        end: "\r\n",
    };
    let mut out = Vec::with_capacity(card.len());
    Line::of("BEGIN", "VCARD".to_owned()).write(form, &mut out);
    Line::of("VERSION", version.number().to_owned()).write(form, &mut out);
    for at in 0..draft.len() {
        if let Some(line) = line(&draft, at, version) {
            line.write(form, &mut out);
        }
    }
    if !draft.has("N") && version == Version::V30 {
        // Which has to be there (RFC 2426, 3.1.2).
        Line::of("N", ";;;;".to_owned()).write(form, &mut out);
    }
    Line::of("END", "VCARD".to_owned()).write(form, &mut out);
    out
}

/// A line of the card as the version has it; none for what frames the card.
pub(super) fn line(draft: &Draft<'_>, at: usize, version: Version) -> Option<Line> {
    let mut line = draft.head(at);
    // What frames a card frames only the new one.
    let frame = ["", "BEGIN", "END", "VERSION"];
    // Joined files have a byte order mark before a BEGIN that is not their first.
    let name = line.name.strip_prefix('\u{feff}').unwrap_or(&line.name);
    if frame.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return None;
    }
    let binary = line.params.iter().any(|param| is_binary(param));
    let text = draft.text(at);
    let value = split(text).map(|(_, value)| value).unwrap_or_default();
    line.value = if binary {
        let plain = value.iter().filter(|byte| byte.is_ascii_graphic());
        plain.map(|byte| char::from(*byte)).collect()
    } else {
        value_of(draft, at, &line.name, value)
    };
    for param in &mut line.params {
        // The types of 2.1 stand alone.
        if !param.contains('=') {
            *param = format!("TYPE={}", param.trim());
        }
    }
    if binary {
        embed(&mut line, version);
    } else if version == Version::V30 {
        extract(&mut line);
    }
    prefer(&mut line, version);
    let telephone = line.name.eq_ignore_ascii_case("TEL");
    if telephone && version == Version::V30 && line.value.to_ascii_lowercase().starts_with("tel:") {
        line.params.retain(|param| !is(param, "VALUE"));
        line.value = escape(&number(&line.value));
    }
    Some(line)
}

/// A value with the escapes that 3.0 and 4.0 have.
fn value_of(draft: &Draft<'_>, at: usize, name: &str, value: &[u8]) -> String {
    let head = draft.text(at).get(..draft.text(at).len() - value.len());
    let head = String::from_utf8_lossy(head.unwrap_or_default()).to_ascii_uppercase();
    let encoded = head.contains("QUOTED-PRINTABLE") || head.contains("CHARSET");
    let own = std::str::from_utf8(value).ok();
    let own = own.filter(|_| draft.version() != Version::V21 && !encoded);
    if let Some(own) = own {
        return own
            .chars()
            .filter(|sign| !matches!(sign, '\r' | '\n'))
            .collect();
    }
    let Some(property) = draft.property(at) else {
        return escape(&String::from_utf8_lossy(value));
    };
    let structured = ["N", "ADR", "ORG", "NICKNAME", "CATEGORIES"];
    if !structured
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        return escape(&property.text());
    }
    let between = if matches!(
        name.to_ascii_uppercase().as_str(),
        "NICKNAME" | "CATEGORIES"
    ) {
        ","
    } else {
        ";"
    };
    property.escaped().join(between)
}

/// Binary data as the version embeds it: with `ENCODING`, or from 4.0 on in a `data:` address.
fn embed(line: &mut Line, version: Version) {
    line.params.retain(|param| !is_binary(param));
    if version != Version::V40 {
        line.params.push("ENCODING=b".to_owned());
        return;
    }
    let kind = line.params.iter().find(|param| is(param, "TYPE"));
    let kind = kind.and_then(|param| Some(param.split_once('=')?.1.to_ascii_lowercase()));
    let family = match line.name.to_ascii_uppercase().as_str() {
        "PHOTO" | "LOGO" => "image",
        "SOUND" => "audio",
        _ => "application",
    };
    let media = match kind {
        Some(kind) if kind.contains('/') => kind,
        Some(kind) => format!("{family}/{kind}"),
        None if family == "image" => "image/jpeg".to_owned(),
        None => "application/octet-stream".to_owned(),
    };
    line.params
        .retain(|param| !is(param, "TYPE") && !is(param, "VALUE"));
    line.value = format!("data:{media};base64,{}", line.value);
}

/// Binary data out of a `data:` address, as 3.0 has it.
fn extract(line: &mut Line) {
    let Some(rest) = line.value.strip_prefix("data:") else {
        return;
    };
    // 4.0 may escape the signs of the address.
    let plain = rest.replace('\\', "");
    let Some((media, bytes)) = plain.split_once(";base64,") else {
        return;
    };
    let kind = media
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    line.params
        .retain(|param| !is(param, "VALUE") && !is(param, "MEDIATYPE"));
    line.params.push("ENCODING=b".to_owned());
    line.params.push(format!("TYPE={kind}"));
    bytes.clone_into(&mut line.value);
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
