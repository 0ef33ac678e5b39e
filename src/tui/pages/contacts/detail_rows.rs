//! The rows of a contact that are no numbers, as they are drawn: emails, addresses, dates and the like, the note,
//! the tags.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::text::{Line, Span};

use crate::domain::attachment::Content;
use crate::domain::contact::{Detail as ContactDetail, DetailKind};
use crate::domain::detail::BIRTHDAY;
use crate::domain::opening::address_to_open;
use crate::domain::words::count;
use crate::tui::keymap::{Action, Scope};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::detail::{DetailRow, in_order};
use super::detail_view::Sheet;

/// How many days before a date it is said how many they are.
const SOON: i64 = 30;

impl Sheet<'_> {
    /// The rows of details, note and tags.
    pub(super) fn other_rows(
        &self,
        lines: &mut Vec<Line<'static>>,
        rows: &mut Vec<(DetailRow, Range<usize>)>,
    ) {
        let contact = &self.profile.full.contact;
        let mut kind = None;
        for (place, detail) in in_order(contact) {
            if kind != Some(detail.kind) {
                kind = Some(detail.kind);
                lines.push(Line::default());
                lines.push(self.plain(detail.kind.heading(), Role::Section));
            }
            let first = lines.len();
            let row = DetailRow::Detail(place);
            lines.extend(self.detail(detail, self.on() == Some(row)));
            rows.push((row, first..lines.len()));
        }
        if let Some(note) = &contact.note {
            lines.push(Line::default());
            lines.push(self.plain("NOTE", Role::Section));
            let first = lines.len();
            lines.extend(self.wrapped(note, Role::Text));
            self.point(lines.get_mut(first), DetailRow::Note);
            rows.push((DetailRow::Note, first..lines.len()));
        }
        if !contact.tags.is_empty() {
            lines.push(Line::default());
            let middle = format!(" {} ", self.theme.glyphs.middle);
            let first = lines.len();
            lines.extend(self.pair("TAGS", &contact.tags.join(&middle)));
            self.point(lines.get_mut(first), DetailRow::Tags);
            rows.push((DetailRow::Tags, first..lines.len()));
        }
        let attachments = &self.profile.attachments;
        if !attachments.is_empty() {
            lines.push(Line::default());
            lines.push(self.plain("ON THE CARD", Role::Section));
        }
        for (place, attachment) in attachments.iter().enumerate() {
            let first = lines.len();
            let row = DetailRow::Attachment(place);
            let selected = self.on() == Some(row);
            lines.extend(self.texts_beside(attachment.kind, &[attachment.words()], " ", selected));
            if selected && matches!(attachment.content, Content::Bytes(_)) {
                let key = self.session.key(Scope::Details, Action::OpenDetail);
                lines.extend(self.folded_under(&format!("{key} saves it to a file")));
            }
            rows.push((row, first..lines.len()));
        }
    }

    /// Draws the cursor before a line, where it is on its row.
    fn point(&self, line: Option<&mut Line<'static>>, row: DetailRow) {
        if self.on() == Some(row) {
            self.mark(line);
        }
    }

    /// A detail: whether it is preferred, its label, its value, and under the cursor what else is to be said.
    fn detail(&self, detail: &ContactDetail, selected: bool) -> Vec<Line<'static>> {
        let glyphs = &self.theme.glyphs;
        let flag = if detail.preferred {
            glyphs.primary
        } else {
            " "
        };
        let label = detail.label.as_deref().unwrap_or_default();
        let texts = match detail.address() {
            Some(address) => address.lines(),
            None => vec![self.value(detail).into_owned()],
        };
        let mut lines = self.texts_beside(label, &texts, flag, selected);
        if selected {
            let beyond = width(label) > self.label_columns;
            let said = [
                beyond.then(|| label.to_owned()),
                detail.preferred.then(|| "preferred".to_owned()),
                self.opens(detail),
            ];
            let said: Vec<String> = said.into_iter().flatten().collect();
            lines.extend(self.folded_under(&said.join(&format!(" {} ", glyphs.middle))));
        }
        lines
    }

    /// A label with texts beside it, after a flag.
    fn texts_beside(
        &self,
        label: &str,
        texts: &[String],
        flag: &'static str,
        selected: bool,
    ) -> Vec<Line<'static>> {
        let glyphs = &self.theme.glyphs;
        let columns = self.label_columns;
        let label = fit(label, columns, glyphs.ellipsis);
        let role = if selected { Role::Cursor } else { Role::Text };
        let indent = 4 + columns + 1;
        let room = self.columns.saturating_sub(indent + 1).max(8);
        let mut lines: Vec<Line<'static>> = Vec::new();
        for text in texts.iter().flat_map(|text| wrap(text, room)) {
            let text = Span::styled(text, self.theme.style(role));
            if lines.is_empty() {
                let cursor = if selected { glyphs.cursor } else { " " };
                lines.push(Line::from(vec![
                    Span::styled(cursor, self.theme.style(Role::Focus)),
                    Span::raw(" "),
                    Span::styled(flag, self.theme.style(Role::Match)),
                    Span::raw(" "),
                    Span::styled(format!("{label} "), self.theme.style(Role::Dim)),
                    text,
                ]));
            } else {
                lines.push(Line::from(vec![Span::raw(" ".repeat(indent)), text]));
            }
        }
        lines
    }

    /// What the key that opens a detail does.
    fn opens(&self, detail: &ContactDetail) -> Option<String> {
        let key = self.session.key(Scope::Details, Action::OpenDetail);
        let does = match detail.kind {
            DetailKind::Email => "writes a mail",
            DetailKind::Address => "shows it on a map",
            DetailKind::Link if address_to_open(detail).is_ok() => "opens it",
            DetailKind::Relation if self.profile.related_name(detail).is_some() => "goes there",
            DetailKind::Relation => "looks for this name",
            DetailKind::Chat if address_to_open(detail).is_ok() => "opens the chat",
            DetailKind::Link | DetailKind::Chat | DetailKind::Date | DetailKind::Other => {
                return None;
            }
        };
        Some(format!("{key} {does}"))
    }

    /// The value of a detail; of a date also how many years have passed since, and when it returns.
    fn value<'d>(&self, detail: &'d ContactDetail) -> Cow<'d, str> {
        if let Some(name) = self.profile.related_name(detail) {
            return name.to_owned().into();
        }
        let shown = detail.shown();
        let Some(date) = detail.date() else {
            return shown;
        };
        let today = self.calendar.today();
        let next = date.next_from(today);
        let soon = next.and_then(|next| match (next - today).num_days() {
            0 => Some((next, "today".to_owned())),
            1 => Some((next, "tomorrow".to_owned())),
            days @ 2..=SOON => Some((next, format!("in {days} days"))),
            _ => None,
        });
        // Of a day that returns soon it is said how many years it will be.
        let day = soon.as_ref().map_or(today, |(next, _)| *next);
        let years = date.years_until(day);
        let years = years.and_then(|years| usize::try_from(years).ok());
        let years = years.map(|years| match (detail.is_date(BIRTHDAY), &soon) {
            (true, Some(_)) => format!("turns {years}"),
            (true, None) => years.to_string(),
            (false, _) => count(years, "year"),
        });
        let soon = soon.map(|(_, words)| words);
        let said: Vec<String> = years.into_iter().chain(soon).collect();
        if said.is_empty() {
            return shown;
        }
        format!("{shown} {} {}", self.theme.glyphs.middle, said.join(" ")).into()
    }
}
