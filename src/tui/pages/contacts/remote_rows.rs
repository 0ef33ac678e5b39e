//! What a contact's remotes have of it, as it is drawn.

use ratatui::text::Line;
use serde_json::Value;

use crate::domain::operation::RecordKey;
use crate::domain::phone::Phone;
use crate::domain::safe::safe;

use super::detail_view::Sheet;

impl Sheet<'_> {
    /// The remotes that the contact is in, and how it is there.
    pub(super) fn in_remotes(&self) -> Vec<Line<'static>> {
        let mut head = "IN";
        let mut lines = Vec::new();
        for remote in &self.profile.remotes {
            let middle = self.theme.glyphs.middle;
            let standing = remote.standing(|at| self.calendar.clock(at));
            let told = format!("{} {middle} {}", safe(&remote.name), safe(&standing));
            lines.extend(self.pair(head, &told));
            head = "";
        }
        lines
    }

    /// What remotes call a number otherwise, until that is decided.
    pub(super) fn other_labels(&self, phone: &Phone) -> Vec<String> {
        let remotes = self.profile.remotes.iter();
        let labels = remotes.flat_map(|remote| {
            let labels = remote.labels.iter();
            labels.map(move |(identity, label)| (remote, identity, label))
        });
        let labels = labels.filter(|(_, identity, _)| **identity == phone.identity);
        labels
            .map(|(remote, _, label)| {
                let label = label.as_deref().unwrap_or("no label");
                format!("{} says {}", safe(&remote.name), safe(label))
            })
            .collect()
    }

    /// On which remote a historic number was taken out, and when, as far as the history that is shown says so.
    pub(super) fn taken_out(&self, phone: &Phone) -> Option<String> {
        let key = RecordKey::Phone(phone.id);
        let mut history = self.profile.history.iter();
        let made = history.find(|entry| {
            entry.operation.key() == key
                && !entry.undone
                && entry.operation.sets("historic", &Value::Bool(true))
        })?;
        let run = made.point.run.as_ref().filter(|_| phone.historic)?;
        Some(format!(
            "taken out on {} {}; kept on record",
            safe(&run.remote),
            self.calendar.when(made.point.at)
        ))
    }
}
