//! When what is typed and not saved is written to its draft: a second after the last key, and while one
//! types on without a pause, every five. It is a deadline of the loop, so that an idle screen sleeps.

use std::time::{Duration, Instant};

use super::draft::Draft;

/// How long after the last change, and how long after the first that is not on the disk.
const PAUSE: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(5);

/// What is on the disk, and what is to come there.
#[derive(Debug, Default)]
pub(super) struct Autosave {
    kept: Option<Draft>,
    typed: Option<Draft>,
    since: Option<Instant>,
    due: Option<Instant>,
}

impl Autosave {
    /// With what is on the disk already.
    pub(super) fn keeping(kept: Option<Draft>) -> Self {
        Self {
            typed: kept.clone(),
            kept,
            ..Self::default()
        }
    }

    /// Takes note of what is typed now.
    pub(super) fn look(&mut self, typed: Option<Draft>, now: Instant) {
        if typed == self.typed {
            return;
        }
        self.typed = typed;
        if self.typed == self.kept {
            (self.since, self.due) = (None, None);
            return;
        }
        let since = *self.since.get_or_insert(now);
        self.due = Some((now + PAUSE).min(since + MOST));
    }

    /// When it is to be written next, if at all.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The draft to write now, or none to delete the old one. It counts as written; where that
    /// fails, it is tried again when more is typed.
    pub(super) fn pending(&mut self) -> Option<&Draft> {
        self.kept.clone_from(&self.typed);
        (self.since, self.due) = (None, None);
        self.kept.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Autosave;
    use crate::tui::app::App;
    use crate::tui::draft::Draft;
    use crate::tui::keymap::Keymap;
    use crate::tui::pages::contact_form::ContactForm;
    use crate::tui::protocol::Size;

    fn draft(name: &str) -> Option<Draft> {
        let mut app = App::new(Size::default(), Keymap::default(), None, String::new());
        let form = ContactForm::new(name, None);
        app.pages.open(Box::new(form));
        Draft::unsaved(&app)
    }

    #[test]
    fn it_is_due_a_second_after_the_last_key_and_five_after_the_first() {
        let start = Instant::now();
        let at = |tenths: u32| start + Duration::from_millis(100) * tenths;
        let mut autosave = Autosave::keeping(None);
        autosave.look(None, at(0));
        assert_eq!(autosave.due(), None);
        autosave.look(draft("A"), at(0));
        assert_eq!(autosave.due(), Some(at(10)));
        // What is not typed does not put it off.
        autosave.look(draft("A"), at(9));
        assert_eq!(autosave.due(), Some(at(10)));
        for tenths in 1..49 {
            autosave.look(draft(&"A".repeat(1 + tenths as usize)), at(tenths));
        }
        assert_eq!(autosave.due(), Some(at(50)));
        assert!(autosave.pending().is_some());
        assert_eq!(autosave.due(), None);
        // A form that is closed leaves nothing to keep.
        autosave.look(None, at(60));
        assert_eq!(autosave.due(), Some(at(70)));
        assert_eq!(autosave.pending(), None);
        // What comes back to what is kept is kept.
        autosave.look(draft("B"), at(80));
        autosave.look(None, at(81));
        assert_eq!(autosave.due(), None);
    }
}
