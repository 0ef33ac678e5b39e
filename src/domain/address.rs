//! Postal addresses in their seven parts (RFC 6350, 6.3.1).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::number::Region;

/// A postal address. A part that is not known is blank, and one may have several lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// The street with the number of the house.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub street: String,
    /// The flat, floor or building.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub extended: String,
    /// The box at a post office.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub po_box: String,
    /// The town.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub locality: String,
    /// The state, province or county.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub region: String,
    /// The postal code.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub postal_code: String,
    /// The country.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "blank")]
    pub country: String,
}

/// A part that may be null.
fn blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A part of an address: its name in documents, its words for people, and where it is.
pub struct AddressPart {
    /// `postal_code`.
    pub name: &'static str,
    /// `postal code`.
    pub words: &'static str,
    /// Where it is.
    pub of: fn(&Address) -> &String,
    /// Where it is, to be changed.
    pub of_mut: fn(&mut Address) -> &mut String,
}

/// A part that has the name of its place.
macro_rules! part {
    ($name:ident, $words:literal) => {
        AddressPart {
            name: stringify!($name),
            words: $words,
            of: |address| &address.$name,
            of_mut: |address| &mut address.$name,
        }
    };
}

/// The parts in the order in which they are asked for.
pub static PARTS: [AddressPart; 7] = [
    part!(street, "street"),
    part!(postal_code, "postal code"),
    part!(locality, "city"),
    part!(region, "region"),
    part!(country, "country"),
    part!(extended, "extended address"),
    part!(po_box, "PO box"),
];

impl Address {
    /// An address of its parts in the order of a vCard: PO box, extended address, street, locality, region, postal
    /// code, country.
    #[must_use]
    pub fn of_card(parts: [String; 7]) -> Self {
        let [
            po_box,
            extended,
            street,
            locality,
            region,
            postal_code,
            country,
        ] = parts;
        Self {
            street,
            extended,
            po_box,
            locality,
            region,
            postal_code,
            country,
        }
    }

    /// Its parts in the order of a vCard.
    #[must_use]
    pub fn card_parts(&self) -> [&str; 7] {
        [
            &self.po_box,
            &self.extended,
            &self.street,
            &self.locality,
            &self.region,
            &self.postal_code,
            &self.country,
        ]
    }

    /// The address with each part on one line.
    #[must_use]
    pub(crate) fn on_lines_of_one(&self) -> Self {
        Self::of_card(self.card_parts().map(|part| part.replace('\n', ", ")))
    }

    /// Whether all parts are blank.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.card_parts().iter().all(|part| part.trim().is_empty())
    }

    /// An address that is written in one text. It is parted where that is sure: a street, then a postal code with
    /// its town, or a town with the code of a state, then perhaps a country. Else all of it is the street.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let whole = || Self {
            street: text.trim().to_owned(),
            ..Self::default()
        };
        let parts = text.split([',', '\n']).map(str::trim);
        let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        if parts.iter().all(|part| is_separators(part)) {
            return Self::default();
        }
        let country = match parts.last().filter(|last| is_country(last)) {
            Some(last) => (*last).to_owned(),
            None => String::new(),
        };
        if !country.is_empty() {
            parts.pop();
        }
        match *parts.as_slice() {
            [street, town] => match town_with_code(town) {
                Some((postal_code, locality)) => Self {
                    street: street.to_owned(),
                    postal_code: postal_code.to_owned(),
                    locality: locality.to_owned(),
                    country,
                    ..Self::default()
                },
                None => whole(),
            },
            [street, locality, code] if !country.is_empty() && is_code(code) => Self {
                street: street.to_owned(),
                locality: locality.to_owned(),
                postal_code: code.to_owned(),
                country,
                ..Self::default()
            },
            [street, locality, ref state @ ..] => match state_with_code(&state.join(" ")) {
                Some((region, postal_code)) => Self {
                    street: street.to_owned(),
                    locality: locality.to_owned(),
                    region,
                    postal_code,
                    country,
                    ..Self::default()
                },
                None => whole(),
            },
            _ => whole(),
        }
    }

    /// The address as people write it in one line: `Via Savona 41, 20144 Milano, Italy`.
    #[must_use]
    pub fn shown(&self) -> String {
        self.lines().join(", ")
    }

    /// The address as it stands on an envelope, line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let joined = |parts: &[&str], between: &str| {
            let parts = parts.iter().map(|part| part.trim());
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            parts.join(between)
        };
        let (code, town, region) = (&self.postal_code, &self.locality, &self.region);
        // The code follows a state, as in Springfield, IL 62701; a province follows the town: 20144 Milano MI.
        let is_short = !region.is_empty() && region.len() <= 3;
        let town = if is_short && has_states(&self.country) {
            joined(&[town, &joined(&[region, code], " ")], ", ")
        } else if code
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        {
            joined(&[&joined(&[town, region], ", "), code], " ")
        } else {
            let between = if is_short { " " } else { ", " };
            joined(&[&joined(&[code, town], " "), region], between)
        };
        let lines = [
            self.extended.clone(),
            self.street.clone(),
            self.po_box.clone(),
            town,
            self.country.clone(),
        ];
        let lines = lines.iter().flat_map(|line| line.lines());
        let lines = lines.map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }
}

impl fmt::Display for Address {
    /// The parts in the order of a vCard, with commas between them and between their lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for part in self
            .card_parts()
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            for line in part.split('\n') {
                write!(f, "{between}{line}")?;
                between = ", ";
            }
        }
        Ok(())
    }
}

/// Whether addresses of a country have the code of a state before the postal code; also where none is named.
fn has_states(country: &str) -> bool {
    let country = country.trim().replace('.', "").to_lowercase();
    matches!(
        country.as_str(),
        "" | "us"
            | "usa"
            | "united states"
            | "united states of america"
            | "ca"
            | "can"
            | "canada"
            | "au"
            | "aus"
            | "australia"
    )
}

/// Whether a text has nothing but what stands between parts.
fn is_separators(text: &str) -> bool {
    text.chars().all(|sign| sign == ';' || sign.is_whitespace())
}

/// Whether a text is the name of a country; a code of two letters may be that of a state.
fn is_country(text: &str) -> bool {
    matches!(text, "USA" | "UK") || text.chars().count() > 3 && Region::called(text).is_some()
}

/// A postal code of four to six digits and the town after it: `20144 Milano`. A Dutch one has two letters more:
/// `1011 NK Amsterdam`.
fn town_with_code(text: &str) -> Option<(&str, &str)> {
    let (digits, rest) = text.split_once(' ')?;
    let letters = rest.split_once(' ').map_or("", |(letters, _)| letters);
    let is_dutch = digits.len() == 4
        && letters.len() == 2
        && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    let end = digits.len() + if is_dutch { 1 + letters.len() } else { 0 };
    let (code, town) = text.split_at_checked(end)?;
    let town = town.trim();
    let is_town = !town.chars().any(|sign| sign.is_ascii_digit())
        && !town.starts_with(|sign: char| sign.is_lowercase());
    (is_code(digits) && is_town).then_some((code, town))
}

/// Whether a text is a postal code of four to six digits.
fn is_code(text: &str) -> bool {
    (4..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The code of a state and the postal code after it: `IL 62701`, `IL 62701-1234`.
fn state_with_code(text: &str) -> Option<(String, String)> {
    let (state, code) = text.split_once(' ')?;
    let is_state = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_uppercase());
    let (five, four) = code.trim().split_once('-').unwrap_or((code.trim(), "0000"));
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_state && digits(five, 5) && digits(four, 4))
        .then(|| (state.to_owned(), code.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_in_one_text_is_parted_where_that_is_sure() {
        for (text, parts) in [
            (
                "Via Savona 41, 20144 Milano, Italy",
                ["", "", "Via Savona 41", "Milano", "", "20144", "Italy"],
            ),
            (
                "Jodenbreestraat 4, 1011 NK Amsterdam, Netherlands",
                [
                    "",
                    "",
                    "Jodenbreestraat 4",
                    "Amsterdam",
                    "",
                    "1011 NK",
                    "Netherlands",
                ],
            ),
            (" , , , , , , ", ["", "", "", "", "", "", ""]),
            (
                "Via Savona 41\n20144 Milano",
                ["", "", "Via Savona 41", "Milano", "", "20144", ""],
            ),
            (
                "1 Main St, Springfield, IL 62701, USA",
                ["", "", "1 Main St", "Springfield", "IL", "62701", "USA"],
            ),
            (
                "2 Main St, Springfield, IL, 62701, USA",
                ["", "", "2 Main St", "Springfield", "IL", "62701", "USA"],
            ),
            (
                "Via Nuova 1, Milano, 20144, Italy",
                ["", "", "Via Nuova 1", "Milano", "", "20144", "Italy"],
            ),
            (
                "1 Main St, Springfield, IL 62701-1234",
                ["", "", "1 Main St", "Springfield", "IL", "62701-1234", ""],
            ),
            (
                "behind the church",
                ["", "", "behind the church", "", "", "", ""],
            ),
            (
                "Flat 3, 12 High Street, London",
                ["", "", "Flat 3, 12 High Street, London", "", "", "", ""],
            ),
            (
                "12 High Street, 1200 people",
                ["", "", "12 High Street, 1200 people", "", "", "", ""],
            ),
        ] {
            assert_eq!(Address::read(text).card_parts(), parts, "{text}");
        }
    }

    #[test]
    fn an_address_stands_on_an_envelope_line_by_line() {
        for (parts, lines) in [
            (
                ["", "", "Via Savona 41", "Milano", "", "20144", "Italy"],
                &["Via Savona 41", "20144 Milano", "Italy"][..],
            ),
            (
                ["", "", "Via Savona 41", "Milano", "MI", "20144", "Italia"],
                &["Via Savona 41", "20144 Milano MI", "Italia"],
            ),
            (
                ["", "", "1 Main St", "Springfield", "IL", "62701", "U.S.A."],
                &["1 Main St", "Springfield, IL 62701", "U.S.A."],
            ),
            (
                ["", "", "1 Main St", "Springfield", "IL", "62701", "USA"],
                &["1 Main St", "Springfield, IL 62701", "USA"],
            ),
            (
                ["", "Flat 3", "12 High Street", "London", "", "N1 9GU", ""],
                &["Flat 3", "12 High Street", "London N1 9GU"],
            ),
            (
                ["PO Box 7", "", "", "Oslo", "", "0150", ""],
                &["PO Box 7", "0150 Oslo"],
            ),
        ] {
            let address = Address::of_card(parts.map(str::to_owned));
            assert_eq!(address.lines(), lines);
        }
    }
}
