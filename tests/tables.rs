//! Many captures, tables and data sets: the program from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Folder, retrogait};
use predicates::prelude::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A folder of captures: two of ours, a pair and an archive of others, one that is broken.
fn captures(folder: &Folder) -> PathBuf {
    let data = folder.path().join("data");
    fs::create_dir_all(data.join("b/c")).unwrap();
    for (from, to) in [
        ("backward.csv", "b/c/backward.csv"),
        ("forward.csv", "forward.csv"),
        ("backward.truth.json", "b/c/backward.truth.json"),
        ("backward_thigh.knee.csv", "b/c/backward_thigh.knee.csv"),
        ("foreign/MetaWear_walk_Accelerometer.csv", "MetaWear_walk_Accelerometer.csv"),
        ("foreign/MetaWear_walk_Gyroscope.csv", "MetaWear_walk_Gyroscope.csv"),
        ("foreign/ax6.cwa", "ax6.cwa"),
        ("foreign/movella_custom1.csv", "no_gravity.csv"),
    ] {
        fs::copy(fixture(from), data.join(to)).unwrap();
    }
    fs::write(data.join("notes.txt"), "walked twice\n").unwrap();
    data
}

fn batch(data: &Path, out: &Path, more: &[&str]) -> assert_cmd::assert::Assert {
    retrogait().arg("batch").arg(data).arg("--out").arg(out).args(more).assert()
}

fn read(out: &Path, name: &str) -> String {
    fs::read_to_string(out.join(name)).unwrap()
}

#[test]
fn many_captures_become_a_few_tables_whatever_the_number_of_jobs() {
    let folder = Folder::new();
    let data = captures(&folder);
    let (one, four) = (folder.path().join("one"), folder.path().join("four"));
    batch(&data, &one, &["--jobs", "1"]).code(1).stderr(predicate::str::contains("5 captures"));
    batch(&data, &four, &["--jobs", "4"]).code(1);
    for name in ["strides.csv", "events.csv", "alerts.csv", "summaries.csv", "failures.csv", "columns.json"] {
        assert_eq!(read(&one, name), read(&four, name), "{name}");
    }
    // In the order of their names, each under its own.
    let summaries = read(&one, "summaries.csv");
    let names: Vec<_> = summaries
        .lines()
        .skip(1)
        .map(|l| l.split(',').next().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["MetaWear_walk_Accelerometer.csv", "ax6.cwa", "backward.csv", "forward.csv"]);
    let failures = read(&one, "failures.csv");
    assert_eq!(failures.lines().count(), 2);
    assert!(failures.contains("gravity was taken out of the acceleration"), "{failures}");
    // The strides are those of `replay`.
    let alone =
        retrogait().args(["replay", "--format", "csv"]).arg(fixture("backward.csv")).output().unwrap();
    let alone = String::from_utf8(alone.stdout).unwrap();
    let prefix = format!("{},", data.join("b/c/backward.csv").display());
    let here: Vec<_> = read(&one, "strides.csv")
        .lines()
        .filter_map(|l| l.strip_prefix(&prefix).map(str::to_owned))
        .collect();
    let want: Vec<_> = alone.lines().skip(1).map(str::to_owned).collect();
    assert!(!want.is_empty());
    assert_eq!(here, want);
}

#[test]
fn a_run_goes_on_where_it_was_broken_off() {
    let folder = Folder::new();
    let data = captures(&folder);
    let out = folder.path().join("out");
    batch(&data, &out, &[]).code(1);
    let before = read(&out, "strides.csv");
    batch(&data, &out, &[]).code(2).stderr(predicate::str::contains("--resume"));
    // What was done is kept; what failed is tried again.
    batch(&data, &out, &["--resume"]).code(1).stderr(predicate::str::contains("4 of them kept"));
    assert_eq!(read(&out, "strides.csv"), before);
    // As after a break: one part and all tables are not there, one part belongs to another file.
    fs::remove_file(out.join(".parts/0/forward.csv.ndjson")).unwrap();
    fs::remove_file(out.join("strides.csv")).unwrap();
    fs::copy(fixture("flat.csv"), data.join("b/c/backward.csv")).unwrap();
    batch(&data, &out, &["--resume"]).code(1).stderr(predicate::str::contains("2 of them kept"));
    let resumed = read(&out, "strides.csv");
    assert_ne!(resumed, before);
    batch(&data, &out, &["--force"]).code(1);
    assert_eq!(read(&out, "strides.csv"), resumed);
    // Other flags are another run.
    batch(&data, &out, &["--resume", "--height", "1.9"])
        .code(1)
        .stderr(predicate::str::contains("kept").not());
    assert_eq!(fs::read_dir(&out).unwrap().count(), 7);
}

#[test]
fn a_folder_without_captures_and_one_that_is_not_there_are_told() {
    let folder = Folder::new();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let out = folder.path().join("out");
    batch(&empty, &out, &[]).code(0).stderr(predicate::str::contains("there was no capture in it"));
    batch(&folder.path().join("none"), &out, &["--force"]).code(2);
}

#[test]
fn each_table_is_printed_in_each_format() {
    let capture = fixture("backward.csv");
    for table in ["strides", "events", "bouts", "summaries"] {
        let print = |format: &str| {
            let out = retrogait()
                .args(["replay", "--format", format, "--table", table])
                .arg(&capture)
                .output()
                .unwrap();
            assert!(out.status.success(), "{table} as {format}");
            out.stdout
        };
        let csv = String::from_utf8(print("csv")).unwrap();
        let ndjson = String::from_utf8(print("ndjson")).unwrap();
        assert_eq!(csv.lines().count(), ndjson.lines().count() + 1);
        let mut rows = csv::Reader::from_reader(csv.as_bytes());
        let names = rows.headers().unwrap().clone();
        for (row, line) in rows.records().zip(ndjson.lines()) {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            for (name, cell) in names.iter().zip(&row.unwrap()) {
                let want = match &object[name] {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let same_number = cell.parse::<f64>().is_ok_and(|c| want.parse::<f64>() == Ok(c));
                assert!(cell == want || same_number, "{table}.{name}: {cell} {want}");
            }
        }
        #[cfg(feature = "parquet")]
        parquet_rows_are(&print("parquet"), table, &ndjson);
    }
    retrogait().args(["replay", "--table", "events"]).arg(&capture).assert().code(2);
}

/// Reads a Parquet file back and compares every cell.
#[cfg(feature = "parquet")]
fn parquet_rows_are(bytes: &[u8], table: &str, ndjson: &str) {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    let folder = Folder::new();
    let path = folder.path().join("table.parquet");
    fs::write(&path, bytes).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let metadata = reader.metadata().file_metadata();
    let keys = metadata.key_value_metadata().unwrap();
    if table == "strides" {
        let unit = keys.iter().find(|k| k.key == "unit:speed_mps").unwrap();
        assert_eq!(unit.value.as_deref(), Some("m/s"));
    }
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), ndjson.lines().count());
    for (row, line) in rows.iter().zip(ndjson.lines()) {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        for (name, field) in row.get_column_iter() {
            let want = &object[name.as_str()];
            let same = match field {
                Field::Null => want.is_null(),
                Field::Bool(v) => want.as_bool() == Some(*v),
                Field::Double(v) => want.as_f64() == Some(*v),
                Field::Long(v) => want.as_i64() == Some(*v),
                Field::Str(v) => want.as_str() == Some(v),
                _ => false,
            };
            assert!(same, "{table}.{name}: {field} {want}");
        }
    }
}

#[test]
fn a_data_set_has_its_events_and_reads_back_as_the_capture() {
    let folder = Folder::new();
    let set = folder.path().join("set");
    for (subject, capture) in [("01", "backward_thigh.csv"), ("02", "left.csv")] {
        retrogait()
            .args(["convert", "--to", "bids", "--subject", subject, "--out"])
            .arg(&set)
            .arg(fixture(capture))
            .assert()
            .success();
    }
    assert_eq!(read(&set, "participants.tsv"), "participant_id\nsub-01\nsub-02\n");
    let stem = set.join("sub-01/motion/sub-01_task-walking_tracksys-imu_");
    let at = |ending: &str| PathBuf::from(format!("{}{ending}", stem.display()));
    let rows = fs::read_to_string(at("motion.tsv")).unwrap();
    let channels = fs::read_to_string(at("channels.tsv")).unwrap();
    assert_eq!(rows.lines().next().unwrap().split('\t').count(), channels.lines().count() - 1);
    let events = fs::read_to_string(at("events.tsv")).unwrap();
    assert!(events.starts_with("onset\tduration\ttrial_type\tdirection\n"), "{events}");
    assert!(events.contains("\ttoe_contact\tbackward\n") && events.contains("\tbout_backward\t"));
    let onsets: Vec<f64> =
        events.lines().skip(1).map(|l| l.split('\t').next().unwrap().parse().unwrap()).collect();
    assert!(onsets.windows(2).all(|w| w[0] <= w[1]));
    for (subject, capture) in [("01", "backward_thigh.csv"), ("02", "left.csv")] {
        let motion =
            set.join(format!("sub-{subject}/motion/sub-{subject}_task-walking_tracksys-imu_motion.tsv"));
        let back = folder.path().join("back.csv");
        retrogait().arg("convert").arg(&motion).arg("--force").arg("--out").arg(&back).assert().success();
        // The metadata of the capture, and every row: the first sample of both is at 0 s.
        let (got, want) = (fs::read_to_string(&back).unwrap(), fs::read_to_string(fixture(capture)).unwrap());
        let kept = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|l| !l.starts_with("# ") || l.contains("mount") || l.contains("side"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(kept(&got), kept(&want), "{capture}");
    }
}

#[test]
fn a_mapping_is_remembered_by_its_name() {
    let folder = Folder::new();
    let config = folder.path().join("config");
    let text = fs::read_to_string(fixture("backward.csv")).unwrap();
    let (_, rows) = text.split_once("time_s,").unwrap();
    let rows = rows.split_once('\n').unwrap().1;
    let other = folder.path().join("other.csv");
    fs::write(&other, format!("t,ax,ay,az,gx,gy,gz\n{rows}")).unwrap();
    let run = || {
        let mut command = retrogait();
        command.env("XDG_CONFIG_HOME", &config).env("HOME", folder.path());
        command
    };
    let out = folder.path().join("out.csv");
    run()
        .args(["convert", "--columns", "time_s=t,acc_x=ax,acc_y=ay,acc_z=az,gyr_x=gx,gyr_y=gy,gyr_z=gz"])
        .args(["--acc-unit", "mps2", "--save-as", "mine", "--out"])
        .arg(&out)
        .arg(&other)
        .assert()
        .success()
        .stderr(predicate::str::contains("mapping `mine` saved"));
    let again = folder.path().join("again.csv");
    run().args(["convert", "--from", "mine", "--out"]).arg(&again).arg(&other).assert().success();
    assert_eq!(read(folder.path(), "again.csv"), read(folder.path(), "out.csv"));
    assert!(read(folder.path(), "again.csv").lines().count() > 1000);
    run()
        .args(["replay", "--from", "his"])
        .arg(&other)
        .assert()
        .code(2)
        .stderr(predicate::str::contains("use one of: axivity").and(predicate::str::contains("mine")));
    run().args(["replay", "--save-as", "phyphox"]).arg(&other).assert().code(2);
}

#[test]
fn other_loggers_files_are_replayed_directly() {
    retrogait()
        .args(["replay", "--format", "csv"])
        .arg(fixture("foreign/ax6.cwa"))
        .assert()
        .success()
        .stderr(
            predicate::str::contains("format: Axivity AX6 .cwa")
                .and(predicate::str::contains("gravity: included")),
        );
    retrogait()
        .args(["replay", "-"])
        .pipe_stdin(fixture("foreign/movesense_imu6.json"))
        .unwrap()
        .assert()
        .code(1)
        .stderr(predicate::str::contains("cannot be read from a pipe"));
    // A text of one file comes through a pipe as well.
    retrogait()
        .args(["convert", "-", "--out", "/dev/stdout"])
        .pipe_stdin(fixture("foreign/movella_custom5.csv"))
        .unwrap()
        .assert()
        .success()
        .stdout(predicate::str::contains("1.033333,2.5,9.75,-0.25,10,-20,0.1"));
}
