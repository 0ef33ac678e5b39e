//! The columns of a table that is imported: what each was read as, and a value of it. What a column holds can
//! be said here; the preview is read again when the page is left.

use ratatui::text::{Line, Span};

use crate::domain::import::{COLUMN_FIELDS, ColumnRead};
use crate::domain::words::count;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{cursor, page, scrolled};
use crate::tui::widgets::text::{elide, fit};
use crate::tui::widgets::theme::Role;

use super::chooser::Chooser;
use super::page::{AnyPage, Outcome, Page, Returned, Ui};
use super::returned::{ColumnFields, Picked};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    table: Vec<ColumnRead>,
    /// What was said of them before.
    before: ColumnFields,
    /// What is said of them now.
    said: ColumnFields,
    cursor: usize,
}

impl Columns {
    /// The page of a table's columns.
    #[must_use]
    pub fn page(table: Vec<ColumnRead>, said: ColumnFields) -> AnyPage {
        Box::new(Self {
            table,
            before: said.clone(),
            said,
            cursor: 0,
        })
    }

    /// What a column is read as.
    fn read_as(&self, at: usize) -> &str {
        let column = self.table.get(at);
        match self.said.get(&at) {
            Some(said) => said,
            None => column.map_or("", |column| &column.read_as),
        }
    }
}

impl Page for Columns {
    fn scope(&self) -> Scope {
        Scope::Columns
    }

    fn perform(&mut self, action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        let Some(column) = self.table.get(self.cursor) else {
            return Outcome::Unused;
        };
        match action {
            Action::ChangeColumn => Outcome::Open(Chooser::of_column(
                self.cursor,
                column.shown(self.cursor),
                self.read_as(self.cursor),
                &COLUMN_FIELDS,
            )),
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let height = ctx.height().saturating_sub(4).max(1);
        self.cursor = motion.apply(self.cursor, self.table.len(), height);
    }

    /// The preview is read again only where something is said otherwise.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.said == self.before {
            return Outcome::Close;
        }
        Outcome::Return(Returned::Columns(self.said.clone()))
    }

    fn returned(&mut self, value: Returned, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Returned::Picked(Picked::Column(at, field)) = value {
            if self
                .table
                .get(at)
                .is_some_and(|column| column.read_as == field)
                && !self.before.contains_key(&at)
            {
                self.said.remove(&at);
            } else {
                self.said.insert(at, field);
            }
        }
        Outcome::Stay
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let below = if self.said == self.before {
            String::new()
        } else {
            let said = count(self.said.len(), "column");
            format!("{said} changed; the preview is read again")
        };
        let area = ui.areas.content;
        let inside = page("Columns", "", &below, theme, area, ui.frame);
        let columns = usize::from(inside.width).saturating_sub(3);
        // Name, field and value share the width; a name is seldom long.
        let name = (columns * 3 / 10).max(8);
        let field = (columns * 3 / 10).max(8);
        let rest = columns.saturating_sub(name + field + 2);
        let ellipsis = theme.glyphs.ellipsis;
        let head = format!(
            "  {} {} {}",
            fit("COLUMN", name, ellipsis),
            fit("READ AS", field, ellipsis),
            elide("SAMPLE", rest, ellipsis)
        );
        let mut lines = vec![Line::styled(head, theme.style(Role::Section))];
        for (at, column) in self.table.iter().enumerate() {
            let on = at == self.cursor;
            let role = match (on, self.said.contains_key(&at)) {
                (true, _) => Role::Cursor,
                (false, true) => Role::Warn,
                (false, false) => Role::Text,
            };
            let sample = column.sample.as_deref().unwrap_or(theme.glyphs.none);
            lines.push(Line::from(vec![
                cursor(on, theme),
                Span::raw(" "),
                Span::styled(
                    fit(&column.shown(at), name, ellipsis),
                    theme.style(Role::Text),
                ),
                Span::raw(" "),
                Span::styled(fit(self.read_as(at), field, ellipsis), theme.style(role)),
                Span::raw(" "),
                Span::styled(
                    elide(sample, rest, ellipsis).into_owned(),
                    theme.style(Role::Dim),
                ),
            ]));
        }
        scrolled(lines, self.cursor + 1, inside, ui.frame);
    }
}
