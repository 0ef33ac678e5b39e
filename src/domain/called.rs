//! Whether two contacts are called the same.
//!
//! Case, accents and width make no difference. Chinese, Japanese and Korean names are written with the
//! family name first or last, with a space between the two or without, by the same person's programs. What stands
//! before or after the names, `Mr` or `PhD`, is written by some programs and not by others.

use super::contact::Contact;
use super::fold::fold;
use super::naming::NameParts;

/// A name with its parts, where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    /// The name as it is shown, folded; then the other ways in which it may be written.
    forms: Vec<String>,
    /// The name without what stands before and after it, folded.
    bare: String,
    /// What stands before the name.
    prefix: Option<String>,
    /// What stands after it.
    suffix: Option<String>,
}

/// How two names are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SameName {
    /// One of them has a title that the other lacks.
    ButForTitles,
    /// They are written the same.
    Whole,
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
        let called = Self::new(name, given_name.as_deref(), family_name.as_deref());
        called.titled(contact.prefix.as_deref(), contact.suffix.as_deref())
    }

    /// The same with what is known to stand before and after the name.
    #[must_use]
    pub(crate) fn titled(self, prefix: Option<&str>, suffix: Option<&str>) -> Self {
        let folded = |text: Option<&str>| text.map(fold).filter(|text| !text.trim().is_empty());
        let (before, after) = (folded(prefix), folded(suffix));
        let bare = before.as_ref().and_then(|title| {
            let rest = self.bare.strip_prefix(title.as_str())?;
            (title.ends_with('.') || rest.starts_with(['.', ' '])).then_some(rest)
        });
        let bare = bare.unwrap_or(&self.bare);
        let rest = after.as_ref().and_then(|title| {
            let rest = bare.strip_suffix(title.as_str())?;
            rest.ends_with([',', ' ']).then_some(rest)
        });
        let bare = rest
            .unwrap_or(bare)
            .trim_matches(['.', ',', ' '])
            .to_owned();
        let title = |text: Option<String>| Some(text?.replace('.', "").trim().to_owned());
        let (prefix, suffix) = (title(before), title(after));
        Self {
            bare: if bare.is_empty() { self.bare } else { bare },
            prefix: prefix.or(self.prefix),
            suffix: suffix.or(self.suffix),
            forms: self.forms,
        }
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
        let NameParts { prefix, suffix, .. } = NameParts::split(name);
        let called = Self {
            bare: fold(name),
            prefix: None,
            suffix: None,
            forms,
        };
        called.titled(prefix.as_deref(), suffix.as_deref())
    }

    /// Whether the two are the same.
    #[must_use]
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.same(other).is_some()
    }

    /// How the two are the same, if they are. Mr Lee is not Mrs Lee, nor is a junior the senior.
    #[must_use]
    pub(crate) fn same(&self, other: &Self) -> Option<SameName> {
        if self.forms.iter().any(|form| other.forms.contains(form)) {
            return Some(SameName::Whole);
        }
        let fits = |own: &Option<String>, other: &Option<String>| {
            own.is_none() || other.is_none() || own == other
        };
        let is_same = self.bare == other.bare
            && fits(&self.prefix, &other.prefix)
            && fits(&self.suffix, &other.suffix);
        is_same.then_some(SameName::ButForTitles)
    }
}

/// The other ways in which the name of a contact may be shown: without what stands before and after it, and of a
/// Chinese, Japanese or Korean one its parts in another order.
#[must_use]
pub(crate) fn other_spellings(contact: &Contact) -> Vec<String> {
    let Called { bare, forms, .. } = Called::of(contact);
    let mut spellings = spellings_of_parts(contact);
    if !forms.contains(&bare) {
        spellings.push(bare);
    }
    spellings
}

fn spellings_of_parts(contact: &Contact) -> Vec<String> {
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
    fn a_title_is_no_part_of_what_somebody_is_called_but_tells_two_apart() {
        let called = |name| Called::new(name, None, None);
        let ann = called("Ann Lee");
        for name in [
            "Mr Ann Lee",
            "Dr. Ann Lee",
            "Ann Lee, PhD",
            "Prof. Dr. Ann Lee Jr.",
        ] {
            assert!(ann.is(&called(name)) && called(name).is(&ann), "{name}");
        }
        assert!(called("Mr Ann Lee").is(&called("Mr. Ann Lee")));
        assert!(!called("Mr Ann Lee").is(&called("Mrs Ann Lee")));
        assert!(!called("Ann Lee Jr.").is(&called("Ann Lee Sr.")));
        assert!(!ann.is(&called("Mr Anna Lee")));
        let dott = called("Dott. Ann Lee").titled(Some("Dott."), None);
        assert!(ann.is(&dott));
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
