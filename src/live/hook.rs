//! The user's own stop: a command or an HTTP call, at once and once.
//!
//! A thread of its own waits for it, so that whatever the command does, the analysis goes on.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command or a call may take before it is said to hang.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What is done at a stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A command line for the shell, with the alert on its standard input.
    Command(String),
    /// The alert is posted there.
    Post(Url),
}

/// `http://HOST:PORT/PATH`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    host: String,
    port: u16,
    path: String,
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty: give a command, or an address like http://127.0.0.1:8000/stop".into());
        }
        if text.starts_with("https://") {
            return Err(
                "https is not spoken here: use a command, such as `curl --data-binary @- https://…`".into()
            );
        }
        let Some(rest) = text.strip_prefix("http://") else { return Ok(Self::Command(text.to_owned())) };
        let (authority, path) = rest.split_once('/').map_or((rest, ""), |(a, p)| (a, p));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| format!("`{port}` is no port"))?),
            None => (authority, 80),
        };
        let clean = |s: &str| !s.chars().any(|c| c.is_control() || c == ' ' || c == '@');
        if host.is_empty() || !clean(host) || !clean(path) {
            return Err(format!("`{text}` is no address like http://127.0.0.1:8000/stop"));
        }
        Ok(Self::Post(Url { host: host.to_owned(), port, path: format!("/{path}") }))
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command(line) => f.write_str(line),
            Self::Post(Url { host, port, path }) => write!(f, "http://{host}:{port}{path}"),
        }
    }
}

/// What became of it, in words; true when it worked.
pub type Outcome = (bool, String);

/// Waits to be fired.
#[derive(Debug)]
pub struct Hook {
    fire: SyncSender<String>,
}

impl Hook {
    /// Makes ready. `told` is called from another thread with what became of each firing.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn new(action: Action, told: impl Fn(Outcome) + Send + 'static) -> std::io::Result<Self> {
        // One may wait while one runs: a stop after an acknowledged stop.
        let (fire, queue) = sync_channel(1);
        thread::Builder::new().name("stop".into()).spawn(move || serve(&queue, &action, &told))?;
        Ok(Self { fire })
    }

    /// Fires; never waits. False when it is still busy with the last two.
    pub fn fire(&self, alert: String) -> bool {
        self.fire.try_send(alert).is_ok()
    }
}

fn serve(queue: &Receiver<String>, action: &Action, told: &dyn Fn(Outcome)) {
    for alert in queue {
        let began = Instant::now();
        let result = match action {
            Action::Command(line) => run(line, &alert),
            Action::Post(url) => post(url, &alert),
        };
        let ms = began.elapsed().as_millis();
        told(match result {
            Ok(()) => (true, format!("the stop command was run ({ms} ms)")),
            Err(why) => (false, format!("the stop command failed: {why}")),
        });
    }
}

fn run(line: &str, alert: &str) -> Result<(), String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child = Command::new(shell)
        .args([flag, line])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // A command need not read it; an alert fits into any pipe.
        let _ = input.write_all(alert.as_bytes()).and_then(|()| input.write_all(b"\n"));
    }
    let began = Instant::now();
    loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("it ended with {status}")),
            None if began.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not end within {} s", PATIENCE.as_secs()));
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn post(url: &Url, alert: &str) -> Result<(), String> {
    let words = |e: std::io::Error| format!("{}:{}: {e}", url.host, url.port);
    let address = (url.host.as_str(), url.port)
        .to_socket_addrs()
        .map_err(words)?
        .next()
        .ok_or_else(|| format!("{} is not known", url.host))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(words)?;
    stream
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
        .map_err(words)?;
    let Url { host, port, path } = url;
    let length = alert.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{alert}"
    );
    stream.write_all(request.as_bytes()).map_err(words)?;
    let mut answer = [0; 64];
    let n = stream.read(&mut answer).map_err(words)?;
    let line = String::from_utf8_lossy(&answer[..n]);
    let status = line.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('2') { Ok(()) } else { Err(format!("{host}:{port} answered `{status}`")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufRead;
    use std::net::TcpListener;
    use std::sync::mpsc::channel;

    fn fired(action: Action, alert: &str) -> (Outcome, Duration) {
        let (tx, rx) = channel();
        let hook = Hook::new(action, move |o| tx.send(o).unwrap()).unwrap();
        let began = Instant::now();
        assert!(hook.fire(alert.to_owned()));
        (rx.recv_timeout(PATIENCE * 3).unwrap(), began.elapsed())
    }

    #[test]
    fn addresses_and_commands_are_told_apart() {
        assert_eq!("beep now".parse(), Ok(Action::Command("beep now".into())));
        let url = Url { host: "127.0.0.1".into(), port: 8000, path: "/a/b".into() };
        assert_eq!("http://127.0.0.1:8000/a/b".parse(), Ok(Action::Post(url)));
        for wrong in ["", "https://x/", "http://", "http://a:b/", "http://a b/", "http://a/\r\nX: y"] {
            assert!(wrong.parse::<Action>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_command_gets_the_alert_on_its_standard_input() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alert");
        let action = Action::Command(format!("cat > '{}'", file.display()));
        let ((worked, words), _) = fired(action, "{\"rule\":\"fall\"}");
        assert!(worked, "{words}");
        assert_eq!(std::fs::read_to_string(file).unwrap(), "{\"rule\":\"fall\"}\n");
    }

    #[test]
    fn a_failure_is_told() {
        let ((worked, words), _) = fired(Action::Command("exit 3".into()), "{}");
        assert!(!worked && words.contains("exit status: 3"), "{words}");
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let ((worked, words), _) = fired(format!("http://{gone}/").parse().unwrap(), "{}");
        assert!(!worked && words.contains("failed"), "{words}");
    }

    #[test]
    fn a_command_that_hangs_is_ended_and_told() {
        let ((worked, words), took) = fired(Action::Command("sleep 60".into()), "{}");
        assert!(!worked && words.contains("did not end within 5 s"), "{words}");
        assert!(took < Duration::from_secs(9), "{took:?}");
    }

    #[test]
    fn a_call_posts_the_alert() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let action = format!("http://{}/stop", listener.local_addr().unwrap()).parse().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = std::io::BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            first
        });
        let ((worked, words), _) = fired(action, "{}");
        assert!(worked, "{words}");
        assert_eq!(server.join().unwrap(), "POST /stop HTTP/1.1");
    }
}
