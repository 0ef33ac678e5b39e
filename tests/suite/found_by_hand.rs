//! What a person met who tried whole contacts by hand.

use std::fs;

use callbook::domain::contact::DetailKind;

use crate::cli::Shell;
use crate::support::desk::Desk;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\n\
TEL:+44 20 7946 0018\nTEL:+44 20 7946 0019\nEMAIL;TYPE=HOME:ada@example.org\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Bob Ames\nN:Ames;Bob;;;\nEMAIL:bob@example.org\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Rembrandt van Rijn\nN:van Rijn;Rembrandt;;;\nEMAIL:r@example.org\n\
item1.X-ABRELATEDNAMES:Ada Lovelace\nitem1.X-ABLabel:spouse\nEND:VCARD\n";

fn shell() -> Shell {
    let shell = Shell::new();
    shell.import(CARDS);
    shell
}

#[test]
fn a_change_leaves_the_keys_with_the_contact_at_every_size() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        // From further down the list, so that its first row is not the one that is shown.
        desk.press("G / \"lovelace\" enter esc");
        desk.press("/ esc enter j j e ^U \"new@example.org\" enter");
        let emails = |desk: &Desk| -> Vec<String> {
            desk.shown().contact.emails().map(str::to_owned).collect()
        };
        assert_eq!(desk.shown().contact.name, "Ada Lovelace", "{width}");
        assert_eq!(emails(&desk), ["new@example.org"], "{width}");
        desk.press("p");
        desk.press("e ^U \"newer@example.org\" enter");
        assert_eq!(emails(&desk), ["newer@example.org"], "{width}");
        desk.press("d");
        assert!(emails(&desk).is_empty(), "{width}");
    }
}

#[test]
fn a_sequence_of_another_place_takes_its_second_key_along() {
    let mut desk = Desk::new(80, 24, CARDS);
    desk.press("/ \"ada\" enter s d");
    assert_eq!(desk.shown().phones.len(), 2);
    assert!(
        desk.toast().starts_with("s d has no effect here"),
        "{}",
        desk.toast()
    );
}

#[test]
fn what_is_too_long_is_said_at_its_field_and_not_repeated() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"ada\" enter a s \"Main_St\" tab");
    desk.paste(&"9".repeat(1_000_000));
    desk.press("enter");
    assert_eq!(desk.toast(), "postal code is longer than 1000 characters");
    let frame = desk.frame();
    let line = |words: &str| frame.lines().position(|line| line.contains(words)).unwrap();
    assert!(
        line("postal code is longer") > line("Postal code"),
        "{frame}"
    );
    assert!(line("postal code is longer") < line("City"), "{frame}");
    let shell = shell();
    let email = "x".repeat(2_000);
    let (status, _, why) = shell.run(&["add", "New", "--email", &email], "");
    assert_eq!(status, 2);
    assert!(why.len() < 200 && why.contains("x… has no @"), "{why}");
    let (_, _, why) = shell.run(&["add", "New", "--birthday", "30 February"], "");
    assert!(why.contains("there is no 30 February"), "{why}");
    assert_eq!(why.matches("30 February").count(), 1, "{why}");
    let (_, _, why) = shell.run(&["add", "New", "--birthday", "--02-30"], "");
    assert!(why.contains("there is no 30 February"), "{why}");
    for address in [" , , , , , , ", ",,,,,,"] {
        let (status, _, why) = shell.run(&["add", "New", "--address", address], "");
        assert_eq!(status, 2, "{why}");
        assert!(why.contains("address cannot be blank"), "{why}");
    }
}

#[test]
fn all_faults_of_details_are_said_at_once() {
    let shell = shell();
    let document = r#"{"name": "New", "details": [
        {"kind": "email", "value": "x"},
        {"kind": "date", "value": {"year": 1990, "month": 2, "day": 30}},
        {"kind": "address", "value": {"street": " ", "locality": " "}},
        {"kind": "relation", "label": "friend", "value": "new"},
        {"kind": "nothing", "value": "x"},
        {"kind": "email", "value": "y"}]}"#;
    let (status, told, why) = shell.run(&["contact", "create", "--json", "-"], document);
    assert_eq!(status, 2, "{why}");
    for place in [
        "0/value", "1/value", "2/value", "3/value", "4/kind", "5/value",
    ] {
        assert!(
            told.contains(&format!("details/{place}")),
            "{place}: {told}"
        );
    }
}

#[test]
fn the_same_detail_is_not_added_twice() {
    let shell = shell();
    let twice = [
        "add",
        "New",
        "--email",
        "a@b.example",
        "--email",
        "A@B.example",
    ];
    let (status, _, why) = shell.run(&twice, "");
    assert_eq!(status, 2, "{why}");
    assert!(why.contains("A@B.example is there already"), "{why}");
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"ada\" enter a e \"ADA@example.org\" enter");
    assert!(
        desk.toast().contains("is there already"),
        "{}",
        desk.toast()
    );
    assert_eq!(
        desk.shown().contact.details_of(DetailKind::Email).count(),
        1
    );
}

#[test]
fn a_name_means_who_has_it_and_not_whose_relation_that_is() {
    let shell = shell();
    let (status, told, why) = shell.run(&["show", "ada"], "");
    assert!(status == 0 && told.starts_with("Ada Lovelace\n"), "{why}");
    let (_, told, _) = shell.run(&["find", "--aerc", "ada"], "");
    assert_eq!(told, "ada@example.org\tAda Lovelace\n");
    let (_, told, _) = shell.run(
        &["find", "--format", "{id}", "ada lovelace", "has:number"],
        "",
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    for _ in 0..2 {
        shell.run(&["add", "X Y"], "");
    }
    shell.run(&["add", "X Y Zed"], "");
    let (status, _, why) = shell.run(&["show", "X Y"], "");
    assert!(status == 2 && why.contains("2 contacts match X Y"), "{why}");
    let id = why.rsplit(", ").next().unwrap().trim();
    assert_eq!(shell.run(&["show", id], "").0, 0, "{why}");
}

#[test]
fn a_code_of_a_contact_has_few_lines() {
    let shell = shell();
    let (_, told, _) = shell.run(&["qr", "--card", "--text", "ada"], "");
    let names = told
        .lines()
        .map(|line| line.split([':', ';']).next().unwrap());
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    assert_eq!(
        names,
        ["BEGIN", "VERSION", "FN", "N", "EMAIL", "TEL", "TEL", "END"],
        "{told}"
    );
}

#[test]
fn without_an_editor_and_a_terminal_nothing_is_edited() {
    let shell = shell();
    let (status, _, why) = shell.run(&["edit", "ada"], "");
    assert_eq!(status, 2, "{why}");
    assert!(why.contains("set $EDITOR"), "{why}");
}

#[test]
fn the_setting_of_prefixes_goes_back_beside_names_that_begin_alike() {
    let shell = Shell::new();
    for name in [
        "Ludwig van Beethoven",
        "Adam Zed",
        "Bob Smith",
        "Jean d'Arc",
        "Ann Lee",
    ] {
        shell.run(&["add", name], "");
    }
    let config = shell.db().parent().unwrap().join(".config/callbook");
    fs::create_dir_all(&config).unwrap();
    let first = |setting: &str| {
        fs::write(
            config.join("config.toml"),
            format!("sort_prefixes = {setting}\n"),
        )
        .unwrap();
        let (_, told, why) = shell.run(&["contact", "list"], "");
        told.lines().next().unwrap_or(&why).to_owned()
    };
    assert!(first("false").starts_with("Ludwig van Beethoven"));
    assert!(first("true").starts_with("Jean d'Arc"));
    assert_eq!(shell.run(&["doctor"], "").0, 0);
}

#[test]
fn the_text_of_a_record_names_its_details_by_their_labels() {
    let shell = shell();
    let (_, id, _) = shell.run(&["find", "--format", "{id}", "lovelace", "has:number"], "");
    let (_, told, _) = shell.run(&["contact", "get", id.trim()], "");
    assert!(told.contains("home email ada@example.org"), "{told}");
}
