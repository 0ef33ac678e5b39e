//! Fix numbers: the contacts that need attention, one after the other, with what confirming does.
//!
//! It is the list over fewer contacts, so that everything that can be done to a number can be done here
//! too; beside the contact stand the reason and the plan.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::phone::{MANUAL, Phone};
use crate::domain::remotes::source_words;
use crate::domain::safe::safe;
use crate::domain::triage::{
    OtherHolders, Reason, disagreement, first_reason, impossible, outcome, reason,
};
use crate::domain::words::thousands;
use crate::tui::ctx::Session;
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::page::Ui;
use crate::tui::widgets::frame::{indented, more_in_pane};
use crate::tui::widgets::text::{elide, fit, width, wrap};
use crate::tui::widgets::theme::{ColorPalette, Role, Theme};

use super::detail::{DetailRow, Extent};
use super::fix::Fix;
use super::state::{Contacts, Focus};

/// The columns of a number's label.
const LABEL: usize = 9;

/// The columns of the bar of progress.
const GAUGE: usize = 20;

/// How far one has come: `23 left · 0 done`, or what is left where there is no room for more.
pub(super) fn progress(session: &Session, fix: &Fix, theme: &Theme) -> String {
    let left = session.totals.map_or(0, |totals| totals.attention);
    if session.size.width < 56 {
        return format!("{} left", thousands(left));
    }
    format!(
        "{} left {} {} done",
        thousands(left),
        theme.glyphs.middle,
        thousands(fix.done(left))
    )
}

/// The bar of progress.
pub(super) fn gauge(session: &Session, fix: &Fix, theme: &Theme) -> Line<'static> {
    let left = session.totals.map_or(0, |totals| totals.attention);
    let all = fix.begun_with.max(1);
    let done = fix.done(left);
    let full = (done * GAUGE / all).min(GAUGE);
    let [empty_sign, full_sign] = theme.glyphs.gauge;
    Line::from(vec![
        Span::styled(full_sign.repeat(full), theme.style(Role::Good)),
        Span::styled(empty_sign.repeat(GAUGE - full), theme.style(Role::Dim)),
        Span::styled(
            format!(" {:>3}% ", (done * 100 / all).min(100)),
            theme.style(Role::Dim),
        ),
    ])
}

/// Why they are here, under the list.
pub(super) fn reasons(fix: &Fix, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let mut lines = vec![
        Line::default(),
        Line::styled("  WHY IS THIS HERE", theme.style(Role::Section)),
    ];
    let reasons = fix.reasons(usize::from(area.width)).into_iter();
    lines.extend(reasons.map(|(count, words)| {
        Line::from(vec![
            Span::styled(format!("  {count} "), theme.style(Role::Text)),
            Span::styled(words, theme.style(Role::Dim)),
        ])
    }));
    frame.render_widget(Paragraph::new(lines), area);
}

/// The contact beside the list.
pub(super) fn draw(page: &Contacts, area: Rect, ui: &mut Ui<'_, '_>) {
    let Some(sheet) = Sheet::of(page, area, ui.session, ui.theme) else {
        return;
    };
    let (lines, numbers) = sheet.lines();
    let height = usize::from(area.height);
    let extent = sheet.extent(lines.len(), numbers, height);
    let top = extent.top(&page.detail);
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    ui.frame.render_widget(Paragraph::new(seen), area);
    if extent.has_more(&page.detail) {
        more_in_pane(area, ui.theme, ui.frame);
    }
}

/// How long the contact is in an area.
pub(super) fn extent(page: &Contacts, area: Rect, session: &Session) -> Extent {
    // How things look takes no room.
    let theme = Theme::new(ColorPalette::Mono, session.glyphs);
    let height = usize::from(area.height);
    let Some(sheet) = Sheet::of(page, area, session, &theme) else {
        return Extent {
            lines: 0,
            rows: Vec::new(),
            on: None,
            height,
        };
    };
    let (lines, numbers) = sheet.lines();
    sheet.extent(lines.len(), numbers, height)
}

struct Sheet<'a> {
    name: &'a str,
    phones: &'a [Phone],
    others: &'a OtherHolders,
    session: &'a Session,
    cursor: usize,
    focused: bool,
    theme: &'a Theme,
    columns: usize,
}

impl<'a> Sheet<'a> {
    /// The contact that is shown in an area, where there is room for it.
    fn of(page: &'a Contacts, area: Rect, session: &'a Session, theme: &'a Theme) -> Option<Self> {
        let profile = page.detail.profile.as_ref().filter(|_| area.width > 8)?;
        Some(Self {
            name: &profile.full.contact.name,
            phones: &profile.full.phones,
            others: &profile.others,
            session,
            cursor: page.detail.cursor,
            focused: page.focus == Focus::Detail,
            theme,
            columns: usize::from(area.width),
        })
    }
}

impl Sheet<'_> {
    /// How long it is, with the number under the cursor.
    fn extent(&self, lines: usize, numbers: Vec<Range<usize>>, height: usize) -> Extent {
        let rows = numbers.into_iter().enumerate();
        let rows = rows.map(|(place, lines)| (DetailRow::Number(place), lines));
        Extent {
            lines,
            rows: rows.collect(),
            on: Some(DetailRow::Number(self.cursor)),
            height,
        }
    }

    /// All lines, and which of them are those of each number.
    fn lines(&self) -> (Vec<Line<'static>>, Vec<Range<usize>>) {
        let why = first_reason(self.phones, self.others, self.session.home).map_or_else(
            || "nothing left to do here".to_owned(),
            |reason| safe(&reason.words()).into_owned(),
        );
        let mut lines = self.wrapped("", self.name, Role::Strong);
        lines.extend(self.wrapped("", &why, Role::Warn));
        lines.push(Line::default());
        lines.push(self.line("PRIMARY  LABEL     NUMBER", Role::Section));
        let mut numbers = Vec::with_capacity(self.phones.len());
        for (at, phone) in self.phones.iter().enumerate() {
            let first = lines.len();
            lines.push(self.number(phone, at == self.cursor));
            let twig = format!("         {} ", self.theme.glyphs.twig);
            let facts = self.facts(phone).into_iter();
            lines.extend(facts.flat_map(|text| self.wrapped(&twig, &text, Role::Dim)));
            numbers.push(first..lines.len());
        }
        lines.push(Line::default());
        lines.push(self.line("WHAT WILL HAPPEN ON CONFIRM", Role::Section));
        for phone in self.phones {
            let shown = phone.shown();
            let fill = " ".repeat(20_usize.saturating_sub(width(&shown)));
            let text = format!("{shown}{fill} {}", outcome(phone));
            lines.extend(self.wrapped("", &text, Role::Text));
        }
        lines.push(Line::default());
        let key = |action| self.session.key(Scope::Fix, action);
        let (historic, delete) = (key(Action::Historic), key(Action::DeleteNumber));
        let (edit, next) = (key(Action::EditNumber), key(Action::NextNumber));
        for text in [
            format!("{historic} marks a number as historic, {delete} deletes it,"),
            format!("{edit} edits it, {next} goes to the next one."),
        ] {
            lines.extend(self.wrapped("", &text, Role::Dim));
        }
        (lines, numbers)
    }

    /// A wrapped text, with a prefix before its first line.
    fn wrapped(&self, before: &str, text: &str, role: Role) -> Vec<Line<'static>> {
        let indent = width(before);
        let mut before = Some(before.to_owned());
        let lines = wrap(text, self.columns.saturating_sub(indent + 3)).into_iter();
        let lines = lines.map(|line| {
            let before = before.take().unwrap_or_else(|| " ".repeat(indent));
            self.line(&format!("{before}{line}"), role)
        });
        lines.collect()
    }

    fn line(&self, text: &str, role: Role) -> Line<'static> {
        indented(text, role, self.columns, self.theme)
    }

    fn number_columns(&self) -> usize {
        self.columns.saturating_sub(24).min(28)
    }

    /// One number: primary or not, its label and itself, where it came from.
    fn number(&self, phone: &Phone, selected: bool) -> Line<'static> {
        let glyphs = &self.theme.glyphs;
        let (cursor, style) = match (selected, self.focused) {
            (true, true) => (glyphs.cursor, self.theme.style(Role::Focus)),
            (true, false) => (glyphs.rest, self.theme.style(Role::Focus)),
            (false, _) => (" ", self.theme.style(Role::Text)),
        };
        let chosen = match (phone.primary, phone.historic) {
            (true, _) => format!("({})", glyphs.dot),
            (_, true) => format!(" {} ", glyphs.historic),
            _ => "( )".to_owned(),
        };
        let label = phone.location.as_deref().unwrap_or_default();
        let number = phone.shown();
        let room = self.number_columns();
        let text = match (selected, phone.historic) {
            (true, _) => Role::Cursor,
            (false, true) => Role::Dim,
            (false, false) => Role::Text,
        };
        let mut spans = vec![
            Span::styled(cursor.to_owned(), style),
            Span::styled(format!(" {chosen}      "), self.theme.style(Role::Text)),
            Span::styled(
                fit(label, LABEL, glyphs.ellipsis),
                self.theme.style(Role::Dim),
            ),
            Span::raw(" "),
        ];
        let shown = elide(&number, room, glyphs.ellipsis);
        spans.extend(self.lit(phone, &shown, self.theme.style(text)));
        let (mark, style) = self.theme.mark(phone.mark(self.session.home));
        spans.push(Span::styled(format!(" {mark}"), style));
        Line::from(spans)
    }

    /// A number as it is shown, with the digits lit in which it differs from one that it nearly is.
    fn lit(&self, phone: &Phone, shown: &str, style: Style) -> Vec<Span<'static>> {
        let apart = self
            .phones
            .iter()
            .find_map(|other| disagreement(phone, other).or_else(|| disagreement(other, phone)));
        let Some(Reason::Disagreement { places, .. }) = apart else {
            return vec![Span::styled(shown.to_owned(), style)];
        };
        let lit = self.theme.style(Role::Match);
        let mut digits = 0;
        let mut sign = |sign: char| {
            let on = sign.is_ascii_digit() && places.contains(&digits);
            digits += usize::from(sign.is_ascii_digit());
            Span::styled(sign.to_string(), if on { lit } else { style })
        };
        shown.chars().map(&mut sign).collect()
    }

    /// What is to be known of a number before one confirms it.
    fn facts(&self, phone: &Phone) -> Vec<String> {
        let day = self.session.calendar().day(phone.created_at);
        let mut told = vec![if phone.source == MANUAL {
            format!("typed here {day}")
        } else {
            format!("from {} {day}", source_words(&phone.source))
        }];
        let label = phone.location.as_deref().unwrap_or_default();
        if width(label) > LABEL {
            told.push(label.to_owned());
        }
        let shown = phone.shown();
        if width(&shown) > self.number_columns() {
            told.push(shown);
        }
        if let Some(why) = impossible(phone, self.session.home) {
            told.push(why.words());
        }
        if let Some(name) = self.others.get(&phone.id) {
            told.push(Reason::OnTwo(safe(name).into_owned()).words());
        }
        if let Some(Reason::Disagreement { digits, .. }) =
            reason(phone, self.phones, self.others, self.session.home)
        {
            let [mine, its] = digits;
            let swapped: String = mine.chars().rev().collect();
            let question = if swapped == its {
                "digits swapped?"
            } else {
                "is one of them wrong?"
            };
            told.push(format!(
                "{question}  {its} {} {mine}",
                self.theme.glyphs.arrow
            ));
        }
        told
    }
}
