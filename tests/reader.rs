//! The capture reader as a user of the library sees it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::format_collect, reason = "captures are short here")]

use std::fmt::Write as _;
use std::io::{self, Read};

use proptest::prelude::*;
use retrogait::imu::Sample;
use retrogait::mount::Side;
use retrogait::source::{
    AccUnit, CaptureReader, GyrUnit, Overrides, ReadError, ReadOptions, TimeUnit,
};

const HEADER: &str = "time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n";

/// Rows of a leg that swings by ±25° at 1 Hz, `n` at 100 Hz, in units of the contract over the
/// divisors.
fn swinging(n: u32, acc: f64, gyr: f64) -> String {
    rows(n, |t| {
        let phase = 2.0 * std::f64::consts::PI * t;
        let theta = 25.0_f64.to_radians() * phase.sin();
        let omega = 25.0 * 2.0 * std::f64::consts::PI * phase.cos();
        [
            9.81 * theta.sin() / acc,
            9.81 * theta.cos() / acc,
            0.1 / acc,
            0.5 / gyr,
            0.25 / gyr,
            omega / gyr,
        ]
    })
}

fn rows(n: u32, at: impl Fn(f64) -> [f64; 6]) -> String {
    let mut text = String::new();
    for i in 0..n {
        let t = f64::from(i) * 0.01;
        let [a, b, c, d, e, f] = at(t);
        let _ = writeln!(text, "{t:.2},{a:.4},{b:.4},{c:.4},{d:.4},{e:.4},{f:.4}");
    }
    text
}

fn capture(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

type Outcome = (Vec<Sample>, Vec<String>, Option<ReadError>);

fn read_with(input: impl Read, options: ReadOptions) -> Outcome {
    let mut reader = match CaptureReader::new(input, "walk.csv", options) {
        Ok(reader) => reader,
        Err(e) => return (Vec::new(), Vec::new(), Some(e)),
    };
    let mut samples = Vec::new();
    let mut error = None;
    for sample in reader.by_ref() {
        match sample {
            Ok(sample) => samples.push(sample),
            Err(e) => error = Some(e),
        }
    }
    let warnings = reader
        .fresh_warnings()
        .iter()
        .map(ToString::to_string)
        .collect();
    (samples, warnings, error)
}

fn read(text: &str) -> Outcome {
    read_with(text.as_bytes(), ReadOptions::default())
}

fn samples(text: &str) -> Vec<Sample> {
    let (samples, _, error) = read(text);
    assert!(error.is_none(), "{}", error.unwrap());
    samples
}

/// What a person gets to read about an input.
fn told(outcome: &Outcome) -> String {
    let (samples, warnings, error) = outcome;
    let mut text = String::new();
    for warning in warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    match error {
        None => {
            let _ = writeln!(text, "  {} samples", samples.len());
        }
        Some(e) => {
            let _ = writeln!(text, "  error: {e}");
            if let Some(help) = e.help() {
                let _ = writeln!(text, "  help: {help}");
            }
        }
    }
    text
}

#[test]
fn refusals_say_what_where_why_and_what_to_do() {
    let walk = swinging(400, 1.0, 1.0);
    let gravity_free = rows(400, |t| {
        let phase = 2.0 * std::f64::consts::PI * t;
        [
            3.0 * phase.sin(),
            2.0 * phase.cos(),
            0.2,
            1.0,
            0.5,
            150.0 * phase.cos(),
        ]
    });
    let counts = rows(400, |t| {
        [100.0, 16_384.0, -200.0, 1.0, 0.5, 150.0 * t.cos()]
    });
    let gyr_counts = rows(400, |t| [0.1, 9.8, 0.0, 1.0, 0.5, 8000.0 * (6.0 * t).cos()]);
    let restart = format!("{}{}", rows(400, |_| [0.1, 9.8, 0.0, 1.0, 0.5, 60.0]), walk);
    let other_header = format!("{walk}time_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z\n{walk}");
    let millis: String = (0..50)
        .map(|i| format!("{},0.1,9.8,0,1,2,3\n", i * 10))
        .collect();
    let slow: String = (0..50)
        .map(|i| format!("{},0.1,9.8,0,1,2,3\n", f64::from(i) * 0.2))
        .collect();
    let thigh_in_g: String = (0..300)
        .map(|i| format!("{:.2},0.1,9.8,0,1,2,60,0,1,0,1,2,3\n", f64::from(i) * 0.01))
        .collect();
    let thigh_header = HEADER.trim_end().to_owned()
        + ",thigh_acc_x,thigh_acc_y,thigh_acc_z,thigh_gyr_x,thigh_gyr_y,thigh_gyr_z\n";
    let mostly_bad: String = (0..30)
        .map(|i| {
            format!(
                "{:.2},0.1,{},0,1,2,3\n",
                f64::from(i) * 0.01,
                if i % 3 == 0 { "9.8" } else { "-" }
            )
        })
        .collect();
    let decimal_commas: String = (0..30)
        .map(|i| format!("0,{i:02},0,1,9,8,0,0,1,0,2,0,3,0\n"))
        .collect();
    let open_quote = format!(
        "{HEADER}0.00,0.1,\"9.8,0,1,2,3\n{}",
        rows(2000, |_| [0.1; 6])
    );

    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", b"".into()),
        ("blank", b"\n\n  \n".into()),
        ("only metadata", b"# side: left\n".into()),
        ("header only", HEADER.into()),
        ("no header", walk.clone().into()),
        ("prose", b"Dear Sir,\nplease find enclosed\n".into()),
        ("binary", b"\x7fELF\x02\x01\x01\0\0\0".into()),
        ("gzip", b"\x1f\x8b\x08\0".into()),
        ("spreadsheet", b"PK\x03\x04".into()),
        ("utf-16", b"\xff\xfet\0i\0".into()),
        ("latin-1 header", b"time_s,acc_x,b\xfcro\n".into()),
        (
            "semicolons",
            b"time_s;acc_x;acc_y;acc_z;gyr_x;gyr_y;gyr_z\n".into(),
        ),
        (
            "tabs",
            b"time_s\tacc_x\tacc_y\tacc_z\tgyr_x\tgyr_y\tgyr_z\n".into(),
        ),
        (
            "one column missing",
            b"time_s,acc_x,acc_y,acc_z,gyr_x,gyr_z\n".into(),
        ),
        (
            "other names",
            b"Timestamp,AccX,AccY,AccZ,Gyro X (deg/s),Gyro Y (deg/s),Gyro Z (deg/s)\n".into(),
        ),
        ("unlike names", b"a,b,c,d\n1,2,3,4\n".into()),
        (
            "double column",
            b"time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z,acc_x\n".into(),
        ),
        ("wrong side", format!("# side: both\n{HEADER}").into()),
        (
            "wrong mount",
            format!("# mount: x=up,y=left\n{HEADER}").into(),
        ),
        (
            "left-handed mount",
            format!("# mount: x=anterior,y=up,z=left\n{HEADER}").into(),
        ),
        (
            "height in cm",
            format!("# side: left\n# height_m: 172\n{HEADER}").into(),
        ),
        ("no height", format!("# height_m: tall\n{HEADER}").into()),
        (
            "newer version",
            format!("# retrogait-capture: 2\n{HEADER}").into(),
        ),
        (
            "two sides",
            format!("# side: left\n# side: right\n{HEADER}").into(),
        ),
        (
            "acceleration in g",
            capture(&swinging(400, 9.81, 1.0)).into(),
        ),
        (
            "acceleration in mg",
            capture(&swinging(400, 0.00981, 1.0)).into(),
        ),
        ("acceleration in counts", capture(&counts).into()),
        ("gravity-free", capture(&gravity_free).into()),
        (
            "dead accelerometer",
            capture(&rows(400, |_| [0.0, 0.0, 0.0, 1.0, 2.0, 3.0])).into(),
        ),
        ("thigh in g", format!("{thigh_header}{thigh_in_g}").into()),
        ("rates in rad/s", capture(&swinging(1000, 1.0, 57.3)).into()),
        ("rates in counts", capture(&gyr_counts).into()),
        ("time in ms", capture(&millis).into()),
        ("5 samples a second", capture(&slow).into()),
        ("clock starts anew", capture(&restart).into()),
        ("another header inside", capture(&other_header).into()),
        (
            "no usable row",
            capture("0,1,2,3,4,5,-\n1,1,2,3,4,5,-\n").into(),
        ),
        ("mostly bad", capture(&mostly_bad).into()),
        ("decimal commas", capture(&decimal_commas).into()),
        ("open quote", open_quote.into()),
        ("long line", [b"x".repeat(70_000), b"\n".to_vec()].concat()),
    ];
    let mut text = String::new();
    for (name, bytes) in cases {
        let outcome = read_with(&bytes[..], ReadOptions::default());
        assert!(outcome.2.is_some(), "{name} was read");
        let _ = write!(text, "{name}\n{}", told(&outcome));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_tolerated_is_reported_with_line_and_column() {
    let good = rows(100, |_| [0.1, 9.8, 0.0, 1.0, 2.0, 60.0]);
    let after = |extra: &str| capture(&format!("{good}{extra}"));
    let joined = format!("{good}{HEADER}1.50,0.1,9.8,0,1,2,3\n");
    let cases: Vec<(&str, String)> = vec![
        ("nothing odd", after("")),
        (
            "duplicate time",
            after("0.99,0.1,9.8,0,1,2,3\n1.00,0.1,9.8,0,1,2,3\n"),
        ),
        (
            "backward time",
            after("0.50,0.1,9.8,0,1,2,3\n1.00,0.1,9.8,0,1,2,3\n"),
        ),
        ("empty cell", after("1.00,0.1,,0,1,2,3\n")),
        ("blank cell", after("1.00,0.1,  ,0,1,2,3\n")),
        ("nan", after("1.00,0.1,9.8,0,nan,2,3\n")),
        ("infinite", after("1.00,0.1,9.8,0,1,2,-inf\n")),
        ("a word", after("1.00,0.1,9.8,zero,1,2,3\n")),
        ("latin-1 in a cell", after("1.00,0.1,9.8,\u{fc},1,2,3\n")),
        ("cut mid-write", after("1.00,0.1,9.")),
        ("one cell too many", after("1.00,0.1,9.8,0,1,2,3,7\n")),
        ("a trailing comma", after("1.00,0.1,9.8,0,1,2,3,\n")),
        ("blank lines", after("\n\n1.00,0.1,9.8,0,1,2,x\n")),
        ("comment inside", after("# pause\n1.00,0.1,9.8,0,1,2,x\n")),
        ("row of commas", after(",,,,,,\n1.00,0.1,9.8,0,1,2,x\n")),
        (
            "quoted over two lines",
            after("1.00,\"0.1\n\",x,0,1,2,3\n1.01,x,9.8,0,1,2,3\n"),
        ),
        ("second header", capture(&joined)),
        (
            "second file",
            capture(&joined.replace(HEADER, &format!("\u{feff}{HEADER}"))),
        ),
        ("many", after(&"0.99,0.1,9.8,0,1,2,3\n".repeat(50))),
        (
            "quiet throughout",
            capture(&rows(100, |_| [0.1, 9.8, 0.0, 1.0, 2.0, 3.0])),
        ),
        (
            "windows line ends",
            after("1.00,0.1,9.8,0,1,2,x\n").replace('\n', "\r\n"),
        ),
    ];
    let mut text = String::new();
    for (name, input) in cases {
        let outcome = read(&input);
        assert!(outcome.2.is_none(), "{name}: {:?}", outcome.2);
        let _ = write!(text, "{name}\n{}", told(&outcome));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_same_capture_in_other_clothes_gives_the_same_samples() {
    let plain = capture(&swinging(300, 1.0, 1.0));
    let want = samples(&plain);
    assert_eq!(want.len(), 300);
    let with_bom = format!("\u{feff}{plain}");
    let crlf = plain.replace('\n', "\r\n");
    let spaced = plain.replace(',', " , ");
    let unended = plain.trim_end().to_owned();
    let in_quotes: String = plain
        .lines()
        .map(|l| format!("\"{}\"\n", l.replace(',', "\",\"")))
        .collect();
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
        (
            "metadata",
            format!("# hello\n#side:left\n# weather: fine\n\n{plain}"),
        ),
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
        let options = ReadOptions {
            acc_unit: Some(acc),
            ..ReadOptions::default()
        };
        let text = capture(&swinging(400, divisor, 1.0));
        near(&read_with(text.as_bytes(), options).0);
    }
    let options = ReadOptions {
        gyr_unit: Some(GyrUnit::RadPerSec),
        ..ReadOptions::default()
    };
    let text = capture(&swinging(400, 1.0, 180.0 / std::f64::consts::PI));
    let (got, warnings, error) = read_with(text.as_bytes(), options);
    assert!(error.is_none() && warnings.is_empty(), "{warnings:?}");
    near(&got);
}

#[test]
fn times_given_in_other_units_are_converted_exactly() {
    let millis: String = (0..300)
        .map(|i| format!("{},0.1,9.8,0,1,2,60\n", 1_700_000_000_000_u64 + i * 10))
        .collect();
    let options = ReadOptions {
        time_unit: Some(TimeUnit::Millis),
        ..ReadOptions::default()
    };
    let (got, _, error) = read_with(capture(&millis).as_bytes(), options);
    assert!(error.is_none());
    assert_eq!(got[7].time.micros(), 1_700_000_000_070_000);
}

#[test]
fn columns_of_other_names_are_read_when_told() {
    let text = capture(&swinging(50, 1.0, 1.0)).replacen("acc_x", "Acc X (m/s^2)", 1);
    let options = ReadOptions {
        columns: vec![("acc_x".into(), "Acc X (m/s^2)".into())],
        ..ReadOptions::default()
    };
    assert_eq!(read_with(text.as_bytes(), options).0.len(), 50);
    let options = ReadOptions {
        columns: vec![("acc_x".into(), "AccX".into())],
        ..ReadOptions::default()
    };
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

    let wrong =
        format!("# side: both\n# mount: x=up,y=anterior,z=left\n{HEADER}0,0.1,9.8,0,1,2,3\n");
    let options = ReadOptions {
        overrides: Overrides {
            side: Some(Side::Right),
            mount: Some(None),
            ..Overrides::default()
        },
        ..ReadOptions::default()
    };
    let reader = CaptureReader::new(wrong.as_bytes(), "a", options).unwrap();
    assert_eq!(
        (reader.meta().side, reader.meta().mount),
        (Some(Side::Right), None)
    );
}

#[test]
fn metadata_survives_a_spreadsheet() {
    let text = format!(
        "# side: left,,,,,,\n\"# mount: x=up,y=anterior,z=left\",,,\n{HEADER}0,0.1,9.8,0,1,2,3\n"
    );
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
    let options = ReadOptions {
        acc_unit: Some(AccUnit::Mps2),
        ..ReadOptions::default()
    };
    let mut reader = CaptureReader::new(Impatient(text.as_bytes()), "-", options).unwrap();
    for _ in 0..10 {
        reader.next_sample().unwrap().unwrap();
    }
}

#[test]
fn without_a_unit_the_first_two_seconds_are_held_back_and_no_more() {
    let text = capture(&swinging(201, 1.0, 1.0));
    let mut reader =
        CaptureReader::new(Impatient(text.as_bytes()), "-", ReadOptions::default()).unwrap();
    for _ in 0..201 {
        reader.next_sample().unwrap().unwrap();
    }
}

/// Hands out at most so many bytes at a time, in turn, and is interrupted now and then.
struct Chunked<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Chunked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(7) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = self.sizes[self.turn % self.sizes.len()];
        let n = size.min(self.rest.len()).min(buf.len());
        buf[..n].copy_from_slice(&self.rest[..n]);
        self.rest = &self.rest[n..];
        Ok(n)
    }
}

fn text_of(outcome: &Outcome) -> String {
    format!("{:?}\n{}", outcome.0, told(outcome))
}

/// Bytes that often are nearly a capture.
fn nearly_a_capture() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => (0..300_u32, -20.0..20.0_f64).prop_map(|(i, a)| {
            format!("{:.2},{a:.3},9.8,0.1,1,2,{a:.1}\n", f64::from(i) * 0.01).into_bytes()
        }),
        1 => Just(HEADER.as_bytes().to_vec()),
        1 => Just(b"# side: left\n".to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::sample::select(vec![",", "\"", "\n", "\r\n", "nan", "-", "#", "\u{feff}", "\0"])
            .prop_map(|s| s.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| {
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend(pieces.concat());
        bytes
    })
}

proptest! {
    // What once failed is kept as an example of its own, not as a seed.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_samples_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (samples, _, error) = read_with(&bytes[..], ReadOptions::default());
        prop_assert!(error.is_some() || !samples.is_empty());
    }

    #[test]
    fn samples_are_finite_and_in_order(bytes in nearly_a_capture()) {
        let (samples, _, _) = read_with(&bytes[..], ReadOptions::default());
        prop_assert!(samples.iter().all(|s| s.shank.is_finite()));
        prop_assert!(samples.windows(2).all(|w| w[0].time < w[1].time));
    }

    #[test]
    fn how_the_input_is_cut_makes_no_difference(
        bytes in nearly_a_capture(),
        sizes in prop::collection::vec(1..40_usize, 1..5),
    ) {
        let whole = read_with(&bytes[..], ReadOptions::default());
        let chunked = Chunked { rest: &bytes, sizes, turn: 0 };
        let cut = read_with(chunked, ReadOptions::default());
        prop_assert_eq!(text_of(&whole), text_of(&cut));
    }
}

#[test]
fn a_byte_order_mark_after_the_header_reads_alike_however_it_is_cut() {
    let text = capture("\u{feff}0,9.8,0,0,1,2,3\n0.01,9.8,0,0,1,2,3\n");
    let whole = read(&text);
    for size in 1..60 {
        let chunked = Chunked {
            rest: text.as_bytes(),
            sizes: vec![size],
            turn: 0,
        };
        let cut = read_with(chunked, ReadOptions::default());
        assert_eq!(text_of(&whole), text_of(&cut), "{size}");
    }
}

#[test]
fn the_fuzzers_corpus_is_survived() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/capture_csv");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let (samples, _, error) = read_with(&bytes[..], ReadOptions::default());
        assert!(error.is_some() || !samples.is_empty());
        seen += 1;
    }
    assert!(seen >= 8, "the corpus is there");
}
