//! The program without its terminal, for tests of the screens: keys go in, frames come out.

#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;

use callbook::domain::edit::TextEdit;
use callbook::domain::full_contact::FullContact;
use callbook::domain::number::Region;
use callbook::domain::progress::Stop;
use callbook::domain::refusal::Refusal;
use callbook::domain::sync::plan::SyncPlan;
use callbook::domain::timestamp::Timestamp;
use callbook::editor::Edited;
use callbook::exchange::edit_text::EditedText;
use callbook::import::File;
use callbook::state::View;
use callbook::tui::app::App;
use callbook::tui::keymap::Keymap;
use callbook::tui::pages::Page;
use callbook::tui::protocol::{Effect, Msg, Reply, Request, Size, Ticket, Tone};
use callbook::tui::runtime::StoreThread;
use callbook::tui::screen::draw;
use callbook::tui::widgets::theme::{ColorPalette, Glyphs, Theme, UNICODE};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::support::{Book, NOON};

/// The program without its terminal: effects on the store are done at once, and answered at once
/// unless answers are held back.
pub(crate) struct Desk {
    pub book: Book,
    pub app: App,
    pub effects: Vec<Effect>,
    /// The answers that wait, in the order of what was asked; none: they do not wait.
    pub held: Option<Vec<Msg>>,
    /// What the editor makes of a text, or why it fails; none: a contact that is edited as text waits.
    pub editor: Option<Editor>,
    /// What a sync would do, or why that cannot be said; none: it is not answered.
    pub plan: Option<Result<SyncPlan, Refusal>>,
    /// What a remote is said to be; none: nothing is answered.
    pub checked: Option<Result<String, Refusal>>,
    /// What was asked of the store since it was looked at last.
    asked: Vec<Request>,
}

/// What an editor leaves of a text, and why it failed if it did.
pub(crate) type Editor = Box<dyn FnMut(&str) -> (String, Option<String>)>;

impl Desk {
    /// The page on top, where it is one of this kind.
    pub(crate) fn top<P: Page>(&self) -> Option<&P> {
        self.app.pages.last()?.as_page()
    }

    /// The contact that is shown in the detail, with its phones.
    pub(crate) fn shown(&self) -> FullContact {
        let profile = self.app.pages.contacts.detail.profile.as_ref();
        profile.unwrap().full.clone()
    }

    pub(crate) fn new(width: u16, height: u16, cards: &str) -> Self {
        let mut book = Book::of_rules();
        if !cards.is_empty() {
            let file = File::open(cards.as_bytes(), "bianchi.vcf", &[]).unwrap();
            callbook::import::all(&mut book.store, file).unwrap();
        }
        Self::of(width, height, book)
    }

    /// The screens of a book that is there.
    pub(crate) fn of(width: u16, height: u16, book: Book) -> Self {
        let mut app = App::new(
            Size { width, height },
            Keymap::default(),
            Region::new("US"),
            "~/book.db".to_owned(),
        );
        app.session.now = Timestamp::from_micros(NOON + 3_600_000_000);
        let mut desk = Self {
            book,
            app,
            effects: Vec::new(),
            held: None,
            editor: None,
            plan: None,
            checked: None,
            asked: Vec::new(),
        };
        let effects = desk.app.start(&View::default());
        desk.run(effects);
        desk
    }

    /// Presses keys, written as in the table, with a space between; `"…"` types a text.
    pub(crate) fn press(&mut self, keys: &str) {
        for word in keys.split(' ').filter(|word| !word.is_empty()) {
            let keys: Vec<String> = match word.strip_prefix('"') {
                Some(text) => text
                    .trim_end_matches('"')
                    .chars()
                    .map(|sign| sign.to_string().replace('_', "space"))
                    .collect(),
                None => vec![word.to_owned()],
            };
            for key in keys {
                // A person presses a key when the frame before it is there.
                self.app.session.drawn();
                self.tell(Msg::Key(key.parse().unwrap()));
            }
        }
    }

    /// Opens the preview of a file with this name.
    pub(crate) fn preview(&mut self, name: &str, cards: &[u8]) {
        let file = self.book.path.with_file_name(name);
        std::fs::write(&file, cards).unwrap();
        self.press("i");
        self.paste(&file.display().to_string());
        self.press("enter");
    }

    pub(crate) fn paste(&mut self, text: &str) {
        let effects = self.app.update(Msg::Paste(text.to_owned()));
        self.run(effects);
    }

    pub(crate) fn run_size(&mut self, width: u16, height: u16) {
        let effects = self.app.update(Msg::Resize(Size { width, height }));
        self.run(effects);
    }

    pub(crate) fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let answer = match &effect {
                // What a sync would do is for the network to answer.
                Effect::Ask(ticket, request @ Request::PlanSync(..)) => {
                    self.asked.push(request.clone());
                    let plan = self.plan.clone().map(|plan| {
                        plan.map_or_else(Reply::Refused, |plan| Reply::PlannedSync(Box::new(plan)))
                    });
                    plan.map(|reply| Msg::Store(*ticket, reply))
                }
                Effect::Ask(ticket, request @ Request::CheckRemote(_)) => {
                    self.asked.push(request.clone());
                    let told = self.checked.clone();
                    let reply = |told: Result<String, Refusal>| {
                        told.map_or_else(Reply::Refused, Reply::CheckedRemote)
                    };
                    told.map(|told| Msg::Store(*ticket, reply(told)))
                }
                Effect::Ask(ticket, request) => {
                    self.asked.push(request.clone());
                    let reply = self.answer(request.clone());
                    Some(Msg::Store(*ticket, reply))
                }
                // These are the world's to answer: only a test that holds answers back does it.
                Effect::Edit(place, text) if self.held.is_some() => {
                    let text = Edited::Text(format!("{text} edited"));
                    Some(Msg::Editor(*place, text))
                }
                Effect::EditContact(page, typed, faults) => {
                    let mut edited = EditedText::resumed((**typed).clone());
                    if !faults.is_empty() {
                        edited.refused(faults);
                    }
                    self.edits(&mut edited).map(|how| {
                        let typed = Box::new(edited.left());
                        Msg::ContactEdited(*page, typed, how)
                    })
                }
                Effect::Sync(order) if self.held.is_some() => {
                    let told = format!("{}: nothing new", order.names.join(", "));
                    Some(Msg::Sync(Vec::new(), Some((Tone::Good, told))))
                }
                Effect::Complete(page, path) if self.held.is_some() => {
                    let paths = vec![format!("{path}ends")];
                    Some(Msg::Paths(*page, path.clone(), paths))
                }
                _ => None,
            };
            match (answer, &mut self.held) {
                (None, _) => self.effects.push(effect),
                (Some(answer), Some(held)) => held.push(answer),
                (Some(answer), None) => self.tell(answer),
            }
        }
    }

    /// Has the editor open a text until it can be saved or is left. While answers are held back, an editor that
    /// nobody set changes the nickname.
    fn edits(&mut self, edited: &mut EditedText) -> Option<TextEdit> {
        let mut renames: Editor =
            Box::new(|text| (text.replace("nickname = \"\"", "nickname = \"Qx\""), None));
        let editor = self
            .editor
            .as_mut()
            .or_else(|| self.held.is_some().then_some(&mut renames))?;
        Some(edited.edit(|text| editor(text)))
    }

    /// Has something happen.
    pub(crate) fn tell(&mut self, msg: Msg) {
        let effects = self.app.update(msg);
        self.run(effects);
    }

    /// What was asked of the store since this was called last.
    pub(crate) fn requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.asked)
    }

    /// From now on answers wait until they are let go.
    pub(crate) fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    /// How many answers wait.
    pub(crate) fn waiting(&self) -> usize {
        self.held.as_ref().map_or(0, Vec::len)
    }

    /// Lets the answer at a place go: 0 is what was asked first.
    pub(crate) fn let_go(&mut self, place: usize) -> Msg {
        let answer = self.held.as_mut().unwrap().remove(place);
        self.tell(answer.clone());
        answer
    }

    /// Lets all answers go, and those to what is asked meanwhile, in the order of what was asked.
    pub(crate) fn let_all_go(&mut self) {
        while self.waiting() > 0 {
            self.let_go(0);
        }
    }

    /// The folder of what cannot be imported.
    pub(crate) fn rejects(&self) -> PathBuf {
        self.book.path.with_file_name("rejects")
    }

    pub(crate) fn answer(&mut self, request: Request) -> Reply {
        let (replies, _told) = std::sync::mpsc::channel();
        let keeper = StoreThread::new(replies, Stop::default(), Some(self.rejects()));
        let reply = keeper.answer(&mut self.book.store, Ticket::default(), request);
        reply.unwrap_or_else(Reply::Refused)
    }

    /// Draws, whatever the size.
    pub(crate) fn draw(&self) {
        drop(self.drawn(ColorPalette::Dark, &UNICODE));
    }

    /// What stands on the terminal after a draw.
    pub(crate) fn drawn(&self, palette: ColorPalette, glyphs: &Glyphs) -> TestBackend {
        let Size { width, height } = self.app.session.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(palette, *glyphs);
        terminal
            .draw(|frame| draw(&self.app, &theme, frame))
            .unwrap();
        terminal.backend().clone()
    }

    pub(crate) fn frame_with(&self, palette: ColorPalette, glyphs: &Glyphs) -> String {
        self.drawn(palette, glyphs).to_string()
    }

    pub(crate) fn frame(&self) -> String {
        self.frame_with(ColorPalette::Mono, &UNICODE)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.app
            .pages
            .contacts
            .list
            .window
            .rows
            .iter()
            .map(|row| row.name.clone())
            .collect()
    }

    pub(crate) fn toast(&self) -> String {
        self.app
            .session
            .toast
            .as_ref()
            .map(|toast| toast.text.clone())
            .unwrap_or_default()
    }
}
