//! What sensors send, byte by byte, and what is made of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use retrogait::decode::heart_rate::Beat;
use retrogait::decode::table::{Kind, TABLE};
use retrogait::decode::treadmill::{Belt, Outcome, Status};
use retrogait::decode::{
    Arrival, Ask, Decoder, Odd, OddKind, Said, TimeError, battery, dot, heart_rate, metamotion, movesense,
    open, polar, treadmill, witmotion,
};
use retrogait::imu::Imu;
use uuid::Uuid;

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

fn at(ms: i64) -> Arrival {
    Arrival::from_micros(ms * 1000)
}

/// Everything that a decoder says to these values, which come 10 ms apart.
fn say(decoder: &mut dyn Decoder, values: &[(Uuid, Vec<u8>)]) -> Vec<Said> {
    let mut said = Vec::new();
    for (i, (from, bytes)) in (0..).zip(values) {
        decoder.take(at(i * 10), *from, bytes, &mut |s| said.push(s));
    }
    said
}

fn samples(said: &[Said]) -> Vec<(i64, Imu)> {
    said.iter()
        .filter_map(|s| match s {
            Said::Sample(t) => Some((t.time.micros(), t.imu)),
            _ => None,
        })
        .collect()
}

fn near(a: [f64; 3], b: [f64; 3], by: f64) -> bool {
    a.iter().zip(b).all(|(x, y)| (x - y).abs() <= by)
}

#[test]
fn open_profile_from_its_bytes() {
    let mut decoder = Kind::Open.decoder(100.0);
    let said = say(
        &mut *decoder,
        &[
            // version 1, 4096 counts a g, ±1000 deg/s, 100 Hz
            (open::INFO, hex("01 00 00 10 e8 03 64 00")),
            // sample 65535 at 2³² − 1 ms, two of them: 0.5 g down x, −250 deg/s about z
            (
                open::DATA,
                hex("ffff 0200 17fcffff 00f8 0000 0000 0000 0000 00e0 0010 0000 0000 0000 0000 0000"),
            ),
            // the next after three lost ones, the counters wrapped
            (open::DATA, hex("0400 0100 67bf0000 0000 0010 0000 0000 0000 0000")),
        ],
    );
    let read = samples(&said);
    assert_eq!(read.len(), 3, "{said:?}");
    assert_eq!(read[0].1.acc_mps2, [-4.903_325, 0.0, 0.0]);
    assert_eq!(read[0].1.gyr_dps, [0.0, 0.0, -250.0]);
    assert_eq!(read[1].0 - read[0].0, 10_000);
    assert_eq!(said[2], Said::Lost { samples: 3, counted: true });
    assert_eq!(read[2].0 - read[0].0, 50_000);
    assert_eq!(decoder.time_error(), TimeError::Stamped(1e-6));
}

#[test]
fn witmotion_from_its_bytes() {
    let mut decoder = Kind::WitMotion.decoder(100.0);
    // −1 g along y, 1000 deg/s about x, angles 0; then a battery of 3.93 V; then half a frame and the
    // rest of it after a stray byte that is no start.
    let frame = hex("5561 0000 00f8 0000 0040 0000 0000 0000 0000 0000");
    let battery = hex("5571 6400 8901 0000 0000 0000 0000 0000 0000 0000");
    let said = say(
        &mut *decoder,
        &[
            (witmotion::DATA, frame.clone()),
            (witmotion::DATA, [&frame[..], &battery[..]].concat()),
            (witmotion::DATA, [&frame[..], &frame[..7]].concat()),
            (witmotion::DATA, frame[7..].to_vec()),
            (witmotion::DATA, [&[0x17][..], &frame[..]].concat()),
        ],
    );
    let read = samples(&said);
    assert_eq!(read.len(), 5, "{said:?}");
    assert!(read.iter().all(|(_, i)| i.acc_mps2 == [0.0, -9.806_65, 0.0] && i.gyr_dps == [1000.0, 0.0, 0.0]));
    assert!(said.contains(&Said::Battery(90)));
    assert!(said.contains(&Said::Odd(Odd { offset: 0, what: OddKind::Field("start of frame", 0x17) })));
    assert!(matches!(decoder.time_error(), TimeError::Fitted(_)));
}

/// A Movesense message by hand: 104 Hz, eight samples, the accelerations first.
fn movesense_message(ms: u32, n: u8) -> Vec<u8> {
    let mut bytes = ms.to_le_bytes().to_vec();
    for block in [0.0_f32, 100.0] {
        for i in 0..n {
            for axis in [1.0, 2.0, 3.0] {
                bytes.extend((block + f32::from(i) + axis / 10.0).to_le_bytes());
            }
        }
    }
    bytes
}

#[test]
fn movesense_from_its_bytes_in_two_parts() {
    let mut decoder = Kind::Movesense.decoder(104.0);
    let part = |kind: u8, bytes: &[u8]| (movesense::DATA, [&[kind, 99][..], bytes].concat());
    let (one, two) = (movesense_message(1000, 8), movesense_message(1077, 8));
    let three = movesense_message(1231, 8);
    let said = say(
        &mut *decoder,
        &[
            (movesense::DATA, hex("01 63 c800")),
            // 148 bytes are no whole number of samples, 100 would be: both are only first halves.
            part(2, &one[..148]),
            part(3, &one[148..]),
            part(2, &two[..100]),
            part(3, &two[100..]),
            // One message is lost before this one.
            part(2, &three),
        ],
    );
    let read = samples(&said);
    assert_eq!(read.len(), 24, "{said:?}");
    assert!(near(read[0].1.acc_mps2, [0.1, 0.2, 0.3], 1e-6), "{:?}", read[0]);
    assert!(near(read[0].1.gyr_dps, [100.1, 100.2, 100.3], 1e-4));
    assert!(near(read[7].1.acc_mps2, [7.1, 7.2, 7.3], 1e-6));
    assert_eq!((read[0].0, read[8].0), (1_000_000, 1_077_000));
    assert_eq!(said[16], Said::Lost { samples: 8, counted: true });
}

#[test]
fn a_movesense_message_whose_half_is_lost_is_told_and_counted() {
    let mut decoder = Kind::Movesense.decoder(104.0);
    let part = |kind: u8, bytes: &[u8]| (movesense::DATA, [&[kind, 99][..], bytes].concat());
    let m = |ms| movesense_message(ms, 8);
    let said = say(
        &mut *decoder,
        &[
            part(2, &m(0)[..148]),
            part(3, &m(0)[148..]),
            part(2, &m(77)[..148]), // its second half is lost
            part(2, &m(154)[..148]),
            part(3, &m(154)[148..]),
            part(3, &m(231)[148..]), // its first half is lost
            part(2, &m(308)[..148]),
            part(3, &m(308)[148..]),
        ],
    );
    assert_eq!(samples(&said).len(), 24);
    let lost: Vec<_> = said.iter().filter(|s| matches!(s, Said::Lost { .. })).collect();
    assert_eq!(lost, [&Said::Lost { samples: 8, counted: true }; 2]);
    let odd = said.iter().filter(|s| matches!(s, Said::Odd(_))).count();
    assert_eq!(odd, 2);
}

#[test]
fn dot_from_its_bytes() {
    let mut decoder = Kind::Dot.decoder(60.0);
    let sample = "40420f00 0000803f 00000040 00004040 0000a0c1 0000a041 000070c1";
    let next = format!("{} {}", sample.replacen("40420f00", "5b830f00", 1), "00".repeat(12));
    let said = say(
        &mut *decoder,
        &[(dot::DATA, hex(sample)), (dot::DATA, hex(&next)), (dot::BATTERY, hex("5a 00"))],
    );
    let read = samples(&said);
    assert_eq!(read[0], (1_000_000, Imu { acc_mps2: [1.0, 2.0, 3.0], gyr_dps: [-20.0, 20.0, -15.0] }));
    assert_eq!(read[1].0, 1_016_667);
    assert_eq!(said[2], Said::Battery(90));
}

#[test]
fn metamotion_from_its_bytes() {
    let mut decoder = Kind::MetaMotion.decoder(100.0);
    let said = say(
        &mut *decoder,
        &[
            (metamotion::DATA, hex("118c 4b a00f")),
            (metamotion::DATA, hex("0380 01 03")), // BMI160
            (metamotion::DATA, hex("1380 00 01")),
            (metamotion::DATA, hex("031c 0008 0000 0000  0000 0008 0000  0000 0000 0008")),
            (metamotion::DATA, hex("1307 6806 0000 0000  0000 6806 0000  0000 0000 6806")),
        ],
    );
    let read = samples(&said);
    assert_eq!(said[0], Said::Battery(75));
    assert_eq!(read.len(), 3, "{said:?}");
    assert_eq!(read[0].1, Imu { acc_mps2: [9.806_65, 0.0, 0.0], gyr_dps: [100.0, 0.0, 0.0] });
    assert_eq!(read[2].1, Imu { acc_mps2: [0.0, 0.0, 9.806_65], gyr_dps: [0.0, 0.0, 100.0] });
    // A chip of the other kind has other registers.
    let mut decoder = Kind::MetaMotion.decoder(100.0);
    let said = say(
        &mut *decoder,
        &[
            (metamotion::DATA, hex("0380 04 03")),
            (metamotion::DATA, hex("1380 01 01")),
            (metamotion::DATA, hex("0305 0008 0000 0000")),
            (metamotion::DATA, hex("1305 0000 0000 0000")),
            (metamotion::DATA, hex("031c 0008 0000 0000")),
        ],
    );
    assert_eq!(samples(&said).len(), 1);
    assert_eq!(said[1], Said::Odd(Odd { offset: 1, what: OddKind::Field("register", 0x1c) }));
}

/// Messages of both streams of a `MetaMotion`, 30 ms apart; `lost(i, gyro)` never arrive. Says how many
/// were received, how many said lost, and of how many the two halves do not belong together.
fn metamotion_with(lost: impl Fn(u32, bool) -> bool) -> (u64, u64, u64) {
    let mut decoder = Kind::MetaMotion.decoder(100.0);
    let mut said = Vec::new();
    say(&mut *decoder, &[(metamotion::DATA, hex("0380 01 03")), (metamotion::DATA, hex("1380 00 01"))]);
    for i in 0..400_u32 {
        for gyro in [false, true] {
            if !lost(i, gyro) {
                let mark = i16::try_from(i).unwrap();
                let bytes = metamotion::emit(gyro, false, &[[mark, 0, 0]; 3]);
                let arrival = Arrival::from_micros(i64::from(i) * 30_000 + i64::from(gyro) * 2_000);
                decoder.take(arrival, metamotion::DATA, &bytes, &mut |s| said.push(s));
            }
        }
    }
    let (mut got, mut told, mut torn) = (0, 0, 0);
    for s in &said {
        match s {
            Said::Sample(t) => {
                got += 1;
                let acc = t.imu.acc_mps2[0] / 9.806_65 * metamotion::COUNTS_PER_G;
                let gyr = t.imu.gyr_dps[0] * metamotion::COUNTS_PER_DPS;
                torn += u64::from((acc - gyr).abs() > 0.5);
            }
            Said::Lost { samples, .. } => told += samples,
            other => panic!("{other:?}"),
        }
    }
    (got, told, torn)
}

#[test]
fn a_lost_half_of_a_metamotion_sample_is_noticed_on_either_side() {
    assert_eq!(metamotion_with(|_, _| false), (1200, 0, 0));
    assert_eq!(metamotion_with(|i, gyro| gyro && i == 200), (1197, 3, 0));
    let (got, told, torn) = metamotion_with(|i, gyro| !gyro && i == 200);
    assert_eq!(got + told, 1200);
    assert!(torn <= 9, "{torn}");
    let (got, told, _) = metamotion_with(|i, _| (200..210).contains(&i));
    assert_eq!(got + told, 1200, "both at once: from the arrivals");
}

#[test]
fn polar_from_its_bytes() {
    let mut decoder = Kind::Polar.decoder(52.0);
    // A frame before the factor is known is refused, not guessed.
    let gyro = "05 00ca9a3b00000000 80  0000 0100 ffff  04 02  8f 21 13";
    let said = say(
        &mut *decoder,
        &[
            (polar::DATA, hex(gyro)),
            (polar::CONTROL, hex("f0 02 02 00 00 05 01 0000803f")), // factor 1
            (polar::CONTROL, hex("f0 02 05 00 00 05 01 0000003f")), // factor 0.5
            // acceleration in mg: 1000 0 0 at 0.9 s, twice more the same
            (polar::DATA, hex("02 00e9a43500000000 81  e803 0000 0000  01 02  00")),
            (polar::DATA, hex("02 00943577 00000000 81  e803 0000 0000  01 02  00")),
            (polar::DATA, hex(gyro)),
        ],
    );
    assert_eq!(said[0], Said::Odd(Odd { offset: 0, what: OddKind::NoScale }));
    // The differences −1 −8 +1, +2 +3 +1 from 0 1 −1, times one half.
    let mut alone = Kind::Polar.decoder(52.0);
    let read = {
        let mut values = vec![
            (polar::CONTROL, hex("f0 02 02 00 00 05 01 0000803f")),
            (polar::CONTROL, hex("f0 02 05 00 00 05 01 0000003f")),
        ];
        for ns in [961_538_462_u64, 1_019_230_770] {
            values.push((polar::DATA, polar::emit(polar::ACC, 1, ns, &[[1000, 0, 0]; 3])));
        }
        values.push((polar::DATA, hex(gyro)));
        samples(&say(&mut *alone, &values))
    };
    let rates: Vec<_> = read.iter().map(|(_, i)| i.gyr_dps).collect();
    assert_eq!(rates, [[0.0, 0.5, -0.5], [-0.5, -3.5, 0.0], [0.5, -2.0, 0.5]], "{read:?}");
    assert!(read.iter().all(|(_, i)| i.acc_mps2 == [9.806_65, 0.0, 0.0]));
    assert_eq!(read[2].0, 1_000_000, "the stamp is the last sample's");
}

#[test]
fn treadmill_data_from_a_machine_on_sale() {
    // Published by the owner of a Kettler Alpha Run 600: 1.0 km/h, 20 m, level, 91 s.
    let mut decoder = Kind::Treadmill.decoder(0.0);
    let bytes = hex("8c05 6400 140000 0000 0000 0500 e700 03 00 5b00");
    let said = say(&mut *decoder, &[(treadmill::DATA, bytes)]);
    let [Said::Belt(belt)] = &said[..] else { panic!("{said:?}") };
    assert!((belt.speed_mps.unwrap() - 1.0 / 3.6).abs() < 1e-12);
    assert_eq!(belt.incline_percent, Some(0.0));
}

#[test]
fn each_field_of_treadmill_data_moves_those_behind_it() {
    for flags in 0..0x2000_u16 {
        let mut bytes = flags.to_le_bytes().to_vec();
        let lengths: [usize; 13] = [0, 2, 3, 4, 4, 1, 1, 5, 1, 1, 2, 2, 4];
        if flags & 1 == 0 {
            bytes.extend(324_u16.to_le_bytes());
        }
        for (bit, length) in lengths.into_iter().enumerate().skip(1) {
            if flags & (1 << bit) != 0 {
                if bit == 3 {
                    bytes.extend([0xf1, 0xff, 0xff, 0x7f]);
                } else {
                    bytes.extend(vec![0xaa; length]);
                }
            }
        }
        let mut decoder = Kind::Treadmill.decoder(0.0);
        let said = say(&mut *decoder, &[(treadmill::DATA, bytes)]);
        let [Said::Belt(belt)] = &said[..] else { panic!("{flags:#x}: {said:?}") };
        assert_eq!(belt.speed_mps.map(|v| (v * 1e6).round()), (flags & 1 == 0).then_some(900_000.0));
        assert_eq!(belt.incline_percent, (flags & 8 != 0).then_some(-1.5));
    }
}

#[test]
fn a_treadmill_answers_and_tells() {
    let mut decoder = Kind::Treadmill.decoder(0.0);
    let said = say(
        &mut *decoder,
        &[
            (treadmill::CONTROL, hex("80 00 01")),
            (treadmill::CONTROL, hex("80 08 05")),
            (treadmill::STATUS, hex("02 01")),
            (treadmill::STATUS, hex("02 02")),
            (treadmill::STATUS, hex("03")),
            (treadmill::STATUS, hex("ff")),
            (treadmill::CONTROL, hex("80 08")),
            (treadmill::DATA, hex("0000 64")),
        ],
    );
    let answer = |op, result| Said::Treadmill(Status::Answer { op, result });
    assert_eq!(
        said,
        [
            answer(0, Outcome::Success),
            answer(8, Outcome::NotPermitted),
            Said::Treadmill(Status::Stopped),
            Said::Treadmill(Status::Paused),
            Said::Treadmill(Status::SafetyClip),
            Said::Treadmill(Status::ControlLost),
            Said::Odd(Odd { offset: 2, what: OddKind::Short("result") }),
            Said::Odd(Odd { offset: 3, what: OddKind::Short("speed") }),
        ]
    );
}

#[test]
fn a_heart_rate_from_its_bytes() {
    let mut decoder = Kind::HeartRate.decoder(0.0);
    let said = say(
        &mut *decoder,
        &[(heart_rate::MEASUREMENT, hex("16 48 0004 0002")), (heart_rate::MEASUREMENT, hex("09 2c01 1000"))],
    );
    assert_eq!(
        said,
        [
            Said::Heart(Beat { per_minute: 72, contact: Some(true), intervals_s: vec![1.0, 0.5] }),
            Said::Heart(Beat { per_minute: 300, contact: None, intervals_s: vec![] }),
        ]
    );
}

/// Plays a conversation with the answers given; returns what was written.
fn talk(kind: Kind, rate_hz: f64, answers: &[&str]) -> Result<Vec<Vec<u8>>, String> {
    let mut setup = kind.setup(rate_hz);
    let mut answers = answers.iter();
    let (mut heard, mut written) = (Vec::new(), Vec::new());
    while let Some(ask) = setup.next(&heard).map_err(|e| e.to_string())? {
        heard.clear();
        match ask {
            Ask::Write { bytes, .. } => written.push(bytes),
            Ask::Exchange { bytes, .. } => {
                written.push(bytes);
                heard = hex(answers.next().unwrap());
            }
            Ask::Read { optional: false, .. } => heard = hex(answers.next().unwrap()),
            Ask::Read { .. } | Ask::Subscribe { .. } | Ask::Pause { .. } => {}
        }
    }
    Ok(written)
}

#[test]
fn each_sensor_is_started_with_the_bytes_of_its_documents() {
    let written = |kind, hz, answers: &[&str]| talk(kind, hz, answers).unwrap();
    assert_eq!(written(Kind::Open, 200.0, &["0100000800d00764"]), [hex("01 c800")]);
    assert_eq!(
        written(Kind::WitMotion, 100.0, &[]),
        [hex("ffaa6988b5"), hex("ffaa030900"), hex("ffaa276400")]
    );
    assert_eq!(
        written(Kind::Movesense, 100.0, &["0163c800"]),
        [[&hex("0163")[..], b"/Meas/IMU6/104"].concat()]
    );
    assert_eq!(
        written(Kind::Polar, 200.0, &["0f2402", "f00209000000", "f00202000000", "f00205000000"]),
        [
            hex("0209"),
            hex("02 02 00 01 d000 01 01 1000 02 01 0800 04 01 03"),
            hex("02 05 00 01 d000 01 01 1000 02 01 d007 04 01 03"),
        ]
    );
    let dot = written(Kind::Dot, 100.0, &[]);
    assert_eq!((dot[0].len(), dot[0][0], &dot[0][24..26]), (32, 0x10, &[60, 0][..]));
    assert_eq!(dot[1], hex("010115"));
    assert_eq!(
        written(Kind::MetaMotion, 100.0, &["118c4b", "03800100", "13800000"]),
        [
            "118c", "0380", "1380", "0303280c", "13032800", "031c01", "130701", "03020100", "13020100",
            "030101", "130101"
        ]
        .map(hex)
    );
    assert_eq!(written(Kind::MetaMotion, 100.0, &["118c4b", "03800400", "13800100"])[3], hex("0303a803"));
}

#[test]
fn a_sensor_that_says_no_is_believed() {
    for (kind, answers, want) in [
        (Kind::Movesense, &["01639401"][..], "the sensor refused to send IMU6 (code 0x194)"),
        (Kind::Movesense, &["0163"], "the sensor's answer about IMU6 is not understood"),
        (Kind::Polar, &["0f0400"], "this sensor cannot be read: it has no angular rate, or no SDK mode"),
        (Kind::Polar, &["0f2402", "f0020904"], "the sensor refused SDK mode (code 0x4)"),
        (Kind::MetaMotion, &["118c4b", "0380"], "it has no accelerometer or no gyroscope"),
        (Kind::MetaMotion, &["118c4b", "038002"], "its chip is neither a BMI160 nor a BMI270"),
    ] {
        let said = talk(kind, 100.0, answers).unwrap_err();
        assert!(said.contains(want), "{said}");
    }
}

/// Characteristics that a decoder may be handed values of, and one that it does not know.
const FROM: [Uuid; 13] = [
    open::DATA,
    open::INFO,
    witmotion::DATA,
    movesense::DATA,
    dot::DATA,
    dot::BATTERY,
    metamotion::DATA,
    polar::DATA,
    polar::CONTROL,
    treadmill::DATA,
    treadmill::CONTROL,
    heart_rate::MEASUREMENT,
    battery::LEVEL,
];

fn readings() -> impl Strategy<Value = [i16; 6]> {
    prop::array::uniform6(any::<i16>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_samples_or_a_diagnostic(
        kind in prop::sample::select(TABLE.iter().map(|r| r.kind).collect::<Vec<_>>()),
        values in prop::collection::vec(
            (prop::sample::select(FROM.to_vec()), prop::collection::vec(any::<u8>(), 0..60), -5_i64..4000, any::<bool>()),
            0..40,
        ),
    ) {
        let mut decoder = kind.decoder(100.0);
        let mut now = 0;
        for (from, mut bytes, wait_ms, shape) in values {
            // Half of them begin as a value of this sensor would.
            if shape && let Some((f, start)) = start_of(kind) {
                bytes.splice(0..0, start);
                now += wait_ms;
                decoder.take(at(now), f, &bytes, &mut |s| check(&s));
                continue;
            }
            now += wait_ms;
            decoder.take(at(now), from, &bytes, &mut |s| check(&s));
            if wait_ms > 3900 {
                decoder.relinked(at(now));
            }
        }
    }

    #[test]
    fn open_counts_come_back(counts in prop::collection::vec(readings(), 1..=open::MOST), number: u16, us: u32) {
        let info = open::Info::usual(100);
        let bytes = open::emit(number, us, &counts);
        let read = samples(&say(&mut *Kind::Open.decoder(100.0), &[(open::DATA, bytes)]));
        let back: Vec<_> = read.iter().map(|(_, imu)| info.counts(imu)).collect();
        prop_assert_eq!(back, counts);
        prop_assert_eq!(read[0].0, i64::from(us));
    }

    #[test]
    fn witmotion_counts_come_back(counts in readings()) {
        let read = samples(&say(&mut *Kind::WitMotion.decoder(100.0), &[(witmotion::DATA, witmotion::emit(counts).to_vec())]));
        prop_assert_eq!(open::Info::usual(100).counts(&read[0].1), counts);
    }

    #[test]
    fn movesense_figures_come_back(
        counts in prop::collection::vec(readings(), 1..17),
        ms: u32,
        room in 20_usize..247,
    ) {
        let sent: Vec<Imu> = counts.iter().map(figures).collect();
        let mut parts = movesense::emit(ms, &sent, room);
        // What comes next shows that a first message was whole; more than two parts are never sent.
        prop_assume!(parts.len() <= 2);
        parts.extend(movesense::emit(ms, &sent, 512));
        let values: Vec<_> = parts.into_iter().map(|p| (movesense::DATA, p)).collect();
        let read = samples(&say(&mut *Kind::Movesense.decoder(104.0), &values));
        prop_assert_eq!(read.len(), sent.len());
        for ((_, got), want) in read.iter().zip(&sent) {
            prop_assert!(near(got.acc_mps2, want.acc_mps2, 1e-4) && near(got.gyr_dps, want.gyr_dps, 1e-3));
        }
    }

    #[test]
    fn dot_figures_come_back(counts in readings(), us: u32, padding in 0_usize..13) {
        let sent = figures(&counts);
        let mut bytes = dot::emit(us, &sent);
        bytes.extend(vec![0; padding]);
        let read = samples(&say(&mut *Kind::Dot.decoder(60.0), &[(dot::DATA, bytes)]));
        prop_assert_eq!(read[0].0, i64::from(us));
        prop_assert!(near(read[0].1.acc_mps2, sent.acc_mps2, 1e-4) && near(read[0].1.gyr_dps, sent.gyr_dps, 1e-3));
    }

    #[test]
    fn polar_differences_come_back(counts in prop::collection::vec(prop::array::uniform3(any::<i16>()), 1..300)) {
        let flat = vec![[1000_i16, 0, 0]; counts.len() + 2];
        let n = counts.len() as u64;
        let us = |k: u64| 1_000_000_000 + k * 1_000_000_000 / 52;
        let values = [
            (polar::CONTROL, polar::emit_started(polar::ACC, 1.0)),
            (polar::CONTROL, polar::emit_started(polar::GYRO, 0.5)),
            (polar::DATA, polar::emit(polar::ACC, 1, us(n + 1), &flat)),
            (polar::DATA, polar::emit(polar::GYRO, 0, us(n), &counts)),
        ];
        let read = samples(&say(&mut *Kind::Polar.decoder(52.0), &values));
        prop_assert_eq!(read.len(), counts.len());
        for ((_, got), want) in read.iter().zip(&counts) {
            prop_assert_eq!(got.gyr_dps, want.map(|v| f64::from(v) * 0.5));
        }
    }

    #[test]
    fn belts_and_beats_come_back(speed in 0_u16..3000, incline in prop::option::of(-300_i16..300), bpm: u16) {
        let belt = Belt {
            speed_mps: Some(f64::from(speed) * 0.01 / 3.6),
            incline_percent: incline.map(|i| f64::from(i) * 0.1),
        };
        let said = say(&mut *Kind::Treadmill.decoder(0.0), &[(treadmill::DATA, belt.emit())]);
        let [Said::Belt(back)] = &said[..] else { panic!("{said:?}") };
        prop_assert!((back.speed_mps.unwrap() - belt.speed_mps.unwrap()).abs() < 1e-9);
        prop_assert_eq!(back.incline_percent, belt.incline_percent);
        let beat = Beat { per_minute: bpm, contact: Some(false), intervals_s: vec![0.75] };
        let said = say(&mut *Kind::HeartRate.decoder(0.0), &[(heart_rate::MEASUREMENT, beat.emit())]);
        prop_assert_eq!(said, [Said::Heart(beat)]);
    }
}

fn figures(counts: &[i16; 6]) -> Imu {
    let v = counts.map(f64::from);
    Imu { acc_mps2: [v[0], v[1], v[2]].map(|a| a / 200.0), gyr_dps: [v[3], v[4], v[5]].map(|w| w / 16.0) }
}

fn check(said: &Said) {
    match said {
        Said::Sample(t) => assert!(t.imu.is_finite()),
        Said::Belt(b) => assert!(b.speed_mps.is_none_or(|v| (0.0..200.0).contains(&v))),
        Said::Battery(p) => assert!(*p <= 100),
        Said::Odd(odd) => assert!(!odd.to_string().is_empty()),
        _ => {}
    }
}

/// How a value of this sensor begins, and where it comes from.
fn start_of(kind: Kind) -> Option<(Uuid, Vec<u8>)> {
    Some(match kind {
        Kind::Open => (open::DATA, hex("0000 0200")),
        Kind::WitMotion => (witmotion::DATA, hex("5561")),
        Kind::Movesense => (movesense::DATA, hex("0263")),
        Kind::Polar => (polar::DATA, hex("05 00ca9a3b00000000 80")),
        Kind::MetaMotion => (metamotion::DATA, hex("0380 01")),
        Kind::Dot | Kind::HeartRate | Kind::Treadmill => return None,
    })
}
