//! Figures of chapter 3.
pub mod linear_ae_pca;
pub mod regularised_ae;
pub mod transposed_convolution;
pub mod traversal;
