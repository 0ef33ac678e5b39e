//! Authentication: Basic with the first request, Digest where the server asks for it, a Bearer token.
//!
//! RFC 7617, RFC 7616 and 2617, RFC 6750. A refused password is not sent again: servers lock accounts after a few
//! failures.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::domain::secret::Secret;

/// Returns a token; called again when the last one was refused.
pub type Renew = Box<dyn FnMut() -> Result<Secret, String> + Send>;

/// How to authenticate.
pub enum Credentials {
    /// Nothing.
    None,
    /// A name with its password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token, and the function that gets one.
    Token(Renew),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::Password { .. } => "Password",
            Self::Token(_) => "Token",
        })
    }
}

/// Why a request cannot be authorised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The server asks for a scheme that callbook does not support.
    Refused(String),
    /// The password or token is not available.
    NoSecret(String),
}

/// The `Authorization` headers of a run.
#[derive(Debug)]
pub struct Auth {
    credentials: Credentials,
    token: Option<Secret>,
    digest: Option<Digest>,
}

/// What is done after a 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The request is sent once more, with another header.
    Yes,
    /// The server has seen the right thing and refused it.
    No,
}

impl Auth {
    /// Begins with nothing sent yet.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            token: None,
            digest: None,
        }
    }

    /// What must never be shown: the password or token, plain and as it is sent. A secret of one or two characters is left
    /// out, since blanking it would garble any text.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = Vec::new();
        if let Credentials::Password { user, password } = &self.credentials {
            let both = format!("{user}:{}", password.text());
            secrets.push(Secret::new(STANDARD.encode(&both)));
            secrets.push(Secret::new(both));
            secrets.push(password.clone());
        }
        secrets.extend(self.token.clone());
        secrets.retain(|secret| secret.text().len() > 2);
        secrets
    }

    /// The header for one request, if there is one.
    pub fn header(&mut self, method: &str, path: &str) -> Result<Option<String>, Fault> {
        match &mut self.credentials {
            Credentials::None => Ok(None),
            Credentials::Password { user, password } => {
                if let Some(digest) = &mut self.digest {
                    return Ok(Some(digest.header(user, password, method, path, &nonce())));
                }
                if user.contains(':') {
                    let why = "a user name with a colon cannot be sent".to_owned();
                    return Err(Fault::NoSecret(why));
                }
                let both = format!("{user}:{}", password.text());
                Ok(Some(format!("Basic {}", STANDARD.encode(both))))
            }
            Credentials::Token(renew) => {
                let token = match &self.token {
                    Some(token) => token.clone(),
                    None => renew().map_err(Fault::NoSecret)?,
                };
                let header = format!("Bearer {}", token.text());
                self.token = Some(token);
                Ok(Some(header))
            }
        }
    }

    /// What a 401 with these `WWW-Authenticate` says. `is_second` is one to a request that was sent once more.
    pub fn challenged(&mut self, headers: &[String], is_second: bool) -> Result<Again, Fault> {
        let challenges: Vec<Challenge> = headers
            .iter()
            .flat_map(|header| challenges(header))
            .collect();
        match &self.credentials {
            Credentials::None => Ok(Again::No),
            Credentials::Token(_) if is_second => Ok(Again::No),
            Credentials::Token(_) => {
                self.token = None;
                Ok(Again::Yes)
            }
            Credentials::Password { .. } => {
                let offered = challenges
                    .iter()
                    .filter_map(Digest::read)
                    .max_by_key(Digest::rank);
                let is_basic = challenges.iter().any(|challenge| challenge.is("basic"));
                let Some(offered) = offered else {
                    let names: Vec<_> = challenges
                        .iter()
                        .map(|challenge| challenge.scheme.as_str())
                        .collect();
                    return if is_basic || names.is_empty() {
                        Ok(Again::No)
                    } else {
                        let names = names.join(", ");
                        Err(Fault::Refused(format!(
                            "the server accepts only {names}, which callbook does not support"
                        )))
                    };
                };
                let is_new = match &self.digest {
                    // Basic was refused though it is offered: another way would not make the password right.
                    None => !is_basic,
                    // The nonce was used up, which some servers say only by giving another one.
                    Some(old) => offered.stale || old.nonce != offered.nonce,
                };
                if is_second && !(self.digest.is_none() || offered.stale) {
                    return Ok(Again::No);
                }
                if is_new {
                    self.digest = Some(offered);
                }
                Ok(if is_new { Again::Yes } else { Again::No })
            }
        }
    }
}

/// A number that is used once.
fn nonce() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// How a Digest is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

/// Bytes in hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A challenge for Digest, and how often its nonce was used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Digest {
    algorithm: Algorithm,
    is_session: bool,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    has_qop: bool,
    stale: bool,
    used: u32,
}

impl Digest {
    /// Reads a challenge, if it is one that can be answered.
    fn read(challenge: &Challenge) -> Option<Self> {
        if !challenge.is("digest") {
            return None;
        }
        let name = challenge
            .param("algorithm")
            .unwrap_or("MD5")
            .to_ascii_uppercase();
        let (algorithm, is_session) = match name.as_str() {
            "MD5" => (Algorithm::Md5, false),
            "MD5-SESS" => (Algorithm::Md5, true),
            "SHA-256" => (Algorithm::Sha256, false),
            "SHA-256-SESS" => (Algorithm::Sha256, true),
            _ => return None,
        };
        let qop = challenge.param("qop");
        let has_auth = |qop: &str| {
            qop.split(',')
                .any(|qop| qop.trim().eq_ignore_ascii_case("auth"))
        };
        if qop.is_some_and(|qop| !has_auth(qop)) {
            return None;
        }
        Some(Self {
            algorithm,
            is_session,
            realm: challenge.param("realm").unwrap_or_default().to_owned(),
            nonce: challenge.param("nonce")?.to_owned(),
            opaque: challenge.param("opaque").map(str::to_owned),
            has_qop: qop.is_some(),
            stale: challenge
                .param("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            used: 0,
        })
    }

    fn rank(&self) -> Algorithm {
        self.algorithm
    }

    /// The header for one more request with this nonce.
    fn header(
        &mut self,
        user: &str,
        password: &Secret,
        method: &str,
        path: &str,
        own_nonce: &str,
    ) -> String {
        self.used += 1;
        let Self { realm, nonce, .. } = self;
        let count = format!("{:08x}", self.used);
        let hash = |text: &str| self.algorithm.hash(text);
        let mut who = hash(&format!("{user}:{realm}:{}", password.text()));
        if self.is_session {
            who = hash(&format!("{who}:{nonce}:{own_nonce}"));
        }
        let what = hash(&format!("{method}:{path}"));
        let response = if self.has_qop {
            hash(&format!("{who}:{nonce}:{count}:{own_nonce}:auth:{what}"))
        } else {
            hash(&format!("{who}:{nonce}:{what}"))
        };
        let mut header = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\", algorithm={}",
            quoted(user),
            quoted(realm),
            quoted(nonce),
            quoted(path),
            self.algorithm.name(),
        );
        if self.is_session {
            header.push_str("-sess");
        }
        if self.has_qop || self.is_session {
            let _ = write!(header, ", cnonce=\"{own_nonce}\"");
        }
        if self.has_qop {
            let _ = write!(header, ", qop=auth, nc={count}");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(header, ", opaque={}", quoted(opaque));
        }
        header
    }
}

/// A text in quotes, as a header has it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One way to answer that a server names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its name, as it was written.
    pub scheme: String,
    /// What is said with it.
    pub params: Vec<(String, String)>,
}

impl Challenge {
    fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    fn param(&self, name: &str) -> Option<&str> {
        let is_it = |(own, _): &&(String, String)| own.eq_ignore_ascii_case(name);
        self.params
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_str())
    }
}

/// The challenges of one `WWW-Authenticate`, which may hold several (RFC 9110, 11.6.1). What is not
/// understood is passed over.
#[must_use]
pub fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let (word, after) = token(rest);
        if word.is_empty() {
            // A sign that cannot be here.
            let mut signs = rest.chars();
            if signs.next().is_none() {
                return found;
            }
            rest = signs.as_str();
            continue;
        }
        let next = after.trim_start_matches([' ', '\t']);
        let is_param = next
            .strip_prefix('=')
            .filter(|value| !value.starts_with('='));
        match (is_param, found.last_mut()) {
            (Some(value), Some(challenge)) => {
                let (value, after) = value_at(value.trim_start_matches([' ', '\t']));
                challenge.params.push((word.to_owned(), value));
                rest = after;
            }
            (Some(value), None) => rest = value_at(value.trim_start_matches([' ', '\t'])).1,
            (None, _) => {
                found.push(Challenge {
                    scheme: word.to_owned(),
                    params: Vec::new(),
                });
                rest = after;
                // `Negotiate YII=`: one text without a name.
                let (text, after) = token68(next);
                let is_text = after.trim_start_matches([' ', '\t']);
                if !text.is_empty() && (is_text.is_empty() || is_text.starts_with(',')) {
                    rest = after;
                }
            }
        }
    }
}

/// The token at the beginning, and what follows.
fn token(text: &str) -> (&str, &str) {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(sign);
    text.split_at(text.find(|sign| !is_part(sign)).unwrap_or(text.len()))
}

/// The text in the letters of base64 at the beginning, and what follows.
fn token68(text: &str) -> (&str, &str) {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "-._~+/".contains(sign);
    let end = text.find(|sign| !is_part(sign)).unwrap_or(text.len());
    let padding = text[end..].bytes().take_while(|byte| *byte == b'=').count();
    text.split_at(end + padding)
}

/// The value at the beginning, in quotes or without, and what follows.
fn value_at(text: &str) -> (String, &str) {
    let Some(inner) = text.strip_prefix('"') else {
        let (value, rest) = token68(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '"' => break,
            '\\' => value.extend(signs.next()),
            sign => value.push(sign),
        }
    }
    (value, signs.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(password: &str) -> Auth {
        Auth::new(Credentials::Password {
            user: "Mufasa".to_owned(),
            password: Secret::new(password.to_owned()),
        })
    }

    #[test]
    fn headers_hold_any_number_of_challenges() {
        type Wanted = &'static [(&'static str, &'static [(&'static str, &'static str)])];
        let table: [(&str, Wanted); 9] = [
            ("Basic realm=\"a, b\"", &[("Basic", &[("realm", "a, b")])]),
            (
                "Digest realm=\"a\\\"b\", nonce=x==, qop=\"auth,auth-int\" , Basic realm=c",
                &[
                    (
                        "Digest",
                        &[
                            ("realm", "a\"b"),
                            ("nonce", "x=="),
                            ("qop", "auth,auth-int"),
                        ],
                    ),
                    ("Basic", &[("realm", "c")]),
                ],
            ),
            ("Negotiate, Bearer", &[("Negotiate", &[]), ("Bearer", &[])]),
            (
                "Negotiate YII=, Basic realm=x",
                &[("Negotiate", &[]), ("Basic", &[("realm", "x")])],
            ),
            ("Basic", &[("Basic", &[])]),
            ("basic realm = \"x\"", &[("basic", &[("realm", "x")])]),
            ("Basic realm=\"x", &[("Basic", &[("realm", "x")])]),
            ("", &[]),
            (",, \"x\" = ;", &[("x", &[])]),
        ];
        for (header, wanted) in table {
            let found = challenges(header);
            let found: Vec<_> = found
                .iter()
                .map(|challenge| {
                    let params = challenge.params.iter();
                    let params = params.map(|(name, value)| (name.as_str(), value.as_str()));
                    (challenge.scheme.as_str(), params.collect::<Vec<_>>())
                })
                .collect();
            let wanted: Vec<_> = wanted
                .iter()
                .map(|(scheme, params)| (*scheme, params.to_vec()))
                .collect();
            assert_eq!(found, wanted, "{header}");
        }
    }

    /// The examples of RFC 2617, 3.5 and RFC 7616, 3.9.1.
    #[test]
    fn a_digest_is_reckoned_as_in_the_standards() {
        let table = [
            (
                "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
                 nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
                "Circle Of Life",
                "0a4f113b",
                "6629fae49393a05397450978507c4ef1",
            ),
            (
                "Digest realm=\"http-auth@example.org\", qop=\"auth\", algorithm=MD5, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"",
                "Circle of Life",
                "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                "8ca523f5e9506fed4657c9700eebdbec",
            ),
            (
                "Digest realm=\"http-auth@example.org\", qop=\"auth\", algorithm=SHA-256, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"",
                "Circle of Life",
                "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ];
        for (header, password, own_nonce, response) in table {
            let mut digest = Digest::read(&challenges(header)[0]).unwrap();
            let password = Secret::new(password.to_owned());
            let header = digest.header("Mufasa", &password, "GET", "/dir/index.html", own_nonce);
            assert!(
                header.contains(&format!("response=\"{response}\"")),
                "{header}"
            );
            assert!(header.contains("nc=00000001"), "{header}");
        }
    }

    #[test]
    fn a_nonce_is_counted_and_another_one_taken_when_it_is_stale() {
        let mut auth = password("secret");
        let first = auth.header("GET", "/").unwrap().unwrap();
        assert_eq!(first, "Basic TXVmYXNhOnNlY3JldA==");
        let challenge = |nonce: &str, more: &str| {
            vec![format!(
                "Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\"{more}"
            )]
        };
        assert_eq!(auth.challenged(&challenge("a", ""), false), Ok(Again::Yes));
        for count in ["00000001", "00000002"] {
            let header = auth.header("GET", "/").unwrap().unwrap();
            assert!(header.contains(&format!("nc={count}")), "{header}");
            assert!(!header.contains("secret"));
        }
        let stale = challenge("b", ", stale=TRUE");
        assert_eq!(auth.challenged(&stale, false), Ok(Again::Yes));
        let header = auth.header("GET", "/").unwrap().unwrap();
        assert!(
            header.contains("nonce=\"b\"") && header.contains("nc=00000001"),
            "{header}"
        );
        // The same nonce again: the password is wrong.
        assert_eq!(auth.challenged(&challenge("b", ""), true), Ok(Again::No));
        assert_eq!(auth.challenged(&challenge("c", ""), true), Ok(Again::No));
    }

    #[test]
    fn a_wrong_password_is_sent_once() {
        let mut auth = password("secret");
        let basic = ["Basic realm=\"x\"".to_owned()];
        assert_eq!(auth.challenged(&basic, false), Ok(Again::No));
        assert_eq!(auth.challenged(&[], false), Ok(Again::No));
        let both = ["Basic realm=\"x\", Digest realm=\"x\", nonce=\"n\"".to_owned()];
        assert_eq!(auth.challenged(&both, false), Ok(Again::No));
        let other = ["Negotiate".to_owned()];
        assert!(matches!(
            auth.challenged(&other, false),
            Err(Fault::Refused(_))
        ));
    }

    #[test]
    fn a_token_is_asked_for_once_more() {
        let mut given = 0;
        let mut auth = Auth::new(Credentials::Token(Box::new(move || {
            given += 1;
            Ok(Secret::new(format!("t{given}")))
        })));
        for _ in 0..2 {
            assert_eq!(auth.header("GET", "/").unwrap().unwrap(), "Bearer t1");
        }
        assert_eq!(auth.challenged(&[], false), Ok(Again::Yes));
        assert_eq!(auth.header("GET", "/").unwrap().unwrap(), "Bearer t2");
        assert_eq!(auth.challenged(&[], true), Ok(Again::No));
    }

    #[test]
    fn what_a_server_says_stays_in_its_quotes() {
        let header = "Digest realm=\"a\\\", uri=\\\"x\", nonce=\"n\\\\\", opaque=\"o\"";
        let mut digest = Digest::read(&challenges(header)[0]).unwrap();
        let password = Secret::new("p".to_owned());
        let header = digest.header("a\"b", &password, "GET", "/", "c");
        let read = &challenges(&header)[0];
        assert_eq!(read.param("username"), Some("a\"b"));
        assert_eq!(read.param("realm"), Some("a\", uri=\"x"));
        assert_eq!(read.param("nonce"), Some("n\\"));
        assert_eq!(read.param("uri"), Some("/"));
        assert_eq!(read.param("qop"), None);
        assert_eq!(format!("{password:?}"), "Secret");
    }
}
