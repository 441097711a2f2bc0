//! A Monte Carlo estimate and its error curve computed in pieces, so that a page stays responsive while a large one runs.
//!
//! The numbers are those of [`estimate`](crate::tools::monte_carlo::estimate) and [`error_curve`](crate::tools::monte_carlo::error_curve)
//! with the same arguments. Source: deck 000.

use elbo_numerics::Estimate;
use elbo_numerics::error::{Result, within_limit};
use elbo_numerics::random::{Random, seeded, seeded_stream};
use serde::Serialize;

use crate::tools::monte_carlo::{ErrorPoint, Function, MOST_SAMPLES, sample_count};

/// Highest dimension.
const MOST_DIMENSIONS: usize = 1000;
/// Points of the trace in each factor of ten of the sample count.
const TRACE_PER_DECADE: f64 = 24.0;

/// The estimate after its first `n` samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TracePoint {
    /// Samples so far.
    pub n: usize,
    /// Their mean, in the unit of f.
    pub mean: f64,
}

/// What is to be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The function whose expectation is estimated.
    pub function: Function,
    /// Dimension of x.
    pub dimension: usize,
    /// Samples of the estimate.
    pub n: usize,
    /// Seed of everything.
    pub seed: u64,
    /// Sample counts of the error curve.
    pub counts: Vec<usize>,
    /// Independent runs at each count.
    pub repeats: usize,
}

/// A computation under way.
#[derive(Debug, Clone)]
pub struct MonteCarloRun {
    plan: Plan,
    random: Random,
    drawn: usize,
    mean: f64,
    sum_of_squares: f64,
    trace: Vec<TracePoint>,
    next_trace: f64,
    /// Errors of each count, and the generator of the count in progress.
    errors: Vec<Vec<f64>>,
    count_random: Random,
}

impl MonteCarloRun {
    /// Starts; nothing is drawn yet.
    ///
    /// # Errors
    /// Those of [`sample_count`]; [`Error::Empty`](elbo_numerics::Error::Empty) or [`Error::OverLimit`](elbo_numerics::Error::OverLimit) for
    /// the dimension (up to 1000), the counts (up to 100, each up to 1 000 000) or the repeats (up to 10 000).
    pub fn start(plan: Plan) -> Result<Self> {
        sample_count(plan.n)?;
        within_limit("dimension", plan.dimension, MOST_DIMENSIONS)?;
        within_limit("sample counts", plan.counts.len(), 100)?;
        within_limit("repeats", plan.repeats, 10_000)?;
        plan.counts.iter().try_for_each(|&count| within_limit("n", count, MOST_SAMPLES))?;
        let (random, count_random) = (seeded(plan.seed), seeded_stream(plan.seed, 1));
        Ok(Self {
            plan,
            random,
            drawn: 0,
            mean: 0.0,
            sum_of_squares: 0.0,
            trace: Vec::new(),
            next_trace: 1.0,
            errors: vec![Vec::new()],
            count_random,
        })
    }

    /// Draws about `normals` more standard normals, one run of the error curve at the least; returns whether all is done.
    pub fn advance(&mut self, normals: usize) -> bool {
        let mut left = normals as f64;
        let per_sample = self.plan.dimension as f64;
        while left > 0.0 && self.drawn < self.plan.n {
            self.draw();
            left -= per_sample;
        }
        while left > 0.0 && self.drawn == self.plan.n && !self.finished() {
            left -= self.run_once() as f64 * per_sample;
        }
        self.finished()
    }

    /// Whether every sample and every run is there.
    pub fn finished(&self) -> bool {
        let complete = self.errors.iter().filter(|errors| errors.len() == self.plan.repeats).count();
        self.drawn == self.plan.n && complete == self.plan.counts.len()
    }

    /// The estimate from what was drawn so far.
    pub fn estimate(&self) -> Estimate {
        let n = self.drawn as f64;
        let variance = if self.drawn > 1 { self.sum_of_squares / (n - 1.0) } else { f64::NAN };
        Estimate { mean: self.mean, standard_error: (variance / n).sqrt(), n: self.drawn }
    }

    /// The estimate at sample counts in about equal ratios, up to now.
    pub fn trace(&self) -> &[TracePoint] {
        &self.trace
    }

    /// The points of the error curve that have all their runs.
    pub fn curve(&self) -> Vec<ErrorPoint> {
        let Plan { function, dimension, repeats, .. } = self.plan;
        let variance = function.variance(dimension);
        let complete = self.plan.counts.iter().zip(&self.errors).filter(|(_, errors)| errors.len() == repeats);
        let point = |(&n, errors): (&usize, &Vec<f64>)| ErrorPoint {
            n,
            errors: errors.clone(),
            root_mean_square: (errors.iter().map(|e| e * e).sum::<f64>() / repeats as f64).sqrt(),
            predicted: (variance / n as f64).sqrt(),
        };
        complete.map(point).collect()
    }

    /// One sample more (Welford's recurrence).
    fn draw(&mut self) {
        let sample = self.plan.function.draw(self.plan.dimension, &mut self.random);
        self.drawn += 1;
        let delta = sample - self.mean;
        self.mean += delta / self.drawn as f64;
        self.sum_of_squares += delta * (sample - self.mean);
        if self.drawn as f64 >= self.next_trace || self.drawn == self.plan.n {
            self.trace.push(TracePoint { n: self.drawn, mean: self.mean });
            self.next_trace = self.drawn as f64 * 10f64.powf(1.0 / TRACE_PER_DECADE);
        }
    }

    /// One run of the error curve; returns its number of samples.
    fn run_once(&mut self) -> usize {
        if self.errors.last().is_some_and(|errors| errors.len() == self.plan.repeats) {
            self.errors.push(Vec::new());
            self.count_random = seeded_stream(self.plan.seed, self.errors.len() as u64);
        }
        let Plan { function, dimension, .. } = self.plan;
        let count = self.plan.counts.get(self.errors.len() - 1).copied().unwrap_or(1);
        let random = &mut self.count_random;
        let mean = (0..count).map(|_| function.draw(dimension, random)).sum::<f64>() / count as f64;
        if let Some(errors) = self.errors.last_mut() {
            errors.push((mean - function.mean(dimension)).abs());
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::monte_carlo::{error_curve, estimate};

    fn plan() -> Plan {
        Plan { function: Function::Exponential, dimension: 3, n: 1234, seed: 5, counts: vec![10, 40, 7], repeats: 6 }
    }

    #[test]
    fn in_pieces_or_at_once_the_numbers_are_the_same() {
        let mut run = MonteCarloRun::start(plan()).unwrap();
        let mut pieces = 0;
        while !run.advance(100) {
            pieces += 1;
        }
        assert!(pieces > 30, "{pieces}");
        let whole = estimate(Function::Exponential, 3, 1234, 5).unwrap();
        assert!((run.estimate().mean - whole.mean).abs() < 1e-15 && run.estimate().n == 1234);
        assert!((run.estimate().standard_error - whole.standard_error).abs() < 1e-15);
        assert_eq!(run.curve(), error_curve(Function::Exponential, 3, &[10, 40, 7], 6, 5).unwrap());
        assert!(run.advance(1000), "nothing is left to do");
    }

    #[test]
    fn the_trace_ends_at_the_estimate() {
        let mut run = MonteCarloRun::start(plan()).unwrap();
        assert!(run.advance(usize::MAX));
        let (first, last) = (run.trace().first().unwrap(), run.trace().last().unwrap());
        assert_eq!((first.n, last.n, last.mean), (1, 1234, run.estimate().mean));
        assert!(run.trace().windows(2).all(|pair| pair[0].n < pair[1].n) && run.trace().len() < 90);
    }

    #[test]
    fn bounds() {
        assert!(MonteCarloRun::start(Plan { n: 1, ..plan() }).is_err());
        assert!(MonteCarloRun::start(Plan { dimension: 0, ..plan() }).is_err());
        assert!(MonteCarloRun::start(Plan { counts: vec![], ..plan() }).is_err());
        assert!(MonteCarloRun::start(Plan { counts: vec![0], ..plan() }).is_err());
        assert!(MonteCarloRun::start(Plan { repeats: 0, ..plan() }).is_err());
    }
}
