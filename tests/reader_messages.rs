//! What people are told about captures that are refused, or read in spite of something.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::format_collect, reason = "captures are short here")]

#[path = "common/capture.rs"]
mod capture;

use std::fmt::Write as _;

use capture::{HEADER, capture, read, read_with, rows, swinging, told};
use retrogait::source::ReadOptions;

type Case = (&'static str, Vec<u8>);

/// Files that are no captures, or whose first lines are wrong.
fn wrong_form() -> Vec<Case> {
    let walk = swinging(400, 1.0, 1.0);
    vec![
        ("empty", b"".into()),
        ("blank", b"\n\n  \n".into()),
        ("only metadata", b"# side: left\n".into()),
        ("header only", HEADER.into()),
        ("no header", walk.into()),
        ("prose", b"Dear Sir,\nplease find enclosed\n".into()),
        ("binary", b"\x7fELF\x02\x01\x01\0\0\0".into()),
        ("gzip", b"\x1f\x8b\x08\0".into()),
        ("spreadsheet", b"PK\x03\x04".into()),
        ("utf-16", b"\xff\xfet\0i\0".into()),
        ("latin-1 header", b"time_s,acc_x,b\xfcro\n".into()),
        ("semicolons", b"time_s;acc_x;acc_y;acc_z;gyr_x;gyr_y;gyr_z\n".into()),
        ("tabs", b"time_s\tacc_x\tacc_y\tacc_z\tgyr_x\tgyr_y\tgyr_z\n".into()),
        ("one column missing", b"time_s,acc_x,acc_y,acc_z,gyr_x,gyr_z\n".into()),
        ("other names", b"Timestamp,AccX,AccY,AccZ,Gyro X (deg/s),Gyro Y (deg/s),Gyro Z (deg/s)\n".into()),
        ("unlike names", b"a,b,c,d\n1,2,3,4\n".into()),
        ("double column", b"time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z,acc_x\n".into()),
        ("wrong side", format!("# side: both\n{HEADER}").into()),
        ("wrong mount", format!("# mount: x=up,y=left\n{HEADER}").into()),
        ("left-handed mount", format!("# mount: x=anterior,y=up,z=left\n{HEADER}").into()),
        ("height in cm", format!("# side: left\n# height_m: 172\n{HEADER}").into()),
        ("no height", format!("# height_m: tall\n{HEADER}").into()),
        ("newer version", format!("# retrogait-capture: 2\n{HEADER}").into()),
        ("two sides", format!("# side: left\n# side: right\n{HEADER}").into()),
    ]
}

/// Captures whose rows are wrong.
fn wrong_rows() -> Vec<Case> {
    let walk = swinging(400, 1.0, 1.0);
    let gravity_free = rows(400, |t| {
        let phase = 2.0 * std::f64::consts::PI * t;
        [3.0 * phase.sin(), 2.0 * phase.cos(), 0.2, 1.0, 0.5, 150.0 * phase.cos()]
    });
    let counts = rows(400, |t| [100.0, 16_384.0, -200.0, 1.0, 0.5, 150.0 * t.cos()]);
    let gyr_counts = rows(400, |t| [0.1, 9.8, 0.0, 1.0, 0.5, 8000.0 * (6.0 * t).cos()]);
    let restart = format!("{}{}", rows(400, |_| [0.1, 9.8, 0.0, 1.0, 0.5, 60.0]), walk);
    let other_header = format!("{walk}time_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z\n{walk}");
    let millis: String = (0..50).map(|i| format!("{},0.1,9.8,0,1,2,3\n", i * 10)).collect();
    let slow: String = (0..50).map(|i| format!("{},0.1,9.8,0,1,2,3\n", f64::from(i) * 0.2)).collect();
    let thigh_in_g: String =
        (0..300).map(|i| format!("{:.2},0.1,9.8,0,1,2,60,0,1,0,1,2,3\n", f64::from(i) * 0.01)).collect();
    let thigh_header = HEADER.trim_end().to_owned()
        + ",thigh_acc_x,thigh_acc_y,thigh_acc_z,thigh_gyr_x,thigh_gyr_y,thigh_gyr_z\n";
    let mostly_bad: String = (0..30)
        .map(|i| format!("{:.2},0.1,{},0,1,2,3\n", f64::from(i) * 0.01, if i % 3 == 0 { "9.8" } else { "-" }))
        .collect();
    let decimal_commas: String = (0..30).map(|i| format!("0,{i:02},0,1,9,8,0,0,1,0,2,0,3,0\n")).collect();
    let open_quote = format!("{HEADER}0.00,0.1,\"9.8,0,1,2,3\n{}", rows(2000, |_| [0.1; 6]));

    vec![
        ("acceleration in g", capture(&swinging(400, 9.81, 1.0)).into()),
        ("acceleration in mg", capture(&swinging(400, 0.00981, 1.0)).into()),
        ("acceleration in counts", capture(&counts).into()),
        ("gravity-free", capture(&gravity_free).into()),
        ("dead accelerometer", capture(&rows(400, |_| [0.0, 0.0, 0.0, 1.0, 2.0, 3.0])).into()),
        ("thigh in g", format!("{thigh_header}{thigh_in_g}").into()),
        ("rates in rad/s", capture(&swinging(1000, 1.0, 57.3)).into()),
        ("rates in counts", capture(&gyr_counts).into()),
        ("time in ms", capture(&millis).into()),
        ("5 samples a second", capture(&slow).into()),
        ("clock starts anew", capture(&restart).into()),
        ("another header inside", capture(&other_header).into()),
        ("no usable row", capture("0,1,2,3,4,5,-\n1,1,2,3,4,5,-\n").into()),
        ("mostly bad", capture(&mostly_bad).into()),
        ("decimal commas", capture(&decimal_commas).into()),
        ("open quote", open_quote.into()),
        ("long line", [b"x".repeat(70_000), b"\n".to_vec()].concat()),
    ]
}

fn messages(cases: Vec<Case>) -> String {
    let mut text = String::new();
    for (name, bytes) in cases {
        let outcome = read_with(&bytes[..], ReadOptions::default());
        assert!(outcome.2.is_some(), "{name} was read");
        let _ = write!(text, "{name}\n{}", told(&outcome));
    }
    text
}

#[test]
fn files_of_a_wrong_form_are_refused_with_advice() {
    insta::assert_snapshot!(messages(wrong_form()));
}

#[test]
fn rows_that_cannot_be_what_they_say_are_refused_with_advice() {
    insta::assert_snapshot!(messages(wrong_rows()));
}

#[test]
fn what_is_tolerated_is_reported_with_line_and_column() {
    let good = rows(100, |_| [0.1, 9.8, 0.0, 1.0, 2.0, 60.0]);
    let after = |extra: &str| capture(&format!("{good}{extra}"));
    let joined = format!("{good}{HEADER}1.50,0.1,9.8,0,1,2,3\n");
    let cases: Vec<(&str, String)> = vec![
        ("nothing odd", after("")),
        ("duplicate time", after("0.99,0.1,9.8,0,1,2,3\n1.00,0.1,9.8,0,1,2,3\n")),
        ("backward time", after("0.50,0.1,9.8,0,1,2,3\n1.00,0.1,9.8,0,1,2,3\n")),
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
        ("quoted over two lines", after("1.00,\"0.1\n\",x,0,1,2,3\n1.01,x,9.8,0,1,2,3\n")),
        ("second header", capture(&joined)),
        ("second file", capture(&joined.replace(HEADER, &format!("\u{feff}{HEADER}")))),
        ("many", after(&"0.99,0.1,9.8,0,1,2,3\n".repeat(50))),
        ("quiet throughout", capture(&rows(100, |_| [0.1, 9.8, 0.0, 1.0, 2.0, 3.0]))),
        ("windows line ends", after("1.00,0.1,9.8,0,1,2,x\n").replace('\n', "\r\n")),
    ];
    let mut text = String::new();
    for (name, input) in cases {
        let outcome = read(&input);
        assert!(outcome.2.is_none(), "{name}: {:?}", outcome.2);
        let _ = write!(text, "{name}\n{}", told(&outcome));
    }
    insta::assert_snapshot!(text);
}
