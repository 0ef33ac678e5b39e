//! What the page of an import remembers: its plan, what was chosen otherwise, and how it was rehearsed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::domain::fingerprint::Fingerprint;
use crate::domain::import::{
    CardKey, Choice, Choices, FateKind, ImportOptions, ImportPlan, PlanRow,
};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::number::Region;
use crate::domain::rehearsal::{Rehearsal, Seen};
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Chosen, Purpose, Request, Tone, Write};
use crate::tui::widgets::areas::{Pane, TWO_PANES};
use crate::tui::widgets::cursor::top_for;

use crate::tui::pages::preview::say_nothing_to;
use crate::tui::pages::returned::TableFields;

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The files and folders.
    pub paths: Vec<PathBuf>,
    /// What they are called.
    pub name: String,
    /// What it would do.
    pub plan: ImportPlan,
    pub(super) fingerprint: Fingerprint,
    /// How it was rehearsed.
    pub(super) rehearsed: ImportOptions,
    /// What the person wants otherwise of single cards.
    pub choices: Choices,
    /// What the person says of the columns, as it was rehearsed.
    pub(super) fields: TableFields,
    /// What is to be rehearsed now.
    pub(super) asked: Option<(TableFields, Option<Region>)>,
    /// The kind that is shown, or all.
    pub kind: Option<FateKind>,
    /// The row under the cursor, of those that are shown.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The rows that are shown, by their place in the plan.
    pub(super) shown: Vec<usize>,
    /// Whether the list has the keys, or the card that its cursor is on.
    pub(super) focus: Pane,
    /// How many lines of the card are scrolled off.
    pub(super) scroll: usize,
}

impl Import {
    /// The page of a plan.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, name: String, rehearsal: Rehearsal<ImportPlan>) -> Self {
        let Rehearsal { plan, fingerprint } = rehearsal;
        let shown = (0..plan.rows.len()).collect();
        Self {
            paths,
            name,
            plan,
            fingerprint,
            rehearsed: ImportOptions::default(),
            choices: Choices::new(),
            fields: TableFields::new(),
            asked: None,
            kind: None,
            cursor: 0,
            top: 0,
            shown,
            focus: Pane::List,
            scroll: 0,
        }
    }

    /// What was assumed of the numbers: the country that national ones were read with.
    #[must_use]
    pub(crate) fn assumed(&self) -> Option<String> {
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
            format!(
                "{numbers} read with the country of an address (such as {country}), unconfirmed"
            )
        });
        let told: Vec<String> = home.into_iter().chain(address).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// The worst of what was not understood, and how much more there is.
    #[must_use]
    pub(crate) fn missed(&self) -> Option<(&Notice, usize)> {
        let assumed = [NoticeKind::HomeCountry, NoticeKind::CountryOfAddress];
        let of_it = |notice: &&Notice| !assumed.contains(&notice.kind);
        let mut notices: Vec<&Notice> = self.plan.notices.iter().filter(of_it).collect();
        notices.sort_by_key(|notice| (notice.kind != NoticeKind::CutOff, !notice.is_loud()));
        Some((notices.first()?, notices.len() - 1))
    }

    /// How many rows are under the list: the counts, and over them what was assumed and not understood.
    #[must_use]
    pub fn below(&self) -> usize {
        2 + self.remarks()
    }

    /// How many rows what was assumed and not understood takes, over the whole width.
    #[must_use]
    pub(crate) fn remarks(&self) -> usize {
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
        self.choices.get(&row.key?).copied()
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
    pub(super) fn move_to(&mut self, place: usize, height: usize) {
        self.scroll = 0;
        self.cursor = place.min(self.known().saturating_sub(1));
        self.top = top_for(self.top, self.cursor, height);
    }

    /// What stands for the import as it is on the screen: what becomes of a card that was chosen otherwise
    /// is no part of it.
    pub(super) fn seen(&self) -> Seen {
        let is_chosen = |row: &&PlanRow| {
            let rehearsed = &self.rehearsed.choices;
            let key = row.key.filter(|key| !rehearsed.contains_key(key));
            key.is_some_and(|key| self.choices.contains_key(&key))
        };
        let chosen = self.plan.rows.iter().filter(is_chosen);
        let chosen = chosen.map(|row| row.written);
        Seen::Rehearsal(chosen.fold(self.fingerprint, Fingerprint::without))
    }

    /// Shows the import as it is by now. A choice whose card is gone goes with it.
    pub(super) fn show_again(&mut self, rehearsal: Rehearsal<ImportPlan>, ctx: &mut Ctx<'_>) {
        let card = self.row(self.cursor).map(|row| (row.key, row.place));
        Rehearsal {
            plan: self.plan,
            fingerprint: self.fingerprint,
        } = rehearsal;
        let there: BTreeSet<CardKey> = self.plan.rows.iter().filter_map(|row| row.key).collect();
        let chosen = self.choices.len();
        self.choices.retain(|card, _| there.contains(card));
        if let Some((fields, country)) = self.asked.take() {
            self.rehearsed = options(&self.choices, &fields, country);
            self.fields = fields;
        }
        self.rehearsed.choices.clone_from(&self.choices);
        let gone = chosen - self.choices.len();
        if let Some(toast) = ctx.session.toast.as_mut().filter(|_| gone > 0) {
            let _ = write!(
                toast.text,
                "; {} went with the cards",
                count(gone, "choice")
            );
        }
        self.list();
        // The cursor stays on its card, wherever that is now.
        let is_same = |row: &PlanRow| match (card, row.key) {
            (Some((Some(card), _)), Some(key)) => card == key,
            (Some((None, place)), None) => place == row.place,
            _ => false,
        };
        let place = (0..self.known()).find(|at| self.row(*at).is_some_and(is_same));
        self.move_to(place.unwrap_or(self.cursor), self.height(ctx));
    }

    /// Reads the files again, with other columns or another country.
    pub(super) fn read_again(
        &mut self,
        fields: TableFields,
        country: Option<Region>,
        ctx: &mut Ctx<'_>,
    ) {
        let paths = Chosen::Paths(self.paths.clone());
        let request = Request::RehearseImport(paths, options(&self.choices, &fields, country));
        if ctx.wait_for(request, Purpose::Preview) {
            self.asked = Some((fields, country));
        }
    }

    /// Shows one kind only, or all again.
    pub(super) fn show(&mut self, kind: FateKind) {
        self.kind = (self.kind != Some(kind)).then_some(kind);
        self.list();
        self.cursor = 0;
        self.top = 0;
        self.scroll = 0;
    }

    /// Whether there is room for the list alone, and it is seen.
    pub(super) fn is_list_alone(&self, session: &Session) -> bool {
        self.focus == Pane::List && self.known() > 0 && session.size.width < TWO_PANES
    }

    /// The table of the card under the cursor.
    pub(super) fn table(&self) -> usize {
        let row = self.row(self.cursor);
        let (file, _) = row.map_or_else(Default::default, |row| self.plan.files.of(row.place.card));
        let mut tables = self.plan.tables.iter();
        tables.position(|table| table.name == file).unwrap_or(0)
    }

    /// Imports what is shown.
    pub(super) fn import(&self, ctx: &mut Ctx<'_>) {
        if self.wanted() == 0 {
            return say_nothing_to("import", Scope::Import, ctx);
        }
        let options = ImportOptions {
            choices: self.choices.clone(),
            ..self.rehearsed.clone()
        };
        ctx.save(Write::Import(self.paths.clone(), options, self.seen()));
    }

    /// Lists the rows of the kind that is shown.
    pub(super) fn list(&mut self) {
        let rows = self.plan.rows.iter().enumerate();
        self.shown = rows
            .filter(|(_, row)| self.kind.is_none_or(|kind| row.fate.kind() == kind))
            .map(|(at, _)| at)
            .collect();
    }

    /// How many rows the list has.
    pub(super) fn height(&self, ctx: &Ctx<'_>) -> usize {
        ctx.height().saturating_sub(self.below())
    }

    /// Has the row under the cursor done otherwise, and goes on.
    pub(super) fn choose(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        let Some(row) = self.row(self.cursor) else {
            return;
        };
        let (kind, leads) = (row.fate.kind(), row.leads);
        let Some(card) = row.key else {
            return ctx.say(
                Tone::Plain,
                "this card cannot be read; the others are imported",
            );
        };
        match action {
            Action::NewRow if kind != FateKind::New => self.choices.insert(card, Choice::New),
            Action::SkipRow => self.choices.insert(card, Choice::Skip),
            // As it is planned.
            _ => self.choices.remove(&card),
        };
        self.move_to(self.cursor + 1, self.height(ctx));
        // What becomes of other cards may follow from this one: it is shown before it is done.
        if leads || self.rehearsed.choices.contains_key(&card) {
            self.read_again(self.fields.clone(), self.rehearsed.country, ctx);
        }
    }
}

/// How an import is to be made.
pub(super) fn options(
    choices: &Choices,
    fields: &TableFields,
    country: Option<Region>,
) -> ImportOptions {
    let maps = fields.iter().map(|(path, fields)| {
        let maps = fields.iter();
        let maps = maps.map(|(at, field)| format!("#{}={field}", at + 1));
        (path.clone(), maps.collect())
    });
    ImportOptions {
        choices: choices.clone(),
        maps: maps.collect(),
        country,
    }
}
