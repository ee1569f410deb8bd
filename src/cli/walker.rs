//! Who walks: somebody whose sessions are kept, a person file, or nobody in particular.

use std::path::Path;

use anyhow::Context;

use super::exit;
use super::store_args::StoreArgs;
use crate::calibrate::file::Calibration;
use crate::capture::CaptureMeta;
use crate::person::{Aims, Person};
use crate::pipeline::Settings;
use crate::plan::Plan;
use crate::safety::baseline::{self, today};
use crate::safety::tuning::Tuning;
use crate::store::people::Prescribed;

/// Who walks.
#[derive(Clone, Debug, Default)]
pub(super) struct Walker {
    /// What to call them.
    pub(super) name: String,
    /// What is known of them.
    pub(super) person: Person,
    prescribed: Prescribed,
    /// Whether their sessions are kept.
    pub(super) kept: bool,
}

impl Walker {
    /// Somebody of whom nothing else is known.
    pub(super) fn called(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// By a name of the store, or a file.
    pub(super) fn find(asked: Option<&str>, store: &StoreArgs) -> anyhow::Result<Self> {
        let Some(asked) = asked else { return Ok(Self::default()) };
        let path = Path::new(asked);
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) || path.is_file() {
            let person = Person::read(path)?;
            let stem = || path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            let name = person.name.clone().unwrap_or_else(stem);
            return Ok(Self { name, person, ..Self::default() });
        }
        let found = store.open()?.person(asked)?;
        Ok(Self { name: found.name, person: found.person, prescribed: found.prescribed, kept: true })
    }

    /// The plan, held to what this person's therapist asks for where that is said.
    pub(super) fn plan(&self, mut plan: Plan) -> Plan {
        plan.targets.knee_deg = self.person.knee.target_deg.or(plan.targets.knee_deg);
        if let Some(share) = self.prescribed.toe_first {
            plan.targets.toe_first_percent = 100.0 * share;
        }
        plan
    }

    /// Held to what the plan asks for where nobody has said anything of their own.
    pub(super) fn on(mut self, plan: Option<&Plan>) -> Self {
        let knee = &mut self.person.knee;
        knee.target_deg = knee.target_deg.or_else(|| plan.and_then(|p| p.targets.knee_deg));
        self
    }

    /// How a session of these sensors is judged.
    pub(super) fn settings(
        &self,
        meta: &CaptureMeta,
        rules: &Tuning,
        calibration: Option<&Calibration>,
    ) -> anyhow::Result<Settings> {
        let usual = match self.person.baseline.as_ref().map(|b| baseline::usual(b, meta, today())) {
            None => None,
            Some(Ok(usual)) => Some(usual),
            Some(Err(why)) => {
                exit::warn(&format!("the baseline is not used for alerts: {why}"));
                None
            }
        };
        let reference = calibration
            .map(|c| c.for_capture(meta))
            .transpose()
            .context("the sensors do not sit as they were calibrated")?;
        Ok(Settings {
            series: true,
            rules: *rules,
            usual: usual.unwrap_or_default(),
            aims: Aims::of(&self.person, meta.side),
            reference,
        })
    }
}
