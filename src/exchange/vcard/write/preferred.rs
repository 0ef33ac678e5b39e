//! The marks of the details that are preferred.

use crate::domain::contact::{Detail, DetailKind};
use crate::domain::detail::DetailId;

use super::super::contact;
use super::super::draft::CardDraft;
use super::super::line::{Line, Version};
use super::super::param::{is as is_param, preference, without_types};
use super::super::property;
use super::detail::is_said;

/// Whether two lists prefer the same details.
pub(super) fn prefer_the_same(some: &[Detail], others: &[Detail]) -> bool {
    let preferred = |details: &[Detail]| -> Vec<_> {
        let details = details.iter().filter(|detail| detail.preferred);
        let mut found: Vec<_> = details
            .map(|detail| {
                (
                    detail.kind.word(),
                    detail.label.clone(),
                    detail.text().into_owned(),
                )
            })
            .collect();
        found.sort_unstable();
        found
    };
    preferred(some) == preferred(others)
}

/// The card with the marks of the details that are preferred.
pub(super) fn prefer(card: &[u8], details: &[Detail]) -> Vec<u8> {
    let mut draft = CardDraft::new(card, Version::V30);
    let mut marks: Vec<(usize, bool)> = Vec::new();
    let said = contact::all_details(&draft.properties);
    for wanted in DetailKind::ALL {
        let of_kind = |details: &[Detail]| {
            let mut details = details.iter();
            details
                .find(|detail| detail.kind == wanted && detail.preferred)
                .cloned()
        };
        // Of several that are marked the first counts: then their lines stay.
        let is_right = match (of_kind(&said), of_kind(details)) {
            (Some(said), Some(wanted)) => is_said(&wanted, &said),
            (said, wanted) => said.is_none() && wanted.is_none(),
        };
        if is_right {
            continue;
        }
        let preferred = of_kind(details);
        let lines = draft.lines().filter_map(|(at, property)| {
            let read = contact::details(property, &draft.properties);
            let first = read.into_iter().next()?;
            (first.kind == wanted).then(|| (at, first, property.preference()))
        });
        let lines: Vec<(usize, Detail, Option<u32>)> = lines.collect();
        let is_meant = |(_, said, _): &(usize, Detail, _)| {
            preferred.as_ref().is_some_and(|own| is_said(own, said))
        };
        let meant = lines.iter().position(is_meant);
        for (place, (at, said, rank)) in lines.iter().enumerate() {
            if Some(place) == meant {
                marks.extend((*rank != Some(1)).then_some((*at, true)));
                continue;
            }
            // One that is said to come after the first keeps its mark.
            let comes_after = meant.is_some() && *rank > Some(1);
            if said.preferred && !comes_after {
                marks.push((*at, false));
            }
        }
    }
    let version = draft.version();
    for (at, is_wanted) in marks {
        let value = draft.value_at(at);
        let head = draft.head(at);
        let mut params = without_types(&head.params, |kind| kind == "pref");
        params.retain(|own| !is_param(own, "PREF"));
        params.extend(is_wanted.then(|| preference(version).to_owned()));
        draft.replace(
            at,
            vec![Line {
                params,
                value,
                ..head
            }],
        );
    }
    draft.finish()
}

/// The one of these details of a kind that a card prefers, of several the first.
pub(in crate::exchange::vcard) fn preferred_on(
    card: &[u8],
    kind: DetailKind,
    details: &[Detail],
) -> Option<DetailId> {
    let properties = property::properties(card);
    let ranked = properties.iter().filter_map(|property| {
        let rank = property.preference()?;
        let said = contact::details(property, &properties).into_iter().next()?;
        let mut of_kind = details.iter().filter(|own| own.kind == kind);
        let own = of_kind.find(|own| is_said(own, &said))?;
        Some((rank, own.id))
    });
    let (_, first) = ranked.min_by_key(|(rank, _)| *rank)?;
    Some(first)
}
