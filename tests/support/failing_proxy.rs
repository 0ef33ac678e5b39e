//! A proxy in front of a server that fails once, in one of many ways.
//!
//! It handles one request a connection, asks the server in HTTP/1.0 and so gets whole answers, and counts.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]

use std::io::{BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends before the server hears of the request.
    DropBefore,
    /// The server does it, and no answer comes.
    DropAfter,
    /// 500, and the server hears nothing.
    Broken,
    /// 503 with `Retry-After: 7`.
    Later,
    /// 429 with a date far ahead.
    TooMany,
    /// 401, though the password is right.
    Unauthorised,
    /// A redirect to another host.
    Elsewhere,
    /// 200 with a web page.
    Page,
    /// Half of the answer, whose length is said.
    CutWithLength,
    /// Half of the answer, whose length is not.
    CutWithoutLength,
    /// The answer a few bytes at a time.
    Trickle,
    /// No answer for longer than anybody waits.
    Hang,
    /// Another version than the server gave.
    ChangedEtag,
    /// No version at all.
    NoEtag,
    /// No lines that begin with `X-`.
    StripX,
}

/// All of them.
pub const FAULTS: [Fault; 15] = [
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::Broken,
    Fault::Later,
    Fault::TooMany,
    Fault::Unauthorised,
    Fault::Elsewhere,
    Fault::Page,
    Fault::CutWithLength,
    Fault::CutWithoutLength,
    Fault::Trickle,
    Fault::Hang,
    Fault::ChangedEtag,
    Fault::NoEtag,
    Fault::StripX,
];

/// A proxy that runs until it is dropped.
pub struct FailingProxy {
    state: Arc<Mutex<State>>,
    port: u16,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    count: usize,
    fails: Option<(usize, Fault)>,
    is_over: bool,
}

impl FailingProxy {
    /// Starts one in front of a port of this machine.
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let fault = {
                    let mut state = shared.lock().unwrap();
                    if state.is_over {
                        return;
                    }
                    state.count += 1;
                    let now = state.count;
                    state
                        .fails
                        .filter(|(at, _)| *at == now)
                        .map(|(_, fault)| fault)
                };
                let stream = stream.unwrap();
                std::thread::spawn(move || {
                    let _ = relay(&stream, server, fault);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self {
            state,
            port,
            thread: Some(thread),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Counts from 1 on again, and has the request of that number fail.
    pub fn fail(&self, at: usize, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.count = 0;
        state.fails = Some((at, fault));
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        let mut state = self.state.lock().unwrap();
        state.count = 0;
        state.fails = None;
    }

    /// How many requests came since.
    pub fn count(&self) -> usize {
        self.state.lock().unwrap().count
    }
}

impl Drop for FailingProxy {
    fn drop(&mut self) {
        self.state.lock().unwrap().is_over = true;
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        // Only then is nobody listening any more.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// The lines before a body.
fn head(reader: &mut impl std::io::BufRead) -> std::io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(lines);
        }
        lines.push(line.to_owned());
    }
}

fn is_header(line: &str, name: &str) -> bool {
    line.split(':')
        .next()
        .is_some_and(|own| own.eq_ignore_ascii_case(name))
}

fn relay(client: &TcpStream, server: u16, fault: Option<Fault>) -> std::io::Result<()> {
    let mut reader = BufReader::new(client);
    let mut lines = head(&mut reader)?;
    if lines.is_empty() {
        // Who was killed after connecting.
        return Ok(());
    }
    let length = lines.iter().find(|line| is_header(line, "content-length"));
    let length = length.map_or(0, |line| {
        line.split(':').nth(1).unwrap().trim().parse().unwrap()
    });
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut to_client = client;
    let own = match fault {
        Some(Fault::DropBefore) => return Ok(()),
        Some(Fault::Broken) => "500 Broken\r\n",
        Some(Fault::Later) => "503 Later\r\nRetry-After: 7\r\n",
        Some(Fault::TooMany) => "429 Later\r\nRetry-After: Wed, 21 Oct 2099 07:28:00 GMT\r\n",
        Some(Fault::Unauthorised) => "401 Who\r\nWWW-Authenticate: Basic realm=\"x\"\r\n",
        Some(Fault::Elsewhere) => "302 There\r\nLocation: http://127.0.0.2:9/login\r\n",
        Some(Fault::Page) => "200 OK\r\nContent-Type: text/html\r\n",
        Some(Fault::Hang) => {
            std::thread::sleep(Duration::from_secs(5));
            return Ok(());
        }
        _ => "",
    };
    if !own.is_empty() {
        let page = "<!DOCTYPE html><html><body>Welcome to the hotel</body></html>";
        let length = page.len();
        let text =
            format!("HTTP/1.1 {own}Connection: close\r\nContent-Length: {length}\r\n\r\n{page}");
        return to_client.write_all(text.as_bytes());
    }

    // In HTTP/1.0 an answer ends with its connection.
    lines[0] = lines[0].replace("HTTP/1.1", "HTTP/1.0");
    lines.retain(|line| !is_header(line, "connection") && !is_header(line, "accept-encoding"));
    let mut to_server = TcpStream::connect(("127.0.0.1", server))?;
    to_server
        .write_all(format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).as_bytes())?;
    to_server.write_all(&body)?;
    to_server.shutdown(Shutdown::Write)?;
    let mut from_server = BufReader::new(&to_server);
    let mut lines = head(&mut from_server)?;
    let mut body = Vec::new();
    from_server.read_to_end(&mut body)?;

    if fault == Some(Fault::DropAfter) {
        return Ok(());
    }
    let mut text = String::from_utf8(body).unwrap();
    match fault {
        Some(Fault::StripX) => text = without_x(&text),
        Some(Fault::ChangedEtag) => {
            text = text.replace("getetag>\"", "getetag>\"z");
            for line in lines.iter_mut().filter(|line| is_header(line, "etag")) {
                *line = line.replacen('"', "\"z", 1);
            }
        }
        Some(Fault::NoEtag) => lines.retain(|line| !is_header(line, "etag")),
        _ => {}
    }
    lines.retain(|line| !is_header(line, "content-length") && !is_header(line, "connection"));
    let bytes = text.as_bytes();
    let half = &bytes[..bytes.len() / 2];
    if !matches!(fault, Some(Fault::CutWithoutLength)) {
        lines.push(format!("Content-Length: {}", bytes.len()));
    }
    lines.push("Connection: close".to_owned());
    to_client.write_all(format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes())?;
    match fault {
        Some(Fault::CutWithLength | Fault::CutWithoutLength) => to_client.write_all(half),
        Some(Fault::Trickle) => {
            for piece in bytes.chunks((bytes.len() / 20).max(1)) {
                to_client.write_all(piece)?;
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(())
        }
        _ => to_client.write_all(bytes),
    }
}

/// A text without lines that begin with `X-`.
fn without_x(text: &str) -> String {
    text.split_inclusive('\n')
        .filter(|line| !line.starts_with("X-"))
        .collect()
}
