//! The contact form as it is drawn: it takes the whole content, and scrolls to its cursor.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::number;
use crate::domain::phone::{MANUAL, Mark};
use crate::domain::safe::safe;
use crate::tui::widgets::frame::caret;
use crate::tui::widgets::text::{elide, fit, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::{ContactForm, ContactPlace, NumberRow, TEXTS};

/// Where a value begins.
const VALUE: usize = 15;

/// Draws the form.
pub(super) fn draw(form: &ContactForm, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let columns = usize::from(area.width).saturating_sub(VALUE + 3).min(62);
    let mut page = Sheet {
        form,
        theme,
        columns,
        lines: Vec::new(),
        caret: None,
        on: 0,
    };
    page.texts();
    page.favourite();
    page.numbers();
    let height = usize::from(area.height);
    let scroll = (page.on + 4)
        .saturating_sub(height)
        .min(page.lines.len().saturating_sub(height));
    let seen: Vec<Line<'_>> = page.lines.into_iter().skip(scroll).take(height).collect();
    frame.render_widget(Paragraph::new(seen), area);
    if let Some((line, column)) = page.caret
        && let Some(line) = line.checked_sub(scroll)
    {
        let (x, y) = (
            u16::try_from(column).unwrap_or(0),
            u16::try_from(line).unwrap_or(0),
        );
        caret(area.x + x, area.y + y, area, frame);
    }
}

struct Sheet<'a> {
    form: &'a ContactForm,
    theme: &'a Theme,
    columns: usize,
    lines: Vec<Line<'static>>,
    /// Line and column of the terminal's cursor.
    caret: Option<(usize, usize)>,
    /// The line of the place with the cursor.
    on: usize,
}

impl Sheet<'_> {
    fn texts(&mut self) {
        for (at, own) in TEXTS.iter().enumerate() {
            let label = own.label.unwrap_or_default();
            let on = self.form.place == ContactPlace::Text(at);
            let Some(field) = self.form.texts.get(at) else {
                continue;
            };
            if own.is_long() && field.text().contains('\n') || width(field.text()) > self.columns {
                self.long(label, field.text(), field.before(), on);
            } else {
                let (seen, column) = field.window(self.columns);
                self.labelled(label, &seen, on);
                if on {
                    self.on = self.lines.len() - 1;
                    self.caret = Some((self.lines.len() - 1, VALUE + column));
                }
            }
            self.underline(on);
            let remark = match own.name {
                "name" if !field.text().trim().is_empty() => {
                    Some(format!("sorted as {}", self.form.sorted_as()))
                }
                _ if on && own.is_long() => Some("^E opens $EDITOR for longer text".to_owned()),
                _ => None,
            };
            let fault = self
                .form
                .faults
                .iter()
                .find(|fault| fault.attribute.as_deref() == Some(own.name));
            if let Some(fault) = fault {
                self.under(&fault.to_string(), Role::Bad);
            } else if let Some(remark) = remark {
                self.under(&remark, Role::Dim);
            }
        }
    }

    fn labelled(&mut self, label: &str, text: &str, on: bool) {
        let style = self.theme.style(if on { Role::Strong } else { Role::Dim });
        self.lines.push(Line::from(vec![
            Span::styled(format!("   {label:<12}"), style),
            Span::styled(text.to_owned(), self.theme.style(Role::Text)),
        ]));
    }

    /// A text of several lines: as many as it has, with the cursor where it is.
    fn long(&mut self, label: &str, text: &str, before: &str, on: bool) {
        let start = self.lines.len();
        for (row, line) in wrap(text, self.columns).into_iter().enumerate() {
            self.labelled(if row == 0 { label } else { "" }, &line, on);
        }
        if on {
            let above = wrap(before, self.columns);
            let row = start + above.len().saturating_sub(1);
            self.caret = Some((row, VALUE + above.last().map_or(0, |line| width(line))));
            self.on = row;
        }
    }

    fn underline(&mut self, on: bool) {
        let glyphs = &self.theme.glyphs;
        let (sign, style) = if on {
            (glyphs.heavy, self.theme.style(Role::Focus))
        } else {
            (glyphs.light, self.theme.style(Role::Dim))
        };
        self.lines.push(Line::from(vec![
            Span::raw(" ".repeat(VALUE)),
            Span::styled(sign.repeat(self.columns), style),
        ]));
    }

    fn under(&mut self, text: &str, role: Role) {
        let text = elide(text, self.columns, self.theme.glyphs.ellipsis).into_owned();
        self.lines.push(Line::from(vec![
            Span::raw(" ".repeat(VALUE)),
            Span::styled(text, self.theme.style(role)),
        ]));
    }

    fn favourite(&mut self) {
        let on = self.form.place == ContactPlace::Favourite;
        if on {
            self.on = self.lines.len();
            self.caret = Some((self.lines.len(), VALUE + 1));
        }
        let set = if self.form.favourite { "[x]" } else { "[ ]" };
        self.labelled("Favourite", &format!("{set} favourite"), on);
    }

    fn numbers(&mut self) {
        let dim = self.theme.style(Role::Section);
        let wide = self.columns >= 48;
        let head = if wide {
            "PRIMARY  LABEL      NUMBER                  OK  HIST SOURCE"
        } else {
            "LABEL     NUMBER"
        };
        self.lines.push(Line::default());
        self.lines.push(Line::from(vec![
            Span::styled(format!("   {:<12}", "Numbers"), self.theme.style(Role::Dim)),
            Span::styled(head, dim),
        ]));
        for (at, row) in self.form.numbers.iter().enumerate() {
            let on = self.form.place == ContactPlace::Number(at);
            if on {
                self.on = self.lines.len();
            }
            let line = self.number(row, on, wide);
            self.lines.push(line);
        }
        for fault in self.form.faults.iter().filter(|fault| {
            fault
                .attribute
                .as_deref()
                .is_some_and(|name| name.starts_with("phones/"))
        }) {
            let text = format!(
                "number {}",
                fault
                    .to_string()
                    .trim_start_matches("phones/")
                    .replace('/', ": ")
            );
            self.lines.push(Line::from(vec![
                Span::raw(" ".repeat(VALUE)),
                Span::styled(text, self.theme.style(Role::Bad)),
            ]));
        }
        let on = self.form.place == ContactPlace::AddNumber;
        if on {
            self.on = self.lines.len();
        }
        let cursor = if on { self.theme.glyphs.cursor } else { " " };
        self.lines.push(Line::from(vec![
            Span::styled(
                format!("{:1$}{cursor} ", "", VALUE - 2),
                self.theme.style(Role::Focus),
            ),
            Span::styled(
                "+ add a number",
                self.theme.style(if on { Role::Cursor } else { Role::Dim }),
            ),
        ]));
    }

    fn number(&self, row: &NumberRow, on: bool, wide: bool) -> Line<'static> {
        let glyphs = &self.theme.glyphs;
        let entry = &row.form.entry;
        let canonical = number::canonical(
            entry.number.text(),
            row.form.calling_code().as_deref(),
            row.form.home,
        );
        let is_impossible = !canonical.identity.starts_with('+')
            && number::is_impossible(
                &canonical.number,
                canonical.country_code.as_deref(),
                row.form.home,
            );
        let shown = if canonical.identity.starts_with('+') {
            number::display(&canonical.number)
        } else {
            canonical.number
        };
        let (mark, style) = self.theme.mark(Mark::of(entry.accurate, !is_impossible));
        let source = row
            .form
            .stored
            .as_ref()
            .map_or(MANUAL, |phone| phone.source.as_str());
        let source = if source == MANUAL || row.form.is_dirty() {
            "you"
        } else {
            source
        };
        let text = self.theme.style(if on { Role::Cursor } else { Role::Text });
        let radio = if entry.primary { "(•)" } else { "( )" };
        let cursor = Span::styled(
            format!(
                "{:1$}{2} ",
                "",
                VALUE - 2,
                if on { glyphs.cursor } else { " " }
            ),
            self.theme.style(Role::Focus),
        );
        let label = fit(entry.label.text(), 10, glyphs.ellipsis);
        let mut spans = vec![cursor];
        if wide {
            spans.push(Span::styled(format!("{radio}      {label} "), text));
        } else {
            spans.push(Span::styled(
                format!("{} ", fit(entry.label.text(), 9, glyphs.ellipsis)),
                text,
            ));
        }
        spans.push(Span::styled(
            fit(
                &shown,
                if wide {
                    24
                } else {
                    self.columns.saturating_sub(14)
                },
                glyphs.ellipsis,
            ),
            text,
        ));
        spans.push(Span::styled(mark, style));
        if wide {
            let historic = if entry.historic { glyphs.historic } else { " " };
            spans.push(Span::styled(
                format!("   {historic}    {}", safe(source)),
                self.theme.style(Role::Dim),
            ));
        }
        if row.deleted {
            spans.push(Span::styled("  deleted", self.theme.style(Role::Warn)));
        }
        Line::from(spans)
    }
}
