//! Chapter 2: densities, their samples, and how they are fitted to data.

pub mod density;
pub mod energy;
pub mod expectation_maximization;
pub mod gaussian;
pub mod histogram;
pub mod likelihood_contours;
pub mod maximum_likelihood;
pub mod mixture;
pub mod mixture_fit;
pub mod multivariate_gaussian;
pub mod push_forward;
