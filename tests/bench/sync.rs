//! Syncs with a server of our own over loopback, which is part of this process: only callbook is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::dav_server::{DavServer, Ways};
use crate::process::{CALLBOOK, Running, children, start_in};
use crate::{median, verdict};

/// A home with a book that is kept the same with a server.
struct Synced {
    home: PathBuf,
    server: DavServer,
}

/// What one run took.
struct Cost {
    /// Seconds of CPU.
    cpu: f64,
    /// Resident megabytes, at most.
    resident: f64,
    requests: usize,
}

impl Synced {
    fn new(folder: &Path, name: &str) -> Self {
        let home = folder.join(name);
        let server = DavServer::start(Ways::default());
        fs::create_dir_all(home.join("callbook")).unwrap();
        let config = format!(
            "[[remote]]\nname = \"bench\"\nurl = \"{}\"\nnew = true\nevery = \"never\"\non_start = false\n\
             on_change = \"never\"\n",
            server.book()
        );
        fs::write(home.join("callbook/config.toml"), config).unwrap();
        Self { home, server }
    }

    /// Puts cards there, from one number to another.
    fn put(&self, from: usize, to: usize) {
        for at in from..to {
            let card = format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 18//EN\r\nUID:{at:032x}\r\n\
                 N:Family{at};Given{at};;;\r\nFN:Given{at} Family{at}\r\nORG:Officina {};\r\n\
                 TEL;TYPE=CELL:+39 347 {at:07}\r\nTEL;TYPE=HOME:+39 02 {at:07}\r\n\
                 EMAIL;TYPE=INTERNET:given{at}@example.org\r\n\
                 ADR;TYPE=HOME:;;Via Roma {};Milano;MI;20121;Italy\r\nNOTE:met at the fair\\, {at}\r\n\
                 REV:2026-01-01T00:00:00Z\r\nEND:VCARD\r\n",
                at % 97,
                at % 200
            );
            self.server.store(&format!("{at}.vcf"), &card);
        }
    }

    fn db(&self) -> String {
        self.home.join("book.db").display().to_string()
    }

    fn environment(&self) -> [(&'static str, String); 2] {
        let home = self.home.display().to_string();
        [("XDG_CONFIG_HOME", home.clone()), ("HOME", home)]
    }

    fn sync(&self, words: &[&str]) -> Cost {
        self.server.asked();
        let before = children();
        let mut child = Command::new(CALLBOOK)
            .envs(self.environment())
            .args(["--db", &self.db(), "sync"])
            .args(words)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let resident = most_resident(&mut child);
        Cost {
            cpu: children() - before,
            resident,
            requests: self.server.asked().len(),
        }
    }
}

/// Waits for a program; gives the most megabytes that it had in memory.
fn most_resident(child: &mut Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0.0_f64;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        most = most.max(kilobytes.unwrap_or_default() / 1024.0);
        std::thread::sleep(Duration::from_millis(5));
    }
    most
}

/// The median of what keys take from their press to the first bytes of their frame, in milliseconds.
fn keys(callbook: &mut Running, count: usize) -> f64 {
    let times: Vec<f64> = (0..count)
        .map(|at| {
            callbook.within(Duration::from_millis(15));
            let begun = Instant::now();
            callbook.types(if at % 2 == 0 { b"j" } else { b"k" });
            callbook.first(Duration::from_secs(5));
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    median(&times)
}

pub(crate) fn measure(folder: &Path) {
    taking_in(folder);
    nothing_changed(folder);
    keys_meanwhile(folder);
}

fn taking_in(folder: &Path) {
    let synced = Synced::new(folder, "taking in");
    synced.put(0, 10_000);
    let cost = synced.sync(&["--yes"]);
    eprintln!("10,000 cards in: {} requests", cost.requests);
    verdict("Y2", "CPU seconds of 10,000 cards in", cost.cpu, 3.0);
    verdict("Y2", "resident MB of 10,000 cards in", cost.resident, 64.0);
}

fn nothing_changed(folder: &Path) {
    let synced = Synced::new(folder, "nothing changed");
    synced.put(0, 100_000);
    let first = synced.sync(&["--yes"]);
    eprintln!(
        "100,000 cards in: {:.1} s of CPU, {:.0} MB, {} requests",
        first.cpu, first.resident, first.requests
    );
    // A book that had nobody in it had no backup; the first run that finds one due makes that of the day.
    let backup = synced.sync(&[]);
    eprintln!("with the backup of the day: {:.1} s of CPU", backup.cpu);
    let runs: Vec<Cost> = (0..20).map(|_| synced.sync(&[])).collect();
    let cpu: f64 = runs.iter().map(|run| run.cpu * 1000.0).sum();
    let requests = runs
        .iter()
        .map(|run| run.requests)
        .max()
        .unwrap_or_default();
    verdict(
        "Y1",
        "requests where nothing changed at 100k",
        requests as f64,
        1.0,
    );
    verdict(
        "Y1",
        "ms of CPU where nothing changed at 100k",
        cpu / runs.len() as f64,
        100.0,
    );
}

fn keys_meanwhile(folder: &Path) {
    let synced = Synced::new(folder, "keys");
    synced.put(0, 1_000);
    synced.sync(&["--yes"]);
    let mut callbook = start_in(
        CALLBOOK,
        &["--db", &synced.db(), "--fresh"],
        &synced.environment(),
    );
    callbook.sees("▌".as_bytes());
    callbook.within(Duration::from_secs(1));
    let without = keys(&mut callbook, 100);
    synced.put(1_000, 21_000);
    synced.server.asked();
    callbook.types(b"S");
    while synced.server.state().asked.len() < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let during = keys(&mut callbook, 60);
    let meanwhile = synced.server.asked().len();
    callbook.kill();
    eprintln!(
        "a key: {without:.2} ms, during a sync {during:.2} ms; {meanwhile} requests meanwhile"
    );
    verdict(
        "Y3",
        "a key while cards come in / without",
        during / without,
        2.0,
    );
}
