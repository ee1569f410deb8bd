//! What is asked before the first step.

use serde::Serialize;

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The word that files use.
    pub key: &'static str,
    /// What is confirmed.
    pub words: &'static str,
}

/// What must be so before anyone walks backward on a belt.
pub const ITEMS: [Item; 5] = [
    Item {
        key: "clearance",
        words: "A doctor or therapist agrees (after surgery, with joint pain or unsure balance)",
    },
    Item { key: "clip", words: "The safety clip is on and pulls the plug; outdoors someone walks along" },
    Item { key: "rails", words: "The rails are within reach of both hands" },
    Item { key: "flat", words: "The belt is flat, and the way behind is clear" },
    Item { key: "well", words: "No dizziness, no new swelling, shoes tied" },
];

/// The answers so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Answers {
    /// Which items are confirmed.
    pub confirmed: [bool; ITEMS.len()],
    /// Pain today, 0 to 10.
    pub pain: Option<u8>,
    /// Left out by a flag.
    pub skipped: bool,
}

impl Answers {
    /// None was asked.
    pub fn skipped() -> Self {
        Self { skipped: true, ..Self::default() }
    }

    /// Whether walking may begin.
    pub fn complete(&self) -> bool {
        self.skipped || (self.confirmed.iter().all(|c| *c) && self.pain.is_some())
    }
}
