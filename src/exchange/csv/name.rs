//! Names of people out of the parts that a table has of them.

use super::words::is_unspaced;

/// The parts of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameParts<'a> {
    pub(super) prefix: &'a str,
    pub(super) given: &'a str,
    pub(super) middle: &'a str,
    pub(super) family: &'a str,
    pub(super) suffix: &'a str,
}

impl NameParts<'_> {
    /// The name as it is spoken: the family name first, and without a space, where it is Chinese,
    /// Japanese or Korean; between kana the space stays.
    pub(super) fn spoken(&self) -> String {
        let own = [self.given, self.middle, self.family].concat();
        let signs = || own.chars().filter(|sign| !sign.is_whitespace());
        let kana = |sign| matches!(sign, '\u{3041}'..='\u{30FF}');
        let core = if signs().next().is_some() && signs().all(is_unspaced) {
            let between = if signs().any(kana) { " " } else { "" };
            joined(&[self.family, self.middle, self.given], between)
        } else {
            joined(&[self.given, self.middle, self.family], " ")
        };
        joined(&[self.prefix, &core, self.suffix], " ")
    }

    /// Whether there is more than given and family name.
    pub(super) fn has_more(&self) -> bool {
        [self.prefix, self.middle, self.suffix]
            .iter()
            .any(|part| !part.is_empty())
    }

    /// In the order of a vCard: family, given, additional, prefixes, suffixes (RFC 6350, 6.2.2).
    pub(super) const fn of_card(&self) -> [&str; 5] {
        [
            self.family,
            self.given,
            self.middle,
            self.prefix,
            self.suffix,
        ]
    }
}

fn joined(parts: &[&str], between: &str) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(between)
}

#[cfg(test)]
mod tests {
    use super::NameParts;

    fn spoken(given: &str, family: &str) -> String {
        let parts = NameParts {
            given,
            family,
            ..NameParts::default()
        };
        parts.spoken()
    }

    #[test]
    fn a_family_name_stands_where_its_language_has_it() {
        assert_eq!(spoken("花子", "見本"), "見本花子");
        assert_eq!(spoken("민준", "김"), "김민준");
        assert_eq!(spoken("たろう", "やまだ"), "やまだ たろう");
        assert_eq!(spoken("Hanako", "Mihon"), "Hanako Mihon");
        assert_eq!(spoken("花子", "Mihon"), "花子 Mihon");
        assert_eq!(spoken("花子", ""), "花子");
    }
}
