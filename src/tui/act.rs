//! What each action does, and why one cannot be done just now.

use crate::domain::listing::{ListQuery, Order};
use crate::domain::merge::Side;
use crate::domain::operation::Over;
use crate::domain::safe::safe;

use super::forms;
use super::keymap::Action;
use super::keymap::key::{Code, Key};
use super::layout::list_height;
use super::model::{Effect, Focus, Model, Screen, Tone, Write};
use super::screens::contact_form::{ContactForm, Place};
use super::screens::prompt::Purpose;
use super::screens::question::Question;
use super::screens::search::{Kind, Search};
use super::screens::{
    bin, damaged, detail, duplicates, export, health, history, import, list, plan, triage,
};
use super::travel::travel;
use super::update::leave_form;

/// Why an action cannot be done just now: the footer dims it, the palette shows the reason, and its
/// key says it.
#[must_use]
pub fn why_not(action: Action, model: &Model) -> Option<&'static str> {
    let nobody = model.current().is_none();
    let no_number = match model.focus {
        Focus::Detail => model.detail.phone().is_none(),
        _ => model.list.current().is_none_or(|row| row.number.is_none()),
    };
    match action {
        Action::Open
        | Action::EditContact
        | Action::DeleteContact
        | Action::Mark
        | Action::Confirm
        | Action::Favourite
        | Action::History
            if nobody =>
        {
            Some("nobody here; a adds a contact")
        }
        Action::ChangeMany | Action::Duplicates | Action::Health if nobody => Some("nobody here"),
        Action::ExportMarked if model.list.marks.is_empty() => Some("none marked; space marks"),
        Action::ExportCards
        | Action::ExportTable
        | Action::ExportBook
        | Action::ExportShown
        | Action::ExportText
            if nobody =>
        {
            Some("nobody here to export")
        }
        Action::Copy | Action::Call if no_number => Some("no number here"),
        Action::EditNumber
        | Action::MakePrimary
        | Action::Accurate
        | Action::Historic
        | Action::DeleteNumber
            if model.detail.phone().is_none() =>
        {
            Some("no number here; a adds one")
        }
        Action::AddNumber if model.detail.profile.is_none() => Some("nobody here"),
        Action::EditContact
        | Action::Favourite
        | Action::History
        | Action::AddNumber
        | Action::EditNumber
        | Action::MakePrimary
        | Action::Accurate
        | Action::Historic
        | Action::DeleteNumber
        | Action::Copy
        | Action::Call
            if model.profile().is_none() =>
        {
            Some("the contact is still being read")
        }
        Action::Fix
            if model.triage.is_none()
                && model.totals.is_some_and(|totals| totals.attention == 0) =>
        {
            Some("nothing needs attention")
        }
        Action::ConfirmNext if nobody => Some("nothing needs attention any more; q goes back"),
        Action::PutBack => damaged::why_not(model),
        Action::Overwrite | Action::AllMine | Action::AllStored
            if !matches!(model.over.last(), Some(Screen::Conflict(_))) =>
        {
            Some("only where a number was changed elsewhere")
        }
        _ => None,
    }
}

/// Does an action.
pub fn act(model: &mut Model, action: Action, key: Key, effects: &mut Vec<Effect>) {
    match action {
        Action::Help => open_search(model, Kind::Help),
        Action::Palette => open_search(model, Kind::Palette),
        Action::Undo => {
            // What is offered is what is undone: another program may have undone it meanwhile, and the
            // step before it is not what the person sees. Pressed again, it goes on to that one.
            let offered = model.toast.as_mut().and_then(|toast| toast.undo.take());
            let write = offered.map_or(Write::Undo(Over::Refused), |step| {
                Write::UndoStep(step, Over::Refused)
            });
            model.write(write, effects);
        }
        Action::Redo => {
            model.write(Write::Redo, effects);
        }
        Action::Filter => {
            if model.over.is_empty() {
                model.focus = Focus::Filter;
            }
        }
        Action::NextPane | Action::PreviousPane | Action::Left | Action::Right | Action::Skip
            if matches!(model.over.last(), Some(Screen::Duplicates(_))) =>
        {
            duplicates::act(model, action, effects);
        }
        Action::NextPane if list::complete(model, effects) => {}
        Action::NextPane | Action::PreviousPane => next_pane(model),
        Action::Keypad => list::keypad(model, effects),
        Action::Escape => escape(model, effects),
        Action::Interrupt => {}
        Action::Repaint => effects.push(Effect::Redraw),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Quit => quit(model, effects),
        Action::Mouse => {
            model.mouse = !model.mouse;
            effects.push(Effect::Mouse(model.mouse));
            model.say(
                Tone::Plain,
                if model.mouse {
                    "the mouse is on"
                } else {
                    "the mouse is left to the terminal"
                },
            );
        }
        Action::Down
        | Action::Up
        | Action::Top
        | Action::Bottom
        | Action::PageDown
        | Action::PageUp => travel(model, action, effects),
        Action::Open if matches!(model.over.last(), Some(Screen::Health(_))) => {
            health::follow(model, effects);
        }
        Action::Open => {
            if let Some(id) = model.current()
                && model.triage.is_none()
            {
                model.note_use(id, effects);
                model.focus = Focus::Detail;
            } else {
                model.focus = Focus::List;
            }
        }
        Action::Mark => mark(model, effects),
        Action::Copy | Action::Call => dial(model, action, effects),
        Action::AddContact => {
            // A search that found nobody is the name of somebody new.
            let name = model.list.new_name().unwrap_or_default();
            let form = ContactForm::new(name, model.home);
            model.over.push(Screen::ContactForm(Box::new(form)));
        }
        Action::EditContact => {
            if let Some(profile) = model.profile() {
                let form = ContactForm::of(profile, model.home);
                model.over.push(Screen::ContactForm(Box::new(form)));
            }
        }
        Action::DeleteContact => {
            let chosen = model.list.chosen();
            model.write(Write::DeleteContacts(chosen), effects);
        }
        Action::Confirm => {
            let chosen = model.list.chosen();
            model.write(Write::Confirm(chosen), effects);
        }
        Action::Favourite => detail::favourite(model, effects),
        Action::Import => {
            model.over.push(Screen::Prompt(Box::default()));
        }
        Action::ExportCards
        | Action::ExportTable
        | Action::ExportBook
        | Action::ExportMarked
        | Action::ExportShown
        | Action::ExportText => export::act(model, action, effects),
        Action::Fix => triage::switch(model, effects),
        Action::ConfirmNext | Action::Skip | Action::BySource | Action::ConfirmSource => {
            triage::act(model, action, effects);
        }
        Action::ShowAll | Action::SortName | Action::SortGiven | Action::SortChanged => {
            change_list(model, action, effects);
        }
        Action::History | Action::BookHistory => history::open(model, action, effects),
        Action::Rows | Action::Restore | Action::UndoStep => history::act(model, action, effects),
        Action::ChangeMany => plan::ask(model, effects),
        Action::Duplicates => duplicates::open(model, effects),
        Action::KeepOther | Action::Apart | Action::MergeGroup | Action::MergeSure => {
            duplicates::act(model, action, effects);
        }
        Action::Health => health::open(model, effects),
        Action::Bin => bin::open(model, effects),
        Action::BringBack | Action::EmptyBin => bin::act(model, action, effects),
        Action::EditNumber => forms::edit_number(model, effects),
        Action::AddNumber => forms::add_number(model),
        Action::MakePrimary | Action::Accurate | Action::Historic | Action::DeleteNumber => {
            detail::flip(model, action, effects);
        }
        Action::Pick => {
            if let Code::Char(digit) = key.code {
                let place = digit
                    .to_digit(10)
                    .and_then(|digit| usize::try_from(digit).ok())
                    .unwrap_or(1);
                model.detail.go(place.saturating_sub(1));
            }
        }
        Action::MergeRow | Action::NewRow | Action::SkipRow | Action::ShowKind | Action::Report => {
            let digit = match key.code {
                Code::Char(digit) => digit.to_digit(10),
                _ => None,
            };
            import::act(model, action, digit, effects);
        }
        Action::NextNumber => {
            let next = model.detail.cursor + 1;
            let last = model
                .detail
                .profile
                .as_ref()
                .map_or(0, |profile| profile.phones.len());
            model.detail.go(if next < last { next } else { 0 });
        }
        Action::NextField | Action::PreviousField => {
            forms::step_field(model, action == Action::NextField, effects);
        }
        Action::Toggle => forms::toggle(model),
        Action::Save => forms::save(model, effects),
        Action::Enter => forms::enter(model, effects),
        Action::Editor => forms::edit(model, effects),
        Action::DeleteRow => {
            if let Some(Screen::ContactForm(form)) = model.over.last_mut()
                && let Place::Number(row) = form.place
                && let Some(number) = form.numbers.get_mut(row)
            {
                number.deleted = !number.deleted;
            } else {
                model.say(Tone::Plain, "go to a number first");
            }
        }
        Action::Left | Action::Right => forms::pick_side(model, key),
        Action::AllMine | Action::AllStored => {
            if let Some(Screen::Conflict(conflict)) = model.over.last_mut() {
                conflict.pick_all(if action == Action::AllMine {
                    Side::Mine
                } else {
                    Side::Stored
                });
            }
        }
        Action::Overwrite => {
            model.over.push(Screen::Question(Question::Overwrite));
        }
        Action::PutBack => damaged::put_back(model, effects),
        Action::Run => run(model, effects),
        Action::Complete => complete(model, effects),
        Action::Yes => yes(model, effects),
        Action::No => {
            model.over.pop();
        }
    }
}

fn open_search(model: &mut Model, kind: Kind) {
    let scopes = model.scopes();
    model
        .over
        .push(Screen::Search(Box::new(Search::new(kind, scopes))));
}

fn next_pane(model: &mut Model) {
    if model.over.is_empty() {
        model.focus = match model.focus {
            Focus::List if model.current().is_some() => Focus::Detail,
            Focus::List | Focus::Filter | Focus::Detail => Focus::List,
        };
    }
}

/// One step down the ladder: popup, marks, filter, pane.
fn escape(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.over.last_mut() {
        Some(Screen::PhoneForm(_) | Screen::ContactForm(_)) => return leave_form(model),
        Some(Screen::Search(search)) if !search.text.text().is_empty() => {
            search.text.set("");
            search.cursor = 0;
            return;
        }
        Some(Screen::Damaged(_)) => return model.say(Tone::Plain, "q leaves"),
        Some(screen) => {
            if matches!(screen, Screen::Duplicates(_)) {
                model.focus = Focus::List;
            }
            model.over.pop();
            return;
        }
        None => {}
    }
    if model.focus == Focus::Detail {
        model.focus = Focus::List;
    } else if !model.list.marks.is_empty() {
        model.list.marks.clear();
    } else if model.list.is_filtered() {
        let height = list_height(model);
        let on = model.current();
        list::clear(model, height, effects);
        if let Some(id) = on {
            list::seek(model, id, effects);
        }
        model.focus = Focus::List;
    } else if model.triage.is_some() {
        triage::switch(model, effects);
    } else {
        model.focus = Focus::List;
    }
}

fn quit(model: &mut Model, effects: &mut Vec<Effect>) {
    match (model.over.last(), model.focus) {
        (Some(Screen::Damaged(_)), _) => effects.push(Effect::Quit),
        (Some(_), _) => escape(model, effects),
        (None, Focus::Detail) => model.focus = Focus::List,
        (None, _) => effects.push(Effect::Quit),
    }
}

fn mark(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(id) = model.current() {
        if !model.list.marks.remove(&id) {
            model.list.marks.insert(id);
        }
        travel(model, Action::Down, effects);
    }
}

/// Copies or calls the number under the cursor, or else the contact's main number.
fn dial(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let phone = match (model.focus, model.profile()) {
        (Focus::Detail, _) => model.detail.phone(),
        (_, Some(profile)) => profile.phones.first(),
        (_, None) => None,
    };
    let Some(phone) = phone.cloned() else { return };
    model.note_use(phone.contact, effects);
    let shown = phone.shown();
    if action == Action::Copy {
        // A line end would be Enter where it is pasted.
        effects.push(Effect::Copy(safe(&phone.number).into_owned()));
        // OSC 52 has no answer: that it was sent is all that is known.
        model.say(
            Tone::Good,
            format!("{shown} sent to the terminal's clipboard"),
        );
    } else {
        effects.push(Effect::Open(phone.call_address()));
        model.say(Tone::Good, format!("calling {shown}"));
    }
}

fn change_list(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let height = list_height(model);
    match action {
        Action::SortName => list::sort(model, Order::Name, height, effects),
        Action::SortGiven => list::sort(model, Order::Given, height, effects),
        Action::SortChanged => list::sort(model, Order::Changed, height, effects),
        _ => {
            model.triage = None;
            model.list.marks.clear();
            model.list.filter.set("");
            let query = ListQuery {
                order: model.list.query.order,
                ..ListQuery::default()
            };
            list::show(model, query, height, effects);
        }
    }
}

/// Runs the line under the cursor of help or palette, as its key would.
fn run(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::Search(search)) = model.over.last() else {
        return;
    };
    let Some(binding) = search.matches(&model.keymap).get(search.cursor).copied() else {
        return;
    };
    if !search.scopes.contains(&binding.scope) {
        return model.say(
            Tone::Plain,
            format!("this one is for: {}", binding.scope.title()),
        );
    }
    model.over.pop();
    match why_not(binding.action, model) {
        Some(reason) => model.say(Tone::Plain, reason),
        None if binding.action == Action::Interrupt => {}
        None => {
            let key = binding.keys.first().and_then(|key| key.parse().ok());
            act(
                model,
                binding.action,
                key.unwrap_or(Key::plain(Code::Enter)),
                effects,
            );
        }
    }
}

fn complete(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.over.last_mut() {
        Some(Screen::Prompt(prompt)) if matches!(prompt.purpose, Purpose::Change(..)) => {
            prompt.trouble = None;
            plan::complete(model.values.as_ref(), &mut prompt.path);
        }
        Some(Screen::Prompt(prompt)) => {
            let path = prompt.path.text().to_owned();
            effects.extend(model.over.top().map(|page| Effect::Complete(page, path)));
        }
        Some(Screen::Search(search)) => {
            if let Some(binding) = search.matches(&model.keymap).get(search.cursor) {
                search.text.set(binding.help);
                search.cursor = 0;
            }
        }
        _ => {}
    }
}

fn yes(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::Question(question)) = model.over.pop() else {
        return;
    };
    match question {
        Question::LeaveForm => {
            model.over.pop();
        }
        Question::EmptyBin => {
            model.write(Write::EmptyBin, effects);
        }
        Question::UndoOver(step) => {
            let write = step.map_or(Write::Undo(Over::Written), |step| {
                Write::UndoStep(step, Over::Written)
            });
            model.write(write, effects);
        }
        Question::Overwrite => {
            let form = model.over.top().and_then(|top| model.over.under(top));
            if let (Some(Screen::Conflict(conflict)), Some(form)) = (
                model.over.last(),
                form.and_then(|form| model.over.get(form)),
            ) {
                let write = conflict.overwrite(form);
                model.finish(write, effects);
            }
        }
    }
}
