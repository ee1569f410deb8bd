//! The store on a real database: what was acknowledged stays, whoever is killed, whoever else writes, and
//! when the disk is full; and nobody else may read it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use retrogait::capture::CaptureMeta;
use retrogait::imu::{Imu, Sample};
use retrogait::record::{AlertLevel, Stride};
use retrogait::session::{AlertNote, Pain, Session};
use retrogait::store::people::NewPerson;
use retrogait::store::sessions::RawCapture;
use retrogait::store::{Keep, Store, StoreError};
use retrogait::time::SensorTime;

fn stride(n: u32) -> Stride {
    let start = f64::from(n) * 1.2;
    serde_json::from_value(serde_json::json!({
        "start_s": start, "end_s": start + 1.2, "detected_s": start + 1.4, "direction": "backward",
        "stride_time_s": 1.2, "speed_mps": 0.6, "confidence": 1.0, "valid": true
    }))
    .unwrap()
}

fn alert(onset_s: f64) -> AlertNote {
    AlertNote {
        rule: "stumble".into(),
        level: AlertLevel::Caution,
        onset_s,
        detected_s: onset_s + 0.2,
        message: "That was a stumble.".into(),
        evidence: [("residual_sd".to_owned(), 6.5)].into(),
        ended_s: None,
        acknowledged_s: None,
    }
}

fn sample(k: i64) -> Sample {
    let shank = Imu { acc_mps2: [0.0, 9.81, 0.0], gyr_dps: [0.0; 3] };
    Sample { time: SensorTime::from_micros(k * 10_000), shank, thigh: None }
}

fn with_ada(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    store.add_person(&NewPerson::called("Ada")).unwrap();
    store
}

/// Strides that each of two programs writes.
const STRIDES: u32 = 40;

const ROLE: &str = "RETROGAIT_TEST_STORE";

/// What the other program does: a live session, a stride after the other, each said when it is kept.
fn write_strides(folder: &Path, count: u32) {
    let mut live = Store::open(folder).unwrap().live("Ada", &Keep::default()).unwrap();
    live.begin_capture(&CaptureMeta::default(), false).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "session {}", live.id()).unwrap();
    for n in 0..count {
        for k in 0..120 {
            live.sample(&sample(i64::from(n) * 120 + k)).unwrap();
        }
        live.stride(&stride(n)).unwrap();
        writeln!(out, "kept {n}").unwrap();
        out.flush().unwrap();
    }
    live.finish().unwrap();
    writeln!(out, "finished").unwrap();
}

/// Starts this very test as another program.
fn other_program(test: &str, folder: &Path, count: u32) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(ROLE, format!("{count} {}", folder.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// Whether this is the other program; then it does its part.
fn is_other_program() -> bool {
    let Ok(role) = env::var(ROLE) else { return false };
    let (count, folder) = role.split_once(' ').unwrap();
    write_strides(Path::new(folder), count.parse().unwrap());
    true
}

/// The next line that begins with `word`, without it.
fn said(out: &mut impl BufRead, word: &str) -> Option<u32> {
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        // The test harness may have begun the line.
        if let Some((_, rest)) = line.split_once(word) {
            return rest.trim().parse().ok();
        }
        line.clear();
    }
    None
}

#[test]
fn a_killed_writer_loses_nothing_that_was_acknowledged() {
    if is_other_program() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    with_ada(folder.path());
    let name = "a_killed_writer_loses_nothing_that_was_acknowledged";
    for round in 1..=2_u32 {
        let (mut child, mut out) = other_program(name, folder.path(), 100_000);
        let id = i64::from(said(&mut out, "session ").unwrap());
        let mut last = 0;
        while last < 8 * round {
            last = said(&mut out, "kept ").unwrap();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let store = Store::open(folder.path()).unwrap();
        let kept = store.session(id).unwrap();
        assert!(kept.session.strides.len() > last as usize, "{} of {last}", kept.session.strides.len());
        assert_eq!(kept.session.strides[last as usize], stride(last));
        assert!(!kept.info.finished);
        // Of the raw capture the last second may be missing.
        let RawCapture::Unmarked(path) = store.raw_capture(&kept.info).unwrap() else { panic!() };
        let rows = fs::read_to_string(path).unwrap().lines().count();
        assert!(rows >= last as usize * 120 - 100, "{rows} rows");
        assert_eq!(store.sessions(Some("Ada")).unwrap().len(), round as usize);
    }
}

#[test]
fn two_programs_write_at_once_and_a_third_reads() {
    if is_other_program() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = with_ada(folder.path());
    let name = "two_programs_write_at_once_and_a_third_reads";
    let mut others = [(); 2].map(|()| other_program(name, folder.path(), STRIDES));
    let ids = others.each_mut().map(|(_, out)| i64::from(said(out, "session ").unwrap()));
    assert_ne!(ids[0], ids[1]);
    // A reader sees a whole beginning of each, never a hole.
    for id in ids {
        for (n, s) in (0..).zip(store.session(id).unwrap().session.strides) {
            assert_eq!(s, stride(n));
        }
    }
    for (child, out) in &mut others {
        for n in 0..STRIDES {
            assert_eq!(said(out, "kept "), Some(n));
        }
        assert!(child.wait().unwrap().success());
    }
    for id in ids {
        let kept = store.session(id).unwrap();
        assert!(kept.info.finished);
        assert_eq!(kept.session.strides, (0..STRIDES).map(stride).collect::<Vec<_>>());
        assert!(matches!(store.raw_capture(&kept.info).unwrap(), RawCapture::Whole(_)));
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_ada(folder.path());
    let mut live = store.live("Ada", &Keep::default()).unwrap();
    live.limit_pages(40).unwrap();
    let mut kept = 0;
    let error = loop {
        match live.stride(&stride(kept)) {
            Ok(()) => kept += 1,
            Err(e) => break e,
        }
        assert!(kept < 100_000, "the limit does not hold");
    };
    assert!(
        matches!(&error, StoreError::Sql { source, .. }
        if source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)),
        "{error}"
    );
    assert!(error.help().unwrap().contains("make room"));
    assert!(kept > 20);
    assert_eq!(store.session(live.id()).unwrap().session.strides.len(), kept as usize);
    // When there is room again, the stride that failed can be kept.
    live.limit_pages(100_000).unwrap();
    live.stride(&stride(kept)).unwrap();
    let id = live.finish().unwrap();
    drop(store);
    let strides = Store::open(folder.path()).unwrap().session(id).unwrap().session.strides;
    assert_eq!(strides, (0..=kept).map(stride).collect::<Vec<_>>());
}

#[test]
fn what_people_add_to_a_session_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = with_ada(folder.path());
    let mut live = store.live("Ada", &Keep::default()).unwrap();
    live.alert(&alert(2.0)).unwrap();
    live.alert(&alert(9.0)).unwrap();
    assert_eq!(live.acknowledge("stumble", 11.5).unwrap(), 2);
    assert_eq!(live.acknowledge("stumble", 12.5).unwrap(), 0);
    live.pain(Some(30.0), 4).unwrap();
    assert!(live.pain(None, 11).is_err());
    live.heart_rate(3.0, 104).unwrap();
    let id = live.finish().unwrap();
    store.add_pain(id, Pain { at_s: None, score: 2 }).unwrap();
    assert!(matches!(store.add_pain(99, Pain { at_s: None, score: 2 }), Err(StoreError::NoSession(99))));
    let session = store.session(id).unwrap().session;
    assert_eq!(session.alerts[1], AlertNote { acknowledged_s: Some(11.5), ..alert(9.0) });
    assert_eq!(session.pain, [Pain { at_s: Some(30.0), score: 4 }, Pain { at_s: None, score: 2 }]);
    assert_eq!(session.heart[0].bpm, 104);
}

#[test]
fn a_capture_that_was_changed_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = with_ada(folder.path());
    let capture = folder.path().join("walk.csv");
    fs::write(&capture, "time_s\n0\n").unwrap();
    let id = store.keep("ada", &Keep::default(), &Session::default(), &capture).unwrap();
    let info = store.session(id).unwrap().info;
    let RawCapture::Whole(path) = store.raw_capture(&info).unwrap() else { panic!() };
    assert_eq!(fs::read_to_string(&path).unwrap(), "time_s\n0\n");
    fs::write(&path, "time_s\n1\n").unwrap();
    assert!(matches!(store.raw_capture(&info).unwrap(), RawCapture::Changed(_)));
    fs::remove_file(&path).unwrap();
    assert_eq!(store.raw_capture(&info).unwrap(), RawCapture::Missing);
}

#[test]
fn a_session_that_cannot_be_kept_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = with_ada(folder.path());
    let nowhere = folder.path().join("nowhere.csv");
    assert!(store.keep("Ada", &Keep::default(), &Session::default(), &nowhere).is_err());
    assert!(store.sessions(None).unwrap().is_empty());
    assert_eq!(fs::read_dir(folder.path().join("captures")).unwrap().count(), 0);
}

#[test]
fn deleting_a_person_deletes_all_of_theirs_and_of_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = with_ada(folder.path());
    store.add_person(&NewPerson::called("Bea")).unwrap();
    let capture = folder.path().join("walk.csv");
    fs::write(&capture, "secret of Ada").unwrap();
    let session = Session { strides: vec![stride(0)], alerts: vec![alert(1.0)], ..Session::default() };
    let of_ada = store.keep("Ada", &Keep::default(), &session, &capture).unwrap();
    let of_bea = store.keep("Bea", &Keep::default(), &session, &capture).unwrap();
    store.delete_person("Ada").unwrap();
    assert!(matches!(store.session(of_ada), Err(StoreError::NoSession(_))));
    assert_eq!(store.session(of_bea).unwrap().session.strides.len(), 1);
    let files: Vec<_> =
        fs::read_dir(folder.path().join("captures")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(files, [format!("session-{of_bea}.csv").as_str()]);
    // Her name is in no file any more.
    drop(store);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(3).any(|w| w == b"Ada") || path == capture, "{}", path.display());
        }
    }
    // A number is never used again.
    let mut store = Store::open(folder.path()).unwrap();
    store.delete_session(of_bea).unwrap();
    assert!(store.keep("Bea", &Keep::default(), &session, &capture).unwrap() > of_bea);
}

#[test]
fn a_deletion_that_was_interrupted_goes_on_when_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = with_ada(folder.path());
    let capture = folder.path().join("walk.csv");
    fs::write(&capture, "x").unwrap();
    let id = store.keep("Ada", &Keep::default(), &Session::default(), &capture).unwrap();
    let file = folder.path().join("captures").join(format!("session-{id}.csv"));
    // A folder in its place cannot be removed as a file.
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(store.delete_session(id).is_err());
    drop(store);
    fs::remove_dir(&file).unwrap();
    fs::write(&file, "left over").unwrap();
    Store::open(folder.path()).unwrap();
    assert!(!file.exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    let store = with_ada(&data);
    let mut live = store.live("Ada", &Keep::default()).unwrap();
    live.begin_capture(&CaptureMeta::default(), false).unwrap();
    live.sample(&sample(0)).unwrap();
    live.stride(&stride(0)).unwrap();
    let mut seen = 0;
    let mut look = vec![data];
    while let Some(path) = look.pop() {
        let meta = fs::metadata(&path).unwrap();
        assert_eq!(meta.permissions().mode() & 0o077, 0, "{}", path.display());
        seen += 1;
        if meta.is_dir() {
            look.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        }
    }
    // The folder, the captures, one capture, the database, its log and the log's index.
    assert_eq!(seen, 6);
    live.finish().unwrap();
}
