//! Slips in deck 003.

use elbo_numerics::check::Check;
use elbo_numerics::error::Result;
use elbo_numerics::gaussian_expectation::{LOG_2_PI, gaussian_expectation};

use super::{Erratum, labelled};
use crate::bound::evidence_lower_bound::evidence_lower_bound;
use crate::bound::evidence_lower_bound_ascent::gradient;
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;
use crate::loss::likelihoods::gaussian_log_likelihood;
use crate::tools::kl::kl_gaussian;

pub(super) fn errata() -> Result<Vec<Erratum>> {
    Ok(vec![letters_and_dz()?, gaussian_constant()?, squared_covariance()?, naive_gradient()?, amortized_objective()?])
}

fn letters_and_dz() -> Result<Erratum> {
    let (model, x, q) = (LinearGaussian::new(1.5, 0.0, 0.7)?, 1.0, Gaussian::new(0.2, 0.6)?);
    let bound = evidence_lower_bound(&model, x, &q)?.elbo;
    let two_means = gaussian_expectation(q.mean(), q.sigma(), |z| model.log_joint(x, z))
        - gaussian_expectation(q.mean(), q.sigma(), |z| q.log_density(z));
    // Without dz an integral is a sum over points, however many one takes: here ten for each unit of z.
    let sum: f64 = (-80..=80).map(|k| model.log_joint(x, 0.1 * f64::from(k)).exp()).sum();
    Ok(Erratum {
        name: "letters-and-dz",
        deck: "003",
        place: "EM and the lower bound, from Jensen’s inequality on",
        printed: r"\log \p(\x) = \log \int_{\z} \p(\x, \z), \qquad \mathrm{EBLO} = \mathbb{E}_{\q}[\log \p(\x, \z)] - \mathbb{E}_{\q}[\log \q(\z)]",
        corrected: r"\log \p(\x) = \log \int \p(\x, \z)\, d\z, \qquad \mathrm{ELBO} = \mathbb{E}_{\q}[\log \p(\x, \z)] - \mathbb{E}_{\q}[\log \q(\z)]",
        explanation: "Two letters of the bound’s name changed places, and the integrals of this slide have lost the dz that the deck writes later. It is no ornament: a density times dz is a probability, a density alone is none.",
        checks: vec![
            labelled(
                "log of the integral with dz against the exact log p(x)",
                Check::absolute((0.1 * sum).ln(), model.log_evidence(x)?, 1e-10),
            ),
            labelled(
                "the two expectations against the closed form of the ELBO",
                Check::absolute(two_means, bound, 1e-10),
            ),
        ],
        counterexamples: vec![labelled(
            "log of the same sum without dz against the exact log p(x)",
            Check::absolute(sum.ln(), model.log_evidence(x)?, 1e-10),
        )],
    })
}

fn gaussian_constant() -> Result<Erratum> {
    let (x, mean, sigma) = ([0.2, 0.9, 0.4], [0.1, 0.7, 0.6], 0.3);
    let squared_error: f64 = x.iter().zip(mean).map(|(x, mean): (&f64, f64)| (x - mean).powi(2)).sum();
    let printed = 1.5 * f64::ln(sigma * sigma) + squared_error / (2.0 * sigma * sigma);
    let exact = -gaussian_log_likelihood(&x, &mean, sigma)?.image;
    Ok(Erratum {
        name: "gaussian-constant",
        deck: "003",
        place: "1D Gaussian case, reproduction cost",
        printed: r"-\log \p_{\ttheta}(\x\mid\z) = \sum_{j=1}^{D} \tfrac12 \log \ssigma_{x_j}^2 + \frac{(\x_j - \mmu_{x_j})^2}{2 \ssigma_{x_j}^2}",
        corrected: r"-\log \p_{\ttheta}(\x\mid\z) = \sum_{j=1}^{D} \tfrac12 \log \ssigma_{x_j}^2 + \frac{(\x_j - \mmu_{x_j})^2}{2 \ssigma_{x_j}^2} + \tfrac D2 \log 2\pi",
        explanation: "The constant does not move the optimum, but without it the value is no log-likelihood and cannot be compared with other models: for MNIST it is 720 nats.",
        checks: vec![labelled(
            "corrected formula against the density’s negative log, D = 3",
            Check::absolute(printed + 1.5 * LOG_2_PI, exact, 1e-12),
        )],
        counterexamples: vec![labelled(
            "printed formula against the density’s negative log, D = 3",
            Check::absolute(printed, exact, 1e-12),
        )],
    })
}

fn squared_covariance() -> Result<Erratum> {
    let (mu, variance) = (0.5, 0.25);
    let q = Gaussian::new(mu, f64::sqrt(variance))?;
    let by_quadrature = gaussian_expectation(mu, q.sigma(), |z| Gaussian::STANDARD.log_density(z) - q.log_density(z));
    let formula = |variance: f64| 0.5 * (1.0 + variance.ln() - mu * mu - variance);
    Ok(Erratum {
        name: "squared-covariance",
        deck: "003",
        place: "Variational autoencoders, closed form of the KL term",
        printed: r"\tfrac12 \sum_j \left(1 + \log (\Sigma_{\z\mid\x})_j^2 - (\mmu_{\z\mid\x})_j^2 - (\Sigma_{\z\mid\x})_j^2\right), \quad \q = \mathcal N(\z; \mmu_{\z\mid\x}, \Sigma_{\z\mid\x})",
        corrected: r"\tfrac12 \sum_j \left(1 + \log (\Sigma_{\z\mid\x})_{jj} - (\mmu_{\z\mid\x})_j^2 - (\Sigma_{\z\mid\x})_{jj}\right), \quad (\Sigma_{\z\mid\x})_{jj} = \ssigma_j^2",
        explanation: "Σ is a covariance in the line above; its diagonal already holds variances, and squaring them once more is wrong. The deck’s later slide, in terms of σⱼ², is right.",
        checks: vec![labelled(
            "corrected -KL at variance 0.25 against quadrature",
            Check::absolute(formula(variance), by_quadrature, 1e-12),
        )],
        counterexamples: vec![labelled(
            "printed -KL at variance 0.25 against quadrature",
            Check::absolute(formula(variance * variance), by_quadrature, 1e-12),
        )],
    })
}

fn naive_gradient() -> Result<Erratum> {
    let (model, x, q) = (LinearGaussian::new(1.5, 0.0, 0.7)?, 2.0, Gaussian::new(-0.5, 1.2)?);
    let exact = gradient(&model, x, &q)?.q_mu;
    let score = |z: f64| (z - q.mean()) / (q.sigma() * q.sigma());
    let under_q = |f: &dyn Fn(f64) -> f64| gaussian_expectation(q.mean(), q.sigma(), f);
    // f = log p(x, z) - log q(z); with z held fixed only -log q moves with phi.
    let naive = under_q(&|z| -score(z));
    let score_function = under_q(&|z| (model.log_joint(x, z) - q.log_density(z)) * score(z));
    let pathwise = under_q(&|z| model.w() * (x - model.mu() - model.w() * z) / model.sigma().powi(2) - z);
    Ok(Erratum {
        name: "naive-gradient",
        deck: "003",
        place: "Optimization interpretation",
        printed: r"\nabla_{\pphi} \mathcal L \approx \nabla_{\pphi} f_{\pphi,\ttheta}(\x, \z^{(i)}), \quad \z^{(i)} \sim \q_{\pphi}(\z\mid\x) \quad \text{(high variance)}",
        corrected: r"\nabla_{\pphi} \mathcal L \approx f_{\pphi,\ttheta}(\x, \z^{(i)})\, \nabla_{\pphi} \log \q_{\pphi}(\z^{(i)}\mid\x) \quad \text{(high variance)}, \qquad \text{or } \nabla_{\pphi} f_{\pphi,\ttheta}(\x, g_{\pphi}(\eeps, \x))",
        explanation: "With z held fixed, the gradient has mean 0 whatever the true gradient is: not a noisy estimate but one of the wrong thing. The estimator of high variance is the score function’s; deck 000 warns of the swap.",
        checks: vec![
            labelled(
                "mean of the score-function estimator against the exact gradient in μ",
                Check::absolute(score_function, exact, 1e-9),
            ),
            labelled(
                "mean of the reparameterized estimator against the exact gradient in μ",
                Check::absolute(pathwise, exact, 1e-9),
            ),
            labelled("mean of the printed estimator against 0", Check::absolute(naive, 0.0, 1e-12)),
        ],
        counterexamples: vec![labelled(
            "mean of the printed estimator against the exact gradient in μ",
            Check::absolute(naive, exact, 1e-9),
        )],
    })
}

fn amortized_objective() -> Result<Erratum> {
    // The smallest shared encoder: one mean b for all x.
    let model = LinearGaussian::new(1.5, 0.0, 0.7)?;
    let (first, second) = (model.posterior(-1.0)?, model.posterior(2.0)?);
    let shared = 0.5 * (first.mean() + second.mean());
    let gap = |b: f64| -> Result<f64> {
        let q = Gaussian::new(b, first.sigma())?;
        Ok(kl_gaussian(&q, &first) + kl_gaussian(&q, &second))
    };
    let h = 1e-4;
    Ok(Erratum {
        name: "amortized-objective",
        deck: "003",
        place: "The variational autoencoder: overview",
        printed: r"\forall \x_i: \; \arg\min_{\pphi} \mathrm{KL}\left(\q_{\pphi}(\z\mid\x_i) \,\|\, \p_{\ttheta}(\z\mid\x_i)\right)",
        corrected: r"\arg\min_{\pphi} \sum_i \mathrm{KL}\left(\q_{\pphi}(\z\mid\x_i) \,\|\, \p_{\ttheta}(\z\mid\x_i)\right)",
        explanation: "One φ serves all x, so it cannot be the best for each of them: it minimises the sum. What it loses against a separate q for each x is the amortization gap.",
        checks: vec![labelled(
            "slope of the sum of both gaps at the shared optimum against 0",
            Check::absolute((gap(shared + h)? - gap(shared - h)?) / (2.0 * h), 0.0, 1e-8),
        )],
        counterexamples: vec![labelled(
            "best b for x = -1 against best b for x = 2",
            Check::absolute(first.mean(), second.mean(), 1e-9),
        )],
    })
}
