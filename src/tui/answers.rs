//! What an answer of the store does. It goes to the page that asked: it may fill that page, close it
//! when it is done, or open one from it. An answer to a page that is gone is said, and refreshes what
//! is shown; it opens, closes and fills nothing.

use crate::domain::import::{Kept, count};
use crate::domain::refusal::{Kind as RefusalKind, Refusal};

use super::draft;
use super::layout::list_height;
use super::model::{
    Asked, Effect, Model, PageId, Purpose, Reply, Screen, Step, Ticket, Toast, Tone, Written,
};
use super::screens::conflict::Conflict;
use super::screens::import::Import;
use super::screens::plan::Task;
use super::screens::question::Question;
use super::screens::{bin, damaged, detail, duplicates, health, history, list, plan, triage};

/// Takes an answer; what is too old is dropped.
pub(super) fn take(model: &mut Model, ticket: Ticket, reply: Reply, effects: &mut Vec<Effect>) {
    let height = list_height(model);
    if reply == Reply::ChangedElsewhere {
        // It comes before the answer to what was asked, and is none.
        model.values = None;
        list::reload(model, height, effects);
        detail::refresh(model, effects);
        triage::ask(model, effects);
        return;
    }
    if list::take(model, ticket, &reply, height, effects)
        || detail::take(model, ticket, &reply)
        || triage::take(model, ticket, &reply)
        || history::take(model, ticket, &reply)
        || bin::take(model, ticket, &reply)
        || duplicates::take(model, ticket, &reply)
        || draft::take(model, ticket, &reply)
    {
        return;
    }
    if model.writing == Some(ticket) {
        model.writing = None;
        model.busy = false;
        model.progress = None;
    }
    match reply {
        Reply::Totals(totals) if ticket == model.totals_ticket => model.totals = Some(totals),
        Reply::Values(values) => model.values = Some(values),
        Reply::Holders(holders) => {
            for page in model.over.iter_mut() {
                if let Screen::PhoneForm(form) = page
                    && form.holders_ticket == ticket
                {
                    form.holders.clone_from(&holders);
                }
            }
        }
        reply => {
            if let Some(asked) = model.answered(ticket) {
                answered(model, &asked, reply, effects);
            } else if let Reply::Refused(refusal) = reply {
                // Nobody waits for it: to ask again would be refused again, without an end.
                let text = told(model, &refusal);
                model.say(Tone::Bad, text);
            }
        }
    }
}

/// Takes the answer to what a page waits for.
fn answered(model: &mut Model, asked: &Asked, reply: Reply, effects: &mut Vec<Effect>) {
    match reply {
        Reply::Written(written) => wrote(model, asked, &written, effects),
        Reply::Refused(refusal) => refused(model, asked, &refusal, effects),
        Reply::Plan(paths, name, plan) => preview(model, asked, Import::new(paths, name, *plan)),
        Reply::PlanBulk(edit, bulk) => plan::show(model, asked, Task::Bulk(*edit), *bulk),
        Reply::PlanMerge(merges, bulk) => plan::show(model, asked, Task::Merge(merges), *bulk),
        Reply::Duplicates(groups) => duplicates::found(model, asked.ticket, groups, effects),
        Reply::Health(health) => health::counted(model, asked, *health),
        Reply::PutBack(aside) => damaged::done(model, asked, aside.as_deref(), effects),
        Reply::Exported(contacts, path) => {
            close(model, asked.page);
            let text = format!("{} to {}", count(contacts, "contact"), path.display());
            model.say(Tone::Good, text);
        }
        Reply::Cards(contacts, cards) => {
            effects.push(Effect::Copy(cards));
            let text = format!(
                "{} sent to the terminal's clipboard",
                count(contacts, "card")
            );
            model.say(Tone::Good, text);
        }
        Reply::Rows(_)
        | Reply::Noted
        | Reply::Count(_)
        | Reply::Totals(_)
        | Reply::Place(_)
        | Reply::Worklist(_)
        | Reply::History(_)
        | Reply::Steps(_)
        | Reply::StepRows(_)
        | Reply::Bin(_)
        | Reply::People(_)
        | Reply::Holders(_)
        | Reply::Values(_)
        | Reply::ChangedElsewhere
        | Reply::Profile(_) => {}
    }
}

fn close(model: &mut Model, page: Option<PageId>) {
    if let Some(page) = page {
        model.over.close(page);
    }
}

/// The preview of an import comes in the place of the prompt that asked for it.
fn preview(model: &mut Model, asked: &Asked, import: Import) {
    if asked.page.is_some() && asked.page == model.over.top() {
        model.over.replace(Screen::Import(Box::new(import)));
    }
}

/// Something was written: the page that is done closes, and what is shown is asked for again.
fn wrote(model: &mut Model, asked: &Asked, written: &Written, effects: &mut Vec<Effect>) {
    if let (Purpose::Finish, Some(page)) = (&asked.purpose, asked.page) {
        // With a conflict the form under it is saved.
        if let Some(Screen::Conflict(_)) = model.over.get(page) {
            let form = model.over.under(page);
            close(model, form);
        }
        model.over.close(page);
    }
    let tone = match &written.report {
        Some(report) if report.unreadable() > 0 => Tone::Bad,
        _ => Tone::Good,
    };
    let undo = written.point.as_ref().map(|point| point.id);
    model.toast = Some(Toast {
        tone,
        text: words(written),
        undo: undo.filter(|_| written.step == Step::Forward),
    });
    for id in &asked.marks {
        model.list.marks.remove(id);
    }
    model.values = None;
    let height = list_height(model);
    list::reload(model, height, effects);
    detail::refresh(model, effects);
    triage::ask(model, effects);
    history::ask(model, effects);
    bin::ask(model, effects);
    duplicates::wrote(model, asked.ticket, effects);
    // Whoever has moved on since stays there.
    if let Some(id) = written.contact.filter(|_| asked.taken == model.taken) {
        list::seek(model, id, effects);
    }
}

/// What was written, for people.
fn words(written: &Written) -> String {
    let title = written.point.as_ref().map(|point| point.title.clone());
    match (written.step, title, &written.report) {
        (_, _, Some(report)) => match &report.kept {
            Kept::Nothing => report.summary(),
            Kept::In(path) => format!("{}, kept in {}", report.summary(), path.display()),
            Kept::Failed(failure) => format!("{}; {failure}", report.summary()),
        },
        (Step::Forward, Some(title), None) => title,
        (Step::Forward, None, None) => "Nothing changed".to_owned(),
        (Step::Undone, Some(title), None) => format!("Undone: {title}"),
        (Step::Undone, None, None) => "Nothing to undo".to_owned(),
        (Step::UndoneBackTo(steps), title, None) => format!(
            "Undone: {}, from “{}” on; ^R redoes them one by one",
            count(steps, "step"),
            title.unwrap_or_default()
        ),
        (Step::Emptied, _, None) => "the bin is empty".to_owned(),
        (Step::Redone, Some(title), None) => format!("Redone: {title}"),
        (Step::Redone, None, None) => "Nothing to redo".to_owned(),
    }
}

/// Something was refused: a conflict opens its dialog over the form, faults go into the form, and
/// what was typed stays.
fn refused(model: &mut Model, asked: &Asked, refusal: &Refusal, effects: &mut Vec<Effect>) {
    // A conflict that was decided and is refused is out of date: its form is what is left.
    let mut page = asked.page;
    if let (Purpose::Finish, Some(id)) = (&asked.purpose, page)
        && let Some(Screen::Conflict(_)) = model.over.get(id)
    {
        page = model.over.under(id);
        model.over.close(id);
    }
    duplicates::refused(model, asked.ticket);
    if let Some(Screen::Damaged(page)) = page.and_then(|page| model.over.get_mut(page)) {
        page.trouble = Some(refusal.to_string());
        return;
    }
    let text = told(model, refusal);
    model.say(Tone::Bad, text);
    if refusal.kind == RefusalKind::Damaged {
        return;
    }
    match (&asked.purpose, refusal.kind) {
        (Purpose::Undo(step), RefusalKind::Conflict) => {
            if model.is_still(asked) {
                let question = Question::UndoOver(*step);
                model.over.push(Screen::Question(question));
            }
        }
        (Purpose::Finish | Purpose::Preview, _) => {
            if let Some(page) = page {
                unfinished(model, page, refusal);
            }
        }
        (Purpose::Undo(_) | Purpose::Stay, kind) => {
            // Beside a stale key press there is nothing typed to lose: show what is stored.
            if kind == RefusalKind::Conflict && refusal.stored.is_some() {
                model.say(
                    Tone::Bad,
                    "changed elsewhere meanwhile; here is how it is stored now",
                );
            }
            let height = list_height(model);
            list::reload(model, height, effects);
            detail::refresh(model, effects);
        }
    }
}

/// A refusal in words. Of damage, whatever was to be done, it is the way out.
fn told(model: &Model, refusal: &Refusal) -> String {
    if refusal.kind == RefusalKind::Damaged {
        let path = &model.path;
        return format!(
            "damaged: quit, callbook restore puts back the newest sound backup of {path}"
        );
    }
    refusal.to_string()
}

/// A page that was to be done with is not: it shows why.
fn unfinished(model: &mut Model, page: PageId, refusal: &Refusal) {
    let is_conflict = refusal.kind == RefusalKind::Conflict;
    let on_top = model.over.top() == Some(page);
    let Some(screen) = model.over.get_mut(page) else {
        return;
    };
    let conflict = refusal
        .stored
        .as_ref()
        .filter(|_| is_conflict && on_top)
        .and_then(|stored| Conflict::of(screen, stored));
    match screen {
        _ if conflict.is_some() => {}
        Screen::PhoneForm(form) => form.faults.clone_from(&refusal.faults),
        Screen::ContactForm(form) => form.faults.clone_from(&refusal.faults),
        Screen::Prompt(prompt) => prompt.trouble = Some(refusal.to_string()),
        // What was looked at is not so any more.
        Screen::Plan(_) if is_conflict => {
            model.over.close(page);
        }
        _ => {}
    }
    if let Some(conflict) = conflict {
        model.over.push(Screen::Conflict(Box::new(conflict)));
        model.toast = None;
    }
}
