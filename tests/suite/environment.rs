//! The program in odd places: other locales and zones, no home folder, folders that cannot be
//! written, and outputs that are closed or full. It works, or it says why; it never panics.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const CARD: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Müller\nTEL:+49 30 901820\nEND:VCARD\n";

/// A folder to live in, and the program in it with nothing in its environment but what is said.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("zoe.vcf"), CARD).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, environment: &[(&str, &OsStr)], words: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callbook"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .envs(environment.iter().copied())
            .args(words)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, environment: &[(&str, &OsStr)], words: &[&str]) -> (i32, String, String) {
        ended(&self.command(environment, words).output().unwrap())
    }
}

fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (told, error) = (text(&output.stdout), text(&output.stderr));
    assert!(!error.contains("panicked"), "{error}");
    (output.status.code().unwrap(), told, error)
}

fn os(text: &str) -> &OsStr {
    OsStr::new(text)
}

#[test]
fn every_locale_and_zone_will_do() {
    let latin = OsString::from_vec(b"de_DE.\xE4\xF6".to_vec());
    let hostile = OsString::from_vec(b"\xFF\x1b[2J".to_vec());
    let environments: Vec<Vec<(&str, &OsStr)>> = vec![
        vec![],
        vec![("LANG", os("C"))],
        vec![("LC_ALL", os("POSIX"))],
        vec![("LANG", os("de_DE.ISO-8859-1"))],
        vec![("LANG", os(""))],
        vec![("LANG", &latin)],
        vec![("LC_ALL", &hostile)],
        vec![("TZ", os("Nowhere/No"))],
        vec![("TZ", os(":/etc/passwd"))],
        vec![("TZ", os(""))],
        vec![("TZ", os("../../../etc/shadow"))],
        vec![("TZ", os("<+99>-99:99:99"))],
        vec![("TZ", &hostile)],
        vec![("TERM", os(""))],
        vec![("COLUMNS", os("0")), ("LINES", os("-1"))],
        vec![("COLORFGBG", &hostile), ("NO_COLOR", &hostile)],
        vec![("EDITOR", &hostile), ("CALLBOOK_DB", os(""))],
    ];
    for environment in environments {
        let place = Place::new();
        for words in [
            &["import", "zoe.vcf"][..],
            &["contact", "list"],
            &["find", "muller"],
            &["who", "+4930901820"],
            &["log"],
            &["health"],
            &["config"],
            &["backup"],
            &["doctor"],
        ] {
            let (status, told, error) = place.run(&environment, words);
            assert_eq!(
                (status, error.as_str()),
                (0, ""),
                "{environment:?} {words:?}"
            );
            assert!(!told.is_empty(), "{environment:?} {words:?}");
            assert!(!told.contains('\u{1b}'), "{told}");
            if matches!(words, ["contact", "list"] | ["find", _]) {
                assert!(
                    told.contains("Zoë Müller"),
                    "names are UTF-8 everywhere: {told}"
                );
            }
        }
        // Without a terminal there are no screens, whatever else is set.
        let (status, _, error) = place.run(&environment, &[]);
        assert_eq!(status, 1);
        assert!(error.contains("need a terminal"), "{error}");
    }
}

#[test]
fn a_home_that_is_not_there_is_made_or_named() {
    let place = Place::new();
    let file = place.path("zoe.vcf");
    let list: &[&str] = &["add", "Zoe"];
    // It is made, as every folder of the database is.
    let missing = place.path("not/there/yet");
    let (status, _, error) = place.run(&[("HOME", missing.as_os_str())], list);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(missing.join(".local/share/callbook/callbook.db").is_file());

    let (status, told, error) = place.run(&[("HOME", file.as_os_str())], list);
    assert_eq!((status, told.as_str()), (1, ""));
    assert!(
        error.starts_with("error: ") && error.contains("zoe.vcf/.local/share/callbook"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), CARD);

    // Without a HOME at all there may still be an entry in the password file, or none.
    let mut command = place.command(&[], list);
    command
        .env_remove("HOME")
        .env("XDG_DATA_HOME", place.path("data"));
    let (status, _, error) = ended(&command.output().unwrap());
    assert!(status == 0 || error.contains("--db"), "{status} {error}");

    // A relative XDG folder is as good as none (XDG base directories, 0.8).
    let environment = [
        ("XDG_DATA_HOME", os("relative")),
        ("XDG_CONFIG_HOME", os("./here")),
        ("XDG_STATE_HOME", os("../there")),
    ];
    let (status, _, error) = place.run(&environment, list);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(!place.path("relative").exists());
    assert!(place.path(".local/share/callbook/callbook.db").is_file());
}

#[test]
fn a_tilde_is_the_home_folder() {
    let place = Place::new();
    for (environment, words) in [
        (
            &[("CALLBOOK_DB", os("~/books/one.db"))][..],
            &["add", "Ada"][..],
        ),
        (&[], &["--db=~/books/two.db", "add", "Ada"]),
        (&[], &["--db", "~/books/two.db", "contact", "list"]),
    ] {
        let (status, _, error) = place.run(environment, words);
        assert_eq!((status, error.as_str()), (0, ""), "{words:?}");
    }
    assert!(place.path("books/one.db").is_file());
    assert!(place.path("books/two.db").is_file());
    assert!(!place.path("~").exists());
}

#[test]
fn a_national_number_without_a_home_says_what_is_missing() {
    let place = Place::new();
    let (status, told, error) = place.run(&[], &["add", "Ada", "02 5550 1182"]);
    assert_eq!(status, 0, "{error}");
    assert!(!told.contains("possible"), "{told}");
    assert_eq!(
        error,
        "02 5550 1182: unknown country: begin it with + and the calling code, or set home in \
         config.toml; saved as typed\n"
    );
    let (_, _, error) = place.run(&[], &["add", "Police", "112"]);
    assert_eq!(error, "");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    let locked = place.path("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, Permissions::from_mode(0o500)).unwrap();
    if File::create(locked.join("probe")).is_ok() {
        // Root may write everywhere; a folder in a file is one where nobody can.
        std::fs::remove_dir_all(&locked).unwrap();
        std::fs::write(&locked, "").unwrap();
    }
    let data = [("XDG_DATA_HOME", locked.as_os_str())];
    let (status, told, error) = place.run(&data, &["add", "Ada"]);
    assert_eq!((status, told.as_str()), (1, ""), "{error}");
    assert!(error.contains("locked"), "{error}");

    // Where only what is remembered and set cannot be, everything else works.
    let state = [
        ("XDG_STATE_HOME", locked.as_os_str()),
        ("XDG_CONFIG_HOME", locked.as_os_str()),
    ];
    let (status, _, _) = place.run(&state, &["add", "Ada"]);
    assert_eq!(status, 0);
    std::fs::write(
        place.path("bad.vcf"),
        "BEGIN:VCARD\nNOTE:nobody\nEND:VCARD\n",
    )
    .unwrap();
    let (status, told, error) = place.run(&state, &["import", "bad.vcf"]);
    assert_eq!(status, 1, "{told}{error}");
    assert!(
        format!("{told}{error}").contains("bad.vcf:1: card 1"),
        "{told}{error}"
    );
}

#[test]
fn an_output_that_is_closed_is_the_end_and_one_that_is_full_is_named() {
    let place = Place::new();
    let mut cards = String::new();
    for at in 0..3_000 {
        cards += &format!("BEGIN:VCARD\nVERSION:3.0\nFN:Zoe {at}\nTEL:+49 30 {at:07}\nEND:VCARD\n");
    }
    std::fs::write(place.path("many.vcf"), cards).unwrap();
    assert_eq!(place.run(&[], &["import", "many.vcf"]).0, 0);
    for words in [
        &["export"][..],
        &["export", "--as", "csv"],
        &["export", "--as", "json"],
        &["contact", "list", "--per-page", "1000"],
        &["contact", "list", "--json", "--per-page", "1000"],
        &["find", "zoe"],
        &["log"],
        &["keys"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
    ] {
        // A reader that takes a line and goes.
        let mut child = place
            .command(&[], words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = Vec::new();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        reader.read_until(b'\n', &mut line).unwrap();
        drop(reader);
        let (status, _, error) = ended(&child.wait_with_output().unwrap());
        assert_eq!((status, error.as_str()), (0, ""), "{words:?} | head -1");
        assert!(!line.is_empty(), "{words:?}");

        // `>&-` and `2>&-`.
        for streams in [&[1][..], &[2], &[0, 1, 2]] {
            let mut command = place.command(&[], words);
            let streams = streams.to_vec();
            close(&mut command, streams.clone());
            let status = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .output()
                .unwrap();
            let (status, _, error) = ended(&status);
            assert!(
                status == 0 || error.contains("error: "),
                "{words:?} {streams:?}: {status} {error}"
            );
        }

        let Ok(full) = File::options().write(true).open("/dev/full") else {
            continue;
        };
        let output = place.command(&[], words).stdout(full).output().unwrap();
        let (status, _, error) = ended(&output);
        assert_eq!(status, 1, "{words:?} > /dev/full: {error}");
        assert!(
            error.contains("standard output") && error.contains("No space left"),
            "{words:?}: {error}"
        );
    }
    // What cannot be told ends the program as it would have ended.
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        let output = place
            .command(&[], &["contact", "get", "nobody"])
            .stderr(full)
            .output()
            .unwrap();
        assert_eq!(ended(&output).0, 3);
    }
}

/// Has a command start with streams closed.
#[allow(unsafe_code)]
fn close(command: &mut Command, streams: Vec<i32>) {
    // Only close(2) is called between fork and exec, which may be called there.
    unsafe {
        command.pre_exec(move || {
            for stream in &streams {
                libc::close(*stream);
            }
            Ok(())
        });
    }
}

#[test]
fn names_and_words_that_are_no_text_are_taken_or_refused_by_name() {
    let place = Place::new();
    let name = OsString::from_vec(b"J\xF6rg \x1b[2J\xE2\x80\xAE.vcf".to_vec());
    std::fs::write(place.folder.path().join(&name), CARD).unwrap();
    let run = |words: &[&OsStr]| ended(&place.command(&[], words).output().unwrap());
    let (status, words, error) = run(&[os("import"), &name]);
    assert_eq!((status, error.as_str()), (0, ""), "{words}");
    let (_, list, _) = place.run(&[], &["contact", "list"]);
    assert!(list.contains("Zoë Müller"), "{list}");

    let out = OsString::from_vec(b"out\xFF.csv".to_vec());
    let (status, words, error) = run(&[os("export"), os("-o"), &out]);
    assert_eq!((status, error.as_str()), (0, ""), "{words}");
    assert!(place.folder.path().join(&out).is_file());

    let db = OsString::from_vec(b"b\xFFok.db".to_vec());
    for words in [
        &[os("import"), os("zoe.vcf")][..],
        &[os("contact"), os("list")],
        &[os("config")],
    ] {
        let mut all = vec![os("--db"), db.as_os_str()];
        all.extend_from_slice(words);
        let (status, _, error) = run(&all);
        assert_eq!((status, error.as_str()), (0, ""), "{words:?}");
    }
    assert!(place.folder.path().join(&db).is_file());

    let missing = OsString::from_vec(b"not\xFFthere.vcf".to_vec());
    let (status, _, error) = run(&[os("import"), &missing]);
    assert_eq!(status, 1);
    assert!(
        error.contains("cannot read not\u{fffd}there.vcf"),
        "{error}"
    );

    // A text has to be one.
    let word = OsString::from_vec(b"\xFF\x1b[2J".to_vec());
    for words in [
        &[os("find"), word.as_os_str()][..],
        &[os("who"), word.as_os_str()],
        &[os("add"), word.as_os_str()],
        &[word.as_os_str()],
    ] {
        let (status, _, error) = run(words);
        assert_eq!(status, 2, "{error}");
        assert!(
            error.starts_with("error: ") && !error.contains('\u{1b}'),
            "{error}"
        );
    }
}
