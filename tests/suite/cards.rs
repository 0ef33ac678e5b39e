//! Cards that programs write in their own ways: what is read of them, and what goes out.

use std::fmt::Write as _;

use crate::support::Book;
use callbook::domain::contact::{ContactAttributes, ContactKind, DetailKind};
use callbook::domain::edit::Profile;
use callbook::domain::listing::ListQuery;
use callbook::domain::notice::NoticeKind;
use callbook::exchange::ContactReader as _;
use callbook::exchange::charset::Charset;
use callbook::exchange::vcard::{self, CardReader, ReadOptions, Version};
use callbook::export::ExportForm;
use callbook::import::File;
use serde_json::json;

/// A book with the contacts of these cards.
fn book(cards: impl AsRef<[u8]>) -> Book {
    let mut book = Book::new();
    import(&mut book, cards.as_ref());
    book
}

pub(crate) fn import(book: &mut Book, cards: &[u8]) -> callbook::domain::import::ImportReport {
    let file = File::open(cards, "cards.vcf", &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap().value
}

fn everybody(book: &Book) -> Vec<Profile> {
    let rows = book.store.rows(&ListQuery::default(), 0, 1_000).unwrap();
    let profile = |id| book.store.profile(id).unwrap();
    rows.rows.into_iter().map(|row| profile(row.id)).collect()
}

fn only(book: &Book) -> Profile {
    let mut all = everybody(book);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn names(book: &Book) -> Vec<String> {
    let all = everybody(book).into_iter();
    all.map(|profile| profile.full.contact.name).collect()
}

fn numbers(profile: &Profile) -> Vec<&str> {
    let phones = profile.full.phones.iter();
    phones.map(|phone| phone.identity.as_str()).collect()
}

fn details(profile: &Profile, kind: DetailKind) -> Vec<String> {
    let details = profile.full.contact.details.iter();
    let of_kind = details.filter(|detail| detail.kind == kind);
    of_kind.map(|detail| detail.text().into_owned()).collect()
}

/// The whole book as it is exported.
pub(crate) fn exported(book: &Book, version: Option<Version>) -> String {
    String::from_utf8_lossy(&book.exported(ExportForm::Cards(version))).into_owned()
}

pub(crate) fn update(book: &mut Book, sent: &serde_json::Value) {
    let id = only(book).full.contact.id;
    let mut sent = sent.clone();
    sent["overwrite"] = json!(true);
    let (sent, faults) = ContactAttributes::read(sent.as_object().unwrap().clone());
    book.store.update_contact(id, sent, faults).unwrap();
}

#[track_caller]
fn has_line(card: &str, line: &str) {
    assert!(card.lines().any(|own| own == line), "{line} in:\n{card}");
}

#[track_caller]
fn lacks(card: &str, text: &str) {
    assert!(!card.contains(text), "{text} in:\n{card}");
}

const HEAD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Bee\r\nN:Bee;Ann;;;\r\n";

#[test]
fn cards_that_share_a_line_are_parted() {
    let one = |name: &str, number: &str| {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL:{number}\r\n")
    };
    let (ada, bruno) = (
        one("Ada Uno", "+12134567001"),
        one("Bruno Due", "+12134567002"),
    );
    let cut = |card: &str| card.trim_end().to_owned();
    for (file, why) in [
        (
            format!("{ada}END:VCARD{bruno}END:VCARD"),
            "END and BEGIN on one line",
        ),
        (
            format!("{ada}END:VCARD  {bruno}END:VCARD\r\n"),
            "with spaces between",
        ),
        (
            format!("{ada}END:VCARD\u{feff}{bruno}END:VCARD\r\n"),
            "with a byte order mark between",
        ),
        (
            format!("{}END:VCARD{bruno}END:VCARD\r\n", cut(&ada)),
            "END after a value",
        ),
        (
            format!("{}END:VCARD\r\n{}END:VCARD", cut(&ada), cut(&bruno)),
            "END after each value",
        ),
        (format!("{ada}{bruno}"), "no END at all"),
        (format!("{}{bruno}", cut(&ada)), "neither END nor line end"),
    ] {
        let book = book(&file);
        let mut told: Vec<String> = everybody(&book)
            .iter()
            .map(|profile| format!("{} {:?}", profile.full.contact.name, numbers(profile)))
            .collect();
        told.sort();
        let expected = ["Ada Uno [\"+12134567001\"]", "Bruno Due [\"+12134567002\"]"];
        assert_eq!(told, expected, "{why}");
        let out = exported(&book, None);
        assert_eq!(
            out.lines().filter(|line| *line == "BEGIN:VCARD").count(),
            2,
            "{why}: {out}"
        );
        assert_eq!(
            out.lines().filter(|line| *line == "END:VCARD").count(),
            2,
            "{why}: {out}"
        );
        let again = CardReader::new(out.as_bytes())
            .filter_map(Result::ok)
            .count();
        assert_eq!(again, 2, "{why}");
    }
}

#[test]
fn the_words_of_a_card_within_a_text_part_no_line() {
    let note = "NOTE:ends in END:VCARD\r\n";
    let agent = "AGENT:BEGIN:VCARD\\nFN:Cy Dee\\nTEL:+390255501183\\nEND:VCARD\r\n";
    let file = format!("{HEAD}{note}{agent}TEL:+390255501182\r\nEND:VCARD\r\n");
    let book = book(&file);
    assert_eq!(numbers(&only(&book)), ["+390255501182"]);
    assert_eq!(exported(&book, None), file);
}

#[test]
fn a_folded_agent_hides_nothing_and_an_edit_stays_in_the_card() {
    let agent =
        "AGENT:BEGIN:VCARD\r\n VERSION:3.0\r\n FN:Cy Dee\r\n TEL:+390255501183\r\n END:VCARD\r\n";
    let file = format!("{HEAD}{agent}TEL;TYPE=CELL:+39 02 5550 1182\r\nEND:VCARD\r\n");
    let mut book = book(&file);
    assert_eq!(numbers(&only(&book)), ["+390255501182"]);
    assert_eq!(exported(&book, None), file);
    update(&mut book, &json!({"note": "call"}));
    let out = exported(&book, None);
    assert!(out.ends_with("NOTE:call\r\nEND:VCARD\r\n"), "{out}");
    assert!(out.contains(agent), "{out}");
    let four = exported(&book, Some(Version::V40));
    let unfolded = four.replace("\r\n ", "");
    has_line(
        &unfolded,
        "AGENT:BEGIN:VCARD\\nVERSION:4.0\\nFN:Cy Dee\\nTEL:+390255501183\\nEND:VCARD\\n",
    );
}

#[test]
fn the_card_of_an_agent_goes_along_into_another_version() {
    let file = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Ann Bee\r\nN:Bee;Ann\r\nTEL;CELL:+39 02 5550 1182\r\n\
        AGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN:Dee;Cy\r\nTEL;CELL:+39 02 5550 1183\r\nNOTE;ENCODING=QUOTED-PRINTABLE:a=0Ab\r\n\
        END:VCARD\r\nEND:VCARD\r\n";
    let book = book(file);
    assert_eq!(numbers(&only(&book)), ["+390255501182"]);
    for version in [Version::V30, Version::V40] {
        let out = exported(&book, Some(version)).replace("\r\n ", "");
        let number = version.number();
        has_line(
            &out,
            &format!(
                "AGENT:BEGIN:VCARD\\nVERSION:{number}\\nN:Dee\\;Cy\\;\\;\\;\\nTEL\\;TYPE=CELL:+39 02 5550 1183\\n\
                 NOTE:a\\\\nb\\nEND:VCARD\\n"
            ),
        );
        has_line(&out, "N:Bee;Ann;;;");
        has_line(&out, "TEL;TYPE=CELL:+39 02 5550 1182");
    }
}

/// A card of 2.1 with a name in a charset that it names, in quoted-printable and as it is.
fn named(charset: &str, name: &[u8]) -> Vec<u8> {
    let mut quoted = String::new();
    for byte in name {
        write!(quoted, "={byte:02X}").unwrap();
    }
    let mut card = b"BEGIN:VCARD\r\nVERSION:2.1\r\n".to_vec();
    card.extend(format!("FN;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{quoted}\r\n").bytes());
    card.extend(format!("TITLE;CHARSET={charset}:").bytes());
    card.extend(name);
    card.extend(b"\r\nTEL;CELL:+86 139 0000 0000\r\nEND:VCARD\r\n");
    card
}

#[test]
fn every_charset_that_a_card_names_is_read_and_kept() {
    for (charset, bytes, name) in [
        ("SHIFT_JIS", &b"\x8c\xa9\x96{\x89\xd4\x8eq"[..], "見本花子"),
        ("Shift_JIS", b"\x83\x5c\x83\x5c", "ソソ"),
        ("EUC-JP", b"\xb8\xab\xcb\xdc\xb2\xd6\xbb\xd2", "見本花子"),
        ("ISO-2022-JP", b"\x1b$B8+K\\2V;R\x1b(B", "見本花子"),
        ("GB2312", b"\xd1\xf9\xb1\xbe", "样本"),
        ("GBK", b"\xd1\xf9\x97\x5c", "样梊"),
        ("GB18030", b"\xd1\xf9\x81\x30\x86\x30", "样¸"),
        ("BIG5", b"\xbc\xcb\xa5\xbb\xb3\x5c", "樣本許"),
        ("EUC-KR", b"\xc8\xab\xb1\xe6\xb5\xbf", "홍길동"),
        ("KS_C_5601-1987", b"\xc8\xab\xb1\xe6\xb5\xbf", "홍길동"),
        ("KS_C_5601", b"\xc8\xab\xb1\xe6\xb5\xbf", "홍길동"),
        ("windows-874", b"\xca\xc1\xaa\xd2\xc2", "สมชาย"),
        ("IBM437", b"J\x81rgen", "Jürgen"),
        ("CP850", b"Jos\x82", "José"),
        ("windows-1251", b"\xc8\xe2\xe0\xed", "Иван"),
        ("ISO-8859-7", b"\xc1\xed\xed\xe1", "Αννα"),
    ] {
        let card = named(charset, bytes);
        let mut book = book(&card);
        let profile = only(&book);
        assert_eq!(profile.full.contact.name, name, "{charset}");
        assert_eq!(
            profile.full.contact.title.as_deref(),
            Some(name),
            "{charset}"
        );
        update(&mut book, &json!({"note": "new"}));
        let out = exported(&book, None);
        lacks(&out, "=EF=BF=BD");
        for version in [Version::V30, Version::V40] {
            let out = exported(&book, Some(version));
            has_line(&out, &format!("FN:{name}"));
            has_line(&out, &format!("TITLE:{name}"));
        }
    }
}

#[test]
fn a_charset_that_no_line_names_is_guessed_and_told_or_given() {
    let card = |name: &[u8], note: &[u8]| {
        let lines: [&[u8]; 5] = [
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:",
            name,
            b"\r\nNOTE:",
            note,
            b"\r\nTEL:+7 912 345-67-89\r\nEND:VCARD\r\n",
        ];
        lines.concat()
    };
    for (name, note, expected, charset) in [
        (
            &b"\xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2"[..],
            &b"\xc7\xe2\xee\xed\xe8\xf2\xfc \xef\xee\xf1\xeb\xe5 \xee\xe1\xe5\xe4\xe0"[..],
            "Иван Петров",
            "windows-1251",
        ),
        (
            b"\xc3\xe9\xfe\xf1\xe3\xef\xf2 \xd0\xe1\xf0\xe1\xe4\xfc\xf0\xef\xf5\xeb\xef\xf2",
            b"\xd4\xe7\xeb\xdd\xf6\xf9\xed\xef \xf4\xef \xe2\xf1\xdc\xe4\xf5",
            "Γιώργος Παπαδόπουλος",
            "windows-1253",
        ),
        (
            b"\x8at\xecp\xe1n Nov\xe1k",
            b"P\xf8\xedli\x9a \x9elu\x9dou\xe8k\xfd k\xf9\xf2 \xfap\xecl \xef\xe1belsk\xe9 \xf3dy",
            "Štěpán Novák",
            "windows-1250",
        ),
    ] {
        let file = card(name, note);
        let mut cards = CardReader::new(&file[..]);
        let read = cards.next().unwrap().unwrap();
        assert_eq!(read.said.contact.name.unwrap().unwrap(), expected);
        assert_eq!(read.card, file, "as it came");
        let notices = cards.notices();
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert_eq!(notices[0].kind, NoticeKind::GuessedCharset);
        assert_eq!(
            (notices[0].subject.as_str(), notices[0].number),
            (charset, 1)
        );
        assert_eq!(notices[0].example, expected);

        let mut book = book(&file);
        update(&mut book, &json!({"title": "new"}));
        has_line(&exported(&book, None), &format!("FN:{expected}"));
        has_line(
            &exported(&book, Some(Version::V40)),
            &format!("FN:{expected}"),
        );
    }
    // What the bytes do not say, a person may.
    let file = card(b"\xeb\xf3\xeb\xe1", b"\xe9");
    let options = ReadOptions {
        charset: Charset::named("windows-1251"),
    };
    let mut cards = CardReader::with(&file[..], options);
    let read = cards.next().unwrap().unwrap();
    assert_eq!(read.said.contact.name.unwrap().unwrap(), "лулб");
    assert!(cards.notices().is_empty());
    // The card is read so for good, and goes out as it came.
    assert_eq!(
        vcard::CardReader::new(&read.card[..])
            .next()
            .unwrap()
            .unwrap()
            .said
            .contact
            .name
            .unwrap()
            .unwrap(),
        "лулб"
    );
    assert_eq!(vcard::complete(read.card), file);
}

#[test]
fn one_file_is_in_one_charset() {
    let long = b"\xc7\xe2\xee\xed\xe8\xf2\xfc \xef\xee\xf1\xeb\xe5 \xee\xe1\xe5\xe4\xe0";
    let card = |name: &[u8]| {
        [
            &b"BEGIN:VCARD\nVERSION:3.0\nFN:"[..],
            name,
            b"\nTEL:123\nEND:VCARD\n",
        ]
        .concat()
    };
    let file = [card(b"\xdf"), card(long), card(b"\xdf \xdf")].concat();
    let mut cards = CardReader::new(&file[..]);
    let names: Vec<String> = cards
        .by_ref()
        .map(|card| card.unwrap().said.contact.name.unwrap().unwrap())
        .collect();
    assert_eq!(names, ["Я", "Звонить после обеда", "Я Я"]);
    assert_eq!(cards.notices()[0].number, 3);
}

#[test]
fn damaged_quoted_printable_costs_no_more_than_what_is_damaged() {
    let card = |line: &str| {
        format!(
            "BEGIN:VCARD\nVERSION:2.1\nFN:Ann Bee\n{line}\nTEL;CELL:+39 02 5550 1182\nEND:VCARD\n"
        )
    };
    let head = "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:";
    for (value, expected) in [
        ("=C3=A4=C3=B6=C3", "äö\u{fffd}"),
        ("=C3", "\u{fffd}"),
        ("=D0=98=D0=B2=D0=\n =B0=D0=BD", "Иван"),
        ("=D0=98=D0=\n\t=B2=D0=\n\t=B0=D0=BD", "Иван"),
        ("Hello=\n world", "Hello world"),
        ("a=3Bb=2Cc=5Cd", "a;b,c\\d"),
    ] {
        let book = book(card(&format!("{head}{value}")));
        assert_eq!(
            only(&book).full.contact.note.as_deref(),
            Some(expected),
            "{value}"
        );
        assert_eq!(numbers(&only(&book)), ["+390255501182"]);
    }
}

#[test]
fn a_contact_without_a_name_keeps_the_one_it_is_shown_by() {
    let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nEMAIL:ann@example.org\r\nEND:VCARD\r\n";
    let mut book = book(file);
    let id = only(&book).full.contact.id;
    let phone = book
        .post(id, json!({"number": "+39 02 5550 1182"}))
        .unwrap();
    let out = exported(&book, None);
    has_line(&out, "FN:ann@example.org");
    has_line(&out, "N:;;;;");
    lacks(&out, "COMPANY");
    assert_eq!(names(&self::book(&out)), ["ann@example.org"]);
    book.store.delete_phone(phone.id, None).unwrap();
    assert_eq!(exported(&book, None), file, "as it came");
    for version in [Version::V30, Version::V40] {
        let out = exported(&book, Some(version));
        has_line(&out, "FN:ann@example.org");
        assert_eq!(only(&self::book(&out)).full.contact.given_name, None);
    }
}

#[test]
fn a_label_of_one_number_is_not_given_to_its_group() {
    let file = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ann Bee\r\nwork.TEL;TYPE=cell:+39 347 555 0164\r\n\
        work.TEL;TYPE=fax:+39 02 5550 1182\r\nwork.EMAIL:ann@example.org\r\n\
        work.ADR:;;Via Roma 1;Milano;;20100;Italy\r\nwork.X-ABLabel:Office\r\nEND:VCARD\r\n";
    for file in [
        file.to_owned(),
        file.replace("work.X-ABLabel:Office\r\n", ""),
    ] {
        let mut book = book(&file);
        let before = only(&book);
        let phone = before
            .full
            .phones
            .iter()
            .find(|phone| phone.typed.ends_with("0164"))
            .unwrap();
        book.set(phone.id, json!({"location": "Skipper"}));
        let again = self::book(exported(&book, None));
        let after = only(&again);
        let label = |profile: &Profile, end: &str| {
            let mut phones = profile.full.phones.iter();
            phones
                .find(|phone| phone.typed.ends_with(end))
                .unwrap()
                .location
                .clone()
        };
        assert_eq!(label(&after, "0164").as_deref(), Some("Skipper"));
        assert_eq!(label(&after, "1182"), label(&before, "1182"));
        assert_eq!(after.full.contact.details, before.full.contact.details);
    }
}

#[test]
fn a_number_as_an_address_stays_one() {
    let file = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ann Bee\r\n\
        TEL;VALUE=uri;TYPE=\"voice,home\":tel:+39-02-5550-1182;ext=55\r\nEND:VCARD\r\n";
    let mut book = book(file);
    let phone = only(&book).full.phones[0].id;
    book.set(phone, json!({"location": "work"}));
    let out = exported(&book, None);
    assert!(out.contains(":tel:+39-02-5550-1182;ext=55\r\n"), "{out}");
    has_line(
        &exported(&book, Some(Version::V30)),
        "TEL;TYPE=voice;TYPE=WORK:+39-02-5550-1182 ext. 55",
    );
}

#[test]
fn quotes_in_parameters_hide_their_colons() {
    let file = format!("{HEAD}TEL;TYPE=\"work,x:y\";PREF=1:+39 02 5550 1182\r\nEND:VCARD\r\n");
    let book = book(&file);
    let ann = only(&book);
    assert_eq!(numbers(&ann), ["+390255501182"]);
    assert_eq!(ann.full.phones[0].location.as_deref(), Some("work"));
    assert_eq!(exported(&book, None), file);
    has_line(
        &exported(&book, Some(Version::V40)),
        "TEL;TYPE=work;TYPE=\"x:y\";PREF=1:+39 02 5550 1182",
    );
}

#[test]
fn emails_are_parted_bared_and_the_preferred_one_comes_first() {
    let file = format!(
        "{HEAD}EMAIL;TYPE=work:jim.work@example.org\r\nEMAIL;TYPE=home,pref:jim.home@example.org\r\n\
         EMAIL:a@example.org\\,b@example.org\r\nEMAIL:Jim Smith <jim@example.org>\r\n\
         EMAIL:Smith\\, Jim\r\nEND:VCARD\r\n"
    );
    let mut book = book(&file);
    let emails = [
        "jim.work@example.org",
        "jim.home@example.org",
        "a@example.org",
        "b@example.org",
        "jim@example.org",
        "Smith, Jim",
    ];
    assert_eq!(details(&only(&book), DetailKind::Email), emails);
    let contact = only(&book).full.contact;
    assert_eq!(contact.emails().next(), Some("jim.home@example.org"));
    assert_eq!(exported(&book, None), file);
    update(&mut book, &json!({"note": "call"}));
    let out = exported(&book, None);
    assert!(
        out.contains("EMAIL:a@example.org\\,b@example.org\r\n"),
        "{out}"
    );
    assert_eq!(details(&only(&self::book(&out)), DetailKind::Email), emails);
    // One of two on a line goes, and the other stays.
    let rest: Vec<_> = only(&book).full.contact.details;
    let rest: Vec<_> = rest
        .iter()
        .filter(|email| email.text() != "a@example.org")
        .collect();
    update(&mut book, &json!({"details": rest}));
    let out = exported(&book, None);
    lacks(&out, "a@example.org");
    assert!(out.contains("b@example.org"), "{out}");
}

#[test]
fn the_same_email_comes_in_once_whatever_its_case_and_label() {
    let card = |email: &str| format!("{HEAD}{email}\r\nTEL:+39 02 5550 1182\r\nEND:VCARD\r\n");
    let mut book = book(card("EMAIL;TYPE=INTERNET:ann@example.org"));
    import(
        &mut book,
        card("EMAIL;TYPE=HOME:Ann@Example.org").as_bytes(),
    );
    assert_eq!(
        details(&only(&book), DetailKind::Email),
        ["ann@example.org"]
    );
}

#[test]
fn googles_star_is_a_favourite_in_and_out() {
    let file = format!(
        "{HEAD}TEL;TYPE=CELL:+12134567004\r\nCATEGORIES:myContacts,starred\r\nEND:VCARD\r\n"
    );
    let mut book = book(&file);
    assert!(only(&book).full.contact.favourite);
    assert!(only(&book).full.contact.tags.is_empty());
    assert_eq!(exported(&book, None), file);
    update(&mut book, &json!({"favourite": false, "tags": ["choir"]}));
    let out = exported(&book, None);
    has_line(&out, "CATEGORIES:myContacts,choir");
    lacks(&out, "FAVOURITE");
    update(&mut book, &json!({"favourite": true}));
    has_line(
        &exported(&book, None),
        "CATEGORIES:myContacts,starred,choir",
    );
    assert_eq!(
        only(&self::book(exported(&book, None))).full.contact.tags,
        ["choir"]
    );
}

#[test]
fn cards_of_groups_are_no_contacts() {
    let file = format!(
        "{HEAD}UID:aaa-1\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nUID:g-1\r\nFN:Choir\r\nN:Choir;;;;\r\n\
         X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:aaa-1\r\nEND:VCARD\r\n\
         BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g-2\r\nKIND:Group\r\nFN:Football Club\r\nMEMBER:urn:uuid:aaa-1\r\n\
         MEMBER:mailto:bo@example.org\r\nEND:VCARD\r\n"
    );
    let mut cards = CardReader::new(file.as_bytes());
    assert_eq!(cards.by_ref().filter_map(Result::ok).count(), 1);
    let groups = cards.groups();
    let told: Vec<_> = groups
        .iter()
        .map(|group| (group.name.as_str(), group.place.card))
        .collect();
    assert_eq!(told, [("Choir", 2), ("Football Club", 3)]);
    assert_eq!(groups[0].members, ["aaa-1"]);
    assert_eq!(groups[1].members, ["aaa-1", "mailto:bo@example.org"]);
    assert!(
        groups[1]
            .card
            .starts_with(b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g-2")
    );
}

#[test]
fn east_asian_names_have_the_family_name_first() {
    let card = |n: &str| {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:{n};;;\r\nTEL:+81 90 0000 0000\r\nEND:VCARD\r\n")
    };
    for (n, name) in [
        ("見本;花子", "見本花子"),
        ("サトウ;ハナ", "サトウ ハナ"),
        ("홍;길동", "홍길동"),
        ("Bee;Ann", "Ann Bee"),
        ("見本;Hanako", "Hanako 見本"),
    ] {
        assert_eq!(names(&book(card(n))), [name]);
    }
}

#[test]
fn what_sorts_a_name_and_companies_are_read_and_written() {
    let file = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Rembrandt van Rijn\r\n\
        N;SORT-AS=\"Rijn,Rembrandt\":van Rijn;Rembrandt;;;\r\nTEL:+31205550000\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna de Boer\r\nN:de Boer;Anna;;;\r\nSORT-STRING:Boer\r\nTEL:+31205550001\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nFN:The Bakery\r\nORG:The Bakery\r\nTEL:+31205550002\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna's\r\nN:;;;;\r\nX-ABShowAs:COMPANY\r\nTEL:+31205550003\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\nFN:Acme\r\nORG:Acme\r\nTEL:+31205550004\r\nEND:VCARD\r\n";
    let book = book(file);
    let of = |book: &Book, name: &str| {
        let all = everybody(book).into_iter();
        let found = all
            .map(|profile| profile.full.contact)
            .find(|contact| contact.name == name);
        let contact = found.unwrap_or_else(|| panic!("{name}"));
        (contact.sort_as, contact.kind)
    };
    for version in [
        None,
        Some(Version::V21),
        Some(Version::V30),
        Some(Version::V40),
    ] {
        let book = match version {
            None => self::book(file),
            version => self::book(exported(&book, version)),
        };
        for (name, sort_as, kind) in [
            (
                "Rembrandt van Rijn",
                Some("Rijn, Rembrandt"),
                ContactKind::Person,
            ),
            ("Anna de Boer", Some("Boer"), ContactKind::Person),
            ("The Bakery", None, ContactKind::Company),
            ("Anna's", None, ContactKind::Company),
            ("Acme", None, ContactKind::Person),
        ] {
            assert_eq!(
                of(&book, name),
                (sort_as.map(str::to_owned), kind),
                "{name} {version:?}"
            );
        }
    }
    let mut book = self::book(HEAD.to_owned() + "END:VCARD\r\n");
    for (sort_as, kind) in [
        ("Bee, A \"x\"", "company"),
        ("a,b", "person"),
        ("Zed", "company"),
    ] {
        update(&mut book, &json!({"sort_as": sort_as, "kind": kind}));
        for version in [None, Some(Version::V30), Some(Version::V40)] {
            let again = only(&self::book(exported(&book, version))).full.contact;
            assert_eq!(again.sort_as.as_deref(), Some(sort_as), "{version:?}");
            assert_eq!(again.kind.word(), kind, "{version:?}");
        }
    }
}

#[test]
fn a_version_gets_what_it_requires_and_names_otherwise() {
    let three = format!(
        "{HEAD}KIND:org\r\nGEO:45.46;9.19\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-03-22\r\nX-ANNIVERSARY:2009-08-08\r\n\
         PHOTO;TYPE=\"jpeg\";ENCODING=b:/9j/4AAQ\r\nLOGO;VALUE=uri:http://example.org/a.png\r\n\
         REV:2024-03-12T13:51:07Z\r\nTEL;TYPE=\"cell,voice\":+12134567004\r\nEND:VCARD\r\n"
    );
    let four = exported(&book(&three), Some(Version::V40));
    for line in [
        "KIND:org",
        "GEO:geo:45.46,9.19",
        "BDAY:--0322",
        "ANNIVERSARY:20090808",
        "PHOTO:data:image/jpeg;base64,/9j/4AAQ",
        "LOGO;VALUE=uri:http://example.org/a.png",
        "REV:20240312T135107Z",
        "TEL;TYPE=cell,voice:+12134567004",
    ] {
        has_line(&four, line);
    }
    let three = exported(&book(&four), Some(Version::V30));
    for line in [
        "X-ABShowAs:COMPANY",
        "GEO:45.46;9.19",
        "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-22",
        "X-ANNIVERSARY:2009-08-08",
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
        "LOGO;VALUE=uri:http://example.org/a.png",
        "REV:2024-03-12T13:51:07Z",
    ] {
        has_line(&three, line);
    }
    lacks(&three, "\r\nKIND");

    let apple = format!(
        "{HEAD}item1.X-ABDATE;type=pref:2009-08-22\r\nitem1.X-ABLabel:_$!<Anniversary>!$_\r\nEND:VCARD\r\n"
    );
    let four = exported(&book(&apple), Some(Version::V40));
    has_line(&four, "ANNIVERSARY:20090822");
    lacks(&four, "item1");
}

#[test]
fn an_old_card_goes_into_a_later_version_whole() {
    let photo: Vec<String> = (0..6)
        .map(|line| format!("{line}{}", "AbC+/9".repeat(9)))
        .collect();
    let file = format!(
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Bee;Ann\r\nTEL;CELL;VOICE:+39 02 5550 1182\r\n\
         X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Annie, A;1;;;;;;;;;;;;;\r\n\
         URL:http://example.org/?a=1;b=2,3\r\nBDAY:19800322\r\n\
         PHOTO;ENCODING=BASE64;JPEG:{}\r\n\r\nTEL;HOME:+39 02 5550 1183\r\nEND:VCARD\r\n",
        photo.join("\r\n")
    );
    let book = book(&file);
    assert_eq!(numbers(&only(&book)).len(), 2);
    assert_eq!(exported(&book, None), file);
    let whole = photo.concat();
    for (version, head, day) in [
        (
            Version::V30,
            "PHOTO;TYPE=JPEG;ENCODING=b:",
            "BDAY:1980-03-22",
        ),
        (
            Version::V40,
            "PHOTO:data:image/jpeg;base64,",
            "BDAY:19800322",
        ),
    ] {
        let out = exported(&book, Some(version)).replace("\r\n ", "");
        for line in [
            "FN:Ann Bee",
            "N:Bee;Ann;;;",
            "TEL;TYPE=CELL;TYPE=VOICE:+39 02 5550 1182",
            "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Annie, A;1;;;;;;;;;;;;;",
            "URL:http://example.org/?a=1;b=2,3",
            day,
        ] {
            has_line(&out, line);
        }
        has_line(&out, &format!("{head}{whole}"));
    }
}

#[test]
fn an_edited_card_gets_what_its_version_requires() {
    let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Bee;Ann\r\nTEL;CELL:+39 02 5550 1182\r\n\
        ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:B=C3=A4r\r\nEND:VCARD\r\n";
    let mut book = book(file);
    assert_eq!(exported(&book, None), file, "untouched");
    update(&mut book, &json!({"note": "call"}));
    let out = exported(&book, None);
    for line in [
        "N:Bee;Ann;;;",
        "FN:Ann Bee",
        "TEL;TYPE=CELL:+39 02 5550 1182",
        "ORG:Bär",
    ] {
        has_line(&out, line);
    }
}

#[test]
fn what_other_readers_refuse_a_file_for_is_added() {
    let plain = "FN:Ann Bee\nN:Bee;Ann;;;\nTEL;TYPE=CELL:+39 02 5550 1182\n";
    for (file, out) in [
        (
            format!("BEGIN:VCARD\n{plain}END:VCARD"),
            format!("BEGIN:VCARD\nVERSION:3.0\n{plain}END:VCARD\n"),
        ),
        (
            format!("BEGIN:VCARD\nVERSION:4.0\n{plain}"),
            format!("BEGIN:VCARD\nVERSION:4.0\n{plain}END:VCARD\n"),
        ),
        (
            "BEGIN:VCARD\r\nN:Bee;Ann\r\nTEL;CELL:+39 02 5550 1182\r\nEND:VCARD\r\n".to_owned(),
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Bee;Ann\r\nTEL;CELL:+39 02 5550 1182\r\nEND:VCARD\r\n"
                .to_owned(),
        ),
        (
            format!("BEGIN:VCARD\nVERSION:3.0\n{plain}END:VCARD"),
            format!("BEGIN:VCARD\nVERSION:3.0\n{plain}END:VCARD\n"),
        ),
    ] {
        assert_eq!(exported(&book(&file), None), out);
    }
    let one = |name: &str| {
        format!("BEGIN:VCARD\r\r\nVERSION:3.0\r\r\nFN:{name}\r\r\nTEL:123\r\r\nEND:VCARD\r\r\n")
    };
    let file = one("Ann Bee") + &one("Cy Dee");
    assert_eq!(exported(&book(&file), None), file);
}

#[test]
fn a_changed_address_keeps_its_parts() {
    let file = format!("{HEAD}ADR;TYPE=HOME:;;1 Main St;Springfield;IL;62701;USA\r\nEND:VCARD\r\n");
    let mut book = book(&file);
    let changed =
        |value: &str| json!({"details": [{"kind": "address", "label": "home", "value": value}]});
    update(
        &mut book,
        &changed("2 Main St, Springfield, IL, 62701, USA"),
    );
    has_line(
        &exported(&book, None),
        "ADR;TYPE=HOME:;;2 Main St;Springfield;IL;62701;USA",
    );
    update(&mut book, &changed("Somewhere else"));
    has_line(&exported(&book, None), "ADR;TYPE=HOME:;;Somewhere else;;;;");
}

#[test]
fn a_card_that_holds_too_much_is_named_and_set_aside() {
    let card = |lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:Ann Bee\n{lines}END:VCARD\n");
    for (lines, reason) in [
        (
            "X-A:1\n".repeat(150_000),
            "has 100001 lines; at most 100000 are allowed",
        ),
        (
            format!("N:{}\n", ";".repeat(500_000)),
            "has 500000 parts of lines; at most 400000 are allowed",
        ),
        (
            format!("ORG:{}\n", ";".repeat(500_000)),
            "has 500000 parts of lines; at most 400000 are allowed",
        ),
        (
            format!("X-A{}:1\n", ";".repeat(500_000)),
            "has 500000 parts of lines; at most 400000 are allowed",
        ),
        (
            format!("NOTE:{}\n", ";".repeat(17 << 20)),
            "has more than 16 MiB of text",
        ),
    ] {
        let items: Vec<_> = CardReader::new((card(&lines) + &card("")).as_bytes()).collect();
        assert_eq!(items.len(), 2);
        let reject = items[0].as_ref().unwrap_err();
        assert_eq!(reject.reason, reason);
        assert_eq!(reject.name.as_deref(), Some("Ann Bee"));
        assert_eq!(reject.card.len(), card(&lines).len(), "whole");
    }
    let blank = card(&"\n".repeat(1_000_000));
    assert!(CardReader::new(blank.as_bytes()).next().unwrap().is_ok());
}
