//! Three books, one server and another program, at random, with real databases and real bytes.
//!
//! The rules are tried in the simulation of the merge, with kills and lost answers at every place; here it is the
//! store, the reader and the writer of cards, and the protocol that have to keep to them.

use std::collections::{BTreeMap, BTreeSet};

use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::{Overwriting, Standing};
use callbook::domain::phone::PhoneAttributes;
use callbook::domain::remotes::Decision;

use crate::amount::drawn;
use crate::dav_server::{Access, BOOK, DavServer, Ways};
use crate::two_way::{Desk, card};

/// A line that callbook does not read.
const OTHER: &str = "X-OTHER;A=b:as it is\r\n";

struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit.max(1)
    }
}

fn number(of: usize) -> String {
    format!("+39 347 555 {of:04}")
}

/// One thing that a person does in a book.
fn edit(desk: &mut Desk, chance: &mut Chance, fresh: &mut usize) {
    *fresh += 1;
    let ids = desk
        .store
        .ids(&ListQuery::default(), 0, usize::MAX)
        .unwrap();
    if ids.is_empty() || chance.below(6) == 0 {
        desk.add(&format!("Person {fresh}"), &number(*fresh));
        return;
    }
    let id = ids[chance.below(ids.len())];
    match chance.below(5) {
        0 => {
            let note = ContactAttributes {
                note: Some(Some(format!("note {fresh}"))),
                overwrite: true,
                ..ContactAttributes::default()
            };
            desk.store.update_contact(id, note, Vec::new()).unwrap();
        }
        1 => {
            let phone = PhoneAttributes {
                number: Some(number(*fresh)),
                location: Some(Some("work".to_owned())),
                ..PhoneAttributes::default()
            };
            desk.store.create_phone(id, phone, Vec::new()).unwrap();
        }
        what => edit_phone(desk, id, what, chance),
    }
}

fn edit_phone(desk: &mut Desk, id: ContactId, what: usize, chance: &mut Chance) {
    let phones = desk.phones(id);
    let Some(phone) = phones.get(chance.below(phones.len())) else {
        return;
    };
    let mut sent = PhoneAttributes {
        overwrite: true,
        ..PhoneAttributes::default()
    };
    match what {
        2 => sent.location = Some(Some(["home", "work", "fax"][chance.below(3)].to_owned())),
        3 => sent.historic = Some(!phone.historic),
        _ => sent.valid_values = Some(!phone.valid_values),
    }
    desk.store.update_phone(phone.id, sent, Vec::new()).unwrap();
}

/// One thing that another program does on the server.
fn elsewhere(server: &DavServer, chance: &mut Chance, fresh: &mut usize) {
    *fresh += 1;
    let state = server.state();
    let names = state.cards.keys();
    let names: Vec<String> = names
        .map(|path| path.trim_start_matches(BOOK).to_owned())
        .collect();
    drop(state);
    if names.is_empty() || chance.below(5) == 0 {
        let lines = format!("TEL;TYPE=CELL:{}\r\n{OTHER}", number(*fresh));
        let name = format!("Other {fresh}");
        server.store(
            &format!("o{fresh}.vcf"),
            &card(&format!("o{fresh}"), &name, &lines),
        );
        return;
    }
    let name = &names[chance.below(names.len())];
    let text = server.card(name).unwrap().text;
    let lines = match chance.below(2) {
        0 => format!("TEL;TYPE=HOME:{}\r\n", number(*fresh)),
        _ => format!("X-FRESH:{fresh}\r\n"),
    };
    server.store(
        name,
        &text.replace("END:VCARD", &format!("{lines}END:VCARD")),
    );
}

/// Takes one of the last syncs of a book back, if nothing of it has changed since, and says how it goes on.
fn take_back(desk: &mut Desk, chance: &mut Chance) {
    let steps = desk.store.steps(None, 30).unwrap();
    let runs = steps
        .into_iter()
        .filter(|step| step.point.title.starts_with("Synced with"));
    let runs: Vec<_> = runs
        .filter(|step| step.standing == Standing::Done)
        .take(3)
        .collect();
    let Some(run) = runs.get(chance.below(runs.len())) else {
        return;
    };
    if desk
        .store
        .undo_step(run.point.id, Overwriting::Refused)
        .is_err()
    {
        return;
    }
    let remote = desk.store.remotes().unwrap().remove(0);
    if remote.counts.undone > 0 {
        let sends = chance.below(2) == 0;
        desk.store
            .decide_undone(remote.id, "nextcloud", sends)
            .unwrap();
    }
}

/// What a book says that travels: who is in it, with the notes and the numbers in use.
fn words(desk: &Desk) -> BTreeMap<String, (Option<String>, BTreeSet<String>)> {
    let ids = desk
        .store
        .ids(&ListQuery::default(), 0, usize::MAX)
        .unwrap();
    let of = |id: &ContactId| {
        let contact = desk.store.contact(*id).unwrap();
        let phones = desk.phones(*id).into_iter().filter(|phone| !phone.historic);
        (
            contact.name,
            (contact.note, phones.map(|phone| phone.identity).collect()),
        )
    };
    ids.iter().map(of).collect()
}

fn play(seed: usize, ways: &Ways) {
    let server = DavServer::start(ways.clone());
    let mut desks: Vec<Desk> = (0..3).map(|_| Desk::new(&server)).collect();
    let mut chance = Chance((seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut fresh = 0;
    for _ in 0..30 {
        let at = chance.below(3);
        match chance.below(9) {
            8 => take_back(&mut desks[at], &mut chance),
            0 | 7 => elsewhere(&server, &mut chance, &mut fresh),
            1..=4 => edit(&mut desks[at], &mut chance, &mut fresh),
            _ => {
                let synced = desks[at].sync(&server);
                assert!(synced.end.is_ok(), "{seed}: {:?}", synced.end);
            }
        }
    }
    let mut quiet = 0;
    for round in 0.. {
        assert!(round < 30, "{seed}: never at rest with {ways:?}");
        let mut moved = false;
        for (at, desk) in desks.iter_mut().enumerate() {
            let synced = desk.sync(&server);
            assert!(synced.end.is_ok(), "{seed}: {:?}", synced.end);
            moved |= !synced.report.is_empty();
            for conflict in desk.store.conflicts().unwrap() {
                let side = if at == 0 {
                    Decision::Mine
                } else {
                    Decision::Theirs
                };
                desk.store.decide(&[(conflict.clone(), side)]).unwrap();
                moved = true;
            }
        }
        quiet = if moved { 0 } else { quiet + 1 };
        if quiet == 2 {
            break;
        }
    }
    // A server that drops lines of ours does not tell the others which number is historic.
    let said = |desk: &Desk| {
        let mut words = words(desk);
        if ways.strips_x {
            for (_, numbers) in words.values_mut() {
                numbers.clear();
            }
        }
        words
    };
    let first = said(&desks[0]);
    for desk in &desks {
        assert_eq!(said(desk), first, "{seed} with {ways:?}");
        assert_eq!(desk.store.examine().unwrap(), [], "{seed}");
    }
    for (path, stored) in &server.state().cards {
        let is_other = path.contains("/o") && !ways.strips_x;
        assert!(
            !is_other || stored.text.contains(OTHER),
            "{seed}: {}",
            stored.text
        );
    }
}

#[test]
fn books_and_a_server_come_to_say_the_same() {
    let kinds: [fn(&mut Ways); 8] = [
        |_| {},
        |ways| ways.strips_x = true,
        |ways| ways.rewrites_labels = true,
        |ways| ways.no_etag_after_put = true,
        |ways| {
            ways.wrong_etag_after_put = true;
            ways.rewrites_labels = true;
        },
        |ways| ways.no_sync_collection = true,
        |ways| ways.loses_tokens = true,
        |ways| {
            ways.gives_uids = true;
            ways.gives_hrefs = true;
        },
    ];
    for seed in 0..drawn(300) {
        let mut ways = Ways {
            access: Access::Anybody,
            ..Ways::default()
        };
        kinds[seed % kinds.len()](&mut ways);
        play(seed, &ways);
    }
}
