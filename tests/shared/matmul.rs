//! Matrix multiplication and its two derivatives on one device, against another.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_model::{linear::matmul, parameters};
use elbo_numerics::random::{seeded, standard_normal};

/// Relative to the largest entry: two orders of summation in `f32` differ by some 1e-6.
const TOLERANCE: f32 = 1e-5;

/// Sizes that fill no tile, one tile, and many; each factor as it is and transposed.
pub async fn agrees(device: &Device, other: &Device) {
    for sizes in [[1, 1, 1], [1, 784, 300], [64, 20, 32], [65, 129, 33], [300, 7, 20]] {
        for transposed in [[false, false], [true, false], [false, true], [true, true]] {
            let found = result_and_derivatives(sizes, transposed, device).await;
            let expected = result_and_derivatives(sizes, transposed, other).await;
            assert_eq!(found.len(), expected.len());
            let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
                // A NaN fails this comparison, as it should.
                assert!(
                    (found - expected).abs() <= TOLERANCE * largest,
                    "{sizes:?}, transposed {transposed:?}: entry {index} is {found}, expected {expected}"
                );
            }
        }
    }
}

/// The result, then the derivatives of a sum that weighs its entries, one after the other.
async fn result_and_derivatives(
    [rows, inner, columns]: [usize; 3],
    transposed: [bool; 2],
    device: &Device,
) -> Vec<f32> {
    let mut random = seeded(7);
    let mut factor = |[rows, columns]: [usize; 2], transposed: bool| {
        let shape = if transposed { [columns, rows] } else { [rows, columns] };
        let values: Vec<f32> = (0..rows * columns).map(|_| standard_normal(&mut random) as f32).collect();
        let stored = Tensor::<2>::from_data(TensorData::new(values, shape), &device.clone().autodiff()).require_grad();
        let seen = if transposed { stored.clone().transpose() } else { stored.clone() };
        (stored, seen)
    };
    let (left, left_seen) = factor([rows, inner], transposed[0]);
    let (right, right_seen) = factor([inner, columns], transposed[1]);
    let (_, weights) = factor([rows, columns], false);
    let out = matmul(left_seen, right_seen);
    let gradients = (out.clone() * weights).sum().backward();
    let derivatives = [&left, &right].map(|factor| factor.grad(&gradients).expect("a derivative").flatten::<1>(0, 1));
    let tensors = std::iter::once(out.inner().flatten::<1>(0, 1)).chain(derivatives).collect();
    parameters::read_all(tensors).await.expect("the device answers")
}
