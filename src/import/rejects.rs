//! What cannot be imported, written to a file of its own as it comes: a file of nothing else fills
//! the disk and not the memory, and all of it can be put right and imported.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::domain::import::{Kept, Reject};

/// The file of one import. It is made when the first reject comes; what an import before left there
/// stays.
#[derive(Debug)]
pub(super) struct Rejects {
    folder: io::Result<PathBuf>,
    name: String,
    file: Option<(PathBuf, BufWriter<fs::File>)>,
    failure: Option<String>,
}

impl Rejects {
    /// The file for the rejects of `name`, in a folder that is created if missing.
    pub(super) const fn new(folder: io::Result<PathBuf>, name: String) -> Self {
        Self {
            folder,
            name,
            file: None,
            failure: None,
        }
    }

    /// Writes one, with the reason in a line before it that begins with `#`. After a failure nothing
    /// more is tried: [`Rejects::finish`] reports it.
    /// `from` is its file, where there are several.
    pub(super) fn put(&mut self, reject: &Reject, from: Option<&str>) {
        if self.failure.is_none()
            && let Err(error) = self.write(reject, from)
        {
            self.fail(&error);
        }
    }

    fn write(&mut self, reject: &Reject, from: Option<&str>) -> io::Result<()> {
        if self.file.is_none() {
            let folder = self.folder.as_ref();
            let folder = folder.map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
            let (path, file) = create(folder, &self.name)?;
            self.file = Some((path, BufWriter::new(file)));
        }
        let Some((_, file)) = &mut self.file else {
            return Ok(());
        };
        let from = from.map_or_else(String::new, |from| format!("{from}, "));
        let mut reason = format!("# {from}line {}", reject.place.line);
        if let Some(name) = &reject.name {
            let _ = write!(reason, " ({name})");
        }
        let _ = write!(reason, ": {}", reject.reason);
        let reason: Vec<&str> = reason.lines().collect();
        writeln!(file, "{}", reason.join(" "))?;
        file.write_all(&reject.card)?;
        if !reject.card.ends_with(b"\n") {
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    fn fail(&mut self, error: &io::Error) {
        let what = "cannot keep what could not be imported";
        self.failure = Some(match (&self.file, &self.folder) {
            (Some((path, _)), _) => {
                format!("{what}: {} is not complete: {error}", path.display())
            }
            (None, Ok(folder)) => format!("{what} in {}: {error}", folder.display()),
            (None, Err(_)) => format!("{what}: no folder for it: {error}"),
        });
    }

    /// Ends the file; it is on the disk when this comes back.
    pub(super) fn finish(mut self) -> Kept {
        let synced = match &mut self.file {
            None => Ok(()),
            Some((path, file)) => file.flush().and_then(|()| sync(file.get_ref(), path)),
        };
        if let Err(error) = synced {
            self.fail(&error);
        }
        match (self.failure, self.file) {
            (Some(failure), _) => Kept::Failed(failure),
            (None, Some((path, _))) => Kept::In(path),
            (None, None) => Kept::Nothing,
        }
    }

    /// Removes the file: the import did not happen, and its file holds everything.
    pub(super) fn discard(self) {
        if let Some((path, _)) = self.file {
            let _ = fs::remove_file(path);
        }
    }
}

/// Writes a new file into a folder, which is created if missing; existing files stay. Returns the
/// file's path, whose name is made of `name`.
///
/// # Errors
/// If the folder or the file cannot be made.
pub fn keep(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let (path, mut file) = create(folder, name)?;
    write(&mut file)?;
    sync(&file, &path)?;
    Ok(path)
}

/// Has a new file and its name outlive a power loss.
fn sync(file: &fs::File, path: &Path) -> io::Result<()> {
    file.sync_all()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // Not every file system can sync a folder.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Makes a new file that only its owner can read.
fn create(folder: &Path, name: &str) -> io::Result<(PathBuf, fs::File)> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let plain = |sign: char| {
        if sign.is_alphanumeric() || sign == '.' {
            sign
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_start_matches('.');
    for number in 1_u32.. {
        let path = folder.join(format!("{number}-{name}"));
        let made = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return Ok((path, made?)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
