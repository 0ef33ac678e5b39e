//! The list of contacts: a window of rows, a cursor, marks and the filter.

use std::ops::RangeInclusive;

use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::listing::{Found, ListQuery, Order, Row, RowColumns, Rows, Selection};
use crate::domain::query::{Typing, Values, completed};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::protocol::Request;
use crate::tui::widgets::areas::ROOMY;
use crate::tui::widgets::cursor::top_for;
use crate::tui::widgets::field::Field;

use super::marks::{MarkRange, Marking, Marks};

/// The list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Whom it shows.
    pub query: ListQuery,
    /// How many that are, once it is known.
    pub total: Option<usize>,
    /// The row under the cursor, from 0.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The rows that are known.
    pub window: Rows,
    /// Whether the rows of this query have come.
    pub loaded: bool,
    /// Whether the rows are of this query at all, or still those of the former one.
    is_current: bool,
    /// The contacts that are marked.
    pub marks: Marks,
    /// The marks that are being set.
    pub(super) marking: Option<Marking>,
    /// The line of the filter.
    pub filter: Field,
    /// How the rows were found.
    pub found: Found,
    /// Whether the totals are those of before a change.
    stale: bool,
    /// Whether its rows show emails instead of numbers.
    pub(super) shows_emails: bool,
    asked: Option<(usize, usize, RowColumns)>,
    /// What of each row the window has.
    columns: RowColumns,
}

impl List {
    /// The row at a place, where it is known.
    #[must_use]
    pub fn row(&self, place: usize) -> Option<&Row> {
        self.window.rows.get(place.checked_sub(self.window.first)?)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.row(self.cursor)
    }

    /// The contacts that an action is about: those marked, else the one under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Vec<ContactId> {
        if self.marks.is_empty() {
            self.current().map(|row| row.id).into_iter().collect()
        } else {
            self.marks.keys().copied().collect()
        }
    }

    /// Some contacts, as the list has them.
    #[must_use]
    pub const fn selection(&self, contacts: Vec<ContactId>) -> Selection {
        Selection::MarkedInList(contacts, self.query.order)
    }

    /// Whether anything was typed into the filter, or its digits are keys.
    #[must_use]
    pub(crate) fn is_filtered(&self) -> bool {
        !self.filter.text().is_empty() || self.query.typing == Typing::Keypad
    }

    /// Whether the rows are those of the query, if not as they are now: a key can be about one of them.
    #[must_use]
    pub(super) const fn is_current(&self) -> bool {
        self.is_current
    }

    /// What a new contact begins with: what was typed, where no contact has it. Those that have something
    /// similar do not have it either.
    #[must_use]
    pub fn unknown(&self) -> Option<&str> {
        let query = self.query.query();
        let is_plain = query.conditions.is_empty() && query.fault().is_none();
        // Before the answer is there, what was typed is better kept than lost.
        let is_answered = self.loaded || self.total.is_some();
        let is_known = is_answered && self.total != Some(0) && self.found != Found::Alike;
        let text = self.filter.text().trim();
        Some(text).filter(|text| is_plain && !is_known && !text.is_empty())
    }

    /// How many rows there are as far as one knows.
    #[must_use]
    pub fn known(&self) -> usize {
        self.total
            .unwrap_or(self.window.first + self.window.rows.len())
    }

    /// Puts the cursor on a row, and the screen where it shows it.
    pub(crate) fn move_to(&mut self, place: usize, height: usize) {
        self.cursor = place.min(self.known().saturating_sub(1));
        // Where there are fewer rows than before, the last of them fill the screen.
        let last = self.known().saturating_sub(height);
        self.top = top_for(self.top.min(last), self.cursor, height);
    }

    /// Asks for the rows round the screen where they are not there yet.
    pub(super) fn fill(&mut self, height: usize, ctx: &mut Ctx<'_>) {
        let height = height.max(1);
        let columns = if self.shows_emails {
            RowColumns::WithEmail
        } else if ctx.session.size.width >= ROOMY {
            RowColumns::WithCompany
        } else {
            RowColumns::NameAndNumber
        };
        let end = (self.top + height).min(self.known().max(1));
        let covered = self.loaded
            && self.columns == columns
            && self.top >= self.window.first
            && end <= self.window.first + self.window.rows.len();
        if covered {
            return;
        }
        // What is typed changes the first rows at each key; more of them are read when they are moved over.
        let wanted = if self.loaded {
            (self.top.saturating_sub(height), height * 4, columns)
        } else {
            (self.top, height, columns)
        };
        if self.asked == Some(wanted) {
            return;
        }
        let (first, count, columns) = wanted;
        ctx.read(Request::Rows(self.query.clone(), first, count, columns));
        self.asked = Some(wanted);
    }

    /// Asks for everything again: what is stored has changed.
    pub(super) fn reload(&mut self, height: usize, ctx: &mut Ctx<'_>) {
        self.stale = true;
        self.again(height, ctx);
    }

    fn again(&mut self, height: usize, ctx: &mut Ctx<'_>) {
        self.give_up_marking(ctx);
        self.loaded = false;
        self.asked = None;
        self.fill(height, ctx);
        // An earlier count is no longer valid.
        ctx.forget(&Request::Count(self.query.clone()));
    }

    /// Asks how many rows there are, where the rows did not say, and for the totals, where they may have
    /// changed. It comes when the rows are there.
    fn count(&mut self, total: Option<usize>, ctx: &mut Ctx<'_>) {
        if total.is_some() {
            self.total = total;
        } else if self.stale || self.total.is_none() {
            ctx.read(Request::Count(self.query.clone()));
        }
        if std::mem::take(&mut self.stale) {
            ctx.read(Request::Totals);
        }
    }

    /// Shows other contacts, from the first one on.
    pub(super) fn show(&mut self, mut query: ListQuery, height: usize, ctx: &mut Ctx<'_>) {
        query.fields.clone_from(&ctx.session.fields);
        if self.query == query {
            return;
        }
        self.query = query;
        self.is_current = false;
        self.total = None;
        self.found = Found::default();
        self.cursor = 0;
        self.top = 0;
        // A place in the earlier list means nothing in this one.
        ctx.forget(&Request::Place(self.query.clone(), ContactId(Uuid::nil())));
        self.again(height, ctx);
    }

    /// Shows the filter's text as it is.
    pub(super) fn refilter(&mut self, height: usize, ctx: &mut Ctx<'_>) {
        let query = ListQuery {
            text: self.filter.text().to_owned(),
            ..self.query.clone()
        };
        if query.text.contains(':') {
            ctx.ask_values();
        }
        self.show(query, height, ctx);
    }

    /// Shows all contacts again, and reads what is typed as letters.
    pub(super) fn clear(&mut self, height: usize, ctx: &mut Ctx<'_>) {
        self.filter.set("");
        let query = ListQuery {
            text: String::new(),
            typing: Typing::Letters,
            ..self.query.clone()
        };
        self.show(query, height, ctx);
    }

    /// Takes what is typed into the filter for keys of a telephone, or for letters again.
    pub(super) fn switch_keypad(&mut self, height: usize, ctx: &mut Ctx<'_>) {
        let typing = match self.query.typing {
            Typing::Letters => Typing::Keypad,
            Typing::Keypad => Typing::Letters,
        };
        let query = ListQuery {
            typing,
            ..self.query.clone()
        };
        self.show(query, height, ctx);
    }

    /// How the condition at the cursor may go on, the likeliest first.
    #[must_use]
    pub(super) fn completions(&self, session: &Session) -> Vec<String> {
        let filter = &self.filter;
        if filter.before() != filter.text() {
            return Vec::new();
        }
        let nothing_known = Values::default();
        let values = session.values.as_ref().unwrap_or(&nothing_known);
        values.completions(filter.text(), &session.fields)
    }

    /// Completes the condition at the cursor; `false` where there is none to complete.
    pub(super) fn complete(&mut self, height: usize, ctx: &mut Ctx<'_>) -> bool {
        let completions = self.completions(ctx.session);
        let Some(value) = completions.first() else {
            return false;
        };
        self.filter.set(completed(self.filter.text(), value));
        self.refilter(height, ctx);
        true
    }

    /// Sorts in another way.
    pub(super) fn sort(&mut self, order: Order, height: usize, ctx: &mut Ctx<'_>) {
        let query = ListQuery {
            order,
            ..self.query.clone()
        };
        self.show(query, height, ctx);
    }

    /// Puts the cursor on a contact, wherever it is.
    pub(super) fn seek(&self, id: ContactId, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Place(self.query.clone(), id));
    }

    /// Takes the rows that were asked for.
    pub(super) fn take_rows(&mut self, rows: Rows, height: usize, ctx: &mut Ctx<'_>) {
        self.loaded = true;
        self.is_current = true;
        if let Some((_, _, columns)) = self.asked.take() {
            self.columns = columns;
        }
        self.found = rows.found;
        let (total, last) = (rows.total, rows.first.checked_sub(1));
        let is_past_the_end = rows.rows.is_empty();
        self.window = rows;
        if let Some(last) = last.filter(|_| is_past_the_end) {
            self.move_to(last, height);
        }
        self.count(total, ctx);
        self.move_to(self.cursor, height);
    }

    /// Takes how many rows there are.
    pub(super) fn take_count(&mut self, total: usize, height: usize, ctx: &mut Ctx<'_>) {
        self.total = Some(total);
        self.move_to(self.cursor, height);
        self.fill(height, ctx);
    }

    /// Takes the place of the contact that is sought.
    pub(super) fn take_place(&mut self, place: usize, height: usize, ctx: &mut Ctx<'_>) {
        let known = self.known().max(place + 1);
        self.total = Some(self.total.map_or(known, |total| total.max(place + 1)));
        self.move_to(place, height);
        self.fill(height, ctx);
    }

    /// The rows of the range that is marked, while it is open.
    #[must_use]
    pub fn range(&self) -> Option<RangeInclusive<usize>> {
        match &self.marking {
            Some(Marking::Range(range)) if range.is_open => Some(range.rows()),
            _ => None,
        }
    }

    /// Whether some of the marks are still to come.
    #[must_use]
    pub(crate) fn is_marking(&self) -> bool {
        match &self.marking {
            Some(Marking::Range(range)) => !range.is_done(),
            Some(Marking::All) => true,
            None => false,
        }
    }

    /// Begins a range at the cursor.
    pub(super) fn begin_range(&mut self, ctx: &mut Ctx<'_>) {
        self.give_up_marking(ctx);
        let range = MarkRange::begun_on(self.cursor, self.marks.clone());
        self.marking = Some(Marking::Range(range));
        self.extend_range(ctx);
    }

    /// Ends the range, where one is open; what it marked stays marked.
    pub(super) fn end_range(&mut self) {
        if let Some(Marking::Range(range)) = &mut self.marking {
            range.is_open = false;
            if range.is_done() {
                self.marking = None;
            }
        }
    }

    /// Has the range reach to the cursor, and marks its contacts once all of them are known.
    pub(super) fn extend_range(&mut self, ctx: &mut Ctx<'_>) {
        let mut range = match self.marking.take() {
            Some(Marking::Range(range)) => range,
            other => {
                self.marking = other;
                return;
            }
        };
        range.reach(self.cursor);
        if !range.is_done() {
            let rows = self.window.rows.iter();
            range.learn(self.window.first, rows.map(|row| row.id));
            if let Some((first, count)) = range.wanted() {
                ctx.read(Request::Ids(self.query.clone(), first, count));
            }
            if let Some(marks) = range.marks(ctx.session.taken) {
                self.marks = marks;
            }
        }
        if range.is_open || !range.is_done() {
            self.marking = Some(Marking::Range(range));
        }
    }

    /// Marks all that is shown; where all of it is marked, takes the marks away.
    pub(super) fn mark_all(&mut self, ctx: &mut Ctx<'_>) {
        let is_asked = self.marking == Some(Marking::All);
        self.give_up_marking(ctx);
        if !is_asked {
            self.marking = Some(Marking::All);
            ctx.read(Request::Ids(self.query.clone(), 0, usize::MAX));
        }
    }

    /// Takes the contacts of the rows from `first` on, which were asked for.
    pub(super) fn take_ids(&mut self, first: usize, ids: Vec<ContactId>, ctx: &mut Ctx<'_>) {
        match &mut self.marking {
            Some(Marking::Range(range)) => range.learn(first, ids),
            Some(Marking::All) => {
                self.marking = None;
                if ids.iter().all(|id| self.marks.contains_key(id)) {
                    for id in &ids {
                        self.marks.remove(id);
                    }
                } else {
                    let taken = ctx.session.taken;
                    self.marks.extend(ids.into_iter().map(|id| (id, taken)));
                }
            }
            None => {}
        }
    }

    /// Sets no more marks: the rows are others now, or cannot be read. What is marked stays marked.
    pub(super) fn give_up_marking(&mut self, ctx: &mut Ctx<'_>) {
        if self.marking.take().is_some() {
            ctx.forget(&Request::Ids(self.query.clone(), 0, 0));
        }
    }
}
