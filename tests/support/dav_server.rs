//! A `CardDAV` server that speaks real bytes over loopback, and misbehaves as real ones do.
//!
//! One person, `ann`, with one address book. Each way to misbehave is a switch in [`Ways`], and can be set
//! while it runs. It counts requests and keeps what was asked.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_collect
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

/// Where the address book is.
pub const BOOK: &str = "/dav/ann/contacts/";

/// Who may ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    #[default]
    Anybody,
    /// `ann` with `secret`.
    Basic,
    /// The same; a nonce is good for five requests.
    Digest,
    /// The token `token-N` of the present N.
    Bearer,
}

/// The ways of a server. None of them is set at first.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    pub access: Access,
    pub token_number: u64,
    pub strips_x: bool,
    pub rewrites_labels: bool,
    /// The lines of a card are stored in another order, with the version that is answered.
    pub sorts_lines: bool,
    /// A card that was made and deleted since a token is not named.
    pub forgets_short_lives: bool,
    pub no_etag_after_put: bool,
    pub wrong_etag_after_put: bool,
    pub ignores_if_match: bool,
    pub gives_uids: bool,
    pub gives_hrefs: bool,
    pub one_card_a_uid: bool,
    pub no_sync_collection: bool,
    pub no_tag: bool,
    pub refuses_empty_token: bool,
    /// Takes no token that it gave.
    pub loses_tokens: bool,
    /// Each so many cards asked for, one is not answered.
    pub leaves_out: Option<u64>,
    /// Each so many full lists, one is empty.
    pub lists_nothing: Option<u64>,
    /// A list ends after so many.
    pub pages: Option<usize>,
    /// One address that is not in the book, and the whole request is answered 404.
    pub strict_multiget: bool,
    /// More cards than this at once are answered 507.
    pub most_cards: Option<usize>,
    /// A card with this text in it is refused, with this status.
    pub refuses: Option<(String, u16)>,
    /// A deletion is refused, with this status.
    pub refuses_deletions: Option<u16>,
    /// Reading a card with this text in it fails with 500.
    pub chokes_on: Option<String>,
    pub drops_numbers: bool,
    /// Lines of these properties are not kept.
    pub drops: &'static [&'static str],
    /// A note is kept up to so many bytes.
    pub cuts_notes: Option<usize>,
    /// Italian numbers are kept without their country.
    pub national_numbers: bool,
    /// A card that was made is not said to be elsewhere.
    pub no_location: bool,
    /// What begins each address that is named, as `http://other`.
    pub calls_itself: Option<String>,
    /// A request with this text in it is not answered.
    pub hangs_up_on: Option<String>,
    /// What is written is stored, and not answered.
    pub loses_answers: bool,
    /// Each card is answered without its text.
    pub has_no_text: bool,
    /// What is written is not stored, though it says so.
    pub stores_nothing: bool,
    /// Cards are sent in version 3.0 unless 4.0 is asked for.
    pub sends_version_3: bool,
    pub escapes_hrefs: bool,
    pub doubles_hrefs: bool,
    pub read_only: bool,
    pub carriage_returns_as_references: bool,
    /// The home of the person is at this address.
    pub home: Option<String>,
    /// The book answers with this status to everything.
    pub book_status: Option<u16>,
    /// The book answers with this text to everything, as if it were a list.
    pub says: Option<String>,
    /// The book redirects to this address.
    pub redirects: Option<String>,
    /// The book has moved from here for good.
    pub moved_from: Option<String>,
    /// A card that is there is always said to have changed when it is written.
    pub always_moved: bool,
    /// Cards of this name are listed, and not found when they are asked for.
    pub not_found: Option<String>,
    /// Requests with this method are not answered before this is none again: before they are done, or after.
    pub waits: Option<(&'static str, Moment)>,
}

/// When a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

/// A stored card.
#[derive(Clone, Debug)]
pub struct Stored {
    pub text: String,
    pub etag: String,
    revision: u64,
}

/// What a server holds.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub ways: Ways,
    /// By their paths.
    pub cards: BTreeMap<String, Stored>,
    gone: BTreeMap<String, u64>,
    /// When each card was made.
    made: BTreeMap<String, u64>,
    revision: u64,
    lists: u64,
    answered: u64,
    nonce: u64,
    nonce_used: u64,
    is_over: bool,
    /// Whether a request waits now.
    pub is_waiting: bool,
    /// Each request: its method and path, and its depth.
    pub asked: Vec<String>,
    /// Each request's headers and body.
    pub heard: Vec<String>,
}

/// A server that runs until it is dropped.
pub struct DavServer {
    state: Arc<Mutex<State>>,
    port: u16,
    thread: Option<JoinHandle<()>>,
}

impl DavServer {
    pub fn start(ways: Ways) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            ways,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                if shared.lock().unwrap().is_over {
                    return;
                }
                let stream = stream.unwrap();
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self {
            state,
            port,
            thread: Some(thread),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn root(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub fn book(&self) -> String {
        format!("http://127.0.0.1:{}{BOOK}", self.port)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Another program writes a card.
    pub fn store(&self, name: &str, text: &str) {
        self.state().store(&format!("{BOOK}{name}"), text);
    }

    /// Another program deletes a card.
    pub fn delete(&self, name: &str) {
        self.state().delete(&format!("{BOOK}{name}"));
    }

    pub fn card(&self, name: &str) -> Option<Stored> {
        self.state().cards.get(&format!("{BOOK}{name}")).cloned()
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }
}

impl Drop for DavServer {
    fn drop(&mut self) {
        self.state().is_over = true;
        // Wakes the thread that listens.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        // Only then is nobody listening any more.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl State {
    fn store(&mut self, path: &str, text: &str) -> String {
        self.revision += 1;
        let etag = format!("\"r{}\"", self.revision);
        let card = Stored {
            text: text.to_owned(),
            etag: etag.clone(),
            revision: self.revision,
        };
        self.gone.remove(path);
        if !self.cards.contains_key(path) {
            self.made.insert(path.to_owned(), self.revision);
        }
        self.cards.insert(path.to_owned(), card);
        etag
    }

    fn delete(&mut self, path: &str) -> bool {
        self.revision += 1;
        let was_there = self.cards.remove(path).is_some();
        self.gone.insert(path.to_owned(), self.revision);
        was_there
    }

    /// How the text of a card is stored.
    fn kept(&self, text: &str) -> String {
        let mut kept = String::new();
        let mut is_left_out = false;
        let mut numbers = 0;
        for line in text.split_inclusive('\n') {
            let is_folded = line.starts_with([' ', '\t']);
            if is_folded && is_left_out {
                continue;
            }
            if !is_folded {
                let name = line.to_ascii_uppercase();
                let is_number = name.starts_with("TEL");
                numbers += u64::from(is_number);
                is_left_out = self.ways.strips_x && name.starts_with("X-")
                    || self.ways.drops_numbers && is_number && numbers > 2
                    || self
                        .ways
                        .drops
                        .iter()
                        .any(|dropped| name.starts_with(dropped));
                if is_left_out {
                    continue;
                }
            }
            let value = line.find(':').unwrap_or(0);
            let most = self.ways.cuts_notes.map(|most| "NOTE:".len() + most);
            if let Some(cut) = most.and_then(|most| line.get(..most))
                && line.starts_with("NOTE:")
            {
                let _ = write!(kept, "{cut}\r\n");
            } else if self.ways.national_numbers && line.starts_with("TEL") {
                kept.push_str(&line.replace(":+39 ", ":"));
            } else if self.ways.rewrites_labels && line.starts_with("TEL") {
                kept.push_str(&line[..value].to_ascii_uppercase());
                kept.push_str(&line[value..]);
            } else if self.ways.gives_uids && line.starts_with("UID:") {
                let _ = write!(kept, "UID:given-{}\r\n", self.revision);
            } else {
                kept.push_str(line);
            }
        }
        if self.ways.sorts_lines {
            let mut lines: Vec<&str> = kept.split_inclusive('\n').collect();
            let last = lines.len().saturating_sub(1);
            if let Some(between) = lines.get_mut(2..last) {
                between.sort_unstable();
            }
            return lines.concat();
        }
        kept
    }

    fn etag_matches(&self, request: &Request, card: Option<&Stored>) -> bool {
        if self.ways.ignores_if_match {
            return true;
        }
        let etag = card.map(|card| card.etag.as_str());
        let named = |name: &str| request.headers.get(name).map(String::as_str);
        match (named("if-match"), named("if-none-match")) {
            (Some("*"), _) => etag.is_some(),
            (Some(wanted), _) => etag == Some(wanted),
            (_, Some("*")) => etag.is_none(),
            _ => true,
        }
    }
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

fn error(status: u16, condition: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\" \
         xmlns:c=\"urn:ietf:params:xml:ns:carddav\">{condition}</d:error>"
    );
    answer(status, body)
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Request {
        method,
        path,
        headers,
        body,
    })
}

/// Waits while a request is not to be answered.
fn wait(state: &Mutex<State>, request: &Request, moment: Moment) {
    loop {
        let mut state = state.lock().unwrap();
        let waits = state
            .ways
            .waits
            .is_some_and(|(method, at)| method == request.method && at == moment);
        state.is_waiting = waits;
        if !waits || state.is_over {
            return;
        }
        drop(state);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        wait(state, &request, Moment::Before);
        let answer = {
            let mut state = state.lock().unwrap();
            let depth = request.headers.get("depth").map_or("-", String::as_str);
            let line = format!("{} {} {depth}", request.method, request.path);
            state.asked.push(line);
            let heard = format!("{:?}\n{}", request.headers, request.body);
            state.heard.push(heard);
            let hangs_up_on = state.ways.hangs_up_on.clone();
            if hangs_up_on.is_some_and(|text| request.body.contains(&text)) {
                break;
            }
            let answer = respond(&mut state, &request);
            if state.ways.loses_answers && request.method == "PUT" {
                break;
            }
            answer
        };
        wait(state, &request, Moment::After);
        let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
        for (name, value) in &answer.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", answer.body.len());
        let mut stream = stream;
        if stream.write_all((head + &answer.body).as_bytes()).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn unescaped(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let hex = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let (b'%', Some(escaped)) = (byte, hex) {
            bytes.push(escaped);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn respond(state: &mut State, request: &Request) -> Answer {
    if let Some(refused) = refused(state, request) {
        return refused;
    }
    let path = unescaped(&request.path);
    if let Some(from) = &state.ways.moved_from
        && path.starts_with(from.as_str())
    {
        let to = path.replacen(from.as_str(), BOOK, 1);
        return Answer {
            headers: vec![("Location", to)],
            ..answer(301, "")
        };
    }
    if path.starts_with(BOOK)
        && let Some(to) = state.ways.redirects.clone()
    {
        return Answer {
            headers: vec![("Location", to)],
            ..answer(302, "")
        };
    }
    if path.starts_with(BOOK)
        && let Some(status) = state.ways.book_status
    {
        return answer(status, "the book does not answer");
    }
    if path.starts_with(BOOK)
        && let Some(says) = &state.ways.says
    {
        return answer(207, says);
    }
    match request.method.as_str() {
        "PROPFIND" if path == "/.well-known/carddav" => Answer {
            headers: vec![("Location", "/dav/".to_owned())],
            ..answer(301, "")
        },
        "PROPFIND" => propfind(state, request, &path),
        "REPORT" if path != BOOK => answer(404, ""),
        "REPORT" if request.body.contains("sync-collection") => sync(state, request),
        "REPORT" => multiget(state, request),
        "PUT" | "DELETE" if state.ways.read_only => {
            error(403, "<d:need-privileges><d:resource/></d:need-privileges>")
        }
        "PUT" if state.ways.always_moved && state.cards.contains_key(&path) => answer(412, ""),
        "PUT" => put(state, request, &path),
        "DELETE" => {
            let card = state.cards.get(&path);
            match card {
                None => answer(404, ""),
                Some(_) if state.ways.refuses_deletions.is_some() => {
                    answer(state.ways.refuses_deletions.unwrap_or_default(), "")
                }
                Some(_) if !state.etag_matches(request, card) => answer(412, ""),
                Some(_) => {
                    state.delete(&path);
                    answer(204, "")
                }
            }
        }
        _ => answer(405, ""),
    }
}

/// The 401 for who may not ask.
fn refused(state: &mut State, request: &Request) -> Option<Answer> {
    let given = request
        .headers
        .get("authorization")
        .map_or("", String::as_str);
    let challenge = match state.ways.access {
        Access::Anybody => return None,
        Access::Basic => {
            let wanted = format!("Basic {}", STANDARD.encode("ann:secret"));
            if given == wanted {
                return None;
            }
            "Basic realm=\"cards\"".to_owned()
        }
        Access::Bearer => {
            if given == format!("Bearer token-{}", state.ways.token_number) {
                return None;
            }
            "Bearer error=\"invalid_token\"".to_owned()
        }
        Access::Digest => {
            let is_right = digest_is_right(request, given, state.nonce);
            if is_right && state.nonce_used < 5 {
                state.nonce_used += 1;
                let count = format!("nc={:08x}", state.nonce_used);
                assert!(given.contains(&count), "{given}: not {count}");
                return None;
            }
            state.nonce += 1;
            state.nonce_used = 0;
            let used_up = if is_right { ", stale=true" } else { "" };
            format!(
                "Digest realm=\"ca\\\"rds\", qop=\"auth\", nonce=\"n{}\"{used_up}",
                state.nonce
            )
        }
    };
    Some(Answer {
        headers: vec![("WWW-Authenticate", challenge)],
        ..answer(401, "who are you?")
    })
}

fn digest_is_right(request: &Request, given: &str, nonce: u64) -> bool {
    let param = |name: &str| {
        let after = given.split(&format!(" {name}=")).nth(1)?;
        let value = after.split(',').next()?;
        Some(value.trim_matches('"').to_owned())
    };
    let hash = |text: String| {
        Md5::digest(text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let (Some(count), Some(own), Some(response)) =
        (param("nc"), param("cnonce"), param("response"))
    else {
        return false;
    };
    let who = hash("ann:ca\"rds:secret".to_owned());
    let what = hash(format!("{}:{}", request.method, request.path));
    response == hash(format!("{who}:n{nonce}:{count}:{own}:auth:{what}"))
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn multistatus(inner: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:multistatus xmlns:d=\"DAV:\" \
         xmlns:c=\"urn:ietf:params:xml:ns:carddav\" xmlns:s=\"http://calendarserver.org/ns/\">\
         {inner}</d:multistatus>"
    );
    answer(207, body)
}

impl State {
    fn href(&self, path: &str) -> String {
        let escaped = |sign: char| match sign {
            '@' if self.ways.escapes_hrefs => "%40".to_owned(),
            '+' if self.ways.escapes_hrefs => "%2b".to_owned(),
            ' ' => "%20".to_owned(),
            sign => sign.to_string(),
        };
        let itself = self.ways.calls_itself.as_deref().unwrap_or_default();
        xml(&(itself.to_owned() + &path.chars().map(escaped).collect::<String>()))
    }

    fn found(&self, path: &str, props: &str) -> String {
        let href = self.href(path);
        let one = format!(
            "<d:response><d:href>{href}</d:href><d:propstat><d:prop>{props}</d:prop>\
             <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        );
        if self.ways.doubles_hrefs {
            one.clone() + &one
        } else {
            one
        }
    }

    fn missing(&self, path: &str) -> String {
        let href = self.href(path);
        format!(
            "<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 404 Not Found</d:status>\
             </d:response>"
        )
    }

    fn lists_nothing_now(&mut self) -> bool {
        self.lists += 1;
        self.ways
            .lists_nothing
            .is_some_and(|each| self.lists.is_multiple_of(each))
    }
}

fn propfind(state: &mut State, request: &Request, path: &str) -> Answer {
    let is_list = request
        .headers
        .get("depth")
        .is_some_and(|depth| depth == "1");
    let principal =
        "<d:current-user-principal><d:href>/dav/ann/</d:href></d:current-user-principal>";
    let folder = "<d:resourcetype><d:collection/></d:resourcetype>";
    match path {
        "/dav/" | "/" => multistatus(&state.found(path, &format!("{folder}{principal}"))),
        "/dav/ann/" => {
            let home = state.ways.home.clone().unwrap_or_else(|| path.to_owned());
            let home = format!(
                "{folder}{principal}<c:addressbook-home-set><d:href>{home}</d:href>\
                 </c:addressbook-home-set>"
            );
            let mut inner = state.found(path, &home);
            if is_list {
                inner += &state.found(BOOK, &book_props(state));
                inner += &state.found("/dav/ann/calendar/", folder);
            }
            multistatus(&inner)
        }
        BOOK => {
            let mut inner = state.found(BOOK, &book_props(state));
            if is_list && !state.lists_nothing_now() {
                for (path, card) in &state.cards {
                    let props = format!("<d:getetag>{}</d:getetag>", xml(&card.etag));
                    inner += &state.found(path, &props);
                }
            }
            multistatus(&inner)
        }
        _ => answer(404, ""),
    }
}

fn book_props(state: &State) -> String {
    let ways = &state.ways;
    let mut props = "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>\
                     <d:displayname>Contacts</d:displayname><c:supported-address-data>\
                     <c:address-data-type content-type=\"text/vcard\" version=\"3.0\"/>\
                     <c:address-data-type content-type=\"text/vcard\" version=\"4.0\"/>\
                     </c:supported-address-data><c:max-resource-size>1000000</c:max-resource-size>"
        .to_owned();
    if !ways.no_sync_collection {
        let _ = write!(
            props,
            "<d:sync-token>data:,{}</d:sync-token>",
            state.revision
        );
        props += "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/>\
                  </d:report></d:supported-report></d:supported-report-set>";
    }
    if !ways.no_tag {
        let _ = write!(props, "<s:getctag>tag-{}</s:getctag>", state.revision);
    }
    let right = if ways.read_only { "read" } else { "write" };
    let _ = write!(
        props,
        "<d:current-user-privilege-set><d:privilege><d:{right}/></d:privilege>\
         </d:current-user-privilege-set>"
    );
    props
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split(end).next())
        .collect()
}

fn sync(state: &mut State, request: &Request) -> Answer {
    let token = between(&request.body, "<D:sync-token>", "</D:sync-token>")[0];
    if state.ways.no_sync_collection {
        return error(403, "<d:supported-report/>");
    }
    if token.is_empty() && state.ways.refuses_empty_token {
        return answer(400, "Request contains an invalid argument.");
    }
    let since = match token.strip_prefix("data:,").map(str::parse::<u64>) {
        None => 0,
        Some(Ok(since)) if !state.ways.loses_tokens && since <= state.revision => since,
        Some(_) => return error(403, "<d:valid-sync-token/>"),
    };
    let is_empty = token.is_empty() && state.lists_nothing_now();
    let changed = state
        .cards
        .iter()
        .map(|(path, card)| (card.revision, path, Some(&card.etag)));
    let gone = state
        .gone
        .iter()
        .map(|(path, revision)| (*revision, path, None));
    let short = |path: &str| {
        let made = state.made.get(path);
        state.ways.forgets_short_lives && made.is_some_and(|made| *made > since)
    };
    let mut entries: Vec<_> = changed
        .chain(gone.filter(|_| !token.is_empty()))
        .filter(|(revision, ..)| *revision > since && !is_empty)
        .filter(|(_, path, etag)| etag.is_some() || !short(path))
        .collect();
    entries.sort();
    let mut revision = state.revision;
    let mut more = String::new();
    if let Some(pages) = state.ways.pages
        && entries.len() > pages
    {
        entries.truncate(pages);
        revision = entries[pages - 1].0;
        more = format!(
            "<d:response><d:href>{BOOK}</d:href>\
             <d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
        );
    }
    let mut inner = String::new();
    for (_, path, etag) in entries {
        inner += &match etag {
            Some(etag) => state.found(path, &format!("<d:getetag>{}</d:getetag>", xml(etag))),
            None => state.missing(path),
        };
    }
    inner += &more;
    let _ = write!(inner, "<d:sync-token>data:,{revision}</d:sync-token>");
    multistatus(&inner)
}

fn multiget(state: &mut State, request: &Request) -> Answer {
    let hrefs = between(&request.body, "<D:href>", "</D:href>");
    let wants_4 = request.body.contains("version=\"4.0\"");
    if state.ways.most_cards.is_some_and(|most| hrefs.len() > most) {
        return answer(507, "");
    }
    let paths: Vec<_> = hrefs
        .iter()
        .map(|href| unescaped(&href.replace("&amp;", "&")))
        .collect();
    if state.ways.strict_multiget && paths.iter().any(|path| !path.starts_with(BOOK)) {
        return answer(404, "");
    }
    let mut inner = String::new();
    for path in paths {
        state.answered += 1;
        if state
            .ways
            .leaves_out
            .is_some_and(|each| state.answered.is_multiple_of(each))
        {
            continue;
        }
        let is_found = |_: &&Stored| {
            let lost = state.ways.not_found.as_ref();
            lost.is_none_or(|name| !path.ends_with(name.as_str()))
        };
        let Some(card) = state.cards.get(&path).filter(is_found) else {
            inner += &state.missing(&path);
            continue;
        };
        if state
            .ways
            .chokes_on
            .as_ref()
            .is_some_and(|text| card.text.contains(text))
        {
            return answer(500, "Internal Server Error");
        }
        let mut text = card.text.clone();
        if state.ways.sends_version_3 && !wants_4 {
            text = text
                .replace("VERSION:4.0", "VERSION:3.0")
                .replace("KIND:individual\r\n", "");
        } else if state.ways.sends_version_3 {
            text = text.replace("VERSION:3.0", "VERSION:4.0\r\nX-TURNED:1");
        }
        if state.ways.has_no_text {
            text.clear();
        }
        text = xml(&text);
        if state.ways.carriage_returns_as_references {
            text = text.replace('\r', "&#13;");
        }
        let props = format!(
            "<d:getetag>{}</d:getetag><d:getcontentlength>{}</d:getcontentlength>\
             <c:address-data>{text}</c:address-data>",
            xml(&card.etag),
            card.text.len()
        );
        inner += &state.found(&path, &props);
    }
    multistatus(&inner)
}

fn put(state: &mut State, request: &Request, path: &str) -> Answer {
    let text = &request.body;
    let kind = request
        .headers
        .get("content-type")
        .map_or("", String::as_str);
    if kind != "text/vcard; charset=utf-8" {
        return error(403, "<c:supported-address-data/>");
    }
    if !path.starts_with(BOOK) {
        return answer(409, "");
    }
    if !state.etag_matches(request, state.cards.get(path)) {
        return answer(412, "");
    }
    if let Some((word, status)) = &state.ways.refuses
        && text.contains(word)
    {
        return answer(
            *status,
            "<html><body><h1>No</h1>this card is not for us</body></html>",
        );
    }
    let has = |name: &str| text.lines().any(|line| line.starts_with(name));
    if !["BEGIN:VCARD", "VERSION:", "UID:", "FN:", "N:", "END:VCARD"]
        .into_iter()
        .all(has)
    {
        return error(403, "<c:valid-address-data/>");
    }
    let uid = text
        .lines()
        .find(|line| line.starts_with("UID:"))
        .map(str::to_owned);
    let is_same = |card: &Stored| card.text.lines().any(|line| Some(line) == uid.as_deref());
    let other = state
        .cards
        .iter()
        .find(|(there, card)| *there != path && is_same(card));
    if let Some((other, _)) = other.filter(|_| state.ways.one_card_a_uid) {
        let href = state.href(other);
        return error(
            409,
            &format!("<c:no-uid-conflict><d:href>{href}</d:href></c:no-uid-conflict>"),
        );
    }
    let is_new = !state.cards.contains_key(path);
    let path = if is_new && state.ways.gives_hrefs {
        format!("{BOOK}given-{}.vcf", state.revision)
    } else {
        path.to_owned()
    };
    let kept = state.kept(text);
    let etag = if state.ways.stores_nothing {
        "\"never\"".to_owned()
    } else {
        state.store(&path, &kept)
    };
    let mut headers = Vec::new();
    if state.ways.wrong_etag_after_put {
        headers.push(("ETag", format!("\"w{}\"", state.revision)));
    } else if !state.ways.no_etag_after_put {
        headers.push(("ETag", etag));
    }
    if is_new && state.ways.gives_hrefs && !state.ways.no_location {
        headers.push(("Location", state.href(&path)));
    }
    Answer {
        headers,
        ..answer(if is_new { 201 } else { 204 }, "")
    }
}
