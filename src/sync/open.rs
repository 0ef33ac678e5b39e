//! From what is set for a remote to the address book on its server.

use etcetera::home_dir;

use super::carddav::AddressBook;
use super::carddav::auth::Credentials;
use super::carddav::href::Address;
use super::carddav::http::{Client, Settings};
use super::carddav::stop::{Kind, Stop};
use super::carddav::trace::Trace;
use super::secret::Source;
use crate::config::remotes::{PasswordFrom, Place, RemoteSettings, ServerSettings};
use crate::domain::secret::Secret;

/// Opens the address book of a remote. Nothing is sent; the command for a password is run. `ask` asks a person for
/// a password, and gives none where there is nobody to ask. What goes over the wire is written to `trace`.
///
/// # Errors
/// If the address is wrong, or there is no password.
pub fn open(
    settings: &RemoteSettings,
    ask: &mut dyn FnMut(&str) -> Option<String>,
    trace: Option<&Trace>,
) -> Result<AddressBook, Stop> {
    let Place::Server(server) = &settings.place else {
        let why = format!("{} is a folder", settings.name);
        return Err(Stop::new(Kind::Odd, None, &why));
    };
    let address = address(&server.url)?;
    if let Some(trace) = trace {
        trace.of(&settings.name);
    }
    let client = client(server, &address, ask, trace)?;
    Ok(AddressBook::new(client, &address))
}

/// The connection to the server of an address with what is set.
///
/// # Errors
/// If the address may not be used, or there is no password.
pub(crate) fn client(
    server: &ServerSettings,
    address: &Address,
    ask: &mut dyn FnMut(&str) -> Option<String>,
    trace: Option<&Trace>,
) -> Result<Client, Stop> {
    let settings = Settings {
        insecure: server.insecure,
        ca_file: server.ca_file.clone(),
        timeout: server.timeout,
        trace: trace.cloned(),
    };
    // Whether the address may be asked at all is known before anybody gives a password.
    Client::new(address, settings.clone(), Credentials::None)?;
    let host = address.origin.host.trim_matches(['[', ']']);
    let credentials = credentials(server, host, ask)?;
    Client::new(address, settings, credentials)
}

/// Reads an address that is set.
///
/// # Errors
/// If it is none.
pub(crate) fn address(url: &str) -> Result<Address, Stop> {
    Address::read(url).map_err(|fault| Stop::new(Kind::Odd, None, &format!("{url}: {fault}")))
}

fn credentials(
    server: &ServerSettings,
    host: &str,
    ask: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Credentials, Stop> {
    let without = |why: &str| Stop::new(Kind::NoSecret, None, why);
    let source = match &server.password {
        PasswordFrom::Token(words) => {
            let source = Source::Command(words.clone());
            let renew = move || source.secret("", "");
            return Ok(Credentials::Token(Box::new(renew)));
        }
        PasswordFrom::Asked => None,
        PasswordFrom::Command(words) => Some(Source::Command(words.clone())),
        PasswordFrom::Environment(name) => Some(Source::Environment(name.clone())),
        PasswordFrom::Netrc => {
            let home = home_dir().map_err(|_| without("there is no home folder with a .netrc"))?;
            Some(Source::Netrc(home.join(".netrc")))
        }
    };
    let Some(user) = server.user.clone() else {
        return Ok(Credentials::None);
    };
    let password = match source {
        Some(source) => source
            .secret(host, &user)
            .map_err(|why| without(&format!("no password for {host}: {why}")))?,
        None => match ask(&format!("Password of {user} on {host}: ")) {
            Some(password) if !password.is_empty() => Secret::new(password),
            _ => {
                let why = format!(
                    "no password for {user} on {host}; set password_command for this remote, or run this on a terminal"
                );
                return Err(without(&why));
            }
        },
    };
    Ok(Credentials::Password { user, password })
}
