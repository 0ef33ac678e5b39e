//! Charsets: text out of bytes that are not UTF-8, by the name that a file or a person gives, or by a
//! good guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252,
};

/// The letters of IBM 437 from 0x80 on: that charset of DOS is on no list of the web's.
const IBM437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The letters of IBM 850 from 0x80 on.
const IBM850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// How many bytes a guess looks at: more of the same text make it no better, and a megabyte takes more
/// than a second.
const GUESSED_BY: usize = 64 * 1024;

/// A charset that text can be decoded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Web(&'static Encoding),
    /// A name, and the letters from 0x80 on.
    Table(&'static str, &'static str),
}

/// Where in a character of several bytes the next byte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Within {
    /// At the start of a character.
    #[default]
    Start,
    /// After the first byte of two: the next one is no sign of its own.
    Trail,
    /// Among characters of two bytes of ISO 2022, which an escape sequence ends.
    Shifted,
    /// After the escape sign of ISO 2022, and so many bytes of its sequence.
    Escape(u8),
}

impl Charset {
    /// UTF-8.
    pub(crate) const UTF_8: Self = Self(Kind::Web(UTF_8));

    /// What Windows writes in Western Europe, and what is meant by ISO 8859-1 too.
    pub(crate) const WINDOWS_1252: Self = Self(Kind::Web(WINDOWS_1252));

    /// The charset that a name means, in the spellings of the web and of older programs: `GB2312`,
    /// `Shift_JIS`, `KS_C_5601`, `CP1251`, `IBM437`.
    ///
    /// ```
    /// use callbook::exchange::charset::Charset;
    ///
    /// let charset = Charset::named("sjis").unwrap();
    /// assert_eq!(charset.decode(b"\x89\xD4\x8Eq"), "花子");
    /// assert!(Charset::named("none-such").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().trim_matches('"').to_ascii_lowercase();
        let name = name.strip_prefix("charset=").unwrap_or(&name);
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let web = match plain.as_str() {
            "ibm437" | "cp437" | "437" | "pc8" => return Some(Self(Kind::Table("IBM437", IBM437))),
            "ibm850" | "cp850" | "850" => return Some(Self(Kind::Table("IBM850", IBM850))),
            "ksc5601" | "ksc56011987" | "ksc56011989" | "cp949" | "ms949" | "uhc" => EUC_KR,
            "cp932" | "ms932" | "windows932" => SHIFT_JIS,
            "cp936" | "ms936" | "windows936" => GBK,
            "cp950" | "ms950" | "windows950" => BIG5,
            "gb18030" | "cp54936" => GB18030,
            "iso2022jp" | "jis" | "cp50220" | "cp50221" => ISO_2022_JP,
            "cp874" | "tis620" => encoding_rs::WINDOWS_874,
            _ => {
                let spellings = [
                    name.to_owned(),
                    name.replace('_', "-"),
                    name.replace('-', "_"),
                    plain.clone(),
                    plain.replace("iso8859", "iso-8859-"),
                    plain.replace("cp", "windows-"),
                    plain.replace("windows", "windows-"),
                    plain.replace("euc", "euc-"),
                    plain.replace("koi8", "koi8-"),
                ];
                let web = |name: &String| Encoding::for_label_no_replacement(name.as_bytes());
                spellings.iter().find_map(web)?
            }
        };
        Some(Self(Kind::Web(web)))
    }

    /// The charset that bytes which are not UTF-8 are most likely in.
    pub(super) fn guessed<'b>(texts: impl IntoIterator<Item = &'b [u8]>) -> Self {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let mut left = GUESSED_BY;
        for text in texts {
            let text = text.get(..left).unwrap_or(text);
            left -= text.len();
            detector.feed(text, false);
            detector.feed(b"\n", false);
        }
        detector.feed(b"", true);
        Self(Kind::Web(detector.guess(None, Utf8Detection::Deny)))
    }

    /// Its name, as a `CHARSET` parameter has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Web(encoding) => encoding.name(),
            Kind::Table(name, _) => name,
        }
    }

    /// The text of these bytes; what is no text in this charset becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> String {
        match self.0 {
            Kind::Web(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Kind::Table(_, letters) => {
                let letters: Vec<char> = letters.chars().collect();
                let letter = |byte: &u8| match byte.checked_sub(0x80) {
                    None => Some(char::from(*byte)),
                    Some(place) => letters.get(usize::from(place)).copied(),
                };
                bytes.iter().filter_map(letter).collect()
            }
        }
    }

    /// Whether plain ASCII may stand for other letters.
    pub(super) fn hides_in_ascii(self) -> bool {
        self.0 == Kind::Web(ISO_2022_JP)
    }

    /// Whether a short text in it may happen to be UTF-8 as well: its letters have several bytes, or
    /// are hidden in ASCII.
    pub(super) fn may_pass_for_utf8(self) -> bool {
        let several = [SHIFT_JIS, GBK, GB18030, BIG5, EUC_KR, encoding_rs::EUC_JP];
        self.hides_in_ascii() || several.map(Kind::Web).contains(&self.0)
    }

    /// Where the next byte is, after one at such a place.
    pub(super) fn after(self, at: Within, byte: u8) -> Within {
        let Kind::Web(encoding) = self.0 else {
            return Within::Start;
        };
        if encoding == ISO_2022_JP {
            return match (at, byte) {
                (_, 0x1B) => Within::Escape(0),
                (Within::Escape(0), b'$') => Within::Escape(1),
                (Within::Escape(0), _) => Within::Escape(2),
                (Within::Escape(1) | Within::Shifted, _) => Within::Shifted,
                _ => Within::Start,
            };
        }
        let leads = if encoding == SHIFT_JIS {
            matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
        } else {
            [GBK, GB18030, BIG5, EUC_KR].contains(&encoding) && matches!(byte, 0x81..=0xFE)
        };
        if leads && at == Within::Start {
            Within::Trail
        } else {
            Within::Start
        }
    }
}

/// How much of a text is UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Utf8 {
    /// All of it.
    Whole,
    /// There are characters of several bytes in it, and some that are cut or wrong.
    Damaged,
    /// None of what is beyond ASCII.
    Not,
}

/// How much of these bytes is UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Utf8 {
    if std::str::from_utf8(bytes).is_ok() {
        return Utf8::Whole;
    }
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        right += chunk
            .valid()
            .chars()
            .filter(|sign| !sign.is_ascii())
            .count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    if right > wrong {
        Utf8::Damaged
    } else {
        Utf8::Not
    }
}

/// Whether a text ends within a character of UTF-8.
pub(super) fn ends_cut(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(4)..).unwrap_or(bytes);
    let Some(lead) = tail.iter().rposition(|byte| *byte >= 0xC2) else {
        return false;
    };
    let rest = tail.get(lead..).unwrap_or_default();
    std::str::from_utf8(rest).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::{Charset, Utf8, ends_cut, utf8};

    #[test]
    fn charsets_have_many_names() {
        for (name, bytes, text) in [
            ("KS_C_5601", &b"\xC8\xAB\xB1\xE6\xB5\xBF"[..], "홍길동"),
            ("EUC_KR", b"\xC8\xAB\xB1\xE6\xB5\xBF", "홍길동"),
            ("GB2312", b"\xD1\xF9\xB1\xBE", "样本"),
            ("cp936", b"\xD1\xF9\xB1\xBE", "样本"),
            ("GB18030", b"\xD1\xF9\xB1\xBE", "样本"),
            ("BIG5", b"\xBC\xCB\xA5\xBB", "樣本"),
            ("EUC-JP", b"\xB2\xD6\xBB\xD2", "花子"),
            ("ISO-2022-JP", b"\x1B$B2V;R\x1B(B", "花子"),
            ("windows-874", b"\xCA\xC1\xAA\xD2\xC2", "สมชาย"),
            ("IBM437", b"J\x81rgen \xE1", "Jürgen ß"),
            ("cp850", b"Jos\x82 \xB5", "José Á"),
            ("ISO8859-2", b"\xA9t\xECp\xE1n", "Štěpán"),
            ("CP1251", b"\xC8\xE2\xE0\xED", "Иван"),
            ("Latin1", b"J\xF6rg \x80", "Jörg €"),
        ] {
            let charset = Charset::named(name).map(|charset| charset.decode(bytes));
            assert_eq!(charset.as_deref(), Some(text), "{name}");
        }
        assert_eq!(Charset::named("hz-gb-2312"), None);
        assert_eq!(Charset::named(""), None);
    }

    #[test]
    fn utf_8_with_a_cut_is_not_taken_for_another_charset() {
        assert_eq!(utf8("äö".as_bytes()), Utf8::Whole);
        assert_eq!(utf8(b"\xC3\xA4\xC3\xB6\xC3"), Utf8::Damaged);
        assert_eq!(utf8(b"J\xF6rg"), Utf8::Not);
        assert!(ends_cut(b"\xD0\x98\xD0") && ends_cut(b"\xF0\x9F\x98"));
        assert!(!ends_cut("я".as_bytes()) && !ends_cut(b"a") && !ends_cut(b"\xE4n"));
    }
}
