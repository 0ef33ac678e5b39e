//! The remotes: the address books elsewhere that the book is kept the same with, how each is, and what is to
//! be done about it.

use std::borrow::Cow;
use std::fmt::Write as _;

use ratatui::text::{Line, Span};

use crate::config::remotes::RemoteSettings;
use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::Task;
use crate::domain::remotes::{RemoteDetails, RemoteRow};
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, SyncOrder, Write};
use crate::tui::remotes::{NOT_SET, OneRemote};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::about::{About, about};
use crate::tui::pages::conflicts::Conflicts;
use crate::tui::pages::guard::page_for;
use crate::tui::pages::not_taken::NotTaken;
use crate::tui::pages::page::{AnyPage, News, Outcome, Page, Ui};
use crate::tui::pages::password::Password;
use crate::tui::pages::preview::Preview;
use crate::tui::pages::remote_check::RemoteCheck;
use crate::tui::pages::sync_plan::SyncPlanPage;

/// The width from which on a row has the address, and the columns of the others.
const WITH_ADDRESS: usize = 88;
const KIND: usize = 9;
const CARDS: usize = 7;
const SYNCED: usize = 14;

/// The columns of what a line below the list is about.
const ABOUT: usize = 11;

/// What is said where there is none.
const NONE: &str = "no remote is set up: callbook remote add NAME ADDRESS finds an address book on a server, and \
                    callbook remote add NAME FOLDER keeps a folder of cards the same";

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RemotesPage {
    /// The line under the cursor.
    cursor: usize,
    /// What is known of the cards of a remote; of which one, it says.
    details: Option<RemoteDetails>,
}

impl RemotesPage {
    fn current<'s>(&self, session: &'s Session) -> Option<OneRemote<'s>> {
        let all = session.remotes.all();
        let last = all.len().saturating_sub(1);
        all.into_iter().nth(self.cursor.min(last))
    }

    /// What is known of the cards of the remote under the cursor.
    fn details(&self, one: &OneRemote<'_>) -> Option<&RemoteDetails> {
        let details = self.details.as_ref();
        details.filter(|details| details.name == one.name)
    }

    /// Asks for the cards of the remote under the cursor.
    fn ask(&self, ctx: &mut Ctx<'_>) {
        let current = self.current(ctx.session);
        if let Some(name) = current.map(|one| one.name.to_owned()) {
            ctx.read(Request::RemoteDetails(name));
        }
    }
}

impl Page for RemotesPage {
    fn scope(&self) -> Scope {
        Scope::Remotes
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::Remotes);
        self.ask(ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Conflicts => return Outcome::Open(Box::<Conflicts>::default()),
            Action::Sync => return sync_all(ctx),
            Action::SyncOne => {
                let current = self.current(ctx.session);
                let is_free = ctx.session.remotes.on.is_empty();
                let page = current.filter(|_| is_free);
                if let Some(page) = page.and_then(|one| page_for(&one, action)) {
                    return Outcome::Open(page);
                }
                let name = current.map(|one| one.name.to_owned());
                ctx.sync(SyncOrder::usual(name.into_iter().collect()));
            }
            Action::DryRun => {
                if let Some(one) = self.current(ctx.session) {
                    if let Some(set) = one.set.filter(|_| one.lacks_password()) {
                        return Outcome::Open(Password::page(set, action));
                    }
                    let page = SyncPlanPage::dry(one.name.to_owned());
                    return Outcome::Open(Box::new(page));
                }
            }
            Action::NotTaken => {
                if let Some(one) = self.current(ctx.session) {
                    let page = NotTaken::of(one.name.to_owned());
                    return Outcome::Open(Box::new(page));
                }
            }
            Action::CheckRemote => {
                if let Some(one) = self.current(ctx.session) {
                    if let Some(set) = one.set.filter(|_| one.lacks_password()) {
                        return Outcome::Open(Password::page(set, action));
                    }
                    let page = RemoteCheck::of(one.name.to_owned());
                    return Outcome::Open(Box::new(page));
                }
            }
            Action::UndoStep => {
                let current = self.current(ctx.session);
                let details = current.and_then(|one| self.details(&one));
                if let Some(step) = details.and_then(|details| details.last_step) {
                    ctx.wait_for(Request::Rehearse(Task::Undo(step)), Purpose::Preview);
                }
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
        self.ask(ctx);
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        let current = self.current(session);
        match (action, current) {
            (Action::SyncOne | Action::Pause | Action::DryRun | Action::CheckRemote, None) => {
                Some("no remote is set up".into())
            }
            (
                Action::SyncOne | Action::DryRun | Action::CheckRemote,
                Some(OneRemote { set: None, .. }),
            ) => Some(NOT_SET.into()),
            (Action::NotTaken, current) => {
                let counts = current.and_then(|one| one.row).map(|row| row.counts);
                let left = counts.map_or(0, |is| is.refused + is.unread + is.left_out);
                (left == 0).then(|| "every card of it is synced".into())
            }
            (Action::Pause, Some(OneRemote { row: None, .. })) => {
                Some("its first sync is not done".into())
            }
            (Action::UndoStep, current) => {
                let details = current.as_ref().and_then(|one| self.details(one));
                let step = details.and_then(|details| details.last_step);
                step.is_none()
                    .then(|| "no sync of it is in the history".into())
            }
            (Action::Conflicts, _) => {
                let mut all = session.remotes.all().into_iter().filter_map(|one| one.row);
                let waits =
                    all.any(|row| row.counts.conflicts > 0 || !row.brought_back().is_empty());
                (!waits).then(|| "nothing is to be decided".into())
            }
            _ => None,
        }
    }

    /// While a sync runs, the keys that begin one stop it.
    fn hint<'a>(&self, binding: &'a Binding, session: &Session) -> Option<Cow<'a, str>> {
        let is_on = !session.remotes.on.is_empty();
        Some(match binding.action {
            Action::SyncOne if is_on => "stop".into(),
            Action::SyncOne if self.current(session).is_some_and(|one| one.shows_first()) => {
                "first sync".into()
            }
            Action::Sync if is_on => return None,
            Action::NotTaken if self.unavailable(binding.action, session).is_some() => return None,
            _ => binding.hint.into(),
        })
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Rehearsed(task, rehearsal) => {
                let current = self.current(ctx.session);
                let of = current.map(|one| last_run_of(&one, ctx.session));
                let page = Preview::page_of(task, *rehearsal, of, ctx);
                return page.map_or(Outcome::Stay, Outcome::Open);
            }
            Reply::RemoteDetails(details) => self.details = Some(*details),
            _ => {}
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, _refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose == Purpose::Read && ctx.session.remotes.rows.is_none() {
            return Outcome::Close;
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Remotes);
        self.ask(ctx);
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
            None => vec![About::new("", NONE)],
            Some(one) => about(one, self.details(one), ui.session),
        };
        let mut told: Vec<Line<'_>> = told
            .iter()
            .flat_map(|about| lines_of(about, columns, theme))
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

/// What is said of a remote: what it is about, and beside it the words.
fn lines_of(about: &About, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let room = if columns < usize::from(NARROW) || about.of.is_none() {
        0
    } else {
        ABOUT
    };
    let mut of = about.of.unwrap_or_default();
    let told = wrap(&about.words, columns.saturating_sub(room + 4)).into_iter();
    let told = told.map(|line| {
        let before = if room > 0 {
            format!("  {of:<ABOUT$}")
        } else {
            "  ".to_owned()
        };
        of = "";
        Line::from(vec![
            Span::styled(before, theme.style(Role::Dim)),
            Span::styled(line, theme.style(about.role)),
        ])
    });
    told.collect()
}

/// The last run of a remote that changed something: `the sync with work at 10:47`.
fn last_run_of(one: &OneRemote<'_>, session: &Session) -> String {
    let name = safe(one.name);
    let runs = one.row.map(RemoteRow::last_runs).unwrap_or_default();
    let changed = runs.iter().find(|run| run.came + run.deleted_here > 0);
    match changed {
        Some(run) => format!("the sync with {name}, {}", session.calendar().when(run.at)),
        None => format!("the last sync with {name}"),
    }
}

/// Syncs all remotes. Where each of them waits for a person, what the first of them waits for comes first.
pub(in crate::tui::pages) fn sync_all(ctx: &mut Ctx<'_>) -> Outcome {
    let remotes = &ctx.session.remotes;
    let all = remotes.all();
    let set = || all.iter().filter(|one| one.set.is_some());
    let pages: Vec<AnyPage> = set()
        .filter_map(|one| page_for(one, Action::Sync))
        .collect();
    // Until it is known how they are, the sync itself finds out what each of them waits for.
    let is_known = remotes.rows.is_some();
    let waits = is_known && !pages.is_empty() && pages.len() == set().count();
    if waits && remotes.on.is_empty() && ctx.session.read_only.is_none() {
        let first = pages.into_iter().next();
        return first.map_or(Outcome::Stay, Outcome::Open);
    }
    let names = remotes.names();
    ctx.sync(SyncOrder::usual(names));
    Outcome::Stay
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
