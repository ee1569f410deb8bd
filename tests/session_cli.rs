//! Sessions through the real program: the demonstration, plans, settings, who walks, what is left when it is
//! killed, and how it leaves the terminal.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::Folder;
use insta::assert_snapshot;
use serde_json::Value;

/// The program with a home of its own, and nothing of this machine's settings.
fn retrogait(folder: &Folder) -> assert_cmd::Command {
    let mut command = folder.retrogait();
    for (name, _) in std::env::vars().filter(|(n, _)| n.starts_with("RETROGAIT_")) {
        command.env_remove(name);
    }
    for (name, at) in [("HOME", "home"), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data")] {
        command.env(name, folder.at(at));
    }
    command
}

/// What it prints, what it says, and its exit code.
fn run(folder: &Folder, args: &[&str]) -> (String, String, i32) {
    let output = retrogait(folder).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// A simulated session with a plan, as fast as it goes.
fn walk(folder: &Folder, sensor: &str, plan: &str, more: &[&str]) -> (String, String, i32) {
    let walk = ["live", "--sensor", sensor, "--plan", plan, "--skip-checklist", "--pace", "max"];
    run(folder, &[&walk[..], more].concat())
}

/// Several commands and everything that comes of them, without the folder's own name.
fn transcript(folder: &Folder, commands: &[&[&str]]) -> String {
    let mut told = String::new();
    for args in commands {
        let (out, err, code) = run(folder, args);
        let _ = write!(told, "$ retrogait {}\n{out}{err}[{code}]\n\n", args.join(" "));
    }
    told.replace(folder.path().to_str().unwrap(), "~")
}

#[test]
fn the_demonstration_needs_nothing_and_ends_with_a_report() {
    let folder = Folder::new();
    // A stop command that is configured is not for demonstrations.
    folder.write("config/retrogait/config.toml", "[stop]\ncommand = \"touch stopped\"\n");
    let (out, said, code) = run(&folder, &["demo", "--out", "out"]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert_snapshot!("demo", out);
    let page = folder.read("out/demo.report.html");
    assert!(page.contains("Planned: ") && page.contains("A step was disturbed"), "{page}");
    assert!(!folder.at("stopped").exists());
    // As often as it is shown, one session is kept, and it can be opened.
    assert_eq!(run(&folder, &["demo", "--out", "out"]).2, 0);
    let (sessions, ..) = run(&folder, &["sessions", "list", "--json", "--data", "out/sessions"]);
    let sessions: Value = serde_json::from_str(&sessions).unwrap();
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{sessions}");
    assert_eq!((&sessions[0]["source"], &sessions[0]["finished"]), (&"live".into(), &true.into()));
    let id = sessions[0]["id"].to_string();
    let (report, ..) = run(&folder, &["report", &id, "--json", "--data", "out/sessions"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["plan"]["checklist"]["skipped"], true, "{}", report["plan"]);
    assert!(report["plan"]["segments"].as_array().is_some_and(|s| !s.is_empty()), "{}", report["plan"]);
}

#[test]
fn a_demonstration_whose_reader_goes_away_ends_quietly() {
    let folder = Folder::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_retrogait"))
        .current_dir(folder.path())
        .args(["demo", "--out", "out", "--pace", "max"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn plans_are_listed_shown_and_written() {
    let folder = Folder::new();
    let told = transcript(
        &folder,
        &[
            &["plan", "list"],
            &["plan", "show", "first"],
            &["plan", "new", "mine", "--from", "knee"],
            &["plan", "new", "mine"],
            &["plan", "new", "first"],
            &["plan", "list"],
            &["plan", "show", "mine"],
            &["plan", "show", "frist"],
            &["plan", "show", "nothing.toml"],
        ],
    );
    assert_snapshot!("plans", told);
    folder.write("wrong.toml", "title = \"x\"\n[[segment]]\nwalk = \"backwards\"\nfor = \"1min\"\n");
    folder.write(
        "fast.toml",
        "title = \"x\"\n[[segment]]\nwalk = \"backward\"\nfor = \"1min\"\nspeed = \"9mph\"\n",
    );
    folder.write("key.toml", "title = \"x\"\n[[segment]]\nwalk = \"backward\"\nfour = \"1min\"\n");
    let told = transcript(
        &folder,
        &[&["plan", "show", "wrong.toml"], &["plan", "show", "fast.toml"], &["plan", "show", "key.toml"]],
    );
    assert_snapshot!("plan_errors", told);
}

#[test]
fn settings_are_written_explained_and_say_where_they_came_from() {
    let folder = Folder::new();
    let told = transcript(&folder, &[&["config", "--print"], &["config"], &["config"]]);
    assert_snapshot!("config", told);
    let file = "config/retrogait/config.toml";
    assert_snapshot!("config_file", folder.read(file));
    assert_eq!(run(&folder, &["config", "--defaults"]).0, folder.read(file));
    folder.write(file, "[live]\nplan = \"first\"\n[stop]\ntreadmill = true\n[rules.fall]\nimpact_g = 2.5\n");
    let output = retrogait(&folder)
        .env("RETROGAIT_PLAN", "knee")
        .env("RETROGAIT_PORT", "9000")
        .args(["live", "--print-config", "--sensor", "shin", "--mute"])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap().replace(folder.path().to_str().unwrap(), "~");
    assert_snapshot!("config_in_force", told);
    let mut told = String::new();
    for text in ["[live]\nplann = \"x\"\n", "[stops]\n", "[page]\nport = \"x\"\n", "[rules.fal]\n", "[live\n"]
    {
        folder.write(file, text);
        told += &transcript(&folder, &[&["config", "--print"], &["live"]]);
    }
    assert_snapshot!("config_errors", told);
}

#[test]
fn the_help_of_each_command_reads_well() {
    let folder = Folder::new();
    for command in ["demo", "plan", "config"] {
        assert_snapshot!(format!("help_{command}"), run(&folder, &[command, "--help"]).0);
    }
}

#[test]
fn whoever_walks_is_known_and_the_session_is_kept() {
    let folder = Folder::new();
    let added = ["person", "add", "Ada", "--side", "right", "--knee-target", "8", "--toe-first", "80"];
    assert_eq!(run(&folder, &added).2, 0);
    let seen = (30..120).map(|s| format!("{s} seen")).collect::<Vec<_>>().join("\n");
    folder.write("entered", &format!("20 pain 3\n{seen}"));
    folder.write(
        "walk.toml",
        "[[segment]]\nscenario = \"bw_normal_coached\"\nduration = \"30s\"\nspeed = \"1mph\"\n\
         [[segment]]\nscenario = \"fall_back\"\nduration = \"20s\"\n",
    );
    let more = ["--thigh", "sim", "--commands", "entered", "--person", "ada", "--keep"];
    let (records, said, code) = walk(&folder, "sim:walk.toml", "first", &more);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("kept as session 1 of Ada") && said.contains("report: "), "{said}");
    let page = said.lines().find_map(|l| l.strip_prefix("report: ")).unwrap();
    assert!(fs::read_to_string(page).unwrap().contains("Ada"), "{page}");
    assert!(page.ends_with("session-1.report.html"), "{page}");
    // Nobody asked for files: the capture is the store's alone.
    let left = folder.files("data/retrogait/captures");
    assert!(left.iter().all(|f| f.starts_with("session-1.")), "{left:?}");
    assert!(records.lines().any(|l| l.contains("\"what\":\"stop\"")), "{records}");
    let (report, ..) = run(&folder, &["report", "1", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["pain"][0]["score"], 3, "{}", report["pain"]);
    let stops: Vec<&Value> =
        report["alerts"].as_array().unwrap().iter().filter(|a| a["level"] == "stop").collect();
    assert!(!stops.is_empty() && stops.iter().all(|a| a["acknowledged_s"].is_number()), "{stops:?}");
    assert_eq!(report["plan"]["segments"][0]["activity"], "backward");

    let told = transcript(
        &folder,
        &[
            &["live", "--sensor", "sim:bw_normal_coached", "--person", "Adda"],
            &["live", "--sensor", "sim:bw_normal_coached", "--person", "nobody.toml"],
            &["live", "--sensor", "sim:bw_normal_coached", "--keep"],
            &["live", "--sensor", "sim:bw_normal_coached", "--skip-checklist"],
            &["live", "--sensor", "sim:bw_normal_coached", "--open"],
        ],
    );
    assert_snapshot!("live_person_errors", told);
}

#[cfg(unix)]
#[test]
fn a_stop_runs_the_users_own_command_once_and_says_when_it_fails() {
    let folder = Folder::new();
    let fall = |action: &str| {
        let walk = ["live", "--sensor", "sim:fall_back", "--pace", "max", "--plain", "--duration", "60s"];
        let (records, said, code) = run(&folder, &[&walk[..], &["--on-stop", action]].concat());
        assert_eq!(code, 0, "{said}");
        (records.lines().filter(|l| l.contains(r#""level":"stop""#)).count(), said)
    };
    let (stops, said) = fall("cat >> stops.ndjson");
    assert!(stops > 1, "one after the other, and nobody has seen the first");
    assert!(!said.contains("stop command"), "{said}");
    let alerts = folder.read("stops.ndjson");
    assert_eq!(alerts.lines().count(), 1, "{alerts}");
    let alert: Value = serde_json::from_str(&alerts).unwrap();
    assert_eq!((&alert["type"], &alert["level"]), (&"alert".into(), &"stop".into()), "{alert}");
    let (_, said) = fall("exit 3");
    assert!(said.contains("warning: the stop command failed: it ended with exit status: 3"), "{said}");
    let (_, said) = fall("http://127.0.0.1:9/stop");
    assert!(said.contains("warning: the stop command failed: 127.0.0.1:9: "), "{said}");
}

#[test]
fn a_recorded_session_ends_with_a_report_and_is_kept_later_with_all_that_was_said() {
    let folder = Folder::new();
    folder.write("entered", "12 pain 2\n");
    let more = ["--duration", "20s", "--commands", "entered", "--record=walk.csv"];
    let (_, said, code) = walk(&folder, "sim:bw_normal_coached", "first", &more);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("recorded: walk.csv") && said.contains("report: walk.report.html"), "{said}");
    // The same page is made again of the recording.
    let page = folder.read("walk.report.html");
    assert_eq!(run(&folder, &["report", "walk.csv", "--force"]).2, 0);
    assert!(page.contains("Planned: ") && folder.read("walk.report.html").contains("Planned: "));
    assert_eq!(run(&folder, &["person", "add", "Ada"]).2, 0);
    let (_, said, code) = run(&folder, &["replay", "walk.csv", "--keep", "Ada"]);
    assert!(code == 0 && said.contains("by its own record"), "{said}");
    let (report, ..) = run(&folder, &["report", "1", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(
        (&report["pain"][0]["score"], &report["plan"]["checklist"]["skipped"]),
        (&2.into(), &true.into())
    );
}

#[test]
fn a_stop_command_of_the_configuration_gets_the_alert() {
    let folder = Folder::new();
    folder.write("config/retrogait/config.toml", "[stop]\ncommand = \"cat > alert.json\"\n");
    let more = ["--seed", "7"];
    let (records, said, code) = walk(&folder, "sim:fall_back", "first", &more);
    assert_eq!(code, 0, "{said}");
    assert!(records.contains("\"what\":\"stop\""), "{records}");
    let alert = folder.read("alert.json");
    let alert: Value = serde_json::from_str(&alert).unwrap();
    assert_eq!((&alert["type"], &alert["level"]), (&"alert".into(), &"stop".into()));
}

/// Time of the last whole row of a capture, s.
fn last_row_s(text: &str) -> Option<f64> {
    let whole = &text[..=text.rfind('\n')?];
    whole.lines().last()?.split(',').next()?.parse().ok()
}

#[test]
fn a_session_that_is_killed_can_be_opened_with_all_but_the_last_second() {
    for after in [Duration::from_millis(300), Duration::from_millis(1700), Duration::from_millis(4100)] {
        let folder = Folder::new();
        let mut child = Command::new(env!("CARGO_BIN_EXE_retrogait"))
            .current_dir(folder.path())
            .env("XDG_CONFIG_HOME", folder.at("config"))
            .args([
                "live",
                "--sensor",
                "sim:bw_normal_coached",
                "--plan",
                "first",
                "--skip-checklist",
                "--plain",
            ])
            .arg("--record=walk.csv")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        let seen = loop {
            let text = fs::read_to_string(folder.at("walk.csv")).unwrap_or_default();
            if let Some(s) = last_row_s(&text) {
                break s;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "nothing is recorded");
            thread::sleep(Duration::from_millis(5));
        };
        thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
        let last = last_row_s(&folder.read("walk.csv")).unwrap();
        assert!(last >= seen + after.as_secs_f64() - 1.0, "{last} {seen} {after:?}");
        let (_, said, code) = run(&folder, &["replay", "walk.csv"]);
        assert_eq!(code, 0, "{said}");
        let (_, said, code) = run(&folder, &["report", "walk.csv"]);
        assert_eq!(code, 0, "{said}");
        assert!(folder.read("walk.session.ndjson").lines().count() >= 2, "what was said is there as well");
    }
}

/// Runs a shell line on a terminal of its own; what the terminal got.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Folder, line: &str, keys: impl FnOnce(&mut dyn Write)) -> String {
    let mut child = Command::new("script")
        .args(["-qefc", line, "/dev/null"])
        .current_dir(folder.path())
        .env("RG", env!("CARGO_BIN_EXE_retrogait"))
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script, of the system's basic tools");
    let mut out = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        out.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let mut input = child.stdin.take().unwrap();
    keys(&mut input);
    child.wait().unwrap();
    drop(input);
    reader.join().unwrap()
}

#[cfg(target_os = "linux")]
fn wait_for(folder: &Folder, name: &str) {
    let began = Instant::now();
    while !folder.at(name).exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "{name} does not come");
        thread::sleep(Duration::from_millis(50));
    }
}

const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";

#[cfg(target_os = "linux")]
#[test]
fn the_screen_comes_and_goes_and_the_report_is_said_after_it() {
    for (size, no_colour) in
        [("cols 80 rows 24", ""), ("cols 20 rows 10", ""), ("cols 80 rows 24", "NO_COLOR=1 ")]
    {
        let folder = Folder::new();
        let line = format!("stty {size}; {no_colour}\"$RG\" demo --out out --pace max --mute; stty -a");
        let told = on_a_terminal(&folder, &line, |keys| {
            wait_for(&folder, "out/demo.report.html");
            thread::sleep(Duration::from_millis(500));
            keys.write_all(b"q").unwrap();
            keys.flush().unwrap();
        });
        let (before, after) = told.split_once(LEAVE).expect("it is left");
        assert!(before.contains(ENTER), "{told}");
        assert!(after.contains("The report: out/demo.report.html"), "{after}");
        assert!(
            ["icanon", "echo"].iter().all(|w| after.split_whitespace().any(|a| a == *w)),
            "the terminal is as before: {after}"
        );
        assert_eq!(before.contains("small:"), size.contains("20"), "{before}");
        let coloured = before.split("\u{1b}[").skip(1).any(|s| {
            let code = s.split_once('m').map_or("", |(c, _)| c);
            code.split(';').any(|c| c.parse::<u8>().is_ok_and(|n| matches!(n, 30..=38 | 40..=48 | 90..=107)))
        });
        assert_eq!(coloured, no_colour.is_empty() && !size.contains("20"), "{size} {no_colour}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_to_end_puts_the_terminal_back() {
    let folder = Folder::new();
    let line = "stty cols 80 rows 24; sh -c 'echo $$ > pid; exec \"$RG\" demo --out out --mute'; \
                echo \"ended with $?\"; stty -a";
    let told = on_a_terminal(&folder, line, |_| {
        wait_for(&folder, "out/demo.raw.csv");
        thread::sleep(Duration::from_secs(3));
        let pid = folder.read("pid");
        assert!(Command::new("kill").args(["-TERM", pid.trim()]).status().unwrap().success());
    });
    let (before, after) = told.split_once(LEAVE).expect("it is left");
    assert!(before.contains(ENTER) && after.contains("ended with 0"), "{after}");
    assert!(after.contains(" icanon") && after.contains(" echo "), "{after}");
    assert!(folder.at("out/demo.csv").exists());
}
