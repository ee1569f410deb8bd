//! Files of other loggers: their values in the contract's units, and what is said about them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use retrogait::imu::Sample;
use retrogait::mount::Side;
use retrogait::source::{Overrides, ReadError, ReadOptions, Recording, Samples, open};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/foreign").join(name)
}

#[derive(Default)]
struct Read {
    samples: Vec<Sample>,
    decided: Vec<String>,
    warnings: Vec<String>,
    thigh: bool,
    mount: Option<String>,
}

fn read_path(path: &Path, options: ReadOptions) -> Result<Read, ReadError> {
    let mut reader = Recording::open(open(path)?, options)?;
    let mut read = Read { thigh: reader.has_thigh(), ..Read::default() };
    while let Some(sample) = reader.next_sample()? {
        read.samples.push(sample);
    }
    read.decided = reader.decided().iter().map(ToString::to_string).collect();
    read.warnings = reader.fresh_warnings().iter().map(ToString::to_string).collect();
    read.mount = reader.meta().mount.map(|m| m.to_string());
    Ok(read)
}

fn read(name: &str, options: ReadOptions) -> Read {
    read_path(&fixture(name), options).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn near(what: &str, got: [f64; 3], want: [f64; 3], within: f64) {
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < within, "{what}: {got:?}, not {want:?}");
    }
}

/// A file, how many samples it has, and the first and the last of them: time (s), m/s², deg/s.
type Case = (&'static str, ReadOptions, usize, [f64; 2], [[f64; 3]; 2], [[f64; 3]; 2]);

const G: f64 = 9.806_65;

fn cases() -> Vec<Case> {
    let plain = ReadOptions::default;
    let deg = f64::to_degrees;
    let right =
        ReadOptions { overrides: Overrides { side: Some(Side::Right), ..Overrides::default() }, ..plain() };
    let left =
        ReadOptions { overrides: Overrides { side: Some(Side::Left), ..Overrides::default() }, ..plain() };
    let at_100 = ReadOptions { rate_hz: Some(100.0), ..plain() };
    let shank = ReadOptions { sensor: Some("shank".into()), ..plain() };
    let acc = |x: f64| [x, 9.75, -0.25];
    let gyr = |x: f64| [x, -20.0, 0.1];
    let rad = [deg(0.5), deg(-1.0), deg(2.0)];
    let ax6 = |i: f64| [(2048.0 + i) / 4096.0 * G, G, -0.25 * G];
    let ax6_rate = [1638.0, -3277.0, 16.0].map(|c: f64| c * 2000.0 / 32768.0);
    vec![
        // The counter wraps between the first two rows.
        (
            "movella_rate.csv",
            plain(),
            4,
            [4_294.950_629, 4_295.000_629],
            [acc(0.5), acc(3.5)],
            [gyr(10.0); 2],
        ),
        // dq is a turn of 1° a step of 10 ms, given with both signs; the last is about -z, after a lost row.
        (
            "movella_delta.csv",
            plain(),
            4,
            [1.0, 1.04],
            [acc(0.5), acc(3.5)],
            [[100.0, 0.0, 0.0], [0.0, 0.0, -100.0]],
        ),
        ("movella_custom5.csv", plain(), 3, [1.0, 1.033_333], [acc(0.5), acc(2.5)], [gyr(10.0); 2]),
        // Only a counter of 16 bits, and a rate.
        (
            "movella_high_fidelity.csv",
            plain(),
            3,
            [65_534.0 / 120.0, 65_536.0 / 120.0],
            [acc(0.5), acc(2.5)],
            [gyr(10.0); 2],
        ),
        // The sensor's own clock; the last row is cut.
        (
            "witmotion.txt",
            plain(),
            4,
            [0.0, 0.03],
            [[0.05 * G, 0.99 * G, -0.02 * G], [0.08 * G, 0.99 * G, -0.02 * G]],
            [gyr(10.0), [10.0, -20.0, 0.0]],
        ),
        ("witmotion_two.txt", shank, 2, [0.0, 0.01], [[0.05 * G, 0.99 * G, -0.02 * G]; 2], [gyr(10.0); 2]),
        // The gyroscope's times lie a quarter and three quarters between the accelerometer's.
        (
            "MetaWear_walk_Accelerometer.csv",
            plain(),
            4,
            [0.0, 0.03],
            [[0.06 * G, 0.99 * G, -0.02 * G], [0.12 * G, 0.99 * G, -0.02 * G]],
            [gyr(10.0), gyr(13.0)],
        ),
        (
            "MetaWear_walk_Gyroscope.csv",
            plain(),
            4,
            [0.0, 0.03],
            [[0.06 * G, 0.99 * G, -0.02 * G], [0.12 * G, 0.99 * G, -0.02 * G]],
            [gyr(10.0), gyr(13.0)],
        ),
        ("movesense_imu6.json", plain(), 4, [1.0, 1.03], [acc(0.5), acc(3.5)], [gyr(10.0), gyr(13.0)]),
        // Packets half a step apart: the last rate lies behind the last acceleration.
        ("movesense_acc.json", plain(), 3, [1.005, 1.025], [acc(1.0), acc(3.0)], [gyr(10.0), gyr(12.0)]),
        ("movesense_gyro.json", plain(), 3, [1.005, 1.025], [acc(1.0), acc(3.0)], [gyr(10.0), gyr(12.0)]),
        ("movesense_csv_acc.csv", plain(), 3, [1.005, 1.025], [acc(1.0), acc(3.0)], [gyr(10.0), gyr(12.0)]),
        ("movesense_csv_gyro.csv", plain(), 3, [1.005, 1.025], [acc(1.0), acc(3.0)], [gyr(10.0), gyr(12.0)]),
        ("phyphox.zip", plain(), 6, [0.01, 0.06], [acc(1.0), acc(6.0)], [rad; 2]),
        ("sensor_logger_android.zip", plain(), 6, [0.0, 0.05], [acc(0.5), acc(5.5)], [rad; 2]),
        // Apple's signs are turned: the axis that points up reads +9.75.
        ("sensor_logger_iphone.zip", plain(), 6, [0.0, 0.05], [acc(0.5), acc(5.5)], [rad; 2]),
        ("ax6.cwa", plain(), 120, [0.0, 1.19], [ax6(0.0), ax6(39.0)], [ax6_rate; 2]),
        ("ax6_broken_block.cwa", plain(), 80, [0.0, 1.19], [ax6(0.0), ax6(39.0)], [ax6_rate; 2]),
        // x anterior, y left, z up; the signs of the leg's mirror image undone.
        ("gaitmap.csv", left, 3, [0.0, 0.02], [[0.5, 0.25, 9.75], [2.5, 0.25, 9.75]], [[-1.0, 2.0, -3.0]; 2]),
        (
            "gaitmap.csv",
            right,
            3,
            [0.0, 0.02],
            [[0.5, -0.25, 9.75], [2.5, -0.25, 9.75]],
            [[1.0, 2.0, 3.0]; 2],
        ),
        ("mobgap.csv", at_100, 3, [0.0, 0.02], [[9.75, 0.25, 0.5], [9.75, 0.25, 2.5]], [[3.0, -2.0, 1.0]; 2]),
        (
            "sub-01_task-walk_tracksys-imu_motion.tsv",
            plain(),
            3,
            [0.0, 0.03],
            [[0.05 * G, 0.99 * G, -0.02 * G], [0.08 * G, 0.99 * G, -0.02 * G]],
            [[deg(0.5), deg(-1.0), deg(0.25)]; 2],
        ),
    ]
}

#[test]
fn values_come_out_in_the_units_of_the_contract() {
    for (name, options, n, times, acc, gyr) in cases() {
        let got = read(name, options);
        assert_eq!(got.samples.len(), n, "{name}: {:?}", got.warnings);
        for (sample, k) in [(got.samples[0], 0), (got.samples[n - 1], 1)] {
            // An AX6 has 15 bits of a second.
            let within = if name.starts_with("ax6") { 1.0 / 32_768.0 } else { 2e-6 };
            assert!((sample.time.seconds() - times[k]).abs() < within, "{name}: {}", sample.time.seconds());
            // Times of the calendar are known to a quarter of a microsecond, and move what is interpolated.
            near(name, sample.shank.acc_mps2, acc[k], 1e-5);
            near(name, sample.shank.gyr_dps, gyr[k], 1e-9);
        }
        assert!(!got.thigh);
    }
}

#[test]
fn what_was_decided_and_left_out_is_said() {
    let mut text = String::new();
    for (name, options, ..) in cases() {
        let got = read(name, options);
        let _ = writeln!(text, "{name}");
        for line in got.decided.iter().chain(&got.warnings) {
            let _ = writeln!(text, "  {}", without_folder(line));
        }
        if let Some(mount) = got.mount {
            let _ = writeln!(text, "  mount {mount}");
        }
    }
    insta::assert_snapshot!(text);
}

fn without_folder(text: &str) -> String {
    text.replace(&format!("{}/", fixture("").display()), "").replace(&fixture("").display().to_string(), "")
}

/// What a person is told about a file that is refused.
fn refusal(path: &Path, options: ReadOptions) -> String {
    let Err(error) = read_path(path, options) else { panic!("{} was read", path.display()) };
    let help = error.help().map(|h| format!("\n    help: {h}")).unwrap_or_default();
    format!("{error}{help}")
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cut = |name: &str, keep: usize| {
        let bytes = std::fs::read(fixture(name)).unwrap();
        made(name, &bytes[..keep.min(bytes.len())])
    };
    let text = |name: &str, from: &str, to: &str| {
        let old = std::fs::read_to_string(fixture(name)).unwrap();
        assert!(old.contains(from));
        made(name, old.replace(from, to).as_bytes())
    };
    let plain = ReadOptions::default;
    let mut cases: Vec<(PathBuf, ReadOptions)> = [
        "movella_custom1.csv",
        "movella_orientation.csv",
        "witmotion_two.txt",
        "phyphox_linear.zip",
        "sensor_logger_no_gravity.zip",
        "ax6_cut.cwa",
        "ax3.cwa",
        "gaitmap.csv",
        "mobgap.csv",
    ]
    .map(|name| (fixture(name), plain()))
    .into();
    cases.extend([
        (cut("MetaWear_walk_Accelerometer.csv", 9999), plain()),
        (cut("movesense_imu6.json", 230), plain()),
        (cut("phyphox.zip", 300), ReadOptions { kind: kind("phyphox"), ..plain() }),
        (cut("ax6.cwa", 700), plain()),
        (text("movella_custom5.csv", "Acc_Y", "Acc_Q"), plain()),
        (text("movesense_acc.json", "\"y\":9.75,", ""), plain()),
        (text("witmotion_two.txt", "2026-07-14T", "yesterday "), plain()),
        (fixture("gaitmap.csv"), ReadOptions { kind: kind("movella-dot"), ..plain() }),
        (fixture("nothing.csv"), plain()),
    ]);
    // Gravity that was taken out, and another unit, are told by the readings where nothing says so.
    let constant = |acc: &str| {
        let rows = (0..30).fold(String::new(), |t, i| t + &format!("{i},{acc},3,-2,1\n"));
        format!("samples,acc_is,acc_ml,acc_pa,gyr_is,gyr_ml,gyr_pa\n{rows}")
    };
    let at_100 = ReadOptions { rate_hz: Some(100.0), ..plain() };
    cases.push((made("free.csv", constant("0.05,0.02,-0.1").as_bytes()), at_100.clone()));
    cases.push((made("in_g.csv", constant("0.99,0.02,-0.1").as_bytes()), at_100));

    let mut out = String::new();
    for (path, options) in cases {
        let said = refusal(&path, options);
        let _ =
            writeln!(out, "{}", without_folder(&said).replace(&format!("{}/", folder.path().display()), ""));
    }
    insta::assert_snapshot!(out);
}

fn kind(word: &str) -> Option<retrogait::source::Kind> {
    retrogait::source::Format::of_word(word).map(retrogait::source::Kind::Foreign)
}

#[test]
fn a_damaged_entry_of_an_archive_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(fixture("phyphox.zip")).unwrap();
    // Inside the compressed first table.
    bytes[80] ^= 0x55;
    let path = folder.path().join("phyphox.zip");
    std::fs::write(&path, &bytes).unwrap();
    assert!(read_path(&path, ReadOptions::default()).is_err());
}

#[test]
fn a_capture_of_our_own_is_never_taken_for_another() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let path = folder.join("backward.csv");
    let got = read_path(&path, ReadOptions::default()).unwrap();
    assert!(got.decided.is_empty());
    assert!(got.samples.len() > 1000);
}
