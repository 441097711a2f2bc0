//! Adam update fused into one pass over memory; a tensor library makes about ten.

/// Constants of the rule (Kingma and Ba 2014).
#[derive(Debug, Clone, Copy)]
pub struct Adam {
    /// Decay of the first moment.
    pub beta_1: f32,
    /// Decay of the second moment.
    pub beta_2: f32,
    /// Added to the root of the corrected second moment.
    pub epsilon: f32,
}

impl Adam {
    /// The `time`-th update, from 1: moves both moments, and puts in the place of the gradient `g` what is to be subtracted from
    /// the parameters. All lists are of one length.
    ///
    /// ```text
    /// m = beta_1 m + (1 - beta_1) g        v = beta_2 v + (1 - beta_2) g^2
    /// g = learning_rate (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)
    /// ```
    ///
    /// The corrections are made to the scalars, as in the paper's section 2; each number is rounded as burn rounds it.
    pub fn update(self, time: usize, learning_rate: f32, first: &mut [f32], second: &mut [f32], gradient: &mut [f32]) {
        let Self { beta_1, beta_2, epsilon } = self;
        let time = i32::try_from(time).unwrap_or(i32::MAX);
        let correction = (1.0 - beta_2.powi(time)).sqrt();
        let (scale, epsilon) = (correction / (1.0 - beta_1.powi(time)), epsilon * correction);
        for ((m, v), g) in first.iter_mut().zip(second).zip(gradient) {
            *m = *m * beta_1 + *g * (1.0 - beta_1);
            *v = *v * beta_2 + *g * *g * (1.0 - beta_2);
            *g = *m * scale / (v.sqrt() + epsilon) * learning_rate;
        }
    }
}
