//! What the page of the list remembers, and what its keys do to it.

use ratatui::layout::Rect;
use serde_json::Value;

use crate::domain::contact::{ContactAttributes, ContactId};
use crate::domain::edit::Profile;
use crate::domain::listing::{ListQuery, Order};
use crate::domain::operation::{HistoryEntry, RecordKey};
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::safe::on_one_line;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::key::Code;
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::page::{Outcome, Page as _};
use crate::tui::protocol::{Effect, Request, Tone, Write};
use crate::tui::widgets::areas::{Areas, Pane, Panes, TWO_PANES, WIDE};
use crate::tui::widgets::cursor::Motion;

use super::as_text::in_lines;
use super::detail::{DetailPane, flipped};
use super::fix::Fix;
use super::list::List;

/// Which pane has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// The line of the filter.
    Filter,
    /// The numbers of the contact.
    Detail,
}

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contacts {
    /// The list.
    pub list: List,
    /// The contact beside it.
    pub detail: DetailPane,
    /// Fix numbers, while it is on: then the list shows which contacts need attention.
    pub fix: Option<Fix>,
    /// Which of them has the keys.
    pub focus: Focus,
    /// The historic number that a call was asked for, and when: only asked again it is called.
    historic_call: Option<(PhoneId, Timestamp)>,
}

/// Within which time a historic number has to be asked for again, in microseconds.
const CALL_AGAIN: i64 = 3_000_000;

impl Contacts {
    /// The contact that the cursor is on.
    #[must_use]
    pub fn current(&self) -> Option<ContactId> {
        self.list.current().map(|row| row.id)
    }

    /// The contact that the cursor is on, with all that is known of it, once that has come.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        let profile = self.detail.profile.as_deref()?;
        (self.current() == Some(profile.full.contact.id)).then_some(profile)
    }

    /// Whether there is nothing that the esc ladder could take back.
    #[must_use]
    pub(crate) fn is_clean(&self) -> bool {
        self.focus == Focus::List
            && self.list.marks.is_empty()
            && self.list.filter.text().is_empty()
    }

    /// Whether the book is empty.
    pub(super) fn is_empty(&self, session: &Session) -> bool {
        let totals = session.totals;
        totals.is_some_and(|totals| totals.contacts == 0) && self.list.filter.text().is_empty()
    }

    /// Where its panes are, and under the list why contacts need attention.
    #[must_use]
    pub fn panes(&self, session: &Session) -> (Panes, Rect) {
        let content = Areas::split(session.size).content;
        if self.is_empty(session) {
            return (Panes::whole(content), Rect::default());
        }
        let alone = match self.focus {
            Focus::Detail => Pane::Detail,
            Focus::List if self.fix.is_some() => Pane::Detail,
            Focus::List | Focus::Filter => Pane::List,
        };
        let mut panes = Panes::split(
            content,
            alone,
            if self.fix.is_some() { TWO_PANES } else { WIDE },
        );
        let columns = usize::from(panes.list.width);
        let fix = self.fix.as_ref();
        let reasons = fix.map_or(0, |fix| fix.reasons(columns).len());
        let wanted = u16::try_from(reasons + 2).unwrap_or(0);
        // The list is what matters: without room to spare, the reasons stay away.
        if reasons == 0 || panes.bar.width == 0 || panes.list.height < wanted + 8 {
            return (panes, Rect::default());
        }
        panes.list.height -= wanted;
        let why = Rect {
            y: panes.list.bottom(),
            height: wanted,
            ..panes.list
        };
        (panes, why)
    }

    /// How many rows the list has on the screen, or will have once it is back in the place of the contact.
    pub(super) fn height(&self, session: &Session) -> usize {
        let list = self.panes(session).0.list;
        let area = if list.is_empty() {
            Areas::split(session.size).content
        } else {
            list
        };
        usize::from(area.height)
    }

    /// Asks for the first rows, as they were left.
    pub fn start(&mut self, ctx: &mut Ctx<'_>) {
        self.list.reload(self.height(ctx.session), ctx);
        Self::ask_remotes(ctx);
    }

    /// Puts the cursor on a contact, wherever it is.
    pub(crate) fn seek(&self, id: ContactId, ctx: &mut Ctx<'_>) {
        self.list.seek(id, ctx);
    }

    /// Shows beside the list what the cursor is on.
    pub fn follow(&mut self, ctx: &mut Ctx<'_>) {
        let row = self.list.current();
        if row.is_none() && self.list.loaded {
            // No contact is left in the list: the one that was here last goes too.
            self.detail.profile = None;
            if self.focus == Focus::Detail {
                self.focus = Focus::List;
            }
        }
        self.detail.follow(row, ctx);
        self.list.extend_range(ctx);
    }

    pub(super) fn move_to(&mut self, place: usize, ctx: &mut Ctx<'_>) {
        let height = self.height(ctx.session);
        self.list.move_to(place, height);
        self.list.fill(height, ctx);
    }

    pub(super) fn reload(&mut self, ctx: &mut Ctx<'_>) {
        self.list.reload(self.height(ctx.session), ctx);
        self.detail.refresh(ctx);
        self.ask_reasons(ctx);
        Self::ask_remotes(ctx);
    }

    /// Asks how the remotes are, where there are any.
    fn ask_remotes(ctx: &mut Ctx<'_>) {
        if !ctx.session.remotes.set.is_empty() {
            ctx.read(Request::Remotes);
        }
    }

    fn ask_reasons(&self, ctx: &mut Ctx<'_>) {
        if self.fix.is_some() {
            ctx.read(Request::Worklist);
        }
    }

    pub(super) fn next_pane(&mut self) {
        self.detail.show_cursor();
        self.focus = match self.focus {
            Focus::List if self.current().is_some() => Focus::Detail,
            Focus::List | Focus::Filter | Focus::Detail => Focus::List,
        };
    }

    pub(super) fn open_contact(&mut self, ctx: &mut Ctx<'_>) {
        match self.current() {
            _ if self.fix.is_some() => self.focus = Focus::List,
            // The contact that is found has the keys once it has come.
            _ if !self.list.is_current() => self.focus = Focus::Detail,
            Some(id) => {
                ctx.note_use(id);
                self.detail.come_back();
                self.focus = Focus::Detail;
            }
            None => self.focus = Focus::List,
        }
    }

    pub(super) fn mark(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(id) = self.current() {
            if self.list.marks.remove(&id).is_none() {
                self.list.marks.insert(id, ctx.session.taken);
            }
            self.move_cursor(Motion::Down(1), ctx);
        }
    }

    /// Begins a range of marks at the cursor, or ends it.
    pub(super) fn mark_range(&mut self, ctx: &mut Ctx<'_>) {
        if self.list.range().is_some() {
            return self.list.end_range();
        }
        self.list.begin_range(ctx);
        let scope = self.scope();
        let end = ctx.session.key(scope, Action::MarkRange);
        let escape = ctx.session.key(scope, Action::Escape);
        let text = format!("marking a range: move to extend it; {end} or {escape} ends it");
        ctx.say(Tone::Plain, text);
    }

    /// Shows only the contacts that need attention, or all of them again.
    pub(super) fn switch_fix(&mut self, ctx: &mut Ctx<'_>) {
        let begins = self.fix.is_none();
        let totals = ctx.session.totals;
        self.fix = begins.then(|| Fix {
            begun_with: totals.map_or(0, |totals| totals.attention),
            ..Fix::default()
        });
        self.focus = Focus::List;
        let query = ListQuery {
            attention: begins,
            ..self.list.query.clone()
        };
        let on = self.current().filter(|_| !begins);
        self.list.show(query, self.height(ctx.session), ctx);
        // Among all contacts again, the cursor stays on the same one.
        if let Some(id) = on {
            self.seek(id, ctx);
        }
        self.ask_reasons(ctx);
    }

    pub(super) fn show_all(&mut self, ctx: &mut Ctx<'_>) {
        let open = self.entered();
        self.fix = None;
        self.list.give_up_marking(ctx);
        self.list.marks.clear();
        self.list.filter.set("");
        let query = ListQuery {
            order: self.list.query.order,
            ..ListQuery::default()
        };
        self.list.show(query, self.height(ctx.session), ctx);
        self.stay_on(open, ctx);
    }

    pub(super) fn sort(&mut self, order: Order, ctx: &mut Ctx<'_>) {
        let open = self.entered();
        self.list.sort(order, self.height(ctx.session), ctx);
        self.stay_on(open, ctx);
    }

    /// The contact that a person is in.
    fn entered(&self) -> Option<ContactId> {
        let is_open = self.focus == Focus::Detail;
        self.current().filter(|_| is_open)
    }

    /// Stays on a contact, wherever it is in the list now.
    fn stay_on(&self, contact: Option<ContactId>, ctx: &mut Ctx<'_>) {
        if let Some(id) = contact {
            self.list.seek(id, ctx);
        }
    }

    pub(super) fn clear_filter(&mut self, ctx: &mut Ctx<'_>) {
        let on = self.current();
        self.list.clear(self.height(ctx.session), ctx);
        if let Some(id) = on {
            self.seek(id, ctx);
        }
        self.focus = Focus::List;
    }

    /// The number under the cursor; from the list, the number that its row shows.
    fn dialled(&self) -> Option<&Phone> {
        self.profile()?;
        match (self.focus, &self.fix) {
            (Focus::Detail, _) | (_, Some(_)) => self.detail.phone(),
            (_, None) => self.detail.listed(),
        }
    }

    /// Copies the contact that is shown, in lines for people.
    fn copy_contact(&self, ctx: &mut Ctx<'_>) {
        let Some(profile) = self.profile() else {
            return;
        };
        let contact = &profile.full.contact;
        ctx.note_use(contact.id);
        ctx.push(Effect::Copy(in_lines(&profile.full, &profile.related)));
        let text = format!("Sent {} to the terminal's clipboard", contact.name);
        ctx.say(Tone::Good, text);
    }

    fn dial(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        let Some(phone) = self.dialled().cloned() else {
            return;
        };
        let shown = phone.shown();
        if action == Action::Call && phone.historic && !self.is_asked_again(&phone, ctx) {
            let since = self.historic_since(&phone);
            let since = ctx.session.calendar().day(since);
            let key = ctx.session.key(self.scope(), Action::Call);
            self.historic_call = Some((phone.id, ctx.session.now));
            let text = format!("{shown} is historic since {since}; {key} again calls it");
            return ctx.say(Tone::Plain, text);
        }
        self.historic_call = None;
        ctx.note_use(phone.contact);
        if action == Action::Call {
            ctx.push(Effect::Open(phone.call_address()));
            return ctx.say(Tone::Good, format!("Calling {shown}"));
        }
        // A line end would be Enter where it is pasted.
        ctx.push(Effect::Copy(on_one_line(&phone.number)));
        // OSC 52 has no answer: that it was sent is all that is known.
        let historic = if phone.historic {
            "; it is historic"
        } else {
            ""
        };
        let text = format!("Sent {shown} to the terminal's clipboard{historic}");
        ctx.say(Tone::Good, text);
    }

    /// Whether a call of this historic number was asked for just before.
    fn is_asked_again(&self, phone: &Phone, ctx: &Ctx<'_>) -> bool {
        self.historic_call.is_some_and(|(id, at)| {
            id == phone.id && ctx.session.now.micros() - at.micros() <= CALL_AGAIN
        })
    }

    /// Since when a number is no longer used, as far as the history knows.
    fn historic_since(&self, phone: &Phone) -> Timestamp {
        let history = self.profile().map(|profile| profile.history.as_slice());
        let became = |entry: &&HistoryEntry| {
            !entry.undone
                && entry.operation.key() == RecordKey::Phone(phone.id)
                && entry.operation.sets("historic", &Value::Bool(true))
        };
        let entry = history.unwrap_or_default().iter().find(became);
        entry.map_or(phone.created_at, |entry| entry.point.at)
    }

    fn flip(&self, action: Action, ctx: &mut Ctx<'_>) {
        let Some(phone) = self.detail.phone() else {
            let key = ctx.session.key(Scope::Numbers, Action::AddNumber);
            return ctx.say(Tone::Plain, format!("no number here; {key} adds one"));
        };
        let bring_back = ctx.session.key(self.scope(), Action::Historic);
        match flipped(phone, action, &bring_back) {
            Ok(Some(write)) => {
                ctx.write(write);
            }
            Ok(None) => {}
            Err(why) => ctx.say(Tone::Plain, why),
        }
    }

    pub(super) fn favourite(&self, ctx: &mut Ctx<'_>) {
        let Some(profile) = self.profile() else {
            return;
        };
        let contact = &profile.full.contact;
        let sent = ContactAttributes {
            favourite: Some(!contact.favourite),
            updated_in_db_at: Some(contact.updated_in_db_at),
            ..ContactAttributes::default()
        };
        ctx.write(Write::ContactAttributes(contact.id, Box::new(sent)));
    }

    fn pick(&mut self, ctx: &mut Ctx<'_>) {
        let place = ctx.key_place(self.scope(), Action::Pick).unwrap_or(0);
        let phones = self.profile().map_or(0, |it| it.full.phones.len());
        if place < phones {
            return self.detail.move_to(place);
        }
        let text = match phones {
            0 => "this contact has no number".to_owned(),
            phones => format!("this contact has only {}", count(phones, "number")),
        };
        ctx.say(Tone::Plain, text);
    }

    /// The contacts that a key is about: in the list those marked, else the one that is shown.
    pub(super) fn chosen(&self) -> Vec<ContactId> {
        match self.focus {
            Focus::Detail => self.current().into_iter().collect(),
            Focus::List | Focus::Filter => self.list.chosen(),
        }
    }

    /// `h` marked a number as historic in the version before this one.
    fn tell_moved_key(&self, ctx: &mut Ctx<'_>) {
        if ctx.key.code == Code::Char('h') {
            let historic = ctx.session.key(self.scope_of_numbers(), Action::Historic);
            let text = format!("h goes back; {historic} marks a number as historic");
            ctx.say(Tone::Plain, text);
        }
    }

    const fn scope_of_numbers(&self) -> Scope {
        if self.fix.is_some() {
            Scope::Fix
        } else {
            Scope::Numbers
        }
    }

    /// Does what is done with the numbers of the contact.
    pub(super) fn perform_on_number(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Copy if self.scope() == Scope::Name => self.copy_contact(ctx),
            Action::Copy if self.scope() == Scope::Details => self.copy_row(ctx),
            Action::OpenDetail => match self.save_attachment() {
                Some(page) => return Outcome::Open(page),
                None => self.open_detail(ctx),
            },
            Action::Prefer | Action::DeleteDetail => self.change_detail(action, ctx),
            Action::Copy | Action::Call => self.dial(action, ctx),
            Action::MakePrimary | Action::Accurate | Action::Historic | Action::DeleteNumber => {
                self.flip(action, ctx);
            }
            Action::Pick => self.pick(ctx),
            Action::NextNumber => self.detail.next(),
            Action::Left if self.focus == Focus::Detail => {
                self.focus = Focus::List;
                self.tell_moved_key(ctx);
            }
            Action::Left => {
                self.detail.previous();
                self.tell_moved_key(ctx);
            }
            _ => return self.open_page(action, ctx),
        }
        Outcome::Stay
    }
}
