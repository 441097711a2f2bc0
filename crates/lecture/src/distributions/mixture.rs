//! Mixtures: several components, each with a weight, in one or more dimensions.
//!
//! ```text
//! p(x) = sum_k alpha_k p_k(x),   alpha_k >= 0,   sum_k alpha_k = 1
//! ```
//!
//! Source: deck 000 (Gaussian mixture models), deck 003.

use elbo_numerics::error::{Error, Result, same_size, within_limit};
use elbo_numerics::log_sum_exp::{log_sum_exp, softmax};
use elbo_numerics::random::{Random, categorical};

use crate::distributions::density::Density;
use crate::distributions::gaussian::Gaussian;
use crate::distributions::multivariate_gaussian::MultivariateGaussian;

/// Most components of a mixture.
pub const MOST_COMPONENTS: usize = 50;
/// The weights may miss 1 by rounding only.
const WEIGHT_TOLERANCE: f64 = 1e-9;

/// What a mixture needs of its components.
pub trait Component {
    /// A data point.
    type Point;

    /// `log p_k(x)` in nats; NaN if x is no point of the component's space.
    fn log_density(&self, x: &Self::Point) -> f64;

    /// One draw x ~ p_k.
    fn sample(&self, random: &mut Random) -> Self::Point;
}

impl Component for Gaussian {
    type Point = f64;

    fn log_density(&self, x: &f64) -> f64 {
        Gaussian::log_density(self, *x)
    }

    fn sample(&self, random: &mut Random) -> f64 {
        Gaussian::sample(self, random)
    }
}

impl Component for MultivariateGaussian {
    type Point = Vec<f64>;

    fn log_density(&self, x: &Vec<f64>) -> f64 {
        MultivariateGaussian::log_density(self, x).unwrap_or(f64::NAN)
    }

    fn sample(&self, random: &mut Random) -> Vec<f64> {
        MultivariateGaussian::sample(self, random)
    }
}

/// A mixture of components of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture<C> {
    weights: Vec<f64>,
    log_weights: Vec<f64>,
    components: Vec<C>,
}

impl<C: Component> Mixture<C> {
    /// From weights and components.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::OverLimit`] for the number of components, [`Error::SizeMismatch`],
    /// [`Error::OutOfRange`] for a weight outside 0 to 1, [`Error::WeightsNotNormalised`].
    pub fn new(weights: Vec<f64>, components: Vec<C>) -> Result<Self> {
        within_limit("components", components.len(), MOST_COMPONENTS)?;
        same_size("the list of weights", weights.len(), components.len())?;
        for (k, &weight) in weights.iter().enumerate() {
            if !(0.0..=1.0 + WEIGHT_TOLERANCE).contains(&weight) {
                let name = format!("weight {}", k + 1);
                return Err(Error::OutOfRange { name, value: weight, low: 0.0, high: 1.0 });
            }
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > WEIGHT_TOLERANCE {
            return Err(Error::WeightsNotNormalised { name: "mixture weights".to_owned(), sum });
        }
        let log_weights = weights.iter().map(|weight| weight.ln()).collect();
        Ok(Self { weights, log_weights, components })
    }

    /// alpha.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// log alpha; minus infinity for a component that is not there.
    pub(crate) fn log_weights(&self) -> &[f64] {
        &self.log_weights
    }

    /// The components.
    pub fn components(&self) -> &[C] {
        &self.components
    }

    /// `log( alpha_k p_k(x) )` for every k, in nats: the joint density of point and component.
    pub fn log_joint(&self, x: &C::Point) -> Vec<f64> {
        let pairs = self.log_weights.iter().zip(&self.components);
        pairs.map(|(log_weight, component)| log_weight + component.log_density(x)).collect()
    }

    /// `log p(x) = log sum_k alpha_k p_k(x)`, in nats.
    pub fn log_density(&self, x: &C::Point) -> f64 {
        log_sum_exp(&self.log_joint(x))
    }

    /// `p(k | x) = alpha_k p_k(x) / p(x)` for every k: which component is responsible for x. They sum to 1.
    pub fn responsibilities(&self, x: &C::Point) -> Vec<f64> {
        softmax(&self.log_joint(x))
    }

    /// One draw in two steps: a component k ~ alpha, then x ~ p_k. Returns both.
    pub fn sample_with_component(&self, random: &mut Random) -> (usize, C::Point) {
        let k = categorical(random, &self.weights);
        (k, self.components[k].sample(random))
    }

    /// `sum_n log p(x_n)`, in nats.
    pub fn log_likelihood(&self, data: &[C::Point]) -> f64 {
        data.iter().map(|x| self.log_density(x)).sum()
    }
}

impl Mixture<Gaussian> {
    /// A one-dimensional mixture from plain numbers: weights, means and variances.
    ///
    /// # Errors
    /// As [`Mixture::new`]; [`Error::NotPositive`] for a variance, [`Error::NotFinite`] for a mean.
    pub fn from_variances(weights: &[f64], means: &[f64], variances: &[f64]) -> Result<Self> {
        same_size("the list of variances", variances.len(), means.len())?;
        let component = |(k, (&mean, &variance)): (usize, (&f64, &f64))| {
            elbo_numerics::error::positive(&format!("variance {}", k + 1), variance)?;
            Gaussian::new(elbo_numerics::error::finite(&format!("mean {}", k + 1), mean)?, variance.sqrt())
        };
        let components = means.iter().zip(variances).enumerate().map(component).collect::<Result<Vec<_>>>()?;
        Self::new(weights.to_vec(), components)
    }

    /// Mean `sum_k alpha_k mu_k` and variance `sum_k alpha_k (sigma_k^2 + mu_k^2) - mean^2` of the mixture.
    pub fn moments(&self) -> (f64, f64) {
        let pairs = || self.weights.iter().zip(&self.components);
        let mean: f64 = pairs().map(|(weight, component)| weight * component.mean()).sum();
        // About the mean, so that nothing cancels.
        let spread = |component: &Gaussian| component.sigma().powi(2) + (component.mean() - mean).powi(2);
        (mean, pairs().map(|(weight, component)| weight * spread(component)).sum())
    }
}

impl Density for Mixture<Gaussian> {
    fn log_density(&self, x: f64) -> f64 {
        // One pass and no list: quadrature calls this hundreds of thousands of times.
        let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
        for (log_weight, component) in self.log_weights.iter().zip(&self.components) {
            let term = log_weight + component.log_density(x);
            if term == f64::NEG_INFINITY {
                continue;
            }
            if largest == f64::NEG_INFINITY {
                (largest, sum) = (term, 1.0);
            } else if term > largest {
                sum = sum * (largest - term).exp() + 1.0;
                largest = term;
            } else {
                sum += (term - largest).exp();
            }
        }
        largest + sum.ln()
    }

    fn sample(&self, random: &mut Random) -> f64 {
        self.sample_with_component(random).1
    }

    fn gaussians(&self) -> Vec<(f64, f64)> {
        let used = self.weights.iter().zip(&self.components).filter(|(weight, _)| **weight > 0.0);
        used.map(|(_, component)| (component.mean(), component.sigma())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::Estimate;
    use elbo_numerics::quadrature::{adaptive_between, gaussian_breakpoints};
    use elbo_numerics::random::seeded;

    fn example() -> Mixture<Gaussian> {
        Mixture::from_variances(&[0.3, 0.7], &[-1.0, 2.0], &[0.25, 1.0]).unwrap()
    }

    #[test]
    fn responsibilities_by_hand_and_in_the_tails() {
        // At x = 0: 0.3 N(0; -1, 0.25) = 0.6 phi(2), 0.7 N(0; 2, 1) = 0.7 phi(2).
        let responsibilities = example().responsibilities(&0.0);
        assert!((responsibilities[0] - 0.6 / 1.3).abs() < 1e-14, "{responsibilities:?}");
        let far = example().responsibilities(&1e4);
        assert!((far.iter().sum::<f64>() - 1.0).abs() < 1e-14 && far[1] == 1.0);
    }

    #[test]
    fn both_log_densities_agree_and_integrate_to_one() {
        let mixture = example();
        for x in [-3.0, 0.0, 2.5, 60.0] {
            let pair = (Mixture::log_density(&mixture, &x), Density::log_density(&mixture, x));
            assert!((pair.0 - pair.1).abs() < 1e-13 * pair.0.abs(), "{pair:?}");
        }
        let points = gaussian_breakpoints(&mixture.gaussians()).unwrap();
        let mass = adaptive_between(&points, 1e-13, |x| mixture.density(x)).unwrap();
        assert!((mass.value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn samples_have_its_moments() {
        let (mixture, mut random) = (example(), seeded(2));
        let (mean, variance) = mixture.moments();
        assert!((mean - 1.1).abs() < 1e-14 && (variance - (0.775 + 0.3 * 2.1f64.powi(2) + 0.7 * 0.81)).abs() < 1e-13);
        let draws: Vec<f64> = (0..20_000).map(|_| Density::sample(&mixture, &mut random)).collect();
        assert!(Estimate::from_samples(draws.iter().copied()).check_against(mean, 4.0).holds);
        assert!(Estimate::from_samples(draws.iter().map(|x| (x - mean).powi(2))).check_against(variance, 4.0).holds);
    }

    #[test]
    fn a_weight_of_zero_is_a_component_that_is_not_there() {
        let mixture = Mixture::from_variances(&[1.0, 0.0], &[0.0, 5.0], &[1.0, 1.0]).unwrap();
        assert_eq!(mixture.responsibilities(&5.0), [1.0, 0.0]);
        assert!((Mixture::log_density(&mixture, &0.3) - Gaussian::STANDARD.log_density(0.3)).abs() < 1e-15);
    }

    #[test]
    fn refuses_bad_weights_and_variances() {
        let new = |weights: &[f64], variances: &[f64]| Mixture::from_variances(weights, &[0.0, 1.0], variances);
        assert!(matches!(new(&[0.5, 0.6], &[1.0, 1.0]), Err(Error::WeightsNotNormalised { .. })));
        assert!(matches!(new(&[-0.5, 1.5], &[1.0, 1.0]), Err(Error::OutOfRange { .. })));
        assert!(matches!(new(&[0.5, f64::NAN], &[1.0, 1.0]), Err(Error::OutOfRange { .. })));
        assert!(matches!(new(&[0.5, 0.5], &[1.0, 0.0]), Err(Error::NotPositive { .. })));
        assert!(matches!(new(&[0.5], &[1.0, 1.0]), Err(Error::SizeMismatch { .. })));
        assert!(matches!(Mixture::<Gaussian>::new(vec![], vec![]), Err(Error::Empty { .. })));
    }
}
