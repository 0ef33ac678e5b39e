//! What an import would do, row by row, before anything is written.

use std::path::PathBuf;

use crate::domain::import::{Choice, Choices, FateKind, ImportPlan, PlanRow, count};
use crate::domain::notice::{Notice, NoticeKind};
use crate::tui::keymap::Action;
use crate::tui::layout::list_height;
use crate::tui::model::{Effect, Model, Screen, Tone, Write};

/// The screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The files and folders.
    pub paths: Vec<PathBuf>,
    /// What they are called.
    pub name: String,
    /// What it would do.
    pub plan: ImportPlan,
    /// What the person wants otherwise.
    pub choices: Choices,
    /// The kind that is shown, or all.
    pub kind: Option<FateKind>,
    /// The row under the cursor, of those that are shown.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The rows that are shown, by their place in the plan.
    shown: Vec<usize>,
}

impl Import {
    /// The screen over a plan.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, name: String, plan: ImportPlan) -> Self {
        let shown = (0..plan.rows.len()).collect();
        Self {
            paths,
            name,
            plan,
            choices: Choices::new(),
            kind: None,
            cursor: 0,
            top: 0,
            shown,
        }
    }

    /// What was assumed of the numbers: the country that national ones were read with.
    #[must_use]
    pub fn assumed(&self) -> Option<String> {
        let told = |kind: NoticeKind| {
            let mut notices = self.plan.notices.iter().filter(move |one| one.kind == kind);
            let first = notices.next()?;
            let number = first.number + notices.by_ref().map(|one| one.number).sum::<usize>();
            Some((first.subject.clone(), number))
        };
        let home = told(NoticeKind::HomeCountry).map(|(country, number)| {
            format!("{} read as of {country}", count(number, "national number"))
        });
        let address = told(NoticeKind::CountryOfAddress).map(|(country, number)| {
            let numbers = count(number, "national number");
            format!("{numbers} read by an address (such as {country}), unconfirmed")
        });
        let told: Vec<String> = home.into_iter().chain(address).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// The worst of what was not understood, and how much more there is.
    #[must_use]
    pub fn missed(&self) -> Option<(&Notice, usize)> {
        let assumed = [NoticeKind::HomeCountry, NoticeKind::CountryOfAddress];
        let of_it = |notice: &&Notice| !assumed.contains(&notice.kind);
        let mut notices: Vec<&Notice> = self.plan.notices.iter().filter(of_it).collect();
        notices.sort_by_key(|notice| !notice.is_loud());
        Some((notices.first()?, notices.len() - 1))
    }

    /// How many rows are under the list: the counts, and over them what was assumed and not understood.
    #[must_use]
    pub fn below(&self) -> usize {
        2 + self.remarks()
    }

    /// How many rows what was assumed and not understood takes, over the whole width.
    #[must_use]
    pub fn remarks(&self) -> usize {
        usize::from(self.assumed().is_some()) + usize::from(self.missed().is_some())
    }

    /// How many rows are shown.
    #[must_use]
    pub const fn known(&self) -> usize {
        self.shown.len()
    }

    /// The row at a place of those that are shown.
    #[must_use]
    pub fn row(&self, place: usize) -> Option<&PlanRow> {
        self.plan.rows.get(*self.shown.get(place)?)
    }

    /// What becomes of a row as it is chosen: its choice, if it has one that means something.
    #[must_use]
    pub fn choice(&self, row: &PlanRow) -> Option<Choice> {
        self.choices.get(&row.place.card).copied()
    }

    /// How many cards would come in, with what is new or changed in them.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let rows = self.plan.rows.iter();
        rows.filter(|row| match (row.fate.kind(), self.choice(row)) {
            (FateKind::Unreadable, _) | (_, Some(Choice::Skip)) => false,
            (_, Some(Choice::New)) => true,
            (kind, None) => kind != FateKind::Same,
        })
        .count()
    }

    /// Puts the cursor on a row, and the screen where it shows it.
    pub fn go(&mut self, place: usize, height: usize) {
        self.cursor = place.min(self.known().saturating_sub(1));
        self.top = self
            .top
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height.max(1)));
    }

    /// Shows one kind only, or all again.
    fn show(&mut self, kind: FateKind) {
        self.kind = (self.kind != Some(kind)).then_some(kind);
        let rows = self.plan.rows.iter().enumerate();
        self.shown = rows
            .filter(|(_, row)| self.kind.is_none_or(|kind| row.fate.kind() == kind))
            .map(|(at, _)| at)
            .collect();
        self.cursor = 0;
        self.top = 0;
    }
}

/// Does one of the actions that are only here.
pub fn act(model: &mut Model, action: Action, digit: Option<u32>, effects: &mut Vec<Effect>) {
    let height = list_height(model);
    let Some(Screen::Import(import)) = model.over.last_mut() else {
        return;
    };
    let height = height.saturating_sub(import.below());
    match action {
        Action::Save => {
            let (paths, choices) = (import.paths.clone(), import.choices.clone());
            if import.wanted() == 0 {
                return model.say(Tone::Plain, "there is nothing to import; esc goes back");
            }
            model.finish(Write::Import(paths, choices), effects);
        }
        Action::Report => {
            let report = Effect::Report(import.name.clone(), import.plan.told());
            effects.push(report);
        }
        Action::ShowKind => {
            let at = digit
                .and_then(|digit| usize::try_from(digit).ok())
                .unwrap_or(1);
            if let Some(kind) = FateKind::ALL.get(at.saturating_sub(1)) {
                import.show(*kind);
            }
        }
        _ => {
            let Some(row) = import.row(import.cursor) else {
                return;
            };
            let (card, kind) = (row.place.card, row.fate.kind());
            if kind == FateKind::Unreadable {
                return model.say(Tone::Plain, "this card cannot be read; the others come in");
            }
            match action {
                Action::NewRow if kind != FateKind::New => import.choices.insert(card, Choice::New),
                Action::SkipRow => import.choices.insert(card, Choice::Skip),
                _ => import.choices.remove(&card),
            };
            let next = import.cursor + 1;
            import.go(next, height);
        }
    }
}
