//! The contact beside the list: its numbers with their flags, and all that is known of it.

use std::ops::Range;

use crate::domain::attachment::Attachment;
use crate::domain::contact::{Contact, ContactId, Detail, DetailKind};
use crate::domain::detail::DetailId;
use crate::domain::edit::Profile;
use crate::domain::listing::Row;
use crate::domain::phone::{Phone, PhoneAttributes, PhoneId};
use crate::tui::ctx::Ctx;
use crate::tui::keymap::Action;
use crate::tui::protocol::{Request, Write};
use crate::tui::widgets::cursor::Motion;

/// What of a contact the cursor can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailRow {
    /// The name.
    Name,
    /// A number, by its place.
    Number(usize),
    /// An email, an address or another detail, by its place.
    Detail(usize),
    /// The note.
    Note,
    /// The tags.
    Tags,
    /// A photo or the like on its card, by its place.
    Attachment(usize),
}

/// The details of a contact with their places, in the order in which they are shown: kind by kind.
pub(super) fn in_order(contact: &Contact) -> impl Iterator<Item = (usize, &Detail)> {
    DetailKind::ALL.into_iter().flat_map(|kind| {
        let details = contact.details.iter().enumerate();
        details.filter(move |(_, detail)| detail.kind == kind)
    })
}

/// The details of a contact as they are shown, each by its place and its id.
fn shown_details(profile: Option<&Profile>) -> Vec<(usize, DetailId)> {
    let contact = profile.map(|profile| &profile.full.contact);
    let details = contact.into_iter().flat_map(in_order);
    details.map(|(place, detail)| (place, detail.id)).collect()
}

/// How much of what the cursor is on is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seen {
    /// All of it, or as much as there is room for.
    #[default]
    Whole,
    /// Some of its lines: it was scrolled so.
    Part,
    /// Nothing: then the keys are about the contact.
    Nothing,
}

/// The detail pane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetailPane {
    /// The contact, once it has come.
    pub profile: Option<Box<Profile>>,
    /// The row that the cursor is not on a number, if so.
    pub(super) other: Option<DetailRow>,
    /// Which of its numbers the cursor is on, or was on last.
    pub cursor: usize,
    /// Whether a form for a new detail was opened by the last key.
    pub(super) expects_new: bool,
    /// How many lines are scrolled off, where that is more than the cursor needs.
    scroll: usize,
    /// How much of what the cursor is on is seen.
    seen: Seen,
    /// Which contact was asked for.
    asked: Option<ContactId>,
    /// Whether that contact could not be read, and no other is shown in its place.
    pub(super) is_unread: bool,
    /// The number that the search matched, where it matched one.
    matched: Option<PhoneId>,
}

impl DetailPane {
    /// The number under the cursor.
    #[must_use]
    pub fn phone(&self) -> Option<&Phone> {
        let phones = &self.profile.as_ref()?.full.phones;
        let is_on_it = self.is_on_number() && !self.is_beyond();
        phones.get(self.cursor).filter(|_| is_on_it)
    }

    /// The row that the cursor is on: the name, where what it was on is no longer there.
    #[must_use]
    pub fn row(&self) -> DetailRow {
        let Some(profile) = &self.profile else {
            return DetailRow::Name;
        };
        let contact = &profile.full.contact;
        let is_there = match self.other {
            None => self.cursor < profile.full.phones.len(),
            Some(DetailRow::Detail(place)) => place < contact.details.len(),
            Some(DetailRow::Note) => contact.note.is_some(),
            Some(DetailRow::Tags) => !contact.tags.is_empty(),
            Some(DetailRow::Attachment(place)) => place < profile.attachments.len(),
            Some(DetailRow::Name | DetailRow::Number(_)) => true,
        };
        match self.other {
            _ if !is_there => DetailRow::Name,
            Some(other) => other,
            None => DetailRow::Number(self.cursor),
        }
    }

    /// The email, address or other detail under the cursor.
    #[must_use]
    pub fn detail(&self) -> Option<&Detail> {
        match self.row() {
            DetailRow::Detail(place) if !self.is_beyond() => {
                self.profile.as_ref()?.full.contact.details.get(place)
            }
            _ => None,
        }
    }

    /// The photo or the like under the cursor, with its place.
    #[must_use]
    pub(super) fn attachment(&self) -> Option<(usize, &Attachment)> {
        match self.row() {
            DetailRow::Attachment(place) if !self.is_beyond() => {
                let attachment = self.profile.as_ref()?.attachments.get(place)?;
                Some((place, attachment))
            }
            _ => None,
        }
    }

    /// Whether the keys are about the contact: the cursor is on the name, or its row is scrolled off.
    #[must_use]
    pub fn is_about_contact(&self) -> bool {
        self.is_on_name() || self.is_beyond()
    }

    /// Whether the cursor is on the name: there is no number, or it was moved there.
    #[must_use]
    pub fn is_on_name(&self) -> bool {
        self.row() == DetailRow::Name
    }

    /// Whether the cursor is on a row that is neither the name nor a number.
    pub(super) fn is_on_other_row(&self) -> bool {
        !matches!(self.row(), DetailRow::Name | DetailRow::Number(_))
    }

    /// Whether the cursor is on a number.
    fn is_on_number(&self) -> bool {
        matches!(self.row(), DetailRow::Number(_))
    }

    /// Whether what the cursor is on is scrolled off.
    #[must_use]
    pub(super) const fn is_beyond(&self) -> bool {
        matches!(self.seen, Seen::Nothing)
    }

    /// The number that is shown in the list: the one that the search matched, else the first.
    #[must_use]
    pub fn listed(&self) -> Option<&Phone> {
        let phones = &self.profile.as_ref()?.full.phones;
        let matched = phones.iter().find(|phone| Some(phone.id) == self.matched);
        matched.or_else(|| phones.first())
    }

    fn phones(&self) -> usize {
        self.profile
            .as_ref()
            .map_or(0, |profile| profile.full.phones.len())
    }

    /// Puts the cursor on a row; what is seen stays where it is.
    pub(super) fn point_at(&mut self, row: DetailRow) {
        match row {
            DetailRow::Number(place) => self.move_to(place),
            other => {
                self.other = Some(other);
                self.seen = Seen::Whole;
            }
        }
    }

    /// The keys come from the list again: they are about the number that its row shows, or about the name.
    pub(super) fn come_back(&mut self) {
        self.seen = Seen::Whole;
        if self.is_on_other_row() {
            self.other = None;
        }
    }

    /// What the cursor is on is seen again.
    pub(super) const fn show_cursor(&mut self) {
        self.seen = Seen::Whole;
    }

    /// Puts the cursor on a number.
    pub(super) fn move_to(&mut self, place: usize) {
        self.other = None;
        self.seen = Seen::Whole;
        self.cursor = place.min(self.phones().saturating_sub(1));
    }

    /// Puts the cursor on the next number, and after the last on the first.
    pub(super) fn next(&mut self) {
        let next = self.cursor + 1;
        self.move_to(if next < self.phones() { next } else { 0 });
    }

    /// Puts the cursor on the number before, and before the first on the last.
    pub(super) fn previous(&mut self) {
        let last = self.phones().saturating_sub(1);
        self.move_to(self.cursor.checked_sub(1).unwrap_or(last));
    }

    /// Puts the cursor on the number that is shown in the list.
    fn point_at_listed(&mut self) {
        let listed = self.listed().map(|phone| phone.id);
        let mut phones = self.profile.iter().flat_map(|profile| &profile.full.phones);
        let place = phones.position(|phone| Some(phone.id) == listed);
        self.move_to(place.unwrap_or(0));
    }

    /// Asks for the contact of a row where another one is shown; the cursor goes to the number that the search
    /// matched.
    pub(super) fn follow(&mut self, row: Option<&Row>, ctx: &mut Ctx<'_>) {
        let current = row.map(|row| row.id);
        let number = row.and_then(|row| row.number.as_ref());
        let matched = number.and_then(|number| number.matched);
        let is_new = matched != self.matched;
        self.matched = matched;
        if current == self.asked {
            if is_new {
                self.point_at_listed();
            }
            return;
        }
        self.asked = current;
        self.move_to(0);
        self.scroll = 0;
        self.refresh(ctx);
    }

    /// Asks for the contact again.
    pub(super) fn refresh(&mut self, ctx: &mut Ctx<'_>) {
        self.is_unread = false;
        if let Some(id) = self.asked {
            ctx.read(Request::Profile(id));
        }
    }

    /// The contact cannot be read: one that was shown before it is not shown in its place.
    pub(super) fn cannot_read(&mut self) {
        let shown = self.profile.as_ref().map(|it| it.full.contact.id);
        if shown != self.asked {
            self.profile = None;
            self.is_unread = true;
        }
    }

    /// Why nothing can be done with the contact, where it has not come.
    pub(super) const fn missing(&self) -> &'static str {
        if self.is_unread {
            "cannot read the contact"
        } else {
            "still loading the contact"
        }
    }

    /// Takes the contact. The cursor stays on its number, wherever that is now; from one that was replaced
    /// it goes to the one in its place.
    pub(super) fn show(&mut self, profile: Option<Box<Profile>>) {
        let contact =
            |profile: &Option<Box<Profile>>| profile.as_ref().map(|it| it.full.contact.id);
        let is_another = contact(&profile) != contact(&self.profile);
        let detail = self.detail().map(|detail| detail.id);
        let before = shown_details(self.profile.as_deref());
        let on = self.phone().map(|phone| phone.id);
        let on = self.replacement(profile.as_deref()).or(on);
        self.profile = profile;
        self.is_unread = false;
        if is_another {
            return self.point_at_listed();
        }
        let now = shown_details(self.profile.as_deref());
        let new = now
            .iter()
            .find(|(_, id)| before.iter().all(|(_, known)| known != id));
        if let Some((place, _)) = new.filter(|_| std::mem::take(&mut self.expects_new)) {
            // One that a person has added is what that person looks at.
            self.point_at(DetailRow::Detail(*place));
        } else if let Some(DetailRow::Detail(_)) = self.other {
            let same = now.iter().position(|(_, id)| Some(*id) == detail);
            // After one that was deleted the next one takes its place.
            let was = before.iter().position(|(_, id)| Some(*id) == detail);
            let at = same.or(was).unwrap_or(0).min(now.len().saturating_sub(1));
            let place = now.get(at).map_or(usize::MAX, |(place, _)| *place);
            self.other = Some(DetailRow::Detail(place));
        }
        if self.other.is_none() {
            let seen = self.seen;
            let mut phones = self.profile.iter().flat_map(|profile| &profile.full.phones);
            let place = phones.position(|phone| Some(phone.id) == on);
            self.move_to(place.unwrap_or(self.cursor));
            self.seen = seen;
        }
    }

    /// The only new number, where the one under the cursor became historic at the same time.
    fn replacement(&self, now: Option<&Profile>) -> Option<PhoneId> {
        let (on, before) = (self.phone()?, &self.profile.as_ref()?.full.phones);
        let phones = &now?.full.phones;
        let mut retired = phones.iter().filter(|phone| phone.id == on.id);
        let mut new = phones
            .iter()
            .filter(|phone| before.iter().all(|known| known.id != phone.id));
        let is_retired = !on.historic && retired.any(|phone| phone.historic);
        match (new.next(), new.next()) {
            (Some(new), None) if is_retired => Some(new.id),
            _ => None,
        }
    }

    /// Moves the cursor, and with it what is seen of the contact: a row that is higher than the pane is moved
    /// through line by line, and so is what comes after the last row. By a page what is seen moves, and the cursor
    /// with it as far as there are rows that it can be on.
    pub(super) fn step(&mut self, motion: Motion, extent: &Extent) {
        let page = extent.height.saturating_sub(1).max(1);
        let row = self.row();
        let mut rows = extent.rows.iter();
        let at = rows.position(|(known, _)| *known == row).unwrap_or(0);
        let last = extent.rows.len().saturating_sub(1);
        let top = extent.top(self);
        let has_above = extent.cursor().is_some_and(|on| on.start < top);
        let has_below = extent.cursor().is_some_and(|on| {
            extent.is_high(on) && on.start <= top && on.end > top + extent.height
        });
        match motion {
            Motion::PageDown(pages) => self.scroll_by(page.saturating_mul(pages), extent),
            Motion::PageUp(pages) => self.scroll_back(page.saturating_mul(pages), extent),
            Motion::Down(lines) if at >= last || has_below => self.scroll_by(lines, extent),
            Motion::Bottom if at >= last => self.scroll_by(extent.most(), extent),
            Motion::Up(lines) if has_above => self.scroll_back(lines, extent),
            motion => {
                let at = motion.apply(at, extent.rows.len(), 1);
                let Some((row, lines)) = extent.rows.get(at) else {
                    return;
                };
                // A high row is entered at the end from which the cursor comes.
                let is_from_below = matches!(motion, Motion::Up(_)) && extent.is_high(lines);
                self.scroll = if is_from_below { lines.end } else { 0 };
                self.point_at(*row);
            }
        }
    }

    /// Scrolls down by some lines, as far as there are any. The cursor goes from what is scrolled off to the first
    /// row that is seen.
    pub(super) fn scroll_by(&mut self, lines: usize, extent: &Extent) {
        let top = extent.top(self).saturating_add(lines).min(extent.most());
        let end = top + extent.height;
        let Some(on) = extent.cursor().filter(|on| on.start < top && on.end < end) else {
            return self.scrolled(top, None, extent);
        };
        let rows = || extent.rows.iter().filter(|(_, lines)| lines.start < end);
        let next = rows().find(|(_, lines)| lines.start >= on.end && lines.end > top);
        // Where none is seen, what comes after the last one is.
        let next = next.or_else(|| rows().next_back());
        self.scrolled(top, next.map(|(row, _)| *row), extent);
    }

    /// Scrolls up by some lines. The cursor goes from what is scrolled off to the last row that is seen.
    pub(super) fn scroll_back(&mut self, lines: usize, extent: &Extent) {
        let top = extent.top(self).saturating_sub(lines);
        let end = top + extent.height;
        let is_off = extent.cursor().is_some_and(|on| on.start >= end);
        let mut rows = extent.rows.iter().rev();
        let last = rows.find(|(_, lines)| is_off && lines.start < end);
        self.scrolled(top, last.map(|(row, _)| *row), extent);
    }

    /// What is seen begins at a line now; the cursor goes to a row, where it has to.
    fn scrolled(&mut self, top: usize, to: Option<DetailRow>, extent: &Extent) {
        self.scroll = top;
        let Some(on) = extent.on else { return };
        let on = to.unwrap_or(on);
        self.point_at(on);
        let end = top + extent.height;
        self.seen = match extent.lines_of(on) {
            Some(lines) if lines.end <= top || lines.start >= end => Seen::Nothing,
            Some(lines) if lines.start < top || lines.end > end => Seen::Part,
            _ => Seen::Whole,
        };
    }
}

/// How long what is beside the list is, and how much of it is seen.
pub(super) struct Extent {
    /// How many lines there are.
    pub(super) lines: usize,
    /// The rows that the cursor can be on, with their lines.
    pub(super) rows: Vec<(DetailRow, Range<usize>)>,
    /// The one that it is on; none while the keys go to the list.
    pub(super) on: Option<DetailRow>,
    /// How many lines are seen.
    pub(super) height: usize,
}

impl Extent {
    /// The most lines that can be scrolled off.
    const fn most(&self) -> usize {
        self.lines.saturating_sub(self.height)
    }

    /// The lines of what the cursor is on.
    fn cursor(&self) -> Option<&Range<usize>> {
        self.lines_of(self.on?)
    }

    /// The lines of a row.
    fn lines_of(&self, row: DetailRow) -> Option<&Range<usize>> {
        let mut rows = self.rows.iter();
        rows.find(|(known, _)| *known == row)
            .map(|(_, lines)| lines)
    }

    /// Whether a row has more lines than are seen.
    const fn is_high(&self, lines: &Range<usize>) -> bool {
        lines.end - lines.start > self.height
    }

    /// The row at a line.
    pub(super) fn row_at(&self, line: usize) -> Option<DetailRow> {
        let mut rows = self.rows.iter();
        rows.find(|(_, lines)| lines.contains(&line))
            .map(|(row, _)| *row)
    }

    /// The first line that is seen: what the cursor is on is seen, but where it was scrolled off.
    pub(super) fn top(&self, detail: &DetailPane) -> usize {
        let (scroll, height) = (detail.scroll, self.height);
        let top = match (self.cursor(), detail.seen) {
            (Some(on), Seen::Whole) => {
                // Of what is higher than the pane, as many lines as there is room for.
                let (first, end) = (on.start, on.end.saturating_sub(height));
                scroll.clamp(first.min(end), first.max(end))
            }
            (Some(on), Seen::Part) => {
                let first = (on.start + 1).saturating_sub(height);
                scroll.clamp(first, on.end.saturating_sub(1).max(first))
            }
            (Some(_), Seen::Nothing) | (None, _) => scroll,
        };
        top.min(self.most())
    }

    /// Whether the first line of what the cursor is on is scrolled off.
    pub(super) fn is_off(&self, top: usize) -> bool {
        self.cursor().is_some_and(|on| on.start < top)
    }

    /// Whether there is more below.
    pub(super) fn has_more(&self, detail: &DetailPane) -> bool {
        self.top(detail) < self.most()
    }
}

/// What becomes of a number when one of its flags is flipped, or it is deleted; `bring_back` is the key
/// that brings a historic one back.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn flipped(
    phone: &Phone,
    action: Action,
    bring_back: &str,
) -> Result<Option<Write>, String> {
    let stamped = PhoneAttributes {
        updated_in_db_at: Some(phone.updated_in_db_at),
        ..PhoneAttributes::default()
    };
    let sent = match action {
        Action::MakePrimary if phone.historic => {
            return Err(format!(
                "a historic number cannot be primary; press {bring_back} to bring it back first"
            ));
        }
        Action::MakePrimary if phone.primary => {
            return Err("this is already the primary number".to_owned());
        }
        Action::MakePrimary => PhoneAttributes {
            primary: Some(true),
            ..stamped
        },
        Action::Accurate => PhoneAttributes {
            valid_values: Some(!phone.valid_values),
            ..stamped
        },
        Action::Historic => PhoneAttributes {
            historic: Some(!phone.historic),
            ..stamped
        },
        Action::DeleteNumber => {
            let write = Write::DeletePhone(phone.id, phone.updated_in_db_at);
            return Ok(Some(write));
        }
        _ => return Ok(None),
    };
    Ok(Some(Write::Phone(phone.id, sent)))
}
