//! The pages of a sync: the remotes, what each needs, and fields that were changed here and there.

use crate::support::desk::Desk;
use crate::support::{Book, NOON};
use callbook::config::remotes::{PasswordFrom, Place, RemoteSettings, ServerSettings};
use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::domain::listing::ListQuery;
use callbook::domain::refusal::{Kind, Refusal};
use callbook::domain::remotes::{BroughtBack, LastRun, REFUSED_PASSWORD};
use callbook::domain::secret::Secret;
use callbook::domain::sync::guard::{Guard, GuardAnswer};
use callbook::domain::sync::plan::{After, CardFate, LeftOut, PlannedCard, PlannedField, SyncPlan};
use callbook::domain::timestamp::Timestamp;
use callbook::tui::protocol::{AfterUndo, Effect, Msg, Request, SyncOrder, Tone};
use std::time::Duration;
use uuid::Uuid;

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
         UPDATE remote SET seen = (SELECT max(id) FROM undo_point);
         INSERT INTO remote_card (id, remote, href, place, kind, etag, contact)
         SELECT 1, 1, 'a', x'61', 'person', 'e', id FROM contact WHERE name = 'Tamar Lev';
         INSERT INTO remote_card (id, remote, href, place, kind, etag, contact)
         SELECT 2, 1, 'b', x'62', 'person', 'e', id FROM contact WHERE name = 'Mark Abernathy';
         INSERT INTO remote_card (id, remote, href, place, kind, contact, refused, intent_says)
         SELECT 3, 2, 'a', x'61', 'person', id, 'too large', '{{}}' FROM contact WHERE name = 'Tamar Lev';
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
        // Where there is room for columns, each says what it is, and whose the other side is.
        for words in ["FIELD", "YOURS", "REMOTE", " work "] {
            assert!(
                width == 40 || frame.contains(words),
                "{width}: {words}: {frame}"
            );
        }
        insta::assert_snapshot!(format!("conflicts_{width}x{height}"), frame);
        // What is there is taken, and given back.
        desk.press("j right enter");
        assert_eq!(notes(&desk).0.as_deref(), Some("Lev Trading"));
        assert_eq!(left(&desk), 2, "{}", desk.toast());
        desk.press("u");
        assert_eq!(notes(&desk).0.as_deref(), Some("Lev & Sons"));
        // What was decided is to be decided again.
        assert_eq!(left(&desk), 3, "{}", desk.toast());
        // Both texts.
        desk.press("g g b enter");
        let both = "Ask for Dana first. / Moved to Haifa.";
        assert_eq!(notes(&desk).1.as_deref(), Some(both), "{}", desk.toast());
        desk.press("right enter");
        assert_eq!(notes(&desk).0.as_deref(), Some("Lev Trading"));
        // A label holds one value.
        let frame = desk.frame();
        let footer = frame.trim_end().lines().last().unwrap_or_default();
        assert!(!footer.contains(" both"), "{frame}");
        desk.press("b");
        assert!(
            desk.toast().contains("cannot hold both"),
            "{}",
            desk.toast()
        );
        desk.press("left enter");
        assert!(desk.toast().contains("as it is here"), "{}", desk.toast());
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
                frame.contains("enter shows what the first sync would do"),
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
        Some(Effect::Sync(SyncOrder::usual(vec!["nextcloud".to_owned()])))
    );
    assert!(desk.frame().contains("syncing…"), "{}", desk.frame());
    desk.press("esc S");
    assert_eq!(desk.effects.pop(), Some(Effect::StopSync));
    let told = "nextcloud: 1 in".to_owned();
    desk.tell(Msg::Sync(Vec::new(), Some((Tone::Good, told.clone()))));
    assert_eq!(desk.toast(), told);
    desk.press("S");
    let all = ["nextcloud", "work", "friends"].map(str::to_owned).to_vec();
    assert_eq!(
        desk.effects.pop(),
        Some(Effect::Sync(SyncOrder::usual(all)))
    );
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
    assert!(
        head(&wide).contains("friends: first sync to do"),
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

/// The contact of a name, in a plan.
fn of(name: &str) -> ContactId {
    ContactId(Uuid::from_u128(
        name.bytes().fold(0, |id, byte| id * 31 + u128::from(byte)),
    ))
}

fn planned(fate: CardFate, name: &str, why: &str, fields: &[[&str; 3]]) -> PlannedCard {
    let field = |[what, here, there]: &[&str; 3]| PlannedField {
        what: (*what).to_owned(),
        here: (*here).to_owned(),
        there: (*there).to_owned(),
        after: match (here, there) {
            _ if fate == CardFate::ToDecide => After::ToDecide,
            _ if fate == CardFate::Deleted => After::Gone,
            (here, there) if here == there => After::Same,
            _ => After::Both,
        },
    };
    PlannedCard {
        fate,
        name: name.to_owned(),
        why: why.to_owned(),
        number: (why == "name and number").then(|| "+39 02 5550 1182".to_owned()),
        likely: (why == "name and number").then(|| "/marco.vcf".to_owned()),
        confirmed: name.contains('a'),
        href: (!matches!(fate, CardFate::GoesThere | CardFate::LeftOut))
            .then(|| format!("/{name}")),
        contact: (!matches!(fate, CardFate::ComesHere | CardFate::LeftOut)).then(|| of(name)),
        is_group: false,
        fields: fields.iter().map(field).collect(),
    }
}

fn first_plan() -> SyncPlan {
    let cards = vec![
        planned(CardFate::Same, "Aylin Demir", "same UID", &[]),
        planned(
            CardFate::ComesHere,
            "Björn Larsen",
            "only there",
            &[["name", "", "Björn Larsen"]],
        ),
        planned(
            CardFate::Joined,
            "Marco Bianchi",
            "name and number",
            &[
                ["name", "Marco Bianchi", "Marco Bianchi"],
                ["company", "Officina Bianchi S.r.l.", ""],
                ["work", "+39 02 5550 1182", "+39 02 5550 1182"],
                ["fax", "", "+39 02 5550 1183"],
            ],
        ),
        planned(
            CardFate::GoesThere,
            "Margit Sørensen",
            "only here",
            &[["name", "Margit Sørensen", ""]],
        ),
        planned(
            CardFate::ToDecide,
            "Marta Kowalska",
            "same UID",
            &[["company", "Here GmbH", "There Ltd"]],
        ),
        planned(CardFate::LeftOut, "9.vcf", "it has no name", &[]),
    ];
    SyncPlan::new("friends".to_owned(), true, 2, cards)
}

#[test]
fn a_first_sync_is_shown_before_anything_is_written_and_then_done() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        desk.plan = Some(Ok(first_plan()));
        desk.press("s y j j enter");
        let frame = desk.frame();
        for words in ["First sync with friends", "Aylin Demir"] {
            assert!(frame.contains(words), "{width}: {words}: {frame}");
        }
        assert!(width == 40 || frame.contains("5 cards there"), "{frame}");
        desk.press("j j j");
        insta::assert_snapshot!(format!("first_sync_{width}x{height}"), desk.frame());
        // Of a kind that is empty, no card is shown and all of them are not offered to be done.
        desk.press("6");
        let frame = desk.frame();
        assert_eq!(
            frame.contains("none of this kind"),
            !frame.contains("do all"),
            "{frame}"
        );
        desk.press("6");
        // One kind only.
        desk.press("5");
        assert!(!desk.frame().contains("Aylin"), "{}", desk.frame());
        assert!(desk.frame().contains("Marta"), "{}", desk.frame());
        desk.press("l");
        let frame = desk.frame();
        for words in ["Here GmbH", "There Ltd", "to decide"] {
            assert!(frame.contains(words), "{width}: {words}: {frame}");
        }
        desk.press("h 5 w");
        assert!(
            matches!(desk.effects.pop(), Some(Effect::Report(name, text))
                if name == "sync-friends" && text.contains("company: Here GmbH | There Ltd | to decide")),
        );
        // Nothing of it was done yet; the next key does all of it.
        assert!(
            !desk
                .effects
                .iter()
                .any(|one| matches!(one, Effect::Sync(_)))
        );
        desk.press("^S");
        assert_eq!(
            desk.effects.pop(),
            Some(Effect::Sync(SyncOrder::first(
                "friends".to_owned(),
                Vec::new()
            )))
        );
        assert!(!desk.frame().contains("First sync"), "{}", desk.frame());
    }
}

#[test]
fn a_card_and_a_contact_stay_two_where_a_person_says_so() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        desk.plan = Some(Ok(first_plan()));
        desk.press("s y j j enter j n");
        // What has the same UID is one person.
        assert!(
            desk.toast().contains("can be two people"),
            "{}",
            desk.toast()
        );
        desk.press("g g j j j n");
        let frame = desk.frame();
        let words = if height > 12 {
            "1 stays two people"
        } else {
            " 2 Marco"
        };
        assert!(frame.contains(words), "{frame}");
        if width > 40 {
            assert!(frame.contains("( ) one person  (●) two"), "{frame}");
            insta::assert_snapshot!(format!("kept_apart_{width}x{height}"), frame);
        }
        desk.press("m");
        assert!(!desk.frame().contains("(●) two"), "{}", desk.frame());
        desk.press("n ^S");
        let apart = vec!["/marco.vcf".to_owned()];
        assert_eq!(
            desk.effects.pop(),
            Some(Effect::Sync(SyncOrder::first("friends".to_owned(), apart)))
        );
    }
}

#[test]
fn a_person_leaves_out_what_a_first_sync_would_do_and_takes_it_up_again() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        desk.plan = Some(Ok(first_plan()));
        desk.press("s y j j enter");
        // Who is the same, and then not; who comes, and who goes.
        desk.press("j s s j s j j s");
        if width > 40 {
            let frame = desk.frame();
            assert!(frame.contains("It stays as it is here"), "{frame}");
            desk.press("k");
            assert!(desk.frame().contains("( ) leave out"), "{}", desk.frame());
            desk.press("s");
            let frame = desk.frame();
            for words in ["(●) leave out", "4 left as they are", "as planned"] {
                assert!(frame.contains(words), "{words}: {frame}");
            }
            insta::assert_snapshot!(format!("left_out_{width}x{height}"), frame);
            desk.press("s");
        }
        // What cannot be read is left as it is anyway.
        desk.press("g g s");
        assert!(
            desk.toast().contains("left as it is already"),
            "{}",
            desk.toast()
        );
        desk.press("^S");
        let left_out = LeftOut {
            cards: vec!["/Björn Larsen".to_owned()],
            contacts: vec![of("Margit Sørensen")],
        };
        assert_eq!(
            desk.effects.pop(),
            Some(Effect::Sync(SyncOrder {
                left_out,
                ..SyncOrder::first("friends".to_owned(), Vec::new())
            }))
        );
    }
}

#[test]
fn a_group_in_a_plan_is_shown_as_one() {
    let mut desk = desk(100, 30);
    let group = PlannedCard {
        is_group: true,
        href: None,
        ..planned(
            CardFate::ComesHere,
            "Choir",
            "a group: its members are tagged with its name",
            &[],
        )
    };
    desk.plan = Some(Ok(SyncPlan::new(
        "friends".to_owned(),
        true,
        2,
        vec![group],
    )));
    desk.press("s y j j enter");
    let frame = desk.frame();
    assert!(frame.contains("Its members here have its name"), "{frame}");
    assert!(!frame.contains("A new contact here"), "{frame}");
    desk.press("s");
    assert!(
        desk.toast().contains("comes as a group"),
        "{}",
        desk.toast()
    );
}

#[test]
fn the_cards_that_are_not_taken_are_seen_with_their_reasons_and_sent_again() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        raw(&desk.book)
            .execute_batch(
                "INSERT INTO remote_card (remote, href, place, kind, etag, refused) VALUES
                 (2, '/dav/ann/9.vcf', x'39', 'unread', 'e', 'it has no name'),
                 (2, '/dav/ann/8.vcf', x'38', 'unread', 'e', 'left out: Omar Sharif');",
            )
            .unwrap();
        desk.press("s y r");
        let frame = desk.frame();
        for words in [
            "Not synced with nextcloud",
            "NOT TAKEN THERE",
            "Tamar Lev",
            "too large",
            "CANNOT BE READ",
            "9.vcf",
        ] {
            let is_seen = frame.contains(words);
            assert!(
                is_seen || height == 12 && words == "9.vcf",
                "{width}: {words}: {frame}"
            );
        }
        desk.press("j j");
        let frame = desk.frame();
        for words in ["LEFT OUT IN THE FIRST SYNC", "Omar Sharif"] {
            assert!(frame.contains(words), "{width}: {words}: {frame}");
        }
        if width == 100 {
            insta::assert_snapshot!("not_taken_100x30", frame);
        }
        desk.press("enter");
        assert_eq!(
            desk.effects.pop(),
            Some(Effect::Sync(SyncOrder::usual(vec!["nextcloud".to_owned()])))
        );
        // What the sync changed is read again.
        raw(&desk.book)
            .execute_batch("DELETE FROM remote_card WHERE remote = 2")
            .unwrap();
        desk.tell(Msg::Sync(Vec::new(), None));
        desk.tell(Msg::Remotes(desk.book.store.remotes().unwrap()));
        desk.press("esc r");
        assert!(
            desk.toast().contains("every card of it is synced"),
            "{}",
            desk.toast()
        );
    }
}

#[test]
fn a_check_says_what_a_remote_is_and_comes_late_to_its_own_page_only() {
    let mut desk = desk(100, 30);
    desk.checked = Some(Ok("address       https://cloud.example.org/dav/ann/\n\
         access        read and write\n"
        .to_owned()));
    desk.press("s y t");
    let frame = desk.frame();
    for words in ["Check of nextcloud", "read and write"] {
        assert!(frame.contains(words), "{words}: {frame}");
    }
    let asked = desk.requests();
    assert!(asked.contains(&Request::CheckRemote("nextcloud".to_owned())));
    desk.press("esc");
    desk.hold();
    desk.press("t");
    assert!(desk.frame().contains("asking…"), "{}", desk.frame());
    // Of two checks, each answer goes to the page that asked, whichever comes first.
    desk.press("esc j t");
    desk.let_all_go();
    let frame = desk.frame();
    assert!(
        frame.contains("Check of work") && frame.contains("read and write"),
        "{frame}"
    );
    desk.checked = Some(Err(Refusal::new(
        Kind::Busy,
        "work did not answer within 9 s",
    )));
    desk.press("t esc");
    desk.let_all_go();
    assert!(!desk.frame().contains("Check of"), "{}", desk.frame());
    desk.press("t");
    desk.let_all_go();
    assert!(
        desk.frame().contains("work did not answer within 9 s"),
        "{}",
        desk.frame()
    );
    desk.checked = Some(Ok("access        read only\n".to_owned()));
    desk.press("t");
    desk.let_all_go();
    assert!(desk.frame().contains("read only"), "{}", desk.frame());
    // One that is not set any more is not asked.
    desk.press("esc j j t");
    assert!(
        desk.toast().contains("not in the configuration"),
        "{}",
        desk.toast()
    );
}

#[test]
fn while_a_sync_is_undone_nothing_is_said_to_wait() {
    let mut desk = undone_desk(100, 30);
    raw(&desk.book)
        .execute_batch(
            "INSERT INTO remote_card (remote, href, place, kind, contact)
             SELECT 2, 'b', x'62', 'person', id FROM contact WHERE name = 'Mark Abernathy'",
        )
        .unwrap();
    desk.press("s y");
    let frame = desk.frame();
    assert!(frame.contains("it waits until you choose"), "{frame}");
    assert!(!frame.contains("changed here"), "{frame}");
}

#[test]
fn a_password_is_asked_for_once_and_never_shown() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        let work = desk
            .app
            .session
            .remotes
            .set
            .iter_mut()
            .find(|set| set.name == "work");
        if let Place::Server(server) = &mut work.unwrap().place {
            server.password = PasswordFrom::Asked;
        }
        raw(&desk.book)
            .execute_batch("DELETE FROM remote_conflict")
            .unwrap();
        desk.press("s y j enter");
        let frame = desk.frame();
        assert!(frame.contains("Password of work"), "{frame}");
        assert!(
            width == 40 || frame.contains("ann on mail.example.org"),
            "{frame}"
        );
        desk.press("enter");
        assert!(
            desk.frame().contains("type the password"),
            "{}",
            desk.frame()
        );
        desk.press("\"open-sesame\"");
        let frame = desk.frame();
        assert!(
            !frame.contains("sesame") && frame.contains("···········"),
            "{frame}"
        );
        assert!(!format!("{:?}", desk.app).contains("sesame"));
        insta::assert_snapshot!(format!("password_{width}x{height}"), frame);
        desk.press("enter");
        let secret = Secret::new("open-sesame".to_owned());
        let usual = SyncOrder::usual(vec!["work".to_owned()]);
        assert_eq!(desk.effects.pop(), Some(Effect::Sync(usual)));
        assert_eq!(
            desk.effects.pop(),
            Some(Effect::Password("work".to_owned(), secret))
        );
        desk.tell(Msg::Sync(Vec::new(), None));
        // It is not asked for again, until it was refused.
        desk.press("enter");
        assert!(matches!(desk.effects.pop(), Some(Effect::Sync(_))));
        desk.tell(Msg::Sync(Vec::new(), None));
        raw(&desk.book)
            .execute_batch(&format!(
                "UPDATE remote SET trouble = '{REFUSED_PASSWORD}no', tried_at = tried_at + {HOUR} WHERE name = 'work'"
            ))
            .unwrap();
        desk.tell(Msg::Sync(Vec::new(), None));
        desk.press("enter");
        assert!(
            desk.frame().contains("Password of work"),
            "{}",
            desk.frame()
        );
    }
}

#[test]
fn a_plan_that_comes_late_fills_its_page_and_no_other() {
    let mut desk = desk(100, 30);
    desk.plan = Some(Ok(first_plan()));
    desk.hold();
    desk.press("s y");
    desk.let_all_go();
    desk.press("j j enter");
    assert!(
        desk.frame().contains("reading what is there"),
        "{}",
        desk.frame()
    );
    // The plan is not carried out while none of its cards is shown.
    assert!(!desk.frame().contains("do all"), "{}", desk.frame());
    desk.press("enter");
    assert_eq!(desk.toast(), "what is there is still being read");
    desk.press("esc esc a \"Ada\"");
    desk.let_all_go();
    assert!(desk.frame().contains("Add a contact"), "{}", desk.frame());
    assert!(
        !desk
            .effects
            .iter()
            .any(|one| matches!(one, Effect::Sync(_)))
    );
    // What cannot be read closes its page, and says why.
    desk.press("esc y");
    desk.plan = Some(Err(Refusal::new(
        Kind::Busy,
        "friends cannot be read: the folder is not there",
    )));
    desk.press("s y");
    desk.let_all_go();
    desk.press("g g j j enter");
    desk.let_all_go();
    assert!(
        desk.toast().contains("the folder is not there"),
        "{}",
        desk.toast()
    );
    assert!(desk.frame().contains("╭─ Remotes"), "{}", desk.frame());
}

#[test]
fn a_dry_run_is_only_looked_at() {
    let mut desk = desk(100, 30);
    let cards = vec![planned(
        CardFate::ComesHere,
        "Sami Korhonen",
        "changed there",
        &[["mobile", "", "+358 40 555 0100"]],
    )];
    desk.plan = Some(Ok(SyncPlan::new("work".to_owned(), false, 2, cards)));
    desk.press("s y j n");
    let frame = desk.frame();
    assert!(frame.contains("Next sync with work"), "{frame}");
    assert!(
        frame.contains("changed there") && !frame.contains("do all"),
        "{frame}"
    );
    desk.press("enter ^S");
    assert_eq!(desk.toast(), "this only shows what a sync would do");
    assert!(
        !desk
            .effects
            .iter()
            .any(|one| matches!(one, Effect::Sync(_)))
    );
    desk.press("q");
    assert!(desk.frame().contains("╭─ Remotes"), "{}", desk.frame());
}

fn asked(desk: &Desk, guard: Guard) {
    raw(&desk.book)
        .execute(
            "UPDATE remote SET trouble = ?1, traits = ?2 WHERE name = 'nextcloud'",
            (
                guard.to_string(),
                serde_json::json!({ "asked": guard }).to_string(),
            ),
        )
        .unwrap();
}

fn gone_plan() -> SyncPlan {
    let names = [
        "Ada Berg",
        "Ada Lovelace",
        "Aylin Demir",
        "Björn Olsen",
        "Tim Rot",
    ];
    let cards = names.map(|name| {
        let fields = [["name", name, ""]];
        planned(CardFate::Deleted, name, "gone there", &fields)
    });
    SyncPlan::new("nextcloud".to_owned(), false, 9, cards.to_vec())
}

#[test]
fn a_sync_that_would_delete_many_is_decided_on_the_screen() {
    let guard = Guard::GoneThere {
        gone: 412,
        linked: 1204,
    };
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        asked(&desk, guard);
        desk.plan = Some(Ok(gone_plan()));
        desk.press("s y enter");
        let frame = desk.frame();
        for words in ["412", "put them back there", "delete them here"] {
            assert!(frame.contains(words), "{width}: {words}: {frame}");
        }
        if width > 40 {
            for words in [
                "412 of 1,204 cards are gone there",
                "Nothing has been done",
                "Ada Berg, Ada Lovelace, Aylin Demir, Björn Olsen … 1 more",
                "2 of them have confirmed numbers",
            ] {
                assert!(frame.contains(words), "{width}: {words}: {frame}");
            }
        }
        insta::assert_snapshot!(format!("guard_{width}x{height}"), frame);
        desk.press("enter");
        assert!(desk.frame().contains("Tim Rot"), "{}", desk.frame());
        desk.press("q");
        for (key, answer) in [("p", GuardAnswer::PutBack), ("D", GuardAnswer::DeleteToo)] {
            desk.press(key);
            // What was seen goes with the answer: more than that is asked about again.
            let order = SyncOrder::decided("nextcloud".to_owned(), answer, guard);
            assert_eq!(desk.effects.pop(), Some(Effect::Sync(order)));
            desk.tell(Msg::Sync(Vec::new(), None));
            desk.press("g g enter");
        }
        desk.press("esc");
        assert!(desk.frame().contains("Remotes"), "{}", desk.frame());
        assert!(
            !desk
                .effects
                .iter()
                .any(|one| matches!(one, Effect::Sync(_)))
        );
    }
}

#[test]
fn what_waits_for_a_choice_comes_before_fields_to_decide() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        for (is_undone, words, word) in [
            (true, "a sync was undone", "undone"),
            (false, "12 gone there", "asks"),
        ] {
            let mut desk = if is_undone {
                undone_desk(width, height)
            } else {
                let desk = desk(width, height);
                asked(
                    &desk,
                    Guard::GoneThere {
                        gone: 12,
                        linked: 14,
                    },
                );
                desk
            };
            raw(&desk.book)
                .execute_batch(
                    "INSERT INTO remote_conflict (remote_card, key, field, was, theirs, at)
                     VALUES (3, '', 'organisation', '\"Lev\"', '\"Lev Ltd\"', 1)",
                )
                .unwrap();
            desk.press("s y");
            let frame = desk.frame();
            let row = frame.lines().find(|line| line.contains("nextcloud"));
            let row = row.unwrap_or_default();
            assert!(row.contains(&words[..10]), "{width}: {frame}");
            assert!(frame.contains("it waits until you choose"), "{frame}");
            // Where there is room, what else is to be done is said too.
            let has_room = height > 12;
            assert!(!has_room || frame.contains("1 field to decide"), "{frame}");
            desk.press("esc");
            let frame = desk.frame();
            let head = frame.lines().next().unwrap_or_default();
            if width > 40 {
                let named = format!("nextcloud: {words}");
                assert!(head.contains(&named), "{frame}");
            } else {
                assert!(head.contains(word), "{width}: {frame}");
            }
        }
    }
}

#[test]
fn what_is_put_back_is_not_sent_to_a_remote_that_is_only_read() {
    let mut desk = desk(100, 30);
    asked(&desk, Guard::EmptyList { linked: 12 });
    desk.app.session.remotes.set[0].read_only = true;
    desk.plan = Some(Err(Refusal::new(Kind::Busy, "no network")));
    desk.press("s y enter p");
    assert!(desk.toast().contains("read_only"), "{}", desk.toast());
    desk.press("enter");
    assert_eq!(desk.toast(), "who they are is not known");
    assert!(
        desk.frame().contains("12 cards were linked"),
        "{}",
        desk.frame()
    );
    // The head of the list names it too, and the key that syncs asks.
    desk.press("esc esc");
    desk.app.session.remotes.set.truncate(1);
    desk.press("S");
    assert!(
        desk.frame().contains("delete them here too"),
        "{}",
        desk.frame()
    );
}

/// The screens where a sync with nextcloud was taken back.
fn undone_desk(width: u16, height: u16) -> Desk {
    let desk = desk(width, height);
    raw(&desk.book)
        .execute_batch(
            "UPDATE remote SET trouble = NULL, again_at = NULL;
             UPDATE remote_card SET undone = 1, etag = '1' WHERE remote = 2",
        )
        .unwrap();
    desk
}

/// How many cards of nextcloud wait for what a person says of the undo.
fn undone(desk: &Desk) -> u64 {
    let rows = desk.book.store.remotes().unwrap();
    let row = rows.iter().find(|row| row.name == "nextcloud").unwrap();
    assert!(row.confirmed, "{}", desk.toast());
    row.counts.undone
}

#[test]
fn a_sync_that_was_undone_goes_on_as_a_person_says() {
    let mut desk = undone_desk(100, 30);
    desk.press("s y");
    assert!(
        desk.frame().contains("a sync was undone"),
        "{}",
        desk.frame()
    );
    desk.press("enter");
    assert!(
        desk.frame().contains("It had linked 1 card"),
        "{}",
        desk.frame()
    );
    let frame = desk.frame();
    let footer = frame.trim_end().lines().last().unwrap_or_default();
    assert!(
        footer.contains("first sync") && !footer.contains("put back"),
        "{frame}"
    );
    desk.press("D");
    assert_eq!(undone(&desk), 0, "{}", desk.toast());
    assert!(desk.frame().contains("Remotes"), "{}", desk.frame());
}

#[test]
fn a_first_sync_after_an_undo_is_seen_before_anything_is_decided() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = undone_desk(width, height);
        let mut plan = first_plan();
        "nextcloud".clone_into(&mut plan.remote);
        desk.plan = Some(Ok(plan));
        desk.press("s y enter");
        desk.hold();
        desk.press("p ^S");
        assert_eq!(desk.toast(), "what is there is still being read");
        desk.let_all_go();
        let frame = desk.frame();
        assert!(frame.contains("First sync with"), "{frame}");
        assert_eq!(undone(&desk), 1, "looking decides nothing");
        // Whoever leaves it has decided nothing.
        desk.press("esc s y enter");
        assert!(desk.frame().contains("a sync was"), "{}", desk.frame());
        assert_eq!(undone(&desk), 1, "{}", desk.toast());
        desk.press("p");
        desk.let_all_go();
        // What is ordered is looked at, not answered.
        desk.held = None;
        desk.press("^S");
        let mut synced = desk.effects.iter().filter_map(|effect| match effect {
            Effect::Sync(order) => Some(order),
            _ => None,
        });
        let order = synced.next().unwrap();
        assert!(order.confirms_first, "{order:?}");
        assert_eq!(order.after_undo, AfterUndo::BeginsAgain);
        assert_eq!(order.names, ["nextcloud"]);
        assert_eq!(undone(&desk), 1, "the sync decides it, with its lock");
    }
}

/// The contacts that a filter finds, by their first names.
fn found(desk: &Desk, text: &str) -> String {
    let query = ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    };
    assert_eq!(query.query().trouble, None, "{text}");
    let rows = desk.book.store.rows(&query, 0, 50).unwrap().rows;
    let names = rows.iter().map(|row| row.name.split(' ').next().unwrap());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.join(" ")
}

#[test]
fn the_filter_knows_what_is_synced_what_waits_and_what_is_to_be_decided() {
    let mut desk = desk(100, 30);
    // A third contact, which is nowhere else; and one that is changed, which is on the way then.
    desk.press("a \"Zoe_Zanetti\" ^S");
    assert_eq!(found(&desk, "in:work"), "Mark Tamar");
    assert_eq!(found(&desk, "in:wo"), "Mark Tamar");
    assert_eq!(found(&desk, "-in:work"), "Zoe");
    // What is not taken there is not there.
    assert_eq!(found(&desk, "in:=nextcloud"), "");
    assert_eq!(found(&desk, "is:conflict"), "Mark Tamar");
    assert_eq!(found(&desk, "-is:conflict"), "Zoe");
    assert_eq!(found(&desk, "is:waiting"), "Tamar");
    let id = desk.book.store.named("Mark Abernathy", None).unwrap()[0].contact;
    let sent = ContactAttributes {
        note: Some(Some("Other".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.book
        .other()
        .update_contact(id, sent, Vec::new())
        .unwrap();
    assert_eq!(found(&desk, "is:waiting"), "Mark Tamar");
    let waiting = |desk: &Desk, name: &str| {
        let rows = desk.book.store.remotes().unwrap();
        let row = rows.into_iter().find(|row| row.name == name);
        row.unwrap().counts.waiting
    };
    assert_eq!(
        (waiting(&desk, "work"), waiting(&desk, "nextcloud")),
        (1, 0)
    );
    // To a remote that takes all new contacts, the new one goes too.
    raw(&desk.book)
        .execute(
            "UPDATE remote SET traits = '{\"goes\":[true,null]}' WHERE name = 'nextcloud'",
            [],
        )
        .unwrap();
    assert_eq!(found(&desk, "is:waiting"), "Mark Tamar Zoe");
    assert_eq!(waiting(&desk, "nextcloud"), 2);
    // Where nothing is sent, nothing waits.
    raw(&desk.book)
        .execute("UPDATE remote SET traits = '{\"sends\":false}'", [])
        .unwrap();
    assert_eq!(found(&desk, "is:waiting"), "Tamar");
    // A decision is seen at once.
    desk.press("s x m ^S");
    assert_eq!(found(&desk, "is:conflict"), "");
    // Names of remotes are completed.
    desk.press("esc / \"in:ne\" tab");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "in:nextcloud ");
}

#[test]
fn the_newer_side_is_chosen_where_the_card_says_when_it_was_changed() {
    let mut desk = desk(100, 30);
    desk.press("s x n");
    assert!(desk.toast().contains("do not say when"), "{}", desk.toast());
    desk.press("esc");
    raw(&desk.book)
        .execute(
            "UPDATE remote SET traits = ?1 WHERE name = 'work'",
            [serde_json::json!({"theirs_at": {"1": NOON * 2, "2": 1}}).to_string()],
        )
        .unwrap();
    desk.press("s x n");
    assert!(
        desk.frame().contains("changed last there"),
        "{}",
        desk.frame()
    );
    assert_eq!(left(&desk), 3, "the choice is seen before it is done");
    desk.press("^S");
    assert_eq!(
        notes(&desk),
        (Some("Lev Trading".into()), Some("Moved to Haifa.".into()))
    );
    let mark = desk.book.store.named("Mark Abernathy", None).unwrap()[0].contact;
    let phone = desk.book.phones(mark).remove(0);
    assert_ne!(phone.location.as_deref(), Some("work"));
}

#[test]
fn a_contact_says_which_remotes_it_is_in_and_what_they_say_otherwise() {
    let mut desk = desk(100, 30);
    let show = |desk: &mut Desk, name: &str| {
        let at = desk.names().iter().position(|of| of == name).unwrap();
        // What is under the cursor is read when it comes there.
        desk.press("G g g");
        desk.press(&"j ".repeat(at));
    };
    show(&mut desk, "Mark Abernathy");
    assert!(
        desk.frame()
            .contains("IN          work · 1 field to decide"),
        "{}",
        desk.frame()
    );
    assert!(desk.frame().contains("mobile   !"), "{}", desk.frame());
    desk.press("l j");
    assert!(desk.frame().contains("work says work"), "{}", desk.frame());
    desk.press("h");
    show(&mut desk, "Tamar Lev");
    assert!(
        desk.frame().contains("not taken there: too large"),
        "{}",
        desk.frame()
    );
    desk.press("s x m ^S esc");
    // Decided: nothing is otherwise any more; and what a person changes is not there yet.
    show(&mut desk, "Mark Abernathy");
    assert!(
        desk.frame().contains("work · as there since"),
        "{}",
        desk.frame()
    );
    desk.press("l j v h");
    assert!(
        desk.frame().contains("work · changed here, not sent yet"),
        "{}",
        desk.frame()
    );
}

#[test]
fn a_historic_number_says_where_it_was_taken_out() {
    let mut desk = desk(100, 30);
    let mark = desk.book.store.named("Mark Abernathy", None).unwrap()[0].contact;
    let phone = desk.book.phones(mark).remove(0);
    desk.book
        .set(phone.id, serde_json::json!({"historic": true}));
    raw(&desk.book)
        .execute_batch(
            "UPDATE undo_point SET remote = 'work', run = zeroblob(16)
             WHERE id = (SELECT max(id) FROM undo_point)",
        )
        .unwrap();
    let at = desk
        .names()
        .iter()
        .position(|of| of == "Mark Abernathy")
        .unwrap();
    desk.press("G g g");
    desk.press(&"j ".repeat(at));
    desk.press("l j");
    let frame = desk.frame();
    assert!(
        frame.contains("taken out on work") && frame.contains("kept on record"),
        "{frame}"
    );
}

#[test]
fn the_last_runs_of_a_remote_are_seen_and_the_last_one_is_undone() {
    let mut desk = desk(100, 30);
    let run = |at: i64, came: usize, requests: u64| LastRun {
        at: Timestamp::from_micros(NOON - at * HOUR),
        came,
        went: 0,
        deleted_here: 0,
        deleted_there: 0,
        requests,
        bytes: 9_300,
        millis: 71,
        is_whole: true,
    };
    raw(&desk.book)
        .execute(
            "UPDATE remote SET traits = ?1 WHERE name = 'work'",
            [serde_json::json!({
                "runs": [run(1, 4, 5), run(30, 0, 1)],
                "keeps_ours": true,
                "versions": ["3.0", "4.0"],
            })
            .to_string()],
        )
        .unwrap();
    let id = desk.book.store.named("Tamar Lev", None).unwrap()[0].contact;
    let sent = ContactAttributes {
        note: Some(Some("From there".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.book
        .other()
        .update_contact(id, sent, Vec::new())
        .unwrap();
    raw(&desk.book)
        .execute_batch(
            "UPDATE undo_point SET remote = 'work', run = zeroblob(16)
             WHERE id = (SELECT max(id) FROM undo_point)",
        )
        .unwrap();
    desk.press("s y x");
    assert_eq!(desk.toast(), "no sync of it is in the history");
    desk.press("j");
    for words in [
        "4 in, 0 out",
        "9 KB, 5 requests, 71 ms",
        "nothing new",
        "keeps lines of ours · vCard 3.0 and 4.0",
    ] {
        assert!(desk.frame().contains(words), "{words}: {}", desk.frame());
    }
    desk.press("x");
    assert!(
        desk.frame()
            .contains("╭─ Preview: undo the sync with work, "),
        "{}",
        desk.frame()
    );
    assert_eq!(notes(&desk).1.as_deref(), Some("From there"));
    desk.press("enter");
    assert!(desk.toast().starts_with("Undone"), "{}", desk.toast());
    assert_eq!(notes(&desk).1.as_deref(), Some("Ask for Dana first."));
}

#[test]
fn of_runs_in_which_nothing_moved_only_the_newest_is_remembered() {
    let run = |at: i64, came: usize| LastRun {
        at: Timestamp::from_micros(at),
        came,
        went: 0,
        deleted_here: 0,
        deleted_there: 0,
        requests: 1,
        bytes: 1,
        millis: 1,
        is_whole: true,
    };
    let desk = desk(100, 30);
    let mut row = desk.book.store.remotes().unwrap().remove(0);
    for (at, came) in [(1, 3), (2, 0), (3, 0), (4, 1), (5, 0), (6, 0)] {
        let runs = row.runs_with(run(at, came));
        row.traits = serde_json::json!({ "runs": runs }).to_string();
    }
    let at = row
        .last_runs()
        .iter()
        .map(|run| run.at.micros())
        .collect::<Vec<_>>();
    assert_eq!(at, [6, 4, 3, 1]);
}

#[test]
fn contacts_that_were_brought_back_stay_or_are_deleted_again() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        let ids = ["Tamar Lev", "Mark Abernathy"]
            .map(|name| desk.book.store.named(name, None).unwrap()[0].contact);
        let back = |at: usize, deleted_there| BroughtBack {
            contact: ids[at],
            deleted_there,
            at: Timestamp::from_micros(NOON - HOUR),
        };
        // One more is gone by now, and is not shown.
        let gone = BroughtBack {
            contact: ContactId(uuid::Uuid::from_u128(7)),
            ..back(0, true)
        };
        raw(&desk.book)
            .execute(
                "UPDATE remote SET traits = ?1 WHERE name = 'work'",
                [
                    serde_json::json!({"brought_back": [back(0, true), back(1, false), gone]})
                        .to_string(),
                ],
            )
            .unwrap();
        desk.press("s x");
        if width > 40 {
            let frame = desk.frame();
            for words in [
                "BROUGHT BACK",
                "deleted on work, changed here",
                "deleted here, changed on work",
            ] {
                assert!(frame.contains(words), "{width}: {words}: {frame}");
            }
        }
        insta::assert_snapshot!(format!("brought_back_{width}x{height}"), desk.frame());
        desk.press("d");
        assert!(
            desk.toast()
                .contains("only a contact that was brought back"),
            "{}",
            desk.toast()
        );
        desk.press("G b");
        assert!(
            desk.toast().contains("stays, or is deleted"),
            "{}",
            desk.toast()
        );
        assert!(
            desk.frame().contains("deletes it on both"),
            "{}",
            desk.frame()
        );
        // The last one is right as it is.
        desk.press("enter");
        assert_eq!(desk.toast(), "It stays, here and there");
        let left: Vec<_> = desk.book.store.brought_back().unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        // The other one is deleted again, which can be undone.
        desk.press("d");
        assert!(desk.toast().contains("Deleted"), "{}", desk.toast());
        assert!(desk.book.store.named("Tamar Lev", None).unwrap().is_empty());
        assert!(!desk.frame().contains("BROUGHT BACK"), "{}", desk.frame());
        desk.press("u");
        assert_eq!(desk.book.store.named("Tamar Lev", None).unwrap().len(), 1);
    }
}

#[test]
fn a_key_that_is_pressed_as_a_sync_ends_meets_the_remotes_as_they_are_then() {
    let mut desk = desk(100, 30);
    desk.app
        .session
        .remotes
        .set
        .retain(|set| set.name == "nextcloud");
    raw(&desk.book)
        .execute_batch("DELETE FROM remote_conflict")
        .unwrap();
    asked(
        &desk,
        Guard::GoneThere {
            gone: 16,
            linked: 16,
        },
    );
    desk.tell(Msg::Sync(Vec::new(), None));
    let before = desk.app.session.remotes.rows.clone().unwrap();
    assert!(desk.frame().contains("16 gone there"), "{}", desk.frame());
    // It was answered, and the sync is done; what the store says of it comes late.
    desk.hold();
    let mut rows = before;
    for row in &mut rows {
        row.trouble = None;
    }
    desk.tell(Msg::Remotes(rows));
    desk.tell(Msg::Sync(Vec::new(), None));
    desk.press("S");
    assert!(desk.app.pages.is_bare(), "{}", desk.frame());
}

/// The last row that is drawn.
fn footer(desk: &Desk) -> String {
    let frame = desk.frame();
    frame
        .trim_end()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn while_a_sync_runs_its_keys_stop_it_and_the_head_says_that_it_runs() {
    let mut desk = desk(100, 30);
    assert!(footer(&desk).contains("S sync"), "{}", desk.frame());
    desk.app.session.remotes.set.clear();
    assert!(!footer(&desk).contains("S sync"), "{}", desk.frame());

    let mut desk = self::desk(80, 24);
    desk.press("s y j");
    let said = footer(&desk);
    assert!(
        said.contains("sync now") && said.contains("x undo run"),
        "{said}"
    );
    desk.app.session.remotes.on = vec!["work".to_owned()];
    let said = footer(&desk);
    assert!(
        said.contains("stop") && !said.contains("sync now"),
        "{said}"
    );
    desk.press("esc");
    let frame = desk.frame();
    assert!(frame.contains("3 to decide, syncing…"), "{frame}");
}

#[test]
fn a_server_that_asks_to_wait_is_busy_and_cards_that_cannot_be_read_are_counted() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        raw(&desk.book)
            .execute_batch(
                "DELETE FROM remote_conflict;
                 UPDATE remote SET trouble = 'https://cloud.example.org is busy (503)' WHERE id = 2;
                 INSERT INTO remote_card (id, remote, href, place, kind, refused)
                 VALUES (9, 1, 'x.vcf', x'78', 'unread', 'no card')",
            )
            .unwrap();
        desk.press("s y");
        let frame = desk.frame();
        assert!(
            frame.contains("busy") && frame.contains("1 not readable"),
            "{frame}"
        );
        assert!(
            !frame.contains("offline") && !frame.contains("tried again"),
            "{frame}"
        );
    }
}

#[test]
fn what_follows_an_undone_sync_is_said_whole_at_every_size() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        raw(&desk.book)
            .execute_batch(
                "DELETE FROM remote_conflict;
                 UPDATE remote SET trouble = NULL, again_at = NULL;
                 UPDATE remote_card SET undone = 1, etag = '1' WHERE remote = 2",
            )
            .unwrap();
        desk.press("s y enter");
        let frame = desk.frame();
        let words: Vec<&str> = frame
            .split(|sign: char| sign.is_whitespace() || "│\"".contains(sign))
            .collect();
        let words = words.into_iter().filter(|word| !word.is_empty());
        let told = words.collect::<Vec<_>>().join(" ");
        assert!(
            told.contains("delete there what the undo took away here"),
            "{frame}"
        );
        desk.press("enter");
        assert!(
            desk.toast().contains("choose how the sync goes on"),
            "{}",
            desk.toast()
        );
    }
}

#[test]
fn a_number_of_a_remote_says_its_name() {
    let mut desk = desk(100, 30);
    raw(&desk.book)
        .execute_batch("UPDATE phone SET source = 'carddav:nextcloud'")
        .unwrap();
    let at = desk
        .names()
        .iter()
        .position(|of| of == "Mark Abernathy")
        .unwrap();
    desk.press("G g g");
    desk.press(&"j ".repeat(at));
    let frame = desk.frame();
    assert!(
        frame.contains("nextcloud") && !frame.contains("carddav:"),
        "{frame}"
    );
}

#[test]
fn the_sources_to_confirm_by_name_a_remote_as_a_person_knows_it() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut book = desk(width, height).book;
        let id = book.store.named("Tamar Lev", None).unwrap()[0].contact;
        let number = "+1 212 555 0163";
        book.post(
            id,
            serde_json::json!({"number": number, "source": "carddav:nextcloud", "valid_values": false}),
        )
        .unwrap();
        let mut desk = Desk::of(width, height, book);
        desk.press("f b");
        let frame = desk.frame();
        assert!(frame.contains("Confirm by source"), "{frame}");
        assert!(
            frame.contains("nextcloud") && !frame.contains("carddav:"),
            "{frame}"
        );
    }
}

#[test]
fn the_steps_of_one_sync_are_marked_in_the_history() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        let id = desk.book.store.named("Tamar Lev", None).unwrap()[0].contact;
        for note in ["One", "Two", "Three"] {
            let sent = ContactAttributes {
                note: Some(Some(note.to_owned())),
                overwrite: true,
                ..ContactAttributes::default()
            };
            let mut other = desk.book.other();
            other.update_contact(id, sent, Vec::new()).unwrap();
        }
        // The newest step is a person's, the two below it are of one sync.
        raw(&desk.book)
            .execute(
                "UPDATE undo_point SET remote = 'work', run = x'00112233445566778899aabbccddeeff'
                 WHERE id IN (SELECT id FROM undo_point ORDER BY id DESC LIMIT 2 OFFSET 1)",
                [],
            )
            .unwrap();
        desk.press("s l");
        let frame = desk.frame();
        let said: Vec<&str> = frame.split_whitespace().collect();
        let said = said.join(" ").replace("│ ", "").replace(" │", "");
        let marks = said.matches("part of").count();
        assert_eq!(marks, 1, "{width}: {frame}");
    }
}

#[test]
fn a_toast_of_several_lines_leaves_the_frame_of_a_page_whole() {
    for (width, height) in [(80, 24), (100, 30)] {
        let mut desk = desk(width, height);
        desk.press("s y");
        let told = "work not synced: 12 of 20 cards are gone there, and would be deleted here; nothing was done, \
                    and it waits until you choose";
        desk.app.session.say(Tone::Bad, told);
        let frame = desk.frame();
        assert!(frame.contains("you choose"), "{frame}");
        for corner in ["╭─ Remotes", "╰─"] {
            assert!(frame.contains(corner), "{width}: {corner}: {frame}");
        }
    }
}

#[test]
fn long_texts_in_conflict_are_seen_where_they_differ() {
    let beginning = "Ask for Dana first, and then for her brother. ".repeat(12);
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = desk(width, height);
        let ours = format!("{beginning}Ring twice.");
        raw(&desk.book)
            .execute_batch(&format!(
                "UPDATE contact SET note = '{ours}' WHERE name = 'Tamar Lev';
                 UPDATE remote_conflict SET theirs = '\"{beginning}Knock once.\"' WHERE field = 'note'"
            ))
            .unwrap();
        desk.press("s x");
        let mut frame = desk.frame();
        for _ in 0..3 {
            if frame.contains("Knock once.") {
                break;
            }
            desk.press("j");
            frame = desk.frame();
        }
        assert!(frame.contains("Knock once."), "{frame}");
        assert!(frame.contains("Ring twice."), "{frame}");
    }
}

#[test]
fn a_remote_that_is_paused_says_so_whatever_is_to_be_decided() {
    let mut desk = desk(100, 30);
    raw(&desk.book)
        .execute_batch("UPDATE remote SET paused = 1 WHERE name = 'work'")
        .unwrap();
    desk.press("s y j");
    let frame = desk.frame();
    let row = frame.lines().find(|line| line.contains("work")).unwrap();
    assert!(row.contains("paused"), "{frame}");
    assert!(frame.contains("3 fields to decide"), "{frame}");
}
