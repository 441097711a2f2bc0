//! Golden files of the lecture's models, estimators and scores, to 1e-9 relative; and properties at fixed seeds.

use elbo_lecture::autoencoders::transposed_convolution::transposed_convolution;
use elbo_lecture::bound::evidence_lower_bound_diagonal::diagonal_evidence_lower_bound;
use elbo_lecture::gradients::gradient_estimators::{Estimator, TestFunction, summarize};
use elbo_lecture::latents::probabilistic_pca::ProbabilisticPca;
use elbo_lecture::quality::frechet_distance::{FeatureMoments, frechet_distance_squared};
use elbo_lecture::quality::inception_score::inception_score;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::golden::read;
use crate::golden_values::{assert_all_close, assert_close, cases, number, numbers, rows};

#[wasm_bindgen_test(unsupported = test)]
fn frechet_distance_is_the_reference() {
    for (index, case) in cases(&read("gaussian_full")).iter().enumerate() {
        let first = FeatureMoments::new(&numbers(&case["mean1"]), &rows(&case["cov1"])).unwrap();
        let second = FeatureMoments::new(&numbers(&case["mean2"]), &rows(&case["cov2"])).unwrap();
        assert_close("frechet", index, frechet_distance_squared(&first, &second).unwrap(), &case["frechet_squared"]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn probabilistic_pca_is_the_reference() {
    for (index, case) in cases(&read("ppca")).iter().enumerate() {
        let model =
            ProbabilisticPca::new(&rows(&case["W"]), &numbers(&case["mu"]), number(&case["sigma_squared"]).sqrt())
                .unwrap();
        let x = numbers(&case["x"]);
        let posterior = model.posterior_values(&x).unwrap();
        assert_all_close("posterior mean", index, &posterior.mean, &case["posterior_mean"]);
        let expected_rows = case["posterior_cov"].as_array().unwrap();
        assert_eq!(posterior.covariance.len(), expected_rows.len(), "posterior covariance, case {index}: rows");
        for (row, expected) in posterior.covariance.iter().zip(expected_rows) {
            assert_all_close("posterior covariance", index, row, expected);
        }
        let bound =
            diagonal_evidence_lower_bound(&model, &x, &numbers(&case["q_mean"]), &numbers(&case["q_sigma"])).unwrap();
        assert_close("log evidence", index, bound.log_evidence, &case["log_evidence"]);
        assert_close("expected log-likelihood", index, bound.expected_log_likelihood, &case["expected_log_likelihood"]);
        assert_close("KL to the prior", index, bound.kl_to_prior, &case["kl_q_prior"]);
        assert_close("ELBO", index, bound.elbo, &case["elbo"]);
        assert_close("KL to the posterior", index, bound.kl_to_posterior, &case["kl_q_posterior"]);
        assert!(bound.sum.holds, "{:?}", bound.sum);
        if model.w().ncols() <= 2 {
            assert!(model.evidence_check(&x).unwrap().holds);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn gradient_estimators_are_the_reference() {
    for (index, case) in cases(&read("gradient_estimators")).iter().enumerate() {
        let f = TestFunction::named(case["f"].as_str().unwrap()).unwrap();
        let (mu, sigma) = (number(&case["mu"]), number(&case["sigma"]));
        let exact = f.exact(mu, sigma).unwrap();
        assert_close("expectation", index, exact.expectation, &case["expectation"]);
        assert_close("d_mu", index, exact.gradient.mu, &case["d_mu"]);
        assert_close("d_sigma", index, exact.gradient.sigma, &case["d_sigma"]);
        for (estimator, name) in [(Estimator::Pathwise, "pathwise_variance"), (Estimator::Score, "score_variance")] {
            let moments = estimator.moments(f, mu, sigma).unwrap();
            assert_close(&format!("{name} mu"), index, moments.mu.variance, &case[name]["d_mu"]);
            assert_close(&format!("{name} sigma"), index, moments.sigma.variance, &case[name]["d_sigma"]);
            let summary = summarize(estimator, f, mu, sigma, 50_000, 17).unwrap();
            assert!(summary.mu.unbiased.holds && summary.sigma.unbiased.holds, "{name} {index}: {summary:?}");
            // Sample variances of 50000 heavy-tailed draws: a fifth is several of their standard errors.
            for found in [summary.mu, summary.sigma] {
                assert!((found.variance / found.exact_variance - 1.0).abs() < 0.2, "{name} {index}: {found:?}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn transposed_convolution_is_the_reference() {
    for (index, case) in cases(&read("transposed_convolution")).iter().enumerate() {
        let stride = usize::try_from(case["stride"].as_u64().unwrap()).unwrap();
        let result = transposed_convolution(&rows(&case["input"]), &rows(&case["kernel"]), stride).unwrap();
        assert_eq!(result.output, rows(&case["output"]), "case {index}");
        let sum: f64 = result.stamps.iter().flat_map(|stamp| stamp.values.iter().flatten()).sum();
        assert!((sum - result.output.iter().flatten().sum::<f64>()).abs() < 1e-12);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn inception_score_is_the_reference() {
    for (index, case) in cases(&read("inception_score")).iter().enumerate() {
        let score = inception_score(&rows(&case["probabilities"])).unwrap().score;
        assert_close("score", index, score, &case["score"]);
    }
}
