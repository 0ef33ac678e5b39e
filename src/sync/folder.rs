//! A folder with one card in each file as the other side of a sync, as khard, vdirsyncer and pimsync keep them.
//!
//! The version of a card is what the file system says of its file. Two programs that write a file within the same
//! tick of its clock cannot be told apart.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::domain::sync::remote::{
    Answered, Changes, Delete, Etag, Got, Href, Put, Remote, Stop, Traits,
};

use super::card::{CardReader, RemoteCard};

/// The largest file that is read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A folder with cards.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    reader: CardReader,
    traits: Traits,
}

impl Folder {
    /// Takes a folder; nothing is read.
    #[must_use]
    pub fn new(path: &Path, reader: CardReader, traits: Traits) -> Self {
        Self {
            path: path.to_owned(),
            reader,
            traits,
        }
    }

    /// The file of a card; none for a name that leads elsewhere.
    fn file(&self, href: &Href) -> Option<PathBuf> {
        is_card(&href.0).then(|| self.path.join(&href.0))
    }

    /// The version of a file, or none where it is not there.
    fn version(file: &Path) -> io::Result<Option<Etag>> {
        match fs::symlink_metadata(file) {
            Ok(about) if about.is_file() || about.is_symlink() => Ok(Some(etag(&about))),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Files are made and replaced in the folder: who may not write that may write none of them.
    fn not_writable(&self) -> String {
        format!("you may not write in the folder {}", self.path.display())
    }

    fn failed(&self, error: &io::Error) -> Stop {
        use io::ErrorKind as Kind;
        let folder = self.path.display();
        Stop::Trouble(match error.kind() {
            Kind::NotFound => format!(
                "the folder is not there: {folder}; nothing was deleted, here or there. Where it is somewhere else now, \
                 give its path for this remote in config.toml"
            ),
            Kind::NotADirectory => format!(
                "{folder} is not a folder; give the path of the folder with the cards for this remote in config.toml"
            ),
            Kind::StorageFull | Kind::QuotaExceeded => format!(
                "no space left for the cards in {folder}: {error}. Nothing is lost: make room there, and the next sync \
                 goes on"
            ),
            Kind::ReadOnlyFilesystem => format!(
                "the disk of {folder} cannot be written: {error}; where that is meant, set read_only = true for this \
                 remote"
            ),
            Kind::PermissionDenied => {
                format!("{folder}: {error}; check that you may read and write what is in it")
            }
            _ => format!("{folder}: {error}"),
        })
    }

    /// Writes a file under another name, and puts it in its place where that is still as it was.
    fn write(&self, file: &Path, bytes: &[u8], over: Option<&Etag>) -> io::Result<Option<Etag>> {
        let mut new = tempfile::Builder::new()
            .prefix(".callbook-")
            .tempfile_in(&self.path)?;
        new.write_all(bytes)?;
        if let Ok(about) = fs::metadata(file) {
            new.as_file().set_permissions(about.permissions())?;
        }
        new.as_file().sync_all()?;
        if Self::version(file)?.as_ref() != over {
            return Ok(None);
        }
        let written = if over.is_some() {
            new.persist(file)
        } else {
            match new.persist_noclobber(file) {
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    return Ok(None);
                }
                written => written,
            }
        };
        let written = written.map_err(|error| error.error)?;
        fs::File::open(&self.path)?.sync_all()?;
        Ok(Some(etag(&written.metadata()?)))
    }
}

/// Whether a file is a card by its name: what begins with a dot is another program's.
fn is_card(name: &str) -> bool {
    let end = name.len().saturating_sub(".vcf".len());
    let (stem, end) = name.split_at_checked(end).unwrap_or_default();
    let is_vcf = end.eq_ignore_ascii_case(".vcf");
    is_vcf && !stem.is_empty() && !stem.starts_with('.') && !name.contains('/')
}

/// The version of a file.
fn etag(about: &Metadata) -> Etag {
    let Some(nanos) = about.mtime().checked_mul(1_000_000_000) else {
        return Etag(format!("{}-{}", about.size(), about.ino()));
    };
    let nanos = nanos.saturating_add(about.mtime_nsec());
    Etag(format!("{nanos}-{}-{}", about.size(), about.ino()))
}

impl Remote for Folder {
    type Card = RemoteCard;

    fn changes(&mut self, _: Option<&str>) -> Result<Changes, Stop> {
        let listed = || -> io::Result<HashMap<Href, Option<Etag>>> {
            let mut listed = HashMap::new();
            for file in fs::read_dir(&self.path)? {
                let file = file?;
                let Ok(name) = file.file_name().into_string() else {
                    continue;
                };
                let about = file.metadata()?;
                // What a link points to is not written over, but it is there.
                if is_card(&name) && (about.is_file() || about.is_symlink()) {
                    listed.insert(Href(name), Some(etag(&about)));
                }
            }
            Ok(listed)
        };
        let listed = listed().map_err(|error| self.failed(&error))?;
        Ok(Changes {
            listed: listed.into_iter().collect(),
            full: true,
            token: None,
        })
    }

    fn get(&mut self, hrefs: &[Href]) -> Result<Answered<RemoteCard>, Stop> {
        let mut got = Vec::new();
        for href in hrefs {
            let Some(file) = self.file(href) else {
                continue;
            };
            let version = Self::version(&file).map_err(|error| self.failed(&error))?;
            let Some(etag) = version else {
                got.push((href.clone(), Got::Gone));
                continue;
            };
            let about = fs::symlink_metadata(&file);
            let size = about.as_ref().map_or(0, Metadata::len);
            let read = if about.is_ok_and(|about| about.is_symlink()) {
                // To write it would put a file in the place of the link.
                let why = "it is a symbolic link; put the file itself there";
                Got::Unread(etag, why.to_owned())
            } else if size > LARGEST {
                Got::Unread(etag, "it is larger than 64 MB".to_owned())
            } else {
                match crate::regular::read(&file) {
                    Ok(bytes) => self.reader.got(etag, bytes),
                    Err(error) => Got::Unread(etag, error.to_string()),
                }
            };
            got.push((href.clone(), read));
        }
        Ok(got)
    }

    fn put(&mut self, href: &Href, card: &RemoteCard, over: Option<&Etag>) -> Result<Put, Stop> {
        let Some(file) = self.file(href) else {
            return Ok(Put::Refused("its name is no name of a card".to_owned()));
        };
        match self.write(&file, card.bytes(), over) {
            Ok(Some(etag)) => Ok(Put::Taken {
                etag: Some(etag),
                href: href.clone(),
            }),
            Ok(None) => Ok(Put::Moved),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Ok(Put::ReadOnly(self.not_writable()))
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn delete(&mut self, href: &Href, etag: &Etag) -> Result<Delete, Stop> {
        let Some(file) = self.file(href) else {
            return Ok(Delete::Done);
        };
        let deleted = || -> io::Result<Delete> {
            match Self::version(&file)? {
                None => Ok(Delete::Done),
                Some(there) if there != *etag => Ok(Delete::Moved),
                Some(_) => {
                    fs::remove_file(&file)?;
                    Ok(Delete::Done)
                }
            }
        };
        match deleted() {
            Ok(deleted) => Ok(deleted),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Ok(Delete::ReadOnly(self.not_writable()))
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn traits(&self) -> Traits {
        self.traits
    }
}
