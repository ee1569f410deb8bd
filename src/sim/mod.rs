//! A walker that can be made to do anything, with the truth about all of it.
//!
//! A [`setup::Setup`] says what is played, by whom, and with which sensor. From it come a whole
//! [`setup::Recording`] in memory, or a [`live::Live`] source: packets as they arrive over a link
//! that loses, delays and repeats them. Both are functions of the setup alone, bit by bit, on every
//! machine: nothing here reads a clock, starts a thread or calls a float function of the platform.
//!
//! ```
//! use retrogait::pipeline::{Pipeline, Settings};
//! use retrogait::sim::scenario::Scenario;
//! use retrogait::sim::setup::Setup;
//!
//! let scenario = Scenario::named("bw_normal_coached").expect("it is in the catalogue");
//! let mut live = Setup::scenario(scenario).live()?;
//! let mut pipeline = Pipeline::new(&live.meta(), Settings::default());
//! for packet in live.by_ref() {
//!     // A live session waits here until `packet.arrives_s` on its own clock.
//!     if packet.again {
//!         continue; // known by its number
//!     }
//!     for step in &packet.steps {
//!         pipeline.push(&step.sample, &mut |_output| {});
//!     }
//! }
//! assert!(live.truth().events.is_some_and(|events| !events.is_empty()));
//! # Ok::<(), retrogait::sim::setup::SetupError>(())
//! ```
pub(crate) mod act;
mod anchor;
pub mod body;
mod carriage;
mod chain;
mod correction;
pub mod device;
pub mod expect;
mod filter;
mod foot;
mod footfall;
mod fourier;
mod frontal;
mod gait;
mod hazard;
mod hip;
mod itinerary;
pub mod label;
pub mod link;
pub mod live;
mod math;
mod path;
mod pelvis;
mod plan;
mod random;
mod rigid;
pub mod scenario;
mod scene;
pub mod script;
mod series;
pub mod setup;
mod shock;
mod skeleton;
pub mod strap;
mod swing;
pub mod truth;
pub mod units;
pub mod walker;
