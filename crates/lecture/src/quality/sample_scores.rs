//! Inception Score and Frechet distance of images that come a few at a time: sums, never the images' own rows.
//!
//! Sums are kept for ten parts of the images, image `i` in part `i mod 10`, so that the scores can be computed again
//! without each part: their standard errors and their bias come from the jackknife.

use elbo_numerics::error::{Error, Result, all_finite, same_size};
use elbo_numerics::jackknife::Jackknife;
use nalgebra::{DMatrix, DVector};

use crate::quality::frechet_distance::{FeatureMoments, FrechetReference};

/// Parts of the images.
pub const PARTS: usize = 10;

/// What is kept of some images.
#[derive(Debug, Clone, PartialEq)]
struct Sums {
    n: usize,
    features: DVector<f64>,
    /// `sum_i f_i f_i^T`, lower triangle.
    products: DMatrix<f64>,
    /// `sum_i p(y | x_i)`.
    classes: Vec<f64>,
    /// `sum_i sum_y p(y | x_i) log p(y | x_i)`.
    negative_entropy: f64,
}

impl Sums {
    fn new(features: usize, classes: usize) -> Self {
        Self {
            n: 0,
            features: DVector::zeros(features),
            products: DMatrix::zeros(features, features),
            classes: vec![0.0; classes],
            negative_entropy: 0.0,
        }
    }

    fn add(&mut self, features: &DVector<f64>, probabilities: &[f64]) {
        self.n += 1;
        self.features += features;
        self.products.syger(1.0, features, features, 1.0);
        for (sum, p) in self.classes.iter_mut().zip(probabilities) {
            *sum += p;
        }
        self.negative_entropy += probabilities.iter().map(|p| if *p > 0.0 { p * p.ln() } else { 0.0 }).sum::<f64>();
    }

    /// `self + sign * other`.
    fn plus(&self, sign: f64, other: &Self) -> Self {
        let classes = self.classes.iter().zip(&other.classes).map(|(a, b)| a + sign * b).collect();
        Self {
            n: if sign < 0.0 { self.n - other.n } else { self.n + other.n },
            features: &self.features + &other.features * sign,
            products: &self.products + &other.products * sign,
            classes,
            negative_entropy: self.negative_entropy + sign * other.negative_entropy,
        }
    }

    /// `exp(mean KL)`: the mean of `KL(p(y | x_i) || p(y))` is `mean_i sum_y p log p - sum_y p(y) log p(y)`.
    fn inception_score(&self) -> f64 {
        let n = self.n as f64;
        let marginal = self.classes.iter().map(|sum| sum / n);
        let entropy: f64 = marginal.map(|p| if p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
        (self.negative_entropy / n + entropy).exp()
    }

    fn moments(&self) -> FeatureMoments {
        let n = self.n as f64;
        let mean = &self.features / n;
        let size = mean.len();
        let entry = |row: usize, column: usize| {
            let sum = self.products[(row.max(column), row.min(column))];
            (sum - n * mean[row] * mean[column]) / (n - 1.0)
        };
        FeatureMoments { covariance: DMatrix::from_fn(size, size, entry), mean }
    }
}

/// Sums over images, from what a classifier makes of each.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleScores {
    parts: Vec<Sums>,
    n: usize,
}

impl SampleScores {
    /// Of no images yet.
    pub fn new(features: usize, classes: usize) -> Self {
        Self { parts: vec![Sums::new(features, classes); PARTS], n: 0 }
    }

    /// Images so far.
    pub fn n(&self) -> usize {
        self.n
    }

    /// One more image: its features and its class probabilities, which are normalised here.
    ///
    /// # Errors
    /// Another number of features or classes, a value that is not finite, a probability below 0, probabilities that do not sum
    /// to 1 within 1e-5.
    pub fn add(&mut self, features: &[f64], probabilities: &[f64]) -> Result<()> {
        let index = self.n % PARTS;
        let Some(part) = self.parts.get_mut(index) else { return Ok(()) };
        same_size("an image's features", features.len(), part.features.len())?;
        same_size("an image's class probabilities", probabilities.len(), part.classes.len())?;
        all_finite("feature", features)?;
        let sum: f64 = probabilities.iter().sum();
        if probabilities.iter().any(|&p| p < 0.0) || sum.is_nan() || (sum - 1.0).abs() > 1e-5 {
            let name = format!("class probabilities of image {}", self.n + 1);
            return Err(Error::WeightsNotNormalised { name, sum });
        }
        let normalised: Vec<f64> = probabilities.iter().map(|p| p / sum).collect();
        part.add(&DVector::from_column_slice(features), &normalised);
        self.n += 1;
        Ok(())
    }

    /// Sums over all images, and over all without each part.
    fn whole_and_without(&self) -> Result<(Sums, Vec<Sums>)> {
        let needed = 2 * PARTS;
        let first = self.parts.first().filter(|_| self.n >= needed);
        let first = first.ok_or_else(|| Error::TooFew { name: "images".to_owned(), found: self.n, needed })?;
        let whole = self.parts.iter().skip(1).fold(first.clone(), |whole, part| whole.plus(1.0, part));
        let without = self.parts.iter().map(|part| whole.plus(-1.0, part)).collect();
        Ok((whole, without))
    }

    /// [`inception_score`](crate::quality::inception_score::inception_score) of all images.
    ///
    /// # Errors
    /// Fewer than 20 images.
    pub fn inception_score(&self) -> Result<Jackknife> {
        let (whole, without) = self.whole_and_without()?;
        let without: Vec<f64> = without.iter().map(Sums::inception_score).collect();
        Ok(Jackknife::of(whole.inception_score(), &without, self.n))
    }

    /// [`frechet_distance_squared`](crate::quality::frechet_distance::frechet_distance_squared) between all images and a reference.
    ///
    /// The same part is left out of both, so the bias is that of both samples' sizes.
    ///
    /// # Errors
    /// Fewer than 20 images; another number of features.
    pub fn frechet_distance_squared(&self, reference: &ScoresReference) -> Result<Jackknife> {
        let (whole, without) = self.whole_and_without()?;
        let pairs = reference.without.iter().zip(&without);
        let without = pairs.map(|(reference, sums)| reference.distance_squared(&sums.moments()));
        let without = without.collect::<Result<Vec<f64>>>()?;
        Ok(Jackknife::of(reference.whole.distance_squared(&whole.moments())?, &without, self.n))
    }
}

/// The images that others are compared with, prepared.
#[derive(Debug, Clone)]
pub struct ScoresReference {
    whole: FrechetReference,
    without: Vec<FrechetReference>,
}

impl ScoresReference {
    /// # Errors
    /// Fewer than 20 images.
    pub fn new(scores: &SampleScores) -> Result<Self> {
        let (whole, without) = scores.whole_and_without()?;
        let prepare = |sums: &Sums| FrechetReference::new(sums.moments());
        Ok(Self { whole: prepare(&whole)?, without: without.iter().map(prepare).collect::<Result<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::frechet_distance::frechet_distance_squared;
    use crate::quality::inception_score::inception_score;
    use elbo_numerics::Estimate;
    use elbo_numerics::log_sum_exp::softmax;
    use elbo_numerics::random::{Random, seeded, standard_normals};

    const FEATURES: usize = 5;
    const CLASSES: usize = 3;

    /// Rows of features and of probabilities; the features' standard deviations are 1, 2, ...
    fn rows(n: usize, shift: f64, random: &mut Random) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let features = |draws: Vec<f64>| draws.iter().zip(1..).map(|(e, sigma)| shift + f64::from(sigma) * e).collect();
        (0..n)
            .map(|_| {
                let probabilities =
                    softmax(&standard_normals(random, CLASSES).iter().map(|e| 3.0 * e).collect::<Vec<_>>());
                (features(standard_normals(random, FEATURES)), probabilities)
            })
            .unzip()
    }

    fn gather((features, probabilities): &(Vec<Vec<f64>>, Vec<Vec<f64>>)) -> SampleScores {
        let mut scores = SampleScores::new(FEATURES, CLASSES);
        for (features, probabilities) in features.iter().zip(probabilities) {
            scores.add(features, probabilities).unwrap();
        }
        scores
    }

    #[test]
    fn sums_give_what_all_rows_give() {
        let mut random = seeded(1);
        let (first, second) = (rows(300, 0.0, &mut random), rows(157, 0.4, &mut random));
        let (sums, others) = (gather(&first), gather(&second));
        let score = sums.inception_score().unwrap();
        assert!((score.estimate.mean - inception_score(&first.1).unwrap().score).abs() < 1e-12);
        assert_eq!(score.estimate.n, 300);
        let moments = |rows: &[Vec<f64>]| FeatureMoments::from_features(rows).unwrap();
        let whole = frechet_distance_squared(&moments(&first.0), &moments(&second.0)).unwrap();
        let reference = ScoresReference::new(&sums).unwrap();
        let distance = others.frechet_distance_squared(&reference).unwrap();
        assert!((distance.estimate.mean - whole).abs() < 1e-9, "{distance:?}, {whole}");
        // Without the fourth part of each, by hand.
        let without = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
            rows.iter().enumerate().filter(|(i, _)| i % PARTS != 3).map(|(_, row)| row.clone()).collect()
        };
        let fourth = frechet_distance_squared(&moments(&without(&first.0)), &moments(&without(&second.0))).unwrap();
        let (_, left) = others.whole_and_without().unwrap();
        assert!((reference.without[3].distance_squared(&left[3].moments()).unwrap() - fourth).abs() < 1e-9);
    }

    /// Two samples of one distribution: the distance is above 0 by its bias alone, and the jackknife knows by how much; its
    /// standard error is about the standard deviation over repetitions.
    #[test]
    fn the_jackknife_knows_bias_and_error() {
        let mut random = seeded(2);
        let repetitions: Vec<(Jackknife, Jackknife)> = (0..60)
            .map(|_| {
                let reference = ScoresReference::new(&gather(&rows(400, 0.0, &mut random))).unwrap();
                let same = gather(&rows(200, 0.0, &mut random)).frechet_distance_squared(&reference).unwrap();
                let other = gather(&rows(200, 0.5, &mut random)).frechet_distance_squared(&reference).unwrap();
                (same, other)
            })
            .collect();
        let mean = |value: fn(&(Jackknife, Jackknife)) -> f64| Estimate::from_samples(repetitions.iter().map(value));
        let (raw, corrected) = (mean(|(same, _)| same.estimate.mean), mean(|(same, _)| same.without_bias));
        assert!(raw.mean > 10.0 * raw.standard_error, "{raw:?}");
        assert!(corrected.mean.abs() < 4.0 * corrected.standard_error, "{raw:?}, {corrected:?}");
        let (others, said) = (mean(|(_, other)| other.without_bias), mean(|(_, other)| other.estimate.standard_error));
        let spread = others.standard_error * (others.n as f64).sqrt();
        assert!((said.mean / spread - 1.0).abs() < 0.35, "{said:?}, {spread}");
    }

    #[test]
    fn limits_and_nonsense() {
        let mut scores = SampleScores::new(1, 10);
        assert!(scores.inception_score().is_err() && ScoresReference::new(&scores).is_err());
        for image in 0..200 {
            let sharp: Vec<f64> = (0..10).map(|class| f64::from(u8::from(class == image / 10 % 10))).collect();
            scores.add(&[f64::from(image)], &sharp).unwrap();
        }
        assert!((scores.inception_score().unwrap().estimate.mean - 10.0).abs() < 1e-9);
        let itself = scores.frechet_distance_squared(&ScoresReference::new(&scores).unwrap()).unwrap();
        assert!(itself.estimate.mean < 1e-6 && itself.estimate.standard_error < 1e-6);
        assert!(scores.add(&[f64::NAN], &[0.1; 10]).is_err());
        assert!(scores.add(&[0.0, 1.0], &[0.1; 10]).is_err());
        assert!(scores.add(&[0.0], &[0.2; 10]).is_err());
        assert!(scores.add(&[0.0], &[f64::NAN; 10]).is_err());
        assert_eq!(scores.n(), 200);
    }
}
