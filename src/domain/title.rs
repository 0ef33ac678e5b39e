//! The words for a step, as a toast and the history say them: `Marked +39 02 5550 1182 as accurate`.

use serde_json::Value;

use super::change_line::detail_words;
use super::contact::{Contact, Detail};
use super::fields::{Use, is_used};
use super::number::digits;
use super::phone::Phone;
use super::words::count;

/// The words for a phone that was added.
#[must_use]
pub(crate) fn phone_added(phone: &Phone, contact: &str) -> String {
    format!("Added {} to {contact}", phone.shown())
}

/// The words for a phone that was changed: what a person set, not what followed from it.
#[must_use]
pub(crate) fn phone_changed(before: &Phone, after: &Phone, contact: &str) -> String {
    let number = after.shown();
    let only_flags = Phone {
        primary: after.primary,
        historic: after.historic,
        valid_values: after.valid_values,
        updated_at: after.updated_at,
        updated_in_db_at: after.updated_in_db_at,
        ..before.clone()
    } == *after;
    let historic = before.historic != after.historic;
    let primary = before.primary != after.primary;
    let accurate = before.valid_values != after.valid_values;
    match (historic, primary, accurate) {
        _ if !only_flags => format!("Changed {number} of {contact}"),
        // That a historic number loses its place, or one in use takes it, goes without saying.
        (true, _, false) if after.historic => format!("Marked {number} as historic"),
        (true, _, false) => format!("Brought {number} back into use"),
        (false, true, false) if after.primary => format!("Made {number} the primary number"),
        (false, false, true) if after.valid_values => format!("Confirmed {number}"),
        (false, false, true) => format!("Marked {number} as unconfirmed"),
        _ => format!("Changed {number} of {contact}"),
    }
}

/// The words for a phone that took the place of another, which is kept as historic.
#[must_use]
pub(crate) fn phone_replaced(old: &str, new: &str, contact: &str) -> String {
    format!("Replaced {old} of {contact} with {new}")
}

/// The words for a phone that was deleted.
#[must_use]
pub(crate) fn phone_deleted(phone: &Phone, contact: &str) -> String {
    format!("Deleted {} of {contact}", phone.shown())
}

/// The words for a contact that was added.
#[must_use]
pub(crate) fn contact_added(contact: &Contact) -> String {
    format!("Added {}", contact.name)
}

/// The words for a contact that was changed.
#[must_use]
pub(crate) fn contact_changed(before: &Contact, after: &Contact) -> String {
    let only_favourite = Contact {
        favourite: after.favourite,
        updated_at: after.updated_at,
        updated_in_db_at: after.updated_in_db_at,
        ..before.clone()
    } == *after;
    match (before.favourite, after.favourite) {
        (false, true) if only_favourite => format!("Added {} to favourites", after.name),
        (true, false) if only_favourite => format!("Removed {} from favourites", after.name),
        _ => detail_changed(before, after).unwrap_or_else(|| format!("Changed {}", after.name)),
    }
}

/// The most letters of a detail in the words for a step.
const MOST: usize = 80;

/// The words for the one detail that was added, changed or deleted; none where more changed than that.
fn detail_changed(before: &Contact, after: &Contact) -> Option<String> {
    let only_details = Contact {
        details: after.details.clone(),
        updated_at: after.updated_at,
        updated_in_db_at: after.updated_in_db_at,
        ..before.clone()
    } == *after;
    let of = |details: &[Detail], id| details.iter().find(|own| own.id == id).cloned();
    let gone: Vec<&Detail> = { before.details.iter() }
        .filter(|own| of(&after.details, own.id).is_none())
        .collect();
    let mut changed: Vec<(&Detail, Option<Detail>)> = { after.details.iter() }
        .map(|own| (own, of(&before.details, own.id)))
        .filter(|(own, was)| was.as_ref() != Some(own))
        .collect();
    // Another one that became the preferred one says enough about the one before.
    changed.retain(|(own, was)| {
        let was = was.as_ref();
        !was.is_some_and(|was| was.preferred && !own.preferred && was.says_but_for_preferred(own))
            || after.details_of(own.kind).all(|other| !other.preferred)
    });
    let words = |detail: &Detail| {
        let words = detail_words(detail);
        match words.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
            None => words,
        }
    };
    let name = &after.name;
    match (gone.as_slice(), changed.as_slice()) {
        _ if !only_details => None,
        ([gone], []) => Some(format!("Deleted {} of {name}", words(gone))),
        ([], [(new, None)]) => Some(format!("Added {} to {name}", words(new))),
        ([], [(own, Some(was))]) if was.says_but_for_preferred(own) && own.preferred => {
            let kind = own.kind.word();
            Some(format!("Made {} the preferred {kind}", own.shown()))
        }
        ([], [(own, Some(was))]) if was.says_but_for_preferred(own) && was.preferred => {
            let kind = own.kind.word();
            Some(format!(
                "Made {} no longer the preferred {kind}",
                own.shown()
            ))
        }
        ([], [(own, Some(_))]) => Some(format!("Changed {} of {name}", words(own))),
        _ => None,
    }
}

/// The words for contacts of one change: `Deleted Marco Bianchi`, `Deleted 12 contacts`.
#[must_use]
pub fn contacts(verb: &str, names: &[String]) -> String {
    match names {
        [name] => format!("{verb} {name}"),
        names => format!("{verb} {}", count(names.len(), "contact")),
    }
}

/// The words for contacts of these names that were merged, the one that was kept first.
#[must_use]
pub fn merged(names: &[String]) -> String {
    match names {
        [kept, other] if kept == other => format!("Merged two contacts called {kept}"),
        [kept, other] => format!("Merged {other} into {kept}"),
        names => format!("Merged {}", count(names.len(), "contact")),
    }
}

/// The words for a number that several contacts are meant to have.
#[must_use]
pub fn shared(number: &str) -> String {
    format!("Marked {number} as shared on purpose")
}

/// The words for contacts of one name who are different people.
#[must_use]
pub(crate) fn namesakes(names: &[String]) -> String {
    let name = names.first().map(String::as_str).unwrap_or_default();
    format!("Kept {} called {name} apart", count(names.len(), "contact"))
}

/// The words for a contact that was brought back from the bin.
#[must_use]
pub(crate) fn contact_back(contact: &Contact) -> String {
    format!("Brought back {}", contact.name)
}

/// The words for a phone that was brought back from the bin.
#[must_use]
pub(crate) fn phone_back(phone: &Phone, contact: &str) -> String {
    format!("Brought back {} of {contact}", phone.shown())
}

/// The words for what a remote said that was written over with what is here: it was taken in, and put back.
#[must_use]
pub(crate) fn written_over(remote: &str) -> String {
    format!("Took in what {remote} said, before it was written over")
}

/// The words for an earlier state that was brought back: that after a step with these words.
#[must_use]
pub fn restored(what: &str, after: &str) -> String {
    format!("Restored {what} as it was after “{after}”")
}

/// Where what was deleted for good may still be, and how to delete it there; none without a backup.
#[must_use]
pub(crate) fn still_in(backups: usize) -> Option<String> {
    let them = match backups {
        0 => return None,
        1 => "1 backup may still hold it".to_owned(),
        many => format!("{many} backups may still hold it"),
    };
    Some(format!(
        "{them}: make a new one with callbook backup, then drop the older ones with callbook backup \
         prune --all-but-newest"
    ))
}

/// The words for a step of whose records nothing is left.
pub(crate) const THROWN: &str = "Deleted for good";

/// Whether the words of a step name a record. `fields` are those of an operation on it: the whole
/// record, or a list of changes.
#[must_use]
pub fn names(words: &str, fields: &Value) -> bool {
    let of_record = fields.as_object().into_iter().flatten();
    let of_record = of_record.filter(|(name, _)| is_used(name, Use::Name));
    let of_record = of_record.map(|(_, value)| value);
    let changes = fields.as_array().into_iter().flatten();
    let changes = changes.filter(|change| {
        let field = change.get("field").and_then(Value::as_str);
        field.is_some_and(|field| is_used(field, Use::Name))
    });
    let of_changes = changes.flat_map(|change| [change.get("from"), change.get("to")]);
    of_record
        .chain(of_changes.flatten())
        .filter_map(Value::as_str)
        .any(|text| says(words, text))
}

/// Whether words hold a text as whole words, or the digits of a number, however they are written.
fn says(words: &str, text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    let within = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
    let whole = words.match_indices(text).any(|(at, found)| {
        let (before, after) = (words.get(..at), words.get(at + found.len()..));
        !within(before.and_then(|before| before.chars().next_back()))
            && !within(after.and_then(|after| after.chars().next()))
    });
    if whole {
        return true;
    }
    let main = text.split(";ext=").next().unwrap_or(text);
    // The national part is written in the same digits everywhere.
    let number = digits(main);
    let end = number.get(number.len().saturating_sub(7)..);
    number.len() >= 3 && end.is_some_and(|end| digits(words).contains(end))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{contacts, phone_changed};
    use crate::domain::contact::ContactId;
    use crate::domain::phone::{Phone, PhoneId};
    use crate::domain::timestamp::Timestamp;

    fn phone() -> Phone {
        Phone {
            id: PhoneId(Uuid::nil()),
            contact: ContactId(Uuid::nil()),
            country_code: Some("39".into()),
            number: "+390255501182".into(),
            typed: "02 5550 1182".into(),
            identity: "+390255501182".into(),
            location: None,
            primary: true,
            historic: false,
            valid_values: false,
            source: "vcard".into(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            updated_in_db_at: Timestamp::default(),
            shared: false,
        }
    }

    fn words(change: impl Fn(&mut Phone)) -> String {
        let mut after = phone();
        change(&mut after);
        phone_changed(&phone(), &after, "Marco Bianchi")
    }

    #[test]
    fn one_flag_is_told_by_what_it_means() {
        assert_eq!(
            words(|phone| phone.valid_values = true),
            "Confirmed +39 02 5550 1182"
        );
        assert_eq!(
            words(|phone| (phone.historic, phone.primary) = (true, false)),
            "Marked +39 02 5550 1182 as historic"
        );
    }

    #[test]
    fn anything_else_is_a_change() {
        let changed = "Changed +39 02 5550 1182 of Marco Bianchi";
        assert_eq!(words(|phone| phone.location = Some("work".into())), changed);
        assert_eq!(words(|phone| phone.primary = false), changed);
    }

    #[test]
    fn one_contact_is_named_and_more_are_counted() {
        assert_eq!(
            contacts("Deleted", &["Marco Bianchi".into()]),
            "Deleted Marco Bianchi"
        );
        assert_eq!(
            contacts("Deleted", &vec![String::new(); 12]),
            "Deleted 12 contacts"
        );
    }
}
