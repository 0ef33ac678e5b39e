//! What was typed or stored is said as it is: names, filters, details, line ends and faults.

use serde_json::{Value, json};

use callbook::domain::contact::ContactAttributes;
use callbook::domain::detail::{Detail, DetailKind};

use crate::cli::Shell;
use crate::support::Book;
use crate::support::desk::Desk;

fn contact(shell: &Shell, name: &str) -> Value {
    let (status, found) = shell.json(&["show", "--json", name], "");
    assert_eq!(status, 0, "{found}");
    found["data"]["attributes"].clone()
}

#[test]
fn a_name_stays_as_it_was_typed_where_its_parts_say_otherwise() {
    let shell = Shell::new();
    let parts = |contact: &Value| {
        [
            "name",
            "given_name",
            "additional_name",
            "family_name",
            "prefix",
        ]
        .map(|name| contact[name].as_str().unwrap_or_default().to_owned())
    };
    for (words, wanted) in [
        (
            &[
                "Zoë Q Smith",
                "--given-name",
                "Pat",
                "--family-name",
                "O'Brien",
            ][..],
            ["Zoë Q Smith", "Pat", "", "O'Brien", ""],
        ),
        // What the parts add is no other name.
        (
            &["Grace Hopper", "--prefix", "Dr."],
            ["Dr. Grace Hopper", "Grace", "", "Hopper", "Dr."],
        ),
        (
            &["Ada King Byron", "--family-name", "Byron"],
            ["Ada King Byron", "Ada King", "", "Byron", ""],
        ),
    ] {
        let (status, _, told) = shell.run(&[&["add"], words].concat(), "");
        assert_eq!(status, 0, "{told}");
        assert_eq!(parts(&contact(&shell, wanted[0])), wanted);
    }
}

#[test]
fn a_negated_condition_needs_no_dashes_in_any_command_that_takes_a_filter() {
    let shell = Shell::new();
    assert_eq!(
        shell.run(&["add", "Bob Berry", "+44 20 7946 0020"], "").0,
        0
    );
    assert_eq!(shell.run(&["change", "bob", "tag:x"], "").0, 0);
    for words in [
        &["show", "-tag:x"][..],
        &["qr", "--text", "-tag:x"],
        &["call", "--print", "-tag:x"],
        &["find", "-tag:x"],
        &["export", "-tag:x"],
    ] {
        let (status, told, why) = shell.run(words, "");
        assert_eq!(status, 0, "{words:?}: {why}");
        assert!(
            told.contains("7946 0018") || told.contains("79460018"),
            "{words:?}: {told}"
        );
    }
    for words in [
        &["copy", "-tag:x"][..],
        &["edit", "-tag:x"],
        &["pick", "-tag:x"],
    ] {
        let (_, _, why) = shell.run(words, "");
        assert!(!why.contains("unexpected argument"), "{words:?}: {why}");
    }
}

#[test]
fn a_preview_of_an_import_calls_details_by_their_labels() {
    let shell = Shell::new();
    let card = "BEGIN:VCARD\nVERSION:4.0\nUID:1\nFN:Ada Lovelace\nTEL:+442079460018\n\
EMAIL;TYPE=home:ada@example.org\nEMAIL:a2@example.org\nBDAY:19000102\nRELATED;VALUE=text;TYPE=spouse:Bill\nEND:VCARD\n";
    let (_, told, _) = shell.run(&["import", "--dry-run", "-"], card);
    for words in [
        "home email: ada@example.org",
        "email: a2@example.org",
        "birthday: 2 Jan 1900",
        "spouse: Bill",
    ] {
        assert!(told.contains(&format!("\t{words}\n")), "{words}: {told}");
    }
    for kind in ["date:", "relation:"] {
        assert!(!told.contains(kind), "{told}");
    }
}

#[test]
fn a_line_end_in_a_value_ends_no_line_of_a_message() {
    let shell = Shell::new();
    let document = json!({"name": "Max\nMoe", "organisation": "Acme\nInc"}).to_string();
    assert_eq!(shell.run(&["contact", "create", "-"], &document).0, 0);
    let id = shell.json(&["show", "--json", "max"], "").1["data"]["id"].clone();
    let id = id.as_str().unwrap();
    let locker = json!({"details": [{"kind": "other", "label": "locker", "value": "12\nb"}]});
    let words = ["contact", "update", id, "--overwrite", "-"];
    let (status, told, why) = shell.run(&words, &locker.to_string());
    assert_eq!(status, 0, "{why}");
    assert!(told.contains("locker   12↵b\n"), "{told}");
    let (_, told, _) = shell.run(&["undo"], "");
    assert_eq!(told, "Undone: Added locker 12↵b to Max Moe\n");
    assert_eq!(shell.run(&["redo"], "").0, 0);
    let (_, told, _) = shell.run(&["log"], "");
    assert!(told.contains("Added locker 12↵b to Max Moe\n"), "{told}");
    let (_, told, _) = shell.run(&["contact", "delete", id], "");
    assert_eq!(told, "Deleted Max Moe\n");
}

#[test]
fn a_line_end_in_a_value_is_seen_in_its_form_and_stays() {
    for (width, height) in [(100, 30), (40, 12)] {
        let mut book = Book::new();
        let locker = Detail::new(DetailKind::Other, Some("locker".to_owned()), "12\nb");
        let sent = ContactAttributes {
            name: Some(Some("Max".to_owned())),
            details: Some(vec![locker]),
            ..ContactAttributes::default()
        };
        book.store.create_contact(sent, Vec::new()).unwrap();
        let mut desk = Desk::of(width, height, book);
        desk.press("l j enter");
        let frame = desk.frame();
        assert!(frame.contains("12↵b"), "{frame}");
        desk.press("end \"3\" ^S");
        let locker = desk.shown().contact.details[0].text().into_owned();
        assert_eq!(locker, "12\nb3");
        let told: Vec<String> = desk.frame().lines().map(str::to_owned).collect();
        let told = told.iter().filter(|line| line.contains("Changed locker"));
        let told: Vec<&String> = told.collect();
        assert!(!told.is_empty(), "{}", desk.frame());
        assert!(
            told.iter().all(|line| line.contains("locker 12↵b3")),
            "{told:?}"
        );
    }
}

#[test]
fn faults_of_a_document_come_in_its_order_and_each_is_true() {
    let shell = Shell::new();
    let document = r#"{"title": 4, "name": "X", "details": [
        {"kind": "email", "value": "a"},
        {"kind": "date", "value": {"month": 13}},
        {"kind": "email", "value": "a@b"},
        {"kind": "emai", "value": "q"},
        {"kind": "email", "value": "a"},
        {"kind": "link", "value": "x", "label": 3},
        {"kind": "email", "value": "a@b", "foo": 1}], "tags": [1]}"#;
    let (status, refused) = shell.json(&["contact", "create", "--json", "-"], document);
    assert_eq!(status, 2);
    let told = |error: &Value| {
        let pointer = error["source"]["pointer"].as_str().unwrap();
        let place = pointer.trim_start_matches("/data/attributes/").to_owned();
        (place, error["detail"].as_str().unwrap().to_owned())
    };
    let errors: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(told)
        .collect();
    let places: Vec<&str> = errors.iter().map(|(place, _)| place.as_str()).collect();
    let wanted = [
        "title",
        "details/0/value",
        "details/1/value",
        "details/3/kind",
        "details/4/value",
        "details/5/label",
        "details/6/value",
        "details/6/foo",
        "tags",
    ];
    assert_eq!(places, wanted, "{errors:?}");
    let twice = errors.iter().filter(|(_, why)| why == "is there already");
    let twice: Vec<&str> = twice.map(|(place, _)| place.as_str()).collect();
    assert_eq!(twice, ["details/6/value"]);

    let (status, _, told) = shell.run(&["contact", "create", "-"], document);
    assert_eq!(status, 2);
    let lines: Vec<&str> = told.lines().collect();
    let wanted = [
        "error: title has to be a string, not a number",
        "error: email a has no @; write an address such as ada@example.org",
        "error: detail 2 (date) needs a month from 1 to 12",
        "error: detail 4 (q): unknown kind \"emai\"; expected one of email, address, date, link, chat, relation, other",
        "error: email a has no @; write an address such as ada@example.org",
        "error: detail 6 (link x): \"label\" has to be a string, not a number",
        "error: email a@b is there already",
        "error: detail 7 (email a@b): unknown \"foo\"; expected id, kind, label, preferred and value",
        "error: tags has to be a list of strings",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn what_is_wrong_with_a_detail_of_a_document_is_a_sentence_with_its_place_and_a_way_out() {
    let shell = Shell::new();
    let email = r#"{"kind": "email", "value": "a@b.org", "preferred": true, "id": "0000000a"}"#;
    let other = email.replace("a@b", "c@d");
    for (details, told) in [
        (
            r#"[{"kind": "date", "value": {"year": 2024, "month": 2, "day": 31}}]"#.to_owned(),
            "error: detail 1 (date): there is no 31 February 2024\n",
        ),
        (
            r#"["x"]"#.to_owned(),
            "error: detail 1 is a string; write it as an object with \"kind\", \"label\" and \"value\"\n",
        ),
        (
            r#"{"a": 1}"#.to_owned(),
            "error: the details have to be a list, not an object; each is an object with \"kind\", \"label\" and \"value\"\n",
        ),
        (
            r#"[{"kind": "chat", "label": "x"}]"#.to_owned(),
            "error: detail 1 (chat) has no \"value\"; write there what it says, or leave the detail out\n",
        ),
        (
            format!("[{email}, {other}]"),
            "error: detail 2 (email c@d.org): only one email can be preferred; set \"preferred\" to false in the others\n\
             error: detail 2 (email c@d.org) has the same id as detail 1; leave \"id\" out of a new detail\n",
        ),
        (
            r#"[{"kind": "address", "value": {"town": "x", "street": 5}}]"#.to_owned(),
            "error: detail 1 (address): unknown part \"town\" of an address; expected street, postal_code, locality, \
             region, country, extended, po_box\n\
             error: detail 1 (address): \"street\" has to be a string, not a number\n",
        ),
        (
            r#"[{"kind": "email", "value": {"a": 1}}, {"value": "x"}]"#.to_owned(),
            "error: detail 1 (email): \"value\" has to be a string, not an object\n\
             error: detail 2 (x) has no \"kind\"; expected one of email, address, date, link, chat, relation, other\n",
        ),
    ] {
        let document = format!(r#"{{"name": "Ada", "details": {details}}}"#);
        let (status, _, why) = shell.run(&["contact", "create", "-"], &document);
        assert_eq!((status, why.as_str()), (2, told), "{details}");
    }
}

const ADA: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\n\
X-SIGNAL:ada\nX-JABBER:ada@example.org\nEND:VCARD\n";

#[test]
fn a_file_that_was_exported_here_brings_no_remarks_when_it_comes_again() {
    let shell = Shell::new();
    let card =
        "BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Bob Berry\nBDAY:around 3/4 of 1950\nEND:VCARD\n";
    shell.import(card);
    for form in ["google", "outlook", "csv"] {
        let (status, table, _) = shell.run(&["export", "--as", form], "");
        assert_eq!(status, 0);
        for words in [&["import", "--dry-run", "-"][..], &["import", "-"]] {
            let (status, told, why) = shell.run(words, &table);
            assert_eq!(status, 0, "{why}");
            assert!(!told.contains("kept as text"), "{form}: {told}");
        }
    }
    // What is new is told.
    let table = "Name,Birthday,E-mail 1 - Value\nCarl Coe,04/05/06 or so,c@example.org\n";
    let (_, told, _) = shell.run(&["import", "--dry-run", "-"], table);
    assert!(told.contains("1 date kept as text"), "{told}");
    // And no more than what is new.
    let (_, table, _) = shell.run(&["export", "--as", "google"], "");
    let first = table.lines().next().unwrap();
    let place = |name: &str| first.split(',').position(|own| own == name).unwrap();
    let (given, value) = (place("First Name"), place("Birthday"));
    let mut row = vec![""; first.split(',').count()];
    (row[given], row[value]) = ("Dan", "07/08/09 or so");
    let both = format!("{table}{},+44 20 7946 0018\r\n", row.join(","));
    for words in [&["import", "--dry-run", "-"][..], &["import", "-"]] {
        let (_, told, _) = shell.run(words, &both);
        assert!(told.contains("1 date kept as text"), "{told}");
        assert!(told.contains("07/08/09"), "{told}");
    }
}

#[test]
fn the_form_of_an_export_is_chosen_and_what_it_has_no_column_for_is_told() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Desk::new(width, height, ADA);
        desk.press("x v");
        assert!(desk.frame().contains("as ◂ vCard ▸"), "{}", desk.frame());
        desk.press("^U");
        desk.paste(&folder.path().join("all.vcf").display().to_string());
        // vCard 3, vCard 4, table, Google, Outlook, JSON.
        desk.press("up");
        assert!(desk.frame().contains("as ◂ JSON ▸"), "{}", desk.frame());
        assert!(desk.frame().contains(".json"), "{}", desk.frame());
        desk.press("up up");
        assert!(desk.frame().contains("as ◂ Google ▸"), "{}", desk.frame());
        desk.press("down");
        assert!(desk.frame().contains("as ◂ Outlook ▸"), "{}", desk.frame());
        desk.press("enter");
        let table = std::fs::read_to_string(folder.path().join("all.csv")).unwrap();
        assert!(table.contains("Home Postal Code"), "{table}");
        let told = desk.frame().replace(['"', '\n'], " ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("Outlook has no column for 1 chat"), "{told}");
        // The ending that is typed says the form again.
        desk.press("x v ^U");
        desk.paste(&folder.path().join("all4.vcf").display().to_string());
        desk.press("down down enter");
        let cards = std::fs::read_to_string(folder.path().join("all4.vcf")).unwrap();
        assert!(cards.contains("VERSION:4.0"), "{cards}");
    }
}

#[test]
fn a_blank_address_is_asked_for_any_of_its_parts() {
    let mut desk = Desk::new(80, 24, ADA);
    desk.press("l \"as\" ^S");
    let frame = desk.frame();
    assert!(
        frame.contains("type a part of the address first"),
        "{frame}"
    );
    desk.press("tab tab tab \"London\" ^S");
    let details = desk.shown().contact.details;
    assert!(
        details.iter().any(|detail| detail.text() == "London"),
        "{details:?}"
    );
}

#[test]
fn the_hint_of_a_date_is_whole_on_a_small_screen() {
    let mut desk = Desk::new(40, 12, ADA);
    desk.press("l \"ab\"");
    let frame = desk.frame();
    let told = frame.replace(['│', '"', '\n'], " ");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("such as 1961-09-04, 4 Sep 1961, 4 September or Sep 1961"),
        "{frame}"
    );
}

#[test]
fn the_dates_open_from_an_open_contact_and_lead_back_to_it() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, ADA);
        for row in ["", "j", "j", "k k k k"] {
            desk.press("l");
            desk.press(row);
            desk.press("s d");
            assert!(
                desk.frame().contains("› Dates") || desk.frame().contains("Dates"),
                "{}",
                desk.frame()
            );
            desk.press("esc");
            assert!(desk.app.pages.is_bare());
        }
    }
}

#[test]
fn the_way_to_all_keys_has_one_wording() {
    let mut desk = Desk::new(80, 24, ADA);
    assert!(desk.frame().contains("? all keys"), "{}", desk.frame());
    desk.press("e");
    assert!(desk.frame().contains("F1 all keys"), "{}", desk.frame());
}

#[test]
fn the_lines_of_a_street_stay_lines() {
    let shell = Shell::new();
    let address = json!({"street": "1 Loop\r\n\n Flat 2 \n", "locality": "Town"});
    let document = json!({"name": "Ann Lee", "details": [{"kind": "address", "value": address}]});
    let (status, told, why) = shell.run(&["contact", "create", "-"], &document.to_string());
    assert_eq!(status, 0, "{why}");
    assert!(told.contains("1 Loop, Flat 2, Town\n"), "{told}");
    let stored = contact(&shell, "ann");
    assert_eq!(
        stored["details"][0]["value"]["street"],
        json!("1 Loop\nFlat 2")
    );
    let (_, card, _) = shell.run(&["export", "ann"], "");
    assert!(card.contains("ADR:;;1 Loop\\nFlat 2;Town;;;\r\n"), "{card}");
    // What is printed is taken, and says the same.
    let id = shell.json(&["show", "--json", "ann"], "").1["data"]["id"].clone();
    let printed = shell.run(&["contact", "get", id.as_str().unwrap(), "--json"], "");
    let words = ["contact", "update", id.as_str().unwrap(), "-"];
    assert_eq!(shell.run(&words, &printed.1).0, 0);
    assert_eq!(contact(&shell, "ann")["details"], stored["details"]);
    let (_, found, _) = shell.run(&["find", "flat 2"], "");
    assert!(found.contains("Ann Lee"), "{found}");
}

#[test]
fn a_relation_to_the_contact_itself_is_refused_however_it_is_named() {
    let shell = Shell::new();
    let (_, made) = shell.json(
        &["contact", "create", "--json", "-"],
        "{\"name\": \"Ann Lee\", \"uid\": \"urn:uuid:ABC\"}",
    );
    let id = made["data"]["id"].as_str().unwrap();
    let upper = id.to_uppercase();
    let urn = format!("urn:uuid:{id}");
    for own in [
        id,
        &upper,
        &urn,
        "urn:uuid:ABC",
        "abc",
        "Ann Lee",
        " ann LEE",
    ] {
        let details = json!({"details": [
            {"kind": "relation", "label": "friend", "value": "Bo"},
            {"kind": "relation", "label": "spouse", "value": own},
        ]});
        let words = ["contact", "update", id, "--overwrite", "--json", "-"];
        let (status, refused) = shell.json(&words, &details.to_string());
        assert_eq!(status, 2, "{own}: {refused}");
        let at = &refused["errors"][0]["source"]["pointer"];
        assert_eq!(at, &json!("/data/attributes/details/1/value"), "{own}");
    }
}

#[test]
fn a_label_is_one_line_so_that_other_programs_read_what_it_is_of() {
    let shell = Shell::new();
    let email = json!({"kind": "email", "label": "Summer\nHouse", "value": "a@x.example"});
    let document = json!({"name": "Ann Lee", "details": [email]}).to_string();
    assert_eq!(shell.run(&["contact", "create", "-"], &document).0, 0);
    let stored = contact(&shell, "ann");
    assert_eq!(stored["details"][0]["label"], json!("Summer House"));
    let (_, card, _) = shell.run(&["export", "ann"], "");
    assert!(card.contains(".EMAIL:a@x.example\r\n"), "{card}");
}

/// Who has no number is known by the name and what else only one person of it has.
#[test]
fn an_email_that_was_changed_in_an_exported_table_makes_no_second_contact() {
    let card = |name: &str, lines: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\n{lines}EMAIL:old@example.org\r\nEND:VCARD\r\n"
        )
    };
    let shell = Shell::new();
    let cards = [
        card("Ann Lee", "BDAY:19800102\r\n"),
        card("Bob Bell", "URL:https://bob.example/\r\n"),
        card("Cy Cole", "BDAY:--0102\r\n"),
    ];
    shell.import(&cards.concat());
    for form in ["google", "csv"] {
        let (_, table, _) = shell.run(&["export", "--as", form], "");
        let table = table.replace("old@example.org", "new@example.org");
        let (_, told, why) = shell.run(&["import", "--dry-run", "-"], &table);
        let is = |sign: &str, name: &str| {
            told.lines()
                .any(|line| line.starts_with(sign) && line.contains(name))
        };
        assert!(is("~", "Ann Lee") && is("~", "Bob Bell"), "{told}{why}");
        // A day of a year that nobody knows is that of many.
        if form == "google" {
            assert!(is("+", "Cy Cole"), "{told}");
        }
    }
}
