//! What all mathematics here is made with, in `f64`: quadrature, seeded random numbers, special functions, matrices with
//! checked sizes, estimates with their errors, and checks of one computation against another.
//!
//! Knows of no chapter, no model and no browser.

pub mod adam;
pub mod check;
pub mod error;
pub mod gaussian_expectation;
pub mod grid;
pub mod jackknife;
pub mod log_sum_exp;
pub mod matrices;
pub mod quadrature;
pub mod random;
pub mod special;

pub use check::{Check, Estimate};
pub use error::{Error, Result};
