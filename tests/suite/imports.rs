//! What is imported: several files and folders in one step, and what is said of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::support::Book;
use crate::support::desk::Desk;
use callbook::domain::contact::{Contact, ContactAttributes, ContactId, Detail};
use callbook::domain::duplicates::Merge;
use callbook::domain::edit::Done;
use callbook::domain::import::{
    CardPlace, Choices, Extent, GroupCard, ImportPlan, ImportReport, Incoming, Intake, Kept,
};
use callbook::domain::intake::ParsedCard;
use callbook::domain::listing::{ListQuery, Selection};
use callbook::domain::notice::{Notice, NoticeKind};
use callbook::domain::number::Region;
use callbook::domain::refusal::Refusal;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::exchange::charset::Charset;
use callbook::exchange::vcard::{self, Version};
use callbook::export::ExportForm;
use callbook::import::{Batch, File};
use serde_json::json;

/// Files in a folder of their own.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { folder }
    }

    fn batch(&self, names: &[&str]) -> Result<Batch<'static>, Refusal> {
        let paths: Vec<PathBuf> = names
            .iter()
            .map(|name| self.folder.path().join(name))
            .collect();
        Batch::of(&paths)
    }
}

fn card(uid: &str, name: &str, number: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nTEL:{number}\r\nEND:VCARD\r\n")
}

fn import(book: &mut Book, batch: Batch<'_>) -> Done<ImportReport> {
    callbook::import::all(&mut book.store, batch).unwrap()
}

fn plan(book: &mut Book, batch: Batch<'_>) -> ImportPlan {
    let rehearsal = callbook::import::rehearse(&mut book.store, batch, &Choices::new());
    rehearsal.unwrap().plan
}

fn names(book: &Book) -> Vec<String> {
    let rows = book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn files_of_every_form_are_one_step() {
    let files = Files::new(&[
        ("a.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        (
            "b.csv",
            "Name,Phone\nBea,+39 02 5550 1183\nCid,+39 02 5550 1184\n",
        ),
        ("c.vcf", &card("4", "Dee", "+39 02 5550 1185")),
    ]);
    let all = ["a.vcf", "b.csv", "c.vcf"];
    let mut book = Book::new();

    let planned = plan(&mut book, files.batch(&all).unwrap());
    let places: Vec<_> = planned.rows.iter().map(|row| row.place.card).collect();
    assert_eq!(places, [1, 2, 3, 4], "cards are counted through all files");
    assert_eq!(planned.files.of(3), ("b.csv", 2));
    assert_eq!(planned.files.of(4), ("c.vcf", 1));

    let done = import(&mut book, files.batch(&all).unwrap());
    assert_eq!(done.value.new, 4);
    assert_eq!(done.point.unwrap().title, "Imported a.vcf and 2 others");
    assert_eq!(names(&book), ["Ann", "Bea", "Cid", "Dee"]);
    let phones = |name: &str| {
        let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
        let row = rows.into_iter().find(|row| row.name == name).unwrap();
        book.phones(row.id)
    };
    assert_eq!(phones("Bea")[0].source, "csv");
    assert_eq!(phones("Dee")[0].source, "vcard");
    book.store.undo().unwrap();
    assert_eq!(
        names(&book),
        <[&str; 0]>::default(),
        "one undo takes all of it back"
    );
}

#[test]
fn a_folder_gives_its_cards_and_names_what_it_ignored() {
    let files = Files::new(&[
        ("book/work/one.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        ("book/two.VCF", &card("2", "Bea", "+39 02 5550 1183")),
        ("book/displayname", "Work"),
        (
            "book/.cache/three.vcf",
            &card("3", "Hidden", "+39 02 5550 1184"),
        ),
    ]);
    let mut book = Book::new();
    let done = import(&mut book, files.batch(&["book"]).unwrap());
    assert_eq!(names(&book), ["Ann", "Bea"]);
    assert_eq!(done.point.unwrap().title, "Imported book (2 files)");
    let notice = &done.value.notices[0];
    assert_eq!(notice.kind, NoticeKind::IgnoredFiles);
    assert_eq!(
        notice.words(),
        "1 file was not read in book, such as \"displayname\"; of a folder, .vcf files are read"
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_file_and_line() {
    let bad = "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:nobody\r\nEND:VCARD\r\n";
    let files = Files::new(&[
        ("a/1.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        (
            "a/2.vcf",
            &format!("{}{bad}", card("2", "Bea", "+39 02 5550 1183")),
        ),
        ("a/3.vcf", ""),
        ("a/4.vcf", &card("4", "Dee", "+39 02 5550 1185")),
        ("b.csv", "one,two\n1,2\n"),
    ]);
    let batch = || files.batch(&["a", "b.csv"]).unwrap();
    let mut book = Book::new();
    let planned = plan(&mut book, batch());
    let told = planned.told();
    assert!(told.contains("2.vcf:7: has no name"), "{told}");
    let folder = book.folder.path().to_owned();
    let report = import(&mut book, batch().keeping(Ok(folder))).value;
    assert_eq!(names(&book), ["Ann", "Bea", "Dee"]);
    let rejects: Vec<(&str, usize)> = report
        .rejects
        .iter()
        .map(|reject| (report.files.of(reject.place.card).0, reject.place.line))
        .collect();
    assert_eq!(rejects, [("2.vcf", 7), ("3.vcf", 1), ("b.csv", 1)]);

    let Kept::In(kept) = &report.kept else {
        panic!("{:?}", report.kept)
    };
    let kept = fs::read_to_string(kept).unwrap();
    assert!(kept.starts_with("# 2.vcf, line 7: has no name"), "{kept}");
}

#[test]
fn what_is_not_there_or_holds_no_card_is_refused_before_anything_is_read() {
    let files = Files::new(&[
        ("a.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        ("empty/notes.txt", "nothing"),
    ]);
    let refused = |names: &[&str]| files.batch(names).err().unwrap().to_string();
    assert!(refused(&["a.vcf", "b.vcf"]).contains("b.vcf: No such file"));
    assert!(refused(&["empty"]).ends_with("empty has no .vcf files in it"));
}

#[test]
fn a_later_file_renames_whom_an_earlier_one_named() {
    let files = Files::new(&[
        ("old.vcf", &card("1", "Ann Bee", "+39 02 5550 1182")),
        ("new.vcf", &card("1", "Ann Cee", "+39 02 5550 1182")),
    ]);
    let mut book = Book::new();
    import(&mut book, files.batch(&["old.vcf"]).unwrap());
    import(&mut book, files.batch(&["new.vcf"]).unwrap());
    assert_eq!(names(&book), ["Ann Cee"]);
}

/// Imports what a file of this name holds.
fn take(book: &mut Book, name: &str, text: &str) -> ImportReport {
    let file = File::open(text.as_bytes(), name, &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap().value
}

fn only(book: &Book) -> ContactId {
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].id
}

/// Renames a contact, as a person does.
fn rename(book: &mut Book, id: ContactId, name: &str) {
    let sent = ContactAttributes {
        name: Some(Some(name.to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    book.store.update_contact(id, sent, Vec::new()).unwrap();
}

const TABLE: &str = "Name,Phone,Email\nAnn Bee,+39 02 5550 1182,ann@example.org\n";

/// The same contact as a card without a UID, as one with it, as a row, and as a line of a book.
fn forms() -> Vec<(&'static str, String)> {
    let without = card("", "Ann Bee", "+39 02 5550 1182").replace("UID:\r\n", "");
    let line = "{\"callbook\":1}\n{\"type\":\"contacts\",\"attributes\":{\"name\":\"Ann Bee\"},\
                \"phones\":[{\"attributes\":{\"number\":\"+390255501182\"}}]}\n";
    vec![
        ("a.vcf", without),
        ("b.vcf", card("ann-1", "Ann Bee", "+39 02 5550 1182")),
        ("c.csv", TABLE.to_owned()),
        ("d.jsonl", line.to_owned()),
    ]
}

#[test]
fn the_same_file_again_brings_nothing_back_that_was_corrected() {
    for (name, text) in forms() {
        let mut book = Book::new();
        take(&mut book, name, &text);
        let ann = only(&book);
        rename(&mut book, ann, "Anna Beeler");
        let phone = book.phones(ann)[0].id;
        book.set(phone, json!({ "number": "+390255501199" }));
        let report = take(&mut book, name, &text);
        assert_eq!(
            (report.new, report.changed, report.same),
            (0, 0, 1),
            "{name}"
        );
        assert_eq!(names(&book), ["Anna Beeler"], "{name}");
        assert_eq!(book.phones(ann).len(), 1, "{name}");
        assert_eq!(book.phones(ann)[0].number, "+390255501199", "{name}");
    }
}

#[test]
fn what_another_file_only_confirmed_is_known_by_it_too() {
    let mut book = Book::new();
    let forms = forms();
    for (name, text) in &forms {
        take(&mut book, name, text);
    }
    let ann = only(&book);
    rename(&mut book, ann, "Anna Beeler");
    let phone = book.phones(ann)[0].id;
    book.set(phone, json!({ "number": "+390255501199" }));
    for (name, text) in &forms {
        let report = take(&mut book, name, text);
        assert_eq!((report.new, report.changed), (0, 0), "{name}");
    }
    assert_eq!(book.phones(ann).len(), 1);
}

#[test]
fn a_file_whose_import_was_undone_comes_in_again() {
    for (name, text) in forms() {
        let mut book = Book::new();
        take(&mut book, name, &text);
        book.store.undo().unwrap();
        assert_eq!(take(&mut book, name, &text).new, 1, "{name}");
        book.store.undo().unwrap();
        book.store.redo().unwrap();
        assert_eq!(take(&mut book, name, &text).same, 1, "{name}");
    }
    // The same where the import had added to a contact that was there.
    let mut book = Book::new();
    take(
        &mut book,
        "a.vcf",
        &card("1", "Ann Bee", "+39 02 5550 1182"),
    );
    let more = card("1", "Ann Bee", "+39 02 5550 1182\r\nTEL:+39 02 5550 1183");
    assert_eq!(take(&mut book, "a.vcf", &more).changed, 1);
    book.store.undo().unwrap();
    assert_eq!(take(&mut book, "a.vcf", &more).changed, 1);
}

#[test]
fn a_card_that_was_merged_away_is_known_as_the_contact_it_was_merged_into() {
    let mut book = Book::new();
    take(
        &mut book,
        "a.vcf",
        &card("1", "Ann Bee", "+39 02 5550 1182"),
    );
    let other = card("2", "Ann B", "+39 02 5550 1183");
    take(&mut book, "b.vcf", &other);
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    let id = |name: &str| rows.iter().find(|row| row.name == name).unwrap().id;
    let merge = Merge {
        contacts: vec![id("Ann Bee"), id("Ann B")],
        picks: BTreeMap::new(),
    };
    book.perform(&Task::Merge(vec![merge]), Seen::Nothing)
        .unwrap();
    assert_eq!(take(&mut book, "b.vcf", &other).same, 1);
    only(&book);
}

#[test]
fn a_row_whose_column_is_read_now_is_not_the_same_row() {
    let table = "Name,Wo\nAnn Bee,+39 02 5550 1182\n";
    let mut book = Book::new();
    let open = |maps: &[&str]| {
        let maps: Vec<String> = maps.iter().map(|map| (*map).to_owned()).collect();
        File::open(table.as_bytes(), "a.csv", &maps).unwrap()
    };
    callbook::import::all(&mut book.store, open(&["Wo=note"])).unwrap();
    callbook::import::all(&mut book.store, open(&["Wo=phone:work"])).unwrap();
    let phones: usize = names(&book).len();
    assert!(phones >= 1);
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    let numbers: usize = rows.iter().map(|row| book.phones(row.id).len()).sum();
    assert_eq!(numbers, 1);
}

#[test]
fn one_uid_with_two_names_is_two_people_and_is_told() {
    let file = format!(
        "{}{}",
        card("same-uid-1", "Anna Alpha", "+46 70 174 06 05"),
        card("same-uid-1", "Beta Barbers", "+46 8 123 456 78")
    );
    let mut book = Book::new();
    let planned = plan(
        &mut book,
        File::open(file.as_bytes(), "a.vcf", &[]).unwrap().into(),
    );
    let told = planned.told();
    assert!(
        told.contains("UID same-uid-1 of another person, such as \"Anna Alpha and Beta Barbers\""),
        "{told}"
    );
    let report = take(&mut book, "a.vcf", &file);
    assert_eq!(report.new, 2);
    assert_eq!(report.notices[0].kind, NoticeKind::SharedUid);
    let again = take(&mut book, "a.vcf", &file);
    assert_eq!((again.new, again.changed, again.same), (0, 0, 2));
    // A later version of one of them changes that one only.
    let later = file.replace("456 78", "456 79");
    let report = take(&mut book, "b.vcf", &later);
    assert_eq!((report.new, report.changed, report.same), (0, 1, 1));
    assert_eq!(names(&book), ["Anna Alpha", "Beta Barbers"]);
}

#[test]
fn what_is_historic_here_stays_so_unless_a_line_of_ours_says_otherwise() {
    let with = |extra: &str| {
        let number = format!("+39 02 5550 1182\r\nTEL:+39 02 5550 1183{extra}");
        card("ann-1", "Ann Bee", &number)
    };
    let ours = |historic: &str| {
        format!("\r\nX-CALLBOOK-TEL;NUMBER=+39 02 5550 1182;HISTORIC={historic}:manual")
    };
    for (uid, name, text) in [
        ("ann-1", "b.vcf", with("\r\nNICKNAME:A")),
        (
            "ann-1",
            "b.vcf",
            with("\r\nNICKNAME:A").replace("UID:ann-1\r\n", ""),
        ),
        ("ann-1", "c.csv", TABLE.to_owned()),
        // Our own card, of which another program has dropped our line.
        ("ours", "b.vcf", with("\r\nNICKNAME:A")),
    ] {
        let mut book = Book::new();
        let first = if uid == "ours" {
            with(&ours("TRUE"))
        } else {
            with("")
        };
        take(&mut book, "a.vcf", &first);
        let ann = only(&book);
        let number = |book: &Book| {
            let phones = book.phones(ann);
            phones
                .into_iter()
                .find(|phone| phone.number == "+390255501182")
                .unwrap()
        };
        let before = number(&book);
        if uid != "ours" {
            book.set(
                before.id,
                json!({ "historic": true, "valid_values": false }),
            );
        }
        let before = number(&book);
        assert!(before.historic);
        let report = take(&mut book, name, &text);
        let after = number(&book);
        assert!(after.historic && !after.primary, "{name}");
        assert_eq!(after.valid_values, before.valid_values, "{name}");
        let told = report.notices.iter().map(Notice::words).collect::<String>();
        assert!(
            told.contains("1 number stays historic, such as \"+39 02 5550 1182 of Ann Bee\""),
            "{told}"
        );
        // Our own line says it.
        take(&mut book, "d.vcf", &with(&ours("FALSE")));
        assert!(uid == "ours" || !number(&book).historic, "{name}");
    }
}

#[test]
fn an_email_is_the_same_whatever_its_label_and_case() {
    let vcf = card(
        "",
        "Ann Bee",
        "+39 02 5550 1182\r\nEMAIL;TYPE=INTERNET,HOME:Ann@Example.org",
    )
    .replace("UID:\r\n", "");
    let csv = "First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n\
               Ann,Bee,* ,ann@example.org,* ,+39 02 5550 1182\n";
    let mut book = Book::new();
    take(&mut book, "a.vcf", &vcf);
    take(&mut book, "b.csv", csv);
    let ann = book.store.contact(only(&book)).unwrap();
    assert_eq!(ann.details.len(), 1, "{:?}", ann.details);
    // Nor is it another one where an email is all there is.
    let mut book = Book::new();
    let email = |label: &str, email: &str| {
        format!("BEGIN:VCARD\r\nFN:Ann Bee\r\nEMAIL;TYPE={label}:{email}\r\nEND:VCARD\r\n")
    };
    take(&mut book, "a.vcf", &email("HOME", "ann@example.org"));
    take(&mut book, "b.vcf", &email("WORK", "ANN@example.org"));
    only(&book);
}

#[test]
fn names_of_east_asia_are_known_in_either_order() {
    let cards = [
        "BEGIN:VCARD\r\nFN:見本 花子\r\nN:見本;花子;;;\r\nTEL:+81 90 0000 0000\r\nEND:VCARD\r\n",
        "BEGIN:VCARD\r\nFN:花子 見本\r\nN:見本;花子;;;\r\nTEL:+81 90 0000 0000\r\nEND:VCARD\r\n",
        "BEGIN:VCARD\r\nFN:見本花子\r\nTEL:+81 90 0000 0000\r\nEND:VCARD\r\n",
    ];
    let table = "First Name,Last Name,Phone 1 - Value\n花子,見本,+81 90 0000 0000\n";
    for first in cards {
        for second in cards {
            let mut book = Book::new();
            take(&mut book, "a.vcf", first);
            take(&mut book, "b.vcf", second);
            take(&mut book, "c.csv", table);
            only(&book);
        }
    }
    // With an email only, too.
    let mut book = Book::new();
    let email = |card: &str| card.replace("TEL:+81 90 0000 0000", "EMAIL:hanako@example.org");
    take(&mut book, "a.vcf", &email(cards[0]));
    take(&mut book, "b.vcf", &email(cards[1]));
    only(&book);
}

#[test]
fn a_changed_card_does_not_bring_back_what_was_taken_out_here() {
    let first = "BEGIN:VCARD\r\nFN:Ann Bee\r\nTEL:+39 02 5550 1182\r\nTEL:+39 02 5550 1183\r\n\
                 EMAIL:old@example.org\r\nTITLE:Baker\r\nEND:VCARD\r\n";
    let mut book = Book::new();
    take(&mut book, "a.vcf", first);
    let ann = only(&book);
    let phones = book.phones(ann);
    let second = phones
        .iter()
        .find(|phone| phone.number.ends_with("83"))
        .unwrap();
    book.set(second.id, json!({ "number": "+390255501199" }));
    let sent = ContactAttributes {
        details: Some(Vec::new()),
        title: Some(None),
        overwrite: true,
        ..ContactAttributes::default()
    };
    book.store.update_contact(ann, sent, Vec::new()).unwrap();
    let changed = first.replace("TITLE", "NICKNAME:A\r\nTITLE");
    take(&mut book, "a.vcf", &changed);
    let contact = book.store.contact(only(&book)).unwrap();
    assert_eq!(contact.nickname.as_deref(), Some("A"));
    assert_eq!((contact.details.len(), contact.title), (0, None));
    let mut numbers: Vec<_> = book
        .phones(ann)
        .into_iter()
        .map(|phone| phone.number)
        .collect();
    numbers.sort();
    assert_eq!(numbers, ["+390255501182", "+390255501199"]);
}

#[test]
fn the_country_that_a_number_was_read_with_is_told_and_can_be_chosen() {
    let table = "Name,Phone,Address\n\
                 Ann,030 901820,\"1 Main St, Berlin, Germany\"\n\
                 Bea,213 456 7890,\n\
                 Cid,123456789012345678,\n\
                 Dee,112,\n";
    let mut book = Book::new();
    let report = take(&mut book, "a.csv", table);
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    let phone = |name: &str| {
        let row = rows.iter().find(|row| row.name == name).unwrap();
        book.phones(row.id).remove(0)
    };
    assert_eq!(phone("Ann").number, "+4930901820");
    assert!(!phone("Ann").valid_values, "the country is a guess");
    assert_eq!(phone("Bea").number, "+12134567890");
    assert!(phone("Bea").valid_values);
    assert!(!phone("Cid").valid_values, "nobody can dial it");
    assert!(phone("Dee").valid_values, "a short number");
    let told: Vec<String> = report.notices.iter().map(Notice::words).collect();
    assert_eq!(
        told,
        [
            "1 national number read as numbers of Germany, the country of an address, such as \
             \"030 901820\"; they start unconfirmed",
            "1 national number read as numbers of United States, such as \"213 456 7890\"; change \
             it with --country",
            "1 number is not possible, such as \"123456789012345678\"; stored as \
             written, unconfirmed; read numbers of another country with --country",
        ]
    );

    // A card's own word on it stands.
    let checked = card(
        "cid",
        "Cid",
        "123456789012345678\r\nX-CALLBOOK-TEL;NUMBER=123456789012345678;ACCURATE=TRUE:manual",
    );
    let mut book = Book::new();
    take(&mut book, "a.vcf", &checked);
    assert!(book.phones(only(&book))[0].valid_values);

    // The country can be chosen before.
    let mut book = Book::new();
    let file = File::open("Name,Phone\nAnn,02 5550 1182\n".as_bytes(), "a.csv", &[]).unwrap();
    let batch = Batch::from(file).of_country(Region::new("IT"));
    let planned = plan(&mut book, batch);
    let number = &planned.rows[0].numbers[0];
    assert_eq!(number.said, "02 5550 1182");
    assert_eq!(number.stored, "+39 02 5550 1182");
    assert!(
        planned
            .told()
            .contains("02 5550 1182 is stored as +39 02 5550 1182")
    );
}

/// Cards with groups after them, as a reader that knows groups hands them to the store.
fn with_groups(book: &mut Book, groups: &[GroupCard]) -> Done<ImportReport> {
    let contact = |uid: &str| Incoming {
        place: CardPlace { card: 1, line: 1 },
        said: ParsedCard {
            contact: ContactAttributes {
                name: Some(Some(format!("Name {uid}"))),
                uid: Some(Some(uid.to_owned())),
                ..ContactAttributes::default()
            },
            ..ParsedCard::default()
        },
        card: format!("BEGIN:VCARD\r\nUID:{uid}\r\nFN:Name {uid}\r\nEND:VCARD\r\n").into_bytes(),
    };
    let mut handed = crate::support::Handed::of(vec![contact("aaa-1"), contact("urn:uuid:aaa-2")]);
    handed.groups = groups.to_vec();
    let choices = Choices::new();
    let intake = Intake {
        choices: &choices,
        country: None,
        format: &vcard::Format::default(),
        run: None,
    };
    book.store
        .import(&mut handed, &intake, "Imported", Seen::Nothing)
        .unwrap()
}

fn group(name: &str, members: &[&str]) -> GroupCard {
    let list = members.join("\r\nMEMBER:");
    GroupCard {
        place: CardPlace { card: 9, line: 9 },
        name: name.to_owned(),
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        extent: Extent::Whole,
        card: format!("BEGIN:VCARD\r\nUID:g-1\r\nFN:{name}\r\nMEMBER:{list}\r\nEND:VCARD\r\n")
            .into_bytes(),
    }
}

#[test]
fn a_group_becomes_a_tag_of_its_members_in_the_same_step() {
    let mut book = Book::new();
    let tags = |book: &Book| -> Vec<Vec<String>> {
        let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
        rows.iter()
            .map(|row| book.store.contact(row.id).unwrap().tags)
            .collect()
    };
    let choir = [group("Choir", &["aaa-1", "aaa-2", "gone"])];
    let done = with_groups(&mut book, &choir);
    assert_eq!(tags(&book), [["Choir"], ["Choir"]]);
    let told: Vec<String> = done.value.notices.iter().map(Notice::words).collect();
    assert_eq!(
        told,
        [
            "group \"Choir\" becomes a tag of 2 contacts, such as \"Name aaa-1\"",
            "1 member of group \"Choir\" is not in the book, such as \"gone\"",
        ]
    );
    // Who lost the tag here stays without it when the same file comes again.
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    let sent = ContactAttributes {
        tags: Some(Vec::new()),
        overwrite: true,
        ..ContactAttributes::default()
    };
    book.store
        .update_contact(rows[0].id, sent, Vec::new())
        .unwrap();
    with_groups(&mut book, &choir);
    assert_eq!(tags(&book), [vec![], vec!["Choir".to_owned()]]);
    // A newer card of the group takes out whom it leaves out, and gives nobody the tag again.
    with_groups(&mut book, &[group("Choir", &["aaa-1"])]);
    assert_eq!(tags(&book), [Vec::<String>::new(), vec![]]);

    // One undo takes the contacts and their tags back; then the group is new again.
    let mut book = Book::new();
    with_groups(&mut book, &choir);
    book.store.undo().unwrap();
    assert_eq!(names(&book).len(), 0);
    with_groups(&mut book, &choir);
    assert_eq!(tags(&book), [["Choir"], ["Choir"]]);
}

#[test]
fn a_group_goes_out_again_with_its_members_as_they_are_now() {
    let cards = format!(
        "{}{}{}BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g-2\r\nKIND:group\r\nFN:Club\r\n\
         MEMBER:urn:uuid:aaa-1\r\nMEMBER:urn:uuid:aaa-2\r\nMEMBER:urn:uuid:gone\r\nEND:VCARD\r\n",
        card("aaa-1", "Anna", "+12134567010"),
        card("aaa-2", "Bea", "+12134567011"),
        card("aaa-3", "Cid", "+12134567012"),
    );
    let mut book = Book::new();
    assert_eq!(take(&mut book, "a.vcf", &cards).new, 3);
    let exported = |book: &Book| {
        let all = Selection::Shown(ListQuery::default());
        let mut out = Vec::new();
        callbook::export::stream(&book.store, &all, ExportForm::Cards(None), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (_, group) = cards.split_at(cards.find("BEGIN:VCARD\r\nVERSION:4.0").unwrap());
    assert!(exported(&book).ends_with(group), "byte for byte");
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    for (name, tags) in [("Anna", vec![]), ("Cid", vec!["Club".to_owned()])] {
        let id = rows.iter().find(|row| row.name == name).unwrap().id;
        let sent = ContactAttributes {
            tags: Some(tags),
            overwrite: true,
            ..ContactAttributes::default()
        };
        book.store.update_contact(id, sent, Vec::new()).unwrap();
    }
    let changed = group
        .replace("MEMBER:urn:uuid:aaa-1\r\n", "")
        .replace("gone\r\n", "gone\r\nMEMBER:urn:uuid:aaa-3\r\n");
    let out = exported(&book);
    assert!(out.ends_with(&changed), "{out}");
    // What went out comes in again with nothing new.
    let again = take(&mut book, "b.vcf", &out);
    assert_eq!((again.new, again.changed), (0, 0));
    assert_eq!(exported(&book), out);
    book.store.undo_back_to(1, Seen::Nothing).unwrap();
    assert!(!exported(&book).contains("KIND:group"));
}

#[test]
fn the_charset_of_cards_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vcf");
    // "Иван" in windows-1251.
    fs::write(
        &path,
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:\xC8\xE2\xE0\xED\r\nTEL:+79161234567\r\nEND:VCARD\r\n",
    )
    .unwrap();
    let mut book = Book::new();
    let batch = Batch::of(&[path]).unwrap();
    import(&mut book, batch.in_charset(Charset::named("windows-1251")));
    assert_eq!(names(&book), ["Иван"]);
}

/// Three people, the first two of whom are in a club, with somebody who is not in the book.
fn club() -> String {
    format!(
        "{}{}{}BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g-2\r\nKIND:group\r\nFN:Club\r\n\
         MEMBER:urn:uuid:aaa-1\r\nMEMBER:urn:uuid:aaa-2\r\nMEMBER:urn:uuid:gone\r\nEND:VCARD\r\n",
        card("aaa-1", "Anna", "+12134567010"),
        card("aaa-2", "Bea", "+12134567011"),
        card("aaa-3", "Cid", "+12134567012"),
    )
}

fn exported(book: &Book, text: &str, form: ExportForm) -> String {
    let query = ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    };
    let mut out = Vec::new();
    callbook::export::stream(&book.store, &Selection::Shown(query), form, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_group_of_which_a_part_is_exported_names_that_part_and_nobody_loses_a_tag_by_it() {
    let mut book = Book::new();
    take(&mut book, "a.vcf", &club());
    let whole = exported(&book, "", ExportForm::Cards(None));
    let part = exported(&book, "anna", ExportForm::Cards(None));
    assert!(
        part.ends_with(
            "KIND:group\r\nFN:Club\r\nMEMBER:urn:uuid:aaa-1\r\nX-CALLBOOK-MEMBERS:PART\r\nEND:VCARD\r\n"
        ),
        "{part}"
    );
    assert!(!exported(&book, "cid", ExportForm::Cards(None)).contains("group"));
    // Here nobody loses the tag by it, and the whole card stays.
    let again = take(&mut book, "b.vcf", &part);
    assert_eq!((again.new, again.changed), (0, 0));
    assert_eq!(exported(&book, "", ExportForm::Cards(None)), whole);
    assert_eq!(
        exported(&book, "tag:club", ExportForm::Cards(None))
            .matches("TEL")
            .count(),
        2
    );
    // Elsewhere the tag comes along, and a group that is whole again says so.
    let mut other = Book::new();
    take(&mut other, "b.vcf", &part);
    assert_eq!(other.store.groups(None).unwrap().len(), 1);
    let out = exported(&other, "", ExportForm::Cards(None));
    assert!(
        out.contains("MEMBER:urn:uuid:aaa-1") && !out.contains("PART"),
        "{out}"
    );
}

#[test]
fn a_group_goes_out_in_the_version_that_is_asked_for_and_in_a_file_of_its_own() {
    let mut book = Book::new();
    take(&mut book, "a.vcf", &club());
    let apples = exported(&book, "", ExportForm::Cards(Some(Version::V30)));
    let (_, group) = apples.rsplit_once("BEGIN:VCARD\r\n").unwrap();
    for line in [
        "VERSION:3.0",
        "X-ADDRESSBOOKSERVER-KIND:group",
        "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:aaa-2",
        "FN:Club",
        "N:;;;;",
    ] {
        assert!(group.contains(&format!("{line}\r\n")), "{line}: {group}");
    }
    let mut other = Book::new();
    take(&mut other, "a.vcf", &apples);
    let four = exported(&other, "", ExportForm::Cards(Some(Version::V40)));
    let (_, group) = four.rsplit_once("BEGIN:VCARD\r\n").unwrap();
    for line in [
        "VERSION:4.0",
        "KIND:group",
        "MEMBER:urn:uuid:aaa-2",
        "FN:Club",
    ] {
        assert!(group.contains(&format!("{line}\r\n")), "{line}: {group}");
    }
    assert!(!group.contains("X-ADDRESSBOOKSERVER"), "{group}");

    let folder = tempfile::tempdir().unwrap();
    let split = |text: &str, place: &str| {
        let query = ListQuery {
            text: text.to_owned(),
            ..ListQuery::default()
        };
        let place = folder.path().join(place);
        let selection = Selection::Shown(query);
        let stays = callbook::domain::files::There::Stays;
        let written =
            callbook::export::files(&book.store, &selection, None, &place, stays).unwrap();
        (written, fs::read_dir(place).unwrap().count())
    };
    assert_eq!(split("", "all"), (3, 4));
    assert_eq!(split("bea", "one"), (1, 2));
    assert_eq!(split("cid", "none"), (1, 1));
    let mut again = Book::new();
    let batch = Batch::of(&[folder.path().join("all")]).unwrap();
    import(&mut again, batch);
    assert_eq!(again.store.groups(None).unwrap().len(), 1);
}

#[test]
fn the_groups_of_a_book_are_in_its_export_as_json_and_are_undone_with_their_import() {
    let mut book = Book::new();
    take(&mut book, "a.vcf", &club());
    let lines = exported(&book, "", ExportForm::Book);
    assert!(
        lines.lines().last().unwrap().contains("\"groups\""),
        "{lines}"
    );
    let mut other = Book::new();
    let report = take(&mut other, "a.json", &lines);
    assert_eq!((report.new, report.unreadable()), (3, 0));
    let cards = |book: &Book| exported(book, "", ExportForm::Cards(None));
    let (_, group) = club()
        .split_once("BEGIN:VCARD\r\nVERSION:4.0")
        .map(|(a, b)| (a.len(), b.to_owned()))
        .unwrap();
    assert!(cards(&other).ends_with(&group));
    assert_eq!(take(&mut other, "a.json", &lines).new, 0);
    assert_eq!(other.store.groups(None).unwrap().len(), 1);

    // A newer card of the group is undone and redone with its import.
    let newer = club().replace("MEMBER:urn:uuid:aaa-2\r\n", "MEMBER:urn:uuid:aaa-3\r\n");
    take(&mut other, "c.vcf", &newer);
    let tagged = |book: &Book| exported(book, "tag:club", ExportForm::Cards(None));
    assert!(tagged(&other).contains("FN:Cid") && !tagged(&other).contains("FN:Bea"));
    other.store.undo().unwrap();
    assert!(tagged(&other).contains("FN:Bea") && !tagged(&other).contains("FN:Cid"));
    assert!(cards(&other).ends_with(&group));
    other.store.redo().unwrap();
    assert!(tagged(&other).contains("FN:Cid") && !tagged(&other).contains("FN:Bea"));
    let refused = take(
        &mut Book::new(),
        "a.json",
        "{\"callbook\":1}\n{\"type\":\"groups\",\"card\":\"x\"}\n",
    );
    assert_eq!(refused.unreadable(), 1);
}

#[test]
fn a_changed_row_does_not_bring_a_corrected_number_back() {
    for (number, kept) in [(Some("+39 02 5550 1199"), true), (None, false)] {
        let mut book = Book::new();
        take(&mut book, "a.csv", "Name,Phone\nAnn Bee,+39 02 5550 1182\n");
        let id = only(&book);
        let phone = book.store.profile(id).unwrap().full.phones.remove(0);
        match number {
            Some(number) => {
                let sent = callbook::domain::phone::PhoneAttributes {
                    number: Some(number.to_owned()),
                    overwrite: true,
                    ..callbook::domain::phone::PhoneAttributes::default()
                };
                book.store.update_phone(phone.id, sent, Vec::new()).unwrap();
            }
            None => drop(
                book.store
                    .delete_phone(phone.id, Some(phone.updated_in_db_at))
                    .unwrap(),
            ),
        }
        let changed = "Name,Phone,Email\nAnn Bee,+39 02 5550 1182,ann@example.org\n";
        let report = take(&mut book, "a.csv", changed);
        assert_eq!((report.new, report.changed, report.numbers), (0, 1, 0));
        let profile = book.store.profile(only(&book)).unwrap();
        assert_eq!(profile.full.phones.len(), usize::from(kept));
        assert_eq!(profile.full.contact.details.len(), 1);
        let told: Vec<String> = report.notices.iter().map(Notice::words).collect();
        let word = "1 number was corrected or deleted here, such as \"+39 02 5550 1182 of Ann Bee\", and \
                    not added again";
        assert_eq!(told, [word]);

        // Another contact of that name, and the same contact once the correction is undone, have it.
        let other = "Name,Phone\nAnn Bee,+39 02 5550 1183\nCy Dee,+39 02 5550 1182\n";
        assert_eq!(take(&mut book, "b.csv", other).numbers, 2);
        while book.store.profile(id).is_ok_and(|profile| {
            !profile
                .full
                .phones
                .iter()
                .any(|own| own.id == phone.id && own.number == phone.number)
        }) {
            book.store.undo().unwrap();
        }
        let report = take(&mut book, "a.csv", changed);
        assert_eq!(report.notices, []);
        assert_eq!(book.store.profile(id).unwrap().full.phones.len(), 1);
    }
}

#[test]
fn the_parts_of_an_address_come_along_to_a_contact_with_a_card() {
    let ada = |address: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x1\r\nFN:Ada Addr\r\nN:Addr;Ada;;;\r\nTEL:+12134567050\r\n\
             {address}\r\nEND:VCARD\r\n"
        )
    };
    let table = "First Name,Last Name,Home Street,Home City,Home State,Home Postal Code,Home Country/Region,\
                 Mobile Phone\nAda,Addr,1 Main St,Springfield,IL,62701,USA,+1 213-456-7050\n";
    let parts = "ADR;TYPE=HOME:;;1 Main St;Springfield;IL;62701;USA\r\n";
    let mut book = Book::new();
    take(
        &mut book,
        "a.vcf",
        &ada("ADR;TYPE=WORK:;;9 Elm St;Oldtown;IL;60000;USA"),
    );
    take(&mut book, "a.csv", table);
    let out = exported(&book, "", ExportForm::Cards(None));
    assert!(out.contains(parts), "{out}");
    assert!(
        out.contains("ADR;TYPE=WORK:;;9 Elm St;Oldtown;IL;60000;USA\r\n"),
        "{out}"
    );
    assert_eq!(out.matches("ADR").count(), 2, "{out}");
    assert_eq!(take(&mut book, "a.csv", table).changed, 0);
    // A later card takes its own address out, and not the one that another file brought.
    let newer = ada("NOTE:moved\r\nREV:20300101T000000Z");
    take(&mut book, "a.vcf", &newer);
    let out = exported(&book, "", ExportForm::Cards(None));
    assert!(out.contains(parts) && !out.contains("9 Elm St"), "{out}");
    // The same address is there once.
    let mut book = Book::new();
    take(
        &mut book,
        "a.vcf",
        &ada("ADR;TYPE=WORK:;;1 Main St;Springfield;IL;62701;USA"),
    );
    take(&mut book, "a.csv", table);
    let out = exported(&book, "", ExportForm::Cards(None));
    assert_eq!(out.matches("ADR").count(), 1, "{out}");
}

#[test]
fn what_a_second_card_says_otherwise_and_the_contact_keeps_is_shown() {
    let card = |company: &str, more: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Ames\r\nTEL:+39 02 5550 1182\r\nORG:{company}\r\n{more}END:VCARD\r\n"
        )
    };
    let both = format!("{}{}", card("Acme", ""), card("Beta", "TITLE:Lead\r\n"));
    let files = Files::new(&[("ann.vcf", &both)]);
    let mut book = Book::of_rules();
    let planned = plan(&mut book, files.batch(&["ann.vcf"]).unwrap());
    let told = planned.told();
    assert!(
        told.contains("company: stays Acme; the file has Beta"),
        "{told}"
    );
    assert!(
        told.contains("job title") || told.contains("title"),
        "{told}"
    );
    let report = import(&mut book, files.batch(&["ann.vcf"]).unwrap()).value;
    let notices: Vec<String> = report.notices.iter().map(Notice::words).collect();
    let notice = "1 contact has another company in the file, such as \"Beta of Ann Ames\"; the one here stays";
    assert!(notices.contains(&notice.to_owned()), "{notices:?}");
    // A card that adds nothing says so as well.
    let files = Files::new(&[("again.vcf", &card("Gamma", ""))]);
    let told = plan(&mut book, files.batch(&["again.vcf"]).unwrap()).told();
    assert!(told.contains("stays Acme; the file has Gamma"), "{told}");
}

#[test]
fn a_title_before_a_name_makes_nobody_another() {
    let ann = "Name,Phone,Email\nAnn Lee,+39 347 555 0164,ann@example.org\n";
    for (row, is_same) in [
        (
            "Title,First Name,Last Name,Job Title,Mobile Phone\nMr,Ann,Lee,,+39 347 555 0164\n",
            true,
        ),
        ("Name,Phone\n\"Ann Lee, PhD\",+39 347 555 0164\n", true),
        ("Name,Email\nDr. Ann Lee,ann@example.org\n", true),
        ("Name,Phone\nMr Anna Lee,+39 347 555 0164\n", false),
    ] {
        let mut book = Book::of_rules();
        take(&mut book, "ann.csv", ann);
        take(&mut book, "row.csv", row);
        assert_eq!(names(&book).len(), if is_same { 1 } else { 2 }, "{row}");
    }
    // Two who are told apart by it stay two.
    let mut book = Book::of_rules();
    let both = "Name,Phone\nJohn Lee Sr.,+39 02 5550 1182\nJohn Lee Jr.,+39 02 5550 1182\n";
    take(&mut book, "both.csv", both);
    assert_eq!(names(&book).len(), 2);
    take(
        &mut book,
        "jr.csv",
        "Name,Phone,Note\nJohn Lee Jr.,+39 02 5550 1182,younger\n",
    );
    let note = |name: &str| {
        let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
        let row = rows.into_iter().find(|row| row.name == name).unwrap();
        book.store.profile(row.id).unwrap().full.contact.note
    };
    assert_eq!(
        (note("John Lee Sr."), note("John Lee Jr.").as_deref()),
        (None, Some("younger"))
    );
}

#[test]
fn a_role_is_no_title() {
    for (row, title, role) in [
        (
            "Name,Phone,Title,Role\nAnn Lee,12,Engineer,Fire warden\n",
            "Engineer",
            "Fire warden",
        ),
        (
            "Name,Phone,Job Title,Rolle\nAnn Lee,12,Engineer,Fire warden\n",
            "Engineer",
            "Fire warden",
        ),
        (
            "Name,Phone,Role\nAnn Lee,12,Fire warden\n",
            "",
            "Fire warden",
        ),
    ] {
        let mut book = Book::of_rules();
        take(&mut book, "ann.csv", row);
        let ann = book.store.profile(only(&book)).unwrap().full.contact;
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        assert_eq!(
            (&*said(&ann.title), &*said(&ann.role)),
            (title, role),
            "{row}"
        );
        assert_eq!((ann.name.as_str(), ann.prefix), ("Ann Lee", None), "{row}");
    }
}

#[test]
fn a_person_has_one_birthday_and_another_one_is_told() {
    let birthdays = |book: &Book| -> Vec<String> {
        let contact = book.store.profile(only(book)).unwrap().full.contact;
        contact
            .details
            .iter()
            .map(|detail| detail.text().into_owned())
            .collect()
    };
    for (first, second, stays, is_told) in [
        ("1990-01-01", "--01-01", "1990-01-01", false),
        ("1990-01-01", "1990", "1990-01-01", false),
        ("--01-01", "1990-01-01", "1990-01-01", false),
        ("1990-01-01", "1991-01-01", "1990-01-01", true),
        ("1990-01-01", "--02-01", "1990-01-01", true),
    ] {
        let row = |day: &str| format!("Name,Phone,Birthday\nAnn Lee,+39 347 555 0164,{day}\n");
        let mut book = Book::of_rules();
        take(&mut book, "first.csv", &row(first));
        let files = Files::new(&[("second.csv", &row(second))]);
        let told = plan(&mut book, files.batch(&["second.csv"]).unwrap()).told();
        assert_eq!(told.contains("birthday: stays"), is_told, "{told}");
        let report = take(&mut book, "second.csv", &row(second));
        assert_eq!(birthdays(&book), [stays], "{first} {second}");
        let notices: Vec<String> = report.notices.iter().map(Notice::words).collect();
        let says = notices
            .iter()
            .any(|notice| notice.contains("another birthday"));
        assert_eq!(says, is_told, "{notices:?}");
    }
    // A newer card of the same contact corrects the one that it gave.
    let card = |day: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ann\r\nFN:Ann Lee\r\nBDAY:{day}\r\nEND:VCARD\r\n"
        )
    };
    let mut book = Book::of_rules();
    take(&mut book, "one.vcf", &card("1990-01-01"));
    take(&mut book, "two.vcf", &card("1991-01-01"));
    assert_eq!(birthdays(&book), ["1991-01-01"]);
}

#[test]
fn the_line_ends_of_a_file_are_no_news() {
    let mut book = Book::of_rules();
    let table = "Name,Email,Notes\r\nCy Low,cy@example.org,\"one\r\ntwo\rthree\"\r\n";
    take(&mut book, "cy.csv", table);
    let contact = book.store.profile(only(&book)).unwrap().full.contact;
    assert_eq!(contact.note.as_deref(), Some("one\ntwo\nthree"));
    for form in [
        ExportForm::Cards(Some(Version::V30)),
        ExportForm::Cards(Some(Version::V40)),
        ExportForm::Book,
    ] {
        let out = exported(&book, "", form);
        let name = if form == ExportForm::Book {
            "cy.json"
        } else {
            "cy.vcf"
        };
        let files = Files::new(&[(name, &out)]);
        let told = plan(&mut book, files.batch(&[name]).unwrap()).told();
        assert!(told.contains("1 same") && !told.contains("stays"), "{told}");
    }
    let sent = json!({"note": "a\r\nb", "tags": ["c\r\nd"], "overwrite": true,
        "details": [{"kind": "other", "label": "e", "value": "f\r\ng"}]});
    let (sent, faults) = ContactAttributes::read(sent.as_object().unwrap().clone());
    let id = only(&book);
    book.store.update_contact(id, sent, faults).unwrap();
    let contact = book.store.profile(id).unwrap().full.contact;
    assert!(
        !contact.attributes().to_string().contains("\\r"),
        "{contact:?}"
    );
}

/// A card of Ann Lee.
fn ann(uid: &str, name: &str, lines: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{uid}FN:{name}\r\nN:Lee;Ann;;;\r\n{lines}END:VCARD\r\n")
}

#[test]
fn a_title_hides_nobody_who_has_only_an_email() {
    let email = "EMAIL:ann@example.org\r\n";
    for (first, second) in [
        ("Mr Ann Lee", "Ann Lee"),
        ("Ann Lee", "Mr Ann Lee"),
        ("Dr. Ann Lee", "Ann Lee"),
    ] {
        let mut book = Book::new();
        take(&mut book, "one.vcf", &ann("", first, email));
        let report = take(&mut book, "two.vcf", &ann("", second, email));
        assert_eq!(
            (report.new, report.same + report.changed),
            (0, 1),
            "{first}, {second}"
        );
        let other = ann("", second, "EMAIL:other@example.org\r\n");
        let report = take(&mut book, "three.vcf", &other);
        assert_eq!(report.new, 1, "{first}, {second}");
    }
    let mut book = Book::new();
    take(&mut book, "one.vcf", &ann("", "Mr Ann Lee", email));
    let report = take(&mut book, "two.vcf", &ann("", "Mrs Ann Lee", email));
    assert_eq!(report.new, 1);
}

#[test]
fn a_card_that_got_another_uid_is_the_same_contact() {
    let lines = "TEL:+44 20 7946 0018\r\nEMAIL:ann@example.org\r\n";
    let mut book = Book::new();
    take(&mut book, "one.vcf", &ann("UID:one\r\n", "Ann Lee", lines));
    let again = ann(
        "UID:two\r\n",
        "Ann Lee",
        &format!("{lines}NICKNAME:Annie\r\n"),
    );
    let report = take(&mut book, "two.vcf", &again);
    assert_eq!((report.new, report.changed), (0, 1));
    // The same name with another email or number is another person.
    for other in [
        lines.replace("ann@", "lee@"),
        lines.replace("0018", "0019"),
        lines.replace("EMAIL:ann@example.org\r\n", ""),
    ] {
        let other = ann("UID:three\r\n", "Ann Lee", &other);
        let report = take(&mut book, "three.vcf", &other);
        assert_eq!(report.new, 1, "{other}");
        book.store.undo().unwrap();
    }
    // Two of one file are two, whether they are new or there.
    let both = ["four", "five"]
        .map(|uid| ann(&format!("UID:{uid}\r\n"), "Bo Lee", lines))
        .concat();
    let report = take(&mut book, "both.vcf", &both);
    assert_eq!(report.new, 2);
    let both = ["six", "seven"]
        .map(|uid| ann(&format!("UID:{uid}\r\n"), "Ann Lee", lines))
        .concat();
    let report = take(&mut book, "both.vcf", &both);
    assert_eq!(report.new, 1);
}

/// A card of Pia Pan, who is known by its UID.
fn pia(lines: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:pia\r\nFN:Pia Pan\r\nN:Pan;Pia;;;\r\n{}END:VCARD\r\n",
        lines.replace('\n', "\r\n")
    )
}

/// Changes the only contact, as a person does.
fn by_hand(book: &mut Book, change: impl FnOnce(&Contact, &mut ContactAttributes)) {
    let id = only(book);
    let contact = book.store.contact(id).unwrap();
    let mut sent = ContactAttributes {
        overwrite: true,
        is_checked: true,
        ..ContactAttributes::default()
    };
    change(&contact, &mut sent);
    book.store.update_contact(id, sent, Vec::new()).unwrap();
}

/// What the preview of a file says, and what its import says.
fn told_of(book: &mut Book, text: &str) -> (String, Vec<String>) {
    let files = Files::new(&[("again.vcf", text)]);
    let told = plan(book, files.batch(&["again.vcf"]).unwrap()).told();
    let report = import(book, files.batch(&["again.vcf"]).unwrap()).value;
    (told, report.notices.iter().map(Notice::words).collect())
}

/// The emails of the only contact, the preferred one with a star.
fn emails(book: &Book) -> Vec<String> {
    let contact = book.store.contact(only(book)).unwrap();
    let shown = |email: &Detail| {
        let star = if email.preferred { "*" } else { "" };
        format!("{star}{}", email.shown())
    };
    contact.details.iter().map(shown).collect()
}

#[test]
fn which_email_is_preferred_stays_as_a_person_set_it() {
    let none = pia("EMAIL:a@x.org\nEMAIL:b@x.org\n");
    let first = pia("EMAIL;TYPE=PREF:a@x.org\nEMAIL:b@x.org\n");
    let third = pia("EMAIL:a@x.org\nEMAIL:b@x.org\nEMAIL;TYPE=PREF:c@x.org\n");
    let prefer = |place: Option<usize>| {
        move |contact: &Contact, sent: &mut ContactAttributes| {
            let mut details = contact.details.clone();
            for (at, detail) in details.iter_mut().enumerate() {
                detail.preferred = Some(at) == place;
            }
            sent.details = Some(details);
        }
    };
    for (old, set, new, after, stays) in [
        (
            &none,
            Some(1),
            &first,
            vec!["a@x.org", "*b@x.org"],
            "b@x.org",
        ),
        (
            &none,
            Some(1),
            &third,
            vec!["a@x.org", "*b@x.org", "c@x.org"],
            "b@x.org",
        ),
        (
            &first,
            None,
            &third,
            vec!["a@x.org", "b@x.org", "c@x.org"],
            "none",
        ),
    ] {
        let mut book = Book::of_rules();
        take(&mut book, "one.vcf", old);
        by_hand(&mut book, prefer(set));
        let (told, notices) = told_of(&mut book, new);
        assert_eq!(emails(&book), after, "{new}");
        let said = if new == &first { "a@x.org" } else { "c@x.org" };
        let line = format!("preferred email: stays {stays}; the file has {said}");
        assert!(told.contains(&line), "{told}");
        let notices = notices.join("\n");
        assert!(notices.contains("preferred email"), "{notices}");
    }
    // If no person chose one by hand, the newer card decides.
    for (old, new, after) in [
        (&none, &first, vec!["*a@x.org", "b@x.org"]),
        (&first, &third, vec!["a@x.org", "b@x.org", "*c@x.org"]),
        (&first, &none, vec!["a@x.org", "b@x.org"]),
    ] {
        let mut book = Book::of_rules();
        take(&mut book, "one.vcf", old);
        let (told, notices) = told_of(&mut book, new);
        assert_eq!(emails(&book), after, "{new}");
        assert!(!told.contains("stays"), "{told}");
        assert!(notices.is_empty(), "{notices:?}");
    }
    // Deleted here by hand, while the file still has it; the file prefers another one.
    let mut book = Book::of_rules();
    take(&mut book, "one.vcf", &first);
    by_hand(&mut book, |contact, sent| {
        sent.details = Some(contact.details[1..].to_vec());
    });
    told_of(&mut book, &third);
    assert_eq!(emails(&book), ["b@x.org", "*c@x.org"]);
}

#[test]
fn what_was_cleared_here_and_is_another_in_the_file_is_told() {
    let card = |at: usize| {
        pia(&format!(
            "TITLE:t{at}\nROLE:r{at}\nNOTE:n{at}\nX-PHONETIC-FIRST-NAME:p{at}\nNICKNAME:k\n"
        ))
    };
    let mut book = Book::of_rules();
    take(&mut book, "one.vcf", &card(1));
    by_hand(&mut book, |_, sent| {
        sent.title = Some(None);
        sent.role = Some(None);
        sent.note = Some(None);
        sent.phonetic_given_name = Some(None);
        sent.nickname = Some(None);
    });
    let (told, notices) = told_of(&mut book, &card(2));
    for line in [
        "title: stays none; the file has t2",
        "role: stays none; the file has r2",
        "note: stays none; the file has n2",
        "phonetic given name: stays none; the file has p2",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    // What the file says as before is no news.
    assert!(!told.contains("nickname"), "{told}");
    let notice = "1 contact has a title in the file, such as \"t2 of Pia Pan\"; it was cleared here and stays so";
    assert!(notices.contains(&notice.to_owned()), "{notices:?}");
    let pia = book.store.contact(only(&book)).unwrap();
    assert_eq!((pia.title, pia.nickname), (None, None));
    // Where something else is here, that is told.
    by_hand(&mut book, |_, sent| {
        sent.title = Some(Some("t9".to_owned()));
    });
    let (told, _) = told_of(&mut book, &card(3));
    assert!(told.contains("title: stays t9; the file has t3"), "{told}");
}

#[test]
fn a_detail_that_is_replaced_is_one_row_of_the_preview() {
    let card = |email: &str, days: &str| pia(&format!("EMAIL;TYPE=HOME:{email}\n{days}"));
    let mut book = Book::of_rules();
    take(&mut book, "one.vcf", &card("a@x.org", "BDAY:1980-05-05\n"));
    let newer = card("A@x.org", "BDAY:1980-05-06\n");
    let files = Files::new(&[("newer.vcf", &newer)]);
    let planned = plan(&mut book, files.batch(&["newer.vcf"]).unwrap());
    let told = planned.told();
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with('\t')).collect();
    assert_eq!(
        lines,
        [
            "\t\thome email: a@x.org -> A@x.org",
            "\t\tbirthday: 5 May 1980 -> 6 May 1980"
        ]
    );
    assert_eq!(planned.rows[0].changes.len(), 2);
    let mut desk = Desk::of(100, 30, book);
    desk.preview("newer.vcf", newer.as_bytes());
    let frame = desk.frame();
    assert!(frame.contains("2 fields changed"), "{frame}");
    assert!(!frame.contains("filled"), "{frame}");
    let mut book = desk.book;
    // A file with two: the one that is not taken never met the one that was here.
    let two = card("a@x.org", "BDAY:1980-05-06\nBDAY:1980-05-07\n");
    let (told, notices) = told_of(&mut book, &two);
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with('\t')).collect();
    assert_eq!(
        lines,
        [
            "\t\tbirthday: 5 May 1980 -> 6 May 1980",
            "\t\tbirthday: 6 May 1980 is taken; the file has 7 May 1980 too"
        ]
    );
    assert_eq!(
        notices,
        [
            "1 contact has more than one birthday in the file, such as \"7 May 1980 of Pia Pan\"; the first is taken"
        ]
    );
    // A label, and what is preferred.
    let mut book = Book::of_rules();
    take(
        &mut book,
        "one.vcf",
        &pia("EMAIL;TYPE=HOME:a@x.org\nEMAIL:b@x.org\n"),
    );
    let newer = pia("EMAIL;TYPE=WORK:a@x.org\nEMAIL;TYPE=PREF:b@x.org\n");
    let (told, _) = told_of(&mut book, &newer);
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with('\t')).collect();
    assert_eq!(
        lines,
        [
            "\t\tlabel of a@x.org: home -> work",
            "\t\tpreferred email: b@x.org"
        ]
    );
    // What the newer card has no more goes.
    let revised = |email: &str, at: u8| pia(&format!("{email}REV:2026-01-0{at}T00:00:00Z\n"));
    let mut book = Book::of_rules();
    take(&mut book, "one.vcf", &revised("EMAIL:a@x.org\n", 1));
    let (told, _) = told_of(&mut book, &revised("", 2));
    assert!(told.contains("\t\temail: a@x.org is removed\n"), "{told}");
}

#[test]
fn a_department_comes_with_its_company_only() {
    let card = |lines: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Ames\r\nTEL:+39 02 5550 1182\r\n{lines}END:VCARD\r\n"
        )
    };
    for (own, other, company, department) in [
        ("ORG:Beta\r\n", "ORG:Alpha;Dep\r\n", "Beta", None),
        ("ORG:Beta\r\n", "ORG:BETA;Dep\r\n", "Beta", Some("Dep")),
        ("ORG:Beta\r\n", "ORG:;Dep\r\n", "Beta", Some("Dep")),
        ("", "ORG:Alpha;Dep\r\n", "Alpha", Some("Dep")),
    ] {
        let mut book = Book::of_rules();
        take(&mut book, "one.vcf", &card(own));
        let (told, _) = told_of(&mut book, &card(other));
        let ann = book.store.contact(only(&book)).unwrap();
        let at = (ann.organisation.as_deref(), ann.department.as_deref());
        assert_eq!(at, (Some(company), department), "{own}{other}");
        if department.is_none() {
            let line = "department: stays none; the file has Dep";
            assert!(told.contains(line), "{told}");
        }
    }
}
