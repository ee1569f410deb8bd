//! Movella (Xsens) DOT: the CSV of its app and exporter, in each measurement mode.
//!
//! The columns say what was measured. Rate quantities give acceleration (m/s², gravity included) and
//! angular rate (deg/s). Delta quantities give a velocity and a turn a step, from which both follow.
//! Modes with free acceleration alone have lost gravity, and orientation modes have no angular rate:
//! both are refused. `SampleTimeFine` counts microseconds in 32 bits and wraps after 71.6 minutes.

use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::super::warning::Trouble;
use super::readings::{Places, Whole, time_by_rate};
use super::text::{Cells, Table};
use super::{Decision, Fault, Format, Head, Opened, Opening, Rows, Step, acc_unit, gyr_unit};
use crate::capture::CaptureMeta;
use crate::imu::{Imu, Sample};
use crate::time::SensorTime;

pub(super) const FORMAT: Format = Format { word: "movella-dot", name: "Movella DOT CSV", looks, open };

/// Values of a 32-bit counter.
const WRAP: f64 = 4_294_967_296.0;

fn is_header(names: &[String]) -> bool {
    let has = |wanted: &str| names.iter().any(|n| n == wanted);
    has("packetcounter") && (has("sampletimefine") || has("status"))
        || has("sampletimefine") && (has("acc_x") || has("freeacc_x") || has("dv[1]"))
}

fn looks(head: &Head<'_>) -> bool {
    // MT Manager's text has the same names, other units, and tabs.
    !head.bytes.starts_with(b"//") && !head.bytes.contains(&b'\t') && head.header(is_header)
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let (mut mode, mut rate_hz) = (None, None);
    let expected = "PacketCounter,SampleTimeFine,…,Acc_X,…,Gyr_X,…";
    let table = Table::open(from.bytes, from.name, expected, is_header, |line| {
        if let Some((key, value)) = line.split_once([',', ':']) {
            let value = value.trim_matches([',', ':', ' ', '"']).to_owned();
            match key.trim().trim_end_matches(':') {
                "Measurement Mode" => mode = Some(value),
                "OutputRate" => rate_hz = value.trim_end_matches("Hz").trim().parse::<f64>().ok(),
                _ => {}
            }
        }
    })?;
    let rate_hz = from.options.rate_hz.or(rate_hz).filter(|hz| *hz > 0.0);
    let mut decided = vec![Decision::new(
        "format",
        match &mode {
            Some(mode) => format!("{}, measurement mode {mode}", FORMAT.name),
            None => FORMAT.name.to_owned(),
        },
    )];
    let named = mode.map_or_else(|| "this measurement mode".to_owned(), |m| format!("the mode {m}"));
    let meta = CaptureMeta::default();

    let has_delta = table.has("dq_?") && table.find(|n| n == "dv[1]").is_some();
    let has_rate = table.has("gyr_?");
    if !has_rate && !has_delta {
        let reason = format!("{named} has orientation instead");
        return Err(table.refuse(Problem::NoRate { reason }));
    }
    if !has_delta && !table.has("acc_?") && table.has("freeacc_?") {
        let reason = format!("{named} has free acceleration (`FreeAcc`) alone, in the frame of the earth");
        let help = "record in \"Rate quantities\", \"Custom mode 5\", or another mode that has Acc and Gyr";
        return Err(table.refuse(Problem::GravityRemoved { reason, help }));
    }

    let time = if let Some(column) = table.find(|n| n == "sampletimefine") {
        decided.push(Decision::new("time", "SampleTimeFine, µs, unwrapped"));
        fine_time(column)
    } else if let (Some(column), Some(hz)) = (table.find(|n| n == "packetcounter"), rate_hz) {
        decided.push(Decision::new("time", format!("PacketCounter at {hz} samples a second")));
        let mut counter = Unwrap::default();
        Box::new(move |cells: &Cells<'_>| Ok(counter.next(cells.number(column)?, 65_536.0) / hz))
            as super::readings::TimeOf
    } else if let Some(hz) = rate_hz {
        decided.push(Decision::new("time", format!("rows at {hz} samples a second")));
        time_by_rate(hz)
    } else {
        return Err(table.refuse(Problem::NeedsRate));
    };
    decided.push(Decision::new("gravity", "included"));
    let rows: Box<dyn Rows> = if has_delta && !has_rate {
        decided.push(Decision::new("acceleration", "dv over the time of its step: m/s²"));
        decided.push(Decision::new("angular rate", "turn of dq over the time of its step: deg/s"));
        let turn = [table.need("dq_w")?, table.need("dq_x")?, table.need("dq_y")?, table.need("dq_z")?];
        let velocity = [table.need("dv[1]")?, table.need("dv[2]")?, table.need("dv[3]")?];
        Box::new(Deltas { table, time, turn, velocity, rate_hz, before: None })
    } else {
        let mps2 = acc_unit(from.options, AccUnit::Mps2, &mut decided);
        let dps = gyr_unit(from.options, GyrUnit::Dps, &mut decided);
        let shank = Places {
            acc: table.triple("acc_?")?,
            gyr: table.triple("gyr_?")?,
            mps2: [mps2; 3],
            dps: [dps; 3],
        };
        Box::new(Whole { table, time, shank, thigh: None })
    };
    Ok(Opened { rows, meta, thigh: false, decided })
}

fn fine_time(column: usize) -> super::readings::TimeOf {
    let mut counter = Unwrap::default();
    Box::new(move |cells| Ok(counter.next(cells.number(column)?, WRAP) / 1e6))
}

/// Follows a counter over its wraps.
#[derive(Default)]
struct Unwrap {
    before: Option<f64>,
    wraps: f64,
}

impl Unwrap {
    fn next(&mut self, value: f64, period: f64) -> f64 {
        if self.before.is_some_and(|b| b - value > period / 2.0) {
            self.wraps += period;
        }
        self.before = Some(value);
        value + self.wraps
    }
}

/// Rows of what changed since the row before.
struct Deltas {
    table: Table,
    time: super::readings::TimeOf,
    turn: [usize; 4],
    velocity: [usize; 3],
    /// The rate at which steps are made, where it is told.
    rate_hz: Option<f64>,
    before: Option<f64>,
}

impl Deltas {
    fn sample(
        cells: &Cells<'_>,
        t: f64,
        step_s: f64,
        turn: [usize; 4],
        velocity: [usize; 3],
    ) -> Result<Sample, Fault> {
        let time = SensorTime::from_seconds(t).ok_or_else(|| cells.fault(Trouble::NotFinite, None))?;
        let dv = cells.triple(velocity)?;
        let w = cells.number(turn[0])?;
        let v = cells.triple([turn[1], turn[2], turn[3]])?;
        let size = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
        // Both signs of a quaternion are one turn: the shorter way round is meant.
        let angle_deg = 2.0 * libm::atan2(size, w.abs()).to_degrees() * w.signum();
        let per_size = if size > 0.0 { angle_deg / size / step_s } else { 0.0 };
        let shank = Imu { acc_mps2: dv.map(|d| d / step_s), gyr_dps: v.map(|q| q * per_size) };
        Ok(Sample { time, shank, thigh: None })
    }
}

impl Rows for Deltas {
    fn step(&mut self) -> Result<Step, ReadError> {
        loop {
            let Some(cells) = self.table.next_row()? else {
                return Ok(Step::End);
            };
            let t = match (self.time)(&cells) {
                Ok(t) => t,
                Err(fault) => return Ok(Step::LeftOut(fault)),
            };
            let before = self.before.replace(t);
            // A lost row makes the time longer, not the step.
            let step_s = self.rate_hz.map(|hz| 1.0 / hz).or_else(|| before.map(|b| t - b));
            let Some(step_s) = step_s.filter(|s| *s > 0.0) else {
                continue;
            };
            return Ok(match Self::sample(&cells, t, step_s, self.turn, self.velocity) {
                Ok(sample) => Step::Sample(sample),
                Err(fault) => Step::LeftOut(fault),
            });
        }
    }

    fn bytes(&self) -> u64 {
        self.table.bytes()
    }
}
