//! The program and the real `btleplug` against an `org.bluez` on a private bus: every sensor is found,
//! paired, streamed from, dropped, connected again and stopped. Needs nothing of the machine.
#![allow(
    clippy::pedantic,
    clippy::single_match,
    clippy::type_complexity,
    reason = "a bus interface has the signatures that the bus gives it"
)]
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bluez;
mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bluez::models::{self, Spec};
use bluez::{Act, BlueZ};
use common::Folder;
use retrogait::decode::treadmill;
use serde_json::Value;

/// A person with a bus of their own.
struct Home {
    folder: Folder,
    bus: BlueZ,
}

impl Home {
    fn with(specs: Vec<Spec>) -> Self {
        Self { folder: Folder::new(), bus: BlueZ::start(specs, true) }
    }

    fn run(&self, args: &[&str]) -> assert_cmd::Command {
        let mut command = self.folder.retrogait();
        command
            .env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus.address)
            .env("XDG_CONFIG_HOME", self.folder.at("config"))
            .env("XDG_DATA_HOME", self.folder.at("data"))
            .timeout(Duration::from_secs(90))
            .args(args);
        command
    }

    #[track_caller]
    fn good(&self, args: &[&str]) -> (String, String) {
        let output = self.run(args).assert().success().get_output().clone();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.good(args).0).unwrap()
    }
}

/// Records without what only the reader of a file can say: nobody moved here, so that it cannot tell
/// the unit of the angular rate.
fn kept(records: &str) -> Vec<&str> {
    records.lines().filter(|l| !l.contains("gyr_unit_open")).collect()
}

/// Figures in the last line of what `live` says of a sensor.
#[track_caller]
fn figure(stderr: &str, word: &str) -> f64 {
    let line = stderr.lines().rfind(|l| l.contains(" samples at ")).unwrap_or_else(|| panic!("{stderr}"));
    let before = line.split(word).next().unwrap().trim_end();
    let number = before.rsplit([' ', ':']).find(|w| w.parse::<f64>().is_ok()).unwrap();
    number.parse().unwrap()
}

/// Pairs, streams through a drop, and ends; says what was written to the sensor.
#[track_caller]
fn whole_life(spec: Spec, kind: &str, rate_hz: f64, battery: u64, exact: bool) -> Vec<Vec<u8>> {
    let address = spec.address;
    let home = Home::with(vec![spec]);
    home.bus.act(0, Act::AbortConnects(1));
    let seen = home.json(&[
        "pair",
        address,
        "--as",
        "shin",
        "--side",
        "left",
        "--mount",
        "x=anterior,y=up,z=right",
        "--format",
        "json",
    ]);
    assert_eq!(seen["sensor"]["kind"], kind, "{seen}");
    assert_eq!(seen["battery_percent"], battery, "{seen}");
    assert_eq!(seen["firmware"], "4.2.0", "{seen}");
    assert_eq!(seen["up"], "+y", "{seen}");
    assert!(seen["samples"].as_f64().unwrap() > 1.5 * rate_hz, "{seen}");
    assert!((seen["rate_hz"].as_f64().unwrap() / rate_hz - 1.0).abs() < 0.06, "{seen}");

    let before = home.bus.log(0);
    home.bus.act(0, Act::DropAfter(60));
    let (_, said) =
        home.good(&["live", "--sensor", "shin", "--plain", "--duration", "7s", "--record=walk.csv"]);
    let log = home.bus.log(0);
    assert_eq!(log.drops, 1, "{said}");
    assert_eq!(log.connections, before.connections + 2, "{said}");
    assert!(said.contains("1 reconnections"), "{said}");
    assert!(!said.contains("not understood"), "{said}");
    let (got, lost) = (figure(&said, " samples at"), figure(&said, " lost ("));
    let sent = (log.samples_sent - before.samples_sent) as f64;
    // The sensor's clock ran on while the link was down: more is missing than was sent and not heard.
    assert!(got <= sent && got > 0.9 * sent - 40.0, "{got} of {sent}: {said}");
    assert!(lost > 0.05 * rate_hz && lost < 5.0 * rate_hz, "{lost}: {said}");
    let rows =
        home.folder.read("walk.csv").lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())).count();
    assert!((rows as f64 - got).abs() < 0.5, "{rows} rows of {got}");
    if exact {
        // By the sensor's own count: what was received and what was lost fill the time between.
        let text = home.folder.read("walk.csv");
        let times: Vec<f64> = text
            .lines()
            .filter(|l| l.starts_with(|c: char| c.is_ascii_digit()))
            .map(|l| l.split(',').next().unwrap().parse().unwrap())
            .collect();
        let expected = (times[times.len() - 1] - times[0]) * rate_hz + 1.0;
        assert!((got + lost - expected).abs() < 2.5, "{got} + {lost} in {expected}");
    }
    // Recorded bytes, decoded again, give the recorded rows.
    home.good(&["live", "--sensor", "file:walk.raw.csv", "--pace", "max", "--record=again.csv"]);
    assert_eq!(home.folder.read("walk.csv"), home.folder.read("again.csv"));
    let mut written: Vec<_> = log.written[before.written.len()..].iter().map(|(_, b)| b.clone()).collect();
    written.reverse();
    written
}

#[test]
fn open_profile() {
    let written = whole_life(models::open_profile(), "open", 100.0, 87, true);
    assert_eq!(written[0], [0]);
}

#[test]
fn witmotion() {
    whole_life(models::wit(), "witmotion", 100.0, 90, false);
}

#[test]
fn movesense() {
    let written = whole_life(models::move_sense(), "movesense", 104.0, 87, true);
    assert_eq!(written[0], [2, 99]);
}

#[test]
fn polar_verity_sense() {
    let written = whole_life(models::verity(), "polar", 104.0, 87, true);
    assert_eq!(written[..3], [vec![3, 9], vec![3, 5], vec![3, 2]]);
}

#[test]
fn movella_dot() {
    let written = whole_life(models::movella(), "dot", 60.0, 66, true);
    assert_eq!(written[0], [1, 0, 21]);
}

#[test]
fn metamotion() {
    let written = whole_life(models::meta_motion(), "metamotion", 100.0, 55, false);
    assert_eq!(written[3], [3, 1, 0]);
}

fn everything() -> Vec<Spec> {
    vec![
        models::open_profile(),
        models::wit(),
        models::move_sense(),
        models::verity(),
        models::movella(),
        models::meta_motion(),
        models::mill(1),
        models::strap(),
        models::lamp(),
    ]
}

#[test]
fn a_scan_finds_every_sensor_and_says_what_it_is() {
    let home = Home::with(everything());
    let (out, _) = home.good(&["scan", "--for", "2s", "--format", "json", "--no-battery"]);
    let mut kinds: Vec<_> = out
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["dot", "heartrate", "metamotion", "movesense", "open", "polar", "treadmill", "witmotion"]
    );
    assert!(!out.contains("Lamp"));
    let (out, _) = home.good(&["scan", "--for", "2s", "--all"]);
    assert!(out.contains("Lamp"), "{out}");
    assert!(
        out.lines().any(|l| l.contains("GaitIMU") && l.contains("87 %") && l.contains("-50 dBm")),
        "{out}"
    );
}

#[test]
fn a_treadmill_and_a_strap_are_read_beside_two_sensors() {
    let home =
        Home::with(vec![models::open_profile(), models::move_sense(), models::mill(1), models::strap()]);
    home.good(&["pair", "GaitIMU", "--side", "right"]);
    home.good(&["pair", "Movesense 223344", "--segment", "thigh"]);
    let (out, _) = home.good(&["pair", "--treadmill", "--as", "belt"]);
    assert!(
        out.contains("0.90 m/s") && out.contains("incline   1.5 %") && out.contains("will not stop it"),
        "{out}"
    );
    let (out, _) = home.good(&["pair", "--heart"]);
    assert!(out.contains("a minute"), "{out}");
    let (out, _) = home.good(&["sensors"]);
    assert_eq!(out.lines().count(), 4, "{out}");
    let (_, said) = home.good(&[
        "live",
        "--sensor",
        "shank",
        "--thigh",
        "thigh",
        "--treadmill",
        "belt",
        "--heart",
        "heart",
        "--duration",
        "8s",
        "--record=two.csv",
    ]);
    assert!(said.contains("heart rate at the end: 7"), "{said}");
    let text = home.folder.read("two.csv");
    let rows: Vec<_> = text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())).collect();
    let cells = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
    let with_thigh = rows.iter().filter(|r| !cells(r)[7].is_empty()).count();
    let with_belt = rows.iter().filter(|r| cells(r)[13] == "0.9").count();
    assert!(rows.len() > 300, "{} rows: {said}", rows.len());
    assert!(with_thigh > 200 && with_belt > 100, "{with_thigh} {with_belt}: {said}");
    let with_incline = rows.iter().filter(|r| cells(r)[14] == "1.5").count();
    assert_eq!(with_incline, with_belt, "{said}");
    // The belt's speed is part of what is replayed.
    let (records, _) = home.good(&["live", "--sensor", "file:two.raw.csv", "--pace", "max"]);
    let (replayed, _) = home.good(&["replay", "two.csv", "--format", "ndjson"]);
    assert_eq!(kept(&records), kept(&replayed));
    // Nobody allowed it to be stopped, and nobody did.
    assert!(home.bus.log(2).written.iter().all(|(to, _)| *to != treadmill::CONTROL));
}

#[test]
fn a_treadmill_is_stopped_only_where_it_is_allowed_and_never_on_trust() {
    let home = Home::with(vec![models::mill(1)]);
    home.good(&["pair", "--treadmill", "--as", "belt"]);
    let failed = home.run(&["sensors", "stop", "belt"]).assert().code(2).get_output().clone();
    assert!(String::from_utf8(failed.stderr).unwrap().contains("--may-stop"));
    assert!(home.bus.log(0).written.is_empty(), "nothing was even asked");
    home.good(&["pair", "--treadmill", "--as", "belt", "--may-stop"]);
    let (_, said) = home.good(&["sensors", "stop", "belt"]);
    assert!(said.contains("confirms that it stops"), "{said}");
    let written: Vec<_> = home.bus.log(0).written.into_iter().map(|(_, b)| b).collect();
    assert_eq!(written, [treadmill::REQUEST_CONTROL.to_vec(), treadmill::STOP.to_vec()]);
    for (result, words) in [(5, "does not let itself be controlled"), (0, "did not confirm within 500 ms")] {
        let home = Home::with(vec![models::mill(result)]);
        home.good(&["pair", "--treadmill", "--as", "belt", "--may-stop"]);
        let failed = home.run(&["sensors", "stop", "belt"]).assert().code(1).get_output().clone();
        let said = String::from_utf8(failed.stderr).unwrap();
        assert!(said.contains(words) && said.contains("MAY STILL BE RUNNING"), "{said}");
    }
}

#[test]
fn the_sensors_are_renamed_and_forgotten() {
    let home = Home::with(vec![models::open_profile()]);
    home.good(&["pair", "GaitIMU"]);
    home.good(&["sensors", "rename", "shank", "Ada"]);
    assert_eq!(home.json(&["sensors", "--format", "json"])[0]["name"], "Ada");
    home.good(&["sensors", "forget", "ada"]);
    let failed = home.run(&["live", "--sensor", "Ada"]).assert().code(2).get_output().clone();
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(said.contains("no sensor called `Ada` has been paired"), "{said}");
    assert!(said.contains("retrogait scan"), "{said}");
}

#[test]
fn a_calibration_is_remembered_and_used() {
    let home = Home::with(vec![models::open_profile()]);
    home.good(&["pair", "GaitIMU", "--side", "left", "--mount", "x=anterior,y=up,z=right"]);
    // It stands, and nobody raises a leg: the mount line has to do.
    let (out, said) = home.good(&["calibrate", "shank", "--duration", "7s", "--standing-flexion", "4"]);
    assert!(out.is_empty(), "it is kept, not printed: {out}");
    assert!(said.contains("stood for") && said.contains("Now sit down"), "{said}");
    assert!(said.contains("no seated knee extensions"), "{said}");
    let files = home.folder.files("data/retrogait/calibrations");
    assert_eq!(files.len(), 3, "capture, what arrived, calibration: {files:?}");
    let toml =
        format!("data/retrogait/calibrations/{}", files.iter().find(|f| f.ends_with(".toml")).unwrap());
    let kept = home.folder.read(&toml);
    assert!(kept.contains("flexion_deg = 4.0"), "{kept}");
    let today = kept.lines().find_map(|l| l.strip_prefix("date = ")).unwrap().trim_matches('"').to_owned();
    assert!(home.good(&["sensors"]).0.contains(&format!("calibrated {today}")));
    assert_eq!(home.json(&["sensors", "--format", "json"])[0]["calibrated"], today);

    let live =
        |more: &[&str]| home.good(&[&["live", "--sensor", "shank", "--duration", "2s"], more].concat()).1;
    assert!(live(&[]).contains("shank: calibrated today"));
    let said = live(&["--side", "right"]);
    assert!(said.contains("is not used: the calibration is of the other leg"), "{said}");
    let said = live(&["--calibration", home.folder.at(&toml).to_str().unwrap()]);
    assert!(!said.contains("calibrated"), "the one that is given goes before: {said}");
    home.folder.write(&toml, &kept.replace(&today, "2020-02-29"));
    let said = live(&[]);
    assert!(said.contains("calibrated on 2020-02-29") && said.contains("calibrate again"), "{said}");
    home.folder.write(&toml, "nonsense");
    let said = live(&[]);
    assert!(said.contains("is not used") && said.contains("retrogait calibrate shank"), "{said}");
    assert!(home.good(&["sensors"]).0.contains("its calibration cannot be read"));
    // One that fails takes nothing away.
    let mut failed = home.run(&["calibrate", "shank", "--mount", "unknown", "--duration", "5s"]);
    let said = String::from_utf8(failed.unwrap_err().as_output().unwrap().stderr.clone()).unwrap();
    assert!(said.contains("axes were not found") && said.contains("from before stays"), "{said}");
    assert_eq!(home.folder.read(&toml), "nonsense");
}

#[test]
fn ctrl_c_stops_the_sensor_closes_the_record_and_ends_well() {
    let home = Home::with(vec![models::open_profile()]);
    home.good(&["pair", "GaitIMU"]);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("retrogait"))
        .args(["live", "--sensor", "shank", "--plain", "--record=walk.csv"])
        .current_dir(home.folder.path())
        .env("DBUS_SYSTEM_BUS_ADDRESS", &home.bus.address)
        .env("XDG_CONFIG_HOME", home.folder.at("config"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while home.bus.log(0).samples_sent < 400 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let until = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("recorded: walk.csv"), "{said}");
    assert_eq!(home.bus.log(0).written.last().unwrap().1, [0], "the sensor was told to stop");
    let records = String::from_utf8(output.stdout).unwrap();
    assert!(records.lines().last().unwrap().contains("\"type\":\"summary\""), "{records}");
}

#[test]
fn what_is_wrong_with_bluetooth_is_said_with_what_to_do() {
    let home = Home::with(everything());
    home.good(&["pair", "GaitIMU"]);
    // A busy machine makes pauses, and is told so: everything else is well.
    let output = home.run(&["doctor", "shank", "--format", "json"]).output().unwrap();
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let well = findings.iter().all(|f| f["ok"] == true);
    assert_eq!(output.status.code(), Some(i32::from(!well)), "{findings:?}");
    let checks: Vec<_> = findings.iter().map(|f| f["check"].as_str().unwrap()).collect();
    assert_eq!(checks, ["service", "adapter", "scan", "sensor", "stream"]);
    assert!(findings[..4].iter().all(|f| f["ok"] == true), "{findings:?}");
    let stream = &findings[4];
    assert!(stream["found"].as_str().unwrap().contains("of 100 samples a second, 0.0 % lost"), "{stream}");
    assert!(
        stream["ok"] == true || stream["do"].as_str().unwrap().contains("pauses make cues late"),
        "{stream}"
    );
    let off = Home { folder: Folder::new(), bus: BlueZ::start(vec![], false) };
    let failed = off.run(&["doctor"]).assert().code(1).get_output().clone();
    let said = String::from_utf8(failed.stdout).unwrap();
    assert!(said.contains("switched off") && said.contains("bluetoothctl power on"), "{said}");
    let failed = off.run(&["scan"]).assert().code(1).get_output().clone();
    assert!(String::from_utf8(failed.stderr).unwrap().contains("switched off"));
    let failed = off
        .run(&["doctor"])
        .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:abstract=nobody-is-here")
        .assert()
        .code(1)
        .get_output()
        .clone();
    let said = String::from_utf8(failed.stdout).unwrap();
    assert!(said.contains("no Bluetooth service") && said.contains("apt install bluez"), "{said}");
}

#[test]
fn a_sensor_that_is_not_there_is_not_found() {
    let home = Home::with(vec![models::lamp()]);
    let failed = home.run(&["pair", "GaitIMU"]).assert().code(1).get_output().clone();
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(said.contains("no sensor called `GaitIMU`"), "{said}");
}
