//! What is imported in one step: a stream, or files and folders one after the other.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::import::ImportOptions;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::number::Region;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::words::count;
use crate::exchange::charset::Charset;
use crate::store::Store;

use super::file::{File, no_columns};
use super::rejects::Rejects;
use super::stream::Stream;

/// How many bytes of a file are asked for at once.
const AT_ONCE: usize = 128 * 1024;

/// How many folders within one another are looked through for cards.
const DEEP: usize = 8;

/// Files that are imported in one step, in the order in which they are read.
pub struct Batch<'a> {
    /// What the history calls it.
    name: String,
    files: VecDeque<Entry<'a>>,
    several: bool,
    notices: Vec<Notice>,
    maps: Vec<String>,
    /// What is said of the columns of single tables, in the place of `maps`.
    own_maps: BTreeMap<PathBuf, Vec<String>>,
    tables: usize,
    /// The book that it goes into, whose own files cannot be read.
    book: PathBuf,
    country: Option<Region>,
    charset: Option<Charset>,
    stop: Stop,
    read: Arc<AtomicU64>,
    of: Option<u64>,
    /// Where what cannot be imported is kept, if it is.
    rejects: Option<io::Result<PathBuf>>,
}

/// A file of a batch. Each is opened when its turn comes: a folder may have more than a process may
/// have open.
enum Entry<'a> {
    Open(File<'a>),
    Path {
        path: PathBuf,
        name: String,
        collection: usize,
    },
}

/// A file whose turn has come.
pub(super) struct Opened<'a> {
    /// Where it is; blank where it was open already.
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) collection: usize,
    pub(super) file: Result<File<'a>, Refusal>,
}

impl<'a> From<File<'a>> for Batch<'a> {
    fn from(file: File<'a>) -> Self {
        Self {
            name: file.name.clone(),
            read: Arc::clone(&file.read),
            files: VecDeque::from([Entry::Open(file)]),
            ..Self::new()
        }
    }
}

impl<'a> Batch<'a> {
    fn new() -> Self {
        Self {
            name: String::new(),
            files: VecDeque::new(),
            several: false,
            notices: Vec::new(),
            maps: Vec::new(),
            own_maps: BTreeMap::new(),
            tables: 0,
            book: PathBuf::new(),
            country: None,
            charset: None,
            stop: Stop::default(),
            read: Arc::default(),
            of: None,
            rejects: None,
        }
    }

    /// The files at these paths. `-` is standard input. Of a folder and the folders in it, every
    /// `.vcf` file is read; hidden folders are left out.
    ///
    /// # Errors
    /// Invalid, where a path is not there or cannot be read, or where a folder has no cards in it.
    pub fn of(paths: &[PathBuf]) -> Result<Self, Refusal> {
        let mut batch = Self::new();
        let mut length = Some(0_u64);
        let mut names = Vec::new();
        let mut folders = 0;
        for (collection, path) in paths.iter().enumerate() {
            if path == Path::new("-") {
                names.push("standard input".to_owned());
                length = None;
                batch.push(path.clone(), "standard input".to_owned(), collection);
                continue;
            }
            let cannot = |error: io::Error| cannot_read(path, &error);
            let known = fs::metadata(path).map_err(cannot)?;
            names.push(last_part(path));
            if !known.is_dir() {
                let known = known.is_file().then_some(known.len());
                length = length.zip(known).map(|(sum, known)| sum + known);
                batch.push(path.clone(), last_part(path), collection);
                continue;
            }
            folders += 1;
            let mut found = Found::default();
            found.look_through(path, DEEP).map_err(cannot)?;
            if found.cards.is_empty() {
                let detail = format!("{} has no .vcf files in it", path.display());
                return Err(Refusal::new(Kind::Invalid, detail));
            }
            found.cards.sort();
            batch.notices.extend(found.notice(path));
            length = length.map(|sum| sum + found.bytes);
            for card in found.cards {
                let name = card.strip_prefix(path).unwrap_or(&card);
                let name = name.display().to_string();
                batch.push(card.clone(), name, collection);
            }
        }
        batch.several = batch.files.len() > 1 || folders > 0;
        batch.name = title(&names, batch.files.len());
        batch.of = length;
        Ok(batch)
    }

    fn push(&mut self, path: PathBuf, name: String, collection: usize) {
        self.files.push_back(Entry::Path {
            path,
            name,
            collection,
        });
    }

    /// The batch with the book that it goes into: what stops that stops the reading.
    pub(super) fn into_book(self, store: &Store) -> Self {
        let (book, stop) = (store.path().to_owned(), store.stop().clone());
        Self { book, stop, ..self }
    }

    /// The batch with what is said of the columns of its tables: `Telefono=phone:work`.
    #[must_use]
    pub(crate) fn mapped(self, maps: &[String]) -> Self {
        let maps = maps.to_vec();
        Self { maps, ..self }
    }

    /// The batch with the country that national numbers in it are of; without it, that is home.
    #[must_use]
    pub fn of_country(self, country: Option<Region>) -> Self {
        Self { country, ..self }
    }

    /// The batch with what is said of its columns and of its national numbers.
    #[must_use]
    pub fn with(self, options: &ImportOptions) -> Self {
        Self {
            own_maps: options.maps.clone(),
            ..self.of_country(options.country)
        }
    }

    /// The batch with the charset of text that names none and is not UTF-8; without it, it is guessed.
    #[must_use]
    pub fn in_charset(self, charset: Option<Charset>) -> Self {
        Self { charset, ..self }
    }

    /// The country that national numbers are of, where one was named.
    pub(super) const fn country(&self) -> Option<Region> {
        self.country
    }

    /// The batch with a folder in which what cannot be imported is kept, or why there is none. Where it
    /// cannot be kept, the report says so.
    #[must_use]
    pub fn keeping(self, folder: io::Result<PathBuf>) -> Self {
        Self {
            rejects: Some(folder),
            ..self
        }
    }

    /// What the history calls it: the file's name, or how many files there are.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The length of all files in bytes, where it is known.
    #[must_use]
    pub const fn length(&self) -> Option<u64> {
        self.of
    }

    /// Whether there may be more than one file: what is wrong with one of them is no reason to leave
    /// out the others.
    pub(super) const fn is_several(&self) -> bool {
        self.several
    }

    /// What asks the reading to stop.
    pub(super) const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Refuses columns that were mapped where no file has columns.
    pub(super) fn refuse_unused_maps(&self) -> Result<(), Refusal> {
        if self.tables > 0 || self.maps.is_empty() {
            return Ok(());
        }
        Err(no_columns(&self.name))
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The file for what cannot be imported, if it is kept.
    pub(super) fn take_rejects(&mut self) -> Option<Rejects> {
        let folder = self.rejects.take()?;
        Some(Rejects::new(folder, self.name.clone()))
    }

    /// What has to be said of the folders.
    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Opens the next file.
    pub(super) fn open_next(&mut self) -> Option<Opened<'a>> {
        Some(match self.files.pop_front()? {
            Entry::Open(file) => Opened {
                path: PathBuf::new(),
                name: file.name.clone(),
                collection: 0,
                file: Ok(file),
            },
            Entry::Path {
                path,
                name,
                collection,
            } => {
                let file = self.open(&path, &name);
                let table = file.as_ref().is_ok_and(File::has_columns);
                self.tables += usize::from(table);
                Opened {
                    path,
                    name,
                    collection,
                    file,
                }
            }
        })
    }

    fn open(&self, path: &Path, name: &str) -> Result<File<'a>, Refusal> {
        let stop = self.stop.clone();
        let stream = if path == Path::new("-") {
            Stream::standard_input(stop)
        } else {
            let opened = Stream::open(path, &self.book, stop);
            opened.map_err(|error| cannot_read(path, &error))?.0
        };
        let stream = BufReader::with_capacity(AT_ONCE, stream);
        let read = Arc::clone(&self.read);
        let maps = self.own_maps.get(path).unwrap_or(&self.maps);
        File::counted(stream, name, maps, self.charset, read)
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Refusal {
    let detail = format!("cannot read {}: {error}", path.display());
    Refusal::new(Kind::Storage, detail)
}

fn last_part(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// What the history calls files: `contacts.vcf`, `work (212 files)`, `a.vcf and 3 others`.
fn title(names: &[String], files: usize) -> String {
    match names {
        [only] if files == 1 => only.clone(),
        [only] => format!("{only} ({})", count(files, "file")),
        [first, others @ ..] => format!("{first} and {}", count(others.len(), "other")),
        [] => String::new(),
    }
}

/// What is in a folder.
#[derive(Default)]
struct Found {
    cards: Vec<PathBuf>,
    bytes: u64,
    ignored: usize,
    /// The first file, in the order of names, that is no card.
    example: Option<PathBuf>,
}

impl Found {
    fn look_through(&mut self, folder: &Path, deep: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            // A link to a card counts as one; a link to a folder may lead back here.
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !hidden && deep > 0 {
                    self.look_through(&path, deep - 1)?;
                }
                continue;
            }
            let card = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
            match card.filter(|_| !hidden && is_card(&path)) {
                Some(card) => {
                    self.bytes += card.len();
                    self.cards.push(path);
                }
                None => self.ignore(path),
            }
        }
        Ok(())
    }

    fn ignore(&mut self, path: PathBuf) {
        self.ignored += 1;
        if self.example.as_ref().is_none_or(|known| path < *known) {
            self.example = Some(path);
        }
    }

    fn notice(&self, folder: &Path) -> Option<Notice> {
        let example = self.example.as_ref()?;
        let example = example.strip_prefix(folder).unwrap_or(example);
        Some(Notice {
            subject: last_part(folder),
            number: self.ignored,
            example: example.display().to_string(),
            kind: NoticeKind::IgnoredFiles,
        })
    }
}

fn is_card(path: &Path) -> bool {
    let ending = path.extension().map(OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ending == "vcf" || ending == "vcard")
}
