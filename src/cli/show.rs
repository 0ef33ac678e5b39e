//! `callbook show NAME`: one contact, as a person reads it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;
use crossterm::style::Stylize as _;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::attachment::Attachment;
use crate::domain::contact::Contact;
use crate::domain::edit::InRemote;
use crate::domain::fields::{CONTACT, Use};
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::phone::Phone;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::exchange::jsonapi::{self, contact_resource, phone_resource};
use crate::exchange::vcard;
use crate::store::Store;

use super::contact::label_of;
use super::document::{CommandAnswer, answer, when};
use super::format::colour;
use super::one::one;
use super::output::exact;
use super::phone::flags;
use super::table::{Columns, described, is_coloured};

/// Which contact is shown.
#[derive(Debug, Args)]
pub(super) struct ShowCommand {
    /// A name, a number, an id or a filter; where several contacts match, one is chosen on a terminal.
    #[arg(required = true)]
    contact: Vec<String>,
    /// Write JSON:API, as `contact get` does.
    #[arg(long)]
    json: bool,
}

impl ShowCommand {
    /// Prints the contact.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let read = || {
            let store = open()?;
            let named = one(&store, &self.contact)?;
            let card = named.full.contact.card;
            let card = card.map(|card| store.card(card)).transpose()?;
            let attachments = card.as_deref().map_or_else(Vec::new, vcard::attachments);
            let related = store.related(&named.full.contact)?;
            let remotes = store.profile(named.full.contact.id)?.remotes;
            Ok((named.full, attachments, related, remotes, store.home()))
        };
        let (full, attachments, related, remotes, home) = match read() {
            Ok(found) => found,
            Err(refusal) => return answer(Err(Refusal::into(refusal)), self.json),
        };
        if self.json {
            let phones: Vec<_> = full.phones.iter().map(phone_resource).collect();
            let document = jsonapi::compound(&contact_resource(&full.contact), &phones);
            let document = jsonapi::with_remotes(document, &remotes);
            return answer(Ok(CommandAnswer::new(document, String::new())), true);
        }
        let full = FullContact {
            contact: full.contact.with_names(&related),
            ..full
        };
        // Its cells are safe already, and have colours.
        exact(&words(&full, &attachments, &remotes, home)).map(|()| 0)
    }
}

/// The contact in words, in sections with a blank line between.
fn words(
    full: &FullContact,
    attachments: &[Attachment],
    remotes: &[InRemote],
    home: Option<Region>,
) -> String {
    let FullContact { contact, phones } = full;
    let details = contact.details.iter();
    let details = details.map(|detail| {
        let preferred = if detail.preferred { " (preferred)" } else { "" };
        let shown = format!("{}{preferred}", detail.shown());
        [label_of(detail).into_owned(), shown]
    });
    let details: Vec<[String; 2]> = details.collect();
    let mut rest = rest(contact);
    let attachments = attachments.iter();
    rest.extend(attachments.map(|own| [own.kind.to_owned(), own.words()]));
    rest.extend(remotes.iter().enumerate().map(|(at, remote)| {
        let label = if at == 0 { "in" } else { "" };
        let told = format!("{}, {}", remote.name, remote.standing(when));
        [label.to_owned(), told]
    }));
    let labels = details.iter().chain(&rest).map(|[label, _]| label.width());
    let labels = labels.chain(phones.iter().map(|phone| label(phone).width()));
    let widest = labels.max().unwrap_or(0);
    let sections = [
        head(contact),
        numbers(phones, widest, home),
        section(&details, widest),
        section(&rest, widest),
    ];
    let sections = sections.into_iter().filter(|section| !section.is_empty());
    sections.collect::<Vec<_>>().join("\n")
}

/// The name, and under it what the contact does and where.
fn head(contact: &Contact) -> String {
    let name = safe(&contact.name).into_owned();
    let name = if io::stdout().is_terminal() && is_coloured() {
        name.bold().to_string()
    } else {
        name
    };
    let mut text = format!("{name}\n");
    let place = [
        &contact.title,
        &contact.role,
        &contact.department,
        &contact.organisation,
    ];
    let place = place.into_iter().filter_map(Option::as_deref);
    // A company is not said twice.
    let place: Vec<&str> = place.filter(|text| *text != contact.name).collect();
    if !place.is_empty() {
        let _ = writeln!(text, "{}", safe(&place.join(", ")));
    }
    text
}

fn label(phone: &Phone) -> &str {
    phone.location.as_deref().unwrap_or("number")
}

fn numbers(phones: &[Phone], widest: usize, home: Option<Region>) -> String {
    let mut columns = Columns::new();
    if io::stdout().is_terminal() {
        columns = columns.coloured();
    }
    let mut text = String::new();
    for phone in phones {
        let row = [
            padded(label(phone), widest),
            phone.shown(),
            flags(phone, home),
        ];
        text.push_str(&columns.row_in(&row, Some(colour(phone, home))));
    }
    text + &columns.rest()
}

/// What is said of a contact after its details.
fn rest(contact: &Contact) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    let mut row = |label: &str, text: &str| rows.push([label.to_owned(), text.to_owned()]);
    // Where the name does not say it.
    for field in CONTACT.iter().filter(|field| field.is(Use::Part)) {
        let text = field.text(contact);
        if !text.is_empty() && !contact.name.contains(&*text) {
            row(&field.words.to_lowercase(), &text);
        }
    }
    for name in ["phonetic_given_name", "phonetic_family_name", "sort_as"] {
        let field = CONTACT.iter().find(|field| field.name == name);
        let field = field.map(|field| (field.words, field.text(contact)));
        if let Some((words, text)) = field.filter(|(_, text)| !text.is_empty()) {
            row(words, &text);
        }
    }
    if let Some(nickname) = &contact.nickname {
        row("nickname", nickname);
    }
    if !contact.tags.is_empty() {
        row("tags", &contact.tags.join(", "));
    }
    if contact.favourite {
        row("favourite", "yes");
    }
    let note = contact.note.as_deref().unwrap_or_default();
    for (at, line) in note.lines().enumerate() {
        row(if at == 0 { "note" } else { "" }, line);
    }
    rows
}

fn section(rows: &[[String; 2]], widest: usize) -> String {
    let rows = rows.iter();
    let rows = rows.map(|[label, text]| [padded(label, widest), text.clone()]);
    described(&rows.collect::<Vec<_>>())
}

/// A label as wide as the widest of all sections.
fn padded(label: &str, widest: usize) -> String {
    let label = safe(label);
    let gap = widest.saturating_sub(label.width());
    format!("{label}{}", " ".repeat(gap))
}
