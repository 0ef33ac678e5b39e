//! The list of contacts as a page: what its keys do, and what it does with answers.

use std::borrow::Cow;

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::Change;
use crate::domain::listing::Order;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Seen, Task};
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::page::{Hint, News, Outcome, Page, Returned, Ui, hints};
use crate::tui::pages::preview::Preview;
use crate::tui::protocol::{Effect, Mouse, MouseKind, Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::areas::Pane;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{middle, rules};
use crate::tui::widgets::theme::{Role, Theme};

use super::detail::Extent;
use super::detail_keys::added;
use super::state::{Contacts, Focus};
use super::{detail_view, fix_view, list_view};

/// The width from which on the head of the list says in full how a remote is.
const WITH_REMOTE: u16 = 80;

impl Page for Contacts {
    fn scope(&self) -> Scope {
        match self.focus {
            Focus::List if self.fix.is_some() => Scope::Fix,
            Focus::List => Scope::Contacts,
            Focus::Filter => Scope::Filter,
            Focus::Detail if self.fix.is_none() && self.detail.is_about_contact() => Scope::Name,
            Focus::Detail if self.fix.is_none() && self.detail.is_on_other_row() => Scope::Details,
            Focus::Detail => Scope::Numbers,
        }
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let height = self.height(ctx.session);
        self.detail.expects_new = added(action).is_some();
        if action == Action::MarkRange {
            self.mark_range(ctx);
            return Outcome::Stay;
        }
        // The row under the cursor is marked already.
        if action == Action::Mark && self.list.range().is_some() {
            self.list.end_range();
            return Outcome::Stay;
        }
        // Whatever else is done is done with what the range has marked.
        self.list.end_range();
        match action {
            Action::Filter => {
                self.focus = Focus::Filter;
                // What is typed takes the place of the filter before it.
                self.list.filter.select();
            }
            Action::NextPane if self.focus == Focus::Filter && self.list.complete(height, ctx) => {}
            Action::NextPane | Action::PreviousPane => self.next_pane(),
            Action::Keypad => {
                self.focus = Focus::Filter;
                self.list.switch_keypad(height, ctx);
            }
            Action::Open => self.open_contact(ctx),
            Action::Mark => self.mark(ctx),
            Action::MarkAll => self.list.mark_all(ctx),
            Action::DeleteContact => {
                let task = Task::delete(self.chosen());
                ctx.write(Write::Perform(task, Seen::Nothing));
            }
            Action::Confirm | Action::ConfirmNext => self.confirm(ctx),
            Action::Favourite => self.favourite(ctx),
            Action::Fix => self.switch_fix(ctx),
            Action::Skip => {
                let is_last = self.list.cursor + 1 >= self.list.known();
                let motion = if is_last {
                    Motion::To(0)
                } else {
                    Motion::Down(1)
                };
                self.move_cursor(motion, ctx);
            }
            Action::ShowAll => self.show_all(ctx),
            Action::SortName => self.sort(Order::Name, ctx),
            Action::SortGiven => self.sort(Order::Given, ctx),
            Action::SortChanged => self.sort(Order::Changed, ctx),
            _ => return self.perform_on_number(action, ctx),
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        if self.focus == Focus::Detail {
            let extent = self.extent(ctx.session);
            return self.detail.step(motion, &extent);
        }
        let page = self.height(ctx.session).max(1);
        let place = motion.apply(self.list.cursor, self.list.known(), page);
        self.move_to(place, ctx);
    }

    /// One step down the ladder: pane, marks, filter, fixing.
    fn escape(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.focus == Focus::Detail {
            self.focus = Focus::List;
        } else if self.list.range().is_some() {
            self.list.end_range();
        } else if !self.list.marks.is_empty() {
            self.list.give_up_marking(ctx);
            self.list.marks.clear();
        } else if self.list.is_filtered() {
            self.clear_filter(ctx);
        } else if self.fix.is_some() {
            self.switch_fix(ctx);
        } else {
            self.focus = Focus::List;
        }
        Outcome::Stay
    }

    fn quit(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.focus == Focus::Detail {
            self.focus = Focus::List;
        } else {
            ctx.push(Effect::Quit);
        }
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        self.contact_missing(action, session)
            .or_else(|| self.number_missing(action, session))
            .or_else(|| self.detail_missing(action))
            .or_else(|| match action {
                Action::Fix
                    if self.fix.is_none()
                        && session.totals.is_some_and(|totals| totals.attention == 0) =>
                {
                    Some("nothing needs attention".into())
                }
                _ => None,
            })
    }

    fn text(&self) -> Option<&Field> {
        (self.focus == Focus::Filter).then_some(&self.list.filter)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        (self.focus == Focus::Filter).then_some(&mut self.list.filter)
    }

    fn typed(&mut self, ctx: &mut Ctx<'_>) {
        self.list.refilter(self.height(ctx.session), ctx);
    }

    /// A paste starts the filter.
    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if self.focus != Focus::Filter {
            self.list.filter.set("");
        }
        self.focus = Focus::Filter;
        self.list.filter.paste(text.trim());
        self.typed(ctx);
    }

    fn point(&mut self, mouse: Mouse, ctx: &mut Ctx<'_>) -> bool {
        let (panes, _) = self.panes(ctx.session);
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        if panes.list.contains(at) {
            self.point_list(mouse, panes.list, ctx);
        } else if panes.detail.contains(at) {
            match mouse.kind {
                MouseKind::Click => {
                    self.point_detail(mouse.row - panes.detail.y, ctx.session);
                }
                MouseKind::WheelUp => {
                    let extent = self.extent(ctx.session);
                    self.detail.scroll_back(3, &extent);
                }
                MouseKind::WheelDown => {
                    let extent = self.extent(ctx.session);
                    self.detail.scroll_by(3, &extent);
                }
            }
        } else if ctx.areas().filter.contains(at) {
            if mouse.kind == MouseKind::Click {
                self.focus = Focus::Filter;
            }
        } else {
            return false;
        }
        true
    }

    fn resized(&mut self, ctx: &mut Ctx<'_>) {
        self.move_to(self.list.cursor, ctx);
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        let height = self.height(ctx.session);
        match reply {
            Reply::Rows(rows) => self.list.take_rows(rows, height, ctx),
            Reply::Count(total) => self.list.take_count(total, height, ctx),
            Reply::Ids(first, ids) => self.list.take_ids(first, ids, ctx),
            Reply::Place(Some(place)) => self.list.take_place(place, height, ctx),
            Reply::Profile(profile) => self.detail.show(profile),
            Reply::Rehearsed(task, rehearsal) => {
                return Preview::page(task, *rehearsal, ctx).map_or(Outcome::Stay, Outcome::Open);
            }
            Reply::Named(found) => self.go_to_relation(&found, ctx),
            Reply::Worklist(worklist) => {
                if let Some(fix) = &mut self.fix {
                    fix.worklist = worklist;
                }
            }
            Reply::Cards(contacts, cards) => {
                ctx.push(Effect::Copy(cards));
                let cards = count(contacts, "card");
                let text = format!("Sent {cards} to the terminal's clipboard");
                ctx.say(Tone::Good, text);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose == Purpose::Read {
            self.list.give_up_marking(ctx);
            self.detail.cannot_read();
            return Outcome::Stay;
        }
        // Beside a stale key press there is nothing typed to lose: show what is stored.
        if refusal.kind == Kind::Conflict && refusal.stored.is_some() {
            ctx.say(Tone::Bad, "changed elsewhere; this is the stored version");
        }
        self.reload(ctx);
        Outcome::Stay
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        match value {
            Returned::Filter(filter) => {
                self.fix = None;
                self.list.query.attention = false;
                self.focus = Focus::List;
                self.list.filter.set(filter);
                self.typed(ctx);
            }
            // The filter may not show it.
            Returned::Contact(id) => {
                self.clear_filter(ctx);
                self.seek(id, ctx);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn notified(&mut self, news: News, ctx: &mut Ctx<'_>) {
        match news {
            News::Written(contact, since) => {
                self.list.marks.retain(|_, marked| *marked > since);
                self.reload(ctx);
                // A cursor that has moved since stays there.
                if let Some(id) = contact.filter(|_| since == ctx.session.taken) {
                    self.seek(id, ctx);
                }
            }
            News::Elsewhere | News::Again => self.reload(ctx),
        }
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        let shown = self.detail.profile.as_ref();
        match (self.focus, shown) {
            (Focus::Detail, Some(profile)) => Some(profile.full.contact.name.clone()),
            _ => self.fix.as_ref().map(|_| "Fix numbers".to_owned()),
        }
    }

    fn status(&self, session: &Session, theme: &Theme) -> Option<(String, Role)> {
        let marked = self.list.marks.len();
        if marked > 0 {
            let range = self.list.range().map_or("", |_| "range: ");
            return Some((format!("{range}{} marked", thousands(marked)), Role::Match));
        }
        let middle = theme.glyphs.middle;
        if let Some(fix) = &self.fix {
            return Some((fix_view::progress(session, fix, theme), Role::Dim));
        }
        let mut words: Vec<String> = session.summary(middle).into_iter().collect();
        let is_roomy = session.size.width >= WITH_REMOTE && self.title().is_none();
        let ellipsis = theme.glyphs.ellipsis;
        words.extend(session.remotes.head(session.calendar(), ellipsis, is_roomy));
        (!words.is_empty()).then(|| (words.join(&format!(" {middle} ")), Role::Dim))
    }

    fn hint<'a>(&self, binding: &'a Binding, session: &Session) -> Option<Cow<'a, str>> {
        let left = session.totals.map_or(0, |totals| totals.attention);
        match binding.action {
            Action::Fix if left == 0 => None,
            Action::Sync if session.remotes.set.is_empty() => None,
            Action::Sync if !session.remotes.on.is_empty() => Some("stop sync".into()),
            Action::Fix if self.fix.is_none() => Some(format!("fix {left}").into()),
            // On an empty list only what works there.
            action if self.has_no_rows() && self.unavailable(action, session).is_some() => None,
            Action::EditDetail | Action::OpenDetail | Action::Prefer | Action::DeleteDetail
                if self.detail_missing(binding.action).is_some() =>
            {
                None
            }
            Action::OpenDetail => Some(self.opens().into()),
            action => self.hint_of_number(action, binding.hint),
        }
    }

    fn hints(&self, session: &Session) -> Vec<Hint> {
        if !self.is_empty(session) {
            let mut hints = hints(self, session);
            if self.list.range().is_some() {
                let key = session.own_key(self.scope(), Action::MarkRange);
                let ends = key.map(|key| Hint::fixed(key, "end range"));
                hints.splice(..0, ends);
            } else if self.has_no_rows() && self.focus == Focus::List && self.list.is_filtered() {
                let key = session.own_key(self.scope(), Action::Escape);
                hints.extend(key.map(|key| Hint::fixed(key, "clear")));
            }
            return hints;
        }
        let first = [
            (Action::AddContact, "add"),
            (Action::Import, "import"),
            (Action::Palette, "commands"),
            (Action::Quit, "quit"),
        ];
        let hint = |(action, word)| {
            let key = session.own_key(Scope::Contacts, action)?;
            Some(Hint::fixed(key, word))
        };
        first.into_iter().filter_map(hint).collect()
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let (panes, why) = self.panes(ui.session);
        let heavy = match self.focus {
            Focus::Detail => Pane::Detail,
            Focus::List | Focus::Filter => Pane::List,
        };
        rules(&ui.areas, panes, Some(heavy), ui.theme, ui.frame);
        if self.is_empty(ui.session) {
            return empty(ui);
        }
        list_view::filter_line(self, ui);
        list_view::draw(self, panes, ui);
        match &self.fix {
            Some(fix) => {
                fix_view::reasons(fix, ui.theme, why, ui.frame);
                fix_view::draw(self, panes.detail, ui);
            }
            None => detail_view::draw(self, panes.detail, ui),
        }
    }
}

impl Contacts {
    /// Whether the list shows no contact, as far as it is known.
    fn has_no_rows(&self) -> bool {
        self.list.loaded && self.list.known() == 0
    }

    /// The hint of what a key does to the number as it is; none where it does nothing to it.
    fn hint_of_number<'a>(&self, action: Action, hint: &'a str) -> Option<Cow<'a, str>> {
        let phone = self.detail.phone();
        Some(match (action, phone) {
            (Action::MakePrimary, Some(phone)) if phone.primary || phone.historic => return None,
            (Action::Accurate, Some(phone)) if phone.valid_values && !hint.is_empty() => {
                "unconfirm".into()
            }
            (Action::Historic, Some(phone)) if phone.historic => "in use again".into(),
            _ => hint.into(),
        })
    }

    /// How long what is beside the list is.
    fn extent(&self, session: &Session) -> Extent {
        let area = self.panes(session).0.detail;
        match &self.fix {
            Some(_) => fix_view::extent(self, area, session),
            None => detail_view::extent(self, area, session),
        }
    }

    /// Confirms the contact as it is shown; others are shown first.
    fn confirm(&self, ctx: &mut Ctx<'_>) {
        let chosen = self.chosen();
        let shown = self.detail.profile.as_ref();
        let shown = shown.filter(|profile| *chosen == [profile.full.contact.id]);
        let task = Task::of_marked(self.list.selection(chosen), Change::Confirm);
        if let Some(profile) = shown {
            let seen = Seen::contacts([&profile.full]);
            ctx.write(Write::Perform(task, seen));
        } else if self.list.marks.is_empty() {
            ctx.say(Tone::Plain, self.detail.missing());
        } else {
            ctx.wait_for(Request::Rehearse(task), Purpose::Preview);
        }
    }

    /// A click beside the list selects the row that is there. While numbers are fixed, the list keeps the
    /// keys, which are about the number that is selected.
    fn point_detail(&mut self, line: u16, session: &Session) {
        self.list.end_range();
        let extent = self.extent(session);
        let row = extent.row_at(extent.top(&self.detail) + usize::from(line));
        if self.fix.is_none() {
            self.focus = Focus::Detail;
        }
        if let Some(row) = row {
            self.detail.point_at(row);
        }
    }

    fn point_list(&mut self, mouse: Mouse, area: Rect, ctx: &mut Ctx<'_>) {
        let cursor = self.list.cursor;
        match mouse.kind {
            // What is clicked on is a row of before, which goes.
            MouseKind::Click if !self.list.is_current() => {}
            MouseKind::Click => {
                let row = self.list.top + usize::from(mouse.row - area.y);
                self.focus = Focus::List;
                if row == cursor && row < self.list.known() {
                    self.open_contact(ctx);
                } else if row < self.list.known() {
                    self.move_to(row, ctx);
                }
            }
            MouseKind::WheelUp => self.move_to(cursor.saturating_sub(3), ctx),
            MouseKind::WheelDown => self.move_to(cursor + 3, ctx),
        }
    }
}

/// Nobody in the book: what to do about it.
fn empty(ui: &mut Ui<'_, '_>) {
    let (theme, area) = (ui.theme, ui.areas.content);
    let key = |action, words: &str| {
        let key = ui.session.key(Scope::Contacts, action);
        Line::from(vec![
            Span::styled(format!("{key:<5}"), theme.style(Role::Key)),
            Span::styled(words.to_owned(), theme.style(Role::Text)),
        ])
    };
    let dim = |text: String| Line::styled(text, theme.style(Role::Dim));
    let mut lines = vec![
        Line::styled("No contacts yet.", theme.style(Role::Strong)),
        Line::default(),
        key(Action::AddContact, "add your first contact"),
        key(Action::Import, "import a vCard or CSV file"),
        key(Action::Palette, "everything else"),
    ];
    if area.height >= 14 {
        lines.extend([
            Line::default(),
            dim("From the shell".to_owned()),
            Line::styled("callbook import contacts.vcf", theme.style(Role::Text)),
            Line::styled(
                "callbook add \"Ada Lovelace\" +44 20 7946 0018",
                theme.style(Role::Text),
            ),
            Line::default(),
            dim("Your data is one SQLite file:".to_owned()),
            dim(ui.session.path.clone()),
        ]);
    }
    let wide = lines.iter().map(Line::width).max().unwrap_or(0);
    let place = middle(
        area,
        u16::try_from(wide).unwrap_or(area.width),
        u16::try_from(lines.len()).unwrap_or(area.height),
    );
    ui.frame.render_widget(Paragraph::new(lines), place);
}
