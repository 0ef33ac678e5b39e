//! Help and the command palette: one table, searched by what is typed.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::fold::fold;
use crate::domain::query::SavedFilter;
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::key::{Code, Key};
use crate::tui::keymap::{Action, Binding, Scope, TABLE};
use crate::tui::protocol::{Effect, Tone};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{cursor, framed, middle, more_in_popup, popup};
use crate::tui::widgets::hints::key_text;
use crate::tui::widgets::text::{elide, fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{Outcome, Page, Returned, Ui};

/// What stands before the name of a saved filter.
const SAVED: &str = "filter";

/// The columns of the keys.
const KEYS: usize = 14;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaletteKind {
    /// All keys, those of this screen first.
    Help,
    /// Every command that can be run here.
    Palette,
}

/// A line of the popup.
#[derive(Clone, Copy)]
enum PaletteLine<'s> {
    /// What a key does.
    Command(&'static Binding),
    /// A filter that is saved.
    Saved(&'s SavedFilter),
}

/// The popup.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// Help or palette.
    pub kind: PaletteKind,
    /// What is typed.
    pub text: Field,
    /// The line under the cursor.
    pub cursor: usize,
    /// The scopes of the screen under it, the nearest first.
    pub scopes: Vec<Scope>,
}

impl Palette {
    /// The popup over a screen with these scopes.
    #[must_use]
    pub fn new(kind: PaletteKind, scopes: Vec<Scope>) -> Self {
        Self {
            kind,
            text: Field::default(),
            cursor: 0,
            scopes,
        }
    }

    /// The lines that match, by section: those of this screen first.
    #[must_use]
    fn matches<'s>(&self, session: &'s Session) -> Vec<PaletteLine<'s>> {
        let keymap = &session.keymap;
        let words: Vec<String> = fold(self.text.text())
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let here = |scope: &Scope| self.scopes.contains(scope);
        let mut scopes: Vec<Scope> = self.scopes.clone();
        match self.kind {
            PaletteKind::Help => scopes.extend(Scope::ALL.iter().filter(|scope| !here(scope))),
            PaletteKind::Palette => scopes.retain(|scope| *scope != Scope::Movement),
        }
        let has = |text: &str, word: &String| text.contains(word.as_str());
        let saved = session.filters.iter().filter(|filter| {
            let text = fold(&format!("{SAVED} {} {}", filter.name, filter.text));
            self.lists_filters() && words.iter().all(|word| has(&text, word))
        });
        let commands = scopes
            .iter()
            .flat_map(|scope| TABLE.iter().filter(move |binding| binding.scope == *scope))
            .filter(|binding| !self.is_said_nearer(binding))
            .filter(|binding| {
                let keys = keymap.keys(binding).join(" ").to_lowercase();
                let name = binding.action.name();
                let also = synonyms(binding.action);
                let text = fold(&format!("{} {} {name} {also}", binding.help, binding.hint));
                let mut words = words.iter();
                words.all(|word| has(&text, word) || keys.split(' ').any(|key| key == word))
            });
        let commands = commands.map(PaletteLine::Command);
        commands.chain(saved.map(PaletteLine::Saved)).collect()
    }

    /// Whether a nearer scope of the screen has the same keys for the same action.
    fn is_said_nearer(&self, binding: &Binding) -> bool {
        let place = |scope: Scope| self.scopes.iter().position(|own| *own == scope);
        let Some(own) = place(binding.scope) else {
            return false;
        };
        TABLE.iter().any(|other| {
            other.action == binding.action
                && other.keys == binding.keys
                && place(other.scope).is_some_and(|other| other < own)
        })
    }

    /// Whether saved filters are among the lines.
    fn lists_filters(&self) -> bool {
        self.kind == PaletteKind::Palette && self.is_over_list()
    }

    /// Whether it is over the list of contacts, and not over a page of its own.
    fn is_over_list(&self) -> bool {
        let is_of_list = |scope: &Scope| matches!(scope, Scope::Views | Scope::Fix | Scope::Filter);
        self.scopes.iter().any(is_of_list)
    }
}

/// What people call an action besides.
const fn synonyms(action: Action) -> &'static str {
    match action {
        Action::AddContact => "new contact create person company",
        Action::AddNumber => "new phone telephone create",
        Action::ChangeMany => "bulk tag untag group label country rename batch",
        Action::Copy => "clipboard yank",
        Action::Call => "phone dial telephone",
        Action::DeleteContact | Action::DeleteNumber => "remove erase trash",
        Action::Bin => "trash deleted undelete recycle",
        Action::Duplicates => "merge dedupe join combine same",
        Action::EditContact => {
            "change rename note comment email mail address birthday nickname tag group company"
        }
        Action::Photo => "picture image avatar",
        Action::EditText => "toml vim raw phonetic",
        Action::EditNumber => "change phone telephone label mobile home work",
        Action::ExportCards | Action::ExportTable | Action::ExportBook => "save backup file",
        Action::Favourite => "star pin bookmark",
        Action::Filter => "find search tag group who called lookup",
        Action::Fix => "confirm check review attention triage",
        Action::Health => "statistics counts report",
        Action::Help => "help manual shortcuts keyboard bindings",
        Action::BookHistory | Action::History => "log changes versions restore",
        Action::Import => "load open file vcf google",
        Action::Palette => "palette menu",
        Action::Quit => "quit exit leave close",
        Action::Recent => "last used most frequent",
        Action::Conflicts => "sync decide merge differing both sides",
        Action::Remotes => "sync carddav server account nextcloud address book folder",
        Action::Sync | Action::SyncOne => "synchronise synchronize refresh carddav push pull",
        Action::DryRun => "plan preview simulate sync",
        Action::Dates => "birthday birthdays anniversary calendar",
        Action::Qr => "scan barcode phone share",
        Action::SaveFilter => "saved search query bookmark",
        Action::Tags => "group label category rename untag",
        Action::Undo => "back revert",
        _ => "",
    }
}

/// What there is no command for, and where it is instead.
const TOPICS: [(&[&str], &str); 2] = [
    (
        &[
            "config",
            "configuration",
            "settings",
            "options",
            "preferences",
            "theme",
            "colors",
            "colours",
        ],
        "settings are in config.toml: callbook config prints them and where the file is",
    ),
    (
        &["backups", "restore backup"],
        "backups are made every day: callbook backup lists them, callbook restore restores one",
    ),
];

/// Where something is that is no command.
fn topic(text: &str) -> Option<&'static str> {
    let text = fold(text);
    let text = text.trim();
    let about = |word: &&str| text.len() > 2 && word.starts_with(text);
    let mut topics = TOPICS.iter();
    topics
        .find(|(words, _)| words.iter().any(about))
        .map(|(_, told)| *told)
}

impl Palette {
    /// The line under the cursor.
    fn current<'s>(&self, session: &'s Session) -> Option<PaletteLine<'s>> {
        self.matches(session).get(self.cursor).copied()
    }

    /// Runs the line under the cursor, as its key would.
    fn run(&self, ctx: &mut Ctx<'_>) -> Outcome {
        let binding = match self.current(ctx.session) {
            Some(PaletteLine::Command(binding)) => binding,
            Some(PaletteLine::Saved(filter)) => {
                return Outcome::Return(Returned::Filter(filter.text.clone()));
            }
            None => return Outcome::Stay,
        };
        if !self.scopes.contains(&binding.scope) {
            let words = format!("only available in: {}", binding.scope.title());
            ctx.say(Tone::Plain, words);
            return Outcome::Stay;
        }
        let key = binding.keys.first().and_then(|key| key.parse().ok());
        let key = key.unwrap_or(Key::plain(Code::Enter));
        match binding.action {
            Action::Interrupt | Action::Quit if self.is_over_list() => {
                ctx.push(Effect::Quit);
                Outcome::Close
            }
            Action::Interrupt => Outcome::Run(Action::Quit, key),
            action => Outcome::Run(action, key),
        }
    }
}

impl Page for Palette {
    fn scope(&self) -> Scope {
        Scope::Palette
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Run => return self.run(ctx),
            Action::Complete => {
                let text = match self.current(ctx.session) {
                    Some(PaletteLine::Command(binding)) => binding.help,
                    Some(PaletteLine::Saved(filter)) => filter.name.as_str(),
                    None => return Outcome::Stay,
                };
                self.text.set(text);
                self.cursor = 0;
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let known = self.matches(ctx.session).len();
        let (_, body) = place(ctx.areas().content);
        let page = usize::from(body.height.saturating_sub(1)).max(1);
        self.cursor = motion.apply(self.cursor, known, page);
    }

    /// What was typed goes first.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.text.text().is_empty() {
            return Outcome::Close;
        }
        self.text.set("");
        self.cursor = 0;
        Outcome::Stay
    }

    fn text(&self) -> Option<&Field> {
        Some(&self.text)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        Some(&mut self.text)
    }

    fn typed(&mut self, _ctx: &mut Ctx<'_>) {
        self.cursor = 0;
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let found = self.matches(ui.session);
        let version = format!("callbook {}", env!("CARGO_PKG_VERSION"));
        let (title, right, below) = match self.kind {
            PaletteKind::Help => ("Keys", version, String::new()),
            PaletteKind::Palette => {
                let all = Self::new(self.kind, self.scopes.clone());
                let all = count(all.matches(ui.session).len(), "command");
                (
                    "Command",
                    String::new(),
                    format!("{} of {all}", found.len()),
                )
            }
        };
        let (place, body) = place(ui.areas.content);
        let inside = popup(place, title, &right, &below, theme, ui.frame);
        self.draw_text(inside, ui);
        let columns = usize::from(inside.width);
        let mut lines: Vec<Line<'_>> = Vec::new();
        let (mut on, mut section) = (0, None);
        for (at, line) in found.iter().enumerate() {
            if let PaletteLine::Command(binding) = line
                && self.kind == PaletteKind::Help
                && section != Some(binding.scope)
            {
                section = Some(binding.scope);
                lines.push(Line::default());
                lines.push(self.section(binding.scope, ui));
            }
            lines.extend(self.lines(*line, at == self.cursor, columns, ui));
            if at == self.cursor {
                on = lines.len().saturating_sub(1);
            }
        }
        if found.is_empty() {
            let told = topic(self.text.text()).unwrap_or("no such command");
            lines.push(Line::default());
            let told = wrap(told, columns.saturating_sub(4)).into_iter();
            lines
                .extend(told.map(|line| Line::styled(format!("  {line}"), theme.style(Role::Dim))));
        }
        let height = usize::from(body.height);
        let scroll = (on + 2)
            .saturating_sub(height)
            .min(lines.len().saturating_sub(height));
        let has_more = scroll + height < lines.len();
        let seen: Vec<Line<'_>> = lines.into_iter().skip(scroll).take(height).collect();
        ui.frame.render_widget(Paragraph::new(seen), body);
        if has_more {
            more_in_popup(inside, theme, ui.frame);
        }
    }
}

/// Where the popup is, which grows with the screen, and in it the lines below what is typed.
fn place(content: Rect) -> (Rect, Rect) {
    let share = |of: u16| u16::try_from(u32::from(of) * 7 / 8).unwrap_or(of);
    let width = 76.max(share(content.width).min(120));
    let place = middle(content, width, 22.max(share(content.height)));
    let inside = framed(place);
    let body = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    (place, body)
}

impl Palette {
    fn draw_text(&self, inside: Rect, ui: &mut Ui<'_, '_>) {
        let prompt = match self.kind {
            PaletteKind::Help => "/",
            PaletteKind::Palette => ":",
        };
        let columns = usize::from(inside.width).saturating_sub(16);
        let (typed, column) = self.text.window(columns);
        let line = Line::from(vec![
            Span::styled(format!("  {prompt} "), ui.theme.style(Role::Key)),
            Span::styled(typed, ui.theme.style(Role::Text)),
        ]);
        let place = Rect {
            height: 1.min(inside.height),
            ..inside
        };
        ui.frame.render_widget(Paragraph::new(line), place);
        let x = inside.x + 4 + u16::try_from(column).unwrap_or(0);
        ui.caret(x, inside.y, inside);
    }

    fn section(&self, scope: Scope, ui: &Ui<'_, '_>) -> Line<'static> {
        let here = if self.scopes.first() == Some(&scope) {
            "HERE: "
        } else {
            ""
        };
        let text = format!("  {here}{}", scope.title().to_uppercase());
        Line::styled(text, ui.theme.style(Role::Section))
    }

    /// A line; the one under the cursor has as many rows as it needs.
    fn lines(
        &self,
        line: PaletteLine<'_>,
        on: bool,
        columns: usize,
        ui: &Ui<'_, '_>,
    ) -> Vec<Line<'static>> {
        let (theme, ellipsis) = (ui.theme, ui.theme.glyphs.ellipsis);
        let (help, keys, action) = match line {
            PaletteLine::Command(binding) => (
                binding.help.to_owned(),
                ui.session.keymap.keys(binding),
                Some(binding.action),
            ),
            PaletteLine::Saved(filter) => {
                let help = format!("{SAVED} {}: {}", filter.name, filter.text);
                (safe(&help).into_owned(), Vec::new(), None)
            }
        };
        let keys: Vec<String> = keys
            .iter()
            .map(|key| key_text(key, &theme.glyphs))
            .collect();
        let keys = fit(&keys.join(" "), KEYS, ellipsis);
        let text = theme.style(if on { Role::Cursor } else { Role::Text });
        let (indent, room, reason) = match self.kind {
            PaletteKind::Help => (KEYS + 4, columns.saturating_sub(KEYS + 6), None),
            PaletteKind::Palette => {
                let reason = ui
                    .under
                    .zip(action)
                    .and_then(|(page, action)| page.unavailable(action, ui.session));
                let end = width(reason.as_deref().unwrap_or(keys.trim_end()));
                (3, columns.saturating_sub(5 + end), reason)
            }
        };
        let style = reason.as_ref().map_or(text, |_| theme.style(Role::Dim));
        let mut words = if on {
            wrap(&help, room.max(12))
        } else {
            vec![elide(&help, room, ellipsis).into_owned()]
        }
        .into_iter();
        let first = words.next().unwrap_or_default();
        let first = match self.kind {
            PaletteKind::Help => vec![
                cursor(on, theme),
                Span::styled(format!("  {keys} "), theme.style(Role::Key)),
                Span::styled(first, style),
            ],
            PaletteKind::Palette => vec![
                cursor(on, theme),
                Span::styled(format!("  {} ", fit(&first, room, ellipsis)), style),
                Span::styled(
                    reason.map_or_else(|| keys.trim_end().to_owned(), Cow::into_owned),
                    theme.style(Role::Dim),
                ),
            ],
        };
        let rest = words.map(|line| Line::styled(format!("{}{line}", " ".repeat(indent)), style));
        let mut lines = vec![Line::from(first)];
        lines.extend(rest);
        lines
    }
}
