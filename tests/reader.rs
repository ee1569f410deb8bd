//! The capture reader as a user of the library sees it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::format_collect, reason = "captures are short here")]

#[path = "common/capture.rs"]
mod capture;

use std::io::{self, Read};

use capture::{HEADER, capture, read, read_with, samples, swinging};
use retrogait::imu::Sample;
use retrogait::mount::Side;
use retrogait::source::{AccUnit, CaptureReader, GyrUnit, Overrides, ReadOptions, TimeUnit};

#[test]
fn the_same_capture_in_other_clothes_gives_the_same_samples() {
    let plain = capture(&swinging(300, 1.0, 1.0));
    let want = samples(&plain);
    assert_eq!(want.len(), 300);
    let with_bom = format!("\u{feff}{plain}");
    let crlf = plain.replace('\n', "\r\n");
    let spaced = plain.replace(',', " , ");
    let unended = plain.trim_end().to_owned();
    let in_quotes: String = plain.lines().map(|l| format!("\"{}\"\n", l.replace(',', "\",\""))).collect();
    let reordered: String = plain
        .lines()
        .map(|l| {
            let mut cells: Vec<_> = l.split(',').collect();
            cells.reverse();
            format!("{},more\n", cells.join(",x,"))
        })
        .collect();
    let upper = plain.replacen("acc_x", "ACC_X", 1);
    for (name, text) in [
        ("byte order mark", with_bom),
        ("windows line ends", crlf),
        ("blanks", spaced),
        ("no last line end", unended),
        ("quotation marks", in_quotes),
        ("another order and more columns", reordered),
        ("capitals", upper),
        ("metadata", format!("# hello\n#side:left\n# weather: fine\n\n{plain}")),
    ] {
        assert_eq!(samples(&text), want, "{name}");
    }
}

#[test]
fn units_given_by_flag_are_converted() {
    let want = samples(&capture(&swinging(400, 1.0, 1.0)));
    let near = |got: &[Sample]| {
        assert_eq!(got.len(), want.len());
        for (g, w) in got.iter().zip(&want) {
            assert_eq!(g.time, w.time);
            for (a, b) in g.shank.acc_mps2.iter().zip(w.shank.acc_mps2) {
                assert!((a - b).abs() < 0.02, "{a} {b}");
            }
            for (a, b) in g.shank.gyr_dps.iter().zip(w.shank.gyr_dps) {
                assert!((a - b).abs() < 0.02, "{a} {b}");
            }
        }
    };
    for (acc, divisor) in [(AccUnit::G, 9.80665), (AccUnit::Mg, 0.009_806_65)] {
        let options = ReadOptions { acc_unit: Some(acc), ..ReadOptions::default() };
        let text = capture(&swinging(400, divisor, 1.0));
        near(&read_with(text.as_bytes(), options).0);
    }
    let options = ReadOptions { gyr_unit: Some(GyrUnit::RadPerSec), ..ReadOptions::default() };
    let text = capture(&swinging(400, 1.0, 180.0 / std::f64::consts::PI));
    let (got, warnings, error) = read_with(text.as_bytes(), options);
    assert!(error.is_none() && warnings.is_empty(), "{warnings:?}");
    near(&got);
}

#[test]
fn times_given_in_other_units_are_converted_exactly() {
    let millis: String =
        (0..300).map(|i| format!("{},0.1,9.8,0,1,2,60\n", 1_700_000_000_000_u64 + i * 10)).collect();
    let options = ReadOptions { time_unit: Some(TimeUnit::Millis), ..ReadOptions::default() };
    let (got, _, error) = read_with(capture(&millis).as_bytes(), options);
    assert!(error.is_none());
    assert_eq!(got[7].time.micros(), 1_700_000_000_070_000);
}

#[test]
fn columns_of_other_names_are_read_when_told() {
    let text = capture(&swinging(50, 1.0, 1.0)).replacen("acc_x", "Acc X (m/s^2)", 1);
    let options =
        ReadOptions { columns: vec![("acc_x".into(), "Acc X (m/s^2)".into())], ..ReadOptions::default() };
    assert_eq!(read_with(text.as_bytes(), options).0.len(), 50);
    let options = ReadOptions { columns: vec![("acc_x".into(), "AccX".into())], ..ReadOptions::default() };
    let outcome = read_with(text.as_bytes(), options);
    assert_eq!(
        outcome.2.unwrap().to_string(),
        "walk.csv, line 1: there is no column `AccX` to use as `acc_x`"
    );
}

#[test]
fn metadata_is_read_and_flags_go_before_it() {
    let text = format!(
        "# retrogait-capture: 1\n# side: left\n# mount: x=up,y=anterior,z=left\n# thigh_mount: unknown\n\
         # height_m: 1.63\n# treadmill_mps: -0.5\n# placement: ankle\n# operator: me\n{HEADER}0,0.1,9.8,0,1,2,3\n"
    );
    let reader = CaptureReader::new(text.as_bytes(), "a", ReadOptions::default()).unwrap();
    let meta = reader.meta();
    assert_eq!(meta.side, Some(Side::Left));
    assert_eq!(meta.mount.unwrap().to_string(), "x=up,y=anterior,z=left");
    assert_eq!(meta.thigh_mount, None);
    assert_eq!((meta.height_m, meta.treadmill_mps), (Some(1.63), Some(0.5)));

    let wrong = format!("# side: both\n# mount: x=up,y=anterior,z=left\n{HEADER}0,0.1,9.8,0,1,2,3\n");
    let options = ReadOptions {
        overrides: Overrides { side: Some(Side::Right), mount: Some(None), ..Overrides::default() },
        ..ReadOptions::default()
    };
    let reader = CaptureReader::new(wrong.as_bytes(), "a", options).unwrap();
    assert_eq!((reader.meta().side, reader.meta().mount), (Some(Side::Right), None));
}

#[test]
fn metadata_survives_a_spreadsheet() {
    let text =
        format!("# side: left,,,,,,\n\"# mount: x=up,y=anterior,z=left\",,,\n{HEADER}0,0.1,9.8,0,1,2,3\n");
    let reader = CaptureReader::new(text.as_bytes(), "a", ReadOptions::default()).unwrap();
    assert_eq!(reader.meta().side, Some(Side::Left));
    assert!(reader.meta().mount.is_some());
}

#[test]
fn the_thigh_has_samples_where_its_cells_are_filled() {
    let header = HEADER.trim_end().to_owned()
        + ",thigh_acc_x,thigh_acc_y,thigh_acc_z,thigh_gyr_x,thigh_gyr_y,thigh_gyr_z\n";
    let text = format!(
        "{header}0.00,0.1,9.8,0,1,2,60,0.2,9.7,0,1,2,3\n0.01,0.1,9.8,0,1,2,60,,,,,,\n0.02,0.1,9.8,0,1,2,60,0.2,9.7,,1,2,3\n"
    );
    let (samples, warnings, error) = read(&text);
    assert!(error.is_none());
    let there: Vec<_> = samples.iter().map(|s| s.thigh.is_some()).collect();
    assert_eq!(there, [true, false, false]);
    assert_eq!(
        warnings,
        [
            "walk.csv, line 4, column 10 (thigh_acc_z): the thigh sensor's cells are not all there; its sample left out"
        ]
    );
}

/// Gives what it has, and fails the test when asked for more.
struct Impatient<'a>(&'a [u8]);

impl Read for Impatient<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        assert!(!self.0.is_empty(), "read on although a row was there");
        let n = self.0.len().min(buf.len());
        buf[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

#[test]
fn rows_are_handed_on_as_they_arrive() {
    let text = capture(&swinging(10, 1.0, 1.0));
    let options = ReadOptions { acc_unit: Some(AccUnit::Mps2), ..ReadOptions::default() };
    let mut reader = CaptureReader::new(Impatient(text.as_bytes()), "-", options).unwrap();
    for _ in 0..10 {
        reader.next_sample().unwrap().unwrap();
    }
}

#[test]
fn without_a_unit_the_first_two_seconds_are_held_back_and_no_more() {
    let text = capture(&swinging(201, 1.0, 1.0));
    let mut reader = CaptureReader::new(Impatient(text.as_bytes()), "-", ReadOptions::default()).unwrap();
    for _ in 0..201 {
        reader.next_sample().unwrap().unwrap();
    }
}

#[test]
fn samples_that_come_in_bursts_are_taken() {
    let bursts: String = (0..200)
        .map(|i| format!("{:.4},0.1,9.8,0,1,2,60\n", f64::from(i / 5) * 0.05 + f64::from(i % 5) * 0.0004))
        .collect();
    assert_eq!(samples(&capture(&bursts)).len(), 200);
}
