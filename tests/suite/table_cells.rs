//! What the cells of a table say: days, numbers that there are not, country codes; and the files of
//! other mail programs.

use callbook::domain::contact::DetailKind;
use callbook::domain::notice::{LooksLike, Notice, NoticeKind};
use callbook::exchange::vcard::Version;
use callbook::export::ExportForm;
use callbook::import::File;

use crate::cli::Shell;
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
