//! What a person met on walks through whole contacts, their cards and their tables.

use std::fs;

use serde_json::Value;

use callbook::tui::pages::contact_form::{ContactForm, ContactPlace, TEXTS};
use callbook::tui::pages::detail_form::DetailForm;

use crate::cli::Shell;
use crate::support::desk::Desk;

fn card(lines: &str) -> String {
    format!("BEGIN:VCARD\nVERSION:3.0\n{lines}END:VCARD\n")
}

fn exported(shell: &Shell, words: &[&str]) -> String {
    let words: Vec<&str> = [&["export"], words].concat();
    let (status, told, why) = shell.run(&words, "");
    assert_eq!(status, 0, "{why}");
    told.replace("\r\n", "\n")
}

/// Changes a contact as a document.
fn change(shell: &Shell, name: &str, change: impl Fn(&mut Value)) {
    let (status, mut document) = shell.json(&["contact", "get", &ids(shell)(name), "--json"], "");
    assert_eq!(status, 0, "{document}");
    change(&mut document["data"]["attributes"]);
    let (status, _, why) = shell.run(
        &[
            "contact",
            "update",
            document["data"]["id"].as_str().unwrap(),
            "-",
        ],
        &document.to_string(),
    );
    assert_eq!(status, 0, "{why}");
}

#[test]
fn a_tag_with_a_comma_stays_one_tag_in_the_form() {
    let ada = card("FN:Ada\nCATEGORIES:math,engine\\,room,\"big\"\n");
    let mut desk = Desk::new(100, 40, &ada);
    desk.press("e");
    assert!(
        desk.frame().contains("math, \"engine,room\""),
        "{}",
        desk.frame()
    );
    let at_tags = ContactPlace::Text(place_of("tags"));
    while desk.top::<ContactForm>().unwrap().place != at_tags {
        desk.press("tab");
    }
    desk.press("end");
    desk.paste(", newtag");
    desk.press("^S");
    let tags = desk.shown().contact.tags;
    assert_eq!(tags, ["math", "engine,room", "\"big\"", "newtag"]);
}

#[test]
fn a_table_says_which_photos_it_lacks() {
    let shell = Shell::new();
    shell.import(&card("FN:Ada\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\n"));
    shell.import(&card("FN:Bob\n"));
    for form in ["csv", "google", "outlook"] {
        let (status, _, why) = shell.run(&["export", "--as", form], "");
        assert_eq!(status, 0);
        assert!(why.contains("1 photo is not in the table"), "{form}: {why}");
        let (_, _, why) = shell.run(&["export", "bob", "--as", form], "");
        assert!(!why.contains("photo"), "{form}: {why}");
    }
    let (_, help, _) = shell.run(&["export", "--help"], "");
    assert!(!help.contains("without loss"), "{help}");
}

#[test]
fn another_service_of_a_chat_leaves_the_rest_of_its_line() {
    let shell = Shell::new();
    shell.import(&card(
        "FN:Ada\nitem10.IMPP;X-SERVICE-TYPE=Skype;type=HOME;type=pref:skype:ada.l\nitem10.X-ABLabel:mine\n",
    ));
    change(&shell, "Ada", |attributes| {
        attributes["details"][0]["label"] = "telegram".into();
    });
    let card = exported(&shell, &[]);
    let line = card.lines().find(|line| line.contains("IMPP")).unwrap();
    assert_eq!(
        line, "item10.IMPP;X-SERVICE-TYPE=telegram;type=HOME;type=pref:telegram:ada.l",
        "{card}"
    );
    assert!(card.contains("item10.X-ABLabel:mine"), "{card}");
}

#[test]
fn the_stars_of_android_are_favourites_and_stay_in_their_place() {
    for name in ["STARRED", "X-STARRED", "X-ANDROID-STARRED"] {
        let shell = Shell::new();
        shell.import(&card(&format!("FN:Ada\n{name}:1\nNOTE:x\n")));
        shell.import(&card(&format!("FN:Bob\n{name}:0\nNOTE:x\n")));
        let (_, told, _) = shell.run(&["find", "is:favourite"], "");
        assert!(
            told.contains("Ada") && !told.contains("Bob"),
            "{name}: {told}"
        );
        change(&shell, "Ada", |attributes| {
            attributes["favourite"] = false.into();
        });
        let card = exported(&shell, &["ada"]);
        assert!(card.contains(&format!("\n{name}:0\nNOTE:x\n")), "{card}");
        assert!(!card.contains("FAVOURITE"), "{card}");
    }
}

#[test]
fn only_edited_lines_of_an_old_card_change() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Ames;Bob\r\nFN:Bob Ames\r\nTEL;WORK;VOICE:(212) 555-0147\r\n\
         EMAIL;PREF;INTERNET:bob@example.org\r\nEND:VCARD\r\n",
    );
    change(&shell, "Bob Ames", |attributes| {
        attributes["details"][0]["value"] = "new@example.org".into();
    });
    let card = exported(&shell, &[]);
    assert!(card.contains("new@example.org"), "{card}");
    assert!(!card.contains("X-CALLBOOK"), "{card}");
    assert!(card.contains("\nTEL;WORK;VOICE:(212) 555-0147\n"), "{card}");
}

const PAIR: &str = "BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:11111111-0000-4000-8000-000000000001\nFN:Jan\n\
RELATED;TYPE=spouse:urn:uuid:22222222-0000-4000-8000-000000000002\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:22222222-0000-4000-8000-000000000002\nFN:Saskia\n\
TEL:+31205550100\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:33333333-0000-4000-8000-000000000003\nFN:Saskia Two\n\
EMAIL:s@example.org\nEND:VCARD\n";

fn ids(shell: &Shell) -> impl Fn(&str) -> String + use<> {
    let (_, said) = shell.json(&["contact", "list", "--json"], "");
    move |name| {
        let all = said["data"].as_array().unwrap();
        let one = all.iter().find(|one| one["attributes"]["name"] == name);
        one.unwrap()["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn relations_to_a_contact_that_is_merged_away_go_to_the_one_that_is_kept() {
    let shell = Shell::new();
    shell.import(PAIR);
    let id = ids(&shell);
    let (two, one) = (id("Saskia Two"), id("Saskia"));
    let (status, _, why) = shell.run(&["duplicates", "--merge", &two, &one], "");
    assert_eq!(status, 0, "{why}");
    let (_, told, _) = shell.run(&["show", "jan"], "");
    assert!(
        told.contains("Saskia Two") && !told.contains("urn:"),
        "{told}"
    );
    let card = exported(&shell, &["jan"]);
    assert!(card.contains("33333333"), "{card}");
    let (status, _, why) = shell.run(&["undo"], "");
    assert_eq!(status, 0, "{why}");
    let card = exported(&shell, &["jan"]);
    assert!(
        card.contains("RELATED;TYPE=spouse:urn:uuid:22222222"),
        "{card}"
    );
}

#[test]
fn one_who_is_merged_with_a_relation_is_not_related_to_himself() {
    let shell = Shell::new();
    shell.import(PAIR);
    let id = ids(&shell);
    let (status, _, why) = shell.run(&["duplicates", "--merge", &id("Jan"), &id("Saskia")], "");
    assert_eq!(status, 0, "{why}");
    let (_, told, _) = shell.run(&["show", "jan"], "");
    assert!(!told.contains("spouse"), "{told}");
    assert!(!exported(&shell, &["jan"]).contains("RELATED"));
}

#[test]
fn an_address_of_semicolons_alone_is_refused() {
    let shell = Shell::new();
    for address in [";;;;;;", " ; ; ", ";,;"] {
        let (status, _, why) = shell.run(&["add", "New", "--address", address], "");
        assert_eq!(status, 2, "{why}");
        assert!(why.contains("address cannot be blank"), "{why}");
    }
}

#[test]
fn an_address_on_one_line_reads_as_in_its_country() {
    let shell = Shell::new();
    for (adr, line) in [
        (
            "Bahnhofstr. 1;Zürich;;8001;CH",
            "Bahnhofstr. 1, 8001 Zürich, CH",
        ),
        (
            "Via Savona 41;Milano;;20144;Italy",
            "Via Savona 41, 20144 Milano, Italy",
        ),
        (
            "1 St James;London;;SW1Y 4JH;",
            "1 St James, London SW1Y 4JH",
        ),
        (
            "1 Main St;Springfield;IL;62701;USA",
            "1 Main St, Springfield, IL 62701, USA",
        ),
    ] {
        shell.import(&card(&format!("FN:At {}\nADR:;;{adr}\n", &adr[..7])));
        let (_, told, _) = shell.run(&["show", "at", &adr[..7]], "");
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn version_4_has_plain_addresses_of_pages_and_labels_of_envelopes() {
    let shell = Shell::new();
    shell.import(&card("FN:Ada\nURL:http\\://example.org/a\\,b\nADR:;;Main St 1;Bern;;;\nLABEL:Care of Bob\\nMain St 1\\nBern\n"));
    let card = exported(&shell, &["--card-version", "4.0"]);
    assert!(card.contains("\nURL:http://example.org/a,b\n"), "{card}");
    assert!(!card.contains("\nLABEL"), "{card}");
    assert!(
        card.contains("LABEL=\"Care of Bob\\nMain St 1\\nBern\""),
        "{card}"
    );
}

#[test]
fn a_group_card_names_no_member_that_was_deleted() {
    let shell = Shell::new();
    shell.import(&format!(
        "{PAIR}BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:family\n\
         MEMBER:urn:uuid:11111111-0000-4000-8000-000000000001\n\
         MEMBER:urn:uuid:22222222-0000-4000-8000-000000000002\nEND:VCARD\n"
    ));
    let id = ids(&shell);
    let (status, _, why) = shell.run(&["contact", "delete", &id("Saskia")], "");
    assert_eq!(status, 0, "{why}");
    let cards = exported(&shell, &[]);
    assert!(cards.contains("MEMBER:urn:uuid:1111"), "{cards}");
    assert!(!cards.contains("MEMBER:urn:uuid:2222"), "{cards}");
    shell.run(&["undo"], "");
    let cards = exported(&shell, &[]);
    assert!(cards.contains("MEMBER:urn:uuid:2222"), "{cards}");
}

#[test]
fn a_google_table_has_each_column_once_and_says_how_a_name_sorts() {
    let shell = Shell::new();
    let table = "First Name,Last Name,File As,Phonetic Middle Name\nAda,Lovelace,Countess,mid\n";
    let file = shell.db().with_file_name("google.csv");
    fs::write(&file, table).unwrap();
    let (status, _, why) = shell.run(&["import", file.to_str().unwrap()], "");
    assert_eq!(status, 0, "{why}");
    let (_, said) = shell.json(&["contact", "list", "--json"], "");
    assert_eq!(
        said["data"][0]["attributes"]["sort_as"], "Countess",
        "{said}"
    );
    let table = exported(&shell, &["--as", "google"]);
    let head = table.lines().next().unwrap();
    assert_eq!(head.matches("File As").count(), 1, "{head}");
    assert!(
        table.contains("Countess") && table.contains("mid"),
        "{table}"
    );
}

#[test]
fn each_detail_is_a_row_of_its_own_where_contacts_are_merged() {
    let two = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+442079460018\nEMAIL;TYPE=HOME:a@example.org\n\
URL:https://example.org\nBDAY:1990-01-02\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+442079460018\nEMAIL;TYPE=WORK:b@example.org\nEND:VCARD\n";
    for (width, height) in [(100, 40), (40, 12)] {
        let mut desk = Desk::new(width, height, two);
        desk.press("D");
        let mut seen = desk.frame();
        desk.press("tab");
        for _ in 0..30 {
            desk.press("down");
            seen += &desk.frame();
        }
        assert!(!seen.contains("details"), "{seen}");
        for row in ["home", "work", "birthday"] {
            assert!(seen.contains(row), "{width}, {row}: {seen}");
        }
        for value in ["a@ex", "b@ex"] {
            assert!(seen.contains(value), "{width}, {value}: {seen}");
        }
    }
}

#[test]
fn a_second_birthday_and_a_relation_to_oneself_are_refused_at_their_row() {
    let ada = card("FN:Ada\nBDAY:1990-01-02\n");
    let form = |desk: &Desk| desk.top::<DetailForm>().is_some();
    for (kind, label, value, why) in [
        ("date", "birthday", "3_Feb_1991", "is a second birthday"),
        ("relation", "friend", "Ada", "is the contact itself"),
    ] {
        let mut desk = Desk::new(100, 40, &ada);
        desk.press("e");
        while desk.top::<ContactForm>().unwrap().place != ContactPlace::AddDetail {
            desk.press("tab");
        }
        desk.press("enter");
        desk.paste(kind);
        desk.press("enter");
        assert!(form(&desk), "{}", desk.frame());
        desk.press("shift-tab ^U");
        desk.paste(label);
        desk.press("tab");
        desk.paste(&value.replace('_', " "));
        desk.press("^S");
        assert!(
            form(&desk) && desk.toast().contains(why),
            "{}",
            desk.frame()
        );
    }
}

fn place_of(name: &str) -> usize {
    let mut texts = TEXTS.iter();
    texts.position(|field| field.name == name).unwrap()
}

#[test]
fn a_chat_is_read_by_others_however_its_network_is_written() {
    let shell = Shell::new();
    let chats = [
        ("WhatsApp", "IMPP:whatsapp:"),
        ("Skype", "IMPP:skype:"),
        ("Telegram", "IMPP:telegram:"),
        ("Matrix", "IMPP:matrix:"),
        ("signal", "IMPP:signal:"),
    ];
    let flags: Vec<String> = { chats.iter() }
        .map(|(network, _)| format!("{network}=ada{network}"))
        .collect();
    let mut words = vec!["add", "Ada King"];
    for flag in &flags {
        words.extend(["--chat", flag]);
    }
    let (status, _, why) = shell.run(&words, "");
    assert_eq!(status, 0, "{why}");
    for version in ["3.0", "4.0"] {
        let card = exported(&shell, &["--card-version", version]);
        for (network, line) in chats {
            assert!(card.contains(&format!("{line}ada{network}")), "{card}");
        }
        assert!(!card.contains("X-CALLBOOK-DETAIL"), "{card}");
        let again = Shell::new();
        again.import(&card);
        let (_, told, _) = again.run(&["show", "ada", "king"], "");
        for (network, _) in chats {
            assert!(told.contains(network), "{told}");
        }
    }
}

#[test]
fn a_relation_that_is_only_a_name_now_is_written_as_a_text() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\nVERSION:4.0\nUID:a\nFN:Ada\nRELATED;TYPE=friend;VALUE=uri:urn:uuid:none\nEND:VCARD\n",
    );
    change(&shell, "Ada", |attributes| {
        attributes["details"][0]["value"] = "Jan van der Berg".into();
    });
    let card = exported(&shell, &["--card-version", "4.0"]);
    let line = card
        .lines()
        .find(|line| line.starts_with("RELATED"))
        .unwrap();
    assert!(
        line.contains("VALUE=text") && !line.contains("VALUE=uri"),
        "{line}"
    );
    assert!(line.ends_with(":Jan van der Berg"), "{line}");
}

#[test]
fn the_note_and_the_tags_are_deleted_by_the_key_of_every_row() {
    let lines = "FN:Ada King\nTEL:+44 20 7946 0018\nNOTE:likes blue\nCATEGORIES:club\n";
    let mut desk = Desk::new(80, 24, &card(lines));
    desk.press("enter j d");
    assert_eq!(desk.shown().contact.note, None);
    assert_eq!(desk.shown().contact.tags, ["club"]);
    desk.press("G d");
    assert_eq!(desk.shown().contact.tags, Vec::<String>::new());
    desk.press("u u");
    assert_eq!(desk.shown().contact.note.as_deref(), Some("likes blue"));
}

#[test]
fn a_table_says_that_it_lacks_the_cards_of_groups() {
    let shell = Shell::new();
    let lines = "UID:u1\nFN:Ann Lee\nTEL:12\n";
    let group = card(
        "UID:g\nFN:Band\nN:Band\nX-ADDRESSBOOKSERVER-KIND:group\n\
         X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u1\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:nobody\n",
    );
    shell.import(&(card(lines) + &group));
    for form in ["csv", "google", "outlook"] {
        let (status, _, why) = shell.run(&["export", "--as", form], "");
        assert_eq!(status, 0, "{why}");
        assert!(
            why.contains("1 group card is not in the table"),
            "{form}: {why}"
        );
    }
}

#[test]
fn the_work_of_two_who_are_merged_is_not_mixed() {
    for (kept, other, department, says) in [
        (
            "ORG:Beta\nTITLE:T\n",
            "ORG:Alpha;Dep\nROLE:r1\n",
            None,
            "Department Dep is not kept",
        ),
        (
            "ORG:Beta\n",
            "ORG:beta;Dep\n",
            Some("Dep"),
            "department Dep added",
        ),
        (
            "ORG:Beta\n",
            "ORG:;Dep\n",
            Some("Dep"),
            "department Dep added",
        ),
        (
            "TITLE:T\n",
            "ORG:Alpha;Dep\n",
            Some("Dep"),
            "department Dep added",
        ),
    ] {
        let shell = Shell::new();
        shell.import(&format!(
            "{}{}",
            card(&format!("UID:k\nFN:Bo Kept\n{kept}")),
            card(&format!("UID:o\nFN:Al Other\n{other}"))
        ));
        let id = ids(&shell);
        let merge = ["duplicates", "--merge", &id("Bo Kept"), &id("Al Other")];
        let (_, told, _) = shell.run(&[&merge[..], &["--dry-run"]].concat(), "");
        assert!(told.contains(says), "{told}");
        let (status, _, why) = shell.run(&merge, "");
        assert_eq!(status, 0, "{why}");
        let (_, shown) = shell.json(&["show", "--json", "bo"], "");
        let shown = &shown["data"]["attributes"]["department"];
        assert_eq!(shown.as_str(), department, "{kept}{other}");
    }
}

#[test]
fn a_partial_and_a_full_birthday_of_two_who_are_merged_are_one() {
    for (kept, other, after) in [
        ("--05-05", "1980-05-05", "birthday  5 May 1980\n"),
        ("1980-05-05", "--05-05", "birthday  5 May 1980\n"),
        ("1980", "1980-05-05", "birthday  5 May 1980\n"),
        (
            "--05-06",
            "1980-05-05",
            "birthday  6 May\nbirthday  5 May 1980\n",
        ),
    ] {
        let shell = Shell::new();
        shell.import(&format!(
            "{}{}",
            card(&format!("UID:k\nFN:Bo Kept\nBDAY:{kept}\n")),
            card(&format!("UID:o\nFN:Al Other\nBDAY:{other}\n"))
        ));
        let id = ids(&shell);
        let (status, _, why) = shell.run(
            &["duplicates", "--merge", &id("Bo Kept"), &id("Al Other")],
            "",
        );
        assert_eq!(status, 0, "{why}");
        let (_, told, _) = shell.run(&["show", "bo"], "");
        assert!(told.ends_with(after), "{kept} {other}: {told}");
    }
}

#[test]
fn the_words_of_a_merge_name_each_field_and_no_relation_that_is_not_kept() {
    let uid = "urn:uuid:00000000-0000-4000-8000-00000000000";
    let shell = Shell::new();
    shell.import(&format!(
        "{}{}",
        card(&format!(
            "UID:{uid}1\nFN:Uwe Kraft\nX-PHONETIC-LAST-NAME:Craft\nRELATED;TYPE=friend:{uid}2\n"
        )),
        card(&format!(
            "UID:{uid}2\nFN:Uwe Krafft\nX-PHONETIC-LAST-NAME:Craft2\nRELATED;TYPE=child:{uid}1\n"
        ))
    ));
    let id = ids(&shell);
    let merge = ["duplicates", "--merge", &id("Uwe Kraft"), &id("Uwe Krafft")];
    let (_, planned, _) = shell.run(&[&merge[..], &["--dry-run"]].concat(), "");
    let (status, told, why) = shell.run(&merge, "");
    assert_eq!(status, 0, "{why}");
    for told in [planned, told] {
        assert!(
            told.contains("Phonetic family name Craft2 is not kept"),
            "{told}"
        );
        assert!(!told.contains("child"), "{told}");
        assert!(told.contains("friend"), "{told}");
    }
}
