//! `callbook add NAME NUMBER…`: somebody new, in one line.

use anyhow::Result;

use crate::domain::contact::ContactAttributes;
use crate::domain::edit::{ContactEdit, PhoneEdit};
use crate::domain::number;
use crate::domain::phone::PhoneAttributes;
use crate::domain::safe::safe;
use crate::store::Store;

/// Adds the contact with the number, if there is one, and says so.
pub(super) fn run(
    store: &mut Store,
    name: String,
    number: &[String],
    label: Option<String>,
) -> Result<u8> {
    // The words of a number come apart in a shell: +44 20 7946 0018.
    let number = number.join(" ");
    let phones = (!number.is_empty()).then(|| {
        PhoneEdit::Create(PhoneAttributes {
            number: Some(number),
            location: label.map(Some),
            ..PhoneAttributes::default()
        })
    });
    let contact = ContactAttributes {
        name: Some(Some(name)),
        ..ContactAttributes::default()
    };
    let done = store.save_contact(ContactEdit {
        id: None,
        contact: Some(contact),
        phones: phones.into_iter().collect(),
    })?;
    let profile = store.profile(done.value)?;
    let shown = profile.phones.first().map_or_else(String::new, |phone| {
        format!(
            " with {} ({})",
            phone.shown(),
            super::phone::flags(phone, store.home())
        )
    });
    let name = safe(&profile.contact.name).into_owned();
    super::output::print(&format!("Added {name}{}\n", safe(&shown)))?;
    let unsure = profile.phones.iter();
    for phone in unsure.filter(|phone| !phone.can_be_dialled()) {
        let (verdict, region) = match number::parse(&phone.number, None, store.home()) {
            Ok(reading) => (reading.verdict, reading.country()),
            Err(verdict) => (verdict, store.home()),
        };
        let why = verdict.refusal(region);
        super::output::complain(&format!("{}: {why}; kept as typed", phone.number));
    }
    Ok(0)
}
