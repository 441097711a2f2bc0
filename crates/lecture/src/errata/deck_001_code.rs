//! Slips in the code of deck 001.

use elbo_numerics::check::Check;
use elbo_numerics::error::Result;
use elbo_numerics::gaussian_expectation::{LOG_2_PI, log_normal_density};

use super::{Erratum, labelled};
use crate::distributions::gaussian::Gaussian;
use crate::loss::likelihoods::gaussian_log_likelihood;
use crate::tools::kl::kl_to_standard_normal;

const X: [f64; 4] = [0.1, 0.8, 0.5, 0.0];
const X_HAT: [f64; 4] = [0.3, 0.4, 0.5, 0.2];

pub(super) fn errata() -> Result<Vec<Erratum>> {
    Ok(vec![names_in_forward()?, sign_of_reconstruction()?, mean_or_sum()?, log_normal_of_the_prior()?])
}

fn squared_error() -> f64 {
    X.iter().zip(X_HAT).map(|(x, x_hat)| (x - x_hat).powi(2)).sum()
}

fn names_in_forward() -> Result<Erratum> {
    let q = Gaussian::new(0.0, 0.3)?;
    let log_variance = 2.0 * q.sigma().ln();
    Ok(Erratum {
        name: "code-forward",
        deck: "001",
        place: "Code, __init__ and forward",
        printed: r"\begin{aligned} &\texttt{super(LinearVAE, self)}, \quad \texttt{log\_var = x[:, 1, :]}, \\ &\texttt{reparameterize(mu, log\_std)}, \quad \texttt{return x\_hat, mu, log\_std} \end{aligned}",
        corrected: r"\begin{aligned} &\texttt{super().\_\_init\_\_()}, \quad \texttt{log\_std = x[:, 1, :]}, \\ &\texttt{reparameterize(mu, log\_std)}, \quad \texttt{return x\_hat, z, mu, log\_std} \end{aligned}",
        explanation: "The class calls super of another class, names the encoder’s second output log_var and then uses log_std, and never returns the z that elbo needs. The two names are not interchangeable: log_var is twice log_std.",
        checks: vec![labelled(
            "exp(log_var / 2) against σ = 0.3",
            Check::absolute((0.5 * log_variance).exp(), q.sigma(), 1e-14),
        )],
        counterexamples: vec![labelled(
            "exp(log_var), a variance taken for a standard deviation, against σ = 0.3",
            Check::absolute(log_variance.exp(), q.sigma(), 1e-14),
        )],
    })
}

fn sign_of_reconstruction() -> Result<Erratum> {
    let log_likelihood = gaussian_log_likelihood(&X, &X_HAT, 1.0)?.image;
    let kl = kl_to_standard_normal(&[0.5], &[-0.3])?.total;
    // Slope of the loss in the squared error, by a difference of 1 (both losses are linear in it).
    let printed = |error: f64| -(error - kl);
    let corrected = |error: f64| -(-0.5 * error - 2.0 * LOG_2_PI - kl);
    Ok(Erratum {
        name: "code-elbo-sign",
        deck: "001",
        place: "Code, elbo",
        printed: r"\texttt{RE = mse(x, x\_hat)}, \quad \text{loss} = -(\mathrm{RE} - \mathrm{KL})",
        corrected: r"\mathrm{RE} = \log \mathcal N(\x \mid \hat{\x}, I) = -\tfrac12 \|\x - \hat{\x}\|^2 - \tfrac D2 \log 2\pi, \quad \text{loss} = -(\mathrm{RE} - \mathrm{KL})",
        explanation: "RE must be a log-likelihood, which falls as the error grows; the slides call it reconstruction error, and the code takes the word literally. Minimising the printed loss makes the error as large as possible.",
        checks: vec![
            labelled(
                "-|x - x_hat|² / 2 - (D/2) log 2π against log N(x | x_hat, I), D = 4",
                Check::absolute(-0.5 * squared_error() - 2.0 * LOG_2_PI, log_likelihood, 1e-12),
            ),
            labelled(
                "slope of the corrected loss in the squared error against +1/2",
                Check::absolute(corrected(2.0) - corrected(1.0), 0.5, 1e-12),
            ),
        ],
        counterexamples: vec![labelled(
            "slope of the printed loss in the squared error against its magnitude",
            Check::absolute(printed(2.0) - printed(1.0), (printed(2.0) - printed(1.0)).abs(), 1e-12),
        )],
    })
}

fn mean_or_sum() -> Result<Erratum> {
    let kl = kl_to_standard_normal(&[0.5], &[-0.3])?.total;
    let (dimension, constant) = (X.len() as f64, 2.0 * LOG_2_PI);
    let with_mean = squared_error() / dimension + kl;
    // The same number as (2/D) times the loss of a beta-VAE with beta = D/2.
    let beta = dimension / 2.0;
    let rescaled = 2.0 / dimension * (0.5 * squared_error() + beta * kl);
    let negative_elbo = -(gaussian_log_likelihood(&X, &X_HAT, 1.0)?.image - kl);
    Ok(Erratum {
        name: "code-mean-or-sum",
        deck: "001",
        place: "Code, elbo",
        printed: r"\mathrm{RE} \leftarrow \tfrac1D \|\x - \hat{\x}\|^2",
        corrected: r"\mathrm{RE} \leftarrow -\tfrac12 \|\x - \hat{\x}\|^2 - \tfrac D2 \log 2\pi",
        explanation: "A mean squared error divides by the number of pixels D, the KL term is a sum: the balance is that of a beta-VAE with beta = D/2 (392 for MNIST), which collapses. (The function is also not where the code looks for it: torch.nn.functional.mse_loss.)",
        checks: vec![labelled(
            "mean squared error + KL against (2/D)(|x - x_hat|² / 2 + (D/2) KL)",
            Check::absolute(with_mean, rescaled, 1e-12),
        )],
        counterexamples: vec![labelled(
            "(D/2)(mean squared error + KL) against -ELBO less its constant",
            Check::absolute(beta * with_mean, negative_elbo - constant, 1e-12),
        )],
    })
}

fn log_normal_of_the_prior() -> Result<Erratum> {
    let (z, prior) = (0.7, Gaussian::STANDARD);
    let log_normal = |z: f64, mean: f64, log_std: f64| log_normal_density(z, mean, log_std.exp());
    Ok(Erratum {
        name: "code-log-normal",
        deck: "001",
        place: "Code, elbo",
        printed: r"\texttt{log\_normal(z, mu, log\_std) - log\_normal(z, 0, 1)}",
        corrected: r"\texttt{log\_normal(z, mu, log\_std) - log\_normal(z, 0, 0)}",
        explanation: "The third argument is the log of the standard deviation. A standard normal has log 1 = 0; with 1 the prior has standard deviation e = 2.718.",
        checks: vec![labelled(
            "log_normal(0.7, 0, 0) against log N(0.7; 0, 1)",
            Check::absolute(log_normal(z, 0.0, 0.0), prior.log_density(z), 1e-14),
        )],
        counterexamples: vec![labelled(
            "log_normal(0.7, 0, 1) against log N(0.7; 0, 1)",
            Check::absolute(log_normal(z, 0.0, 1.0), prior.log_density(z), 1e-14),
        )],
    })
}
