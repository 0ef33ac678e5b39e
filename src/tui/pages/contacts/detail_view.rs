//! The contact as it is drawn: its numbers, what else is known, and its history.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::domain::contact::Contact;
use crate::domain::edit::Profile;
use crate::domain::number;
use crate::domain::phone::{MANUAL, Phone};
use crate::domain::remotes::source_words;
use crate::domain::safe::safe;
use crate::domain::triage;
use crate::domain::words::thousands;
use crate::tui::ctx::Session;
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::page::{Page as _, Ui};
use crate::tui::widgets::frame::{indented, more_in_pane};
use crate::tui::widgets::text::{elide, fit, lit_digits, width, wrap};
use crate::tui::widgets::theme::{ColorPalette, Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::detail::{DetailRow, Extent};
use super::state::{Contacts, Focus};

/// The columns of a number's label.
const LABEL: usize = 9;

/// The columns of a detail's label where there is room.
const WIDE_LABEL: usize = 11;

/// Draws the pane.
pub(super) fn draw(contacts: &Contacts, area: Rect, ui: &mut Ui<'_, '_>) {
    let Some(page) = Sheet::of(contacts, area, ui.session, ui.theme) else {
        if contacts.detail.is_unread {
            unread(contacts, area, ui);
        }
        return;
    };
    let (mut lines, rows) = page.lines();
    let height = usize::from(area.height);
    let extent = Extent {
        lines: lines.len(),
        rows,
        on: page.on(),
        height,
    };
    let top = extent.top(&contacts.detail);
    page.fill(&mut lines, &extent.rows, top..top + height);
    // Beside a row of which the first line is seen, the cursor is already.
    if page.on().is_some() && extent.is_off(top) {
        page.mark(lines.get_mut(top));
    }
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    ui.frame.render_widget(Paragraph::new(seen), area);
    if extent.has_more(&contacts.detail) {
        more_in_pane(area, ui.theme, ui.frame);
    }
}

/// What is shown in the place of a contact that cannot be read.
pub(super) fn unread(contacts: &Contacts, area: Rect, ui: &mut Ui<'_, '_>) {
    let retry = ui.session.key(contacts.scope(), Action::Repaint);
    let text = format!("  This contact cannot be read; {retry} tries again.");
    let line = Line::styled(text, ui.theme.style(Role::Dim));
    ui.frame
        .render_widget(Paragraph::new(line).wrap(Wrap { trim: false }), area);
}

/// How long the contact is in an area.
pub(super) fn extent(contacts: &Contacts, area: Rect, session: &Session) -> Extent {
    // How things look takes no room.
    let theme = Theme::new(ColorPalette::Mono, session.glyphs);
    let page = Sheet::of(contacts, area, session, &theme);
    let (lines, rows) = page.as_ref().map(Sheet::lines).unwrap_or_default();
    Extent {
        lines: lines.len(),
        rows,
        on: page.and_then(|page| page.on()),
        height: usize::from(area.height),
    }
}

/// What the keys act on, which the hints in the pane are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HasKeys {
    /// The contact, from the list.
    List,
    /// One of its rows.
    Row(DetailRow),
}

impl HasKeys {
    /// Whether they are about one thing that the contact has, and not about all of it.
    const fn is_about_part(self) -> bool {
        !matches!(self, Self::List | Self::Row(DetailRow::Name))
    }
}

/// The contact with what it is drawn with.
pub(super) struct Sheet<'a> {
    pub(super) profile: &'a Profile,
    pub(super) session: &'a Session,
    pub(super) theme: &'a Theme,
    pub(super) columns: usize,
    pub(super) label_columns: usize,
    has_keys: HasKeys,
    pub(super) calendar: Calendar,
    digits: Vec<String>,
}

/// How many columns the label of a row has: as many as that of a number, unless one is longer and has room.
fn label_columns(contact: &Contact, columns: usize) -> usize {
    let mut labels = { contact.details.iter() }.filter_map(|detail| detail.label.as_deref());
    if columns >= 36 && labels.any(|label| width(label) > LABEL) {
        WIDE_LABEL
    } else {
        LABEL
    }
}

impl<'a> Sheet<'a> {
    /// The contact that is shown in an area, where there is room for it.
    fn of(
        contacts: &'a Contacts,
        area: Rect,
        session: &'a Session,
        theme: &'a Theme,
    ) -> Option<Self> {
        let profile = contacts.detail.profile.as_ref();
        let profile = profile.filter(|_| area.width > 8)?;
        let columns = usize::from(area.width);
        let has_keys = match contacts.focus {
            Focus::Detail => HasKeys::Row(contacts.detail.row()),
            Focus::List | Focus::Filter => HasKeys::List,
        };
        Some(Self {
            profile,
            session,
            theme,
            columns,
            label_columns: label_columns(&profile.full.contact, columns),
            has_keys,
            calendar: session.calendar(),
            digits: contacts.list.query.needles().number().to_vec(),
        })
    }
}

impl Sheet<'_> {
    /// What the cursor is on; none while the keys go to the list.
    pub(super) const fn on(&self) -> Option<DetailRow> {
        match self.has_keys {
            HasKeys::List => None,
            HasKeys::Row(row) => Some(row),
        }
    }

    /// All lines, those of the numbers still blank; and the lines of each row that the cursor can be on.
    fn lines(&self) -> (Vec<Line<'static>>, Vec<(DetailRow, Range<usize>)>) {
        let mut lines = self.name();
        let mut rows = vec![(DetailRow::Name, 0..lines.len())];
        let contact = &self.profile.full.contact;
        let place: Vec<&str> = [
            &contact.title,
            &contact.role,
            &contact.department,
            &contact.organisation,
        ]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
        if !place.is_empty() {
            lines.extend(self.wrapped(&place.join(", "), Role::Text));
        }
        if let Some(nickname) = &contact.nickname {
            lines.extend(self.wrapped(&format!("“{nickname}”"), Role::Dim));
        }
        let spoken = [&contact.phonetic_given_name, &contact.phonetic_family_name];
        let spoken: Vec<&str> = spoken.into_iter().filter_map(Option::as_deref).collect();
        if !spoken.is_empty() {
            lines.extend(self.wrapped(&spoken.join(" "), Role::Dim));
        }
        lines.push(Line::default());
        let phones = &self.profile.full.phones;
        let count = if phones.is_empty() {
            String::new()
        } else {
            thousands(phones.len())
        };
        let add = self.session.key(Scope::Numbers, Action::AddNumber);
        // The key that opens the strip of what can be added.
        let add = add.split(' ').next().unwrap_or_default();
        let add = (self.has_keys != HasKeys::List).then_some(("add", add));
        let head = Span::styled("NUMBERS", self.theme.style(Role::Section));
        lines.push(self.ends(head, &count, add));
        for (at, phone) in phones.iter().enumerate() {
            let first = lines.len();
            lines.push(Line::default());
            if self.on() == Some(DetailRow::Number(at)) {
                lines.extend(self.unfolded(phone));
            }
            rows.push((DetailRow::Number(at), first..lines.len()));
        }
        self.known(&mut lines, &mut rows);
        (lines, rows)
    }

    /// The name, in as many lines as it needs.
    fn name(&self) -> Vec<Line<'static>> {
        let contact = &self.profile.full.contact;
        let star = if contact.favourite {
            format!(" {}", self.theme.glyphs.favourite)
        } else {
            String::new()
        };
        let edit = self.session.key(Scope::Contacts, Action::EditContact);
        let edit = (!self.has_keys.is_about_part()).then_some(("edit", &*edit));
        let strong = self.theme.style(Role::Strong);
        let text = format!("{}{star}", contact.name);
        let mut parts = wrap(&safe(&text), self.columns.saturating_sub(14)).into_iter();
        let first = Span::styled(parts.next().unwrap_or_default(), strong);
        let mut first = self.ends(first, "", edit);
        if self.on() == Some(DetailRow::Name) {
            let cursor = Span::styled(self.theme.glyphs.cursor, self.theme.style(Role::Focus));
            first.spans.splice(..1, [cursor, Span::raw(" ")]);
        }
        let mut lines = vec![first];
        lines.extend(parts.map(|part| Line::styled(format!("  {part}"), strong)));
        lines
    }

    /// Formats only the visible numbers: there may be thousands, and formatting takes time.
    fn fill(
        &self,
        lines: &mut [Line<'static>],
        rows: &[(DetailRow, Range<usize>)],
        seen: Range<usize>,
    ) {
        for (row, at) in rows.iter().filter(|(_, at)| seen.contains(&at.start)) {
            if let DetailRow::Number(place) = row
                && let Some(phone) = self.profile.full.phones.get(*place)
                && let Some(line) = lines.get_mut(at.start)
            {
                let selected = self.on() == Some(*row);
                *line = self.number(phone, selected);
            }
        }
    }

    /// Draws the cursor beside a line.
    pub(super) fn mark(&self, line: Option<&mut Line<'static>>) {
        let Some(line) = line else { return };
        if let Some(first) = line.spans.first_mut()
            && let Some(rest) = first.content.strip_prefix(' ')
        {
            first.content = rest.to_owned().into();
        }
        let style = self.theme.style(Role::Focus);
        let cursor = Span::styled(self.theme.glyphs.cursor, style);
        line.spans.insert(0, cursor);
    }

    /// What is known beside the numbers.
    fn known(&self, lines: &mut Vec<Line<'static>>, rows: &mut Vec<(DetailRow, Range<usize>)>) {
        let contact = &self.profile.full.contact;
        self.other_rows(lines, rows);
        lines.push(Line::default());
        lines.extend(self.in_remotes());
        let from = if contact.source == MANUAL {
            "by you".to_owned()
        } else {
            format!("from {}", source_words(&contact.source))
        };
        let added = format!("{:<13} {from}", self.calendar.day(contact.created_at));
        lines.extend(self.pair("ADDED", &added));
        lines.extend(self.pair("CHANGED", &self.calendar.when(contact.updated_at)));
        self.history(lines);
    }

    /// Lines under a row, with the sign that they are about it.
    pub(super) fn folded_under(&self, text: &str) -> Vec<Line<'static>> {
        let lines = wrap(text, self.columns.saturating_sub(7)).into_iter();
        let lines = lines.filter(|text| !text.is_empty()).map(|text| {
            Line::from(vec![
                Span::styled(
                    format!("    {} ", self.theme.glyphs.fold),
                    self.theme.style(Role::Rule),
                ),
                Span::styled(text, self.theme.style(Role::Dim)),
            ])
        });
        lines.collect()
    }

    fn history(&self, lines: &mut Vec<Line<'static>>) {
        let mut last = None;
        let mut shown = 0;
        for entry in &self.profile.history {
            if last == Some(entry.point.id) || entry.undone {
                continue;
            }
            if shown == 0 {
                lines.push(Line::default());
                let more = self.session.key(Scope::Contacts, Action::History);
                let more = (!self.has_keys.is_about_part()).then_some(("more", &*more));
                let head = Span::styled("HISTORY", self.theme.style(Role::Section));
                lines.push(self.ends(head, "", more));
            }
            last = Some(entry.point.id);
            shown += 1;
            if shown > 5 {
                break;
            }
            let when = self.calendar.when(entry.point.at);
            lines.extend(self.hanging(
                &format!("{when:<13} "),
                &safe(&entry.point.title),
                Role::Dim,
            ));
        }
    }

    /// A line with what is said at its right end, and a hint there: `4 · add a`.
    fn ends(&self, left: Span<'static>, said: &str, hint: Option<(&str, &str)>) -> Line<'static> {
        let (words, key) = hint.unwrap_or_default();
        let middle = if said.is_empty() || words.is_empty() {
            String::new()
        } else {
            format!(" {} ", self.theme.glyphs.middle)
        };
        let between = if words.is_empty() { "" } else { " " };
        let right = format!("{said}{middle}{words}{between}");
        let used = 2 + left.width() + width(&right) + width(key) + 1;
        let gap = self.columns.saturating_sub(used);
        Line::from(vec![
            Span::raw("  "),
            left,
            Span::raw(" ".repeat(gap)),
            Span::styled(right, self.theme.style(Role::Dim)),
            Span::styled(key.to_owned(), self.theme.style(Role::Key)),
        ])
    }

    pub(super) fn plain(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }

    pub(super) fn wrapped(&self, text: &str, role: Role) -> Vec<Line<'static>> {
        let lines = wrap(text, self.columns.saturating_sub(4)).into_iter();
        lines.map(|line| self.plain(&line, role)).collect()
    }

    pub(super) fn pair(&self, label: &str, value: &str) -> Vec<Line<'static>> {
        self.labelled(&format!("{label:<11} "), Role::Section, value, Role::Text)
    }

    fn hanging(&self, label: &str, value: &str, role: Role) -> Vec<Line<'static>> {
        self.labelled(label, role, value, role)
    }

    /// A value in as many lines as it needs, behind its label.
    fn labelled(
        &self,
        label: &str,
        label_role: Role,
        value: &str,
        role: Role,
    ) -> Vec<Line<'static>> {
        let indent = width(label);
        let room = self.columns.saturating_sub(indent + 3);
        let mut label = Some(label.to_owned());
        let lines = wrap(value, room).into_iter().map(|line| {
            let label = label.take().unwrap_or_else(|| " ".repeat(indent));
            Line::from(vec![
                Span::styled(format!("  {label}"), self.theme.style(label_role)),
                Span::styled(line, self.theme.style(role)),
            ])
        });
        lines.collect()
    }

    /// How many columns a number has in its row, and whether its source is there too.
    fn number_columns(&self) -> (usize, bool) {
        if self.columns >= 50 {
            (24, true)
        } else {
            (self.columns.saturating_sub(18).min(24), false)
        }
    }

    /// What the row of a number has no room for: its label or itself, whole, and where it came from.
    fn beyond_row(&self, phone: &Phone) -> Vec<String> {
        let (columns, has_source) = self.number_columns();
        let label = phone.location.as_deref().unwrap_or_default();
        let shown = phone.shown();
        let source = width(source_words(&phone.source)) > self.columns.saturating_sub(44);
        let mut beyond = Vec::new();
        if width(label) > LABEL {
            beyond.push(label.to_owned());
        }
        if width(&shown) > columns {
            beyond.push(shown);
        }
        if phone.source != MANUAL && (source || !has_source) {
            beyond.push(format!("from {}", source_words(&phone.source)));
        }
        beyond
    }

    /// One number with its flags.
    fn number(&self, phone: &Phone, selected: bool) -> Line<'static> {
        let glyphs = &self.theme.glyphs;
        let text = match (phone.historic, selected) {
            (true, false) => self.theme.style(Role::Dim),
            (_, true) => self.theme.style(Role::Cursor),
            (false, false) => self.theme.style(Role::Text),
        };
        let flag = match (phone.primary, phone.historic) {
            (true, _) => Span::styled(glyphs.primary, self.theme.style(Role::Match)),
            (_, true) => Span::styled(glyphs.historic, self.theme.style(Role::Dim)),
            _ => Span::raw(" "),
        };
        let (mark, style) = self.theme.mark(phone.mark(self.session.home));
        let (number_columns, wide) = self.number_columns();
        let shown = fit(&phone.shown(), number_columns, glyphs.ellipsis);
        let source = if phone.source == MANUAL {
            "you"
        } else {
            source_words(&phone.source)
        };
        let cursor = if selected {
            Span::styled(glyphs.cursor, self.theme.style(Role::Focus))
        } else {
            Span::raw(" ")
        };
        let label = fit(
            phone.location.as_deref().unwrap_or_default(),
            LABEL,
            glyphs.ellipsis,
        );
        let mut spans = vec![
            cursor,
            Span::raw(" "),
            flag,
            Span::raw(" "),
            Span::styled(label, self.theme.style(Role::Dim)),
            if self.other_labels(phone).is_empty() {
                Span::raw(" ")
            } else {
                Span::styled(glyphs.impossible, self.theme.style(Role::Warn))
            },
        ];
        spans.extend(lit_digits(
            &shown,
            &self.digits,
            text,
            self.theme.style(Role::Match),
        ));
        spans.push(Span::styled(format!(" {mark}"), style));
        if wide {
            let source =
                elide(source, self.columns.saturating_sub(44), glyphs.ellipsis).into_owned();
            spans.push(Span::styled(
                format!("  {source}"),
                self.theme.style(Role::Dim),
            ));
        }
        Line::from(spans)
    }

    /// The lines under the number that the cursor is on: what its row had no room for, what it is, and why its
    /// mark.
    fn unfolded(&self, phone: &Phone) -> Vec<Line<'static>> {
        let middle = self.theme.glyphs.middle;
        let first = match (
            triage::impossible(phone, self.session.home),
            number::parse(&phone.number, phone.country_code.as_deref(), None),
        ) {
            (None, Ok(reading)) => {
                let place = reading.country().map_or_else(
                    || format!("+{}", reading.calling_code),
                    |region| region.name().to_owned(),
                );
                format!(
                    "{place}, {} {middle} {} when dialled locally",
                    reading.usage.word(),
                    reading.national()
                )
            }
            (Some(reason), _) => reason.words(),
            (None, Err(_)) => "short number or network code, dialled as it is".to_owned(),
        };
        let confirmed = match (phone.valid_values, phone.source == MANUAL) {
            (true, _) => String::new(),
            (false, true) => format!(" {middle} unconfirmed"),
            (false, false) => format!(
                " {middle} unconfirmed since {}",
                source_words(&phone.source)
            ),
        };
        let second = format!(
            "added {} {middle} changed {}{confirmed}",
            self.calendar.day(phone.created_at),
            self.calendar.when(phone.updated_at)
        );
        let beyond = self.beyond_row(phone).join(&format!(" {middle} "));
        let mut texts = self.other_labels(phone);
        texts.extend(self.taken_out(phone));
        texts.extend([beyond, first, second]);
        let texts = texts.iter();
        texts.flat_map(|text| self.folded_under(text)).collect()
    }
}
