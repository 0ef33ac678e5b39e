//! The keys that a person sets, as the screens and the command line show them.

use std::path::Path;

use assert_cmd::Command;
use callbook::config::Config;
use callbook::domain::contact::ContactAttributes;
use callbook::domain::refusal::{Kind, Refusal};
use callbook::tui::keymap::key::Key;
use callbook::tui::keymap::{Keymap, Scope};
use callbook::tui::protocol::{Msg, Reply, Request, Size};

use serde_json::json;

use crate::support::desk::Desk;

const CARDS: &str = "BEGIN:VCARD\nFN:Marco Bianchi\nTEL:+39 347 555 0164\nEND:VCARD\n\
                     BEGIN:VCARD\nFN:Luca Bianchi\nTEL:+39 02 5550 1182\nEND:VCARD\n";

/// The keymap of a configuration of which no line is refused.
fn keymap(file: &str) -> Keymap {
    let config = Config::of_bytes(file.as_bytes(), Path::new("config.toml"));
    assert_eq!(config.troubles, [""; 0]);
    let (keymap, refused) = Keymap::with(&config.keys);
    assert_eq!(refused, []);
    keymap
}

fn desk(width: u16, height: u16, file: &str) -> Desk {
    let mut desk = Desk::new(width, height, CARDS);
    desk.app.session.keymap = keymap(file);
    desk
}

#[test]
fn an_action_without_a_key_is_told_as_the_palette_finds_it() {
    let mut desk = desk(100, 30, "[keys]\nundo = []\n\"confirm-number\" = []\n");
    desk.press("d");
    let frame = desk.frame();
    assert!(
        frame.contains(": undo ") && !frame.contains("undo undo"),
        "{frame}"
    );
    desk.press(": \"undo\" enter");
    assert!(desk.toast().starts_with("Undone"), "{}", desk.toast());
    // By its name too, which messages tell.
    desk.press("g g enter j : \"confirm-number\" enter");
    assert!(desk.toast().contains("confirmed"), "{}", desk.toast());
    desk.app.session.keymap = keymap("[keys]\nundo = []\npalette = []\n");
    desk.press("esc d");
    assert!(desk.frame().contains("? undo "), "{}", desk.frame());
}

#[test]
fn a_hint_names_no_key_that_does_nothing_there() {
    let mut desk = desk(100, 30, "[keys]\nrepaint = \"F9\"\n");
    desk.hold();
    desk.press("m");
    let asked = desk.app.update(Msg::Resize(Size {
        width: 100,
        height: 30,
    }));
    desk.run(asked);
    let values = desk
        .requests()
        .iter()
        .position(|asked| *asked == Request::Values);
    let held = desk.held.take().unwrap();
    assert!(values.is_some(), "the prompt asks for the values");
    for msg in held {
        let Msg::Store(ticket, reply) = msg else {
            continue;
        };
        let reply = match reply {
            Reply::Values(_) => Reply::Refused(Refusal::new(Kind::Busy, "the book is locked")),
            reply => reply,
        };
        desk.tell(Msg::Store(ticket, reply));
    }
    assert!(
        desk.frame().contains("stale, F9 retries"),
        "{}",
        desk.frame()
    );
    desk.press("F9");
    assert!(desk.requests().contains(&Request::Values));
    assert!(!desk.frame().contains("stale"), "{}", desk.frame());
    desk.press("esc g g d s b X F2");
    assert_eq!(desk.toast(), "F2 has no effect here");
}

#[test]
fn a_key_that_is_set_in_a_text_wins_over_the_one_that_edits_it() {
    let mut desk = desk(
        100,
        30,
        "[keys]\nfilter.escape = \"^W\"\nnumber-form.editor = \"^G\"\n",
    );
    desk.press("/ \"bianchi\"");
    desk.press("^W");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "");
    desk.press("esc g g enter j e");
    desk.hold();
    desk.press("^G");
    assert_eq!(desk.toast(), "");
    desk.let_all_go();
    assert!(desk.frame().contains("edited"), "{}", desk.frame());
}

/// What may follow `s` and `x` is all there, on every size that anything is drawn on.
#[test]
fn all_that_may_follow_a_prefix_is_shown_at_every_size() {
    let mut desk = Desk::new(100, 30, CARDS);
    for (prefix, keys) in [("s", "n g c k a h l b"), ("x", "v c j m f y")] {
        for (width, height) in (20..=110)
            .step_by(3)
            .flat_map(|width| (5..=30).map(move |height| (width, height)))
        {
            desk.run_size(width, height);
            desk.press("esc esc");
            desk.press(prefix);
            desk.app.which_key = true;
            let frame = desk.frame();
            let strip: Vec<&str> = frame
                .split(|sign: char| sign.is_whitespace() || "\"│".contains(sign))
                .collect();
            for key in keys.split(' ') {
                assert!(
                    strip.contains(&key),
                    "{prefix} {key} at {width}x{height}:\n{frame}"
                );
            }
        }
    }
    desk.run_size(40, 12);
    desk.press("esc s");
    desk.app.which_key = true;
    let frame = desk.frame();
    for binding in desk
        .app
        .session
        .keymap
        .following(&Scope::Contacts.chain(), &desk.app.waiting)
    {
        assert!(frame.contains(binding.1.hint), "{frame}");
    }
}

#[test]
fn what_is_wrong_with_keys_is_told_with_the_file_the_line_and_both_actions() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("callbook");
    std::fs::create_dir(&set).unwrap();
    let file = "[keys]\nundo = \"U\"\nredo = \"U\"\nhelp = [\"q\"]\ncopy = \"x\"\ntoggle = \"x\"\n";
    std::fs::write(set.join("config.toml"), file).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .env("XDG_CONFIG_HOME", folder.path())
        .env("HOME", folder.path())
        .arg("--db")
        .arg(folder.path().join("book.db"))
        .arg("config")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    for line in [
        "config.toml:3: [keys] redo: U is already set for undo in line 2",
        "config.toml:4: [keys] help: quit would be without a key in contacts",
        "config.toml:6: [keys] toggle: x is text in number form and detail form and contact form",
        "# keys           x is now copy, so x v is no longer export-vcard",
        "\nundo = [\"U\"]\n",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

#[test]
fn the_palette_knows_what_people_call_things() {
    for (word, told) in [
        ("merge", "merge duplicates"),
        ("tag", "change many"),
        ("email", "edit the contact"),
        ("backup", "export all contacts as vCard"),
        ("backups", "callbook backup lists them"),
        ("config", "callbook config prints them"),
        ("theme", "config.toml"),
        ("note", "edit the contact"),
        ("group", "change many"),
        ("help", "all keys"),
        ("quit", "quit"),
        ("dial", "call"),
        ("xyzzy", "no such command"),
    ] {
        let mut desk = Desk::new(
            100,
            30,
            "BEGIN:VCARD\nFN:Ada\nTEL:+44 20 7946 0018\nEND:VCARD\n",
        );
        desk.press(&format!(": \"{word}\""));
        let frame = desk.frame();
        assert!(frame.contains(told), "{word}: {frame}");
    }
}

#[test]
fn each_side_of_a_conflict_is_picked_by_its_own_keys() {
    for (file, mine, stored) in [
        ("", "h", "l"),
        ("", "left", "right"),
        (
            "[keys]\nconflict.left = \"F7\"\nconflict.right = \"F8\"\n",
            "F7",
            "F8",
        ),
    ] {
        let mut desk = desk(100, 30, file);
        desk.press("enter e ^U \"02_5550_2222\"");
        let id = desk.app.pages.contacts.detail.phone().unwrap().id;
        desk.book.set(id, json!({"number": "+39 02 5550 1111"}));
        desk.press("enter");
        desk.press(stored);
        assert!(
            desk.frame().contains("◂ +39 02 5550 1111 ▸"),
            "{}",
            desk.frame()
        );
        desk.press(mine);
        assert!(
            desk.frame().contains("◂ 02 5550 2222 ▸"),
            "{}",
            desk.frame()
        );
    }
}

#[test]
fn a_conflict_where_all_is_as_stored_writes_nothing() {
    for form in ["enter e ^U \"02_5550_2222\" enter", "e end \"x\" ^S"] {
        let mut desk = desk(100, 30, "");
        let (open, save) = form.rsplit_once(' ').unwrap();
        desk.press(open);
        let shown = desk.shown();
        let phone = shown.phones[0].id;
        desk.book.set(phone, json!({"number": "+39 02 5550 1111"}));
        let name = ContactAttributes {
            name: Some(Some("Marco Verdi".to_owned())),
            overwrite: true,
            ..ContactAttributes::default()
        };
        let store = &mut desk.book.store;
        store
            .update_contact(shown.contact.id, name, Vec::new())
            .unwrap();
        let steps = store.steps(None, 100).unwrap().len();
        desk.press(save);
        desk.press("t enter");
        assert_eq!(desk.toast(), "The stored values stay; nothing was written");
        assert!(desk.app.pages.is_bare(), "the form is done");
        assert_eq!(desk.book.store.steps(None, 100).unwrap().len(), steps);
    }
}

#[test]
fn each_key_of_a_choice_chooses_the_one_in_its_place() {
    let two = "BEGIN:VCARD\nFN:Ada\nTEL:+39 347 555 0164\nTEL:+39 02 5550 1182\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, two);
    desk.app.session.keymap =
        keymap("[keys]\npick = [\"F5\", \"F6\"]\nshow-kind = [\"F5\", \"F6\", \"F7\", \"F8\"]\n");
    desk.press("enter F6");
    assert_eq!(desk.app.pages.contacts.detail.cursor, 1);
    desk.press("F5");
    assert_eq!(desk.app.pages.contacts.detail.cursor, 0);
    let mut desk = Desk::new(100, 30, two);
    desk.app.session.keymap = keymap("[keys]\nshow-kind = [\"F5\", \"F6\", \"F7\", \"F8\"]\n");
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Eva Braun\nTEL:+49 30 901820\nEND:VCARD\n";
    desk.preview("eva.vcf", card.as_bytes());
    let all = desk.frame();
    desk.press("F6");
    assert_ne!(desk.frame(), all, "only changed contacts: {all}");
}

#[test]
fn what_goes_back_is_named_by_its_key_and_stops_what_waits() {
    let mut desk = desk(100, 30, "[keys]\nescape = \"^Q\"\n");
    desk.press("V");
    assert!(desk.toast().contains("V or ^Q ends it"), "{}", desk.toast());
    desk.press("j ^Q");
    assert!(desk.app.pages.contacts.list.range().is_none());
    desk.press("g");
    assert!(desk.frame().contains("^Q cancel"), "{}", desk.frame());
    desk.press("^Q");
    assert!(
        desk.app.waiting.is_empty() && !desk.toast().contains("no effect"),
        "{}",
        desk.toast()
    );
    desk.hold();
    desk.press("a \"Ada\" ^S");
    desk.press("\"b\"");
    assert_eq!(desk.toast(), "still working; ^Q stops it");
}

#[test]
fn a_key_that_arrives_as_another_one_is_that_key() {
    for (written, key) in [
        ("^[", "esc"),
        ("^I", "tab"),
        ("^M", "enter"),
        ("alt-^[", "alt-esc"),
        ("^/", "^_"),
    ] {
        assert_eq!(written.parse::<Key>().unwrap().to_string(), key);
    }
    assert!(
        "^é"
            .parse::<Key>()
            .unwrap_err()
            .contains("no terminal sends ^é")
    );
    let file = "[keys]\nquit = \"^[\"\nescape = \"^I\"\nhelp = \"^M\"\n";
    let config = Config::of_bytes(file.as_bytes(), Path::new("config.toml"));
    let (_, refused) = Keymap::with(&config.keys);
    assert!(!refused.is_empty(), "enter would open nothing any more");
}

#[test]
fn a_refusal_in_a_prompt_is_read_to_its_end() {
    let mut desk = desk(100, 30, "");
    desk.press("m \"label=office\" enter");
    let frame = desk.frame();
    let told = frame.split("expected").nth(1).unwrap_or_default();
    assert!(told.contains("-tag:"), "{frame}");
    desk.run_size(40, 12);
    assert!(desk.frame().contains('…'), "{}", desk.frame());
    desk.press("esc x v");
    assert!(desk.frame().contains("↵ export"), "{}", desk.frame());
}

#[test]
fn one_key_that_was_taken_from_several_actions_is_named_once() {
    let keymap = keymap("[keys]\nquit = \"enter\"\n");
    let told: Vec<String> = keymap.losses().iter().map(ToString::to_string).collect();
    for line in told {
        assert!(!line.contains("enter no longer"), "{line}");
    }
}
