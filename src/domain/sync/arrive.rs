//! A card that arrives: of which contact it is, and what becomes of it.

use crate::domain::fold::fold;
use crate::domain::ids::ContactId;

use super::join::link;
use super::moving::Moving;
use super::outgoing::is_in;
use super::part::Part;
use super::records::shown_name;
use super::remote::{Etag, Href, Stop};
use super::report::{Did, Report};
use super::row::{Card, Row};
use super::said::{SaidCard, name_on};
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

/// Takes in one card that changed there or is new. One that has another's place waits until it is known who is gone.
pub(super) fn take_card<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    now: (Etag, C),
    moving: &mut Moving<C>,
    arriving: &Arriving<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    let mut known = part.row(href)?;
    if known.as_ref().is_some_and(Row::is_left_out) {
        // It changed since, so that it is taken in as any that is new.
        part.drop_row(href)?;
        known = None;
    }
    if let Some(mut row) = known.filter(|row| row.etag.is_some() || row.intent.is_some()) {
        row.unread = None;
        if row.intent.is_none() && row.has_text_of(&now.1) {
            // The version is new, but the text is the same, so nobody changed the card.
            row.etag = Some(now.0);
            return part.put_row(href, &row);
        }
        if moving.is_other(part, &row, now.1.said())? {
            return moving.put_aside(part, &row, (href, now));
        }
        let name = name_on(now.1.said());
        let is_older = row.base.as_ref().is_some_and(|base| now.1.is_older(base));
        let how = How {
            keeps_ours: arriving.keeps_ours,
            ..How::default()
        };
        let row = merge(part, href, row, now, how)?;
        if part.person(row.contact)?.is_none() {
            report.note_kept(revive(part, href)?, &name);
            return Ok(());
        }
        if is_older {
            report.older.push(name.clone());
        }
        report.note(Did::ChangedHere, &name);
        return Ok(());
    }
    take_new(part, href, now, moving, arriving, report)
}

/// Notes that what is there cannot be read. What was under way there is not known to have arrived, and is sent again
/// once it can be.
pub(super) fn note_unread<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    etag: &Etag,
    why: &str,
) -> Result<(), Stop> {
    let Some(mut row) = part.row(href)? else {
        return part.put_unread(href, etag, why);
    };
    row.etag = Some(etag.clone());
    row.unread = Some(why.to_owned());
    row.refused = None;
    row.intent = None;
    part.put_row(href, &row)
}

/// Takes in a card that is where none was.
pub(super) fn take_new<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    now: (Etag, C),
    moving: &mut Moving<C>,
    arriving: &Arriving<'_>,
    report: &mut Report,
) -> Result<(), Stop> {
    let name = name_on(now.1.said());
    // Somebody deleted a card there and made it again, at another address.
    if let Some(old) = moving.take_predecessor(part, now.1.said())?
        && let Some(mut row) = part.row(&old)?
    {
        make_room(part, href, Some(row.contact))?;
        part.move_row(&old, href)?;
        if row.intent.is_none() && row.has_text_of(&now.1) {
            row.etag = Some(now.0);
            return part.put_row(href, &row);
        }
        report.note(Did::ChangedHere, &name);
        merge(part, href, row, now, How::default())?;
        return Ok(());
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
            let kept = settle(part, href, Some(now), None, false, arriving.exact)?;
            report.note_kept(kept, &name);
            return Ok(());
        }
    }
    let contact = part.known(href, &now.1)?;
    make_room(part, href, contact)?;
    let is_same = link(part, href, contact, now, None)?;
    let did = match contact {
        None => Did::NewHere,
        Some(_) if is_same => Did::Linked,
        Some(_) => Did::Joined,
    };
    report.note(did, &name);
    Ok(())
}

/// Has a contact go elsewhere that was to be sent to where another one's card is by now.
fn make_room<C>(
    part: &mut dyn Part<C>,
    href: &Href,
    contact: Option<ContactId>,
) -> Result<(), Stop> {
    let Some(row) = part.row(href)? else {
        return Ok(());
    };
    if Some(row.contact) == contact || part.person(row.contact)?.is_none() {
        return part.drop_row(href);
    }
    let place = part.new_href(row.contact)?;
    if place == *href {
        return Ok(());
    }
    part.move_row(href, &place)
}

/// Whether a card that we made is this one: by its `UID`, its text, or its name, in whatever order a server puts the
/// words of that.
fn is_same_person(body: &SaidCard, now: &SaidCard) -> bool {
    let words = |card: &SaidCard| -> Vec<String> {
        let name = fold(&shown_name(&name_on(card)));
        let words = name.split(|sign: char| !sign.is_alphanumeric());
        let mut words: Vec<_> = words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        words
    };
    let is_named_so = || {
        let name = words(body);
        !name.is_empty() && name == words(now)
    };
    body.uid == now.uid || is_in(body, now) || is_named_so()
}
