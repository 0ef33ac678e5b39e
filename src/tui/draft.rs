//! What is typed and not saved: taken out of the open forms while one types and when the program has
//! to end, and put back into them at the next start.
//!
//! A draft holds the record as the form read it, with its stamp: who changed it meanwhile meets the
//! conflict dialog on saving, as ever. Each form asks by itself whether its record is still there; where it
//! has gone, the form becomes that of a new one, so that nothing typed is lost.

use serde::{Deserialize, Serialize};

use super::app::App;
use super::pages::drafted::DraftedForm;
use super::protocol::{Effect, Tone};

/// The open forms, the topmost last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    forms: Vec<DraftedForm>,
}

impl Draft {
    /// What is typed and not saved, if anything. What is over the forms (a conflict, a question) comes
    /// back by itself.
    #[must_use]
    pub fn unsaved(app: &App) -> Option<Self> {
        let forms: Vec<DraftedForm> = app
            .pages
            .above()
            .filter_map(|page| DraftedForm::of(page.as_ref()))
            .collect();
        let is_dirty = forms.iter().any(DraftedForm::is_dirty);
        is_dirty.then_some(Self { forms })
    }

    /// Whether the forms are such as this program has.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.forms.is_empty() && self.forms.iter().all(DraftedForm::is_whole)
    }
}

/// Whether any form is open.
#[must_use]
pub(crate) fn is_open(app: &App) -> bool {
    let mut over = app.pages.above();
    over.any(|page| DraftedForm::of(page.as_ref()).is_some())
}

/// Opens the forms of a draft again.
pub fn bring_back(app: &mut App, draft: Draft, effects: &mut Vec<Effect>) {
    if let Some(id) = draft.forms.first().and_then(DraftedForm::contact) {
        app.seek(id, effects);
    }
    for form in draft.forms {
        let page = form.recalled(app.session.home);
        app.open(page, effects);
    }
    // What was said before, of the configuration or the last session, is still to be read.
    let before = app
        .session
        .toast
        .take()
        .map(|toast| (toast.tone, toast.text));
    let back = "your unsaved text of the last session is back";
    let (tone, text) = match before {
        Some((tone, before)) => (tone, format!("{before}; {back}")),
        None => (Tone::Plain, back.to_owned()),
    };
    app.session.say(tone, text);
}
