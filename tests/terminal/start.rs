//! Files in the place of a command: the screens open on the preview of their import.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::pty::{CARDS, Running, command, stored};

fn opened(folder: &Path, words: &[&str]) -> Running {
    let db = folder.join("book.db");
    let mut command = command(&[env!("CARGO_BIN_EXE_callbook")], &db);
    command.args(["--db", db.to_str().unwrap()]);
    command.args(words);
    command.cwd(folder);
    Running::of(command, 100, 30)
}

#[test]
fn a_file_or_a_folder_alone_opens_its_preview_also_with_a_new_book() {
    let cards: Vec<String> = CARDS
        .split_inclusive("END:VCARD\r\n")
        .map(str::to_owned)
        .collect();
    for words in [
        &["all.vcf"][..],
        &["cards"],
        &["cards/one two.vcf", "./cards/deep"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir_all(folder.join("cards/deep")).unwrap();
        fs::write(folder.join("all.vcf"), CARDS).unwrap();
        fs::write(folder.join("cards/one two.vcf"), &cards[0]).unwrap();
        fs::write(folder.join("cards/deep/two.vcf"), &cards[1]).unwrap();
        let mut callbook = opened(folder, words);
        callbook.sees("Import ");
        callbook.sees("+ 2 new");
        let db = folder.join("book.db");
        assert_eq!(
            stored(&db, "SELECT cast(count(*) AS text) FROM contact"),
            "0"
        );
        callbook.types("\r");
        callbook.sees("2 new contacts");
        callbook.types("u");
        callbook.sees("Undone: Imported");
        callbook.types("q");
        assert_eq!(callbook.leaves(), 0);
    }
}

#[test]
fn what_cannot_be_previewed_is_told_in_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let mut callbook = opened(folder.path(), &["empty"]);
    callbook.sees("has no .vcf files in it");
    callbook.types("\u{1b}");
    callbook.sees_no("Import a vCard");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn a_word_that_is_no_command_and_no_file_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let said = |words: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .args(["--db", "book.db"])
            .args(words)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2), "{words:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(said(&["improt"]).contains("similar subcommand exists: 'import'"));
    assert!(said(&["improt", "a.vcf"]).contains("unrecognized subcommand 'improt'"));
    assert!(said(&["nowhere.vcf"]).contains("cannot read nowhere.vcf: No such file"));
    assert!(said(&["./nowhere"]).contains("cannot read ./nowhere"));
    fs::write(folder.path().join("a.vcf"), CARDS).unwrap();
    assert!(said(&["a.vcf", "--demo"]).contains("--demo has to come before the files"));
    assert!(said(&["-"]).contains("use: callbook import -"));
    assert!(!folder.path().join("book.db").exists());
}
