//! How commits are kept, by the kind of file system that the book is on.

use std::path::Path;

use rusqlite::Connection;

use crate::store::db::failure::{Answer, refused};
use crate::store::db::options::{FileSystem, Options};

/// The kind of file system that a file is on.
pub(in crate::store) fn file_system(path: &Path, options: &Options) -> FileSystem {
    options.file_system.unwrap_or_else(|| {
        if rustix::fs::statfs(path).is_ok_and(|system| is_of_network(&system)) {
            FileSystem::Network
        } else {
            FileSystem::Local
        }
    })
}

#[cfg(not(target_os = "macos"))]
fn is_of_network(system: &rustix::fs::StatFs) -> bool {
    /// NFS, SMB, CIFS, SMB2, FUSE, AFS, 9P, by the magic number of `statfs`.
    const NETWORK: [u32; 7] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x5346_414f,
        0x0102_1997,
    ];
    u32::try_from(system.f_type & 0xffff_ffff).is_ok_and(|magic| NETWORK.contains(&magic))
}

#[cfg(target_os = "macos")]
fn is_of_network(system: &rustix::fs::StatFs) -> bool {
    /// `MNT_LOCAL`: the file system is stored on this machine.
    const LOCAL: u32 = 0x1000;
    system.f_flags & LOCAL == 0
}

/// Chooses how commits are kept: a write-ahead log, but on a network a journal, since the shared memory
/// of the log does not work across machines.
pub(in crate::store) fn set(connection: &Connection, path: &Path, options: &Options) -> Answer<()> {
    let wanted = match file_system(path, options) {
        FileSystem::Network => "truncate",
        FileSystem::Local => "wal",
    };
    let got: String =
        connection.pragma_update_and_check(None, "journal_mode", wanted, |row| row.get(0))?;
    // What is neither has no crash safety at all; a file system without shared memory stays with a
    // journal, which has.
    if !["wal", "truncate", "delete", "persist"].contains(&got.as_str()) {
        return Err(refused(
            path,
            &format!("its journal would be {got}, which is not safe"),
        ));
    }
    Ok(())
}
