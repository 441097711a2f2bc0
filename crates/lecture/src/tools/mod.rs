//! Chapter 5: the Kullback-Leibler divergence, and Monte Carlo.

pub mod kl;
pub mod kl_convexity;
pub mod kl_fit;
pub mod monte_carlo;
pub mod monte_carlo_run;
pub mod reverse_kl_derivatives;
