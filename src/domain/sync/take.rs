//! Taking in what is there now: a card that changed, one that was sent, a new one, and one that is gone.

use super::details::{self, pairs};
use super::guard::Side;
use super::join::{Now, flags_agreed_elsewhere, link, take_primary, taken_from};
use super::merge::{self, Change, in_their_numbers, in_their_words, since_sent};
use super::moving::{is_other_person, place_anew};
use super::outgoing::{close_decided, has_all, is_in, outgoing, says_no_more, shows};
use super::part::{Part, keep_token};
use super::person::Person;
use super::remote::{Etag, Href, Stop};
use super::report::{Did, Report};
use super::row::{Card, Conflicts, Intent, Row};
use super::rules::{Rule, holds};
use super::said::SaidCard;
use crate::domain::ids::ContactId;

/// How a card is merged.
pub(super) struct How<'i, C> {
    /// What it is compared with; what was last read where it is none.
    pub(super) from: Option<SaidCard>,
    /// Whether what is missing was taken out.
    pub(super) takes_out: bool,
    /// What was sent, where it is not known whether it arrived.
    pub(super) sent: Option<&'i Intent<C>>,
    /// Whether what is there is taken in whole: the contact is put back then, and goes there over it.
    pub(super) keeps_ours: bool,
}

impl<C> Default for How<'_, C> {
    fn default() -> Self {
        Self {
            from: None,
            takes_out: true,
            sent: None,
            keeps_ours: false,
        }
    }
}

/// Takes in a card that changed there: the same change is made in the contact and in what was agreed.
pub(super) fn merge<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    mut row: Row<C>,
    (etag, now): Now<C>,
    how: How<'_, C>,
) -> Result<Row<C>, Stop> {
    // In what was sent, what is missing or worded otherwise is the server's doing.
    let carries = how.from.is_none();
    let from = how.from.unwrap_or_else(|| row.base_said());
    // A server that writes numbers without their country means those that were agreed.
    let from = merge::numbers_as_agreed(from, &row.agreed);
    let said = merge::numbers_as_agreed(now.said().clone(), &row.agreed);
    let before = part.person(row.contact)?;
    if let Some(before) = &before {
        let mut person = before.clone();
        if !holds(Rule::OursStays) && outgoing(&person, &row) != row.agreed {
            theirs_wins(&mut person, &row.agreed, &said);
        }
        let sent = how.sent.filter(|_| holds(Rule::TakenBackIsChange));
        let changes = details::changes(&person, &row.agreed, (&from, &said), sent);
        let mut change = Change {
            from: &from,
            to: &said,
            takes_out: how.takes_out,
            bins: part.bins_removed(),
            sent: sent.map(|sent| &sent.says),
        };
        let agreed = if holds(Rule::TwoBases) {
            row.agreed.clone()
        } else {
            let mut said = taken_from(&row.agreed, &from);
            said.details.clone_from(&row.agreed.details);
            said.preferred.clone_from(&row.agreed.preferred);
            said
        };
        let unless = match change.sent {
            Some(sent) => since_sent(&person, &agreed, sent),
            None if how.keeps_ours => person.clone(),
            None => agreed.clone(),
        };
        merge::apply(&mut person, &unless, &change, &mut row.conflicts);
        details::apply(&mut person, &unless, &changes, &mut row.conflicts, &change);
        change.sent = None;
        let mut none = Conflicts::new();
        let mut now_agreed = row.agreed.clone();
        merge::apply(&mut now_agreed, &agreed, &change, &mut none);
        details::apply(&mut now_agreed, &row.agreed, &changes, &mut none, &change);
        if holds(Rule::SameIsOne) {
            let known = now_agreed.clone();
            person.join_same(&known);
            now_agreed.join_same(&known);
        }
        row.agreed = now_agreed;
        if how.keeps_ours {
            row.conflicts.clear();
        }
        flags_agreed_elsewhere(part, row.contact, before, &mut person, &said)?;
        let person = if person == *before {
            person
        } else {
            part.put_person(row.contact, &person, &now)?
        };
        if carries {
            part.carry(row.contact, row.base.as_ref(), &now)?;
        }
        take_primary(&mut row, &person, &said);
        close_decided(&mut row.conflicts, &person);
    }
    row.base = Some(now);
    row.etag = Some(etag);
    row.intent = None;
    row.refused = None;
    part.put_row(href, &row)?;
    Ok(row)
}

/// "The server wins", which the simulation has to find wanting.
fn theirs_wins(person: &mut Person, agreed: &Person, now: &SaidCard) {
    let ours = std::mem::replace(person, agreed.clone());
    let keeps = |key: &String| now.has_tel(key) && ours.numbers.contains_key(key);
    person
        .numbers
        .retain(|key, _| keeps(key) || agreed.numbers.contains_key(key));
}

/// A contact that was deleted on a side and stays, since it was changed on the other.
pub(super) type Kept = Option<(ContactId, Side)>;

/// What was under way to a card, to be settled.
pub(super) struct Settled<'s> {
    pub(super) href: &'s Href,
    pub(super) name: &'s str,
    /// The version in the answer to a change is that of the card that is stored.
    pub(super) exact: bool,
}

impl Settled<'_> {
    /// Settles it, and tells what came in by that.
    pub(super) fn told<C: Card>(
        &self,
        part: &mut dyn Part<C>,
        report: &mut Report,
        now: Option<(Etag, C)>,
        answer: Option<&Etag>,
        accepted: bool,
    ) -> Result<(), Stop> {
        let row = part.row(self.href)?;
        let contact = row.map(|row| row.contact);
        let person = |part: &mut dyn Part<C>| match contact {
            Some(contact) => part.person(contact),
            None => Ok(None),
        };
        let before = person(part)?;
        let kept = settle(part, self.href, now, answer, accepted, self.exact)?;
        let after = person(part)?;
        if before.is_some() && after.is_some() && before != after {
            report.note(Did::ChangedHere, self.name);
        }
        report.note_kept(kept, self.name);
        Ok(())
    }
}

/// Settles what was under way, by what is there now. `answer` is the version that the answer to the change
/// named, `accepted` whether it is known to have been taken. Says who stays though deleted on one side.
pub(super) fn settle<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    now: Option<Now<C>>,
    answer: Option<&Etag>,
    accepted: bool,
    exact: bool,
) -> Result<Kept, Stop> {
    let Some(mut row) = part.row(href)? else {
        return Ok(None);
    };
    let Some(intent) = row.intent.clone() else {
        return Ok(None);
    };
    let is_here = part.person(row.contact)?.is_some();
    let is_new = intent.over.is_none();
    let Some((etag, now)) = now else {
        row.intent = None;
        if is_new || intent.is_deletion() {
            // Deleted by us, and brought back here since: it is made there again.
            send_anew(part, href, &row)?;
            return Ok(None);
        }
        part.put_row(href, &row)?;
        gone(part, href)?;
        let stays = is_here && part.person(row.contact)?.is_some();
        return Ok(stays.then_some((row.contact, Side::There)));
    };
    if intent.over.as_ref() == Some(&etag) || intent.is_deletion() {
        // It never arrived. What changed there since a deletion was on its way is listed as changed.
        row.intent = None;
        part.put_row(href, &row)?;
        return Ok(None);
    }
    row.refused = None;
    if answer == Some(&etag) {
        // As it was sent, in the server's wording.
        row.base = Some(now);
        row.etag = Some(etag);
        row.agreed = intent.says;
        row.intent = None;
        part.put_row(href, &row)?;
        return Ok(None);
    }
    let body = intent.body.said();
    if !is_new && is_other_person(body, now.said()) {
        give_way(part, href, &row)?;
        return Ok(None);
    }
    let worded = match (holds(Rule::Wording), exact) {
        (true, false) => in_their_words(body, now.said()),
        (true, true) => in_their_numbers(body, now.said()),
        (false, _) => body.clone(),
    };
    // A card at the address of ours, with its UID and everything that we sent, is ours, even if another program has
    // added to it since.
    let is_ours = is_in(&worded, now.said())
        || is_new
            && body.uid.is_some()
            && body.uid == now.said().uid
            && has_all(&worded, now.said());
    if is_new && !accepted && !is_ours {
        part.drop_row(href)?;
        // Deleted here meanwhile, and not as it was sent: the change wins.
        let contact = is_here.then_some(row.contact);
        link(part, href, contact, (etag, now), Some(&intent))?;
        let made = part.row(href)?.filter(|_| !is_here);
        return Ok(made.map(|row| (row.contact, Side::Here)));
    }
    // Did another program change the card as well? Where the ETags in answers are exact, any other line shows that.
    let is_as_before = intent.body.has_lines_of(&now) || row.has_text_of(&now);
    let is_changed = !is_as_before && (exact || !says_no_more(now.said(), body));
    let is_seen = !is_new && shows(&row.base_said(), &worded, now.said());
    if accepted || is_new && is_ours || is_seen {
        let lacks = Lacking::of(&worded, now.said());
        let again = !lacks.is_empty() && row.strikes < 2;
        row.strikes = if again { row.strikes + 1 } else { 0 };
        row.agreed = intent.says.clone();
        let how = How {
            from: Some(worded),
            takes_out: !holds(Rule::MissingIsNotTakenOut),
            ..How::default()
        };
        let mut row = merge(part, href, row, (etag, now), how)?;
        if again && holds(Rule::SentOnceMore) {
            lacks.forget(&mut row.agreed);
            part.put_row(href, &row)?;
        }
    } else {
        let how = How {
            sent: Some(&intent),
            ..How::default()
        };
        merge(part, href, row, (etag, now), how)?;
    }
    if is_here || !is_changed {
        return Ok(None);
    }
    revive(part, href)
}

/// What a card that was sent has and the one that is there lacks: it is sent once more; a server that leaves
/// it out again does not take it.
struct Lacking {
    numbers: Vec<String>,
    details: Vec<(&'static str, String)>,
}

impl Lacking {
    fn of(body: &SaidCard, now: &SaidCard) -> Self {
        let numbers = body.tels().filter(|(key, _)| !now.has_tel(key));
        let gone = pairs(&body.details, &now.details).gone;
        let details = gone.iter().filter_map(|place| body.details.get(*place));
        Self {
            numbers: numbers.map(|(key, _)| key.to_owned()).collect(),
            details: details.map(|said| said.identity.clone()).collect(),
        }
    }

    const fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.details.is_empty()
    }

    /// Takes it out of what was agreed, so that it differs and goes out.
    fn forget(&self, agreed: &mut Person) {
        for key in &self.numbers {
            agreed.numbers.remove(key);
        }
        for identity in &self.details {
            if let Some(id) = agreed.detail_like(identity) {
                agreed.details.remove(&id);
            }
        }
        agreed.tidy();
    }
}

/// Takes in that a card is gone: its contact goes to the bin, unless it was changed here, when it is sent
/// anew: a change wins over a deletion.
pub(super) fn gone<C: Card>(part: &mut dyn Part<C>, href: &Href) -> Result<(), Stop> {
    let Some(row) = part.row(href)? else {
        // It belongs to no contact: it is a group, or could not be read.
        return part.drop_row(href);
    };
    if is_deleted_with_card(part, &row)? {
        part.delete_person(row.contact)?;
        return part.drop_row(href);
    }
    send_anew(part, href, &row)
}

/// Whether the contact of a card is deleted here once its card is gone: it is here, and as it was agreed.
pub(super) fn is_deleted_with_card<C: Card>(
    part: &mut dyn Part<C>,
    row: &Row<C>,
) -> Result<bool, Stop> {
    if row.is_left_out() {
        return Ok(false);
    }
    let Some(person) = part.person(row.contact)? else {
        return Ok(false);
    };
    // A field in conflict was edited here, though it goes out as theirs.
    Ok(if holds(Rule::ConflictIsEdit) {
        person == row.agreed
    } else {
        outgoing(&person, row) == row.agreed
    })
}

/// Has a contact sent that has no card there, or no longer, if it is here.
fn send_anew<C: Card>(part: &mut dyn Part<C>, href: &Href, row: &Row<C>) -> Result<(), Stop> {
    part.drop_row(href)?;
    match part.person(row.contact)? {
        Some(_) => {
            let place = place_anew(part, href, row.contact)?;
            let anew = Row {
                // The count goes on, so that a server that never keeps the card is named in the end.
                sent: row.sent,
                ..row.anew()
            };
            part.put_row(&place, &anew)
        }
        None => Ok(()),
    }
}

/// Another person's card is where a contact's was while that was being sent: the contact goes elsewhere, if it is
/// here, and the card is taken in by the next run.
pub(super) fn give_way<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    row: &Row<C>,
) -> Result<(), Stop> {
    if part.person(row.contact)?.is_some() {
        let place = part.new_href(row.contact)?;
        part.drop_row(href)?;
        part.put_row(&place, &row.anew())?;
    } else {
        part.drop_row(href)?;
    }
    keep_token(part, None, false)
}

/// Deleted here and changed there: the change wins, and the contact comes back with the flags that it had. Says who.
pub(super) fn revive<C: Card>(part: &mut dyn Part<C>, href: &Href) -> Result<Kept, Stop> {
    let Some(mut row) = part.row(href)? else {
        return Ok(None);
    };
    let Some(now) = row.base.clone() else {
        return Ok(None);
    };
    let back = part.bring_back(row.contact)?;
    let was = back.clone().unwrap_or_default();
    let mut person = taken_from(&was, now.said());
    for (key, number) in &mut person.numbers {
        let line = now.said().line(key);
        let had = was.numbers.get(key).filter(|_| holds(Rule::FlagsComeBack));
        let was_historic = had.is_some_and(|had| had.historic);
        let is_put_back =
            was_historic && now.said().has_tel(key) && !row.agreed.numbers.contains_key(key);
        number.historic = line.historic.unwrap_or(was_historic && !is_put_back);
        number.accurate = line
            .accurate
            .unwrap_or_else(|| had.is_some_and(|had| had.accurate));
    }
    for (key, number) in &was.numbers {
        if number.historic && !person.numbers.contains_key(key) {
            person.numbers.insert(key.clone(), number.clone());
        }
    }
    for (name, text) in &was.fields {
        if super::said::is_only_ours(name) {
            person.fields.entry(name).or_insert_with(|| text.clone());
        }
    }
    person.tidy();
    let (contact, settled) = match back {
        Some(_) => (row.contact, part.put_person(row.contact, &person, &now)?),
        None => part.make_person(&person, &now, false)?,
    };
    part.carry(contact, None, &now)?;
    row.contact = contact;
    row.agreed = person;
    take_primary(&mut row, &settled, now.said());
    row.held = false;
    row.conflicts.clear();
    part.put_row(href, &row)?;
    Ok(Some((contact, Side::Here)))
}
