//! `callbook sync` itself, interrupted: killed at each call that writes or sends, killed at any instant, and with
//! each fault of a network at each request. The next run ends as if nothing had been.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::amount::{drawn, swept};
use crate::dav_server::{Access, DavServer, State, Ways};
use crate::failing_proxy::{FAULTS, FailingProxy, Fault};
use crate::home::Home;
use crate::two_way::card;

/// The words of the run that is interrupted.
const SYNC: [&str; 4] = ["sync", "nextcloud", "--yes", "--accept-deletions"];

/// A book and an address book before a run that has all to do that a run does.
struct Stage {
    home: Home,
    server: DavServer,
    proxy: FailingProxy,
    /// The files of the book at the beginning, and what was there.
    files: Vec<(PathBuf, Vec<u8>)>,
    cards: State,
    /// What both sides say after a run that nothing interrupts.
    after: Sides,
}

/// What is on either side.
#[derive(Debug, PartialEq, Eq)]
struct Sides {
    here: String,
    /// The lines of each card, but for the times.
    there: BTreeMap<String, Vec<String>>,
}

impl Stage {
    /// Nothing was synced yet: somebody is only here, somebody only there, somebody on both sides.
    fn first() -> Self {
        let mut stage = Self::unsynced();
        stage.begin_here();
        stage
    }

    /// Both sides were the same, and were changed since.
    fn later() -> Self {
        let mut stage = Self::unsynced();
        stage.does(&SYNC);
        let (server, text) = (&stage.server, |name: &str| {
            stage.server.card(name).unwrap().text
        });
        let changed = text("ada.vcf").replace("END:", "NOTE:there\r\nEND:");
        server.store("ada.vcf", &changed);
        let changed = text("carl.vcf").replace("FN:", "TEL;TYPE=WORK:+49 30 5550 1182\r\nFN:");
        server.store("carl.vcf", &changed);
        server.delete("emmy.vcf");
        server.store(
            "sofia.vcf",
            &card("u9", "Sofia New", "TEL:+46 8 5550 11\r\n"),
        );
        let (ada, grace) = (stage.id("Ada Berg"), stage.id("Grace Only"));
        stage.does(&["contact", "update", &ada, "--note", "here", "--overwrite"]);
        stage.does(&[
            "contact",
            "update",
            &grace,
            "--note",
            "changed",
            "--overwrite",
        ]);
        stage.does(&["contact", "delete", &stage.id("Kurt Both")]);
        stage.does(&["add", "Marta New", "+48 22 555 01 08"]);
        stage.begin_here();
        stage
    }

    /// Both sides agreed. Since then two cards swapped their addresses there, and a third address has another person's
    /// card.
    fn in_other_places() -> Self {
        let mut stage = Self::unsynced();
        stage.does(&SYNC);
        let server = &stage.server;
        let [ada, carl] = ["ada.vcf", "carl.vcf"].map(|name| server.card(name).unwrap().text);
        for name in ["ada.vcf", "carl.vcf"] {
            server.delete(name);
        }
        server.store("ada.vcf", &carl);
        server.store("carl.vcf", &ada);
        server.store(
            "emmy.vcf",
            &card("u9", "Sofia New", "TEL:+46 8 5550 11\r\n"),
        );
        let (ada, kurt) = (stage.id("Ada Berg"), stage.id("Kurt Both"));
        stage.does(&["contact", "update", &ada, "--note", "here", "--overwrite"]);
        stage.does(&["contact", "delete", &kurt]);
        stage.begin_here();
        stage
    }

    fn unsynced() -> Self {
        let server = DavServer::start(Ways {
            access: Access::Basic,
            ..Ways::default()
        });
        let own = "X-OTHER;A=b:as it is\r\n";
        for (at, (file, name)) in [
            ("ada", "Ada Berg"),
            ("carl", "Carl Gauss"),
            ("emmy", "Emmy Gone"),
            ("kurt", "Kurt Both"),
        ]
        .into_iter()
        .enumerate()
        {
            let number = format!("TEL;TYPE=CELL:+39 347 555 010{at}\r\n{own}");
            server.store(
                &format!("{file}.vcf"),
                &card(&format!("u{at}"), name, &number),
            );
        }
        let proxy = FailingProxy::start(server.port());
        let config = format!(
            "[[remote]]\nname = \"nextcloud\"\nurl = \"http://127.0.0.1:{}/dav/ann/contacts/\"\nuser = \"ann\"\n\
             password_command = [\"echo\", \"secret\"]\nnew = true\ntimeout = \"1s\"\n",
            proxy.port()
        );
        let home = Home::new(&config);
        let cards = server.state().clone();
        let stage = Self {
            home,
            cards,
            server,
            proxy,
            files: Vec::new(),
            after: Sides {
                here: String::new(),
                there: BTreeMap::new(),
            },
        };
        stage.does(&["add", "Grace Only", "+44 20 7946 0018"]);
        stage.does(&["add", "Kurt Both", "+39 347 555 0103"]);
        stage
    }

    fn does(&self, words: &[&str]) {
        let (status, told, why) = self.home.run(words);
        assert!([0, 4].contains(&status), "{words:?}: {status} {told}{why}");
    }

    fn id(&self, name: &str) -> String {
        let raw = Connection::open(self.home.book()).unwrap();
        let id: [u8; 16] = raw
            .query_row("SELECT id FROM contact WHERE name = ?1", [name], |row| {
                row.get(0)
            })
            .unwrap();
        uuid::Uuid::from_bytes(id).to_string()
    }

    /// What there is now is where each run begins.
    fn begin_here(&mut self) {
        self.files = book_files(self.home.path());
        self.cards = self.server.state().clone();
        self.does(&SYNC);
        self.after = self.sides();
        assert!(self.after.here.contains("Sofia") || self.after.here.contains("Emmy"));
        self.reset();
    }

    fn reset(&self) {
        for (path, _) in book_files(self.home.path()) {
            fs::remove_file(path).unwrap();
        }
        for (path, bytes) in &self.files {
            fs::write(path, bytes).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        *self.server.state() = self.cards.clone();
        self.proxy.heal();
    }

    fn sides(&self) -> Sides {
        let raw = Connection::open(self.home.book()).unwrap();
        let everything = "SELECT coalesce(group_concat(line, '\n'), '') FROM (
            SELECT c.name || ' ' || coalesce(c.note, '-') || ' ' || coalesce((
                SELECT group_concat(said, ',') FROM (
                    SELECT number || is_primary || historic || valid_values || coalesce(location, '') || source AS said
                    FROM phone p WHERE p.contact = c.id ORDER BY 1)), '')
                || ' ' || coalesce((SELECT group_concat(field || theirs) FROM remote_card r
                    JOIN remote_conflict f ON f.remote_card = r.id WHERE r.contact = c.id), '')
                || ' ' || (SELECT count(*) FROM remote_card r WHERE r.contact = c.id
                    AND intent IS NULL AND refused IS NULL AND etag IS NOT NULL) AS line
            FROM contact c ORDER BY 1)";
        let here = raw.query_row(everything, [], |row| row.get(0)).unwrap();
        let state = self.server.state();
        let cards = state.cards.iter().map(|(path, card)| {
            let is_time =
                |line: &&str| !line.starts_with("REV") && !line.starts_with("X-CALLBOOK-");
            let mut lines: Vec<_> = card
                .text
                .lines()
                .filter(is_time)
                .map(str::to_owned)
                .collect();
            lines.sort();
            (path.clone(), lines)
        });
        Sides {
            here,
            there: cards.collect(),
        }
    }

    /// Runs without a fault until it has nothing to say, and looks whether all is as if there had been none.
    fn is_made_good(&self, what: &str) {
        self.proxy.heal();
        // A password that was refused is not tried again unasked.
        let resumed = self.home.run(&["remote", "resume", "nextcloud"]);
        assert_eq!(resumed.0, 0, "{what}: {resumed:?}");
        let mut ran = self.home.run(&SYNC);
        if ran.0 == 5 {
            // A child that was being started when its parent was killed holds the lock a moment longer.
            std::thread::sleep(Duration::from_millis(200));
            ran = self.home.run(&SYNC);
        }
        assert!([0, 4].contains(&ran.0), "{what}: {ran:?}");
        assert_eq!(self.sides(), self.after, "{what}: {ran:?}");
        let again = self.home.run(&["sync", "nextcloud", "--json"]);
        assert!(again.1.contains("\"done\": []"), "{what}: {again:?}");
        let sound = self.home.run(&["doctor"]);
        assert_eq!(sound.0, 0, "{what}: {sound:?}");
    }
}

/// The files of the book, its backups left out: they are of no run's making.
fn book_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_sync_that_is_killed_at_any_of_its_calls_is_made_good_by_the_next() {
    use crate::trace::{Class, Fault, watch};
    let classes = [Class::Write, Class::Send];
    let beside = tempfile::tempdir().unwrap();
    for stage in [Stage::first(), Stage::later(), Stage::in_other_places()] {
        let run = |fault| {
            stage.reset();
            let folders = (stage.home.path(), beside.path());
            watch(stage.home.command(&SYNC), folders, &classes, fault)
        };
        let calls = run(None).calls;
        assert!(calls > 50, "only {calls} calls");
        println!("{calls} calls");
        for at in swept().take_while(|at| *at < calls) {
            let ran = run(Some((at, Fault::Kill)));
            assert_eq!(ran.status, None, "call {at} of {calls}: {ran:?}");
            stage.is_made_good(&format!("killed at call {at} of {calls}"));
        }
    }
}

#[test]
fn a_sync_that_is_killed_at_any_instant_is_made_good_by_the_next() {
    let stage = Stage::later();
    let begun = Instant::now();
    stage.does(&SYNC);
    let whole = begun.elapsed();
    let mut early = 0;
    for round in 0..drawn(300) {
        stage.reset();
        let mut command = stage.home.command(&SYNC);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        // Spread over the whole of a run, and in no order.
        let share = u32::try_from(round * 137 % 300).unwrap();
        std::thread::sleep(whole * share / 300);
        early += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        stage.is_made_good(&format!("killed in round {round}"));
    }
    assert!(early > drawn(300) / 2, "only {early} were killed in time");
}

#[test]
fn a_sync_with_a_fault_at_any_of_its_requests_is_made_good_by_the_next() {
    for stage in [Stage::later(), Stage::in_other_places()] {
        a_fault_at_any_request_is_made_good(&stage);
    }
}

fn a_fault_at_any_request_is_made_good(stage: &Stage) {
    stage.does(&SYNC);
    let requests = stage.proxy.count();
    assert!(requests >= 5, "only {requests}");
    let all: Vec<(Fault, usize)> = FAULTS
        .iter()
        .flat_map(|fault| (1..=requests).map(|at| (*fault, at)))
        .collect();
    for at in swept().take_while(|at| *at < all.len()) {
        let (fault, request) = all[at];
        stage.reset();
        stage.proxy.fail(request, fault);
        let begun = Instant::now();
        let (status, told, why) = stage.home.run(&SYNC);
        let what = format!("{fault:?} at request {request}: {status} {told}{why}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{what}");
        assert!(
            !told.contains("secret") && !why.contains("panicked"),
            "{what}"
        );
        stage.is_made_good(&what);
    }
}
