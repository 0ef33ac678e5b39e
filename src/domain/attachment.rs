//! What a card holds that is no text, and is kept byte for byte: photos, logos, sounds, keys. A contact names it, and
//! nothing decodes it unasked.

use super::words::thousands;

/// A photo or the like on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is: `photo`.
    pub kind: &'static str,
    /// Where it is.
    pub content: Content,
    /// How the name of a file with it ends, where that is known.
    pub ending: Option<&'static str>,
}

/// Where the bytes of an attachment are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// On the card: so many bytes.
    Bytes(usize),
    /// At an address, which nothing fetches.
    Address(String),
    /// In no form that is known.
    Unreadable,
}

impl Attachment {
    /// How large it is, or where.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.content {
            Content::Bytes(bytes @ ..1_000) => format!("{bytes} bytes"),
            Content::Bytes(bytes) => format!("{} KB", thousands(bytes.div_ceil(1_000))),
            Content::Address(address) => address.clone(),
            Content::Unreadable => "cannot be read".to_owned(),
        }
    }
}

/// How the name of a file with a picture of this kind ends.
#[must_use]
pub fn ending_of(kind: &str) -> Option<&'static str> {
    match kind {
        "JPEG" => Some("jpg"),
        "PNG" => Some("png"),
        "GIF" => Some("gif"),
        "WEBP" => Some("webp"),
        _ => None,
    }
}

/// The largest picture that becomes the photo of a contact, in bytes: 5 MB. Other programs refuse cards with larger
/// ones, or take minutes for them.
pub const LARGEST_PHOTO: usize = 5_000_000;

/// The kind of a picture by its first bytes, as cards name it.
#[must_use]
pub fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("JPEG"),
        [0x89, b'P', b'N', b'G', ..] => Some("PNG"),
        [b'G', b'I', b'F', b'8', ..] => Some("GIF"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("WEBP"),
        _ => None,
    }
}
