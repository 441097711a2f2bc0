//! The smallest box with parallel sides that holds some codes, and draws from it: how deck 000 looks for holes.

use elbo_numerics::random::{Random, uniform_between};

use super::Error;

/// Least and largest value of each coordinate.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeBox {
    /// Least values, `[latent]`.
    pub low: Vec<f32>,
    /// Largest values, `[latent]`.
    pub high: Vec<f32>,
}

impl CodeBox {
    /// The box of `codes` `[n, latent]`.
    ///
    /// # Errors
    ///
    /// [`Error::Size`] when there are none, or the last is incomplete.
    pub fn of(codes: &[f32], latent: usize) -> Result<Self, Error> {
        if codes.is_empty() || !codes.len().is_multiple_of(latent) {
            return Err(Error::Size { what: "codes", expected: latent, found: codes.len() });
        }
        let mut found = Self { low: vec![f32::INFINITY; latent], high: vec![f32::NEG_INFINITY; latent] };
        for code in codes.chunks(latent) {
            for ((low, high), &value) in found.low.iter_mut().zip(&mut found.high).zip(code) {
                *low = low.min(value);
                *high = high.max(value);
            }
        }
        Ok(found)
    }

    /// `n` codes uniform in the box, `[n, latent]`.
    pub fn draws(&self, n: usize, random: &mut Random) -> Vec<f32> {
        let mut draw = |low: f32, high: f32| uniform_between(random, low.into(), high.into()) as f32;
        let sides = self.low.iter().zip(&self.high);
        (0..n).flat_map(|_| sides.clone().map(|(&low, &high)| draw(low, high)).collect::<Vec<_>>()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::seeded;

    #[test]
    fn draws_fill_the_box_and_stay_in_it() -> Result<(), Error> {
        let found = CodeBox::of(&[0.0, 5.0, -2.0, 7.0, 1.0, 6.0], 2)?;
        assert_eq!(found, CodeBox { low: vec![-2.0, 5.0], high: vec![1.0, 7.0] });
        let z = found.draws(4000, &mut seeded(1));
        let again = CodeBox::of(&z, 2)?;
        for ((low, high), (least, largest)) in found.low.iter().zip(&found.high).zip(again.low.iter().zip(&again.high))
        {
            assert!(least >= low && largest <= high && (high - low) - (largest - least) < 0.01);
        }
        assert!(CodeBox::of(&[], 2).is_err() && CodeBox::of(&[1.0], 2).is_err());
        Ok(())
    }
}
