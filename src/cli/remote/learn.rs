//! `callbook remote check`: what a remote is, and what it makes of a card.

use std::fmt::Write as _;

use anyhow::{Error, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::remotes::{Place, RemoteSettings};
use crate::domain::progress::Stop as Asked;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::store::Store;
use crate::sync::carddav::AddressBook;
use crate::sync::carddav::answers::{Delete, Etag, Got, Href, Put};
use crate::sync::carddav::stop::Stop;
use crate::sync::check::{NO_BOOK, folder, note_checked, said, way_out};
use crate::sync::open::open as open_book;

use super::super::exit::UNREACHABLE;
use super::super::output::{complain, print};
use super::super::questions::Questions;
use super::trace::{TraceFlags, trace_is_whole};

/// What a version looks like that no card has.
const NO_VERSION: &str = "\"callbook-check\"";

/// Says what a remote is; with `write` also what it makes of a card, which is kept in the book.
pub(super) fn check(
    settings: &RemoteSettings,
    write: bool,
    asked: &Asked,
    trace: &TraceFlags,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    if let Place::Folder(path) = &settings.place {
        return print(&format!("{}\n", folder(path)?)).map(|()| 0);
    }
    // It is there before anything is written elsewhere.
    let store = match open() {
        Ok(store) => Some(store),
        Err(refusal) if write => return Err(refusal.into()),
        // To look at a server needs no book.
        Err(_) => None,
    };
    if let Some(store) = store.as_ref().filter(|_| write) {
        store.ensure_remote(&settings.name, settings.kind(), &settings.book())?;
        store.remember_of_remote(&settings.name, &unlearned())?;
    }
    let mut ask = |question: &str| password(question, asked);
    let trace = trace.open()?;
    let checked = open_book(settings, &mut ask, trace.as_ref()).and_then(|mut book| {
        let state = book.state()?;
        let learned = if write && state.is_book != Some(false) {
            Some(learn(&mut book)?)
        } else {
            None
        };
        Ok((book, state, learned))
    });
    if let Some(trace) = &trace {
        trace_is_whole(trace);
    }
    let (book, state, learned) = match checked {
        Ok(checked) => checked,
        Err(stop) => return told(&stop, &settings.name),
    };
    print(&said(&book, &state))?;
    if state.is_book == Some(false) {
        return Err(Refusal::new(Kind::Invalid, NO_BOOK).into());
    }
    let Some(store) = store else {
        return Ok(0);
    };
    note_checked(&store, settings, &state)?;
    if let Some(learned) = learned {
        let mut traits = learned.traits;
        if let Some(traits) = traits.as_object_mut() {
            traits.insert("versions".to_owned(), json!(state.versions));
            traits.insert("max_size".to_owned(), json!(state.max_size));
            traits
                .entry("read_only")
                .or_insert_with(|| json!(state.read_only));
        }
        store.remember_of_remote(&settings.name, &traits)?;
        print(&learned.words)?;
    }
    Ok(0)
}

/// Clears what an earlier check found out. What is remembered of the runs stays.
fn unlearned() -> Value {
    let learned = [
        "etag_after_put",
        "exact_answers",
        "ignores_versions",
        "keeps_ours",
        "keeps_uid",
        "max_size",
        "read_only",
        "rewrites",
        "versions",
    ];
    learned
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect()
}

/// Asks the person at the terminal for a password, if there is a terminal.
pub(super) fn password(question: &str, asked: &Asked) -> Option<String> {
    Questions::open()?.ask_hidden(question, asked).ok()
}

/// Tells what is wrong, and what to do about it; gives the exit status.
pub(super) fn told(stop: &Stop, name: &str) -> Result<u8> {
    if stop.is_unreachable() {
        let why = safe(&stop.why).into_owned();
        complain(&format!("error: {why}"));
        return Ok(UNREACHABLE);
    }
    Err(Error::msg(way_out(stop, name)))
}

/// What was learned, for the book and for people.
struct Learned {
    traits: Value,
    words: String,
}

/// The card that is written: in one state, and in another.
fn card(uid: Uuid, label: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:callbook check\r\nN:check;callbook;;;\r\n\
         TEL;TYPE={label}:+12025550123\r\nX-CALLBOOK-TEL;ACCURATE=TRUE:+12025550123\r\n\
         NOTE:Written by callbook remote check\\; it can be deleted.\r\nEND:VCARD\r\n"
    )
}

/// Makes, changes and deletes one card. It is deleted whatever comes between.
fn learn(book: &mut AddressBook) -> Result<Learned, Stop> {
    let uid = Uuid::now_v7();
    let place = book.place_for(&uid.to_string());
    let (href, made) = match book.put(&place, &card(uid, "CELL"), None)? {
        Put::Taken { etag, href } => (href, etag),
        Put::ReadOnly(why) => {
            return Ok(Learned {
                traits: json!({ "read_only": true }),
                words: format!("writing       refused: {}\n", safe(&why)),
            });
        }
        other => {
            return Ok(Learned {
                traits: json!({}),
                words: format!(
                    "writing       a new card was not taken: {}\n",
                    refusal(&other)
                ),
            });
        }
    };
    let learned = changed(book, uid, &href, made.as_ref());
    let left = delete(book, &href);
    let mut learned = learned?;
    match left? {
        None => learned.words += "deleting      done\n",
        Some(why) => {
            let why = safe(&why);
            let _ = writeln!(
                learned.words,
                "deleting      the card \"callbook check\" is still there: {why}"
            );
        }
    }
    Ok(learned)
}

/// Why a card was not taken.
fn refusal(put: &Put) -> String {
    match put {
        Put::Refused(why) | Put::Failed(why) | Put::ReadOnly(why) => safe(why).into_owned(),
        Put::UidTaken { .. } => "another card has its UID".to_owned(),
        _ => "something else is there".to_owned(),
    }
}

/// The card as it is now.
fn read(book: &mut AddressBook, href: &Href) -> Result<Option<(Etag, String)>, Stop> {
    let got = book.get(std::slice::from_ref(href))?;
    Ok(got.into_iter().find_map(|(_, got)| match got {
        Got::Card(etag, text) => Some((etag, text)),
        Got::Gone => None,
    }))
}

/// Looks at the card that was made, and changes it.
fn changed(
    book: &mut AddressBook,
    uid: Uuid,
    href: &Href,
    made: Option<&Etag>,
) -> Result<Learned, Stop> {
    let Some((etag, text)) = read(book, href)? else {
        return Ok(Learned {
            traits: json!({}),
            words: "writing       the card was taken, and is not at its address\n".to_owned(),
        });
    };
    let sent = card(uid, "CELL");
    let keeps_ours = text.contains("X-CALLBOOK-TEL");
    let keeps_uid = text.contains(&uid.to_string());
    let is_as_sent = text == sent;
    let (versions, told_versions) = match made {
        None => ("none", "none in the answer"),
        Some(made) if *made == etag => ("exact", "right in the answer"),
        Some(_) => ("wrong", "another one in the answer"),
    };
    let over_another = book.put(href, &card(uid, "HOME"), Some(&Etag(NO_VERSION.to_owned())))?;
    let ignores_versions = matches!(over_another, Put::Taken { .. });
    let current = match read(book, href)? {
        Some((etag, _)) => etag,
        None => etag,
    };
    let rewritten = book.put(href, &card(uid, "WORK"), Some(&current))?;
    let mut words = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(words, "{name:<14}{value}");
    };
    match &rewritten {
        Put::Taken { .. } => line("writing", "a card was made and changed"),
        other => line(
            "writing",
            &format!("a card was made, and not changed: {}", refusal(other)),
        ),
    }
    let wording = if is_as_sent {
        "kept as they were sent"
    } else {
        "rewritten by the server"
    };
    line("cards", wording);
    let ours = if keeps_ours {
        "kept"
    } else {
        "dropped by the server; what they say stays here"
    };
    line("our lines", ours);
    line("ETag", told_versions);
    if ignores_versions {
        line(
            "If-Match",
            "ignored: a change within the same second can be overwritten",
        );
    }
    if !keeps_uid {
        line("UID", "given by the server");
    }
    Ok(Learned {
        traits: json!({
            "etag_after_put": versions,
            "keeps_ours": keeps_ours,
            "keeps_uid": keeps_uid,
            "rewrites": !is_as_sent,
            "ignores_versions": ignores_versions,
        }),
        words,
    })
}

/// Deletes the card; gives why it is still there.
fn delete(book: &mut AddressBook, href: &Href) -> Result<Option<String>, Stop> {
    let Some((etag, _)) = read(book, href)? else {
        return Ok(None);
    };
    Ok(match book.delete(href, &etag)? {
        Delete::Done => None,
        Delete::Moved => Some("it was changed meanwhile".to_owned()),
        Delete::ReadOnly(why) | Delete::Refused(why) => Some(why),
    })
}
