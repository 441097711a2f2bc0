//! Data for the linear autoencoder of chapter 3: Gaussian clouds whose principal components are known before they are drawn.

use elbo_numerics::error::{Error, Result, finite, within_limit};
use elbo_numerics::random::{seeded, standard_normal, standard_normals};
use nalgebra::DMatrix;

/// Most points of a cloud.
const MOST_POINTS: usize = 5000;

/// `n` points around 0 in the plane: standard deviation `long` in the direction `angle_degrees`, `short` across it.
///
/// # Shapes
/// Returns `[n, 2]`.
///
/// # Errors
/// An angle that is not finite; a deviation that is negative or not finite; `n` of 0 or over 5000.
pub fn cloud_in_the_plane(angle_degrees: f64, long: f64, short: f64, n: usize, seed: u64) -> Result<Vec<Vec<f64>>> {
    let (sin, cos) = finite("angle", angle_degrees)?.to_radians().sin_cos();
    check(&[long, short], n)?;
    let mut random = seeded(seed);
    let mut point = || {
        let (along, across) = (long * standard_normal(&mut random), short * standard_normal(&mut random));
        vec![cos * along - sin * across, sin * along + cos * across]
    };
    Ok((0..n).map(|_| point()).collect())
}

/// `n` points around 0 in as many dimensions as there are `deviations`, each along one axis of a random orthonormal basis.
///
/// # Shapes
/// `deviations` `[d]`, returns `[n, d]`.
///
/// # Errors
/// No deviations or more than 64, one that is negative or not finite; `n` of 0 or over 5000.
pub fn cloud(deviations: &[f64], n: usize, seed: u64) -> Result<Vec<Vec<f64>>> {
    let dimension = deviations.len();
    within_limit("dimensions", dimension, 64)?;
    check(deviations, n)?;
    let mut random = seeded(seed);
    let basis = DMatrix::from_vec(dimension, dimension, standard_normals(&mut random, dimension * dimension)).qr().q();
    let mut point = || {
        let scaled = deviations.iter().map(|deviation| deviation * standard_normal(&mut random));
        (&basis * nalgebra::DVector::from_iterator(dimension, scaled)).as_slice().to_vec()
    };
    Ok((0..n).map(|_| point()).collect())
}

fn check(deviations: &[f64], n: usize) -> Result<()> {
    within_limit("data points", n, MOST_POINTS)?;
    match deviations.iter().find(|deviation| !(0.0..f64::INFINITY).contains(*deviation)) {
        Some(value) => Err(Error::OutOfRange {
            name: "standard deviation of the cloud".to_owned(),
            value: *value,
            low: 0.0,
            high: f64::INFINITY,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoencoders::principal_components::principal_components;

    #[test]
    fn its_components_are_those_asked_for() {
        let plane = principal_components(&cloud_in_the_plane(30.0, 2.0, 0.3, 4000, 1).unwrap()).unwrap();
        assert!((plane.components[0][1].atan2(plane.components[0][0]).to_degrees() - 30.0).abs() < 1.0);
        assert!((plane.variances[0] / 4.0 - 1.0).abs() < 0.1 && (plane.variances[1] / 0.09 - 1.0).abs() < 0.1);
        let space = principal_components(&cloud(&[3.0, 2.0, 0.5, 0.0], 4000, 2).unwrap()).unwrap();
        for (variance, deviation) in space.variances.iter().zip([3.0f64, 2.0, 0.5, 0.0]) {
            assert!((variance - deviation * deviation).abs() < 0.1 * deviation * deviation + 1e-12, "{space:?}");
        }
    }

    #[test]
    fn bad_input_is_named() {
        assert!(cloud_in_the_plane(f64::NAN, 1.0, 1.0, 5, 0).is_err());
        assert!(cloud_in_the_plane(0.0, -1.0, 1.0, 5, 0).is_err());
        assert!(cloud_in_the_plane(0.0, 1.0, 1.0, 0, 0).unwrap_err().to_string().contains("no data points"));
        assert!(cloud(&[], 5, 0).is_err() && cloud(&[1.0, f64::NAN], 5, 0).is_err() && cloud(&[1.0], 9999, 0).is_err());
    }
}
