//! Countries as people type them: by name in English or in their own languages, by ISO code, by calling
//! code.

use super::region::{Entry, Region, TABLE, folded_name};
use crate::domain::fold::fold;

/// How well a text fits a country, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is its code, its calling code or one of its names.
    Whole,
    /// Its English name begins with it, or its calling code does.
    Beginning,
    /// Another of its names begins with it.
    OtherName,
    /// A later word of one of its names begins with it.
    Word,
}

/// The countries that a text may stand for, the best match first. Of those that match equally well, the
/// `likely` ones come first, in their order; then the main one of a calling code; then by name.
#[must_use]
pub fn matching_countries(text: &str, likely: &[Region]) -> Vec<Region> {
    let Some(wanted) = Wanted::of(text) else {
        let others = Region::all().filter(|region| !likely.contains(region));
        return likely.iter().copied().chain(others).collect();
    };
    let fits = TABLE.iter().filter_map(|entry| {
        let region = entry.region();
        let place = likely.iter().position(|one| *one == region);
        let place = place.unwrap_or(likely.len());
        Some(((wanted.fit(entry)?, place, !entry.is_main()), region))
    });
    let mut found: Vec<_> = fits.collect();
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, region)| region).collect()
}

/// The country that a text is a whole name or code of; of several with one calling code, as
/// [`matching_countries`] has it.
#[must_use]
pub fn named_country(text: &str, likely: &[Region]) -> Option<Region> {
    let wanted = Wanted::of(text)?;
    let first = matching_countries(text, likely).into_iter().next()?;
    let entry = TABLE.iter().find(|entry| entry.region() == first)?;
    (wanted.fit(entry) == Some(Fit::Whole)).then_some(first)
}

/// What a typed text asks for.
enum Wanted {
    /// The digits of a calling code.
    Code(String),
    /// A folded name or code, perhaps after the calling code: `+39 Italy`.
    Name(Option<String>, String),
}

impl Wanted {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let rest = text.trim_start_matches(['+', '＋']);
        let end = rest.find(|sign: char| !sign.is_ascii_digit());
        let (code, name) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        let name = folded_name(name);
        let code = Some(code.trim_start_matches("00").to_owned()).filter(|code| !code.is_empty());
        match (code, name.is_empty()) {
            (Some(code), true) => Some(Self::Code(code)),
            (None, true) => None,
            (code, false) => Some(Self::Name(code, name)),
        }
    }

    fn fit(&self, entry: &Entry) -> Option<Fit> {
        let own = entry.calling_code.to_string();
        match self {
            Self::Code(code) if *code == own => Some(Fit::Whole),
            Self::Code(code) => own.starts_with(code.as_str()).then_some(Fit::Beginning),
            Self::Name(Some(code), _) if *code != own => None,
            Self::Name(_, name) => Self::fit_of_name(name, entry),
        }
    }

    fn fit_of_name(wanted: &str, entry: &Entry) -> Option<Fit> {
        let region = entry.region();
        let english = folded_name(entry.name);
        let others: Vec<String> = entry.other_names().map(folded_name).collect();
        let is_code = fold(region.code()) == wanted;
        if is_code || english == wanted || others.iter().any(|name| name == wanted) {
            return Some(Fit::Whole);
        }
        if english.starts_with(wanted) {
            return Some(Fit::Beginning);
        }
        if others.iter().any(|name| name.starts_with(wanted)) {
            return Some(Fit::OtherName);
        }
        let mut names = others.iter().chain([&english]);
        let in_words = names.any(|name| {
            let words = name.split(|sign: char| !sign.is_alphanumeric());
            words.skip(1).any(|word| word.starts_with(wanted))
        });
        in_words.then_some(Fit::Word)
    }
}

#[cfg(test)]
mod tests {
    use super::{matching_countries, named_country};
    use crate::domain::number::Region;

    fn likely(codes: &[&str]) -> Vec<Region> {
        codes.iter().filter_map(|code| Region::new(code)).collect()
    }

    fn best(text: &str, first: &[&str]) -> String {
        let found = matching_countries(text, &likely(first));
        found.first().map_or_else(String::new, Region::to_string)
    }

    #[test]
    fn a_country_is_found_by_any_of_its_names_and_codes() {
        for (text, code) in [
            ("usa", "US"),
            ("U.S.A.", "US"),
            ("america", "US"),
            ("uk", "GB"),
            ("england", "GB"),
            ("italia", "IT"),
            ("ital", "IT"),
            ("deutschland", "DE"),
            ("deut", "DE"),
            ("holland", "NL"),
            ("holl", "NL"),
            ("the neth", "NL"),
            ("schw", "CH"),
            ("suisse", "CH"),
            ("österreich", "AT"),
            ("osterr", "AT"),
            ("españa", "ES"),
            ("росс", "RU"),
            ("日本", "JP"),
            ("cz", "CZ"),
            ("czech", "CZ"),
            ("deu", "DE"),
            ("korea", "KR"),
            ("emir", "AE"),
            ("ivory", "CI"),
            ("cote d", "CI"),
            ("39", "IT"),
            ("+39", "IT"),
            ("0039", "IT"),
            ("+39 it", "IT"),
            ("+39 Italy", "IT"),
            ("+39 vat", "VA"),
            ("44", "GB"),
            ("7", "RU"),
            ("1", "US"),
            ("+1 Canada", "CA"),
        ] {
            assert_eq!(best(text, &[]), code, "{text}");
        }
        for text in ["xyz", "99999", "+39 Germany", "italyy"] {
            assert_eq!(best(text, &[]), "", "{text}");
        }
    }

    #[test]
    fn of_equal_matches_home_comes_first_and_then_what_the_book_has_most() {
        assert_eq!(best("1", &["CA"]), "CA");
        assert_eq!(best("7", &["DE", "KZ"]), "KZ");
        assert_eq!(best("in", &["ID", "IN"]), "IN", "its code goes before");
        assert_eq!(best("ind", &["ID"]), "IN", "its code goes before");
        assert_eq!(best("a", &["DE", "AT", "AU"]), "AT");
        assert_eq!(best("4", &["DE", "AT"]), "DE");
        let all = matching_countries(" ", &likely(&["IT", "CH"]));
        let first: Vec<String> = all.iter().take(3).map(Region::to_string).collect();
        assert_eq!(first, ["IT", "CH", "AF"]);
        assert_eq!(all.len(), Region::all().count());
    }

    #[test]
    fn only_a_whole_name_names_a_country() {
        let named = |text| named_country(text, &likely(&["CA"])).map(|region| region.to_string());
        for (text, code) in [
            ("it", "IT"),
            ("Italy", "IT"),
            ("+39 Italy", "IT"),
            ("49", "DE"),
            ("1", "CA"),
        ] {
            assert_eq!(named(text).as_deref(), Some(code), "{text}");
        }
        for text in ["", "ital", "ger", "3", "+39 ital", "united"] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
