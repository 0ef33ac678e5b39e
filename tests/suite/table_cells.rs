//! What the cells of a table say: days, numbers that there are not, country codes; and the files of
//! other mail programs.

use callbook::domain::contact::{ContactAttributes, DetailKind};
use callbook::domain::notice::{LooksLike, Notice, NoticeKind};
use callbook::exchange::csv::{Guard, TableForm};
use callbook::exchange::vcard::Version;
use callbook::export::ExportForm;
use callbook::import::File;

use crate::cli::Shell;
use crate::support::Book;
use crate::tables::{all, book_of, take};

/// What a table with these lines gives: the birthdays with the BDAY of each card, and what is said.
fn birthdays(text: &str) -> (Vec<String>, String) {
    let mut book = book_of("DE");
    let report = take(&mut book, "days.csv", text.as_bytes());
    let form = ExportForm::Cards(Some(Version::V40));
    let cards = book.exported(form);
    let cards = String::from_utf8(cards).unwrap();
    let days = cards
        .lines()
        .filter(|line| line.starts_with("BDAY") || line.starts_with("ANNIVERSARY"));
    let notices = report.notices.iter().map(Notice::words);
    (
        days.map(str::to_owned).collect(),
        notices.collect::<Vec<_>>().join("\n"),
    )
}

#[test]
fn a_birthday_goes_out_as_a_day_where_it_is_sure_which_number_is_the_day() {
    let sure = ["BDAY:19800203".to_owned()];
    for text in [
        "Name,Birthday\nAnn,03.02.1980\n",
        "Name,Birthday\nAnn,1980/02/03\n",
        "Name,Birthday\nAnn,19800203\n",
        "Name;Geburtstag\nAnn;03/02/1980\n",
        "Nom;Date de naissance\nAnn;3-2-1980\n",
        "Name,Birthday\nAnn,1980-02-03T00:00:00\n",
        "Név,Születésnap\nAnn,1980. 02. 03.\n",
        "Name;Geb.\nAnn;3.2.1980\n",
    ] {
        assert_eq!(birthdays(text), (sure.to_vec(), String::new()), "{text}");
    }
    // Another day of the table says which number is the day.
    let (days, told) = birthdays("Name,Birthday\nAnn,03/02/1980\nBob,25/12/1980\n");
    assert_eq!(
        (days.as_slice(), told.as_str()),
        (
            &["BDAY:19800203".to_owned(), "BDAY:19801225".to_owned()][..],
            ""
        )
    );
    let (days, _) = birthdays("Name,Birthday,Anniversary\nAnn,03/02/1980,12/25/2001\n");
    assert_eq!(days, ["BDAY:19800302", "ANNIVERSARY:20011225"]);
    // Where nothing says it, or two days contradict each other, the text stays and is told.
    for text in [
        "Name,Birthday\nAnn,03/02/1980\n",
        "Name,Birthday\nAnn,03/02/1980\nBob,12/25/1980\nCid,25/12/1980\n",
        "Name,Birthday\nAnn,03/02/1980\nBob,2.1.1980\n",
    ] {
        let (days, told) = birthdays(text);
        assert!(
            days.contains(&"BDAY;VALUE=text:03/02/1980".to_owned()),
            "{days:?}"
        );
        assert!(
            told.contains("1 date kept as text, such as \"03/02/1980\""),
            "{told}"
        );
    }
}

#[test]
fn a_cell_that_says_that_there_is_no_number_makes_none_and_is_kept() {
    let text =
        "Name,Phone,Mobile\nAnn,-,n/a\nBob,0,+49 171 1234567\nCid,keine,none\nDee,ask Tim,\n";
    let mut book = book_of("DE");
    let report = take(&mut book, "list.csv", text.as_bytes());
    let numbers: Vec<(String, Vec<String>)> = all(&book)
        .into_iter()
        .map(|whole| {
            let numbers = whole.full.phones.into_iter().map(|phone| phone.number);
            (whole.full.contact.name, numbers.collect())
        })
        .collect();
    let of = |name: &str| {
        let own = numbers.iter().find(|(own, _)| own == name).unwrap();
        own.1.clone()
    };
    assert_eq!(of("Ann"), Vec::<String>::new());
    assert_eq!(of("Bob"), ["+491711234567"]);
    assert_eq!(of("Cid"), Vec::<String>::new());
    assert_eq!(of("Dee"), ["ask Tim"]);
    let notice = { report.notices.iter() }.find(|notice| notice.kind == NoticeKind::NoNumber);
    let notice = notice.unwrap();
    assert_eq!((notice.number, notice.example.as_str()), (5, "-"));
    let cards = book.exported(ExportForm::Cards(None));
    let cards = String::from_utf8(cards).unwrap();
    for kept in ["n/a", "keine", "none"] {
        assert!(cards.contains(kept), "{kept}: {cards}");
    }
}

#[test]
fn the_file_of_abook_is_read_and_aliases_of_mutt_are_refused_with_the_way_out() {
    let text = "# abook addressbook file\n\n[format]\nprogram=abook\nversion=0.6.1\n\n\n[0]\nname=Ada Lovelace\n\
        email=ada@example.org,lady@example.org\naddress=1 Main St\naddress2=Flat 2\ncity=Springfield\n\
        state=IL\nzip=62701\ncountry=USA\nphone=(213) 456-7890\nworkphone=213-456-7891\n\
        mobile=+39 347 555 0164\nfax=213-456-7892\nnick=ada\nurl=https://ada.example.org\n\
        notes=says \"hello\", twice\nanniversary=1980-02-03\ngroups=friends,garage\ncustom1=blue\n\n\
        [1]\nname=Bob\n\n[2]\nmobile=n/a\n";
    let mut book = book_of("US");
    let report = take(&mut book, "addressbook", text.as_bytes());
    assert_eq!(
        (report.rejects.len(), report.rejects[0].place.line),
        (1, 31)
    );
    let people = all(&book);
    let ada = people
        .iter()
        .find(|whole| whole.full.contact.name == "Ada Lovelace")
        .unwrap();
    assert_eq!(people.len(), 2);
    let mut numbers: Vec<(&str, Option<&str>)> = { ada.full.phones.iter() }
        .map(|phone| (phone.number.as_str(), phone.location.as_deref()))
        .collect();
    numbers.sort_unstable();
    assert_eq!(
        numbers,
        [
            ("+12134567890", Some("home")),
            ("+12134567891", Some("work")),
            ("+12134567892", Some("fax")),
            ("+393475550164", Some("mobile")),
        ]
    );
    let contact = &ada.full.contact;
    let values = |kind: DetailKind| -> Vec<String> {
        let own = contact.details.iter().filter(|detail| detail.kind == kind);
        own.map(|detail| detail.text().into_owned()).collect()
    };
    assert_eq!(
        values(DetailKind::Email),
        ["ada@example.org", "lady@example.org"]
    );
    assert_eq!(
        values(DetailKind::Address),
        ["1 Main St, Flat 2, Springfield, IL, 62701, USA"]
    );
    assert_eq!(values(DetailKind::Date), ["1980-02-03"]);
    assert_eq!(values(DetailKind::Link), ["https://ada.example.org"]);
    assert_eq!(contact.note.as_deref(), Some("says \"hello\", twice"));
    assert_eq!(contact.nickname.as_deref(), Some("ada"));
    assert_eq!(contact.tags, ["friends", "garage"]);
    let words: Vec<String> = { report.notices.iter() }.map(Notice::words).collect();
    assert!(
        words.iter().any(|words| words.contains("custom1=blue")),
        "{words:?}"
    );
    let again = take(&mut book, "addressbook", text.as_bytes());
    assert_eq!((again.new, all(&book).len()), (0, 2));

    let aliases = "# mine\nalias ada Ada Lovelace <ada@example.org>\n";
    let refused = File::open(aliases.as_bytes(), "aliases", &[])
        .err()
        .unwrap();
    let refused = refused.to_string();
    assert!(
        refused.starts_with("aliases is a file of mutt aliases"),
        "{refused}"
    );
    assert!(
        refused.contains("abook --convert --informat mutt --outformat vcard"),
        "{refused}"
    );
}

#[test]
fn a_column_with_the_country_code_says_what_national_numbers_are_read_with() {
    let text = "Name,Country code,Phone,Mobile\nAnn,39,02 5550 1182,\nBob,+1,213-456-7301,+39 347 555 0164\n\
        Cid,FR,01 23 45 67 89,\nDee,0044,,020 7946 0018\nEve,,030 901820,\nFay,??,030 901821,\n";
    let mut book = book_of("DE");
    let report = take(&mut book, "list.csv", text.as_bytes());
    let mut numbers: Vec<String> = all(&book)
        .into_iter()
        .flat_map(|whole| whole.full.phones)
        .map(|phone| phone.number)
        .collect();
    numbers.sort();
    assert_eq!(
        numbers,
        [
            "+12134567301",
            "+33123456789",
            "+390255501182",
            "+393475550164",
            "+442079460018",
            "+4930901820",
            "+4930901821",
        ]
    );
    let words: Vec<String> = { report.notices.iter() }.map(Notice::words).collect();
    assert!(
        words[0].starts_with("2 national numbers read as numbers of Germany"),
        "{words:?}"
    );
    assert!(
        words[1].starts_with("column \"Country code\" was not read: 1 cell"),
        "{words:?}"
    );
}

#[test]
fn cells_that_say_none_hide_no_column_of_numbers() {
    let text = "Name,Wo,Since\nAnn,213-456-7301,1980\nBob,-,\nCid,n/a,\nDee,-,\n";
    let mut book = book_of("US");
    let report = take(&mut book, "list.csv", text.as_bytes());
    let kinds: Vec<(NoticeKind, usize)> = { report.notices.iter() }
        .map(|notice| (notice.kind, notice.number))
        .collect();
    assert!(
        kinds.contains(&(NoticeKind::ColumnByCells(LooksLike::Numbers), 1)),
        "{kinds:?}"
    );
    assert!(kinds.contains(&(NoticeKind::NoNumber, 3)), "{kinds:?}");
    let phones: usize = all(&book).iter().map(|whole| whole.full.phones.len()).sum();
    assert_eq!(phones, 1);

    let text = "dn: cn=x\nobjectClass: inetOrgPerson\ncn: Ann\nhomePhone: -\nmobile: n/a\n\n";
    let mut book = book_of("US");
    take(&mut book, "a.ldif", text.as_bytes());
    assert_eq!(all(&book)[0].full.phones.len(), 0);
    let (days, told) = birthdays("Name,Birthday\nAnn,1980\nBob,1980-02\nCid,--2-3\n");
    assert_eq!(
        (days.as_slice(), told.as_str()),
        (
            &[
                "BDAY:1980".to_owned(),
                "BDAY:1980-02".to_owned(),
                "BDAY:--0203".to_owned()
            ][..],
            ""
        )
    );
}

#[test]
fn what_outlook_has_no_column_for_is_named_and_comes_back() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Ames\r\nN:Ames;Ann;;;\r\nROLE:lead\r\n\
         EMAIL;TYPE=WORK:a@example.org\r\nEMAIL:b@example.org\r\nEMAIL:c@example.org\r\nEMAIL:d@example.org\r\n\
         TEL;TYPE=CELL:+39 347 555 0164\r\nTEL;TYPE=CELL:+39 347 555 0165\r\nTEL;TYPE=CELL:+39 347 555 0166\r\n\
         TEL;TYPE=WORK:+39 02 5550 1182\r\nEND:VCARD\r\n",
    );
    let (status, table, told) = shell.run(&["export", "--as", "outlook", "Ann"], "");
    assert_eq!(status, 0, "{told}");
    assert!(
        told.contains("Outlook has no column for 1 number, 1 email, 1 role"),
        "{told}"
    );
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |header: &str| {
        let at = headers.iter().position(|own| own == header);
        row.get(at.unwrap()).unwrap().to_owned()
    };
    for (header, said) in [
        ("First Name", "Ann"),
        ("E-mail Address", "a@example.org"),
        ("Business Phone", "+39 02 5550 1182"),
        ("callbook role", "lead"),
    ] {
        assert_eq!(cell(header), said, "{header}");
    }
    // Another mobile is under no label of its own, and not lost.
    let mobiles = [cell("Mobile Phone"), cell("Other Phone")];
    let is_mobile = |cell: &String| cell.starts_with("+39 347 555 016");
    assert!(
        mobiles.iter().all(is_mobile) && mobiles[0] != mobiles[1],
        "{mobiles:?}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.csv");
    let file = file.to_str().unwrap();
    let words = ["export", "--as", "outlook", "--json", "-o", file, "Ann"];
    let said = shell.json(&words, "").1;
    assert_eq!(said["data"]["without_column"]["email"], 1, "{said}");
    let (status, ..) = shell.run(
        &["export", "--as", "outlook", "--force", "-o", file, "Ada"],
        "",
    );
    assert_eq!(status, 0);
}

/// Contacts whose parts no column of Google or Outlook can say exactly.
const BEYOND: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Solo Sun\r\nN:Sun;Solo;;;\r\n\
X-CALLBOOK-DETAIL:none\r\nNOTE:first\\nsecond\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nFN:O'Brien\\, Pat\r\nN:O'Brien;Pat;;;\r\nEMAIL:pat@example.org\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bare Shown\r\nN:Shown;Bare;;Dr.;\r\nURL:https://bare.example\r\n\
EMAIL:bare@example.org\r\nBDAY:--03-22\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Acme Fruit\r\nORG:Acme Fruit\r\nTEL:+39 02 5550 1182\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Zoo\r\nN:;;;;\r\nTEL:+39 02 5550 1183\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Fay Fax\r\nN:Fax;Fay;;;\r\n\
item1.TEL:+39 02 5550 1184\r\nitem1.X-ABLabel:work fax\r\n\
item2.TEL:+39 02 5550 1185\r\nitem2.X-ABLabel:home fax\r\n\
item3.TEL:+39 02 5550 1187\r\nitem3.X-ABLabel:* door ::: back\r\n\
TEL;TYPE=FAX:+39 02 5550 1186\r\nCATEGORIES:a ::: b,*star,x\\;y\r\nEND:VCARD\r\n";

const TABLES: [ExportForm; 2] = [
    ExportForm::Table(TableForm::Google, Guard::Exact),
    ExportForm::Table(TableForm::Outlook, Guard::Safe),
];

/// The contacts and their numbers without ids and times.
fn said(book: &Book) -> Vec<String> {
    let contacts = all(book).into_iter().map(|whole| {
        let mut contact = whole.full.contact.attributes();
        let attributes = contact.as_object_mut().unwrap();
        for name in [
            "uid",
            "source",
            "created_at",
            "updated_at",
            "updated_in_db_at",
        ] {
            attributes.remove(name);
        }
        let mut phones: Vec<String> = { whole.full.phones.iter() }
            .map(|phone| format!("{} {:?} {}", phone.number, phone.location, phone.primary))
            .collect();
        phones.sort();
        format!("{contact} {phones:?}")
    });
    contacts.collect()
}

fn beyond() -> Book {
    let mut book = book_of("US");
    take(&mut book, "in.vcf", BEYOND.as_bytes());
    let solo = { all(&book).into_iter() }.find(|whole| whole.full.contact.name == "Solo Sun");
    let sent = serde_json::json!({"overwrite": true, "details": [
        {"kind": "other", "label": "locker", "value": "l1\r\nl2"},
        {"kind": "link", "value": "https://solo.example"},
        {"kind": "other", "label": "badge ::: two", "value": "7 ::: 8"},
    ]});
    let (sent, faults) = ContactAttributes::read(sent.as_object().unwrap().clone());
    let id = solo.unwrap().full.contact.id;
    book.store.update_contact(id, sent, faults).unwrap();
    book
}

#[test]
fn what_no_column_of_google_or_outlook_can_say_comes_back_as_it_was() {
    for form in TABLES {
        let mut book = beyond();
        let table = book.exported(form);
        let text = String::from_utf8(table.clone()).unwrap();
        let mut other = book_of("US");
        assert_eq!(take(&mut other, "table.csv", &table).new, 6, "{text}");
        assert_eq!(said(&other), said(&book), "{text}");
        let again = take(&mut book, "table.csv", &table);
        assert_eq!((again.same, again.new, again.changed), (6, 0, 0), "{text}");
    }
}

#[test]
fn what_the_columns_say_is_not_said_twice() {
    let mut book = book_of("US");
    // The first number of a card is confirmed, and so is the first of a row: here it is the same one.
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nN:Lee;Ann;;;\r\nEMAIL:ann@example.org\r\n\
        TEL;TYPE=WORK:+39 02 5550 1182\r\nTEL;TYPE=CELL:+39 347 555 0164\r\nEND:VCARD\r\n";
    take(&mut book, "ann.vcf", card.as_bytes());
    for form in TABLES {
        let table = String::from_utf8(book.exported(form)).unwrap();
        assert!(!table.contains("callbook more"), "{table}");
    }
}

#[test]
fn what_was_changed_in_a_table_for_another_program_is_what_counts() {
    for form in TABLES {
        let book = beyond();
        let table = String::from_utf8(book.exported(form)).unwrap();
        assert!(table.contains("callbook more"), "{table}");
        let table = table.replace("https://solo.example", "https://sun.example");
        let mut other = book_of("US");
        take(&mut other, "table.csv", table.as_bytes());
        let said = said(&other).join("\n");
        assert!(said.contains("https://sun.example"), "{said}");
        assert!(!said.contains("https://solo.example"), "{said}");
    }
}

#[test]
fn a_fax_stands_where_the_other_program_means_it() {
    let book = beyond();
    let cells = |form| {
        let table = book.exported(form);
        let mut reader = ::csv::Reader::from_reader(table.as_slice());
        let headers = reader.headers().unwrap().clone();
        let row =
            { reader.records() }.find(|row| row.as_ref().unwrap().iter().any(|it| it == "Fay"));
        let row = row.unwrap().unwrap();
        let cells = headers.iter().zip(row.iter());
        let cells = cells.filter(|(_, cell)| !cell.is_empty());
        cells
            .map(|(header, cell)| format!("{header}: {cell}"))
            .collect::<Vec<String>>()
    };
    let [google, outlook] = TABLES.map(cells);
    for cell in [
        "Business Fax: +39 02 5550 1184",
        "Home Fax: +39 02 5550 1185",
        "Other Fax: +39 02 5550 1186",
    ] {
        assert!(outlook.contains(&cell.to_owned()), "{cell}: {outlook:?}");
    }
    for label in ["Work Fax", "Home Fax", "Other Fax"] {
        let is_label = |cell: &String| cell.contains("- Label: ") && cell.ends_with(label);
        assert!(google.iter().any(is_label), "{label}: {google:?}");
    }
    let mut other = book_of("US");
    let outlook = "First Name,Last Name,Business Fax,Home Fax,Other Fax\n\
        Fay,Fax,+39 02 5550 1184,+39 02 5550 1185,+39 02 5550 1186\n";
    take(&mut other, "outlook.csv", outlook.as_bytes());
    let google = "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n\
        Gus,Fax,Home Fax,+39 02 5550 1187,Work Fax,+39 02 5550 1188\n";
    take(&mut other, "google.csv", google.as_bytes());
    let mut labels: Vec<(String, Option<String>)> = { all(&other).into_iter() }
        .flat_map(|whole| whole.full.phones)
        .map(|phone| (phone.number, phone.location))
        .collect();
    labels.sort();
    let labels: Vec<&str> = labels
        .iter()
        .filter_map(|(_, label)| label.as_deref())
        .collect();
    assert_eq!(
        labels,
        ["work fax", "home fax", "fax", "home fax", "work fax"]
    );
}

#[test]
fn google_shows_the_name_that_is_shown_here_with_its_parts_beside_and_a_company_has_none() {
    let table = beyond().exported(TABLES[0]);
    let mut reader = ::csv::Reader::from_reader(table.as_slice());
    let headers = reader.headers().unwrap().clone();
    let at = |header: &str| headers.iter().position(|own| own == header).unwrap();
    let names = [
        "First Name",
        "Last Name",
        "Name Prefix",
        "File As",
        "Organization Name",
    ];
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        names.map(|header| row[at(header)].to_owned()).join("|")
    });
    let rows: Vec<String> = rows.collect();
    for row in [
        "Pat|O'Brien||O'Brien, Pat|",
        "Bare|Shown|Dr.|Bare Shown|",
        "||||Acme Fruit",
        "||||Zoo",
    ] {
        assert!(rows.contains(&row.to_owned()), "{row}: {rows:#?}");
    }
    let (status, _, told) = {
        let shell = Shell::new();
        shell.import(BEYOND);
        shell.run(&["export", "--as", "google", "Fay"], "")
    };
    assert_eq!(status, 0);
    assert!(told.contains("Google has no column for 2 tags"), "{told}");
}

#[test]
fn what_outlook_says_of_an_email_beside_it_is_no_line_of_its_own_unless_it_says_more() {
    let mut book = book_of("US");
    let table = "First Name,Last Name,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,\
        E-mail 2 Type,E-mail 2 Display Name\n\
        Ann,Lee,ann@example.org,SMTP,Ann Lee (ann@example.org),lee@example.org,EX,Treasurer\n";
    let report = take(&mut book, "outlook.csv", table.as_bytes());
    let told: Vec<String> = report.notices.iter().map(Notice::words).collect();
    let told = told.join("\n");
    assert!(told.contains("Treasurer") && told.contains("EX"), "{told}");
    assert!(!told.contains("SMTP") && !told.contains("Ann"), "{told}");
    let cards = book.exported(ExportForm::Cards(None));
    let cards = String::from_utf8(cards).unwrap();
    assert_eq!(cards.matches("X-CALLBOOK-COLUMN").count(), 2, "{cards}");
}

#[test]
fn a_part_of_an_address_comes_back_as_it_was_whatever_is_in_it() {
    let street = "1 Loop ::: Flat 2\nBuilding, 3";
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nADR:;;1 Loop ::: Flat 2\\nBuilding\\, 3;Town ::: End;;;\r\nEND:VCARD\r\n";
    let mut book = book_of("DE");
    take(&mut book, "ann.vcf", card.as_bytes());
    let parts = |book: &Book| -> Vec<[String; 2]> {
        let whole = all(book).remove(0);
        let details = whole.full.contact.details.iter();
        let addresses = details.filter_map(|own| own.address());
        addresses
            .map(|own| [own.street.clone(), own.locality.clone()])
            .collect()
    };
    let wanted = [[street.to_owned(), "Town ::: End".to_owned()]];
    assert_eq!(parts(&book), wanted);
    for form in [TableForm::Plain, TableForm::Google, TableForm::Outlook] {
        for guard in [Guard::Exact, Guard::Safe] {
            let table = book.exported(ExportForm::Table(form, guard));
            let mut copy = book_of("DE");
            take(&mut copy, "ann.csv", &table);
            assert_eq!(parts(&copy), wanted, "{form:?} {guard:?}");
        }
    }
    for version in [Version::V21, Version::V30, Version::V40] {
        let cards = book.exported(ExportForm::Cards(Some(version)));
        let mut copy = book_of("DE");
        take(&mut copy, "ann.vcf", &cards);
        assert_eq!(parts(&copy), wanted, "{version:?}");
    }
}

#[test]
fn the_lines_of_a_street_in_googles_table_stay_lines() {
    let table = "Name,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City\n\
         Ann,Home,\"1 Loop\nFlat 2\nTown\",\"1 Loop\nFlat 2\",Town\n";
    let mut book = book_of("DE");
    take(&mut book, "google.csv", table.as_bytes());
    let whole = all(&book).remove(0);
    let address = whole.full.contact.details[0].address().unwrap().clone();
    assert_eq!(
        (&*address.street, &*address.locality),
        ("1 Loop\nFlat 2", "Town")
    );
    assert_eq!(whole.full.contact.details.len(), 1);
    let card = String::from_utf8(book.exported(ExportForm::Cards(None))).unwrap();
    assert!(
        card.contains("ADR;TYPE=HOME:;;1 Loop\\nFlat 2;Town;;;\r\n"),
        "{card}"
    );
    assert!(!card.contains("X-CALLBOOK-COLUMN"), "{card}");
}

#[test]
fn a_relation_is_a_name_whatever_it_looks_like() {
    let table = "Name,Given Name,Relation 1 - Label,Relation 1 - Value,Relation 2 - Label,Relation 2 - Value,Spouse\n\
         Ann,Ann,friend,12345,boss,=SUM(A1),+44 20 7946 0018\n";
    let mut book = book_of("GB");
    let report = take(&mut book, "google.csv", table.as_bytes());
    let relations = |book: &Book| -> Vec<String> {
        let contact = all(book).remove(0).full.contact;
        let relations = contact.details_of(DetailKind::Relation);
        let mut all: Vec<String> = relations.map(|own| own.text().into_owned()).collect();
        all.sort();
        all
    };
    let wanted = ["+44 20 7946 0018", "12345", "=SUM(A1)"];
    assert_eq!(relations(&book), wanted);
    let told: Vec<String> = report.notices.iter().map(Notice::words).collect();
    assert!(!told.join("\n").contains("was not read"), "{told:?}");
    for form in [TableForm::Google, TableForm::Outlook, TableForm::Plain] {
        for guard in [Guard::Exact, Guard::Safe] {
            let table = book.exported(ExportForm::Table(form, guard));
            let mut copy = book_of("GB");
            let report = take(&mut copy, "again.csv", &table);
            assert_eq!(relations(&copy), wanted, "{form:?}");
            let told: Vec<String> = report.notices.iter().map(Notice::words).collect();
            assert!(!told.join("\n").contains("was not read"), "{told:?}");
        }
    }
    // How many children there are is no name of one.
    let mut book = book_of("GB");
    take(
        &mut book,
        "t.csv",
        b"Name,Phone,Children\nAnn,+44 20 7946 0018,2\n",
    );
    assert_eq!(relations(&book), Vec::<String>::new());
}
