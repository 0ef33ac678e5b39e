//! The words for a step, as a toast and the history say them.

use super::contact::Contact;
use super::phone::Phone;

/// The words for a phone that was changed: what a person set, not what followed from it.
#[must_use]
pub fn phone_changed(before: &Phone, after: &Phone, contact: &str) -> String {
    let number = after.shown();
    let same_but_flags = Phone {
        primary: after.primary,
        historic: after.historic,
        valid_values: after.valid_values,
        updated_at: after.updated_at,
        updated_in_db_at: after.updated_in_db_at,
        ..before.clone()
    } == *after;
    let flipped = (
        before.historic != after.historic,
        before.primary != after.primary,
        before.valid_values != after.valid_values,
    );
    match flipped {
        (true, _, false) if same_but_flags && after.historic => {
            format!("Marked {number} as historic")
        }
        (true, _, false) if same_but_flags => format!("Brought {number} back into use"),
        (false, true, false) if same_but_flags && after.primary => {
            format!("Made {number} the primary number")
        }
        (false, false, true) if same_but_flags && after.valid_values => {
            format!("Marked {number} as accurate")
        }
        (false, false, true) if same_but_flags => format!("Marked {number} as not confirmed"),
        _ => format!("Changed {number} of {contact}"),
    }
}

/// The words for a contact that was changed.
#[must_use]
pub fn contact_changed(before: &Contact, after: &Contact) -> String {
    let only_favourite = Contact {
        favourite: after.favourite,
        updated_at: after.updated_at,
        updated_in_db_at: after.updated_in_db_at,
        ..before.clone()
    } == *after;
    match (before.favourite, after.favourite) {
        (false, true) if only_favourite => format!("Made {} a favourite", after.name),
        (true, false) if only_favourite => format!("{} is no favourite any more", after.name),
        _ => format!("Changed {}", after.name),
    }
}
