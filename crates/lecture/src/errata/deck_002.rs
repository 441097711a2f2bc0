//! A slip in deck 002.

use elbo_numerics::check::Check;
use elbo_numerics::error::Result;
use elbo_numerics::quadrature::composite;

use super::{Erratum, labelled};
use crate::distributions::gaussian::Gaussian;

pub(super) fn errata() -> Result<Vec<Erratum>> {
    let narrow = Gaussian::new(0.0, 0.1)?;
    let (low, high) = (-0.05, 0.05);
    let mass = composite(low, high, 4, |x| narrow.density(x));
    Ok(vec![Erratum {
        name: "density-is-no-probability",
        deck: "002",
        place: "Probability density function of data, multi-dimensional",
        printed: r"\text{the probability of data near } \x \text{ is } \p_{\mathrm{data}}(\x)",
        corrected: r"P(\x \in A) = \int_A \p_{\mathrm{data}}(\x)\, d\x \approx \p_{\mathrm{data}}(\x)\, |A| \text{ for a small region } A",
        explanation: "A density is probability per volume: it has a unit, can exceed 1, and gives a probability only after integrating over a region. This is why a Gaussian decoder’s log-likelihood may be positive.",
        checks: vec![
            labelled(
                "integral of N(0, 0.1²) over [-0.05, 0.05] against its cumulative distribution",
                Check::absolute(mass, narrow.cumulative(high) - narrow.cumulative(low), 1e-9),
            ),
            labelled(
                "integral over the line against 1",
                Check::absolute(composite(-2.0, 2.0, 64, |x| narrow.density(x)), 1.0, 1e-12),
            ),
        ],
        counterexamples: vec![labelled(
            "density of N(0, 0.1²) at 0 against the smaller of it and 1: no probability",
            Check::absolute(narrow.density(0.0), narrow.density(0.0).min(1.0), 1e-12),
        )],
    }])
}
