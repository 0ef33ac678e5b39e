//! The pages of a sync: the remotes, what each needs, and fields that were changed here and there.

use crate::support::desk::Desk;
use crate::support::{Book, NOON};
use callbook::config::remotes::{PasswordFrom, Place, RemoteSettings, ServerSettings};
use callbook::domain::contact::ContactAttributes;
use callbook::tui::protocol::{Effect, Msg, Request, Tone};
use std::time::Duration;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Tamar Lev\nORG:Lev & Sons\nNOTE:Ask for Dana first.\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Mark Abernathy\nTEL;TYPE=cell:+1 212 555 0147\nEND:VCARD\n";

const HOUR: i64 = 3_600_000_000;

fn raw(book: &Book) -> rusqlite::Connection {
    rusqlite::Connection::open(&book.path).unwrap()
}

fn server(url: &str) -> Place {
    Place::Server(ServerSettings {
        url: url.to_owned(),
        user: Some("ann".to_owned()),
        password: PasswordFrom::Netrc,
        ca_file: None,
        timeout: Duration::from_secs(9),
        insecure: false,
    })
}

/// The screens of a book that is synced with a server and a folder, and has a server of which it knows nothing.
fn desk(width: u16, height: u16) -> Desk {
    let mut desk = Desk::new(width, height, CARDS);
    let raw = raw(&desk.book);
    raw.execute_batch(&format!(
        "INSERT INTO remote (id, name, kind, book, confirmed, synced_at, tried_at, again_at, trouble) VALUES
         (1, 'work', 'carddav', 'https://mail.example.org/people/', 1, {early}, {late}, NULL, NULL),
         (2, 'nextcloud', 'carddav', 'https://cloud.example.org/dav/ann/', 1, {early}, {late}, {again},
          'the server did not answer'),
         (3, 'old', 'folder', '/old', 1, NULL, NULL, NULL, NULL);
         INSERT INTO remote_card (id, remote, href, place, kind, contact)
         SELECT 1, 1, 'a', x'61', 'person', id FROM contact WHERE name = 'Tamar Lev';
         INSERT INTO remote_card (id, remote, href, place, kind, contact)
         SELECT 2, 1, 'b', x'62', 'person', id FROM contact WHERE name = 'Mark Abernathy';
         INSERT INTO remote_card (id, remote, href, place, kind, contact, refused)
         SELECT 3, 2, 'a', x'61', 'person', id, 'too large' FROM contact WHERE name = 'Tamar Lev';
         INSERT INTO remote_conflict (remote_card, key, field, was, theirs, at) VALUES
         (1, '', 'organisation', '\"Lev\"', '\"Lev Trading\"', {early}),
         (1, '', 'note', '\"Ask for Dana.\"', '\"Moved to Haifa.\"', {early}),
         (2, (SELECT identity FROM phone), 'label', 'null', '\"work\"', {late})",
        early = NOON - 24 * HOUR,
        late = NOON,
        again = NOON + 2 * HOUR,
    ))
    .unwrap();
    desk.app.session.remotes.set = vec![
        RemoteSettings {
            new: true,
            ..RemoteSettings::new("nextcloud", server("https://cloud.example.org/dav/ann/"))
        },
        RemoteSettings::new("work", server("https://mail.example.org/people/")),
        RemoteSettings::new("friends", Place::Folder("/home/ann/friends".into())),
    ];
    desk
}

fn notes(desk: &Desk) -> (Option<String>, Option<String>) {
    let id = desk.book.store.named("Tamar Lev", None).unwrap()[0].contact;
    let contact = desk.book.store.contact(id).unwrap();
    (contact.organisation, contact.note)
}

fn left(desk: &Desk) -> usize {
    desk.book.store.conflicts().unwrap().len()
}

#[test]
fn both_sides_of_a_field_are_seen_and_one_is_chosen() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        desk.press("s x");
        let frame = desk.frame();
        for words in [
            "Tamar Lev",
            "3 fields to decide",
            "Ask for Dana",
            "Moved to",
        ] {
            assert!(frame.contains(words), "{width}: {words}: {frame}");
        }
        insta::assert_snapshot!(format!("conflicts_{width}x{height}"), frame);
        // What is there is taken, and given back.
        desk.press("j right enter");
        assert_eq!(notes(&desk).0.as_deref(), Some("Lev Trading"));
        assert_eq!(left(&desk), 2, "{}", desk.toast());
        desk.press("u");
        assert_eq!(notes(&desk).0.as_deref(), Some("Lev & Sons"));
        // Both texts.
        desk.press("g g b enter");
        let both = "Ask for Dana first. / Moved to Haifa.";
        assert_eq!(notes(&desk).1.as_deref(), Some(both), "{}", desk.toast());
        // A label holds one value.
        desk.press("b");
        assert!(
            desk.toast().contains("cannot hold both"),
            "{}",
            desk.toast()
        );
        desk.press("left enter");
        assert!(desk.toast().contains("Yours stays"), "{}", desk.toast());
        assert_eq!(left(&desk), 0);
        assert!(desk.frame().contains("nothing is to be decided"));
        desk.press("enter");
        assert_eq!(desk.toast(), "nothing is to be decided");
        desk.press("esc");
        assert!(desk.app.pages.is_bare());
    }
}

#[test]
fn all_fields_are_decided_in_one_step() {
    let mut desk = desk(100, 30);
    desk.press("s x t ^S");
    assert_eq!(left(&desk), 0, "{}", desk.toast());
    assert_eq!(desk.toast(), "Decided 3 fields");
    assert_eq!(notes(&desk).1.as_deref(), Some("Moved to Haifa."));
    desk.press("u");
    assert_eq!(
        notes(&desk),
        (
            Some("Lev & Sons".into()),
            Some("Ask for Dana first.".into())
        )
    );
    let steps = desk.book.store.steps(None, 9).unwrap();
    assert_eq!(steps[0].point.title, "Decided 3 fields");
}

#[test]
fn a_field_that_was_decided_elsewhere_is_not_decided_twice() {
    let mut desk = desk(100, 30);
    desk.press("s x j right");
    raw(&desk.book)
        .execute(
            "DELETE FROM remote_conflict WHERE field = 'organisation'",
            [],
        )
        .unwrap();
    desk.press("enter");
    assert_eq!(notes(&desk).0.as_deref(), Some("Lev & Sons"));
    assert!(desk.toast().contains("is gone"), "{}", desk.toast());
    desk.press("g g");
    assert!(!desk.frame().contains("Lev Trading"), "{}", desk.frame());
}

#[test]
fn an_answer_that_comes_late_fills_the_page_that_asked_and_no_other() {
    let mut desk = desk(100, 30);
    desk.hold();
    desk.press("s x enter esc a \"Ada\"");
    desk.let_all_go();
    assert!(desk.frame().contains("Add a contact"), "{}", desk.frame());
    assert_eq!(left(&desk), 3, "nothing was seen yet that could be decided");
}

#[test]
fn the_page_of_remotes_says_how_each_is_and_what_to_do() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        desk.press("s y");
        let frame = desk.frame();
        for words in [
            "nextcloud",
            "offline since",
            "work",
            "3 to decide",
            "friends",
            "4 remotes",
        ] {
            let is_seen = frame.contains(words);
            assert!(
                is_seen || width == 40 && !words.starts_with("nextcloud"),
                "{width}: {words}: {frame}"
            );
        }
        insta::assert_snapshot!(format!("remotes_{width}x{height}"), frame);
        if width == 100 {
            for words in [
                "the server did not answer",
                "1 card not taken there",
                "contacts made here go there",
            ] {
                assert!(frame.contains(words), "{words}: {frame}");
            }
            desk.press("j j");
            let frame = desk.frame();
            assert!(
                frame.contains("callbook sync --yes friends does the first sync"),
                "{frame}"
            );
            desk.press("j enter");
            assert!(
                desk.toast().contains("not in the configuration"),
                "{}",
                desk.toast()
            );
            desk.press("g g");
        }
        desk.press("j p");
        let rows = desk.book.store.remotes().unwrap();
        assert!(rows.iter().any(|row| row.name == "work" && row.paused));
        desk.press("p");
        assert!(
            !desk
                .book
                .store
                .remotes()
                .unwrap()
                .iter()
                .any(|row| row.paused)
        );
        desk.press("c");
        assert!(desk.frame().contains("╭─ Conflicts"));
        desk.press("esc esc");
    }
    let mut none = Desk::new(100, 30, CARDS);
    none.press("s y");
    assert!(
        none.frame().contains("callbook remote add"),
        "{}",
        none.frame()
    );
    none.press("esc S");
    assert!(
        none.toast().contains("callbook remote add"),
        "{}",
        none.toast()
    );
}

#[test]
fn a_sync_is_asked_for_stopped_and_told() {
    let mut desk = desk(100, 30);
    desk.press("s y enter");
    assert_eq!(
        desk.effects.pop(),
        Some(Effect::Sync(vec!["nextcloud".to_owned()]))
    );
    assert!(desk.frame().contains("syncing…"), "{}", desk.frame());
    desk.press("esc S");
    assert_eq!(desk.effects.pop(), Some(Effect::StopSync));
    let told = "nextcloud: 1 in".to_owned();
    desk.tell(Msg::Sync(Vec::new(), Some((Tone::Good, told.clone()))));
    assert_eq!(desk.toast(), told);
    desk.press("S");
    let all = ["nextcloud", "work", "friends"].map(str::to_owned).to_vec();
    assert_eq!(desk.effects.pop(), Some(Effect::Sync(all)));
    // What came of it is read again.
    desk.requests();
    desk.tell(Msg::Sync(Vec::new(), None));
    let asked = desk.requests();
    assert!(asked.contains(&Request::Look) && asked.contains(&Request::Remotes));
    // A form that is open stays.
    desk.press("S a \"Ada\"");
    desk.tell(Msg::Sync(Vec::new(), Some((Tone::Good, told))));
    assert!(desk.frame().contains("Add a contact"), "{}", desk.frame());
    desk.press("\"x\"");
    assert!(desk.frame().contains("Adax"), "{}", desk.frame());
}

#[test]
fn the_head_of_the_list_names_the_remote_that_needs_most() {
    let head = |desk: &Desk| desk.frame().lines().next().unwrap_or_default().to_owned();
    let mut wide = desk(100, 30);
    let mut small = desk(40, 12);
    for desk in [&mut wide, &mut small] {
        desk.tell(Msg::Sync(Vec::new(), None));
    }
    assert!(
        head(&wide).contains("work: 3 to decide"),
        "{}",
        wide.frame()
    );
    assert!(
        head(&small).contains("decide") && !head(&small).contains("work"),
        "{}",
        small.frame()
    );
    wide.press("s x m ^S esc");
    assert!(
        head(&wide).contains("nextcloud: offline since"),
        "{}",
        wide.frame()
    );
    raw(&wide.book)
        .execute_batch("UPDATE remote SET trouble = NULL, again_at = NULL")
        .unwrap();
    wide.tell(Msg::Sync(vec!["work".to_owned()], None));
    assert!(head(&wide).contains("work: syncing…"), "{}", wide.frame());
    wide.tell(Msg::Sync(Vec::new(), None));
    assert!(
        !head(&wide).contains("work") && !head(&wide).contains("nextcloud"),
        "{}",
        wide.frame()
    );
}

#[test]
fn what_is_decided_is_what_was_shown() {
    let mut desk = desk(100, 30);
    desk.press("s x");
    let id = desk.book.store.named("Tamar Lev", None).unwrap()[0].contact;
    let sent = ContactAttributes {
        note: Some(Some("Other".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.book
        .other()
        .update_contact(id, sent, Vec::new())
        .unwrap();
    // It is not seen yet.
    desk.press("right enter");
    assert!(
        desk.toast().contains("has changed since"),
        "{}",
        desk.toast()
    );
    assert_eq!((left(&desk), notes(&desk).1.as_deref()), (3, Some("Other")));
    // It is shown now.
    assert!(desk.frame().contains("Other"), "{}", desk.frame());
    desk.press("enter");
    assert_eq!(notes(&desk).1.as_deref(), Some("Moved to Haifa."));
}
