//! Places: `GEO`, which each version of cards writes in its own way.

use super::line::Version;
use super::property::Property;

/// North and east of a place in degrees, as they are written: `45.46;9.19` in 3.0 (RFC 2426, 3.4.2), and
/// `geo:45.46,9.19` in 4.0, of which no more is read (RFC 5870).
fn degrees(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let bare = text
        .get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("geo:"))
        .and_then(|_| text.get(4..));
    let mut parts = bare.unwrap_or(text).split([';', ',']).map(str::trim);
    let (north, east) = (parts.next()?, parts.next()?);
    let are_degrees = [north, east].iter().all(|part| part.parse::<f64>().is_ok());
    are_degrees.then_some((north, east))
}

/// A place as it is shown, and as maps give it: `45.46, 9.19`.
pub(super) fn shown(text: &str) -> Option<String> {
    degrees(text).map(|(north, east)| format!("{north}, {east}"))
}

/// A place as a version has it.
pub(super) fn written(text: &str, version: Version) -> Option<String> {
    let (north, east) = degrees(text)?;
    Some(match version {
        Version::V40 => format!("geo:{north},{east}"),
        Version::V30 => format!("{north};{east}"),
        Version::V21 => format!("{north},{east}"),
    })
}

/// Whether a property is the place of an address beside it: it goes with that.
pub(super) fn is_of_address(property: &Property, all: &[Property]) -> bool {
    let in_group = |other: &Property| other.name == "ADR" && other.group == property.group;
    property.name == PLACE && property.group.is_some() && all.iter().any(in_group)
}

/// The property of a place.
pub(super) const PLACE: &str = "GEO";
