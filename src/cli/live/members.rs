//! Which sensors a session is made of.

use std::path::PathBuf;

use super::ask::Ask;
use super::sim::{self, Sim};
use crate::capture::CaptureMeta;
use crate::cli::exit::UsageError;
use crate::cli::radio;
use crate::cli::sensors::known;
use crate::decode::table::{Kind, USUAL_HZ};
use crate::live::assemble::{Part, Role};
use crate::live::registry::Sensor;

/// One sensor of the session, as people call it.
pub(super) struct Member {
    pub(super) label: String,
    pub(super) address: String,
    pub(super) part: Part,
}

/// What the session is made of.
pub(super) struct Members {
    pub(super) all: Vec<Member>,
    pub(super) meta: CaptureMeta,
    /// Files of the calibrations of the shank's sensor and the thigh's, where they have been calibrated.
    pub(super) calibrations: [Option<PathBuf>; 2],
}

impl Members {
    pub(super) fn parts(&self) -> Vec<Part> {
        self.all.iter().map(|m| m.part.clone()).collect()
    }
}

pub(super) fn simulated(ask: &Ask<'_>, sim: &Sim) -> Members {
    let member = |role, address: &str| Member {
        label: format!("simulated {}", &address[4..]),
        address: address.to_owned(),
        part: Part { role, kind: Kind::Open, rate_hz: sim.setup.rate_hz },
    };
    let mut members = vec![member(Role::Shank, sim::SHANK)];
    if sim.setup.thigh {
        members.push(member(Role::Thigh, sim::THIGH));
    }
    Members { all: members, meta: ask.meta(sim.meta()), calibrations: [None, None] }
}

/// The paired sensors that are asked for.
pub(super) fn paired(ask: &Ask<'_>) -> anyhow::Result<Members> {
    let registry = radio::registry()?;
    let mut members = Vec::new();
    let mut meta = CaptureMeta::default();
    let mut calibrations = [None, None];
    let asked = [
        (Some(&ask.sensor), Role::Shank),
        (ask.thigh.as_ref(), Role::Thigh),
        (ask.treadmill.as_ref(), Role::Treadmill),
        (ask.heart.as_ref(), Role::Heart),
    ];
    for (name, role) in asked {
        let Some(name) = name else { continue };
        let sensor = known(&registry, name)?;
        fits(sensor, role)?;
        if role == Role::Treadmill && ask.stop_treadmill && !sensor.may_stop {
            return Err(UsageError::new(format!("`{}` may not be stopped by the program", sensor.name))
                .help("pair it again with `retrogait pair --treadmill --may-stop`, or leave `stop.treadmill` off")
                .into());
        }
        let usual = sensor.rate_hz.unwrap_or(USUAL_HZ);
        members.push(Member {
            label: sensor.name.clone(),
            address: sensor.address.clone(),
            part: Part { role, kind: sensor.kind, rate_hz: ask.args.rate.unwrap_or(usual) },
        });
        match role {
            Role::Shank => {
                (meta.side, meta.mount) = (sensor.side, sensor.mount());
                calibrations[0].clone_from(&sensor.calibration);
            }
            Role::Thigh => {
                meta.thigh_mount = sensor.mount();
                calibrations[1].clone_from(&sensor.calibration);
            }
            Role::Treadmill | Role::Heart => {}
        }
    }
    if ask.stop_treadmill && ask.treadmill.is_none() {
        return Err(UsageError::new("`stop.treadmill` is on, and no treadmill is named")
            .help(
                "pass `--treadmill NAME`, or turn it off (`retrogait config --print` shows where it is set)",
            )
            .into());
    }
    Ok(Members { all: members, meta: ask.meta(meta), calibrations })
}

fn fits(sensor: &Sensor, role: Role) -> Result<(), UsageError> {
    let right = match role {
        Role::Shank | Role::Thigh => sensor.kind.is_inertial(),
        Role::Treadmill => sensor.kind == Kind::Treadmill,
        Role::Heart => sensor.kind == Kind::HeartRate || sensor.kind == Kind::Polar,
    };
    if right {
        return Ok(());
    }
    let (name, kind) = (&sensor.name, sensor.kind.row().name);
    Err(UsageError::new(format!("`{name}` is a {kind}, and cannot be the {} sensor", role.word())))
}
