//! Parameters as they are written: types, preferences, quotes.

use super::line::Version;

/// A parameter with a value that may need quotes. What no parameter can hold is left out.
pub(super) fn param(name: &str, value: &str) -> String {
    let value: String = value.chars().filter(|sign| holds(*sign)).collect();
    if value.contains([':', ';', ',']) {
        format!("{name}=\"{value}\"")
    } else {
        format!("{name}={value}")
    }
}

/// Whether a parameter can hold this sign.
pub(super) fn holds(sign: char) -> bool {
    !sign.is_control() && !matches!(sign, '"' | '\\')
}

/// A type as the version writes it.
pub(super) fn type_param(version: Version, label: &str) -> String {
    match version {
        Version::V21 => label.to_ascii_uppercase(),
        Version::V30 => format!("TYPE={}", label.to_ascii_uppercase()),
        Version::V40 => format!("TYPE={label}"),
    }
}

/// The parameter that makes a TEL the preferred one.
pub(super) const fn preference(version: Version) -> &'static str {
    match version {
        Version::V21 => "PREF",
        Version::V30 => "TYPE=PREF",
        Version::V40 => "PREF=1",
    }
}

/// Whether a parameter has this name.
pub(super) fn is(param: &str, name: &str) -> bool {
    let own = param.split_once('=').map_or(param, |(own, _)| own);
    own.trim().eq_ignore_ascii_case(name)
}

/// The parameters without the types that are to go; a type of 2.1 has no name.
pub(super) fn without_types(params: &[String], goes: impl Fn(&str) -> bool) -> Vec<String> {
    let goes = |kind: &str| goes(&kind.trim().trim_matches('"').to_ascii_lowercase());
    let kept = params
        .iter()
        .filter_map(|param| match param.split_once('=') {
            None => (!goes(param)).then(|| param.clone()),
            Some((name, kinds)) if name.trim().eq_ignore_ascii_case("TYPE") => {
                let kinds: Vec<&str> = kinds.trim_matches('"').split(',').collect();
                let left: Vec<&str> = kinds.iter().copied().filter(|kind| !goes(kind)).collect();
                match left.len() {
                    0 => None,
                    all if all == kinds.len() => Some(param.clone()),
                    _ => Some(format!("{name}={}", left.join(","))),
                }
            }
            Some(_) => Some(param.clone()),
        });
    kept.collect()
}

/// Whether a parameter says that the value is base64, in the words of any version.
pub(super) fn is_binary(param: &str) -> bool {
    let (name, value) = param.split_once('=').unwrap_or(("ENCODING", param));
    let value = value.trim().trim_matches('"');
    let base64 = |own: &&str| value.eq_ignore_ascii_case(own);
    name.trim().eq_ignore_ascii_case("ENCODING") && ["B", "BASE64"].iter().any(base64)
}
