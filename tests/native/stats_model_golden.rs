//! Golden files of the models, estimators and scores in `stats`, to 1e-9 relative; and properties at fixed seeds.

use elbo_room::stats::evidence_lower_bound_diagonal::diagonal_evidence_lower_bound;
use elbo_room::stats::frechet_distance::{FeatureMoments, frechet_distance_squared};
use elbo_room::stats::gradient_estimators::{Estimator, TestFunction, summarize};
use elbo_room::stats::inception_score::inception_score;
use elbo_room::stats::probabilistic_pca::ProbabilisticPca;
use elbo_room::stats::transposed_convolution::transposed_convolution;
use serde_json::Value;

use super::golden::read;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}")).iter().map(number).collect()
}

fn table(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap_or_else(|| panic!("not a table: {value}")).iter().map(list).collect()
}

fn cases(name: &str) -> Vec<Value> {
    let file = read(name);
    let cases = file["cases"].as_array().unwrap_or_else(|| panic!("{name}: no cases"));
    assert!(!cases.is_empty(), "{name}: no cases");
    cases.clone()
}

/// 1e-9 relative, absolute below 1: the two frameworks sum in different orders.
fn assert_close(what: &str, found: f64, expected: &Value) {
    let expected = number(expected);
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}

#[test]
fn frechet_distance_is_the_reference() {
    for (index, case) in cases("gaussian_full").iter().enumerate() {
        let first = FeatureMoments::new(&list(&case["mean1"]), &table(&case["cov1"])).unwrap();
        let second = FeatureMoments::new(&list(&case["mean2"]), &table(&case["cov2"])).unwrap();
        assert_close(
            &format!("frechet {index}"),
            frechet_distance_squared(&first, &second).unwrap(),
            &case["frechet_squared"],
        );
    }
}

#[test]
fn probabilistic_pca_is_the_reference() {
    for (index, case) in cases("ppca").iter().enumerate() {
        let model =
            ProbabilisticPca::new(&table(&case["W"]), &list(&case["mu"]), number(&case["sigma_squared"]).sqrt())
                .unwrap();
        let x = list(&case["x"]);
        let posterior = model.posterior_values(&x).unwrap();
        for (found, expected) in posterior.mean.iter().zip(case["posterior_mean"].as_array().unwrap()) {
            assert_close(&format!("posterior mean {index}"), *found, expected);
        }
        for (row, expected_row) in posterior.covariance.iter().zip(case["posterior_cov"].as_array().unwrap()) {
            for (found, expected) in row.iter().zip(expected_row.as_array().unwrap()) {
                assert_close(&format!("posterior covariance {index}"), *found, expected);
            }
        }
        let bound = diagonal_evidence_lower_bound(&model, &x, &list(&case["q_mean"]), &list(&case["q_sigma"])).unwrap();
        assert_close(&format!("log evidence {index}"), bound.log_evidence, &case["log_evidence"]);
        assert_close(
            &format!("expected log-likelihood {index}"),
            bound.expected_log_likelihood,
            &case["expected_log_likelihood"],
        );
        assert_close(&format!("KL to the prior {index}"), bound.kl_to_prior, &case["kl_q_prior"]);
        assert_close(&format!("ELBO {index}"), bound.elbo, &case["elbo"]);
        assert_close(&format!("KL to the posterior {index}"), bound.kl_to_posterior, &case["kl_q_posterior"]);
        assert!(bound.sum.holds, "{:?}", bound.sum);
        if model.w().ncols() <= 2 {
            assert!(model.evidence_check(&x).unwrap().holds);
        }
    }
}

#[test]
fn gradient_estimators_are_the_reference() {
    for (index, case) in cases("gradient_estimators").iter().enumerate() {
        let f = TestFunction::named(case["f"].as_str().unwrap()).unwrap();
        let (mu, sigma) = (number(&case["mu"]), number(&case["sigma"]));
        let exact = f.exact(mu, sigma).unwrap();
        assert_close(&format!("expectation {index}"), exact.expectation, &case["expectation"]);
        assert_close(&format!("d_mu {index}"), exact.gradient.mu, &case["d_mu"]);
        assert_close(&format!("d_sigma {index}"), exact.gradient.sigma, &case["d_sigma"]);
        for (estimator, name) in [(Estimator::Pathwise, "pathwise_variance"), (Estimator::Score, "score_variance")] {
            let moments = estimator.moments(f, mu, sigma).unwrap();
            assert_close(&format!("{name} mu {index}"), moments.mu.variance, &case[name]["d_mu"]);
            assert_close(&format!("{name} sigma {index}"), moments.sigma.variance, &case[name]["d_sigma"]);
            let summary = summarize(estimator, f, mu, sigma, 50_000, 17).unwrap();
            assert!(summary.mu.unbiased.holds && summary.sigma.unbiased.holds, "{name} {index}: {summary:?}");
            // Sample variances of 50000 heavy-tailed draws: a fifth is several of their standard errors.
            for found in [summary.mu, summary.sigma] {
                assert!((found.variance / found.exact_variance - 1.0).abs() < 0.2, "{name} {index}: {found:?}");
            }
        }
    }
}

#[test]
fn transposed_convolution_is_the_reference() {
    for (index, case) in cases("transposed_convolution").iter().enumerate() {
        let stride = usize::try_from(case["stride"].as_u64().unwrap()).unwrap();
        let result = transposed_convolution(&table(&case["input"]), &table(&case["kernel"]), stride).unwrap();
        assert_eq!(result.output, table(&case["output"]), "case {index}");
        let sum: f64 = result.stamps.iter().flat_map(|stamp| stamp.values.iter().flatten()).sum();
        assert!((sum - result.output.iter().flatten().sum::<f64>()).abs() < 1e-12);
    }
}

#[test]
fn inception_score_is_the_reference() {
    for (index, case) in cases("inception_score").iter().enumerate() {
        let score = inception_score(&table(&case["probabilities"])).unwrap().score;
        assert_close(&format!("score {index}"), score, &case["score"]);
    }
}
