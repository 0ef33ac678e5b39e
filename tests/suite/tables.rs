//! Tables and LDIF files as many programs write them, each with its truth beside it: name, numbers, emails
//! and addresses of each contact, between tabs. What comes in has to be that, and what goes out as our
//! table, as Google's and as cards has to come in again as the same.

use std::fs;
use std::path::{Path, PathBuf};

use callbook::domain::contact::{ContactKind, DetailKind};
use callbook::domain::import::{ImportPlan, ImportReport};
use callbook::domain::listing::{ListQuery, Selection};
use callbook::domain::notice::{LooksLike, NoticeKind};
use callbook::domain::number::Region;
use callbook::exchange::csv::{self, Guard};
use callbook::exchange::vcard::{Version, kept_columns};
use callbook::export::ExportForm;
use callbook::import::File;
use callbook::store::{Options, Store};

use crate::support::Book;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables")
}

pub(crate) fn take(book: &mut Book, name: &str, bytes: &[u8]) -> ImportReport {
    let file = File::open(bytes, name, &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap().value
}

fn plan(name: &str, text: &str) -> ImportPlan {
    let mut book = Book::of_rules();
    let file = File::open(text.as_bytes(), name, &[]).unwrap();
    let choices = callbook::domain::import::Choices::new();
    let rehearsal = callbook::import::rehearse(&mut book.store, file, &choices);
    rehearsal.unwrap().plan
}

pub(crate) fn all(book: &Book) -> Vec<callbook::domain::edit::ContactWithCard> {
    let mut all = Vec::new();
    let everything = Selection::Shown(ListQuery::default());
    book.store
        .each(&everything, &mut |whole| {
            all.push(whole);
            Ok(())
        })
        .unwrap();
    all
}

/// Each contact as a line of truth.
fn told(book: &Book) -> Vec<String> {
    let mut lines: Vec<String> = all(book)
        .into_iter()
        .map(|whole| {
            let mut numbers: Vec<&str> = whole
                .full
                .phones
                .iter()
                .map(|phone| phone.number.as_str())
                .collect();
            numbers.sort_unstable();
            let details = || whole.full.contact.details.iter();
            let mut emails: Vec<&str> = details()
                .filter(|detail| detail.kind == DetailKind::Email)
                .filter_map(|detail| detail.plain())
                .collect();
            emails.sort_unstable();
            let mut addresses: Vec<String> = details()
                .filter(|detail| detail.kind == DetailKind::Address)
                .map(|detail| {
                    let parts = detail.address().unwrap().card_parts();
                    match parts {
                        ["", "", street, "", "", "", ""] => street.to_owned(),
                        parts => parts.join(";"),
                    }
                })
                .collect();
            addresses.sort_unstable();
            [
                whole.full.contact.name.clone(),
                numbers.join(" "),
                emails.join(" "),
                addresses.join(" / "),
            ]
            .join("\t")
        })
        .collect();
    lines.sort_unstable();
    lines
}

/// The lines of truth, in the order in which they are told.
fn truth(text: &str) -> Vec<String> {
    let sorted = |cell: &str, between: &str| {
        let mut values: Vec<&str> = cell.split(between).collect();
        values.sort_unstable();
        values.join(between)
    };
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [name, numbers, emails, addresses] = cells[..] else {
                panic!("{line}");
            };
            [
                name.to_owned(),
                sorted(numbers, " "),
                sorted(emails, " "),
                sorted(addresses, " / "),
            ]
            .join("\t")
        })
        .collect();
    lines.sort_unstable();
    lines
}

pub(crate) fn book_of(home: &str) -> Book {
    let mut book = Book::of_rules();
    let options = Options {
        home: Region::new(home),
        ..crate::support::options(&book.clock)
    };
    book.store = Store::open(&book.path, options).unwrap();
    book
}

/// The country whose national numbers a file has.
fn home(name: &str) -> &'static str {
    match name {
        "samsung.csv" | "excel-sep.csv" => "DE",
        _ => "US",
    }
}

#[test]
fn tables_of_many_programs_come_in_and_out() {
    let forms = [
        (
            "table.csv",
            ExportForm::Table(csv::TableForm::Plain, Guard::Exact),
        ),
        (
            "safe.csv",
            ExportForm::Table(csv::TableForm::Plain, Guard::Safe),
        ),
        (
            "google.csv",
            ExportForm::Table(csv::TableForm::Google, Guard::Exact),
        ),
        (
            "outlook.csv",
            ExportForm::Table(csv::TableForm::Outlook, Guard::Exact),
        ),
        ("cards.vcf", ExportForm::Cards(None)),
        ("cards4.vcf", ExportForm::Cards(Some(Version::V40))),
    ];
    let mut wrong = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(file) = name.strip_suffix(".truth") else {
            continue;
        };
        files += 1;
        let expected = truth(&fs::read_to_string(&path).unwrap());
        let mut book = book_of(home(file));
        let report = take(&mut book, file, &fs::read(folder().join(file)).unwrap());
        if told(&book) != expected || !report.rejects.is_empty() {
            let rejects = &report.rejects;
            wrong.push(format!(
                "{file}: {:#?}\nis not {expected:#?} {rejects:?}",
                told(&book)
            ));
            continue;
        }
        for (out, form) in forms {
            let bytes = book.exported(form);
            let mut other = book_of(home(file));
            take(&mut other, out, &bytes);
            if told(&other) != expected {
                let text = String::from_utf8_lossy(&bytes);
                wrong.push(format!("{file} as {out}: {:#?}\nof {text}", told(&other)));
            }
        }
    }
    assert!(files > 30, "{files} files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_else_a_row_says_comes_in() {
    let mut book = Book::of_rules();
    take(
        &mut book,
        "a.csv",
        &fs::read(folder().join("google-new.csv")).unwrap(),
    );
    let whole = &all(&book)[0];
    let contact = &whole.full.contact;
    assert_eq!(contact.tags, ["Chess"]);
    assert!(contact.favourite);
    assert_eq!(contact.note.as_deref(), Some("Two\nlines"));
    let work = (
        contact.organisation.as_deref(),
        contact.department.as_deref(),
    );
    assert_eq!(work, (Some("Acme"), Some("Sales")));
    let primary = whole
        .full
        .phones
        .iter()
        .find(|phone| phone.primary)
        .unwrap();
    assert_eq!(primary.location.as_deref(), Some("work"));
    let mut emails = contact
        .details
        .iter()
        .filter(|detail| detail.kind == DetailKind::Email);
    assert_eq!(
        emails.find_map(|email| email.plain()).unwrap(),
        "ada@example.org"
    );
    let card = String::from_utf8(book.exported(ExportForm::Cards(None))).unwrap();
    for line in [
        "N:Quill;Ada;Mae;Dr.;Jr.",
        "ORG:Acme;Sales",
        "ADR;TYPE=HOME:;;Via Roma 1;Milano;MI;20121;Italy",
    ] {
        assert!(card.contains(line), "{line}: {card}");
    }
    // And Google's star, and the rest, once more.
    let form = ExportForm::Table(csv::TableForm::Google, Guard::Exact);
    let bytes = book.exported(form);
    let mut other = Book::of_rules();
    take(&mut other, "b.csv", &bytes);
    let again = &all(&other)[0];
    let details = |contact: &callbook::domain::contact::Contact| {
        let mut details: Vec<String> = contact
            .details
            .iter()
            .map(|detail| format!("{detail:?}"))
            .collect();
        details.sort();
        details
    };
    assert_eq!(details(&again.full.contact), details(contact));
    assert_eq!(again.full.contact.tags, contact.tags);
    assert!(again.full.contact.favourite);
    assert_eq!(again.full.contact.organisation, contact.organisation);
    let label = |whole: &callbook::domain::edit::ContactWithCard| {
        let primary = whole.full.phones.iter().find(|phone| phone.primary);
        primary.map(|phone| phone.number.clone())
    };
    assert_eq!(label(again), label(whole));
}

#[test]
fn the_primary_phone_is_the_one_that_is_called_so_or_no_fax() {
    let mut book = Book::of_rules();
    let table = "First Name,Business Fax,Business Phone,Mobile Phone,Primary Phone\n\
        Ann,+39 02 5550 1180,+39 02 5550 1181,+39 347 555 0164,+39 3475550164\n\
        Bob,+39 02 5550 1190,,+39 347 555 0165,\n\
        Cid,+39 02 5550 1191,,,+39 02 5550 1192\n";
    take(&mut book, "a.csv", table.as_bytes());
    let primaries: Vec<(usize, String)> = all(&book)
        .iter()
        .map(|whole| {
            let primary = whole
                .full
                .phones
                .iter()
                .find(|phone| phone.primary)
                .unwrap();
            (whole.full.phones.len(), primary.number.clone())
        })
        .collect();
    assert_eq!(primaries[1], (2, "+393475550165".to_owned()));
    assert_eq!(primaries[2], (2, "+390255501192".to_owned()));
    assert_eq!(primaries[0], (3, "+393475550164".to_owned()));
}

#[test]
fn what_is_not_understood_is_named() {
    let notices = |text: &str| plan("a.csv", text).notices;
    let found = notices(
        "Name,Nr,Konto,Schreiben an\nAnn,5,2134567890,ann@example.org\nBob,6,2134567891,b@example.org\n",
    );
    let kinds: Vec<(&str, NoticeKind, usize)> = found
        .iter()
        .map(|notice| (notice.subject.as_str(), notice.kind, notice.number))
        .collect();
    assert_eq!(
        kinds,
        [
            ("Konto", NoticeKind::UnreadColumn(LooksLike::Numbers), 2),
            ("Nr", NoticeKind::UnreadColumn(LooksLike::Text), 2),
            (
                "Schreiben an",
                NoticeKind::ColumnByCells(LooksLike::Emails),
                2
            ),
        ]
    );
    assert!(found[0].is_loud());
    assert!(
        found[0].words().contains("--map 'Konto=phone'"),
        "{}",
        found[0].words()
    );
    let found = notices("A list\nof people\nName,Phone\nAnn,+39 02 5550 1182\n");
    assert_eq!(
        (found[0].kind, found[0].number, found[0].example.as_str()),
        (NoticeKind::UnreadLines, 2, "A list")
    );
}

#[test]
fn an_unread_column_comes_out_as_it_came() {
    let mut book = Book::of_rules();
    take(
        &mut book,
        "a.csv",
        b"Name,Mobile provider,Phone\nAnn,Tim,+39 02 5550 1182\n",
    );
    let whole = &all(&book)[0];
    assert_eq!(
        whole.full.phones.len(),
        1,
        "a word of a header is not enough"
    );
    let columns = kept_columns(whole.card.as_deref().unwrap());
    assert_eq!(columns, [("Mobile provider".to_owned(), "Tim".to_owned())]);
}

#[test]
fn directories_are_read_and_nothing_is_fetched() {
    let mut book = Book::of_rules();
    let report = take(
        &mut book,
        "people",
        &fs::read(folder().join("openldap.ldif")).unwrap(),
    );
    assert_eq!((report.new, report.rejects.len()), (1, 0));
    let photo = report
        .notices
        .iter()
        .find(|notice| notice.subject == "jpegphoto");
    assert_eq!(photo.unwrap().example, "file:///tmp/photo.jpg");
    assert!(
        report
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::UnreadEntries)
    );
    let text = "dn: cn=a\nchangetype: modify\nreplace: mail\nmail: a@example.org\n\n\
        dn: cn=b\ncn: B\n";
    let report = take(&mut Book::of_rules(), "b.ldif", text.as_bytes());
    assert_eq!((report.new, report.rejects.len()), (1, 1));
    assert!(
        report.rejects[0].reason.contains("change"),
        "{:?}",
        report.rejects
    );
    let jane = fs::read(folder().join("thunderbird.ldif")).unwrap();
    let mut book = Book::of_rules();
    take(&mut book, "c.ldif", &jane);
    let jane = &all(&book)[0].full.contact;
    assert_eq!(jane.note.as_deref(), Some("Zeile 1\nZeile 2"));
    let day = jane
        .details
        .iter()
        .find(|detail| detail.is_date("birthday"));
    assert_eq!(day.unwrap().text(), "1980-02-03");
    let work = (jane.organisation.as_deref(), jane.department.as_deref());
    assert_eq!(work, (Some("Acme"), Some("Sales")));
}

#[test]
fn where_the_first_line_is_a_header_no_row_is_one() {
    let mut book = Book::of_rules();
    let table = "Name,Phone\nAda,+39 02 5550 1182\nNachname;Vorname;Handy\nZoe,+39 02 5550 1183\n";
    take(&mut book, "a.csv", table.as_bytes());
    let names: Vec<String> = { all(&book).into_iter() }
        .map(|whole| whole.full.contact.name)
        .collect();
    assert!(names.iter().any(|name| name == "Ada") && names.iter().any(|name| name == "Zoe"));
}

#[test]
fn a_table_in_any_charset_is_read_and_the_guess_is_told() {
    for (charset, rows) in [
        (
            "windows-1251",
            &[
                ("Иван Петров", "+7 912 345-67-89"),
                ("Мария Кузнецова", "+7 912 345-67-80"),
            ][..],
        ),
        (
            "windows-1250",
            &[
                ("Łukasz Wiśniewski", "+48 601 234 567"),
                ("Małgorzata Żółkiewska", "+48 601 234 568"),
                ("Zdzisław Dąbrowski", "+48 601 234 569"),
            ],
        ),
        (
            "windows-1253",
            &[
                ("Γιώργος Παπαδόπουλος", "+30 691 234 5678"),
                ("Μαρία Νικολάου", "+30 691 234 5679"),
            ],
        ),
        (
            "windows-1252",
            &[
                ("Jörg Müller", "+49 30 901820"),
                ("Søren Ørsted", "+45 32 12 34 56"),
            ],
        ),
        (
            "Shift_JIS",
            &[
                ("見本花子", "+81 90-1234-5678"),
                ("山田太郎", "+81 90-1234-5679"),
                ("表示ソフト", "+81 90-1234-5670"),
            ],
        ),
        (
            "GBK",
            &[
                ("王小明", "+86 139 0000 0001"),
                ("李晓红", "+86 139 0000 0002"),
                ("张伟", "+86 139 0000 0003"),
            ],
        ),
        (
            "Big5",
            &[
                ("陳怡君", "+886 912 345 678"),
                ("林志豪", "+886 912 345 679"),
                ("許功蓋", "+886 912 345 670"),
            ],
        ),
        (
            "EUC-KR",
            &[
                ("홍길동", "+82 10-1234-5678"),
                ("김철수", "+82 10-1234-5679"),
            ],
        ),
    ] {
        let mut text = "Name,Phone,Note\r\n".to_owned();
        for (name, number) in rows {
            text.extend(["\"", name, "\",", number, ",\r\n"]);
        }
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
        let (bytes, _, lossy) = encoding.encode(&text);
        assert!(!lossy && std::str::from_utf8(&bytes).is_err(), "{charset}");
        let mut expected: Vec<String> = rows.iter().map(|(name, _)| (*name).to_owned()).collect();
        expected.sort();
        let names = |book: &Book| {
            let names = all(book).into_iter().map(|whole| whole.full.contact.name);
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        };

        let mut book = Book::of_rules();
        let report = take(&mut book, "list.csv", &bytes);
        assert_eq!(names(&book), expected, "{charset}, guessed");
        let guess = { report.notices.iter() }
            .find(|notice| notice.kind == NoticeKind::GuessedTableCharset)
            .unwrap();
        assert_eq!(guess.number, rows.len(), "{charset}");
        assert!(guess.words().contains("change it with --charset"));
        assert!(expected.contains(&guess.example), "{charset}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, &bytes).unwrap();
        let mut book = Book::of_rules();
        let given = callbook::exchange::charset::Charset::named(charset);
        let batch = callbook::import::Batch::of(&[path]).unwrap();
        let done = callbook::import::all(&mut book.store, batch.in_charset(given)).unwrap();
        assert_eq!(names(&book), expected, "{charset}, given");
        assert_eq!(done.value.notices, [], "{charset}");
    }
}

#[test]
fn a_line_in_another_charset_does_not_spoil_those_in_utf_8() {
    let mut bytes = "Name,Phone\nJosé Ñandú,+34 600 555 016\nŁukasz,+48 601 234 567\n"
        .as_bytes()
        .to_vec();
    bytes.extend_from_slice(b"J\xF6rg M\xFCller,+49 30 901820\n");
    bytes.extend_from_slice(b"Zo\xC3\xAB Caf\xC3\xA9 \xC3,+49 30 901821\n");
    let mut book = Book::of_rules();
    take(&mut book, "list.csv", &bytes);
    let names: Vec<String> = all(&book)
        .into_iter()
        .map(|whole| whole.full.contact.name)
        .collect();
    for name in ["José Ñandú", "Łukasz", "Jörg Müller", "Zoë Café \u{fffd}"] {
        assert!(names.iter().any(|own| own == name), "{name}: {names:?}");
    }
}

#[test]
fn our_table_says_what_sorts_a_name_and_what_is_a_company() {
    let cards = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Rembrandt van Rijn\r\n\
        N;SORT-AS=\"Rijn,Rembrandt\":van Rijn;Rembrandt;;;\r\nTEL:+31205550000\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Bakery\r\nTEL:+31205550002\r\nEND:VCARD\r\n";
    let mut book = Book::of_rules();
    take(&mut book, "a.vcf", cards.as_bytes());
    let said = |book: &Book| {
        let said = all(book).into_iter();
        let mut said: Vec<_> = said
            .map(|whole| {
                (
                    whole.full.contact.name,
                    whole.full.contact.sort_as,
                    whole.full.contact.kind,
                )
            })
            .collect();
        said.sort_by(|one, other| one.0.cmp(&other.0));
        said
    };
    let before = said(&book);
    assert!(before[1].1.is_some() && before[0].2.word() == "company");
    let form = ExportForm::Table(csv::TableForm::Plain, Guard::Exact);
    let table = book.exported(form);
    let mut other = Book::of_rules();
    take(&mut other, "a.csv", &table);
    assert_eq!(said(&other), before);
    // Of another program's table these columns may mean anything.
    let plan = plan(
        "b.csv",
        "Name,Phone,Kind,Sort as\nBob,+12134567890,company,x\n",
    );
    let unread = plan
        .notices
        .iter()
        .filter(|notice| matches!(notice.kind, NoticeKind::UnreadColumn(_)));
    assert_eq!(unread.count(), 2);
}

#[test]
fn a_row_that_says_more_than_before_is_not_taken_for_the_same_row() {
    let mut book = Book::of_rules();
    let table = |sort_as: &str| {
        format!(
            "name,favourite,source,uid,phone 1 number,sort as\r\nAda King,no,manual,,+442079460018,{sort_as}\r\n"
        )
    };
    take(&mut book, "a.csv", table("").as_bytes());
    take(&mut book, "a.csv", table("Lovelace").as_bytes());
    let contact = all(&book).remove(0).full.contact;
    assert_eq!(contact.sort_as.as_deref(), Some("Lovelace"));
}

#[test]
fn a_table_without_a_header_loses_nobody() {
    let mut book = book_of("DE");
    let rows = "+49 171 1234567,Ann,ann@example.org,x\n+49 171 1234568,Bob,,\n030 901820,Cy,cy@example.org,\n";
    let report = take(&mut book, "list.csv", rows.as_bytes());
    let mut said: Vec<(String, usize)> = all(&book)
        .into_iter()
        .map(|whole| {
            (
                whole.full.contact.name,
                whole.full.phones.len() + whole.full.contact.details.len(),
            )
        })
        .collect();
    said.sort();
    let expected = [("Ann", 2), ("Bob", 1), ("Cy", 2)];
    assert_eq!(said, expected.map(|(name, count)| (name.to_owned(), count)));
    assert!(
        all(&book)
            .iter()
            .all(|whole| whole.full.phones[0].location.is_none())
    );
    let words: Vec<String> = report
        .notices
        .iter()
        .map(callbook::domain::notice::Notice::words)
        .collect();
    let told = words
        .iter()
        .any(|words| words.contains("column \"4\" was not read"));
    assert!(told, "{words:?}");

    let mut book = book_of("DE");
    take(&mut book, "list.csv", b"+49 171 1234567\n+49 171 1234568\n");
    assert_eq!(all(&book).len(), 2);
    let maps = ["2=nickname".to_owned()];
    let file = File::open(&b"+49 171 1234567,Ann\n"[..], "list.csv", &maps).unwrap();
    let mut book = book_of("DE");
    callbook::import::all(&mut book.store, file).unwrap();
    assert_eq!(all(&book)[0].full.contact.nickname.as_deref(), Some("Ann"));
}

#[test]
fn a_row_of_more_cells_than_any_table_has_is_set_aside() {
    let wide = [
        format!("Ada{}", ",".repeat(200_000)),
        format!("Ada{}", ",x".repeat(200_000)),
        format!("Ada{}", ",\"\"".repeat(200_000)),
        format!("Ada{}", ",\"x\"y".repeat(200_000)),
        format!("{}Ada", ",".repeat(160_000)),
    ];
    for row in wide {
        let full = format!("Hedy,+44 20 7946 0019{}", ",".repeat(159_998));
        let table = format!("name,phone\n{row}\nGrace,+44 20 7946 0018\n{full}\n");
        let file = callbook::import::File::open(table.as_bytes(), "wide.csv", &[]).unwrap();
        let mut book = crate::support::Book::new();
        let report = callbook::import::all(&mut book.store, file).unwrap().value;
        assert_eq!(report.unreadable(), 1);
        let reject = &report.rejects[0];
        assert_eq!(reject.place.line, 2);
        let told = reject.reason.contains("more than 160000 cells");
        assert!(told, "{}", reject.reason);
        assert_eq!(book.store.totals().unwrap().contacts, 2);
    }
}

#[test]
fn what_has_only_a_company_is_one() {
    let vcard =
        |lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nUID:9\nFN:\nN:;;;;\n{lines}END:VCARD\n");
    let row = |cells: &str| {
        format!(
            "First Name,Last Name,Organization Name,Organization Title,Phone 1 - Value\n{cells}\n"
        )
    };
    for (name, text, is_company) in [
        ("a.vcf", vcard("ORG:Just Org\n"), true),
        ("a.vcf", vcard("ORG:Just Org\nTEL:+44 20 7946 0018\n"), true),
        ("a.vcf", vcard("ORG:Just Org\nX-ABShowAs:PERSON\n"), false),
        ("a.vcf", vcard("ORG:Just Org\nX-ABShowAs:COMPANY\n"), true),
        ("a.vcf", vcard("ORG:Just Org\nNICKNAME:Jo\n"), false),
        ("a.vcf", vcard("ORG:Just Org\nTITLE:Boss\n"), false),
        ("a.csv", row(",,Just Org,,+44 20 7946 0018"), true),
        ("a.csv", row(",,Just Org,Boss,+44 20 7946 0018"), false),
        ("a.csv", row("Jo,,Just Org,,+44 20 7946 0018"), false),
        ("a.ldif", "dn: o=Just Org\no: Just Org\nobjectClass: organization\ntelephoneNumber: +44 20 7946 0018\n".to_owned(), true),
    ] {
        let mut book = Book::of_rules();
        let file = File::open(text.as_bytes(), name, &[]).unwrap();
        callbook::import::all(&mut book.store, file).unwrap();
        let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
        let made = book.store.contact(rows[0].id).unwrap();
        assert_eq!(made.kind == ContactKind::Company, is_company, "{text}");
        if is_company {
            assert_eq!((made.name.as_str(), made.given_name), ("Just Org", None));
        }
        if name == "a.vcf" {
            // What nobody edited goes out as it came.
            let out = book.exported(ExportForm::Cards(None));
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
