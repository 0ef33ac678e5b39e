//! The number form as it is drawn: a popup over the contact. The list of a choice opens within it, under
//! its field: the number moves down and stays in sight.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::fields::{PHONE, label};
use crate::domain::number::{Verdict, is_short_number};
use crate::domain::phone::{MANUAL, Phone};
use crate::domain::refusal::Fault;
use crate::domain::remotes::source_words;
use crate::tui::pages::page::Ui;
use crate::tui::widgets::choice::ChoiceField;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{form_top, middle, popup};
use crate::tui::widgets::text::{elide, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::state::{PhoneForm, PhonePlace};

/// Where a value begins in the popup.
const VALUE: usize = 15;

/// How wide a box is with its label.
const BOX: usize = 17;

/// The height under which the blank lines leave, and with them what is known of the stored number.
const LOW: u16 = 16;

/// How many rows an open list has at most.
const LIST: usize = 5;

/// How wide the popup is.
const WIDTH: u16 = 68;

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
    let content = ui.areas.content;
    let room = content.height.saturating_sub(2);
    let is_low = room < LOW;
    let most = if is_low {
        // Beside it there are its own field, the number, and what that is.
        usize::from(room.saturating_sub(3)).min(LIST)
    } else {
        LIST
    };
    let mut sheet = Sheet {
        form,
        theme,
        columns: usize::from(content.width.min(WIDTH).saturating_sub(2)),
        is_low,
        most,
        lines: Vec::new(),
        caret: None,
        seen: 0..0,
    };
    sheet.fill(&ui.session.calendar());
    let height = u16::try_from(sheet.lines.len()).unwrap_or(room).max(17);
    let place = middle(content, WIDTH, height + 2);
    let inside = popup(place, title, owner, &unsaved, theme, ui.frame);
    sheet.draw(inside, ui);
}

/// The rows of the form, one after the other.
struct Sheet<'a> {
    form: &'a PhoneForm,
    theme: &'a Theme,
    columns: usize,
    is_low: bool,
    /// How many rows an open list has at most.
    most: usize,
    lines: Vec<Line<'static>>,
    /// Row and column of the terminal's cursor.
    caret: Option<(usize, usize)>,
    /// The rows that are to be seen, the first of them before the last.
    seen: std::ops::Range<usize>,
}

impl Sheet<'_> {
    /// Draws the rows; on a low terminal they scroll to the field with the cursor.
    fn draw(self, inside: Rect, ui: &mut Ui<'_, '_>) {
        let height = usize::from(inside.height);
        let top = form_top(&self.seen, self.caret, height);
        let lines: Vec<Line<'_>> = self.lines.into_iter().skip(top).take(height).collect();
        ui.frame.render_widget(Paragraph::new(lines), inside);
        let at = self.caret.and_then(|(row, column)| {
            let row = u16::try_from(row.checked_sub(top)?).ok()?;
            Some((inside.x + u16::try_from(column).ok()?, inside.y + row))
        });
        if let Some((x, y)) = at {
            ui.caret(x, y, inside);
        }
    }

    fn fill(&mut self, calendar: &Calendar) {
        let entry = &self.form.entry;
        let is_open = |place, choice: &ChoiceField| self.form.place == place && choice.is_open();
        let in_country = is_open(PhonePlace::Country, &entry.country);
        let in_label = is_open(PhonePlace::Label, &entry.label);
        self.gap();
        let country = self.lines.len();
        self.text(
            PhonePlace::Country,
            label(&PHONE, "country_code"),
            &entry.country.field,
        );
        self.list(PhonePlace::Country, &entry.country);
        let number = self.lines.len();
        self.text(PhonePlace::Number, label(&PHONE, "number"), &entry.number);
        if self.is_low {
            // What it is takes the place of the rule.
            self.lines.pop();
        }
        if !(self.is_low && in_label) {
            self.verdict();
        }
        let also = self.form.also_of();
        if let Some(also) = also.as_ref().filter(|_| !(self.is_low && in_label)) {
            let sign = (self.theme.glyphs.impossible, Role::Warn);
            self.remark(sign, also, Role::Text);
        }
        if self.form.place == PhonePlace::Number {
            self.seen.end = self.lines.len();
        }
        // Of what is chosen for a number, the number is seen too.
        if in_country {
            self.seen = country..self.lines.len();
        }
        if also.is_none() {
            self.gap();
        }
        self.text(
            PhonePlace::Label,
            label(&PHONE, "location"),
            &entry.label.field,
        );
        self.list(PhonePlace::Label, &entry.label);
        if in_label {
            self.seen = number..self.lines.len();
        }
        if self.is_low && !in_label {
            self.lines.pop();
        }
        self.gap();
        self.boxes();
        let fault = self.form.faults.first().map(Fault::in_words);
        let room = self.columns.saturating_sub(6);
        for text in fault.iter().flat_map(|fault| wrap(fault, room)) {
            self.indented(Line::styled(text, self.theme.style(Role::Bad)));
        }
        if fault.is_none() {
            self.gap();
        }
        if let Some(phone) = self.form.stored.as_ref().filter(|_| !self.is_low) {
            self.stored(phone, calendar);
        }
    }

    /// A blank row, where there is room for one.
    fn gap(&mut self) {
        if !self.is_low {
            self.lines.push(Line::default());
        }
    }

    fn indented(&mut self, mut line: Line<'static>) {
        line.spans.insert(0, Span::raw("   "));
        self.lines.push(line);
    }

    /// A row in the column of the values.
    fn value(&mut self, mut line: Line<'static>) {
        line.spans.insert(0, Span::raw(" ".repeat(VALUE)));
        self.lines.push(line);
    }

    /// The row of a place, which is to be seen where it has the cursor.
    fn begin(&mut self, place: PhonePlace, column: usize) {
        if place == self.form.place {
            let row = self.lines.len();
            self.caret = Some((row, column));
            self.seen = row..row + 3;
        }
    }

    /// How wide a field is.
    fn field_columns(&self) -> usize {
        self.columns.saturating_sub(VALUE + 4).min(34)
    }

    /// A text with its label and its rule.
    fn text(&mut self, place: PhonePlace, label: &str, field: &Field) {
        let theme = self.theme;
        let glyphs = &theme.glyphs;
        let columns = self.field_columns();
        let is_choice = place != PhonePlace::Number;
        let room = columns.saturating_sub(if is_choice { 2 } else { 0 });
        let on = place == self.form.place;
        let (mut seen, column) = field.window(room);
        if !on || field.is_selected() {
            seen = elide(field.text(), room, glyphs.ellipsis).into_owned();
        }
        self.begin(place, VALUE + column.min(width(&seen)));
        let role = if on && field.is_selected() {
            Role::Match
        } else {
            Role::Text
        };
        let gap = room.saturating_sub(width(&seen));
        let mut spans = vec![
            Span::styled(format!("   {label:<12}"), theme.style(Role::Dim)),
            Span::styled(seen, theme.style(role)),
        ];
        if is_choice {
            spans.push(Span::raw(" ".repeat(gap)));
            spans.push(Span::styled(glyphs.choice, theme.style(Role::Dim)));
        }
        self.lines.push(Line::from(spans));
        let (sign, style) = if on {
            (glyphs.heavy, theme.style(Role::Focus))
        } else {
            (glyphs.light, theme.style(Role::Rule))
        };
        self.value(Line::styled(sign.repeat(columns), style));
    }

    /// The open list under its field; on a low terminal it takes the place of the rule.
    fn list(&mut self, place: PhonePlace, choice: &ChoiceField) {
        if place != self.form.place || !choice.is_open() {
            return;
        }
        if self.is_low {
            self.lines.pop();
        }
        let columns = self.field_columns();
        for mut row in choice.rows(columns + 2, self.most, self.theme) {
            row.spans.insert(0, Span::raw(" ".repeat(VALUE - 2)));
            self.lines.push(row);
        }
    }

    fn boxes(&mut self) {
        let theme = self.theme;
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
            let style = theme.style(if on { Role::Cursor } else { Role::Text });
            let set = if is_set { "x" } else { " " };
            self.begin(place, 4);
            let mut label = Some(format!("[{set}] {label:<13}"));
            for words in wrap(words, self.columns.saturating_sub(BOX + 4)) {
                let label = label.take().unwrap_or_else(|| " ".repeat(BOX));
                self.indented(Line::from(vec![
                    Span::styled(label, style),
                    Span::styled(words, theme.style(Role::Dim)),
                ]));
            }
        }
    }

    /// Where the stored number came from, and when it was changed.
    fn stored(&mut self, phone: &Phone, calendar: &Calendar) {
        let theme = self.theme;
        let source = if phone.source == MANUAL {
            "typed here"
        } else {
            source_words(&phone.source)
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
        let changed = calendar.when(phone.updated_at);
        self.indented(pair("Source", source, &added));
        self.indented(pair("Changed", &changed, &stored));
    }

    /// A remark under a value, after its sign: all of it, in as many rows as that takes.
    fn remark(&mut self, (sign, role): (&'static str, Role), words: &str, style: Role) {
        let theme = self.theme;
        let room = self.columns.saturating_sub(VALUE + 3);
        for (at, text) in wrap(words, room).into_iter().enumerate() {
            let sign = if at == 0 { sign } else { " " };
            self.value(Line::from(vec![
                Span::styled(format!("{sign} "), theme.style(role)),
                Span::styled(text, theme.style(style)),
            ]));
        }
    }

    /// What the numbering plan says, under the number.
    fn verdict(&mut self) {
        let form = self.form;
        let glyphs = &self.theme.glyphs;
        let text = form.entry.number.text();
        let stored = || format!("{} stored as {}", glyphs.middle, form.shown());
        let good = (glyphs.accurate, Role::Good);
        let wrong = (glyphs.impossible, Role::Warn);
        let (sign, words) = match form.reading() {
            _ if text.trim().is_empty() => ((" ", Role::Dim), String::new()),
            Ok(reading) if reading.verdict == Verdict::Possible => (
                (glyphs.unconfirmed, Role::Warn),
                format!("{} {}", reading.verdict.reason(None), stored()),
            ),
            Ok(reading) if reading.is_complete() => {
                (good, format!("{} {}", reading.usage.word(), stored()))
            }
            _ if is_short_number(text) => {
                let words = "short number or network code, dialled as it is";
                (good, words.to_owned())
            }
            Ok(reading) => {
                let why = reading.verdict.refusal(reading.country());
                (wrong, format!("{why}; saved as typed"))
            }
            Err(verdict) => {
                let why = verdict.refusal(form.region());
                (wrong, format!("{why}; saved as typed"))
            }
        };
        self.remark(sign, &words, Role::Dim);
    }
}
