//! From EM to the VAE on the one-dimensional model: E and M steps, then one gradient for both (deck 003).
//!
//! The variational posterior is amortized, `q(z | x) = N(a x + b, s^2)`: one encoder for all data. The exact posterior of this model
//! has that form, so the E step still reaches it.

use elbo_numerics::error::{Error, Result, all_finite, finite, positive};
use serde::Serialize;

use crate::bound::evidence_lower_bound::expected_log_likelihood;
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;
use crate::tools::kl::kl_gaussian;

/// Parameters theta of the decoder and phi of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmParameters {
    /// Slope of the decoder.
    pub w: f64,
    /// Offset of the decoder.
    pub mu: f64,
    /// Noise of the decoder.
    pub sigma: f64,
    /// Slope of the encoder's mean, `a`.
    pub slope: f64,
    /// Offset of the encoder's mean, `b`.
    pub offset: f64,
    /// Standard deviation of q, `s`.
    pub q_sigma: f64,
}

/// The two bars: their sum is the mean log evidence. All in nats per data point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmBars {
    /// What made them.
    pub phase: EmPhase,
    /// Mean of `log p(x_i)`.
    pub log_evidence: f64,
    /// Mean ELBO.
    pub elbo: f64,
    /// Mean `KL(q || posterior)`.
    pub kl_to_posterior: f64,
    /// Parameters after the step.
    pub parameters: EmParameters,
}

/// A step of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EmPhase {
    /// Before any step.
    Start,
    /// q raised to the exact posterior, theta fixed.
    E,
    /// theta raised, q fixed.
    M,
    /// One gradient step on theta and phi together, as in a VAE.
    Joint,
}

/// The model, its encoder and the data.
#[derive(Debug, Clone, PartialEq)]
pub struct EmToVae {
    data: Vec<f64>,
    parameters: EmParameters,
    rate: f64,
}

impl EmToVae {
    /// Starts from `parameters`.
    ///
    /// # Errors
    /// Fewer than two different data points (the likelihood would have no maximum); numbers that are not finite; a sigma that is not positive.
    pub fn new(data: &[f64], parameters: EmParameters) -> Result<Self> {
        all_finite("data point", data)?;
        match data.first() {
            Some(first) if data.iter().all(|x| x == first) => {
                return Err(Error::NoSpread { count: data.len(), value: first.to_string() });
            }
            _ => {}
        }
        LinearGaussian::new(parameters.w, parameters.mu, parameters.sigma)?;
        finite("slope of the encoder", parameters.slope)?;
        finite("offset of the encoder", parameters.offset)?;
        positive("sigma of q", parameters.q_sigma)?;
        Ok(Self { data: data.to_vec(), parameters, rate: 0.1 })
    }

    /// The bars now.
    ///
    /// # Errors
    /// Parameters beyond the range of numbers.
    pub fn bars(&self, phase: EmPhase) -> Result<EmBars> {
        let model = self.model(&self.parameters)?;
        let (mut log_evidence, mut kl_to_posterior) = (0.0, 0.0);
        for x in &self.data {
            log_evidence += model.log_evidence(*x)?;
            kl_to_posterior += kl_gaussian(&self.q(&self.parameters, *x)?, &model.posterior(*x)?);
        }
        let n = self.data.len() as f64;
        Ok(EmBars {
            phase,
            log_evidence: log_evidence / n,
            elbo: self.elbo(&self.parameters)?,
            kl_to_posterior: kl_to_posterior / n,
            parameters: self.parameters,
        })
    }

    /// E step: `a = w / (w^2 + sigma^2)`, `b = -a mu`, `s^2 = sigma^2 / (w^2 + sigma^2)`, the exact posterior.
    ///
    /// # Errors
    /// As [`EmToVae::bars`].
    pub fn e_step(&mut self) -> Result<EmBars> {
        let EmParameters { w, mu, sigma, .. } = self.parameters;
        let spread = w.hypot(sigma);
        let slope = w / spread / spread;
        self.parameters = EmParameters { slope, offset: -slope * mu, q_sigma: sigma / spread, ..self.parameters };
        self.bars(EmPhase::E)
    }

    /// M step: linear regression of x on the uncertain z. With means over the data, `m_i = a x_i + b`:
    /// `w = cov(x, m) / (var(m) + s^2)`, `mu = mean(x) - w mean(m)`, `sigma^2 = mean((x_i - mu - w m_i)^2) + w^2 s^2`.
    ///
    /// # Errors
    /// A noise of 0, which only an encoder with `s` far below rounding can ask for.
    pub fn m_step(&mut self) -> Result<EmBars> {
        let EmParameters { slope, offset, q_sigma, .. } = self.parameters;
        let n = self.data.len() as f64;
        let mean_x = self.data.iter().sum::<f64>() / n;
        let variance_x = self.data.iter().map(|x| (x - mean_x).powi(2)).sum::<f64>() / n;
        let w = slope * variance_x / (slope * slope * variance_x + q_sigma * q_sigma);
        let mu = mean_x - w * (slope * mean_x + offset);
        // x - mu - w m = (1 - w a)(x - mean): no cancellation even when the fit is close.
        let sigma = ((1.0 - w * slope).powi(2) * variance_x + (w * q_sigma).powi(2)).sqrt();
        self.model(&EmParameters { w, mu, sigma, ..self.parameters })?;
        self.parameters = EmParameters { w, mu, sigma, ..self.parameters };
        self.bars(EmPhase::M)
    }

    /// One step of gradient ascent on the mean ELBO in `(w, mu, log sigma, a, b, log s)` together. The step size adapts: it grows by a
    /// fifth after each step that raised the ELBO and is halved until one does.
    ///
    /// # Errors
    /// As [`EmToVae::bars`].
    pub fn joint_step(&mut self) -> Result<EmBars> {
        let (gradient, before) = (self.gradient()?, self.elbo(&self.parameters)?);
        let start = self.parameters;
        for _ in 0..60 {
            let moved = shifted(&start, &gradient, self.rate);
            if self.elbo(&moved).is_ok_and(|elbo| elbo >= before) {
                self.parameters = moved;
                self.rate *= 1.2;
                break;
            }
            self.rate *= 0.5;
        }
        // At the maximum no step helps; the next one must not start from a rate of 0.
        self.rate = self.rate.clamp(1e-6, 10.0);
        self.bars(EmPhase::Joint)
    }

    /// Gradient of the mean ELBO in `(w, mu, log sigma, a, b, log s)`, nats per unit.
    ///
    /// # Errors
    /// As [`EmToVae::bars`].
    pub fn gradient(&self) -> Result<[f64; 6]> {
        let EmParameters { w, mu, sigma, slope, offset, q_sigma } = self.parameters;
        let (precision, n) = (1.0 / (sigma * sigma), self.data.len() as f64);
        let mut sums = [0.0; 6];
        for x in &self.data {
            let m = slope * x + offset;
            let residual = x - mu - w * m;
            let by_mean = w * residual * precision - m;
            sums[0] += (residual * m - w * q_sigma * q_sigma) * precision;
            sums[1] += residual * precision;
            sums[2] += (residual * residual + (w * q_sigma).powi(2)) * precision - 1.0;
            sums[3] += by_mean * x;
            sums[4] += by_mean;
            sums[5] += 1.0 - q_sigma * q_sigma * (w * w * precision + 1.0);
        }
        let mut gradient = [0.0; 6];
        for (entry, sum) in gradient.iter_mut().zip(sums) {
            *entry = finite("the gradient of the ELBO", sum / n)?;
        }
        Ok(gradient)
    }

    fn elbo(&self, parameters: &EmParameters) -> Result<f64> {
        let model = self.model(parameters)?;
        let mut sum = 0.0;
        for x in &self.data {
            let q = self.q(parameters, *x)?;
            sum += expected_log_likelihood(&model, *x, &q) - kl_gaussian(&q, &Gaussian::STANDARD);
        }
        finite("the ELBO", sum / self.data.len() as f64)
    }

    fn model(&self, parameters: &EmParameters) -> Result<LinearGaussian> {
        LinearGaussian::new(parameters.w, parameters.mu, parameters.sigma)
    }

    fn q(&self, parameters: &EmParameters, x: f64) -> Result<Gaussian> {
        Gaussian::new(parameters.slope * x + parameters.offset, parameters.q_sigma)
    }
}

fn shifted(start: &EmParameters, by: &[f64; 6], rate: f64) -> EmParameters {
    EmParameters {
        w: start.w + rate * by[0],
        mu: start.mu + rate * by[1],
        sigma: start.sigma * (rate * by[2]).exp(),
        slope: start.slope + rate * by[3],
        offset: start.offset + rate * by[4],
        q_sigma: start.q_sigma * (rate * by[5]).exp(),
    }
}

/// The figure's bars: the start, `half_steps` alternating E and M steps, then `joint_steps` gradient steps.
///
/// # Errors
/// As [`EmToVae::new`]; more than 10000 steps in all.
pub fn em_to_vae(data: &[f64], parameters: EmParameters, half_steps: usize, joint_steps: usize) -> Result<Vec<EmBars>> {
    elbo_numerics::error::within_limit(
        "steps and start",
        half_steps.saturating_add(joint_steps).saturating_add(1),
        10_001,
    )?;
    let mut state = EmToVae::new(data, parameters)?;
    let mut bars = vec![state.bars(EmPhase::Start)?];
    for step in 0..half_steps {
        bars.push(if step % 2 == 0 { state.e_step()? } else { state.m_step()? });
    }
    for _ in 0..joint_steps {
        bars.push(state.joint_step()?);
    }
    Ok(bars)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: [f64; 6] = [-1.0, 0.2, 0.4, 1.7, 3.0, 3.1];
    const START: EmParameters = EmParameters { w: 0.3, mu: -1.0, sigma: 2.0, slope: 0.0, offset: 0.5, q_sigma: 0.8 };

    fn best() -> f64 {
        let mean = DATA.iter().sum::<f64>() / 6.0;
        let variance = DATA.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 6.0;
        -0.5 * ((std::f64::consts::TAU * variance).ln() + 1.0)
    }

    #[test]
    fn bars_are_monotone_and_reach_maximum_likelihood() {
        for (half_steps, joint_steps) in [(400, 0), (0, 3000), (4, 2000)] {
            let bars = em_to_vae(&DATA, START, half_steps, joint_steps).unwrap();
            for pair in bars.windows(2) {
                assert!(pair[1].elbo >= pair[0].elbo - 1e-12, "{pair:?}");
                if matches!(pair[1].phase, EmPhase::E) {
                    assert!(
                        pair[1].kl_to_posterior < 1e-12 && (pair[1].log_evidence - pair[0].log_evidence).abs() < 1e-12
                    );
                }
                if matches!(pair[1].phase, EmPhase::M) {
                    assert!(pair[1].log_evidence >= pair[0].log_evidence - 1e-12);
                }
            }
            assert!(bars.iter().all(|bar| (bar.log_evidence - bar.elbo - bar.kl_to_posterior).abs() < 1e-10));
            assert!((bars.last().unwrap().elbo - best()).abs() < 1e-4, "{half_steps} {:?} {}", bars.last(), best());
        }
    }

    #[test]
    fn gradient_is_the_finite_difference_and_vanishes_after_both_steps() {
        let state = EmToVae::new(&DATA, START).unwrap();
        let (gradient, h) = (state.gradient().unwrap(), 1e-5);
        for index in 0..6 {
            let mut direction = [0.0; 6];
            direction[index] = 1.0;
            let at = |rate| state.elbo(&shifted(&START, &direction, rate)).unwrap();
            assert!((gradient[index] - (at(h) - at(-h)) / (2.0 * h)).abs() < 1e-7, "{index}");
        }
        let mut state = state;
        state.e_step().unwrap();
        assert!(state.gradient().unwrap()[3..].iter().all(|entry| entry.abs() < 1e-12));
        state.m_step().unwrap();
        assert!(state.gradient().unwrap()[..3].iter().all(|entry| entry.abs() < 1e-12));
    }

    #[test]
    fn bad_input_is_named() {
        assert!(EmToVae::new(&[], START).is_err());
        assert!(EmToVae::new(&[1.0, 1.0], START).unwrap_err().to_string().contains("no maximum"));
        assert!(EmToVae::new(&DATA, EmParameters { sigma: 0.0, ..START }).is_err());
        assert!(EmToVae::new(&DATA, EmParameters { q_sigma: -1.0, ..START }).is_err());
        assert!(em_to_vae(&DATA, START, 20_000, 0).is_err());
    }
}
