//! Integrals over an interval by Gauss-Legendre quadrature, of fixed cost or adaptive.
//!
//! For integrands made of several Gaussians; an expectation under a single one is in `gaussian_expectation`. Nodes and
//! weights are computed here: the tables of the crate for them weigh as much as half of all the page's mathematics.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::error::{Error, Result, finite, positive};

/// Nodes of one panel: exact for polynomials of degree 31.
const PANEL_NODES: usize = 16;
/// How often the adaptive rule may halve a panel.
const DEEPEST: usize = 40;
/// How many panels the adaptive rule may visit, so that a hopeless integrand cannot stall the page.
const MOST_PANELS: usize = 20_000;
/// Where a Gaussian is taken to end: the density there is 5e-32 of its peak, far below rounding.
pub const GAUSSIAN_REACH: f64 = 12.0;

static PANEL: LazyLock<Panel> = LazyLock::new(Panel::new);

/// The Gauss-Legendre rule on `[-1, 1]`: nodes with their weights.
struct Panel([(f64, f64); PANEL_NODES]);

impl Panel {
    /// Nodes are the roots of the Legendre polynomial `P_n`, found by Newton's method from `cos(pi (i + 3/4) / (n + 1/2))`;
    /// weights are `2 / ((1 - x^2) P_n'(x)^2)` (Abramowitz and Stegun, 25.4.29).
    fn new() -> Self {
        Self(std::array::from_fn(|index| {
            let n = PANEL_NODES as f64;
            let mut x = (PI * (index as f64 + 0.75) / (n + 0.5)).cos();
            let mut slope = f64::NAN;
            // Quadratic convergence from a good start: five steps reach rounding, the rest costs nothing.
            for _ in 0..8 {
                let (mut previous, mut value) = (1.0, x);
                for degree in 2..=PANEL_NODES {
                    let k = degree as f64;
                    (previous, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * previous) / k);
                }
                slope = n * (x * value - previous) / (x * x - 1.0);
                x -= value / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        }))
    }

    /// `int_low^high f(x) dx` by one panel.
    fn integrate(&self, low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
        let (centre, half) = (0.5 * (low + high), 0.5 * (high - low));
        half * self.0.iter().map(|(x, weight)| weight * f(centre + half * x)).sum::<f64>()
    }
}

/// What a panel must agree with its halves to: the larger of the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Relative to `int |f|` as far as found.
    pub relative: f64,
    /// In the unit of the integral; needed where f itself is a difference, hence rounding noise where it should be 0.
    pub absolute: f64,
}

impl From<f64> for Tolerance {
    /// A relative tolerance alone.
    fn from(relative: f64) -> Self {
        Self { relative, absolute: 1e-300 }
    }
}

/// An integral with an estimate of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// The value.
    pub value: f64,
    /// Sum over panels of |one panel - its two halves|: an upper guess of the error, in the unit of `value`.
    pub error: f64,
}

/// `int_low^high f(x) dx` with `panels` equal panels of 16 Gauss-Legendre nodes each: a fixed cost, for smooth f.
pub fn composite(low: f64, high: f64, panels: usize, mut f: impl FnMut(f64) -> f64) -> f64 {
    let width = (high - low) / panels as f64;
    (0..panels).map(|panel| PANEL.integrate(low + width * panel as f64, low + width * (panel + 1) as f64, &mut f)).sum()
}

/// Several integrals over the same `panels` panels in one pass: `f` returns all integrands at x.
pub fn composite_many<const K: usize>(
    low: f64,
    high: f64,
    panels: usize,
    mut f: impl FnMut(f64) -> [f64; K],
) -> [f64; K] {
    let half = 0.5 * (high - low) / panels as f64;
    let mut sums = [0.0; K];
    for panel in 0..panels {
        let middle = low + half * (2 * panel + 1) as f64;
        for &(node, weight) in &PANEL.0 {
            let values = f(middle + half * node);
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += half * weight * value);
        }
    }
    sums
}

/// `int_low^high f(x) dx`, halving panels of 16 Gauss-Legendre nodes until each agrees with its two halves.
///
/// # Errors
/// [`Error::EmptyInterval`] if `low >= high`, [`Error::NotFinite`] for an infinite end or integrand,
/// [`Error::NotConverged`] if the budget of panels runs out.
pub fn adaptive(low: f64, high: f64, tolerance: impl Into<Tolerance>, f: impl FnMut(f64) -> f64) -> Result<Integral> {
    adaptive_between(&[low, high], tolerance, f)
}

/// [`adaptive`] over consecutive intervals: `breakpoints` (increasing) tell where the integrand has its features, which
/// a rule that starts from one wide panel could step over.
///
/// # Errors
/// As [`adaptive`]; [`Error::TooFew`] for fewer than two breakpoints.
pub fn adaptive_between(
    breakpoints: &[f64],
    tolerance: impl Into<Tolerance>,
    mut f: impl FnMut(f64) -> f64,
) -> Result<Integral> {
    if breakpoints.len() < 2 {
        return Err(Error::TooFew { name: "breakpoints".to_owned(), found: breakpoints.len(), needed: 2 });
    }
    let tolerance = tolerance.into();
    positive("tolerance", tolerance.relative.max(tolerance.absolute))?;
    let mut waiting = Vec::new();
    let mut magnitude = 0.0;
    for (&low, &high) in breakpoints.iter().zip(breakpoints.iter().skip(1)) {
        finite("lower end of the interval", low)?;
        finite("upper end of the interval", high)?;
        if low >= high {
            return Err(Error::EmptyInterval { low, high });
        }
        let (value, size) = panel(low, high, &mut f);
        magnitude += size;
        waiting.push((low, high, value, 0));
    }
    let (mut value, mut error, mut visited) = (0.0, 0.0, 0);
    while let Some((low, high, whole, depth)) = waiting.pop() {
        let middle = 0.5 * (low + high);
        let ((left, left_size), (right, right_size)) = (panel(low, middle, &mut f), panel(middle, high, &mut f));
        let halves = finite("integrand", left + right)?;
        // A feature found inside a panel that looked flat makes the scale of the integral larger.
        magnitude = f64::max(magnitude, left_size + right_size);
        let difference = (halves - whole).abs();
        visited += 1;
        if difference <= (tolerance.relative * magnitude).max(tolerance.absolute) || depth >= DEEPEST {
            value += halves;
            error += difference;
        } else if visited >= MOST_PANELS {
            return Err(Error::NotConverged {
                what: "the integral".to_owned(),
                error: difference,
                tolerance: tolerance.relative,
            });
        } else {
            waiting.push((low, middle, left, depth + 1));
            waiting.push((middle, high, right, depth + 1));
        }
    }
    Ok(Integral { value, error })
}

/// Breakpoints for integrands made of Gaussians `(mean, sigma)`: the bulk and the tails of each, sorted, within
/// [`GAUSSIAN_REACH`] sigmas of the means.
///
/// # Errors
/// [`Error::Empty`] without Gaussians; [`Error::NotFinite`] or [`Error::NotPositive`] for parameters that are no Gaussian.
pub fn gaussian_breakpoints(gaussians: &[(f64, f64)]) -> Result<Vec<f64>> {
    if gaussians.is_empty() {
        return Err(Error::Empty { name: "Gaussians".to_owned() });
    }
    let mut points = Vec::with_capacity(9 * gaussians.len());
    for &(mean, sigma) in gaussians {
        finite("mu", mean)?;
        positive("sigma", sigma)?;
        let reach = [1.5, 3.0, 6.0, GAUSSIAN_REACH];
        points.extend(reach.iter().flat_map(|r| [mean - r * sigma, mean + r * sigma]).chain([mean]));
    }
    points.sort_by(f64::total_cmp);
    // Panels narrower than rounding carry no mass and would divide by zero width.
    points.dedup_by(|next, kept| *next - *kept <= 1e-13 * (next.abs() + kept.abs()));
    if points.len() < 2 {
        return Err(Error::NotPositive { name: "sigma, beside the size of mu,".to_owned(), value: gaussians[0].1 });
    }
    Ok(points)
}

fn panel(low: f64, high: f64, f: &mut impl FnMut(f64) -> f64) -> (f64, f64) {
    let mut size = 0.0;
    let value = PANEL.integrate(low, high, |x| {
        let y = f(x);
        size += y.abs();
        y
    });
    (value, size * (high - low) / PANEL_NODES as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_integrals() {
        let sine = adaptive(0.0, std::f64::consts::PI, 1e-13, f64::sin).unwrap();
        assert!((sine.value - 2.0).abs() < 1e-13);
        let root = adaptive(0.0, 1.0, 1e-12, f64::sqrt).unwrap();
        assert!((root.value - 2.0 / 3.0).abs() < 1e-11, "{root:?}");
        assert!((composite(0.0, 1.0, 8, f64::exp) - (1f64.exp() - 1.0)).abs() < 1e-14);
        let [length, exponential] = composite_many(-2.0, 1.0, 3, |x| [1.0, x.exp()]);
        assert!((length - 3.0).abs() < 1e-14 && (exponential - (1f64.exp() - (-2f64).exp())).abs() < 1e-14);
    }

    #[test]
    fn finds_a_narrow_peak_at_a_breakpoint() {
        let (mean, sigma) = (0.3, 1e-5);
        let density =
            |x: f64| (-0.5 * ((x - mean) / sigma).powi(2)).exp() / (sigma * (2.0 * std::f64::consts::PI).sqrt());
        let points = gaussian_breakpoints(&[(mean, sigma), (0.0, 5.0)]).unwrap();
        let mass = adaptive_between(&points, 1e-12, density).unwrap();
        assert!((mass.value - 1.0).abs() < 1e-11, "{mass:?}");
    }

    #[test]
    fn refuses_what_has_no_integral() {
        assert!(matches!(adaptive(1.0, 1.0, 1e-9, |x| x), Err(Error::EmptyInterval { .. })));
        assert!(matches!(adaptive(0.0, 1.0, 1e-9, |_| f64::NAN), Err(Error::NotFinite { .. })));
        assert!(matches!(adaptive(0.0, f64::INFINITY, 1e-9, |x| x), Err(Error::NotFinite { .. })));
        assert!(gaussian_breakpoints(&[]).is_err() && gaussian_breakpoints(&[(0.0, 0.0)]).is_err());
        assert!(gaussian_breakpoints(&[(1e30, 1e-30)]).is_err());
        let wild = adaptive(0.0, 1.0, 1e-15, |x| (1.0 / (x - 0.5).abs().max(1e-300)).sin());
        assert!(matches!(wild, Err(Error::NotConverged { .. })), "{wild:?}");
    }
}
