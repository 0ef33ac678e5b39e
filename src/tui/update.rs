//! `update`: what a message changes, and what is then to be done. Pure and total.
//!
//! A key is looked up in the scopes of the screen on top; a text field takes what it can first.
//! The esc ladder goes one step at a time: prefix, popup, marks, filter, pane.

use std::time::Duration;

use crate::domain::contact::ContactId;
use crate::state::View;

use super::act;
use super::answers;
use super::forms;
use super::keymap::key::{Code, Key};
use super::keymap::{Action, Lookup};
use super::layout::{layout, list_height};
use super::model::{Effect, Focus, Model, Mouse, MouseAct, Msg, Request, Screen, TimerId, Tone};
use super::screens::question::Question;
use super::screens::{damaged, detail, list};
use super::widgets::field::Field;

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
        Msg::Store(ticket, reply) => answers::take(model, ticket, reply, &mut effects),
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
        Msg::Editor(place, text) => {
            effects.push(Effect::Redraw);
            forms::edited(model, place, text);
        }
        Msg::Paths(page, path, paths) => {
            // What was typed since is not to be typed over.
            if let Some(Screen::Prompt(prompt)) = model.over.get_mut(page)
                && prompt.path.text() == path
            {
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
    if stops && (model.progress.is_some() || model.busy || model.holds_keys()) {
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
    if model.holds_keys() && !is_for_the_terminal(model, &waiting, key) {
        return model.say(Tone::Plain, WAITS);
    }
    model.taken += 1;
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

/// What is said of a key that the page cannot take before its answer has come.
const WAITS: &str = "still at work; esc stops it";

/// Whether a key does nothing but draw again, or hand the terminal back to the shell.
fn is_for_the_terminal(model: &Model, waiting: &[Key], key: Key) -> bool {
    matches!(
        model.keymap.lookup(&model.scopes(), waiting, key),
        Lookup::Hit(Action::Repaint | Action::Suspend)
    )
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
    if model.holds_keys() {
        return model.say(Tone::Plain, WAITS);
    }
    model.taken += 1;
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
    let live = [areas.list, areas.detail, areas.filter];
    if !live.iter().any(|area| area.contains(at)) {
        return;
    }
    model.taken += 1;
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
