//! Books of any size, the same on every machine: names of many scripts, one to four numbers each, of
//! many countries.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use callbook::domain::contact::ContactAttributes;
use callbook::domain::import::{
    Arrival, Bytes, CardPlace, Cards, Choices, Incoming, Intake, Origin, Reject,
};
use callbook::domain::intake::ParsedCard;
use callbook::domain::operation::Actor;
use callbook::domain::phone::PhoneAttributes;
use callbook::domain::refusal::Refusal;
use callbook::domain::rehearsal::Seen;
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::vcard::Format;
use callbook::store::{Options, Store};

const GIVEN: &str = "Marco Ada Jörg Chloé Åsa João Aylin Chidi Noah Priya Siobhan Imogen Łukasz Zoë \
    Mohammed Fatima Wei Yuki Anna Peter Olga Ivan Lucía José Emma Liam Björn Inès Giulia Matteo \
    Дмитрий Анна Ελένη Γιώργος محمد فاطمة נועה דוד 健 美咲 小明 민준 서연 अनिता राहुल สมชาย มาลี";
const FAMILY: &str = "Bianchi Lovelace Müller Lefèvre Öberg Gonçalves Yılmaz Eze Carter Raman O'Neill \
    Ashworth Kowalski Novák García Fernández Rossi Schmidt Nguyễn Tanaka Andersson Nowak Silva \
    Dubois Hansen Virtanen Horváth Popescu Смирнов Белова Παπαδοπούλου حسن علي כהן לוי 佐藤 鈴木 王 \
    김 박 शर्मा वर्मा ใจดี สุขใจ";
/// Beginnings of made-up family names, so that most names of a large book are few people's.
const SYLLABLES: &str =
    "bel cor dan fer gar hal kin lan mor nor per quin ros sal tor ul ven win yar zan";
const FIRMS: &str = "Officina Werkstatt Garage Praxis Studio Bakery Clinic Library Hotel Atelier";
const PREFIXES: [&str; 12] = [
    "+39 347 5",
    "+49 171 5",
    "+1 213 5",
    "+44 7700 9",
    "+33 6 39 9",
    "+81 90 5",
    "+55 11 9",
    "+91 98 2",
    "+39 02 55",
    "+48 22 5",
    "+34 91 5",
    "+7 495 5",
];

/// A small generator that gives the same numbers on every machine.
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) const fn new() -> Self {
        Self(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.next(words.len())]
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Cards of `count` contacts with one to four numbers each.
pub(crate) fn cards(count: usize) -> impl Iterator<Item = Incoming> {
    let mut seed = Seed::new();
    let (given, family) = (words(GIVEN), words(FAMILY));
    let (syllables, firms) = (words(SYLLABLES), words(FIRMS));
    (0..count).map(move |at| {
        let mut name = seed.pick(&given).to_owned();
        name.push(' ');
        if seed.next(3) == 0 {
            name.push_str(seed.pick(&family));
        } else {
            for _ in 0..2 + seed.next(3) {
                name.push_str(seed.pick(&syllables));
            }
        }
        let phones = (0..=seed.next(4))
            .map(|_| PhoneAttributes {
                number: Some(format!(
                    "{}{:07}",
                    seed.pick(&PREFIXES),
                    seed.next(10_000_000)
                )),
                ..PhoneAttributes::default()
            })
            .collect();
        let firm = (seed.next(5) == 0).then(|| format!("{} {}", seed.pick(&firms), seed.next(900)));
        let contact = ContactAttributes {
            name: Some(Some(name)),
            organisation: Some(firm),
            uid: Some(Some(format!("bench-{at}"))),
            ..ContactAttributes::default()
        };
        Incoming {
            place: CardPlace {
                card: at + 1,
                line: 1,
            },
            said: ParsedCard {
                contact,
                phones,
                ..ParsedCard::default()
            },
            card: Vec::new(),
        }
    })
}

pub(crate) fn open(path: &Path) -> Store {
    let clock = || Timestamp::from_micros(1_795_521_600_000_000);
    let options = Options {
        home: None,
        actor: Actor::Import,
        clock: Box::new(clock),
        file_system: None,
        sort_prefixes: None,
    };
    Store::open(path, options).unwrap()
}

/// Cards that can all be stored.
struct Made<I>(Option<Origin>, I);

impl<I: Iterator<Item = Incoming>> Iterator for Made<I> {
    type Item = Result<Arrival, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let begins = self.0.take().map(Arrival::Begins);
        let card = |card| Arrival::Card(Box::new(card));
        begins.or_else(|| self.1.next().map(card)).map(Ok)
    }
}

impl<I: Iterator<Item = Incoming>> Cards for Made<I> {
    fn set_aside(&mut self, reject: Reject) {
        panic!("{}", reject.reason);
    }
}

/// Writes a book through the real store; says how many numbers it has.
pub(crate) fn fill(path: &Path, count: usize) -> usize {
    let intake = Intake {
        choices: &Choices::new(),
        country: None,
        format: &Format::default(),
        run: None,
    };
    let origin = Origin {
        source: "vcard",
        bytes: Bytes::Whole,
        collection: 0,
    };
    let mut cards = Made(Some(origin), cards(count));
    let report = open(path).import(&mut cards, &intake, "Imported the benchmark", Seen::Nothing);
    report.unwrap().value.numbers
}

/// A file of vCards like those that phones write; says how many numbers it has.
pub(crate) fn vcards(path: &Path, count: usize) -> usize {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut numbers = 0;
    for card in cards(count) {
        let name = card.said.contact.name.flatten().unwrap();
        let uid = card.said.contact.uid.flatten().unwrap();
        write!(
            file,
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nUID:{uid}\r\n"
        )
        .unwrap();
        for phone in card.said.phones {
            numbers += 1;
            write!(file, "TEL;TYPE=CELL:{}\r\n", phone.number.unwrap()).unwrap();
        }
        write!(file, "END:VCARD\r\n").unwrap();
    }
    numbers
}

/// The book as a text file, a contact a line: what other programs search.
pub(crate) fn text(path: &Path, count: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for card in cards(count) {
        let name = card.said.contact.name.flatten().unwrap();
        let firm = card.said.contact.organisation.flatten().unwrap_or_default();
        write!(file, "{name}\t{firm}").unwrap();
        for phone in card.said.phones {
            write!(file, "\t{}", phone.number.unwrap()).unwrap();
        }
        writeln!(file).unwrap();
    }
}
