//! A card that arrives: of which contact it is, and what becomes of it.

use super::guard::Side;
use super::join::link;
use super::outgoing::is_in;
use super::part::Part;
use super::remote::{Etag, Href, Stop};
use super::report::{Did, Report};
use super::row::Card;
use super::rules::{Rule, holds};
use super::said::{SaidCard, name_on, same_text};
use super::take::{How, merge, revive, settle};

/// How cards are taken in.
pub(super) struct Arriving<'a> {
    /// The cards with something under way when the run began.
    pub(super) open: &'a [Href],
    /// The version in the answer to a change is that of the card that is stored.
    pub(super) exact: bool,
    /// What changed there is written over with what is here.
    pub(super) keeps_ours: bool,
}

/// Takes in one card that changed there or is new.
pub(super) fn take_card<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    now: (Etag, C),
    gone: &mut Vec<Href>,
    arriving: &Arriving<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    let name = name_on(now.1.said());
    let known = part.row(href)?;
    if let Some(mut row) = known.filter(|row| row.etag.is_some() || row.intent.is_some()) {
        if row.intent.is_none() && row.has_text_of(&now.1) {
            // The version is new, but the text is the same, so nobody changed the card.
            row.etag = Some(now.0);
            return part.put_row(href, &row);
        }
        let how = How {
            keeps_ours: arriving.keeps_ours,
            ..How::default()
        };
        let row = merge(part, href, row, now, how)?;
        if part.person(row.contact)?.is_none() {
            report.note(Did::CameBack, &name);
            revive(part, href)?;
            let back = part.row(href)?.map(|row| (row.contact, Side::Here));
            report.brought_back.extend(back);
            return Ok(());
        }
        report.note(Did::ChangedHere, &name);
        return Ok(());
    }
    // Somebody deleted a card there and made it again, at another address.
    if let Some(place) = find_predecessor(part, gone, now.1.said())? {
        let old = gone.remove(place);
        if let Some(row) = part.row(&old)? {
            part.drop_row(&old)?;
            report.note(Did::ChangedHere, &name);
            merge(part, href, row, now, How::default())?;
            return Ok(());
        }
    }
    // Made by us: what was under way is this card.
    for old in arriving.open {
        let Some(row) = part.row(old)? else { continue };
        let is_ours = row.etag.is_none()
            && row.intent.as_ref().is_some_and(|intent| {
                intent.over.is_none() && is_same_person(intent.body.said(), now.1.said())
            });
        if is_ours {
            part.drop_row(old)?;
            part.put_row(href, &row)?;
            return settle(part, href, Some(now), None, false, arriving.exact);
        }
    }
    let contact = part.known(href, &now.1)?;
    let is_same = link(part, href, contact, now, None)?;
    let did = match contact {
        None => Did::NewHere,
        Some(_) if is_same => Did::Linked,
        Some(_) => Did::Joined,
    };
    report.note(did, &name);
    Ok(())
}

/// Whether a card that we made is this one: by its `UID`, its text, or its name.
fn is_same_person(body: &SaidCard, now: &SaidCard) -> bool {
    body.uid == now.uid || is_in(body, now) || same_text(Some(&name_on(body)), Some(&name_on(now)))
}

/// The card that is gone and that this one takes the place of: with its `UID`, or the same name and something
/// in common.
fn find_predecessor<C: Card>(
    part: &mut dyn Part<C>,
    gone: &[Href],
    now: &SaidCard,
) -> Result<Option<usize>, Stop> {
    if !holds(Rule::KnownAgain) {
        return Ok(None);
    }
    for (place, href) in gone.iter().enumerate() {
        let Some(row) = part.row(href)? else { continue };
        let Some(base) = row.base.as_ref().map(Card::said) else {
            continue;
        };
        let is_same = base.uid.is_some() && base.uid == now.uid || is_alike(base, now);
        if is_same && part.person(row.contact)?.is_some() {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Whether two cards are of one person: the same name, and a number or an email in common, or no number
/// at all.
fn is_alike(one: &SaidCard, other: &SaidCard) -> bool {
    let has_none = |card: &SaidCard| card.tels().next().is_none();
    same_text(Some(&name_on(one)), Some(&name_on(other)))
        && (one.tels().any(|(key, _)| other.has_tel(key))
            || has_none(one) && has_none(other)
            || one
                .details
                .iter()
                .any(|said| other.detail(&said.identity).is_some()))
}
