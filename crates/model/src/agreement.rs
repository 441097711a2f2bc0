//! The lecture's closed forms against burn's operations, which the models are made of. Single precision: what is equal
//! agrees to about 1e-7 of the larger terms.

use burn::tensor::ops::ConvTransposeOptions;
use burn::tensor::{Device, Tensor, TensorData, module::conv_transpose2d};
use elbo_numerics::Check;

use super::{Codes, Error, parameters};

/// Relative tolerance; of 1 where a value is smaller.
const TOLERANCE: f64 = 1e-5;

/// `dz/dmu = 1` and `dz/dsigma = epsilon` for `z = mu + sigma epsilon`: formula against automatic differentiation of the
/// encoder's own [`Codes::reparameterize`] (Kingma and Welling 2013, section 2.4).
///
/// # Errors
/// A device that does not return its numbers.
pub async fn reparameterization(mu: f64, sigma: f64, epsilon: f64, device: &Device) -> Result<[Check; 2], Error> {
    let device = device.clone().autodiff();
    let scalar = |value: f64| Tensor::<2>::from_data(TensorData::new(vec![value as f32], [1, 1]), &device);
    let (mu, sigma) = (scalar(mu).require_grad(), scalar(sigma).require_grad());
    let z = Codes { mu: mu.clone(), log_sigma: sigma.clone().log() }.reparameterize(scalar(epsilon));
    let gradients = z.backward();
    let mut derivatives = Vec::new();
    for parameter in [mu, sigma] {
        let gradient = parameter.grad(&gradients).unwrap_or_else(|| parameter.clone().inner().zeros_like());
        derivatives.push(gradient.flatten::<1>(0, 1));
    }
    let found = parameters::read_all(derivatives).await?;
    let found = |index: usize| found.get(index).copied().map_or(f64::NAN, f64::from);
    Ok([check(1.0, found(0)), check(epsilon, found(1))])
}

/// Of all entries of a transposed convolution (one image, one channel, no padding), the one that is farthest from burn's;
/// `expected` holds the rows that the page has summed by hand.
///
/// # Errors
/// A device that does not return its numbers. Rows of unequal length, a stride of 0, or an `expected` of another size than
/// `[(rows - 1) stride + kernel rows, (columns - 1) stride + kernel columns]` fail the check.
pub async fn transposed_convolution(
    input: &[Vec<f64>],
    kernel: &[Vec<f64>],
    stride: usize,
    expected: &[Vec<f64>],
    device: &Device,
) -> Result<Check, Error> {
    let failed = check(f64::NAN, f64::NAN);
    let (Some(input), Some(kernel)) = (image(input, device), image(kernel, device)) else {
        return Ok(failed);
    };
    let ([_, _, rows, columns], [_, _, kernel_rows, kernel_columns]) = (input.dims(), kernel.dims());
    let extent = |input: usize, kernel: usize| (input - 1).saturating_mul(stride).saturating_add(kernel);
    let size = [extent(rows, kernel_rows), extent(columns, kernel_columns)];
    // Before the device is asked for so much memory.
    if stride == 0 || size != [expected.len(), expected.first().map_or(0, Vec::len)] {
        return Ok(failed);
    }
    let options = ConvTransposeOptions::new([stride, stride], [0, 0], [0, 0], [1, 1], 1);
    let output = conv_transpose2d(input, kernel, None, options);
    let found = parameters::read_all(vec![output.flatten::<1>(0, 3)]).await?;
    let checks = expected.iter().flatten().zip(found).map(|(expected, found)| check(*expected, f64::from(found)));
    Ok(checks.max_by(|a, b| a.difference.total_cmp(&b.difference)).unwrap_or(failed))
}

fn check(formula: f64, found: f64) -> Check {
    Check::absolute(formula, found, TOLERANCE * formula.abs().max(1.0))
}

/// `[1, 1, rows, columns]`; nothing when the rows are of unequal length, or none.
fn image(rows: &[Vec<f64>], device: &Device) -> Option<Tensor<4>> {
    let columns = rows.first().map(Vec::len).filter(|&columns| columns > 0)?;
    let flat: Vec<f32> = rows.iter().flatten().map(|entry| *entry as f32).collect();
    (flat.len() == rows.len() * columns && rows.iter().all(|row| row.len() == columns))
        .then(|| Tensor::from_data(TensorData::new(flat, [1, 1, rows.len(), columns]), device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu;
    use elbo_lecture::autoencoders::transposed_convolution::transposed_convolution as by_hand;
    use pollster::block_on;

    #[test]
    fn derivatives_of_a_sample() {
        for (mu, sigma, epsilon) in [(0.0, 1.0, 0.7), (-2.0, 0.05, -3.0), (3.0, 4.0, 0.0)] {
            let checks = block_on(reparameterization(mu, sigma, epsilon, &cpu())).unwrap();
            assert!(checks.iter().all(|check| check.holds), "{checks:?}");
        }
    }

    #[test]
    fn stamps_agree_with_burn() {
        let input = [vec![0.0, 1.0, -2.0], vec![2.0, 3.0, 0.5]];
        let kernel = [vec![0.0, 1.0], vec![2.0, 3.0], vec![-1.5, 0.25]];
        for stride in 1..=3 {
            let mut expected = by_hand(&input, &kernel, stride).unwrap().output;
            let agree = |expected: &[Vec<f64>]| {
                block_on(transposed_convolution(&input, &kernel, stride, expected, &cpu())).unwrap().holds
            };
            assert!(agree(&expected), "stride {stride}");
            expected[1][1] += 1e-3;
            assert!(!agree(&expected));
            expected.pop();
            assert!(!agree(&expected));
        }
        for stride in [0, usize::MAX] {
            assert!(!block_on(transposed_convolution(&input, &kernel, stride, &[vec![0.0]], &cpu())).unwrap().holds);
        }
    }
}
