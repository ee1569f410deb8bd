//! What a session is asked to be, by flags, environment and configuration.

use super::LiveArgs;
use crate::calibrate::file::Calibration;
use crate::capture::CaptureMeta;
use crate::cli::after::{After, Kept};
use crate::cli::desk::{self, Desk};
use crate::cli::exit::UsageError;
use crate::cli::settings::{Key, Settings as InForce};
use crate::cli::walker::Walker;
use crate::plan::Plan;
use crate::safety::tuning::Tuning;

/// What is asked for, by flags, environment and configuration.
pub(super) struct Ask<'a> {
    pub(super) args: &'a LiveArgs,
    pub(super) sensor: String,
    pub(super) thigh: Option<String>,
    pub(super) treadmill: Option<String>,
    pub(super) heart: Option<String>,
    pub(super) plan: Option<Plan>,
    pub(super) record: bool,
    pub(super) walker: Walker,
    pub(super) rules: Tuning,
    pub(super) calibration: Option<Calibration>,
    pub(super) stop_treadmill: bool,
    pub(super) desk: Desk,
    /// Whether it is played: simulated, or a recording.
    pub(super) played: bool,
}

impl LiveArgs {
    pub(super) fn in_force(&self) -> anyhow::Result<InForce> {
        let mut settings = self.config.settings()?;
        settings.flag(Key::Sensor, self.sensor.as_ref());
        settings.flag(Key::Thigh, self.thigh.as_ref());
        settings.flag(Key::Treadmill, self.treadmill.as_ref());
        settings.flag(Key::Heart, self.heart.as_ref());
        settings.flag(Key::Person, self.person.as_ref());
        settings.flag(Key::Plan, self.plan.as_ref());
        settings.flag(Key::Record, self.record.as_ref().map(|_| true).or(self.no_record.then_some(false)));
        settings.flag(Key::StopTreadmill, self.stop_treadmill.then_some(true));
        self.desk.over(&mut settings);
        Ok(settings)
    }
}

impl<'a> Ask<'a> {
    pub(super) fn new(args: &'a LiveArgs, settings: &InForce) -> anyhow::Result<Self> {
        let Some(sensor) = settings.text(Key::Sensor).map(str::to_owned) else {
            return Err(UsageError::new("no sensor is named")
                .help("pass `--sensor NAME` (`retrogait sensors` lists those that were paired), or try `--sensor sim:bw_normal_coached`")
                .into());
        };
        let played = sensor.starts_with("sim:") || sensor.starts_with("file:");
        // What is configured are real sensors: they do not go with played ones.
        let beside = |key, flag: &Option<String>| {
            if played || args.bare { flag.clone() } else { settings.text(key).map(str::to_owned) }
        };
        let also = |key| settings.text(key).filter(|_| !args.bare);
        let walker = Walker::find(also(Key::Person), &args.store)?;
        let plan = also(Key::Plan).map(desk::plan).transpose()?.map(|p| walker.plan(p));
        if plan.is_none() {
            for (given, flag) in
                [(args.skip_checklist, "--skip-checklist"), (args.commands.is_some(), "--commands")]
            {
                if given {
                    return Err(UsageError::new(format!("`{flag}` is for a session with a plan"))
                        .help("add `--plan NAME`; `retrogait plan list` shows all")
                        .into());
                }
            }
        }
        if args.keep && !walker.kept {
            return Err(UsageError::new("`--keep` needs to know whose session it is")
                .help("add `--person NAME`, of somebody who was added by `retrogait person add`")
                .into());
        }
        Ok(Self {
            thigh: beside(Key::Thigh, &args.thigh),
            treadmill: beside(Key::Treadmill, &args.treadmill),
            heart: beside(Key::Heart, &args.heart),
            record: settings.is_on(Key::Record),
            walker: walker.on(plan.as_ref()),
            plan,
            rules: settings.rules,
            calibration: args.calibration.as_deref().map(Calibration::read).transpose()?,
            stop_treadmill: settings.is_on(Key::StopTreadmill) && !played && !args.bare,
            desk: if args.bare { Desk::of(&InForce::default())? } else { Desk::of(settings)? },
            played,
            sensor,
            args,
        })
    }

    /// Whether it is kept among somebody's sessions.
    pub(super) fn is_kept(&self) -> bool {
        self.walker.kept && !self.args.no_record && (!self.played || self.args.keep)
    }

    /// What the sensors say of themselves, filled up with what is known of the person.
    pub(super) fn meta(&self, mut meta: CaptureMeta) -> CaptureMeta {
        self.args.meta.overrides().apply(&mut meta);
        self.walker.person.fill(&meta)
    }

    pub(super) fn after(&self, rules: &Tuning) -> After {
        After {
            person: self.walker.person.clone(),
            rules: *rules,
            calibration: self.calibration.clone(),
            sensor: self.sensor.clone(),
            keep: self.is_kept().then(|| Kept {
                name: self.walker.name.clone(),
                store: self.args.store.clone(),
                only: !self.record,
            }),
            force: self.args.force,
            nothing: self.args.bare,
        }
    }
}
