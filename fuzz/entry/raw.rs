//! Any bytes as the raw events of a session: events or an error; the rows that the decoders make of them
//! are in order, and what is written of an event reads back. The fuzzer and the corpus test run this one
//! function.

use retrogait::capture::CaptureMeta;
use retrogait::link::intake::What;
use retrogait::live::assemble::{Assembly, Found};
use retrogait::live::raw::{RawReader, head, line};

/// Events after which a run is long enough.
const EVENTS: usize = 20_000;
/// Sensors that a run may have: one of each role, and some that are double.
const SENSORS: usize = 8;

/// Reads bytes as raw events, and decodes them.
pub fn run(bytes: &[u8]) {
    let Ok(mut reader) = RawReader::new(bytes) else { return };
    if reader.parts().len() > SENSORS {
        return;
    }
    let parts = reader.parts().to_vec();
    let mut rows = Assembly::new(&parts);
    let mut pipeline =
        retrogait::pipeline::Pipeline::new(&CaptureMeta::default(), retrogait::pipeline::Settings::default());
    let mut before = None;
    let mut text = String::new();
    let mut end = None;
    for _ in 0..EVENTS {
        let Ok(Some(event)) = reader.next_event() else { break };
        end = Some(event.at);
        if !matches!(event.what, What::State(_)) {
            text.clear();
            text.push_str(&head(&parts, ""));
            line(&event, &mut text);
            let mut again = RawReader::new(text.as_bytes()).expect("it was just written");
            assert_eq!(again.next_event().ok().flatten().as_ref(), Some(&event));
        }
        rows.take(&event, &mut |found| {
            if let Found::Row(row) = found {
                assert!(row.sample.shank.is_finite());
                assert!(before.is_none_or(|b| b < row.sample.time), "rows go forward");
                before = Some(row.sample.time);
                pipeline.push(&row.sample, &mut |_| {});
            }
        });
    }
    if let Some(end) = end {
        rows.finish(end, &mut |_| {});
    }
    pipeline.finish(&mut |_| {});
}
