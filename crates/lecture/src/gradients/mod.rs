//! Chapter 7: gradients through a sample.

pub mod covariance_axes;
pub mod full_covariance;
pub mod gradient_estimators;
pub mod gradient_histogram;
pub mod naive_swap;
pub mod reparameterization;
