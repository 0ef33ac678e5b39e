//! The contact as it is drawn: its numbers, what else is known, and its history.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::edit::Profile;
use crate::domain::number;
use crate::domain::phone::{MANUAL, Phone};
use crate::domain::triage;
use crate::domain::words::thousands;
use crate::tui::ctx::Session;
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::page::Ui;
use crate::tui::widgets::frame::indented;
use crate::tui::widgets::text::{elide, fit, lit_digits, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::state::{Contacts, Focus};

/// Draws the pane.
pub(super) fn draw(contacts: &Contacts, area: Rect, ui: &mut Ui<'_, '_>) {
    let Some(profile) = contacts.detail.profile.as_ref().filter(|_| area.width > 8) else {
        return;
    };
    let has_keys = match contacts.focus {
        Focus::Detail if contacts.detail.is_on_name() => HasKeys::Name,
        Focus::Detail => HasKeys::Number(contacts.detail.cursor),
        Focus::List | Focus::Filter => HasKeys::List,
    };
    let page = Sheet {
        profile,
        session: ui.session,
        theme: ui.theme,
        columns: usize::from(area.width),
        has_keys,
        calendar: ui.session.calendar(),
        digits: contacts.list.query.needles().digits,
    };
    let (mut lines, on, first) = page.lines();
    // The number under the cursor stays in sight, and what was scrolled stays within the page.
    let height = usize::from(area.height);
    let most = lines.len().saturating_sub(height);
    let needed = on.map_or(0, |on| (on + 3).saturating_sub(height));
    let scroll = contacts.detail.scroll.max(needed).min(most);
    page.fill(&mut lines, first, scroll..scroll + height);
    let seen: Vec<Line<'_>> = lines.into_iter().skip(scroll).take(height).collect();
    ui.frame.render_widget(Paragraph::new(seen), area);
}

/// What the keys act on, which the hints in the pane are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HasKeys {
    /// The contact, from the list.
    List,
    /// The contact, from its name.
    Name,
    /// One of its numbers.
    Number(usize),
}

struct Sheet<'a> {
    profile: &'a Profile,
    session: &'a Session,
    theme: &'a Theme,
    columns: usize,
    has_keys: HasKeys,
    calendar: Calendar,
    digits: Vec<String>,
}

impl Sheet<'_> {
    /// All lines, those of the numbers still blank; which of them the cursor is on, and which is that
    /// of the first number.
    fn lines(&self) -> (Vec<Line<'static>>, Option<usize>, usize) {
        let mut lines = Vec::new();
        let mut on = None;
        let contact = &self.profile.full.contact;
        let star = if contact.favourite {
            format!(" {}", self.theme.glyphs.primary)
        } else {
            String::new()
        };
        let name = elide(
            &contact.name,
            self.columns.saturating_sub(14),
            self.theme.glyphs.ellipsis,
        )
        .into_owned();
        let edit = self.session.key(Scope::Contacts, Action::EditContact);
        let edit = (!matches!(self.has_keys, HasKeys::Number(_))).then_some(("edit", &*edit));
        let name = Span::styled(format!("{name}{star}"), self.theme.style(Role::Strong));
        if self.has_keys == HasKeys::Name {
            on = Some(lines.len());
        }
        let mut line = self.ends(name, "", edit);
        if self.has_keys == HasKeys::Name {
            let cursor = Span::styled(self.theme.glyphs.cursor, self.theme.style(Role::Focus));
            line.spans.splice(..1, [cursor, Span::raw(" ")]);
        }
        lines.push(line);
        let place: Vec<&str> = [&contact.title, &contact.organisation]
            .into_iter()
            .filter_map(Option::as_deref)
            .collect();
        if !place.is_empty() {
            lines.push(self.plain(&place.join(", "), Role::Text));
        }
        if let Some(nickname) = &contact.nickname {
            lines.push(self.plain(&format!("“{nickname}”"), Role::Dim));
        }
        lines.push(Line::default());
        let phones = &self.profile.full.phones;
        let count = if phones.is_empty() {
            String::new()
        } else {
            thousands(phones.len())
        };
        let add = self.session.key(Scope::Numbers, Action::AddNumber);
        let add = (self.has_keys != HasKeys::List).then_some(("add", &*add));
        let head = Span::styled("NUMBERS", self.theme.style(Role::Section));
        lines.push(self.ends(head, &count, add));
        let first = lines.len();
        for (at, phone) in phones.iter().enumerate() {
            let selected = self.has_keys == HasKeys::Number(at);
            if selected {
                on = Some(lines.len());
            }
            lines.push(Line::default());
            if selected {
                lines.extend(self.unfolded(phone));
            }
        }
        self.known(&mut lines);
        (lines, on, first)
    }

    /// Writes the numbers that are seen: there may be thousands, and each is spelt anew.
    fn fill(&self, lines: &mut [Line<'static>], first: usize, seen: Range<usize>) {
        let mut place = first;
        for (at, phone) in self.profile.full.phones.iter().enumerate() {
            let selected = self.has_keys == HasKeys::Number(at);
            if seen.contains(&place)
                && let Some(line) = lines.get_mut(place)
            {
                *line = self.number(phone, selected);
            }
            place += 1;
            if selected {
                place += self.unfolded(phone).len();
            }
        }
    }

    /// What is known beside the numbers.
    fn known(&self, lines: &mut Vec<Line<'static>>) {
        let contact = &self.profile.full.contact;
        if let Some(note) = &contact.note {
            lines.push(Line::default());
            lines.push(self.plain("NOTE", Role::Section));
            lines.extend(
                wrap(note, self.columns.saturating_sub(4))
                    .into_iter()
                    .map(|line| self.plain(&line, Role::Text)),
            );
        }
        if !contact.details.is_empty() {
            lines.push(Line::default());
            for detail in &contact.details {
                let label = detail
                    .label
                    .as_deref()
                    .filter(|label| !label.is_empty())
                    .unwrap_or_default();
                let value = if label.is_empty() {
                    detail.value.clone()
                } else {
                    format!("{} ({label})", detail.value)
                };
                lines.push(self.pair(&detail.kind.word().to_uppercase(), &value));
            }
        }
        if !contact.tags.is_empty() {
            lines.push(Line::default());
            lines.push(
                self.pair(
                    "TAGS",
                    &contact
                        .tags
                        .join(&format!(" {} ", self.theme.glyphs.middle)),
                ),
            );
        }
        lines.push(Line::default());
        let from = if contact.source == MANUAL {
            "by you".to_owned()
        } else {
            format!("from {}", contact.source)
        };
        lines.push(self.pair(
            "ADDED",
            &format!("{:<13} {from}", self.calendar.day(contact.created_at)),
        ));
        lines.push(self.pair("CHANGED", &self.calendar.when(contact.updated_at)));
        self.history(lines);
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
                let more =
                    (!matches!(self.has_keys, HasKeys::Number(_))).then_some(("more", &*more));
                let head = Span::styled("HISTORY", self.theme.style(Role::Section));
                lines.push(self.ends(head, "", more));
            }
            last = Some(entry.point.id);
            shown += 1;
            if shown > 5 {
                break;
            }
            let text = format!(
                "{:<13} {}",
                self.calendar.when(entry.point.at),
                entry.point.title
            );
            lines.push(self.plain(&text, Role::Dim));
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

    fn plain(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }

    fn pair(&self, label: &str, value: &str) -> Line<'static> {
        let value = elide(
            value,
            self.columns.saturating_sub(14),
            self.theme.glyphs.ellipsis,
        )
        .into_owned();
        Line::from(vec![
            Span::styled(format!("  {label:<10}"), self.theme.style(Role::Section)),
            Span::styled(value, self.theme.style(Role::Text)),
        ])
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
        let wide = self.columns >= 50;
        let number_columns = if wide {
            24
        } else {
            self.columns.saturating_sub(18).min(24)
        };
        let shown = fit(&phone.shown(), number_columns, glyphs.ellipsis);
        let source = if phone.source == MANUAL {
            "you"
        } else {
            &phone.source
        };
        let cursor = if selected {
            Span::styled(glyphs.cursor, self.theme.style(Role::Focus))
        } else {
            Span::raw(" ")
        };
        let label = fit(
            phone.location.as_deref().unwrap_or_default(),
            9,
            glyphs.ellipsis,
        );
        let mut spans = vec![
            cursor,
            Span::raw(" "),
            flag,
            Span::raw(" "),
            Span::styled(format!("{label} "), self.theme.style(Role::Dim)),
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

    /// The two lines under the number that the cursor is on: what it is, and why its mark.
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
            (false, false) => format!(" {middle} unconfirmed since {}", phone.source),
        };
        let second = format!(
            "added {} {middle} changed {}{confirmed}",
            self.calendar.day(phone.created_at),
            self.calendar.when(phone.updated_at)
        );
        [first, second]
            .into_iter()
            .map(|text| {
                let text = elide(
                    &text,
                    self.columns.saturating_sub(8),
                    self.theme.glyphs.ellipsis,
                )
                .into_owned();
                Line::from(vec![
                    Span::styled(
                        format!("    {} ", self.theme.glyphs.fold),
                        self.theme.style(Role::Rule),
                    ),
                    Span::styled(text, self.theme.style(Role::Dim)),
                ])
            })
            .collect()
    }
}
