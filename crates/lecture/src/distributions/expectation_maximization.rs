//! Expectation maximisation for mixtures, half step by half step, with the bound that each half step raises.
//!
//! ```text
//! ELBO(q, theta) = sum_n sum_k q_nk log( alpha_k p_k(x_n) / q_nk )
//! E step: q_nk = p(k | x_n, theta)          the ELBO rises to log p(data | theta)
//! M step: theta = argmax ELBO(q, theta)     the ELBO rises, the log-likelihood at least as much
//! ```
//!
//! Source: decks 000 and 003; Bishop, Pattern Recognition and Machine Learning, section 9.4; Dempster, Laird, Rubin (1977).

use elbo_numerics::error::{Error, Result, within_limit};
use elbo_numerics::log_sum_exp::log_sum_exp;
use elbo_numerics::random::{seeded, uniform};
use serde::Serialize;

use crate::distributions::gaussian::Gaussian;
use crate::distributions::mixture::{MOST_COMPONENTS, Mixture};
use crate::distributions::mixture_fit::Fit;

/// No component's variance falls below this fraction of the variance of the data.
pub const VARIANCE_FLOOR: f64 = 1e-6;
/// Most data points.
pub const MOST_POINTS: usize = 20_000;
/// Most half steps of one call of [`trace`].
pub const MOST_HALF_STEPS: usize = 5_000;

/// EM in progress: the parameters theta (the mixture) and the posterior model q (the responsibilities).
///
/// `step` counts half steps: 0 at the start, odd after an E step, even after an M step.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectationMaximization<C: Fit> {
    data: Vec<C::Point>,
    mixture: Mixture<C>,
    responsibilities: Vec<Vec<f64>>,
    floor: f64,
    floored: Vec<usize>,
    step: usize,
}

impl<C: Fit> ExpectationMaximization<C> {
    /// Starts at `mixture` with q uniform over the components, so that the ELBO begins below the log-likelihood.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::OverLimit`] for the number of points, [`Error::NotFinite`], [`Error::SizeMismatch`];
    /// [`Error::NoSpread`] if all points coincide.
    pub fn new(data: Vec<C::Point>, mixture: Mixture<C>) -> Result<Self> {
        within_limit("data points", data.len(), MOST_POINTS)?;
        let floor = VARIANCE_FLOOR * C::spread(&data)?;
        elbo_numerics::error::finite("the log-likelihood at the start", mixture.log_likelihood(&data))?;
        let components = mixture.components().len();
        let responsibilities = vec![vec![1.0 / components as f64; components]; data.len()];
        Ok(Self { data, mixture, responsibilities, floor, floored: Vec::new(), step: 0 })
    }

    /// E step: `q_nk = p(k | x_n)`. The ELBO now equals the log-likelihood.
    pub fn e_step(&mut self) {
        self.responsibilities = self.data.iter().map(|x| self.mixture.responsibilities(x)).collect();
        self.floored.clear();
        self.step += 1;
    }

    /// M step: every component fitted to its share of the data, `alpha_k = N_k / N`.
    ///
    /// # Errors
    /// [`Error::EmptyComponent`] if a component is responsible for nothing; the state is then unchanged.
    pub fn m_step(&mut self) -> Result<()> {
        let (mut weights, mut components, mut floored) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..self.mixture.components().len() {
            let share: Vec<f64> = self.responsibilities.iter().map(|row| row[k]).collect();
            let total: f64 = share.iter().sum();
            if total < 1e-200 {
                return Err(Error::EmptyComponent { component: k + 1 });
            }
            let fitted = C::fit(&self.data, &share, self.floor)?;
            if fitted.floored {
                floored.push(k);
            }
            weights.push(total / self.data.len() as f64);
            components.push(fitted.component);
        }
        self.mixture = Mixture::new(weights, components)?;
        self.floored = floored;
        self.step += 1;
        Ok(())
    }

    /// The next half step: E after an even count, M after an odd one.
    ///
    /// # Errors
    /// As [`Self::m_step`].
    pub fn half_step(&mut self) -> Result<()> {
        if self.step.is_multiple_of(2) {
            self.e_step();
            Ok(())
        } else {
            self.m_step()
        }
    }

    /// `sum_n log p(x_n)`, in nats.
    pub fn log_likelihood(&self) -> f64 {
        self.mixture.log_likelihood(&self.data)
    }

    /// `ELBO(q, theta) = sum_n sum_k q_nk ( log alpha_k p_k(x_n) - log q_nk )`, in nats; at most the log-likelihood.
    pub fn elbo(&self) -> f64 {
        self.both().1
    }

    /// [`Self::log_likelihood`] and [`Self::elbo`] in one pass over the data.
    fn both(&self) -> (f64, f64) {
        let (mut log_likelihood, mut elbo) = (0.0, 0.0);
        for (x, q) in self.data.iter().zip(&self.responsibilities) {
            let joint = self.mixture.log_joint(x);
            // q log q -> 0 as q -> 0.
            log_likelihood += log_sum_exp(&joint);
            elbo += joint.iter().zip(q).filter(|(_, q)| **q > 0.0).map(|(joint, q)| q * (joint - q.ln())).sum::<f64>();
        }
        (log_likelihood, elbo)
    }

    /// The mixture as it is now.
    pub fn mixture(&self) -> &Mixture<C> {
        &self.mixture
    }

    /// q: one row per data point, one column per component; every row sums to 1.
    pub fn responsibilities(&self) -> &[Vec<f64>] {
        &self.responsibilities
    }

    /// The data.
    pub fn data(&self) -> &[C::Point] {
        &self.data
    }

    /// Half steps made.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Components (from 0) whose variance the last M step raised to the floor of [`VARIANCE_FLOOR`].
    pub fn floored(&self) -> &[usize] {
        &self.floored
    }
}

/// The two bars after one half step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HalfStep {
    /// Half steps made: odd after E, even after M.
    pub step: usize,
    /// In nats, summed over the data.
    pub log_likelihood: f64,
    /// In nats, summed over the data.
    pub elbo: f64,
    /// `KL(q || posterior) = log_likelihood - elbo`, in nats, summed over the data.
    pub gap: f64,
    /// Components (from 0) held at the variance floor.
    pub floored: Vec<usize>,
}

/// Makes `half_steps` half steps and records the bars, the start included; `state` is then the last one.
///
/// # Errors
/// [`Error::OverLimit`] for more than 5000 half steps; those of [`ExpectationMaximization::m_step`].
pub fn trace<C: Fit>(state: &mut ExpectationMaximization<C>, half_steps: usize) -> Result<Vec<HalfStep>> {
    if half_steps > MOST_HALF_STEPS {
        return Err(Error::OverLimit {
            name: "the number of half steps".to_owned(),
            found: half_steps,
            limit: MOST_HALF_STEPS,
        });
    }
    let record = |state: &ExpectationMaximization<C>| {
        let (log_likelihood, elbo) = state.both();
        HalfStep { step: state.step, log_likelihood, elbo, gap: log_likelihood - elbo, floored: state.floored.clone() }
    };
    let mut bars = vec![record(state)];
    for _ in 0..half_steps {
        state.half_step()?;
        bars.push(record(state));
    }
    Ok(bars)
}

/// A start for EM: equal weights, means at k data points far apart (k-means++), every variance that of the data over k.
///
/// # Errors
/// [`Error::Empty`], [`Error::OverLimit`], those of [`Fit::spread`]; [`Error::TooFew`] if there are fewer points than k.
pub fn start<C: Fit>(data: &[C::Point], components: usize, seed: u64) -> Result<Mixture<C>> {
    within_limit("components", components, MOST_COMPONENTS)?;
    within_limit("data points", data.len(), MOST_POINTS)?;
    if data.len() < components {
        return Err(Error::TooFew { name: "data points".to_owned(), found: data.len(), needed: components });
    }
    let variance = C::spread(data)? / components as f64;
    let mut random = seeded(seed);
    let first = ((uniform(&mut random) * data.len() as f64) as usize).min(data.len() - 1);
    let mut chosen = vec![C::round(&data[first], variance)?];
    while chosen.len() < components {
        // A round component's log-density falls with the squared distance, so this is the distance to the nearest mean.
        let distance = |x: &C::Point| {
            let nearest = chosen.iter().map(|c| c.log_density(x)).fold(f64::NEG_INFINITY, f64::max);
            (chosen[0].log_density(&data[first]) - nearest).max(0.0)
        };
        let distances: Vec<f64> = data.iter().map(distance).collect();
        let next = elbo_numerics::random::categorical(&mut random, &distances);
        chosen.push(C::round(&data[next], variance)?);
    }
    Mixture::new(vec![1.0 / components as f64; components], chosen)
}

/// [`trace`] in one dimension from plain numbers.
///
/// # Errors
/// Those of [`Mixture::from_variances`], [`ExpectationMaximization::new`] and [`trace`].
pub fn run(
    data: &[f64],
    weights: &[f64],
    means: &[f64],
    variances: &[f64],
    half_steps: usize,
) -> Result<(ExpectationMaximization<Gaussian>, Vec<HalfStep>)> {
    let mixture = Mixture::from_variances(weights, means, variances)?;
    let mut state = ExpectationMaximization::new(data.to_vec(), mixture)?;
    let bars = trace(&mut state, half_steps)?;
    Ok((state, bars))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::multivariate_gaussian::MultivariateGaussian;

    fn never_falls(bars: &[HalfStep]) {
        for pair in bars.windows(2) {
            let slack = 1e-10 * pair[0].elbo.abs().max(1.0);
            assert!(pair[1].elbo >= pair[0].elbo - slack, "ELBO fell: {pair:?}");
            assert!(pair[1].log_likelihood >= pair[0].log_likelihood - slack, "likelihood fell: {pair:?}");
        }
        for bar in bars {
            let tolerance = 1e-10 * bar.elbo.abs().max(1.0);
            assert!(bar.gap > -tolerance && (bar.step % 2 == 0 || bar.gap < tolerance), "{bar:?}");
        }
    }

    #[test]
    fn bars_rise_in_one_and_two_dimensions() {
        let truth = Mixture::from_variances(&[0.4, 0.6], &[-2.0, 2.0], &[0.5, 1.0]).unwrap();
        let mut random = seeded(4);
        let data: Vec<f64> = (0..100).map(|_| truth.sample_with_component(&mut random).1).collect();
        let mut state = ExpectationMaximization::new(data.clone(), start::<Gaussian>(&data, 3, 0).unwrap()).unwrap();
        let bars = trace(&mut state, 60).unwrap();
        never_falls(&bars);
        assert!(bars[0].gap > 1.0 && state.step() == 60);
        assert_eq!((state.log_likelihood(), state.elbo()), (bars[60].log_likelihood, bars[60].elbo));
        let plane: Vec<Vec<f64>> = data.chunks(2).map(<[f64]>::to_vec).collect();
        let mut state =
            ExpectationMaximization::new(plane.clone(), start::<MultivariateGaussian>(&plane, 4, 1).unwrap()).unwrap();
        never_falls(&trace(&mut state, 100).unwrap());
        assert!((state.mixture().weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_component_is_the_maximum_likelihood_fit() {
        let (state, bars) = run(&[1.0, 2.0, 6.0], &[1.0], &[0.0], &[1.0], 2).unwrap();
        let fit = state.mixture().components()[0];
        assert!((fit.mean() - 3.0).abs() < 1e-14 && (fit.sigma().powi(2) - 14.0 / 3.0).abs() < 1e-14);
        assert!((bars[2].gap).abs() < 1e-12);
    }

    #[test]
    fn a_collapsing_component_is_held_and_reported() {
        let (state, bars) = run(&[0.0, 0.1, 0.2, 5.0], &[0.5, 0.5], &[0.0, 5.0], &[0.1, 0.1], 20).unwrap();
        never_falls(&bars);
        assert_eq!(state.floored(), [1]);
        let floor = VARIANCE_FLOOR * Gaussian::spread(state.data()).unwrap();
        assert!((state.mixture().components()[1].sigma().powi(2) / floor - 1.0).abs() < 1e-12);
    }

    #[test]
    fn bad_input_is_refused() {
        let one = |data: &[f64]| run(data, &[1.0], &[0.0], &[1.0], 1);
        assert!(matches!(one(&[]), Err(Error::Empty { .. })));
        assert!(matches!(one(&[1.0]), Err(Error::NoSpread { .. })));
        assert!(matches!(one(&[1.0, f64::INFINITY]), Err(Error::NotFinite { .. })));
        assert!(matches!(run(&[0.0, 1.0], &[1.0], &[0.0], &[1.0], 5001), Err(Error::OverLimit { .. })));
        let dead = run(&[0.0, 1.0], &[0.5, 0.5], &[0.0, 1e6], &[1.0, 1.0], 2);
        assert!(matches!(dead, Err(Error::EmptyComponent { component: 2 })));
        assert!(start::<Gaussian>(&[0.0, 1.0], 3, 0).is_err());
    }
}
