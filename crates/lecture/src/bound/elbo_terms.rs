//! The integrals that the lines of the derivations are made of, each computed as it is written (figure `elbo-derivation`).

use elbo_numerics::error::Result;
use elbo_numerics::gaussian_expectation::{gaussian_expectation, log_integral};

use crate::bound::evidence_lower_bound::{EvidenceLowerBound, evidence_lower_bound};
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;

/// Model, observation and q of one derivation; every method returns nats.
#[derive(Debug, Clone)]
pub struct ElboTerms {
    model: LinearGaussian,
    x: f64,
    q: Gaussian,
    posterior: Gaussian,
    bound: EvidenceLowerBound,
}

impl ElboTerms {
    /// Prepares the terms.
    ///
    /// # Errors
    /// `x` not finite; terms beyond the range of numbers.
    pub fn new(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<Self> {
        Ok(Self { model: *model, x, q: *q, posterior: model.posterior(x)?, bound: evidence_lower_bound(model, x, q)? })
    }

    /// Magnitude of the largest term, at least 1: the scale of rounding errors.
    pub fn largest(&self) -> f64 {
        let bound = &self.bound;
        [bound.log_evidence, bound.expected_log_likelihood, bound.kl_to_prior, bound.kl_to_posterior]
            .iter()
            .fold(1.0, |largest, term| term.abs().max(largest))
    }

    /// `log p(x)`, closed form.
    pub fn log_evidence(&self) -> f64 {
        self.bound.log_evidence
    }

    /// `E_q[log p(x | z)] - KL(q || p(z))`, closed form.
    pub fn elbo(&self) -> f64 {
        self.bound.elbo
    }

    /// `KL(q || p(z | x))`, closed form.
    pub fn kl_to_posterior(&self) -> f64 {
        self.bound.kl_to_posterior
    }

    /// `log int p(x | z) p(z) dz`.
    pub fn log_of_integral_over_z(&self) -> f64 {
        self.log_over_z(|z| self.log_joint(z))
    }

    /// `log int (q / q) p(x | z) p(z) dz`.
    pub fn log_of_integral_with_q_over_q(&self) -> f64 {
        self.log_over_z(|z| self.q.log_density(z) - self.q.log_density(z) + self.log_joint(z))
    }

    /// `log E_q[p(x | z) p(z) / q]`. The nodes lie where `q` times the ratio has its mass, which is where the posterior has it:
    /// nodes placed by a narrow q would miss the rare z that carry the mean.
    pub fn log_of_mean_ratio(&self) -> f64 {
        self.log_over_z(|z| {
            let ratio = self.log_joint(z) - self.q.log_density(z);
            self.q.log_density(z) + ratio
        })
    }

    /// `E_q[log (p(x | z) p(z) / q)]`.
    pub fn mean_log_ratio(&self) -> f64 {
        self.under_q(|z| {
            self.model.log_likelihood(self.x, z) + Gaussian::STANDARD.log_density(z) - self.q.log_density(z)
        })
    }

    /// `E_q[log (p(x, z) / q)]` with the joint density as posterior times evidence.
    pub fn mean_log_joint_over_q(&self) -> f64 {
        self.under_q(|z| self.posterior.log_density(z) + self.bound.log_evidence - self.q.log_density(z))
    }

    /// `E_q[log p(x | z)]`.
    pub fn expected_log_likelihood_by_quadrature(&self) -> f64 {
        self.under_q(|z| self.model.log_likelihood(self.x, z))
    }

    /// `E_q[log (q / p(z))]`.
    pub fn kl_to_prior_by_quadrature(&self) -> f64 {
        self.under_q(|z| self.q.log_density(z) - Gaussian::STANDARD.log_density(z))
    }

    /// `E_q[log (q / p(z | x))]`.
    pub fn kl_to_posterior_by_quadrature(&self) -> f64 {
        self.under_q(|z| self.q.log_density(z) - self.posterior.log_density(z))
    }

    /// `E_q[log p(x)]`.
    pub fn mean_log_evidence(&self) -> f64 {
        self.under_q(|_| self.bound.log_evidence)
    }

    /// `E_q[log (p(z | x) p(x) / p(z | x))]`.
    pub fn mean_log_posterior_over_posterior(&self) -> f64 {
        self.under_q(|z| self.posterior.log_density(z) + self.bound.log_evidence - self.posterior.log_density(z))
    }

    /// `E_q[log (p(x, z) / p(z | x))]`.
    pub fn mean_log_joint_over_posterior(&self) -> f64 {
        self.under_q(|z| self.log_joint(z) - self.posterior.log_density(z))
    }

    /// `E_q[log (p(x, z) q / (p(z | x) q))]`.
    pub fn mean_log_joint_q_over_posterior_q(&self) -> f64 {
        self.under_q(|z| {
            self.log_joint(z) + self.q.log_density(z) - (self.posterior.log_density(z) + self.q.log_density(z))
        })
    }

    /// `int q [log q - log p(z | x) - log q + log p(z) + log p(x | z)] dz`.
    pub fn collected(&self) -> f64 {
        self.under_q(|z| {
            let log_q = self.q.log_density(z);
            log_q - self.posterior.log_density(z) - log_q
                + Gaussian::STANDARD.log_density(z)
                + self.model.log_likelihood(self.x, z)
        })
    }

    /// `log p(x) int q dz`.
    pub fn log_evidence_times_mass_of_q(&self) -> f64 {
        self.bound.log_evidence * log_integral(self.q.mean(), self.q.sigma(), |z| self.q.log_density(z)).exp()
    }

    fn log_joint(&self, z: f64) -> f64 {
        self.model.log_joint(self.x, z)
    }

    fn log_over_z(&self, f: impl Fn(f64) -> f64) -> f64 {
        log_integral(self.posterior.mean(), self.posterior.sigma(), f)
    }

    fn under_q(&self, f: impl Fn(f64) -> f64) -> f64 {
        gaussian_expectation(self.q.mean(), self.q.sigma(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jensen_is_an_equality_at_the_posterior() {
        let model = LinearGaussian::new(-0.8, 1.0, 0.5).unwrap();
        let terms = ElboTerms::new(&model, 0.3, &model.posterior(0.3).unwrap()).unwrap();
        assert!((terms.log_of_mean_ratio() - terms.mean_log_ratio()).abs() < 1e-12);
        assert!(terms.kl_to_posterior_by_quadrature().abs() < 1e-12);
        assert!(ElboTerms::new(&model, f64::NAN, &Gaussian::STANDARD).is_err());
    }
}
