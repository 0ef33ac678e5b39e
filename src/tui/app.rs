//! The program without its terminal: the pages, and what is the same for all of them. It takes one message
//! after the other, gives keys and answers to the page that they are for, and says what is then to be done.
//! Pure and total.
//!
//! A key is looked up in the scopes of the page on top; a text takes what it can first. The esc ladder goes
//! one step at a time: prefix, popup, marks, filter, pane. An answer goes to the page that asked.

use std::path::PathBuf;

use crate::domain::contact::ContactId;
use crate::domain::damage::Damage;
use crate::domain::number::Region;
use crate::domain::operation::Overwriting;
use crate::editor::Edited;
use crate::state::View;

use super::ctx::{Ctx, Session};
use super::keymap::key::{Code, Key};
use super::keymap::{Action, Keymap, Scope};
use super::pages::contact_form::ContactForm;
use super::pages::contacts::{Contacts, Picker};
use super::pages::damaged::Damaged;
use super::pages::palette::{Palette, PaletteKind};
use super::pages::prompt::Prompt;
use super::pages::question::Question;
use super::pages::{AnyPage, News, Outcome, Page, Returned};
use super::protocol::{Effect, Mouse, Msg, PageId, Request, Size, TextPlace, TimerId, Tone, Write};
use super::stack::Stack;
use super::widgets::cursor::Motion;
use super::widgets::field::Field;

/// All that the screens remember.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    /// What all pages share.
    pub session: Session,
    /// The pages.
    pub pages: Stack,
    /// The keys of a prefix that waits.
    pub waiting: Vec<Key>,
    /// The count that was typed before a key of movement.
    pub count: Option<usize>,
    /// Whether what may follow is shown.
    pub which_key: bool,
    /// The key that was pressed last.
    pub(super) key: Key,
    /// Whether it was `^C` on a clean list.
    pub(super) interrupted: bool,
}

impl App {
    /// The program before anything is known.
    #[must_use]
    pub fn new(size: Size, keymap: Keymap, home: Option<Region>, path: String) -> Self {
        Self {
            session: Session::new(size, keymap, home, path),
            pages: Stack::default(),
            waiting: Vec::new(),
            count: None,
            which_key: false,
            key: Key::plain(Code::Esc),
            interrupted: false,
        }
    }

    /// What is asked at the start: the first rows, as they were left. What is counted comes after the
    /// first frame.
    pub fn start(&mut self, view: &View) -> Vec<Effect> {
        let mut effects = Vec::new();
        let list = &mut self.pages.contacts.list;
        list.query.text.clone_from(&view.filter);
        list.query.fields.clone_from(&self.session.fields);
        list.query.order = view.order;
        list.filter = Field::new(&view.filter);
        self.session.usage.clone_from(&view.usage);
        let used = self.session.usage.most();
        self.with_contacts(&mut effects, |contacts, ctx| {
            if !used.is_empty() {
                ctx.read(Request::Used(used));
            }
            contacts.start(ctx);
            if let Some(id) = view.contact {
                contacts.seek(ContactId(id), ctx);
            }
        });
        effects
    }

    /// What is to come back at the next start.
    #[must_use]
    pub fn leave(&self) -> View {
        let contacts = &self.pages.contacts;
        View {
            filter: contacts.list.filter.text().to_owned(),
            order: contacts.list.query.order,
            contact: contacts.current().map(|id| id.0),
            usage: self.session.usage.clone(),
        }
    }

    /// Opens the preview of an import of these files and folders.
    pub fn import(&mut self, paths: Vec<PathBuf>, effects: &mut Vec<Effect>) {
        self.open(Prompt::of_files(paths), effects);
    }

    /// Has a person choose, and nothing else.
    pub fn pick(&mut self, picker: Picker, effects: &mut Vec<Effect>) {
        self.open(Box::new(picker), effects);
    }

    /// What was chosen, where something was to be chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<&[String]> {
        let mut pages = self.pages.above();
        let picker = pages.find_map(|page| page.as_page::<Picker>());
        picker.and_then(Picker::chosen)
    }

    /// Puts the cursor of the list on a contact.
    pub(super) fn seek(&mut self, id: ContactId, effects: &mut Vec<Effect>) {
        self.with_contacts(effects, |contacts, ctx| contacts.seek(id, ctx));
    }

    /// Takes one message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        match msg {
            Msg::Key(key) => self.press(key, &mut effects),
            Msg::Paste(text) => self.paste(&text, &mut effects),
            Msg::Mouse(mouse) => self.point(mouse, &mut effects),
            Msg::Resize(size) => {
                self.session.size = size;
                for id in self.pages.ids() {
                    self.with_page(id, &mut effects, |page, ctx| {
                        page.resized(ctx);
                        Outcome::Stay
                    });
                }
            }
            Msg::Store(ticket, reply) => self.answer(ticket, reply, &mut effects),
            Msg::Progress(ticket, progress) => {
                if self.session.writing == Some(ticket) {
                    self.session.progress = Some(progress);
                }
            }
            Msg::BookTouched => self.with_contacts(&mut effects, |_, ctx| ctx.read(Request::Look)),
            Msg::Damaged(damage) => self.damaged(damage, &mut effects),
            Msg::Timer(TimerId::WhichKey(taken)) => {
                self.which_key = !self.waiting.is_empty() && taken == self.session.taken;
            }
            Msg::Timer(TimerId::Spinner(ticket)) => {
                self.session.busy = self.session.writing == Some(ticket);
            }
            Msg::Editor(place, text) => self.edited(place, text, &mut effects),
            Msg::ContactEdited(page, typed, how) => {
                effects.push(Effect::Redraw);
                self.with_editing_page(page, &mut effects, |page, ctx| {
                    page.contact_edited(*typed, how, ctx)
                });
            }
            Msg::Paths(page, path, names) => {
                if let Some(page) = self.pages.get_mut(page) {
                    page.completed(&path, names);
                }
            }
            Msg::Background(_) => {}
            Msg::Trouble(text) => self.session.say(Tone::Bad, text),
            Msg::Sync(on, told) => {
                self.session.remotes.stops &= !on.is_empty();
                self.session.remotes.on = on;
                if let Some((tone, words)) = told {
                    self.session.say(tone, words);
                }
                self.with_contacts(&mut effects, |_, ctx| {
                    ctx.read(Request::Look);
                    ctx.read(Request::Remotes);
                });
            }
            Msg::Remotes(rows) => self.session.remotes.take(rows),
            Msg::Reported(path) => {
                let text = format!("saved the preview to {}", path.display());
                self.session.say(Tone::Good, text);
            }
        }
        self.with_contacts(&mut effects, Contacts::follow);
        effects
    }

    /// The scopes of the keys as things are, the nearest first.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        self.pages.top().scope().chain()
    }

    /// Has a page do something, where it is still there.
    pub(super) fn with_page(
        &mut self,
        id: PageId,
        effects: &mut Vec<Effect>,
        work: impl FnOnce(&mut dyn Page, &mut Ctx<'_>) -> Outcome,
    ) {
        let Some(page) = self.pages.get_mut(id) else {
            return;
        };
        let mut ctx = Ctx {
            session: &mut self.session,
            page: id,
            key: self.key,
            effects,
        };
        let outcome = work(page, &mut ctx);
        self.apply(id, outcome, effects);
    }

    fn with_contacts(
        &mut self,
        effects: &mut Vec<Effect>,
        work: impl FnOnce(&mut Contacts, &mut Ctx<'_>),
    ) {
        let mut ctx = Ctx {
            session: &mut self.session,
            page: PageId::BOTTOM,
            key: self.key,
            effects,
        };
        work(&mut self.pages.contacts, &mut ctx);
    }

    /// Tells all pages but one what happened.
    pub(super) fn notify(&mut self, but: Option<PageId>, news: News, effects: &mut Vec<Effect>) {
        for id in self.pages.ids() {
            if Some(id) != but {
                self.with_page(id, effects, |page, ctx| {
                    page.notified(news, ctx);
                    Outcome::Stay
                });
            }
        }
    }

    /// Opens a page on top.
    pub(super) fn open(&mut self, page: AnyPage, effects: &mut Vec<Effect>) {
        let id = self.pages.open(page);
        self.with_page(id, effects, Page::opened);
    }

    fn apply(&mut self, id: PageId, outcome: Outcome, effects: &mut Vec<Effect>) {
        match outcome {
            Outcome::Unused => {
                self.does_nothing(&self.key.to_string());
            }
            Outcome::Close => self.pages.close(id),
            Outcome::Return(value) => {
                let under = self.pages.under(id);
                self.pages.close(id);
                self.hand_down(under, value, effects);
            }
            Outcome::Run(action, key) => {
                self.pages.close(id);
                self.key = key;
                self.perform(action, effects);
            }
            Outcome::Open(page) if id == self.pages.top_id() => self.open(page, effects),
            Outcome::Ask(question) if id == self.pages.top_id() => {
                self.open(Box::new(question), effects);
            }
            // A page that is not seen any more opens none over what is.
            Outcome::Open(_) | Outcome::Ask(_) | Outcome::Stay => {}
            Outcome::Replace(page) => self.replace(id, page, effects),
            Outcome::NewContact(number) => {
                if let Some(form) = ContactForm::of_number(number.as_ref()) {
                    self.replace(id, Box::new(form), effects);
                }
            }
        }
    }

    fn replace(&mut self, id: PageId, page: AnyPage, effects: &mut Vec<Effect>) {
        if let Some(new) = self.pages.replace(id, page) {
            self.with_page(new, effects, Page::opened);
        }
    }

    /// Gives a page what the one over it leaves behind. Some questions are asked for all pages alike.
    fn hand_down(&mut self, under: Option<PageId>, value: Returned, effects: &mut Vec<Effect>) {
        let Some(under) = under else { return };
        self.with_page(under, effects, |page, ctx| match value {
            Returned::Yes(Question::LeaveForm) => Outcome::Close,
            Returned::Yes(Question::UndoOver(step)) => {
                ctx.undo(step, Overwriting::Written);
                Outcome::Stay
            }
            value => page.returned(value, ctx),
        });
    }

    pub(super) fn move_cursor(&mut self, motion: Motion, effects: &mut Vec<Effect>) {
        self.with_page(self.pages.top_id(), effects, |page, ctx| {
            page.move_cursor(motion, ctx);
            Outcome::Stay
        });
    }

    /// Does an action, or says why it cannot be done just now.
    pub fn perform(&mut self, action: Action, effects: &mut Vec<Effect>) {
        if let Some(reason) = self.pages.top().unavailable(action, &self.session) {
            return self.session.say(Tone::Plain, reason);
        }
        let top = self.pages.top_id();
        match action {
            Action::Help => self.open_palette(PaletteKind::Help, effects),
            Action::Palette => self.open_palette(PaletteKind::Palette, effects),
            Action::Undo => {
                // What is offered is what is undone: another program may have undone it meanwhile, and
                // the step before it is not what the person sees. Pressed again, it goes on to that one.
                let toast = self.session.toast.as_mut();
                let offered = toast.and_then(|toast| toast.undo.take());
                self.with_page(top, effects, |_, ctx| {
                    ctx.undo(offered, Overwriting::Refused);
                    Outcome::Stay
                });
            }
            Action::Redo => self.with_page(top, effects, |_, ctx| {
                ctx.write(Write::Redo);
                Outcome::Stay
            }),
            Action::Repaint => {
                effects.push(Effect::Redraw);
                self.read_again(effects);
            }
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Mouse => self.switch_mouse(effects),
            Action::Interrupt => {}
            Action::Editor => self.edit(effects),
            Action::Escape => self.with_page(top, effects, Page::escape),
            Action::Quit => self.with_page(top, effects, Page::quit),
            _ => match Motion::of_action(action) {
                Some(motion) => self.move_cursor(motion, effects),
                None => self.with_page(top, effects, |page, ctx| page.perform(action, ctx)),
            },
        }
    }

    /// Has the pages read again what could not be read.
    fn read_again(&mut self, effects: &mut Vec<Effect>) {
        for id in self.pages.ids() {
            if self.session.is_stale(id) {
                self.with_page(id, effects, |page, ctx| {
                    page.notified(News::Again, ctx);
                    Outcome::Stay
                });
            }
        }
    }

    fn open_palette(&mut self, kind: PaletteKind, effects: &mut Vec<Effect>) {
        let palette = Palette::new(kind, self.scopes());
        self.open(Box::new(palette), effects);
    }

    fn switch_mouse(&mut self, effects: &mut Vec<Effect>) {
        let mouse = !self.session.mouse;
        self.session.mouse = mouse;
        effects.push(Effect::Mouse(mouse));
        let text = if mouse {
            "the mouse is on"
        } else {
            "the mouse is off"
        };
        self.session.say(Tone::Plain, text);
    }

    /// Opens the text that has the cursor in the editor.
    fn edit(&mut self, effects: &mut Vec<Effect>) {
        let (page, top) = (self.pages.top_id(), self.pages.top());
        match (top.text_number(), top.text()) {
            (Some(field), Some(text)) => {
                let text = text.text().to_owned();
                effects.push(Effect::Edit(TextPlace { page, field }, text));
            }
            _ => self.session.say(
                Tone::Plain,
                "this field cannot be edited in an external editor",
            ),
        }
    }

    /// Takes what the editor left, in the place that it was opened for.
    fn edited(&mut self, place: TextPlace, edited: Edited, effects: &mut Vec<Effect>) {
        effects.push(Effect::Redraw);
        let text = match edited {
            Edited::Text(text) => text,
            Edited::Unchanged => {
                return self.session.say(Tone::Plain, "the editor changed nothing");
            }
            Edited::Failed(why) => {
                let told = format!("{why}; the field stays as it was");
                return self.session.say(Tone::Bad, told);
            }
        };
        let text = text.trim_end_matches(['\n', '\r']);
        self.with_editing_page(place.page, effects, |page, ctx| {
            page.edited(place.field, text, ctx);
            Outcome::Stay
        });
    }

    /// Has the page do something that the editor was opened from, where it is still there.
    fn with_editing_page(
        &mut self,
        page: PageId,
        effects: &mut Vec<Effect>,
        work: impl FnOnce(&mut dyn Page, &mut Ctx<'_>) -> Outcome,
    ) {
        if self.pages.get_mut(page).is_none() {
            let text = "the form was closed before the editor ended; its text was discarded";
            return self.session.say(Tone::Bad, text);
        }
        self.with_page(page, effects, work);
    }

    /// Takes a paste: into the text that has the cursor; over the list it starts the filter.
    fn paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        let top = self.pages.top_id();
        if self.session.holds_keys(top) {
            return self.say_waits();
        }
        self.session.taken += 1;
        self.with_page(top, effects, |page, ctx| {
            page.paste(text, ctx);
            Outcome::Stay
        });
    }

    fn point(&mut self, mouse: Mouse, effects: &mut Vec<Effect>) {
        self.with_page(self.pages.top_id(), effects, |page, ctx| {
            if page.point(mouse, ctx) {
                ctx.session.taken += 1;
            }
            Outcome::Stay
        });
    }

    /// Shows what is wrong with the database, or what was found since.
    fn damaged(&mut self, damage: Damage, effects: &mut Vec<Effect>) {
        if self.session.damage.replace(damage).is_none() {
            self.open(Box::<Damaged>::default(), effects);
        }
    }
}
