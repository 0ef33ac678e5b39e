//! Nothing stored can take over a terminal: 10,000 hostile names through every screen and every command.
//!
//! A name may hold escape sequences, C1 controls, bidirectional overrides, tags, a thousand accents
//! on one letter, or two thousand characters. What is asserted knows nothing of how callbook makes a
//! text safe: it looks at the cells of the screens and at the bytes of the streams.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines
)]

#[path = "support/desk.rs"]
mod desk;
mod support;

use std::collections::BTreeSet;

use callbook::import::File;
use callbook::tui::model::Screen;
use callbook::tui::theme::{ASCII, Palette, UNICODE};
use desk::Desk;
use serde_json::{Value, json};
use support::Book;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many hostile names there are.
const NAMES: usize = 10_000;

/// What is put together to names.
const PIECES: &[&str] = &[
    "\u{1b}[2J",
    "\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;aGFja2Vk\u{7}",
    "\u{1b}]8;;https://example.org\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}P+q544e\u{1b}\\",
    "\u{1b}c",
    "\u{9b}31m",
    "\u{9d}52;c;aGk=\u{9c}",
    "\u{90}q\u{9c}",
    "\u{1}\u{2}\u{8}\u{b}\u{c}\u{e}\u{f}\u{1f}",
    "\u{7f}",
    "\u{80}\u{84}\u{85}\u{8d}\u{9f}",
    "\r",
    "\n",
    "\t",
    "\r\n",
    "\u{202e}desrever\u{202c}",
    "\u{202a}\u{202b}\u{202d}",
    "\u{2066}\u{2067}\u{2068}isolated\u{2069}",
    "\u{200e}\u{200f}\u{61c}",
    "\u{200b}\u{2060}\u{feff}\u{ad}\u{180e}",
    "\u{2028}\u{2029}",
    "\u{fff9}note\u{fffa}ed\u{fffb}",
    "\u{e0001}\u{e0067}\u{e0062}\u{e007f}",
    "☎\u{fe0f}☎\u{fe0e}",
    "a\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}\u{fe0f}",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "🇮🇹🇩🇪",
    "丸山",
    "שלום",
    "مرحبا",
    "می\u{200c}خواهم",
    "กำ\u{e34}\u{e49}",
    "क\u{94d}ष\u{94d}म",
    "\u{600}\u{600}",
    "한",
    "\u{1100}\u{1161}\u{11a8}",
    "=cmd|'/c calc'!A0",
    "\"; DROP TABLE contact; --",
    "{name}\\t%s%n$(reboot)`id`",
    "e\u{301}",
    "Ada",
    " ",
];

/// What a base stands under, a thousand times.
const FLOODS: &[&str] = &[
    "\u{301}",
    "\u{489}",
    "\u{e34}",
    "\u{fe0f}",
    "\u{200d}",
    "\u{34f}",
    "\u{11a8}",
    "\u{20dd}",
    "\u{1b}[",
    "\u{202e}",
    "👩\u{200d}",
    "\u{600}",
    "क\u{94d}",
    "x",
];

/// The hostile name with this number; no two are the same.
fn hostile(number: usize) -> String {
    let mut state = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut below = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % end
    };
    let mut name = String::new();
    if below(12) == 0 {
        name.push('a');
        let flood = FLOODS[below(FLOODS.len())];
        name.push_str(&flood.repeat(990 / flood.chars().count()));
        // Cut to what an attribute may hold, as a card's name is.
        name = name.chars().take(980).collect();
    }
    for _ in 0..=below(6) {
        name.push_str(PIECES[below(PIECES.len())]);
        if below(4) == 0 {
            name.push(char::from(u8::try_from(below(0xff)).unwrap()));
        }
    }
    // NUL cannot be stored, and blank is no name.
    let name: String = name.replace('\0', "").chars().take(985).collect();
    format!("{name}{number}")
}

/// What acts on a terminal, turns a line round, or cannot be seen.
fn is_foreign(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The most signs without a width after one with a width.
fn marks(text: &str) -> usize {
    let mut most = 0;
    let mut here = 0;
    for sign in text.chars() {
        here = match sign.width() {
            // Joiners are what holds a family together.
            Some(0) if sign != '\u{200d}' => here + 1,
            Some(0) => here,
            _ => 0,
        };
        most = most.max(here);
    }
    most
}

/// Looks at every cell of the screen.
fn inspect(desk: &Desk, what: &str) {
    let looks = [(Palette::Dark, &UNICODE), (Palette::Mono, &ASCII)];
    let (palette, glyphs) = looks[usize::from(what.len().is_multiple_of(5))];
    let screen = desk.drawn(palette, glyphs);
    let buffer = screen.buffer();
    let width = buffer.area.width;
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            let bad = symbol.chars().find(|sign| is_foreign(*sign));
            assert!(bad.is_none(), "{what}: {bad:?} at {x},{y} in {symbol:?}");
            assert!(marks(symbol) <= 8, "{what}: a flood at {x},{y}: {symbol:?}");
            assert!(symbol.chars().count() <= 40, "{what}: {x},{y}: {symbol:?}");
            let cells = u16::try_from(symbol.width().max(1)).unwrap();
            assert!(
                x + cells <= width,
                "{what}: {symbol:?} at {x},{y} stands over the edge"
            );
            for covered in x + 1..x + cells {
                let under = buffer[(covered, y)].symbol();
                assert!(
                    under.trim().is_empty(),
                    "{what}: {under:?} under {symbol:?} at {x},{y}"
                );
            }
            x += cells;
        }
    }
}

/// A contact whose every word is hostile: 20 names.
const WORDS: usize = 20;

fn contact(first: usize) -> Value {
    let word = |at: usize| hostile(first + at);
    let detail =
        |kind: &str, at: usize| json!({"kind": kind, "label": word(at), "value": word(at + 1)});
    let phone = |number: String, at: usize| {
        json!({"typed": number, "attributes": {
            "number": number, "location": word(at), "source": word(at + 1), "valid_values": false,
        }})
    };
    json!({
        "attributes": {
            "name": word(0), "given_name": word(1), "family_name": word(2), "nickname": word(3),
            "organisation": word(4), "title": word(5), "note": format!("{}\n{}", word(6), word(7)),
            "tags": [word(8), word(9)],
            "details": [detail("email", 10), detail("other", 12)],
            "source": word(14),
        },
        "phones": [
            phone(format!("+39 02 5550 {:04}", first / WORDS % 10_000), 15),
            phone(word(17), 18),
        ],
    })
}

/// A book of `contacts` such contacts as the JSON of an export, the first one there twice.
fn book(first: usize, contacts: usize) -> String {
    let mut lines = String::from("{\"callbook\":1}\n");
    for at in 0..contacts {
        lines.push_str(&format!("{}\n", contact(first + at * WORDS)));
    }
    let mut twin = contact(first);
    twin["namesake"] = json!(true);
    twin["attributes"]["title"] = json!(hostile(first + 5) + "!");
    lines + &format!("{twin}\n")
}

fn import(book: &mut Book, json: &str) {
    let file = File::open(json.as_bytes(), "book.json", &[]).unwrap();
    let report = callbook::import::all(&mut book.store, file).unwrap().value;
    assert!(report.rejects.is_empty(), "{:?}", report.rejects[0]);
}

/// Which screen is on top.
fn screen(desk: &Desk) -> &'static str {
    match desk.model.over.last() {
        None => "the list and the contact",
        Some(Screen::PhoneForm(_)) => "the form of a number",
        Some(Screen::ContactForm(_)) => "the form of a contact",
        Some(Screen::Conflict(_)) => "a conflict",
        Some(Screen::Search(_)) => "help and the palette",
        Some(Screen::Prompt(_)) => "a prompt",
        Some(Screen::Question(_)) => "a question",
        Some(Screen::History(_)) => "the history",
        Some(Screen::Bin(_)) => "the bin",
        Some(Screen::Plan(_)) => "a plan",
        Some(Screen::Duplicates(_)) => "duplicates",
        Some(Screen::Health(_)) => "health",
        Some(Screen::Sources(_)) => "sources",
        Some(Screen::Import(_)) => "an import",
    }
}

/// Goes through every screen of a book of hostile contacts.
fn tour(desk: &mut Desk, contacts: usize, at: usize, seen: &mut BTreeSet<&'static str>) {
    let mut see = |desk: &Desk, what: &str| {
        seen.insert(screen(desk));
        if desk.model.toast.is_some() {
            seen.insert("a toast");
        }
        inspect(desk, what);
    };
    see(desk, "list");
    desk.press("g g");
    for _ in 0..=contacts {
        desk.press("enter");
        see(desk, "detail");
        desk.press("j");
        see(desk, "detail, the next number");
        desk.press("e");
        see(desk, "number form");
        desk.press("esc esc e");
        see(desk, "contact form");
        for _ in 0..12 {
            desk.press("tab");
            see(desk, "contact form, the next field");
        }
        desk.press("\"x\" esc");
        see(desk, "question");
        desk.press("y *");
        see(desk, "toast");
        desk.press("* H");
        see(desk, "history of a contact");
        desk.press("esc esc esc j");
        see(desk, "list, the next");
    }
    desk.press("esc esc esc g g e \"x\"");
    // Somebody else changes the contact meanwhile.
    let id = desk
        .model
        .current()
        .unwrap_or_else(|| panic!("{}", desk.frame()));
    let sent = callbook::domain::contact::ContactAttributes {
        name: Some(Some(hostile(at + 3))),
        overwrite: true,
        ..Default::default()
    };
    desk.book
        .store
        .update_contact(id, sent, Vec::new())
        .unwrap();
    desk.press("^S");
    see(desk, "conflict");
    desk.press("j left j m");
    see(desk, "conflict, all mine");
    desk.press("esc esc y esc esc f");
    see(desk, "fix");
    desk.press("b");
    see(desk, "by source");
    desk.press("j esc j tab j");
    see(desk, "fix, the next");
    desk.press("esc esc esc D");
    see(desk, "duplicates");
    desk.press("tab j l");
    see(desk, "duplicates, fields");
    desk.press("enter");
    see(desk, "duplicates, merged");
    desk.press("u esc esc esc s l");
    see(desk, "history of the book");
    desk.press("l j");
    see(desk, "history of the book, a step");
    desk.press("esc esc esc g g d");
    see(desk, "toast of a deletion");
    desk.press("s b");
    see(desk, "bin");
    desk.press("X");
    see(desk, "question of the bin");
    desk.press("n esc u s h");
    see(desk, "health");
    desk.press("j enter");
    see(desk, "health, a filter");
    desk.press("esc esc ?");
    see(desk, "help");
    desk.press("esc esc m");
    desk.paste(&format!(
        "tag:\"{}\" label:\"{}\"",
        hostile(at),
        hostile(at + 1)
    ));
    see(desk, "change of many");
    desk.press("enter");
    see(desk, "preview of a change of many");
    desk.press("enter");
    see(desk, "toast of a change of many");
    desk.press("u esc esc /");
    desk.paste(&hostile(at + 7));
    see(desk, "filter");
    desk.press("^U");
    desk.paste("label:");
    see(desk, "completion of the filter");
    desk.press("^U");
    desk.paste(&format!("is:{}", hostile(at + 8)));
    see(desk, "a filter that is refused");
    desk.press("esc esc :");
    desk.paste(&hostile(at + 9));
    see(desk, "palette");
    desk.press("esc esc");
    let name: String = hostile(at + 11).replace('/', "").chars().take(60).collect();
    desk.preview(&format!("{name}.json"), book(at + 1, 3).as_bytes());
    see(desk, "import");
    desk.press("j j enter");
    see(desk, "toast of an import");
    desk.press("u i");
    desk.paste(&format!("/nowhere/{name}"));
    see(desk, "path");
    desk.press("enter");
    see(desk, "path that is refused");
    desk.press("esc esc esc");
}

#[test]
fn no_cell_of_any_screen_holds_what_acts_on_a_terminal() {
    const CONTACTS: usize = 25;
    let mut at = 0;
    let mut seen = BTreeSet::new();
    while at < NAMES {
        for (width, height) in [(100, 30), (40, 12)] {
            let mut here = Book::of_rules();
            import(&mut here, &book(at, CONTACTS));
            let mut desk = Desk::of(width, height, here);
            tour(&mut desk, CONTACTS, at, &mut seen);
        }
        at += CONTACTS * WORDS;
    }
    assert_eq!(seen.len(), 15, "not every screen was seen: {seen:?}");
}
