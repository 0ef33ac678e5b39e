//! The cards of a remote that are not synced: those that are not taken there, and those that cannot be read, each
//! with the reason.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::domain::refusal::Refusal;
use crate::domain::remotes::RemoteDetails;
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, SyncOrder};
use crate::tui::remotes::{GOES_ON, NOT_SET};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::page::{News, Outcome, Page, Ui};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NotTaken {
    /// The remote.
    remote: String,
    /// What is known of its cards; none until it came.
    details: Option<RemoteDetails>,
    /// The card under the cursor.
    cursor: usize,
}

/// A card that is not synced: what it is of, and why.
type Card = (String, String);

impl NotTaken {
    pub(super) const fn of(remote: String) -> Self {
        Self {
            remote,
            details: None,
            cursor: 0,
        }
    }

    /// The cards with the heads of their sections.
    fn sections(&self) -> [(&'static str, &[Card]); 3] {
        let of = |cards: fn(&RemoteDetails) -> &Vec<Card>| {
            self.details.as_ref().map_or(&[][..], |all| cards(all))
        };
        [
            ("NOT TAKEN THERE", of(|all| &all.refused)),
            ("CANNOT BE READ", of(|all| &all.unread)),
            ("LEFT OUT IN THE FIRST SYNC", of(|all| &all.left_out)),
        ]
    }

    fn cards(&self) -> usize {
        self.sections().iter().map(|(_, cards)| cards.len()).sum()
    }

    /// How many cards there are beside those that were read.
    fn more(&self, session: &Session) -> usize {
        let one = session.remotes.named(&self.remote);
        let counts = one.and_then(|one| one.row).map(|row| row.counts);
        let all = counts.map_or(0, |counts| counts.refused + counts.unread);
        let shown = self
            .sections()
            .iter()
            .take(2)
            .map(|(_, cards)| cards.len())
            .sum();
        usize::try_from(all)
            .unwrap_or(usize::MAX)
            .saturating_sub(shown)
    }
}

impl Page for NotTaken {
    fn scope(&self) -> Scope {
        Scope::NotTaken
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::RemoteDetails(self.remote.clone()));
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if action != Action::SyncOne {
            return Outcome::Unused;
        }
        // What a person asks for is sent again, whatever was refused of it.
        ctx.sync(SyncOrder::usual(vec![self.remote.clone()]));
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.cards(), ctx.height());
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        let refused = self.details.as_ref().map(|details| details.refused.len());
        let one = session.remotes.named(&self.remote);
        match action {
            Action::SyncOne if !session.remotes.on.is_empty() => Some(GOES_ON.into()),
            Action::SyncOne if one.is_none_or(|one| one.set.is_none()) => Some(NOT_SET.into()),
            Action::SyncOne if refused.is_none_or(|refused| refused == 0) => {
                Some("no card waits to be sent again".into())
            }
            _ => None,
        }
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::RemoteDetails(details) = reply {
            self.details = Some(*details);
            self.cursor = self.cursor.min(self.cards().saturating_sub(1));
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        match self.details {
            None => Outcome::Close,
            Some(_) => Outcome::Stay,
        }
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::RemoteDetails(self.remote.clone()));
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let more = self.more(ui.session);
        let right = count(self.cards() + more, "card");
        let title = format!("Not synced with {}", safe(&self.remote));
        let inside = page(&title, &right, "", theme, ui.areas.content, ui.frame);
        if self.details.is_none() {
            return;
        }
        let columns = usize::from(inside.width);
        let (mut lines, mut until, mut at) = (Vec::new(), 0, 0);
        let heads = self.sections().into_iter();
        for (head, cards) in heads.filter(|(_, cards)| !cards.is_empty()) {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(indented(head, Role::Section, columns, theme));
            for card in cards {
                lines.extend(of_card(card, at == self.cursor, columns, theme));
                if at == self.cursor {
                    until = lines.len().saturating_sub(1);
                }
                at += 1;
            }
        }
        if more > 0 {
            let told = format!("and {}", count(more, "more card"));
            lines.push(indented(&told, Role::Dim, columns, theme));
        }
        if self.cards() == 0 {
            lines.push(indented("every card is synced", Role::Dim, columns, theme));
        }
        scrolled(lines, until, inside, ui.frame);
    }
}

/// A card in as many lines as its reason takes.
fn of_card(
    (name, why): &Card,
    on: bool,
    columns: usize,
    theme: &Theme,
) -> impl Iterator<Item = Line<'static>> {
    let room = columns.saturating_sub(3);
    let role = if on { Role::Cursor } else { Role::Text };
    let name = fit(&safe(name), room, theme.glyphs.ellipsis);
    let head = Line::from(vec![
        cursor(on, theme),
        Span::raw(" "),
        Span::styled(name, theme.style(role)),
    ]);
    let why = wrap(&safe(why), columns.saturating_sub(6)).into_iter();
    let dim = theme.style(Role::Dim);
    let why = why.map(move |line| Line::styled(format!("    {line}"), dim));
    std::iter::once(head).chain(why.collect::<Vec<_>>())
}
