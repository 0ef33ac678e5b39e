//! Whole programs, measured from outside: under a pseudo-terminal, or with their output to a pipe.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The program that is measured.
pub(crate) const CALLBOOK: &str = env!("CARGO_BIN_EXE_callbook");

/// A program under a pseudo-terminal of 100x30.
pub(crate) struct Running {
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
}

pub(crate) fn start(program: &str, arguments: &[&str]) -> Running {
    start_in(program, arguments, &[])
}

/// The same with more in its environment.
pub(crate) fn start_in(
    program: &str,
    arguments: &[&str],
    environment: &[(&str, String)],
) -> Running {
    let size = PtySize {
        rows: 30,
        cols: 100,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    let state = std::env::temp_dir().join("callbook-bench-state");
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
        command.env(name, value);
    }
    command.env("XDG_STATE_HOME", state);
    for (name, value) in environment {
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

/// The screens over a book, with the first rows drawn.
pub(crate) fn screens(db: &str) -> Running {
    let callbook = start(CALLBOOK, &["--db", db, "--fresh"]);
    callbook.sees("▌".as_bytes());
    callbook
}

impl Running {
    /// Waits until the output holds some bytes.
    pub(crate) fn sees(&self, wanted: &[u8]) {
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
    pub(crate) fn within(&self, time: Duration) -> (usize, usize) {
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

    /// Waits until anything comes.
    pub(crate) fn first(&self, time: Duration) {
        self.output.recv_timeout(time).unwrap();
    }

    pub(crate) fn types(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
        self.keys.flush().unwrap();
    }

    /// Leaves, from the list.
    pub(crate) fn quit(&mut self) {
        self.types(b"q");
        self.wait();
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.wait();
    }

    pub(crate) fn wait(&mut self) {
        let _ = self.child.wait();
    }

    fn proc(&self, file: &str) -> String {
        let id = self.child.process_id().unwrap();
        std::fs::read_to_string(format!("/proc/{id}/{file}")).unwrap()
    }

    /// User and system time in clock ticks.
    pub(crate) fn ticks(&self) -> u64 {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// Nanoseconds on a CPU, of all threads that there are.
    pub(crate) fn busy(&self) -> u64 {
        let id = self.child.process_id().unwrap();
        let tasks = std::fs::read_dir(format!("/proc/{id}/task")).unwrap();
        let times = tasks.filter_map(|task| {
            let schedstat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            schedstat.split_whitespace().next()?.parse::<u64>().ok()
        });
        times.sum()
    }

    /// Resident memory in megabytes.
    pub(crate) fn resident(&self) -> f64 {
        let status = self.proc("status");
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024.0
    }
}

/// Milliseconds that a program takes from start to end, its output read.
pub(crate) fn run(program: &str, arguments: &[&str]) -> f64 {
    let begun = Instant::now();
    let done = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    done.unwrap();
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Milliseconds that `program` takes with a file on its standard input.
pub(crate) fn run_on(program: &str, arguments: &[&str], input: &str) -> f64 {
    let input = std::fs::File::open(input).unwrap();
    let begun = Instant::now();
    let done = Command::new(program).args(arguments).stdin(input).output();
    done.unwrap();
    begun.elapsed().as_secs_f64() * 1000.0
}

/// Whether a program is installed.
pub(crate) fn has(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// CPU seconds of the programs that were run and waited for so far.
pub(crate) fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<f64> = fields
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // Fields 16 and 17 of proc(5), in ticks; the state, which is no number, is left out.
    (fields[12] + fields[13]) / 100.0
}
