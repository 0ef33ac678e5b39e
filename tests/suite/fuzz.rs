//! Every reader of foreign text against text that nobody would write: 100,000 inputs each, without a
//! panic and none over a second, and a quarter of a megabyte of each nasty thing, so that nothing grows with the
//! square of its input.
//!
//! The inputs are mutations of honest ones (cut, doubled, flipped, spliced, with nasty tokens in
//! them), the same in each run. `CALLBOOK_LONG=100` draws a hundred times as many. Time is that of the
//! thread's own work, so that a busy machine fails nothing.

use crate::support::amount::drawn;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callbook::cli::format::LineFormat;
use callbook::config::{Config, KeyLine};
use callbook::domain::bulk::Change;
use callbook::domain::contact::{Contact, ContactAttributes};
use callbook::domain::duplicates::name_key;
use callbook::domain::fold::fold;
use callbook::domain::import::Incoming;
use callbook::domain::naming::NameParts;
use callbook::domain::number::{self, Region};
use callbook::domain::own_fields::{OwnField, OwnFields};
use callbook::domain::phone::{Context, PhoneAttributes, usual_label};
use callbook::domain::query::{Query, Typing, Values, completed};
use callbook::domain::safe::safe;
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::book::BookLines;
use callbook::exchange::{csv, jsonapi, vcard};
use callbook::state;
use callbook::tui::keymap::key::Key;
use callbook::tui::keymap::{Action, Keymap, Scope};

/// How many inputs each reader gets.
const INPUTS: usize = 100_000;

/// The longest mutated input, in bytes; longer ones are the business of the floods.
const LENGTH: usize = 2_048;

/// How large a flood is, in bytes.
const FLOOD: usize = 250_000;

/// The longest that one input may take.
const LIMIT: Duration = Duration::from_secs(1);

/// What programs stumble over.
const NASTY: &[&[u8]] = &[
    b"\0",
    b"\xFF\xFE",
    b"\xC3",
    b"\xED\xA0\x80",
    b"\xF4\x90\x80\x80",
    b"\xEF\xBB\xBF",
    b"\r",
    b"\n",
    b"\r\n ",
    b"\r\n",
    b"=\r\n",
    b"\t",
    b" ",
    b"a",
    b";",
    b",",
    b"|",
    b"\"",
    b"\"\"",
    b"'",
    b"\\",
    b"\\n",
    b":",
    b"=",
    b"=?utf-8?Q?=41?=",
    b"=C3=A9",
    b"=C3",
    b"%00",
    b"[",
    b"]",
    b"{",
    b"}",
    b"{{",
    b"{\"a\":",
    b"[{",
    b"null",
    b"\\ud800",
    b"\\u0000",
    b"99999999999999999999",
    b"1e999",
    b"-0",
    b"+",
    b"00",
    b"1",
    b";ext=",
    b" ext. 1",
    b"x",
    b"tel:",
    b";phone-context=",
    b"AGENT:",
    b"AGENT:\r\nBEGIN:VCARD\r\n",
    b"AGENT:BEGIN:VCARD\\n",
    b"BEGIN:VCARD\r\n",
    b"END:VCARD\r\n",
    b"\r\nTEL:",
    b"\r\nitem1.X-ABLabel:",
    b";TYPE=",
    b";ENCODING=QUOTED-PRINTABLE",
    b";CHARSET=utf-16",
    b"Phone 1 - Value,",
    b" ::: ",
    b"label:",
    b"country:",
    b"is:",
    b"-",
    b"^",
    b"alt-",
    b"ctrl-",
    b"g ",
    b"\x1b[31m",
    b"\x1b]52;c;aGk=\x07",
    "\u{9b}".as_bytes(),
    "\u{85}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{2066}".as_bytes(),
    "\u{e0041}".as_bytes(),
    "\u{200d}".as_bytes(),
    "\u{fe0f}".as_bytes(),
    "é".as_bytes(),
    "İ".as_bytes(),
    "ß".as_bytes(),
    "ﷺ".as_bytes(),
    "１".as_bytes(),
    "٣".as_bytes(),
    "👩\u{200d}👧".as_bytes(),
];

/// Numbers that look drawn, the same in each run.
struct Random(u64);

impl Random {
    /// A number below `end`, which is more than zero.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// One of the inputs of `corpus`, changed in up to six ways.
fn mutated(corpus: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let mut bytes = random.one(corpus).to_vec();
    for _ in 0..=random.below(6) {
        let length = bytes.len();
        let from = random.below(length + 1);
        let to = from + random.below(length - from + 1);
        match random.below(8) {
            0 if from < length => bytes[from] ^= 1 << random.below(8),
            1 => drop(bytes.drain(from..to)),
            2 => bytes.truncate(from),
            3 => {
                let twice = bytes[from..to].to_vec();
                bytes.splice(from..from, twice);
            }
            4 => {
                let other = random.one(corpus);
                bytes.truncate(from);
                bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
            }
            5 => {
                let flood = random.one(NASTY).repeat(1 + random.below(40));
                bytes.splice(from..from, flood);
            }
            _ => drop(bytes.splice(from..from, random.one(NASTY).iter().copied())),
        }
    }
    bytes.truncate(LENGTH);
    bytes
}

/// The time that this thread has worked.
fn worked() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        now.tv_sec.try_into().unwrap(),
        now.tv_nsec.try_into().unwrap(),
    )
}

/// The first bytes of an input, for a message.
fn start(bytes: &[u8], length: usize) -> String {
    bytes[..bytes.len().min(length)].escape_ascii().to_string()
}

/// Gives `read` the inputs, and says which was the slowest. `frames` are what a flood stands between.
fn hold(corpus: &[&[u8]], frames: &[(&str, &str)], read: impl Fn(&[u8])) {
    let start_of_all = worked();
    let timed = |bytes: &[u8]| {
        let before = worked();
        read(bytes);
        let took = worked().saturating_sub(before);
        assert!(took < LIMIT, "{took:?} for {}", start(bytes, 400));
        took
    };
    for input in corpus {
        timed(input);
    }
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut slowest = (Duration::ZERO, Vec::new());
    for _ in 0..drawn(INPUTS) {
        let input = mutated(corpus, &mut random);
        let took = timed(&input);
        if took > slowest.0 {
            slowest = (took, input);
        }
    }
    println!(
        "slowest input: {:?} for {}",
        slowest.0,
        start(&slowest.1, 60)
    );
    let mutations = worked().saturating_sub(start_of_all);

    let mut slowest = (Duration::ZERO, String::new());
    for (frame, (before, after)) in frames.iter().enumerate() {
        for (kind, token) in NASTY.iter().enumerate() {
            let mut flood = Vec::with_capacity(FLOOD + 64);
            while flood.len() < FLOOD {
                flood.extend_from_slice(token);
                // In every second frame each has a number, so that no two are the same.
                if (frame + kind) % 2 == 1 {
                    flood.extend_from_slice(flood.len().to_string().as_bytes());
                }
            }
            let input = [before.as_bytes(), &flood, after.as_bytes()].concat();
            let took = timed(&input);
            if took > slowest.0 {
                slowest = (took, start(&input, 60));
            }
        }
    }
    println!("slowest flood: {:?} for {}", slowest.0, slowest.1);
    let floods = worked()
        .saturating_sub(start_of_all)
        .saturating_sub(mutations);
    println!("{mutations:.1?} for the inputs, {floods:.1?} for the floods");
}

/// The same for a reader of text.
fn hold_text(corpus: &[&str], frames: &[(&str, &str)], read: impl Fn(&str)) {
    let corpus: Vec<&[u8]> = corpus.iter().map(|text| text.as_bytes()).collect();
    hold(&corpus, frames, |bytes| {
        read(&String::from_utf8_lossy(bytes));
    });
}

fn name(contact: &ContactAttributes) -> Option<&str> {
    contact.name.as_ref()?.as_deref()
}

/// Whether somebody of this name was read.
fn is_read<'a>(read: impl IntoIterator<Item = &'a Incoming>, who: &str) -> bool {
    read.into_iter()
        .any(|one| name(&one.said.contact) == Some(who))
}

/// The cards that are there: ours, and those that were collected from real programs.
fn cards() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = ["tests/data/cards", "../shared/data/vcards"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(root.join(folder)).ok())
        .flatten()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "vcf"))
        .collect();
    files.sort();
    assert!(files.len() > 10, "{files:?}");
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

const BEFORE: &[u8] =
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Before\r\nTEL:+39 02 5550 1182\r\nEND:VCARD\r\n";
/// A line comes before it, for a card within a card may begin after a last line `AGENT:`.
const AFTER: &[u8] =
    b"\r\nX-END:\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoe After\r\nTEL:+39 02 5550 1183\r\nEND:VCARD\r\n";

#[test]
fn cards_of_any_kind_are_read_and_hide_no_other() {
    let files = cards();
    let corpus: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let frames = [
        ("", ""),
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:", "\r\nEND:VCARD\r\n"),
        (
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE:",
            "\r\nEND:VCARD\r\n",
        ),
        (
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nTEL;",
            ":1\r\nEND:VCARD\r\n",
        ),
        (
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nTEL;TYPE=\"",
            "\":1\r\nEND:VCARD\r\n",
        ),
        (
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nCATEGORIES:",
            "\r\nEND:VCARD\r\n",
        ),
        (
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n",
            "\r\nEND:VCARD\r\n",
        ),
    ];
    hold(&corpus, &frames, |bytes| {
        let file = [BEFORE, bytes, AFTER].concat();
        let read: Vec<Incoming> = vcard::read(&file[..]).flatten().collect();
        assert!(is_read(&read, "Ada Before"), "{}", start(bytes, 400));
        assert!(is_read(&read, "Zoe After"), "{}", start(bytes, 400));
        // By itself: the beginning of a file says what its encoding is.
        vcard::read(bytes).for_each(drop);
    });
}

#[test]
fn tables_of_any_kind_are_read_and_a_row_hides_no_other() {
    let google = "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Custom Field 1 - Label,Custom Field 1 - Value\r\nMarco,Bianchi,garage ::: * myContacts,* Work,marco@example.com,Mobile,+39 347 555 0164 ::: +39 347 555 0165,* Work,+39 02 5550 1182,Shoe,44\r\n";
    let outlook = "\"First Name\",\"Last Name\",\"Title\",\"Job Title\",\"Company\",\"Business Street\",\"Business Phone\",\"Business Phone 2\",\"Mobile Phone\",\"Home Fax\",\"E-mail Address\",\"Birthday\",\"Categories\"\r\n\"J\u{f6}rg\",\"M\u{fc}ller\",\"Dr.\",\"Meister\",\"Werk\",\"Hauptstr. 1\",\"+49 30 901820\",\"+49 30 901821\",\"+49 171 9998877\",\"+49 30 901822\",\"jm@example.com\",\"0/0/00\",\"Kunden;Chor\"\r\n";
    let plain = "name,given name,phone 1,phone 1 label,phone 1 primary,email,note,callbook guarded\r\nAda,\"A\"\"da\",'+44 20 7946 0018,home,true,ada@example.org,\"two\nlines\",yes\r\n";
    let hand = "Nachname;Vorname;Handy\nKiss;Eszter;+36 30 555 0123\n";
    let corpus: Vec<&[u8]> = [google, outlook, plain, hand]
        .iter()
        .map(|table| table.as_bytes())
        .collect();
    let frames = [
        ("", ""),
        ("name,phone 1,", "\nA,1\n"),
        ("name,phone 1,", ""),
        ("name,phone 1,tags\nA,", ",x\n"),
        ("name,phone 1,tags\nA,1,\"", "\"\n"),
        ("name,phone 1,tags\n", "\n"),
        ("Name;Phone 1 - Label;Phone 1 - Value\nA;Work;", "\n"),
    ];
    hold(&corpus, &frames, |bytes| {
        if let Ok(rows) = csv::open(bytes, &[], None) {
            rows.for_each(drop);
        }
        if bytes.len() <= LENGTH {
            let maps = ["Handy=phone:work".to_owned()];
            let _ = csv::open(bytes, &maps, None).map(|rows| rows.for_each(drop));
        }
        // A quote that is opened and not closed takes in what follows: that is what a table is.
        if bytes.contains(&b'"') {
            return;
        }
        let file = [
            b"Name,Phone 1 - Value\nAda Before,+39 02 5550 1182\n",
            bytes,
            b"\nZoe After,+39 02 5550 1183\n",
        ]
        .concat();
        // A megabyte of rows is not kept: what is measured is how they are read.
        let rows = csv::open(&file[..], &[], None).unwrap().flatten();
        let ours = ["Ada Before", "Zoe After"];
        let read: Vec<Incoming> = rows
            .filter(|one| ours.iter().any(|who| is_read([one], who)))
            .collect();
        for who in ours {
            assert!(is_read(&read, who), "{}", start(bytes, 400));
        }
    });
}

#[test]
fn books_as_json_are_read_and_a_line_hides_no_other() {
    let corpus: [&[u8]; 4] = [
        b"{\"callbook\":1}\n{\"type\":\"contacts\",\"id\":\"01a20fdd-0954-7016-942a-e0fef4241de6\",\"attributes\":{\"name\":\"Ada\",\"tags\":[\"a\",\"b\"],\"details\":[{\"kind\":\"email\",\"label\":null,\"value\":\"a@example.org\"}],\"favourite\":false,\"created_at\":\"2026-11-24T12:00:00Z\"},\"phones\":[{\"id\":\"01a20fdd-0954-7016-942a-e0fef4241de7\",\"typed\":\"02 5550 1182\",\"attributes\":{\"number\":\"+390255501182\",\"primary\":true,\"location\":\"work\"}}],\"card\":\"BEGIN:VCARD\\r\\nFN:Ada\\r\\nEND:VCARD\\r\\n\"}\n",
        b"{\"attributes\":{\"name\":\"B\"},\"phones\":[],\"card\":[66,69,255]}\n",
        b"{\"attributes\":{\"shoe\":9},\"namesake\":true}\n{\n[]\n",
        b"{\"attributes\":{\"name\":\"\\ud83d\\ude00\"}}\r\n\r\n",
    ];
    let frames = [
        ("", ""),
        ("{\"attributes\":{\"name\":\"", "\"}}\n"),
        ("{\"attributes\":{\"name\":\"A\",\"tags\":[\"", "\"]}}\n"),
        ("{\"attributes\":{\"name\":\"A\",\"tags\":", "}}\n"),
        ("{\"attributes\":{\"name\":\"A\"},\"card\":", "}\n"),
    ];
    hold(&corpus, &frames, |bytes| {
        let line = |who: &str| format!("\n{{\"attributes\":{{\"name\":\"{who}\"}}}}\n");
        let file = [
            line("Ada Before").as_bytes(),
            bytes,
            line("Zoe After").as_bytes(),
        ]
        .concat();
        let read: Vec<Incoming> = BookLines::new(&file[..]).flatten().collect();
        assert!(is_read(&read, "Ada Before"), "{}", start(bytes, 400));
        assert!(is_read(&read, "Zoe After"), "{}", start(bytes, 400));
    });
}

#[test]
fn documents_of_any_kind_are_read_or_refused() {
    let corpus = [
        "{\"data\":{\"type\":\"phone_numbers\",\"id\":\"01a20fdd-0954-7016-942a-e0fef4241de6\",\"attributes\":{\"number\":\"+12134567890\",\"country_code\":1,\"location\":\"home\",\"primary\":true,\"historic\":false,\"valid_values\":true,\"source\":\"manual\",\"created_at\":\"2026-03-12T13:51:07Z\",\"updated_in_db_at\":\"2026-03-12T13:51:07.000042Z\",\"overwrite\":true}}}",
        "{\"number\":12134567890,\"country_code\":null,\"location\":null,\"overwrite\":\"peanut butter\"}",
        "{\"data\":{\"type\":\"contacts\",\"attributes\":{\"name\":\"Ada\",\"given_name\":\"A\",\"family_name\":null,\"nickname\":\"x\",\"organisation\":\"O\",\"title\":\"T\",\"note\":\"n\\nn\",\"tags\":[\"a\",\"a\",\" \"],\"details\":[{\"kind\":\"url\",\"value\":\"https://example.org\"}],\"favourite\":true,\"uid\":\"u\"}},\"meta\":{},\"links\":{}}",
        "[]",
        "{\"data\":[]}",
    ];
    let frames = [
        ("", ""),
        ("{\"number\":\"", "\"}"),
        ("{\"note\":\"", "\"}"),
        ("{\"name\":\"A\",\"tags\":[\"", "\"]}"),
        ("{\"", "\":1}"),
    ];
    hold_text(&corpus, &frames, |text| {
        for kind in ["phone_numbers", "contacts"] {
            match jsonapi::read(text, kind) {
                Ok(document) => {
                    let (_, phone) = PhoneAttributes::read(document.attributes.clone());
                    let (_, contact) = ContactAttributes::read(document.attributes);
                    // Every fault is for people, and names what it is about.
                    for fault in phone.iter().chain(&contact).chain(&document.faults) {
                        assert!(!fault.to_string().is_empty());
                    }
                }
                Err(refusal) => assert!(!jsonapi::error_document(&refusal).to_string().is_empty()),
            }
        }
    });
    // A list of many values without two alike, as a program may send it.
    let tags: Vec<String> = (0..150_000).map(|tag| format!("\"{tag}\"")).collect();
    let document = format!("{{\"name\":\"A\",\"tags\":[{}]}}", tags.join(","));
    let before = worked();
    let (sent, faults) =
        ContactAttributes::read(jsonapi::read(&document, "contacts").unwrap().attributes);
    let took = worked().saturating_sub(before);
    assert!(took < LIMIT, "{took:?}");
    assert!(sent.tags.unwrap().len() == 150_000 && faults.is_empty());
}

#[test]
fn filters_of_any_kind_are_read_and_completed() {
    let corpus = [
        "mar is:historic source:google label:\"front desk\" bia",
        "tel:201 country:it year:2024 tag:\"old friends\"",
        "+39 (0)2 55",
        "country:+1 country:none is:prim is:blue",
        "http://ada 627",
        "locker:12 -locker:=hall has:locker",
    ];
    let values = Values {
        remotes: vec!["nextcloud".to_owned()],
        labels: vec!["work".into(), "front desk".into()],
        sources: vec!["google".into()],
        tags: vec!["old friends".into()],
        countries: vec!["italy".into()],
        own: vec![("locker".into(), vec!["Hall 9".into()])],
    };
    let mut fields = OwnFields::none();
    fields
        .add(OwnField::new("locker", "X-LOCKER").unwrap())
        .unwrap();
    let frames = [("", ""), ("label:\"", ""), ("tel:", ""), ("country:", "")];
    hold_text(&corpus, &frames, |text| {
        for typing in [Typing::Letters, Typing::Keypad] {
            let _ = Query::of(text, typing, &fields);
        }
        for value in values.completions(text, &fields) {
            let _ = completed(text, &value);
        }
    });
}

#[test]
fn changes_of_any_kind_are_read_or_named() {
    let corpus = [
        "label:cell=mobile tag:\"old friends\" -is:historic country:it -label:fax",
        "confirm:google delete is:favourite -tag:x source:csv",
        "country:united confirm label:work",
    ];
    let frames = [
        ("", ""),
        ("tag:\"", "\""),
        ("label:", "=x"),
        ("country:", ""),
    ];
    hold_text(&corpus, &frames, |text| match Change::read(text) {
        Ok(changes) => {
            assert!(!changes.is_empty());
            for change in changes {
                assert!(!change.words().is_empty());
            }
        }
        Err(why) => assert!(!why.is_empty()),
    });
}

#[test]
fn numbers_of_any_kind_are_read_and_what_is_stored_stays_so() {
    let corpus = [
        "+39 02 5550 1182",
        "(213) 456-7890 ext. 12",
        "tel:+44-20-7946-0018;ext=5",
        "tel:7042;phone-context=+1-914-555",
        "0039 (0)2 5550 1182",
        "１２３ ٤٥٦ +",
        "+1 213 456 7890 x 9,,3#",
        "1-800-FLOWERS",
    ];
    let home = Region::new("US");
    let frames = [
        ("", ""),
        ("+39", ""),
        ("tel:+1", ""),
        ("+1 213 456 7890", ""),
        ("+1 213 456 7890;ext=", ""),
    ];
    hold_text(&corpus, &frames, |text| {
        if let Ok(reading) = number::parse(text, Some("39"), home) {
            assert!(!reading.international().is_empty() && !reading.national().is_empty());
            assert!(reading.rfc3966().starts_with("tel:"), "{text}");
        }
        for calling_code in [None, Some("39"), Some(text)] {
            let stored = number::canonical(text, calling_code, home);
            if stored.number.starts_with('+') && stored.country_code.is_some() {
                let again = number::canonical(&stored.number, None, None);
                assert_eq!(again.identity, stored.identity, "{text:?}");
                let _ = number::display_of(stored.country_code.as_deref(), &stored.number);
            }
            let _ = number::display(&stored.number);
        }
        assert!(
            number::digits(text)
                .bytes()
                .all(|digit| digit.is_ascii_digit())
        );
    });
}

#[test]
fn words_of_any_kind_are_folded_split_and_made_safe() {
    let corpus = [
        "Dott. Marco Luca Bianchi",
        "Bianchi, Marco",
        "Ødegård ﷺ 丸山 İstanbul ß",
        "Cell",
        "Home Fax",
        "_$!<Home>!$_",
        "می\u{200c}خواهم",
    ];
    hold_text(&corpus, &[("", "")], |text| {
        let _ = fold(text);
        let _ = name_key(text);
        let _ = NameParts::split(text);
        assert!(text.is_empty() || !usual_label(text).is_empty());
        let shown = safe(text);
        assert_eq!(safe(&shown), shown, "safe text is safe: {text:?}");
    });
}

#[test]
fn times_of_any_kind_are_read_or_none() {
    let corpus = [
        "2026-03-12T13:51:07Z",
        "2026-03-12T14:51:07.000042+01:00",
        "9999-12-31T23:59:59-01:00",
        "-0001-01-01T00:00:00Z",
        "20260312T135107.000042Z",
    ];
    hold_text(
        &corpus,
        &[("", ""), ("2026-03-12T13:51:07.", "Z")],
        |text| {
            if let Some(at) = Timestamp::parse(text) {
                assert_eq!(Timestamp::parse(&at.to_string()), Some(at), "{text:?}");
            }
            if let Some(at) = Timestamp::of_file_name(text) {
                let _ = at.file_name();
            }
        },
    );
}

#[test]
fn layouts_of_any_kind_are_read_and_a_name_forges_nothing() {
    let corpus = [
        "{name}\\t{number}\\t{label}\\t{flags}",
        "{name} <{e164}> {{x}} \\\\",
        "{email}\\n{organisation}{id}{phone_id}{tags}",
    ];
    let (sent, _) = ContactAttributes::read(
        jsonapi::read(
            "{\"name\":\"A\\n\\tB\\u001b\\u2028\",\"organisation\":\"\\r\\n\"}",
            "contacts",
        )
        .unwrap()
        .attributes,
    );
    let context = Context {
        now: Timestamp::default(),
        home: None,
        fresh_id: uuid::Uuid::nil(),
    };
    let contact: Contact = sent.create(&context, Vec::new()).unwrap();
    hold_text(&corpus, &[("", ""), ("{name}", "{name}")], |text| {
        if let Ok(layout) = LineFormat::read(text) {
            let line = layout.safe_line(&contact, None);
            let ends = text.matches("\\n").count() + text.matches('\n').count();
            assert!(line.matches('\n').count() <= ends + 1, "{text:?}: {line:?}");
            assert!(
                line.chars()
                    .all(|sign| matches!(sign, '\n' | '\t') || !sign.is_control()),
                "{text:?}: {line:?}"
            );
        }
    });
}

#[test]
fn configurations_of_any_kind_are_read_and_what_is_wrong_has_its_place() {
    let corpus: [&[u8]; 3] = [
        b"home = \"IT\"\ntheme = \"dark\"\nglyphs = \"ascii\"\nmouse = false\ncall = \"xdg-open\"\n\n[keys]\nundo = \"U\"\nquit = [\"q\", \"^Q\"]\ntop = \"g t\"\n",
        b"theme = 'pink'\n[keys]\nfly = \"x\"\n",
        b"keys.undo = \"alt-u\"\nmouse = 1\n",
    ];
    let frames = [
        ("", ""),
        ("home = \"", "\"\n"),
        ("[keys]\nundo = \"", "\"\n"),
        ("call = ", "\n"),
    ];
    let file = Path::new("config.toml");
    let read = |bytes: &[u8]| {
        let config = Config::of_bytes(bytes, file);
        let lines = bytes.split(|byte| *byte == b'\n').count();
        let (_, refused) = Keymap::with(&config.keys);
        for (line, why) in refused {
            assert!((1..=lines).contains(&line) && !why.is_empty(), "{why}");
        }
        for trouble in config.troubles {
            let place = trouble.strip_prefix("config.toml:").unwrap();
            let (line, why) = place.split_once(": ").unwrap();
            let line: usize = line.parse().unwrap();
            assert!((1..=lines).contains(&line) && !why.is_empty(), "{trouble}");
        }
    };
    // Of what is larger than a configuration may be, the largest part that is read as one too.
    hold(&corpus, &frames, |bytes| {
        read(bytes);
        if let Some(largest) = bytes.get(..64 * 1024) {
            read(largest);
        }
    });
}

#[test]
fn keys_of_any_kind_are_read_as_they_are_shown() {
    let corpus = [
        "a",
        "E",
        "^S",
        "alt-b",
        "enter",
        "shift-tab",
        "F1",
        "space",
        "g g",
        "ctrl-left",
        "alt-^x",
        "pagedown",
    ];
    let mut known: HashSet<&str> = Action::ALL.iter().map(|(_, name)| *name).collect();
    // The names that they had once.
    known.extend(["confirm", "accurate"]);
    assert!(known.contains("undo"));
    hold_text(&corpus, &[("", ""), ("g ", "")], |text| {
        if let Ok(key) = text.parse::<Key>() {
            assert_eq!(
                key.to_string().parse(),
                Ok(key),
                "{text:?} is shown as {key}"
            );
        }
        let line = |line: usize, action: &str, key: &str| KeyLine {
            line,
            scope: None,
            action: action.to_owned(),
            keys: vec![(line, key.to_owned())],
        };
        let (keymap, mut refused) = Keymap::with(&[line(1, text, "X"), line(2, "undo", text)]);
        let before = refused.len();
        refused.retain(|(line, _)| *line == 2);
        assert!(known.contains(text) || refused.len() < before);
        if refused.is_empty() {
            for key in text.split(' ').filter_map(|key| key.parse().ok()) {
                let _ = keymap.lookup(&Scope::ALL, &[], key);
                let _ = keymap.following(&Scope::ALL, &[key]);
            }
            assert_eq!(safe(text), text, "it stands in the footer");
        }
    });
}

#[test]
fn what_was_remembered_in_any_kind_is_read_or_nothing() {
    let corpus: [&[u8]; 2] = [
        b"{\"/a/book.db\":{\"filter\":\"mar\",\"order\":\"changed\",\"contact\":\"01a20fdd-0954-7016-942a-e0fef4241de6\",\"usage\":{\"01a20fdd-0954-7016-942a-e0fef4241de6\":{\"weight\":1.5,\"at\":\"2026-03-12T13:51:07Z\"}}}}",
        b"{\"/b.db\":{}}",
    ];
    let frames = [("", ""), ("{\"/a\":{\"filter\":\"", "\"}}")];
    hold(&corpus, &frames, |bytes| {
        for view in state::views(bytes).into_values() {
            let _ = view.usage.most();
        }
    });
}
