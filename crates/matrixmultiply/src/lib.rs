//! Matrix multiplication for browsers, in place of the published `matrixmultiply`: nearly twice as fast there.
//!
//! The workspace names this crate in `[patch.crates-io]`, so that burn's tensors on the CPU use it, forwards and
//! backwards. The functions and their arguments are those of the published crate.

// Its functions take pointers: that is the published crate's interface.
#![allow(unsafe_code)]

mod gemm;

use gemm::{Complex, Matrix, multiply};

/// What a complex factor is taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CGemmOption {
    /// As it is.
    Standard,
}

macro_rules! gemm {
    ($name:ident, $number:ty, $inner:ty $(, $flag:ident)*) => {
        /// `C = alpha A B + beta C`, for A of `[m, k]`, B of `[k, n]`, C of `[m, n]`; nothing of C is read where beta is zero.
        ///
        /// # Safety
        /// The entry at `(i, j)` of each matrix, `i * row stride + j * column stride` from its pointer, must be in memory; those of
        /// C must be in memory of its own, no two at the same place.
        #[allow(clippy::too_many_arguments)]
        pub unsafe fn $name(
            $($flag: CGemmOption, _: CGemmOption,)?
            m: usize,
            k: usize,
            n: usize,
            alpha: $number,
            a: *const $number,
            rsa: isize,
            csa: isize,
            b: *const $number,
            rsb: isize,
            csb: isize,
            beta: $number,
            c: *mut $number,
            rsc: isize,
            csc: isize,
        ) {
            let left = Matrix { first: a.cast::<$inner>().cast_mut(), row_stride: rsa, column_stride: csa };
            let right = Matrix { first: b.cast::<$inner>().cast_mut(), row_stride: rsb, column_stride: csb };
            let result = Matrix { first: c.cast::<$inner>(), row_stride: rsc, column_stride: csc };
            // SAFETY: what this function asks of its caller is what `multiply` asks.
            unsafe { multiply([m, k, n], alpha.into(), left, right, beta.into(), result) }
        }
    };
}

gemm!(sgemm, f32, f32);
gemm!(dgemm, f64, f64);
gemm!(cgemm, [f32; 2], Complex<f32>, _flag);
gemm!(zgemm, [f64; 2], Complex<f64>, _flag);
