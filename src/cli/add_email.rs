//! `callbook add-email`: offers to add the sender of a mail that comes on standard input.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::domain::contact::{Contact, ContactAttributes, ContactId};
use crate::domain::detail::{Detail, DetailKind};
use crate::domain::edit::ContactEdit;
use crate::domain::fold::fold;
use crate::domain::full_contact::FullContact;
use crate::domain::listing::{ListQuery, Selection};
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::exchange::mail::{Sender, senders};
use crate::import::Stream;
use crate::store::Store;

use super::contact::say_namesake;
use super::one::{line, one};
use super::output::print;
use super::questions::Questions;

/// How much of a mail is read for its head. What a mail program pipes may have attachments behind it.
const LONGEST_HEAD: u64 = 1 << 20;

/// Whose email it is, and whether that is asked.
#[derive(Debug, Args)]
pub(super) struct AddEmailCommand {
    /// Add the email to this contact, named by a name, a number, an id or a filter.
    #[arg(long, value_name = "CONTACT")]
    to: Option<String>,
    /// Use this name instead of the one in the mail.
    #[arg(long, conflicts_with = "to")]
    name: Option<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// What the email is added to.
enum Target {
    /// A new contact of this name.
    New(String),
    /// One that is there.
    Existing(ContactId),
    /// None.
    Nothing,
}

impl AddEmailCommand {
    /// Reads the mail and adds its sender, once that is wanted.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        if io::stdin().is_terminal() {
            let why = "add-email reads a mail on standard input; pipe one into it";
            return Err(Refusal::new(Kind::Invalid, why).into());
        }
        let mut store = open()?;
        let mail = mail(store.stop().clone())?;
        let found = senders(&mail).map_err(|why| Refusal::new(Kind::Invalid, why))?;
        for sender in &found {
            self.offer(sender, &mut store)?;
        }
        Ok(0)
    }

    fn offer(&self, sender: &Sender, store: &mut Store) -> Result<()> {
        let holders = holders(store, &sender.email)?;
        let meant = match &self.to {
            Some(words) => Some(one(store, std::slice::from_ref(words))?.full.contact),
            None => None,
        };
        let known = match &meant {
            Some(meant) => holders.iter().find(|one| one.contact.id == meant.id),
            None => holders.first(),
        };
        if let Some(known) = known {
            let name = &known.contact.name;
            return print(&format!("{name} already has {}\n", sender.email));
        }
        let target = match meant {
            Some(contact) if self.yes || agrees(sender, &contact, store.stop())? => {
                Target::Existing(contact.id)
            }
            Some(_) => Target::Nothing,
            None => self.target(sender, store)?,
        };
        match target {
            Target::Nothing => print(&format!("{} was not added\n", sender.email)),
            Target::New(name) => add(&name, &sender.email, store),
            Target::Existing(id) => add_to(id, &sender.email, store),
        }
    }

    /// Asks what the email is to be added to; without a question it is a new contact.
    fn target(&self, sender: &Sender, store: &Store) -> Result<Target> {
        let name = self.name.as_ref().or(sender.name.as_ref());
        let mut name = name.unwrap_or(&sender.email).clone();
        if self.yes {
            return Ok(Target::New(name));
        }
        let mut questions = None;
        loop {
            let namesakes = namesakes(store, &name)?;
            let question = question(&name, &sender.email, &namesakes);
            let asked = match &mut questions {
                Some(asked) => asked,
                none => none.insert(terminal(&question)?),
            };
            let answer = asked.ask(&question, store.stop())?;
            let place = answer.parse::<usize>().ok();
            let chosen = place.and_then(|place| namesakes.get(place.checked_sub(1)?));
            match (answer.to_lowercase().as_str(), chosen) {
                (_, Some(chosen)) => return Ok(Target::Existing(chosen.contact.id)),
                ("y" | "yes", _) => return Ok(Target::New(name)),
                ("e" | "edit", _) => {
                    let typed = asked.ask(&format!("Name [{name}]: "), store.stop())?;
                    if !typed.is_empty() {
                        name = typed;
                    }
                }
                ("" | "n" | "no", _) => return Ok(Target::Nothing),
                _ => {}
            }
        }
    }
}

/// Asks whether the email is to be added to the contact that was named.
fn agrees(sender: &Sender, contact: &Contact, stop: &Stop) -> Result<bool> {
    let question = format!("Add {} to {}? [y/N] ", sender.email, safe(&contact.name));
    let answer = terminal(&question)?.ask(&question, stop)?;
    Ok(answer.eq_ignore_ascii_case("y"))
}

/// What is asked before a contact is added.
fn question(name: &str, email: &str, namesakes: &[FullContact]) -> String {
    let mut text = String::new();
    if !namesakes.is_empty() {
        text.push_str("The book already has:\n");
        for (at, one) in namesakes.iter().enumerate() {
            let _ = writeln!(text, "{:>3}  {}", at + 1, line(one));
        }
    }
    let of_these = if namesakes.is_empty() {
        ""
    } else {
        ", its number: to that contact"
    };
    text + &format!("Add {name} with {email}? [y: yes, e: edit the name{of_these}, N: no] ")
}

/// The terminal, to ask on: standard input is the mail. Without one, the question is refused, and the refusal says
/// what to do instead.
fn terminal(question: &str) -> Result<Questions, Refusal> {
    Questions::open().ok_or_else(|| {
        let asked = question.split(" [").next().unwrap_or(question);
        let asked = asked.lines().last().unwrap_or(asked);
        Refusal::new(Kind::Invalid, format!("{asked} Use --yes to confirm"))
    })
}

/// The head of the mail on standard input. All of the mail is taken: a mail program may report a pipe that is
/// closed.
fn mail(stop: Stop) -> Result<Vec<u8>> {
    let mut input = Stream::standard_input(stop);
    let mut mail = Vec::new();
    let read = { &mut input }.take(LONGEST_HEAD).read_to_end(&mut mail);
    read.and_then(|_| io::copy(&mut input, &mut io::sink()))
        .context("cannot read the mail on standard input")?;
    Ok(mail)
}

/// The contacts that have an email.
fn holders(store: &Store, email: &str) -> Result<Vec<FullContact>, Refusal> {
    let query = ListQuery {
        text: format!("\"{}\"", email.replace('"', "")),
        ..ListQuery::default()
    };
    let (ids, _) = store.find(&query, usize::MAX)?;
    let same = fold(email);
    let mut found = read(store, ids)?;
    found.retain(|one| one.contact.emails().any(|email| fold(email) == same));
    Ok(found)
}

/// The contacts of a name.
fn namesakes(store: &Store, name: &str) -> Result<Vec<FullContact>, Refusal> {
    let named = store.named(name, None)?;
    read(store, named.into_iter().map(|one| one.contact).collect())
}

fn read(store: &Store, ids: Vec<ContactId>) -> Result<Vec<FullContact>, Refusal> {
    let mut found = Vec::new();
    store.each(&Selection::Marked(ids), &mut |whole| {
        found.push(whole.full);
        Ok(())
    })?;
    Ok(found)
}

fn detail(email: &str) -> Detail {
    Detail::new(DetailKind::Email, None, email.to_owned())
}

/// Adds a contact of this name with the email.
fn add(name: &str, email: &str, store: &mut Store) -> Result<()> {
    let contact = ContactAttributes {
        name: Some(Some(name.to_owned())),
        details: Some(vec![detail(email)]),
        ..ContactAttributes::default()
    };
    let done = store.save_contact(ContactEdit {
        id: None,
        contact: Some(contact),
        phones: Vec::new(),
    })?;
    let added = store.profile(done.value)?.full.contact;
    say_namesake(&added, store)?;
    print(&format!("Added {} with {email}\n", safe(&added.name)))
}

/// Adds the email to a contact.
fn add_to(id: ContactId, email: &str, store: &mut Store) -> Result<()> {
    let contact = store.profile(id)?.full.contact;
    let mut details = contact.details;
    details.push(detail(email));
    let sent = ContactAttributes {
        details: Some(details),
        updated_in_db_at: Some(contact.updated_in_db_at),
        ..ContactAttributes::default()
    };
    store.update_contact(id, sent, Vec::new())?;
    print(&format!("Added {email} to {}\n", safe(&contact.name)))
}
