//! The rows of an import, and the one under the cursor, as they are drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::import::{Choice, Fate, FateKind, PlanNumber, PlanRow};
use crate::domain::not_taken::NotTaken;
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::Session;
use crate::tui::pages::page::Ui;
use crate::tui::widgets::areas::{Areas, Panes, TWO_PANES};
use crate::tui::widgets::frame::{indented, more_in_pane, rules, two_ends};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{ColorPalette, Role, Theme};

use super::state::Import;

/// The page.
pub(super) fn draw(import: &Import, ui: &mut Ui<'_, '_>) {
    kind_line(import, ui.theme, ui.areas.filter, ui.frame);
    let panes = Panes::split(ui.areas.content, import.focus, TWO_PANES);
    rules(&ui.areas, panes, Some(import.focus), ui.theme, ui.frame);
    content(import, ui.areas.content, panes, ui.theme, ui.frame);
}

/// How many lines the card under the cursor has, and how many of them are seen.
pub(super) fn card_extent(import: &Import, session: &Session) -> (usize, usize) {
    // How things look takes no room.
    let theme = Theme::new(ColorPalette::Mono, session.glyphs);
    let content = Areas::split(session.size).content;
    let panes = Panes::split(content, import.focus, TWO_PANES);
    let area = over_remarks(panes.detail, import);
    let lines = Card::lines_of(import, area, &theme).len();
    (lines, usize::from(area.height))
}

/// An area without what the remarks under both panes take of it.
fn over_remarks(area: Rect, import: &Import) -> Rect {
    let remarks = u16::try_from(import.remarks()).unwrap_or(0);
    Rect {
        height: area.height.saturating_sub(remarks),
        ..area
    }
}

/// Row 2: the kind that is shown, and what the numbers will be.
fn kind_line(import: &Import, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let kind = import.kind.map_or("everything", FateKind::word);
    let left = Line::styled(format!("  show: {kind}"), theme.style(Role::Text));
    let added = "added numbers start unconfirmed ";
    two_ends(
        left,
        Line::styled(added, theme.style(Role::Dim)),
        area,
        frame,
    );
}

/// The rows, and the one under the cursor.
fn content(import: &Import, content: Rect, panes: Panes, theme: &Theme, frame: &mut Frame<'_>) {
    let remarks = u16::try_from(import.remarks()).unwrap_or(0);
    let below = Rect {
        y: content.bottom().saturating_sub(remarks),
        height: remarks.min(content.height),
        ..content
    };
    let panes = Panes {
        list: over_remarks(panes.list, import),
        detail: over_remarks(panes.detail, import),
        ..panes
    };
    remark(import, theme, below, frame);
    if panes.list.width > 0 {
        rows(import, theme, panes.list, frame);
    }
    let lines = Card::lines_of(import, panes.detail, theme);
    let height = usize::from(panes.detail.height);
    let top = import.scroll.min(lines.len().saturating_sub(height));
    let has_more = top + height < lines.len();
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    frame.render_widget(Paragraph::new(seen), panes.detail);
    if has_more {
        more_in_pane(panes.detail, theme, frame);
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
        // Unreadable cards are described below; the sign is enough here.
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

impl<'a> Card<'a> {
    /// All lines of the card under the cursor, where there is room for it.
    fn lines_of(import: &Import, area: Rect, theme: &'a Theme) -> Vec<Line<'static>> {
        let row = import.row(import.cursor).filter(|_| area.width > 8);
        let Some(row) = row else { return Vec::new() };
        let card = Self {
            theme,
            columns: usize::from(area.width),
            several: import.plan.files.len() > 1,
        };
        let place = import.plan.files.of(row.place.card);
        card.lines(row, place, import.choice(row))
    }
}

impl Card<'_> {
    fn lines(
        &self,
        row: &PlanRow,
        (file, card): (&str, usize),
        choice: Option<Choice>,
    ) -> Vec<Line<'static>> {
        let mut lines = self.wrapped(&row.name, Role::Strong);
        match &row.fate {
            Fate::Unreadable(reason) => {
                let line = row.place.line;
                let told = if self.several {
                    format!("{file}, card {card}, line {line}: {reason}")
                } else {
                    format!("card {card}, line {line}: {reason}")
                };
                lines.extend(self.wrapped(&told, Role::Bad));
                lines.push(Line::default());
                lines.push(self.line("It is skipped; the others are imported.", Role::Dim));
                return lines;
            }
            Fate::New => {
                lines.push(self.line("no matching contact", Role::Dim));
                lines.push(Line::default());
                if !row.numbers.is_empty() {
                    lines.extend(self.head(["STORED AS", "FILE"]));
                }
            }
            Fate::Change(found) | Fate::Same(found) => {
                lines.push(self.line(found.by.words(), Role::Dim));
                lines.push(Line::default());
                lines.extend(self.head(["STORED", "FILE"]));
                if !row.changes.iter().any(|change| change.what == "name") {
                    lines.extend(self.pair("name", &found.name, &row.name, Role::Text));
                }
            }
        }
        for number in &row.numbers {
            lines.extend(self.number(number));
        }
        for change in &row.changes {
            let none = self.theme.glyphs.none;
            let before = change.before.as_deref().unwrap_or(none);
            let (after, role) = match (&change.before, &change.after) {
                (None, Some(after)) => (after.as_str(), Role::Good),
                (_, Some(after)) => (after.as_str(), Role::Warn),
                (_, None) => ("removed", Role::Warn),
            };
            lines.extend(self.pair(&change.what, before, after, role));
        }
        for kept in &row.kept {
            let none = self.theme.glyphs.none;
            let stored = kept.stored.as_deref().unwrap_or(none);
            let said = format!("{} (not taken)", kept.said);
            lines.extend(self.pair(&kept.what, stored, &said, Role::Dim));
        }
        lines.push(Line::default());
        lines.push(self.line("RESULT", Role::Section));
        let result = Self::result(row, choice);
        lines.extend(
            result
                .iter()
                .flat_map(|text| self.wrapped(text, Role::Text)),
        );
        lines.push(Line::default());
        lines.push(self.choices(row, choice));
        lines
    }

    /// Whether what is stored and what the file says have no room side by side.
    const fn is_narrow(&self) -> bool {
        self.columns < 46
    }

    /// The heads of the two columns; where one is under the other, there are none.
    fn head(&self, [left, right]: [&str; 2]) -> Option<Line<'static>> {
        let text = format!("  {:<12} {left:<19} {right}", "");
        (!self.is_narrow()).then(|| Line::styled(text, self.theme.style(Role::Section)))
    }

    /// A number as it is stored, and beside it what the card says; below it, where there is no room.
    fn number(&self, number: &PlanNumber) -> Vec<Line<'static>> {
        let label = number.label.as_deref().unwrap_or("number");
        let role = if number.there { Role::Dim } else { Role::Good };
        let is_same = number.said == number.stored;
        let said = if is_same { "same" } else { &number.said };
        let is_beside = !self.is_narrow() && width(said) + 36 <= self.columns;
        let beside = if is_beside { said } else { "" };
        let mut lines = self.pair(label, &number.stored, beside, role);
        if !is_beside && !is_same {
            let room = self.columns.saturating_sub(17);
            let said = wrap(&format!("{} in the file", number.said), room);
            let indent = " ".repeat(13);
            lines.extend(
                said.iter()
                    .map(|text| self.line(&format!("{indent}{text}"), Role::Dim)),
            );
        }
        lines
    }

    /// What becomes of the row, in words.
    fn result(row: &PlanRow, choice: Option<Choice>) -> Vec<String> {
        let found = match (&row.fate, choice) {
            (_, Some(Choice::Skip)) => {
                return vec!["nothing: it is skipped".to_owned()];
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
            parts.push(format!("{} added, unconfirmed", count(added, "number")));
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
            parts.push("its numbers are updated".to_owned());
        }
        for kept in &row.kept {
            let stored = kept.stored.as_deref().unwrap_or("none");
            parts.push(match kept.why {
                NotTaken::Second => format!("{} becomes {stored}", kept.what),
                _ => format!("{} stays {stored}", kept.what),
            });
        }
        if found.name != row.name && !row.changes.iter().any(|change| change.what == "name") {
            parts.push(format!("name stays {}", found.name));
        }
        parts
    }

    /// What can become of a row. Where no contact matches, there is nothing to merge it into.
    fn choices(&self, row: &PlanRow, choice: Option<Choice>) -> Line<'static> {
        let dot = self.theme.glyphs.dot;
        let mut spans = vec![Span::styled(
            "  THIS ROW   ",
            self.theme.style(Role::Section),
        )];
        let is_new = row.fate.kind() == FateKind::New && choice != Some(Choice::New);
        let known = [
            ("merge", None),
            ("as new", Some(Choice::New)),
            ("skip", Some(Choice::Skip)),
        ];
        let new = [("import", None), ("skip", Some(Choice::Skip))];
        let choices = if is_new { new.as_slice() } else { &known };
        for (words, of) in choices {
            let sign = if choice == *of { dot } else { " " };
            let text = format!("({sign}) {words}  ");
            spans.push(Span::styled(text, self.theme.style(Role::Text)));
        }
        Line::from(spans)
    }

    fn line(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }

    fn wrapped(&self, text: &str, role: Role) -> Vec<Line<'static>> {
        let lines = wrap(&safe(text), self.columns.saturating_sub(4)).into_iter();
        lines.map(|text| self.line(&text, role)).collect()
    }

    /// What is stored, and beside it what the file says; under it, where there is no room for both, and
    /// then in as many lines as they need.
    fn pair(&self, label: &str, stored: &str, file: &str, role: Role) -> Vec<Line<'static>> {
        let ellipsis = self.theme.glyphs.ellipsis;
        let room = self.columns.saturating_sub(36);
        let sign = match role {
            Role::Good => "+",
            Role::Warn => "~",
            _ => " ",
        };
        if self.is_narrow() || width(stored) > 19 || width(file) > room || width(label) > LABEL {
            return self.stacked(sign, label, [stored, file], role);
        }
        vec![Line::from(vec![
            Span::styled(sign.to_owned(), self.theme.style(role)),
            Span::raw(" "),
            Span::styled(fit(label, LABEL, ellipsis), self.theme.style(Role::Dim)),
            Span::raw(" "),
            Span::styled(fit(stored, 19, ellipsis), self.theme.style(Role::Text)),
            Span::raw(" "),
            Span::styled(fit(file, room, ellipsis), self.theme.style(role)),
        ])]
    }

    /// What is stored, and under it what the file says.
    fn stacked(
        &self,
        sign: &str,
        label: &str,
        [stored, file]: [&str; 2],
        role: Role,
    ) -> Vec<Line<'static>> {
        let room = self.columns.saturating_sub(LABEL + 6);
        let arrow = format!("{} ", self.theme.glyphs.arrow);
        let texts = [("  ", stored, Role::Text), (arrow.as_str(), file, role)];
        // What is the same is said once.
        let count = if file.is_empty() || file == stored {
            1
        } else {
            2
        };
        let texts = texts.into_iter().take(count);
        let values = texts.flat_map(|(arrow, text, role)| {
            let lines = wrap(text, room).into_iter().enumerate();
            lines.map(move |(at, line)| {
                let before = if at == 0 { arrow } else { "  " };
                (format!("{before}{line}"), role)
            })
        });
        let values: Vec<(String, Role)> = values.collect();
        let labels = wrap(label, LABEL);
        let lines = (0..values.len().max(labels.len())).map(|at| {
            let label = labels.get(at).map_or("", String::as_str);
            let sign = if at == 0 { sign } else { " " };
            let label = format!("{sign} {} ", fit(label, LABEL, ""));
            let (value, role) = values.get(at).cloned().unwrap_or((String::new(), role));
            Line::from(vec![
                Span::styled(label, self.theme.style(Role::Dim)),
                Span::styled(value, self.theme.style(role)),
            ])
        });
        lines.collect()
    }
}

/// The columns of what a value is called.
const LABEL: usize = 12;
