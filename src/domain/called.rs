//! Whether two contacts are called the same.
//!
//! Case, accents and width make no difference. Chinese, Japanese and Korean names are written with the
//! family name first or last, with a space between the two or without, by the same person's programs.

use super::contact::Contact;
use super::fold::fold;

/// A name with its parts, where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    /// The name as it is shown, folded; then the other ways in which it may be written.
    forms: Vec<String>,
}

impl Called {
    /// The name of a contact.
    #[must_use]
    pub(crate) fn of(contact: &Contact) -> Self {
        let Contact {
            name,
            given_name,
            family_name,
            ..
        } = contact;
        Self::new(name, given_name.as_deref(), family_name.as_deref())
    }

    /// A shown name with its parts.
    #[must_use]
    pub(crate) fn new(name: &str, given: Option<&str>, family: Option<&str>) -> Self {
        let mut forms = vec![fold(name)];
        if is_unspaced(name) {
            let squeezed =
                |parts: [&str; 2]| fold(&parts.concat().replace(char::is_whitespace, ""));
            forms.push(squeezed([name, ""]));
            if let (Some(given), Some(family)) = (given, family) {
                forms.push(squeezed([family, given]));
                forms.push(squeezed([given, family]));
            }
        }
        Self { forms }
    }

    /// Whether the two are the same.
    #[must_use]
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.forms.iter().any(|form| other.forms.contains(form))
    }
}

/// The other ways in which the name of a contact may be shown, of a Chinese, Japanese or Korean one.
#[must_use]
pub(crate) fn other_spellings(contact: &Contact) -> Vec<String> {
    let parts = (&contact.family_name, &contact.given_name);
    let (Some(family), Some(given)) = parts else {
        return Vec::new();
    };
    if !is_unspaced(&contact.name) {
        return Vec::new();
    }
    let mut spellings = vec![
        format!("{family} {given}"),
        format!("{given} {family}"),
        format!("{family}{given}"),
        format!("{given}{family}"),
    ];
    spellings.retain(|spelling| *spelling != contact.name);
    spellings
}

/// Whether a name is of a script that is written without spaces between the parts of a name.
fn is_unspaced(name: &str) -> bool {
    let unspaced = |sign| {
        matches!(sign,
            '\u{1100}'..='\u{11FF}' | '\u{3040}'..='\u{318F}' | '\u{31F0}'..='\u{31FF}'
            | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFF}')
    };
    !name.is_ascii() && name.chars().any(unspaced)
}

#[cfg(test)]
mod tests {
    use super::Called;

    #[test]
    fn names_of_east_asia_are_the_same_in_either_order() {
        let card = Called::new("見本 花子", Some("花子"), Some("見本"));
        let row = Called::new("花子 見本", Some("花子"), Some("見本"));
        let spoken = Called::new("見本花子", None, None);
        assert!(card.is(&row) && card.is(&spoken) && row.is(&card));
        assert!(!card.is(&Called::new("見本 太郎", Some("太郎"), Some("見本"))));
    }

    #[test]
    fn other_names_are_not() {
        let marco = Called::new("Marco Bianchi", Some("Marco"), Some("Bianchi"));
        assert!(marco.is(&Called::new("MÁRCO  bianchi", None, None)));
        assert!(!marco.is(&Called::new(
            "Bianchi Marco",
            Some("Bianchi"),
            Some("Marco")
        )));
    }
}
