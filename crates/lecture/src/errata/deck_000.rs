//! Slips in deck 000.

use elbo_numerics::check::{Check, Estimate};
use elbo_numerics::error::Result;
use elbo_numerics::gaussian_expectation::gaussian_expectation;
use elbo_numerics::random::{seeded, standard_normals};
use elbo_numerics::special::sigmoid;

use super::{Erratum, labelled};
use crate::distributions::gaussian::Gaussian;
use crate::gradients::full_covariance::{CovarianceRoot, FullCovarianceGaussian};
use crate::latents::linear_gaussian::LinearGaussian;
use crate::loss::likelihoods::bernoulli_cross_entropy;
use crate::tools::kl::kl_gaussian;

pub(super) fn errata() -> Result<Vec<Erratum>> {
    Ok(vec![
        simplified_loss()?,
        reconstruction_is_a_mean(),
        sum_or_mean()?,
        decoder_range(),
        symmetric_kl()?,
        generation()?,
        full_covariance()?,
    ])
}

fn simplified_loss() -> Result<Erratum> {
    let (mu, log_sigma) = ([0.5, -1.0, 2.0], [-0.3, 0.2, -1.0]);
    let printed = |mu: &[f64], log_sigma: &[f64]| -> f64 {
        mu.iter().zip(log_sigma).map(|(mu, log_sigma)| 0.5 * mu * mu + 0.5 * (2.0 * log_sigma).exp() - log_sigma).sum()
    };
    let mut by_quadrature = 0.0;
    for (mu, log_sigma) in mu.iter().zip(log_sigma) {
        let q = Gaussian::from_log_sigma(*mu, log_sigma)?;
        by_quadrature += gaussian_expectation(*mu, q.sigma(), |z| q.log_density(z) - Gaussian::STANDARD.log_density(z));
    }
    Ok(Erratum {
        name: "simplified-loss",
        deck: "000",
        place: "Summary of VAE, and the remark that splits the loss",
        printed: r"\mathrm{KL}\left(\q_{\pphi}(\z\mid\x) \,\|\, \p(\z)\right) = \tfrac12 \|\mmu\|^2 + \tfrac12 \|\ssigma\|^2 - \sum_j \log \ssigma_j",
        corrected: r"\mathrm{KL}\left(\q_{\pphi}(\z\mid\x) \,\|\, \p(\z)\right) = \tfrac12 \|\mmu\|^2 + \tfrac12 \|\ssigma\|^2 - \sum_j \log \ssigma_j - \tfrac m2",
        explanation: "A constant is dropped and the rest is still called a KL divergence. Gradients are the same, but a perfect match would cost m/2 nats in place of 0, and the sum is no bound on the evidence.",
        checks: vec![
            labelled(
                "corrected formula against quadrature, m = 3",
                Check::relative(printed(&mu, &log_sigma) - 1.5, by_quadrature, 1e-10),
            ),
            labelled(
                "corrected formula at a perfect match against 0",
                Check::absolute(printed(&[0.0; 3], &[0.0; 3]) - 1.5, 0.0, 1e-12),
            ),
        ],
        counterexamples: vec![labelled(
            "printed formula at a perfect match, m = 3, against 0",
            Check::absolute(printed(&[0.0; 3], &[0.0; 3]), 0.0, 1e-12),
        )],
    })
}

fn reconstruction_is_a_mean() -> Erratum {
    // One binary pixel x = 1 and a decoder whose log-odds are 3 z.
    let (mu, sigma) = (0.4, 1.0);
    let cross_entropy = |z: f64| bernoulli_cross_entropy(1.0, 3.0 * z);
    let mean = gaussian_expectation(mu, sigma, cross_entropy);
    let draws = Estimate::from_samples(
        standard_normals(&mut seeded(1), 20_000).into_iter().map(|epsilon| cross_entropy(mu + sigma * epsilon)),
    );
    Erratum {
        name: "reconstruction-is-a-mean",
        deck: "000",
        place: "Remark that splits the loss",
        printed: r"-L = \mathrm{BCE}(\x, s) + \mathrm{KL}\left(\q_{\pphi}(\z\mid\x) \,\|\, \p(\z)\right)",
        corrected: r"-L = \mathbb{E}_{\q_{\pphi}(\z\mid\x)}\left[\mathrm{BCE}(\x, s(\z))\right] + \mathrm{KL}\left(\q_{\pphi}(\z\mid\x) \,\|\, \p(\z)\right)",
        explanation: "s depends on the sampled z. One sample estimates the first term without bias; it does not equal it, and neither does the value at the mean of q.",
        checks: vec![labelled(
            "Monte Carlo mean of the cross-entropy against quadrature, within 4 standard errors, n = 20000",
            draws.check_against(mean, 4.0),
        )],
        counterexamples: vec![labelled(
            "cross-entropy at z = μ against its mean under q",
            Check::absolute(cross_entropy(mu), mean, 1e-9),
        )],
    }
}

fn sum_or_mean() -> Result<Erratum> {
    let model = LinearGaussian::new(1.0, 0.0, 0.5)?;
    let values = [0.3, -1.2, 2.0, 0.9].into_iter().map(|x| model.log_evidence(x)).collect::<Result<Vec<_>>>()?;
    // By its recurrence, not as the sum over 4, which the check would then compare with itself.
    let (sum, mean) = (values.iter().sum::<f64>(), Estimate::from_samples(values).mean);
    Ok(Erratum {
        name: "sum-or-mean",
        deck: "000",
        place: "Multiple Datapoints and GD, against the last remark",
        printed: r"L(\mathcal D) = \frac1N \sum_i L(\x^{(i)}) \quad\text{and, later,}\quad L(\mathcal D) = \sum_i L(\x^{(i)})",
        corrected: r"L(\mathcal D) = \frac1N \sum_i L(\x^{(i)})",
        explanation: "The two differ by the factor N: the same optimum, but gradients, and so a good learning rate, differ by N. This page uses the mean over images, and says so.",
        checks: vec![labelled("sum over 4 points against 4 times the mean", Check::relative(sum, 4.0 * mean, 1e-12))],
        counterexamples: vec![labelled("sum against mean", Check::relative(sum, mean, 1e-12))],
    })
}

fn decoder_range() -> Erratum {
    let s = 1.5;
    Erratum {
        name: "decoder-range",
        deck: "000",
        place: "Summary of VAE, decoder",
        printed: r"s = \mathrm{DecodingNN}(\z; \ttheta), \quad s \in \mathbb{R}^d",
        corrected: r"s = \mathrm{sigmoid}(\mathrm{DecodingNN}(\z; \ttheta)), \quad s \in (0, 1)^d",
        explanation: "s is a vector of Bernoulli probabilities, as the same deck says earlier. A network’s raw output is log-odds; the sigmoid belongs to the likelihood.",
        checks: vec![labelled(
            "p(x = 0) = 1 - s against its magnitude, s = sigmoid(1.5): a probability",
            Check::absolute(1.0 - sigmoid(s), (1.0 - sigmoid(s)).abs(), 0.0),
        )],
        counterexamples: vec![labelled(
            "p(x = 0) = 1 - s against its magnitude, s = 1.5: no probability",
            Check::absolute(1.0 - s, (1.0 - s).abs(), 0.0),
        )],
    }
}

fn symmetric_kl() -> Result<Erratum> {
    let (p, q, wide) = (Gaussian::new(0.0, 1.5)?, Gaussian::new(2.0, 1.5)?, Gaussian::new(2.0, 3.0)?);
    Ok(Erratum {
        name: "kl-asymmetry",
        deck: "000",
        place: "KL divergence of Gaussians",
        printed: r"\mathrm{KL}(\p_1 \,\|\, \p_2) \ne \mathrm{KL}(\p_2 \,\|\, \p_1)",
        corrected: r"\mathrm{KL}(\p_1 \,\|\, \p_2) \ne \mathrm{KL}(\p_2 \,\|\, \p_1) \text{ in general; equal if } \ssigma_1 = \ssigma_2",
        explanation: "Two Gaussians of the same width are equally far from each other in both directions; only different widths break the symmetry.",
        checks: vec![labelled(
            "forward against reverse KL, σ₁ = σ₂",
            Check::absolute(kl_gaussian(&p, &q), kl_gaussian(&q, &p), 1e-12),
        )],
        counterexamples: vec![labelled(
            "forward against reverse KL, σ₂ = 2 σ₁",
            Check::absolute(kl_gaussian(&p, &wide), kl_gaussian(&wide, &p), 1e-12),
        )],
    })
}

fn generation() -> Result<Erratum> {
    let (model, x) = (LinearGaussian::new(1.5, 0.0, 0.5)?, 2.0);
    let posterior = model.posterior(x)?;
    let from_prior = gaussian_expectation(0.0, 1.0, |z| (model.w() * z).powi(2)) + model.sigma().powi(2);
    let from_posterior = gaussian_expectation(posterior.mean(), posterior.sigma(), |z| model.w() * z + model.mu());
    Ok(Erratum {
        name: "generation-from-the-prior",
        deck: "000",
        place: "Direct against latent approach",
        printed: r"\z \sim \p_{\ttheta}(\z\mid\x), \quad \x' \sim \p_{\ttheta}(\x'\mid\z)",
        corrected: r"\z \sim \p(\z), \quad \x' \sim \p_{\ttheta}(\x'\mid\z)",
        explanation: "The printed steps make variations of the given x, as a reconstruction does. A new x, distributed as p(x), starts from the prior.",
        checks: vec![labelled(
            "variance of x' started from the prior against that of p(x)",
            Check::relative(from_prior, model.marginal()?.sigma().powi(2), 1e-12),
        )],
        counterexamples: vec![labelled(
            "mean of x' started from p(z | x = 2) against that of p(x)",
            Check::absolute(from_posterior, model.mu(), 1e-12),
        )],
    })
}

fn full_covariance() -> Result<Erratum> {
    let covariance = [vec![2.5, 1.4], vec![1.4, 1.6]];
    let root = |which| Ok(FullCovarianceGaussian::new(&[0.0, 0.0], &covariance, which)?.root());
    let (triangular, symmetric) = (root(CovarianceRoot::Cholesky)?, root(CovarianceRoot::Symmetric)?);
    // Entry (0, 1) of A A^T: the covariance of z_1 and z_2.
    let shared = |a: &[Vec<f64>]| -> f64 { a[0].iter().zip(&a[1]).map(|(left, right)| left * right).sum() };
    Ok(Erratum {
        name: "full-covariance",
        deck: "000",
        place: "Reparametrizing Gaussians",
        printed: r"g(u, \pphi, \x) = \mmu + \x + C^{\frac12} u \sim \mathcal N(\mmu + \x, C), \quad \pphi = (\mmu, C)",
        corrected: r"\z = \mmu_{\pphi}(\x) + A_{\pphi}(\x)\, \eeps \sim \mathcal N\left(\mmu_{\pphi}(\x), C_{\pphi}(\x)\right) \quad \text{for any } A \text{ with } A A^\top = C",
        explanation: "A code and an image cannot be added: for a digit they have 2 and 784 entries. What depends on x is the mean, and C too, through the network whose weights are φ. And there is no such thing as the root of C: many matrices A give the same distribution, and so the same bound.",
        checks: vec![
            labelled(
                "covariance of z₁ and z₂ by the triangular root (Cholesky) against that of C",
                Check::absolute(shared(&triangular), covariance[0][1], 1e-12),
            ),
            labelled(
                "covariance of z₁ and z₂ by the symmetric root against that of C",
                Check::absolute(shared(&symmetric), covariance[0][1], 1e-12),
            ),
        ],
        counterexamples: vec![labelled(
            "upper right entry of the triangular root against that of the symmetric one",
            Check::absolute(triangular[0][1], symmetric[0][1], 1e-12),
        )],
    })
}
