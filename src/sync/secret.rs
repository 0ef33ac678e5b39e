//! Where a password or a token comes from: a command, the environment, or netrc. It is never stored.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::domain::safe::safe;
use crate::domain::secret::Secret;
use crate::regular;

/// How long a command may take.
const LIMIT: Duration = Duration::from_secs(30);

/// How much a command may print.
const SIZE: u64 = 64 * 1024;

/// How often a command is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The first line that a command prints: a program and its arguments, run without a shell.
    Command(Vec<String>),
    /// A variable of the environment.
    Environment(String),
    /// The line for the host in this file.
    Netrc(PathBuf),
}

impl Source {
    /// Gets the secret of a person on a host.
    ///
    /// # Errors
    /// Says what failed, and holds nothing secret.
    pub fn secret(&self, host: &str, user: &str) -> Result<Secret, String> {
        let text = match self {
            Self::Command(words) => printed(words, LIMIT)?,
            Self::Environment(name) => {
                std::env::var(name).map_err(|_| format!("${name} is not set"))?
            }
            Self::Netrc(path) => {
                let shown = path.display();
                let bytes =
                    regular::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
                let text = String::from_utf8_lossy(&bytes);
                in_netrc(&text, host, user)
                    .ok_or_else(|| format!("{shown} has no password for {user} on {host}"))?
            }
        };
        if text.is_empty() || text.contains(char::is_control) {
            return Err("the password is empty or contains a control character".to_owned());
        }
        Ok(Secret::new(text))
    }
}

/// The first line that a command prints.
fn printed(words: &[String], limit: Duration) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("the command is empty")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    let output = child.stdout.take().map(reader);
    let errors = child.stderr.take().map(reader);
    let deadline = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => thread::sleep(PAUSE),
            Ok(None) => {
                end(&mut child);
                return Err(format!(
                    "{program} did not finish within {} s",
                    limit.as_secs()
                ));
            }
            Err(error) => {
                end(&mut child);
                return Err(format!("cannot wait for {program}: {error}"));
            }
        }
    };
    // A process that it left behind may hold its output open.
    let read = |text: Option<Receiver<Vec<u8>>>| {
        let left = deadline
            .saturating_duration_since(Instant::now())
            .max(PAUSE);
        text.and_then(|text| text.recv_timeout(left).ok())
    };
    let output =
        read(output).ok_or_else(|| format!("{program} exited, but its output stayed open"))?;
    if output.len() as u64 > SIZE {
        return Err(format!("{program} printed more than {} KB", SIZE / 1024));
    }
    if !status.success() {
        let errors = read(errors).unwrap_or_default();
        let errors = String::from_utf8_lossy(&errors);
        let errors: Vec<_> = errors.split_whitespace().collect();
        let errors: String = errors.join(" ").chars().take(500).collect();
        return Err(format!("{program} failed ({status}): {}", safe(&errors)));
    }
    let output = String::from_utf8(output)
        .map_err(|_| format!("{program} printed text that is not UTF-8"))?;
    Ok(output.lines().next().unwrap_or_default().to_owned())
}

/// Ends a command that takes too long, and takes its status so that nothing stays of it.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads to the end beside the program, up to one byte more than is allowed.
fn reader(pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, text) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read is shown, even where the rest could not.
        let _ = pipe.take(SIZE + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    text
}

/// The password for a person on a host in the text of a netrc file.
fn in_netrc(text: &str, host: &str, user: &str) -> Option<String> {
    let mut is_here = false;
    let mut login = None;
    let mut words = netrc_words(text).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" => {
                is_here = words.next()?.eq_ignore_ascii_case(host);
                login = None;
            }
            "default" => {
                is_here = true;
                login = None;
            }
            "login" => login = words.next(),
            "password" => {
                let password = words.next();
                if is_here && login.as_deref().is_none_or(|login| login == user) {
                    return password;
                }
            }
            _ => {}
        }
    }
    None
}

/// The words of a netrc file: without comments and macros, and with quotes undone.
fn netrc_words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        if in_macro {
            in_macro = !line.trim().is_empty();
            continue;
        }
        let mut rest = line.trim_start();
        while !rest.is_empty() && !rest.starts_with('#') {
            let mut word = String::new();
            let mut signs = rest.char_indices();
            let is_quoted = rest.starts_with('"') && signs.next().is_some();
            let mut end = rest.len();
            while let Some((at, sign)) = signs.next() {
                match sign {
                    '\\' if is_quoted => word.extend(signs.next().map(|(_, sign)| sign)),
                    '"' if is_quoted => {
                        end = at + 1;
                        break;
                    }
                    sign if !is_quoted && sign.is_whitespace() => {
                        end = at;
                        break;
                    }
                    sign => word.push(sign),
                }
            }
            rest = rest.get(end..).unwrap_or_default().trim_start();
            if word == "macdef" && !is_quoted {
                in_macro = true;
                break;
            }
            found.push(word);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(script: &str) -> Source {
        Source::Command(["sh", "-c", script].map(str::to_owned).to_vec())
    }

    fn secret(source: &Source) -> Result<String, String> {
        source
            .secret("h", "ann")
            .map(|secret| secret.text().to_owned())
    }

    #[test]
    fn the_first_line_of_a_command_is_the_password() {
        assert_eq!(
            secret(&command("printf 'a b\\r\\nuser: ann\\n'")).unwrap(),
            "a b"
        );
        assert_eq!(secret(&command("printf x; cat")).unwrap(), "x");
        // What is left running in the background holds nothing up.
        let begun = Instant::now();
        assert_eq!(
            secret(&command("echo x; sleep 9 >/dev/null 2>&1 &")).unwrap(),
            "x"
        );
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_command_that_fails_says_why_and_nothing_secret() {
        let failed =
            secret(&command("echo secret; echo 'no \u{1b}[2J key' >&2; exit 2")).unwrap_err();
        assert!(
            failed.contains("no ␛[2J key") && failed.contains("exit status: 2"),
            "{failed}"
        );
        assert!(!failed.contains("secret"), "{failed}");
        let missing = Source::Command(vec!["callbook-no-such-program".to_owned()]);
        assert!(secret(&missing).unwrap_err().contains("cannot start"));
        assert!(secret(&Source::Command(Vec::new())).is_err());
        assert!(secret(&command("exit 0")).unwrap_err().contains("empty"));
        assert!(
            secret(&command("printf '\\377'"))
                .unwrap_err()
                .contains("UTF-8")
        );
        assert!(secret(&command("printf 'a\\033b'")).is_err());
        let flood = "head -c 70000 /dev/zero | tr '\\0' x";
        assert!(secret(&command(flood)).unwrap_err().contains("64 KB"));
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let words = ["sleep", "60"].map(str::to_owned);
        let failed = printed(&words, Duration::from_millis(100)).unwrap_err();
        assert!(failed.contains("did not finish"), "{failed}");
    }

    #[test]
    fn netrc_is_read_as_other_programs_do() {
        let text = "# mine\nmachine other login ann password no\n\
                    machine H login bob password no2 # not\n\
                    macdef init\n machine h login ann password macro\n\n\
                    machine h\n  login ann\n  account x\n  password \"a \\\"b\"\n\
                    machine free password any\ndefault login ann password fall\n";
        assert_eq!(in_netrc(text, "h", "ann").as_deref(), Some("a \"b"));
        assert_eq!(in_netrc(text, "h", "bob").as_deref(), Some("no2"));
        assert_eq!(in_netrc(text, "free", "x").as_deref(), Some("any"));
        assert_eq!(in_netrc(text, "new", "ann").as_deref(), Some("fall"));
        assert_eq!(in_netrc(text, "new", "bob"), None);
        assert_eq!(in_netrc("machine", "h", "ann"), None);
        assert_eq!(in_netrc("machine h password", "h", "ann"), None);
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let source = Source::Environment("CALLBOOK_NO_SUCH_VARIABLE".to_owned());
        assert_eq!(
            secret(&source).unwrap_err(),
            "$CALLBOOK_NO_SUCH_VARIABLE is not set"
        );
        let source = Source::Netrc("/no/such/netrc".into());
        assert!(secret(&source).unwrap_err().contains("/no/such/netrc"));
    }
}
