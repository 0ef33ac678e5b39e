//! A person's home, for the program itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A home with a configuration, and a book in it.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// How a command ended: the status, and what it said.
pub(crate) type Ran = (i32, String, String);

impl Home {
    pub(crate) fn new(config: &str) -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(home.config().parent().unwrap()).unwrap();
        fs::write(home.config(), config).unwrap();
        fs::set_permissions(home.config(), fs::Permissions::from_mode(0o640)).unwrap();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path().join(".config/callbook/config.toml")
    }

    pub(crate) fn configured(&self) -> String {
        fs::read_to_string(self.config()).unwrap()
    }

    /// Where the book is; the programs that [`Home::command`] makes have it there.
    pub(crate) fn book(&self) -> PathBuf {
        self.path().join("book.db")
    }

    /// The program, ready to be run.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callbook"));
        command
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")])
            .env("HOME", self.path())
            .arg("--db")
            .arg(self.book())
            .args(words)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        let output = self.command(words).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }
}
