//! The benchmark: each goal with its figure, the two things compared measured alternately in one run.
//!
//! `cargo bench` measures at 1,000 and 100,000 contacts; `CALLBOOK_BENCH=1000000 cargo bench` adds a
//! third size. Data is made by a seeded generator, and goes in through the real store.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation
)]

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use callbook::domain::contact::ContactAttributes;
use callbook::domain::import::{Bytes, Choices, Incoming, Intake, Place};
use callbook::domain::operation::Actor;
use callbook::domain::phone::PhoneAttributes;
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::vcard::Format;
use callbook::store::{Options, Store};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const GIVEN: [&str; 20] = [
    "Marco",
    "Ada",
    "Jörg",
    "Chloé",
    "Åsa",
    "Дмитрий",
    "Ελένη",
    "محمد",
    "נועה",
    "健",
    "민준",
    "अनिता",
    "สมชาย",
    "João",
    "Aylin",
    "Chidi",
    "Noah",
    "Priya",
    "Siobhan",
    "Imogen",
];
const FAMILY: [&str; 20] = [
    "Bianchi",
    "Lovelace",
    "Müller",
    "Lefèvre",
    "Öberg",
    "Смирнов",
    "Παπαδοπούλου",
    "حسن",
    "כהן",
    "佐藤",
    "김",
    "शर्मा",
    "ใจดี",
    "Gonçalves",
    "Yılmaz",
    "Eze",
    "Carter",
    "Raman",
    "O'Neill",
    "Ashworth",
];
const PREFIXES: [&str; 8] = [
    "+39 347 5",
    "+49 171 5",
    "+1 213 5",
    "+44 7700 9",
    "+33 6 39 9",
    "+81 90 5",
    "+55 11 9",
    "+91 98 2",
];

/// A small generator that gives the same numbers on every machine.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

/// Cards of `count` contacts with one to four numbers each.
fn cards(count: usize) -> impl Iterator<Item = Incoming> {
    let mut seed = Seed(0x2545_f491_4f6c_dd1d);
    (0..count).map(move |at| {
        let name = format!(
            "{} {} {at}",
            GIVEN[seed.next(GIVEN.len())],
            FAMILY[seed.next(FAMILY.len())]
        );
        let phones = (0..=seed.next(4))
            .map(|_| PhoneAttributes {
                number: Some(format!(
                    "{}{:07}",
                    PREFIXES[seed.next(PREFIXES.len())],
                    seed.next(10_000_000)
                )),
                ..PhoneAttributes::default()
            })
            .collect();
        let contact = ContactAttributes {
            name: Some(Some(name)),
            uid: Some(Some(format!("bench-{at}"))),
            ..ContactAttributes::default()
        };
        Incoming {
            place: Place {
                card: at + 1,
                line: 1,
            },
            contact,
            phones,
            card: Vec::new(),
        }
    })
}

fn fill(path: &Path, count: usize) {
    let clock = || Timestamp::from_micros(1_795_521_600_000_000);
    let mut store = Store::open(
        path,
        Options {
            home: None,
            actor: Actor::Import,
            clock: Box::new(clock),
        },
    )
    .unwrap();
    let begun = Instant::now();
    let intake = Intake {
        source: "vcard",
        choices: &Choices::new(),
        bytes: Bytes::Whole,
        format: &Format,
    };
    let report = store
        .import(&mut cards(count).map(Ok), &intake, "Imported the benchmark")
        .unwrap()
        .value;
    println!(
        "      {count} contacts with {} numbers written in {:.1} s",
        report.numbers,
        begun.elapsed().as_secs_f64()
    );
}

/// A program under a pseudo-terminal of 100x30.
struct Running {
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
}

fn start(program: &str, arguments: &[&str]) -> Running {
    let pair = native_pty_system()
        .openpty(PtySize {
            rows: 30,
            cols: 100,
            pixel_width: 0,
            pixel_height: 0,
        })
        .unwrap();
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
        command.env(name, value);
    }
    let child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = vec![0; 65_536];
        while let Ok(count) = reader.read(&mut bytes) {
            if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let keys = pair.master.take_writer().unwrap();
    Running {
        _master: pair.master,
        keys,
        child,
        output,
    }
}

impl Running {
    /// Waits until the output holds some bytes.
    fn sees(&self, wanted: &[u8]) {
        let mut seen = Vec::new();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_secs(20)) {
            seen.extend(bytes);
            if seen.windows(wanted.len()).any(|part| part == wanted) {
                return;
            }
        }
        panic!("{:?} did not come", String::from_utf8_lossy(wanted));
    }

    /// What comes within a while, and in how many pieces.
    fn within(&self, time: Duration) -> (usize, usize) {
        let until = Instant::now() + time;
        let (mut bytes, mut pieces) = (0, 0);
        while let Ok(piece) = self
            .output
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            bytes += piece.len();
            pieces += 1;
        }
        (bytes, pieces)
    }

    fn quit(&mut self) {
        let _ = self.keys.write_all(b"q");
        let _ = self.keys.flush();
        let _ = self.child.wait();
    }

    /// User and system time in clock ticks.
    fn ticks(&self) -> u64 {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.process_id().unwrap()))
                .unwrap();
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

/// Milliseconds until the rows of the list are on the screen: the first of them is drawn with its
/// number.
fn first_rows(db: &str) -> f64 {
    let begun = Instant::now();
    let mut callbook = start(env!("CARGO_BIN_EXE_callbook"), &["--db", db]);
    callbook.sees("▌".as_bytes());
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    callbook.quit();
    time
}

/// Milliseconds until a program that only says a word has said it.
fn bare() -> f64 {
    let begun = Instant::now();
    let mut program = start("/bin/echo", &["callbook"]);
    program.sees(b"callbook");
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    program.quit();
    time
}

/// CPU seconds of the programs that were run and waited for so far.
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<f64> = fields
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // Fields 16 and 17 of proc(5), in ticks; the state, which is no number, is left out.
    (fields[12] + fields[13]) / 100.0
}

/// A file of vCards like those that phones write, and how many numbers it has.
fn vcards(path: &Path, count: usize) -> usize {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut numbers = 0;
    for card in cards(count) {
        let name = card.contact.name.flatten().unwrap();
        let uid = card.contact.uid.flatten().unwrap();
        write!(
            file,
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nUID:{uid}\r\n"
        )
        .unwrap();
        for phone in card.phones {
            numbers += 1;
            let number = phone.number.unwrap();
            write!(file, "TEL;TYPE=CELL:{number}\r\n").unwrap();
        }
        write!(file, "END:VCARD\r\n").unwrap();
    }
    numbers
}

/// An import as a process: CPU seconds, with every number kept.
fn import(folder: &Path, count: usize) -> f64 {
    let cards = folder.join("cards.vcf");
    let numbers = vcards(&cards, count);
    let db = folder.join("imported.db");
    let before = children();
    let told = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args([
            "--db".as_ref(),
            db.as_os_str(),
            "import".as_ref(),
            cards.as_os_str(),
        ])
        .output()
        .unwrap();
    let time = children() - before;
    let told = String::from_utf8(told.stdout).unwrap();
    let kept: String = told.chars().filter(|sign| *sign != ',').collect();
    // The generator draws the same number twice for one contact now and then.
    assert!(kept.contains(&format!("{count} new contacts")), "{told}");
    println!("      {} of {numbers} numbers", told.trim());
    time
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn verdict(goal: &str, what: &str, figure: f64, limit: f64) {
    let holds = if figure <= limit { "holds" } else { "MISSED" };
    println!("{goal:<4}  {what:<66} {figure:>8.2}  (goal {limit}) {holds}");
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut sizes = vec![1_000, 100_000];
    sizes.extend(
        std::env::var("CALLBOOK_BENCH")
            .ok()
            .and_then(|size| size.parse::<usize>().ok()),
    );
    let books: Vec<String> = sizes
        .iter()
        .map(|size| {
            let path = folder.path().join(format!("{size}.db"));
            fill(&path, *size);
            path.to_str().unwrap().to_owned()
        })
        .collect();

    let mut times = vec![Vec::new(); books.len() + 1];
    for _ in 0..41 {
        times[0].push(bare());
        for (at, book) in books.iter().enumerate() {
            times[at + 1].push(first_rows(book));
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    println!("      a program that does nothing: {:.2} ms", medians[0]);
    for (size, time) in sizes.iter().zip(&medians[1..]) {
        println!("      start to the first rows at {size} contacts: {time:.2} ms");
    }
    verdict(
        "S1",
        "start to first rows at 100,000 / a program that does nothing",
        medians[2] / medians[0],
        3.0,
    );
    verdict(
        "S2",
        "first rows at 100,000 / at 1,000",
        medians[2] / medians[1],
        1.1,
    );
    if let Some(million) = medians.get(3) {
        verdict(
            "S2",
            "first rows at the third size / at 1,000",
            million / medians[1],
            1.2,
        );
    }

    let time = import(folder.path(), 100_000);
    verdict("W3", "CPU seconds of an import of 100,000 cards", time, 5.0);

    let mut callbook = start(env!("CARGO_BIN_EXE_callbook"), &["--db", &books[1]]);
    callbook.sees("▌".as_bytes());
    callbook.within(Duration::from_secs(1));
    let mut bytes = Vec::new();
    for _ in 0..9 {
        callbook.keys.write_all(b"j").unwrap();
        bytes.push(callbook.within(Duration::from_millis(200)));
    }
    bytes.sort_unstable();
    let (row, pieces) = bytes[4];
    verdict(
        "R1",
        "bytes for one row down, list and contact together",
        row as f64,
        400.0,
    );
    println!("      in {pieces} reads");
    let before = callbook.ticks();
    std::thread::sleep(Duration::from_secs(10));
    verdict(
        "I1",
        "CPU ticks in 10 s of waiting",
        (callbook.ticks() - before) as f64,
        0.0,
    );
    callbook.quit();
}
