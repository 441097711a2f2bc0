//! Figure 3.5, `transposed-convolution`: each element of the input stamps the kernel.

use elbo_lecture::autoencoders::transposed_convolution::{
    Stamp, TransposedConvolution as Stamps, adjoint_check, mass_check, output_size,
    transposed_convolution as stamp_all, worked_example_check,
};
use elbo_lecture_web::answer;
use elbo_numerics::error::within_limit;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// A decoder of digits doubles its picture twice, from 7 by 7 to 28 by 28: kernel 4, stride 2, a rim of 1 cut off.
const DECODER: [usize; 4] = [7, 4, 2, 1];

/// As many columns as a small screen has room for.
const WIDEST_INPUT: usize = 4;
const WIDEST_KERNEL: usize = 3;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TransposedConvolutionControls {
    /// `[h, w]`.
    pub input: Vec<Vec<f64>>,
    /// `[k, l]`.
    pub kernel: Vec<Vec<f64>>,
    /// How far the stamp moves for each element.
    pub stride: usize,
    /// Stamps placed so far.
    pub stamps: usize,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TransposedConvolution {
    /// Every number shown.
    pub values: TransposedConvolutionValues,
    /// Number of stamps in all.
    pub count: usize,
    /// Sum of the stamps placed so far.
    pub sum: Vec<Vec<f64>>,
    /// How many of the stamps placed so far cover each element of the output.
    pub covered: Vec<Vec<usize>>,
    /// The stamp placed last, if any.
    #[tsify(
        type = "{ row: number; column: number; value: number; top: number; left: number; values: number[][] } | null"
    )]
    pub stamp: Option<Stamp>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TransposedConvolutionValues {
    /// `[(h - 1) s + k, (w - 1) s + l]`.
    pub output: Vec<Vec<f64>>,
    /// Rows and columns of the output.
    pub size: [usize; 2],
    /// Sides of the pictures in a decoder that doubles twice.
    pub decoder: Vec<usize>,
    /// The deck's example, entry by entry.
    #[tsify(type = "Check")]
    pub worked_example: Check,
    /// Sum of the output against the product of the two sums.
    #[tsify(type = "Check")]
    pub mass: Check,
    /// `<convolution(y), x> = <y, transposedConvolution(x)>` for a random y.
    #[tsify(type = "Check")]
    pub adjoint: Check,
}

/// Computes the figure.
///
/// # Errors
/// Empty or ragged rows, more than 4 columns (kernel: 3), a stride of 0.
#[wasm_bindgen(js_name = transposedConvolution)]
pub fn transposed_convolution(
    controls: Ts<TransposedConvolutionControls>,
) -> std::result::Result<Ts<TransposedConvolution>, JsError> {
    answer(controls, compute)
}

fn compute(controls: TransposedConvolutionControls) -> Result<TransposedConvolution> {
    let TransposedConvolutionControls { input, kernel, stride, stamps: placed } = controls;
    within_limit("columns of the input", input.first().map_or(0, Vec::len), WIDEST_INPUT)?;
    within_limit("columns of the kernel", kernel.first().map_or(0, Vec::len), WIDEST_KERNEL)?;
    let Stamps { stamps, output } = stamp_all(&input, &kernel, stride)?;
    let size = [output.len(), output.first().map_or(0, Vec::len)];
    let (mut sum, mut covered) = (vec![vec![0.0; size[1]]; size[0]], vec![vec![0; size[1]]; size[0]]);
    for stamp in stamps.iter().take(placed) {
        for (row, values) in stamp.values.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                sum[stamp.top + row][stamp.left + column] += value;
                covered[stamp.top + row][stamp.left + column] += 1;
            }
        }
    }
    let [first, k, s, rim] = DECODER;
    let second = output_size(first, k, s, rim)?;
    Ok(TransposedConvolution {
        values: TransposedConvolutionValues {
            output,
            size,
            decoder: vec![first, second, output_size(second, k, s, rim)?],
            worked_example: worked_example_check()?,
            mass: mass_check(&input, &kernel, stride)?,
            adjoint: adjoint_check(&input, &kernel, stride, 1)?,
        },
        count: stamps.len(),
        stamp: placed.checked_sub(1).and_then(|last| stamps.get(last.min(stamps.len() - 1)).cloned()),
        sum,
        covered,
    })
}
