//! The number form as it is drawn: a popup over the contact.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::fields::{PHONE, label};
use crate::domain::number::{Verdict, is_short_number};
use crate::domain::phone::{MANUAL, Phone};
use crate::tui::pages::Ui;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{caret, middle, popup};
use crate::tui::widgets::text::elide;
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::{PhoneForm, PhonePlace};

/// Where a value begins in the popup.
const VALUE: u16 = 15;

/// The height under which the blank lines leave, and with them what is known of the stored number.
const LOW: u16 = 16;

/// Draws the form.
pub(super) fn draw(form: &PhoneForm, ui: &mut Ui<'_, '_>) {
    let theme = ui.theme;
    let title = match (&form.stored, &form.retires) {
        (Some(_), _) => "Edit number",
        (None, Some(_)) => "Replace number",
        (None, None) => "Add a number",
    };
    let owner = form.owner.name().unwrap_or_default();
    let unsaved = if form.is_dirty() {
        format!("{} unsaved", theme.glyphs.dot)
    } else {
        String::new()
    };
    let place = middle(ui.areas.content, 68, 19);
    let inside = popup(place, title, owner, &unsaved, theme, ui.frame);
    let mut pen = Pen {
        form,
        theme,
        inside,
        scroll: 0,
        frame: ui.frame,
    };
    // On a low terminal the form scrolls to the field with the cursor.
    pen.scroll = (pen.row(form.place) + 3).saturating_sub(inside.height);
    pen.texts();
    pen.boxes();
    if !pen.is_low() {
        if let Some(phone) = &form.stored {
            pen.stored(phone, &ui.session.calendar());
        }
        if let Some(fault) = form.faults.first() {
            let fault = Line::styled(fault.to_string(), theme.style(Role::Bad));
            pen.line(13, 3, fault);
        }
    }
    pen.suggestions();
}

/// Draws the parts of the form into its popup.
struct Pen<'a, 'b> {
    form: &'a PhoneForm,
    theme: &'a Theme,
    inside: Rect,
    /// How many rows are scrolled off.
    scroll: u16,
    frame: &'a mut Frame<'b>,
}

impl Pen<'_, '_> {
    const fn is_low(&self) -> bool {
        self.inside.height < LOW
    }

    /// The row of a place, before anything is scrolled.
    fn row(&self, place: PhonePlace) -> u16 {
        let rows: [u16; 6] = if self.is_low() {
            [0, 2, 4, 5, 6, 7]
        } else {
            [1, 3, 7, 10, 11, 12]
        };
        rows.get(place.number()).copied().unwrap_or(0)
    }

    /// The row under a text and its rule.
    fn row_below(&self, place: PhonePlace) -> u16 {
        self.row(place) + if self.is_low() { 1 } else { 2 }
    }

    /// A line at a row and a column, where that is seen.
    fn line(&mut self, row: u16, x: u16, line: Line<'_>) {
        let row = row.checked_sub(self.scroll);
        if let Some(row) = row.filter(|row| *row < self.inside.height) {
            let area = Rect {
                x: self.inside.x + x,
                y: self.inside.y + row,
                width: self.inside.width.saturating_sub(x),
                height: 1,
            };
            self.frame.render_widget(Paragraph::new(line), area);
        }
    }

    /// The terminal's cursor at a row and a column, where the place has it.
    fn caret(&mut self, place: PhonePlace, x: u16) {
        let row = self.row(place).checked_sub(self.scroll);
        if let Some(row) = row.filter(|_| place == self.form.place) {
            let (x, y) = (self.inside.x + x, self.inside.y + row);
            caret(x, y, self.inside, self.frame);
        }
    }

    fn texts(&mut self) {
        let entry = &self.form.entry;
        self.text(
            PhonePlace::Country,
            label(&PHONE, "country_code"),
            &entry.country,
        );
        self.text(PhonePlace::Number, label(&PHONE, "number"), &entry.number);
        self.line(self.row_below(PhonePlace::Number), VALUE, self.verdict());
        self.text(PhonePlace::Label, label(&PHONE, "location"), &entry.label);
    }

    fn text(&mut self, place: PhonePlace, label: &str, field: &Field) {
        let (theme, row) = (self.theme, self.row(place));
        if row < self.scroll {
            return;
        }
        let glyphs = &theme.glyphs;
        let columns = usize::from(self.inside.width.saturating_sub(VALUE + 4)).min(34);
        let (seen, column) = field.window(columns);
        self.line(
            row,
            3,
            Line::styled(label.to_owned(), theme.style(Role::Dim)),
        );
        self.line(row, VALUE, Line::styled(seen, theme.style(Role::Text)));
        if place != PhonePlace::Number {
            let end = VALUE + u16::try_from(columns).unwrap_or(0) - 2;
            let choice = Line::styled(glyphs.choice, theme.style(Role::Dim));
            self.line(row, end, choice);
        }
        let (sign, style) = if place == self.form.place {
            (glyphs.heavy, theme.style(Role::Focus))
        } else {
            (glyphs.light, theme.style(Role::Rule))
        };
        self.line(row + 1, VALUE, Line::styled(sign.repeat(columns), style));
        self.caret(place, VALUE + u16::try_from(column).unwrap_or(0));
    }

    fn boxes(&mut self) {
        let (entry, first) = (&self.form.entry, &self.form.first);
        let primary = match &self.form.replaces {
            Some(number) if entry.primary && !first.primary => format!("replaces {number}"),
            _ => "dialled first".to_owned(),
        };
        for (place, label, is_set, words) in [
            (
                PhonePlace::Primary,
                label(&PHONE, "primary"),
                entry.primary,
                primary.as_str(),
            ),
            (
                PhonePlace::Accurate,
                label(&PHONE, "valid_values"),
                entry.accurate,
                "I have checked it",
            ),
            (
                PhonePlace::Historic,
                label(&PHONE, "historic"),
                entry.historic,
                "no longer used, kept on record",
            ),
        ] {
            let on = place == self.form.place;
            let style = self.theme.style(if on { Role::Cursor } else { Role::Text });
            let set = if is_set { "x" } else { " " };
            let line = Line::from(vec![
                Span::styled(format!("[{set}] {label:<13}"), style),
                Span::styled(words.to_owned(), self.theme.style(Role::Dim)),
            ]);
            self.line(self.row(place), 3, line);
            self.caret(place, 4);
        }
    }

    /// Where the stored number came from, and when it was changed.
    fn stored(&mut self, phone: &Phone, calendar: &Calendar) {
        let theme = self.theme;
        let source = if phone.source == MANUAL {
            "typed here"
        } else {
            &phone.source
        };
        let pair = |label: &str, left: &str, right: &str| {
            let left = elide(left, 20, theme.glyphs.ellipsis);
            Line::from(vec![
                Span::styled(format!("{label:<12}"), theme.style(Role::Dim)),
                Span::styled(format!("{left:<21}"), theme.style(Role::Text)),
                Span::styled(right.to_owned(), theme.style(Role::Dim)),
            ])
        };
        let added = calendar.day(phone.created_at);
        let stored = format!("stored {}", calendar.clock(phone.updated_in_db_at));
        self.line(14, 3, pair("Source", source, &added));
        let changed = calendar.when(phone.updated_at);
        self.line(15, 3, pair("Changed", &changed, &stored));
    }

    /// What the numbering plan says, under the number.
    fn verdict(&self) -> Line<'static> {
        let (form, theme) = (self.form, self.theme);
        let glyphs = &theme.glyphs;
        if form.entry.number.text().trim().is_empty() {
            return Line::default();
        }
        let (sign, role, words) = match form.reading() {
            Ok(reading) if reading.is_complete() => {
                let doubt = if reading.verdict == Verdict::Possible {
                    ", not in a known range"
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

    /// What the text under the cursor may become, below it.
    fn suggestions(&mut self) {
        let (entry, first) = (&self.form.entry, &self.form.first);
        let is_typed = match self.form.place {
            PhonePlace::Country => entry.country.text() != first.country.text(),
            PhonePlace::Label => {
                entry.label.text() != first.label.text() || entry.label.text().is_empty()
            }
            _ => false,
        };
        let found = self.form.suggestions();
        if !is_typed || found.is_empty() {
            return;
        }
        let glyphs = &self.theme.glyphs;
        let words = found.join(&format!(" {} ", glyphs.middle));
        let columns = usize::from(self.inside.width.saturating_sub(VALUE + 1));
        let words = elide(&words, columns, glyphs.ellipsis).into_owned();
        let line = Line::styled(words, self.theme.style(Role::Dim));
        self.line(self.row_below(self.form.place), VALUE, line);
    }
}
