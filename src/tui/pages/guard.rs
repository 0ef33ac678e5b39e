//! What a sync asks before it does much at once: what is gone, of whom, and what is to become of it. Nothing was
//! done.

use std::borrow::Cow;

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::sync::guard::{Guard, GuardAnswer};
use crate::domain::sync::plan::{CardFate, SyncPlan};
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{AfterUndo, Purpose, Reply, Request, SyncOrder, Write};
use crate::tui::remotes::{GOES_ON, OneRemote};
use crate::tui::widgets::frame::{NARROW, popup, popup_place};
use crate::tui::widgets::hints::key_text;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::{Role, Theme};

use super::page::{AnyPage, Outcome, Page, Ui};
use super::password::Password;
use super::sync_plan::SyncPlanPage;

/// How many are named.
const NAMED: usize = 4;

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardPage {
    remote: String,
    asks: Asks,
    /// What the sync would do; none until it came, and where the remote cannot be read.
    plan: Option<SyncPlan>,
    /// Whether it is still awaited.
    is_reading: bool,
    /// Whether what is asked about is what an undo took away here.
    is_of_undo: bool,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asks {
    /// Much is gone on a side.
    Guard(Guard),
    /// A run was taken back that linked so many cards.
    Undone(u64),
}

/// The page on which a person does what a remote waits for; none where it waits for nobody. `action` is what it
/// waits for.
#[must_use]
pub(super) fn page_for(remote: &OneRemote<'_>, action: Action) -> Option<AnyPage> {
    let set = remote.set?;
    let name = remote.name.to_owned();
    let row = remote.row.filter(|row| !row.paused);
    if remote.lacks_password() && remote.row.is_none_or(|row| !row.paused) {
        return Some(Password::page(set, action));
    }
    if let Some(asks) = remote.asks() {
        let is_of_undo = row.is_some_and(|row| row.counts.undone > 0);
        let page = GuardPage {
            is_of_undo,
            ..GuardPage::new(name, Asks::Guard(asks))
        };
        return Some(Box::new(page));
    }
    match row {
        Some(row) if row.counts.undone > 0 => Some(Box::new(GuardPage::new(
            name,
            Asks::Undone(row.counts.undone),
        ))),
        _ if remote.is_new() => Some(Box::new(SyncPlanPage::first(name))),
        _ => None,
    }
}

impl GuardPage {
    const fn new(remote: String, asks: Asks) -> Self {
        Self {
            remote,
            asks,
            plan: None,
            is_reading: matches!(asks, Asks::Guard(_)),
            is_of_undo: false,
        }
    }

    const fn after_undo(&self) -> AfterUndo {
        if self.is_of_undo {
            AfterUndo::SendsUndo
        } else {
            AfterUndo::Unsaid
        }
    }

    fn answer(&self, answer: GuardAnswer, ctx: &mut Ctx<'_>) -> Outcome {
        let name = self.remote.clone();
        match self.asks {
            Asks::Guard(_) if self.is_of_undo && answer == GuardAnswer::PutBack => {
                return Outcome::Replace(Box::new(SyncPlanPage::again(name)));
            }
            Asks::Guard(guard) => {
                let order = SyncOrder {
                    after_undo: self.after_undo(),
                    ..SyncOrder::decided(name, answer, guard)
                };
                if ctx.sync(order) {
                    return Outcome::Close;
                }
            }
            Asks::Undone(_) if answer == GuardAnswer::DeleteToo => {
                ctx.save(Write::SendUndo(name));
            }
            // It is decided where its plan is seen.
            Asks::Undone(_) => return Outcome::Replace(Box::new(SyncPlanPage::again(name))),
        }
        Outcome::Stay
    }

    fn title(&self) -> String {
        let name = safe(&self.remote);
        match self.asks {
            Asks::Guard(Guard::EmptyList { .. }) => format!("{name}: no card is there"),
            Asks::Guard(Guard::GoneThere { gone, linked }) => format!(
                "{name}: {} of {} {} gone there",
                thousands(gone),
                count(linked, "card"),
                if gone == 1 { "is" } else { "are" }
            ),
            Asks::Guard(Guard::GoneHere { gone, linked }) => format!(
                "{name}: {} of {} {} deleted here",
                thousands(gone),
                count(linked, "contact"),
                if gone == 1 { "was" } else { "were" }
            ),
            Asks::Guard(Guard::ChangedThere { changed, linked }) => format!(
                "{name}: {} of {} say something else there",
                thousands(changed),
                count(linked, "card")
            ),
            Asks::Guard(Guard::ChangedHere { changed, linked }) => format!(
                "{name}: {} of {} say something else here",
                thousands(changed),
                count(linked, "contact")
            ),
            Asks::Undone(_) => format!("{name}: a sync was undone"),
        }
    }

    /// What would be done, in a sentence.
    fn would(&self) -> String {
        match self.asks {
            Asks::Guard(Guard::EmptyList { linked }) => format!(
                "{} linked. They would go to the bin here. Nothing has been done.",
                were(linked)
            ),
            Asks::Guard(Guard::GoneThere { .. }) => {
                "They would go to the bin here. Nothing has been done.".to_owned()
            }
            Asks::Guard(Guard::GoneHere { .. }) => {
                "They would be deleted there. Nothing has been done.".to_owned()
            }
            Asks::Guard(Guard::ChangedThere { .. }) => {
                "They would be changed here. Nothing has been done.".to_owned()
            }
            Asks::Guard(Guard::ChangedHere { .. }) => {
                "They would be changed there. Nothing has been done.".to_owned()
            }
            Asks::Undone(cards) => {
                let cards = count(usize::try_from(cards).unwrap_or(usize::MAX), "card");
                format!(
                    "It had linked {cards}. Nothing is sent or taken in until you choose how it goes on."
                )
            }
        }
    }

    /// Whether what becomes of a card is what is asked about.
    const fn is_meant(&self, fate: CardFate) -> bool {
        match self.asks {
            Asks::Guard(Guard::ChangedThere { .. }) => matches!(
                fate,
                CardFate::ComesHere | CardFate::Joined | CardFate::ToDecide
            ),
            Asks::Guard(Guard::ChangedHere { .. }) => {
                matches!(fate, CardFate::GoesThere | CardFate::Joined)
            }
            _ => matches!(fate, CardFate::Deleted),
        }
    }

    /// Who is meant, and how many of them have confirmed numbers.
    fn who(&self, ellipsis: &str) -> Vec<String> {
        let Some(plan) = &self.plan else {
            let is_read = self.is_reading.then(|| "reading who they are…".to_owned());
            return is_read.into_iter().collect();
        };
        let of_it = || {
            let cards = plan.cards.iter();
            cards.filter(|card| self.is_meant(card.fate))
        };
        let all = of_it().count();
        if all == 0 {
            return Vec::new();
        }
        let names: Vec<Cow<'_, str>> = of_it().take(NAMED).map(|card| safe(&card.name)).collect();
        let more = all.saturating_sub(NAMED);
        let mut told = names.join(", ");
        if more > 0 {
            told = format!("{told} {ellipsis} {} more", thousands(more));
        }
        let confirmed = of_it().filter(|card| card.confirmed).count();
        let confirmed = match confirmed {
            0 => None,
            1 => Some("1 of them has a confirmed number.".to_owned()),
            many => Some(format!(
                "{} of them have confirmed numbers.",
                thousands(many)
            )),
        };
        std::iter::once(told).chain(confirmed).collect()
    }

    /// What a key does here, in words.
    const fn words(&self, action: Action) -> Option<&'static str> {
        Some(match (action, self.asks) {
            (Action::Open, Asks::Guard(_)) => "look at each",
            (Action::PutBack, Asks::Guard(_)) if self.is_of_undo => {
                "see what a first sync would do"
            }
            (Action::PutBack, Asks::Guard(Guard::GoneHere { .. })) => "bring them back here",
            (Action::PutBack, Asks::Guard(Guard::ChangedThere { .. })) => {
                "keep what is here, and send it there"
            }
            (Action::PutBack, Asks::Guard(Guard::ChangedHere { .. })) => "have here what is there",
            (Action::DeleteToo, Asks::Guard(Guard::ChangedThere { .. })) => "change them here too",
            (Action::DeleteToo, Asks::Guard(Guard::ChangedHere { .. })) => "change them there too",
            (Action::PutBack, Asks::Guard(_)) => "put them back there",
            (Action::PutBack, Asks::Undone(_)) => "see what a first sync would do",
            (Action::DeleteToo, Asks::Guard(Guard::GoneHere { .. })) => "delete them there too",
            (Action::DeleteToo, Asks::Guard(_)) => "delete them here too",
            (Action::DeleteToo, Asks::Undone(_)) => "delete there what the undo took away here",
            (Action::Escape, _) => "later; not synced before",
            _ => return None,
        })
    }
}

fn were(cards: usize) -> String {
    if cards == 1 {
        "1 card was".to_owned()
    } else {
        format!("{} were", count(cards, "card"))
    }
}

impl Page for GuardPage {
    fn scope(&self) -> Scope {
        Scope::Guard
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.is_reading {
            ctx.read(Request::PlanSync(self.remote.clone(), self.after_undo()));
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match (action, &self.plan) {
            (Action::Open, Some(plan)) => {
                let fate = match self.asks {
                    Asks::Guard(Guard::ChangedThere { .. }) => CardFate::ComesHere,
                    Asks::Guard(Guard::ChangedHere { .. }) => CardFate::GoesThere,
                    _ => CardFate::Deleted,
                };
                Outcome::Open(Box::new(SyncPlanPage::known(plan.clone(), fate)))
            }
            (Action::PutBack, _) => self.answer(GuardAnswer::PutBack, ctx),
            (Action::DeleteToo, _) => self.answer(GuardAnswer::DeleteToo, ctx),
            _ => Outcome::Unused,
        }
    }

    /// What is still asked of the remote is given up.
    fn escape(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.is_reading && ctx.session.remotes.on == [self.remote.as_str()] {
            ctx.stop_sync();
        }
        Outcome::Close
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        let decides = matches!(action, Action::PutBack | Action::DeleteToo);
        match action {
            _ if decides && !session.remotes.on.is_empty() => Some(GOES_ON.into()),
            Action::Open if matches!(self.asks, Asks::Undone(_)) => {
                Some("choose how the sync goes on".into())
            }
            Action::Open if self.is_reading => Some("still reading who they are".into()),
            Action::Open if self.plan.is_none() => Some("who they are is not known".into()),
            Action::PutBack if matches!(self.asks, Asks::Guard(guard) if !is_here(guard)) => {
                let mut set = session.remotes.set.iter();
                let is_read_only = set.any(|set| set.name == self.remote && set.read_only);
                is_read_only.then(|| "nothing is sent there: it is read_only".into())
            }
            _ => None,
        }
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::PlannedSync(plan) = reply {
            self.is_reading = false;
            self.plan = Some(*plan);
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        self.is_reading = false;
        Outcome::Stay
    }

    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        self.words(binding.action)?;
        let word = match (binding.action, self.asks) {
            (Action::PutBack, Asks::Undone(_)) => "first sync",
            (Action::PutBack, Asks::Guard(_)) if self.is_of_undo => "first sync",
            (Action::DeleteToo, Asks::Undone(_)) => "delete there",
            _ => binding.hint,
        };
        Some(word.into())
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let content = ui.areas.content;
        let columns = usize::from(popup_place(content, 72, 0).width.saturating_sub(6));
        let mut lines: Vec<Line<'static>> = Vec::new();
        let told = |text: &str, role: Role, lines: &mut Vec<Line<'static>>| {
            let rows = wrap(text, columns).into_iter();
            lines.extend(rows.map(|row| Line::styled(format!("  {row}"), theme.style(role))));
        };
        told(&self.would(), Role::Text, &mut lines);
        let who = self.who(theme.glyphs.ellipsis);
        if !who.is_empty() {
            lines.push(Line::default());
            for text in who {
                told(&text, Role::Dim, &mut lines);
            }
        }
        let keys = self.keys(columns, ui.session, theme);
        let room = usize::from(content.height).saturating_sub(keys.len() + 2);
        if lines.len() + 2 <= room {
            lines.insert(0, Line::default());
            lines.push(Line::default());
        }
        // What can be done is seen first.
        lines.truncate(room);
        lines.extend(keys);
        let height = u16::try_from(lines.len() + 2).unwrap_or(content.height);
        let place = popup_place(content, 72, height);
        let title = match self.asks {
            Asks::Guard(guard) if place.width < NARROW => {
                format!("{}: {}", safe(&self.remote), guard.short())
            }
            _ => self.title(),
        };
        let inside = popup(place, &title, "", "", theme, ui.frame);
        ui.frame.render_widget(Paragraph::new(lines), inside);
    }
}

const fn is_here(guard: Guard) -> bool {
    matches!(guard, Guard::GoneHere { .. } | Guard::ChangedHere { .. })
}

impl GuardPage {
    fn keys(&self, columns: usize, session: &Session, theme: &Theme) -> Vec<Line<'static>> {
        let actions = [
            Action::Open,
            Action::PutBack,
            Action::DeleteToo,
            Action::Escape,
        ];
        let lines = actions.into_iter().flat_map(|action| {
            let Some(words) = self.words(action) else {
                return Vec::new();
            };
            let role = if self.unavailable(action, session).is_some() {
                Role::Dim
            } else {
                Role::Text
            };
            let key = session.key(Scope::Guard, action);
            let mut key = key_text(&key, &theme.glyphs);
            let lines = wrap(words, columns.saturating_sub(6)).into_iter();
            let lines = lines.map(|line| {
                let before = format!("  {:<6}", std::mem::take(&mut key));
                Line::from(vec![
                    Span::styled(before, theme.style(Role::Key)),
                    Span::styled(line, theme.style(role)),
                ])
            });
            lines.collect()
        });
        lines.collect()
    }
}
