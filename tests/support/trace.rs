//! The real program, watched at its system calls: killed at one of them, or told that one failed.
//!
//! `ptrace` stops it before each call. Those count that are about files of the test's folder; what
//! the loader and the C library do elsewhere is not the program's.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use libc::{c_int, c_long, pid_t, user_regs_struct};

/// What a call does to the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Read,
    Write,
    Lock,
    /// Something goes to another program over the network.
    Send,
}

/// What happens at the call that is chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The process is killed before the call is made.
    Kill,
    /// The call is not made, and fails with this error.
    Once(c_int),
    /// It fails, and so does every call of the chosen classes after it.
    ForGood(c_int),
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status; none where it was killed.
    pub(crate) status: Option<c_int>,
    pub(crate) said: String,
    pub(crate) errors: String,
    /// How many calls of the chosen classes it made.
    pub(crate) calls: usize,
    /// What it put on the disk and gave a name, in its order.
    pub(crate) deeds: Vec<Deed>,
}

/// A call that decides what outlives a power loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A file or a folder was synced.
    Synced(String),
    /// A file got another name, or one more.
    Named(String, String),
}

/// Runs callbook with these words until it ends, with the fault at call `at` of the classes, counted
/// from 0. Its files are in `folder`; what it says is kept in `beside`.
pub(crate) fn run(
    words: &[String],
    (folder, beside): (&Path, &Path),
    classes: &[Class],
    fault: Option<(usize, Fault)>,
) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callbook"));
    command.args(words).env_clear();
    watch(command, (folder, beside), classes, fault)
}

/// Runs any program in the same way.
pub(crate) fn watch(
    mut command: Command,
    (folder, beside): (&Path, &Path),
    classes: &[Class],
    fault: Option<(usize, Fault)>,
) -> Ran {
    let [said, errors] = ["said", "errors"].map(|name| beside.join(name));
    command
        .env("HOME", folder)
        .env("LANG", "C.UTF-8")
        .stdout(File::create(&said).unwrap())
        .stderr(File::create(&errors).unwrap());
    // SAFETY: only a system call is made between fork and exec.
    unsafe {
        command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    // Waited for below, thread by thread.
    #[allow(clippy::zombie_processes)]
    let child = command.spawn().unwrap();
    let pid = pid_t::try_from(child.id()).unwrap();
    let mut tracer = Tracer {
        pid,
        memory: File::open(format!("/proc/{pid}/mem")).unwrap(),
        folder: folder.to_str().unwrap(),
        classes,
        fault,
        calls: 0,
        deeds: Vec::new(),
        within: BTreeMap::new(),
    };
    let status = tracer.follow();
    Ran {
        status,
        said: fs::read_to_string(said).unwrap(),
        errors: fs::read_to_string(errors).unwrap(),
        calls: tracer.calls,
        deeds: tracer.deeds,
    }
}

struct Tracer<'r> {
    pid: pid_t,
    memory: File,
    folder: &'r str,
    classes: &'r [Class],
    fault: Option<(usize, Fault)>,
    calls: usize,
    deeds: Vec<Deed>,
    /// The threads that are within a call, with the error that it is to give.
    within: BTreeMap<pid_t, Option<c_int>>,
}

impl Tracer<'_> {
    /// Follows the process and its threads to the end; gives its exit status.
    fn follow(&mut self) -> Option<c_int> {
        let wait = |pid| {
            let mut status = 0;
            // SAFETY: an integer to write to. Only children of this thread are waited for: other
            // tests run beside this one.
            let who =
                unsafe { libc::waitpid(pid, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
            assert!(who > 0, "{}", std::io::Error::last_os_error());
            (who, status)
        };
        let (_, status) = wait(self.pid);
        assert!(libc::WIFSTOPPED(status), "{status:x}");
        let options =
            libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_EXITKILL;
        self.ask(libc::PTRACE_SETOPTIONS, self.pid, options.into());
        self.ask(libc::PTRACE_SYSCALL, self.pid, 0);
        loop {
            let (who, status) = wait(-1);
            if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
                if who == self.pid {
                    return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
                }
                continue;
            }
            let signal = match libc::WSTOPSIG(status) {
                stop if stop == libc::SIGTRAP | 0x80 => {
                    self.stopped(who);
                    0
                }
                libc::SIGTRAP | libc::SIGSTOP => 0,
                signal => signal,
            };
            self.ask(libc::PTRACE_SYSCALL, who, signal.into());
        }
    }

    /// A thread stands before a call or after it.
    fn stopped(&mut self, who: pid_t) {
        if let Some(error) = self.within.remove(&who) {
            if let Some(error) = error {
                let mut registers = self.registers(who);
                registers.rax = i64::from(-error).cast_unsigned();
                self.set_registers(who, &registers);
            }
            return;
        }
        let mut registers = self.registers(who);
        let deed = self.deed(&registers);
        self.deeds.extend(deed);
        let counts = self
            .class(&registers)
            .is_some_and(|class| self.classes.contains(&class));
        let mut error = None;
        if counts {
            let hit = |at: usize| at == self.calls;
            match self.fault {
                Some((at, Fault::Kill)) if hit(at) => {
                    // SAFETY: the process that this one started.
                    unsafe { libc::kill(self.pid, libc::SIGKILL) };
                }
                Some((at, Fault::Once(errno))) if hit(at) => error = Some(errno),
                Some((at, Fault::ForGood(errno))) if self.calls >= at => error = Some(errno),
                _ => {}
            }
            self.calls += 1;
        }
        if error.is_some() {
            // No call has this number: it does nothing.
            registers.orig_rax = u64::MAX;
            self.set_registers(who, &registers);
        }
        self.within.insert(who, error);
    }

    /// What a call syncs or names in the folder.
    fn deed(&self, registers: &user_regs_struct) -> Option<Deed> {
        let (rdi, rsi, r10) = (registers.rdi, registers.rsi, registers.r10);
        let deed = match registers.orig_rax.cast_signed() {
            libc::SYS_fsync | libc::SYS_fdatasync => Deed::Synced(self.file(rdi)),
            libc::SYS_rename | libc::SYS_link => Deed::Named(self.path(rdi), self.path(rsi)),
            libc::SYS_renameat | libc::SYS_renameat2 | libc::SYS_linkat => {
                Deed::Named(self.path(rsi), self.path(r10))
            }
            _ => return None,
        };
        let (Deed::Synced(path) | Deed::Named(_, path)) = &deed;
        path.starts_with(self.folder).then_some(deed)
    }

    /// What a call does to a file of the folder; none where it is about something else.
    fn class(&self, registers: &user_regs_struct) -> Option<Class> {
        let arguments = [
            registers.rdi,
            registers.rsi,
            registers.rdx,
            registers.r10,
            registers.r8,
        ];
        let creates = |flags: u64| {
            let writes = (libc::O_CREAT | libc::O_TRUNC).cast_unsigned();
            if flags & u64::from(writes) == 0 {
                Class::Read
            } else {
                Class::Write
            }
        };
        if let libc::SYS_write | libc::SYS_writev | libc::SYS_sendto | libc::SYS_sendmsg =
            registers.orig_rax.cast_signed()
            && self.file(arguments[0]).starts_with("socket:")
        {
            return Some(Class::Send);
        }
        let (class, subject) = match registers.orig_rax.cast_signed() {
            libc::SYS_write
            | libc::SYS_pwrite64
            | libc::SYS_writev
            | libc::SYS_pwritev
            | libc::SYS_ftruncate
            | libc::SYS_fsync
            | libc::SYS_fdatasync
            | libc::SYS_fchmod
            | libc::SYS_fallocate
            | libc::SYS_sendfile => (Class::Write, self.file(arguments[0])),
            libc::SYS_copy_file_range => (Class::Write, self.file(arguments[2])),
            libc::SYS_read
            | libc::SYS_pread64
            | libc::SYS_fstat
            | libc::SYS_fstatfs
            | libc::SYS_getdents64 => (Class::Read, self.file(arguments[0])),
            libc::SYS_mmap => (Class::Read, self.file(arguments[4])),
            libc::SYS_fcntl if self.locks(&arguments) => (Class::Lock, self.file(arguments[0])),
            libc::SYS_open => (creates(arguments[1]), self.path(arguments[0])),
            libc::SYS_openat => (creates(arguments[2]), self.path(arguments[1])),
            libc::SYS_unlink
            | libc::SYS_rename
            | libc::SYS_mkdir
            | libc::SYS_rmdir
            | libc::SYS_chmod
            | libc::SYS_link => (Class::Write, self.path(arguments[0])),
            libc::SYS_unlinkat
            | libc::SYS_renameat
            | libc::SYS_renameat2
            | libc::SYS_mkdirat
            | libc::SYS_fchmodat
            | libc::SYS_linkat => (Class::Write, self.path(arguments[1])),
            libc::SYS_stat
            | libc::SYS_lstat
            | libc::SYS_access
            | libc::SYS_readlink
            | libc::SYS_statfs => (Class::Read, self.path(arguments[0])),
            libc::SYS_newfstatat | libc::SYS_statx => {
                let path = self.path(arguments[1]);
                let path = if path.is_empty() {
                    self.file(arguments[0])
                } else {
                    path
                };
                (Class::Read, path)
            }
            libc::SYS_faccessat | libc::SYS_faccessat2 | libc::SYS_readlinkat => {
                (Class::Read, self.path(arguments[1]))
            }
            _ => return None,
        };
        subject.starts_with(self.folder).then_some(class)
    }

    /// Whether a call of `fcntl` is to get a lock. That one is given back does not fail.
    fn locks(&self, arguments: &[u64; 5]) -> bool {
        let mut kind = [0; 2];
        let read = self.memory.read_at(&mut kind, arguments[2]);
        let gives_back = i16::from_ne_bytes(kind) == i16::try_from(libc::F_UNLCK).unwrap();
        arguments[1] == u64::try_from(libc::F_SETLK).unwrap() && read.is_ok() && !gives_back
    }

    /// The path of an open file.
    fn file(&self, file: u64) -> String {
        let link = fs::read_link(format!("/proc/{}/fd/{}", self.pid, file & 0xffff_ffff));
        link.map_or_else(|_| String::new(), |path| path.display().to_string())
    }

    /// The path that stands at this place of the program's memory.
    fn path(&self, at: u64) -> String {
        let mut bytes = [0; 512];
        let read = self.memory.read_at(&mut bytes, at).unwrap_or(0);
        let text = bytes[..read].split(|byte| *byte == 0).next();
        String::from_utf8_lossy(text.unwrap_or_default()).into_owned()
    }

    fn registers(&self, who: pid_t) -> user_regs_struct {
        // SAFETY: all of the registers are integers, and the kernel writes so many.
        let mut registers: user_regs_struct = unsafe { std::mem::zeroed() };
        self.ask(libc::PTRACE_GETREGS, who, (&raw mut registers) as c_long);
        registers
    }

    fn set_registers(&self, who: pid_t, registers: &user_regs_struct) {
        self.ask(
            libc::PTRACE_SETREGS,
            who,
            std::ptr::from_ref(registers) as c_long,
        );
    }

    /// Asks something of the kernel about a thread. One that was killed meanwhile is told by `waitpid`.
    #[allow(clippy::unused_self)]
    fn ask(&self, what: libc::c_uint, who: pid_t, with: c_long) {
        // SAFETY: `with` is a number, or a place that this thread owns, as the question wants it.
        unsafe { libc::ptrace(what, who, 0, with) };
    }
}
