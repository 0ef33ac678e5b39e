//! Countries as the forms show them and as people choose them.

use crate::domain::number::{Region, matching_countries, named_country};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::protocol::{Effect, Request};
use crate::tui::widgets::choice::{ChoiceField, FirstMark};

/// A country as the form shows it: `+39 Italy`.
pub(super) fn country_line(region: Region) -> String {
    format!("+{} {}", region.calling_code(), region.name())
}

/// The calling code of a country as the form shows it.
pub(super) fn calling_code(line: &str) -> Option<String> {
    let digits = line.trim().trim_start_matches('+').chars();
    let digits: String = digits.take_while(char::is_ascii_digit).collect();
    Some(digits).filter(|digits| !digits.is_empty())
}

/// The countries that a person means first: home, then those that the book has most numbers of.
pub(super) fn likely_countries(session: &Session) -> Vec<Region> {
    let values = session.values.iter();
    let used = values.flat_map(|values| &values.countries);
    let mut likely: Vec<Region> = session.home.into_iter().collect();
    for region in used.filter_map(|code| Region::new(code)) {
        if !likely.contains(&region) {
            likely.push(region);
        }
    }
    likely
}

/// Takes the home country that a person chose, and has it kept.
pub(super) fn set_home(home: Option<Region>, ctx: &mut Ctx<'_>) {
    ctx.session.home = home;
    ctx.push(Effect::KeepHome(home));
    ctx.read(Request::SetHome(home));
}

/// Shows what a typed country may be. It stands for a country as soon as it is the whole name of one, and
/// for none where nothing is typed.
pub(super) fn offer_countries(country: &mut ChoiceField, session: &Session) {
    let likely = likely_countries(session);
    let typed = country.text().trim().to_owned();
    let found = matching_countries(&typed, &likely);
    let lines = found.into_iter().map(country_line).collect();
    let mark = if typed.is_empty() {
        FirstMark::Nothing
    } else {
        FirstMark::Best
    };
    country.open(lines, mark);
    match named_country(&typed, &likely) {
        Some(region) => country.settle(country_line(region)),
        None if typed.is_empty() => country.settle(""),
        None => country.unsettle(),
    }
}

/// Whether what is typed is a whole name of the country that it stands for.
pub(super) fn is_named(country: &ChoiceField) -> bool {
    let named = named_country(country.text(), &[]);
    country.is_settled()
        || named.is_some_and(|region| {
            calling_code(country.settled()) == calling_code(&country_line(region))
        })
}
