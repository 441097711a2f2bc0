//! Chapter 6: the evidence lower bound.

pub mod amortization;
pub mod elbo_derivation;
pub mod elbo_terms;
pub mod em_to_vae;
pub mod evidence_lower_bound;
pub mod evidence_lower_bound_ascent;
pub mod evidence_lower_bound_diagonal;
