//! Duplicates as they are drawn: the groups, and the people of one side by side.

use std::collections::HashSet;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::change_line::{detail_words, differing};
use crate::domain::contact::{Detail, DetailKind};
use crate::domain::duplicates::{MergeField, taken};
use crate::domain::fields;
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::phone::Phone;
use crate::domain::words::thousands;
use crate::tui::ctx::Ctx;
use crate::tui::pages::page::Ui;
use crate::tui::widgets::areas::{Pane, Panes, TWO_PANES};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{indented, more_in_pane, two_ends};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{ColorPalette, Role, Theme};

use super::state::Duplicates;

/// The least columns of a person beside another one.
const LEAST: usize = 17;

/// The columns of the fields' names.
const LABELS: usize = 10;

/// Row 2: why the group may be one person, and how many groups are left.
fn why_line(screen: &Duplicates, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let whole = why(screen);
    let is_whole = width(&whole) + 3 <= usize::from(area.width);
    let brief = screen.current().filter(|_| !is_whole);
    let why = brief.map_or(whole, |group| group.likeness.brief());
    let left = indented(&why, Role::Warn, usize::from(area.width), theme);
    if screen.is_of_marked() {
        return frame.render_widget(Paragraph::new(left), area);
    }
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

/// Why the group may be one person.
fn why(screen: &Duplicates) -> String {
    let why = screen.current().map(|group| group.likeness.words());
    why.unwrap_or_default()
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
    let number = if panes.bar.width == 0 && panes.list.width >= TWO_PANES {
        NUMBER
    } else {
        0
    };
    groups(screen, theme, panes.list, number, frame);
    if panes.detail.width > 8 && !screen.people.is_empty() {
        let why_fits = width(&why(screen)) + 3 <= usize::from(ui.areas.filter.width);
        let page = SideBySide {
            screen,
            focused: screen.focus == Pane::Detail,
            theme,
            home,
            columns: usize::from(panes.detail.width),
            why: (!why_fits).then(|| why(screen)),
        };
        draw_person(&page, panes.detail, frame);
    }
}

/// The contacts of the group side by side, as far as they are seen.
fn draw_person(page: &SideBySide<'_>, area: Rect, frame: &mut Frame<'_>) {
    let blocks = page.blocks();
    let heights = |block: usize| blocks.get(block).map_or(0, Vec::len);
    let flow = flow(blocks.len(), area.height, &heights);
    let top = flow.within(page.screen.seen);
    let has_more = flow.has_more(top);
    let lines = blocks.into_iter().skip(top.item).flatten().skip(top.line);
    let seen: Vec<Line<'_>> = lines.take(usize::from(area.height)).collect();
    frame.render_widget(Paragraph::new(seen), area);
    if has_more {
        more_in_pane(area, page.theme, frame);
    }
}

fn flow(items: usize, height: u16, lines: &dyn Fn(usize) -> usize) -> Flow<'_> {
    Flow {
        items,
        height: usize::from(height),
        lines,
    }
}

/// What is seen of the contacts, and of which field they are, after a motion.
pub(super) fn moved(screen: &Duplicates, motion: Motion, ctx: &Ctx<'_>) -> (Top, usize) {
    let areas = ctx.areas();
    let area = screen.panes(areas.content).detail;
    // How things look takes no room.
    let theme = Theme::new(ColorPalette::Mono, ctx.session.glyphs);
    let why_fits = width(&why(screen)) + 3 <= usize::from(areas.filter.width);
    let page = SideBySide {
        screen,
        focused: true,
        theme: &theme,
        home: ctx.session.home,
        columns: usize::from(area.width),
        why: (!why_fits).then(|| why(screen)),
    };
    let heights: Vec<usize> = page.blocks().iter().map(Vec::len).collect();
    let lines = |block: usize| heights.get(block).copied().unwrap_or(0);
    flow(heights.len(), area.height, &lines).stepped(screen.seen, screen.field, motion)
}

/// The columns of the number that the contacts of a group share, where there is room for it.
const NUMBER: usize = 22;

fn groups(screen: &Duplicates, theme: &Theme, area: Rect, number: usize, frame: &mut Frame<'_>) {
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
            let room = columns.saturating_sub(6 + width(&many) + number);
            let shared = group.likeness.number().unwrap_or_default();
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
                Span::styled(fit(shared, number, ellipsis), theme.style(Role::Text)),
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
    /// Why the group may be one person, where the line over the panes has no room for all of it.
    why: Option<String>,
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

    /// What is shown, in blocks: each but the first begins with a field in which they differ, and the last has
    /// what is below the fields.
    fn blocks(&self) -> Vec<Vec<Line<'static>>> {
        let (people, each) = self.people();
        let fields = self.screen.fields();
        let heads: Vec<String> = (0..people.len())
            .map(|at| if at == 0 { "KEPT" } else { "MERGED INTO IT" }.to_owned())
            .collect();
        let mut lines = Vec::new();
        if let Some(why) = &self.why {
            lines.extend(self.wrapped(why, Role::Warn));
        }
        lines.extend(self.row("", &heads, each, |_| Role::Section, false));
        let mut blocks = Vec::new();
        for field in MergeField::all() {
            let values: Vec<String> = people
                .iter()
                .map(|one| field.of(&one.contact).unwrap_or_default().to_owned())
                .collect();
            if values.iter().all(String::is_empty) {
                continue;
            }
            let label = fields::words(field.attribute());
            let Some(at) = fields.iter().position(|one| *one == field) else {
                lines.extend(self.row(label, &values, each, |_| Role::Dim, false));
                continue;
            };
            if at > 0 {
                blocks.push(std::mem::take(&mut lines));
            }
            let on = self.focused && at == self.screen.field;
            lines.extend(self.field(field, &values, each, on));
        }
        lines.extend(self.beside_fields(people, each));
        lines.extend(self.result());
        blocks.push(lines);
        blocks
    }

    /// A field in which they differ: the value that is taken is between signs.
    fn field(
        &self,
        field: MergeField,
        values: &[String],
        each: usize,
        on: bool,
    ) -> Vec<Line<'static>> {
        let glyphs = &self.theme.glyphs;
        let differing = match values {
            [one, other] => differing(one, other, glyphs.ellipsis),
            _ => None,
        };
        let values = differing.as_ref().map_or(values, |two| two.as_slice());
        let role = |at: usize| {
            if self.is_taken(field, at) {
                Role::Good
            } else {
                Role::Text
            }
        };
        let taken = |at: usize| self.is_taken(field, at);
        let cells = values.iter().enumerate();
        let cells = cells.map(|(at, value)| self.marked(value, taken(at), each));
        let cells: Vec<Vec<String>> = cells.collect();
        let label = fields::words(field.attribute());
        self.cells(label, &cells, each, role, on)
    }

    /// What they have beside fields of which one value is taken: all of it is kept.
    fn beside_fields(&self, people: &[FullContact], each: usize) -> Vec<Line<'static>> {
        let of = |text: &dyn Fn(&FullContact) -> String| -> Vec<String> {
            people.iter().map(text).collect()
        };
        let mut lines = Vec::new();
        let tags = of(&|one| one.contact.tags.join(", "));
        if tags.iter().any(|tags| !tags.is_empty()) {
            lines.extend(self.row("tags", &tags, each, |_| Role::Dim, false));
        }
        for detail in every_detail(people) {
            let identity = detail.identity();
            let values = of(&|one| {
                let mut own = one.contact.details.iter();
                let same = own.find(|own| own.identity() == identity);
                same.map_or_else(String::new, |own| own.shown().into_owned())
            });
            lines.extend(self.row(&detail.title(), &values, each, |_| Role::Dim, false));
        }
        lines.push(Line::default());
        lines.push(self.line("NUMBERS", Role::Section));
        let most = people.iter().map(|one| one.phones.len()).max().unwrap_or(0);
        for at in 0..most {
            let values = of(&|one| {
                let phone = one.phones.get(at);
                phone.map_or_else(String::new, |phone| self.with_signs(phone))
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
            lines.extend(self.row("", &values, each, twice, false));
        }
        if self.screen.people.len() > people.len() {
            let others = self.screen.people.iter().skip(people.len());
            let names: Vec<&str> = others.map(|one| one.contact.name.as_str()).collect();
            let more = format!("and {} more: {}", names.len(), names.join(", "));
            lines.extend(self.wrapped(&more, Role::Dim));
        }
        lines
    }

    /// A number with the signs of its flags.
    fn with_signs(&self, phone: &Phone) -> String {
        let (mark, _) = self.theme.mark(phone.mark(self.home));
        let flag = match (phone.primary, phone.historic) {
            (true, _) => self.theme.glyphs.primary,
            (_, true) => self.theme.glyphs.historic,
            _ => "",
        };
        format!("{} {flag}{mark}", phone.shown())
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
        let mut lines = vec![
            Line::default(),
            self.line("RESULT OF MERGING", Role::Section),
        ];
        lines.extend(self.wrapped(&merged.contact.name, Role::Strong));
        if let Some(company) = &merged.contact.organisation {
            lines.extend(self.wrapped(company, Role::Text));
        }
        if let Some(note) = &merged.contact.note {
            lines.extend(self.wrapped(note, Role::Dim));
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
            lines.push(self.line(text.trim_end(), Role::Text));
        }
        for detail in &merged.contact.details {
            lines.extend(self.wrapped(&detail_words(detail), Role::Text));
        }
        lines
    }

    /// A value in as many lines as it needs, between signs where it is taken.
    fn marked(&self, value: &str, taken: bool, each: usize) -> Vec<String> {
        if value.is_empty() {
            return Vec::new();
        }
        let [left, right] = if taken {
            self.theme.glyphs.pick
        } else {
            [" ", " "]
        };
        let gap = if each < 20 { "" } else { " " };
        let columns = each.saturating_sub(1 + 2 * (1 + gap.len()));
        let lines = wrap(&one_line(value), columns);
        let last = lines.len().saturating_sub(1);
        let lines = lines.into_iter().enumerate();
        lines
            .map(|(at, line)| {
                let left = if at == 0 { left } else { " " };
                let right = if at == last { right } else { " " };
                format!("{left}{gap}{line}{gap}{right}")
            })
            .collect()
    }

    /// Values side by side, each in as many lines as it needs.
    fn row(
        &self,
        label: &str,
        values: &[String],
        each: usize,
        role: impl Fn(usize) -> Role,
        on: bool,
    ) -> Vec<Line<'static>> {
        let columns = each.saturating_sub(1);
        let cells = values.iter().map(|value| wrap(&one_line(value), columns));
        let cells: Vec<Vec<String>> = cells.collect();
        self.cells(label, &cells, each, role, on)
    }

    fn cells(
        &self,
        label: &str,
        cells: &[Vec<String>],
        each: usize,
        role: impl Fn(usize) -> Role,
        on: bool,
    ) -> Vec<Line<'static>> {
        let ellipsis = self.theme.glyphs.ellipsis;
        let columns = each.saturating_sub(1);
        let labels = wrap(label, LABELS);
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let lines = (0..height.max(labels.len())).map(|line| {
            let first = line == 0;
            let sign = if on && first {
                self.theme.glyphs.cursor
            } else {
                " "
            };
            let label = labels.get(line).map_or("", String::as_str);
            let mut spans = vec![
                Span::styled(sign.to_owned(), self.theme.style(Role::Focus)),
                Span::styled(
                    format!(" {}", fit(label, LABELS, ellipsis)),
                    self.theme.style(Role::Dim),
                ),
            ];
            for (at, cell) in cells.iter().enumerate() {
                let text = cell.get(line).map_or("", String::as_str);
                spans.push(Span::raw(" "));
                let text = fit(text, columns, ellipsis);
                spans.push(Span::styled(text, self.theme.style(role(at))));
            }
            Line::from(spans)
        });
        lines.collect()
    }

    fn line(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }

    fn wrapped(&self, text: &str, role: Role) -> Vec<Line<'static>> {
        let lines = wrap(text, self.columns.saturating_sub(3)).into_iter();
        lines.map(|line| self.line(&line, role)).collect()
    }
}

/// A text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The details of all, kind by kind; what several have is there once.
fn every_detail(people: &[FullContact]) -> Vec<&Detail> {
    let mut seen = HashSet::new();
    let all = DetailKind::ALL.into_iter().flat_map(|kind| {
        people
            .iter()
            .flat_map(move |one| one.contact.details_of(kind))
    });
    all.filter(|detail| seen.insert(detail.identity()))
        .collect()
}
