//! What an answer of the store does. It goes to the page that asked: it may fill that page, close it when it
//! is done, or open one from it. An answer to a page that is gone is said, and the other pages hear of what
//! was written; it opens, closes and fills nothing.

use crate::domain::import::Kept;

use crate::domain::refusal::{Fault, Kind as RefusalKind, Refusal};
use crate::domain::title;
use crate::domain::words::count;

use super::app::App;
use super::ctx::{Asked, Shown};
use super::keymap::{Action, Scope};
use super::pages::News;
use super::pages::question::Question;
use super::protocol::{Effect, Purpose, Reply, Step, Ticket, Toast, Tone, Written};

impl App {
    /// Takes an answer; that to a question whose place a newer one took is dropped.
    pub(super) fn answer(&mut self, ticket: Ticket, reply: Reply, effects: &mut Vec<Effect>) {
        if reply == Reply::ChangedElsewhere {
            // It comes before the answer to what was asked, and is none.
            self.session.values = None;
            return self.notify(None, News::Elsewhere, effects);
        }
        let Some(asked) = self.session.answered(ticket) else {
            if let Reply::Refused(refusal) = reply {
                // Nothing waits for it any more; to ask again would be refused again, without an end.
                self.say_refused(&refusal);
            }
            return;
        };
        let top = self.pages.top_id();
        self.take(&asked, reply, effects);
        if ticket.page == top || self.pages.top_id() != top {
            self.session.news = Shown::Undrawn;
        }
    }

    /// Gives an answer to what it is for.
    fn take(&mut self, asked: &Asked, reply: Reply, effects: &mut Vec<Effect>) {
        let ticket = asked.ticket;
        match reply {
            Reply::Totals(totals) => self.session.totals = Some(totals),
            Reply::Remotes(rows) => self.session.remotes.take(rows),
            Reply::Values(values) => self.session.values = Some(values),
            Reply::Written(written) => self.wrote(asked, &written, effects),
            Reply::Refused(refusal) => self.refused(asked, &refusal, effects),
            Reply::PutBack(_) => {
                self.with_page(ticket.page, effects, |page, ctx| page.answered(reply, ctx));
                self.notify(None, News::Elsewhere, effects);
            }
            reply => self.with_page(ticket.page, effects, |page, ctx| page.answered(reply, ctx)),
        }
    }

    /// Whether nothing was done on the screens since this was asked, and the page that asked is still the
    /// one that is seen: only then may an answer ask something.
    fn is_still(&self, asked: &Asked) -> bool {
        asked.ticket.page == self.pages.top_id() && asked.taken == self.session.taken
    }

    /// Something was written: the page that is done closes, and all others hear of it.
    fn wrote(&mut self, asked: &Asked, written: &Written, effects: &mut Vec<Effect>) {
        let tone = match &written.report {
            Some(report) if report.unreadable() > 0 => Tone::Bad,
            // That nothing was done is no success.
            None if written.point.is_none() && written.thrown.is_empty() => Tone::Plain,
            _ => Tone::Good,
        };
        let redo = self.session.key(self.pages.top().scope(), Action::Redo);
        let sync = self.session.key(Scope::Contacts, Action::Sync);
        let undo = written.point.as_ref().map(|point| point.id);
        self.session.toast = Some(Toast {
            tone,
            text: describe(written, &redo, &sync),
            undo: undo.filter(|_| written.step == Step::Forward),
        });
        self.session.values = None;
        self.session.usage.forget(&written.thrown);
        let news = News::Written(written.contact, asked.taken);
        let page = asked.ticket.page;
        let teller = match asked.purpose {
            Purpose::Undo(_) => None,
            Purpose::Save => {
                self.pages.close(page);
                None
            }
            Purpose::Read | Purpose::Preview | Purpose::Stay => {
                self.with_page(page, effects, |page, ctx| page.wrote(news, ctx));
                Some(page)
            }
        };
        self.notify(teller, news, effects);
    }

    /// Something was refused: what was typed stays, and the page that asked shows why.
    fn refused(&mut self, asked: &Asked, refusal: &Refusal, effects: &mut Vec<Effect>) {
        self.say_refused(refusal);
        // To ask again at once would be refused again, without an end.
        self.session.refused(asked);
        let page = asked.ticket.page;
        match asked.purpose {
            // The page shows that it is out of date; of damage there is a way out.
            _ if refusal.kind == RefusalKind::Damaged && self.session.damage.is_none() => {}
            Purpose::Undo(step) if refusal.kind == RefusalKind::Conflict => {
                if self.is_still(asked) {
                    self.open(Box::new(Question::UndoOver(step)), effects);
                }
            }
            Purpose::Undo(_) => self.notify(None, News::Elsewhere, effects),
            purpose => self.with_page(page, effects, |page, ctx| {
                page.refused(purpose, refusal, ctx)
            }),
        }
    }

    /// Says a refusal. Of damage, whatever was to be done, it is the way out.
    fn say_refused(&mut self, refusal: &Refusal) {
        let text = if refusal.kind == RefusalKind::Damaged {
            let path = &self.session.path;
            format!("damaged: quit, callbook restore puts back the newest sound backup of {path}")
        } else if let (RefusalKind::NotFound, Some(what)) = (refusal.kind, not_there(refusal)) {
            format!("this {what} is gone: another program deleted it or undid its creation")
        } else {
            let faults: Vec<String> = refusal.faults.iter().map(Fault::in_words).collect();
            faults.join("; ")
        };
        self.session.say(Tone::Bad, text);
    }
}

/// What kind of record is not there any more: its id says nothing to a person.
fn not_there(refusal: &Refusal) -> Option<&str> {
    refusal.faults.first()?.of.as_deref()
}

/// What was written, for people.
fn describe(written: &Written, redo: &str, sync: &str) -> String {
    let title = written.point.as_ref().map(|point| point.title.clone());
    match (written.step, title, &written.report) {
        (_, _, Some(report)) => match &report.kept {
            Kept::Nothing => report.summary(),
            Kept::In(path) => format!(
                "{}; the cards are kept in {}",
                report.summary(),
                path.display()
            ),
            Kept::Failed(failure) => format!("{}; {failure}", report.summary()),
        },
        (Step::Forward, Some(title), None) => title,
        (Step::Forward, None, None) => "Nothing to change".to_owned(),
        (Step::UndoneSync, title, None) => format!(
            "Undone: {}; the next sync waits until you choose: {sync} asks how it goes on",
            title.unwrap_or_default()
        ),
        (Step::Undone, Some(title), None) => format!("Undone: {title}"),
        (Step::Undone, None, None) => "Nothing to undo".to_owned(),
        (Step::UndoneBackTo(steps), title, None) => format!(
            "Undone: {}, back to “{}”; {redo} redoes them one by one",
            count(steps, "step"),
            title.unwrap_or_default()
        ),
        (Step::Emptied(backups), _, None) => match title::still_in(backups) {
            Some(still) => format!("Emptied the bin; {still}"),
            None => "Emptied the bin".to_owned(),
        },
        (Step::Paused(true), ..) => "Paused: nothing is sent there or taken in".to_owned(),
        (Step::Paused(false), ..) => "It is synced again".to_owned(),
        (Step::KeptBack, ..) => "It stays, here and there".to_owned(),
        (Step::UndoIsSent, ..) => "The undo goes there with the next sync".to_owned(),
        (Step::Redone, Some(title), None) => format!("Redone: {title}"),
        (Step::Redone, None, None) => "Nothing to redo".to_owned(),
    }
}
