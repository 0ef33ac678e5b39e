//! The detail form as it is drawn: a popup over the contact, a line a field. On a low terminal it scrolls to the
//! field with the cursor.

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::contact::{Detail, DetailKind};
use crate::tui::pages::page::Ui;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{form_top, popup, popup_place, popup_width};
use crate::tui::widgets::text::{elide, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::state::{DetailForm, DetailOwner, DetailPlace};

/// Where a value begins in the popup.
const VALUE: usize = 20;

/// The same where there is little room.
const NARROW_VALUE: usize = 15;

/// How wide the popup is.
const WIDTH: u16 = 68;

/// How many rows the open list of labels has at most.
const LIST: usize = 5;

/// Draws the form.
pub(super) fn draw(form: &DetailForm, ui: &mut Ui<'_, '_>) {
    let (theme, content) = (ui.theme, ui.areas.content);
    let kind = form.kind.word();
    let article = if kind.starts_with(['a', 'e', 'o']) {
        "an"
    } else {
        "a"
    };
    let title = match form.stored {
        Some(_) => format!("Edit {kind}"),
        None if form.kind == DetailKind::Other => "Add a line of text".to_owned(),
        None => format!("Add {article} {kind}"),
    };
    let owner = match &form.owner {
        DetailOwner::Contact(contact) => contact.name.as_str(),
        DetailOwner::Row(_) => "",
    };
    let unsaved = if form.is_dirty() {
        format!("{} unsaved", theme.glyphs.dot)
    } else {
        String::new()
    };
    let columns = usize::from(popup_width(content, WIDTH).saturating_sub(2));
    let mut sheet = Sheet {
        form,
        theme,
        columns,
        value: if columns < 50 { NARROW_VALUE } else { VALUE },
        lines: Vec::new(),
        caret: None,
        seen: 0..0,
    };
    sheet.fill();
    let height = u16::try_from(sheet.lines.len() + 2).unwrap_or(content.height);
    let place = popup_place(content, WIDTH, height);
    let inside = popup(place, &title, owner, &unsaved, theme, ui.frame);
    let height = usize::from(inside.height);
    let top = form_top(&sheet.seen, sheet.caret, height);
    let lines: Vec<Line<'_>> = sheet.lines.into_iter().skip(top).take(height).collect();
    ui.frame.render_widget(Paragraph::new(lines), inside);
    let at = sheet.caret.and_then(|(row, column)| {
        let row = u16::try_from(row.checked_sub(top)?).ok()?;
        Some((inside.x + u16::try_from(column).ok()?, inside.y + row))
    });
    if let Some((x, y)) = at {
        ui.caret(x, y, inside);
    }
}

/// The rows of the form, one after the other.
struct Sheet<'a> {
    form: &'a DetailForm,
    theme: &'a Theme,
    columns: usize,
    /// Where a value begins.
    value: usize,
    lines: Vec<Line<'static>>,
    /// Row and column of the terminal's cursor.
    caret: Option<(usize, usize)>,
    /// The rows that are to be seen.
    seen: std::ops::Range<usize>,
}

impl Sheet<'_> {
    fn fill(&mut self) {
        let form = self.form;
        self.lines.push(Line::default());
        for place in form.places() {
            match place {
                DetailPlace::Label => {
                    self.text(place, form.label_word(), &form.label.field);
                    self.labels();
                }
                DetailPlace::Text(at) => {
                    if let Some(field) = form.texts.get(at) {
                        self.text(place, &form.label_of(at), field);
                        self.fault(place);
                    }
                }
                DetailPlace::Preferred => self.preferred(),
            }
        }
        if form.faults.is_empty() {
            self.words(&self.remark(), 3, Role::Dim);
            // What is said of a single text is seen with it, in a low window too.
            if form.texts.len() == 1 && matches!(form.place, DetailPlace::Text(_)) {
                self.seen.end = self.lines.len();
            }
        } else if !matches!(form.place, DetailPlace::Text(_)) {
            self.fault(form.place);
        }
        self.lines.push(Line::default());
    }

    /// What was refused, under the field with the cursor.
    fn fault(&mut self, place: DetailPlace) {
        let fault = self
            .form
            .faults
            .first()
            .filter(|_| place == self.form.place);
        if let Some(fault) = fault {
            self.words(&fault.in_words(), self.value, Role::Bad);
            self.seen.end = self.lines.len();
        }
    }

    /// Words in as many rows as they take.
    fn words(&mut self, text: &str, indent: usize, role: Role) {
        let room = self.columns.saturating_sub(indent + 3);
        let rows = wrap(text, room).into_iter();
        for text in rows.filter(|text| !text.is_empty()) {
            let text = format!("{}{text}", " ".repeat(indent));
            self.lines.push(Line::styled(text, self.theme.style(role)));
        }
    }

    /// What is read of what is typed, where that is not what is seen.
    fn remark(&self) -> String {
        let form = self.form;
        let typed = form.texts.first().map(|field| field.text().trim());
        let typed = typed.unwrap_or_default();
        match form.kind {
            DetailKind::Date if typed.is_empty() => {
                "such as 1961-09-04, 4 Sep 1961, 4 September or Sep 1961".to_owned()
            }
            DetailKind::Date => {
                let detail = form.detail();
                match detail.date() {
                    Some(date) => format!("{} {}", self.theme.glyphs.accurate, date.shown()),
                    None if form.wrong(&detail).is_some() => {
                        "no date yet; such as 1961-09-04, 4 Sep 1961 or 4 September".to_owned()
                    }
                    None => "no date that is known; saved as typed".to_owned(),
                }
            }
            DetailKind::Relation if form.points_to().is_some() => {
                "a contact of this book; another name ends that".to_owned()
            }
            DetailKind::Address if typed.contains([',', '\n']) => {
                let detail: Detail = form.detail();
                let is_parted =
                    { detail.address() }.is_some_and(|address| address.street != typed.trim());
                if is_parted
                    && form
                        .texts
                        .iter()
                        .skip(1)
                        .all(|field| field.text().is_empty())
                {
                    "saved in its parts: street, postal code, city, country".to_owned()
                } else {
                    String::new()
                }
            }
            _ => String::new(),
        }
    }

    /// Notes that a place begins here; says whether it has the cursor.
    fn begin(&mut self, place: DetailPlace, column: usize) -> bool {
        let on = place == self.form.place;
        if on {
            let row = self.lines.len();
            self.caret = Some((row, column));
            self.seen = row.saturating_sub(1)..row + 2;
        }
        on
    }

    /// A text with its label; the one with the cursor has its rule.
    fn text(&mut self, place: DetailPlace, label: &str, field: &Field) {
        let theme = self.theme;
        let room = self.columns.saturating_sub(self.value + 3).min(44);
        let (mut inside, column) = field.window(room);
        if place != self.form.place || field.is_selected() {
            inside = elide(field.text(), room, theme.glyphs.ellipsis).into_owned();
        }
        let on = self.begin(place, self.value + column.min(width(&inside)));
        let look = match (on, field.is_selected()) {
            (true, true) => Role::Match,
            _ => Role::Text,
        };
        let label = elide(label, self.value - 4, theme.glyphs.ellipsis);
        let label = format!("   {label:<width$}", width = self.value - 3);
        self.lines.push(Line::from(vec![
            Span::styled(
                label,
                theme.style(if on { Role::Strong } else { Role::Dim }),
            ),
            Span::styled(inside, theme.style(look)),
        ]));
        if on {
            let rule = Span::styled(theme.glyphs.heavy.repeat(room), theme.style(Role::Focus));
            self.lines
                .push(Line::from(vec![Span::raw(" ".repeat(self.value)), rule]));
        }
    }

    /// The open list of labels.
    fn labels(&mut self) {
        if self.form.place != DetailPlace::Label || !self.form.label.is_open() {
            return;
        }
        let room = self.columns.saturating_sub(self.value);
        for mut row in self.form.label.rows(room, LIST, self.theme) {
            row.spans.insert(0, Span::raw(" ".repeat(self.value - 2)));
            self.lines.push(row);
        }
        self.seen.end = self.lines.len();
    }

    fn preferred(&mut self) {
        self.lines.push(Line::default());
        let on = self.begin(DetailPlace::Preferred, 4);
        let set = if self.form.preferred { "x" } else { " " };
        let style = self.theme.style(if on { Role::Cursor } else { Role::Text });
        let words = format!("  used before other {}", plural(self.form.kind));
        self.lines.push(Line::from(vec![
            Span::raw("   "),
            Span::styled(format!("[{set}] Preferred"), style),
            Span::styled(words, self.theme.style(Role::Dim)),
        ]));
    }
}

const fn plural(kind: DetailKind) -> &'static str {
    match kind {
        DetailKind::Email => "emails",
        DetailKind::Address => "addresses",
        _ => "links",
    }
}
