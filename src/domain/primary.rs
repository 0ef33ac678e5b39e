//! Which phone of a contact is primary after a write (Phone resource, 3).
//!
//! One function over one contact's phones. The database holds "at most one" and "never a historic
//! one" by itself; this function also holds "exactly one where one is in use", and chooses the heir.

use super::phone::{Phone, PhoneId};

/// The phone that has to be primary, given the contact's phones as they stand after a write, or
/// none where no phone is in use.
///
/// `written` is the phone that was just written, which wins where more than one claims the place.
/// Where none claims it, the heir is the one in use with `valid_values` true first, then the newest
/// `created_at`, then the greatest id.
#[must_use]
pub(crate) fn heir(phones: &[Phone], written: Option<PhoneId>) -> Option<PhoneId> {
    let claims = |phone: &&Phone| phone.primary && !phone.historic;
    let rank = |phone: &&Phone| (phone.valid_values, phone.created_at, phone.id);
    let claimants = || phones.iter().filter(claims);
    claimants()
        .find(|phone| Some(phone.id) == written)
        .or_else(|| claimants().max_by_key(rank))
        .or_else(|| {
            phones
                .iter()
                .filter(|phone| !phone.historic)
                .max_by_key(rank)
        })
        .map(|phone| phone.id)
}

/// The order in which an owner's phones are shown: the primary first, then those in use, then the
/// historic ones; within each the newest first.
pub fn sort(phones: &mut [Phone]) {
    phones.sort_by_key(|phone| {
        (
            !phone.primary,
            phone.historic,
            std::cmp::Reverse((phone.created_at, phone.id)),
        )
    });
}
