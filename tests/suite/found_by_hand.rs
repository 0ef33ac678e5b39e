//! What a person met who tried whole contacts by hand.

use std::fs;

use callbook::domain::contact::DetailKind;

use callbook::tui::pages::contacts::{PickKind, Picker};

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
    desk.press("/ \"ada\" enter x d");
    assert_eq!(desk.shown().phones.len(), 2);
    assert!(
        desk.toast().starts_with("x d has no effect here"),
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
    for (typed, why) in [
        ("29.2.2001", "there is no 29 February 2001"),
        ("29/2/2001", "there is no 29 February 2001"),
        ("2/29/2001", "there is no 29 February 2001"),
        ("31.4.", "there is no 31 April"),
        ("1.13.2000", "needs a month from 1 to 12"),
    ] {
        let (status, _, told) = shell.run(&["add", "New", "--birthday", typed], "");
        assert!(status == 2 && told.contains(why), "{typed}: {told}");
    }
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

/// A JPEG in a card, as far as a reader looks.
const PHOTO: &str = "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ==\n";

#[test]
fn an_export_in_another_version_comes_back_unchanged_with_a_photo() {
    for uid in ["", "UID:ada\n"] {
        let shell = Shell::new();
        let cards = CARDS.replacen("END:VCARD", &format!("{uid}{PHOTO}END:VCARD"), 1);
        shell.import(&cards);
        for version in ["4.0", "3.0", "4.0"] {
            let (_, out, _) = shell.run(&["export", "--card-version", version], "");
            for _ in 0..2 {
                let (_, told) = shell.json(&["import", "--dry-run", "--json", "-"], &out);
                assert_eq!(told["meta"]["changed"], 0, "{version}: {told:#}\n{out}");
                assert_eq!(told["meta"]["new"], 0, "{version}: {told:#}");
                let (_, told, _) = shell.run(&["import", "-"], &out);
                assert!(!told.contains("changed"), "{version}: {told}");
            }
        }
    }
}

#[test]
fn google_reads_and_writes_lines_of_ones_own_and_relations_by_name() {
    let shell = shell();
    let ada = shell.json(&["contact", "list", "--json"], "").1;
    let ada = { ada["data"].as_array().unwrap().iter() }
        .find(|contact| contact["attributes"]["name"] == "Ada Lovelace")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let friend = format!("friend=urn:uuid:{ada}");
    let add = ["add", "Cy", "--other", "shoe=43", "--relation", &friend];
    assert_eq!(shell.run(&add, "").0, 0);
    let (_, table, _) = shell.run(&["export", "--as", "google", "Cy"], "");
    assert!(table.contains("shoe,43"), "{table}");
    assert!(table.contains("friend,Ada Lovelace"), "{table}");
    let other = Shell::new();
    let (status, told, why) = other.run(&["import", "-"], &table);
    assert_eq!(status, 0, "{why}");
    assert!(
        !format!("{told}{why}").contains("was not read"),
        "{told}{why}"
    );
    let (_, shown, _) = other.run(&["show", "Cy"], "");
    assert!(shown.contains("shoe") && shown.contains("43"), "{shown}");
    // The name is whom the relation points to already.
    let (_, told) = shell.json(&["import", "--dry-run", "--json", "-"], &table);
    assert_eq!(told["meta"]["changed"], 0, "{told:#}");
}

#[test]
fn a_picker_of_emails_lists_emails() {
    let mut desk = Desk::new(100, 30, CARDS);
    let mut effects = Vec::new();
    desk.app
        .pick(Picker::new(PickKind::Email, ""), &mut effects);
    desk.run(effects);
    let frame = desk.frame();
    for line in ["Ada Lovelace", "Bob Ames", "Rembrandt"] {
        let email = match line {
            "Ada Lovelace" => "ada@example.org",
            "Bob Ames" => "bob@example.org",
            _ => "r@example.org",
        };
        let row = { frame.lines() }.find(|row| row.contains(line)).unwrap();
        assert!(row.contains(email), "{frame}");
        assert!(!row.contains("7946"), "{frame}");
    }
}

#[test]
fn a_relation_by_uid_is_named_in_the_text() {
    let shell = shell();
    let ada = shell.json(&["contact", "list", "--json"], "").1;
    let id = ada["data"][0]["id"].as_str().unwrap().to_owned();
    let name = ada["data"][0]["attributes"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let friend = format!("friend=urn:uuid:{id}");
    assert_eq!(shell.run(&["add", "Cy", "--relation", &friend], "").0, 0);
    let seen = shell.db().with_file_name("seen.toml");
    let editor = format!("cp \"$1\" {}", seen.display());
    let script = shell.db().with_file_name("editor.sh");
    fs::write(&script, format!("#!/bin/sh\n{editor}\n")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&script, mode).unwrap();
    let place = [("EDITOR", script.to_str().unwrap())];
    let (status, told, why) = shell.run_in(&place, &["edit", "Cy"], "");
    assert_eq!((status, told.trim()), (0, "Nothing to change"), "{why}");
    let text = fs::read_to_string(&seen).unwrap();
    let line = { text.lines() }.find(|line| line.contains(&id)).unwrap();
    assert!(line.ends_with(&format!("# {name}")), "{line}");
}

#[test]
fn a_day_that_does_not_exist_is_said_to_be_none() {
    let shell = shell();
    let table = "Name,Phone,Birthday\nZed,+44 20 7946 0020,1990-02-30\n";
    let (_, told, why) = shell.run(&["import", "-"], table);
    let told = format!("{told}{why}");
    assert!(told.contains("there is no 30 February 1990"), "{told}");
    let table = "Name,Phone,Birthday\nYan,+44 20 7946 0021,03/04/05\n";
    let (_, told, why) = shell.run(&["import", "-"], table);
    let told = format!("{told}{why}");
    assert!(told.contains("which number is the day"), "{told}");
}

#[test]
fn adding_a_contact_says_its_details_in_the_log() {
    let shell = shell();
    let add = [
        "add",
        "Cy",
        "+44 20 7946 0030",
        "--email",
        "work=cy@example.org",
        "--birthday",
        "1990-03-04",
    ];
    assert_eq!(shell.run(&add, "").0, 0);
    // What was changed since is not what it was added with.
    let (_, log) = shell.json(&["log", "--json"], "");
    let step = log["data"][0]["step"].to_string();
    let cy = shell.json(&["log", &step, "--json"], "").1["data"][0]["contact"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, mut sent) = shell.json(&["contact", "get", &cy, "--json"], "");
    sent["data"]["attributes"]["details"] = serde_json::json!([]);
    let sent = sent.to_string();
    assert_eq!(shell.run(&["contact", "update", &cy, "-"], &sent).0, 0);
    for words in [&["log", &step][..], &["log", "--contact", &cy]] {
        let (_, told, _) = shell.run(words, "");
        for line in [
            "work email cy@example.org added",
            "birthday 4 Mar 1990 added",
        ] {
            assert!(told.contains(line), "{line}: {told}");
        }
    }
}

#[test]
fn the_result_of_merging_shows_everything() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nEMAIL:a@example.org\n\
ORG:Engines\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\n\
EMAIL;TYPE=WORK:b@example.org\nBDAY:1815-12-10\nADR:;;1 Main St;London;;;\nEND:VCARD\n";
    let mut desk = Desk::new(120, 40, cards);
    desk.press("D");
    let frame = desk.frame();
    let result = frame.split_once("RESULT OF MERGING").unwrap().1;
    for said in [
        "Engines",
        "a@example.org",
        "b@example.org",
        "1815",
        "1 Main St",
    ] {
        assert!(result.contains(said), "{said}: {frame}");
    }
}

#[test]
fn what_says_an_address_once_more_goes_with_it() {
    for (version, address, gone, stays) in [
        (
            "3.0",
            "ADR;TYPE=HOME:;;1 Main St;London;;;\r\n",
            "LABEL;TYPE=HOME:1 Main St\\nLondon\r\n",
            "LABEL;TYPE=WORK:2 High St\\nYork\r\nGEO:51.5;-0.1\r\n",
        ),
        (
            "3.0",
            "item1.ADR:;;1 Main St;London;;;\r\n",
            "item1.LABEL:1 Main St\r\nitem1.GEO:51.5;-0.1\r\n",
            "item1.X-ABLabel:cabin\r\n",
        ),
    ] {
        let shell = Shell::new();
        let head = format!("BEGIN:VCARD\r\nVERSION:{version}\r\nFN:Cy Cole\r\nN:Cole;Cy;;;\r\n");
        let card = format!("{head}{address}{gone}{stays}END:VCARD\r\n");
        shell.import(&card);
        assert_eq!(shell.run(&["export", "Cy"], "").1, card);
        move_house(&shell);
        let (_, out, _) = shell.run(&["export", "Cy"], "");
        let moved = format!("{head}{address}{stays}END:VCARD\r\n").replace("1 Main", "9 Other");
        assert_eq!(out, moved);
    }
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Cy Cole\r\nADR;TYPE=home;LABEL=\"1 Main St\";GEO=\"geo:51,0\";\
X-OWN=y:;;1 Main St;London;;;\r\nEND:VCARD\r\n";
    let shell = Shell::new();
    shell.import(card);
    move_house(&shell);
    let (_, out, _) = shell.run(&["export", "Cy"], "");
    let moved = card.replace("LABEL=\"1 Main St\";GEO=\"geo:51,0\";", "");
    assert_eq!(out, moved.replace("1 Main", "9 Other"));
}

/// Cy moves from 1 Main St to 9 Other St.
fn move_house(shell: &Shell) {
    let list = shell.json(&["contact", "list", "--json"], "").1;
    let cy = { list["data"].as_array().unwrap().iter() }
        .find(|contact| contact["attributes"]["name"] == "Cy Cole")
        .unwrap();
    let id = cy["id"].as_str().unwrap();
    let sent = serde_json::json!({ "data": cy }).to_string();
    let sent = sent.replace("1 Main St", "9 Other St");
    assert_eq!(shell.run(&["contact", "update", id, "-"], &sent).0, 0);
}
