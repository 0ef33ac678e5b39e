//! Duplicates as they are drawn: the groups, and the people of one side by side.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::duplicates::{MergeField, taken};
use crate::domain::fields;
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::words::thousands;
use crate::tui::pages::page::Ui;
use crate::tui::widgets::areas::{Pane, Panes};
use crate::tui::widgets::frame::{indented, two_ends};
use crate::tui::widgets::text::{fit, width};
use crate::tui::widgets::theme::{Role, Theme};

use super::Duplicates;

/// The least columns of a person beside another one.
const LEAST: usize = 17;

/// The columns of the fields' names.
const LABELS: usize = 10;

/// Row 2: why the group may be one person, and how many groups are left.
fn why_line(screen: &Duplicates, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let why = screen.current().map(|group| group.likeness.words());
    let left = indented(
        &why.unwrap_or_default(),
        Role::Warn,
        usize::from(area.width),
        theme,
    );
    let done = screen.begun_with.saturating_sub(screen.groups.len());
    let right = format!(
        "{} left {} {} done ",
        thousands(screen.groups.len()),
        theme.glyphs.middle,
        thousands(done)
    );
    two_ends(
        left,
        Line::styled(right, theme.style(Role::Dim)),
        area,
        frame,
    );
}

/// The groups, and the one under the cursor.
pub(super) fn draw(screen: &Duplicates, panes: Panes, ui: &mut Ui<'_, '_>) {
    let (theme, home, frame) = (ui.theme, ui.session.home, &mut *ui.frame);
    why_line(screen, theme, ui.areas.filter, frame);
    if !screen.found {
        let columns = usize::from(panes.list.width);
        let waits = indented("looking for duplicates…", Role::Dim, columns, theme);
        frame.render_widget(Paragraph::new(waits), panes.list);
        return;
    }
    groups(screen, theme, panes.list, frame);
    if panes.detail.width > 8 && !screen.people.is_empty() {
        let page = SideBySide {
            screen,
            focused: screen.focus == Pane::Detail,
            theme,
            home,
            columns: usize::from(panes.detail.width),
        };
        frame.render_widget(Paragraph::new(page.lines()), panes.detail);
    }
}

fn groups(screen: &Duplicates, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let columns = usize::from(area.width);
    let ellipsis = theme.glyphs.ellipsis;
    let shown = screen.groups.iter().enumerate().skip(screen.top);
    let lines: Vec<Line<'_>> = shown
        .take(usize::from(area.height))
        .map(|(at, group)| {
            let on = at == screen.cursor;
            let sign = match (on, screen.focus) {
                (true, Pane::Detail) => theme.glyphs.rest,
                (true, _) => theme.glyphs.cursor,
                (false, _) => " ",
            };
            let mut names: Vec<&str> = group.names.iter().map(String::as_str).collect();
            names.dedup();
            let sure = if group.likeness.is_sure() { "=" } else { "?" };
            let many = format!(" {:>3}", group.contacts.len());
            let room = columns.saturating_sub(6 + width(&many));
            let role = if on { Role::Cursor } else { Role::Text };
            let tone = if group.likeness.is_sure() {
                Role::Good
            } else {
                Role::Warn
            };
            Line::from(vec![
                Span::styled(sign.to_owned(), theme.style(Role::Focus)),
                Span::styled(format!(" {sure} "), theme.style(tone)),
                Span::styled(fit(&names.join(", "), room, ellipsis), theme.style(role)),
                Span::styled(many, theme.style(Role::Dim)),
            ])
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

struct SideBySide<'a> {
    screen: &'a Duplicates,
    focused: bool,
    theme: &'a Theme,
    home: Option<Region>,
    columns: usize,
}

impl SideBySide<'_> {
    /// The people that there is room for, and the columns of each.
    fn people(&self) -> (&[FullContact], usize) {
        let room = self.columns.saturating_sub(LABELS + 4);
        let least = if self.columns < 44 { LEAST - 5 } else { LEAST };
        let fit = (room / least).clamp(1, self.screen.people.len().max(1));
        let people = self.screen.people.get(..fit).unwrap_or_default();
        (people, room / fit)
    }

    fn lines(&self) -> Vec<Line<'static>> {
        let (people, each) = self.people();
        let fields = self.screen.fields();
        let heads: Vec<String> = people
            .iter()
            .enumerate()
            .map(|(at, _)| if at == 0 { "KEPT" } else { "MERGED INTO IT" }.to_owned())
            .collect();
        let mut lines = vec![self.row("", &heads, each, |_| Role::Section, false)];
        for field in MergeField::all() {
            let values: Vec<String> = people
                .iter()
                .map(|one| field.of(&one.contact).unwrap_or_default().to_owned())
                .collect();
            if values.iter().all(String::is_empty) {
                continue;
            }
            let differs = fields.iter().position(|one| *one == field);
            let on = self.focused && differs == Some(self.screen.field);
            let taken = |at: usize| self.is_taken(field, at);
            let role = |at: usize| match (differs, taken(at)) {
                (None, _) => Role::Dim,
                (Some(_), true) => Role::Good,
                (Some(_), false) => Role::Text,
            };
            let label = fields::words(field.attribute());
            lines.push(self.row(label, &values, each, role, on));
        }
        let of = |text: &dyn Fn(&FullContact) -> String| -> Vec<String> {
            people.iter().map(text).collect()
        };
        for (label, values) in [
            ("tags", of(&|one| one.contact.tags.join(", "))),
            (
                "details",
                of(&|one| {
                    let details = one.contact.details.iter();
                    let values: Vec<&str> = details.map(|one| one.value.as_str()).collect();
                    values.join(", ")
                }),
            ),
        ] {
            if values.iter().any(|value| !value.is_empty()) {
                lines.push(self.row(label, &values, each, |_| Role::Dim, false));
            }
        }
        lines.push(Line::default());
        lines.push(self.line("NUMBERS", Role::Section));
        let most = people.iter().map(|one| one.phones.len()).max().unwrap_or(0);
        for at in 0..most {
            let values = of(&|one| {
                one.phones
                    .get(at)
                    .map(crate::domain::phone::Phone::shown)
                    .unwrap_or_default()
            });
            let twice = |column: usize| {
                let mine = people.get(column).and_then(|one| one.phones.get(at));
                let is_twice = mine.is_some_and(|mine| {
                    let others = people.iter().enumerate().filter(|(at, _)| *at != column);
                    let mut phones = others.flat_map(|(_, one)| &one.phones);
                    phones.any(|its| its.identity == mine.identity)
                });
                if is_twice { Role::Match } else { Role::Text }
            };
            lines.push(self.row("", &values, each, twice, false));
        }
        if self.screen.people.len() > people.len() {
            let more = format!("and {} more", self.screen.people.len() - people.len());
            lines.push(self.line(&more, Role::Dim));
        }
        lines.push(Line::default());
        lines.push(self.line("RESULT OF MERGING", Role::Section));
        lines.extend(self.result());
        lines
    }

    /// Whether a field's value is that of the person in this column.
    fn is_taken(&self, field: MergeField, column: usize) -> bool {
        let Some(one) = self.screen.people.get(column) else {
            return false;
        };
        // Where none is taken alone, both notes are kept.
        taken(&self.screen.people, &self.screen.picks, field)
            .is_none_or(|taken| taken.contact.id == one.contact.id)
    }

    fn result(&self) -> Vec<Line<'static>> {
        let Some(merged) = self.screen.merged(self.home) else {
            return Vec::new();
        };
        let glyphs = &self.theme.glyphs;
        let mut lines = vec![self.line(&merged.contact.name, Role::Strong)];
        let note = merged.contact.note.as_deref().unwrap_or_default();
        if !note.is_empty() {
            let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
            lines.push(self.line(&note, Role::Dim));
        }
        for (before, phone) in &merged.phones {
            let mark = match (phone.primary, phone.historic) {
                (true, _) => glyphs.primary,
                (_, true) => glyphs.historic,
                _ => " ",
            };
            let sure = if phone.valid_values {
                glyphs.accurate
            } else {
                glyphs.unconfirmed
            };
            let new = if before.is_none() { "added" } else { "" };
            let label = fit(
                phone.location.as_deref().unwrap_or_default(),
                9,
                glyphs.ellipsis,
            );
            let number = fit(&phone.shown(), 20, glyphs.ellipsis);
            let text = format!("{mark} {label} {number} {sure} {new}");
            lines.push(self.line(&text, Role::Text));
        }
        lines
    }

    fn row(
        &self,
        label: &str,
        values: &[String],
        each: usize,
        role: impl Fn(usize) -> Role,
        on: bool,
    ) -> Line<'static> {
        let ellipsis = self.theme.glyphs.ellipsis;
        let sign = if on { self.theme.glyphs.cursor } else { " " };
        let mut spans = vec![
            Span::styled(sign.to_owned(), self.theme.style(Role::Focus)),
            Span::styled(
                format!(" {}", fit(label, LABELS, ellipsis)),
                self.theme.style(Role::Dim),
            ),
        ];
        for (at, value) in values.iter().enumerate() {
            let text = value.split_whitespace().collect::<Vec<_>>().join(" ");
            spans.push(Span::raw(" "));
            spans.push(Span::styled(
                fit(&text, each.saturating_sub(1), ellipsis),
                self.theme.style(role(at)),
            ));
        }
        Line::from(spans)
    }

    fn line(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }
}
