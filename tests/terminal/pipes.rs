//! A pipe or a folder that has the name of a file which the program opens by itself is named or left
//! alone, and never waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use super::draft::drafts;
use crate::support::pty::{LONG, Running, book, signal, wait};

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Runs a command on a book to its end; whether it succeeds, and what it says.
fn ends(db: &Path, words: &[&str]) -> (bool, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .env_clear()
        .env("HOME", db.parent().unwrap())
        .arg("--db")
        .arg(db)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let (ends, ended) = mpsc::channel();
    thread::spawn(move || ends.send(child.wait_with_output()));
    let Ok(ended) = ended.recv_timeout(LONG) else {
        signal("KILL", id);
        panic!("{words:?} does not end");
    };
    let ended = ended.unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    (ended.status.success(), said)
}

#[test]
fn what_is_no_file_beside_the_book_is_named() {
    let kinds: [fn(&Path); 3] = [
        pipe,
        |path| fs::create_dir(path).unwrap(),
        |path| {
            let target = path.with_extension("target");
            pipe(&target);
            symlink(target, path).unwrap();
        },
    ];
    for suffix in ["-journal", "-wal", "-shm"] {
        for make in kinds {
            let (_folder, db) = book();
            assert!(ends(&db, &["backup"]).0);
            let name = format!("book.db{suffix}");
            make(&db.with_file_name(&name));
            for words in [
                &["find", "ada"][..],
                &["add", "Grace"],
                &["backup"],
                &["doctor"],
                &["bin"],
                &["restore"],
            ] {
                let (succeeds, said) = ends(&db, words);
                assert!(!succeeds, "{name} {words:?}: {said}");
                let named = format!("{name} beside it is not a regular file");
                assert!(said.contains(&named), "{words:?}: {said}");
            }
            assert!(ends(&db, &["backup", "list"]).0);
            let mut callbook = Running::start(&db, 160, 30);
            assert_eq!(callbook.leaves(), 1);
            callbook.sees("is not a regular file");
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_the_configuration_is_told() {
    let (folder, db) = book();
    let config = folder.path().join(".config/callbook/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    pipe(&config);
    let (succeeds, said) = ends(&db, &["find", "ada"]);
    assert!(succeeds && said.contains("Ada Lovelace"), "{said}");
    assert!(said.contains("config.toml: not a regular file"), "{said}");
    let mut callbook = Running::start(&db, 160, 30);
    callbook.sees("config.toml: not a regular file");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    // Links are followed to files.
    let file = folder.path().join("kept elsewhere.toml");
    fs::write(&file, "home = \"DE\"\n").unwrap();
    fs::remove_file(&config).unwrap();
    symlink(&file, &config).unwrap();
    let (_, said) = ends(&db, &["config"]);
    assert!(said.contains("DE"), "{said}");
}

#[test]
fn a_pipe_in_the_place_of_the_state_or_a_draft_is_left_alone() {
    let (folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("aMarta");
    wait(|| !drafts(&db).is_empty(), || "no draft".to_owned());
    signal("TERM", callbook.id());
    callbook.leaves();
    let draft = drafts(&db).remove(0);
    fs::remove_file(&draft).unwrap();
    pipe(&draft);
    let state = folder.path().join(".local/state/callbook/state.json");
    let _ = fs::remove_file(&state);
    pipe(&state);
    let mut again = Running::start(&db, 160, 30);
    again.sees("2 contacts");
    again.sees("cannot read the unsaved text");
    again.types("d");
    again.sees("Deleted");
    again.types("q");
    assert_eq!(again.leaves(), 0);
    // What is thrown away is looked for in the drafts.
    let (succeeds, said) = ends(&db, &["bin", "--empty", "--yes"]);
    assert!(succeeds, "{said}");
    assert!(draft.exists());
}
