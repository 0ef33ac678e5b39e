//! Contacts in Google's columns.

use crate::domain::contact::DetailKind;
use crate::domain::detail::BIRTHDAY;
use crate::domain::full_contact::FullContact;

use super::super::own::{BETWEEN, FILE_AS, tags_cell};
use super::counted::{Laid, Leads, phone_label};

/// The columns that its tables always have.
pub(super) const HEADERS: [&str; 15] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Name Prefix",
    "Name Suffix",
    "Phonetic First Name",
    "Phonetic Last Name",
    "Nickname",
    FILE_AS,
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Labels",
];

/// The columns of a contact: the first birthday has one of its own, and others are events.
pub(super) fn laid(full: &FullContact) -> Laid<'_> {
    let FullContact { contact, phones } = full;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let birthday = contact.details_of(DetailKind::Date);
    let birthday = { birthday }.find(|date| date.is_date(BIRTHDAY));
    let star = contact.favourite.then(|| "* starred".to_owned());
    let tags: Vec<String> = contact.tags.iter().cloned().chain(star).collect();
    let mut laid = Laid::default();
    let shown = laid.name(contact);
    let name = shown.parts;
    let file_as = if shown.is_other { &*contact.name } else { "" };
    laid.fixed = vec![
        text(&name.given),
        text(&name.additional),
        text(&name.family),
        text(&name.prefix),
        text(&name.suffix),
        text(&contact.phonetic_given_name),
        text(&contact.phonetic_family_name),
        text(&contact.nickname),
        file_as.to_owned(),
        text(&shown.company),
        text(&contact.title),
        text(&contact.department),
        birthday
            .map(|day| day.text().into_owned())
            .unwrap_or_default(),
        text(&contact.note),
        tags.join(BETWEEN),
    ];
    let details = contact.details.iter();
    let phones = phones.iter().enumerate();
    laid.phones = phones
        .map(|(index, phone)| {
            let leads = if index == 0 { Leads::Yes } else { Leads::No };
            (phone, phone_label(phone, leads))
        })
        .collect();
    laid.details = details
        .filter(|detail| birthday.is_none_or(|day| !std::ptr::eq(*detail, day)))
        .collect();
    // Google takes these for others, or for several.
    let is_read_otherwise = |tag: &&String| tag.contains(BETWEEN) || tag.starts_with('*');
    let others = contact.tags.iter().filter(is_read_otherwise).count();
    laid.lacking.extend(std::iter::repeat_n("tag", others));
    // A reader takes what is alone in its cell for several.
    if contact.tags.len() == 1 && contact.tags.iter().any(|tag| tag.contains([',', ';'])) {
        laid.put_own("tags", &tags_cell(&contact.tags));
    }
    laid.put_ours(contact);
    laid
}
