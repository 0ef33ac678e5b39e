//! How the end of a filter may go on: names of conditions, and the values that a book has.

use crate::domain::fold::fold;
use crate::domain::own_fields::OwnFields;

use super::condition::{
    ConditionField, LONGEST_FILTER, Part, Quality, field, tokens, without_signs,
};

/// The values that a book has, the most frequent first, to complete a condition by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Labels of numbers.
    pub labels: Vec<String>,
    /// Where numbers came from.
    pub sources: Vec<String>,
    /// Tags of contacts.
    pub tags: Vec<String>,
    /// Countries of numbers, by their code in lower case.
    pub countries: Vec<String>,
    /// Names of remotes.
    pub remotes: Vec<String>,
    /// What contacts have in the person's own fields, by their names.
    pub own: Vec<(String, Vec<String>)>,
}

/// From how many letters on the name of a condition is completed; fewer begin too many words.
const BEGUN: usize = 2;

impl Values {
    /// How the condition at the end of a text may go on: the names of conditions, or whole values, those that
    /// the book has most often first. Nothing where the text ends in neither.
    /// The person's own fields are conditions too, whether or not the values of the book are known yet.
    #[must_use]
    pub fn completions(&self, text: &str, fields: &OwnFields) -> Vec<String> {
        if text.len() > LONGEST_FILTER {
            return Vec::new();
        }
        let Some(last) = last(text) else {
            return Vec::new();
        };
        let (sign, rest) = without_signs(last);
        if let Some(known) = self.of_own_field(rest) {
            return known;
        }
        let own = || fields.iter().map(|field| field.name.as_str());
        let Some((field, value)) = field(rest) else {
            let is_begun = rest.len() >= BEGUN || !sign.is_empty();
            let names = words(&ConditionField::ALL).into_iter().chain(own());
            let fits = names.filter(|name| is_begun && name.starts_with(&rest.to_lowercase()));
            return fits.map(|name| format!("{name}:")).collect();
        };
        let fits = |known: &&str| begins(known, value);
        let known: Vec<&str> = match field {
            ConditionField::Tel
            | ConditionField::Year
            | ConditionField::Birthday
            | ConditionField::Not => Vec::new(),
            ConditionField::Created | ConditionField::Changed => vec!["today", "yesterday"],
            ConditionField::Label => strings(&self.labels),
            ConditionField::Source => strings(&self.sources),
            ConditionField::Tag => strings(&self.tags),
            ConditionField::Country => strings(&self.countries),
            ConditionField::In => strings(&self.remotes),
            ConditionField::Is => words(&Quality::ALL),
            ConditionField::Has | ConditionField::No => {
                words(&Part::ALL).into_iter().chain(own()).collect()
            }
        };
        known.into_iter().filter(fits).map(str::to_owned).collect()
    }

    /// How a condition of one of the person's own fields may go on, where the text is one.
    fn of_own_field(&self, text: &str) -> Option<Vec<String>> {
        let (name, value) = text.split_once(':')?;
        let mut own = self.own.iter();
        let (_, known) = own.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let fits = known.iter().filter(|known| begins(known, value));
        Some(fits.cloned().collect())
    }
}

/// Whether a value begins as it is typed so far.
fn begins(known: &str, typed: &str) -> bool {
    fold(known).starts_with(&fold(typed.trim_start_matches(['=', '"'])))
}

/// What a text ends in and goes on with the next letter.
fn last(text: &str) -> Option<&str> {
    let is_quoted = !text.matches('"').count().is_multiple_of(2);
    if text.ends_with(char::is_whitespace) && !is_quoted {
        return None;
    }
    tokens(text).last()
}

fn words<T>(known: &[(&'static str, T)]) -> Vec<&'static str> {
    known.iter().map(|(word, _)| *word).collect()
}

fn strings(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

/// What of a text its completion stands in the place of: the beginning of a value or of a name.
#[must_use]
pub fn begun(text: &str) -> &str {
    let (_, rest) = without_signs(last(text).unwrap_or_default());
    let value = rest.split_once(':').map_or(rest, |(_, value)| value);
    value.trim_start_matches(['=', '"'])
}

/// The text with a completion in the place of what was begun; with a space after a value.
#[must_use]
pub fn completed(text: &str, completion: &str) -> String {
    let (_, rest) = without_signs(last(text).unwrap_or_default());
    let before = text.get(..text.len() - rest.len()).unwrap_or_default();
    let Some((name, value)) = rest.split_once(':') else {
        return format!("{before}{completion}");
    };
    let whole = if value.starts_with('=') { "=" } else { "" };
    let quote = if completion.contains(char::is_whitespace) {
        "\""
    } else {
        ""
    };
    format!("{before}{name}:{whole}{quote}{completion}{quote} ")
}

#[cfg(test)]
mod tests {
    use super::{Values, begun, completed};
    use crate::domain::own_fields::{OwnField, OwnFields};

    #[test]
    fn a_condition_is_completed_by_what_the_book_has() {
        let values = Values {
            labels: vec!["work".into(), "front desk".into(), "fax".into()],
            remotes: vec!["nextcloud".into()],
            own: vec![("locker".into(), vec!["12".into(), "Hall B".into()])],
            ..Values::default()
        };
        let mut fields = OwnFields::none();
        for (name, property) in [("locker", "X-LOCKER"), ("spind", "X-SPIND")] {
            fields.add(OwnField::new(name, property).unwrap()).unwrap();
        }
        for (text, offered, then) in [
            (
                "mar label:f",
                "front desk, fax",
                "mar label:\"front desk\" ",
            ),
            ("-label:f", "front desk, fax", "-label:\"front desk\" "),
            ("not:label:=fa", "fax", "not:label:=fax "),
            ("label:\"front d", "front desk", "label:\"front desk\" "),
            ("is:p", "primary", "is:primary "),
            ("-in:ne", "nextcloud", "-in:nextcloud "),
            ("has:a", "address, anniversary", "has:address "),
            ("-no:e", "email", "-no:email "),
            ("lo", "locker:", "locker:"),
            ("-spi", "spind:", "-spind:"),
            ("-locker:h", "Hall B", "-locker:\"Hall B\" "),
            ("has:l", "link, locker", "has:link "),
            ("mar la", "label:", "mar label:"),
            ("mar -ta", "tag:", "mar -tag:"),
            ("NOT:C", "country:, created:, changed:", "NOT:country:"),
            ("CO", "country:", "country:"),
            ("c", "", ""),
            ("mar", "", ""),
            ("label: ", "", ""),
            ("", "", ""),
            ("changed:2", "", ""),
            ("changed:y", "yesterday", "changed:yesterday "),
        ] {
            let known = values.completions(text, &fields);
            assert_eq!(known.join(", "), offered, "{text}");
            if let Some(first) = known.first() {
                assert_eq!(completed(text, first), then, "{text}");
                assert!(text.ends_with(begun(text)), "{text}");
            }
        }
        assert_eq!(begun("mar label:\"front d"), "front d");
        assert_eq!(begun("not:-ta"), "ta");
    }
}
