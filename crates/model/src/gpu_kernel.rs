//! Matrix multiplication on a GPU. Each unit holds a tile of the result in its registers and reads both factors from global
//! memory, without memory shared between units: a software adapter runs that several times as fast as cubecl's own matmul,
//! whose units wait at a barrier in every slice.

// cubecl launches a kernel without checks of bounds by an unsafe function.
#![allow(unsafe_code)]

use burn_cubecl::ops::numeric::empty_device_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

/// Rows and columns of a unit's tile.
const TILE: [usize; 2] = [8, 4];
/// Units of a cube, by rows and by columns.
const UNITS: [usize; 2] = [8, 8];

/// `left right`: `[rows, columns]` of `f32` from `[rows, inner]` and `[inner, columns]`, whatever their strides.
pub fn matmul(left: CubeTensor, right: CubeTensor) -> CubeTensor {
    let [rows, columns] = [left.meta.shape()[0], right.meta.shape()[1]];
    let out = empty_device_dtype(left.client.clone(), left.device.clone(), [rows, columns].into(), left.dtype);
    let cubes = |size: usize, axis: usize| size.div_ceil(TILE[axis] * UNITS[axis]) as u32;
    // SAFETY: the kernel checks no bounds, but reads both factors only at indices below their sizes (`min`), and writes only
    // where `row < rows && column < columns`.
    unsafe {
        tiles::launch_unchecked(
            &out.client,
            CubeCount::Static(cubes(columns, 1), cubes(rows, 0), 1),
            CubeDim::new_2d(UNITS[1] as u32, UNITS[0] as u32),
            left.into_tensor_arg(),
            right.into_tensor_arg(),
            out.clone().into_tensor_arg(),
        );
    }
    out
}

/// Neighbouring units have neighbouring columns: they read and write neighbouring numbers.
#[cube(launch_unchecked)]
fn tiles(left: &Tensor<f32>, right: &Tensor<f32>, out: &mut Tensor<f32>) {
    let [tile_rows, tile_columns] = comptime!(TILE);
    let [unit_rows, unit_columns] = comptime!(UNITS);
    let (rows, columns) = (out.shape(0), out.shape(1));
    let (down, across) = (out.stride(0), out.stride(1));
    let first_row = (CUBE_POS_Y as usize * unit_rows + UNIT_POS_Y as usize) * tile_rows;
    let first_column = CUBE_POS_X as usize * (unit_columns * tile_columns) + UNIT_POS_X as usize;

    let mut sums = Array::<f32>::new(tile_rows * tile_columns);
    let mut left_at = Array::<usize>::new(tile_rows);
    let mut right_at = Array::<usize>::new(tile_columns);
    #[unroll]
    for i in 0..tile_rows {
        left_at[i] = usize::min(first_row + i, rows - 1) * left.stride(0);
    }
    #[unroll]
    for j in 0..tile_columns {
        right_at[j] = usize::min(first_column + j * unit_columns, columns - 1) * right.stride(1);
    }
    #[unroll]
    for i in 0..tile_rows * tile_columns {
        sums[i] = 0.0;
    }
    let mut numbers = Array::<f32>::new(tile_columns);
    for k in 0..left.shape(1) {
        #[unroll]
        for j in 0..tile_columns {
            numbers[j] = right[right_at[j] + k * right.stride(0)];
        }
        #[unroll]
        for i in 0..tile_rows {
            let number = left[left_at[i] + k * left.stride(1)];
            #[unroll]
            for j in 0..tile_columns {
                sums[i * tile_columns + j] += number * numbers[j];
            }
        }
    }
    #[unroll]
    for i in 0..tile_rows {
        #[unroll]
        for j in 0..tile_columns {
            let (row, column) = (first_row + i, first_column + j * unit_columns);
            if row < rows && column < columns {
                out[row * down + column * across] = sums[i * tile_columns + j];
            }
        }
    }
}
