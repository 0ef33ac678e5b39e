//! The history of a contact: who changed what, when, from what to what.

use ratatui::text::{Line, Span};
use serde_json::Value;

use crate::domain::contact::ContactId;
use crate::domain::operation::{FieldChange, HistoryEntry, Operation};
use crate::domain::safe::safe;
use crate::tui::model::Ticket;
use crate::tui::theme::{Role, Theme};
use crate::tui::time::Calendar;

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
                    .filter(|change| is_worth_telling(change))
                    .map(|change| {
                        let arrow = theme.glyphs.arrow;
                        let text = format!(
                            "{:16}{} {} {arrow} {}",
                            "",
                            words(&change.field),
                            shown(&change.from),
                            shown(&change.to)
                        );
                        Line::styled(text, theme.style(Role::Dim))
                    }),
            );
        }
    }
    lines
}

/// Whether a person wants to know of this change; `identity` follows from the number, for example.
#[must_use]
pub fn is_worth_telling(change: &FieldChange) -> bool {
    !matches!(
        change.field.as_str(),
        "identity" | "typed" | "updated_at" | "card"
    )
}

/// An attribute's name as the screens call it.
#[must_use]
pub fn words(field: &str) -> String {
    match field {
        "valid_values" => "accurate".to_owned(),
        "location" => "label".to_owned(),
        "country_code" => "country code".to_owned(),
        "organisation" => "company".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A value as the screens show it.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => safe(text).into_owned(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => safe(&other.to_string()).into_owned(),
    }
}
