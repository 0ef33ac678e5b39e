//! The picker: the list of contacts, of which something is chosen and nothing is changed. It lies over the
//! list page and fills the screen; leaving it ends the program.

use std::borrow::Cow;

use ratatui::layout::Position;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::contact::ContactId;
use crate::domain::full_contact::FullContact;
use crate::domain::listing::RowNumber;
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::query::{Condition, Part};
use crate::domain::refusal::Refusal;
use crate::domain::safe::{on_one_line, safe};
use crate::domain::words::thousands;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::page::{News, Outcome, Page, Ui};
use crate::tui::protocol::{Effect, Mouse, MouseKind, Purpose, Reply, Request, Tone};
use crate::tui::widgets::areas::{Areas, Pane, Panes, WIDE};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{cursor, rules, scrolled};
use crate::tui::widgets::text::{elide, fit, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::list::List;
use super::list_view;

/// What is chosen of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickKind {
    /// A number, in E.164 where it is known.
    Number,
    /// An email.
    Email,
    /// The id of the contact.
    Id,
}

impl PickKind {
    /// What the contacts must have to be in the list.
    fn condition(self) -> Vec<Condition> {
        match self {
            Self::Number => vec![Condition::Has(Part::Number)],
            Self::Email => vec![Condition::Has(Part::Email)],
            Self::Id => Vec::new(),
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Email => "email",
            Self::Id => "id",
        }
    }
}

/// What has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PickFocus {
    #[default]
    List,
    Filter,
    /// The numbers or emails of the contact under the cursor.
    Values,
}

/// One of the things that can be chosen of a contact.
struct PickValue<'a> {
    /// The label, for a person.
    label: &'a str,
    /// What a person reads.
    shown: String,
    /// What is printed.
    printed: String,
    /// Whether it is a number that is no longer used.
    is_historic: bool,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Picker {
    kind: PickKind,
    list: List,
    focus: PickFocus,
    /// The contact under the cursor, once it has come.
    shown: Option<FullContact>,
    /// The contact that was asked for last.
    asked: Option<ContactId>,
    /// Which of its values the cursor is on.
    cursor: usize,
    /// The contacts whose values are waited for, to print them; empty: the one under the cursor.
    choosing: Option<Vec<ContactId>>,
    /// What was chosen: the lines to print.
    chosen: Option<Vec<String>>,
}

impl Picker {
    /// A picker of the contacts that a filter finds.
    #[must_use]
    pub fn new(kind: PickKind, filter: &str) -> Self {
        let mut list = List::default();
        filter.clone_into(&mut list.query.text);
        list.query.only = kind.condition();
        list.shows_emails = kind == PickKind::Email;
        list.filter = Field::new(filter);
        Self {
            kind,
            list,
            focus: PickFocus::default(),
            shown: None,
            asked: None,
            cursor: 0,
            choosing: None,
            chosen: None,
        }
    }

    /// What was chosen, if anything.
    #[must_use]
    pub fn chosen(&self) -> Option<&[String]> {
        self.chosen.as_deref()
    }

    fn panes(&self, session: &Session) -> Panes {
        let content = Areas::split(session.size).content;
        let alone = match self.focus {
            PickFocus::Values => Pane::Detail,
            PickFocus::List | PickFocus::Filter => Pane::List,
        };
        match self.kind {
            PickKind::Id => Panes::whole(content),
            PickKind::Number | PickKind::Email => Panes::split(content, alone, WIDE),
        }
    }

    fn height(&self, session: &Session) -> usize {
        usize::from(self.panes(session).list.height)
    }

    /// The number that the row under the cursor shows, where a search matched it.
    fn matched(&self) -> Option<PhoneId> {
        let number = self.list.current()?.number.as_ref();
        number.and_then(|number: &RowNumber| number.matched)
    }

    /// What can be chosen of a contact, the first choice first.
    fn values<'a>(&self, full: &'a FullContact, matched: Option<PhoneId>) -> Vec<PickValue<'a>> {
        let value = |phone: &'a Phone| PickValue {
            label: phone.location.as_deref().unwrap_or_default(),
            shown: phone.shown(),
            printed: on_one_line(&phone.number),
            is_historic: phone.historic,
        };
        match self.kind {
            PickKind::Number => {
                let mut phones: Vec<&Phone> = full.phones.iter().collect();
                phones.sort_by_key(|phone| Some(phone.id) != matched);
                phones.into_iter().map(value).collect()
            }
            PickKind::Email => { full.contact.emails() }
                .map(|email| PickValue {
                    label: "",
                    shown: safe(email).into_owned(),
                    printed: on_one_line(email),
                    is_historic: false,
                })
                .collect(),
            PickKind::Id => vec![PickValue {
                label: "",
                shown: String::new(),
                printed: full.contact.id.to_string(),
                is_historic: false,
            }],
        }
    }

    /// The contact under the cursor, once it has come.
    fn current(&self) -> Option<&FullContact> {
        let id = self.list.current()?.id;
        self.shown.as_ref().filter(|full| full.contact.id == id)
    }

    /// Asks for the contact under the cursor, where it is another one.
    fn follow(&mut self, ctx: &mut Ctx<'_>) {
        let id = self.list.current().map(|row| row.id);
        if self.choosing.as_ref().is_some_and(|ids| !ids.is_empty()) || self.asked == id {
            return;
        }
        self.asked = id;
        self.cursor = 0;
        if let Some(id) = id {
            ctx.read(Request::People(vec![id]));
        }
    }

    fn move_to(&mut self, place: usize, ctx: &mut Ctx<'_>) {
        // What was to be chosen is another row.
        self.choosing = None;
        let height = self.height(ctx.session);
        self.list.move_to(place, height);
        self.list.fill(height, ctx);
        self.follow(ctx);
    }

    /// Chooses what the cursor is on, or the first value of each marked contact.
    fn choose(&mut self, ctx: &mut Ctx<'_>) {
        let is_marked = !self.list.marks.is_empty() && self.focus != PickFocus::Values;
        if is_marked {
            let marked = self.list.chosen();
            ctx.read(Request::People(marked.clone()));
            self.choosing = Some(marked);
            return;
        }
        // Keys may come sooner than what they are about.
        self.choosing = Some(Vec::new());
        self.choose_current(ctx);
    }

    /// Chooses of the contact under the cursor, once it is there.
    fn choose_current(&mut self, ctx: &mut Ctx<'_>) {
        if !self.list.is_current() {
            return;
        }
        if self.list.current().is_none() {
            self.choosing = None;
            return ctx.say(Tone::Plain, "no contact here");
        }
        let Some(full) = self.current() else { return };
        let values = self.values(full, self.matched());
        let is_row = self.kind != PickKind::Email || values.len() < 2;
        let value = match self.focus {
            PickFocus::Values => values.get(self.cursor),
            PickFocus::List | PickFocus::Filter => values.first().filter(|_| is_row),
        };
        let lines = value.map(|value| vec![value.printed.clone()]);
        let are_several = values.len() > 1;
        self.choosing = None;
        match lines {
            Some(lines) => self.finish(lines, ctx),
            // Which of them is meant is asked.
            None if are_several => self.focus = PickFocus::Values,
            None => self.say_lacking(ctx),
        }
    }

    /// Chooses the first value of each of the contacts that were marked.
    fn choose_marked(&mut self, found: &[FullContact], ctx: &mut Ctx<'_>) {
        self.choosing = None;
        self.asked = None;
        let first = |full: &FullContact| {
            let values = self.values(full, None).into_iter();
            values.map(|value| value.printed).next()
        };
        let lines: Option<Vec<String>> = found.iter().map(first).collect();
        match lines.filter(|lines| !lines.is_empty()) {
            Some(lines) => self.finish(lines, ctx),
            None => self.say_lacking(ctx),
        }
    }

    fn say_lacking(&self, ctx: &mut Ctx<'_>) {
        let text = format!("another program deleted the {} meanwhile", self.kind.noun());
        ctx.say(Tone::Bad, text);
    }

    fn finish(&mut self, lines: Vec<String>, ctx: &mut Ctx<'_>) {
        self.chosen = Some(lines);
        ctx.push(Effect::Quit);
    }

    fn mark(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(id) = self.list.current().map(|row| row.id) {
            if self.list.marks.remove(&id).is_none() {
                self.list.marks.insert(id, ctx.session.taken);
            }
            self.move_to(self.list.cursor + 1, ctx);
        }
    }

    fn next_pane(&mut self) {
        self.focus = match self.focus {
            PickFocus::List if self.current().is_some() && self.kind != PickKind::Id => {
                PickFocus::Values
            }
            PickFocus::List | PickFocus::Filter | PickFocus::Values => PickFocus::List,
        };
    }
}

/// Whether an action is one of the picker's: it changes neither the book nor what else callbook keeps.
const fn is_of_picker(action: Action) -> bool {
    Motion::of_action(action).is_some()
        || matches!(
            action,
            Action::Choose
                | Action::Mark
                | Action::MarkAll
                | Action::Filter
                | Action::Keypad
                | Action::NextPane
                | Action::PreviousPane
                | Action::Left
                | Action::Right
                | Action::Escape
                | Action::Interrupt
                | Action::Quit
                | Action::Repaint
                | Action::Help
                | Action::Mouse
        )
}

impl Page for Picker {
    fn scope(&self) -> Scope {
        match self.focus {
            PickFocus::Filter => Scope::PickFilter,
            PickFocus::List | PickFocus::Values => Scope::Picker,
        }
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.list.query.fields.clone_from(&ctx.session.fields);
        self.list.reload(self.height(ctx.session), ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let height = self.height(ctx.session);
        match action {
            Action::Choose => self.choose(ctx),
            Action::Mark => self.mark(ctx),
            Action::MarkAll => self.list.mark_all(ctx),
            Action::Filter => {
                self.focus = PickFocus::Filter;
                self.list.filter.select();
            }
            Action::Keypad => {
                self.focus = PickFocus::Filter;
                self.list.switch_keypad(height, ctx);
            }
            Action::NextPane
                if self.focus == PickFocus::Filter && self.list.complete(height, ctx) => {}
            Action::NextPane | Action::PreviousPane => self.next_pane(),
            Action::Right if self.focus == PickFocus::List => self.next_pane(),
            Action::Left if self.focus == PickFocus::Values => self.focus = PickFocus::List,
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let page = self.height(ctx.session).max(1);
        if self.focus == PickFocus::Values {
            let full = self.current();
            let count = full.map_or(0, |full| self.values(full, None).len());
            self.cursor = motion.apply(self.cursor, count, page);
            return;
        }
        let place = motion.apply(self.list.cursor, self.list.known(), page);
        self.move_to(place, ctx);
    }

    /// One step back: from the values or the filter to the list, from there out of the picker.
    fn escape(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        match self.focus {
            PickFocus::Values => self.focus = PickFocus::List,
            PickFocus::Filter => {
                self.focus = PickFocus::List;
                self.list.clear(self.height(ctx.session), ctx);
            }
            PickFocus::List => return self.quit(ctx),
        }
        Outcome::Stay
    }

    fn quit(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.push(Effect::Quit);
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        if !is_of_picker(action) {
            return Some("the picker only chooses, and changes nothing".into());
        }
        let is_empty = self.list.is_current() && self.list.current().is_none();
        let needs = matches!(action, Action::Choose | Action::Mark | Action::MarkAll);
        (needs && is_empty).then(|| "no contact here".into())
    }

    fn text(&self) -> Option<&Field> {
        (self.focus == PickFocus::Filter).then_some(&self.list.filter)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        (self.focus == PickFocus::Filter).then_some(&mut self.list.filter)
    }

    fn typed(&mut self, ctx: &mut Ctx<'_>) {
        self.choosing = None;
        self.list.refilter(self.height(ctx.session), ctx);
    }

    /// A paste starts the filter.
    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if self.focus != PickFocus::Filter {
            self.list.filter.set("");
        }
        self.focus = PickFocus::Filter;
        self.list.filter.paste(text.trim());
        self.typed(ctx);
    }

    fn point(&mut self, mouse: Mouse, ctx: &mut Ctx<'_>) -> bool {
        let list = self.panes(ctx.session).list;
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        if !list.contains(at) {
            return false;
        }
        let place = match mouse.kind {
            MouseKind::Click => self.list.top + usize::from(mouse.row - list.y),
            MouseKind::WheelUp => self.list.cursor.saturating_sub(3),
            MouseKind::WheelDown => self.list.cursor + 3,
        };
        self.focus = PickFocus::List;
        self.move_to(place, ctx);
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
            Reply::People(found) => match &self.choosing {
                Some(ids) if !ids.is_empty() => self.choose_marked(&found, ctx),
                _ => self.shown = found.into_iter().next(),
            },
            _ => {}
        }
        self.follow(ctx);
        if self.choosing.as_ref().is_some_and(Vec::is_empty) {
            self.choose_current(ctx);
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        self.choosing = None;
        self.list.give_up_marking(ctx);
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        self.asked = None;
        self.list.reload(self.height(ctx.session), ctx);
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        Some(match self.kind {
            PickKind::Number => "Choose a number".to_owned(),
            PickKind::Email => "Choose an email".to_owned(),
            PickKind::Id => "Choose a contact".to_owned(),
        })
    }

    fn status(&self, _session: &Session, _theme: &Theme) -> Option<(String, Role)> {
        let marked = self.list.marks.len();
        (marked > 0).then(|| (format!("{} marked", thousands(marked)), Role::Match))
    }

    /// Among the values there is nothing to mark.
    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        match (self.focus, binding.action) {
            (PickFocus::Values, Action::Mark | Action::Filter)
            | (PickFocus::List | PickFocus::Filter, Action::Left) => None,
            _ => Some(binding.hint.into()),
        }
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let panes = self.panes(ui.session);
        let heavy = match self.focus {
            PickFocus::Values => Pane::Detail,
            PickFocus::List | PickFocus::Filter => Pane::List,
        };
        rules(&ui.areas, panes, Some(heavy), ui.theme, ui.frame);
        list_view::list_filter(&self.list, self.focus == PickFocus::Filter, ui);
        if self.list.loaded && self.list.known() == 0 {
            let words = Line::styled("   No contact matches.", ui.theme.style(Role::Text));
            let lines = vec![Line::default(), words];
            ui.frame.render_widget(Paragraph::new(lines), panes.list);
        } else {
            list_view::rows(&self.list, self.focus != PickFocus::Values, panes, ui);
        }
        self.draw_values(panes, ui);
    }
}

impl Picker {
    /// The numbers or emails of the contact under the cursor.
    fn draw_values(&self, panes: Panes, ui: &mut Ui<'_, '_>) {
        let (theme, area) = (ui.theme, panes.detail);
        let columns = usize::from(area.width).saturating_sub(3);
        let Some(full) = self.current().filter(|_| columns > 0) else {
            return;
        };
        let name = elide(&full.contact.name, columns, theme.glyphs.ellipsis);
        let name = Span::styled(format!("  {name}"), theme.style(Role::Strong));
        let mut lines = vec![Line::from(name), Line::default()];
        let mut on = 0;
        for (at, value) in self.values(full, self.matched()).iter().enumerate() {
            let is_on = self.focus == PickFocus::Values && at == self.cursor;
            let role = match (is_on, value.is_historic) {
                (true, _) => Role::Cursor,
                (false, true) => Role::Dim,
                (false, false) => Role::Text,
            };
            let label = match self.kind {
                PickKind::Number => format!(" {} ", fit(value.label, 10, theme.glyphs.ellipsis)),
                PickKind::Email | PickKind::Id => " ".to_owned(),
            };
            if is_on {
                on = lines.len();
            }
            for (row, text) in wrap(&value.shown, columns.saturating_sub(label.len()).max(1))
                .into_iter()
                .enumerate()
            {
                let label = if row == 0 { &*label } else { " " };
                lines.push(Line::from(vec![
                    cursor(is_on && row == 0, theme),
                    Span::styled(label.to_owned(), theme.style(Role::Dim)),
                    Span::styled(text, theme.style(role)),
                ]));
            }
        }
        scrolled(lines, on, area, ui.frame);
    }
}
