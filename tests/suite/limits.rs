//! What is huge: streams of a gigabyte, cards of 100 MB, contacts of 10,000 numbers, notes and pastes
//! of a megabyte. It goes in, or is refused with its reason, in little memory; and whoever has enough
//! of it stops it at any instant, with nothing written.
//!
//! `CALLBOOK_LONG=10` sends a whole gigabyte of each shape through the pipe. No time is asserted here
//! but that something does not hang.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::amount::tenths;
use crate::support::pty::{Running, command, wait};

const CALLBOOK: &str = env!("CARGO_BIN_EXE_callbook");
const MB: usize = 1024 * 1024;

/// Long enough for a slow machine, and too short for what hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a stop may take here; on a quiet machine it is under 0.2 s.
const STOPS: Duration = Duration::from_secs(2);

/// A folder with a book in it, for one test.
struct Desk {
    folder: tempfile::TempDir,
    db: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("book.db");
        Self { folder, db }
    }

    /// A file beside the book.
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(CALLBOOK);
        command
            .args(["--db", self.db.to_str().unwrap()])
            .args(words)
            .env("HOME", self.folder.path())
            .env("LANG", "C.UTF-8")
            .env_remove("XDG_STATE_HOME")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command; gives its status, and what it said on both streams.
    fn run(&self, words: &[&str]) -> (i32, String) {
        let done = self.command(words).output().unwrap();
        let mut said = String::from_utf8(done.stdout).unwrap();
        said.push_str(&String::from_utf8(done.stderr).unwrap());
        (done.status.code().unwrap(), said)
    }

    fn import(&self, file: &Path) {
        let (status, said) = self.run(&["import", file.to_str().unwrap()]);
        assert_eq!(status, 0, "{said}");
    }

    /// A number out of the database, read from outside.
    fn number(&self, sql: &str) -> i64 {
        let connection = rusqlite::Connection::open(&self.db).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The folder of what could not be imported.
    fn rejects(&self) -> PathBuf {
        self.folder.path().join(".local/state/callbook/rejects")
    }

    /// The names of what lies in a folder.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Nothing is left of a work that was stopped, and the database is sound.
    fn is_tidy(&self) {
        let left = |name: &&String| {
            name.contains("-wal") || name.contains("-shm") || name.starts_with(".new-")
        };
        let mut names = Self::names(self.folder.path());
        names.extend(Self::names(&callbook::store::backup::folder(&self.db)));
        let left: Vec<&String> = names.iter().filter(left).collect();
        assert!(left.is_empty(), "{left:?}");
        let connection = rusqlite::Connection::open(&self.db).unwrap();
        let sound: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
    }
}

fn card(uid: usize, more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:Person {uid}\r\n{more}END:VCARD\r\n")
}

/// So many letters as base64 has, folded as cards fold them.
fn photo(letters: usize) -> String {
    let line = "/9j4AAQSkZJRgABAQEASABIAAD2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwY";
    let mut photo = String::from("PHOTO;ENCODING=b;TYPE=JPEG:");
    for _ in 0..letters / line.len() {
        photo.push_str(line);
        photo.push_str("\r\n ");
    }
    photo.push_str("AAAA\r\n");
    photo
}

// Streams.

/// The greatest memory that a process has had so far, in bytes.
fn peak(process: &Process) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Sends pieces of a stream to an import until so many bytes are sent; gives the greatest memory that
/// it took, its status and what it said.
fn streamed(
    desk: &Desk,
    bytes: usize,
    mut piece: impl FnMut(usize) -> String,
) -> (usize, i32, String) {
    let mut command = desk.command(&["import", "-"]);
    let mut process = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = process.stdin.take().unwrap();
    let (mut sent, mut at, mut most) = (0, 0, 0);
    while sent < bytes {
        let piece = piece(at);
        at += 1;
        sent += piece.len();
        pipe.write_all(piece.as_bytes()).unwrap();
        if at % 64 == 0 {
            most = most.max(peak(&process).unwrap_or(0));
        }
    }
    // It has read all but the end of it: the peak is its own until it ends.
    drop(pipe);
    let (mut out, mut err) = (process.stdout.take(), process.stderr.take());
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        out.as_mut().unwrap().read_to_string(&mut said).unwrap();
        err.as_mut().unwrap().read_to_string(&mut said).unwrap();
        said
    });
    let status = loop {
        most = most.max(peak(&process).unwrap_or(0));
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        // How much memory it has is looked at again and again until it ends.
        std::thread::sleep(Duration::from_millis(2));
    };
    (most, status.code().unwrap(), said.join().unwrap())
}

/// The whole of a run of ten, or so many megabytes in an ordinary one.
fn size(megabytes: usize) -> usize {
    if tenths() >= 10 {
        1024 * MB
    } else {
        megabytes * MB
    }
}

/// The bound of the promise; in an ordinary run a stream that was held whole breaks a lower one.
fn bound(megabytes: usize) -> usize {
    if tenths() >= 10 {
        256 * MB
    } else {
        megabytes * MB
    }
}

#[track_caller]
fn is_within(most: usize, bound: usize) {
    assert!(most > 0, "the memory was not measured");
    assert!(
        most <= bound,
        "{} MB of {} were taken",
        most / MB,
        bound / MB
    );
}

#[test]
fn a_stream_of_cards_with_photos_is_not_held() {
    let desk = Desk::new();
    let photo = photo(MB);
    let (most, status, said) = streamed(&desk, size(160), |at| card(at, &photo));
    assert_eq!(status, 0, "{said}");
    is_within(most, bound(120));
    let wanted = i64::try_from(size(160).div_ceil(card(1, &photo).len())).unwrap();
    let stored = desk.number("SELECT count(*) FROM card WHERE length(bytes) > 1000000");
    assert!((stored - wanted).abs() <= 1, "{stored} of {wanted}");
}

#[test]
fn a_stream_of_small_cards_is_not_held() {
    let desk = Desk::new();
    let mut sent = 0;
    // A gigabyte of these is ten million contacts, which takes hours.
    let bytes = 6 * MB * tenths().min(170);
    let (most, status, said) = streamed(&desk, bytes, |piece| {
        let cards: Vec<String> = (piece * 100..piece * 100 + 100)
            .map(|at| {
                card(
                    at,
                    &format!("TEL;TYPE=WORK:+39 02 {:08}\r\n", at % 100_000_000),
                )
            })
            .collect();
        sent += 100;
        cards.concat()
    });
    assert_eq!(status, 0, "{said}");
    is_within(most, bound(120));
    assert_eq!(desk.number("SELECT count(*) FROM contact"), sent);
}

#[test]
fn of_a_stream_that_cannot_be_read_the_first_cards_are_told_and_the_rest_counted() {
    let desk = Desk::new();
    let empty = "BEGIN:VCARD\r\nEND:VCARD\r\n".repeat(1_000);
    // Ten million cards are enough to hold too many.
    let size = size(40).min(256 * MB);
    let (most, status, said) = streamed(&desk, size, |_| empty.clone());
    assert_eq!(status, 1, "there were rejects");
    is_within(most, bound(96));
    let cards = size.div_ceil(empty.len()) * 1_000;
    let told = said
        .lines()
        .filter(|line| line.contains("has no name"))
        .count();
    assert_eq!(told, 10_000);
    let rest = callbook::domain::words::count(cards - 10_000, "card");
    assert!(said.contains(&format!("and {rest} after them")), "{rest}");
    let kept = fs::read_to_string(desk.rejects().join("1-standard-input")).unwrap();
    assert_eq!(kept.matches("BEGIN:VCARD").count(), cards, "all are kept");
}

#[test]
fn what_cannot_be_imported_is_kept_whole_however_much_it_is() {
    let desk = Desk::new();
    let nameless = |at: usize| card(at, &photo(3 * MB)).replace("FN:", "X-FN:");
    let cards: Vec<String> = (0..14).map(nameless).collect();
    let file = desk.file("large.vcf", cards.concat());
    let kept = |name: &str| desk.rejects().join(name);
    let (status, said) = desk.run(&["import", file.to_str().unwrap()]);
    assert_eq!(status, 1, "{said}");
    let first = fs::read(kept("1-large.vcf")).unwrap();
    let text = String::from_utf8(first.clone()).unwrap();
    for card in &cards {
        assert!(text.contains(card), "every card is there, byte for byte");
    }
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(kept("1-large.vcf")), 0o600);
    assert_eq!(mode(desk.rejects()), 0o700);

    // What an import before could not read stays.
    let other = desk.file("large.vcf", nameless(99));
    desk.run(&["import", other.to_str().unwrap()]);
    assert!(fs::read(kept("1-large.vcf")).unwrap() == first);
    let second = fs::read_to_string(kept("2-large.vcf")).unwrap();
    assert!(second.contains(&nameless(99)));

    // A dry run keeps nothing, and neither does an import that did not happen.
    desk.run(&["import", "--dry-run", other.to_str().unwrap()]);
    let broken = desk.file("large.json", "[]\n");
    let (status, said) = desk.run(&["import", broken.to_str().unwrap()]);
    assert_eq!(status, 2, "{said}");
    assert_eq!(Desk::names(&desk.rejects()), ["1-large.vcf", "2-large.vcf"]);
}

#[test]
fn a_plan_counts_every_card_that_cannot_be_read() {
    let desk = Desk::new();
    let file = desk.file(
        "many.vcf",
        "x\r\n".repeat(3) + &"BEGIN:VCARD\r\nEND:VCARD\r\n".repeat(10_500),
    );
    let (_, said) = desk.run(&["import", "--dry-run", file.to_str().unwrap()]);
    let last = said.lines().last().unwrap();
    assert!(last.contains("10,501 unreadable"), "{last}");
}

#[test]
fn an_import_whose_rejects_cannot_be_kept_says_so() {
    let desk = Desk::new();
    fs::create_dir_all(desk.rejects().parent().unwrap()).unwrap();
    fs::write(desk.rejects(), "no folder").unwrap();
    let cards = format!("{}{}", card(1, ""), card(2, "").replace("FN:", "X-FN:"));
    let file = desk.file("two.vcf", cards);
    let (status, said) = desk.run(&["import", file.to_str().unwrap()]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("1 new contact"), "{said}");
    assert!(
        said.contains("cannot keep what could not be imported in"),
        "{said}"
    );
}

#[test]
fn a_card_of_separators_or_of_tiny_or_blank_lines_is_bounded_before_it_is_parsed() {
    for (lines, status) in [
        (format!("N:{}\n", ";".repeat(20 * MB)), 1),
        (format!("ADR;X={}:\n", ",".repeat(20 * MB)), 1),
        (format!("NOTE:{}\n", ";".repeat(20 * MB)), 1),
        ("X-A:1\n".repeat(7 * MB / 6), 1),
        ("\n".repeat(30 * MB), 0),
    ] {
        let desk = Desk::new();
        let text = card(1, &lines).replace('\r', "");
        let (most, ended, said) = streamed(&desk, text.len(), |_| text.clone());
        is_within(most, 256 * MB);
        assert_eq!(ended, status, "{said}");
        if status == 1 {
            assert!(said.contains("Person 1"), "{said}");
        }
    }
}

#[test]
fn a_line_without_an_end_and_a_card_without_one_are_refused_and_not_held() {
    for line in ["x".repeat(MB), format!("NOTE:{}\r\n", "x".repeat(MB - 7))] {
        let desk = Desk::new();
        let (most, status, said) = streamed(&desk, size(192), |at| match at {
            0 => "BEGIN:VCARD\r\nFN:Endless\r\n".to_owned(),
            _ => line.clone(),
        });
        assert_eq!(status, 1, "{said}");
        let refused =
            "standard input:1: card 1 (Endless) is larger than 64 MiB; only its beginning is kept";
        assert!(said.contains(refused), "{said}");
        is_within(most, bound(160));
        let kept = desk.folder.path().join(".local/state/callbook/rejects");
        let kept = fs::read(kept.join("1-standard-input")).unwrap();
        assert!(kept.starts_with(b"# line 1 (Endless): is larger"));
        assert!(kept.len() < 100_000, "only its beginning is kept");
    }
}

// Stopping.

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn ends(process: &mut Process, within: Duration) -> i32 {
    let began = Instant::now();
    let mut ended = None;
    wait(
        || {
            assert!(began.elapsed() < within, "it does not end in time");
            ended = process.try_wait().unwrap();
            ended.is_some()
        },
        || "it does not end".to_owned(),
    );
    ended.and_then(|status| status.code()).unwrap_or(-1)
}

/// A book that is worth a backup, and a file of as many who are not in it.
fn large() -> (Desk, PathBuf) {
    let desk = Desk::new();
    let cards = |from: usize| -> String {
        let cards = (from..from + 3_000).map(|at| {
            let filler = "X-FILLER:0123456789abcdefghijklmnopqrstuvwxyz\r\n".repeat(60);
            card(at, &format!("TEL:+39 02 {at:08}\r\n{filler}"))
        });
        cards.collect()
    };
    desk.import(&desk.file("there.vcf", cards(0)));
    let new = desk.file("new.vcf", cards(3_000));
    (desk, new)
}

#[test]
fn a_signal_ends_an_import_at_any_instant_with_nothing_written() {
    let (desk, new) = large();
    let mut stopped = 0;
    for (turn, (name, status)) in [("INT", 130), ("TERM", 143)]
        .into_iter()
        .cycle()
        .take(24)
        .enumerate()
    {
        // The instant of the signal is what is tested: the first ones are those of the backup, the later ones
        // of the import and its end.
        let mut process = desk
            .command(&["import", new.to_str().unwrap()])
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20 * turn as u64));
        if process.try_wait().unwrap().is_none() {
            signal(process.id(), name);
        }
        let ended = ends(&mut process, STOPS + PATIENCE / 10);
        let mut said = String::new();
        process
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        if ended == 0 {
            // It was done before.
            assert_eq!(desk.number("SELECT count(*) FROM contact"), 6_000);
            assert_eq!(desk.run(&["undo"]).0, 0);
        } else {
            // Before it listens, the signal ends it as any program.
            assert!([status, -1].contains(&ended), "{ended}: {said}");
            stopped += usize::from(said.contains("stopped; nothing"));
        }
        assert_eq!(desk.number("SELECT count(*) FROM contact"), 3_000, "{said}");
        desk.is_tidy();
    }
    assert!(stopped > 0, "none was stopped in its work");
}

#[test]
fn a_signal_ends_an_import_that_waits_for_a_pipe_or_for_a_lock() {
    let desk = Desk::new();
    desk.import(&desk.file("there.vcf", card(1, "")));
    // A pipe that gave half a card, and then nothing.
    let mut command = desk.command(&["import", "-"]);
    let mut process = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = process.stdin.take().unwrap();
    pipe.write_all(b"BEGIN:VCARD\r\nFN:Half").unwrap();
    listens(&process);
    signal(process.id(), "INT");
    assert_eq!(ends(&mut process, STOPS), 130);
    drop(pipe);
    desk.is_tidy();

    // A named pipe that nobody writes to.
    let fifo = desk.folder.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let mut process = desk
        .command(&["import", fifo.to_str().unwrap()])
        .spawn()
        .unwrap();
    listens(&process);
    signal(process.id(), "TERM");
    assert_eq!(ends(&mut process, STOPS), 143);

    // A lock that another program holds.
    let other = rusqlite::Connection::open(&desk.db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let new = desk.file("new.vcf", card(2, ""));
    let mut process = desk
        .command(&["import", new.to_str().unwrap()])
        .spawn()
        .unwrap();
    listens(&process);
    signal(process.id(), "INT");
    assert_eq!(ends(&mut process, STOPS), 130);
    drop(other);
    assert_eq!(desk.number("SELECT count(*) FROM contact"), 1);
    desk.is_tidy();
}

/// Waits until a process listens to signals, as its status says.
fn listens(process: &Process) {
    let folder = format!("/proc/{}", process.id());
    let listens = || {
        let status = fs::read_to_string(format!("{folder}/status")).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
        // SIGINT is 2, SIGTERM 15.
        caught & (1 << 1) != 0 && caught & (1 << 14) != 0
    };
    wait(listens, || "it never listens".to_owned());
    // It is at its work once it waits in the kernel: for the pipe, or for the lock.
    let is_asleep = || {
        let stat = fs::read_to_string(format!("{folder}/stat")).unwrap();
        let state = stat.rsplit(')').next().unwrap().trim_start();
        state.starts_with('S')
    };
    wait(is_asleep, || "it never waits".to_owned());
}

// The screens.

/// The screens over the book of a desk.
fn screens(desk: &Desk) -> Running {
    let mut command = command(&[CALLBOOK, "--fresh"], &desk.db);
    command.args(["--db", desk.db.to_str().unwrap()]);
    Running::of(command, 100, 30)
}

/// Asks for the preview of a file.
fn preview(callbook: &mut Running, file: &Path) {
    callbook.types("i");
    callbook.sees("Import a vCard");
    callbook.pastes(file.to_str().unwrap());
    callbook.sees(file.file_name().unwrap().to_str().unwrap());
    callbook.types("\r");
}

#[test]
fn esc_stops_a_preview_and_an_import_and_nothing_is_written() {
    let (desk, new) = large();
    let mut callbook = screens(&desk);
    callbook.sees("3,000 contacts");
    let mut stopped = 0;
    // The preview.
    preview(&mut callbook, &new);
    wait(
        || {
            ["working", "a second", "import 3,000"]
                .iter()
                .any(|words| callbook.text().contains(words))
        },
        || callbook.text(),
    );
    if !callbook.text().contains("import 3,000") {
        callbook.types("\u{1b}");
        callbook.sees("stopped");
        stopped += 1;
        callbook.types("\r");
    }
    callbook.sees("import 3,000");
    // The import, at several instants: the backup before it, its rows, its end.
    for pause in [160, 220, 300, 400, 600] {
        callbook.types("\r");
        // The instant of the key is what is tested.
        std::thread::sleep(Duration::from_millis(pause));
        if callbook.text().contains("3,000 new contacts") {
            callbook.types("u");
            callbook.sees("Undone");
            break;
        }
        callbook.types("\u{1b}");
        let end = Instant::now() + STOPS + PATIENCE / 10;
        loop {
            let text = callbook.text();
            if text.contains("stopped") {
                stopped += 1;
                // The toast goes with the next key.
                callbook.types("j");
                break;
            }
            if text.contains("3,000 new contacts") || !text.contains("import 3,000") {
                // It was done before the key came.
                callbook.sees("contacts");
                assert!(stopped > 0 || pause > 0);
                callbook.types("u");
                callbook.sees("Undone");
                preview(&mut callbook, &new);
                callbook.sees("import 3,000");
                break;
            }
            assert!(Instant::now() < end, "esc does not stop it:\n{text}");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(desk.number("SELECT count(*) FROM contact"), 3_000);
    }
    assert!(stopped > 0, "none was stopped in its work");
    callbook.types("qqq");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(desk.number("SELECT count(*) FROM contact"), 3_000);
    desk.is_tidy();
}

#[test]
fn esc_stops_an_import_that_waits_for_a_pipe() {
    let desk = Desk::new();
    desk.import(&desk.file("there.vcf", card(1, "")));
    let fifo = desk.folder.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let mut callbook = screens(&desk);
    callbook.sees("1 contact");
    preview(&mut callbook, &fifo);
    callbook.sees("working");
    callbook.types("\u{1b}");
    callbook.sees("stopped; nothing of fifo was imported");
    callbook.types("\u{1b}");
    callbook.sees_no("Import a vCard");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

// What is large.

#[test]
fn a_photo_of_60_mb_goes_in_and_out_byte_for_byte_and_a_card_of_100_mb_is_refused() {
    let desk = Desk::new();
    let whole = card(1, &photo(60_000_000));
    desk.import(&desk.file("photo.vcf", &whole));
    let out = desk.folder.path().join("out.vcf");
    let (status, said) = desk.run(&["export", "-o", out.to_str().unwrap()]);
    assert_eq!(status, 0, "{said}");
    assert!(fs::read(&out).unwrap() == whole.as_bytes());

    let over = format!("{}{}", card(2, &photo(100_000_000)), card(3, ""));
    let over = desk.file("over.vcf", over);
    let (status, said) = desk.run(&["import", over.to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(said.contains("1 new contact"), "{said}");
    assert!(
        said.contains("over.vcf:1: card 1 (Person 2) is larger than 64 MiB"),
        "{said}"
    );
    let kept = desk
        .folder
        .path()
        .join(".local/state/callbook/rejects/1-over.vcf");
    let kept = fs::read_to_string(kept).unwrap();
    assert!(kept.contains("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:2\r\n"));
}

/// Somebody with so many numbers.
fn many(numbers: usize) -> String {
    let tels = (0..numbers).map(|at| format!("TEL;TYPE=WORK:+39 02 {:08}\r\n", 20_000_000 + at));
    card(1, &tels.collect::<String>())
}

/// How long it takes to take somebody with so many numbers in, to add as many, to confirm them, and
/// to write them out.
fn round(numbers: usize) -> Duration {
    let desk = Desk::new();
    let first = many(numbers);
    let first = desk.file("many.vcf", first);
    let more = many(numbers + 1)
        .replace("UID:1\r\n", "")
        .replace("+39 02 2", "+39 06 2");
    // One number is known, so that it is known who it is.
    let more = more.replacen("TEL", "TEL:+39 02 20000000\r\nTEL", 1);
    let more = desk.file("more.vcf", more);
    let began = Instant::now();
    desk.import(&first);
    desk.import(&first);
    desk.import(&more);
    let stored = i64::try_from(2 * numbers + 1).unwrap();
    assert_eq!(desk.number("SELECT count(*) FROM phone"), stored);
    let out = desk.folder.path().join("out.vcf");
    for words in [
        &["fix", "--confirm-source", "vcard"][..],
        &["export", "-o", out.to_str().unwrap()],
        &["undo"],
        &["undo"],
    ] {
        let (status, said) = desk.run(words);
        assert_eq!(status, 0, "{words:?}: {said}");
    }
    let stored = i64::try_from(numbers).unwrap();
    assert_eq!(desk.number("SELECT count(*) FROM phone"), stored);
    fs::remove_file(&out).unwrap();
    desk.run(&["export", "-o", out.to_str().unwrap()]);
    assert!(fs::read(&out).unwrap() == fs::read(&first).unwrap());
    began.elapsed()
}

#[test]
fn ten_times_the_numbers_do_not_take_a_hundred_times_as_long() {
    let (few, lots) = (round(1_000), round(10_000));
    // Compared all with all they took 230 s; what is no work of the numbers is in both.
    assert!(
        lots < few * 40 + Duration::from_secs(5),
        "1,000: {few:?}; 10,000: {lots:?}"
    );
}

#[test]
fn ten_thousand_numbers_are_opened_scrolled_edited_deleted_and_brought_back() {
    let desk = Desk::new();
    desk.import(&desk.file("many.vcf", many(10_000)));
    let mut callbook = screens(&desk);
    callbook.sees("10,000");
    callbook.types("\r");
    callbook.sees("when dialled");
    // The primary one first, then the newest: the oldest is the last.
    callbook.sees("+39 02 2000 9999");
    callbook.types("G");
    callbook.sees("+39 02 2000 0001");
    callbook.types("kkkkkkkkkk\u{1b}[A\u{1b}[A");
    callbook.types("ggj");
    callbook.sees("+39 02 2000 0000");
    callbook.types("e");
    callbook.sees("Edit number");
    callbook.types("\u{15}+39 02 7777 7777\r");
    callbook.sees("Changed +39 02 7777 7777");
    // It is read again before the next key is about it.
    callbook.sees("✓  you");
    callbook.types("d");
    callbook.sees("Deleted");
    callbook.types("uu");
    callbook.sees("Undone: Changed");
    // The form for the whole contact.
    callbook.types("qe");
    callbook.sees("Edit contact");
    callbook.types(" X\u{13}");
    callbook.sees("Changed Person 1 X");
    callbook.types("d");
    callbook.sees("Deleted Person 1 X");
    assert_eq!(desk.number("SELECT count(*) FROM phone"), 0);
    callbook.types("u");
    callbook.sees("Undone: Deleted");
    assert_eq!(desk.number("SELECT count(*) FROM phone"), 10_000);
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn a_note_of_a_megabyte_is_stored_shown_searched_edited_and_written_out() {
    let desk = Desk::new();
    let words = "lorem ipsum dolor sit amet ".repeat(999_000 / 27);
    let note = format!("{words}needle at the end");
    let whole = card(1, &format!("NOTE:{note}\r\n"));
    desk.import(&desk.file("note.vcf", &whole));
    assert_eq!(
        desk.number("SELECT length(note) FROM contact"),
        i64::try_from(note.len()).unwrap()
    );
    let mut callbook = screens(&desk);
    callbook.sees("lorem ipsum");
    callbook.types("/needle");
    callbook.sees("1 of 1");
    callbook.types("\r");
    callbook.sees("NOTE");
    let out = desk.folder.path().join("out.vcf");
    desk.run(&["export", "-o", out.to_str().unwrap()]);
    assert!(fs::read(&out).unwrap() == whole.as_bytes());
    // Two fields before the first one is the note, and the cursor stands at its end.
    callbook.types("qe");
    callbook.sees("Edit contact");
    callbook.types("\u{1b}[Z\u{1b}[Z");
    callbook.sees("needle at the end");
    callbook.types(", and more\u{13}");
    callbook.sees("Changed Person 1");
    let note = format!("{note}, and more");
    let stored: String = rusqlite::Connection::open(&desk.db)
        .unwrap()
        .query_row("SELECT note FROM contact", [], |row| row.get(0))
        .unwrap();
    assert!(stored == note);
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn what_is_pasted_and_copied_may_be_a_megabyte() {
    let desk = Desk::new();
    desk.import(&desk.file("one.vcf", card(1, "TEL:+39 02 5550 1182\r\n")));
    let mut callbook = screens(&desk);
    callbook.sees("1 contact");
    // 100,000 letters over the list become the filter.
    callbook.pastes(&"abc ".repeat(25_000));
    callbook.sees("No contact matches");
    callbook.types("\u{1b}");
    callbook.sees("Person 1");
    // A megabyte goes into a field of one line, and is refused with its reason.
    callbook.types("a");
    callbook.sees("Add a contact");
    callbook.pastes(&"x".repeat(MB));
    callbook.types("\u{1b}[H\u{1b}[Fq\u{13}");
    callbook.sees("is longer than 1000 characters");
    callbook.types("\u{15}Marta\u{13}");
    callbook.sees("Added Marta");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn a_card_of_a_megabyte_is_sent_to_the_clipboard_whole() {
    let desk = Desk::new();
    desk.import(&desk.file("one.vcf", card(1, &photo(MB))));
    let mut callbook = screens(&desk);
    callbook.sees("1 contact");
    callbook.types("xy");
    callbook.sees("Sent 1 card to the terminal's clipboard");
    let sent = callbook.bytes().len();
    // In base64 four signs are three bytes.
    assert!(sent > card(1, &photo(MB)).len() * 4 / 3, "{sent}");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

// Locks.

/// Another program that holds the lock until it is dropped.
fn locked(desk: &Desk) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(&desk.db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

#[test]
fn while_another_program_holds_the_lock_the_screens_go_on_and_the_write_waits() {
    let desk = Desk::new();
    let cards: String = (1..=50)
        .map(|at| card(at, "TEL:+39 02 5550 1182\r\n"))
        .collect();
    desk.import(&desk.file("cards.vcf", cards));
    let mut callbook = screens(&desk);
    callbook.sees("50 contacts");
    let lock = locked(&desk);
    let began = Instant::now();
    // Nothing that is looked at waits for the lock.
    callbook.types("/person 17");
    callbook.sees("1 of 50");
    callbook.types("\u{1b}");
    callbook.sees_no("1 of 50");
    callbook.types("G");
    callbook.sees("▌  Person 9");
    // A write waits, and the form that it closes takes no more text, which would be lost with it; each
    // key is answered at once.
    callbook.types("aMarta Kowalska\u{13}");
    callbook.sees("Marta Kowalska");
    callbook.types("\tBakery");
    callbook.sees("still working");
    assert!(!callbook.text().contains("Bakery"), "{}", callbook.text());
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the frames waited for the lock: {:?}",
        began.elapsed()
    );
    // That it waits for so long is what is tested.
    std::thread::sleep(Duration::from_secs(3).saturating_sub(began.elapsed()));
    assert!(!callbook.text().contains("Added"));
    drop(lock);
    callbook.sees("Added Marta Kowalska");
    assert_eq!(desk.number("SELECT count(*) FROM contact"), 51);
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn a_lock_that_stays_is_told_as_busy_and_the_form_keeps_what_was_typed() {
    let desk = Desk::new();
    desk.import(&desk.file("cards.vcf", card(1, "TEL:+39 02 5550 1182\r\n")));
    let mut callbook = screens(&desk);
    callbook.sees("1 contact");
    let lock = locked(&desk);
    callbook.types("aMarta Kowalska\u{13}");
    callbook.sees("the book is in use by another program");
    callbook.sees("Add a contact");
    callbook.sees("Marta Kowalska");
    drop(lock);
    callbook.types("\u{13}");
    callbook.sees("Added Marta Kowalska");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(desk.number("SELECT count(*) FROM contact"), 2);
}
