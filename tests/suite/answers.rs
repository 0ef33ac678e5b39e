//! Answers that come late, and in any order: what was typed stays, the page that is seen has the keys,
//! and nothing is written that no key on it asked for.

use crate::support::amount::{drawn, seed};
use crate::support::desk::Desk;
use callbook::config::remotes::{Place, RemoteSettings};
use callbook::domain::contact::ContactAttributes;
use callbook::domain::damage::Damage;
use callbook::domain::listing::ListQuery;
use callbook::domain::refusal::{Kind, Refusal};
use callbook::domain::rehearsal::{Seen, Task};
use callbook::domain::sync::plan::{CardFate, PlannedCard, SyncPlan};
use callbook::tui::draft::Draft;
use callbook::tui::keymap::Scope;
use callbook::tui::pages::contact_form::ContactForm;
use callbook::tui::pages::contact_text::ContactText;
use callbook::tui::pages::contacts::{PickKind, Picker};
use callbook::tui::pages::damaged::Damaged;
use callbook::tui::pages::detail_form::DetailForm;
use callbook::tui::pages::duplicates::Duplicates;
use callbook::tui::pages::history::History;
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::pages::prompt::Prompt;
use callbook::tui::pages::question::Question;
use callbook::tui::pages::{AnyPage, Page};
use callbook::tui::protocol::{Effect, Msg, Reply, Request, Ticket, Tone, Write};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// One person in two contacts, two people with one number, and one more.
const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nTEL:+39 02 5550 1182\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:BIANCHI, MARCO\nTEL:+39 02 5550 1182\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Luca Verdi\nTEL:+39 347 555 0164\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:4\nFN:Lucia Verdi\nTEL:+39 347 555 0164\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:5\nFN:Zoe Zanetti\nTEL:+39 02 5550 1199\nEND:VCARD\n";

/// The screens of a book, on its first contact; from now on answers wait.
fn held() -> Desk {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g");
    desk.hold();
    desk
}

/// What stands in the form of the contact that is being typed.
fn typed(desk: &Desk) -> String {
    let Some(form) = desk.top::<ContactForm>() else {
        panic!("{:?}", desk.app.pages.last());
    };
    form.texts[0].text().to_owned()
}

fn steps(desk: &Desk) -> Vec<String> {
    let steps = desk.book.store.steps(None, 100).unwrap();
    steps.into_iter().map(|step| step.point.title).collect()
}

#[test]
fn a_form_that_was_opened_after_a_write_stays_when_the_write_is_answered() {
    // Every change of the list, and the undo of one.
    for keys in ["*", "v", "d", "D", "s h", "x y", "u", "^R", "space space *"] {
        let mut desk = held();
        desk.press(keys);
        desk.press("esc g g a \"Ada\"");
        let Some(_) = desk.top::<ContactForm>() else {
            panic!("{keys}: {:?}", desk.app.pages.last());
        };
        desk.let_all_go();
        assert_eq!(typed(&desk), "Ada", "{keys}");
        assert!(desk.frame().contains("Add a contact"), "{keys}");
        desk.press("\"x\" ^S");
        desk.let_all_go();
        assert!(desk.app.pages.is_bare(), "{keys}: {}", desk.toast());
        assert_eq!(steps(&desk)[0], "Added Adax", "{keys}");
    }
}

#[test]
fn pages_that_are_looked_for_are_seen_at_once_and_take_their_own_keys() {
    let mut desk = held();
    desk.press("D");
    assert!(desk.frame().contains("looking for duplicates"));
    // Neither opens a form nor merges anybody.
    let before = steps(&desk);
    desk.press("a \"Ada\" enter");
    desk.let_all_go();
    assert!(desk.frame().contains("2 left"), "{}", desk.frame());
    assert_eq!(steps(&desk), before);
    desk.press("esc s h");
    assert!(desk.frame().contains("Health of the book"));
    desk.press("esc");
    desk.let_all_go();
    assert!(desk.app.pages.is_bare(), "it was left before it came");
}

#[test]
fn a_page_that_is_being_saved_takes_no_keys_and_says_so() {
    let mut desk = held();
    desk.press("a \"Ada\" ^S \"x\"");
    assert_eq!(
        (typed(&desk), desk.toast()),
        ("Ada".into(), "still working; esc stops it".into())
    );
    desk.paste("pasted");
    assert_eq!(typed(&desk), "Ada");
    desk.press("esc");
    assert_eq!(desk.effects.last(), Some(&Effect::Stop));
    desk.let_all_go();
    assert!(desk.app.pages.is_bare());
    assert_eq!(steps(&desk)[0], "Added Ada");
}

#[test]
fn a_preview_comes_in_the_place_of_its_prompt_and_of_no_other() {
    let mut desk = held();
    desk.preview(
        "new.vcf",
        b"BEGIN:VCARD\nVERSION:3.0\nFN:New\nTEL:+390255501111\nEND:VCARD\n",
    );
    desk.press("\"z\"");
    assert!(desk.top::<Prompt>().is_some());
    desk.let_all_go();
    assert!(desk.frame().contains("Import new.vcf"));
    desk.press("enter j a");
    desk.let_all_go();
    assert!(desk.app.pages.is_bare());

    // An answer that no page waits for, as after a backup was put back.
    let plan = Reply::Exported(1, "a.vcf".into(), None);
    desk.press("i \"/tmp\"");
    desk.tell(Msg::Store(Ticket::default(), plan));
    assert!(desk.top::<Prompt>().is_some());
}

#[test]
fn that_something_is_waited_for_is_said_until_it_has_come() {
    let mut desk = held();
    desk.press("m \"tag:x\" enter j");
    assert!(
        desk.toast().starts_with("still working"),
        "{}",
        desk.toast()
    );
    desk.let_go(place_of(&desk, |reply| {
        matches!(reply, Reply::Rehearsed(..))
    }));
    assert!(desk.app.session.toast.is_none(), "{}", desk.toast());
}

#[test]
fn a_key_that_was_typed_before_its_page_was_drawn_writes_nothing() {
    for (opens, key) in [
        ("D", "enter"),
        ("D", "n"),
        ("s b", "X"),
        ("s b", "enter"),
        ("m \"tag:x\" enter", "enter"),
    ] {
        let mut desk = held();
        desk.press("d");
        desk.let_all_go();
        desk.press(opens);
        desk.let_all_go();
        desk.requests();
        for is_drawn in [false, true] {
            if is_drawn {
                desk.app.session.drawn();
            }
            desk.app.session.is_ahead = is_drawn;
            desk.tell(Msg::Key(key.parse().unwrap()));
            assert_eq!(desk.requests(), [], "{opens} {key}");
            let said = desk.toast();
            assert!(
                said.starts_with("this has just come"),
                "{opens} {key}: {said}"
            );
        }
        // Once it was seen, the same key acts.
        desk.app.session.is_ahead = false;
        desk.press(key);
        assert!(
            !desk.requests().is_empty() || desk.top() == Some(&Question::EmptyBin),
            "{opens} {key}: {}",
            desk.frame()
        );
    }
}

#[test]
fn a_search_that_is_typed_at_once_begins_in_the_picker() {
    let mut desk = held();
    let mut effects = Vec::new();
    desk.app
        .pick(Picker::new(PickKind::Number, ""), &mut effects);
    desk.run(effects);
    // The list has come, and was not drawn before the keys were pressed.
    desk.let_all_go();
    for key in ["/", "z", "o"] {
        desk.tell(Msg::Key(key.parse().unwrap()));
        desk.app.session.is_ahead = true;
    }
    assert!(desk.app.session.toast.is_none(), "{}", desk.toast());
    desk.let_all_go();
    assert!(desk.frame().contains("1 of"), "{}", desk.frame());
}

#[test]
fn an_answer_before_an_answer_does_not_end_the_wait() {
    let mut desk = held();
    desk.press("a \"Ada\" ^S");
    let Some(Msg::Store(ticket, _)) = desk.held.as_ref().unwrap().last().cloned() else {
        panic!("it is asked");
    };
    desk.tell(Msg::Store(ticket, Reply::ChangedElsewhere));
    desk.press("\"x\"");
    assert_eq!(typed(&desk), "Ada");
    assert!(desk.app.session.writing.is_some());
    desk.let_all_go();
    assert!(desk.app.pages.is_bare() && desk.app.session.writing.is_none());
}

#[test]
fn a_redo_in_a_form_does_not_close_it() {
    let mut desk = held();
    desk.press("a \"Ada\" ^R");
    desk.let_all_go();
    assert_eq!(typed(&desk), "Ada", "{}", desk.toast());
}

#[test]
fn an_undo_that_is_refused_asks_only_where_nothing_was_done_since() {
    let mut desk = held();
    desk.press("*");
    desk.let_all_go();
    let mut other = desk.book.other();
    let id = desk.app.pages.contacts.current().unwrap();
    let sent = callbook::domain::contact::ContactAttributes {
        favourite: Some(false),
        overwrite: true,
        ..Default::default()
    };
    other.update_contact(id, sent, Vec::new()).unwrap();
    desk.press("u y");
    desk.let_all_go();
    assert!(
        desk.app.pages.is_bare(),
        "no question for a key that was pressed before"
    );
    assert!(desk.toast().contains("changed"), "{}", desk.toast());
    desk.press("u");
    desk.let_all_go();
    assert!(desk.frame().contains("Undo it anyway"), "{}", desk.frame());
}

#[test]
fn what_is_asked_reaches_its_page_under_a_popup() {
    let mut desk = held();
    desk.press("d");
    desk.let_all_go();
    desk.press("s b ?");
    desk.let_all_go();
    desk.press("esc");
    assert!(
        desk.frame().contains("BIANCHI, MARCO  "),
        "{}",
        desk.frame()
    );
    desk.press("esc s l :");
    desk.let_all_go();
    desk.press("esc");
    assert!(desk.frame().contains("Deleted"), "{}", desk.frame());
}

#[test]
fn the_editor_and_completion_fill_what_they_were_asked_for() {
    let mut desk = held();
    desk.press("a \"Ada\" ^X ^E tab \"z\"");
    desk.let_all_go();
    let Some(form) = desk.top::<ContactForm>() else {
        panic!("the form stays");
    };
    assert_eq!(form.texts[0].text(), "Ada edited");
    desk.press("esc y");
    desk.press("a \"Bob\" ^X ^E esc y a \"Eve\"");
    desk.let_all_go();
    assert_eq!(typed(&desk), "Eve", "another form than the editor's");

    let mut desk = held();
    desk.press("i \"/tm\" tab \"q\"");
    desk.let_all_go();
    let Some(prompt) = desk.top::<Prompt>() else {
        panic!("the prompt stays");
    };
    assert_eq!(prompt.path.text(), "/tmq");
    desk.press("esc i \"/tm\" tab");
    desk.let_all_go();
    let Some(prompt) = desk.top::<Prompt>() else {
        panic!("the prompt stays");
    };
    assert_eq!(prompt.path.text(), "/tmends");
}

#[test]
fn a_key_after_a_search_is_about_no_row_of_before() {
    for keys in [
        "enter d",
        "enter c",
        "enter y",
        "enter e",
        "tab *",
        "enter r",
        "enter h d",
        "tab space",
        "tab d",
        "tab x y",
        "tab x m",
        "tab H",
        "tab V",
        "tab e",
        "tab m",
    ] {
        for search in ["/ \"zanetti\"", "/ \"xyz\""] {
            let mut desk = held();
            desk.press(search);
            desk.requests();
            desk.press(keys);
            for request in desk.requests() {
                assert!(
                    matches!(request, Request::Rows(..) | Request::Look),
                    "{search} {keys}: {request:?}"
                );
            }
            assert!(
                desk.app.pages.is_bare(),
                "{search} {keys}: {}",
                desk.frame()
            );
            assert!(
                desk.toast().contains("still loading"),
                "{search} {keys}: {}",
                desk.toast()
            );
            let contacts = &desk.app.pages.contacts;
            assert!(contacts.list.marks.is_empty(), "{search} {keys}");
        }
    }
}

#[test]
fn a_key_is_about_the_contact_that_the_cursor_is_on() {
    for key in ["*", "y", "e", "H"] {
        let mut desk = held();
        desk.press("j j");
        desk.press(key);
        assert_eq!(desk.toast(), "still loading the contact", "{key}");
        assert!(desk.app.pages.is_bare());
        desk.let_all_go();
        desk.press(key);
        desk.let_all_go();
        assert_ne!(desk.toast(), "still loading the contact", "{key}");
    }
}

#[test]
fn whoever_moved_on_stays_there_and_keeps_new_marks() {
    let mut desk = held();
    desk.press("* j j space");
    let on = desk.app.pages.contacts.list.cursor;
    desk.let_all_go();
    assert_eq!(
        (
            desk.app.pages.contacts.list.cursor,
            desk.app.pages.contacts.list.marks.len()
        ),
        (on, 1)
    );
}

#[test]
fn the_group_that_was_merged_goes_though_the_cursor_is_on_another() {
    let mut desk = held();
    desk.press("D");
    desk.let_all_go();
    let Some(page) = desk.top::<Duplicates>() else {
        panic!("they are there");
    };
    let second = page.groups[1].clone();
    desk.press("enter j");
    desk.let_all_go();
    let Some(page) = desk.top::<Duplicates>() else {
        panic!("{}", desk.toast());
    };
    assert_eq!(page.groups, [second]);
}

#[test]
fn the_rows_of_a_step_are_shown_under_that_step() {
    let mut desk = held();
    desk.press("d");
    desk.let_all_go();
    desk.press("s l");
    desk.let_all_go();
    desk.press("enter j");
    desk.let_all_go();
    let Some(page) = desk.top::<History>() else {
        panic!("{}", desk.toast());
    };
    let lines: Vec<bool> = page
        .steps
        .iter()
        .flatten()
        .map(|step| !step.lines.is_empty())
        .collect();
    assert_eq!(lines, [true, false]);
}

#[test]
fn the_rows_of_two_steps_each_come_though_they_are_asked_for_at_the_same_time() {
    let mut desk = held();
    desk.press("d");
    desk.let_all_go();
    desk.press("*");
    desk.let_all_go();
    desk.press("s l");
    desk.let_all_go();
    desk.press("enter j enter j enter");
    while desk.waiting() > 0 {
        // The last that was asked comes first.
        desk.let_go(desk.waiting() - 1);
    }
    let page = desk.top::<History>().unwrap();
    let steps: Vec<bool> = page
        .steps
        .iter()
        .flatten()
        .map(|step| !step.lines.is_empty())
        .collect();
    assert!(
        steps.iter().filter(|is_shown| **is_shown).count() >= 2,
        "{steps:?}"
    );
}

#[test]
fn a_contact_that_cannot_be_read_is_not_shown_as_the_one_before_it() {
    let mut desk = held();
    let before = desk.shown().contact.name;
    desk.press("j");
    refuse(&mut desk, |reply| matches!(reply, Reply::Profile(_)));
    let frame = desk.frame();
    let shown = frame.matches(&before).count();
    assert_eq!(shown, 1, "in the list alone: {frame}");
    for key in ["e", "c", "*"] {
        desk.requests();
        desk.press(key);
        assert_eq!(desk.toast(), "cannot read the contact", "{key}");
        assert!(
            desk.requests()
                .iter()
                .all(|request| !matches!(request, Request::Write(_)))
        );
    }
    desk.press("^L");
    desk.let_all_go();
    assert_ne!(desk.shown().contact.name, before);
}

#[test]
fn what_was_said_of_the_configuration_stays_beside_the_text_that_is_back() {
    let mut typing = Desk::new(100, 30, CARDS);
    typing.press("a \"Qx\"");
    let draft = Draft::unsaved(&typing.app).unwrap();
    let mut desk = Desk::new(100, 30, CARDS);
    desk.app
        .session
        .say(Tone::Bad, "config.toml:2: unknown setting colour");
    let mut effects = Vec::new();
    callbook::tui::draft::bring_back(&mut desk.app, draft, &mut effects);
    let frame = desk.frame();
    for said in [
        "config.toml:2: unknown setting colour",
        "your unsaved text",
        "Qx",
    ] {
        assert!(frame.contains(said), "{said}: {frame}");
    }
}

#[test]
fn what_is_typed_before_damage_is_found_stays_under_it() {
    let mut desk = held();
    desk.press("a \"Ada\"");
    desk.tell(Msg::Damaged(Damage {
        why: "malformed".to_owned(),
        found: None,
    }));
    assert!(desk.frame().contains("malformed"), "{}", desk.frame());
    assert!(Draft::unsaved(&desk.app).is_some());
    desk.press("x ^S");
    assert!(Draft::unsaved(&desk.app).is_some());
}

/// A page can come over the one that waits only by an answer of its own, such as that of damage.
#[test]
fn an_answer_leaves_what_came_over_its_page_alone() {
    let damaged = || {
        Msg::Damaged(Damage {
            why: "malformed".to_owned(),
            found: None,
        })
    };
    let is_damaged = |desk: &Desk| desk.top::<Damaged>().is_some();
    let mut desk = held();
    desk.press("a \"Ada\" ^S");
    desk.tell(damaged());
    desk.let_all_go();
    assert!(is_damaged(&desk), "{:?}", desk.app.pages.last());
    assert!(Draft::unsaved(&desk.app).is_none(), "the form is done");

    let mut desk = held();
    desk.preview(
        "new.vcf",
        b"BEGIN:VCARD\nVERSION:3.0\nFN:New\nTEL:+390255501111\nEND:VCARD\n",
    );
    desk.tell(damaged());
    desk.let_all_go();
    assert!(is_damaged(&desk), "{:?}", desk.app.pages.last());

    // A form whose contact was changed meanwhile.
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g e \"Ada\"");
    let id = desk
        .book
        .store
        .rows(&ListQuery::default(), 0, 1)
        .unwrap()
        .rows[0]
        .id;
    let mut other = desk.book.other();
    let sent = ContactAttributes {
        note: Some(Some("changed".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    other.update_contact(id, sent, Vec::new()).unwrap();
    desk.hold();
    desk.press("^S");
    desk.tell(damaged());
    desk.let_all_go();
    assert!(is_damaged(&desk), "{:?}", desk.app.pages.last());
}

#[test]
fn a_long_refusal_can_be_read_whole_at_every_size() {
    let told = "cannot write /home/ada/.local/share/callbook/callbook.db: callbook.db-wal was \
        deleted or replaced while callbook had it open; nothing was written; quit callbook and \
        start it again; what callbook had is in \
        /home/ada/.local/share/callbook/callbook.db.backups/20261126T051000.000000Z.db";
    for (width, height) in [(160, 40), (100, 30), (80, 24), (40, 24), (40, 15), (80, 10)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("a \"Ada\"");
        desk.app.session.say(Tone::Bad, told);
        let frame = desk.frame();
        let letters = |text: &str| {
            let letters = text
                .chars()
                .filter(|sign| !sign.is_whitespace() && *sign != '"');
            letters.collect::<String>()
        };
        let seen = letters(&frame);
        assert!(seen.contains(&letters(told)), "{width}x{height}:\n{frame}");
        assert!(frame.contains("Add a contact") || height < 20, "{frame}");
    }
    // What fits into no screen is cut at its end.
    let mut desk = Desk::new(40, 12, CARDS);
    desk.app.session.say(Tone::Bad, told.repeat(10));
    let frame = desk.frame();
    assert!(
        frame.contains("cannot write") && frame.contains('…'),
        "{frame}"
    );
}

#[test]
fn a_question_that_is_refused_is_not_asked_again_and_again() {
    let mut desk = held();
    desk.press("j");
    let Some(Msg::Store(ticket, _)) = desk.held.as_ref().unwrap().last().cloned() else {
        panic!("the contact is asked for");
    };
    let waiting = desk.waiting();
    let refusal = Refusal::new(Kind::Storage, "the disk is gone");
    desk.tell(Msg::Store(ticket, Reply::Refused(refusal)));
    assert_eq!(desk.waiting(), waiting);
    assert_eq!(desk.toast(), "the disk is gone");
}

/// What is done.
#[derive(Clone, Debug)]
enum Act {
    /// Keys are pressed.
    Keys(&'static str),
    /// A text is pasted.
    Paste(&'static str),
    /// An answer comes, by its place among those that wait.
    Answer(usize),
    /// A refusal comes in the place of an answer to what was read.
    Refusal(usize, Kind),
    /// Another program changes the contact of this place in the list, or deletes it.
    Elsewhere(usize, bool),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let keys = prop::sample::select(vec![
        "*", "v", "d", "D", "j", "k", "space", "u", "^R", "a", "e", "i", "m", "f", "H", "s h",
        "s b", "s l", "x v", "x y", "enter", "enter", "^S", "esc", "esc", "tab", "y", "n", "?",
        ":", "^X ^E", "B", "M", "s x", "s y", "S", "right", "t", "p", "\"Qx\"", "\"Qx\"",
        "\"tag:\"", "/", "X", "o", "E", "E",
    ]);
    let pasted = prop::sample::select(vec!["Qp", "+39 02 5550 1100", "Qp\nTwo\n"]);
    let kind = prop::sample::select(vec![Kind::Busy, Kind::Storage, Kind::Stopped]);
    let act = prop_oneof![
        12 => keys.prop_map(Act::Keys),
        1 => pasted.prop_map(Act::Paste),
        4 => (0_usize..6).prop_map(Act::Answer),
        1 => (0_usize..6, kind).prop_map(|(place, kind)| Act::Refusal(place, kind)),
        1 => (0_usize..5, any::<bool>()).prop_map(|(place, gone)| Act::Elsewhere(place, gone)),
    ];
    prop::collection::vec(act, 1..60)
}

/// What is drawn of the form of a detail.
const DETAIL_FORM: &[&str] = &[
    "╭─ Add an email",
    "╭─ Add an address",
    "╭─ Add a date",
    "╭─ Add a link",
    "╭─ Add a chat",
    "╭─ Add a relation",
    "╭─ Add a line of text",
    "╭─ Edit email",
    "╭─ Edit address",
    "╭─ Edit date",
    "╭─ Edit link",
    "╭─ Edit chat",
    "╭─ Edit relation",
    "╭─ Edit other",
];

/// What is drawn of a page when it is the one that is seen.
fn mark(page: &dyn Page) -> &'static [&'static str] {
    if page.as_page::<PhoneForm>().is_some() {
        // An open list of it has the scope of a choice.
        return &["Edit number", "Add a number"];
    }
    if page.as_page::<DetailForm>().is_some() {
        return DETAIL_FORM;
    }
    match page.scope() {
        Scope::ContactForm => &["Edit contact", "Add a contact"],
        Scope::ContactText => &[" as text "],
        Scope::Conflict => &["changed elsewhere"],
        Scope::Palette => &["╭─ Keys", "╭─ Command"],
        Scope::Prompt => &[
            "╭─ Import",
            "╭─ Export",
            "╭─ Change many",
            "╭─ Photo",
            "╭─ Save to",
        ],
        Scope::Question => &["Sure?"],
        Scope::History => &["╭─ History"],
        Scope::Bin => &["╭─ Bin"],
        Scope::Preview => &["╭─ Preview: "],
        Scope::Duplicates => &["callbook › Duplicates", "callbook › Merge "],
        Scope::Health => &["╭─ Health of the book"],
        Scope::Sources => &["Confirm by source"],
        Scope::Import => &["callbook › Import"],
        Scope::Columns => &["╭─ Columns"],
        Scope::Choice => &["╭─ Read national", "╭─ Column ", "╭─ Add to the contact"],
        Scope::Dates => &["╭─ Dates"],
        Scope::Conflicts => &["╭─ Conflicts"],
        Scope::Remotes => &["╭─ Remotes"],
        Scope::NotTaken => &["╭─ Not synced with "],
        Scope::RemoteCheck => &["╭─ Check of "],
        Scope::SyncPlan => &["Next sync with work", "First sync with work"],
        Scope::Guard => &["Nothing has been done"],
        Scope::Damaged => &["damaged"],
        Scope::Qr => &["v whole contact"],
        scope => panic!("{scope:?}"),
    }
}

/// Whether what is seen is a page on which a key can ask for this.
fn can_ask(frame: &str, write: &Write) -> bool {
    let seen = |marks: &[&str]| marks.iter().any(|mark| frame.contains(mark));
    let pages = [
        "╭",
        "Duplicates",
        "callbook › Merge ",
        "Import ",
        "Add a contact",
        "Edit contact",
    ];
    match write {
        Write::Namesakes(_)
        | Write::Shared(_)
        | Write::Perform(Task::Merge(_), Seen::Contacts(_)) => {
            seen(&["callbook › Duplicates", "callbook › Merge "])
        }
        Write::Perform(_, Seen::Rehearsal(_)) => seen(&["╭─ Preview: "]),
        Write::Perform(
            Task::Merge(_) | Task::MergeSure | Task::Undo(_) | Task::UndoBackTo(_),
            _,
        ) => false,
        Write::Import(..) => seen(&["callbook › Import"]),
        Write::Contact(_) => seen(&["Add a contact", "Edit contact", "changed elsewhere"]),
        Write::Photo(..) => seen(&["╭─ Photo"]),
        Write::AddPhone(..) => seen(&["Add a number"]),
        Write::BringBack(_) => seen(&["╭─ Bin"]),
        Write::UndoBackTo(_, seen_of_it) => {
            seen(&["╭─ Preview: "]) && matches!(seen_of_it, Seen::Rehearsal(_))
        }
        Write::RestoreContact(..) | Write::RestorePhone(..) => seen(&["╭─ History"]),
        Write::Decide(_) | Write::KeepBroughtBack(..) => seen(&["╭─ Conflicts"]),
        Write::Pause(..) => seen(&["╭─ Remotes"]),
        Write::SendUndo(..) => seen(&["a sync was undone"]),
        Write::EmptyBin => seen(&["Sure?"]),
        Write::ContactAttributes(..) if seen(DETAIL_FORM) => true,
        Write::Perform(Task::Bulk(_), _)
        | Write::ContactAttributes(..)
        | Write::DeletePhoto(..) => !seen(&pages) || seen(&["╭─ Command", "╭─ Keys"]),
        Write::Undo(_)
        | Write::UndoStep(..)
        | Write::Redo
        | Write::Phone(..)
        | Write::DeletePhone(..) => true,
    }
}

/// Has the book know a remote with two fields in conflict, which the configuration has too.
fn synced(desk: &mut Desk) {
    let raw = rusqlite::Connection::open(&desk.book.path).unwrap();
    raw.execute_batch(
        "INSERT INTO remote (id, name, kind, book, confirmed) VALUES (1, 'work', 'folder', '/cards', 1);
         INSERT INTO remote_card (id, remote, href, place, kind, contact)
         SELECT 1, 1, 'a.vcf', x'61', 'person', id FROM contact WHERE name = 'Zoe Zanetti';
         INSERT INTO remote_conflict (remote_card, key, field, was, theirs, at)
         VALUES (1, '', 'note', 'null', '\"there\"', 1), (1, '', 'organisation', 'null', '\"Zanetti\"', 1)",
    )
    .unwrap();
    let card = PlannedCard {
        fate: CardFate::ComesHere,
        likely: None,
        name: "Sami Korhonen".to_owned(),
        why: "only there".to_owned(),
        number: None,
        confirmed: false,
        href: None,
        contact: None,
        is_group: false,
        fields: Vec::new(),
    };
    desk.plan = Some(Ok(SyncPlan::new("work".to_owned(), false, 5, vec![card])));
    let place = Place::Folder("/cards".into());
    desk.app.session.remotes.set = vec![RemoteSettings::new("work", place)];
}

/// Another program changes a contact, or deletes it, and the screens are told that the book was touched.
fn changed_elsewhere(desk: &mut Desk, place: usize, gone: bool) {
    let mut other = desk.book.other();
    let rows = other.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    let Some(row) = rows.get(place) else { return };
    if gone {
        other.delete_contact(row.id, None).unwrap();
    } else {
        let attributes = ContactAttributes {
            favourite: Some(!row.favourite),
            overwrite: true,
            ..ContactAttributes::default()
        };
        other
            .update_contact(row.id, attributes, Vec::new())
            .unwrap();
    }
    desk.tell(Msg::BookTouched);
}

/// The forms with something typed into them.
fn forms(desk: &Desk) -> Vec<AnyPage> {
    let dirty = |page: &&AnyPage| page.is_unsaved();
    desk.app.pages.above().filter(dirty).cloned().collect()
}

/// What was typed into a form that can be told again from another one.
fn words(page: &AnyPage) -> Vec<String> {
    if let Some(form) = page.as_page::<ContactForm>() {
        let texts = form.texts.iter();
        return texts.map(|text| text.text().to_owned()).collect();
    }
    if let Some(form) = page.as_page::<DetailForm>() {
        let texts = form.texts.iter();
        return texts.map(|text| text.text().to_owned()).collect();
    }
    if let Some(text) = page.as_page::<ContactText>() {
        let typed = &text.typed;
        return vec![typed.opened.contact.name.clone(), typed.text.clone()];
    }
    let form = page.as_page::<PhoneForm>();
    let number = form.map(|form| form.entry.number.text().to_owned());
    number.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: u32::try_from(drawn(1_500)).unwrap(),
        rng_seed: RngSeed::Fixed(seed().unwrap_or(1)),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn keys_and_answers_in_any_order(acts in acts()) {
        let mut desk = held();
        synced(&mut desk);
        for act in acts {
            let seen = desk.frame();
            let asked = desk.waiting();
            match &act {
                Act::Keys(keys) => {
                    for key in keys.split(' ') {
                        let seen = desk.frame();
                        desk.requests();
                        desk.press(key);
                        for request in desk.requests() {
                            if let Request::Write(write) = request {
                                prop_assert!(can_ask(&seen, &write), "{key}: {write:?}\n{seen}");
                            }
                        }
                    }
                }
                Act::Answer(place) if asked > 0 => {
                    let before = forms(&desk);
                    desk.requests();
                    let answer = desk.let_go(place % asked);
                    // That a text was edited is what a person did.
                    let is_edited = matches!(&answer, Msg::ContactEdited(..));
                    for request in desk.requests() {
                        prop_assert!(is_edited || !matches!(request, Request::Write(_)), "{answer:?}: {request:?}");
                    }
                    // Only the answer to its own saving takes a form away, or changes what is in it.
                    let after: Vec<Vec<String>> = desk.app.pages.above().map(words).collect();
                    let gone: Vec<&AnyPage> = before.iter().filter(|form| !after.contains(&words(form))).collect();
                    let saved = matches!(&answer, Msg::Store(_, Reply::Written(_)) | Msg::Editor(..) | Msg::ContactEdited(..));
                    prop_assert!(gone.is_empty() || saved, "{answer:?}: {gone:?}");
                    if matches!(answer, Msg::Store(..)) {
                        for form in gone {
                            let name = words(form)[0].clone();
                            let titles = steps(&desk);
                            // Another program may have done something since.
                            let of_form = |title: &&String| title.starts_with("Added") || title.starts_with("Changed") || title.contains(&name);
                            // A space more at the end of a name is no change, and makes no step.
                            let rows = desk.book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
                            let stored = rows.iter().any(|row| row.name == name.trim());
                            let known = stored || titles.iter().any(|title| of_form(&title));
                            prop_assert!(known, "{name}: {titles:?}");
                        }
                    }
                }
                Act::Paste(text) => {
                desk.requests();
                desk.tell(Msg::Paste((*text).to_owned()));
                for request in desk.requests() {
                    prop_assert!(!matches!(request, Request::Write(_)), "{text}: {request:?}");
                }
            }
                Act::Refusal(place, kind) if asked > 0 => {
                    let before: Vec<Vec<String>> = forms(&desk).iter().map(words).collect();
                    refuse_at(&mut desk, place % asked, Refusal::new(*kind, "no"));
                    let after: Vec<Vec<String>> = forms(&desk).iter().map(words).collect();
                    prop_assert_eq!(before, after, "a refusal takes nothing that was typed");
                }
                Act::Elsewhere(place, gone) => changed_elsewhere(&mut desk, *place, *gone),
                Act::Answer(_) | Act::Refusal(..) => {}
            }
            let drawn = desk.frame();
            if let Some(page) = desk.app.pages.last() {
                prop_assert!(mark(page).iter().any(|mark| drawn.contains(mark)), "{act:?}\n{seen}\n{drawn}");
            }
            let dirty = !forms(&desk).is_empty();
            prop_assert_eq!(Draft::unsaved(&desk.app).is_some(), dirty);
        }
    }
}

#[test]
fn the_undo_that_is_offered_is_of_that_step_or_none() {
    let mut desk = Desk::new(100, 30, CARDS);
    let before = desk.names().len();
    desk.press("d");
    assert!(desk.toast().starts_with("Deleted"), "{}", desk.toast());
    let undone = desk.book.other().undo().unwrap().unwrap();
    assert!(undone.title.starts_with("Deleted"), "{}", undone.title);
    desk.press("u");
    assert!(desk.toast().contains("already undone"), "{}", desk.toast());
    desk.press("s a");
    assert_eq!(desk.names().len(), before, "the import was not undone");
}

/// The answer that waits and is of this kind, by its place.
fn place_of(desk: &Desk, is_it: impl Fn(&Reply) -> bool) -> usize {
    let mut held = desk.held.as_ref().unwrap().iter();
    let place = held.position(|msg| matches!(msg, Msg::Store(_, reply) if is_it(reply)));
    place.unwrap_or_else(|| panic!("it is not asked"))
}

#[test]
fn what_is_redone_over_the_duplicates_is_seen_in_them() {
    let mut desk = Desk::new(100, 30, CARDS);
    let groups = |desk: &Desk| desk.top::<Duplicates>().unwrap().groups.len();
    desk.press("D");
    assert_eq!(groups(&desk), 2);
    desk.press("enter");
    assert_eq!(groups(&desk), 1);
    desk.press("u");
    assert_eq!(groups(&desk), 2);
    desk.press("^R");
    assert_eq!(groups(&desk), 1, "{}", desk.toast());
}

#[test]
fn a_count_that_is_given_up_leaves_no_page_that_waits_for_it() {
    let mut desk = held();
    desk.press("s h");
    let place = place_of(&desk, |reply| matches!(reply, Reply::Health(_)));
    let Msg::Store(ticket, _) = desk.held.as_mut().unwrap().remove(place) else {
        panic!("it is an answer");
    };
    let refusal = Refusal::new(Kind::Busy, "stopped");
    desk.tell(Msg::Store(ticket, Reply::Refused(refusal)));
    assert!(desk.app.pages.is_bare());
    assert_eq!(desk.toast(), "stopped");
}

#[test]
fn the_place_of_a_contact_in_the_list_of_before_is_dropped() {
    let mut desk = held();
    desk.press("/ \"verdi\"");
    desk.let_all_go();
    desk.press("esc");
    let place = place_of(&desk, |reply| matches!(reply, Reply::Place(_)));
    desk.press("s c");
    desk.let_go(place);
    assert_eq!(desk.app.pages.contacts.list.cursor, 0);
}

/// Refuses the answer that waits and is of this kind.
fn refuse(desk: &mut Desk, is_it: impl Fn(&Reply) -> bool) {
    let place = place_of(desk, is_it);
    refuse_at(desk, place, Refusal::new(Kind::Storage, "the disk is gone"));
}

/// Refuses what waits for the answer at a place.
fn refuse_at(desk: &mut Desk, place: usize, refusal: Refusal) {
    if let Msg::Store(ticket, _) = desk.held.as_mut().unwrap().remove(place) {
        desk.tell(Msg::Store(ticket, Reply::Refused(refusal)));
    }
}

#[test]
fn what_cannot_be_read_is_said_to_be_stale_and_read_again_when_it_is_asked_for() {
    let is_list: fn(&Reply) -> bool = |reply| matches!(reply, Reply::Rows(_));
    let is_bin: fn(&Reply) -> bool = |reply| matches!(reply, Reply::Bin(_));
    let are_people: fn(&Reply) -> bool = |reply| matches!(reply, Reply::People(_));
    let is_history: fn(&Reply) -> bool = |reply| matches!(reply, Reply::Steps(_));
    for (keys, is_it) in [
        ("s c", is_list),
        ("s b", is_bin),
        ("s l", is_history),
        ("D", are_people),
    ] {
        let mut desk = held();
        desk.press(keys);
        if keys == "D" {
            desk.let_go(place_of(&desk, |reply| {
                matches!(reply, Reply::Duplicates(_))
            }));
        }
        for _ in 0..3 {
            let waiting = desk.waiting();
            refuse(&mut desk, is_it);
            assert_eq!(
                desk.waiting(),
                waiting - 1,
                "{keys}: it is asked for by itself"
            );
            assert_eq!(desk.toast(), "the disk is gone", "{keys}");
            // Another answer of the page does not hide it.
            assert!(
                desk.frame().contains("stale, ^L retries"),
                "{keys}: {}",
                desk.frame()
            );
            desk.press("^L");
        }
        desk.let_all_go();
        assert!(!desk.frame().contains("stale"), "{keys}: {}", desk.frame());
    }
}
