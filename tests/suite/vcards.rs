//! Reading vCards: cards that real programs wrote, one of ours for each peculiarity, and cards that
//! nobody would write.

use std::fmt::Write as _;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use crate::support::Book;
use callbook::domain::contact::{Detail, DetailKind};
use callbook::domain::import::{CardPlace, Incoming};
use callbook::exchange::ContactReader as _;
use callbook::exchange::vcard::{self, CARD_LIMIT, REJECT_LIMIT, Read as Item, Version};
use callbook::export::ExportForm;
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Vec<Item> {
    vcard::read(bytes).collect()
}

fn own(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/cards")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All cards of a sample of ours; none may be rejected.
fn cards(name: &str) -> Vec<Incoming> {
    read(&own(name)).into_iter().map(Result::unwrap).collect()
}

fn card(name: &str) -> Incoming {
    let mut cards = cards(name);
    assert_eq!(cards.len(), 1, "{name}");
    cards.remove(0)
}

fn name(card: &Incoming) -> &str {
    card.said
        .contact
        .name
        .as_ref()
        .and_then(Option::as_deref)
        .unwrap_or("")
}

fn text(sent: &Option<Option<String>>) -> &str {
    sent.as_ref().and_then(Option::as_deref).unwrap_or("")
}

/// Each phone as `label number`, with a star before the primary one.
fn phones(card: &Incoming) -> Vec<String> {
    card.said
        .phones
        .iter()
        .map(|phone| {
            let mut line = String::new();
            if phone.primary == Some(true) {
                line.push_str("* ");
            }
            let label = text(&phone.location);
            if !label.is_empty() {
                write!(line, "{label} ").unwrap();
            }
            line + phone.number.as_deref().unwrap()
        })
        .collect()
}

type Told = (DetailKind, String, String);

fn detail(kind: DetailKind, label: &str, value: &str) -> Told {
    (kind, label.to_owned(), value.to_owned())
}

/// The details of a card, each with its label and its value as a text.
fn told(details: Option<&Vec<Detail>>) -> Vec<Told> {
    let details = details.into_iter().flatten();
    let told = details.map(|detail| {
        let label = detail.label.clone().unwrap_or_default();
        (detail.kind, label, detail.text().into_owned())
    });
    told.collect()
}

/// Counts the TEL lines that are not blank, with no help from the reader.
fn tel_lines(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let unfolded = text
        .replace("=\n", "")
        .replace("\n ", "")
        .replace("\n\t", "");
    unfolded
        .lines()
        .filter(|line| {
            let Some((head, value)) = line.split_once(':') else {
                return false;
            };
            let name = head.split(';').next().unwrap().rsplit('.').next().unwrap();
            ["TEL", "X-MS-TEL"].contains(&name.to_ascii_uppercase().as_str())
                && !value.trim().is_empty()
        })
        .count()
}

#[test]
fn every_number_of_every_real_card_is_read() {
    let collected = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/vcards");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cards");
    let folder: PathBuf = if collected.is_dir() {
        collected
    } else {
        eprintln!(
            "{} is not there: our own samples stand in",
            collected.display()
        );
        samples
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        // Counted one by one below: UTF-16, and cards within cards.
        if path.extension().is_none_or(|ending| ending != "vcf")
            || [
                "utf16", "agent", "slips", "empty", "not_a", "text_", "quoted",
            ]
            .iter()
            .any(|start| file.starts_with(start))
        {
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let mut numbers = 0;
        for item in read(&bytes) {
            let card = item.unwrap_or_else(|reject| panic!("{file}: {}", reject.reason));
            assert!(!name(&card).is_empty(), "{file}: {card:?}");
            numbers += card.said.phones.len();
        }
        assert_eq!(numbers, tel_lines(&bytes), "{file}");
    }
    assert!(files >= 8, "{files} files");
}

#[test]
fn a_file_may_hold_cards_of_every_version() {
    let cards = cards("three_in_a_file.vcf");
    let places: Vec<CardPlace> = cards.iter().map(|card| card.place).collect();
    assert_eq!(
        places,
        [(1, 1), (2, 8), (3, 15)].map(|(card, line)| CardPlace { card, line })
    );
    assert_eq!(phones(&cards[0]), ["mobile +31 6 1234 5678"]);
    assert_eq!(text(&cards[0].said.contact.family_name), "van Dijk");
    assert_eq!(
        phones(&cards[1]),
        ["work +358-9-5550-134 ext. 12", "* mobile +358 50 555 0134"]
    );
    assert_eq!(
        phones(&cards[2]),
        ["* mobile +91 98 5550 0134", "fax +91 22 5550 0135"]
    );
}

#[test]
fn a_carriage_return_alone_ends_a_line() {
    let cards = cards("old_mac_line_ends.vcf");
    assert_eq!(name(&cards[0]), "Rosa Ibáñez");
    assert_eq!(
        phones(&cards[0]),
        ["home +34 91 555 0177", "work +34 91 555 01 78"]
    );
    assert_eq!(cards[1].place, CardPlace { card: 2, line: 8 });
}

#[test]
fn quoted_printable_goes_on_over_soft_line_breaks() {
    let card = card("quoted_printable.vcf");
    assert_eq!(name(&card), "Martin Ødegård");
    assert_eq!(text(&card.said.contact.family_name), "Ødegård");
    assert_eq!(
        phones(&card),
        ["mobile +47 55 55 01 77", "home +47 55 55 01 78"]
    );
    assert_eq!(
        text(&card.said.contact.note),
        "First line\nsecond line; 100% sure, a=b"
    );
    assert_eq!(
        told(card.said.contact.details.as_ref()),
        vec![detail(
            DetailKind::Address,
            "home",
            "Storgata 5; oppgang B, Bergen, 5003, Noreg"
        )]
    );
}

#[test]
fn a_charset_is_read_named_or_not() {
    let jorg = card("latin1_named.vcf");
    assert_eq!(name(&jorg), "Jörg Zimmermann");
    assert_eq!(text(&jorg.said.contact.family_name), "Zimmermann");
    assert_eq!(text(&jorg.said.contact.organisation), "Bäckerei");
    let inaki = card("windows_1252_unnamed.vcf");
    assert_eq!(name(&inaki), "Iñaki “Kaki” Núñez");
    assert_eq!(text(&inaki.said.contact.note), "Pays in € – always");
    assert_eq!(inaki.card, own("windows_1252_unnamed.vcf"));
    assert_eq!(name(&card("koi8_named.vcf")), "Ольга Петрова");
}

#[test]
fn a_byte_order_mark_belongs_to_no_card() {
    let cards = cards("byte_order_mark.vcf");
    assert_eq!(name(&cards[0]), "Žofia Kováčová");
    assert_eq!(name(&cards[1]), "Imre Kiss");
    assert!(
        cards
            .iter()
            .all(|card| card.card.starts_with(b"BEGIN:VCARD\n"))
    );
}

#[test]
fn utf_16_is_read_in_either_order() {
    for file in ["utf16_little.vcf", "utf16_big.vcf"] {
        let marked = own(file);
        for bytes in [&marked[..], &marked[2..]] {
            // A byte at a time, as a slow pipe gives them.
            let cards: Vec<Item> = vcard::read(BufReader::with_capacity(1, bytes)).collect();
            assert_eq!(cards.len(), 2, "{file}");
            let ken = cards[0].as_ref().unwrap();
            assert_eq!(name(ken), "丸山 賢 😀", "{file}");
            assert_eq!(phones(ken), ["+81 3 5550 1234"], "{file}");
            assert!(std::str::from_utf8(&ken.card).is_ok());
        }
    }
}

#[test]
fn a_group_gives_its_label() {
    let card = card("grouped_labels.vcf");
    assert_eq!(
        phones(&card),
        [
            "mobile +90 212 555 01 34",
            "Summer house +90 212 555 01 35",
            "* home fax +90 212 555 01 36",
            "assistant phone +90 212 555 01 37",
            "mobile +90 532 555 01 38",
            "main +90 212 555 01 39",
            "other +90 212 555 01 40",
            "pager +90 212 555 01 41",
        ]
    );
    assert_eq!(
        told(card.said.contact.details.as_ref()),
        vec![
            detail(DetailKind::Date, "anniversary", "2009-08-22"),
            detail(DetailKind::Relation, "spouse", "Deniz"),
            detail(DetailKind::Link, "home page", "https://example.org/aylin"),
            detail(DetailKind::Date, "birthday", "--03-22"),
        ]
    );
}

#[test]
fn a_label_that_android_writes_as_a_type_is_read_and_converted() {
    let card = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:A;B;;;\r\n\
        TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=D0=94=D0=B0=D1=87=D0=B0):+79123863247\r\n\
        TEL;X-CUSTOM(Cabin 2):+79123863248\r\nEND:VCARD\r\n";
    let labelled = [
        "\u{434}\u{430}\u{447}\u{430} +79123863247",
        "cabin 2 +79123863248",
    ];
    let read_card = read(card).remove(0).unwrap();
    assert_eq!(phones(&read_card), labelled);
    for version in [Version::V30, Version::V40] {
        let mut book = Book::of_rules();
        let file = callbook::import::File::open(&card[..], "a.vcf", &[]).unwrap();
        callbook::import::all(&mut book.store, file).unwrap();
        let form = ExportForm::Cards(Some(version));
        let out = book.exported(form);
        assert_eq!(phones(&read(&out).remove(0).unwrap()), labelled);
        assert!(!String::from_utf8(out).unwrap().contains('('));
    }
}

#[test]
fn the_card_of_an_agent_is_not_a_card_of_the_file() {
    let cards = cards("agent.vcf");
    assert_eq!(cards.len(), 2);
    assert_eq!(name(&cards[0]), "Björn Larsen");
    assert_eq!(
        phones(&cards[0]),
        ["work +46 8 555 014 10", "home +46 8 555 014 11"]
    );
    assert_eq!(name(&cards[1]), "Ines Duarte");
    let kept: Vec<u8> = cards.into_iter().flat_map(|card| card.card).collect();
    assert_eq!(kept, own("agent.vcf"));
}

#[test]
fn a_missing_end_loses_nobody() {
    let cards = cards("missing_end.vcf");
    assert_eq!(
        cards.iter().map(name).collect::<Vec<_>>(),
        ["Hyun-ju Park", "Eszter Kiss"]
    );
    assert_eq!(phones(&cards[1]), ["+36 1 555 0135"]);
}

#[test]
fn text_between_cards_is_reported_with_its_line() {
    let items = read(&own("text_between.vcf"));
    let rejects: Vec<(usize, &str)> = items
        .iter()
        .filter_map(|item| item.as_ref().err())
        .map(|reject| (reject.place.line, reject.reason.as_str()))
        .collect();
    assert_eq!(
        rejects,
        [
            (1, "is text that belongs to no card"),
            (9, "is text that belongs to no card"),
            (12, "has no name, no number and no email"),
        ]
    );
    assert_eq!(items.len(), 5);
    let lost = items[2].as_ref().unwrap_err();
    assert_eq!(lost.card, b"TEL:+55 11 5550 0135\nX-LOST:line\n\n");
    let unnamed = items[4].as_ref().unwrap();
    assert_eq!(unnamed.said.contact.name, None);
    assert_eq!(unnamed.place.card, 3);
    assert_eq!(phones(unnamed), ["+55 11 5550 0136"]);
}

#[test]
fn every_property_finds_its_place() {
    let card = card("everything.vcf");
    let contact = &card.said.contact;
    assert_eq!(name(&card), "Dra. Maria da Conceição Almeida");
    assert_eq!(text(&contact.given_name), "Maria");
    assert_eq!(text(&contact.family_name), "Almeida");
    assert_eq!(text(&contact.nickname), "Mia, Mimi");
    assert_eq!(text(&contact.organisation), "Câmara Municipal");
    assert_eq!(text(&contact.title), "Engenheira");
    assert_eq!(
        text(&contact.note),
        "First line\nsecond, with a comma; and more"
    );
    assert_eq!(
        contact.tags,
        Some(vec!["lisbon".to_owned(), "choir".to_owned()])
    );
    assert_eq!(contact.favourite, Some(true));
    assert_eq!(
        text(&contact.uid),
        "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"
    );
    assert_eq!(
        contact.updated_at.map(|at| at.to_string()).as_deref(),
        Some("2024-03-12T13:51:07.000000Z")
    );
    assert_eq!(contact.source, None);
    let details = [
        (DetailKind::Email, "work", "maria@example.pt"),
        (DetailKind::Email, "", "mia@example.org"),
        (
            DetailKind::Address,
            "home",
            "Rua Nova 5, 2.º Esq., Lisboa, 1100-001, Portugal",
        ),
        (DetailKind::Date, "birthday", "1980-03-22"),
        (DetailKind::Date, "anniversary", "2009-08-08"),
        (DetailKind::Link, "work", "https://example.pt/a?b=1;c=2"),
        (DetailKind::Chat, "xmpp", "mia@example.org"),
        (DetailKind::Chat, "skype", "mia.almeida"),
        (DetailKind::Chat, "mastodon", "https://social.example/@mia"),
        (DetailKind::Relation, "spouse", "João"),
    ];
    assert_eq!(
        told(contact.details.as_ref()),
        details.map(|(kind, label, value)| detail(kind, label, value))
    );
    assert_eq!(
        phones(&card),
        [
            "work +351 21 555 0198",
            "* work +351 21 555 0199",
            "car +351 91 555 0199"
        ]
    );
    assert_eq!(card.said.phones[0].historic, Some(true));
    assert_eq!(card.said.phones[1].valid_values, Some(true));
    assert_eq!(card.said.phones[1].source.as_deref(), Some("carddav:home"));
    assert_eq!(card.card, own("everything.vcf"));
}

#[test]
fn a_slip_in_one_line_costs_no_other_line() {
    let card = card("slips.vcf");
    assert_eq!(name(&card), "Bob (plumber)");
    assert_eq!(
        phones(&card),
        [
            "home +1 212 555 0147",
            "work +1 212 555 0148",
            "+1 212 555 0149",
            "mobile +1 212 555 0150",
        ]
    );
    assert_eq!(text(&card.said.contact.family_name), "Plumber");
}

#[test]
fn what_is_no_vcard_file_says_so_once() {
    let none = "is not a vCard file: no BEGIN:VCARD in it";
    let empty = "is not a vCard file: it is empty";
    for (bytes, reason) in [
        (own("not_a_card.vcf"), none),
        (b"name,phone\r\nMarta,+48 22 555 01 08\r\n".to_vec(), none),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r".to_vec(), none),
        (own("empty.vcf"), empty),
        (b"\xEF\xBB\xBF\r\n \n".to_vec(), empty),
    ] {
        let items = read(&bytes);
        assert_eq!(items.len(), 1);
        let reject = items[0].as_ref().unwrap_err();
        assert_eq!(reject.reason, reason);
        assert_eq!(reject.place, CardPlace { card: 1, line: 1 });
    }
}

#[test]
fn a_card_over_the_limit_is_skipped_to_its_end_and_not_held() {
    let line = "X-BLOB:".to_owned() + &"x".repeat(1_000_000) + "\n";
    let mut file = String::from("BEGIN:VCARD\nFN:Too Much\n");
    for _ in 0..=CARD_LIMIT / 1_000_000 {
        file.push_str(&line);
    }
    file.push_str("END:VCARD\nBEGIN:VCARD\nFN:Just Right\nEND:VCARD\n");
    let items = read(file.as_bytes());
    assert_eq!(items.len(), 2);
    let reject = items[0].as_ref().unwrap_err();
    assert_eq!(
        reject.reason,
        "is larger than 64 MiB; only its beginning is kept"
    );
    assert_eq!(reject.name.as_deref(), Some("Too Much"));
    assert_eq!(reject.card.len(), REJECT_LIMIT);
    let right = items[1].as_ref().unwrap();
    assert_eq!(name(right), "Just Right");
    assert_eq!(right.place, CardPlace { card: 2, line: 72 });
}

#[test]
fn one_line_without_an_end_is_not_held_either() {
    let file = b"BEGIN:VCARD\nNOTE:".chain(std::io::repeat(b'x').take(70 * 1024 * 1024));
    let items: Vec<Item> = vcard::read(BufReader::new(file)).collect();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].as_ref().unwrap_err().card.len(), REJECT_LIMIT);
}

#[test]
fn a_number_that_no_number_can_be_is_never_cut() {
    let file = format!(
        "BEGIN:VCARD\nFN:Long\nTEL:{}\nEND:VCARD\nBEGIN:VCARD\nFN:{}\nEND:VCARD\n",
        "1".repeat(1001),
        "é".repeat(2000)
    );
    let items = read(file.as_bytes());
    let reject = items[0].as_ref().unwrap_err();
    assert_eq!(reject.reason, "has a number of 1001 characters");
    assert_eq!(reject.name.as_deref(), Some("Long"));
    let long = items[1].as_ref().unwrap();
    assert_eq!(name(long), "é".repeat(1000));
}

#[test]
fn a_source_that_fails_is_reported_after_what_could_be_read() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let file = b"BEGIN:VCARD\nFN:Marta\nEND:VCARD\nBEGIN:VCARD\nFN:Mar".chain(Broken);
    let mut cards = vcard::read(BufReader::new(file));
    let items: Vec<Item> = cards.by_ref().collect();
    assert_eq!(items.len(), 2);
    assert_eq!(cards.failure().unwrap(), "the disk is gone");
    assert_eq!(cards.lines(), 4);
    assert_eq!(name(items[0].as_ref().unwrap()), "Marta");
    assert_eq!(
        items[1].as_ref().unwrap_err().reason,
        "could not be read to its end: the disk is gone"
    );
}

#[test]
fn the_demo_book_is_whole_and_shows_everything() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo.vcf");
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.len() < 120_000, "{} bytes", bytes.len());
    let cards: Vec<Incoming> = read(&bytes).into_iter().map(Result::unwrap).collect();
    assert_eq!(cards.len(), 300);
    let all: Vec<_> = cards.iter().flat_map(|card| &card.said.phones).collect();
    assert_eq!(all.len(), tel_lines(&bytes));
    assert!(all.iter().any(|phone| phone.historic == Some(true)));
    assert!(all.iter().any(|phone| phone.valid_values == Some(false)));
    assert!(all.iter().all(|phone| phone.source.is_some()));
    assert!(cards.iter().any(|card| card.said.phones.is_empty()));
    for sign in ['ø', 'Д', 'ω', 'م', 'ל', '丸', '한', 'श', 'ส'] {
        assert!(cards.iter().any(|card| name(card).contains(sign)), "{sign}");
    }
    let marco = &cards[0];
    assert_eq!(name(marco), "Marco Bianchi");
    assert_eq!(
        text(&marco.said.contact.organisation),
        "Officina Bianchi S.r.l., Milano"
    );
    assert_eq!(
        phones(marco),
        [
            "* work +39 02 5550 1182",
            "mobile +39 347 555 0164",
            "home +39 02 5550 1190",
            "work +39 02 5550 1000",
        ]
    );
    let uids: std::collections::HashSet<_> = cards
        .iter()
        .map(|card| text(&card.said.contact.uid))
        .collect();
    assert_eq!(uids.len(), cards.len());
}

/// A card as some program might write it, and how many numbers it holds.
fn generated() -> impl Strategy<Value = (String, usize)> {
    let value = "[a-zA-Zäß丸,;:=\\\\\" ]{0,40}";
    let line = prop_oneof![
        value.prop_map(|value| format!("NOTE:{value}")),
        value.prop_map(|value| format!("X-ANY;X-P={}:{value}", value.len())),
        // Octets that are not ASCII would have one card name a charset for the others of its file.
        value.prop_map(|value| {
            let value = value.replace('=', "=4");
            format!("NOTE;ENCODING=QUOTED-PRINTABLE:{value}.")
        }),
        ("[0-9 ()+-]{0,12}", 0..4_usize).prop_map(|(digits, form)| {
            let head = [
                "TEL",
                "TEL;CELL;PREF",
                "item1.TEL;TYPE=work",
                "tel;type=\"a,b\"",
            ][form];
            format!("{head}:5{digits}")
        }),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    (proptest::collection::vec(line, 0..8), end, 0..3_usize).prop_map(|(lines, end, version)| {
        let version = ["2.1", "3.0", "4.0"][version];
        let numbers = lines
            .iter()
            .filter(|line| line.to_uppercase().contains("TEL"))
            .count();
        let numbers = numbers
            - lines
                .iter()
                .filter(|line| line.contains("NOTE") || line.contains("X-ANY"))
                .filter(|line| line.to_uppercase().contains("TEL"))
                .count();
        let mut card = format!("BEGIN:VCARD{end}VERSION:{version}{end}FN:Somebody{end}");
        for line in lines {
            card.push_str(&line);
            card.push_str(end);
        }
        (card + "END:VCARD" + end, numbers)
    })
}

proptest! {
    #[test]
    fn bytes_of_any_kind_are_read_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        prop_assert!(!read(&bytes).is_empty());
    }

    #[test]
    fn a_card_of_any_bytes_is_kept_as_it_is(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b'\n'), Just(b'='), Just(b':'), Just(b';'), Just(b'"'), Just(b'\\')],
            0..600,
        ),
        name in prop_oneof![Just("FN:"), Just("TEL;CELL:"), Just("NOTE;ENCODING=QUOTED-PRINTABLE:"), Just("N;CHARSET=KOI8-R:")],
    ) {
        let mut card = format!("BEGIN:VCARD\n{name}").into_bytes();
        card.extend(bytes);
        card.extend(b"\nEND:VCARD\n");
        let kept: Vec<u8> = read(&card)
            .into_iter()
            .flat_map(|item| match item {
                Ok(card) => card.card,
                Err(reject) => reject.card,
            })
            .collect();
        prop_assert_eq!(kept, card);
    }

    #[test]
    fn cards_in_a_row_come_out_one_by_one_byte_for_byte(
        cards in proptest::collection::vec(generated(), 1..12),
        capacity in 1..40_usize,
    ) {
        let file: String = cards.iter().map(|(card, _)| card.as_str()).collect();
        let source = BufReader::with_capacity(capacity, file.as_bytes());
        let items: Vec<Item> = vcard::read(source).collect();
        prop_assert_eq!(items.len(), cards.len());
        for (item, (card, numbers)) in items.iter().zip(&cards) {
            let item = item.as_ref().unwrap();
            prop_assert_eq!(&item.card, card.as_bytes());
            prop_assert_eq!(item.said.phones.len(), *numbers, "{}", card);
        }
    }
}
