//! An answer: what its head says, a body with a limit, and the words of an error.

use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, SystemTime};

use super::href::Address;
use super::xml::{self, Document};
use crate::domain::safe::safe;
use crate::domain::secret::Secret;

/// The longest wait that a server is granted.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// How much of the body of an error is read.
pub(crate) const ERROR_BODY: u64 = 64 * 1024;

/// How much of what a server says in an error is shown.
const WORDS: usize = 200;

/// What a server answered, but for a redirect or a 401.
pub(crate) struct Reply {
    pub status: u16,
    /// The address that answered.
    pub address: Address,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub retry_after: Option<Duration>,
    /// Whether it calls itself a web page.
    pub is_page: bool,
    pub body: Limited,
}

/// The body of an error, as far as it is understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusal {
    pub document: Document,
    /// What it says to people, made safe and short.
    pub words: String,
}

impl Refusal {
    /// Reads the body of an error, without these secrets, which some servers repeat. What was cut short is shown as far
    /// as it came.
    pub(crate) fn read(body: &mut Limited, secrets: &[Secret]) -> Self {
        let mut bytes = Vec::new();
        let _ = body.take(ERROR_BODY).read_to_end(&mut bytes);
        let Ok(document) = xml::read(bytes.as_slice(), drop) else {
            let words = without_tags(&String::from_utf8_lossy(&bytes));
            let words = short(&blanked(words, secrets));
            return Self {
                document: Document::default(),
                words,
            };
        };
        let words = short(&blanked(document.words.clone(), secrets));
        Self { document, words }
    }

    pub(crate) fn names(&self, condition: &str) -> bool {
        self.document
            .conditions
            .iter()
            .any(|name| name == condition)
    }

    /// What it says: the condition and the words.
    pub(crate) fn said(&self) -> String {
        let condition = self.document.conditions.first();
        let condition = condition.map(|name| safe(name).into_owned());
        let words = Some(self.words.clone()).filter(|words| !words.is_empty());
        let said: Vec<_> = condition.into_iter().chain(words).collect();
        said.join(": ")
    }
}

/// How long `Retry-After` asks to wait: seconds, or a date.
pub(crate) fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let wait = if let Ok(seconds) = text.trim().parse() {
        Duration::from_secs(seconds)
    } else {
        let date = chrono::DateTime::parse_from_rfc2822(text.trim()).ok()?;
        SystemTime::from(date)
            .duration_since(now)
            .unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

/// The text of a page or a document, roughly.
fn without_tags(text: &str) -> String {
    let mut words = String::new();
    let mut is_tag = false;
    for sign in text.chars() {
        match sign {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                words.push(' ');
            }
            sign if !is_tag => words.push(sign),
            _ => {}
        }
    }
    words
}

/// A text with each secret in it left out.
fn blanked(mut text: String, secrets: &[Secret]) -> String {
    for secret in secrets {
        text = text.replace(secret.text(), "…");
    }
    for scheme in ["basic ", "digest ", "bearer "] {
        text = without_values(&text, scheme);
    }
    text
}

/// A text without what stands behind the name of a way to sign in: the rest of its line, or one word where it is no
/// header.
fn without_values(text: &str, scheme: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    let lower = |text: &str| text.to_ascii_lowercase();
    while let Some(at) = lower(rest).find(scheme) {
        let (before, value) = rest.split_at(at + scheme.len());
        left.push_str(before);
        let is_digest = scheme.starts_with('d') && value.contains('=');
        let end = if is_digest {
            value.find(['\r', '\n'])
        } else {
            value.find(char::is_whitespace)
        };
        let (word, after) = value.split_at(end.unwrap_or(value.len()));
        // A word of a sentence, such as of `basic authentication`, is no value.
        let is_value =
            is_digest || word.len() > 12 && word.bytes().any(|byte| !byte.is_ascii_lowercase());
        left.push_str(if is_value { "…" } else { word });
        rest = after;
    }
    left + rest
}

/// The first words of a text, harmless and on one line.
fn short(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let words: String = words.join(" ").chars().take(WORDS).collect();
    safe(&words).into_owned()
}

/// A body that may have so many bytes.
pub(crate) struct Limited {
    inner: Box<dyn Read + Send>,
    limit: u64,
    /// How many were read.
    pub read: u64,
}

impl Limited {
    pub(crate) fn new(body: impl Read + Send + 'static, limit: u64) -> Self {
        Self {
            inner: Box::new(body),
            limit,
            read: 0,
        }
    }
}

/// A body that has more.
#[derive(Debug)]
pub(crate) struct TooLarge(u64);

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the response is larger than {} MB",
            self.0 / (1024 * 1024)
        )
    }
}

impl std::error::Error for TooLarge {}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.read += got as u64;
        if self.read > self.limit {
            return Err(io::Error::other(TooLarge(self.limit)));
        }
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_mins(24_090_207);
        let table = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(60)),
            ("Wed, 21 Oct 2015 07:00:00 GMT", Some(0)),
            ("Wed, 21 Oct 2099 07:00:00 GMT", Some(86_400)),
            ("99999999999", Some(86_400)),
            ("soon", None),
            ("-1", None),
        ];
        for (text, seconds) in table {
            assert_eq!(
                wait(text, now).map(|wait| wait.as_secs()),
                seconds,
                "{text}"
            );
        }
    }

    #[test]
    fn what_a_server_repeats_of_a_secret_is_left_out() {
        let secret = Secret::new("hunter22".to_owned());
        for body in [
            "sent: hunter22, hunter22".to_owned(),
            "<d:error xmlns:d='DAV:'>hunter22</d:error>".to_owned(),
            format!("{}hunter22", "x".repeat(WORDS - 4)),
            "Authorization: Digest username=\"ann\", response=\"hunt0123\"\r\n".to_owned(),
            "authorization: bearer hunt.0123456789ABCDEF and more".to_owned(),
        ] {
            let mut body = Limited::new(std::io::Cursor::new(body), ERROR_BODY);
            let refusal = Refusal::read(&mut body, std::slice::from_ref(&secret));
            assert!(!refusal.said().contains("hunt"), "{}", refusal.said());
        }
    }

    #[test]
    fn what_a_server_says_is_short_and_harmless() {
        let page = "<html><body>\u{1b}]52;c;x\u{7}<p>Too  large</p>".to_owned() + &"x".repeat(999);
        let words = short(&without_tags(&page));
        assert!(words.contains("Too large"), "{words}");
        assert!(
            !words.contains('\u{1b}') && words.chars().count() <= WORDS,
            "{words}"
        );
    }
}
