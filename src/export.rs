//! An export from end to end: contacts out of the store, in the form that is asked for.
//!
//! A file is written beside its place and put there when it is whole, readable by its owner alone. A
//! file that is there stays, unless it is to be replaced.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::domain::change_line::ChangeLine;
use crate::domain::contact::{CardId, ContactId};
use crate::domain::content::ContentHash;
use crate::domain::edit::ContactWithCard;
use crate::domain::files::There;
use crate::domain::fold::fold;
use crate::domain::import::{CardFormat as _, KeptGroup};
use crate::domain::listing::Selection;
use crate::domain::number::Region;
use crate::domain::operation::Operation;
use crate::domain::own_fields::OwnFields;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::words::{count, thousands};
use crate::exchange::book;
use crate::exchange::csv::{self, Guard, Table};
use crate::exchange::vcard::{self, Version};
use crate::store::{Store, backups_around, is_of_book};

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// vCards: each in the version that it came in, or all in one.
    Cards(Option<Version>),
    /// A table.
    Table(csv::TableForm, Guard),
    /// The book with nothing left out, as JSON.
    Book,
}

/// The file exists, and is kept.
#[derive(Debug)]
pub(crate) struct IsThere(pub PathBuf);

impl fmt::Display for IsThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} exists", self.0.display())
    }
}

impl std::error::Error for IsThere {}

/// What an export wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many contacts.
    pub contacts: usize,
    /// Of a table for another program: how many values of each kind it has no column for, with the word for the
    /// kind. They are in columns that only an import here reads.
    pub lacking: Vec<(&'static str, usize)>,
    /// Of a table: how many photos, cards of groups and the like are not in it, with the word for each kind.
    pub left_out: Vec<(&'static str, usize)>,
}

impl Written {
    /// What is not in a table, and what another program has no column for; none where it has all.
    #[must_use]
    pub fn lacking_words(&self, form: ExportForm) -> Option<String> {
        let kinds = self.left_out.iter();
        let kinds: Vec<String> = kinds.map(|(what, number)| count(*number, what)).collect();
        let is_one = matches!(self.left_out.as_slice(), [(_, 1)]);
        let is = if is_one { "is" } else { "are" };
        let left_out =
            (!kinds.is_empty()).then(|| format!("{} {is} not in the table", kinds.join(", ")));
        let told = [self.beside_words(form), left_out].into_iter().flatten();
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    fn beside_words(&self, form: ExportForm) -> Option<String> {
        let ExportForm::Table(form, _) = form else {
            return None;
        };
        let program = form.program()?;
        let kinds = self.lacking.iter().map(|(what, number)| match *what {
            "address" if *number > 1 => format!("{} addresses", thousands(*number)),
            what => count(*number, what),
        });
        let kinds: Vec<String> = kinds.collect();
        (!kinds.is_empty()).then(|| {
            format!(
                "{program} has no column for {}: they are in columns at the end, which only callbook reads",
                kinds.join(", ")
            )
        })
    }
}

impl From<usize> for Written {
    fn from(contacts: usize) -> Self {
        Self {
            contacts,
            ..Self::default()
        }
    }
}

/// Writes contacts to a stream.
///
/// # Errors
/// If the store refuses, or the stream fails with the [`io::Error`] that it gave.
pub fn stream(
    store: &Store,
    selection: &Selection,
    form: ExportForm,
    out: &mut dyn Write,
) -> Result<Written> {
    match form {
        ExportForm::Cards(version) => {
            let fields = store.own_fields()?;
            let of_groups = store.tags_of_groups()?;
            let mut exported = Exported::of(selection);
            let written = each(store, selection, |whole| {
                exported.note(whole.full.contact.id);
                let whole = beside_groups(whole, &of_groups, &fields);
                Ok(out.write_all(&card(&whole, version, store.home(), &fields))?)
            })?;
            for group in store.groups(exported.only())? {
                out.write_all(&group_card(&group, version))?;
            }
            Ok(written.into())
        }
        ExportForm::Book => {
            out.write_all(book::HEAD.as_bytes())?;
            let mut exported = Exported::of(selection);
            let written = each(store, selection, |whole| {
                exported.note(whole.full.contact.id);
                Ok(out.write_all(book::line(whole).as_bytes())?)
            })?;
            for group in store.groups(exported.only())? {
                out.write_all(book::group_line(&vcard::write_group(&group, None)).as_bytes())?;
            }
            Ok(written.into())
        }
        ExportForm::Table(form, guard) => {
            let mut table = Table::new(form, guard);
            let mut left_out: Vec<(&'static str, usize)> = Vec::new();
            let mut exported = Exported::of(selection);
            each(store, selection, |whole| {
                exported.note(whole.full.contact.id);
                for own in whole
                    .card
                    .as_deref()
                    .map_or_else(Vec::new, vcard::attachments)
                {
                    match left_out.iter_mut().find(|(kind, _)| *kind == own.kind) {
                        Some((_, number)) => *number += 1,
                        None => left_out.push((own.kind, 1)),
                    }
                }
                table.see(for_program(store, whole, form)?.as_ref());
                Ok(())
            })?;
            // Members have the name of the group as a tag; members outside the book, and other lines of the card, would
            // be lost without a word.
            match store.groups(exported.only())?.len() {
                0 => {}
                groups => left_out.push(("group card", groups)),
            }
            out.write_all(&table.header())?;
            let contacts = each(store, selection, |whole| {
                let row = table.row(for_program(store, whole, form)?.as_ref());
                let row =
                    row.context("another program changed the book meanwhile; export again")?;
                Ok(out.write_all(&row)?)
            })?;
            Ok(Written {
                contacts,
                lacking: table.lacking().to_vec(),
                left_out,
            })
        }
    }
}

/// A contact for a table. Other programs know nobody by the UIDs of ours: they get the names of its relations.
fn for_program<'c>(
    store: &Store,
    whole: &'c ContactWithCard,
    form: csv::TableForm,
) -> Result<Cow<'c, ContactWithCard>> {
    if form.program().is_none() {
        return Ok(Cow::Borrowed(whole));
    }
    let related = store.related(&whole.full.contact)?;
    let mut named = whole.clone();
    named.full.contact = named.full.contact.with_names(&related);
    Ok(Cow::Owned(named))
}

/// The contacts that were exported, where they are not all of the book.
struct Exported(Option<HashSet<ContactId>>);

impl Exported {
    fn of(selection: &Selection) -> Self {
        let all = matches!(selection, Selection::Shown(query) if query.is_everybody());
        Self((!all).then(HashSet::new))
    }

    fn note(&mut self, id: ContactId) {
        if let Some(ids) = &mut self.0 {
            ids.insert(id);
        }
    }

    const fn only(&self) -> Option<&HashSet<ContactId>> {
        self.0.as_ref()
    }
}

/// Writes contacts to a file.
///
/// # Errors
/// As [`stream`]; where the file is there and stays, or cannot be written.
pub fn file(
    store: &Store,
    selection: &Selection,
    form: ExportForm,
    path: &Path,
    there: There,
) -> Result<Written> {
    refuse_other_things(store, path)?;
    put(path, there, |out| stream(store, selection, form, out))
}

/// Writes bytes to a file, as they are.
///
/// # Errors
/// Where the file is there and stays, or cannot be written.
pub(crate) fn bytes(store: &Store, bytes: &[u8], path: &Path, there: There) -> Result<()> {
    refuse_other_things(store, path)?;
    put(path, there, |out| Ok(out.write_all(bytes)?))
}

/// Refuses to write where the book is, a backup of it or a folder.
fn refuse_other_things(store: &Store, path: &Path) -> Result<()> {
    if is_of_book(path, store.path()) {
        let detail = format!(
            "cannot write {}: it is the book itself; name another file",
            path.display()
        );
        return Err(Refusal::new(Kind::Invalid, detail).into());
    }
    if path.is_dir() {
        let detail = format!(
            "cannot write {}: it is a folder; name a file in it",
            path.display()
        );
        return Err(Refusal::new(Kind::Invalid, detail).into());
    }
    Ok(refuse_backups(store, path, path)?)
}

/// Refuses to write among the backups of the book: a file there is taken for one, or is one.
fn refuse_backups(store: &Store, named: &Path, file: &Path) -> Result<(), Refusal> {
    // What a link names is what is replaced.
    let target = named_by(file).unwrap_or_else(|_| file.to_owned());
    let folder = [file, &target]
        .into_iter()
        .find_map(|file| backups_around(file, store.path()));
    let Some(folder) = folder else { return Ok(()) };
    let detail = format!(
        "cannot write {}: {} holds the backups of the book; name another folder",
        named.display(),
        folder.display()
    );
    Err(Refusal::new(Kind::Invalid, detail))
}

/// Writes a vCard file for each contact, and for each group that one of them is in, into a folder,
/// which is created if it does not exist. Returns how many contacts. The names are made of the contact's name
/// and id.
///
/// # Errors
/// As [`file()`].
pub fn files(
    store: &Store,
    selection: &Selection,
    version: Option<Version>,
    folder: &Path,
    there: There,
) -> Result<usize> {
    // Nothing is made there either.
    refuse_backups(store, folder, &folder.join("card.vcf"))?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let own = store.own_fields()?;
    let of_groups = store.tags_of_groups()?;
    let mut exported = Exported::of(selection);
    let written = each(store, selection, |whole| {
        exported.note(whole.full.contact.id);
        let name = format!(
            "{}{}.vcf",
            slug(&whole.full.contact.name),
            whole.full.contact.id
        );
        let whole = beside_groups(whole, &of_groups, &own);
        let card = card(&whole, version, store.home(), &own);
        put(&folder.join(name), there, |out| Ok(out.write_all(&card)?))
    })?;
    for group in store.groups(exported.only())? {
        let card = group_card(&group, version);
        // The card as it came: a group keeps the name of its file while its members change.
        let id = ContentHash::of_card(&group.card);
        let name = format!("{}group-{id}.vcf", slug(&group.name));
        put(&folder.join(name), there, |out| Ok(out.write_all(&card)?))?;
    }
    Ok(written)
}

/// The card of a group, line end included.
fn group_card(group: &KeptGroup, version: Option<Version>) -> Vec<u8> {
    vcard::complete(vcard::write_group(group, version))
}

/// Does something with each contact of a selection; says how many there were.
fn each(
    store: &Store,
    selection: &Selection,
    mut work: impl FnMut(&ContactWithCard) -> Result<()>,
) -> Result<usize> {
    let mut failure = None;
    let done = store.each(selection, &mut |whole| {
        work(&whole).map_err(|error| {
            let refusal = Refusal::new(Kind::Storage, error.to_string());
            failure = Some(error);
            refusal
        })
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(done?),
    }
}

/// A contact as its card says it beside the cards of groups: what these say of it is not said again, so that a card
/// stays as it came.
fn beside_groups<'c>(
    whole: &'c ContactWithCard,
    of_groups: &HashMap<ContactId, Vec<String>>,
    fields: &OwnFields,
) -> Cow<'c, ContactWithCard> {
    let tags = of_groups.get(&whole.full.contact.id);
    let (Some(tags), Some(card)) = (tags, whole.card.as_deref()) else {
        return Cow::Borrowed(whole);
    };
    let format = vcard::Format {
        fields: fields.clone(),
    };
    Cow::Owned(ContactWithCard {
        full: format.beside_groups(&whole.full, tags, card),
        ..whole.clone()
    })
}

/// The card of a contact, line end included.
fn card(
    whole: &ContactWithCard,
    version: Option<Version>,
    home: Option<Region>,
    fields: &OwnFields,
) -> Vec<u8> {
    let card = whole.card.as_deref();
    let card = vcard::write(&whole.full, card, version, home, fields);
    vcard::complete(card)
}

/// Names what operations did to photos and the like, where all that they changed is the card of a contact.
///
/// # Errors
/// If the database cannot be read.
pub(crate) fn name_attachments<'o>(
    store: &Store,
    operations: impl Iterator<Item = &'o mut Operation>,
) -> Result<(), Refusal> {
    for operation in operations {
        if !ChangeLine::all(operation).is_empty() {
            continue;
        }
        let Operation::Update(_, changes) = operation else {
            continue;
        };
        let Some(change) = changes.iter().find(|change| change.field == "card") else {
            continue;
        };
        let card = |id: &serde_json::Value| -> Result<Vec<u8>, Refusal> {
            match id.as_i64().map(|id| store.card(CardId(id))) {
                None => Ok(Vec::new()),
                // The cards of what was deleted for good are gone.
                Some(Err(refusal)) if refusal.kind == Kind::NotFound => Ok(Vec::new()),
                Some(card) => card,
            }
        };
        let (before, after) = (card(&change.from)?, card(&change.to)?);
        changes.extend(vcard::changed_attachments(&before, &after));
    }
    Ok(())
}

/// Puts a file in its place once it is whole and on the disk.
fn put<T>(path: &Path, there: There, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let cannot = || format!("cannot write {}", path.display());
    let path = match there {
        There::Stays if path.symlink_metadata().is_ok() => {
            return Err(IsThere(path.to_owned()).into());
        }
        There::Stays => path.to_owned(),
        There::Replaced => {
            if path
                .metadata()
                .is_ok_and(|there| !there.is_file() && !there.is_dir())
            {
                return pour(path, write);
            }
            named_by(path).with_context(cannot)?
        }
    };
    let path = path.as_path();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut file = beside(&folder).with_context(cannot)?;
    let written = {
        let mut out = BufWriter::new(file.as_file_mut());
        let written = match write(&mut out) {
            Err(error) if error.is::<io::Error>() => return Err(error.context(cannot())),
            written => written?,
        };
        out.flush().with_context(cannot)?;
        written
    };
    file.as_file().sync_all().with_context(cannot)?;
    let placed = match there {
        There::Stays => file.persist_noclobber(path),
        There::Replaced => file.persist(path),
    };
    placed.map_err(|error| error.error).with_context(cannot)?;
    // The name has to survive a power loss too; a folder that cannot be synced is not ours to mend.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(written)
}

/// A file in a folder, to be put in its place once it is whole. Errors do not name it, for
/// it is not the file that was asked for.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut code = None;
    let file = tempfile::Builder::new().make_in(folder, |path| {
        let mut new = fs::OpenOptions::new();
        let made = new
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        made.inspect_err(|error| code = error.raw_os_error())
    });
    file.map_err(|error| code.map_or(error, io::Error::from_raw_os_error))
}

/// Writes to what is there and is no file: a device, or a pipe to another program.
fn pour<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let cannot = || format!("cannot write {}", path.display());
    let device = fs::OpenOptions::new().write(true).open(path);
    let mut out = BufWriter::new(device.with_context(cannot)?);
    let written = write(&mut out).with_context(cannot)?;
    out.flush().with_context(cannot)?;
    Ok(written)
}

/// The most links that are followed to a file, as many as Linux follows.
const LINKS: usize = 40;

/// What a path names when every link has been followed; it need not be there.
fn named_by(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(target) = fs::read_link(&path) else {
            return Ok(path);
        };
        path.pop();
        path.push(target);
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// A name as the beginning of a file's name: letters and digits that every file system takes.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for sign in fold(name).chars() {
        match sign {
            'a'..='z' | '0'..='9' => slug.push(sign),
            _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            _ => {}
        }
        if slug.len() >= 40 {
            break;
        }
    }
    if !slug.is_empty() && !slug.ends_with('-') {
        slug.push('-');
    }
    slug
}

/// Whether an export failed because its reader has gone away, which is an end and no error.
#[must_use]
pub(crate) fn is_closed(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::{There, put, slug};

    #[test]
    fn a_name_that_appears_while_an_export_is_written_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.vcf");
        let written = |there| {
            let _ = fs::remove_file(&path);
            put(&path, there, |out| {
                out.write_all(b"ours")?;
                Ok(fs::write(&path, "theirs")?)
            })
        };
        let told = format!("{:#}", written(There::Stays).unwrap_err());
        assert!(told.contains("all.vcf"), "{told}");
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        written(There::Replaced).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ours");
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "no unfinished file stays");
    }

    #[test]
    fn an_error_names_the_file_that_was_asked_for_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &str, why: Option<i32>| {
            let path = folder.path().join(path);
            let written = put(&path, There::Stays, |_| match why {
                Some(code) => Err(io::Error::from_raw_os_error(code).into()),
                None => Ok(()),
            });
            format!("{:#}", written.unwrap_err())
        };
        for (path, code, why) in [
            ("none/all.vcf", None, "No such file"),
            ("all.vcf", Some(28), "No space left"),
        ] {
            let told = told(path, code);
            let name = folder.path().join(path).display().to_string();
            assert!(
                told.starts_with(&format!("cannot write {name}: {why}")),
                "{told}"
            );
            assert!(!told.replace(&name, "").contains("tmp"), "{told}");
        }
    }

    #[test]
    fn no_name_leaves_its_folder() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd-");
        assert_eq!(slug("Åsa Öberg\u{1b}[2J"), "asa-oberg-2j-");
        assert_eq!(slug("丸山"), "");
    }
}
