//! What an import would do, row by row, before anything is written.

use std::borrow::Cow;
use std::path::PathBuf;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::import::{Choice, Choices, Fate, FateKind, ImportPlan, PlanRow};

use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::key::Code;
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{Effect, Tone, Write};
use crate::tui::widgets::areas::{Pane, Panes};
use crate::tui::widgets::cursor::{Motion, top_for};
use crate::tui::widgets::frame::{indented, rules, two_ends};
use crate::tui::widgets::text::{elide, fit, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::{Outcome, Page, Ui};

/// The page.
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
    /// The page of a plan.
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
    fn move_to(&mut self, place: usize, height: usize) {
        self.cursor = place.min(self.known().saturating_sub(1));
        self.top = top_for(self.top, self.cursor, height);
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

impl Import {
    /// How many rows the list has.
    fn height(&self, ctx: &Ctx<'_>) -> usize {
        ctx.height().saturating_sub(self.below())
    }

    /// Has the row under the cursor done otherwise, and goes on.
    fn choose(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        let Some(row) = self.row(self.cursor) else {
            return;
        };
        let (card, kind) = (row.place.card, row.fate.kind());
        if kind == FateKind::Unreadable {
            return ctx.say(Tone::Plain, "this card cannot be read; the others come in");
        }
        match action {
            Action::NewRow if kind != FateKind::New => self.choices.insert(card, Choice::New),
            Action::SkipRow => self.choices.insert(card, Choice::Skip),
            // As it is planned.
            _ => self.choices.remove(&card),
        };
        self.move_to(self.cursor + 1, self.height(ctx));
    }
}

impl Page for Import {
    fn scope(&self) -> Scope {
        Scope::Import
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Save if self.wanted() == 0 => {
                let key = ctx.session.key(self.scope(), Action::Escape);
                ctx.say(
                    Tone::Plain,
                    format!("there is nothing to import; {key} goes back"),
                );
            }
            Action::Save => ctx.save(Write::Import(self.paths.clone(), self.choices.clone())),
            Action::Report => {
                ctx.push(Effect::Report(self.name.clone(), self.plan.told()));
            }
            Action::ShowKind => {
                let digit = match ctx.key.code {
                    Code::Char(sign) => sign.to_digit(10),
                    _ => None,
                };
                let at = digit.and_then(|digit| usize::try_from(digit).ok());
                if let Some(kind) = FateKind::ALL.get(at.unwrap_or(1).saturating_sub(1)) {
                    self.show(*kind);
                }
            }
            Action::MergeRow | Action::NewRow | Action::SkipRow => self.choose(action, ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let height = self.height(ctx).max(1);
        self.move_to(motion.apply(self.cursor, self.known(), height), height);
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        Some(format!("Import {}", self.name))
    }

    fn status(&self, _session: &Session, _theme: &Theme) -> Option<(String, Role)> {
        let cards = self.plan.rows.len() + self.plan.unreadable_untold;
        Some((count(cards, "card"), Role::Dim))
    }

    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        Some(match binding.action {
            Action::Save => format!("{} {}", binding.hint, thousands(self.wanted())).into(),
            _ => binding.hint.into(),
        })
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        kind_line(self, ui.theme, ui.areas.filter, ui.frame);
        let panes = Panes::split(ui.areas.content, Pane::List);
        rules(&ui.areas, panes, Some(Pane::List), ui.theme, ui.frame);
        draw(self, ui.areas.content, panes, ui.theme, ui.frame);
    }
}

/// Row 2: the kind that is shown, and what the numbers will be.
fn kind_line(import: &Import, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let kind = import.kind.map_or("everything", FateKind::word);
    let left = Line::styled(format!("  show: {kind}"), theme.style(Role::Text));
    let added = "numbers that are added to a contact wait for a look ";
    two_ends(
        left,
        Line::styled(added, theme.style(Role::Dim)),
        area,
        frame,
    );
}

/// The rows, and the one under the cursor.
fn draw(import: &Import, content: Rect, panes: Panes, theme: &Theme, frame: &mut Frame<'_>) {
    let remarks = u16::try_from(import.remarks()).unwrap_or(0);
    let shorter = |area: Rect| Rect {
        height: area.height.saturating_sub(remarks),
        ..area
    };
    let below = Rect {
        y: content.bottom().saturating_sub(remarks),
        height: remarks.min(content.height),
        ..content
    };
    let panes = Panes {
        list: shorter(panes.list),
        detail: shorter(panes.detail),
        ..panes
    };
    remark(import, theme, below, frame);
    rows(import, theme, panes.list, frame);
    let Some(row) = import.row(import.cursor) else {
        return;
    };
    if panes.detail.width > 8 {
        let page = Card {
            theme,
            columns: usize::from(panes.detail.width),
            several: import.plan.files.len() > 1,
        };
        let (file, card) = import.plan.files.of(row.place.card);
        let lines = page.lines(row, (file, card), import.choice(row));
        frame.render_widget(Paragraph::new(lines), panes.detail);
    }
}

/// What was assumed, and what was not understood, a line each.
fn remark(import: &Import, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    frame.render_widget(Clear, area);
    let mut rows = area.rows();
    if let Some(assumed) = import.assumed()
        && let Some(row) = rows.next()
    {
        let columns = usize::from(row.width);
        let line = indented(&assumed, Role::Dim, columns, theme);
        frame.render_widget(Paragraph::new(line), row);
    }
    if let Some((notice, more)) = import.missed()
        && let Some(row) = rows.next()
    {
        let right = match more {
            0 => String::new(),
            more => format!("{} {more} more: w ", theme.glyphs.middle),
        };
        let role = if notice.is_loud() {
            Role::Bad
        } else {
            Role::Warn
        };
        let columns = usize::from(row.width).saturating_sub(width(&right) + 1);
        let left = indented(&notice.words(), role, columns, theme);
        let right = Line::styled(right, theme.style(Role::Dim));
        two_ends(left, right, row, frame);
    }
}

const fn role(kind: FateKind) -> Role {
    match kind {
        FateKind::New => Role::Good,
        FateKind::Change => Role::Warn,
        FateKind::Same => Role::Dim,
        FateKind::Unreadable => Role::Bad,
    }
}

fn rows(import: &Import, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let columns = usize::from(area.width);
    let height = usize::from(area.height).saturating_sub(COUNTS);
    let mut lines: Vec<Line<'_>> = (import.top..import.top + height)
        .map_while(|place| {
            let row = import.row(place)?;
            Some(line(import, row, place == import.cursor, theme, columns))
        })
        .collect();
    if import.known() == 0 {
        lines.push(Line::styled("  none of this kind", theme.style(Role::Dim)));
    }
    lines.resize(height + 1, Line::default());
    let mut counts = vec![Span::raw("  ")];
    for kind in FateKind::ALL {
        let text = format!("{} {} ", kind.sign(), thousands(import.plan.of(kind)));
        counts.push(Span::styled(text, theme.style(role(kind))));
        // What cannot be read is told below by its card; the sign says enough.
        if columns >= 42 && kind != FateKind::Unreadable {
            let word = format!("{}  ", kind.word());
            counts.push(Span::styled(word, theme.style(Role::Dim)));
        }
    }
    lines.push(Line::from(counts));
    frame.render_widget(Paragraph::new(lines), area);
}

/// The rows that the counts under the list take.
const COUNTS: usize = 2;

fn line(import: &Import, row: &PlanRow, on: bool, theme: &Theme, columns: usize) -> Line<'static> {
    let kind = row.fate.kind();
    let choice = import.choice(row);
    let chosen = match choice {
        Some(Choice::Skip) => "skip",
        Some(Choice::New) => "as new",
        None => "",
    };
    let style = theme.style(match (on, choice, kind) {
        (true, _, _) => Role::Cursor,
        (_, Some(Choice::Skip), _) | (_, None, FateKind::Same) => Role::Dim,
        _ => Role::Text,
    });
    let name = if row.name.is_empty() {
        "(no name)"
    } else {
        &row.name
    };
    let numbers = format!(" {:>2} {chosen:<6} ", row.numbers.len());
    let room = columns.saturating_sub(11 + width(&numbers));
    Line::from(vec![
        Span::styled(
            if on { theme.glyphs.cursor } else { " " }.to_owned(),
            theme.style(Role::Focus),
        ),
        Span::styled(format!(" {} ", kind.sign()), theme.style(role(kind))),
        Span::styled(format!("{:<6} ", row.place.card), theme.style(Role::Dim)),
        Span::styled(fit(name, room, theme.glyphs.ellipsis), style),
        Span::styled(numbers, theme.style(Role::Dim)),
    ])
}

struct Card<'a> {
    theme: &'a Theme,
    columns: usize,
    /// Whether there is more than one file.
    several: bool,
}

impl Card<'_> {
    fn lines(
        &self,
        row: &PlanRow,
        (file, card): (&str, usize),
        choice: Option<Choice>,
    ) -> Vec<Line<'static>> {
        let mut lines = vec![self.line(&row.name, Role::Strong)];
        match &row.fate {
            Fate::Unreadable(reason) => {
                let line = row.place.line;
                let told = if self.several {
                    format!("{file}, card {card}, line {line}: {reason}")
                } else {
                    format!("card {card}, line {line}: {reason}")
                };
                let room = self.columns.saturating_sub(4);
                let told = wrap(&told, room).into_iter().take(6);
                lines.extend(told.map(|text| self.line(&text, Role::Bad)));
                lines.push(Line::default());
                lines.push(self.line("It is left out; the others come in.", Role::Dim));
                return lines;
            }
            Fate::New => {
                lines.push(self.line("nobody here is known by it", Role::Dim));
                lines.push(Line::default());
            }
            Fate::Change(found) | Fate::Same(found) => {
                lines.push(self.line(found.by.words(), Role::Dim));
                lines.push(Line::default());
                lines.push(self.line("             STORED              FILE", Role::Section));
                if !row.changes.iter().any(|change| change.what == "name") {
                    lines.push(self.pair("name", &found.name, &row.name, Role::Text));
                }
            }
        }
        for number in &row.numbers {
            let label = number.label.as_deref().unwrap_or("number");
            let stored = &number.stored;
            lines.push(if number.there {
                self.pair(label, stored, "same", Role::Dim)
            } else {
                self.pair(label, self.theme.glyphs.none, stored, Role::Good)
            });
            if number.is_read_otherwise() {
                lines.push(self.line(&format!("  {} in the file", number.said), Role::Dim));
            }
        }
        for change in &row.changes {
            let none = self.theme.glyphs.none;
            let before = change.before.as_deref().unwrap_or(none);
            let (after, role) = match (&change.before, &change.after) {
                (None, Some(after)) => (after.as_str(), Role::Good),
                (_, Some(after)) => (after.as_str(), Role::Warn),
                (_, None) => ("no more", Role::Warn),
            };
            lines.push(self.pair(change.what, before, after, role));
        }
        lines.push(Line::default());
        lines.push(self.line("RESULT", Role::Section));
        let result = Self::result(row, choice);
        lines.extend(result.iter().map(|text| self.line(text, Role::Text)));
        lines.push(Line::default());
        lines.push(self.choices(choice));
        lines
    }

    /// What becomes of the row, in words.
    fn result(row: &PlanRow, choice: Option<Choice>) -> Vec<String> {
        let found = match (&row.fate, choice) {
            (_, Some(Choice::Skip)) => {
                return vec!["nothing: it is left out".to_owned()];
            }
            (Fate::New, _) | (_, Some(Choice::New)) => {
                let numbers = count(row.numbers.len(), "number");
                return vec![format!("a new contact with {numbers}")];
            }
            (Fate::Same(_) | Fate::Unreadable(_), None) => {
                return vec!["nothing changes".to_owned()];
            }
            (Fate::Change(found), None) => found,
        };
        let added = row.numbers.iter().filter(|number| !number.there).count();
        let mut parts = Vec::new();
        if added > 0 {
            parts.push(format!("{} added, to be confirmed", count(added, "number")));
        }
        let (filled, changed): (Vec<_>, Vec<_>) = row
            .changes
            .iter()
            .partition(|change| change.before.is_none());
        for (changes, words) in [(filled, "filled"), (changed, "changed")] {
            if !changes.is_empty() {
                parts.push(format!("{} {words}", count(changes.len(), "field")));
            }
        }
        if parts.is_empty() {
            parts.push("its numbers are brought up to date".to_owned());
        }
        if found.name != row.name && !row.changes.iter().any(|change| change.what == "name") {
            parts.push(format!("name stays {}", found.name));
        }
        parts
    }

    fn choices(&self, choice: Option<Choice>) -> Line<'static> {
        let dot = self.theme.glyphs.dot;
        let mut spans = vec![Span::styled(
            "  THIS ROW   ",
            self.theme.style(Role::Section),
        )];
        for (words, of) in [
            ("merge", None),
            ("as new", Some(Choice::New)),
            ("skip", Some(Choice::Skip)),
        ] {
            let sign = if choice == of { dot } else { " " };
            let text = format!("({sign}) {words}  ");
            spans.push(Span::styled(text, self.theme.style(Role::Text)));
        }
        Line::from(spans)
    }

    fn line(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }

    fn pair(&self, label: &str, stored: &str, file: &str, role: Role) -> Line<'static> {
        let ellipsis = self.theme.glyphs.ellipsis;
        let room = self.columns.saturating_sub(36);
        let sign = match role {
            Role::Good => "+",
            Role::Warn => "~",
            _ => " ",
        };
        Line::from(vec![
            Span::styled(sign.to_owned(), self.theme.style(role)),
            Span::raw(" "),
            Span::styled(fit(label, 12, ellipsis), self.theme.style(Role::Dim)),
            Span::raw(" "),
            Span::styled(fit(stored, 19, ellipsis), self.theme.style(Role::Text)),
            Span::raw(" "),
            Span::styled(
                elide(file, room, ellipsis).into_owned(),
                self.theme.style(role),
            ),
        ])
    }
}
