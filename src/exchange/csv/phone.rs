//! The phones of a row.

use crate::domain::number::{Region, canonical, several, without_decimals};
use crate::domain::phone::{PhoneAttributes, is_of_machine};

use super::cells::is_no_number;
use super::own::BETWEEN;

/// The cells of one phone.
#[derive(Debug, Default)]
pub(super) struct PhoneCells {
    pub(super) values: Vec<(String, Option<String>)>,
    pub(super) sent: PhoneAttributes,
    pub(super) label: Option<String>,
}

impl PhoneCells {
    /// The phones: one cell may hold several under one label.
    pub(super) fn phones(self) -> impl Iterator<Item = PhoneAttributes> {
        let Self {
            values,
            mut sent,
            label,
        } = self;
        values.into_iter().map(move |(number, of_header)| {
            let phone = PhoneAttributes {
                number: Some(number),
                location: label.clone().or(of_header).map(Some),
                ..sent.clone()
            };
            // Only one can be the preferred one.
            sent.primary = None;
            phone
        })
    }
}

/// The numbers of a cell, each trimmed and without what a spreadsheet made of it.
pub(super) fn numbers(cell: &str, home: Option<Region>) -> impl Iterator<Item = String> {
    let cells = cell.split(BETWEEN);
    let numbers = cells.flat_map(move |cell| several(cell, home));
    let numbers = numbers.map(|number| without_decimals(number).to_owned());
    numbers.filter(|number| !is_no_number(number))
}

/// Leaves out the numbers that are told again, in columns that say more of them.
pub(super) fn leave_told_again(
    phones: &mut Vec<PhoneAttributes>,
    again: &[PhoneAttributes],
    home: Option<Region>,
) {
    let identity = |phone: &PhoneAttributes| {
        let number = phone.number.as_deref().unwrap_or_default();
        canonical(number, None, home).identity
    };
    let again: Vec<String> = again.iter().map(identity).collect();
    phones.retain(|phone| again.is_empty() || !again.contains(&identity(phone)));
}

/// Says which number is primary: the one that the table says, or else the first that a call reaches a
/// person at.
pub(super) fn choose_primary(
    phones: &mut Vec<PhoneAttributes>,
    said: Option<&str>,
    home: Option<Region>,
) {
    for number in said.into_iter().flat_map(|said| numbers(said, home)) {
        let identity = |number: &str| canonical(number, None, home).identity;
        let wanted = identity(&number);
        let same = |phone: &&mut PhoneAttributes| {
            phone
                .number
                .as_deref()
                .is_some_and(|own| identity(own) == wanted)
        };
        let first = !phones.iter().any(|phone| phone.primary == Some(true));
        match phones.iter_mut().find(same) {
            Some(phone) if first => phone.primary = Some(true),
            // A label has said so already.
            Some(_) => {}
            None => phones.push(PhoneAttributes {
                number: Some(number),
                location: Some(Some("main".to_owned())),
                primary: first.then_some(true),
                ..PhoneAttributes::default()
            }),
        }
    }
    let no_call = |phone: &PhoneAttributes| {
        let label = phone.location.as_ref().and_then(Option::as_deref);
        phone.historic == Some(true) || label.is_some_and(is_of_machine)
    };
    let chosen = phones.iter().any(|phone| phone.primary == Some(true));
    if !chosen && phones.first().is_some_and(no_call) {
        let first = phones.iter_mut().find(|phone| !no_call(phone));
        if let Some(phone) = first {
            phone.primary = Some(true);
        }
    }
}
