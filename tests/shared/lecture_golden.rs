//! The lecture against reference values made with other software, natively and in the browser.

use elbo_lecture::distributions::expectation_maximization::run;
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::maximum_likelihood::{ascend, gradient, log_likelihood, maximum};
use elbo_lecture::distributions::multivariate_gaussian::MultivariateGaussian;
use elbo_lecture::latents::scale_mixture::ScaleMixture;
use elbo_lecture::tools::kl::{kl_full, kl_gaussian, kl_quadrature, kl_to_standard_normal};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::golden::read;
use crate::golden_values::{RELATIVE, assert_all_close, assert_close, cases, number, numbers, rows};

/// `gaussian_mle`: closed form, value and gradient elsewhere; gradient ascent ends there too.
#[wasm_bindgen_test(unsupported = test)]
fn gaussian_mle() {
    let golden = &read("gaussian_mle");
    for (index, case) in cases(golden).iter().enumerate() {
        let data = numbers(&case["x"]);
        let top = maximum(&data).unwrap();
        assert_close("mu", index, top.mu, &case["mu"]);
        assert_close("variance", index, top.variance, &case["variance"]);
        assert_close("log-likelihood", index, top.log_likelihood, &case["log_likelihood"]);
        let (mu, sigma) = (number(&case["at"]["mu"]), number(&case["at"]["sigma"]));
        assert_close("l", index, log_likelihood(&data, mu, sigma).unwrap(), &case["at"]["log_likelihood"]);
        let slope = gradient(&data, mu, sigma).unwrap();
        assert_close("dl/dmu", index, slope.mu, &case["at"]["d_mu"]);
        assert_close("dl/dsigma", index, slope.sigma, &case["at"]["d_sigma"]);
        let end = *ascend(&data, mu, sigma).unwrap().last().unwrap();
        assert_close("end of ascent, mu", index, end.mu, &case["mu"]);
        assert_close("end of ascent, sigma^2", index, end.sigma * end.sigma, &case["variance"]);
    }
}

/// `gmm_em`: every half step.
#[wasm_bindgen_test(unsupported = test)]
fn gmm_em() {
    let golden = &read("gmm_em");
    for (index, case) in cases(golden).iter().enumerate() {
        let start = |name: &str| numbers(&case["start"][name]);
        let trace = case["trace"].as_array().unwrap();
        for (iteration, step) in trace.iter().enumerate() {
            let half_steps = 2 * (iteration + 1);
            let (state, bars) =
                run(&numbers(&case["x"]), &start("weights"), &start("means"), &start("variances"), half_steps).unwrap();
            let at = |what: &str| format!("{what}, iteration {iteration}");
            let (before, after_e, after_m) = (&bars[half_steps - 2], &bars[half_steps - 1], &bars[half_steps]);
            assert_close(&at("log-likelihood before"), index, before.log_likelihood, &step["log_likelihood_before"]);
            assert_close(&at("ELBO after E"), index, after_e.elbo, &step["elbo_after_e_step"]);
            assert_close(&at("ELBO after M"), index, after_m.elbo, &step["elbo_after_m_step"]);
            assert_close(&at("log-likelihood after"), index, after_m.log_likelihood, &step["log_likelihood_after"]);
            let of = |f: &dyn Fn(&Gaussian) -> f64| state.mixture().components().iter().map(f).collect::<Vec<_>>();
            assert_all_close(&at("weights"), index, state.mixture().weights(), &step["weights"]);
            assert_all_close(&at("means"), index, &of(&|c| c.mean()), &step["means"]);
            assert_all_close(&at("variances"), index, &of(&|c| c.sigma().powi(2)), &step["variances"]);
        }
    }
}

/// `kl_gaussian_1d`: closed form and quadrature.
#[wasm_bindgen_test(unsupported = test)]
fn kl_gaussian_1d() {
    let golden = &read("kl_gaussian_1d");
    for (index, case) in cases(golden).iter().enumerate() {
        let gaussian = |mu: &str, sigma: &str| Gaussian::new(number(&case[mu]), number(&case[sigma])).unwrap();
        let (p, q) = (gaussian("mu1", "sigma1"), gaussian("mu2", "sigma2"));
        assert_close("closed form", index, kl_gaussian(&p, &q), &case["kl"]);
        assert_close("quadrature", index, kl_quadrature(&p, &q).unwrap().value, &case["kl"]);
    }
}

/// `kl_diagonal_to_standard`: per dimension and in total.
#[wasm_bindgen_test(unsupported = test)]
fn kl_diagonal_to_standard() {
    let golden = &read("kl_diagonal_to_standard");
    for (index, case) in cases(golden).iter().enumerate() {
        let kl = kl_to_standard_normal(&numbers(&case["mu"]), &numbers(&case["log_sigma"])).unwrap();
        assert_all_close("per dimension", index, &kl.per_dimension, &case["per_dimension"]);
        assert_close("total", index, kl.total, &case["kl"]);
    }
}

/// `gaussian_full`: the divergence.
#[wasm_bindgen_test(unsupported = test)]
fn kl_gaussian_full() {
    let golden = &read("gaussian_full");
    for (index, case) in cases(golden).iter().enumerate() {
        let gaussian = |mean: &str, covariance: &str| {
            MultivariateGaussian::from_rows(&numbers(&case[mean]), &rows(&case[covariance])).unwrap()
        };
        let kl = kl_full(&gaussian("mean1", "cov1"), &gaussian("mean2", "cov2")).unwrap();
        assert_close("KL", index, kl, &case["kl"]);
    }
}

/// `scale_mixture`: density, variance, and that the density integrates to one.
#[wasm_bindgen_test(unsupported = test)]
fn scale_mixture() {
    let golden = &read("scale_mixture");
    for (index, case) in cases(golden).iter().enumerate() {
        let model = ScaleMixture::new(number(&case["a"]), number(&case["b"]), number(&case["mu"])).unwrap();
        let density: Vec<f64> = numbers(&case["x"]).into_iter().map(|x| model.density(x)).collect();
        for (place, (found, reference)) in density.iter().zip(numbers(&case["density"])).enumerate() {
            let difference = (found - reference).abs();
            assert!(difference <= RELATIVE * reference, "density[{place}], case {index}: {found} is not {reference}");
        }
        assert_close("variance", index, model.variance(), &case["variance"]);
        assert!(model.mass().holds && model.variance_check().holds);
    }
}
