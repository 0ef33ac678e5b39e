//! Attributes of an entry, and what they say of a person.

/// An attribute with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Its name in lower case, without options.
    pub(super) name: String,
    /// Its value, or the place of it.
    pub(super) value: Vec<u8>,
    form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    /// `::`
    Base64,
    /// `:<`, where the value is only named.
    Address,
}

impl Attribute {
    /// The attribute of an unfolded line; none of a comment.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        if line.starts_with(b"#") {
            return None;
        }
        let colon = memchr::memchr(b':', line)?;
        let (name, value) = line.split_at(colon);
        let name = std::str::from_utf8(name).ok()?.trim();
        let name = name.split(';').next().unwrap_or_default().to_lowercase();
        let (form, value) = match value.get(1..)? {
            [b':', value @ ..] => (Form::Base64, value),
            [b'<', value @ ..] => (Form::Address, value),
            value => (Form::Text, value),
        };
        let value = value.trim_ascii_start();
        let value = match form {
            Form::Base64 => base64(value)?,
            Form::Text | Form::Address => value.to_vec(),
        };
        Some(Self { name, value, form })
    }

    /// Whether the value is in the file.
    pub(super) fn is_here(&self) -> bool {
        self.form != Form::Address
    }

    /// The value as text. What is no UTF-8 is not text that the format allows, and is kept byte by byte.
    pub(super) fn text(&self) -> String {
        let text = std::str::from_utf8(&self.value).map(str::to_owned);
        text.unwrap_or_else(|_| self.value.iter().map(|byte| char::from(*byte)).collect())
    }
}

/// The bytes of a base64 text (RFC 4648); none if it is not valid.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for &sign in text {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            b' ' => continue,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).unwrap_or_default());
        }
    }
    Some(bytes)
}

/// A text of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttributePart {
    /// The name that is shown, before any other.
    Display,
    Name,
    Given,
    Family,
    Nickname,
    Company,
    Department,
    Title,
    Note,
}

/// What an attribute says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttributeField {
    Text(AttributePart),
    /// A number with its label.
    Phone(&'static str),
    Email,
    Link(Option<&'static str>),
    Chat(&'static str),
    Relation(&'static str),
    Anniversary,
    /// A part of the address at work (0) or at home (1), by its place in a vCard.
    Address(usize, usize),
    WholeAddress(&'static str),
    /// Year, month or day.
    Birthday(usize),
    Tag,
    Photo,
}

const WORK: usize = 0;
const HOME: usize = 1;

/// Attributes in lower case: of inetOrgPerson and its superclasses, of Mozilla in its old and its new
/// names, and of Evolution.
const FIELDS: &[(&str, AttributeField)] = &[
    ("displayname", AttributeField::Text(AttributePart::Display)),
    ("cn", AttributeField::Text(AttributePart::Name)),
    ("commonname", AttributeField::Text(AttributePart::Name)),
    ("givenname", AttributeField::Text(AttributePart::Given)),
    ("gn", AttributeField::Text(AttributePart::Given)),
    ("sn", AttributeField::Text(AttributePart::Family)),
    ("surname", AttributeField::Text(AttributePart::Family)),
    (
        "mozillanickname",
        AttributeField::Text(AttributePart::Nickname),
    ),
    (
        "xmozillanickname",
        AttributeField::Text(AttributePart::Nickname),
    ),
    ("nickname", AttributeField::Text(AttributePart::Nickname)),
    ("o", AttributeField::Text(AttributePart::Company)),
    (
        "organizationname",
        AttributeField::Text(AttributePart::Company),
    ),
    ("company", AttributeField::Text(AttributePart::Company)),
    ("ou", AttributeField::Text(AttributePart::Department)),
    (
        "organizationalunitname",
        AttributeField::Text(AttributePart::Department),
    ),
    (
        "department",
        AttributeField::Text(AttributePart::Department),
    ),
    ("orgunit", AttributeField::Text(AttributePart::Department)),
    ("title", AttributeField::Text(AttributePart::Title)),
    ("businessrole", AttributeField::Relation("role")),
    ("description", AttributeField::Text(AttributePart::Note)),
    ("notes", AttributeField::Text(AttributePart::Note)),
    ("note", AttributeField::Text(AttributePart::Note)),
    ("comment", AttributeField::Text(AttributePart::Note)),
    ("mail", AttributeField::Email),
    ("rfc822mailbox", AttributeField::Email),
    ("mozillasecondemail", AttributeField::Email),
    ("xmozillasecondemail", AttributeField::Email),
    ("mailalternateaddress", AttributeField::Email),
    ("othermailbox", AttributeField::Email),
    ("telephonenumber", AttributeField::Phone("work")),
    ("homephone", AttributeField::Phone("home")),
    ("hometelephonenumber", AttributeField::Phone("home")),
    ("mobile", AttributeField::Phone("mobile")),
    ("mobiletelephonenumber", AttributeField::Phone("mobile")),
    ("cellphone", AttributeField::Phone("mobile")),
    ("facsimiletelephonenumber", AttributeField::Phone("fax")),
    ("fax", AttributeField::Phone("fax")),
    ("homefacsimiletelephonenumber", AttributeField::Phone("fax")),
    (
        "otherfacsimiletelephonenumber",
        AttributeField::Phone("fax"),
    ),
    ("pager", AttributeField::Phone("pager")),
    ("pagertelephonenumber", AttributeField::Phone("pager")),
    ("pagerphone", AttributeField::Phone("pager")),
    ("primaryphone", AttributeField::Phone("main")),
    ("companyphone", AttributeField::Phone("main")),
    ("otherphone", AttributeField::Phone("other")),
    ("othertelephone", AttributeField::Phone("other")),
    ("carphone", AttributeField::Phone("car")),
    ("radio", AttributeField::Phone("radio")),
    ("assistantphone", AttributeField::Phone("assistant")),
    ("callbackphone", AttributeField::Phone("callback")),
    ("internationalisdnnumber", AttributeField::Phone("isdn")),
    ("telexnumber", AttributeField::Phone("telex")),
    ("telex", AttributeField::Phone("telex")),
    ("tty", AttributeField::Phone("textphone")),
    ("labeleduri", AttributeField::Link(None)),
    ("url", AttributeField::Link(None)),
    ("homeurl", AttributeField::Link(Some("home"))),
    ("mozillahomeurl", AttributeField::Link(Some("home"))),
    ("workurl", AttributeField::Link(Some("work"))),
    ("mozillaworkurl", AttributeField::Link(Some("work"))),
    ("mozillascreenname", AttributeField::Chat("aim")),
    ("nsaimid", AttributeField::Chat("aim")),
    ("nsicqid", AttributeField::Chat("icq")),
    ("nsmsnid", AttributeField::Chat("msn")),
    ("nsyahooid", AttributeField::Chat("yahoo")),
    ("nsjabberid", AttributeField::Chat("jabber")),
    ("nsskypeid", AttributeField::Chat("skype")),
    ("managername", AttributeField::Relation("manager")),
    ("assistantname", AttributeField::Relation("assistant")),
    ("spousename", AttributeField::Relation("spouse")),
    ("anniversary", AttributeField::Anniversary),
    ("postofficebox", AttributeField::Address(WORK, 0)),
    ("postoffice", AttributeField::Address(WORK, 0)),
    ("mozillaworkstreet2", AttributeField::Address(WORK, 1)),
    ("street", AttributeField::Address(WORK, 2)),
    ("streetaddress", AttributeField::Address(WORK, 2)),
    ("l", AttributeField::Address(WORK, 3)),
    ("localityname", AttributeField::Address(WORK, 3)),
    ("locality", AttributeField::Address(WORK, 3)),
    ("st", AttributeField::Address(WORK, 4)),
    ("stateorprovincename", AttributeField::Address(WORK, 4)),
    ("region", AttributeField::Address(WORK, 4)),
    ("postalcode", AttributeField::Address(WORK, 5)),
    ("zip", AttributeField::Address(WORK, 5)),
    ("c", AttributeField::Address(WORK, 6)),
    ("co", AttributeField::Address(WORK, 6)),
    ("countryname", AttributeField::Address(WORK, 6)),
    ("friendlycountryname", AttributeField::Address(WORK, 6)),
    ("mozillapostaladdress2", AttributeField::Address(WORK, 1)),
    ("mozillahomestreet2", AttributeField::Address(HOME, 1)),
    (
        "mozillahomepostaladdress2",
        AttributeField::Address(HOME, 1),
    ),
    ("mozillahomestreet", AttributeField::Address(HOME, 2)),
    ("mozillahomelocalityname", AttributeField::Address(HOME, 3)),
    ("mozillahomestate", AttributeField::Address(HOME, 4)),
    ("mozillahomepostalcode", AttributeField::Address(HOME, 5)),
    ("mozillahomecountryname", AttributeField::Address(HOME, 6)),
    ("postaladdress", AttributeField::WholeAddress("work")),
    ("homepostaladdress", AttributeField::WholeAddress("home")),
    ("otherpostaladdress", AttributeField::WholeAddress("other")),
    ("birthyear", AttributeField::Birthday(0)),
    ("birthmonth", AttributeField::Birthday(1)),
    ("birthday", AttributeField::Birthday(2)),
    ("birthdate", AttributeField::Birthday(2)),
    ("dateofbirth", AttributeField::Birthday(2)),
    ("category", AttributeField::Tag),
    ("categories", AttributeField::Tag),
    ("jpegphoto", AttributeField::Photo),
];

/// What an attribute of this name, in lower case, says.
pub(super) fn field(name: &str) -> Option<AttributeField> {
    let found = FIELDS.iter().find(|(own, _)| *own == name);
    found.map(|(_, field)| *field)
}

#[cfg(test)]
mod tests {
    use super::Attribute;

    #[test]
    fn values_are_plain_encoded_or_elsewhere() {
        let read = |line: &str| Attribute::of(line.as_bytes()).unwrap();
        let plain = read("telephoneNumber;lang-de: +49 30 901820");
        assert_eq!(
            (plain.name.as_str(), plain.text().as_str()),
            ("telephonenumber", "+49 30 901820")
        );
        assert_eq!(read("cn:: SsO8cmdlbiBNw7xsbGVy").text(), "Jürgen Müller");
        assert_eq!(read("cn:: QQ==").text(), "A");
        assert!(!read("jpegPhoto:< file:///etc/passwd").is_here());
        assert_eq!(Attribute::of(b"# a comment: no"), None);
        assert_eq!(Attribute::of(b"no colon"), None);
    }
}
