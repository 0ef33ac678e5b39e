//! The contact form as it is drawn: a line a field, of which only the one with the cursor has its rule. It
//! takes the whole content, scrolls to its cursor, and shows where there is more below.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::fields::ContactField;
use crate::domain::naming::SortPrefixes;
use crate::domain::number;
use crate::domain::phone::{MANUAL, Mark};
use crate::domain::refusal::Fault;
use crate::domain::remotes::source_words;
use crate::domain::safe::safe;
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::page::Ui;
use crate::tui::widgets::frame::form_top;
use crate::tui::widgets::text::{elide, fit, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::state::{ContactForm, ContactPlace, NAME, NumberRow, TEXTS};

/// Where a value begins.
const VALUE: usize = 13;

/// How wide a value is at most.
const WIDEST: usize = 74;

/// How wide the label of a number or a detail is, where there is little room and where there is enough.
const LABEL: [usize; 2] = [8, 11];

/// How many tags are offered at once.
const TAGS: usize = 5;

/// The height from which on there are blank lines between the parts.
const ROOMY: u16 = 14;

/// Draws the form.
pub(super) fn draw(form: &ContactForm, ui: &mut Ui<'_, '_>) {
    let (theme, area) = (ui.theme, ui.areas.content);
    let editor = ui.session.key(Scope::ContactForm, Action::Editor);
    let mut sheet = Sheet {
        form,
        theme,
        prefixes: ui.session.sort_prefixes,
        columns: usize::from(area.width)
            .saturating_sub(VALUE + 2)
            .min(WIDEST),
        is_roomy: area.height >= ROOMY,
        lines: Vec::new(),
        caret: None,
        seen: 0..0,
    };
    sheet.fill(&editor);
    let height = usize::from(area.height);
    let most = sheet.lines.len().saturating_sub(height);
    let scroll = form_top(&sheet.seen, sheet.caret, height).min(most);
    let is_more = scroll < most;
    let seen: Vec<Line<'_>> = sheet.lines.into_iter().skip(scroll).take(height).collect();
    ui.frame.render_widget(Paragraph::new(seen), area);
    if is_more && area.width > 2 {
        let more = Line::styled(theme.glyphs.choice, theme.style(Role::Focus));
        let corner = Rect::new(area.right() - 2, area.bottom().saturating_sub(1), 1, 1);
        ui.frame.render_widget(Paragraph::new(more), corner);
    }
    let at = sheet.caret.and_then(|(row, column)| {
        let row = u16::try_from(row.checked_sub(scroll)?).ok()?;
        Some((area.x + u16::try_from(column).ok()?, area.y + row))
    });
    if let Some((x, y)) = at {
        ui.caret(x, y, area);
    }
}

/// The lines of the form, one after the other.
struct Sheet<'a> {
    form: &'a ContactForm,
    theme: &'a Theme,
    prefixes: SortPrefixes,
    columns: usize,
    is_roomy: bool,
    lines: Vec<Line<'static>>,
    /// Line and column of the terminal's cursor.
    caret: Option<(usize, usize)>,
    /// The lines that are to be seen, the first of them before the last.
    seen: std::ops::Range<usize>,
}

/// The parts of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormPart {
    Texts,
    Numbers,
    Details,
}

impl FormPart {
    const fn of(place: ContactPlace) -> Self {
        match place {
            ContactPlace::Number(_) | ContactPlace::AddNumber => Self::Numbers,
            ContactPlace::Detail(_)
            | ContactPlace::AddEmail
            | ContactPlace::AddAddress
            | ContactPlace::AddBirthday
            | ContactPlace::AddDetail => Self::Details,
            ContactPlace::Text(_) | ContactPlace::More | ContactPlace::Favourite => Self::Texts,
        }
    }
}

impl Sheet<'_> {
    fn fill(&mut self, editor: &str) {
        let mut before = None;
        for place in self.form.places() {
            let part = FormPart::of(place);
            let is_row = part != FormPart::Texts;
            let was_row = before.map(|before| before != FormPart::Texts);
            if self.is_roomy && was_row.is_some_and(|was_row| was_row != is_row) {
                self.lines.push(Line::default());
            }
            let is_first = before != Some(part);
            before = Some(part);
            match place {
                ContactPlace::Text(at) => self.text(at, editor),
                ContactPlace::More => self.more(),
                ContactPlace::Number(row) => self.number(row, is_first),
                ContactPlace::AddNumber => self.add_number(is_first),
                ContactPlace::Detail(row) => self.detail(row),
                ContactPlace::AddEmail => self.add_detail(place, "EMAIL", "+ add an email"),
                ContactPlace::AddAddress => self.add_detail(place, "ADDRESS", "+ add an address"),
                ContactPlace::AddBirthday => self.add_detail(place, "DATES", "+ add a birthday"),
                ContactPlace::AddDetail => {
                    self.add_detail(place, "", "+ add a date, link, chat or relation");
                }
                ContactPlace::Favourite => self.favourite(),
            }
        }
    }

    /// Notes that a place begins here; says whether it has the cursor.
    fn begin(&mut self, place: ContactPlace) -> bool {
        let on = self.form.place == place;
        if on {
            let row = self.lines.len();
            self.seen = row..row + 2;
        }
        on
    }

    /// A line with a label before it.
    fn labelled(&mut self, label: &str, role: Role, value: Vec<Span<'static>>) {
        let label = format!("  {label:<11}");
        let mut spans = vec![Span::styled(label, self.theme.style(role))];
        spans.extend(value);
        self.lines.push(Line::from(spans));
    }

    /// A line under a value.
    fn under(&mut self, text: &str, role: Role) {
        let text = elide(text, self.columns, self.theme.glyphs.ellipsis).into_owned();
        let span = Span::styled(text, self.theme.style(role));
        self.labelled("", Role::Dim, vec![span]);
    }

    fn fault(&self, own: &ContactField) -> Option<String> {
        let mut faults = self.form.faults.iter();
        let fault = faults
            .find(|fault| fault.of.is_none() && fault.attribute.as_deref() == Some(own.name))?;
        Some(fault.in_words())
    }

    fn text(&mut self, at: usize, editor: &str) {
        let form = self.form;
        let (Some(own), Some(field)) = (TEXTS.get(at), form.texts.get(at)) else {
            return;
        };
        let label = own.label.unwrap_or_default();
        let on = self.begin(ContactPlace::Text(at));
        let role = if on { Role::Strong } else { Role::Dim };
        let (text, fault) = (self.theme.style(Role::Text), self.fault(own));
        let remark = (at == NAME && !field.text().trim().is_empty())
            .then(|| format!("sorted as {}", form.sorted_as(self.prefixes)));
        if !on {
            let value = self.first_line(field.text());
            self.labelled(label, role, vec![Span::styled(value, text)]);
            self.beside(remark.as_deref());
        } else if own.is_long() && field.text().contains('\n') || width(field.text()) > self.columns
        {
            self.whole(label, field.text(), field.before());
        } else {
            let (seen, column) = field.window(self.columns);
            self.caret = Some((self.lines.len(), VALUE + column));
            self.labelled(label, role, vec![Span::styled(seen, text)]);
            self.beside(remark.as_deref());
        }
        if on {
            let line = self.theme.glyphs.heavy.repeat(self.columns.min(62));
            let line = Span::styled(line, self.theme.style(Role::Focus));
            self.labelled("", Role::Dim, vec![line]);
        }
        if on && form.is_choosing() {
            for row in form.offered_tags.rows(self.columns, TAGS, self.theme) {
                self.labelled("", Role::Dim, row.spans);
            }
        }
        if let Some(fault) = fault {
            self.under(&fault, Role::Bad);
        }
        if let Some(other) = form.namesakes.first().filter(|_| at == NAME) {
            let sign = self.theme.glyphs.impossible;
            let text = format!("{sign} another contact is named {}", safe(&other.name));
            for line in wrap(&text, self.columns) {
                self.under(&line, Role::Warn);
            }
        }
        if on && own.is_long() {
            self.under(
                &format!("{editor} opens $EDITOR for longer text"),
                Role::Dim,
            );
        }
        if on {
            self.seen.end = self.lines.len();
        }
    }

    /// A remark at the right end of the last line, where there is room for it.
    fn beside(&mut self, remark: Option<&str>) {
        let (Some(remark), Some(line)) = (remark, self.lines.last_mut()) else {
            return;
        };
        let remark = elide(remark, self.columns, self.theme.glyphs.ellipsis).into_owned();
        let room = (VALUE + self.columns).saturating_sub(line.width() + width(&remark));
        if room > 1 {
            line.push_span(Span::raw(" ".repeat(room)));
            line.push_span(Span::styled(remark, self.theme.style(Role::Dim)));
        }
    }

    /// As much of a text as a line has room for, with a sign that there is more.
    fn first_line(&self, text: &str) -> String {
        let glyphs = &self.theme.glyphs;
        let first = text.lines().next().unwrap_or_default();
        let is_whole = first.len() == text.len() && width(&safe(first)) <= self.columns;
        if is_whole {
            return safe(first).into_owned();
        }
        let room = self.columns.saturating_sub(width(glyphs.choice) + 2);
        format!("{}  {}", fit(first, room, glyphs.ellipsis), glyphs.choice)
    }

    /// A text of several lines: as many as it has, with the cursor where it is.
    fn whole(&mut self, label: &str, text: &str, before: &str) {
        let start = self.lines.len();
        let style = self.theme.style(Role::Text);
        for (row, line) in wrap(text, self.columns).into_iter().enumerate() {
            let label = if row == 0 { label } else { "" };
            self.labelled(label, Role::Strong, vec![Span::styled(line, style)]);
        }
        let above = wrap(before, self.columns);
        let row = start + above.len().saturating_sub(1);
        self.caret = Some((row, VALUE + above.last().map_or(0, |line| width(line))));
        self.seen.start = row;
    }

    /// The line of the texts that are folded away.
    fn more(&mut self) {
        let on = self.begin(ContactPlace::More);
        let labels = self.form.folded().filter_map(|field| field.label);
        let labels: Vec<String> = labels.map(str::to_lowercase).collect();
        let glyphs = &self.theme.glyphs;
        let text = format!("{} {}", glyphs.pick[1], labels.join(", "));
        let text = elide(&text, self.columns, glyphs.ellipsis).into_owned();
        self.row("", on, Span::styled(text, self.row_style(on)));
    }

    fn row_style(&self, on: bool) -> ratatui::style::Style {
        self.theme.style(if on { Role::Cursor } else { Role::Dim })
    }

    /// How wide the label of a number or a detail is.
    const fn label_columns(&self) -> usize {
        let [narrow, wide] = LABEL;
        if self.columns >= 60 { wide } else { narrow }
    }

    /// Whether there is room for a number beside the heads of the sections.
    const fn is_wide(&self) -> bool {
        self.columns >= 40
    }

    /// A line that can be selected: with the cursor before it.
    fn row(&mut self, label: &str, on: bool, value: Span<'static>) {
        let sign = if on { self.theme.glyphs.cursor } else { " " };
        let label = Span::styled(format!("  {label:<9}"), self.theme.style(Role::Section));
        let cursor = Span::styled(format!("{sign} "), self.theme.style(Role::Focus));
        self.lines.push(Line::from(vec![label, cursor, value]));
    }

    fn favourite(&mut self) {
        let on = self.begin(ContactPlace::Favourite);
        if on {
            self.caret = Some((self.lines.len(), VALUE + 1));
        }
        let set = if self.form.favourite { "[x]" } else { "[ ]" };
        let style = self.theme.style(if on { Role::Cursor } else { Role::Text });
        let role = if on { Role::Strong } else { Role::Dim };
        self.labelled("Favourite", role, vec![Span::styled(set, style)]);
    }

    fn add_number(&mut self, is_first: bool) {
        let place = ContactPlace::AddNumber;
        for fault in &self.form.faults {
            if fault.of.is_some() && fault.attribute.is_some() {
                self.under(&fault.in_words(), Role::Bad);
            }
        }
        let on = self.begin(place);
        let label = if is_first { "NUMBERS" } else { "" };
        let text = Span::styled("+ add a number", self.row_style(on));
        self.row(label, on, text);
    }

    /// The line that adds a detail, with the head of its section where no row has it.
    fn add_detail(&mut self, place: ContactPlace, head: &str, words: &'static str) {
        let mut rows = self.form.details.iter();
        let has_row = rows.any(|row| row.detail.kind.heading() == head);
        let on = self.begin(place);
        let label = if has_row { "" } else { head };
        let words = elide(words, self.columns, self.theme.glyphs.ellipsis).into_owned();
        let text = Span::styled(words, self.row_style(on));
        self.row(label, on, text);
    }

    /// A detail: whether it is preferred, its label and its value.
    fn detail(&mut self, at: usize) {
        let on = self.begin(ContactPlace::Detail(at));
        let Some(row) = self.form.details.get(at) else {
            return;
        };
        let detail = &row.detail;
        let glyphs = &self.theme.glyphs;
        let mut rows = self.form.details.iter();
        let first = rows.position(|other| other.detail.kind == detail.kind);
        let head = if first == Some(at) {
            detail.kind.heading()
        } else {
            ""
        };
        let radio = match (detail.kind.has_preferred(), detail.preferred) {
            (true, true) => format!("({}) ", glyphs.dot),
            (true, false) => "( ) ".to_owned(),
            (false, _) => "    ".to_owned(),
        };
        let label = detail.label.as_deref().unwrap_or_default();
        let label = fit(label, self.label_columns(), glyphs.ellipsis);
        let style = self.theme.style(if on { Role::Cursor } else { Role::Text });
        let wide = self.is_wide();
        let room = if wide {
            self.columns.saturating_sub(self.label_columns() + 6)
        } else {
            (VALUE + self.columns).saturating_sub(self.label_columns() + 9)
        };
        let room = if row.deleted {
            room.saturating_sub(9)
        } else {
            room
        };
        let value = elide(&safe(&row.shown()), room, glyphs.ellipsis).into_owned();
        let mut spans = vec![Span::styled(format!("{radio}{label} {value}"), style)];
        if row.deleted {
            spans.push(Span::styled("  deleted", self.theme.style(Role::Warn)));
        }
        if wide {
            self.row(head, on, Span::raw(""));
        } else {
            // The head would take the room of the value.
            let sign = if on { glyphs.cursor } else { " " };
            let cursor = Span::styled(format!("{sign} "), self.theme.style(Role::Focus));
            self.lines.push(Line::from(cursor));
        }
        if let Some(line) = self.lines.last_mut() {
            line.spans.append(&mut spans);
        }
        let faults = self.form.faults.iter();
        let here = format!("{at}/");
        let told: Vec<String> = faults
            .filter(|fault| {
                fault
                    .within
                    .as_ref()
                    .is_some_and(|within| within.starts_with(&here))
            })
            .map(Fault::in_words)
            .collect();
        for fault in told {
            self.under(&fault, Role::Bad);
        }
    }

    fn number(&mut self, at: usize, is_first: bool) {
        let on = self.begin(ContactPlace::Number(at));
        if let Some(row) = self.form.numbers.get(at) {
            let label = if is_first { "NUMBERS" } else { "" };
            let is_primary = self.form.primary_row() == Some(at);
            let radio = if is_primary {
                self.theme.glyphs.dot
            } else {
                " "
            };
            let mut spans = self.spans_of(row, radio, on);
            if self.is_wide() {
                self.row(label, on, Span::raw(""));
            } else {
                // The head would take the room of the number.
                let sign = if on { self.theme.glyphs.cursor } else { " " };
                let sign = format!("{sign} ");
                let cursor = Span::styled(sign, self.theme.style(Role::Focus));
                self.lines.push(Line::from(cursor));
            }
            if let Some(line) = self.lines.last_mut() {
                line.spans.append(&mut spans);
            }
        }
    }

    /// A number: whether it is primary, its label, itself, its mark, and where it came from.
    fn spans_of(&self, row: &NumberRow, radio: &str, on: bool) -> Vec<Span<'static>> {
        let glyphs = &self.theme.glyphs;
        let wide = self.columns >= 48;
        let entry = &row.form.entry;
        let code = row.form.calling_code();
        let stored = number::canonical(entry.number.text(), code.as_deref(), row.form.home);
        let is_impossible = !stored.identity.starts_with('+')
            && number::is_impossible(
                &stored.number,
                stored.country_code.as_deref(),
                row.form.home,
            );
        let (mark, style) = self.theme.mark(Mark::of(entry.accurate, !is_impossible));
        let source = row.form.stored.as_ref();
        let source = source.map_or(MANUAL, |phone| phone.source.as_str());
        let source = if source == MANUAL || row.form.is_dirty() {
            "you"
        } else {
            source_words(source)
        };
        let text = self.theme.style(if on { Role::Cursor } else { Role::Text });
        let dim = self.theme.style(Role::Dim);
        let label = fit(entry.label.text(), self.label_columns(), glyphs.ellipsis);
        let columns = if wide || self.is_wide() {
            22
        } else {
            (VALUE + self.columns).saturating_sub(17)
        };
        let mut spans = vec![
            Span::styled(format!("({radio}) {label} "), text),
            Span::styled(fit(&row.form.shown(), columns, glyphs.ellipsis), text),
            Span::styled(format!(" {mark}"), style),
        ];
        if wide {
            let historic = if entry.historic { glyphs.historic } else { " " };
            spans.push(Span::styled(format!("  {historic}  {}", safe(source)), dim));
        }
        if row.deleted {
            spans.push(Span::styled("  deleted", self.theme.style(Role::Warn)));
        }
        spans
    }
}
