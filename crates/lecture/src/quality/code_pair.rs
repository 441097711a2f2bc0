//! Two codes `q(z | x)` of a variational autoencoder beside each other: how far apart the clouds are (deck 001).

use elbo_numerics::Check;
use elbo_numerics::error::{Result, all_finite, same_size};
use elbo_numerics::quadrature;

use crate::distributions::gaussian::Gaussian;
use crate::tools::kl::{kl_diagonal, kl_quadrature};

/// Two diagonal Gaussians `q_1`, `q_2` compared.
#[derive(Debug, Clone, PartialEq)]
pub struct CodePair {
    /// `KL(q_1 || q_2)` and `KL(q_2 || q_1)`, in nats.
    pub kl: [f64; 2],
    /// Distance of the means in standard deviations: `sqrt( sum_j (mu1_j - mu2_j)^2 / ((sigma1_j^2 + sigma2_j^2) / 2) )`.
    pub distance: f64,
    /// Common ground, `integral sqrt(q_1(z) q_2(z)) dz`: 1 where the clouds are the same, 0 where they do not touch.
    pub overlap: f64,
    /// Half way between the means.
    pub midpoint: Vec<f64>,
    /// `KL(q_1 || q_2)` in closed form against its integral, dimension by dimension.
    pub integral: Check,
}

impl CodePair {
    /// Compares `N(mu1, diag exp(2 log_sigma1))` with `N(mu2, diag exp(2 log_sigma2))`.
    ///
    /// The overlap is Bhattacharyya's coefficient, in closed form for Gaussians:
    ///
    /// ```text
    /// product_j sqrt( 2 s1 s2 / (s1^2 + s2^2) ) exp( -(mu1 - mu2)^2 / (4 (s1^2 + s2^2)) )
    /// ```
    ///
    /// # Shapes
    /// All `[m]`.
    ///
    /// # Errors
    /// Sizes that disagree, entries that are not finite, an integral that does not converge.
    pub fn compare(mu1: &[f64], log_sigma1: &[f64], mu2: &[f64], log_sigma2: &[f64]) -> Result<Self> {
        let there = kl_diagonal(mu1, log_sigma1, mu2, log_sigma2)?.total;
        let back = kl_diagonal(mu2, log_sigma2, mu1, log_sigma1)?.total;
        let [mut distance, mut log_overlap, mut integral] = [0.0; 3];
        for (j, (a, b)) in mu1.iter().zip(mu2).enumerate() {
            let (s1, s2) = (log_sigma1[j], log_sigma2[j]);
            let squares = (2.0 * s1).exp() + (2.0 * s2).exp();
            let gap = (a - b) * (a - b) / squares;
            distance += 2.0 * gap;
            // log cosh: of equal sigmas exactly 0.
            log_overlap -= 0.5 * (s1 - s2).cosh().ln() + 0.25 * gap;
            let quadrature::Integral { value, .. } =
                kl_quadrature(&Gaussian::from_log_sigma(*a, s1)?, &Gaussian::from_log_sigma(*b, s2)?)?;
            integral += value;
        }
        let midpoint: Vec<f64> = mu1.iter().zip(mu2).map(|(a, b)| 0.5 * (a + b)).collect();
        all_finite("the distance of the two codes", &[distance, log_overlap])?;
        same_size("the code half way", midpoint.len(), mu1.len())?;
        Ok(Self {
            kl: [there, back],
            distance: distance.sqrt(),
            overlap: log_overlap.exp(),
            midpoint,
            integral: Check::relative(there, integral, 1e-9),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::{seeded, standard_normal};

    #[test]
    fn equal_clouds_overlap_wholly() {
        let same = CodePair::compare(&[0.3, -1.0], &[-2.0, 0.1], &[0.3, -1.0], &[-2.0, 0.1]).unwrap();
        assert_eq!((same.kl, same.distance, same.overlap), ([0.0, 0.0], 0.0, 1.0));
        assert!(same.integral.holds);
        assert_eq!(same.midpoint, [0.3, -1.0]);
    }

    #[test]
    fn clouds_of_one_sigma_by_hand() {
        let pair = CodePair::compare(&[0.0, 0.0], &[0.5f64.ln(); 2], &[3.0, 4.0], &[0.5f64.ln(); 2]).unwrap();
        assert!((pair.distance - 10.0).abs() < 1e-12 && (pair.kl[0] - 50.0).abs() < 1e-9);
        // exp(-distance^2 / 8)
        assert!((pair.overlap / (-12.5f64).exp() - 1.0).abs() < 1e-12 && pair.integral.holds);
    }

    #[test]
    fn the_overlap_is_its_expectation() {
        let (mu1, s1, mu2, s2) = ([0.2, -0.4], [-1.0, -0.3], [-0.1, 0.3], [-0.5, -0.9]);
        let pair = CodePair::compare(&mu1, &s1, &mu2, &s2).unwrap();
        // E under q_1 of sqrt(q_2 / q_1).
        let mut random = seeded(3);
        let n = 200_000;
        let sum: f64 = (0..n)
            .map(|_| {
                let log_ratio: f64 = (0..2)
                    .map(|j| {
                        let z = mu1[j] + f64::exp(s1[j]) * standard_normal(&mut random);
                        let p = Gaussian::from_log_sigma(mu1[j], s1[j]).unwrap().log_density(z);
                        Gaussian::from_log_sigma(mu2[j], s2[j]).unwrap().log_density(z) - p
                    })
                    .sum();
                (0.5 * log_ratio).exp()
            })
            .sum();
        assert!((sum / f64::from(n) - pair.overlap).abs() < 0.005, "{} {}", sum / f64::from(n), pair.overlap);
        assert!(pair.integral.holds && pair.kl[0] > 0.0 && pair.kl[1] > 0.0);
    }

    #[test]
    fn codes_far_apart_and_bad_ones() {
        let far = CodePair::compare(&[-40.0, 1.0], &[-5.0, -4.0], &[30.0, 1.0], &[-5.5, -4.0]).unwrap();
        assert!(far.integral.holds && far.overlap == 0.0 && far.distance > 1000.0, "{far:?}");
        assert!(CodePair::compare(&[0.0], &[0.0], &[0.0, 0.0], &[0.0, 0.0]).is_err());
        assert!(CodePair::compare(&[f64::NAN], &[0.0], &[0.0], &[0.0]).is_err());
    }
}
