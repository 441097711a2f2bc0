//! Expectations under a Gaussian by the trapezoidal rule, the quadrature behind the checks of chapters 4, 6 and 7.
//!
//! For an integrand that is smooth and falls off like a Gaussian the trapezoidal rule converges faster than any power of the step
//! (Trefethen and Weideman, *The exponentially convergent trapezoidal rule*, SIAM Review 56, 2014): with step h = 1/16 in units of
//! sigma the error for `phi(t)` times a polynomial is of the order of `exp(-2 pi^2 / h^2)`, far under rounding.

/// Nodes reach this many standard deviations to each side; `phi(14)` is 1e-43.
const REACH: i32 = 14;

/// Nodes per standard deviation.
const NODES_PER_SIGMA: i32 = 16;

/// `log(2 pi)`.
pub const LOG_2_PI: f64 = 1.837_877_066_409_345_3;

/// Nodes `t` in units of sigma, evenly spaced from `-14` to `14`.
fn nodes() -> impl Iterator<Item = f64> {
    (-REACH * NODES_PER_SIGMA..=REACH * NODES_PER_SIGMA).map(|k| f64::from(k) / f64::from(NODES_PER_SIGMA))
}

/// `log N(z; mean, sigma^2) = -(z - mean)^2 / (2 sigma^2) - log sigma - (1/2) log 2 pi`, in nats. `sigma` must be positive.
pub fn log_normal_density(z: f64, mean: f64, sigma: f64) -> f64 {
    let t = (z - mean) / sigma;
    -0.5 * t * t - sigma.ln() - 0.5 * LOG_2_PI
}

/// `E_{z ~ N(mean, sigma^2)}[f(z)]`, in the unit of `f`, by the trapezoidal rule with 449 nodes.
///
/// `f` must be smooth on the scale of `sigma` and must not grow faster than `exp(t^2 / 4)`.
pub fn gaussian_expectation(mean: f64, sigma: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let step = 1.0 / f64::from(NODES_PER_SIGMA);
    nodes().map(|t| (-0.5 * (t * t + LOG_2_PI)).exp() * step * f(mean + sigma * t)).sum()
}

/// `log int exp(g(z)) dz` in nats for a log density `g` with its mass near `center +- width`, by the trapezoidal rule with the
/// largest term taken out of the sum, so that nothing under- or overflows.
pub fn log_integral(center: f64, width: f64, mut g: impl FnMut(f64) -> f64) -> f64 {
    let logs: Vec<f64> = nodes().map(|t| g(center + width * t)).collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    let sum: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
    largest + (sum * width / f64::from(NODES_PER_SIGMA)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_gaussian() {
        let (mean, sigma) = (1.5, 0.3);
        assert!((gaussian_expectation(mean, sigma, |_| 1.0) - 1.0).abs() < 1e-14);
        assert!((gaussian_expectation(mean, sigma, |z| z) - mean).abs() < 1e-14);
        assert!((gaussian_expectation(mean, sigma, |z| (z - mean).powi(4)) - 3.0 * sigma.powi(4)).abs() < 1e-14);
        let cosine = gaussian_expectation(mean, 2.0, f64::cos);
        assert!((cosine - (-2.0f64).exp() * mean.cos()).abs() < 1e-14);
    }

    #[test]
    fn a_density_integrates_to_one() {
        for (mean, sigma) in [(0.0, 1.0), (-3.0, 1e-6), (7.0, 1e6)] {
            // Nodes deliberately misplaced: the rule does not depend on knowing the answer.
            let mass = log_integral(mean + 0.7 * sigma, 1.6 * sigma, |z| log_normal_density(z, mean, sigma));
            assert!(mass.abs() < 1e-12, "{mean} {sigma} {mass}");
        }
        assert_eq!(log_integral(0.0, 1.0, |_| f64::NEG_INFINITY), f64::NEG_INFINITY);
    }
}
