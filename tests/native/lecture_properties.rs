//! What must hold for any parameters, not only for the examples.

use elbo_lecture::distributions::density::Density;
use elbo_lecture::distributions::expectation_maximization::{ExpectationMaximization, HalfStep, start, trace};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::maximum_likelihood::{ascend, log_likelihood, maximum};
use elbo_lecture::distributions::mixture::Mixture;
use elbo_lecture::distributions::mixture_fit::Fit;
use elbo_lecture::distributions::multivariate_gaussian::MultivariateGaussian;
use elbo_lecture::latents::scale_mixture::ScaleMixture;
use elbo_lecture::tools::kl::{kl_diagonal, kl_full, kl_gaussian, kl_quadrature};
use elbo_lecture::tools::kl_convexity::convexity;
use elbo_lecture::tools::kl_fit::{Direction, divergence, forward_fit, gradient, reverse_fit};
use elbo_numerics::quadrature::{adaptive_between, gaussian_breakpoints};
use elbo_numerics::random::seeded;
use proptest::prelude::*;

fn gaussian() -> impl Strategy<Value = Gaussian> {
    (-5.0..5.0f64, -2.0..1.5f64).prop_map(|(mean, log_sigma)| Gaussian::from_log_sigma(mean, log_sigma).unwrap())
}

fn mixture() -> impl Strategy<Value = Mixture<Gaussian>> {
    prop::collection::vec((gaussian(), 0.05..1.0f64), 1..5).prop_map(|parts| {
        let sum: f64 = parts.iter().map(|(_, weight)| weight).sum();
        let (components, weights): (Vec<_>, Vec<_>) = parts.into_iter().map(|(c, weight)| (c, weight / sum)).unzip();
        Mixture::new(weights, components).unwrap()
    })
}

/// `A A^T + I / 10` is a covariance for any A.
fn plane_gaussian() -> impl Strategy<Value = MultivariateGaussian> {
    prop::array::uniform6(-2.0..2.0f64).prop_map(|[x, y, a, b, c, d]| {
        let off = a * c + b * d;
        let covariance = [vec![a * a + b * b + 0.1, off], vec![off, c * c + d * d + 0.1]];
        MultivariateGaussian::from_rows(&[x, y], &covariance).unwrap()
    })
}

/// The bars of up to `most` half steps: fewer where a component dies on the way.
fn bars<C: Fit>(state: &mut ExpectationMaximization<C>, most: usize) -> Vec<HalfStep> {
    let mut bars = trace(state, 0).unwrap();
    bars.extend(std::iter::from_fn(|| trace(state, 1).ok()?.pop()).take(most));
    bars
}

fn data() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-10.0..10.0f64, 2..60)
        .prop_filter("points that differ", |data| data.iter().any(|x| (x - data[0]).abs() > 1e-3))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kl_is_never_negative_and_zero_only_at_equality(p in gaussian(), q in gaussian()) {
        let kl = kl_gaussian(&p, &q);
        let apart = (p.mean() - q.mean()).abs().max((p.sigma() - q.sigma()).abs());
        prop_assert!(kl >= 0.0 && (kl > 0.0 || apart < 1e-7), "{p:?} {q:?} {kl}");
        prop_assert_eq!(kl_gaussian(&p, &p), 0.0);
        let quadrature = kl_quadrature(&p, &q).unwrap().value;
        prop_assert!((kl - quadrature).abs() < 1e-9 * kl.max(1.0), "{kl} {quadrature}");
    }

    #[test]
    fn kl_of_mixtures_is_never_negative(p in mixture(), q in mixture()) {
        prop_assert!(kl_quadrature(&p, &q).unwrap().value > -1e-11);
        prop_assert!(kl_quadrature(&p, &p).unwrap().value.abs() < 1e-11);
    }

    #[test]
    fn kl_in_the_plane(p in plane_gaussian(), q in plane_gaussian()) {
        let kl = kl_full(&p, &q).unwrap();
        prop_assert!(kl > 0.0 && kl_full(&p, &p).unwrap() < 1e-12);
        // Whatever is done to one coordinate alone cannot cost more than the whole.
        let marginal = |g: &MultivariateGaussian| Gaussian::new(g.mean()[0], g.covariance()[(0, 0)].sqrt()).unwrap();
        prop_assert!(kl_gaussian(&marginal(&p), &marginal(&q)) <= kl * (1.0 + 1e-12) + 1e-12);
    }

    #[test]
    fn kl_of_a_product_is_the_sum(a in gaussian(), b in gaussian(), c in gaussian(), d in gaussian()) {
        let parts = |x: &Gaussian, y: &Gaussian| ([x.mean(), y.mean()], [x.sigma().ln(), y.sigma().ln()]);
        let ((mu1, log_sigma1), (mu2, log_sigma2)) = (parts(&a, &b), parts(&c, &d));
        let sum = kl_gaussian(&a, &c) + kl_gaussian(&b, &d);
        let total = kl_diagonal(&mu1, &log_sigma1, &mu2, &log_sigma2).unwrap().total;
        prop_assert!((total - sum).abs() < 1e-10 * sum.max(1.0), "{total} {sum}");
    }

    #[test]
    fn kl_is_convex_in_the_pair(p1 in gaussian(), p2 in gaussian(), q1 in gaussian(), q2 in gaussian(), t in 0.0..1.0f64) {
        let both = convexity([p1, p2], [q1, q2], t).unwrap();
        prop_assert!(both.gap > -1e-9 * both.chord.max(1.0), "{both:?}");
        let first = convexity([p1, p2], [q1, q1], t).unwrap();
        let second = convexity([p1, p1], [q1, q2], t).unwrap();
        prop_assert!(first.gap > -1e-9 * first.chord.max(1.0) && second.gap > -1e-9 * second.chord.max(1.0));
    }

    #[test]
    fn densities_integrate_to_one(p in mixture(), a in 0.05..2.0f64, width in 0.01..5.0f64, mu in -3.0..3.0f64) {
        let points = gaussian_breakpoints(&p.gaussians()).unwrap();
        let mass = adaptive_between(&points, 1e-12, |x| p.density(x)).unwrap().value;
        prop_assert!((mass - 1.0).abs() < 1e-10, "{mass}");
        let model = ScaleMixture::new(a, a + width, mu).unwrap();
        let (mass, variance) = (model.mass(), model.variance_check());
        prop_assert!(mass.holds && variance.holds, "{mass:?} {variance:?}");
    }

    #[test]
    fn em_never_lowers_either_bar(data in data(), components in 1..5usize, seed in 0..1000u64) {
        let components = components.min(data.len());
        let first = start::<Gaussian>(&data, components, seed).unwrap();
        let bars = bars(&mut ExpectationMaximization::new(data, first).unwrap(), 60);
        prop_assert!(bars.len() >= 3, "not even one E and one M step: {bars:?}");
        for pair in bars.windows(2) {
            let slack = 1e-9 * pair[0].elbo.abs().max(1.0);
            prop_assert!(pair[1].elbo >= pair[0].elbo - slack, "ELBO fell: {pair:?}");
            prop_assert!(pair[1].log_likelihood >= pair[0].log_likelihood - slack, "log-likelihood fell: {pair:?}");
            prop_assert!(pair[1].gap > -slack, "ELBO above the log-likelihood: {pair:?}");
            prop_assert!(pair[1].step % 2 == 0 || pair[1].gap < slack, "no equality after E: {pair:?}");
        }
    }

    #[test]
    fn em_in_the_plane_never_lowers_either_bar(truth in plane_gaussian(), n in 5..80usize, components in 1..4usize, seed in 0..1000u64) {
        let mut random = seeded(seed);
        let data: Vec<Vec<f64>> = (0..n).map(|_| truth.sample(&mut random)).collect();
        let first = start::<MultivariateGaussian>(&data, components, seed).unwrap();
        let bars = bars(&mut ExpectationMaximization::new(data, first).unwrap(), 40);
        prop_assert!(bars.len() >= 3, "not even one E and one M step: {bars:?}");
        for pair in bars.windows(2) {
            let slack = 1e-9 * pair[0].elbo.abs().max(1.0);
            prop_assert!(pair[1].elbo >= pair[0].elbo - slack && pair[1].log_likelihood >= pair[0].log_likelihood - slack, "{pair:?}");
        }
    }

    #[test]
    fn no_point_is_likelier_than_the_maximum(data in data(), mu in -20.0..20.0f64, log_sigma in -3.0..3.0f64) {
        let top = maximum(&data).unwrap();
        let here = log_likelihood(&data, mu, log_sigma.exp()).unwrap();
        prop_assert!(here <= top.log_likelihood + 1e-9 * top.log_likelihood.abs());
        let end = *ascend(&data, mu, log_sigma.exp()).unwrap().last().unwrap();
        prop_assert!((end.mu - top.mu).abs() < 1e-9 && (end.sigma / top.sigma - 1.0).abs() < 1e-9, "{end:?} {top:?}");
    }

    #[test]
    fn fits_by_kl_end_where_the_gradient_vanishes(p in mixture(), q in gaussian()) {
        let forward = forward_fit(&p).unwrap();
        let slope = gradient(Direction::Forward, &p, &forward).unwrap();
        prop_assert!((slope.mu * forward.sigma()).abs() < 1e-10 && slope.log_sigma.abs() < 1e-10, "{slope:?}");
        prop_assert!(divergence(Direction::Forward, &p, &forward).unwrap() <= divergence(Direction::Forward, &p, &q).unwrap() + 1e-10);
        let path = reverse_fit(&p, q.mean(), q.sigma()).unwrap();
        let end = *path.last().unwrap();
        let slope = gradient(Direction::Reverse, &p, &Gaussian::new(end.mu, end.sigma).unwrap()).unwrap();
        prop_assert!((slope.mu * end.sigma).abs() < 1e-9 && slope.log_sigma.abs() < 1e-9, "{slope:?}");
        prop_assert!(path.windows(2).all(|pair| pair[1].kl <= pair[0].kl + 1e-10));
    }
}
