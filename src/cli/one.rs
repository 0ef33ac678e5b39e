//! The one contact that a command is about, as a person names it: by an id, a name, a number or a filter.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::full_contact::FullContact;
use crate::domain::listing::{Found, ListQuery, Selection};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::store::Store;

use super::output::complain;

/// The most contacts that are listed where several match.
const LISTED: usize = 20;

/// The contact that these words name. Where several match, one is chosen on a terminal.
///
/// # Errors
/// Not found; invalid where the filter cannot be read, or several match and none was chosen.
pub(super) fn one(store: &Store, words: &[String]) -> Result<FullContact, Refusal> {
    let text = words.join(" ");
    if let Ok(id) = text.trim().parse::<ContactId>() {
        let mut found = read(store, vec![id])?;
        let missing = || Refusal::new(Kind::NotFound, format!("no contact has the id {text}"));
        return found.pop().ok_or_else(missing);
    }
    let query = ListQuery {
        text: text.clone(),
        ..ListQuery::default()
    };
    if let Some(trouble) = query.query().fault() {
        return Err(Refusal::new(Kind::Invalid, trouble));
    }
    let (ids, how) = store.find(&query, LISTED + 1)?;
    if ids.is_empty() || how == Found::Alike {
        return Err(Refusal::new(Kind::NotFound, format!("no match for {text}")));
    }
    let mut found = read(store, ids)?;
    let named = fold(&text);
    let is_named = |one: &FullContact| fold(&one.contact.name) == named;
    let mut named = found.iter().filter(|one| is_named(one));
    if let (Some(only), None) = (named.next(), named.next()) {
        return Ok(only.clone());
    }
    let place = match found.len() {
        1 => Some(0),
        _ => chosen(&text, &found),
    };
    match place {
        Some(place) if place < found.len() => Ok(found.swap_remove(place)),
        _ => Err(several(&text, &found)),
    }
}

fn read(store: &Store, ids: Vec<ContactId>) -> Result<Vec<FullContact>, Refusal> {
    let mut found = Vec::with_capacity(ids.len());
    store.each(&Selection::Marked(ids), &mut |whole| {
        found.push(whole.full);
        Ok(())
    })?;
    Ok(found)
}

/// Asks on the terminal which contact is meant. None without a terminal, or if the answer is not a number of the
/// list.
fn chosen(text: &str, found: &[FullContact]) -> Option<usize> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let mut list = format!("{} contacts match {text}:\n", how_many(found));
    for (at, one) in found.iter().take(LISTED).enumerate() {
        let _ = writeln!(list, "{:>3}  {}", at + 1, line(one));
    }
    list.push_str("Which one? (number, or enter for none)");
    complain(&list);
    let mut typed = String::new();
    io::stdin().read_line(&mut typed).ok()?;
    typed.trim().parse::<usize>().ok()?.checked_sub(1)
}

fn several(text: &str, found: &[FullContact]) -> Refusal {
    let names = found.iter().take(LISTED).map(line);
    let names: Vec<String> = names.collect();
    let why = format!(
        "{} contacts match {text}; name one of them: {}",
        how_many(found),
        names.join("; ")
    );
    Refusal::new(Kind::Invalid, why)
}

fn how_many(found: &[FullContact]) -> String {
    if found.len() > LISTED {
        format!("more than {LISTED}")
    } else {
        found.len().to_string()
    }
}

/// A contact with the number that tells it from others of its name.
fn line(one: &FullContact) -> String {
    let name = safe(&one.contact.name);
    let primary = one.phones.iter().find(|phone| phone.primary);
    match primary.or_else(|| one.phones.first()) {
        Some(phone) => format!("{name}, {}", phone.shown()),
        None => name.into_owned(),
    }
}
