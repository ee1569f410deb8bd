//! Sessions as people see them: the screen at every state, whole scripted sessions, the page.
#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::unnecessary_wraps,
    clippy::type_complexity,
    clippy::needless_raw_string_hashes,
    reason = "a test that cannot go on has failed"
)]

#[path = "common/browser.rs"]
mod browser;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use retrogait::live::board::{Board, StopView, Tone};
use retrogait::live::conductor::{About, Actor, Conductor, Input};
use retrogait::live::played::Played;
use retrogait::live::session::{Out, Session};
use retrogait::pipeline::{Output, Settings};
use retrogait::plan::cue::{Fault, Knee, Landing, Mark};
use retrogait::plan::{Plan, levels};
use retrogait::record::{Alert, AlertLevel, Evidence, Record};
use retrogait::safety::rule::Rule;
use retrogait::screen::draw::draw;
use retrogait::screen::keys::Local;
use retrogait::sim::link::Dropout;
use retrogait::sim::script::Script;
use retrogait::sim::setup::{Play, Setup};
use retrogait::time::SensorTime;
use retrogait::web::server::Server;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use browser::{Browser, http};

/// A session of these scenarios, each for so many seconds, up to `until_s`; the conductor and its lines.
fn session(
    parts: &[(&str, u32)],
    plan: Option<Plan>,
    entered: &[(f64, Input)],
    until_s: f64,
    dropout: Option<(f64, f64)>,
) -> (Conductor, Vec<Value>) {
    let script: String = parts
        .iter()
        .map(|(s, n)| {
            let speed = if s.starts_with("bw") || s.starts_with("fw") || s.starts_with("stop") {
                "speed = \"1mph\"\n"
            } else {
                ""
            };
            format!("[[segment]]\nscenario = \"{s}\"\nduration = \"{n}s\"\n{speed}\n")
        })
        .collect();
    let play = Play::Script(Script::parse(&script, "test").unwrap());
    let mut setup = Setup { seed: 7, thigh: true, ..Setup::playing(play) };
    if let Some((at, length)) = dropout {
        let mut faults = setup.faults();
        faults.dropout = Some(Dropout { at_s: Some(at), length_s: Some(length) });
        setup.faults = Some(faults);
    }
    let played = Played::new(&setup).unwrap();
    let settings = Settings { series: true, ..Settings::default() };
    let mut session = Session::new(&played.parts(), &played.meta(), settings, None);
    let about =
        About { person: "Ada".into(), placed: "right shin".into(), simulated: true, metronome: false };
    let mut conductor = Conductor::new(about, plan);
    let mut entered = entered.iter();
    let mut next = entered.next();
    let mut lines = Vec::new();
    for event in played {
        let at = event.at.seconds();
        if at > until_s {
            break;
        }
        while let Some((_, input)) = next.filter(|(t, _)| *t <= at) {
            conductor.input(*input);
            next = entered.next();
        }
        session.event(&event, &mut |out| match out {
            Out::Output(output) => conductor.output(&output),
            Out::Found(found) => conductor.found(&found),
            Out::Sample(_) => {}
        });
        let tally = session.assembly().tally(0);
        conductor.counts(tally.samples, tally.lost(), session.assembly().rate_hz(0));
        lines.extend(conductor.take_lines());
    }
    (conductor, lines)
}

fn level(name: &str) -> Option<Plan> {
    Some(levels::named(name).unwrap().plan())
}

const SKIP: (f64, Input) = (0.0, Input::SkipChecklist);

fn cells(board: &Board, local: &Local, width: u16, height: u16, colour: bool) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|f| draw(f, board, local, colour)).unwrap();
    terminal.backend().clone()
}

/// The screen at both sizes; a picture of it where one is asked for.
fn screens(name: &str, conductor: &mut Conductor) {
    let board = conductor.board().clone();
    for (w, h) in [(80, 24), (160, 50)] {
        let backend = cells(&board, &Local::default(), w, h, true);
        picture(&format!("{name}_{w}x{h}"), &backend);
        insta::with_settings!({ snapshot_suffix => format!("{w}x{h}") }, { assert_snapshot!(name, backend) });
    }
}

/// Writes the cells as a page, to be looked at.
fn picture(name: &str, backend: &TestBackend) {
    use ratatui::style::{Color, Modifier};
    let Some(folder) = std::env::var_os("RETROGAIT_PICTURES") else { return };
    let css = |c: Color, usual: &'static str| match c {
        Color::Green => "#5ad27d",
        Color::Yellow => "#ffd24a",
        Color::LightRed => "#ff9d5c",
        Color::Red => "#a8001c",
        Color::White => "#ffffff",
        Color::DarkGray => "#8a949e",
        Color::Cyan => "#56c8d8",
        _ => usual,
    };
    let buffer = backend.buffer();
    let mut html = String::from(
        "<!doctype html><meta charset=utf-8><body style='margin:0;background:#101418'><pre style='margin:12px;font:16px/19px DejaVu Sans Mono,monospace'>",
    );
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let (mut fg, mut bg) = (css(cell.fg, "#f2f5f7"), css(cell.bg, "#101418"));
            if cell.modifier.contains(Modifier::REVERSED) {
                std::mem::swap(&mut fg, &mut bg);
            }
            let symbol = cell.symbol().replace('&', "&amp;").replace('<', "&lt;");
            html += &format!("<span style='color:{fg};background:{bg}'>{symbol}</span>");
        }
        html.push('\n');
    }
    html += "</pre>";
    std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), html).unwrap();
}

#[test]
fn the_checklist() {
    let (mut c, _) = session(
        &[("stand", 10)],
        level("first"),
        &[(1.0, Input::Confirm(0)), (2.0, Input::Confirm(2)), (3.0, Input::Pain(1))],
        5.0,
        None,
    );
    screens("checklist", &mut c);
    c.input(Input::Begin);
    assert!(c.board().checklist.is_some(), "not everything is answered");
    for i in [1, 3, 4] {
        c.input(Input::Confirm(i));
    }
    c.input(Input::Begin);
    assert!(c.board().checklist.is_none());
}

#[test]
fn good_walking_says_so() {
    let (mut c, _) = session(&[("bw_normal_coached", 40)], level("demo"), &[SKIP], 38.0, None);
    assert_eq!(c.board().word, "GOOD");
    screens("good", &mut c);
}

#[test]
fn each_fault_says_what_to_do() {
    for (name, scenario, word) in [("flat", "bw_flat", "TOES FIRST"), ("bent", "bw_ext20", "STRAIGHTEN")] {
        let (mut c, _) = session(&[(scenario, 40)], level("demo"), &[SKIP], 38.0, None);
        let (now, steps) = (c.board().word.clone(), c.board().steps.clone());
        assert_eq!(now, word, "{name}: {steps:?}");
        screens(name, &mut c);
    }
}

#[test]
fn a_heel_that_stays_up_says_so() {
    // Steps that are judged so are rare in the simulator: the picture is put together by hand.
    let (mut c, _) = session(&[("bw_normal_coached", 30)], level("demo"), &[SKIP], 28.0, None);
    let up = Mark { landing: Landing::HeelUp, knee: Knee::Met };
    let mut board = c.board().clone();
    board.steps[8..].fill(up);
    (board.word, board.sentence, board.tone) =
        (Fault::HeelUp.word().into(), Fault::HeelUp.sentence().into(), Tone::Mind);
    for (w, h) in [(80, 24), (160, 50)] {
        let backend = cells(&board, &Local::default(), w, h, true);
        insta::with_settings!({ snapshot_suffix => format!("{w}x{h}") }, { assert_snapshot!("heel_up", backend) });
    }
}

#[test]
fn a_fall_takes_the_whole_screen_until_it_is_seen() {
    let (mut c, _) = session(&[("fall_back", 40)], level("demo"), &[SKIP], 60.0, None);
    assert_eq!(c.board().word, "STOP");
    screens("stop", &mut c);
    c.input(Input::Acknowledge);
    assert!(c.board().stop.is_none());
}

#[test]
fn what_does_not_stop_is_said_aloud() {
    let (mut c, _) = session(&[("bw_normal_coached", 10)], level("demo"), &[SKIP], 9.0, None);
    let asked = Arc::new(AtomicU32::new(0));
    c.on_belt(Box::new({
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
        }
    }));
    c.on_stop(Box::new(|_| true));
    let at = SensorTime::from_seconds(9.0).unwrap();
    let (rule, level) = (Rule::Fall, AlertLevel::Stop);
    let alert = Alert { rule, level, onset: at, detected: at, evidence: Evidence::default() };
    for _ in 0..2 {
        // A stop that goes on is one stop.
        c.output(&Output::Record(Record::Alert(alert)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let hook = |c: &mut Conductor| c.board().stop.clone().unwrap().hook.unwrap();
    assert_eq!(hook(&mut c), "the treadmill is asked to stop; the stop command is running");
    c.acted(Actor::Command, true, "the stop command was run (3 ms)");
    let spoken = c.board().voice.0;
    c.acted(Actor::Belt, false, "pull the safety clip! the treadmill refused: not allowed");
    assert_eq!(
        hook(&mut c),
        "pull the safety clip! the treadmill refused: not allowed; the stop command was run (3 ms)"
    );
    let voice = c.board().voice.clone();
    assert!(voice.0 == spoken + 1 && voice.1.starts_with("pull the safety clip!"), "{voice:?}");
    let lines = c.take_lines();
    assert!(lines.iter().any(|l| l["what"] == "stop" && l["treadmill"] == true), "{lines:?}");
    assert!(lines.iter().any(|l| l["what"] == "stop_treadmill" && l["worked"] == false), "{lines:?}");
    for (w, h) in [(80, 24), (72, 22)] {
        let text = cells(c.board(), &Local::default(), w, h, true).to_string();
        assert!(text.contains("pull the safety clip!"), "{text}");
    }
}

#[test]
fn a_lost_sensor_is_said_at_once() {
    let (mut c, lines) =
        session(&[("bw_normal_coached", 60)], level("demo"), &[SKIP], 46.0, Some((30.0, 10.0)));
    screens("link_lost", &mut c);
    assert!(lines.iter().any(|l| l["what"] == "stop" && l["rule"] == "sensor_lost"), "{lines:?}");
}

#[test]
fn the_end_says_how_it_went() {
    let (mut c, _) = session(
        &[("bw_normal_coached", 30), ("stop_planned", 20)],
        level("demo"),
        &[SKIP, (30.0, Input::End)],
        80.0,
        None,
    );
    c.finish();
    c.report("walk.html".into());
    assert_eq!(c.board().word, "DONE");
    screens("end", &mut c);
}

#[test]
fn small_windows_say_so_and_colours_are_not_needed() {
    let (mut c, _) = session(&[("bw_normal_coached", 15)], level("demo"), &[SKIP], 14.0, None);
    let board = c.board().clone();
    for (w, h) in [(20, 10), (20, 1), (1, 1), (71, 24), (80, 21)] {
        let text = cells(&board, &Local::default(), w, h, true).to_string();
        assert!(w < 20 || h < 3 || text.contains("Too small"), "{w} {h}\n{text}");
    }
    let plain = cells(&board, &Local::default(), 80, 24, false);
    for cell in plain.buffer().content() {
        assert_eq!(cell.fg, ratatui::style::Color::Reset);
        assert_eq!(cell.bg, ratatui::style::Color::Reset);
    }
    assert_eq!(
        plain.to_string(),
        cells(&board, &Local::default(), 80, 24, true).to_string(),
        "colour adds no word"
    );
}

/// The lines of a session, without the figures of the last digit.
fn told(lines: &[Value]) -> String {
    lines
        .iter()
        .filter(|l| l["what"] != "link" || l["state"] != "connecting")
        .map(|l| {
            let time = l["time_s"].as_f64().unwrap();
            let mut rest = l.clone();
            for key in ["type", "time_s", "what", "said"] {
                rest.as_object_mut().unwrap().remove(key);
            }
            format!("{:>4.0} {:<13} {rest}\n", time, l["what"].as_str().unwrap())
        })
        .collect()
}

fn short_plan() -> Option<Plan> {
    let text = "title = \"intervals\"\n[[segment]]\nwalk = \"backward\"\nfor = \"25s\"\nspeed = \"1mph\"\n[[segment]]\nwalk = \"forward\"\nfor = \"20s\"\nspeed = \"1mph\"\n";
    Some(Plan::parse(text, "intervals").unwrap())
}

#[test]
fn whole_sessions_in_accelerated_time() {
    let cases: [(&str, &[(&str, u32)], &[(f64, Input)], Option<(f64, f64)>); 7] = [
        (
            "intervals_followed",
            &[("bw_normal_coached", 34), ("stand", 6), ("fw_normal", 34), ("stand", 10)],
            &[SKIP],
            None,
        ),
        ("plan_not_followed", &[("fw_normal", 40), ("stand", 6)], &[SKIP], None),
        (
            "early_stop_on_pain",
            &[("bw_normal_coached", 30), ("stop_planned", 20)],
            &[SKIP, (12.0, Input::Pain(2)), (28.0, Input::Pain(5))],
            None,
        ),
        ("stumble_and_recovery", &[("bw_stumble_elevate", 60)], &[SKIP, (64.0, Input::Acknowledge)], None),
        ("fall", &[("fall_back", 40)], &[SKIP, (70.0, Input::Acknowledge)], None),
        (
            "sensor_lost_and_back",
            &[("bw_normal_coached", 60)],
            &[SKIP, (40.0, Input::Acknowledge)],
            Some((30.0, 5.0)),
        ),
        (
            "planned_end",
            &[("bw_normal_coached", 34), ("stop_planned", 20), ("stand", 8)],
            &[SKIP, (36.0, Input::End)],
            None,
        ),
    ];
    for (name, parts, entered, dropout) in cases {
        let (mut c, mut lines) = session(parts, short_plan(), entered, 1000.0, dropout);
        c.finish();
        lines.extend(c.take_lines());
        assert_snapshot!(format!("session_{name}"), told(&lines));
    }
}

#[test]
fn the_same_session_says_the_same() {
    let run = || session(&[("bw_flat", 20)], level("demo"), &[SKIP], 1000.0, None).1;
    assert_eq!(run(), run());
}

// The page.

fn page(board: &Board) -> (Server, watch::Sender<Arc<Board>>, mpsc::UnboundedReceiver<Input>) {
    serve("127.0.0.1:0".parse().unwrap(), None, board)
}

fn serve(
    address: SocketAddr,
    token: Option<&str>,
    board: &Board,
) -> (Server, watch::Sender<Arc<Board>>, mpsc::UnboundedReceiver<Input>) {
    let (tx, rx) = watch::channel(Arc::new(board.clone()));
    let (inputs, entered) = mpsc::unbounded_channel();
    let server = Server::start(address, token.map(str::to_owned), rx, inputs).unwrap();
    (server, tx, entered)
}

fn ask(port: u16, first: &str, headers: &str, body: &str) -> (u16, String) {
    http(
        port,
        &format!(
            "{first} HTTP/1.1\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    )
}

#[test]
fn hostile_requests_are_refused() {
    let (server, _tx, mut entered) = page(&Board::default());
    let port = server.address().port();
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    let json = "Content-Type: application/json\r\n";
    let pain = "{\"input\":\"pain\",\"value\":3}";
    for (first, headers, body, want) in [
        ("GET /", host.clone(), "", 200),
        ("GET /", "Host: evil.example\r\n".into(), "", 421),
        ("GET /", format!("Host: evil.example:{port}\r\n"), "", 421),
        ("GET /", String::new(), "", 421),
        ("GET /events", format!("{host}Origin: http://evil.example\r\n"), "", 403),
        ("GET /events", format!("{host}Sec-Fetch-Site: cross-site\r\n"), "", 403),
        ("POST /input", format!("{host}{json}Origin: http://evil.example\r\n"), pain, 403),
        ("POST /input", format!("{host}{json}Origin: null\r\n"), pain, 403),
        ("POST /input", host.clone(), pain, 415),
        ("POST /input", format!("{host}Content-Type: text/plain\r\n"), pain, 415),
        ("POST /input", format!("{host}{json}"), "{\"input\":\"pain\",\"value\":99}", 400),
        ("POST /input", format!("{host}{json}"), "{\"input\":\"skip_checklist\"}", 400),
        ("POST /input", format!("{host}{json}"), "{\"input\":\"run\",\"command\":\"rm\"}", 400),
        ("POST /input", format!("{host}{json}"), "{\"input\":\"pain\",\"value\":3,\"more\":1}", 400),
        ("POST /input", format!("{host}{json}"), "not json", 400),
        ("GET /input", host.clone(), "", 405),
        ("GET /../Cargo.toml", host.clone(), "", 404),
        ("GET /%2e%2e/Cargo.toml", host.clone(), "", 404),
        ("DELETE /", host.clone(), "", 405),
    ] {
        let (status, text) = ask(port, first, &headers, body);
        assert_eq!(status, want, "{first} {headers} {body}\n{text}");
    }
    let (status, _) = ask(port, "POST /input", &format!("{host}{json}"), &"x".repeat(5000));
    assert_eq!(status, 413);
    assert!(entered.try_recv().is_err(), "nothing of this got through");
    let (status, _) =
        ask(port, "POST /input", &format!("{host}{json}Origin: http://127.0.0.1:{port}\r\n"), pain);
    assert_eq!((status, entered.try_recv().ok()), (204, Some(Input::Pain(3))));
    let (_, text) = ask(port, "GET /", &host, "");
    for header in [
        "content-security-policy: default-src 'none'",
        "frame-ancestors 'none'",
        "x-frame-options: DENY",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(text.contains(header), "{header}\n{text}");
    }
}

#[test]
fn elsewhere_nobody_gets_in_without_the_token() {
    let (server, _tx, _entered) = serve("0.0.0.0:0".parse().unwrap(), Some("5ec2e7"), &Board::default());
    let port = server.address().port();
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    assert_eq!(ask(port, "GET /", &host, "").0, 401);
    assert_eq!(ask(port, "GET /?token=wrong", &host, "").0, 401);
    let (status, text) = ask(port, "GET /?token=5ec2e7", &host, "");
    assert_eq!(status, 303, "{text}");
    assert!(text.contains("retrogait=5ec2e7; HttpOnly; SameSite=Strict"), "{text}");
    assert_eq!(ask(port, "GET /", &format!("{host}Cookie: a=b; retrogait=5ec2e7\r\n"), "").0, 200);
    assert_eq!(ask(port, "GET /app.js", &format!("{host}Cookie: retrogait=5ec2e8\r\n"), "").0, 401);
}

/// Time that a thousand pictures take, and the longest of them.
fn publish(tx: &watch::Sender<Arc<Board>>, board: &Board) -> (Duration, Duration) {
    let began = Instant::now();
    let mut longest = Duration::ZERO;
    for seq in 0..1000 {
        let one = Instant::now();
        tx.send_replace(Arc::new(Board { seq, ..board.clone() }));
        longest = longest.max(one.elapsed());
        thread::sleep(Duration::from_micros(500));
    }
    (began.elapsed(), longest)
}

#[test]
fn a_flood_of_slow_readers_does_not_slow_the_session() {
    let board = Board { word: "GOOD".into(), ..Board::default() };
    let (server, tx, _entered) = page(&board);
    let port = server.address().port();
    let (alone, _) = publish(&tx, &board);
    let readers: Vec<TcpStream> = (0..200)
        .filter_map(|_| {
            let mut s = TcpStream::connect(("127.0.0.1", port)).ok()?;
            s.write_all(format!("GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").as_bytes()).ok()?;
            Some(s)
        })
        .collect();
    assert_eq!(readers.len(), 200);
    let (flooded, longest) = publish(&tx, &board);
    eprintln!("alone {alone:?}, with 200 slow readers {flooded:?}, longest single {longest:?}");
    assert!(flooded < alone * 3 + Duration::from_secs(1), "{alone:?} {flooded:?}");
    // Those who were first are served; the rest are told that there are too many.
    let mut refused = 0;
    for mut s in readers {
        s.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        let mut start = [0; 12];
        if s.read_exact(&mut start).is_ok() && start.ends_with(b"503") {
            refused += 1;
        }
    }
    assert!(refused >= 100, "{refused}");
}

fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1000.0
}

const CONTRAST: &str = r#"
const lum = (c) => { const f = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
const rgb = (s) => s.match(/[\d.]+/g).map(Number);
const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const bad = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !e.checkVisibility() || ['SCRIPT', 'STYLE'].includes(e.tagName)) continue;
  const s = getComputedStyle(e), a = lum(rgb(s.color)), b = lum(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const large = parseFloat(s.fontSize) >= 24 || (parseFloat(s.fontSize) >= 18.66 && s.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) bad.push(e.tagName + '#' + e.id + ' ' + ratio.toFixed(2) + ' ' + walker.currentNode.textContent.trim());
}
for (const e of document.querySelectorAll('input, select, button')) {
  if (!e.checkVisibility()) continue;
  const name = e.ariaLabel || e.textContent.trim() || (e.labels && e.labels.length && e.labels[0].textContent.trim());
  if (!name) bad.push('no name: ' + e.outerHTML);
  if (e.tabIndex < 0) bad.push('not reached by keys: ' + e.outerHTML);
}
if (!document.documentElement.lang || !document.title) bad.push('no language or title');
for (const e of document.querySelectorAll('[role=img], section')) if (!e.ariaLabel && !e.getAttribute('aria-labelledby')) bad.push('no label: ' + e.id);
return bad;"#;

/// Counts what is drawn in the colour of the page's own lines.
const GRID_PIXELS: &str = "(() => {
  const c = document.querySelector('#trace canvas'), hex = getComputedStyle(document.documentElement).getPropertyValue('--line').trim();
  const want = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let n = 0;
  for (let i = 0; i < d.length; i += 4) if (want.every((v, k) => Math.abs(d[i + k] - v) < 6) && d[i + 3] > 250) n++;
  return n;
})()";

#[test]
fn the_page_in_a_real_browser() {
    let Some(browser) = Browser::start() else { return };
    let (mut c, _) = session(&[("bw_normal_coached", 40)], level("demo"), &[SKIP], 38.0, None);
    let good = Board { person: "<img src=x onerror=alert(1)>".into(), ..c.board().clone() };
    let (server, tx, mut entered) = page(&good);
    let (address, url) = (server.address(), server.url());
    let soon = Duration::from_secs(20);
    browser.size(1280, 900);
    browser.open(&url);
    browser.until("return document.getElementById('word').textContent === 'GOOD'", soon);
    let who = browser.js("return document.getElementById('who').textContent");
    assert!(who.as_str().unwrap().starts_with("<img src=x"), "a name is text: {who}");
    assert_eq!(browser.js("return document.images.length"), 0);
    browser.until("return document.querySelector('#trace canvas') !== null", soon);

    // Steps are shown within 300 ms of their record.
    browser.js("window.seen = {}; const s = document.getElementById('steps'); new MutationObserver(() => { seen[s.dataset.count] = seen[s.dataset.count] || Date.now(); }).observe(s, { attributes: true });");
    let mut sent = Vec::new();
    for k in 1..=20_u64 {
        sent.push((good.step_count + k, now_ms()));
        tx.send_replace(Arc::new(Board {
            seq: good.seq + k,
            step_count: good.step_count + k,
            ..good.clone()
        }));
        thread::sleep(Duration::from_millis(120));
    }
    let last = good.step_count + 20;
    let seen = browser.until(&format!("return window.seen['{last}'] ? window.seen : null"), soon);
    let mut late: Vec<f64> =
        sent.iter().map(|(k, at)| seen[k.to_string()].as_f64().expect("every step") - at).collect();
    late.sort_by(f64::total_cmp);
    eprintln!("steps shown after: median {:.0} ms, slowest {:.0} ms", late[10], late[19]);
    assert!(late[19] < 300.0, "{late:?}");

    // People without a mouse, without colours, with a phone.
    for dark in [false, true] {
        browser.scheme(dark);
        let bad = browser.js(CONTRAST);
        assert_eq!(bad.as_array().map(Vec::len), Some(0), "dark: {dark}: {bad}");
        browser.until(&format!("return ({GRID_PIXELS}) > 500"), soon);
    }
    tx.send_replace(Arc::new(Board { person: "Ada".into(), ..good.clone() }));
    browser.until("return document.getElementById('who').textContent.startsWith('Ada')", soon);
    shot(&browser, "page_good");
    // Everything that can be done is reached by the tab key, and shows that it is.
    let wanted = browser.js("return [...document.querySelectorAll('input, select, button')].filter((e) => e.checkVisibility() && !e.disabled).length").as_u64().unwrap();
    browser.js("document.activeElement.blur(); window.reached = new Set(); window.dim = []; document.addEventListener('focusin', (e) => { reached.add(e.target); const s = getComputedStyle(e.target); if (s.outlineStyle === 'none') dim.push(e.target.outerHTML); });");
    for _ in 0..wanted + 2 {
        browser.keys("\u{e004}");
    }
    let reached = browser.js("return reached.size").as_u64().unwrap();
    assert!(wanted > 0 && reached >= wanted, "{reached} of {wanted} are reached by the tab key");
    assert_eq!(browser.js("return dim"), Value::Array(Vec::new()), "the focus is seen");
    browser.scheme(false);
    browser.size(360, 740);
    let width = browser.js("return document.documentElement.scrollWidth").as_u64().unwrap();
    assert!(width <= 360, "{width}");
    shot(&browser, "page_phone");
    browser.size(1280, 900);

    // A stop takes the page, has the focus, and is answered by a key.
    let stop =
        StopView { rule: "fall".into(), message: "It looks like a fall.".into(), time_s: 40.0, hook: None };
    tx.send_replace(Arc::new(Board {
        word: "STOP".into(),
        tone: Tone::Stop,
        stop: Some(stop),
        ..good.clone()
    }));
    browser
        .until("return document.getElementById('stop').open && document.activeElement.id === 'seen'", soon);
    let bad = browser.js(CONTRAST);
    assert_eq!(bad.as_array().map(Vec::len), Some(0), "{bad}");
    shot(&browser, "page_stop");
    browser.keys("\u{e00c}");
    assert_eq!(browser.js("return document.getElementById('stop').open"), true, "escape does not end a stop");
    browser.keys(" ");
    let began = Instant::now();
    let got = loop {
        match entered.try_recv() {
            Ok(input) => break input,
            Err(_) => assert!(began.elapsed() < soon, "the key was not heard"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(got, Input::Acknowledge);
    tx.send_replace(Arc::new(good.clone()));
    browser.until("return !document.getElementById('stop').open", soon);
    assert_eq!(browser.errors(), Vec::<String>::new());

    // The program goes away for half a minute, and comes back.
    drop(server);
    browser.until("return document.getElementById('link').textContent.includes('trying again')", soon);
    thread::sleep(Duration::from_secs(30));
    let back = Board { word: "REST".into(), ..good };
    let (_server, _tx, _entered) = serve(address, None, &back);
    browser.until("return document.getElementById('word').textContent === 'REST'", soon);
    let strange: Vec<_> = browser.errors().into_iter().filter(|e| !e.contains("net::ERR")).collect();
    assert_eq!(strange, Vec::<String>::new());
}

/// Keeps a picture of the page, where one is asked for.
fn shot(browser: &Browser, name: &str) {
    let Some(folder) = std::env::var_os("RETROGAIT_PICTURES") else { return };
    let path = std::path::Path::new(&folder).join(format!("{name}.png.base64"));
    std::fs::write(path, browser.picture()).unwrap();
}
