//! Fields of a person's own, set in `[fields]`: lines of cards that are details with a name.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use rusqlite::Connection;
use serde_json::{Value, json};

use callbook::domain::own_fields::{OwnField, OwnFields};
use callbook::exchange::vcard::Format;
use callbook::import::File;
use callbook::store::Store;
use callbook::tui::pages::contact_form::{ContactForm, ContactPlace};

use crate::cli::Shell;
use crate::support::desk::Desk;
use crate::support::{Book, NOON, options};

const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ann\r\nFN:Ann Ames\r\nN:Ames;Ann;;;\r\n\
item1.X-Locker;X-SIDE=left:12\\, le\r\n ft\r\nX-BADGE:7\r\nNOTE:first\r\nEND:VCARD\r\n";

const BOB: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:bob\r\nFN:Bob Bell\r\nN:Bell;Bob;;;\r\n\
X-LOCKER:Hall 9\r\nEND:VCARD\r\n";

/// Lines of other programs: some that a person may want to read, and the state of machines.
const LINES: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:eve\r\nFN:Eve East\r\nN:East;Eve;;;\r\n\
X-Foo:bar\r\nitem1.X-HOBBY;TYPE=home:sailing\\, rowing\r\nitem1.X-ABLabel:Fun\r\nX-LONG:two\\nlines\r\n\
X-ABUID:5AD380FD:ABPerson\r\nX-EVOLUTION-FILE-AS:East\\, Eve\r\nX-MOZILLA-HTML:FALSE\r\n\
X-CALLBOOK-WHATEVER:1\r\nX-SERVER-ETAG:55\r\nX-RAW;ENCODING=b:AAAA\r\n\
X-SOCIALPROFILE;TYPE=twitter:https://twitter.com/eve\r\nGENDER:F;she\r\nTZ:Europe/Rome\r\n\
GEO:45.46;9.19\r\nHOBBY;LEVEL=high:chess\r\nCLASS:PUBLIC\r\nPRODID:-//Some//EN\r\n\
REV:2024-01-01T00:00:00Z\r\nEND:VCARD\r\n";

/// The document of the contact with a locker.
fn ann(shell: &Shell) -> Value {
    let document = shell.json(&["contact", "list", "--json"], "").1;
    let mut all = document["data"].as_array().unwrap().iter();
    let is_ann = |contact: &&Value| contact["attributes"]["name"] == "Ann Ames";
    all.find(is_ann).unwrap().clone()
}

/// What a contact shows of them.
fn shows_lines(shell: &Shell) {
    let shown = told(shell, &["show", "Eve"]);
    for words in [
        "X-FOO",
        "bar",
        "X-HOBBY",
        "sailing, rowing",
        "X-LONG",
        "twitter",
        "gender",
        "F;she",
        "hobby",
        "Europe/Rome",
        "45.46, 9.19",
        "chess",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    for words in [
        "ABPerson",
        "EVOLUTION",
        "MOZILLA",
        "CALLBOOK",
        "55",
        "AAAA",
        "Some//EN",
        "https",
        "PUBLIC",
    ] {
        assert!(!shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(told(shell, &["export", "Eve"]), LINES);
}

/// Has a detail of Eve say something else, or nothing.
fn edit(shell: &Shell, label: &str, value: Option<&str>) {
    let list = shell.json(&["contact", "list", "--json"], "").1;
    let eve = { list["data"].as_array().unwrap().iter() }
        .find(|contact| contact["attributes"]["name"] == "Eve East");
    let mut eve = eve.unwrap().clone();
    let details = eve["attributes"]["details"].as_array_mut().unwrap();
    let at = details
        .iter()
        .position(|detail| detail["label"] == label)
        .unwrap();
    match value {
        Some(value) => details[at]["value"] = json!(value),
        None => drop(details.remove(at)),
    }
    let id = eve["id"].as_str().unwrap().to_owned();
    let sent = json!({ "data": eve }).to_string();
    assert_eq!(shell.run(&["contact", "update", &id, "-"], &sent).0, 0);
}

#[test]
fn lines_of_other_programs_are_shown_and_edited_under_their_own_names() {
    let shell = Shell::new();
    let steps = titles(&shell).len();
    shell.import(LINES);
    shows_lines(&shell);
    assert_eq!(titles(&shell).len(), steps + 1);
    let again = shell.json(&["import", "--dry-run", "--json", "-"], LINES).1;
    assert_eq!(again["meta"]["changed"], json!(0), "{again}");
    let later = LINES.replace("NOTE", "").replace("X-Foo:bar", "X-Foo:baz");
    let again = shell
        .json(&["import", "--dry-run", "--json", "-"], &later)
        .1;
    assert_eq!(again["meta"]["changed"], json!(1), "{again}");
    edit(&shell, "X-HOBBY", Some("sailing"));
    edit(&shell, "X-LONG", None);
    edit(&shell, "gender", Some("F;they"));
    edit(&shell, "time zone", None);
    let edited = LINES
        .replace("sailing\\, rowing", "sailing")
        .replace("F;she", "F;they")
        .replace("TZ:Europe/Rome\r\n", "")
        .replace("X-LONG:two\\nlines\r\n", "");
    assert_eq!(told(&shell, &["export", "Eve"]), edited);
    // A contact that never was a card has its own.
    let others = [
        "X-FOO=14",
        "gender=M;he",
        "place=1.5, -2",
        "hobby=chess, go",
    ];
    let flags = others.iter().flat_map(|other| ["--other", other]);
    let words: Vec<&str> = ["add", "Cy Cole"].into_iter().chain(flags).collect();
    told(&shell, &words);
    let card = told(&shell, &["export", "Cy"]);
    for line in ["X-FOO:14", "GENDER:M;he", "GEO:1.5;-2", "HOBBY:chess\\, go"] {
        assert!(card.contains(&format!("\r\n{line}\r\n")), "{card}");
    }
    // As a table and as JSON they come back as well.
    for form in ["csv", "json"] {
        let file = told(&shell, &["export", "--as", form]);
        let other = Shell::new();
        assert_eq!(other.run(&["import", "-"], &file).0, 0);
        let shown = told(&other, &["show", "Eve"]);
        assert!(
            shown.contains("X-HOBBY") && shown.contains("sailing"),
            "{shown}"
        );
    }
}

#[test]
fn an_older_book_reads_the_lines_of_its_cards_once() {
    let shell = Shell::new();
    fs::remove_file(shell.db()).unwrap();
    let mut store = Store::open(&shell.db(), options(&Arc::new(AtomicI64::new(NOON)))).unwrap();
    let file = File::open(LINES.as_bytes(), "eve.vcf", &[]).unwrap();
    callbook::import::all(&mut store, file).unwrap();
    drop(store);
    // It read a name in a social network as the link to its page.
    let raw = Connection::open(shell.db()).unwrap();
    let details = "SELECT details FROM contact";
    let details: String = raw.query_row(details, [], |row| row.get(0)).unwrap();
    let mut details: Vec<Value> = serde_json::from_str(&details).unwrap();
    let profile = details
        .iter_mut()
        .find(|own| own["kind"] == "chat")
        .unwrap();
    profile["kind"] = json!("link");
    profile["value"] = json!("https://twitter.com/eve");
    let details = json!(details).to_string();
    raw.execute("UPDATE contact SET details = ?1", [details])
        .unwrap();
    drop(raw);
    shows_lines(&shell);
    assert_eq!(
        titles(&shell)[0],
        "Read more lines of the cards of 1 contact"
    );
    let steps = titles(&shell).len();
    told(&shell, &["find", "eve"]);
    assert_eq!(titles(&shell).len(), steps, "they are read once");
    // Undone, it stays undone, and the card is what it was.
    told(&shell, &["undo"]);
    let shown = told(&shell, &["show", "Eve"]);
    for words in ["X-FOO", "gender", "Europe/Rome"] {
        assert!(!shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(told(&shell, &["export", "Eve"]), LINES);
    let again = shell.json(&["import", "--dry-run", "--json", "-"], LINES).1;
    assert_eq!(again["meta"]["changed"], json!(0), "{again}");
    told(&shell, &["redo"]);
    shows_lines(&shell);
}

#[test]
fn a_book_that_read_lines_of_other_programs_reads_those_of_the_standards_too() {
    let shell = Shell::new();
    shell.import(LINES);
    let raw = Connection::open(shell.db()).unwrap();
    raw.execute_batch(
        "DELETE FROM own_field WHERE name = '+';
         UPDATE contact SET details = (SELECT json_group_array(json(d.value)) FROM json_each(details) d
            WHERE d.value ->> 'label' NOT IN ('gender', 'time zone', 'place', 'hobby')) WHERE details <> '[]';",
    )
    .unwrap();
    let kept: String = {
        raw.query_row(
            "SELECT details FROM contact WHERE details <> '[]'",
            [],
            |row| row.get(0),
        )
    }
    .unwrap();
    assert!(kept.contains("X-FOO") && !kept.contains("gender"), "{kept}");
    drop(raw);
    // What was edited since is not read again.
    edit(&shell, "X-HOBBY", Some("rowing"));
    let shown = told(&shell, &["show", "Eve"]);
    assert!(
        shown.contains("rowing") && !shown.contains("sailing"),
        "{shown}"
    );
    assert!(
        shown.contains("F;she") && shown.contains("chess"),
        "{shown}"
    );
    let title = |at: usize| titles(&shell)[at].clone();
    assert_eq!(title(1), "Read more lines of the cards of 1 contact");
    told(&shell, &["undo"]);
    told(&shell, &["undo"]);
    let shown = told(&shell, &["show", "Eve"]);
    assert!(
        shown.contains("sailing") && !shown.contains("chess"),
        "{shown}"
    );
    assert_eq!(told(&shell, &["export", "Eve"]), LINES);
}

/// A folder of cards that the book is synced with, and its lines of the configuration.
fn with_folder(shell: &Shell) -> (PathBuf, String) {
    let folder = shell.db().parent().unwrap().join("cards");
    fs::create_dir(&folder).unwrap();
    let remote = format!(
        "[[remote]]\nname = \"desk\"\nkind = \"folder\"\npath = \"{}\"\nnew = true\n",
        folder.display()
    );
    set(shell, &remote);
    (folder, remote)
}

#[test]
fn a_folder_keeps_the_lines_of_other_programs() {
    let shell = Shell::new();
    shell.import(LINES);
    let (folder, _) = with_folder(&shell);
    let synced = || {
        let (status, told, why) = shell.run(&["sync", "--yes"], "");
        assert_eq!(status, 0, "{told}{why}");
        let mut files = fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let path = files.find(|path| fs::read_to_string(path).unwrap().contains("UID:eve"));
        let path = path.unwrap();
        let card = fs::read_to_string(&path).unwrap();
        (path, card)
    };
    let (path, card) = synced();
    assert_eq!(synced().1, card, "nothing is sent");
    assert!(
        card.contains("X-Foo:bar") && card.contains("X-ABUID:5AD380FD:ABPerson"),
        "{card}"
    );
    fs::write(&path, card.replace("X-Foo:bar", "X-Foo:baz")).unwrap();
    edit(&shell, "X-HOBBY", Some("rowing"));
    let (_, card) = synced();
    assert!(
        card.contains("X-Foo:baz") && card.contains("X-HOBBY;TYPE=home"),
        "{card}"
    );
    assert!(
        card.contains(":rowing") && !card.contains("sailing"),
        "{card}"
    );
    assert!(told(&shell, &["show", "Eve"]).contains("baz"));
}

/// Has the programs of a shell read this configuration.
fn set(shell: &Shell, config: &str) {
    let folder = shell.db().parent().unwrap().join(".config/callbook");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
}

const LOCKER: &str = "[fields]\nlocker = \"X-LOCKER\"\n";

fn shell() -> Shell {
    let shell = Shell::new();
    shell.import(&format!("{CARD}{BOB}"));
    shell
}

fn told(shell: &Shell, words: &[&str]) -> String {
    let (status, told, why) = shell.run(words, "");
    assert_eq!(status, 0, "{words:?}: {why}");
    told
}

/// The titles of the steps, the newest first.
fn titles(shell: &Shell) -> Vec<String> {
    let log = shell.json(&["log", "--json"], "").1;
    let steps = log["data"].as_array().unwrap().iter();
    steps
        .map(|step| step["title"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_field_that_is_set_is_read_from_the_cards_that_are_there() {
    let shell = shell();
    let (status, ..) = shell.run(&["find", "locker:12"], "");
    assert_eq!(status, 2);
    set(&shell, LOCKER);
    let shown = told(&shell, &["show", "Ann Ames"]);
    assert!(
        shown.contains("locker") && shown.contains("12, left"),
        "{shown}"
    );
    assert!(
        shown.contains("X-BADGE") && !shown.contains("X-LOCKER"),
        "{shown}"
    );
    assert_eq!(titles(&shell)[0], "Read the field locker of 2 contacts");
    told(&shell, &["show", "Ann Ames"]);
    assert_eq!(titles(&shell).len(), 3, "it is read once");
    for (filter, name) in [
        ("locker:12", "Ann Ames"),
        ("locker:hall", "Bob Bell"),
        ("locker:\"Hall 9\"", "Bob Bell"),
        ("has:locker -locker:12", "Bob Bell"),
        ("no:locker", "Ada Lovelace"),
    ] {
        let found = told(&shell, &["export", "--as", "csv", filter]);
        let names = ["Ann Ames", "Bob Bell", "Ada Lovelace"];
        let names: Vec<&str> = names.into_iter().filter(|it| found.contains(it)).collect();
        assert_eq!(names, [name], "{filter}");
    }
    // The cards are what they were.
    assert_eq!(told(&shell, &["export", "Ann"]), CARD);
    assert_eq!(told(&shell, &["export", "Bob"]), BOB);
    // What is imported later is read as well.
    let card = BOB
        .replace("Bob", "Eve")
        .replace("bob", "eve")
        .replace("Hall 9", "44");
    shell.import(&card);
    assert!(told(&shell, &["show", "locker:44"]).contains("Eve Bell"));
    let again = shell.json(&["import", "--dry-run", "--json", "-"], &card).1;
    assert_eq!(again["meta"]["changed"], json!(0), "{again}");
}

#[test]
fn it_is_edited_and_only_its_line_changes() {
    let shell = shell();
    set(&shell, LOCKER);
    let mut ann = ann(&shell);
    let details = &mut ann["attributes"]["details"];
    assert_eq!(details[0]["kind"], "other");
    assert_eq!(details[0]["label"], "locker");
    details[0]["value"] = json!("13");
    let id = ann["id"].as_str().unwrap().to_owned();
    let sent = json!({ "data": ann }).to_string();
    let (status, changed) = shell.json(&["contact", "update", &id, "--json", "-"], &sent);
    assert_eq!(status, 0, "{changed}");
    let line = "item1.X-Locker;X-SIDE=left:12\\, le\r\n ft\r\n";
    let edited = CARD.replace(line, "item1.X-Locker;X-SIDE=left:13\r\n");
    assert_eq!(told(&shell, &["export", "Ann"]), edited);
    let step = &shell.json(&["log", "--json"], "").1["data"][0]["step"];
    let log = told(&shell, &["log", step.to_string().trim_matches('"')]);
    assert!(log.contains("locker") && log.contains("13"), "{log}");
    // Under another name it is what it was edited to, and not what the card said once.
    set(&shell, "[fields]\nspind = \"X-LOCKER\"\n");
    let shown = told(&shell, &["show", "spind:13"]);
    assert!(
        shown.contains("spind") && !shown.contains("12, le"),
        "{shown}"
    );
    set(&shell, LOCKER);
    assert_eq!(told(&shell, &["export", "Ann"]), edited);
    // By hand, and without a card.
    told(&shell, &["add", "Cy Cole", "--other", "locker=14"]);
    let card = told(&shell, &["export", "Cy"]);
    assert!(card.contains("\r\nX-LOCKER:14\r\n"), "{card}");
    assert!(!card.contains("X-CALLBOOK-DETAIL"), "{card}");
    let table = told(&shell, &["export", "--as", "csv", "Cy"]);
    let other = Shell::new();
    set(&other, LOCKER);
    let (status, _, why) = other.run(&["import", "-"], &table);
    assert_eq!(status, 0, "{why}");
    assert!(told(&other, &["show", "locker:14"]).contains("Cy Cole"));
    // Taken out, the line goes.
    ann = shell.json(&["contact", "get", &id, "--json"], "").1["data"].clone();
    let details = ann["attributes"]["details"].as_array_mut().unwrap();
    details.retain(|detail| detail["label"] != "locker");
    let sent = json!({ "data": ann }).to_string();
    assert_eq!(shell.run(&["contact", "update", &id, "-"], &sent).0, 0);
    assert_eq!(told(&shell, &["export", "Ann"]), CARD.replace(line, ""));
    // It is not back with the next line of the configuration.
    set(&shell, "");
    told(&shell, &["find", "ann"]);
    set(&shell, LOCKER);
    assert_eq!(told(&shell, &["export", "Ann"]), CARD.replace(line, ""));
}

#[test]
fn undo_takes_it_out_and_the_cards_stay() {
    let shell = shell();
    set(&shell, LOCKER);
    told(&shell, &["find", "ann"]);
    set(&shell, "");
    told(&shell, &["undo"]);
    let shown = told(&shell, &["show", "Ann Ames"]);
    assert!(
        shown.contains("X-LOCKER") && !shown.contains("locker"),
        "{shown}"
    );
    assert_eq!(told(&shell, &["export", "Ann"]), CARD);
    assert_eq!(shell.run(&["find", "locker:12"], "").0, 2);
    // It can be set again.
    set(&shell, LOCKER);
    assert!(told(&shell, &["show", "locker:12"]).contains("Ann Ames"));
}

#[test]
fn a_field_that_is_taken_out_of_the_configuration_stays_a_field_of_the_book() {
    let shell = shell();
    set(&shell, LOCKER);
    told(&shell, &["find", "ann"]);
    let steps = titles(&shell).len();
    set(&shell, "");
    let shown = told(&shell, &["show", "locker:12"]);
    assert!(
        shown.contains("locker") && shown.contains("12, left"),
        "{shown}"
    );
    assert_eq!(told(&shell, &["export", "Ann"]), CARD);
    assert_eq!(titles(&shell).len(), steps);
    told(&shell, &["change", "locker:12", "delete"]);
    told(&shell, &["change", "locker:hall", "delete"]);
    // Nobody has it any more.
    assert_eq!(shell.run(&["find", "locker:12"], "").0, 3);
}

#[test]
fn two_fields_two_cards_and_another_name() {
    let shell = shell();
    // Two cards of one contact, each with its line.
    let other = CARD
        .replace("UID:ann\r\n", "")
        .replace("12\\, le\r\n ft", "99");
    shell.import(&other.replace("NOTE:first", "X-SHOE:43"));
    let list = shell.json(&["contact", "list", "--json"], "").1;
    let ids: Vec<&str> = { list["data"].as_array().unwrap().iter() }
        .filter(|contact| contact["attributes"]["name"] == "Ann Ames")
        .map(|contact| contact["id"].as_str().unwrap())
        .collect();
    if let [first, second] = ids.as_slice() {
        told(&shell, &["duplicates", "--merge", first, second]);
    }
    set(
        &shell,
        "[fields]\nlocker = \"X-LOCKER\"\nbadge = \"x-badge\"\n",
    );
    let shown = told(&shell, &["show", "badge:7"]);
    for said in ["12, left", "99", "badge", "7"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    set(
        &shell,
        "[fields]\nspind = \"X-LOCKER\"\nbadge = \"X-BADGE\"\n",
    );
    let shown = told(&shell, &["show", "spind:12"]);
    assert!(!shown.contains("locker"), "{shown}");
    assert_eq!(shown.matches("12, left").count(), 1, "{shown}");
    assert_eq!(shell.run(&["find", "locker:12"], "").0, 2);
}

#[test]
fn a_wrong_line_is_named_and_the_others_are_used() {
    let shell = shell();
    set(
        &shell,
        "[fields]\nlocker = \"X-LOCKER\"\ntag = \"X-TAG\"\nphone = \"TEL\"\nskype = \"X-SKYPE\"\n\
         spind = \"x-locker\"\n[filters]\nhall = \"locker:hall\"\nbad = \"badge:1\"\n",
    );
    let (_, config, _) = shell.run(&["config"], "");
    for words in [
        "config.toml:3: [fields] tag: the filter has tag already",
        "config.toml:4: [fields] phone: \"TEL\" is no property of your own",
        "config.toml:5: [fields] skype: X-SKYPE is read already",
        "config.toml:6: [fields] spind: X-LOCKER is the field locker already",
        "config.toml:9: [filters] bad: unknown condition badge:",
        "\n[fields]\nlocker = \"X-LOCKER\"\n",
        "hall = \"locker:hall\"",
    ] {
        assert!(config.contains(words), "{words}: {config}");
    }
    assert!(!config.contains("config.toml:8"), "{config}");
    assert!(told(&shell, &["show", "locker:hall"]).contains("Bob Bell"));
}

#[test]
fn a_folder_takes_it_along() {
    let shell = shell();
    let (folder, remote) = with_folder(&shell);
    let synced = |shell: &Shell| {
        let (status, told, why) = shell.run(&["sync", "--yes"], "");
        assert_eq!(status, 0, "{told}{why}");
    };
    synced(&shell);
    let there = || -> Vec<(std::path::PathBuf, String)> {
        let files = fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let cards = files.filter(|path| path.extension().is_some_and(|it| it == "vcf"));
        cards
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect()
    };
    let before = there();
    assert_eq!(before.len(), 3);
    // Reading the field changes nothing there.
    set(&shell, &format!("{LOCKER}{remote}"));
    synced(&shell);
    let shown = told(&shell, &["show", "locker:12"]);
    assert!(shown.contains("Ann Ames"), "{shown}");
    assert_eq!(there(), before);
    // Both sides change it.
    let (path, card) = { before.iter() }
        .find(|(_, card)| card.contains("UID:bob"))
        .unwrap();
    fs::write(path, card.replace("Hall 9", "Hall 10")).unwrap();
    let list = shell.json(&["contact", "list", "--json"], "").1;
    let ann = { list["data"].as_array().unwrap().iter() }
        .find(|contact| contact["attributes"]["name"] == "Ann Ames")
        .unwrap();
    let mut ann = ann.clone();
    ann["attributes"]["details"][0]["value"] = json!("13");
    let id = ann["id"].as_str().unwrap().to_owned();
    let sent = json!({ "data": ann }).to_string();
    assert_eq!(shell.run(&["contact", "update", &id, "-"], &sent).0, 0);
    synced(&shell);
    assert!(told(&shell, &["show", "Bob Bell"]).contains("Hall 10"));
    let (_, card) = { there().into_iter() }
        .find(|(_, card)| card.contains("UID:ann"))
        .unwrap();
    let line = { card.lines() }.find(|line| line.to_uppercase().contains("X-LOCKER"));
    assert!(line.unwrap().ends_with(":13"), "{card}");
    assert!(!card.contains("12\\,"), "{card}");
}

#[test]
fn on_the_screens_it_is_a_row_with_its_name() {
    let mut fields = OwnFields::none();
    fields
        .add(OwnField::new("locker", "X-LOCKER").unwrap())
        .unwrap();
    let mut book = Book::of_rules();
    let file = File::open(CARD.as_bytes(), "ann.vcf", &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap();
    let format = Format {
        fields: fields.clone(),
    };
    book.store.learn_fields(&format);
    let mut desk = Desk::of(100, 30, book);
    desk.app.session.fields = fields;
    desk.press("/ \"locker:12\" enter");
    assert_eq!(desk.names(), ["Ann Ames"]);
    let frame = desk.frame();
    assert!(
        frame.contains("locker") && frame.contains("12, left"),
        "{frame}"
    );
    // A new one is offered the label, and is edited as any detail.
    desk.press("a o \"14\" shift-tab");
    let frame = desk.frame();
    assert!(
        frame.contains("▏ locker") || frame.contains(" locker "),
        "{frame}"
    );
    desk.press("down enter ^S");
    let said = |desk: &Desk| -> Vec<String> {
        let own = desk.shown().contact.details.into_iter();
        own.map(|detail| format!("{}: {}", detail.label.clone().unwrap(), detail.text()))
            .collect()
    };
    assert_eq!(said(&desk), ["locker: 12, left", "locker: 14"]);
    // The key to the next field completes its name.
    desk.press("a o \"16\" shift-tab \"lo\" tab ^S");
    assert_eq!(said(&desk).pop().unwrap(), "locker: 16");
    desk.press("u");
    // In the form of the contact its name is among what can be added.
    desk.press("k k k k k k enter");
    let is_adding = |desk: &Desk| {
        let form = desk.top::<ContactForm>().unwrap();
        form.place == ContactPlace::AddDetail
    };
    while !is_adding(&desk) {
        desk.press("tab");
    }
    desk.press("enter \"lo\" enter \"15\" ^S ^S");
    assert_eq!(
        said(&desk),
        ["locker: 12, left", "locker: 14", "locker: 15"]
    );
}

#[test]
fn its_name_is_completed_in_the_filter_before_anything_is_known_of_its_values() {
    let mut desk = Desk::of(80, 24, Book::of_rules());
    let field = OwnField::new("locker", "X-LOCKER").unwrap();
    desk.app.session.fields.add(field).unwrap();
    desk.press("/ \"loc\" tab");
    assert!(desk.frame().contains("/ locker:"), "{}", desk.frame());
}

#[test]
fn one_of_several_lines_goes_out_as_its_property_and_comes_back() {
    let shell = Shell::new();
    set(&shell, LOCKER);
    told(&shell, &["add", "Cy Cole", "--other", "locker=14"]);
    let (_, list) = shell.json(&["contact", "list", "--json"], "");
    let mut cy = { list["data"].as_array().unwrap().iter() }
        .find(|contact| contact["attributes"]["name"] == "Cy Cole")
        .unwrap()
        .clone();
    cy["attributes"]["details"][0]["value"] = json!("Hall 9\nnumber 14");
    let id = cy["id"].as_str().unwrap().to_owned();
    let sent = json!({ "data": cy }).to_string();
    assert_eq!(
        shell
            .json(&["contact", "update", &id, "--json", "-"], &sent)
            .0,
        0
    );
    let card = told(&shell, &["export", "Cy"]);
    assert!(
        card.contains("\r\nX-LOCKER:Hall 9\\nnumber 14\r\n"),
        "{card}"
    );
    let other = Shell::new();
    set(&other, LOCKER);
    other.import(&card);
    let (_, list) = other.json(&["contact", "list", "--json"], "");
    assert!(
        list.to_string()
            .contains("\"value\":\"Hall 9\\nnumber 14\""),
        "{list}"
    );
    assert_eq!(told(&other, &["export", "Cy"]), card);
}

/// A book of the schema before this one, with a card that has such a line.
#[test]
fn an_older_book_learns_its_fields() {
    let shell = Shell::new();
    let books = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    fs::copy(books.join("schema-8.db"), shell.db()).unwrap();
    fs::set_permissions(shell.db(), fs::Permissions::from_mode(0o600)).unwrap();
    set(&shell, LOCKER);
    assert!(told(&shell, &["find", "locker:12"]).contains("Ada Lovelace"));
    assert_eq!(titles(&shell)[0], "Read the field locker of 1 contact");
    told(&shell, &["doctor"]);
}

/// A book of the schema before, whose field was read there already.
#[test]
fn an_older_book_keeps_its_fields_and_their_names() {
    let shell = Shell::new();
    let books = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    fs::copy(books.join("schema-11.db"), shell.db()).unwrap();
    fs::set_permissions(shell.db(), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(told(&shell, &["show", "locker:12"]).contains("Ann Ames"));
    set(&shell, "[fields]\nspind = \"X-LOCKER\"\n");
    assert!(told(&shell, &["show", "spind:12"]).contains("Ann Ames"));
    set(&shell, "");
    told(&shell, &["undo"]);
    assert!(told(&shell, &["show", "locker:12"]).contains("Ann Ames"));
    told(&shell, &["doctor"]);
}

#[test]
fn the_lines_of_a_field_come_back_from_every_form() {
    let shell = Shell::new();
    set(&shell, LOCKER);
    shell.import(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Solo Sun\r\nN:Sun;Solo;;;\r\nX-LOCKER:l1\\nl2\r\nEND:VCARD\r\n",
    );
    let folder = tempfile::tempdir().unwrap();
    for (words, name) in [
        (&["--card-version", "3.0"][..], "three.vcf"),
        (&["--card-version", "4.0"], "four.vcf"),
        (&["--as", "csv"], "own.csv"),
        (&["--as", "google"], "google.csv"),
        (&["--as", "outlook"], "outlook.csv"),
        (&["--as", "json"], "book.json"),
    ] {
        let file = folder.path().join(name);
        let file = file.to_str().unwrap();
        told(
            &shell,
            &[&["export"], words, &["-o", file, "Solo"]].concat(),
        );
        let plan = told(&shell, &["import", "--dry-run", file]);
        assert!(plan.contains("0 new, 0 change, 1 same"), "{name}: {plan}");
        let other = Shell::new();
        set(&other, LOCKER);
        told(&other, &["import", file]);
        let list = told(&other, &["contact", "list", "--json"]);
        assert!(list.contains(r"l1\nl2"), "{name}: {list}");
    }
}

#[test]
fn a_detail_that_is_called_by_the_property_is_the_field() {
    let shell = shell();
    // As it goes out where no field is set.
    let files = ["json", "csv"].map(|form| told(&shell, &["export", "--as", form, "Ann"]));
    assert!(files.iter().all(|file| file.contains("X-LOCKER")));
    set(&shell, LOCKER);
    let mut ann = ann(&shell);
    for label in ["X-LOCKER", "x-locker"] {
        ann["attributes"]["details"][0]["label"] = json!(label);
        ann["attributes"]["overwrite"] = json!(true);
        let id = ann["id"].as_str().unwrap().to_owned();
        let sent = json!({ "data": ann }).to_string();
        assert_eq!(shell.run(&["contact", "update", &id, "-"], &sent).0, 0);
        assert_eq!(told(&shell, &["export", "locker:12"]), CARD);
    }
    told(&shell, &["add", "Cy Cole", "--other", "X-LOCKER=14"]);
    assert!(told(&shell, &["export", "locker:14"]).contains("\r\nX-LOCKER:14\r\n"));
    for file in files {
        let again = shell.json(&["import", "--dry-run", "--json", "-"], &file).1;
        assert_eq!(again["meta"]["changed"], json!(0), "{again}");
        let other = Shell::new();
        set(&other, LOCKER);
        assert_eq!(other.run(&["import", "-"], &file).0, 0);
        let card = told(&other, &["export", "locker:12"]);
        assert!(!card.contains("X-CALLBOOK-DETAIL"), "{card}");
    }
}
