//! Contacts in Google's columns.

use crate::domain::contact::{Contact, DetailKind};
use crate::domain::detail::BIRTHDAY;
use crate::domain::full_contact::FullContact;
use crate::domain::naming::NameParts;

use super::super::own::{BETWEEN, tags_cell};
use super::counted::{Laid, Leads, phone_label};

/// The columns that its tables always have.
pub(super) const HEADERS: [&str; 14] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Name Prefix",
    "Name Suffix",
    "Phonetic First Name",
    "Phonetic Last Name",
    "Nickname",
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
    let mut fixed = name(contact).to_vec();
    fixed.extend([
        text(&contact.phonetic_given_name),
        text(&contact.phonetic_family_name),
        text(&contact.nickname),
        text(&contact.organisation),
        text(&contact.title),
        text(&contact.department),
        birthday
            .map(|day| day.text().into_owned())
            .unwrap_or_default(),
        text(&contact.note),
        tags.join(BETWEEN),
    ]);
    let details = contact.details.iter();
    let phones = phones.iter().enumerate();
    let mut laid = Laid {
        fixed,
        phones: phones
            .map(|(index, phone)| {
                let leads = if index == 0 { Leads::Yes } else { Leads::No };
                (phone, phone_label(phone, leads))
            })
            .collect(),
        details: details
            .filter(|detail| birthday.is_none_or(|day| !std::ptr::eq(*detail, day)))
            .collect(),
        ..Laid::default()
    };
    // A reader takes what is alone in its cell for several.
    if contact.tags.len() == 1 && contact.tags.iter().any(|tag| tag.contains([',', ';'])) {
        laid.put_own("tags", &tags_cell(&contact.tags));
    }
    laid.put_ours(contact);
    laid
}

/// The name in Google's parts (first, middle, last, prefix, suffix), which it shows one after the other. A shown name
/// that only lacks some of them gives all of them; where it is another one altogether, it is the first name.
fn name(contact: &Contact) -> [String; 5] {
    let name = NameParts::of(contact);
    let bare = NameParts {
        prefix: None,
        additional: None,
        suffix: None,
        ..name.clone()
    };
    let is_shown = |parts: &NameParts| parts.spoken() == contact.name;
    let name = if is_shown(&name) || is_shown(&bare) {
        name
    } else {
        NameParts {
            given: Some(contact.name.clone()),
            ..NameParts::default()
        }
    };
    [
        name.given,
        name.additional,
        name.family,
        name.prefix,
        name.suffix,
    ]
    .map(Option::unwrap_or_default)
}
