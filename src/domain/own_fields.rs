//! Fields of a person's own: properties of cards that are details with a name of their own.

/// Which properties of cards are details of the kind "other", and which label each has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnFields(Vec<OwnField>);

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
const TAKEN: [&str; 44] = [
    "X-ABADR",
    "X-ABDATE",
    "X-ABLABEL",
    "X-ABRELATEDNAMES",
    "X-ABSHOWAS",
    "X-ADDRESSBOOKSERVER-KIND",
    "X-ADDRESSBOOKSERVER-MEMBER",
    "X-AIM",
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
    "X-TELEGRAM",
    "X-TWITTER",
    "X-WECHAT",
    "X-WHATSAPP",
    "X-YAHOO",
];

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
    /// No fields.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
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
        self.0.push(field);
        Ok(())
    }

    /// The fields.
    pub fn iter(&self) -> impl Iterator<Item = &OwnField> {
        self.0.iter()
    }

    /// The field of a name, in any case.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&OwnField> {
        let mut fields = self.0.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// The name of the field that a property is, the property in upper case.
    #[must_use]
    pub fn name_of(&self, property: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let field = fields.find(|field| field.property == property);
        field.map(|field| field.name.as_str())
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
