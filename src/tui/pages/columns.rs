//! The columns of the tables that are imported: what each was read as, and a value of it. What a column holds can
//! be said here; the preview is read again when the page is left.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::domain::tables::{COLUMN_FIELDS, ColumnRead, TableRead};
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{cursor, page, scrolled};
use crate::tui::widgets::text::{elide, fit};
use crate::tui::widgets::theme::{Role, Theme};

use super::chooser::Chooser;
use super::page::{AnyPage, Outcome, Page, Returned, Ui};
use super::returned::{Picked, TableFields};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    tables: Vec<TableRead>,
    /// What was said of them before.
    before: TableFields,
    /// What is said of them now.
    said: TableFields,
    /// The column under the cursor, of those of all tables.
    cursor: usize,
}

impl Columns {
    /// The page of the columns of tables, with the cursor on the first one of one of them.
    #[must_use]
    pub fn page(tables: Vec<TableRead>, said: TableFields, on: usize) -> AnyPage {
        let before = tables.iter().take(on);
        let cursor = before.map(|table| table.columns.len()).sum();
        Box::new(Self {
            tables,
            before: said.clone(),
            said,
            cursor,
        })
    }

    /// How many columns there are.
    fn known(&self) -> usize {
        self.tables.iter().map(|table| table.columns.len()).sum()
    }

    /// A column of all tables: its table, its place in it, and itself.
    fn column(&self, at: usize) -> Option<(&TableRead, usize, &ColumnRead)> {
        let mut columns = self.tables.iter().flat_map(|table| {
            let columns = table.columns.iter().enumerate();
            columns.map(move |(place, column)| (table, place, column))
        });
        columns.nth(at)
    }

    /// What is said of a column.
    fn said_of(&self, table: &TableRead, place: usize) -> Option<&String> {
        self.said.get(&table.path)?.get(&place)
    }

    /// What a column is read as.
    fn read_as<'a>(&'a self, table: &TableRead, place: usize, column: &'a ColumnRead) -> &'a str {
        self.said_of(table, place).unwrap_or(&column.read_as)
    }

    /// How many columns something is said of that was not said before, or not so.
    fn changed(&self) -> usize {
        let columns = (0..self.known()).filter_map(|at| self.column(at));
        let changed = columns.filter(|(table, place, _)| {
            let before = self.before.get(&table.path);
            let before = before.and_then(|fields| fields.get(place));
            before != self.said_of(table, *place)
        });
        changed.count()
    }

    /// Puts the cursor on the first column of the next table, or of the one before; round the ends.
    fn turn(&mut self, action: Action) {
        let mut heads = vec![0];
        for table in &self.tables {
            heads.push(heads.last().copied().unwrap_or(0) + table.columns.len());
        }
        heads.pop();
        let on = heads.partition_point(|head| *head <= self.cursor);
        let on = on.saturating_sub(1);
        let to = match action {
            Action::PreviousPane => on.checked_sub(1).unwrap_or(heads.len().saturating_sub(1)),
            _ => on + 1,
        };
        self.cursor = heads.get(to).copied().unwrap_or(0);
    }
}

impl Page for Columns {
    fn scope(&self) -> Scope {
        Scope::Columns
    }

    fn perform(&mut self, action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::ChangeColumn => {
                let Some((table, place, column)) = self.column(self.cursor) else {
                    return Outcome::Unused;
                };
                Outcome::Open(Chooser::of_column(
                    self.cursor,
                    column.shown(place),
                    self.read_as(table, place, column),
                    &COLUMN_FIELDS,
                ))
            }
            Action::NextPane | Action::PreviousPane => {
                self.turn(action);
                Outcome::Stay
            }
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let height = ctx.height().saturating_sub(4).max(1);
        self.cursor = motion.apply(self.cursor, self.known(), height);
    }

    /// The preview is read again only where something is said otherwise.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.changed() == 0 {
            return Outcome::Close;
        }
        Outcome::Return(Returned::Columns(self.said.clone()))
    }

    fn returned(&mut self, value: Returned, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Returned::Picked(Picked::Column(at, field)) = value
            && let Some((table, place, column)) = self.column(at)
        {
            let path = table.path.clone();
            let was_said = self.before.get(&path);
            let was_said = was_said.is_some_and(|fields| fields.contains_key(&place));
            let is_as_read = column.read_as == field && !was_said;
            let fields = self.said.entry(path.clone()).or_default();
            if is_as_read {
                fields.remove(&place);
            } else {
                fields.insert(place, field);
            }
            if fields.is_empty() {
                self.said.remove(&path);
            }
        }
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        match action {
            Action::NextPane | Action::PreviousPane if self.tables.len() < 2 => {
                Some("there is only this table".into())
            }
            _ => None,
        }
    }

    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        match binding.action {
            Action::NextPane if self.tables.len() < 2 => None,
            _ => Some(binding.hint.into()),
        }
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let below = match self.changed() {
            0 => String::new(),
            changed => {
                let changed = count(changed, "column");
                format!("{changed} changed; the preview is read again")
            }
        };
        let right = match self.tables.len() {
            0 | 1 => String::new(),
            tables => count(tables, "table"),
        };
        let area = ui.areas.content;
        let inside = page("Columns", &right, &below, theme, area, ui.frame);
        let widths = Widths::of(usize::from(inside.width));
        let mut lines = vec![widths.head(theme)];
        let mut on = 1;
        let mut at = 0;
        for table in &self.tables {
            if self.tables.len() > 1 {
                let room = usize::from(inside.width).saturating_sub(2);
                let name = elide(&table.name, room, theme.glyphs.ellipsis);
                lines.push(Line::styled(format!(" {name}"), theme.style(Role::Strong)));
            }
            for (place, column) in table.columns.iter().enumerate() {
                if at == self.cursor {
                    on = lines.len();
                }
                lines.push(self.line(at, (table, place, column), &widths, theme));
                at += 1;
            }
        }
        scrolled(lines, on, inside, ui.frame);
    }
}

/// How wide the name, the field and the value of a column are.
struct Widths {
    name: usize,
    field: usize,
    value: usize,
}

impl Widths {
    /// They share the width; a name is seldom long.
    fn of(inside: usize) -> Self {
        let columns = inside.saturating_sub(3);
        let name = (columns * 3 / 10).max(8);
        Self {
            name,
            field: name,
            value: columns.saturating_sub(2 * name + 2),
        }
    }

    fn head(&self, theme: &Theme) -> Line<'static> {
        let ellipsis = theme.glyphs.ellipsis;
        let head = format!(
            "  {} {} {}",
            fit("COLUMN", self.name, ellipsis),
            fit("READ AS", self.field, ellipsis),
            elide("SAMPLE", self.value, ellipsis)
        );
        Line::styled(head, theme.style(Role::Section))
    }
}

impl Columns {
    /// A column, the `at`th of all.
    fn line(
        &self,
        at: usize,
        (table, place, column): (&TableRead, usize, &ColumnRead),
        widths: &Widths,
        theme: &Theme,
    ) -> Line<'static> {
        let on = at == self.cursor;
        let role = match (on, self.said_of(table, place)) {
            (true, _) => Role::Cursor,
            (false, Some(_)) => Role::Warn,
            (false, None) => Role::Text,
        };
        let ellipsis = theme.glyphs.ellipsis;
        let sample = column.sample.as_deref().unwrap_or(theme.glyphs.none);
        let read_as = self.read_as(table, place, column);
        Line::from(vec![
            cursor(on, theme),
            Span::raw(" "),
            Span::styled(
                fit(&column.shown(place), widths.name, ellipsis),
                theme.style(Role::Text),
            ),
            Span::raw(" "),
            Span::styled(fit(read_as, widths.field, ellipsis), theme.style(role)),
            Span::raw(" "),
            Span::styled(
                elide(sample, widths.value, ellipsis).into_owned(),
                theme.style(Role::Dim),
            ),
        ])
    }
}
