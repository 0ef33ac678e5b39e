//! The XML of a server: a `multistatus`, read from the socket one entry at a time, or an `error`.
//!
//! The only file that knows the XML library. The server is not trusted: only the five predefined entities and
//! character references are resolved, nesting is limited to 32 levels, and each way to be unreadable has a name.
//! Control characters, which some servers let through from a card, are dropped, so that one card does not spoil a
//! batch. Text keeps its line ends.

use std::fmt;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;

use quick_xml::NsReader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// How deep elements may be in each other.
const DEPTH: usize = 32;

/// How much of a text that is shown to a person is kept.
const WORDS: usize = 4_000;

/// How much may follow the root, of what is not looked at.
const REST: u64 = 64 * 1024;

/// Why a response cannot be read.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It could not be read to its end.
    Read(Arc<io::Error>),
    /// It is empty.
    Empty,
    /// It is a web page.
    Page,
    /// It is UTF-16.
    Utf16,
    /// It declares a document type.
    Doctype,
    /// Its elements are too deep in each other.
    Deep,
    /// Its root is another element.
    Root(String),
    /// It ends before its root does.
    Open,
    /// It is not XML.
    Syntax(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(formatter, "{error}"),
            Self::Empty => formatter.write_str("the response is empty, where a list was asked for"),
            Self::Page => {
                formatter.write_str("answered with a web page; is there a login page in between?")
            }
            Self::Utf16 => formatter.write_str("the response is UTF-16, which is not supported"),
            Self::Doctype => {
                formatter.write_str("the response has a DOCTYPE, which no address book sends")
            }
            Self::Deep => write!(
                formatter,
                "the response is nested more than {DEPTH} levels deep"
            ),
            Self::Root(name) => write!(formatter, "the response is a <{name}>, not a multistatus"),
            Self::Open => formatter.write_str("the response was cut short"),
            Self::Syntax(why) => write!(formatter, "the response is not XML: {why}"),
        }
    }
}

impl std::error::Error for Fault {}

/// What is said of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prop {
    /// `getetag`
    ETag(String),
    /// `getcontentlength`
    Length(u64),
    /// `address-data`
    Data(String),
    /// It is a folder.
    Collection,
    /// It is an address book.
    AddressBook,
    /// `current-user-principal`
    Principal(String),
    /// One of `addressbook-home-set`
    Home(String),
    /// `displayname`
    DisplayName(String),
    /// `sync-token`
    SyncToken(String),
    /// `getctag`
    CTag(String),
    /// A version of vCard in `supported-address-data`
    Version(String),
    /// `max-resource-size`
    MaxSize(u64),
    /// `supported-report-set` is there.
    Reports,
    /// It has the report `sync-collection`.
    SyncCollection,
    /// `current-user-privilege-set` is there.
    Privileges,
    /// It has the right to write.
    MayWrite,
}

/// One resource in a `multistatus`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its address, as the server wrote it.
    pub href: String,
    /// Its status, where it has one of its own.
    pub status: Option<u16>,
    /// What is known of it.
    pub props: Vec<Prop>,
}

impl Entry {
    /// The first property that a pattern finds.
    pub fn find<'a, T>(&'a self, pattern: impl FnMut(&'a Prop) -> Option<T>) -> Option<T> {
        self.props.iter().find_map(pattern)
    }

    /// Whether a property is there.
    #[must_use]
    pub fn has(&self, prop: &Prop) -> bool {
        self.props.contains(prop)
    }
}

/// What a document says beside its entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Whether its root is `multistatus`; else it is `error`.
    pub is_multistatus: bool,
    /// The new token of a `sync-collection` report.
    pub token: Option<String>,
    /// The names of the conditions that were not met.
    pub conditions: Vec<String>,
    /// The address that a condition names.
    pub href: Option<String>,
    /// What an error says to people.
    pub words: String,
}

/// The elements that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Multistatus,
    Error,
    Response,
    Href,
    Status,
    Propstat,
    Prop,
    ETag,
    Length,
    Data,
    ResourceType,
    Collection,
    AddressBook,
    Principal,
    HomeSet,
    DisplayName,
    SyncToken,
    CTag,
    DataType,
    MaxSize,
    Reports,
    SyncCollection,
    Privileges,
    Write,
    Other,
}

impl Element {
    fn of(space: &str, name: &str) -> Self {
        match (space, name) {
            ("DAV:", "multistatus") => Self::Multistatus,
            ("DAV:", "error") => Self::Error,
            ("DAV:", "response") => Self::Response,
            ("DAV:", "href") => Self::Href,
            ("DAV:", "status") => Self::Status,
            ("DAV:", "propstat") => Self::Propstat,
            ("DAV:", "prop") => Self::Prop,
            ("DAV:", "getetag") => Self::ETag,
            ("DAV:", "getcontentlength") => Self::Length,
            ("DAV:", "resourcetype") => Self::ResourceType,
            ("DAV:", "collection") => Self::Collection,
            ("DAV:", "current-user-principal") => Self::Principal,
            ("DAV:", "displayname") => Self::DisplayName,
            ("DAV:", "sync-token") => Self::SyncToken,
            ("DAV:", "supported-report-set") => Self::Reports,
            ("DAV:", "sync-collection") => Self::SyncCollection,
            ("DAV:", "current-user-privilege-set") => Self::Privileges,
            ("DAV:", "all" | "write" | "write-content") => Self::Write,
            ("urn:ietf:params:xml:ns:carddav", "addressbook") => Self::AddressBook,
            ("urn:ietf:params:xml:ns:carddav", "addressbook-home-set") => Self::HomeSet,
            ("urn:ietf:params:xml:ns:carddav", "address-data") => Self::Data,
            ("urn:ietf:params:xml:ns:carddav", "address-data-type") => Self::DataType,
            ("urn:ietf:params:xml:ns:carddav", "max-resource-size") => Self::MaxSize,
            ("http://calendarserver.org/ns/", "getctag") => Self::CTag,
            _ => Self::Other,
        }
    }

    /// Whether its text is looked at.
    fn is_text(self) -> bool {
        matches!(
            self,
            Self::Href
                | Self::Status
                | Self::ETag
                | Self::Length
                | Self::Data
                | Self::DisplayName
                | Self::SyncToken
                | Self::CTag
                | Self::MaxSize
        )
    }
}

/// Reads a document, and hands out each entry as soon as it is whole.
///
/// # Errors
/// If it is not a `multistatus` or `error` that ends with its root. Entries may have been handed out before.
pub fn read(body: impl Read, mut each: impl FnMut(Entry)) -> Result<Document, Fault> {
    let (start, body) = looked_into(body)?;
    let mut reader = NsReader::from_reader(BufReader::new(Cursor::new(start).chain(body)));
    let mut reading = Reading::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let (space, event) = reader
            .read_resolved_event_into(&mut buffer)
            .map_err(of_the_library)?;
        match event {
            Event::Start(start) => reading.open(&space, &start)?,
            Event::Empty(start) => {
                reading.open(&space, &start)?;
                reading.close(&mut each);
            }
            Event::End(_) => reading.close(&mut each),
            Event::Text(text) => reading.text(&text)?,
            Event::CData(text) => reading.text(&text)?,
            Event::GeneralRef(name) => reading.text(&referred(&name)?)?,
            Event::DocType(_) => return Err(Fault::Doctype),
            Event::Eof => return Err(Fault::Open),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if reading.is_done() {
            // What follows is read, so that the connection can be used again; it says nothing.
            let _ = io::copy(&mut reader.into_inner().take(REST), &mut io::sink());
            return Ok(reading.document);
        }
    }
}

/// Names the faults that have a name, by the first signs of a body.
fn looked_into<R: Read>(mut body: R) -> Result<(Vec<u8>, R), Fault> {
    let mut start = Vec::new();
    let mut block = [0; 256];
    loop {
        let got = match body.read(&mut block) {
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fault::Read(Arc::new(error))),
        };
        start.extend(block.iter().take(got));
        if start.len() >= 64 || got == 0 {
            break;
        }
    }
    if start.starts_with(b"\xFF\xFE")
        || start.starts_with(b"\xFE\xFF")
        || start.iter().take(4).any(|byte| *byte == 0)
    {
        return Err(Fault::Utf16);
    }
    let text = String::from_utf8_lossy(&start).to_ascii_lowercase();
    let text = text.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}');
    if text.is_empty() && start.len() < 64 {
        return Err(Fault::Empty);
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return Err(Fault::Page);
    }
    Ok((start, body))
}

fn of_the_library(error: quick_xml::Error) -> Fault {
    match error {
        quick_xml::Error::Io(error) => Fault::Read(error),
        quick_xml::Error::Syntax(_) => Fault::Open,
        other => Fault::Syntax(other.to_string()),
    }
}

/// The text that a reference stands for.
fn referred(name: &BytesRef<'_>) -> Result<String, Fault> {
    let wrong = || {
        Fault::Syntax(format!(
            "&{}; is not known",
            name.chars().take(20).collect::<String>()
        ))
    };
    if name.is_char_ref() {
        let sign = name.resolve_char_ref().map_err(|_| wrong())?;
        return Ok(sign.into_iter().collect());
    }
    resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or_else(wrong)
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    document: Document,
    path: Vec<Element>,
    entry: Entry,
    /// The properties of a `propstat` whose status is not known yet, and that status.
    pending: Vec<Prop>,
    status: Option<u16>,
    text: String,
    is_over: bool,
}

impl Reading {
    fn is_done(&self) -> bool {
        self.is_over
    }

    /// The element so many levels above the innermost.
    fn above(&self, levels: usize) -> Option<Element> {
        self.path.iter().rev().nth(levels).copied()
    }

    fn open(&mut self, space: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<(), Fault> {
        let space = match space {
            ResolveResult::Bound(Namespace(space)) => *space,
            ResolveResult::Unbound => "",
            ResolveResult::Unknown(prefix) => {
                return Err(Fault::Syntax(format!(
                    "the prefix {prefix} is not declared"
                )));
            }
        };
        let name = start.local_name();
        let name = name.as_ref();
        let element = Element::of(space, name);
        let is_standard = space == "DAV:" || space == "urn:ietf:params:xml:ns:carddav";
        if self.path.is_empty() {
            match element {
                Element::Multistatus => self.document.is_multistatus = true,
                Element::Error => {}
                _ if name.eq_ignore_ascii_case("html") => return Err(Fault::Page),
                _ => return Err(Fault::Root(name.chars().take(40).collect())),
            }
        }
        if self.path.len() >= DEPTH {
            return Err(Fault::Deep);
        }
        match element {
            Element::Response => self.entry = Entry::default(),
            Element::Propstat => {
                self.pending.clear();
                self.status = None;
            }
            _ => {}
        }
        match (element, self.above(0)) {
            (Element::Collection, Some(Element::ResourceType)) => {
                self.pending.push(Prop::Collection);
            }
            (Element::AddressBook, Some(Element::ResourceType)) => {
                self.pending.push(Prop::AddressBook);
            }
            (Element::Reports, _) => self.pending.push(Prop::Reports),
            (Element::SyncCollection, _) if self.path.contains(&Element::Reports) => {
                self.pending.push(Prop::SyncCollection);
            }
            (Element::Privileges, _) => self.pending.push(Prop::Privileges),
            (Element::Write, _) if self.path.contains(&Element::Privileges) => {
                self.pending.push(Prop::MayWrite);
            }
            (Element::DataType, _) => self.pending.extend(version(start)),
            (_, Some(Element::Error)) if is_standard && self.document.conditions.len() < 10 => {
                self.document
                    .conditions
                    .push(name.chars().take(60).collect());
            }
            _ => {}
        }
        self.path.push(element);
        if element.is_text() {
            self.text.clear();
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        let Some(element) = self.above(0) else {
            return match text.trim_start_matches('\u{feff}').trim() {
                "" => Ok(()),
                _ => Err(Fault::Syntax("text before the root".to_owned())),
            };
        };
        let is_kept = |sign: &char| *sign >= ' ' || matches!(sign, '\t' | '\r' | '\n');
        if element.is_text() {
            self.text.extend(text.chars().filter(is_kept));
        } else if self.path.first() == Some(&Element::Error) && self.document.words.len() < WORDS {
            self.document
                .words
                .extend(text.chars().filter(is_kept).take(WORDS));
        }
        Ok(())
    }

    fn close(&mut self, each: &mut impl FnMut(Entry)) {
        let Some(element) = self.path.pop() else {
            return;
        };
        self.is_over = self.path.is_empty();
        let parent = self.above(0);
        if element.is_text() {
            let text = std::mem::take(&mut self.text);
            self.said(element, parent, text);
        }
        match element {
            Element::Propstat => {
                if self
                    .status
                    .is_none_or(|status| (200..300).contains(&status))
                {
                    self.entry.props.append(&mut self.pending);
                }
                self.pending.clear();
            }
            Element::Response => each(std::mem::take(&mut self.entry)),
            _ => {}
        }
    }

    /// Keeps the text of an element.
    fn said(&mut self, element: Element, parent: Option<Element>, text: String) {
        let trimmed = || text.trim().to_owned();
        let in_props = self.path.contains(&Element::Prop);
        let prop = match element {
            Element::Status => {
                let status = text
                    .split_whitespace()
                    .nth(1)
                    .and_then(|code| code.parse().ok());
                match parent {
                    Some(Element::Propstat) => self.status = status,
                    Some(Element::Response) => self.entry.status = status,
                    _ => {}
                }
                return;
            }
            Element::Href => match parent {
                Some(Element::Response) => {
                    self.entry.href = trimmed();
                    return;
                }
                Some(Element::Principal) => Prop::Principal(trimmed()),
                Some(Element::HomeSet) => Prop::Home(trimmed()),
                _ if self.path.contains(&Element::Error) => {
                    self.document.href.get_or_insert_with(trimmed);
                    return;
                }
                _ => return,
            },
            Element::SyncToken if !in_props => {
                self.document.token = Some(trimmed());
                return;
            }
            Element::ETag => Prop::ETag(trimmed()),
            Element::Length => match text.trim().parse() {
                Ok(length) => Prop::Length(length),
                Err(_) => return,
            },
            Element::MaxSize => match text.trim().parse() {
                Ok(size) => Prop::MaxSize(size),
                Err(_) => return,
            },
            Element::Data => Prop::Data(text),
            Element::DisplayName => Prop::DisplayName(trimmed()),
            Element::SyncToken => Prop::SyncToken(trimmed()),
            Element::CTag => Prop::CTag(trimmed()),
            _ => return,
        };
        if in_props {
            self.pending.push(prop);
        }
    }
}

/// The version of vCard that an `address-data-type` names.
fn version(start: &BytesStart<'_>) -> Option<Prop> {
    let attribute = start.try_get_attribute("version").ok().flatten()?;
    let version = unescape(&attribute.value).ok()?;
    Some(Prop::Version(version.into_owned()))
}

/// A text as it can be in XML.
#[must_use]
pub fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: impl AsRef<[u8]>) -> Result<(Document, Vec<Entry>), Fault> {
        let mut entries = Vec::new();
        let document = read(text.as_ref(), |entry| entries.push(entry))?;
        Ok((document, entries))
    }

    fn multistatus(inner: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" \
             xmlns:c=\"urn:ietf:params:xml:ns:carddav\">{inner}</d:multistatus>"
        )
    }

    fn card(data: &str) -> String {
        multistatus(&format!(
            "<d:response><d:href>/a.vcf</d:href><d:propstat><d:prop><d:getetag>\"1\"</d:getetag>\
             <c:address-data>{data}</c:address-data></d:prop><d:status>HTTP/1.1 200 OK</d:status>\
             </d:propstat></d:response>"
        ))
    }

    fn data(text: &str) -> String {
        let (_, entries) = read_all(text).unwrap();
        let find = |prop: &Prop| match prop {
            Prop::Data(data) => Some(data.clone()),
            _ => None,
        };
        entries[0].find(find).unwrap()
    }

    #[test]
    fn text_is_taken_as_it_is() {
        let table = [
            ("FN:A\r\nN:A\r\n", "FN:A\r\nN:A\r\n"),
            ("FN:A&#13;\nN:&lt;A&gt; &amp; &#x42;", "FN:A\r\nN:<A> & B"),
            ("<![CDATA[FN:A\r\nN:<&amp;>]]>x", "FN:A\r\nN:<&amp;>x"),
            ("FN:A\u{1}B&#2;C\u{b}D\tE", "FN:ABCD\tE"),
            (" FN:é \u{1F600} ", " FN:é \u{1F600} "),
            ("a<!-- b -->c<?pi d?>e", "ace"),
        ];
        for (written, read) in table {
            assert_eq!(data(&card(written)), read, "{written:?}");
        }
    }

    #[test]
    fn only_what_was_found_is_a_property() {
        let text = multistatus(
            "<d:response><d:href> /b/ </d:href>\
             <d:propstat><d:prop><d:getetag>\"2\"</d:getetag></d:prop>\
             <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>\
             <d:propstat><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>\
             <d:displayname/><d:sync-token>t</d:sync-token>\
             <c:supported-address-data><c:address-data-type content-type='text/vcard' version='4.0'/>\
             </c:supported-address-data>\
             <d:current-user-privilege-set><d:privilege><d:write/></d:privilege>\
             </d:current-user-privilege-set></d:prop>\
             <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>\
             <d:response><d:href>/gone</d:href><d:status>HTTP/1.1 404 Gone</d:status></d:response>\
             <d:sync-token>next</d:sync-token>",
        );
        let (document, entries) = read_all(text).unwrap();
        assert_eq!(
            (document.is_multistatus, document.token.as_deref()),
            (true, Some("next"))
        );
        let wanted = vec![
            Prop::Collection,
            Prop::AddressBook,
            Prop::DisplayName(String::new()),
            Prop::SyncToken("t".to_owned()),
            Prop::Version("4.0".to_owned()),
            Prop::Privileges,
            Prop::MayWrite,
        ];
        assert_eq!(
            entries[0],
            Entry {
                href: "/b/".to_owned(),
                status: None,
                props: wanted
            }
        );
        assert_eq!(
            (entries[1].href.as_str(), entries[1].status),
            ("/gone", Some(404))
        );
    }

    #[test]
    fn namespaces_decide_and_not_prefixes() {
        let text = "<multistatus xmlns='DAV:'><response><href>/a</href>\
                    <propstat><prop><getetag>1</getetag><getetag xmlns='other'>2</getetag>\
                    <x:address-data xmlns:x='urn:ietf:params:xml:ns:carddav'>V</x:address-data>\
                    </prop></propstat></response></multistatus>";
        let (_, entries) = read_all(text).unwrap();
        let wanted = vec![Prop::ETag("1".to_owned()), Prop::Data("V".to_owned())];
        assert_eq!(entries[0].props, wanted);
    }

    #[test]
    fn an_error_says_which_condition_was_not_met() {
        let text = "<?xml version='1.0'?><D:error xmlns:D='DAV:' \
                    xmlns:C='urn:ietf:params:xml:ns:carddav' xmlns:s='http://sabredav.org/ns'>\
                    <s:exception>Conflict</s:exception><s:message>There is one</s:message>\
                    <C:no-uid-conflict><D:href>/other.vcf</D:href></C:no-uid-conflict></D:error>";
        let (document, _) = read_all(text).unwrap();
        assert!(!document.is_multistatus);
        assert_eq!(document.conditions, ["no-uid-conflict"]);
        assert_eq!(document.href.as_deref(), Some("/other.vcf"));
        assert_eq!(document.words, "ConflictThere is one");
    }

    #[test]
    fn what_cannot_be_read_has_a_name() {
        let name = |text: &[u8]| match read_all(text) {
            Ok(_) => "read",
            Err(Fault::Read(_)) => "io",
            Err(Fault::Empty) => "empty",
            Err(Fault::Page) => "page",
            Err(Fault::Utf16) => "utf16",
            Err(Fault::Doctype) => "doctype",
            Err(Fault::Deep) => "deep",
            Err(Fault::Root(_)) => "root",
            Err(Fault::Open) => "open",
            Err(Fault::Syntax(_)) => "syntax",
        };
        let whole = card("x");
        let mut cut: Vec<_> = (150..whole.len() - 1)
            .map(|at| (&whole.as_bytes()[..at], "open"))
            .collect();
        let deep = multistatus(&"<d:x>".repeat(1_000_000));
        let bomb = "<!DOCTYPE m [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>".to_owned() + &whole;
        let utf16: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin = whole.replace('x', "é").replace('é', "\u{1}").into_bytes();
        let latin: Vec<u8> = latin
            .into_iter()
            .map(|byte| if byte == 1 { 0xE9 } else { byte })
            .collect();
        let entity = card("&nbsp;");
        let declared = card("&xxe;");
        cut.extend([
            (&b""[..], "empty"),
            (b" \r\n\t ", "empty"),
            (b"\xEF\xBB\xBF", "empty"),
            (b"\n<!DOCTYPE HTML PUBLIC>", "page"),
            (b"<HTML><head>", "page"),
            (
                b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
                "page",
            ),
            (&utf16, "utf16"),
            (b"\xFF\xFE<\0m\0", "utf16"),
            (bomb.as_bytes(), "doctype"),
            (deep.as_bytes(), "deep"),
            (b"<multistatus/>", "root"),
            (b"<D:propfind xmlns:D='DAV:'/>", "root"),
            (b"Moved", "syntax"),
            (b"{\"error\": 1}", "syntax"),
            (&latin, "syntax"),
            (entity.as_bytes(), "syntax"),
            (declared.as_bytes(), "syntax"),
            (b"<D:multistatus/>", "syntax"),
            (b"<m xmlns='DAV:'></n>", "root"),
            (b"<multistatus xmlns='DAV:'></n>", "syntax"),
            (b"<multistatus xmlns='DAV:'/>", "read"),
            (b"\xEF\xBB\xBF<multistatus xmlns='DAV:'/>", "read"),
            (whole.as_bytes(), "read"),
        ]);
        for (text, wanted) in cut {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(
                name(text),
                wanted,
                "{}",
                shown.chars().take(300).collect::<String>()
            );
        }
    }

    #[test]
    fn large_and_nasty_documents_take_no_time() {
        let begun = std::time::Instant::now();
        let many = |name: &str| {
            let attributes = (0..40_000).map(|at| format!(" {name}{at}='x'"));
            attributes.collect::<Vec<_>>().concat()
        };
        let attributes = many("a");
        let (_, entries) = read_all(multistatus(&format!("<d:response{attributes}/>"))).unwrap();
        assert_eq!(entries.len(), 1);
        let spaces = many("xmlns:a");
        assert!(read_all(multistatus(&format!("<d:response{spaces}/>"))).is_err());
        assert_eq!(data(&card(&"x".repeat(20_000_000))).len(), 20_000_000);
        assert_eq!(data(&card(&"&amp;".repeat(200_000))).len(), 200_000);
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }

    #[test]
    fn an_entry_is_handed_out_before_the_rest_is_there() {
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let (first, rest) = self.0.split_at_checked(1).ok_or(io::ErrorKind::TimedOut)?;
                self.0 = rest;
                buffer[0] = first[0];
                Ok(1)
            }
        }
        let text = card("x").replace("</d:multistatus>", "");
        let mut seen = 0;
        let fault = read(Slow(text.as_bytes()), |_| seen += 1).unwrap_err();
        assert!(matches!(fault, Fault::Read(error) if error.kind() == io::ErrorKind::TimedOut));
        assert_eq!(seen, 1);
    }
}
