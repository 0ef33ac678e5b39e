//! A contact as lines of text, to be pasted where people read it.

use crate::domain::change_line::detail_words;
use crate::domain::detail::DetailId;
use crate::domain::full_contact::FullContact;
use crate::domain::safe::safe;

use super::detail::in_order;

/// The name, then the company, the numbers and all else that is known, each in a line of its own; `related` are the
/// names of those whom its relations give by their `UID`.
pub(crate) fn in_lines(full: &FullContact, related: &[(DetailId, String)]) -> String {
    let contact = &full.contact.clone().with_names(related);
    let mut lines = vec![contact.name.clone()];
    let known = |texts: &[&Option<String>], between: &str| -> Option<String> {
        let known: Vec<&str> = texts.iter().filter_map(|text| text.as_deref()).collect();
        (!known.is_empty()).then(|| known.join(between))
    };
    lines.extend(known(
        &[&contact.phonetic_given_name, &contact.phonetic_family_name],
        " ",
    ));
    lines.extend(
        contact
            .nickname
            .as_ref()
            .map(|name| format!("nickname {name}")),
    );
    lines.extend(known(
        &[
            &contact.title,
            &contact.role,
            &contact.department,
            &contact.organisation,
        ],
        ", ",
    ));
    lines.extend(full.phones.iter().map(|phone| {
        let label = phone.location.as_deref().unwrap_or_default();
        let historic = if phone.historic { " (historic)" } else { "" };
        let text = format!("{label} {}{historic}", phone.shown());
        text.trim_start().to_owned()
    }));
    lines.extend(in_order(contact).map(|(_, detail)| detail_words(detail)));
    let note = contact.note.iter().flat_map(|note| note.lines());
    lines.extend(note.map(str::to_owned));
    // A line end within a value would be taken for the end of its line.
    let lines: Vec<_> = lines.iter().map(|line| safe(line)).collect();
    lines.join("\n")
}
