//! Properties of cards that are details of the kind "other": fields of a person's own, which have names of their own,
//! further lines of other programs, which are called as the card calls them, and lines of the standards that are
//! nothing else, which are called by a word.

use super::detail::{Detail, DetailKind};

/// Which properties of cards are details of the kind "other", and which label each has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnFields {
    named: Vec<OwnField>,
    further: FurtherLines,
    /// Whether lines of the standards that are nothing else are details.
    standard: bool,
}

/// How further lines of other programs are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum FurtherLines {
    /// They are kept on the card, and are no details.
    #[default]
    Kept,
    /// They are details, with their property as the label.
    Details,
    /// The step that made them details is undone: they are kept, and accounts in social networks are links to their
    /// pages, as they were before it.
    Undone,
}

/// A property of cards that is a detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnField {
    /// The label of its details, which is also its name in the filter: `locker`.
    pub name: String,
    /// The property, in upper case: `X-LOCKER`.
    pub property: String,
}

/// No fields.
pub static NO_FIELDS: OwnFields = OwnFields::none();

/// Properties that say something already, to this program or about others: with those that begin with
/// `X-CALLBOOK-`.
const TAKEN: [&str; 46] = [
    "X-ABADR",
    "X-ABDATE",
    "X-ABLABEL",
    "X-ABRELATEDNAMES",
    "X-ABSHOWAS",
    "X-ADDRESSBOOKSERVER-KIND",
    "X-ADDRESSBOOKSERVER-MEMBER",
    "X-AIM",
    "X-ANDROID-STARRED",
    "X-ANNIVERSARY",
    "X-ASSISTANT",
    "X-DISCORD",
    "X-EVOLUTION-ANNIVERSARY",
    "X-EVOLUTION-ASSISTANT",
    "X-EVOLUTION-MANAGER",
    "X-EVOLUTION-SPOUSE",
    "X-FAVORITE",
    "X-FAVOURITE",
    "X-GADUGADU",
    "X-GOOGLE-TALK",
    "X-GROUPWISE",
    "X-GTALK",
    "X-ICQ",
    "X-JABBER",
    "X-MANAGER",
    "X-MATRIX",
    "X-MS-ANNIVERSARY",
    "X-MS-IMADDRESS",
    "X-MS-SPOUSE",
    "X-MS-TEL",
    "X-MSN",
    "X-PHONETIC-FIRST-NAME",
    "X-PHONETIC-LAST-NAME",
    "X-PHONETIC-MIDDLE-NAME",
    "X-QQ",
    "X-SIGNAL",
    "X-SKYPE",
    "X-SKYPE-USERNAME",
    "X-SOCIALPROFILE",
    "X-SPOUSE",
    "X-STARRED",
    "X-TELEGRAM",
    "X-TWITTER",
    "X-WECHAT",
    "X-WHATSAPP",
    "X-YAHOO",
];

/// Properties of the standards that say something of a contact which has no place of its own, each with the label of
/// its details (RFC 2426, 6350, 6474, 6715, 8605 and 9554). What keeps the state of a program or of the card is not
/// among them: CLASS, REV, PRODID.
const STANDARD: [(&str, &str); 19] = [
    ("BIRTHPLACE", "birthplace"),
    ("CALADRURI", "address for invitations"),
    ("CALURI", "calendar"),
    ("CONTACT-URI", "contact page"),
    ("DEATHDATE", "died"),
    ("DEATHPLACE", "died in"),
    ("EXPERTISE", "expertise"),
    ("FBURL", "free and busy times"),
    ("GENDER", "gender"),
    ("GEO", "place"),
    ("GRAMGENDER", "grammatical gender"),
    ("HOBBY", "hobby"),
    ("INTEREST", "interest"),
    ("LANG", "language"),
    ("MAILER", "mail program"),
    ("ORG-DIRECTORY", "directory"),
    ("PRONOUNS", "pronouns"),
    ("SOURCE", "source of the card"),
    ("TZ", "time zone"),
];

/// Properties of which a contact has one: a further line of one is a detail with this label.
const OF_ONE: [(&str, &str); 4] = [
    ("NICKNAME", "nickname"),
    ("ORG", "company"),
    ("ROLE", "role"),
    ("TITLE", "title"),
];

/// What properties begin with that keep the state of a program, and say nothing of a contact.
const OF_MACHINES: [&str; 24] = [
    "X-ABADR",
    "X-ABCROP-",
    "X-ABLABEL",
    "X-ABPHOTO",
    "X-ABSHOWAS",
    "X-ABUID",
    "X-ACTIVITY-ALERT",
    "X-ADDRESSBOOKSERVER-",
    "X-APPLE-",
    "X-CALLBOOK-",
    "X-DAVX5-",
    "X-EVOLUTION-",
    "X-FUNAMBOL-",
    "X-GROUP-MEMBERSHIP",
    "X-IMAGEHASH",
    "X-IMAGETYPE",
    "X-KADDRESSBOOK-",
    "X-MOZILLA-",
    "X-MS-OL-",
    "X-PRODID",
    "X-RADICALE-",
    "X-SHARED-PHOTO-",
    "X-SYNC-",
    "X-WAB-",
];

/// What properties end with that keep the state of a program.
const OF_STATE: [&str; 10] = [
    "-CREATED",
    "-ETAG",
    "-HASH",
    "-ID",
    "-LUID",
    "-MODIFIED",
    "-REV",
    "-TIMESTAMP",
    "-UID",
    "-VERSION",
];

/// Whether a property, in upper case, is one of another program that a person may want to read.
fn is_further(property: &str) -> bool {
    let name = property.strip_prefix("X-").unwrap_or_default();
    let fits = |sign: u8| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == b'-';
    !name.is_empty()
        && property.len() <= LONGEST
        && property.bytes().all(fits)
        && !TAKEN.contains(&property)
        && !OF_MACHINES.iter().any(|start| property.starts_with(start))
        && !OF_STATE.iter().any(|end| property.ends_with(end))
}

/// How long a name or a property is at most.
const LONGEST: usize = 50;

impl OwnField {
    /// A field of this name, in lower case, for this property, in any case.
    ///
    /// # Errors
    /// What is wrong with the name or the property.
    pub fn new(name: &str, property: &str) -> Result<Self, String> {
        let is_word = |text: &str, other: &[u8]| {
            let fits = |sign: u8| sign.is_ascii_alphanumeric() || other.contains(&sign);
            text.len() <= LONGEST && text.bytes().all(fits)
        };
        let begins = name
            .bytes()
            .next()
            .is_some_and(|sign| sign.is_ascii_lowercase());
        let is_lower = !name.bytes().any(|sign| sign.is_ascii_uppercase());
        if !begins || !is_lower || name.len() < 2 || !is_word(name, b"-_") {
            return Err(format!(
                "\"{name}\" is no name for a field; expected two or more lower-case letters, digits, - or _"
            ));
        }
        let upper = property.to_ascii_uppercase();
        let own = upper.strip_prefix("X-").filter(|own| !own.is_empty());
        if own.is_none() || !is_word(&upper, b"-") {
            return Err(format!(
                "\"{property}\" is no property of your own; expected one that begins with X-, such as X-LOCKER"
            ));
        }
        if upper.starts_with("X-CALLBOOK-") || TAKEN.contains(&upper.as_str()) {
            return Err(format!(
                "{upper} is read already; expected another property"
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            property: upper,
        })
    }
}

impl OwnFields {
    /// No fields, and no lines under their own names.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            named: Vec::new(),
            further: FurtherLines::Kept,
            standard: false,
        }
    }

    /// No fields of a person's own, and all lines that can be details under their own names.
    #[must_use]
    pub const fn of_cards() -> Self {
        Self {
            named: Vec::new(),
            further: FurtherLines::Details,
            standard: true,
        }
    }

    /// The same, with lines of the standards as details, or without them.
    #[must_use]
    pub fn with_standard(self, standard: bool) -> Self {
        Self { standard, ..self }
    }

    /// Whether lines of the standards are details.
    #[must_use]
    pub const fn has_standard(&self) -> bool {
        self.standard
    }

    /// The same, with further lines as details.
    #[must_use]
    pub fn with_further(self) -> Self {
        Self {
            further: FurtherLines::Details,
            ..self
        }
    }

    /// The same without further lines, and with names in social networks as links to their pages.
    #[must_use]
    pub fn without_further(self) -> Self {
        Self {
            further: FurtherLines::Undone,
            ..self
        }
    }

    /// Whether names in social networks are links to their pages.
    #[must_use]
    pub const fn has_profiles_as_links(&self) -> bool {
        matches!(self.further, FurtherLines::Undone)
    }

    /// Whether further lines are details.
    #[must_use]
    pub const fn has_further(&self) -> bool {
        matches!(self.further, FurtherLines::Details)
    }

    /// Adds a field.
    ///
    /// # Errors
    /// What else has its name or its property.
    pub fn add(&mut self, field: OwnField) -> Result<(), String> {
        if self.named(&field.name).is_some() {
            return Err(format!("{} is there twice", field.name));
        }
        if let Some(name) = self.name_of(&field.property) {
            return Err(format!("{} is the field {name} already", field.property));
        }
        self.named.push(field);
        Ok(())
    }

    /// The fields of the person's own.
    pub fn iter(&self) -> impl Iterator<Item = &OwnField> {
        self.named.iter()
    }

    /// The field of a name, in any case.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&OwnField> {
        let mut fields = self.named.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The name of the field that a property is, the property in upper case.
    #[must_use]
    pub fn name_of(&self, property: &str) -> Option<&str> {
        let mut fields = self.named.iter();
        let field = fields.find(|field| field.property == property);
        field.map(|field| field.name.as_str())
    }

    /// Calls details by the names of their fields that are called by their properties.
    pub(crate) fn call<'d>(&self, details: impl IntoIterator<Item = &'d mut Detail>) {
        for detail in details {
            let property = detail.label.as_deref().map(str::to_ascii_uppercase);
            let name = property.and_then(|property| self.name_of(&property));
            if let Some(name) = name.filter(|_| detail.kind == DetailKind::Other) {
                detail.label = Some(name.to_owned());
            }
        }
    }

    /// Whether lines of other programs with a property, in upper case, are details under its own name.
    #[must_use]
    pub fn is_further(&self, property: &str) -> bool {
        self.has_further() && self.name_of(property).is_none() && is_further(property)
    }

    /// Whether details with a label are of lines of the standards.
    #[must_use]
    pub fn is_standard(&self, label: &str) -> bool {
        let of_one = OF_ONE.iter().copied().filter(|_| self.standard);
        of_one.chain(self.standard()).any(|(_, word)| word == label)
    }

    /// The label of the details of a property, in upper case, if they are called by none of the person's own.
    #[must_use]
    pub fn label_of<'a>(&self, property: &'a str) -> Option<&'a str> {
        if self.is_further(property) {
            return Some(property);
        }
        let mut standard = self.standard();
        standard
            .find(|(name, _)| *name == property)
            .map(|(_, label)| label)
    }

    /// The label of a further line of a property of which a contact has one.
    #[must_use]
    pub fn label_of_further(&self, property: &str) -> Option<&'static str> {
        let mut of_one = OF_ONE.into_iter().filter(|_| self.standard);
        of_one
            .find(|(name, _)| *name == property)
            .map(|(_, label)| label)
    }

    /// The property of details with a label.
    #[must_use]
    pub fn property_of<'a>(&'a self, label: &'a str) -> Option<&'a str> {
        let named = self.named(label).map(|field| field.property.as_str());
        named
            .or_else(|| self.is_further(label).then_some(label))
            .or_else(|| {
                let mut standard = self.standard();
                standard
                    .find(|(_, word)| *word == label)
                    .map(|(name, _)| name)
            })
    }

    /// The properties of the standards that are details, with their labels.
    fn standard(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        STANDARD.into_iter().filter(|_| self.standard)
    }
}

#[cfg(test)]
mod tests {
    use super::{OwnField, OwnFields};

    #[test]
    fn a_field_has_a_name_to_filter_by_and_a_property_of_its_own() {
        let read = |name, property| OwnField::new(name, property).map(|field| field.property);
        assert_eq!(read("locker", "x-Locker"), Ok("X-LOCKER".to_owned()));
        for (name, property, why) in [
            ("Locker", "X-LOCKER", "is no name for a field"),
            ("l", "X-LOCKER", "is no name for a field"),
            ("my locker", "X-LOCKER", "is no name for a field"),
            ("2nd", "X-LOCKER", "is no name for a field"),
            ("locker", "LOCKER", "begins with X-"),
            ("locker", "X-", "begins with X-"),
            ("locker", "X-LOCKER:1", "begins with X-"),
            ("locker", "x-callbook-tel", "X-CALLBOOK-TEL is read already"),
            ("locker", "X-ABLabel", "X-ABLABEL is read already"),
            ("locker", "X-PHONETIC-FIRST-NAME", "is read already"),
        ] {
            let told = read(name, property).unwrap_err();
            assert!(told.contains(why), "{name} {property}: {told}");
        }
        let mut fields = OwnFields::none();
        let field = |name, property| OwnField::new(name, property).unwrap();
        fields.add(field("locker", "X-LOCKER")).unwrap();
        let told = fields.add(field("spind", "X-LOCKER")).unwrap_err();
        assert_eq!(told, "X-LOCKER is the field locker already");
        assert!(fields.add(field("locker", "X-SPIND")).is_err());
        assert_eq!(fields.named("LOCKER").unwrap().property, "X-LOCKER");
        assert_eq!(fields.name_of("X-LOCKER"), Some("locker"));
    }
}
