//! Transposed convolution without padding, one stamp for each element of the input (deck 004).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, within_limit};
use elbo_numerics::matrices::{matrix, rows};
use elbo_numerics::random::{seeded, standard_normals};
use nalgebra::DMatrix;
use serde::Serialize;

/// Largest number of output elements that is computed.
const OUTPUT_LIMIT: usize = 1 << 16;

/// What one element of the input adds to the output: the kernel times that element, placed at `(top, left)`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stamp {
    /// Row of the input element, from 0.
    pub row: usize,
    /// Column of the input element, from 0.
    pub column: usize,
    /// The input element.
    pub value: f64,
    /// First output row that the stamp covers: `row * stride`.
    pub top: usize,
    /// First output column that the stamp covers: `column * stride`.
    pub left: usize,
    /// `value * kernel`.
    pub values: Vec<Vec<f64>>,
}

/// The stamps, in reading order of the input, and their sum.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransposedConvolution {
    /// One stamp for each input element.
    pub stamps: Vec<Stamp>,
    /// The sum of all stamps.
    pub output: Vec<Vec<f64>>,
}

/// `output[i s + a][j s + b] += input[i][j] kernel[a][b]` for stride `s`, no padding (deck 004; Dumoulin and Visin 2016).
///
/// # Shapes
/// `input` `[h, w]`, `kernel` `[k, l]`, output `[(h - 1) s + k, (w - 1) s + l]`.
///
/// # Errors
/// Empty or ragged input or kernel, entries that are not finite, a stride of 0, an output of more than 65536 elements.
pub fn transposed_convolution(input: &[Vec<f64>], kernel: &[Vec<f64>], stride: usize) -> Result<TransposedConvolution> {
    let (input, kernel) = (matrix("the input", input)?, matrix("the kernel", kernel)?);
    within_limit("stride", stride, 64)?;
    let extent = |input: usize, kernel: usize| (input - 1).saturating_mul(stride).saturating_add(kernel);
    let (height, width) = (extent(input.nrows(), kernel.nrows()), extent(input.ncols(), kernel.ncols()));
    within_limit("output elements", height.saturating_mul(width), OUTPUT_LIMIT)?;
    within_limit("products", input.len().saturating_mul(kernel.len()), 16 * OUTPUT_LIMIT)?;
    let mut output = DMatrix::zeros(height, width);
    let mut stamps = Vec::with_capacity(input.len());
    for row in 0..input.nrows() {
        for column in 0..input.ncols() {
            let value = input[(row, column)];
            let (top, left, stamp) = (row * stride, column * stride, &kernel * value);
            let mut place = output.view_mut((top, left), kernel.shape());
            place += &stamp;
            stamps.push(Stamp { row, column, value, top, left, values: rows(&stamp) });
        }
    }
    Ok(TransposedConvolution { stamps, output: rows(&output) })
}

/// The convolution (cross-correlation, no padding) of which [`transposed_convolution`] is the transpose, not the inverse:
/// `output[i][j] = sum_ab input[i s + a][j s + b] kernel[a][b]`.
///
/// # Shapes
/// `input` `[h, w]`, `kernel` `[k, l]`, output `[(h - k) / s + 1, (w - l) / s + 1]` (rounded down).
///
/// # Errors
/// As [`transposed_convolution`]; a kernel larger than the input.
pub fn convolution(input: &[Vec<f64>], kernel: &[Vec<f64>], stride: usize) -> Result<Vec<Vec<f64>>> {
    let (input, kernel) = (matrix("the input", input)?, matrix("the kernel", kernel)?);
    within_limit("stride", stride, 64)?;
    within_limit("products", input.len().saturating_mul(kernel.len()), 16 * OUTPUT_LIMIT)?;
    let extent = |name: &str, input: usize, kernel: usize| match input.checked_sub(kernel) {
        Some(free) => Ok(free / stride + 1),
        None => Err(Error::TooFew { name: format!("{name} of the input"), found: input, needed: kernel }),
    };
    let height = extent("rows", input.nrows(), kernel.nrows())?;
    let width = extent("columns", input.ncols(), kernel.ncols())?;
    let output = DMatrix::from_fn(height, width, |row, column| {
        input.view((row * stride, column * stride), kernel.shape()).component_mul(&kernel).sum()
    });
    Ok(rows(&output))
}

/// The worked example of deck 004: its input, which is also its kernel.
const DECK_SQUARE: [[f64; 2]; 2] = [[0.0, 1.0], [2.0, 3.0]];
/// The result printed there, for stride 1.
const DECK_OUTPUT: [[f64; 3]; 3] = [[0.0, 0.0, 1.0], [0.0, 4.0, 6.0], [4.0, 12.0, 9.0]];

/// The worked example of deck 004: the largest difference between an entry computed and the entry printed, against 0.
///
/// # Errors
/// None: the example is fixed.
pub fn worked_example_check() -> Result<Check> {
    let square: Vec<Vec<f64>> = DECK_SQUARE.iter().map(|row| row.to_vec()).collect();
    let output = transposed_convolution(&square, &square, 1)?.output;
    let differences = output.iter().flatten().zip(DECK_OUTPUT.iter().flatten()).map(|(a, b)| (a - b).abs());
    Ok(Check::absolute(differences.fold(0.0, f64::max), 0.0, 0.0))
}

/// Every element of the input stamps a whole kernel: the sum of the output is the sum of the input times the sum of the kernel.
///
/// # Errors
/// As [`transposed_convolution`].
pub fn mass_check(input: &[Vec<f64>], kernel: &[Vec<f64>], stride: usize) -> Result<Check> {
    let output = transposed_convolution(input, kernel, stride)?.output;
    let sum = |rows: &[Vec<f64>]| rows.iter().flatten().sum::<f64>();
    let size = |rows: &[Vec<f64>]| rows.iter().flatten().map(|entry| entry.abs()).sum::<f64>();
    // Rounding is relative to the sum of magnitudes, which cancellation can leave far above the sum itself.
    let tolerance = 1e-12 * (size(input) * size(kernel)).max(1.0);
    Ok(Check::absolute(sum(&output), sum(input) * sum(kernel), tolerance))
}

/// Why it is called transposed: `<convolution(y), x> = <y, transposed_convolution(x)>`, here with standard normal y from `seed`.
///
/// # Errors
/// As [`transposed_convolution`].
pub fn adjoint_check(input: &[Vec<f64>], kernel: &[Vec<f64>], stride: usize, seed: u64) -> Result<Check> {
    let spread = transposed_convolution(input, kernel, stride)?.output;
    let mut random = seeded(seed);
    let y: Vec<Vec<f64>> = spread.iter().map(|row| standard_normals(&mut random, row.len())).collect();
    let gathered = convolution(&y, kernel, stride)?;
    let dot = |a: &[Vec<f64>], b: &[Vec<f64>]| -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
    };
    let scale = spread.iter().flatten().map(|entry| entry.abs()).sum::<f64>();
    Ok(Check::absolute(dot(&gathered, input), dot(&y, &spread), 1e-12 * scale.max(1.0)))
}

/// Rows (or columns) of the output: `(input - 1) stride + kernel - 2 padding`, where padding cuts a rim off the output.
///
/// # Errors
/// Nothing left after the cut; an input or a kernel of 0.
pub fn output_size(input: usize, kernel: usize, stride: usize, padding: usize) -> Result<usize> {
    within_limit("input", input, OUTPUT_LIMIT)?;
    within_limit("kernel", kernel, OUTPUT_LIMIT)?;
    let full = (input - 1).saturating_mul(stride).saturating_add(kernel);
    let rim = padding.saturating_mul(2);
    match full.checked_sub(rim) {
        Some(size) if size > 0 => Ok(size),
        _ => Err(Error::TooFew {
            name: "output rows before the rim is cut".to_owned(),
            found: full,
            needed: rim.saturating_add(1),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(entries: [f64; 4]) -> Vec<Vec<f64>> {
        vec![entries[..2].to_vec(), entries[2..].to_vec()]
    }

    #[test]
    fn the_worked_example_of_the_deck() {
        let small = square([0.0, 1.0, 2.0, 3.0]);
        let result = transposed_convolution(&small, &small, 1).unwrap();
        assert_eq!(result.output, vec![vec![0.0, 0.0, 1.0], vec![0.0, 4.0, 6.0], vec![4.0, 12.0, 9.0]]);
        assert_eq!(result.stamps[2].values, square([0.0, 2.0, 4.0, 6.0]));
        assert_eq!((result.stamps[2].top, result.stamps[2].left), (1, 0));
    }

    #[test]
    fn it_is_the_transpose_of_the_convolution() {
        // <convolution(y), x> = <y, transposed_convolution(x)> for every x and y.
        let kernel = vec![vec![1.0, -2.0, 0.5], vec![0.0, 3.0, -1.0]];
        for stride in 1..4 {
            let x: Vec<Vec<f64>> = (0..3).map(|i| (0..2).map(|j| f64::from(i * 2 + j) - 1.5).collect()).collect();
            let spread = transposed_convolution(&x, &kernel, stride).unwrap().output;
            let y: Vec<Vec<f64>> = spread
                .iter()
                .enumerate()
                .map(|(i, row)| (0..row.len()).map(|j| ((i * 5 + j * 3) % 7) as f64).collect())
                .collect();
            let dot = |a: &[Vec<f64>], b: &[Vec<f64>]| -> f64 {
                a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
            };
            assert_eq!(dot(&convolution(&y, &kernel, stride).unwrap(), &x), dot(&y, &spread));
        }
    }

    #[test]
    fn its_checks_hold() {
        let (input, kernel) = (vec![vec![3.0, -1.0, 0.5]], vec![vec![1.0, -2.0], vec![0.25, 4.0]]);
        for stride in 1..4 {
            assert!(mass_check(&input, &kernel, stride).unwrap().holds);
            assert!(adjoint_check(&input, &kernel, stride, 3).unwrap().holds);
        }
        assert!(worked_example_check().unwrap().holds);
    }

    #[test]
    fn sizes_of_a_decoder_that_doubles() {
        assert_eq!(output_size(7, 4, 2, 1).unwrap(), 14);
        assert_eq!(output_size(14, 4, 2, 1).unwrap(), 28);
        assert_eq!(output_size(2, 2, 1, 0).unwrap(), 3);
        assert!(output_size(1, 2, 1, 1).is_err() && output_size(0, 2, 1, 0).is_err());
        assert!(output_size(1, 2, 1, usize::MAX).is_err());
    }

    #[test]
    fn bad_input_is_named() {
        let small = square([0.0, 1.0, 2.0, 3.0]);
        assert!(transposed_convolution(&[], &small, 1).is_err());
        assert!(transposed_convolution(&small, &small, 0).is_err());
        assert!(transposed_convolution(&small, &small, 65).is_err());
        assert!(convolution(&[vec![1.0]], &small, 1).is_err());
    }
}
