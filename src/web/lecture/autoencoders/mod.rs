//! Figures of chapter 3.
pub mod linear_ae_pca;
pub mod transposed_convolution;
