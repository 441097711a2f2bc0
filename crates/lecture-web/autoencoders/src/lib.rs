//! Figures of chapter 3, and those of chapter 10 that look at the pictures and codes of trained models.

pub mod blurry;
pub mod latent_story;
pub mod linear_ae_pca;
pub mod regularised_ae;
pub mod transposed_convolution;
pub mod traversal;

fn in_f64(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
