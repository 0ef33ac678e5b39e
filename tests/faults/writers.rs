//! Many programs that write at once.

use callbook::domain::contact::ContactAttributes;
use callbook::domain::listing::ListQuery;
use callbook::domain::refusal::Kind;
use callbook::store::Store;

use crate::{database, named, options, program};

/// A program: counts one up, 500 times, in a note that others count up too.
#[test]
fn counter() {
    let Some(database) = database() else { return };
    let mut store = Store::open(&database, options()).unwrap();
    let query = ListQuery::default();
    let id = store.rows(&query, 0, 1).unwrap().rows[0].id;
    let mut done = 0;
    while done < 500 {
        let contact = store.contact(id).unwrap();
        let count: u32 = contact.note.as_deref().unwrap_or("0").parse().unwrap();
        let sent = ContactAttributes {
            note: Some(Some((count + 1).to_string())),
            updated_in_db_at: Some(contact.updated_in_db_at),
            ..ContactAttributes::default()
        };
        match store.update_contact(id, sent, Vec::new()) {
            Ok(_) => done += 1,
            Err(refusal) => assert!(
                matches!(refusal.kind, Kind::Conflict | Kind::Busy),
                "{refusal}"
            ),
        }
    }
}

/// 8 processes, 500 edits each of one and the same record: none is lost.
#[test]
fn nobodys_edit_is_lost_among_eight_writers() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("book.db");
    let mut store = Store::open(&database, options()).unwrap();
    let id = store
        .create_contact(named("Counter"), Vec::new())
        .unwrap()
        .value
        .id;
    let children: Vec<_> = (0..8)
        .map(|_| program("writers::counter", &database).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(store.contact(id).unwrap().note.as_deref(), Some("4000"));
    assert_eq!(store.examine().unwrap(), []);
}
