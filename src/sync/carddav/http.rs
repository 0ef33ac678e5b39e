//! Requests to one server, with the rules that hold for each of them.
//!
//! The only file that knows the HTTP library. It requires https, follows redirects by hand and only on the same
//! host, and limits how long it waits and how much it reads. Every failure is a [`Stop`].

use std::fmt;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{self, HeaderMap, Response};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Timeout};

use super::auth::{self, Again, Auth, Credentials};
use super::href::{Address, Origin};
use super::reply::{ERROR_BODY, Limited, Refusal, Reply, TooLarge, wait};
use super::stop::{Kind, Stop, not_trusted};
use super::trace::Trace;
use super::xml::{self, Document, Entry};
use crate::domain::remotes::BUSY;
use crate::regular;

/// How long a name may take to be looked up, and a connection to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a request may take to be sent.
const SEND: Duration = Duration::from_mins(2);

/// How long a whole body may take, however steadily it trickles.
const BODY: Duration = Duration::from_mins(30);

/// How long an idle connection is kept: less than servers do, so that a request does not meet a dead one.
const IDLE: Duration = Duration::from_secs(4);

/// The authorities that the system trusts; where they cannot be read, those that can.
fn authorities_of_system() -> impl Iterator<Item = Certificate<'static>> {
    let known = rustls_native_certs::load_native_certs().certs;
    known
        .into_iter()
        .map(|der| Certificate::from_der(&der).to_owned())
}

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// How often one request is sent to the same address: at once, with what was asked for, and with a nonce
/// that is not stale.
const TRIES: usize = 3;

/// The settings of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Allows http.
    pub insecure: bool,
    /// A file with the certificate of an authority that this server is trusted by too, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// How long the server may take to begin its answer, and to go on with it.
    pub timeout: Duration,
    /// Where requests and answers are written for a person.
    pub trace: Option<Trace>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            insecure: false,
            ca_file: None,
            timeout: Duration::from_mins(2),
            trace: None,
        }
    }
}

/// The methods that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Propfind,
    Report,
    Put,
    Delete,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Propfind => "PROPFIND",
            Self::Report => "REPORT",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a redirect may be followed: a request that changes nothing.
    fn is_reading(self) -> bool {
        matches!(self, Self::Propfind | Self::Report)
    }
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request<'a> {
    pub method: Method,
    pub address: &'a Address,
    pub headers: Vec<(&'static str, String)>,
    pub body: &'a str,
    /// How many bytes of an answer are read.
    pub limit: u64,
}

/// What was done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests, those that were sent once more or elsewhere included.
    pub requests: u64,
    /// Bytes of the bodies, as they are when they are not packed.
    pub bytes: u64,
}

/// A connection to one server, for one run.
pub struct Client {
    agent: Agent,
    auth: Auth,
    origin: Origin,
    settings: Settings,
    traffic: Traffic,
    moved: Option<(Address, Address)>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Client({})", self.origin)
    }
}

impl Client {
    /// Prepares to talk to the server of an address. Sends nothing.
    pub fn new(
        address: &Address,
        settings: Settings,
        credentials: Credentials,
    ) -> Result<Self, Stop> {
        let origin = address.origin.clone();
        if !origin.secure && !origin.is_loopback() && !settings.insecure {
            let why = format!(
                "{origin} does not use https, so others could read the password on its way; use https. If that is \
                 right all the same, set the remote up by hand in config.toml, with insecure = true"
            );
            return Err(odd(&why));
        }
        let roots = match &settings.ca_file {
            None => RootCerts::PlatformVerifier,
            Some(path) => {
                let shown = path.display();
                let pem = regular::read(path)
                    .map_err(|error| odd(&format!("cannot read {shown}: {error}")))?;
                let mut certificates: Vec<_> = parse_pem(&pem)
                    .filter_map(|item| match item {
                        Ok(PemItem::Certificate(certificate)) => Some(certificate),
                        _ => None,
                    })
                    .collect();
                if certificates.is_empty() {
                    return Err(odd(&format!("{shown} contains no PEM certificate")));
                }
                certificates.extend(authorities_of_system());
                RootCerts::new_with_certs(&certificates)
            }
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_age(IDLE)
            .max_response_header_size(64 * 1024)
            .user_agent(concat!("callbook/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_send_request(Some(SEND))
            .timeout_send_body(Some(SEND))
            .timeout_recv_response(Some(settings.timeout))
            .timeout_per_read(Some(settings.timeout))
            .timeout_recv_body(Some(BODY))
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        if origin.is_loopback() {
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().into(),
            auth: Auth::new(credentials),
            origin,
            settings,
            traffic: Traffic::default(),
            moved: None,
        })
    }

    /// What was sent and read so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Which address was said to have moved for good, and where to.
    pub(crate) fn moved(&self) -> Option<&(Address, Address)> {
        self.moved.as_ref()
    }

    /// Sends a request, and follows where it is sent on to.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> Result<Reply, Stop> {
        let mut address = request.address.clone();
        let mut is_for_good = true;
        for _ in 0..=REDIRECTS {
            let response = self.authorised(request, &address)?;
            let status = response.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                let trace = self.settings.trace.as_ref();
                return Ok(reply(response, address, request.limit, trace));
            }
            let location = header(response.headers(), "location").unwrap_or_default();
            self.drain(response);
            let target = self.redirected(request.method, &address, &location)?;
            is_for_good &= matches!(status, 301 | 308);
            if is_for_good {
                self.moved = Some((request.address.clone(), target.clone()));
            }
            address = target;
        }
        Err(odd(&format!("{} redirects too many times", self.origin)))
    }

    /// Where a redirect leads, if it may be followed.
    fn redirected(&self, method: Method, from: &Address, location: &str) -> Result<Address, Stop> {
        let mut target = match from.resolve(location) {
            Ok(target) if !location.is_empty() => target,
            _ => return Err(odd(&format!("{} sent an invalid redirect", self.origin))),
        };
        // A proxy in front of a server that does not know of it: the scheme is put back.
        if from.origin.secure && !target.origin.secure && from.origin.host == target.origin.host {
            let named = target.origin.port;
            target.origin.secure = true;
            target.origin.port = if named == 80 { from.origin.port } else { named };
        }
        if !from.origin.trusts(&target.origin) {
            let why = format!(
                "{} redirects to another host: {}",
                self.origin, target.origin
            );
            return Err(Stop::new(Kind::Elsewhere(target.to_string()), None, &why));
        }
        if !method.is_reading() {
            let why = format!(
                "{} redirects a {} to {target}, and what changes something is not sent on; where the address book is \
                 there now, give its address as the url of this remote",
                self.origin,
                method.name()
            );
            return Err(odd(&why));
        }
        Ok(target)
    }

    /// Sends a request to an address, once more where the server asks for something.
    fn authorised(
        &mut self,
        request: &Request<'_>,
        address: &Address,
    ) -> Result<Response<Body>, Stop> {
        for attempt in 1..=TRIES {
            let path = address.request_path();
            let authorization = self
                .auth
                .header(request.method.name(), &path)
                .map_err(|fault| self.refused(fault))?;
            let response = self.exchange(request, address, authorization.as_deref())?;
            if response.status().as_u16() != 401 {
                return Ok(response);
            }
            let challenges: Vec<_> = response
                .headers()
                .get_all("www-authenticate")
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .collect();
            self.drain(response);
            let again = self
                .auth
                .challenged(&challenges, attempt > 1)
                .map_err(|fault| self.refused(fault))?;
            if again == Again::No {
                break;
            }
        }
        let why = format!(
            "{} refused the user name or password; some servers need an app password",
            self.origin
        );
        Err(Stop::new(Kind::SignIn, Some(401), &why))
    }

    fn refused(&self, fault: auth::Fault) -> Stop {
        match fault {
            auth::Fault::Refused(why) => {
                let why = format!("{}: {why}", self.origin);
                Stop::new(Kind::SignIn, Some(401), &why)
            }
            auth::Fault::NoSecret(why) => {
                let why = format!("no password for {}: {why}", self.origin);
                Stop::new(Kind::NoSecret, None, &why)
            }
        }
    }

    /// One request and the head of its answer.
    fn exchange(
        &mut self,
        request: &Request<'_>,
        address: &Address,
        authorization: Option<&str>,
    ) -> Result<Response<Body>, Stop> {
        // Whatever was resolved, and wherever it came from: the password goes to its own server only.
        if !self.origin.trusts(&address.origin) {
            let why = format!("{address} is on another host than {}", self.origin);
            return Err(Stop::new(Kind::Elsewhere(address.to_string()), None, &why));
        }
        let mut builder = http::Request::builder()
            .method(request.method.name())
            .uri(address.request());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value.as_bytes());
        }
        if let Some(authorization) = authorization {
            builder = builder.header("authorization", authorization.as_bytes());
        }
        self.traffic.requests += 1;
        self.traffic.bytes += request.body.len() as u64;
        let asked = Instant::now();
        if let Some(trace) = &self.settings.trace {
            let what = (request.method.name(), address.to_string());
            trace.request(
                (what.0, &what.1),
                &request.headers,
                authorization,
                request.body,
            );
        }
        let is_bare = request.method == Method::Delete;
        let answer = if is_bare {
            builder
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|request| self.agent.run(request))
        } else {
            let body = request.body.to_owned();
            builder
                .body(body)
                .map_err(ureq::Error::from)
                .and_then(|request| self.agent.run(request))
        };
        match (answer, &self.settings.trace) {
            (Ok(response), trace) => {
                if let Some(trace) = trace {
                    trace.answer(response.status().as_u16(), response.headers(), asked);
                }
                Ok(response)
            }
            (Err(error), trace) => {
                let stop = self.no_answer(&error);
                if let Some(trace) = trace {
                    trace.failed(&stop.why, asked);
                }
                Err(stop)
            }
        }
    }

    /// Reads what is left of an answer that says nothing, so that its connection can be used again.
    fn drain(&mut self, response: Response<Body>) {
        let mut body = response.into_body().into_reader().take(ERROR_BODY);
        let read = io::copy(&mut body, &mut io::sink()).unwrap_or_default();
        self.traffic.bytes += read;
    }

    /// Reads a `multistatus`, and hands out its entries with the address that answered.
    pub(crate) fn multistatus(
        &mut self,
        request: &Request<'_>,
        mut each: impl FnMut(Entry, &Address),
    ) -> Result<Document, Stop> {
        let mut reply = self.send(request)?;
        if !matches!(reply.status, 200 | 207) {
            return Err(self.stopped(reply).0);
        }
        let address = reply.address.clone();
        let document = self.document(&mut reply, |entry| each(entry, &address))?;
        if document.is_multistatus {
            Ok(document)
        } else {
            let why = format!(
                "{}: the response is an error with a status that says otherwise",
                self.origin
            );
            Err(Stop::new(Kind::Odd, Some(reply.status), &why))
        }
    }

    /// Reads the body of an answer as a document.
    pub(crate) fn document(
        &mut self,
        reply: &mut Reply,
        each: impl FnMut(Entry),
    ) -> Result<Document, Stop> {
        let read = xml::read(&mut reply.body, each);
        self.traffic.bytes += reply.body.read;
        read.map_err(|fault| self.unreadable(&fault, reply.status))
    }

    /// Reads the body of an error, or what else is not looked at.
    pub(crate) fn refusal(&mut self, mut reply: Reply) -> Refusal {
        let refusal = Refusal::read(&mut reply.body, &self.auth.secrets());
        self.traffic.bytes += reply.body.read;
        refusal
    }

    /// What a status that is no success means for the whole address book.
    pub(crate) fn stopped(&mut self, reply: Reply) -> (Stop, Refusal) {
        let status = reply.status;
        let address = reply.address.to_string();
        let kind = match status {
            200..=299 if reply.is_page => Kind::Page,
            403 => Kind::Forbidden,
            404 | 410 => Kind::Gone,
            408 | 423 | 425 | 429 | 503 => Kind::Later(reply.retry_after),
            500.. => Kind::Unknown,
            _ => Kind::Odd,
        };
        let refusal = self.refusal(reply);
        let origin = &self.origin;
        let mut why = match kind {
            Kind::Page => format!("{origin}: {}", xml::Fault::Page),
            Kind::Forbidden => format!("{origin} denied access ({status})"),
            Kind::Gone => format!("nothing found at {address} ({status})"),
            Kind::Later(_) => format!("{origin}{BUSY}{status})"),
            _ => format!("{origin} answered {status}"),
        };
        let said = refusal.said();
        if !said.is_empty() && kind != Kind::Page {
            why.push_str(": ");
            why.push_str(&said);
        }
        (Stop::new(kind, Some(status), &why), refusal)
    }

    fn no_answer(&self, error: &ureq::Error) -> Stop {
        let origin = &self.origin;
        let connecting = format!("cannot connect to {origin}");
        let (kind, why) = match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                let seconds = CONNECT.as_secs();
                (
                    Kind::Unreachable,
                    format!("{connecting}: no answer within {seconds} s"),
                )
            }
            ureq::Error::Timeout(_) => (Kind::Unknown, self.timed_out()),
            ureq::Error::HostNotFound => (Kind::Unreachable, format!("{connecting}: no such host")),
            ureq::Error::ConnectionFailed
            | ureq::Error::ConnectProxyFailed(_)
            | ureq::Error::InvalidProxyUrl => (Kind::Unreachable, format!("{connecting}: {error}")),
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => (
                Kind::Unreachable,
                format!("{connecting}: {}", not_trusted(&error.to_string())),
            ),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::AddrNotAvailable => {
                    (Kind::Unreachable, format!("{connecting}: {error}"))
                }
                // A certificate that is not trusted.
                io::ErrorKind::InvalidData => (
                    Kind::Unreachable,
                    format!("{connecting}: {}", not_trusted(&error.to_string())),
                ),
                // The standard library has no kind for this.
                _ if error.to_string().starts_with("failed to lookup address") => (
                    Kind::Unreachable,
                    format!("{connecting}: no such host, or no network"),
                ),
                _ => return self.broken(error),
            },
            ureq::Error::Http(_) | ureq::Error::BadUri(_) => (
                Kind::Odd,
                format!("{origin}: cannot send the request: {error}"),
            ),
            other => (Kind::Unknown, format!("{origin}: {other}")),
        };
        Stop::new(kind, None, &why)
    }

    fn timed_out(&self) -> String {
        format!(
            "{} did not answer within {} s",
            self.origin,
            self.settings.timeout.as_secs()
        )
    }

    /// What an answer that cannot be read to its end means.
    fn broken(&self, error: &io::Error) -> Stop {
        let inner = error.get_ref();
        if let Some(large) = inner.and_then(|inner| inner.downcast_ref::<TooLarge>()) {
            return odd(&format!("{}: {large}", self.origin));
        }
        let of_the_library = inner.and_then(|inner| inner.downcast_ref::<ureq::Error>());
        let timed_out = matches!(of_the_library, Some(ureq::Error::Timeout(_)))
            || matches!(
                error.kind(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
            );
        let why = if timed_out {
            self.timed_out()
        } else {
            format!("the connection to {} was lost: {}", self.origin, error)
        };
        Stop::new(Kind::Unknown, None, &why)
    }

    fn unreadable(&self, fault: &xml::Fault, status: u16) -> Stop {
        let kind = match fault {
            xml::Fault::Read(error) => {
                let mut stop = self.broken(error);
                if stop.kind == Kind::Odd {
                    stop.status = Some(status);
                }
                return stop;
            }
            // It was cut short where nothing says how long it is.
            xml::Fault::Open => Kind::Unknown,
            xml::Fault::Page => Kind::Page,
            _ => Kind::Odd,
        };
        let way_out = match kind {
            Kind::Odd => {
                "; nothing was changed. Check that this is the address of a CardDAV server; --trace FILE writes down \
                 what it answers"
            }
            _ => "",
        };
        let why = format!("{}: {fault}{way_out}", self.origin);
        Stop::new(kind, Some(status), &why)
    }
}

fn reply(response: Response<Body>, address: Address, limit: u64, trace: Option<&Trace>) -> Reply {
    let headers = response.headers();
    let kind = header(headers, "content-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    Reply {
        status: response.status().as_u16(),
        address,
        etag: header(headers, "etag").filter(|etag| !etag.is_empty()),
        location: header(headers, "location"),
        retry_after: header(headers, "retry-after").and_then(|text| wait(&text, SystemTime::now())),
        is_page: kind.starts_with("text/html") || kind.starts_with("application/xhtml"),
        body: match trace {
            Some(trace) => Limited::new(trace.body(response.into_body().into_reader()), limit),
            None => Limited::new(response.into_body().into_reader(), limit),
        },
    }
}

fn odd(why: &str) -> Stop {
    Stop::new(Kind::Odd, None, why)
}

/// The text of a header, if it is one that can be sent back as it is.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    String::from_utf8(value.as_bytes().to_vec())
        .ok()
        .map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_good_enough() {
        let open = |address: &str, insecure: bool| {
            let address = Address::read(address).unwrap();
            let settings = Settings {
                insecure,
                ..Settings::default()
            };
            Client::new(&address, settings, Credentials::None).is_ok()
        };
        assert!(open("https://h/", false));
        assert!(open("http://127.0.0.1:5232/", false));
        assert!(!open("http://h/", false));
        assert!(open("http://h/", true));
    }

    #[test]
    fn redirects_stay_on_the_host_and_on_https() {
        let address = |text: &str| Address::read(text).unwrap();
        let from = address("https://h:8443/a/");
        let client = Client::new(&from, Settings::default(), Credentials::None).unwrap();
        let to = |method, location: &str| {
            let target = client.redirected(method, &from, location);
            target
                .map(|target| target.to_string())
                .map_err(|stop| stop.kind)
        };
        let reading = Method::Propfind;
        assert_eq!(to(reading, "/b").unwrap(), "https://h:8443/b");
        assert_eq!(to(reading, "http://h/b").unwrap(), "https://h:8443/b");
        let other = "https://p12-h:8443/b".to_owned();
        assert_eq!(to(reading, &other), Err(Kind::Elsewhere(other)));
        assert!(matches!(
            to(reading, "https://h/b"),
            Err(Kind::Elsewhere(_))
        ));
        assert!(matches!(
            to(reading, "http://evil/b"),
            Err(Kind::Elsewhere(_))
        ));
        assert_eq!(to(reading, ""), Err(Kind::Odd));
        assert_eq!(to(reading, "ftp://h/"), Err(Kind::Odd));
        assert_eq!(to(Method::Put, "/b"), Err(Kind::Odd));
    }
}
