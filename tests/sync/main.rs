//! The protocol against servers: one of our own that misbehaves, a proxy that fails, and real ones.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    missing_docs
)]

#[allow(dead_code)]
#[path = "../support/amount.rs"]
mod amount;
#[path = "../support/dav_server.rs"]
mod dav_server;
#[path = "../support/failing_proxy.rs"]
mod failing_proxy;
#[path = "../support/pty.rs"]
mod pty;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[allow(dead_code, unsafe_code)]
#[path = "../support/trace.rs"]
mod trace;

mod asking;
mod dry;
mod everyday;
mod folders;
mod fuzz;
mod home;
mod interrupted;
mod joined;
mod meanwhile;
mod on_screen;
mod only;
mod own_fields;
mod photos;
mod places;
mod proxied;
mod random;
mod real;
mod setting_up;
mod signing_in;
mod their_ways;
mod told;
mod two_way;
mod unreadable;
mod writing;

use callbook::domain::secret::Secret;
use callbook::sync::carddav::AddressBook;
use callbook::sync::carddav::answers::{Etag, Got, Href};
use callbook::sync::carddav::auth::Credentials;
use callbook::sync::carddav::href::Address;
use callbook::sync::carddav::http::{Client, Settings};

fn address(text: &str) -> Address {
    Address::read(text).unwrap()
}

/// `ann` with a password.
fn password(password: &str) -> Credentials {
    Credentials::Password {
        user: "ann".to_owned(),
        password: Secret::new(password.to_owned()),
    }
}

fn client(text: &str, credentials: Credentials) -> Client {
    Client::new(&address(text), Settings::default(), credentials).unwrap()
}

/// The address book at an address.
fn book(text: &str, credentials: Credentials) -> AddressBook {
    AddressBook::new(client(text, credentials), &address(text))
}

/// A card in version 3.0 with a name and a number.
fn card(uid: &str, name: &str, number: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\n\
         TEL;TYPE=cell:{number}\r\nX-CALLBOOK-TEL;ACCURATE=TRUE:{number}\r\nEND:VCARD\r\n"
    )
}

/// The addresses and versions in a list, in their order.
fn names(listed: &[(Href, Option<Etag>)]) -> Vec<(String, bool)> {
    let mut names: Vec<_> = listed
        .iter()
        .map(|(href, etag)| {
            (
                href.0.rsplit('/').next().unwrap().to_owned(),
                etag.is_some(),
            )
        })
        .collect();
    names.sort();
    names
}

/// The texts of cards; none for one that is gone.
fn texts(got: &[(Href, Got)]) -> Vec<(String, Option<String>)> {
    let text = |got: &Got| match got {
        Got::Card(_, text) => Some(text.clone()),
        Got::Gone => None,
    };
    got.iter()
        .map(|(href, got)| (href.0.rsplit('/').next().unwrap().to_owned(), text(got)))
        .collect()
}
