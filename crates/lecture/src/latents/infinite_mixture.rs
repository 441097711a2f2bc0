//! Bend the line: `x | z ~ N(f(z), sigma^2 I)` in the plane with a small neural f, and its marginal as a mixture of ever more Gaussians
//! (decks 001, 003).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, all_finite, finite, positive, same_size, within_limit};
use elbo_numerics::gaussian_expectation::{LOG_2_PI, log_normal_density};
use elbo_numerics::log_sum_exp::log_sum_exp;
use elbo_numerics::matrices::{cholesky_factor, symmetric};
use elbo_numerics::random::{seeded, standard_normal};
use serde::Serialize;

use crate::distributions::gaussian::Gaussian;
use crate::latents::probabilistic_pca::LatentSample;

/// The straight part of f.
const LINE: [f64; 2] = [1.2, 0.4];

/// Hidden units of the bent part, chosen by hand so that the line folds twice: slope, bias, and output weights for x1 and x2 of
/// `tanh(slope z + bias)`.
const HIDDEN: [[f64; 4]; 4] =
    [[2.0, 2.0, -0.9, 1.4], [2.0, -2.0, -0.9, -1.6], [1.0, 0.0, 0.5, 0.9], [3.0, 0.5, 0.2, -0.6]];

/// The grid of z reaches this far: beyond every z that explains a point of the figure's window.
const REACH: f64 = 12.0;

/// The window: x1 and x2 from -8 to 8.
const WINDOW: f64 = 8.0;

/// Components of the finest grid, the stand-in for infinitely many.
pub const FINEST: usize = 8193;

/// `z ~ N(0, 1)`, `x | z ~ N(f(z), sigma^2 I)`, `f(z) = z LINE + bend sum_k v_k tanh(a_k z + b_k)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InfiniteMixture {
    bend: f64,
    sigma: f64,
}

/// One Gaussian of the mixture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MixtureComponent {
    /// The z that it stands for.
    pub z: f64,
    /// Share of the prior's mass; the weights sum to 1.
    pub weight: f64,
    /// `f(z)`.
    pub mean: [f64; 2],
}

impl InfiniteMixture {
    /// The model with `bend` 0 (a line: probabilistic PCA) to 2 and noise `sigma`.
    ///
    /// # Errors
    /// `bend` outside `[-2, 2]`; `sigma` below 0.05, where half of 8193 Gaussians no longer overlap everywhere.
    pub fn new(bend: f64, sigma: f64) -> Result<Self> {
        if !(-2.0..=2.0).contains(&bend) {
            return Err(Error::OutOfRange { name: "bend".to_owned(), value: bend, low: -2.0, high: 2.0 });
        }
        positive("sigma", sigma)?;
        if sigma < 0.05 {
            return Err(Error::OutOfRange { name: "sigma".to_owned(), value: sigma, low: 0.05, high: f64::INFINITY });
        }
        Ok(Self { bend, sigma })
    }

    /// Standard deviation of the noise, in units of x.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// `f(z)`.
    pub fn f(&self, z: f64) -> [f64; 2] {
        let mut x = LINE.map(|direction| direction * z);
        for [slope, bias, first, second] in HIDDEN {
            let hidden = self.bend * (slope * z + bias).tanh();
            x[0] += first * hidden;
            x[1] += second * hidden;
        }
        x
    }

    /// K Gaussians on an even grid of z from -12 to 12 (one at z = 0 for K = 1), weighted by the prior there and normalised.
    ///
    /// # Errors
    /// 0 or more than 8193 components.
    pub fn components(&self, k: usize) -> Result<Vec<MixtureComponent>> {
        within_limit("components", k, FINEST)?;
        let z = |index: usize| if k == 1 { 0.0 } else { REACH * (2.0 * index as f64 / (k - 1) as f64 - 1.0) };
        let density = |index: usize| Gaussian::STANDARD.density(z(index));
        let total: f64 = (0..k).map(density).sum();
        Ok((0..k)
            .map(|index| MixtureComponent { z: z(index), weight: density(index) / total, mean: self.f(z(index)) })
            .collect())
    }

    /// `log p_K(x) = log sum_k weight_k N(x; f(z_k), sigma^2 I)` in nats.
    ///
    /// # Errors
    /// `x` not of size 2, not finite or outside the window of -8 to 8; 0 or more than 8193 components.
    pub fn log_density(&self, x: &[f64], k: usize) -> Result<f64> {
        Ok(self.log_density_of(&self.components(k)?, check_point(x)?))
    }

    /// `log p_K` on a grid for drawing: `rows` by `columns` values, the first row at the lowest x2, in nats.
    ///
    /// # Errors
    /// As [`InfiniteMixture::log_density`]; empty intervals; more than 20 million terms in all.
    pub fn log_density_image(
        &self,
        k: usize,
        x1: [f64; 2],
        x2: [f64; 2],
        columns: usize,
        rows: usize,
    ) -> Result<Vec<f64>> {
        let components = self.components(k)?;
        within_limit("terms of the picture", columns.saturating_mul(rows).saturating_mul(k), 20_000_000)?;
        for [low, high] in [x1, x2] {
            finite("lower end of the picture", low)?;
            finite("upper end of the picture", high)?;
            if low >= high {
                return Err(Error::EmptyInterval { low, high });
            }
        }
        let at = |[low, high]: [f64; 2], index: usize, n: usize| low + (high - low) * (index as f64 + 0.5) / n as f64;
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        Ok(cells
            .map(|(row, column)| self.log_density_of(&components, [at(x1, column, columns), at(x2, row, rows)]))
            .collect())
    }

    /// `log p(x)` with 4097 components against 8193, within 1e-6 nats.
    ///
    /// # Errors
    /// As [`InfiniteMixture::log_density`].
    pub fn refinement_check(&self, x: &[f64]) -> Result<Check> {
        Ok(Check::absolute(self.log_density(x, FINEST / 2 + 1)?, self.log_density(x, FINEST)?, 1e-6))
    }

    /// At `bend = 0` the marginal is `N(0, LINE LINE^T + sigma^2 I)`: mixture against closed form. None for a bent line: there is none.
    ///
    /// # Errors
    /// As [`InfiniteMixture::log_density`].
    pub fn straight_check(&self, x: &[f64]) -> Result<Option<Check>> {
        let [x1, x2] = check_point(x)?;
        if self.bend != 0.0 {
            return Ok(None);
        }
        let variance = self.sigma * self.sigma;
        let [a, b] = LINE;
        let covariance = symmetric("covariance of x", &[vec![a * a + variance, a * b], vec![a * b, b * b + variance]])?;
        let factor = cholesky_factor("covariance of x", &covariance)?;
        let first = x1 / factor[(0, 0)];
        let second = (x2 - factor[(1, 0)] * first) / factor[(1, 1)];
        let closed = -0.5 * (first * first + second * second) - LOG_2_PI - factor[(0, 0)].ln() - factor[(1, 1)].ln();
        Ok(Some(Check::absolute(self.log_density(x, FINEST)?, closed, 1e-6)))
    }

    /// `n` draws in two steps from `seed`.
    ///
    /// # Errors
    /// `n` of 0 or over 1000000.
    pub fn samples(&self, n: usize, seed: u64) -> Result<Vec<LatentSample>> {
        within_limit("n", n, 1_000_000)?;
        let mut random = seeded(seed);
        let mut draw = || {
            let z = standard_normal(&mut random);
            let x = self.f(z).map(|mean| mean + self.sigma * standard_normal(&mut random));
            LatentSample { z: vec![z], x: x.to_vec() }
        };
        Ok((0..n).map(|_| draw()).collect())
    }

    fn log_density_of(&self, components: &[MixtureComponent], x: [f64; 2]) -> f64 {
        let term = |component: &MixtureComponent| {
            let [m1, m2] = component.mean;
            component.weight.ln() + log_normal_density(x[0], m1, self.sigma) + log_normal_density(x[1], m2, self.sigma)
        };
        log_sum_exp(&components.iter().map(term).collect::<Vec<f64>>())
    }
}

fn check_point(x: &[f64]) -> Result<[f64; 2]> {
    all_finite("x entry", x)?;
    same_size("x", x.len(), 2)?;
    match x.iter().find(|entry| entry.abs() > WINDOW) {
        Some(entry) => Err(Error::OutOfRange { name: "x".to_owned(), value: *entry, low: -WINDOW, high: WINDOW }),
        None => Ok([x[0], x[1]]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_straight_line_is_probabilistic_pca() {
        for sigma in [0.05, 0.3, 1.0] {
            for x in [[0.0, 0.0], [1.0, 0.5], [2.0, 0.5]] {
                let check = InfiniteMixture::new(0.0, sigma).unwrap().straight_check(&x).unwrap().unwrap();
                assert!(check.holds, "{sigma} {x:?} {check:?}");
            }
        }
        assert!(InfiniteMixture::new(1.0, 0.3).unwrap().straight_check(&[0.0, 0.0]).unwrap().is_none());
    }

    #[test]
    fn the_mixture_converges_as_the_grid_refines() {
        for (bend, sigma) in [(1.0, 0.2), (2.0, 0.05), (-1.5, 0.5)] {
            let model = InfiniteMixture::new(bend, sigma).unwrap();
            let [a, b] = model.f(0.4);
            let x = [a + 0.5 * sigma, b - sigma];
            assert!(model.refinement_check(&x).unwrap().holds, "{:?}", model.refinement_check(&x));
            let log_density = |components| model.log_density(&x, components).unwrap();
            let errors = [1, 9, 65, 1025].map(|components| (log_density(components) - log_density(FINEST)).abs());
            assert!(errors[0] > errors[2] && errors[3] < 1e-6, "{bend} {errors:?}");
        }
    }

    proptest! {
        #[test]
        fn refinement_holds_all_over_the_window(bend in -2.0..2.0f64, sigma in 0.05..2.0f64, x1 in -8.0..8.0f64, x2 in -8.0..8.0f64) {
            let check = InfiniteMixture::new(bend, sigma).unwrap().refinement_check(&[x1, x2]).unwrap();
            prop_assert!(check.holds, "{check:?}");
            let straight = InfiniteMixture::new(0.0, sigma).unwrap().straight_check(&[x1, x2]).unwrap();
            prop_assert!(straight.is_some_and(|check| check.holds), "{straight:?}");
        }
    }

    #[test]
    fn the_density_integrates_to_one() {
        let model = InfiniteMixture::new(1.0, 0.3).unwrap();
        let n = 120;
        let image = model.log_density_image(129, [-10.0, 10.0], [-10.0, 10.0], n, n).unwrap();
        let mass: f64 = image.iter().map(|log| log.exp()).sum::<f64>() * (20.0 / n as f64).powi(2);
        assert!((mass - 1.0).abs() < 1e-6, "{mass}");
        let weights: f64 = model.components(9).unwrap().iter().map(|component| component.weight).sum();
        assert!((weights - 1.0).abs() < 1e-12);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(InfiniteMixture::new(3.0, 0.3).is_err());
        assert!(InfiniteMixture::new(1.0, 0.0).is_err());
        let model = InfiniteMixture::new(1.0, 0.3).unwrap();
        assert!(model.components(0).is_err() && model.components(9000).is_err());
        assert!(model.log_density(&[1.0], 3).is_err());
        assert!(model.log_density_image(3, [1.0, 1.0], [0.0, 1.0], 4, 4).is_err());
    }
}
