//! A database that is damaged: what the screens and the commands say of it, and that a backup comes
//! back with a key, the damaged file kept as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::pty::Running;
use crate::support::{Book, NOON, options};
use callbook::domain::damage::{Damage, FoundBackup, Sound};
use callbook::domain::refusal::{Kind, Refusal};
use callbook::domain::timestamp::Timestamp;
use callbook::store::Store;
use callbook::store::backup::{self, backups};
use callbook::tui::app::App;
use callbook::tui::keymap::Keymap;
use callbook::tui::pages::damaged::Damaged;
use callbook::tui::protocol::{Effect, Msg, Reply, Request, Size, Ticket};
use callbook::tui::screen::draw;
use callbook::tui::stack::Stack;
use callbook::tui::widgets::theme::{ColorPalette, Theme, UNICODE};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// A book of one contact with so many backups, closed.
fn closed(backups: usize) -> (tempfile::TempDir, PathBuf) {
    let mut book = Book::new();
    for at in 0..backups {
        book.contact(&format!("Ada {at}"));
        book.store.back_up().unwrap();
    }
    let Book {
        store,
        path,
        folder,
        ..
    } = book;
    drop(store);
    (folder, path)
}

/// The ways in which a file is damaged, each with what is said of it.
fn damages(whole: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let with = |places: std::ops::Range<usize>| {
        let mut bytes = whole.to_vec();
        bytes[places].fill(0x5a);
        bytes
    };
    vec![
        ("the file is empty", Vec::new()),
        ("not a callbook database any more", b"hello".to_vec()),
        ("not a callbook database any more", with(0..100)),
        ("not a callbook database any more", with(60..80)),
        ("damaged (", with(100..4096)),
        ("damaged (", whole[..4096].to_vec()),
    ]
}

fn names(path: &Path) -> Vec<String> {
    let clock = Arc::new(std::sync::atomic::AtomicI64::new(NOON));
    let store = Store::open(path, options(&clock)).unwrap();
    let query = callbook::domain::listing::ListQuery::default();
    let rows = store.rows(&query, 0, 100).unwrap();
    rows.rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn every_damage_is_told_with_the_backup_and_the_command_that_puts_it_back() {
    let (folder, path) = closed(2);
    let whole = fs::read(&path).unwrap();
    for (words, bytes) in damages(&whole) {
        fs::write(&path, &bytes).unwrap();
        let clock = Arc::new(std::sync::atomic::AtomicI64::new(NOON));
        let refusal = Store::open(&path, options(&clock)).err().unwrap();
        let reason = refusal.reason.clone().unwrap();
        assert!(reason.starts_with(words), "{reason}");
        let whole = format!("cannot open {}: {reason}", path.display());
        assert_eq!(refusal.to_string(), whole);
        let callbook = |words: &[&str]| {
            assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
                .args(words)
                .env("TZ", "UTC")
                .env("CALLBOOK_DB", &path)
                .assert()
        };
        let offer = "newest sound backup is of 2026-11-24 12:00:";
        let told = callbook(&["--db", path.to_str().unwrap(), "find", "ada"]);
        let command = format!("callbook --db {} restore", path.display());
        told.code(1)
            .stderr(predicates::str::contains(words))
            .stderr(predicates::str::contains(offer))
            .stderr(predicates::str::contains(command));
        callbook(&["find", "ada"])
            .code(1)
            .stderr(predicates::str::contains(": callbook restore\n"));
        assert_eq!(fs::read(&path).unwrap(), bytes, "{words}: it is left alone");

        callbook(&["restore"]).success();
        assert_eq!(names(&path), ["Ada 0", "Ada 1"]);
        let aside = folder.path().join("book.damaged");
        assert_eq!(fs::read(&aside).unwrap(), bytes, "{words}: it is kept");
        fs::remove_file(aside).unwrap();
    }
}

#[test]
fn a_file_that_never_was_ours_is_nobodys_damage() {
    let (folder, path) = closed(0);
    let _ = fs::remove_dir_all(folder.path().join("book.db.backups"));
    for bytes in [&b"a letter to Ada"[..], &[0; 200]] {
        fs::write(&path, bytes).unwrap();
        let clock = Arc::new(std::sync::atomic::AtomicI64::new(NOON));
        let refusal = Store::open(&path, options(&clock)).err().unwrap();
        assert_eq!(refusal.kind, Kind::Storage, "{refusal}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_file_that_opens_and_is_damaged_further_in_is_put_aside_too() {
    let mut book = Book::new();
    for at in 0..400 {
        book.contact(&format!("Somebody {at}"));
    }
    book.store.back_up().unwrap();
    let path = book.path.clone();
    drop(book.store);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8 * 4096].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    let store = Store::open(&path, options(&book.clock)).unwrap();
    assert_eq!(store.back_up().unwrap_err().kind, Kind::Damaged);
    drop(store);
    let newest = backup::newest_sound(&path).unwrap().0.unwrap();
    let aside = backup::restore(&path, &newest.path, backup::Force::No, options(&book.clock))
        .unwrap()
        .unwrap();
    assert_eq!(fs::read(aside).unwrap(), bytes);
    assert_eq!(names(&path).len(), 100, "a page of all 400");
}

#[test]
fn a_key_puts_the_newest_sound_backup_back_and_the_screens_go_on() {
    let (folder, path) = closed(3);
    // The newest backup is damaged as well; the one before it is not.
    let newest = &backups(&path).unwrap()[0];
    fs::write(&newest.path, b"not what was written").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..4096].fill(0x5a);
    fs::write(&path, &bytes).unwrap();

    let mut callbook = Running::start(&path, 100, 30);
    callbook.sees("The database is damaged");
    callbook.sees("24 Nov 2026 12:00");
    callbook.sees("it was not changed");
    callbook.sees("1 newer one is damaged too");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(fs::read(&path).unwrap(), bytes, "to look changes nothing");

    let mut callbook = Running::start(&path, 100, 30);
    callbook.sees("24 Nov 2026 12:00");
    callbook.types("u");
    callbook.sees("it cannot be changed");
    callbook.types("\r");
    callbook.sees("Restored; what was there is in ~/book.damaged");
    callbook.sees("2 contacts");
    callbook.sees("Ada 1");
    assert_eq!(fs::read(folder.path().join("book.damaged")).unwrap(), bytes);
    // What is ordinary goes on: somebody is added, and the book is left.
    callbook.types("aMarta Kowalska\u{13}");
    callbook.sees("Added Marta Kowalska");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(names(&path), ["Marta Kowalska", "Ada 0", "Ada 1"]);
}

#[test]
fn without_a_sound_backup_the_screens_say_what_to_do() {
    let (_folder, path) = closed(0);
    fs::write(&path, b"").unwrap();
    let mut callbook = Running::start(&path, 100, 30);
    callbook.sees("the file is empty; it was not changed");
    callbook.sees("no sound backup");
    callbook.sees("callbook restore FILE");
    callbook.types("\r");
    callbook.sees("there is no sound backup to restore");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(fs::read(&path).unwrap(), b"");
}

fn model(width: u16, height: u16) -> App {
    let mut model = App::new(
        Size { width, height },
        Keymap::default(),
        None,
        "~/.local/share/callbook/callbook.db".to_owned(),
    );
    model.session.now = Timestamp::from_micros(NOON);
    model
}

fn damage(sound: bool) -> Damage {
    Damage {
        why: "damaged (database disk image is malformed); it was not changed".to_owned(),
        found: Some(FoundBackup {
            sound: sound.then(|| Sound {
                path: "callbook.backups/20261121T090000.000000Z.db".into(),
                at: Timestamp::from_micros(NOON - 270_000_000_000),
                bytes: 1_234_567,
            }),
            passed_over: 2,
        }),
    }
}

fn frame(model: &App) -> String {
    let Size { width, height } = model.session.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::new(ColorPalette::Mono, UNICODE);
    terminal.draw(|frame| draw(model, &theme, frame)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn the_page_at_three_sizes() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut model = model(width, height);
        model.update(Msg::Damaged(damage(true)));
        insta::assert_snapshot!(format!("offer_{width}x{height}"), frame(&model));
        model.update(Msg::Damaged(damage(false)));
        insta::assert_snapshot!(format!("no_backup_{width}x{height}"), frame(&model));
    }
    for (width, height) in [
        (0, 0),
        (1, 1),
        (19, 4),
        (20, 5),
        (21, 6),
        (56, 16),
        (300, 220),
    ] {
        let mut model = model(width, height);
        model.update(Msg::Damaged(damage(true)));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(ColorPalette::Mono, UNICODE);
        terminal.draw(|frame| draw(&model, &theme, frame)).unwrap();
    }
}

#[test]
fn a_backup_that_cannot_be_put_back_leaves_the_page_with_the_reason() {
    let mut model = model(100, 30);
    model.update(Msg::Damaged(damage(true)));
    let effects = model.update(Msg::Key("enter".parse().unwrap()));
    let Some(Effect::Ask(ticket, Request::PutBack(path))) = effects.first() else {
        panic!("{effects:?}");
    };
    assert!(path.ends_with("20261121T090000.000000Z.db"));
    // It cannot be asked for twice, and nothing else leads away.
    assert!(model.update(Msg::Key("enter".parse().unwrap())).is_empty());
    for key in ["esc", ":", "esc", "u", "/", "tab"] {
        model.update(Msg::Key(key.parse().unwrap()));
    }
    let refusal = Refusal::new(Kind::Storage, "the disk is gone");
    model.update(Msg::Store(*ticket, Reply::Refused(refusal)));
    assert!(frame(&model).contains("the disk is gone"));
    assert_eq!(model.pages.above().count(), 1);
    assert!(model.pages.last().unwrap().as_page::<Damaged>().is_some());
    model.session.drawn();
    let again = model.update(Msg::Key("enter".parse().unwrap()));
    assert!(matches!(
        again.first(),
        Some(Effect::Ask(_, Request::PutBack(_)))
    ));
    assert_eq!(
        model.update(Msg::Key("^C".parse().unwrap())),
        [Effect::Quit]
    );
}

#[test]
fn damage_that_is_met_later_is_told_with_the_way_out_and_nothing_typed_is_lost() {
    let mut model = model(80, 24);
    for key in ["a", "A", "d", "a"] {
        model.update(Msg::Key(key.parse().unwrap()));
    }
    let refusal = Refusal::new(Kind::Damaged, "cannot write callbook.db: damaged (…)");
    let effects = model.update(Msg::Store(
        Ticket::default(),
        Reply::Refused(refusal.clone()),
    ));
    assert!(
        effects.is_empty(),
        "it is not asked again and again: {effects:?}"
    );
    let seen = frame(&model);
    assert!(
        seen.contains("damaged: quit, callbook restore puts back the newest sound backup"),
        "{seen}"
    );
    assert!(seen.contains("Ada"), "{seen}");
    // The narrowest screen still says what to do.
    model.session.size = Size {
        width: 40,
        height: 12,
    };
    model.pages = Stack::default();
    model.update(Msg::Store(Ticket::default(), Reply::Refused(refusal)));
    assert!(frame(&model).contains("damaged: quit, callbook restore"));
}
