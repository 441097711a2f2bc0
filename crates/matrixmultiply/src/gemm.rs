//! General matrix multiplication (GEMM), where most of a training step goes.
//!
//! The algorithm of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): both factors are copied, block
//! by block, into the order in which they are read, and a tile of the product stays in registers while its sums grow. A browser
//! keeps eight accumulators of four numbers there, not more: a tile is 4 rows by 8 columns.

use std::ops::{Add, Mul, Range};

/// Rows of a tile.
const TILE_ROWS: usize = 4;
/// Columns of a tile.
const TILE_COLUMNS: usize = 8;
/// Terms summed in one pass: a strip of 8 columns is 16 KB then and stays in the nearest cache.
const BLOCK_DEPTH: usize = 512;
/// Rows of the left factor copied at a time, a multiple of [`TILE_ROWS`].
const BLOCK_ROWS: usize = 64;
/// Columns of the right factor copied at a time, a multiple of [`TILE_COLUMNS`].
const BLOCK_COLUMNS: usize = 1024;

/// What a matrix holds; the default is zero.
pub trait Number: Copy + Default + PartialEq + Add<Output = Self> + Mul<Output = Self> {}
impl<T: Copy + Default + PartialEq + Add<Output = T> + Mul<Output = T>> Number for T {}

/// A complex number as `[real, imaginary]`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(transparent)]
pub struct Complex<T>([T; 2]);

impl<T> From<[T; 2]> for Complex<T> {
    fn from(parts: [T; 2]) -> Self {
        Self(parts)
    }
}

impl<T: Number> Add for Complex<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self([self.0[0] + other.0[0], self.0[1] + other.0[1]])
    }
}

impl<T: Number + std::ops::Sub<Output = T>> Mul for Complex<T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self([a * c - b * d, a * d + b * c])
    }
}

/// A matrix in memory.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<T> {
    /// Its entry at `(0, 0)`.
    pub first: *mut T,
    /// From one row to the next.
    pub row_stride: isize,
    /// From one column to the next.
    pub column_stride: isize,
}

impl<T: Number> Matrix<T> {
    fn at(&self, i: usize, j: usize) -> *mut T {
        self.first.wrapping_offset(i as isize * self.row_stride + j as isize * self.column_stride)
    }

    fn transposed(self) -> Self {
        Self { row_stride: self.column_stride, column_stride: self.row_stride, ..self }
    }

    /// Copies rows `first..first + count`, `WIDTH` of them beside each other, term by term; rows beyond the last are zero.
    ///
    /// # Safety
    /// The rows must be in memory.
    unsafe fn pack<const WIDTH: usize>(self, first: usize, count: usize, terms: &Range<usize>, block: &mut Vec<T>) {
        block.clear();
        block.resize(count.div_ceil(WIDTH) * WIDTH * terms.len(), T::default());
        for (i, strip) in block.chunks_exact_mut(WIDTH * terms.len()).enumerate() {
            let (row, strip) = (first + i * WIDTH, strip.as_chunks_mut::<WIDTH>().0);
            let here = WIDTH.min(first + count - row);
            // SAFETY: rows `first..first + count` are in memory, as the caller promises, and no other row is read.
            unsafe {
                if self.row_stride == 1 && here == WIDTH {
                    for (term, values) in terms.clone().zip(strip) {
                        *values = *self.at(row, term).cast::<[T; WIDTH]>();
                    }
                } else {
                    for r in 0..here {
                        for (term, values) in terms.clone().zip(&mut *strip) {
                            values[r] = *self.at(row + r, term);
                        }
                    }
                }
            }
        }
    }
}

/// `result = alpha * left * right + beta * result`, for `left` of `[rows, depth]`, `right` of `[depth, columns]`, and `result`
/// of `[rows, columns]`; nothing of it is read where beta is zero.
///
/// # Safety
/// All entries must be in memory, those of the result in memory of its own.
pub unsafe fn multiply<T: Number>(
    [rows, depth, columns]: [usize; 3],
    alpha: T,
    left: Matrix<T>,
    right: Matrix<T>,
    beta: T,
    result: Matrix<T>,
) {
    for i in 0..rows {
        for entry in (0..columns).map(|j| result.at(i, j)) {
            // SAFETY: `i` and `j` are within the result, which is in memory as the caller promises.
            unsafe { *entry = if beta == T::default() { beta } else { beta * *entry } };
        }
    }
    if rows < TILE_ROWS && right.column_stride == 1 && result.column_stride == 1 {
        // SAFETY: the caller's promise covers the same three matrices.
        return unsafe { multiply_few_rows([rows, depth, columns], alpha, left, right, result) };
    }
    let (mut left_block, mut right_block) = (Vec::new(), Vec::new());
    for first_column in (0..columns).step_by(BLOCK_COLUMNS) {
        let block_columns = BLOCK_COLUMNS.min(columns - first_column);
        for first_term in (0..depth).step_by(BLOCK_DEPTH) {
            let terms = first_term..depth.min(first_term + BLOCK_DEPTH);
            // SAFETY: the block's columns and terms are within the right factor.
            unsafe { right.transposed().pack::<TILE_COLUMNS>(first_column, block_columns, &terms, &mut right_block) };
            for first_row in (0..rows).step_by(BLOCK_ROWS) {
                let block_rows = BLOCK_ROWS.min(rows - first_row);
                // SAFETY: the block's rows and terms are within the left factor.
                unsafe { left.pack::<TILE_ROWS>(first_row, block_rows, &terms, &mut left_block) };
                for (j, right) in right_block.chunks_exact(terms.len() * TILE_COLUMNS).enumerate() {
                    let column = first_column + j * TILE_COLUMNS;
                    for (i, left) in left_block.chunks_exact(terms.len() * TILE_ROWS).enumerate() {
                        let row = first_row + i * TILE_ROWS;
                        let sums = tile(left, right);
                        for (i, sums) in (row..rows).zip(&sums) {
                            // SAFETY: row `i` is within the result, and `add` stops at its last column.
                            unsafe { add(&result, i, column..columns, alpha, sums) };
                        }
                    }
                }
            }
        }
    }
}

/// Adds `alpha * left * right` for so few rows that packing the right factor would cost more than multiplying. Neither its
/// rows nor the result's may have gaps between columns.
///
/// # Safety
/// As for [`multiply`].
unsafe fn multiply_few_rows<T: Number>(
    [rows, depth, columns]: [usize; 3],
    alpha: T,
    left: Matrix<T>,
    right: Matrix<T>,
    result: Matrix<T>,
) {
    for i in 0..rows {
        // SAFETY: row `i` of the result is in memory of its own, as the caller promises, and has no gaps between its columns.
        let sums = unsafe { std::slice::from_raw_parts_mut(result.at(i, 0), columns) };
        for k in 0..depth {
            // SAFETY: both entries are in memory, as the caller promises; the right factor has no gaps between its columns.
            let (factor, row) = unsafe { (*left.at(i, k), std::slice::from_raw_parts(right.at(k, 0), columns)) };
            let factor = alpha * factor;
            for (sum, right) in sums.iter_mut().zip(row) {
                *sum = *sum + factor * *right;
            }
        }
    }
}

/// One tile of the result, from two packed strips.
#[inline(always)]
fn tile<T: Number>(left: &[T], right: &[T]) -> [[T; TILE_COLUMNS]; TILE_ROWS] {
    let mut sums = [[T::default(); TILE_COLUMNS]; TILE_ROWS];
    for (left, right) in left.as_chunks::<TILE_ROWS>().0.iter().zip(right.as_chunks::<TILE_COLUMNS>().0) {
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = *sum + *left * *right;
            }
        }
    }
    sums
}

/// Adds a row of a tile to row `i` of the result, as far as there are columns.
///
/// # Safety
/// These entries must be in memory.
#[inline(always)]
unsafe fn add<T: Number>(result: &Matrix<T>, i: usize, columns: Range<usize>, alpha: T, sums: &[T; TILE_COLUMNS]) {
    // SAFETY: the entries are in memory, as the caller promises; without gaps between columns, a whole row of a tile is an array.
    unsafe {
        if result.column_stride == 1 && columns.len() >= TILE_COLUMNS {
            let entries = &mut *result.at(i, columns.start).cast::<[T; TILE_COLUMNS]>();
            for (entry, sum) in entries.iter_mut().zip(sums) {
                *entry = *entry + alpha * *sum;
            }
        } else {
            for (j, sum) in columns.zip(sums) {
                let entry = result.at(i, j);
                *entry = *entry + alpha * *sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place for a matrix `[rows, columns]`, whole numbers in it, and its strides by row and column.
    fn numbers(rows: usize, columns: usize, order: usize, step: usize) -> (Vec<f64>, [isize; 2]) {
        let strides = match order {
            0 => [columns + 1, 1],
            1 => [1, rows + 3],
            _ => [2 * columns, 2],
        };
        let length = rows * strides[0] + columns * strides[1];
        ((0..length).map(|i| ((i * step) % 13) as f64 - 6.0).collect(), strides.map(|stride| stride as isize))
    }

    #[test]
    fn products_are_sums_of_products_for_every_shape_and_order() {
        // Whole numbers: the sums are exact, so equality is asked for. Tiles, blocks, and their edges.
        let shapes = [[1, 1, 1], [4, 3, 8], [5, 7, 9], [3, 0, 2], [0, 4, 4], [1, 9, 4], [67, 5, 1030], [2, 1100, 3]];
        for shape @ [rows, depth, columns] in shapes.into_iter().chain([[130, 513, 17]]) {
            for orders in 0..27 {
                let [of_left, of_right, of_result] = [orders % 3, orders / 3 % 3, orders / 9];
                let (mut left, left_strides) = numbers(rows, depth, of_left, 7);
                let (mut right, right_strides) = numbers(depth, columns, of_right, 5);
                let (alpha, beta) = if orders % 2 == 0 { (1.0, 0.0) } else { (-2.0, 3.0) };
                let (mut result, result_strides) = numbers(rows, columns, of_result, 0);
                result.fill(if beta == 0.0 { f64::NAN } else { 1.0 });
                let mut wanted = result.clone();
                let matrix = |place: &mut Vec<f64>, [row_stride, column_stride]: [isize; 2]| Matrix {
                    first: place.as_mut_ptr(),
                    row_stride,
                    column_stride,
                };
                let (left, right) = (matrix(&mut left, left_strides), matrix(&mut right, right_strides));
                // SAFETY: the places are as large as the shape and the strides say.
                unsafe {
                    multiply(shape, alpha, left, right, beta, matrix(&mut result, result_strides));
                    let wanted = matrix(&mut wanted, result_strides);
                    for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
                        let sum: f64 = (0..depth).map(|k| *left.at(i, k) * *right.at(k, j)).sum();
                        *wanted.at(i, j) = alpha * sum + beta;
                    }
                }
                // The gaps hold what they held, which may be no number.
                let same = result.iter().zip(&wanted).all(|(a, b)| a == b || a.is_nan() && b.is_nan());
                assert!(same, "{shape:?}, orders {of_left} {of_right} {of_result}, {alpha}, {beta}");
            }
        }
    }

    #[test]
    fn numbers_that_are_not_finite_go_through() {
        let product = |value: f32| {
            let (left, right, mut result) = ([value, 1.0], [0.0, 1.0], [7.0]);
            // SAFETY: the slices are as large as the shape says.
            unsafe {
                crate::sgemm(1, 2, 1, 1.0, left.as_ptr(), 2, 1, right.as_ptr(), 1, 1, 0.0, result.as_mut_ptr(), 1, 1);
            };
            result[0]
        };
        assert!(product(f32::NAN).is_nan() && product(f32::INFINITY).is_nan() && product(2.0) == 1.0);
    }

    #[test]
    fn complex_numbers_by_hand() {
        use crate::CGemmOption::Standard;
        // (1 + 2i)(3 + i) + (-i)(2i) = 1 + 7i + 2.
        let (left, right, mut result) = ([[1.0, 2.0], [0.0, -1.0]], [[3.0, 1.0], [0.0, 2.0]], [[0.0, 0.0]]);
        let (one, zero) = ([1.0, 0.0], [0.0, 0.0]);
        let (a, b, c) = (left.as_ptr(), right.as_ptr(), result.as_mut_ptr());
        // SAFETY: the slices are as large as the shape says.
        unsafe { crate::zgemm(Standard, Standard, 1, 2, 1, one, a, 2, 1, b, 1, 1, zero, c, 1, 1) };
        assert_eq!(result[0], [3.0, 7.0]);
    }
}
