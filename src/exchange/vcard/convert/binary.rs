//! What is no text: photographs, keys and sounds.

use crate::exchange::vcard::line::{Line, Version};
use crate::exchange::vcard::param::{is, is_binary};

/// Types of a photograph that say whose it is, and not what.
const NO_MEDIA: [&str; 4] = ["pref", "home", "work", "other"];

/// Binary data as the version embeds it: with `ENCODING`, or from 4.0 on in a `data:` address.
pub(super) fn embed(line: &mut Line, version: Version) {
    line.params
        .retain(|param| !is_binary(param) && !is(param, "VALUE"));
    let kinds = line.params.iter().filter(|param| is(param, "TYPE"));
    let kinds = kinds.filter_map(|param| Some(param.split_once('=')?.1.to_ascii_lowercase()));
    let kind = kinds
        .flat_map(|kinds| kinds.split(',').map(str::to_owned).collect::<Vec<_>>())
        .map(|kind| kind.trim().trim_matches('"').to_owned())
        .find(|kind| !kind.is_empty() && !NO_MEDIA.contains(&kind.as_str()));
    if version != Version::V40 {
        line.params.push("ENCODING=b".to_owned());
        if let Some((_, short)) = kind.as_deref().and_then(|kind| kind.split_once('/')) {
            line.params.retain(|param| !is(param, "TYPE"));
            line.params
                .push(format!("TYPE={}", short.to_ascii_uppercase()));
        }
        return;
    }
    let family = match line.name.to_ascii_uppercase().as_str() {
        "PHOTO" | "LOGO" => "image",
        "SOUND" => "audio",
        _ => "application",
    };
    let media = match kind {
        Some(kind) if kind.contains('/') => kind,
        Some(kind) if kind == "jpg" => format!("{family}/jpeg"),
        Some(kind) => format!("{family}/{kind}"),
        None if family == "image" => "image/jpeg".to_owned(),
        None => "application/octet-stream".to_owned(),
    };
    line.params.retain(|param| !is(param, "TYPE"));
    line.value = format!("data:{media};base64,{}", line.value);
}

/// Binary data out of a `data:` address, as 3.0 has it; another address is named as one.
pub(super) fn extract(line: &mut Line) {
    let name = line.name.to_ascii_uppercase();
    if !["PHOTO", "LOGO", "SOUND", "KEY"].contains(&name.as_str()) {
        return;
    }
    let value = line.value.trim();
    let data = value
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("data:"))
        .and_then(|_| value.get(5..));
    // 4.0 may escape the signs of the address.
    let plain = data.unwrap_or_default().replace('\\', "");
    let Some((media, bytes)) = plain.split_once(";base64,") else {
        if value.contains("://") && !line.params.iter().any(|param| is(param, "VALUE")) {
            line.params.push("VALUE=uri".to_owned());
        }
        return;
    };
    let kind = media
        .split(';')
        .next()
        .and_then(|media| media.rsplit('/').next())
        .unwrap_or_default()
        .to_ascii_uppercase();
    line.params.retain(|param| {
        !["VALUE", "MEDIATYPE", "TYPE"]
            .iter()
            .any(|own| is(param, own))
    });
    line.params.push("ENCODING=b".to_owned());
    if !kind.is_empty() {
        line.params.push(format!("TYPE={kind}"));
    }
    bytes.clone_into(&mut line.value);
}
