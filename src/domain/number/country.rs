//! The country that a number in national spelling is read with.

use super::reading::parse;
use super::region::Region;
use super::single::Verdict;

/// The country that a number in national spelling is read with, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadWith {
    /// The country.
    pub region: Region,
    /// Why this one.
    pub by: Basis,
}

/// By what a country was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The number's own property or row names it.
    Named,
    /// It is the home country: an assumption.
    Home,
    /// It is the one country of the contact's addresses: an assumption, so that the number starts
    /// unconfirmed.
    Address,
}

impl ReadWith {
    /// The calling code, to be the hint that the number is read with.
    #[must_use]
    pub fn calling_code(self) -> String {
        self.region.calling_code().to_string()
    }
}

/// The country that a number is read with: the one that is named for it; home, where it is valid
/// there; the one country of the addresses, where it is valid there; home, where it is possible.
///
/// None where the number needs no country, since it has its own, perhaps after the international prefix
/// of home; and where it fits none of these. Then it is read without a hint.
#[must_use]
pub fn read_with(
    text: &str,
    named: Option<Region>,
    home: Option<Region>,
    addresses: &[Region],
) -> Option<ReadWith> {
    if parse(text, None, None) != Err(Verdict::NoCountry) {
        return None;
    }
    if let Some(region) = named {
        return Some(ReadWith {
            region,
            by: Basis::Named,
        });
    }
    let verdict = |region: Region| parse(text, None, Some(region)).map(|reading| reading.verdict);
    let chosen = |region, by| Some(ReadWith { region, by });
    let at_home = home.and_then(|home| Some((home, parse(text, None, Some(home)).ok()?)));
    match &at_home {
        // Its own country follows the international prefix of home.
        Some((home, reading))
            if reading.is_complete() && reading.calling_code != home.calling_code() =>
        {
            return None;
        }
        Some((home, reading)) if reading.verdict == Verdict::Valid => {
            return chosen(*home, Basis::Home);
        }
        _ => {}
    }
    let mut others = addresses.iter().copied();
    let only = others
        .next()
        .filter(|one| others.all(|other| other == *one));
    if let Some(region) = only.filter(|region| verdict(*region) == Ok(Verdict::Valid)) {
        return chosen(region, Basis::Address);
    }
    match at_home {
        Some((home, reading)) if reading.is_complete() => chosen(home, Basis::Home),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Basis, read_with};
    use crate::domain::number::Region;

    fn region(code: &str) -> Option<Region> {
        Region::new(code)
    }

    fn read(text: &str, named: &str, home: &str, addresses: &[&str]) -> Option<(String, Basis)> {
        let addresses: Vec<Region> = addresses.iter().filter_map(|code| region(code)).collect();
        let read = read_with(text, region(named), region(home), &addresses)?;
        Some((read.region.code().to_owned(), read.by))
    }

    #[test]
    fn the_country_that_is_named_goes_before_home_and_home_before_an_address() {
        let with = |code: &str, by| Some((code.to_owned(), by));
        // Valid in Italy, too long for Denmark, valid in Germany.
        let number = "030 901820";
        assert_eq!(read(number, "DE", "IT", &[]), with("DE", Basis::Named));
        assert_eq!(read(number, "", "DE", &["IT"]), with("DE", Basis::Home));
        assert_eq!(read(number, "", "DK", &["DE"]), with("DE", Basis::Address));
        assert_eq!(
            read(number, "", "DK", &["DE", "DE"]),
            with("DE", Basis::Address)
        );
        assert_eq!(read(number, "", "DK", &["DE", "AT"]), None);
        assert_eq!(read(number, "", "", &["DE"]), with("DE", Basis::Address));
        assert_eq!(read(number, "", "", &[]), None);
        // Possible at home, valid by the address.
        assert_eq!(
            read("202 555 0100", "", "US", &["DE"]),
            with("US", Basis::Home)
        );
        assert_eq!(read("123 456 7890", "", "US", &[]), with("US", Basis::Home));
        assert_eq!(
            read("079 460 0188", "", "US", &["CH"]),
            with("CH", Basis::Address)
        );
        assert_eq!(
            read("079 460 0188", "", "US", &["XK"]),
            with("US", Basis::Home)
        );
    }

    #[test]
    fn a_number_with_its_country_needs_none() {
        for text in [
            "+49 30 901820",
            "tel:+49-30-901820",
            "not a number",
            "+999 1234567",
        ] {
            assert_eq!(read(text, "IT", "IT", &["FR"]), None, "{text}");
        }
        assert_eq!(read("00 49 30 901820", "", "IT", &["FR"]), None);
    }
}
