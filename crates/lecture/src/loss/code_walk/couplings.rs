//! Which lines compute which formula. A test fails when a line has changed: then change it here too.

/// A formula and the lines of source that compute it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coupling {
    /// Name of the file, as in [`SourceFile::name`](super::SourceFile::name).
    pub(crate) file: &'static str,
    /// In LaTeX with the page's macros.
    pub(crate) latex: &'static str,
    /// What the lines do, in a few words.
    pub(crate) words: &'static str,
    /// The lines as they stand in the file, without indentation; each occurs there exactly once.
    pub(crate) lines: &'static [&'static str],
}

pub(crate) const COUPLINGS: [Coupling; 20] = [
    Coupling {
        file: "encoder",
        latex: r"h = \max(0,\; W\x + b)",
        words: "The encoder’s hidden layer",
        lines: &["Self::FullyConnected(layer) => activation::relu(layer.forward(images)),"],
    },
    Coupling {
        file: "encoder",
        latex: r"\mmu_{\pphi}(\x) = W_{\mmu} h + b_{\mmu}, \quad \log \ssigma_{\pphi}(\x) = W_{\ssigma} h + b_{\ssigma}",
        words: "Two linear maps of it: the parameters of q",
        lines: &["Codes { mu: self.mu.forward(hidden.clone()), log_sigma: self.log_sigma.forward(hidden) }"],
    },
    Coupling {
        file: "encoder",
        latex: r"\ssigma = \exp(\log \ssigma) > 0",
        words: "No scale can come out negative",
        lines: &["let sigma = self.log_sigma.clone().exp();"],
    },
    Coupling {
        file: "encoder",
        latex: r"\z = \mmu + \ssigma \odot \eeps, \quad \eeps \sim \N(0, I)",
        words: "Reparameterization: the gradient passes through mu and sigma",
        lines: &["return self.mu.clone() + sigma * epsilon;"],
    },
    Coupling {
        file: "encoder",
        latex: r"\z^{(l)} = \mmu + \ssigma \odot \eeps^{(l)}, \quad l = 1 \ldots L",
        words: "The same with several draws for each image",
        lines: &["self.mu.clone().repeat_dim(0, samples) + sigma.repeat_dim(0, samples) * epsilon"],
    },
    Coupling {
        file: "encoder",
        latex: r"\kl{\q_{\pphi}(\z_j \given \x)}{\N(0,1)} = \tfrac12\!\left(\mmu_j^2 + \ssigma_j^2 - 1\right) - \log \ssigma_j",
        words: "The divergence of each dimension, constant included",
        lines: &[
            "let squares = self.mu.clone().square() + self.log_sigma.clone().mul_scalar(2.0).exp();",
            "squares.sub_scalar(1.0).mul_scalar(0.5) - self.log_sigma.clone()",
        ],
    },
    Coupling {
        file: "encoder",
        latex: r"\log \p(\z) - \log \q_{\pphi}(\z \given \x) = \sum_j \left( \tfrac12 \eeps_j^2 - \tfrac12 \z_j^2 + \log \ssigma_j \right)",
        words: "How much likelier a draw is under the prior than under q",
        lines: &[
            "let per_dimension = (epsilon.square() - z.clone().square()).mul_scalar(0.5) + log_sigma;",
            "(z, per_dimension.sum_dim(1).squeeze_dim::<1>(1))",
        ],
    },
    Coupling {
        file: "decoder",
        latex: r"f_{\ttheta}(\z) = W' \max(0,\; W\z + b) + b'",
        words: "From a code to one number a pixel: a logit or a mean",
        lines: &["self.output.forward(activation::relu(self.hidden.forward(z)))"],
    },
    Coupling {
        file: "likelihood",
        latex: r"-\log \p_{\ttheta}(\x_j \given \z) = \log\!\left(1 + e^{f_j}\right) - \x_j f_j",
        words: "Bernoulli: the cross-entropy from log-odds",
        lines: &["Self::Bernoulli => -activation::log_sigmoid(-output.clone()) - x * output,"],
    },
    Coupling {
        file: "likelihood",
        latex: r"-\log \p_{\ttheta}(\x_j \given \z) = \frac{(\x_j - f_j)^2}{2 \ssigma_{\x}^2} + \log \ssigma_{\x} + \tfrac12 \log 2\pi",
        words: "Gaussian: half the squared error in units of its scale, constants included",
        lines: &[
            "let half_log_two_pi = 0.5 * (2.0 * std::f32::consts::PI).ln();",
            "let standardised = (x - output) * (-log_sigma.clone()).exp();",
            "standardised.square().mul_scalar(0.5) + log_sigma.add_scalar(half_log_two_pi)",
        ],
    },
    Coupling {
        file: "likelihood",
        latex: r"\log \p_{\ttheta}(\x \given \z) = \sum_j \log \p_{\ttheta}(\x_j \given \z)",
        words: "Given z, the pixels are independent: log-likelihoods add",
        lines: &["per_pixel.sum_dim(1).squeeze_dim::<1>(1)"],
    },
    Coupling {
        file: "likelihood",
        latex: r"\E[\x_j \given \z] = \frac{1}{1 + e^{-f_j}}",
        words: "What is drawn on this page as the decoded digit",
        lines: &["Self::Bernoulli => activation::sigmoid(output),"],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"\kl{\q_{\pphi}(\z \given \x)}{\p(\z)} = \sum_j \kl{\q_{\pphi}(\z_j \given \x)}{\N(0,1)}",
        words: "Independent dimensions: divergences add",
        lines: &["self.kl_per_dimension.clone().sum_dim(1).squeeze_dim::<1>(1)"],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"\text{loss} = \frac1N \sum_{i=1}^{N} \Big( -\E_{\q}[\log \p_{\ttheta}(\x^{(i)} \given \z)] + \beta\, \KL^{(i)} \Big)",
        words: "What training minimises: the mean over the images of a batch",
        lines: &[
            "let reconstruction = self.reconstruction.clone().mean();",
            "self.kl().mean()",
            "reconstruction + kl.mul_scalar(beta)",
        ],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"\x \;\mapsto\; \q_{\pphi}(\z \given \x)",
        words: "Encode",
        lines: &["let codes = self.encoder.forward(input);"],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"\z \sim \q_{\pphi}(\z \given \x)",
        words: "Sample",
        lines: &["let z = codes.reparameterize(epsilon);"],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"-\E_{\q}[\log \p_{\ttheta}(\x \given \z)] \approx -\frac1L \sum_{l=1}^{L} \log \p_{\ttheta}(\x \given \z^{(l)})",
        words: "Decode, and average over the samples",
        lines: &[
            "let reconstruction = mean_over_samples(self.negative_log_likelihood(x, z, likelihood), codes.mu.dims()[0]);",
        ],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"-\ELBO = \underbrace{-\E_{\q}[\log \p_{\ttheta}(\x \given \z)]}_{\text{reconstruction}} + \underbrace{\kl{\q_{\pphi}(\z \given \x)}{\p(\z)}}_{\text{kl}}",
        words: "The two terms, kept apart",
        lines: &["Terms { reconstruction, kl_per_dimension: codes.kl_to_standard_normal() }"],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"\log w_k = \log \p(\z_k) - \log \q_{\pphi}(\z_k \given \x) + \log \p_{\ttheta}(\x \given \z_k)",
        words: "Log-weights of importance sampling",
        lines: &["let log_weights = log_ratio - cost.clone();"],
    },
    Coupling {
        file: "variational_autoencoder",
        latex: r"\log \frac1K \sum_{k=1}^{K} w_k \;\le\; \log \p_{\ttheta}(\x) \text{ on average}",
        words: "A tighter bound, summed without underflow",
        lines: &[
            "let largest = values.clone().max_dim(0);",
            "let mean = (values - largest.clone()).exp().mean_dim(0);",
            "(mean.log() + largest).squeeze_dim::<1>(0)",
        ],
    },
];
