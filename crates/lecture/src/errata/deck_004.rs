//! Slips in deck 004.

use elbo_numerics::check::{Check, Estimate};
use elbo_numerics::error::Result;
use elbo_numerics::gaussian_expectation::gaussian_expectation;
use elbo_numerics::random::{seeded, standard_normals};

use super::{Erratum, labelled};
use crate::autoencoders::transposed_convolution::{convolution, transposed_convolution};
use crate::bound::evidence_lower_bound::evidence_lower_bound;
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;

pub(super) fn errata() -> Result<Vec<Erratum>> {
    Ok(vec![one_letter()?, no_derivative(), only_the_bound()?, second_argument(), deconvolution()?])
}

fn one_letter() -> Result<Erratum> {
    let (model, x, q) = (LinearGaussian::new(1.5, 0.0, 0.7)?, 1.0, Gaussian::new(0.2, 0.6)?);
    let bound = evidence_lower_bound(&model, x, &q)?;
    let loss = bound.kl_to_prior - gaussian_expectation(q.mean(), q.sigma(), |z| model.log_likelihood(x, z));
    Ok(Erratum {
        name: "loss-or-bound",
        deck: "004",
        place: "Training objective, against Variational Lower Bound",
        printed: r"\mathcal L = \mathrm{KL} - \tfrac1L \sum_l \log \p_{\ttheta}(\x\mid\z^{(l)}) \quad\text{and}\quad \mathcal L = -\mathrm{KL} + \mathbb{E}_{\q_{\pphi}}[\log \p_{\ttheta}(\x\mid\z)]",
        corrected: r"\text{loss} = -\mathcal L, \qquad \mathcal L = \mathbb{E}_{\q_{\pphi}}[\log \p_{\ttheta}(\x\mid\z)] - \mathrm{KL}\left(\q_{\pphi}(\z\mid\x) \,\|\, \p(\z)\right)",
        explanation: "One letter names a loss to be minimised and a bound to be maximised, and both are written for a data set X though each is for one x. On this page ELBO is the bound, and the loss is minus its mean over images.",
        checks: vec![labelled("loss against -ELBO", Check::absolute(loss, -bound.elbo, 1e-10))],
        counterexamples: vec![labelled("loss against ELBO", Check::absolute(loss, bound.elbo, 1e-10))],
    })
}

fn no_derivative() -> Erratum {
    // E[z^2] = mu^2 + sigma^2; the derivative in sigma by two ways of writing z, and by none.
    let (mu, sigma, epsilon) = (0.5, 1.2, 0.8);
    let path =
        |sign: f64| gaussian_expectation(0.0, 1.0, |epsilon| 2.0 * (mu + sign * sigma * epsilon) * sign * epsilon);
    let score =
        gaussian_expectation(0.0, 1.0, |epsilon| (mu + sigma * epsilon).powi(2) * (epsilon * epsilon - 1.0) / sigma);
    Erratum {
        name: "no-derivative",
        deck: "004",
        place: "Reparametrization trick, the problem",
        printed: r"\text{we cannot compute } \frac{\partial \z}{\partial \mmu}, \frac{\partial \z}{\partial \ssigma}; \text{ reparametrized, } \frac{\partial \z}{\partial \mmu} = 1, \; \frac{\partial \z}{\partial \ssigma} = \eeps",
        corrected: r"\nabla_{\mmu,\ssigma}\, \mathbb{E}_{\mathcal N(\mmu, \ssigma^2)}[f(\z)] = \mathbb{E}_{\eeps}\left[f'(\z)\, \nabla_{\mmu,\ssigma}\, \z(\mmu, \ssigma, \eeps)\right] = \mathbb{E}_{\z}\left[f(\z)\, \nabla_{\mmu,\ssigma} \log \q(\z)\right]",
        explanation: "Not hard to compute: not there to be computed. A draw is no function of μ and σ until one is chosen, and the choice is free: μ − σ ε has the same distribution and the derivative −ε. What has a derivative in any case is the mean over draws, and it needs no path at all.",
        checks: vec![
            labelled(
                "derivative of E[z²] in σ along μ + σ ε against 2 σ",
                Check::absolute(path(1.0), 2.0 * sigma, 1e-12),
            ),
            labelled("the same along μ − σ ε against 2 σ", Check::absolute(path(-1.0), 2.0 * sigma, 1e-12)),
            labelled(
                "the same by the score function, without a path, against 2 σ",
                Check::absolute(score, 2.0 * sigma, 1e-12),
            ),
        ],
        counterexamples: vec![labelled(
            "the derivative of z in σ, at ε = 0.8: μ + σ ε against μ − σ ε",
            Check::absolute(epsilon, -epsilon, 1e-12),
        )],
    }
}

fn only_the_bound() -> Result<Erratum> {
    let (model, x) = (LinearGaussian::new(1.5, 0.0, 0.7)?, 1.0);
    let posterior = model.posterior(x)?;
    let q = Gaussian::new(posterior.mean() + 0.2, 1.5 * posterior.sigma())?;
    let (bound, log_evidence) = (evidence_lower_bound(&model, x, &q)?, model.log_evidence(x)?);
    let ratios = standard_normals(&mut seeded(4), 20_000).into_iter().map(|epsilon| {
        let z = q.mean() + q.sigma() * epsilon;
        (model.log_joint(x, z) - q.log_density(z)).exp()
    });
    let evidence = Estimate::from_samples(ratios);
    Ok(Erratum {
        name: "only-the-bound",
        deck: "004",
        place: "Quantifying performance, test likelihood",
        printed: r"\text{for VAEs only the lower bound on } \log \p_{\ttheta}(\x) \text{ can be computed}",
        corrected: r"\log \p_{\ttheta}(\x) \ge \mathbb{E}\left[\log \tfrac1K \sum_{k=1}^{K} \frac{\p_{\ttheta}(\x, \z_k)}{\q_{\pphi}(\z_k\mid\x)}\right] \to \log \p_{\ttheta}(\x), \quad \z_k \sim \q_{\pphi}(\z\mid\x)",
        explanation: "Importance sampling gives an unbiased estimate of p(x) itself, and a bound on its log that tightens with K to any accuracy one has time for (Burda et al. 2016).",
        checks: vec![labelled(
            "mean importance weight against the exact p(x), within 4 standard errors, K = 20000",
            evidence.check_against(log_evidence.exp(), 4.0),
        )],
        counterexamples: vec![labelled(
            "ELBO against the exact log p(x)",
            Check::absolute(bound.elbo, log_evidence, 1e-9),
        )],
    })
}

fn second_argument() -> Erratum {
    let (mu, sigma) = (0.3, 0.5);
    let variance = gaussian_expectation(0.0, 1.0, |epsilon| (sigma * epsilon).powi(2));
    Erratum {
        name: "second-argument",
        deck: "004",
        place: "Training objective (and deck 001, latent space of VAE)",
        printed: r"\q_{\pphi}(\z_m\mid\x) = \mathcal N(\mmu_m, \ssigma_m)",
        corrected: r"\q_{\pphi}(\z_m\mid\x) = \mathcal N(\mmu_m, \ssigma_m^2)",
        explanation: "Elsewhere in the same decks the second argument is a variance or covariance, as in N(0, I) and N(μ, Σ), and z = μ + σ ε has variance σ².",
        checks: vec![labelled(
            "variance of μ + σ ε by quadrature against σ², σ = 0.5",
            Check::absolute(variance, sigma * sigma, 1e-12),
        )],
        counterexamples: vec![
            labelled("variance of μ + σ ε by quadrature against σ, σ = 0.5", Check::absolute(variance, sigma, 1e-12)),
            labelled(
                "log N(0; μ, σ²) against log N(0; μ, σ)",
                Check::absolute(
                    elbo_numerics::gaussian_expectation::log_normal_density(0.0, mu, sigma),
                    elbo_numerics::gaussian_expectation::log_normal_density(0.0, mu, f64::sqrt(sigma)),
                    1e-12,
                ),
            ),
        ],
    }
}

fn deconvolution() -> Result<Erratum> {
    let (input, kernel) = (vec![vec![0.0, 1.0], vec![2.0, 3.0]], vec![vec![0.0, 1.0], vec![2.0, 3.0]]);
    let spread = transposed_convolution(&input, &kernel, 1)?.output;
    let back = convolution(&spread, &kernel, 1)?;
    let dot = |a: &[Vec<f64>], b: &[Vec<f64>]| -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
    };
    let probe = vec![vec![1.0, -2.0, 0.5], vec![3.0, 0.0, 1.0], vec![-1.0, 4.0, 2.0]];
    Ok(Erratum {
        name: "transpose-is-no-inverse",
        deck: "004",
        place: "Encoder-decoder architectures",
        printed: r"\text{transposed convolution} = \text{de-convolution, the inverse of a convolution}",
        corrected: r"\langle \mathrm{conv}(y), x \rangle = \langle y, \mathrm{conv}^\top(x) \rangle",
        explanation: "It is the transpose of the convolution’s matrix: it restores the shape, not the values. Deconvolution means undoing a convolution, which this does not.",
        checks: vec![labelled(
            "<conv(y), x> against <y, convᵀ(x)> for the deck’s x and kernel",
            Check::absolute(dot(&convolution(&probe, &kernel, 1)?, &input), dot(&probe, &spread), 1e-12),
        )],
        counterexamples: vec![labelled(
            "sum of conv(convᵀ(x)) against sum of x, the deck’s x and kernel",
            Check::absolute(back.iter().flatten().sum(), 6.0, 1e-12),
        )],
    })
}
