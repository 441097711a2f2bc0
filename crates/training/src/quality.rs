//! Scores of many images by the digit classifier, and images that no model has made, to compare a model's images with.

use elbo_lecture::autoencoders::drawn_digit::blur;
use elbo_lecture::quality::sample_scores::{SampleScores, ScoresReference};
use elbo_model::PIXELS;
use elbo_model::classifier::CLASSES;
use elbo_numerics::jackknife::Jackknife;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::dataset::Split;
use super::evaluation::test_order;
use super::streams::{Purpose, stream};
use super::{Dataset, DigitClassifier, Error, Source};

/// Images in each half of the first training images: the reference, and what is compared with it.
pub const HALF: usize = 10_000;

/// These images are ordered once, from this seed: the first of the file are by few writers and not like the rest.
const ORDER_SEED: u64 = 19_981_121;

/// Widest blur allowed, in pixels.
pub const MOST_BLUR: f64 = 5.0;

/// Images that no model has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RealImages {
    /// Half of the first training images, drawn at random once: what all others are compared with.
    Reference,
    /// The other half: real digits against real digits.
    Training,
    /// Test images.
    Test,
    /// Copies of the reference, one after the other: what a model would give that has learnt its training digits by heart.
    Memorised,
    /// Those of [`Self::Training`], blurred.
    Blurred,
    /// Ten of those, the first of each class, over and over.
    OneEach,
}

impl RealImages {
    /// Images `start` to `start + count` of this kind, `[count, 784]` in `[0, 1]`; from the start again after the last. `sigma`
    /// is the width of the blur in pixels, where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::NoImages`] and [`Error::NoTestImages`] where an image is not here; a blur outside 0 to 5.
    pub fn images(self, data: &Dataset, start: usize, count: usize, sigma: f64) -> Result<Vec<f32>, Error> {
        if !(0.0..=MOST_BLUR).contains(&sigma) {
            let expected = format!("a number from 0 to {MOST_BLUR}");
            return Err(Error::Config { name: "blur", expected, found: sigma.to_string() });
        }
        let places = start..start + count;
        if self == Self::Test {
            let order = test_order(data, Source::Mnist)?;
            let indices = places.filter_map(|place| order.get(place % order.len()).copied());
            return pixels(data, Split::Test, indices).ok_or(Error::NoTestImages);
        }
        let mut order: Vec<usize> = (0..2 * HALF).collect();
        order.shuffle(&mut stream(ORDER_SEED, Purpose::Order, 0));
        let (reference, rest) = order.split_at(HALF);
        let train = |half: &[usize]| {
            let indices = places.clone().filter_map(|place| half.get(place % HALF).copied());
            pixels(data, Split::Train, indices).ok_or(Error::NoImages)
        };
        match self {
            Self::Reference | Self::Memorised => train(reference),
            Self::Blurred => blurred(&train(rest)?, sigma),
            Self::OneEach => {
                let first =
                    |class: u8| rest.iter().copied().find(|&index| data.label(Split::Train, index) == Some(class));
                let ten = (0..CLASSES as u8).map(first).collect::<Option<Vec<_>>>().ok_or(Error::NoImages)?;
                // Each ten begin one class later: none of the scores' parts (every tenth image) is of one class.
                let indices = places.filter_map(|place| ten.get((place + place / CLASSES) % CLASSES).copied());
                pixels(data, Split::Train, indices).ok_or(Error::NoImages)
            }
            Self::Training | Self::Test => train(rest),
        }
    }
}

/// `None` if one of the images is not here.
fn pixels(data: &Dataset, split: Split, indices: impl Iterator<Item = usize>) -> Option<Vec<f32>> {
    let images = indices.map(|index| data.intensities(split, index).map(Iterator::collect::<Vec<f32>>));
    Some(images.collect::<Option<Vec<_>>>()?.concat())
}

fn blurred(images: &[f32], sigma: f64) -> Result<Vec<f32>, Error> {
    let one = |image: &[f32]| blur(&image.iter().map(|&pixel| f64::from(pixel)).collect::<Vec<_>>(), sigma);
    let images = images.chunks(PIXELS).map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(images.concat().into_iter().map(|pixel| pixel as f32).collect())
}

/// Scores of images that come a few at a time, by the features and the probabilities of a digit classifier.
#[derive(Debug)]
pub struct Quality {
    classifier: DigitClassifier,
    scores: Option<SampleScores>,
}

/// The scores of all images so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QualityReport {
    /// Images so far.
    pub n: usize,
    /// Inception Score with the digit classifier, 1 to 10.
    pub inception_score: Option<Jackknife>,
    /// Squared Frechet distance to the reference on the digit classifier's features; `None` without a reference.
    pub frechet: Option<Jackknife>,
}

impl Quality {
    /// Of no images yet.
    pub fn new(classifier: DigitClassifier) -> Self {
        Self { classifier, scores: None }
    }

    /// Images so far.
    pub fn n(&self) -> usize {
        self.scores.as_ref().map_or(0, SampleScores::n)
    }

    /// Takes images `[n, 784]` in `[0, 1]`.
    ///
    /// # Errors
    ///
    /// As [`DigitClassifier::features`]; pixels that are not finite.
    pub async fn add(&mut self, images: Vec<f32>) -> Result<(), Error> {
        let (features, probabilities) = self.classifier.features(images).await?;
        let n = probabilities.len() / CLASSES;
        let width = features.len() / n.max(1);
        let scores = self.scores.get_or_insert_with(|| SampleScores::new(width, CLASSES));
        let in_f64 = |row: &[f32]| row.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
        for (features, probabilities) in features.chunks(width.max(1)).zip(probabilities.chunks(CLASSES)) {
            scores.add(&in_f64(features), &in_f64(probabilities))?;
        }
        Ok(())
    }

    /// These images as what others are compared with.
    ///
    /// # Errors
    ///
    /// Fewer than 20 images.
    pub fn reference(&self) -> Result<ScoresReference, Error> {
        Ok(ScoresReference::new(self.scores.as_ref().ok_or(Error::NoImages)?)?)
    }

    /// The scores so far; none before there are 20 images.
    ///
    /// # Errors
    ///
    /// A reference of another classifier.
    pub fn report(&self, reference: Option<&ScoresReference>) -> Result<QualityReport, Error> {
        let Some(scores) = self.scores.as_ref().filter(|scores| scores.n() >= 20) else {
            return Ok(QualityReport { n: self.n(), inception_score: None, frechet: None });
        };
        let frechet = reference.map(|reference| scores.frechet_distance_squared(reference)).transpose()?;
        Ok(QualityReport { n: scores.n(), inception_score: Some(scores.inception_score()?), frechet })
    }
}
