//! The walker as a live source: packets as they come over the link.
//!
//! No thread and no clock: whoever runs a session in real time holds each packet back until its
//! [`Packet::arrives_s`]; whoever tests one does not.

use super::link::{Faults, Link, Packet};
use super::setup::{Setup, SetupError};
use super::truth::Labels;
use super::walker::Walker;
use crate::capture::CaptureMeta;
use crate::truth::Truth;

/// A simulated session in progress: an iterator over the packets that arrive, in the order in which
/// they do, with what has truly happened so far.
///
/// Packets that the link repeats after an interruption come again, marked [`Packet::again`] and
/// with the number of their first sample, as a radio's own counter would tell.
#[derive(Debug)]
pub struct Live {
    link: Link<Walker>,
    faults: Faults,
    labels: Labels,
    meta: CaptureMeta,
    source: String,
}

impl Live {
    pub(crate) fn new(setup: &Setup) -> Result<Self, SetupError> {
        let faults = setup.faults();
        let length_s = setup.expected_s();
        Ok(Self {
            link: Link::new(setup.walker()?, faults, setup.seed, length_s),
            faults,
            labels: Labels::default(),
            meta: setup.meta(),
            source: setup.source(),
        })
    }

    /// What the capture says about itself.
    pub fn meta(&self) -> CaptureMeta {
        self.meta.clone()
    }

    /// The labels of all that has been told so far, on the capture's clock; those of everything
    /// once the packets have ended.
    pub fn truth(&self) -> Truth {
        self.labels.clone().truth(&self.source)
    }
}

impl Iterator for Live {
    type Item = Packet;

    fn next(&mut self) -> Option<Packet> {
        let packet = self.link.next_packet();
        for fact in self.link.source_mut().take_facts() {
            let faults = &self.faults;
            self.labels.add(fact.on_clock(|t| faults.clock(t)));
        }
        packet
    }
}
