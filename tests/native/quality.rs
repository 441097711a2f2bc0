//! What the scores of chapter 10 make of real digits and of the controls, with the shipped classifier.

use elbo_lecture::quality::frechet_distance::{FeatureMoments, frechet_distance_squared};
use elbo_lecture::quality::inception_score::inception_score;
use elbo_lecture::quality::sample_scores::ScoresReference;
use elbo_model::PIXELS;
use elbo_model::classifier::CLASSES;
use elbo_model::device;
use elbo_training::quality::{HALF, QualityReport};
use elbo_training::{Dataset, DigitClassifier, Quality, RealImages};
use pollster::block_on;

use crate::mnist::{mnist, shipped};

const IMAGES: usize = 1000;

fn gather(classifier: &DigitClassifier, data: &Dataset, kind: RealImages, n: usize, sigma: f64) -> Quality {
    let mut quality = Quality::new(classifier.clone());
    for start in (0..n).step_by(250) {
        let images = kind.images(data, start, 250.min(n - start), sigma).expect("images");
        block_on(quality.add(images)).expect("the device answers");
    }
    quality
}

fn said(name: &str, report: QualityReport) -> (f64, f64) {
    let (score, frechet) = (report.inception_score.expect("a score"), report.frechet.expect("a distance"));
    let (mean, error) = (frechet.estimate.mean, frechet.estimate.standard_error);
    println!("{name}: score {:.3} ± {:.3}", score.estimate.mean, score.estimate.standard_error);
    println!("    distance {mean:.3} ± {error:.3}, without bias {:.3}", frechet.without_bias);
    (score.estimate.mean, frechet.without_bias)
}

#[test]
fn which_control_fools_which_measure() {
    let (data, classifier) =
        (mnist(), DigitClassifier::from_bytes(&shipped("classifier"), &device::cpu()).expect("one"));
    let reference = gather(&classifier, &data, RealImages::Reference, HALF, 0.0).reference().expect("a reference");
    let of = |kind, sigma| {
        let report = gather(&classifier, &data, kind, IMAGES, sigma).report(Some(&reference)).expect("a report");
        (report.clone(), said(&format!("{kind:?} {sigma}"), report))
    };
    let (own, (score, distance)) = of(RealImages::Training, 0.0);
    let raw = own.frechet.expect("a distance").estimate;
    // Real digits against real digits: the distance is its bias alone.
    assert!(raw.mean > 3.0 * distance.abs() && distance.abs() < 4.0 * raw.standard_error, "{own:?}");
    assert!(score > 9.0 && score < 10.0, "{score}");
    let (_, (test_score, test)) = of(RealImages::Test, 0.0);
    assert!(test_score > 9.0 && test < 6.0 * raw.standard_error, "{test_score}, {test}");
    // Learnt by heart: no measure of samples sees anything wrong.
    let (_, (memorised_score, memorised)) = of(RealImages::Memorised, 0.0);
    assert!(
        (memorised_score - score).abs() < 0.2 && memorised < 2.0 * raw.standard_error,
        "{memorised_score}, {memorised}"
    );
    // Blurred: the class is as clear as before, the features are elsewhere.
    let [_, (blurred_score, blurred), _, _] = [0.5, 1.0, 1.5, 2.0].map(|sigma| of(RealImages::Blurred, sigma).1);
    assert!(blurred_score > 0.9 * score && blurred > 10.0 * test.max(raw.mean), "{blurred_score}, {blurred}");
    // Ten images: a perfect score.
    let (_, (ten_score, ten)) = of(RealImages::OneEach, 0.0);
    assert!(ten_score > score - 0.1 && ten > 10.0 * test.max(raw.mean), "{ten_score}, {ten}");
}

/// Sums over slices against all rows at once.
#[test]
fn slices_give_what_all_images_give() {
    let (data, classifier) =
        (mnist(), DigitClassifier::from_bytes(&shipped("classifier"), &device::cpu()).expect("one"));
    let rows = |kind: RealImages| {
        let images = kind.images(&data, 0, 300, 0.0).expect("images");
        assert_eq!(images.len(), 300 * PIXELS);
        let (features, probabilities) = block_on(classifier.features(images)).expect("the device answers");
        let table = |values: &[f32], columns: usize| -> Vec<Vec<f64>> {
            values.chunks(columns).map(|row| row.iter().map(|&value| f64::from(value)).collect()).collect()
        };
        (table(&features, features.len() / 300), table(&probabilities, CLASSES))
    };
    let ((first, _), (second, probabilities)) = (rows(RealImages::Reference), rows(RealImages::Test));
    let moments = |rows: &[Vec<f64>]| FeatureMoments::from_features(rows).expect("moments");
    let distance = frechet_distance_squared(&moments(&first), &moments(&second)).expect("a distance");
    let reference: ScoresReference =
        gather(&classifier, &data, RealImages::Reference, 300, 0.0).reference().expect("a reference");
    let report = gather(&classifier, &data, RealImages::Test, 300, 0.0).report(Some(&reference)).expect("a report");
    let found = report.frechet.expect("a distance").estimate.mean;
    // Slices of other sizes round the features in another order.
    assert!((found / distance - 1.0).abs() < 1e-4, "{found}, {distance}");
    let score = inception_score(&probabilities).expect("a score").score;
    let found = report.inception_score.expect("a score").estimate.mean;
    assert!((found / score - 1.0).abs() < 1e-4, "{found}, {score}");
}

#[test]
fn kinds_are_disjoint_where_they_should_be() {
    let data = mnist();
    let images = |kind: RealImages, start, count| kind.images(&data, start, count, 0.0).expect("images");
    assert_eq!(images(RealImages::Memorised, 0, 50), images(RealImages::Reference, 0, 50));
    assert_ne!(images(RealImages::Training, 0, 50), images(RealImages::Reference, 0, 50));
    assert_eq!(images(RealImages::Blurred, 7, 2), images(RealImages::Training, 7, 2));
    assert_eq!(images(RealImages::OneEach, 0, 10), images(RealImages::OneEach, 100, 10));
    assert_eq!(images(RealImages::OneEach, 1, 9), images(RealImages::OneEach, 10, 9));
    assert_eq!(images(RealImages::Training, HALF, 1), images(RealImages::Training, 0, 1));
    assert!(RealImages::Blurred.images(&data, 0, 1, f64::NAN).is_err());
    let message = RealImages::Test.images(&Dataset::default(), 0, 1, 0.0).expect_err("no data").to_string();
    assert!(message.contains("no test images"), "{message}");
    assert!(RealImages::OneEach.images(&Dataset::default(), 0, 1, 0.0).is_err());
}
