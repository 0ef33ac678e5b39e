//! What a release is made of: an archive and a Debian package that hold the program, its manual and its
//! completions, and in which the program runs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command prints, which has to succeed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Packs the program of this build into `folder`, and returns the files that were made.
fn packed(folder: &Path, debian: &[&str]) -> Vec<PathBuf> {
    // A release is stripped too, and its debug information would take seconds to compress.
    let built = tempfile::tempdir().unwrap();
    let program = built.path().join("callbook");
    run(Command::new("strip")
        .arg("-o")
        .arg(&program)
        .arg(env!("CARGO_BIN_EXE_callbook")));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/.github/package");
    run(Command::new(script)
        .env("DPKG_DEB_COMPRESSOR_LEVEL", "1")
        .arg(folder)
        .arg(program)
        .arg("x86_64-unknown-linux-gnu")
        .args(debian));
    let mut files: Vec<_> = { std::fs::read_dir(folder).unwrap() }
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Each has the program, which answers there, a page of the manual for a command, and completions.
fn is_whole(root: &Path, paths: [&str; 3]) {
    let [program, manual, completions] = paths.map(|path| root.join(path));
    let version = run(Command::new(program).arg("--version"));
    assert_eq!(
        version.trim(),
        concat!("callbook ", env!("CARGO_PKG_VERSION"))
    );
    assert!(manual.is_file(), "{}", manual.display());
    let script = std::fs::read_to_string(completions).unwrap();
    assert!(script.contains("import"), "{script}");
}

#[test]
fn a_release_has_the_program_its_manual_and_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    // The archive is the same where there are no Debian tools.
    let debian = Command::new("dpkg-deb").arg("--version").output().is_ok();
    let files = packed(folder.path(), if debian { &["amd64"] } else { &[] });
    assert_eq!(files.len(), 1 + usize::from(debian), "{files:?}");
    let root = folder.path().join("root");
    for file in files {
        if file.extension().is_some_and(|end| end == "deb") {
            run(Command::new("dpkg-deb").arg("-x").arg(file).arg(&root));
            is_whole(
                &root,
                [
                    "usr/bin/callbook",
                    "usr/share/man/man1/callbook-import.1.gz",
                    "usr/share/bash-completion/completions/callbook",
                ],
            );
        } else {
            run(Command::new("tar")
                .arg("-xzf")
                .arg(&file)
                .arg("-C")
                .arg(folder.path()));
            let name = file.to_str().unwrap().strip_suffix(".tar.gz").unwrap();
            is_whole(
                Path::new(name),
                [
                    "callbook",
                    "man/callbook-import.1",
                    "completions/callbook.bash",
                ],
            );
        }
    }
}
