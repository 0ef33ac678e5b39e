//! The file of abook, a section for each contact, as a table: its own fields become columns with headers
//! that the tables' reader knows.

use std::io::{self, BufRead, BufReader, Read};

use super::source::SourceLines;

/// The fields of abook with the header of the column that each becomes.
const FIELDS: [(&str, &str); 16] = [
    ("name", "Name"),
    ("email", "E-mail"),
    ("address", "Street"),
    ("address2", "Street 2"),
    ("city", "City"),
    ("state", "State"),
    ("zip", "ZIP"),
    ("country", "Country"),
    ("phone", "Home Phone"),
    ("workphone", "Work Phone"),
    ("fax", "Fax"),
    ("mobile", "Mobile Phone"),
    ("nick", "Nickname"),
    ("url", "URL"),
    ("notes", "Notes"),
    ("anniversary", "Anniversary"),
];

/// The column for tags, and the one for the fields that a person made up.
const GROUPS: &str = "Groups";
const OTHER: &str = "Other fields";

/// How much of a line is read.
const LINE_LIMIT: usize = 1024 * 1024;

/// Whether these lines begin a file of abook.
pub(crate) fn is_abook<'l>(mut lines: impl Iterator<Item = &'l [u8]>) -> bool {
    let format = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    format == Some(b"[format]") && lines.take(4).any(|line| line.starts_with(b"program=abook"))
}

/// A file of abook as the bytes of a table, each contact on the line that its section begins at.
pub fn table(source: impl BufRead) -> impl BufRead {
    BufReader::new(Table {
        lines: SourceLines::new(source),
        section: None,
        ready: header(),
        given: 0,
        line: 2,
    })
}

fn header() -> Vec<u8> {
    let fields = FIELDS.iter().map(|(_, header)| *header);
    let headers: Vec<&str> = fields.chain([GROUPS, OTHER]).collect();
    format!("{}\n", headers.join(",")).into_bytes()
}

/// A contact of abook: its cells.
struct Section {
    line: usize,
    cells: Vec<Vec<u8>>,
}

struct Table<R> {
    lines: SourceLines<R>,
    section: Option<Section>,
    /// Bytes of the table, of which so many were given.
    ready: Vec<u8>,
    given: usize,
    /// The line of the table that comes next.
    line: usize,
}

impl<R: BufRead> Table<R> {
    /// Reads on to the end of a section; says whether there was one.
    fn read_section(&mut self) -> io::Result<bool> {
        while let Some(line) = self.lines.next(LINE_LIMIT)? {
            let text = line.bytes.trim_ascii();
            if text.starts_with(b"[") && text.ends_with(b"]") {
                let number = text.get(1..text.len() - 1).unwrap_or_default();
                let is_contact = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
                let next = is_contact.then(|| Section {
                    line: line.number,
                    cells: vec![Vec::new(); FIELDS.len() + 2],
                });
                let before = std::mem::replace(&mut self.section, next);
                if let Some(before) = before {
                    self.write(&before);
                    return Ok(true);
                }
            } else if let Some(section) = &mut self.section {
                section.put(text);
            }
        }
        let last = self.section.take();
        if let Some(last) = &last {
            self.write(last);
        }
        Ok(last.is_some())
    }

    fn write(&mut self, section: &Section) {
        self.ready.clear();
        self.given = 0;
        while self.line < section.line {
            self.ready.push(b'\n');
            self.line += 1;
        }
        for (at, cell) in section.cells.iter().enumerate() {
            if at > 0 {
                self.ready.push(b',');
            }
            self.ready.push(b'"');
            for byte in cell {
                if *byte == b'"' {
                    self.ready.push(b'"');
                }
                self.ready.push(*byte);
            }
            self.ready.push(b'"');
        }
        self.ready.push(b'\n');
        self.line += 1;
    }
}

impl Section {
    /// Takes a line in, such as `mobile=+39 347 555 0164`.
    fn put(&mut self, line: &[u8]) {
        let equals = line.iter().position(|byte| *byte == b'=');
        if line.is_empty() || line.starts_with(b"#") {
            return;
        }
        let (name, value) = equals.map_or((line, &[][..]), |at| {
            let (name, value) = line.split_at(at);
            (name.trim_ascii(), value.get(1..).unwrap_or_default())
        });
        let value = value.trim_ascii();
        let known = FIELDS.iter().position(|(own, _)| own.as_bytes() == name);
        let known = known.or_else(|| (name == b"groups").then_some(FIELDS.len()));
        match known.and_then(|at| self.cells.get_mut(at)) {
            Some(cell) if cell.is_empty() => cell.extend(value),
            _ => {
                if let Some(other) = self.cells.last_mut() {
                    if !other.is_empty() {
                        other.extend(b"; ");
                    }
                    other.extend(line);
                }
            }
        }
    }
}

impl<R: BufRead> Read for Table<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.ready.len() {
            if !self.read_section()? {
                return Ok(0);
            }
        }
        let rest = self.ready.get(self.given..).unwrap_or_default();
        let count = rest.len().min(bytes.len());
        let (given, _) = rest.split_at(count);
        if let Some(place) = bytes.get_mut(..count) {
            place.copy_from_slice(given);
        }
        self.given += count;
        Ok(count)
    }
}
