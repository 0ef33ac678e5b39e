//! What a remote is, without a sync: what its server says of the address book, or what is in its folder.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::config::remotes::{Place, RemoteSettings};
use crate::config::shown;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::store::Store;

use super::carddav::AddressBook;
use super::carddav::changes::BookState;
use super::carddav::stop::{self, Stop};
use super::open::open;

/// What is said of an address that is no address book.
pub const NO_BOOK: &str =
    "this is a folder and no address book; callbook remote add finds those in it";

/// Says what a remote is, and keeps in the book what it finds of the rights. `ask` asks a person for a password.
///
/// # Errors
/// If it cannot be reached or read, with what to do about it.
pub fn check(
    store: &Store,
    settings: &RemoteSettings,
    ask: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<String, Refusal> {
    if let Place::Folder(path) = &settings.place {
        return folder(path);
    }
    let stopped = |stop: Stop| {
        let kind = if stop.is_unreachable() {
            Kind::Busy
        } else {
            Kind::Invalid
        };
        Refusal::new(kind, way_out(&stop, &settings.name))
    };
    let mut book = open(settings, ask, None).map_err(stopped)?;
    let state = book.state().map_err(stopped)?;
    if state.is_book == Some(false) {
        return Err(Refusal::new(Kind::Invalid, NO_BOOK));
    }
    note_checked(store, settings, &state)?;
    Ok(said(&book, &state))
}

/// Stores the rights that were found, if the book knows the remote. The password works now, so automatic syncs may
/// use it again.
///
/// # Errors
/// If the book cannot be read or written.
pub fn note_checked(
    store: &Store,
    settings: &RemoteSettings,
    state: &BookState,
) -> Result<(), Refusal> {
    let mut rows = store.remotes()?.into_iter();
    let Some(row) = rows.find(|row| row.name == settings.name) else {
        return Ok(());
    };
    if row.has_refused_password() {
        store.pause_remote(&settings.name, false)?;
    }
    let rights = json!({ "read_only": state.read_only });
    store.remember_of_remote(&settings.name, &rights)
}

/// What is wrong with a remote, and what to do about it.
#[must_use]
pub fn way_out(stop: &Stop, name: &str) -> String {
    let way_out = match &stop.kind {
        stop::Kind::SignIn => {
            "; callbook does not try again by itself, so that the account is not locked. With two-factor sign-in, and \
             on iCloud, Fastmail and most Nextclouds, make an app password in the settings of the account"
                .to_owned()
        }
        stop::Kind::Elsewhere(to) => format!(
            "; it gets no password unasked. If that is right, use {} as the url of {name}",
            safe(to)
        ),
        stop::Kind::Gone => "; check the address, or let callbook remote add find it".to_owned(),
        stop::Kind::Forbidden => "; check that the user may use this address book".to_owned(),
        _ => String::new(),
    };
    format!("{}{way_out}", safe(&stop.why))
}

/// What a folder holds.
///
/// # Errors
/// If it cannot be read.
pub fn folder(path: &Path) -> Result<String, Refusal> {
    let failed = |why: &str| {
        let why = format!("{}: {why}", shown(path));
        Refusal::new(Kind::Invalid, why)
    };
    if !path.is_dir() {
        return Err(failed("there is no such folder"));
    }
    let files = path
        .read_dir()
        .map_err(|error| failed(&error.to_string()))?;
    let is_card = |name: &str| {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        end == "vcf" && !stem.starts_with('.') && !stem.is_empty()
    };
    let cards = files
        .flatten()
        .filter(|file| file.file_name().to_str().is_some_and(is_card))
        .count();
    Ok(format!("{}: {}", shown(path), count(cards, ".vcf file")))
}

/// What a server says of an address book.
#[must_use]
pub fn said(book: &AddressBook, state: &BookState) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<14}{}", safe(value));
    };
    line("address", &book.address().to_string());
    if !state.name.is_empty() {
        line("name", &state.name);
    }
    let versions = if state.versions.is_empty() {
        "not said".to_owned()
    } else {
        state.versions.join(" and ")
    };
    line("vCard", &versions);
    let changes = if state.has_sync {
        "asked for by a token: one request when nothing changed"
    } else {
        "listed each time: the server has no sync-collection"
    };
    line("changes", changes);
    let access = if state.read_only {
        "read only"
    } else {
        "read and write"
    };
    line("access", access);
    if let Some(size) = state.max_size {
        line("largest card", &format!("{size} bytes"));
    }
    let traffic = book.traffic();
    let requests = usize::try_from(traffic.requests).unwrap_or(usize::MAX);
    line("asked with", &count(requests, "request"));
    text
}
