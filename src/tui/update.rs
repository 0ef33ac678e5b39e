//! `update`: what a message changes, and what is then to be done. Pure and total.
//!
//! A key is looked up in the scopes of the screen on top; a text field takes what it can first.
//! The esc ladder goes one step at a time: prefix, popup, marks, filter, pane.

use std::time::Duration;

use crate::domain::contact::ContactId;
use crate::domain::import::{Kept, count};
use crate::domain::refusal::{Kind as RefusalKind, Refusal};
use crate::state::View;

use super::act;
use super::draft;
use super::field::Field;
use super::key::{Code, Key};
use super::keymap::{Action, Lookup};
use super::layout::{layout, list_height};
use super::model::{
    Effect, Focus, Model, Mouse, MouseAct, Msg, Reply, Request, Screen, Step, Ticket, TimerId,
    Toast, Tone, Written,
};
use super::screens::conflict::Conflict;
use super::screens::health::HealthPage;
use super::screens::import::Import;
use super::screens::plan::Task;
use super::screens::question::Question;
use super::screens::{bin, damaged, detail, duplicates, history, list, plan, triage};

/// What is asked at the start: the first rows, as they were left. What is counted comes after the
/// first frame.
pub fn start(model: &mut Model, view: &View) -> Vec<Effect> {
    let mut effects = Vec::new();
    model.list.query.text.clone_from(&view.filter);
    model.list.query.order = view.order;
    model.usage.clone_from(&view.usage);
    let used = model.usage.most();
    model.list.filter = Field::new(&view.filter);
    let height = list_height(model);
    if !used.is_empty() {
        model.ask(Request::Used(used), &mut effects);
    }
    list::reload(model, height, &mut effects);
    if let Some(id) = view.contact {
        list::seek(model, ContactId(id), &mut effects);
    }
    effects
}

/// What is to come back at the next start.
#[must_use]
pub fn leave(model: &Model) -> View {
    View {
        filter: model.list.filter.text().to_owned(),
        order: model.list.query.order,
        contact: model.current().map(|id| id.0),
        usage: model.usage.clone(),
    }
}

/// Takes one message.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Key(key) => press(model, key, &mut effects),
        Msg::Paste(text) => paste(model, &text, &mut effects),
        Msg::Mouse(mouse) => point(model, mouse, &mut effects),
        Msg::Resize(size) => {
            model.size = size;
            let height = list_height(model);
            model.list.go(model.list.cursor, height);
            list::fill(model, height, &mut effects);
        }
        Msg::Store(ticket, reply) => answer(model, ticket, reply, &mut effects),
        Msg::Progress(ticket, progress) => {
            if model.writing == Some(ticket) {
                model.progress = Some(progress);
            }
        }
        Msg::Damaged(damage) => damaged::show(model, damage),
        Msg::Timer(TimerId::WhichKey(id)) => {
            model.which_key = !model.waiting.is_empty() && id == model.ticket.0;
        }
        Msg::Timer(TimerId::Spinner(ticket)) => model.busy = model.writing == Some(ticket),
        Msg::Editor(text) => edited(model, text, &mut effects),
        Msg::Paths(paths) => {
            if let Some(Screen::Prompt(prompt)) = model.over.last_mut() {
                prompt.complete(paths);
            }
        }
        Msg::Trouble(text) => model.say(Tone::Bad, text),
        Msg::Reported(path) => model.say(Tone::Good, format!("the plan is in {}", path.display())),
    }
    detail::follow(model, &mut effects);
    effects
}

/// Takes a key: what waits for it first, then the field, then the table.
fn press(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    // What takes long is given up before anything else is left.
    let stops = key.code == Code::Esc || key.ctrl && key.code == Code::Char('c');
    if stops && (model.progress.is_some() || model.busy) {
        effects.push(Effect::Stop);
        return;
    }
    let interrupted = std::mem::take(&mut model.interrupted);
    let waiting = std::mem::take(&mut model.waiting);
    model.which_key = false;
    let key = if model.in_text() && key.typed().is_some() {
        key
    } else {
        model.keymap.on_any_layout(&model.scopes(), &waiting, key)
    };
    if !waiting.is_empty() && key.code == Code::Esc {
        return;
    }
    if waiting.is_empty() && model.in_text() && takes_letters(key) && typed(model, key, effects) {
        model.toast = None;
        return;
    }
    match model.keymap.lookup(&model.scopes(), &waiting, key) {
        Lookup::Hit(action) => {
            if !matches!(action, Action::Undo | Action::Redo) {
                model.toast = None;
            }
            if action == Action::Interrupt {
                return interrupt(model, interrupted, effects);
            }
            if let Some(reason) = act::why_not(action, model) {
                return model.say(Tone::Plain, reason);
            }
            act::act(model, action, key, effects);
        }
        Lookup::Pending => {
            model.waiting = waiting;
            model.waiting.push(key);
            let ticket = model.next_ticket();
            effects.push(Effect::After(
                Duration::from_millis(300),
                TimerId::WhichKey(ticket.0),
            ));
        }
        Lookup::Miss if waiting.is_empty() && model.in_text() => {
            typed(model, key, effects);
        }
        Lookup::Miss => {
            let keys: Vec<String> = waiting.iter().chain([&key]).map(Key::to_string).collect();
            model.say(
                Tone::Plain,
                format!("{} does nothing here; ? shows all keys", keys.join(" ")),
            );
        }
    }
}

/// Whether a field may have the key before the table: what types, and what moves in a text. Enter,
/// tab, esc, the arrows up and down and the function keys are the screen's.
fn takes_letters(key: Key) -> bool {
    match key.code {
        Code::Char(sign) => !key.ctrl || "abfewuky".contains(sign) || sign == 'h',
        Code::Enter
        | Code::Esc
        | Code::Tab
        | Code::BackTab
        | Code::Up
        | Code::Down
        | Code::PageUp
        | Code::PageDown
        | Code::F(_) => false,
        Code::Backspace | Code::Delete | Code::Left | Code::Right | Code::Home | Code::End => true,
    }
}

/// Gives a key to the text that has the cursor; `false` where it does not want it.
fn typed(model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> bool {
    // In a form ^E opens the editor; the end of the line is End.
    let editor = key.ctrl && key.code == Code::Char('e');
    match model.over.last_mut() {
        Some(Screen::PhoneForm(_) | Screen::ContactForm(_)) if editor => false,
        Some(Screen::PhoneForm(form)) => form.press(key),
        Some(Screen::ContactForm(form)) => form.press(key),
        Some(Screen::Search(search)) => {
            search.cursor = 0;
            search.text.press(key)
        }
        Some(Screen::Prompt(prompt)) => {
            prompt.trouble = None;
            prompt.path.press(key)
        }
        Some(_) => false,
        None => {
            let taken = model.list.filter.press(key);
            if taken {
                let height = list_height(model);
                list::refilter(model, height, effects);
            }
            taken
        }
    }
}

/// Takes a paste: into the text that has the cursor; over the list it starts the filter.
fn paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => form.paste(text),
        Some(Screen::ContactForm(form)) => form.paste(text),
        Some(Screen::Search(search)) => search.text.paste(text),
        Some(Screen::Prompt(prompt)) => prompt.path.paste(text),
        Some(_) => {}
        None => {
            if model.focus != Focus::Filter {
                model.list.filter.set("");
            }
            model.focus = Focus::Filter;
            model.list.filter.paste(text.trim());
            let height = list_height(model);
            list::refilter(model, height, effects);
        }
    }
}

/// Takes the mouse. It is a guest: whatever it does, keys do too.
fn point(model: &mut Model, mouse: Mouse, effects: &mut Vec<Effect>) {
    if !model.over.is_empty() {
        return;
    }
    let areas = layout(model);
    let at = ratatui::layout::Position {
        x: mouse.column,
        y: mouse.row,
    };
    let height = usize::from(areas.list.height);
    if areas.list.contains(at) {
        match mouse.act {
            MouseAct::Click => {
                let row = model.list.top + usize::from(mouse.row - areas.list.y);
                model.focus = Focus::List;
                if row < model.list.known() {
                    if row == model.list.cursor {
                        return act::act(model, Action::Open, Key::plain(Code::Enter), effects);
                    }
                    model.list.go(row, height);
                }
            }
            MouseAct::WheelUp => model.list.go(model.list.cursor.saturating_sub(3), height),
            MouseAct::WheelDown => model.list.go(model.list.cursor + 3, height),
        }
        list::fill(model, height, effects);
    } else if areas.detail.contains(at) {
        match mouse.act {
            MouseAct::Click => model.focus = Focus::Detail,
            MouseAct::WheelUp => model.detail.scroll = model.detail.scroll.saturating_sub(3),
            MouseAct::WheelDown => model.detail.scroll += 3,
        }
    } else if areas.filter.contains(at) && mouse.act == MouseAct::Click {
        model.focus = Focus::Filter;
    }
}

/// `^C`: one step of the ladder; twice on a clean list, out.
fn interrupt(model: &mut Model, again: bool, effects: &mut Vec<Effect>) {
    let clean = model.over.is_empty()
        && model.focus == Focus::List
        && model.list.marks.is_empty()
        && model.list.filter.text().is_empty();
    match (clean, again) {
        (true, true) => effects.push(Effect::Quit),
        (true, false) => {
            model.interrupted = true;
            model.say(Tone::Plain, "^C again, or q, quits");
        }
        (false, _) => act::act(model, Action::Escape, Key::plain(Code::Esc), effects),
    }
}

/// Takes what the editor left.
fn edited(model: &mut Model, text: Option<String>, effects: &mut Vec<Effect>) {
    effects.push(Effect::Redraw);
    let Some(text) = text else {
        return model.say(Tone::Plain, "the editor left the text as it was");
    };
    let text = text.trim_end_matches(['\n', '\r']);
    match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => {
            if let Some(field) = form.field() {
                field.set("");
            }
            form.paste(text);
        }
        Some(Screen::ContactForm(form)) => {
            if let Some(field) = form.field() {
                field.set("");
            }
            form.paste(text);
        }
        _ => {}
    }
}

/// Takes an answer of the store; what is too old is dropped.
fn answer(model: &mut Model, ticket: Ticket, reply: Reply, effects: &mut Vec<Effect>) {
    let height = list_height(model);
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
        Reply::Plan(path, plan) => {
            if matches!(model.over.last(), Some(Screen::Prompt(_))) {
                model.over.pop();
                let import = Import::new(path, *plan);
                model.over.push(Screen::Import(Box::new(import)));
            }
        }
        Reply::Exported(contacts, path) => {
            if matches!(model.over.last(), Some(Screen::Prompt(_))) {
                model.over.pop();
            }
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
        Reply::Written(written) => wrote(model, written, effects),
        Reply::Refused(refusal) => refused(model, &refusal, effects),
        Reply::Holders(holders) => match model.over.last_mut() {
            Some(Screen::PhoneForm(form)) if form.holders_ticket == ticket => {
                form.holders = holders;
            }
            _ => {}
        },
        Reply::PlanBulk(edit, bulk) => plan::show(model, Task::Bulk(*edit), *bulk),
        Reply::PlanMerge(merges, bulk) => plan::show(model, Task::Merge(merges), *bulk),
        Reply::Duplicates(groups) => duplicates::show(model, groups, effects),
        Reply::Health(health) => {
            let page = HealthPage {
                health: *health,
                cursor: 0,
            };
            model.over.push(Screen::Health(Box::new(page)));
        }
        Reply::ChangedElsewhere => {
            model.values = None;
            list::reload(model, height, effects);
            detail::refresh(model, effects);
            triage::ask(model, effects);
        }
        Reply::PutBack(aside) => damaged::done(model, &aside, effects),
        Reply::Values(values) => model.values = Some(values),
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
        | Reply::Profile(_) => {}
    }
}

/// Something was written: forms that are done close, and what is shown is asked for again.
fn wrote(model: &mut Model, written: Written, effects: &mut Vec<Effect>) {
    model.undoing = None;
    if matches!(model.over.last(), Some(Screen::Conflict(_))) {
        model.over.pop();
    }
    if matches!(
        model.over.last(),
        Some(Screen::PhoneForm(_) | Screen::ContactForm(_) | Screen::Import(_) | Screen::Plan(_))
    ) {
        model.over.pop();
    }
    let title = written.point.map(|point| point.title);
    let text = match (written.step, title, &written.report) {
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
    };
    let tone = match &written.report {
        Some(report) if report.unreadable() > 0 => Tone::Bad,
        _ => Tone::Good,
    };
    model.toast = Some(Toast {
        tone,
        text,
        undoable: written.step == Step::Forward,
    });
    model.list.marks.clear();
    model.values = None;
    let height = list_height(model);
    list::reload(model, height, effects);
    detail::refresh(model, effects);
    triage::ask(model, effects);
    history::ask(model, effects);
    bin::ask(model, effects);
    duplicates::wrote(model, effects);
    if let Some(id) = written.contact {
        list::seek(model, id, effects);
    }
}

/// Something was refused: a conflict opens its dialog over the form, faults go into the form, and
/// what was typed stays.
fn refused(model: &mut Model, refusal: &Refusal, effects: &mut Vec<Effect>) {
    if matches!(model.over.last(), Some(Screen::Conflict(_))) {
        model.over.pop();
    }
    duplicates::refused(model);
    if let Some(Screen::Damaged(page)) = model.over.last_mut() {
        page.trouble = Some(refusal.to_string());
        return;
    }
    if refusal.kind == RefusalKind::Damaged {
        // Whatever was to be done, and whatever is typed stays where it is: this is the way out.
        let path = &model.path;
        let text =
            format!("damaged: quit, callbook restore puts back the newest sound backup of {path}");
        return model.say(Tone::Bad, text);
    }
    if refusal.kind == RefusalKind::Conflict && model.undoing.is_some() {
        model.say(Tone::Bad, refusal.to_string());
        model.over.push(Screen::Question(Question::UndoOver));
        return;
    }
    if let (RefusalKind::Conflict, Some(stored), Some(screen)) =
        (refusal.kind, &refusal.stored, model.over.last())
        && let Some(conflict) = Conflict::of(screen, stored)
    {
        model.over.push(Screen::Conflict(Box::new(conflict)));
        return;
    }
    match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => form.faults.clone_from(&refusal.faults),
        Some(Screen::ContactForm(form)) => form.faults.clone_from(&refusal.faults),
        Some(Screen::Prompt(prompt)) => prompt.trouble = Some(refusal.to_string()),
        Some(Screen::Plan(_)) if refusal.kind == RefusalKind::Conflict => {
            // What was looked at is not so any more.
            model.over.pop();
        }
        _ => {
            // Beside a stale key press there is nothing typed to lose: show what is stored.
            if refusal.kind == RefusalKind::Conflict && refusal.stored.is_some() {
                model.say(
                    Tone::Bad,
                    "changed elsewhere meanwhile; here is how it is stored now",
                );
            } else {
                model.say(Tone::Bad, refusal.to_string());
            }
            let height = list_height(model);
            list::reload(model, height, effects);
            detail::refresh(model, effects);
            return;
        }
    }
    model.say(Tone::Bad, refusal.to_string());
}

/// Leaves the form on top, and asks first where something was typed.
pub(super) fn leave_form(model: &mut Model) {
    let dirty = match model.over.last() {
        Some(Screen::PhoneForm(form)) => form.is_dirty(),
        Some(Screen::ContactForm(form)) => form.is_dirty(),
        _ => false,
    };
    if dirty {
        model.over.push(Screen::Question(Question::LeaveForm));
    } else {
        model.over.pop();
    }
}

/// Asks who else has the number of the form.
pub(super) fn ask_holders(model: &mut Model, effects: &mut Vec<Effect>) {
    use super::screens::phone_form::Owner;
    let Some(Screen::PhoneForm(form)) = model.over.last() else {
        return;
    };
    let Ok(reading) = form.reading() else { return };
    let except = match form.owner {
        Owner::Contact(id, _) => Some(id),
        Owner::Row(_) => model
            .detail
            .profile
            .as_ref()
            .map(|profile| profile.contact.id),
    };
    let ticket = model.ask(Request::Holders(reading.e164, except), effects);
    if let Some(Screen::PhoneForm(form)) = model.over.last_mut() {
        form.holders_ticket = ticket;
    }
}
