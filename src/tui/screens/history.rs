//! The history of a contact: who changed what, when, from what to what.

use crate::domain::contact::ContactId;
use crate::domain::operation::{HistoryEntry, Operation};
use crate::domain::safe::safe;
use crate::domain::title::{field_words, value_words};
use crate::tui::model::Ticket;
use crate::tui::theme::{Role, Theme};
use crate::tui::time::Calendar;
use ratatui::text::{Line, Span};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Whose history.
    pub contact: ContactId,
    /// The contact's name.
    pub name: String,
    /// The entries, the newest first; none until they came.
    pub entries: Option<Vec<HistoryEntry>>,
    /// How many lines are scrolled off.
    pub scroll: usize,
    /// The ticket of the question.
    pub ticket: Ticket,
}

/// The lines of the page.
#[must_use]
pub fn lines<'a>(history: &History, calendar: &Calendar, theme: &Theme) -> Vec<Line<'a>> {
    let Some(entries) = &history.entries else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut last = None;
    for entry in entries {
        if last != Some(entry.point.id) {
            last = Some(entry.point.id);
            let undone = if entry.undone { "  undone" } else { "" };
            lines.push(Line::from(vec![
                Span::styled(
                    format!("{:<16}", calendar.when(entry.point.at)),
                    theme.style(Role::Dim),
                ),
                Span::styled(
                    safe(&entry.point.title).into_owned(),
                    theme.style(if entry.undone { Role::Dim } else { Role::Text }),
                ),
                Span::styled(
                    format!("  by {}{undone}", entry.point.actor.word()),
                    theme.style(Role::Dim),
                ),
            ]));
        }
        if let Operation::Update(_, changes) = &entry.operation {
            lines.extend(
                changes
                    .iter()
                    .filter(|change| change.is_worth_telling())
                    .map(|change| {
                        let arrow = theme.glyphs.arrow;
                        let text = format!(
                            "{:16}{} {} {arrow} {}",
                            "",
                            field_words(&change.field),
                            safe(&value_words(&change.from)),
                            safe(&value_words(&change.to))
                        );
                        Line::styled(text, theme.style(Role::Dim))
                    }),
            );
        }
    }
    lines
}
