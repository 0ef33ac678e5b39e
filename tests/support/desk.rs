//! The program without its terminal, for tests of the screens: keys go in, frames come out.

#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use callbook::domain::number::Region;
use callbook::domain::timestamp::Timestamp;
use callbook::import::File;
use callbook::state::View;
use callbook::tui::keymap::Keymap;
use callbook::tui::model::{Effect, Model, Msg, Reply, Request, Size, Ticket};
use callbook::tui::runtime::Keeper;
use callbook::tui::theme::{Glyphs, Palette, Theme, UNICODE};
use callbook::tui::update::{start, update};
use callbook::tui::view::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::support::{Book, NOON};

/// The program without its terminal: effects on the store are done at once.
pub(crate) struct Desk {
    pub book: Book,
    pub model: Model,
    pub effects: Vec<Effect>,
}

impl Desk {
    pub(crate) fn new(width: u16, height: u16, cards: &str) -> Self {
        let mut book = Book::new();
        if !cards.is_empty() {
            let file = File::open(cards.as_bytes(), "bianchi.vcf", &[]).unwrap();
            callbook::import::all(&mut book.store, file).unwrap();
        }
        Self::of(width, height, book)
    }

    /// The screens of a book that is there.
    pub(crate) fn of(width: u16, height: u16, book: Book) -> Self {
        let mut model = Model::new(
            Size { width, height },
            Keymap::default(),
            Region::new("US"),
            "~/book.db".to_owned(),
        );
        model.now = Timestamp::from_micros(NOON + 3_600_000_000);
        let mut desk = Self {
            book,
            model,
            effects: Vec::new(),
        };
        let effects = start(&mut desk.model, &View::default());
        desk.run(effects);
        desk
    }

    /// Presses keys, written as in the table, with a space between; `"…"` types a text.
    pub(crate) fn press(&mut self, keys: &str) {
        for word in keys.split(' ') {
            let keys: Vec<String> = match word.strip_prefix('"') {
                Some(text) => text
                    .trim_end_matches('"')
                    .chars()
                    .map(|sign| {
                        if sign == '_' {
                            "space".to_owned()
                        } else {
                            sign.to_string()
                        }
                    })
                    .collect(),
                None => vec![word.to_owned()],
            };
            for key in keys {
                let effects = update(&mut self.model, Msg::Key(key.parse().unwrap()));
                self.run(effects);
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
        let effects = update(&mut self.model, Msg::Paste(text.to_owned()));
        self.run(effects);
    }

    pub(crate) fn run_size(&mut self, width: u16, height: u16) {
        let effects = update(&mut self.model, Msg::Resize(Size { width, height }));
        self.run(effects);
    }

    pub(crate) fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Ask(ticket, request) = effect {
                let reply = self.answer(request);
                let effects = update(&mut self.model, Msg::Store(ticket, reply));
                self.run(effects);
            } else {
                self.effects.push(effect);
            }
        }
    }

    /// The folder of what cannot be imported.
    pub(crate) fn rejects(&self) -> PathBuf {
        self.book.path.with_file_name("rejects")
    }

    pub(crate) fn answer(&mut self, request: Request) -> Reply {
        let (replies, _told) = std::sync::mpsc::channel();
        let keeper = Keeper::new(replies, Arc::default(), Some(self.rejects()));
        let reply = keeper.answer(&mut self.book.store, Ticket(0), request);
        reply.unwrap_or_else(Reply::Refused)
    }

    /// Draws, whatever the size.
    pub(crate) fn draw(&self) {
        drop(self.drawn(Palette::Dark, &UNICODE));
    }

    /// What stands on the terminal after a draw.
    pub(crate) fn drawn(&self, palette: Palette, glyphs: &Glyphs) -> TestBackend {
        let Size { width, height } = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(palette, *glyphs);
        terminal
            .draw(|frame| view(&self.model, &theme, frame))
            .unwrap();
        terminal.backend().clone()
    }

    pub(crate) fn frame_with(&self, palette: Palette, glyphs: &Glyphs) -> String {
        self.drawn(palette, glyphs).to_string()
    }

    pub(crate) fn frame(&self) -> String {
        self.frame_with(Palette::Mono, &UNICODE)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.model
            .list
            .window
            .rows
            .iter()
            .map(|row| row.name.clone())
            .collect()
    }

    pub(crate) fn toast(&self) -> String {
        self.model
            .toast
            .as_ref()
            .map(|toast| toast.text.clone())
            .unwrap_or_default()
    }
}
