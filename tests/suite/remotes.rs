//! What a book keeps of the places that it is synced with: the tables, the steps of a sync, and what a restore
//! leaves of them.

use crate::support::Book;
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::Standing;

fn names(book: &Book) -> Vec<String> {
    let rows = book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

fn raw(book: &Book) -> rusqlite::Connection {
    rusqlite::Connection::open(&book.path).unwrap()
}

/// A book that the program of schema 7 wrote: cards and a group, an edited and a deleted contact, undone steps.
#[test]
fn a_book_from_before_remotes_is_brought_up_to_date_with_its_history() {
    let mut book = Book::of_data("schema-7.db");
    assert_eq!(book.store.examine().unwrap(), []);
    assert_eq!(
        names(&book),
        ["Marco Bianchi", "Dr. Ada Augusta Lovelace PhD"]
    );
    let steps = book.store.steps(None, 99).unwrap();
    let done = steps.iter().filter(|step| step.standing == Standing::Done);
    let done = done.count();
    assert_eq!((steps.len(), done), (6, 4));
    assert!(book.store.redo().unwrap().is_some());
    for _ in 0..=done {
        assert!(book.store.undo().unwrap().is_some());
    }
    assert_eq!(book.store.undo().unwrap(), None);
    assert_eq!(names(&book), <[&str; 0]>::default());
    assert_eq!(book.store.examine().unwrap(), []);
}

#[test]
fn a_row_of_a_remote_that_is_not_there_is_found_by_the_doctor() {
    let book = Book::new();
    let raw = raw(&book);
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO remote_card (remote, href, place, kind) VALUES (7, '/a.vcf', x'2f61', 'person')",
    )
    .unwrap();
    let findings = book.store.examine().unwrap();
    let words: Vec<&str> = findings.iter().map(|one| one.words.as_str()).collect();
    assert_eq!(
        words,
        ["rows of remote_card belong to nothing that is in the book; restore a backup"]
    );
}
