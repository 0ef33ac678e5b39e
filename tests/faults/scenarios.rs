//! What the real program is made to do while something goes wrong, and what has to hold afterwards.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::domain::listing::ListQuery;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::exchange::vcard::Format;
use callbook::store::Store;
use callbook::store::backup::backups;
use rusqlite::Connection;

use crate::trace::{self, Class, Fault, Ran};
use crate::{in_memory, named, numbered, options};

/// Somebody new, somebody changed, and a card that cannot be read.
const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL;TYPE=HOME:+44 20 7946 0999\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:7\nFN:Marta Kowalska\nTEL:+48 22 555 01 08\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nNOTE:nobody\nEND:VCARD\n";

/// A command, with what is there when it begins.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The words; `DB`, `FOLDER`, `ADA`, `PHONE` and `STAMP` stand for what the book has.
    words: &'static str,
    prepare: fn(&Path),
    /// Whether the command does the same when it is given again.
    repeats: bool,
}

const fn scenario(name: &'static str, words: &'static str, prepare: fn(&Path)) -> Scenario {
    Scenario {
        name,
        words,
        prepare,
        repeats: false,
    }
}

pub(crate) const fn repeating(
    name: &'static str,
    words: &'static str,
    prepare: fn(&Path),
) -> Scenario {
    Scenario {
        repeats: true,
        ..scenario(name, words, prepare)
    }
}

/// Every command that writes, and every migration.
pub(crate) const ALL: [Scenario; 27] = [
    scenario("a new book", "add Grace +44·20·7946·0018", |_| {}),
    scenario("add", "add Grace +44·20·7946·0018", book),
    repeating("import", "import FOLDER/cards.vcf", book),
    repeating(
        "import into a new book",
        "import FOLDER/cards.vcf",
        |folder| {
            fs::write(folder.join("cards.vcf"), CARDS).unwrap();
        },
    ),
    scenario(
        "phone create",
        "phone create --owner ADA --number +39·02·5550·1182 --primary",
        book,
    ),
    repeating(
        "phone update",
        "phone update PHONE --historic --overwrite",
        book,
    ),
    scenario("phone delete", "phone delete PHONE", book),
    scenario("contact create", "contact create --name Grace", book),
    repeating(
        "contact update",
        "contact update ADA --note new --overwrite",
        book,
    ),
    scenario("contact delete", "contact delete ADA", book),
    repeating("change", "change label:home label:work", book),
    repeating("fix", "fix --confirm-source vcard", book),
    repeating("duplicates", "duplicates --merge-sure", book),
    scenario("undo", "undo", book),
    scenario("undo of many", "undo --back-to 2", book),
    scenario("redo", "redo", |folder| {
        book(folder);
        open(folder).undo().unwrap();
    }),
    repeating("revert", "revert ADA --after 1", book),
    scenario("bin, bring back", "bin GONE", book),
    repeating("bin, empty", "bin --empty --yes", book),
    repeating("backup", "backup", book),
    repeating("backup prune", "backup prune", |folder| {
        book(folder);
        let mut store = open(folder);
        for at in 0..13 {
            store
                .create_contact(named(&format!("Person {at}")), Vec::new())
                .unwrap();
            store.back_up().unwrap();
        }
    }),
    scenario("restore", "restore", backed_up),
    repeating("restore of a damaged book", "restore", |folder| {
        backed_up(folder);
        let mut bytes = fs::read(folder.join("book.db")).unwrap();
        let middle = bytes.len() / 2;
        bytes[100..200].fill(0xff);
        bytes.truncate(middle);
        fs::write(folder.join("book.db"), bytes).unwrap();
    }),
    repeating("doctor --fix", "doctor --fix", |folder| {
        book(folder);
        let raw = Connection::open(folder.join("book.db")).unwrap();
        raw.execute_batch("UPDATE phone SET is_primary = 0; UPDATE contact SET digits = ''")
            .unwrap();
    }),
    repeating("migration of schema 1", "find ada", |folder| old(folder, 1)),
    repeating("migration of schema 2", "find ada", |folder| old(folder, 2)),
    repeating("export", "export -o FOLDER/out.vcf", book),
];

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("book.db"), options()).unwrap()
}

/// A book with all that the commands want: numbers to confirm, somebody twice, somebody deleted.
fn book(folder: &Path) {
    fs::write(folder.join("cards.vcf"), CARDS).unwrap();
    let mut store = open(folder);
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL;TYPE=HOME:+44 20 7946 0018\nTEL:12\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Carl Gauss\nTEL;TYPE=HOME:+49 30 5550 1182\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Carl Gauss\nTEL;TYPE=WORK:+49 30 5550 1182\nEND:VCARD\n";
    let file = callbook::import::File::open(cards.as_bytes(), "book.vcf", &[]).unwrap();
    callbook::import::all(&mut store, file).unwrap();
    let sent = ContactAttributes {
        note: Some(Some("the first".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    let rows = store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    let ada = rows.iter().find(|row| row.name == "Ada Lovelace").unwrap();
    store.update_contact(ada.id, sent, Vec::new()).unwrap();
    let gone = store
        .create_contact(named("Gone"), Vec::new())
        .unwrap()
        .value
        .id;
    store
        .create_phone(gone, numbered("+39 02 5550 1182"), Vec::new())
        .unwrap();
    store
        .perform(&Task::delete(vec![gone]), Seen::Nothing, &Format::default())
        .unwrap();
    // What the import put beside it is not what is looked at.
    let _ = fs::remove_dir_all(folder.join("book.db.backups"));
}

/// A book that was backed up and changed since.
pub(crate) fn backed_up(folder: &Path) {
    book(folder);
    let mut store = open(folder);
    store.back_up().unwrap();
    store.create_contact(named("Since"), Vec::new()).unwrap();
}

/// A book that the program of an older schema wrote.
fn old(folder: &Path, schema: u32) {
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    let book = fs::read(books.join(format!("schema-{schema}.db"))).unwrap();
    let path = folder.join("book.db");
    fs::write(&path, book).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// What [`state`] says of a book with nobody in it.
const EMPTY: &str = " steps 0";

/// What is in a book, whatever its schema: everybody with their numbers, and how many steps there are. Lines of cards
/// that an older book is to show are read by the next start where they could not be.
fn state(folder: &Path) -> String {
    let path = folder.join("book.db");
    if !path.exists() {
        return "nothing".to_owned();
    }
    let everything = "SELECT coalesce((SELECT group_concat(line, '/') FROM (
            SELECT c.name || ' ' || coalesce(c.note, '') || ' ' || coalesce((
                SELECT group_concat(number, ',') FROM (
                    SELECT number || is_primary || historic || valid_values || coalesce(location, '')
                        AS number
                    FROM phone p WHERE p.contact = c.id ORDER BY 1)), '') AS line
            FROM contact c ORDER BY 1)), '') || ' steps ' || (SELECT count(*) FROM undo_point
                WHERE title NOT LIKE 'Read more lines of %')";
    Connection::open(path)
        .and_then(|raw| raw.query_row(everything, [], |row| row.get(0)))
        .unwrap_or_else(|_| "damaged".to_owned())
}

/// A scenario in a folder of its own, ready to be run again and again.
pub(crate) struct Stage {
    pub(crate) scenario: &'static Scenario,
    original: PathBuf,
    pub(crate) folder: PathBuf,
    beside: PathBuf,
    words: Vec<String>,
    before: String,
    after: String,
    /// How it ends where nothing goes wrong.
    status: Option<i32>,
    _all: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn of(scenario: &'static Scenario) -> Self {
        let all = in_memory();
        let [original, folder, beside] =
            ["original", "folder", "beside"].map(|name| all.path().join(name));
        for made in [&original, &beside] {
            fs::create_dir(made).unwrap();
        }
        (scenario.prepare)(&original);
        let words = words(scenario, &original, &folder);
        let mut stage = Self {
            scenario,
            original,
            folder,
            beside,
            words,
            before: String::new(),
            after: String::new(),
            status: None,
            _all: all,
        };
        stage.reset();
        stage.before = state(&stage.folder);
        let ran = stage.run(&[], None);
        // An import with a card that cannot be read ends with 1, and has done the rest.
        let done = ran.status.is_some_and(|status| status < 2) && !ran.said.is_empty();
        assert!(
            done || scenario.name == "export",
            "{}: {ran:?}",
            scenario.name
        );
        stage.status = ran.status;
        stage.after = state(&stage.folder);
        stage
    }

    /// Puts everything back as it was at the beginning.
    fn reset(&self) {
        let _ = fs::remove_dir_all(&self.folder);
        copy(&self.original, &self.folder);
    }

    /// Runs the command anew, with a fault.
    pub(crate) fn run(&self, classes: &[Class], fault: Option<(usize, Fault)>) -> Ran {
        self.reset();
        trace::run(&self.words, (&self.folder, &self.beside), classes, fault)
    }

    /// Whether the book is as it was before the command or as it is after it, sound and by the rules;
    /// and as it is after it where the program told so.
    pub(crate) fn examine(&self, ran: &Ran, what: &str) {
        let what = format!("{}, {what}, {ran:?}", self.scenario.name);
        let mut state = state(&self.folder);
        if state == EMPTY && self.before == "nothing" {
            // The book is made, and nobody is in it yet.
            "nothing".clone_into(&mut state);
        }
        assert!(
            state == self.before || state == self.after,
            "{what}: half done:\n{state}\nbefore:\n{}\nafter:\n{}",
            self.before,
            self.after
        );
        if !ran.said.is_empty() || ran.status == Some(0) {
            assert_eq!(state, self.after, "{what}: told as done and lost");
        }
        let path = self.folder.join("book.db");
        let kept = backups(&path).unwrap();
        for backup in &kept {
            backup
                .verify()
                .unwrap_or_else(|refusal| panic!("{what}: {refusal}"));
        }
        let backed_up = self.scenario.name == "backup" && ran.status == Some(0);
        assert!(!backed_up || !kept.is_empty(), "{what}: no backup");
        let out = self.folder.join("out.vcf");
        if self.scenario.name == "export" && (out.exists() || ran.status == Some(0)) {
            let cards = fs::read_to_string(out).unwrap();
            assert_eq!(
                cards.matches("END:VCARD").count(),
                3,
                "{what}: half an export"
            );
        }
        if !["nothing", "damaged"].contains(&state.as_str()) && self.scenario.name != "doctor --fix"
        {
            let store = Store::open(&path, options()).unwrap();
            assert_eq!(store.examine().unwrap(), [], "{what}");
        }
    }

    /// Whether nothing that was left behind stands in the way of doing it again.
    pub(crate) fn repeat(&self, what: &str) {
        if self.scenario.repeats && self.scenario.name != "export" {
            let ran = trace::run(&self.words, (&self.folder, &self.beside), &[], None);
            assert_eq!(
                ran.status, self.status,
                "{}, {what}: {ran:?}",
                self.scenario.name
            );
            // A change that is made twice may be two steps.
            let people = |state: &str| state.split(" steps ").next().map(str::to_owned);
            let now = state(&self.folder);
            assert_eq!(
                people(&now),
                people(&self.after),
                "{}, {what}",
                self.scenario.name
            );
        }
    }
}

/// The words of a command, with what they stand for.
fn words(scenario: &Scenario, original: &Path, folder: &Path) -> Vec<String> {
    let mut ids = [String::new(), String::new(), String::new()];
    if scenario.words.contains("ADA")
        || scenario.words.contains("PHONE")
        || scenario.words.contains("GONE")
    {
        let raw = Connection::open(original.join("book.db")).unwrap();
        let one = |sql: &str| -> String {
            let bytes: [u8; 16] = raw.query_row(sql, [], |row| row.get(0)).unwrap();
            ContactId(uuid::Uuid::from_bytes(bytes)).to_string()
        };
        ids = [
            one("SELECT id FROM contact WHERE name = 'Ada Lovelace'"),
            one("SELECT id FROM phone WHERE number = '+442079460018'"),
            one("SELECT key FROM operation WHERE entity = 'contact' AND kind = 'delete'"),
        ];
    }
    let folder = folder.to_str().unwrap();
    let given = scenario.words.split(' ').map(|word| {
        word.replace('·', " ")
            .replace("FOLDER", folder)
            .replace("ADA", &ids[0])
            .replace("PHONE", &ids[1])
            .replace("GONE", &ids[2])
    });
    let db = ["--db".to_owned(), format!("{folder}/book.db")];
    db.into_iter().chain(given).collect()
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
