//! The lines of a card that nobody edited: they go out as they came in, whatever becomes of the contact around them.

use std::collections::BTreeMap;

use callbook::domain::duplicates::Merge;
use callbook::domain::edit::Profile;
use callbook::domain::listing::ListQuery;
use callbook::domain::own_fields::OwnFields;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::exchange::vcard::{Format, Version};
use callbook::export::ExportForm;
use callbook::import::File;
use serde_json::{Value, json};

use crate::cards::{exported, import, update};
use crate::support::Book;

fn card(version: &str, lines: &str) -> String {
    let lines = lines.trim().replace('\n', "\r\n");
    format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n")
}

fn book(cards: &str) -> Book {
    let mut book = Book::new();
    import(&mut book, cards.as_bytes());
    book
}

fn named(book: &Book, name: &str) -> Profile {
    let rows = book.store.rows(&ListQuery::default(), 0, 99).unwrap().rows;
    let row = rows.iter().find(|row| row.name == name).unwrap();
    book.store.profile(row.id).unwrap()
}

fn details(book: &Book, name: &str) -> Vec<Value> {
    let contact = named(book, name).full.contact;
    contact.details.iter().map(|own| json!(own)).collect()
}

fn merge(book: &mut Book, names: &[&str]) {
    let contacts = names.iter().map(|name| named(book, name).full.contact.id);
    let merge = Merge {
        contacts: contacts.collect(),
        picks: BTreeMap::new(),
    };
    book.perform(&Task::Merge(vec![merge]), Seen::Nothing)
        .unwrap();
}

/// The lines of one text that another one does not have.
fn new_lines(text: &str, other: &str) -> Vec<String> {
    let other: Vec<&str> = other.lines().collect();
    let lines = text.lines().filter(|line| !line.starts_with("REV"));
    let lines = lines.filter(|line| !other.contains(line));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_merge_keeps_the_lines_of_both_cards() {
    let kept = card("4.0", "UID:a\nFN:Ann Lee\nN:Lee;Ann;;;\nTEL:+442079460018");
    let lines = "TEL;X-T=2:+442079460019\nEMAIL;PREF=2;X-Z=1:a@b.example\nitem1.URL;X-U=3:https://a.example\n\
         item1.X-ABLabel:Club\nitem1.X-ODD;P=1:odd\nitem2.ADR;X-A=1:;;1 Loop;Town;;;\nitem2.X-ABADR:us\n\
         NICKNAME;LANGUAGE=en:Annie\nORG;X-O=1:Acme;Paint;Blue";
    let other = card("4.0", &format!("UID:b\nFN:A Lee\nN:Lee;A;;;\n{lines}"));
    let mut book = book(&format!("{kept}{other}"));
    merge(&mut book, &["Ann Lee", "A Lee"]);
    let merged = exported(&book, None);
    let is_group = |group: &str| group.starts_with("item");
    let bare = |line: &str| match line.trim().split_once('.') {
        Some((group, rest)) if is_group(group) => rest.to_owned(),
        _ => line.trim().to_owned(),
    };
    let there: Vec<String> = merged.lines().map(bare).collect();
    for line in lines.lines().map(bare) {
        assert!(there.contains(&line), "{line}\n{merged}");
    }
    // What is in a group stays in one.
    let group = |text: &str| {
        let line = merged.lines().find(|line| line.ends_with(text)).unwrap();
        line.split_once('.').unwrap().0.to_owned()
    };
    assert_eq!(group("https://a.example"), group("X-ABLabel:Club"));
    assert_eq!(group("https://a.example"), group("P=1:odd"));
    assert_eq!(group(";;1 Loop;Town;;;"), group("X-ABADR:us"));
    // One line for each, and nothing more is changed by coming in again.
    assert_eq!(merged.matches("a@b.example").count(), 1, "{merged}");
    assert_eq!(merged.matches("+442079460019").count(), 1 + 1, "{merged}");
    let file = File::open(merged.as_bytes(), "cards.vcf", &[]).unwrap();
    let again = callbook::import::all(&mut book.store, file).unwrap().value;
    assert_eq!((again.same, again.changed), (1, 0));
    // What is deleted of it goes.
    let mut details = details(&book, "Ann Lee");
    details.retain(|own| own["kind"] != "email");
    update(&mut book, &json!({ "details": details }));
    let left = exported(&book, None);
    assert_eq!(
        new_lines(&merged, &left),
        ["EMAIL;PREF=2;X-Z=1:a@b.example"]
    );
    assert_eq!(new_lines(&left, &merged), Vec::<String>::new());
}

#[test]
fn a_merge_into_one_that_was_typed_keeps_the_lines_of_the_card() {
    let other = card(
        "3.0",
        "UID:b\nFN:A Lee\nN:Lee;A;;;\nEMAIL;X-Z=1:a@b.example",
    );
    let mut book = book(&other);
    let sent = callbook::domain::contact::ContactAttributes {
        name: Some(Some("Ann Lee".to_owned())),
        ..Default::default()
    };
    book.store.create_contact(sent, Vec::new()).unwrap();
    merge(&mut book, &["Ann Lee", "A Lee"]);
    let merged = exported(&book, None);
    assert!(
        merged.contains("\r\nEMAIL;X-Z=1:a@b.example\r\n"),
        "{merged}"
    );
}

#[test]
fn a_deleted_email_leaves_the_lines_of_the_others_alone() {
    let three =
        "EMAIL;TYPE=PREF,WORK:a@x.example\nEMAIL;type=pref;X-Q=1:b@x.example\nEMAIL:c@x.example";
    let four = "EMAIL;PREF=1:a@x.example\nEMAIL;PREF=2:b@x.example\nEMAIL;PREF=3:c@x.example";
    for (version, lines) in [("3.0", three), ("4.0", four)] {
        let card = card(version, &format!("UID:a\nFN:Ann\nN:;Ann;;;\n{lines}"));
        for deleted in 0..3 {
            let mut book = book(&card);
            let mut all = details(&book, "Ann");
            all.remove(deleted);
            update(&mut book, &json!({ "details": all }));
            let now = exported(&book, None);
            assert_eq!(
                new_lines(&now, &card),
                Vec::<String>::new(),
                "{version} {deleted}"
            );
            let gone = lines.lines().nth(deleted).unwrap();
            assert_eq!(new_lines(&card, &now), [gone], "{version} {deleted}");
            // Which is preferred is the same in the book as in the card.
            let preferred = |book: &Book| {
                let details = self::details(book, "Ann");
                let preferred = details.iter().filter(|own| own["preferred"] == json!(true));
                preferred
                    .map(|own| own["value"].clone())
                    .collect::<Vec<_>>()
            };
            let first = if deleted == 0 {
                "b@x.example"
            } else {
                "a@x.example"
            };
            assert_eq!(preferred(&book), [first], "{version} {deleted}");
            assert_eq!(preferred(&self::book(&now)), [first], "{version} {deleted}");
        }
    }
}

#[test]
fn another_preferred_email_changes_the_lines_of_both_alone() {
    let lines = "EMAIL;PREF=1:a@x.example\nEMAIL;PREF=2:b@x.example\nEMAIL;PREF=3:c@x.example";
    let card = card("4.0", &format!("UID:a\nFN:Ann\nN:;Ann;;;\n{lines}"));
    for (preferred, come) in [
        (
            Some(2),
            &["EMAIL:a@x.example", "EMAIL;PREF=1:c@x.example"][..],
        ),
        (
            None,
            &[
                "EMAIL:a@x.example",
                "EMAIL:b@x.example",
                "EMAIL:c@x.example",
            ],
        ),
    ] {
        let mut book = book(&card);
        let mut all = details(&book, "Ann");
        for (at, detail) in all.iter_mut().enumerate() {
            detail["preferred"] = json!(Some(at) == preferred);
        }
        update(&mut book, &json!({ "details": all }));
        let now = exported(&book, None);
        assert_eq!(new_lines(&now, &card), come);
        let copy = self::book(&now);
        let read = details(&copy, "Ann");
        let read = read.iter().position(|own| own["preferred"] == json!(true));
        assert_eq!(read, preferred);
    }
}

#[test]
fn a_deleted_number_leaves_the_lines_of_the_others_alone() {
    let numbers = ["+442079460018", "+442079460019", "+442079460020"];
    let lines = |ranks: [u8; 3]| {
        let lines = ranks.iter().zip(numbers);
        let lines = lines.map(|(rank, number)| format!("TEL;PREF={rank}:{number}"));
        lines.collect::<Vec<_>>()
    };
    for (ranks, deleted, heir) in [
        ([1, 2, 3], 0, 2),
        ([1, 2, 3], 1, 0),
        ([1, 2, 3], 2, 0),
        ([3, 2, 1], 2, 0),
        ([1, 3, 2], 0, 2),
    ] {
        let lines = lines(ranks);
        let card = card(
            "4.0",
            &format!("UID:a\nFN:Ann\nN:;Ann;;;\n{}", lines.join("\n")),
        );
        let mut book = book(&card);
        let of = |book: &Book, at: usize| {
            let mut phones = named(book, "Ann").full.phones.into_iter();
            phones.find(|phone| phone.number == numbers[at])
        };
        let gone = of(&book, deleted).unwrap();
        book.store.delete_phone(gone.id, None).unwrap();
        assert!(of(&book, heir).unwrap().primary, "{ranks:?} {deleted}");
        let now = exported(&book, None);
        let copy = self::book(&now);
        assert!(of(&copy, heir).unwrap().primary, "{now}");
        for (at, line) in lines.iter().enumerate() {
            let stays = at != deleted && at != heir;
            assert!(
                !stays || now.lines().any(|own| own == line),
                "{line}\n{now}"
            );
        }
        let marks = now.matches("PREF=").count();
        assert_eq!(marks, 2, "{now}");
    }
}

#[test]
fn what_is_said_in_a_list_stays_in_one() {
    for (lines, sent, come) in [
        ("NICKNAME:a,b", json!({"nickname": "a, c"}), "NICKNAME:a,c"),
        ("NICKNAME:a,b", json!({"nickname": "b"}), "NICKNAME:b"),
        ("NICKNAME:a", json!({"nickname": "a, b"}), "NICKNAME:a\\, b"),
        ("ORG:a;b;c", json!({"department": "b, d"}), "ORG:a;b;d"),
        (
            "ORG:a;b\\, x;c",
            json!({"department": "b, x, d"}),
            "ORG:a;b\\, x;d",
        ),
        (
            "ORG:a;b;c",
            json!({"organisation": "A", "department": "b, c"}),
            "ORG:A;b;c",
        ),
        (
            "N:Lee;Ann;Q,R;Dr.,Prof.;",
            json!({"prefix": "Dr. Prof. h.c."}),
            "N:Lee;Ann;Q,R;Dr.,Prof.,h.c.;",
        ),
        (
            "ADR:;;1 Loop,Flat 2;Town;;;",
            json!({"details": [{"kind": "address", "value": {"street": "1 Loop, Flat 3", "locality": "Town"}}]}),
            "ADR:;;1 Loop,Flat 3;Town;;;",
        ),
    ] {
        let n = if lines.starts_with("N:") {
            ""
        } else {
            "N:Lee;Ann;;;\n"
        };
        let mut book = book(&card("3.0", &format!("UID:a\nFN:Ann Lee\n{n}{lines}")));
        let before = exported(&book, None);
        update(&mut book, &sent);
        let mut came = new_lines(&exported(&book, None), &before);
        came.retain(|line| !line.starts_with("FN:"));
        assert_eq!(came, [come], "{lines}");
    }
}

#[test]
fn a_street_that_a_book_has_on_one_line_leaves_its_lines_on_the_card() {
    let lines = "ADR;PREF=1;X-A=1:;;1 Loop\\nFlat 2;Town;;;\nADR;PREF=2:;;2 Loop;Town;;;";
    let card = card("4.0", &format!("UID:a\nFN:Ann\n{lines}"));
    let mut book = book(&card);
    assert_eq!(
        details(&book, "Ann")[0]["value"]["street"],
        "1 Loop\nFlat 2"
    );
    // As books have it that were written once.
    let mut details = details(&book, "Ann");
    details[0]["value"]["street"] = json!("1 Loop, Flat 2");
    update(&mut book, &json!({ "details": details }));
    assert_eq!(exported(&book, None), card);
    update(&mut book, &json!({ "nickname": "An" }));
    assert_eq!(
        new_lines(&card, &exported(&book, None)),
        Vec::<String>::new()
    );
}

#[test]
fn the_card_of_a_member_stays_as_it_came_beside_the_card_of_its_group() {
    let ann = card("4.0", "UID:a\nFN:Ann\nN:;Ann;;;\nEMAIL:a@x.example");
    let bo = card("4.0", "UID:b\nFN:Bo\nN:;Bo;;;\nCATEGORIES:Family");
    let cy = card("4.0", "UID:c\nFN:Cy\nN:;Cy;;;");
    let group = card("4.0", "UID:g\nKIND:group\nFN:Family\nMEMBER:a\nMEMBER:b");
    let all = format!("{ann}{bo}{cy}{group}");
    let mut book = book(&all);
    assert_eq!(named(&book, "Ann").full.contact.tags, ["Family"]);
    assert_eq!(exported(&book, None), all);
    // Edited, only what was edited changes, and the book takes it back as its own.
    let id = named(&book, "Ann").full.contact.id;
    let edit = |book: &mut Book, id, sent: Value| {
        let Value::Object(mut sent) = sent else {
            panic!()
        };
        sent.insert("overwrite".to_owned(), json!(true));
        let (sent, faults) = callbook::domain::contact::ContactAttributes::read(sent);
        book.store.update_contact(id, sent, faults).unwrap();
    };
    edit(&mut book, id, json!({ "nickname": "An" }));
    let edited = exported(&book, None);
    assert_eq!(new_lines(&edited, &all), ["NICKNAME:An"]);
    let file = File::open(edited.as_bytes(), "cards.vcf", &[]).unwrap();
    let again = callbook::import::all(&mut book.store, file).unwrap().value;
    assert_eq!((again.same, again.changed), (3, 0));
    // Who got the tag here is a member from then on, and who lost it is none.
    let id = named(&book, "Cy").full.contact.id;
    edit(&mut book, id, json!({ "tags": ["Family"] }));
    let id = named(&book, "Ann").full.contact.id;
    edit(&mut book, id, json!({ "tags": [] }));
    let now = exported(&book, None);
    assert_eq!(new_lines(&now, &edited), ["MEMBER:urn:uuid:c"]);
    assert_eq!(now.matches("CATEGORIES:Family").count(), 1, "{now}");
    assert!(!now.contains("MEMBER:a\r\n"), "{now}");
    // In another book all of it is the same.
    let copy = self::book(&edited);
    assert_eq!(named(&copy, "Ann").full.contact.tags, ["Family"]);
}

#[test]
fn a_group_and_a_tag_of_another_case_are_the_same() {
    let ann = card("4.0", "UID:a\nFN:Ann\nN:;Ann;;;\nCATEGORIES:family");
    let group = |lines: &str| card("4.0", &format!("UID:g\nKIND:group\nFN:Family\n{lines}"));
    let all = format!("{ann}{}", group("MEMBER:a"));
    let mut book = book(&all);
    assert_eq!(named(&book, "Ann").full.contact.tags, ["family"]);
    assert_eq!(exported(&book, None), all);
    // A newer card of the group without the member takes the tag, however either is written.
    let newer = group("MEMBER:z").replace("FN:Family", "FN:FAMILY");
    import(&mut book, newer.as_bytes());
    assert_eq!(named(&book, "Ann").full.contact.tags, Vec::<String>::new());
}

#[test]
fn phones_read_new_relations_and_days_without_a_year() {
    let mut book = book(&card("3.0", "UID:a\nFN:Ann\nN:;Ann;;;"));
    let details = json!([
        {"kind": "relation", "label": "spouse", "value": "Bo"},
        {"kind": "relation", "label": "Old boss", "value": "Cy"},
        {"kind": "date", "label": "anniversary", "value": "--06-01"},
        {"kind": "date", "label": "first met", "value": "2001-02-03"},
    ]);
    update(&mut book, &json!({ "details": details }));
    let three = exported(&book, None);
    let labelled = |name: &str, value: &str, label: &str| {
        let line = three
            .lines()
            .find(|line| line.ends_with(&format!("{name}:{value}")));
        let (group, _) = line.and_then(|line| line.split_once('.')).unwrap();
        let wanted = format!("{group}.X-ABLabel:{label}");
        assert!(
            three.lines().any(|line| line == wanted),
            "{wanted}\n{three}"
        );
    };
    labelled("X-ABRELATEDNAMES", "Bo", "_$!<Spouse>!$_");
    labelled("X-ABRELATEDNAMES", "Cy", "Old boss");
    labelled(
        "X-ABDATE;X-APPLE-OMIT-YEAR=1604",
        "1604-06-01",
        "_$!<Anniversary>!$_",
    );
    labelled("X-ABDATE", "2001-02-03", "first met");
    let four = String::from_utf8(book.exported(ExportForm::Cards(Some(Version::V40)))).unwrap();
    assert!(four.contains("\r\nANNIVERSARY:--0601\r\n"), "{four}");
    let said = |book: &Book| {
        let mut details = self::details(book, "Ann");
        for own in &mut details {
            own["id"] = json!(null);
        }
        details
    };
    for text in [&three, &four] {
        assert_eq!(said(&self::book(text)), said(&book), "{text}");
    }
}

/// A book that reads lines of other programs as details.
fn book_with_further(cards: &str) -> Book {
    let mut book = Book::new();
    book.store.learn_fields(&Format {
        fields: OwnFields::of_cards(),
    });
    import(&mut book, cards.as_bytes());
    book
}

/// The card of Ann Lee with these lines, once the value and the label of her first detail are others.
fn edited(version: &str, lines: &str, member: &str, to: &str) -> String {
    let card = card(
        version,
        &format!("UID:a\nFN:Ann Lee\nN:Lee;Ann;;;\n{lines}"),
    );
    let mut book = book_with_further(&card);
    let mut all = details(&book, "Ann Lee");
    all[0][member] = json!(to);
    update(&mut book, &json!({ "details": all }));
    let [after] = details(&book, "Ann Lee").try_into().unwrap();
    assert_eq!(after[member], to);
    let card = exported(&book, None);
    // It is read again as the same.
    let again = book_with_further(&card);
    let [read] = details(&again, "Ann Lee").try_into().unwrap();
    for member in ["kind", "label", "value"] {
        assert_eq!(read[member], after[member], "{card}");
    }
    card
}

#[test]
fn what_is_edited_of_a_line_is_written_as_the_line_was() {
    for version in ["3.0", "4.0"] {
        for (line, value, after) in [
            (
                "X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Anna;14;;",
                "vnd.android.cursor.item/relation;Anne;14;;",
                "X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Anne;14;;",
            ),
            ("X-FOO:a;b,c", "a;b,d", "X-FOO:a;b,d"),
            ("X-FOO:a;b,c", "a;b,c;d,e", "X-FOO:a;b,c;d,e"),
            ("X-FOO:a\\;b\\,c", "a;b,d;e", "X-FOO:a\\;b\\,d\\;e"),
            ("X-FOO:a\\;b;c", "a;b;d", "X-FOO:a\\;b;d"),
            ("X-FOO:a\\nb\\\\c", "a\nb\\d", "X-FOO:a\\nb\\\\d"),
            ("X-FOO:plain", "pl,ain", "X-FOO:pl\\,ain"),
            ("X-FOO:aa;aa", "aa;", "X-FOO:aa;"),
            (
                "HOBBY;LEVEL=high:sailing",
                "rowing",
                "HOBBY;LEVEL=high:rowing",
            ),
            (
                "item1.GENDER:O;she\\;her",
                "F;she;her",
                "item1.GENDER:F;she\\;her",
            ),
            (
                "TZ;VALUE=text:Europe/Rome",
                "Europe/Oslo",
                "TZ;VALUE=text:Europe/Oslo",
            ),
            (
                "URL:https://a.example/?x=1,2;y",
                "https://a.example/?x=1,3;y",
                "URL:https://a.example/?x=1,3;y",
            ),
        ] {
            let card = edited(version, line, "value", value);
            assert!(
                card.contains(&format!("\r\n{after}\r\n")),
                "{after}: {card}"
            );
        }
    }
}

#[test]
fn a_place_is_degrees_whatever_the_version() {
    for (version, line, to, after) in [
        ("3.0", "GEO:45.46;9.19", "45.5, 9.2", "GEO:45.5;9.2"),
        (
            "4.0",
            "GEO;PREF=1:geo:45.46,9.19;u=35",
            "45.5, 9.2",
            "GEO;PREF=1:geo:45.5,9.2",
        ),
        (
            "4.0",
            "GEO:geo:45.46,9.19",
            "by the lake",
            "GEO:by the lake",
        ),
    ] {
        let card = edited(version, line, "value", to);
        assert!(
            card.contains(&format!("\r\n{after}\r\n")),
            "{after}: {card}"
        );
    }
    // In both versions it says the same.
    let place = card("3.0", "UID:a\nFN:Ann Lee\nN:Lee;Ann;;;\nGEO:45.46;9.19\n");
    let book = book_with_further(&place);
    for version in [Version::V30, Version::V40] {
        let again = book_with_further(&exported(&book, Some(version)));
        assert_eq!(details(&again, "Ann Lee")[0]["value"], "45.46, 9.19");
    }
    // That of an address goes with the address.
    let lines = "item1.ADR:;;1 Main St;York;;;\nitem1.GEO:53.9;-1.1\n";
    let book = book_with_further(&card("3.0", &format!("UID:a\nFN:Ann Lee\n{lines}")));
    assert_eq!(details(&book, "Ann Lee").len(), 1);
}

#[test]
fn a_label_of_ones_own_takes_the_place_of_the_type() {
    for (lines, label, after) in [
        ("EMAIL;TYPE=HOME:a@b.example", "Ferien", "EMAIL:a@b.example"),
        (
            "EMAIL;TYPE=INTERNET,HOME;X-Z=1:a@b.example",
            "Ferien",
            "EMAIL;TYPE=INTERNET;X-Z=1:a@b.example",
        ),
        (
            "item1.X-ABRELATEDNAMES;TYPE=spouse:Bill\nitem1.X-ABLabel:_$!<Spouse>!$_",
            "Freundin",
            "X-ABRELATEDNAMES:Bill",
        ),
        (
            "item1.URL;TYPE=work;TYPE=pref:https://a.example",
            "Chor",
            "URL;TYPE=pref:https://a.example",
        ),
        (
            "ADR;TYPE=dom,home:;;1 Loop;Town;;;",
            "Ferien",
            "ADR;TYPE=dom:;;1 Loop;Town;;;",
        ),
    ] {
        let card = edited("3.0", lines, "label", label);
        let group = card.lines().find_map(|line| line.strip_suffix(after));
        let named = format!(
            "{}X-ABLabel:{label}",
            group.unwrap_or_else(|| panic!("{card}"))
        );
        assert!(card.lines().any(|line| line == named), "{named}: {card}");
    }
}

#[test]
fn what_a_card_says_twice_is_two_details() {
    let lines = "EMAIL;TYPE=HOME:q@x.example\nEMAIL;TYPE=WORK:Q@x.example\n\
        URL:https://yt.example/AbC\nURL:https://yt.example/aBc\nX-SKYPE:bob\nIMPP:skype:bob\n";
    let card = card("3.0", &format!("UID:a\nFN:Ann Lee\nN:Lee;Ann;;;\n{lines}"));
    let mut book = book_with_further(&card);
    update(&mut book, &json!({ "title": "Boss" }));
    let out = exported(&book, None);
    assert_eq!(new_lines(&card, &out), Vec::<String>::new(), "{out}");
    let mut all = details(&book, "Ann Lee");
    for at in [5, 3, 1] {
        all.remove(at);
    }
    update(&mut book, &json!({ "details": all }));
    let gone = new_lines(&card, &exported(&book, None));
    assert_eq!(
        gone,
        [
            "EMAIL;TYPE=WORK:Q@x.example",
            "URL:https://yt.example/aBc",
            "IMPP:skype:bob"
        ]
    );
}

#[test]
fn further_companies_titles_and_nicknames_are_details() {
    let lines = "NICKNAME:a,b\nNICKNAME;X-N=2:c,d\nTITLE:T1\nTITLE;X-N=2:T2\nROLE:R1\nROLE:R2\n\
        ORG;TYPE=work:Co;D1\nORG;TYPE=old:Co2;D2\n";
    let card = card("3.0", &format!("UID:a\nFN:Ann Lee\nN:Lee;Ann;;;\n{lines}"));
    let mut book = book_with_further(&card);
    let said = |book: &Book| -> Vec<String> {
        let own = details(book, "Ann Lee").into_iter();
        own.map(|own| format!("{} {}", own["label"], own["value"]).replace('"', ""))
            .collect()
    };
    assert_eq!(
        said(&book),
        ["nickname c,d", "title T2", "role R2", "company Co2;D2"]
    );
    assert_eq!(exported(&book, None), card);
    // Each is edited on its own line.
    let mut all = details(&book, "Ann Lee");
    all[0]["value"] = json!("c,e");
    all[1]["value"] = json!("T9");
    update(&mut book, &json!({ "details": all, "role": "R9" }));
    let out = exported(&book, None);
    assert_eq!(
        new_lines(&out, &card),
        ["NICKNAME;X-N=2:c,e", "TITLE;X-N=2:T9", "ROLE:R9"]
    );
    // What is cleared takes only its own line along.
    update(
        &mut book,
        &json!({ "title": null, "organisation": null, "department": null }),
    );
    let out = exported(&book, None);
    assert!(
        !out.contains("T1") && out.contains("TITLE;X-N=2:T9"),
        "{out}"
    );
    assert!(
        !out.contains("ORG;TYPE=work") && out.contains("ORG;TYPE=old:Co2;D2"),
        "{out}"
    );
    assert_eq!(
        said(&book),
        ["nickname c,e", "title T9", "role R2", "company Co2;D2"]
    );
}
