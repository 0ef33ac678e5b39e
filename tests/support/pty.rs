//! A program under a pseudo-terminal: the keys that go in, the screen that it draws, and every byte
//! that comes out.

#![allow(
    dead_code,
    unreachable_pub,
    unsafe_code,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};

pub(crate) const CARDS: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Marco Bianchi\r\nTEL;TYPE=WORK:+39 02 5550 1182\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nUID:2\r\nFN:Ada Lovelace\r\nTEL;TYPE=HOME:+44 20 7946 0018\r\nEND:VCARD\r\n";

/// How long anything may take. A slow machine takes long; nothing takes for ever.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// What came out of the terminal: the screen, and the bytes.
#[derive(Default)]
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

/// A running program with the screen that it draws.
pub(crate) struct Running {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    closing: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start(db: &Path, columns: u16, rows: u16) -> Self {
        Self::with(db, columns, rows, &[])
    }

    /// callbook, with more in its environment.
    pub(crate) fn with(db: &Path, columns: u16, rows: u16, more: &[(&str, &str)]) -> Self {
        let mut command = command(&[env!("CARGO_BIN_EXE_callbook")], db);
        command.args(["--db", db.to_str().unwrap()]);
        for (name, value) in more {
            command.env(name, value);
        }
        Self::of(command, columns, rows)
    }

    pub(crate) fn of(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = terminal(columns, rows);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(rows, columns, 0),
            bytes: Vec::new(),
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let there = Arc::clone(&seen);
        let closing = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&closing);
        let fd = pair.master.as_raw_fd().unwrap();
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while !stop.load(Ordering::SeqCst) {
                let mut watched = libc::pollfd {
                    fd,
                    events: libc::POLLIN,
                    revents: 0,
                };
                // SAFETY: one descriptor, which is open until this thread has ended.
                if unsafe { libc::poll(&raw mut watched, 1, 20) } == 0 {
                    continue;
                }
                let count = output.read(&mut bytes).unwrap_or(0);
                if count == 0 {
                    break;
                }
                let mut seen = there.lock().unwrap();
                seen.screen.process(&bytes[..count]);
                seen.bytes.extend_from_slice(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            master: Some(pair.master),
            keys: Some(keys),
            child,
            seen,
            closing,
            reader: Some(reader),
        }
    }

    /// Looks at the screen.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().unwrap().screen.screen())
    }

    pub(crate) fn text(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// All that came out so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().bytes.clone()
    }

    /// How often something came out so far.
    pub(crate) fn count(&self, bytes: &str) -> usize {
        count(&self.bytes(), bytes)
    }

    /// Waits until the screen says something.
    #[track_caller]
    pub(crate) fn sees(&self, words: &str) {
        self.waits(|text| text.contains(words), &format!("“{words}” is not"));
    }

    /// Waits until the screen says something no more.
    #[track_caller]
    pub(crate) fn sees_no(&self, words: &str) {
        self.waits(|text| !text.contains(words), &format!("“{words}” is still"));
    }

    fn waits(&self, until: impl Fn(&str) -> bool, otherwise: &str) {
        wait(
            || until(&self.text()),
            || format!("{otherwise} on the screen:\n{}", self.text()),
        );
    }

    pub(crate) fn types(&mut self, keys: &str) {
        let terminal = self.keys.as_mut().unwrap();
        terminal.write_all(keys.as_bytes()).unwrap();
        terminal.flush().unwrap();
    }

    pub(crate) fn pastes(&mut self, text: &str) {
        self.types(&format!("\u{1b}[200~{text}\u{1b}[201~"));
    }

    pub(crate) fn resizes(&self, cols: u16, rows: u16) {
        // The model of the screen cannot be so small that a wide letter does not fit.
        let (seen_cols, seen_rows) = (cols.max(20), rows.max(5));
        let mut seen = self.seen.lock().unwrap();
        seen.screen.screen_mut().set_size(seen_rows, seen_cols);
        drop(seen);
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub(crate) fn leaves(&mut self) -> u32 {
        let mut status = None;
        let child = &mut self.child;
        let seen = &self.seen;
        wait(
            || {
                status = child.try_wait().unwrap();
                status.is_some()
            },
            || {
                let text = seen.lock().unwrap().screen.screen().contents();
                format!("it does not leave:\n{text}")
            },
        );
        status.unwrap().exit_code()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Takes the terminal away.
    pub(crate) fn closes(&mut self) {
        // Whoever reads from it holds it too.
        self.closing.store(true, Ordering::SeqCst);
        self.reader.take().unwrap().join().unwrap();
        self.keys = None;
        self.master = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.closing.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

pub(crate) fn count(bytes: &[u8], part: &str) -> usize {
    bytes
        .windows(part.len())
        .filter(|window| *window == part.as_bytes())
        .count()
}

/// Waits until something is so.
pub(crate) fn wait(mut until: impl FnMut() -> bool, otherwise: impl Fn() -> String) {
    let end = Instant::now() + LONG;
    while !until() {
        assert!(Instant::now() < end, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn signal(name: &str, process: u32) {
    let sent = std::process::Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

pub(crate) fn terminal(columns: u16, rows: u16) -> PtyPair {
    native_pty_system()
        .openpty(PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        })
        .unwrap()
}

/// A command whose home is the folder of a database.
pub(crate) fn command(words: &[&str], db: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::from_argv(words.iter().map(Into::into).collect());
    command.env_clear();
    for (name, value) in [
        ("PATH", "/usr/bin:/bin"),
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
        ("HOME", db.parent().unwrap().to_str().unwrap()),
        ("TZ", "UTC"),
        // So that the terminal is asked nothing.
        ("COLORFGBG", "15;0"),
    ] {
        command.env(name, value);
    }
    command
}

pub(crate) fn book() -> (tempfile::TempDir, PathBuf) {
    book_of(CARDS)
}

pub(crate) fn book_of(cards: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("book.db");
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", db.to_str().unwrap(), "import", "-"])
        .env("LANG", "C.UTF-8")
        .env("HOME", folder.path())
        .write_stdin(cards)
        .assert()
        .success()
        .stdout(predicates::str::contains("new contacts"));
    (folder, db)
}

pub(crate) fn stored(db: &Path, sql: &str) -> String {
    rusqlite::Connection::open(db)
        .unwrap()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}
