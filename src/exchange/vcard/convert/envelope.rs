//! An address as it is written on an envelope: a line of its own in 3.0 (RFC 2426, 3.2.2), and a parameter of the
//! address in 4.0 (RFC 6350, 6.3.1).

use crate::exchange::vcard::draft::CardDraft;
use crate::exchange::vcard::property::Property;

/// The address that a label is of: in its group, or with its types, or the only one.
fn address_of<'d>(draft: &'d CardDraft<'_>, label: &Property) -> Option<&'d Property> {
    let named = |name: &'static str| draft.properties.iter().filter(move |own| own.name == name);
    let in_group = label
        .group
        .as_ref()
        .and_then(|group| named("ADR").find(|own| own.group.as_ref() == Some(group)));
    let alike = || named("ADR").find(|own| own.kinds() == label.kinds());
    let only = || {
        let is_only = named("ADR").count() == 1 && named("LABEL").count() == 1;
        is_only.then(|| named("ADR").next()).flatten()
    };
    in_group.or_else(alike).or_else(only)
}

/// The first label of an address.
fn first_of<'d>(draft: &'d CardDraft<'_>, address: &Property) -> Option<&'d Property> {
    let mut labels = draft.properties.iter().filter(|own| own.name == "LABEL");
    labels.find(|label| address_of(draft, label) == Some(address))
}

/// Whether a label becomes the parameter of its address.
pub(super) fn is_of_address(draft: &CardDraft<'_>, label: &Property) -> bool {
    address_of(draft, label).is_some_and(|address| first_of(draft, address) == Some(label))
}

/// The parameter that an address gets of its label.
pub(super) fn label_of(draft: &CardDraft<'_>, address: &Property) -> Option<String> {
    let text = first_of(draft, address)?.text();
    let text = text
        .trim()
        .replace('"', "'")
        .replace('\r', "")
        .replace('\n', "\\n");
    (!text.is_empty()).then(|| format!("LABEL=\"{text}\""))
}
