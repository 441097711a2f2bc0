//! Ways to look at a latent space of many dimensions: a plane through the codes, one dimension at a time, and the line
//! between two codes.

use burn::tensor::Tensor;
use elbo_lecture::autoencoders::principal_components::principal_components;
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::quality::traversal;
use elbo_lecture::tools::kl::kl_gaussian;
use elbo_model::{VariationalAutoencoder, parameters};
use elbo_numerics::Check;
use serde::Serialize;

use super::Error;

/// Codes seen along the two directions in which they vary most.
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalPlane {
    /// Coordinates around the mean, `[n, 2]`; of one-dimensional codes the second is 0.
    pub pairs: Vec<f32>,
    /// Share of the variance along each, between 0 and 1.
    pub explained: [f64; 2],
}

/// The plane of the first two principal components of `codes` `[n, latent]` (deck 001). Each component points to where its
/// largest entry is positive, so that the picture does not turn over from one look to the next.
///
/// # Errors
///
/// [`Error::Size`] when the last code is incomplete; fewer than two codes, or codes that are not finite.
pub fn principal_plane(codes: &[f32], latent: usize) -> Result<PrincipalPlane, Error> {
    if latent == 0 || !codes.len().is_multiple_of(latent) {
        return Err(Error::Size { what: "codes", expected: latent, found: codes.len() });
    }
    let rows: Vec<Vec<f64>> = codes.chunks(latent).map(|code| code.iter().map(|&z| f64::from(z)).collect()).collect();
    let found = principal_components(&rows)?;
    let axes: Vec<Vec<f64>> = found.components.iter().take(2).map(|axis| pointing_up(axis)).collect();
    let coordinate = |row: &[f64], axis: &[f64]| -> f32 {
        row.iter().zip(&found.mean).zip(axis).map(|((z, mean), a)| (z - mean) * a).sum::<f64>() as f32
    };
    let pairs = rows.iter().flat_map(|row| [0, 1].map(|i| axes.get(i).map_or(0.0, |axis| coordinate(row, axis))));
    let share = |i: usize| found.explained.get(i).copied().unwrap_or(0.0);
    Ok(PrincipalPlane { pairs: pairs.collect(), explained: [share(0), share(1)] })
}

/// A unit is active when the variance of its mean over images is above this (Burda, Grosse and Salakhutdinov 2015,
/// section 5.1).
pub const ACTIVE: f64 = 0.01;

/// How far the units of a code are in use, over some images.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Variance of each unit's mean over images, `[latent]`: near 0 where the encoder says nothing of the image (posterior
    /// collapse, deck 001).
    pub variances: Vec<f64>,
    /// Mean of `KL(q(z_j | x) || N(0, 1))`, `[latent]`, in nats, by the closed form in double precision.
    pub kl_per_dimension: Vec<f64>,
    /// Units whose variance is above [`ACTIVE`].
    pub active: usize,
    /// The sum of the divergences against the model's own.
    pub kl: Check,
}

impl Activity {
    /// Measures a model on images `[n, 784]`.
    ///
    /// # Errors
    ///
    /// When the device does not answer, or a code is not finite.
    pub async fn measure(model: &VariationalAutoencoder, images: Tensor<2>) -> Result<Self, Error> {
        let codes = model.encoder.forward(images);
        let [n, latent] = codes.mu.dims();
        let models = codes.kl_to_standard_normal().sum().mul_scalar(1.0 / n as f32);
        let flat = |tensor: Tensor<2>| tensor.flatten::<1>(0, 1);
        let mut mu = parameters::read_all(vec![flat(codes.mu), flat(codes.log_sigma), models]).await?;
        let mut log_sigma = mu.split_off(n * latent);
        let models = log_sigma.pop().map_or(f64::NAN, f64::from);
        let variances = variances(&mu, latent);
        let mut kl_per_dimension = vec![0.0; latent];
        for (i, (&mu, &log_sigma)) in mu.iter().zip(&log_sigma).enumerate() {
            let code = Gaussian::new(mu.into(), f64::from(log_sigma).exp())?;
            kl_per_dimension[i % latent] += kl_gaussian(&code, &Gaussian::STANDARD) / n as f64;
        }
        let active = variances.iter().filter(|&&variance| variance > ACTIVE).count();
        let kl = Check::relative(kl_per_dimension.iter().sum(), models, 1e-5);
        Ok(Self { variances, kl_per_dimension, active, kl })
    }
}

/// Variance of each coordinate of `codes` `[n, latent]`.
fn variances(codes: &[f32], latent: usize) -> Vec<f64> {
    let n = (codes.len() / latent) as f64;
    let unit = |unit: usize| codes.iter().skip(unit).step_by(latent).map(|&z| f64::from(z));
    let variance = |index: usize| {
        let mean = unit(index).sum::<f64>() / n;
        unit(index).map(|z| (z - mean) * (z - mean)).sum::<f64>() / n
    };
    (0..latent).map(variance).collect()
}

fn pointing_up(axis: &[f64]) -> Vec<f64> {
    let largest = axis.iter().copied().fold(0.0, |largest: f64, a| if a.abs() > largest.abs() { a } else { largest });
    axis.iter().map(|a| a * if largest < 0.0 { -1.0 } else { 1.0 }).collect()
}

/// Codes equal to `z` but in one dimension, which goes from `-reach` to `reach` in `stations` steps: dimension by
/// dimension, `[dimensions * stations, latent]` (deck 004).
///
/// # Errors
///
/// [`Error::Size`] when a dimension is not one of `z`, and when there are fewer than two stations.
pub fn traversal(z: &[f32], dimensions: &[usize], reach: f32, stations: usize) -> Result<Vec<f32>, Error> {
    if let Some(&found) = dimensions.iter().find(|&&dimension| dimension >= z.len()) {
        return Err(Error::Size { what: "dimensions", expected: z.len(), found });
    }
    if stations < 2 {
        return Err(Error::Size { what: "stations", expected: 2, found: stations });
    }
    let at = |station: usize| reach * (2.0 * station as f32 / (stations - 1) as f32 - 1.0);
    let codes = dimensions.iter().flat_map(|&dimension| {
        (0..stations).flat_map(move |station| {
            let mut code = z.to_vec();
            code[dimension] = at(station);
            code
        })
    });
    Ok(codes.collect())
}

/// Codes on the straight line from one to the other, `[stations, latent]` (deck 004).
///
/// # Errors
///
/// Ends of different sizes or not finite; fewer than two stations.
pub fn walk(from: &[f32], to: &[f32], stations: usize) -> Result<Vec<f32>, Error> {
    let wide = |code: &[f32]| code.iter().map(|&z| f64::from(z)).collect::<Vec<_>>();
    let (codes, _) = traversal::walk(&wide(from), &wide(to), stations)?;
    Ok(codes.into_iter().map(|z| z as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrainingConfig;
    use burn::tensor::TensorData;
    use elbo_model::PIXELS;
    use elbo_model::device::cpu;
    use elbo_numerics::random::seeded;
    use pollster::block_on;

    #[test]
    fn the_plane_holds_what_varies() {
        // Along (0, 3, 4) / 5 and, less, along (1, 0, 0); the third direction is empty.
        let codes: Vec<f32> = [(-2.0, 1.0), (2.0, 1.0), (-2.0, -1.0), (2.0, -1.0)]
            .into_iter()
            .flat_map(|(u, v)| [v, 0.6 * u, 0.8 * u])
            .collect();
        let plane = principal_plane(&codes, 3).unwrap();
        for (pair, (u, v)) in plane.pairs.chunks(2).zip([(-2.0, 1.0), (2.0, 1.0), (-2.0, -1.0), (2.0, -1.0)]) {
            assert!((pair[0] - u).abs() < 1e-6 && (pair[1] - v).abs() < 1e-6, "{pair:?}");
        }
        assert!((plane.explained[0] - 0.8).abs() < 1e-6 && (plane.explained[1] - 0.2).abs() < 1e-6);
        assert_eq!(principal_plane(&[1.0, 3.0], 1).unwrap().pairs, [-1.0, 0.0, 1.0, 0.0]);
        assert!(principal_plane(&[1.0, 2.0, 3.0], 2).is_err());
        assert!(principal_plane(&[1.0, f32::NAN], 1).is_err());
    }

    #[test]
    fn one_dimension_moves_at_a_time() {
        let codes = traversal(&[0.5, 0.25], &[1, 0], 2.0, 3).unwrap();
        assert_eq!(codes, [0.5, -2.0, 0.5, 0.0, 0.5, 2.0, -2.0, 0.25, 0.0, 0.25, 2.0, 0.25]);
        assert!(traversal(&[0.5], &[1], 2.0, 3).is_err());
        assert!(traversal(&[0.5], &[0], 2.0, 1).is_err());
    }

    #[test]
    fn a_unit_that_the_encoder_ignores_is_not_active() {
        assert_eq!(variances(&[1.0, 5.0, 3.0, 5.0], 2), [1.0, 0.0]);
        let config = TrainingConfig { hidden: 8, latent: 3, ..TrainingConfig::default() };
        let model = config.model().init(&mut seeded(4), &cpu());
        // The second unit gets neither weights nor biases: q = N(0, 1) for every image.
        let mut weights = block_on(parameters::read(&model)).unwrap();
        let mut at = 0;
        for parameter in parameters::list(&model) {
            if parameter.name.starts_with("encoder.mu") || parameter.name.starts_with("encoder.log_sigma") {
                weights[at..at + parameter.len()].iter_mut().skip(1).step_by(3).for_each(|weight| *weight = 0.0);
            }
            at += parameter.len();
        }
        let model = parameters::write(model, &weights).unwrap();
        let images = TensorData::new((0..50 * PIXELS).map(|i| ((i * i) % 97) as f32 / 96.0).collect(), [50, PIXELS]);
        let found = block_on(Activity::measure(&model, Tensor::from_data(images, &cpu()))).unwrap();
        assert_eq!((found.variances[1], found.kl_per_dimension[1]), (0.0, 0.0));
        assert!(found.kl_per_dimension[0] > 0.0 && found.active <= 2 && found.kl.holds, "{found:?}");
    }

    #[test]
    fn a_walk_ends_where_it_should() {
        assert_eq!(walk(&[0.0, 1.0], &[1.0, -1.0], 3).unwrap(), [0.0, 1.0, 0.5, 0.0, 1.0, -1.0]);
        assert!(walk(&[0.0], &[1.0, 2.0], 3).is_err());
    }
}
