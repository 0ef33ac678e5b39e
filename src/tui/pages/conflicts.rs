//! Fields that were changed here and on a remote to different things. Each side keeps its own until a
//! person chooses.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::{Seen, Task};
use crate::domain::remotes::{BroughtBackEntry, ConflictEntry, Decision};
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, wrap, wrapped_within};
use crate::tui::widgets::theme::{Role, Theme};

use super::page::{News, Outcome, Page, Ui};

/// The width from which on a row says since when, and on which remote.
const WITH_REMOTE: usize = 88;

/// The fewest and the most columns of a field in a row: a number's own is as long as the number.
const FIELD: std::ops::RangeInclusive<usize> = 10..=24;
/// The columns of a time and of a remote.
const SINCE: usize = 13;
const REMOTE: usize = 12;

/// The most rows of a text below the list, and the fewest rows of the list beside long texts.
const TEXT_ROWS: usize = 12;
const LIST_ROWS: usize = 3;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conflicts {
    /// The fields, as they came; none until then.
    all: Option<Vec<ConflictEntry>>,
    /// The contacts for which a change won over a deletion.
    back: Vec<BroughtBackEntry>,
    /// What is chosen of a field where it is not ours.
    chosen: BTreeMap<String, Decision>,
    /// The line under the cursor.
    cursor: usize,
}

impl Conflicts {
    fn all(&self) -> &[ConflictEntry] {
        self.all.as_deref().unwrap_or_default()
    }

    fn current(&self) -> Option<&ConflictEntry> {
        self.all().get(self.cursor)
    }

    /// The contact under the cursor, where it is on one that was brought back: they come after the fields.
    fn current_back(&self) -> Option<&BroughtBackEntry> {
        self.back.get(self.cursor.checked_sub(self.all().len())?)
    }

    fn known(&self) -> usize {
        self.all().len() + self.back.len()
    }

    fn ask(ctx: &mut Ctx<'_>) {
        ctx.read(Request::Conflicts);
        ctx.read(Request::BroughtBack);
    }

    fn side(&self, one: &ConflictEntry) -> Decision {
        let chosen = self.chosen.get(&one.id).copied();
        chosen.unwrap_or(Decision::Mine)
    }

    /// What is chosen of fields, to be written.
    fn decided<'a>(&self, fields: impl IntoIterator<Item = &'a ConflictEntry>) -> Write {
        let decided = |one: &ConflictEntry| (one.clone(), self.side(one));
        Write::Decide(fields.into_iter().map(decided).collect())
    }

    /// Chooses the side that was changed last, of each field of which that is known.
    fn choose_newest(&mut self) {
        let all = self.all.iter().flatten();
        let newest = all.filter_map(|one| Some((one.id.clone(), one.newest()?)));
        self.chosen.extend(newest);
    }

    fn choose_for_all(&mut self, side: Decision) {
        let ids = self.all().iter().map(|one| (one.id.clone(), side));
        self.chosen = ids.collect();
    }
}

impl Page for Conflicts {
    fn scope(&self) -> Scope {
        Scope::Conflicts
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        Self::ask(ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(one) = self.current_back() {
            let (remote, contact) = (one.remote.clone(), one.back.contact);
            match action {
                Action::Enter => {
                    ctx.write(Write::KeepBroughtBack(remote, contact));
                    return Outcome::Stay;
                }
                Action::DeleteContact => {
                    let task = Task::delete(vec![contact]);
                    ctx.write(Write::Perform(task, Seen::Nothing));
                    return Outcome::Stay;
                }
                _ => {}
            }
        }
        let side = match action {
            Action::Left => Decision::Mine,
            Action::Right => Decision::Theirs,
            Action::BothTexts => Decision::Both,
            Action::AllMine => {
                self.choose_for_all(Decision::Mine);
                return Outcome::Stay;
            }
            Action::AllStored => {
                self.choose_for_all(Decision::Theirs);
                return Outcome::Stay;
            }
            Action::Newest => {
                self.choose_newest();
                return Outcome::Stay;
            }
            Action::Enter => {
                if let Some(current) = self.current() {
                    ctx.write(self.decided([current]));
                }
                return Outcome::Stay;
            }
            Action::Save => {
                ctx.write(self.decided(self.all()));
                return Outcome::Stay;
            }
            _ => return Outcome::Unused,
        };
        if let Some(current) = self.current() {
            self.chosen.insert(current.id.clone(), side);
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.known(), ctx.height());
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        let is_of_one = matches!(action, Action::Left | Action::Right | Action::BothTexts);
        let is_of_all = matches!(
            action,
            Action::AllMine | Action::AllStored | Action::Newest | Action::Save
        );
        if self.current_back().is_some() && (is_of_one || is_of_all && self.all().is_empty()) {
            return Some("a contact that was brought back stays, or is deleted".into());
        }
        if action == Action::DeleteContact && self.current_back().is_none() {
            return Some("it deletes only a contact that was brought back".into());
        }
        let is_of_field = is_of_one || is_of_all || action == Action::Enter;
        match self.current() {
            None if self.current_back().is_some() => None,
            None if is_of_field => Some("nothing is to be decided".into()),
            Some(one) if action == Action::BothTexts && !one.joins => {
                Some(format!("{} cannot hold both values", safe(&one.field)).into())
            }
            Some(_) if action == Action::Newest && self.all().iter().all(|one| one.newest().is_none()) => {
                Some("which is newer is not known: the cards there do not say when they were changed".into())
            }
            _ => None,
        }
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::Conflicts(all) = reply {
            self.chosen
                .retain(|id, _| all.iter().any(|one| one.id == *id));
            self.all = Some(all);
        } else if let Reply::BroughtBack(back) = reply {
            self.back = back;
        }
        self.cursor = self.cursor.min(self.known().saturating_sub(1));
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, _refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if self.all.is_none() {
            return Outcome::Close;
        }
        if purpose != Purpose::Read {
            // What is gone, or is otherwise than it was when it was chosen, is not to be seen any more.
            Self::ask(ctx);
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        Self::ask(ctx);
    }

    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        let (current, back) = (self.current(), self.current_back());
        let is_shown = match binding.action {
            Action::BothTexts => current.is_some_and(|one| one.joins),
            Action::Left | Action::Right => current.is_some(),
            Action::AllMine | Action::AllStored | Action::Newest | Action::Save => {
                !self.all().is_empty()
            }
            Action::Enter => current.is_some() || back.is_some(),
            Action::DeleteContact => back.is_some(),
            _ => true,
        };
        let word = match (binding.action, back) {
            (Action::Enter, Some(_)) => "keep",
            _ => binding.hint,
        };
        is_shown.then_some(word.into())
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let all = self.all();
        let right = if all.is_empty() {
            String::new()
        } else {
            format!("{} to decide", count(all.len(), "field"))
        };
        let inside = page("Conflicts", &right, "", theme, ui.areas.content, ui.frame);
        let columns = usize::from(inside.width);
        if self.known() == 0 {
            if self.all.is_some() {
                let told = "nothing is to be decided: here and there, the contacts say the same or only one side changed";
                let told = wrap(told, columns.saturating_sub(4)).into_iter();
                let told = told.map(|line| indented(&line, Role::Dim, columns, theme));
                ui.frame
                    .render_widget(Paragraph::new(told.collect::<Vec<_>>()), inside);
            }
            return;
        }
        let mut lines = Vec::new();
        if columns >= usize::from(NARROW) && !all.is_empty() {
            lines.push(self.heads(columns, theme));
        }
        let heads = lines.len();
        let rows = all.iter().enumerate();
        lines.extend(rows.map(|(at, one)| self.row(one, at == self.cursor, columns, ui)));
        let mut on = heads + self.cursor;
        if !self.back.is_empty() {
            if !all.is_empty() {
                lines.push(Line::default());
            }
            let head = "BROUGHT BACK: A CHANGE WON OVER A DELETION";
            lines.push(indented(head, Role::Section, columns, theme));
            if self.current().is_none() {
                on += lines.len() - heads - all.len();
            }
            let rows = self.back.iter().enumerate();
            lines.extend(rows.map(|(at, one)| {
                let is_on = self.cursor == all.len() + at;
                back_row(one, is_on, columns, ui)
            }));
        }
        let height = usize::from(inside.height);
        let below = match self.current() {
            Some(current) => {
                // Texts are seen as far as there is room for them beside the first rows of the list.
                let room = height.saturating_sub(lines.len().min(heads + LIST_ROWS));
                let mut wholes = (1..=TEXT_ROWS).rev();
                let whole = |most| self.whole(current, (columns, most), ui.session, theme);
                let fitting = wholes.find_map(|most| {
                    let lines = whole(most);
                    (lines.len() <= room).then_some(lines)
                });
                fitting.unwrap_or_else(|| whole(1))
            }
            None => Self::about_back(columns, ui.session, theme),
        };
        // The list has as many rows as it needs, as long as both texts are seen.
        let least = (heads + 2).min(lines.len());
        let rows = lines.len().min(height.saturating_sub(below.len()));
        let rows = rows.max(least).min(height);
        let rows = u16::try_from(rows).unwrap_or(inside.height);
        let list = Rect {
            height: rows,
            ..inside
        };
        let rest = Rect {
            y: inside.y + rows,
            height: inside.height - rows,
            ..inside
        };
        // A list that is cut shows no head, but the row of the cursor.
        scrolled(lines, on, list, ui.frame);
        ui.frame.render_widget(Paragraph::new(below), rest);
    }
}

/// A contact that was brought back, and what had happened.
fn back_row(one: &BroughtBackEntry, on: bool, columns: usize, ui: &Ui<'_, '_>) -> Line<'static> {
    let theme = ui.theme;
    let (ellipsis, dim) = (theme.glyphs.ellipsis, theme.style(Role::Dim));
    let (name, _) = rooms(columns, *FIELD.start());
    let remote = safe(&one.remote);
    let told = if one.back.deleted_there {
        format!("deleted on {remote}, changed here")
    } else {
        format!("deleted here, changed on {remote}")
    };
    let middle = theme.glyphs.middle;
    let when = ui.session.calendar().when(one.back.at);
    let told = format!("{told} {middle} {when}");
    let role = if on { Role::Cursor } else { Role::Text };
    let room = columns.saturating_sub(name + 4);
    Line::from(vec![
        cursor(on, theme),
        Span::raw(" "),
        Span::styled(fit(&safe(&one.name), name, ellipsis), theme.style(role)),
        Span::styled(format!(" {}", fit(&told, room, ellipsis)), dim),
    ])
}

/// The columns of a name, and of a value in a row, beside those of a field.
fn rooms(columns: usize, field: usize) -> (usize, usize) {
    let taken = match remote_room(columns) {
        0 => 0,
        remote if columns >= WITH_REMOTE => SINCE + remote + 2,
        remote => remote + 1,
    };
    let rest = columns.saturating_sub(field + taken + 6);
    let name = (rest / 4).clamp(8, 22);
    (name, rest.saturating_sub(name) / 2)
}

/// The columns of the name of a remote.
fn remote_room(columns: usize) -> usize {
    if columns >= WITH_REMOTE {
        REMOTE
    } else if columns >= usize::from(NARROW) {
        REMOTE - 3
    } else {
        0
    }
}

impl Conflicts {
    /// The columns of the widest field, as long as a third of the row is enough for it.
    fn field(&self, columns: usize) -> usize {
        let widths = self.all().iter().map(|one| safe(&one.field).width());
        let widest = widths.max().unwrap_or_default().min(columns / 3);
        widest.clamp(*FIELD.start(), *FIELD.end())
    }

    fn heads(&self, columns: usize, theme: &Theme) -> Line<'static> {
        let field = self.field(columns);
        let (name, value) = rooms(columns, field);
        let head = |text: &str, room: usize| fit(text, room, "");
        let since = if columns >= WITH_REMOTE {
            format!("{} ", head("SINCE", SINCE))
        } else {
            String::new()
        };
        let text = format!(
            "  {} {} {} {} {since}REMOTE",
            head("NAME", name),
            head("FIELD", field),
            head("  YOURS", value),
            head("  THERE", value),
        );
        Line::styled(text, theme.style(Role::Section))
    }

    fn row(&self, one: &ConflictEntry, on: bool, columns: usize, ui: &Ui<'_, '_>) -> Line<'static> {
        let theme = ui.theme;
        let (ellipsis, dim) = (theme.glyphs.ellipsis, theme.style(Role::Dim));
        let field = self.field(columns);
        let (name, value) = rooms(columns, field);
        let role = if on { Role::Cursor } else { Role::Text };
        let is_narrow = columns < usize::from(NARROW);
        let mut spans = vec![cursor(on, theme), Span::raw(" ")];
        if is_narrow {
            // Both values are below the list.
            let room = columns.saturating_sub(4) / 2;
            let text = fit(&safe(&one.name), room, ellipsis);
            spans.push(Span::styled(text, theme.style(role)));
            let text = fit(&safe(&one.field), room, ellipsis);
            spans.push(Span::styled(format!(" {text}"), dim));
            return Line::from(spans);
        }
        let text = fit(&safe(&one.name), name, ellipsis);
        spans.push(Span::styled(text, theme.style(role)));
        let text = fit(&safe(&one.field), field, ellipsis);
        spans.push(Span::styled(format!(" {text} "), dim));
        let side = self.side(one);
        let values = [(Decision::Mine, &one.ours), (Decision::Theirs, &one.theirs)];
        for (of, text) in values {
            let taken = side == of || side == Decision::Both;
            let sign = if taken { theme.glyphs.dot } else { " " };
            let text = fit(&shown(text, theme), value.saturating_sub(2), ellipsis);
            let role = if taken { Role::Match } else { Role::Dim };
            spans.push(Span::styled(format!("{sign} {text} "), theme.style(role)));
        }
        if columns >= WITH_REMOTE {
            let since = fit(&ui.session.calendar().when(one.at), SINCE, ellipsis);
            spans.push(Span::styled(format!("{since} "), dim));
        }
        let remote = fit(&safe(&one.remote), remote_room(columns), ellipsis);
        spans.push(Span::styled(remote, dim));
        Line::from(spans)
    }

    /// What can be done about a contact that was brought back.
    fn about_back(columns: usize, session: &Session, theme: &Theme) -> Vec<Line<'static>> {
        let key = |action| session.key(Scope::Conflicts, action);
        let told = format!(
            "{} keeps it, here and there; {} deletes it on both sides",
            key(Action::Enter),
            key(Action::DeleteContact)
        );
        let told = wrap(&told, columns.saturating_sub(4)).into_iter();
        let told = told.map(|line| indented(&line, Role::Dim, columns, theme));
        std::iter::once(Line::default()).chain(told).collect()
    }

    /// The field under the cursor, with its texts in so many rows each; of longer ones where they differ.
    fn whole(
        &self,
        one: &ConflictEntry,
        (columns, most): (usize, usize),
        session: &Session,
        theme: &Theme,
    ) -> Vec<Line<'static>> {
        let side = self.side(one);
        let mut texts = vec![
            ("yours", one.ours.clone(), side == Decision::Mine),
            ("there", one.theirs.clone(), side == Decision::Theirs),
        ];
        if one.joins {
            let both = [&one.ours, &one.theirs].map(String::as_str);
            let both: Vec<&str> = both.into_iter().filter(|text| !text.is_empty()).collect();
            let both = both.join(" / ");
            texts.push(("both", both, side == Decision::Both));
        }
        texts.push(("was", one.was.clone(), false));
        let is_short = session.size.height < 20;
        let mut lines = Vec::new();
        if !is_short {
            lines.push(Line::default());
            let middle = theme.glyphs.middle;
            let head = format!("{} {middle} {}", safe(&one.name), safe(&one.field));
            lines.push(indented(
                &head.to_uppercase(),
                Role::Section,
                columns,
                theme,
            ));
        }
        let width = columns.saturating_sub(WORD + 6);
        let ellipsis = theme.glyphs.ellipsis;
        let same = { one.ours.chars().zip(one.theirs.chars()) }
            .take_while(|(ours, theirs)| ours == theirs)
            .count();
        for (word, text, taken) in texts {
            let sign = if taken { theme.glyphs.dot } else { " " };
            let role = if taken { Role::Match } else { Role::Text };
            let mut rows = wrap(&shown(&text, theme), width);
            if rows.len() > most && same + width / 2 > width * most {
                let rest: String = text.chars().skip(same.saturating_sub(width / 2)).collect();
                rows = wrap(&format!("{ellipsis}{}", shown(&rest, theme)), width);
            }
            wrapped_within(&mut rows, most, width, ellipsis);
            for (at, row) in rows.into_iter().enumerate() {
                let (sign, word) = if at == 0 { (sign, word) } else { (" ", "") };
                lines.push(Line::from(vec![
                    Span::styled(format!("  {sign} {word:<WORD$}"), theme.style(Role::Dim)),
                    Span::styled(row, theme.style(role)),
                ]));
            }
        }
        let newest = match one.newest() {
            Some(Decision::Theirs) => ", changed last there",
            Some(_) => ", changed last here",
            None => "",
        };
        let since = format!(
            "    {:<WORD$}{}, {}{newest}",
            "since",
            session.calendar().when(one.at),
            safe(&one.remote)
        );
        lines.push(Line::styled(since, theme.style(Role::Dim)));
        lines
    }
}

/// The columns of the word before a text.
const WORD: usize = 8;

/// A value, or the sign that there is none.
fn shown(text: &str, theme: &Theme) -> String {
    match text {
        "" => theme.glyphs.none.to_owned(),
        text => safe(text).into_owned(),
    }
}
