//! A real browser, driven over `WebDriver`.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::assigning_clones,
    clippy::doc_markdown,
    reason = "a test that cannot go on has failed"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

/// A plain HTTP request; the status and the body.
pub fn http(port: u16, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().ok();
        }
        head += &line;
    }
    let mut body = Vec::new();
    match length {
        Some(n) => {
            let mut exact = vec![0; n];
            reader.read_exact(&mut exact).unwrap();
            body = exact;
        }
        None => drop(reader.read_to_end(&mut body)),
    }
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    (status, format!("{head}\n{}", String::from_utf8_lossy(&body)))
}

impl Browser {
    /// `None` when there is no browser on this machine and none is demanded.
    pub fn start() -> Option<Self> {
        let driver = Command::new("chromedriver")
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match driver {
            Ok(driver) => driver,
            Err(e) => {
                assert!(
                    std::env::var_os("RETROGAIT_BROWSER").is_none(),
                    "a browser is demanded: chromedriver: {e}"
                );
                eprintln!("no chromedriver: the page is not tried in a browser");
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|l| l.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok())
            .expect("chromedriver says its port");
        thread::spawn(move || lines.for_each(drop));
        let mut new = Self { driver, port, session: String::new() };
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let answer = new.ask("POST", "/session", &wanted);
        new.session = answer["sessionId"].as_str().expect("a session").to_owned();
        Some(new)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let (status, text) = http(self.port, &request);
        let text = text.split_once("\n\n").or_else(|| text.split_once("\r\n\n")).map_or("", |(_, b)| b);
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        assert_eq!(status, 200, "{method} {path}: {text}");
        value["value"].clone()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &format!("/session/{}{path}", self.session), body)
    }

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    pub fn js(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script gives something that is true.
    pub fn until(&self, script: &str, within: Duration) -> Value {
        let began = Instant::now();
        loop {
            let value = self.js(script);
            if value != Value::Null && value != Value::Bool(false) {
                return value;
            }
            assert!(began.elapsed() < within, "still not so after {within:?}: {script}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Errors on the console since the last time.
    pub fn errors(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().filter(|e| e["level"] == "SEVERE").map(|e| e["message"].to_string()).collect()
    }

    pub fn devtools(&self, cmd: &str, params: Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": cmd, "params": params }))
    }

    /// As wide and high as a device.
    pub fn size(&self, width: u32, height: u32) {
        let params =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", params);
    }

    pub fn scheme(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    pub fn keys(&self, text: &str) {
        let actions: Vec<Value> = text
            .chars()
            .flat_map(|c| {
                [
                    json!({ "type": "keyDown", "value": c.to_string() }),
                    json!({ "type": "keyUp", "value": c.to_string() }),
                ]
            })
            .collect();
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "k", "actions": actions }] }));
    }

    /// A picture of the page, as PNG in base 64.
    pub fn picture(&self) -> String {
        self.ask("GET", &format!("/session/{}/screenshot", self.session), &Value::Null)
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let request = format!(
                "DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                self.session
            );
            let _ = std::panic::catch_unwind(|| http(self.port, &request));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
