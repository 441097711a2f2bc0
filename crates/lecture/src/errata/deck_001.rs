//! Slips in the formulas of deck 001.

use elbo_numerics::check::Check;
use elbo_numerics::error::Result;
use elbo_numerics::gaussian_expectation::{gaussian_expectation, log_integral};

use super::{Erratum, labelled};
use crate::autoencoders::principal_components::{leading, principal_angles_degrees, principal_components};
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;
use crate::latents::probabilistic_pca::ProbabilisticPca;

pub(super) fn errata() -> Result<Vec<Erratum>> {
    Ok(vec![posterior_covariance()?, linear_autoencoder()?, proportional_posterior()?, two_thetas()?])
}

fn posterior_covariance() -> Result<Erratum> {
    let (model, x) = (LinearGaussian::new(1.5, 0.2, 0.5)?, 1.0);
    let (m, variance) = (1.5 * 1.5 + 0.25, 0.25);
    let posterior = model.posterior(x)?;
    // Bayes' rule by quadrature: the second moment of p(x, z) about the mean, over its mass.
    let log_mass = model.log_evidence_by_quadrature(x)?;
    let moment = |z: f64| model.log_joint(x, z) + 2.0 * (z - posterior.mean()).abs().ln();
    // Nodes half a step off the mean, where the logarithm is minus infinity.
    let by_quadrature =
        (log_integral(posterior.mean() + posterior.sigma() / 32.0, posterior.sigma(), moment) - log_mass).exp();
    let plane = ProbabilisticPca::new(&[vec![1.0, 0.3], vec![-0.5, 0.8]], &[0.0, 0.0], 0.4)?;
    let product = plane.posterior(&[1.0, 1.0])?.covariance() * plane.m() / plane.sigma().powi(2);
    Ok(Erratum {
        name: "posterior-covariance",
        deck: "001",
        place: "Probabilistic PCA, posterior",
        printed: r"\p_{\ttheta}(\z\mid\x) = \mathcal N\left(M^{-1} W^\top (\x - \mmu),\; \ssigma^{-2} M\right)",
        corrected: r"\p_{\ttheta}(\z\mid\x) = \mathcal N\left(M^{-1} W^\top (\x - \mmu),\; \ssigma^{2} M^{-1}\right)",
        explanation: "What is printed as the covariance is its inverse, the precision. More noise must make z less certain; printed, it would make z more certain.",
        checks: vec![
            labelled(
                "σ² / M against the posterior’s variance by quadrature, 1-D",
                Check::absolute(variance / m, by_quadrature, 1e-9),
            ),
            labelled("trace of (σ² M⁻¹)(σ⁻² M) against 2, in 2-D", Check::absolute(product.trace(), 2.0, 1e-12)),
        ],
        counterexamples: vec![labelled(
            "σ⁻² M against the posterior’s variance by quadrature, 1-D",
            Check::absolute(m / variance, by_quadrature, 1e-9),
        )],
    })
}

fn linear_autoencoder() -> Result<Erratum> {
    // Points along (1, -1) around the far mean (5, 5). Adding -x for each x gives mean 0, so that the covariance of the doubled data is
    // the second moment of the first: what an autoencoder without centring sees.
    let data: Vec<Vec<f64>> =
        (-3..=3).map(|k| vec![5.0 + f64::from(k), 5.0 - f64::from(k) + 0.2 * f64::from(k * k - 4)]).collect();
    let doubled: Vec<Vec<f64>> =
        data.iter().cloned().chain(data.iter().map(|x| x.iter().map(|entry| -entry).collect())).collect();
    let components = principal_components(&data)?;
    let centred: Vec<Vec<f64>> =
        data.iter().map(|x| x.iter().zip(&components.mean).map(|(entry, mean)| entry - mean).collect()).collect();
    let angle = |other: &[Vec<f64>]| -> Result<f64> {
        let angles = principal_angles_degrees(&leading(&components, 1)?, &leading(&principal_components(other)?, 1)?)?;
        Ok(angles.iter().sum())
    };
    let centred_doubled: Vec<Vec<f64>> =
        centred.iter().cloned().chain(centred.iter().map(|x| x.iter().map(|entry| -entry).collect())).collect();
    Ok(Erratum {
        name: "linear-autoencoder",
        deck: "001",
        place: "Autoencoder and compression, linear case",
        printed: r"\min_W \sum_i \|\x_i - W W^\top \x_i\|^2 \text{ yields the subspace of PCA}",
        corrected: r"\min_W \sum_i \|(\x_i - \bar{\x}) - W W^\top (\x_i - \bar{\x})\|^2 \text{ yields the subspace of PCA}",
        explanation: "True for centred data. Without centring (or biases) the best line through the origin points at the mean, and can be perpendicular to the first component.",
        checks: vec![labelled(
            "angle to the first component in degrees, centred data, against 0",
            Check::absolute(angle(&centred_doubled)?, 0.0, 1e-6),
        )],
        counterexamples: vec![labelled(
            "angle to the first component in degrees, data around (5, 5), against 0",
            Check::absolute(angle(&doubled)?, 0.0, 1.0),
        )],
    })
}

fn proportional_posterior() -> Result<Erratum> {
    let (model, x) = (LinearGaussian::new(1.5, 0.2, 0.5)?, 1.0);
    let (posterior, other) = (model.posterior(x)?, Gaussian::new(0.0, 1.0)?);
    let log_ratio = |q: &Gaussian, z: f64| model.log_joint(x, z) - q.log_density(z);
    Ok(Erratum {
        name: "proportional-posterior",
        deck: "001",
        place: "Weak decoders, weak encoders",
        printed: r"\q_{\pphi}(\z\mid\x) \propto \p_{\ttheta}(\x\mid\z)\, \p(\z)",
        corrected: r"\p_{\ttheta}(\z\mid\x) \propto \p_{\ttheta}(\x\mid\z)\, \p(\z), \quad \q_{\pphi}(\z\mid\x) \approx \p_{\ttheta}(\z\mid\x)",
        explanation: "Bayes’ rule defines the exact posterior. q is proportional to it only when the gap is closed, which a diagonal Gaussian encoder rarely manages.",
        checks: vec![labelled(
            "log of likelihood times prior over posterior at z = -1 against z = 1",
            Check::absolute(log_ratio(&posterior, -1.0), log_ratio(&posterior, 1.0), 1e-9),
        )],
        counterexamples: vec![labelled(
            "log of likelihood times prior over q = N(0, 1) at z = -1 against z = 1",
            Check::absolute(log_ratio(&other, -1.0), log_ratio(&other, 1.0), 1e-9),
        )],
    })
}

fn two_thetas() -> Result<Erratum> {
    let (model, x) = (LinearGaussian::new(1.5, 0.2, 0.5)?, 1.0);
    // The evidence when the prior is N(lambda, 1).
    let by_quadrature = |lambda: f64| gaussian_expectation(lambda, 1.0, |z| model.log_likelihood(x, z).exp()).ln();
    let moved = Gaussian::new(model.w() * 0.7 + model.mu(), model.marginal()?.sigma())?;
    Ok(Erratum {
        name: "two-thetas",
        deck: "001",
        place: "Latent variable models, and both derivations of the bound",
        printed: r"\log \p_{\vartheta}(\x) = \log \int \p_{\ttheta}(\x\mid\z)\, \p_{\lambda}(\z)\, d\z \quad\text{and, later,}\quad \ln \p_{\ttheta}(\x) = \ldots",
        corrected: r"\log \p_{\ttheta,\lambda}(\x) = \log \int \p_{\ttheta}(\x\mid\z)\, \p_{\lambda}(\z)\, d\z",
        explanation: "Two ways to write the letter θ take turns, and the evidence carries either of them. It depends on the decoder’s θ and on the prior’s λ together; neither letter alone fixes it. On this page the prior has no parameters, so that θ is enough.",
        checks: vec![labelled(
            "log p(x) with the prior N(0.7, 1) by quadrature against the closed form",
            Check::absolute(by_quadrature(0.7), moved.log_density(x), 1e-10),
        )],
        counterexamples: vec![labelled(
            "log p(x) with the prior N(0, 1) against N(0.7, 1), the same θ",
            Check::absolute(by_quadrature(0.0), by_quadrature(0.7), 1e-10),
        )],
    })
}
