//! Nothing stored can take over a terminal: 10,000 hostile names through every screen and every command.
//!
//! A name may hold escape sequences, C1 controls, bidirectional overrides, tags, a thousand accents
//! on one letter, or two thousand characters. What is asserted knows nothing of how callbook makes a
//! text safe: it looks at the cells of the screens and at the bytes of the streams.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::Book;
use crate::support::desk::Desk;
use callbook::domain::page::PageQuery;
use callbook::domain::safe::safe;
use callbook::exchange::csv;
use callbook::export::ExportForm;
use callbook::import::File;
use callbook::tui::keymap::Scope;
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::widgets::theme::{ASCII, ColorPalette, UNICODE};
use serde_json::{Value, json};
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
    let looks = [(ColorPalette::Dark, &UNICODE), (ColorPalette::Mono, &ASCII)];
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
    let Some(page) = desk.app.pages.last() else {
        return "the list and the contact";
    };
    if page.as_page::<PhoneForm>().is_some() {
        return "the form of a number";
    }
    match page.scope() {
        Scope::ContactForm => "the form of a contact",
        Scope::Conflict => "a conflict",
        Scope::Palette => "help and the palette",
        Scope::Prompt => "a prompt",
        Scope::Question => "a question",
        Scope::History => "the history",
        Scope::Bin => "the bin",
        Scope::Preview => "a plan",
        Scope::Duplicates => "duplicates",
        Scope::Health => "health",
        Scope::Sources => "sources",
        Scope::Import => "an import",
        Scope::Columns => "the columns of a table",
        Scope::Choice => "a choice",
        Scope::Damaged => "a damaged book",
        scope => panic!("{scope:?}"),
    }
}

/// Goes through every screen of a book of hostile contacts.
fn tour(desk: &mut Desk, contacts: usize, at: usize, seen: &mut BTreeSet<&'static str>) {
    let mut see = |desk: &Desk, what: &str| {
        seen.insert(screen(desk));
        if desk.app.session.toast.is_some() {
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
        .app
        .pages
        .contacts
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

/// The real program on a hostile book.
struct Shell {
    folder: tempfile::TempDir,
    db: PathBuf,
}

impl Shell {
    fn new(json: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("book.db");
        let shell = Self { folder, db };
        let file = shell.file("everybody.json", json.as_bytes());
        let (status, told, error) = shell.run(&["import", &file], "");
        assert_eq!((status, error.as_str()), (0, ""), "{told}");
        shell
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_owned()
    }

    fn raw(&self, words: &[impl AsRef<OsStr>], input: &str) -> (i32, Vec<u8>, Vec<u8>) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .env("HOME", self.folder.path())
            .env("LC_ALL", "en_US.UTF-8")
            .env("CALLBOOK_DB", &self.db)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_STATE_HOME")
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who does not read its input ends before it is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let status = output.status.code().unwrap();
        assert!(status < 100, "a panic: {}", output.stderr.escape_ascii());
        (status, output.stdout, output.stderr)
    }

    /// Runs a command whose words are for people, and looks at every byte of them.
    fn run(&self, words: &[impl AsRef<OsStr>], input: &str) -> (i32, String, String) {
        let (status, told, error) = self.raw(words, input);
        let what = words.iter().map(|word| word.as_ref().to_string_lossy());
        let what = what
            .collect::<Vec<_>>()
            .join(" ")
            .escape_debug()
            .to_string();
        (status, harmless(&what, told), harmless(&what, error))
    }

    /// As [`Self::run`], of a command that is to be done and to tell something.
    fn told(&self, words: &[impl AsRef<OsStr>]) -> String {
        let (status, told, error) = self.run(words, "");
        assert_eq!((status, error.as_str()), (0, ""), "{told}");
        assert!(!told.is_empty());
        told
    }
}

/// The text of a stream, which may hold nothing but its lines, and its cells' ends.
fn harmless(what: &str, bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    for line in text.split('\n') {
        let bad = line.chars().find(|sign| *sign != '\t' && is_foreign(*sign));
        assert!(bad.is_none(), "{what}: {bad:?} in {line:?}");
        assert!(marks(line) <= 8, "{what}: a flood in {line:?}");
    }
    text
}

/// How many cells each line has; all have as many.
fn cells(text: &str) -> usize {
    let counts: BTreeSet<usize> = text.lines().map(|line| line.split('\t').count()).collect();
    assert_eq!(counts.len(), 1, "cells of different lines: {counts:?}");
    counts.into_iter().next().unwrap()
}

#[test]
fn no_word_of_any_command_holds_what_acts_on_a_terminal() {
    const CONTACTS: usize = NAMES / WORDS;
    let shell = Shell::new(&book(0, CONTACTS));
    let shown = |number: usize| {
        let name = hostile(number).replace('\r', "\n");
        let parts = name
            .split('\n')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        // A name is on one line.
        safe(&parts.collect::<Vec<_>>().join(" ")).into_owned()
    };

    let list = shell.told(&["contact", "list", "--per-page", "1000"]);
    for contact in 0..CONTACTS {
        let name = shown(contact * WORDS);
        assert!(list.contains(&name), "{name:?}");
    }
    let numbers = shell.told(&["phone", "list", "--per-page", "1000"]);
    assert!(numbers.lines().count() > 2 * CONTACTS);

    let ids = |kind: &str| -> Vec<String> {
        let (_, told, _) = shell.raw(&[kind, "list", "--json", "--per-page", "1000"], "");
        let document: Value = serde_json::from_slice(&told).unwrap();
        let records = document["data"].as_array().unwrap().iter();
        records
            .map(|record| record["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let (contacts, phones) = (ids("contact"), ids("phone"));
    assert_eq!(contacts.len(), CONTACTS + 1);
    // Each of these prints all words of one contact; the lists above have printed those of all.
    for id in contacts.iter().step_by(10) {
        shell.told(&["contact", "get", id]);
    }
    for id in phones.iter().step_by(50) {
        shell.told(&["phone", "get", id]);
    }

    // Lines for programs: a name forges no line and no cell.
    let found = shell.told(&["find", "isolated"]);
    assert_eq!(cells(&found), 4);
    let layout = "{name}\\t{given_name}\\t{family_name}\\t{nickname}\\t{organisation}\\t{title}\\t{tags}\\t{email}\\t{label}\\t{source}\\t{number}";
    let everybody = shell.told(&["find", "02 5550", "--format", layout]);
    assert_eq!(
        (cells(&everybody), everybody.lines().count()),
        (11, CONTACTS + 1)
    );
    let mutt = shell.told(&["find", "5550", "--mutt-query"]);
    let (head, people) = mutt.split_once('\n').unwrap();
    assert!(head.starts_with("callbook: "), "{head}");
    assert_eq!((cells(people), people.lines().count()), (3, CONTACTS + 1));
    let aerc = shell.told(&["find", "5550", "--aerc"]);
    assert_eq!((cells(&aerc), aerc.lines().count()), (2, CONTACTS + 1));
    shell.told(&["who", "+39 02 5550 0007"]);
    assert_eq!(
        cells(&shell.told(&["who", "+39 02 5550 0007", "--format", layout])),
        11
    );

    for words in [
        &["fix"][..],
        &["fix", "--list"],
        &["duplicates"],
        &["duplicates", "--merge-sure", "--dry-run"],
        &["change", "--dry-run", "", "tag:\u{202e}x\u{1b}[2J"],
        &["change", "--dry-run", "", "delete"],
        &[
            "change",
            "--dry-run",
            "is:unconfirmed",
            "country:it",
            "label:\u{9b}1m",
        ],
        &["health"],
        &["log"],
        &["log", "1"],
        &["log", "--contact", &contacts[3]],
        &["backup"],
        &["backup", "list"],
        &["backup", "verify"],
        &["config"],
        &["keys"],
    ] {
        shell.told(words);
    }
    let (_, told, error) = shell.run(&["doctor"], "");
    assert!(!told.is_empty() && error.is_empty());

    // Writes, and what is told of them.
    for at in 0..20 {
        let name = hostile(at * 7);
        let label = hostile(at * 7 + 1);
        let words = ["add", "--label", &label, "--", &name, "+44 20 7946 0018"];
        // Whose name and number it is too goes to standard error.
        let (status, told, _) = shell.run(&words, "");
        assert!(status == 0 && !told.is_empty(), "{told}");
        shell.told(&["undo"]);
        shell.told(&["redo"]);
        shell.told(&["undo"]);
        shell.told(&[
            "phone",
            "update",
            &phones[at * 30 + 1],
            "--location",
            &name,
            "--overwrite",
        ]);
    }
    for contact in contacts.iter().step_by(3).take(20) {
        shell.told(&["contact", "delete", contact]);
    }
    shell.told(&["bin"]);
    shell.told(&["change", "02 5550", &format!("tag:\"{}\"", hostile(77))]);
    shell.told(&["log"]);

    // An import that names who could not be read, in a file with a hostile name.
    let mut cards = String::new();
    for at in 0..50 {
        let name = hostile(at).replace(['\r', '\n'], " ");
        cards += &format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL:{}\r\nEND:VCARD\r\n",
            "1".repeat(1_100)
        );
        cards += &format!("{name} stands between\r\n");
    }
    let name: String = hostile(4_711).replace('/', "").chars().take(50).collect();
    let file = shell.file(
        &format!("\u{1b}]0;x\u{7}\u{202e}{name}.vcf"),
        cards.as_bytes(),
    );
    for words in [&["import", "--dry-run", &file][..], &["import", &file]] {
        let (_, told, error) = shell.run(words, "");
        let lines = told.lines().count() + error.lines().count();
        assert!(lines > 50, "{lines}: {told}{error}");
    }
    let out = shell.folder.path().join(format!("\u{9b}2J{name}"));
    let out = out.to_str().unwrap();
    shell.told(&["export", "-o", &format!("{out}.vcf")]);
    let (status, _, error) = shell.run(&["export", "-o", &format!("{out}.vcf")], "");
    assert!(
        status != 0 && error.contains("exists; use --force"),
        "{error}"
    );
}

#[test]
fn no_error_repeats_what_acts_on_a_terminal() {
    let shell = Shell::new(&book(0, 2));
    for at in 0..60 {
        let word = hostile(at * 13);
        let path: String = word.replace('/', "").chars().take(60).collect();
        let nowhere = format!("/proc/nowhere/{path}");
        for words in [
            &["find", &format!("is:\"{word}\"")][..],
            &["find", "x", "--format", &format!("{{{word}}}")],
            &["find", &word],
            &["who", &word],
            &["contact", "list", "--filter", &word],
            &["contact", "list", "--filter", &format!("{word}=1")],
            &["contact", "list", "--sort", &format!("x{word}")],
            &["contact", "get", &format!("x{word}")],
            &["phone", "update", &format!("x{word}"), "--number", "1"],
            &[
                "phone",
                "create",
                "--owner",
                &format!("x{word}"),
                "--number",
                "1",
            ],
            &["change", "--dry-run", "", &format!("is:\"{word}\"")],
            &["import", &nowhere],
            &["import", "--map", &format!("{word}=phone"), "-"],
            &["export", "--as", &format!("x{word}")],
            &["export", "-o", &format!("{nowhere}.vcf")],
            &["restore", &nowhere],
            &["log", &format!("x{word}")],
            &["bin", &format!("x{word}")],
            &["revert", &format!("x{word}"), "--after", "1"],
            &["duplicates", "--merge", &format!("x{word}"), "y"],
            &[&format!("x{word}")],
            &[&format!("--x{word}")],
            &["--db", &nowhere, "contact", "list"],
            &["--db", &nowhere, "config"],
        ] {
            let (status, told, error) = shell.run(words, "a,b\n1,2\n");
            let silent = told.is_empty() && error.is_empty();
            // Nobody is found, which the status says.
            assert!(!silent || status == 3, "{words:?} says nothing");
        }
        let document = json!({"name": "x", word: 1, "note": 3}).to_string();
        let (status, _, error) = shell.run(&["contact", "create", "-"], &document);
        assert!(status == 2 && !error.is_empty(), "{status} {error}");
    }
    // A configuration with hostile keys and values is told of, and goes no further.
    let folder = shell.folder.path().join(".config/callbook");
    std::fs::create_dir_all(&folder).unwrap();
    for text in [
        "home = \"\u{202e}\\u001b]0;x\\u0007\"\n",
        "\"\\u009b2J\" = 1\n",
        "[keys]\n\"\\u001b[2J\" = \"x\"\n",
        "call = \"\\u001b[2J\u{202e}\"\n[keys]\nundo = \"U\"\n",
    ] {
        std::fs::write(folder.join("config.toml"), text).unwrap();
        assert!(shell.told(&["config"]).contains("config.toml"));
        let (status, _, error) = shell.run(&["contact", "list"], "");
        assert_eq!(status, 0);
        assert_eq!(
            error.contains("config.toml:"),
            !text.starts_with("call"),
            "{error}"
        );
    }
}

/// A card has names on one line.
fn one_line(text: &str) -> String {
    let parts = text.split(['\n', '\r']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn hostile_books_come_out_of_machine_forms_as_they_were() {
    const CONTACTS: usize = 50;
    for first in (0..NAMES).step_by(CONTACTS * WORDS) {
        let mut start = Book::of_rules();
        import(&mut start, &book(first, CONTACTS));
        for form in [
            ExportForm::Book,
            ExportForm::Table(csv::TableForm::Plain, csv::Guard::Exact),
            ExportForm::Table(csv::TableForm::Plain, csv::Guard::Safe),
            ExportForm::Cards(None),
        ] {
            let out = start.exported(form);
            let name = match form {
                ExportForm::Book => "book.json",
                ExportForm::Table(..) => "book.csv",
                ExportForm::Cards(_) => "book.vcf",
            };
            let mut end = Book::of_rules();
            let file = File::open(&out[..], name, &[]).unwrap();
            let report = callbook::import::all(&mut end.store, file).unwrap().value;
            assert!(report.rejects.is_empty(), "{name}: {:?}", report.rejects[0]);
            let names = |book: &Book| -> Vec<[Option<String>; 4]> {
                let page = PageQuery {
                    per_page: 1_000,
                    ..PageQuery::default()
                };
                let page = book.store.list_contacts(&page).unwrap();
                let mut names: Vec<_> = page
                    .records
                    .into_iter()
                    .map(|one| [Some(one.name), one.organisation, one.nickname, one.title])
                    .collect();
                names.sort();
                names
            };
            let mut before = names(&start);
            if name == "book.vcf" {
                for texts in &mut before {
                    for text in texts.iter_mut().flatten() {
                        *text = one_line(text);
                    }
                }
                before.sort();
            }
            assert_eq!(names(&end).len(), before.len());
            for (came, was) in names(&end).into_iter().zip(before) {
                assert_eq!(came, was, "{name} from {first}");
            }
        }
    }
}
