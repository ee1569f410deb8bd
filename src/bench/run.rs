//! Runs detectors over labelled captures, several captures at a time.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::corpus::{Labelled, Loaded};
use super::detector::Detector;
use crate::evaluate::pool::{Figures, pool};
use crate::evaluate::{CaptureScore, score};
use crate::source::ReadError;
use crate::truth::Evidence;

/// Scores of one capture, one for each detector in their order.
#[derive(Debug)]
pub struct Scored {
    /// The scores.
    pub scores: Vec<CaptureScore>,
    /// Why it could not be read.
    pub failure: Option<ReadError>,
}

/// Captures that are pooled: one folder, one kind of evidence, or one kind over all folders.
#[derive(Debug, PartialEq)]
pub struct Group {
    /// The folder; `None` when it is all folders.
    pub folder: Option<String>,
    /// What its figures are worth.
    pub kind: Evidence,
    /// Places of its captures in the list.
    pub captures: Vec<usize>,
    /// Figures of each detector, in their order.
    pub figures: Vec<Figures>,
}

/// Scores every capture with every detector. The result does not depend on `jobs`.
pub fn run(
    captures: &[Labelled],
    detectors: &[Detector],
    jobs: NonZeroUsize,
    done: &(impl Fn() + Sync),
) -> Vec<Scored> {
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<Scored>>> = captures.iter().map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(captures.len()) {
            scope.spawn(|| {
                while let Some((capture, slot)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    captures.get(i).zip(slots.get(i))
                } {
                    let scored = run_one(capture, detectors);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(scored);
                    }
                    done();
                }
            });
        }
    });
    slots.into_iter().filter_map(|slot| slot.into_inner().ok().flatten()).collect()
}

fn run_one(capture: &Labelled, detectors: &[Detector]) -> Scored {
    let loaded = capture.load();
    let span = loaded.as_ref().map_or_else(|_| labelled_span(capture), Loaded::span_s);
    let scores = detectors
        .iter()
        .map(|detector| {
            let said = loaded.as_ref().ok().map(|l| detector.run(&l.meta, &l.samples));
            let mut score = score(&capture.truth, capture.knee.as_ref(), said.as_ref(), span);
            score.events.retain(|(kind, _)| detector.knows(*kind));
            if !detector.tells_strides() {
                score.direction = None;
                score.contact = None;
                score.knee = None;
                score.knee_min = None;
                score.hazards = None;
            }
            score
        })
        .collect();
    Scored { scores, failure: loaded.err() }
}

/// The span of the labels, for a capture that cannot be read: all of it counts as unanswered.
fn labelled_span(capture: &Labelled) -> (f64, f64) {
    let spans = capture.truth.activity.as_deref().unwrap_or_default();
    let start = spans.iter().map(|a| a.start_s).reduce(f64::min);
    let end = spans.iter().map(|a| a.end_s).reduce(f64::max);
    (start.unwrap_or(0.0), end.unwrap_or(0.0))
}

/// Groups by folder and kind, in the order of the captures.
pub fn by_folder(captures: &[Labelled], scored: &[Scored], detectors: usize) -> Vec<Group> {
    let keys = captures.iter().map(|c| (Some(c.folder.clone()), c.truth.kind));
    group(keys, scored, detectors)
}

/// Groups by kind of evidence alone, in the order of the kinds.
pub fn by_kind(captures: &[Labelled], scored: &[Scored], detectors: usize) -> Vec<Group> {
    let mut groups = group(captures.iter().map(|c| (None, c.truth.kind)), scored, detectors);
    groups.sort_by_key(|g| g.kind);
    groups
}

fn group(
    keys: impl Iterator<Item = (Option<String>, Evidence)>,
    scored: &[Scored],
    detectors: usize,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (i, (folder, kind)) in keys.enumerate() {
        match groups.iter_mut().find(|g| g.folder == folder && g.kind == kind) {
            Some(group) => group.captures.push(i),
            None => groups.push(Group { folder, kind, captures: vec![i], figures: Vec::new() }),
        }
    }
    for group in &mut groups {
        group.figures = (0..detectors)
            .map(|d| pool(group.captures.iter().filter_map(|&i| scored.get(i)?.scores.get(d))))
            .collect();
    }
    groups
}
