//! WitMotion: the text that its program writes, a row a frame, separated by tabs.
//!
//! Acceleration is in g and has gravity in it, angular rate in deg/s. `ChipTime` is the sensor's own
//! clock and goes before `time`, when the row reached the computer. Several sensors may share a file.

use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::super::warning::Trouble;
use super::readings::Places;
use super::text::Table;
use super::{Decision, Format, Head, Opened, Opening, Rows, Step, acc_unit, dates, gyr_unit};
use crate::capture::CaptureMeta;
use crate::imu::Sample;
use crate::time::SensorTime;

pub(super) const FORMAT: Format = Format { word: "witmotion", name: "WitMotion text", looks, open };

/// The names of the first axis, in the languages of the program.
const ACC: [&str; 2] = ["acc?(g)", "加速度?(g)"];
const GYR: [&str; 4] = ["as?(/s)", "角速度?(/s)", "gyro?(/s)", "w?(/s)"];

fn axes(table: &[String], stems: &[&str]) -> Option<[usize; 3]> {
    stems.iter().find_map(|stem| {
        let find = |axis: &str| table.iter().position(|n| *n == stem.replace('?', axis));
        Some([find("x")?, find("y")?, find("z")?])
    })
}

fn is_header(names: &[String]) -> bool {
    axes(names, &ACC).is_some()
        && names
            .iter()
            .any(|n| matches!(n.as_str(), "time" | "时间" | "chiptime()" | "chiptime" | "片上时间()"))
}

fn looks(head: &Head<'_>) -> bool {
    head.header(is_header)
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let table =
        Table::open(from.bytes, from.name, "time, DeviceName, ChipTime(), AccX(g), …", is_header, |_| {})?;
    let names = table.plain_names();
    let Some(acc) = axes(names, &ACC) else {
        return Err(table.refuse(Problem::NotOfKind { kind: FORMAT.name.into() }));
    };
    let Some(gyr) = axes(names, &GYR) else {
        let reason = "there are no columns `AsX(°/s)` to `AsZ(°/s)`".to_owned();
        return Err(table.refuse(Problem::NoRate { reason }));
    };
    let column = |words: &[&str]| table.find(|n| words.contains(&n));
    let times = [column(&["chiptime()", "chiptime", "片上时间()"]), column(&["time", "时间"])];
    let device = column(&["devicename", "设备名称"]);
    let mut decided = vec![Decision::new("format", FORMAT.name)];
    let mps2 = acc_unit(from.options, AccUnit::G, &mut decided);
    let dps = gyr_unit(from.options, GyrUnit::Dps, &mut decided);
    decided.push(Decision::new("gravity", "included"));
    let places = Places { acc, gyr, mps2: [mps2; 3], dps: [dps; 3] };
    let mut rows = Frames {
        table,
        places,
        times,
        clock: None,
        device,
        wanted: from.options.sensor.clone(),
        told: from.options.sensor.is_some(),
    };
    rows.choose_clock()?;
    decided.push(Decision::new(
        "time",
        match rows.clock {
            Some(c) if Some(c) == times[0] => "ChipTime, the sensor's own clock",
            _ => "time, the computer's clock when the row came",
        },
    ));
    if let Some(sensor) = &rows.wanted {
        decided.push(Decision::new("sensor", sensor.clone()));
    }
    Ok(Opened { rows: Box::new(rows), meta: CaptureMeta::default(), thigh: false, decided })
}

struct Frames {
    table: Table,
    places: Places,
    times: [Option<usize>; 2],
    clock: Option<usize>,
    device: Option<usize>,
    /// The sensor whose rows are read: the one told, or the first.
    wanted: Option<String>,
    told: bool,
}

impl Frames {
    /// Takes the first of the two clocks that the first row has a time of.
    fn choose_clock(&mut self) -> Result<(), ReadError> {
        let Some(cells) = self.table.next_row()? else {
            return Err(self.table.refuse(Problem::NoRows));
        };
        self.clock =
            self.times.into_iter().flatten().find(|&c| cells.text(c).and_then(dates::seconds).is_some());
        if let (None, Some(device)) = (&self.wanted, self.device) {
            self.wanted = cells.text(device).map(str::to_owned);
        }
        if self.clock.is_none() {
            let column = self.times[1].or(self.times[0]);
            let found = column.and_then(|c| cells.text(c)).unwrap_or_default().to_owned();
            let expected = "a date and time such as `2026-10-02T07:48:45.830`".to_owned();
            return Err(self.table.refuse(Problem::Expected {
                expected,
                found: format!("`{found}`"),
                help: "",
            }));
        }
        self.table.hold();
        Ok(())
    }
}

impl Rows for Frames {
    fn step(&mut self) -> Result<Step, ReadError> {
        loop {
            let Some(cells) = self.table.next_row()? else {
                return Ok(Step::End);
            };
            if let (Some(device), Some(wanted)) = (self.device, &self.wanted)
                && let Some(found) = cells.text(device)
                && found != wanted
                && !found.is_empty()
            {
                if self.told {
                    continue;
                }
                let found = vec![wanted.clone(), found.to_owned()];
                return Err(self.table.refuse(Problem::SeveralSensors { found }));
            }
            let clock = self.clock.unwrap_or_default();
            let Some(time) = cells.text(clock).and_then(dates::seconds).and_then(SensorTime::from_seconds)
            else {
                let cut = cells.text(clock).is_none();
                let trouble = if cut { Trouble::ShortRow } else { Trouble::NotANumber };
                return Ok(Step::LeftOut(cells.fault(trouble, Some(clock))));
            };
            return Ok(match self.places.imu(&cells) {
                Ok(shank) => Step::Sample(Sample { time, shank, thigh: None }),
                Err(fault) => Step::LeftOut(fault),
            });
        }
    }

    fn bytes(&self) -> u64 {
        self.table.bytes()
    }
}
