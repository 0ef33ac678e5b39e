//! A card without some of its numbers or members, which were deleted for good.

use crate::domain::number;
use crate::domain::number::Region;
use crate::domain::phone::Phone;

use super::draft::CardDraft;
use super::group;
use super::line::Version;
use super::phone::{self, MORE, More};
use super::property::Property;

/// The card without these numbers and what it says of them; none where it has none of them.
pub(super) fn without(card: &[u8], numbers: &[Phone], home: Option<Region>) -> Option<Vec<u8>> {
    let draft = CardDraft::new(card, Version::V30);
    let more = More::of(&draft.properties);
    let goes = |number: &str, hint: Option<&str>| {
        let identity = number::canonical(number, hint, home).identity;
        { numbers.iter() }.any(|phone| phone.typed == number || phone.identity == identity)
    };
    let is_theirs = |property: &Property| {
        if property.name == MORE {
            let named = property.param("NUMBER");
            return named.is_some_and(|number| goes(number, property.param("COUNTRY")));
        }
        phone::phone(property, &draft.properties, &more).is_some_and(|read| {
            let hint = read.country_code.flatten();
            { read.number }.is_some_and(|number| goes(number.trim(), hint.as_deref()))
        })
    };
    let gone: Vec<usize> = { draft.lines() }
        .filter(|(_, property)| is_theirs(property))
        .map(|(at, _)| at)
        .collect();
    without_lines(draft, &gone)
}

/// The card of a group without these members; none where it has none of them.
pub(super) fn without_members(card: &[u8], is_gone: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
    let draft = CardDraft::new(card, Version::V30);
    let gone: Vec<usize> = { draft.lines() }
        .filter(|(_, property)| group::member(property).is_some_and(|member| is_gone(&member)))
        .map(|(at, _)| at)
        .collect();
    without_lines(draft, &gone)
}

fn without_lines(mut draft: CardDraft<'_>, gone: &[usize]) -> Option<Vec<u8>> {
    if gone.is_empty() {
        return None;
    }
    for at in gone {
        draft.replace(*at, Vec::new());
    }
    Some(draft.finish())
}
