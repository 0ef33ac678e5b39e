//! The remotes: the address books elsewhere that the book is kept the same with, how each is, and what is to
//! be done about it.

use std::borrow::Cow;
use std::fmt::Write as _;

use ratatui::text::{Line, Span};

use crate::config::remotes::RemoteSettings;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Request, Write};
use crate::tui::remotes::{OneRemote, Standing, is_typed};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, wrap};
use crate::tui::widgets::theme::Role;

use super::conflicts::Conflicts;
use super::page::{News, Outcome, Page, Ui};

/// The width from which on a row has the address, and the columns of the others.
const WITH_ADDRESS: usize = 88;
const KIND: usize = 9;
const CARDS: usize = 7;
const SYNCED: usize = 14;

/// What is said where there is none.
const NONE: &str = "no remote is set up: callbook remote add NAME ADDRESS finds an address book on a server, and \
                    callbook remote add NAME FOLDER keeps a folder of cards the same";

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RemotesPage {
    /// The line under the cursor.
    cursor: usize,
}

impl RemotesPage {
    fn current<'s>(&self, session: &'s Session) -> Option<OneRemote<'s>> {
        let all = session.remotes.all();
        let last = all.len().saturating_sub(1);
        all.into_iter().nth(self.cursor.min(last))
    }
}

impl Page for RemotesPage {
    fn scope(&self) -> Scope {
        Scope::Remotes
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::Remotes);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Conflicts => return Outcome::Open(Box::<Conflicts>::default()),
            Action::Sync => ctx.sync(ctx.session.remotes.names()),
            Action::SyncOne => {
                let name = self.current(ctx.session).map(|one| one.name.to_owned());
                ctx.sync(name.into_iter().collect());
            }
            Action::Pause => {
                let current = self.current(ctx.session);
                if let Some((name, row)) = current.and_then(|one| Some((one.name, one.row?))) {
                    let pause = Write::Pause(name.to_owned(), !row.paused);
                    ctx.write(pause);
                }
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let all = ctx.session.remotes.all().len();
        self.cursor = motion.apply(self.cursor, all, ctx.height());
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        let current = self.current(session);
        match (action, current) {
            (Action::SyncOne | Action::Pause, None) => Some("no remote is set up".into()),
            (Action::SyncOne, Some(OneRemote { set: None, .. })) => {
                Some("it is not in the configuration any more".into())
            }
            (Action::Pause, Some(OneRemote { row: None, .. })) => {
                Some("its first sync is not done".into())
            }
            (Action::Conflicts, _) => {
                let all = session.remotes.all().into_iter();
                let fields = all.filter_map(|one| Some(one.row?.counts.conflicts));
                (fields.sum::<u64>() == 0).then(|| "nothing is to be decided".into())
            }
            _ => None,
        }
    }

    fn refused(&mut self, purpose: Purpose, _refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose == Purpose::Read && ctx.session.remotes.rows.is_none() {
            return Outcome::Close;
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Remotes);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let all = ui.session.remotes.all();
        let right = match all.len() {
            0 => String::new(),
            many => count(many, "remote"),
        };
        let inside = page("Remotes", &right, "", theme, ui.areas.content, ui.frame);
        if ui.session.remotes.rows.is_none() {
            return;
        }
        let columns = usize::from(inside.width);
        let mut lines = Vec::new();
        if columns >= usize::from(NARROW) && !all.is_empty() {
            lines.push(head(columns, ui));
        }
        let on = self.cursor.min(all.len().saturating_sub(1));
        let mut until = lines.len() + on;
        let rows = all.iter().enumerate();
        lines.extend(rows.map(|(at, one)| row(one, at == on, columns, ui)));
        let told = match all.get(on) {
            None => vec![NONE.to_owned()],
            Some(one) => about(one, ui.session),
        };
        let told = told.iter();
        let told = told.flat_map(|told| wrap(told, columns.saturating_sub(4)));
        let mut told: Vec<Line<'_>> = told
            .map(|line| indented(&line, Role::Dim, columns, theme))
            .collect();
        let height = usize::from(inside.height);
        if lines.len() + 2 + told.len() > height {
            // Where there is no room below the list, it is below the row.
            told.truncate(height.saturating_sub(2));
            let below = lines.len().min(until + 1);
            until += told.len();
            lines.splice(below..below, told);
        } else {
            if let Some(one) = all.get(on) {
                lines.push(Line::default());
                let name = safe(one.name).to_uppercase();
                lines.push(indented(&name, Role::Section, columns, theme));
            }
            lines.extend(told);
        }
        scrolled(lines, until, inside, ui.frame);
    }
}

/// The columns of a name, and of an address, and of how a remote is.
fn rooms(columns: usize) -> (usize, usize, usize) {
    if columns < usize::from(NARROW) {
        let rest = columns.saturating_sub(4);
        return (rest / 2, 0, rest - rest / 2);
    }
    let rest = columns.saturating_sub(KIND + CARDS + SYNCED + 7);
    let name = (rest / 4).clamp(8, 16);
    let state = 26.min(rest.saturating_sub(name));
    let address = if columns >= WITH_ADDRESS {
        rest.saturating_sub(name + state + 1)
    } else {
        0
    };
    (name, address, state)
}

fn head(columns: usize, ui: &Ui<'_, '_>) -> Line<'static> {
    let (name, address, _) = rooms(columns);
    let mut text = format!("  {} {:<KIND$}", fit("NAME", name, ""), "KIND");
    if address > 0 {
        text.push_str(&fit("ADDRESS", address + 1, ""));
    }
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{:>CARDS$}  {:<SYNCED$} STATE",
        "CARDS", "LAST SYNCED"
    );
    Line::styled(text, ui.theme.style(Role::Section))
}

fn row(one: &OneRemote<'_>, on: bool, columns: usize, ui: &Ui<'_, '_>) -> Line<'static> {
    let theme = ui.theme;
    let (ellipsis, dim) = (theme.glyphs.ellipsis, theme.style(Role::Dim));
    let (name, address, room) = rooms(columns);
    let calendar = ui.session.calendar();
    let standing = one.standing();
    let state = fit(&standing.words(calendar), room, ellipsis);
    let role = if on { Role::Cursor } else { Role::Text };
    let mut spans: Vec<Span<'static>> = vec![
        cursor(on, theme),
        Span::raw(" "),
        Span::styled(fit(&safe(one.name), name, ellipsis), theme.style(role)),
        Span::raw(" "),
    ];
    if columns >= usize::from(NARROW) {
        let kind = one.set.map(RemoteSettings::kind);
        let kind = kind.or_else(|| one.row.map(|row| row.kind.as_str()));
        let mut text = format!("{:<KIND$}", kind.unwrap_or_default());
        if address > 0 {
            let book = one.set.map(RemoteSettings::book);
            let book = book.or_else(|| one.row.map(|row| row.book.clone()));
            let book = book.unwrap_or_default();
            let book = book.strip_prefix("https://").unwrap_or(&book);
            text.push_str(&fit(&safe(book), address, ellipsis));
            text.push(' ');
        }
        let cards = one.row.map_or(0, |row| row.counts.linked);
        let cards = thousands(usize::try_from(cards).unwrap_or(usize::MAX));
        let synced = one.row.and_then(|row| row.synced_at);
        let synced = synced.map_or_else(|| "never".to_owned(), |at| calendar.when(at));
        let _ = write!(text, "{cards:>CARDS$}  {} ", fit(&synced, SYNCED, ellipsis));
        spans.push(Span::styled(text, dim));
    }
    spans.push(Span::styled(state, theme.style(standing.role())));
    Line::from(spans)
}

/// What is to be known of a remote, a sentence a line.
fn about(one: &OneRemote<'_>, session: &Session) -> Vec<String> {
    let key = |action| session.key(Scope::Remotes, action);
    let mut said = Vec::new();
    let name = safe(one.name);
    match one.standing() {
        Standing::NotSet => {
            said.push(
                "not in the configuration any more: nothing is sent there or taken in".to_owned(),
            );
        }
        Standing::Paused => said.push(format!("paused; {} lets it go on", key(Action::Pause))),
        Standing::New => said.push(format!("callbook sync --yes {name} does the first sync")),
        _ => {}
    }
    if one.set.is_some_and(is_typed) {
        said.push(format!(
            "its password is typed: callbook sync {name}, or set password_command"
        ));
    }
    let Some(row) = one.row else { return said };
    let calendar = session.calendar();
    if let Some(why) = row.trouble.as_ref().filter(|_| !one.is_on()) {
        let tried = row.tried_at.map(|at| format!(" at {}", calendar.clock(at)));
        said.push(format!(
            "not synced{}: {}",
            tried.unwrap_or_default(),
            safe(why)
        ));
    }
    if let Some(again) = row.again_at.filter(|again| *again > session.now) {
        said.push(format!("tried again at {}", calendar.clock(again)));
    }
    let counts = row.counts;
    let cards = |number: u64| count(usize::try_from(number).unwrap_or(usize::MAX), "card");
    if counts.conflicts > 0 {
        let fields = usize::try_from(counts.conflicts).unwrap_or(usize::MAX);
        said.push(format!(
            "{} to decide: {} shows them",
            count(fields, "field"),
            key(Action::Conflicts)
        ));
    }
    for (number, words) in [
        (counts.waiting, "on the way"),
        (counts.refused, "not taken there"),
        (counts.unread, "there that cannot be read"),
    ] {
        if number > 0 {
            said.push(format!("{} {words}", cards(number)));
        }
    }
    if let Some(set) = one.set {
        said.extend(as_set(set));
    }
    said
}

/// What is set of a remote, as far as it says what goes where and when.
fn as_set(set: &RemoteSettings) -> Vec<String> {
    let mut said = Vec::new();
    if set.read_only {
        said.push("nothing is sent there".to_owned());
    } else if set.new {
        said.push("contacts made here go there".to_owned());
    }
    if let Some(only) = &set.only {
        said.push(format!("of those here, only {} go there", safe(only)));
    }
    let every = set.every.map(|every| format!("every {}", time(every)));
    let after = set
        .on_change
        .map(|after| format!("{} after a change", time(after)));
    let when: Vec<String> = every.into_iter().chain(after).collect();
    said.push(if when.is_empty() {
        "synced by hand only".to_owned()
    } else {
        format!("synced {}", when.join(", and "))
    });
    said
}

fn time(time: std::time::Duration) -> String {
    let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
    match seconds {
        0 => "at once".to_owned(),
        seconds if seconds % 3_600 == 0 => count(seconds / 3_600, "hour"),
        seconds if seconds % 60 == 0 => count(seconds / 60, "minute"),
        seconds => count(seconds, "second"),
    }
}
