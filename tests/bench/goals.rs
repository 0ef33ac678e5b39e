//! The benchmark: each goal with its figure, the two things compared measured alternately in one run.
//!
//! `cargo bench` measures at 1,000, 10,000 and 100,000 contacts; `CALLBOOK_BENCH=1000000 cargo bench`
//! adds a million; `cargo bench -- searches keys` measures these parts only. Data is made by a seeded generator, and goes in through the real store; what is
//! measured is the real program and the real store.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod book;
#[cfg(feature = "sync")]
#[path = "../support/dav_server.rs"]
mod dav_server;
mod process;
#[cfg(feature = "sync")]
mod sync;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use callbook::domain::intake::CardRecords;
use callbook::domain::listing::ListQuery;
use callbook::domain::phone::{Context, PhoneAttributes};
use callbook::domain::timestamp::Timestamp;
use callbook::store::Store;
use rusqlite::Connection;
use rustix::time::{ClockId, clock_gettime};

use book::{Seed, cards, fill, open};
use process::{CALLBOOK, children, has, run, run_on, screens, start};

/// A book of the benchmark.
struct Book {
    count: usize,
    path: PathBuf,
}

impl Book {
    fn db(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

/// CPU time of this thread in milliseconds.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1_000_000.0
}

/// CPU milliseconds of some work.
fn costs<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = cpu();
    std::hint::black_box(work());
    cpu() - begun
}

/// The value that so much of the others is not above.
fn part(times: &[f64], part: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let at = (times.len() as f64 * part) as usize;
    times[at.min(times.len() - 1)]
}

fn median(times: &[f64]) -> f64 {
    part(times, 0.5)
}

/// A line of the table: the goal is not to be above `limit`, or not below it where it says `least`.
fn verdict(goal: &str, what: &str, figure: f64, limit: f64) {
    tell(goal, what, figure, "at most", limit, figure <= limit);
}

fn least(goal: &str, what: &str, figure: f64, limit: f64) {
    tell(goal, what, figure, "at least", limit, figure >= limit);
}

fn tell(goal: &str, what: &str, figure: f64, side: &str, limit: f64, holds: bool) {
    let holds = if holds { "holds" } else { "MISSED" };
    println!("| {goal} | {what} | {figure:.2} | {side} {limit} | {holds} |");
}

fn skipped(goal: &str, program: &str) {
    println!("| {goal} | skipped: {program} is not installed | | | |");
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut sizes = vec![1_000, 10_000, 100_000];
    let more = std::env::var("CALLBOOK_BENCH").ok();
    sizes.extend(more.and_then(|size| size.parse::<usize>().ok()));
    let books: Vec<Book> = sizes
        .iter()
        .map(|count| {
            let path = folder.join(format!("{count}.db"));
            let begun = Instant::now();
            let numbers = fill(&path, *count);
            let time = begun.elapsed().as_secs_f64();
            eprintln!("{count} contacts with {numbers} numbers written in {time:.1} s");
            Book {
                count: *count,
                path,
            }
        })
        .collect();
    let (small, large) = (&books[0], &books[2]);
    let huge = books.get(3);
    println!("| | what is compared | figure | goal | |\n| --- | --- | --- | --- | --- |");
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let part = |name: &str| {
        let mut names = wanted.iter().filter(|word| !word.starts_with('-'));
        names.clone().next().is_none() || names.any(|word| word == name)
    };
    if part("starts") {
        starts(&books);
        ends(large);
    }
    if part("searches") {
        searches(large);
    }
    if part("keys") {
        keys(large, 1.0);
        if let Some(huge) = huge {
            keys(huge, 12.0);
        }
    }
    if part("finds") {
        finds(large, folder);
    }
    if part("lookups") {
        lookups(small, huge.unwrap_or(large));
    }
    if part("edits") {
        edits(large, folder);
    }
    if part("imports") {
        imports(folder);
    }
    if part("memory") {
        memory(large, huge, folder);
    }
    if part("rows") {
        rows(large);
    }
    #[cfg(feature = "sync")]
    if part("sync") {
        sync::measure(folder);
    }
}

/// Milliseconds until the rows of the list are on the screen: the first of them is drawn with its
/// number.
fn first_rows(db: &str) -> f64 {
    let begun = Instant::now();
    let mut callbook = screens(db);
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
    program.wait();
    time
}

fn starts(books: &[Book]) {
    let mut times = vec![Vec::new(); books.len() + 1];
    for _ in 0..41 {
        times[0].push(bare());
        for (at, book) in books.iter().enumerate() {
            times[at + 1].push(first_rows(book.db()));
        }
    }
    let medians: Vec<f64> = times.iter().map(|times| median(times)).collect();
    for (book, time) in books.iter().zip(&medians[1..]) {
        eprintln!("start to the first rows at {}: {time:.2} ms", book.count);
    }
    eprintln!("a program that does nothing: {:.2} ms", medians[0]);
    verdict(
        "S1",
        "start to first rows at 100k / a program that does nothing",
        medians[3] / medians[0],
        3.0,
    );
    verdict(
        "S2",
        "first rows at 100k / at 1k",
        medians[3] / medians[1],
        1.1,
    );
    if let Some(million) = medians.get(4) {
        verdict("S2", "first rows at 1M / at 1k", million / medians[1], 1.2);
    }
}

/// From start to exit: the key that quits is there already.
fn ends(book: &Book) {
    if !has("sqlite3") {
        return skipped("S3", "sqlite3");
    }
    let sql = "SELECT name, main_number FROM contact ORDER BY family_key, id LIMIT 50";
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..41 {
        let begun = Instant::now();
        let mut callbook = start(CALLBOOK, &["--db", book.db(), "--fresh"]);
        callbook.types(b"q");
        callbook.wait();
        ours.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        start("sqlite3", &[book.db(), sql]).wait();
        theirs.push(begun.elapsed().as_secs_f64());
    }
    verdict(
        "S3",
        "start to exit / `sqlite3 db 'select … limit 50'`",
        median(&ours) / median(&theirs),
        1.1,
    );
}

/// Queries as people type them: the beginnings of names, from one letter to all.
fn typed_names(count: usize) -> Vec<String> {
    let mut seed = Seed::new();
    let names: Vec<String> = cards(400)
        .filter_map(|card| card.said.contact.name.flatten())
        .collect();
    (0..count)
        .map(|_| {
            let name = &names[seed.next(names.len())];
            let words: Vec<&str> = name.split(' ').collect();
            let letters = 1 + seed.next(7);
            words[seed.next(words.len())]
                .chars()
                .take(letters)
                .collect()
        })
        .collect()
}

fn typed_numbers(count: usize) -> Vec<String> {
    let mut seed = Seed::new();
    (0..count)
        .map(|_| {
            let digits = 1 + seed.next(7);
            (0..digits).map(|_| seed.next(10).to_string()).collect()
        })
        .collect()
}

fn query(text: &str) -> ListQuery {
    ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    }
}

fn searches(book: &Book) {
    let store = open(&book.path);
    store.prepare_search().unwrap();
    store.await_search();
    assert!(store.has_search_index());
    let raw = Connection::open(&book.path).unwrap();
    let all = |column: &str| -> Vec<u8> {
        let sql = format!("SELECT {column} FROM contact ORDER BY family_key, id");
        let mut rows = raw.prepare(&sql).unwrap();
        let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.flat_map(|text| text.unwrap().into_bytes()).collect()
    };
    let count = |text: &str| store.count(&query(text)).unwrap();
    for (goal, what, column, queries, p50) in [
        (
            "Q1",
            "a search by name",
            "search_text",
            typed_names(400),
            5.0,
        ),
        (
            "Q2",
            "a search by digits",
            "digits",
            typed_numbers(400),
            12.0,
        ),
    ] {
        let bytes = all(column);
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for text in &queries {
            ours.push(costs(|| count(text)));
            // A byte that no text has.
            plain.push(costs(|| memchr::memchr(0xff, &bytes)));
        }
        let plain = median(&plain);
        eprintln!(
            "{what}: p50 {:.3} ms, p99 {:.3} ms; memchr {plain:.3} ms",
            median(&ours),
            part(&ours, 0.99)
        );
        verdict(
            goal,
            &format!("{what} at 100k, p50 / memchr over the same bytes"),
            median(&ours) / plain,
            p50,
        );
        verdict(
            goal,
            &format!("{what} at 100k, p99 / memchr over the same bytes"),
            part(&ours, 0.99) / plain,
            25.0,
        );
    }

    let queries: Vec<String> = typed_names(600)
        .into_iter()
        .filter(|text| text.chars().count() >= 3)
        .take(40)
        .collect();
    let names: Vec<String> = {
        let mut rows = raw.prepare("SELECT name FROM contact").unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut like = raw
        .prepare("SELECT count(*) FROM contact WHERE search_text LIKE '%' || ?1 || '%'")
        .unwrap();
    let mut matcher = nucleo_matcher::Matcher::new(nucleo_matcher::Config::DEFAULT);
    let (mut ours, mut sql, mut nucleo) = (Vec::new(), Vec::new(), Vec::new());
    for text in &queries {
        ours.push(costs(|| count(text)));
        sql.push(costs(|| {
            like.query_row([text], |row| row.get::<_, i64>(0)).unwrap()
        }));
        let pattern = nucleo_matcher::pattern::Pattern::parse(
            text,
            nucleo_matcher::pattern::CaseMatching::Ignore,
            nucleo_matcher::pattern::Normalization::Smart,
        );
        nucleo.push(costs(|| pattern.match_list(&names, &mut matcher).len()));
    }
    least(
        "Q3",
        "SQL LIKE and count / a search, 3 letters and more, p50",
        median(&sql) / median(&ours),
        40.0,
    );
    least(
        "Q3",
        "nucleo's matcher over the same names / a search, p50",
        median(&nucleo) / median(&ours),
        25.0,
    );
}

/// CPU of the whole program from a key to the bytes of its last frame.
fn keys(book: &Book, limit: f64) {
    let mut callbook = screens(book.db());
    callbook.within(Duration::from_secs(if book.count > 200_000 {
        4
    } else {
        1
    }));
    let (mut times, mut dearest) = (Vec::new(), (0.0, String::new()));
    for text in typed_names(40) {
        callbook.types(b"/");
        callbook.within(Duration::from_millis(40));
        for letter in text.chars() {
            let before = callbook.busy();
            callbook.types(letter.to_string().as_bytes());
            callbook.within(Duration::from_millis(60));
            let time = (callbook.busy() - before) as f64 / 1_000_000.0;
            if time > dearest.0 {
                dearest = (time, format!("{letter} of {text}"));
            }
            times.push(time);
        }
        callbook.types(b"\x1b");
        callbook.within(Duration::from_millis(100));
    }
    callbook.kill();
    eprintln!(
        "a key at {}: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms of CPU, for {}",
        book.count,
        median(&times),
        part(&times, 0.99),
        dearest.0,
        dearest.1
    );
    let what = format!(
        "ms of CPU from a key of a search to its frame at {}, p99",
        book.count
    );
    verdict("Q4", &what, part(&times, 0.99), limit);
}

fn finds(book: &Book, folder: &Path) {
    let file = folder.join("book.txt");
    book::text(&file, book.count);
    let file = file.to_str().unwrap();
    let (mut ours, mut rg, mut fzf) = (Vec::new(), Vec::new(), Vec::new());
    for text in typed_names(400)
        .iter()
        .filter(|text| text.chars().count() >= 4)
        .take(30)
    {
        ours.push(run(
            CALLBOOK,
            &["--db", book.db(), "find", text, "--limit", "20"],
        ));
        if has("rg") {
            rg.push(run("rg", &["-i", text, file]));
        }
        if has("fzf") {
            fzf.push(run_on("fzf", &["--filter", text], file));
        }
    }
    if rg.is_empty() {
        skipped("Q5", "rg");
    } else {
        eprintln!("find {:.1} ms, rg {:.1} ms", median(&ours), median(&rg));
        verdict(
            "Q5",
            "`find` at 100k / `rg -i` over the same as a text file",
            median(&ours) / median(&rg),
            2.0,
        );
    }
    if fzf.is_empty() {
        skipped("Q5", "fzf");
    } else {
        least(
            "Q5",
            "`fzf --filter` over the same / `find`",
            median(&fzf) / median(&ours),
            5.0,
        );
    }
}

/// Numbers that a book has, in no order.
fn numbers(book: &Book) -> Vec<String> {
    let raw = Connection::open(&book.path).unwrap();
    let mut rows = raw
        .prepare("SELECT number FROM phone ORDER BY id LIMIT 20000")
        .unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    let all: Vec<String> = rows.map(Result::unwrap).collect();
    all.into_iter().step_by(40).take(300).collect()
}

fn lookups(small: &Book, large: &Book) {
    let measured: Vec<[f64; 2]> = [small, large]
        .into_iter()
        .map(|book| {
            let store = open(&book.path);
            let (mut exact, mut ending) = (Vec::new(), Vec::new());
            for number in numbers(book) {
                let end = &number[number.len() - 8..];
                store.lookup(&number).unwrap();
                exact.push(costs(|| store.lookup(&number).unwrap()));
                ending.push(costs(|| store.lookup(end).unwrap()));
            }
            [median(&exact), median(&ending)]
        })
        .collect();
    eprintln!(
        "lookup at {}: {:.3} ms; by its end {:.3} ms",
        large.count, measured[1][0], measured[1][1]
    );
    let size = if large.count >= 1_000_000 {
        "1M"
    } else {
        "100k"
    };
    verdict(
        "L1",
        &format!("lookup at {size} / at 1k"),
        measured[1][0] / measured[0][0],
        2.0,
    );
    verdict(
        "L1",
        "lookup by the end of a number / by all of it",
        measured[1][1] / measured[1][0],
        1.5,
    );

    let (mut who, mut nothing) = (Vec::new(), Vec::new());
    for number in numbers(large).iter().take(41) {
        who.push(run(CALLBOOK, &["--db", large.db(), "who", number]));
        nothing.push(run("/bin/true", &[]));
    }
    eprintln!(
        "who {:.2} ms, /bin/true {:.2} ms",
        median(&who),
        median(&nothing)
    );
    verdict(
        "L2",
        "`who` as a process / a program that does nothing",
        median(&who) / median(&nothing),
        1.5,
    );
}

fn edits(book: &Book, folder: &Path) {
    let copy = folder.join("edited.db");
    std::fs::copy(&book.path, &copy).unwrap();
    let mut store = open(&copy);
    let rows = store.rows(&ListQuery::default(), 0, 200).unwrap().rows;
    let mut file = std::fs::File::create(folder.join("plain")).unwrap();
    let page = [7; 4096];
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for row in rows {
        let phone = store.profile(row.id).unwrap().full.phones.remove(0);
        let sent = PhoneAttributes {
            valid_values: Some(!phone.valid_values),
            overwrite: true,
            ..PhoneAttributes::default()
        };
        let begun = Instant::now();
        store.update_phone(phone.id, sent, Vec::new()).unwrap();
        ours.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
        plain.push(begun.elapsed().as_secs_f64());
    }
    eprintln!(
        "an edit {:.2} ms, a write {:.2} ms",
        median(&ours) * 1000.0,
        median(&plain) * 1000.0
    );
    verdict(
        "W1",
        "a durable edit / one write of 4 KiB with fdatasync",
        median(&ours) / median(&plain),
        3.0,
    );
}

fn imports(folder: &Path) {
    let count = 100_000;
    let db = folder.join("stored.db");
    let stored = costs(|| fill(&db, count));
    // The rules of the domain for the same cards, without a store.
    let ruled = costs(|| {
        for card in cards(count) {
            let context = || Context {
                now: Timestamp::from_micros(0),
                home: None,
                fresh_id: uuid::Uuid::now_v7(),
            };
            std::hint::black_box(CardRecords::of(card.said, "vcard", context).unwrap());
        }
    });
    let plain = insert_bare(&folder.join("bare.db"), &db);
    eprintln!(
        "import at 100k: {stored:.0} ms, of it the rules {ruled:.0} ms; bare inserts {plain:.0} ms"
    );
    verdict(
        "W2",
        "store side of an import / bare inserts without an index",
        (stored - ruled) / plain,
        4.0,
    );

    let file = folder.join("cards.vcf");
    let numbers = book::vcards(&file, count);
    let db = folder.join("imported.db");
    let before = children();
    let told = Command::new(CALLBOOK)
        .args([
            "--db".as_ref(),
            db.as_os_str(),
            "import".as_ref(),
            file.as_os_str(),
        ])
        .output()
        .unwrap();
    let time = children() - before;
    let told = String::from_utf8(told.stdout).unwrap();
    let kept: String = told.chars().filter(|sign| *sign != ',').collect();
    assert!(kept.contains(&format!("{count} new contacts")), "{told}");
    // The generator draws the same number twice for one contact now and then.
    eprintln!("{} (of {numbers} numbers)", told.trim());
    verdict("W3", "CPU seconds of an import of 100k cards", time, 5.0);
}

/// CPU milliseconds to write the same rows into tables without any index.
fn insert_bare(path: &Path, from: &Path) -> f64 {
    let mut raw = Connection::open(path).unwrap();
    raw.pragma_update(None, "journal_mode", "wal").unwrap();
    raw.execute("ATTACH ?1 AS stored", [from.to_str().unwrap()])
        .unwrap();
    let columns = |raw: &Connection, table: &str| -> Vec<String> {
        let sql = format!("SELECT name FROM pragma_table_info('{table}', 'stored')");
        let mut rows = raw.prepare(&sql).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let mut rows: Vec<(String, Vec<Vec<rusqlite::types::Value>>)> = Vec::new();
    for table in ["contact", "phone"] {
        let columns = columns(&raw, table);
        raw.execute_batch(&format!(
            "CREATE TABLE main.{table} ({})",
            columns.join(", ")
        ))
        .unwrap();
        let marks: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
        let insert = format!("INSERT INTO main.{table} VALUES ({})", marks.join(", "));
        let mut all = raw
            .prepare(&format!("SELECT * FROM stored.{table}"))
            .unwrap();
        let all = all
            .query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())
            .unwrap();
        rows.push((insert, all.map(Result::unwrap).collect()));
    }
    let transaction = raw.transaction().unwrap();
    let begun = cpu();
    for (insert, rows) in rows {
        let mut insert = transaction.prepare(&insert).unwrap();
        for row in rows {
            insert.execute(rusqlite::params_from_iter(row)).unwrap();
        }
    }
    transaction.commit().unwrap();
    cpu() - begun
}

fn memory(large: &Book, huge: Option<&Book>, folder: &Path) {
    let empty = folder.join("empty.db");
    let store: Store = open(&empty);
    drop(store);
    let resident = |db: &str, wanted: &str| {
        let mut callbook = start(CALLBOOK, &["--db", db, "--fresh"]);
        callbook.sees(wanted.as_bytes());
        callbook.within(Duration::from_secs(3));
        callbook.types(b"/mar");
        callbook.within(Duration::from_secs(1));
        let resident = callbook.resident();
        callbook.kill();
        resident
    };
    let bare = resident(empty.to_str().unwrap(), "No contact");
    let at_100k = resident(large.db(), "▌");
    eprintln!("resident: {bare:.1} MB with an empty book, {at_100k:.1} MB at 100k");
    verdict(
        "M1",
        "resident at 100k after a search / with an empty book",
        at_100k / bare,
        3.0,
    );
    if let Some(huge) = huge {
        verdict(
            "M1",
            "resident MB at 1M after a search",
            resident(huge.db(), "▌"),
            100.0,
        );
    }
}

fn rows(book: &Book) {
    let mut callbook = screens(book.db());
    callbook.within(Duration::from_secs(1));
    let mut bytes = Vec::new();
    for _ in 0..9 {
        callbook.types(b"j");
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
    verdict("R1", "in how many pieces", pieces as f64, 1.0);
    let before = callbook.ticks();
    let other = Path::new(book.db()).with_extension("other");
    for line in 0..200 {
        std::fs::write(&other, format!("{line}\n")).unwrap();
        std::thread::sleep(Duration::from_millis(50));
    }
    verdict(
        "I1",
        "CPU ticks in 10 s of waiting, while others write files beside the book",
        (callbook.ticks() - before) as f64,
        0.0,
    );
    callbook.kill();
}
