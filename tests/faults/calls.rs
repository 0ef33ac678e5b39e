//! The calls that `SQLite` makes of the disk, in this process: made to fail, or recorded.

use std::ffi::{CStr, c_int, c_void};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use rusqlite::ffi;

/// The calls of the disk that are made to fail: which one is next, and how.
pub(crate) static CALLS: AtomicI64 = AtomicI64::new(0);
pub(crate) static FAILS_AT: AtomicI64 = AtomicI64::new(i64::MAX);
pub(crate) static FOR_GOOD: AtomicI64 = AtomicI64::new(0);
pub(crate) static ERRNO: AtomicI64 = AtomicI64::new(0);
/// The functions that stood there before: pwrite64 or pwrite, ftruncate, pread64 or pread.
static TRUE_CALLS: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];
/// What was done to the files, where that is recorded.
pub(crate) static TAPE: Mutex<Option<Vec<Call>>> = Mutex::new(None);

/// One call, as it is recorded.
#[derive(Clone)]
pub(crate) enum Call {
    Write(String, usize, Vec<u8>),
    Cut(String, usize),
    Sync(String),
    /// So many contacts were told as stored by now.
    Told(usize),
}

/// Records a call, if that is wanted and it is about a database or its log.
fn record(file: c_int, call: impl FnOnce(String) -> Call) {
    let mut tape = TAPE.lock().unwrap();
    if let Some(tape) = tape.as_mut() {
        let path = fs::read_link(format!("/proc/self/fd/{file}")).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "book.db" || name == "book.db-wal" {
            tape.push(call(name.into_owned()));
        }
    }
}

/// Whether this call is to fail; then `errno` is set.
fn fails() -> bool {
    let at = CALLS.fetch_add(1, Ordering::SeqCst);
    let from = FAILS_AT.load(Ordering::SeqCst);
    let fails = at == from || at > from && FOR_GOOD.load(Ordering::SeqCst) == 1;
    if fails {
        let errno = c_int::try_from(ERRNO.load(Ordering::SeqCst)).unwrap_or(5);
        // SAFETY: the location of this thread's errno, as libc gives it.
        unsafe { *libc::__errno_location() = errno };
    }
    fails
}

type Pwrite = unsafe extern "C" fn(c_int, *const c_void, usize, i64) -> isize;
type Pread = unsafe extern "C" fn(c_int, *mut c_void, usize, i64) -> isize;
type Ftruncate = unsafe extern "C" fn(c_int, i64) -> c_int;

unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, count: usize, at: i64) -> isize {
    if fails() {
        return -1;
    }
    // SAFETY: SQLite gives so many bytes to write.
    let written = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), count) };
    let place = usize::try_from(at).unwrap();
    record(file, |name| Call::Write(name, place, written.to_vec()));
    // SAFETY: the address that SQLite gave for this very call, which has this type.
    let real: Pwrite = unsafe { std::mem::transmute(TRUE_CALLS[0].load(Ordering::SeqCst)) };
    unsafe { real(file, bytes, count, at) }
}

/// Fails like the others; where there is no error to fail with, it gives zeros.
unsafe extern "C" fn pread(file: c_int, bytes: *mut c_void, count: usize, at: i64) -> isize {
    let fails = fails();
    if fails && ERRNO.load(Ordering::SeqCst) != 0 {
        return -1;
    }
    // SAFETY: as above.
    let real: Pread = unsafe { std::mem::transmute(TRUE_CALLS[2].load(Ordering::SeqCst)) };
    let count_read = unsafe { real(file, bytes, count, at) };
    if fails {
        // SAFETY: SQLite has room for so many bytes.
        unsafe { bytes.cast::<u8>().write_bytes(0, count) };
    }
    count_read
}

unsafe extern "C" fn ftruncate(file: c_int, length: i64) -> c_int {
    if fails() {
        return -1;
    }
    let end = usize::try_from(length).unwrap();
    record(file, |name| Call::Cut(name, end));
    // SAFETY: as above.
    let real: Ftruncate = unsafe { std::mem::transmute(TRUE_CALLS[1].load(Ordering::SeqCst)) };
    unsafe { real(file, length) }
}

/// Stands in the place of libc's, which `SQLite` calls by its name.
#[unsafe(no_mangle)]
extern "C" fn fdatasync(file: c_int) -> c_int {
    if fails() {
        return -1;
    }
    record(file, Call::Sync);
    // SAFETY: the call itself, with what it was called with.
    let done = unsafe { libc::syscall(libc::SYS_fdatasync, file) };
    c_int::try_from(done).unwrap_or(-1)
}

/// As above.
#[unsafe(no_mangle)]
extern "C" fn fsync(file: c_int) -> c_int {
    if fails() {
        return -1;
    }
    record(file, Call::Sync);
    // SAFETY: the call itself, with what it was called with.
    let done = unsafe { libc::syscall(libc::SYS_fsync, file) };
    c_int::try_from(done).unwrap_or(-1)
}

/// Puts the calls above in the place of those that `SQLite` makes.
pub(crate) fn interpose() {
    let calls: [(&CStr, u64, usize); 5] = [
        (c"pread", pread as *const () as u64, 2),
        (c"pread64", pread as *const () as u64, 2),
        (c"pwrite", pwrite as *const () as u64, 0),
        (c"pwrite64", pwrite as *const () as u64, 0),
        (c"ftruncate", ftruncate as *const () as u64, 1),
    ];
    // SAFETY: the default VFS lives as long as the process; the functions have the types that SQLite
    // calls them by, and call on to those that stood there.
    unsafe {
        let vfs = ffi::sqlite3_vfs_find(std::ptr::null());
        let get = (*vfs).xGetSystemCall.unwrap();
        let set = (*vfs).xSetSystemCall.unwrap();
        for (name, call, place) in calls {
            let Some(real) = get(vfs, name.as_ptr()) else {
                continue;
            };
            let real = real as *const () as u64;
            if real == call {
                continue;
            }
            TRUE_CALLS[place].store(real, Ordering::SeqCst);
            set(
                vfs,
                name.as_ptr(),
                std::mem::transmute::<u64, ffi::sqlite3_syscall_ptr>(call),
            );
        }
    }
}
