//! Measures backward walking with one small inertial sensor on the shin.
//!
//! # The data's way
//!
//! source → decode → calibrate → orient → events → strides → safety → sinks
//!
//! # Frames and signs
//!
//! Sagittal plane, ISB-like segment frame: `x` anterior (where the person faces), `y` up along the
//! segment, `z` to the person's right, for both legs. Segment angle `theta` is measured from the
//! downward vertical, positive with the distal end anterior; `omega = d theta / dt` is about `+z`;
//! knee flexion is `theta_thigh - theta_shank`, 0 straight and positive flexed.

pub mod assess;
pub mod bench;
pub mod body;
pub mod calibrate;
pub mod capture;
pub mod cli;
pub mod decode;
pub mod evaluate;
pub mod events;
pub mod gait;
pub mod imu;
pub mod link;
pub mod live;
pub mod mount;
pub mod notice;
pub mod orient;
pub mod person;
pub mod pipeline;
pub mod plan;
pub mod record;
pub mod report;
pub mod safety;
pub mod sagittal;
pub mod screen;
pub mod scribe;
pub mod series;
pub mod session;
pub mod settings_file;
pub mod signal;
pub mod sim;
pub mod sink;
pub mod source;
pub mod stats;
pub mod store;
pub mod stride;
pub mod summary;
pub mod technique;
pub mod time;
pub mod truth;
pub mod versions;
pub mod web;
