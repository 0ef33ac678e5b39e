//! The number form as it is drawn: a popup over the contact.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::number::is_short_number;
use crate::domain::phone::MANUAL;
use crate::tui::pages::Ui;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{caret, middle, popup};
use crate::tui::widgets::text::elide;
use crate::tui::widgets::theme::{Role, Theme};

use super::{Owner, PhoneForm, Place};

/// Where a value begins in the popup.
const VALUE: u16 = 15;

/// Draws the form.
pub(super) fn draw(form: &PhoneForm, ui: &mut Ui<'_, '_>) {
    let (theme, frame) = (ui.theme, &mut *ui.frame);
    let calendar = ui.session.calendar();
    let place = middle(ui.areas.content, 68, 19);
    let title = if form.stored.is_some() {
        "Edit number"
    } else {
        "Add a number"
    };
    let owner = match &form.owner {
        Owner::Contact(_, name) => name.clone(),
        Owner::Row(_) => String::new(),
    };
    let unsaved = if form.is_dirty() {
        format!("{} unsaved", theme.glyphs.dot)
    } else {
        String::new()
    };
    let inside = popup(place, title, &owner, &unsaved, theme, frame);
    let pen = Pen { theme, inside };
    let low = inside.height < 16;
    let rows = rows(low);
    let first = rows
        .iter()
        .find(|(place, _)| *place == form.place)
        .map_or(0, |(_, y)| *y);
    // On a low terminal the form scrolls to the field with the cursor.
    let scroll = (first + 3).saturating_sub(inside.height);
    for (place, y) in rows {
        let Some(y) = y.checked_sub(scroll).filter(|y| *y < inside.height) else {
            continue;
        };
        let y = inside.y + y;
        match place {
            Place::Country => pen.field(
                "Country",
                &form.entry.country,
                form.place == place,
                y,
                true,
                frame,
            ),
            Place::Number => {
                pen.field(
                    "Number",
                    &form.entry.number,
                    form.place == place,
                    y,
                    false,
                    frame,
                );
                pen.line(
                    y + if low { 1 } else { 2 },
                    VALUE,
                    verdict(form, theme),
                    frame,
                );
            }
            Place::Label => pen.field(
                "Label",
                &form.entry.label,
                form.place == place,
                y,
                true,
                frame,
            ),
            Place::Primary => {
                let words = match &form.replaces {
                    Some(number) if form.entry.primary && !form.first.primary => {
                        format!("replaces {number}")
                    }
                    _ => "the number that is dialled first".to_owned(),
                };
                pen.check(
                    "Primary",
                    form.entry.primary,
                    &words,
                    form.place == place,
                    y,
                    frame,
                );
            }
            Place::Accurate => pen.check(
                "Accurate",
                form.entry.accurate,
                "somebody has checked it",
                form.place == place,
                y,
                frame,
            ),
            Place::Historic => pen.check(
                "Historic",
                form.entry.historic,
                "no longer used, kept on record",
                form.place == place,
                y,
                frame,
            ),
        }
    }
    if !low {
        if let Some(phone) = &form.stored {
            let source = if phone.source == MANUAL {
                "typed here"
            } else {
                &phone.source
            };
            let dim = theme.style(Role::Dim);
            let pair = |label: &str, left: &str, right: &str| {
                Line::from(vec![
                    Span::styled(format!("{label:<12}"), dim),
                    Span::styled(
                        format!("{:<21}", elide(left, 20, theme.glyphs.ellipsis)),
                        theme.style(Role::Text),
                    ),
                    Span::styled(right.to_owned(), dim),
                ])
            };
            pen.line(
                inside.y + 14,
                3,
                pair("Source", source, &calendar.day(phone.created_at)),
                frame,
            );
            let stored = format!("stored {}", calendar.clock(phone.updated_in_db_at));
            pen.line(
                inside.y + 15,
                3,
                pair("Changed", &calendar.when(phone.updated_at), &stored),
                frame,
            );
        }
        faults(form, &pen, frame);
    }
    suggestions(form, &pen, scroll, low, frame);
}

/// The row of each place.
fn rows(low: bool) -> Vec<(Place, u16)> {
    let rows: [u16; 6] = if low {
        [0, 2, 4, 5, 6, 7]
    } else {
        [1, 3, 7, 10, 11, 12]
    };
    Place::ALL.into_iter().zip(rows).collect()
}

/// What the numbering plan says, under the number.
fn verdict(form: &PhoneForm, theme: &Theme) -> Line<'static> {
    let glyphs = &theme.glyphs;
    if form.entry.number.text().trim().is_empty() {
        return Line::default();
    }
    let (sign, role, words) = match form.reading() {
        Ok(reading) if reading.is_complete() => {
            let doubt = if reading.verdict == crate::domain::number::Verdict::Possible {
                ", in no range known to be in use"
            } else {
                ""
            };
            (
                glyphs.accurate,
                Role::Good,
                format!(
                    "{}{doubt} {} stored as {}",
                    reading.usage.word(),
                    glyphs.middle,
                    reading.e164
                ),
            )
        }
        _ if is_short_number(form.entry.number.text()) => (
            glyphs.accurate,
            Role::Good,
            "short number or network code, dialled as it is".to_owned(),
        ),
        Ok(reading) => (
            glyphs.impossible,
            Role::Warn,
            format!("{}; kept", reading.verdict.refusal(reading.country())),
        ),
        Err(verdict) => (
            glyphs.impossible,
            Role::Warn,
            format!("{}; kept", verdict.refusal(form.region())),
        ),
    };
    Line::from(vec![
        Span::styled(format!("{sign} "), theme.style(role)),
        Span::styled(words, theme.style(Role::Dim)),
    ])
}

fn faults(form: &PhoneForm, pen: &Pen<'_>, frame: &mut Frame<'_>) {
    if let Some(fault) = form.faults.first() {
        let line = Line::styled(fault.to_string(), pen.theme.style(Role::Bad));
        pen.line(pen.inside.y + 13, 3, line, frame);
    }
}

/// What the text under the cursor may become, below it.
fn suggestions(form: &PhoneForm, pen: &Pen<'_>, scroll: u16, low: bool, frame: &mut Frame<'_>) {
    let typed = match form.place {
        Place::Country => form.entry.country.text() != form.first.country.text(),
        Place::Label => {
            form.entry.label.text() != form.first.label.text() || form.entry.label.text().is_empty()
        }
        _ => false,
    };
    let found = form.suggestions();
    let Some((_, y)) = rows(low)
        .into_iter()
        .find(|(place, _)| *place == form.place)
        .filter(|_| typed && !found.is_empty())
    else {
        return;
    };
    let y = pen.inside.y + y.saturating_sub(scroll) + if low { 1 } else { 2 };
    let words = found.join(&format!(" {} ", pen.theme.glyphs.middle));
    let columns = usize::from(pen.inside.width.saturating_sub(VALUE + 1));
    let words = elide(&words, columns, pen.theme.glyphs.ellipsis).into_owned();
    pen.line(
        y,
        VALUE,
        Line::styled(words, pen.theme.style(Role::Dim)),
        frame,
    );
}

/// Draws the parts of a form into its popup.
struct Pen<'a> {
    theme: &'a Theme,
    inside: Rect,
}

impl Pen<'_> {
    fn line(&self, y: u16, x: u16, line: Line<'_>, frame: &mut Frame<'_>) {
        if y < self.inside.bottom() {
            let area = Rect {
                x: self.inside.x + x,
                y,
                width: self.inside.width.saturating_sub(x),
                height: 1,
            };
            frame.render_widget(Paragraph::new(line), area);
        }
    }

    fn field(
        &self,
        label: &str,
        field: &Field,
        on: bool,
        y: u16,
        choice: bool,
        frame: &mut Frame<'_>,
    ) {
        let glyphs = &self.theme.glyphs;
        let columns = usize::from(self.inside.width.saturating_sub(VALUE + 4)).min(34);
        let (seen, column) = field.window(columns);
        self.line(
            y,
            3,
            Line::styled(label.to_owned(), self.theme.style(Role::Dim)),
            frame,
        );
        self.line(
            y,
            VALUE,
            Line::styled(seen, self.theme.style(Role::Text)),
            frame,
        );
        if choice {
            let end = VALUE + u16::try_from(columns).unwrap_or(0) - 2;
            self.line(
                y,
                end,
                Line::styled(glyphs.choice, self.theme.style(Role::Dim)),
                frame,
            );
        }
        let (sign, style) = if on {
            (glyphs.heavy, self.theme.style(Role::Focus))
        } else {
            (glyphs.light, self.theme.style(Role::Rule))
        };
        self.line(
            y + 1,
            VALUE,
            Line::styled(sign.repeat(columns), style),
            frame,
        );
        if on {
            caret(
                self.inside.x + VALUE + u16::try_from(column).unwrap_or(0),
                y,
                self.inside,
                frame,
            );
        }
    }

    fn check(&self, label: &str, set: bool, words: &str, on: bool, y: u16, frame: &mut Frame<'_>) {
        let style = if on {
            self.theme.style(Role::Cursor)
        } else {
            self.theme.style(Role::Text)
        };
        let line = Line::from(vec![
            Span::styled(
                format!("[{}] {label:<13}", if set { "x" } else { " " }),
                style,
            ),
            Span::styled(words.to_owned(), self.theme.style(Role::Dim)),
        ]);
        self.line(y, 3, line, frame);
        if on {
            caret(self.inside.x + 4, y, self.inside, frame);
        }
    }
}
