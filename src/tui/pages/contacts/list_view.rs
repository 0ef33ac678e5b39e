//! The list as it is drawn: cursor, name, number, mark.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::listing::{Found, Row};
use crate::domain::query::{ConditionField, SearchTerms, Typing, begun};
use crate::domain::safe::safe;
use crate::domain::words::thousands;
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::page::{Page as _, Ui};
use crate::tui::widgets::areas::{Panes, ROOMY, TWO_PANES};
use crate::tui::widgets::frame::two_ends;
use crate::tui::widgets::text::{elide, fit, lit, lit_digits, lit_keys, width};
use crate::tui::widgets::theme::{Role, Theme};

use super::fix_view;
use super::list::List;
use super::state::{Contacts, Focus};

/// What is typed into the filter, as it is drawn.
struct TypedFilter {
    spans: Vec<Span<'static>>,
    /// The column of the cursor.
    column: usize,
    completions: Vec<String>,
}

/// Row 2: what is typed, and how many match; while numbers are fixed, what is left to do.
pub(super) fn filter_line(page: &Contacts, ui: &mut Ui<'_, '_>) {
    let has_cursor = page.focus == Focus::Filter;
    let Some(fix) = &page.fix else {
        return list_filter(&page.list, has_cursor, ui);
    };
    let TypedFilter {
        spans: mut left,
        column,
        ..
    } = typed(&page.list, has_cursor, ui);
    let (theme, area) = (ui.theme, ui.areas.filter);
    if left.len() == 1 {
        // Without the list beside it, this is where the contact is named.
        let shown = page.detail.profile.as_ref();
        let shown = shown.filter(|_| area.width < TWO_PANES);
        let words = shown.map_or("contacts that need attention", |profile| {
            profile.full.contact.name.as_str()
        });
        let words = elide(
            words,
            usize::from(area.width).saturating_sub(3),
            theme.glyphs.ellipsis,
        );
        left.push(Span::styled(words.into_owned(), theme.style(Role::Warn)));
    }
    let gauge = fix_view::gauge(ui.session, fix, theme);
    fill_line(has_cursor, Line::from(left), gauge, column, ui);
}

/// The filter of a list, and how many it finds.
pub(super) fn list_filter(list: &List, has_cursor: bool, ui: &mut Ui<'_, '_>) {
    let TypedFilter {
        spans: left,
        column,
        completions,
    } = typed(list, has_cursor, ui);
    let used: usize = left.iter().map(Span::width).sum();
    let room = usize::from(ui.areas.filter.width).saturating_sub(used + 3);
    let right = match (completions.get(1..), state(list, has_cursor, ui, room)) {
        (Some(others), _) if !others.is_empty() => {
            let middle = format!(" {} ", ui.theme.glyphs.middle);
            let others = listed(others, &middle, room);
            Line::styled(format!("{others} "), ui.theme.style(Role::Dim))
        }
        (_, state) => state,
    };
    fill_line(has_cursor, Line::from(left), right, column, ui);
}

fn typed(list: &List, has_cursor: bool, ui: &Ui<'_, '_>) -> TypedFilter {
    let (theme, area) = (ui.theme, ui.areas.filter);
    let typing = has_cursor && ui.is_on_top;
    let keypad = list.query.typing == Typing::Keypad;
    let room = usize::from(area.width).saturating_sub(30).max(8);
    let (seen, column) = list.filter.window(room);
    let mut left = vec![Span::raw("  ")];
    if keypad {
        left.push(Span::styled("keypad ", theme.style(Role::Match)));
    }
    if typing || !list.filter.text().is_empty() || keypad {
        left.push(Span::styled("/ ", theme.style(Role::Key)));
        let is_selected = typing && list.filter.is_selected();
        let role = if is_selected { Role::Match } else { Role::Text };
        left.push(Span::styled(seen, theme.style(role)));
    }
    let column = column + 4 + if keypad { 7 } else { 0 };
    let completions = if typing {
        list.completions(ui.session)
    } else {
        Vec::new()
    };
    if let Some(rest) = completions
        .first()
        .and_then(|value| unwritten(list.filter.text(), value))
    {
        let rest = safe(&rest).into_owned();
        left.push(Span::styled(rest, theme.style(Role::Dim)));
    }
    TypedFilter {
        spans: left,
        column,
        completions,
    }
}

/// How many match and in which order they stand, or what is wrong with what was typed.
fn state(list: &List, has_cursor: bool, ui: &Ui<'_, '_>, room: usize) -> Line<'static> {
    let (theme, width) = (ui.theme, ui.areas.filter.width);
    let middle = format!(" {} ", theme.glyphs.middle);
    if let Some(trouble) = list.query.query().trouble {
        let trouble = elide(&trouble, room, theme.glyphs.ellipsis);
        return Line::styled(format!("{trouble} "), theme.style(Role::Warn));
    }
    let typing = has_cursor && ui.is_on_top;
    if typing && list.filter.text().is_empty() && width >= 84 {
        let fields = ConditionField::ALL.map(|(name, _)| format!("{name}:"));
        let fields = listed(&fields, " ", room);
        return Line::styled(format!("{fields} "), theme.style(Role::Dim));
    }
    let (Some(total), Some(totals)) = (list.total, ui.session.totals) else {
        return Line::default();
    };
    let mut words = Vec::new();
    let alike = list.found == Found::Alike;
    if alike {
        if room > 30 {
            words.push("no match".to_owned());
        }
        words.push(format!("{} similar", thousands(total)));
    } else if !list.query.is_everybody() {
        words.push(format!(
            "{} of {}",
            thousands(total),
            thousands(totals.contacts)
        ));
    }
    if width >= 56 && !alike {
        let order = if list.query.query().is_everybody() {
            list.query.order.words()
        } else {
            "best match first"
        };
        words.push(order.to_owned());
    }
    let style = theme.style(if alike { Role::Warn } else { Role::Dim });
    Line::styled(format!("{} ", words.join(&middle)), style)
}

/// What of a value is not typed yet, where it goes on from what is.
fn unwritten(text: &str, value: &str) -> Option<String> {
    let begun = begun(text);
    let rest = value.get(begun.len()..)?;
    value
        .get(..begun.len())?
        .eq_ignore_ascii_case(begun)
        .then(|| rest.to_owned())
}

/// As many of the values as there is room for.
fn listed(values: &[String], separator: &str, room: usize) -> String {
    let mut text = String::new();
    for value in values {
        let separator = if text.is_empty() { "" } else { separator };
        if width(&text) + width(separator) + width(value) > room {
            break;
        }
        text.push_str(separator);
        text.push_str(&safe(value));
    }
    text
}

/// Draws the line, and puts the cursor where it is typed into.
fn fill_line(
    has_cursor: bool,
    left: Line<'_>,
    right: Line<'_>,
    column: usize,
    ui: &mut Ui<'_, '_>,
) {
    let area = ui.areas.filter;
    two_ends(left, right, area, ui.frame);
    if has_cursor {
        let x = area.x + u16::try_from(column).unwrap_or(0);
        ui.caret(x, area.y, area);
    }
}

/// The list, or what can be done where it is empty.
pub(super) fn draw(page: &Contacts, panes: Panes, ui: &mut Ui<'_, '_>) {
    if panes.list.width > 0 && page.list.loaded && page.list.known() == 0 {
        return nothing(page, panes.list, ui);
    }
    rows(&page.list, page.focus != Focus::Detail, panes, ui);
}

/// The rows.
pub(super) fn rows(list: &List, is_focused: bool, panes: Panes, ui: &mut Ui<'_, '_>) {
    let area = panes.list;
    if area.width == 0 {
        return;
    }
    let needles = list.query.needles();
    let range = list.range();
    for y in 0..area.height {
        let place = list.top + usize::from(y);
        let Some(row) = list.row(place) else { continue };
        let drawn = DrawnRow {
            row,
            needles: &needles,
            theme: ui.theme,
            is_selected: place == list.cursor,
            is_marked: list.marks.contains_key(&row.id),
            is_in_range: range.as_ref().is_some_and(|range| range.contains(&place)),
            is_focused,
            is_alone: panes.detail.width == 0,
            has_company: ui.session.size.width >= ROOMY && !list.shows_emails,
            shows_email: list.shows_emails,
        };
        let line = drawn.line(usize::from(area.width));
        let place = Rect {
            y: area.y + y,
            height: 1,
            ..area
        };
        ui.frame.render_widget(Paragraph::new(line), place);
    }
}

/// The width of a name before its number.
const NAME: usize = 20;

/// The width of a number beside a company.
const NUMBER: usize = 18;

/// A row as it is drawn.
struct DrawnRow<'a> {
    row: &'a Row,
    needles: &'a SearchTerms,
    theme: &'a Theme,
    is_selected: bool,
    is_marked: bool,
    /// Whether it is in the range that is being marked.
    is_in_range: bool,
    /// Whether the keys go to the list.
    is_focused: bool,
    /// Whether the list has the whole width, so that the mark of the number is before the name.
    is_alone: bool,
    /// Whether there is room for its company.
    has_company: bool,
    /// Whether it shows an email instead of a number.
    shows_email: bool,
}

impl DrawnRow<'_> {
    /// The row in so many columns.
    fn line(&self, columns: usize) -> Line<'static> {
        let mark = || Span::styled(self.mark().0, self.mark().1);
        let mut spans = vec![self.cursor()];
        if self.is_alone && columns < 56 {
            // There is no room for it beside the number.
            spans.extend([self.warning(), self.dot()]);
            let wanted = width(self.number()).min(columns.saturating_sub(12));
            spans.extend(self.name(columns.saturating_sub(4 + wanted)));
            spans.push(Span::raw(" "));
            spans.extend(self.lit_number(wanted));
        } else if self.has_company {
            spans.extend([self.dot(), Span::raw(" ")]);
            // The number stands at the right; name and company share the rest.
            let rest = columns.saturating_sub(7 + NUMBER);
            let company = rest * 2 / 5;
            spans.extend(self.name(rest - company));
            spans.push(Span::raw(" "));
            spans.extend(self.company(company));
            spans.push(Span::raw(" "));
            spans.extend(self.padded_number(NUMBER));
            spans.push(Span::raw(" "));
            spans.push(mark());
        } else if columns >= 40 {
            spans.extend([self.dot(), Span::raw(" ")]);
            // The number is at a fixed column; a wide pane has more room for the name.
            let wide = columns.saturating_sub(24 + usize::from(self.is_alone) * 20);
            let room = NAME.max(wide.min(36)).min(columns.saturating_sub(24));
            spans.extend(self.name(room));
            spans.push(Span::raw(" "));
            spans.extend(self.padded_number(columns.saturating_sub(room + 6)));
            spans.push(Span::raw(" "));
            spans.push(mark());
        } else {
            spans.extend([self.dot(), Span::raw(" ")]);
            spans.extend(self.name(columns.saturating_sub(5)));
            spans.push(Span::raw(" "));
            spans.push(mark());
        }
        Line::from(spans)
    }

    fn cursor(&self) -> Span<'static> {
        let glyphs = &self.theme.glyphs;
        let (sign, role) = match (self.is_selected, self.is_focused) {
            (true, true) => (glyphs.cursor, Role::Focus),
            (true, false) => (glyphs.rest, Role::Rule),
            (false, _) if self.is_in_range => (glyphs.rest, Role::Focus),
            (false, _) => (" ", Role::Text),
        };
        Span::styled(sign, self.theme.style(role))
    }

    /// That the row is marked.
    fn dot(&self) -> Span<'static> {
        if self.is_marked {
            Span::styled(self.theme.glyphs.dot, self.theme.style(Role::Match))
        } else {
            Span::raw(" ")
        }
    }

    /// What is to be said of its number, before the name: that it is confirmed is the rule.
    fn warning(&self) -> Span<'static> {
        match self.mark() {
            (mark, _) if mark == self.theme.glyphs.accurate => Span::raw(" "),
            (mark, style) => Span::styled(mark, style),
        }
    }

    /// The sign of the number's state, and its colour.
    fn mark(&self) -> (&'static str, Style) {
        match &self.row.number {
            _ if self.shows_email => (" ", self.theme.style(Role::Dim)),
            // That it was confirmed once is no reason to dial it.
            Some(number) if number.historic => {
                (self.theme.glyphs.historic, self.theme.style(Role::Dim))
            }
            Some(number) => self.theme.mark(number.mark),
            None => (" ", self.theme.style(Role::Dim)),
        }
    }

    /// The number, or the email.
    fn number(&self) -> &str {
        match &self.row.number {
            _ if self.shows_email => self.row.email.as_deref().unwrap_or_default(),
            Some(number) => &number.shown,
            None if self.is_alone => "",
            None => self.theme.glyphs.none,
        }
    }

    fn lit_number(&self, columns: usize) -> Vec<Span<'static>> {
        let theme = self.theme;
        let shown = elide(self.number(), columns, theme.glyphs.ellipsis);
        if self.shows_email {
            return vec![Span::styled(shown.into_owned(), theme.style(Role::Text))];
        }
        let is_historic = self
            .row
            .number
            .as_ref()
            .is_some_and(|number| number.historic);
        let role = if is_historic { Role::Dim } else { Role::Text };
        let (plain, found) = (theme.style(role), theme.style(Role::Match));
        lit_digits(&shown, self.needles.number(), plain, found)
    }

    fn padded_number(&self, columns: usize) -> Vec<Span<'static>> {
        let mut spans = self.lit_number(columns);
        let used: usize = spans.iter().map(Span::width).sum();
        spans.push(Span::raw(" ".repeat(columns.saturating_sub(used))));
        spans
    }

    /// The company; one that is the contact itself is not said twice.
    fn company(&self, columns: usize) -> Vec<Span<'static>> {
        let theme = self.theme;
        let company = self.row.organisation.as_deref().unwrap_or_default();
        let company = if company == self.row.name {
            ""
        } else {
            company
        };
        let shown = fit(company, columns, theme.glyphs.ellipsis);
        let (plain, found) = (theme.style(Role::Dim), theme.style(Role::Match));
        lit(&shown, &self.needles.words, plain, found)
    }

    fn name(&self, columns: usize) -> Vec<Span<'static>> {
        let theme = self.theme;
        let role = if self.is_selected && self.is_focused {
            Role::Cursor
        } else {
            Role::Text
        };
        let (plain, found) = (
            theme.style(role),
            theme.style(role).patch(theme.style(Role::Match)),
        );
        let sign = if self.row.favourite {
            format!(" {}", theme.glyphs.favourite)
        } else {
            String::new()
        };
        let room = columns.saturating_sub(width(&sign));
        let shown = elide(&self.row.name, room, theme.glyphs.ellipsis);
        let left = room.saturating_sub(width(&shown));
        let mut spans = if self.needles.keys.is_empty() {
            lit(&shown, &self.needles.words, plain, found)
        } else {
            lit_keys(&shown, &self.needles.keys, plain, found)
        };
        spans.push(Span::styled(sign, theme.style(Role::Dim)));
        spans.push(Span::styled(" ".repeat(left), plain));
        spans
    }
}

/// Nothing matches: what can be done about it.
fn nothing(page: &Contacts, area: Rect, ui: &mut Ui<'_, '_>) {
    let (text, theme) = (page.list.filter.text(), ui.theme);
    let columns = usize::from(area.width).saturating_sub(14);
    let key = |scope, action| format!("   {}", ui.session.key(scope, action));
    let done = page.fix.is_some() && text.is_empty();
    let words = if done {
        "   No contact needs attention."
    } else {
        "   No contact matches."
    };
    let mut lines = vec![
        Line::default(),
        Line::styled(words, theme.style(Role::Text)),
        Line::default(),
    ];
    if done {
        lines.push(Line::from(vec![
            Span::styled(key(Scope::Fix, Action::Fix), theme.style(Role::Key)),
            Span::styled("  back to all contacts", theme.style(Role::Dim)),
        ]));
    }
    if !text.is_empty() {
        lines.push(Line::from(vec![
            Span::styled(key(page.scope(), Action::Escape), theme.style(Role::Key)),
            Span::styled("  clear the filter", theme.style(Role::Dim)),
        ]));
    }
    if page.list.unknown().is_some() {
        lines.push(Line::from(vec![
            Span::styled(
                format!(
                    "{} {}",
                    key(Scope::Filter, Action::NextPane),
                    ui.session.key(Scope::Contacts, Action::AddContact)
                ),
                theme.style(Role::Key),
            ),
            Span::styled(
                format!("  add {}", elide(text, columns, theme.glyphs.ellipsis)),
                theme.style(Role::Dim),
            ),
        ]));
    }
    ui.frame.render_widget(Paragraph::new(lines), area);
}
