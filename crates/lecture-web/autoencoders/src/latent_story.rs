//! Figure 10.4, `latent-story`: two codes beside each other.

use elbo_lecture::quality::code_pair::CodePair;
use elbo_numerics::Check;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::in_f64;

/// Two codes compared.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CodePairShown {
    /// `KL` from the first to the second and back, in nats.
    pub kl: [f64; 2],
    /// Distance of the means in standard deviations.
    pub distance: f64,
    /// Common ground, from 0 to 1.
    pub overlap: f64,
    /// Half way between the means.
    pub midpoint: Vec<f64>,
    /// The first divergence in closed form against its integral.
    #[tsify(type = "Check")]
    pub integral: Check,
}

/// Compares the first two codes of `mu` and `log_sigma`, each `[2, latent]`.
///
/// # Errors
/// Not two codes, entries that are not finite.
#[wasm_bindgen(js_name = codePair)]
pub fn code_pair(mu: &[f32], log_sigma: &[f32]) -> Result<Ts<CodePairShown>, JsError> {
    let (mu, log_sigma) = (in_f64(mu), in_f64(log_sigma));
    let (mu1, mu2) = mu.split_at(mu.len() / 2);
    let (log_sigma1, log_sigma2) = log_sigma.split_at(log_sigma.len() / 2);
    let CodePair { kl, distance, overlap, midpoint, integral } = CodePair::compare(mu1, log_sigma1, mu2, log_sigma2)?;
    Ok(CodePairShown { kl, distance, overlap, midpoint, integral }.into_ts()?)
}
