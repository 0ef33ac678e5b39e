//! Six ways to leave, and the terminal as it was found: quit, SIGTERM, SIGHUP, SIGINT, the terminal
//! gone, a panic (on the store's thread, and on the main one). And what is stopped and goes on.
//!
//! Between the terminal and callbook stands a parent as a shell is one: it has the terminal, gives it
//! to callbook, keeps the modes (termios) that it found and compares them with those that are left.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use callbook::crash;
use callbook::domain::operation::Actor;
use callbook::domain::timestamp::Timestamp;
use callbook::state::{Drafts, View};
use callbook::store::Options;
use callbook::tui::keymap::Keymap;
use callbook::tui::terminal::TerminalGuard;
use callbook::tui::widgets::theme::{ColorPalette, Theme, UNICODE};
use callbook::tui::{Start, guarded};
use vt100::{MouseProtocolMode, Screen};

use super::draft::drafts;
use crate::support::pty::{Running, book, command, signal, stored, wait};

/// Text as a book holds it, that no file and no stream may show after a crash.
const CANARY: &str = "Quokka Canary, +39 02 5550 7777";

/// A callbook under a parent.
struct Child {
    running: Running,
    report: PathBuf,
}

impl Child {
    /// Starts callbook, or one of the programs below.
    fn start(db: &Path, program: Option<&str>) -> Self {
        let me = std::env::current_exe().unwrap();
        let report = db.with_extension("report");
        let mut parent = command(&[me.to_str().unwrap()], db);
        parent.args(["--exact", "leave::parent", "--nocapture"]);
        parent.env("CALLBOOK_TEST_PARENT", &report);
        parent.env("CALLBOOK_TEST_DB", db);
        parent.env("CALLBOOK_TEST_PROGRAM", program.unwrap_or_default());
        Self {
            running: Running::of(parent, 100, 30),
            report,
        }
    }

    /// What the parent has reported so far.
    fn reports(&self) -> String {
        fs::read_to_string(&self.report).unwrap_or_default()
    }

    /// Waits for a report, and gives the rest of its line.
    fn report(&self, what: &str) -> String {
        let find = || {
            let reports = self.reports();
            let line = reports.lines().find_map(|line| line.strip_prefix(what));
            line.map(|rest| rest.trim().to_owned())
        };
        wait(
            || find().is_some(),
            || {
                format!(
                    "no “{what}” in:\n{}\n{}",
                    self.reports(),
                    self.running.text()
                )
            },
        );
        find().unwrap()
    }

    fn process(&self) -> u32 {
        self.report("child").parse().unwrap()
    }

    /// Waits for the end, and says whether all is as it was found.
    fn leaves_all_as_it_was(&self, status: &str) {
        assert_eq!(self.report("left"), format!("{status}, modes as found"));
        // What callbook wrote last may still be on its way.
        wait(
            || self.running.screen(is_given_back),
            || format!("not given back:\n{}", self.running.text()),
        );
    }
}

fn is_given_back(screen: &Screen) -> bool {
    !screen.alternate_screen()
        && !screen.hide_cursor()
        && !screen.bracketed_paste()
        && screen.mouse_protocol_mode() == MouseProtocolMode::None
}

fn is_taken(screen: &Screen) -> bool {
    screen.alternate_screen()
        && screen.bracketed_paste()
        && screen.mouse_protocol_mode() == MouseProtocolMode::AnyMotion
}

/// The modes of the terminal; none where it is gone.
fn modes() -> Option<(
    libc::tcflag_t,
    libc::tcflag_t,
    libc::tcflag_t,
    libc::tcflag_t,
    Vec<u8>,
)> {
    // SAFETY: a structure of numbers, which the call fills.
    let mut termios: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the structure lives until the call is over.
    let got = unsafe { libc::tcgetattr(0, &raw mut termios) };
    (got == 0).then(|| {
        (
            termios.c_iflag,
            termios.c_oflag,
            termios.c_cflag,
            termios.c_lflag,
            termios.c_cc.to_vec(),
        )
    })
}

extern "C" fn nothing(_signal: libc::c_int) {}

/// A program: a parent with job control, as a shell is one. It reports what becomes of its child.
#[test]
fn parent() {
    let Some(report) = std::env::var_os("CALLBOOK_TEST_PARENT") else {
        return;
    };
    let db = PathBuf::from(std::env::var_os("CALLBOOK_TEST_DB").unwrap());
    let go = db.with_extension("go");
    let mut report = File::create(report).unwrap();
    let mut command = match std::env::var("CALLBOOK_TEST_PROGRAM").unwrap().as_str() {
        "" => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_callbook"));
            command.arg("--db").arg(&db);
            command
        }
        program => {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", program, "--nocapture"]);
            command.env("CALLBOOK_TEST_CHILD", &db);
            command
        }
    };
    command.env_remove("CALLBOOK_TEST_PARENT");
    // SAFETY: a hang-up must not end the one who reports it; a handler is not passed on, and asking for
    // the terminal from behind it is what a shell does.
    unsafe {
        libc::signal(libc::SIGHUP, nothing as *const () as libc::sighandler_t);
        libc::signal(libc::SIGTTOU, libc::SIG_IGN);
        command.pre_exec(|| {
            libc::setpgid(0, 0);
            libc::tcsetpgrp(0, libc::getpid());
            libc::signal(libc::SIGTTOU, libc::SIG_DFL);
            Ok(())
        });
    }
    let found = modes();
    let same = || match modes() {
        None => "terminal gone",
        modes if modes == found => "modes as found",
        Some(_) => "other modes",
    };
    let child = command.spawn().unwrap();
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    writeln!(report, "child {pid}").unwrap();
    loop {
        let mut status = 0;
        // SAFETY: the number lives until the call is over; the rest are plain calls of job control.
        let waited = unsafe { libc::waitpid(pid, &raw mut status, libc::WUNTRACED) };
        if waited != pid {
            continue;
        }
        if libc::WIFSTOPPED(status) {
            // SAFETY: as above.
            unsafe { libc::tcsetpgrp(0, libc::getpid()) };
            writeln!(report, "stopped {}", same()).unwrap();
            wait(|| go.exists(), || "nobody says go".to_owned());
            fs::remove_file(&go).unwrap();
            // SAFETY: as above.
            unsafe {
                libc::tcsetpgrp(0, pid);
                libc::kill(-pid, libc::SIGCONT);
            }
        } else {
            let how = if libc::WIFEXITED(status) {
                libc::WEXITSTATUS(status).to_string()
            } else {
                format!("killed by {}", libc::WTERMSIG(status))
            };
            // SAFETY: as above.
            unsafe { libc::tcsetpgrp(0, libc::getpid()) };
            writeln!(report, "left {how}, {}", same()).unwrap();
            break;
        }
    }
    std::process::exit(0);
}

/// The database, where this process is one of the programs under the parent.
fn child_of_parent() -> Option<PathBuf> {
    std::env::var_os("CALLBOOK_TEST_CHILD").map(PathBuf::from)
}

/// The screens as the command line starts them, but for the clock of the store.
fn screens(db: &Path, clock: impl Fn() -> Timestamp + Send + 'static) -> ! {
    let left = callbook::tui::run(Start {
        path: db.to_owned(),
        options: Options {
            home: None,
            actor: Actor::Screens,
            clock: Box::new(clock),
            file_system: None,
            sort_prefixes: None,
        },
        keymap: Keymap::default(),
        theme: Theme::new(ColorPalette::Dark, UNICODE),
        background: callbook::tui::terminal::Background::Known,
        asks_home: callbook::tui::ctx::HomeQuestion::Settled,
        mouse: true,
        call: String::new(),
        map: None,
        filters: (PathBuf::new(), Vec::new()),
        fields: callbook::domain::own_fields::OwnFields::none(),
        remotes: Vec::new(),
        notice: None,
        view: View::default(),
        import: Vec::new(),
        pick: None,
        drafts: Drafts::of(db),
    });
    match left {
        Ok(left) => {
            if let Some(told) = left.told {
                eprintln!("callbook: {told}");
            }
            std::process::exit(left.status.into());
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::exit(1);
        }
    }
}

/// Fails as a slice does that is out of range: its message quotes the text.
fn crashes() -> Timestamp {
    let beyond = CANARY.len() + 1;
    Timestamp::from_micros(i64::try_from(CANARY[beyond..].len()).unwrap())
}

/// A program: the screens with a store that crashes at the first write.
#[test]
fn a_store_that_crashes() {
    let Some(db) = child_of_parent() else { return };
    let ready = db.with_extension("crash");
    screens(&db, move || {
        if ready.exists() {
            crashes()
        } else {
            Timestamp::from_utc(chrono::Utc::now())
        }
    });
}

/// A program: what holds the terminal crashes on the main thread, inside of what the screens run in.
#[test]
fn a_main_thread_that_crashes() {
    let Some(db) = child_of_parent() else { return };
    let ready = db.with_extension("crash");
    let (tell, events) = std::sync::mpsc::channel();
    let done = guarded(&tell, &events, || {
        let _guard = TerminalGuard::acquire(true).unwrap();
        wait(|| ready.exists(), || "nobody says crash".to_owned());
        crashes()
    });
    let place = done.unwrap_err();
    eprintln!("callbook: {}", crash::words(&place));
    std::process::exit(crash::STATUS.into());
}

/// A program: the screens with a terminal that cannot be read any more.
#[test]
fn a_terminal_that_fails() {
    let Some(db) = child_of_parent() else { return };
    let ready = db.with_extension("crash");
    std::thread::spawn(move || {
        wait(|| ready.exists(), || "nobody says fail".to_owned());
        let nothing = fs::OpenOptions::new().write(true).open("/dev/null");
        // SAFETY: the input becomes another file; the terminal stays open as the output.
        unsafe { libc::dup2(nothing.unwrap().as_raw_fd(), 0) };
    });
    screens(&db, || Timestamp::from_utc(chrono::Utc::now()));
}

#[test]
fn quit_and_three_signals_leave_the_terminal_as_it_was() {
    let (_folder, db) = book();
    for (way, status) in [("q", "0"), ("TERM", "143"), ("HUP", "129"), ("INT", "130")] {
        let mut child = Child::start(&db, None);
        child.running.sees("2 contacts");
        assert!(child.running.screen(is_taken), "{way}");
        if way == "q" {
            child.running.types("q");
        } else {
            signal(way, child.process());
        }
        child.leaves_all_as_it_was(status);
        // Given back once: twice would put the prompt over what was printed in between.
        assert_eq!(child.running.count("\u{1b}[?1049l"), 1, "{way}");
        fs::remove_file(&child.report).unwrap();
    }
    assert_eq!(drafts(&db).len(), 0);
}

#[test]
fn a_terminal_that_is_gone_ends_the_program_and_keeps_what_was_typed() {
    let (_folder, db) = book();
    let mut child = Child::start(&db, None);
    child.running.sees("2 contacts");
    child.running.types("aMarta Kowalska");
    child.running.sees("unsaved");
    child.running.closes();
    assert_eq!(child.report("left"), "129, terminal gone");
    assert_eq!(drafts(&db).len(), 1);
}

#[test]
fn a_terminal_that_is_gone_while_the_store_is_busy_ends_the_program_all_the_same() {
    let (_folder, db) = book();
    let mut child = Child::start(&db, None);
    child.running.sees("2 contacts");
    let other = rusqlite::Connection::open(&db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    child.running.types("aMarta Kowalska\u{13}");
    child.running.sees("working");
    child.running.closes();
    assert_eq!(child.report("left"), "129, terminal gone");
    other.execute_batch("ROLLBACK").unwrap();
    let names = stored(&db, "SELECT group_concat(name) FROM contact");
    assert!(!names.contains("Marta"), "{names}");
    assert_eq!(drafts(&db).len(), 1, "it is in one of the two");
}

#[test]
fn what_is_being_saved_when_the_program_is_told_to_end_is_saved_and_no_draft() {
    let (_folder, db) = book();
    let mut child = Child::start(&db, None);
    child.running.sees("2 contacts");
    let other = rusqlite::Connection::open(&db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    child.running.types("aMarta Kowalska\u{13}");
    child.running.sees("working");
    signal("TERM", child.process());
    wait(
        || child.running.screen(is_given_back),
        || child.running.text(),
    );
    other.execute_batch("ROLLBACK").unwrap();
    child.leaves_all_as_it_was("143");
    let names = stored(&db, "SELECT group_concat(name) FROM contact");
    assert!(names.contains("Marta Kowalska"), "{names}");
    assert_eq!(drafts(&db).len(), 0);
}

#[test]
fn what_was_pressed_before_leaving_is_done_or_said_not_to_be() {
    let (_folder, db) = book();
    for busy in [false, true] {
        let mut child = Child::start(&db, None);
        child
            .running
            .sees(if busy { "1 contact" } else { "2 contacts" });
        let other = rusqlite::Connection::open(&db).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        child.running.types("dq");
        wait(
            || child.running.screen(is_given_back),
            || child.running.text(),
        );
        if busy {
            // As long as the store waits for another program.
            child.leaves_all_as_it_was("1");
            child.running.sees("another program");
        }
        other.execute_batch("ROLLBACK").unwrap();
        if !busy {
            child.leaves_all_as_it_was("0");
        }
        let left = stored(&db, "SELECT cast(count(*) AS text) FROM contact");
        assert_eq!(left, "1", "busy: {busy}");
        fs::remove_file(&child.report).unwrap();
    }
}

/// Whether anything that the program left, but the database and its backups, says some words.
fn left_anywhere(folder: &Path, words: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("book.db") || name == "backups" {
            continue;
        }
        if path.is_dir() {
            found.extend(left_anywhere(&path, words));
        } else if String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(words) {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_panic_of_the_store_ends_the_program_in_order_and_tells_nobodys_name() {
    let (folder, db) = book();
    let mut child = Child::start(&db, Some("leave::a_store_that_crashes"));
    child.running.sees("2 contacts");
    child.running.types("aMarta Kowalska");
    child.running.sees("unsaved");
    File::create(db.with_extension("crash")).unwrap();
    child.running.types("\u{13}");
    child.leaves_all_as_it_was("101");
    child.running.sees("internal error");
    child.running.sees("leave.rs:");
    child.running.sees("comes back at the next start");
    let told = String::from_utf8_lossy(&child.running.bytes()).into_owned();
    assert!(!told.contains("Quokka") && !told.contains("7777"), "{told}");
    assert_eq!(left_anywhere(folder.path(), "Quokka").len(), 0);
    // The search would find what is there.
    assert_eq!(left_anywhere(folder.path(), "Marta Kowalska").len(), 1);

    fs::remove_file(db.with_extension("crash")).unwrap();
    let mut again = Running::start(&db, 100, 30);
    again.sees("is back");
    again.sees("Marta Kowalska");
    again.types("\u{13}");
    again.sees("Added Marta Kowalska");
    assert_eq!(drafts(&db).len(), 0);
}

#[test]
fn a_panic_of_the_main_thread_gives_the_terminal_back_and_tells_nobodys_name() {
    let (_folder, db) = book();
    let child = Child::start(&db, Some("leave::a_main_thread_that_crashes"));
    wait(|| child.running.screen(is_taken), || child.running.text());
    File::create(db.with_extension("crash")).unwrap();
    child.leaves_all_as_it_was("101");
    child.running.sees("internal error");
    child.running.sees("leave.rs:");
    let told = String::from_utf8_lossy(&child.running.bytes()).into_owned();
    assert!(!told.contains("Quokka") && !told.contains("7777"), "{told}");
    assert_eq!(child.running.count("\u{1b}[?1049l"), 1);
}

#[test]
fn a_terminal_that_cannot_be_read_ends_the_program_with_the_reason() {
    let (_folder, db) = book();
    let mut child = Child::start(&db, Some("leave::a_terminal_that_fails"));
    child.running.sees("2 contacts");
    child.running.types("aMarta");
    child.running.sees("unsaved");
    File::create(db.with_extension("crash")).unwrap();
    // A key wakes whoever waits for one; sooner or later the terminal is none.
    wait(
        || {
            child.running.types("x");
            child.reports().contains("left")
        },
        || "it runs on".to_owned(),
    );
    child.leaves_all_as_it_was("1");
    child.running.sees("the terminal cannot be read");
    assert_eq!(drafts(&db).len(), 1);
}

#[test]
fn an_error_at_the_start_leaves_the_terminal_as_it_was() {
    let (_folder, db) = book();
    rusqlite::Connection::open(&db)
        .unwrap()
        .execute_batch("PRAGMA user_version = 9999")
        .unwrap();
    let child = Child::start(&db, None);
    child.leaves_all_as_it_was("1");
    child.running.sees("error:");
}

#[test]
fn a_stop_gives_the_terminal_to_the_shell_and_fg_draws_everything_again() {
    let (_folder, db) = book();
    let mut child = Child::start(&db, None);
    child.running.sees("2 contacts");
    let clears = child.running.count("\u{1b}[2J");
    child.running.types("\u{1a}");
    assert_eq!(child.report("stopped"), "modes as found");
    wait(
        || child.running.screen(is_given_back),
        || child.running.text(),
    );
    File::create(db.with_extension("go")).unwrap();
    child.running.sees("2 contacts");
    wait(|| child.running.screen(is_taken), || child.running.text());
    assert!(child.running.count("\u{1b}[2J") > clears);
    child.running.types("/ada");
    child.running.sees("1 of 2");
    signal("TERM", child.process());
    child.leaves_all_as_it_was("143");
}

/// Whoever else stops it leaves it no time to give the terminal back; the shell sets its own modes.
#[test]
fn a_stop_from_outside_is_followed_by_a_whole_screen_and_raw_keys() {
    let (_folder, db) = book();
    let mut child = Child::start(&db, None);
    child.running.sees("2 contacts");
    signal("STOP", child.process());
    child.report("stopped");
    let clears = child.running.count("\u{1b}[2J");
    // What a shell does to the terminal, and to what is on it.
    let device = format!("/proc/{}/fd/0", child.process());
    let sane = Command::new("stty").args(["-F", &device, "sane"]).status();
    assert!(sane.unwrap().success());
    File::create(db.with_extension("go")).unwrap();
    wait(
        || child.running.count("\u{1b}[2J") > clears,
        || child.running.text(),
    );
    // Without an Enter: the keys are raw.
    child.running.types("/ada");
    child.running.sees("1 of 2");
    child.running.types("\u{1b}");
    child.running.sees_no("1 of 2");
    child.running.types("q");
    child.leaves_all_as_it_was("0");
}
