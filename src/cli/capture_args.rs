//! Flags that say how captures are to be read.

use std::path::PathBuf;

use clap::Args;

use super::mapping::{self, Mapping};
use crate::capture::{CaptureMeta, Placement};
use crate::mount::{Mount, Side};
use crate::source::{
    AccUnit, Format, GyrUnit, Kind, MetaKey, Overrides, ReadOptions, TimeUnit, check_metadata,
};

/// How captures are to be read where they do not say so, or say it wrong.
#[derive(Debug, Default, Args)]
pub(super) struct CaptureArgs {
    /// Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]
    #[arg(long, value_name = "UNIT", help_heading = "Units and columns")]
    acc_unit: Option<AccUnit>,

    /// Unit of angular rate: dps or rad/s [default: dps, checked against gravity]
    #[arg(long, value_name = "UNIT", help_heading = "Units and columns")]
    gyr_unit: Option<GyrUnit>,

    /// Unit of time: s, ms or us [default: s]
    #[arg(long, value_name = "UNIT", help_heading = "Units and columns")]
    time_unit: Option<TimeUnit>,

    /// Read column NAME from the one called HEADER in the file (repeatable)
    #[arg(long, value_name = "NAME=HEADER", value_parser = column, help_heading = "Units and columns")]
    column: Vec<(String, String)>,

    /// Read columns from others, all in one: `time_s=t,acc_x=ax,...`
    #[arg(long, value_name = "LIST", value_parser = columns, help_heading = "Units and columns")]
    columns: Option<ColumnList>,

    /// Remember the columns and units given under NAME, for `--from NAME`
    #[arg(long, value_name = "NAME", help_heading = "Units and columns")]
    save_as: Option<String>,

    /// What the file is: a format or a mapping saved by `--save-as` [default: told by its content]
    ///
    /// Formats: capture, axivity, body-frame, metabase, motion-bids, movella-dot, movesense,
    /// movesense-csv, phyphox, sensor-logger, witmotion.
    #[arg(long, value_name = "KIND", help_heading = "Files of other loggers")]
    from: Option<String>,

    /// The sensor to read from a file that has several
    #[arg(long, value_name = "NAME", help_heading = "Files of other loggers")]
    pub(super) sensor: Option<String>,

    /// The other file of a pair, where its name does not tell
    #[arg(long, value_name = "FILE", help_heading = "Files of other loggers")]
    with: Option<PathBuf>,

    /// Samples a second of a file that has no times
    #[arg(long, value_name = "HZ", value_parser = rate, help_heading = "Files of other loggers")]
    sample_rate: Option<f64>,

    #[command(flatten)]
    pub(super) meta: MetaArgs,
}

/// What is known of the capture's person and sensors.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct MetaArgs {
    /// The leg: left or right
    #[arg(long, value_parser = side, help_heading = "Metadata (goes before the capture's own)")]
    side: Option<Side>,

    /// Where the shank sensor's axes point when standing, for example x=up,y=anterior,z=left; or unknown
    #[arg(long, value_parser = mount, help_heading = "Metadata (goes before the capture's own)")]
    mount: Option<MountLine>,

    /// The same for the thigh sensor
    #[arg(long, value_name = "MOUNT", value_parser = mount, help_heading = "Metadata (goes before the capture's own)")]
    thigh_mount: Option<MountLine>,

    /// Body height, m
    #[arg(long, value_name = "M", value_parser = height, help_heading = "Metadata (goes before the capture's own)")]
    height: Option<f64>,

    /// Knee to ankle, m
    #[arg(long, value_name = "M", value_parser = shank_length, help_heading = "Metadata (goes before the capture's own)")]
    shank_length: Option<f64>,

    /// Hip to knee, m
    #[arg(long, value_name = "M", value_parser = thigh_length, help_heading = "Metadata (goes before the capture's own)")]
    thigh_length: Option<f64>,

    /// Belt speed of the treadmill, m/s
    #[arg(long, value_name = "M/S", value_parser = belt, help_heading = "Metadata (goes before the capture's own)")]
    belt: Option<f64>,

    /// Where the sensor sits: shank, ankle or foot
    #[arg(long, value_parser = placement, help_heading = "Metadata (goes before the capture's own)")]
    placement: Option<Placement>,
}

/// A mount as a flag gives it; `None` is `unknown`.
#[derive(Clone, Copy, Debug)]
pub(super) struct MountLine(pub(super) Option<Mount>);

/// Several `NAME=HEADER` in one flag.
#[derive(Clone, Debug)]
struct ColumnList(Vec<(String, String)>);

impl CaptureArgs {
    /// The options with what `--from` names, and saves them if told.
    pub(super) fn resolved(&self) -> anyhow::Result<ReadOptions> {
        let mut options = self.options();
        if let Some(word) = self.from.as_deref() {
            if word == "capture" {
                options.kind = Some(Kind::Capture);
            } else if let Some(format) = Format::of_word(word) {
                options.kind = Some(Kind::Foreign(format));
            } else {
                mapping::named(word)?.fill(&mut options)?;
                options.kind = Some(Kind::Capture);
            }
        }
        if let Some(name) = &self.save_as {
            let path = mapping::save(name, Mapping::of(&options))?;
            anstream::eprintln!("mapping `{name}` saved in {}", path.display());
        }
        Ok(options)
    }

    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            acc_unit: self.acc_unit,
            gyr_unit: self.gyr_unit,
            time_unit: self.time_unit,
            columns: self.column.iter().chain(self.columns.iter().flat_map(|l| &l.0)).cloned().collect(),
            kind: None,
            rate_hz: self.sample_rate,
            sensor: self.sensor.clone(),
            with: self.with.clone(),
            overrides: self.meta.overrides(),
        }
    }
}

impl MetaArgs {
    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            side: self.side,
            mount: self.mount.map(|m| m.0),
            thigh_mount: self.thigh_mount.map(|m| m.0),
            height_m: self.height,
            shank_length_m: self.shank_length,
            thigh_length_m: self.thigh_length,
            treadmill_mps: self.belt,
            placement: self.placement,
        }
    }
}

fn column(text: &str) -> Result<(String, String), String> {
    let (name, header) = text.split_once('=').ok_or("write NAME=HEADER, for example acc_x=AccX")?;
    let known =
        ["time_s", "acc_", "gyr_", "thigh_acc_", "thigh_gyr_"].iter().any(|k| match k.strip_suffix('_') {
            Some(stem) => ["x", "y", "z"].iter().any(|a| name == format!("{stem}_{a}")),
            None => name == *k,
        });
    if !known {
        return Err(format!(
            "`{name}` is no column of a capture: time_s, acc_x … gyr_z, thigh_acc_x … thigh_gyr_z"
        ));
    }
    Ok((name.to_owned(), header.to_owned()))
}

fn columns(text: &str) -> Result<ColumnList, String> {
    text.split(',').map(|pair| column(pair.trim())).collect::<Result<_, _>>().map(ColumnList)
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (1.0..=10_000.0).contains(&rate) { Ok(rate) } else { Err("not between 1 and 10000".into()) }
}

/// A flag's value by the rules of the metadata line of the same meaning.
fn checked<T>(key: MetaKey, text: &str, get: impl FnOnce(&CaptureMeta) -> Option<T>) -> Result<T, String> {
    let mut meta = CaptureMeta::default();
    check_metadata(key, text, &mut meta)?;
    get(&meta).ok_or_else(|| "no value".to_owned())
}

pub(super) fn side(text: &str) -> Result<Side, String> {
    checked(MetaKey::Side, text, |m| m.side)
}

pub(super) fn mount(text: &str) -> Result<MountLine, String> {
    checked(MetaKey::Mount, text, |m| Some(MountLine(m.mount)))
}

pub(super) fn height(text: &str) -> Result<f64, String> {
    checked(MetaKey::Height, text, |m| m.height_m)
}

pub(super) fn shank_length(text: &str) -> Result<f64, String> {
    checked(MetaKey::ShankLength, text, |m| m.shank_length_m)
}

pub(super) fn thigh_length(text: &str) -> Result<f64, String> {
    checked(MetaKey::ThighLength, text, |m| m.thigh_length_m)
}

fn belt(text: &str) -> Result<f64, String> {
    checked(MetaKey::Treadmill, text, |m| m.treadmill_mps)
}

fn placement(text: &str) -> Result<Placement, String> {
    checked(MetaKey::Placement, text, |m| Some(m.placement))
}
