//! Attributes of an entry, and what they say of a person.

/// An attribute with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Its name in lower case, without options.
    pub(super) name: String,
    /// Its value, or where that stands.
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

/// The bytes of a base64 text (RFC 4648); none where it is none.
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
pub(super) enum Part {
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
pub(super) enum Field {
    Text(Part),
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

/// Attributes in lower case: of inetOrgPerson and what it stands on, of Mozilla in its old and its new
/// names, and of Evolution.
const FIELDS: &[(&str, Field)] = &[
    ("displayname", Field::Text(Part::Display)),
    ("cn", Field::Text(Part::Name)),
    ("commonname", Field::Text(Part::Name)),
    ("givenname", Field::Text(Part::Given)),
    ("gn", Field::Text(Part::Given)),
    ("sn", Field::Text(Part::Family)),
    ("surname", Field::Text(Part::Family)),
    ("mozillanickname", Field::Text(Part::Nickname)),
    ("xmozillanickname", Field::Text(Part::Nickname)),
    ("nickname", Field::Text(Part::Nickname)),
    ("o", Field::Text(Part::Company)),
    ("organizationname", Field::Text(Part::Company)),
    ("company", Field::Text(Part::Company)),
    ("ou", Field::Text(Part::Department)),
    ("organizationalunitname", Field::Text(Part::Department)),
    ("department", Field::Text(Part::Department)),
    ("orgunit", Field::Text(Part::Department)),
    ("title", Field::Text(Part::Title)),
    ("businessrole", Field::Relation("role")),
    ("description", Field::Text(Part::Note)),
    ("notes", Field::Text(Part::Note)),
    ("note", Field::Text(Part::Note)),
    ("comment", Field::Text(Part::Note)),
    ("mail", Field::Email),
    ("rfc822mailbox", Field::Email),
    ("mozillasecondemail", Field::Email),
    ("xmozillasecondemail", Field::Email),
    ("mailalternateaddress", Field::Email),
    ("othermailbox", Field::Email),
    ("telephonenumber", Field::Phone("work")),
    ("homephone", Field::Phone("home")),
    ("hometelephonenumber", Field::Phone("home")),
    ("mobile", Field::Phone("mobile")),
    ("mobiletelephonenumber", Field::Phone("mobile")),
    ("cellphone", Field::Phone("mobile")),
    ("facsimiletelephonenumber", Field::Phone("fax")),
    ("fax", Field::Phone("fax")),
    ("homefacsimiletelephonenumber", Field::Phone("fax")),
    ("otherfacsimiletelephonenumber", Field::Phone("fax")),
    ("pager", Field::Phone("pager")),
    ("pagertelephonenumber", Field::Phone("pager")),
    ("pagerphone", Field::Phone("pager")),
    ("primaryphone", Field::Phone("main")),
    ("companyphone", Field::Phone("main")),
    ("otherphone", Field::Phone("other")),
    ("othertelephone", Field::Phone("other")),
    ("carphone", Field::Phone("car")),
    ("radio", Field::Phone("radio")),
    ("assistantphone", Field::Phone("assistant")),
    ("callbackphone", Field::Phone("callback")),
    ("internationalisdnnumber", Field::Phone("isdn")),
    ("telexnumber", Field::Phone("telex")),
    ("telex", Field::Phone("telex")),
    ("tty", Field::Phone("textphone")),
    ("labeleduri", Field::Link(None)),
    ("url", Field::Link(None)),
    ("homeurl", Field::Link(Some("home"))),
    ("mozillahomeurl", Field::Link(Some("home"))),
    ("workurl", Field::Link(Some("work"))),
    ("mozillaworkurl", Field::Link(Some("work"))),
    ("mozillascreenname", Field::Chat("aim")),
    ("nsaimid", Field::Chat("aim")),
    ("nsicqid", Field::Chat("icq")),
    ("nsmsnid", Field::Chat("msn")),
    ("nsyahooid", Field::Chat("yahoo")),
    ("nsjabberid", Field::Chat("jabber")),
    ("nsskypeid", Field::Chat("skype")),
    ("managername", Field::Relation("manager")),
    ("assistantname", Field::Relation("assistant")),
    ("spousename", Field::Relation("spouse")),
    ("anniversary", Field::Anniversary),
    ("postofficebox", Field::Address(WORK, 0)),
    ("postoffice", Field::Address(WORK, 0)),
    ("mozillaworkstreet2", Field::Address(WORK, 1)),
    ("street", Field::Address(WORK, 2)),
    ("streetaddress", Field::Address(WORK, 2)),
    ("l", Field::Address(WORK, 3)),
    ("localityname", Field::Address(WORK, 3)),
    ("locality", Field::Address(WORK, 3)),
    ("st", Field::Address(WORK, 4)),
    ("stateorprovincename", Field::Address(WORK, 4)),
    ("region", Field::Address(WORK, 4)),
    ("postalcode", Field::Address(WORK, 5)),
    ("zip", Field::Address(WORK, 5)),
    ("c", Field::Address(WORK, 6)),
    ("co", Field::Address(WORK, 6)),
    ("countryname", Field::Address(WORK, 6)),
    ("friendlycountryname", Field::Address(WORK, 6)),
    ("mozillapostaladdress2", Field::Address(WORK, 1)),
    ("mozillahomestreet2", Field::Address(HOME, 1)),
    ("mozillahomepostaladdress2", Field::Address(HOME, 1)),
    ("mozillahomestreet", Field::Address(HOME, 2)),
    ("mozillahomelocalityname", Field::Address(HOME, 3)),
    ("mozillahomestate", Field::Address(HOME, 4)),
    ("mozillahomepostalcode", Field::Address(HOME, 5)),
    ("mozillahomecountryname", Field::Address(HOME, 6)),
    ("postaladdress", Field::WholeAddress("work")),
    ("homepostaladdress", Field::WholeAddress("home")),
    ("otherpostaladdress", Field::WholeAddress("other")),
    ("birthyear", Field::Birthday(0)),
    ("birthmonth", Field::Birthday(1)),
    ("birthday", Field::Birthday(2)),
    ("birthdate", Field::Birthday(2)),
    ("dateofbirth", Field::Birthday(2)),
    ("category", Field::Tag),
    ("categories", Field::Tag),
    ("jpegphoto", Field::Photo),
];

/// What an attribute of this name, in lower case, says.
pub(super) fn field(name: &str) -> Option<Field> {
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
