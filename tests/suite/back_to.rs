//! Undoing many steps from the book's history: the preview, and what is done.

use callbook::domain::contact::ContactAttributes;
use callbook::export::ExportForm;
use serde_json::json;

use crate::support::desk::Desk;

/// Taking back many steps is previewed with just what it comes to, and done only where it is still that.
#[test]
fn undoing_back_to_a_step_shows_first_what_it_comes_to() {
    let mut desk = Desk::new(
        100,
        30,
        "BEGIN:VCARD\nFN:Ada King\nTEL:+44 20 7946 0018\nEND:VCARD\n",
    );
    let before = desk.book.exported(ExportForm::Cards(None));
    let ada = desk.app.pages.contacts.current().unwrap();
    let ben = desk.book.contact("Ben Ito");
    desk.book
        .post(
            ada,
            json!({"number": "+44 20 7946 0019", "location": "home"}),
        )
        .unwrap();
    let set = |name: &str| ContactAttributes {
        note: Some(Some(name.to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.book
        .store
        .update_contact(ada, set("first"), Vec::new())
        .unwrap();
    desk.book
        .store
        .update_contact(ada, set("second"), Vec::new())
        .unwrap();
    desk.book.store.delete_contact(ben, None).unwrap();
    let done = desk.book.exported(ExportForm::Cards(None));
    desk.press("s l");
    let back = |desk: &mut Desk| {
        desk.press("G k Z");
        desk.frame()
    };
    let frame = back(&mut desk);
    for told in [
        "Preview: undo 5 steps",
        "nothing is saved yet",
        "note second removed",
        "+44 20 7946 0019",
        "removed",
        "1 contact changes",
    ] {
        assert!(frame.contains(told), "{told}: {frame}");
    }
    assert!(
        !frame.contains("first") && !frame.contains("Ben"),
        "only what it comes to: {frame}"
    );
    assert_eq!(
        desk.book.exported(ExportForm::Cards(None)),
        done,
        "nothing is written by looking"
    );
    // What another program does meanwhile is looked at again.
    desk.book
        .other()
        .update_contact(ada, set("third"), Vec::new())
        .unwrap();
    desk.press("enter");
    assert!(
        desk.toast().contains("changed since the preview"),
        "{}",
        desk.toast()
    );
    let frame = desk.frame();
    assert!(
        frame.contains("undo 6 steps") && frame.contains("third"),
        "{frame}"
    );
    desk.press("esc");
    assert!(desk.frame().contains("History"), "{}", desk.frame());
    back(&mut desk);
    desk.press("enter");
    let toast = desk.toast();
    assert!(
        toast.contains("6 steps") && toast.contains("^R redoes them one by one"),
        "{toast}"
    );
    assert_eq!(desk.book.exported(ExportForm::Cards(None)), before);
    desk.press("^R");
    assert!(desk.toast().starts_with("Redone"), "{}", desk.toast());
}
