//! The report for programs.

use serde_json::{Value, json};

use super::Material;
use super::definitions::DEFINITIONS;
use super::energy;
use super::missing::not_measured;
use super::verdict::{Verdict, spread};
use crate::record::StrideDirection;

/// The report as one JSON object.
pub fn json(m: &Material) -> Value {
    let figures = |direction| -> Value {
        DEFINITIONS
            .iter()
            .filter_map(|d| {
                let s = spread(&m.session, direction, d.figure)?;
                let round = crate::record::to_milli;
                Some((
                    d.figure.word().to_owned(),
                    json!({ "n": s.n, "median": round(s.median), "p05": round(s.p05), "p95": round(s.p95) }),
                ))
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    json!({
        "report": 1,
        "person": m.who,
        "session": m.id,
        "started": m.started.as_ref().map(ToString::to_string),
        "capture": m.capture,
        "finished": m.finished,
        "verdict": Verdict::of(m),
        "backward": figures(StrideDirection::Backward),
        "forward": figures(StrideDirection::Forward),
        "energy": energy::estimate(&m.session, m.mass_kg, m.sessions_before),
        "energy_formula": energy::FORMULA,
        "alerts": m.session.alerts,
        "pain": m.session.pain,
        "plan": m.session.plan,
        "bouts": m.session.bouts,
        "facts": m.session.facts,
        "not_measured": not_measured(m),
        "program": m.program,
        "algorithms": m.algorithms,
    })
}
