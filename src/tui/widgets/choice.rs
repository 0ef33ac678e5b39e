//! A field with a list under it of what it may become. A line of the list can be taken; what was only
//! typed is never taken for one.

use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};

use super::cursor::{Motion, top_for};
use super::field::Field;
use super::frame::cursor;
use super::text::{elide, width};
use super::theme::{Role, Theme};

/// The field, and its list while that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptChoice", into = "KeptChoice")]
pub struct ChoiceField {
    /// What is typed.
    pub field: Field,
    /// Its value: the line that was taken last, or the initial one.
    settled: String,
    list: Option<OpenList>,
}

/// What may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OpenList {
    lines: Vec<String>,
    marked: Option<usize>,
    /// What the field stood for when the list was opened.
    before: String,
}

/// How many lines a page of the list is.
const PAGE: usize = 5;

/// Which line is marked when a list opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstMark {
    /// The best match, to be taken.
    Best,
    /// None: what is typed stays unless a line is marked.
    Nothing,
}

/// The field as a draft keeps it.
#[derive(Serialize, Deserialize)]
struct KeptChoice {
    #[serde(flatten)]
    field: Field,
    #[serde(default)]
    settled: Option<String>,
}

impl From<KeptChoice> for ChoiceField {
    fn from(KeptChoice { field, settled }: KeptChoice) -> Self {
        let settled = settled.unwrap_or_else(|| field.text().to_owned());
        Self {
            field,
            settled,
            list: None,
        }
    }
}

impl From<ChoiceField> for KeptChoice {
    fn from(ChoiceField { field, settled, .. }: ChoiceField) -> Self {
        Self {
            field,
            settled: Some(settled),
        }
    }
}

impl ChoiceField {
    /// A field with something chosen, or nothing.
    #[must_use]
    pub fn new(chosen: impl Into<String>) -> Self {
        let settled = chosen.into();
        Self {
            field: Field::new(settled.clone()),
            settled,
            list: None,
        }
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// Its value.
    #[must_use]
    pub fn settled(&self) -> &str {
        &self.settled
    }

    /// Whether its value is what is typed.
    #[must_use]
    pub(crate) fn is_settled(&self) -> bool {
        self.text().trim() == self.settled.trim()
    }

    /// Puts something into it that is chosen, and closes the list.
    pub fn set(&mut self, chosen: impl Into<String>) {
        self.settled = chosen.into();
        self.field.set(self.settled.clone());
        self.list = None;
    }

    /// Has it stand for this, while something else is typed that means the same.
    pub(crate) fn settle(&mut self, chosen: impl Into<String>) {
        self.settled = chosen.into();
    }

    /// Has it stand for what it stood for when the list was opened: what is typed means nothing yet.
    pub(crate) fn unsettle(&mut self) {
        if let Some(list) = &self.list {
            self.settled.clone_from(&list.before);
        }
    }

    /// Shows its value, and closes the list.
    pub fn restore(&mut self) {
        self.set(self.settled.clone());
    }

    /// The lines of the open list.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.list.iter().flat_map(|list| &list.lines);
        lines.map(String::as_str)
    }

    /// Opens the list, or shows other lines in it.
    pub fn open(&mut self, lines: Vec<String>, mark: FirstMark) {
        let marked = (mark == FirstMark::Best && !lines.is_empty()).then_some(0);
        let before = match self.list.take() {
            Some(list) => list.before,
            None => self.settled.clone(),
        };
        self.list = Some(OpenList {
            lines,
            marked,
            before,
        });
    }

    /// Closes the list; what is typed stays.
    pub fn close(&mut self) {
        self.list = None;
    }

    /// Whether the list is open.
    #[must_use]
    pub(crate) const fn is_open(&self) -> bool {
        self.list.is_some()
    }

    /// The line that is marked.
    #[must_use]
    pub fn marked(&self) -> Option<&str> {
        let list = self.list.as_ref()?;
        list.lines.get(list.marked?).map(String::as_str)
    }

    /// Marks another line; the first one where none is marked.
    pub fn mark(&mut self, motion: Motion) {
        let Some(list) = &mut self.list else { return };
        let count = list.lines.len();
        list.marked = match list.marked {
            None if matches!(motion, Motion::Up(_)) => None,
            None => (count > 0).then_some(0),
            Some(at) => Some(motion.apply(at, count, PAGE)),
        };
    }

    /// Marks the line of a text, where there is one.
    pub(crate) fn mark_line(&mut self, text: &str) {
        if let Some(list) = &mut self.list {
            list.marked = list.lines.iter().position(|line| line == text);
        }
    }

    /// How many rows the list takes, at most so many.
    #[must_use]
    pub fn height(&self, most: usize) -> usize {
        let lines = self.list.as_ref().map(|list| list.lines.len().max(1));
        lines.unwrap_or(0).min(most)
    }

    /// The rows of the list, at most so many, with the marked line among them.
    #[must_use]
    pub fn rows(&self, columns: usize, most: usize, theme: &Theme) -> Vec<Line<'static>> {
        let Some(list) = &self.list else {
            return Vec::new();
        };
        let glyphs = &theme.glyphs;
        if list.lines.is_empty() {
            let text = elide("no match", columns, glyphs.ellipsis).into_owned();
            return vec![Line::styled(text, theme.style(Role::Warn))];
        }
        let top = top_for(0, list.marked.unwrap_or(0), most);
        let below = list.lines.len().saturating_sub(top + most);
        let seen = list.lines.iter().enumerate().skip(top).take(most);
        let mut rows: Vec<Line<'static>> = seen
            .map(|(at, text)| {
                let on = list.marked == Some(at);
                let style = theme.style(if on { Role::Cursor } else { Role::Text });
                let room = columns.saturating_sub(4);
                let text = elide(text, room, glyphs.ellipsis).into_owned();
                Line::from(vec![
                    cursor(on, theme),
                    Span::raw(" "),
                    Span::styled(text, style),
                ])
            })
            .collect();
        if let Some(last) = rows.last_mut().filter(|_| below > 0) {
            let gap = columns.saturating_sub(last.width() + width(glyphs.choice));
            last.push_span(Span::raw(" ".repeat(gap)));
            last.push_span(Span::styled(glyphs.choice, theme.style(Role::Dim)));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::{ChoiceField, FirstMark, Motion};

    fn lines(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("line {at}")).collect()
    }

    #[test]
    fn a_mark_stays_within_the_list_and_nothing_is_taken_before_there_is_one() {
        let mut choice = ChoiceField::new("old");
        choice.open(lines(2), FirstMark::Nothing);
        assert_eq!(choice.marked(), None);
        choice.mark(Motion::Up(1));
        assert_eq!(choice.marked(), None);
        for expected in ["line 0", "line 1", "line 1"] {
            choice.mark(Motion::Down(1));
            assert_eq!(choice.marked(), Some(expected));
        }
        choice.mark(Motion::Up(1));
        choice.mark(Motion::Up(1));
        assert_eq!(choice.marked(), Some("line 0"));
        choice.open(Vec::new(), FirstMark::Best);
        choice.mark(Motion::Down(1));
        assert_eq!((choice.marked(), choice.is_open()), (None, true));
    }

    #[test]
    fn what_is_typed_is_not_what_it_stands_for() {
        let mut choice = ChoiceField::new("+39 Italy");
        choice.field.set("ger");
        assert_eq!(
            (choice.settled(), choice.is_settled()),
            ("+39 Italy", false)
        );
        choice.open(lines(1), FirstMark::Best);
        let kept = serde_json::to_string(&choice).unwrap();
        let back: ChoiceField = serde_json::from_str(&kept).unwrap();
        assert_eq!((back.text(), back.settled()), ("ger", "+39 Italy"));
        assert!(!back.is_open());
        let older: ChoiceField = serde_json::from_str(r#"{"text":"fax"}"#).unwrap();
        assert!(older.is_settled());
        choice.restore();
        assert_eq!((choice.text(), choice.is_open()), ("+39 Italy", false));
    }
}
