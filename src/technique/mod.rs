//! How a backward step was taken: landed on the toes and rolled down, and the knee straightened.
//!
//! Everything here is worked out once a stride, from the memory of frames that the detector keeps.

pub mod contact;
pub mod joint;
pub mod judge;
pub mod knee;
pub mod landing;
pub mod log;
pub mod pair;
pub mod slip;
