//! The tags of the book, offered while one is typed in the form of a contact. What is typed stays unless a line is
//! taken.

use crate::domain::fold::fold;
use crate::domain::query::Values;
use crate::domain::tag::{is_same_tag, last_of_line, tag_in_line, tags_of_line};
use crate::tui::widgets::choice::FirstMark;

use super::state::{ContactForm, ContactPlace, place};

impl ContactForm {
    fn is_at_tags(&self) -> bool {
        self.place == ContactPlace::Text(place("tags"))
    }

    /// Whether the list of tags is open under the field with the cursor.
    pub(super) fn is_choosing(&self) -> bool {
        self.is_at_tags() && self.offered_tags.is_open()
    }

    /// Shows the tags that begin with what is typed after the last comma.
    pub(super) fn offer_tags(&mut self, values: Option<&Values>) {
        let lines = match values {
            Some(values) if self.is_at_tags() => self.fitting_tags(values),
            _ => Vec::new(),
        };
        if lines.is_empty() {
            self.offered_tags.close();
        } else {
            self.offered_tags.open(lines, FirstMark::Nothing);
        }
    }

    fn fitting_tags(&self, values: &Values) -> Vec<String> {
        let Some(field) = self.texts.get(place("tags")) else {
            return Vec::new();
        };
        let (given, begun) = last_of_line(field.text());
        let begun = fold(begun);
        // Within the text, the end of a tag is not to be typed over.
        if begun.is_empty() || field.before() != field.text() {
            return Vec::new();
        }
        let given = tags_of_line(given);
        let fits = |tag: &&String| {
            let folded = fold(tag);
            let is_given = given.iter().any(|given| is_same_tag(given, tag));
            folded.starts_with(&begun) && folded != begun && !is_given
        };
        let mut lines: Vec<String> = Vec::new();
        for tag in values.tags.iter().filter(fits) {
            // Of several spellings, the one that most contacts have.
            if !lines.iter().any(|known| is_same_tag(known, tag)) {
                lines.push(tag.clone());
            }
        }
        lines
    }

    /// Puts the marked tag in the place of what was typed of it; `false` where none is marked.
    pub(super) fn take_tag(&mut self) -> bool {
        let Some(tag) = self.offered_tags.marked().map(str::to_owned) else {
            return false;
        };
        let at = place("tags");
        let typed = self.text(at).to_owned();
        let (given, _) = last_of_line(&typed);
        let between = if given.is_empty() { "" } else { ", " };
        self.set(at, format!("{given}{between}{}", tag_in_line(&tag)));
        self.offered_tags.close();
        true
    }
}
