//! What is imported: several files and folders in one step, and what is said of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use callbook::domain::edit::Done;
use callbook::domain::import::{ImportPlan, ImportReport, Kept};
use callbook::domain::listing::ListQuery;
use callbook::domain::notice::NoticeKind;
use callbook::domain::refusal::Refusal;
use callbook::import::Batch;
use support::Book;

/// Files in a folder of their own.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { folder }
    }

    fn batch(&self, names: &[&str]) -> Result<Batch<'static>, Refusal> {
        let paths: Vec<PathBuf> = names
            .iter()
            .map(|name| self.folder.path().join(name))
            .collect();
        Batch::of(&paths, Arc::default())
    }
}

fn card(uid: &str, name: &str, number: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nTEL:{number}\r\nEND:VCARD\r\n")
}

fn import(book: &mut Book, batch: Batch<'_>) -> Done<ImportReport> {
    callbook::import::all(&mut book.store, batch).unwrap()
}

fn plan(book: &mut Book, batch: Batch<'_>) -> ImportPlan {
    callbook::import::plan(&mut book.store, batch).unwrap()
}

fn names(book: &Book) -> Vec<String> {
    let rows = book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn files_of_every_form_are_one_step() {
    let files = Files::new(&[
        ("a.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        (
            "b.csv",
            "Name,Phone\nBea,+39 02 5550 1183\nCid,+39 02 5550 1184\n",
        ),
        ("c.vcf", &card("4", "Dee", "+39 02 5550 1185")),
    ]);
    let all = ["a.vcf", "b.csv", "c.vcf"];
    let mut book = Book::new();

    let planned = plan(&mut book, files.batch(&all).unwrap());
    let places: Vec<_> = planned.rows.iter().map(|row| row.place.card).collect();
    assert_eq!(places, [1, 2, 3, 4], "cards are counted through all files");
    assert_eq!(planned.files.of(3), ("b.csv", 2));
    assert_eq!(planned.files.of(4), ("c.vcf", 1));

    let done = import(&mut book, files.batch(&all).unwrap());
    assert_eq!(done.value.new, 4);
    assert_eq!(done.point.unwrap().title, "Imported a.vcf and 2 others");
    assert_eq!(names(&book), ["Ann", "Bea", "Cid", "Dee"]);
    let phones = |name: &str| {
        let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
        let row = rows.into_iter().find(|row| row.name == name).unwrap();
        book.phones(row.id)
    };
    assert_eq!(phones("Bea")[0].source, "csv");
    assert_eq!(phones("Dee")[0].source, "vcard");
    book.store.undo().unwrap();
    assert_eq!(
        names(&book),
        <[&str; 0]>::default(),
        "one undo takes all of it back"
    );
}

#[test]
fn a_folder_gives_its_cards_and_names_what_it_ignored() {
    let files = Files::new(&[
        ("book/work/one.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        ("book/two.VCF", &card("2", "Bea", "+39 02 5550 1183")),
        ("book/displayname", "Work"),
        (
            "book/.cache/three.vcf",
            &card("3", "Hidden", "+39 02 5550 1184"),
        ),
    ]);
    let mut book = Book::new();
    let done = import(&mut book, files.batch(&["book"]).unwrap());
    assert_eq!(names(&book), ["Ann", "Bea"]);
    assert_eq!(done.point.unwrap().title, "Imported book (2 files)");
    let notice = &done.value.notices[0];
    assert_eq!(notice.kind, NoticeKind::IgnoredFiles);
    assert_eq!(
        notice.words(),
        "1 file was not read in book, such as \"displayname\"; of a folder, .vcf files are read"
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_file_and_line() {
    let bad = "BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:nobody\r\nEND:VCARD\r\n";
    let files = Files::new(&[
        ("a/1.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        (
            "a/2.vcf",
            &format!("{}{bad}", card("2", "Bea", "+39 02 5550 1183")),
        ),
        ("a/3.vcf", ""),
        ("a/4.vcf", &card("4", "Dee", "+39 02 5550 1185")),
        ("b.csv", "one,two\n1,2\n"),
    ]);
    let batch = || files.batch(&["a", "b.csv"]).unwrap();
    let mut book = Book::new();
    let planned = plan(&mut book, batch());
    let told = planned.told();
    assert!(told.contains("2.vcf:7: has no name"), "{told}");
    let folder = book.folder.path().to_owned();
    let report = import(&mut book, batch().keeping(Ok(folder))).value;
    assert_eq!(names(&book), ["Ann", "Bea", "Dee"]);
    let rejects: Vec<(&str, usize)> = report
        .rejects
        .iter()
        .map(|reject| (report.files.of(reject.place.card).0, reject.place.line))
        .collect();
    assert_eq!(rejects, [("2.vcf", 7), ("3.vcf", 1), ("b.csv", 1)]);

    let Kept::In(kept) = &report.kept else {
        panic!("{:?}", report.kept)
    };
    let kept = fs::read_to_string(kept).unwrap();
    assert!(kept.starts_with("# 2.vcf, line 7: has no name"), "{kept}");
}

#[test]
fn what_is_not_there_or_holds_no_card_is_refused_before_anything_is_read() {
    let files = Files::new(&[
        ("a.vcf", &card("1", "Ann", "+39 02 5550 1182")),
        ("empty/notes.txt", "nothing"),
    ]);
    let refused = |names: &[&str]| files.batch(names).err().unwrap().to_string();
    assert!(refused(&["a.vcf", "b.vcf"]).contains("b.vcf: No such file"));
    assert!(refused(&["empty"]).ends_with("empty has no .vcf files in it"));
}

#[test]
fn a_later_file_renames_whom_an_earlier_one_named() {
    let files = Files::new(&[
        ("old.vcf", &card("1", "Ann Bee", "+39 02 5550 1182")),
        ("new.vcf", &card("1", "Ann Cee", "+39 02 5550 1182")),
    ]);
    let mut book = Book::new();
    import(&mut book, files.batch(&["old.vcf"]).unwrap());
    import(&mut book, files.batch(&["new.vcf"]).unwrap());
    assert_eq!(names(&book), ["Ann Cee"]);
}
