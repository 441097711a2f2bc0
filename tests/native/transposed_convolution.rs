//! The stamps of figure 3.5 against burn's transposed convolution, whose kernel layout and stride must mean the same.

use burn::tensor::ops::ConvTransposeOptions;
use burn::tensor::{Device, Tensor, TensorData, module::conv_transpose2d};
use elbo_room::device;
use elbo_room::stats::transposed_convolution::transposed_convolution;

#[test]
fn stamps_agree_with_burn() {
    let device = device::cpu();
    let input = [vec![0.0, 1.0, -2.0], vec![2.0, 3.0, 0.5]];
    let kernel = [vec![0.0, 1.0], vec![2.0, 3.0], vec![-1.5, 0.25]];
    for stride in 1..=3 {
        let expected = transposed_convolution(&input, &kernel, stride).expect("a valid example").output;
        let options = ConvTransposeOptions::new([stride, stride], [0, 0], [0, 0], [1, 1], 1);
        let output = conv_transpose2d(image(&input, &device), image(&kernel, &device), None, options);
        assert_eq!(output.dims(), [1, 1, expected.len(), expected[0].len()]);
        let found: Vec<f32> = output.into_data().to_vec().expect("floats");
        // Every product and sum of these entries is exact in f32.
        let expected: Vec<f32> = expected.iter().flatten().map(|entry| *entry as f32).collect();
        assert_eq!(found, expected, "stride {stride}");
    }
}

/// One image of one channel.
fn image(rows: &[Vec<f64>], device: &Device) -> Tensor<4> {
    let flat: Vec<f32> = rows.iter().flatten().map(|entry| *entry as f32).collect();
    Tensor::from_data(TensorData::new(flat, [1, 1, rows.len(), rows[0].len()]), device)
}
