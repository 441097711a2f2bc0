//! Spoilt inputs: what a denoising autoencoder has to see through (deck 003; Vincent et al. 2008).

use elbo_numerics::error::{Error, Result, positive};
use elbo_numerics::random::{Random, seeded, standard_normal, uniform};
use nalgebra::DMatrix;

/// How an input is spoilt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Corruption {
    /// Not at all.
    None,
    /// Each pixel is set to 0 with this probability.
    Masking(f64),
    /// Each pixel gets Gaussian noise of this standard deviation.
    Gaussian(f64),
}

impl Corruption {
    /// # Errors
    /// A probability outside `[0, 1]`, a standard deviation that is not positive.
    pub fn check(self) -> Result<Self> {
        match self {
            Self::Masking(p) if !(0.0..=1.0).contains(&p) => {
                Err(Error::OutOfRange { name: "masking probability".to_owned(), value: p, low: 0.0, high: 1.0 })
            }
            Self::Gaussian(sigma) => positive("sigma of the noise", sigma).map(|_| self),
            _ => Ok(self),
        }
    }

    /// The spoilt copy of one picture, which depends on `seed` alone.
    ///
    /// # Errors
    /// As [`Corruption::check`].
    pub fn spoilt(self, x: &[f64], seed: u64) -> Result<Vec<f64>> {
        let column = DMatrix::from_column_slice(x.len(), 1, x);
        Ok(self.check()?.apply(&column, &mut seeded(seed)).as_slice().to_vec())
    }

    /// The spoilt copy of every entry.
    pub fn apply(self, x: &DMatrix<f64>, random: &mut Random) -> DMatrix<f64> {
        match self {
            Self::None => x.clone(),
            Self::Masking(p) => x.map(|x| if uniform(random) < p { 0.0 } else { x }),
            Self::Gaussian(sigma) => x.map(|x| x + sigma * standard_normal(random)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corruption_does_what_it_says() {
        let x = DMatrix::from_element(100, 100, 1.0);
        let spoilt = |corruption: Corruption| corruption.apply(&x, &mut seeded(1));
        assert_eq!(spoilt(Corruption::None), x);
        assert_eq!(spoilt(Corruption::Masking(0.0)), x);
        assert_eq!(spoilt(Corruption::Masking(1.0)).amax(), 0.0);
        assert!((spoilt(Corruption::Masking(0.3)).mean() - 0.7).abs() < 4.0 * (0.21f64 / 1e4).sqrt());
        assert!((spoilt(Corruption::Gaussian(0.3)).variance() - 0.09).abs() < 4.0 * 0.09 * (2.0f64 / 1e4).sqrt());
        assert!(Corruption::Masking(1.5).check().is_err() && Corruption::Gaussian(0.0).check().is_err());
    }
}
